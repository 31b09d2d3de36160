"""Dates in a language: days, and periods with the preposition that a sentence needs."""

from __future__ import annotations

from datetime import date

from kzreport.errors import WordsError, explain
from kzreport.language.vocabulary import Vocabulary
from kzreport.model import Period


class Dates(Vocabulary):
    """The dates of a language.

    >>> w = Dates("fr")
    >>> w.period(Period.parse("2026-08"), "of"), w.period(Period.parse("2026-Q1"), "in")
    ('d’août 2026', 'au premier trimestre 2026')
    """

    def day(self, d: date) -> str:
        """Write a date in full: ``1ᵉʳ septembre 2026``, ``1 September 2026``."""
        return self.locale.day(d)

    def period(self, p: Period, case: str = "") -> str:
        """Write a period. ``case``: ``in``, ``of``, ``since``, ``to``, ``short`` or nothing (the name alone).

        Raises :class:`WordsError` for another case.
        """
        cases = self.words_of("periods", p.frequency)
        if case not in ("", "short", *cases):
            raise WordsError(explain(f"period {p}, case", repr(case), f"one of {', '.join(cases)}, short"))
        if case == "short" and p.frequency == "M":
            return self.locale.month_and_year(p.start, short=True)
        if case == "short" and p.frequency == "Q":
            return self._quarter("quarter_short", p)
        if p.frequency == "S":
            return self._span(p, "" if case == "short" else case)
        name = self._name(p)
        return self.elided(str(cases[case]).replace("#", name)) if case in cases else name

    def _name(self, p: Period) -> str:
        if p.frequency == "Q":
            return self._quarter("quarter", p)
        if p.frequency == "M":
            return self.locale.month_and_year(p.start)
        return self.day(p.start) if p.frequency == "D" else str(p.year)

    def _quarter(self, key: str, p: Period) -> str:
        number = (p.start.month + 2) // 3
        pattern = str(self.words_of(key))
        return pattern.format(number=number, ordinal=self.word("ordinals", str(number)), year=p.year)

    def _span(self, p: Period, case: str) -> str:
        """A span of months: by its years if it covers whole years, else by its first and last month."""
        if p.is_part_year:
            first, last = self.locale.month(p.start), self.locale.month(p.end)
            first = first if p.start.year == p.end.year else f"{first} {p.start.year}"
            name, pattern = f"{first}–{last} {p.end.year}", self.words_of("periods", "S").get(case, "#")
        else:
            first, last = str(p.start.year), str(p.end.year)
            name, pattern = f"{first}–{last}", str(self.words_of("years")) if case else "#"
        if "#" in pattern:
            return self.elided(pattern.replace("#", name))
        return self.elided(pattern.format(first=first, last=last, year=p.end.year))
