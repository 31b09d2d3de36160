"""Contributions of the components of consumer prices to inflation, over twelve months and in a month.

In scope: formulas with expenditure weights, additive up to a printed residual. Out of scope: the choice of weights
(:mod:`~kzreport.indicators.components`), contributions to a sum (:mod:`~kzreport.indicators.decomposition`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from kzreport.indicators import readings
from kzreport.indicators.components import by_component, weights_of
from kzreport.indicators.inflation import compound, headline, monthly, months_after
from kzreport.indicators.readings import first_status, merge, valued
from kzreport.model import Period, Reading, Series, Status

# What components may leave of the published rate, in points.
RESIDUAL_DECEMBER, RESIDUAL_OTHER, RESIDUAL_MONTH = 0.1, 0.25, 0.1


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
    ...     return readings.joined(*(readings.series_from({p: v}, unit, component=c) for c, p, v in rows))
    >>> y = by("index_py100", ("food", "2022-12", 125.3), ("other", "2022-12", 116.8))
    >>> w = by("percent", ("food", "2022", 40), ("other", "2022", 60))
    >>> found = contributions(y, y, w, readings.series_from({"2022-12": 120.3}, "index_py100"))
    >>> {k: round(r.value, 2) for k, r in found.items()}
    {'food': 10.12, 'other': 10.08, 'residual': 0.1, 'total': 20.3}
    """
    published = headline(yy, period)
    p = published.period
    readings.require(components_yy, "index_py100", frequency="M")
    rises = by_component(components_yy)
    names = list(rises)
    now, borrowed = weights_of(weights, names, p.year, missing_weights)
    found: dict[str, float | None]
    if p.start.month == 12:
        used = (components_yy, weights)
        found = {c: now[c] * (rises[c][p] - 100) if now and p in rises[c] else None for c in names}
    else:
        readings.require(components_mm, "index_pp100", frequency="M")
        used = (components_mm, weights)
        before, borrowed_too = weights_of(weights, names, p.year - 1, missing_weights)
        borrowed = borrowed or borrowed_too
        found = _two_terms(by_component(components_mm), names, now, before, p)
    return _table("contribution", "yy_month", found, published, used, borrowed and bool(now))


def lacking_weights(weights: Series, month: Period) -> dict[str, Reading]:
    """The years whose weights the contributions of a month need and that are not held: ``lacking``, ``lacking_too``.

    The later year comes first; each is missing if there is none. December needs its own year, another month also the
    year before.

    >>> w = readings.series_from({"2022": 100}, "percent")
    >>> [(str(r.period), r.ok) for r in lacking_weights(w, Period.parse("2022-11")).values()]
    [('2021', True), ('2022-11', False)]
    """
    held = {o.period.year for o in weights if o.value is not None}
    needed = [month.year] if month.start.month == 12 else [month.year, month.year - 1]
    years = [Reading("lacking", 1.0, "count", Period.parse(str(y))) for y in needed if y not in held]
    none = Reading.missing("lacking", "count", month)
    return dict(zip(("lacking", "lacking_too"), (*years, none, none), strict=False))


