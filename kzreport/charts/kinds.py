"""The kinds of plot: each draws groups of readings on a :class:`Canvas`. What stands around a plot is in ``charts``.

House style: one axis, direct labels, colour-blind safe (Okabe-Ito, darkened for text), the language's number marks;
never a second axis, never colour alone (markers and dashes differ too). Readings without a number leave a gap.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, MaxNLocator

from kzreport.indicators.revisions import shows
from kzreport.language.words import Words
from kzreport.model import Period, Reading
from kzreport.units import UNITS, scale_for

Groups = Mapping[str, Sequence[Reading]]

INK, MUTED, GREY, ACCENT, TARGET = "#1a1a1a", "#595959", "#8c8c8c", "#b5420a", "#00745a"
PALETTE = ("#0072b2", "#b5420a", "#00745a", "#9b4680", "#8a6100", "#2b7fae", "#595959")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "h", "p", "d")
DASHES = ((1.0, 0.0), (5.0, 1.5), (3.0, 1.0, 1.0, 1.0), (6.0, 1.5, 1.5, 1.5), (3.0, 1.0), (1.0, 1.0), (8.0, 2.0))
DOTTED = (1.3, 1.3)  # an estimate, nothing else
_WIDTHS = {"M": 1 / 12, "Q": 0.25, "A": 1.0}  # of a bar, in years


@dataclass(frozen=True)
class Canvas:
    """Where a plot is drawn: its axes, its language, and the scale that its axis and its labels share."""

    ax: Axes
    words: Words
    unit: str
    divisor: float = 1.0
    digits: int | None = None

    @classmethod
    def fit(cls, ax: Axes, words: Words, unit: str, largest: float) -> Canvas:
        """A canvas on which large amounts are shown in thousands, millions or billions."""
        scale = scale_for(largest, UNITS[unit].axis)
        return cls(ax, words, scale.words, scale.divisor, scale.digits) if scale else cls(ax, words, unit)

    def value(self, r: Reading) -> str:
        """The number of a reading on the scale of the axis."""
        digits = r.decimals if self.digits is None else self.digits
        if r.unit == "tonne":  # three figures that mean something are enough beside a marker
            digits = min(digits, max(0, 3 - len(str(int(abs(y(r) / self.divisor))))))
        return self.words.number(y(r) / self.divisor, digits)

    def label(self, name: str, width: int = 21) -> str:
        """The name of a group, in lines that fit beside the plot."""
        return "\n".join(textwrap.wrap(self.words.label(name), width, break_long_words=False))

    def number_axis(self, axis: str) -> None:
        """Ticks with the language's marks, with decimals only where they are needed."""
        target = self.ax.yaxis if axis == "y" else self.ax.xaxis
        target.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
        ticks = [t / self.divisor for t in target.get_majorticklocs()]
        digits = 0 if all(abs(t - round(t)) < 1e-9 for t in ticks) else 1
        target.set_major_formatter(FuncFormatter(lambda v, _: self.words.number(v / self.divisor, digits)))

    def time_axis(self, periods: Sequence[Period]) -> None:
        """Ticks at years, or at months where the span is short."""
        low, high = min(map(at, periods)), max(map(at, periods))
        step = max(1, round((high - low) / 9))
        marks: list[tuple[float, str]]
        if all(p.frequency == "A" for p in periods):
            marks = [(float(year), str(year)) for year in range(round(high), round(low) - 1, -step)]
        elif high - low > 3.2:
            years = range(int(low), int(high) + 2, step)
            marks = [(float(year), str(year)) for year in years if low - 0.15 <= year <= high + 0.05]
        else:
            every = 3 if high - low > 1.4 else 2
            first = Period.parse(f"{min(periods).start.year}-01")
            months = [p for p in first.until(Period.parse(f"{max(periods).end:%Y-%m}")) if p.start.month % every == 1]
            marks = [(at(p), self.words.period(p, "short")) for p in months if low - 0.02 <= at(p) <= high + 0.02]
        self.ax.xaxis.set_major_locator(FixedLocator([m[0] for m in marks]))
        self.ax.xaxis.set_major_formatter(FixedFormatter([m[1] for m in marks]))

    def key(self, text: str, colour: str = MUTED, right: float = 0.0) -> None:
        """What a marker means, above the plot: from its left, or ending at ``right`` (a part of its width)."""
        place: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
        place |= {"va": "bottom", "ha": "right" if right else "left"}
        self.ax.annotate(text, (right, 1.0), (0, 4), color=colour, fontsize=8.5, **place)

    def headroom(self, above: float = 0.08) -> None:
        """Room above the highest value; the axis begins at zero unless that would flatten what it shows."""
        low, high = self.ax.get_ylim()
        self.ax.set_ylim(min(low, 0) if low < 0.35 * high else low, high + (high - low) * above)
        if low < 0:
            self.ax.axhline(0, color=INK, lw=0.9, zorder=2)

    def end_labels(self, ends: Sequence[tuple[float, float, str, str]]) -> None:
        """Write (x, y, text, colour) right of the plot, moved apart where they would touch; near the end of a line
        that stops early."""
        ax = self.ax
        low, high = ax.get_ylim()
        left, right = ax.get_xlim()
        gap, span = (high - low) * 0.062, right - left
        early = [e for e in ends if e[0] < right - span * 0.08]
        for x, height, text, colour in early:  # on the side of the line's end where the line does not run
            above = height > (low + high) / 2 or height - 3 * gap < low  # below, it would stand on the axis
            side: dict[str, Any] = {"va": "bottom", "ha": "center"} if above else {"va": "top", "ha": "right"}
            place = height + (0.5 if above else -1.9) * gap
            halo = [withStroke(linewidth=2.5, foreground="white")]  # lines may run behind it
            ax.text(x, place, text, color=colour, fontsize=8.5, linespacing=1.1, path_effects=halo, zorder=7, **side)
        late = [e for e in ends if e not in early]
        tall = max((1 + text.count("\n") for _, _, text, _ in late), default=1)
        places = spread([e[1] for e in late], gap * (0.25 + 0.8 * tall), low + gap / 2, high - gap / 2)
        for (x, height, text, colour), place in zip(late, places, strict=True):
            if abs(place - height) > gap * 0.3 or x < right - span * 0.03:
                line = ([x, right + span * 0.02], [height, place])
                ax.plot(*line, color=colour, lw=0.6, clip_on=False, zorder=1)
            ax.text(right + span * 0.027, place, text, color=colour, fontsize=8.5, va="center", linespacing=1.15)

    def rows(self, labels: Sequence[str], low: float, high: float) -> None:
        """Name the rows of a plot whose values run along the horizontal axis."""
        self.ax.set_yticks(range(len(labels)), list(labels))
        self.ax.tick_params(axis="y", labelcolor=INK)
        self.ax.set_xlim(low, high)
        self.ax.set_ylim(-0.6, len(labels) - 0.4)
        self.ax.grid(axis="y", visible=False)
        self.ax.grid(axis="x", visible=True)


