"""Concentration: how much of a flow a few partners make.

In scope: the Herfindahl-Hirschman index of a full or a partial list. Out of scope: the shares themselves
(:mod:`~kzreport.indicators.trade`).

An index means nothing without its partition: the EU as one partner or as 27 changes it
(:func:`~kzreport.indicators.trade.grouped`). Source: World Bank, WITS, indicator "HH market concentration".
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from kzreport.errors import ParameterError, explain
from kzreport.indicators import readings
from kzreport.indicators.readings import first_status, merge, valued
from kzreport.model import Interval, Reading, Status

_NOISE = 1e-9  # of the whole: what adding floats leaves


def concentration(parts: Mapping[str, Reading], total: Reading | None = None) -> dict[str, Reading]:
    """Herfindahl-Hirschman index ``sum (part / total)^2``, between ``1 / n`` and 1; bounds for a partial list.

    Keys: ``hhi`` (ratio; for a partial list the midpoint of the bounds, with the interval, estimated),
    ``low`` (the rest atomistic: 0), ``high`` (the rest one partner: rest squared), ``normalised`` (``(hhi -
    1/n) / (1 - 1/n)``: ``not_comparable`` for one partner, ``missing_input`` for a partial list, whose n is
    not known), ``rest`` (percent of the total). Without ``total`` the list is full and adds up to it. With
    ``total`` a part without a number belongs to the rest; without it the index has its status. A negative
    part and parts above the total are ``not_comparable``; ``zero_base``, ``negative_base`` for the total.
    Raises :class:`ParameterError` without a part, :class:`BasisError` for mixed units or periods.

    >>> x = {k: readings.at(readings.series_from({"2024": v}, "musd"), "2024") for k, v in (("a", 50), ("b", 30))}
    >>> all_of_it = readings.at(readings.series_from({"2024": 100}, "musd"), "2024")
    >>> {k: r.value and round(r.value, 4) for k, r in concentration(x, all_of_it).items()}
    {'hhi': 0.36, 'low': 0.34, 'high': 0.38, 'normalised': None, 'rest': 20.0}
    >>> round(concentration(x)["normalised"].value, 4)
    0.0625
    """
    if not parts:
        raise ParameterError(explain("concentration", "no partners", "at least one"))
    sides = list(parts.values())
    for r in (*sides, *([total] if total else [])):
        if (r.unit, r.period) != (sides[0].unit, sides[0].period):
            raise readings.mixed(r, sides[0])
    known = [valued(r) for r in sides if r.ok]
    status = first_status(total) if total else first_status(*sides)
    whole = (valued(total) if total else math.fsum(known)) if status is Status.OK else 0.0
    if status is Status.OK and min(known, default=0.0) < 0:
        status = Status.NOT_COMPARABLE
    if status is Status.OK:
        status = readings.base_status(whole)
    low = rest = 0.0
    if status is Status.OK:
        low = math.fsum((v / whole) ** 2 for v in known)
        rest = 1 - math.fsum(v / whole for v in known)
        if rest < -_NOISE:
            status = Status.NOT_COMPARABLE
        elif rest < _NOISE:
            rest = 0.0
    high, n = low + rest**2, len(known)
    full = rest == 0.0 and n == len(sides)
    inputs = (*sides, *([total] if total else []))
    even = status
    if status is Status.OK and not full:
        even = Status.MISSING_INPUT
    elif status is Status.OK and n == 1:
        even = Status.NOT_COMPARABLE

    def made(key: str, value: float, unit: str = "ratio", said: Status = status) -> Reading:
        number = value if said is Status.OK else None
        return merge("concentration", number, unit, *inputs, status=said, item=key)

    normalised = (low - 1 / n) / (1 - 1 / n) if n > 1 else 0.0
    hhi = made("hhi", low + (high - low) / 2)
    return {
        "hhi": hhi if full else hhi.of(estimated=True, interval=Interval(low, high) if hhi.ok else None),
        "low": made("low", low),
        "high": made("high", high),
        "normalised": made("normalised", normalised, said=even),
        "rest": made("rest", 100 * rest, "percent"),
    }
