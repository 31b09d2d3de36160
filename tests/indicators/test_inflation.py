"""Inflation: worked figures, what is refused, and laws."""

import itertools
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kzreport.errors import BasisError, DataError, ParameterError
from kzreport.indicators import (
    base_effects,
    breaks,
    core_inflation,
    growth,
    inflation,
    policy_rate,
    price_contributions,
    readings,
    targeting,
)
from kzreport.indicators.readings import at, series_from
from kzreport.model import Interval, Period, Reading, Series, Status
from kzreport.series.known import load_series

AS_OF = "2026-09-30"
P = Period.parse
PACE = st.integers(980, 1050).map(lambda v: v / 10)  # m/m as printed: one decimal
COMPONENTS = ("food", "nonfood", "services")


def months(values: list[float | None], start: str, unit: str = "index_pp100", **dims: str) -> Series:
    return series_from({str(P(start).shift(i)): v for i, v in enumerate(values)}, unit, **dims)


def by_component(table: dict[str, list[float]], start: str, unit: str) -> Series:
    return readings.joined(*(months(list(v), start, unit, component=k) for k, v in table.items()))


def band(**years: tuple[float, float]) -> Series:
    return readings.joined(
        series_from({y[1:]: v[0] for y, v in years.items()}, "percent", name="target", bound="low"),
        series_from({y[1:]: v[1] for y, v in years.items()}, "percent", name="target", bound="high"),
    )


# ---- rates


def test_latest_or_chosen_month():
    yy = series_from({"2026-07": 110.2, "2026-08": 109.8}, "index_py100")
    assert (inflation.headline(yy).period, inflation.headline(yy).value) == (P("2026-08"), 9.8)
    assert inflation.headline(yy, P("2026-07")).value == 10.2
    assert inflation.headline(yy, P("2026-09")).status is Status.MISSING_INPUT


@pytest.mark.parametrize("call", [inflation.headline, inflation.monthly, inflation.annualised, inflation.year_to_date])
def test_only_monthly_published_rates(call):
    for unit, period in (("index", "2026-08"), ("index_pp100", "2026-Q1"), ("musd", "2026-08")):
        with pytest.raises(BasisError):
            call(series_from({period: 101}, unit))


@pytest.mark.parametrize(
    "call", [inflation.headline, inflation.monthly, inflation.annualised, inflation.year_to_date, inflation.peak]
)
def test_nothing_published_yet(call):
    empty = series_from(
        {"2026-08": None}, "index_py100" if call in (inflation.headline, inflation.peak) else "index_pp100"
    )
    with pytest.raises(DataError, match="as_of"):
        call(empty)


def test_twelve_times_the_month_would_be_wrong():
    assert inflation.annualised(months([103.7], "2022-03")).value == pytest.approx(54.65, abs=0.005)


def test_three_months_only_seasonally_adjusted():
    mm = months([101.0, 101.0, 101.0], "2026-06")
    assert inflation.three_months_annualised(mm).status is Status.NOT_COMPARABLE
    r = inflation.three_months_annualised(mm, seasonally_adjusted=True)
    assert r.value == pytest.approx(100 * (1.01**12 - 1)) and r.base == P("2026-05")
    assert inflation.three_months_annualised(mm, P("2026-07"), seasonally_adjusted=True).status is Status.MISSING_INPUT


@given(st.lists(PACE, min_size=12, max_size=12))
def test_year_to_date_of_december_is_the_year(values):
    mm = months(values, "2025-01")
    levels = inflation.chain(mm, P("2024-12"))
    assert inflation.year_to_date(mm, P("2025-12")).value == pytest.approx(
        inflation.chained_yy(levels, P("2025-12")).value
    )
    assert inflation.year_to_date(mm, P("2025-01")).value == pytest.approx(values[0] - 100, abs=1e-9)


def test_cumulated_rise_since_the_end_of_2021():
    mm = load_series("cpi_mm", AS_OF)
    assert inflation.cumulated(mm, P("2021-12"), P("2026-08")).value == pytest.approx(72.4, abs=0.05)
    with pytest.raises(ParameterError):
        inflation.cumulated(mm, P("2021-12"), P("2021-12"))
    assert inflation.cumulated(mm, P("2026-08"), P("2026-10")).status is Status.MISSING_INPUT


