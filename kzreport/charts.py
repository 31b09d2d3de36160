"""Readings -> a figure in the house style, and one sentence that says what it shows.

House style: one axis, direct labels, colour-blind safe (Okabe-Ito, darkened for text), units and source on the figure,
the language's number marks. Never a second axis, never colour alone, never a legend where a label can stand.

A chart takes groups of readings under the name of their label; readings without a number leave a gap. What was drawn
comes back as rows of text too: that, not the picture, is what reviewers compare.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, MaxNLocator

from kzreport.errors import PageError, explain
from kzreport.model import DECIMALS, Period, Reading
from kzreport.words import Words

Groups = Mapping[str, Sequence[Reading]]

INK, MUTED, GRID, ACCENT = "#1a1a1a", "#595959", "#e3e3e3", "#b5420a"
PALETTE = ("#0072b2", "#b5420a", "#00745a", "#9b4680", "#8a6100", "#2b7fae", "#595959")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "h", "p", "d")
DASHES = ((1, 0), (5, 1.5), (1.5, 1.5), (6, 1.5, 1.5, 1.5), (3, 1), (1, 1), (8, 2))
WIDTH, PLOT, DPI = 7.6, 3.1, 150  # inches: the whole figure's width, the plot's height
# Inches left and right of the plot: room for the labels that each kind writes there.
MARGINS = {"lines": (0.5, 1.75), "bars": (0.6, 1.75), "stacked": (0.5, 1.75), "dots": (0.6, 2.35), "pairs": (2.3, 0.35)}


@dataclass(frozen=True)
class Chart:
    """A drawn chart: PNG bytes, its one-sentence description, and the drawn figures as rows of text."""

    png: bytes
    description: str
    rows: tuple[tuple[str, ...], ...] = field(default=())


HEADER = ("group", "item", "period", "value", "unit", "status", "estimated")


def rows(groups: Groups) -> tuple[tuple[str, ...], ...]:
    """The readings of a chart or table as rows of text, in the order given, floats at ten digits."""
    return tuple(
        (
            name,
            r.item,
            str(r.period),
            "" if r.value is None else f"{r.value:.10g}",
            r.unit,
            str(r.status),
            "yes" if r.estimated else "",
        )
        for name, readings in groups.items()
        for r in readings
    )


@lru_cache(maxsize=1)
def _style() -> Mapping[str, Any]:
    sns.set_theme(style="white")
    return {
        "font.family": "DejaVu Sans",
        "font.size": 9,
        "xtick.labelsize": 8.5,
        "ytick.labelsize": 8.5,
        "axes.edgecolor": MUTED,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "grid.color": GRID,
        "grid.linewidth": 0.8,
        "axes.axisbelow": True,
        "text.color": INK,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.bottom": True,
        "xtick.major.size": 3,
        "ytick.major.size": 0,
        "axes.labelcolor": MUTED,
        "figure.facecolor": "white",
        "lines.solid_capstyle": "round",
    }


def at(p: Period) -> float:
    """Where a period stands on the time axis, in years: the middle of the period; a year at its own number."""
    if p.frequency == "A":
        return float(p.year)
    middle = p.start.toordinal() + (p.end.toordinal() - p.start.toordinal() + 1) / 2
    first = p.start.replace(month=1, day=1).toordinal()
    return p.start.year + (middle - first) / 365.25


def _frame(groups: Groups, words: Words) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"label": words.label(name), "x": at(r.period), "y": float("nan") if r.value is None else r.value}
            for name, readings in groups.items()
            for r in readings
        ],
        columns=["label", "x", "y"],
    )


def _unit(groups: Groups) -> str:
    units = {r.unit for readings in groups.values() for r in readings}
    if len(units) != 1:
        raise PageError(
            explain("chart", f"the units {', '.join(sorted(units))}", "one unit on one axis", "draw two charts")
        )
    return units.pop()


def _number_axis(ax: Axes, words: Words, unit: str, axis: str = "y") -> str:
    """Format the value axis; large amounts are shown in thousands or millions. Returns the name of the unit shown."""
    low, high = ax.get_ylim() if axis == "y" else ax.get_xlim()
    largest = max(abs(low), abs(high))
    scales = {
        "musd": ((3000, 1e3, "bn_usd"),),
        "tonne": ((3e6, 1e6, "mt"), (3e3, 1e3, "kt")),
        "teu": ((3e3, 1e3, "kteu"),),
        "tkm": ((3e9, 1e9, "bn_tkm"),),
    }
    divisor, name = 1.0, unit
    for start, by, called in scales.get(unit, ()):
        if largest >= start:
            divisor, name = by, called
            break
    target = ax.yaxis if axis == "y" else ax.xaxis
    target.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    ticks = [t for t in target.get_majorticklocs()]
    whole = all(abs(t / divisor - round(t / divisor)) < 1e-9 for t in ticks)
    target.set_major_formatter(FuncFormatter(lambda v, _: words.number(v / divisor, 0 if whole else 1)))
    return name


def _time_axis(ax: Axes, periods: Sequence[Period], words: Words) -> None:
    low, high = min(at(p) for p in periods), max(at(p) for p in periods)
    if all(p.frequency == "A" for p in periods):
        step = max(1, round((high - low) / 9))
        years = range(round(high), round(low) - 1, -step)
        ax.xaxis.set_major_locator(FixedLocator([float(y) for y in years]))
        ax.xaxis.set_major_formatter(FixedFormatter([str(y) for y in years]))
    elif high - low > 3.2:
        step = max(1, round((high - low) / 9))
        years = range(int(low), int(high) + 2, step)
        kept = [y for y in years if low - 0.15 <= y <= high + 0.05]
        ax.xaxis.set_major_locator(FixedLocator([float(y) for y in kept]))
        ax.xaxis.set_major_formatter(FixedFormatter([str(y) for y in kept]))
    else:
        step = 3 if high - low > 1.4 else 2
        first = Period.parse(f"{min(periods).start.year}-01")
        months = [p for p in first.until(Period.parse(f"{max(periods).end:%Y-%m}")) if (p.start.month - 1) % step == 0]
        kept_months = [p for p in months if low - 0.02 <= at(p) <= high + 0.02]
        ax.xaxis.set_major_locator(FixedLocator([at(p) for p in kept_months]))
        ax.xaxis.set_major_formatter(FixedFormatter([words.period(p, "short") for p in kept_months]))
        ax.tick_params(axis="x", labelsize=8)


def _spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move label positions apart by at least ``gap`` within [low, high], as little as possible, order kept."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [wanted[i] for i in order]
    for _ in range(200):
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
        result[i] = placed[position]
    return result


def _end_labels(ax: Axes, ends: Sequence[tuple[float, float, str, str]]) -> None:
    """Write each label right of the plot at the height of its line's end, moved apart where they would touch."""
    low, high = ax.get_ylim()
    gap = (high - low) * 0.062
    tall = max((1 + text.count("\n") for _, _, text, _ in ends), default=1)
    places = _spread([y for _, y, _, _ in ends], gap * (0.25 + 0.8 * tall), low + gap / 2, high - gap / 2)
    right = ax.get_xlim()[1]
    span = right - ax.get_xlim()[0]
    for (x, y, text, colour), place in zip(ends, places, strict=True):
        if abs(place - y) > gap * 0.3 or x < right - span * 0.03:
            ax.plot([x, right + span * 0.02], [y, place], color=colour, lw=0.6, clip_on=False, zorder=1)
        ax.text(right + span * 0.027, place, text, color=colour, fontsize=8.5, va="center", linespacing=1.15)


