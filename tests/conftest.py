"""What tests share: a home of their own with real data, and a proof-reader of words and of what a date allows."""

import json
import os
import re
import signal
import sys
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from fault_table import pytest_terminal_summary  # noqa: F401  # a hook
from ground import Ground, touch, wait_for_no_disk
from hypothesis import settings
from told_twice import repeated, sentences, unnamed_ends

from kzreport.files import clear_caches, project_root, sealed
from kzreport.language.words import Words
from kzreport.pages.context import PageContext
from kzreport.pages.outputs import Kind, Output
from kzreport.pages.views import renew_views
from kzreport.yamlfile import read_yaml

pytest_plugins = ["known_then", "leaks", "local_project", "run_fixtures"]

# The same examples on every machine; HYPOTHESIS_PROFILE=explore looks for new ones.
settings.register_profile("ci", derandomize=True, deadline=None, database=None, print_blob=True)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


collect_ignore = ["conformance/counted"]  # plugins for other packages' suites: importing one changes ipykernel


def pytest_configure() -> None:
    """Let programs that tests start end at SIGINT: what a shell starts in the background ignores it, and so do they.

    What tests write here is not waited for.
    """
    wait_for_no_disk()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def views_of_this_project() -> Iterator[None]:
    """Turn back to the views of this project when a test ends: the tests after it would be given those of another."""
    yield
    here = Path(__file__).resolve().parents[1] / "notebooks" / "views"
    loaded = {name: Path(str(m.__file__)) for name, m in sys.modules.items() if name.startswith("kzreport.views.")}
    away = [name for name, path in loaded.items() if path.parent != here]
    for name in away:
        if not (here / f"{name.rpartition('.')[2]}.py").exists():
            del sys.modules[name]
            delattr(sys.modules["kzreport.views"], name.rpartition(".")[2])  # what "from kzreport.views import" takes
    if away:
        renew_views()


class Home:
    """A copy of ``data/``, ``notebooks/`` and ``params/``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = root / "data"
        self.package = json.loads((self.data / "datapackage.json").read_text(encoding="utf-8"))

    def put(self, table: str, content: bytes, *, restated: bool = True) -> None:
        """Replace a table; restated: the description has its hash, so that another fault is what is met."""
        (self.data / f"{table}.csv").write_bytes(content)
        touch(self.data / f"{table}.csv")
        if restated:
            self.entry(table)["hash"] = "sha256:" + sha256(content).hexdigest()
            self.describe()

    def only(self, *tables: str) -> None:
        """Drop the other tables from the description."""
        self.package["resources"] = [r for r in self.package["resources"] if r["name"] in tables]
        self.describe()

    def entry(self, table: str) -> dict:
        return next(r for r in self.package["resources"] if r["name"] == table)

    def describe(self) -> None:
        """Write the description as it stands in ``package``."""
        text = json.dumps(sealed(self.package), ensure_ascii=False)
        (self.data / "datapackage.json").write_text(text, encoding="utf-8")
        touch(self.data / "datapackage.json")

    def write(self, path: str, content: str | bytes, *, restated: bool = True) -> None:
        """Write any file of the home; restated: of claims and facts the description has the digest, as of a table."""
        raw = content.encode() if isinstance(content, str) else content
        (self.root / path).write_bytes(raw)
        touch(self.root / path)
        if path.startswith("data/") and path.endswith(".yml"):
            clear_caches()  # a process compares the package with cards once: from here on another one reads
        if restated and path.startswith(("data/claims/", "data/facts/")):
            stated = {"hash": "sha256:" + sha256(raw).hexdigest()}
            self.package["lists"][path.removeprefix("data/")] = stated
            self.describe()

    def notebook(self, page: str) -> dict:
        return json.loads((self.root / "notebooks" / f"{page}.ipynb").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def home_ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """The copy behind ``home``."""
    return Ground(tmp_path_factory.mktemp("home") / "home")


@pytest.fixture
def home(home_ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A copy of the project in which the test works: as it was at first when the test begins."""
    monkeypatch.setenv("KZREPORT_HOME", str(home_ground.put_right()))
    return Home(home_ground.folder)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Output]:
    """The outputs that pages display, in place of a kernel's front end."""
    outputs: list[Output] = []
    monkeypatch.setattr(PageContext, "display", lambda self, output: outputs.append(output))
    return outputs


