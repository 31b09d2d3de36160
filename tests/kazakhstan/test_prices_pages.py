"""What the pages on prices and on exchange rates say on a day: nothing past is called next, no rate is stale."""

from datetime import date

import pytest

from kzreport.indicators import base_effects, inflation
from kzreport.indicators.readings import at
from kzreport.model import Period
from kzreport.pages.page import Page
from kzreport.series.known import load_series
from kzreport.series.resource import describe_series
from kzreport.views import inflation as prices
from kzreport.views import macro, policy, real_tenge

DATES = ["2016-06-30", "2020-02-29", "2022-12-31", "2024-06-30", "2024-11-30", "2026-09-30", "2026-10-05", "2026-11-25"]
NOW = "2026-11-25"


def page(name, as_of, lang="en"):
    return Page(name, lang=lang, as_of=as_of)


def said(name, key, view, as_of, **options):
    p = page(name, as_of)
    return p.words.text("say", key, **p.read(view, **options))


def test_the_policy_rate_is_the_one_in_force_on_the_day():
    found = page("inflation", "2026-09-30").read(policy.in_force)
    assert (found["policy"].value, str(found["policy"].base)) == (16.25, "2026-09-07")
    then = page("inflation", "2026-09-30").read(policy.real)["then"]
    assert (then.value, str(then.period)) == (16.75, "2026-08")
    assert "August 2026" in said("inflation", "real", policy.real, "2026-09-30")
    assert page("inflation", NOW).read(policy.in_force)["late"].direction == "up"  # no decision in eleven weeks


@pytest.mark.parametrize("as_of", DATES)
def test_the_finding_on_the_policy_rate_is_the_figure_that_its_chart_draws(shown, as_of):
    """It said 6.95 points, the simple difference, above a line that ends at 6.36%, and 6.36% above 6.4 in its table."""
    p = page("inflation", as_of)
    assert all(r.decimals == 1 for k, r in p.read(policy.real).items() if k in ("real", "simple", "ahead"))
    p.chart("money", "multiples", policy.money, finding=policy.real, points=policy.decisions)
    drawn = [r for r in p.read(policy.money)["ex_post"] if r.ok]
    finding = shown[-1].finding
    assert p.words.reading(drawn[-1]) in finding if drawn else not finding


def test_a_table_that_begins_with_a_rate_does_not_date_it():
    found = page("inflation", "2024-11-30").read(policy.in_force)
    assert found["policy"].value == 14.25 and not found["since"].ok


@pytest.mark.parametrize("as_of", DATES)
def test_a_rate_on_the_chart_and_in_the_sentence_never_differ(as_of):
    p = page("inflation", as_of)
    chart, sentence = p.read(policy.money)["base_rate"], p.read(policy.in_force)["policy"]
    assert not sentence.ok or chart[-1].value == sentence.value
    real = p.read(policy.real)
    drawn = [r for r in p.read(policy.money)["ex_post"] if r.ok]
    assert not real["real"].ok or (drawn[-1].period, drawn[-1].value) == (real["real"].period, real["real"].value)


@pytest.mark.parametrize("as_of", DATES)
def test_no_past_month_is_called_next(as_of):
    p = page("inflation", as_of)
    found = p.read(prices.effects_ahead)
    published = load_series("cpi_yy", as_of).last
    assert found["unknown"].period == published.shift(1)
    text = p.words.text("say", "ahead", **found)
    if found["unknown"].period.end < date.fromisoformat(as_of):
        assert "already over" in text and "next" not in text and "coming" not in text
    for name, rows in p.read(prices.ahead).items():
        assert name == "published" or rows[0].period == published.shift(1)


def test_an_effect_of_a_month_long_after_the_first_unknown_is_not_given():
    assert not page("inflation", "2011-02-28").read(prices.effects_ahead)["unknown"].ok
    late = base_effects.months_overdue(load_series("cpi_yy", "2026-09-15"), Period.parse(NOW))
    assert (late.value, str(late.period)) == (2, "2026-09")


def test_the_groups_imply_the_rate_that_came_three_days_later():
    p = page("inflation", "2026-10-05")
    implied = p.read(prices.implied)["implied"]
    assert (str(implied.period), round(implied.value, 1), implied.estimated) == ("2026-09", 9.3, True)
    assert inflation.headline(load_series("cpi_yy", NOW), Period.parse("2026-09")).value == 9.3
    assert p.read(prices.table)["rate"][-1] == implied and "computed" in said(
        "inflation", "implied", prices.implied, "2026-10-05"
    )
    assert not page("inflation", NOW).read(prices.implied)["implied"].ok


