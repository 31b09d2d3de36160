"""The inflation page: headline, drivers, base effects, averages, neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from kzreport.declare import AS_OF, HOME, cut, reads, vintages
from kzreport.indicators import (
    base_effects,
    core_inflation,
    forecasts,
    growth,
    inflation,
    price_contributions,
    readings,
    targeting,
)
from kzreport.indicators.indices import rates
from kzreport.indicators.revisions import summary, triangle
from kzreport.model import Groups, Period, Reading, Series, Status

COMPONENTS = ("food", "nonfood", "services")


@reads("cpi_yy")
def path(cpi_yy: Series) -> Groups:
    """Return the published twelve-month rate in every month, percent.

    >>> path(readings.series_from({"2026-08": 109.8}, "index_py100"))["rate"][0].value
    9.8
    """
    return {"rate": rates(cpi_yy)}


@reads("cpi_mm")
def monthly(cpi_mm: Series) -> dict[str, Reading]:
    """The latest month, percent: ``month``, ``same_month`` (a year before), ``year_to_date`` (none in January).

    ``pace``: the latest three months held for a year; ``same_pace``: the same three months a year before. ``same_gap``
    and ``pace_gap``: by how much the figures shown differ from those of a year before, points.
    """
    now = inflation.monthly(cpi_mm)
    same = inflation.monthly(cpi_mm, now.period.year_before())
    pace = inflation.months_annualised(cpi_mm)
    same_pace = inflation.months_annualised(cpi_mm, now.period.year_before())
    return {
        "month": now,
        "same_month": same,
        "year_to_date": same.of(value=None, status=Status.MISSING_INPUT)
        if now.period.start.month == 1
        else (inflation.year_to_date(cpi_mm)),
        "same_gap": growth.difference_shown(now, same),
        "pace": pace,
        "same_pace": same_pace,
        "pace_gap": growth.difference_shown(pace, same_pace),
    }


@reads("cpi_components_yy", "cpi_components_mm", "cpi_weights", "cpi_yy")
def contributions(
    cpi_components_yy: Series, cpi_components_mm: Series, cpi_weights: Series, cpi_yy: Series
) -> Groups | None:
    """Contributions by component in every month with known weights, points; with ``residual`` and ``total``.

    ``None`` without weights: there is nothing to draw then.
    """
    last = cpi_yy.last
    years = sorted({p.year for p in cpi_weights.where(component="food").values})
    gathered: dict[str, list[Reading]] = {k: [] for k in (*COMPONENTS, "residual", "total")}
    for p in Period.parse(f"{years[0]}-12").until(last) if years and last else ():
        found = price_contributions.contributions(cpi_components_yy, cpi_components_mm, cpi_weights, cpi_yy, p)
        if all(r.ok for r in found.values()):
            for key, r in found.items():
                gathered[key].append(r.of(unit="points"))
    return {k: tuple(v) for k, v in gathered.items()} if gathered["total"] else None


@reads("cpi_components_yy", "cpi_components_mm", "cpi_weights", "cpi_yy")
def drivers(
    cpi_components_yy: Series, cpi_components_mm: Series, cpi_weights: Series, cpi_yy: Series
) -> dict[str, Reading]:
    """The latest contributions, points, and the ``rate``; the share of the largest component under its ``lead_`` name.

    The other two have none. They are of the latest month that all components have; ``behind`` is the rate of the
    headline's month if that is a later one. A status if weights lack; ``lacking``, ``lacking_too``: of which years.
    """
    rate = inflation.headline(cpi_yy)
    lacking = price_contributions.lacking_weights(cpi_weights, rate.period)
    found = _latest_contributions(cpi_components_yy, cpi_components_mm, cpi_weights, cpi_yy)
    late = bool(found) and found["total"].ok and found["total"].period != rate.period
    behind = rate if late else Reading.missing("behind", "percent", rate.period)
    parts = {k: r for k, r in found.items() if k not in ("residual", "total")}
    none = Reading.missing("share", "percent", rate.period)
    led = {f"lead_{k}": none for k in COMPONENTS}
    if not parts:
        nothing = Reading.missing("contributions", "points", rate.period)
        found = dict.fromkeys((*COMPONENTS, "total", "residual"), nothing)
        return {**found, "rate": rate, "behind": behind, **led, **lacking}
    top = max((k for k, r in parts.items() if r.ok), key=lambda k: parts[k].value or 0.0, default="")
    if top:
        led[f"lead_{top}"] = growth.share(parts[top], found["total"].of(unit="points", basis=parts[top].basis))
    return {**found, "rate": rate, "behind": behind, **led, **lacking}


def _latest_contributions(yy: Series, mm: Series, weights: Series, total: Series) -> dict[str, Reading]:
    """Return the contributions in the latest month in which all are known, within a year; else of the latest month."""
    last = inflation.headline(total).period
    for p in (last.shift(-k) for k in range(12)):
        found = price_contributions.contributions(yy, mm, weights, total, p)
        if found and all(r.ok for r in found.values()):
            return found
    return price_contributions.contributions(yy, mm, weights, total)


@reads("cpi_components_yy", "cpi_components_mm", "cpi_weights", "cpi_yy")
def shift(
    cpi_components_yy: Series, cpi_components_mm: Series, cpi_weights: Series, cpi_yy: Series
) -> dict[str, Reading]:
    """Change of each contribution, and of the ``total``, in the latest month that has them, points."""
    series = (cpi_components_yy, cpi_components_mm, cpi_weights, cpi_yy)
    latest = _latest_contributions(*series)
    p = latest["total"].period if "total" in latest else inflation.headline(cpi_yy).period
    now, before = (price_contributions.contributions(*series, q) for q in (p, p.shift(-1)))
    found = {k: _gap(k, now[k], before[k]) if k in now and k in before else Reading.missing(k, "points", p)
             for k in (*COMPONENTS, "total")}  # fmt: skip
    return {k: r.of(base=p.shift(-1)) for k, r in found.items()}


@reads("cpi_components_yy", "cpi_components_mm", "cpi_weights", "cpi_yy")
def implied(
    cpi_components_yy: Series, cpi_components_mm: Series, cpi_weights: Series, cpi_yy: Series
) -> dict[str, Reading]:
    """The rate that the groups ``implied`` for a month whose total is not known yet, and the ``published`` one."""
    now = inflation.headline(cpi_yy)
    found = Reading.missing("implied", "percent", now.period.shift(1))
    if now.ok:
        found = price_contributions.implied_headline(cpi_components_yy, cpi_components_mm, cpi_weights, cpi_yy)
    return {"implied": found, "published": now}


@reads("cpi_yy", "inflation_target")
def headline(cpi_yy: Series, inflation_target: Series) -> dict[str, Reading]:
    """The published twelve-month rate and its changes: ``rate``, ``rate_change`` (month before), ``year_ago``,
    ``peak`` since ``first`` (none in the first year), ``below_peak`` (points), ``from_target`` (points outside it),
    ``target_low``, ``target_high``, ``target_width`` (points, 0 for a point), ``above`` (months above it; ``base``: the
    first of them).
    """
    now = inflation.headline(cpi_yy)
    if not now.ok:  # nothing was published yet
        others = ("year_ago", "peak", "first", "target_low", "target_high")
        points = ("rate_change", "below_peak", "from_target", "target_width")
        changes = {k: now.of(name=k, unit="points") for k in points}
        months = {"above": now.of(name="above", unit="months")}
        return {"rate": now, **changes, **{k: now.of(name=k) for k in others}, **months}
    before = inflation.headline(cpi_yy, now.period.shift(-1))
    target = targeting.target_deviation(cpi_yy, inflation_target)
    low, high = (_whole(target[k]) for k in ("low", "high"))
    rows = rates(cpi_yy)
    peak = inflation.peak(cpi_yy) if len(rows) > 12 else Reading.missing("peak", "percent", now.period)
    return {
        "rate": now,
        "rate_change": growth.difference(now, before),
        "year_ago": inflation.headline(cpi_yy, now.period.year_before()),
        "peak": peak,
        "below_peak": _gap("below_peak", now, peak),
        "first": rows[0],
        "from_target": target["from_band"],
        "target_low": low,
        "target_high": high,
        "target_width": _gap("target_width", high, low),
        "above": _above(cpi_yy, high),
    }


def _whole(r: Reading) -> Reading:
    """A rate without decimals if it has none."""
    return r.of(digits=0) if r.value is not None and r.value == round(r.value) else r


def _above(cpi_yy: Series, bound: Reading) -> Reading:
    """The months in a row above the present target, whatever it was then; ``base``: the first of them."""
    if not bound.ok or bound.value is None:
        return Reading.missing("above", "months", bound.period)
    found = targeting.months_since_at_most(cpi_yy, bound.value)
    return found.of(base=found.base.shift(1)) if found.base else found


@reads(said=headline)
def peak(said: dict[str, Reading]) -> Reading:
    """Return the highest rate of the months shown in the headline's sentences."""
    return said["peak"]


