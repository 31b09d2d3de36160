"""Rows that a person gives: on the command line, or as CSV as a spreadsheet saves it.

What belongs here: from text to :class:`~kzreport.series.append.TableRow`, with errors that name the cell. What does
not: whether the figures are plausible (:mod:`kzreport.guards`).
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from kzreport.days import read_day
from kzreport.errors import DataError, ParameterError, explain, one_of, short_repr
from kzreport.files import read_bytes
from kzreport.model import Period
from kzreport.series.append import TableRow
from kzreport.series.resource import Resource, describe_series
from kzreport.series.table import NUMBER

_POINTED_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", re.ASCII)
Place = Callable[[str], str]

_MOST = 5_000_000  # bytes: a year of every table is a hundredth of it
_BASE = {
    "index_py100": "it is an index, the same period of the year before = 100",
    "index_pp100": "it is an index, the period before = 100",
}


def given_bytes(source: str | Path, option: str) -> bytes:
    """Return the bytes of a file that an option names; of standard input for ``-``, no more than is taken.

    Raises :class:`ParameterError` naming the option and the file.
    """
    if source == "-":
        return sys.stdin.buffer.read(_MOST + 1)
    try:
        return read_bytes(Path(source), _MOST)
    except DataError as e:
        raise ParameterError(f"{option}, {e}") from None


def given_row(series: str, period: str, value: str, published: str, dims: Mapping[str, str], at: Place) -> TableRow:
    """Return a row from its cells as text.

    Parameters
    ----------
    series
        Name of a table.
    period, value, published
        As typed; the value with a decimal point or comma, the day as 2026-11-02 or 02.11.2026.
    dims
        The further cells by column.
    at
        Where a cell stands, for messages, by its column.

    Raises
    ------
    DataError
        Naming the cell, what was found, what was expected and what to do.
    """
    d = describe_series(series)
    cells = {"period": period, "value": value, "published": published, **dims}

    def bad(column: str, expected: str, todo: str = "") -> DataError:
        return DataError(explain(at(column), short_repr(cells.get(column, "")), expected, todo))

    try:
        found = Period.parse(period)
    except DataError:
        todo = "a spreadsheet makes a date of it: format the column as text" if re.search("[A-Za-z/]", period) else ""
        raise bad("period", "2026, 2026-Q1, 2026-08, 2026-08-31 or 2026-01/2026-08", todo) from None
    if d.frequency not in ("mixed", found.frequency):
        raise bad("period", f"a period of frequency {d.frequency}")
    digits = digits_of(value)
    if digits is None:
        raise bad("value", "a number such as -12.5 or -12,5", "leave out thousands marks and units")
    if digits and not d.low <= float(digits) <= d.high:
        index = d.unit in _BASE and d.low <= 100 + float(digits) <= d.high
        todo = f"{_BASE[d.unit]}: {digits}% is {100 + float(digits):g}" if index else "compare it with its source"
        raise bad("value", f"a value from {d.low:g} to {d.high:g} ('range' in {d.card})", todo)
    day = day_of(published)
    if day is None:
        todo = "with slashes it is another day in other places: 02.11.2026 is not" if "/" in published else ""
        raise bad("published", "the day of publication, such as 2026-11-02", todo if published else "add --published")
    own = {k: v for k, v in dims.items() if v}
    if unknown := [k for k in own if k not in d.columns[3:] and k != "dated"]:
        raise bad(unknown[0], f"columns among {', '.join(d.columns[3:]) or 'no other'}")
    for column in d.columns[3:]:
        if column != "dated" and (column not in own or own[column] not in d.enums.get(column, (own[column],))):
            choices = one_of(d.enums[column], own.get(column, "")) if column in d.enums else "text"
            raise bad(column, choices, f"add {column}=..." if column not in own else "")
    return TableRow(found, digits, day, {k: v for k, v in own.items() if k != "dated"}, _dated(d, found, day, own))


def digits_of(text: str) -> str | None:
    """Return a number, typed with a decimal point or comma, with a point; nothing for another text.

    >>> digits_of("109,5"), digits_of(""), digits_of("1,234.5")
    ('109.5', '', None)
    """
    digits = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    return digits if not digits or NUMBER.fullmatch(digits) else None


def day_of(text: str) -> date | None:
    """Return a day, typed as 2026-11-02 or 02.11.2026; nothing for another text."""
    if m := _POINTED_DAY.fullmatch(text):  # 02/11/2026 is another day in other places, 02.11.2026 is not
        text = f"{m[3]}-{int(m[2]):02}-{int(m[1]):02}"
    try:
        return read_day(text)
    except ValueError:
        return None


def _dated(d: Resource, period: Period, day: date, own: Mapping[str, str]) -> str:
    """Return how the day is known: a stated one is recorded, unless it is what the rule of the table says."""
    rule = d.publication
    if own.get("dated") or rule["kind"] == "recorded":
        return own.get("dated", "")
    if rule["kind"] == "mixed":
        return "recorded"
    start = period.start if rule.get("from") == "start" else period.end
    return "" if day == start + timedelta(days=int(rule["lag_days"])) else "recorded"


def csv_given(raw: bytes, where: str, series: str, published: str) -> Iterator[tuple[str, TableRow]]:
    """Yield the table and the row of each line of a CSV: see :func:`csv_cells`.

    The columns are:

    - ``period``, ``value`` and the further columns of the table
    - ``series``, if the rows are of several tables
    - ``published``, if not all were published on one day

    Raises :class:`DataError` that names the cell.
    """
    for cells, at in csv_cells(raw, where, ("period", "value") if series else ("series", "period", "value")):
        name = cells.get("series") or series
        dims = {k: v for k, v in cells.items() if k not in ("series", "period", "value", "published") and v}
        try:
            describe_series(name)
        except DataError as e:
            raise DataError(f"{at('series')}: {e}") from None
        day = cells.get("published") or published
        yield name, given_row(name, cells.get("period", ""), cells.get("value", ""), day, dims, at)


def csv_cells(raw: bytes, where: str, needed: Sequence[str]) -> Iterator[tuple[dict[str, str], Place]]:
    """Yield the cells of each line of a CSV, as a spreadsheet saves it, by column, and where each stands.

    The columns are found by name, in any order, and must include those ``needed``. Empty lines are skipped.
    Accepted are:

    - UTF-8 with or without a byte order mark, UTF-16 with one
    - commas, semicolons or tabs between cells; any line end
    - decimal points or commas

    Raises :class:`DataError` that names the cell as a spreadsheet does: B3.
    """
    text = _decoded(raw, where)
    lines = text.splitlines()
    head = next((line for line in lines if line.strip()), "")
    mark = max(";\t,", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    names: list[str] = []
    try:
        for number, row in enumerate(rows, 1):
            cells = [cell.strip().strip("\u00a0") for cell in row]
            if not any(cells):
                continue
            if not names:
                names = _names(cells, f"{where}, line {number}", needed)
                continue
            if len(cells) > len(names) and any(cells[len(names) :]):
                todo = "put a decimal comma between quotes, or use semicolons between columns" if mark == "," else ""
                found, expected = f"{len(cells)} cells", f"{len(names)}, as in the header"
                raise DataError(explain(f"{where}, line {number}", found, expected, todo))
            found_cells, at = dict(zip(names, cells, strict=False)), _place(names, where, number)
            if mark == "," and re.fullmatch(r"-?[0-9]{1,3},[0-9]{3}", value := found_cells.get("value", "")):
                todo = "write 1234.5 or 1.234"
                raise DataError(explain(at("value"), repr(value), "a number that reads one way only", todo))
            yield found_cells, at
    except csv.Error as e:
        raise DataError(explain(f"{where}, line {rows.line_num}", str(e), "CSV")) from None
    if not names:
        raise DataError(explain(where, "no line", "a header such as period,value,published, and rows"))


def _decoded(raw: bytes, where: str) -> str:
    if len(raw) > _MOST:
        raise DataError(explain(where, f"{len(raw)} bytes", f"at most {_MOST}"))
    wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as e:
        line = raw.count(b"\n", 0, e.start) + 1
        todo = "save it as CSV UTF-8"
        found = f"the byte 0x{raw[e.start]:02x}"
        raise DataError(explain(f"{where}, line {line}", found, "UTF-8 text", todo)) from None
    if "\0" in text:
        raise DataError(explain(where, "a NUL byte", "CSV: a workbook is saved as one first"))
    return text


def _names(cells: Sequence[str], at: str, needed: Sequence[str]) -> list[str]:
    names = [cell.lower() for cell in cells]
    lacking = [name for name in needed if name not in names]
    if lacking or len(set(names)) < len(names):
        found = f"no column '{lacking[0]}'" if lacking else "a column twice"
        raise DataError(explain(at, found, f"the columns {', '.join(needed)}, published and those of the table, once"))
    return names


def _place(names: Sequence[str], where: str, number: int) -> Place:
    places = {name: f"{_letter(i)}{number}" for i, name in enumerate(names)}

    def cell(column: str) -> str:
        place = f"cell {places[column]} ({column})" if column in places else f"row {number}, column '{column}'"
        return f"{where}, {place}"

    return cell


def _letter(index: int) -> str:
    """Return the name of a column in a spreadsheet.

    >>> _letter(0), _letter(27)
    ('A', 'AB')
    """
    return (_letter(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)
