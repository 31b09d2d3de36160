"""The Afghanistan page: trade by year and part-year, the goal, the dates that do not fit, wheat and flour.

Annual trade comes from the BNS tables by country; figures printed by officials and by the document stand beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

from kzreport.declare import cut, reads
from kzreport.indicators import aggregates, aid, goals, growth, part_years, readings, trade
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
    dollars), the highest year (``peak``) and the change since it (``since_peak``).
    """
    years = _years(exports, imports)
    if not years:
        none = _none(exports)
        share = none.of(unit="percent")
        names = ("turnover", "exports", "imports", "balance", "peak")
        return {**dict.fromkeys(names, none), "turnover_change": share, "since_peak": share}
    x, m = years[max(years)]
    now, known = trade.turnover(x, m), _turnovers(exports, imports)
    return {
        "turnover": now,
        "turnover_change": growth.growth(now, _turnover(exports, imports, now.period.year_before())),
        "exports": x,
        "imports": m,
        "balance": trade.balance(x, m),
        "peak": aggregates.peak(known),
        "since_peak": aggregates.since_peak(known),
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
    (million dollars), the share of exports (``export_share``) and ``coverage`` of imports, percent.
    """
    both = {
        f: _find(afghanistan_trade, publisher=DOCUMENT, dating="corrected", flow=f) for f in ("turnover", "exports")
    }
    if not all(both.values()) or not _as_printed(afghanistan_trade):
        none = _none(afghanistan_trade)
        share = none.of(unit="percent")
        return {**dict.fromkeys(("turnover", "exports", "imports"), none), "export_share": share, "coverage": share}
    turned, sold = both["turnover"][0], both["exports"][0]
    bought = growth.difference(turned, sold.of(basis=turned.basis))
    bought = bought.of(name="imports", basis="imports", unit="musd", item="", digits=1)
    x = sold.of(name="exports", basis="exports", item="")
    return {
        "turnover": turned,
        "exports": sold,
        "imports": bought,
        "export_share": growth.share(sold, turned),
        "coverage": trade.coverage(x, bought),
    }


def _share(figure: Reading, year: Reading) -> Reading:
    """Return the figure as a share of a year, percent, as if it were of the first months of that year."""
    part = figure.period.in_year(year.period.year)
    pair = [r.of(name="turnover", item="", basis="turnover") for r in (figure.of(period=part), year)]
    return part_years.part_year_share(pair, part).of(item=str(year.period))


@reads("afghanistan_trade", "exports_monthly", **WITH)
def dates(afghanistan_trade: Series, exports: Series, imports: Series, exports_monthly: Series) -> dict[str, Reading]:
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
def fits(afghanistan_trade: Series, exports: Series, imports: Series) -> Groups:
    """The document's eight months as a share of each year it might be of, and the same months of a year that is
    known; the year is the item, percent.
    """
    d = document(afghanistan_trade)
    if not d["turnover"].ok:
        return {"document_share": (), "printed_share": ()}
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


def _goal(target: Series, publisher: str) -> Reading:
    found = [o for o in target.where(publisher=publisher, covers="all") if o.value is not None]
    if not found:
        return _none(target)
    o = max(found, key=lambda o: o.period)
    return Reading("goal", o.value, target.unit, o.period, basis="target", item=publisher, inputs=(target.name,))


@reads("afghanistan_target", **WITH)
def goal(afghanistan_target: Series, exports: Series, imports: Series) -> dict[str, Reading]:
    """The document's ``goal`` and the ``official`` one before it, the latest turnover (``now``), what is ``missing``,
    the ``multiple`` it takes, growth a year ``needed`` in five years, and the ``past`` growth a year.
    """
    aim, years = _goal(afghanistan_target, DOCUMENT), _turnovers(exports, imports)
    if not years:
        none = _none(exports)
        rate = none.of(unit="percent_per_year")
        made = {"now": none, "missing": none.of(unit="musd_change"), "multiple": none.of(unit="multiple")}
        return {
            "goal": aim,
            "official": _goal(afghanistan_target, "ministry_trade_kaz"),
            **made,
            "needed": rate,
            "past": rate,
        }
    now = years[-1]
    return {
        "goal": aim,
        "official": _goal(afghanistan_target, "ministry_trade_kaz"),
        "now": now,
        "missing": goals.distance(aim, now),
        "multiple": goals.multiple_needed(aim, now).of(digits=2),
        "needed": goals.growth_needed(aim, now, FIVE),
        "past": _past(years),
    }


def _past(years: tuple[Reading, ...]) -> Reading:
    if len(years) < 2:
        return years[-1].of(value=None, status=Status.MISSING_INPUT, unit="percent_per_year", interval=None)
    return growth.cagr(years[-1], years[0])


@reads("afghanistan_target", **WITH)
def paces(afghanistan_target: Series, exports: Series, imports: Series, horizons: Sequence[int]) -> Groups:
    """Return the growth that reaches the goal at each horizon (in years), and the ``past`` growth; percent a year."""
    aim, years = _goal(afghanistan_target, DOCUMENT), _turnovers(exports, imports)
    if not years or not aim.ok:
        return {"needed": (), "past": ()}
    past = _past(years)
    return {
        "needed": goals.by_horizon(aim, years[-1], horizons),
        "past": (past.of(item="past"),) if past.ok else (),
    }


@reads("afghanistan_target", **WITH)
def goal_line(afghanistan_target: Series, exports: Series, imports: Series) -> Groups:
    """The goal in the years since it was announced, for the chart of turnover."""
    aim, years = _goal(afghanistan_target, DOCUMENT), _turnovers(exports, imports)
    known = [r.period for r in years if aim.ok and r.period.year >= aim.period.year]
    return {"goal": tuple(aim.of(period=p, item="goal") for p in known)} if known else {}


# --- wheat and flour ---------------------------------------------------------------------------------------------


def _food(food: Series, product: str, destination: str) -> dict[Period, Reading]:
    rows = [o for o in food.where(product=product, destination=destination) if o.value is not None]
    made = [
        Reading(food.name, o.value, food.unit, o.period, basis=product, item=destination, inputs=(food.name,))
        for o in rows
    ]
    return {r.period: r for r in made}


@reads(food="afghanistan_food")
def flour(food: Series) -> dict[str, Reading]:
    """Wheat flour sold to Afghanistan: the latest marketing year (``season``) and the one ``before``, tonnes, the
    ``change``; the latest part-season (``part``) and its change, percent; and its ``share`` of all flour exports.
    """
    sold, shares = _food(food, "flour", "AFG"), flour_shares(food)["flour_share"]
    seasons = sorted(p for p in sold if p.frequency == "S" and p.months == 12)
    parts = sorted(p for p in sold if p.frequency == "S" and p.months < 12 and p.year_before() in sold)
    none = _none(food, "tonne")
    rate = none.of(unit="percent")
    now = sold[seasons[-1]] if seasons else none
    before = sold.get(now.period.year_before(), none)
    piece = sold[parts[-1]] if parts else none
    return {
        "season": now,
        "before": before,
        "change": growth.growth(now, before) if before.ok else rate,
        "part": piece,
        "part_change": growth.growth(piece, sold[parts[-1].year_before()]) if parts else rate,
        "share": shares[-1] if shares else rate,
    }


@reads(food="afghanistan_food")
def flour_shares(food: Series) -> Groups:
    """Afghanistan in Kazakhstan's exports of flour, percent, for each period that has both; the period is the item."""
    sold, every = _food(food, "flour", "AFG"), _food(food, "flour", "WLD")
    both = sorted(p for p in sold if p in every)
    return {"flour_share": tuple(growth.share(sold[p], every[p]).of(item=str(p)) for p in both)}


@reads(food="afghanistan_food")
def destinations(food: Series) -> Groups:
    """Return wheat and flour by destination in the latest period with several (the group); grain equivalent, tonnes."""
    rows = [o for o in food.where(product="wheat_flour") if o.dims["destination"] != "WLD"]
    spans = [o.period for o in rows if sum(o.period == other.period for other in rows) > 1]
    if not spans:
        return {}
    last = max(spans)
    names = sorted({o.dims["destination"] for o in rows if o.period == last})
    return {str(last): tuple(_food(food, "wheat_flour", n)[last] for n in names)}


@reads("afghanistan_trade", food="afghanistan_food")
def worth(food: Series, afghanistan_trade: Series) -> dict[str, Reading]:
    """Exports over wheat and flour of the same months: dollars a tonne at most (``worth``), with both inputs."""
    masses = _food(food, "wheat_flour", "AFG")
    sold = {r.period: r for r in _find(afghanistan_trade, flow="exports", dating="as_printed")}
    both = sorted(p for p in masses if p in sold)
    if not both:
        none = _none(food, "tonne")
        return {"mass": none, "exports": none.of(unit="musd"), "worth": none.of(unit="usd_tonne")}
    mass, value = masses[both[-1]], sold[both[-1]]
    return {"mass": mass, "exports": value, "worth": aid.value_per_tonne(value, mass)}


@reads("afghanistan_trade", shares="afghanistan_composition")
def if_value(shares: Series, afghanistan_trade: Series) -> dict[str, Reading]:
    """Read the document's share of "volumes" as a share of value: ``share`` (percent) and its ``amount``."""
    printed_share = [r for r in composition(shares) if DOCUMENT in r.item and "|corrected" in r.item]
    sold = document(afghanistan_trade)["exports"]
    if not printed_share or not sold.ok:
        return {"share": _none(shares, "percent"), "amount": _none(shares)}
    return {"share": printed_share[0], "amount": trade.part_of(sold, printed_share[0]).of(digits=1)}


# --- all figures recorded ------------------------------------------------------------------------------------------


@reads(**WITH)
def table(exports: Series, imports: Series) -> Groups:
    """Every year: exports, imports, turnover and balance, million dollars."""
    sides = list(_years(exports, imports).values())
    return {
        "exports": tuple(x for x, _ in sides),
        "imports": tuple(m for _, m in sides),
        "turnover": tuple(trade.turnover(x, m) for x, m in sides),
        "balance": tuple(trade.balance(x, m) for x, m in sides),
    }


@reads("afghanistan_trade")
def printed(afghanistan_trade: Series) -> tuple[Reading, ...]:
    """Every figure printed in a text, latest first; the item says flow, publisher and how the period is meant."""
    return tuple(_find(afghanistan_trade))


@reads(food="afghanistan_food")
def food_table(food: Series) -> tuple[Reading, ...]:
    """Every quantity of wheat and flour, latest first; the item says product, destination and publisher."""
    found = []
    for o in sorted(food, key=lambda o: (o.period, o.value or 0.0), reverse=True):
        parts = [o.dims["product"], o.dims["destination"], o.dims["publisher"]]
        item = "|".join([*parts, "at_least"] if o.dims["bound"] == "lower" else parts)
        found.append(Reading(food.name, o.value, food.unit, o.period, basis=food.basis, item=item, inputs=(food.name,)))
    return tuple(found)


@reads(shares="afghanistan_composition")
def composition(shares: Series) -> tuple[Reading, ...]:
    """Shares printed in texts, latest first; the item says of what, of which total, by whom, which kind of date."""
    found = []
    for o in sorted(shares, key=lambda o: (o.period, o.dims["share_of"]), reverse=True):
        parts = [o.dims["product"], f"of_{o.dims['share_of']}", o.dims["publisher"], o.dims["dating"]]
        item = "|".join([*parts, "at_least"] if o.dims["bound"] == "lower" else parts)
        found.append(
            Reading(shares.name, o.value, shares.unit, o.period, basis=o.dims["share_of"], item=item,
                    inputs=(shares.name,), digits=0)
        )  # fmt: skip
    return tuple(found)
