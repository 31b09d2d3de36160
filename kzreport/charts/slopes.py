"""Slopes: two moments side by side, a line for each group between its two figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kzreport.charts.canvas import Canvas, values
from kzreport.charts.colours import ACCENT, FRAME, MUTED, PALETTE
from kzreport.charts.fonts import TEXT, text_width
from kzreport.charts.spread import spread
from kzreport.indicators.readings import valued
from kzreport.model import Groups, Period, Reading

MARK, BESIDE = 6.0, 12.0  # points between a figure and the line that leads to its label, and its label
APART = 12.5  # points between two labels
RISE = "▲▼"


def slopes(canvas: Canvas, groups: Groups) -> None:
    """Draw a line for each group from its figure at the earliest moment to that at the latest, named at both ends.

    What rose is blue, what fell is orange. A group that has one of the two figures is a point.
    """
    moments = min(r.period for r in values(groups)), max(r.period for r in values(groups))
    kept = {name: _ends(readings, moments) for name, readings in groups.items()}
    kept = {name: ends for name, ends in kept.items() if any(ends)}
    lowest, highest = (choose(map(valued, values(groups))) for choose in (min, max))
    margin = 0.05 * ((highest - lowest) or abs(highest) or 1.0)
    canvas.ax.set(ylim=(lowest - margin, highest + margin), xlim=(0.0, 1.0))
    _make_room(canvas, kept)
    canvas.ax.vlines([0, 1], lowest - margin, highest + margin, color=FRAME, lw=0.8, zorder=1)
    colours = {name: _colour(ends) for name, ends in kept.items()}
    for name, ends in kept.items():
        shown = [(x, r) for x, r in enumerate(ends) if r]
        places = [x for x, _ in shown], [valued(r) for _, r in shown]
        canvas.ax.plot(*places, color=colours[name], lw=1.9, zorder=3, clip_on=False)
        canvas.ax.plot(*places, "o", ms=6, color=colours[name], zorder=4, clip_on=False)
        for x, r in shown:
            canvas.hint(r, x, valued(r), canvas.words.label(name))
    for side in (0, 1):
        _write_side(canvas, {name: end for name, ends in kept.items() if (end := ends[side])}, side, colours)
    for sign, key, colour in zip(RISE, ("rose", "fell"), (PALETTE[0], ACCENT), strict=True):
        if colour in colours.values():
            canvas.key(f"{sign} {canvas.words.ui(key)}", colour)
    canvas.ax.set_xticks([0, 1], [canvas.words.period(p) for p in moments])
    canvas.ax.set_yticks([])
    canvas.ax.grid(visible=False)
    canvas.ax.spines["bottom"].set_visible(False)
    canvas.ax.tick_params(length=0)


def _ends(readings: Sequence[Reading], moments: tuple[Period, Period]) -> tuple[Reading | None, Reading | None]:
    known = {r.period: r for r in readings if r.ok}
    first, last = (known.get(p) for p in moments)
    return first, last


def _colour(ends: tuple[Reading | None, Reading | None]) -> str:
    first, last = ends
    if first is None or last is None or valued(first) == valued(last):
        return MUTED
    return PALETTE[0] if valued(last) > valued(first) else ACCENT


def _make_room(canvas: Canvas, kept: Mapping[str, tuple[Reading | None, Reading | None]]) -> None:
    """Leave as much beside the plot as the labels need."""
    figure, box = canvas.ax.get_figure(root=True), canvas.ax.get_position()
    assert figure is not None
    whole = figure.get_figwidth() * 72
    wide = [
        max(
            (
                text_width(f"{canvas.value(r)} {canvas.words.label(name)}")
                for name, ends in kept.items()
                if (r := ends[side])
            ),
            default=0,
        )
        for side in (0, 1)
    ]
    left, right = (BESIDE + 10 + points for points in wide)
    canvas.ax.set_position((left / whole, box.y0, 1 - (left + right) / whole, box.height))


def _write_side(canvas: Canvas, shown: Mapping[str, Reading], side: int, colours: Mapping[str, str]) -> None:
    """Write the labels of one moment, moved apart so that they do not touch."""
    low, high = canvas.ax.get_ylim()
    point = (high - low) / canvas.ax.bbox.height
    across = 1 / canvas.ax.bbox.width
    heights = [valued(r) for r in shown.values()]
    places = spread(heights, APART * point, low + APART / 2 * point, high)
    for row, ((name, r), height, place) in enumerate(zip(shown.items(), heights, places, strict=True)):
        sign = 1 if side else -1
        if abs(place - height) > 2 * point:
            ends = [side + sign * MARK * across, side + sign * (BESIDE - 2) * across], [height, place]
            canvas.ax.plot(*ends, color=colours[name], lw=0.6, clip_on=False, zorder=1)
        style: dict[str, Any] = {"va": "center", "fontsize": TEXT, "color": colours[name]}
        x = side + sign * BESIDE * across
        number, label = canvas.value(r), canvas.words.label(name)
        if side:
            canvas.ax.text(x, place, f"{number} {label}", ha="left", **style)
        else:  # two texts: a phone shows the first alone
            canvas.ax.text(x, place, number, ha="right", **style)
            before = x - text_width(f"{number} ") * across
            canvas.ax.text(before, place, label, ha="right", gid=f"name{row}", **style)