@reads("inflation_target")
def target(inflation_target: Series) -> Groups:
    """The bounds of the target by year, percent."""
    return {f"target_{bound}": rates(inflation_target.where(bound=bound)) for bound in ("low", "high")}


def _gap(name: str, a: Reading, b: Reading) -> Reading:
    """``a - b`` in points, of two rates whose bases differ on purpose; ``missing_input`` if one has no number."""
    if a.value is None or b.value is None:
        return Reading.missing(name, "points", a.period)
    return Reading(name, round(a.value - b.value, 9), "points", a.period, inputs=(*a.inputs, *b.inputs))


@reads("core_yy", "cpi_yy", groups=implied)
def core(core_yy: Series, cpi_yy: Series, groups: Mapping[str, Reading]) -> dict[str, Reading]:
    """The published core rate, its distance to the headline of that month (points), and the readings of ``implied``."""
    now = inflation.headline(cpi_yy)
    r = Reading.missing("core", "percent", now.period)
    if core_yy.values and now.ok:
        now = inflation.headline(cpi_yy, min(core_inflation.exclusion_core(core_yy).period, now.period))
        r = core_inflation.exclusion_core(core_yy, now.period)
    return {"core": r, "core_gap": _gap("core_gap", r, now), **groups}


@reads("cpi_yy", "cpi_mm")
def base_effect(cpi_yy: Series, cpi_mm: Series) -> dict[str, Reading]:
    """Split the move of the rate in the latest month of both series: the month that came in and the one that fell out.

    In points.
    """
    p = inflation.headline(cpi_yy).period
    if cpi_mm.values:
        p = min(p, inflation.monthly(cpi_mm).period)
    found = base_effects.base_effect(cpi_yy, cpi_mm, p)
    return {k: r for k, r in found.items() if k not in ("log", "simple")}