# ---- chains and years


@given(st.lists(PACE, min_size=1, max_size=40), st.data())
def test_chain_gives_back_the_rates_it_was_made_of(values, data):
    base = P("2019-12").shift(data.draw(st.integers(0, len(values))))
    levels = inflation.chain(months(values, "2020-01"), base)
    assert len(levels) == len(values) + 1
    assert at(levels, base).value == 100
    again = [r.value + 100 for r in growth.growth_path(levels, 1)]
    assert again == pytest.approx(values, abs=1e-9)


def test_chain_stops_at_a_gap():
    mm = months([101.0, None, 101.0], "2026-01")
    levels = inflation.chain(mm, P("2025-12"))
    assert [r.status for r in levels] == [Status.OK, Status.OK, Status.MISSING_INPUT, Status.MISSING_INPUT]


def test_chain_stops_backwards_too():
    levels = inflation.chain(months([101.0, None, 101.0], "2026-01"), P("2026-03"))
    assert [r.ok for r in levels] == [False, False, True, True]


def test_chain_bridges_a_gap_only_when_asked_and_says_so():
    mm = months([101.0] * 12 + [None, 102.0], "2025-01")
    yy = series_from({"2026-01": 112.0}, "index_py100")
    levels = readings.readings(inflation.chain(mm, P("2024-12"), fill="yy", yy=yy))
    bridged = levels[P("2026-01")]
    assert bridged.value == pytest.approx(101 * 1.12) and bridged.estimated
    assert levels[P("2026-02")].estimated and not levels[P("2025-12")].estimated
    for wrong in ({"fill": "yy"}, {"fill": "linear", "yy": yy}):
        with pytest.raises(ParameterError):
            inflation.chain(mm, P("2024-12"), **wrong)


def test_chain_base_lies_in_the_series():
    with pytest.raises(ParameterError, match="2025-12 to 2026-01"):
        inflation.chain(months([101.0], "2026-01"), P("2020-01"))


@given(st.lists(PACE, min_size=24, max_size=24), st.integers(0, 24))
def test_average_does_not_depend_on_the_base(values, base):
    mm = months(values, "2024-01")
    a = inflation.annual_average(inflation.chain(mm, P("2023-12")), P("2025"))
    b = inflation.annual_average(inflation.chain(mm, P("2023-12").shift(base)), P("2025"))
    assert a.value == pytest.approx(b.value, abs=1e-9)


def test_a_year_has_twelve_months():
    levels = inflation.chain(months([101.0] * 20, "2024-01"), P("2024-12"))
    assert inflation.annual_average(levels, P("2025")).status is Status.PARTIAL_PERIOD
    yy = months([110.0] * 8, "2026-01", "index_py100")
    assert inflation.end_of_period(yy, P("2026")).status is Status.PARTIAL_PERIOD
    assert inflation.end_of_period(yy, P("2027")).status is Status.MISSING_INPUT
    assert inflation.mean_of_yy(yy, P("2026")).status is Status.PARTIAL_PERIOD
    with pytest.raises(BasisError):
        inflation.annual_average(yy, P("2026"))


def test_three_numbers_for_2022_have_three_bases():
    yy = load_series("cpi_yy", AS_OF)
    levels = inflation.chain(load_series("cpi_mm", AS_OF), P("2018-12"))
    found = [
        f(x, P("2022"))
        for f, x in ((inflation.annual_average, levels), (inflation.end_of_period, yy), (inflation.mean_of_yy, yy))
    ]
    assert [round(r.value, 2) for r in found] == [15.03, 20.3, 14.87]
    assert len({r.basis for r in found}) == 3


def test_chained_rates_drift_by_roundings_only():
    drift = inflation.rounding_drift(load_series("cpi_mm", AS_OF).since(P("2019-01")), load_series("cpi_yy", AS_OF))
    assert len(drift) > 60
    assert max(abs(r.value) for r in drift) == pytest.approx(0.354, abs=0.001)
    assert all(abs(r.value) <= inflation.MAX_DRIFT for r in drift)


