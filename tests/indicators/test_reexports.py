"""Flows above their expected level, and revisions that are none: worked figures, what is refused, and laws."""

import inspect
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzreport.errors import BasisError, DataError, ParameterError
from kzreport.indicators import reexports, revisions
from kzreport.indicators.readings import at, readings, series_from
from kzreport.model import Period, Series, Status
from kzreport.series.known import load_series

AS_OF = "2026-09-30"
P = Period.parse
LEVEL = st.integers(1, 20_000_000).map(lambda v: v / 1000)
BASE = (2017, 2021)


def yearly(values: list[float | None], first: int = 2015, unit: str = "musd") -> Series:
    return series_from({str(first + i): v for i, v in enumerate(values)}, unit, name="exports", basis="exports")


# ---- expected level and excess


@given(st.floats(-1e4, 1e4), st.floats(-1e3, 1e3), st.integers(3, 8), st.integers(1, 5))
def test_the_linear_estimator_is_exact_on_a_line(a, b, n, ahead):
    x = yearly([a + b * i for i in range(n + ahead)])
    r = reexports.excess(x, 2015 + n + ahead - 1, (2015, 2015 + n - 1))["linear"]
    assert r.value == pytest.approx(0, abs=1e-6) and r.unit == "musd_change" and r.estimated


@given(LEVEL, st.floats(0.5, 2), st.integers(3, 8), st.integers(1, 5))
def test_the_log_estimator_is_exact_on_constant_growth(a, growth, n, ahead):
    x = yearly([a * growth**i for i in range(n + ahead)])
    r = reexports.excess(x, 2015 + n + ahead - 1, (2015, 2015 + n - 1))["log_linear"]
    assert r.value == pytest.approx(0, abs=1e-7 * max(1, a * growth ** (n + ahead)))


@given(st.lists(LEVEL, min_size=6, max_size=6), st.integers(2, 1000))
def test_excess_scales_with_the_unit(values, factor):
    one, many = (reexports.excess(yearly(v), 2020, (2015, 2019)) for v in (values, [factor * v for v in values]))
    for k in ("base_year", "mean", "linear"):
        assert many[k].value == pytest.approx(factor * one[k].value, rel=1e-6, abs=1e-3)
    if one["log_linear"].ok:
        assert many["log_linear"].value == pytest.approx(factor * one["log_linear"].value, rel=1e-6, abs=1e-3)


@given(st.lists(LEVEL, min_size=6, max_size=6))
def test_the_range_holds_every_estimator_and_claims_no_number(values):
    x = yearly(values)
    found, r = reexports.excess(x, 2020, (2015, 2019)), reexports.excess_range(x, 2020, (2015, 2019))
    numbers = [e.value for e in found.values()]
    assert (r.interval.low, r.interval.high) == (min(numbers), max(numbers)) and r.estimated and r.item == ""
    assert r.value == pytest.approx((min(numbers) + max(numbers)) / 2)
    assert reexports.same_sign(r) == (min(numbers) > 0 or max(numbers) < 0)
    assert list(found) == list(reexports.ESTIMATORS) and [e.item for e in found.values()] == list(found)


def test_exports_to_russia_change_sign_with_the_method():
    x = load_series("exports_by_partner", AS_OF, partner="RUS")
    assert reexports.same_sign(reexports.excess_range(x, 2023, BASE)) is True
    assert reexports.same_sign(reexports.excess_range(x, 2025, BASE)) is False
    r = reexports.excess_range(x, 2023, BASE)
    assert str(r.base) == "2017-01/2021-12" and r.period == P("2023") and r.inputs == ("exports_by_partner",)


def test_a_base_year_without_a_figure():
    x = yearly([1.0, None, 3.0, 4.0, 9.0])
    found = reexports.excess(x, 2019, (2015, 2018))
    assert {k: r.status for k, r in found.items()} == {
        "base_year": Status.OK,
        "mean": Status.MISSING_INPUT,
        "linear": Status.MISSING_INPUT,
        "log_linear": Status.MISSING_INPUT,
    }
    r = reexports.excess_range(x, 2019, (2015, 2018))
    assert r.status is Status.MISSING_INPUT and r.interval is None and reexports.same_sign(r) is None
    assert reexports.excess(x, 2030, (2015, 2018))["base_year"].status is Status.MISSING_INPUT


