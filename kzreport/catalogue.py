"""The only reader of ``data/``: descriptor + CSV -> :class:`~kzreport.model.Series` as known on a date, checked.

Files are read as text and refused where pandas would guess: a ragged row, a truncated last line, a decimal comma, a
``nan``, a number in other digits than 0-9. What a publisher said later than ``as_of`` does not exist here.

The folder that holds ``data/``, ``notebooks/`` and ``params/`` is the one this package stands in, or the one that the
environment variable ``KZREPORT_HOME`` names.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from kzreport.errors import DataError, explain
from kzreport.model import DECIMALS, Observation, Period, Series

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*", re.ASCII)
_LANGUAGES = ("fr", "en")
_MAX_BYTES = 20_000_000


def home() -> Path:
    """The folder of ``data/``, ``notebooks/`` and ``params/``."""
    chosen = os.environ.get("KZREPORT_HOME")
    return Path(chosen).resolve() if chosen else Path(__file__).resolve().parent.parent


def shown(path: Path) -> str:
    """A path as messages print it: relative to :func:`home` where it lies below."""
    return path.relative_to(home()).as_posix() if path.is_relative_to(home()) else path.name


def read_text(path: Path) -> str:
    """The text of a UTF-8 file.

    Raises :class:`DataError` with file and line for other encodings, a byte order mark, NUL bytes, a missing file.
    """
    try:
        raw = path.read_bytes()
    except OSError as e:
        raise DataError(explain(shown(path), e.strerror or "no file", "a readable file")) from None
    if len(raw) > _MAX_BYTES:
        raise DataError(explain(shown(path), f"{len(raw)} bytes", f"at most {_MAX_BYTES}"))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as e:
        line = raw.count(b"\n", 0, e.start) + 1
        raise DataError(
            explain(f"{shown(path)}, line {line}", f"the byte 0x{raw[e.start]:02x}", "UTF-8 text", "save as UTF-8")
        ) from None
    for mark, name in (("\ufeff", "a byte order mark"), ("\0", "a NUL byte")):
        if mark in text:
            line = text.count("\n", 0, text.index(mark)) + 1
            raise DataError(explain(f"{shown(path)}, line {line}", name, "plain UTF-8 text"))
    return text


class _StrictLoader(yaml.BaseLoader):
    """YAML in which every scalar is text: ``NO``, ``0101`` and ``12:30`` stay what was typed."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"key '{key.value}' twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="an alias (*)", problem_mark=self.peek_event().start_mark)
        return super().compose_node(parent, index)


def read_yaml(path: Path) -> Any:
    """A YAML file whose scalars are all text. Refuses repeated keys, aliases and anything that is not plain data."""
    try:
        return yaml.load(read_text(path), _StrictLoader)
    except yaml.MarkedYAMLError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else 1
        raise DataError(explain(f"{shown(path)}, line {line}", e.problem or "bad YAML", "plain YAML")) from None
    except (yaml.YAMLError, RecursionError) as e:
        raise DataError(explain(shown(path), str(e).splitlines()[0], "plain YAML")) from None


@dataclass(frozen=True)
class Descriptor:
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

    @property
    def stated(self) -> str:
        """The descriptor as canonical text, without what changes at every new observation (hash, size)."""
        rest = {k: str(v) for k, v in sorted(vars(self).items()) if k != "hash"}
        return json.dumps(rest, ensure_ascii=False)


def _descriptor(raw: Mapping[str, Any], where: str) -> Descriptor:
    def need(key: str, kind: type | tuple[type, ...]) -> Any:
        if key not in raw or not isinstance(raw[key], kind):
            names = " or ".join(k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,)))
            raise DataError(explain(f"{where}, key '{key}'", repr(raw.get(key)), f"a value of type {names}"))
        return raw[key]

    def bilingual(key: str) -> Mapping[str, Any]:
        value = need(key, dict)
        if set(value) != set(_LANGUAGES):
            raise DataError(explain(f"{where}, key '{key}'", sorted(value), "the languages en and fr"))
        return {k: value[k] for k in _LANGUAGES}

    fields = need("schema", dict).get("fields", [])
    columns = tuple(f["name"] for f in fields)
    if columns[:3] != ("period", "value", "published"):
        raise DataError(explain(f"{where}, schema", columns[:3], "the fields period, value, published first"))
    if need("unit", str) not in DECIMALS:
        raise DataError(explain(f"{where}, key 'unit'", raw["unit"], f"one of {', '.join(DECIMALS)}"))
    dimensions = tuple(need("dimensions", list))
    if missing := set(dimensions) - set(columns):
        raise DataError(explain(f"{where}, key 'dimensions'", sorted(missing), f"columns among {', '.join(columns)}"))
    digest = need("hash", str)
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", digest):
        raise DataError(explain(f"{where}, key 'hash'", digest, "sha256: and 64 hexadecimal digits"))
    low, high = need("range", list)
    caveats = bilingual("caveats")
    return Descriptor(
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
    )


