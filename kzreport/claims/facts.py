"""Facts: dated figures and events, one reading a row, read from ``data/facts/``.

``facts.csv`` has the readings, ``facts.yml`` the names of their measures and publishers. A fact is known from the day
on which it was published; ``dated`` says how that day is known (``seen``: nobody noted it, it is the day on which the
page was read). A fact that is, or quotes, a judged document names it in ``document`` and never judges it. Readings
that disagree stand side by side.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kzreport.claims.amounts import Grade, Held, Point, printed_interval
from kzreport.claims.cells import Row, check_figure
from kzreport.claims.claim import Qualifier, figure_interval
from kzreport.claims.documents import register
from kzreport.days import read_day
from kzreport.errors import DataError, explain, one_of
from kzreport.files import cached_by_stamp, project_root, read_text, sha256_hex, shown_path
from kzreport.model import Interval, Period
from kzreport.project.settings import LocalText, project
from kzreport.project.strict import StrictModel, strict_model
from kzreport.series.resource import demand_accepted
from kzreport.series.table import csv_rows
from kzreport.units import UNITS
from kzreport.yamlfile import read_yaml

_ID = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_DATED = ("recorded", "estimated", "seen")


@dataclass(frozen=True)
class Fact:
    """One reading of a measure: what ``publisher`` says, as ``via`` passed it on; one of them may be empty.

    - ``subject``: the country or body that it is about; ``period``: the period, the day or the span of days
    - ``value``, ``low``, ``high``, ``qualifier``, ``unit``: the figure; empty for a date
    - ``document``: the id of the judged document that it is or quotes
    """

    id: str
    measure: str
    subject: str
    period: Period
    value: float | None
    low: float | None
    high: float | None
    unit: str
    qualifier: Qualifier
    publisher: str
    via: str
    url: str
    published: date
    dated: str
    grade: Grade
    document: str = ""
    note: Mapping[str, str] | None = None

    @property
    def interval(self) -> Interval:
        """The values that the reading allows; of a date, one."""
        if self.unit == "date":
            return Interval(1, 1)
        if self.value is None:
            return Interval(-math.inf if self.low is None else self.low, math.inf if self.high is None else self.high)
        if self.qualifier in (Qualifier.EXACT, Qualifier.PLANNED, Qualifier.ROUNDED, Qualifier.INFERRED):
            return printed_interval(self.value)
        return figure_interval(self.qualifier, self.value, 0.0)

    @property
    def point(self) -> Point:
        """The reading, with the weight of its source; a bound or a range gives no exact figure."""
        exact = self.value is not None and self.qualifier in _EXACT
        values = (self.value,) if exact and self.value is not None else ()
        return Point(values, self.interval, self.grade, self.via or self.publisher, self.qualifier is Qualifier.PLANNED)

    @property
    def held(self) -> Held:
        """The reading as a row behind a verdict."""
        return Held(self.id, self.subject, self.period, self.value, self.publisher, self.via, self.url, fact=True)


_EXACT = (Qualifier.EXACT, Qualifier.PLANNED, Qualifier.ROUNDED, Qualifier.INFERRED, Qualifier.ABOUT)


class _File(StrictModel):
    measures: dict[str, LocalText]
    publishers: dict[str, LocalText]


@dataclass(frozen=True)
class Facts:
    """All facts by id, and the names of their measures and publishers (slug -> language -> name)."""

    facts: Mapping[str, Fact]
    measures: Mapping[str, Mapping[str, str]]
    publishers: Mapping[str, Mapping[str, str]]


NO_FACTS = Facts({}, {}, {})


def fact_columns() -> tuple[str, ...]:
    """Return the columns of the file of facts: the note has one for each language of the project."""
    return (
        *("id", "measure", "subject", "period", "value", "low", "high", "unit", "qualifier", "publisher", "via", "url"),
        *("published", "dated", "grade", "document", *(f"note.{k}" for k in project().languages)),
    )


def facts_folder() -> Path:
    """Return the folder of facts; it is missing in a project without facts."""
    return project_root() / "data" / "facts"


def all_facts() -> Facts:
    """Return all facts, read again after an edit. Raises :class:`DataError` naming file, line, column and choices."""
    folder = facts_folder()
    if not folder.is_dir():
        return NO_FACTS
    return _read_facts(*_files())


def known_facts(as_of: date) -> tuple[Fact, ...]:
    """Return the facts published by a date, in the order of their file."""
    return tuple(f for f in all_facts().facts.values() if f.published <= as_of)


def facts_fingerprints(as_of: date) -> dict[str, str]:
    """Return ``facts.csv`` -> sha256 of the facts that a page can know on a date, with their names; empty if none."""
    known = (
        [text for published, text in _fact_texts(*_files()) if published <= as_of] if facts_folder().is_dir() else []
    )
    return {"facts.csv": sha256_hex("\n".join(known).encode())} if known else {}


@cached_by_stamp(4)
def _fact_texts(table: Path, names: Path, documents: Path) -> list[tuple[date, str]]:
    """Return for each fact its day and everything that a page can show of it, as text."""
    every = _read_facts(table, names, documents)
    return [
        (
            f.published,
            repr([f, sorted(every.measures[f.measure].items()), sorted(every.publishers.get(f.publisher, {}).items())]),
        )
        for f in every.facts.values()
    ]


def _files() -> tuple[Path, Path, Path]:
    """Return the files that facts depend on: their table, their names, the register of documents."""
    folder = facts_folder()
    return folder / "facts.csv", folder / "facts.yml", folder.with_name("claims") / "documents.yml"


@cached_by_stamp(4)
def _read_facts(table: Path, names: Path, documents: Path) -> Facts:
    """Read and check all facts; ``documents`` is the register that their column ``document`` refers to."""
    about = strict_model(_File, read_yaml(names), shown_path(names))
    columns, where = fact_columns(), shown_path(table)
    found: dict[str, Fact] = {}
    for line, cells in csv_rows(columns, read_text(table, by_cell=True), where):
        row = Row(dict(zip(columns, cells, strict=True)), f"{where}, line {line}")
        fact = _fact(row, about)
        if fact.id in found:
            raise row.bad("id", "each id once")
        found[fact.id] = fact
    for kind, stated in (("measure", about.measures), ("publisher", about.publishers)):
        used = {getattr(f, kind) for f in found.values()}
        if idle := [slug for slug in stated if slug not in used]:
            raise DataError(explain(f"{shown_path(names)}, {kind}s.{idle[0]}", "no fact of it", "a row, or no name"))
    demand_accepted(table, names)
    return Facts(found, about.measures, about.publishers)


def _fact(row: Row, about: _File) -> Fact:
    row.check_text()
    cells = row.cells
    if not _ID.fullmatch(cells["id"]):
        raise row.bad("id", "small letters, digits and underscores")
    if cells["unit"] not in (*UNITS, "date"):
        raise row.bad("unit", f"date or {one_of(UNITS, row.cells['unit'])}")
    period, qualifier = row.period("period"), Qualifier(row.one_of("qualifier", tuple(Qualifier)))
    value, low, high = (row.number(column) for column in ("value", "low", "high"))
    if period is None:
        raise row.bad("period", "the period or the day of the fact")
    check_figure(row, qualifier, period, value, low, high)
    published = _day(row)
    if published < period.start and qualifier is not Qualifier.PLANNED:
        raise row.bad("published", "a day not before the period, unless the fact is planned")
    if not cells["url"]:
        raise row.bad("url", "the address of the page")
    listed = " (data/facts/facts.yml)"
    return Fact(
        id=cells["id"],
        measure=row.one_of("measure", about.measures, listed_in=listed),
        subject=cells["subject"],
        period=period,
        value=value,
        low=low,
        high=high,
        unit=cells["unit"],
        qualifier=qualifier,
        publisher=row.one_of("publisher", about.publishers, empty=bool(cells["via"]), listed_in=listed),
        via=cells["via"],
        url=row.address("url"),
        published=published,
        dated=row.one_of("dated", _DATED),
        grade=Grade(row.one_of("grade", tuple(Grade))),
        document=row.one_of("document", register().documents, empty=True),
        note=row.in_every_language("note"),
    )


def _day(row: Row) -> date:
    try:
        return read_day(row.cells["published"])
    except ValueError:
        raise row.bad("published", "a date such as 2026-01-21") from None
