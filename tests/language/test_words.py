"""Numbers, dates and sentences in both languages, over every status, unit and date."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from babel.numbers import parse_decimal
from hypothesis import given
from hypothesis import strategies as st

from kzreport.errors import WordsError
from kzreport.language.lint import branches, leaves, word_faults
from kzreport.language.locale import Locale
from kzreport.language.numbers import rounded
from kzreport.language.sentences import MARK, PART, escape
from kzreport.language.words import Words
from kzreport.model import Interval, Period, Reading, Status
from kzreport.project.settings import page_names, project, project_root
from kzreport.units import UNITS

FR, EN = Words("fr"), Words("en")
NBSP, THIN = "\u00a0", "\u202f"


def reading(value, unit="percent", period="2026-08", **rest):
    return Reading("x", value, unit, Period.parse(period), **rest)


@pytest.mark.parametrize(
    ("value", "unit", "french", "english"),
    [
        (20.3, "percent", f"20,3{NBSP}%", "20.3%"),
        (-0.04, "percent", f"0,0{NBSP}%", "0.0%"),
        (1.5, "points", f"1,5{NBSP}point", f"1.5{NBSP}percentage points"),
        (-2, "points", f"−2,0{NBSP}points", f"−2.0{NBSP}percentage points"),
        (1999.6, "musd", f"2,0{NBSP}milliards de dollars", f"$2.0{NBSP}billion"),
        (999.5, "musd", f"1,0{NBSP}milliard de dollars", f"$1.0{NBSP}billion"),
        (999.4, "musd", f"999{NBSP}millions de dollars", f"$999{NBSP}million"),
        (1100, "musd", f"1,1{NBSP}milliard de dollars", f"$1.1{NBSP}billion"),
        (-861.126, "musd", f"−861{NBSP}millions de dollars", f"−$861{NBSP}million"),
        (1, "musd", f"1{NBSP}million de dollars", f"$1{NBSP}million"),
        (444_000, "tonne", f"444{THIN}000{NBSP}tonnes", f"444,000{NBSP}tonnes"),
        (4_120_000, "tonne", f"4,12{NBSP}millions de tonnes", f"4.12{NBSP}million tonnes"),
        (1_500_000, "tonne", f"1,5{NBSP}million de tonnes", f"1.5{NBSP}million tonnes"),
        (77_000, "teu", f"77{THIN}000{NBSP}EVP", f"77,000{NBSP}TEU"),
        (1, "months", f"1{NBSP}mois", f"1{NBSP}month"),
        (88, "months", f"88{NBSP}mois", f"88{NBSP}months"),
        (206.278, "percent_per_year", f"206,3{NBSP}% par an", "206.3% a year"),
        (-0.284, "percent_of_gdp", f"−0,3{NBSP}% du PIB", "−0.3% of GDP"),
    ],
)
def test_quantities(value, unit, french, english):
    assert FR.typography(FR.quantity(value, unit)) == french
    assert EN.typography(EN.quantity(value, unit)) == english


def test_decimals_that_a_publisher_prints_are_kept():
    """2.3 tonnes are not 2 tonnes; on a larger scale the sentence's own digits hold."""
    assert EN.reading(reading(3.396, "tonne", digits=3)) == f"3.396{NBSP}tonnes"
    assert EN.reading(reading(330.7, "musd", digits=1)) == f"$330.7{NBSP}million"
    assert FR.reading(reading(0.05, "musd", digits=2)) == f"0,05{NBSP}million de dollars"
    assert EN.reading(reading(81_674.06, "musd", digits=2)) == f"$81.7{NBSP}billion"
    assert FR.reading(reading(23e6, "person")) == f"23{NBSP}millions de personnes"


def test_an_item_of_several_parts_is_the_names_of_its_parts():
    assert FR.label("AFG|2025-04|flour") == "Afghanistan, avril 2025, farine"
    assert EN.label("flour|AFG") == "Flour, Afghanistan"
    with pytest.raises(WordsError, match="no 'sugar'"):
        EN.label("AFG|sugar")


@pytest.mark.parametrize(
    ("text", "case", "french", "english"),
    [
        ("2026-08", "", "août 2026", "August 2026"),
        ("2026-08", "of", "d’août 2026", "of August 2026"),
        ("2026-07", "of", "de juillet 2026", "of July 2026"),
        ("2026-04", "of", "d’avril 2026", "of April 2026"),
        ("2026-10", "since", "depuis octobre 2026", "since October 2026"),
        ("2026", "in", "en 2026", "in 2026"),
        ("2026-Q1", "in", "au premier trimestre 2026", "in the first quarter of 2026"),
        ("2026-Q4", "of", "du quatrième trimestre 2026", "of the fourth quarter of 2026"),
        ("2026-09-01", "in", f"le 1ᵉʳ{NBSP}septembre 2026", f"on 1{NBSP}September 2026"),
        ("2026-09-07", "of", f"du 7{NBSP}septembre 2026", f"of 7{NBSP}September 2026"),
        ("2023-01/2023-07", "in", "de janvier à juillet 2023", "from January to July 2023"),
        ("2023-04/2023-08", "in", "d’avril à août 2023", "from April to August 2023"),
        ("2023-01/2023-07", "", "janvier–juillet 2023", "January–July 2023"),
        ("2026-Q1", "short", "T1 2026", "Q1 2026"),
    ],
)
def test_periods(text, case, french, english):
    assert FR.period(Period.parse(text), case) == french
    assert EN.period(Period.parse(text), case) == english


