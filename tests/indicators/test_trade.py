"""Trade, concentration, mirror figures: worked figures, what is refused, and laws."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kzreport.errors import BasisError, ParameterError
from kzreport.indicators import aggregates, concentration, decomposition, mirror, trade
from kzreport.indicators.readings import at, joined, series_from
from kzreport.model import Interval, Period, Reading, Series, Status
from kzreport.series.known import load_series

AS_OF = "2026-09-30"
P = Period.parse
FLOW = st.integers(0, 90_000_000).map(lambda v: v / 1000)
BIG = st.integers(1, 90_000_000).map(lambda v: v / 1000)
PARTNERS = ("AFG", "CHN", "DEU", "FRA", "RUS", "TUR")


def flow(name: str, value: float | None, period: str = "2024", partner: str = "", unit: str = "musd") -> Reading:
    dims = {"partner": partner} if partner else {}
    return at(series_from({period: value}, unit, name=name, basis=name, **dims), period)


def flows(values: list[float], name: str = "exports", period: str = "2024") -> dict[str, Reading]:
    return {p: flow(name, v, period, p) for p, v in zip(PARTNERS, values, strict=False)}


def total_of(parts: dict[str, Reading], more: float = 0.0) -> Reading:
    first = next(iter(parts.values()))
    return first.of(value=math.fsum(r.value for r in parts.values()) + more, item="")


# ---- the two flows together


@given(FLOW, FLOW)
def test_balance_is_antisymmetric_and_turnover_is_not_less_than_it(x, m):
    there = trade.balance(flow("exports", x), flow("imports", m)).value
    back = trade.balance(flow("exports", m), flow("imports", x)).value
    assert there == -back
    assert abs(there) <= trade.turnover(flow("exports", x), flow("imports", m)).value


@given(FLOW, FLOW)
def test_coverage_is_above_100_exactly_with_a_surplus(x, m):
    r = trade.coverage(flow("exports", x), flow("imports", m))
    assert r.unit == "percent" and (r.status is Status.ZERO_BASE) == (m == 0)
    if r.ok:
        assert (r.value > 100) == (x > m) and r.value == pytest.approx(100 * x / m)


def test_the_two_flows_must_be_exports_and_imports_of_one_partner_and_period():
    x = flow("exports", 1)
    for other in (x, flow("balance", 1), flow("imports", 1, "2023"), flow("imports", 1, "2024", "CHN")):
        with pytest.raises(BasisError):
            trade.turnover(x, other)
    for other in (flow("imports", 1, unit="tonne"), flow("imports", 1, unit="percent")):
        with pytest.raises(BasisError):
            trade.balance(x, other)
    with pytest.raises(BasisError):
        trade.balance(flow("imports", 1), x)
    assert trade.coverage(x, flow("imports", None)).status is Status.MISSING_INPUT
    assert trade.balance(x, flow("imports", 3)).basis == "balance"


@given(st.lists(BIG, min_size=4, max_size=4), st.floats(0, 1), st.floats(0, 1))
def test_intervals_hold_every_value_inside(ends, s, t):
    x, m = sorted(ends[:2]), sorted(ends[2:])
    a, b = x[0] + s * (x[1] - x[0]), m[0] + t * (m[1] - m[0])
    wide = flow("exports", x[0]).of(interval=Interval(*x)), flow("imports", m[0]).of(interval=Interval(*m))
    for f in (trade.turnover, trade.balance, trade.coverage):
        found, point = f(*wide).interval, f(flow("exports", a), flow("imports", b)).value
        slack = 1e-9 * (1 + abs(point))
        assert found.low - slack <= point <= found.high + slack


# ---- partners and shares


def test_a_partner_without_a_figure_is_missing_not_zero():
    found = trade.by_partner(load_series("imports_by_partner", AS_OF), P("2023"))
    assert found["USA"].status is Status.MISSING_INPUT and found["CHN"].item == "CHN"
    assert found["CHN"].value == pytest.approx(15_389.2, abs=0.05)
    with pytest.raises(BasisError):
        trade.by_partner(series_from({"2024": 1}, "musd"), P("2024"))
    assert trade.by_partner(series_from({}, "musd"), P("2024")) == {}


def test_share_of_china_in_the_turnover_of_2023():
    """[TRD-SHARE-2023-CHN] 21.537 %: the oracle's other figures are rounded to a tenth, this one is not."""
    x, m = (at(load_series(f"{f}_by_partner", AS_OF, partner="CHN"), "2023") for f in ("exports", "imports"))
    whole = [aggregates.total(load_series(f"{f}_monthly", AS_OF), P("2023")) for f in ("exports", "imports")]
    found = trade.shares({"CHN": trade.turnover(x, m)}, trade.turnover(*whole), of="turnover")
    assert found["CHN"].value == pytest.approx(21.537, abs=1e-3) and found["CHN"].name == "share_of_turnover"


