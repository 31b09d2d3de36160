"""The investment page: net flows by quarter and rolling year, gross readings, share of GDP, revisions."""

from __future__ import annotations

from collections.abc import Sequence

from kzreport.declare import HOME, cut, reads, vintages
from kzreport.indicators import fdi, forecasts, growth
from kzreport.indicators.readings import at, valued
from kzreport.indicators.readings import readings as readings_of
from kzreport.indicators.revisions import revision_statistics, triangle
from kzreport.model import Groups, Period, Reading, Series, Status

WORLD = "WLD"  # all countries
UNNAMED = "press"  # stands for pages whose own source was not noted: not one publisher
CENTRAL_BANK = "nbk"  # publisher of the net flow: a gross flow of another one is not set over it
STALE = 2  # years: a yearly figure published with a lag of one is no news after that


@reads("fdi_net")
def headline(fdi_net: Series) -> dict[str, Reading]:
    """The latest four quarters: ``net`` (million dollars), ``net_change`` on a year before, ``before``, ``quarter``.

    ``low`` and ``high``: the smallest and the largest flow of these quarters; ``best``: the highest four known.
    """
    rolling = {r.period: r for r in fdi.rolling_four_quarters(fdi_net) if r.ok}
    now = rolling[max(rolling)]
    before = rolling.get(
        now.period.year_before(), Reading.missing("net", "musd", now.period.year_before(), basis=now.basis)
    )
    quarters = [at(fdi_net, now.period.shift(-k)) for k in range(4)]
    return {
        "net": now,
        "net_change": growth.difference(now, before),
        "before": before,
        "quarter": quarters[0],
        "low": min(quarters, key=valued),
        "high": max(quarters, key=valued),
        "best": max(rolling.values(), key=lambda r: r.value or 0.0),
    }


@reads("fdi_net", gdp=cut("weo_gdp", country=HOME))
def year(fdi_net: Series, gdp: Series) -> dict[str, Reading]:
    """The last complete year: ``net``, ``before``, their change in ``percent`` and ``absolute``, ``share`` of GDP.

    ``share_before``: the share of the year before; ``estimate``: the share, if GDP of its year is still an estimate.
    """
    years = [r for r in fdi.annual_series(fdi_net) if r.ok]
    now = years[-1]
    change, share = fdi.change(years), _of_gdp(now, gdp)
    return {
        "net": now,
        "before": at(years, now.period.year_before()),
        "percent": change["percent"],
        "absolute": change["absolute"],
        "share": share,
        "share_before": _of_gdp(at(years, now.period.year_before()), gdp),
        "estimate": share if share.estimated else share.of(value=None, status=Status.MISSING_INPUT),
    }


def _of_gdp(flow: Reading, gdp: Series) -> Reading:
    """Return the flow of a year in percent of its GDP, as the IMF gives it: estimated if that is."""
    found = fdi.share_of_gdp(flow, forecasts.outcomes(gdp))
    return found.of(estimated=found.ok and flow.period in forecasts.estimated(gdp))


@reads(readings="fdi_readings")
def gross(readings: Series) -> dict[str, Reading]:
    """The latest gross inflow that somebody published, and the latest change within the figures of one publisher.

    ``gross``: its item is who gave it; ``part``: a part of a later year, if one is known. ``new``, ``old`` (a year
    before) and ``change`` (percent): of one publisher, the item of ``new``; ``same``: the change, where ``new`` is
    ``gross`` itself.
    """
    years = _gross_by_publisher(readings)
    none = Reading.missing("gross", "musd", Period.parse(str(readings.as_of.year - 1)), inputs=(readings.name,))
    share = none.of(unit="percent")
    if not years:
        return {**dict.fromkeys(("gross", "part", "new", "old"), none), **dict.fromkeys(("change", "same"), share)}
    now = years[-1]
    pairs = [(a, b) for b in years for a in years if a.item == b.item != UNNAMED and a.period == b.period.year_before()]
    old, new = pairs[-1] if pairs else (none, none)
    change = growth.growth(new, old) if pairs else share
    return {
        "gross": now,
        "part": _part(readings, now),
        "new": new,
        "old": old,
        "change": change,
        "same": change if pairs and new == now else share,
    }


def _gross_by_publisher(readings: Series) -> list[Reading]:
    """Return the gross inflow of each year by the publisher who gave it, the latest year last."""
    found = [r for rows in publishers(readings).values() for r in rows]
    return sorted(found, key=lambda r: r.period)


def _part(readings: Series, year: Reading) -> Reading:
    """Return the gross inflow of the latest part of a year, if that is later than a year's; missing otherwise."""
    rows = [o for o in readings.where(measure="gross", partner="WLD") if o.period.is_part_year and o.value is not None]
    last = max(rows, key=lambda o: (o.period.end, o.published), default=None)
    if last is None or last.period.end <= year.period.end:
        return year.of(value=None, status=Status.MISSING_INPUT, interval=None)
    return Reading("gross", last.value, "musd", last.period, basis="gross", inputs=(readings.name,))