def test_a_level_without_a_logarithm():
    assert reexports.expected(yearly([1, 0, 3]), 2018, (2015, 2017), "log_linear").status is Status.ZERO_BASE
    assert reexports.expected(yearly([1, -1, 3]), 2018, (2015, 2017), "log_linear").status is Status.NEGATIVE_BASE
    steep = yearly([1e-300, 1, 1e300])
    assert reexports.expected(steep, 2030, (2015, 2017), "log_linear").status is Status.ZERO_BASE


@pytest.mark.parametrize(
    ("data", "year", "base", "how", "error"),
    [
        (yearly([1, 2, 3]), 2018, (2015, 2017), "median", ParameterError),
        (yearly([1, 2, 3]), 2018, (2016, 2017), "linear", ParameterError),
        (yearly([1, 2, 3]), 2017, (2015, 2017), "linear", ParameterError),
        (yearly([1, 2, 3], unit="percent"), 2018, (2015, 2017), "linear", BasisError),
        (series_from({"2015-01": 1, "2015-02": 2}, "musd"), 2018, (2015, 2017), "mean", BasisError),
    ],
)
def test_what_cannot_be_expected_is_refused(data, year, base, how, error):
    with pytest.raises(error):
        reexports.expected(data, year, base, how)


def test_no_word_claims_evasion():
    for name, f in inspect.getmembers(reexports, inspect.isfunction):
        assert "evasion" not in name and "circumvent" not in (f.__doc__ or "").lower()
    for f in (reexports.excess, reexports.excess_range):
        assert "not" in f.__doc__.lower() and "evasion" in f.__doc__.lower()


# ---- placebo


@given(st.floats(10, 1e4), st.floats(0, 500), st.integers(1, 3), st.sampled_from([None, 3, 5]))
def test_placebo_of_an_exact_trend_is_nothing(a, b, horizon, window):
    found = reexports.placebo(yearly([a + b * i for i in range(9)]), 2023, horizon=horizon, window=window)
    assert len(found) == 8 - (window or 3) - horizon + 1
    assert [e["linear"].value for e in found] == pytest.approx([0] * len(found), abs=1e-6)


@given(st.lists(LEVEL, min_size=9, max_size=9), LEVEL, st.integers(1, 2))
def test_placebo_sees_nothing_of_the_event(values, after, horizon):
    """What happens in the year of the event and later changes no trial."""
    quiet, event = yearly([*values[:7], *values[7:]]), yearly([*values[:7], after, after])
    assert reexports.placebo(quiet, 2022, horizon=horizon) == reexports.placebo(event, 2022, horizon=horizon)
    for trial in reexports.placebo(quiet, 2022, horizon=horizon):
        for r in trial.values():
            assert r.period.year < 2022 and r.base.year == r.period.year - horizon


def test_placebo_of_exports_to_russia():
    """Years without the event alone give excesses above two billion dollars; only 2023 is wholly beyond them."""
    x = load_series("exports_by_partner", AS_OF, partner="RUS")
    usual = {h: reexports.placebo_range(reexports.placebo(x, 2022, horizon=h)) for h in (1, 2, 3, 4)}
    assert usual[1].interval.low == pytest.approx(-1016.9, abs=0.1)
    assert usual[1].interval.high == pytest.approx(2243.1, abs=0.1)
    assert str(usual[1].period) == "2018-01/2021-12" and usual[1].estimated
    found = [reexports.unusual(reexports.excess_range(x, 2021 + h, BASE), usual[h]) for h in usual]
    assert found == [False, True, False, False]
    same = reexports.placebo(x, 2022, window=5, first=2015)
    assert [str(t["mean"].period) for t in same] == ["2020", "2021"]


def test_placebo_without_enough_years_says_nothing():
    assert reexports.placebo(yearly([1, 2, 3], 2019), 2022) == ()
    assert reexports.placebo_range(()) is None
    assert reexports.placebo(yearly([]), 2022) == ()
    assert reexports.unusual(reexports.excess_range(yearly([1, 2, 3, 9]), 2018, (2015, 2017)), None) is None
    gap = reexports.placebo(yearly([1, 2, 3, None, 5, 6]), 2022, window=3)
    assert reexports.placebo_range(gap).value is not None
    for wrong in ({"horizon": 0}, {"window": 2}):
        with pytest.raises(ParameterError):
            reexports.placebo(yearly([1, 2, 3, 4]), 2022, **wrong)


# ---- revisions


CORE = {
    "2023-06": 117.1, "2023-09": 112.9, "2023-12": 109.4, "2024-03": 108.2, "2024-06": 107.5, "2024-09": 107.5,
    "2024-12": 107.5, "2025-03": 108.5, "2025-06": 110.1, "2025-09": 111.1, "2025-12": 112.5, "2026-03": 112.5,
}  # fmt: skip


