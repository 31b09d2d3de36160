"""Executed page -> one self-contained HTML file: nothing loaded from outside, readable and whole without JavaScript.

The one script is our own (``templates/filter.js``, which filters and opens claims, and ``templates/picture.js``, which
saves a chart as PNG); the page's policy names its digest, so that no other script runs.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from markupsafe import Markup
from nbformat import NotebookNode

from kzreport.days import parse_day
from kzreport.language.locale import NBSP
from kzreport.language.words import Words
from kzreport.pages.outputs import Kind
from kzreport.pages.since import Changes
from kzreport.pages.since_text import changes_list, changes_title, new_figures_table, revisions_table
from kzreport.project.settings import project
from kzreport.render.behind import figure_table
from kzreport.render.blocks import Block, blocks, code_style, page_code
from kzreport.render.citing import source_links, with_sources
from kzreport.render.claims_html import CLAIMS, claims_blocks
from kzreport.render.columns import aligned, signs
from kzreport.render.figures import FigureReader
from kzreport.render.fill import chart_style, css_text, fill, page_script
from kzreport.render.markup import markdown
from kzreport.render.references import References, read_references
from kzreport.render.revised import revisions, source_revisions, with_revisions
from kzreport.render.sharing import share_styles
from kzreport.render.sources import series_source
from kzreport.render.terms import Term, TermLinks

DOWNLOADS = Markup('<div class="handed"></div>')  # filled when the sizes of the files of the edition are known
_EXPLAINED = ("text", str(Kind.HEADLINE), str(Kind.METHOD))  # texts in which terms are explained
NO_SIZES: Mapping[str, int] = MappingProxyType({})


def page(
    nb: NotebookNode,
    *,
    name: str,
    language: str,
    titles: Mapping[str, str],
    report: str,
    as_of: date,
    languages: Sequence[str],
    fingerprint: str,
    notice: str = "",
    previous: str = "",
    sizes: Mapping[str, int] = NO_SIZES,
) -> str:
    """Return the HTML of one page.

    Parameters
    ----------
    nb
        The executed page.
    name, language, as_of
        The page's name, its language's code, the edition's date.
    titles
        Page name -> title, of all pages of the edition in order.
    report
        The title of the report.
    languages
        All languages of the edition.
    fingerprint
        The digest of the edition's inputs.
    notice
        A sentence under the title: figures could not be fetched.
    previous
        The name of the edition before, if there is one.
    sizes
        The size in bytes of each file of figures, by its address in the folder of the page.

    Raises
    ------
    PageError
        For an output that no page shows.
    """
    w = Words(language, name, as_of)
    shown, styles = _with_shared_styles(list(blocks(nb, language)))
    shown, terms = _with_terms(shown, w)
    shown = claims_blocks(shown, w, list(titles))
    references = read_references([block.output for block in shown if block.output])
    before = parse_day(previous[:10]) if previous else as_of
    changed = revisions(references.series, before, as_of)
    shown = list(with_revisions(with_sources(shown, references, w), changed, w))
    whole = page_code(nb)
    drawn = [b.html for b in shown if b.kind == "chart"]
    needed = {"filter.js": any(b.kind == CLAIMS for b in shown), "picture.js": bool(drawn)}
    script, digest = page_script(*(name for name, is_needed in needed.items() if is_needed))
    return fill(
        "page.html",
        w=w,
        name=name,
        language=language,
        titles=titles,
        groups=page_groups(titles, w),
        report=report,
        date=w.day(as_of),
        iso=as_of.isoformat(),
        drawn=bool(drawn),
        languages=languages,
        fingerprint=fingerprint,
        notice=notice,
        previous=previous and {"name": previous, "day": w.day(before)},
        blocks=shown,
        references=references,
        source_links=source_links,
        sources=[series_source(each, as_of, w) for each in references.series],
        revised=source_revisions(references.series, changed, w),
        terms=terms,
        reader=FigureReader(w, as_of),
        figure_table=figure_table,
        aligned=lambda table: aligned(Markup(table), w),
        signs=lambda table: signs(Markup(table), w),
        numbered=lambda table, number: numbered_caption(table, f"{w.word('handed', 'table')}{NBSP}{number}"),
        numbered_notes=numbered_notes,
        file_size=lambda path: file_size(sizes[path], w) if path in sizes else "",
        running=css_text(f"{report} – {titles[name]}"),
        day=css_text(w.day(as_of)),
        code=whole,
        downloads=DOWNLOADS,
        script=script,
        digest=digest,
        pygments=code_style(" ".join([whole, *(str(block.code) for block in shown)])),
        charts=Markup("\n").join([chart_style("".join(drawn)), styles]) if drawn else "",
    )


def _with_shared_styles(shown: Sequence[Block]) -> tuple[list[Block], Markup]:
    """Return the blocks of a page, the styles of its pictures as classes, and the style sheet of these."""
    pictures, styles = share_styles([block.html for block in shown if block.kind == "chart"])
    left = iter(pictures)
    return [replace(block, html=next(left)) if block.kind == "chart" else block for block in shown], styles


def _with_terms(shown: Sequence[Block], words: Words) -> tuple[list[Block], list[Term]]:
    """Return the blocks of a page with links at the terms that it explains, those terms, and a block for them."""
    links = TermLinks(words)
    linked = [replace(block, html=links.link(block.html)) if block.kind in _EXPLAINED else block for block in shown]
    if links.used:
        linked.append(Block("terms", Markup(""), "section-terms", Markup(words.ui("terms"))))
    return linked, sorted(links.used, key=lambda term: term.name)


def page_groups(titles: Mapping[str, str], words: Words) -> list[tuple[str, list[str]]]:
    """Return the pages of an edition by the labels of the project's groups; pages without a group come first."""
    groups = {label: [p for p in pages if p in titles] for label, pages in project().groups.items()}
    grouped = {page for pages in groups.values() for page in pages}
    first = [("", [page for page in titles if page not in grouped])]
    shown = [(label, pages) for label, pages in [*first, *((words.label(k), v) for k, v in groups.items())] if pages]
    return shown if len(shown) > 1 else [("", pages) for _, pages in shown]


