"""The description of each table, as ``data/datapackage.json`` has it.

What belongs here: one resource, and reading the package that :mod:`kzreport.series.assemble` generates from the cards.
What does not: the cards (:mod:`kzreport.series.cards`), the tables themselves (:mod:`kzreport.series.table`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from kzreport.days import read_day
from kzreport.errors import DataError, explain, one_of, short_repr
from kzreport.files import cached_by_stamp, file_digest, project_root, read_json, sealed, shown_path
from kzreport.project.settings import project
from kzreport.project.units import own_units, own_units_path
from kzreport.series.shape import check_entry, check_heading
from kzreport.series.transaction import finish_pending
from kzreport.units import UNITS

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*", re.ASCII)
_REGENERATE = "if the change is meant, run 'kzreport accept --data'"


@dataclass(frozen=True, eq=False)  # by identity: one for each reading of the package, so that caches can hold it
class Resource:
    """One table as its card describes it.

    - ``file``: the table
    - ``hash``: ``sha256:`` and the digest of the table
    - ``titles``, ``publisher``, ``licence``, ``accessed_via``: language -> text; no ``publisher`` if a column has it
    - ``unit``, ``basis``: of every value, but for the values of a column in ``basis_by`` (column -> value -> basis)
    - ``frequency``: ``D``, ``M``, ``Q``, ``A``, ``S`` (a span) or ``mixed``
    - ``dimensions``: the columns that, with period and day of publication, identify a row
    - ``columns``, ``enums``: all columns of the table, and the choices of those that have them
    - ``publication``: ``kind`` (``recorded``, ``estimated`` or ``mixed``) and perhaps ``lag_days`` and ``from``
    - ``low``, ``high``: the plausible range of a value, in its unit
    - ``continuous``, ``known_gaps``: every period has a row, but for these
    - ``decimals``: digits shown after the decimal mark, if its publisher prints more than is usual for the unit
    - ``caveats``: language -> sentence, and perhaps ``since`` and ``until``, the days on which it began and ceased to
      hold
    - ``sources``: ``title`` and perhaps ``path``, ``since``, the day from which it was used, and ``grade``, its weight
    - ``some_dated``: the table has a column ``dated`` that its card does not name: few days are not as the rule says
    - ``publisher_before``: names that the publisher had before: language -> name, and ``until`` which day
    - ``vintages``: the only days of publication there are; empty if any day may be one
    - ``state``: the day of the one state in which past periods are held, under the days of their first releases
    """

    file: Path
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
    caveats: tuple[Mapping[str, str], ...]
    sources: tuple[Mapping[str, str], ...]
    vintages: tuple[date, ...] = ()
    state: date | None = None
    basis_by: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    decimals: int | None = None
    publisher_before: tuple[Mapping[str, str], ...] = ()
    some_dated: bool = False

    @property
    def card(self) -> str:
        """The card as messages name it."""
        return f"data/{self.name}.yml"

    def caveats_on(self, language: str, day: date) -> tuple[str, ...]:
        """Return the sentences that held on a day; none of a series that had no figure by then is the caller's rule."""
        held = (c for c in self.caveats if c.get("since", "") <= day.isoformat() < c.get("until", "9999"))
        return tuple(c[language] for c in held)

    def published_by(self, language: str, day: date | None = None) -> str | None:
        """Return the publisher as it was called on a day (today if none); ``None`` if a column has it."""
        return name_on(self.publisher, self.publisher_before, language, day) if self.publisher else None

    @property
    def stated(self) -> str:
        """Everything of it that a page can show, as canonical text: no digest, no limits that only checks use."""
        checks = {"file", "hash", "low", "high", "continuous", "known_gaps", "enums", "some_dated"}
        checks |= {name for name in ("state", "publisher_before") if not getattr(self, name)}  # few have them
        rest = {k: str(v) for k, v in sorted(vars(self).items()) if k not in checks}
        if self.some_dated:  # a day that differs from the rule says nothing of the other rows
            rest["columns"] = str(tuple(c for c in self.columns if c != "dated"))
        return json.dumps(rest, ensure_ascii=False)


def name_on(name: Mapping[str, str], before: Sequence[Mapping[str, str]], language: str, day: date | None) -> str:
    """Return the name that a body had on a day: the first of its earlier names whose time was not over, or its own.

    >>> name_on({"en": "Bureau"}, [{"until": "2020-10-04", "en": "Committee"}], "en", date(2016, 6, 30))
    'Committee'
    """
    return next((n[language] for n in before if day and day.isoformat() <= n["until"]), name[language])


