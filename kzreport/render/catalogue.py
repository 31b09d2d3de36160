"""The catalogue of an edition: a page for each series that its pages read, as it was known on its date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from kzreport.claims.sentences import basis_name
from kzreport.language.words import Words
from kzreport.model import Observation, Reading
from kzreport.pages.outputs import Kind
from kzreport.pages.rows import as_csv
from kzreport.pages.since import Key, differs, figure
from kzreport.project import project
from kzreport.render.content import Edition
from kzreport.render.downloads import inert
from kzreport.render.figures import FigureReader, csv_rows, has_figures
from kzreport.render.fill import fill
from kzreport.render.plot import plot
from kzreport.render.sources import SeriesSource, edition_sources
from kzreport.render.sparkline import sparkline
from kzreport.series.issues import known_issues
from kzreport.series.known import load_series
from kzreport.series.resource import Resource, describe_series
from kzreport.series.table import check_table

_RECENT = 24  # figures of a table
_REVISED = 40  # revisions of a table
_INDEX = ("index_py100", "index_pp100")  # shown as changes


@dataclass(frozen=True)
class Line:
    """The history of one subject of a series: its name, a small picture, the latest figure with its day."""

    name: str
    drawn: Markup
    value: str
    period: str
    published: str


@dataclass(frozen=True)
class Use:
    """A page that shows a series: its title, and the address from the catalogue."""

    title: str
    href: str


@dataclass(frozen=True)
class Entry:
    """A series in the list of the catalogue."""

    source: SeriesSource
    drawn: Markup
    value: str


def catalogue(edition: Edition, language: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of each file of the catalogue in one language, beginning with ``series/``."""
    w = Words(language, day=edition.as_of)
    reader = FigureReader(w, edition.as_of)
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
        d = describe_series(source.name)
        held = _Held(d, edition.as_of)
        lines = [_line(key, few, reader, w) for key, few in held.histories.items()]
        alone = lines[0] if len(lines) == 1 else None
        entry = Entry(source, alone.drawn if alone else Markup(""), alone.value if alone else "")
        groups.setdefault(source.publisher, []).append(entry)
        yield f"series/{source.name}.html", _page(source, d, held, lines, uses, reader, shared)
        yield f"series/{source.name}.csv", _csv(source, d, held)
    ordered = [(name, sorted(few, key=lambda e: e.source.title)) for name, few in sorted(groups.items())]
    yield "series/index.html", fill("catalogue.html", groups=ordered, **shared)


class _Held:
    """What is held of a series on a day: every state of each figure, and the history of each subject."""

    def __init__(self, d: Resource, as_of: date) -> None:
        self.series = load_series(d.name, as_of)
        self.states: dict[Key, list[Observation]] = {}
        for o in check_table(d):  # sorted by publication within a period
            if o.published <= as_of:
                self.states.setdefault((tuple(o.dims[k] for k in d.dimensions), o.period), []).append(o)
        self.histories: dict[tuple[str, ...], list[tuple[Observation, Reading]]] = {}
        for key in sorted(self.states, key=lambda k: k[1]):
            last = self.states[key][-1]
            self.histories.setdefault(key[0], []).append((last, self.reading(key, last)))

    def reading(self, key: Key, o: Observation) -> Reading:
        """Return a figure; an index whose base is the period or the year before, as a change."""
        r = figure(self.series, key, o)
        return r.of(value=r.value - 100, unit="percent") if r.unit in _INDEX and r.value is not None else r

    def revisions(self) -> list[tuple[Key, Observation, Reading, Reading]]:
        """Return each figure that was published again with other digits: before, after; the latest day first."""
        found = []
        for key, states in self.states.items():
            for before, after in pairwise(states):
                then, now = self.reading(key, before), self.reading(key, after)
                if differs(then, now):
                    found.append((key, after, then, now))
        return sorted(found, key=lambda f: (f[1].published, f[0][1], f[0][0]), reverse=True)


def _subject(key: Sequence[str], reader: FigureReader) -> str:
    return ", ".join(reader.label(part) for part in key if part)


def _line(key: Sequence[str], few: Sequence[tuple[Observation, Reading]], reader: FigureReader, w: Words) -> Line:
    known = [r for _, r in few if r.ok]
    o, last = next(((o, r) for o, r in reversed(few) if r.ok), few[-1])
    drawn = Markup(sparkline(known)) if len(known) > 1 else Markup("")  # our own drawing: numbers alone
    period = w.typography(w.period(last.period))
    return Line(_subject(key, reader), drawn, w.typography(w.reading(last)), period, w.day(o.published))


def _page(
    source: SeriesSource,
    d: Resource,
    held: _Held,
    lines: Sequence[Line],
    uses: Mapping[str, Sequence[Use]],
    reader: FigureReader,
    shared: Mapping[str, Any],
) -> str:
    w = reader.words
    keys = list(held.histories)
    home = next((n for n, key in enumerate(keys) if project().home in key), None)
    drawn = 0 if len(keys) == 1 else home
    history = [r for _, r in held.histories[keys[drawn]] if r.ok] if drawn is not None else []
    revised = held.revisions()
    recent = sorted(held.histories[keys[0]], key=lambda f: f[1].period)[-_RECENT:] if len(keys) == 1 else []
    return fill(
        "series.html",
        source=source,
        frequency=w.word("frequencies", source.frequency),
        basis=basis_name(w, source.basis),
        plot=Markup(plot(history, w)) if len(history) > 1 else "",  # escaped where it is drawn
        drawn=lines[drawn].name if drawn is not None else "",
        lines=lines if len(lines) > 1 else [],
        recent=[
            (w.typography(w.period(r.period)), w.typography(w.reading(r)), w.day(o.published))
            for o, r in reversed(recent)
        ],
        vintages=[w.day(v) for v in d.vintages if v <= reader.as_of],
        revised=[
            (
                ", ".join(part for part in (_subject(key[0], reader), w.typography(w.period(key[1]))) if part),
                *_apart(then, now, w),
                w.day(o.published),
            )
            for key, o, then, now in revised[:_REVISED]
        ],
        revised_rest=max(len(revised) - _REVISED, 0),
        issues=[i.text[w.language] for i in known_issues(reader.as_of) if i.series == d.name and i.kind != "checked"],
        uses=uses.get(d.name, ()),
        **shared,
    )


def _apart(then: Reading, now: Reading, w: Words) -> tuple[str, str]:
    """Write two values; with more digits where the usual ones would make them alike."""
    said = w.typography(w.reading(then)), w.typography(w.reading(now))
    return said if said[0] != said[1] else (w.typography(w.reading(then, "full")), w.typography(w.reading(now, "full")))


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


def _csv(source: SeriesSource, d: Resource, held: _Held) -> str:
    """Return all figures of a series, all states of each, as a reader downloads them."""
    dims = [c for c in d.columns[3:] if c in d.dimensions and c != "publisher"]
    named = "publisher" in d.dimensions
    head = ("series", *dims, "period", "value", "unit", "basis", "published", "publisher")
    rows = [
        (
            *(d.name, *(o.dims[c] for c in dims), str(o.period), "" if o.value is None else repr(o.value)),
            *(d.unit, d.basis, o.published.isoformat(), o.dims["publisher"] if named else source.publisher),
        )
        for states in held.states.values()
        for o in states
    ]
    return as_csv([head, *([inert(cell) for cell in row] for row in rows)])