@reads("cpi_yy", "cpi_mm", "inflation_target")
def ahead(cpi_yy: Series, cpi_mm: Series, inflation_target: Series) -> Groups:
    """The mechanical path of the rate over twelve months at three paces, percent, after the published one."""
    band = targeting.target_band(inflation_target, inflation.headline(cpi_yy).period)
    paces: dict[str, dict[str, float | None]] = {"same_month_mean": {}, "zero": {}}
    if band:
        aim = "target" if band.low == band.high else "upper_bound"
        paces = {"same_month_mean": {}, aim: {"target": band.high}, "zero": {}}
    found = {"published": rates(cpi_yy)}
    for pace, rest in paces.items():
        kind = "target" if rest else pace
        path_ = base_effects.path_ahead(cpi_yy, cpi_mm, pace=kind, **rest)  # type: ignore[arg-type]
        found[f"pace_{pace}"] = path_
    return found


@reads(found=ahead)
def ends_ahead(found: Groups) -> dict[str, Reading]:
    """Return where the path ends at each month's ``mean`` pace and at the ``target``'s (missing without one)."""
    none = Reading.missing("path", "percent", Period.parse("2000-01"))
    ends = {k: g[-1] for k, g in found.items() if g}
    return {"mean": ends.get("pace_same_month_mean", none), "target": ends.get("pace_target", none)}


