"""A country among its peers: ranks, what is missing, names with their articles, and headlines that take parameters."""

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzreport.editions.definition import load_definition
from kzreport.editions.plan import make_plan
from kzreport.errors import BasisError, PageError, ParameterError, WordsError
from kzreport.files import project_root
from kzreport.indicators import ranking
from kzreport.indicators.readings import joined, series_from
from kzreport.language.wordfiles import labels, page_words
from kzreport.language.words import Words
from kzreport.model import Period, Reading, Status
from kzreport.pages.notebooks import read_notebook
from kzreport.pages.outputs import Kind
from kzreport.pages.page import Page
from kzreport.pages.values import changed_values, page_values
from kzreport.project.settings import notebook_path
from kzreport.series.known import load_series
from kzreport.series.resource import describe_series, resources
from kzreport.views import neighbours

AS_OF = "2026-09-30"
P2025 = Period.parse("2025")
COUNTRIES = describe_series("wdi_growth").enums["country"]
PEERS = ["UZB", "KGZ", "TJK", "TKM", "AZE", "MNG", "RUS"]


def of(**values):
    """A table of growth rates of 2024 and 2025: country -> (then, now)."""
    parts = [series_from(dict(zip(("2024", "2025"), v, strict=True)), "percent", country=c) for c, v in values.items()]
    return replace(joined(*parts), name="wdi_growth", as_of=date(2026, 9, 30))


def panel(table, country="KAZ", peers=("UZB", "KGZ")):
    return neighbours.panels({"wdi_growth": table}, table.as_of, ["growth"], country, peers)["growth"]


def rows(found):
    return [
        (r.item, str(r.period), r.value, b and b.value) for r, b in zip(found.rows, found.beside["rank"], strict=True)
    ]


# --- ranks -----------------------------------------------------------------------------------------------------------

growths = st.lists(st.none() | st.floats(-30, 30), min_size=1, max_size=9)


def _readings(values):
    return [
        Reading("growth", v, "percent", P2025, Status.OK if v is not None else Status.MISSING_INPUT, item=f"c{i}")
        for i, v in enumerate(values)
    ]


@given(growths, st.randoms())
def test_ranks_order_what_is_printed(values, random):
    found = _readings(values)
    known = [r for r in found if r.ok]
    ranked = {r.item: ranking.rank(r, [o for o in found if o is not r]) for r in known}
    if len(known) == 1:
        assert ranked[known[0].item].status is Status.NOT_COMPARABLE
        return
    for a in known:
        others = [o for o in found if o is not a]
        random.shuffle(others)
        assert ranking.rank(a, others) == ranked[a.item].of(inputs=()), "the order in which others come says nothing"
        place = ranked[a.item].value
        assert 1 <= place <= ranking.compared(a, others).value == len(known)
        assert place == 1 + sum(ranking.shown(b) > ranking.shown(a) for b in known)
        assert {b.item for b in ranking.tied(a, others)} == {
            b.item for b in known if b is not a and ranked[b.item].value == place
        }
    if known:
        low, high = ranking.ends(found)
        assert {ranked[r.item].value for r in high} == {1.0}
        assert all(ranking.shown(low[0]) <= ranking.shown(r) <= ranking.shown(high[0]) for r in known)


@given(growths, st.floats(-5, 5))
def test_a_rank_does_not_change_when_all_move_alike(values, by):
    known = [r for r in _readings([v and round(v, 1) for v in values]) if r.ok]
    moved = [r.of(value=r.value + round(by, 1)) for r in known]
    before, after = ([ranking.rank(r, [o for o in rs if o is not r]).value for r in rs] for rs in (known, moved))
    assert before == after


def test_a_rank_needs_one_year():
    a, b = _readings([1.0, 2.0])
    with pytest.raises(BasisError, match="expected the same unit, basis"):
        ranking.rank(a, [b.of(period=Period.parse("2024"))])


# --- edges -----------------------------------------------------------------------------------------------------------


def test_ranked_in_the_countrys_own_latest_year():
    found = panel(of(KAZ=(5, None), UZB=(6, 7), KGZ=(4, 9)))
    assert rows(found) == [("UZB", "2024", 6, 1), ("KAZ", "2024", 5, 2), ("KGZ", "2024", 4, 3)]
    assert [r.item for r in found.sentences["later"]["later"]] == ["UZB", "KGZ"]
    assert "missing" not in found.sentences


