"""The main series of a page, as the native charts of a workbook draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kzreport.model import Period
from kzreport.pages.outputs import Kind, Output
from kzreport.render.figures import Figure, FigureReader, groups_of, shown_decimals
from kzreport.units import UNITS, Scale, scale_for

_FEWEST = 8  # periods of a series that is drawn
_MOST = 7  # lines of a chart that a reader can distinguish by their names
_MOST_GREY = 10  # if one of them stands out


@dataclass(frozen=True)
class Line:
    """One line of a chart.

    - ``name``: of the line; ``period``, ``value``: its last ones, in words, the value on the scale of the axis
    - ``first``, ``last``: the rows of its figures
    - ``until``, ``level``, ``decimals``: where it ends: a day, and a value with the decimals that it is shown with
    - ``days``: of a line that moves by steps, the days that a figure holds for; else 0
    - ``joined``: true if a line may go from figure to figure
    - ``strong``: true for the subject of the report among others
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


@dataclass(frozen=True)
class Drawn:
    """A chart to draw: its texts, its lines as rows of a sheet, the columns of dates and values, and its scales.

    - ``measure``: what is drawn, in which unit, from when to when; ``source``: publishers and until when
    - ``unit``, ``axis``, ``divisor``: the unit of the values and of the axis, and what these are divided by for it
    - ``since``, ``until``: the first and the last day
    - ``low``, ``high``: the smallest and the largest value, with zero unless the page says that its axis leaves it out
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
    row = top
    for output, few in figures:
        groups = list(groups_of(few))
        if output.kind is Kind.CHART and _over_time(few, groups, home):
            return _drawn(output, few, groups, sheet, row, (dates, values), reader, home)
        row += len(few)
    return None


def _over_time(figures: Sequence[Figure], groups: Sequence[tuple[str, int, int]], home: str) -> bool:
    """True for figures of one unit and one subject a group, in the order of their periods, enough for a line."""
    names = [g for g, _, _ in groups]
    longest = max(last - first + 1 for _, first, last in groups)
    most = _MOST_GREY if home in names else _MOST
    if len({f.unit for f in figures}) != 1 or longest < _FEWEST or len(groups) > most or len(set(names)) < len(names):
        return False
    for _, first, last in groups:
        own = figures[first : last + 1]
        periods = [f.period for f in own]
        if periods != sorted(set(periods)) or len({(f.item, len(f.period)) for f in own}) != 1:
            return False
        if any("/" in f.period or f.value is None for f in own):
            return False
    return True


def _drawn(
    output: Output,
    few: Sequence[Figure],
    groups: Sequence[tuple[str, int, int]],
    sheet: str,
    row: int,
    columns: tuple[int, int],
    reader: FigureReader,
    home: str,
) -> Drawn:
    words = reader.words
    numbers = [f.value for f in few if f.value is not None]
    unit = few[0].unit
    scale = scale_for(max(map(abs, numbers)), UNITS[unit].axis) if unit in UNITS else None
    stands_out = home if len(groups) > 1 else ""
    lines = [
        _line(g, few[first : last + 1], row + first, len(few[0].period), reader, scale, strong=g == stands_out)
        for g, first, last in groups
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
        dates=columns[0],
        values=columns[1],
        since=min(Period.parse(f.period).start for f in few),
        until=max(line.until for line in lines),
        low=min(*numbers, *[0.0] * from_zero),
        high=max(*numbers, *[0.0] * from_zero),
    )


def _line(
    group: str, own: Sequence[Figure], row: int, usual: int, reader: FigureReader, scale: Scale | None, *, strong: bool
) -> Line:
    """Return one line. ``usual``: the length of the name of a period of the chart.

    A target of a year among months holds for the year: a line from one to the next would say that it moves.
    """
    words, end = reader.words, own[-1]
    level = end.value or 0.0
    periods = [Period.parse(f.period) for f in own]
    stepped = len(end.period) < usual
    decimals = shown_decimals(level, end.unit)
    on_axis = words.number(level / scale.divisor, scale.digits) if scale else words.number(level, decimals)
    return Line(
        name=reader.label(group),
        period=words.period(periods[-1]),
        value=on_axis,
        first=row,
        last=row + len(own) - 1,
        until=periods[-1].end if stepped else periods[-1].start,
        level=level,
        decimals=decimals,
        days=max((p.end - p.start).days + 1 for p in periods) if stepped else 0,
        joined=not stepped and len(own) > 2,
        strong=strong,
    )
