"""Foreign direct investment: worked figures, what is refused, and laws."""

import math
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzreport.errors import BasisError, DataError
from kzreport.indicators import fdi, growth, revisions
from kzreport.indicators.readings import at, series_from
from kzreport.model import Interval, Period, Reading, Series, Status
from kzreport.series.known import load_series, load_vintages

AS_OF = "2026-09-30"
P = Period.parse
FLOW = st.integers(-5_000_000, 5_000_000).map(lambda v: v / 1000)


def quarters(values: list[float | None], first: str = "2021-Q1") -> Series:
    return series_from({str(P(first).shift(i)): v for i, v in enumerate(values)}, "musd", basis="net_liabilities")


def test_a_year_is_four_quarters():
    net = quarters([1.0, 2.0, 3.0, 4.0, 5.0])
    assert fdi.annual(net, P("2021")).value == 10
    assert fdi.annual(net, P("2022")).status is Status.PARTIAL_PERIOD
    assert fdi.annual(net, P("2023")).status is Status.MISSING_INPUT
    assert fdi.annual(quarters([1.0, None, 3.0, 4.0]), P("2021")).status is Status.PARTIAL_PERIOD
    assert [r.status for r in fdi.annual_series(net)] == [Status.OK, Status.PARTIAL_PERIOD]
    assert fdi.annual(net, P("2021")).basis == "net_liabilities"


@pytest.mark.parametrize("call", [fdi.annual_series, fdi.rolling_four_quarters, lambda s: fdi.annual(s, P("2021"))])
def test_only_quarters_in_million_dollars(call):
    for unit, period in (("musd", "2021"), ("tonne", "2021-Q1"), ("musd", "2021-01")):
        with pytest.raises(BasisError):
            call(series_from({period: 1.0}, unit))


@given(st.lists(FLOW, min_size=4, max_size=20))
def test_rolling_sum_of_the_fourth_quarter_is_the_year(flows):
    net = quarters(flows)
    for r in fdi.rolling_four_quarters(net):
        if str(r.period).endswith("Q4"):
            assert r.value == pytest.approx(fdi.annual(net, P(str(r.period.year))).value, abs=1e-6)


def test_rolling_sum_has_its_own_basis():
    net = quarters([1.0] * 8)
    rolling = fdi.rolling_four_quarters(net)
    assert len(rolling) == 5 and {r.basis for r in rolling} == {"net_liabilities_rolling_4"}
    with pytest.raises(BasisError):
        growth.growth(rolling[-1], at(net, "2021-Q4"))


def test_a_quarter_is_never_annualised():
    with pytest.raises(BasisError, match="rolling_four_quarters"):
        fdi.annualise(at(quarters([2881.0]), "2021-Q1"))


def test_net_inflow_of_2025_changed_sign():
    """[FDI-SYM]: exactly -200 at the change of sign."""
    years = fdi.annual_series(load_series("fdi_net", AS_OF))
    found = fdi.change(years, P("2025"))
    assert found["percent"].status is Status.SIGN_CHANGE
    assert found["absolute"].value == pytest.approx(-1138, abs=0.5) and found["absolute"].unit == "musd_change"
    assert found["symmetric"].value == -200
    assert [round(fdi.change(years, P(str(y)))["symmetric"].value, 1) for y in (2022, 2023, 2024)] == [
        64.5,
        -58.2,
        -171.4,
    ]


@given(FLOW, FLOW)
def test_a_change_always_says_something(new, old):
    found = fdi.change(series_from({"2024": old, "2025": new}, "musd"))
    assert found["absolute"].value == pytest.approx(new - old, abs=1e-9)
    assert found["percent"].ok == (old > 0 and new >= 0)
    if found["symmetric"].ok:
        assert -200 <= found["symmetric"].value <= 200


def test_change_of_a_part_year_and_of_an_incomplete_year():
    years = fdi.annual_series(load_series("fdi_net", AS_OF))
    assert fdi.change(years, P("2026"))["percent"].status is Status.PARTIAL_PERIOD
    assert fdi.change(years)["percent"].period == P("2025")


def test_share_of_gdp_of_the_same_year():
    """[FDI-GDP] 2.90, 1.37, 0.10 and -0.28 % of GDP: two decimals, one unit of the last (0.09498 was rounded twice)."""
    net, gdp = load_series("fdi_net", AS_OF), load_series("weo_gdp", AS_OF, country="KAZ")
    found = [fdi.share_of_gdp(fdi.annual(net, P(y)), gdp) for y in ("2022", "2023", "2024", "2025")]
    assert [r.value for r in found] == pytest.approx([2.90, 1.37, 0.10, -0.28], abs=0.01)
    assert {r.unit for r in found} == {"percent_of_gdp"}
    assert fdi.share_of_gdp(fdi.annual(net, P("2026")), gdp).status is Status.PARTIAL_PERIOD
    assert fdi.share_of_gdp(fdi.annual(net, P("2009")), gdp).status is Status.MISSING_INPUT
    assert fdi.share_of_gdp(at(net, "2025-Q4"), gdp).status is Status.PARTIAL_PERIOD
    with pytest.raises(BasisError):
        fdi.share_of_gdp(fdi.annual(net, P("2025")), series_from({"2025": 1.0}, "percent"))


def test_gross_inflow_keeps_who_disagrees():
    found = {r.period: r for r in fdi.gross_by_year(load_series("fdi_readings", AS_OF))}
    assert [str(p) for p in found] == ["2020", "2021", "2022", "2024"]
    assert found[P("2021")].interval == Interval(23_700, 23_800) and found[P("2021")].estimated
    assert found[P("2022")].item == "mfa_kaz" and not found[P("2022")].estimated
    assert fdi.gross_by_year(load_series("fdi_readings", AS_OF), partner="XYZ") == ()


