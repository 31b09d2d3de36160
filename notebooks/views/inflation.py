"""The inflation page: headline, drivers, base effects ahead, expectations and real rates, averages, neighbours."""

from __future__ import annotations

from collections.abc import Sequence

from kzreport.declare import HOME, cut, reads, vintages
from kzreport.indicators import (
    base_effects,
    core_inflation,
    forecasts,
    growth,
    inflation,
    policy_rate,
    price_contributions,
    readings,
    targeting,
)
from kzreport.indicators.growth import difference
from kzreport.indicators.indices import rates
from kzreport.indicators.revisions import summary, triangle
from kzreport.model import Groups, Period, Reading, Series, Status


@reads("cpi_yy")
def path(cpi_yy: Series) -> Groups:
    """Return the published twelve-month rate in every month, percent.

    >>> path(readings.series_from({"2026-08": 109.8}, "index_py100"))["rate"][0].value
    9.8
    """
    return {"rate": rates(cpi_yy)}


@reads("cpi_mm")
def monthly(cpi_mm: Series) -> dict[str, Reading]:
    """The latest month: ``month``, ``annualised``, ``same_month`` (a year before), ``year_to_date``; all in percent."""
    now = inflation.monthly(cpi_mm)
    return {
        "month": now,
        "annualised": inflation.annualised(cpi_mm),
        "same_month": inflation.monthly(cpi_mm, now.period.year_before()),
        "year_to_date": inflation.year_to_date(cpi_mm),
    }


@reads("cpi_components_yy", "cpi_components_mm", "cpi_weights", "cpi_yy")
def contributions(cpi_components_yy: Series, cpi_components_mm: Series, cpi_weights: Series, cpi_yy: Series) -> Groups:
    """Contributions by component in every month with known weights, points; with ``residual`` and ``total``."""
    last = cpi_yy.last
    years = sorted({p.year for p in cpi_weights.where(component="food").values})
    gathered: dict[str, list[Reading]] = {k: [] for k in ("food", "nonfood", "services", "residual", "total")}
    for p in Period.parse(f"{years[0]}-12").until(last) if years and last else ():
        found = price_contributions.contributions(cpi_components_yy, cpi_components_mm, cpi_weights, cpi_yy, p)
        if all(r.ok for r in found.values()):
            for key, r in found.items():
                gathered[key].append(r.of(unit="points"))
    return {k: tuple(v) for k, v in gathered.items()}


@reads("cpi_components_yy", "cpi_components_mm", "cpi_weights", "cpi_yy")
def drivers(
    cpi_components_yy: Series, cpi_components_mm: Series, cpi_weights: Series, cpi_yy: Series
) -> dict[str, Reading]:
    """The latest contributions, and the component that gives ``most``, and its ``share``; a status if weights lack."""
    found = price_contributions.contributions(cpi_components_yy, cpi_components_mm, cpi_weights, cpi_yy)
    parts = [r for k, r in found.items() if k not in ("residual", "total")]
    if not parts:
        nothing = Reading.missing("contributions", "points", inflation.headline(cpi_yy).period)
        return {k: nothing for k in ("food", "nonfood", "services", "total", "residual", "most", "share")}
    top = max((r for r in parts if r.ok), key=lambda r: r.value or 0.0, default=parts[0])
    share = growth.share(top, found["total"].of(unit="points", basis=top.basis)) if top.ok else top.of(unit="percent")
    return {**found, "most": top, "share": share}