def at(p: Period) -> float:
    """Where a period stands on the time axis, in years: the middle of the period; a year at its own number."""
    if p.frequency == "A":
        return float(p.year)
    middle = p.start.toordinal() + (p.end.toordinal() - p.start.toordinal() + 1) / 2
    return p.start.year + (middle - p.start.replace(month=1, day=1).toordinal()) / 365.25


def y(r: Reading) -> float:
    """The number of a reading that has one."""
    assert r.value is not None
    return r.value


def pale(colour: str, depth: float) -> tuple[float, float, float]:
    """A colour as it looks on white at this depth, but opaque: no grid shines through.

    >>> pale("#000000", 0.5)
    (0.5, 0.5, 0.5)
    """
    red, green, blue = (1 - depth * (1 - part) for part in to_rgb(colour))
    return red, green, blue


def values(groups: Groups) -> list[Reading]:
    """All readings that have a number."""
    return [r for readings in groups.values() for r in readings if r.ok]


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions at least ``gap`` apart within [low, high], as near to the wanted ones as can be, order kept.

    >>> spread([1.0, 1.1], 0.5, 0.0, 3.0)
    [0.8, 1.3]
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [wanted[i] for i in order]
    for _ in range(300):
        moved = False
        for k in range(1, len(placed)):
            lack = gap - (placed[k] - placed[k - 1])
            if lack > 1e-9:
                placed[k - 1] -= lack / 2
                placed[k] += lack / 2
                moved = True
        if placed and placed[0] < low:
            placed[0], moved = low, True
        if placed and placed[-1] > high:
            placed[-1], moved = high, True
        if not moved:
            break
    result = [0.0] * len(wanted)
    for position, i in enumerate(order):
        result[i] = round(placed[position], 9)
    return result