def _wrap(label: str, width: int = 21) -> str:
    return "\n".join(textwrap.wrap(label, width, break_long_words=False))


def _zero(ax: Axes) -> None:
    low, high = ax.get_ylim()
    if low < 0 < high:
        ax.axhline(0, color=INK, lw=0.9, zorder=2)


def _values(groups: Groups) -> list[Reading]:
    return [r for readings in groups.values() for r in readings if r.ok]


def _y(r: Reading) -> float:
    assert r.value is not None
    return r.value


# --- kinds -------------------------------------------------------------------------------------------------------


def lines(
    ax: Axes,
    groups: Groups,
    words: Words,
    *,
    steps: Groups | None = None,
    mark: Reading | None = None,
    points: Groups | None = None,
    highlight: str = "",
) -> None:
    """Lines over time with labels at their ends; dashed where every reading is an estimate.

    ``steps``: annual readings drawn as a stepped target (one group for a point target, two for a band).
    ``mark``: one reading to annotate (a peak). ``points``: scattered observations, drawn as open markers, never joined.
    ``highlight``: the one group in colour, the others in grey.
    """
    ends: list[tuple[float, float, str, str]] = []
    for number, (name, readings) in enumerate(groups.items()):
        colour = PALETTE[number % len(PALETTE)]
        if highlight:
            colour = PALETTE[0] if name == highlight else "#8c8c8c"
        frame = _frame({name: readings}, words)
        estimated = bool(readings) and all(r.estimated for r in readings)
        dashes = (
            DASHES[2] if estimated else DASHES[number % len(DASHES)] if highlight and name != highlight else DASHES[0]
        )
        if not highlight and not estimated:
            dashes = DASHES[0] if number == 0 else DASHES[number % len(DASHES)]
        wide = 2.4 if name == highlight or (number == 0 and not highlight) else 1.5
        # A missing value must break the line: seaborn drops it and joins the neighbours, so each run is drawn alone.
        runs = frame["y"].isna().cumsum()[frame["y"].notna()]
        for _, run in frame[frame["y"].notna()].groupby(runs):
            sns.lineplot(
                data=run,
                x="x",
                y="y",
                ax=ax,
                color=colour,
                lw=wide,
                legend=False,
                errorbar=None,
                estimator=None,
                sort=False,
                dashes=False,
                linestyle=(0, dashes) if dashes != (1, 0) else "-",
                zorder=4 if name == highlight or number == 0 else 3,
            )
        shown = [r for r in readings if r.ok]
        if shown:
            text = (
                f"{_wrap(words.label(name))}\n{words.reading(shown[-1], 'bare')}"
                if len(groups) < 5
                else f"{_wrap(words.label(name))} {words.reading(shown[-1], 'bare')}"
            )
            ends.append((at(shown[-1].period), _y(shown[-1]), text, colour if colour != "#8c8c8c" else MUTED))
    for number, (name, readings) in enumerate((points or {}).items()):
        shown = [r for r in readings if r.ok]
        colour = PALETTE[(len(groups) + number) % len(PALETTE)]
        ax.scatter(
            [at(r.period) for r in shown],
            [_y(r) for r in shown],
            s=22,
            facecolors="white",
            edgecolors=colour,
            linewidths=1.2,
            zorder=5,
        )
        if shown:
            ax.text(
                0.0, 1.03, f"○ {words.label(name)}", transform=ax.transAxes, color=colour, fontsize=8.5, va="bottom"
            )
    if steps:
        _steps(ax, steps, words)
    drawn = _values(groups)
    right = max((at(r.period) for r in drawn), default=0.0)
    left = min((at(r.period) for r in drawn + _values(points or {})), default=0.0)
    ax.set_xlim(left - (right - left) * 0.015, right + (right - left) * 0.01)
    low, high = ax.get_ylim()
    ax.set_ylim(min(low, 0) if low < 0.35 * high else low, high + (high - low) * 0.08)
    _zero(ax)
    if mark is not None and mark.ok and left <= at(mark.period):
        ax.annotate(
            f"{words.reading(mark)}, {words.period(mark.period)}",
            (at(mark.period), _y(mark)),
            (0, 7),
            textcoords="offset points",
            ha="center",
            fontsize=8.5,
            color=INK,
        )
        ax.plot([at(mark.period)], [_y(mark)], "o", ms=5, mfc="white", mec=INK, mew=1.3, zorder=6)
    _end_labels(ax, ends)


