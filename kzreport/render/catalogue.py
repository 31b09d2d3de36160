"""The catalogue of an edition: a page for each series that its pages read, as it was known on its date."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import Any

from markupsafe import Markup

from kzreport.claims.sentences import basis_name
from kzreport.indicators.forecasts import PROJECTION
from kzreport.language.locale import alphabetical
from kzreport.language.vocabulary import capital
from kzreport.language.words import Words
from kzreport.model import Observation, Reading, Status
from kzreport.pages.outputs import Kind
from kzreport.pages.rows import as_csv
from kzreport.pages.since import Key, differs
from kzreport.project.settings import project
from kzreport.render.content import Edition
from kzreport.render.downloads import inert
from kzreport.render.figures import FigureReader, csv_rows, has_figures
from kzreport.render.fill import fill
from kzreport.render.plot import plot
from kzreport.render.sources import SeriesSource, edition_sources
from kzreport.render.sparkline import sparkline
from kzreport.series.issues import known_issues
from kzreport.series.resource import Resource, describe_series, names_of
from kzreport.series.table import check_table
from kzreport.units import as_change

_RECENT = 24  # figures of a table
_REVISED = 40  # revisions of a table
_FINEST = 6  # more digits, at most, where two values differ by less than what is shown


@dataclass(frozen=True)
class Line:
    """The history of one subject of a series: its name, a small picture, the latest figure with its day.

    ``number``: the figure in the unit of the series, which stands above the column.
    """

    name: str
    drawn: Markup
    value: str
    number: str
    period: str
    published: str


@dataclass(frozen=True)
class Use:
    """A page that shows a series: its title, and the address from the catalogue."""

    title: str
    href: str


@dataclass(frozen=True)
class Entry:
    """A series in the list of the catalogue; ``leading``: its one subject, or the home country's."""

    source: SeriesSource
    leading: Line | None


def catalogue(edition: Edition) -> Iterator[tuple[str, str]]:
    """Yield name and text of each file of the catalogue: the figures of a series once, its page in each language."""
    held = {name: _Held(describe_series(name), edition.as_of) for name in edition.series}
    for name, own in held.items():
        yield f"series/{name}.csv", _csv(own)
    for language in edition.languages:
        for file, text in _in_language(edition, language, held):
            yield f"{language}/series/{file}.html", text


def _in_language(edition: Edition, language: str, held: Mapping[str, _Held]) -> Iterator[tuple[str, str]]:
    w = Words(language, day=edition.as_of)
    pages = [Words(language, page.name, edition.as_of) for page in edition.pages[language]]
    reader = FigureReader(w, edition.as_of, pages)
    uses = _uses(edition, language)
    sources = edition_sources(edition, language)
    shared = {
        "w": w,
        "language": language,
        "languages": edition.languages,
        "project": project().name[language],
        "report": edition.report[language],
        "line": edition.lines[language],
        "fingerprint": edition.fingerprint,
    }
    groups: dict[str, list[Entry]] = {}
    for source in sources:
        own = held[source.name]
        lines = [_line(key, few, reader) for key, few in own.histories.items()]
        leading = next((line for key, line in zip(own.histories, lines, strict=True) if key == own.leading), None)
        groups.setdefault(source.publisher, []).append(Entry(source, leading))
        lines.sort(key=lambda line: alphabetical(line.name))
        yield source.name, _page(source, own, lines, leading, uses.get(source.name, ()), reader, shared)
    by_title = sorted(sources, key=lambda s: alphabetical(s.title))
    letters = {a: list(few) for a, few in groupby(by_title, key=lambda s: alphabetical(s.title)[0][:1].upper())}
    ordered = [
        (name, sorted(groups[name], key=lambda e: alphabetical(e.source.title)))
        for name in sorted(groups, key=alphabetical)
    ]
    yield "index", fill("catalogue.html", groups=ordered, letters=letters, **shared)


class _Held:
    """The figures held of a series on a day: every state of each, and the history of each subject.

    Projections have states, and no part in a history.
    """

    def __init__(self, d: Resource, as_of: date) -> None:
        self.resource, self.as_of = d, as_of
        self.states: dict[Key, list[Observation]] = {}
        for o in check_table(d):  # sorted by publication within a period
            if o.published <= as_of:
                self.states.setdefault((tuple(o.dims[k] for k in d.dimensions), o.period), []).append(o)
        self.histories: dict[tuple[str, ...], list[tuple[Observation, Reading]]] = {}
        for key in sorted(self.states, key=lambda k: (k[0], k[1])):
            last = self.states[key][-1]
            if last.dims.get("kind") != PROJECTION:
                self.histories.setdefault(key[0], []).append((last, self.reading(last)))
        alone = len(self.histories) == 1
        self.leading = next((k for k in self.histories if alone or [p for p in k if p] == [project().home]), None)
        self.revisions = self._revisions()

    def reading(self, o: Observation) -> Reading:
        """Return a figure; an index whose base is the period or the year before, as a change."""
        d, value = self.resource, o.value
        change, unit = as_change(value or 0.0, d.unit)
        value = None if value is None else change
        status = Status.MISSING_INPUT if value is None else Status.OK
        return Reading(d.name, value, unit, o.period, status, d.basis, inputs=(d.name,), digits=d.decimals)

    def _revisions(self) -> list[tuple[Key, Observation, Reading, Reading]]:
        """Return each figure that was published again with other digits: before, after; the latest day first.

        Another projection, or a figure in place of one, revises nothing.
        """
        found = []
        for key, states in self.states.items():
            for before, after in pairwise([o for o in states if o.dims.get("kind") != PROJECTION]):
                if before.value != after.value:
                    then, now = self.reading(before), self.reading(after)
                    if differs(then, now):
                        found.append((key, after, then, now))
        return sorted(found, key=lambda f: (f[1].published, f[0][1], f[0][0]), reverse=True)


