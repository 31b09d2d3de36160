"""Groups of countries over which figures are added up, read from ``data/groups.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import Field

from kzreport.errors import DataError, explain
from kzreport.files import cached_by_stamp, project_root, read_yaml, shown_path
from kzreport.indicators.country_groups import CountryGroup, CountryGroups, Membership
from kzreport.strict import Day, StrictModel, strict_model


class _Dates(StrictModel):
    since: Day = date.min
    until: Day = date.max


class _Entry(StrictModel):
    members: list[str]
    dated: dict[str, _Dates] = Field(default_factory=dict)


def all_groups() -> CountryGroups:
    """Return the groups by name, read once for each state of their file; empty if the project has no such file.

    Raises :class:`DataError` naming the file and the key.
    """
    path = project_root() / "data" / "groups.yml"
    return _read_groups(path) if path.exists() else {}


def groups_on(day: date) -> Mapping[str, tuple[str, ...]]:
    """Return name -> members on a day, of every group.

    >>> groups_on(date(2026, 9, 30))["central_asia"]
    ('KGZ', 'TJK', 'TKM', 'UZB')
    """
    return {name: group.members(day) for name, group in all_groups().items()}


@cached_by_stamp(4)
def _read_groups(path: Path) -> CountryGroups:
    raw, where = read_yaml(path), shown_path(path)
    if not isinstance(raw, dict):
        raise DataError(explain(where, repr(raw)[:80], "a map from the name of a group to its members"))
    return {name: _group(name, entry, f"{where}, {name}") for name, entry in raw.items()}


def _group(name: str, raw: Any, where: str) -> CountryGroup:
    entry = strict_model(_Entry, raw, where)
    codes = [*entry.members, *entry.dated]
    if not codes or len(set(codes)) < len(codes):
        raise DataError(explain(where, ", ".join(codes) or "no member", "members, each once"))
    if wrong := [code for code, d in entry.dated.items() if d.since > d.until]:
        raise DataError(explain(f"{where}.dated.{wrong[0]}", "'until' before 'since'", "a first and a last day"))
    dated = tuple(Membership(code, d.since, d.until) for code, d in entry.dated.items())
    return CountryGroup(name, (*map(Membership, entry.members), *dated))
