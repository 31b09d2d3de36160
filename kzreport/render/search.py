"""The search page of an edition in one language: its index stands in the page, so that it works from a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator

from markupsafe import Markup

from kzreport.language.words import Words
from kzreport.pages.outputs import Kind, Output
from kzreport.render.content import Edition, PageContent
from kzreport.render.fill import fill, page_script
from kzreport.render.html import page_groups
from kzreport.render.sources import edition_sources
from kzreport.render.text import read_markdown, read_table

_MOST = 900  # characters of a piece; a longer one is parted
_READ = (Kind.SECTION, Kind.HEADLINE, Kind.SAY, Kind.NOTE, Kind.CAVEATS, Kind.METHOD, Kind.ABSENT)
Piece = tuple[str, str, str, str]  # address, title of the page, heading, text


def search_page(edition: Edition, language: str) -> str:
    """Return the search page. Its script alone reads the index; without script it says so, and leads to the cover."""
    w = Words(language, day=edition.as_of)
    found = [piece for page in edition.pages[language] for piece in _pieces(page)]
    for s in edition_sources(edition, language):
        found.append((f"series/{s.name}.html", w.ui("catalogue"), s.title, f"{s.publisher}. {' '.join(s.caveats)}"))
    titles = {page.name: page.title for page in edition.pages[language]}
    script, digest = page_script("search.js")
    return fill(
        "search.html",
        w=w,
        language=language,
        languages=edition.languages,
        report=edition.report[language],
        line=edition.lines[language],
        fingerprint=edition.fingerprint,
        pieces=embedded(found),
        titles=titles,
        groups=page_groups(titles, w),
        script=script,
        digest=digest,
    )


def embedded(data: object) -> Markup:
    """Return data as JSON that stands in a page: nothing in it ends the element.

    >>> str(embedded(["</script>"]))
    '["\\\\u003c/script\\\\u003e"]'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def _pieces(page: PageContent) -> Iterator[Piece]:
    """Yield the sections, charts and tables of a page, each with its text and its place."""
    href, heading, texts = f"{page.name}.html", "", list[str]()
    for output in page.outputs:
        if output.kind in (Kind.CHART, Kind.TABLE):
            yield from _parted(f"{page.name}.html#{output.name}", page.title, output.title, [_about(output)])
        elif output.kind in _READ:
            said = read_markdown(output.markdown)
            if said and said[0].level:
                yield from _parted(href, page.title, heading, texts)
                href, heading, texts = f"{page.name}.html#section-{output.name or output.kind}", said[0].text, []
                said = said[1:]
            texts += [p.text for p in said]
    yield from _parted(href, page.title, heading, texts)


def _about(output: Output) -> str:
    """Return what is searched of a chart or table: its description, or the heads of its rows."""
    if output.kind is Kind.CHART:
        return output.alt
    grid = read_table(output.html)
    return " · ".join(dict.fromkeys(cell.text for row in grid.rows for cell in row[:1]))


def _parted(href: str, page: str, heading: str, texts: list[str]) -> Iterator[Piece]:
    text = ""
    for each in texts:
        if text and len(text) + len(each) > _MOST:
            yield href, page, heading, text
            text = ""
        text = f"{text} {each}".strip()
    if text or heading:
        yield href, page, heading, text
