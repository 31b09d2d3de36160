"""Readings -> a figure with title, unit and source, one sentence that says what it shows, and its figures as text.

The rows of text, not the picture, are what reviewers compare. The kinds of plot are in :mod:`kzreport.charts.kinds`.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from kzreport.charts.kinds import GRIDS, INK, KINDS, MARGINS, MUTED, ROWS, Canvas, Groups, values, y
from kzreport.errors import PageError, explain
from kzreport.language.words import Words
from kzreport.model import Period, Reading

WIDTH, PLOT, DPI = 7.6, 3.1, 150  # inches: the whole figure's width, the plot's height
HEADER = ("group", "item", "period", "value", "unit", "status", "estimated")


@dataclass(frozen=True)
class Chart:
    """A drawn chart: PNG bytes, its one-sentence description, and the drawn figures as rows of text."""

    png: bytes
    description: str
    rows: tuple[tuple[str, ...], ...]


def rows(groups: Groups) -> tuple[tuple[str, ...], ...]:
    """The readings of a chart or table as rows of text under :data:`HEADER`, floats at ten digits."""

    def row(name: str, r: Reading) -> tuple[str, ...]:
        value = "" if r.value is None else f"{r.value:.10g}"
        return (name, r.item, str(r.period), value, r.unit, str(r.status), "yes" if r.estimated else "")

    return tuple(row(name, r) for name, readings in groups.items() for r in readings)


@lru_cache(maxsize=1)
def _style() -> dict[Any, Any]:
    grid = {"axes.grid": True, "axes.grid.axis": "y", "grid.color": "#e3e3e3", "grid.linewidth": 0.8}
    spines = {f"axes.spines.{side}": False for side in ("top", "right", "left")}
    ticks = {
        "xtick.bottom": True,
        "xtick.major.size": 3,
        "ytick.major.size": 0,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
    }
    sizes = {"font.size": 9, "xtick.labelsize": 8.5, "ytick.labelsize": 8.5}
    fonts = {"font.family": "DejaVu Sans", "text.color": INK}  # ships with matplotlib: the same on every machine
    fonts["text.hinting"] = "none"  # at this resolution letters look the same, and are set and drawn in half the time
    axes = {"axes.edgecolor": MUTED, "axes.linewidth": 0.8, "axes.axisbelow": True, "figure.facecolor": "white"}
    return {**sns.axes_style("white"), **grid, **spines, **ticks, **sizes, **fonts, **axes}


def _unit(groups: Groups) -> str:
    units = {r.unit for readings in groups.values() for r in readings}
    if len(units) != 1:
        found = f"the units {', '.join(sorted(units))}"
        raise PageError(explain("chart", found, "one unit on one axis", "draw two charts"))
    return units.pop()


def _extent(readings: Sequence[Reading], words: Words) -> str:
    shown = [r for r in readings if r.ok]

    def say(r: Reading) -> str:
        return f"{words.reading(r)} ({words.period(r.period)})"

    if len(shown) > 1 and len({r.period for r in shown}) == 1 and all(r.item for r in shown):
        return ", ".join(f"{words.label(r.item)} {words.reading(r)}" for r in shown[:6])
    if len(shown) <= 3:
        return ", ".join(map(say, shown)) or words.ui("nothing_known")
    low, high = min(shown, key=y), max(shown, key=y)
    text = words.ui("from_to").format(first=say(shown[0]), last=say(shown[-1]))
    if {y(low), y(high)} <= {y(shown[0]), y(shown[-1])}:
        return text
    return f"{text}, {words.ui('minimum')} {say(low)}, {words.ui('maximum')} {say(high)}"


def describe(title: str, groups: Groups, words: Words) -> str:
    """What a chart shows, for who cannot see it: the title, each group from first to last, its extremes."""
    parts = [f"{words.label(name)}{words.colon}{_extent(readings, words)}" for name, readings in groups.items()]
    return f"{title} – {words.semicolon.join(parts)}."


def describe_grid(title: str, groups: Groups, words: Words) -> str:
    """What a grid of vintages shows: for each period what was said first, and each time that this changed."""
    said: dict[Period, list[tuple[str, str]]] = {}
    for name, readings in groups.items():
        for r in readings:
            told = said.setdefault(r.period, [])
            if r.ok and (not told or told[-1][1] != words.reading(r, "full")):
                told.append((name, words.reading(r, "full")))
    parts = [
        f"{words.period(p)}{words.colon}" + ", ".join(f"{text} ({words.label(name)})" for name, text in told)
        for p, told in sorted(said.items())
    ]
    return f"{title} – {words.semicolon.join(parts)}."


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
    """Draw one chart. ``extra``: groups that options draw too (a target, a line); they join the rows and description.

    ``scaled=False`` keeps the unit itself where thousands or millions would hide the smallest figures.

    Raises :class:`PageError` for an unknown kind, several units, or nothing to draw.
    """
    if kind not in KINDS:
        raise PageError(explain("chart", repr(kind), f"one of {', '.join(KINDS)}"))
    if not values(groups):
        raise PageError(explain(f"chart '{title}'", "no value", "at least one"))
    everything = {**groups, **(extra or {})}
    unit = _unit({n: g for n, g in everything.items() if g})
    heading, foot = textwrap.wrap(title, 84), textwrap.wrap(source, 122)
    grid = kind in GRIDS
    rows_of = {"pairs": len(groups), "ranks": len(values(groups)), "heat": len({r.period for r in values(groups)})}
    plot = 0.3 + 0.4 * rows_of[kind] if kind in rows_of else PLOT
    top, bottom = 0.54 + 0.2 * len(heading), (0.56 if grid else 0.42) + 0.14 * len(foot)
    height = top + plot + bottom
    left, right = MARGINS[kind]
    with mpl.rc_context(rc=_style()):
        figure = Figure(figsize=(WIDTH, height), dpi=DPI)
        box = (left / WIDTH, bottom / height, 1 - (left + right) / WIDTH, plot / height)
        largest = max(abs(y(r)) for r in values(everything))
        axes = figure.add_axes(box)
        for side in (axes.xaxis, axes.yaxis):  # else all ticks would be laid out again, to place a label that is empty
            side.set_label_coords(0, 0)
        plain = grid or not scaled
        canvas = Canvas(axes, words, unit) if plain else Canvas.fit(axes, words, unit, largest)
        canvas.ax.set(xlabel=" ", ylabel=" ")  # else seaborn would lay out all ticks to see whether a label is wanted
        KINDS[kind](canvas, groups, **options)
        canvas.ax.set(xlabel="", ylabel="")
        if not grid:
            canvas.number_axis("x" if kind in ROWS else "y")
        if kind not in ROWS and not grid:
            canvas.time_axis([r.period for r in values(groups)])

        def write(text: str, inches: float, size: float, **style: Any) -> None:
            figure.text(0.12 / WIDTH, inches / height, text, fontsize=size, **style)

        write("\n".join(heading), height - 0.1, 11, fontweight="bold", va="top", linespacing=1.25)
        bases = {r.base for r in values(everything) if r.base} if unit == "index" else set()
        origin = bases.pop() if len(bases) == 1 else None
        axis = words.unit(canvas.unit) + (f", {words.period(origin)} = 100" if origin else "")
        write(axis, height - 0.16 - 0.2 * len(heading), 8.5, color=MUTED, va="top")
        write("\n".join(foot), 0.1, 7.5, color=MUTED, va="bottom", linespacing=1.35)
        png = _png(figure)
    say = describe_grid if grid else describe
    return Chart(png, say(title, everything, words), rows(everything))


def _png(figure: Figure) -> bytes:
    """The figure in 256 colours: a third of the size, which counts in a page that carries its pictures."""
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    buffer = io.BytesIO()
    # a level above 6 takes seven times as long and saves three bytes in a hundred
    _reduced(np.asarray(canvas.buffer_rgba())).save(buffer, format="png", compress_level=6, dpi=(DPI, DPI))
    return buffer.getvalue()


def _reduced(rgba: NDArray[np.uint8], exact: int = 128) -> Image.Image:
    """A picture with a palette: the ``exact`` most frequent colours as they are, shades of edges in what is left.

    Only the runs of one colour are looked at, not each of the pixels, and then only the few hundred colours.
    """
    packed = np.ascontiguousarray(rgba).view("<u4")[..., 0] & 0xFFFFFF  # opaque: what is drawn on is white
    pixels = packed.ravel()
    starts = np.flatnonzero(np.concatenate(([True], pixels[1:] != pixels[:-1])))
    lengths = np.diff(starts, append=len(pixels))
    codes, colours = pd.factorize(pixels[starts])
    rgb = np.stack([colours >> shift & 255 for shift in (0, 8, 16)], axis=1).astype(np.uint8)
    order = np.argsort(-np.bincount(codes, lengths), kind="stable")
    top, rest = (order, order[:0]) if len(order) <= 256 else (order[:exact], order[exact:])
    index = np.empty(len(order), np.uint8)
    index[top] = np.arange(len(top))
    palette = rgb[top].tobytes()
    if len(rest):
        shades = Image.fromarray(rgb[rest][np.newaxis]).quantize(256 - exact, dither=Image.Dither.NONE)
        index[rest] = np.asarray(shades)[0] + exact
        palette += bytes(shades.getpalette() or ())
    picture = Image.frombytes("P", packed.shape[::-1], np.repeat(index[codes], lengths).tobytes())
    picture.putpalette(palette[: 3 * 256])
    return picture
