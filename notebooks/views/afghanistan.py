"""The Afghanistan page: trade by year and part-year, the goal, the dates that do not fit, wheat and flour.

Annual trade comes from the BNS tables by country; figures printed by officials and by the document stand beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

from kzreport.declare import cut, reads
from kzreport.indicators import aggregates, goals, growth, part_years, readings, trade
from kzreport.model import Groups, Interval, Observation, Period, Reading, Series, Status

DOCUMENT = "source_document"
FIVE = 5  # the horizon, in years, that the sentence on the goal names
WITH = {p: cut(f"{p}_by_partner", partner="AFG") for p in ("exports", "imports")}


def _none(series: Series, unit: str = "musd") -> Reading:
    return Reading.missing("trade", unit, Period.parse(str(series.as_of.year - 1)), inputs=(series.name,))


def _years(exports: Series, imports: Series) -> dict[Period, tuple[Reading, Reading]]:
    x, m = readings.readings(exports), readings.readings(imports)
    return {p: (x[p], m[p]) for p in sorted(x) if p in m and x[p].ok and m[p].ok}


def _turnovers(exports: Series, imports: Series) -> tuple[Reading, ...]:
    return tuple(trade.turnover(x, m) for x, m in _years(exports, imports).values())


@reads(**WITH)
def turnovers(exports: Series, imports: Series) -> Groups:
    """Return exports plus imports of every year that has both, million dollars."""
    return {"turnover": _turnovers(exports, imports)}


def _turnover(exports: Series, imports: Series, period: Period) -> Reading:
    found = {r.period: r for r in _turnovers(exports, imports)}
    return found.get(period, _none(exports).of(period=period, basis="turnover"))


@reads(**WITH)
def headline(exports: Series, imports: Series) -> dict[str, Reading]:
    """The latest year: ``turnover`` and its ``turnover_change``, ``exports``, ``imports``, ``balance`` (million
    dollars), the ``first`` year held, the highest year (``peak``; ``last_year`` if it is the one before) and the change
    since it (``since_peak``).
    """
    years = _years(exports, imports)
    if not years:
        none = _none(exports)
        share = none.of(unit="percent")
        names = ("turnover", "exports", "imports", "balance", "first", "peak")
        return {**dict.fromkeys(names, none), "turnover_change": share, "since_peak": share, "last_year": none}
    x, m = years[max(years)]
    now, known = trade.turnover(x, m), _turnovers(exports, imports)
    peak = aggregates.peak(known)
    return {
        "turnover": now,
        "turnover_change": growth.growth(now, _turnover(exports, imports, now.period.year_before())),
        "exports": x,
        "imports": m,
        "balance": trade.balance(x, m),
        "first": known[0],
        "peak": peak,
        "last_year": peak if peak.period == now.period.year_before() else _none(exports),
        "since_peak": aggregates.since_peak(known) if len(known) > 1 else _none(exports, "percent"),
    }


# --- figures printed in texts, and their dates -------------------------------------------------------------------


def _printed(series: Series, o: Observation) -> Reading:
    item = "|".join((o.dims["flow"], o.dims["publisher"], o.dims["dating"]))
    digits = len(f"{o.value:.10g}".partition(".")[2])
    return Reading(
        series.name,
        o.value,
        series.unit,
        o.period,
        basis=o.dims["flow"],
        item=item,
        inputs=(series.name,),
        digits=digits,
    )


def _find(series: Series, **dims: str) -> list[Reading]:
    """Readings of these dimensions, latest period first."""
    rows = [_printed(series, o) for o in series.where(**dims) if o.value is not None]
    return sorted(rows, key=lambda r: r.period, reverse=True)


def _as_printed(afghanistan_trade: Series) -> list[Reading]:
    """Return the document's turnover under the dates that it prints, latest first."""
    return _find(afghanistan_trade, publisher=DOCUMENT, dating="contradicted", flow="turnover")


