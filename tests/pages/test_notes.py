"""The analyst's own words: parts, marks, and what is refused."""

from datetime import date

import pytest

from kzreport.editions.definition import load_definition
from kzreport.editions.inputs import list_differences
from kzreport.editions.plan import make_plan
from kzreport.editions.previous import fill_definition
from kzreport.errors import ParameterError
from kzreport.pages.notes import read_note
from kzreport.pages.page import Page

GOOD = """# fr
L’inflation s’établit à {inflation.headline.value} {inflation.rate.period:in}.

# en
Inflation was {inflation.headline.value} {inflation.rate.period:in}.

# fr fdi
Voir {fdi.headline}.

# en fdi
See {fdi.headline}.
"""


@pytest.fixture
def note(home):
    def write(text, name="monthly/2026-09-30"):
        path = home.root / "params" / "notes" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return name

    return write


def page(name, language="fr"):
    return Page(name, lang=language, as_of="2026-09-30")


def test_no_figure_is_typed_by_hand(note):
    name = note(GOOD)
    assert page("summary").note_text(name) == "L’inflation s’établit à 9,8\u00a0% en août 2026."
    assert page("summary", "en").note_text(name) == "Inflation was 9.8% in August 2026."


def test_a_part_for_a_page(note):
    assert page("fdi", "en").note_text(note(GOOD)) == "See −$672\u00a0million."


def test_no_note():
    assert page("summary").note_text("") == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "an empty note"),
        ("Bonjour\n# fr\na\n# en\na\n", "line 1: found 'Bonjour', expected a line '# fr' or '# en'"),
        ("# fr\nBonjour\n", "nothing under '# en'"),
        ("# fr\nBonjour\n# en\n\n", "nothing under '# en'"),
        ("# fr\na\n# fr\nb\n# en\nc\n", "line 3: found '# fr' again"),
        ("# de\nGuten Tag\n", "line 1: found '# de'"),
        ("# fr\na\n# en\nb\n# en fdi\nc\n", "nothing under '# fr fdi'"),
    ],
)
def test_what_cannot_be_read(note, text, words):
    with pytest.raises(ParameterError, match=words):
        read_note(note(text))


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ("{inflation.speed}", "no reading 'speed', expected one of inflation.headline"),
        ("{weather.headline}", "weather"),
        ("{inflation}", "expected marks such as"),
        ("{inflation.headline", "expected marks such as"),
        (
            "{inflation.headline.value:loud}",
            r"^params/notes/monthly/2026-09-30\.md, .*found 'loud', expected signed, abs",
        ),
    ],
)
def test_a_mark_that_names_nothing(note, mark, words):
    name = note(f"# fr\nVoir {mark}.\n# en\nSee {mark}.\n")
    with pytest.raises(ParameterError, match=words):
        page("summary").note_text(name)


def test_a_reading_without_a_value_is_refused(note):
    name = note(GOOD, "monthly/2010-01-31")
    with pytest.raises(ParameterError, match="has no value"):
        Page("summary", lang="fr", as_of="2010-01-31").note_text(name)


@pytest.mark.parametrize(
    "name", ["../monthly", "monthly", "monthly/today", "monthly/2026-09-30/x", "Monthly/2026-09-30"]
)
def test_a_name_that_leads_elsewhere(name):
    with pytest.raises(ParameterError, match="a report definition and a date"):
        read_note(name)


def test_a_note_is_an_input(note):
    d = load_definition("monthly")
    name = note(GOOD)
    filled = fill_definition(d, date(2026, 9, 30), [], None, revision=False)
    assert {p: v["note"] for p, v in filled.values.items() if v.get("note")} == {"summary": name, "fdi": name}
    first = make_plan(filled, date(2026, 9, 30), ["fr", "en"]).inputs.flat
    note(GOOD.replace("Voir", "Cf."))
    second = make_plan(filled, date(2026, 9, 30), ["fr", "en"]).inputs.flat
    assert list_differences(first, second) == [f"params/notes/{name}.md: changed"]


def test_a_note_on_a_page_that_the_report_has_not(note):
    note("# fr x\na\n# en x\nb\n", "inflation-brief/2026-09-30")
    with pytest.raises(ParameterError, match="line 1, page: found 'x', expected one of afghanistan, "):
        fill_definition(load_definition("inflation-brief"), date(2026, 9, 30), [], None, revision=False)


def test_a_broken_note_stops_before_anything_runs(note):
    note("# fr\n{inflation.speed}\n# en\nb\n")
    filled = fill_definition(load_definition("monthly"), date(2026, 9, 30), [], None, revision=False)
    with pytest.raises(ParameterError, match="no reading 'speed'"):
        make_plan(filled, date(2026, 9, 30), ["fr"])
