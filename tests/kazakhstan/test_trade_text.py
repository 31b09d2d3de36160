"""What the pages on trade, transit and re-exports say on a date: few partners, suspect values, nothing out of time."""

import csv
import io
import re

import pytest

from kzreport.language.lint import word_faults
from kzreport.language.wordfiles import page_words
from kzreport.model import Period, Reading
from kzreport.pages import context
from kzreport.pages.freshness import is_latest
from kzreport.pages.notebooks import read_notebook
from kzreport.pages.outputs import KEY, Kind
from kzreport.pages.page import Page
from kzreport.pages.tables import signed_columns
from kzreport.project.settings import notebook_path
from kzreport.series.groups import all_groups
from kzreport.series.issues import known_issues, suspect_periods
from kzreport.series.known import load_series
from kzreport.views import afghanistan, partners, reexports, trade_changes, transit

PAGES = ("partners", "transit", "reexports", "afghanistan")
DATES = ("2016-06-30", "2020-02-29", "2022-12-31", "2024-06-30", "2026-09-30", "2026-11-26")
TRADE = ("exports_by_partner", "imports_by_partner", "exports_monthly", "imports_monthly")


def series(as_of, names=TRADE):
    return [load_series(n, as_of) for n in names]


CACHE = {}  # (page, language, date) -> what it shows: a page is run once for all tests


@pytest.fixture
def told(monkeypatch):
    """Return a page of a date as a reader has it: (kind, text) of what is displayed, hushed sections left out."""
    said = []
    monkeypatch.setattr(context, "display", lambda data, raw, metadata: said.append((metadata[KEY], data)))

    def tell(page, language, as_of):
        if (page, language, as_of) in CACHE:
            return CACHE[page, language, as_of]
        said.clear()
        names = {}
        for cell in read_notebook(notebook_path(page)).cells:
            if cell.cell_type == "code":
                exec(compile(cell.source, f"{page}.ipynb", "exec"), names)
                if "parameters" in cell.metadata.get("tags", []):
                    names |= {"lang": language, "as_of": as_of} | ({"previous": None} if "previous" in names else {})
        found = [(Kind(m["kind"]), d["text/plain"].replace(m.get("csv") or "\0", "")) for m, d in said]
        return CACHE.setdefault((page, language, as_of), found)

    return tell


def sentences(shown, *kinds):
    return "\n".join(text for kind, text in shown if kind in (kinds or (Kind.HEADLINE, Kind.SAY, Kind.SECTION)))


# ---- nothing without a subject


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_day_without_figures_is_told_in_one_sentence(page, language, told):
    shown = told(page, language, "2009-12-31")
    said = [text for kind, text in shown if kind is Kind.SAY]
    wanted = page_words(page)["say"]["wanted"][language][:20]
    assert all(text.startswith(wanted) for text in said) and len(said) <= 1
    assert [kind for kind, _ in shown].count(Kind.HEADLINE) == 1
    assert not any(kind is Kind.CAVEATS for kind, _ in shown)  # of no figure there is no fault to deny


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("as_of", DATES)
@pytest.mark.parametrize("page", PAGES)
def test_no_sentence_says_only_that_it_says_nothing(page, as_of, language, told):
    said = [t for k, t in told(page, language, as_of) if k is Kind.SAY]
    empty = r"^(Aucune? |Les? [^.]* ne (peut|peuvent|sont) pas |No |[^.]* cannot be |[^.]*not held here)[^.]*\.$"
    assert [t for t in said if re.search(empty, t) and not re.search(r"\d", t)] == []
    assert not re.search(r"n\. d\.|n/a", sentences(told(page, language, as_of)))


