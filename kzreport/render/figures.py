"""The figures behind a chart or table, read from its CSV, with who published each and when.

What belongs here: reading the figures of an output, and naming what they are of. What does not: any file of a reader.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from kzreport.charts.describe import HEADER
from kzreport.days import parse_day
from kzreport.errors import DataError, WordsError
from kzreport.language.words import Words
from kzreport.model import Observation, Period, Series
from kzreport.pages.outputs import Output
from kzreport.series.known import load_series
from kzreport.series.resource import names_of, resources
from kzreport.units import UNITS

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)  # the code of a vintage
_SMALL = 100  # below it, a unit without decimals may have some
_FULL = 3  # decimals of a number that is shown as published, not rounded to those of its unit
_THEN = "then"  # the group of figures as an earlier edition had them


@dataclass(frozen=True)
class Figure:
    """A figure behind a chart or table.

    - ``group``, ``item``, ``period``, ``unit``, ``status``, ``basis``: codes, as the page's CSV has them
    - ``value``: ``None`` if missing; ``status`` says why
    - ``estimated``: no publisher gave it
    - ``series``: the names of the series that it was computed from
    - ``publisher``: who published these, in a language
    - ``published``: the latest day on which they published a figure of this period, an ISO date; empty if unknown
    """

    group: str
    item: str
    period: str
    value: float | None
    unit: str
    status: str
    estimated: bool
    series: tuple[str, ...]
    basis: str
    publisher: str
    published: str


def csv_rows(output: Output) -> list[list[str]]:
    """Return the rows of the CSV of a chart or table, its header first."""
    return list(csv.reader(io.StringIO(output.csv)))


def has_figures(rows: Sequence[Sequence[str]]) -> bool:
    """True for the CSV of readings; others, such as the CSV of claims, are lists of texts."""
    return bool(rows) and tuple(rows[0]) == HEADER


class FigureReader:
    """Reads the figures behind the charts and tables of a page; what it looks up, it looks up once.

    ``words``: of the page, in the language in which publishers are named; ``as_of``: the date of the edition.
    ``others``: words of other pages, which name what these do not; ``held``: all series of the project.
    """

    def __init__(self, words: Words, as_of: date, others: Sequence[Words] = ()) -> None:
        self.words, self.as_of, self.others = words, as_of, others
        self.held = resources()
        self._bodies = names_of("publishers")
        self._known: dict[tuple[str, date], Series] = {}
        self._inside: dict[tuple[str, str, date], tuple[Observation, ...]] = {}
        self._labels: dict[str, str] = {}
        self._days: dict[tuple[str, str, date, tuple[str, ...]], str] = {}
        self._publishers: dict[tuple[tuple[str, ...], tuple[str, ...]], str] = {}

    def read(self, output: Output) -> list[Figure]:
        """Return the figures behind a chart or table; none for a list of texts."""
        rows = csv_rows(output)
        return [self.figure(row) for row in rows[1:]] if has_figures(rows) else []

    def figure(self, row: Sequence[str]) -> Figure:
        """Return the figure of a row of the CSV of readings."""
        group, item, period, value, unit, status, estimated, series, basis = row
        names = tuple(series.split())
        parts = tuple(part for part in (*group.split("|"), *item.split("|")) if part)
        days = [parse_day(part) for part in parts if DAY.fullmatch(part)]  # of a vintage, if one is named
        key, published = min([self.as_of, *days]), ""
        if value and group != _THEN:
            held = [name for name in names if name in self.held]
            published = max((self._published(name, period, key, parts) for name in held), default="")
        number = float(value) if value else None
        publisher = self._publisher(names, parts)
        return Figure(group, item, period, number, unit, status, bool(estimated), names, basis, publisher, published)

    def _published(self, name: str, period: str, day: date, parts: tuple[str, ...]) -> str:
        key = (name, period, day, parts)
        if key not in self._days:
            if (name, period, day) not in self._inside:
                if (name, day) not in self._known:
                    self._known[name, day] = load_series(name, day)
                self._inside[name, period, day] = _inside(self._known[name, day], period)
            self._days[key] = _day_published(self._inside[name, period, day], self.held[name].dimensions, parts)
        return self._days[key]

    def _publisher(self, names: tuple[str, ...], parts: tuple[str, ...]) -> str:
        """Name the publishers of series; of a series that has several, those that the figure itself names."""
        key = (names, parts)
        if key not in self._publishers:
            named = [self.words.label(part) for part in parts if part in self._bodies]
            found: list[str] = []
            for name in names:
                own = self.words.publisher(name) if name in self.held else self.words.ui("claims_source")
                found += [own] if own else named or [self.words.ui("several_publishers")]
            self._publishers[key] = self.words.semicolon.join(dict.fromkeys(found))
        return self._publishers[key]

    def label(self, code: str) -> str:
        """Return the name of a group or item; a code that is a text already is its own name."""
        if code not in self._labels:
            self._labels[code] = self._name(code)
        return self._labels[code]

    def _name(self, code: str) -> str:
        if not code:
            return ""
        for words in (self.words, *self.others):
            with suppress(WordsError):
                return words.label(code)  # as the picture names it
        if self.words.has_word("ui", code):
            return self.words.ui(code)
        return self.held[code].titles[self.words.language] if code in self.held else code


def _inside(series: Series, period: str) -> tuple[Observation, ...]:
    """Return the observations of a series within a period; none for a text that is no period."""
    try:
        wanted = Period.parse(period)
    except DataError:
        return ()
    return tuple(o for o in series if wanted.start <= o.period.start and o.period.end <= wanted.end)


def _day_published(inside: Sequence[Observation], dimensions: Sequence[str], parts: Sequence[str]) -> str:
    """Return the latest day on which one of the observations of a period was published.

    ``parts``: codes that say what the figure is of; the columns of the table that hold one of them are cut to it. Of a
    table with several publishers nothing is said unless one is named.
    """
    found = list(inside)
    for column in dimensions:
        named = [o for o in found if o.dims.get(column) in parts]
        if not named and column == "publisher":
            return ""
        found = named or found
    return max((o.published.isoformat() for o in found), default="")


def shown_decimals(value: float, unit: str) -> int:
    """Return the decimals that a figure is shown with: its unit's, or all of them if they are few.

    A unit without decimals has some in small values alone: 3.396 tonnes, but 298,487.

    >>> shown_decimals(16.75, "percent"), shown_decimals(9.8, "percent"), shown_decimals(9.8123456, "percent")
    (2, 1, 1)
    >>> shown_decimals(3.396, "tonne"), shown_decimals(298487.395, "tonne")
    (3, 0)
    """
    usual = UNITS[unit].decimals if unit in UNITS else 0
    if not usual and abs(value) >= _SMALL:
        return 0
    given = _given(value)
    return given if usual < given <= _FULL else usual


def _given(value: float) -> int:
    return len(f"{value:.10g}".partition(".")[2])


def line_decimals(figures: Sequence[Figure]) -> list[int]:
    """Return the decimals of each figure of a chart or table, the same along a line: its decimal marks align.

    A line that has a computed figure, with decimals without end, has those of its unit.

    >>> f = lambda value, unit: Figure("a", "", "2026", value, unit, "ok", False, (), "", "", "")
    >>> line_decimals([f(16.75, "percent"), f(9.0, "percent"), f(3.396, "tonne"), f(1662.0, "tonne")])
    [2, 2, 3, 0]
    >>> line_decimals([f(0.6666667, "percent"), f(16.75, "percent")])
    [1, 1]
    """
    own = [0 if f.value is None else shown_decimals(f.value, f.unit) for f in figures]
    most: dict[tuple[str, str], int] = {}
    for f, decimals in zip(figures, own, strict=True):
        most[f.group, f.unit] = max(decimals, most.get((f.group, f.unit), 0))
    computed = {(f.group, f.unit) for f in figures if f.value is not None and _given(f.value) > _FULL}
    most |= {(group, unit): UNITS[unit].decimals for group, unit in computed if unit in UNITS}
    fixed = [f.unit in UNITS and UNITS[f.unit].decimals > 0 for f in figures]  # others have some in small values alone
    return [most[f.group, f.unit] if same else few for f, few, same in zip(figures, own, fixed, strict=True)]


def groups_of(figures: Sequence[Figure]) -> Iterator[tuple[str, int, int]]:
    """Yield each group of figures, in order, with the numbers of its first and last row.

    >>> f = lambda g: Figure(g, "", "2026", 1.0, "percent", "ok", False, (), "", "", "")
    >>> list(groups_of([f("a"), f("a"), f("b")]))
    [('a', 0, 1), ('b', 2, 2)]
    """
    first = 0
    for number, figure in enumerate(figures):
        if number + 1 == len(figures) or figures[number + 1].group != figure.group:
            yield figure.group, first, number
            first = number + 1