@given(st.dates(date(2005, 1, 1), date(2035, 12, 31)), st.sampled_from(["in", "of", "since", "to", "short", ""]))
def test_french_elides_before_every_month(day, case):
    for text in (
        f"{day:%Y-%m}",
        f"{day:%Y}",
        f"{day:%Y}-Q{(day.month + 2) // 3}",
        day.isoformat(),
        f"{day:%Y}-01/{day:%Y}-08",
    ):
        said = FR.period(Period.parse(text), case)
        assert not re.search(r"\b(de|le|que) [aeiouéèê]", said), said
        assert "{" not in said and "#" not in said


def read_back(shown: str, unit: str, w: Words) -> tuple[float, float]:
    """The value of a printed number in its unit, read with the marks of the locale; half a unit of its last digit."""
    number = re.search(r"[−+]?[$€]?\d[\d\u202f,.]*", shown)
    assert number, shown
    text = number[0].replace("−", "-").lstrip("+").replace("$", "").replace("€", "")
    read = parse_decimal(text, locale=w.locale.cldr)
    scale = next((s for s in UNITS[unit].sentence if named(w, s.words, shown)), None)
    divisor = Decimal(scale.divisor) if scale else Decimal(1)
    half = Decimal(1).scaleb(read.as_tuple().exponent) / 2
    if scale and scale.trim:  # zeros that end the decimals are left out
        half = Decimal(1).scaleb(-scale.digits) / 2
    return float(read * divisor), float(half * divisor)


def named(w: Words, key: str, shown: str) -> bool:
    """True if a printed number has the words of a scale behind it."""
    return any(form.replace("#", "").strip("$€") in shown for form in w.forms("units", key, "sentence").values())


@given(st.floats(-1e9, 1e9), st.sampled_from(sorted(UNITS)), st.sampled_from(["", "signed", "abs", "bare", "full"]))
def test_every_number_reads_back(value, unit, spec):
    for w in (FR, EN):
        said = w.reading(reading(value, unit), spec)
        assert not re.search(r"nan|None|inf|e[+-]?\d", said), said
        assert not re.search(r"-\d", said), "a hyphen is not a minus sign"
        if unit == "rank":  # an ordinal has no unit and no decimals
            assert round(value) == parse_decimal(re.sub("[a-zᵉʳ]", "", said.replace("−", "-")), locale=w.locale.cldr)
            continue
        read, half = read_back(said, unit if spec not in ("bare", "full") else "ratio", w)
        assert read == pytest.approx(abs(value) if spec == "abs" else value, abs=half * (1 + 1e-6) + 1e-9), said
        assert ("+" in said) == (spec == "signed" and read > 0), said


@given(st.decimals(-1000, 1000, places=4))
def test_rounding_is_half_away_from_zero(value):
    shown = rounded(float(value), 1)
    half = Decimal("0.05")
    assert abs(shown - value) <= half
    if abs(shown - value) == half:
        assert abs(shown) > abs(value)


def test_no_number_without_status():
    gone = Reading.missing("x", "percent", Period.parse("2025"), Status.SIGN_CHANGE)
    assert FR.reading(gone) == f"n.{NBSP}s. (changement de signe)"
    assert EN.reading(gone) == "n.s. (change of sign)"
    assert EN.reading(gone.of(status=Status.MISSING_INPUT)) == "n/a"


def test_a_derived_volume_is_not_said_to_the_tonne():
    assert EN.reading(reading(293_157.26, "tonne", estimated=True)) == f"293,000{NBSP}tonnes"


@pytest.mark.parametrize(
    ("language", "forms", "said"),
    [
        ("en", "claim|claims", {0: "claims", 1: "claim", 2: "claims", 21: "claims"}),
        ("fr", "affirmation|affirmations", {0: "affirmation", 1: "affirmation", 2: "affirmations"}),
        ("ro", "vizitator|vizitatori|de vizitatori", {1: "vizitator", 2: "vizitatori", 20: "de vizitatori"}),
        ("ja", "claim|claims", {1: "claims", 2: "claims"}),  # not translated yet: no plural forms of its own
    ],
)
def test_a_word_agrees_with_its_number(language, forms, said):
    numbers = Words("en")
    numbers.locale = Locale.from_grammar(language, {}, "here")
    for number, form in said.items():
        assert numbers.marks(f"{{n|{forms}}}", "here", {"n": reading(number, "count")}) == form