def test_who_has_no_figure_of_that_year_is_named_and_not_ranked():
    found = panel(of(KAZ=(5, 6), UZB=(6, None), KGZ=(None, 2)), peers=["UZB", "KGZ", "TKM"])
    assert rows(found) == [
        ("KAZ", "2025", 6, 1),
        ("KGZ", "2025", 2, 2),
        ("UZB", "2024", 6, None),
    ]
    assert [r.item for r in found.sentences["missing"]["missing"]] == ["UZB", "TKM"]


def test_equal_figures_share_the_rank_and_the_end():
    found = panel(of(KAZ=(5, 6.04), UZB=(6, 5.96), KGZ=(4, 2)))
    assert [r[3] for r in rows(found)] == [1, 1, 3]
    assert [r.item for r in found.sentences["tied"]["tied"]] == ["UZB"]
    assert [r.item for r in found.sentences["spread"]["high"]] == ["KAZ", "UZB"]
    assert Words("fr", "neighbours").text("say", "spread", **found.sentences["spread"]) == (
        "Les chiffres vont de 2,0\u00a0% au Kirghizstan à 6,0\u00a0% au Kazakhstan et en Ouzbékistan."
    )


def test_one_peer_with_the_same_figure():
    found = panel(of(KAZ=(5, 6), UZB=(6, 6)), peers=["UZB"])
    assert found.sentences["spread"]["spread"].direction == "flat"
    assert Words("en", "neighbours").text("say", "spread", **found.sentences["spread"]) == "All have the same figure."


def test_a_country_alone_has_no_rank():
    found = panel(of(KAZ=(5, 6), UZB=(6, None)), peers=["UZB"])
    assert found.sentences["rank"]["rank"].status is Status.NOT_COMPARABLE
    assert "spread" not in found.sentences
    assert "il n’y a pas de rang" in Words("fr", "neighbours").text("say", "rank", **found.sentences["rank"])


def test_a_country_without_a_figure_has_no_panel():
    table = of(UZB=(6, None), KGZ=(4, None))
    assert neighbours.panels({"wdi_growth": table}, table.as_of, ["growth"], "KAZ", ["UZB", "KGZ"]) == {}


def test_a_figure_of_eight_years_ago_has_no_rank():
    found = panel(load_series("wdi_growth", "2024-06-30"), peers=PEERS)
    assert (list(found.sentences), list(found.beside)) == (["growth"], [])
    assert {str(r.period) for r in found.rows} == {"2016"}
    page = Page("neighbours", lang="en", as_of="2024-06-30")
    chosen = {"indicators": list(neighbours.INDICATORS), "country": "KAZ", "peers": PEERS}
    held = page.read(neighbours.overview, **chosen)
    assert held.rows and all(r.ok for r in held.rows) and not any(held.beside["rank"])
    said = page.words.text("say", "absent", **page.read(neighbours.state, **chosen))
    assert "GDP per head, unemployment, merchandise trade" in said and "GDP growth" not in said
    assert "4\u00a0May 2023" in page.words.text("say", "state", **page.read(neighbours.state, **chosen))


def test_means_of_five_years_and_the_other_oil_exporters():
    page = Page("neighbours", lang="fr", as_of=AS_OF)
    chosen = {"country": "KAZ", "peers": PEERS, "span": 5, "indicators": ["growth", "inflation", "aid"]}
    found = page.read(neighbours.averages, **chosen)
    means = {r.item: r.value for r in found["growth"]}
    table = load_series("wdi_growth", AS_OF)
    for c in ("KAZ", "AZE", "RUS", "TKM"):
        values = table.where(country=c).values
        assert means[c] == pytest.approx(sum(values[Period.parse(str(y))] for y in range(2021, 2026)) / 5)
    assert not {r.item: r for r in found["inflation"]}["TJK"].ok  # no figure after 2016
    oil = page.read(neighbours.oil_exporters, **chosen, exporters=["KAZ", "AZE", "RUS", "TKM"])
    said = page.words.text("say", "averages", **oil)
    assert "2021–2025" in said and "les autres exportateurs" in said and "Ouzbékistan" not in said
    other = page.read(neighbours.oil_exporters, **chosen, exporters=["AZE", "RUS"])
    assert "parmi les exportateurs" in page.words.text("say", "averages", **other)
    then = Page("neighbours", lang="fr", as_of="2020-02-29")
    assert then.read(neighbours.averages, **chosen) is None


