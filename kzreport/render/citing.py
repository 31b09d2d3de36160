"""Numbers of sources behind sentences, headlines and rows of figures, as small links to the list at the end of a page.

A sentence that rests on the very sources of the one before it under the same heading bears no number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from markupsafe import Markup

from kzreport.language.words import Words
from kzreport.pages.outputs import Kind
from kzreport.render.blocks import Block
from kzreport.render.fill import fill
from kzreport.render.references import References

_END = re.compile(r"</(?:p|li)>(?=(?:\s*</(?:ul|ol)>)?\s*$)")  # of the last paragraph or point of a text
_POINT = re.compile(r"(?<=<li>)(.*?)(?=(?: <a [^>]*>→[^<]*</a>)?</li>)", re.DOTALL)  # up to its link to another page
_ROW_HEAD = re.compile(r'(<th scope="row">)(.*?)(?=</th>)', re.DOTALL)


def runs_of(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of each run of numbers; two in a row are a run each.

    >>> list(runs_of([1, 2, 3, 5, 8, 9]))
    [(1, 3), (5, 5), (8, 8), (9, 9)]
    """
    left = list(numbers)
    while left:
        n = next((i for i in range(1, len(left)) if left[i] != left[0] + i), len(left))
        n = n if n > 2 else 1
        yield left[0], left[n - 1]
        left = left[n:]


def source_links(numbers: Sequence[int], words: Words, page: str = "") -> Markup:
    """Return small links to numbered sources of a page, or of this one, to be put behind a text; nothing for none."""
    if not numbers:
        return Markup("")
    return Markup(fill("cited.html", w=words, several=len(numbers) > 1, runs=list(runs_of(numbers)), page=page))


def with_sources(blocks: Sequence[Block], references: References, words: Words) -> Iterator[Block]:
    """Yield the blocks of a page, the numbers of their sources behind its headlines, sentences and rows of figures."""
    before: list[int] = []
    for block in blocks:
        output = block.output
        if output is None or block.place:
            before = []
            yield block
        elif output.kind is Kind.HEADLINES:
            lines = iter(output.series.splitlines())
            yield replace(block, html=_with_points(block.html, lines, references, words))
        elif output.kind in (Kind.SAY, Kind.HEADLINE):
            numbers = references.sources_of(output.series)
            links = source_links([] if numbers == before else numbers, words)
            yield replace(block, html=ended(block.html, links))
            before = numbers
        elif output.kind is Kind.TABLE and (rows := references.rows_of(output)):
            yield replace(block, html=_with_rows(block.html, rows, words))
        else:
            yield block


def ended(html: Markup, links: Markup) -> Markup:
    """Return a text with links at the end of its last paragraph or point."""
    found = _END.search(html)
    return html[: found.start()] + links + html[found.start() :] if found else html


def _with_points(html: Markup, lines: Iterator[str], references: References, words: Words) -> Markup:
    def point(found: re.Match[str]) -> str:
        return found[0] + str(source_links(references.sources_of(next(lines, "")), words))

    return Markup(_POINT.sub(point, str(html)))


def _with_rows(html: Markup, rows: dict[str, Sequence[int]], words: Words) -> Markup:
    def head(found: re.Match[str]) -> str:
        return found[0] + str(source_links(rows.get(Markup(found[2]).unescape(), ()), words))

    return Markup(_ROW_HEAD.sub(head, str(html)))
