"""Structural breaks: regimes of monthly inflation and how they depend on the penalty.

In scope: finding when the level of a monthly rate changed. Out of scope: why it did.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from kzreport.errors import ParameterError, explain
from kzreport.indicators import indices, readings
from kzreport.indicators.inflation import monthly_index
from kzreport.model import Period, Reading, Series, Status


def breaks(mm: Series, since: Period | None = None, *, factor: float = 4, min_size: int = 12) -> tuple[Reading, ...]:
    """Regimes of monthly inflation by optimal partition: one reading a segment, its mean m/m in percent.

    Minimises the sum of squared distances from the segment means plus ``factor * sigma2 * ln n`` a break, over all
    partitions into segments of ``min_size`` months or more; ``sigma2`` from the median absolute deviation of the first
    differences, halved. ``period`` is the span of the segment, ``item`` its number; basis ``regime_mean_mm``. The
    number of breaks depends on ``factor``: show :func:`break_sensitivity` beside it. A gap gives one reading
    ``missing_input``, fewer than ``min_size`` months ``partial_period``. Raises :class:`ParameterError` for a
    ``factor`` or ``min_size`` under 1. Source: Jackson et al., IEEE Signal Processing Letters 12 (2005).

    >>> level = {2020: 100.5, 2021: 100.5, 2022: 102.0, 2023: 102.0}
    >>> x = {f"{y}-{m:02}": level[y] + 0.1 * (m % 2) for y in level for m in range(1, 13)}
    >>> [(str(r.period), round(r.value, 2)) for r in breaks(readings.series_from(x, "index_pp100"))]
    [('2020-01/2021-12', 0.55), ('2022-01/2023-12', 2.05)]
    """
    if factor < 1 or min_size < 1:
        raise ParameterError(explain("breaks", f"factor={factor:g}, min_size={min_size}", "1 or more each"))
    chosen = mm.since(since) if since else mm
    table = monthly_index(chosen)
    last = readings.latest(chosen)
    months = list(min(table).until(last))
    span = Period(months[0].start, last.end, "S")
    status = Status.OK if len(months) == len(table) else Status.MISSING_INPUT
    status = Status.PARTIAL_PERIOD if status is Status.OK and len(months) < min_size else status
    basis, inputs = "regime_mean_mm", (mm.name,)
    if status is not Status.OK:
        return (Reading.missing("regime", "percent", span, status, basis=basis, inputs=inputs),)
    x = [indices.rate_from_index(table[p]) for p in months]
    ends = [*_partition(x, factor, min_size), len(x)]
    found, start = [], 0
    for number, end in enumerate(ends, 1):
        piece = Period(months[start].start, months[end - 1].end, "S")
        average = math.fsum(x[start:end]) / (end - start)
        found.append(Reading("regime", average, "percent", piece, basis=basis, item=str(number), inputs=inputs))
        start = end
    return tuple(found)


def break_sensitivity(
    mm: Series, since: Period | None = None, *, factors: Sequence[float] = (2, 3, 4, 5, 6)
) -> dict[float, tuple[Period, ...]]:
    """Return for each penalty factor the first month of every new regime (see :func:`breaks`); empty without a break.

    >>> level = {2020: 100.5, 2021: 100.5, 2022: 102.0, 2023: 102.0}
    >>> x = {f"{y}-{m:02}": level[y] + 0.1 * (m % 2) for y in level for m in range(1, 13)}
    >>> break_sensitivity(readings.series_from(x, "index_pp100"), factors=(3, 6))
    {3: (Period('2022-01'),), 6: (Period('2022-01'),)}
    """
    found = {}
    for factor in factors:
        regimes = breaks(mm, since, factor=factor)
        found[factor] = tuple(Period.parse(f"{r.period.start:%Y-%m}") for r in regimes[1:])
    return found


def noise_variance(x: Sequence[float]) -> float:
    """Variance of the noise around a level that may jump: ``(1.4826 MAD of the first differences)^2 / 2``.

    >>> round(noise_variance([0, 1, 0, 1, 0, 5, 6, 5, 6]), 4)
    1.0991
    """
    steps = [b - a for a, b in pairwise(x)]
    if not steps:
        return 0.0
    centre = median(steps)
    return float((1.4826022185 * median(abs(s - centre) for s in steps)) ** 2 / 2)


def _partition(x: Sequence[float], factor: float, min_size: int) -> list[int]:
    """Return the indices at which the second and later segments begin."""
    n = len(x)
    penalty = factor * noise_variance(x) * math.log(n)
    sums, squares = [0.0], [0.0]
    for v in x:
        sums.append(sums[-1] + v)
        squares.append(squares[-1] + v * v)
    best: list[float] = [-penalty] + [math.inf] * n
    start = [0] * (n + 1)
    for end in range(min_size, n + 1):
        for begin in (0, *range(min_size, end - min_size + 1)):
            s = sums[end] - sums[begin]
            cost = best[begin] + squares[end] - squares[begin] - s * s / (end - begin) + penalty
            if cost < best[end] - 1e-12:
                best[end], start[end] = cost, begin
    found, end = [], n
    while end and start[end]:
        end = start[end]
        found.append(end)
    return found[::-1]