def test_nothing_known_draws_nothing():
    table = load_series("wdi_growth", "2015-01-31")
    assert neighbours.panels({"wdi_growth": table}, table.as_of, ["growth"], "KAZ", PEERS) == {}
    headline = neighbours.headline(load_series("wdi_growth", "2015-01-31"), "KAZ", PEERS)
    assert headline["value"].period == Period.parse("2014")
    assert not headline["rank"].ok


@pytest.mark.parametrize(
    ("country", "peers", "said"),
    [
        (
            "KAZ",
            ["UZB", "KAZ"],
            "found KAZ, the country itself, expected other countries than 'country'; leave it out: UZB",
        ),
        ("KAZ", ["KAZ"], "found KAZ, the country itself"),
        ("KAZ", ["UZB", "UZB"], "found UZB, UZB, expected at least one, each of them once"),
        ("KAZ", [], "found none, expected at least one"),
    ],
)
def test_peers_that_are_none(country, peers, said):
    with pytest.raises(ParameterError, match=re.escape(said)):
        neighbours.headline(of(KAZ=(5, 6), UZB=(6, 6)), country, peers)
    given = {"country": country, "peers": peers}
    with pytest.raises(ParameterError, match=re.escape(f"x, parameter 'peers': {said}")):
        page_values("neighbours", given, "x")


def test_known_figures():
    """World Bank, state of 1 July 2026; shares by hand: 2,093 of 291,466 million dollars."""
    series = {n: load_series(n, AS_OF) for n in neighbours.tables(list(neighbours.INDICATORS))}
    day, indicators = date.fromisoformat(AS_OF), list(neighbours.INDICATORS)
    panel = neighbours.overview(series, day, indicators, "KAZ", PEERS)
    found = {
        r.item: (str(r.period), round(r.value, 1), b and b.value, n and n.value)
        for r, b, n in zip(panel.rows, panel.beside["rank"], panel.beside["compared"], strict=True)
    }
    assert found["growth"] == ("2025", 6.5, 5, 8)
    assert found["inflation"] == ("2025", 11.4, 1, 6)  # neither Tajikistan nor Turkmenistan
    assert found["income"] == ("2025", 14692.1, 2, 8)
    assert found["fdi"] == ("2024", 0.7, 6, 8)
    assert found["aid"] == ("2023", 0.0, None, None)  # over for more than two years: no rank
    state = neighbours.state(series, day, indicators, "KAZ", PEERS)["state"]
    assert (str(state.period), state.value) == ("2026-07-01", len(indicators))


@pytest.mark.parametrize("as_of", ["2018-07-31", "2018-08-01", "2024-03-31", "2025-12-17", "2026-06-30"])
def test_between_two_states_the_older_one_stands(as_of):
    rows_ = (project_root() / "data" / "wdi_growth.csv").read_text(encoding="utf-8").splitlines()[1:]
    day = max((row.split(",")[2] for row in rows_ if row.split(",")[2] <= as_of), default=None)
    series = {"wdi_growth": load_series("wdi_growth", as_of)}
    found = neighbours.state(series, date.fromisoformat(as_of), ["growth"], "KAZ", PEERS)["state"]
    assert found.ok == (day is not None)
    assert day is None or str(found.period) == str(day)


# --- names with their articles ---------------------------------------------------------------------------------------