@given(st.lists(st.floats(99.5, 102), min_size=12, max_size=12))
def test_drift_of_twelve_roundings_is_bounded(values):
    exact = math.prod(v / 100 for v in values)
    mm = months([round(v, 1) for v in values], "2025-01")
    (r,) = inflation.rounding_drift(mm, series_from({"2025-12": round(100 * exact, 1)}, "index_py100"))
    assert abs(r.value) <= 0.8  # 12 x 0.05 at falling and rising prices alike, the rounding of y/y, levels near 1.27


# ---- contributions


@given(
    st.fixed_dictionaries({c: st.lists(PACE, min_size=24, max_size=24) for c in COMPONENTS}),
    st.lists(st.integers(5, 60), min_size=6, max_size=6),
    st.integers(1, 12),
)
def test_two_term_contributions_are_exactly_additive(rises, parts, month):
    """Chain the total as the office does (annual weights, December link), then decompose it."""
    old, new = ({c: 100 * w / sum(ws) for c, w in zip(COMPONENTS, ws, strict=True)} for ws in (parts[:3], parts[3:]))

    def level(w: dict[str, float], first: int, last: int) -> float:
        return sum(w[c] / 100 * math.prod(v / 100 for v in rises[c][first:last]) for c in COMPONENTS)

    total = level(old, 0, 12) / level(old, 0, month) * level(new, 12, 12 + month)
    yy = {c: [100 * math.prod(v / 100 for v in rises[c][month : 12 + month])] for c in COMPONENTS}
    p = f"2025-{month:02}"
    weights = readings.joined(
        *(series_from({"2024": old[c], "2025": new[c]}, "percent", component=c) for c in COMPONENTS)
    )
    found = price_contributions.contributions(
        by_component(yy, p, "index_py100"), by_component(rises, "2024-01", "index_pp100"), weights,
        series_from({p: 100 * total}, "index_py100"),
    )  # fmt: skip
    assert found["residual"].value == pytest.approx(0, abs=1e-6)
    assert sum(found[k].value for k in (*COMPONENTS, "residual")) == pytest.approx(found["total"].value, abs=1e-9)


def real() -> list[Series]:
    return [load_series(n, AS_OF) for n in ("cpi_components_yy", "cpi_components_mm", "cpi_weights", "cpi_yy")]


def test_residual_of_every_month_is_within_its_tolerance():
    tables = real()
    for p in P("2022-12").until(P("2026-08")):
        found = price_contributions.contributions(*tables, p)
        if p.start.month == 12 or p.year > 2022:
            assert price_contributions.residual_check(found["residual"]).ok, (p, found["residual"])


def test_missing_weights():
    tables = real()
    refused = price_contributions.contributions(*tables, P("2022-08"))
    assert {refused[c].status for c in (*COMPONENTS, "residual")} == {Status.MISSING_INPUT}
    assert refused["total"].value == 16.1
    assert not price_contributions.contributions(*tables, P("2022-08"), missing_weights="previous_year")["food"].ok
    nearest = price_contributions.contributions(*tables, P("2022-08"), missing_weights="nearest_year")
    assert nearest["food"].estimated and price_contributions.residual_check(nearest["residual"]).ok
    assert not price_contributions.contributions(*tables, P("2022-12"), missing_weights="nearest_year")[
        "food"
    ].estimated
    with pytest.raises(ParameterError, match="missing_weights"):
        price_contributions.contributions(*tables, P("2022-08"), missing_weights="guess")


def test_previous_weights_are_flagged():
    yy = by_component({"food": [110.0], "other": [105.0]}, "2026-12", "index_py100")
    weights = readings.joined(*(series_from({"2025": 50}, "percent", component=c) for c in ("food", "other")))
    headline = series_from({"2026-12": 107.5}, "index_py100")
    assert not price_contributions.contributions(yy, yy, weights, headline)["food"].ok
    found = price_contributions.contributions(yy, yy, weights, headline, missing_weights="previous_year")
    assert found["food"].value == 5 and found["food"].estimated and found["residual"].estimated


