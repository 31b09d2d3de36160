"""Numbers, dates, names and sentences in a language. The only file that knows French from English.

Sentences stand in the words of a page (``notebooks/PAGE.yml``), what all pages share in
``kzreport/language/furniture.yml``. A
sentence names readings: ``{headline}``, ``{headline:signed}``, ``{headline.period:in}``, ``{gap.base:of}``,
``{part.item}``, ``{part.item:in}``. Several readings may share a name: all their items are listed, the first speaks
for the rest. A sentence with variants says in ``by`` which reading chooses: its direction (``up``, ``down``, ``flat``,
or ``ok`` for all three), otherwise its status, otherwise ``other``; a variant may again have variants.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal

from kzreport.errors import DataError, WordsError, explain
from kzreport.files import project_root, read_yaml, shown_path
from kzreport.model import Period, Reading, Status
from kzreport.series.resource import names_of
from kzreport.units import UNITS, scale_for

LANGUAGES = ("fr", "en")
Said = Reading | Sequence[Reading]  # what a mark of a sentence names
_LOCALES = {"fr": Locale("fr"), "en": Locale("en", "GB")}
_RANGE = re.compile(
    r"([+−]?\d[\d\u202f,.]*)((?:\u00a0[^\W\d]|\u00a0?%)[^\d;:()]{0,40}?) (à|to) ([+−]?\d[\d\u202f,.]*)\2(?![\w’])"
)
_MARK = re.compile(r"\{([a-z][a-z0-9_]*)(?:\.(period|base|item|low|high|year))?(?::([a-z]+))?\}")
_PLAIN = frozenset({"by", "indicator", "series", "options"})  # keys of names, not of words
_SELECTORS = frozenset({"up", "down", "flat", "ok", "other", *map(str, Status)})
NBSP, MINUS, APOSTROPHE = "\u00a0", "\u2212", "\u2019"


def rounded(value: float, digits: int) -> Decimal:
    """Round half away from zero on the shortest decimal that stands for the float, as a statistician does by hand.

    >>> rounded(0.25, 1), rounded(-2.675, 2)
    (Decimal('0.3'), Decimal('-2.68'))
    """
    shown = Decimal(repr(round(float(value), 9))).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return shown + 0 if shown else abs(shown)


@lru_cache(maxsize=32)
def _file(path: Path, stamp: tuple[int, int]) -> Mapping[str, Any]:
    try:
        raw = read_yaml(path)
    except DataError as e:
        raise WordsError(str(e)) from None
    if not isinstance(raw, dict):
        raise WordsError(explain(shown_path(path), type(raw).__name__, "keys with words"))
    return raw


def _load(path: Path) -> Mapping[str, Any]:
    try:
        stat = path.stat()
    except FileNotFoundError:
        raise WordsError(explain(shown_path(path), "no file", "the words of the page", "see 'kzreport new'")) from None
    return _file(path, (stat.st_mtime_ns, stat.st_size))


def common() -> Mapping[str, Any]:
    """The words that all pages share."""
    return _load(Path(__file__).with_name("furniture.yml"))


def methods() -> Mapping[str, Mapping[str, str]]:
    """The changes of method there were, oldest first: id -> language -> sentence."""
    return _load(Path(__file__).with_name("methods.yml"))


def of_page(page: str) -> Mapping[str, Any]:
    """The words of one page. Raises :class:`WordsError` if the file is not there or not plain YAML."""
    return _load(project_root() / "notebooks" / f"{page}.yml")


def escape(text: str) -> str:
    """Make text from data safe inside Markdown: no markup, no line break, no HTML.

    >>> escape("A*b* <i>")
    'A\\\\*b\\\\* &lt;i&gt;'
    """
    flat = " ".join(text.split())
    marked = re.sub(r"([\\`*_{}\[\]()#+!|~])", r"\\\1", flat)
    return marked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Words:
    """Everything said in one language for one page.

    >>> w = Words("fr")
    >>> w.period(Period.parse("2026-08"), "of"), w.period(Period.parse("2026-Q1"), "in")
    ('d’août 2026', 'au premier trimestre 2026')
    >>> w.quantity(3591.25, "musd"), Words("en").quantity(-861.1, "musd")
    ('3,6\xa0milliards de dollars', '−$861\xa0million')
    """

    def __init__(self, language: str, page: str | None = None) -> None:
        if language not in LANGUAGES:
            raise WordsError(explain("language", repr(language), f"one of {', '.join(LANGUAGES)}"))
        self.language = language
        self.name = page
        self._locale = _LOCALES[language]
        self._common = common()
        self._page = of_page(page) if page else {}
        self._where = f"notebooks/{page}.yml" if page else "kzreport/language/furniture.yml"

    @property
    def colon(self) -> str:
        """A colon with the spaces of the language."""
        return f"{NBSP}: " if self.language == "fr" else ": "

    @property
    def semicolon(self) -> str:
        """A semicolon with the spaces of the language."""
        return "\u202f; " if self.language == "fr" else "; "

    # --- numbers -------------------------------------------------------------------------------------------------

    def number(self, value: float, digits: int, *, signed: bool = False, trim: bool = False) -> str:
        """A number with the language's marks; ``signed`` prints + or − (U+2212), zero has neither.

        ``trim`` leaves out zeros that end the decimals (4.50 million is 4.5 million).
        """
        shown = rounded(value, digits)
        while trim and digits and shown == rounded(value, digits - 1):
            digits -= 1
        text = format_decimal(abs(shown), format="#,##0." + "0" * digits if digits else "#,##0", locale=self._locale)
        sign = MINUS if shown < 0 else "+" if signed and shown > 0 else ""
        return sign + text

    def plural(self, shown: Decimal) -> str:
        """The CLDR plural category (``one``, ``other`` ...) of a number as it is displayed."""
        category = self._locale.plural_form(abs(shown))
        return "one" if category == "one" else "other"

    def ordinal(self, number: int) -> str:
        """A rank: ``2e``, ``2nd``."""
        forms = self._units("rank")
        return forms.get(self._locale.ordinal_form(number), forms["other"]).replace("#", self.number(number, 0))

    def quantity(self, value: float, unit: str, *, signed: bool = False, digits: int | None = None) -> str:
        """A number with its unit, as a sentence says it: agreement, no-break spaces, billions where they help."""
        scale = scale_for(value, UNITS[unit].sentence)
        if scale:
            value, digits, key = value / scale.divisor, scale.digits, scale.words
        else:  # digits that the publisher prints hold on the scale he prints them on
            digits, key = UNITS[unit].decimals if digits is None else digits, UNITS[unit].word_key
        pattern = self._units(key)[self.plural(rounded(value, digits))]
        return self._in(pattern, self.number(value, digits, signed=signed, trim=scale is not None and scale.trim))

    def printed(self, value: float, unit: str, step: float) -> str:
        """A figure as a document prints it: no digit below ``step``, the unit of its last one.

        >>> Words("en").printed(45_000, "meur", 1000), Words("en").printed(330.7, "musd", 0.1)
        ('€45\xa0billion', '$330.7\xa0million')
        """
        if unit == "rank":
            return self.ordinal(round(value))
        scale = scale_for(value, UNITS[unit].printed)
        key, divisor = (scale.words, scale.divisor) if scale else (UNITS[unit].word_key, 1.0)
        digits = max(0, -math.floor(math.log10(step / divisor) + 1e-9))
        pattern = self._units(key)[self.plural(rounded(value / divisor, digits))]
        return self._in(pattern, self.number(value / divisor, digits))

    def count(self, number: int, key: str) -> str:
        """A number of things, agreeing with it: ``counts`` of the shared words."""
        words = self._common["counts"][key][self.language]
        pattern = words[self.plural(Decimal(number))]
        return str(pattern).replace("# ", "#" + NBSP).replace("#", self.number(number, 0))

    @staticmethod
    def _in(pattern: str, number: str) -> str:
        """A number in its pattern; the sign stands before a currency."""
        sign, bare = (number[0], number[1:]) if number[0] in "+" + MINUS else ("", number)
        return sign + pattern.replace("#", bare) if pattern[0] in "$€" else pattern.replace("#", sign + bare)

    def _units(self, key: str) -> Mapping[str, str]:
        entry = self._common["units"].get(key)
        if entry is None:
            raise WordsError(explain("kzreport/language/furniture.yml, units", f"no '{key}'", "one/other in fr and en"))
        words = entry["sentence"][self.language]
        both = {"one": words, "other": words} if isinstance(words, str) else words
        return {k: v.replace("# ", "#" + NBSP) for k, v in both.items()}

    def unit(self, unit: str) -> str:
        """The name of a unit or of a scale (``billion_usd``), for heads of tables and axes."""
        return str(self._common["units"][UNITS[unit].word_key if unit in UNITS else unit]["name"][self.language])

    def reading(self, r: Reading, spec: str = "") -> str:
        """A reading in words: its value with its unit; "n. d." where it is missing, else "n. s." with the reason.

        ``spec``: ``signed`` (+/−), ``abs`` (without sign), ``bare`` (the number alone), ``full`` (not in billions).
        """
        if spec not in ("", "signed", "abs", "bare", "full"):
            raise WordsError(explain(f"reading {r.name}", repr(spec), "signed, abs, bare or full"))
        if r.status is Status.MISSING_INPUT:
            return self.ui("not_available")
        if r.value is None:
            return f"{self.ui('not_significant')} ({self.status(r.status)})"
        if r.unit == "rank":
            return self.ordinal(round(r.value))
        value = abs(r.value) if spec == "abs" else r.value
        if r.estimated and r.unit in ("tonne", "teu") and value:  # a derived volume is not known to the tonne
            value = round(value, 2 - math.floor(math.log10(abs(value))))
        if spec == "bare":
            return self.number(value, r.decimals)
        if spec == "full":
            pattern = self._units(UNITS[r.unit].word_key)[self.plural(rounded(value, r.decimals))]
            return self._in(pattern, self.number(value, r.decimals))
        return self.quantity(value, r.unit, signed=spec == "signed", digits=r.digits)

    def range(self, r: Reading) -> str:
        """The interval of a reading, from its low to its high end; the number alone where the ends print alike."""
        if r.interval is None or r.value is None:
            return self.reading(r)
        low, high = (
            self.reading(r.of(value=v, interval=None), "signed" if UNITS[r.unit].signed else "")
            for v in (r.interval.low, r.interval.high)
        )
        return self.between(low, high)

    def between(self, low: str, high: str) -> str:
        """From one quantity to another; the one where both print alike."""
        return low if low == high else self.unit_once(self.ui("range").format(low=low, high=high))

    @staticmethod
    def unit_once(text: str) -> str:
        """A range says its unit once, after the higher figure.

        >>> Words.unit_once("de 2,7\xa0millions de tonnes à 2,8\xa0millions de tonnes"), Words.unit_once("1% to 2%")
        ('de 2,7 à 2,8\xa0millions de tonnes', '1 to 2%')
        """
        return _RANGE.sub(r"\1 \3 \4\2", text)

    # --- dates ---------------------------------------------------------------------------------------------------

    def day(self, d: date) -> str:
        """A date in full: ``1er septembre 2026``, ``1 September 2026``."""
        if self.language == "fr":
            return ("1er" if d.day == 1 else str(d.day)) + NBSP + format_date(d, "MMMM y", locale=self._locale)
        return format_date(d, "d'\u00a0'MMMM y", locale=self._locale)

    def _month(self, p: Period) -> str:
        return format_date(p.start, "MMMM", locale=self._locale)

    def period(self, p: Period, case: str = "") -> str:
        """A period in words. ``case``: ``in``, ``of``, ``since``, ``to``, ``short`` or nothing (the name alone)."""
        cases = self._common["periods"].get(p.frequency, {}).get(self.language, {})
        if case and case != "short" and case not in cases:
            raise WordsError(explain(f"period {p}, case", repr(case), f"one of {', '.join(cases)}, short"))
        if p.frequency == "A":
            name = str(p.year)
        elif p.frequency == "Q":
            ordinal = self._common["ordinals"][str((p.start.month + 2) // 3)][self.language]
            name = self._common["quarter"][self.language].format(ordinal=ordinal, year=p.year)
        elif p.frequency == "M":
            name = f"{self._month(p)} {p.year}"
        elif p.frequency == "D":
            name = self.day(p.start)
        elif p.months % 12 == 0 and p.start.month == 1:  # whole years
            name = f"{p.start.year}–{p.end.year}"
            if case:
                return str(self._common["years"][self.language]).format(first=p.start.year, last=p.end.year)
        else:
            first, last = self._month(p), self._month(Period.parse(f"{p.end:%Y-%m}"))
            start = first if p.start.year == p.end.year else f"{first} {p.start.year}"
            name = f"{start}–{last} {p.end.year}"
            if case == "in" or (case == "of" and self.language == "fr"):
                return str(cases[case]).format(first=self._elide(start), last=last, year=p.end.year)
        if case == "short":
            return self._short(p, name)
        if not case:
            return name
        text = str(cases[case]).replace("#", name)
        return self._elide_in(text)

    def _short(self, p: Period, name: str) -> str:
        if p.frequency == "M":
            return format_skeleton("yMMM", p.start, locale=self._locale)
        if p.frequency == "Q":
            short: str = self._common["quarter_short"][self.language]
            return short.format(number=(p.start.month + 2) // 3, year=p.year)
        return name

    def _elide(self, word: str) -> str:
        """French "de" before a word: elided before a vowel."""
        if self.language != "fr":
            return word
        return f"d{APOSTROPHE}{word}" if word[0].lower() in "aeéèêiouhy" else f"de {word}"

    def _elide_in(self, text: str) -> str:
        if self.language != "fr":
            return text
        return re.sub(r"\bde (?=[aeéèêiou])", f"d{APOSTROPHE}", text, flags=re.IGNORECASE)

    def elided(self, text: str) -> str:
        """A sentence put together of parts, with French "de" elided before a vowel; "de onze" stays.

        >>> Words("fr").elided("un recul de environ 3 %")
        'un recul d’environ 3 %'
        """
        return self._elide_in(text).replace(f"d{APOSTROPHE}onz", "de onz")

    # --- names and sentences -------------------------------------------------------------------------------------

    def ui(self, key: str) -> str:
        """A word of the report's own furniture ("Sources", "Code" ...)."""
        return str(self._common["ui"][key][self.language])

    def issue_kind(self, kind: str) -> str:
        """What kind of fault of a source this is."""
        return str(self._common["issue_kinds"][kind][self.language])

    def status(self, status: Status) -> str:
        """The reason why there is no number."""
        return str(self._common["statuses"][str(status)][self.language])

    def label(self, item: str) -> str:
        """The name of a component, country, publisher or scope; a date or a period is its own name.

        An item of several parts (``AFG|2025-04|flour``) is the names of its parts, in that order.
        Raises :class:`WordsError` if nobody gave it a name in this language: there is no fallback.
        """
        if "|" in item:
            return self._capital(", ".join(self.label(part) for part in item.split("|")))
        common_tables = (self._common[k] for k in ("labels", "verdicts", "themes"))
        for table in (self._page.get("labels", {}), *common_tables, names_of("publishers"), names_of("scopes")):
            if item in table:
                return self.typography(str(table[item][self.language]))
        try:
            return self.period(Period.parse(item))
        except DataError:
            raise WordsError(explain(f"{self._where}, labels", f"no '{item}'", "a name in fr and en")) from None

    def place(self, item: str, case: str) -> str:
        """A country with its article: ``the``, ``in`` or ``of`` it.

        >>> [Words("fr").place(c, case) for c, case in (("KAZ", "in"), ("UZB", "of"), ("MNG", "in"), ("USA", "in"))]
        ['au Kazakhstan', 'de l’Ouzbékistan', 'en Mongolie', 'aux États-Unis']

        Raises :class:`WordsError` for what has no article in ``kzreport/language/furniture.yml``, and for another case.
        """
        if item not in self._common["articles"]:
            raise WordsError(
                explain("kzreport/language/furniture.yml, articles", f"no '{item}'", "its article in fr and en")
            )
        if case not in ("the", "in", "of"):
            raise WordsError(explain(f"{item}, case", repr(case), "the, in or of"))
        name, pattern = self.label(item), str(self._common["articles"][item][self.language])
        the = pattern.replace("#", name)
        if case == "the":
            return the
        if self.language == "en":
            return f"{case} {the}"
        article = pattern.removesuffix("#").strip()
        if case == "of":
            contracted = {"le": f"du {name}", "les": f"des {name}", "": self._elide(name)}
            return contracted.get(article, f"de {the}")
        return {"le": f"au {name}", "les": f"aux {name}", "": f"à {name}"}.get(article, f"en {name}")

    def _items(self, readings: Sequence[Reading], case: str) -> str:
        """What readings are about, each once: ``au Kazakhstan, en Mongolie et en Chine``."""
        items = list(dict.fromkeys(r.item for r in readings))
        return format_list([escape(self.place(i, case) if case else self.label(i)) for i in items], locale=self._locale)

    def entry(self, *keys: str) -> Any:
        """What stands under a path of keys in the page's words. Raises :class:`WordsError` with the choices."""
        node: Any = self._page
        for depth, key in enumerate(keys):
            if not isinstance(node, Mapping) or key not in node:
                choices = ", ".join(map(str, node)) if isinstance(node, Mapping) else "no keys"
                raise WordsError(
                    explain(f"{self._where}, {'.'.join(keys[:depth]) or 'top'}", f"no '{key}'", f"one of {choices}")
                )
            node = node[key]
        return node

    def has(self, *keys: str) -> bool:
        """True if the page's words have something under this path."""
        node: Any = self._page
        for key in keys:
            if not isinstance(node, Mapping) or key not in node:
                return False
            node = node[key]
        return True

    def text(self, *keys: str, **readings: Said) -> str:
        """The sentence under a path of keys, its variant chosen, its marks filled.

        Raises :class:`WordsError` for a path, variant or reading that is not there.
        """
        where = f"{self._where}, {'.'.join(keys)}"
        node = self.entry(*keys)
        while set(node) != set(LANGUAGES):  # a variant may have variants
            chooser = node.get("by")
            if chooser not in readings:
                raise WordsError(explain(f"{where}, by", repr(chooser), f"one of {', '.join(readings)}"))
            r = readings[chooser]
            if not isinstance(r, Reading):
                raise WordsError(explain(f"{where}, by", f"several readings as '{chooser}'", "one reading"))
            wanted = (r.direction, "ok", "other") if r.ok else (r.direction, "other")
            variant = next((v for v in wanted if v in node), None)
            if variant is None:
                raise WordsError(explain(where, f"no variant for {r.direction}", f"{' or '.join(wanted)}"))
            node = node[variant]
        return self.fill(node[self.language], where, readings)

    def fill(self, text: str, where: str, readings: Mapping[str, Said]) -> str:
        """A sentence: every mark replaced by what its reading says, typography and first letter made right."""
        filled = self.marks(text, where, readings)
        if "{" in filled or "}" in filled:
            raise WordsError(explain(where, repr(filled), "marks such as {name}, {name:signed}, {name.period:in}"))
        return self._capital(self.unit_once(self.typography(filled)))

    def marks(self, text: str, where: str, readings: Mapping[str, Said]) -> str:
        """Replace every mark of a text by what its reading says.

        Raises :class:`WordsError` for a reading that is not there, or lacks what the mark asks of it.
        """

        def one(m: re.Match[str]) -> str:
            name, attribute, spec = m[1], m[2], m[3] or ""
            if name not in readings:
                raise WordsError(explain(f"{where}, {m[0]}", f"no reading '{name}'", f"one of {', '.join(readings)}"))
            said = readings[name]
            several = [said] if isinstance(said, Reading) else said
            if not several:
                raise WordsError(explain(f"{where}, {m[0]}", f"nothing in '{name}'", "a reading or more"))
            if attribute == "item":
                return self._items(several, spec)
            r = several[0]
            if attribute is None:
                return self.reading(r, spec)
            if attribute in ("low", "high"):
                if r.interval is None:
                    raise WordsError(
                        explain(f"{where}, {m[0]}", f"no interval in '{name}'", "a reading with an interval")
                    )
                return self.reading(r.of(value=getattr(r.interval, attribute)), spec)
            p = r.base if attribute == "base" else r.period
            if p is None:
                raise WordsError(explain(f"{where}, {m[0]}", f"no base period in '{name}'", "a reading that has one"))
            return str(p.year) if attribute == "year" else self.period(p, spec)

        return _MARK.sub(one, text.strip())

    def _capital(self, text: str) -> str:
        return text[:1].upper() + text[1:]

    def typography(self, text: str) -> str:
        """French spacing: no-break space before : and inside « », narrow before ; ! ?, and typographic apostrophes."""
        if self.language != "fr":
            return text.replace("'", APOSTROPHE)
        text = text.replace("'", APOSTROPHE)
        text = re.sub(r"[ \u00a0](?=[:%»])", NBSP, text)
        text = re.sub(r"«[ \u00a0]?", "«" + NBSP, text)
        return re.sub(r"[ \u00a0\u202f](?=[;!?])", "\u202f", text)


