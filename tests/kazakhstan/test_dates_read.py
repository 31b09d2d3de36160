"""Editions of 2014, 2019, 2022 and 2024 as they were read: what was wrong of a kind, and what it says now."""

from __future__ import annotations

import re
from datetime import date

import pytest

from kzreport.claims.assessment import assess_claims
from kzreport.claims.columns import table_cells
from kzreport.claims.ledger import known_claims
from kzreport.language.locale import alphabetical
from kzreport.language.words import Words
from kzreport.pages.outputs import Kind
from kzreport.pages.page import Page
from kzreport.render.catalogue import catalogue
from kzreport.render.content import Edition
from kzreport.views import afghanistan, aid, claims, partners, reexports, transit


@pytest.fixture
def shown(monkeypatch):
    """The outputs of pages, in the order in which they are displayed."""
    outputs = []
    monkeypatch.setattr(Page, "display", lambda self, output: outputs.append(output))
    return outputs


def headline(name: str, as_of: str, view, shown, lang: str = "en", **options) -> str:
    Page(name, lang=lang, as_of=as_of, years=12).headline(view, **options)
    return plain(shown[-1].text)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_before_any_document_the_page_of_claims_tells_nothing_of_figures(shown):
    """It said that no figure from before that date was held, of a page that has none, over an empty list of sources."""
    page = Page("claims", lang="en", as_of="2014-10-28")
    page.title()
    page.headline(claims.headline, themes=[], of_pages=[], documents=[])
    page.background()
    assert plain(shown[0].text).endswith("*Edition of 28 October 2014*")
    assert Kind.SOURCES not in {o.kind for o in shown}


@pytest.mark.parametrize("name", ["partners", "afghanistan", "reexports", "transit"])
def test_a_page_without_a_figure_has_no_method(name, shown):
    page = Page(name, lang="en", as_of="2014-10-28", years=12)
    page.background()
    assert not {Kind.METHOD, Kind.CAVEATS} & {o.kind for o in shown}


def test_two_months_are_named(shown):
    """ "From January to February" may leave one to ask whether February is in it."""
    told = headline("partners", "2019-04-28", partners.headline, shown)
    assert "In January and February 2019 goods trade" in told


@pytest.mark.parametrize(
    ("as_of", "told"),
    [
        ("2022-09-28", "2022, the year of the war and the sanctions, is not over yet"),
        ("2023-02-28", "those of 2022, the year of the war and the sanctions, are not held here at this date"),
        ("2021-12-31", "on a year earlier)."),
    ],
)
def test_a_year_that_is_not_over_is_not_missing(as_of, told, shown):
    assert told in headline("reexports", as_of, reexports.headline, shown, base=[2017, 2021], event=2022)


def test_a_peak_of_trade_says_since_when(shown):
    page = Page("afghanistan", lang="fr", as_of="2022-09-28", years=12)
    page.say("peak", afghanistan.headline)
    assert "leur plus haut niveau depuis 2015, première année détenue ici : 623" in plain(shown[-1].text)


def test_a_claim_is_not_held_against_a_year_to_come():
    """In 2022 the rank of France of that whole year was called missing; so was a population of years held earlier."""
    day = date(2022, 9, 28)
    found = {a.claim.id: table_cells(Words("en"), a, day) for a in assess_claims(known_claims(day), day)}
    assert "2020" in found["S2-L011-2"][3] and "2022" not in found["S2-L011-2"][3]
    assert "no figure from before" not in str(found["S2-L009-3"])


def test_a_correction_is_named_and_its_evidence_listed_once():
    day = date(2022, 9, 28)
    found = {a.claim.id: table_cells(Words("en"), a, day) for a in assess_claims(known_claims(day), day)}
    _, _, published, evidence = found["S2-L011-1"]
    assert "As corrected (21\u00a0December 2015): reproduced" in published[1]
    assert evidence.count("The Diplomat") == 1


def test_what_was_sent_was_not_received(shown):
    """Tajikistan "received 57.3%" of aid whose arrival is not known: of amounts with two digits there are no tenths."""
    page = Page("aid", lang="en", as_of="2024-08-28", years=20)
    page.chart("recipients", "ranks", aid.recipients, finding=aid.money)
    assert "Tajikistan accounted for 57% of the humanitarian aid sent in 2021" in plain(shown[-1].finding)


def test_a_count_given_as_more_than_stands_apart(shown):
    page = Page("aid", lang="en", as_of="2022-09-28", years=20)
    page.table("people", aid.need_years, recipient="AFG")
    assert "at least" in shown[-1].text and "deliver" not in shown[-1].title


def test_growth_has_the_digits_of_the_volumes(shown):
    """2.8 after 1.5 million tonnes was 86.7% more; the announced +65% was 65.0% in the title of the chart."""
    told = headline("transit", "2024-08-28", transit.headline, shown)
    assert ", 87% more than the year before" in told
    page = Page("transit", lang="en", as_of="2024-08-28", years=12)
    page.chart("parts", "pairs", transit.part_years, finding=transit.part_year)
    assert re.search(r"June 2024, 65% more", plain(shown[-1].finding))


def test_a_body_is_named_once_under_a_chart(shown):
    page = Page("partners", lang="en", as_of="2022-09-28", years=8)
    page.chart("shares", "ranks", partners.ranking, finding=partners.first, rows=12)
    assert shown[-1].source.count("Bureau of National Statistics") == 1 and "WITS" in shown[-1].source


@pytest.fixture(scope="module")
def listed() -> dict[str, str]:
    """Two series and their list in the catalogue of an edition of 2022, in French."""
    day = date(2022, 9, 28)
    series = ("exports_by_partner", "reexport_readings", "population", "aid_money")
    edition = Edition(
        "monthly", "2022-09-28", day, {"fr": "Note"}, {"fr": ""}, {"fr": ""}, {"fr": []}, series, "0" * 16
    )
    return dict(catalogue(edition))


def test_the_catalogue_keeps_small_amounts(listed):
    """It had 0 for 50,000 dollars, and 2 for both 1.7 and 1.9 million: the page on aid said otherwise."""
    cells = re.findall(r"<td>([^<]*)</td>", listed["fr/series/aid_money.html"])
    assert {"0,05", "1,7", "1,9", "542"} <= set(cells) and "0" not in cells


def test_the_catalogue_sorts_names_as_a_dictionary_does(listed):
    """It sorted by codes of countries (Switzerland before China), and put what begins with É after W."""
    names = re.findall(r'<th scope="row">([^<]+)</th>', listed["fr/series/exports_by_partner.html"])
    assert names == sorted(names, key=alphabetical) and names.index("Égypte") < names.index("Espagne")
    index = plain(listed["fr/series/index.html"])
    assert "Hong Kong" in names and index.index("Échanges vus") < index.index("Population")


def test_furniture_has_the_spaces_of_the_language(listed):
    """A line of the catalogue ended with an opening quotation mark, and one of the claims began with a colon."""
    w = Words("fr")
    assert "auteur\u00a0: " in w.ui("no_mistake") and "\u202f; la source" in w.ui("shown_as")
    text = re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^>]+>", "", listed["fr/series/aid_money.html"])
    assert not re.search(r" [;:!?»](?= |$)|« ", text)