@pytest.fixture
def handlers() -> Iterator[None]:
    """For a test that calls the command line in this process: its signal handlers go when it ends."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


# --- the proof-reader

_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_VOWEL = r"(?=[aeiouéèêâîôAEIOUÉÈÊÂÎÔ])"
_VERB = r"(?!\w+(?:er|ir|re)\b)"  # "de les additionner" is right, "de les pays" is not
_BOTH = {
    "a thousand of a unit that has a next one": r"(?<![\d,.\u202f])[$€−+]{0,2}1[,\u202f]000(?:[,.]0+)?"
    r"\u00a0(?:million|milliard)s?\b",
    "a mark not filled": r"[{}]|\bNone\b|\b[Nn]a[Nn]\b|\binf\b|\(\s*\)",
    "a unit twice": r"%\s*%|\bpoints? points?\b",
    "a word twice": r"\b([a-zà-ÿ]{2,}) \1\b",
    "spaces": r"[^\s|] {2,}\S| [,.](?:\s|$)|\( | \)",
    "a straight apostrophe": r"\w'\w",
    "two closing quotes": r"(?<![^\s(|«“])’\w|”[^“”\n]*”",
    "a name twice": r"(?<=[;–] )([^:;–|\n]{6,60}): \1 ",
}
_COUNTED = (
    "années|affirmations|chiffres|documents|estimateurs|marchandises|mois|organismes|partenaires|pays|piliers|séries"
    "|tours"
)
_RULES = {
    "fr": {
        "an ordinal that is not superscript": r"(?<![\w.,-])\d{1,3}(?:er|re|e|ème|nde?)s?\b",
        "no for n°": r"\b[Nn]o\.?[ \u00a0]\d|n° ?\d",
        "a calque of print": r"\b(?:[Ii]mprim|[Rr]éimprim)\w+",
        "a name after a colon": r"\borganisme\u00a0: [A-ZÉ]",
        "one for the unit": r"\b(?:[ée]gal à|au-dessous de|au-dessus de) un\b(?! \w)",
        "one of several, their own": r"\b(?:une?|1) l’est [^.;\n]*\bleur\b",
        "a deed held": r"\b(?:livraison|envoi)s?(?: \w+| d’aide)* n’(?:est|a été) détenue?",
        "a source told as a question": r"\bavec qui l\w+ (?:dit|donne)",
        "a month cut short": r"\b(?:janv|févr|avr|juil|sept|oct|nov|déc)\.[ \u00a0](?:19|20)\d\d"
        r"|\bT[1-4][ \u00a0](?:19|20)\d\d",
        "a ministry with a capital": r"\bministères? (?:des |de l’)[A-ZÉ]",
        "a number before a day": rf"\u00a0: \d+, \d{{1,2}}(?:ᵉʳ)?[ \u00a0](?:{_MONTHS})",
        "letters over digits": rf"\b[a-zé]+ (?:{_COUNTED}) sur \d",
        "no elision": rf"\b(?:[Dd]e|[Ll][ea]|[Qq]ue|[NnSs]e|[JjLl]usque) (?!onz|oui\b|ou\b|un\b){_VOWEL}",
        "no contraction": rf"\b(?:de|à) les? {_VERB}",
        "an article before a vowel": r"\b(?:au|du) (?=[AEIOUÉÎ][a-zéî])",
        "a first of the month without er": rf"(?<![\d,.])1[ \u00a0](?:{_MONTHS})",
        "a month with a capital": rf"[a-zé] (?:{'|'.join(m.capitalize() for m in _MONTHS.split('|'))})\b",
        "no no-break space": r"[^\s\u00a0\u202f][;!?]|[^\u00a0\s]:(?=\s)| [:;!?»%]|\d(?: |\u202f)?%"
        r"|«(?!\u00a0)|[^\u00a0]»",
        "a plural of less than two": r"(?<![\d,.\u202f])[01](?:,\d+)?\u00a0(?:points|millions|milliards|tonnes|dollars"
        r"|tenges|euros|wagons|personnes)\b"
        r"|(?<![\d,.\u202f])1[ \u00a0](?:années|marchandises|chiffres|séries|lignes)\b",
        "a singular of two or more": r"(?<![\d,.\u202f])(?:[2-9]|\d{2,})(?:,\d+)?\u00a0(?:point|million|milliard|tonne"
        r"|dollar|chiffre|série|année|marchandise)\b",
    },
    "en": {
        "a month cut short": r"\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?[ \u00a0](?:19|20)\d\d"
        r"|\bQ[1-4] (?:19|20)",
        "a number before a day": r": \d+, \d{1,2}[ \u00a0][A-Z][a-z]+[ \u00a0]\d{4}",
        "no for No.": r"\bno\.?[ \u00a0]\d{2,}(?![\d-]*[ \u00a0-][a-z])|n°",
        "printed for published": r"\b[Pp]rint(?:s|ed|ing)?\b",
        "percent for per cent": r"\b[Pp]ercent\b",
        "dollars spelt beside a number": r"\d (?:million|billion) (?:dollars|euros)\b",
        "less for fewer": r"\d less(?: than the nearest figure)?[.;]|\bmillion less\b",
        "one of several, their own": r"\b(?:one|1) is so [^.;\n]*\btheir own\b",
        "with who gives it, for by source": r"\bwith who (?:gives|says)\b",
        "several dollars with a plural verb": r"[$€][\d.,]+(?: [mb]illion)? were (?:reported|paid|spent|recorded)\b",
        "only after its number": r"\d% only\b|points only\b",
        "x for ×": r"(?<![\w.])x\d",
        "a before a vowel": r"(?<![/’'])\b[Aa] (?!one\b|once\b|un|us|eu)(?=[aeiou])",
        "an before a consonant": r"\b[Aa]n (?!h)(?=[bcdfghjklmnpqrtvwyz])",
        "a space too many": r" [:;!?%]",
        "a plural of one": r"(?<![\d,.])1[ \u00a0](?:years|months|goods|figures|countries|tonnes)\b",
        "a singular of several": r"(?<![\d,.])(?:[2-9]|(?!20\d\d)\d{2,})[ \u00a0](?:year|month|figure|country|tonne)\b",
    },
}


# In sentences alone: a table keeps its digits.
_SENTENCES = {
    "fr": {
        "digits for letters": rf"(?<![\d,./+−–\u202f])(?<!\d[ \u00a0])(?:[2-9]|1[0-6])[ \u00a0](?:{_COUNTED})\b",
    },
    "en": {
        "digits for letters": r"(?<![\d,./+−–$€])(?:[2-9]|10)[ \u00a0]"
        r"(?:claims|countries|documents|figures|goods|months|partners|publishers|rounds|series|shipments|wagons|years)\b",
    },
}


_DIGITS_BEFORE = (
    rf"\b(?:1[7-9]|[2-9]\d|\d{{3,}})\u00a0(?:{_COUNTED}|figures)\b[^.;:\n]*$"  # numbers of a sentence are alike
)


_HEADS = {  # in the cells of tables: "Wagons (wagons)", "Share of GDP (% of GDP)"; not a name: "(Kazakhstan)"
    "a unit twice in a head": r"(?im)\b(\w{3,})[^|().\n]{0,25}\((?:%[^|().\n]{0,8} )?(?-i:(?![A-Z][a-z]))\1\)(?= \||$)",
}


def _misprints(text: str, language: str) -> list[str]:
    """What is wrong with the text of a page in a language: the rule, and where."""
    plain = re.sub(r"https?://[^\s)]+|`[^`]*`", "X", re.sub(r"\\(?=\W)|\*+", "", text))
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", plain)
    lines = plain.split("\n")
    cells, sentences = ("\n".join(line for line in lines if (" | " in line) is wanted) for wanted in (True, False))
    rules = {**_BOTH, **_RULES[language]}
    return [
        f"{name}: {read[max(0, m.start() - 40) : m.end() + 30]!r}"
        for read, few in ((plain, rules), (cells, _HEADS), (sentences, _SENTENCES[language]))
        for name, rule in few.items()
        for m in re.finditer(rule, read)
        if name != "digits for letters" or not re.search(_DIGITS_BEFORE, read[: m.start()])
    ]


@pytest.fixture(scope="session")
def misprints():
    """(text, language) -> what is wrong with it."""
    return _misprints


# --- what a sentence may say on a date

_PROSE = (Kind.TITLE, Kind.HEADLINE, Kind.HEADLINES, Kind.SAY, Kind.NOTE, Kind.CHANGES)
_ENDS_SECTION = (Kind.SECTION, Kind.TITLE, Kind.CAVEATS, Kind.METHOD, Kind.SOURCES)
_MONTH_NAMES = {
    "fr": _MONTHS.split("|"),
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
_DATE_RULES = {
    "fr": {
        "a missing figure in a sentence": r"\bn\.[ \u00a0]d\.",
        "a figure set against itself": r"(?<![\d,])(\d[\d,]*\u00a0%)[^.;|]{0,60}?contre [+−]\1"
        r"|(?<![\d,])(\d[\d,]*\u00a0% par an)\u202f; il était de \2",
        "not published, where only not held is known": r"(?:pas|jamais)(?: encore| été| été encore| encore été)? publié"
        r"|aucune? \w+(?: [\w’]+)? (?:n’était|n’est|n’a été) (?:encore )?publié",
    },
    "en": {
        "a missing figure in a sentence": r"\bn/a\b",
        "a figure set against itself": r"(?<![\d.])(\d[\d.]*%(?: a year)?)[^.;|]{0,60}?against [+−]\1"
        r"|(?<![\d.])(\d[\d.]*% a year); in the same months a year earlier it was \2",
        "not published, where only not held is known": r"\bnot (?:yet )?(?:been )?(?:yet )?published|\bunpublished",
    },
}
_BEGAN = {  # what no page speaks of before it began
    "2020-03-11": {"fr": r"\b(?:épidémie|pandémie)", "en": r"\bpandemic"},
    "2022-02-24": {"fr": r"\bguerre en Ukraine", "en": r"\bwar in Ukraine"},
}
_ONE_YEAR = r"\b((?:19|20)\d\d)[–-]\1\b"
_COMING = {"fr": r"\b(?:prochain|à venir)", "en": r"\b(?:next(?= \w)|coming\b)"}
_PAST = {"fr": r"déjà écoulé", "en": r"already over"}
_EVENTS = {  # from that day on; before it, even the method does not speak of them
    "fr": {"2020-03-11": r"\b[ée]pidémie|pandémie|Covid", "2022-02-24": r"guerre en Ukraine|sanctions de 2022"},
    "en": {"2020-03-11": r"\bepidemic|pandemic|Covid", "2022-02-24": r"war in Ukraine|2022 sanctions"},
}
_CHANGES = {  # heads of columns whose numbers show their sign; sizes show none
    "fr": r"(?:Révision(?! absolue)|Plus forte révision|Écart moyen)\b",
    "en": r"(?:Revision|Mean (?:error|revision)|Largest revision)\b",
}
_AHEAD = {  # words of a sentence that looks ahead: its periods may lie after the date
    "fr": r"prochain|à venir|[Pp]rolong|prévision|prévoi|objectif|cible|plan|promis|annonc|d’ici|ouvre|attendu|projet",
    "en": r"next|coming|[Ee]xtended|still unknown|forecast|goal|target|plan|promis|announc|\bby \d|opens|expect|project"
    r"|pledge",
}


def _days(sentence: str, language: str) -> Iterator[tuple[date, date]]:
    """The first and last day of each day and month that a sentence names."""
    names = _MONTH_NAMES[language]
    pattern = rf"(?:(\d{{1,2}})(?:ᵉʳ)?[ \u00a0])?\b({'|'.join(names)})[ \u00a0]((?:19|20)\d\d)\b"
    for day, month, year in re.findall(pattern, sentence):
        number = names.index(month) + 1
        last = monthrange(int(year), number)[1]
        yield date(int(year), number, int(day or 1)), date(int(year), number, int(day or last))


def _other_names(language: str, day: str) -> list[str]:
    """The names that bodies and unions do not bear on a day: those of before, and those of later."""
    data = project_root() / "data"
    labels = read_yaml(data / "labels.yml")
    dated = [(v, v.get("names", ())) for v in read_yaml(data / "publishers.yml")["publishers"].values()]
    dated += [
        (labels["labels"].get(k) or {language: Words(language).label(k)}, [{"until": u, **v} for u, v in few.items()])
        for k, few in labels["earlier"].items()
    ]
    named = [[(str(b["until"]), b[language]) for b in before] + [("9999", now[language])] for now, before in dated]
    borne = [next(name for until, name in several if day <= until) for several in named]
    others = [name for several, own in zip(named, borne, strict=True) for _, name in several if name != own]
    short = [re.sub(r" \([^()]*\)$", "", name) for name in others]
    return [name for name in short if len(name) > 5 and not any(name in own for own in borne)]


def _sentence_faults(sentence: str, language: str, as_of: date) -> Iterator[str]:
    for name, rule in {**_DATE_RULES[language], "a range of one year": _ONE_YEAR}.items():
        if re.search(rule, sentence):
            yield name
    days = list(_days(sentence, language))
    if re.search(_COMING[language], sentence) and days and all(last < as_of for _, last in days):
        yield "a past day told as coming"
    if re.search(_PAST[language], sentence) and not any(last < as_of for _, last in days):
        yield "a day to come told as past"
    if any(first > as_of for first, _ in days) and not re.search(_AHEAD[language], sentence):
        yield "a period later than the date"


def _table_faults(o: Output, language: str, as_of: date) -> Iterator[str]:
    rows = [line.split(" | ") for line in o.text.replace(o.csv, "").split("\n") if " | " in line]
    empty = {"–", "n. d.", "n/a", "n.\u00a0d.", ""}
    if o.name == "key_figures":
        old = {"fr": "aucun chiffre récent", "en": "no recent figure"}[language]
        for row in rows[1:]:
            if row[2] in empty:
                yield f"a key figure without a figure: {row[0]}"
            if old in row[1] and re.fullmatch(r"\d+(?:ᵉʳ|ᵉ|st|nd|rd|th)", row[2]):
                yield f"a stale rank told as news: {row[0]}"
    if o.name == "calendar":
        since = {"fr": "depuis", "en": "since"}[language]
        for row in rows[1:]:
            (_, last), *_ = _days(row[0], language)
            if (last < as_of) != (since in row[0].lower()):
                yield f"a day of release: {row[0]}"
    if o.name == "revised":
        yield from (
            f"a revision that does not show: {' | '.join(row)}"
            for row in rows[1:]
            if len(row) == 4 and row[2] == row[3] != ""  # the row on what the table leaves out has no values
        )
    for column in list(zip(*rows, strict=False))[1:] if o.name != "claims" else ():
        if re.search(r"(?i)\babsolu", column[0]) and any(cell.startswith(("+", "−")) for cell in column[1:]):
            yield f"a size with a sign: {column[0]}"
        if len(column) > 1 and set(column[1:]) <= empty:
            yield f"an empty column: {column[0]}"
    for head, *cells in zip(*rows, strict=False):
        if re.match(_CHANGES[language], head) and any(re.match(r"(?=.*[1-9])\d", c) for c in cells):
            yield f"a change without its sign: {head}"


def _beside_the_picture(o: Output) -> Iterator[str]:
    """What a finding says that its chart does not show: a year that none of its figures is of."""
    drawn = {year for row in o.csv.splitlines()[1:] for year in re.findall(r"\b(?:19|20)\d\d\b", row)}
    told = re.findall(r"(?<![\d,.\u202f])(?:19|20)\d\d(?![\d,.]*\d)", o.finding)
    if told and not drawn & set(told):
        yield f"{o.name}: a finding of {', '.join(told)}, which is not drawn"


def _untruths(shown: Sequence[Output], language: str, as_of: str) -> list[str]:
    """What the outputs of a page may not say on a date: the rule, and where."""
    day, found = date.fromisoformat(as_of), list(repeated(shown, _PROSE))
    names = _other_names(language, as_of)
    for o, following in zip(shown, [*shown[1:], None], strict=True):
        if o.kind in _PROSE:
            for sentence in sentences(o.text):
                found += [f"{name}: {sentence!r}" for name in _sentence_faults(sentence, language, day)]
                found += [f"a range without its countries, {r}: {sentence!r}" for r in unnamed_ends(sentence, language)]
        if o.finding:
            found += [f"{name}: {o.finding!r}" for name in _sentence_faults(o.finding, language, day)]
            found += _beside_the_picture(o)
        if o.kind is Kind.TABLE:
            found += [f"{o.name}, {fault}" for fault in _table_faults(o, language, day)]
        found += [
            f"{began}, not yet begun: {m[0]!r}"
            for began, words in _BEGAN.items()
            if as_of < began and o.kind is not Kind.TABLE
            for m in re.finditer(words[language], o.text)
        ]
        if not o.text.strip():
            found.append(f"an empty {o.kind}")
        if o.kind is Kind.SECTION and (following is None or following.kind in (*_ENDS_SECTION, Kind.ABSENT)):
            found.append(f"an empty section: {o.text!r}")
        if o.kind not in (Kind.CAVEATS, Kind.SOURCES):
            later = [rule for since, rule in _EVENTS[language].items() if as_of < since and re.search(rule, o.text)]
            found += [f"an event of later, {rule}: {o.text[:60]!r}" for rule in later]
        if o.kind is not Kind.CAVEATS:
            found += [f"a name of another day, {n}: {o.text[:60]!r}" for n in names if n in o.text]
    return found


@pytest.fixture(scope="session")
def untruths():
    """(outputs of a page, language, date) -> what they may not say on that date."""
    return _untruths
