"""Executed page -> one self-contained HTML file: no address from outside, readable and whole with JavaScript off.

The one script is our own (``templates/filter.js``, which hides rows of the table of claims); the page's policy names
its digest, so that no other script runs.

Text from data reaches this module as Markdown or as a table; both go through an allow-list (nh3) last, so whatever a
publisher, a parameter or an analyst typed is shown as text. Pictures are written by this module alone.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jinja2
import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from kzreport.language.words import Words
from kzreport.pages.outputs import Kind, read_output
from kzreport.pages.since import Changes
from kzreport.pages.since_text import changes_list, changes_title, new_figures_table, revisions_table
from kzreport.project import project

TAGS = {
    "h1",
    "h2",
    "h3",
    "p",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "code",
    "a",
    "br",
    "blockquote",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
_ATTRIBUTES = {
    "a": {"href"},
    "th": {"scope", "data-text"},
    "td": {"data-text"},
    "table": {"data-claims"},
    "tr": {"data-document", "data-theme", "data-verdict"},
}

# Kinds of text that the page sets apart; the others are plain paragraphs.
_STYLED = (Kind.CAVEATS, Kind.METHOD, Kind.SOURCES, Kind.HEADLINE, Kind.TITLE, Kind.NOTE)


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("kzreport.render"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=1)
def _filter() -> tuple[Markup, str]:
    """The script that filters the table of claims, and its digest for the page's policy."""
    loader = _environment().loader
    assert loader is not None
    script = loader.get_source(_environment(), "filter.js")[0].strip()
    return Markup(script), "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "a" and name == "href":
        page = value.removesuffix(".ipynb")
        if value.endswith(".ipynb") and page.replace("_", "").isalnum():
            return f"{page}.html"
        return value if value.startswith("https://") else None
    return value


def clean(markup: str) -> Markup:
    """HTML without anything that runs, loads or styles.

    >>> str(clean('<p onclick="x()">a<script>x()</script> <a href="javascript:x()">b</a></p>'))
    '<p>a <a rel="noopener noreferrer">b</a></p>'

    A minus sign is not left at the end of a line by the currency that follows it (U+2060, word joiner).
    """
    kept = nh3.clean(markup, tags=TAGS, attributes=_ATTRIBUTES, attribute_filter=_attribute, url_schemes={"https"})
    return Markup(kept.replace("\u2212$", "\u2212\u2060$"))


def markdown(text: str) -> Markup:
    """Markdown without raw HTML, as clean HTML."""
    return clean(MarkdownIt("commonmark", {"html": False}).render(text))


@dataclass(frozen=True)
class Block:
    """A piece of a page: ``text``, ``table``, ``chart`` or ``code``."""

    kind: str
    html: Markup
    name: str = ""
    alt: str = ""

    @property
    def filtered(self) -> bool:
        """True for the table of claims, which the page offers to filter."""
        return self.kind == "table" and "<table data-claims=" in self.html


def blocks(nb: NotebookNode, language: str) -> list[Block]:
    """The page's pieces in order; Markdown cells of an analyst only where tagged with the language."""
    found: list[Block] = []
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            if language in cell.metadata.get("tags", []):
                found.append(Block("text", markdown(cell.source)))
            continue
        if cell.source.strip():
            found.append(Block("code", Markup(highlight(cell.source, PythonLexer(), HtmlFormatter(nowrap=True)))))
        for raw in cell.outputs:
            output = read_output(raw, "a page to render")
            if output.kind is Kind.CHART:
                png = Markup(base64.b64encode(output.png).decode())
                found.append(Block("chart", png, output.name, output.alt))
            elif output.kind is Kind.TABLE:
                found.append(Block("table", clean(output.html), output.name))
            else:
                kind = str(output.kind) if output.kind in _STYLED else "text"
                found.append(Block(kind, markdown(output.markdown)))
    return found


def page(
    nb: NotebookNode,
    *,
    name: str,
    language: str,
    titles: Mapping[str, str],
    report: str,
    date: str,
    languages: Sequence[str],
    fingerprint: str,
) -> str:
    """The HTML of one page. ``titles`` are those of the edition's pages in order."""
    shown = blocks(nb, language)
    script, digest = _filter() if any(b.filtered for b in shown) else (Markup(""), "")
    return (
        _environment()
        .get_template("page.html")
        .render(
            w=Words(language),
            name=name,
            language=language,
            titles=titles,
            report=report,
            date=date,
            languages=languages,
            fingerprint=fingerprint,
            blocks=shown,
            script=script,
            digest=digest,
            pygments=Markup(HtmlFormatter(style="default").get_style_defs(".code")),
        )
    )


def edition(
    *,
    report: Mapping[str, str],
    date: str,
    lines: Mapping[str, str],
    titles: Mapping[str, Mapping[str, str]],
    headlines: Mapping[str, Mapping[str, str]],
    fingerprint: str,
) -> str:
    """The front page of one edition: language -> page -> title, with each page's headline (Markdown).

    ``lines``: the edition's date and until when its figures go, in each language.
    """
    said = {k: {p: markdown(t) for p, t in v.items()} for k, v in headlines.items()}
    return (
        _environment()
        .get_template("edition.html")
        .render(
            words={k: Words(k) for k in titles},
            report=report,
            date=date,
            lines=lines,
            titles=titles,
            headlines=said,
            fingerprint=fingerprint,
        )
    )


def index(editions: Sequence[Mapping[str, Any]]) -> str:
    """The list of all editions, newest first."""
    words = {k: Words(k) for k in project().languages}
    return _environment().get_template("index.html").render(editions=editions, words=words)


def changes(found: Changes, report: str, language: str) -> str:
    """What changed between two dates, as a page of its own."""
    w = Words(language)
    tables = [
        (w.ui(name), table)
        for name, table in (
            ("fresh", new_figures_table(found, w)),
            ("revised", revisions_table(found, w)),
        )
        if len(table) > 1
    ]
    title = changes_title(found, w)
    listed = markdown(changes_list(found, w))
    template = _environment().get_template("changes.html")
    return template.render(language=language, title=title, report=report, listed=listed, tables=tables)
