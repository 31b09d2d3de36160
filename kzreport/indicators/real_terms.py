"""Real terms: interest rates less inflation.

In scope: a real rate from two readings. Out of scope: the policy rate meant (:mod:`~kzreport.indicators.policy_rate`).
"""

from __future__ import annotations

from kzreport.errors import ParameterError, explain
from kzreport.indicators import readings
from kzreport.indicators.readings import first_status, merge, valued
from kzreport.model import Reading, Status


def real_rate(nominal: Reading, inflation: Reading, *, method: str = "exact") -> Reading:
    """Return a real interest rate.

    ``simple``: ``i - p`` in points. ``exact`` (Fisher): ``100 ((1+i) / (1+p) - 1)`` in percent. Both inputs in percent,
    of one period. Basis ``real_simple`` or ``real_exact``. Raises :class:`BasisError` for another unit or period,
    :class:`ParameterError` for another method.

    >>> i = readings.at(readings.series_from({"2022-12": 16.75}, "percent"), "2022-12")
    >>> p = readings.at(readings.series_from({"2022-12": 20.3}, "percent"), "2022-12")
    >>> round(real_rate(i, p, method="simple").value, 2), round(real_rate(i, p).value, 2)
    (-3.55, -2.95)
    """
    if method not in ("simple", "exact"):
        raise ParameterError(explain("real_rate, method", repr(method), "'simple' or 'exact'"))
    if (nominal.unit, inflation.unit) != ("percent", "percent") or nominal.period != inflation.period:
        raise readings.mixed(nominal, inflation)
    status, value = first_status(nominal, inflation), None
    if status is Status.OK:
        i, p = valued(nominal), valued(inflation)
        if method == "exact" and p <= -100:
            status = Status.ZERO_BASE
        else:
            value = round(i - p, 9) if method == "simple" else 100 * ((100 + i) / (100 + p) - 1)
    unit = "points" if method == "simple" else "percent"
    return merge("real_rate", value, unit, nominal, inflation, status=status, basis=f"real_{method}", base=None)
