"""What the pages on aid, investment, Afghanistan, the summary and the fact-check say, and leave out, on a day."""

import csv
import re

import pytest

from kzreport.files import project_root
from kzreport.language.words import Words
from kzreport.model import Period
from kzreport.pages.outputs import Kind
from kzreport.pages.page import Page
from kzreport.views import afghanistan, afghanistan_food, aid, claims, fdi, mirrored, transit

DATES = ["2016-06-30", "2020-02-29", "2022-12-31", "2024-06-30", "2026-09-30", "2026-11-26"]
PEERS = ["CHN", "KGZ", "RUS", "TJK", "UZB"]
MONTHLY = {name: {} for name in ("fdi", "transit", "afghanistan", "aid", "claims")}


def page(name, as_of, lang="en"):
    return Page(name, lang=lang, as_of=as_of)


def plain(text):
    """Return a text with ordinary spaces."""
    return text.replace("\u202f", " ").replace("\xa0", " ")


def said(name, key, view, as_of, lang="en", **options):
    p = page(name, as_of, lang)
    return plain(p.words.text("say", key, **p.read(view, **options)))


# --- a document under judgement is no source -----------------------------------------------------------------------


@pytest.mark.parametrize("table", ["aid_tonnes", "aid_wagons", "aid_items", "aid_money", "people_in_need"])
def test_no_judged_document_is_a_source_of_aid_or_need(table):
    with (project_root() / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert row["publisher"] != "source_document" and not re.match(r"S\d", row["via"]), row


def test_aid_is_set_against_the_need_of_its_year():
    found = page("aid", "2026-09-30").read(aid.need, recipient="AFG")
    assert (found["people"].value, str(found["people"].period)) == (22_900_000, "2025")
    assert found["mass"].value == pytest.approx(2476.124)
    assert found["grams"].value == pytest.approx(108.1, abs=0.1)
    text = said("aid", "need", aid.need, "2026-09-30", recipient="AFG")
    assert "22.9 million people" in text and "shipments: April 2025 and September 2025" in text
    assert sum(r.value for r in found["parts"]) == pytest.approx(found["mass"].value)
    years = page("aid", "2026-09-30").read(aid.need_years, recipient="AFG")
    assert [r.period.year for r in years["people"]] == [2022, 2024, 2025, 2026]
    then = said("aid", "need", aid.need, "2024-06-30", recipient="AFG")
    assert "more than 24 million" in then and "latest earlier year" in then and "at most" in then


def test_the_latest_delivery_is_not_told_as_the_last_if_a_later_one_has_no_tonnage():
    p = page("aid", "2022-12-31", "fr")
    text = plain(p.words.text("headline", **p.read(aid.headline)))
    assert "donne le tonnage" in text and "1,5 tonne de médicaments" in text
    assert re.search(r"neuf wagons, livré le 31\saoût 2022", text)


def test_a_sum_with_a_lower_bound_is_one_and_has_no_digit_of_its_own():
    found = page("aid", "2022-12-31").read(aid.year, recipient="AFG")
    assert found["delivered"].value == 4000 and found["least"].ok
    assert "at least 4,000 tonnes" in said("afghanistan", "aid", aid.year, "2022-12-31", recipient="AFG")


def test_a_first_batch_is_not_held_against_the_whole_that_was_promised():
    found = page("aid", "2026-09-30").read(aid.compared, earlier="announced", later="delivered")
    assert not found["against"].ok
    assert not said("aid", "announced", aid.compared, "2026-09-30", earlier="announced", later="delivered")


# --- nothing empty is said -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_of", ["2016-06-30", "2020-02-29"])
def test_a_section_without_a_subject_does_not_appear(as_of, shown):
    p = page("aid", as_of)
    p.section("stages", aid.stages)
    p.say("announced", aid.compared, earlier="announced", later="delivered")
    p.chart("shipments", "ranks", aid.shipments, rows=9)
    p.table("stages", aid.stages, by="item")
    p.section("money", aid.amounts)
    p.say("money", aid.money)
    q = page("afghanistan", as_of)
    q.section("goal", afghanistan.aims)
    q.say(["goal", "official"], afghanistan.goal)
    q.chart("paces", "ranks", afghanistan.paces, horizons=[3])
    q.section("dates", afghanistan.document)
    q.say(["wrong", "right"], afghanistan.year)
    q.say("document", afghanistan.document)
    q.section("food", afghanistan_food.food_table)
    q.listing("food", afghanistan_food.food_table)
    assert not shown


@pytest.mark.parametrize("as_of", DATES)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_summary_has_no_empty_point_and_no_empty_key_figure(as_of, lang, shown):
    p = page("summary", as_of, lang)
    p.headlines(MONTHLY)
    p.key_figures(MONTHLY)
    points, figures = shown[0].markdown.split("\n"), shown[1].html
    away = re.compile(r"\bn\. ?d\.|n/a|n\.[\s\u202f]?s\.")
    assert not away.search(figures)
    for point in points:
        told = re.sub(r"\[.*?\]\(.*?\)", "", point)
        told_of = re.search(r"\d|aucune n’est|none is", told) or "](aid.ipynb)" in point
        assert told_of or told.startswith("- Pages"), point
        assert not re.search("Aucun(e)? (livraison|volume)|No (delivery|volume)|n’avait paru|had appeared", told)
    if as_of == "2016-06-30":
        assert all(f"({name}.ipynb)" in points[-1] for name in ("transit", "claims"))
        assert "(aid.ipynb)" in points[-2]  # an amount of money is held
        assert points[-1].startswith({"fr": "- Pages sans", "en": "- Pages without"}[lang])


def test_a_column_without_a_figure_is_left_out(shown):
    page("fdi", "2016-06-30").table("years", fdi.table, last=12)
    assert "Gross inflow" not in shown[0].html and "n/a" not in shown[0].html
    assert "Net flow" in shown[0].html


@pytest.mark.parametrize("as_of", DATES)
def test_no_count_of_claims_is_told_as_none(as_of):
    for lang in ("fr", "en"):
        p = page("claims", as_of, lang)
        found = p.read(claims.headline, themes=[], of_pages=[], documents=[])
        texts = [p.words.text("headline", **found), *(p.words.text("say", k, **found) for k in ("own", "left"))]
        assert not re.search(r"\b(0|zero|zéro)\b", " ".join(texts)), texts
    if as_of == "2016-06-30":
        assert not found["known"].ok and not p.words.text("say", "meaning", **found)


@pytest.mark.parametrize("as_of", ["2022-12-31", "2026-09-30"])
def test_the_evidence_of_a_claim_says_what_is_missing_in_words(as_of, shown):
    for lang, away in (("fr", r"n\. d\."), ("en", "n/a")):
        shown.clear()
        page("claims", as_of, lang).claims(None, themes=[])
        table = next(o for o in shown if o.kind is Kind.TABLE)
        assert not re.search(rf"(?<![\w/])(?:{away})(?![\w/])", plain(table.html))


# --- investment ------------------------------------------------------------------------------------------------------


def test_the_stock_names_the_conduit_and_says_that_it_is_one():
    found = page("fdi", "2026-09-30").read(fdi.stock)
    assert (found["total"].value, found["first"].item, found["first"].value) == (152_800, "NLD", 60_000)
    text = said("fdi", "stock", fdi.stock, "2026-09-30")
    assert (
        "according to the National Bank" in text
        and "more than $60 billion" in text
        and "immediate investor" in text
        and "$60.0" not in text
    )
    assert not said("fdi", "stock", fdi.stock, "2020-02-29")
    assert page("fdi", "2026-09-30").read(fdi.stocks)["stock"][0].item == "NLD|at_least"


@pytest.mark.parametrize("as_of", ["2022-12-31", "2026-11-26"])
def test_the_chart_of_an_old_stock_says_its_finding_and_its_day(as_of, shown):
    """A chart of 2021 had no finding: it was thought too old to be told."""
    page("fdi", as_of).chart("stock", "ranks", fdi.stocks, finding=fdi.stock, apart="NLD|at_least")
    assert "In June 2021 at least 39% of the stock" in plain(shown[-1].finding)
    page("aid", as_of).chart("recipients", "ranks", aid.recipients, finding=aid.money)
    assert "57.3% of the humanitarian aid sent in 2021" in plain(shown[-1].finding)
    found = page("afghanistan", as_of).read(afghanistan_food.largest)
    assert (found is None) is (as_of < "2023-08-17")
    assert found is None or (found["first"].item, found["second"].item) == ("UZB", "AFG")


def test_the_largest_revision_names_the_vintages_between_which_it_is_the_largest():
    text = said("fdi", "revision", fdi.revision, "2026-09-30")
    assert text.startswith("From the vintage of 1 May 2026 to that of 1 July 2026") and "raised by" in text


@pytest.mark.parametrize("as_of", DATES)
def test_every_superlative_is_that_of_its_table(as_of):
    p = page("fdi", as_of)
    best = p.read(fdi.headline)["best"]
    assert best.value == max(r.value for r in p.read(fdi.rolling)["rolling"] if r.ok)
    stock, stocks = p.read(fdi.stock), p.read(fdi.stocks)
    assert stocks is None or stock["first"].value == max(r.value for r in stocks["stock"])
    found = p.read(fdi.share, peers=PEERS)
    if found["own"].ok:
        same = [g[-1].value for c, g in p.read(fdi.shares, peers=PEERS).items()
                if c != "KAZ" and g and g[-1].period == found["own"].period]  # fmt: skip
        assert (found["lowest"].value, found["highest"].value) == (min(same), max(same))
    money = page("aid", as_of).read(aid.money)
    sent = [r for g in page("aid", as_of).read(aid.recipients).values() for r in g if r.item != "rest"]
    assert not money["first"].ok or money["first"].value == max(r.value for r in sent)
    trade = page("afghanistan", as_of)
    flows = [r.value for r in trade.read(afghanistan.turnovers)["turnover"] if r.ok]
    assert trade.read(afghanistan.headline)["peak"].value == max(flows)


def test_gross_investment_is_compared_within_one_publisher_alone():
    """17.1 billion of 2024, of a press page, and 28.0 of 2022, of a ministry, make no fall."""
    for as_of, same, change in (("2022-12-31", True, 37.8), ("2024-06-30", True, 17.6), ("2026-09-30", False, 17.6)):
        found = page("fdi", as_of).read(fdi.gross)
        assert found["same"].ok is same and round(found["change"].value, 1) == change
        assert found["new"].item == found["old"].item != "press"
        text = said("fdi", "gross", fdi.gross, as_of) + said("fdi", "gross_year", fdi.gross, as_of)
        assert "38.9" not in text and ("two publishers do not compare" in text) is not same
    assert "January to June 2022" in said("fdi", "gross_part", fdi.gross, "2022-12-31")
    assert not said("fdi", "gross_part", fdi.gross, "2026-09-30")


def test_gross_over_net_is_that_of_the_publisher_of_both():
    found = page("fdi", "2026-09-30").read(fdi.table)["gross_to_net"]
    assert [r.period.year for r in found if r.ok] == [2020, 2021]
    assert "7.1 times" in said("fdi", "side", fdi.side_by_side, "2026-09-30")


@pytest.mark.parametrize("as_of", ["2022-12-31", "2024-06-30", "2026-11-26"])
def test_the_counts_of_claims_make_up_all(as_of):
    found = page("claims", as_of).read(claims.headline, themes=(), of_pages=(), documents=())
    parts = ("inconsistent", "found", "agree", "one_source", "exact", "open")
    assert sum(found[k].value or 0 for k in parts) == found["known"].value


def test_numbers_of_one_kind_are_all_in_letters_or_all_in_digits():
    options = {"themes": (), "of_pages": (), "documents": ()}
    found = page("claims", "2026-09-30", "fr").read(claims.headline, **options)
    text = plain(page("claims", "2026-09-30", "fr").words.text("headline", **found))
    assert text.startswith("Sur 176 affirmations") and re.search(r"\d+ s’accordent", text) and "dix" not in text


def test_electronics_sent_to_russia_are_compared_within_the_national_statistics():
    found = page("reexports", "2026-11-26").read(mirrored.electronics)
    assert found["now"].item == found["before"].item == "bns" and round(found["times"].value, 1) == 18.7
    text = said("reexports", "electronics", mirrored.electronics, "2026-11-26", "fr")
    assert "575,1 millions de dollars de janvier à octobre 2022" in text and "30,7 millions de dollars" in text
    assert not said("reexports", "electronics", mirrored.electronics, "2022-12-31")


def test_a_volume_that_has_more_than_doubled_is_told_as_a_multiple():
    text = said("transit", "part", transit.part_year, "2022-12-31")
    assert "2.7 times that volume, according to KTZ Express" in text and "171.7" not in text


@pytest.mark.parametrize("as_of", ["2022-12-31", "2024-06-30", "2026-11-26"])
def test_no_part_year_joins_two_publishers(as_of):
    for group in page("transit", as_of).read(transit.part_years).values():
        assert len({r.item for r in group}) == 1, group


def test_a_body_in_a_sentence_has_its_article_and_no_abbreviation():
    for lang, body in (("fr", "d’après le ministère des transports"), ("en", "of the Ministry of Transport")):
        p = page("transit", "2026-11-26", lang)
        text = plain(p.words.text("headline", **p.read(transit.headline)))
        assert body in text and "(Ministère" not in text


@pytest.mark.parametrize(("as_of", "peak"), [("2020-02-29", "the year before"), ("2026-09-30", "in 2022")])
def test_a_fall_is_told_once(as_of, peak):
    text = said("afghanistan", "peak", afghanistan.headline, as_of).lower()
    assert peak in text and ("%" in text) is (as_of == "2026-09-30")


# --- figures as they were stated ---------------------------------------------------------------------------------


def test_a_round_figure_has_no_invented_digit():
    for lang, goal in (("fr", "1 milliard de dollars"), ("en", "$1 billion")):
        text = said("afghanistan", "goal", afghanistan.goal, "2026-09-30", lang)
        assert goal in text and not re.search(r"1[.,]0 (milliard|billion)", text)


def test_a_target_that_rests_on_an_excerpt_says_so():
    with (project_root() / "data" / "inflation_target.csv").open(encoding="utf-8", newline="") as file:
        grades = {(r["period"], r["grade"]) for r in csv.DictReader(file)}
    assert {g for y, g in grades if y == "2026"} == {"excerpt"} and ("2024", "reported") in grades
    issues = (project_root() / "data" / "issues.yml").read_text(encoding="utf-8")
    assert "dont seul un extrait a été lu" in issues and "only an excerpt was read" in issues


def test_a_caveat_names_what_it_speaks_of():
    text = (project_root() / "data" / "issues.yml").read_text(encoding="utf-8")
    assert "Ce sommet" not in text and "This summit" not in text


def test_a_sentence_of_a_claim_does_not_begin_with_a_digit():
    from kzreport.claims.ledger import all_claims
    from kzreport.claims.sentences import claim_sentence

    for lang in ("fr", "en"):
        for claim in all_claims().values():
            assert not claim_sentence(Words(lang), claim)[0].isdigit(), claim.id


def test_stages_are_named_in_small_letters_within_a_list():
    items = [r.item for r in page("aid", "2026-09-30").read(aid.table)]
    assert Words("fr", "aid").label(items[0]).split(", ")[2] == "livré"
    assert Period.parse("2025-09") in {r.period for r in page("aid", "2026-09-30").read(aid.table)}


def test_a_marker_below_zero_stands_within_the_axes():
    from matplotlib.figure import Figure

    from kzreport.charts.canvas import Canvas
    from kzreport.charts.markers import ranks

    p = page("afghanistan", "2026-09-30")
    groups = {n: g for n, g in p.read(afghanistan.paces, horizons=[3, 5]).items() if g}
    least = min(r.value for g in groups.values() for r in g)
    canvas = Canvas(Figure().add_subplot(), p.words, "percent_per_year")
    ranks(canvas, groups)
    assert canvas.ax.get_xlim()[0] < least < 0


@pytest.mark.parametrize("as_of", ["2022-12-31", "2026-11-26"])
def test_what_is_left_of_the_money_is_left_after_what_was_told(as_of):
    """7.5 million, of which 4.3, 1.7 and 1.3 for countries with a name: the rest, which nobody names, is 0.2."""
    found = page("aid", as_of).read(aid.money)
    parts = {found[k].item: found[k].value for k in ("first", "second", "third")}
    assert parts == {"TJK": 4.3, "AFG": 1.7, "IND": 1.3} and not found["others"].ok
    assert found["rest"].value == pytest.approx(found["total"].value - sum(parts.values()))
    text = plain(said("aid", "money", aid.money, as_of, "fr"))
    assert "d’après EnergyProm" in text and "1,3 million de dollars pour l’Inde" in text
    assert "le reste, 0,2 million" in text


@pytest.mark.parametrize(("name", "as_of"), [("afghanistan", "2016-06-30"), ("afghanistan", "2024-06-30")])
def test_a_section_without_a_subject_is_left_out(name, as_of):
    """The dates of a document are no section before the document."""
    p = page(name, as_of)
    assert not any(r.ok for r in p.read(afghanistan.document).values())
    aims = p.read(afghanistan.aims)
    assert (aims["official"].ok, aims["goal"].ok) == (as_of > "2023", False)


# --- what a reader adds up -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("as_of", "lang", "printed", "told"), [
    ("2014-10-28", "fr", ("9,2 milliards", "11,2 milliards", "1,9 milliard"), True),
    ("2014-10-28", "en", ("$9.2 billion", "$11.2 billion", "$1.9 billion"), True),
    ("2026-11-26", "en", (), False),
])  # fmt: skip
def test_a_headline_whose_figures_do_not_add_up_as_printed_says_that_they_are_rounded(
    as_of, lang, printed, told, shown
):
    page("fdi", as_of, lang).headline(fdi.headline)
    text = plain(shown[-1].markdown)
    assert all(p in text for p in printed)
    assert ("arrondis après calcul" in text or "rounded after the calculation" in text) is told
