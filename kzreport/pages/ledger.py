"""Claims on a page, each with its two verdicts: what is contradicted and what turned first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kzreport.claims.amounts import Held
from kzreport.claims.assessment import verdicts_as_of
from kzreport.claims.columns import since, table_cells
from kzreport.claims.documents import register
from kzreport.claims.outcomes import Assessment
from kzreport.claims.sentences import document_entry
from kzreport.claims.verdict import Verdict
from kzreport.days import parse_day
from kzreport.errors import ParameterError, explain
from kzreport.pages.context import PageContext
from kzreport.pages.rows import Cell, Row, Table

CLAIM_FIGURES = (
    *("id", "document", "line", "theme", "verdict", "reason", "within", "within_reason", "published"),
    *("published_reason", "corrected_verdict", "corrected_reason", "before", "page", "rows"),
)


def claims(page: PageContext, previous: str | None = None, **chosen: Sequence[str]) -> None:
    """Show a heading, then a table of the claims on the page's subject with their verdicts.

    ``themes``, ``pages`` and ``documents`` choose other claims (an empty list: all); ``previous`` is the date of the
    edition before: what turned since stands first, after what is contradicted. The series that they are compared with
    join the sources. Raises :class:`ParameterError` unless ``previous`` is earlier than the page's date.
    """
    w = page.words
    if previous and parse_day(previous) >= page.as_of:
        raise ParameterError(explain("previous edition", previous, f"a date before {page.as_of}"))
    chosen = chosen or {"pages": [page.name]}
    found = page.assessments(**chosen)
    documents = dict.fromkeys(j.claim.document.id for j in found)
    named = [f"- {document_entry(w, register().documents[d])}" for d in documents]
    if not found:
        return
    page.open_section("\n".join([f"## {w.ui('claims')}", "", w.typography(w.ui("claims_note")), "", *named]), "claims")
    before = verdicts_as_of(parse_day(previous), **chosen) if previous else {}
    turned = {j.claim.id: then for j in found if (then := _turned(j, before))}
    rows: list[Row] = []
    figures: list[Sequence[str]] = [CLAIM_FIGURES]
    for j in sorted(found, key=lambda j: _order(j, turned)):
        claim = j.claim
        for row in _held(j):
            if not row.fact:
                page.note_time(row.table, [row.period])
        stated, within, published, evidence = table_cells(w, j, page.as_of)
        verdict, rest = published
        if claim.id in turned and previous:
            rest = f"{rest}\n{since(w, turned[claim.id], parse_day(previous))}"
        cells = [Cell(stated), Cell(within[1], strong=within[0]), Cell(rest, strong=verdict), Cell(evidence)]
        rows.append(Row(cells))
        figures.append(_figures(j, turned.get(claim.id)))
    head = [w.ui(k) for k in ("claim", "within_document", "against_published", "evidence")]
    page.emit(Table("claims", w.typography(w.ui("claims_table")), head, rows, figures, texts=(1, 2, 3)).output())


def _turned(j: Assessment, before: Mapping[str, tuple[Verdict, object]]) -> Verdict | None:
    """Return the verdict that a claim had in the edition before, if it had another one."""
    then = before.get(j.claim.id)
    return then[0] if then and then[0] is not j.verdict else None


def _order(j: Assessment, turned: Mapping[str, Verdict]) -> tuple[int, int, int, int]:
    """Contradicted first, then turned, then the others; each by document, theme and line."""
    about, claim = register(), j.claim
    rank = 0 if j.contradicted else 1 if claim.id in turned else 2
    return rank, list(about.documents).index(claim.document.id), about.themes.index(claim.theme), claim.line


def _held(j: Assessment) -> list[Held]:
    """Return the rows that a claim was held against."""
    return [row for o in j.outcomes if o.compared_with for row in o.compared_with.rows]


def _figures(j: Assessment, before: Verdict | None) -> tuple[str, ...]:
    claim, settled = j.claim, j.corrected
    corrected = (str(settled.verdict), str(settled.reason)) if settled else ("", "")
    held = [row.stated for row in _held(j)]
    return (
        *(claim.id, claim.document.id, str(claim.line), claim.theme, str(j.verdict), str(j.reason)),
        *(str(j.within.verdict), str(j.within.reason), str(j.published.verdict), str(j.published.reason)),
        *(*corrected, str(before or ""), claim.page),
        "; ".join(dict.fromkeys(held)),
    )
