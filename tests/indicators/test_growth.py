"""What is true of any series, from readings to real terms: worked figures, statuses instead of numbers, laws."""

import ast
import math
import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kzreport import indicators
from kzreport.errors import BasisError, DataError, ParameterError
from kzreport.indicators import aggregates, decomposition, growth, indices, part_years, readings, real_terms
from kzreport.indicators.readings import at, series_from
from kzreport.model import Interval, Period, Reading, Series, Status
from kzreport.units import UNITS, is_rate

P = Period.parse
LEVEL = st.floats(min_value=0.01, max_value=1e9)
ANY = st.floats(min_value=-1e9, max_value=1e9)


def reading(value: float | None, period: str = "2024", unit: str = "musd", basis: str = "") -> Reading:
    return at(series_from({period: value}, unit, basis=basis), period)


def monthly(values: list[float | None], unit: str = "index", start: str = "2020-01", basis: str = "") -> Series:
    return series_from({str(P(start).shift(i)): v for i, v in enumerate(values)}, unit, basis=basis)


def test_imports_go_only_downwards():
    """The list in the docstring of the package names every module, each after those that it imports."""
    folder = Path(indicators.__file__).parent
    order = re.findall(r"^- ``(\w+)``", indicators.__doc__ or "", re.MULTILINE)
    assert sorted(order) == sorted(p.stem for p in folder.glob("*.py") if p.stem != "__init__")
    for i, name in enumerate(order):
        for node in ast.walk(ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kzreport.indicators"):
                module = (node.module or "").removeprefix("kzreport.indicators").removeprefix(".")
                used = {module} if module else {a.name for a in node.names}
                assert used <= set(order[:i]), f"{name}.py, line {node.lineno}: imports {', '.join(sorted(used))}"


# ---- readings and statuses


@given(st.lists(st.one_of(st.none(), st.integers(900, 1300)), min_size=1, max_size=30), st.integers(-2, 32))
def test_one_period_is_what_all_periods_say_of_it(tenths, where):
    """A look-up takes a short way; the long way is the definition."""
    p = P("2020-01").shift(where)
    for unit in ("index_py100", "index_pp100", "percent"):
        x = monthly([None if v is None else v / 10 for v in tenths], unit)
        every = readings.readings(x)
        assert at(x, p) == every.get(p, Reading.missing("x", unit, p, inputs=("x",)))
        assert indices.rate_at(x, p) == at(indices.rates(x), p)
        known = [q for q, r in every.items() if r.ok]
        if known:
            assert readings.latest(x) == max(known)


def test_periods_without_gaps():
    x = series_from({"2025-Q1": 1, "2025-Q2": None, "2026-Q1": 2}, "musd")
    found = readings.without_gaps(x)
    assert [str(p) for p in found] == ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1"]
    assert [r.period for r in found.values()] == list(found)
    assert [r.value for r in found.values()] == [1, None, None, None, 2]
    assert readings.without_gaps([]) == {}


@pytest.mark.parametrize(
    ("new", "old", "status"),
    [
        (1, 0, Status.ZERO_BASE),
        (0, 0, Status.ZERO_BASE),
        (-1, 0, Status.ZERO_BASE),
        (-1, -2, Status.NEGATIVE_BASE),
        (0, -2, Status.NEGATIVE_BASE),
        (1, -2, Status.SIGN_CHANGE),
        (-1, 2, Status.SIGN_CHANGE),
        (None, 2, Status.MISSING_INPUT),
        (2, None, Status.MISSING_INPUT),
    ],
)
@pytest.mark.parametrize("compare", [growth.growth, growth.multiple, growth.cagr, growth.log_growth])
def test_status_instead_of_a_number(compare, new, old, status):
    found = compare(reading(new), reading(old, "2023"))
    assert (found.value, found.status) == (None, status)


def test_fall_to_zero():
    assert growth.growth(reading(0), reading(5, "2023")).value == -100
    assert growth.cagr(reading(0), reading(5, "2023")).value == -100
    assert growth.log_growth(reading(0), reading(5, "2023")).status is Status.NOT_COMPARABLE


@pytest.mark.parametrize(
    "compare", [growth.growth, growth.multiple, growth.log_growth, growth.difference, growth.symmetric_growth]
)
def test_part_of_a_year_is_compared_with_the_same_months_only(compare):
    part = "2024-01/2024-08"
    assert compare(reading(5, part), reading(4, "2023")).status is Status.PARTIAL_PERIOD
    assert compare(reading(5, part), reading(4, "2023-01/2023-07")).status is Status.PARTIAL_PERIOD
    assert compare(reading(5, part), reading(4, "2023-02/2023-09")).status is Status.NOT_COMPARABLE
    assert compare(reading(5, part), reading(4, "2023-01/2023-08")).ok
    assert compare(reading(5, "2024-01/2024-12"), reading(4, "2023")).ok


@given(ANY, ANY, st.integers(1, 11))
def test_part_year_against_year_never_gives_a_number(new, old, months):
    part = f"2024-01/2024-{months:02}" if months > 1 else "2024-01/2024-01"
    assert not growth.growth(reading(new, part), reading(old, "2023")).ok
    assert not growth.difference(reading(new, part), reading(old, "2023")).ok


def test_status_of_the_input_is_kept():
    partial = Reading.missing("x", "musd", P("2024"), Status.PARTIAL_PERIOD)
    assert growth.growth(partial, reading(3, "2023")).status is Status.PARTIAL_PERIOD
    assert growth.share(reading(3), partial).status is Status.PARTIAL_PERIOD


def test_almost_zero_base_is_no_number():
    assert growth.growth(reading(1e308), reading(1e-308, "2023")).status is Status.ZERO_BASE


# ---- units and bases


@pytest.mark.parametrize("unit", sorted(filter(is_rate, UNITS)))
@pytest.mark.parametrize(
    "compare", [growth.growth, growth.multiple, growth.cagr, growth.log_growth, growth.symmetric_growth]
)
def test_a_rate_has_no_growth(compare, unit):
    with pytest.raises(BasisError, match=unit):
        compare(reading(5, unit=unit), reading(4, "2023", unit=unit))


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("percent", "points"), ("index_py100", "points"), ("percent_of_gdp", "points"), ("points", "points"),
     ("musd", "musd_change"), ("tonne", "tonne"), ("index", "index")],
)  # fmt: skip
def test_unit_of_a_difference(unit, expected):
    found = growth.difference(reading(120.3, unit=unit), reading(108.4, "2023", unit=unit))
    assert (round(found.value, 9), found.unit, found.base) == (11.9, expected, P("2023"))


