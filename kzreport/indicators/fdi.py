"""Foreign direct investment: flows by quarter and year, falls and what they refer to, gross beside net.

In scope: arithmetic on flows of the balance of payments and on figures that ministries print. Out of scope: reading a
table, words, pictures; comparisons that hold for any series are in :mod:`kzreport.indicators.growth`, sums over time in
:mod:`kzreport.indicators.aggregates`, vintages in :mod:`kzreport.indicators.revisions`.

Gross inflow (credits of foreign direct investors, no repayments taken off), net inflow (liabilities side of the balance
of payments) and the directional net of UNCTAD are three things that differ by a factor of four to sixty: they stand
side by side, no function computes a growth from one to another. Flows change sign: a growth then has a status, the
absolute change has the number. Sources: OECD Benchmark Definition of Foreign Direct Investment; IMF BPM6.
"""

from __future__ import annotations

import math
from typing import NoReturn

from kzreport.errors import BasisError, explain
from kzreport.indicators import aggregates, growth, readings
from kzreport.indicators.readings import Levels, at, first_status, merge, valued
from kzreport.model import Interval, Period, Reading, Series, Status


def annual(net: Series, year: Period) -> Reading:
    """The flow of a year, million dollars: the sum of its four quarters; ``partial_period`` with fewer.

    Raises :class:`BasisError` unless ``net`` is quarterly, in million dollars.

    >>> x = readings.series_from({f"2025-Q{q}": v for q, v in enumerate((2881, -1964, 717, -2495), 1)}, "musd")
    >>> annual(x, Period.parse("2025")).value
    -861.0
    """
    readings.require(net, "musd", frequency="Q")
    return aggregates.total(net, Period.parse(str(year.year))).of(name="annual")


def annual_series(net: Series) -> tuple[Reading, ...]:
    """:func:`annual` of every year that the series touches; an incomplete first or last year has its status.

    >>> x = readings.series_from({"2025-Q3": 1, "2025-Q4": 2}, "musd")
    >>> [(str(r.period), r.status.value) for r in annual_series(x)]
    [('2025', 'partial_period')]
    """
    readings.require(net, "musd", frequency="Q")
    years = sorted({o.period.year for o in net})
    return tuple(annual(net, Period.parse(str(y))) for y in range(years[0], years[-1] + 1)) if years else ()


def rolling_four_quarters(net: Series) -> tuple[Reading, ...]:
    """The flow of each quarter and the three before it, million dollars; ``period`` is the last quarter.

    Basis: the series' own, followed by ``_rolling_4``; ``partial_period`` over a gap. Raises as :func:`annual`.

    >>> x = readings.series_from({f"2025-Q{q}": v for q, v in enumerate((2881, -1964, 717, -2495), 1)}, "musd")
    >>> [(str(r.period), r.value) for r in rolling_four_quarters(x)]
    [('2025-Q4', -861.0)]
    """
    readings.require(net, "musd", frequency="Q")
    return tuple(r.of(name="rolling_four_quarters") for r in aggregates.rolling_sum(net, 4))


def annualise(quarter: Reading) -> NoReturn:
    """Refuse: four times a quarter is no year of investment (2025: +2881, -1964, +717, -2496 million).

    Raises :class:`BasisError`, always.

    >>> x = readings.series_from({"2025-Q1": 2881}, "musd")
    >>> annualise(at(x, "2025-Q1"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    kzreport.errors.BasisError: x 2025-Q1: found a quarter to annualise, expected a whole year; ...
    """
    raise BasisError(
        explain(
            f"{quarter.name} {quarter.period}",
            "a quarter to annualise",
            "a whole year",
            "quarterly investment changes sign within a year: use rolling_four_quarters() or annual()",
        )
    )


def change(levels: Levels, period: Period | None = None) -> dict[str, Reading]:
    """The change over the same period a year earlier (the latest period unless given).

    Keys: ``percent`` (:func:`~kzreport.indicators.growth.growth`, with ``sign_change``, ``negative_base`` or
    ``zero_base`` instead of a number), ``absolute`` (``musd_change``), ``symmetric`` (mid-point growth: a
    flag, +-200 at a change of sign). ``levels`` are readings or a series of one basis. Raises as ``growth``.

    >>> x = readings.series_from({"2024": 276.859, "2025": -861.126}, "musd")
    >>> {k: r.value and round(r.value, 3) for k, r in change(x).items()}
    {'percent': None, 'absolute': -1137.985, 'symmetric': -200.0}
    """
    p = period or readings.latest(levels)
    new, old = at(levels, p), at(levels, p.year_before())
    return {
        "percent": growth.growth(new, old),
        "absolute": growth.difference(new, old),
        "symmetric": growth.symmetric_growth(new, old),
    }


def peak_to_date(levels: Levels, period: Period | None = None) -> Reading:
    """The change since the highest value up to ``period``, in percent; ``base`` is the period of the peak.

    ``sign_change`` if the flow is negative by now. Raises as ``growth`` and :class:`DataError` without a
    number.

    >>> r = peak_to_date(readings.series_from({"2021": 23_800, "2022": 28_000, "2024": 17_100}, "musd"))
    >>> round(r.value, 1), r.base
    (-38.9, Period('2022'))
    """
    return aggregates.since_peak(levels, period).of(name="peak_to_date")


