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
_WIDEST = 16  # columns of groups side by side
_GROUP, _ITEM, _PERIOD, _VALUE, _UNIT, _STATUS, _ESTIMATED = range(7)

_Row = Sequence[str]


@dataclass(frozen=True)
class FigureTable:
    """Figures as rows of text.

    - ``heads``: number of cells at the start of a row that name what it is about
    - ``count``: the number of rows that there are; those shown may be fewer
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    heads: int
    count: int


def figure_table(output: Output, reader: FigureReader) -> FigureTable | None:
    """Return the figures of a chart as a table; ``None`` for a list of texts.

    Groups stand side by side where each has one figure a period, the latest period first; else each figure has a row.
    Values have their unit unless all have the same, which the chart names.
    """
    rows = csv_rows(output)
    if not has_figures(rows):
        return None
    shown = [row for row in rows[1:] if row[_VALUE] or row[_STATUS] != "ok"]
    table = _side_by_side(shown, reader) if _is_grid(shown) else _listed(shown, reader)
    head, cells, heads = table
    return FigureTable(head, cells[:MOST], heads, len(cells))


def _is_grid(rows: Sequence[_Row]) -> bool:
    groups = dict.fromkeys(row[_GROUP] for row in rows)
    one_item = len({(row[_GROUP], row[_ITEM]) for row in rows}) == len(groups)
    one_figure = len({(row[_GROUP], row[_PERIOD]) for row in rows}) == len(rows)
    return one_item and one_figure and len(groups) <= _WIDEST and len({row[_PERIOD] for row in rows}) > 1


def _side_by_side(rows: Sequence[_Row], reader: FigureReader) -> tuple[list[str], list[list[str]], int]:
    groups = list(dict.fromkeys(row[_GROUP] for row in rows))
    at = {(row[_PERIOD], row[_GROUP]): row for row in rows}
    periods = sorted({row[_PERIOD] for row in rows}, key=_moment, reverse=True)
    values = _Values(rows, reader.words)
    head = [reader.words.ui("period"), *map(reader.label, groups)]
    cells = [
        [_period(period, reader.words), *(values.text(at.get((period, group))) for group in groups)]
        for period in periods
    ]
    return head, cells, 1


def _listed(rows: Sequence[_Row], reader: FigureReader) -> tuple[list[str], list[list[str]], int]:
    w = reader.words
    items = any(row[_ITEM] not in ("", row[_GROUP]) for row in rows)
    groups = not items or len({row[_GROUP] for row in rows}) > 1
    values = _Values(rows, w)
    head = [w.word("handed", "line")] * groups + [w.word("handed", "item")] * items + [w.ui("period"), w.ui("value")]
    cells = [
        [reader.label(row[_GROUP])] * groups
        + ["" if row[_ITEM] == row[_GROUP] else reader.label(row[_ITEM])] * items
        + [_period(row[_PERIOD], w), values.text(row)]
        for row in rows
    ]
    return head, cells, groups + items


def _moment(period: str) -> tuple[bool, Period | None, str]:
    try:
        return True, Period.parse(period), period
    except DataError:
        return False, None, period


def _period(period: str, words: Words) -> str:
    try:
        return words.period(Period.parse(period))
    except DataError:
        return period


class _Values:
    """Writes values, those of a unit with the same decimals; without the unit where there is one alone."""

    def __init__(self, rows: Sequence[_Row], words: Words) -> None:
        self.words = words
        self.decimals: dict[str, int] = {}
        for row in rows:
            own = shown_decimals(float(row[_VALUE]), row[_UNIT]) if row[_VALUE] else 0
            self.decimals[row[_UNIT]] = max(own, self.decimals.get(row[_UNIT], 0))

    def text(self, row: _Row | None) -> str:
        """Write the value of a row; an estimate has an asterisk."""
        w = self.words
        if row is None:
            return "–"
        if not row[_VALUE]:
            return w.ui("not_available" if row[_STATUS] == "missing_input" else "not_significant")
        value, unit = float(row[_VALUE]), row[_UNIT]
        bare = len(self.decimals) == 1 or unit not in UNITS
        text = w.number(value, self.decimals[unit]) if bare else w.quantity(value, unit, digits=self.decimals[unit])
        return f"{text}*" if row[_ESTIMATED] else text
