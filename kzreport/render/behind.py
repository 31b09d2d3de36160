"""The figures behind a chart as a table for readers, bounded; all of them are in the CSV file beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kzreport.errors import DataError
from kzreport.language.words import Words
from kzreport.model import Period
from kzreport.pages.outputs import Output
from kzreport.render.figures import FigureReader, csv_rows, has_figures, shown_decimals
from kzreport.units import UNITS

MOST = 24  # rows shown
_WIDEST = 16  # columns side by side
_SMALL = 100  # below it, a value of a unit without decimals keeps those that its publisher gave
_FILLED = 0.3  # the share of the cells side by side that must have a figure
_GROUP, _ITEM, _PERIOD, _VALUE, _UNIT, _STATUS, _ESTIMATED, _SERIES = range(8)

_Row = Sequence[str]


@dataclass(frozen=True)
class FigureTable:
    """Figures as rows of text, the latest period first.

    - ``heads``: number of cells at the start of a row that name what it is about
    - ``count``: the number of rows that there are; those shown may be fewer
    - ``unit``: the name of the unit of all values; empty where each value has its own
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    heads: int
    count: int
    unit: str


def figure_table(output: Output, reader: FigureReader) -> FigureTable | None:
    """Return the figures of a chart as a table; ``None`` for a list of texts.

    Groups stand side by side where most have one figure a period; else each figure has a row.
    """
    rows = csv_rows(output)
    if not has_figures(rows):
        return None
    # a bar that is named by its period says nothing more
    shown = [[*row[:_ITEM], "" if row[_ITEM] == row[_PERIOD] else row[_ITEM], *row[_PERIOD:]] for row in rows[1:]]
    grid = _is_grid(shown)
    values = _Values(shown, reader)
    count = len({row[_PERIOD] for row in shown}) if grid else len(shown)
    head, cells, heads = (_side_by_side if grid else _listed)(shown, reader, values)
    return FigureTable(head, cells, heads, count, values.unit)


def _is_grid(rows: Sequence[_Row]) -> bool:
    columns = {(row[_GROUP], row[_ITEM]) for row in rows}
    periods = {row[_PERIOD] for row in rows}
    single = len({(row[_GROUP], row[_ITEM], row[_PERIOD]) for row in rows}) == len(rows)
    filled = len(rows) >= _FILLED * len(columns) * len(periods)
    return single and filled and len(columns) <= _WIDEST and len(periods) > 1


def _side_by_side(
    rows: Sequence[_Row], reader: FigureReader, values: _Values
) -> tuple[list[str], list[list[str]], int]:
    columns = list(dict.fromkeys((row[_GROUP], row[_ITEM]) for row in rows))
    groups = [group for group, _ in columns]

    def name(group: str, item: str) -> str:
        alone = item in ("", group) or groups.count(group) == 1
        return reader.label(group) if alone else f"{reader.label(group)}, {reader.label(item)}"

    at = {(row[_PERIOD], row[_GROUP], row[_ITEM]): row for row in rows}
    head = [reader.words.ui("period"), *(name(*column) for column in columns)]
    cells = [
        [_period(period, reader.words), *(values.text(at.get((period, *column))) for column in columns)]
        for period in sorted({row[_PERIOD] for row in rows}, key=_moment, reverse=True)[:MOST]
    ]
    return head, cells, 1


def _listed(rows: Sequence[_Row], reader: FigureReader, values: _Values) -> tuple[list[str], list[list[str]], int]:
    w = reader.words
    items = any(row[_ITEM] not in ("", row[_GROUP]) for row in rows)
    groups = not items or len({row[_GROUP] for row in rows}) > 1
    head = [w.word("handed", "line")] * groups + [w.word("handed", "item")] * items + [w.ui("period"), w.ui("value")]
    cells = [
        [reader.label(row[_GROUP])] * groups
        + [reader.label(row[_ITEM]) if row[_ITEM] not in ("", row[_GROUP]) else "–"] * items
        + [_period(row[_PERIOD], w), values.text(row)]
        for row in sorted(rows, key=lambda row: _moment(row[_PERIOD]), reverse=True)[:MOST]
    ]
    return head, cells, groups + items + 1


def _moment(period: str) -> tuple[bool, Period | str]:
    try:
        return True, Period.parse(period)
    except DataError:
        return False, period


def _period(period: str, words: Words) -> str:
    try:
        return words.period(Period.parse(period))
    except DataError:
        return period


class _Values:
    """Writes values, without the unit where there is only one.

    A value of a unit that has decimals is shown with those of the unit, or of its series where the card gives some: as
    the sentences and tables beside the chart show it, and as the columns beside its own.
    """

    def __init__(self, rows: Sequence[_Row], reader: FigureReader) -> None:
        self.words, self.held = reader.words, reader.held
        units = tuple(dict.fromkeys(row[_UNIT] for row in rows))
        self.unit = self.words.unit(units[0]) if len(units) == 1 and units[0] in UNITS else ""

    def _digits(self, row: _Row) -> int:
        names, unit, value = row[_SERIES].split(), row[_UNIT], float(row[_VALUE])
        if unit not in UNITS or not UNITS[unit].decimals:
            return shown_decimals(value, unit) if abs(value) < _SMALL else 0
        own = self.held.get(names[0]) if len(names) == 1 else None
        return own.decimals if own and own.unit == unit and own.decimals is not None else UNITS[unit].decimals

    def text(self, row: _Row | None) -> str:
        """Write the value of a row; an estimate has an asterisk."""
        w = self.words
        if row is None:
            return "–"
        if not row[_VALUE]:
            return w.ui("not_available" if row[_STATUS] == "missing_input" else "not_significant")
        value, unit = float(row[_VALUE]), row[_UNIT]
        digits = self._digits(row)
        text = w.number(value, digits) if self.unit or unit not in UNITS else w.quantity(value, unit, digits=digits)
        return f"{text}*" if row[_ESTIMATED] else text