def resource_of(entry: Mapping[str, Any], folder: Path, languages: Sequence[str], where: str) -> Resource:
    """Return the resource that an entry of a data package describes.

    Parameters
    ----------
    entry
        An item of ``resources`` in ``datapackage.json``.
    folder
        The folder of the table.
    languages
        Every text must have these.
    where
        Place of the entry, for messages.

    Raises
    ------
    DataError
        If a key is missing or its value is not of the right kind.
    """
    try:
        check_entry(entry, where)
        return _resource_of(entry, folder, languages, where)
    except (AttributeError, LookupError, TypeError, ValueError) as e:
        problem = f"{type(e).__name__}: {e}"
        raise DataError(explain(where, problem, "a description such as the other tables have")) from None


def _resource_of(raw: Mapping[str, Any], folder: Path, languages: Sequence[str], where: str) -> Resource:
    def among(key: str, value: Any, choices: Sequence[str]) -> Any:
        if value not in choices:
            raise DataError(explain(f"{where}, key '{key}'", repr(value), one_of(choices, value)))
        return value

    def by_language(key: str) -> Mapping[str, Any]:
        value = raw[key]
        if set(value) != set(languages):
            raise DataError(explain(f"{where}, key '{key}'", sorted(value), f"the languages {', '.join(languages)}"))
        return {k: value[k] for k in languages}

    fields = raw["schema"]["fields"]
    columns = tuple(f["name"] for f in fields)
    if columns[:3] != ("period", "value", "published"):
        raise DataError(explain(f"{where}, schema", columns[:3], "the fields period, value, published first"))
    low, high = raw["range"]
    return Resource(
        file=folder / raw["path"],
        name=raw["name"],
        path=raw["path"],
        hash=raw["hash"],
        titles=by_language("titles"),
        unit=among("unit", raw["unit"], tuple(UNITS)),
        basis=raw["basis"],
        frequency=raw["frequency"],
        dimensions=tuple(among("dimensions", name, columns) for name in raw["dimensions"]),
        columns=columns,
        enums={f["name"]: tuple(f["constraints"]["enum"]) for f in fields if (f.get("constraints") or {}).get("enum")},
        publisher=by_language("publisher") if raw.get("publisher") else None,
        licence=by_language("licence"),
        accessed_via=by_language("accessed_via"),
        publication=raw["publication"],
        low=float(low),
        high=float(high),
        continuous=raw["continuous"],
        known_gaps=tuple(raw.get("known_gaps", ())),
        caveats=tuple(_caveat(c, languages, f"{where}, key 'caveats'") for c in raw["caveats"]),
        sources=tuple(raw.get("sources", ())),
        vintages=tuple(read_day(v) for v in raw.get("vintages", ())),
        state=read_day(raw["state"]) if "state" in raw else None,
        basis_by=raw.get("basis_by", {}),
        decimals=raw.get("decimals"),
        publisher_before=tuple(raw.get("publisher_before", ())),
        some_dated=raw.get("some_dated", False),
    )


def _caveat(raw: Mapping[str, str], languages: Sequence[str], where: str) -> Mapping[str, str]:
    if set(languages) - set(raw) or any(raw.get(key) and not read_day(raw[key]) for key in ("since", "until")):
        raise DataError(explain(where, sorted(raw), f"the languages {', '.join(languages)}"))
    return raw


@dataclass(frozen=True)
class _Package:
    """All resources by name, the names of the values of columns, and the lists of claims and facts.

    ``names``: kind -> slug -> language -> name; ``lists``: path in ``data/`` -> ``hash`` and perhaps ``rows``.
    """

    resources: Mapping[str, Resource]
    names: Mapping[str, Mapping[str, Any]]
    lists: Mapping[str, Mapping[str, Any]]