@pytest.mark.parametrize(
    "other",
    [
        reading(1, "2023", unit="teu"),
        reading(1, "2023", basis="gross"),
        reading(1, "2023-Q4"),
        reading(1, "2023-12"),
    ],
)
@pytest.mark.parametrize(
    "compare",
    [growth.growth, growth.multiple, growth.difference, growth.symmetric_growth, growth.log_growth, growth.cagr],
)
def test_mixing_raises_and_says_what(compare, other):
    with pytest.raises(BasisError, match="expected the same unit, basis and frequency"):
        compare(reading(1), other)


def test_share_refuses_another_unit_and_another_year():
    with pytest.raises(BasisError):
        growth.share(reading(1, unit="tonne"), reading(2))
    with pytest.raises(BasisError):
        growth.share(reading(1, "2023"), reading(2))
    assert growth.share(reading(1, "2024-Q1"), reading(4)).value == 25


def test_rates_from_published_indices():
    yy = series_from({"2026-08": 109.8, "2026-07": None}, "index_py100")
    missing, r = indices.rates(yy)
    assert (r.value, r.unit, r.basis, r.base) == (9.8, "percent", "yy_month", P("2025-08"))
    assert missing.status is Status.MISSING_INPUT
    (m,) = indices.rates(series_from({"2022-03": 103.7}, "index_pp100"))
    assert (m.value, m.basis, m.base) == (3.7, "mm", P("2022-02"))
    with pytest.raises(BasisError, match="unit musd"):
        indices.rates(series_from({"2022": 1}, "musd"))


@given(st.integers(-999, 3000))
def test_rates_are_the_decimals_that_were_printed(tenths):
    assert indices.rate_from_index((1000 + tenths) / 10) == tenths / 10


