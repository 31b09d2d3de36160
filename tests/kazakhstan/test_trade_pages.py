"""What the pages on partners and re-exports show: mirror figures, the footnote's unit, shares, revisions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzreport.errors import BasisError
from kzreport.indicators import mirror
from kzreport.indicators.readings import at, series_from
from kzreport.model import Status
from kzreport.series.groups import all_groups
from kzreport.series.issues import suspect_periods
from kzreport.series.known import load_series
from kzreport.views import fdi, import_footnote, mirrored, partners, reexports, trade_changes

NOW = "2026-09-30"
DATES = ["2015-01-31", "2019-06-30", "2022-03-31", "2023-06-30", "2024-02-10", "2024-03-31", NOW]
TRADE = ("exports_by_partner", "imports_by_partner", "exports_monthly", "imports_monthly")


def sides(as_of):
    return [load_series(n, as_of) for n in ("reexport_readings", "exports_by_partner", "imports_by_partner")]


def footnote(as_of):
    names = ("import_levels", "vehicle_fleet", "vehicle_fleet_shares", "imports_by_partner", "reexport_readings")
    return import_footnote.plausible(*(load_series(n, as_of) for n in names))


def count(value, period="2023"):
    return at(series_from({period: value}, "count"), period)


# ---- mirror figures


def test_ghost_exports_of_dual_use_goods():
    found = mirrored.ghosts(load_series("reexport_readings", NOW))
    assert [found[k].value for k in ("before", "after", "change")] == [19, 73, 54]
    assert found["change"].unit == "musd_change" and str(found["change"].base) == "2021-01/2022-01"


def test_china_and_kazakhstan_from_january_to_october():
    table = mirrored.china_table(*sides(NOW))
    row = {k: next((r.value for r in rows if str(r.period) == "2023-01/2023-10"), None) for k, rows in table.items()}
    assert (row["reported_CHN"], row["reported_KAZ"], row["gap"]) == (32_700, 24_300, 8_400)
    assert row["ratio"] == pytest.approx(1.346, abs=5e-4) and row["gap_change"] is None
    on_the_day = mirrored.china_latest(*sides("2024-02-10"))
    assert on_the_day["relative"].value == pytest.approx(29.5, abs=0.05)


def test_the_change_of_a_gap_is_between_years():
    table = mirrored.china_table(*sides(NOW))
    gaps = {str(r.period): r.value for r in table["gap"]}
    changes = {str(r.period): r.value for r in table["gap_change"]}
    assert changes == {y: pytest.approx(gaps[y] - gaps[str(int(y) - 1)]) for y in ("2023", "2024")}


def test_only_one_direction_lies_outside_the_band():
    into = mirrored.china_flow(*sides(NOW), "imports")
    out = mirrored.china_flow(*sides(NOW), "exports")
    assert into["sent"].value == 24_700 and out["received"].value == 16_300
    assert mirror.inside(into["ratio"]) is False and into["place"].direction == "down"
    assert mirror.inside(out["ratio"]) is True and out["place"].direction == "flat"


@pytest.mark.parametrize("as_of", DATES)
def test_before_it_was_published_it_is_missing(as_of):
    found = mirrored.ghosts(load_series("reexport_readings", as_of))
    assert found["change"].ok == (as_of >= "2023-05-11")
    assert mirrored.china_latest(*sides(as_of))["ratio"].ok == (as_of >= "2023-03-16")
    for rows in mirrored.china_table(*sides(as_of)).values():
        assert all(r.period.end.isoformat() <= as_of for r in rows)


@given(st.floats(1, 1e5), st.floats(1, 1e5), st.floats(1, 1e5), st.floats(1, 1e5))
def test_the_change_of_the_gap_is_what_both_reports_changed(x0, m0, x1, m1):
    def both(span, x, m):
        return mirror.mirror(*(at(series_from({span: v}, "musd"), span) for v in (x, m)))

    old, new = both("2021-01/2022-01", x0, m0), both("2022-02/2023-02", x1, m1)
    r = mirror.change_of_gap(new, old, adjoining=True)
    assert r.value == pytest.approx((x1 - x0) - (m1 - m0), abs=1e-6)
    assert mirror.change_of_gap(new, old).status is Status.NOT_COMPARABLE
    longer = both("2022-02/2023-03", x1, m1)
    assert mirror.change_of_gap(longer, old, adjoining=True).status is Status.PARTIAL_PERIOD


# ---- the footnote


def test_the_unit_of_the_footnote():
    """The figures of the check: 5.6 times all cars cleared, 2.67 times the trucks, 18,165 dollars, 20.6 %."""
    found = footnote(NOW)
    assert found["cars_times"].value == pytest.approx(5.606, abs=1e-3)
    assert found["trucks_fleet"].value == pytest.approx(487_262, abs=1)
    assert found["trucks_times"].value == pytest.approx(2.668, abs=1e-3)
    assert found["unit_value"].value == pytest.approx(18_165.01, abs=0.01)  # 835.3 million over 45,984 cars
    assert found["mean_value"].value == pytest.approx(2.9e9 / 149_000)
    assert found["posts"].value == 7 and found["sum"].value == pytest.approx(3168.6)
    assert found["share"].value == pytest.approx(20.59, abs=0.01)
    assert found["value"].estimated and found["sum"].estimated and found["unit_value"].estimated


def test_the_printed_multiples_follow_from_the_levels():
    levels, multiples = load_series("import_levels", NOW), load_series("import_multiples", NOW)
    found = import_footnote.table(levels, multiples)
    made = {r.item: r.value for r in found["computed"]}
    expected = {"tractors": 29.97, "trucks": 10.24, "passenger_cars": 8.08, "washing_machines": 6.06,
                "electric_generators": 5.86, "electric_water_heaters": 1.84}  # fmt: skip
    assert {k: round(v, 2) for k, v in made.items()} == expected
    agree = import_footnote.agreeing(levels, multiples)
    assert (agree["agree"].value, agree["printed"].value) == (6, 6)


def test_before_the_document_there_is_no_footnote():
    levels, multiples = load_series("import_levels", "2026-01-20"), load_series("import_multiples", "2026-01-20")
    assert not import_footnote.agreeing(levels, multiples)["agree"].ok
    assert not any(import_footnote.table(levels, multiples).values())
    found = footnote("2026-01-20")
    assert found["trucks_fleet"].ok and not any(found[k].ok for k in ("cars_times", "unit_value", "sum", "share"))


@given(st.integers(1, 10**7))
def test_a_count_read_as_thousand_dollars_is_worth_a_thousand_each(pieces):
    value = mirror.as_thousand_dollars(count(pieces))
    assert mirror.unit_value(value, pieces, "piece").value == pytest.approx(1000)


@given(st.integers(1, 10**7), st.floats(0.1, 100))
def test_a_part_goes_into_its_whole_as_its_share_says(whole, share):
    part = mirror.part_of(count(whole), at(series_from({"2023": share}, "percent"), "2023"))
    assert mirror.times(part, count(whole)).value == pytest.approx(share / 100)


def test_a_stock_of_another_year_holds_nothing():
    assert mirror.times(count(10), count(5, "2023-05-01")).value == 2
    with pytest.raises(BasisError):
        mirror.times(count(10), count(5, "2022-05-01"))
    with pytest.raises(BasisError):
        mirror.part_of(count(10), at(series_from({"2022": 10}, "percent"), "2022"))
    with pytest.raises(BasisError):
        mirror.as_thousand_dollars(at(series_from({"2023": 10}, "musd"), "2023"))


# ---- partners


@pytest.mark.parametrize("as_of", DATES)
def test_the_last_two_months_of_each_flow_are_provisional(as_of):
    exports, imports = (load_series(n, as_of) for n in TRADE[2:])
    found = partners.provisional(exports, imports)["provisional"]
    expected = [(s.name, p) for s in (exports, imports) for p in sorted(s.values)[-2:]]
    assert [(r.name, r.period) for r in found] == expected


def test_coverage_of_a_year_is_that_of_its_twelve_months():
    exports, imports = (load_series(n, NOW) for n in TRADE[2:])
    rolling = {str(r.period): r.value for r in partners.coverage(exports, imports)["coverage"]}
    years = {str(r.period): r.value for r in partners.years(exports, imports)["coverage"]}
    assert years["2024"] == pytest.approx(135.2, abs=0.05)
    assert all(rolling[f"{y}-12"] == pytest.approx(v) for y, v in years.items()) and len(years) == 11


def test_a_share_names_its_denominator():
    found = partners.denominators(*(load_series(n, NOW) for n in TRADE), all_groups(), ["CHN", "RUS"])
    for flow, rows in found.items():
        assert {r.name for r in rows} == {flow.replace("share_", "share_of_")}
    x, m, both = ({r.item: r.value for r in found[f"share_{k}"]} for k in ("exports", "imports", "turnover"))
    assert all(min(x[k], m[k]) <= both[k] <= max(x[k], m[k]) for k in x)


def test_concentration_rises_when_partners_are_counted_as_one():
    rows = partners.concentrations(*(load_series(n, NOW) for n in TRADE), all_groups())
    hhi = {r.item: r.value for r in rows["hhi"]}
    assert hhi["exports"] < hhi["exports_union"] and hhi["imports"] < hhi["imports_union"]
    assert all(0 <= r.value < hhi[r.item] for r in rows["normalised"])


def test_printed_revisions_and_the_months_that_move():
    found = partners.revised(load_series("exports_revisions", NOW))
    assert [str(found[k].period) for k in ("largest", "second")] == ["2026-04", "2026-05"]
    assert found["mean"].value == pytest.approx(1.0842, abs=5e-4) and found["rest"].value == pytest.approx(0.0928)
    assert not partners.revised(load_series("exports_revisions", "2026-09-15"))["mean"].ok


@pytest.mark.parametrize("as_of", DATES)
def test_tables_of_partners_at_any_date(as_of):
    four = [load_series(n, as_of) for n in TRADE]
    for rows in (
        partners.years(*four[2:]),
        partners.coverage(*four[2:]) or {},
        partners.denominators(*four, all_groups(), ["EU27", "CHN"]),
        partners.concentrations(*four, all_groups()),
    ):
        every = [r for group in rows.values() for r in group]
        assert all(r.period.end.isoformat() <= as_of for r in every)
        # over a list of which most of the trade is unknown no index is normalised
        assert all(r.ok or r in rows.get("normalised", ()) for r in every)


# ---- suspect values, contributions, twelve months


def test_a_suspect_value_stands_beside_the_headline_until_the_next_release():
    for as_of, suspected in (("2026-08-31", True), ("2026-09-15", True), ("2026-09-16", False), ("2026-08-13", False)):
        exports, imports = (load_series(n, as_of) for n in TRADE[2:])
        suspect = suspect_periods("exports_monthly", as_of)
        found = partners.headline(exports, imports, suspect)
        assert found["suspect"].ok == found["sound_turnover"].ok == bool(suspect) == suspected
        assert ("suspect" in partners.provisional(exports, imports, suspect)) == suspected
    exports, imports = (load_series(n, "2026-08-31") for n in TRADE[2:])
    found = partners.headline(exports, imports, suspect_periods("exports_monthly", "2026-08-31"))
    keys = ("turnover_change", "sound_turnover_change", "exports_change", "sound_exports_change")
    assert [round(found[k].value, 1) for k in keys] == [7.2, 4.1, 8.6, 2.0]
    assert [round(found[k].value / 1000, 1) for k in ("sound_balance_before", "sound_balance")] == [5.6, 4.5]


def test_contributions_are_on_all_trade_with_a_remainder():
    chosen = ["EU27", "CHN", "RUS", "central_asia", "TUR", "FRA"]
    found = trade_changes.contributions(*(load_series(n, NOW) for n in TRADE), all_groups(), chosen)
    rows = {flow: {r.item: r.value for r in each} for flow, each in found.items()}
    assert rows["imports"]["CHN"] == pytest.approx(2.6, abs=0.05)
    assert rows["turnover"]["all"] == pytest.approx(1.8, abs=0.05)
    for each in rows.values():
        assert sum(v for k, v in each.items() if k != "all") == pytest.approx(each["all"])
    assert {str(r.base) for each in found.values() for r in each} == {"2024"}


def test_twelve_months_to_december_are_the_year():
    exports, imports = (load_series(n, NOW) for n in TRADE[2:])
    sums = {str(r.period): r.value for r in trade_changes.year_sums(exports, imports)["balance"]}
    years = {str(r.period): r.value for r in partners.years(exports, imports)["balance"]}
    assert all(sums[f"{y}-12"] == pytest.approx(v) for y, v in years.items())


# ---- placebo years, definitions of investment


def test_no_year_is_judged_on_fewer_than_three_placebo_years():
    flows = [load_series(n, NOW) for n in TRADE[:2]]
    panel = reexports.table(*flows, [2017, 2021], 2022)
    outcome = dict(zip(((r.item, str(r.period)) for r in panel.rows), panel.beside["outcome"], strict=True))
    trials = dict(zip(((r.item, str(r.period)) for r in panel.rows), panel.beside["trials"], strict=True))
    russia = [(trials["exports_RUS", str(y)].value, outcome["exports_RUS", str(y)]) for y in range(2022, 2026)]
    assert russia == [(4, "inside"), (3, "outside"), (2, "too_few"), (1, "too_few")]
    assert outcome["imports_CHN", "2025"] == "too_few"
    found = reexports.headline(flows[0], [2017, 2021], 2022)
    assert not found["outside"].ok and str(found["judged"].period) == "2023"
    assert found["judged_outside"].direction == "up"


def test_two_definitions_of_net_investment_lie_apart():
    net, wdi = load_series("fdi_net", NOW), load_series("wdi_fdi", NOW, country="KAZ")
    found = fdi.apart(fdi.definitions(net, wdi, load_series("fdi_readings", NOW)))
    assert round(found["factor"].value, 1) == 7.6 and str(found["net"].period) == "2024"
