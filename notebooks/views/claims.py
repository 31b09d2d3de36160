"""The claims page: the claims in figures that the documents make, counted by verdict and by theme."""

from __future__ import annotations

from dataclasses import replace

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
    """Count the claims by what judges them and how; missing if no document had appeared.

    ``known``: all. From published figures: ``found``, ``agree``, ``against``, ``one_source``, ``doubtful``. From the
    document's own figures: ``exact``, ``broken``. By nothing: ``not_comparable``, ``unverifiable``. ``inconsistent``
    counts all that are contradicted.
    """
    out, own = judged.where(**{"from": "published"}), judged.where(**{"from": "within"})
    exact = tuple(o for v in ("reproduced", "consistent") for o in own.where(verdict=v))
    found = {
        "known": _count(judged),
        "found": _count(out, "reproduced", verdict="reproduced"),
        "agree": _count(out, "consistent", verdict="consistent"),
        "against": _count(out, "inconsistent", verdict="inconsistent"),
        "exact": _count(replace(own, observations=exact), "reproduced"),
        "broken": _count(own, "inconsistent", verdict="inconsistent"),
        "inconsistent": _count(judged, "inconsistent", verdict="inconsistent"),
        **{v: _count(judged, v, verdict=v) for v in ("one_source", "doubtful", "not_comparable", "unverifiable")},
    }
    if len(judged):
        return found
    return {k: Reading.missing(r.name, r.unit, r.period, item=r.item, inputs=r.inputs) for k, r in found.items()}


@reads(judged=CHOSEN)
def by_verdict(judged: Series) -> Groups:
    """Return the claims by verdict, in the order of the verdicts."""
    return {"claims": tuple(_count(judged, v, verdict=v) for v in VERDICTS) if len(judged) else ()}


@reads(judged=CHOSEN)
def by_theme(judged: Series) -> Groups:
    """Return verdict -> a reading for each theme that has claims; ``total``: all claims of each theme."""
    themes = sorted({o.dims["theme"] for o in judged}, key=lambda t: (t == "other", -len(judged.where(theme=t)), t))
    found = {v: tuple(_count(judged, t, theme=t, verdict=v) for t in themes) for v in VERDICTS}
    return {**found, "total": tuple(_count(judged, t, theme=t) for t in themes)}