BEFORE = {  # page -> (a word that has no subject before a day, the day)
    "reexports": [(r"sanction|guerre|war\b|placebo|témoin", "2022-01-01"), (r"Sénat|Senate|multipl", "2026-01-21")],
    "transit": [(r"Sénat|Senate|multipl|Base requise|Base needed", "2026-01-21")],
    "partners": [(r"révision|revision|vintage|état de la source", "2026-09-16"), (r"suspect", "2026-08-14")],
    "afghanistan": [(r"document|objectif|\bgoal\b", "2023-04-17")],
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("as_of", DATES)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_speaks_of_nothing_that_had_not_happened(page, as_of, language, told):
    text = sentences(told(page, language, as_of), Kind.HEADLINE, Kind.SAY, Kind.SECTION, Kind.METHOD)
    for word, day in BEFORE[page]:
        assert as_of >= day or not re.search(word, text), re.search(f".*({word}).*", text)


@pytest.mark.parametrize("page", PAGES)
def test_bodies_and_groups_are_not_named_before_their_time(page, told):
    for as_of in ("2016-06-30", "2020-01-31"):
        text = sentences(told(page, "fr", as_of), Kind.HEADLINE, Kind.SAY, Kind.CHART, Kind.TABLE)
        assert not re.search(r"Bureau national|vingt-sept|ministère des transports|NSIA", text)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_method_stands_only_beside_what_it_is_of(language, told):
    """Of pages without a figure the editions of 2016 and 2020 told at length how their figures are computed."""
    for page in ("transit", "claims", "forecasts"):
        assert Kind.METHOD not in [kind for kind, _ in told(page, language, "2016-06-30")]
    assert Kind.METHOD in [kind for kind, _ in told("transit", language, "2026-11-26")]
    share = r"Part du PIB|Share of GDP"
    assert not re.search(share, sentences(told("fdi", language, "2016-06-30"), Kind.METHOD))
    assert re.search(share, sentences(told("fdi", language, "2020-02-29"), Kind.METHOD))
    part = r"Une année incomplète|A part-year"
    assert not re.search(part, sentences(told("partners", language, "2020-02-29"), Kind.METHOD))
    assert re.search(part, sentences(told("partners", language, "2016-06-30"), Kind.METHOD))


def test_a_sentence_of_the_method_has_a_day_or_none():
    words = {"method": [{"fr": "Un.", "en": "One.", "since": "2026-01-21"}]}
    assert word_faults(words, "x.yml", ["fr", "en"]) == []
    words["method"][0]["since"] = "soon"
    (fault,) = word_faults(words, "x.yml", ["fr", "en"])
    assert fault.startswith("x.yml, method.1, since: found 'soon'")


# ---- partners


@pytest.mark.parametrize(("as_of", "year", "count"), [("2016-06-30", "2015", 4), ("2020-02-29", "2018", 4),
                                                      ("2022-12-31", "2021", 5)])  # fmt: skip
def test_few_partners_are_said_to_be_few(as_of, year, count, told):
    found = partners.first(*series(as_of), all_groups())
    assert str(found["first"].period) == year and found["first"].item == "RUS"
    assert found["listed"].value == count and not found["eu"].ok
    assert found["left"].value + found["first_share"].value < 100
    text = sentences(told("partners", "fr", as_of))
    assert "aucun rang n’en est tiré" in text and "deux premiers partenaires" not in text
    assert partners.euros(found, load_series("eur_per_usd", as_of)) is None
    issues = {i.id for i in known_issues(as_of, frozenset(TRADE[:2]), None)}
    assert ("exports-few-partners" in issues) == ("imports-few-partners" in issues) == (as_of < "2021-03-16")


def test_a_table_by_partner_says_its_year(told):
    for as_of, year in (("2020-02-29", "2018"), ("2026-09-30", "2025")):
        titles = [t.strip().splitlines()[0] for k, t in told("partners", "fr", as_of) if k is Kind.TABLE]
        assert sum(title.endswith(f"en {year}") for title in titles) == 3


def test_a_chart_of_one_year_says_it(told):
    for as_of, year in (("2020-02-29", "2018"), ("2026-09-30", "2025")):
        titles = [t for k, t in told("partners", "fr", as_of) if k is Kind.CHART]
        assert any(re.search(rf"Part des échanges de biens, en {year}", title) for title in titles)
    (absent, *_) = [t for k, t in told("partners", "en", "2009-12-31") if k is Kind.ABSENT] or [""]
    assert "{" not in absent and "[" not in absent


def test_a_whole_year_is_told_once(told):
    text = sentences(told("partners", "fr", "2020-02-29"))
    assert "En 2019, les échanges" in text and "Sur l’année 2019" not in text and "même période" not in text
    assert partners.year(*series("2020-02-29")[2:]) is None
    assert str(partners.year(*series("2026-09-30")[2:])["turnover"].period) == "2025"


def test_every_sum_with_a_suspect_value_stands_beside_the_one_without():
    exports, imports = series("2026-08-31")[2:]
    sums = trade_changes.year_sums(exports, imports)
    found = trade_changes.rolling(sums, suspect_periods("exports_monthly", "2026-08-31"))
    assert [str(found[k].period) for k in ("turnover", "sound_turnover")] == ["2026-06", "2026-05"]
    billions = [
        round(found[k].value / 1000, 1) for k in ("balance", "balance_before", "sound_balance", "sound_balance_before")
    ]
    assert billions == [15.4, 17.3, 12.7, 17.5]
    later = trade_changes.rolling(sums, [Period.parse("2024-01")])  # not among the twelve months
    assert not later["sound_turnover"].ok and later["turnover"] == found["turnover"]


def test_the_coverage_of_a_suspect_value_has_its_pair(told):
    text = sentences(told("partners", "en", "2026-08-31"), Kind.SAY)
    assert "without the suspect value, from January to May 2026, 117.3%, against 122.8%" in text
    assert "without it, over the twelve months to May 2026" in text
    assert "suspect" not in sentences(told("partners", "en", "2026-09-30"), Kind.SAY)


def test_contributions_name_the_partners_of_the_table(told):
    """What the table does not name comes first where it contributes more than any partner that it names."""
    unnamed_first = "y contribuent ensemble pour +7,2\xa0points\u202f; parmi ceux qu’il nomme, le premier est la Russie"
    assert unnamed_first in sentences(told("partners", "fr", "2022-12-31"))
    named_first = "Parmi les partenaires du tableau, celui qui y contribue le plus est la Chine"
    assert named_first in sentences(told("partners", "fr", "2026-11-26"))


@pytest.mark.parametrize("as_of", DATES)
def test_who_contributed_most_did_so_by_both_flows(as_of, told):
    """+4.4 points stood in the sentence, of imports alone, where the table had +6.8 for the same partner."""
    options = {"chosen": ["EU27", "CHN", "RUS", "central_asia", "TUR", "FRA"]}
    table = trade_changes.contributions(*series(as_of), all_groups(), **options)
    found = trade_changes.moved(table)
    if not table["turnover"]:
        return
    way = 1 if found["all"].value > 0 else -1
    assert way * found["largest"].value == max(way * r.value for r in table["turnover"][:-2])
    flow = [r for f in ("exports", "imports") for r in table[f] if r.item == found["largest"].item]
    assert found["flow"].value in [r.value for r in flow]
    words = Page("partners", lang="fr", as_of=as_of).words
    text = sentences(told("partners", "fr", as_of), Kind.SAY).replace("\u202f", " ")
    assert f"({words.reading(found['largest'], 'signed')})" in text


@pytest.mark.parametrize("as_of", DATES[1:])
def test_the_partner_with_which_trade_rose_most_is_so_in_its_chart(as_of):
    """Before the Union was held whole the chart had no finding, though it drew three partners."""
    options = {"chosen": ["EU27", "CHN", "RUS", "central_asia", "TUR", "FRA"]}
    drawn = trade_changes.turnover(*series(as_of)[:2], all_groups(), **options)
    found = trade_changes.moved_most(drawn)
    rises = {name: g[-1].value - g[-2].value for name, g in drawn.items() if g}
    assert found is not None and len(rises) > 1
    assert found["most"].item == max(rises, key=rises.get) and found["most"].value == max(rises.values())


def test_a_calendar_year_is_not_told_again_as_twelve_months(told):
    """Twelve months to December are the year of the headline."""
    assert "douze mois clos" not in sentences(told("partners", "fr", "2020-02-29"))
    assert "douze mois clos" in sentences(told("partners", "fr", "2026-11-26"))


@pytest.mark.parametrize("as_of", DATES[2:])
def test_the_judgement_of_a_gap_names_its_flow_and_is_told_once(as_of, told):
    """Of Russia and of China the same sentences were told, which named neither."""
    for language, flows in (("fr", ("vers la Russie", "provenance de Chine")), ("en", ("to Russia", "from China"))):
        text = sentences(told("reexports", language, as_of), Kind.SAY)
        judged = [t for t in text.splitlines() if re.search("comme si la guerre|as if the war", t)]
        assert len(judged) == (2 if as_of > "2023-03-16" else 0)
        assert all(flow in t for flow, t in zip(flows, judged, strict=False))
        assert not re.search("appelle une explication|calls for an explanation", text)


def test_changes_of_one_unit_all_show_their_sign():
    def points(item, value):
        return Reading("x", value, "points", Period.parse("2021"), item=item, base=Period.parse("2020"))

    up, both = [points("a", 0.4), points("b", 2.3)], [points("a", 2.1), points("b", -3.9)]
    musd = [Reading("x", 5.0, "musd", Period.parse("2021"))]
    change = [Reading("x", 5.0, "musd_change", Period.parse("2021"))]
    assert signed_columns({"up": up, "both": both, "level": musd}) == {"up": True, "both": True, "level": False}
    assert signed_columns({"up": up}) == {"up": True}  # points are differences
    assert signed_columns({"change": change}) == {"change": True}


# ---- transit


def test_the_corridor_by_direction():
    found = transit.directions(*series("2026-09-30", ("transit_directions", "transit")))
    assert [found[k].value for k in ("exports", "imports", "transit", "whole")] == [494e3, 179e3, 171e3, 845e3]
    assert found["exports_share"].value == pytest.approx(58.46, abs=0.01)
    earlier = transit.directions(*series("2022-09-07", ("transit_directions", "transit")))
    assert not any(r.ok for r in earlier.values()) and not transit.direction_groups(earlier)["tonnage"]


def test_a_later_figure_of_another_body_is_later(told):
    text = sentences(told("transit", "fr", "2026-11-26"), Kind.SAY)
    (document,) = [t for t in text.splitlines() if "rapport du Sénat" in t]
    (boxes,) = [t for t in text.splitlines() if "50 500" in t.replace("\u202f", " ")]
    assert not re.search("plus récent", document + boxes)  # 2025 is held, from others
    (rail,) = [t for t in text.splitlines() if t.startswith("Le rail seul")]
    assert rail.endswith("Aucun chiffre plus récent de cette série n’est détenu ici.")
    page = Page("transit", lang="fr", as_of="2026-11-26")
    old = Reading(
        "transit", 1.0, "tonne", Period.parse("2023"), basis="cargo_carried_all", item="titr", inputs=("transit",)
    )
    assert not is_latest(page, old) and is_latest(
        page, old.of(period=Period.parse("2025"), item="ministry_transport_kaz")
    )


def test_two_readings_a_day_apart_are_flagged_from_that_day():
    names = frozenset({"transit"})
    for as_of, flagged in (("2022-10-21", False), ("2022-12-31", True), ("2024-06-30", False)):
        assert ("transit-2022-nine-months-apart" in {i.id for i in known_issues(as_of, names, None)}) == flagged


# ---- re-exports and Afghanistan


def test_the_year_of_the_event_is_waited_for_until_it_is_held(told):
    for as_of, waited in (("2020-02-29", False), ("2022-12-31", True), ("2023-06-30", False), ("2026-09-30", False)):
        found = reexports.headline(load_series("exports_by_partner", as_of), [2017, 2021], 2022)
        assert found["waited"].ok == waited
    assert "n’est pas encore close" in sentences(told("reexports", "fr", "2022-12-31"), Kind.HEADLINE)
    assert "ne sont pas détenues ici à cette date" in sentences(told("reexports", "fr", "2023-02-28"), Kind.HEADLINE)
    assert "(+13.8% on a year earlier)" in sentences(told("reexports", "en", "2020-02-29"), Kind.HEADLINE)


def test_the_highest_year_is_not_told_twice():
    flows = [load_series(n, "2024-06-30", partner="AFG") for n in TRADE[:2]]
    found = afghanistan.headline(*flows)
    assert found["peak"].period == found["turnover"].period.year_before() and found["last_year"].ok
    later = afghanistan.headline(*(load_series(n, "2026-09-30", partner="AFG") for n in TRADE[:2]))
    assert later["since_peak"].ok and not later["last_year"].ok


def test_a_key_figure_that_is_not_held_has_no_row(shown):
    page = Page("summary", lang="fr", as_of="2016-06-30")
    page.key_figures({"partners": {}, "transit": {}})
    rows = list(csv.DictReader(io.StringIO(shown[-1].csv)))
    assert {r["group"].partition(" – ")[0] for r in rows} == {"Échanges de biens, cumul depuis janvier"}
    page = Page("summary", lang="fr", as_of="2026-08-31")
    page.key_figures({"partners": {}})
    rows = {r["group"]: float(r["value"]) for r in csv.DictReader(io.StringIO(shown[-1].csv)) if r["unit"] == "musd"}
    assert [round(v / 1000, 1) for v in rows.values()] == [71.8, 56.5]  # with the suspect value and without it
    assert "n. d." not in shown[-1].text.replace("\u00a0", " ")