# --- kinds -----------------------------------------------------------------------------------------------------------


def _runs(readings: Sequence[Reading]) -> list[list[Reading]]:
    """Readings that follow one another without a gap: a line is broken where a period is missing or has no number."""
    runs: list[list[Reading]] = []
    for r in readings:
        if r.ok and runs and runs[-1] and runs[-1][-1].period.shift(1) == r.period:
            runs[-1].append(r)
        elif r.ok:
            runs.append([r])
    return runs


@dataclass(frozen=True)
class _Line:
    """A line over time and how it is drawn."""

    readings: Sequence[Reading]
    colour: str
    width: float
    dashes: tuple[float, ...]
    z: int


def _draw_lines(c: Canvas, drawn: Sequence[_Line]) -> None:
    """Lines in their runs; a period alone between two gaps is a point.

    In one call of seaborn, which takes as long for ten runs as for one.
    """
    runs = [(line, run) for line in drawn for run in _runs(line.readings)]
    if not runs:
        return
    rows = [(at(r.period), y(r), number) for number, (_, run) in enumerate(runs) for r in run]
    frame = pd.DataFrame(rows, columns=["x", "y", "run"])
    before = len(c.ax.lines)
    sns.lineplot(frame, x="x", y="y", units="run", estimator=None, ax=c.ax)
    for artist, (line, run) in zip(c.ax.lines[before:], runs, strict=True):
        artist.set(color=line.colour, linewidth=line.width, zorder=line.z)
        artist.set_linestyle("-" if line.dashes == DASHES[0] else (0.0, line.dashes))
        if len(run) == 1:
            artist.set(marker="o", markeredgecolor="w")


def lines(
    c: Canvas,
    groups: Groups,
    *,
    steps: Groups | None = None,
    mark: Reading | None = None,
    points: Groups | None = None,
    highlight: str = "",
) -> None:
    """Lines over time with labels at their ends; dotted where every reading is an estimate.

    ``steps``: annual readings drawn as a stepped target (one group for a point target, two for a band).
    ``mark``: one reading to annotate (a peak). ``points``: scattered observations, open markers that are never joined.
    ``highlight``: the one group in colour, the others in grey.
    """
    ends: list[tuple[float, float, str, str]] = []
    drawn_lines: list[_Line] = []
    for number, (name, readings) in enumerate(groups.items()):
        first = name == highlight if highlight else number == 0
        colour = PALETTE[number % len(PALETTE)] if not highlight else PALETTE[0] if first else GREY
        dashes = DOTTED if readings and all(r.estimated for r in readings) else DASHES[number % len(DASHES)]
        style = (2.4, DASHES[0], 4) if first else (1.5, dashes, 3)
        drawn_lines.append(_Line(readings, colour, *style))
        shown = [r for r in readings if r.ok]
        if shown:
            last = shown[-1]
            text = c.label(name) + ("\n" if len(groups) < 5 else " ") + c.value(last)
            ends.append((at(last.period), y(last), text, MUTED if colour == GREY else colour))
    _draw_lines(c, drawn_lines)
    for number, (name, readings) in enumerate((points or {}).items()):
        shown = [r for r in readings if r.ok]
        colour = PALETTE[(len(groups) + number) % len(PALETTE)]
        spots = ([at(r.period) for r in shown], [y(r) for r in shown])
        c.ax.scatter(*spots, s=22, facecolors="white", edgecolors=colour, linewidths=1.2, zorder=5)
        if shown:
            c.key(f"○ {c.words.label(name)}", colour)
    drawn = [at(r.period) for r in values(groups) + values(points or {})]
    span = max(drawn) - min(drawn) or 1.0  # one period alone still needs an axis
    c.ax.set_xlim(min(drawn) - span * 0.015, max(drawn) + span * 0.01)
    if steps:
        _steps(c, steps)
    c.headroom()
    if mark is not None and mark.ok and min(drawn) <= at(mark.period):
        spot = (at(mark.period), y(mark))
        text = f"{c.words.reading(mark)}, {c.words.period(mark.period)}"
        c.ax.annotate(text, spot, (0, 7), textcoords="offset points", ha="center", fontsize=8.5)
        c.ax.plot(*spot, "o", ms=5, mfc="white", mec=INK, mew=1.3, zorder=6)
    c.end_labels(ends)


