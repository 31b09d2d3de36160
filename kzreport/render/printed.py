"""Text and tables of a page as plain data for the templates of print (``templates/*.typ``)."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from kzreport.charts.fonts import TEXT
from kzreport.render.aligned import column_ends
from kzreport.render.repeated import is_prose
from kzreport.render.text import Cell, Grid, Paragraph, Run, read_markdown

Data = dict[str, Any]

# In characters, but for numbers of rows and sizes in points:
_LINE = 130  # fit on a line of a table
_GAP = 4.0  # stand for the space between two columns
_WORD = 24  # a longer word is parted
_NUMBER = 44  # a longer cell is no number
_FEW = 18  # rows, and fewer, stay on one page
_LONG = 6  # rows, and more, of a table that is no wider than _NARROW are set in two halves side by side
_NARROW = 0.47  # of the width of the text
_SIZE, _SMALLEST = 8.0, 7.0  # points: a table that is a little too wide is set smaller
_TALL = 230.0  # points, of a chart that takes a third of a page and more
_PAGE = 5000  # of small print: a longer part of the notes may go over to the next page
_SHORT = 3500  # a shorter list of entries is set in two columns of one height, a longer one fills page after page


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
    return printed_paragraphs(read_markdown(text), level)


def printed_paragraphs(paragraphs: Sequence[Paragraph], level: int = 0) -> list[Data]:
    """Return paragraphs as data, as :func:`printed_text` does."""
    found: list[Data] = []
    open_: list[list[Data]] = []  # the lists to which an item may be added, the outermost first
    for p in paragraphs:
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


def printed_table(grid: Grid, mark: str) -> Data:
    """Return a table as data: title, head, rows of cells of lines, the columns that hold words, widths.

    ``mark``: of decimals; ``ends``: what follows the units of the numbers of each column, by row. The kind is
    ``entries`` where a row holds so much text that it is read as an entry of a list, else ``table``.
    """
    texts = [n in grid.texts or _holds_words(grid, n) for n in range(len(grid.head))]
    ends = column_ends(grid, texts, mark)
    said = [grid.head, *(_with_room(row, number, ends) for number, row in enumerate(grid.rows))]
    whole = sum(_GAP + max(map(len, column)) for column in zip(*said, strict=True))
    size = max(_SMALLEST, _SIZE * min(1.0, _LINE / whole))
    share = round(min(whole / _LINE, 1.0), 3)
    return {
        "kind": "entries" if is_prose(grid) else "table",
        "title": grid.caption,
        "head": grid.head,
        "rows": [[[printed_runs(line) for line in cell.lines] for cell in row] for row in grid.rows],
        "texts": texts,
        "ends": ends,
        "widths": column_widths(said, int(_LINE * _SIZE / size)),
        "share": share,
        "folded": share <= _NARROW and len(grid.rows) >= _LONG,
        "size": round(size, 2),
        "half": _middle(grid) if is_prose(grid) else None,
        "whole": len(grid.rows) <= _FEW,
        "tight": sum(map(_least, zip(*said, strict=True))) > _LINE * _SIZE / size or max(map(_longest, said)) > _WORD,
    }


def _with_room(row: Sequence[Cell], number: int, ends: Sequence[Sequence[str | None]]) -> list[str]:
    """Return the texts of a row, a number as long as its room: decimals that others of its column have are counted."""
    found = []
    for cell, column in zip(row, ends, strict=True):
        end, longest = column[number], max(len(end or "") for end in column)
        found.append(cell.text + "0" * (longest - len(end) if end is not None else 0))
    return found


def _middle(grid: Grid) -> int | None:
    """Return the number of the row that begins the second column, or nothing for a list over several pages."""
    lengths = [sum(len(cell.text) for cell in row) for row in grid.rows]
    if sum(lengths) > _SHORT:
        return None
    return min(range(1, len(lengths) + 1), key=lambda n: abs(sum(lengths[:n]) - sum(lengths[n:])))


def _holds_words(grid: Grid, column: int) -> bool:
    return any(row[column].head or len(row[column].text) > _NUMBER for row in grid.rows)


def column_widths(rows: Sequence[Sequence[str]], line: int = _LINE) -> list[float]:
    """Return the shares of columns in the width of a table, in characters.

    Each has room for its longest word. Where not every cell fits on one line, the rest goes to the columns that hold
    the most text.

    >>> column_widths([["Mois", "2026"], ["août", "9,8"]], 24), column_widths([["a", "b" * 4], ["x " * 40, "1"]], 40)
    ([12.0, 12.0], [32.0, 8.0])
    """
    columns = list(zip(*rows, strict=True))
    least = [_least(c) for c in columns]
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


def _least(column: Sequence[str]) -> float:
    """Return the width of the longest word of a column, in characters."""
    return _GAP + min(_longest(column), _WORD)


def _longest(cells: Sequence[str]) -> int:
    return max(len(word) for cell in cells for word in re.split(r"[ \n-]", cell))


def printed_size(svg: str) -> tuple[float, float]:
    """Return the width and height in points at which the smallest letters of a picture are as high as print needs.

    >>> printed_size('<svg viewBox="0 0 489.6 300">')
    (403.2, 247.1)
    """
    width, height = svg.split('viewBox="', 1)[1].split('"', 1)[0].split()[2:]
    return round(float(width) * _SMALLEST / TEXT, 1), round(float(height) * _SMALLEST / TEXT, 1)


def tall_last(blocks: Sequence[Data]) -> list[Data]:
    """Return blocks with the tall charts of a section after what follows them in it: that fills the page before them.

    >>> chart, say, table, section = ({"kind": k, "height": 400} for k in ("chart", "say", "table", "section"))
    >>> low = {"kind": "chart", "height": 200}
    >>> [b["kind"] for b in tall_last([section, chart, low, table, say, section])]
    ['section', 'chart', 'table', 'say', 'chart', 'section']
    """
    found: list[Data] = []
    tall: list[Data] = []
    for block in blocks:
        if tall and block["kind"] not in ("say", "table", "chart"):
            found += tall
            tall = []
        (tall if block["kind"] == "chart" and block["height"] > _TALL else found).append(block)
    return found + tall


def noted_parts(parts: Sequence[Data]) -> list[Data]:
    """Return text by heading: the heading, and what is under it in two columns; ``long``: too long for a page.

    >>> texts = [{"kind": k, "runs": [{"text": k}]} for k in ("heading", "text", "heading", "text")]
    >>> [([d["kind"] for d in p["head"]], p["long"]) for p in noted_parts(texts)]
    [(['heading'], False), (['heading'], False)]
    """
    found: list[Data] = []
    for part in parts:
        if part["kind"] == "heading" or not found:
            found.append({"head": [], "text": []})
        found[-1]["head" if part["kind"] == "heading" else "text"].append(part)
    return [
        {"head": p["head"], "columns": halves(p["text"]), "long": sum(map(_length, p["text"])) > _PAGE} for p in found
    ]


def halves(parts: Sequence[Data]) -> tuple[list[Data], list[Data]]:
    """Part text into two columns of about the same length, between two items of a list.

    >>> items = [{"runs": [{"text": "x" * 9}], "items": []} for _ in range(4)]
    >>> [[len(d["items"]) for d in column] for column in halves([{"kind": "list", "items": items}])]
    [[2], [2]]
    """
    pieces: list[Data] = []
    for part in parts:
        pieces += [{"kind": "list", "items": [item]} for item in part["items"]] if part["kind"] == "list" else [part]
    lengths = [_length(piece) for piece in pieces]
    best = min(range(len(pieces) + 1), key=lambda n: (abs(sum(lengths[:n]) - sum(lengths[n:])), -n))
    while best and pieces[best - 1]["kind"] == "heading":
        best -= 1  # it begins the second column
    return _joined(pieces[:best]), _joined(pieces[best:])


def _length(piece: Data) -> int:
    """Return about how much room a piece of text takes, in characters; a beginning counts as half a line."""
    own = sum(len(run["text"]) for run in piece.get("runs", ())) + _LINE // 2
    return own + sum(map(_length, piece.get("items", ())))


def _joined(pieces: Sequence[Data]) -> list[Data]:
    found: list[Data] = []
    for piece in pieces:
        if piece["kind"] == "list" and found and found[-1]["kind"] == "list":
            found[-1] = {"kind": "list", "items": [*found[-1]["items"], *piece["items"]]}
        else:
            found.append(piece)
    return found
