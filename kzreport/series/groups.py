"""Groups of countries over which figures are added up, read from ``data/groups.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import Field

from kzreport.errors import DataError, explain
from kzreport.files import cached_by_stamp, project_root, shown_path
from kzreport.indicators.country_groups import CountryGroup, CountryGroups, Membership
from kzreport.project.strict import Day, StrictModel, strict_model
from kzreport.yamlfile import read_yaml


class _Dates(StrictModel):
    since: Day = date.min
    until: Day = date.max


class _Entry(StrictModel):
    members: list[str]
    dated: dict[str, _Dates] = Field(default_factory=dict)
    since: Day = date.min
    before: str = ""


def all_groups() -> CountryGroups:
    """Return the groups by name, read once for each state of their file; empty if the project has no such file.

    Raises :class:`DataError` naming the file and the key.
    """
    path = project_root() / "data" / "groups.yml"
    return _read_groups(path) if path.exists() else {}


def groups_for(day: date) -> CountryGroups:
    """Return the groups as an edition of a day has them: one that did not exist yet has the members of its forerunner.

    >>> [len(groups_for(day)["EU27"].members(date(2015, 12, 31))) for day in (date(2016, 6, 30), date(2026, 9, 30))]
    [28, 27]
    """
    path = project_root() / "data" / "groups.yml"
    groups = dict(all_groups())
    for name, (since, before) in (_read_forerunners(path) if path.exists() else {}).items():
        if day < since:
            groups[name] = CountryGroup(name, tuple(map(Membership, groups[before].members(day))))
    return groups


@cached_by_stamp(4)
def _read_groups(path: Path) -> CountryGroups:
    entries, where = _read_entries(path), shown_path(path)
    return {name: _group(name, entry, f"{where}, {name}") for name, entry in entries.items()}


@cached_by_stamp(4)
def _read_forerunners(path: Path) -> Mapping[str, tuple[date, str]]:
    """Return group -> the day on which it began, and the group that was there before."""
    entries, where = _read_entries(path), shown_path(path)
    found = {name: (entry.since, entry.before) for name, entry in entries.items() if entry.before}
    for name, (_, before) in found.items():
        if before not in entries or before in found:
            raise DataError(explain(f"{where}, {name}.before", before, "a group that has none before it"))
    return found


def _read_entries(path: Path) -> Mapping[str, _Entry]:
    raw, where = read_yaml(path), shown_path(path)
    if not isinstance(raw, dict):
        raise DataError(explain(where, repr(raw)[:80], "a map from the name of a group to its members"))
    return {name: strict_model(_Entry, entry, f"{where}, {name}") for name, entry in raw.items()}


def _group(name: str, entry: _Entry, where: str) -> CountryGroup:
    codes = [*entry.members, *entry.dated]
    if not codes or len(set(codes)) < len(codes):
        raise DataError(explain(where, ", ".join(codes) or "no member", "members, each once"))
    if wrong := [code for code, d in entry.dated.items() if d.since > d.until]:
        raise DataError(explain(f"{where}.dated.{wrong[0]}", "'until' before 'since'", "a first and a last day"))
    dated = tuple(Membership(code, d.since, d.until) for code, d in entry.dated.items())
    return CountryGroup(name, (*map(Membership, entry.members), *dated))
