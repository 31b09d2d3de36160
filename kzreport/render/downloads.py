"""The files of figures that readers download: CSV with publishers, no cell that a spreadsheet would run, and SVG."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from nbformat import NotebookNode

from kzreport.charts.describe import HEADER
from kzreport.language.words import Words
from kzreport.pages.outputs import Output, page_artefacts
from kzreport.pages.rows import as_csv
from kzreport.render.figures import FigureReader, csv_rows, has_figures

COLUMNS = (*HEADER, "publisher", "published")
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def inert(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe stands before one. Numbers stay numbers.

    >>> inert("=1+1"), inert("-9.8"), inert("- 9,8"), inert("@SUM(A1)")
    ("'=1+1", '-9.8', "'- 9,8", "'@SUM(A1)")
    """
    return f"'{cell}" if cell.startswith(_RUNS) and not _NUMBER.fullmatch(cell) else cell


def download(output: Output, reader: FigureReader) -> str:
    """Return the CSV of a chart or table for readers: the page's CSV, with two more columns, publisher and published.

    ``reader``: of the page. A list of texts keeps its columns.
    """
    rows: list[Sequence[str]] = list(csv_rows(output))
    if has_figures(rows[:1]):
        found = [(row, reader.figure(row)) for row in rows[1:]]
        rows = [COLUMNS, *([*row, figure.publisher, figure.published] for row, figure in found)]
    return as_csv([[inert(cell) for cell in row] for row in rows])


def figure_files(nb: NotebookNode, words: Words, as_of: date) -> dict[str, bytes]:
    """Return the files of the charts and tables of an executed page by their addresses from it.

    ``words``: of the page; ``as_of``: the date of the edition.
    """
    files: dict[str, bytes] = {}
    reader = FigureReader(words, as_of)
    for artefact in page_artefacts(nb):
        address = f"figures/{words.name}-{artefact.name}"
        files[f"{address}.csv"] = download(artefact, reader).encode()
        if artefact.svg:
            files[f"{address}.svg"] = artefact.svg.encode()
    return files
