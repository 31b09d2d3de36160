"""Inflation: the published rates, their pace, the chained price level, averages and ends of years.

In scope: arithmetic on the published index of all consumer prices, as the Bureau of National Statistics publishes it:
"same month of the previous year = 100" (``yy``) and "previous month = 100" (``mm``). Out of scope: components
(:mod:`~kzreport.indicators.price_contributions`), base effects, target, core, policy rate and breaks, each in its own
module; reading a table, choosing a date, a word, a picture.

The headline is the *published* y/y. Chaining rounded m/m drifts from it (10.1 against 9.8 in December 2023), so a chain
serves levels, averages and price rises over other spans. Average and end of period differ by five points in 2022: every
reading names its ``basis``. ``period=None`` is the latest month of the series. ``period`` in the formulas is ``t``,
``m_t`` the published m/m index, ``p_t`` the published y/y rate.

Source of the methods: IMF, Consumer Price Index Manual: Concepts and Methods (2020), ch. 9.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from kzreport.errors import ParameterError, explain
from kzreport.indicators import aggregates, growth, indices, readings
from kzreport.indicators.readings import Levels, at, merge, valued
from kzreport.model import Period, Reading, Series, Status

# |chained - published| in points: twelve roundings of 0.05.
MAX_DRIFT = 0.6


def headline(yy: Series, period: Period | None = None) -> Reading:
    """The published inflation rate over twelve months, in percent; basis ``yy_month``.

    Raises :class:`BasisError` for a series that is not monthly rates, :class:`DataError` for an empty one.

    >>> headline(readings.series_from({"2026-08": 109.8}, "index_py100")).value
    9.8
    """
    return published(yy, period, "headline")


def monthly(mm: Series, period: Period | None = None) -> Reading:
    """The published rise of prices over the month before, in percent, not seasonally adjusted; basis ``mm``.

    Raises as :func:`headline`.

    >>> monthly(readings.series_from({"2022-03": 103.7}, "index_pp100")).value
    3.7
    """
    return published(mm, period, "monthly")


def annualised(mm: Series, period: Period | None = None) -> Reading:
    """Return the monthly rise held for a year: ``100 ((m_t / 100)^12 - 1)``, percent per year; basis ``mm_annualised``.

    Raises as :func:`headline`.

    >>> round(annualised(readings.series_from({"2022-03": 103.7}, "index_pp100")).value, 2)
    54.65
    """
    p = period or readings.latest(mm)
    m = monthly_index(mm).get(p)
    value = None if m is None else 100 * ((m / 100) ** 12 - 1)
    return readings.reading_from(mm, "annualised", "mm_annualised", p, value, unit="percent_per_year", base=p.shift(-1))


def three_months_annualised(mm: Series, period: Period | None = None, *, seasonally_adjusted: bool = False) -> Reading:
    """The rise over three months held for a year: ``100 ((m_t m_{t-1} m_{t-2})^4 - 1)``, percent per year.

    ``not_comparable`` unless the caller states that ``mm`` is seasonally adjusted: three summer months are no year.
    Basis ``three_months_annualised``. Raises as :func:`headline`.

    >>> x = readings.series_from({"2026-06": 101, "2026-07": 101, "2026-08": 101}, "index_pp100")
    >>> round(three_months_annualised(x, seasonally_adjusted=True).value, 2)
    12.68
    >>> three_months_annualised(x).status.value
    'not_comparable'
    """
    p = period or readings.latest(mm)
    base = p.shift(-3)
    ratio = compound(monthly_index(mm), months_after(base, p))
    value = None if ratio is None else 100 * (ratio**4 - 1)
    name = "three_months_annualised"
    if value is not None and not seasonally_adjusted:
        return Reading.missing(
            name, "percent_per_year", p, Status.NOT_COMPARABLE, basis=name, base=base, inputs=(mm.name,)
        )
    return readings.reading_from(mm, name, name, p, value, unit="percent_per_year", base=base)


def months_annualised(mm: Series, period: Period | None = None, *, months: int = 3) -> Reading:
    """The rise over some months held for a year, as published: ``100 ((m_t ... m_{t-months+1})^(12/months) - 1)``.

    Percent per year, *not* seasonally adjusted, which the basis says: to be read beside the same months a year
    before. Raises as :func:`headline`.

    >>> x = readings.series_from({"2026-06": 101, "2026-07": 101, "2026-08": 101}, "index_pp100")
    >>> r = months_annualised(x)
    >>> round(r.value, 2), r.basis
    (12.68, '3_months_annualised_unadjusted')
    """
    p = period or readings.latest(mm)
    base = p.shift(-months)
    ratio = compound(monthly_index(mm), months_after(base, p))
    value = None if ratio is None else 100 * (ratio ** (12 / months) - 1)
    basis = f"{months}_months_annualised_unadjusted"
    return readings.reading_from(mm, "months_annualised", basis, p, value, unit="percent_per_year", base=base)


def cumulated(mm: Series, start: Period, end: Period | None = None) -> Reading:
    """Return the rise of prices between two months, in percent: the product of m/m after ``start``.

    Basis: ``cumulated``. ``missing_input`` if a month is missing. Raises :class:`ParameterError` unless ``end`` is
    after ``start``.

    >>> x = readings.series_from({"2026-01": 110, "2026-02": 110}, "index_pp100")
    >>> round(cumulated(x, Period.parse("2025-12")).value, 9)
    21.0
    """
    p = end or readings.latest(mm)
    if p <= start:
        raise ParameterError(explain(f"cumulated {mm.name}", f"{start} to {p}", "an end after the start"))
    ratio = compound(monthly_index(mm), months_after(start, p))
    return readings.reading_from(
        mm, "cumulated", "cumulated", p, None if ratio is None else 100 * (ratio - 1), base=start
    )


def year_to_date(mm: Series, period: Period | None = None) -> Reading:
    """The rise of prices since December, in percent: the product of the year's m/m; basis ``since_december``.

    Raises as :func:`headline`.

    >>> x = readings.series_from({"2026-01": 110, "2026-02": 110}, "index_pp100")
    >>> r = year_to_date(x)
    >>> round(r.value, 9), r.base
    (21.0, Period('2025-12'))
    """
    p = period or readings.latest(mm)
    december = Period.parse(f"{p.year - 1}-12")
    return cumulated(mm, december, p).of(name="year_to_date", basis="since_december")


def peak(yy: Series, since: Period | None = None) -> Reading:
    """The month of the highest published rate (since a month), the first of equals; percent.

    Raises :class:`DataError` if there is no number.

    >>> peak(readings.series_from({"2023-01": 120.7, "2023-02": 121.3}, "index_py100")).period
    Period('2023-02')
    """
    readings.require(yy, "index_py100", "percent", frequency="M")
    chosen = yy.since(since) if since else yy
    readings.latest(chosen)
    return aggregates.peak(indices.rates(chosen)).of(name="peak")


def end_of_period(yy: Series, year: Period) -> Reading:
    """The published rate of December over December, in percent; basis ``end_of_period``, ``period`` the year.

    ``partial_period`` while December is not published. Raises as :func:`headline`.

    >>> end_of_period(readings.series_from({"2022-12": 120.3}, "index_py100"), Period.parse("2022")).value
    20.3
    """
    r = headline(yy, Period.parse(f"{year.year}-12"))
    begun = any(p.year == year.year for p in yy.values)
    status = Status.PARTIAL_PERIOD if not r.ok and begun else r.status
    return r.of(name="end_of_period", basis="end_of_period", period=year, base=year.year_before(), status=status)


def mean_of_yy(yy: Series, year: Period) -> Reading:
    """Return the mean of the year's twelve published rates, in percent; basis ``mean_of_yy``.

    This is *not* average inflation. ``partial_period`` under twelve months. Raises as :func:`headline`.

    >>> x = readings.series_from({f"2025-{m:02}": 100 + m for m in range(1, 13)}, "index_py100")
    >>> mean_of_yy(x, Period.parse("2025")).value
    6.5
    """
    readings.require(yy, "index_py100", "percent", frequency="M")
    return aggregates.mean(indices.rates(yy), year).of(name="mean_of_yy", basis="mean_of_yy", base=year.year_before())


def chain(mm: Series, base: Period, *, fill: str | None = None, yy: Series | None = None) -> tuple[Reading, ...]:
    """The price level, ``base`` = 100: ``I_t = I_{t-1} m_t / 100``, forwards and backwards; unit ``index``.

    Months after a gap are ``missing_input`` (the chain stops, it does not bridge). ``fill="yy"`` bridges with ``I_t =
    I_{t-12} yy_t / 100``; that month and all after it are estimated. Shape: every month from the month before the first
    of ``mm`` to its last. Raises :class:`ParameterError` for a base outside them, another ``fill``, or ``fill`` without
    ``yy``.

    >>> x = readings.series_from({"2026-01": 110, "2026-02": 110}, "index_pp100")
    >>> [round(r.value, 9) for r in chain(x, Period.parse("2025-12"))]
    [100.0, 110.0, 121.0]
    """
    m = monthly_index(mm)
    last, first = readings.latest(mm), min(m).shift(-1)
    if fill not in (None, "yy") or (fill == "yy" and yy is None):
        raise ParameterError(explain("chain, fill", repr(fill), "None, or 'yy' with a series yy"))
    if not first <= base <= last:
        raise ParameterError(explain(f"chain of {mm.name}, base", base, f"a month from {first} to {last}"))
    annual = _annual_index(yy) if yy is not None and fill == "yy" else {}
    level: dict[Period, float] = {base: 100.0}
    for p in reversed(list(first.until(base.shift(-1)))):
        after = p.shift(1)
        if after not in level or after not in m:
            break
        level[p] = level[after] / (m[after] / 100)
    bridged: set[Period] = set()
    for p in base.shift(1).until(last):
        before, year_before = p.shift(-1), p.shift(-12)
        if p in m and before in level:
            level[p] = level[before] * (m[p] / 100)
            if before in bridged:
                bridged.add(p)
        elif p in annual and year_before in level:
            level[p] = level[year_before] * annual[p] / 100
            bridged.add(p)
    basis = f"{base}=100"
    return tuple(
        readings.reading_from(mm, "chain", basis, p, level.get(p), unit="index", base=base, estimated=p in bridged)
        for p in first.until(last)
    )


def anchored(yy: Series, mm: Series) -> tuple[Reading, ...]:
    """The price level anchored on the published rates: ``I_t = I_{t-12} yy_t / 100``, the first year by the m/m.

    The month before the first m/m is 100. Twelve roundings of the m/m do not add up in it, so its averages come out
    as the statistical office computes them from unrounded indices; a month whose rate is missing is ``missing_input``.
    Unit ``index``. Raises as :func:`chain`.

    >>> m = readings.series_from({f"2025-{k:02}": 101 for k in range(1, 13)}, "index_pp100")
    >>> levels = anchored(readings.series_from({"2025-12": 112.5, "2026-01": 112}, "index_py100"), m)
    >>> [(str(r.period), round(r.value, 2)) for r in levels[-2:]]
    [('2025-12', 112.5), ('2026-01', 113.12)]
    """
    m, annual = monthly_index(mm), _annual_index(yy)
    base = min(m).shift(-1)
    level = {base: 100.0}
    for p in months_after(base, max(readings.latest(mm), readings.latest(yy))):
        if p in annual and p.shift(-12) in level:
            level[p] = level[p.shift(-12)] * annual[p] / 100
        elif p in m and p.shift(-1) in level and p < base.shift(12):
            level[p] = level[p.shift(-1)] * m[p] / 100
    basis = f"{base}=100"
    made = (
        readings.reading_from(mm, "anchored", basis, p, level.get(p), unit="index", base=base)
        for p in base.until(max(level))
    )
    return tuple(r.of(inputs=(yy.name, mm.name)) for r in made)


def _annual_index(yy: Series) -> dict[Period, float]:
    readings.require(yy, "index_py100", frequency="M")
    return yy.values


def annual_average(levels: Levels, year: Period) -> Reading:
    """Return average inflation of a year, in percent: ``100 (mean I of the year / mean I of the year before - 1)``.

    ``levels`` is a price level (:func:`chain`), not a rate. ``partial_period`` unless both years have twelve months.
    Basis ``annual_average``. Raises :class:`BasisError` for rates.

    >>> x = readings.series_from({f"{y}-{m:02}": y - 2000 for y in (2020, 2025) for m in range(1, 13)}, "index")
    >>> annual_average(x, Period.parse("2025")).status.value
    'missing_input'
    """
    readings.require(levels, "index")
    return growth.growth(aggregates.mean(levels, year), aggregates.mean(levels, year.year_before())).of(
        name="annual_average", basis="annual_average"
    )


def chained_yy(levels: Levels, period: Period) -> Reading:
    """Return inflation over twelve months from a chained level, in percent; basis ``yy_chained``, never the headline.

    >>> x = readings.series_from({"2024-12": 100, "2025-12": 112.455}, "index")
    >>> round(chained_yy(x, Period.parse("2025-12")).value, 3)
    12.455
    """
    readings.require(levels, "index", frequency="M")
    r = growth.growth(at(levels, period), at(levels, period.year_before()))
    return r.of(name="chained_yy", basis="yy_chained")


def rounding_drift(mm: Series, yy: Series) -> tuple[Reading, ...]:
    """Return chained less published y/y in points for every month that has both.

    If all is well, it is at most :data:`MAX_DRIFT`. Basis ``chained_less_published``. Raises as :func:`chain` and
    :func:`headline`.

    >>> m = readings.series_from({f"2025-{k:02}": 101 for k in range(1, 13)}, "index_pp100")
    >>> [round(r.value, 2) for r in rounding_drift(m, readings.series_from({"2025-12": 112.5}, "index_py100"))]
    [0.18]
    """
    levels = readings.readings(chain(mm, min(monthly_index(mm)).shift(-1)))
    found = []
    for r in indices.rates(yy):
        old = r.period.year_before()
        if r.ok and r.period in levels and old in levels:
            chained = growth.growth(levels[r.period], levels[old])
            value = valued(chained) - valued(r) if chained.ok else None
            found.append(
                merge(
                    "rounding_drift",
                    value,
                    "points",
                    chained,
                    r,
                    status=chained.status,
                    basis="chained_less_published",
                    base=old,
                )
            )
    return tuple(found)


def published(series: Series, period: Period | None, name: str) -> Reading:
    """The published rate of a month (the latest for None), in percent, under another name.

    Raises :class:`BasisError` for a series that is not monthly rates, :class:`DataError` for an empty one.

    >>> published(readings.series_from({"2026-07": 13.5}, "percent"), None, "expected").value
    13.5
    """
    readings.require(series, "index_py100", "index_pp100", "percent", frequency="M")
    return indices.rate_at(series, period or readings.latest(series)).of(name=name)


def monthly_index(mm: Series) -> dict[Period, float]:
    """Month -> ``m_t``. Raises :class:`BasisError` for a series that is not monthly "previous month = 100".

    >>> monthly_index(readings.series_from({"2022-03": 103.7}, "index_pp100"))
    {Period('2022-03'): 103.7}
    """
    readings.require(mm, "index_pp100", frequency="M")
    return mm.values


def months_after(base: Period, last: Period) -> list[Period]:
    """The months after ``base`` up to ``last``; none if they are the same.

    >>> months_after(Period.parse("2025-12"), Period.parse("2026-02"))
    [Period('2026-01'), Period('2026-02')]
    """
    return list(base.shift(1).until(last))


def compound(mm: Mapping[Period, float], months: Iterable[Period]) -> float | None:
    """Return the factor by which prices rose over ``months``, the product of ``m_t / 100``; None if one is missing.

    >>> months = months_after(Period.parse("2025-12"), Period.parse("2026-02"))
    >>> compound(dict.fromkeys(months, 110.0), months), compound({}, months)
    (1.2100000000000002, None)
    """
    found = [mm.get(p) for p in months]
    return math.prod(v / 100 for v in found if v is not None) if None not in found else None