def _steps(ax: Axes, steps: Groups, words: Words) -> None:
    """A target that changes over the years: a band between two stepped bounds, a line where they coincide."""
    left, right = ax.get_xlim()
    bounds = [{r.period.year: _y(r) for r in readings if r.ok} for readings in steps.values()]
    years = sorted(set.intersection(*[set(b) for b in bounds])) if bounds else []
    drawn: list[tuple[float, float, float]] = []
    for year in years:
        low, high = min(b[year] for b in bounds), max(b[year] for b in bounds)
        a, b = max(float(year), left), min(year + 1.0, right)
        if a >= b:
            continue
        drawn.append((a, low, high))
        if high > low:
            ax.fill_between([a, b], low, high, color="#00745a", alpha=0.18, lw=0, zorder=1)
        ax.hlines([low, high] if high > low else [low], a, b, color="#00745a", lw=1.2 if high == low else 0.7, zorder=2)
    if drawn:
        a, low, _ = drawn[len(drawn) // 2]
        ax.annotate(words.ui("target"), (a, low), (0, -11), textcoords="offset points", color="#00745a", fontsize=8.5)


def bars(ax: Axes, groups: Groups, words: Words, *, line: Groups | None = None) -> None:
    """Bars over time for one group, with a line of the same unit over them (a rolling sum)."""
    (name, readings), *_ = groups.items()
    shown = [r for r in readings if r.ok]
    width = {"M": 1 / 12, "Q": 0.25, "A": 1.0}[shown[0].period.frequency] * 0.78
    colours = [PALETTE[0] if _y(r) >= 0 else ACCENT for r in shown]
    ax.bar(
        [at(r.period) for r in shown],
        [_y(r) for r in shown],
        width,
        color=colours,
        alpha=0.55 if line else 0.9,
        lw=0,
        zorder=2,
    )
    ends = []
    for other, path in (line or {}).items():
        kept = [r for r in path if r.ok]
        frame = _frame({other: kept}, words)
        sns.lineplot(data=frame, x="x", y="y", ax=ax, color=INK, lw=2, legend=False, errorbar=None, estimator=None)
        if kept:
            ends.append(
                (
                    at(kept[-1].period),
                    _y(kept[-1]),
                    f"{_wrap(words.label(other))}\n{words.reading(kept[-1], 'bare')}",
                    INK,
                )
            )
    ax.set_xlim(at(shown[0].period) - width, at(shown[-1].period) + width)
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + (high - low) * 0.06)
    ax.axhline(0, color=INK, lw=0.9, zorder=3)
    ends.append(
        (
            at(shown[-1].period),
            _y(shown[-1]),
            f"{_wrap(words.label(name))}\n{words.reading(shown[-1], 'bare')}",
            PALETTE[0] if _y(shown[-1]) >= 0 else ACCENT,
        )
    )
    _end_labels(ax, ends)