def _steps(c: Canvas, steps: Groups) -> None:
    """A target that changes over the years: a band between two stepped bounds, a line where they coincide."""
    left, right = c.ax.get_xlim()
    bounds = [{r.period.year: y(r) for r in readings if r.ok} for readings in steps.values()]
    drawn: list[tuple[float, float]] = []
    for year in sorted(set.intersection(*map(set, bounds))) if bounds else ():
        low, high = min(b[year] for b in bounds), max(b[year] for b in bounds)
        a, b = max(float(year), left), min(year + 1.0, right)
        if a < b:
            drawn.append((a, low))
            c.ax.fill_between([a, b], low, high, color=TARGET, alpha=0.18, lw=0, zorder=1)
            c.ax.hlines([low, high], a, b, color=TARGET, lw=0.7 if high > low else 1.2, zorder=2)
    if drawn:
        text, spot = c.words.ui("target"), drawn[len(drawn) // 2]
        c.ax.annotate(text, spot, (0, -11), textcoords="offset points", color=TARGET, fontsize=8.5)


def bars(c: Canvas, groups: Groups, *, line: Groups | None = None) -> None:
    """Bars over time for one group, with a line of the same unit over them (a rolling sum)."""
    (name, readings), *_ = groups.items()
    shown = [r for r in readings if r.ok]
    width = _WIDTHS[shown[0].period.frequency] * 0.78
    colours = [PALETTE[0] if y(r) >= 0 else ACCENT for r in shown]
    tints = [pale(colour, 0.6) for colour in colours]
    c.ax.bar([at(r.period) for r in shown], [y(r) for r in shown], width, color=tints, lw=0, zorder=2)
    ends = [(at(shown[-1].period) + width / 2, y(shown[-1]), f"{c.label(name)}\n{c.value(shown[-1])}", colours[-1])]
    for other, path in (line or {}).items():
        _draw_lines(c, [_Line(path, INK, 2, DASHES[0], 4)])
        kept = [r for r in path if r.ok]
        if kept:
            ends.append((at(kept[-1].period), y(kept[-1]), f"{c.label(other)}\n{c.value(kept[-1])}", INK))
    c.ax.set_xlim(at(shown[0].period) - width, at(shown[-1].period) + width)
    c.headroom(0.06)
    c.ax.axhline(0, color=INK, lw=0.9, zorder=3)
    c.end_labels(ends)


def stacked(c: Canvas, groups: Groups) -> None:
    """Contributions stacked up and down from zero; the group ``total`` as a line over them.

    The residual is a group like the others (hatched), so what is drawn adds up to the line.
    """
    parts = {n: g for n, g in groups.items() if n != "total"}
    periods = sorted({r.period for r in values(parts)})
    tops = {True: dict.fromkeys(periods, 0.0), False: dict.fromkeys(periods, 0.0)}  # above and below zero
    width = _WIDTHS[periods[0].frequency] * 0.9
    last, ends = periods[-1], []
    for number, (name, readings) in enumerate(parts.items()):
        plain = name != "residual"
        colour = PALETTE[number % len(PALETTE)] if plain else MUTED
        by = {r.period: r for r in readings if r.ok}
        heights = [y(by[p]) if p in by else 0.0 for p in periods]
        bottoms = [tops[h >= 0][p] for p, h in zip(periods, heights, strict=True)]
        c.ax.bar(
            [at(p) for p in periods],
            heights,
            width,
            bottoms,
            color=pale(colour, 0.85) if plain else "white",
            edgecolor="white" if plain else MUTED,
            hatch=None if plain else "////",
            lw=0.4,
            zorder=2,
        )
        for p, h in zip(periods, heights, strict=True):
            tops[h >= 0][p] += h
        if last in by:
            place = bottoms[-1] + heights[-1] / 2
            ends.append((at(last) + width / 2, place, f"{c.label(name, 24)} {c.value(by[last])}", colour))
    total = [r for r in groups.get("total", ()) if r.ok and r.period in tops[True]]
    if total:
        _draw_lines(c, [_Line(total, INK, 1.8, DASHES[0], 5)])
        c.ax.plot(
            [at(r.period) for r in total], [y(r) for r in total], "o", ms=3.2, mfc=INK, mec="white", mew=0.4, zorder=6
        )
        ends.append((at(last), y(total[-1]), f"{c.label('total')} {c.value(total[-1])}", INK))
    c.ax.set_xlim(at(periods[0]) - width, at(periods[-1]) + width)
    c.headroom(0.06)
    c.ax.axhline(0, color=INK, lw=0.9, zorder=3)
    c.end_labels(ends)


def dots(c: Canvas, groups: Groups, *, apart: str = "") -> None:
    """One marker and colour for each publisher over the years; the group ``apart`` as open red diamonds with values."""
    seen: dict[float, int] = {}
    for number, (name, readings) in enumerate((n, g) for n, g in groups.items() if n != apart):
        shown = [r for r in readings if r.ok]
        xs = []
        for r in shown:  # readings of one year stand side by side
            seen[at(r.period)] = seen.get(at(r.period), -1) + 1
            xs.append(at(r.period) + 0.09 * seen[at(r.period)])
        heights, marker = [y(r) for r in shown], MARKERS[number % len(MARKERS)]
        colour, label = PALETTE[number % len(PALETTE)], c.label(name, 27)
        sns.scatterplot(
            x=xs, y=heights, ax=c.ax, color=colour, marker=marker, s=52, label=label, legend=False, zorder=4
        )
    set_apart = [r for r in groups.get(apart, ()) if r.ok]
    if set_apart:
        spots = [(at(r.period) - 0.14, y(r)) for r in set_apart]
        style: dict[str, Any] = {
            "marker": "D",
            "s": 60,
            "facecolors": "white",
            "edgecolors": ACCENT,
            "linewidths": 1.8,
            "zorder": 5,
        }
        c.ax.scatter(*zip(*spots, strict=True), label=c.label(apart, 27), **style)
        for r, spot in zip(set_apart, spots, strict=True):
            offset: dict[str, Any] = {
                "xytext": (-8, 6),
                "textcoords": "offset points",
                "ha": "right",
                "color": ACCENT,
                "fontsize": 8.5,
            }
            c.ax.annotate(c.words.reading(r, "full"), spot, **offset)
    periods = [at(r.period) for r in values(groups)]
    c.ax.set_xlim(min(periods) - (1.3 if set_apart else 0.6), max(periods) + 0.75)
    low, high = c.ax.get_ylim()
    c.ax.set_ylim(min(low, 0.0), high + (high - min(low, 0.0)) * 0.06)
    if low < 0:
        c.ax.axhline(0, color=INK, lw=0.9, zorder=2)
    place: dict[str, Any] = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5), "frameon": False, "fontsize": 8}
    c.ax.legend(**place, labelspacing=0.9, handletextpad=0.4)


