"""The brief of an edition: one page with headlines, what changed and what is late, for its two forms.

What belongs here: choosing and wording. What does not: HTML (:mod:`kzreport.render.brief_html`), print
(:mod:`kzreport.render.brief_pdf`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kzreport.language.words import Words
from kzreport.model import Period, Reading, Status
from kzreport.pages.outputs import Kind, Output, headline_in
from kzreport.render.content import Edition, PageContent
from kzreport.render.figures import csv_rows, has_figures
from kzreport.render.late import late_figures, present_values
from kzreport.render.sources import edition_sources
from kzreport.render.sparkline import sparkline
from kzreport.render.text import Paragraph, Run, read_markdown, read_table
from kzreport.series.resource import resources

MOST = 5  # headlines
_ENOUGH = 8  # figures that a small line needs to say something
_NONE = "–"  # a cell without a change
_KEY_FIGURES = "key_figures"  # the name of the table of key figures, on any page


@dataclass(frozen=True)
class KeyFigure:
    """A key figure as text: its name, value, period, and its change, perhaps empty; its history, oldest first."""

    title: str
    value: str
    period: str
    change: str
    history: Sequence[Reading]

    @property
    def years(self) -> tuple[int, int]:
        """The first and the last year of its history."""
        return self.history[0].period.start.year, self.history[-1].period.end.year


@dataclass(frozen=True)
class Point:
    """A headline of the brief: the page's name and title, its sentence, its key figure if it has one with a history.

    ``line``: that history as a small picture (SVG), and ``alt`` its description.
    """

    page: str
    title: str
    text: Paragraph
    figure: KeyFigure | None = None
    line: str = ""
    alt: str = ""


@dataclass(frozen=True)
class Brief:
    """The content of a brief.

    - ``later``: the sentence on the series of which present-day values only are held; empty if there is none
    - ``points``: at most :data:`MOST` headlines
    - ``replaced``: the sentence on the edition that a revision replaces, and a line for each page that it changed
    - ``since``, ``changes``: since when, and what changed, as the edition says it; empty if no page says it
    - ``late``: a line for each series with late figures
    - ``terms``: publishers, and the terms of use of their figures
    """

    later: str
    points: Sequence[Point]
    replaced: Sequence[Paragraph]
    since: str
    changes: Sequence[Paragraph]
    late: Sequence[str]
    terms: Sequence[tuple[str, str]]


def told_changes(pages: Sequence[PageContent]) -> list[Paragraph]:
    """Return the changes since the edition before, as a page lists them, its date first; empty if no page does."""
    return next((read_markdown(o.markdown) for p in pages for o in p.outputs if o.kind is Kind.CHANGES), [])


def told_replaced(edition: Edition, language: str, w: Words) -> list[Paragraph]:
    """Return what a revision says of the edition that it replaces; below, for each page, what stood there before."""
    if language not in edition.replaced:
        return []
    titles = {page.name: page.title for page in edition.pages[language]}
    found = [Paragraph([Run(edition.replaced[language])])]
    for page, lines in edition.before.get(language, {}).items():
        said = [run for line in lines for p in read_markdown(line) for run in (*p.runs, Run(" "))]
        found.append(Paragraph([Run(f"{titles.get(page, page)}{w.colon}", strong=True), *said[:-1]], depth=1))
    return found


def make_brief(edition: Edition, language: str) -> Brief:
    """Return the brief of an edition in one of its languages."""
    w, pages = Words(language, day=edition.as_of), edition.pages[language]
    points = list(_points(pages, w))
    told = told_changes(pages)
    return Brief(
        later=present_values(edition, w),
        points=points,
        replaced=told_replaced(edition, language, w),
        since=told[0].text if told else "",
        changes=told[1:],
        late=late_figures(edition, w),
        terms=_terms(edition, language, w),
    )


def _points(pages: Sequence[PageContent], w: Words) -> Iterator[Point]:
    """Yield the first pages of which a key figure has a history to draw, then others; in the order of the edition.

    A headline without a number, that nothing is known yet, comes last.
    """
    figures = key_figures(pages, w)
    found = []
    for page in pages:
        if paragraphs := read_markdown(headline_in(page.outputs)):
            found.append((page, paragraphs[0]))
    drawn = [page.name for page, _ in found if page.name in figures]
    rest = [(page.name, text) for page, text in found if page.name not in figures]
    others = [name for name, _ in sorted(rest, key=lambda other: not any(c.isdigit() for c in other[1].text))]
    chosen = {*[*drawn, *others][:MOST]}
    for page, text in (f for f in found if f[0].name in chosen):
        if (figure := figures.get(page.name)) is None:
            yield Point(page.name, page.title, text)
        else:
            alt = describe_history(figure, w)
            yield Point(page.name, page.title, text, figure, sparkline(figure.history), alt)


def key_table(pages: Sequence[PageContent]) -> Output | None:
    """Return the table of key figures of an edition, from any page; ``None`` if no page has it."""
    return next((o for p in pages for o in p.outputs if o.kind is Kind.TABLE and o.name == _KEY_FIGURES), None)


def key_readings(table: Output) -> dict[str, Reading]:
    """Return the readings behind the table of key figures by their titles; a change has a name of its own."""
    readings: dict[str, Reading] = {}
    for few in reading_lines(table):
        readings.setdefault(few[0].name, few[0])
    return readings


def key_figures(pages: Sequence[PageContent], w: Words) -> dict[str, KeyFigure]:
    """Return page -> the first key figure of the edition that a chart of this page shows with its history."""
    table = key_table(pages)
    if table is None:
        return {}
    readings, found = key_readings(table), dict[str, KeyFigure]()
    drawn = chart_lines(pages)
    for row in read_table(table.html).rows:
        title, _, value, change, base = (cell.text for cell in row)
        if title not in readings:
            continue
        for page, lines in drawn:
            history = history_of(readings[title], lines)
            if len(history) >= _ENOUGH and page.name not in found:
                period = w.typography(w.period(history[-1].period))
                against = compared(change, base, readings[title], w) if base != _NONE else ""
                found[page.name] = KeyFigure(title, value, period, against, history)
    return found


def compared(change: str, base: str, reading: Reading, w: Words) -> str:
    """Write a change of a reading and what it is measured from; ``base``: that period, as the table of figures has it.

    >>> r = Reading("cpi_yy", 9.8, "percent", Period.parse("2026-08"))
    >>> compared("−0,4 point", "juillet 2026", r, Words("fr")).replace("\u00a0", " ")
    '−0,4 point par rapport à juillet 2026'
    >>> compared("0,0 point", "juillet 2026", r, Words("fr")).replace("\u00a0", " ")
    'sans changement par rapport à juillet 2026'
    """
    if not re.search(r"[1-9]", change):
        change = w.ui("no_change")
    near = (p for p in (reading.period.shift(-1), reading.period.year_before()) if p.is_part_year or p.frequency != "S")
    plain = " ".join(base.split())
    against = next((w.period(p, "against") for p in near if " ".join(w.period(p).split()) == plain), "")
    return w.typography(f"{change} {against}" if against else f"{change} ({w.ui('base').lower()}{w.colon}{base})")


def chart_lines(pages: Sequence[PageContent]) -> list[tuple[PageContent, list[list[Reading]]]]:
    """Return each page with the lines that its charts draw."""
    return [(page, [line for o in page.outputs if o.kind is Kind.CHART for line in reading_lines(o)]) for page in pages]


def history_of(reading: Reading, lines: Sequence[Sequence[Reading]]) -> Sequence[Reading]:
    """Return the readings up to a reading that a chart draws as one line: same series, unit, basis and value."""
    alike = ("inputs", "unit", "basis", "period", "value")
    for line in lines:
        own = [r for r in line if r.ok and r.period.end <= reading.period.end]
        if any(all(getattr(r, k) == getattr(reading, k) for k in alike) for r in own):
            return sorted(own, key=lambda r: r.period.end)
    return ()


def reading_lines(output: Output) -> list[list[Reading]]:
    """Return the readings behind a chart or table, those of one group and item together, in order."""
    rows, found, held = csv_rows(output), dict[tuple[str, str], list[Reading]](), resources()
    for group, item, period, value, unit, status, estimated, series, basis in rows[1:] if has_figures(rows) else ():
        inputs = tuple(series.split())
        digits = held[inputs[0]].decimals if len(inputs) == 1 and inputs[0] in held else None
        number = float(value) if value else None
        when = Period.parse(period)
        reading = Reading(
            group, number, unit, when, Status(status), basis, item, None, inputs, bool(estimated), digits=digits
        )
        found.setdefault((group, item), []).append(reading)
    return list(found.values())


def describe_history(figure: KeyFigure, w: Words) -> str:
    """Describe a small line: its figure, from when to when, the lowest and the highest."""
    history = figure.history
    low, high = (choose(history, key=lambda r: r.value or 0.0) for choose in (min, max))
    ends = w.ui("from_to").format(first=w.period(history[0].period), last=w.period(history[-1].period))
    said = [f"{w.ui(k)} {w.reading(r)} ({w.period(r.period)})" for k, r in (("minimum", low), ("maximum", high))]
    return w.typography(f"{figure.title}, {w.elided(ends)}{w.colon}{w.semicolon.join(said)}")


def _terms(edition: Edition, language: str, w: Words) -> list[tuple[str, str]]:
    """Return the terms of use, each with the publishers that have it."""
    found: dict[str, dict[str, None]] = {}
    for source in (s for s in edition_sources(edition, language) if s.terms):
        found.setdefault(source.terms, {})[source.publisher] = None
    return [(w.semicolon.join(publishers), terms) for terms, publishers in found.items()]


def cut(lines: Sequence[str], most: int, w: Words) -> list[str]:
    """Return at most so many lines, the last of which counts those that are left out.

    >>> [line.replace("\u00a0", " ") for line in cut(["a", "b", "c"], 2, Words("en"))]
    ['a', 'and 2 others, in the edition']
    """
    if len(lines) <= most:
        return list(lines)
    kept = max(most - 1, 0)
    return [*lines[:kept], w.count(len(lines) - kept, "left_out")]