@reads("afghanistan_trade")
def document(afghanistan_trade: Series) -> dict[str, Reading]:
    """The document's eight months in the year that fits: ``turnover``, ``exports``, what they leave to ``imports``
    (million dollars), the share of exports (``export_share``, percent), exports as a multiple of imports (``times``).
    """
    both = {
        f: _find(afghanistan_trade, publisher=DOCUMENT, dating="corrected", flow=f) for f in ("turnover", "exports")
    }
    if not all(both.values()) or not _as_printed(afghanistan_trade):
        none = _none(afghanistan_trade)
        share = none.of(unit="percent")
        return {
            **dict.fromkeys(("turnover", "exports", "imports"), none),
            "export_share": share,
            "times": share,
        }
    turned, sold = both["turnover"][0], both["exports"][0]
    bought = growth.difference(turned, sold.of(basis=turned.basis))
    bought = bought.of(name="imports", basis="imports", unit="musd", item="", digits=1)
    x = sold.of(name="exports", basis="exports", item="")
    return {
        "turnover": turned,
        "exports": sold,
        "imports": bought,
        "export_share": growth.share(sold, turned),
        "times": growth.multiple(x, bought.of(basis=x.basis)).of(digits=0),
    }


def _share(figure: Reading, year: Reading) -> Reading:
    """Return the figure as a share of a year, percent, as if it were of the first months of that year."""
    part = figure.period.in_year(year.period.year)
    pair = [r.of(name="turnover", item="", basis="turnover") for r in (figure.of(period=part), year)]
    return part_years.part_year_share(pair, part).of(item=str(year.period))


@reads("afghanistan_trade", "exports_monthly", **WITH)
def year(afghanistan_trade: Series, exports: Series, imports: Series, exports_monthly: Series) -> dict[str, Reading]:
    """Compare the printed year with the year that fits.

    - ``wrong``, ``right``: the figure as a share of either year, percent
    - ``usual``: the share of the same months in all exports, a range
    - ``half``: the first half of the year between, which alone exceeds the figure
    """
    d = document(afghanistan_trade)
    if not d["turnover"].ok:
        none = _none(afghanistan_trade)
        share = none.of(unit="percent")
        return {"figure": none, "half": none, "wrong": share, "right": share, "usual": share}
    figure, wrong = d["turnover"], _as_printed(afghanistan_trade)[0].period
    between = Period.parse(f"{wrong.year + 1}-01/{wrong.year + 1}-06")
    halves = [r for r in _find(afghanistan_trade, flow="turnover", dating="as_printed") if r.period == between]
    return {
        "figure": figure,
        "half": halves[0] if halves else _none(afghanistan_trade).of(period=between),
        "wrong": _share(figure, _turnover(exports, imports, Period.parse(str(wrong.year)))),
        "right": _share(figure, _turnover(exports, imports, Period.parse(str(figure.period.year)))),
        "usual": _usual(exports_monthly, figure.period),
    }


def _usual(exports_monthly: Series, part: Period) -> Reading:
    """Share of the same months in each whole year of all exports since the printed one, as a range."""
    parts = [part.in_year(y) for y in range(part.year - 2, part.year + 2)]
    found = [r for r in (part_years.part_year_share(exports_monthly, p) for p in parts) if r.ok]
    if not found:
        return _none(exports_monthly, "percent")
    known = [readings.valued(r) for r in found]
    low, high = min(known), max(known)
    return found[-1].of(value=low + (high - low) / 2, interval=Interval(low, high), estimated=True)


@reads("afghanistan_trade", **WITH)
def fits(afghanistan_trade: Series, exports: Series, imports: Series) -> Groups | None:
    """The document's eight months as a share of each year it might be of, and the same months of a year that is
    known; the year is the item, percent. None before the document.
    """
    d = document(afghanistan_trade)
    if not d["turnover"].ok:
        return None
    first, last = _as_printed(afghanistan_trade)[0].period.year, d["turnover"].period.year
    tried = [
        _share(d["turnover"], _turnover(exports, imports, Period.parse(str(y)))).of(estimated=True)
        for y in range(first, last + 1)
    ]
    span = d["turnover"].period.months
    others = _find(afghanistan_trade, flow="turnover", dating="as_printed")
    known = [
        _share(r, _turnover(exports, imports, Period.parse(str(r.period.year))))
        for r in others
        if r.period.is_part_year and r.period.months == span
    ]
    return {"document_share": tuple(tried), "printed_share": tuple(known)}