FRENCH = {
    "KAZ": ("le Kazakhstan", "au Kazakhstan", "du Kazakhstan"),
    "KGZ": ("le Kirghizstan", "au Kirghizstan", "du Kirghizstan"),
    "UZB": ("l’Ouzbékistan", "en Ouzbékistan", "de l’Ouzbékistan"),
    "TJK": ("le Tadjikistan", "au Tadjikistan", "du Tadjikistan"),
    "TKM": ("le Turkménistan", "au Turkménistan", "du Turkménistan"),
    "AFG": ("l’Afghanistan", "en Afghanistan", "de l’Afghanistan"),
    "RUS": ("la Russie", "en Russie", "de la Russie"),
    "CHN": ("la Chine", "en Chine", "de la Chine"),
    "TUR": ("la Turquie", "en Turquie", "de la Turquie"),
    "AZE": ("l’Azerbaïdjan", "en Azerbaïdjan", "de l’Azerbaïdjan"),
    "ARM": ("l’Arménie", "en Arménie", "de l’Arménie"),
    "GEO": ("la Géorgie", "en Géorgie", "de la Géorgie"),
    "BLR": ("la Biélorussie", "en Biélorussie", "de la Biélorussie"),
    "UKR": ("l’Ukraine", "en Ukraine", "de l’Ukraine"),
    "MNG": ("la Mongolie", "en Mongolie", "de la Mongolie"),
    "FRA": ("la France", "en France", "de la France"),
    "DEU": ("l’Allemagne", "en Allemagne", "de l’Allemagne"),
    "ITA": ("l’Italie", "en Italie", "de l’Italie"),
    "ESP": ("l’Espagne", "en Espagne", "de l’Espagne"),
    "IND": ("l’Inde", "en Inde", "de l’Inde"),
    "KOR": ("la Corée du Sud", "en Corée du Sud", "de la Corée du Sud"),
    "JPN": ("le Japon", "au Japon", "du Japon"),
    "ROU": ("la Roumanie", "en Roumanie", "de la Roumanie"),
    "GRC": ("la Grèce", "en Grèce", "de la Grèce"),
    "GBR": ("le Royaume-Uni", "au Royaume-Uni", "du Royaume-Uni"),
    "CHE": ("la Suisse", "en Suisse", "de la Suisse"),
    "POL": ("la Pologne", "en Pologne", "de la Pologne"),
    "ARE": ("les Émirats arabes unis", "aux Émirats arabes unis", "des Émirats arabes unis"),
    "USA": ("les États-Unis", "aux États-Unis", "des États-Unis"),
    "NLD": ("les Pays-Bas", "aux Pays-Bas", "des Pays-Bas"),
    "SGP": ("Singapour", "à Singapour", "de Singapour"),
    "LTU": ("la Lituanie", "en Lituanie", "de la Lituanie"),
}


def test_every_country_has_its_article_in_french():
    countries = {code for code in labels()["articles"] if code.isupper() and code.isalpha()}
    assert countries == set(FRENCH)  # groups and bodies have articles too
    w = Words("fr")
    assert {k: tuple(w.place(k, case) for case in ("the", "in", "of")) for k in FRENCH} == FRENCH


def test_english_names():
    w = Words("en")
    assert w.place("USA", "in") == "in the United States"
    assert w.place("NLD", "the") == "the Netherlands"
    assert {k for k in FRENCH if w.place(k, "the").startswith("the ")} == {"USA", "NLD", "GBR", "ARE"}
    assert w.place("KAZ", "of") == "of Kazakhstan"


def test_every_country_of_the_data_has_its_article():
    known = {c for d in resources().values() for c in d.enums.get("country", ())} - {"EMU"}
    assert set(COUNTRIES) <= known <= set(labels()["articles"])


def test_several_countries_in_one_mark():
    three = [Reading("x", 1.0, "percent", P2025, item=c) for c in ("UZB", "KAZ", "USA")]
    assert Words("fr").fill("{x.item:in}", "", {"x": three}) == "En Ouzbékistan, au Kazakhstan et aux États-Unis"
    assert Words("en").fill("{x.item:the}", "", {"x": three}) == "Uzbekistan, Kazakhstan and the United States"
    assert Words("fr").fill("{x} {x.item:of}", "", {"x": three[:1]}) == "1,0\u00a0% de l’Ouzbékistan"


@pytest.mark.parametrize(
    ("mark", "readings", "said"),
    [
        ("{x.item:under}", [Reading("x", 1.0, "percent", P2025, item="KAZ")], "expected the, in or of"),
        ("{x.item:in}", [Reading("x", 1.0, "percent", P2025, item="WLD")], "found no 'WLD', expected its article"),
    ],
)
def test_a_name_that_cannot_be_said(mark, readings, said):
    with pytest.raises(WordsError, match=re.escape(said)):
        Words("fr").fill(mark, "here", {"x": readings})


