"""Sentences: the marks that name readings, and the variants among which a reading chooses.

A sentence names readings: ``{headline}``, ``{headline:signed}``, ``{count:words}``, ``{headline.period:in}``,
``{gap.base:of}``, ``{part.item}``, ``{part.item:in}``, ``{rate.publisher}``. Several readings may share a name: all
their items are listed, the first gives value and period. ``{count|is|are}`` gives the form of a word that agrees with
a number, in the order of the plural forms of the language; the last stands for the rest.

A sentence with variants names in ``by`` the reading that chooses: ``stale`` if it is too old to be reported as news,
its direction (``up``, ``down``, ``flat``, or ``ok`` for all three), otherwise its status, otherwise ``other``; a
variant may again have variants. The variant ``nothing`` says nothing.

A part in square brackets is left out where a reading in it has no number: ``{rate}[, after {year_ago}]``. Outside of
them a missing figure leaves out the whole sentence: no sentence says "n/a".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kzreport.errors import WordsError, explain, one_of
from kzreport.indicators.news import is_old
from kzreport.language.names import Names
from kzreport.language.numbers import Numbers
from kzreport.language.vocabulary import capital
from kzreport.model import Reading, Status

Said = Reading | Sequence[Reading]  # what a mark of a sentence names
ATTRIBUTES = ("value", "period", "base", "item", "low", "high", "year", "publisher")  # of a reading; value: without one
MARK = re.compile(rf"\{{([a-z][a-z0-9_]*)(?:\.({'|'.join(ATTRIBUTES[1:])}))?(?::([a-z]+)|(\|[^{{}}\[\]]*))?\}}")
PART = re.compile(r"\[([^\[\]]*)\]")
NOTHING = "nothing"
_SPELT = ("words", "feminine")  # specs of numbers in letters
DIRECTIONS = ("up", "down", "flat")
SELECTORS = frozenset({*DIRECTIONS, "ok", "other", "stale", *map(str, Status)})


def escape(text: str) -> str:
    """Make text from data safe inside Markdown: no markup, no line break, no HTML.

    >>> escape("A*b* <i>")
    'A\\\\*b\\\\* &lt;i&gt;'
    """
    flat = " ".join(text.split())
    marked = re.sub(r"([\\`*_{}\[\]()#+!|~])", r"\\\1", flat)
    return marked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def choose_variant(
    node: Mapping[str, Any] | str, where: str, readings: Mapping[str, Said], day: date | None = None
) -> Mapping[str, Any]:
    """Return the variant (language -> text) of a sentence that the readings select; ``None`` if it says nothing.

    ``day``: of the edition; a reading may be too old on it. Raises :class:`WordsError` if the reading that chooses is
    not there, or has no variant.
    """
    while node != NOTHING and "by" in node:
        assert not isinstance(node, str)
        chooser = node["by"]
        if chooser not in readings:
            raise WordsError(explain(f"{where}, by", repr(chooser), one_of(readings, chooser)))
        r = readings[chooser]
        if not isinstance(r, Reading):
            raise WordsError(explain(f"{where}, by", f"several readings as '{chooser}'", "one reading"))
        wanted = (r.direction, "ok", "other") if r.ok else (r.direction, "other")
        if r.ok and day and is_old(r.period, day):
            wanted = ("stale", *wanted)
        variant = next((v for v in wanted if v in node), None)
        if variant is None:
            raise WordsError(explain(where, f"no variant for {r.direction}", f"{' or '.join(wanted)}"))
        node = node[variant]
    return {} if isinstance(node, str) else node


def several(said: Said) -> Sequence[Reading]:
    """Return the readings of a name as a list, also if it has only one."""
    return [said] if isinstance(said, Reading) else said


def lacks(m: re.Match[str], readings: Mapping[str, Said], *, number: bool) -> bool:
    """True if what a mark names is missing; with ``number``, a reading without a number is missing whatever its status.

    Periods are there without a number; an item is, outside brackets.
    """
    found = several(readings.get(m[1], ()))
    if not found:
        return m[1] in readings
    r, attribute = found[0], m[2]
    if attribute == "base":
        return r.base is None
    if attribute == "item":
        return number and not r.item
    if attribute in ("period", "year", "publisher"):
        return False
    return not r.ok if number else r.status is Status.MISSING_INPUT


class Sentences(Numbers, Names):
    """Sentences of a language, their marks filled."""

    def fill(self, text: str, where: str, readings: Mapping[str, Said]) -> str:
        """Write a sentence: marks replaced, typography and first letter made right; nothing if a figure is missing.

        Raises :class:`WordsError` for a mark that is not understood, and as :meth:`marks`.
        """
        kept = self.without_absent(text, readings)
        if any(lacks(m, readings, number=False) for m in MARK.finditer(kept)):
            return ""
        filled = self.marks(kept, where, readings)
        if "{" in filled or "}" in filled:
            raise WordsError(explain(where, repr(filled), "marks such as {name}, {name:signed}, {name.period:in}"))
        return capital(self.unit_once(self.typography(filled)))

    def without_absent(self, text: str, readings: Mapping[str, Said]) -> str:
        """Leave out the parts in square brackets in which a reading has no number; the others lose their brackets.

        >>> from kzreport.model import Period
        >>> r = Reading.missing("rate", "percent", Period.parse("2026"))
        >>> Sentences("en").without_absent("Prices rose[, after {rate} in {rate.year}].", {"rate": r})
        'Prices rose.'
        >>> Sentences("en").without_absent("Prices rose[, according to {rate.item:the}].", {"rate": r})
        'Prices rose.'
        """

        def part(m: re.Match[str]) -> str:
            return "" if any(lacks(mark, readings, number=True) for mark in MARK.finditer(m[1])) else m[1]

        return PART.sub(part, text)

    def marks(self, text: str, where: str, readings: Mapping[str, Said]) -> str:
        """Replace every mark of a text by the words of its reading.

        Raises :class:`WordsError` for a reading that is not there, or lacks what the mark asks of it.
        """

        digits = self._in_digits(text, readings)

        def one(m: re.Match[str]) -> str:
            name, attribute = m[1], m[2]
            if name not in readings:
                raise WordsError(explain(f"{where}, {m[0]}", f"no reading '{name}'", one_of(readings, name)))
            found = several(readings[name])
            if not found:
                raise WordsError(explain(f"{where}, {m[0]}", f"nothing in '{name}'", "a reading or more"))
            if attribute is None and m[3] in _SPELT and found[0].unit in digits:
                return self.reading(found[0])
            return (
                self._items(found, m[3] or "") if attribute == "item" else self._mark(m, found[0], f"{where}, {m[0]}")
            )

        return MARK.sub(one, text.strip())

    def _in_digits(self, text: str, readings: Mapping[str, Said]) -> frozenset[str]:
        """Return the units whose numbers a text has in digits: one of them is too large to be spelt.

        Numbers of one kind stand in one sentence all in letters or all in digits: 49, 13 and 29 claims.
        """
        marked = [(m[3], several(readings[m[1]])[0]) for m in MARK.finditer(text) if several(readings.get(m[1], ()))]
        spelt = [r for spec, r in marked if spec in _SPELT and r.ok and r.unit != "rank"]
        return frozenset(r.unit for r in spelt if self.spelt(r) == self.reading(r))

    def _mark(self, m: re.Match[str], r: Reading, where: str) -> str:
        name, attribute, spec = m[1], m[2], m[3] or ""
        if attribute is None:
            return self.form(r, m[4][1:].split("|")) if m[4] else self.reading(r, spec)
        if attribute == "publisher":
            return self.publishers(r.inputs)
        if attribute in ("low", "high"):
            if r.interval is None:
                raise WordsError(explain(where, f"no interval in '{name}'", "a reading with an interval"))
            return self.reading(r.of(value=getattr(r.interval, attribute)), spec)
        p = r.base if attribute == "base" else r.period
        if p is None:
            raise WordsError(explain(where, f"no base period in '{name}'", "a reading that has one"))
        return str(p.year) if attribute == "year" else self.period(p, spec)

    def _items(self, readings: Sequence[Reading], case: str) -> str:
        """The items of readings, each once: ``au Kazakhstan, en Mongolie et en Chine``."""
        items = dict.fromkeys(r.item for r in readings)
        return self.locale.listed([escape(self.place(i, case) if case else self.label(i)) for i in items])
