"""What is known, and until when: notes, caveats, titles and headlines of older dates say nothing of a later one."""

from __future__ import annotations

import csv
import re
from datetime import date
from html.parser import HTMLParser

import pytest

from kzreport.commands.cli import main
from kzreport.files import project_root
from kzreport.language.wordfiles import page_words
from kzreport.language.words import Words
from kzreport.pages.outputs import Kind, headline_in
from kzreport.pages.page import Page
from kzreport.pages.since import compare_dates
from kzreport.pages.since_text import changes_data, changes_list
from kzreport.project.settings import page_names, project
from kzreport.render.sources import series_source
from kzreport.series.issues import known_issues, suspect_periods
from kzreport.series.known import load_series
from kzreport.series.resource import resources
from kzreport.views import afghanistan, claims, forecasts, inflation, macro, partners, policy, transit

OLDER = ["2016-06-30", "2020-02-29", "2022-12-31", "2024-06-30"]
DATES = [*OLDER, "2026-09-30", "2026-11-26"]
YEAR = re.compile(r"(?<![\d,.\-/])(20\d\d)(?![\d,.])")


def plain(text: str) -> str:
    return re.sub(r"[\u00a0\u202f]", " ", text)


def source(name: str, as_of: str, language: str = "en"):
    return series_source(name, date.fromisoformat(as_of), Words(language, day=date.fromisoformat(as_of)))


# --- notes of series -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_of", OLDER)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_note_of_a_series_names_a_later_year(as_of, language):
    """A programme that was announced by then may name the year in which it ends."""
    running = {"eu_programmes"}
    for name in resources():
        texts = [t for t in source(name, as_of, language).caveats]
        texts += [i.text[language] for i in known_issues(as_of, frozenset({name})) if name not in running]
        later = [t for t in texts if any(int(y) > int(as_of[:4]) for y in YEAR.findall(t))]
        assert later == [], name


@pytest.mark.parametrize("as_of", DATES)
def test_of_a_series_without_a_figure_only_that_is_said(as_of):
    day, absent = date.fromisoformat(as_of), 0
    for name, d in resources().items():
        with (project_root() / "data" / d.path).open(encoding="utf-8", newline="") as file:
            came = [r for r in csv.DictReader(file) if r["published"] <= as_of and r["value"]]
        said = source(name, as_of)
        if not came:
            absent += 1
            assert "none from before this date" in said.last
            assert not any((said.caveats, said.pages, said.terms, said.access, said.days)), name
        elif any(r.get("kind") not in ("plan", "projection") for r in came):
            assert said.terms and said.access and said.days, name
        assert all(c.get("since", "") <= as_of for c in d.caveats if c["en"] in d.caveats_on("en", day))
    assert absent >= 10 or as_of > "2024-12-31"


@pytest.mark.parametrize(
    ("name", "before", "after", "words"),
    [
        ("afghanistan_trade", "2024-06-30", "2024-12-31", "on a row of its own, corrected"),
        ("afghanistan_composition", "2024-06-30", "2024-12-31", "denominator changes"),
        ("vehicle_fleet", "2023-12-31", "2024-06-30", "Cars cleared"),
        ("population", "2022-12-31", "2026-09-30", "India"),
        ("people_in_need", "2024-06-30", "2025-01-31", "OCHA"),
        ("transit", "2022-12-31", "2024-03-31", "Aktau"),
        ("transit", "2022-12-31", "2024-03-31", "Publishers disagree"),
        ("russian_investment", "2022-12-31", "2024-12-31", "Eurasian stock"),
        ("wdi_inflation", "2022-12-31", "2026-09-30", "but the last"),
        ("wdi_inflation", "2022-12-31", "2026-09-30", "euro area"),
        ("reserves", "2026-09-30", "2026-11-26", "a later day was recorded"),
        ("cpi_yy", "2026-09-30", "2026-11-26", "a later day was recorded"),
    ],
)
def test_a_note_holds_from_the_day_of_what_it_describes(name, before, after, words):
    then, now = (" ".join(source(name, day).caveats) for day in (before, after))
    assert then and words not in then
    assert words in now


@pytest.mark.parametrize("as_of", ["2016-06-30", "2020-02-29"])
def test_nothing_bears_the_name_of_a_body_or_country_of_later(as_of):
    """Sources of 2016 named the BNS of October 2020, partners WITS's figures as the office's, and Türkiye."""
    for language, name in (("en", "WITS (World Bank)"), ("fr", "WITS (Banque mondiale)")):
        said = {n: source(n, as_of, language) for n in resources()}
        assert not [n for n, s in said.items() if "BNS" in f"{s.publisher} {s.access} {s.terms} {s.pages}"]
        assert said["exports_by_partner"].publisher == said["imports_by_partner"].publisher == name
    words = Words("en", day=date.fromisoformat(as_of))
    assert words.label("TUR") == "Turkey" and Words("en", day=date(2022, 6, 1)).label("TUR") == "Türkiye"
    assert "Türkiye" not in " ".join(i.text["en"] for i in known_issues(as_of, frozenset(resources())))


