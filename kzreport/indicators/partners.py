"""Trade by partner, both flows side by side: partners and groups of a year, accounts, the last whole year.

What belongs here: what several views need of two flows by partner. What does not: the arithmetic of one pair of flows
(:mod:`~kzreport.indicators.trade`), words, countries.
"""

from __future__ import annotations

from collections.abc import Sequence

from kzreport.indicators import trade
from kzreport.indicators.aggregates import total
from kzreport.indicators.country_groups import CountryGroups
from kzreport.model import Groups, Period, Reading, Series


def last_whole_year(monthly: Series) -> Period | None:
    """Return the last year of which every month is known."""
    last = monthly.last
    if last is None:
        return None
    y = Period.parse(str(last.year if last.start.month == 12 else last.year - 1))
    return y if total(monthly, y).ok else None


def last_partner_year(exports: Series, imports: Series, totals: Sequence[Series]) -> Period | None:
    """Return the last year of which both flows are known by partner and every month of their totals is.

    It may lie before the last whole year: figures by partner are published later than the totals.
    """
    known = {o.period for o in exports} & {o.period for o in imports}
    whole = (y for y in sorted(known, reverse=True) if all(len(s) and total(s, y).ok for s in totals))
    return next(whole, None)


def accounts(both: Sequence[tuple[Reading, Reading]]) -> Groups:
    """Exports and imports side by side, and what they come to."""
    return {
        "exports": tuple(x for x, _ in both),
        "imports": tuple(m for _, m in both),
        "turnover": tuple(trade.turnover(x, m) for x, m in both),
        "balance": tuple(trade.balance(x, m) for x, m in both),
        "coverage": tuple(trade.coverage(x, m) for x, m in both),
    }


def sides_of(
    exports: Series, imports: Series, p: Period, country_groups: CountryGroups, *, apart: str = ""
) -> dict[str, tuple[Reading, Reading]]:
    """Country or group -> exports and imports of a year, for those that have both.

    A group comes beside its members; the group named by ``apart`` replaces them, so that nothing is counted twice.
    """
    found = []
    for series in (exports, imports):
        single = trade.by_partner(series, p) if len(series) else {}
        groups = {g: group.members(p.end) for g, group in country_groups.items() if single}
        if single and apart:
            found.append(trade.grouped(single, {apart: groups[apart]}))
        else:
            found.append(single | {g: trade.grouped(single, {g: members})[g] for g, members in groups.items()})
    x, m = found
    return {k: (x[k].of(item=k), m[k].of(item=k)) for k in x if k in m and x[k].ok and m[k].ok}
