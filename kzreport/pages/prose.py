"""Sentences of a page: title, headline, section, analyst's note."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kzreport.declare import View
from kzreport.errors import PageError, explain
from kzreport.indicators.news import is_old
from kzreport.language.lint import PRESENT_STATE
from kzreport.language.sentences import Said
from kzreport.language.words import Words
from kzreport.model import Reading
from kzreport.pages.context import NO_PAGES, PageContext, Pages
from kzreport.pages.freshness import (
    edition_line,
    has_figures,
    holds_recent,
    key_readings,
    overdue_note,
    page_series,
    tells_old,
)
from kzreport.pages.notes import fill_note, note_part
from kzreport.pages.outputs import Kind
from kzreport.pages.values import page_values
from kzreport.pages.views import headline_of, headline_options, view_name
from kzreport.project.settings import notebook_path
from kzreport.series.known import present_state
from kzreport.series.resource import resources


def title(page: PageContext, pages: Pages = NO_PAGES, **values: Any) -> None:
    """Show the page's title, the date of its edition and until when its figures go.

    ``pages``: those that it draws on; ``values``: of its parameters that choose its series.
    """
    w = page.words
    names = page_series(page, pages, values)
    line = edition_line(page, names)
    page.shown |= {PRESENT_STATE} if present_state(names, page.as_of) else set()
    page.show(f"# {w.entry('title')[w.language]}\n\n*{line}*", Kind.TITLE)


def section(page: PageContext, key: str, subject: View | None = None, **options: Any) -> None:
    """Show a heading, from ``sections`` of the page's words, unless the section has no subject at the date.

    ``subject``: a view, with its ``options``. If none of its readings has a figure, or it answers ``None``, the section
    does not appear: its heading, sentences, charts and tables are left out.
    """
    w = page.words
    heading = f"## {w.typography(w.entry('sections', key)[w.language])}"
    page.open_section(heading, key, hushed=subject is not None and not has_figures(page.read(subject, **options)))


def say(page: PageContext, key: str | Sequence[str], view: View | None = None, **options: Any) -> None:
    """Show a sentence, or several, from ``say`` of the page's words, filled with the readings of a view.

    ``options`` are those of the view; without a view, they are the readings by name. If a view returns ``None``, it has
    no subject at this date and nothing is said.
    """
    readings = page.read(view, **options) if view else options
    for each in [key] if isinstance(key, str) or readings is None else key:
        if readings is not None and (text := sentence(page, str(each), readings)):
            stated = figures_in(page.words.stated("say", str(each), **readings))
            behind = series_behind(page.words.named("say", str(each), **readings))
            page.show(text, Kind.SAY, series=behind, figures=stated)


def series_behind(readings: Iterable[Reading]) -> str:
    """Return the names of the series that readings were computed from, once each, with spaces between them."""
    return " ".join(dict.fromkeys(name for r in readings for name in r.inputs if name in resources()))


def figures_in(readings: Iterable[Reading]) -> str:
    """Return the figures that rest on one series, a line each, once: series, period and value."""
    alone = [(r.inputs[0], r) for r in readings if r.ok and len(r.inputs) == 1 and r.inputs[0] in resources()]
    return "\n".join(dict.fromkeys(f"{name} {r.period} {r.value!r}" for name, r in alone))


def sentence(page: PageContext, key: str, readings: Mapping[str, Said]) -> str:
    """Return a sentence of the page; if it states the latest figure of a series and that is old, this is said."""
    text = _rounded(page.words, ("say", key), readings)
    if text and not page.hushed:
        page.shown.add(key)
        page.tell(page.words.named("say", key, **readings))
    old = text and tells_old(page, key, readings)
    return f"{text} {page.words.typography(page.words.ui('none_later'))}" if old else text


def _rounded(words: Words, keys: Sequence[str], readings: Mapping[str, Said]) -> str:
    """Write a sentence; if its numbers do not add up as they are printed, it says that they are rounded."""
    text = words.text(*keys, **readings)
    shows = text and words.rounding_shows(*keys, **readings)
    return f"{text} {words.typography(words.ui('rounded_after'))}" if shows else text


def headline_readings(page: PageContext, other: str, values: Mapping[str, Any]) -> Mapping[str, Said]:
    """Return the readings of a page's headline, given the values of its parameters."""
    readings: Mapping[str, Said] = page.read(headline_of(other), **headline_options(other, values))
    return readings


