"""The brief of an edition as a PDF of one A4 page."""

from __future__ import annotations

from collections.abc import Sequence

from kzreport.errors import PageError, explain
from kzreport.language.words import Words
from kzreport.render.brief import Brief, Point, cut, make_brief
from kzreport.render.content import Edition
from kzreport.render.pdf import about
from kzreport.render.printed import Data, printed_runs
from kzreport.render.setting import set_pdf
from kzreport.render.text import Paragraph

_SAID = ("brief", "changed", "late", "licence", "sources")
_LARGER = (2.0, 1.4, 0.8, 0.0)  # points, of text on a page that has room for it
_FITS = (40, 24, 16, 12, 8, 6, 4, 2)  # lines of a list, until all is on one page


def make(edition: Edition, language: str) -> bytes:
    """Return the brief as PDF/A-2a and PDF/UA-1. Lists that are too long for the page end with what is left out.

    Raises :class:`PageError` if headlines alone are longer than a page, or for what cannot be set.
    """
    w, brief = Words(language, day=edition.as_of), make_brief(edition, language)
    for most, larger in [*((_FITS[0], points) for points in _LARGER), *((most, 0.0) for most in _FITS[1:])]:
        made = set_pdf("brief.typ", _data(edition, brief, most, w) | {"larger": larger}, edition.as_of)
        if made.pages == 1:
            return made.data
    found = f"{made.pages} pages with {len(brief.points)} headlines"
    raise PageError(explain(f"the brief of {edition.definition}", found, "one page", "make the headlines shorter"))


def _data(edition: Edition, brief: Brief, most: int, w: Words) -> Data:
    return {
        **about(edition, w),
        "keywords": [point.title for point in brief.points],
        "words": {key: w.ui(key) for key in _SAID} | {"colon": w.colon, "semicolon": w.semicolon},
        "later": brief.later,
        "points": [_point(point) for point in brief.points],
        "replaced": [printed_runs(p.runs) for p in brief.replaced[:1]],
        "before": _before(brief.replaced[1:], most, w),
        "since": brief.since,
        "changes": _changes(brief.changes, most, w),
        "late": cut(brief.late, most, w),
        "terms": [{"publishers": publishers, "terms": terms} for publishers, terms in brief.terms],
        "end": f"{w.ui('made_with')} {w.ui('fingerprint')}{w.colon}{edition.fingerprint}",
    }


def _point(point: Point) -> Data:
    known = point.figure
    figure = known and {k: getattr(known, k) for k in ("title", "value", "period", "change")}
    years = known.years if known else ()
    runs = printed_runs(point.text.runs)
    return {"title": point.title, "runs": runs, "figure": figure, "svg": point.line, "alt": point.alt, "years": years}


def _before(lines: Sequence[Paragraph], most: int, w: Words) -> list[list[Data]]:
    """Return the lines on pages that a revision changed, of which so many are kept."""
    kept = [printed_runs(p.runs) for p in lines[:most]]
    return [*kept, [{"text": w.count(len(lines) - most, "left_out")}]] if len(lines) > most else kept


def _changes(changes: Sequence[Paragraph], most: int, w: Words) -> list[Data]:
    """Return what changed as items with theirs, of which so many are kept."""
    items: list[Data] = []
    for p in changes:
        if p.depth <= 1 or not items:
            items.append({"runs": printed_runs(p.runs), "items": []})
        else:
            items[-1]["items"].append(printed_runs(p.runs))
    for item in items:
        if (more := len(item["items"]) - most) > 0:
            item["items"][most:] = [[{"text": w.count(more, "left_out")}]]
    return items
