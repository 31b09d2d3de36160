"""The claims page: how many figures the documents claim, and what became of them."""

from __future__ import annotations

from kzreport.claims.outcomes import Verdict
from kzreport.model import Period, Reading, Series

Groups = dict[str, tuple[Reading, ...]]

VERDICTS = tuple(map(str, Verdict))


def _count(judged: Series, item: str = "", **dims: str) -> Reading:
    day = Period.parse(judged.as_of.isoformat())
    return Reading("claims", float(len(judged.where(**dims))), "count", day, item=item, inputs=("claims",))


def headline(judged: Series) -> dict[str, Reading]:
    """How many claims were ``known``, and how many got each verdict; missing if no document had appeared."""
    found = {"known": _count(judged), **{v: _count(judged, v, verdict=v) for v in VERDICTS}}
    if len(judged):
        return found
    return {k: Reading.missing(r.name, r.unit, r.period, item=r.item, inputs=r.inputs) for k, r in found.items()}


def by_verdict(judged: Series) -> Groups:
    """Claims by verdict, in the order of the verdicts."""
    return {"claims": tuple(_count(judged, v, verdict=v) for v in VERDICTS) if len(judged) else ()}


def by_theme(judged: Series) -> Groups:
    """Verdict -> a reading for each theme that has claims, and all of them together."""
    themes = sorted({o.dims["theme"] for o in judged}, key=lambda t: (t == "other", -len(judged.where(theme=t)), t))
    found = {v: tuple(_count(judged, t, theme=t, verdict=v) for t in themes) for v in VERDICTS}
    return {**found, "total": tuple(_count(judged, t, theme=t) for t in themes)}
