"""Readings -> a figure with title, unit and source, a description, and its figures as rows of text.

Reviewers compare the rows of text, not the picture. The kinds of plot are in :mod:`kzreport.charts.kinds`.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from kzreport.charts.canvas import Canvas, values
from kzreport.charts.kinds import Kind, plot_kind
from kzreport.charts.png import png_bytes
from kzreport.charts.style import MUTED, settings
from kzreport.errors import PageError, explain
from kzreport.indicators.readings import valued
from kzreport.language.words import Words
from kzreport.model import Groups, Reading

WIDTH, PLOT, DPI = 7.6, 3.1, 150  # inches: the whole figure's width, the height of a plot without rows
# ``series``: the names of the series a figure was computed from, a space between them.
HEADER = ("group", "item", "period", "value", "unit", "status", "estimated", "series", "basis")


@dataclass(frozen=True)
class Chart:
    """A drawn chart: PNG bytes, its description in one sentence, and the drawn figures as rows of text."""

    png: bytes
    description: str
    rows: tuple[tuple[str, ...], ...]


def rows(groups: Groups) -> tuple[tuple[str, ...], ...]:
    """Return the readings of a chart or table as rows of text under :data:`HEADER`, floats at ten digits."""

    def row(name: str, r: Reading) -> tuple[str, ...]:
        value = "" if r.value is None else f"{r.value:.10g}"
        estimated = "yes" if r.estimated else ""
        return (name, r.item, str(r.period), value, r.unit, str(r.status), estimated, " ".join(r.inputs), r.basis)

    return tuple(row(name, r) for name, readings in groups.items() for r in readings)


def draw(
    kind: str,
    groups: Groups,
    words: Words,
    *,
    title: str,
    source: str,
    extra: Groups | None = None,
    scaled: bool = True,
    **options: Any,
) -> Chart:
    """Draw one chart.

    Parameters
    ----------
    kind
        A key of :data:`~kzreport.charts.kinds.KINDS`.
    groups
        The readings to draw, all in one unit; a group's name is a label of the words.
    extra
        Groups that an option draws too (a target, a line); they join the rows and the description.
    scaled
        False keeps the unit itself if thousands or millions would hide the smallest figures.
    options
        Keywords of the kind's own function.

    Raises
    ------
    PageError
        For an unknown kind, several units, or groups without a value.
    """
    plot = plot_kind(kind)
    if not values(groups):
        raise PageError(explain(f"chart '{title}'", "no value", "at least one"))
    everything = {**groups, **(extra or {})}
    with mpl.rc_context(rc=settings()):
        figure = _figure(plot, groups, everything, words, title, source, scaled, options)
        png = png_bytes(figure)
    return Chart(png, plot.describe(title, everything, words), rows(everything))


def _figure(
    kind: Kind,
    groups: Groups,
    everything: Groups,
    words: Words,
    title: str,
    source: str,
    scaled: bool,
    options: dict[str, Any],
) -> Figure:
    unit = _unit(everything)
    heading, foot = textwrap.wrap(title, 84), textwrap.wrap(source, 122)
    plot = 0.3 + 0.4 * kind.rows(groups) if kind.rows else PLOT
    top, bottom = 0.54 + 0.2 * len(heading), (0.56 if kind.grid else 0.42) + 0.14 * len(foot)
    height = top + plot + bottom
    left, right = kind.margins
    figure = Figure(figsize=(WIDTH, height), dpi=DPI)
    axes = figure.add_axes((left / WIDTH, bottom / height, 1 - (left + right) / WIDTH, plot / height))
    for side in (axes.xaxis, axes.yaxis):  # else all ticks would be laid out again, to place a label that is empty
        side.set_label_coords(0, 0)
    largest = max(abs(valued(r)) for r in values(everything))
    canvas = Canvas.fit(axes, words, unit, largest) if scaled and not kind.grid else Canvas(axes, words, unit)
    axes.set(xlabel=" ", ylabel=" ")  # else seaborn would lay out all ticks to see whether a label is wanted
    kind.draw(canvas, groups, **options)
    axes.set(xlabel="", ylabel="")

    def write(text: str, inches: float, size: float, **style: Any) -> None:
        figure.text(0.12 / WIDTH, inches / height, text, fontsize=size, **style)

    write("\n".join(heading), height - 0.1, 11, fontweight="bold", va="top", linespacing=1.25)
    write(_axis(canvas, everything), height - 0.16 - 0.2 * len(heading), 8.5, color=MUTED, va="top")
    write("\n".join(foot), 0.1, 7.5, color=MUTED, va="bottom", linespacing=1.35)
    return figure


def _unit(groups: Groups) -> str:
    units = {r.unit for readings in groups.values() for r in readings}
    if len(units) != 1:
        found = f"the units {', '.join(sorted(units))}"
        raise PageError(explain("chart", found, "one unit on one axis", "draw two charts"))
    return units.pop()


def _axis(canvas: Canvas, groups: Groups) -> str:
    """The unit of the axis, with the base period of an index."""
    bases = {r.base for r in values(groups) if r.base and r.unit == "index"}
    origin = bases.pop() if len(bases) == 1 else None
    return canvas.words.unit(canvas.unit) + (f", {canvas.words.period(origin)} = 100" if origin else "")
