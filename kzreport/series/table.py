"""From the text of a table to observations, every check on the way.

What belongs here: one CSV file. What does not: the day on which its rows were known (:mod:`kzreport.series.known`).
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from kzreport.days import read_day
from kzreport.errors import DataError, explain, one_of
from kzreport.files import cached_by_stamp, read_text, shown_path
from kzreport.model import Observation, Period
from kzreport.series.resource import Resource

NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)
_LINE = re.compile(
    r'(?:"(?:[^"]|"")*"|[^",]*)(?:,(?:"(?:[^"]|"")*"|[^",]*))*'
)  # quotes around a whole cell or not at all
_AHEAD = ("plan", "estimate", "projection")  # kinds of observation that may be published before their period


def csv_rows(columns: tuple[str, ...], text: str, where: str) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and cells of each row; a row is one line, so that a fault is found on the line it stands on.

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


def _observation(d: Resource, row: list[str], where: str) -> Observation:
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
        if not NUMBER.fullmatch(cells["value"]):
            raise bad("value", "a number such as -12.5 or nothing", "use a decimal point and no thousands mark")
        value = float(cells["value"])
        if not d.low <= value <= d.high:
            raise bad(
                "value",
                f"a value from {d.low:g} to {d.high:g} ('range' in {d.card})",
                "correct it, or widen the range if it is real",
            )
    try:
        published = read_day(cells["published"])
    except ValueError:
        raise bad("published", "a date such as 2026-09-02") from None
    for column in d.columns[3:]:
        cell = cells[column]
        if column == "dated" and not cell and d.publication["kind"] != "mixed":
            continue  # as the rule of the table says
        if column in d.enums:
            if cell not in d.enums[column]:
                raise bad(column, one_of(d.enums[column], cell))
        elif not cell or cell != cell.strip() or not cell.isprintable():
            raise bad(column, "printable text without spaces around it")
    named = [k for k in d.columns[3:] if cells[k] or not (k == "dated" and d.some_dated)]
    return Observation(period, value, published, {k: cells[k] for k in named})


def _check_publication(d: Resource, o: Observation, where: str) -> None:
    """Refuse a day of publication before its period or the estimated one, or that is not a declared vintage.

    A later day is a known one (a revision, a late release); one before the estimate must be called ``recorded``.
    """
    rule, at, kind = d.publication, f"{where}, column 'published'", o.dims.get("kind")
    if "lag_days" in rule and (o.dims.get("dated") or rule["kind"]) == "estimated":
        start = o.period.start if rule.get("from") == "start" else o.period.end
        expected = start + timedelta(days=int(rule["lag_days"]))
        if o.published < expected and kind not in _AHEAD:
            todo = "" if rule["kind"] == "mixed" else "write 'recorded' in a column 'dated' if the day is known"
            raise DataError(explain(at, o.published, f"{expected} (period and declared lag) or later", todo))
    elif o.published < o.period.start and kind not in _AHEAD:
        raise DataError(explain(at, o.published, f"a date after {o.period} began"))
    if d.vintages and o.published not in d.vintages:
        listed = ", ".join(map(str, d.vintages))
        todo = f"a new vintage is added to 'vintages' in {d.card}"
        raise DataError(explain(at, o.published, f"one of the vintages {listed}", todo))


@dataclass(frozen=True)
class _Text:
    """The text of a table, its place in messages, and its description: all that a reading of it depends on.

    A description is made anew with each state of the package, and for the copy that a proposal is tried in: those that
    say the same are one here.
    """

    text: str
    where: str
    said: str
    d: Resource = field(compare=False)


def parse_table(d: Resource) -> tuple[tuple[Observation, ...], str]:
    """Return all observations of a table in file order, and its hash. Check everything but the hash.

    A text that was read under the same description is not read again. Raises :class:`DataError` naming file, line and
    column.
    """
    said = repr({name: value for name, value in vars(d).items() if name not in ("file", "hash")})
    return _parse(_Text(read_text(d.file, by_cell=True), shown_path(d.file), said, d))


@lru_cache(maxsize=256)
def _parse(table: _Text) -> tuple[tuple[Observation, ...], str]:
    text, where, d = table.text, table.where, table.d
    gaps = {Period.parse(g) for g in d.known_gaps}
    found: list[Observation] = []
    seen: dict[tuple[object, ...], int] = {}
    before: tuple[object, ...] = ()
    for line, row in csv_rows(d.columns, text, where):
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
                todo = f"add the row, or the period to 'known_gaps' in {d.card}"
                raise DataError(explain(at, f"{label} and no row for {missing[0]}", "a series without gaps", todo))
        seen[key], before = line, key
        found.append(o)
    if not found:
        raise DataError(explain(f"{where}, line 1", "a header without rows", "at least one observation"))
    return tuple(found), "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@cached_by_stamp()
def _read_table(d: Resource, path: Path) -> tuple[Observation, ...]:
    found, digest = parse_table(d)
    if digest != d.hash:  # last, so that a fault is named by itself first
        todo = "if the change is meant, run 'kzreport accept --data'"
        expected = "the digest in data/datapackage.json"
        raise DataError(explain(shown_path(d.file), "a change that was not accepted", expected, todo))
    return found


def check_table(d: Resource) -> tuple[Observation, ...]:
    """Return all observations of a table in file order, read and checked once for each state of its file.

    Checks: text, header, every cell, plausible range, publication dates, duplicates, order, gaps, hash.
    Raises :class:`DataError` naming file, line and column.
    """
    return _read_table(d, d.file)