@reads("afghanistan_trade")
def part(afghanistan_trade: Series) -> dict[str, Reading]:
    """The latest part of a year that has the same months a year before: ``now``, ``before``, ``growth``."""
    sound = [
        r
        for dating in ("as_printed", "corrected")
        for r in _find(afghanistan_trade, flow="turnover", dating=dating)
        if r.period.is_part_year
    ]
    by = {r.period: r for r in sound}
    for p in sorted(by, reverse=True):
        if p.year_before() in by:
            now, before = by[p], by[p.year_before()]
            return {"now": now, "before": before, "growth": growth.growth(now, before)}
    none = _none(afghanistan_trade)
    return {"now": none, "before": none, "growth": none.of(unit="percent")}


@reads("afghanistan_trade", **WITH)
def misdated(afghanistan_trade: Series, exports: Series, imports: Series) -> dict[str, Reading]:
    """A whole year printed under another: the figure (``printed``) with the turnover of the year it names
    (``named``) and of the year that it fits (``meant``).
    """
    wrong = [r for r in _find(afghanistan_trade, flow="turnover", dating="contradicted") if r.period.frequency == "A"]
    meant = [r for r in _find(afghanistan_trade, flow="turnover", dating="corrected") if r.period.frequency == "A"]
    if not wrong or not meant:
        return dict.fromkeys(("printed", "named", "meant"), _none(afghanistan_trade))
    return {
        "printed": wrong[0],
        "named": _turnover(exports, imports, wrong[0].period).of(digits=1),
        "meant": _turnover(exports, imports, meant[0].period).of(digits=1),
    }


# --- the goal ----------------------------------------------------------------------------------------------------


def _goal(target: Series, publisher: str, covers: str) -> Reading:
    found = [o for o in target.where(publisher=publisher, covers=covers) if o.value is not None]
    if not found:
        return _none(target)
    o = max(found, key=lambda o: o.period)
    return Reading("goal", o.value, target.unit, o.period, basis="target", item=publisher, inputs=(target.name,))


def _farm(exports: Series, shares: Series) -> dict[str, Reading]:
    """Return the latest exports (``sold``), the farm ``share`` that a publisher gives them, and their product.

    The share is of the year that its publisher gives (its period); applied to another year it is an estimate.
    """
    years = {p: r for p, r in readings.readings(exports).items() if r.ok}
    given = [
        o
        for o in shares.where(product="main_farm_products", share_of="exports", dating="as_printed")
        if o.value is not None
    ]
    sold = years[max(years)] if years else _none(exports)
    if not given:
        return {"sold": sold, "share": _none(shares, "percent"), "now": _none(exports)}
    o = max(given, key=lambda o: (o.period, o.published))
    share = Reading("share", o.value, "percent", o.period, basis="exports", item=o.dims["publisher"],
                    inputs=(shares.name,), digits=0)  # fmt: skip
    now = trade.part_of(sold, share.of(period=sold.period)).of(estimated=True, digits=0) if sold.ok else sold
    return {"sold": sold, "share": share, "now": now}


@reads("afghanistan_target")
def aims(afghanistan_target: Series) -> dict[str, Reading]:
    """The goals that are known: the document's for farm produce (``goal``), the ministry's for all trade."""
    return {
        "goal": _goal(afghanistan_target, DOCUMENT, "agrifood"),
        "official": _goal(afghanistan_target, "ministry_trade_kaz", "all").of(digits=0),
    }


@reads("afghanistan_target", exports=WITH["exports"], shares="afghanistan_composition")
def goal(afghanistan_target: Series, exports: Series, shares: Series) -> dict[str, Reading]:
    """The ``goal`` for trade in farm produce against what it speaks of: exports of farm produce.

    - ``goal`` as the document reports it, ``official`` the ministry's for all trade before it
    - ``now``: the latest exports (``sold``) times the farm ``share`` that was published, an estimate
    - ``missing``, the ``multiple`` and the growth a year ``needed`` in five years; ``past`` growth of all exports
    """
    known, farm = aims(afghanistan_target), _farm(exports, shares)
    aim, now, years = known["goal"], farm["now"], _sold(exports)
    if not now.ok or not aim.ok:
        rate = now.of(value=None, status=Status.MISSING_INPUT, unit="percent_per_year", interval=None)
        made = {"missing": rate.of(unit="musd_change"), "multiple": rate.of(unit="multiple")}
        return {**known, **farm, **made, "needed": rate, "past": rate}
    return {
        **known,
        "goal": aim.of(digits=0),
        **farm,
        "missing": goals.distance(aim, now),
        "multiple": goals.multiple_needed(aim, now),
        "needed": goals.growth_needed(aim, now, FIVE),
        "past": _past(years),
    }


