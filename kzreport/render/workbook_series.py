"""The main series of a page, as the native charts of a workbook draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from kzreport.model import Period
from kzreport.pages.outputs import Kind, Output
from kzreport.render.figures import DAY, Figure, FigureReader, groups_of, shown_decimals
from kzreport.units import UNITS, Scale, scale_for

_FEWEST = 8  # periods of a series that is drawn, and points of a chart without lines
_MOST = 7  # lines of a chart that a reader can distinguish by their names
_MOST_GREY = 10  # if one of them stands out
_MOST_DATED = 19  # editions of a forecast, the newest ones, of which the newest alone is named
_MOST_MARKS = 8  # kinds of marks
_LONGEST = 2  # decimals of a number beside a name
_FEWEST_PERIODS = 3  # of points, else they show no course


@dataclass(frozen=True)
class Line:
    """One line of a chart.

    - ``name``: of the line; ``period``, ``value``: its last ones, in words, the value on the scale of the axis
    - ``first``, ``last``: the rows of its figures
    - ``until``, ``level``, ``decimals``: where it ends: a day, and a value with the decimals that it is shown with
    - ``days``: of a line that moves by steps, the days that a figure holds for; else 0
    - ``joined``: true if a line may go from figure to figure
    - ``strong``: true for the subject of the report among others, and for what came of forecasts
    - ``newest``: true for the newest of several forecasts
    - ``named``: true if its name stands at its end
    """

    name: str
    period: str
    value: str
    first: int
    last: int
    until: date
    level: float
    decimals: int
    days: int
    joined: bool
    strong: bool
    newest: bool
    named: bool


@dataclass(frozen=True)
class Drawn:
    """A chart to draw: its texts, its lines as rows of a sheet, the columns of dates and values, and its scales.

    - ``measure``: what is drawn, in which unit, from when to when; ``source``: publishers and until when
    - ``unit``, ``axis``, ``divisor``: the unit of the values and of the axis, and what these are divided by for it
    - ``since``, ``until``: the first and the last day
    - ``low``, ``high``: the smallest and the largest value, with zero unless the page says that its axis leaves it out
    - ``points``: true for figures that no line joins, such as those of several publishers: a mark for each group
    """

    title: str
    measure: str
    source: str
    alt: str
    unit: str
    axis: str
    divisor: float
    sheet: str
    lines: Sequence[Line]
    dates: int
    values: int
    since: date
    until: date
    low: float
    high: float
    points: bool


def main_series(
    figures: Sequence[tuple[Output, list[Figure]]],
    sheet: str,
    top: int,
    dates: int,
    values: int,
    reader: FigureReader,
    home: str,
) -> Drawn | None:
    """Return the main series of a page: of its first chart over time, as many as a reader can distinguish, or nothing.

    A page without such a chart has its first points over time, if there is a chart of these.

    Parameters
    ----------
    figures
        The charts and tables of the page as they stand in its sheet, one below the other.
    sheet, top
        The name of the sheet, and the row of its first figure.
    dates, values
        The columns of the first days of periods, and of values.
    reader
        Of the figures of the page.
    home
        The code of the group that stands out where there are others.
    """
    row, scattered = top, None
    for output, few in figures:
        groups = list(groups_of(few))
        at = (sheet, row, dates, values)
        if output.kind is Kind.CHART and _over_time(few, groups, home):
            return _drawn(output, few, groups, at, reader, home, points=False)
        if output.kind is Kind.CHART and scattered is None and _points(few, groups):
            scattered = _drawn(output, few, groups, at, reader, home, points=True)
        row += len(few)
    return scattered


def _alike(figures: Sequence[Figure], groups: Sequence[tuple[str, int, int]]) -> bool:
    """True for figures that one chart can show: of one unit, each with a value, each group in one piece."""
    names = [g for g, _, _ in groups]
    valued = all(f.value is not None and "/" not in f.period for f in figures)
    return valued and len({f.unit for f in figures}) == 1 and len(set(names)) == len(names)


def _points(figures: Sequence[Figure], groups: Sequence[tuple[str, int, int]]) -> bool:
    """True for figures of several periods, enough to show a course, that are no lines."""
    enough = len(figures) >= _FEWEST and len({f.period for f in figures}) >= _FEWEST_PERIODS
    return _alike(figures, groups) and enough and len(groups) <= _MOST_MARKS


def _dated(names: Sequence[str]) -> bool:
    """True for an outcome and the editions of its forecast, each named by its day.

    >>> _dated(["actual", "2024-10-23", "2025-04-23"]), _dated(["KAZ", "UZB"])
    (True, False)
    """
    return len(names) > 1 and [bool(DAY.fullmatch(name)) for name in names] == [False] + [True] * (len(names) - 1)


def _over_time(figures: Sequence[Figure], groups: Sequence[tuple[str, int, int]], home: str) -> bool:
    """True for figures of one unit and one subject a group, in the order of their periods, enough for a line."""
    names = [g for g, _, _ in groups]
    longest = max(last - first + 1 for _, first, last in groups)
    most = _MOST_GREY if home in names else _MOST
    if not _alike(figures, groups) or longest < _FEWEST or (len(groups) > most and not _dated(names)):
        return False
    for _, first, last in groups:
        own = figures[first : last + 1]
        periods = [f.period for f in own]
        if periods != sorted(set(periods)) or len({(f.item, len(f.period)) for f in own}) != 1:
            return False
    return True


def _drawn(
    output: Output,
    few: Sequence[Figure],
    groups: Sequence[tuple[str, int, int]],
    at: tuple[str, int, int, int],
    reader: FigureReader,
    home: str,
    *,
    points: bool,
) -> Drawn:
    words, (sheet, row, dates, values) = reader.words, at
    numbers = [f.value for f in few if f.value is not None]
    unit = few[0].unit
    scale = scale_for(max(map(abs, numbers)), UNITS[unit].axis) if unit in UNITS else None
    names = [g for g, _, _ in groups]
    dated, usual = _dated(names), 0 if points else len(few[0].period)
    stands_out = names[0] if dated else home if len(groups) > 1 else ""
    lines = [
        replace(
            _line(g, few[first : last + 1], row + first, usual, reader, scale),
            strong=g == stands_out and not points,
            newest=dated and g == max(names[1:]),
            named=not points and (not dated or g in (names[0], max(names[1:]))),
        )
        for g, first, last in (groups if not dated else [groups[0], *groups[1:][-_MOST_DATED:]])
    ]
    from_zero = words.ui("axis_above_zero") not in output.measure
    return Drawn(
        title=output.heading,
        measure=output.measure if output.finding else "",
        source=output.source,
        alt=output.alt,
        unit=words.unit(unit),
        axis=words.unit(scale.words if scale else unit),
        divisor=scale.divisor if scale else 1.0,
        sheet=sheet,
        lines=lines,
        dates=dates,
        values=values,
        since=min(Period.parse(f.period).start for f in few),
        until=max(line.until for line in lines),
        low=min(*numbers, *[0.0] * from_zero),
        high=max(*numbers, *[0.0] * from_zero),
        points=points,
    )


def _line(group: str, own: Sequence[Figure], row: int, usual: int, reader: FigureReader, scale: Scale | None) -> Line:
    """Return one line. ``usual``: the length of the name of a period of the chart, or 0 if it has points alone.

    A target of a year among months holds for the year: a line from one to the next would say that it moves.
    """
    words, periods = reader.words, [Period.parse(f.period) for f in own]
    number = max(range(len(own)), key=lambda n: (periods[n].start, n))
    end, last = own[number], periods[number]
    level = end.value or 0.0
    stepped = len(end.period) < usual
    decimals = shown_decimals(level, end.unit)
    in_chart = words.number(level, min(decimals, _LONGEST))
    on_axis = words.number(level / scale.divisor, scale.digits) if scale else in_chart
    return Line(
        name=reader.label(group),
        period=words.period(last),
        value=on_axis,
        first=row,
        last=row + len(own) - 1,
        until=last.end if stepped else last.start,
        level=level,
        decimals=decimals,
        days=max((p.end - p.start).days + 1 for p in periods) if stepped else 0,
        joined=usual > 0 and not stepped and len(own) > 2,
        strong=False,
        newest=False,
        named=True,
    )
