"""Typography: ordinals, n°, numbers in letters, units said once, signs, names, and the proof-reader of each."""

import re

import pytest

from kzreport.errors import WordsError
from kzreport.files import project_root
from kzreport.indicators.readings import series_from
from kzreport.indicators.transit import by_publisher
from kzreport.language.locale import Locale
from kzreport.language.words import Words
from kzreport.model import Interval, Period, Reading
from kzreport.pages.outputs import Kind, Output
from kzreport.pages.tables import column_head, is_change, number_cell
from kzreport.project.settings import project
from kzreport.yamlfile import read_yaml

FR, EN = Words("fr"), Words("en")
NOW, BEFORE = Period.parse("2026"), Period.parse("2025")


def of(value, unit="count", **more):
    return Reading("x", value, unit, NOW, **more)


def test_french_ordinals_are_superscript():
    assert [FR.ordinal(n) for n in (1, 2, 45)] == ["1ᵉʳ", "2ᵉ", "45ᵉ"]
    assert FR.period(Period.parse("2026-09-01")) == "1ᵉʳ\u00a0septembre 2026"
    assert [EN.ordinal(n) for n in (1, 2, 45)] == ["1st", "2nd", "45th"]


def test_a_number_of_a_document_is_written_as_the_language_does():
    assert FR.typography("Sénat, n° 292") == "Sénat, n°\u00a0292"
    assert EN.typography("Sénat, n° 292") == "Sénat, No.\u00a0292"
    for path in (project_root() / "data").glob("*.*"):
        assert not re.search(r"\b[Nn]o \d", path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize(
    ("value", "unit", "spec", "french", "english"),
    [
        (6, "count", "words", "six", "six"),
        (16, "count", "words", "seize", "16"),
        (17, "count", "words", "17", "17"),
        (1, "count", "feminine", "une", "one"),
        (6, "months", "words", "six mois", "six months"),
        (88, "months", "words", "88\u00a0mois", "88\u00a0months"),
        (8, "country", "words", "huit pays", "eight countries"),
        (1, "rank", "feminine", "première", "first"),
        (2, "rank", "words", "deuxième", "second"),
        (12, "rank", "words", "12ᵉ", "12th"),
        (6, "percent", "words", "6,0\u00a0%", "6.0%"),
        (6, "usd", "words", "6\u00a0dollars", "$6"),
        (-6, "count", "words", "−6", "−6"),
    ],
)
def test_what_is_counted_is_said_in_letters(value, unit, spec, french, english):
    if (unit, value) == ("usd", 6):  # a currency is no count in English; in French its words are those of a thing
        french = "six dollars"
    assert FR.reading(of(value, unit), spec) == french
    assert EN.reading(of(value, unit), spec) == english
    assert FR.fill(f"pour {{n:{spec}}}", "here", {"n": of(value, unit)}).endswith(french)


def test_a_language_without_numerals_prints_digits():
    assert Locale.from_grammar("de", {}, "here").spelt(3) == ""
    for wrong in ({"numerals": "zero"}, {"numerals": [0]}, {"feminine": ["une"]}):
        with pytest.raises(WordsError, match=r"here, (numerals|feminine)"):
            Locale.from_grammar("de", wrong, "here")


@pytest.mark.parametrize(
    ("words", "name", "unit", "head"),
    [
        (FR, "Wagons", "wagon", "Wagons"),
        (FR, "Indice réel", "index", "Indice réel"),
        (FR, "Multiple recalculé", "multiple", "Multiple recalculé"),
        (FR, "Rapport", "multiple", "Rapport"),
        (FR, "Part du PIB", "percent_of_gdp", "Part du PIB (%)"),
        (FR, "Un dollar en tenges", "kzt", "Un dollar en tenges"),
        (FR, "Indice normalisé", "ratio", "Indice normalisé"),
        (FR, "Visiteurs", "count", "Visiteurs"),
        (FR, "Charge", "tonne_wagon", "Charge (tonnes par wagon)"),
        (FR, "Inflation", "percent", "Inflation (%)"),
        (EN, "Share of GDP", "percent_of_gdp", "Share of GDP (%)"),
        (EN, "Exports", "musd", "Exports (million US dollars)"),
    ],
)
def test_a_head_says_its_unit_once(words, name, unit, head):
    assert column_head(words, name, unit) == head


def test_changes_up_and_down_show_their_signs():
    class Page:
        words = FR

    column = [of(v, "percent", base=BEFORE) for v in (95.1, -3.2, 0.0)]
    assert is_change(column) and not is_change(column[:1])
    assert [number_cell(Page, r, signed=True) for r in column] == ["+95,1", "−3,2", "0,0"]
    spread = of(1.0, "percent", base=BEFORE, interval=Interval(-1.0, 3.0))
    assert number_cell(Page, spread, signed=True) == "−1,0 – +3,0"
    assert not is_change([of(v, "musd") for v in (8.9, -3.2)])  # a balance is a level


def test_a_round_rate_keeps_the_digits_of_its_publisher():
    growth = series_from({"2023": 100, "2024": 64.5}, "percent", scope="all", publisher="press")
    said = [FR.reading(r, "signed") for r in by_publisher(growth, "all")]
    assert said == ["+100\u00a0%", "+64,5\u00a0%"]


def test_one_name_a_country_and_one_word_a_thing():
    data = [p.read_text(encoding="utf-8") for p in (project_root() / "data").glob("*.yml") if p.stem != "labels"]
    named = {i["id"]: i["en"] for i in read_yaml(project_root() / "data" / "issues.yml") if "Turk" in i["en"]}
    assert {k for k, text in named.items() if "Turkey" in text} == {"exports-few-partners", "imports-few-partners"}
    assert FR.label("BLR") == "Biélorussie" and EN.label("TUR") == "Türkiye"
    for text in data:
        assert not re.search(r"Bélarus|\b[Rr]ecopie", text)
        assert not re.search(r"(?m)en:.*(?<!United )\bstates? (?:of the (?:source|database)|kept)", text)
    assert {"fr", "en"} == set(project().languages)
    publishers = read_yaml(project_root() / "data" / "publishers.yml")["access"]
    assert not [k for k, v in publishers.items() if "la NBK" in v["fr"]]


def test_caveats_are_headed_by_what_they_are():
    assert (FR.ui("caveats"), FR.issue_kind("caveat")) == ("Précautions de lecture", "Attention")
    assert (EN.ui("caveats"), EN.issue_kind("caveat")) == ("Caveats", "Note")


@pytest.mark.parametrize(
    ("language", "wrong", "right", "fault"),
    [
        ("fr", "au 5e rang", "au 5ᵉ rang", "an ordinal that is not superscript"),
        ("fr", "le 1er janvier", "le 1ᵉʳ\u00a0janvier", "an ordinal that is not superscript"),
        ("fr", "communiqué no 7", "communiqué n°\u00a07", "no for n°"),
        ("en", "Sénat, no 292 (2026)", "there was no 2019 figure", "no for No."),
        ("fr", "le chiffre imprimé", "le chiffre publié", "a calque of print"),
        ("en", "the printed figure", "a fingerprint", "printed for published"),
        ("en", "the tonnages make x2.7", "the tonnages make ×2.7", "x for ×"),
        ("en", "column ’via’", "column ‘via’ of the publishers’ own", "two closing quotes"),
        ("en", "a ”word”", "a “word”", "two closing quotes"),
        ("fr", "Période | Wagons (wagons)", "Période | Charge (tonnes par wagon)", "a unit twice in a head"),
        ("en", "Period | Share of GDP (% of GDP)", "Period | Share of GDP (%)", "a unit twice in a head"),
        ("en", "Period | Wagons, Iran (wagons)", "Period | Wagons, Iran and others (Iran)", "a unit twice in a head"),
        ("fr", "pour 6 marchandises", "pour six marchandises", "digits for letters"),
        ("fr", "sur 8\u00a0pays", "sur 20\u00a0pays", "digits for letters"),
        ("fr", "sur 12 mois", "en 2016 pays | 6 mois", "digits for letters"),
        ("en", "5th of 8\u00a0countries", "20 countries, 12 months", "digits for letters"),
        ("en", "a shipment of 9\u00a0wagons", "a shipment of nine wagons, then 36 wagons", "digits for letters"),
        ("en", "in percent of GDP", "in per cent of GDP, by 2 percentage points", "percent for per cent"),
        ("en", "Figures, with who gives them", "Figures, by source", "with who gives it"),
        ("en", "$24.7 billion were reported", "$24.7 billion was reported", "several dollars"),
        ("en", "misses by 6.0\u00a0percentage points only", "misses by only 6.0\u00a0percentage points", "only after"),
        ("en", "T – a; Press, none: Press, none 2.7", "T – a; Press, none: 2.7", "a name twice"),
    ],
)
def test_the_proof_reader_knows_each_kind(misprints, language, wrong, right, fault):
    assert [m for m in misprints(wrong, language) if m.startswith(fault)]
    assert not misprints(right, language)


def _say(text):
    return Output(Kind.SAY, text, markdown=text)


@pytest.mark.parametrize(
    ("language", "wrong", "right", "fault"),
    [
        ("fr", "le solde était de n.\u00a0d. en 2019", "le solde n’est pas connu", "a missing figure"),
        ("en", "it was n/a a year earlier", "it is not known", "a missing figure"),
        ("fr", "aucun chiffre n’était publié", "aucun chiffre n’est détenu", "not published"),
        ("en", "it was not yet published", "it is not held here", "not published"),
        ("fr", "avant la guerre (2020–2020)", "avant la guerre (2019–2020)", "a range of one year"),
        ("fr", "Le prochain effet, en janvier 2020", "Le prochain effet, en février 2020", "a past day told as coming"),
        ("en", "The next effect, in January 2020", "From one vintage to the next, January 2020", "a past day told"),
        ("fr", "février 2020, déjà écoulé", "janvier 2020, déjà écoulé", "a day to come told as past"),
        ("en", "prices fell in March 2020", "the target is for March 2020", "a period later than the date"),
        (
            "en",
            "the Bureau of National Statistics of Kazakhstan",
            "the Committee on Statistics",
            "a name of another day",
        ),
        ("fr", "l’épidémie pèse sur ces écarts", "ces écarts sont peu nombreux", "2020-03-11, not yet begun"),
        ("en", "before the war in Ukraine", "before the years judged", "2022-02-24, not yet begun"),
        (
            "fr",
            "à 9,2\u00a0% par an\u202f; il était de 9,2\u00a0% par an",
            "à 29,2\u00a0% par an\u202f; il était de 9,2\u00a0% par an",
            "a figure",
        ),
        ("en", "9.2%, against +9.2%", "29.2%, against +9.2%", "a figure set against itself"),
        ("fr", "Union européenne à vingt-sept", "Union européenne à vingt-huit", None),
    ],
)
def test_the_proof_reader_knows_what_a_date_allows(untruths, language, wrong, right, fault):
    if fault:
        assert [m for m in untruths([_say(wrong)], language, "2020-02-29") if m.startswith(fault)]
    else:  # the Union had twenty-eight members until 31 January 2020
        assert untruths([_say(wrong)], language, "2016-06-30") and not untruths([_say(wrong)], language, "2020-02-29")
    assert not untruths([_say(right)], language, "2020-02-29")


def test_the_proof_reader_sees_empty_sections_and_tables(untruths):
    section, caveats = (Output(k, "## x", markdown="## x") for k in (Kind.SECTION, Kind.CAVEATS))
    table = Output(Kind.TABLE, "T\n\nPeriod | Rate | Core\n2019 | 5.4 | –\n2018 | 5.3 | n/a\n", html="x", name="t")
    assert untruths([section, caveats], "en", "2020-02-29") == ["an empty section: '## x'"]
    assert untruths([section, table], "en", "2020-02-29") == ["t, an empty column: Core"]
    figures = Output(Kind.TABLE, "T\n\nA | B | C\nRank | 2016 (no recent figure is held) | 5th\n", name="key_figures")
    assert untruths([figures], "en", "2020-02-29") == ["key_figures, a stale rank told as news: Rank"]
    same = Output(Kind.TABLE, "T\n\nA | B | C | D\nx | 2019 | $6 | $6\n", name="revised")
    assert untruths([same], "en", "2020-02-29") == ["revised, a revision that does not show: x | 2019 | $6 | $6"]
    size = Output(Kind.TABLE, "T\n\nPeriod | Mean absolute error\n2019 | +1.8 points\n", name="errors")
    assert untruths([size], "en", "2020-02-29") == ["errors, a size with a sign: Mean absolute error"]
    days = "T\n\nDay | Series\n1\u00a0January 2020 | a\nSince 1\u00a0January 2020 | b\n1\u00a0March 2020 | c\n"
    calendar = Output(Kind.TABLE, days, name="calendar")
    assert untruths([calendar], "en", "2020-02-29") == ["calendar, a day of release: 1\u00a0January 2020"]
