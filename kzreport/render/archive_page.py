"""The archive: one page that lists all editions, from what their manifests keep; and pages that lead elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from kzreport.errors import DataError
from kzreport.language.words import Words
from kzreport.model import Period, Reading
from kzreport.project.settings import project
from kzreport.render.fill import fill
from kzreport.render.sparkline import sparkline

_MANY = 12  # editions, and more, stand under the headings of their years
_FEW = 3  # editions, and more, make a line

Record = Mapping[str, Any]  # of an edition, as its manifest has it; with its ``path`` from the archive


@dataclass(frozen=True)
class Moved:
    """A figure in the newest edition, and its course from edition to edition: the days and a picture, or neither."""

    title: str
    value: str
    period: str
    span: str
    drawn: Markup


@dataclass(frozen=True)
class Listed:
    """An edition in the archive: where it is, its day in words, the number of its revision, its headline.

    ``newest``: it is the last of several.
    """

    href: str
    line: str
    revision: str
    headline: str
    newest: bool


@dataclass(frozen=True)
class Shelf:
    """The editions of one definition: title, figures that moved, and the editions by year, the newest first."""

    title: str
    moved: Sequence[Moved]
    years: Sequence[tuple[str, Sequence[Listed]]]


def archive_page(editions: Sequence[Record]) -> str:
    """Return the page of all editions; ``editions``: by definition, oldest first. Nothing is executed."""
    by_definition: dict[str, list[Record]] = {}
    for about in editions:
        by_definition.setdefault(about["definition"], []).append(about)
    tongues = []
    for language in project().languages:
        own = [[a for a in few if language in a["languages"]] for few in by_definition.values()]
        tongues.append((Words(language), project().name[language], [_shelf(few, language) for few in own if few]))
    return fill("index.html", tongues=tongues, language=project().languages[0])


def redirect(href: str, title: str, language: str) -> str:
    """Return a page that leads to another, at once and by a link."""
    return fill("redirect.html", w=Words(language), language=language, title=title, href=href)


def _shelf(editions: Sequence[Record], language: str) -> Shelf:
    w = Words(language)
    by_year: dict[str, list[Listed]] = {}
    for about in reversed(editions):
        year = about["as_of"][:4] if len(editions) >= _MANY else ""
        by_year.setdefault(year, []).append(_listed(about, w, about is editions[-1] and len(editions) > 1))
    return Shelf(editions[-1]["title"][language], list(_moved(editions, w)), list(by_year.items()))


def _listed(about: Record, w: Words, newest: bool) -> Listed:
    covers = "headlines" in about  # an edition made before has one page for all its languages
    href = f"{about['path']}/{w.language}/index.html" if covers else f"{about['path']}/index.html"
    headline = about.get("headlines", {}).get(w.language, "")
    return Listed(href, edition_line(about, w), about["name"][12:], headline, newest)


def edition_line(about: Record, w: Words) -> str:
    """Write the date of an edition, and until when its figures go."""
    known = about.get("data_until")
    return w.edition(date.fromisoformat(about["as_of"]), date.fromisoformat(known) if known else None)


def _moved(editions: Sequence[Record], w: Words) -> Iterator[Moved]:
    """Yield the figures of the newest edition, with their course where enough editions of other dates have them.

    Of the revisions of a date the last one counts.
    """
    last_of_day = {about["as_of"]: about for about in editions}.values()
    for wanted in editions[-1].get("figures", ()):
        found = []
        for about in last_of_day:
            alike = (f for f in about.get("figures", ()) if all(f[k] == wanted[k] for k in _SAME))
            reading = read_figure(next(alike, None), Period.parse(about["as_of"]))
            found += [reading] if reading else []
        newest = read_figure(wanted)
        if newest is None:
            continue
        span, drawn = "", Markup("")
        if len(found) >= _FEW:
            ends = {"first": w.day(found[0].period.end), "last": w.day(found[-1].period.end)}
            span, drawn = w.typography(w.ui("moved_to").format(**ends)), Markup(sparkline(found, joined=True))
        value, period = w.typography(w.reading(newest)), w.typography(w.period(newest.period))
        yield Moved(wanted["title"].get(w.language, ""), value, period, span, drawn)


_SAME = ("series", "unit", "basis", "item")  # of a figure in two editions


def read_figure(about: Mapping[str, Any] | None, day: Period | None = None) -> Reading | None:
    """Return a figure of a manifest, on the day of its edition if one is given; ``None`` if it cannot be read."""
    if about:
        with contextlib.suppress(ValueError, DataError):  # of an edition by a later engine, or edited
            when = day or Period.parse(about["period"])
            return Reading("", about["value"], about["unit"], when, digits=about["digits"])
    return None