@cached_by_stamp()
def _package(path: Path, units: Path) -> _Package:
    """Read the description of all tables; ``units``: the file on whose state it depends, too."""
    own_units()  # a fault of that file is reported as such, not as an unknown unit
    where, raw = shown_path(path), read_json(path)
    if not isinstance(raw, dict) or not isinstance(raw.get("resources"), list):
        raise DataError(explain(where, "no list of resources", "a Frictionless data package"))
    if raw != sealed(raw):
        todo, stated = "run 'kzreport accept --data'", short_repr(raw.get("digest"))
        raise DataError(explain(f"{where}, key 'digest'", stated, "that of what was written", todo))
    _refuse_stale(raw.get("made_from"), path)
    if gone := [name for name in raw.get("beside", ()) if not path.with_name(str(name)).exists()]:
        raise DataError(explain(f"data/{gone[0]}", "no file", "the one that was there", _REGENERATE))
    check_heading(raw, where)
    found: dict[str, Resource] = {}
    for number, entry in enumerate(raw["resources"], 1):
        at = f"{where}, resource {number}" + (f" ({entry.get('name')!r})" if isinstance(entry, dict) else "")
        d = resource_of(entry, path.parent, project().languages, at)
        if d.name in found:
            raise DataError(explain(at, f"the name '{d.name}' again", "each name once"))
        found[d.name] = d
    names = {kind: raw.get(kind, {}) for kind in ("publishers", "publishers_before", "scopes")}
    return _Package(found, names, raw.get("lists", {}))


def _refuse_stale(made_from: object, path: Path) -> None:
    """Compare the files from which a package was generated with today's.

    Raises :class:`DataError` that names a file that was changed since, or is gone.
    """
    if not isinstance(made_from, dict) or not all(_is_digest_of(pair) for pair in made_from.items()):
        at, todo = f"{shown_path(path)}, key 'made_from'", "run 'kzreport accept --data'"
        raise DataError(explain(at, short_repr(made_from), "file names, digests", todo))
    for name, digest in made_from.items():
        file = path.with_name(name)
        if not file.is_file():
            todo = "if it is meant to go, remove what names it, then run 'kzreport accept --data --yes'"
            raise DataError(explain(shown_path(file), "no file", f"the one that {shown_path(path)} names", todo))
        if file_digest(file) != digest:
            found = "a change that was not accepted"
            raise DataError(explain(shown_path(file), found, f"the digest in {shown_path(path)}", _REGENERATE))


def _is_digest_of(pair: tuple[str, object]) -> bool:
    return _SLUG.fullmatch(pair[0]) is not None and isinstance(pair[1], str)


@lru_cache(maxsize=8)  # a page asks some thousand times
def _package_path(root: Path) -> Path:
    return root / "data" / "datapackage.json"


def _current() -> _Package:
    """Return the description of all tables in the state that it and the units of the project have now."""
    path = _package_path(project_root())
    return _package(path, own_units_path(project_root()))


def resources() -> Mapping[str, Resource]:
    """Return all resources by name, in the order of their files.

    Raises :class:`DataError` for a package that is broken, or older than a card.
    """
    finish_pending(_package_path(project_root()).parent)
    return _current().resources


def demand_accepted(*paths: Path) -> None:
    """Compare lists of claims or facts with the ones that were accepted.

    Raises :class:`DataError` for a list that is not as it was, was not there then, or has another number of rows.
    """
    lists = _current().lists
    for path in paths:
        stated = lists.get(f"{path.parent.name}/{path.name}", {})
        if f"sha256:{file_digest(path)}" != stated.get("hash"):
            rows = f", of {stated['rows']} rows and a header" if "rows" in stated else ""
            expected = f"the digest in data/datapackage.json{rows}"
            raise DataError(explain(shown_path(path), "a change that was not accepted", expected, _REGENERATE))


def names_of(kind: str) -> Mapping[str, Mapping[str, str]]:
    """Return slug -> language -> name, for ``kind`` ``publishers`` or ``scopes``."""
    return _current().names[kind]


def publisher_on(slug: str, language: str, day: date | None = None) -> str:
    """Return the name of a publisher on a day (today if none)."""
    package = _current().names
    return name_on(package["publishers"][slug], list(package["publishers_before"].get(slug, ())), language, day)


def describe_series(name: str) -> Resource:
    """Return the resource of one table. Raises :class:`DataError` with the choices for an unknown name."""
    found = resources()
    if name not in found:
        todo = "run 'kzreport accept --data'" if (project_root() / "data" / f"{name}.csv").is_file() else ""
        choices = one_of(sorted(found), name)
        raise DataError(explain("data/datapackage.json", f"no series '{name}'", choices, todo))
    return found[name]
