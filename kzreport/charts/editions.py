"""Paths of successive editions over what came: one edition a year, each named by its year where its forecast ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from kzreport.charts.canvas import Canvas, at, values
from kzreport.charts.colours import INK, MUTED, PALETTE, PAPER, VINTAGES
from kzreport.charts.describe import describe
from kzreport.charts.fonts import TEXT, text_width
from kzreport.charts.lines import Line, draw_lines, runs
from kzreport.charts.style import DASHES
from kzreport.indicators.readings import valued
from kzreport.language.words import Words
from kzreport.model import Groups

MOST = 4  # earlier editions: a reader still tells so many apart
_UP, NEAR = (9, 15, 22, 30), 10  # points
# Places of a text around the end of a path, in points, the best one first.
AROUND = (
    (6, 0, "left"),
    *((x, sign * up, side) for up in _UP for sign in (1, -1) for x, side in ((0, "center"), (5, "left"))),
)


@dataclass(frozen=True)
class _Named:
    """The end of a path, in units of the axes, and what is written beside it."""

    x: float
    y: float
    text: str


def drawn_editions(names: Sequence[str]) -> tuple[str, ...]:
    """Return the earlier editions that are drawn, oldest first: the last of each year before that of the latest one.

    ``names``: the days of all editions, the latest one last. Of many years every second, or third, is drawn.

    >>> drawn_editions(["2019-04-09", "2019-10-15", "2020-10-14", "2021-04-06", "2021-10-12"])
    ('2019-10-15', '2020-10-14')
    """
    by_year = {name[:4]: name for name in names}
    kept = list(by_year.values())[::-1]
    every = -(-(len(kept) - 1) // MOST) or 1
    return tuple(kept[every::every][::-1])


def editions(canvas: Canvas, groups: Groups) -> None:
    """Draw the first group (what came) thick, the last one (the latest edition) dashed, and a few editions before it.

    The older an edition, the paler its line. The latest one is named beside the plot.
    """
    came, *days = groups
    shown = drawn_editions(days)
    kept: dict[str, Any] = {name: groups[name] for name in (came, *shown, *days[-1:])}
    steps = (MOST - 1) / max(1, len(shown) - 1)
    colours = [VINTAGES[round(steps * number)] for number in range(len(shown))]
    drawn = [Line(kept[name], colour, 1.7, DASHES[0], 3) for name, colour in zip(shown, colours, strict=False)]
    drawn.append(Line(groups[came], PALETTE[0], 3.0, DASHES[0], 5))
    if days:
        drawn.append(Line(groups[days[-1]], VINTAGES[-1], 2.0, DASHES[1], 4))
    draw_lines(canvas, drawn)
    known = [r for r in groups[came] if r.ok]
    canvas.ax.plot([at(r.period) for r in known], [valued(r) for r in known], "o", ms=3.5, color=PALETTE[0], zorder=6)
    places = [at(r.period) for r in values(kept)]
    span = max(places) - min(places) or 1.0
    canvas.ax.set_xlim(min(places) - span * 0.015, max(places) + span * 0.01)
    canvas.headroom(0.04)
    level = []
    if canvas.ax.get_ylim()[0] < 0:
        level = [canvas.ax.axhline(0, color=INK, lw=0.7, zorder=2)]
    canvas.key(f"● {canvas.words.label(came)}", PALETTE[0])
    if days:
        last = [r for r in groups[days[-1]] if r.ok][-1]
        x, height, text, colour = canvas.end(days[-1], last, VINTAGES[-1])
        canvas.end_labels([(x, height, f"{text} ({canvas.words.period(last.period, 'short')})", colour)])
    if shown:
        _name_ends(canvas, {name: kept[name] for name in shown}, colours, drawn, level)
        said = canvas.words.ui("editions_drawn").format(shown=len(shown) + 1, all=len(days))
        canvas.key(canvas.words.typography(said))
    canvas.over_time(kept)
    canvas.hint_periods(kept)


def _name_ends(
    canvas: Canvas, paths: Groups, colours: Sequence[str], drawn: Sequence[Line], level: Sequence[Line2D]
) -> None:
    """Write the year of each path at its end, where no line and no other year is."""
    ends = []
    for (name, readings), colour in zip(paths.items(), colours, strict=False):
        last = [r for r in readings if r.ok][-1]
        ends.append(_Named(at(last.period), valued(last), name[:4]))
        canvas.ax.plot([ends[-1].x], [ends[-1].y], "o", ms=5, mfc=PAPER, mec=colour, mew=1.5, zorder=4)
    place = canvas.ax.transData
    pieces = [
        Path(place.transform([(at(r.period), valued(r)) for r in run])) for line in drawn for run in runs(line.readings)
    ]
    pieces += [line.get_transform().transform_path(line.get_path()) for line in level]
    taken = [Bbox.from_bounds(x - 3.5, y - 3.5, 7, 7) for x, y in (place.transform((e.x, e.y)) for e in ends)]
    for end in ends:
        tried = [(_box(canvas, end, *spot), spot) for spot in AROUND]
        box, (right, up, side) = min(tried, key=lambda t: _met(canvas, t[0], pieces, taken))
        taken.append(box)
        if abs(up) > NEAR:  # else a reader takes it for the name of another path
            across, down = place.inverted().transform(
                (box.x0 + (0 if right else box.width / 2), box.y0 if up > 0 else box.y1)
            )
            canvas.ax.plot([end.x, across], [end.y, down], color=MUTED, lw=0.6, zorder=2)
        style: dict[str, Any] = {"textcoords": "offset points", "ha": side, "va": "center", "fontsize": TEXT}
        canvas.ax.annotate(end.text, (end.x, end.y), (right, up), color=MUTED, **style)


def _box(canvas: Canvas, end: _Named, right: float, up: float, side: str) -> Bbox:
    """Return the box of a text so many points from the end of a path."""
    x, y = canvas.ax.transData.transform((end.x, end.y))
    wide = text_width(end.text)
    left = x + right - wide * {"left": 0.0, "center": 0.5, "right": 1.0}[side]
    return Bbox.from_bounds(left, y + up - TEXT / 2, wide, TEXT)


def _met(canvas: Canvas, box: Bbox, pieces: Sequence[Path], taken: Sequence[Bbox]) -> int:
    """Count what a text would meet: lines, other texts, the edge of the plot."""
    plot = canvas.ax.bbox
    outside: bool = box.x1 > plot.x1 or box.y0 < plot.y0 or box.y1 > plot.y1
    lines: int = sum(piece.intersects_bbox(box.padded(1.5), filled=False) for piece in pieces)
    return lines + sum(box.overlaps(other) for other in taken) + 3 * outside


def describe_editions(title: str, groups: Groups, words: Words) -> str:
    """Return the title, what came and the latest edition as :func:`describe` does, and which others are drawn."""
    came, *days = groups
    shown = drawn_editions(days)
    if len(days) < 3 or not shown:
        return describe(title, groups, words)
    told: Mapping[str, Any] = {name: groups[name] for name in (came, days[-1])}
    said = words.ui("editions_between").format(
        first=words.label(days[0]), last=words.label(days[-2]), years=", ".join(name[:4] for name in shown)
    )
    return f"{describe(title, told, words)} {words.typography(said)}"