def stacked(ax: Axes, groups: Groups, words: Words) -> None:
    """Contributions stacked up and down from zero; the group ``total`` as a line over them.

    The residual is a group like the others (hatched), so what is drawn adds up to the line.
    """
    total = groups.get("total", ())
    groups = {n: g for n, g in groups.items() if n != "total"}
    periods = sorted({r.period for readings in groups.values() for r in readings if r.ok})
    up, down = dict.fromkeys(periods, 0.0), dict.fromkeys(periods, 0.0)
    width = {"M": 1 / 12, "Q": 0.25, "A": 1.0}[periods[0].frequency] * 0.9
    ends = []
    for number, (name, readings) in enumerate(groups.items()):
        colour = MUTED if name == "residual" else PALETTE[number % len(PALETTE)]
        by = {r.period: _y(r) for r in readings if r.ok}
        bottoms = [(up if by.get(p, 0.0) >= 0 else down)[p] for p in periods]
        heights = [by.get(p, 0.0) for p in periods]
        ax.bar(
            [at(p) for p in periods],
            heights,
            width,
            bottoms,
            color=colour if name != "residual" else "white",
            lw=0.4,
            edgecolor="white" if name != "residual" else MUTED,
            hatch="////" if name == "residual" else None,
            alpha=0.85,
            zorder=2,
        )
        for p, h in zip(periods, heights, strict=True):
            (up if h >= 0 else down)[p] += h
        last = periods[-1]
        base = bottoms[-1]
        shown = by.get(last)
        text = f"{words.label(name)} {words.number(shown, 1)}" if shown is not None else words.label(name)
        ends.append((at(last) + width / 2, base + heights[-1] / 2, _wrap(text, 24), colour))
    kept = [r for r in total if r.ok and r.period in up]
    if kept:
        frame = pd.DataFrame({"x": [at(r.period) for r in kept], "y": [_y(r) for r in kept]})
        sns.lineplot(
            data=frame,
            x="x",
            y="y",
            ax=ax,
            color=INK,
            lw=1.8,
            marker="o",
            ms=3.2,
            mec="white",
            mew=0.4,
            legend=False,
            errorbar=None,
            estimator=None,
            zorder=5,
        )
        ends.append(
            (
                at(kept[-1].period),
                _y(kept[-1]),
                _wrap(f"{words.label('total')} {words.reading(kept[-1], 'bare')}", 24),
                INK,
            )
        )
    ax.set_xlim(at(periods[0]) - width, at(periods[-1]) + width)
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + (high - low) * 0.06)
    ax.axhline(0, color=INK, lw=0.9, zorder=3)
    _end_labels(ax, ends)


