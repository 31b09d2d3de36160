"""A small line: the history of one figure as SVG, without axes, words or colours of its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from kzreport.model import Reading

WIDTH, HEIGHT, _MARGIN = 160.0, 40.0, 4.0
_DAYS = 14  # figures of days that are further apart, such as decisions, are no line


def runs(known: Sequence[Reading]) -> list[list[Reading]]:
    """Part readings where a period between two is missing, and those of single days that are not near each other.

    >>> from kzreport.model import Period
    >>> days = [Reading("rate", 1.0, "percent", Period.parse(d)) for d in ("2024-01-22", "2024-02-26", "2024-02-27")]
    >>> [len(run) for run in runs(days)]
    [1, 2]
    """
    found = [[known[0]]]
    for before, after in pairwise(known):
        alike = before.period.frequency == after.period.frequency
        if alike and before.period.shift(_DAYS if before.period.frequency == "D" else 1) < after.period:
            found.append([])
        found[-1].append(after)
    return found


def sparkline(history: Sequence[Reading], *, joined: bool = False) -> str:
    """Return the readings as a line with a dot on the last one; a thin line marks zero where they cross it.

    Time is to scale. The same readings give the same text. ``history``: oldest first, each with a number; ``joined``:
    draw one line though periods between are missing, as from edition to edition.
    """
    values = [r.value or 0.0 for r in history]
    days = [r.period.end.toordinal() for r in history]
    low, high = min(values), max(values)

    def across(day: int) -> float:
        return _MARGIN + (WIDTH - 2 * _MARGIN) * (day - days[0]) / max(days[-1] - days[0], 1)

    def down(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return HEIGHT - _MARGIN - (HEIGHT - 2 * _MARGIN) * share

    def line(run: Sequence[Reading]) -> str:
        at = [(across(r.period.end.toordinal()), down(r.value or 0.0)) for r in run]
        if len(at) == 1:
            return f'<circle cx="{at[0][0]:.1f}" cy="{at[0][1]:.1f}" r="1.6" fill="#0b4f6c"/>'
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
        return f'<polyline points="{points}" fill="none" stroke="#0b4f6c" stroke-width="1.6" stroke-linejoin="round"/>'

    lines = "".join(map(line, [history] if joined else runs(history)))
    zero = (
        f'<line x1="{_MARGIN}" x2="{WIDTH - _MARGIN}" y1="{down(0):.1f}" y2="{down(0):.1f}" stroke="#b9c3cc"/>'
        if low < 0 < high
        else ""
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}">{zero}'
        f'{lines}<circle cx="{across(days[-1]):.1f}" cy="{down(values[-1]):.1f}" r="2.8" fill="#b34700"/></svg>'
    )