def test_what_an_expert_would_ask_for_names_bodies_of_any_date():
    """The words have no day: KazAID was founded in December 2020, the association of the corridor in 2017."""
    for page in page_names():
        for text in page_words(page).get("say", {}).get("wanted", {}).values():
            assert not re.search(r"KazAID|TITR|BNS|Kuryk|Kouryk", text), page


def test_a_peak_says_from_which_month_figures_are_held():
    """Reserves held from 2018 were told as below "the highest level of the series", prices as never higher."""
    for page in page_names():
        said = str(page_words(page).get("say", {}))
        assert not re.search(r"series began|level of the series|début de la série", said)


def test_no_key_figure_counts_claims_of_no_document():
    found = Page("claims", lang="en", as_of="2016-06-30").read(claims.headline, themes=[], of_pages=[], documents=[])
    assert not found["known"].ok and not found["inconsistent"].ok


def test_no_run_of_decisions_is_complete_before_it_begins():
    assert source("base_rate", "2024-06-30").caveats == ()
    first = min(o.period.start for o in load_series("base_rate", "2026-11-26"))
    (said,) = (c for c in source("base_rate", "2024-12-31").caveats if c.startswith("Complete run"))
    assert f"since {first:%B %Y}" in said


def test_a_plan_is_no_latest_figure():
    """At the end of 2022 the corridor's latest figure was said to be 2022: the plan for that year."""
    assert plain(source("transit", "2022-12-31").last) == "January–September 2022"
    assert "2027" in source("eu_programmes", "2022-12-31").last  # this series has plans alone


class Said(HTMLParser):
    """The text of a page, without its code, styles and pictures."""

    LEFT_OUT = ("script", "style", "svg", "pre", "code")

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.within, self.lines = 0, [""]
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.within += tag in self.LEFT_OUT
        if tag in ("p", "li", "tr", "td", "th", "dt", "dd", "h1", "h2", "h3", "h4", "caption", "div", "summary"):
            self.lines.append("")

    def handle_endtag(self, tag):
        self.within -= tag in self.LEFT_OUT

    def handle_data(self, data):
        if not self.within:
            self.lines[-1] += data.replace("\n", " ")


# Pages on which later years may stand: how many years ahead, and what is said of them there.
AHEAD = {
    "index": 1,  # the calendar of releases, the latest forecast
    "summary": 1,
    "inflation": 1,  # the mechanical path
    "forecasts": 6,  # projections that the IMF had made by then
}
GOALS = re.compile(  # what texts of the day said of later years: a programme that runs for them, a goal
    r"2021\W+2027|2021 (?:à|to) 2027|(?:roadmap|feuille de route)[^.;]*?2030"
)


@pytest.mark.slow
@pytest.mark.parametrize("as_of", OLDER)
def test_no_file_of_a_whole_edition_speaks_of_a_later_year(as_of, tmp_path):
    assert main(["run", "monthly", "--as-of", as_of, "--output", str(tmp_path), "--quiet"]) == 0
    folder, found, read = tmp_path / "monthly" / as_of, [], 0
    for path in sorted(folder.rglob("*.html")):
        name = str(path.relative_to(folder).with_suffix("")).partition("/")[2]
        read += 1
        for line in Said(path.read_text(encoding="utf-8")).lines:
            years = YEAR.findall(GOALS.sub("", line))
            later = [y for y in years if int(y) > int(as_of[:4]) + AHEAD.get(name, 0)]
            found += [f"{name}: {line.strip()[:200]}"] if later else []
    assert read > 100
    assert found == []


# --- pages without a recent figure -----------------------------------------------------------------------------------


def test_a_page_that_holds_a_recent_figure_is_not_listed_as_without(shown):
    """Transit and forecasts were, though part of 2022 and the edition of October 2022 are held."""
    pages = {p: {} for p in ("transit", "forecasts", "neighbours", "inflation")}
    Page("summary", lang="en", as_of="2022-12-31").headlines(pages)
    *points, without = plain(shown[0].text).splitlines()
    assert [re.findall(r"\((\w+)\.ipynb\)$", p)[0] for p in points] == ["transit", "forecasts", "inflation"]
    assert re.findall(r"\((\w+)\.ipynb\)", without) == ["neighbours"]
    assert "From January to July 2022 (part of the year)" in points[0] and "845,000 tonnes" in points[0]
    assert "12 October 2022" in points[1] and "11.3% in 2023" in points[1]


