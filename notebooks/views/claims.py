"""The claims page: the claims in figures that the documents make, counted by verdict and by theme."""

from __future__ import annotations

from dataclasses import replace

from kzreport.claims.verdict import Verdict
from kzreport.declare import claims, reads
from kzreport.model import Groups, Period, Reading, Series, Status

VERDICTS = tuple(map(str, Verdict))
OPEN = ("doubtful", "not_comparable", "unverifiable")  # verdicts that settle nothing
CHOSEN = claims(themes="themes", pages="of_pages", documents="documents")


def _count(judged: Series, item: str = "", **dims: str) -> Reading:
    day = Period.parse(judged.as_of.isoformat())
    return Reading("claims", float(len(judged.where(**dims))), "count", day, item=item, inputs=("claims",))


def _told(counted: Reading) -> Reading:
    """Return a count for a sentence; a count of 0 is missing and leaves its sentence out."""
    return counted if counted.value else counted.of(value=None, status=Status.MISSING_INPUT)


@reads(judged=CHOSEN)
def headline(judged: Series) -> dict[str, Reading]:
    """Count the claims by what judges them and how.

    ``known``: all, missing where there is none; ``inconsistent``: all that are contradicted, missing if none is known.
    The others are missing where there is none. From
    published figures: ``found``, ``agree``, ``one_source``, ``doubtful``. From the document's own figures: ``exact``,
    ``broken``. By nothing: ``not_comparable``, ``unverifiable``. ``open``: these two and the doubtful, which with
    ``inconsistent``, ``found``, ``agree``, ``one_source`` and ``exact`` make up all.
    """
    out, own = judged.where(**{"from": "published"}), judged.where(**{"from": "within"})
    exact = tuple(o for v in ("reproduced", "consistent") for o in own.where(verdict=v))
    told = {
        "found": _count(out, "reproduced", verdict="reproduced"),
        "agree": _count(out, "consistent", verdict="consistent"),
        "exact": _count(replace(own, observations=exact), "reproduced"),
        "broken": _count(own, "inconsistent", verdict="inconsistent"),
        **{v: _count(judged, v, verdict=v) for v in ("one_source", *OPEN)},
    }
    told["open"] = told["doubtful"].of(value=sum(told[v].value or 0.0 for v in OPEN), item="open")
    known, contrary = _told(_count(judged)), _count(judged, "inconsistent", verdict="inconsistent")
    return {
        "known": known,
        "inconsistent": contrary if known.ok else _told(contrary),
        **{k: _told(r) for k, r in told.items()},
    }


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