@reads("cpi_yy", "inflation_target")
def headline(cpi_yy: Series, inflation_target: Series) -> dict[str, Reading]:
    """The published twelve-month rate and its changes: ``rate``, ``rate_change`` (month before), ``year_ago``,
    ``peak`` since ``first``, ``from_target`` (points outside it), ``target_low``, ``target_high``, ``last_at_target``.
    """
    now = inflation.headline(cpi_yy)
    if not now.ok:  # nothing was published yet
        others = ("year_ago", "peak", "first", "target_low", "target_high")
        changes = {k: now.of(name=k, unit="points") for k in ("rate_change", "from_target")}
        months = {"last_at_target": now.of(name="last_at_target", unit="months")}
        return {"rate": now, **changes, **{k: now.of(name=k) for k in others}, **months}
    before = inflation.headline(cpi_yy, now.period.shift(-1))
    target = targeting.target_deviation(cpi_yy, inflation_target)
    return {
        "rate": now,
        "rate_change": difference(now, before),
        "year_ago": inflation.headline(cpi_yy, now.period.year_before()),
        "peak": inflation.peak(cpi_yy),
        "first": rates(cpi_yy)[0],
        "from_target": target["from_band"],
        "target_low": target["low"],
        "target_high": target["high"],
        "last_at_target": _last_at(cpi_yy, target["high"]),
    }


def _last_at(cpi_yy: Series, bound: Reading) -> Reading:
    """Months since the rate was last at or below the present target, whatever it was then; ``base``: that month."""
    if not bound.ok or bound.value is None:
        return Reading.missing("last_at_target", "months", bound.period)
    return targeting.months_since_at_most(cpi_yy, bound.value)


@reads("inflation_target")
def target(inflation_target: Series) -> Groups:
    """The bounds of the target by year, percent."""
    return {f"target_{bound}": rates(inflation_target.where(bound=bound)) for bound in ("low", "high")}


def _gap(name: str, a: Reading, b: Reading) -> Reading:
    """``a - b`` in points, of two rates whose bases differ on purpose; ``missing_input`` if one has no number."""
    if a.value is None or b.value is None:
        return Reading.missing(name, "points", a.period)
    return Reading(name, round(a.value - b.value, 9), "points", a.period, inputs=(*a.inputs, *b.inputs))


@reads("core_yy", "cpi_yy")
def core(core_yy: Series, cpi_yy: Series) -> dict[str, Reading]:
    """The published core rate and its distance to the headline of the same month, points."""
    now = inflation.headline(cpi_yy)
    r = Reading.missing("core", "percent", now.period)
    if core_yy.values:
        r = core_inflation.exclusion_core(core_yy, now.period)
    return {"core": r, "core_gap": _gap("core_gap", r, now)}


@reads("cpi_yy", "cpi_mm")
def base_effect(cpi_yy: Series, cpi_mm: Series) -> dict[str, Reading]:
    """Split the move of the rate in the latest month: the month that came in, the month that fell out; points."""
    found = base_effects.base_effect(cpi_yy, cpi_mm)
    return {k: r for k, r in found.items() if k not in ("log", "residual", "simple")}


@reads("cpi_yy", "cpi_mm", "inflation_target")
def ahead(cpi_yy: Series, cpi_mm: Series, inflation_target: Series) -> Groups:
    """The mechanical path of the rate over twelve months at three paces, percent, after the published one."""
    band = targeting.target_band(inflation_target, inflation.headline(cpi_yy).period)
    paces: dict[str, dict[str, float | None]] = {"same_month_mean": {}, "zero": {}}
    if band:
        paces = {"same_month_mean": {}, "target": {"target": band.high}, "zero": {}}
    now = inflation.headline(cpi_yy)
    found = {"published": rates(cpi_yy)}
    for pace, rest in paces.items():
        path_ = base_effects.path_ahead(cpi_yy, cpi_mm, pace=pace, **rest)  # type: ignore[arg-type]
        found[f"pace_{pace}"] = (now.of(estimated=True), *path_)
    return found


@reads("cpi_yy", "cpi_mm")
def effects_ahead(cpi_yy: Series, cpi_mm: Series) -> dict[str, Reading]:
    """Of the coming twelve base effects: the ``largest`` in absolute value and the ``next``, points; ``wait``, the
    months between the two (0 if they are the same).
    """
    coming = [r for r in base_effects.base_effects_ahead(cpi_yy, cpi_mm) if r.ok]
    if not coming:
        nothing = Reading.missing("base_effect", "points", inflation.headline(cpi_yy).period)
        return {"largest": nothing, "next": nothing, "wait": nothing.of(unit="months")}
    largest = max(coming, key=lambda r: abs(r.value or 0.0))
    wait = Reading("wait", float(coming.index(largest)), "months", largest.period)
    return {"largest": largest, "next": coming[0], "wait": wait}


