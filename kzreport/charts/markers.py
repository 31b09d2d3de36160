"""Markers: a scatter of publishers over the years, pairs of values in rows, a ranking in rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import seaborn as sns

from kzreport.charts.canvas import Canvas, at, values
from kzreport.charts.colours import ACCENT, INK, PALETTE, PAPER, STEM
from kzreport.charts.fonts import TEXT, text_width
from kzreport.charts.style import MARKERS
from kzreport.indicators.readings import valued
from kzreport.language.locale import NBSP
from kzreport.model import Groups, Reading

APART = NBSP * 4  # between two things in one line: several plain spaces are one in a page
CLEAR = 11.0  # points between the middle of a marker and the names
ABREAST = 7.5  # points between the figures of one year
SIGNS = "●□△◇▽"  # as MARKERS, the first one filled
FILLED = "●■▲◆▼✚✖◀▶"  # as MARKERS


def dots(canvas: Canvas, groups: Groups, *, apart: str = "") -> None:
    """Scatter publishers over the years, a marker and a colour for each; the group ``apart``: open red diamonds.

    The figures of one year stand side by side, on a bar from the lowest to the highest; these two are written.
    """
    periods = [at(r.period) for r in values(groups)]
    left, right = min(periods) - (1.3 if apart in groups else 0.6), max(periods) + 0.75
    canvas.ax.set_xlim(left, right)
    step = ABREAST * (right - left) / canvas.ax.bbox.width
    own = {n: [r for r in g if r.ok] for n, g in groups.items() if n != apart}
    years: dict[float, list[Reading]] = {}
    for r in values(own):
        years.setdefault(at(r.period), []).append(r)
    seen = {x: -(len(few) - 1) / 2 for x, few in years.items()}
    for number, (name, shown) in enumerate(own.items()):
        xs = []
        for r in shown:
            xs.append(at(r.period) + step * seen[at(r.period)])
            seen[at(r.period)] += 1
            canvas.hint(r, xs[-1], valued(r), canvas.words.label(name))
        heights, marker = [valued(r) for r in shown], MARKERS[number % len(MARKERS)]
        colour = PALETTE[number % len(PALETTE)]
        sns.scatterplot(x=xs, y=heights, ax=canvas.ax, color=colour, marker=marker, s=52, legend=False, zorder=4)
        canvas.key(f"{FILLED[number % len(FILLED)]} {canvas.words.label(name)}", colour)
    for x, few in years.items():
        low, high = min(few, key=valued), max(few, key=valued)
        canvas.ax.vlines(x, valued(low), valued(high), color=STEM, lw=1.2, zorder=1)
        for r, up in ((high, True), (low, False)) if canvas.value(low) != canvas.value(high) else ((high, True),):
            side: dict[str, Any] = {"ha": "center", "va": "bottom" if up else "top", "fontsize": TEXT}
            spot = (x, valued(r))
            canvas.ax.annotate(canvas.value(r), spot, (0, 5 if up else -6), textcoords="offset points", **side)
    set_apart = [r for r in groups.get(apart, ()) if r.ok]
    if set_apart:
        spots = [(at(r.period) - 0.14, valued(r)) for r in set_apart]
        style: dict[str, Any] = {
            "marker": "D",
            "s": 60,
            "facecolors": "white",
            "edgecolors": ACCENT,
            "linewidths": 1.8,
            "zorder": 5,
        }
        canvas.ax.scatter(*zip(*spots, strict=True), **style)
        canvas.key(f"◇ {canvas.words.label(apart)}", ACCENT)
        for r, spot in zip(set_apart, spots, strict=True):
            canvas.hint(r, *spot, canvas.words.label(apart))
            offset: dict[str, Any] = {
                "xytext": (-8, 6),
                "textcoords": "offset points",
                "ha": "right",
                "color": ACCENT,
                "fontsize": TEXT,
            }
            canvas.ax.annotate(canvas.words.reading(r, "full"), spot, **offset)
    bottom, top = canvas.ax.get_ylim()
    lowest = min(map(valued, values(groups)))
    bottom = min(bottom - (0.07 * (top - bottom) if lowest < 0 else 0.0), 0.0)  # the lowest is written under its marker
    canvas.ax.set_ylim(bottom, top + (top - bottom) * 0.09)
    if bottom < 0:
        canvas.ax.axhline(0, color=INK, lw=0.9, zorder=2)
    canvas.over_time(groups)


def pairs(canvas: Canvas, groups: Groups, *, ends: Sequence[str] = ()) -> None:
    """Draw a row for each group: its first reading (open circle) joined to its last, and both numbers.

    ``ends``: the names of the open and the full circle (two reporters): each number stands at its own circle.
    Without it they are before and after, written as a way from one to the other.
    """
    if ends:
        for mark, name in zip("○●", ends, strict=True):
            canvas.key(f"{mark} {canvas.words.label(name)}")
    kept = {n: [r for r in g if r.ok] for n, g in groups.items() if any(r.ok for r in g)}
    names = list(kept)[::-1]
    beyond: list[tuple[float, float]] = []  # a value, and the points that its number takes left of it
    after: list[tuple[float, float]] = []  # the same, right of it
    for row, name in enumerate(names):
        first, last = kept[name][0], kept[name][-1]
        canvas.ax.plot([valued(first), valued(last)], [row, row], color=STEM, lw=2.2, zorder=2)
        canvas.ax.plot([valued(first)], [row], "o", ms=8, mfc="white", mec=PALETTE[0], mew=1.6, zorder=3)
        canvas.ax.plot([valued(last)], [row], "o", ms=8, color=PALETTE[0], zorder=4)
        for r in (first, last):
            canvas.hint(r, valued(r), row, canvas.words.label(name))
        low, high = sorted((first, last), key=valued)
        text = canvas.marked(high) if ends else f"{canvas.marked(first)} → {canvas.marked(last)}"
        style: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": TEXT}
        canvas.ax.annotate(text, (valued(high), row), (9, 0), **style)
        after.append((valued(high), 13 + text_width(text)))
        if ends and low is not high:
            canvas.ax.annotate(canvas.marked(low), (valued(low), row), (-9, 0), ha="right", **style)
            beyond.append((valued(low), 13 + text_width(canvas.marked(low))))
    canvas.explain_stars(values(kept))
    largest, smallest = max(valued(r) for r in values(kept)), min(0.0, *(valued(r) for r in values(kept)))
    wide = canvas.ax.bbox.width
    right = max(high + room / (wide - room) * (largest - smallest) for high, room in after)
    right = max(right, largest * (1.15 if ends else 1.25))
    point = (right - smallest) / wide
    left = min(0.0, min(map(valued, values(kept))) - CLEAR * point)
    canvas.rows([canvas.label(n, 24) for n in names], min([left, *(v - room * point for v, room in beyond)]), right)
    canvas.number_axis("x")


def ranks(canvas: Canvas, groups: Groups, *, apart: str = "") -> None:
    """Draw a row for each item, largest on top; a marker for each group; the item ``apart`` in red."""
    order = list(groups)
    kept: list[tuple[str, list[tuple[str, Reading]]]] = []  # label, its readings with their groups: stages of one thing
    for name, r in sorted(((n, r) for n, g in groups.items() for r in g if r.ok), key=lambda pair: -valued(pair[1])):
        label = canvas.label(r.item, 34)
        row_of = (stages for other, stages in kept if other == label and name not in dict(stages))
        if (stages := next(row_of, None)) is not None:
            stages.insert(0, (name, r))
        else:  # two of one group are two things, though the data name them alike
            kept.insert(0, (label, [(name, r)]))
    for row, (_, stages) in enumerate(kept):
        colour = ACCENT if stages[0][1].item == apart else PALETTE[0]
        canvas.ax.hlines(
            row, min(0.0, valued(stages[0][1])), max(0.0, valued(stages[-1][1])), color=STEM, lw=1.2, zorder=1
        )
        for name, r in stages:
            number = order.index(name)
            face = colour if number == 0 else PAPER if len(stages) == 1 else "none"  # none hides another
            style: dict[str, Any] = {"mfc": face, "mec": colour, "mew": 1.6, "zorder": 3, "clip_on": False}
            canvas.ax.plot([valued(r)], [row], MARKERS[number], ms=8, **style)
            canvas.hint(r, valued(r), row, canvas.words.label(r.item))
        signed = [f"{SIGNS[order.index(n)]} {canvas.marked(r)}" for n, r in stages[::-1]]
        text = APART.join(signed) if len(stages) > 1 else canvas.marked(stages[0][1])
        place: dict[str, Any] = {"textcoords": "offset points", "va": "center", "color": colour, "fontsize": TEXT}
        canvas.ax.annotate(text, (max(valued(stages[-1][1]), 0.0), row), (9, 0), **place)
    shown = [r for _, stages in kept for _, r in stages]
    least, most = min(map(valued, shown)), max(map(valued, shown))
    margin = 0.02 * max(abs(least), abs(most))
    right = max(most * (1.15 + 0.1 * (max(len(stages) for _, stages in kept) - 1)), margin)
    clear = CLEAR * (right - min(least, 0)) / canvas.ax.bbox.width
    canvas.rows([label for label, _ in kept], min(0.0, least - clear), right)
    if len(order) > 1:  # a group that stands alone is named by the title, or by its period under it
        for n, name in enumerate(order):
            canvas.key(f"{SIGNS[n]} {canvas.words.label(name)}")
    canvas.explain_stars(shown)
    canvas.number_axis("x")