def dots(ax: Axes, groups: Groups, words: Words, *, apart: str = "", log: bool = False) -> None:
    """One marker and colour for each publisher over the years; the group ``apart`` as open red diamonds, named at the point."""
    own = [n for n in groups if n != apart]
    seen: dict[float, int] = {}
    for number, name in enumerate(own):
        shown = [r for r in groups[name] if r.ok]
        xs = []
        for r in shown:  # readings of one year stand side by side
            seen[at(r.period)] = seen.get(at(r.period), -1) + 1
            xs.append(at(r.period) + 0.09 * seen[at(r.period)])
        sns.scatterplot(
            x=xs,
            y=[_y(r) for r in shown],
            ax=ax,
            color=PALETTE[number % len(PALETTE)],
            marker=MARKERS[number % len(MARKERS)],
            s=52,
            label=_wrap(words.label(name), 34),
            edgecolor="white",
            linewidth=0.6,
            zorder=4,
            legend=False,
        )
    if apart and groups.get(apart):
        shown = [r for r in groups[apart] if r.ok]
        ax.scatter(
            [at(r.period) - 0.14 for r in shown],
            [_y(r) for r in shown],
            marker="D",
            s=60,
            facecolors="white",
            edgecolors=ACCENT,
            linewidths=1.8,
            label=_wrap(words.label(apart), 34),
            zorder=5,
        )
        for r in shown:
            ax.annotate(
                words.reading(r),
                (at(r.period) - 0.14, _y(r)),
                (-8, 6),
                textcoords="offset points",
                ha="right",
                color=ACCENT,
                fontsize=8.5,
            )
    if log:
        ax.set_yscale("log")
    periods = [at(r.period) for r in _values(groups)]
    ax.set_xlim(min(periods) - 0.75, max(periods) + 0.75)
    if not log:
        ax.set_ylim(0, ax.get_ylim()[1] * 1.06)
    ax.legend(
        loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=8, labelspacing=0.9, handletextpad=0.4
    )


def pairs(ax: Axes, groups: Groups, words: Words) -> None:
    """A row for each group: its first reading and its last, joined (same months of two years, two bases ...)."""
    kept = {n: [r for r in g if r.ok] for n, g in groups.items() if any(r.ok for r in g)}
    names = list(kept)[::-1]
    for row, name in enumerate(names):
        first, last = kept[name][0], kept[name][-1]
        ax.plot([_y(first), _y(last)], [row, row], color="#b8b8b8", lw=2.2, zorder=2)
        ax.plot([_y(first)], [row], "o", ms=8, mfc="white", mec=PALETTE[0], mew=1.6, zorder=3)
        ax.plot([_y(last)], [row], "o", ms=8, color=PALETTE[0], zorder=4)
        for r, side in ((first, -1), (last, 1)) if first is not last else ((last, 1),):
            place = side if _y(last) >= _y(first) else -side
            ax.annotate(
                f"{r.period.year}{words.colon}{words.reading(r, 'bare')}",
                (_y(r), row),
                (9 * place, 0),
                textcoords="offset points",
                va="center",
                ha="left" if place > 0 else "right",
                fontsize=8,
            )
    ax.set_yticks(range(len(names)), [_wrap(words.label(n), 30) for n in names])
    ax.tick_params(axis="y", labelsize=8.5, labelcolor=INK)
    low, high = ax.get_xlim()
    ax.set_xlim(low - (high - low) * 0.22, high + (high - low) * 0.2)
    ax.set_ylim(-0.6, len(names) - 0.4)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="x", visible=True)


