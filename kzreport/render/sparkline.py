"""A small line: the history of one figure as SVG, without axes, words or colours of its own."""

from __future__ import annotations

from collections.abc import Sequence

from kzreport.model import Reading

WIDTH, HEIGHT, _MARGIN = 160.0, 40.0, 4.0


def sparkline(history: Sequence[Reading]) -> str:
    """Return the readings as a line with a dot on the last one; a thin line marks zero where they cross it.

    Time is to scale. The same readings give the same text. ``history``: oldest first, each with a number.
    """
    values = [r.value or 0.0 for r in history]
    days = [r.period.end.toordinal() for r in history]
    low, high = min(values), max(values)

    def across(day: int) -> float:
        return _MARGIN + (WIDTH - 2 * _MARGIN) * (day - days[0]) / max(days[-1] - days[0], 1)

    def down(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return HEIGHT - _MARGIN - (HEIGHT - 2 * _MARGIN) * share

    points = " ".join(f"{across(d):.1f},{down(v):.1f}" for d, v in zip(days, values, strict=True))
    zero = (
        f'<line x1="{_MARGIN}" x2="{WIDTH - _MARGIN}" y1="{down(0):.1f}" y2="{down(0):.1f}" stroke="#b9c3cc"/>'
        if low < 0 < high
        else ""
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}">{zero}'
        f'<polyline points="{points}" fill="none" stroke="#0b4f6c" stroke-width="1.6" stroke-linejoin="round"/>'
        f'<circle cx="{across(days[-1]):.1f}" cy="{down(values[-1]):.1f}" r="2.8" fill="#b34700"/></svg>'
    )