def test_the_core_rate_names_its_month():
    assert "In August 2026" in said("inflation", "core", prices.core, "2026-09-30")


def test_the_average_of_a_year_agrees_with_the_official_one():
    found = page("inflation", NOW).read(prices.averages)
    own, chained = found["average_anchored"], found["average_chained"]
    assert [round(at(own, y).value, 2) for y in ("2023", "2024", "2025")] == [14.56, 8.68, 11.38]
    official = load_series("wdi_inflation", NOW, country="KAZ").values
    for y in ("2023", "2024", "2025"):
        assert at(own, y).value == pytest.approx(official[Period.parse(y)], abs=0.04)
    assert round(at(chained, "2024").value, 1) == 9.0
    assert "8.7%" in said("inflation", "year", prices.year, "2025-02-15")
    assert "9.0%" in said("inflation", "drift", prices.year, "2025-02-15")


def test_the_upper_bound_is_called_so():
    assert "upper bound" in said("inflation", "target", prices.headline, "2022-12-31")
    assert "bound" not in said("inflation", "target", prices.headline, NOW)


def test_no_document_under_check_is_the_source_of_the_target():
    paths = [s["path"] for s in describe_series("inflation_target").sources]
    assert not [p for p in paths if "senat" in p]


def test_a_single_month_is_not_annualised():
    found = page("inflation", NOW).read(prices.monthly)
    assert "annualised" not in found and "unadjusted" in found["pace"].basis
    assert "seasonally" in said("inflation", "pace", prices.monthly, NOW)


def test_what_moved_the_rate_by_group():
    found = page("inflation", NOW).read(prices.shift)
    assert found["total"].value == -0.5 and str(found["total"].base) == "2026-08"
    parts = sum(found[k].value for k in ("food", "nonfood", "services"))
    assert parts == pytest.approx(-0.5, abs=0.2) and found["food"].value < -0.3


def test_the_tenge_rises_by_more_than_the_dollar_falls():
    found = page("macro", NOW).read(macro.headline)
    assert round(found["tenge_to_dollar"].value, 1) == 20.2 and round(found["dollar_change"].value, 1) == -16.8
    assert "the tenge rose by 20.2%" in page("macro", NOW).words.text("headline", **found)


def test_reserves_since_their_peak_and_in_months_of_imports():
    found = page("macro", "2026-09-30").read(macro.reserves)
    assert round(found["below_peak"].value, 1) == -15.8 and str(found["below_peak"].base) == "2026-03"
    assert round(found["lost"].value) == -11562
    assert 8 < page("macro", NOW).read(macro.cover)["cover"].value < 14
    assert "highest level since" in said("macro", "reserves_peak", macro.reserves, "2026-04-30")


def test_the_month_of_the_oil_price_is_said():
    assert "September 2026, the latest month held here" in said("macro", "oil", macro.oil, NOW)


def test_a_real_rate_of_eight_years_ago_is_no_news():
    assert not page("macro", "2024-03-31").read(real_tenge.latest, base=2015)["effective"].ok


def test_the_publisher_bears_the_name_of_the_day():
    for as_of, name in (("2020-02-29", "Committee on Statistics"), ("2026-09-30", "Bureau of National Statistics")):
        p = page("inflation", as_of)
        assert name in p.words.text("headline", **p.read(prices.headline))


def test_a_month_is_over_on_the_day_after_its_last():
    late = [base_effects.months_overdue(load_series("cpi_yy", d), Period.parse(d)).value for d in ("2026-09-30",)]
    late += [base_effects.months_overdue(load_series("cpi_yy", "2026-09-30"), Period.parse("2026-10-01")).value]
    assert late == [0, 1]
    assert "next base effect" in said("inflation", "ahead", prices.effects_ahead, "2026-09-30")


def test_a_peak_of_the_latest_month_is_told_as_such():
    assert "never been as high" in said("inflation", "past", prices.headline, "2016-06-30")
    assert "the highest rate since" in said("inflation", "past", prices.headline, NOW)


def test_a_single_decision_stands_in_for_the_list_for_a_year():
    told = said("inflation", "policy", policy.in_force, "2022-12-31")
    assert "5\u00a0December 2022" in told and "16.75%" in told
    assert "is not given" in said("inflation", "policy", policy.in_force, "2020-02-29")


def test_the_usual_revision_leaves_out_the_largest():
    found = page("inflation", NOW).read(prices.revised)
    assert found["largest"].value == pytest.approx(8.69082156104494 - 4.856555893)
    n, mean = found["compared"].value, found["mean_absolute"].value
    assert found["usual"].value == pytest.approx((n * mean - found["largest"].value) / (n - 1))
    assert "that of 2024" in said("inflation", "revised", prices.revised, NOW)
    assert "published by the World Bank" in said("inflation", "revised", prices.revised, NOW)  # whose average it is
    assert "Only one vintage of the twelve-month rate is held" in said("inflation", "firm", prices.headline, NOW)