def test_weights_are_a_hundred_percent():
    yy = by_component({"food": [110.0], "other": [105.0]}, "2026-12", "index_py100")
    weights = readings.joined(*(series_from({"2026": 45}, "percent", component=c) for c in ("food", "other")))
    with pytest.raises(DataError, match="sum of 90"):
        price_contributions.contributions(yy, yy, weights, series_from({"2026-12": 107.5}, "index_py100"))
    with pytest.raises(BasisError, match="component"):
        price_contributions.contributions(
            *[months([101.0], "2026-12", "index_py100")] * 2,
            weights,
            months([101.0], "2026-12", "index_py100"),
        )


def test_monthly_contributions_use_price_updated_weights():
    _, mm, weights, _ = real()
    found = price_contributions.monthly_contributions(mm, weights, load_series("cpi_mm", AS_OF), P("2022-03"))
    assert [round(found[c].value, 3) for c in COMPONENTS] == [2.377, 0.839, 0.407]
    assert found["total"].value == 3.7 and price_contributions.residual_check(found["residual"]).ok
    january = price_contributions.monthly_contributions(mm, weights, load_series("cpi_mm", AS_OF), P("2023-01"))
    assert sum(january[k].value for k in (*COMPONENTS, "residual")) == pytest.approx(january["total"].value)


@pytest.mark.parametrize(("month", "limit"), [("2022-12", 0.1), ("2022-11", 0.25)])
def test_tolerance_of_the_residual(month, limit):
    inside = Reading("contribution", limit, "points", P(month), basis="yy_month", item="residual")
    assert price_contributions.residual_check(inside).ok
    assert price_contributions.residual_check(inside.of(value=-limit - 0.01)).status is Status.NOT_COMPARABLE


# ---- base effects


@given(st.floats(-5, 30), PACE, PACE)
def test_base_effect_adds_up_and_is_exact(rate, new, dropped):
    yy = series_from({"2025-01": 100 + rate, "2025-02": 100 + rate}, "index_py100")
    mm = series_from({"2024-02": dropped, "2025-02": new}, "index_pp100")
    found = base_effects.base_effect(yy, mm)
    assert sum(found[k].value for k in ("new", "base")) == pytest.approx(found["total"].value, abs=1e-9)
    assert 100 + rate + found["total"].value == pytest.approx((100 + rate) * new / dropped)
    assert found["base"].value == pytest.approx((100 + rate) * (100 / dropped - 1))
    assert found["dropped_month"].period == P("2024-02")


def test_base_effect_without_the_month_that_falls_out():
    found = base_effects.base_effect(months([110.0, 111.0], "2025-01", "index_py100"), months([101.0], "2025-02"))
    assert found["total"].status is Status.MISSING_INPUT and found["published_change"].value == 1
    assert found["new_month"].value == 1


def test_base_effects_of_the_next_twelve_months():
    yy, mm = load_series("cpi_yy", AS_OF), load_series("cpi_mm", AS_OF)
    ahead = base_effects.base_effects_ahead(yy, mm)
    assert [str(r.period) for r in ahead][::11] == ["2026-09", "2027-08"]
    assert [r.base for r in ahead] == [r.period.year_before() for r in ahead]
    for r in ahead:
        left = 1 + inflation.monthly(mm, r.base).value / 100
        assert r.value == pytest.approx((100 + inflation.headline(yy).value) * (1 / left - 1))
        assert r.estimated
    assert base_effects.base_effects_ahead(yy, mm, 13)[-1].status is Status.MISSING_INPUT
    assert base_effects.base_effects_ahead(yy, mm, 0) == ()