def pairs(c: Canvas, groups: Groups, *, ends: Sequence[str] = ()) -> None:
    """A row for each group: its first reading (open circle) and its last, joined; the two numbers beside it.

    ``ends``: what the open circle is and what the full one (two reporters); without, they are before and after.
    """
    if ends:
        c.key("     ".join(f"{mark} {c.words.label(name)}" for mark, name in zip("○●", ends, strict=True)))
    kept = {n: [r for r in g if r.ok] for n, g in groups.items() if any(r.ok for r in g)}
    names = list(kept)[::-1]
    for row, name in enumerate(names):
        first, last = kept[name][0], kept[name][-1]
        c.ax.plot([y(first), y(last)], [row, row], color="#b8b8b8", lw=2.2, zorder=2)
        c.ax.plot([y(first)], [row], "o", ms=8, mfc="white", mec=PALETTE[0], mew=1.6, zorder=3)
        c.ax.plot([y(last)], [row], "o", ms=8, color=PALETTE[0], zorder=4)
        spot = (max(y(first), y(last)), row)
        text = f"{c.value(first)} {'/' if ends else '→'} {c.value(last)}"
        c.ax.annotate(text, spot, (10, 0), textcoords="offset points", va="center", fontsize=8.5)
    largest, smallest = max(y(r) for r in values(kept)), min(0.0, *(y(r) for r in values(kept)))
    c.rows([c.label(n, 24) for n in names], smallest - 0.03 * largest, largest * 1.25)


