"""The claims of an edition as one table: each with its verdicts, from whichever page lists it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kzreport.language.words import Words
from kzreport.pages.outputs import Output
from kzreport.render.book import Column, Value
from kzreport.render.content import PageContent
from kzreport.render.figures import csv_rows
from kzreport.render.text import Cell, plain, read_table

_KEY = "corrected_verdict"  # a column that only the CSV of claims has


def judged_claims(
    pages: Sequence[PageContent], language: str, as_of: date
) -> tuple[Sequence[Column], Sequence[Sequence[Value]]]:
    """Return the columns and rows of the table of claims: each claim once, by document and line."""
    words = Words(language, day=as_of)
    found: dict[tuple[str, int, str], Sequence[Value]] = {}
    for page in pages:
        for output in page.outputs:
            for key, row in _claims(output, words):
                found.setdefault(key, row)
    return _columns(words), [found[key] for key in sorted(found)]


def _columns(w: Words) -> list[Column]:
    def say(key: str) -> str:
        return w.word("handed", key)

    return [
        *(Column(say("code"), 14), Column(w.ui("document"), 12), Column(w.ui("line").capitalize(), 8)),
        *(Column(w.ui("theme"), 22, wrap=True), Column(w.ui("claim"), 56, wrap=True)),
        *(Column(w.ui("within_document"), 18, wrap=True), Column(say("within_reason"), 44, wrap=True)),
        *(Column(w.ui("against_published"), 22, wrap=True), Column(say("reason"), 60, wrap=True)),
        *(Column(say("corrected"), 18, wrap=True), Column(w.ui("evidence"), 60, wrap=True)),
        Column(say("figures_used"), 60, wrap=True),
    ]


def _claims(output: Output, words: Words) -> list[tuple[tuple[str, int, str], Sequence[Value]]]:
    head, *rows = csv_rows(output) or [[]]
    if _KEY not in head:
        return []
    found: list[tuple[tuple[str, int, str], Sequence[Value]]] = []
    for row, cells in zip(rows, read_table(output.html).rows, strict=True):
        about = dict(zip(head, row, strict=True))
        stated, within, published, evidence = cells
        corrected = about[_KEY]
        values: Sequence[Value] = (
            *(about["id"], about["document"], about["line"], words.label(about["theme"])),
            *(stated.text, *_verdict(within, words.word("verdicts_within", about["within"]))),
            *_verdict(published, words.word("verdicts", about["published"])),
            *(words.label(corrected) if corrected else "", evidence.text, about["rows"]),
        )
        found.append(((about["document"], int(about["line"]), about["id"]), values))
    return found


def _verdict(cell: Cell, name: str) -> tuple[str, str]:
    """Return the verdict that a cell begins with, in bold, or its ``name``, and what follows it."""
    strong = "".join(run.text for run in cell.lines[0] if run.strong)
    rest = [plain([run for run in line if not run.strong]) for line in cell.lines]
    return strong or name, "\n".join(rest).removeprefix(" – ").strip()