def headline(page: PageContext, view: View, **options: Any) -> None:
    """Show the page's headline; a summary reads the same ``view``.

    Raises :class:`PageError` for another view, and for missing or unknown options.
    """
    own = headline_of(page.name)
    if (view.__module__, view.__name__) != (own.__module__, own.__name__):  # by name: views may have been read again
        raise PageError(explain(f"headline of '{page.name}'", view_name(view), f"{page.name}.headline"))
    readings = page.read(view, **options)
    told = page.words.named("headline", **readings)
    page.tell(told)
    text, late = headline_parts(page, page.words, readings)
    stated = figures_in(page.words.stated("headline", **readings))
    page.show(f"**{text}** {late}".strip(), Kind.HEADLINE, series=series_behind(told), figures=stated)


def headline_text(page: PageContext, words: Words, readings: Mapping[str, Said]) -> str:
    """Return a headline with the sentence on overdue figures: see :func:`headline_parts`."""
    return " ".join(headline_parts(page, words, readings)).strip()


def headline_parts(page: PageContext, words: Words, readings: Mapping[str, Said]) -> tuple[str, str]:
    """Return a headline, and the sentence on figures that are overdue after the one it states, if any.

    An old figure is no headline: ``old_headline`` of the page's words, or of the words that pages share, says so.
    """
    keys = key_readings(words, readings)
    if old := old_figure(page, keys):
        return words.text("old_headline", **readings) if words.has("old_headline") else old_headline(words, old), ""
    text = _rounded(words, ("headline",), readings) or words.typography(words.ui("no_headline"))
    return text, overdue_note(page, keys, words)


def tells_figure(page: PageContext, words: Words, readings: Mapping[str, Said]) -> bool:
    """True if a headline states a figure that is recent enough to be news."""
    if old_figure(page, key_readings(words, readings)):
        return False
    return words.has_figures("headline", **readings)


def old_figure(page: PageContext, keys: Sequence[Reading]) -> Reading | None:
    """Return the first key figure that a page has at the date, if it is too old to be news."""
    first = next((r for r in keys if r.ok), None)
    return first if first and is_old(first.period, page.as_of) else None


def old_headline(words: Words, r: Reading) -> str:
    """Say in place of a headline that no recent figure is held."""
    entries = words.entry("key_figures") if words.has("key_figures") else {}
    title = next((str(e[words.language]) for e in entries.values()), str(words.entry("title")[words.language]))
    marks = {"title": title, "value": words.reading(r), "of": words.period(r.period, "of")}
    return words.typography(words.ui("old_headline").format(**marks))


def headlines(page: PageContext, pages: Pages) -> None:
    """Show the headline of each of the given pages, computed and worded as on the page itself, and a link to it.

    The page's name follows the sentence: before it, the subject would be said twice. Pages whose headlines state no
    recent figure are named at the end, apart from those that have none at all.
    """
    w, points, series = page.words, [], []
    without: dict[str, list[str]] = {"no_main": [], "no_pages": []}
    for name, values in page.drawn(pages).items():
        words = page.words_for(name)
        readings = headline_readings(page, name, values)
        heading = words.entry("title")[words.language]
        if tells_figure(page, words, readings):
            points.append(f"- {headline_text(page, words, readings)} [→ {heading}]({name}.ipynb)")
            told = words.named("headline", **readings)
            page.tell(told)
            series.append(series_behind(told))
        else:
            without["no_main" if holds_recent(page, name, values) else "no_pages"].append(f"[{heading}]({name}.ipynb)")
    for said, few in without.items():
        if few:
            points.append(f"- {w.typography(w.ui(said).format(pages=w.semicolon.join(few)))}")
    page.show("\n".join(points), Kind.HEADLINES, series="\n".join(series))


def note_text(page: PageContext, name: str, pages: Pages = NO_PAGES) -> str:
    """Return the analyst's text for this page in ``params/notes/NAME.md``, its readings filled in, or an empty text.

    ``pages``: the values of pages that the note may name; other pages have their defaults. Raises
    :class:`ParameterError` naming the fault of the note, and the readings there are.
    """
    w = page.words
    given = page.drawn(pages)

    def readings(other: str) -> dict[str, Reading]:
        notebook_path(other)
        said = headline_readings(page, other, given.get(other) or page_values(other, {}, f"page '{other}'"))
        return {k: r if isinstance(r, Reading) else r[0] for k, r in said.items() if r}

    text = note_part(name, page.name, w.language) if name else ""
    return fill_note(text, f"params/notes/{name}.md", w.language, readings)


def note(page: PageContext, name: str, pages: Pages = NO_PAGES) -> None:
    """Show the analyst's text for this page, if there is one: see :func:`note_text`."""
    if text := note_text(page, name, pages):
        page.show(f"**{page.words.ui('analyst')}**\n\n{text}", Kind.NOTE)