def numbered_caption(table: Markup, number: str) -> Markup:
    """Return a table with its number before its caption.

    >>> str(numbered_caption(Markup("<table><caption>Prices</caption>"), "Table 1"))
    '<table><caption><span class="number">Table 1</span> Prices</caption>'
    """
    return table.replace(Markup("<caption>"), Markup('<caption><span class="number">{}</span> ').format(number), 1)


def numbered_notes(text: Markup, references: References, words: Words) -> Markup:
    """Return the list of a page's notes with a number and an id for each, and links back to the figures it is about."""
    numbers = itertools.count(1)

    def item(found: re.Match[str]) -> str:
        number = next(numbers)
        back = fill("back.html", w=words, figures=references.citing(number, notes=True))
        return f'<li id="note-{number}">{found[1]}{back}</li>'

    return Markup(re.sub(r"<li>(.*?)</li>", item, str(text).replace("ul>", "ol>"), flags=re.DOTALL))


def with_downloads(text: str, downloads: Sequence[tuple[str, str, int]], words: Words) -> str:
    """Return a page with the files in which its edition is handed on: format, address from the page, size in bytes."""
    named = [(words.word("formats", name), path, file_size(size, words)) for name, path, size in downloads]
    return text.replace(str(DOWNLOADS), fill("downloads.html", w=words, downloads=named) if named else "")


def file_size(size: int, words: Words) -> str:
    r"""Write a size in bytes for a reader, in kilobytes or megabytes.

    >>> file_size(64_200, Words("fr")), file_size(1_260_000, Words("en"))
    ('64\xa0ko', '1.3\xa0MB')
    """
    unit, number = "kilobytes", words.number(max(size / 1000, 1), 0)
    if size >= 1_000_000:
        unit, number = "megabytes", words.number(size / 1_000_000, 1)
    return words.word("sizes", unit).replace("# ", f"#{NBSP}").replace("#", number)


def changes(found: Changes, report: str, language: str) -> str:
    """Return a page of its own with the changes between two dates."""
    w = Words(language)
    tables = ((w.ui("fresh"), new_figures_table(found, w)), (w.ui("revised"), revisions_table(found, w)))
    return comparison(changes_title(found, w), report, changes_list(found, w), tables, language)


def comparison(
    title: str, report: str, listed: str, tables: Sequence[tuple[str, Sequence[Sequence[str]]]], language: str
) -> str:
    """Return a page of its own: a title, a text in Markdown, and tables with their captions, the head first.

    A table that has only a head is left out.
    """
    return fill(
        "changes.html",
        language=language,
        title=title,
        report=report,
        listed=markdown(listed),
        tables=[(caption, table) for caption, table in tables if len(table) > 1],
    )