@lru_cache(maxsize=4)
def _package(path: Path) -> tuple[dict[str, Descriptor], dict[str, dict[str, dict[str, str]]]]:
    where = shown(path)
    try:
        raw = json.loads(read_text(path))
    except json.JSONDecodeError as e:
        raise DataError(explain(f"{where}, line {e.lineno}", e.msg, "JSON")) from None
    if not isinstance(raw, dict) or not isinstance(raw.get("resources"), list):
        raise DataError(explain(where, "no list of resources", "a Frictionless data package"))
    found: dict[str, Descriptor] = {}
    for entry in raw["resources"]:
        d = _descriptor(entry, f"{where}, resource '{entry.get('name')}'")
        if d.name in found:
            raise DataError(explain(where, f"the resource '{d.name}' twice", "each name once"))
        found[d.name] = d
    names = {key: raw.get(key, {}) for key in ("publishers", "scopes")}
    return found, names


def package() -> dict[str, Descriptor]:
    """All descriptors by name, in the order of ``data/datapackage.json``. Raises :class:`DataError`."""
    return _package(home() / "data" / "datapackage.json")[0]


def names(kind: str) -> dict[str, dict[str, str]]:
    """Slug -> language -> name, for ``kind`` ``publishers`` or ``scopes``."""
    return _package(home() / "data" / "datapackage.json")[1][kind]


def describe(name: str) -> Descriptor:
    """The descriptor of one table. Raises :class:`DataError` with the choices for an unknown name."""
    found = package()
    if name not in found:
        raise DataError(explain("data/datapackage.json", f"no series '{name}'", f"one of {', '.join(sorted(found))}"))
    return found[name]


def _rows(d: Descriptor, text: str, where: str) -> Iterator[tuple[int, list[str]]]:
    if not text:
        raise DataError(explain(where, "an empty file", f"the header {','.join(d.columns)}"))
    if not text.endswith("\n"):
        line = text.count("\n") + 1
        raise DataError(
            explain(
                f"{where}, line {line}", "no line end after the last row", "a whole file", "fetch it again: it was cut"
            )
        )
    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        raise DataError(explain(f"{where}, line {line}", "a carriage return", "lines that end with LF alone"))
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        for row in reader:
            line = reader.line_num
            if line == 1:
                if tuple(row) != d.columns:
                    raise DataError(
                        explain(f"{where}, line 1", ",".join(row)[:120], f"the header {','.join(d.columns)}")
                    )
                continue
            if len(row) != len(d.columns):
                raise DataError(
                    explain(f"{where}, line {line}", f"{len(row)} columns", f"{len(d.columns)} ({','.join(d.columns)})")
                )
            yield line, row
    except csv.Error as e:
        raise DataError(explain(f"{where}, line {reader.line_num}", str(e), "CSV as in RFC 4180")) from None


def _frequency_fits(period: Period, frequency: str) -> bool:
    return frequency == "mixed" or period.frequency == frequency


def _observation(d: Descriptor, row: list[str], where: str) -> Observation:
    cells = dict(zip(d.columns, row, strict=True))

    def bad(column: str, expected: str, todo: str = "") -> DataError:
        return DataError(explain(f"{where}, column '{column}'", repr(cells[column]), expected, todo))

    try:
        period = Period.parse(cells["period"])
    except DataError:
        raise bad("period", "2026, 2026-Q1, 2026-08, 2026-08-31 or 2026-01/2026-08") from None
    if not _frequency_fits(period, d.frequency):
        raise bad("period", f"a period of frequency {d.frequency}")
    value = None
    if cells["value"]:
        if not _NUMBER.fullmatch(cells["value"]):
            raise bad("value", "a number such as -12.5 or nothing", "use a decimal point and no thousands mark")
        value = float(cells["value"])
        if not d.low <= value <= d.high:
            raise bad(
                "value",
                f"a value from {d.low:g} to {d.high:g} ('range' in data/datapackage.json)",
                "correct it, or widen the range if it is real",
            )
    try:
        if not _DAY.fullmatch(cells["published"]):
            raise ValueError
        published = date.fromisoformat(cells["published"])
    except ValueError:
        raise bad("published", "a date such as 2026-09-02") from None
    for column in d.columns[3:]:
        if column in d.enums and cells[column] not in d.enums[column]:
            raise bad(column, f"one of {', '.join(d.enums[column])}")
        if column in d.dimensions and not cells[column].strip():
            raise bad(column, "a value")
        if column in d.dimensions and not cells[column].isprintable():
            raise bad(column, "printable text")
    return Observation(period, value, published, {k: cells[k] for k in d.columns[3:]})


