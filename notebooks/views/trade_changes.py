"""The partners page: trade over twelve months and by partner, and what moved it from one whole year to the next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from kzreport.declare import COUNTRY_GROUPS, Source, reads, suspects
from kzreport.indicators import decomposition, growth, trade
from kzreport.indicators.aggregates import rolling_sum, total
from kzreport.indicators.country_groups import CountryGroups
from kzreport.indicators.partners import accounts, last_partner_year, sides_of
from kzreport.model import Groups, Period, Reading, Series, Status

BY_PARTNER = {"exports": "exports_by_partner", "imports": "imports_by_partner"}
GROUPED: dict[str, str | Source] = {**BY_PARTNER, "country_groups": COUNTRY_GROUPS}
SUSPECT = suspects("exports_monthly")
PAIR = 2  # fewest partners of which one can be the first


@reads("exports_monthly", "imports_monthly")
def year_sums(exports_monthly: Series, imports_monthly: Series) -> Groups:
    """Exports, imports, turnover and balance over the twelve months to each month, million dollars.

    The basis of a flow is that of its sum, ``exports_rolling_12``: it is not the month's own value.
    """
    x, m = (rolling_sum(s, 12) if len(s) else () for s in (exports_monthly, imports_monthly))
    ends = {r.period: r for r in m if r.ok}
    both = [(r, ends[r.period]) for r in x if r.ok and r.period in ends]
    return {k: rows for k, rows in accounts(both).items() if k != "coverage"}


@reads(sums=year_sums, suspect=SUSPECT)
def rolling(sums: Groups, suspect: Collection[Period] = ()) -> dict[str, Reading]:
    """The latest twelve months: ``turnover`` and its change (percent), ``balance`` and ``balance_before``.

    - ``running``: the balance, missing where the twelve months are a calendar year, which is told already
    - ``sound_turnover`` and the like: the same up to the month before a suspect value among these months, missing
      without one
    """
    last = max((r.period for r in sums["turnover"]), default=None)
    doubtful = sorted(p for p in suspect if last and last.shift(-12) < p <= last)
    sound = doubtful[0].shift(-1) if doubtful else None
    found = _twelve_months(sums, last)
    whole = found["balance"].of(value=None, status=Status.MISSING_INPUT)
    found["running"] = whole if last is None or last.end.month == 12 else found["balance"]
    return {**found, **{f"sound_{k}": r for k, r in _twelve_months(sums, sound).items()}}


def _twelve_months(sums: Groups, end: Period | None) -> dict[str, Reading]:
    """Return what :func:`rolling` says of the twelve months to a month; all missing without one."""
    found: dict[str, Reading] = {}
    for key in ("turnover", "balance"):
        rows = {r.period: r for r in sums[key]}
        basis = next((r.basis for r in sums[key]), "")
        for name, p in ((key, end), (f"{key}_before", end and end.year_before())):
            none = Reading.missing("year_sum", "musd", p or Period.parse("2000"), basis=basis)
            found[name] = rows.get(p, none) if p else none
    change = growth.growth(found["turnover"], found.pop("turnover_before"))
    return {**found, "turnover_change": change}


@reads(**GROUPED)
def turnover(exports: Series, imports: Series, country_groups: CountryGroups, chosen: Sequence[str]) -> Groups:
    """Turnover with each chosen partner (or group) in every year that has both flows, million dollars."""
    years = sorted({o.period for o in imports})
    found: dict[str, list[Reading]] = {p: [] for p in chosen}
    for y in years:
        sides = sides_of(exports, imports, y, country_groups)
        for p in chosen:
            if p in sides:
                found[p].append(trade.turnover(*sides[p]))
    return {k: tuple(v) for k, v in found.items()}


@reads(found=turnover)
def moved_most(found: Groups) -> dict[str, Reading] | None:
    """Return the largest change of turnover on a year earlier among the chosen partners (``most``), million dollars.

    None unless two or more have figures, and all of these the latest year and the one before.
    """
    found = {name: g for name, g in found.items() if g}
    latest = max((r.period for g in found.values() for r in g), default=None)
    both = [g[-2:] for g in found.values() if len(g) > 1 and g[-1].period == latest and g[-2].period.shift(1) == latest]
    if len(both) < max(PAIR, len(found)):
        return None
    return {"most": max((growth.difference(b, a) for a, b in both), key=lambda r: r.value or 0.0)}


@reads("exports_monthly", "imports_monthly", **GROUPED)
def contributions(
    exports: Series,
    imports: Series,
    exports_monthly: Series,
    imports_monthly: Series,
    country_groups: CountryGroups,
    chosen: Sequence[str],
) -> Groups:
    """Return the contribution of each chosen partner to the growth of all trade, points, by flow and of both.

    ``others`` is what the chosen partners leave, ``all`` the growth of all trade. A country that belongs to a chosen
    group is left to its group. Both years must be whole, and adjoin.
    """
    nothing: Groups = {"exports": (), "imports": (), "turnover": ()}
    last = last_partner_year(exports, imports, (exports_monthly, imports_monthly))
    totals = {
        y: (total(exports_monthly, y), total(imports_monthly, y)) for y in ((last, last.year_before()) if last else ())
    }
    sides = {y: sides_of(exports, imports, y, country_groups) for y in totals}
    if not sides or not all(sides.values()) or not all(r.ok for both in totals.values() for r in both):
        return nothing
    new, old = totals
    counted = {m for p in chosen if p in country_groups for m in country_groups[p].members(new.end)}
    kept = [p for p in chosen if all(p in side for side in sides.values()) and p not in counted]
    parts = {y: _closed(sides[y], totals[y], kept) for y in totals}
    points = decomposition.contributions(parts[new], parts[old])
    wholes = {
        y: {f: r.of(name="flow", basis="flow", item="") for f, r in zip(BY_PARTNER, totals[y], strict=True)}
        for y in totals
    }
    whole = decomposition.contributions(wholes[new], wholes[old])
    rows: dict[str, tuple[Reading, ...]] = {}
    for flow in BY_PARTNER:
        each = [points[f"{flow}_{p}"].of(item=p, basis=flow) for p in (*kept, "others")]
        rows[flow] = (*each, whole[flow].of(item="all", basis=flow))
    both = [
        x.of(value=(x.value or 0.0) + (m.value or 0.0), basis="turnover") for x, m in zip(*rows.values(), strict=True)
    ]
    return {**rows, "turnover": tuple(both)}


def _closed(
    sides: Mapping[str, tuple[Reading, Reading]], totals: tuple[Reading, Reading], kept: Sequence[str]
) -> dict[str, Reading]:
    """Return the flows of the kept partners and, as ``others``, what they leave of the totals."""
    found: dict[str, Reading] = {}
    for k, (flow, whole) in enumerate(zip(BY_PARTNER, totals, strict=True)):
        parts = {p: sides[p][k].of(basis="flow", name="flow") for p in kept}
        left = (whole.value or 0.0) - sum(r.value or 0.0 for r in parts.values())
        parts["others"] = whole.of(value=left, basis="flow", name="flow", item="others")
        found |= {f"{flow}_{p}": r for p, r in parts.items()}
    return found


@reads(found=contributions)
def moved(found: Groups) -> dict[str, Reading]:
    """The growth of all trade (``all``, percent) and the largest contribution of one partner by both flows, points.

    ``largest``: it moves trade most the way that trade went; ``flow``: the part of it that one flow makes, the larger
    that way. ``rest``: what the ``others`` contribute, where that is more.
    """
    if not found["turnover"]:
        none = Reading.missing("contribution", "points", Period.parse("2000"))
        return {"all": none.of(unit="percent"), "largest": none, "flow": none, "others": none, "rest": none}
    whole, others = found["turnover"][-1], found["turnover"][-2]
    way = -1.0 if (whole.value or 0.0) < 0 else 1.0
    largest = max(found["turnover"][:-2], key=lambda r: way * (r.value or 0.0), default=others)
    own = [r for flow in BY_PARTNER for r in found[flow] if r.item == largest.item]
    flow = max(own, key=lambda r: way * (r.value or 0.0))
    return {
        "all": whole.of(unit="percent", item=""),
        "largest": largest,
        "flow": flow.of(item=f"by_{flow.basis}"),
        "others": others,
        "rest": others if way * (others.value or 0.0) > way * (largest.value or 0.0) else _no(others),
    }


def _no(r: Reading) -> Reading:
    return r.of(value=None, status=Status.MISSING_INPUT)