@given(st.lists(PACE, min_size=12, max_size=12), st.floats(0, 20))
def test_path_ends_where_the_pace_leads(values, target):
    whole = 100 * math.prod(v / 100 for v in values)
    mm = months(values, "2025-01")
    yy = series_from({"2025-12": whole}, "index_py100")
    assert base_effects.path_ahead(yy, mm, pace="zero")[-1].value == pytest.approx(0, abs=1e-6)
    assert base_effects.path_ahead(yy, mm, pace="target", target=target)[-1].value == pytest.approx(target, abs=1e-6)
    same = base_effects.path_ahead(yy, mm, pace="same_month_mean")
    assert [r.value for r in same] == pytest.approx([whole - 100] * 12, abs=1e-6)
    assert {r.basis for r in same} == {"path_same_month_mean"} and all(r.estimated for r in same)


def test_a_year_of_prices_unchanged_is_no_inflation():
    """Twelve rounded months make 8.8 where the published rate is 8.5: the path ended at -0.3."""
    yy, mm = load_series("cpi_yy", "2024-06-30"), load_series("cpi_mm", "2024-06-30")
    year = {k: base_effects.path_ahead(yy, mm, pace=k, target=5.0)[-1].value for k in ("zero", "target")}
    assert year == pytest.approx({"zero": 0, "target": 5}, abs=1e-9)


def test_path_beyond_a_year_and_without_data():
    mm = months([101.0] * 12, "2025-01")
    yy = series_from({"2025-12": 112.7}, "index_py100")
    assert base_effects.path_ahead(yy, mm, 18, pace="zero")[-1].value == pytest.approx(0, abs=1e-9)
    short = base_effects.path_ahead(yy, months([101.0] * 3, "2025-10"), pace="zero")
    assert {r.status for r in short} == {Status.MISSING_INPUT}
    for wrong in ({"pace": "fast"}, {"pace": "target"}, {"years": 0}):
        with pytest.raises(ParameterError):
            base_effects.path_ahead(yy, mm, **wrong)


# ---- target and peak


@given(st.integers(-50, 300), st.integers(0, 80), st.integers(0, 40))
def test_inside_the_band_is_a_deviation_of_zero(rate, low, width):
    targets = band(y2025=(low / 10, (low + width) / 10))
    yy = series_from({"2025-06": (1000 + rate) / 10}, "index_py100")
    found = targeting.target_deviation(yy, targets)
    inside = low <= rate <= low + width
    assert (found["from_band"].value == 0) == inside
    assert (targeting.months_outside(yy, targets).value == 0) == inside
    assert abs(found["from_band"].value) <= abs(found["from_midpoint"].value) + 1e-9
    assert targeting.months_since(yy, targets).ok == inside


def test_target_changes_with_the_year_and_may_be_missing():
    targets = band(y2022=(4, 6), y2024=(5, 5))
    yy = months([105.0] * 36, "2022-01", "index_py100")
    assert targeting.target_band(targets, P("2022-05")) == Interval(4, 6)
    assert targeting.target_band(targets, P("2023-05")) is None
    missing = targeting.target_deviation(yy, targets, P("2023-05"))
    assert {k: r.status for k, r in missing.items()} == dict.fromkeys(missing, Status.MISSING_INPUT) | {
        "rate": Status.OK
    }
    assert targeting.months_since(yy, targets, P("2023-05")).status is Status.MISSING_INPUT
    assert targeting.months_outside(yy, targets, P("2023-05")).status is Status.MISSING_INPUT


def test_months_since_and_outside():
    targets = band(y2022=(4, 6))
    yy = months([105.0, 103.0, 108.0, 109.0], "2022-01", "index_py100")
    assert (targeting.months_since(yy, targets).value, targeting.months_since(yy, targets).base) == (3, P("2022-01"))
    low = targeting.months_since(yy, targets, condition="not_above")
    assert (low.value, low.base) == (2, P("2022-02"))
    outside = targeting.months_outside(yy, targets)
    assert (outside.value, outside.base) == (3, P("2022-01"))
    with pytest.raises(ParameterError):
        targeting.months_since(yy, targets, condition="near")


def test_last_month_at_or_below_five_percent():
    r = targeting.months_since_at_most(load_series("cpi_yy", AS_OF), 5.0)
    assert r.base == P("2019-04")


