"""Claims on a page, each with its verdict."""

from __future__ import annotations

from collections.abc import Sequence

from kzreport.claims.documents import register
from kzreport.claims.sentences import document_entry, table_cells, verdict_words
from kzreport.pages.context import PageContext
from kzreport.pages.outputs import Kind
from kzreport.pages.rows import Cell, Row, Table

CLAIM_FIGURES = ("id", "document", "line", "theme", "verdict", "reason", "corrected_verdict", "corrected_reason")


def claims(page: PageContext, **chosen: Sequence[str]) -> None:
    """Show a heading, then a table of the claims on the page's subject with their verdicts.

    Nothing is shown where they claim nothing, or had not appeared.

    ``themes``, ``pages`` and ``documents`` choose other claims (an empty list: all). The series that they are compared
    with join the sources.
    """
    w = page.words
    found = page.assessments(**(chosen or {"pages": [page.name]}))
    documents = dict.fromkeys(j.claim.document.id for j in found)
    named = [f"- {document_entry(w, register().documents[d])}" for d in documents]
    if not found:
        return
    about = [w.typography(w.ui("claims_note")), "", *named]
    page.show("\n".join([f"## {w.ui('claims')}", "", *about]).rstrip(), Kind.SECTION)
    rows, figures = [], [CLAIM_FIGURES]
    for j in found:
        claim = j.claim
        where, stated, against, concluded = table_cells(w, j)
        verdict = verdict_words(w, j)
        cells = [*map(Cell, (where, stated, against)), Cell(concluded.removeprefix(verdict), strong=verdict)]
        marks = {"document": claim.document.id, "theme": w.label(claim.theme), "verdict": w.label(str(j.verdict))}
        rows.append(Row(cells, marks))
        corrected = (str(j.corrected.verdict), str(j.corrected.reason)) if j.corrected else ("", "")
        judged = (str(j.verdict), str(j.reason), *corrected)
        figures.append((claim.id, claim.document.id, str(claim.line), claim.theme, *judged))
    head = [w.ui(k) for k in ("where", "claim", "held_against", "verdict")]
    page.emit(Table("claims", w.typography(w.ui("claims_table")), head, rows, figures, filtered=True).output())
