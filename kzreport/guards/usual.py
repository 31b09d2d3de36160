"""The usual step of a series, and figures that are far beyond it.

A level is measured by its logarithm, a rate or a rate-like index by itself. The usual step is the third quartile of the
absolute steps of the series, without those to and from the figure that is looked at, so that a wrong figure does not
make itself usual.

The limits are from the project's own tables of 26 November 2026. Among 3,846 steps of 400 series of countries and
months, eight in a thousand are over six usual steps (the exchange rate and prices of March 2022, the oil price of
2020); of figures that stand apart from both neighbours, one in 9,000 is over eight (Belarus 2011, 29 times).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import quantiles

from kzreport.model import Period
from kzreport.units import UNITS

OUTLIER = 6.0  # usual steps: a person is asked
STEP = 8.0  # for the newest figure: said
SPIKE = 10.0  # away from both neighbours: refused
_FEWEST = 10  # steps that make a custom
_HISTORY = 60  # figures on each side that count: what was usual twenty years ago is not


def is_rate(unit: str) -> bool:
    """True if figures of a unit are compared by their difference: rates, and indices of one period to another.

    >>> is_rate("percent"), is_rate("index_py100"), is_rate("musd")
    (True, True, False)
    """
    return UNITS[unit].rate


def step_size(unit: str, values: Mapping[Period, float], period: Period) -> tuple[float, Period] | None:
    """Return the step to a figure in usual steps, and the period before it; ``None`` without a custom.

    >>> from kzreport.model import Period
    >>> months = list(Period.parse("2024-01").until(Period.parse("2025-01")))
    >>> values = dict(zip(months, [9.0, 9.2, 9.1, 9.3, 9.2, 9.4, 9.5, 9.4, 9.6, 9.5, 9.7, 9.6, 30.5]))
    >>> size, before = step_size("percent", values, months[-1])
    >>> round(size), before
    (105, Period('2024-12'))
    """
    periods = sorted(values)
    at = periods.index(period)
    scaled = _scaled(unit, [values[p] for p in periods])
    if not at or not (usual := _usual(scaled, at)):
        return None
    return abs(scaled[at] - scaled[at - 1]) / usual, periods[at - 1]


def spike_size(unit: str, values: Mapping[Period, float], period: Period) -> float:
    """Return how far a figure is beyond both neighbours, in usual steps; 0 if it lies between them."""
    periods = sorted(values)
    at = periods.index(period)
    return _spike(_scaled(unit, [values[p] for p in periods]), at)


def spikes(unit: str, values: Mapping[Period, float]) -> dict[Period, float]:
    """Return the figures that are further than :data:`SPIKE` usual steps beyond both neighbours."""
    periods = sorted(values)
    scaled = _scaled(unit, [values[p] for p in periods])
    if len(scaled) < _FEWEST + 3:
        return {}
    steps = [abs(b - a) for a, b in pairwise(scaled)]
    least = SPIKE * sorted(steps)[len(steps) // 4]  # quick: no usual step is below the first quartile
    near = [i for i in range(1, len(scaled) - 1) if _apart(scaled, i) > least]
    return {periods[i]: size for i in near if (size := _spike(scaled, i)) > SPIKE}


def is_outlier(unit: str, values: Mapping[Period, float], period: Period) -> tuple[str, str] | None:
    """Return what was found and expected of a figure that is more than :data:`OUTLIER` usual steps from its neighbours.

    A figure at the end is compared with the one before it, another with the nearer of both.
    """
    periods = sorted(values)
    if period == periods[-1]:
        step = step_size(unit, values, period)
        size = step[0] if step else 0.0
    else:
        size = spike_size(unit, values, period)
    if size <= OUTLIER:
        return None
    at = periods.index(period)
    beside = [p for p in periods[max(at - 1, 0) : at + 2] if p != period]
    listed = " and ".join(f"{values[p]:g} in {p}" for p in beside)
    return f"{values[period]:g} after {listed}: {size:.0f} times the usual step", f"at most {OUTLIER:g} times"


def _scaled(unit: str, values: Sequence[float]) -> Sequence[float]:
    return [math.log(v) for v in values] if not is_rate(unit) and min(values) > 0 else values


def _usual(scaled: Sequence[float], at: int) -> float:
    """Return the third quartile of the steps around a figure, but for those to and from it; 0 if they are few."""
    steps = [abs(scaled[i] - scaled[i - 1]) for i in _around(len(scaled), at) if i not in (at, at + 1)]
    if len(steps) < _FEWEST:
        return 0.0
    return quantiles(steps, n=4)[2]


def _around(count: int, at: int) -> range:
    return range(max(1, at - _HISTORY), min(count, at + _HISTORY))


def _apart(scaled: Sequence[float], at: int) -> float:
    """Return the distance to the nearer neighbour of a figure that is beyond both."""
    before, after = scaled[at] - scaled[at - 1], scaled[at] - scaled[at + 1]
    return min(abs(before), abs(after)) if before * after > 0 else 0.0


def _spike(scaled: Sequence[float], at: int) -> float:
    if not 0 < at < len(scaled) - 1:
        return 0.0
    usual = _usual(scaled, at)
    return _apart(scaled, at) / usual if usual else 0.0