@pytest.mark.parametrize(
    ("as_of", "year"), [("2016-06-30", ""), ("2025-06-30", "2024"), ("2025-12-31", ""), (NOW, "2025")]
)
def test_a_first_release_carries_its_usual_revision(as_of, year):
    """The 4.9% of 2024 stood there as firm: it was revised to 8.8%. Of what has one vintage alone nothing is said."""
    text = said("inflation", "first", prices.revised, as_of)
    assert text.startswith(f"The figure for {year}, ") if year else not text
    assert not year or "is a first release, and may be revised in its turn" in text


def test_a_section_on_revisions_has_some_to_tell(shown):
    for as_of, there in (("2016-06-30", False), ("2024-06-30", False), (NOW, True)):
        p = page("inflation", as_of)
        p.section("revisions", prices.revised)
        assert p.hushed is not there


def test_a_pace_towards_the_upper_bound_is_called_so():
    assert "pace_upper_bound" in page("inflation", "2020-02-29").read(prices.ahead)
    assert "pace_target" in page("inflation", NOW).read(prices.ahead)


def test_a_year_without_a_figure_has_no_row():
    found = page("inflation", NOW).read(prices.averages)
    assert str(found["december"][-1].period) == "2025"


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("as_of", ["2011-02-28", *DATES])
def test_no_sentence_holds_a_number_that_is_not_there(as_of, lang):
    for name, keys, view, options in [
        ("inflation", ("target", "since", "past", "firm"), prices.headline, {}),
        ("inflation", ("month", "pace"), prices.monthly, {}),
        ("inflation", ("drivers", "lead"), prices.drivers, {}),
        ("inflation", ("revised", "first"), prices.revised, {}),
        ("inflation", ("shift",), prices.shift, {}),
        ("inflation", ("core", "implied"), prices.core, {}),
        ("inflation", ("base_effect",), prices.base_effect, {}),
        ("inflation", ("ahead",), prices.effects_ahead, {}),
        ("inflation", ("expected", "gap"), policy.expectations, {}),
        ("inflation", ("policy",), policy.in_force, {}),
        ("inflation", ("real", "real_ahead"), policy.real, {}),
        ("inflation", ("year", "drift", "deflator"), prices.year, {}),
        ("macro", ("rouble",), macro.rouble, {}),
        ("macro", ("reserves", "reserves_peak"), macro.reserves, {}),
        ("macro", ("cover",), macro.cover, {}),
        ("macro", ("oil",), macro.oil, {}),
        ("macro", ("unemployment",), macro.unemployment, {}),
        ("macro", ("real", "real_share", "real_rouble", "real_dollar"), real_tenge.latest, {"base": 2015}),
    ]:
        p = page(name, as_of, lang)
        found = p.read(view, **options)
        for key in keys:
            text = p.words.text("say", key, **found)
            assert not [w for w in ("n. d.", "n. s.", "n/a", "n.s.") if w in text.replace("\u00a0", " ")], text


def test_a_headline_ahead_of_its_parts_keeps_the_breakdown_and_blames_no_weights():
    """The total of a month is out and its groups are not: the breakdown is of the month before, and says so."""
    from kzreport.model import Period
    from kzreport.series.known import load_series
    from kzreport.views import inflation

    september = Period.parse("2026-09")
    series = {name: load_series(name, "2026-10-08") for name in ("cpi_yy", "cpi_mm", "cpi_weights", "core_yy")}
    parts = {name: load_series(name, "2026-09-30") for name in ("cpi_components_yy", "cpi_components_mm")}
    assert series["cpi_yy"].last == september
    found = inflation.drivers(**parts, cpi_weights=series["cpi_weights"], cpi_yy=series["cpi_yy"])
    assert found["behind"].ok and found["behind"].period == september
    assert found["food"].ok and found["total"].period == Period.parse("2026-08")
    moved = inflation.shift(**parts, cpi_weights=series["cpi_weights"], cpi_yy=series["cpi_yy"])
    assert moved["total"].ok and moved["total"].period == Period.parse("2026-08")
    month = inflation.base_effect(series["cpi_yy"], load_series("cpi_mm", "2026-09-30"))
    assert month["total"].ok and month["total"].period == Period.parse("2026-08")
    core = inflation.core(load_series("core_yy", "2026-09-30"), series["cpi_yy"], {})
    assert core["core_gap"].ok and core["core"].period == Period.parse("2026-08")