def _check_publication(d: Descriptor, o: Observation, where: str) -> None:
    rule = d.publication
    recorded = o.dims.get("dated", rule["kind"]) != "estimated"
    if "lag_days" in rule and not recorded and rule["kind"] == "estimated":
        start = o.period.start if rule.get("from") == "start" else o.period.end
        expected = start + timedelta(days=int(rule["lag_days"]))
        if o.published != expected:
            raise DataError(
                explain(
                    f"{where}, column 'published'",
                    o.published,
                    f"{expected} (period and declared lag)",
                    "for a recorded date give the table a column 'dated'",
                )
            )
    elif o.published < o.period.start and o.dims.get("kind") not in ("plan", "estimate", "projection"):
        raise DataError(explain(f"{where}, column 'published'", o.published, f"a date after {o.period} began"))


def check(d: Descriptor) -> tuple[Observation, ...]:
    """Read and check one table whole; all its observations in file order.

    Checks: text, header, every cell, plausible range, hash, publication dates, order, duplicates, gaps.
    Raises :class:`DataError` naming file, line and column.
    """
    return _checked(d, home() / "data")


@lru_cache(maxsize=256)
def _cached(d_name: str, data: Path, stamp: tuple[int, int]) -> tuple[Observation, ...]:
    return _read(describe(d_name), data)


def _checked(d: Descriptor, data: Path) -> tuple[Observation, ...]:
    try:
        stat = (data / d.path).stat()
    except OSError as e:
        raise DataError(explain(f"data/{d.path}", e.strerror, "the table that data/datapackage.json names")) from None
    return _cached(d.name, data, (stat.st_mtime_ns, stat.st_size))


def _read(d: Descriptor, data: Path) -> tuple[Observation, ...]:
    path = data / d.path
    where = shown(path)
    text = read_text(path)
    found: list[Observation] = []
    seen: dict[tuple[object, ...], int] = {}
    before: tuple[object, ...] = ()
    for line, row in _rows(d, text, where):
        at = f"{where}, line {line}"
        o = _observation(d, row, at)
        _check_publication(d, o, at)
        dims = tuple(o.dims[k] for k in d.dimensions)
        key = (*dims, o.period, o.published)
        if key in seen:
            raise DataError(
                explain(
                    at,
                    f"{o.period} of {', '.join(dims) or d.name} published {o.published}, as on line {seen[key]}",
                    "one row for each period, dimensions and publication date",
                )
            )
        seen[key] = line
        if before and key < before:
            raise DataError(
                explain(at, f"{o.period} after {before[-2]}", "rows sorted by dimensions, period, published")
            )
        before = key
        found.append(o)
    if not found:
        raise DataError(explain(where, "a header without rows", "at least one observation"))
    if d.continuous:
        _check_gaps(d, found, where)
    digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    if digest != d.hash:
        raise DataError(
            explain(
                where,
                digest,
                f"{d.hash} (data/datapackage.json)",
                "if the change is meant, run 'kzreport accept --data'",
            )
        )
    return tuple(found)


def _check_gaps(d: Descriptor, found: list[Observation], where: str) -> None:
    gaps = {Period.parse(g) for g in d.known_gaps}
    lines: dict[tuple[str, ...], set[Period]] = {}
    for o in found:
        lines.setdefault(tuple(o.dims[k] for k in d.dimensions), set()).add(o.period)
    for dims, periods in lines.items():
        for p in min(periods).until(max(periods)):
            if p not in periods and p not in gaps:
                raise DataError(
                    explain(
                        where,
                        f"no row for {p}{' of ' + ', '.join(dims) if dims else ''}",
                        "a series without gaps",
                        "add the row, or the period to 'known_gaps' in data/datapackage.json",
                    )
                )


def _known(d: Descriptor, as_of: date) -> list[Observation]:
    latest: dict[tuple[object, ...], Observation] = {}
    for o in check(d):
        if o.published <= as_of:
            key = (*(o.dims[k] for k in d.dimensions), o.period)
            if key not in latest or latest[key].published <= o.published:
                latest[key] = o
    return list(latest.values())


