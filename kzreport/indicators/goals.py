"""Announced goals: how far a level is from one, and the pace that would reach it.

In scope: a level against a level somebody announced. Out of scope: an inflation target with its band
(:mod:`~kzreport.indicators.targeting`). A goal without a horizon has no required growth of its own: it has one for each
horizon one may think of, and all of them are shown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from kzreport.errors import BasisError, ParameterError, explain
from kzreport.indicators import readings
from kzreport.indicators.readings import first_status, merge, valued
from kzreport.model import Reading, Status
from kzreport.units import UNITS


def distance(goal: Reading, now: Reading) -> Reading:
    """Return the distance to the goal: ``goal - now``, in ``musd_change`` for million dollars; negative once passed.

    ``base`` is the period of the level. Status of an input without a number. Raises :class:`BasisError` for two units
    or for a level of part of a year (a goal for a year is not held against eight months).

    >>> x = readings.series_from({"2024": 545.2}, "musd")
    >>> distance(readings.at(x, "2024").of(value=1000.0), readings.at(x, "2024")).value
    454.8
    """
    _year(goal, now)
    unit = now.unit if UNITS[now.unit].rate else UNITS[now.unit].of_difference
    status = first_status(goal, now)
    value = round(valued(goal) - valued(now), 9) if status is Status.OK else None
    return merge("distance", value, unit, now, goal, status=status, base=now.period)


def multiple_needed(goal: Reading, now: Reading) -> Reading:
    """Return the multiple that would reach the goal: ``goal / now``. Statuses of a ratio. Raises as :func:`distance`.

    >>> x = readings.series_from({"2024": 545.2}, "musd")
    >>> round(multiple_needed(readings.at(x, "2024").of(value=1000.0), readings.at(x, "2024")).value, 2)
    1.83
    """
    _year(goal, now)
    status, value = first_status(goal, now), None
    if status is Status.OK:
        status = readings.quotient_status(valued(goal), valued(now))
        value = valued(goal) / valued(now) if status is Status.OK else None
    return merge("multiple_needed", value, "multiple", now, goal, status=status, base=now.period)


def growth_needed(goal: Reading, now: Reading, years: float) -> Reading:
    """Growth a year that reaches the goal after ``years``: ``100 ((goal / now)^(1/years) - 1)``, percent a year.

    Estimated: the horizon was not announced. Negative once the goal is passed. Statuses of a ratio,
    ``sign_change`` for a goal of zero; :class:`ParameterError` for a horizon of less than a year; else raises as
    :func:`distance`.

    >>> x = readings.series_from({"2024": 545.2}, "musd")
    >>> round(growth_needed(readings.at(x, "2024").of(value=1000.0), readings.at(x, "2024"), 5).value, 1)
    12.9
    """
    if not 1 <= years < math.inf:
        raise ParameterError(explain("growth_needed, years", f"{years:g}", "a horizon of one year or more"))
    times = multiple_needed(goal, now)
    status, value = times.status, None
    if status is Status.OK:
        status = Status.OK if valued(times) > 0 else Status.SIGN_CHANGE
        value = 100 * (valued(times) ** (1 / years) - 1) if status is Status.OK else None
    return merge("growth_needed", value, "percent_per_year", times, status=status, base=now.period, estimated=True)


def by_horizon(goal: Reading, now: Reading, horizons: Sequence[int]) -> tuple[Reading, ...]:
    """:func:`growth_needed` for each horizon in years; ``item`` is ``years_<n>``. Raises as it does.

    >>> x = readings.series_from({"2024": 500}, "musd")
    >>> [(r.item, round(r.value)) for r in
    ...  by_horizon(readings.at(x, "2024").of(value=1000.0), readings.at(x, "2024"), (1, 10))]
    [('years_1', 100), ('years_10', 7)]
    """
    return tuple(growth_needed(goal, now, n).of(item=f"years_{n}") for n in horizons)


def _year(goal: Reading, now: Reading) -> None:
    if goal.unit != now.unit:
        raise BasisError(explain(f"{goal.name} with {now.name}", f"{goal.unit} with {now.unit}", "one unit"))
    if now.period.frequency != "A":
        raise BasisError(explain(f"{now.name} against a goal", now.period, "a whole year"))