def test_duplicates_and_mixed_readings():
    twice = readings.joined(
        series_from({"2024": 1}, "musd", publisher="a"), series_from({"2024": 2}, "musd", publisher="b")
    )
    with pytest.raises(BasisError, match="where"):
        at(twice, "2024")
    assert at(twice.where(publisher="b"), "2024").item == "b"
    with pytest.raises(BasisError, match="twice"):
        readings.readings([reading(1), reading(2)])
    with pytest.raises(BasisError):
        readings.readings([reading(1), reading(2, "2023", unit="teu")])
    with pytest.raises(BasisError):
        readings.joined(series_from({"2024": 1}, "musd"), series_from({"2024": 1}, "teu"))


def test_nothing_to_read():
    with pytest.raises(DataError, match="no readings"):
        at([], "2024")
    with pytest.raises(DataError, match="no value"):
        readings.latest(series_from({"2024": None}, "musd"))
    with pytest.raises(DataError):
        readings.range_of([])
    assert growth.growth_path([]) == aggregates.rolling_sum([]) == ()


# ---- multiples and annual growth


def test_multiplied_by_is_not_a_growth_of_as_much():
    assert growth.percent_from_multiple(9.4) == 840
    assert growth.multiple_from_percent(940) == 10.4


@given(st.floats(0, 1e6))
def test_multiple_and_percent_are_inverse(m):
    assert growth.multiple_from_percent(growth.percent_from_multiple(m)) == pytest.approx(m, abs=1e-9)


@given(LEVEL, LEVEL, st.integers(1, 30))
def test_cagr_over_its_years_is_the_multiple(new, old, years):
    assume(1e-6 < new / old < 1e6)
    a, b = reading(new, str(2000 + years)), reading(old, "2000")
    rate, m = growth.cagr(a, b), growth.multiple(a, b)
    assert (1 + rate.value / 100) ** years == pytest.approx(m.value, rel=1e-9)
    assert rate.unit == "percent_per_year"


def test_elapsed_years_are_counted_not_the_years_named():
    a, b = reading(400, "2023"), reading(100, "2021")
    assert growth.cagr(a, b).value == pytest.approx(100)
    assert growth.cagr(a, b, years=1).value == pytest.approx(300)
    q = growth.cagr(reading(400, "2023-Q2"), reading(100, "2021-Q2"))
    assert q.value == pytest.approx(100)


def test_less_than_a_year_is_not_annualised():
    for new, old in (("2023-Q2", "2023-Q1"), ("2021", "2023"), ("2023", "2023")):
        with pytest.raises(ParameterError, match="elapsed years"):
            growth.cagr(reading(4, new), reading(1, old))


@given(st.lists(LEVEL, min_size=2, max_size=12))
def test_log_growth_adds_over_stages(levels):
    stages = [reading(v, str(2000 + i)) for i, v in enumerate(levels)]
    whole = growth.log_growth(stages[-1], stages[0]).value
    assert math.fsum(r.value for r in decomposition.log_stages(stages)) == pytest.approx(whole, abs=1e-9)


@given(ANY, ANY)
def test_symmetric_growth_is_bounded(new, old):
    found = growth.symmetric_growth(reading(new), reading(old, "2023"))
    if new == old == 0:
        assert found.status is Status.ZERO_BASE
    else:
        assert -200 <= found.value <= 200
        if new * old < 0:
            assert abs(found.value) == pytest.approx(200, abs=1e-9)


@given(ANY, ANY)
def test_symmetric_growth_turns_its_sign_with_time(new, old):
    assume(new or old)
    there = growth.symmetric_growth(reading(new), reading(old, "2023")).value
    assert growth.symmetric_growth(reading(old), reading(new, "2023")).value == pytest.approx(-there, abs=1e-9)


# ---- intervals


@given(LEVEL, LEVEL, st.floats(0, 0.9), st.floats(0, 0.9))
def test_range_of_a_growth_holds_the_growth(new, old, a, b):
    n = reading(new).of(interval=Interval(new * (1 - a), new * (1 + a)))
    o = reading(old, "2023").of(interval=Interval(old * (1 - b), old * (1 + b)))
    for compare in (growth.growth, growth.multiple, growth.log_growth, growth.difference, growth.cagr):
        found = compare(n, o)
        slack = 1e-9 * max(1.0, abs(found.value))
        assert found.interval.low - slack <= found.value <= found.interval.high + slack


