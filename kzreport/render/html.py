"""Executed page -> one self-contained HTML file: nothing loaded from outside, readable and whole without JavaScript.

The one script is our own (``templates/filter.js``, which hides rows of the table of claims); the page's policy names
its digest, so that no other script runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from nbformat import NotebookNode

from kzreport.language.locale import NBSP
from kzreport.language.words import Words
from kzreport.pages.since import Changes
from kzreport.pages.since_text import changes_list, changes_title, new_figures_table, revisions_table
from kzreport.project import project
from kzreport.render.blocks import blocks, code_style
from kzreport.render.fill import chart_style, fill, filter_script
from kzreport.render.markup import markdown


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
    notice: str = "",
) -> str:
    """Return the HTML of one page.

    Parameters
    ----------
    nb
        The executed page.
    name, language, date
        The page's name, its language's code, the edition's date as text.
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

    Raises
    ------
    PageError
        For an output that no page shows.
    """
    shown = blocks(nb, language)
    script, digest = filter_script() if any(b.filtered for b in shown) else (Markup(""), "")
    return fill(
        "page.html",
        w=Words(language),
        name=name,
        language=language,
        titles=titles,
        report=report,
        date=date,
        languages=languages,
        fingerprint=fingerprint,
        notice=notice,
        blocks=shown,
        script=script,
        digest=digest,
        pygments=code_style(),
        charts=chart_style() if any(b.kind == "chart" for b in shown) else "",
    )


def edition(
    *,
    report: Mapping[str, str],
    date: str,
    lines: Mapping[str, str],
    titles: Mapping[str, Mapping[str, str]],
    headlines: Mapping[str, Mapping[str, str]],
    fingerprint: str,
    notices: Mapping[str, str],
    downloads: Mapping[str, Sequence[tuple[str, str, int]]],
    replaced: Mapping[str, str],
    before: Mapping[str, Mapping[str, Sequence[str]]],
) -> str:
    """Return the front page of one edition.

    ``lines``: the date of the edition and until when its figures go, in each language; ``notices``: that figures could
    not be fetched, or nothing; ``titles`` and ``headlines``: language -> page -> text; headlines are Markdown.
    ``downloads``: language -> format, file and size in bytes of what is handed on.
    ``replaced``: the sentence on the edition that it replaces, or nothing; ``before``: language -> page -> Markdown on
    what was there.
    """
    shown = {k: {p: markdown(t) for p, t in v.items()} for k, v in headlines.items()}
    return fill(
        "edition.html",
        words={k: Words(k) for k in titles},
        report=report,
        date=date,
        lines=lines,
        titles=titles,
        headlines=shown,
        notices=notices,
        replaced=replaced,
        before={k: {p: [markdown(t) for t in few] for p, few in v.items()} for k, v in before.items()},
        downloads={
            k: [(Words(k).word("formats", name), path, file_size(size, Words(k))) for name, path, size in few]
            for k, few in downloads.items()
        },
        fingerprint=fingerprint,
    )


def file_size(size: int, words: Words) -> str:
    r"""Write a size in bytes for a reader, in kilobytes or megabytes.

    >>> file_size(64_200, Words("fr")), file_size(1_260_000, Words("en"))
    ('64\xa0ko', '1.3\xa0MB')
    """
    unit, number = "kilobytes", words.number(max(size / 1000, 1), 0)
    if size >= 1_000_000:
        unit, number = "megabytes", words.number(size / 1_000_000, 1)
    return words.word("sizes", unit).replace("# ", f"#{NBSP}").replace("#", number)


def index(editions: Sequence[Mapping[str, Any]]) -> str:
    """Return the list of all editions, newest first."""
    return fill("index.html", editions=editions, words={k: Words(k) for k in project().languages})


def changes(found: Changes, report: str, language: str) -> str:
    """Return a page of its own with the changes between two dates."""
    w = Words(language)
    tables = (("fresh", new_figures_table(found, w)), ("revised", revisions_table(found, w)))
    return fill(
        "changes.html",
        language=language,
        title=changes_title(found, w),
        report=report,
        listed=markdown(changes_list(found, w)),
        tables=[(w.ui(name), table) for name, table in tables if len(table) > 1],
    )