@reads("fdi_net", readings="fdi_readings")
def side_by_side(fdi_net: Series, readings: Series) -> dict[str, Reading]:
    """Net and gross of the latest year for which one publisher gives both, and how many times the gross is the net."""
    own = readings.where(publisher=CENTRAL_BANK)
    last = [r.period for r in fdi.gross_by_year(own)]
    known = [p for p in last if fdi.annual(fdi_net, p).ok]
    return fdi.net_and_gross(fdi_net, own, known[-1] if known else Period.parse(str(readings.as_of.year - 1)))


@reads("fdi_net", wdi=cut("wdi_fdi", country=HOME), readings="fdi_readings")
def definitions(fdi_net: Series, wdi: Series, readings: Series) -> Groups:
    """Return the net inflow of each year by three definitions, million dollars, and how far two of them lie apart.

    ``net``: assets and liabilities, of the National Bank; ``world_bank``: the World Bank's; ``directional``: net by
    direction, where somebody published it; ``factor``: the World Bank's over the National Bank's, a multiple.
    Empty if the latest year of both is of more than :data:`STALE` years ago.
    """
    net = {r.period: r for r in fdi.annual_series(fdi_net) if r.ok}
    bank = {p: r for p, r in readings_of(wdi).items() if r.ok and p in net}
    if not bank or max(bank).year < wdi.as_of.year - STALE:
        return {"net": (), "world_bank": (), "directional": (), "factor": ()}
    directional = fdi.gross_by_year(readings, measure="net_directional")
    return {
        "net": tuple(net[p] for p in bank),
        "world_bank": tuple(bank.values()),
        "directional": tuple(r.of(item="") for r in directional if r.period in bank),
        "factor": tuple(growth.multiple(r.of(basis="net", item=""), net[p].of(basis="net")) for p, r in bank.items()),
    }


@reads(found=definitions)
def apart(found: Groups) -> dict[str, Reading]:
    """The latest year that both give: the ``world_bank`` figure, the ``net`` of the National Bank, their ``factor``."""
    if not found["factor"]:
        none = Reading.missing("net", "musd", Period.parse("2000"))
        return {"world_bank": none, "net": none, "factor": none.of(unit="multiple"), "gap": none.of(unit="musd_change")}
    world_bank, net, factor = (found[k][-1] for k in ("world_bank", "net", "factor"))
    gap = growth.difference(world_bank.of(basis="net", item=""), net.of(basis="net"))
    return {"world_bank": world_bank, "net": net, "factor": factor, "gap": gap}


def _stocks(fdi_stock: Series) -> dict[str, Reading]:
    """Return the stock of the latest day, by country of the immediate investor; the largest first."""
    rows = [o for o in fdi_stock if o.value is not None]
    last = max((o.period for o in rows), default=None)
    now = sorted((o for o in rows if o.period == last), key=lambda o: o.value or 0.0, reverse=True)
    return {
        c: Reading("stock", o.value, "musd", o.period, basis="stock", item=c, inputs=(fdi_stock.name,))
        for o in now
        for c in (o.dims["partner"],)
    }


@reads("fdi_stock")
def stock(fdi_stock: Series) -> dict[str, Reading]:
    """The stock of direct investment: ``total`` and the largest countries known, ``first`` to ``fourth``.

    In million dollars. ``giver``: the total, its item the body that gives it. ``least``: percent of all that the first
    holds, a lower bound where its figure is one.
    """
    found = _stocks(fdi_stock)
    none = Reading.missing("stock", "musd", Period.parse(str(fdi_stock.as_of.year - 1)), inputs=(fdi_stock.name,))
    total = found.pop(WORLD, none)
    named = dict(zip(("first", "second", "third", "fourth"), (*found.values(), *[none] * 4), strict=False))
    first = named["first"]
    least = growth.share(first.of(item=""), total).of(digits=0) if first.ok and total.ok else none.of(unit="percent")
    givers = {o.dims["partner"]: o.dims["publisher"] for o in fdi_stock if o.period == total.period}
    return {"total": total, "giver": total.of(item=givers.get(WORLD, "")), "least": least, **named}


@reads("fdi_stock")
def stocks(fdi_stock: Series) -> Groups | None:
    """The stock by country of the immediate investor, million dollars; None if none is held."""
    lower = {o.dims["partner"] for o in fdi_stock if o.dims["bound"] == "lower"}
    known = [r for c, r in _stocks(fdi_stock).items() if c != WORLD]
    found = [r.of(item=f"{r.item}|at_least") if r.item in lower else r for r in known]
    return {"stock": tuple(found)} if found else None


