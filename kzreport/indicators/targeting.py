"""Inflation targeting: the target of a year, the distance to it, the months inside and outside.

In scope: the published rate against a target that changes over the years. Out of scope: the policy rate
(:mod:`~kzreport.indicators.policy_rate`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kzreport.errors import ParameterError, explain
from kzreport.indicators import indices, readings
from kzreport.indicators.inflation import headline
from kzreport.indicators.readings import first_status, merge, valued
from kzreport.model import Interval, Period, Reading, Series, Status


def target_band(targets: Series, period: Period) -> Interval | None:
    """The inflation target in force in the year of ``period``, in percent, or None if the table lacks the year.

    ``targets``: percent by year, dimension ``bound`` ``low`` and ``high`` (equal for a point target).

    >>> bounds = {"low": 4, "high": 6}
    >>> t = readings.joined(*(readings.series_from({"2022": v}, "percent", bound=b) for b, v in bounds.items()))
    >>> target_band(t, Period.parse("2022-12"))
    Interval(low=4, high=6)
    """
    readings.require(targets, "percent")
    year = Period.parse(str(period.year))
    low, high = (targets.where(bound=b).values.get(year) for b in ("low", "high"))
    return Interval(low, high) if low is not None and high is not None else None


def target_deviation(yy: Series, targets: Series, period: Period | None = None) -> dict[str, Reading]:
    """Compare the rate with the target of its year.

    Keys ``rate``, ``low``, ``high`` (percent) and, in points, ``from_midpoint`` ``p - (low + high) / 2`` and
    ``from_band`` (0 inside, else the distance to the nearer bound). ``missing_input`` for a year without target. Raises
    as :func:`headline` and :func:`target_band`.

    >>> bounds = {"low": 4, "high": 6}
    >>> t = readings.joined(*(readings.series_from({"2022": v}, "percent", bound=b) for b, v in bounds.items()))
    >>> y = readings.series_from({"2022-12": 120.3}, "index_py100")
    >>> {k: r.value for k, r in target_deviation(y, t).items()}
    {'rate': 20.3, 'low': 4.0, 'high': 6.0, 'from_midpoint': 15.3, 'from_band': 14.3}
    """
    rate = headline(yy, period)
    band = target_band(targets, rate.period)
    status = first_status(rate) if band else Status.MISSING_INPUT
    values: dict[str, float | None] = dict.fromkeys(("low", "high", "from_midpoint", "from_band"))
    if band:
        values |= {"low": band.low, "high": band.high}
        if rate.ok:
            v = valued(rate)
            values["from_midpoint"] = round(v - (band.low + band.high) / 2, 9)
            values["from_band"] = round(max(v - band.high, 0.0) + min(v - band.low, 0.0), 9)
    found = {"rate": rate}
    for k, value in values.items():
        unit, how = ("percent", Status.OK if band else status) if k in ("low", "high") else ("points", status)
        r = merge("target", value, unit, rate, status=how, item=k, base=None)
        found[k] = r.of(inputs=(*dict.fromkeys((*rate.inputs, targets.name)),))
    return found


def months_since(yy: Series, targets: Series, period: Period | None = None, *, condition: str = "inside") -> Reading:
    """Return the months since inflation was last inside the target band.

    ``condition="not_above"``: since it was at or below the upper bound. 0 if it is so in ``period``; ``base`` is the
    month it was last so. ``missing_input`` if a rate or a target is missing before such a month is met, or the series
    has no such month. Raises :class:`ParameterError` for another condition.

    >>> bounds = {"low": 4, "high": 6}
    >>> t = readings.joined(*(readings.series_from({"2022": v}, "percent", bound=b) for b, v in bounds.items()))
    >>> y = readings.series_from({"2022-01": 105, "2022-02": 108, "2022-03": 109}, "index_py100")
    >>> months_since(y, t).value
    2.0
    """
    if condition not in ("inside", "not_above"):
        raise ParameterError(explain("months_since, condition", repr(condition), "'inside' or 'not_above'"))

    def holds(r: Reading) -> bool | None:
        band = target_band(targets, r.period)
        if band is None:
            return None
        return valued(r) <= band.high and (condition == "not_above" or valued(r) >= band.low)

    found = _months_since(yy, period, f"months_since_{condition}", holds)
    return found.of(inputs=(yy.name, targets.name))


def months_since_at_most(yy: Series, level: float, period: Period | None = None) -> Reading:
    """Months since inflation was last at or below ``level`` percent, whatever the target then; else as above.

    >>> y = readings.series_from({"2022-01": 105, "2022-02": 108, "2022-03": 109}, "index_py100")
    >>> months_since_at_most(y, 5).base
    Period('2022-01')
    """
    return _months_since(yy, period, "months_since_at_most", lambda r: valued(r) <= level)


def _months_since(yy: Series, period: Period | None, name: str, holds: Callable[[Reading], bool | None]) -> Reading:
    """Months since ``holds`` was last true (0 if it is now); base that month; missing if unknown or never."""
    p = period or readings.latest(yy)
    table = readings.readings(indices.rates(yy))
    for k, q in enumerate(_backwards(p, min(table, default=p))):
        true = holds(table[q]) if q in table and table[q].ok else None
        if true is None:
            break
        if true:
            return Reading(name, float(k), "months", p, base=q, inputs=(yy.name,))
    return Reading.missing(name, "months", p, inputs=(yy.name,))


def months_outside(yy: Series, targets: Series, period: Period | None = None) -> Reading:
    """Consecutive months outside the target band up to ``period`` (0 if it is inside).

    ``base`` is the last month inside; without ``base`` the series (or the table of targets) begins later, and
    the number is a lower bound. ``missing_input`` if ``period`` itself has no rate or no target.

    >>> bounds = {"low": 4, "high": 6}
    >>> t = readings.joined(*(readings.series_from({"2022": v}, "percent", bound=b) for b, v in bounds.items()))
    >>> y = readings.series_from({"2022-02": 108, "2022-03": 109}, "index_py100")
    >>> r = months_outside(y, t)
    >>> r.value, r.base
    (2.0, None)
    """
    p = period or readings.latest(yy)
    table = readings.readings(indices.rates(yy))
    count, base = 0, None
    for q in _backwards(p, min(table, default=p)):
        band = target_band(targets, q)
        if band is None or q not in table or not table[q].ok:
            break
        if band.low <= valued(table[q]) <= band.high:
            base = q
            break
        count += 1
    known = count > 0 or base is not None
    status = Status.OK if known else Status.MISSING_INPUT
    value = float(count) if known else None
    return Reading("months_outside", value, "months", p, status, base=base, inputs=(yy.name, targets.name))


def _backwards(last: Period, first: Period) -> Sequence[Period]:
    return list(reversed(list(first.until(last))))
