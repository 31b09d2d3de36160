"""The kinds of plot: one table. A new kind is one function that draws on a canvas and one entry here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kzreport.charts.bars import bars, stacked
from kzreport.charts.canvas import values
from kzreport.charts.describe import describe, describe_grid
from kzreport.charts.editions import describe_editions, editions
from kzreport.charts.grids import heat
from kzreport.charts.lines import lines
from kzreport.charts.markers import dots, pairs, ranks
from kzreport.charts.multiples import multiples
from kzreport.charts.multiples import rows as rows_of_plots
from kzreport.charts.slopes import slopes
from kzreport.errors import PageError, explain, one_of
from kzreport.language.words import Words
from kzreport.model import Groups

ROW = 0.3  # inches: a row with its name, in one line over it on a phone, in two lines beside it else


@dataclass(frozen=True)
class Kind:
    """A kind of plot.

    - ``draw``: draws groups of readings on a :class:`~kzreport.charts.canvas.Canvas`, axes included.
    - ``margins``: inches left and right of the plot, for its labels.
    - ``rows``: the number of rows, for a plot that grows with them; ``None`` for a plot of fixed height.
    - ``pitch``: inches from row to row.
    - ``foot``: inches under the plot for the labels of its axis.
    - ``grid``: true for a table of vintages: it is shown whole, not cut to a window, and its cells are not scaled.
    - ``newest``: true if the newest figures are at the right: a narrow screen shows that end first.
    - ``axis``: true if one axis of the whole plot is at its left: on a narrow screen it stays in sight.
    - ``names``: true if the plot names the item of each reading.
    - ``describe``: writes the alternative text from title, groups and words.
    """

    draw: Callable[..., None]
    margins: tuple[float, float]
    rows: Callable[[Groups], int] | None = None
    pitch: float = 0.4
    foot: float = 0.28
    grid: bool = False
    newest: bool = False
    axis: bool = False
    names: bool = False
    describe: Callable[[str, Groups, Words], str] = describe


KINDS: Mapping[str, Kind] = {
    "lines": Kind(lines, (0.5, 1.75), newest=True, axis=True),
    "multiples": Kind(multiples, (0.5, 0.15), rows=rows_of_plots, foot=0.04),
    "bars": Kind(bars, (0.5, 1.75), newest=True, axis=True),
    "editions": Kind(editions, (0.5, 1.75), newest=True, axis=True, describe=describe_editions),
    "stacked": Kind(stacked, (0.5, 1.75), newest=True, axis=True),
    "dots": Kind(dots, (0.5, 0.3), newest=True, axis=True),
    "pairs": Kind(pairs, (1.8, 0.3), rows=len, pitch=ROW, axis=True),
    "ranks": Kind(ranks, (2.6, 0.3), rows=lambda groups: len(values(groups)), pitch=ROW, axis=True, names=True),
    "slopes": Kind(slopes, (1.5, 1.5), rows=lambda groups: max(7, len(groups))),
    "heat": Kind(
        heat,
        (0.9, 0.2),
        rows=lambda groups: len({r.period for r in values(groups)}),
        pitch=ROW,
        foot=0.42,
        grid=True,
        describe=describe_grid,
    ),
}


def plot_kind(name: str) -> Kind:
    """Return a kind of plot. Raises :class:`PageError` for an unknown name."""
    if name not in KINDS:
        raise PageError(explain("chart", repr(name), one_of(KINDS, name)))
    return KINDS[name]