def _subject(key: Sequence[str], reader: FigureReader) -> str:
    w = reader.words
    return w.typography(capital(w.dated(", ".join(reader.label(part) for part in key if part))))


def _line(key: Sequence[str], few: Sequence[tuple[Observation, Reading]], reader: FigureReader) -> Line:
    w, known = reader.words, [r for _, r in few if r.ok]
    o, last = next(((o, r) for o, r in reversed(few) if r.ok), few[-1])
    drawn = Markup(sparkline(known)) if len(known) > 1 else Markup("")  # our own drawing: numbers alone
    period = w.typography(w.period(last.period))
    return Line(
        _subject(key, reader), drawn, w.typography(w.reading(last)), _number(last, w), period, w.day(o.published)
    )


def _page(
    source: SeriesSource,
    held: _Held,
    lines: Sequence[Line],
    leading: Line | None,
    uses: Sequence[Use],
    reader: FigureReader,
    shared: Mapping[str, Any],
) -> str:
    w, d = reader.words, held.resource
    leads = held.histories[held.leading] if held.leading is not None else []
    history = [r for _, r in leads if r.ok]
    recent = leads[-_RECENT:] if len(held.histories) == 1 else []
    return fill(
        "series.html",
        source=source,
        frequency=w.word("frequencies", source.frequency),
        basis=basis_name(w, source.basis),
        plot=Markup(plot(history, w)) if len(history) > 1 else "",  # escaped where it is drawn
        measure=next((w.unit(r.unit) for few in held.histories.values() for _, r in few), ""),
        leading=leading,
        lines=lines if len(lines) > 1 else [],
        recent=[(w.typography(w.period(r.period)), _number(r, w), w.day(o.published)) for o, r in reversed(recent)],
        vintages=[w.day(v) for v in d.vintages if v <= held.as_of],
        revised=[
            (
                ", ".join(part for part in (_subject(key[0], reader), w.typography(w.period(key[1]))) if part),
                *_apart(then, now, w),
                w.day(o.published),
            )
            for key, o, then, now in held.revisions[:_REVISED]
        ],
        revised_rest=max(len(held.revisions) - _REVISED, 0),
        issues=[
            w.typography(i.text[w.language])
            for i in known_issues(held.as_of)
            if i.series == d.name and i.kind != "checked"
        ],
        uses=uses,
        **shared,
    )


def _number(r: Reading, w: Words, digits: int = 0) -> str:
    """Write a value without its unit, which stands above its column, with so many digits more than usual.

    A small value of a unit without decimals keeps two significant digits, if it was published with them: no 0 for 0.05.
    """
    if r.value is None:
        return w.typography(w.reading(r))
    few = 0 if r.decimals or not r.value else max(1 - math.floor(math.log10(abs(r.value))), 0)
    published = len(f"{r.value:.10g}".partition(".")[2])
    return w.number(r.value, max(r.decimals, min(few, published)) + digits)


def _apart(then: Reading, now: Reading, w: Words) -> tuple[str, str]:
    """Write two values; with more digits where the usual ones would make them alike."""
    pairs = ((_number(then, w, digits), _number(now, w, digits)) for digits in range(_FINEST))
    return next((pair for pair in pairs if pair[0] != pair[1]), (w.reading(then, "full"), w.reading(now, "full")))


def _uses(edition: Edition, language: str) -> dict[str, list[Use]]:
    """Return series -> the charts and tables that show it, the first on each page."""
    found: dict[str, list[Use]] = {}
    for page in edition.pages[language]:
        seen: set[str] = set()
        for output in page.outputs:
            rows = csv_rows(output) if output.kind in (Kind.CHART, Kind.TABLE) else []
            names = {name for row in rows[1:] for name in row[7].split()} if has_figures(rows) else set()
            for name in sorted(names - seen):
                found.setdefault(name, []).append(Use(page.title, f"../{page.name}.html#{output.name}"))
            seen |= names
    return found


def _csv(held: _Held) -> str:
    """Return all figures of a series, all states of each, by the codes of its table: the same in all languages.

    A column that no row of the day fills is left out: the table may have got it with a later row.
    """
    d = held.resource
    known = [o for states in held.states.values() for o in states]
    own = [c for c in d.columns[3:] if any(o.dims.get(c) for o in known)]
    code = next((slug for slug, names in names_of("publishers").items() if names == d.publisher), "")
    publisher = () if "publisher" in own else (code,)
    head = ("series", *d.columns[:3], "unit", "basis", *own, *(("publisher",) if publisher else ()))
    rows = [
        (
            *(d.name, str(o.period), "" if o.value is None else repr(o.value), o.published.isoformat()),
            *(d.unit, d.basis, *(o.dims.get(c, "") for c in own), *publisher),
        )
        for o in known
    ]
    return as_csv([head, *([inert(cell) for cell in row] for row in rows)])