@reads("cpi_yy", "cpi_mm", as_of=AS_OF)
def effects_ahead(cpi_yy: Series, cpi_mm: Series, as_of: date) -> dict[str, Reading]:
    """The base effect of the first month still ``unknown`` and the ``largest`` of the twelve from it on, points.

    ``wait``: months between the two (0 if they are the same); ``overdue``: months over on the day and not known.
    """
    coming = base_effects.base_effects_ahead(cpi_yy, cpi_mm) if cpi_yy.last else ()
    if not coming or not coming[0].ok:
        nothing = Reading.missing("base_effect", "points", inflation.headline(cpi_yy).period.shift(1))
        return {"largest": nothing, "unknown": nothing} | {k: nothing.of(unit="months") for k in ("wait", "overdue")}
    known = [r for r in coming if r.ok]
    largest = max(known, key=lambda r: abs(r.value or 0.0))
    wait = Reading("wait", float(known.index(largest)), "months", largest.period)
    late = base_effects.months_overdue(cpi_yy, Period.parse(as_of.isoformat()))
    return {"largest": largest, "unknown": coming[0], "wait": wait, "overdue": late}


PRODUCT = cut("wdi_deflator", country=HOME)
YEARLY = {"imf": cut("weo_inflation_average", country=HOME), "wdi": cut("wdi_inflation", country=HOME)}


@reads("cpi_yy", "cpi_mm", gdp=PRODUCT, **YEARLY)
def averages(cpi_yy: Series, cpi_mm: Series, imf: Series, wdi: Series, gdp: Series) -> Groups:
    """Each calendar year by basis, percent: December on December, averages (anchored, chained, IMF, World Bank), and
    the deflator of GDP.

    A year of which no figure is known, the current one, is left out.
    """
    last = cpi_yy.last
    years = [Period.parse(str(y)) for y in range(2012, last.year + 1)] if last else []
    levels = inflation.anchored(cpi_yy, cpi_mm) if last else ()
    chained = inflation.chain(cpi_mm, min(cpi_mm.values).shift(-1)) if last else ()
    published = {o.period: o for o in forecasts.outcomes(imf)}
    world = wdi.values

    def taken(series: Series, y: Period, table: dict[Period, float]) -> Reading:
        value = table.get(y)
        status = Status.OK if value is not None else Status.MISSING_INPUT
        return Reading("average", value, "percent", y, status, "annual_average", inputs=(series.name,))

    by_imf = {p: o.value for p, o in published.items() if o.value is not None}
    estimates = forecasts.estimated(imf)
    made: dict[str, tuple[Reading, ...]] = {
        "december": tuple(inflation.end_of_period(cpi_yy, y) for y in years),
        "average_anchored": tuple(inflation.annual_average(levels, y) for y in years),
        "average_chained": tuple(inflation.annual_average(chained, y) for y in years),
        "average_imf": tuple(taken(imf, y, by_imf).of(estimated=y in estimates) for y in years),
        "average_wdi": tuple(taken(wdi, y, world) for y in years),
        "deflator": tuple(taken(gdp, y, gdp.values).of(basis=gdp.basis) for y in years),
    }
    known_years = {r.period for rows in made.values() for r in rows if r.ok}
    return {k: tuple(r for r in rows if r.period in known_years) for k, rows in made.items()}