def test_unknown_names_and_marks_are_refused():
    with pytest.raises(WordsError, match="no 'nobody'"):
        FR.label("nobody")
    with pytest.raises(WordsError, match="no reading 'y'"):
        FR.fill("{y}", "here", {"x": reading(1.0)})
    with pytest.raises(WordsError, match="marks such as"):
        FR.fill("{x.__class__}", "here", {"x": reading(1.0)})
    with pytest.raises(WordsError, match="one of in, of, since, to, the, against, short"):
        FR.period(Period.parse("2026"), "towards")
    with pytest.raises(WordsError, match="signed, abs, bare, full, stated, words or feminine"):
        FR.reading(reading(1.0), "loud")


def test_text_from_data_is_text():
    assert escape("<b>x</b> [y](javascript:z) *q*\n# h") == (r"&lt;b&gt;x&lt;/b&gt; \[y\]\(javascript:z\) \*q\* \# h")


def test_french_typography():
    assert FR.typography("Quoi ? Oui ; « mot » : l'or !") == (
        f"Quoi{THIN}? Oui{THIN}; «{NBSP}mot{NBSP}»{NBSP}: l’or{THIN}!"
    )


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"fr": "a"}, "each of fr, en"),
        ({"fr": "a {x}", "en": "a"}, "x not in every language"),
        ({"fr": "12 mois", "en": "twelve months"}, "a digit typed by hand"),
        ({"by": "x", "up": {"fr": "a", "en": "a"}}, "other, and ok or all of up, down, flat"),
        ({"by": "x", "sideways": {"fr": "a", "en": "a"}, "other": {"fr": "a", "en": "a"}}, "sideways"),
        ({"fr": "", "en": ""}, "nothing"),
        ({"fr": "{x!r}", "en": "{x!r}"}, "a mark not understood"),
        ({"fr": "{x|est|sont}", "en": "{x|is}"}, "its forms of a word: {count|is|are}"),
        ({"fr": "{x|1 an|2 ans}", "en": "{x|a year|years}"}, "a digit typed by hand"),
        ("a", "each of fr, en"),
    ],
)
def test_faulty_words_are_found(entry, said):
    found = word_faults({"say": {"key": entry}}, "notebooks/x.yml")
    assert any(said in fault and "say.key" in fault for fault in found), found


def test_a_report_has_no_author_who_says_we():
    for path in [*project_root().glob("notebooks/*.yml"), project_root() / "data" / "labels.yml"]:
        said = re.findall(r"\b(?:nous|nos|notre|we)\b", path.read_text(encoding="utf-8"), re.IGNORECASE)
        assert said == [], path.name


def absent_by_rule(node, language, state):
    """True if the words say nothing of a state, or name outside of brackets a figure that is missing in it."""
    chooser = node.get("by")
    while node != "nothing" and "by" in node:
        ways = ("missing_input", "other") if state is Status.MISSING_INPUT else (str(state), "other")
        if isinstance(state, float):
            ways = (reading(state).direction, "ok", "other")
        node = next(node[way] for way in ways if way in node)
    if node == "nothing":
        return True
    figures = {m[1] for m in MARK.finditer(PART.sub("", node[language])) if m[2] in (None, "low", "high")}
    if state is Status.MISSING_INPUT:
        assert chooser not in figures, "a variant for a missing figure names it: it would never be said"
    return state is Status.MISSING_INPUT and bool(figures)


@pytest.mark.parametrize("page", page_names())
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_sentence_in_every_state(page, language, misprints):
    """All words of a page over directions, statuses and periods: nothing unfilled, no elision fault, no double unit."""
    w = Words(language, page)
    said_keys = w.entry("say") if w.has("say") else ()
    sentences = [("say", key) for key in said_keys] + ([("headline",)] if w.has("headline") else [])
    states = [0.0, 1.0, 12.34, -3.2, *[s for s in Status if s is not Status.OK]]
    count = 0
    for path in sentences:
        node = w.entry(*path)
        texts = [leaf for _, leaf in leaves(node, project().languages)]
        names = {m[1] for leaf in texts for m in MARK.finditer(leaf[language])}
        names |= {branch["by"] for _, branch in branches(node) if "by" in branch}
        for state in states:
            for year in range(2015, 2027):
                for text in (f"{year}-04", f"{year}-08", f"{year}-Q3", f"{year}", f"{year}-01/{year}-08"):
                    p = Period.parse(text)
                    value = state if isinstance(state, float) else None
                    status = Status.OK if value is not None else state
                    r = Reading(
                        "x",
                        value,
                        "percent",
                        p,
                        status,
                        item="KAZ",
                        base=p.year_before(),
                        interval=Interval(1, 2),
                        inputs=("cpi_yy",),
                    )
                    said = w.text(*path, **dict.fromkeys(names, r))
                    assert not re.search(r"[{}]|None|\bnan\b|  ", said), (path, state, said)
                    if year == 2016:  # a proof-reader finds in one year what there is to find in all
                        assert not misprints(said, language), (path, state)
                    assert said[:1] == said[:1].upper(), (path, state)
                    assert bool(said) is not absent_by_rule(node, language, state), (path, state, said)
                    count += 1
    assert count or not sentences
