"""Small multiples: a small plot for each group, all on one scale, one group shown in each for comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import ceil
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator

from kzreport.charts.canvas import Canvas, at, values, without_axis_labels
from kzreport.charts.colours import ACCENT, INK, PALETTE
from kzreport.charts.fonts import TEXT
from kzreport.charts.lines import Line, draw_lines, draw_points
from kzreport.charts.style import DASHES
from kzreport.indicators.readings import valued
from kzreport.model import Groups, Reading

FLATTENED = 0.5  # a group that leaves less than this part of the scale to all others gets a scale of its own
HEAD, APART_HEAD = 20, 30  # points above each plot, for its name, and for the word on a scale of its own
MOST, LONG = 4, 40  # plots side by side; of series with more periods than that only two
YEARS = 5  # of a long series: no more of them are written under each plot
Scale = tuple[float, float]


def columns(count: int, most: int = MOST) -> int:
    """Return the number of plots side by side: at most ``most``, and as many in the last row as can be.

    >>> [columns(count) for count in (3, 4, 5, 7, 9)]
    [3, 4, 3, 4, 3]
    """
    lines = -(-count // most)
    return -(-count // lines) if count else 1


def rows(groups: Groups) -> int:
    """Return the height of the plots in rows of a chart that grows with them."""
    kept = _with_values(groups)
    if len(kept) < 2:
        return 6
    return (4 if _long(kept) else 3) * -(-len(kept) // _across(kept))


def _with_values(groups: Groups) -> dict[str, list[Reading]]:
    return {n: [r for r in g if r.ok] for n, g in groups.items() if any(r.ok for r in g)}


def _long(kept: Mapping[str, list[Reading]]) -> bool:
    return max(map(len, kept.values())) > LONG


def _across(kept: Mapping[str, list[Reading]]) -> int:
    return columns(len(kept), 2 if _long(kept) else MOST)


def multiples(canvas: Canvas, groups: Groups, *, highlight: str = "", points: Groups | None = None) -> None:
    """Draw a plot for each group: its own line, and dashed in each of them the group ``highlight``.

    All have one scale. A group that would flatten the others has its own, and says so.

    Parameters
    ----------
    groups
        The readings of each plot.
    highlight
        The group to compare with.
    points
        Scattered observations: open markers without a line, in the plot of the group whose name begins theirs
        (``rate_points`` in ``rate``), or in that of ``highlight`` where that has no figures.
    """
    kept = _with_values(groups)
    scattered = _with_values(points or {})
    first = highlight if highlight in kept else next(iter(kept))
    within = {p: max((n for n in kept if p.startswith(f"{n}_")), key=len, default=first) for p in scattered}
    apart = tuple(n for n in flattening(kept, highlight) if n not in within.values())
    common = _scale(canvas, [r for n, g in kept.items() if n not in apart for r in g] + values(scattered))
    last = max(r.period for r in values(kept))
    canvas.ax.set_axis_off()
    for number, (name, readings) in enumerate(sorted(kept.items(), key=lambda item: item[0] in apart)):
        plot = replace(canvas, ax=_place(canvas, number, len(kept), _across(kept), APART_HEAD if apart else HEAD))
        drawn = [Line(groups[name], PALETTE[0] if name == highlight else INK, 1.9, DASHES[0], 4)]
        if highlight in kept and name not in (highlight, *apart):
            drawn.append(Line(groups[highlight], PALETTE[0], 1.2, DASHES[1], 3))
        draw_lines(plot, drawn)
        own = {p: few for p, few in scattered.items() if within[p] == name}
        draw_points(plot, own, 1)
        _finish(plot, {**kept, **scattered}, _scale(canvas, readings) if name in apart else common, long=_long(kept))
        if not number:
            plot.ax.yaxis.set_gid("scale")
        plot.ax.tick_params(labelleft=number % _across(kept) == 0 or name in apart)
        end = readings[-1]
        plot.ax.plot([at(end.period)], [valued(end)], "o", ms=3.5, color=drawn[0].colour, zorder=5)
        said = f"{canvas.words.label(name)} {canvas.value(end)}"
        said += f" ({canvas.words.period(end.period, 'short')})" if end.period != last else ""
        _above(plot.ax, said, 4, drawn[0].colour)
        if name in apart:
            _above(plot.ax, canvas.words.ui("own_scale"), 15, ACCENT)
        if _long(kept):
            plot.hint_periods({name: readings, **own})
        else:
            for r in readings:
                plot.hint(r, at(r.period), valued(r))
    if highlight in kept and len(kept) > 1:
        canvas.key(canvas.words.ui("in_each").format(name=canvas.words.label(highlight)), PALETTE[0])


def _above(ax: Axes, text: str, points: float, colour: str) -> None:
    """Write a text at the upper left of axes, so many points above them."""
    where: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "bottom"}
    ax.annotate(text, (0, 1), (0, points), color=colour, fontsize=TEXT, **where)


def flattening(kept: Mapping[str, list[Reading]], highlight: str = "") -> tuple[str, ...]:
    """Return the groups that would flatten the others on a common scale: a quarter of them at most.

    The group ``highlight`` is shown beside all others, so it is never one of them.
    """
    found: list[str] = []

    def reach(leaving: list[str]) -> float:
        shown = [valued(r) for n, g in kept.items() if n not in leaving for r in g]
        return max(*shown, 0.0) - min(*shown, 0.0)

    while len(found) < len(kept) // 4:
        others = [n for n in kept if n not in (*found, highlight)]
        best = min(others, key=lambda n: reach([*found, n]), default="")
        if not best or reach([*found, best]) > FLATTENED * reach(found):
            break
        found.append(best)
    return tuple(found)


def _scale(canvas: Canvas, shown: list[Reading]) -> Scale:
    low, high = min(valued(r) for r in shown), max(valued(r) for r in shown)
    low = min(low, 0.0)
    margin = 0.06 * ((high - low) or abs(high) or 1.0)
    return low - (margin if low else 0.0), high + margin


def _place(canvas: Canvas, number: int, count: int, across: int, points: float) -> Axes:
    figure, box = canvas.ax.get_figure(root=True), canvas.ax.get_position()
    assert figure is not None
    down = -(-count // across)
    gap, head = 0.05, points / 72 / figure.get_figheight()  # between plots; above each for its name
    wide, tall = (box.width - gap * (across - 1)) / across, box.height / down - head - 0.2 / figure.get_figheight()
    column, row = number % across, number // across
    left, bottom = box.x0 + column * (wide + gap), box.y1 - (row + 1) * box.height / down + 0.2 / figure.get_figheight()
    axes: Axes = figure.add_axes((left, bottom, wide, tall))
    without_axis_labels(axes)
    axes.patch.set_visible(False)
    axes.set_gid(f"panel{number}")
    return axes


def _finish(plot: Canvas, kept: Mapping[str, list[Reading]], scale: Scale, *, long: bool) -> None:
    periods = [r.period for r in values(kept)]
    first, last = min(periods, key=at), max(periods, key=at)
    span = at(last) - at(first) or 1.0
    plot.ax.set(xlabel="", ylabel="", xlim=(at(first) - 0.02 * span, at(last) + 0.04 * span), ylim=scale)
    plot.number_axis("y", 3)
    plot.ax.tick_params(labelsize=TEXT)
    if scale[0] < 0 < scale[1]:
        plot.ax.axhline(0, color=INK, lw=0.7, zorder=2)
    if long:
        ticks = range(ceil(at(first)), ceil(at(last)), 1 + int(span / YEARS))
        plot.ax.set_xticks(list(ticks), [str(year) for year in ticks])
        return
    plot.ax.xaxis.set_major_locator(FixedLocator([at(first), at(last)]))
    plot.ax.set_xticklabels([plot.words.period(p, "short") for p in (first, last)])
    left, right = plot.ax.get_xticklabels()
    left.set_horizontalalignment("left")
    right.set_horizontalalignment("right")
