"""An executed page -> its pieces in order: text, tables and charts as clean HTML, with the code that made them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from kzreport.charts.picture import inline_picture, phone_picture
from kzreport.pages.outputs import Kind, Output, read_output
from kzreport.render.markup import clean, markdown

# Kinds of text that the page sets apart; the others are plain paragraphs.
_STYLED = (Kind.CAVEATS, Kind.METHOD, Kind.SOURCES, Kind.HEADLINE, Kind.TITLE, Kind.NOTE)
_HEADED = (Kind.SECTION, Kind.CAVEATS, Kind.METHOD, Kind.SOURCES)
_HEADING = re.compile(r"\s*<h2>(.*?)</h2>\s*", re.DOTALL)
_ODD = re.compile(r"[^\w-]+")  # what no address of a place holds
_NOTHING = Markup("")
_FORMATTER = HtmlFormatter(style="default", nowrap=True)
_TOKEN = re.compile(r'<span class="(\w+)">([^<]*)</span>')
_RULE = re.compile(r"\.code \.(\w+) \{[^}]*\}")


@dataclass(frozen=True)
class Block:
    """A piece of a page: ``chart`` (its picture as SVG), ``table``, or a kind of text.

    - ``place``, ``heading``: of a section: the end of the address of a link to it, the same in all languages
    - ``output``: what the page showed; none for an analyst's own text
    - ``code``, ``code_at``: of a chart or table: the cell that showed it, if no figure before shows that cell; the name
      of the figure that does
    """

    kind: str
    html: Markup
    place: str = ""
    heading: Markup = _NOTHING
    output: Output | None = None
    code: Markup = _NOTHING
    code_at: str = ""


def blocks(nb: NotebookNode, language: str) -> Iterator[Block]:
    """Yield the page's pieces in order; an analyst's Markdown cells only if tagged with the language.

    Raises :class:`~kzreport.errors.PageError` for an output that no page shows.
    """
    for number, cell in enumerate(nb.cells, 1):
        if cell.cell_type == "markdown":
            if language in cell.metadata.get("tags", []):
                yield Block("text", markdown(cell.source))
            continue
        code_at = ""
        for raw in cell.outputs:
            output = read_output(raw, f"cell {number}")
            if output.kind in (Kind.CHART, Kind.TABLE):
                code = _NOTHING if code_at else as_code(cell.source)
                code_at = code_at or output.name
                yield Block(str(output.kind), _figure(output), output=output, code=code, code_at=code_at)
            else:
                yield _block(output)


def _figure(output: Output) -> Markup:
    if output.kind is Kind.CHART:
        return Markup(inline_picture(output.svg, output.name) + phone_picture(output.svg, output.name))
    return clean(output.html)


def _block(output: Output) -> Block:
    text, heading = markdown(output.markdown), _NOTHING
    if output.kind in _HEADED and (found := _HEADING.match(text)):
        heading, text = Markup(found[1]), Markup(text[found.end() :])
    place = f"section-{_ODD.sub('-', output.name or output.kind)}" if heading else ""
    return Block(str(output.kind) if output.kind in _STYLED else "text", text, place, heading, output)


def page_code(nb: NotebookNode) -> Markup:
    """Return the whole code of a page."""
    return as_code("\n\n".join(c.source.strip() for c in nb.cells if c.cell_type == "code" and c.source.strip()))


@lru_cache(maxsize=512)  # the cells of a page are the same on every date, but for its parameters
def as_code(source: str) -> Markup:
    """Return Python as coloured HTML; what has no colour has no tag."""
    rules = _rules()
    made = highlight(source, PythonLexer(), _FORMATTER)
    return Markup(_TOKEN.sub(lambda found: found[0] if found[1] in rules else found[2], made))


def code_style(code: str) -> Markup:
    """Return the style sheet of code that :func:`as_code` made: the rules that it uses.

    >>> str(code_style(as_code("page = None")))
    '.code .o { color: #666 }\\n.code .kc { color: #008000; font-weight: bold }'
    """
    used = {found[1] for found in _TOKEN.finditer(code)}
    return Markup("\n".join(rule for name, rule in _rules().items() if name in used))


@lru_cache(maxsize=1)
def _rules() -> Mapping[str, str]:
    """Return the rule of each kind of token that has a colour."""
    lines = _FORMATTER.get_style_defs(".code").splitlines()
    return {found[1]: found[0] for line in lines if (found := _RULE.match(line))}
