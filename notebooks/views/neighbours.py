"""The neighbours page: a country among its peers, by indicators that the World Bank has for all of them.

The year of a comparison is the latest for which the country itself has a figure. The others are ranked in that year;
countries without a figure of that year are named.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from kzreport.declare import AS_OF, HOME, reads, several, suspects
from kzreport.errors import ParameterError, explain
from kzreport.indicators import growth, ranking, readings
from kzreport.indicators.news import is_old
from kzreport.model import Groups, Panel, Period, Reading, Sentence, Series, Status

# Indicator -> its table and, for a share, the table that it is a share of.
INDICATORS: Mapping[str, tuple[str, ...]] = {
    "growth": ("wdi_growth",),
    "income": ("wdi_gdp_capita",),
    "inflation": ("wdi_inflation",),
    "unemployment": ("wdi_unemployment",),
    "trade": ("wdi_trade",),
    "fdi": ("wdi_fdi", "wdi_gdp"),
    "remittances": ("wdi_remittances", "wdi_gdp"),
    "debt": ("wdi_debt", "wdi_gdp"),
    "aid": ("wdi_aid", "wdi_gdp"),
    "population": ("wdi_population",),
}


PAIR = 2  # fewest countries for which a range is stated
AVERAGED = ("growth", "inflation")  # indicators whose yearly figures are averaged


def tables(indicators: Sequence[str]) -> tuple[str, ...]:
    """The tables that these indicators are computed from, each once."""
    return tuple(dict.fromkeys(name for i in indicators for name in INDICATORS[i]))


CHOSEN = several(tables, by="indicators")
DOUBTED = suspects("wdi_inflation", country=HOME)  # years whose inflation at home other figures contradict


def rule(country: str, peers: Sequence[str], indicators: Sequence[str]) -> None:
    """Raise :class:`ParameterError` for parameters of the page that do not go together."""
    check_peers(country, peers)
    where = "parameter 'indicators'"
    if unknown := [i for i in indicators if i not in INDICATORS]:
        raise ParameterError(explain(where, ", ".join(unknown), f"names among {', '.join(INDICATORS)}"))
    check_distinct(indicators, where)


def check_peers(country: str, peers: Sequence[str]) -> None:
    """Raise :class:`ParameterError` for a country among its own peers, for no peer, and for one that comes twice."""
    where = "parameter 'peers'"
    if country in peers:
        rest = ",".join(p for p in peers if p != country)
        todo = f"leave it out: {rest}" if rest else ""
        raise ParameterError(explain(where, f"{country}, the country itself", "other countries than 'country'", todo))
    check_distinct(peers, where)


def check_distinct(names: Sequence[str], where: str) -> None:
    """Raise :class:`ParameterError` for no name, and for one that comes twice."""
    if not names or len(set(names)) != len(names):
        raise ParameterError(explain(where, ", ".join(names) or "none", "at least one, each of them once"))


def levels(parts: Sequence[Series], countries: Sequence[str]) -> Groups:
    """Every reading of each country: those of the one table, or the first in percent of the second."""
    found = {}
    for c in countries:
        first, *whole = (s.where(country=c) for s in parts)
        own = [r.of(item=c) for r in readings.readings(first).values()]
        if whole:
            own = [growth.share(r, readings.at(whole[0], r.period), unit="percent_of_gdp") for r in own]
        found[c] = tuple(own)
    return found


def _ok(r: Reading) -> bool:
    return r.ok


def _period(r: Reading) -> Period:
    return r.period


def _last(known: Sequence[Reading]) -> Period | None:
    return max((r.period for r in known if r.ok), default=None)


def _at(known: Sequence[Reading], country: str, period: Period, none: Reading) -> Reading:
    return next((r for r in known if r.period == period), none.of(item=country, period=period))


class _Compared(NamedTuple):
    """One indicator in the latest year of the country: its own reading and those of the peers."""

    own: Reading
    others: tuple[Reading, ...]
    lines: Groups


def _compare(parts: Sequence[Series], country: str, peers: Sequence[str]) -> _Compared:
    check_peers(country, peers)
    lines = levels(parts, (country, *peers))
    unit = parts[0].unit if len(parts) == 1 else "percent_of_gdp"
    names, nominal = tuple(s.name for s in parts), Period.parse(str(parts[0].as_of.year - 1))
    none = Reading.missing(parts[0].name, unit, nominal, basis=parts[0].basis, item=country, inputs=names)
    last = _last(lines[country]) or max(filter(None, map(_last, lines.values())), default=nominal)
    own = _at(lines[country], country, last, none)
    return _Compared(own, tuple(_at(lines[p], p, last, none) for p in peers), lines)


def _position(c: _Compared) -> dict[str, Reading | tuple[Reading, ...]]:
    """Rank, how many are ranked, and the two ends with their distance, for a sentence."""
    rank, all_ = ranking.rank(c.own, c.others), ranking.compared(c.own, c.others)
    if not rank.ok:
        return {"value": c.own, "rank": rank, "compared": all_, "spread": rank, "low": c.own, "high": c.own}
    low, high = ranking.ends((c.own, *c.others))
    spread = growth.difference(high[0], low[0]).of(value=ranking.shown(high[0]) - ranking.shown(low[0]))
    low = tuple(r.of(unit="percent") if r.unit == "percent_of_gdp" else r for r in low)  # "from 1% to 9% of GDP"
    return {"value": c.own, "rank": rank, "compared": all_, "spread": spread, "low": low, "high": high}


def _is_doubted(indicator: str, own: Reading, home: str, doubted: Collection[Period]) -> bool:
    """True for a figure of the home country that is held suspect: see :data:`DOUBTED`."""
    return indicator == "inflation" and own.item == home and own.period in doubted


def _sentences(indicator: str, c: _Compared, day: date, doubted: bool) -> dict[str, Sentence]:
    """Return the sentences on an indicator, in order; peers without a figure, or with a later one, are named.

    A figure too old on ``day`` to be news has no rank, nor has one that is ``doubted``.
    """
    if not c.own.ok or is_old(c.own.period, day):
        return {indicator: {"value": c.own}}
    if doubted:
        return {"doubted": {"value": c.own}}
    position = _position(c)
    said: dict[str, Sentence] = {indicator: {"value": c.own}, "rank": position}
    if tied := ranking.tied(c.own, c.others):
        said["tied"] = {"tied": tied}
    if c.others and any(r.ok for r in c.others):
        said["spread"] = position
    if missing := tuple(r for r in c.others if not r.ok):
        said["missing"] = {"missing": missing}
    later = tuple(r for r in c.others if (last := _last(c.lines[r.item])) is not None and last > c.own.period)
    if later:
        said["later"] = {"later": later}
    return said


@reads(series=CHOSEN, as_of=AS_OF, home=HOME, suspect=DOUBTED)
def panels(
    series: Mapping[str, Series],
    as_of: date,
    indicators: Sequence[str],
    country: str,
    peers: Sequence[str],
    home: str = "",
    suspect: Collection[Period] = (),
) -> dict[str, Panel]:
    """One panel for each indicator of which the country has a figure: over time, and the latest of each with its year.

    The rows: those of the country's year from the highest down, then older or later figures; countries without are
    named in a sentence. A figure too old to be news has no rank, nor has one that is held suspect, which no title
    tells. Raises as :func:`check_peers`.
    """
    found = {}
    for indicator in indicators:
        c = _compare([series[name] for name in INDICATORS[indicator]], country, peers)
        if not c.own.ok:
            continue
        doubted = _is_doubted(indicator, c.own, home, suspect)
        same, recent = (c.own, *c.others), not doubted and not is_old(c.own.period, as_of)
        latest = [r if r.ok else max((o for o in c.lines[r.item] if o.ok), key=_period, default=r) for r in same]
        rows = sorted(filter(_ok, latest), key=lambda r: (r.period != c.own.period, -r.period.year, -(r.value or 0.0)))
        ranked = [r if r.period == c.own.period and recent else None for r in rows]
        ranks = [r and ranking.rank(r, [o for o in same if o.item != r.item]) for r in ranked]
        beside = {"rank": [r if r and r.ok else None for r in ranks]} if recent else {}
        none = c.own.of(value=None, unit="rank", status=Status.MISSING_INPUT)
        told = c.own.of(value=None, status=Status.MISSING_INPUT) if doubted else c.own
        finding = _position(c) if recent else {"value": told, "rank": none, "compared": none}
        found[indicator] = Panel(_sentences(indicator, c, as_of, doubted), c.lines, tuple(rows), beside, finding)
    return found


@reads(series=CHOSEN, as_of=AS_OF)
def state(
    series: Mapping[str, Series], as_of: date, indicators: Sequence[str], country: str, peers: Sequence[str]
) -> dict[str, Reading | tuple[Reading, ...]]:
    """The day of the latest state of the database that gives one of the indicators, and those without a figure.

    ``state``: how many indicators the country has, its period the day; ``absent``: the indicators that it lacks, as
    items named within a sentence; ``lacking``: how many.
    """
    found = {i: _compare([series[name] for name in INDICATORS[i]], country, peers).own for i in indicators}
    known = [i for i, r in found.items() if r.ok]
    names = tables(known or indicators)
    days = [o.published for name in names for o in series[name] if o.published]
    day = Period.parse((max(days) if days else as_of).isoformat())
    count = Reading("state", float(len(known)), "count", day, inputs=names)
    if not known:
        count = Reading.missing("state", "count", day, inputs=names)
    absent = tuple(r.of(name="absent", item=f"within_{i}") for i, r in found.items() if not r.ok)
    lacking = Reading("lacking", float(len(absent)), "count", day, inputs=names)
    return {"state": count, "absent": absent, "lacking": lacking}


@reads(series=CHOSEN, as_of=AS_OF, home=HOME, suspect=DOUBTED)
def overview(
    series: Mapping[str, Series],
    as_of: date,
    indicators: Sequence[str],
    country: str,
    peers: Sequence[str],
    home: str = "",
    suspect: Collection[Period] = (),
) -> Panel:
    """A row for each indicator of which the country has a figure: the latest; its rank, and among how many countries.

    A figure alone has no rank, nor has one too old to be news or held suspect.
    """
    found = {i: _compare([series[name] for name in INDICATORS[i]], country, peers) for i in indicators}
    held = {i: c for i, c in found.items() if c.own.ok}
    recent = [not is_old(c.own.period, as_of) and not _is_doubted(i, c.own, home, suspect) for i, c in held.items()]
    ranks = [ranking.rank(c.own, c.others) if new else None for c, new in zip(held.values(), recent, strict=True)]
    counts = [ranking.compared(c.own, c.others) if r and r.ok else None
              for c, r in zip(held.values(), ranks, strict=True)]  # fmt: skip
    rows = tuple(c.own.of(item=i) for i, c in held.items())
    return Panel({}, {}, rows, {"rank": [r if r and r.ok else None for r in ranks], "compared": counts})


def _average(rates: Series, country: str, years: Sequence[Period]) -> Reading:
    """The plain mean of yearly rates over whole years; ``missing_input`` if one of them lacks."""
    span = Period(years[0].start, years[-1].end, "S")
    known = {r.period: r for r in levels([rates], (country,))[country] if r.ok}
    if any(y not in known for y in years):
        return Reading.missing("mean", rates.unit, span, basis=rates.basis, item=country, inputs=(rates.name,))
    value = math.fsum(readings.valued(known[y]) for y in years) / len(years)
    return known[years[-1]].of(name="mean", value=value, period=span)


@reads(series=CHOSEN)
def averages(
    series: Mapping[str, Series], indicators: Sequence[str], country: str, peers: Sequence[str], span: int
) -> Groups | None:
    """Means of growth and inflation, if chosen, over the last ``span`` years of the country's growth, percent a year.

    A row for each country that has one of them; ``None`` if the country's own growth is not known in all those years,
    or if they are over for too long to be news. Raises as :func:`check_peers`.
    """
    check_peers(country, peers)
    rates = {name: series[INDICATORS[name][0]] for name in AVERAGED if name in indicators}
    last = _last(levels([rates["growth"]], (country,))[country]) if "growth" in rates else None
    if last is None or is_old(last, rates["growth"].as_of):
        return None
    years = tuple(last.shift(1 - span).until(last))
    made = {name: tuple(_average(s, c, years) for c in (country, *peers)) for name, s in rates.items()}
    if not made["growth"][0].ok:
        return None
    kept = {r.item for rows in made.values() for r in rows if r.ok}
    return {k: tuple(r for r in rows if r.item in kept) for k, rows in made.items()}


@reads(means=averages)
def oil_exporters(
    means: Groups | None, country: str, exporters: Sequence[str]
) -> dict[str, Reading | tuple[Reading, ...]] | None:
    """The mean growth of the country beside that of the other net oil exporters; ``None`` if none is known.

    ``own``; ``others``; ``low`` and ``high`` of the others; ``member``: ``own`` if the country is an exporter itself.
    """
    if means is None:
        return None
    own, *rest = means["growth"]
    others = tuple(r for r in rest if r.ok and r.item in exporters)
    if len(others) < PAIR:
        return None
    low, high = ranking.ends(others)
    member = own if country in exporters else own.of(value=None, status=Status.MISSING_INPUT)
    return {"own": own, "others": others, "low": low, "high": high, "member": member}


@reads("wdi_growth")
def headline(wdi_growth: Series, country: str, peers: Sequence[str]) -> dict[str, Reading | tuple[Reading, ...]]:
    """GDP growth of the country in its latest year, its rank among the peers, and the ends of what they have.

    ``value`` (percent) and ``value_change`` (points on the year before), ``rank``, ``compared``, ``spread``; ``low``
    and ``high`` are the readings that share the end; ``recent``: the age of the figure in years, missing if it is too
    old to be told as news. Raises as :func:`check_peers`.
    """
    c = _compare([wdi_growth], country, peers)
    none = c.own.of(value=None, status=Status.MISSING_INPUT)
    before = _at(c.lines[country], country, c.own.period.shift(-1), none)
    age = wdi_growth.as_of.year - c.own.period.year
    recent = none.of(unit="years")
    if c.own.ok and not is_old(c.own.period, wdi_growth.as_of):
        recent = recent.of(value=float(age), status=Status.OK)
    return {**_position(c), "value_change": growth.difference(c.own, before), "recent": recent}
