"""Sentences of a page: title, headline, section, analyst's note."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kzreport.errors import PageError, WordsError, explain
from kzreport.language.words import Said, Words
from kzreport.model import Reading
from kzreport.pages import notes
from kzreport.pages.context import PageContext
from kzreport.pages.entries import chosen_claims, read_entry
from kzreport.pages.ledger import as_series
from kzreport.project import notebook_path


def title(page: PageContext) -> None:
    """The page's title and the date up to which everything is known."""
    w = page.words
    page.show(f"# {w.entry('title')[w.language]}\n\n*{w.ui('as_of')} {w.day(page.as_of)}*", kind="title")


def section(page: PageContext, key: str) -> None:
    """A heading, from ``sections`` of the page's words."""
    w = page.words
    page.show(f"## {w.typography(w.entry('sections', key)[w.language])}", kind="section")


def say(page: PageContext, key: str, **readings: Said) -> None:
    """A sentence, from ``say`` of the page's words, filled with readings."""
    page.show(page.words.text("say", key, **readings), kind="say")


def headline_readings(page: PageContext, other: str, words: Words, given: Mapping[str, Any]) -> Mapping[str, Said]:
    """Return the readings of a page's headline: its words name the indicator, the series, and in ``options`` those of
    the page's parameters that the indicator wants (``given``).
    """
    source, names = words.entry("headline", "indicator"), words.entry("headline", "series")
    module, _, function = str(source).partition(".")
    try:
        found: Callable[..., Mapping[str, Said]] = getattr(
            importlib.import_module(f"kzreport.views.{module}"), function
        )
    except (ImportError, AttributeError):
        raise WordsError(explain(f"notebooks/{other}.yml, headline.indicator", source, "module.function")) from None
    series = []
    for entry in names:
        name, *dims = str(entry).split()
        if name == "claims":  # the page about claims has chosen; another page reads what that one would choose
            series.append(as_series(page, **(page.chosen_claims if other == page.name else chosen_claims(given))))
            continue
        series.append(page.load(name, **dict(d.split("=", 1) for d in dims)))
    options = words.entry("headline", "options") if words.has("headline", "options") else ()
    if lacking := [o for o in options if o not in given]:
        raise WordsError(
            explain(f"notebooks/{other}.yml, headline.options", ", ".join(lacking), f"one of {', '.join(given)}")
        )
    return found(*series, **{o: given[o] for o in options})


def headline(page: PageContext, **options: Any) -> Mapping[str, Said]:
    """Say the page's headline; its readings, for what follows.

    ``options``: the values of the parameters that ``headline.options`` of the page's words names, so that the
    summary, which reads them there, says the same. Raises :class:`PageError` for others, or fewer.
    """
    wanted = page.words.entry("headline", "options") if page.words.has("headline", "options") else []
    if set(wanted) != set(options):
        where = f"headline of '{page.name}'"
        raise PageError(explain(where, ", ".join(options) or "no option", ", ".join(wanted) or "none"))
    readings = headline_readings(page, page.name, page.words, options)
    page.show(f"**{page.words.text('headline', **readings)}**", kind="headline")
    return readings


def headlines(page: PageContext, pages: Sequence[str]) -> None:
    """The headline of each of the given pages, computed and worded as on the page itself, with a link to it.

    An entry may carry values of the page's parameters: see :func:`kzreport.pages.entries.read_entry`.
    """
    points = []
    for name, values in map(read_entry, pages):
        words = Words(page.words.language, name)
        sentence = words.text("headline", **headline_readings(page, name, words, values))
        heading = words.entry("title")[words.language]
        points.append(f"- **[{heading}]({name}.ipynb)**{words.colon}{sentence}")
    page.show("\n".join(points), kind="headlines")


def note_text(page: PageContext, name: str, pages: Sequence[str] = ()) -> str:
    """What the analyst wrote for this page in ``params/notes/NAME.md``, its readings filled in; empty without one.

    ``pages`` are entries with the values of the pages that the note may name; others have their own defaults.
    Raises :class:`ParameterError` naming what is wrong with the note, and the readings there are.
    """
    w = page.words
    given = dict(map(read_entry, pages))

    def readings(other: str) -> dict[str, Reading]:
        notebook_path(other)
        said = headline_readings(page, other, Words(w.language, other), given.get(other) or read_entry(other)[1])
        return {k: r if isinstance(r, Reading) else r[0] for k, r in said.items() if r}

    text = notes.part(name, page.name, w.language) if name else ""
    return notes.fill(text, f"params/notes/{name}.md", w.language, readings)


def note(page: PageContext, name: str, pages: Sequence[str] = ()) -> None:
    """Show what :meth:`noted` gives; nothing where there is no note for this page."""
    if text := note_text(page, name, pages):
        page.show(f"**{page.words.ui('analyst')}**\n\n{text}", kind="note")
