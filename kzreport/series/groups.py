"""Groups of countries over which figures are added up, read from ``data/groups.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field

from kzreport.errors import DataError, explain
from kzreport.files import file_stamp, project_root, read_yaml, shown_path
from kzreport.strict import Day, StrictModel, strict_model


@dataclass(frozen=True)
class Membership:
    """A member of a group, with its first and last day if it was not always one."""

    code: str
    since: date = date.min
    until: date = date.max


@dataclass(frozen=True)
class CountryGroup:
    """A group of countries. Its members may depend on the day.

    >>> union = CountryGroup("EU", (Membership("FRA"), Membership("GBR", until=date(2020, 1, 31))))
    >>> union.members(date(2019, 12, 31)), union.members(date(2020, 12, 31))
    (('FRA', 'GBR'), ('FRA',))
    """

    name: str
    memberships: tuple[Membership, ...]

    def members(self, day: date) -> tuple[str, ...]:
        """Return the codes of the members on a day. For a period, take its last day."""
        return tuple(m.code for m in self.memberships if m.since <= day <= m.until)


class _Dates(StrictModel):
    since: Day = date.min
    until: Day = date.max


class _Entry(StrictModel):
    members: list[str]
    dated: dict[str, _Dates] = Field(default_factory=dict)


def all_groups() -> Mapping[str, CountryGroup]:
    """Return the groups by name, read once for each state of their file; empty if the project has no such file.

    Raises :class:`DataError` naming the file and the key.
    """
    path = project_root() / "data" / "groups.yml"
    return read_groups(path, file_stamp(path)) if path.exists() else {}


def groups_on(day: date) -> Mapping[str, tuple[str, ...]]:
    """Return name -> members on a day, of every group.

    >>> groups_on(date(2026, 9, 30))["central_asia"]
    ('KGZ', 'TJK', 'TKM', 'UZB')
    """
    return {name: group.members(day) for name, group in all_groups().items()}


@lru_cache(maxsize=4)
def read_groups(path: Path, stamp: tuple[int, int]) -> Mapping[str, CountryGroup]:
    """Read and check a file of groups; ``stamp`` is the state of the file."""
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
