"""``kzreport check`` finds today what a run of a later month would end at."""

from __future__ import annotations

import json

import pytest

from kzreport.claims.claim import Claim, Document, Qualifier
from kzreport.claims.frequencies import frequency_faults, mismatches_of
from kzreport.claims.tests import parse_tests
from kzreport.commands.checks import notebook_faults
from kzreport.commands.cli import main
from kzreport.commands.marks import mark_faults, note_faults
from kzreport.errors import KzreportError
from kzreport.files import clear_caches
from kzreport.model import Period
from kzreport.project.settings import page_names


def change(path, old, new, count=-1):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")
    clear_caches()


@pytest.mark.parametrize("page", page_names())
def test_the_pages_of_this_project_have_no_mark_without_a_reading(page):
    assert mark_faults(page) == []


def test_a_mark_in_a_variant_that_is_not_said_today(project_of):
    words = project_of("--lang", "en,fr") / "notebooks" / "visitors.yml"
    assert mark_faults("visitors") == []
    change(words, "{latest.period:in}; the", "{latset.period:in}; the")  # in the variant of a missing month, in English
    (fault,) = mark_faults("visitors")
    where = "notebooks/visitors.yml, headline.other, {latset.period:in} in en: found no reading 'latset'"
    assert fault == f"{where}, expected one of latest, latest_change (did you mean latest?)."
    change(words, "{latest.period:in} ; la", "{latset.period:in} ; la")
    assert "{latset.period:in} in en and fr: found no reading 'latset'" in mark_faults("visitors")[0]


def test_a_chooser_and_a_title(project_of):
    words = project_of("--lang", "en") / "notebooks" / "visitors.yml"
    change(words, "by: latest_change", "by: change")
    change(words, "path:\n    en: ", "path:\n    en: '{figure.year} '  #")
    assert [f.partition(": found")[0] for f in mark_faults("visitors")] == [
        "notebooks/visitors.yml, headline, by",
        "notebooks/visitors.yml, charts.path, {figure.year} in en",
    ]


def test_a_view_that_fails_is_a_fault_of_the_page(project_of, capsys):
    view = project_of("--lang", "en") / "notebooks" / "views" / "visitors.py"
    change(view, "    latest = at(", "    latest = [][0] or at(")
    assert main(["check"]) == 2
    assert "notebooks/views/visitors.py, line 18: found IndexError: list index out of range" in capsys.readouterr().err
    change(view, "[][0] or at(", "period.shift() or at(")
    assert main(["check"]) == 2
    assert "line 18: found TypeError: Period.shift() missing 1 required" in capsys.readouterr().err


CELL, PLACE = "notebooks/visitors.ipynb", "notebooks/visitors.ipynb, cell 4, line"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"lines"', '"line"', f"{PLACE} 5: chart: found 'line', expected one of lines, multiples, "),
        (
            ".path)",
            ".path, highlite=lang)",
            f"{PLACE} 5: chart 'path', options: found highlite, expected options of its views, or steps, mark, points, "
            "highlight, scaled (did you mean highlight?).",
        ),
        (".path)", ".pth)", f"{PLACE} 5: views of visitors: found no 'pth', expected one of headline, path (did you"),
        (".title", ".titel", f"{PLACE} 2: page: found no method 'titel', expected one of title, section, "),
        ("import visitors", "import visitor", "cell 2, line 2: kzreport.views: found no 'visitor', expected one of cl"),
        ("as_of=as_of", "asof=as_of", f"{PLACE} 1: Page(): found 'asof', expected one of lang, as_of, years (did you"),
        ('"lines", ', "", f"{PLACE} 5: found TypeError: page.chart() missing 1 required positional argument: 'groups'"),
        ("page.title()", "return", f"{PLACE} 2: found SyntaxError: 'return' outside function"),
        ("note(note)", "note(nots)", f"{PLACE} 4: found NameError: name 'nots' is not defined, expected a page that"),
    ],
)
def test_a_mistake_in_a_cell_is_found_at_its_line(project_of, old, new, fault):
    """A run would end at it: also at a kind of chart, and an option of it, although nothing is drawn here."""
    root = project_of("--lang", "en")
    change(root / CELL, json.dumps(old)[1:-1], json.dumps(new)[1:-1], 1)
    with pytest.raises(KzreportError) as found:
        mark_faults("visitors")
    assert fault in str(found.value) and str(root) not in str(found.value) and "_Listen" not in str(found.value)


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ("{visitors.latest}", None),
        ("{visitors.lates}", "no reading 'lates', expected one of visitors.headline, visitors.latest"),
        ("{visitors.latest.perod:in}", "found 'perod', expected one of value, period, base"),
        ("{visitor.latest}", "did you mean visitors?"),
    ],
)
def test_a_note_is_read_by_check(project_of, mark, words):
    notes = project_of("--lang", "en") / "params" / "notes" / "monthly"
    notes.mkdir(parents=True)
    (notes / "2026-09-30.md").write_text(f"# en\nVisitors: {mark}.\n", encoding="utf-8")
    faults = note_faults()
    assert (words in faults[0] and mark in faults[0]) if words else faults == []


