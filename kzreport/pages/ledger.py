"""Claims on a page, each with its verdict."""

from __future__ import annotations

from collections.abc import Sequence

from kzreport.claims import ledger as studied
from kzreport.claims import sentences as wording
from kzreport.claims import verdicts
from kzreport.language.words import Words
from kzreport.model import Observation, Period, Series
from kzreport.pages.context import PageContext
from kzreport.pages.outputs import Kind
from kzreport.pages.rows import Cell, Row, Table

CLAIM_FIGURES = ("id", "document", "line", "theme", "verdict", "reason", "corrected_verdict", "corrected_reason")


def judged(page: PageContext, **chosen: Sequence[str]) -> Series:
    """The claims printed by the page's date as a series of ones: with ``theme``, ``verdict`` and ``document``.

    ``themes``, ``pages`` and ``documents`` choose among them (an empty list: all), here and in :meth:`claims`.
    """
    page.chosen_claims = chosen
    return as_series(page, **chosen)


def as_series(page: PageContext, **chosen: Sequence[str]) -> Series:
    """Return the chosen claims as a series of ones, dated by their documents."""
    day = Period.parse(page.as_of.isoformat())
    ones = tuple(
        Observation(day, 1.0, j.claim.document.date, {"theme": j.claim.theme, "verdict": str(j.verdict)})
        for j in judgements(page, **chosen)
    )
    title = {k: Words(k).ui("claims_table") for k in ("fr", "en")}
    return Series("claims", title, "count", "", "D", "", page.as_of, ones)


def judgements(page: PageContext, **chosen: Sequence[str]) -> tuple[verdicts.Judgement, ...]:
    """Return the verdicts on the chosen claims, judged once for the page."""
    key = repr(sorted(chosen.items()))
    if key not in page.judged_claims:
        page.judged_claims[key] = verdicts.judge_all(studied.known(page.as_of, **chosen), page.as_of, page.load)
    return page.judged_claims[key]


def claims(page: PageContext) -> None:
    """What the documents studied claim on the page's subject, each with its verdict: a heading, then the table.

    On a page that chose claims with :meth:`judged`, those. The series they are held against join the sources.
    """
    w = page.words
    found = judgements(page, **(page.chosen_claims or {"pages": [page.name]}))
    documents = dict.fromkeys(j.claim.document.id for j in found)
    named = [f"- {wording.document(w, studied.documents()[d])}" for d in documents]
    about = [w.typography(w.ui("claims_note")), "", *named] if found else []
    page.show("\n".join([f"## {w.ui('claims')}", "", *about]).rstrip(), Kind.SECTION)
    if not found:
        page.show(f"*{w.typography(w.ui('no_claims'))}*", Kind.ABSENT, "claims")
        return
    rows, figures = [], [CLAIM_FIGURES]
    for j in found:
        claim = j.claim
        where, stated, against, concluded = wording.cells(w, j)
        verdict = wording.verdict(w, j)
        cells = [*map(Cell, (where, stated, against)), Cell(concluded.removeprefix(verdict), strong=verdict)]
        marks = {"document": claim.document.id, "theme": w.label(claim.theme), "verdict": w.label(str(j.verdict))}
        rows.append(Row(cells, marks))
        corrected = (str(j.corrected.verdict), str(j.corrected.reason)) if j.corrected else ("", "")
        judged = (str(j.verdict), str(j.reason), *corrected)
        figures.append((claim.id, claim.document.id, str(claim.line), claim.theme, *judged))
    head = [w.ui(k) for k in ("where", "claim", "held_against", "verdict")]
    page.display(Table("claims", w.typography(w.ui("claims_table")), head, rows, figures, filtered=True).output())
