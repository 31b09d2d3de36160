"""Places of labels beside each other."""

from __future__ import annotations

from collections.abc import Sequence


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return positions at least ``gap`` apart within [low, high], near the wanted ones and in their order.

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
