"""Laws of the nouns: periods, intervals, readings, series."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzreport.errors import BasisError, DataError
from kzreport.model import Interval, Observation, Period, Reading, Series, Status
from kzreport.units import UNITS

P = Period.parse
YEAR = st.integers(1950, 2050)
MONTH = st.integers(1, 12)


@st.composite
def spans(draw) -> Period:
    first = P(f"{draw(YEAR)}-{draw(MONTH):02}")
    last = first.shift(draw(st.integers(0, 30)))
    return P(f"{first}/{last}")


PERIODS = st.one_of(
    YEAR.map(lambda y: P(f"{y}")),
    st.builds(lambda y, q: P(f"{y}-Q{q}"), YEAR, st.integers(1, 4)),
    st.builds(lambda y, m: P(f"{y}-{m:02}"), YEAR, MONTH),
    st.dates(date(1950, 1, 1), date(2050, 12, 31)).map(lambda d: P(d.isoformat())),
    spans(),
)


@given(PERIODS)
def test_text_and_back(p):
    assert P(str(p)) == p
    assert repr(p) == f"Period('{p}')"


@given(
    st.text(max_size=20)
    | st.text("0123456789-/Q٢", max_size=15)
    | st.from_regex(r"\A20[12]\d-\d\d(/20[12]\d-\d\d|-\d\d)?\Z")
)
def test_any_text_is_a_period_or_a_data_error(text):
    try:
        p = P(text)
    except DataError:
        return
    assert str(p) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-13",
        "2026-00",
        "2026-Q0",
        "2026-Q5",
        "2026-02-30",
        "2025-02-29",
        "26",
        "2026-8",
        "0000",
        "1899",
        "2101",
        "9999-12",
        "2026-01/",
        "2026/2027-01",
        "2026-Q1/2026-08",
        "2026-01-01/2026-08",
        "2026-08/2026-01",
        "2026-01/2026-13",
        "2026-01/0000-12",
        "2026-01/9999-12",
        " 2026",
        "2026\n",
        "٢٠٢٦",
        "2026–08",
        "+2026",
        "2026-08-31T00:00",
    ],
)
def test_no_period(text):
    with pytest.raises(DataError, match="expected 2026, 2026-Q1"):
        P(text)


@given(PERIODS, st.integers(-45, 45))
def test_shift_has_an_inverse_and_keeps_the_kind(p, steps):
    moved = p.shift(steps)
    assert moved.shift(-steps) == p
    assert moved.frequency == p.frequency
    assert moved.months == p.months
    assert P(str(moved)) == moved


@given(PERIODS, st.integers(-20, 20), st.integers(-20, 20))
def test_shifts_add(p, a, b):
    assert p.shift(a).shift(b) == p.shift(a + b)


@given(PERIODS, st.integers(1, 20))
def test_shift_moves_forward(p, steps):
    assert p < p.shift(steps)
    assert p.shift(-steps) < p


@given(PERIODS)
def test_following_periods_touch(p):
    if p.frequency in "DMQA":
        assert (p.shift(1).start - p.end).days == 1


@given(PERIODS, PERIODS)
def test_order_is_total_and_agrees_with_the_calendar(a, b):
    assert (a < b) + (a == b) + (a > b) == 1
    assert (a <= b) == (a < b or a == b)
    if a.end < b.end:
        assert a < b


@given(PERIODS, PERIODS, PERIODS)
def test_order_is_transitive(a, b, c):
    low, middle, high = sorted([a, b, c])
    assert low <= middle <= high
    assert low <= high


def test_a_period_is_not_compared_with_text():
    with pytest.raises(TypeError):
        P("2026") < "2027"  # noqa: B015
    assert P("2026") != "2026"


def test_a_year_is_not_the_span_of_its_months():
    assert P("2026") != P("2026-01/2026-12")
    assert sorted([P("2026-01/2026-12"), P("2026")]) == sorted([P("2026"), P("2026-01/2026-12")])


@given(PERIODS)
def test_year_before(p):
    before = p.year_before()
    assert before.frequency == p.frequency
    assert before.start.year == p.start.year - 1
    assert before.start.month == p.start.month
    if p.frequency != "D":
        assert before.months == p.months


@given(PERIODS, st.integers(1950, 2050))
def test_the_same_months_of_another_year(p, year):
    moved = p.in_year(year)
    assert (moved.year, moved.frequency) == (year, p.frequency)
    assert moved.in_year(p.year) == p or (p.start.month, p.start.day) == (2, 29)


def test_leap_days():
    assert P("2024-02-29").year_before() == P("2023-02-28")
    assert P("2024-02").end == date(2024, 2, 29)
    assert P("2024-01-31").shift(29) == P("2024-02-29")


@given(PERIODS, st.integers(0, 30))
def test_until_counts(p, steps):
    found = list(p.until(p.shift(steps)))
    assert len(found) == steps + 1
    assert found == sorted(found)
    assert list(p.until(p.shift(-1))) == []


@given(PERIODS)
def test_part_of_a_year(p):
    whole = p.frequency != "S" or (p.months % 12 == 0 and p.start.month == 1)
    assert p.is_part_year == (not whole)


# --- intervals ---------------------------------------------------------------------------------------------------

NUMBERS = st.floats(-1e9, 1e9)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_intervals_overlap_both_ways(a, b, c, d):
    one, two = Interval(min(a, b), max(a, b)), Interval(min(c, d), max(c, d))
    assert one.overlaps(two) == two.overlaps(one)
    assert one.overlaps(one)
    assert one.overlaps(two) == (max(one.low, two.low) <= min(one.high, two.high))


@pytest.mark.parametrize(("low", "high"), [(2, 1), (float("nan"), 1), (1, float("nan"))])
def test_no_interval(low, high):
    with pytest.raises(ValueError, match="low <= high"):
        Interval(low, high)


# --- readings ----------------------------------------------------------------------------------------------------

AUGUST = P("2026-08")


@given(st.none() | NUMBERS, st.sampled_from(Status), st.sampled_from(sorted(UNITS)))
def test_a_value_exactly_when_the_status_is_ok(value, status, unit):
    if (value is not None) == (status is Status.OK):
        r = Reading("r", value, unit, AUGUST, status)
        assert r.ok == (status is Status.OK)
        assert r.direction in ("up", "down", "flat") if r.ok else r.direction == status
    else:
        with pytest.raises(ValueError, match="a value exactly when the status is ok"):
            Reading("r", value, unit, AUGUST, status)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), np.float64("nan")])
def test_no_reading_is_infinite(value):
    with pytest.raises(ValueError, match="a finite number"):
        Reading("r", value, "percent", AUGUST)


def test_no_reading_has_an_unknown_unit():
    with pytest.raises(ValueError, match="one of percent, percent_change, points, "):
        Reading("r", 1.0, "per cent", AUGUST)


@given(st.sampled_from(Status))
def test_a_status_given_as_text_is_the_same_status(status):
    value = 1.0 if status is Status.OK else None
    assert Reading("r", value, "percent", AUGUST, status.value).status is status
    gone = Reading.missing("r", "percent", AUGUST, Status.NOT_COMPARABLE)
    assert gone.of(status=status.value, value=value).status is status


def test_no_reading_has_an_unknown_status():
    with pytest.raises(ValueError, match="status: found 'missing', expected one of ok, zero_base"):
        Reading("r", None, "percent", AUGUST, "missing")


@given(NUMBERS)
def test_numbers_of_numpy_become_plain(value):
    r = Reading("r", np.float64(value), "percent", AUGUST)
    assert type(r.value) is float
    assert r.value == value
    assert "np." not in repr(r)


@given(NUMBERS, st.sampled_from(sorted(UNITS)), st.none() | st.integers(0, 4))
def test_direction_is_that_of_the_number_shown(value, unit, digits):
    r = Reading("r", value, unit, AUGUST, digits=digits)
    shown = float(f"{value:.{r.decimals}f}")
    assert r.direction == ("up" if shown > 0 else "down" if shown < 0 else "flat")
    assert r.of(value=-value).direction == {"up": "down", "down": "up", "flat": "flat"}[r.direction]


def test_a_reading_is_checked_again_when_changed():
    r = Reading("r", 1.0, "percent", AUGUST)
    with pytest.raises(ValueError, match="exactly when"):
        r.of(value=None)
    assert Reading.missing("r", "percent", AUGUST, Status.ZERO_BASE, item="KAZ").item == "KAZ"


# --- series ------------------------------------------------------------------------------------------------------


def series(*rows: tuple[str, float | None, str]) -> Series:
    found = tuple(Observation(P(p), v, date(2026, 1, 1), {"country": c}) for p, v, c in rows)
    return Series("s", {"fr": "s", "en": "s"}, "percent", "b", "A", "x", date(2026, 1, 1), found)


def test_values_of_one_group_only():
    s = series(("2024", 1.0, "KAZ"), ("2024", 2.0, "UZB"), ("2025", None, "KAZ"))
    with pytest.raises(BasisError, match=r"several observations for 2024.*where\(country=\.\.\.\)"):
        _ = s.values
    assert s.where(country="KAZ").values == {P("2024"): 1.0}
    assert s.where(country="KAZ").last == P("2024")
    assert s.where(country="RUS").last is None
    assert len(s.where(country="RUS")) == 0


@given(st.lists(PERIODS, unique=True, max_size=10), PERIODS)
def test_since_keeps_what_ends_on_or_after(periods, start):
    s = replace(series(), observations=tuple(Observation(p, 1.0, date(2026, 1, 1)) for p in periods))
    kept = {o.period for o in s.since(start)}
    assert kept == {p for p in periods if p.end >= start.start}


def test_frozen():
    with pytest.raises(AttributeError):
        AUGUST.start = date(2026, 1, 1)