@pytest.mark.parametrize("as_printed", [str, lambda m: f"{m[:4]}-Q{int(m[5:]) // 3}"])
def test_quarter_means_are_no_earlier_release_of_months(as_printed):
    """[REV-FALSE-CORE] the old values are means of quarters, the new ones their last months."""
    old = series_from({as_printed(m): v for m, v in ({"2023-03": 122.0} | CORE).items()}, "index_py100")
    found = revisions.false_revision(old, load_series("core_yy", AS_OF))
    assert found.kind == "quarter_mean" and found.compared == 13
    assert found.distance == pytest.approx(0.067, abs=1e-3)


@given(st.lists(LEVEL, min_size=12, max_size=12), st.sampled_from([1000, 0.001]))
def test_a_rescale_is_no_revision(values, by):
    now = series_from({f"2025-{m:02}": v for m, v in enumerate(values, 1)}, "musd")
    old = series_from({f"2025-{m:02}": v * by for m, v in enumerate(values, 1)}, "musd")
    assert revisions.false_revision(old, now).kind == "rescaled_1000"


@given(st.lists(st.integers(500, 1000), min_size=12, max_size=12))
def test_sums_are_no_revision(values):
    now = series_from({f"2025-{m:02}": v for m, v in enumerate(values, 1)}, "musd")
    quarters = series_from({f"2025-{q * 3:02}": math.fsum(values[q * 3 - 3 : q * 3]) for q in (1, 2, 3, 4)}, "musd")
    assert revisions.false_revision(quarters, now).kind == "quarter_sum"
    sums = series_from({f"2025-{m:02}": math.fsum(values[:m]) for m in range(1, 13)}, "musd")
    assert revisions.false_revision(sums, now).kind == "cumulated"


@given(st.lists(LEVEL, min_size=6, max_size=6), st.lists(st.floats(-4, 4), min_size=6, max_size=6))
def test_a_revision_of_some_percent_of_a_flow_is_one(values, percent):
    """[REV-EXP] is of this size; a rescale or a sum cannot explain it."""
    now = series_from({f"2026-{m:02}": v for m, v in enumerate(values, 1)}, "musd")
    old = series_from(
        {f"2026-{m:02}": v * (1 + p / 100) for m, (v, p) in enumerate(zip(values, percent, strict=True), 1)}, "musd"
    )
    assert revisions.false_revision(old, now) is None
    assert revisions.false_revision(now, now) is None


def test_false_revisions_are_only_claimed_where_all_are_explained():
    now = series_from({f"2023-{m:02}": 20.0 - m for m in range(1, 13)}, "percent")
    mean = {"2023-03": 18.0, "2023-06": 15.0, "2023-09": 12.0}
    assert revisions.false_revision(series_from(mean, "percent"), now).kind == "quarter_mean"
    assert revisions.false_revision(series_from(mean | {"2023-12": 8.0}, "percent"), now) is None
    assert revisions.false_revision(series_from({"2023-03": 18.0, "2023-06": 15.0}, "percent"), now) is None
    assert revisions.false_revision(series_from(mean, "percent"), now, tolerance=5) is None
    assert revisions.false_revision(series_from({}, "percent"), now) is None
    with pytest.raises(BasisError):
        revisions.false_revision(series_from(mean, "musd"), now)
    with pytest.raises(ParameterError):
        revisions.false_revision(series_from(mean, "percent"), now, tolerance=-1)


@given(st.lists(LEVEL, min_size=1, max_size=8), st.data())
def test_the_range_of_revisions_holds_their_mean(values, data):
    first = yearly(values)
    last = yearly([v + data.draw(st.floats(-100, 100)) for v in values])
    found = revisions.revision_statistics(first, last)
    r = found["range"]
    assert r.interval.low - 1e-9 <= found["mean"].value <= r.interval.high + 1e-9
    assert found["largest"].value in (r.interval.low, r.interval.high)
    assert r.value == pytest.approx(r.interval.high - r.interval.low) and r.item == "range"
    assert r.unit == "musd_change" and len(readings(first)) == len(values)


def test_a_range_without_a_number_or_a_common_period():
    zero = yearly([0.0])
    assert revisions.revision_statistics(zero, yearly([1.0]), relative=True)["range"].status is Status.MISSING_INPUT
    with pytest.raises(DataError):
        revisions.revision_statistics(zero, yearly([1.0], 2020))
    assert at(zero, "2015").value == 0
