"""Charts of a workbook, drawn by the spreadsheet itself from the figures in its sheets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from xlsxwriter.worksheet import Worksheet

from kzreport.charts.colours import GREY, PALETTE
from kzreport.pages.outputs import Kind, Output
from kzreport.render.book import INK, LINE, MUTED, Book, Link
from kzreport.render.figures import Figure, FigureReader, groups_of

_FEWEST = 8  # periods of a series that is drawn
_MOST = 7  # lines of a chart that a reader can distinguish
_HEIGHT = 24  # rows that a chart takes, with its title and the name of its sheet
_TICKS = 8  # at most, on the axis of years
_DAY_0 = date(1899, 12, 30)  # from which a spreadsheet counts days
_DASHES = ("solid", "dash", "round_dot", "long_dash", "dash_dot", "square_dot", "long_dash_dot")


@dataclass(frozen=True)
class _Line:
    name: str
    first: int
    last: int
    joined: bool


@dataclass(frozen=True)
class Drawn:
    """A chart to draw: title, description, unit, its lines as rows of a sheet, and the columns of dates and values.

    ``first``, ``last``: the years of its first and last period.
    """

    title: str
    alt: str
    unit: str
    sheet: str
    lines: Sequence[_Line]
    dates: int
    values: int
    first: int
    last: int


def main_series(
    figures: Sequence[tuple[Output, list[Figure]]], sheet: str, top: int, dates: int, values: int, reader: FigureReader
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
    """
    row = top
    for output, few in figures:
        groups = list(groups_of(few))
        if output.kind is Kind.CHART and _over_time(few, groups):
            lines = [
                _Line(reader.label(g), row + first, row + last, _joined(few, first, last)) for g, first, last in groups
            ]
            years = [int(f.period[:4]) for f in few]
            unit = reader.words.unit(few[0].unit)
            return Drawn(output.heading, output.alt, unit, sheet, lines, dates, values, min(years), max(years))
        row += len(few)
    return None


def _over_time(figures: Sequence[Figure], groups: Sequence[tuple[str, int, int]]) -> bool:
    """True for figures of one unit and one subject a group, in the order of their periods, enough for a line."""
    names = [g for g, _, _ in groups]
    longest = max(last - first + 1 for _, first, last in groups)
    if len({f.unit for f in figures}) != 1 or longest < _FEWEST or len(groups) > _MOST or len(set(names)) < len(names):
        return False
    for _, first, last in groups:
        own = figures[first : last + 1]
        periods = [f.period for f in own]
        if periods != sorted(set(periods)) or len({(f.item, len(f.period)) for f in own}) != 1:
            return False
        if any("/" in f.period or f.value is None for f in own):
            return False
    return True


def _joined(figures: Sequence[Figure], first: int, last: int) -> bool:
    """True for figures that a line may join: as frequent as the first of the chart, and more than two.

    A target of a year among months holds for the year: a line from one to the next would say that it moves.
    """
    return len(figures[first].period) == len(figures[0].period) and last - first > 1


def add_charts(book: Book, sheet: Worksheet, drawn: Sequence[Drawn]) -> None:
    """Put charts on a sheet one below the other, each under its title and a link to its figures."""
    sheet.set_column(0, 0, 110)
    sheet.set_portrait()
    sheet.set_h_pagebreaks([3 + number * _HEIGHT for number in range(2, len(drawn), 2)])
    for number, chart in enumerate(drawn):
        row = 3 + number * _HEIGHT
        book.write(sheet, row, 0, chart.title, bold=True, font_size=12)
        book.write(sheet, row + 1, 0, Link(chart.sheet, chart.sheet))
        _add(book, sheet, row + 2, chart)


def _years(first: int, last: int) -> dict[str, float]:
    """Return the scale of an axis of days whose ticks fall on the first days of years."""
    ends = [(date(year, 1, 1) - _DAY_0).days for year in (first, last + 1)]
    step = math.ceil((last + 1 - first) / _TICKS)
    return {"min": ends[0] + 1, "max": ends[1] + 1, "major_unit": 365.25 * step}  # a leap year moves a tick by a day


def _mark(colour: str) -> dict[str, object]:
    return {"type": "diamond", "size": 6, "border": {"color": colour}, "fill": {"color": colour}}


def _add(book: Book, sheet: Worksheet, row: int, drawn: Drawn) -> None:
    chart = book.workbook.add_chart({"type": "scatter", "subtype": "straight"})
    for number, line in enumerate(drawn.lines):
        dates = [drawn.sheet, line.first, drawn.dates, line.last, drawn.dates]
        values = [drawn.sheet, line.first, drawn.values, line.last, drawn.values]
        colour = PALETTE[number] if number < len(PALETTE) else GREY
        style = {"color": colour, "width": 1.75, "dash_type": _DASHES[number % len(_DASHES)]}
        drawn_as = {"line": style} if line.joined else {"line": {"none": True}, "marker": _mark(colour)}
        chart.add_series({"name": line.name, "categories": dates, "values": values, **drawn_as})
    font = {"name": "Arial", "size": 10, "color": INK, "bold": False}
    muted = {**font, "color": MUTED}
    grid = {"visible": True, "line": {"color": LINE, "width": 0.5}}
    chart.set_title({"none": True})
    x_axis = {"num_format": "yyyy", "num_font": muted, "label_position": "low", "major_gridlines": {"visible": False}}
    chart.set_x_axis({**x_axis, **_years(drawn.first, drawn.last)})
    chart.set_y_axis(
        {
            "name": drawn.unit,
            "name_font": font,
            "num_font": muted,
            "num_format": "#,##0",
            "major_gridlines": grid,
            "line": {"none": True},
        }
    )
    chart.set_legend({"none": True} if len(drawn.lines) == 1 else {"position": "bottom", "font": font})
    chart.set_chartarea({"border": {"none": True}})
    chart.set_size({"width": 690, "height": 370})
    sheet.insert_chart(row, 0, chart, {"description": drawn.alt, "object_position": 2})