def share_of_gdp(flow: Reading, gdp: Series) -> Reading:
    """The flow of a year in percent of the GDP of the same year; may be negative.

    ``partial_period`` for a flow of less than a year, ``missing_input`` without that year's GDP. Raises
    :class:`BasisError` for a unit that differs from the unit of ``gdp``.

    >>> gdp = readings.series_from({"2022": 225_496.328}, "musd", name="gdp")
    >>> round(share_of_gdp(at(readings.series_from({"2022": 6542.096}, "musd"), "2022"), gdp).value, 2)
    2.9
    """
    readings.require(gdp, flow.unit)
    year = at(gdp, str(flow.period.year))
    if flow.period.months != 12 or flow.period.frequency not in ("A", "S"):
        status = Status.PARTIAL_PERIOD if flow.ok else flow.status
        return merge("share_of_gdp", None, "percent_of_gdp", flow, year, status=status)
    return growth.share(flow, year, unit="percent_of_gdp", name="share_of_gdp")


def gross_by_year(published: Series, *, measure: str = "gross", partner: str = "WLD") -> tuple[Reading, ...]:
    """Return a reading for each full year, in order of time: the midpoint of its publishers, with their range.

    ``published`` has the dimensions ``measure``, ``partner``, ``publisher``. Basis: the measure; ``item``: the
    publisher where only one gives the year. Part-years are left out. Empty if nobody publishes that measure.

    >>> a, b = (readings.series_from({"2021": v}, "musd", measure="gross", partner="WLD", publisher=p)
    ...         for p, v in (("nbk", 23_700), ("mfa_kaz", 23_800)))
    >>> r, = gross_by_year(readings.joined(a, b))
    >>> r.value, r.interval, r.estimated
    (23750.0, Interval(low=23700.0, high=23800.0), True)
    """
    chosen = published.where(measure=measure, partner=partner)
    found: dict[Period, list[Reading]] = {}
    for o in chosen:
        if o.period.frequency == "A" and o.value is not None:
            r = Reading(
                measure,
                o.value,
                chosen.unit,
                o.period,
                basis=measure,
                item=o.dims.get("publisher", ""),
                inputs=(chosen.name,),
            )
            found.setdefault(o.period, []).append(r)
    return tuple(readings.range_of(found[p]) for p in sorted(found))


def net_and_gross(net: Series, published: Series, year: Period, *, partner: str = "WLD") -> dict[str, Reading]:
    """Return net and gross inflow of a year. Keys ``net``, ``gross``, ``gross_to_net`` (a multiple, with its range).

    ``gross_to_net`` is a warning of how different the two are; ``negative_base`` or ``sign_change`` where the net is
    negative, ``missing_input`` for a year that one of them lacks. Raises as :func:`annual`.

    >>> net = readings.series_from({f"2022-Q{q}": 1635.524 for q in (1, 2, 3, 4)}, "musd")
    >>> said = readings.series_from({"2022": 28_000}, "musd", measure="gross", partner="WLD")
    >>> {k: round(r.value, 2) for k, r in net_and_gross(net, said, Period.parse("2022")).items()}
    {'net': 6542.1, 'gross': 28000.0, 'gross_to_net': 4.28}
    """
    n = annual(net, year)
    readings.require(published, n.unit)
    absent = Reading.missing("gross", n.unit, n.period, basis="gross", inputs=(published.name,))
    g = next((r for r in gross_by_year(published, partner=partner) if r.period == n.period), absent)
    status, value, interval = first_status(n, g), None, None
    if status is Status.OK:
        status = readings.quotient_status(valued(g), valued(n))
        if status is Status.OK:
            value = valued(g) / valued(n)
            ends = g.interval or Interval(valued(g), valued(g))
            interval = Interval(*sorted((ends.low / valued(n), ends.high / valued(n))))
    ratio = merge(
        "gross_to_net",
        value,
        "multiple",
        g,
        n,
        status=status,
        basis="gross_to_net",
        item="",
        interval=interval,
    )
    return {"net": n, "gross": g, "gross_to_net": ratio}


def fall_references(levels: Levels, period: Period | None = None, *, before: int = 2022) -> dict[str, Reading]:
    """The change of a period against each base that a "fall" may mean, in percent. Positive is a rise.

    Keys: ``previous_year``, ``peak`` (:func:`peak_to_date`), ``pre_<before>_mean`` (the mean of the known
    values of earlier years; ``base`` is their span). Statuses as ``growth``; ``missing_input`` for a base
    that is not there.

    >>> x = readings.series_from({"2020": 17_200, "2021": 23_800, "2022": 28_000, "2024": 17_100}, "musd")
    >>> {k: r.value and round(r.value, 1) for k, r in fall_references(x).items()}
    {'previous_year': None, 'peak': -38.9, 'pre_2022_mean': -16.6}
    """
    p = period or readings.latest(levels)
    now = at(levels, p)
    earlier = [r for q, r in readings.readings(levels).items() if q.year < before and q < p and r.ok]
    if earlier:
        average = math.fsum(valued(r) for r in earlier) / len(earlier)
        first, end = earlier[0].period, earlier[-1].period
        span = first if first == end else Period(first.start, end.end, "S")
        reference = merge("mean", average, now.unit, *earlier, period=earlier[-1].period, basis=now.basis)
    else:
        span = p.year_before()
        reference = Reading.missing("mean", now.unit, span, basis=now.basis)
    made = growth.growth(now, reference)
    return {
        "previous_year": growth.growth(now, at(levels, p.year_before())),
        "peak": peak_to_date(levels, p),
        f"pre_{before}_mean": made.of(base=span if earlier else None),
    }
