"""The only reader of ``data/``: descriptor + CSV -> :class:`~kzreport.model.Series` as known on a date, checked.

Files are read as text and refused where pandas would guess: a ragged row, a truncated last line, a decimal comma, a
``nan``, a number in other digits than 0-9. What a publisher said later than ``as_of`` does not exist here.

The folder that holds ``data/``, ``notebooks/`` and ``params/`` is the one this package stands in, or the one that the
environment variable ``KZREPORT_HOME`` names.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from yaml.composer import Composer

from kzreport.errors import DataError, ParameterError, explain
from kzreport.model import DECIMALS, Observation, Period, Series

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*", re.ASCII)
_LINE = re.compile(
    r'(?:"(?:[^"]|"")*"|[^",]*)(?:,(?:"(?:[^"]|"")*"|[^",]*))*'
)  # quotes around a whole cell or not at all
_LANGUAGES = ("fr", "en")
_FREQUENCIES = ("D", "M", "Q", "A", "S", "mixed")
_DATED = ("recorded", "estimated", "mixed")
_AHEAD = ("plan", "estimate", "projection")  # kinds of observation that may be published before their period
_MAX_BYTES = 20_000_000
_MAX_YAML = 1_000_000
_HERE = Path(__file__).resolve().parent.parent


def home() -> Path:
    """The folder of ``data/``, ``notebooks/`` and ``params/``."""
    chosen = os.environ.get("KZREPORT_HOME")
    if not chosen:
        return _HERE
    return _resolved(chosen) if chosen.startswith("/") else Path(chosen).resolve()


@lru_cache(maxsize=8)  # a page asks some thousand times
def _resolved(chosen: str) -> Path:
    return Path(chosen).resolve()


def shown(path: Path) -> str:
    """A path as messages print it: relative to :func:`home` where it lies below."""
    return path.relative_to(home()).as_posix() if path.is_relative_to(home()) else path.name


def read_text(path: Path, most: int = _MAX_BYTES) -> str:
    """The text of a UTF-8 file of at most ``most`` bytes.

    Raises :class:`DataError` with file and line for other encodings, a byte order mark, NUL bytes, a missing file.
    """
    try:
        raw = path.read_bytes()
    except OSError as e:
        raise DataError(explain(shown(path), e.strerror or "no file", "a readable file")) from None
    if len(raw) > most:
        raise DataError(explain(shown(path), f"{len(raw)} bytes", f"at most {most}"))
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


if TYPE_CHECKING or not yaml.__with_libyaml__:
    _Loader = yaml.BaseLoader
else:

    class _Loader(Composer, yaml.CBaseLoader):
        """The same with the characters read by libyaml: a sixth of the time."""

        def __init__(self, text: str) -> None:
            yaml.CBaseLoader.__init__(self, text)
            Composer.__init__(self)


class _StrictLoader(_Loader):
    """YAML in which every scalar is text: ``NO``, ``0101`` and ``12:30`` stay what was typed."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key that is not text", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"key {key.value!r} twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # not in the stubs
        problem = "an alias (*)" if isinstance(event, yaml.AliasEvent) else ""
        if tag := getattr(event, "tag", None):
            problem = f"the tag {tag}"
        if problem:
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        return super().compose_node(parent, index)


@lru_cache(maxsize=64)
def _yaml(path: Path, stamp: tuple[int, int]) -> Any:
    return yaml.load(read_text(path, _MAX_YAML), _StrictLoader)


def read_yaml(path: Path) -> Any:
    """A YAML file whose scalars are all text. Refuses repeated keys, aliases, tags and more than 1 MB.

    Raises :class:`DataError` naming file and line.
    """
    try:
        return _yaml(path, _stamp(path))
    except yaml.MarkedYAMLError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else 1
        found = (e.problem or "bad YAML").removeprefix("found ")
        raise DataError(explain(f"{shown(path)}, line {line}", found, "plain YAML")) from None
    except RecursionError:
        raise DataError(explain(shown(path), "lists or maps nested too deeply", "plain YAML")) from None
    except yaml.YAMLError as e:
        raise DataError(explain(shown(path), str(e).splitlines()[0], "plain YAML")) from None


def _stamp(path: Path) -> tuple[int, int]:
    """Changes when a file does: what is read once in a process is read again after an edit."""
    try:
        stat = path.stat()
    except OSError:
        return (0, 0)  # reading it will say why
    return (stat.st_mtime_ns, stat.st_size)


