"""The claims page: the claims in figures that documents make, counted by verdict."""

from __future__ import annotations

from kzreport.declare import claims, reads
from kzreport.model import Groups, Period, Reading, Series
from kzreport.verdict import Verdict

VERDICTS = tuple(map(str, Verdict))
CHOSEN = claims(themes="themes", pages="of_pages", documents="documents")


def _count(judged: Series, item: str = "", **dims: str) -> Reading:
    day = Period.parse(judged.as_of.isoformat())
    return Reading("claims", float(len(judged.where(**dims))), "count", day, item=item, inputs=("claims",))


@reads(judged=CHOSEN)
def headline(judged: Series) -> dict[str, Reading]:
    """Count the claims ``known`` and those of each verdict; missing if no document had appeared."""
    found = {"known": _count(judged), **{v: _count(judged, v, verdict=v) for v in VERDICTS}}
    if len(judged):
        return found
    return {k: Reading.missing(r.name, r.unit, r.period, item=r.item, inputs=r.inputs) for k, r in found.items()}


@reads(judged=CHOSEN)
def by_verdict(judged: Series) -> Groups:
    """Return the claims by verdict, in the order of the verdicts."""
    return {"claims": tuple(_count(judged, v, verdict=v) for v in VERDICTS) if len(judged) else ()}
