"""A sentence, a title and a caveat rest on what the page shows on the day: nothing more, and nothing left unsaid."""

from __future__ import annotations

import re

import nbformat
import pytest

from kzreport.files import project_root
from kzreport.pages.outputs import Kind
from kzreport.pages.page import Page
from kzreport.project.settings import page_names
from kzreport.views import fdi, forecasts, inflation, macro, policy
from kzreport.yamlfile import read_yaml

DATES = ["2014-10-28", "2019-04-28", "2022-09-28", "2024-08-28", "2026-11-26"]
KAZ = {"country": "KAZ", "horizon": "autumn_1"}
LATER_VOICE = re.compile(r"cette époque|of that time|(from before|earlier than|by) that date")


def page(name, as_of, lang="en", years=8):
    return Page(name, lang=lang, as_of=as_of, years=years)


def said(name, key, view, as_of, lang="en", **options):
    p = page(name, as_of, lang)
    return re.sub("[\u00a0\u202f]", " ", p.words.text("say", key, **p.read(view, **options)))


def texts(node):
    """Yield the texts of a tree of words."""
    if isinstance(node, str):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from texts(each)


# --- investment -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "low", "high"),
    [("2014-10-28", "$1.9 billion", "$2.9 billion"), ("2024-08-28", "−$1.0 billion", "$2.4 b")],
)
def test_how_quarters_vary_is_measured(as_of, low, high):
    """In 2014, after 37 quarters of inflows and one of outflow, "flows change sign from one quarter to the next"."""
    text = said("fdi", "quarter", fdi.headline, as_of).replace("\u2060", "")
    assert f"ran from {low} to {high}" in text and "change sign" not in text
    assert "for the four quarters to the first quarter of 2012" in text


@pytest.mark.parametrize(("as_of", "year"), [("2022-09-28", 2021), ("2024-08-28", 2023), ("2024-11-28", 0)])
def test_a_share_of_an_estimated_gdp_says_so(as_of, year, shown):
    """Shares of 1.8% and 1.4% of GDP rested on estimates of the IMF, and neither the sentence nor the table told."""
    text = said("fdi", "share_gdp", fdi.year, as_of)
    assert (f"GDP for {year} is still an IMF estimate" in text) is bool(year) and "of GDP in" in text
    page("fdi", as_of).table("years", fdi.table, last=12)
    starred = [row for row in shown[-1].text.splitlines() if "*" in row and re.match(r"\W*20\d\d", row)]
    assert [y for y in range(2010, 2026) for row in starred if str(y) in row] == ([year] if year else [])
    assert ("asterisk: GDP as estimated" in shown[-1].text) is bool(year)


# --- inflation and exchange rates -----------------------------------------------------------------------------------


@pytest.mark.parametrize("as_of", DATES)
def test_a_title_names_what_its_chart_draws(as_of, shown):
    """In 2014 one chart was of inflation "and the target", another "and expectations": neither was held."""
    p = page("inflation", as_of)
    p.chart("yoy", "lines", inflation.path, steps=inflation.target)
    held = any(r.ok and r.period.year >= p.start.year for r in p.read(inflation.target)["target_high"])
    assert ("target" in shown[-1].title) is held is (as_of > "2016")
    p.chart("money", "lines", policy.money, points=policy.decisions)
    assert ("expectations" in shown[-1].title) is bool(p.load("expectations").last) is (len(shown) == 2)


def test_single_decisions_do_not_stand_beside_no_policy_rate(shown):
    """Under a chart with four of its decisions: "no figures held over the period: policy rate"."""
    page("inflation", "2022-09-28").chart("money", "lines", policy.money, points=policy.decisions)
    assert (
        "Policy rate at end of month, Real policy rate." in shown[-1].source and "Policy rate, single" in shown[-1].alt
    )


def test_a_section_says_what_is_not_held():
    """In 2014 a page called "reserves" was silent on them, and a section on expectations had a chart of inflation."""
    assert (
        said("macro", "reserves", macro.reserves, "2014-10-28")
        == "No figure of reserves from before this date is held here."
    )
    assert said("inflation", "expected", policy.expectations, "2014-10-28").startswith("No survey of household exp")
    assert said("macro", "reserves", macro.reserves, "2019-04-28").startswith("At the end of March 2019")


def test_a_change_since_december_names_its_year_and_its_direction():
    """It was "the change since December is +5.9%"."""
    text = said("inflation", "since_december", inflation.monthly, "2014-10-28")
    assert text == "Since December 2013 prices have risen by 5.9%."
    assert said("inflation", "since_december", inflation.monthly, "2023-02-10") == ""  # January alone is the month


def test_no_sentence_is_of_a_signed_change():
    """ "La variation est de +5,9 %", "a varié de +9,6 %": a rise is a rise."""
    words = read_yaml(project_root() / "notebooks" / "inflation.yml")["say"]
    told = [t for key in ("month", "since_december", "pace", "year", "deflator") for t in texts(words[key])]
    assert [t for t in told if re.search(r"(varia\w+|varié|chang\w+) (est de|de|is|by) \{\w+:signed", t)] == []


