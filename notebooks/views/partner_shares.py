"""Partners' shares of goods trade then and now, for the page on partners."""

from __future__ import annotations

from kzreport.declare import COUNTRY_GROUPS, Source, reads
from kzreport.indicators import growth, readings, trade
from kzreport.indicators.aggregates import total
from kzreport.indicators.country_groups import CountryGroups
from kzreport.indicators.partners import last_partner_year, sides_of
from kzreport.model import Groups, Period, Reading, Series

BY_PARTNER = {"exports": "exports_by_partner", "imports": "imports_by_partner"}
GROUPED: dict[str, str | Source] = {**BY_PARTNER, "country_groups": COUNTRY_GROUPS}
UNION = "EU27"  # one partner
LARGEST, APART = 8, 2  # partners whose shares are compared; years between the two, at least


@reads("exports_monthly", "imports_monthly", **GROUPED)
def then(
    exports: Series, imports: Series, exports_monthly: Series, imports_monthly: Series, country_groups: CountryGroups
) -> Groups | None:
    """The largest partners of the latest year: share of all trade in it, and in the earliest year held for all of them.

    A group for each partner, percent. None unless that year is :data:`APART` years earlier.
    """
    last = last_partner_year(exports, imports, (exports_monthly, imports_monthly))
    if last is None:
        return None

    def shares(y: Period) -> dict[str, Reading]:
        whole = trade.turnover(total(exports_monthly, y), total(imports_monthly, y))
        sides = sides_of(exports, imports, y, country_groups, apart=UNION) if whole.ok else {}
        found = {p: growth.share(trade.turnover(*s), whole).of(item=p) for p, s in sides.items()}
        return {p: r for p, r in found.items() if r.ok}

    now = shares(last)
    largest = sorted(now, key=lambda p: -readings.valued(now[p]))[:LARGEST]
    years = sorted({o.period for o in imports if o.period <= last.shift(-APART)})
    before = next((known for y in years if largest and set(largest) <= (known := shares(y)).keys()), None)
    return {p: (before[p], now[p]) for p in largest} if before else None


@reads(found=then)
def shifted(found: Groups | None) -> dict[str, Reading] | None:
    """The share that moved most between the two years of :func:`then`: ``before``, ``now``, and the ``change``."""
    if not found:
        return None
    before, now = max(found.values(), key=lambda g: abs(readings.valued(g[1]) - readings.valued(g[0])))
    return {"before": before, "now": now, "change": growth.difference(now, before)}
