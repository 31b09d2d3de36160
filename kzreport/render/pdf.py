"""An edition as one PDF in a language: cover, contents, a chapter for each page, and sources with their terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kzreport.charts.picture import bare_picture
from kzreport.language.words import Words
from kzreport.pages.outputs import Kind, Output
from kzreport.project import project
from kzreport.render.content import Edition, PageContent
from kzreport.render.late import late_figures
from kzreport.render.printed import Data, printed_table, printed_text
from kzreport.render.setting import set_pdf
from kzreport.render.sources import SeriesSource, edition_sources
from kzreport.render.text import read_markdown

_SHORT = 700  # characters
_SAID = ("accessed", "annex", "contents", "last_figure", "late", "licence", "page_mark", "sources", "sources_at")


def make(edition: Edition, language: str) -> bytes:
    """Return an edition in one of its languages as PDF/A-2a and PDF/UA-1.

    Raises :class:`~kzreport.errors.PageError` for what cannot be set.
    """
    w, pages = Words(language, day=edition.as_of), edition.pages[language]
    data = {
        **about(edition, w),
        "keywords": [page.title for page in pages],
        "words": {key: w.ui(key) for key in _SAID} | {"colon": w.colon},
        "points": _points(pages, w),
        "late": late_figures(edition, w),
        "pages": [{"name": page.name, "blocks": _kept(list(_blocks(page, w)))} for page in pages],
        "sources": list(_sources(edition_sources(edition, language), w)),
        "end": f"{w.ui('made_with')} {w.ui('fingerprint')}{w.colon}{edition.fingerprint}",
    }
    return set_pdf("edition.typ", data, edition.as_of).data


def about(edition: Edition, w: Words) -> Data:
    """Return what every printed form says of an edition: language, project, title, dates, a notice."""
    day = edition.as_of
    return {
        "language": w.language,
        "project": project().name[w.language],
        "title": edition.report[w.language],
        "day": w.day(day),
        "line": edition.lines[w.language],
        "notice": edition.notices[w.language],
        "author": "kzreport",
        "date": {"year": day.year, "month": day.month, "day": day.day},
    }


def _points(pages: Sequence[PageContent], w: Words) -> Data:
    """Return the headlines for the cover: those that a page has collected, else those of the pages."""
    for page in pages:
        before: Output | None = None
        for output in page.outputs:
            if output.kind is Kind.HEADLINES:
                own = before is not None and before.kind is Kind.SECTION
                title = read_markdown(before.markdown)[0].text if own and before else w.ui("main_points")
                return {"title": title, "text": printed_text(output.markdown)}
            before = output
    said = [(page, o.markdown.strip("*")) for page in pages for o in page.outputs if o.kind is Kind.HEADLINE]
    lines = [f"- {text} [→ {page.title}]({page.name}.ipynb)" for page, text in said]
    return {"title": w.ui("main_points"), "text": printed_text("\n".join(lines))}


def _blocks(page: PageContent, w: Words) -> Iterator[Data]:
    """Yield what a chapter sets.

    Headlines that the page has collected stand on the cover, with their heading. Its sources stand at the end of the
    document; the chapter names their publishers.
    """
    level = 0
    for output, after in zip(page.outputs, [*page.outputs[1:], None], strict=True):
        moved = output.kind is Kind.SECTION and after is not None and after.kind is Kind.HEADLINES
        if moved or output.kind is Kind.HEADLINES:
            continue
        if output.kind is Kind.CHART:
            said = {key: getattr(output, key) for key in ("measure", "source", "alt")} | {"title": output.heading}
            yield {"kind": "chart", "svg": bare_picture(output.svg), **said}
        elif output.kind is Kind.TABLE:
            yield printed_table(output)
        elif output.kind is Kind.SOURCES:
            named = [p.runs[0].text for p in read_markdown(output.markdown) if p.depth == 1]
            yield {"kind": "publishers", "names": w.semicolon.join(dict.fromkeys(named))}
        else:
            text = printed_text(output.markdown, level)
            level = next((d["level"] for d in reversed(text) if d["kind"] == "heading"), level)
            yield {"kind": str(output.kind), "name": page.name, "text": text}


def _kept(blocks: list[Data]) -> list[Data]:
    """Mark the short texts before a chart or table: they stand on the same page, with their heading."""
    for number, shown in enumerate(blocks):
        length = 0
        for block in reversed(blocks[:number]) if shown["kind"] in (Kind.CHART, Kind.TABLE) else ():
            length += sum(len(run["text"]) for d in block.get("text", []) for run in d.get("runs", []))
            if block["kind"] != Kind.SAY or length > _SHORT:
                break
            block["keep"] = True
    return blocks


def _sources(sources: Sequence[SeriesSource], w: Words) -> Iterator[Data]:
    """Yield each publisher and its terms of use, and its series."""
    groups: dict[tuple[str, str], list[SeriesSource]] = {}
    for source in sources:
        groups.setdefault((source.publisher, source.terms), []).append(source)
    for (publisher, terms), few in groups.items():
        yield {"publisher": publisher, "terms": terms, "series": [_series(source, w) for source in few]}


def _series(source: SeriesSource, w: Words) -> dict[str, Any]:
    return {
        "title": w.typography(source.title),
        "name": source.name,
        "last": source.last,
        "access": source.access,
        "notes": [w.typography(f"{text.rstrip('.')}.") for text in (source.days, *source.caveats)],
        "links": [{"title": title, "href": href} for title, href in source.pages],
    }
