"""Forecasts against outcomes: who is an edition, which errors count, and laws of their summaries."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzreport.indicators import forecasts
from kzreport.indicators.readings import series_from
from kzreport.model import Observation, Period, Series, Status

APRIL, OCTOBER = (4, 20), (10, 12)


def state(day: date, rows: dict[int, tuple[float | None, str]], country: str = "KAZ", seen: date | None = None):
    """Return one state: year -> value and kind, published on the day of the state unless ``seen`` before."""
    found = tuple(
        Observation(Period.parse(str(y)), v, seen or day, {"country": country, "kind": k})
        for y, (v, k) in sorted(rows.items())
    )
    return replace(series_from({}, "percent", name="x"), observations=found, as_of=day, frequency="A")


def joined(*parts: Series) -> Series:
    return replace(parts[0], observations=tuple(o for s in parts for o in s))


def outlook(year: int, month_day: tuple[int, int], last: int, values: dict[int, float]) -> Series:
    """Return an edition whose last actual year is ``last``."""
    kinds = {y: "actual" if y <= last else "estimate" if y < year else "projection" for y in values}
    return state(date(year, *month_day), {y: (v, kinds[y]) for y, v in values.items()})


FIVE = [
    outlook(2019, OCTOBER, 2018, {2018: 6.0, 2019: 5.0, 2020: 5.0, 2021: 5.0}),
    outlook(2020, OCTOBER, 2019, {2018: 6.0, 2019: 5.5, 2020: 6.0, 2021: 6.0, 2022: 5.0}),
    outlook(2021, OCTOBER, 2020, {2019: 5.0, 2020: 7.0, 2021: 8.0, 2022: 6.5}),
    outlook(2022, OCTOBER, 2021, {2020: 7.0, 2021: 8.0, 2022: 14.0, 2023: 11.0}),
    outlook(2023, OCTOBER, 2022, {2020: 7.0, 2021: 8.5, 2022: 15.0, 2023: 15.0, 2024: 9.0}),
]


def test_an_error_is_the_forecast_less_the_latest_outcome():
    """A year ahead: 5 for 7, 6 for 8.5, 6.5 for 15; the naive forecast repeats 6, 5.5 and 7."""
    found = [e for e in forecasts.errors(FIVE) if e.horizon == "autumn_1"]
    assert [(str(e.actual.period), e.forecast.value, e.actual.value) for e in found] == [
        ("2020", 5.0, 7.0), ("2021", 6.0, 8.5), ("2022", 6.5, 15.0),
    ]  # fmt: skip
    assert [e.error.value for e in found] == [-2.0, -2.5, -8.5]
    assert [e.naive.value for e in found] == [-1.0, -3.0, -8.0]
    assert {e.error.unit for e in found} == {"points"}
    made = forecasts.summary(found)
    assert made["bias"].value == pytest.approx(-13 / 3) and made["mean_absolute"].value == pytest.approx(13 / 3)
    assert made["naive"].value == pytest.approx(4.0) and made["gain"].value == pytest.approx(4 - 13 / 3)
    assert made["ratio"].value == pytest.approx(13 / 12) and made["ratio"].unit == "ratio"
    assert (str(made["bias"].period), made["count"].value) == ("2020-01/2022-12", 3)
    assert forecasts.largest(found).actual.period == Period.parse("2022")


def test_an_estimate_is_neither_forecast_nor_outcome():
    """The last edition still calls 2023 an estimate: what was said of that year is not judged."""
    late = outlook(2024, APRIL, 2022, {2020: 7.0, 2021: 8.5, 2022: 15.0, 2023: 14.5, 2024: 8.7})
    assert {e.actual.period.year for e in forecasts.errors([*FIVE, late])} == {2020, 2021, 2022}
    assert [o.period.year for o in forecasts.outcomes(late)] == [2020, 2021, 2022, 2023]


def test_fewer_than_three_errors_are_counted_and_not_judged():
    found = forecasts.by_horizon(forecasts.errors(FIVE))
    assert list(found) == ["autumn_0", "autumn_1", "autumn_2"]
    few = found["autumn_2"]
    assert few["count"].value == 2
    assert {few[k].status for k in ("bias", "mean_absolute", "naive", "gain", "ratio")} == {Status.MISSING_INPUT}


def test_horizons_go_from_the_nearest_to_the_furthest():
    names = [forecasts.horizon(date(y, *d), Period.parse("2023")) for y in (2023, 2022, 2021) for d in (OCTOBER, APRIL)]
    assert names == ["autumn_0", "spring_0", "autumn_1", "spring_1", "autumn_2", "spring_2"]


def test_nothing_is_said_of_too_few_editions():
    assert forecasts.errors(FIVE[:1]) == () == forecasts.errors([])
    assert forecasts.first_revisions(FIVE[:1]) == () == forecasts.first_revisions([])
    assert forecasts.paths([]) == {}


def test_an_unchanged_country_is_in_an_edition_and_an_edition_of_another_country_is_none():
    day, later, last = date(2021, 4, 7), date(2021, 10, 13), date(2022, 4, 20)
    rows = {2020: (6.8, "actual"), 2021: (6.0, "projection")}
    names = ["KAZ", "UZB", "TJK", "KGZ"]
    first = joined(*(state(day, rows, c) for c in names))
    second = joined(*(state(later, rows, c, seen=day if c == "TJK" else None) for c in names))
    third = joined(*(state(last, rows, c, seen=None if c == "KAZ" else later) for c in names))
    assert [s.as_of for s in forecasts.editions([first, second, third], "TJK")] == [day, later], "it stood as before"
    assert [s.as_of for s in forecasts.editions([first, second, third], "KAZ")] == [day, later, last]
    assert forecasts.editions([first], "RUS") == ()


def test_a_first_outcome_counts_if_the_editions_saw_it_become_one():
    """2018 was actual from the start, 2022 nobody could revise yet; 2019 has no latest figure."""
    found = {r.period.year: r.value for r in forecasts.first_revisions(FIVE)}
    assert found == {2020: 0.0, 2021: 0.5}


def test_a_path_begins_with_the_last_outcome_and_leaves_out_what_was_not_given():
    gap = state(date(2024, 4, 17), {2022: (15.0, "actual"), 2023: (14.5, "actual"), 2024: (None, "projection")})
    found = forecasts.paths([*FIVE, gap])
    assert list(found) == ["actual", *(s.as_of.isoformat() for s in FIVE)], "an edition without forecasts has no path"
    assert [r.period.year for r in found["2022-10-12"]] == [2021, 2022, 2023]
    assert [(r.period.year, r.value) for r in found["actual"]] == [(2022, 15.0), (2023, 14.5)]


VALUES = st.lists(st.floats(-50, 50), min_size=3, max_size=6)


@given(VALUES, st.floats(-20, 20))
def test_what_is_always_off_by_the_same_has_that_bias_and_no_more(values, shift):
    """A forecast that always adds the same misses by it; the bias never exceeds the mean absolute error."""
    years = range(2001, 2001 + len(values))
    said = [state(date(y - 1, *OCTOBER), {y - 2: (0.0, "actual"), y: (v + shift, "projection")})
            for y, v in zip(years, values, strict=True)]  # fmt: skip
    came = state(date(2030, *OCTOBER), {y: (v, "actual") for y, v in zip(years, values, strict=True)})
    made = forecasts.by_horizon(forecasts.errors([*said, came]))["autumn_1"]
    assert made["bias"].value == pytest.approx(shift, abs=1e-9)
    assert made["mean_absolute"].value == pytest.approx(abs(shift), abs=1e-9)
    assert abs(made["bias"].value) <= made["mean_absolute"].value + 1e-9
    assert made["naive"].value == pytest.approx(sum(map(abs, values)) / len(values), abs=1e-9)
    assert made["count"].value == len(values)


@given(VALUES)
def test_a_perfect_forecast_beats_any_rival_that_errs(values):
    years = range(2001, 2001 + len(values))
    said = [state(date(y - 1, *OCTOBER), {y - 2: (60.0, "actual"), y: (v, "projection")})
            for y, v in zip(years, values, strict=True)]  # fmt: skip
    came = state(date(2030, *OCTOBER), {y: (v, "actual") for y, v in zip(years, values, strict=True)})
    made = forecasts.by_horizon(forecasts.errors([*said, came]))["autumn_1"]
    assert made["mean_absolute"].value == 0 and made["ratio"].value == 0
    assert made["gain"].value == pytest.approx(made["naive"].value)


def test_a_rival_without_an_error_gives_no_ratio():
    said = [state(date(y - 1, *OCTOBER), {y - 2: (5.0, "actual"), y: (6.0, "projection")}) for y in (2021, 2022, 2023)]
    came = state(date(2030, *OCTOBER), {y: (5.0, "actual") for y in (2021, 2022, 2023)})
    made = forecasts.by_horizon(forecasts.errors([*said, came]))["autumn_1"]
    assert made["ratio"].status is Status.ZERO_BASE and made["gain"].value == -1.0