def _day(as_of: date | str) -> date:
    if not isinstance(as_of, str):
        return as_of
    try:
        if not _DAY.fullmatch(as_of):
            raise ValueError
        return date.fromisoformat(as_of)
    except ValueError:
        raise ParameterError(explain("as_of", repr(as_of[:40]), "a date such as 2026-09-30")) from None


@dataclass(frozen=True, eq=False)  # by identity: one for each reading of the file, so that caches can hold it
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
    basis_by: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # column -> value -> basis

    @property
    def stated(self) -> str:
        """What a page can show of it, as canonical text: without the hash and the limits that checks use."""
        checks = {"hash", "low", "high", "continuous", "known_gaps", "enums"}
        rest = {k: str(v) for k, v in sorted(vars(self).items()) if k not in checks}
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
        basis_by=raw.get("basis_by", {}),
    )


_Names = Mapping[str, Mapping[str, Mapping[str, str]]]


@lru_cache(maxsize=4)
def _package(path: Path, stamp: tuple[int, int]) -> tuple[Mapping[str, Descriptor], _Names]:
    where = shown(path)
    try:
        raw = json.loads(read_text(path))
    except json.JSONDecodeError as e:
        raise DataError(explain(f"{where}, line {e.lineno}", e.msg, "JSON")) from None
    except RecursionError:
        raise DataError(explain(where, "lists or objects nested too deeply", "a Frictionless data package")) from None
    if not isinstance(raw, dict) or not isinstance(raw.get("resources"), list):
        raise DataError(explain(where, "no list of resources", "a Frictionless data package"))
    found: dict[str, Descriptor] = {}
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


def _read_package() -> tuple[Mapping[str, Descriptor], _Names]:
    path = _package_path(home())
    return _package(path, _stamp(path))


def package() -> Mapping[str, Descriptor]:
    """All descriptors by name, in the order of ``data/datapackage.json``. Raises :class:`DataError`."""
    return _read_package()[0]


def names(kind: str) -> Mapping[str, Mapping[str, str]]:
    """Slug -> language -> name, for ``kind`` ``publishers`` or ``scopes``."""
    return _read_package()[1][kind]


def describe(name: str) -> Descriptor:
    """The descriptor of one table. Raises :class:`DataError` with the choices for an unknown name."""
    found = package()
    if name not in found:
        raise DataError(explain("data/datapackage.json", f"no series '{name}'", f"one of {', '.join(sorted(found))}"))
    return found[name]


