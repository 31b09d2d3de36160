"""The Afghanistan page: the oracle of the eight months, the dates that do not fit, the goal, and part-year guards."""

import pytest

from kzreport.errors import BasisError
from kzreport.indicators import part_years, trade
from kzreport.indicators.readings import at, series_from
from kzreport.language.words import Words
from kzreport.model import Period, Status
from kzreport.series.issues import known_issues
from kzreport.series.known import load_series
from kzreport.views import afghanistan as view
from kzreport.views import afghanistan_food

AS_OF = "2026-09-30"
P = Period.parse


def flows(as_of: str = AS_OF):
    return load_series("exports_by_partner", as_of, partner="AFG"), load_series(
        "imports_by_partner", as_of, partner="AFG"
    )


def printed(as_of: str = AS_OF):
    return load_series("afghanistan_trade", as_of)


def test_trd_afg_8m():
    found = view.document(printed())
    assert found["turnover"].period == P("2024-01/2024-08")
    assert found["imports"].value == pytest.approx(14.2, abs=1e-9)
    assert found["export_share"].value == pytest.approx(95.7061, abs=1e-4)
    assert found["times"].value == pytest.approx(22.28873, abs=1e-5)


def test_the_printed_year_does_not_fit_and_the_corrected_one_does():
    found = view.year(printed(), *flows(), load_series("exports_monthly", AS_OF))
    assert found["wrong"].value == pytest.approx(33.5, abs=0.05)
    assert found["right"].value == pytest.approx(60.7, abs=0.05)
    assert found["half"].value == 343 > found["figure"].value, "six months exceed eight: not that year"
    usual = found["usual"].interval
    assert (usual.low, usual.high) == (pytest.approx(63.8, abs=0.05), pytest.approx(66.9, abs=0.05))


def test_a_cumulated_figure_does_not_go_back():
    """Held as January-August 2023, the document's figure contradicts January-June 2023."""
    data = series_from({"2023-01/2023-06": 343, "2023-01/2023-08": 330.7}, "musd")
    assert part_years.decumulate(data)[-1].status is Status.NOT_COMPARABLE


def test_both_rows_of_a_corrected_date_are_kept():
    """As printed and as corrected: the same values, other periods, each contradiction with an issue that says why."""
    rows = {
        d: {(o.value, o.dims["flow"]) for o in printed() if o.dims["dating"] == d}
        for d in ("contradicted", "corrected")
    }
    assert rows["contradicted"] == rows["corrected"] != set()
    said = {
        (publisher, str(p))
        for i in known_issues(AS_OF, frozenset({"afghanistan_trade"}))
        for p in i.periods
        for publisher in i.where.get("publisher", ())
    }
    for o in printed():
        if o.dims["dating"] == "contradicted":
            assert (o.dims["publisher"], str(o.period)) in said


def test_a_misdated_year_is_the_year_it_fits():
    found = view.misdated(printed(), *flows())
    assert found["printed"].value == 545.2
    assert found["named"].value == pytest.approx(636.5, abs=0.05)
    assert found["meant"].value == pytest.approx(545.2, abs=0.05)


def test_eight_months_against_eight_months():
    found = view.part(printed())
    assert (found["now"].period, found["before"].period) == (P("2025-01/2025-08"), P("2024-01/2024-08"))
    assert found["growth"].value == pytest.approx(1.6, abs=0.05)


def test_a_share_waits_for_the_whole_year():
    """In November 2024 the year 2024 is not known: no share, and nothing is scaled by twelve over eight."""
    found = view.year(printed("2024-11-30"), *flows("2024-11-30"), load_series("exports_monthly", "2024-11-30"))
    assert found["figure"].value == 330.7
    assert found["wrong"].ok
    assert found["right"].status is Status.MISSING_INPUT


def test_the_goal_and_what_it_takes():
    """The goal is for farm produce: it is held against exports of farm produce, not against all trade."""
    parts = load_series("afghanistan_target", AS_OF), flows()[0], load_series("afghanistan_composition", AS_OF)
    found = view.goal(*parts)
    assert found["goal"].value == 1000
    assert found["now"].value == pytest.approx(415.1, abs=0.05) and found["now"].estimated
    assert found["multiple"].value == pytest.approx(2.41, abs=0.005)
    assert found["past"].base == P("2020"), "one source: the years before are those of another"
    paces = view.paces(*parts, [3, 5, 10])["needed"]
    values = [r.value for r in paces]
    assert values == sorted(values, reverse=True)
    assert found["needed"].value == pytest.approx(100 * (1000 / found["now"].value) ** 0.2 - 100)


def test_no_goal_before_it_was_announced():
    target = load_series("afghanistan_target", "2024-03-31")
    shares = load_series("afghanistan_composition", "2024-03-31")
    assert view.goal(target, flows("2024-03-31")[0], shares)["missing"].status is Status.MISSING_INPUT


def test_exports_are_a_multiple_of_imports():
    found = view.document(printed())["times"]
    assert found.unit == "multiple" and Words("fr").reading(found) == "22"


def test_a_peak_of_one_year_is_no_peak():
    assert view.headline(*flows("2016-06-30"))["since_peak"].status is Status.MISSING_INPUT


def test_flour_and_grain_are_two_quantities():
    food = load_series("afghanistan_food", AS_OF)
    shares = [r.value for r in afghanistan_food.flour_shares(food)["flour_share"]]
    assert shares == [pytest.approx(v, abs=0.05) for v in (60.8, 64.5, 70.7)]
    (group,) = afghanistan_food.destinations(food).values()
    assert {r.basis for r in group} == {"wheat_flour"}
    assert max(group, key=lambda r: r.value).item == "UZB"
    assert afghanistan_food.worth(food, printed())["worth"].value == pytest.approx(291, abs=0.5)


def test_part_of_is_for_shares_of_the_same_months():
    x, s = at(series_from({"2024": 316.5}, "musd"), "2024"), at(series_from({"2024": 80}, "percent"), "2024")
    assert trade.part_of(x, s).value == pytest.approx(253.2)
    assert trade.part_of(x, s.of(value=None, status=Status.MISSING_INPUT)).status is Status.MISSING_INPUT
    for wrong in ((x, x), (s, s), (x, s.of(period=P("2023")))):
        with pytest.raises(BasisError):
            trade.part_of(*wrong)


@pytest.mark.parametrize("as_of", ["2015-01-31", "2016-06-30", "2019-06-30", "2022-03-31", "2024-03-31"])
def test_headline_of_any_day(as_of):
    found = view.headline(*flows(as_of))
    known = [o.period for o in flows(as_of)[0]]
    assert found["turnover"].ok == bool(known)
    assert found["turnover_change"].ok == (len(known) > 1)
