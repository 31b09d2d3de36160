"""Policy rate: the rate in force on a date, and real rates after past or expected inflation.

In scope: decisions of the central bank, which have days, beside prices, which have months. Out of scope: the formula of
a real rate (:mod:`~kzreport.indicators.real_terms`).
"""

from __future__ import annotations

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
    return r.of(name="real_policy_rate", basis=f"ex_post_{method}", digits=2)


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
    return r.of(name="real_policy_rate_ahead", basis=f"ex_ante_{method}", digits=2)
