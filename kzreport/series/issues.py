"""Known faults of sources, from ``data/issues.yml``: each is known from a day, and perhaps mended on another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kzreport.days import parse_day
from kzreport.errors import DataError, ParameterError, explain
from kzreport.files import cached_by_stamp, project_root, read_yaml, shown_path
from kzreport.model import Period
from kzreport.project import project
from kzreport.series.resource import describe_series

_KINDS = ("error", "break", "inconsistent", "preliminary", "caveat")


@dataclass(frozen=True)
class Issue:
    """A known fault of a source.

    - ``series``, ``where``, ``periods``: the observations that it is about; all of them if a filter is empty
    - ``kind``: ``error``, ``break``, ``inconsistent``, ``preliminary`` or ``caveat``
    - ``since``, ``until``: the day on which it became known, and the day on which it was mended
    - ``text``: language -> sentence
    """

    id: str
    series: str
    where: Mapping[str, str]
    periods: tuple[Period, ...]
    kind: str
    since: date
    text: Mapping[str, str]
    until: date | None = None


def _issue(e: Any, at: str) -> Issue:
    languages = project().languages
    needed = {"id", "series", "kind", "since", *languages}
    allowed = needed | {"where", "periods", "until"}
    if not isinstance(e, dict) or set(e) - allowed or needed - set(e):
        found = ", ".join(sorted(e)) if isinstance(e, dict) else repr(e)
        expected = f"the keys {', '.join(sorted(needed))} and perhaps where, periods, until"
        raise DataError(explain(at, found, expected))
    for key in needed:
        if not isinstance(e[key], str) or not e[key].strip():
            raise DataError(explain(f"{at}, key '{key}'", repr(e[key]), "text"))
    where, spans = e.get("where", {}), e.get("periods", [])
    for key, value, kind in (("where", where, dict), ("periods", spans, list)):
        if not isinstance(value, kind):
            raise DataError(explain(f"{at}, key '{key}'", repr(value), "a map 'where', a list 'periods'"))
    if e["kind"] not in _KINDS:
        raise DataError(explain(f"{at}, key 'kind'", repr(e["kind"]), f"one of {', '.join(_KINDS)}"))
    try:
        d = describe_series(e["series"])
        periods = tuple(Period.parse(str(p)) for p in spans)
    except DataError as error:
        raise DataError(f"{at}: {error}") from None
    for column, value in where.items():
        if column not in d.columns[3:] or value not in d.enums.get(column, (value,)):
            raise DataError(explain(f"{at}, key 'where'", f"{column}: {value}", f"columns and values of data/{d.path}"))
    since, until = _day(e, "since", at), _day(e, "until", at) if "until" in e else None
    if until and until <= since:
        raise DataError(explain(f"{at}, key 'until'", until, f"a date after {since}, when the fault was known"))
    text = {k: e[k].strip() for k in languages}
    return Issue(e["id"], d.name, where, periods, e["kind"], since, text, until)


def _day(entry: Mapping[str, Any], key: str, at: str) -> date:
    try:
        return parse_day(str(entry[key]))
    except ParameterError:
        raise DataError(explain(f"{at}, key '{key}'", repr(entry[key]), "a date such as 2026-09-02")) from None


@cached_by_stamp()
def _issues(path: Path, package: Path) -> tuple[Issue, ...]:
    where = shown_path(path)
    entries = read_yaml(path)
    if not isinstance(entries, list):
        raise DataError(explain(where, type(entries).__name__, "a list of issues"))
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

    ``series`` keeps those of some series, ``start`` those that touch a period from that one on.
    Raises :class:`DataError` naming the file and the entry that is broken.
    """
    day, path = parse_day(as_of), project_root() / "data" / "issues.yml"
    return tuple(
        i
        for i in _issues(path, path.with_name("datapackage.json"))
        if i.since <= day
        and (i.until is None or i.until > day)
        and (series is None or i.series in series)
        and (start is None or not i.periods or any(p.end >= start.start for p in i.periods))
        and (not i.periods or any(p.start <= day for p in i.periods))
    )