KINDS = {"lines": lines, "bars": bars, "stacked": stacked, "dots": dots, "pairs": pairs}


def _extent(readings: Sequence[Reading], words: Words) -> str:
    shown = [r for r in readings if r.ok]

    def say(r: Reading) -> str:
        return f"{words.reading(r)} ({words.period(r.period)})"

    if len(shown) <= 3:
        return (
            ", ".join(say(r) for r in shown) or words.status(readings[0].status)
            if readings
            else words.ui("nothing_known")
        )
    low, high = min(shown, key=_y), max(shown, key=_y)
    extreme = (
        ""
        if {low, high} <= {shown[0], shown[-1]}
        else f", {words.ui('minimum')} {say(low)}, {words.ui('maximum')} {say(high)}"
    )
    return words.ui("from_to").format(first=say(shown[0]), last=say(shown[-1])) + extreme


def describe(title: str, groups: Groups, words: Words) -> str:
    """One sentence: the title, then each group from its first to its last reading, with its extremes."""
    parts = [f"{words.label(name)}{words.colon}{_extent(readings, words)}" for name, readings in groups.items()]
    return f"{title}. {words.semicolon.join(parts)}."


def draw(
    kind: str, groups: Groups, words: Words, *, title: str, source: str, extra: Groups | None = None, **options: Any
) -> Chart:
    """Draw one chart. ``extra`` are groups that options draw (a target, a line): they join the rows and the description.

    Raises :class:`PageError` for an unknown kind, several units, or nothing to draw.
    """
    if kind not in KINDS:
        raise PageError(explain("chart", repr(kind), f"one of {', '.join(KINDS)}"))
    everything = {**groups, **(extra or {})}
    if not _values(groups):
        raise PageError(explain(f"chart '{title}'", "no value", "at least one"))
    unit = _unit({n: g for n, g in everything.items() if g})
    heading, foot = textwrap.wrap(title, 84), textwrap.wrap(source, 122)
    with mpl.rc_context(rc=dict(_style())):
        plot = PLOT if kind != "pairs" else 0.3 + 0.44 * len(groups)
        top, bottom = 0.52 + 0.2 * len(heading), 0.42 + 0.14 * len(foot)
        height = top + plot + bottom
        left, right = MARGINS[kind]
        figure = Figure(figsize=(WIDTH, height), dpi=DPI)
        ax = figure.add_axes((left / WIDTH, bottom / height, 1 - (left + right) / WIDTH, plot / height))
        KINDS[kind](ax, groups, words, **options)  # type: ignore[operator]
        ax.set(xlabel="", ylabel="")
        name = _number_axis(ax, words, unit, "x" if kind == "pairs" else "y")
        if kind != "pairs":
            _time_axis(ax, [r.period for r in _values(groups)], words)
        figure.text(
            0.12 / WIDTH,
            1 - 0.1 / height,
            "\n".join(heading),
            fontsize=11,
            fontweight="bold",
            va="top",
            linespacing=1.25,
        )
        figure.text(
            0.12 / WIDTH,
            1 - (0.16 + 0.2 * len(heading)) / height,
            words.axis_unit(name),
            fontsize=8.5,
            color=MUTED,
            va="top",
        )
        figure.text(
            0.12 / WIDTH, 0.1 / height, "\n".join(foot), fontsize=7.5, color=MUTED, va="bottom", linespacing=1.35
        )
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return Chart(buffer.getvalue(), describe(title, everything, words), rows(everything))


__all__ = ["DECIMALS", "HEADER", "Chart", "Groups", "describe", "draw", "rows"]
