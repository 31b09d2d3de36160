"""Known faults of sources, from ``data/issues.yml``: each is known from a day, and perhaps mended on another.

An issue of kind ``checked`` is no fault: a figure that a guard finds unusual, and that its source does state. No page
shows it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, create_model

from kzreport.days import parse_day
from kzreport.errors import DataError, explain, short_repr
from kzreport.files import cached_by_stamp, project_root, shown_path
from kzreport.model import Period
from kzreport.project.settings import LocalText, project
from kzreport.project.strict import Day, Line, PeriodText, StrictModel, strict_model
from kzreport.series.resource import describe_series
from kzreport.yamlfile import read_yaml


@dataclass(frozen=True)
class Issue:
    """A known fault of a source.

    - ``series``, ``where``, ``periods``: the observations that it is about; all of them if a filter is empty. A column
      of ``where`` has one value or several
    - ``kind``: ``error``, ``break``, ``inconsistent``, ``preliminary``, ``suspect``, ``caveat`` or ``checked``
    - ``since``, ``until``: the day on which it became known, and the day on which it was mended
    - ``text``: language -> sentence, true from ``since`` to ``until``
    - ``ended``: language -> sentence on how it was mended, which tells it as past; empty without ``until``
    - ``excuses``: names of the guards whose findings on these figures are true figures
    """

    id: str
    series: str
    where: Mapping[str, tuple[str, ...]]
    periods: tuple[Period, ...]
    kind: str
    since: date
    text: Mapping[str, str]
    until: date | None = None
    ended: Mapping[str, str] = field(default_factory=dict)
    excuses: tuple[str, ...] = field(default=(), repr=False)  # changes no page

    def is_about(self, column: str, values: Collection[str]) -> bool:
        """True if the issue is about one of some values of a column, or does not say which it is about."""
        own = self.where.get(column, ())
        return not own or any(value in values for value in own)


def _cells(given: Any) -> Any:
    """Return the cells of a filter, which has one value or a list."""
    cells = given if isinstance(given, list) else [given]
    if not cells or not all(isinstance(cell, str) for cell in cells):
        raise ValueError("a value or a list of values")
    return tuple(cells)


class _Entry(StrictModel):
    """An entry of the file; :func:`_model` adds a key for each language of the project."""

    id: Line
    series: Line
    kind: Literal["error", "break", "inconsistent", "preliminary", "suspect", "caveat", "checked"]
    since: Day
    until: Day | None = None
    ended: LocalText = Field(default_factory=dict)
    where: dict[str, Annotated[tuple[str, ...], BeforeValidator(_cells)]] = Field(default_factory=dict)
    periods: list[PeriodText] = Field(default_factory=list)
    excuses: list[str] = Field(default_factory=list)


@lru_cache(maxsize=4)
def _model(languages: tuple[str, ...]) -> type[_Entry]:
    texts: dict[str, Any] = dict.fromkeys(languages, (Line, ...))
    return create_model("_Issue", __base__=_Entry, **texts)


def _issue(raw: Any, at: str) -> Issue:
    languages = project().languages
    e = strict_model(_model(languages), raw, at)
    if (e.until is None) != (not e.ended):
        todo = f"'until' a day and 'ended' a sentence in {', '.join(languages)}, or neither"
        raise DataError(explain(f"{at}, ended", e.ended or "nothing", todo))
    if e.until and e.until <= e.since:
        raise DataError(explain(f"{at}, until", e.until, f"a date after {e.since}, when the fault was known"))
    if e.kind == "checked" and not e.excuses:
        raise DataError(explain(f"{at}, excuses", "nothing", "the guards that an issue of kind checked excuses"))
    try:
        d = describe_series(e.series)
    except DataError as error:
        raise DataError(f"{at}: {error}") from None
    for column, value in ((column, value) for column, values in e.where.items() for value in values):
        if column not in d.columns[3:] or value not in d.enums.get(column, (value,)):
            raise DataError(explain(f"{at}, where", f"{column}: {value}", f"columns and values of data/{d.path}"))
    text = {k: getattr(e, k) for k in languages}
    return Issue(e.id, d.name, e.where, tuple(e.periods), e.kind, e.since, text, e.until, e.ended, tuple(e.excuses))


@cached_by_stamp()
def _issues(path: Path, package: Path) -> tuple[Issue, ...]:
    where = shown_path(path)
    entries = read_yaml(path)
    if not isinstance(entries, list):
        raise DataError(explain(where, short_repr(entries), "a list of issues"))
    found: dict[str, Issue] = {}
    for number, e in enumerate(entries, 1):
        at = f"{where}, entry {number}"
        issue = _issue(e, at + (f" ({e['id']})" if isinstance(e, dict) and "id" in e else ""))
        if issue.id in found:
            raise DataError(explain(at, f"the id '{issue.id}' again", "each id once"))
        found[issue.id] = issue
    return tuple(found.values())


def known_issues(
    as_of: date | str, series: frozenset[str] | None = None, start: Period | None = None
) -> tuple[Issue, ...]:
    """Return the faults that were known and not yet mended on a date.

    ``series`` keeps the issues of some series, ``start`` the issues that touch this period or later ones.
    Raises :class:`DataError` naming the file and the entry that is broken.
    """
    day = parse_day(as_of)
    return tuple(
        i
        for i in _all_issues()
        if i.kind != "checked"
        and i.since <= day
        and (i.until is None or i.until > day)
        and (series is None or i.series in series)
        and (start is None or not i.periods or any(p.end >= start.start for p in i.periods))
        and (not i.periods or any(p.start <= day for p in i.periods))
    )


def _all_issues() -> tuple[Issue, ...]:
    path = project_root() / "data" / "issues.yml"
    return _issues(path, path.with_name("datapackage.json")) if path.exists() else ()  # a project may know no fault


def excusing_issues() -> tuple[Issue, ...]:
    """Return the issues that excuse a guard. Raises as :func:`known_issues`."""
    return tuple(i for i in _all_issues() if i.excuses)


def suspect_periods(series: str, as_of: date | str, **dims: str) -> tuple[Period, ...]:
    """Return the periods of a series whose value was held suspect on a date: the issue says since when and until when.

    ``dims`` leaves out the issues that speak of other rows alone. Raises as :func:`known_issues`.
    """
    found = [i for i in known_issues(as_of, frozenset({series})) if i.kind == "suspect"]
    kept = [i for i in found if all(i.is_about(k, (v,)) for k, v in dims.items())]
    return tuple(sorted({p for i in kept for p in i.periods}))
