"""An edition as one PDF in a language: cover, contents, a chapter for each page, with bookmarks and running heads."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kzreport.language.words import Words
from kzreport.pages.outputs import Kind, Output
from kzreport.project import project
from kzreport.render.content import Edition, PageContent
from kzreport.render.late import late_figures
from kzreport.render.markup import clean, markdown
from kzreport.render.setting import set_pdf
from kzreport.render.tree import Node, elements, plain, tree

# In characters:
_LINE = 110  # fit on a line of a table
_GAP = 3.0  # stand for the space between two columns
_WORD = 24  # a longer word is parted
_NUMBER = 44  # a longer cell is no number
_DENSE = 300  # a longer row is set smaller
_MOST = 1500  # a longer cell may go on to the next page


def make(edition: Edition, language: str) -> bytes:
    """Return an edition in one of its languages as PDF/A-2a and PDF/UA-1.

    Raises :class:`~kzreport.errors.PageError` for what cannot be set.
    """
    w, pages = Words(language), edition.pages[language]
    data = {
        "language": language,
        "project": project().name[language],
        "title": edition.report[language],
        "day": w.day(edition.as_of),
        "line": edition.lines[language],
        "notice": edition.notices[language],
        "author": "kzreport",
        "keywords": [page.title for page in pages],
        "date": {"year": edition.as_of.year, "month": edition.as_of.month, "day": edition.as_of.day},
        "words": {key: w.ui(key) for key in ("contents", "page_mark", "late", "sources", "annex", "sources_at")} | {"colon": w.colon},
        "points": _points(pages, w),
        "late": late_figures(edition, w),
        "pages": [{"name": page.name, "blocks": list(_blocks(page, w))} for page in pages],
        "sources": _sources(pages),
        "end": f"{w.ui('made_with')} {w.ui('fingerprint')}{w.colon}{edition.fingerprint}",
    }
    return set_pdf("edition.typ", data, edition.as_of)


def _points(pages: Sequence[PageContent], w: Words) -> dict[str, Any]:
    """Return the headlines for the cover: those that a page has collected, else those of the pages."""
    for page in pages:
        for before, output in zip([None, *page.outputs], page.outputs, strict=False):
            if output.kind is Kind.HEADLINES:
                title = before.markdown.lstrip("# ") if before and before.kind is Kind.SECTION else w.ui("main_points")
                return {"title": title, "nodes": text_nodes(output.markdown)}
    said = [(page, o.markdown.strip("*")) for page in pages for o in page.outputs if o.kind is Kind.HEADLINE]
    lines = [f"- {text} [→ {page.title}]({page.name}.ipynb)" for page, text in said]
    return {"title": w.ui("main_points"), "nodes": text_nodes("\n".join(lines))}


def _sources(pages: Sequence[PageContent]) -> list[Node]:
    """Return the sources of all pages as one list, each series once, under its publisher and terms."""
    groups: dict[str, dict[str, Any]] = {}
    known: set[str] = set()
    for output in (o for page in pages for o in page.outputs if o.kind is Kind.SOURCES):
        for group in _top_items(text_nodes(output.markdown)):
            inner = [n for n in group["children"] if isinstance(n, str) or n["tag"] != "ul"]
            for item in elements(group["children"], "li"):
                name = plain(next(elements(item["children"], "code"))["children"])
                if name not in known:
                    known.add(name)
                    found = groups.setdefault(plain(inner), {"tag": "li", "children": [*inner, {"tag": "ul", "children": []}]})
                    found["children"][-1]["children"].append(item)
    return [{"tag": "ul", "children": list(groups.values())}] if groups else []


def _top_items(nodes: Sequence[Node]) -> list[Mapping[str, Any]]:
    return [item for n in nodes if not isinstance(n, str) and n["tag"] == "ul" for item in n["children"]]


def _blocks(page: PageContent, w: Words) -> Iterator[dict[str, Any]]:
    """Yield what a chapter sets. Headlines that the page has collected stand on the cover, with their heading; its
    sources stand at the end of the document, and the chapter names their publishers."""
    level = 0
    for output, after in zip(page.outputs, [*page.outputs[1:], None], strict=True):
        if output.kind is Kind.HEADLINES:
            continue
        if output.kind is Kind.SECTION and after is not None and after.kind is Kind.HEADLINES:
            continue
        if output.kind is Kind.SOURCES:
            named = [plain(next(elements(g["children"], "strong"))["children"]) for g in _top_items(text_nodes(output.markdown))]
            yield {"kind": "publishers", "text": w.semicolon.join(dict.fromkeys(named))}
            continue
        block = _block(output, page.name)
        for heading in elements(block.get("nodes", []), "h1", "h2", "h3"):
            level = heading["level"] = min(int(heading["tag"][1]), level + 1)  # type: ignore[index]
        yield block


def _block(output: Output, page: str) -> dict[str, Any]:
    if output.kind is Kind.CHART:
        return {"kind": "chart", "svg": output.svg, "alt": output.alt}
    if output.kind is Kind.TABLE:
        return {"kind": "table", **table_data(tree(str(clean(output.html))))}
    kind = str(output.kind)
    return {"kind": kind, "name": page, "nodes": text_nodes(output.markdown.strip())}


def text_nodes(text: str) -> list[Node]:
    """Return Markdown as nodes; a link to a page of the edition has ``page`` in place of an address."""
    nodes = tree(str(markdown(text)))
    for link in elements(nodes, "a"):
        if (href := link.get("href", "")).endswith(".html") and not href.startswith("https://"):
            link["page"] = href.removesuffix(".html")  # type: ignore[index]
            del link["href"]  # type: ignore[attr-defined]
    return nodes


def table_data(nodes: Sequence[Node]) -> dict[str, Any]:
    """Return a table as data: title, head, rows of cells, the columns that hold words, widths."""
    caption = next(elements(nodes, "caption"))["children"]
    head, *rows = [list(elements(row["children"], "th", "td")) for row in elements(nodes, "tr")]
    said = [[plain(cell["children"]) for cell in row] for row in [head, *rows]]
    texts = [
        "text" in cell or any(row[n]["tag"] == "th" or len(plain(row[n]["children"])) > _NUMBER for row in rows)
        for n, cell in enumerate(head)
    ]
    return {
        "title": caption,
        "head": [cell["children"] for cell in head],
        "rows": [[cell["children"] for cell in row] for row in rows],
        "texts": texts,
        "widths": column_widths(said),
        "small": max(len("".join(row)) for row in said) > _DENSE,
        "breakable": any(len(cell) > _MOST for row in said for cell in row),
    }


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
    wanted = [min(amount / sum(amounts) * spare, high - low) for amount, low, high in zip(amounts, least, whole, strict=True)]
    return [round(low + more * spare / sum(wanted), 1) for low, more in zip(least, wanted, strict=True)]
