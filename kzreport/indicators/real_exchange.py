"""Real exchange rates: a currency's rate corrected for prices at home and abroad, for one partner and for several.

In scope: index numbers of a rate and two price levels, and their trade-weighted mean. Out of scope: rates and prices
themselves, interest rates (:mod:`~kzreport.indicators.real_terms`).

Direct quotation: units of the home currency for one of the partner's, so a rise of the *rate* is a depreciation. A rise
of a *real* index is an appreciation: home goods became dearer than the partner's, in one currency. Not a measure of
misalignment: no level is the right one. Source: IMF, Zanello and Desruelle, "A Primer on the IMF's Information Notice
System", WP/97/71 (weighted geometric mean of bilateral rates deflated by consumer prices).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from kzreport.errors import BasisError, ParameterError, explain
from kzreport.indicators import growth, readings
from kzreport.indicators.indices import index_level
from kzreport.indicators.readings import Levels, at, first_status, merge, valued
from kzreport.model import Period, Reading, Status


def cross_rate(home_rate: Levels, partner_rate: Levels) -> tuple[Reading, ...]:
    """Home currency for one unit of the partner's: ``home_rate / partner_rate``, both for one unit of a third currency.

    For every period that both have. The unit of the first; ``zero_base`` for a rate of 0. Raises
    :class:`BasisError` unless the second is a ``ratio``.

    >>> rate = readings.series_from({"2025-01": 525.0}, "usd")
    >>> eur = readings.series_from({"2025-01": 0.96}, "ratio")
    >>> [round(r.value, 2) for r in cross_rate(rate, eur)]
    [546.88]
    """
    readings.require(partner_rate, "ratio")
    home, partner = readings.readings(home_rate), readings.readings(partner_rate)
    found = []
    for p in home.keys() & partner.keys():
        status, value = first_status(home[p], partner[p]), None
        if status is Status.OK:
            status = readings.base_status(valued(partner[p]))
            value = valued(home[p]) / valued(partner[p]) if status is Status.OK else None
        found.append(merge("cross_rate", value, home[p].unit, home[p], partner[p], status=status, basis="cross_rate"))
    return tuple(sorted(found, key=lambda r: r.period))


def price_level(inflation: Levels, base: Period) -> tuple[Reading, ...]:
    """A price level from average yearly rates in percent, ``base`` = 100: ``I_t = I_{t-1} (1 + p_t / 100)``.

    From ``base`` on; years after a missing rate are ``missing_input``: the chain does not bridge. Unit ``index``.
    Raises :class:`BasisError` unless the rates are yearly and in percent.

    >>> x = readings.series_from({"2016": 10, "2017": 10, "2019": 10}, "percent")
    >>> [r.value and round(r.value, 9) for r in price_level(x, Period.parse("2015"))]
    [100.0, 110.0, 121.0, None, None]
    """
    readings.require(inflation, "percent", frequency="A")
    known = readings.readings(inflation)
    last = max(known, default=base)
    found: list[Reading] = []
    level: float | None = 100.0
    for p in base.until(last):
        if p != base:
            rate = known.get(p)
            level = level * (1 + rate.value / 100) if level is not None and rate and rate.value is not None else None
        model = known.get(p) or at(inflation, p) if known else None
        if model is None:
            break
        status = Status.OK if level is not None else Status.MISSING_INPUT
        found.append(merge("price_level", level, "index", model, status=status, basis=f"{base}=100", base=base))
    return tuple(found)


def bilateral(rate: Levels, home: Levels, abroad: Levels, base: Period) -> tuple[Reading, ...]:
    """The real exchange rate with one partner, ``base`` = 100: ``100 (P / P_base) / ((E / E_base) (P* / P*_base))``.

    ``rate``: home currency for one unit of the partner's (mean of the period); ``home``, ``abroad``: price levels of
    the same periods. Up is a real appreciation of the home currency. From ``base`` to the last period that any of
    the three has; the status of the first that has no number. Unit ``index``. Empty if one has no reading at all;
    raises :class:`BasisError` unless both prices are of the unit ``index``.

    >>> e = readings.series_from({"2015": 200, "2016": 400}, "usd")
    >>> p = readings.series_from({"2015": 100, "2016": 120}, "index")
    >>> abroad = readings.series_from({"2015": 50, "2016": 52}, "index")
    >>> [round(r.value, 1) for r in bilateral(e, p, abroad, Period.parse("2015"))]
    [100.0, 57.7]
    """
    sides = (rate, home, abroad)
    for prices in (home, abroad):
        readings.require(prices, "index")
    if not all(len(s) for s in sides):
        return ()
    levels = [readings.readings(index_level(s, base)) for s in sides]
    last = max(p for table in levels for p in table)
    found = []
    for period in base.until(last):
        e, p, q = (table[period] if period in table else at(list(table.values()), period) for table in levels)
        status, value = first_status(e, p, q), None
        if status is Status.OK:
            status = next((s for r in (e, q) if (s := readings.base_status(valued(r))) is not Status.OK), Status.OK)
            value = 1e4 * valued(p) / (valued(e) * valued(q)) if status is Status.OK else None
        found.append(merge("real_rate", value, "index", e, p, q, status=status, basis=f"real_{base}=100", base=base))
    return tuple(found)


def effective(partners: Mapping[str, Sequence[Reading]], weights: Mapping[str, float]) -> tuple[Reading, ...]:
    """The weighted geometric mean of indices, ``exp(sum w_i ln q_i / sum w_i)``; unit ``index``.

    Weights are fixed and need not add up to 1 (trade in million dollars will do). Every period that a partner has; the
    status of the first partner without a number, for a mean over fewer would move by leaving somebody out. Raises
    :class:`ParameterError` for a partner without a weight above 0, or none at all, :class:`BasisError` for indices on
    different bases.

    >>> def index(v):
    ...     return [at(readings.series_from({"2016": v}, "index"), "2016")]
    >>> round(effective({"a": index(50), "b": index(200)}, {"a": 1, "b": 1})[0].value, 9)
    100.0
    """
    if not partners or any(not 0 < weights.get(k, 0) < math.inf for k in partners):
        raise ParameterError(explain("effective", dict(weights), f"a weight above 0 for each of {', '.join(partners)}"))
    tables = {k: readings.readings(list(rows)) for k, rows in partners.items()}
    kinds = {(r.unit, r.basis) for table in tables.values() for r in table.values()}
    if len(kinds) > 1 or (kinds and next(iter(kinds))[0] != "index"):
        raise BasisError(explain("effective", sorted(kinds), "indices on one base"))
    whole = math.fsum(weights[k] for k in partners)
    found = []
    for p in sorted({p for table in tables.values() for p in table}):
        parts = {k: table[p] if p in table else at(list(table.values()), p) for k, table in tables.items() if table}
        status, value = first_status(*parts.values()), None
        if len(parts) < len(tables):
            status = Status.MISSING_INPUT
        if status is Status.OK:
            status = readings.base_status(min(valued(r) for r in parts.values()))
        if status is Status.OK:
            value = math.exp(math.fsum(weights[k] * math.log(valued(r)) for k, r in parts.items()) / whole)
        found.append(merge("effective_rate", value, "index", *parts.values(), status=status, item="effective"))
    return tuple(found)


def appreciation(new: Reading, old: Reading) -> Reading:
    """The change of the home currency, percent, from two rates in home currency for one unit of another: its own rise.

    ``100 (old / new - 1)``: the home currency rises by more than the other one falls. Status as for a growth rate.

    >>> x = readings.series_from({"2025": 540.5564, "2026": 449.7495}, "usd")
    >>> round(appreciation(readings.at(x, "2026"), readings.at(x, "2025")).value, 1)
    20.2
    """
    r = growth.growth(new, old, name="appreciation")
    return r.of(value=100 * (valued(old) / valued(new) - 1)) if r.ok else r
