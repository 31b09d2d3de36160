"""Transit: publishers who disagree, part-years, implied bases, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzreport.errors import BasisError, DataError, ParameterError
from kzreport.indicators import growth, readings, transit
from kzreport.indicators.readings import at, series_from
from kzreport.model import Interval, Period, Reading, Series, Status
from kzreport.series.known import load_series

AS_OF = "2026-09-30"
P = Period.parse
VOLUME = st.integers(1, 50_000_000)


def said(*rows: tuple[str, float, str], scope: str = "all", unit: str = "tonne", kind: str = "outcome") -> Series:
    """(period, volume, publisher) rows as one series."""
    return readings.joined(
        *(
            series_from({p: v}, unit, name="t", basis="cargo", scope=scope, kind=kind, publisher=who)
            for p, v, who in rows
        )
    )


def test_every_reading_is_kept():
    found = [r for r in transit.by_publisher(load_series("transit", AS_OF), "all") if r.period == P("2023")]
    assert {r.item for r in found} >= {"titr", "gov_kaz", "ministry_transport_kaz"}
    assert len({r.value for r in found}) > 2
    assert {r.basis for r in found} == {"cargo_carried_all"}


def test_years_only_unless_a_part_is_asked_for():
    x = said(("2022", 2.0, "a"), ("2022-01/2022-07", 1.0, "a"))
    assert [str(r.period) for r in transit.by_publisher(x, "all")] == ["2022"]
    (part,) = transit.by_publisher(x, "all", period=P("2022-01/2022-07"))
    assert part.value == 1


def test_plans_and_documents_are_not_outcomes():
    published = load_series("transit", AS_OF)
    assert 3_200_000 not in {r.value for r in transit.by_publisher(published, "all")}
    assert [r.value for r in transit.by_publisher(published, "all", kind="plan")] == [3_200_000, 4_200_000]
    assert {r.value for r in transit.by_publisher(published, "all", kind="document")} == {444_000, 4_165_000}


def test_disagreement_of_a_year_is_an_interval():
    found = {r.period: r for r in transit.by_year(load_series("transit", AS_OF), "all")}
    assert found[P("2023")].interval == Interval(2_700_000, 2_800_000)
    assert found[P("2023")].estimated and found[P("2023")].value == 2_750_000
    assert found[P("2022")].interval == Interval(1_500_000, 1_500_000) and not found[P("2022")].estimated
    assert found[P("2021")].item == "titr"


@given(st.lists(VOLUME, min_size=1, max_size=6), st.lists(VOLUME, min_size=1, max_size=6))
def test_growth_of_every_pair_of_publishers_lies_in_the_range(new, old):
    x = said(*(("2023", v, f"p{i}") for i, v in enumerate(new)), *(("2022", v, f"p{i}") for i, v in enumerate(old)))
    r = transit.growth_between(x, "all", P("2023"), P("2022"))
    slack = 1e-9 * max(1.0, abs(r.interval.high))
    for a in new:
        for b in old:
            assert r.interval.low - slack <= 100 * (a - b) / b <= r.interval.high + slack
    assert r.interval.low - slack <= r.value <= r.interval.high + slack
    assert r.estimated == (len(set(new)) > 1 or len(set(old)) > 1)


def test_part_year_against_year_is_refused():
    x = said(("2023", 2.8e6, "a"), ("2024-01/2024-11", 4.1e6, "a"))
    r = transit.growth_between(x, "all", P("2024-01/2024-11"), P("2023"))
    assert (r.value, r.status) == (None, Status.PARTIAL_PERIOD)
    nobody = transit.growth_between(x, "all", P("2023"), P("2022"))
    assert nobody.status is Status.MISSING_INPUT


def test_same_months_by_publisher():
    published = load_series("transit", AS_OF)
    (r,) = transit.same_months(published, "all", P("2022-01/2022-07"))
    assert (r.item, round(r.value, 1), r.base) == ("ktz_express", 171.7, P("2021-01/2021-07"))
    (r,) = transit.same_months(published, "all", P("2024-01/2024-07"))
    assert (r.item, round(r.value, 1)) == ("gov_kaz", 63.1)
    assert transit.same_months(published, "all", P("2022-01/2022-09")) == ()
    with pytest.raises(DataError, match="nothing of"):
        transit.same_months(published, "all", P("2020-01/2020-09"))


def test_the_documents_own_growth():
    found = transit.document_growth(load_series("transit", AS_OF), "all", P("2023"), P("2021"))
    assert list(found) == ["multiple", "percent", "cagr", "log", "index"]
    assert [found[k].unit for k in found] == ["multiple", "percent", "percent_per_year", "log", "index"]
    assert round(found["multiple"].value, 1) == 9.4
    assert growth.percent_from_multiple(found["multiple"].value) == pytest.approx(found["percent"].value)
    assert found["index"].basis == "2021=100"


def test_ways_to_say_a_growth_over_a_zero_base():
    x = series_from({"2021": 0, "2023": 5}, "tonne")
    found = transit.changes(at(x, "2023"), at(x, "2021"))
    assert {r.status for r in found.values()} == {Status.ZERO_BASE}


def test_range_of_every_way_to_say_a_growth():
    x = said(("2021", 100, "a"), ("2023", 300, "a"), ("2023", 500, "b"))
    years = {r.period: r for r in transit.by_year(x, "all")}
    found = transit.changes(years[P("2023")], years[P("2021")])
    assert found["multiple"].interval == Interval(3, 5) and found["index"].interval == Interval(300, 500)
    assert found["percent"].interval == Interval(200, 400)


@given(st.floats(1, 1e8), st.floats(-99, 1000))
def test_implied_base_grown_again_is_the_value(volume, percent):
    r = transit.implied_base(at(series_from({"2023": volume}, "tonne"), "2023"), percent)
    assert r.value * (1 + percent / 100) == pytest.approx(volume)
    assert r.estimated and r.period == P("2022")
    again = transit.implied_base_from_multiple(
        at(series_from({"2023": volume}, "tonne"), "2023"), growth.multiple_from_percent(percent), P("2022")
    )
    assert again.value == pytest.approx(r.value)


def test_implied_base_refuses():
    volume = at(series_from({"2023": 5}, "tonne"), "2023")
    assert transit.implied_base(volume, -100).status is Status.ZERO_BASE
    assert transit.implied_base(volume.of(value=None, status=Status.MISSING_INPUT), 5).status is Status.MISSING_INPUT
    for wrong in (Reading("g", 65, "points", P("2023")), Reading("g", 65, "percent", P("2022"))):
        with pytest.raises(BasisError):
            transit.implied_base(volume, wrong)
    with pytest.raises(BasisError):
        transit.implied_base(at(series_from({"2023": 5}, "percent"), "2023"), 65)


def test_printed_growths_imply_different_bases():
    found = {
        r.item: r
        for r in transit.implied_bases(
            load_series("transit", AS_OF), load_series("transit_growth", AS_OF), "all", P("2023")
        )
    }
    assert round(found["gov_kaz"].value / 1e6, 2) == 1.67 and round(found["titr"].value / 1e6, 2) == 1.51
    assert found["press"].interval is not None
    assert {r.period for r in found.values()} == {P("2022")}


def test_growth_without_a_volume_takes_the_range_of_all_or_nothing():
    volumes = said(("2023", 200, "a"), ("2023", 400, "b"))
    printed = series_from({"2023": 100}, "percent", scope="all", publisher="c")
    (r,) = transit.implied_bases(volumes, printed, "all", P("2023"))
    assert (r.value, r.interval, r.item) == (150, Interval(100, 200), "c")
    (r,) = transit.implied_bases(said(("2022", 1, "a")), printed, "all", P("2023"))
    assert r.status is Status.MISSING_INPUT


def test_base_that_a_multiple_needs():
    found = transit.basis_needed(load_series("transit", AS_OF), "all", P("2023"), P("2021"), 9.4)
    assert all(285_000 < r.value < 300_000 for r in found) and {r.period for r in found} == {P("2021")}
    printed = transit.by_year(load_series("transit", AS_OF), "all")[0]
    assert printed.period == P("2021") and all(r.value < printed.value for r in found)
    with pytest.raises(ParameterError):
        transit.basis_needed(load_series("transit", AS_OF), "all", P("2023"), P("2021"), 0)


def test_containers_have_no_scope():
    boxes = load_series("transit_containers", AS_OF)
    years = {r.period: r for r in transit.by_year(boxes)}
    assert years[P("2022")].interval == Interval(33_000, 33_600)
    r = transit.growth_between(boxes, "", P("2022"), P("2021"))
    assert r.interval.low == pytest.approx(31.0, abs=0.05) and r.interval.high == pytest.approx(33.3, abs=0.05)
    with pytest.raises(BasisError, match="no scope"):
        transit.by_year(boxes, "all")


def test_tonnes_never_with_containers_nor_one_scope_with_another():
    volumes = load_series("transit", AS_OF)
    tonnes = transit.in_period(volumes, "all", P("2023"))
    with pytest.raises(BasisError):
        transit.changes(tonnes, transit.in_period(load_series("transit_containers", AS_OF), "", P("2021")))
    with pytest.raises(BasisError):
        growth.growth(tonnes, transit.in_period(volumes, "ports", P("2022")))
    with pytest.raises(BasisError):
        readings.range_of([tonnes, transit.in_period(volumes, "ports", P("2023"))])
    with pytest.raises(BasisError, match="different series"):
        transit.by_publisher(volumes)
    with pytest.raises(BasisError, match="via_kazakhstan"):
        transit.by_year(volumes, "everything")


def test_rail_tables_are_chosen_by_flow():
    rail = load_series("rail_transit", AS_OF)
    r = transit.growth_between(rail, "kaz_chn", P("2023"), P("2022"))
    assert round(r.value, 1) == 21.7


def test_nothing_published_yet():
    empty = load_series("transit", "2000-01-01")
    assert transit.by_publisher(empty, "all") == transit.by_year(empty, "all") == ()
    assert transit.growth_between(empty, "all", P("2023"), P("2022")).status is Status.MISSING_INPUT
