"""Readings -> a picture with title, unit and source, a description, and its figures as rows of text.

Reviewers compare the rows of text, not the picture. The kinds of plot are in :mod:`kzreport.charts.kinds`.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from kzreport.charts.canvas import EDGE, KEYS_OVER, KEYS_UP, Canvas, values, without_axis_labels
from kzreport.charts.colours import MUTED
from kzreport.charts.fonts import TEXT, balanced, broken
from kzreport.charts.kinds import Kind, plot_kind
from kzreport.charts.style import settings
from kzreport.charts.svg import Box, Hint, svg_text
from kzreport.errors import PageError, explain
from kzreport.indicators.readings import valued
from kzreport.language.words import Words
from kzreport.model import Groups, Reading

WIDTH, PLOT, POINTS = 6.8, 2.9, 72  # inches: the whole picture's width, the height of a plot without rows


@dataclass(frozen=True)
class Chart:
    """A drawn chart.

    - ``svg``: the picture, whole, as :func:`kzreport.charts.svg.svg_text` makes it
    - ``measure``: unit and time of what is drawn, in words; after the title, where a finding stands over the picture
    - ``description``: in one sentence
    - ``rows``: the drawn figures as rows of text
    """

    svg: str
    measure: str
    description: str
    rows: tuple[tuple[str, ...], ...]


def rows(groups: Groups) -> tuple[tuple[str, ...], ...]:
    """Return the readings of a chart or table as rows of text under ``HEADER``, floats at ten digits."""

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
    finding: str = "",
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
    title, finding
        What the chart shows, and what its figures say; under a finding the title stands before the unit.
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
    with mpl.rc_context(rc=settings()), _no_collection():
        heading = _Heading(finding or title, title if finding else "", source)
        layout = _layout(plot, groups, everything, words, heading, scaled, options)
        said = plot.describe(f"{finding}. {title}" if finding else title, everything, words)
        boxes = {"whole": layout.whole, "plot": layout.plot}
        svg = svg_text(
            layout.figure,
            title=finding or title,
            description=said,
            hints=layout.hints,
            newest=plot.newest,
            axis=layout.axis,
            **boxes,
        )
    return Chart(svg, layout.measure, said, rows(everything))


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Let garbage wait until a figure is drawn: until then all of its many small objects are in use."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


@dataclass(frozen=True)
class _Heading:
    """The texts around a picture: ``first`` line, ``title`` under it if that is a finding, ``source`` at the foot."""

    first: str
    title: str
    source: str


@dataclass(frozen=True)
class _Layout:
    figure: Figure
    measure: str
    whole: Box
    plot: Box
    hints: tuple[Hint, ...]
    axis: float  # points left of the plot


def _layout(
    kind: Kind,
    groups: Groups,
    everything: Groups,
    words: Words,
    texts: _Heading,
    scaled: bool,
    options: dict[str, Any],
) -> _Layout:
    unit = _unit(everything)
    room = WIDTH * POINTS - 2 * EDGE
    heading, foot = balanced(texts.first, room, 11, bold=True), broken(texts.source, room, 7.5)
    tall = 0.3 + kind.pitch * kind.rows(groups) if kind.rows else PLOT
    feet = 0.14 + 0.14 * len(foot)  # below the plot's own texts
    bottom = feet + kind.foot
    height = bottom + tall + 2.0 + 0.2 * len(heading)  # more than the texts above may need; the picture is cut to them
    left, right = kind.margins
    figure = Figure(figsize=(WIDTH, height), dpi=POINTS)
    axes = figure.add_axes((left / WIDTH, bottom / height, 1 - (left + right) / WIDTH, tall / height))
    figure.patch.set_gid("paper")
    axes.patch.set_visible(False)
    if kind.axis:
        axes.yaxis.set_gid("axis")
    without_axis_labels(axes)
    largest = max(abs(valued(r)) for r in values(everything))
    canvas = Canvas.fit(axes, words, unit, largest) if scaled and not kind.grid else Canvas(axes, words, unit)
    kind.draw(canvas, groups, **options)
    axes.set(xlabel="", ylabel="")
    measure = _measure(canvas, groups)
    if texts.title:
        measure = f"{texts.title} ({measure})"
    about = broken(measure, room)
    lines = canvas.write_keys(room)
    keys = (KEYS_UP * lines + (KEYS_OVER - 4) * bool(lines)) / POINTS
    over = bottom + tall + 0.08 + keys  # the lower end of the texts above the plot
    under = over + 0.15 * len(about)
    top = under + 0.03 + 0.2 * len(heading)

    def write(lines: list[str], inches: float, size: float, gid: str, **style: Any) -> None:
        figure.text(EDGE / POINTS / WIDTH, inches / height, "\n".join(lines), fontsize=size, gid=gid, **style)

    write(heading, top, 11, "head1", fontweight="bold", va="top", linespacing=1.25)
    write(about, under, TEXT, "head2", color=MUTED, va="top", linespacing=1.2)
    write(foot, 0.1, 7.5, "foot1", color=MUTED, va="bottom", linespacing=1.35)
    whole = (0.0, (height - top - 0.1) * POINTS, WIDTH * POINTS, (top + 0.1) * POINTS)
    plot = (0.0, (height - over) * POINTS, WIDTH * POINTS, (over - feet) * POINTS)
    beside = axes.get_position().x0 * WIDTH * POINTS if kind.axis else 0.0
    return _Layout(figure, measure, whole, plot, tuple(_hints(canvas, height * POINTS)), beside)


def _hints(canvas: Canvas, height: float) -> Iterator[Hint]:
    """Yield the hints of a canvas in points from the upper left corner of a picture of that height."""
    for spot in canvas.hints:
        spot.ax.get_xlim()  # settles the scale
        place, box = spot.ax.transData, spot.ax.bbox
        right, up = place.transform((spot.x, spot.y or 0.0))
        if spot.y is not None:
            yield Hint(right, height - up, spot.text)
        else:
            edge, _ = place.transform((spot.x + spot.width, 0.0))
            yield Hint(right, height - box.y0, spot.text, height - box.y1, edge - right)


def _unit(groups: Groups) -> str:
    units = {r.unit for readings in groups.values() for r in readings}
    if len(units) != 1:
        found = f"the units {', '.join(sorted(units))}"
        raise PageError(explain("chart", found, "one unit on one axis", "draw two charts"))
    return units.pop()


def _measure(canvas: Canvas, groups: Groups) -> str:
    """Return the unit of the axis, with the base period of an index, and the time from first to last."""
    shown = values(groups)
    bases = {r.base for r in shown if r.base and r.unit == "index"}
    origin = bases.pop() if len(bases) == 1 else None
    words = canvas.words
    parts = [words.unit(canvas.unit) + (f", {words.period(origin)} = 100" if origin else "")]
    first, last = min(r.period for r in shown), max(r.period for r in shown)
    parts.append(words.period(first) if first == last else f"{words.period(first)} – {words.period(last)}")
    return words.semicolon.join([", ".join(filter(None, parts)), *dict.fromkeys(canvas.notes)])