@reads("cpi_yy", expected="expectations")
def expectations(cpi_yy: Series, expected: Series) -> dict[str, Reading]:
    """Return the rate that households expect, its change, and its ``gap`` to the published rate of the same month."""
    table = readings.readings(rates(expected))
    if not table:
        p = inflation.headline(cpi_yy).period
        none = Reading.missing("expected", "percent", p)
        return {"expected": none, "expected_change": none.of(unit="points"), "gap": none.of(unit="points")}
    now = table[max(table)].of(name="expected")
    known = readings.readings(rates(cpi_yy))
    same = known.get(now.period, Reading.missing("rate", "percent", now.period))
    before = table.get(now.period.shift(-1), Reading.missing("expected", "percent", now.period.shift(-1)))
    gap = _gap("gap", now, same)
    return {"expected": now, "expected_change": difference(now, before.of(basis=now.basis, unit=now.unit)), "gap": gap}


@reads("cpi_yy", "base_rate", expected="expectations")
def money(cpi_yy: Series, expected: Series, base_rate: Series) -> Groups:
    """Monthly paths of inflation, expectations, the policy rate in force and the same less past inflation, percent."""
    last = cpi_yy.last
    in_force: tuple[Reading, ...] = ()
    real: tuple[Reading, ...] = ()
    if base_rate.last and last:
        first = Period.parse(f"{min(base_rate.values).start:%Y-%m}")
        end = max(last, Period.parse(f"{base_rate.last.start:%Y-%m}"))
        in_force = tuple(r for p in first.until(end) if (r := policy_rate.rate_in_force(base_rate, p)).ok)
        real = tuple(policy_rate.real_policy_rate(base_rate, cpi_yy, p) for p in first.until(last))
    return {"rate": rates(cpi_yy), "expected": rates(expected), "base_rate": in_force, "ex_post": real}


@reads("base_rate_scattered")
def decisions(base_rate_scattered: Series) -> Groups:
    """Single decisions on the policy rate before the complete list begins, percent."""
    return {"base_rate_points": tuple(r.of(digits=2) for r in rates(base_rate_scattered))}


@reads("base_rate", "cpi_yy", expected="expectations")
def real_rate(base_rate: Series, cpi_yy: Series, expected: Series) -> dict[str, Reading]:
    """The latest policy rate (``policy``), less past inflation (``real``; ``simple``: the difference in points) and
    less what households expect (``ahead``, of the latest survey); percent.
    """
    p = inflation.headline(cpi_yy).period
    ahead = Reading.missing("ahead", "percent", p)
    if expected.last:
        ahead = policy_rate.real_policy_rate_ahead(base_rate, expected)
    return {
        "policy": policy_rate.rate_in_force(base_rate, p),
        "real": policy_rate.real_policy_rate(base_rate, cpi_yy, p),
        "simple": policy_rate.real_policy_rate(base_rate, cpi_yy, p, method="simple"),
        "ahead": ahead,
    }


@reads("cpi_yy", "cpi_mm", imf=cut("weo_inflation_average", country=HOME), wdi=cut("wdi_inflation", country=HOME))
def averages(cpi_yy: Series, cpi_mm: Series, imf: Series, wdi: Series) -> Groups:
    """Each calendar year by basis, percent: December on December, and the average by BNS chain, IMF and World Bank."""
    last = cpi_yy.last
    years = [Period.parse(str(y)) for y in range(2012, last.year + 1)] if last else []
    levels = inflation.chain(cpi_mm, Period.parse("2010-12")) if last else ()
    published = {o.period: o for o in forecasts.outcomes(imf)}
    world = wdi.values

    def taken(series: Series, y: Period, table: dict[Period, float]) -> Reading:
        value = table.get(y)
        status = Status.OK if value is not None else Status.MISSING_INPUT
        return Reading("average", value, "percent", y, status, "annual_average", inputs=(series.name,))

    by_imf = {p: o.value for p, o in published.items() if o.value is not None}
    estimates = {p for p, o in published.items() if o.dims.get("kind") == "estimate"}
    return {
        "december": tuple(inflation.end_of_period(cpi_yy, y) for y in years),
        "average_bns": tuple(inflation.annual_average(levels, y) for y in years),
        "average_imf": tuple(taken(imf, y, by_imf).of(estimated=y in estimates) for y in years),
        "average_wdi": tuple(taken(wdi, y, world) for y in years),
    }