def test_a_file_that_nothing_declares(project_of, capsys):
    data = project_of("--lang", "en") / "data"
    (data / "wheat.csv").write_text("period,value,published\n", encoding="utf-8")
    (data / "figures.xlsx").touch()
    assert main(["check"]) == 2
    said = capsys.readouterr().err
    assert "data/wheat.csv: found no card wheat.yml, expected a table and its card; write it: 'kzreport new" in said
    assert "warning: data/figures.xlsx: found a file that nothing reads" in said


def test_a_calendar_may_be_empty(project_of):
    """No day follows from a card without a lag, and a heading waits for what stands under it."""
    path = project_of("--lang", "en") / "notebooks" / "summary.ipynb"
    nb = json.loads(path.read_text(encoding="utf-8"))
    shown = {"output_type": "display_data", "data": {"text/markdown": "x", "text/plain": "x"}, "metadata": {}}
    code = [c for c in nb["cells"] if c["cell_type"] == "code"]
    for cell in code[2:]:
        cell["outputs"] = [] if "page.calendar(" in "".join(cell["source"]) else [shown]
    path.write_text(json.dumps(nb), encoding="utf-8")
    clear_caches()
    assert not [fault for fault in notebook_faults("summary") if "0 stored outputs" in fault]
    code[2]["outputs"] = []
    path.write_text(json.dumps(nb), encoding="utf-8")
    clear_caches()
    assert [fault for fault in notebook_faults("summary") if "0 stored outputs" in fault]


def test_a_list_of_claims_that_no_document_has(project_of, capsys):
    (project_of("--lang", "en") / "data" / "claims" / "D9.csv").touch()
    for command in (["check"], ["accept", "--data"]):
        assert main(command) == 2
        told = "data/claims/D9.csv: found a file that no document has, expected an entry of it in data/claims/documents"
        assert told in capsys.readouterr().err


def test_a_claim_of_another_frequency_is_not_accepted(project_of, capsys):
    """It could be judged on no day: its verdict would be that no figure is held. ``check`` finds it before, too."""
    claims = project_of("--lang", "en") / "data" / "claims" / "D1.csv"
    assert main(["accept", "--data"]) == 0
    change(claims, ",2025-08,month,value visitors", ",2025,month,value visitors")
    for command in (["accept", "--data", "--yes"], ["check"]):
        assert main(command) == 2
        assert "write mean visitors, sum visitors or visitors@2025-12" in capsys.readouterr().err
    change(claims, ",value visitors", ",value sum visitors")
    assert main(["accept", "--data", "--yes"]) == 0


def claim(test: str, period: str) -> Claim:
    said = {"en": "{claim}", "fr": "{claim}"}
    paper = Document("T1", said, said, Period.parse("2026").start, claims=1)
    fields = {"low": None, "high": None, "basis": "", "substantive": True, "text": said}
    return Claim("T1-L001-1", paper, 1, "trade", "", 8.6, 0.1, Qualifier.EXACT, unit="percent",
                 period=Period.parse(period), tests=parse_tests(test), **fields)  # fmt: skip


@pytest.mark.parametrize(
    ("test", "period", "todo"),
    [
        ("value cpi_yy", "2025", "write mean cpi_yy or cpi_yy@2025-12"),
        (
            "value exports_monthly",
            "2025-Q1",
            "write mean exports_monthly, sum exports_monthly or exports_monthly@2025-03",
        ),
        ("value wdi_gdp country=KAZ", "2025-03", "as wdi_gdp country=KAZ@2025"),
        ("value mean cpi_yy or value cpi_yy@2025-12", "2025", None),
        ("value cpi_yy", "2025-06", None),
    ],
)
def test_a_claim_of_another_frequency_than_its_series(test, period, todo):
    found = list(mismatches_of(claim(test, period)))
    assert [todo in fault for fault in found] == [True] if todo else found == []


def test_no_claim_of_this_project_is_held_against_another_frequency():
    assert list(frequency_faults()) == []