# --- checks of the words themselves ------------------------------------------------------------------------------


def _leaves(node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(node, Mapping) and set(node) & set(LANGUAGES):
        yield path, node
    elif isinstance(node, Mapping):
        for key, below in node.items():
            yield from _leaves(below, (*path, key))
    elif isinstance(node, list):
        for number, below in enumerate(node, 1):
            yield from _leaves(below, (*path, str(number)))
    elif not {*path[-2:]} & _PLAIN:
        yield path, node


def faults(words: Mapping[str, Any], where: str) -> list[str]:
    """What is wrong with a file of words: a language missing, other marks, digits by hand, variants without end."""
    found: list[str] = []
    for path, leaf in _leaves(words, ()):
        at = f"{where}, {'.'.join(path)}"
        if not isinstance(leaf, Mapping) or set(leaf) != set(LANGUAGES):
            found.append(explain(at, sorted(leaf) if isinstance(leaf, Mapping) else repr(leaf)[:60], "both fr and en"))
            continue
        texts = {k: [v] if isinstance(v, str) else list(v.values()) for k, v in leaf.items()}
        marks = {k: {(m[1], m[2] or "") for t in v for m in _MARK.finditer(t)} for k, v in texts.items()}
        if marks["fr"] != marks["en"]:
            different = sorted(f"{n}.{a}".rstrip(".") for n, a in marks["fr"] ^ marks["en"])
            found.append(explain(at, f"{', '.join(different)} in one language only", "the same readings in both"))
        for language, several in texts.items():
            for t in several:
                if not t.strip():
                    found.append(explain(f"{at}.{language}", "nothing", "words"))
                if re.search(r"(?<![A-Za-z0-9])\d", _MARK.sub("", t)) and path[0] not in ("ordinals",):
                    found.append(
                        explain(
                            f"{at}.{language}", f"a digit typed by hand in {t.strip()[:50]!r}", "a reading or a word"
                        )
                    )
                if re.search(r"[{}]", _MARK.sub("", t)) and path[0] not in (
                    "quarter",
                    "quarter_short",
                    "periods",
                    "years",
                    "ui",
                ):
                    found.append(
                        explain(f"{at}.{language}", f"a mark not understood in {t.strip()[:50]!r}", "{name.field:spec}")
                    )
    for path, node in _branches(words, ()):
        if "by" in node:
            variants = set(node) - _PLAIN
            at = f"{where}, {'.'.join(path)}"
            if unknown := variants - _SELECTORS:
                found.append(explain(at, sorted(unknown), f"variants among {', '.join(sorted(_SELECTORS))}"))
            if "other" not in variants or not ({"ok"} <= variants or {"up", "down", "flat"} <= variants):
                found.append(explain(at, sorted(variants), "other, and ok or all of up, down, flat"))
    return found


def _branches(node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    if isinstance(node, Mapping):
        yield path, node
        for key, below in node.items():
            yield from _branches(below, (*path, str(key)))


def check(page: str) -> list[str]:
    """Faults of a page's words (empty if sound). Raises :class:`WordsError` if the file cannot be read."""
    return faults(of_page(page), f"notebooks/{page}.yml")


def check_common() -> list[str]:
    """Faults of the words that all pages share."""
    return faults(common(), "kzreport/language/furniture.yml") + faults(methods(), "kzreport/language/methods.yml")