def test_peak_to_date_and_the_other_references_of_a_fall():
    gross = fdi.gross_by_year(load_series("fdi_readings", AS_OF))
    peak = fdi.peak_to_date(gross)
    assert (round(peak.value, 1), peak.base, peak.period) == (-38.9, P("2022"), P("2024"))
    found = fdi.fall_references(gross)
    assert found["previous_year"].status is Status.MISSING_INPUT
    assert found["peak"].value == peak.value
    mean = found["pre_2022_mean"]
    assert mean.value == pytest.approx(100 * (17_100 / ((17_200 + 23_750) / 2) - 1))
    assert mean.base == P("2020-01/2021-12")
    assert fdi.fall_references(gross, P("2024"), before=2019)["pre_2019_mean"].status is Status.MISSING_INPUT


def test_references_of_a_negative_flow():
    found = fdi.fall_references(fdi.annual_series(load_series("fdi_net", AS_OF)), P("2025"))
    assert {k: r.status for k, r in found.items()} == dict.fromkeys(
        ("previous_year", "peak", "pre_2022_mean"), Status.SIGN_CHANGE
    )


def test_net_and_gross_stand_side_by_side():
    net, said = load_series("fdi_net", AS_OF), load_series("fdi_readings", AS_OF)
    found = fdi.net_and_gross(net, said, P("2022"))
    assert round(found["gross_to_net"].value, 2) == 4.28
    assert found["net"].basis != found["gross"].basis
    with pytest.raises(BasisError):
        growth.growth(found["gross"], found["net"])
    wide = fdi.net_and_gross(net, said, P("2021"))["gross_to_net"]
    assert wide.interval.low < wide.value < wide.interval.high
    assert fdi.net_and_gross(net, said, P("2025"))["gross_to_net"].status is Status.MISSING_INPUT


@pytest.mark.parametrize(("value", "status"), [(-1.0, Status.SIGN_CHANGE), (0.0, Status.ZERO_BASE)])
def test_no_ratio_to_a_net_flow_that_is_not_positive(value, status):
    said = series_from({"2022": 28_000}, "musd", measure="gross", partner="WLD", publisher="a")
    found = fdi.net_and_gross(quarters([value] * 4, "2022-Q1"), said, P("2022"))
    assert found["gross_to_net"].status is status


def test_revisions_are_read_off_the_vintages():
    found = revisions.revisions(load_vintages("wdi_fdi", AS_OF, country="KAZ"), P("2024"))
    known = [r for r in found if r.ok]
    assert [r.item for r in found] == sorted(r.item for r in found)
    assert known[0].value == pytest.approx(1979, abs=1) and known[-1].value == pytest.approx(2093, abs=1)
    assert found[0].status is Status.MISSING_INPUT  # the vintage of 2018 ends before


def test_revision_statistics():
    exports = [100.0, 100.0, 100.0, 200.0]
    first = series_from({str(2020 + i): v for i, v in enumerate(exports)}, "musd")
    last = series_from({str(2020 + i): v for i, v in enumerate([100.0, 101.0, 98.0, 206.0])} | {"2024": 1.0}, "musd")
    found = revisions.revision_statistics(first, last)
    assert {k: r.value for k, r in found.items()} == {
        "mean": 1.25,
        "mean_absolute": 2.25,
        "rms": pytest.approx(math.sqrt((1 + 4 + 36) / 4)),
        "largest": 6,
        "range": 8,
        "count": 3,
    }
    assert found["largest"].base == P("2023") and found["mean"].unit == "musd_change"
    percent = revisions.revision_statistics(first, last, relative=True)
    assert percent["mean_absolute"].value == pytest.approx((1 + 2 + 3) / 4) and percent["mean"].unit == "percent"


@given(st.lists(FLOW, min_size=1, max_size=10))
def test_the_same_vintage_twice_is_no_revision(values):
    s = series_from({str(2010 + i): v for i, v in enumerate(values)}, "musd")
    found = revisions.revision_statistics(s, s)
    assert {r.value for r in found.values()} == {0.0}


def test_float_noise_is_not_counted_as_a_revision():
    s = series_from({"2023": 100.0}, "musd")
    assert revisions.revision_statistics(s, series_from({"2023": 100.0 + 1e-12}, "musd"))["count"].value == 0


def test_another_definition_is_no_revision():
    a = series_from({"2023": 1.0}, "musd", basis="gross")
    b = replace(series_from({"2023": 2.0}, "musd", basis="net"), as_of=date(2026, 1, 1))
    with pytest.raises(BasisError, match="no revision"):
        revisions.revisions([a, b], P("2023"))
    with pytest.raises(BasisError):
        revisions.revision_statistics(a, b)
    with pytest.raises(DataError, match="common"):
        revisions.revision_statistics(a, series_from({"2024": 1.0}, "musd", basis="gross"))


def test_relative_revisions_without_a_base():
    a, b = series_from({"2023": 0.0}, "musd"), series_from({"2023": 5.0}, "musd")
    assert revisions.revision_statistics(a, b, relative=True)["mean"].status is Status.MISSING_INPUT


def test_gross_to_net_is_a_reading_like_the_others():
    r = fdi.net_and_gross(load_series("fdi_net", AS_OF), load_series("fdi_readings", AS_OF), P("2022"))["gross_to_net"]
    assert isinstance(r, Reading) and r.inputs == ("fdi_readings", "fdi_net")
