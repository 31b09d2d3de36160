"""Numbers of a column of a table one below the other, by their decimal marks.

What belongs here: what follows a number's units, so that a format can leave as much room after the others. What does
not: how wide that is, which each format knows for its own letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kzreport.language.words import Words
from kzreport.render.text import Grid

_NOTHING = ("", "–")  # stand where the units of a number would


def decimal_mark(words: Words) -> str:
    """Return the mark between units and decimals.

    >>> decimal_mark(Words("fr")), decimal_mark(Words("en"))
    (',', '.')
    """
    return words.number(0.5, 1)[1:-1]


def number_ends(texts: Sequence[str], mark: str) -> list[str | None]:
    """Return what follows the units of each number of a column; ``None`` for a cell that is not aligned.

    Nothing is aligned in a column whose numbers have several units, as in "9.8%" above "4 tonnes", or end alike.

    >>> number_ends(["272.728", "2,200", "108*", "–", "n.s."], ".")
    ['.728', '', '*', '', None]
    >>> number_ends(["1,5 %", "20 %"], ","), number_ends(["9.8%", "4 t"], "."), number_ends(["1.5", "2.5"], ".")
    ([',5 %', ' %'], [None, None], [None, None])
    """
    number = re.compile(r"[+−]?([^\w\s]?)(\d(?:[\d\u202f\u00a0,.]*\d)?)(\*?)(\D*)")
    found: list[str | None] = []
    units: set[tuple[str, str]] = set()
    for text in texts:
        match = number.fullmatch(text)
        if match:
            currency, whole, star, unit = match.groups()
            units.add((currency, unit))
            found.append(mark + whole.partition(mark)[2] + star + unit if mark in whole else star + unit)
        else:
            found.append("" if text in _NOTHING else None)
    ends = {end for end, text in zip(found, texts, strict=True) if end is not None and text not in _NOTHING}
    return found if len(units) == 1 and len(ends) > 1 else [None] * len(texts)


def column_ends(grid: Grid, words: Sequence[bool], mark: str) -> list[list[str | None]]:
    """Return the ends of the numbers of each column, as :func:`number_ends`; ``words``: true for columns of text."""
    columns = [[row[n].text for row in grid.rows] for n in range(len(grid.head))]
    return [
        [None] * len(texts) if words[n] or any(len(row[n].lines) > 1 for row in grid.rows) else number_ends(texts, mark)
        for n, texts in enumerate(columns)
    ]
