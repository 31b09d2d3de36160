"""The partners page: goods trade in all, by partner, what moved it, and how concentrated it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from kzreport.declare import COUNTRY_GROUPS, Source, reads, suspects
from kzreport.indicators import concentration, growth, readings, revisions, trade
from kzreport.indicators.aggregates import mean, rolling_sum, total
from kzreport.indicators.country_groups import CountryGroups
from kzreport.indicators.partners import accounts, last_partner_year, last_whole_year, sides_of
from kzreport.model import Groups, Period, Reading, Series, Status

BY_PARTNER = {"exports": "exports_by_partner", "imports": "imports_by_partner"}
GROUPED: dict[str, str | Source] = {**BY_PARTNER, "country_groups": COUNTRY_GROUPS}
UNION = "EU27"


def _none(series: Series, unit: str = "musd") -> Reading:
    return Reading.missing("trade", unit, Period.parse(str(series.as_of.year - 1)), inputs=(series.name,))


SUSPECT = suspects("exports_monthly")
UNLISTED = 20.0  # percent of a flow: with more of it in no country listed, one normalised index would mislead


def _to_date(exports: Series, imports: Series, last: Period | None = None) -> dict[str, Reading]:
    """Return January to a month on the same months a year before, as :func:`headline` says it."""
    x, m = trade.year_to_date(exports, last), trade.year_to_date(imports, last)
    now, before = trade.turnover(x["total"], m["total"]), trade.turnover(x["before"], m["before"])
    return {
        "turnover": now,
        "turnover_change": growth.growth(now, before),
        "exports": x["total"],
        "exports_change": x["growth"],
        "imports": m["total"],
        "balance": trade.balance(x["total"], m["total"]),
        "balance_before": trade.balance(x["before"], m["before"]),
        "coverage": trade.coverage(x["total"], m["total"]),
        "coverage_before": trade.coverage(x["before"], m["before"]),
    }


def _nothing(series: Series) -> dict[str, Reading]:
    none = _none(series)
    rates = dict.fromkeys(("turnover_change", "exports_change", "coverage", "coverage_before"), none.of(unit="percent"))
    return {**dict.fromkeys(("turnover", "exports", "imports", "balance", "balance_before"), none), **rates}


@reads("exports_monthly", "imports_monthly", suspect=SUSPECT)
def headline(exports_monthly: Series, imports_monthly: Series, suspect: Collection[Period] = ()) -> dict[str, Reading]:
    """January to the latest month that both flows have.

    - ``turnover``, its ``turnover_change`` on the same months, ``exports``, ``exports_change``, ``imports``,
      ``balance``, ``balance_before`` (million dollars), ``coverage`` and ``coverage_before`` (percent)
    - ``provisional``: the first of the two latest months
    - ``suspect``: the first suspect value among these months, if there is one; ``sound_turnover`` and the like: the
      same readings up to the month before it
    """
    known = sorted(exports_monthly.values.keys() & imports_monthly.values.keys())
    none = _nothing(exports_monthly)
    if not known:
        sound = {f"sound_{k}": r for k, r in none.items()}
        return {**none, **sound, "provisional": none["turnover"], "suspect": none["turnover"]}
    doubtful = [p for p in sorted(suspect) if p.year == known[-1].year and p <= known[-1] and p.start.month > 1]
    sound = _to_date(exports_monthly, imports_monthly, doubtful[0].shift(-1)) if doubtful else none
    return {
        **_to_date(exports_monthly, imports_monthly, known[-1]),
        **{f"sound_{k}": r for k, r in sound.items()},
        "provisional": readings.at(exports_monthly, trade.provisional(exports_monthly)[0]),
        "suspect": readings.at(exports_monthly, doubtful[0]) if doubtful else none["turnover"],
    }


def _whole(exports_monthly: Series, imports_monthly: Series, y: Period | None) -> dict[str, Reading]:
    """Return the totals of a year: ``exports``, ``imports``, ``turnover`` and ``balance``, missing without a year."""
    if y is None:
        return dict.fromkeys(("exports", "imports", "turnover", "balance"), _none(exports_monthly))
    x, m = total(exports_monthly, y), total(imports_monthly, y)
    return {"exports": x, "imports": m, "turnover": trade.turnover(x, m), "balance": trade.balance(x, m)}


@reads("exports_monthly", "imports_monthly")
def year(exports_monthly: Series, imports_monthly: Series) -> dict[str, Reading] | None:
    """The last whole year: ``exports``, ``imports``, ``turnover``, ``balance``, ``coverage`` (percent).

    None where no year is whole, and where the latest months held end one: the headline then states the same year.
    """
    y = last_whole_year(exports_monthly)
    known = exports_monthly.values.keys() & imports_monthly.values.keys()
    if y is None or max(known).end == y.end:
        return None
    found = _whole(exports_monthly, imports_monthly, y)
    return {**found, "coverage": trade.coverage(found["exports"], found["imports"])}


@reads("exports_monthly", "imports_monthly")
def years(exports_monthly: Series, imports_monthly: Series) -> Groups:
    """Every whole year: exports, imports, turnover, balance (million dollars), coverage (percent)."""
    first, last = (min(exports_monthly.values, default=None), last_whole_year(exports_monthly))
    whole = Period.parse(str(first.year)).until(last) if first and last else ()
    both = [(total(exports_monthly, y), total(imports_monthly, y)) for y in whole]
    both = [(x, m) for x, m in both if x.ok and m.ok]
    return accounts(both)


@reads("exports_monthly", "imports_monthly")
def coverage(exports_monthly: Series, imports_monthly: Series) -> Groups | None:
    """Exports over imports, over the twelve months to each month, percent: a month alone is too rough.

    None before twelve months are known.
    """
    x, m = (rolling_sum(s, 12) if len(s) else () for s in (exports_monthly, imports_monthly))
    ends = {r.period: r for r in m}
    pairs = [(r, ends[r.period]) for r in x if r.period in ends]
    found = tuple(trade.coverage(a.of(basis="exports"), b.of(basis="imports")) for a, b in pairs if a.ok and b.ok)
    return {"coverage": found} if found else None


@reads(found=coverage, suspect=SUSPECT)
def covered(found: Groups | None, suspect: Collection[Period] = ()) -> dict[str, Reading] | None:
    """Return the latest coverage ``now``, a year ``before``, percent, and the ``change``; None without both.

    None also where a suspect month is among those summed.
    """
    by = {r.period: r for r in (found or {}).get("coverage", ())}
    if not by or (last := max(by)).shift(-12) not in by or any(last.shift(-24) < p <= last for p in suspect):
        return None
    now, before = by[last], by[last.shift(-12)]
    return {"now": now, "before": before, "change": growth.difference(now, before)}


@reads("exports_monthly", "imports_monthly")
def monthly(exports_monthly: Series, imports_monthly: Series) -> Groups:
    """Return exports and imports of every month, million dollars; the latest two are usually revised.

    >>> x = readings.series_from({"2026-07": 5.0, "2026-08": 6.0}, "musd")
    >>> [r.value for r in monthly(x, x)["imports"]]
    [5.0, 6.0]
    """
    return {
        "exports": tuple(readings.readings(exports_monthly).values()),
        "imports": tuple(readings.readings(imports_monthly).values()),
    }


@reads("exports_monthly", "imports_monthly", suspect=SUSPECT)
def provisional(exports_monthly: Series, imports_monthly: Series, suspect: Collection[Period] = ()) -> Groups:
    """The months to be read with care, million dollars: ``provisional`` and ``suspect``, each in one of them.

    The latest two months of both flows are provisional, for the next release usually revises them.
    """
    last = {s.name: trade.provisional(s) for s in (exports_monthly, imports_monthly)}
    doubtful = [p for p in sorted(suspect) if p in exports_monthly.values]
    found = {
        "provisional": tuple(
            readings.at(s, p).of(item=flow)
            for flow, s in (("exports", exports_monthly), ("imports", imports_monthly))
            for p in last[s.name]
            if s is imports_monthly or p not in doubtful
        )
    }
    return found | ({"suspect": tuple(readings.at(exports_monthly, p) for p in doubtful)} if doubtful else {})


@reads("exports_monthly", "imports_monthly", **GROUPED)
def ranking(
    exports: Series,
    imports: Series,
    exports_monthly: Series,
    imports_monthly: Series,
    country_groups: CountryGroups,
    rows: int,
) -> Groups:
    """The latest year known by partner: those with the largest turnover, the EU as one; share of all trade, percent."""
    y = last_partner_year(exports, imports, (exports_monthly, imports_monthly))
    whole = _whole(exports_monthly, imports_monthly, y)["turnover"]
    sides = sides_of(exports, imports, whole.period, country_groups, apart=UNION) if whole.ok else {}
    ranked = sorted((trade.turnover(*s) for s in sides.values()), key=lambda r: r.value or 0.0, reverse=True)
    shares = [growth.share(r, whole).of(item=r.item) for r in ranked[:rows]]
    return {"share": tuple(shares)}


@reads("exports_monthly", "imports_monthly", **GROUPED)
def first(
    exports: Series, imports: Series, exports_monthly: Series, imports_monthly: Series, country_groups: CountryGroups
) -> dict[str, Reading]:
    """The two largest single countries and the EU as one: turnover and share of all trade, latest year by partner.

    ``listed``: how many single countries are held, which rank among themselves only where the EU is missing;
    ``left``: the share of all trade that they leave, percent.
    """
    y = last_partner_year(exports, imports, (exports_monthly, imports_monthly))
    whole = _whole(exports_monthly, imports_monthly, y)["turnover"]
    sides = sides_of(exports, imports, whole.period, country_groups) if whole.ok else {}
    single = [trade.turnover(*s) for k, s in sides.items() if k not in country_groups]
    none = _none(exports_monthly)
    names = ("first", "second", "eu", "first_share", "second_share", "eu_share", "left", "listed")
    if len(single) < 2:
        rates = {k: none.of(unit="percent") for k in names[3:7]}
        return {**dict.fromkeys(names, none), **rates, "listed": none.of(unit="count")}
    ranked = sorted(single, key=lambda r: r.value or 0.0, reverse=True)
    eu = trade.turnover(*sides[UNION]) if UNION in sides else none.of(period=whole.period)
    rest = (whole.value or 0.0) - sum(r.value or 0.0 for r in single)
    return {
        "first": ranked[0],
        "first_share": growth.share(ranked[0], whole),
        "second": ranked[1],
        "second_share": growth.share(ranked[1], whole),
        "eu": eu,
        "eu_share": growth.share(eu, whole) if eu.ok else eu.of(unit="percent"),
        "left": growth.share(whole.of(value=rest), whole),
        "listed": whole.of(value=float(len(single)), unit="count", digits=0),
    }


@reads("eur_per_usd", found=first)
def euros(found: Mapping[str, Reading], eur_per_usd: Series) -> dict[str, Reading] | None:
    """The EU's turnover in euros at the mean rate of its year; the ``rate`` is euros for a dollar.

    None without either.
    """
    eu = found["eu"]
    if not eu.ok or not len(eur_per_usd):
        return None
    rate = mean(eur_per_usd, eu.period).of(digits=4)
    return {"amount": trade.convert(eu, rate, ("musd", "meur")), "rate": rate} if rate.ok else None


@reads("exports_monthly", "imports_monthly", **GROUPED)
def denominators(
    exports: Series,
    imports: Series,
    exports_monthly: Series,
    imports_monthly: Series,
    country_groups: CountryGroups,
    chosen: Sequence[str],
) -> Groups:
    """The latest year known by partner: share of each chosen one in exports, imports and turnover, percent."""
    y = last_partner_year(exports, imports, (exports_monthly, imports_monthly))
    whole = _whole(exports_monthly, imports_monthly, y)
    sides = sides_of(exports, imports, y, country_groups) if y else {}
    kept = {p: sides[p] for p in chosen if p in sides}
    flows = {
        "exports": {p: x for p, (x, _) in kept.items()},
        "imports": {p: m for p, (_, m) in kept.items()},
        "turnover": {p: trade.turnover(x, m) for p, (x, m) in kept.items()},
    }
    return {
        f"share_{flow}": tuple(growth.share(r, whole[flow], name=f"share_of_{flow}").of(item=p) for p, r in of.items())
        for flow, of in flows.items()
    }


@reads("exports_monthly", "imports_monthly", **BY_PARTNER)
def concentrated(
    exports: Series, imports: Series, exports_monthly: Series, imports_monthly: Series
) -> dict[str, Reading]:
    """Concentration of imports over single countries: ``hhi`` with its bounds, ``rest`` not listed (percent)."""
    y = last_partner_year(exports, imports, (exports_monthly, imports_monthly))
    none = _none(imports, "ratio")
    if y is None or not len(imports):
        return {"hhi": none, "rest": none.of(unit="percent")}
    parts = {k: r for k, r in trade.by_partner(imports, y).items() if r.ok}
    if not parts:
        return {"hhi": none, "rest": none.of(unit="percent")}
    found = concentration.concentration(parts, total(imports_monthly, y))
    return {"hhi": found["hhi"].of(digits=3), "rest": found["rest"]}


@reads("exports_monthly", "imports_monthly", **GROUPED)
def concentrations(
    exports: Series, imports: Series, exports_monthly: Series, imports_monthly: Series, country_groups: CountryGroups
) -> Groups:
    """Exports and imports of the latest year known by partner, the EU as its members and as one partner.

    ``hhi`` with its bounds; ``normalised`` with what is not listed as one more partner, missing if that
    is above :data:`UNLISTED`; ``rest`` not listed, percent.
    """
    y = last_partner_year(exports, imports, (exports_monthly, imports_monthly))
    rows: dict[str, tuple[Reading, ...]] = {"hhi": (), "normalised": (), "rest": ()}
    flows = {"exports": (exports, exports_monthly), "imports": (imports, imports_monthly)}
    for flow, (series, monthly_) in flows.items():
        listed = trade.by_partner(series, y) if y and len(series) else {}
        single = {k: r for k, r in listed.items() if r.ok}
        if not single or y is None:
            continue
        union = {UNION: country_groups[UNION].members(y.end)}
        for kind, parts in (("", single), ("_union", trade.grouped(single, union))):
            if not all(r.ok for r in parts.values()):
                continue
            whole = total(monthly_, y)
            found = concentration.concentration(parts, whole)
            left = whole.of(value=(whole.value or 0.0) * (found["rest"].value or 0.0) / 100)
            closed = concentration.concentration({**parts, "rest": left})
            item = f"{flow}{kind}"
            even = closed["normalised"]
            if (found["rest"].value or 0.0) > UNLISTED:
                even = even.of(value=None, status=Status.MISSING_INPUT)
            made = {"hhi": found["hhi"], "normalised": even, "rest": found["rest"]}
            for k, r in made.items():
                digits = None if k == "rest" else 3
                rows[k] = (*rows[k], r.of(item=item, digits=digits))
    return rows


@reads(**GROUPED)
def table(exports: Series, imports: Series, country_groups: CountryGroups, chosen: Sequence[str]) -> Groups:
    """The latest year by chosen partner: exports, imports, turnover, balance, exports over imports (multiple)."""
    years = sorted({o.period for o in imports})
    sides = sides_of(exports, imports, years[-1], country_groups) if years else {}
    found = dict(accounts([sides[p] for p in chosen if p in sides]))
    times = (r.of(unit="multiple", value=r.value / 100 if r.value is not None else None) for r in found.pop("coverage"))
    return {**found, "times": tuple(times)}


@reads("exports_revisions")
def revised(exports_revisions: Series) -> dict[str, Reading]:
    """The printed revisions of monthly totals: ``mean``, ``mean_absolute``, how many months.

    ``largest`` and ``second`` are the two months that move most; ``rest``: the largest of the others, without sign.
    """
    rows = list(readings.readings(exports_revisions).values())
    if len(rows) < 3:
        none = _none(exports_revisions, "percent")
        names = ("mean", "mean_absolute", "largest", "second", "rest")
        return {**dict.fromkeys(names, none), "count": none.of(unit="count")}
    found = revisions.statistics(rows)
    ranked = sorted(rows, key=lambda r: abs(r.value or 0.0), reverse=True)
    rest = max(abs(r.value or 0.0) for r in ranked[2:])
    return {
        "mean": found["mean"],
        "mean_absolute": found["mean_absolute"],
        "largest": ranked[0],
        "second": ranked[1],
        "rest": ranked[2].of(value=rest),
        "count": found["mean"].of(value=float(len(rows)), unit="count"),
    }


@reads("exports_revisions")
def revisions_path(exports_revisions: Series) -> Groups:
    """The revision of each month from one vintage to the next, percent of its earlier value."""
    found = readings.readings(exports_revisions).values()
    return {"revision": tuple(r.of(digits=2, unit="percent_change") for r in found)}
