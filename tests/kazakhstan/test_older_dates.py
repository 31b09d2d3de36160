"""Editions of dates between those that are read often: what their sentences and caveats may say by then."""

from __future__ import annotations

import re
from datetime import date

import pytest

from kzreport.files import project_root
from kzreport.pages.page import Page
from kzreport.project.settings import page_names
from kzreport.series.issues import suspect_periods
from kzreport.series.known import load_series
from kzreport.views import aid, neighbours, transit
from kzreport.yamlfile import read_yaml

FOREVER = "2099-12-31"
NUMBER = re.compile(r"\d[\d\u00a0\u202f ,.]*\d|\d")
YEAR = re.compile(r"(?<![\d,.\-/])(20\d\d)(?![\d,.])")
PLURAL = re.compile(r"\{\w+\|[^|{}]*\|[^{}]*\}[^{}\[\];]*\b(leurs?|their)\b")
PEERS = ["UZB", "KGZ", "TJK", "TKM", "AZE", "MNG", "RUS"]
INDICATORS = list(neighbours.INDICATORS)
COMPARED = {"indicators": INDICATORS, "country": "KAZ", "peers": PEERS}


@pytest.fixture(scope="module")
def issues():
    return read_yaml(project_root() / "data" / "issues.yml")


def digits(text: str) -> list[str]:
    """Numbers of a text, without what a language puts between their digits; order and words for them may differ."""
    return sorted(re.sub(r"\D", "", n) for n in NUMBER.findall(text))


def test_a_caveat_has_the_same_numbers_in_both_languages(issues):
    """The French caveat on 2024 told the 8.8% of a later vintage; the English one did not."""
    texts = [(i["id"], t) for i in issues for t in (i, i.get("ended")) if t]
    assert [name for name, t in texts if digits(t["fr"]) != digits(t["en"])] == []


def test_a_caveat_names_no_year_of_which_nothing_was_published(issues):
    """From March 2021 on, a caveat spoke of the partners of 2021, which came out a year later."""
    found = []
    for i in issues:
        years = {y for y in YEAR.findall(i["fr"]) if y in i.get("periods", [])} if i["kind"] != "checked" else ()
        for y in years:
            days = [o.published for o in load_series(i["series"], FOREVER) if str(o.period) == y]
            found += [(i["id"], y)] if days and min(days) > date.fromisoformat(i["since"]) else []
    assert found == []


def test_the_vintage_named_is_one_whose_figures_are_shown(shown):
    """A vintage of GDP, which only divides, was named where no share of GDP was shown."""
    page = Page("neighbours", lang="en", as_of="2018-03-28")
    page.title(indicators=INDICATORS)
    assert "data published up to 26\u00a0October 2017" in shown[0].text
    text = page.words.text("say", "state", **page.read(neighbours.state, **COMPARED))
    assert "26\u00a0October 2017" in text


@pytest.mark.parametrize(("as_of", "ranked"), [("2025-10-28", False), ("2026-01-31", True)])
def test_a_contradicted_figure_has_no_rank_and_makes_no_title(as_of, ranked):
    """The World Bank's 4.9% of 2024, where the monthly indices give 8.7%, put Kazakhstan third of four."""
    page = Page("neighbours", lang="en", as_of=as_of)
    assert bool(suspect_periods("wdi_inflation", as_of, country="KAZ")) is not ranked
    assert suspect_periods("wdi_inflation", as_of, country="UZB") == ()
    panel = page.read(neighbours.panels, **COMPARED)["inflation"]
    assert (
        next(iter(panel.sentences)) == ("inflation" if ranked else "doubted") and ("rank" in panel.sentences) is ranked
    )
    assert panel.finding["value"].ok is ranked and bool(panel.beside) is ranked
    overview = page.read(neighbours.overview, **COMPARED)
    row = [r.item for r in overview.rows].index("inflation")
    assert bool(overview.beside["rank"][row]) is ranked


def test_the_money_of_aid_is_shown_where_no_tonnage_is_known():
    """In 2018 the page said that no figure was held, of two that are."""
    page = Page("aid", lang="en", as_of="2018-03-28")
    assert page.read(aid.table) is None
    assert [r.value for r in page.read(aid.recorded)] == [2.0, 56.0]


@pytest.mark.parametrize(("as_of", "least"), [("2021-09-28", True), ("2023-05-28", False)])
def test_at_least_stands_with_the_key_figure(as_of, least):
    """The delivery of May 2021 is "at least" 4,500 tonnes: its key figure was 4,500."""
    page = Page("aid", lang="en", as_of=as_of)
    found = page.read(aid.headline)
    assert (found["least"].ok, found["exact"].ok) == (least, not least)
    keys = page.words.entry("key_figures")
    assert list(keys) == ["exact", "least"] and "at least" in keys["least"]["en"] and "au moins" in keys["least"]["fr"]


@pytest.mark.parametrize(
    ("as_of", "said"),
    [("2023-05-28", ""), ("2025-10-28", "2.8 million tonnes. Each"), ("2026-09-30", "leaving out two")],
)
def test_values_of_a_document_are_left_out_where_there_are_some(as_of, said):
    """One figure for a year "agreed", and a document was left out that had not appeared."""
    page = Page("transit", lang="en", as_of=as_of)
    text = page.words.text("say", "disagreement", **page.read(transit.disagreement))
    assert said in text.replace("\u00a0", " ") if said else not text


def test_pages_without_a_source_are_no_publisher():
    """Two press pages, 2.7 and 2.75 million tonnes, gave the base of a doubling that a third one told."""
    found = Page("transit", lang="en", as_of="2025-10-28").read(transit.implied)
    assert (found["low"].item, found["low"].value) == ("press", 1_375_000)


def test_one_claim_has_its_document_not_theirs():
    """In October 2025 one claim was "borne out by the arithmetic of their document"."""
    found = [
        (page, match.group())
        for page in page_names()
        for match in PLURAL.finditer((project_root() / "notebooks" / f"{page}.yml").read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("as_of", "said"), [("2025-10-28", "33,000 to 33,600 TEU in 2022"), ("2023-05-28", "33,000 TEU in 2022")]
)
def test_no_midpoint_of_containers_is_told_as_a_figure(as_of, said):
    """Nobody gave 33,300 containers for 2022: the page did, between 33,000 and 33,600."""
    page = Page("transit", lang="en", as_of=as_of)
    found = page.read(transit.container_growth)
    assert f"was {said}" in page.words.text("say", "containers", **found).replace("\u00a0", " ")
    assert f"carried {said}" in page.words.text("findings", "containers", **found).replace("\u00a0", " ")