def implied_headline(components_yy: Series, components_mm: Series, weights: Series, yy: Series) -> Reading:
    """The rate over twelve months that the components imply for their latest month, percent, estimated.

    For a month whose components are published and whose total is not: the sum of the contributions of
    :func:`contributions`. Basis ``implied_by_components``. ``missing_input`` if the total is there, or a weight or a
    component is not. Raises as :func:`headline`.

    >>> def by(unit, *rows):
    ...     return readings.joined(*(readings.series_from({p: v}, unit, component=c) for c, p, v in rows))
    >>> y = by("index_py100", ("food", "2022-12", 125.3), ("other", "2022-12", 116.8))
    >>> w = by("percent", ("food", "2022", 40), ("other", "2022", 60))
    >>> round(implied_headline(y, y, w, readings.series_from({"2022-11": 119.6}, "index_py100")).value, 2)
    20.2
    """
    months = [set(v) for v in by_component(components_yy).values()]
    p = max(set.intersection(*months), default=None) if months else None
    last = readings.latest(yy)
    inputs = (components_yy.name, components_mm.name, weights.name)
    if p is None or p <= last:
        return Reading.missing("implied_headline", "percent", last.shift(1), inputs=inputs)
    parts = contributions(components_yy, components_mm, weights, yy, p)
    kept = [r for k, r in parts.items() if k not in ("residual", "total")]
    if not all(r.ok for r in kept):
        return Reading.missing("implied_headline", "percent", p, inputs=inputs)
    value = math.fsum(valued(r) for r in kept)
    basis = "implied_by_components"
    return Reading(
        "implied_headline", value, "percent", p, basis=basis, base=p.year_before(), inputs=inputs, estimated=True
    )


def _two_terms(
    mm: Mapping[str, Mapping[Period, float]],
    names: Sequence[str],
    now: Mapping[str, float],
    before: Mapping[str, float],
    p: Period,
) -> dict[str, float | None]:
    december = Period.parse(f"{p.year - 1}-12")
    year_before, this_year = months_after(december.shift(-12), december), months_after(december, p)
    rise = {c: compound(mm.get(c, {}), this_year) for c in names}
    month = {c: compound(mm.get(c, {}), year_before[: p.start.month]) for c in names}
    whole = {c: compound(mm.get(c, {}), year_before) for c in names}
    if not now or not before or None in (*rise.values(), *month.values(), *whole.values()):
        return dict.fromkeys(names)
    r, m, d = ({c: v for c, v in x.items() if v is not None} for x in (rise, month, whole))
    base = math.fsum(before[c] * m[c] for c in names)
    link = math.fsum(before[c] * d[c] for c in names) / base
    return {c: 100 * (link * now[c] * (r[c] - 1) + before[c] * (d[c] - m[c]) / base) for c in names}


def monthly_contributions(
    components_mm: Series,
    weights: Series,
    mm: Series,
    period: Period | None = None,
) -> dict[str, Reading]:
    """Contributions of the components to the month's rise, in points, with price-updated weights.

    ``w_i r_i / sum(w_j r_j) * (m_i - 100)`` with ``r`` the rise from December to the month before. Keys,
    statuses and errors as :func:`contributions`; basis ``mm``.

    >>> def by(unit, *rows):
    ...     return readings.joined(*(readings.series_from({p: v}, unit, component=c) for c, p, v in rows))
    >>> x = by("index_pp100", ("food", "2026-01", 102), ("other", "2026-01", 101))
    >>> w = by("percent", ("food", "2026", 40), ("other", "2026", 60))
    >>> found = monthly_contributions(x, w, readings.series_from({"2026-01": 101.4}, "index_pp100"))
    >>> {k: round(r.value, 6) for k, r in found.items()}
    {'food': 0.8, 'other': 0.6, 'residual': 0.0, 'total': 1.4}
    """
    published = monthly(mm, period)
    p = published.period
    readings.require(components_mm, "index_pp100", frequency="M")
    table = by_component(components_mm)
    w, borrowed = weights_of(weights, list(table), p.year, "refuse")
    december = Period.parse(f"{p.year - 1}-12")
    risen = {c: compound(table[c], months_after(december, p.shift(-1))) for c in table}
    updated = {c: w[c] * v for c, v in risen.items() if w and v is not None}
    base = math.fsum(updated.values())
    complete = len(updated) == len(table) and all(p in v for v in table.values())
    found = {c: updated[c] / base * (table[c][p] - 100) if complete else None for c in table}
    return _table("monthly_contribution", "mm", found, published, (components_mm, weights), borrowed and bool(w))


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


def residual_check(residual: Reading) -> Reading:
    """Return the ``residual`` of contributions, ``not_comparable`` if the components do not reproduce the total.

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
