"""The description of each table, read from ``data/datapackage.json``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from kzreport.errors import DataError, explain
from kzreport.files import cached_by_stamp, project_root, read_json, shown_path
from kzreport.project import project
from kzreport.units import UNITS

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*", re.ASCII)
_FREQUENCIES = ("D", "M", "Q", "A", "S", "mixed")
_DATED = ("recorded", "estimated", "mixed")


@dataclass(frozen=True, eq=False)  # by identity: one for each reading of the file, so that caches can hold it
class Resource:
    """What ``datapackage.json`` says of one table."""

    name: str
    path: str
    hash: str
    titles: Mapping[str, str]
    unit: str
    basis: str
    frequency: str
    dimensions: tuple[str, ...]
    columns: tuple[str, ...]
    enums: Mapping[str, tuple[str, ...]]
    publisher: Mapping[str, str] | None
    licence: Mapping[str, str]
    accessed_via: Mapping[str, str]
    publication: Mapping[str, Any]
    low: float
    high: float
    continuous: bool
    known_gaps: tuple[str, ...]
    caveats: Mapping[str, tuple[str, ...]]
    sources: tuple[Mapping[str, str], ...]
    vintages: tuple[date, ...] = ()
    basis_by: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # column -> value -> basis

    @property
    def stated(self) -> str:
        """What a page can show of it, as canonical text: without the hash and the limits that checks use."""
        checks = {"hash", "low", "high", "continuous", "known_gaps", "enums"}
        rest = {k: str(v) for k, v in sorted(vars(self).items()) if k not in checks}
        return json.dumps(rest, ensure_ascii=False)


def _descriptor(raw: Mapping[str, Any], where: str) -> Resource:
    def need(key: str, kind: type | tuple[type, ...]) -> Any:
        if key not in raw or not isinstance(raw[key], kind):
            names = " or ".join(k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,)))
            raise DataError(explain(f"{where}, key '{key}'", repr(raw.get(key)), f"a value of type {names}"))
        return raw[key]

    def bilingual(key: str) -> Mapping[str, Any]:
        value = need(key, dict)
        languages = project().languages
        if set(value) != set(languages):
            raise DataError(explain(f"{where}, key '{key}'", sorted(value), f"the languages {', '.join(languages)}"))
        return {k: value[k] for k in languages}

    fields = need("schema", dict).get("fields", [])
    columns = tuple(f["name"] for f in fields)
    if columns[:3] != ("period", "value", "published"):
        raise DataError(explain(f"{where}, schema", columns[:3], "the fields period, value, published first"))
    if need("unit", str) not in UNITS:
        raise DataError(explain(f"{where}, key 'unit'", raw["unit"], f"one of {', '.join(UNITS)}"))
    dimensions = tuple(need("dimensions", list))
    if missing := set(dimensions) - set(columns):
        raise DataError(explain(f"{where}, key 'dimensions'", sorted(missing), f"columns among {', '.join(columns)}"))
    digest = need("hash", str)
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", digest):
        raise DataError(explain(f"{where}, key 'hash'", digest, "sha256: and 64 hexadecimal digits"))
    for key in ("name", "path"):  # a path is a file name: nothing outside data/ is read
        if not _SLUG.fullmatch(need(key, str)):
            raise DataError(explain(f"{where}, key '{key}'", repr(raw[key]), "letters, digits, '_', '-' and '.'"))
    if need("frequency", str) not in _FREQUENCIES:
        raise DataError(
            explain(f"{where}, key 'frequency'", repr(raw["frequency"]), f"one of {', '.join(_FREQUENCIES)}")
        )
    if need("publication", dict).get("kind") not in _DATED:
        raise DataError(explain(f"{where}, key 'publication'", raw["publication"], f"a kind among {', '.join(_DATED)}"))
    low, high = need("range", list)
    caveats = bilingual("caveats")
    return Resource(
        name=need("name", str),
        path=need("path", str),
        hash=digest,
        titles=bilingual("titles"),
        unit=raw["unit"],
        basis=need("basis", str),
        frequency=need("frequency", str),
        dimensions=dimensions,
        columns=columns,
        enums={f["name"]: tuple(f["constraints"]["enum"]) for f in fields if "enum" in f.get("constraints", {})},
        publisher=bilingual("publisher") if raw.get("publisher") else None,
        licence=bilingual("licence"),
        accessed_via=bilingual("accessed_via"),
        publication=need("publication", dict),
        low=float(low),
        high=float(high),
        continuous=need("continuous", bool),
        known_gaps=tuple(raw.get("known_gaps", ())),
        caveats={k: tuple(v) for k, v in caveats.items()},
        sources=tuple(raw.get("sources", ())),
        vintages=tuple(date.fromisoformat(v) for v in raw.get("vintages", ())),
        basis_by=raw.get("basis_by", {}),
    )


_Names = Mapping[str, Mapping[str, Mapping[str, str]]]


@cached_by_stamp()
def _package(path: Path) -> tuple[Mapping[str, Resource], _Names]:
    where = shown_path(path)
    raw = read_json(path)
    if not isinstance(raw, dict) or not isinstance(raw.get("resources"), list):
        raise DataError(explain(where, "no list of resources", "a Frictionless data package"))
    found: dict[str, Resource] = {}
    for number, entry in enumerate(raw["resources"], 1):
        at = f"{where}, resource {number}"
        try:
            at += f" ({entry.get('name')!r})"
            d = _descriptor(entry, at)
        except (AttributeError, KeyError, TypeError, ValueError) as e:
            problem = f"{type(e).__name__}: {e}"
            raise DataError(explain(at, problem, "a description such as the other tables have")) from None
        if d.name in found:
            raise DataError(explain(at, f"the name '{d.name}' again", "each name once"))
        found[d.name] = d
    return found, {key: raw.get(key, {}) for key in ("publishers", "scopes")}


@lru_cache(maxsize=8)
def _package_path(root: Path) -> Path:
    return root / "data" / "datapackage.json"


def _read_package() -> tuple[Mapping[str, Resource], _Names]:
    return _package(_package_path(project_root()))


def resources() -> Mapping[str, Resource]:
    """All descriptors by name, in the order of ``data/datapackage.json``. Raises :class:`DataError`."""
    return _read_package()[0]


def names_of(kind: str) -> Mapping[str, Mapping[str, str]]:
    """Slug -> language -> name, for ``kind`` ``publishers`` or ``scopes``."""
    return _read_package()[1][kind]


def describe_series(name: str) -> Resource:
    """The descriptor of one table. Raises :class:`DataError` with the choices for an unknown name."""
    found = resources()
    if name not in found:
        raise DataError(explain("data/datapackage.json", f"no series '{name}'", f"one of {', '.join(sorted(found))}"))
    return found[name]