def test_nobody_to_name():
    """A sentence about nobody is left out; a mark by itself wants a reading."""
    assert Words("fr").fill("{x.item:in}", "here", {"x": []}) == ""
    with pytest.raises(WordsError, match="expected a reading or more"):
        Words("fr").marks("{x.item:in}", "here", {"x": []})


def test_several_readings_choose_no_variant(home):
    with pytest.raises(WordsError, match="found several readings as 'rank', expected one reading"):
        Words("fr", "neighbours").text("say", "rank", rank=[])


@pytest.mark.parametrize(
    ("number", "french", "english"),
    [(1, "1ᵉʳ", "1st"), (2, "2ᵉ", "2nd"), (3, "3ᵉ", "3rd"), (4, "4ᵉ", "4th"), (11, "11ᵉ", "11th"), (22, "22ᵉ", "22nd")],
)
def test_ordinals(number, french, english):
    r = Reading("rank", number, "rank", P2025)
    assert (Words("fr").reading(r), Words("en").reading(r)) == (french, english)


# --- the page --------------------------------------------------------------------------------------------------------


def test_every_indicator_has_its_words():
    book = page_words("neighbours")
    for name in neighbours.INDICATORS:
        assert name in book["labels"] and name in book["charts"] and book["say"][name]["by"] == "value"
    assert set(book["charts"]) == set(neighbours.INDICATORS)
    sentences = {
        "how",
        "state",
        "absent",
        "averages",
        "rank",
        "doubted",
        "tied",
        "spread",
        "missing",
        "later",
        "wanted",
    }
    assert set(book["say"]) == sentences | set(neighbours.INDICATORS)


def _run(language, **values):
    """Run the notebook's own cells with these values, as a kernel would."""
    names = {}
    for cell in read_notebook(notebook_path("neighbours")).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, "neighbours.ipynb", "exec"), names)
            if "parameters" in cell.metadata.get("tags", []):
                names |= {"lang": language, "as_of": AS_OF, **values}


FAULT = r"[{}]|None|nan|  |\b(de le|de les|à le|à les|en le|en la)\b|\bd[eu] [AEIOU]|\(\)|\b(\w+) \2\b"


@pytest.mark.parametrize("as_of", ["2015-01-31", "2018-08-01", "2024-03-31", AS_OF])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_sentence_about_every_country(language, as_of):
    w = Words(language, "neighbours")
    series = {n: load_series(n, as_of) for n in neighbours.tables(list(neighbours.INDICATORS))}
    day = date.fromisoformat(as_of)
    for country in COUNTRIES:
        for peers in ([c for c in COUNTRIES if c != country], ["RUS" if country != "RUS" else "TKM"]):
            name = w.place(country, "the")
            headline = neighbours.headline(series["wdi_growth"], country, peers)
            said = [w.text("headline", **headline), w.text("say", "how", **headline)]
            for found in neighbours.panels(series, day, list(neighbours.INDICATORS), country, peers).values():
                said.append(" ".join(w.text("say", key, **r) for key, r in found.sentences.items()))
                items = [r.item for r in found.rows]
                assert country in items and len(items) == len(set(items)) and set(items) <= {country, *peers}
                assert all(r.ok for r in found.rows)
            for text in said:
                assert not re.search(FAULT, text), text
                assert w.label(country) in text or name in text, text


@pytest.mark.parametrize(("language", "country"), [("fr", "MNG"), ("en", "TKM"), ("fr", "KGZ")])
def test_the_page_of_another_country(language, country, shown):
    peers = ["UZB", "AFG", "RUS"]
    _run(language, country=country, peers=peers, indicators=["inflation", "aid"])
    said = [o for o in shown if o.kind in (Kind.HEADLINE, Kind.SAY)]
    tables = [o.text for o in shown if o.kind is Kind.TABLE and o.name.endswith("_latest")]
    held = 1 if country == "TKM" else 2  # no inflation of Turkmenistan: it is said, and has no section
    assert len(tables) == held and len(said) > held
    for peer in [country, *peers]:  # a country without a figure is named
        label = Words(language).label(peer)
        assert all(f"| {label} |" in t or any(label in o.text for o in said) for t in tables)
    assert (country == "TKM") == any("Indicators without" in o.text for o in said)


