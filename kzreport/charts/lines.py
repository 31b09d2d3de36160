"""Lines over time, with a stepped target, scattered observations and one annotated reading."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns

from kzreport.charts.canvas import Canvas, at, values
from kzreport.charts.colours import GREY, INK, MUTED, PALETTE, PAPER, TARGET
from kzreport.charts.fonts import TEXT, text_width
from kzreport.charts.style import DASHES, DOTTED
from kzreport.indicators.readings import valued
from kzreport.model import Groups, Reading


def runs(readings: Sequence[Reading]) -> list[list[Reading]]:
    """Split readings into runs without a gap: a missing period, or one without a number, breaks a line.

    Estimates are runs of their own, from the last or to the first figure beside them.
    """
    found: list[list[Reading]] = []
    for r in readings:
        if r.ok and found and found[-1][-1].period.shift(1) == r.period:
            if len(found[-1]) > 1 and is_estimate(found[-1]) != is_estimate([found[-1][-1], r]):
                found.append([found[-1][-1]])
            found[-1].append(r)
        elif r.ok:
            found.append([r])
    return found


OPEN = (("○", "o"), ("◇", "D"))  # of scattered observations: each kind has its own marker
LABELLED = 0.14  # of the time axis: a part of a target that is wide enough for its label
NEAR = 0.15  # of the time axis: a label in the middle would leave the plot
EARLY = 0.03  # of the time axis: a line that stops that long before its end says when


def is_estimate(run: Sequence[Reading]) -> bool:
    """True for a piece of a line that leads to, from or between estimates."""
    return any(r.estimated for r in run)


@dataclass(frozen=True)
class Line:
    """A line over time and its style."""

    readings: Sequence[Reading]
    colour: str
    width: float
    dashes: tuple[float, ...]
    z: int


def draw_lines(canvas: Canvas, drawn: Sequence[Line]) -> None:
    """Draw lines, broken at gaps; a period alone between two gaps is a point.

    One call of seaborn draws all runs: it takes as long for ten as for one.
    """
    pieces = [(line, run) for line in drawn for run in runs(line.readings)]
    if not pieces:
        return
    rows = [(at(r.period), valued(r), number) for number, (_, run) in enumerate(pieces) for r in run]
    frame = pd.DataFrame(rows, columns=["x", "y", "run"])
    before = len(canvas.ax.lines)
    sns.lineplot(frame, x="x", y="y", units="run", estimator=None, sort=False, color=INK, ax=canvas.ax)
    for artist, (line, run) in zip(canvas.ax.lines[before:], pieces, strict=True):
        artist.set(color=line.colour, linewidth=line.width, zorder=line.z)
        dashes = DOTTED if is_estimate(run) else line.dashes
        artist.set_linestyle("-" if dashes == DASHES[0] else (0.0, dashes))
        if len(run) == 1:
            artist.set(marker="o", markeredgecolor="w")


def draw_points(canvas: Canvas, points: Groups, first: int) -> None:
    """Draw scattered observations as open markers, their colours from the ``first`` of the palette on, with a key."""
    for number, (name, readings) in enumerate(points.items()):
        shown = [r for r in readings if r.ok]
        colour = PALETTE[(first + number) % len(PALETTE)]
        spots = ([at(r.period) for r in shown], [valued(r) for r in shown])
        sign, marker = OPEN[number % len(OPEN)]
        canvas.ax.scatter(*spots, s=22, marker=marker, facecolors=PAPER, edgecolors=colour, linewidths=1.2, zorder=5)
        if shown:
            canvas.key(f"{sign} {canvas.words.label(name)}", colour)


def lines(
    canvas: Canvas,
    groups: Groups,
    *,
    steps: Groups | None = None,
    mark: Reading | None = None,
    points: Groups | None = None,
    highlight: str = "",
) -> None:
    """Draw lines over time with labels at their ends; estimates are dotted.

    Parameters
    ----------
    groups
        The readings of each line.
    steps
        Annual readings drawn as a stepped target: one group for a point target, two for a band.
    mark
        One reading to annotate, such as a peak.
    points
        Scattered observations: open markers without a line.
    highlight
        The one group in colour; the others are then grey.
    """
    drawn = [at(r.period) for r in values(groups) + values(points or {})]
    latest, span = max(drawn), max(drawn) - min(drawn) or 1.0  # one period alone still needs an axis
    ends: list[tuple[float, float, str, str]] = []
    drawn_lines: list[Line] = []
    for number, (name, readings) in enumerate(groups.items()):
        first = name == highlight if highlight else number == 0
        colour = PALETTE[number % len(PALETTE)] if not highlight else PALETTE[0] if first else GREY
        style = (2.4, DASHES[0], 4) if first else (1.5, DASHES[number % len(DASHES)], 3)
        drawn_lines.append(Line(readings, colour, *style))
        shown = [r for r in readings if r.ok]
        if shown:
            between = "\n" if len(groups) < 5 else " "
            x, height, text, ink = canvas.end(name, shown[-1], MUTED if colour == GREY else colour, between=between)
            if at(shown[-1].period) < latest - EARLY * span:
                text += f" ({canvas.words.period(shown[-1].period, 'short')})"
            ends.append((x, height, text, ink))
    draw_lines(canvas, drawn_lines)
    draw_points(canvas, points or {}, len(groups))
    canvas.ax.set_xlim(min(drawn) - span * 0.015, max(drawn) + span * 0.01)
    targets = draw_steps(canvas, steps) if steps else []
    if targets and (late := beside_plot(canvas, targets[-1])):
        ends.append(late)
        del targets[-1]
    marked = mark is not None and mark.ok and min(drawn) <= at(mark.period)
    canvas.headroom(0.09 if marked else 0.02)
    if mark is not None and marked:
        spot = (at(mark.period), valued(mark))
        text = f"{canvas.words.reading(mark)}, {canvas.words.period(mark.period)}"
        side = "right" if spot[0] > latest - NEAR * span else "left" if spot[0] < min(drawn) + NEAR * span else "center"
        canvas.ax.annotate(text, spot, (0, 7), textcoords="offset points", ha=side, fontsize=TEXT)
        canvas.ax.plot(*spot, "o", ms=5, mfc="white", mec=INK, mew=1.3, zorder=6)
    canvas.end_labels(ends)
    label_steps(canvas, targets, drawn_lines)
    canvas.over_time(groups)
    canvas.hint_periods({**groups, **(points or {})})


@dataclass(frozen=True)
class Step:
    """A part of a target that stands for some years: from ``left`` to ``right`` between two bounds, and its label."""

    left: float
    right: float
    low: float
    high: float
    label: str


def draw_steps(canvas: Canvas, steps: Groups) -> list[Step]:
    """Draw a target that changes over the years: a band between stepped bounds, or a line if they coincide.

    Years that follow each other with the same target are one part. Returns the parts that :func:`label_steps` labels:
    the first, the last, and those that are wide enough.
    """
    left, right = canvas.ax.get_xlim()
    bounds = [{r.period.year: r for r in readings if r.ok} for readings in steps.values()]
    parts: list[tuple[list[int], Reading, Reading]] = []
    for year in sorted(set.intersection(*map(set, bounds))) if bounds else ():
        low, high = (choose((b[year] for b in bounds), key=valued) for choose in (min, max))
        same = parts and (valued(parts[-1][1]), valued(parts[-1][2])) == (valued(low), valued(high))
        if same and parts[-1][0][-1] == year - 1:
            parts[-1][0].append(year)
        elif max(float(year), left) < min(year + 1.0, right):
            parts.append(([year], low, high))
    labelled: list[Step] = []
    for years, low, high in parts:
        a, b = max(float(years[0]), left), min(years[-1] + 1.0, right)
        canvas.ax.fill_between([a, b], valued(low), valued(high), color=TARGET, alpha=0.18, lw=0, zorder=1)
        wide = 0.7 if valued(high) > valued(low) else 1.2
        canvas.ax.hlines([valued(low), valued(high)], a, b, color=TARGET, lw=wide, zorder=2)
        if (b - a) / (right - left) > LABELLED or (years, low, high) in (parts[0], parts[-1]):
            target = canvas.words.reading(low)
            if valued(high) > valued(low):
                target = canvas.words.ui("range").format(low=canvas.value(low), high=canvas.words.reading(high))
            text = f"{canvas.words.ui('target')}{canvas.words.colon}{target}"
            labelled.append(Step(a, b, valued(low), valued(high), text))
    return labelled


def beside_plot(canvas: Canvas, step: Step) -> tuple[float, float, str, str] | None:
    """Return the label of a part at the plot's end for the column beside it, if the part is narrower than its label."""
    left, right = canvas.ax.get_xlim()
    wide = text_width(step.label) / canvas.ax.bbox.width * (right - left)
    if step.right < right or step.right - step.left > wide:
        return None
    lines = textwrap.wrap(step.label, 21, break_long_words=False)
    return right, (step.low + step.high) / 2, "\n".join(lines), TARGET


