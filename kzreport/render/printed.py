"""Text and tables of a page as plain data for the templates of print (``templates/*.typ``)."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from kzreport.pages.outputs import Output
from kzreport.render.text import Grid, Run, read_markdown, read_table

Data = dict[str, Any]

# In characters, but for _FEW:
_LINE = 110  # fit on a line of a table
_GAP = 3.0  # stand for the space between two columns
_WORD = 24  # a longer word is parted
_NUMBER = 44  # a longer cell is no number
_DENSE = 300  # a longer row is set smaller
_FEW = 18  # rows, and fewer, stay on one page
_MOST = 1500  # a longer cell may go on to the next page


def printed_runs(runs: Sequence[Run]) -> list[Data]:
    """Return runs as data: the text, and what is not the plain style.

    >>> printed_runs([Run("a "), Run("b", strong=True)])
    [{'text': 'a '}, {'text': 'b', 'strong': True}]
    """
    return [{name: value for name, value in vars(run).items() if value} for run in runs]


def printed_text(text: str, level: int = 0) -> list[Data]:
    """Return Markdown as data: paragraphs, headings, lists within lists.

    ``level``: of the heading before it; none may be skipped.

    >>> [(d["kind"], d.get("level")) for d in printed_text("### Head\\n\\n- one\\n  - two", 1)]
    [('heading', 2), ('list', None)]
    """
    found: list[Data] = []
    open_: list[list[Data]] = []  # the lists to which an item may be added, the outermost first
    for p in read_markdown(text):
        runs = printed_runs(p.runs)
        if not p.depth:
            open_ = []
            level = min(p.level, level + 1) if p.level else level
            found.append(
                {"kind": "heading", "level": level, "runs": runs} if p.level else {"kind": "text", "runs": runs}
            )
            continue
        del open_[p.depth :]
        while len(open_) < p.depth:
            items: list[Data] = []
            if not open_:
                found.append({"kind": "list", "items": items})
            elif open_[-1]:
                open_[-1][-1]["items"] = items
            else:
                open_[-1].append({"runs": [], "items": items})
            open_.append(items)
        open_[-1].append({"runs": runs, "items": []})
    return found


def printed_table(output: Output) -> Data:
    """Return a table as data: title, head, rows of cells of lines, the columns that hold words, widths."""
    grid = read_table(output.html)
    said = [grid.head, *([cell.text for cell in row] for row in grid.rows)]
    texts = [n in grid.texts or _holds_words(grid, n) for n in range(len(grid.head))]
    return {
        "kind": "table",
        "title": grid.caption,
        "head": grid.head,
        "rows": [[[printed_runs(line) for line in cell.lines] for cell in row] for row in grid.rows],
        "texts": texts,
        "widths": column_widths(said),
        "small": max(len("".join(row)) for row in said) > _DENSE,
        "whole": len(grid.rows) <= _FEW and not any(len("".join(row)) > _DENSE for row in said),
        "breakable": any(len(text) > _MOST for row in said for text in row),
    }


def _holds_words(grid: Grid, column: int) -> bool:
    return any(row[column].head or len(row[column].text) > _NUMBER for row in grid.rows)


def column_widths(rows: Sequence[Sequence[str]], line: int = _LINE) -> list[float]:
    """Return the shares of columns in the width of a table, in characters.

    Each has room for its longest word. Where not every cell fits on one line, the rest goes to the columns that hold
    the most text.

    >>> column_widths([["Mois", "2026"], ["août", "9,8"]], 24), column_widths([["a", "b" * 4], ["x " * 40, "1"]], 40)
    ([12.0, 12.0], [33.0, 7.0])
    """
    columns = list(zip(*rows, strict=True))
    least = [_GAP + min(max(len(word) for cell in c for word in re.split(r"[ \n-]", cell)), _WORD) for c in columns]
    whole = [_GAP + max(map(len, c)) for c in columns]
    spare = line - sum(least)
    if sum(whole) <= line or spare <= 0:
        kept = whole if spare > 0 else least
        return [round(x * line / sum(kept), 1) for x in kept]
    amounts = [math.sqrt(sum(len(cell) ** 2 for cell in c) / len(c)) for c in columns]
    wanted = [
        min(amount / sum(amounts) * spare, high - low) for amount, low, high in zip(amounts, least, whole, strict=True)
    ]
    return [round(low + more * spare / sum(wanted), 1) for low, more in zip(least, wanted, strict=True)]
