"""Dates in a language: days, and periods with the preposition that a sentence needs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from kzreport.errors import WordsError, explain
from kzreport.language.vocabulary import Vocabulary
from kzreport.model import Period

_PARTS = re.compile(r"(\s+)")  # splits words and keeps the spaces between them
MOST = 3  # missed periods that are named one by one
_ISO_DATE = re.compile(r"(?<![\d-])(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?(?![\d-])")


class Dates(Vocabulary):
    """The dates of a language.

    >>> w = Dates("fr")
    >>> w.period(Period.parse("2026-08"), "of"), w.period(Period.parse("2026-Q1"), "in")
    ('d’août 2026', 'au premier trimestre 2026')
    >>> w.period(Period.parse("2019-01/2019-02"), "in"), w.period(Period.parse("2019-01/2019-03"), "in")
    ('en janvier et février 2019', 'de janvier à mars 2019')
    """

    def day(self, d: date) -> str:
        """Write a date in full: ``1ᵉʳ septembre 2026``, ``1 September 2026``."""
        return self.locale.day(d)

    def days(self, first: date, last: date) -> str:
        """Write a span of days; the first leaves month and year to the last if they share them and stand in its end.

        >>> Dates("fr").days(date(2019, 8, 1), date(2019, 8, 2)).replace("\u00a0", " ")
        'du 1ᵉʳ au 2 août 2019'
        >>> Dates("en").days(date(2021, 4, 28), date(2021, 5, 1)).replace("\u00a0", " ")
        'from 28 April to 1 May 2021'
        """
        begin, end = _PARTS.split(self.day(first)), _PARTS.split(self.day(last))
        if str(first.year) in end[-1]:
            while len(begin) > 2 and begin[-1] == end[-1]:
                begin, end = begin[:-2], end[:-2]
        return self.ui("days_from_to").format(first="".join(begin), last=self.day(last))

    def period(self, p: Period, case: str = "") -> str:
        """Write a period. ``case``: ``in``, ``of``, ``since``, ``to``, ``the``, ``against``, ``short`` or nothing (the
        name alone).

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

    def dated(self, title: str) -> str:
        """Write the day or the month in the title of a source as the language does.

        >>> Dates("en").dated("Trend, 2024-11-27, n° 3976018"), Dates("en").dated("Astana Times, 2024-08")
        ('Trend, 27\xa0November 2024, n° 3976018', 'Astana Times, August 2024')
        """
        return _ISO_DATE.sub(lambda m: self.period(Period.parse(m[0])), title)

    def periods(self, periods: Sequence[Period], case: str = "") -> str:
        """List periods of one frequency; months of one year share it.

        >>> Dates("fr").periods([Period.parse("2026-09"), Period.parse("2026-10")], "of")
        'de septembre et d’octobre 2026'
        """
        shared = {a for a, b in pairwise(periods) if a.frequency == "M" and a.year == b.year}
        cases = self.words_of("periods", "M")

        def name(p: Period) -> str:
            if p not in shared:
                return self.period(p, case)
            month = self.locale.month(p.start)
            return self.elided(str(cases[case]).replace("#", month)) if case in cases else month

        return self.locale.listed([name(p) for p in periods])

    def edition(self, day: date, until: date | None = None) -> str:
        """Write the date of an edition, and the day of the newest figure in it.

        >>> Dates("en").edition(date(2026, 11, 25), date(2026, 10, 2)).replace("\u00a0", " ")
        'Edition of 25 November 2026; data published up to 2 October 2026'
        """
        key = "edition_until" if until else "edition_without"
        return self.typography(self.ui(key).format(date=self.day(day), until=self.day(until or day)))

    def not_refreshed(self, day: date, bodies: Sequence[str], until: date | None) -> str:
        """Say that figures of some bodies could not be fetched on a day, and the day of the newest that is held.

        >>> Dates("en").not_refreshed(date(2026, 11, 25), ["A", "B"], date(2026, 10, 2)).replace("\u00a0", " ")
        'No update was possible on 25 November 2026 (A and B): figures held as of 2 October 2026.'
        """
        key = "not_refreshed" if until else "never_refreshed"
        names = self.locale.listed(bodies)
        return self.typography(self.ui(key).format(day=self.day(day), bodies=names, until=self.day(until or day)))

    def missing(self, periods: Sequence[Period]) -> str:
        """Name missed periods: each of a few, else the first and the last."""
        if len(periods) <= MOST:
            return self.periods(periods)
        return self.elided(self.ui("from_to").format(first=self._first(periods), last=self.period(periods[-1])))

    def _first(self, periods: Sequence[Period]) -> str:
        """Name the first of some periods; a month leaves its year to the last one, if they share it."""
        first = periods[0]
        alike = first.frequency == "M" and first.year == periods[-1].year
        return self.locale.month(first.start) if alike else self.period(first)

    def held(self, last: Period, missed: Sequence[Period], about: str = "", *, cell: bool = False) -> str:
        """Say which figure is the last one held, and which should have been published since.

        ``about``: the series that are meant; ``cell``: the last one stands before it in a cell of a table.

        >>> Dates("en").held(Period.parse("2026-08"), [Period.parse("2026-09"), Period.parse("2026-10")])
        'Latest figure held: August 2026; September and October 2026 should have been published'
        """
        named = missed if len(missed) <= MOST else (missed[0], missed[-1])
        key = "missed_one" if len(missed) == 1 else "missed_several" if len(missed) <= MOST else "missed_range"
        ends = {"first": self._first(named), "last": self.period(named[-1])}
        case = "" if last.frequency == "A" else "the"  # years are named by their numbers
        said = self.elided(self.ui(key).format(periods=self.periods(named, case), **ends))
        pattern = self.ui("held_cell" if cell else "held_about" if about else "held")
        return self.typography(pattern.format(last=self.period(last), missed=said, series=about))

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
        """A span of months: by its years if it covers whole years, else by its first and last month; two are named."""
        if p.is_part_year:
            first, last = self.locale.month(p.start), self.locale.month(p.end)
            if p.months == 2 and p.start.year == p.end.year and case in ("in", "of"):
                both = f"{self.locale.listed([first, last])} {p.end.year}"
                return self.elided(str(self.words_of("periods", "M")[case]).replace("#", both))
            first = first if p.start.year == p.end.year else f"{first} {p.start.year}"
            name, pattern = f"{first}–{last} {p.end.year}", self.words_of("periods", "S").get(case, "#")
        else:
            first, last = str(p.start.year), str(p.end.year)
            name, pattern = f"{first}–{last}", str(self.words_of("years")) if case else "#"
        if "#" in pattern:
            return self.elided(pattern.replace("#", name))
        return self.elided(pattern.format(first=first, last=last, year=p.end.year))