def _sold(exports: Series) -> tuple[Reading, ...]:
    """Return the exports of the years that the publisher of the latest year gives, oldest first."""
    known = sorted((o for o in exports if o.value is not None), key=lambda o: o.period)
    own = exports.where(publisher=known[-1].dims["publisher"]) if known else exports
    return tuple(r for _, r in sorted(readings.readings(own).items()) if r.ok)


def _past(years: tuple[Reading, ...]) -> Reading:
    if len(years) < 2:
        return years[-1].of(value=None, status=Status.MISSING_INPUT, unit="percent_per_year", interval=None)
    return growth.cagr(years[-1], years[0])


@reads("afghanistan_target", exports=WITH["exports"], shares="afghanistan_composition")
def paces(afghanistan_target: Series, exports: Series, shares: Series, horizons: Sequence[int]) -> Groups | None:
    """Return the growth of farm exports that reaches the goal at each horizon (in years), and the ``past`` growth of
    all exports; percent a year. None without a goal.
    """
    aim, now = _goal(afghanistan_target, DOCUMENT, "agrifood"), _farm(exports, shares)["now"]
    if not now.ok or not aim.ok:
        return None
    past = _past(_sold(exports))
    return {"needed": goals.by_horizon(aim, now, horizons), "past": (past.of(item="past"),) if past.ok else ()}


# --- wheat and flour ---------------------------------------------------------------------------------------------


@reads("afghanistan_trade", shares="afghanistan_composition")
def if_value(shares: Series, afghanistan_trade: Series) -> dict[str, Reading]:
    """Read the document's share of "volumes" as a share of value: ``share`` (percent) and its ``amount``."""
    printed_share = [r for r in composition(shares) or () if DOCUMENT in r.item and "|corrected" in r.item]
    sold = document(afghanistan_trade)["exports"]
    if not printed_share or not sold.ok:
        return {"share": _none(shares, "percent"), "amount": _none(shares)}
    return {"share": printed_share[0], "amount": trade.part_of(sold, printed_share[0]).of(digits=1)}


# --- all figures recorded ------------------------------------------------------------------------------------------


@reads(**WITH)
def table(exports: Series, imports: Series) -> Groups | None:
    """Every year: exports, imports, turnover and balance, million dollars. None without a year."""
    sides = list(_years(exports, imports).values())
    if not sides:
        return None
    return {
        "exports": tuple(x for x, _ in sides),
        "imports": tuple(m for _, m in sides),
        "turnover": tuple(trade.turnover(x, m) for x, m in sides),
        "balance": tuple(trade.balance(x, m) for x, m in sides),
    }


@reads("afghanistan_trade")
def printed(afghanistan_trade: Series) -> tuple[Reading, ...] | None:
    """Every figure given in a text, latest first; the item says flow, publisher and how the period is meant.

    None without a figure.
    """
    return tuple(_find(afghanistan_trade)) or None


@reads(shares="afghanistan_composition")
def composition(shares: Series) -> tuple[Reading, ...] | None:
    """Shares given in texts, latest first; the item says of what, of which total, by whom, which kind of date.

    None without a figure.
    """
    found = []
    for o in sorted(shares, key=lambda o: (o.period, o.dims["share_of"]), reverse=True):
        parts = [o.dims["product"], f"of_{o.dims['share_of']}", o.dims["publisher"], o.dims["dating"]]
        item = "|".join([*parts, "at_least"] if o.dims["bound"] == "lower" else parts)
        found.append(
            Reading(shares.name, o.value, shares.unit, o.period, basis=o.dims["share_of"], item=item,
                    inputs=(shares.name,), digits=0)
        )  # fmt: skip
    return tuple(found) or None