@reads("cpi_yy", "cpi_mm", gdp=PRODUCT)
def year(cpi_yy: Series, cpi_mm: Series, gdp: Series) -> dict[str, Reading]:
    """The last complete year on its two bases, ``december`` and ``average`` (percent); ``distance`` in points.

    ``chained``: the average that the rounded monthly changes would give; ``drift``: how far it is off as shown, points.
    ``deflator``: the change of the prices of GDP in that year, percent.
    """
    last = inflation.headline(cpi_yy).period
    y = Period.parse(str(last.year if last.start.month == 12 else last.year - 1))
    december = inflation.end_of_period(cpi_yy, y)
    average = chained = Reading.missing("average", "percent", y)
    if cpi_mm.last and cpi_yy.last:
        average = inflation.annual_average(inflation.anchored(cpi_yy, cpi_mm), y)
        chained = inflation.annual_average(inflation.chain(cpi_mm, min(cpi_mm.values).shift(-1)), y)
    gap = _gap("distance", december, average)
    distance = gap.of(value=abs(gap.value)) if gap.value is not None else gap
    shown = [r.of(value=round(r.value, r.decimals)) if r.value is not None else r for r in (chained, average)]
    drift = _gap("drift", *shown)
    found = {"december": december, "average": average, "distance": distance, "chained": chained, "drift": drift}
    return {**found, "deflator": readings.at(gdp, y) if y in gdp.values else Reading.missing("deflator", "percent", y)}


STATES = vintages("wdi_inflation", country=HOME)


@reads(known=STATES)
def revised(known: Sequence[Series]) -> dict[str, Reading]:
    """Return how the World Bank revised the annual averages: see :func:`kzreport.indicators.revisions.summary`.

    ``first``: the average of the latest year, if the latest vintage alone gives it and others were revised.
    """
    found = summary(known)
    first = found["count"].of(name="first", unit="percent", value=None, status=Status.MISSING_INPUT)
    if found["count"].ok and (last := known[-1].last) and not any(last in s.values for s in known[:-1]):
        first = readings.at(known[-1], last)
    return {**found, "first": first}


@reads(known=STATES)
def revisions(known: Sequence[Series]) -> Groups | None:
    """Return the date of each vintage -> its figures of the years that were revised; ``None`` if none was."""
    return triangle(known) or None


@reads("wdi_inflation", home=HOME)
def neighbours(wdi_inflation: Series, home: str, peers: Sequence[str]) -> Groups:
    """Annual average inflation of the home country and its peers, percent; empty for a country without figures."""
    return {c: tuple(readings.readings(wdi_inflation.where(country=c)).values()) for c in (home, *peers)}


@reads("wdi_inflation", home=HOME)
def among(wdi_inflation: Series, home: str, peers: Sequence[str]) -> dict[str, Reading]:
    """Return the ``own`` rate of the latest year that three peers have too, their ``lowest`` and their ``highest``.

    A year that ended more than two years ago is not given.
    """
    wdi = wdi_inflation
    own = wdi.where(country=home).values
    for p in sorted((p for p in own if p.year >= wdi.as_of.year - 2), reverse=True):  # older figures are no news
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


@reads("cpi_yy", "cpi_mm", "cpi_components_yy", "core_yy", expected=implied)
def table(
    cpi_yy: Series, cpi_mm: Series, cpi_components_yy: Series, core_yy: Series, expected: Mapping[str, Reading]
) -> Groups:
    """Monthly table: rates over twelve months by component, core, and the month's own change, percent.

    A month whose groups are out and whose total is not has the rate that they imply, an estimate.
    """
    parts = {c: rates(cpi_components_yy.where(component=c)) for c in COMPONENTS}
    more = (expected["implied"],) if expected["implied"].ok else ()
    return {"rate": (*rates(cpi_yy), *more), **parts, "core": rates(core_yy), "month": rates(cpi_mm)}
