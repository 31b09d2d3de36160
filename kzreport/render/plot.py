"""A plain line over time as SVG, for the catalogue: a hundred are drawn in the time of one chart of a page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from kzreport.language.words import Words
from kzreport.model import Reading
from kzreport.render.sparkline import runs

WIDTH, HEIGHT = 720.0, 268.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 64.0, 26.0, 12.0, 34.0  # below: letters that a phone shows larger
_LINES = 5  # of the scale, about
_YEARS = 8  # named on the axis, at most
_DOTS = 30  # figures, and fewer, have a dot each, as has one that no line leads to


def plot(history: Sequence[Reading], w: Words) -> str:
    """Return readings as a line with a scale and years; a period without a figure parts the line.

    ``history``: oldest first, of one unit. The value and period stand over each dot of a short history.
    """
    known = [r for r in history if r.value is not None]
    values = [r.value or 0.0 for r in known]
    days = [r.period.end.toordinal() for r in known]
    scale = ticks(min(values), max(values))
    low, high = min(scale[0], *values), max(scale[-1], *values)

    def across(day: float) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * (day - days[0]) / max(days[-1] - days[0], 1)

    def down(value: float) -> float:
        return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * ((value - low) / (high - low) if high > low else 0.5)

    parts = []
    digits = max(0, -math.floor(math.log10(scale[1] - scale[0]) + 1e-9))
    for value in scale:
        y, text = f"{down(value):.1f}", escape(w.number(value, digits))
        parts.append(f'<line x1="{_LEFT:g}" x2="{WIDTH - _RIGHT:g}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text x="{_LEFT - 8:g}" y="{y}" dy=".35em" text-anchor="end">{text}</text>')
    years = range(known[0].period.end.year, known[-1].period.end.year + 1)
    step = max(1, math.ceil(len(years) / _YEARS))
    for year in years[::step]:
        at = [d for r, d in zip(known, days, strict=True) if r.period.end.year == year]
        if at:
            parts.append(f'<text x="{across(at[0]):.1f}" y="{HEIGHT - 7:g}" text-anchor="middle">{year}</text>')
    apart = runs(known)
    for run in (few for few in apart if len(few) > 1):
        points = " ".join(f"{across(r.period.end.toordinal()):.1f},{down(r.value or 0.0):.1f}" for r in run)
        parts.append(f'<polyline points="{points}" fill="none" stroke-width="2" stroke-linejoin="round"/>')
    shown = known if len(known) <= _DOTS else [few[0] for few in apart if len(few) == 1]
    for r in shown:
        said = escape(w.typography(f"{w.period(r.period)}{w.colon}{w.reading(r)}"))
        x, y = f"{across(r.period.end.toordinal()):.1f}", f"{down(r.value or 0.0):.1f}"
        parts.append(f'<circle cx="{x}" cy="{y}" r="3.5"><title>{said}</title></circle>')
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}">{"".join(parts)}</svg>'


def ticks(low: float, high: float) -> list[float]:
    """Return round numbers within a range, and 0 if it is near, evenly spaced; at least two.

    >>> ticks(1.2, 20.9), ticks(0.0, 0.0), ticks(98.0, 103.0)
    ([0.0, 5.0, 10.0, 15.0, 20.0], [0.0, 0.2], [98.0, 99.0, 100.0, 101.0, 102.0, 103.0])
    """
    if 0 < low < (high - low) / 3:
        low = 0.0
    span = high - low or abs(high) or 1.0
    raw = span / _LINES
    unit = 10.0 ** math.floor(math.log10(raw))
    step = next(unit * m for m in (1, 2, 5, 10) if unit * m >= raw * 0.9)
    first = math.floor(low / step + 1e-9)
    last = max(math.floor(high / step + 1e-9), first + 1)
    return [round(n * step, 10) for n in range(first, last + 1)]