@given(st.lists(FLOW, min_size=1, max_size=6), FLOW)
def test_shares_and_the_rest_make_a_hundred(values, more):
    parts = flows(values)
    total = total_of(parts, more)
    found = trade.shares(parts, total, of="exports")
    if total.value == 0:
        assert {r.status for r in found.values()} == {Status.ZERO_BASE}
    else:
        assert math.fsum(r.value for r in found.values()) == pytest.approx(100, abs=1e-9)
        assert found["rest"].value >= -1e-9 and found["rest"].estimated
        assert {r.name for r in found.values()} == {"share_of_exports"}


def test_shares_never_mix_denominators():
    parts, turned = flows([5, 3]), trade.turnover(flow("exports", 5), flow("imports", 9))
    for of, total in (("exports", turned), ("turnover", turned), ("exports", flow("imports", 20))):
        with pytest.raises(BasisError):
            trade.shares(parts, total, of=of)
    with pytest.raises(BasisError):
        trade.shares(parts, flow("exports", 20, "2023"), of="exports")
    with pytest.raises(ParameterError):
        trade.shares(parts, flow("exports", 20), of="trade")
    with pytest.raises(ParameterError):
        trade.shares({"rest": parts["AFG"]}, flow("exports", 20), of="exports")
    missing = trade.shares(parts | {"CHN": flow("exports", None)}, flow("exports", 20), of="exports")
    assert missing["rest"].status is Status.MISSING_INPUT and missing["AFG"].value == 25


EU = (
    "AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST",
    "FIN", "FRA", "GRC", "HRV", "HUN", "IRL", "ITA", "LTU", "LUX",
    "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "SWE",
)  # fmt: skip


def test_the_union_as_one_is_the_sum_of_its_27_members():
    parts = trade.by_partner(load_series("exports_by_partner", AS_OF), P("2024"))
    found = trade.grouped(parts, {"EU": EU})
    assert found["EU"].value == pytest.approx(math.fsum(parts[m].value for m in EU))
    assert not set(EU) & set(found) and found["CHN"] == parts["CHN"] and found["EU"].item == "EU"
    full = {k: r for k, r in parts.items() if r.ok}
    apart, one = (concentration.concentration(p)["hhi"].value for p in (full, trade.grouped(full, {"EU": EU})))
    assert one > 1.5 * apart


def test_a_group_with_a_member_missing_is_missing():
    parts = flows([1, 2, 3, 4])
    assert trade.grouped(parts, {"EU": ("DEU", "POL")})["EU"].status is Status.MISSING_INPUT
    unknown = parts | {"DEU": flow("exports", None, "2024", "DEU")}
    assert trade.grouped(unknown, {"EU": ("DEU", "FRA")})["EU"].status is Status.MISSING_INPUT
    for groups in ({"EU": ("DEU", "FRA"), "X": ("FRA",)}, {"CHN": ("DEU",)}, {"EU": ()}):
        with pytest.raises(ParameterError):
            trade.grouped(parts, groups)
    with pytest.raises(ParameterError):
        trade.grouped({}, {"EU": ("DEU",)})
    with pytest.raises(BasisError):
        trade.grouped(parts | {"TUR": flow("imports", 1)}, {"EU": ("DEU", "FRA")})


