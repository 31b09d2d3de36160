"""Bars over time: one group with a line over it, or contributions stacked from zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kzreport.charts.boxes import add_bars
from kzreport.charts.canvas import BESIDE, Canvas, at, values
from kzreport.charts.colours import ACCENT, INK, MUTED, PALETTE, PAPER, tint
from kzreport.charts.fonts import TEXT, text_width
from kzreport.charts.lines import Line, draw_lines
from kzreport.charts.style import DASHES
from kzreport.indicators.readings import valued
from kzreport.model import Groups, Reading

SHADES = (0.85, 0.5, 1.0)  # of parts that lie on each other: they differ without colour too
YEARS_WIDE = {"M": 1 / 12, "Q": 0.25, "A": 1.0}  # width of a period on the time axis


def bars(canvas: Canvas, groups: Groups, *, line: Groups | None = None) -> None:
    """Draw bars over time for the first group, with a line of the same unit over them (a rolling sum)."""
    (name, readings), *_ = groups.items()
    shown = [r for r in readings if r.ok]
    width = YEARS_WIDE[shown[0].period.frequency] * 0.78
    colours = [PALETTE[0] if valued(r) >= 0 else ACCENT for r in shown]
    tints = [tint(colour, 0.85) for colour in colours]
    places, heights = [at(r.period) for r in shown], [valued(r) for r in shown]
    drawn = add_bars(canvas.ax, places, heights, width, [0.0] * len(shown), lw=0, zorder=2)
    for bar, r, colour, fill in zip(drawn, shown, colours, tints, strict=True):
        bar.set_facecolor(fill)
        if r.estimated:
            bar.set(facecolor=PAPER, edgecolor=colour, linewidth=0.8, hatch="////")
    if any(r.estimated for r in shown):
        canvas.key(f"▨ {canvas.words.ui('estimated')}")
    written = not line and _write_values(canvas, shown)
    ends = [] if written else [canvas.end(name, shown[-1], colours[-1], right=width / 2)]
    _mark_empty(canvas, shown)
    for other, path in (line or {}).items():
        draw_lines(canvas, [Line(path, INK, 2, DASHES[0], 4)])
        kept = [r for r in path if r.ok]
        if kept:
            ends.append(canvas.end(other, kept[-1], INK))
    canvas.ax.set_xlim(at(shown[0].period) - width, at(shown[-1].period) + width)
    canvas.headroom(0.07 if written else 0.02)
    canvas.ax.axhline(0, color=INK, lw=0.9, zorder=3)
    canvas.end_labels(ends)
    canvas.over_time(groups)
    canvas.hint_periods({**groups, **(line or {})})


def _write_values(canvas: Canvas, shown: Sequence[Reading]) -> bool:
    """Write each value at its bar and let the plot have the room of labels, if there are so few bars that it fits."""
    periods = [r.period for r in shown]
    count = sum(1 for _ in min(periods).until(max(periods)))
    figure, box = canvas.ax.get_figure(root=True), canvas.ax.get_position()
    assert figure is not None
    wide = figure.get_figwidth() * 72
    pitch = (1 - box.x0) * wide / (1 + BESIDE) / (count + 1)
    if max(text_width(canvas.value(r)) for r in shown) > pitch - 4:
        return False
    canvas.fit_beside(0.0)
    for r in shown:
        up = valued(r) >= 0
        style: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "va": "bottom" if up else "top"}
        if valued(r):
            canvas.ax.annotate(canvas.value(r), (at(r.period), valued(r)), (0, 2 if up else -2), fontsize=TEXT, **style)
    return True


def _mark_empty(canvas: Canvas, shown: Sequence[Reading]) -> None:
    """Mark a period without a bar: 0 if that is the figure, a cross if no figure is held."""
    for r in shown:
        if not valued(r):
            canvas.ax.annotate("0", (at(r.period), 0), (0, 3), textcoords="offset points", ha="center", fontsize=TEXT)
    held = {r.period for r in shown}
    unknown = [p for p in min(held).until(max(held)) if p not in held]
    if unknown:
        for p in unknown:
            canvas.ax.annotate("×", (at(p), 0), (0, 3), textcoords="offset points", ha="center", color=MUTED)
        canvas.key(canvas.words.ui("bar_unknown"))


def stacked(canvas: Canvas, groups: Groups) -> None:
    """Stack contributions up and down from zero; draw the group ``total`` as a line over them.

    The residual is a group like the others, hatched, so the bars add up to the line.
    """
    parts = {n: g for n, g in groups.items() if n != "total"}
    periods = sorted({r.period for r in values(parts)})
    tops = {True: dict.fromkeys(periods, 0.0), False: dict.fromkeys(periods, 0.0)}  # above and below zero
    width = YEARS_WIDE[periods[0].frequency] * 0.9
    last, ends = periods[-1], []
    for number, (name, readings) in enumerate(parts.items()):
        plain = name != "residual"
        colour = PALETTE[number % len(PALETTE)] if plain else MUTED
        by = {r.period: r for r in readings if r.ok}
        heights = [valued(by[p]) if p in by else 0.0 for p in periods]
        bottoms = [tops[h >= 0][p] for p, h in zip(periods, heights, strict=True)]
        add_bars(
            canvas.ax,
            [at(p) for p in periods],
            heights,
            width,
            bottoms,
            facecolor=tint(colour, SHADES[number % len(SHADES)]) if plain else PAPER,
            edgecolor=PAPER if plain else MUTED,
            hatch=None if plain else "////",
            lw=0.4,
            zorder=2,
        )
        for p, h in zip(periods, heights, strict=True):
            tops[h >= 0][p] += h
        if last in by:
            place = bottoms[-1] + heights[-1] / 2
            ends.append((at(last) + width / 2, place, f"{canvas.label(name, 19)} {canvas.value(by[last])}", colour))
    total = [r for r in groups.get("total", ()) if r.ok and r.period in tops[True]]
    if total:
        draw_lines(canvas, [Line(total, INK, 1.8, DASHES[0], 5)])
        dots = [at(r.period) for r in total], [valued(r) for r in total]
        canvas.ax.plot(*dots, "o", ms=3.2, mfc=INK, mec=PAPER, mew=0.4, zorder=6)
        ends.append(canvas.end("total", total[-1], INK, between=" "))
    canvas.ax.set_xlim(at(periods[0]) - width, at(periods[-1]) + width)
    canvas.headroom()
    canvas.ax.axhline(0, color=INK, lw=0.9, zorder=3)
    canvas.end_labels(ends)
    canvas.over_time(groups)
    canvas.hint_periods(groups)