def test_only_the_chosen_indicators_are_loaded_and_shown(shown):
    _run("en", indicators=["trade"])
    names = [o.name for o in shown if o.kind in (Kind.CHART, Kind.TABLE)]
    assert names == ["overview", "trade", "trade_latest"]
    assert "wdi_population" not in shown[-1].text


@pytest.mark.parametrize(("country", "named"), [("KAZ", True), ("UZB", False)])
def test_caveats_of_other_countries_are_left_out(country, named, shown):
    _run("en", country=country, peers=["KGZ"], indicators=["fdi"])
    caveats = [o.text for o in shown if o.kind is Kind.CAVEATS]  # none of another country: no heading over nothing
    assert len(caveats) == named and all("NBK" in text for text in caveats)


# --- parameters reach the headline -----------------------------------------------------------------------------------


def test_the_definition_of_uzbekistan():
    found = load_definition("uzbekistan")
    assert set(found.title) == {"fr", "en"}
    assert found.values["neighbours"]["country"] == "UZB"
    own = found.values["neighbours"]
    assert found.values["summary"]["pages"] == {"neighbours": {"country": "UZB", "peers": own["peers"]}}


def test_another_country_is_a_definition_and_no_code(home, shown):
    text = (home.root / "params/uzbekistan.yml").read_text(encoding="utf-8")
    changed = text.replace("country: UZB", "country: KGZ").replace("[KAZ, KGZ,", "[KAZ, UZB,")
    assert changed.count("KGZ") == changed.count("UZB") == 1
    home.write("params/kyrgyzstan.yml", changed)
    pages = load_definition("kyrgyzstan").values["summary"]["pages"]
    page = Page("summary", lang="fr", as_of=AS_OF)
    page.headlines(pages)
    page.key_figures(pages)
    assert "au Kirghizstan" in shown[0].text
    assert "place le Kirghizstan au premier rang sur sept pays" in shown[0].text


def test_monthly_has_the_page_with_its_defaults():
    assert load_definition("monthly").values["summary"]["pages"]["neighbours"] == {}


def test_what_the_command_line_says_reaches_the_summary():
    found = load_definition("monthly", ["neighbours.country=UZB", "neighbours.peers=KAZ,KGZ"])
    assert found.values["summary"]["pages"]["neighbours"] == {"country": "UZB", "peers": ["KAZ", "KGZ"]}


def test_the_headline_of_a_page_is_that_of_the_summary(shown):
    options = {"country": "UZB", "peers": ["KAZ", "KGZ"]}
    Page("neighbours", lang="en", as_of=AS_OF).headline(neighbours.headline, **options)
    Page("summary", lang="en", as_of=AS_OF).headlines({"neighbours": options})
    assert shown[0].text.strip("*") in shown[1].text


@pytest.mark.parametrize("options", [{}, {"country": "UZB"}, {"country": "UZB", "peers": ["KAZ"], "years": 3}])
def test_a_headline_gets_the_options_it_names(options):
    with pytest.raises(PageError, match=r"^view neighbours\.headline, options: found .*expected .*country, peers"):
        Page("neighbours", lang="en", as_of=AS_OF).headline(neighbours.headline, **options)