def test_no_range_over_a_base_that_may_be_zero():
    o = reading(1, "2023").of(interval=Interval(0, 2))
    assert growth.growth(reading(5), o).interval is None


def test_range_of_publishers():
    said = [reading(v).of(item=who) for v, who in ((28.0, "a"), (27.6, "b"), (27.0, "c"))]
    r = readings.range_of(said)
    assert (r.value, r.interval, r.item, r.estimated) == (27.5, Interval(27.0, 28.0), "", True)
    alone = readings.range_of(said[:1])
    assert (alone.value, alone.interval, alone.item, alone.estimated) == (
        28.0,
        Interval(28.0, 28.0),
        "a",
        False,
    )
    assert readings.range_of([reading(None)]).status is Status.MISSING_INPUT
    with pytest.raises(BasisError):
        readings.range_of([reading(1), reading(1, unit="tonne")])


# ---- contributions


@given(st.dictionaries(st.sampled_from("abcdef"), st.tuples(LEVEL, LEVEL), min_size=1))
def test_contributions_add_up(parts):
    new = {k: reading(v[0]) for k, v in parts.items()}
    old = {k: reading(v[1], "2023") for k, v in parts.items()}
    for table in (decomposition.contributions(new, old), decomposition.log_contributions(new, old)):
        whole = table.pop("total")
        biggest = max([1.0, *(abs(r.value) for r in table.values())])
        assert math.fsum(r.value for r in table.values()) == pytest.approx(whole.value, abs=1e-9 * biggest)
        assert table["residual"].value == 0


@given(st.dictionaries(st.sampled_from("abc"), st.tuples(LEVEL, LEVEL), min_size=1), LEVEL, LEVEL)
def test_contributions_to_a_published_total_leave_a_residual(parts, total_new, total_old):
    new = {k: reading(v[0]) for k, v in parts.items()}
    old = {k: reading(v[1], "2023") for k, v in parts.items()}
    table = decomposition.contributions(new, old, reading(total_new), reading(total_old, "2023"))
    whole = table.pop("total")
    biggest = max([1.0, *(abs(r.value) for r in table.values())])
    assert math.fsum(r.value for r in table.values()) == pytest.approx(whole.value, abs=1e-9 * biggest)


def test_china_turnover_by_exports_and_imports():
    old = {"exports": reading(9_000, "2021"), "imports": reading(9_000, "2021")}
    table = decomposition.contributions({"exports": reading(13_500, "2023"), "imports": reading(10_800, "2023")}, old)
    assert [table[k].value for k in ("exports", "imports", "total")] == [25.0, 10.0, 35.0]
    assert [table[k].unit for k in ("exports", "total")] == ["points", "percent"]
    assert table["exports"].base == P("2021")


def test_contributions_without_a_component():
    new, old = {"a": reading(1), "b": reading(2)}, {"a": reading(1, "2023")}
    table = decomposition.contributions(new, old)
    assert {k: r.status for k, r in table.items()} == dict.fromkeys(
        ("a", "b", "residual", "total"), Status.MISSING_INPUT
    )
    table = decomposition.contributions(new, old, reading(4), reading(2, "2023"))
    assert table["a"].value == 0 and table["total"].value == 100
    assert table["b"].status is table["residual"].status is Status.MISSING_INPUT


def test_contributions_to_a_total_that_changes_sign():
    table = decomposition.contributions(
        {"a": reading(1), "b": reading(-4)}, {"a": reading(1, "2023"), "b": reading(1, "2023")}
    )
    assert {r.status for r in table.values()} == {Status.SIGN_CHANGE}


def test_contributions_refuse_nonsense():
    with pytest.raises(ParameterError, match="total"):
        decomposition.contributions({"total": reading(1)}, {"total": reading(1, "2023")})
    with pytest.raises(ParameterError):
        decomposition.contributions({}, {})
    with pytest.raises(BasisError):
        decomposition.contributions(
            {"a": reading(1), "b": reading(1, "2022")}, {"a": reading(1, "2023"), "b": reading(1, "2023")}
        )
    with pytest.raises(BasisError):
        decomposition.log_contributions({"a": reading(1), "b": reading(1, unit="tonne")}, {"a": reading(1, "2023")})