@reads("fdi_net")
def quarterly(fdi_net: Series) -> Groups:
    """Net inflow of each quarter, million dollars."""
    return {"quarterly": tuple(readings_of(fdi_net).values())}


@reads("fdi_net")
def rolling(fdi_net: Series) -> Groups:
    """Net inflow of each four quarters, million dollars."""
    return {"rolling": fdi.rolling_four_quarters(fdi_net)}


@reads(readings="fdi_readings")
def publishers(readings: Series) -> Groups:
    """Gross inflow of each year by the publisher who printed it, million dollars."""
    chosen = [
        o for o in readings.where(measure="gross", partner="WLD") if o.period.frequency == "A" and o.value is not None
    ]
    names = dict.fromkeys(o.dims["publisher"] for o in chosen)
    return {
        n: tuple(
            Reading("gross", o.value, "musd", o.period, basis="gross", item=n, inputs=(readings.name,))
            for o in chosen
            if o.dims["publisher"] == n
        )
        for n in names
    }


@reads("wdi_fdi", "wdi_gdp", home=HOME)
def shares(wdi_fdi: Series, wdi_gdp: Series, home: str, peers: Sequence[str]) -> Groups:
    """Net inflow in percent of GDP, both of the World Bank's same vintage, for the home country and its peers."""
    found = {}
    for c in (home, *peers):
        gdp = wdi_gdp.where(country=c)
        flows = readings_of(wdi_fdi.where(country=c)).values()
        found[c] = tuple(r for r in (fdi.share_of_gdp(f, gdp) for f in flows) if r.ok)
    return found


@reads("wdi_fdi", "wdi_gdp", home=HOME)
def share(wdi_fdi: Series, wdi_gdp: Series, home: str, peers: Sequence[str]) -> dict[str, Reading]:
    """The latest share that the home country has, with the highest and lowest (percent) of the peers of that year.

    Missing if it is of more than :data:`STALE` years ago: then it is no news.
    """
    found = shares(wdi_fdi, wdi_gdp, home, peers)
    own = found.get(home, ())
    if own and own[-1].period.year >= wdi_fdi.as_of.year - STALE:
        now = own[-1].of(item=home)
        others = [r.of(item=c) for c, rows in found.items() if c != home for r in rows if r.period == now.period]
        if others:
            return {
                "own": now,
                "lowest": min(others, key=lambda r: r.value or 0.0).of(unit="percent"),
                "highest": max(others, key=lambda r: r.value or 0.0),
            }
    none = Reading.missing(
        "share", "percent_of_gdp", Period.parse(str(wdi_fdi.as_of.year - 1)), item=home, inputs=(wdi_fdi.name,)
    )
    return {"own": none, "lowest": none, "highest": none}


STATES = vintages("wdi_fdi", country=HOME)


@reads(known=STATES)
def revisions(known: Sequence[Series]) -> Groups:
    """Return the date of each vintage -> its figures of the years that were revised."""
    return triangle(known)


@reads(known=STATES)
def revision(known: Sequence[Series]) -> dict[str, Reading]:
    """The largest revision from one vintage to the last: ``first`` and ``last`` value of that year, and ``change``."""
    usable = [s for s in known if s.values]
    if len(usable) < 2:
        day = known[0].as_of.year if known else 2000
        none = Reading.missing("vintage", "musd", Period.parse(str(day)))
        return {"first": none, "last": none, "change": none.of(unit="musd_change"), "mean": none.of(unit="musd_change")}
    before, after = usable[-2], usable[-1]
    if revision_statistics(before, after)["mean_absolute"].value == 0:
        before = usable[0]
    statistics = revision_statistics(before, after)
    p = statistics["largest"].base
    assert p is not None
    return {
        "first": at(before, p).of(item=before.as_of.isoformat()),
        "last": at(after, p).of(item=after.as_of.isoformat()),
        "change": statistics["largest"].of(period=p),
        "mean": statistics["mean_absolute"],
    }


@reads("fdi_net", gdp=cut("weo_gdp", country=HOME), readings="fdi_readings")
def table(fdi_net: Series, gdp: Series, readings: Series) -> Groups:
    """Each complete year: net, its change in percent or status, share of GDP, gross by whoever gives it.

    ``gross_to_net``: gross over net where the publisher of the net flow gives both.
    """
    years = [r for r in fdi.annual_series(fdi_net) if r.ok]
    both = [fdi.net_and_gross(fdi_net, readings, r.period) for r in years]
    own = [fdi.net_and_gross(fdi_net, readings.where(publisher=CENTRAL_BANK), r.period) for r in years]
    return {
        "net": tuple(years),
        "percent": tuple(fdi.change(years, r.period)["percent"] for r in years[1:]),
        "share": tuple(_of_gdp(r, gdp) for r in years),
        "gross": tuple(b["gross"] for b in both),
        "gross_to_net": tuple(b["gross_to_net"] for b in own),
    }
