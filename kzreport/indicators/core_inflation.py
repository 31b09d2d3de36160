"""Core inflation: as published (some goods left out), trimmed means, weighted medians.

In scope: estimators of the middle of the price changes. Out of scope: weights of a year
(:mod:`~kzreport.indicators.components`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from kzreport.errors import DataError, ParameterError, explain
from kzreport.indicators import readings
from kzreport.indicators.components import by_component, weights_of
from kzreport.indicators.inflation import published
from kzreport.model import Period, Reading, Series, Status

# Fewer components than this say nothing about the middle of their distribution.
MIN_COMPONENTS = 8


def exclusion_core(core_yy: Series, period: Period | None = None) -> Reading:
    """Return the published core rate (some goods left out), in percent; basis ``core_published``.

    Raises as :func:`headline`.

    >>> exclusion_core(readings.series_from({"2026-08": 109.1}, "index_py100")).value
    9.1
    """
    return published(core_yy, period, "exclusion_core").of(basis="core_published")


def core_trimmed(
    components_mm: Series,
    weights: Series,
    period: Period | None = None,
    *,
    lower: float = 8,
    upper: float = 8,
) -> Reading:
    """Trimmed mean of the components' monthly rises, in percent; basis ``mm_trimmed_<lower>_<upper>``.

    ``not_comparable`` under :data:`MIN_COMPONENTS` components, ``missing_input`` without a rise or weight of
    one. Raises as :func:`trimmed_mean` and :func:`contributions`.

    >>> x = readings.series_from({"2026-08": 101}, "index_pp100", component="food")
    >>> core_trimmed(x, readings.series_from({"2026": 100}, "percent", component="food")).status.value
    'not_comparable'
    """
    return _core(
        components_mm,
        weights,
        period,
        "core_trimmed",
        f"mm_trimmed_{lower:g}_{upper:g}",
        lambda c, w: trimmed_mean(c, w, lower, upper),
    )


def core_median(components_mm: Series, weights: Series, period: Period | None = None) -> Reading:
    """Return the weighted median of the components' monthly rises, in percent; basis ``mm_median``.

    Otherwise as :func:`core_trimmed`.

    >>> x = readings.series_from({"2026-08": 101}, "index_pp100", component="food")
    >>> core_median(x, readings.series_from({"2026": 100}, "percent", component="food")).status.value
    'not_comparable'
    """
    return _core(components_mm, weights, period, "core_median", "mm_median", weighted_median)


def _core(
    components_mm: Series,
    weights: Series,
    period: Period | None,
    name: str,
    basis: str,
    formula: Callable[[Sequence[float], Sequence[float]], float],
) -> Reading:
    readings.require(components_mm, "index_pp100", frequency="M")
    table = by_component(components_mm)
    p = period or max((q for v in table.values() for q in v), default=None)
    if p is None:
        raise DataError(explain(components_mm.name, "no value", "at least one", "choose a later as_of date"))
    inputs = (components_mm.name, weights.name)
    w, _ = weights_of(weights, list(table), p.year, "refuse")
    status = Status.OK if w and all(p in v for v in table.values()) else Status.MISSING_INPUT
    status = Status.NOT_COMPARABLE if len(table) < MIN_COMPONENTS else status
    value = formula([table[c][p] - 100 for c in table], [w[c] for c in table]) if status is Status.OK else None
    value = None if value is None else round(value, 9)
    return Reading(name, value, "percent", p, status, basis, base=p.shift(-1), inputs=inputs)


def weighted_mean(changes: Sequence[float], weights: Sequence[float]) -> float:
    """``sum(w x) / sum(w)`` of n changes (percent) and n weights. Raises :class:`ParameterError`.

    >>> round(weighted_mean([-1, .4, .8, 1.2, 2, 9], [.25, .25, .2, .15, .1, .05]), 9)
    0.84
    """
    return math.fsum(w * c for c, w in _sorted(changes, weights))


def trimmed_mean(changes: Sequence[float], weights: Sequence[float], lower: float, upper: float) -> float:
    """Return the weighted mean after cutting ``lower`` percent of the weight at the bottom and ``upper`` at the top.

    A component on the cut counts with the part of its weight that is left. Cleveland 8/8, Dallas 24/31. No guard
    against too few components: see :func:`core_trimmed`. Raises :class:`ParameterError`.

    >>> round(trimmed_mean([-1, .4, .8, 1.2, 2, 9], [.25, .25, .2, .15, .1, .05], 8, 8), 6)
    0.488095
    """
    if lower < 0 or upper < 0 or not lower + upper < 100:
        raise ParameterError(
            explain("trims", f"{lower:g} and {upper:g}", "two shares of 0 or more, below 100 together")
        )
    floor, ceiling, passed = lower / 100, 1 - upper / 100, 0.0
    left: list[tuple[float, float]] = []
    for change, w in _sorted(changes, weights):
        kept = min(passed + w, ceiling) - max(passed, floor)
        passed += w
        if kept > 0:
            left.append((change, kept))
    return math.fsum(c * w for c, w in left) / math.fsum(w for _, w in left)


def weighted_median(changes: Sequence[float], weights: Sequence[float]) -> float:
    """The change at half of the weight; the midpoint of two if the half falls exactly between them.

    Raises :class:`ParameterError`. No guard against too few components: see :func:`core_median`.

    >>> round(weighted_median([-1, .4, .8, 1.2, 2, 9], [.25, .25, .2, .15, .1, .05]), 9)
    0.6
    """
    ordered = _sorted(changes, weights)
    passed = 0.0
    for i, (change, w) in enumerate(ordered):
        passed += w
        if abs(passed - 0.5) < 1e-12 and i + 1 < len(ordered):
            return (change + ordered[i + 1][0]) / 2
        if passed >= 0.5:
            return change
    return ordered[-1][0]


def _sorted(changes: Sequence[float], weights: Sequence[float]) -> list[tuple[float, float]]:
    """(change, fraction) by rising change. Raises :class:`ParameterError`."""
    whole = math.fsum(weights)
    if len(changes) != len(weights) or not changes or any(w < 0 for w in weights) or not whole > 0:
        raise ParameterError(
            explain(
                "weights",
                f"{len(weights)} for {len(changes)} changes, sum {whole:g}",
                "one positive weight for each",
            )
        )
    return sorted((c, w / whole) for c, w in zip(changes, weights, strict=True) if w > 0)
