"""Consumer prices: headline, monthly pace, averages, contributions, base effects, target, core, real rates,
breaks.

What belongs here: arithmetic on published price indices, as the Bureau of National Statistics publishes them:
"same month of the previous year = 100" (``yy``) and "previous month = 100" (``mm``). What does not: reading a
table, choosing a date, a word, a picture; comparisons that hold for any series are in
:mod:`kzreport.indicators.growth`.

The headline is the *published* y/y. Chaining rounded m/m drifts from it (10.1 against 9.8 in December 2023),
so a chain serves levels, averages and price rises over other spans. Average and end of period differ by five
points in 2022: every reading says its ``basis``. ``period=None`` is the latest month of the series.
``period`` in the formulas is ``t``, ``m_t`` the published m/m index, ``p_t`` the published y/y rate.

Source of the methods: IMF, Consumer Price Index Manual: Concepts and Methods (2020), ch. 9.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from statistics import median

from kzreport.errors import BasisError, DataError, ParameterError, explain
from kzreport.indicators import growth
from kzreport.indicators.growth import Levels, at, first_status, latest, mean, merge, rates, require, valued
from kzreport.model import Interval, Period, Reading, Series, Status

# |chained - published| in points: twelve roundings of 0.05.
MAX_DRIFT = 0.6
# What components may leave of the published rate, in points.
RESIDUAL_DECEMBER, RESIDUAL_OTHER, RESIDUAL_MONTH = 0.1, 0.25, 0.1
# Fewer components than this say nothing about the middle of their distribution.
MIN_COMPONENTS = 8


def _rate(series: Series, period: Period | None, name: str) -> Reading:
    require(series, "index_py100", "index_pp100", "percent", frequency="M")
    return at(rates(series), period or latest(series)).of(name=name)


def _monthly(mm: Series) -> dict[Period, float]:
    require(mm, "index_pp100", frequency="M")
    return mm.values


def _compound(mm: Mapping[Period, float], base: Period, period: Period) -> float | None:
    """Price level of ``period`` with ``base`` = 1, or None if a month between them is missing."""
    found = [mm.get(p) for p in base.shift(1).until(period)]
    return math.prod(v / 100 for v in found if v is not None) if None not in found else None


def _from(mm: Series, name: str, basis: str, period: Period, value: float | None, **rest: object) -> Reading:
    status = Status.OK if value is not None else Status.MISSING_INPUT
    unit = rest.pop("unit", "percent")
    return Reading(name, value, str(unit), period, status, basis, inputs=(mm.name,), **rest)  # type: ignore[arg-type]


# ---- rates and levels


def headline(yy: Series, period: Period | None = None) -> Reading:
    """The published inflation rate over twelve months, in percent; basis ``yy_month``.

    Raises :class:`BasisError` for a series that is not monthly rates, :class:`DataError` for an empty one.

    >>> headline(growth.series_from({"2026-08": 109.8}, "index_py100")).value
    9.8
    """
    return _rate(yy, period, "headline")


def monthly(mm: Series, period: Period | None = None) -> Reading:
    """The published rise of prices over the month before, in percent, not seasonally adjusted; basis ``mm``.

    Raises as :func:`headline`.

    >>> monthly(growth.series_from({"2022-03": 103.7}, "index_pp100")).value
    3.7
    """
    return _rate(mm, period, "monthly")


def annualised(mm: Series, period: Period | None = None) -> Reading:
    """The monthly rise held for a year: ``100 ((m_t / 100)^12 - 1)``, percent per year; basis
    ``mm_annualised``.

    Raises as :func:`headline`.

    >>> round(annualised(growth.series_from({"2022-03": 103.7}, "index_pp100")).value, 2)
    54.65
    """
    p = period or latest(mm)
    m = _monthly(mm).get(p)
    value = None if m is None else 100 * ((m / 100) ** 12 - 1)
    return _from(mm, "annualised", "mm_annualised", p, value, unit="percent_per_year", base=p.shift(-1))


def three_months_annualised(mm: Series, period: Period | None = None, *, seasonally_adjusted: bool = False) -> Reading:
    """The rise over three months held for a year: ``100 ((m_t m_{t-1} m_{t-2})^4 - 1)``, percent per year.

    ``not_comparable`` unless the caller says that ``mm`` is seasonally adjusted: three summer months are no
    year. Basis ``three_months_annualised``. Raises as :func:`headline`.

    >>> x = growth.series_from({"2026-06": 101, "2026-07": 101, "2026-08": 101}, "index_pp100")
    >>> round(three_months_annualised(x, seasonally_adjusted=True).value, 2)
    12.68
    >>> three_months_annualised(x).status.value
    'not_comparable'
    """
    p = period or latest(mm)
    base = p.shift(-3)
    ratio = _compound(_monthly(mm), base, p)
    value = None if ratio is None else 100 * (ratio**4 - 1)
    name = "three_months_annualised"
    if value is not None and not seasonally_adjusted:
        return Reading.missing(
            name, "percent_per_year", p, Status.NOT_COMPARABLE, basis=name, base=base, inputs=(mm.name,)
        )
    return _from(mm, name, name, p, value, unit="percent_per_year", base=base)


def cumulated(mm: Series, start: Period, end: Period | None = None) -> Reading:
    """The rise of prices between two months, in percent: the product of the m/m after ``start``; basis
    ``cumulated``.

    ``missing_input`` if a month is missing. Raises :class:`ParameterError` unless ``end`` is after ``start``.

    >>> x = growth.series_from({"2026-01": 110, "2026-02": 110}, "index_pp100")
    >>> round(cumulated(x, Period.parse("2025-12")).value, 9)
    21.0
    """
    p = end or latest(mm)
    if p <= start:
        raise ParameterError(explain(f"cumulated {mm.name}", f"{start} to {p}", "an end after the start"))
    ratio = _compound(_monthly(mm), start, p)
    return _from(mm, "cumulated", "cumulated", p, None if ratio is None else 100 * (ratio - 1), base=start)


def year_to_date(mm: Series, period: Period | None = None) -> Reading:
    """The rise of prices since December, in percent: the product of the year's m/m; basis ``since_december``.

    Raises as :func:`headline`.

    >>> x = growth.series_from({"2026-01": 110, "2026-02": 110}, "index_pp100")
    >>> r = year_to_date(x)
    >>> round(r.value, 9), r.base
    (21.0, Period('2025-12'))
    """
    p = period or latest(mm)
    december = Period.parse(f"{p.year - 1}-12")
    return cumulated(mm, december, p).of(name="year_to_date", basis="since_december")


def chain(mm: Series, base: Period, *, fill: str | None = None, yy: Series | None = None) -> tuple[Reading, ...]:
    """The price level, ``base`` = 100: ``I_t = I_{t-1} m_t / 100``, forwards and backwards; unit ``index``.

    Months after a gap are ``missing_input`` (the chain stops, it does not bridge). ``fill="yy"`` bridges with
    ``I_t = I_{t-12} yy_t / 100``; that month and all after it are estimated. Shape: every month from the one
    before the first of ``mm`` to its last. Raises :class:`ParameterError` for a base outside them, another
    ``fill``, or ``fill`` without ``yy``.

    >>> x = growth.series_from({"2026-01": 110, "2026-02": 110}, "index_pp100")
    >>> [round(r.value, 9) for r in chain(x, Period.parse("2025-12"))]
    [100.0, 110.0, 121.0]
    """
    m = _monthly(mm)
    last, first = latest(mm), min(m).shift(-1)
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
        _from(mm, "chain", basis, p, level.get(p), unit="index", base=base, estimated=p in bridged)
        for p in first.until(last)
    )


def _annual_index(yy: Series) -> dict[Period, float]:
    require(yy, "index_py100", frequency="M")
    return yy.values


def annual_average(levels: Levels, year: Period) -> Reading:
    """Average inflation of a year, in percent: ``100 (mean I over the year / mean I over the year before -
    1)``.

    ``levels`` is a price level (:func:`chain`), not a rate. ``partial_period`` unless both years have twelve
    months. Basis ``annual_average``. Raises :class:`BasisError` for rates.

    >>> x = growth.series_from({f"{y}-{m:02}": y - 2000 for y in (2020, 2025) for m in range(1, 13)}, "index")
    >>> annual_average(x, Period.parse("2025")).status.value
    'missing_input'
    """
    require(levels, "index")
    return growth.growth(mean(levels, year), mean(levels, year.year_before())).of(
        name="annual_average", basis="annual_average"
    )


def end_of_period(yy: Series, year: Period) -> Reading:
    """The published rate of December over December, in percent; basis ``end_of_period``, ``period`` the year.

    ``partial_period`` while December is not published. Raises as :func:`headline`.

    >>> end_of_period(growth.series_from({"2022-12": 120.3}, "index_py100"), Period.parse("2022")).value
    20.3
    """
    r = headline(yy, Period.parse(f"{year.year}-12"))
    begun = any(p.year == year.year for p in yy.values)
    status = Status.PARTIAL_PERIOD if not r.ok and begun else r.status
    return r.of(name="end_of_period", basis="end_of_period", period=year, base=year.year_before(), status=status)


def mean_of_yy(yy: Series, year: Period) -> Reading:
    """The mean of the year's twelve published rates, in percent: *not* average inflation; basis
    ``mean_of_yy``.

    ``partial_period`` under twelve months. Raises as :func:`headline`.

    >>> x = growth.series_from({f"2025-{m:02}": 100 + m for m in range(1, 13)}, "index_py100")
    >>> mean_of_yy(x, Period.parse("2025")).value
    6.5
    """
    require(yy, "index_py100", "percent", frequency="M")
    return mean(rates(yy), year).of(name="mean_of_yy", basis="mean_of_yy", base=year.year_before())


def chained_yy(levels: Levels, period: Period) -> Reading:
    """Inflation over twelve months from a chained level, in percent; basis ``yy_chained``, never the
    headline.

    >>> x = growth.series_from({"2024-12": 100, "2025-12": 112.455}, "index")
    >>> round(chained_yy(x, Period.parse("2025-12")).value, 3)
    12.455
    """
    require(levels, "index", frequency="M")
    r = growth.growth(at(levels, period), at(levels, period.year_before()))
    return r.of(name="chained_yy", basis="yy_chained")


def rounding_drift(mm: Series, yy: Series) -> tuple[Reading, ...]:
    """Chained less published y/y in points, for every month that has both; at most :data:`MAX_DRIFT` if all
    is well.

    Basis ``chained_less_published``. Raises as :func:`chain` and :func:`headline`.

    >>> m = growth.series_from({f"2025-{k:02}": 101 for k in range(1, 13)}, "index_pp100")
    >>> [round(r.value, 2) for r in rounding_drift(m, growth.series_from({"2025-12": 112.5}, "index_py100"))]
    [0.18]
    """
    levels = growth.readings(chain(mm, min(_monthly(mm)).shift(-1)))
    found = []
    for r in rates(yy):
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


# ---- contributions


def _by_component(series: Series) -> dict[str, dict[Period, float]]:
    found: dict[str, dict[Period, float]] = {}
    for name in dict.fromkeys(o.dims.get("component") for o in series):
        if name is None:
            raise BasisError(explain(f"series {series.name}", "no dimension 'component'", "a series by component"))
        found[name] = series.where(component=name).values
    return found


def _weights(weights: Series, components: Sequence[str], year: int, missing: str) -> tuple[dict[str, float], bool]:
    """Fractions of the year, and whether they are another year's; empty if there are none.

    Raises :class:`DataError` if they do not add up to 100 +- 0.5, :class:`ParameterError` for another
    ``missing``.
    """
    require(weights, "percent")
    if missing not in ("refuse", "previous_year", "nearest_year"):
        raise ParameterError(explain("missing_weights", repr(missing), "'refuse', 'previous_year' or 'nearest_year'"))
    table = _by_component(weights)
    years = {p.year for values in table.values() for p in values}
    whole = [y for y in sorted(years) if all(Period.parse(str(y)) in table.get(c, {}) for c in components)]
    choice = year if year in whole else None
    if choice is None and missing == "previous_year":
        choice = year - 1 if year - 1 in whole else None
    elif choice is None and missing == "nearest_year" and whole:
        choice = min(whole, key=lambda y: (abs(y - year), y))
    if choice is None:
        return {}, False
    found = {c: table[c][Period.parse(str(choice))] for c in components}
    if abs(math.fsum(found.values()) - 100) > 0.5:
        raise DataError(explain(f"weights {choice} of {', '.join(found)}", f"a sum of {sum(found.values()):g}", "100"))
    return {c: v / math.fsum(found.values()) for c, v in found.items()}, choice != year


def contributions(
    components_yy: Series,
    components_mm: Series,
    weights: Series,
    yy: Series,
    period: Period | None = None,
    *,
    missing_weights: str = "refuse",
) -> dict[str, Reading]:
    """Contributions of the components to inflation over twelve months, in points.

    December: ``w_i p_i`` with the year's weights and the published component rates. Other months: the
    two-term formula (Ribe) ``L w_i (r_i,m - 1) + w'_i (r'_i,Dec - r'_i,m) / R'_m`` with ``r`` the rise since
    the December before, ``'`` the year before, ``R'_m = sum w'_i r'_i,m``, ``L = R'_Dec / R'_m``: exactly
    additive, from ``components_mm``.

    Keys: the components, ``residual`` (published less their sum, points), ``total`` (the published rate,
    percent). The parts and the residual add up to the total. ``missing_input`` without weights of a year that
    is needed, unless ``missing_weights`` is ``previous_year`` or ``nearest_year``: then estimated. Series by
    ``component``; weights in percent by year. Raises :class:`BasisError`, :class:`DataError` (weights not
    100), :class:`ParameterError`.

    Source: CPI Manual (2020), ch. 9; Ribe (1999), as in ECB Statistics Paper 40.

    >>> def by(unit, *rows):
    ...     return growth.joined(*(growth.series_from({p: v}, unit, component=c) for c, p, v in rows))
    >>> y = by("index_py100", ("food", "2022-12", 125.3), ("other", "2022-12", 116.8))
    >>> w = by("percent", ("food", "2022", 40), ("other", "2022", 60))
    >>> found = contributions(y, y, w, growth.series_from({"2022-12": 120.3}, "index_py100"))
    >>> {k: round(r.value, 2) for k, r in found.items()}
    {'food': 10.12, 'other': 10.08, 'residual': 0.1, 'total': 20.3}
    """
    published = headline(yy, period)
    p = published.period
    require(components_yy, "index_py100", frequency="M")
    rises = _by_component(components_yy)
    names = list(rises)
    now, borrowed = _weights(weights, names, p.year, missing_weights)
    found: dict[str, float | None]
    if p.start.month == 12:
        used = (components_yy, weights)
        found = {c: now[c] * (rises[c][p] - 100) if now and p in rises[c] else None for c in names}
    else:
        require(components_mm, "index_pp100", frequency="M")
        used = (components_mm, weights)
        before, borrowed_too = _weights(weights, names, p.year - 1, missing_weights)
        borrowed = borrowed or borrowed_too
        found = _two_terms(_by_component(components_mm), names, now, before, p)
    return _table("contribution", "yy_month", found, published, used, borrowed and bool(now))


def _two_terms(
    mm: Mapping[str, Mapping[Period, float]],
    names: Sequence[str],
    now: Mapping[str, float],
    before: Mapping[str, float],
    p: Period,
) -> dict[str, float | None]:
    december = Period.parse(f"{p.year - 1}-12")
    start = december.shift(-12)
    rise = {c: _compound(mm.get(c, {}), december, p) for c in names}
    month = {c: _compound(mm.get(c, {}), start, p.shift(-12)) for c in names}
    whole = {c: _compound(mm.get(c, {}), start, december) for c in names}
    if not now or not before or None in (*rise.values(), *month.values(), *whole.values()):
        return dict.fromkeys(names)
    r, m, d = ({c: v for c, v in x.items() if v is not None} for x in (rise, month, whole))
    base = math.fsum(before[c] * m[c] for c in names)
    link = math.fsum(before[c] * d[c] for c in names) / base
    return {c: 100 * (link * now[c] * (r[c] - 1) + before[c] * (d[c] - m[c]) / base) for c in names}


def _table(
    name: str,
    basis: str,
    found: Mapping[str, float | None],
    published: Reading,
    used: Sequence[Series],
    estimated: bool,
) -> dict[str, Reading]:
    inputs = tuple(s.name for s in used)
    table = {
        c: Reading(
            name,
            v,
            "points",
            published.period,
            Status.OK if v is not None else Status.MISSING_INPUT,
            basis,
            c,
            published.base,
            inputs,
            estimated,
        )
        for c, v in found.items()
    }
    whole = published.of(name=name, item="total", basis=basis)
    status = first_status(whole, *table.values())
    left = valued(whole) - math.fsum(valued(r) for r in table.values()) if status is Status.OK else None
    residual = merge(name, left, "points", whole, *table.values(), status=status, item="residual", base=published.base)
    return table | {"residual": residual, "total": whole}


def monthly_contributions(
    components_mm: Series,
    weights: Series,
    mm: Series,
    period: Period | None = None,
    *,
    missing_weights: str = "refuse",
) -> dict[str, Reading]:
    """Contributions of the components to the month's rise, in points, with price-updated weights.

    ``w_i r_i / sum(w_j r_j) * (m_i - 100)`` with ``r`` the rise from December to the month before. Keys,
    statuses and errors as :func:`contributions`; basis ``mm``.

    >>> def by(unit, *rows):
    ...     return growth.joined(*(growth.series_from({p: v}, unit, component=c) for c, p, v in rows))
    >>> x = by("index_pp100", ("food", "2026-01", 102), ("other", "2026-01", 101))
    >>> w = by("percent", ("food", "2026", 40), ("other", "2026", 60))
    >>> found = monthly_contributions(x, w, growth.series_from({"2026-01": 101.4}, "index_pp100"))
    >>> {k: round(r.value, 6) for k, r in found.items()}
    {'food': 0.8, 'other': 0.6, 'residual': 0.0, 'total': 1.4}
    """
    published = monthly(mm, period)
    p = published.period
    require(components_mm, "index_pp100", frequency="M")
    table = _by_component(components_mm)
    w, borrowed = _weights(weights, list(table), p.year, missing_weights)
    december = Period.parse(f"{p.year - 1}-12")
    risen = {c: _compound(table[c], december, p.shift(-1)) for c in table}
    updated = {c: w[c] * v for c, v in risen.items() if w and v is not None}
    base = math.fsum(updated.values())
    complete = len(updated) == len(table) and all(p in v for v in table.values())
    found = {c: updated[c] / base * (table[c][p] - 100) if complete else None for c in table}
    return _table("monthly_contribution", "mm", found, published, (components_mm, weights), borrowed and bool(w))


def residual_check(residual: Reading) -> Reading:
    """The ``residual`` of a table of contributions, ``not_comparable`` if the components do not reproduce the
    total.

    Tolerance in points: 0.1 in December, 0.25 in other months, 0.1 for monthly contributions.

    >>> r = Reading("contribution", 0.3, "points", Period.parse("2022-12"), basis="yy_month", item="residual")
    >>> residual_check(r).status.value
    'not_comparable'
    """
    december = residual.period.start.month == 12
    limit = RESIDUAL_MONTH if residual.basis == "mm" else RESIDUAL_DECEMBER if december else RESIDUAL_OTHER
    checked = residual.of(name="residual_check")
    if residual.ok and abs(valued(residual)) > limit + 1e-9:
        return checked.of(value=None, status=Status.NOT_COMPARABLE)
    return checked


# ---- base effects


def base_effect(yy: Series, mm: Series, period: Period | None = None) -> dict[str, Reading]:
    """Why the twelve-month rate moved in a month: the month that came in and the one that fell out a year
    before.

    Keys, with ``s = (100 + p_{t-1}) / 100``: ``new`` ``s (m_t - 100)``, ``base`` ``-s (m_{t-12} - 100)``,
    ``residual`` their product term, ``total`` the exact change ``(100 + p_{t-1}) (m_t / m_{t-12} - 1)``;
    beside them ``published_change`` of the published rate, ``new_month`` and ``dropped_month`` (m/m,
    percent), ``simple`` ``m_t - m_{t-12}`` and ``log`` ``100 ln(m_t / m_{t-12})``. Points unless said. Raises
    as :func:`headline`.

    >>> y = growth.series_from({"2023-02": 121.3, "2023-03": 118.1}, "index_py100")
    >>> m = growth.series_from({"2022-03": 103.7, "2023-03": 100.9}, "index_pp100")
    >>> effect = base_effect(y, m)
    >>> {k: round(effect[k].value, 3) for k in ("new", "base", "residual", "total")}
    {'new': 1.092, 'base': -4.488, 'residual': 0.121, 'total': -3.275}
    """
    p = period or latest(yy)
    now, before = headline(yy, p), headline(yy, p.shift(-1))
    new, dropped = monthly(mm, p), monthly(mm, p.shift(-12))
    status = first_status(before, new, dropped)
    values: dict[str, float | None] = dict.fromkeys(("new", "base", "residual", "total", "simple", "log"))
    if status is Status.OK:
        s, m, d = (100 + valued(before)) / 100, 100 + valued(new), 100 + valued(dropped)
        total = 100 * s * (m / d - 1)
        values = {
            "new": s * (m - 100),
            "base": -s * (d - 100),
            "residual": total - s * (m - d),
            "total": total,
            "simple": round(m - d, 9),
            "log": 100 * math.log(m / d),
        }
    made = {
        k: merge(
            "base_effect",
            v,
            "points",
            new,
            before,
            dropped,
            status=status,
            basis="yy_month",
            item=k,
            base=p.shift(-1),
        )
        for k, v in values.items()
    }
    change = growth.difference(now, before, name="base_effect").of(item="published_change")
    months = {
        "new_month": new.of(name="base_effect", item="new_month"),
        "dropped_month": dropped.of(name="base_effect", item="dropped_month"),
    }
    return made | {"published_change": change} | months


def base_effects_ahead(yy: Series, mm: Series, months: int = 12) -> tuple[Reading, ...]:
    """The base effect of each coming month, in points: what falls out of the twelve-month rate when it is
    published.

    ``-(m_{t-12} - 100) (100 + p) / 100`` with ``p`` the latest published rate, so estimated; ``base`` is the
    month that falls out. Positive: last year's prices fell. Basis ``base_effect_at_current_rate``. More than
    twelve months ahead is ``missing_input``. Raises as :func:`headline`.

    >>> y = growth.series_from({"2026-08": 110}, "index_py100")
    >>> m = growth.series_from({"2025-09": 101.0, "2025-10": 99.0}, "index_pp100")
    >>> [(str(r.period), round(r.value, 9)) for r in base_effects_ahead(y, m, 2)]
    [('2026-09', -1.1), ('2026-10', 1.1)]
    """
    now, table = headline(yy), _monthly(mm)
    found = []
    for p in now.period.shift(1).until(now.period.shift(months)) if months else ():
        dropped = table.get(p.year_before())
        value = None if dropped is None else -(dropped - 100) * (100 + valued(now)) / 100
        found.append(
            _from(
                mm,
                "base_effect_ahead",
                "base_effect_at_current_rate",
                p,
                value,
                unit="points",
                base=p.year_before(),
                estimated=True,
            )
        )
    return tuple(r.of(inputs=(mm.name, yy.name)) for r in found)


def path_ahead(
    yy: Series,
    mm: Series,
    months: int = 12,
    *,
    pace: str = "same_month_mean",
    target: float | None = None,
    years: int = 3,
) -> tuple[Reading, ...]:
    """The mechanical path of the twelve-month rate: ``p_t = (100 + p_{t-1}) m_t / m_{t-12} - 100``, percent,
    estimated.

    Not a forecast: the path under a stated monthly pace ``m_t``. ``pace``: ``zero`` (prices stand still),
    ``target`` (``target`` percent a year, the same each month), ``same_month_mean`` (geometric mean of that
    calendar month's m/m over the last ``years`` known years). Basis ``path_<pace>``. ``missing_input`` from
    the first month that lacks an m/m. Raises :class:`ParameterError` for another pace, ``target`` not given,
    or ``years`` under 1.

    >>> y = growth.series_from({"2026-08": 110}, "index_py100")
    >>> m = growth.series_from({"2025-09": 101.0, "2025-10": 100.0}, "index_pp100")
    >>> [round(r.value, 2) for r in path_ahead(y, m, 2, pace="zero")]
    [8.91, 8.91]
    """
    if pace not in ("zero", "target", "same_month_mean") or (pace == "target" and target is None) or years < 1:
        raise ParameterError(
            explain(
                "path_ahead",
                f"pace={pace!r}, target={target}, years={years}",
                "'zero', 'same_month_mean' over 1 year or more, or 'target' with target=",
            )
        )
    now, table = headline(yy), dict(_monthly(mm))
    known, rate = dict(table), now.value
    found = []
    for p in now.period.shift(1).until(now.period.shift(months)) if months else ():
        m: float | None = 100.0
        if pace == "target":
            m = 100 * (1 + (target or 0.0) / 100) ** (1 / 12)
        elif pace == "same_month_mean":
            past = [v for q, v in sorted(known.items()) if q.start.month == p.start.month and q < p][-years:]
            m = math.exp(math.fsum(math.log(v) for v in past) / len(past)) if past else None
        dropped = table.get(p.year_before())
        rate = (100 + rate) * m / dropped - 100 if rate is not None and m and dropped else None
        if m is not None:
            table[p] = m
        found.append(_from(mm, "path_ahead", f"path_{pace}", p, rate, base=p.year_before(), estimated=True))
    return tuple(r.of(inputs=(mm.name, yy.name)) for r in found)


# ---- target


def target_band(targets: Series, period: Period) -> Interval | None:
    """The inflation target in force in the year of ``period``, in percent, or None if the table has none.

    ``targets``: percent by year, dimension ``bound`` ``low`` and ``high`` (equal for a point target).

    >>> bounds = {"low": 4, "high": 6}
    >>> t = growth.joined(*(growth.series_from({"2022": v}, "percent", bound=b) for b, v in bounds.items()))
    >>> target_band(t, Period.parse("2022-12"))
    Interval(low=4, high=6)
    """
    require(targets, "percent")
    year = Period.parse(str(period.year))
    low, high = (targets.where(bound=b).values.get(year) for b in ("low", "high"))
    return Interval(low, high) if low is not None and high is not None else None


def target_deviation(yy: Series, targets: Series, period: Period | None = None) -> dict[str, Reading]:
    """The rate against the target of its year. Keys ``rate``, ``low``, ``high`` (percent) and, in points,
    ``from_midpoint`` ``p - (low + high) / 2`` and ``from_band`` (0 inside, else the distance to the nearer
    bound).

    ``missing_input`` for a year without target. Raises as :func:`headline` and :func:`target_band`.

    >>> bounds = {"low": 4, "high": 6}
    >>> t = growth.joined(*(growth.series_from({"2022": v}, "percent", bound=b) for b, v in bounds.items()))
    >>> y = growth.series_from({"2022-12": 120.3}, "index_py100")
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


def _months_since(yy: Series, period: Period | None, name: str, holds: Callable[[Reading], bool | None]) -> Reading:
    """Months since ``holds`` was last true (0 if it is now); base that month; missing if unknown or never."""
    p = period or latest(yy)
    table = growth.readings(rates(yy))
    for k, q in enumerate(_backwards(p, min(table, default=p))):
        true = holds(table[q]) if q in table and table[q].ok else None
        if true is None:
            break
        if true:
            return Reading(name, float(k), "months", p, base=q, inputs=(yy.name,))
    return Reading.missing(name, "months", p, inputs=(yy.name,))


def _backwards(last: Period, first: Period) -> Sequence[Period]:
    return list(reversed(list(first.until(last))))


def months_since(yy: Series, targets: Series, period: Period | None = None, *, condition: str = "inside") -> Reading:
    """Months since inflation was last inside the target band, or ``condition="not_above"`` at or below its
    upper bound.

    0 if it is so in ``period``; ``base`` is the month it was last so. ``missing_input`` if a rate or a target
    is missing before such a month is met, or there is none in the series. Raises :class:`ParameterError` for
    another condition.

    >>> bounds = {"low": 4, "high": 6}
    >>> t = growth.joined(*(growth.series_from({"2022": v}, "percent", bound=b) for b, v in bounds.items()))
    >>> y = growth.series_from({"2022-01": 105, "2022-02": 108, "2022-03": 109}, "index_py100")
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

    >>> y = growth.series_from({"2022-01": 105, "2022-02": 108, "2022-03": 109}, "index_py100")
    >>> months_since_at_most(y, 5).base
    Period('2022-01')
    """
    return _months_since(yy, period, "months_since_at_most", lambda r: valued(r) <= level)


def months_outside(yy: Series, targets: Series, period: Period | None = None) -> Reading:
    """Consecutive months outside the target band up to ``period`` (0 if it is inside).

    ``base`` is the last month inside; without ``base`` the series (or the table of targets) begins later, and
    the number is a lower bound. ``missing_input`` if ``period`` itself has no rate or no target.

    >>> bounds = {"low": 4, "high": 6}
    >>> t = growth.joined(*(growth.series_from({"2022": v}, "percent", bound=b) for b, v in bounds.items()))
    >>> y = growth.series_from({"2022-02": 108, "2022-03": 109}, "index_py100")
    >>> r = months_outside(y, t)
    >>> r.value, r.base
    (2.0, None)
    """
    p = period or latest(yy)
    table = growth.readings(rates(yy))
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


def peak(yy: Series, since: Period | None = None) -> Reading:
    """The month of the highest published rate (since a month), the first of equals; percent.

    Raises :class:`DataError` if there is no number.

    >>> peak(growth.series_from({"2023-01": 120.7, "2023-02": 121.3}, "index_py100")).period
    Period('2023-02')
    """
    require(yy, "index_py100", "percent", frequency="M")
    chosen = yy.since(since) if since else yy
    latest(chosen)
    return growth.peak(rates(chosen)).of(name="peak")


# ---- core


def exclusion_core(core_yy: Series, period: Period | None = None) -> Reading:
    """The core rate as the statistical office publishes it (some goods left out), in percent; basis
    ``core_published``.

    Raises as :func:`headline`.

    >>> exclusion_core(growth.series_from({"2026-08": 109.1}, "index_py100")).value
    9.1
    """
    return _rate(core_yy, period, "exclusion_core").of(basis="core_published")


def _sorted(changes: Sequence[float], weights: Sequence[float]) -> list[tuple[float, float]]:
    """(change, fraction) by rising change. Raises :class:`ParameterError`."""
    whole = math.fsum(weights)
    if len(changes) != len(weights) or not changes or any(w < 0 for w in weights) or not whole > 0:
        raise ParameterError(
            explain(
                "weights",
                f"{len(weights)} for {len(changes)} changes, sum {whole:g}",
                "one positive weight for each",
            )
        )
    return sorted((c, w / whole) for c, w in zip(changes, weights, strict=True) if w > 0)


def weighted_mean(changes: Sequence[float], weights: Sequence[float]) -> float:
    """``sum(w x) / sum(w)`` of n changes (percent) and n weights. Raises :class:`ParameterError`.

    >>> round(weighted_mean([-1, .4, .8, 1.2, 2, 9], [.25, .25, .2, .15, .1, .05]), 9)
    0.84
    """
    return math.fsum(w * c for c, w in _sorted(changes, weights))


def trimmed_mean(changes: Sequence[float], weights: Sequence[float], lower: float, upper: float) -> float:
    """Weighted mean of what is left when ``lower`` percent of the weight is cut at the bottom, ``upper`` at
    the top.

    A component on the cut counts with the part of its weight that is left. Cleveland 8/8, Dallas 24/31. No
    guard against too few components: see :func:`core_trimmed`. Raises :class:`ParameterError`.

    >>> round(trimmed_mean([-1, .4, .8, 1.2, 2, 9], [.25, .25, .2, .15, .1, .05], 8, 8), 6)
    0.488095
    """
    if lower < 0 or upper < 0 or not lower + upper < 100:
        raise ParameterError(
            explain("trims", f"{lower:g} and {upper:g}", "two shares of 0 or more, below 100 together")
        )
    floor, ceiling, passed = lower / 100, 1 - upper / 100, 0.0
    left: list[tuple[float, float]] = []
    for change, w in _sorted(changes, weights):
        kept = min(passed + w, ceiling) - max(passed, floor)
        passed += w
        if kept > 0:
            left.append((change, kept))
    return math.fsum(c * w for c, w in left) / math.fsum(w for _, w in left)


def weighted_median(changes: Sequence[float], weights: Sequence[float]) -> float:
    """The change at half of the weight; the midpoint of two if the half falls exactly between them.

    Raises :class:`ParameterError`. No guard against too few components: see :func:`core_median`.

    >>> round(weighted_median([-1, .4, .8, 1.2, 2, 9], [.25, .25, .2, .15, .1, .05]), 9)
    0.6
    """
    ordered = _sorted(changes, weights)
    passed = 0.0
    for i, (change, w) in enumerate(ordered):
        passed += w
        if abs(passed - 0.5) < 1e-12 and i + 1 < len(ordered):
            return (change + ordered[i + 1][0]) / 2
        if passed >= 0.5:
            return change
    return ordered[-1][0]


def _core(
    components_mm: Series,
    weights: Series,
    period: Period | None,
    name: str,
    basis: str,
    formula: Callable[[Sequence[float], Sequence[float]], float],
) -> Reading:
    require(components_mm, "index_pp100", frequency="M")
    table = _by_component(components_mm)
    p = period or max((q for v in table.values() for q in v), default=None)
    if p is None:
        raise DataError(explain(components_mm.name, "no value", "at least one", "choose a later as_of date"))
    inputs = (components_mm.name, weights.name)
    w, _ = _weights(weights, list(table), p.year, "refuse")
    status = Status.OK if w and all(p in v for v in table.values()) else Status.MISSING_INPUT
    status = Status.NOT_COMPARABLE if len(table) < MIN_COMPONENTS else status
    value = formula([table[c][p] - 100 for c in table], [w[c] for c in table]) if status is Status.OK else None
    value = None if value is None else round(value, 9)
    return Reading(name, value, "percent", p, status, basis, base=p.shift(-1), inputs=inputs)


def core_trimmed(
    components_mm: Series,
    weights: Series,
    period: Period | None = None,
    *,
    lower: float = 8,
    upper: float = 8,
) -> Reading:
    """Trimmed mean of the components' monthly rises, in percent; basis ``mm_trimmed_<lower>_<upper>``.

    ``not_comparable`` under :data:`MIN_COMPONENTS` components, ``missing_input`` without a rise or weight of
    one. Raises as :func:`trimmed_mean` and :func:`contributions`.

    >>> x = growth.series_from({"2026-08": 101}, "index_pp100", component="food")
    >>> core_trimmed(x, growth.series_from({"2026": 100}, "percent", component="food")).status.value
    'not_comparable'
    """
    return _core(
        components_mm,
        weights,
        period,
        "core_trimmed",
        f"mm_trimmed_{lower:g}_{upper:g}",
        lambda c, w: trimmed_mean(c, w, lower, upper),
    )


def core_median(components_mm: Series, weights: Series, period: Period | None = None) -> Reading:
    """Weighted median of the components' monthly rises, in percent; basis ``mm_median``; else as
    :func:`core_trimmed`.

    >>> x = growth.series_from({"2026-08": 101}, "index_pp100", component="food")
    >>> core_median(x, growth.series_from({"2026": 100}, "percent", component="food")).status.value
    'not_comparable'
    """
    return _core(components_mm, weights, period, "core_median", "mm_median", weighted_median)


# ---- real policy rate


def rate_in_force(base_rate: Series, period: Period, *, max_age_days: int = 100) -> Reading:
    """The policy rate in force at the end of ``period``: the last decision on or before that day, in percent.

    ``base`` is the day of the decision, two decimals are shown. The bank decides eight times a year and lists
    unchanged rates too, so with no decision in ``max_age_days`` the list has a hole: ``missing_input``.
    Raises :class:`BasisError` for other units.

    >>> x = growth.series_from({"2022-10-26": 16.0, "2022-12-05": 16.75}, "percent")
    >>> rate_in_force(x, Period.parse("2022-12")).value
    16.75
    """
    require(base_rate, "percent")
    past = {p: v for p, v in base_rate.values.items() if p.start <= period.end}
    day = max(past, default=None)
    known = day is not None and (period.end - day.start).days <= max_age_days
    r = _from(base_rate, "rate_in_force", base_rate.basis, period, past[day] if day and known else None)
    return r.of(base=day, digits=2)


def real_policy_rate(base_rate: Series, yy: Series, period: Period | None = None, *, method: str = "exact") -> Reading:
    """The policy rate less the inflation of the past twelve months; ``exact`` in percent, ``simple`` in
    points.

    Basis ``ex_post_<method>``. Formula and errors: :func:`~kzreport.indicators.growth.real_rate`.

    >>> i = growth.series_from({"2022-12-05": 16.75}, "percent")
    >>> p = growth.series_from({"2022-12": 120.3}, "index_py100")
    >>> real_policy_rate(i, p, method="simple").value
    -3.55
    """
    rate = headline(yy, period)
    r = growth.real_rate(rate_in_force(base_rate, rate.period), rate, method=method)
    return r.of(name="real_policy_rate", basis=f"ex_post_{method}", digits=2)


def real_policy_rate_ahead(
    base_rate: Series, expectations: Series, period: Period | None = None, *, method: str = "exact"
) -> Reading:
    """The policy rate less the inflation that households expect over twelve months; basis
    ``ex_ante_<method>``.

    Formula and errors: :func:`~kzreport.indicators.growth.real_rate`.

    >>> i = growth.series_from({"2026-07-10": 18.0}, "percent")
    >>> real_policy_rate_ahead(i, growth.series_from({"2026-07": 13.5}, "percent"), method="simple").value
    4.5
    """
    expected = _rate(expectations, period, "expected")
    r = growth.real_rate(rate_in_force(base_rate, expected.period), expected, method=method)
    return r.of(name="real_policy_rate_ahead", basis=f"ex_ante_{method}", digits=2)


# ---- breaks


def breaks(mm: Series, since: Period | None = None, *, factor: float = 4, min_size: int = 12) -> tuple[Reading, ...]:
    """Regimes of monthly inflation by optimal partition: one reading a segment, its mean m/m in percent.

    Minimises the sum of squared distances from the segment means plus ``factor * sigma2 * ln n`` a break,
    over all partitions into segments of ``min_size`` months or more; ``sigma2`` from the median absolute
    deviation of the first differences, halved. ``period`` is the span of the segment, ``item`` its number;
    basis ``regime_mean_mm``. How many breaks there are depends on ``factor``: show :func:`break_sensitivity`
    beside it. A gap gives one reading ``missing_input``, fewer than ``min_size`` months ``partial_period``.
    Raises :class:`ParameterError` for a ``factor`` or ``min_size`` under 1. Source: Jackson et al., IEEE
    Signal Processing Letters 12 (2005).

    >>> level = {2020: 100.5, 2021: 100.5, 2022: 102.0, 2023: 102.0}
    >>> x = {f"{y}-{m:02}": level[y] + 0.1 * (m % 2) for y in level for m in range(1, 13)}
    >>> [(str(r.period), round(r.value, 2)) for r in breaks(growth.series_from(x, "index_pp100"))]
    [('2020-01/2021-12', 0.55), ('2022-01/2023-12', 2.05)]
    """
    if factor < 1 or min_size < 1:
        raise ParameterError(explain("breaks", f"factor={factor:g}, min_size={min_size}", "1 or more each"))
    chosen = mm.since(since) if since else mm
    table = _monthly(chosen)
    last = latest(chosen)
    months = list(min(table).until(last))
    span = Period(months[0].start, last.end, "S")
    status = Status.OK if len(months) == len(table) else Status.MISSING_INPUT
    status = Status.PARTIAL_PERIOD if status is Status.OK and len(months) < min_size else status
    fields = {"basis": "regime_mean_mm", "inputs": (mm.name,)}
    if status is not Status.OK:
        return (Reading.missing("regime", "percent", span, status, **fields),)
    x = [growth.rate_from_index(table[p]) for p in months]
    ends = [*_partition(x, factor, min_size), len(x)]
    found, start = [], 0
    for number, end in enumerate(ends, 1):
        piece = Period(months[start].start, months[end - 1].end, "S")
        average = math.fsum(x[start:end]) / (end - start)
        found.append(Reading("regime", average, "percent", piece, item=str(number), **fields))  # type: ignore[arg-type]
        start = end
    return tuple(found)


def noise_variance(x: Sequence[float]) -> float:
    """Variance of the noise around a level that may jump: ``(1.4826 MAD of the first differences)^2 / 2``.

    >>> round(noise_variance([0, 1, 0, 1, 0, 5, 6, 5, 6]), 4)
    1.0991
    """
    steps = [b - a for a, b in pairwise(x)]
    if not steps:
        return 0.0
    centre = median(steps)
    return float((1.4826022185 * median(abs(s - centre) for s in steps)) ** 2 / 2)


def _partition(x: Sequence[float], factor: float, min_size: int) -> list[int]:
    """Where the second and later segments begin."""
    n = len(x)
    penalty = factor * noise_variance(x) * math.log(n)
    sums, squares = [0.0], [0.0]
    for v in x:
        sums.append(sums[-1] + v)
        squares.append(squares[-1] + v * v)
    best: list[float] = [-penalty] + [math.inf] * n
    start = [0] * (n + 1)
    for end in range(min_size, n + 1):
        for begin in (0, *range(min_size, end - min_size + 1)):
            s = sums[end] - sums[begin]
            cost = best[begin] + squares[end] - squares[begin] - s * s / (end - begin) + penalty
            if cost < best[end] - 1e-12:
                best[end], start[end] = cost, begin
    found, end = [], n
    while end and start[end]:
        end = start[end]
        found.append(end)
    return found[::-1]


def break_sensitivity(
    mm: Series, since: Period | None = None, *, factors: Sequence[float] = (2, 3, 4, 5, 6), min_size: int = 12
) -> dict[float, tuple[Period, ...]]:
    """For each penalty factor the first month of every new regime (see :func:`breaks`); none if there is no
    break.

    >>> level = {2020: 100.5, 2021: 100.5, 2022: 102.0, 2023: 102.0}
    >>> x = {f"{y}-{m:02}": level[y] + 0.1 * (m % 2) for y in level for m in range(1, 13)}
    >>> break_sensitivity(growth.series_from(x, "index_pp100"), factors=(3, 6))
    {3: (Period('2022-01'),), 6: (Period('2022-01'),)}
    """
    found = {}
    for factor in factors:
        regimes = breaks(mm, since, factor=factor, min_size=min_size)
        found[factor] = tuple(Period.parse(f"{r.period.start:%Y-%m}") for r in regimes[1:])
    return found