def ranks(c: Canvas, groups: Groups, *, apart: str = "") -> None:
    """A row for each reading, largest on top, named by its item; a marker for each group; the item ``apart`` in red."""
    kept = sorted(((n, r) for n, g in groups.items() for r in g if r.ok), key=lambda pair: y(pair[1]))
    order = list(groups)
    for row, (name, r) in enumerate(kept):
        colour, number = ACCENT if r.item == apart else PALETTE[0], order.index(name)
        c.ax.hlines(row, 0, y(r), color="#d0d0d0", lw=1.2, zorder=1)
        face = colour if number == 0 else "white"
        c.ax.plot([y(r)], [row], MARKERS[number], ms=8, mfc=face, mec=colour, mew=1.6, zorder=3, clip_on=False)
        place: dict[str, Any] = {
            "xytext": (9, 0),
            "textcoords": "offset points",
            "va": "center",
            "color": colour,
            "fontsize": 8.5,
        }
        c.ax.annotate(c.value(r), (y(r), row), **place)
    least, most = y(kept[0][1]), y(kept[-1][1])
    c.rows([c.label(r.item, 34) for _, r in kept], 0 if least > 0.02 * most else -0.02 * most, most * 1.15)
    signs = "●□△◇▽"  # as MARKERS, the first one filled
    if len(order) > 1 or order[0][:4].isdigit():  # one group alone is what the title names, unless it is a period
        c.key("     ".join(f"{signs[n]} {c.words.label(name)}" for n, name in enumerate(order)))


def heat(c: Canvas, groups: Groups) -> None:
    """A column for each group (a vintage), a row for each period, latest on top: the value as it was said then.

    A cell is tinted where the vintage changed what the one before it said, blue for up and orange for down, as deep as
    the change is large: one scale either side of zero. The change is written beside the value: never colour alone.
    """
    columns, periods = list(groups), sorted({r.period for r in values(groups)})
    before: dict[Period, Reading] = {}
    cells: list[tuple[int, Reading, float]] = []  # column, what was said, by how much it moved if that shows
    for x, name in enumerate(columns):
        for r in groups[name]:
            if r.ok:
                old = y(before.get(r.period, r))
                cells.append((x, r, y(r) - old if shows(old, y(r), r.decimals) else 0.0))
                before[r.period] = r
    most = max(abs(change) for _, _, change in cells) or 1.0
    for x, r, change in cells:
        row, colour = periods.index(r.period), PALETTE[0] if change > 0 else ACCENT
        depth = 0.15 + 0.5 * abs(change) / most if change else 0.0
        c.ax.add_patch(Rectangle((x - 0.48, row - 0.46), 0.96, 0.92, lw=0.6, ec="#c8c8c8", fc=(colour, depth)))
        text = c.words.number(y(r), r.decimals)
        text += f"  ({c.words.number(change, r.decimals, signed=True)})" if change else ""
        c.ax.text(x, row, text, ha="center", va="center", fontsize=8.5, fontweight="bold" if change else "normal")
    c.rows([c.words.period(p) for p in periods], -0.5, len(columns) - 0.5)
    c.ax.set_xticks(range(len(columns)), [textwrap.fill(c.words.label(n), 18) for n in columns])
    c.ax.grid(visible=False)
    c.ax.spines["bottom"].set_visible(False)
    c.ax.tick_params(length=0)
    c.key(c.words.ui("vintages"))
    for right, key, colour in ((0.76, "revised_up", PALETTE[0]), (1.0, "revised_down", ACCENT)):
        c.key(f"■ {c.words.ui(key)}", colour, right)


KINDS: Mapping[str, Callable[..., None]] = {
    "lines": lines, "bars": bars, "stacked": stacked, "dots": dots, "pairs": pairs, "ranks": ranks,
    "heat": heat,
}  # fmt: skip
ROWS = ("pairs", "ranks")  # kinds whose values run along the horizontal axis
NAMED = ("ranks",)  # kinds that name what each reading is about
GRIDS = ("heat",)  # kinds without an axis of numbers
# Inches left and right of the plot: room for what each kind writes there.
MARGINS = {"lines": (0.5, 1.75), "bars": (0.5, 1.75), "stacked": (0.5, 1.75), "dots": (0.5, 2.3), "pairs": (1.8, 0.3),
           "ranks": (2.6, 0.3), "heat": (0.9, 0.2)}  # fmt: skip
