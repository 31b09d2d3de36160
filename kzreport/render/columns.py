"""Columns of a table on a page: words to the left, numbers on their decimal mark, rows named above them on a phone.

What belongs here: the attributes that the style sheet needs for it, and the meaning of signs that stand for figures.
The text of a table stays as it is. Formats with their own letters measure instead (:mod:`kzreport.render.aligned`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from kzreport.language.words import Words
from kzreport.render.aligned import decimal_mark
from kzreport.render.fill import css_text

FEW, MOST = 3, 9  # columns of a table that a phone shows otherwise; those that may stand below the name of their row
SPARSE = 0.25  # the share of cells without a figure from which on these are left out where cells have names
PHONE, LETTER, SMALL, GAP = 328, 8.0, 7.0, 7  # pixels: width of a phone, a letter, one of a head, between columns
HEAD = 30  # letters of a head of a narrow column: four lines
NONE, ESTIMATE = "–", "*"  # a cell without a figure; the end of one that is an estimate
_ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<(t[hd])([^>]*)>(.*?)</\1>", re.DOTALL)
_NUMBER = re.compile(r"([+−-]?\u2060?[^\w\s+−-]?\d(?:[\s.,]?\d)*)(\D*)")
_BREAK = re.compile(r"[ ‐–/-]|<[^>]*>")
_WORD, _PLURAL = re.compile(r"[^\W\d_]{3}"), re.compile(r"s\b")


@dataclass(frozen=True)
class _Number:
    """A cell that is a number and, ``after`` it, its unit or an asterisk."""

    text: str
    decimals: int
    after: str

    @property
    def unit(self) -> str:
        """Its unit in the singular."""
        return _PLURAL.sub("", self.after.removesuffix(ESTIMATE))

    def padded(self, decimals: int, after: str, mark: str) -> str:
        """Return the cell from the end of its tag's name on, with what it lacks of the longest in its column."""
        lacking, inner = _padding(self.decimals, decimals, mark), ""
        behind = "".join((Counter(after) - Counter(self.after)).elements())
        if self.after and lacking:
            lacking, inner = "", f'<i data-pad="{lacking}"></i>'
        pad = f' data-pad="{lacking}{behind}"' if lacking or behind else ""
        return f"{pad}>{escape(self.text)}{inner}{escape(self.after)}"


def aligned(table: Markup, words: Words) -> Markup:
    """Return a table in which columns of words are marked, and each number has what it lacks of the longest beside it.

    The style sheet draws missing decimals and asterisks, but unseen: decimal marks stand one below the other, and
    nobody hears or copies more than there was. Where that is too wide for a phone, the name of a row stands above its
    cells; where they are too many even then, each has the name of its column, and two stand side by side if they can.

    >>> rows = "".join(f"<tr><th>x</th><td>{n}</td><td>{text}</td></tr>" for n, text in (("9.25", "rise"), ("8*", "–")))
    >>> made = aligned(Markup(f"<table>{rows}</table>"), Words("en"))
    >>> print(made.replace("</tr>", "\\n"))
    <table><tr><th>x</th><td data-pad="*">9.25</td><td data-text="yes">rise</td>
    <tr><th>x</th><td>8<i data-pad=".00"></i>*</td><td data-text="yes">–</td>
    </table>
    """
    rows = [_CELL.findall(row) for row in _ROW.findall(str(table))]
    body = [row for row in rows if any(tag == "td" for tag, _, _ in row)]
    if not body or len(set(map(len, rows))) > 1:  # not one of ours
        return table
    columns = [[text for _, _, text in column] for column in zip(*body, strict=True)]
    heads = sum(tag == "th" for tag, _, _ in body[0])
    mark = decimal_mark(words)
    cells = zip(*(_column(texts, mark) for texts in columns), strict=True)
    of_words = [n >= heads and _is_words(texts, mark) for n, texts in enumerate(columns)]

    def row(found: re.Match[str]) -> str:
        own = iter(next(cells)) if "<td" in found[0] else None
        told = iter(of_words)

        def cell(each: re.Match[str]) -> str:
            tag, attributes, text = each.groups()
            if next(told) and "data-text" not in attributes:
                attributes += ' data-text="yes"'
            padded = next(own) if own else ""
            if tag == "td" and text == NONE and sparse:
                attributes += " data-none"
            return f"<td{attributes}{padded}</td>" if tag == "td" else f"<th{attributes}>{text}</th>"

        return _CELL.sub(cell, found[0])

    names = [text for _, _, text in rows[0]]
    kind = _on_a_phone(names, columns, heads)
    figures = [text for texts in columns[heads:] for text in texts]
    sparse = "pairs" in kind and figures.count(NONE) > SPARSE * len(figures)
    made = _ROW.sub(row, str(table))
    if kind:
        told_once = ";".join(
            f"--n{n}:{css_text(Markup(name).striptags())}" for n, name in enumerate(names[heads:], heads + 1)
        )
        style = f" style='{told_once}'" if "listed" in kind else ""
        made = made.replace("<table", f'<table class="{kind}"{style}', 1)
    return Markup(made)


