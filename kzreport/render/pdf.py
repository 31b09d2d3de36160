"""An edition as one PDF in a language: cover, contents, a chapter for each page, and sources with their terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kzreport.charts.picture import bare_picture
from kzreport.language.words import Words
from kzreport.pages.outputs import Kind, Output, headline_in
from kzreport.project.settings import project
from kzreport.render.aligned import decimal_mark
from kzreport.render.brief import told_replaced
from kzreport.render.claims_print import Group, paper_ledger
from kzreport.render.content import Edition, PageContent
from kzreport.render.late import late_figures, present_values
from kzreport.render.ledger import Listed, listed_claims
from kzreport.render.printed import (
    Data,
    noted_parts,
    printed_paragraphs,
    printed_runs,
    printed_size,
    printed_table,
    printed_text,
    tall_last,
)
from kzreport.render.repeated import NOTES, notes_once, told_elsewhere, without_last
from kzreport.render.setting import set_pdf
from kzreport.render.sources import SeriesSource, edition_sources, grouped
from kzreport.render.text import Paragraph, read_markdown, read_table

_SAID = ("annex", "contents", "last_figure", "late", "licence", "page_mark", "sources", "sources_at")
_SHORT = 120  # characters, of about a line: a text that goes with the chart after it to the next page


def make(edition: Edition, language: str) -> bytes:
    """Return an edition in one of its languages as PDF/A-2a and PDF/UA-1.

    Raises :class:`~kzreport.errors.PageError` for what cannot be set.
    """
    w, pages = Words(language, day=edition.as_of), edition.pages[language]
    elsewhere, notes = told_elsewhere(pages), notes_once(pages, w)
    chapters = [
        {"name": page.name, "blocks": tall_last(list(_blocks(page, notes[page.name], elsewhere, w)))} for page in pages
    ]
    data = {
        **about(edition, w),
        "replaced": [printed_runs(p.runs) for p in told_replaced(edition, language, w)],
        "keywords": [page.title for page in pages],
        "words": {key: w.ui(key) for key in _SAID} | {"colon": w.colon},
        "points": _points(pages, w),
        "late": late_figures(edition, w),
        "later": present_values(edition, w),
        "pages": chapters,
        **_contents(chapters),
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
    """Return the headlines for the cover: the list of the page that collects them, or else each page's own."""
    for page in pages:
        before: Output | None = None
        for output in page.outputs:
            if output.kind is Kind.HEADLINES:
                own = before is not None and before.kind is Kind.SECTION
                title = read_markdown(before.markdown)[0].text if own and before else w.ui("main_points")
                return {"title": title, "text": printed_text(output.markdown)}
            before = output
    said = [(page, text) for page in pages if (text := headline_in(page.outputs))]
    lines = [f"- {text} [→ {page.title}]({page.name}.ipynb)" for page, text in said]
    return {"title": w.ui("main_points"), "text": printed_text("\n".join(lines))}


def _blocks(
    page: PageContent, notes: Sequence[Paragraph], elsewhere: Mapping[tuple[str, str], str], w: Words
) -> Iterator[Data]:
    """Yield what a chapter sets.

    Headlines that the page has collected stand on the cover, with their heading. Its sources stand at the end of the
    document; the chapter names their publishers. ``notes``: its caveats and method, which stand together. A table that
    another chapter has whole is short here.
    """
    level = 0
    for output, after in zip(page.outputs, [*page.outputs[1:], None], strict=True):
        moved = output.kind is Kind.SECTION and after is not None and after.kind is Kind.HEADLINES
        if moved or output.kind is Kind.HEADLINES:
            continue
        if output.kind in NOTES:
            if notes:
                yield {"kind": "notes", "parts": noted_parts(printed_paragraphs(notes, level))}
            notes = ()
            continue
        if output.kind is Kind.CHART:
            said = {key: getattr(output, key) for key in ("measure", "source", "alt")} | {"title": output.heading}
            svg = bare_picture(output.svg)
            width, height = printed_size(svg)
            yield {"kind": "chart", "svg": svg, "width": width, "height": height, **said}
        elif output.kind is Kind.TABLE and (claims := listed_claims(output)):
            yield _ledger(output.title, claims, elsewhere.get((page.name, output.name), ""), w)
        elif output.kind is Kind.TABLE:
            grid, at = read_table(output.html), elsewhere.get((page.name, output.name), "")
            in_full = w.typography(w.ui("in_full").format(column=grid.head[-1]))
            table = printed_table(without_last(grid) if at else grid, decimal_mark(w))
            yield {**table, "at": at, "in_full": in_full}
        elif output.kind is Kind.SOURCES:
            named = [p.runs[0].text for p in read_markdown(output.markdown) if p.depth == 1]
            yield {"kind": "publishers", "names": w.semicolon.join(dict.fromkeys(named))}
        else:
            text = printed_text(output.markdown, level)
            level = next((d["level"] for d in reversed(text) if d["kind"] == "heading"), level)
            short = output.kind in (Kind.SECTION, Kind.SAY) and len(output.text) < _SHORT
            yield {"kind": str(output.kind), "name": page.name, "text": text, "short": short}


def _ledger(title: str, claims: Sequence[Listed], at: str, w: Words) -> Data:
    """Return the claims of a page; ``at``: the page that has them in full."""
    ledger = paper_ledger(claims, w, short=bool(at))
    return {
        "kind": "ledger",
        "title": title,
        "at": at,
        "in_full": w.typography(w.ui("claims_in_full")),
        "rest": w.typography(w.ui("claims_rest")),
        "head": ledger.head,
        "rows": ledger.rows,
        "full": [_group(group) for group in ledger.full],
        "others": [_group(group) for group in ledger.others],
    }


def _group(group: Group) -> Data:
    entries = [
        {
            "stated": entry.stated,
            "place": entry.place,
            "parts": [{"name": name, "lines": list(map(printed_runs, lines))} for name, lines in entry.parts],
        }
        for entry in group.entries
    ]
    return {"name": group.name, "count": str(group.count), "entries": entries}


def _contents(chapters: Sequence[Data]) -> Data:
    """Return how the contents are set: the chapter that begins their second column, and the lines of the longer one."""
    entries = [sum(d["kind"] == "heading" for b in c["blocks"] for d in b.get("text", ())) for c in chapters]
    nearest = min(range(len(chapters)), key=lambda n: abs(sum(entries[:n]) - sum(entries[n:])))
    lines = max(sum(entries[:nearest]) + nearest, sum(entries[nearest:]) + len(chapters) - nearest)
    return {"middle": str(chapters[nearest]["name"]), "entries": lines}


def _sources(sources: Sequence[SeriesSource], w: Words) -> Iterator[Data]:
    """Yield each publisher and its series; series with the same statement come together."""
    for publisher, groups in grouped(sources).items():
        few = [{"said": said, "series": [_series(source, w) for source in own]} for said, own in groups.items()]
        yield {"publisher": publisher, "few": few}


def _series(source: SeriesSource, w: Words) -> dict[str, Any]:
    return {
        "title": w.typography(source.title),
        "name": source.name,
        "last": source.last,
        "notes": [w.typography(f"{text.rstrip('.')}.") for text in source.caveats],
        "links": [{"title": title, "href": href} for title, href in source.pages],
    }
