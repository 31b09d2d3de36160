"""An executed page -> its pieces in order: text, tables, charts and code as clean HTML."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from kzreport.charts.picture import inline_picture
from kzreport.pages.outputs import Kind, Output, read_output
from kzreport.render.markup import clean, markdown

# Kinds of text that the page sets apart; the others are plain paragraphs.
_STYLED = (Kind.CAVEATS, Kind.METHOD, Kind.SOURCES, Kind.HEADLINE, Kind.TITLE, Kind.NOTE)
_FORMATTER = HtmlFormatter(style="default", nowrap=True)


@dataclass(frozen=True)
class Block:
    """A piece of a page: ``chart`` (its picture as SVG), ``table``, ``code``, or a kind of text.

    ``title``, ``measure``, ``source``: of a chart, as text beside the picture.
    """

    kind: str
    html: Markup
    name: str = ""
    title: str = ""
    measure: str = ""
    source: str = ""

    @property
    def filtered(self) -> bool:
        """True for the table of claims, which the page offers to filter."""
        return self.kind == "table" and "<table data-claims=" in self.html


def blocks(nb: NotebookNode, language: str) -> list[Block]:
    """Return the page's pieces in order; an analyst's Markdown cells only if tagged with the language.

    Raises :class:`~kzreport.errors.PageError` for an output that no page shows.
    """
    found: list[Block] = []
    for number, cell in enumerate(nb.cells, 1):
        if cell.cell_type == "markdown":
            if language in cell.metadata.get("tags", []):
                found.append(Block("text", markdown(cell.source)))
            continue
        if cell.source.strip():
            found.append(Block("code", Markup(highlight(cell.source, PythonLexer(), _FORMATTER))))
        found += [_block(read_output(raw, f"cell {number}")) for raw in cell.outputs]
    return found


def _block(output: Output) -> Block:
    if output.kind is Kind.CHART:
        picture = Markup(inline_picture(output.svg, output.name))
        return Block("chart", picture, output.name, output.heading, output.measure, output.source)
    if output.kind is Kind.TABLE:
        return Block("table", clean(output.html), output.name)
    return Block(str(output.kind) if output.kind in _STYLED else "text", markdown(output.markdown))


def code_style() -> Markup:
    """Return the style sheet of the code blocks."""
    return Markup(_FORMATTER.get_style_defs(".code"))
