"""Append only: rows only grow, a past day never changes without a backfill, the same fetch twice adds nothing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kzreport.errors import DataError
from kzreport.model import Period
from kzreport.refresh.provider import Row
from kzreport.refresh.vintages import Days, merge, table_rows
from kzreport.series.append import TableRow
from kzreport.series.resource import describe_series

START = date(2025, 1, 1)


def resource():
    return describe_series("wdi_gdp")  # dimension: country


def known(rows: list[TableRow], day: date) -> dict[tuple[str, str], str]:
    """Value of each figure on a day, by an independent rule: the row published last."""
    found: dict[tuple[str, str], TableRow] = {}
    for r in rows:
        key = (str(r.period), r.dims["country"])
        if r.published <= day and (key not in found or found[key].published < r.published):
            found[key] = r
    return {k: r.value for k, r in found.items()}


figures = st.dictionaries(
    st.tuples(st.sampled_from(["2020", "2021"]), st.sampled_from(["KAZ", "UZB"])),
    st.integers(-30, 30).map(lambda n: Decimal(n) / 10),
    max_size=4,
)
fetches = st.lists(st.tuples(st.integers(0, 40), st.one_of(st.none(), st.integers(0, 60)), figures), max_size=6)


def fetched(day: date, stated: date | None, values: dict) -> list[TableRow]:
    rows = [Row(period, value, {"country": country}, stated) for (period, country), value in values.items()]
    return table_rows(resource(), rows, Days(day))


@settings(max_examples=150)
@given(fetches)
def test_any_sequence_of_fetches_appends(sequence):
    rows: list[TableRow] = []
    day = START
    for wait, back, values in sequence:
        day += timedelta(days=wait)
        stated = None if back is None else day - timedelta(days=back)
        before = list(rows)
        past = {d: known(rows, d) for d in (START, day - timedelta(days=1))}
        added = merge(resource(), rows, fetched(day, stated, values), today=day, backfill=False)
        newest = {(r.period, r.dims["country"]): r.published for r in sorted(before, key=lambda r: r.published)}
        for r in added.rows:
            assert r.published > newest.get((r.period, r.dims["country"]), date.min)
        rows = before + list(added.rows)
        assert rows[: len(before)] == before
        for d, then in past.items():
            if d < (stated or day):
                assert known(rows, d) == then, "what was known before the day that the reply states stays"
        again = merge(resource(), rows, fetched(day, stated, values), today=day, backfill=False)
        assert again.rows == ()


@settings(max_examples=100)
@given(fetches, figures, st.integers(0, 90))
def test_a_backfill_twice_adds_nothing_and_changes_no_row(sequence, older, back):
    rows: list[TableRow] = []
    day = START + timedelta(days=100)
    for wait, _, values in sequence:
        day += timedelta(days=wait)
        rows += merge(resource(), rows, fetched(day, None, values), today=day, backfill=False).rows
    stated = day - timedelta(days=back)
    reply = fetched(day, stated, older)
    added = merge(resource(), rows, reply, today=day, backfill=True)
    after = [*rows, *added.rows]
    for (period, country), value in older.items():
        clash = any(str(r.period) == period and r.dims["country"] == country and r.published == stated for r in rows)
        if not clash:
            assert Decimal(known(after, stated)[period, country]) == value
    assert merge(resource(), after, reply, today=day, backfill=True).rows == ()


def one(value: str, published: date, period: str = "2020") -> TableRow:
    return TableRow(Period.parse(period), value, published, {"country": "KAZ"})


@pytest.mark.parametrize(
    ("held", "values", "adds"),
    [
        ("109.83", ["109.8"], False),  # the same, at the digits of the provider
        ("109.84", ["109.9"], True),
        ("109.3", ["109", "108.7"], True),  # JSON lost the zero of 109.0: no rounding of 109.3
        ("6814.753581", ["6814.753581"], False),
        ("301234.5678", ["301234.5678", "1.234567891"], False),
        ("240", ["240.0"], False),
        ("-0.1", ["0.1"], True),
    ],
)
def test_a_revision_differs_at_the_printed_digits(held, values, adds):
    day = date(2026, 11, 5)
    rows = [Row(str(2020 + i), Decimal(v), {"country": "KAZ"}) for i, v in enumerate(values)]
    found = merge(
        resource(), [one(held, date(2026, 1, 1))], table_rows(resource(), rows, Days(day)), today=day, backfill=False
    )
    assert any(str(r.period) == "2020" for r in found.rows) is adds


def test_days_are_stated_then_those_of_the_file_then_today():
    today, period = date(2026, 11, 25), Period.parse("2026-10")
    row = Row("2026-10", Decimal(1))
    assert Days(today).of(row, period) == (today, "observed")
    assert Days(today, date(2026, 11, 3)).of(row, period) == (date(2026, 11, 3), "observed")
    assert Days(today, date(2026, 10, 3)).of(row, period) == (today, "observed")  # before the period was over
    assert Days(today, date(2026, 12, 3)).of(row, period) == (today, "observed")  # a clock that is wrong
    stated = Row("2026-10", Decimal(1), {}, date(2026, 11, 2))
    assert Days(today, date(2026, 11, 3)).of(stated, period) == (date(2026, 11, 2), "recorded")
    with pytest.raises(DataError, match="2026-12-01"):
        Days(today).of(Row("2026-10", Decimal(1), {}, date(2026, 12, 1)), period)


def test_what_cannot_be_added_is_told_apart():
    day = date(2026, 11, 25)
    held = [one("1", day), one("2", day - timedelta(days=9), "2021"), one("3", day - timedelta(days=9), "2022")]
    reply = [one("1.5", day), one("2.5", day - timedelta(days=20), "2021"), one("", day, "2022")]
    found = merge(resource(), held, reply, today=day, backfill=False)
    assert (found.rows, len(found.waiting), len(found.late), len(found.withdrawn)) == ((), 1, 1, 1)


def test_two_values_of_one_day_in_a_reply_are_refused():
    day = date(2026, 11, 25)
    with pytest.raises(DataError, match="one value"):
        merge(resource(), [], [one("1", day), one("2", day)], today=day, backfill=False)