# ---- indices


@given(st.lists(LEVEL, min_size=26, max_size=40), st.integers(0, 25))
def test_rebasing_keeps_every_growth(levels, base):
    x = indices.index_level(monthly(levels), P("2020-01"))
    y = indices.rebase(x, P("2020-01").shift(base))
    for a, b in zip(growth.growth_path(x), growth.growth_path(y), strict=True):
        assert a.value == pytest.approx(b.value, rel=1e-9, abs=1e-9)
    assert at(y, P("2020-01").shift(base)).value == pytest.approx(100)


def test_rebasing_to_a_year():
    x = monthly([float(v) for v in range(1, 25)])
    y = indices.rebase(x, P("2021"))
    assert aggregates.mean(y, P("2021")).value == pytest.approx(100)
    assert y[0].basis == "2021=100"


def test_no_index_without_a_positive_base():
    for value, status in ((0, Status.ZERO_BASE), (-1, Status.NEGATIVE_BASE), (None, Status.MISSING_INPUT)):
        found = indices.index_level(series_from({"2021": value, "2022": 2}, "tonne"), P("2021"))
        assert {r.status for r in found} == {status}
    with pytest.raises(BasisError):
        indices.index_level(series_from({"2021": 5}, "percent"), P("2021"))
    with pytest.raises(BasisError):
        indices.rebase(series_from({"2021": 5}, "tonne"), P("2021"))


@given(st.lists(LEVEL, min_size=13, max_size=20), st.lists(LEVEL, min_size=13, max_size=20))
def test_splicing_keeps_the_growth_of_both(old, new):
    a = monthly(old, start="2020-01", basis="2020-01=100")
    b = monthly(new, start=str(P("2020-01").shift(len(old) - 13)), basis="other=100")
    join = P("2020-01").shift(len(old) - 1)
    joined = readings.readings(indices.splice(a, b, join))
    for source, keep in ((a, lambda p: p <= join), (b, lambda p: p.shift(-1) >= join)):
        for r in growth.growth_path(source, 1):
            if keep(r.period):
                spliced = growth.growth(joined[r.period], joined[r.base]).value
                assert spliced == pytest.approx(r.value, rel=1e-9, abs=1e-7)
    assert joined[join].value == pytest.approx(old[-1])


def test_splicing_on_a_year_is_not_splicing_on_a_month():
    a = monthly([100.0] * 11 + [110.0], basis="a")
    b = monthly([200.0] * 12 + [210.0], basis="b")
    by_year = readings.readings(indices.splice(a, b, P("2020")))
    by_month = readings.readings(indices.splice(a, b, P("2020-12")))
    assert by_month[P("2021-01")].value == pytest.approx(115.5)
    assert by_year[P("2021-01")].value == pytest.approx(210 * 1210 / 2400)
    assert {r.basis for r in by_year.values()} == {"a"}


def test_splicing_without_overlap():
    a, b = monthly([100.0]), monthly([100.0], start="2021-01")
    assert [r.status for r in indices.splice(a, b, P("2020-01"))] == [Status.MISSING_INPUT]


# ---- sums, part-years, projections


def test_total_needs_the_whole_span():
    x = monthly([1.0] * 20, unit="musd")
    assert aggregates.total(x, P("2020")).value == 12
    assert aggregates.total(x, P("2021")).status is Status.PARTIAL_PERIOD
    assert aggregates.total(x, P("2022")).status is Status.MISSING_INPUT
    assert aggregates.total(x, P("2021-01/2021-08")).value == 8
    assert (
        aggregates.total(series_from({"2020-Q1": 1, "2020-Q2": None}, "musd"), P("2020-01/2020-06")).status
        is Status.PARTIAL_PERIOD
    )
    with pytest.raises(BasisError, match="mean"):
        aggregates.total(monthly([100.0] * 12), P("2020"))


def test_growth_of_a_part_year_from_months():
    x = monthly([1.0] * 12 + [2.0] * 8, unit="musd")
    r = part_years.same_part_year(x, P("2021-01/2021-08"))
    assert (r.value, r.period, r.base) == (100, P("2021-01/2021-08"), P("2020-01/2020-08"))
    assert part_years.same_part_year(x, P("2021-01/2021-09")).status is Status.PARTIAL_PERIOD


