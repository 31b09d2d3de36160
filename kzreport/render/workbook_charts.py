"""Charts of a workbook, drawn by the spreadsheet itself from the figures in its sheets.

Each line has its name at its end: beside each chart stand the last figures of its lines, and the places of the names.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from xlsxwriter.chart_scatter import ChartScatter
from xlsxwriter.worksheet import Worksheet

from kzreport.charts.colours import ACCENT, GREY, PALETTE, TARGET
from kzreport.charts.spread import spread
from kzreport.render.book import INK, LINE, MUTED, Book, Link, Number, Value, lines_of
from kzreport.render.plot import ticks
from kzreport.render.workbook_series import Drawn, Line

_WIDE = 105  # characters of the column of charts
_ROW = 15.0  # points of a row: 20 pixels
_PLOT = 21  # rows that a chart takes
_BLOCK = _PLOT + 5  # with its title, measure, link, source and the space below
_TOP = 4  # row of the first title
_PRINT = 76  # per cent, in print: two charts a page, also where their titles take two lines
_TICKS = 8  # at most, on the axis of years
_DAY_0 = date(1899, 12, 30)  # from which a spreadsheet counts days
_DASHES = ("solid", "dash", "round_dot", "long_dash", "dash_dot", "square_dot", "long_dash_dot")
_MARKS = ("circle", "square", "triangle", "diamond", "x", "star", "plus")
_LEFT, _ABOVE, _ACROSS, _DOWN = 0.09, 0.04, 0.69, 0.87  # of the chart: where its plot is
_NARROWER = 0.54  # of the chart: a plot with the names of its marks beside it
_DAY = 5  # column of the day of a name; that of its height follows
_APART = 0.053  # of the height of the plot: between the middles of two names
_LATE = 0.04  # of the time axis: lines that end so near to its end have their names beside the plot


def add_charts(book: Book, sheet: Worksheet, drawn: Sequence[Drawn], about: str, heads: Sequence[str]) -> None:
    """Put charts on a sheet one below the other, each with its title, what it shows, its figures and its source.

    ``about``: what the sheet holds, under its title; ``heads``: of the columns beside a chart: line, last period, value
    and unit; day and height of the name in the chart.
    """
    sheet.set_default_row(_ROW)
    for column, width in enumerate((_WIDE, 34, 24, 14, 22, 22, 22)):
        sheet.set_column(column, column, width)
    book.write(sheet, 1, 0, about, font_color=MUTED, text_wrap=True)
    sheet.set_row(1, _ROW * lines_of(about, _WIDE) + 3)
    sheet.set_portrait()
    sheet.set_print_scale(_PRINT)
    sheet.print_area(0, 0, _TOP + len(drawn) * _BLOCK, 0)
    sheet.set_h_pagebreaks([_TOP + number * _BLOCK for number in range(2, len(drawn), 2)])
    for number, chart in enumerate(drawn):
        row = _TOP + number * _BLOCK
        sheet.set_row(row, 17.0 * lines_of(chart.title, _WIDE * 0.85))
        book.write(sheet, row, 0, chart.title, bold=True, font_size=12, text_wrap=True)
        book.write(sheet, row + 1, 0, chart.measure, font_color=MUTED, text_wrap=True)
        sheet.set_row(row + 1, 14.5 * lines_of(chart.measure, _WIDE) + 1)
        book.write(sheet, row + 2, 0, Link(chart.sheet, chart.sheet))
        book.write(sheet, row + 3 + _PLOT, 0, chart.source, font_color=MUTED, text_wrap=True)
        sheet.set_row(row + 3 + _PLOT, 14.5 * lines_of(chart.source, _WIDE) + 3)
        _add(book, sheet, row + 3, chart, heads)


def value_axis(low: float, high: float) -> tuple[float, float, float]:
    """Return the ends of an axis that holds two values, at round numbers, and its step.

    >>> value_axis(0.0, 17.5), value_axis(-2496.0, 15498.0)
    ((0.0, 20.0, 5.0), (-5000.0, 20000.0, 5000.0))
    """
    found = ticks(low, high)
    step = found[1] - found[0]
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return round(first * step, 10), round(max(last, first + 1) * step, 10), round(step, 10)


def year_axis(first: date, last: date) -> tuple[int, int, float]:
    """Return the ends of an axis of days and its step: ticks on the first days of years, never a day before.

    Days as a spreadsheet counts them; the first day of the chart is on the axis.

    >>> from datetime import timedelta
    >>> low, high, step = year_axis(date(2019, 1, 1), date(2026, 9, 1))
    >>> [(_DAY_0 + timedelta(int(low + step * n))).year for n in range(9)]
    [2019, 2020, 2021, 2022, 2023, 2024, 2025, 2026, 2027]
    """
    end = max(last.year if (last.month, last.day) == (1, 1) else last.year + 1, first.year + 1)
    years = end - first.year
    low, high = ((date(year, 1, 1) - _DAY_0).days for year in (first.year, end))
    every = math.ceil(years / _TICKS)
    step = 365.25 * every + 0.75  # two years without a leap day fall short of their mean by less
    return low, max(high, math.ceil(low + years // every * step)), step


def _places(drawn: Drawn, low: float, high: float) -> list[tuple[date | None, float]]:
    """Return the day and height of the name of each line: at its end, those beside the plot one above the other.

    Among lines without names all names stand beside the plot: within it they could not be read. A line without a
    name has no day, and the height of its end.
    """
    crowd = not all(line.named for line in drawn.lines)
    late = [n for n, line in enumerate(drawn.lines) if line.named and (crowd or not _early(line, drawn))]
    gap = (high - low) * _APART
    heights = spread([drawn.lines[n].level for n in late], gap, low, high)
    beside = dict(zip(late, heights, strict=True))
    days = [drawn.until if n in beside else line.until if line.named else None for n, line in enumerate(drawn.lines)]
    return [(day, beside.get(n, line.level)) for n, (day, line) in enumerate(zip(days, drawn.lines, strict=True))]


def _early(line: Line, drawn: Drawn) -> bool:
    """True for a line that ends long before the plot does."""
    return (drawn.until - line.until).days > (drawn.until - drawn.since).days * _LATE


def _style(number: int, line: Line, drawn: Drawn) -> tuple[str, dict[str, object]]:
    """Return the colour of a line and of its name, and how it is drawn."""
    if drawn.points:
        colour = PALETTE[number % len(PALETTE)]
        mark = {"type": _MARKS[number % len(_MARKS)], "size": 9, "border": {"color": colour, "width": 1.5}}
        return colour, {"line": {"none": True}, "marker": mark | {"fill": {"none": True}}}
    if line.days:
        bars = {"type": "fixed", "value": line.days, "direction": "plus", "end_style": 0}
        bars["line"] = {"color": TARGET, "width": 2.25}
        return TARGET, {"line": {"none": True}, "marker": {"type": "none"}, "x_error_bars": bars}
    among = any(other.strong for other in drawn.lines)
    colour = (PALETTE[0] if line.strong else GREY) if among else PALETTE[number % len(PALETTE)]
    if not line.joined:
        mark = {"type": "diamond", "size": 6, "border": {"color": colour}, "fill": {"color": colour}}
        return colour, {"line": {"none": True}, "marker": mark}
    if line.newest:
        return ACCENT, {"line": {"color": ACCENT, "width": 2.25, "dash_type": "dash"}, "marker": {"type": "none"}}
    dash = "solid" if among else _DASHES[number % len(_DASHES)]
    width = 3.0 if line.strong else 1.0 if among else 1.75
    ink = MUTED if colour == GREY else colour  # grey enough for a line is too pale for text
    return ink, {"line": {"color": colour, "width": width, "dash_type": dash}, "marker": {"type": "none"}}


def _add(book: Book, sheet: Worksheet, row: int, drawn: Drawn, heads: Sequence[str]) -> None:
    chart = book.workbook.add_chart({"type": "scatter", "subtype": "straight"})
    low, high, step = value_axis(drawn.low, drawn.high)
    places = _places(drawn, low, high)
    for column, head in enumerate(heads[:4] if drawn.points else heads, 1):
        book.write(sheet, row, column, head, bold=True, bottom=2, bottom_color=INK)
    order = sorted(range(len(drawn.lines)), key=lambda n: (-places[n][1], n))  # as the names stand beside the plot
    below = {n: row + 1 + number for number, n in enumerate(order)}
    inks: list[tuple[int, str]] = []
    over = [2 * line.strong + line.newest for line in drawn.lines]
    for number in sorted(below, key=lambda n: over[n]):  # what stands out is drawn over the others
        line = drawn.lines[number]
        ink, drawn_as = _style(number, line, drawn)
        inks += [(number, ink)] * line.named
        dates = [drawn.sheet, line.first, drawn.dates, line.last, drawn.dates]
        values = [drawn.sheet, line.first, drawn.values, line.last, drawn.values]
        name = [sheet.get_name(), below[number], 1]
        chart.add_series({"name": name, "categories": dates, "values": values, **drawn_as})
        day, height = places[number]
        end = Number(line.level, line.decimals)
        cells: Sequence[Value] = (line.name, line.period, end, drawn.unit, day, Number(height, line.decimals))
        for column, value in enumerate(cells if day else cells[:4], 1):
            book.write(sheet, below[number], column, value)
    for number, ink in inks:
        line = drawn.lines[number]
        beside_plot = _early(line, drawn) and places[number][0] == drawn.until
        _name(chart, sheet.get_name(), below[number], line, ink, said=f" ({line.period})" if beside_plot else "")
    _axes(chart, drawn, (low, high, step))
    font = {"name": "Arial", "size": 10, "color": INK}
    beside = {"x": _LEFT + _NARROWER + 0.02, "y": _ABOVE, "width": 0.98 - _LEFT - _NARROWER, "height": _DOWN}
    legend = {"position": "right", "font": font, "layout": beside}
    chart.set_legend(legend if drawn.points else {"none": True})
    chart.set_chartarea({"border": {"none": True}})
    across = _NARROWER if drawn.points else _ACROSS
    chart.set_plotarea({"layout": {"x": _LEFT, "y": _ABOVE, "width": across, "height": _DOWN}})
    chart.set_size({"width": 735, "height": 20 * _PLOT})
    sheet.insert_chart(row, 0, chart, {"description": drawn.alt, "object_position": 2})


def _name(chart: ChartScatter, sheet: str, row: int, line: Line, ink: str, *, said: str) -> None:
    """Write the name of a line and its last value beside its end: the label of a point that is not drawn.

    ``said``: what follows the value, such as the period of a line that ends early.
    """
    text = f"{line.name} {line.value}{said}"
    font = {"name": "Arial", "size": 10, "color": ink, "bold": line.strong}
    label = {"value": f" {text}" if text.startswith("=") else text, "font": font}  # a label may be a formula
    chart.add_series(
        {
            "name": [sheet, row, 1],
            "categories": [sheet, row, _DAY, row, _DAY],
            "values": [sheet, row, _DAY + 1, row, _DAY + 1],
            "line": {"none": True},
            "marker": {"type": "none"},
            "data_labels": {"value": True, "position": "right", "custom": [label]},
        }
    )


def _axes(chart: ChartScatter, drawn: Drawn, scale: tuple[float, float, float]) -> None:
    low, high, step = scale
    font = {"name": "Arial", "size": 10, "color": INK, "bold": False}
    muted = {**font, "color": MUTED}
    thousands = round(math.log(drawn.divisor, 1000))
    digits = max(0, -math.floor(math.log10(step / drawn.divisor) + 1e-9))
    shown = "#,##0" + (f".{'0' * digits}" if digits else "") + "," * thousands  # each comma divides by a thousand
    grid = {"visible": True, "line": {"color": LINE, "width": 0.5}}
    chart.set_title({"none": True})
    x_axis = {"num_format": "yyyy", "num_font": muted, "label_position": "low", "major_gridlines": {"visible": False}}
    first, last, unit = year_axis(drawn.since, drawn.until)
    chart.set_x_axis({**x_axis, "min": first, "max": last, "major_unit": unit})
    chart.set_y_axis(
        {
            "name": drawn.axis,
            "name_font": font,
            "num_font": muted,
            "num_format": shown,
            "min": low,
            "max": high,
            "major_unit": step,
            "major_gridlines": grid,
            "line": {"none": True},
        }
    )
