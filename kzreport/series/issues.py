"""Known faults of sources, from ``data/issues.yml``: each is known from a day, and perhaps mended on another.

An issue of kind ``checked`` is no fault: a figure that a guard finds unusual, and that its source does state. No page
shows it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from kzreport.days import parse_day
from kzreport.errors import DataError, ParameterError, explain, one_of
from kzreport.files import cached_by_stamp, project_root, read_yaml, shown_path
from kzreport.model import Period
from kzreport.project.settings import project
from kzreport.series.resource import describe_series

_KINDS = ("error", "break", "inconsistent", "preliminary", "suspect", "caveat", "checked")


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


def _issue(e: Any, at: str) -> Issue:
    languages = project().languages
    needed = {"id", "series", "kind", "since", *languages}
    allowed = needed | {"where", "periods", "until", "ended", "excuses"}
    if not isinstance(e, dict) or set(e) - allowed or needed - set(e):
        found = ", ".join(sorted(e)) if isinstance(e, dict) else repr(e)
        expected = f"the keys {', '.join(sorted(needed))} and perhaps where, periods, until, ended, excuses"
        raise DataError(explain(at, found, expected))
    for key in needed:
        if not isinstance(e[key], str) or not e[key].strip():
            raise DataError(explain(f"{at}, key '{key}'", repr(e[key]), "text"))
    where, spans, excuses = e.get("where", {}), e.get("periods", []), e.get("excuses", [])
    if ("until" in e) != ("ended" in e) or not _is_text(e.get("ended", dict.fromkeys(languages, "-")), languages):
        todo = f"'until' a day and 'ended' a sentence in {', '.join(languages)}, or neither"
        raise DataError(explain(f"{at}, key 'ended'", repr(e.get("ended")), todo))
    for key, value, kind, form in (
        ("where", where, dict, "map"),
        ("periods", spans, list, "list"),
        ("excuses", excuses, list, "list"),
    ):
        if not isinstance(value, kind):
            raise DataError(explain(f"{at}, key '{key}'", repr(value), f"a {form} '{key}'"))
    if e["kind"] == "checked" and not excuses:
        raise DataError(explain(f"{at}, key 'excuses'", "nothing", "the guards that an issue of kind checked excuses"))
    if e["kind"] not in _KINDS:
        raise DataError(explain(f"{at}, key 'kind'", repr(e["kind"]), one_of(_KINDS, e["kind"])))
    try:
        d = describe_series(e["series"])
        periods = tuple(Period.parse(str(p)) for p in spans)
    except DataError as error:
        raise DataError(f"{at}: {error}") from None
    chosen = {column: tuple(given) if isinstance(given, list) else (given,) for column, given in where.items()}
    for column, value in ((column, value) for column, few in chosen.items() for value in few):
        if column not in d.columns[3:] or value not in d.enums.get(column, (value,)):
            raise DataError(explain(f"{at}, key 'where'", f"{column}: {value}", f"columns and values of data/{d.path}"))
    since, until = _day(e, "since", at), _day(e, "until", at) if "until" in e else None
    if until and until <= since:
        raise DataError(explain(f"{at}, key 'until'", until, f"a date after {since}, when the fault was known"))
    text = {k: e[k].strip() for k in languages}
    ended = {k: str(t).strip() for k, t in e.get("ended", {}).items()}
    return Issue(e["id"], d.name, chosen, periods, e["kind"], since, text, until, ended, tuple(map(str, excuses)))


def _is_text(value: Any, languages: Collection[str]) -> bool:
    """Return true for a map of the languages to text."""
    if not isinstance(value, dict) or set(value) != set(languages):
        return False
    return all(isinstance(text, str) and text.strip() for text in value.values())


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