def test_first_of_equal_peaks():
    assert inflation.peak(months([110.0, 112.0, 112.0], "2022-01", "index_py100")).period == P("2022-02")
    assert inflation.peak(months([112.0, 110.0, 111.0], "2022-01", "index_py100"), P("2022-02")).period == P("2022-03")


# ---- core


CHANGES = st.lists(st.tuples(st.floats(-5, 15), st.floats(0.01, 1)), min_size=1, max_size=20)


@given(CHANGES, st.floats(0, 45), st.floats(0, 45))
def test_trimmed_mean_lies_within_the_changes(pairs, lower, upper):
    x, w = zip(*pairs, strict=True)
    t = core_inflation.trimmed_mean(x, w, lower, upper)
    assert min(x) - 1e-9 <= t <= max(x) + 1e-9
    assert core_inflation.trimmed_mean(x, w, 0, 0) == pytest.approx(core_inflation.weighted_mean(x, w), abs=1e-9)
    mirrored = core_inflation.trimmed_mean([-v for v in x], w, upper, lower)
    assert mirrored == pytest.approx(-t, abs=1e-6)


@given(CHANGES, st.floats(0.1, 1000))
def test_median_does_not_depend_on_the_scale_of_weights(pairs, scale):
    x, w = zip(*pairs, strict=True)
    m = core_inflation.weighted_median(x, w)
    assert sum(b for a, b in pairs if a < m - 1e-9) <= sum(w) / 2 + 1e-9
    assert sum(b for a, b in pairs if a > m + 1e-9) <= sum(w) / 2 + 1e-9
    assume(all(abs(sum(b for a, b in pairs if a <= v) / sum(w) - 0.5) > 1e-9 for v in x))
    assert core_inflation.weighted_median(x, [v * scale for v in w]) == m


def test_weights_of_a_core_are_checked():
    for x, w in (([1.0], [1.0, 2.0]), ([], []), ([1.0], [-1.0]), ([1.0], [0.0])):
        with pytest.raises(ParameterError):
            core_inflation.weighted_mean(x, w)
    for cut in ((-1, 0), (50, 50), (0, 100)):
        with pytest.raises(ParameterError):
            core_inflation.trimmed_mean([1.0], [1.0], *cut)


def test_core_needs_eight_components():
    def tables(n: int) -> tuple[Series, Series]:
        names = [f"c{i}" for i in range(n)]
        mm = by_component({c: [100.0 + i] for i, c in enumerate(names)}, "2026-08", "index_pp100")
        return mm, readings.joined(*(series_from({"2026": 100 / n}, "percent", component=c) for c in names))

    assert (
        core_inflation.core_trimmed(*tables(7)).status
        is core_inflation.core_median(*tables(7)).status
        is Status.NOT_COMPARABLE
    )
    assert core_inflation.core_trimmed(*tables(8)).value == pytest.approx(3.5)
    assert core_inflation.core_median(*tables(9)).value == pytest.approx(4)
    mm, _ = tables(8)
    old = readings.joined(*(series_from({"2025": 12.5}, "percent", component=f"c{i}") for i in range(8)))
    assert core_inflation.core_trimmed(mm, old).status is Status.MISSING_INPUT


def test_published_core():
    core = core_inflation.exclusion_core(load_series("core_yy", AS_OF))
    assert core.basis == "core_published" and core.ok
    with pytest.raises(DataError):
        core_inflation.core_median(series_from({"2026-08": None}, "index_pp100", component="a"), band(y2026=(100, 100)))


# ---- policy rate


def test_policy_rate_of_december_2022():
    rate = series_from({"2022-10-26": 16.0, "2022-12-05": 16.75, "2023-01-13": 16.75}, "percent")
    yy = series_from({"2022-12": 120.3}, "index_py100")
    assert policy_rate.real_policy_rate(rate, yy, method="simple").value == -3.55
    assert policy_rate.real_policy_rate(rate, yy).value == pytest.approx(-2.95, abs=0.005)
    assert policy_rate.rate_in_force(rate, P("2022-11")).value == 16.0
    assert policy_rate.rate_in_force(rate, P("2022-09")).status is Status.MISSING_INPUT


