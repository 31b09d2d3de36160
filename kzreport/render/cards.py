"""The headline cards of an edition: its key figures, each with its change, its state and its history.

What belongs here: choosing and wording. What does not: HTML (:mod:`kzreport.render.cover`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from kzreport.claims.sentences import basis_name
from kzreport.days import parse_day
from kzreport.language.words import Words
from kzreport.model import Reading
from kzreport.pages.outputs import headline_in
from kzreport.render.brief import (
    KeyFigure,
    chart_lines,
    compared,
    describe_history,
    history_of,
    key_readings,
    key_table,
)
from kzreport.render.content import Edition, PageContent
from kzreport.render.figures import FigureReader
from kzreport.render.sparkline import sparkline
from kzreport.render.text import read_table
from kzreport.series.issues import known_issues
from kzreport.series.known import load_series
from kzreport.series.resource import names_of, resources

MOST = 8  # cards
_ENOUGH = 8  # figures that a small line needs to say something
_NONE = "–"  # a cell without a change


@dataclass(frozen=True)
class Card:
    """A key figure as a card shows it; every text in one language, perhaps empty.

    - ``reading``: the figure itself
    - ``title``, ``value``, ``period``, ``basis``, ``publisher``
    - ``change``: since the period before, or another that it names
    - ``since``: what the edition before had
    - ``states``: it is an estimate, is provisional, has a successor that is overdue
    - ``page``, ``page_title``: the page that draws it, or else others of its series
    - ``line``, ``alt``: its history as a small picture (SVG), and the description; ``years``: the first and the last
    """

    reading: Reading
    title: str
    value: str
    period: str
    basis: str
    publisher: str
    change: str
    since: str
    states: Sequence[str]
    page: str = ""
    page_title: str = ""
    line: str = ""
    alt: str = ""
    years: tuple[int, int] | None = None


def make_cards(edition: Edition, language: str) -> list[Card]:
    """Return the cards of an edition in one of its languages: the key figures that have a history or a change."""
    return list(_cards(edition, Words(language, day=edition.as_of)))[:MOST]


def _cards(edition: Edition, w: Words) -> Iterator[Card]:
    pages = edition.pages[w.language]
    table = key_table(pages)
    if table is None:
        return
    readings = key_readings(table)
    reader, lines = FigureReader(w, edition.as_of), chart_lines(pages)
    for row in read_table(table.html).rows:
        title, period, value, change, base = (cell.text for cell in row)
        reading = readings.get(title)
        if reading is None or not reading.ok:
            continue
        drawn = ((page, history) for page, few in lines if (history := history_of(reading, few)))
        page, history = next(drawn, (_about(reading, lines), ()))
        if change == _NONE and len(history) < _ENOUGH:
            continue
        when = w.typography(w.period(reading.period))
        late = _late(period, when, w)
        figure = KeyFigure(title, value, when if late or period == when else period, change, history)
        basis, enough = basis_name(w, reading.basis), len(history) >= _ENOUGH
        yield Card(
            reading=reading,
            title=title,
            value=value,
            period=figure.period,
            basis="" if basis.lower() in title.lower() else basis,
            publisher=_publisher(reading, w),
            change=compared(change, base, reading, w) if change != _NONE else "",
            since=_since(edition.previous, reading, history, reader, w) if edition.previous else "",
            states=[*_states(edition.as_of, reading, w), *([late] if late else [])],
            page=page.name if page else "",
            page_title=page.title if page else "",
            line=sparkline(history) if enough else "",
            alt=describe_history(figure, w) if enough else "",
            years=figure.years if enough else None,
        )


def _late(period: str, when: str, w: Words) -> str:
    """Return what a cell says of a period beside its name: that the next figure should have been published."""
    before, _, after = w.typography(w.ui("held_cell")).partition("{missed}")
    before = before.replace("{last}", when)
    if period.startswith(before):
        return period.removeprefix(before).removesuffix(after)
    return period.removeprefix(when).strip(" ()") if period.startswith(when) else ""


def _publisher(reading: Reading, w: Words) -> str:
    """Name the publishers of a reading: those of its series, or its own one if the series has several."""
    of_series = w.publishers([n for n in reading.inputs if n in resources()]) if reading.inputs else ""
    return of_series or (w.label(reading.item) if reading.item in names_of("publishers") else "")


def _about(reading: Reading, lines: Sequence[tuple[PageContent, list[list[Reading]]]]) -> PageContent | None:
    """Return the first page whose charts draw something else made from the very series of a reading."""
    return next((page for page, few in lines if any(r.inputs == reading.inputs for line in few for r in line)), None)


def _states(as_of: date, reading: Reading, w: Words) -> Iterator[str]:
    """Yield what a reader must know of a figure: it was not published, or its publisher calls it provisional."""
    if reading.estimated:
        yield w.ui("estimated")
    days = reading.period
    for issue in known_issues(as_of):
        spans = any(p.start <= days.end and days.start <= p.end for p in issue.periods)
        mine = all(issue.is_about(column, (reading.item, *reading.item.split("|"))) for column in issue.where)
        if issue.kind == "preliminary" and issue.series in reading.inputs and spans and mine:
            yield w.issue_kind("preliminary").lower()
            return


def _since(previous: date, reading: Reading, history: Sequence[Reading], reader: FigureReader, w: Words) -> str:
    """Describe the figure in the edition before: the same, another value of it, or one of an earlier period."""
    if not (published := _published(reading, reader)):
        return ""
    day = w.day(previous)
    if published <= previous:
        return w.ui("card_same").format(day=day)
    held = [load_series(name, previous) for name in reading.inputs if name in resources()]
    if all(any(o.period.end == reading.period.end for o in series) for series in held):
        return w.ui("card_revised").format(day=day)
    before = [r for r in history if (d := _published(r, reader)) and d <= previous]
    if not before:
        return w.ui("card_new").format(day=day)
    last = max(before, key=lambda r: r.period.end)
    return w.typography(w.ui("card_had").format(day=day, value=w.reading(last), period=w.period(last.period)))


def _published(reading: Reading, reader: FigureReader) -> date | None:
    """Return the latest day on which the figures behind a reading were published."""
    names = " ".join(reading.inputs)
    row = (reading.name, reading.item, str(reading.period), str(reading.value), reading.unit, "ok", "", names, "")
    found = reader.figure(row).published
    return parse_day(found) if found else None


def headline_texts(edition: Edition, language: str) -> dict[str, str]:
    """Return page -> its headline as Markdown, for the pages of an edition that have one of their own."""
    return {page.name: said for page in edition.pages[language] if (said := headline_in(page.outputs))}
