"""Rows are added in their places; no row that is there changes; the package is described once."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kzreport.errors import DataError
from kzreport.files import clear_caches
from kzreport.model import Period
from kzreport.series.append import TableRow, held_rows, restated_package, with_rows
from kzreport.series.known import data_fingerprint
from kzreport.series.resource import describe_series, resources
from kzreport.series.table import check_table
from kzreport.series.transaction import sole_writer


def row(period: str, value: str, day: str, dated: str = "", **dims: str) -> TableRow:
    return TableRow(Period.parse(period), value, date.fromisoformat(day), dims, dated)


def test_no_row_gives_the_file_as_it_is():
    for d in resources().values():
        assert with_rows(d, []) == d.file.read_bytes()
        assert len(held_rows(d)) == len(check_table(d))


@settings(max_examples=60)
@given(st.data())
def test_rows_only_grow(data):
    d = describe_series(data.draw(st.sampled_from(["cpi_yy", "wdi_gdp", "exports_by_partner", "fdi_readings"])))
    before = held_rows(d)
    picked = data.draw(st.lists(st.sampled_from(before), max_size=4, unique_by=id))
    added = [TableRow(r.period, "7.5", date(2026, 12, data.draw(st.integers(1, 28))), r.dims, "") for r in picked]
    added = list({(r.key(d), r.period, r.published): r for r in added}.values())
    lines = with_rows(d, added).decode().splitlines()
    old = d.file.read_text(encoding="utf-8").splitlines()
    kept = iter(lines)
    assert all(line in kept for line in old), "every old line, in its order"
    assert len(lines) == len(old) + len(added)
    cells = list(csv.reader(io.StringIO("\n".join(lines))))
    keys = [(tuple(c[d.columns.index(k)] for k in d.dimensions), Period.parse(c[0]), c[2]) for c in cells[1:]]
    assert keys == sorted(keys)


def test_a_day_that_is_not_as_the_rule_says_needs_no_change_of_old_editions(home):
    before = {day: data_fingerprint("cpi_yy", day) for day in ("2020-01-31", "2026-10-31")}
    d = describe_series("cpi_yy")
    early = row("2026-10", "109.1", "2026-11-01", "recorded")  # before the estimate, and real
    table = with_rows(d, [early])
    assert table.splitlines()[0] == b"period,value,published,dated"
    with sole_writer(home.data) as writer:
        writer.replace({"cpi_yy.csv": table, "datapackage.json": restated_package({"cpi_yy.csv": table})})
    clear_caches()
    assert {day: data_fingerprint("cpi_yy", day) for day in before} == before
    last = check_table(describe_series("cpi_yy"))[-1]
    assert (str(last.period), last.dims) == ("2026-10", {"dated": "recorded"})
    assert all(not o.dims for o in check_table(describe_series("cpi_yy"))[:-1])


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (row("2026-09", "109.3", "2026-10-08"), "one row for each"),
        (row("2026-12", "109.3", "2027-01-02"), "no row for 2026-10"),
        (row("2026-10", "1093", "2026-11-02"), "a value from 90 to 150"),
        (row("2026-10", "109.3", "2026-10-30"), "declared lag"),
    ],
)
def test_a_bad_row_is_refused_before_anything_is_written(home, bad, words):
    with pytest.raises(DataError, match=words):
        restated_package({"cpi_yy.csv": with_rows(describe_series("cpi_yy"), [bad])})


def test_a_row_without_a_column_is_refused():
    with pytest.raises(DataError, match="no 'country'"):
        with_rows(describe_series("wdi_gdp"), [row("2025", "1", "2026-12-01")])
