"""Goals: the distance and the growth they take, what is refused, and laws."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kzreport.errors import BasisError, ParameterError
from kzreport.indicators import goals
from kzreport.indicators.readings import at, series_from
from kzreport.model import Reading, Status

LEVEL = st.floats(0.01, 1e6)


def level(value: float | None, period: str = "2024", unit: str = "musd") -> Reading:
    return at(series_from({period: value}, unit), period)


def test_one_billion_from_the_year_2024():
    goal, now = level(1000), level(545.2)
    assert goals.distance(goal, now).value == pytest.approx(454.8)
    assert goals.distance(goal, now).unit == "musd_change"
    assert goals.multiple_needed(goal, now).value == pytest.approx(1.834, abs=1e-3)
    assert goals.growth_needed(goal, now, 5).value == pytest.approx(12.9, abs=0.05)


@given(LEVEL, LEVEL, st.integers(1, 30))
def test_growing_at_that_pace_reaches_the_goal(goal, now, years):
    r = goals.growth_needed(level(goal), level(now), years)
    assert r.estimated
    assert now * (1 + r.value / 100) ** years == pytest.approx(goal, rel=1e-9)


@given(LEVEL, LEVEL, st.integers(1, 29))
def test_a_later_horizon_takes_less(goal, now, years):
    assume(goal > now * 1.0001)
    soon, later = goals.by_horizon(level(goal), level(now), (years, years + 1))
    assert soon.value > later.value > 0
    assert [soon.item, later.item] == [f"years_{years}", f"years_{years + 1}"]


@given(LEVEL, LEVEL)
def test_in_one_year_it_is_the_multiple(goal, now):
    times, pace = (
        f(level(goal), level(now)) for f in (goals.multiple_needed, lambda g, n: goals.growth_needed(g, n, 1))
    )
    assert 1 + pace.value / 100 == pytest.approx(times.value)


def test_a_goal_that_is_passed_is_negative():
    assert goals.distance(level(1000), level(1200)).value == -200
    assert goals.growth_needed(level(1000), level(1200), 3).value < 0


@pytest.mark.parametrize(
    ("now", "status"), [(0, Status.ZERO_BASE), (-5, Status.SIGN_CHANGE), (None, Status.MISSING_INPUT)]
)
def test_no_number_where_there_is_none(now, status):
    assert goals.multiple_needed(level(1000), level(now)).status is status
    assert goals.growth_needed(level(1000), level(now), 5).status is status


def test_part_of_a_year_is_not_held_against_a_goal():
    with pytest.raises(BasisError, match="a whole year"):
        goals.distance(level(1000), level(330.7, "2024-01/2024-08"))


def test_one_unit():
    with pytest.raises(BasisError, match="one unit"):
        goals.multiple_needed(level(1000), level(5, unit="tonne"))


@pytest.mark.parametrize("years", [0, 0.5, -3, float("inf"), float("nan")])
def test_a_horizon_is_a_year_or_more(years):
    with pytest.raises(ParameterError, match="one year or more"):
        goals.growth_needed(level(1000), level(545), years)
