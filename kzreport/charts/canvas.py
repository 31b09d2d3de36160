"""A canvas: the axes on which a kind of plot draws, with its language, its scale and its labels.

Kinds of plot use it (:mod:`kzreport.charts.lines` and its neighbours); title, source and description of a figure
are added by :mod:`kzreport.charts.chart`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, MaxNLocator

from kzreport.charts.colours import INK, MUTED
from kzreport.charts.fonts import TEXT, text_width
from kzreport.charts.spread import spread
from kzreport.indicators.readings import valued
from kzreport.language.words import Words
from kzreport.model import Groups, Period, Reading
from kzreport.units import UNITS, scale_for

EDGE = 8.6  # points left and right of title, keys and source
ZERO_BELOW = 0.45  # of the highest value: a lowest one below it does not keep the axis from zero
BELOW = 0.04  # of its range: room below the lowest value of an axis that does not start at zero
BESIDE = 0.027  # of its width: the gap between a plot and the labels beside it
LEAST_GAP = 8  # points between two labels of an axis
KEYS_APART, KEYS_UP = 16, 12.2  # points between two keys, and between two lines of them
KEYS_OVER = 8  # points between the plot, whose highest label reaches over it, and the keys
HINTS = 9000  # letters of all columns of a picture: beyond, columns are widened to several periods


@dataclass(frozen=True)
class Spot:
    """Text that a browser shows over a place of the axes: a point, or a column of ``width`` where ``y`` is None."""

    ax: Axes
    x: float
    y: float | None
    text: str
    width: float = 0.0


@dataclass(frozen=True)
class Canvas:
    """The axes of a plot, its language, and the scale that its axis and its labels share."""

    ax: Axes
    words: Words
    unit: str
    divisor: float = 1.0
    digits: int | None = None
    hints: list[Spot] = field(default_factory=list)  # see :meth:`hint`
    notes: list[str] = field(default_factory=list)  # what a reader must know of the axis
    keys: dict[str, str] = field(default_factory=dict)  # what stands above the plot -> its colour

    @classmethod
    def fit(cls, ax: Axes, words: Words, unit: str, largest: float) -> Canvas:
        """Make a canvas that shows large amounts in thousands, millions or billions (``largest`` in the unit)."""
        scale = scale_for(largest, UNITS[unit].axis)
        return cls(ax, words, scale.words, scale.divisor, scale.digits) if scale else cls(ax, words, unit)

    def value(self, r: Reading) -> str:
        """Return the number of a reading on the scale of the axis, as text."""
        digits = r.decimals if self.digits is None else self.digits
        if UNITS[r.unit].coarse and self.digits is None:  # one decimal is enough beside a marker, for small figures
            digits = min(digits, 1 if abs(valued(r)) < 100 else 0)
        return self.words.number(valued(r) / self.divisor, digits)

    def marked(self, r: Reading) -> str:
        """Return :meth:`value`, starred if it is an estimate; :meth:`explain_stars` says what that means."""
        return f"{self.value(r)}*" if r.estimated else self.value(r)

    def explain_stars(self, shown: Sequence[Reading]) -> None:
        """Say what a star is, if one of these readings has it."""
        if any(r.estimated for r in shown):
            self.key(f"* {self.words.ui('estimated')}")

    def label(self, name: str, width: int = 21) -> str:
        """Return the name of a group, wrapped to fit beside the plot."""
        return "\n".join(textwrap.wrap(self.words.label(name), width, break_long_words=False))

    def number_axis(self, axis: str, most: int = 6) -> None:
        """Label some ``most`` ticks with the language's marks, with decimals only if a tick needs them."""
        target = self.ax.yaxis if axis == "y" else self.ax.xaxis
        whole = self.unit in UNITS and not UNITS[self.unit].decimals  # there is no fifth of a claim
        # By 25, but by 2 rather than by 2.5: a reader counts in whole numbers.
        for steps, bins in (([1, 2, 2.5, 5, 10], most), ([1, 2, 5, 10], most + 2)):
            target.set_major_locator(MaxNLocator(nbins=bins, steps=steps, integer=whole))
            ticks = [t / self.divisor for t in target.get_majorticklocs()]
            digits = 0 if all(abs(t - round(t)) < 1e-9 for t in ticks) else 1
            if not digits:
                break
        target.set_major_formatter(FuncFormatter(lambda v, _: self.words.number(v / self.divisor, digits)))

    def over_time(self, groups: Groups) -> None:
        """Label the axes of a plot over time: numbers upwards; years, or months if the span is short, along."""
        self.number_axis("y")
        periods = [r.period for r in values(groups)]
        low, high = min(map(at, periods)), max(map(at, periods))
        step = max(1, round((high - low) / 9))
        marks: list[tuple[float, str]]
        if all(p.frequency == "A" for p in periods):
            marks = [(float(year), str(year)) for year in range(round(high), round(low) - 1, -step)]
        elif high - low > 3.2:
            years = range(int(low), int(high) + 2, step)
            marks = [(float(year), str(year)) for year in years if low - 0.15 <= year <= high + 0.05]
        else:
            first = Period.parse(f"{min(periods).start.year}-01")
            every_month = list(first.until(Period.parse(f"{max(periods).end:%Y-%m}")))
            wide = max(text_width(self.words.period(p, "short")) for p in every_month[-12:]) + LEAST_GAP
            fit = self.ax.bbox.width / wide / max(high - low, 0.1)  # labels a year
            every = next((n for n in (2, 3, 4, 6) if 12 / n <= fit), 12)
            months = [p for p in every_month if p.start.month % every == 1]
            marks = [(at(p), self.words.period(p, "short")) for p in months if low - 0.02 <= at(p) <= high + 0.02]
        self.ax.xaxis.set_major_locator(FixedLocator([m[0] for m in marks]))
        self.ax.xaxis.set_major_formatter(FixedFormatter([m[1] for m in marks]))

    def hint(self, r: Reading, x: float, y: float, name: str = "") -> None:
        """Let a browser show a reading over its place (in the units of the axes), after a name."""
        parts = [name.replace("\n", " "), self.words.period(r.period), self.words.reading(r)]
        text = self.words.colon.join([", ".join(filter(None, parts[:2])), parts[2]])
        self.hints.append(Spot(self.ax, x, y, text))

    def hint_periods(self, groups: Groups) -> None:
        """Let a browser show the readings of a period over its column: the name of each group, and its value."""
        said: dict[Period, list[str]] = {}
        for name, readings in groups.items():
            shown = [r for r in readings if r.ok]
            label = f"{self.words.label(name)}{self.words.colon}" if shown and len(groups) > 1 else ""
            for r in shown:
                said.setdefault(r.period, []).append(f"{label}{self.words.reading(r)}")
        size = sum(len(text) + 1 for texts in said.values() for text in texts)
        every = 1 + size // HINTS  # the first of them counted from the latest period
        periods = sorted(said)[::-1][::every]
        width = min((at(a) - at(b) for a, b in pairwise(periods)), default=1.0)
        for p in periods[::-1]:
            self.hints.append(Spot(self.ax, at(p), None, "\n".join([self.words.period(p), *said[p]]), width))

    def key(self, text: str, colour: str = MUTED) -> None:
        """Explain a marker above the plot, after the keys before it; :meth:`write_keys` writes them."""
        self.keys[text] = colour

    def write_keys(self, room: float) -> int:
        """Write the keys above the plot, in as many lines as ``room`` (in points) asks for; return their number."""
        lines: list[list[str]] = []
        along = 0.0
        for text in self.keys:
            if not lines or along + text_width(text) > room:
                lines.append([])
                along = 0.0
            lines[-1].append(text)
            along += text_width(text) + KEYS_APART
        place: dict[str, Any] = {"textcoords": "offset points", "va": "bottom", "fontsize": TEXT}
        place["xycoords"] = ("figure points", "axes fraction")
        number = 0
        for up, line in zip(range(len(lines))[::-1], lines, strict=True):
            along = EDGE
            for text in line:
                style: dict[str, Any] = {"color": self.keys[text], "gid": f"key{number}"}
                self.ax.annotate(text, (along, 1.0), (0, KEYS_OVER + up * KEYS_UP), **style, **place)
                along, number = along + text_width(text) + KEYS_APART, number + 1
        return len(lines)

    def headroom(self, above: float = 0.02) -> None:
        """Leave room above the highest value; start the axis at zero unless that would flatten the plot.

        An axis that does not start there leaves room below the lowest value too: a line that touches it seems to end
        at nothing.
        """
        low, high = self.ax.get_ylim()
        foot = min(low, 0) if low < ZERO_BELOW * high else low
        foot -= (high - low) * BELOW if foot else 0.0
        self.ax.set_ylim(foot, high + (high - low) * above)
        if low < 0:
            self.ax.axhline(0, color=INK, lw=0.9, zorder=2)
        elif self.ax.get_ylim()[0] > 0:
            self.notes.append(self.words.ui("axis_above_zero"))

    def end(
        self, name: str, r: Reading, colour: str, *, right: float = 0.0, between: str = "\n"
    ) -> tuple[float, float, str, str]:
        """Return the label of a group's last reading for :meth:`end_labels`, ``right`` years after its place."""
        return at(r.period) + right, valued(r), f"{self.label(name)}{between}{self.value(r)}", colour

    def end_labels(self, ends: Sequence[tuple[float, float, str, str]]) -> None:
        """Write labels (x, y, text, colour) right of the plot, moved apart so that they do not touch.

        A thin line leads from the end of a line that stops early to its label, which says when that was.
        """
        if not ends:
            return
        self.fit_beside(max(text_width(text) for _, _, text, _ in ends) + EDGE)
        ax = self.ax
        low, high = ax.get_ylim()
        left, right = ax.get_xlim()
        gap, span = (high - low) * 0.062, right - left
        tall = max((1 + text.count("\n") for _, _, text, _ in ends), default=1)
        places = spread([e[1] for e in ends], gap * (0.25 + 0.8 * tall), low + gap / 2, high - gap / 2)
        for (x, height, text, colour), place in zip(ends, places, strict=True):
            if abs(place - height) > gap * 0.3 or x < right - span * 0.03:
                line = ([x, right + span * BESIDE * 0.75], [height, place])
                ax.plot(*line, color=colour, lw=0.6, clip_on=False, zorder=1)
            ax.text(right + span * BESIDE, place, text, color=colour, fontsize=TEXT, va="center", linespacing=1.15)

    def fit_beside(self, points: float) -> None:
        """Let the plot reach as far to the right as leaves so many points for what stands beside it."""
        figure, box = self.ax.get_figure(root=True), self.ax.get_position()
        assert figure is not None
        whole = figure.get_figwidth() * 72
        width = (whole * (1 - box.x0) - points) / (1 + BESIDE)
        self.ax.set_position((box.x0, box.y0, width / whole, box.height))

    def rows(self, labels: Sequence[str], low: float, high: float) -> None:
        """Name the rows of a plot whose values run along the horizontal axis, from ``low`` to ``high``."""
        box, figure = self.ax.get_position(), self.ax.get_figure(root=True)
        assert figure is not None
        names = max(map(text_width, labels)) / 72  # inches
        left = min(box.x0, (0.3 + names) / figure.get_figwidth())  # no wider than the names need
        self.ax.set_position((left, box.y0, box.x1 - left, box.height))
        self.ax.set_yticks(range(len(labels)), list(labels))
        self.ax.tick_params(axis="y", labelcolor=INK)
        self.ax.set_xlim(low, high)
        self.ax.set_ylim(-0.6, len(labels) - 0.4)
        self.ax.grid(axis="y", visible=False)
        self.ax.grid(axis="x", visible=True)


def without_axis_labels(ax: Axes) -> None:
    """Spare axes the search for a place for the labels of their axes, which are empty: it lays all ticks out again."""
    for side in (ax.xaxis, ax.yaxis):
        side.set_label_coords(0, 0)
    # seaborn would lay them out to see whether a label is wanted; emptied when it is done
    ax.set(xlabel=" ", ylabel=" ")


def at(p: Period) -> float:
    """Return the place of a period on the time axis, in years: its middle; for a year its own number.

    >>> at(Period.parse("2024")), round(at(Period.parse("2024-07")), 2)
    (2024.0, 2024.54)
    """
    if p.frequency == "A":
        return float(p.year)
    middle = p.start.toordinal() + (p.end.toordinal() - p.start.toordinal() + 1) / 2
    return p.start.year + (middle - p.start.replace(month=1, day=1).toordinal()) / 365.25


def values(groups: Groups) -> list[Reading]:
    """Return all readings that have a number."""
    return [r for readings in groups.values() for r in readings if r.ok]