def load(name: str, as_of: date | str, **dims: str) -> Series:
    """The series ``name`` as it was known on ``as_of``: nothing published later, of each period the last word.

    ``dims`` chooses by dimension (``country="KAZ"``). A series of which nothing was published by then is empty.
    Raises :class:`DataError` for an unknown series or dimension and for any fault in its table.

    >>> load("cpi_yy", as_of="2026-09-30").last
    Period('2026-08')
    """
    d = describe(name)
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    for key, value in dims.items():
        if key not in d.columns[3:]:
            raise DataError(
                explain(f"series {name}", f"dimension '{key}'", f"one of {', '.join(d.columns[3:]) or 'none'}")
            )
        if key in d.enums and value not in d.enums[key]:
            raise DataError(explain(f"series {name}, {key}", repr(value), f"one of {', '.join(d.enums[key])}"))
    publisher = d.publisher["en"] if d.publisher else ""
    whole = Series(name, d.titles, d.unit, d.basis, d.frequency, publisher, day, tuple(_known(d, day)))
    return whole.where(**dims) if dims else whole


def vintages(name: str, as_of: date | str, **dims: str) -> tuple[Series, ...]:
    """The series at each of its declared vintages up to ``as_of``, oldest first (revisions are read off these)."""
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    return tuple(load(name, v, **dims) for v in describe(name).vintages if v <= day)


def fingerprint(name: str, as_of: date | str) -> str:
    """sha256 of what is known of a series on ``as_of``: its descriptor and its rows published by then."""
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    d = describe(name)
    digest = hashlib.sha256(d.stated.encode())
    for o in check(d):
        if o.published <= day:
            digest.update(f"{o.period},{o.value!r},{o.published},{','.join(o.dims.values())}\n".encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class Issue:
    """A known fault of a source: what, which observations, of which kind, known since when."""

    id: str
    series: str
    where: Mapping[str, str]
    periods: tuple[Period, ...]
    kind: str
    since: date
    text: Mapping[str, str]


_KINDS = ("error", "break", "inconsistent", "preliminary", "caveat")


@lru_cache(maxsize=4)
def _issues(path: Path) -> tuple[Issue, ...]:
    where = shown(path)
    entries = read_yaml(path)
    found: list[Issue] = []
    if not isinstance(entries, list):
        raise DataError(explain(where, type(entries).__name__, "a list of issues"))
    for number, e in enumerate(entries, 1):
        at = f"{where}, entry {number} ({e.get('id', 'no id') if isinstance(e, dict) else e})"
        allowed = {"id", "series", "where", "periods", "kind", "since", *_LANGUAGES}
        if not isinstance(e, dict) or set(e) - allowed or {"id", "series", "kind", "since", *_LANGUAGES} - set(e):
            raise DataError(
                explain(at, sorted(e) if isinstance(e, dict) else e, f"the keys {', '.join(sorted(allowed))}")
            )
        if e["kind"] not in _KINDS:
            raise DataError(explain(f"{at}, key 'kind'", e["kind"], f"one of {', '.join(_KINDS)}"))
        d = describe(e["series"])
        if unknown := set(e.get("where", {})) - set(d.columns[3:]):
            raise DataError(explain(f"{at}, key 'where'", sorted(unknown), f"columns of data/{d.path}"))
        try:
            since = date.fromisoformat(e["since"])
        except ValueError:
            raise DataError(explain(f"{at}, key 'since'", e["since"], "a date such as 2026-09-02")) from None
        periods = tuple(Period.parse(p) for p in e.get("periods", ()))
        text = {k: e[k].strip() for k in _LANGUAGES}
        found.append(Issue(e["id"], d.name, e.get("where", {}), periods, e["kind"], since, text))
    if len({i.id for i in found}) != len(found):
        raise DataError(explain(where, "an id used twice", "each id once"))
    return tuple(found)


def issues(as_of: date | str, series: frozenset[str] | None = None, start: Period | None = None) -> tuple[Issue, ...]:
    """Known faults of the given series, known by ``as_of``, that touch a period from ``start`` on."""
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    return tuple(
        i
        for i in _issues(home() / "data" / "issues.yml")
        if i.since <= day
        and (series is None or i.series in series)
        and (start is None or not i.periods or any(p.end >= start.start for p in i.periods))
        and (not i.periods or any(p.start <= day for p in i.periods))
    )


def restate() -> list[str]:
    """Write the hash and size of every table into ``data/datapackage.json``; the names of those that changed."""
    path = home() / "data" / "datapackage.json"
    raw = json.loads(read_text(path))
    changed = []
    for entry in raw["resources"]:
        content = (path.parent / entry["path"]).read_bytes()
        now = "sha256:" + hashlib.sha256(content).hexdigest()
        if entry["hash"] != now or entry["bytes"] != len(content):
            entry["hash"], entry["bytes"] = now, len(content)
            changed.append(entry["name"])
    if changed:
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(raw, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        temporary.replace(path)
        _package.cache_clear()
    return changed