def rows(columns: tuple[str, ...], text: str, where: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row; a row is one line, so that a fault is found on the line it stands on.

    Raises :class:`DataError` for another header, a ragged or cut row, a quote inside a cell.
    """
    if not text:
        raise DataError(explain(where, "an empty file", f"the header {','.join(columns)}"))
    lines = text.split("\n")
    if lines.pop():
        at = f"{where}, line {len(lines) + 1}"
        raise DataError(explain(at, "no line end after the last row", "a whole file", "fetch it again: it was cut"))
    for line, content in enumerate(lines, 1):
        at = f"{where}, line {line}"
        if "\r" in content:
            raise DataError(explain(at, "a carriage return", "lines that end with LF alone"))
        if '"' not in content:
            row = content.split(",")
        elif _LINE.fullmatch(content):
            row = next(csv.reader([content]))
        else:
            raise DataError(explain(at, "a quote that is not closed, or inside a cell", "CSV as in RFC 4180"))
        if line == 1:
            if tuple(row) != columns:
                raise DataError(explain(at, repr(content[:120]), f"the header {','.join(columns)}"))
        elif len(row) != len(columns):
            raise DataError(explain(at, f"{len(row)} columns", f"{len(columns)} ({','.join(columns)})"))
        else:
            yield line, row


def _observation(d: Descriptor, row: list[str], where: str) -> Observation:
    cells = dict(zip(d.columns, row, strict=True))

    def bad(column: str, expected: str, todo: str = "") -> DataError:
        return DataError(explain(f"{where}, column '{column}'", repr(cells[column]), expected, todo))

    try:
        period = Period.parse(cells["period"])
    except DataError:
        raise bad("period", "2026, 2026-Q1, 2026-08, 2026-08-31 or 2026-01/2026-08") from None
    if d.frequency not in ("mixed", period.frequency):
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
        cell = cells[column]
        if column in d.enums:
            if cell not in d.enums[column]:
                raise bad(column, f"one of {', '.join(d.enums[column])}")
        elif not cell or cell != cell.strip() or not cell.isprintable():
            raise bad(column, "printable text without spaces around it")
    return Observation(period, value, published, {k: cells[k] for k in d.columns[3:]})


def _check_publication(d: Descriptor, o: Observation, where: str) -> None:
    """An estimated date follows from the declared lag, a vintage is a declared one, and nobody knows the future."""
    rule, at, kind = d.publication, f"{where}, column 'published'", o.dims.get("kind")
    if "lag_days" in rule and o.dims.get("dated", rule["kind"]) == "estimated":
        start = o.period.start if rule.get("from") == "start" else o.period.end
        expected = start + timedelta(days=int(rule["lag_days"]))
        if rule["kind"] == "estimated" and o.published != expected:
            todo = "for a recorded date give the table a column 'dated'"
            raise DataError(explain(at, o.published, f"{expected} (period and declared lag)", todo))
        if o.published < expected and kind not in _AHEAD:
            raise DataError(explain(at, o.published, f"{expected} (period and declared lag) or later"))
    elif o.published < o.period.start and kind not in _AHEAD:
        raise DataError(explain(at, o.published, f"a date after {o.period} began"))
    if d.vintages and o.published not in d.vintages:
        listed = ", ".join(map(str, d.vintages))
        todo = "a new vintage is added to 'vintages' in data/datapackage.json"
        raise DataError(explain(at, o.published, f"one of the vintages {listed}", todo))


def _parse(d: Descriptor, path: Path) -> tuple[tuple[Observation, ...], str]:
    """All observations of a table in file order, and its hash. Checks everything but the hash."""
    where = shown(path)
    text = read_text(path)
    gaps = {Period.parse(g) for g in d.known_gaps}
    found: list[Observation] = []
    seen: dict[tuple[object, ...], int] = {}
    before: tuple[object, ...] = ()
    for line, row in rows(d.columns, text, where):
        at = f"{where}, line {line}"
        o = _observation(d, row, at)
        _check_publication(d, o, at)
        dims = tuple(o.dims[k] for k in d.dimensions)
        key = (*dims, o.period, o.published)
        label = " ".join([str(o.period), *dims])
        if key in seen:
            twice = f"{label} published {o.published}, as on line {seen[key]}"
            raise DataError(explain(at, twice, "one row for each period, dimensions and publication date"))
        if before and key < before:
            previous = " ".join(map(str, [before[-2], *before[:-2]]))
            raise DataError(explain(at, f"{label} after {previous}", "rows sorted by dimensions, period, published"))
        if d.continuous and found and before[:-2] == dims and o.period != found[-1].period:
            missing = [p for p in found[-1].period.shift(1).until(o.period.shift(-1)) if p not in gaps]
            if missing:
                todo = "add the row, or the period to 'known_gaps' in data/datapackage.json"
                raise DataError(explain(at, f"{label} and no row for {missing[0]}", "a series without gaps", todo))
        seen[key], before = line, key
        found.append(o)
    if not found:
        raise DataError(explain(f"{where}, line 1", "a header without rows", "at least one observation"))
    return tuple(found), "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=64)
def _table(d: Descriptor, path: Path, stamp: tuple[int, int]) -> tuple[Observation, ...]:
    found, digest = _parse(d, path)
    if digest != d.hash:  # last, so that a fault is named by itself first
        todo = "if the change is meant, run 'kzreport accept --data'"
        raise DataError(explain(shown(path), digest, f"{d.hash} (data/datapackage.json)", todo))
    return found


def check(d: Descriptor) -> tuple[Observation, ...]:
    """Read and check one table whole, once for each state of its file; all its observations in file order.

    Checks: text, header, every cell, plausible range, publication dates, duplicates, order, gaps, hash.
    Raises :class:`DataError` naming file, line and column.
    """
    path = home() / "data" / d.path
    return _table(d, path, _stamp(path))


@lru_cache(maxsize=512)
def _known(
    d: Descriptor, path: Path, stamp: tuple[int, int], day: date, dims: tuple[tuple[str, str], ...] = ()
) -> Series:
    if dims:
        return _known(d, path, stamp, day).where(**dict(dims))
    latest: dict[tuple[object, ...], Observation] = {}
    for o in _table(d, path, stamp):  # sorted by publication within a period: the last one stands
        if o.published <= day:
            latest[(*(o.dims[k] for k in d.dimensions), o.period)] = o
    publisher = d.publisher["en"] if d.publisher else ""
    return Series(d.name, d.titles, d.unit, d.basis, d.frequency, publisher, day, tuple(latest.values()))


def load(name: str, as_of: date | str, **dims: str) -> Series:
    """The series ``name`` as it was known on ``as_of``: nothing published later, of each period the last word.

    ``dims`` chooses by dimension (``country="KAZ"``). A series of which nothing was published by then is empty.
    Raises :class:`DataError` for an unknown series or dimension and for any fault in its table,
    :class:`ParameterError` for an impossible date. Cheap to repeat: the file is read and cut once.

    >>> load("cpi_yy", as_of="2026-09-30").last
    Period('2026-08')
    """
    d = describe(name)
    day = _day(as_of)
    for key, value in dims.items():
        if key not in d.columns[3:]:
            raise DataError(
                explain(f"series {name}", f"dimension '{key}'", f"one of {', '.join(d.columns[3:]) or 'none'}")
            )
        if key in d.enums and value not in d.enums[key]:
            raise DataError(explain(f"series {name}, {key}", repr(value), f"one of {', '.join(d.enums[key])}"))
    path = home() / "data" / d.path
    return _known(d, path, _stamp(path), day, tuple(sorted(dims.items())))


def vintages(name: str, as_of: date | str, **dims: str) -> tuple[Series, ...]:
    """The series at each of its declared vintages up to ``as_of``, oldest first (revisions are read off these)."""
    day = _day(as_of)
    return tuple(load(name, v, **dims) for v in describe(name).vintages if v <= day)


def next_release(name: str, as_of: date | str) -> tuple[Period, date] | None:
    """The period that follows the last one known on ``as_of``, and the day it should be published.

    The day follows from the lag that the descriptor declares; it lies before ``as_of`` where a figure is overdue.
    ``None`` for a table without a lag or without one frequency, or of which nothing was known yet.

    >>> next_release("cpi_yy", "2026-09-30")
    (Period('2026-09'), datetime.date(2026, 10, 2))
    """
    d, last = describe(name), load(name, as_of).last
    lag = d.publication.get("lag_days")
    if last is None or lag is None or d.frequency in ("S", "mixed"):
        return None
    following = last.shift(1)
    start = following.start if d.publication.get("from") == "start" else following.end
    return following, start + timedelta(days=int(lag))


@lru_cache(maxsize=64)
def _digests(d: Descriptor, path: Path, stamp: tuple[int, int]) -> tuple[list[date], list[str]]:
    """The days on which something was published, and the digest of all that was known then."""
    digest, days, digests = hashlib.sha256(), [date.min], [""]
    for o in sorted(_table(d, path, stamp), key=lambda o: o.published):
        if o.published != days[-1]:
            days.append(o.published)
            digests.append("")
        digest.update(f"{o.period},{o.value!r},{o.published},{','.join(o.dims.values())}\n".encode())
        digests[-1] = digest.hexdigest()
    return days, digests


@lru_cache(maxsize=4096)
def _stated(d: Descriptor, vintages: int, sources: tuple[int, ...]) -> str:
    """What a page can show of a table of which these vintages and sources are known."""
    return replace(d, vintages=d.vintages[:vintages], sources=tuple(d.sources[i] for i in sources)).stated


def fingerprints(dates: Iterable[date | str]) -> Iterator[dict[str, str]]:
    """For each date, of every table the sha256 of what a page can know then: its description, its published rows.

    A row, vintage or source added later leaves it as it was. Raises :class:`DataError`. The tables are read once.
    """
    tables = [(d, *_digests(d, path, _stamp(path))) for d in package().values() for path in [home() / "data" / d.path]]
    for as_of in dates:
        day, found = _day(as_of), {}
        for d, days, digests in tables:
            sources = tuple(i for i, s in enumerate(d.sources) if s.get("since", "") <= day.isoformat())
            stated = _stated(d, sum(v <= day for v in d.vintages), sources)
            found[d.name] = hashlib.sha256(f"{stated}\n{digests[bisect_right(days, day) - 1]}".encode()).hexdigest()
        yield found


def fingerprint(name: str, as_of: date | str) -> str:
    """That of one table: see :func:`fingerprints`. Raises :class:`DataError` for an unknown one too."""
    return next(fingerprints([as_of]))[describe(name).name]


@dataclass(frozen=True)
class Issue:
    """A known fault of a source: what, which observations, of which kind, known since when, mended when."""

    id: str
    series: str
    where: Mapping[str, str]
    periods: tuple[Period, ...]
    kind: str
    since: date
    text: Mapping[str, str]
    until: date | None = None


_KINDS = ("error", "break", "inconsistent", "preliminary", "caveat")


def _issue(e: Any, at: str) -> Issue:
    needed = {"id", "series", "kind", "since", *_LANGUAGES}
    allowed = needed | {"where", "periods", "until"}
    if not isinstance(e, dict) or set(e) - allowed or needed - set(e):
        found = ", ".join(sorted(e)) if isinstance(e, dict) else repr(e)
        expected = f"the keys {', '.join(sorted(needed))} and perhaps where, periods, until"
        raise DataError(explain(at, found, expected))
    for key in needed:
        if not isinstance(e[key], str) or not e[key].strip():
            raise DataError(explain(f"{at}, key '{key}'", repr(e[key]), "text"))
    where, spans = e.get("where", {}), e.get("periods", [])
    if not isinstance(where, dict) or not isinstance(spans, list):
        raise DataError(
            explain(at, repr(where if isinstance(spans, list) else spans), "a map 'where', a list 'periods'")
        )
    if e["kind"] not in _KINDS:
        raise DataError(explain(f"{at}, key 'kind'", repr(e["kind"]), f"one of {', '.join(_KINDS)}"))
    try:
        d = describe(e["series"])
        periods = tuple(Period.parse(str(p)) for p in spans)
    except DataError as error:
        raise DataError(f"{at}: {error}") from None
    for column, value in where.items():
        if column not in d.columns[3:] or value not in d.enums.get(column, (value,)):
            raise DataError(explain(f"{at}, key 'where'", f"{column}: {value}", f"columns and values of data/{d.path}"))
    days: dict[str, date | None] = {"until": None}
    for key in {"since", "until"} & set(e):
        try:
            days[key] = _day(str(e[key]))
        except ParameterError:
            raise DataError(explain(f"{at}, key '{key}'", repr(e[key]), "a date such as 2026-09-02")) from None
    since, until = days["since"] or date.max, days["until"]
    if until and until <= since:
        raise DataError(explain(f"{at}, key 'until'", until, f"a date after {since}, when the fault was known"))
    text = {k: e[k].strip() for k in _LANGUAGES}
    return Issue(e["id"], d.name, where, periods, e["kind"], since, text, until)


@lru_cache(maxsize=4)
def _issues(path: Path, stamp: tuple[int, int], data: tuple[int, int]) -> tuple[Issue, ...]:
    where = shown(path)
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


def issues(as_of: date | str, series: frozenset[str] | None = None, start: Period | None = None) -> tuple[Issue, ...]:
    """Known faults of the given series, known and not yet mended by ``as_of``, that touch a period from ``start`` on.

    Raises :class:`DataError` naming the file and the entry that is broken.
    """
    day, path = _day(as_of), home() / "data" / "issues.yml"
    return tuple(
        i
        for i in _issues(path, _stamp(path), _stamp(path.parent / "datapackage.json"))
        if i.since <= day
        and (i.until is None or i.until > day)
        and (series is None or i.series in series)
        and (start is None or not i.periods or any(p.end >= start.start for p in i.periods))
        and (not i.periods or any(p.start <= day for p in i.periods))
    )


def restate() -> list[str]:
    """Write the hash and size of every table into ``data/datapackage.json``; the names of those that changed.

    Raises :class:`DataError`, and writes nothing, if a table has any other fault.
    """
    path = home() / "data" / "datapackage.json"
    raw = json.loads(read_text(path)) if package() else {}
    changed = []
    for d, entry in zip(package().values(), raw["resources"], strict=True):
        table = path.parent / d.path
        now = {"hash": _parse(d, table)[1], "bytes": table.stat().st_size}
        if any(entry.get(k) != v for k, v in now.items()):
            entry.update(now)
            changed.append(d.name)
    if changed:
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(raw, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
        temporary.replace(path)
        _package.cache_clear()
    return changed