@reads("cpi_yy", "cpi_mm")
def year(cpi_yy: Series, cpi_mm: Series) -> dict[str, Reading]:
    """The last complete year on its two bases, ``december`` and ``average`` (percent); ``distance`` in points."""
    last = inflation.headline(cpi_yy).period
    y = Period.parse(str(last.year if last.start.month == 12 else last.year - 1))
    december = inflation.end_of_period(cpi_yy, y)
    levels = inflation.chain(cpi_mm, Period.parse("2010-12")) if cpi_mm.last else ()
    average = inflation.annual_average(levels, y) if levels else december.of(name="average")
    gap = _gap("distance", december, average)
    distance = gap.of(value=abs(gap.value)) if gap.value is not None else gap
    return {"december": december, "average": average, "distance": distance}


STATES = vintages("wdi_inflation", country=HOME)


@reads(known=STATES)
def revised(known: Sequence[Series]) -> dict[str, Reading]:
    """Return how the World Bank revised the annual averages: see :func:`kzreport.indicators.revisions.summary`."""
    return summary(known)


@reads(known=STATES)
def revisions(known: Sequence[Series]) -> Groups:
    """Return the date of each vintage -> its figures of the years that were revised."""
    return triangle(known)


@reads("wdi_inflation", home=HOME)
def neighbours(wdi_inflation: Series, home: str, peers: Sequence[str]) -> Groups:
    """Annual average inflation of the home country and its peers, percent; empty for a country without figures."""
    return {c: growth_rows(wdi_inflation.where(country=c)) for c in (home, *peers)}


def growth_rows(series: Series) -> tuple[Reading, ...]:
    """A published rate as readings, oldest first."""
    return tuple(readings.readings(series).values())


@reads("wdi_inflation", home=HOME)
def among(wdi_inflation: Series, home: str, peers: Sequence[str]) -> dict[str, Reading]:
    """Return the ``own`` rate of the latest year that three peers have too, their ``lowest`` and their ``highest``."""
    wdi = wdi_inflation
    own = wdi.where(country=home).values
    for p in sorted(own, reverse=True):
        found = {c: v for c in peers if (v := wdi.where(country=c).values.get(p)) is not None}
        if len(found) >= 3:
            low, high = min(found, key=lambda c: found[c]), max(found, key=lambda c: found[c])
            made = {
                k: Reading("average", found[c], "percent", p, basis="annual_average", item=c, inputs=(wdi.name,))
                for k, c in (("lowest", low), ("highest", high))
            }
            return {
                "own": Reading("average", own[p], "percent", p, basis="annual_average", item=home, inputs=(wdi.name,)),
                **made,
            }
    none = Reading.missing("average", "percent", Period.parse(str(wdi.as_of.year)), item=home)
    return {"own": none, "lowest": none, "highest": none}


@reads("cpi_yy", "cpi_mm", "cpi_components_yy", "core_yy")
def table(cpi_yy: Series, cpi_mm: Series, cpi_components_yy: Series, core_yy: Series) -> Groups:
    """Monthly table: published rates over twelve months by component, core, and the month's own change, percent."""
    parts = {c: growth_rows_of(cpi_components_yy, c, cpi_yy.last) for c in ("food", "nonfood", "services")}
    core_rows = tuple(r for r in rates(core_yy) if cpi_yy.last and r.period <= cpi_yy.last)
    return {"rate": rates(cpi_yy), **parts, "core": core_rows, "month": rates(cpi_mm)}


def growth_rows_of(components: Series, component: str, last: Period | None) -> tuple[Reading, ...]:
    """Published rates of one component, up to the month of the headline."""
    return tuple(r for r in rates(components.where(component=component)) if last and r.period <= last)