def test_share_of_a_part_in_its_year():
    x = monthly([1.0] * 8 + [2.0] * 4, unit="musd")
    r = part_years.part_year_share(x, P("2020-01/2020-08"))
    assert (r.value, r.base) == (50, P("2020"))
    for wrong in ("2020", "2019-11/2020-02"):
        with pytest.raises(ParameterError):
            part_years.part_year_share(x, P(wrong))


@given(st.lists(LEVEL, min_size=12, max_size=12), st.floats(0.1, 10), st.integers(1, 11))
def test_projection_is_exact_where_the_seasons_do_not_change(season, factor, months):
    x = monthly(
        [v * factor**y for y in range(3) for v in season] + [v * factor**3 for v in season[:months]],
        unit="musd",
    )
    part = P(f"2023-01/2023-{months:02}")
    r = part_years.project_year(x, part)
    assert r.value == pytest.approx(math.fsum(season) * factor**3, rel=1e-6)
    assert r.estimated and r.period == P("2023") and r.base == part
    assert r.interval.low <= r.value * (1 + 1e-9) and r.value <= r.interval.high * (1 + 1e-9)


def test_eight_months_of_exports_are_not_two_thirds_of_the_year():
    """[YTD-8M]: Jan-Aug and the year, million dollars (Bureau of National Statistics, exports of goods)."""
    known = {2022: (56_568, 84_593), 2023: (51_823, 79_139), 2024: (53_196, 81_674), 2025: (50_519, 79_230)}
    x = series_from(
        {f"{y}-01/{y}-08": v[0] for y, v in known.items()} | {str(y): v[1] for y, v in known.items()}, "musd"
    )
    shares = [part_years.part_year_share(x, P(f"{y}-01/{y}-08")).value for y in known]
    assert [round(v, 1) for v in shares] == [66.9, 65.5, 65.1, 63.8]
    r = part_years.project_year(x, P("2025-01/2025-08"))
    assert r.value == pytest.approx(50_519 / (math.fsum(shares[:3]) / 300)) and r.estimated
    assert (r.interval.low, r.interval.high) == pytest.approx((100 * 50_519 / shares[0], 100 * 50_519 / shares[2]))
    plain = 50_519 * 12 / 8
    assert abs(r.value - 79_230) < abs(plain - 79_230)


def test_projection_needs_its_years():
    x = monthly([1.0] * 24, unit="musd")
    assert part_years.project_year(x, P("2021-01/2021-06")).status is Status.MISSING_INPUT
    assert part_years.project_year(x, P("2021-01/2021-06"), window=1).value == pytest.approx(12)
    with pytest.raises(ParameterError):
        part_years.project_year(x, P("2021-01/2021-06"), method="pro_rata")
    with pytest.raises(ParameterError):
        part_years.project_year(x, P("2021-01/2021-06"), window=0)


@given(st.lists(LEVEL, min_size=1, max_size=12))
def test_decumulation_undoes_cumulation(flows):
    ytd = {"2025-01" if i == 0 else f"2025-01/2025-{i + 1:02}": math.fsum(flows[: i + 1]) for i in range(len(flows))}
    found = part_years.decumulate(series_from(ytd, "musd"), allow_negative=True)
    assert [r.value for r in found] == pytest.approx(flows, rel=1e-6, abs=1e-5)
    assert [str(r.period) for r in found] == [f"2025-{i + 1:02}" for i in range(len(flows))]


def test_decumulation_flags_what_is_no_flow():
    ytd = {"2025-01/2025-03": 9, "2025-01/2025-06": 8, "2026-01/2026-03": 2}
    found = part_years.decumulate(series_from(ytd, "musd"))
    assert [(str(r.period), r.status) for r in found] == [
        ("2025-Q1", Status.OK), ("2025-Q2", Status.NOT_COMPARABLE), ("2026-Q1", Status.OK),
    ]  # fmt: skip
    assert part_years.decumulate(series_from(ytd, "musd"), allow_negative=True)[1].value == -1
    with pytest.raises(ParameterError, match="January"):
        part_years.decumulate(series_from({"2025-02/2025-03": 1}, "musd"))
    with pytest.raises(BasisError):
        part_years.decumulate(series_from({"2025-01": 1}, "percent"))


