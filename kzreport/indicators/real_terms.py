"""Real terms: values in constant prices, interest rates less inflation.

In scope: taking prices out of one reading with another. Out of scope: which deflator or policy rate is meant
(:mod:`~kzreport.indicators.policy_rate`).
"""

from __future__ import annotations

from kzreport.errors import ParameterError, explain
from kzreport.indicators import readings
from kzreport.indicators.readings import first_status, merge, valued
from kzreport.model import Reading, Status
from kzreport.units import is_rate


def real_value(nominal: Reading, deflator: Reading) -> Reading:
    """Return a value in the prices of the deflator's base: ``100 nominal / deflator``, in the nominal value's unit.

    The deflator is an ``index`` of the same period; which one is right depends on the value (consumer prices for
    incomes, export prices for exports). Basis: the nominal value's, followed by ``_real``. Raises :class:`BasisError`
    for another unit or period.

    >>> x, prices = readings.series_from({"2025": 240}, "musd"), readings.series_from({"2025": 120}, "index")
    >>> real_value(readings.at(x, "2025"), readings.at(prices, "2025")).value
    200.0
    """
    if deflator.unit != "index" or is_rate(nominal.unit) or nominal.period != deflator.period:
        raise readings.mixed(nominal, deflator)
    status = first_status(nominal, deflator)
    status = readings.base_status(valued(deflator)) if status is Status.OK else status
    value = 100 * valued(nominal) / valued(deflator) if status is Status.OK else None
    basis = f"{nominal.basis}_real".lstrip("_")
    return merge("real_value", value, nominal.unit, nominal, deflator, status=status, basis=basis)


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