@given(st.lists(FLOW, min_size=2, max_size=6))
def test_grouping_keeps_the_sum(values):
    parts = flows(values)
    found = trade.grouped(parts, {"some": tuple(parts)[: len(parts) // 2]})
    assert math.fsum(r.value for r in found.values()) == pytest.approx(total_of(parts).value)


# ---- concentration


@given(st.lists(BIG, min_size=1, max_size=6))
def test_concentration_of_a_full_list_lies_between_one_nth_and_one(values):
    found = concentration.concentration(flows(values))
    n = len(values)
    assert 1 / n - 1e-9 <= found["hhi"].value <= 1 + 1e-9
    assert found["hhi"].value == found["low"].value == found["high"].value and found["rest"].value == 0
    assert not found["hhi"].estimated and found["hhi"].interval is None
    if n == 1:
        assert found["normalised"].status is Status.NOT_COMPARABLE
    else:
        assert -1e-9 <= found["normalised"].value <= 1 + 1e-9


@given(st.lists(BIG, min_size=1, max_size=6), st.lists(BIG, min_size=1, max_size=8))
def test_bounds_hold_every_completion_of_a_partial_list(listed, others):
    parts, left = flows(listed), math.fsum(others)
    found = concentration.concentration(parts, total_of(parts, left))
    whole = math.fsum(listed) + left
    truth = math.fsum((v / whole) ** 2 for v in [*listed, *others])
    assert found["low"].value - 1e-9 <= truth <= found["high"].value + 1e-9
    if left / whole > 1e-6:
        assert found["hhi"].estimated and found["normalised"].status is Status.MISSING_INPUT
        assert found["hhi"].interval == Interval(found["low"].value, found["high"].value)


def test_concentration_without_a_number():
    parts = flows([5, 3])
    for values, total, status in (
        (parts, flow("exports", 7), Status.NOT_COMPARABLE),
        (parts, flow("exports", 0), Status.ZERO_BASE),
        (parts, flow("exports", None), Status.MISSING_INPUT),
        (flows([5, -3]), None, Status.NOT_COMPARABLE),
        (flows([5, None]), None, Status.MISSING_INPUT),
        (flows([0, 0]), None, Status.ZERO_BASE),
    ):
        assert {r.status for r in concentration.concentration(values, total).values()} == {status}
    unknown = concentration.concentration(flows([5, None]), flow("exports", 10))
    assert unknown["low"].value == 0.25 and unknown["rest"].value == 50
    with pytest.raises(ParameterError):
        concentration.concentration({})
    with pytest.raises(BasisError):
        concentration.concentration(parts, flow("exports", 9, "2023"))


def test_concentration_of_imports_is_inside_the_published_bounds():
    """[TRD-HHI-IMP] fifteen partners: 0.166 to 0.196. Its list is not known; the fifteen largest bound it closer."""
    imports, years = load_series("imports_by_partner", AS_OF), ("2023", "2024", "2025")
    known = {
        n: [r.value for y in years if (r := trade.by_partner(imports, P(y))[n]).ok]
        for n in trade.by_partner(imports, P("2024"))
    }
    means = sorted((math.fsum(v) / len(v) for v in known.values() if v), reverse=True)[:15]
    parts = {str(i): flow("imports", v) for i, v in enumerate(means)}
    monthly = load_series("imports_monthly", AS_OF)
    whole = math.fsum(aggregates.total(monthly, P(y)).value for y in years) / 3
    found = concentration.concentration(parts, flow("imports", whole))["hhi"].interval
    assert found.low >= 0.16605 and found.high <= 0.19637
    listed = concentration.concentration({"all": flow("imports", 1 - 0.17414)}, flow("imports", 1))
    assert listed["high"].value - listed["low"].value == pytest.approx(0.19637 - 0.16605, abs=1e-5)


# ---- contributions


def test_contributions_of_china_to_turnover():
    """[TRD-CONTRIB-CHN] 2021 to 2023: +66.97 % = exports +27.19 + imports +39.78 points."""
    x = series_from({"2021": 9_772.51, "2023": 14_666.2}, "musd", name="exports", basis="exports", partner="CHN")
    m = series_from({"2021": 8_228.46, "2023": 15_389.2}, "musd", name="imports", basis="imports", partner="CHN")
    found = trade.contributions(x, m, P("2023"), P("2021"))
    assert {k: round(r.value, 2) for k, r in found.items()} == {
        "exports_CHN": 27.19,
        "imports_CHN": 39.78,
        "residual": 0,
        "total": 66.97,
    }
    assert found["exports_CHN"].unit == "points" and found["total"].unit == "percent"
    with pytest.raises(BasisError):
        trade.contributions(m, x, P("2023"), P("2021"))


@given(st.lists(st.tuples(BIG, BIG, BIG, BIG), min_size=1, max_size=6))
def test_contributions_add_up_to_the_growth_of_turnover(rows):
    def table(name: str, column: int) -> Series:
        return joined(
            *(
                series_from({"2021": r[column], "2023": r[column + 1]}, "musd", name=name, basis=name, partner=p)
                for p, r in zip(PARTNERS, rows, strict=False)
            )
        )

    found = trade.contributions(table("exports", 0), table("imports", 2), P("2023"), P("2021"))
    parts = [r.value for k, r in found.items() if k not in ("total", "residual")]
    old, new = (math.fsum(r[i] + r[i + 2] for r in rows) for i in (0, 1))
    assert len(parts) == 2 * len(rows)
    assert math.fsum(parts) == pytest.approx(100 * (new / old - 1), rel=1e-6, abs=1e-6)
    assert found["total"].value == pytest.approx(100 * (new / old - 1), rel=1e-6, abs=1e-6)


# ---- printed pairs


@given(BIG, st.floats(0.5, 99), st.integers(-2, 1), st.integers(0, 1))
def test_the_true_total_is_inside_what_its_rounded_parts_imply(total, percent, decimals, places):
    value = round(total * percent / 100, decimals)
    shown = round(percent, places)
    assume(shown > 0.5)
    v = trade.with_rounding(flow("turnover", value), decimals)
    s = trade.with_rounding(flow("share", shown, unit="percent"), places)
    found = trade.implied_total(v, s)
    assert found.estimated
    assert found.interval.low - 1e-6 <= total <= found.interval.high + 1e-6


def test_implied_totals_that_cannot_both_be_right():
    low, high = (flow("x", v).of(interval=Interval(v - 1, v + 1)) for v in (10, 20))
    assert trade.consistent([low, high]).status is Status.NOT_COMPARABLE
    assert trade.consistent([low]).interval == low.interval
    assert trade.consistent([low, flow("x", None)]).status is Status.MISSING_INPUT
    with pytest.raises(ParameterError):
        trade.consistent([])
    v, s = flow("x", 10), flow("share", 0.3, unit="percent")
    assert trade.implied_total(v, trade.with_rounding(s, 0)).status is Status.NEGATIVE_BASE
    assert trade.implied_total(v, s.of(value=0.0)).status is Status.ZERO_BASE
    assert trade.with_rounding(flow("x", None), 0).status is Status.MISSING_INPUT
    for wrong in (flow("share", 3, unit="points"), flow("share", 3, "2023", unit="percent")):
        with pytest.raises(BasisError):
            trade.implied_total(v, wrong)


# ---- months


def test_a_year_to_date_is_compared_with_the_same_months():
    exports = load_series("exports_monthly", AS_OF)
    found = trade.year_to_date(exports, P("2025-08"))
    assert str(found["growth"].period) == "2025-01/2025-08" and str(found["growth"].base) == "2024-01/2024-08"
    assert found["total"].value == pytest.approx(math.fsum(exports.values[P(f"2025-{m:02}")] for m in range(1, 9)))
    assert found["projection"].estimated and found["projection"].period == P("2025")
    low, high = found["projection"].interval.low, found["projection"].interval.high
    eighths = [100 * found["total"].value / share for share in (66.9, 65.1)]  # [YTD-8M] 2022 to 2024
    assert [low, high] == pytest.approx(eighths, rel=1e-3) and low < found["projection"].value < high
    whole = trade.year_to_date(exports, P("2024-12"))
    assert whole["total"].period == P("2024") and whole["projection"] == whole["total"]
    assert trade.year_to_date(exports, P("2025-01"))["growth"].base == P("2024-01")


def test_a_missing_month_is_not_summed_over():
    x = series_from({"2025-01": 1, "2025-02": None, "2025-03": 3}, "musd")
    assert trade.year_to_date(x)["total"].status is Status.PARTIAL_PERIOD
    assert trade.provisional(x, 1) == (P("2025-03"),) and trade.provisional(x) == (P("2025-01"), P("2025-03"))
    assert trade.provisional(x, 0) == ()
    for wrong in (series_from({"2025": 1}, "musd"), series_from({"2025-01": 1}, "percent")):
        with pytest.raises(BasisError):
            trade.year_to_date(wrong)
    with pytest.raises(ParameterError):
        trade.year_to_date(x, P("2025"))


# ---- currencies


EUROS = ("musd", "meur")


def test_there_and_back_is_the_same_amount():
    @given(FLOW, st.floats(0.5, 2))
    def law(value: float, quoted: float) -> None:
        x, rate = flow("exports", value), flow("eur_per_usd", quoted, unit="ratio")
        there = trade.convert(x, rate, EUROS)
        assert there.unit == "meur" and there.value == pytest.approx(value * quoted)
        assert there.inputs == ("exports", "eur_per_usd")
        back = trade.convert(there, rate, EUROS)
        assert back.unit == "musd" and back.value == pytest.approx(value) and back.basis == "exports"

    law()


def test_the_rate_is_the_average_of_the_period():
    rates = load_series("eur_per_usd", AS_OF)
    mean = aggregates.mean(rates, P("2024"))
    found = trade.convert(flow("turnover", 45_000, unit="meur"), mean, EUROS)
    assert found.value == pytest.approx(45_000 * 1.0824, rel=1e-3) and "eur_per_usd" in found.inputs
    wide = trade.convert(trade.with_rounding(flow("turnover", 45_000, unit="meur"), -3), mean, EUROS)
    assert wide.interval.high - wide.interval.low == pytest.approx(1000 / mean.value)
    rate = flow("eur_per_usd", 0.9, unit="ratio")
    assert trade.convert(flow("x", 1), rate.of(value=0.0), EUROS).status is Status.ZERO_BASE
    gap = aggregates.mean(series_from({"2024-01": 0.9}, "ratio", name="eur_per_usd"), P("2024"))
    assert trade.convert(flow("x", 1), gap, EUROS).status is Status.PARTIAL_PERIOD
    for x, r in ((flow("x", 1, "2023"), rate), (flow("x", 1, unit="tonne"), rate)):
        with pytest.raises(BasisError):
            trade.convert(x, r, EUROS)
    with pytest.raises(BasisError):
        trade.shares({"CHN": flow("exports", 1, unit="meur")}, flow("exports", 2), of="exports")


# ---- mirror figures


def test_mirror_of_china():
    """[TRD-MIRROR-CHN] January to October 2023: 32.7 against 24.3 bn: 1.346 times, 29.5 % of the mean."""
    x, m = (flow(n, v, "2023-01/2023-10") for n, v in (("turnover_kaz", 24_300), ("turnover_chn", 32_700)))
    found = mirror.mirror(x, m)
    assert round(found["ratio"].value, 3) == 1.346 and round(found["relative"].value, 1) == 29.5
    assert mirror.inside(found["ratio"]) is False


@given(BIG, st.floats(1.05, 1.20))
def test_a_flow_with_nothing_but_freight_has_no_gap_beyond_its_band(value, cif):
    found = mirror.mirror(flow("exports_a", value), flow("imports_b", value * cif))
    fob = found["gap_fob"]
    assert fob.interval.low - 1e-6 <= 0 <= fob.interval.high + 1e-6 and fob.estimated
    assert found["ratio"].value == pytest.approx(cif)
    assert found["gap"].value == pytest.approx(value * (1 - cif)) and found["relative"].value > 0


@given(BIG, BIG, BIG, BIG)
def test_change_of_the_gap(x0, m0, x1, m1):
    old, new = (mirror.mirror(flow("x", x, y), flow("m", m, y)) for x, m, y in ((x0, m0, "2021"), (x1, m1, "2022")))
    found = mirror.change_of_gap(new, old)
    assert found.value == pytest.approx((x1 - m1) - (x0 - m0), abs=1e-6) and found.base == P("2021")
    assert found.unit == "musd_change"


def test_mirror_refuses_and_says():
    assert mirror.mirror(flow("x", 0), flow("m", 5))["ratio"].status is Status.ZERO_BASE
    assert {r.status for r in mirror.mirror(flow("x", 5), flow("m", None)).values()} == {Status.MISSING_INPUT}
    for other in (flow("m", 1, "2023"), flow("m", 1, unit="tonne")):
        with pytest.raises(BasisError):
            mirror.mirror(flow("x", 1), other)
    with pytest.raises(ParameterError):
        mirror.mirror(flow("x", 1), flow("m", 1), cif=Interval(0, 1))
    assert mirror.inside(flow("x", None)) is None
    assert mirror.inside(flow("x", 1.1)) is True
    assert mirror.inside(flow("x", 1.1).of(interval=Interval(1.0, 1.1))) is None


@given(BIG, st.floats(1, 1e6))
def test_unit_value_times_quantity_is_the_value(value, quantity):
    r = mirror.unit_value(flow("imports", value), quantity, "tonne")
    assert r.value * quantity / 1e6 == pytest.approx(value)
    assert r.basis == "usd_per_tonne" and r.unit == "usd"


def test_unit_value_refuses():
    assert mirror.unit_value(flow("imports", 1), 0, "car").status is Status.ZERO_BASE
    assert mirror.unit_value(flow("imports", None), 5, "car").status is Status.MISSING_INPUT
    with pytest.raises(BasisError):
        mirror.unit_value(flow("imports", 1, unit="tonne"), 5, "car")
    with pytest.raises(ParameterError):
        mirror.unit_value(flow("imports", 1), math.nan, "car")
    assert mirror.times(flow("a", 1, unit="ratio"), flow("b", 0, unit="ratio")).status is Status.ZERO_BASE
    assert mirror.times(flow("a", 1, unit="ratio"), flow("b", 0, unit="ratio")).unit == "multiple"


def test_contributions_of_turnover_are_those_of_any_sum():
    """The same numbers as the general function gives, whatever the bases of the two flows."""
    old = {"x": flow("a", 6, "2021"), "m": flow("a", 4, "2021")}
    new = {"x": flow("a", 9, "2023"), "m": flow("a", 5, "2023")}
    x = series_from({"2021": 6, "2023": 9}, "musd", name="exports", basis="exports")
    m = series_from({"2021": 4, "2023": 5}, "musd", name="imports", basis="imports")
    found = trade.contributions(x, m, P("2023"), P("2021"))
    assert [r.value for r in found.values()] == [r.value for r in decomposition.contributions(new, old).values()]