def test_inside_a_target_both_bounds_are_told():
    assert said("inflation", "target", inflation.headline, "2019-04-28", "fr").endswith("de 4 à 6 %.")


def test_an_edition_speaks_from_its_own_day():
    """Editions told "the decisions of that time", seen from years later."""
    mine = ("inflation", "fdi", "macro", "forecasts", "neighbours", "summary")
    assert mine[0] in page_names()
    found = [
        (p, t)
        for p in mine
        for t in texts(read_yaml(project_root() / "notebooks" / f"{p}.yml"))
        if LATER_VOICE.search(t)
    ]
    found += [t for t in texts(read_yaml(project_root() / "data" / "issues.yml")) if "époque" in t or "that time" in t]
    assert found == []


# --- forecasts ------------------------------------------------------------------------------------------------------


def test_a_method_tells_what_a_table_shows(shown):
    """In 2022 tables had errors and a naive forecast, and the method explained neither."""
    p = page("forecasts", "2022-09-28", years=17)
    panel = p.read(forecasts.panels, **KAZ)["balance"]
    assert not panel.finding["error"].ok  # nothing is judged, so no sentence is on errors
    p.panels({"balance": panel}, "editions")
    assert "naive forecast" in shown[-1].text
    p.method()
    assert "Naive forecast:" in shown[-1].text and "Mean absolute error:" in shown[-1].text
    assert "half the mean" not in shown[-1].text  # what leans is told of what is judged


@pytest.mark.parametrize(("as_of", "first"), [("2021-03-28", 2021), ("2022-09-28", 2022), ("2026-11-26", 2026)])
def test_no_forecast_is_told_of_a_year_that_is_over(as_of, first):
    """In March 2021 the edition of October "expects 6.9% in 2020", whose outcome was out."""
    p = page("forecasts", as_of)
    found = p.read(forecasts.headline, **KAZ)
    assert [found[k].period.year for k in ("now", "next")] == [first, first + 1]
    for panel in p.read(forecasts.panels, **KAZ).values():
        told = next(r for key, r in panel.sentences.items() if key.startswith("expected"))
        assert [told[k].period.year for k in ("now", "next")] == [first, first + 1]


def test_two_equal_forecasts_are_told_once():
    """ "−0.5% of GDP for 2022 and −0.5% of GDP for 2023"."""
    p = page("forecasts", "2022-09-28", "fr")
    few = p.read(forecasts.panels, **KAZ)["balance"].sentences["expected_too"]
    text = p.words.text("say", "expected_too", **few)
    assert text.count("%") == 1 and "comme pour 2023" in text


def test_the_years_of_an_error_are_told_with_it():
    p = page("forecasts", "2024-08-28")
    assert "over three years (2020–2022)" in p.words.text("headline", **p.read(forecasts.headline, **KAZ))


def test_a_participle_does_not_follow_a_number_that_it_may_not_agree_with():
    """ "0,0 % du PIB prévus"."""
    words = read_yaml(project_root() / "notebooks" / "forecasts.yml")
    assert [t for t in texts(words) if re.search(r"\} (prévu|constaté)s?\b", t)] == []


def test_a_table_of_revisions_has_a_sentence_though_a_measure_is_missing():
    text = said("forecasts", "revised", forecasts.revised, "2022-09-28", country="KAZ")
    assert text.startswith("The first figures of inflation and growth") and "leaves out" in text
    assert "current account" in said("forecasts", "revised", forecasts.revised, "2024-08-28", country="KAZ")


# --- neighbours and the summary -------------------------------------------------------------------------------------


def test_a_figure_of_a_past_year_is_told_in_the_past():
    """In 2024: "en 2016, les entrées nettes représentent 12,2 % du PIB", under a title that said "était"."""
    words = read_yaml(project_root() / "notebooks" / "neighbours.yml")["say"]
    indicators = (
        "growth",
        "income",
        "inflation",
        "unemployment",
        "trade",
        "fdi",
        "remittances",
        "debt",
        "aid",
        "population",
    )
    found = [
        t
        for k in indicators
        for t in texts(words[k])
        if re.search(r"\b(représente|représentent|est estimée|s’élève|s’établit|sont à peu)\b", t)
    ]
    assert found == []


def test_a_summary_warns_of_no_partner_that_it_does_not_name(shown):
    """In 2024 it warned of Brazil, Egypt and Viet Nam, and of an edition of 2020 that none of its figures rests on."""
    cells = nbformat.read(project_root() / "notebooks" / "summary.ipynb", as_version=4).cells
    call = next(c.source for c in cells if "page.background" in c.source)
    p = page("summary", "2024-08-28", years=2)
    pages = {name: {} for name in ("transit", "afghanistan", "reexports", "forecasts")}
    p.headlines(pages)
    p.key_figures(pages)
    exec(call, {"page": p})
    caveats = next(o.text for o in shown if o.kind is Kind.CAVEATS)
    assert not re.search("Brazil|Egypt|Türkiye|spring 2020", caveats)
    assert "2.7 to 2.8" in re.sub("[\u00a0\u202f]", " ", caveats)
