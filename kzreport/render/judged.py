"""The claims of an edition as one table: each with its verdicts, from whichever page lists it; their documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kzreport.claims.documents import register
from kzreport.claims.sentences import document_entry
from kzreport.language.words import Words
from kzreport.render.book import Column, Value
from kzreport.render.content import PageContent
from kzreport.render.ledger import Listed, listed_claims, strong
from kzreport.render.text import Cell, plain, read_markdown

UNPRINTED = 4  # columns at the end: the claim says its document and line, and paper has no use for the others


def judged_claims(
    pages: Sequence[PageContent], language: str, as_of: date
) -> tuple[Sequence[Column], Sequence[Sequence[Value]]]:
    """Return the columns and rows of the table of claims: each claim once, by document and line."""
    words = Words(language, day=as_of)
    found: dict[tuple[str, int, str], Sequence[Value]] = {}
    for page in pages:
        for output in page.outputs:
            for claim in listed_claims(output):
                key = (claim.about["document"], int(claim.about["line"]), claim.id)
                found.setdefault(key, _row(claim, words))
    return _columns(words), [found[key] for key in sorted(found)]


def judged_documents(pages: Sequence[PageContent], words: Words) -> list[tuple[str, str]]:
    """Return code and description of each document that has a claim in the table of claims, by code."""
    listed = [claim for page in pages for output in page.outputs for claim in listed_claims(output)]
    codes = sorted({claim.about["document"] for claim in listed})
    known = register().documents
    entries = [(known[code], read_markdown(document_entry(words, known[code]))) for code in codes if code in known]
    return [(d.id, "\n".join([*(p.text for p in entry), *[d.url] * bool(d.url)])) for d, entry in entries]


def _columns(w: Words) -> list[Column]:
    def say(key: str) -> str:
        return w.word("handed", key)

    return [
        *(Column(say("code"), 13), Column(w.ui("claim"), 40, wrap=True)),
        *(Column(w.ui("within_document"), 17, wrap=True), Column(say("within_reason"), 30, wrap=True)),
        *(Column(w.ui("against_published"), 17, wrap=True), Column(say("reason"), 36, wrap=True)),
        *(Column(say("corrected"), 17, wrap=True), Column(w.ui("evidence"), 72, wrap=True)),
        *(Column(w.ui("theme"), 20, wrap=True), Column(w.ui("document"), 14), Column(w.ui("line").capitalize(), 10)),
        Column(say("figures_used"), 46, wrap=True),
    ]


def _row(claim: Listed, words: Words) -> Sequence[Value]:
    about = claim.about
    corrected = about["corrected_verdict"]
    return (
        *(about["id"], f"{claim.stated} ({claim.place})"),
        *_verdict(claim.within, words.word("verdicts_within", about["within"])),
        *_verdict(claim.published, words.word("verdicts", about["published"])),
        *(words.label(corrected) if corrected else "", claim.evidence.text),
        *(words.label(about["theme"]), about["document"], about["line"], about["rows"]),
    )


def _verdict(cell: Cell, name: str) -> tuple[str, str]:
    """Return the verdict that a cell begins with, in bold, or its ``name``, and what follows it."""
    rest = [plain([run for run in line if not run.strong]) for line in cell.lines]
    return strong(cell.lines[0]) or name, "\n".join(rest).removeprefix(" – ").strip()
