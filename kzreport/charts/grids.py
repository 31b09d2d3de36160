"""A grid: one column for each vintage, one row for each period, revisions tinted."""

from __future__ import annotations

import textwrap
from typing import Any

from matplotlib.patches import Rectangle

from kzreport.charts.canvas import Canvas, values
from kzreport.charts.colours import ACCENT, FRAME, PALETTE
from kzreport.charts.fonts import TEXT, text_width
from kzreport.indicators.readings import valued
from kzreport.indicators.revisions import shows
from kzreport.language.locale import NBSP
from kzreport.model import Groups, Period, Reading


def heat(canvas: Canvas, groups: Groups) -> None:
    """Draw a column for each group (a vintage) and a row for each period, latest on top: the value in that vintage.

    A cell whose value changed since the vintage before is tinted, blue for up and orange for down. One scale serves
    both sides of zero. The change is also written beside the value: never colour alone.
    """
    columns, periods = list(groups), sorted({r.period for r in values(groups)})
    before: dict[Period, Reading] = {}
    cells: list[tuple[int, Reading, float]] = []  # column, value then, change if it shows
    for x, name in enumerate(columns):
        for r in groups[name]:
            if r.ok:
                old = valued(before.get(r.period, r))
                cells.append((x, r, valued(r) - old if shows(old, valued(r), r.decimals) else 0.0))
                before[r.period] = r
    wide = canvas.ax.bbox.width * 0.96 / len(columns)
    most = max(abs(change) for _, _, change in cells) or 1.0
    for x, r, change in cells:
        row, colour = periods.index(r.period), PALETTE[0] if change > 0 else ACCENT
        depth = 0.15 + 0.35 * abs(change) / most if change else 0.0
        canvas.ax.add_artist(Rectangle((x - 0.48, row - 0.46), 0.96, 0.92, lw=0.6, ec=FRAME, fc=(colour, depth)))
        text = canvas.words.number(valued(r), r.decimals)
        if change:
            moved = f"({canvas.words.number(change, r.decimals, signed=True)})"
            apart = NBSP * 2 if text_width(f"{text}{NBSP * 2}{moved}", bold=True) < wide - 6 else "\n"
            text = f"{text}{apart}{moved}"
        style: dict[str, Any] = {"fontweight": "bold" if change else "normal", "linespacing": 1.1}
        canvas.ax.text(x, row, text, ha="center", va="center", fontsize=TEXT, **style)
    canvas.rows([canvas.words.period(p) for p in periods], -0.5, len(columns) - 0.5)
    names = [canvas.words.label(n).replace(NBSP, " ") for n in columns]
    canvas.ax.set_xticks(range(len(columns)), [textwrap.fill(n, 18 if len(columns) < 6 else 12) for n in names])
    canvas.ax.grid(visible=False)
    canvas.ax.spines["bottom"].set_visible(False)
    canvas.ax.tick_params(length=0)
    canvas.key(canvas.words.ui("vintages"))
    for sign, key, colour in (("+", "revised_up", PALETTE[0]), ("−", "revised_down", ACCENT)):
        canvas.key(f"{sign} {canvas.words.ui(key)}", colour)
