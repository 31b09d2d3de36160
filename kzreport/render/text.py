"""The text of a page as paragraphs and tables of runs, for formats that are not HTML.

Markdown and the HTML of tables are read by the same rules as in :mod:`kzreport.render.markup`: raw HTML is text, and
only links to ``https`` addresses and to pages are links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

_SIGN = re.compile("\u2212(?=[$€£¥])")


@dataclass(frozen=True)
class Run:
    """Text in one style.

    - ``href``: an address that it links to
    - ``page``: the name of a page of the edition that it links to
    """

    text: str
    strong: bool = False
    emphasis: bool = False
    code: bool = False
    href: str = ""
    page: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: ``level`` 1 to 3 for a heading, ``depth`` 1 and more for an item of a list, else both 0."""

    runs: Sequence[Run]
    level: int = 0
    depth: int = 0

    @property
    def text(self) -> str:
        """Its text without styles."""
        return plain(self.runs)


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its lines, and if it names the subject of its row."""

    lines: Sequence[Sequence[Run]]
    head: bool = False

    @property
    def text(self) -> str:
        """Its text without styles, one line below the other."""
        return "\n".join(map(plain, self.lines))


@dataclass
class Grid:
    """A table as a page shows it: its title, the names of its columns, the numbers of those that hold words, rows."""

    caption: str = ""
    head: list[str] = field(default_factory=list)
    texts: set[int] = field(default_factory=set)
    rows: list[list[Cell]] = field(default_factory=list)


def plain(runs: Sequence[Run]) -> str:
    """Return the text of runs."""
    return "".join(run.text for run in runs)


def with_signs(text: str) -> str:
    """Return text whose signs end no line.

    A word joiner (U+2060) keeps a minus sign with the currency that follows it, a no-break space an arrow with its aim.

    >>> with_signs("of −$672 million") == "of −\u2060$672 million"
    True
    >>> with_signs("→ Prices")
    '→\\xa0Prices'
    """
    return _SIGN.sub("\u2212\u2060", text).replace("→ ", "→\u00a0")


def _linked(run: Run, address: str) -> Run:
    page = address.removesuffix(".ipynb")
    if address.endswith(".ipynb") and page.replace("_", "").isalnum():
        return replace(run, page=page)
    return replace(run, href=address) if address.startswith("https://") else run


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False})


def read_markdown(text: str) -> list[Paragraph]:
    """Return Markdown as paragraphs.

    >>> [p] = read_markdown("**9.8%** <b>x</b> [site](https://stat.gov.kz)")
    >>> [(r.text, r.strong, r.href) for r in p.runs]
    [('9.8%', True, ''), (' <b>x</b> ', False, ''), ('site', False, 'https://stat.gov.kz')]
    >>> [(p.text, p.level, p.depth) for p in read_markdown("## Head\\n\\n- one\\n  - two")]
    [('Head', 2, 0), ('one', 0, 1), ('two', 0, 2)]
    """
    found: list[Paragraph] = []
    level = depth = 0
    for token in _markdown().parse(text):
        if token.type == "heading_open":
            level = int(token.tag[1:])
        elif token.type == "heading_close":
            level = 0
        elif token.type == "list_item_open":
            depth += 1
        elif token.type == "list_item_close":
            depth -= 1
        elif token.type == "inline":
            found.append(Paragraph(list(_runs(token.children or [])), min(level, 3), depth))
        elif token.content:
            found.append(Paragraph([Run(token.content.strip(), code=True)], 0, depth))
    return found


def _runs(tokens: Sequence[Token]) -> Iterator[Run]:
    style = Run("")
    pending: Run | None = None
    for token in tokens:
        match token.type:
            case "strong_open":
                style = replace(style, strong=True)
            case "strong_close":
                style = replace(style, strong=False)
            case "em_open":
                style = replace(style, emphasis=True)
            case "em_close":
                style = replace(style, emphasis=False)
            case "link_open":
                style = _linked(style, str(token.attrGet("href") or ""))
            case "link_close":
                style = replace(style, href="", page="")
        text = " " if token.type in ("softbreak", "hardbreak") else token.content
        if not text:
            continue
        run = replace(style, text=text, code=token.type == "code_inline")
        if pending and replace(pending, text=text) == run:
            pending = replace(pending, text=pending.text + text)
            continue
        if pending:
            yield pending
        pending = run
    if pending:
        yield pending


class _TableReader(HTMLParser):
    """Reads the HTML that :class:`kzreport.pages.rows.Table` writes."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.grid, self.style = Grid(), Run("")
        self.lines: list[list[Run]] = []
        self.inside = ""
        self.in_head = False
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("caption", "th", "td"):
            self.inside, self.lines = tag, [[]]
        elif tag == "thead":
            self.in_head = True
        elif tag == "tr" and not self.in_head:
            self.grid.rows.append([])
        elif tag == "li" and self.lines != [[]]:
            self.lines.append([])
        elif tag == "strong":
            self.style = replace(self.style, strong=True)
        elif tag == "a":
            self.style = _linked(self.style, dict(attrs).get("href") or "")
        if tag == "th" and self.in_head and ("data-text", "yes") in attrs:
            self.grid.texts.add(len(self.grid.head))

    def handle_endtag(self, tag: str) -> None:
        if tag == "strong":
            self.style = replace(self.style, strong=False)
        elif tag == "a":
            self.style = replace(self.style, href="", page="")
        elif tag == "thead":
            self.in_head = False
        elif tag == self.inside:
            cell = Cell(self.lines, head=tag == "th")
            if tag == "caption":
                self.grid.caption = cell.text
            elif self.in_head:
                self.grid.head.append(cell.text)
            else:
                self.grid.rows[-1].append(cell)
            self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.lines[-1].append(replace(self.style, text=data))


def read_table(markup: str) -> Grid:
    """Return the HTML of a table of a page as a grid.

    >>> from kzreport.pages.rows import Cell, Row, Table
    >>> rows = [Row([Cell("August"), Cell(" – a < b.\\nhttps://stat.gov.kz/en", strong="Right")])]
    >>> grid = read_table(Table("t", "Rates", ["Month", "Verdict"], rows, [], texts=(1,)).output().html)
    >>> grid.caption, grid.head, grid.texts
    ('Rates', ['Month', 'Verdict'], {1})
    >>> [c.text for c in grid.rows[0]], grid.rows[0][1].lines[1][0].href
    (['August', 'Right – a < b.\\nstat.gov.kz'], 'https://stat.gov.kz/en')
    """
    return _TableReader(markup).grid