def test_an_old_decision_is_no_rate_in_force():
    rate = series_from({"2024-02-23": 14.75, "2024-10-14": 14.25}, "percent")
    assert policy_rate.rate_in_force(rate, P("2024-08")).status is Status.MISSING_INPUT
    assert policy_rate.rate_in_force(rate, P("2024-08"), max_age_days=200).value == 14.75
    assert (
        policy_rate.real_policy_rate(rate, series_from({"2024-08": 108.4}, "index_py100")).status
        is Status.MISSING_INPUT
    )


def test_real_rate_ahead_uses_expectations():
    r = policy_rate.real_policy_rate_ahead(
        series_from({"2026-07-10": 18.0}, "percent"), series_from({"2026-07": 13.0}, "percent")
    )
    assert r.basis == "ex_ante_exact" and r.value == pytest.approx(100 * (1.18 / 1.13 - 1))


# ---- breaks


def objective(x: list[float], starts: list[int], factor: float) -> float:
    """What the partition minimises: squared distances from the means, and a penalty a break."""
    ends = [*starts[1:], len(x)]
    pieces = [x[a:b] for a, b in zip(starts, ends, strict=True)]
    spread = sum((v - sum(piece) / len(piece)) ** 2 for piece in pieces for v in piece)
    return spread + factor * breaks.noise_variance(x) * math.log(len(x)) * (len(pieces) - 1)


def starts_of(regimes: tuple[Reading, ...]) -> list[int]:
    first = regimes[0].period.start
    return [12 * (r.period.start.year - first.year) + r.period.start.month - first.month for r in regimes]


TENTHS = st.lists(st.integers(-20, 40).map(lambda v: v / 10), min_size=4, max_size=11)


@given(TENTHS, st.integers(1, 4), st.integers(1, 6))
def test_no_partition_is_better_than_the_one_found(x, min_size, factor):
    assume(len(x) >= min_size)
    found = starts_of(breaks.breaks(months([100 + v for v in x], "2019-01"), factor=factor, min_size=min_size))
    best = objective(x, found, factor)
    for k in range(len(x)):
        for cuts in itertools.combinations(range(1, len(x)), k):
            starts = [0, *cuts]
            sizes = [b - a for a, b in itertools.pairwise([*starts, len(x)])]
            if min(sizes) >= min_size:
                assert best <= objective(x, starts, factor) + 1e-9


@given(st.lists(st.integers(-20, 40), min_size=24, max_size=60), st.integers(-50, 50))
def test_regimes_cover_every_month_once_and_do_not_depend_on_the_level(tenths, shift):
    x = [v / 10 for v in tenths]
    regimes = breaks.breaks(months([100 + v for v in x], "2019-01"))
    moved = breaks.breaks(months([100 + v + shift / 10 for v in x], "2019-01"))
    assert objective(x, starts_of(moved), 4) == pytest.approx(objective(x, starts_of(regimes), 4), abs=1e-6)
    assert all(r.period.months >= 12 for r in regimes)
    assert sum(r.period.months for r in regimes) == len(x)
    mean = sum(r.value * r.period.months for r in regimes) / len(x)
    assert mean == pytest.approx(sum(x) / len(x), abs=1e-6)


def test_a_higher_penalty_gives_no_more_breaks():
    found = breaks.break_sensitivity(load_series("cpi_mm", AS_OF), P("2019-01"))
    counts = [len(v) for v in found.values()]
    assert counts == sorted(counts, reverse=True) == [4, 2, 2, 2, 2]


def test_breaks_need_a_series_without_gap():
    assert breaks.breaks(months([101.0] * 5, "2025-01"))[0].status is Status.PARTIAL_PERIOD
    gap = breaks.breaks(months([101.0] * 12 + [None] + [101.0] * 12, "2024-01"))
    assert [r.status for r in gap] == [Status.MISSING_INPUT]
    assert len(breaks.breaks(months([101.0] * 20, "2024-01"))) == 1
    with pytest.raises(ParameterError):
        breaks.breaks(months([101.0] * 12, "2025-01"), factor=0)