def label_steps(canvas: Canvas, steps: Sequence[Step], drawn: Sequence[Line]) -> None:
    """Write each label under its part of the target, or over it: where no line passes through it, if there is one."""
    ax = canvas.ax
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    tall = (TEXT + 3) / ax.bbox.height * (top - bottom)
    paths = [([at(r.period) for r in run], [valued(r) for r in run]) for line in drawn for run in runs(line.readings)]

    def passed(place: float, half: float, base: float) -> int:
        """Count the points of lines between the corners of a label."""
        spots = np.linspace(place - half, place + half, 25)
        heights = [np.interp(spots, xs, ys, left=np.nan, right=np.nan) for xs, ys in paths]
        return sum(int(((h > base) & (h < base + tall)).sum()) for h in heights)

    for step in steps:
        half = text_width(step.label) / ax.bbox.width * (right - left) / 2
        first, last = (max(left + half, min(x, right - half)) for x in (step.left + half, step.right - half))
        places = [max(left + half, min((step.left + step.right) / 2, right - half)), first, last]
        spots = [(x, under) for under in (True, False) for x in places]
        x, under = min(spots, key=lambda s: passed(s[0], half, step.low - tall if s[1] else step.high))
        style: dict[str, Any] = {"va": "top" if under else "bottom", "ha": "center", "color": TARGET, "fontsize": TEXT}
        height = step.low if under else step.high
        ax.annotate(step.label, (x, height), (0, -3 if under else 2), textcoords="offset points", **style)