BAD = {
    "peers among the country": ("country: UZB", "country: KAZ", "parameter 'peers': found KAZ, the country itself"),
    "unknown country": (
        "country: UZB",
        "country: Uzbekistan",
        "parameter 'country': found 'Uzbekistan', expected Country",
    ),
    "unknown peer": ("AFG, AZE", "AFG, XXX", "parameter 'peers': found 'XXX'"),
    "unknown indicator": ("country: UZB", "country: UZB\n    indicators: [gdp]", "expected names among growth, income"),
    "no indicator": ("country: UZB", "country: UZB\n    indicators: []", "parameter 'indicators': found none"),
    "indicator twice": ("country: UZB", "country: UZB\n    indicators: [aid, aid]", "each of them once"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_faulty_definition_is_named(home, name):
    old, new, said = BAD[name]
    text = (home.root / "params/uzbekistan.yml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    home.write("params/uzbekistan.yml", text.replace(old, new))
    with pytest.raises(ParameterError, match=re.escape(said)) as caught:
        load_definition("uzbekistan")
    assert str(caught.value).startswith("params/uzbekistan.yml, parameters of 'neighbours'")


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ("{neighbours: {lang: fr}}", "a value for 'lang'"),
        ("{neighbours: {nation: UZB}}", "an unknown name"),
        ("{neighbours: {country: XXX}}", "found 'XXX', expected Country"),
        ("{neighbours: {peers: [UZB]}}", "found UZB, the country itself"),
        ("{neighbours: UZB}", "names with values"),
        ("{nobody: {country: UZB}}", "one of afghanistan"),
        ("[nobody]", "one of afghanistan"),
    ],
)
def test_faulty_values_of_a_summary_are_named_before_anything_runs(home, pages, said):
    text = (home.root / "params/uzbekistan.yml").read_text(encoding="utf-8")
    home.write("params/uzbekistan.yml", text + f"  summary: {{pages: {pages}}}\n")
    with pytest.raises(ParameterError, match=re.escape(said)) as caught:
        load_definition("uzbekistan")
    assert str(caught.value).startswith("params/uzbekistan.yml, parameters of 'summary', parameter 'pages'")


def test_a_page_that_a_summary_names_is_an_input(home):
    """Its words make the headline, and its notebook gives the parameters that the map leaves out."""
    text = (home.root / "params/uzbekistan.yml").read_text(encoding="utf-8")
    head = text[: text.index("parameters:")].replace("[summary, neighbours]", "[summary]")
    values = {"country": "UZB", "peers": ["KAZ", "KGZ"]}
    home.write("params/one.yml", head + f"parameters:\n  summary: {{pages: {{neighbours: {json.dumps(values)}}}}}\n")
    inputs = make_plan(load_definition("one"), date(2026, 9, 30), ["en"]).inputs.flat
    assert {"notebooks/neighbours.yml", "notebooks/neighbours.ipynb"} <= set(inputs)
    assert json.loads(inputs["parameters of summary"])["pages"] == {"neighbours": values}


@given(
    st.fixed_dictionaries(
        {
            "years": st.integers(1, 1000),
            "country": st.sampled_from(COUNTRIES),
            "peers": st.lists(st.sampled_from(COUNTRIES), min_size=1, max_size=5, unique=True),
            "indicators": st.lists(st.sampled_from(list(neighbours.INDICATORS)), min_size=1, unique=True),
        }
    ).filter(lambda v: v["country"] not in v["peers"])
)
def test_changed_values_give_the_values_back(values):
    changed = changed_values("neighbours", values)
    found = page_values("neighbours", json.loads(json.dumps(changed)), "x")
    assert {k: found[k] for k in values} == values


def test_an_old_figure_is_not_told_as_news():
    """In 2024 the latest growth held is of 2016: no rank is told from it."""
    found = neighbours.headline(load_series("wdi_growth", "2024-06-30"), "KAZ", PEERS)
    assert found["value"].ok and not found["recent"].ok
    said = Words("fr", "neighbours").text("headline", **found)
    assert "trop ancien" in said and "rang sur" not in said
    assert neighbours.headline(load_series("wdi_growth", AS_OF), "KAZ", PEERS)["recent"].ok


def test_tables_of_the_neighbours_have_titles_of_their_own():
    found = panel(load_series("wdi_growth", AS_OF))
    words = Words("fr", "neighbours")
    said = {**found.sentences["growth"], "subject": found.rows[0].of(item="growth")}
    title = words.text("tables", "latest", "title", **said)
    assert title.replace("\u00a0", " ") == "Croissance du PIB : le Kazakhstan et les pays comparés"


@pytest.mark.parametrize("page", ["transit", "afghanistan", "aid", "neighbours"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_words_publish_and_do_not_print(page, language):
    said = json.dumps(page_words(page), ensure_ascii=False)
    for wrong in (
        "imprim",
        "Épreuve",
        "prints ",
        "printed figure",
        "plus grosse",
        "à cette date, auc",
        "n’était publié",
    ):
        assert wrong not in said, (page, wrong)
