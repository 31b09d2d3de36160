"""Claims on a page, each with its verdict."""

from __future__ import annotations

import html
from collections.abc import Sequence

from kzreport.claims.documents import register
from kzreport.claims.sentences import document_entry, table_cells
from kzreport.pages.context import PageContext, as_text, display_table, escape_html, in_lines


def claims(page: PageContext, **chosen: Sequence[str]) -> None:
    """What the documents studied claim on the page's subject, each with its verdict: a heading, then the table.

    ``themes``, ``pages`` and ``documents`` choose other claims (an empty list: all). The series that they are held
    against join the sources.
    """
    w = page.words
    found = page.assessments(**(chosen or {"pages": [page.name]}))
    documents = dict.fromkeys(j.claim.document.id for j in found)
    named = [f"- {document_entry(w, register().documents[d])}" for d in documents]
    about = [w.typography(w.ui("claims_note")), "", *named] if found else []
    page.show("\n".join([f"## {w.ui('claims')}", "", *about]).rstrip(), kind="section")
    if not found:
        page.show(f"*{w.typography(w.ui('no_claims'))}*", kind="absent", name="claims")
        return
    head = [w.ui(k) for k in ("where", "claim", "held_against", "verdict")]
    columns = "".join(f'<th scope="col">{escape_html(c)}</th>' for c in head)
    body, plain = "", [" | ".join(head)]
    rows = [("id", "document", "line", "theme", "verdict", "reason", "corrected_verdict", "corrected_reason")]
    for j in found:
        cells = table_cells(w, j)
        c = j.claim
        marked = {"document": c.document.id, "theme": w.label(c.theme), "verdict": w.label(str(j.verdict))}
        marks = "".join(f' data-{k}="{html.escape(v)}"' for k, v in marked.items())
        body += f'<tr{marks}><th scope="row">{escape_html(cells[0])}</th>'
        html_cells = [in_lines(x) for x in cells[1:]]
        html_cells[-1] = html_cells[-1].replace(marked["verdict"], f"<strong>{marked['verdict']}</strong>", 1)
        body += f"{''.join(f'<td>{x}</td>' for x in html_cells)}</tr>"
        plain.append(" | ".join(x.replace("\n", " / ") for x in cells))
        twin = (str(j.corrected.verdict), str(j.corrected.reason)) if j.corrected else ("", "")
        rows.append((c.id, c.document.id, str(c.line), c.theme, str(j.verdict), str(j.reason), *twin))
    caption = w.typography(w.ui("claims_table"))
    markup = f"<caption>{escape_html(caption)}</caption><thead><tr>{columns}</tr></thead><tbody>{body}</tbody>"
    display_table("claims", f'<table data-claims="claims">{markup}</table>', caption, plain, as_text(rows))