def _on_a_phone(names: Sequence[str], columns: Sequence[Sequence[str]], heads: int) -> str:
    """Return how a phone shows a table, as the classes of the style sheet; empty for one that fits as it is."""
    both = list(zip(names, columns, strict=True))
    if len(both) < FEW or sum(_narrowest([name, *texts]) for name, texts in both) <= PHONE:
        return ""
    beside = both[heads:]
    if len(beside) < MOST:
        wide = sum(max(_narrowest([name], SMALL), _narrowest(texts)) for name, texts in beside)
        if wide <= PHONE and (len(beside) < 3 or max(map(len, names)) <= HEAD):
            return f"over of-{len(beside)}"
    halved = len(beside) > 3 and all(_narrowest([name]) + _narrowest(texts) <= PHONE / 2 for name, texts in beside)
    return "listed pairs" if halved else "listed"


def _narrowest(texts: Sequence[str], letter: float = LETTER) -> float:
    """Return the width of a column that breaks its texts between all words, in pixels."""
    words = (Markup(word).unescape() for text in texts for word in _BREAK.split(text))
    return max(map(len, words)) * letter + GAP


def _column(texts: Sequence[str], mark: str) -> list[str]:
    numbers = [_number(text, mark) for text in texts]
    known = [n for n in numbers if n]
    if len({n.unit for n in known}) != 1:
        return [f">{text}" for text in texts]
    decimals, after = max(n.decimals for n in known), max((n.after for n in known), key=len)
    nothing = _padding(0, decimals, mark) if len({n.decimals for n in known}) > 1 else ""  # a dash stands with the ones
    return [
        n.padded(decimals, after, mark) if n else f' data-pad="{nothing}">{t}' if nothing and t == NONE else f">{t}"
        for n, t in zip(numbers, texts, strict=True)
    ]


def _padding(decimals: int, most: int, mark: str) -> str:
    """Return the decimals that a number lacks, with their mark if it has none."""
    return "" if decimals == most else mark * (not decimals) + "0" * (most - decimals)


def _number(text: str, mark: str) -> _Number | None:
    found = None if "<" in text else _NUMBER.fullmatch(Markup(text).unescape())
    if not found:
        return None
    _, _, decimals = found[1].partition(mark)
    return _Number(found[1], len(decimals), found[2])


def _is_words(texts: Sequence[str], mark: str) -> bool:
    """True for a column most of whose cells are words: periods, names, ranges in words."""
    told = [text for text in texts if text != NONE]
    return sum(not _number(text, mark) and bool(_WORD.search(text)) for text in told) * 2 > len(told)


def signs(table: Markup, words: Words) -> str:
    """Return what the signs mean that stand for figures of a table, or beside them, unless its caption says so.

    >>> rows = "<tr><th>x</th><td>8.1*</td><td>–</td></tr>"
    >>> signs(Markup(f"<table><caption>Loads</caption>{rows}</table>"), Words("en"))
    '–: no figure; asterisk: estimate'
    >>> signs(Markup(f"<table><caption>Loads (asterisk: a minimum)</caption>{rows}</table>"), Words("en"))
    '–: no figure'
    """
    caption, _, _ = str(table).partition("</caption>")
    cells = [Markup(text).striptags() for tag, _, text in _CELL.findall(str(table)) if tag == "td"]
    estimate = words.ui("sign_estimate")
    found = {
        words.ui("sign_none"): NONE in cells,
        words.ui("sign_unavailable"): words.ui("not_available") in cells,
        estimate: any(t.endswith(ESTIMATE) for t in cells) and estimate.split()[0].strip(":") not in caption.lower(),
    }
    return words.semicolon.join(words.typography(text) for text, is_there in found.items() if is_there)
