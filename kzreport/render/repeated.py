"""Texts that several pages of an edition share: a document that is read from beginning to end has each once.

What belongs here: finding it, and saying where it stands. What does not: how a format sets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from kzreport.language.words import Words
from kzreport.pages.outputs import Kind
from kzreport.render.content import PageContent
from kzreport.render.text import Grid, Paragraph, Run, read_markdown, read_table

_PROSE = 300  # characters of a row that is read as text
NOTES = (Kind.CAVEATS, Kind.METHOD)


def is_prose(grid: Grid) -> bool:
    """Return True for a table with a row of so much text that it is read as an entry of a list."""
    return any(sum(len(cell.text) for cell in row) > _PROSE for row in grid.rows)


def told_elsewhere(pages: Sequence[PageContent]) -> Mapping[tuple[str, str], str]:
    """Return page and name of each table of prose that is part of another -> the page of that other table."""
    tables = []
    for page in pages:
        for output in page.outputs:
            if output.kind is Kind.TABLE and is_prose(grid := read_table(output.html)):
                rows = frozenset(tuple(cell.text for cell in row) for row in grid.rows)
                tables.append((page.name, output.name, rows))
    found = {}
    for page_name, name, rows in tables:
        for other, _, more in tables:
            if other != page_name and rows < more:
                found[page_name, name] = other
    return found


def without_last(grid: Grid) -> Grid:
    """Return a table without its last column, which the longer table has."""
    last = len(grid.head) - 1
    return replace(grid, head=grid.head[:last], texts=grid.texts - {last}, rows=[row[:last] for row in grid.rows])


def notes_once(pages: Sequence[PageContent], w: Words) -> Mapping[str, Sequence[Paragraph]]:
    """Return page -> its caveats and method; of caveats that an earlier page has, the names of these pages.

    Caveats belong to series, and several pages read the same series.
    """
    told: dict[str, PageContent] = {}
    found: dict[str, Sequence[Paragraph]] = {}
    for page in pages:
        kept: list[Paragraph] = []
        for output in (o for o in page.outputs if o.kind in NOTES):
            before: dict[str, PageContent] = {}
            for paragraph in read_markdown(output.markdown):
                first = told.setdefault(paragraph.text, page) if paragraph.depth else page
                if first.name != page.name and output.kind is Kind.CAVEATS:
                    before[first.name] = first
                else:
                    kept.append(paragraph)
            if before:
                kept.append(Paragraph(list(_reference(before.values(), w)), depth=1))
        found[page.name] = kept
    return found


def _reference(pages: Iterable[PageContent], w: Words) -> Sequence[Run]:
    runs = [Run(w.typography(f"{w.ui('told_before')} "))]
    for number, page in enumerate(pages):
        runs += [Run(w.semicolon if number else ""), Run(page.title, page=page.name)]
    return [run for run in (*runs, Run(".")) if run.text]
