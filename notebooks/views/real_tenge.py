"""The macro page: the tenge in real terms, against each partner whose rate and prices are known, and against all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from kzreport.declare import AS_OF, View, reads
from kzreport.indicators import growth, inflation, readings, real_exchange, trade
from kzreport.indicators.aggregates import mean, total
from kzreport.model import Groups, Period, Reading, Series

# Countries that pay in euros (Bulgaria, since 2026, left out), summed into one partner.
EURO = (
    *("AUT", "BEL", "HRV", "CYP", "EST", "FIN", "FRA", "DEU", "GRC", "IRL", "ITA", "LVA", "LTU", "LUX", "MLT"),
    *("NLD", "PRT", "SVK", "SVN", "ESP"),
)
Weights = Mapping[str, Mapping[str, Reading]]  # turnover and share of trade: partner -> reading
PARTNERS = ("RUS", "EMU", "CHN", "USA")


def _year(base: int) -> Period:
    return Period.parse(str(base))


def _yearly(monthly: Sequence[Reading], first: Period, last: Period) -> tuple[Reading, ...]:
    """Return the means of the whole years."""
    found = [mean(monthly, y) for y in first.until(last)] if monthly else []
    return tuple(r for r in found if r.ok)


@reads("usd_rate", "rub_rate", "eur_per_usd", "cny_per_usd", "cpi_yy", "cpi_mm", "wdi_inflation")
def bilateral(
    usd_rate: Series,
    rub_rate: Series,
    eur_per_usd: Series,
    cny_per_usd: Series,
    cpi_yy: Series,
    cpi_mm: Series,
    wdi_inflation: Series,
    base: int,
) -> Groups:
    """Return the real index of the tenge against each partner, up for an appreciation; empty if unknown.

    ``base``: the year in which the index is 100.
    """
    first, last = _year(base), Period.parse(str(usd_rate.as_of.year))
    dollar, rouble = (tuple(readings.readings(s).values()) for s in (usd_rate, rub_rate))
    through = {"EMU": eur_per_usd, "CHN": cny_per_usd}
    monthly = {"RUS": rouble, "USA": dollar} | {
        k: real_exchange.cross_rate(usd_rate, s) if len(s) and len(usd_rate) else () for k, s in through.items()
    }
    home = _yearly(inflation.anchored(cpi_yy, cpi_mm), first, last) if cpi_yy.last and cpi_mm.last else ()
    found = {}
    for k in PARTNERS:
        rates = wdi_inflation.where(country=k).since(first.shift(1))
        abroad = real_exchange.price_level(rates, first) if rates.values else ()
        made = real_exchange.bilateral(_yearly(monthly[k], first, last), home, abroad, first) if abroad else ()
        found[k] = tuple(r.of(item=k) for r in made)
    return found


@reads(
    exports="exports_by_partner",
    imports="imports_by_partner",
    exports_monthly="exports_monthly",
    imports_monthly="imports_monthly",
)
def weights(exports: Series, imports: Series, exports_monthly: Series, imports_monthly: Series) -> Weights:
    """Turnover with each partner in the latest year that has both flows of one, and its share of all trade (percent).

    Keys: ``turnover`` and ``share``, each partner -> reading. A partner without one of the flows is left out.
    """
    for y in sorted({o.period for o in imports if o.value is not None}, reverse=True):
        x, m = (trade.grouped(trade.by_partner(s, y), {"EMU": EURO}) for s in (exports, imports))
        both = {k: trade.turnover(x[k].of(item=k), m[k].of(item=k)) for k in PARTNERS if k in x and k in m}
        kept = {k: r for k, r in both.items() if r.ok}
        if kept:
            whole = _whole(exports_monthly, imports_monthly, y)
            return {"turnover": kept, "share": {k: growth.share(r, whole).of(item=k) for k, r in kept.items()}}
    return {"turnover": {}, "share": {}}


def _whole(exports_monthly: Series, imports_monthly: Series, y: Period) -> Reading:
    if not len(exports_monthly) or not len(imports_monthly):
        return Reading.missing("turnover", "musd", y, inputs=(exports_monthly.name,))
    return trade.turnover(total(exports_monthly, y), total(imports_monthly, y))


REAL: dict[str, View] = {"indices": bilateral, "weighed": weights}


def counted(indices: Groups, weighed: Weights, base: int) -> Groups:
    """Return the partners with a weight that reach the latest year of all: none enters or leaves on the way."""
    known = {k: [r for r in rows if r.ok] for k, rows in indices.items() if k in weighed["turnover"]}
    first = _year(base)
    last = max((rows[-1].period for rows in known.values() if rows), default=first)
    return {
        k: tuple(r for r in indices[k] if r.period <= last)
        for k, rows in known.items()
        if rows and rows[-1].period == last > first and len(rows) == last.year - base + 1
    }


@reads(**REAL)
def basket(indices: Groups, weighed: Weights, base: int) -> Groups:
    """The index against all, ``effective``, and against each partner that counts in it."""
    kept = counted(indices, weighed, base)
    return {k: rows for k, rows in paths(indices, weighed, base).items() if k == "effective" or k in kept}


@reads(indices=bilateral)
def two(indices: Groups) -> Groups:
    """The index against the rouble and against the dollar, each as far as its inputs go."""
    return {k: tuple(r for r in indices[k] if r.ok) for k in ("RUS", "USA")}


def paths(indices: Groups, weighed: Weights, base: int) -> Groups:
    """The index against each partner, and ``effective`` against those that are known to the end."""
    kept = counted(indices, weighed, base)
    amounts = {k: r.value or 0.0 for k, r in weighed["turnover"].items()}
    whole = real_exchange.effective(kept, amounts) if len(kept) > 1 else ()
    return {"effective": whole, **{k: tuple(r for r in rows if r.ok) for k, rows in indices.items()}}


@reads(as_of=AS_OF, **REAL)
def latest(indices: Groups, weighed: Weights, base: int, as_of: date | None = None) -> dict[str, Reading]:
    """The latest year: ``effective`` index, ``change`` on a year before (percent), ``share`` of trade it covers.

    ``rouble`` and ``dollar``: the change against each, in its own latest year; ``start``: the index of the base year.
    A year that ended more than two years before ``as_of`` is no news, and missing.
    """
    made = paths(indices, weighed, base)
    if as_of:
        made = {k: rows if rows and rows[-1].period.year >= as_of.year - 2 else () for k, rows in made.items()}
    none = Reading.missing("effective_rate", "index", _year(base))
    whole = readings.readings(made["effective"])
    now = whole[max(whole)] if whole else none
    covered = {k: weighed["share"][k] for k in counted(indices, weighed, base)}
    share = trade.grouped(covered, {"all": tuple(covered)})["all"] if covered and whole else none
    return {
        "effective": now,
        "change": _change(made["effective"], base),
        "start": whole[_year(base)].of(digits=0) if whole else none,
        "share": share.of(unit="percent", item=""),
        "rouble": _change(made["RUS"], base),
        "dollar": _change(made["USA"], base),
    }


def _change(rows: Sequence[Reading], base: int) -> Reading:
    """The change of the last year on the one before, percent."""
    if len(rows) < 2:
        return Reading.missing("change", "percent", _year(base))
    return growth.growth(rows[-1], readings.at(list(rows), rows[-1].period.year_before()))


@reads(**REAL)
def table(indices: Groups, weighed: Weights, base: int) -> Groups:
    """Partner by partner: share of trade, index of the latest year of all, change over a year and since the base."""
    made = paths(indices, weighed, base)
    known = [r.period for rows in made.values() for r in rows]
    if not known:
        return {"weight": (), "level": (), "change": (), "since": ()}
    last = max(known)
    rows = {k: readings.at(list(v), last).of(item=k) for k, v in indices.items() if v}
    if made["effective"]:
        rows = {"effective": readings.at(list(made["effective"]), last)} | rows
    share = latest(indices, weighed, base)["share"].of(item="effective")
    before = {k: readings.at(list(made[k]), last.year_before()) for k in rows}
    return {
        "weight": (share, *weighed["share"].values()),
        "level": tuple(rows.values()),
        "change": tuple(growth.growth(r, before[k]).of(item=k) for k, r in rows.items()),
        "since": tuple(growth.growth(r, readings.at(list(made[k]), _year(base))).of(item=k) for k, r in rows.items()),
    }
