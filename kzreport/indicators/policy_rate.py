"""Policy rate: the rate in force on a date, and real rates after past or expected inflation.

In scope: decisions of the central bank, which have days, beside prices, which have months. Out of scope: the formula of
a real rate (:mod:`~kzreport.indicators.real_terms`).
"""

from __future__ import annotations

import itertools

from kzreport.indicators import readings
from kzreport.indicators.inflation import headline, published
from kzreport.indicators.real_terms import real_rate
from kzreport.model import Period, Reading, Series


def rate_in_force(base_rate: Series, period: Period, *, max_age_days: int = 100) -> Reading:
    """The policy rate in force at the end of ``period``: the last decision on or before that day, in percent.

    ``base`` is the day of the decision, two decimals are shown. The bank decides eight times a year and lists
    unchanged rates too, so with no decision in ``max_age_days`` the list has a hole: ``missing_input``.
    Raises :class:`BasisError` for other units.

    >>> x = readings.series_from({"2022-10-26": 16.0, "2022-12-05": 16.75}, "percent")
    >>> rate_in_force(x, Period.parse("2022-12")).value
    16.75
    """
    readings.require(base_rate, "percent")
    past = {p: v for p, v in base_rate.values.items() if p.start <= period.end}
    day = max(past, default=None)
    known = day is not None and (period.end - day.start).days <= max_age_days
    r = readings.reading_from(base_rate, "rate_in_force", base_rate.basis, period, past[day] if day and known else None)
    return r.of(base=day, digits=2)


def in_force_since(base_rate: Series, period: Period) -> Reading:
    """The rate in force at the end of ``period``, with the day since which it is: ``base``, the first decision of
    this level, unchanged since; none if the table begins with it, because it may be older.

    Raises as :func:`rate_in_force`.

    >>> x = readings.series_from({"2026-07-27": 16.75, "2026-09-07": 16.25, "2026-10-19": 16.25}, "percent")
    >>> in_force_since(x, Period.parse("2026-11-25")).base, in_force_since(x, Period.parse("2026-08-31")).base
    (Period('2026-09-07'), None)
    """
    r = rate_in_force(base_rate, period)
    if not r.ok:
        return r
    since, earlier = r.base, False
    for day, value in sorted(base_rate.values.items(), reverse=True):
        if day.start > period.end:
            continue
        if value != r.value:
            earlier = True
            break
        since = day
    return r.of(base=since if earlier else None)


def days_overdue(base_rate: Series, period: Period, *, decisions: int = 9) -> Reading:
    """The days since the last decision beyond the longest gap between the last ``decisions``: a count, 0 within it.

    More than 0: a decision was probably taken that the table does not hold. ``missing_input`` under two decisions.

    >>> x = readings.series_from({"2026-06-08": 17.0, "2026-07-27": 16.75, "2026-09-07": 16.25}, "percent")
    >>> days_overdue(x, Period.parse("2026-11-25")).value
    30.0
    """
    days = sorted(p.start for p in base_rate.values if p.start <= period.end)[-decisions:]
    if len(days) < 2:
        return Reading.missing("days_overdue", "count", period, inputs=(base_rate.name,))
    longest = max((b - a).days for a, b in itertools.pairwise(days))
    late = max((period.end - days[-1]).days - longest, 0)
    return Reading("days_overdue", float(late), "count", period, inputs=(base_rate.name,))


def real_policy_rate(base_rate: Series, yy: Series, period: Period | None = None, *, method: str = "exact") -> Reading:
    """Return the policy rate less inflation of the past twelve months; ``exact`` in percent, ``simple`` in points.

    Basis ``ex_post_<method>``. Formula and errors: :func:`~kzreport.indicators.real_terms.real_rate`.

    >>> i = readings.series_from({"2022-12-05": 16.75}, "percent")
    >>> p = readings.series_from({"2022-12": 120.3}, "index_py100")
    >>> real_policy_rate(i, p, method="simple").value
    -3.55
    """
    rate = headline(yy, period)
    r = real_rate(rate_in_force(base_rate, rate.period), rate, method=method)
    return r.of(name="real_policy_rate", basis=f"ex_post_{method}")


def real_policy_rate_ahead(
    base_rate: Series, expectations: Series, period: Period | None = None, *, method: str = "exact"
) -> Reading:
    """Return the policy rate less inflation that households expect over twelve months; basis ``ex_ante_<method>``.

    Formula and errors: :func:`~kzreport.indicators.real_terms.real_rate`.

    >>> i = readings.series_from({"2026-07-10": 18.0}, "percent")
    >>> real_policy_rate_ahead(i, readings.series_from({"2026-07": 13.5}, "percent"), method="simple").value
    4.5
    """
    expected = published(expectations, period, "expected")
    r = real_rate(rate_in_force(base_rate, expected.period), expected, method=method)
    return r.of(name="real_policy_rate_ahead", basis=f"ex_ante_{method}")