@pytest.mark.parametrize("as_of", DATES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_part_of_a_year_is_the_headline_only_without_a_recent_year(as_of, language):
    page = Page("transit", lang=language, as_of=as_of)
    found = page.read(transit.headline)
    assert found["part"].ok is (as_of == "2022-12-31")
    said = plain(page.words.text("headline", **found))
    called = {"fr": "(année incomplète)", "en": "(part of the year)"}[language]
    assert (called in said) is found["part"].ok
    assert not found["part"].ok or not found["part_change"].ok  # a rise of 172% is told as a multiple


def test_a_delivery_too_old_to_be_news_hides_no_recent_figure(shown):
    """The page on aid was listed as without a recent figure, though the needs of 2026 are held."""
    Page("summary", lang="en", as_of="2026-11-26").headlines({"aid": {}, "inflation": {}})
    *points, last = shown[0].text.splitlines()
    assert len(points) == 1 and "Pages without a recent figure" not in last
    assert "Pages without a recent main figure" in last and "(aid.ipynb)" in last


@pytest.mark.parametrize(("as_of", "judged"), [("2020-02-29", False), ("2024-06-30", True)])
def test_forecasts_that_cannot_be_judged_yet_are_told(as_of, judged):
    page = Page("forecasts", lang="en", as_of=as_of)
    found = page.read(forecasts.headline, country="KAZ", horizon="autumn_1")
    said = plain(page.words.text("headline", **found))
    assert ("expects average inflation of" in said) is not judged


# --- faults that ended -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_suspicion_that_ended_is_told_as_past(language):
    """Under “Caveats lifted” June 2026 was flagged as if it still were."""
    found = compare_dates(date(2026, 8, 31), date(2026, 9, 30), ["exports_monthly"])
    said = plain(changes_list(found, Words(language)))
    told = {"fr": "ont été tenues pour suspectes du 14 août au 16 septembre 2026", "en": "were held suspect from"}
    assert told[language] in said
    assert "It is flagged" not in said and "est signalée" not in said
    mended = {i["id"]: i[language] for i in changes_data(found)["mended"]}
    assert told[language] in plain(mended["exports-2026-06"])


def test_every_fault_that_ended_says_how():
    ended = [i for day in DATES for i in known_issues(day) if i.until]
    for i in ended:
        assert set(i.ended) == set(project().languages) and i.ended != i.text
    assert {i.id for i in ended} >= {"exports-few-partners"}


@pytest.mark.parametrize(("as_of", "there"), [("2026-08-31", True), ("2026-09-30", False), ("2022-12-31", False)])
def test_the_method_speaks_of_a_suspect_value_while_there_is_one(as_of, there, shown):
    assert bool(suspect_periods("exports_monthly", as_of)) is there
    page = Page("partners", lang="en", as_of=as_of, years=8)
    page.chart("monthly", "lines", partners.monthly, finding=partners.headline)
    page.method()
    assert ("Suspect value" in shown[-1].text) is there and "Trade: exports plus imports" in shown[-1].text


def test_a_caveat_that_says_nothing_is_not_shown(shown):
    page = Page("macro", lang="en", as_of="2022-12-31", years=12)
    page.chart("dollar", "lines", macro.dollar_path)
    shown.clear()
    page.caveats()
    assert shown == []


# --- titles and texts name what is shown -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "named"),
    [
        ("2016-06-30", "Inflation and household expectations"),
        ("2022-12-31", "Inflation, household expectations and single decisions on the policy rate"),
        ("2026-09-30", "Inflation, household expectations and the policy rate, nominal and real"),
    ],
)
def test_a_title_names_only_what_its_chart_draws(as_of, named, shown):
    page = Page("inflation", lang="en", as_of=as_of, years=8)
    page.chart("money", "multiples", policy.money, finding=policy.real, points=policy.decisions)
    assert shown[-1].title == named


@pytest.mark.parametrize(
    ("as_of", "years"), [("2016-06-30", ["2015", "2016"]), ("2020-02-29", ["2019", "2020"]), ("2022-12-31", ["2021"])]
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_years_whose_weights_lack_are_named(as_of, years, language):
    page = Page("inflation", lang=language, as_of=as_of)
    said = plain(page.words.text("say", "drivers", **page.read(inflation.drivers)))
    weights = re.findall(r"(?:weights|pondérations)(.*?), (?:which|qui)", said)[0]
    assert re.findall(r"20\d\d", weights) == years
    held = {o.period.year for o in load_series("cpi_weights", as_of)}
    assert not held & {int(y) for y in years}


@pytest.mark.parametrize(("as_of", "there"), [("2022-12-31", False), ("2024-06-30", True)])
def test_no_method_of_quoted_figures_without_one(as_of, there, shown):
    page = Page("afghanistan", lang="en", as_of=as_of, years=12)
    page.listing("printed", afghanistan.printed)
    page.method()
    assert ("Figures quoted in texts" in shown[-1].text) is there


@pytest.mark.parametrize("as_of", DATES)
def test_no_method_of_contributions_without_one(as_of, shown):
    page = Page("inflation", lang="en", as_of=as_of, years=8)
    page.say(["behind", "drivers", "lead"], inflation.drivers)
    page.chart("contributions", "stacked", inflation.contributions, finding=inflation.drivers)
    drawn = any(o.kind is Kind.CHART for o in shown)
    page.method()
    assert ("(Ribe)" in shown[-1].text) is drawn


def test_what_is_overdue_stands_beside_a_headline_in_ordinary_type(shown):
    page = Page("inflation", lang="en", as_of="2026-11-26")
    page.headline(inflation.headline)
    bold, _, beside = shown[-1].markdown.removeprefix("**").partition("**")
    assert "should have been published" in beside and "should have been published" not in bold
    assert headline_in(shown) == f"{bold}{beside}" and "**" not in headline_in(shown)
