"""Aggregates over time: totals, means, rolling sums, peaks.

In scope: one figure from several periods of one series. Out of scope: parts of a year against each other
(:mod:`~kzreport.indicators.part_years`), index numbers (:mod:`~kzreport.indicators.indices`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from kzreport.errors import BasisError, ParameterError, explain
from kzreport.indicators import readings
from kzreport.indicators.growth import difference, growth
from kzreport.indicators.readings import Levels, at, merge
from kzreport.model import Period, Reading, Status
from kzreport.units import is_rate


def total(data: Levels, span: Period) -> Reading:
    """Return the sum of a flow over ``span`` (months or quarters of a year, Jan-Aug of months).

    A figure published for the span itself is returned as it is. Status ``partial_period`` if a part of the span is
    missing, ``missing_input`` if all is. Raises :class:`BasisError` for rates, indices and multiples.

    >>> x = readings.series_from({"2025-Q1": 1, "2025-Q2": 2, "2025-Q3": 3, "2025-Q4": 4, "2026-Q1": 5}, "musd")
    >>> total(x, Period.parse("2025")).value, total(x, Period.parse("2026")).status.value
    (10.0, 'partial_period')
    """
    parts, status = _inside(data, span)
    if is_rate(parts[0].unit) or parts[0].unit in {"index", "multiple", "ratio"}:
        raise BasisError(explain(f"total of {parts[0].name}", f"unit {parts[0].unit}", "a flow", "use mean()"))
    return _over(parts, status, span, math.fsum(r.value or 0.0 for r in parts))


def mean(data: Levels, span: Period) -> Reading:
    """The arithmetic mean over the periods inside ``span``; statuses as :func:`total`.

    >>> mean(readings.series_from({"2025-Q1": 1, "2025-Q2": 4}, "index"), Period.parse("2025-01/2025-06")).value
    2.5
    """
    parts, status = _inside(data, span)
    return _over(parts, status, span, math.fsum(r.value or 0.0 for r in parts) / len(parts))


def rolling_sum(data: Levels, window: int = 4) -> tuple[Reading, ...]:
    """Sum of each period and the ``window - 1`` before it; the period is the last one of the window.

    Basis: the data's, followed by ``_rolling_<window>``. ``partial_period`` for a window with a gap. Raises
    :class:`BasisError` for rates, :class:`ParameterError` for a window under 1.

    >>> [r.value for r in rolling_sum(readings.series_from({f"2025-Q{q}": q for q in (1, 2, 3, 4)}, "musd"), 3)]
    [6.0, 9.0]
    """
    if window < 1:
        raise ParameterError(explain("rolling_sum, window", window, "1 or more"))
    table = list(readings.without_gaps(data).values())
    found: list[Reading] = []
    for last in range(window - 1, len(table)):
        parts = table[last - window + 1 : last + 1][::-1]
        if is_rate(parts[0].unit):
            raise BasisError(explain(f"rolling sum of {parts[0].name}", f"unit {parts[0].unit}", "a flow"))
        status = Status.OK if all(r.ok for r in parts) else Status.PARTIAL_PERIOD
        basis = f"{parts[0].basis}_rolling_{window}".lstrip("_")
        value = math.fsum(r.value or 0.0 for r in parts)
        found.append(merge("rolling_sum", value, parts[0].unit, *parts, status=status, basis=basis))
    return tuple(found)


def peak(data: Levels) -> Reading:
    """The highest reading, the first of equals. Raises :class:`DataError` if there is no number.

    >>> peak(readings.series_from({"2022": 28, "2023": 17, "2024": 28}, "musd")).period
    Period('2022')
    """
    readings.latest(data)
    return max(
        (r for r in readings.readings(data).values() if r.ok),
        key=lambda r: (r.value or 0.0, -r.period.end.toordinal()),
    )


def since_peak(data: Levels, period: Period | None = None) -> Reading:
    """Return the change from the highest reading up to ``period`` (default: the latest): percent, or points for rates.

    ``base`` is the period of the peak. Status and errors as :func:`growth` and :func:`peak`.

    >>> round(since_peak(readings.series_from({"2022": 28.0, "2024": 17.1}, "musd")).value, 1)
    -38.9
    """
    now = at(data, period or readings.latest(data))
    top = peak([r for p, r in readings.readings(data).items() if p <= now.period])
    return (difference if is_rate(now.unit) else growth)(now, top, name="since_peak")


def _over(parts: Sequence[Reading], status: Status, span: Period, value: float) -> Reading:
    first = parts[0]
    interval = first.interval if len(parts) == 1 else None
    return merge(first.name, value, first.unit, *parts, status=status, period=span, base=None, interval=interval)


def _inside(data: Levels, span: Period) -> tuple[list[Reading], Status]:
    """The readings that make up ``span``, and whether they cover it."""
    table = readings.readings(data)
    if span in table:
        return [table[span]], table[span].status
    for kind in ("M", "Q", "A"):
        parts = [r for p, r in table.items() if p.frequency == kind and p.start >= span.start and p.end <= span.end]
        if parts:
            known = sum(r.period.months for r in parts if r.ok)
            return parts, Status.OK if known == span.months else Status.PARTIAL_PERIOD
    return [at(data, span)], Status.MISSING_INPUT
