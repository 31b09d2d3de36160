"""The macro page: the tenge in real terms, against each partner whose rate and prices are known, and against all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kzreport.indicators import growth, inflation, readings, real_exchange, trade
from kzreport.indicators.aggregates import mean, total
from kzreport.model import Period, Reading, Series

Groups = dict[str, tuple[Reading, ...]]

BASE = Period.parse("2015")  # the first year with all four rates; the tenge floats since August of that year
CHAIN = Period.parse("2010-12")  # where the monthly changes of consumer prices begin
# Countries that pay in euros (Bulgaria, since 2026, left out), summed into one partner.
EURO = (
    *("AUT", "BEL", "HRV", "CYP", "EST", "FIN", "FRA", "DEU", "GRC", "IRL", "ITA", "LVA", "LTU", "LUX", "MLT"),
    *("NLD", "PRT", "SVK", "SVN", "ESP"),
)
PARTNERS = ("RUS", "EMU", "CHN", "USA")


def _yearly(monthly: Sequence[Reading], last: Period) -> tuple[Reading, ...]:
    """Means of the whole years from the base on."""
    found = [mean(monthly, y) for y in BASE.until(last)] if monthly else []
    return tuple(r for r in found if r.ok)


def bilateral(
    usd_rate: Series, rub_rate: Series, eur_per_usd: Series, cny_per_usd: Series, cpi_mm: Series, prices: Series
) -> Groups:
    """The real index of the tenge against each partner, 2015 = 100, up for an appreciation; empty where unknown."""
    last = Period.parse(str(usd_rate.as_of.year))
    dollar, rouble = (tuple(readings.readings(s).values()) for s in (usd_rate, rub_rate))
    through = {"EMU": eur_per_usd, "CHN": cny_per_usd}
    monthly = {"RUS": rouble, "USA": dollar} | {
        k: real_exchange.cross_rate(usd_rate, s) if len(s) and len(usd_rate) else () for k, s in through.items()
    }
    began = cpi_mm.values and min(cpi_mm.values) <= CHAIN.shift(1)
    home = _yearly(inflation.chain(cpi_mm, CHAIN), last) if began else ()
    found: Groups = {}
    for k in PARTNERS:
        rates = prices.where(country=k).since(BASE.shift(1))
        abroad = real_exchange.price_level(rates, BASE) if rates.values else ()
        made = real_exchange.bilateral(_yearly(monthly[k], last), home, abroad, BASE) if abroad else ()
        found[k] = tuple(r.of(item=k) for r in made)
    return found


def weights(
    exports: Series, imports: Series, exports_monthly: Series, imports_monthly: Series
) -> dict[str, dict[str, Reading]]:
    """Turnover with each partner in the latest year that has both flows of one, and its share of all trade (percent).

    Keys: ``turnover`` and ``share``, each partner -> reading. A partner without one of the flows is not there.
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


def _basket(indices: Mapping[str, Sequence[Reading]], weighed: Mapping[str, Reading]) -> dict[str, tuple[Reading, ...]]:
    """The partners that reach the latest year of all, with a weight: nobody enters or leaves on the way."""
    known = {k: [r for r in rows if r.ok] for k, rows in indices.items() if k in weighed}
    last = max((rows[-1].period for rows in known.values() if rows), default=BASE)
    return {
        k: tuple(r for r in indices[k] if r.period <= last)
        for k, rows in known.items()
        if rows and rows[-1].period == last > BASE and len(rows) == last.year - BASE.year + 1
    }


def basket(indices: Groups, weighed: Mapping[str, Mapping[str, Reading]]) -> Groups:
    """The index against all, ``effective``, and against each partner that counts in it."""
    counted = _basket(indices, weighed["turnover"])
    return {k: rows for k, rows in paths(indices, weighed).items() if k == "effective" or k in counted}


def two(indices: Groups) -> Groups:
    """The index against the rouble and against the dollar, each as far as its inputs go."""
    return {k: tuple(r for r in indices[k] if r.ok) for k in ("RUS", "USA")}


def paths(indices: Groups, weighed: Mapping[str, Mapping[str, Reading]]) -> Groups:
    """The index against each partner, and ``effective`` against those that are known to the end."""
    counted = _basket(indices, weighed["turnover"])
    amounts = {k: r.value or 0.0 for k, r in weighed["turnover"].items()}
    whole = real_exchange.effective(counted, amounts) if len(counted) > 1 else ()
    return {"effective": whole, **{k: tuple(r for r in rows if r.ok) for k, rows in indices.items()}}


def latest(indices: Groups, weighed: Mapping[str, Mapping[str, Reading]]) -> dict[str, Reading]:
    """The latest year: ``effective`` index, ``change`` on a year before (percent), ``share`` of trade it covers.

    ``rouble`` and ``dollar``: the change against each, in its own latest year; ``since``: against all since the base.
    """
    made = paths(indices, weighed)
    none = Reading.missing("effective_rate", "index", BASE)
    whole = readings.readings(made["effective"])
    now = whole[max(whole)] if whole else none
    covered = {k: weighed["share"][k] for k in _basket(indices, weighed["turnover"])}
    share = trade.grouped(covered, {"all": tuple(covered)})["all"] if covered else none
    return {
        "effective": now,
        "change": _change(made["effective"]),
        "since": growth.growth(now, whole[BASE]) if whole else none.of(unit="percent"),
        "share": share.of(unit="percent", item=""),
        "rouble": _change(made["RUS"]),
        "dollar": _change(made["USA"]),
    }


def _change(rows: Sequence[Reading]) -> Reading:
    """The change of the last year on the one before, percent."""
    if len(rows) < 2:
        return Reading.missing("change", "percent", BASE)
    return growth.growth(rows[-1], readings.at(list(rows), rows[-1].period.year_before()))


def table(indices: Groups, weighed: Mapping[str, Mapping[str, Reading]]) -> Groups:
    """Partner by partner: share of trade, index of the latest year of all, change over a year and since the base."""
    made = paths(indices, weighed)
    known = [r.period for rows in made.values() for r in rows]
    if not known:
        return {"weight": (), "level": (), "change": (), "since": ()}
    last = max(known)
    rows = {k: readings.at(list(v), last).of(item=k) for k, v in indices.items() if v}
    if made["effective"]:
        rows = {"effective": readings.at(list(made["effective"]), last)} | rows
    share = latest(indices, weighed)["share"].of(item="effective")
    before = {k: readings.at(list(made[k]), last.year_before()) for k in rows}
    return {
        "weight": (share, *weighed["share"].values()),
        "level": tuple(rows.values()),
        "change": tuple(growth.growth(r, before[k]).of(item=k) for k, r in rows.items()),
        "since": tuple(growth.growth(r, readings.at(list(made[k]), BASE)).of(item=k) for k, r in rows.items()),
    }
