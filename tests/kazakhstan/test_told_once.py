"""What a page says of itself: until when, which faults, by what name, in what order; each says what the page shows."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from kzreport.files import project_root
from kzreport.model import Period, Reading
from kzreport.pages.outputs import Kind
from kzreport.pages.page import Page
from kzreport.series.issues import known_issues
from kzreport.series.releases import missed_releases
from kzreport.series.resource import resources
from kzreport.views import afghanistan, aid, forecasts, inflation, macro, partners, real_tenge, trade_changes, transit

NOW = "2026-11-26"


@pytest.fixture
def shown(monkeypatch):
    """The outputs of pages, in the order in which they are displayed."""
    outputs = []
    monkeypatch.setattr(Page, "display", lambda self, output: outputs.append(output))
    return outputs


def line(name: str, as_of: str, shown, **values) -> str:
    page = Page(name, lang="en", as_of=as_of, years=12)
    page.title(**values)
    return shown[-1].text.partition("\n\n*")[2] or shown[-1].markdown


@pytest.mark.parametrize(
    ("name", "as_of", "until", "absent"),
    [
        # Weights and monthly totals were read for sections that have no subject at the date: nothing of them is shown.
        ("macro", "2016-06-30", "5 June 2016", "partner country"),
        ("macro", "2020-02-29", "20 February 2020", "partner country"),
        ("afghanistan", "2020-02-29", "16 March 2019", "monthly total"),
        ("afghanistan", "2016-06-30", "15 March 2016", "monthly total"),
    ],
)
def test_the_line_of_a_page_is_of_what_it_shows(name, as_of, until, absent, shown):
    said = line(name, as_of, shown).replace("\u00a0", " ")
    assert f"published up to {until}" in said and absent not in said


def test_nothing_held_is_dated_later_than_it_was_read():
    """Two months of reserves bore the last day of October; the copy they are from goes to the tenth."""
    page = Page("macro", lang="en", as_of=NOW)
    assert max(o.published for o in page.load("reserves")) == date(2026, 10, 10)


def test_a_fault_is_told_where_its_time_is_shown(shown):
    """The page on Afghanistan warned of Belarus, of June 2026 and of a summit; that on prices of US prices."""
    page = Page("afghanistan", lang="en", as_of=NOW, years=12)
    page.chart("turnover", "bars", afghanistan.turnovers)
    page.background(partner=["AFG"])
    caveats = next(o.text for o in shown if o.kind is Kind.CAVEATS)
    assert "From 2015 to 2019, WITS" in caveats and not re.search(r"Belarus|June|summit|Egypt|wagons", caveats)


def test_a_fault_of_another_time_than_the_figures_is_not_told(shown):
    page = Page("macro", lang="en", as_of=NOW, years=12)
    page.table("basket", real_tenge.table, by="item", base=2015)
    page.caveats()
    caveats = shown[-1].text
    assert "June and July 2026" not in caveats and "for 2020" not in caveats  # the table is of 2025


@pytest.mark.parametrize(("as_of", "named"), [("2026-09-30", True), (NOW, False)])
def test_a_summary_warns_of_what_its_headlines_tell_and_of_no_more(as_of, named, shown):
    """It warned of wagons, of US prices and of a European programme, and spoke of series that its top did not name."""
    pages = {"inflation": {}, "partners": {}, "macro": {}, "aid": {}}
    page = Page("summary", lang="en", as_of=as_of, years=2)
    page.title(pages)
    page.headlines(pages)
    page.load("inflation_target")
    page.load("wdi_inflation")
    page.background()
    caveats = next(o.text for o in shown if o.kind is Kind.CAVEATS)
    assert "June and July 2026" in caveats
    assert not re.search("wagon|US prices|Inflation target|shortened", caveats)
    method = next(o.text for o in shown if o.kind is Kind.METHOD)
    assert ("The series named under the title" in method) is named


def test_a_fault_points_to_the_charts_and_tables_that_tell_of_its_time(shown):
    """That partners were missing in 2020 pointed to a table of 2025."""
    page = Page("partners", lang="en", as_of=NOW, years=8)
    page.table("denominators", partners.denominators, chosen=["CHN", "RUS"], by="item")
    page.chart("turnover", "lines", trade_changes.turnover, chosen=["CHN", "RUS"])
    page.caveats()
    told = dict(zip(shown[-1].text.splitlines()[2:], shown[-1].series.splitlines(), strict=True))
    (old,) = (names for text, names in told.items() if "Four partners are missing from the source for 2020" in text)
    assert "#turnover" in old and "#denominators" not in old


def test_a_fault_of_projections_is_told_where_they_are_shown(shown):
    """The page on inflation, whose table has outcomes only, warned that an edition projects two years only."""
    page = Page("inflation", lang="en", as_of=NOW, years=12)
    page.table("averages", inflation.averages)
    page.caveats(country=["KAZ"])
    page.caveats(country=["KAZ"], kind=["actual", "estimate"])
    every, outcomes = (o.text for o in shown if o.kind is Kind.CAVEATS)
    assert "projects 2020 and 2021 only" in every and "projects" not in outcomes.replace("its projections", "")


def test_an_issue_may_name_several_values():
    (issue,) = (i for i in known_issues(NOW) if i.id == "exports-partners-2022")
    assert issue.where == {"partner": ("BLR", "ARM")}
    assert issue.is_about("partner", ["ARM"]) and not issue.is_about("partner", ["AFG"])
    assert issue.is_about("country", ["AFG"])  # a column that it does not speak of


def test_a_hushed_section_tells_nothing():
    page = Page("macro", lang="en", as_of=NOW)
    page.hushed = True
    page.tell([Reading("x", 1.0, "percent", Period.parse("2025"), inputs=("cpi_yy",))])
    assert page.touched == {}


@pytest.mark.parametrize(("as_of", "there"), [("2020-02-29", False), (NOW, True)])
def test_a_method_stands_where_what_it_is_of_is_shown(as_of, there, shown):
    page = Page("macro", lang="en", as_of=as_of, years=12)
    page.section("real", real_tenge.latest, base=2015)
    page.say("real", real_tenge.latest, base=2015)
    page.method()
    assert ("geometric mean" in shown[-1].text) is there
    assert "A change compares the same month" in shown[-1].text  # of what every edition shows


def test_no_target_is_overdue():
    """It said that the targets of 2023 and 2024 should have been published; nobody knows that they were to be."""
    assert missed_releases("inflation_target", "2024-06-30") == ()


def test_that_no_later_figure_is_held_is_said_of_each_series(shown):
    """Of rail transit in 2023 it was not said, as it had been said of another series under the same heading."""
    page = Page("transit", lang="en", as_of=NOW)
    page.section("parts", transit.part_years)
    for key, view in (("rail", transit.rail_only), ("network", transit.network), ("network", transit.network)):
        page.say(key, view)
    assert ["No later figure of this series" in o.text for o in shown[1:]] == [True, True, False]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_missed_years_have_no_article(language):
    words = Page("inflation", lang=language, as_of=NOW).words
    said = words.held(Period.parse("2022"), [Period.parse("2023"), Period.parse("2024")])
    assert "2023 et 2024 auraient" in said if language == "fr" else "2023 and 2024 should" in said


def test_an_old_delivery_is_no_label_with_a_colon(shown):
    page = Page("aid", lang="fr", as_of=NOW)
    page.headline(aid.headline)
    said = shown[-1].text.replace("\u00a0", " ")
    assert "Aucune livraison d’aide récente n’a été relevée" in said and "septembre 2025" in said
    assert "connue :" not in said


def test_two_bodies_that_weigh_one_shipment_are_named(shown):
    """One said that 1,659 tonnes left and 1,662 arrived, +0.2%: two ministries say so, and the goods did not grow."""
    page = Page("aid", lang="en", as_of=NOW)
    page.say("shipped", aid.compared, earlier="shipped", later="delivered")
    said = shown[-1].text
    assert "Emergency Situations" in said and "Foreign Affairs" in said and "%" not in said


def test_a_chart_of_loads_names_no_kind_that_it_lacks():
    page = Page("aid", lang="en", as_of="2022-12-31")
    assert list(page.read(aid.load_groups)) == ["minimum_load"]
    assert not page.read(aid.flagged)["flagged"].ok


def test_the_latest_edition_is_said_once(shown):
    page = Page("forecasts", lang="fr", as_of=NOW, years=17)
    page.panels(forecasts.panels, "editions", country="KAZ", horizon="autumn_1")
    said = [o.text for o in shown if o.kind is Kind.SAY]
    assert sum("ne sont pas détenues ici" in text for text in said) == 1 < len(said)
    assert sum("16\u00a0octobre 2025" in text for text in said) == len(said)
    table = next(o.text for o in shown if o.kind is Kind.TABLE)
    assert "Valeur" not in table and "Écart absolu moyen" in table


GROUPS = re.compile(r"\b(?:voisine?s|neighbou?r(?:s|ing))\b", re.IGNORECASE)


def texts(node) -> list[str]:
    if isinstance(node, dict):
        return [t for key, below in node.items() if key != "by" for t in texts(below)]
    return (
        [t for below in node for t in texts(below)]
        if isinstance(node, list)
        else [node]
        if isinstance(node, str)
        else []
    )


def test_countries_that_are_compared_are_not_called_neighbours():
    """Three pages meant by it seven, five and eleven countries, Türkiye and Tajikistan among them."""
    root = project_root()
    words = [
        *sorted((root / "notebooks").glob("*.yml")),
        *sorted((root / "params").glob("*.yml")),
        root / "data/labels.yml",
    ]
    found = [(path.name, t) for path in words for t in texts(yaml.safe_load(path.read_text())) if GROUPS.search(t)]
    found += [(r.name, t) for r in resources().values() for t in r.titles.values() if GROUPS.search(t)]
    assert [f for f in found if " " in f[1]] == []  # a name of a page is one word


def test_no_text_of_the_data_has_a_typewriter_s_apostrophe():
    root = project_root() / "data"
    found = []
    for path in sorted(Path(root).rglob("*.yml")):
        own = [t for key in ("fr", "en") for t in _of_language(yaml.safe_load(path.read_text()), key)]
        found += [f"{path.name}: {t}" for t in own if re.search(r"\w'(?:\w| \w)", t)]
    assert found == []


def test_days_of_a_lag_are_spelt_alike():
    """Un jour, cinq jours, vingt jours in letters; forty-five and more in figures, where French sets them so."""
    said = [c for r in resources().values() for c in (caveat["fr"] for caveat in r.caveats)]
    assert [c for c in said if re.search(r"estimée à (?:\d|1\d|20) jours? après", c)] == []


def _of_language(node, language) -> list[str]:
    if isinstance(node, dict):
        own = texts(node[language]) if language in node else []
        return own + [t for key, below in node.items() if key != language for t in _of_language(below, language)]
    return [t for below in node for t in _of_language(below, language)] if isinstance(node, list) else []


def test_a_rate_of_the_rouble_has_two_decimals_everywhere():
    assert resources()["rub_rate"].decimals == 2
    assert all(r.decimals == 2 for r in Page("macro", lang="en", as_of=NOW).read(macro.rouble_path)["rouble"])


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        ("2016-06-30", ""),
        ("2024-12-31", "rose by 9.3% in 2023"),
        ("2025-01-01", "rose by 9.9% in 2023"),
        (NOW, "rose by 9.6% in 2025"),
    ],
)
def test_prices_of_output_are_told_in_the_vintage_of_the_day(as_of, said, shown):
    page = Page("inflation", lang="en", as_of=as_of)
    page.say("deflator", inflation.year)
    assert said in shown[-1].text if said else not shown