# ---- peaks, windows, real terms


def test_since_peak():
    x = series_from({"2021": 23.8, "2022": 28.0, "2023": None, "2024": 17.1, "2025": 30.0}, "musd")
    r = aggregates.since_peak(x, P("2024"))
    assert (round(r.value, 1), r.base) == (-38.9, P("2022"))
    assert aggregates.since_peak(x).value == 0
    points = aggregates.since_peak(series_from({"2022": 20.3, "2023": 9.8}, "percent"))
    assert (round(points.value, 9), points.unit) == (-10.5, "points")


def test_rolling_sum_over_a_gap():
    x = series_from(
        {f"2025-Q{q}": v for q, v in ((1, 1), (2, None), (3, 3), (4, 4))} | {"2026-Q1": 5},
        "musd",
        basis="net",
    )
    found = aggregates.rolling_sum(x, 2)
    assert [r.value for r in found] == [None, None, 7, 9]
    assert found[0].status is Status.PARTIAL_PERIOD and found[0].basis == "net_rolling_2"
    with pytest.raises(BasisError):
        growth.growth(found[-1], at(x, "2025-Q1"))
    with pytest.raises(BasisError):
        aggregates.rolling_sum(series_from({"2025-Q1": 1, "2025-Q2": 1}, "percent"), 2)
    with pytest.raises(ParameterError):
        aggregates.rolling_sum(x, 0)
    with pytest.raises(ParameterError, match="lag"):
        growth.growth_path(x, -1)


@given(st.floats(-50, 200), st.floats(-50, 200))
def test_fisher(i, p):
    r = real_terms.real_rate(reading(i, unit="percent"), reading(p, unit="percent"))
    assert (1 + r.value / 100) * (1 + p / 100) == pytest.approx(1 + i / 100, abs=1e-9)
    simple = real_terms.real_rate(reading(i, unit="percent"), reading(p, unit="percent"), method="simple")
    assert simple.unit == "points" and simple.value == pytest.approx(i - p, abs=1e-8)


def test_real_terms_refuse():
    with pytest.raises(ParameterError):
        real_terms.real_rate(reading(1, unit="percent"), reading(1, unit="percent"), method="log")
    with pytest.raises(BasisError):
        real_terms.real_rate(reading(1, unit="percent"), reading(1, "2023", unit="percent"))
    with pytest.raises(BasisError):
        real_terms.real_value(reading(1), reading(108.6, unit="index_py100"))
    assert real_terms.real_value(reading(1), reading(0, unit="index")).status is Status.ZERO_BASE


def test_flags_travel():
    guess = reading(5, "2023").of(estimated=True, inputs=("a", "b"))
    r = growth.growth(reading(6), guess)
    assert r.estimated and r.inputs == ("x", "a", "b") and r.base == P("2023")


def test_smallest_floats_do_not_break_a_logarithm():
    assert growth.log_growth(reading(1e-308), reading(1e308, "2023")).value == pytest.approx(math.log(10) * -616)


def test_no_interval_without_a_number():
    missing = reading(1).of(interval=Interval(0.5, 1.5))
    assert growth.growth(missing, reading(0, "2023")).interval is None


def test_what_a_caller_must_not_do():
    with pytest.raises(ValueError, match="missing_input"):
        readings.valued(reading(None))
    with pytest.raises(ParameterError):
        readings.joined()
    with pytest.raises(BasisError):
        indices.splice(monthly([1.0]), series_from({"2020-01": 1}, "tonne"), P("2020-01"))
    none = part_years.decumulate(series_from({"2025-01": None, "2025-01/2025-02": 5}, "musd"))
    assert [(str(r.period), r.value) for r in none] == [("2025-01/2025-02", 5)]
    deflation = real_terms.real_rate(reading(1, unit="percent"), reading(-100, unit="percent"))
    assert deflation.status is Status.ZERO_BASE


def test_no_projection_from_a_part_that_was_nothing():
    x = series_from({"2024-Q1": 0, "2024-Q2": 1, "2024-Q3": 1, "2024-Q4": 1, "2025-Q1": 5}, "musd")
    assert part_years.project_year(x, P("2025-Q1"), window=1).status is Status.ZERO_BASE
