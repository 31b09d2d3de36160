"""The page that a notebook calls: ``page.say``, ``page.chart``, ``page.table`` and its other methods.

A notebook calls and does not compute. Each method displays Markdown, an HTML table without ids, or an SVG with a
description, and puts the same as text beside it (``text/plain``): nbval and reviewers compare the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Never

from kzreport.errors import UnknownAttribute, explain, one_of
from kzreport.pages import background, figures, ledger, prose, tables
from kzreport.pages.context import PageContext


class Page(PageContext):
    """A page as its notebook sees it; each method is a function of the module that is named here."""

    title = prose.title
    section = prose.section
    say = prose.say
    headline = prose.headline
    headlines = prose.headlines
    note_text = prose.note_text
    note = prose.note

    chart = figures.chart

    table = tables.table
    listing = tables.listing
    panels = tables.panels
    key_figures = tables.key_figures

    claims = ledger.claims

    caveats = background.caveats
    method = background.method
    sources = background.sources
    calendar = background.calendar
    changes = background.changes
    background = background.background  # last: the name of the module ends here

    if not TYPE_CHECKING:  # it would hide misspelt names from a type checker

        def __getattr__(self, name: str) -> Never:
            """Guess at the method that was meant."""
            if name.startswith("_"):
                raise AttributeError(name)
            methods = [k for k, v in vars(Page).items() if callable(v) and not k.startswith("_")]
            raise UnknownAttribute(explain("page", f"no method '{name}'", one_of(methods, name)))
