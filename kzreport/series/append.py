"""Rows added to tables: the text of the new file, and of the data package that goes with it.

What belongs here: text that another job writes (:mod:`kzreport.series.transaction`). What does not: which rows are to
be added, and why.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from kzreport.errors import DataError, explain
from kzreport.files import project_root, read_text, shown_path
from kzreport.machine import scratch
from kzreport.model import Period
from kzreport.series.assemble import copy_data, package_text
from kzreport.series.resource import Resource
from kzreport.series.table import check_table, csv_rows


@dataclass(frozen=True)
class TableRow:
    """A row of a table as its file has it.

    - ``value``: the digits; empty where the publisher gives none
    - ``dims``: the further columns, but ``dated``
    - ``dated``: how the day is known, if not as the rule of the table says
    """

    period: Period
    value: str
    published: date
    dims: Mapping[str, str] = field(default_factory=dict)
    dated: str = ""

    def cells(self, columns: Iterable[str]) -> list[str]:
        """Return the cells under these columns. Raises :class:`KeyError` for a column that it lacks."""
        own = {"period": str(self.period), "value": self.value, "published": self.published.isoformat()}
        own |= {"dated": self.dated} | dict(self.dims)
        return [own[c] for c in columns]

    def key(self, d: Resource) -> tuple[str, ...]:
        """Return the values of the dimensions of a table: with the period they say which figure this is."""
        return tuple(self.dims[k] for k in d.dimensions)


def held_rows(d: Resource) -> list[TableRow]:
    """Return the rows of a table in file order, with their digits as printed. Raises :class:`DataError`."""
    check_table(d)
    return [_row(d, cells) for _, cells in csv_rows(d.columns, read_text(d.file), shown_path(d.file))]


def _row(d: Resource, cells: list[str]) -> TableRow:
    own = dict(zip(d.columns, cells, strict=True))
    dims = {k: own[k] for k in d.columns[3:] if k != "dated"}
    published = date.fromisoformat(own["published"])
    return TableRow(Period.parse(own["period"]), own["value"], published, dims, own.get("dated", ""))


def with_rows(d: Resource, rows: Iterable[TableRow]) -> bytes:
    """Return the text of a table with more rows, each in its place; no row that is there is changed or removed.

    A table without a column ``dated`` gets one, empty for the rows that it has, once a row needs it.

    Raises
    ------
    DataError
        For a row without a column of the table, or with the period, dimensions and day of one that is there.
    """
    check_table(d)
    added = list(rows)
    text = read_text(d.file)
    columns = d.columns
    new_column = "dated" not in columns and any(row.dated for row in added)
    tail = "," if new_column else ""
    lines = text.split("\n")[:-1]
    placed: list[tuple[tuple[object, ...], str]] = []
    for line, cells in csv_rows(columns, text, shown_path(d.file)):
        placed.append((_place(d, _row(d, cells)), lines[line - 1] + tail))
    seen = {place for place, _ in placed}
    if new_column:
        columns = (*columns, "dated")
    for row in added:
        try:
            place, line_text = _place(d, row), _line(row.cells(columns))
        except KeyError as e:
            raise DataError(explain(f"a row for data/{d.path}", f"no {e}", f"the columns {', '.join(columns)}")) from e
        if place in seen:
            found = f"{row.period} {' '.join(row.key(d))} published {row.published}".replace("  ", " ")
            todo = "a second value of one day is a correction: it is made by hand"
            raise DataError(explain(f"data/{d.path}", f"a row for {found}", "one row for each", todo))
        seen.add(place)
        placed.append((place, line_text))
    placed.sort(key=lambda item: item[0])
    return "\n".join([lines[0] + (",dated" if new_column else ""), *(text for _, text in placed), ""]).encode()


def _place(d: Resource, row: TableRow) -> tuple[object, ...]:
    return (*row.key(d), row.period, row.published)


def _line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(cells)
    return buffer.getvalue()


def restated_package(changed: Mapping[str, bytes]) -> bytes:
    """Return ``datapackage.json`` as it is to be with these files of ``data/`` changed, every table checked.

    Raises :class:`DataError` for any fault that the change would bring in: nothing is written.
    """
    data = project_root() / "data"
    with scratch.folder() as own:
        folder = own / "data"
        copy_data(data, folder, changed)
        return package_text(folder).encode()
