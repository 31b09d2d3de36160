"""Bad input starts no kernel: every file that a page reads is read when an edition is planned."""

from __future__ import annotations

import os
import re
from datetime import date

import pytest

from kzreport.editions.definition import definition_names, load_definition
from kzreport.editions.inputs import view_digests
from kzreport.editions.needs import next_name
from kzreport.editions.plan import make_plan
from kzreport.editions.store import Store
from kzreport.errors import InputError, StaleEdition
from kzreport.files import clear_caches, read_text
from kzreport.project.settings import page_names
from kzreport.series.assemble import assemble
from kzreport.series.strays import misnamed_files, undeclared_tables

DAY = date(2026, 9, 30)


def plan(name="inflation-brief", *overrides):
    definition = load_definition(name, overrides)
    return make_plan(definition, DAY, definition.languages)


def refused(*found):
    """Expect an error that says each of these."""
    return pytest.raises(InputError, match="(?s)" + "".join(f"(?=.*{re.escape(f)})" for f in found))


def change(home, path, old, new):
    text = (home.root / path).read_text(encoding="utf-8")
    assert old in text, f"{path} has no {old!r}"
    home.write(path, text.replace(old, new, 1))


def cell(home, path, line, column, text):
    """Put a text into a cell of a table without quotes in that row."""
    lines = (home.root / path).read_text(encoding="utf-8").split("\n")
    number = lines[0].split(",").index(column)
    row = lines[line - 1].split(",")
    row[number] = text
    lines[line - 1] = ",".join(row)
    home.write(path, "\n".join(lines))


def test_the_project_as_it_is_can_be_planned(home, tmp_path):
    """And a file in the place of the folder of its editions is found before they are made."""
    found = plan()
    assert found.tasks and next_name(found, [], Store(tmp_path), revision=False) == "2026-09-30"
    (tmp_path / "inflation-brief").write_text("x")
    with pytest.raises(StaleEdition, match=r"editions, inflation-brief: found a file, or .* remove it"):
        next_name(found, [], Store(tmp_path), revision=False)


@pytest.mark.parametrize("column", ["value", "line", "theme", "unit", "period", "test", "qualifier"])
def test_a_row_of_claims(home, column):
    cell(home, "data/claims/S4.csv", 2, column, "§")
    with refused("data/claims/S4.csv, line 2", f"column '{column}'", "expected "):
        plan()


def test_a_row_of_facts(home):
    cell(home, "data/facts/facts.csv", 2, "published", "20260101")
    with refused("data/facts/facts.csv, line 2, column 'published'", "a date such as"):
        plan()


@pytest.mark.parametrize(
    ("path", "old", "new", "words"),
    [
        ("data/claims/documents.yml", "  S4:", "  ../S4:", "an id of letters and digits"),
        ("data/groups.yml", "members:", "member:", "the key 'member'"),
        ("data/labels.yml", "labels:", "label:", "tables among"),
        ("data/labels.yml", "themes:\n", "themes:\n  zz: {fr: a}\n", "each of fr, en"),
        ("params/methods.yml", "fr:", "de:", "each of fr, en"),
        ("params/methods.yml", "published-rate:", "../rate:", "letters a-z, digits and -"),
        ("params/project.yml", "home: KAZ", "home: QQQ", "key 'home': found 'QQQ'"),
        ("params/project.yml", "default: monthly", "default: ../monthly", "default: found '../monthly'"),
        ("params/project.yml", 'engine: "0.1"', 'engine: "9.9"', "install a newer kzreport"),
        ("params/project.yml", "  economy: [", "  economi: [", "found 'economi'"),
        ("params/project.yml", "[inflation, macro", "[inflatio, macro", "did you mean inflation?"),
        ("params/project.yml", "musd to meur", "musd to nope", "found 'nope', expected a unit"),
        ("params/project.yml", ": eur_per_usd", ": nope", "found 'nope', expected a series"),
        ("data/units.yml", '"# tenge"}', '"# {x} tenge"}', "without braces and digits"),
        ("data/units.yml", "kzt:", "__class__:", "a new name of letters"),
        ("data/issues.yml", "  kind:", "  sort:", "the key 'sort'"),
        ("data/cpi_yy.yml", "unit:", "unit: ", "kzreport accept --data"),
        ("data/publishers.yml", "publishers:", "publishers: ", "kzreport accept --data"),
    ],
)
def test_a_file_of_the_project(home, path, old, new, words):
    change(home, path, old, new)
    with refused(path.removesuffix(".yml"), words):
        plan()


MISNAMED = {
    "data/issues.yml": "data/issues.yaml",
    "params/methods.yml": "params/methods.YML",
    "notebooks/inflation.ipynb": "notebooks/inflation.ipynb.json",
    "data/claims/S4.csv": "data/claims/S4.csv.txt",
}


@pytest.mark.parametrize("right", MISNAMED)
def test_an_ending_that_nobody_reads(home, right):
    """As other editors and systems save them: of files that a project may do without nobody would miss them."""
    content = (home.root / right).read_text(encoding="utf-8")
    home.write(MISNAMED[right], content)
    found = f"{MISNAMED[right]}: found an ending that is not read, expected {right.rpartition('/')[2]}; rename it"
    with refused(found):
        plan()


def test_a_report_under_such_an_ending(home):
    home.write("params/weekly.yaml", (home.root / "params/inflation-brief.yml").read_text(encoding="utf-8"))
    with refused("params/weekly.yaml: found an ending that is not read, expected weekly.yml"):
        load_definition("weekly")


def test_hidden_files_are_no_inputs(home):
    """A Mac leaves one beside each file on disks of other systems: they were pages, reports and tables of that name."""

    def read() -> list:
        listings = (page_names, definition_names, view_digests)
        return [*(listing() for listing in listings), undeclared_tables(home.data), list(misnamed_files(home.data))]

    before = read()
    for name in ("notebooks/._x.ipynb", "params/._x.yml", "notebooks/views/._x.py", "data/._x.csv", "data/._x.yaml"):
        (home.root / name).write_bytes(b"\x00\x05\x16\x07")
    clear_caches()
    assert read() == before


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("extra: {fr: a, en: a}", "the key 'extra'"),
        ("say: {a: {by: x, ok: {fr: '{x:zzz}', en: '{x:zzz}'}, other: {fr: a, en: a}}}", "'zzz'"),
        ("say: {a: {by: x, ok: {fr: a, en: a}, missing_input: {fr: '{x.year:in}', en: '{x.year:in}'}, "
         "other: nothing}}", "found 'in'"),
        ("say: {a: {fr: [a], en: [a]}}", "say.a"),
        ("say: {a: {fr: {b: c}, en: {b: c}}, b: []}", "say"),
        ("sections: {a: {b: {fr: c, en: c}}}", "sections.a"),
        ("tables: {a: {head: {fr: c, en: c}}}", "tables.a"),
    ],
)  # fmt: skip
def test_words_of_a_page_in_all_variants(home, entry, words):
    home.write("notebooks/inflation.yml", "title: {fr: Titre, en: Title}\nmethod: []\n" + entry + "\n")
    with refused("notebooks/inflation.yml", words):
        plan()


def test_a_unit_that_was_removed_while_the_process_lives(home):
    """As under ``watch``: the description of the tables is read again when the units change."""
    assert plan().tasks
    change(home, "data/units.yml", "kzt:", "other:")
    with refused("'rub_rate'", "key 'unit': found 'kzt'"):
        plan()


_RELEASE = '- {period: "2026-09", day: "2026-10-02", since: "2026-09-01"}\n'


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        (_RELEASE * 2, "2 days known since 2026-09-01"),
        (_RELEASE.replace("2026-10-02", "9999-10-02"), "within ten years"),
        (_RELEASE.replace("2026-09-01", "2026-12-01"), "known since 2026-12-01"),
    ],
)
def test_announced_days_that_cannot_be(home, entries, words):
    home.write("data/releases.yml", f"cpi_yy:\n{entries}")
    with refused("data/releases.yml, cpi_yy, 2026-09", words):
        plan()


@pytest.mark.parametrize("address", ["https://u:S3CRET@h/x", "https://h/a b", "ftp://h", "javascript:1"])
def test_the_address_of_a_source(home, address):
    change(home, "data/cpi_yy.yml", "https://stat.gov.kz", address)
    with refused("data/cpi_yy.yml, key 'sources'", "an address that starts with https://") as found:
        assemble()
    assert "S3CRET" not in str(found.value)


def test_words_of_a_page_that_a_summary_speaks_of(home):
    change(home, "notebooks/transit.yml", "title:", "titles: {fr: a, en: a}\ntitle:")
    with refused("notebooks/transit.yml", "'titles'"):
        plan("monthly")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# fr\nRien.\n# en\nA\u202eb\n", "line 4: found the invisible character U+202E"),
        ("# fr\nRien.\n# en\nA\u001b[31mb\n", "line 4: found the invisible character U+001B"),
        ("# fr nope\nRien.\n# en nope\nNothing.\n", "line 1, page: found 'nope', expected one of"),
        ("# fr\n{nope.headline}\n# en\nNothing.\n", "{nope.headline}"),
        ("# fr\n{inflation.headline:zzz}\n# en\nNothing.\n", "'zzz'"),
    ],
)
def test_a_note(home, text, words):
    (home.root / "params/notes/inflation-brief").mkdir(parents=True, exist_ok=True)
    home.write("params/notes/inflation-brief/2026-09-30.md", text)
    with refused("params/notes/inflation-brief/2026-09-30.md", words):
        plan("inflation-brief", "note=inflation-brief/2026-09-30")


def test_a_value_of_a_definition_is_checked_although_the_command_line_wins(home):
    change(home, "params/inflation-brief.yml", "languages:", "parameters: {inflation: {years: many}}\nlanguages:")
    with refused("params/inflation-brief.yml", "parameter 'years'", "'many'"):
        plan("inflation-brief", "years=5")


@pytest.mark.parametrize("path", ["data/groups.yml", "data/claims/documents.yml", "params/methods.yml"])
def test_yaml_refuses_a_key_twice_and_hidden_characters(home, path):
    before = (home.root / path).read_text(encoding="utf-8")
    for added, words in (
        ("zz: a\nzz: a\n", "key 'zz' twice"),
        ('zz: "a\\u202eb"\n', "U+202E"),
        ("zz: a\u0007b\n", "U+0007"),
    ):
        home.write(path, f"{before}\n{added}")
        with refused(path, "line ", words):
            plan()


def test_a_pipe_and_a_large_file_are_refused_unread(home, tmp_path):
    for path in ("data/groups.yml", "data/cpi_yy.csv", "data/claims/S4.csv", "notebooks/inflation.yml"):
        file = home.root / path
        before = file.read_bytes()
        file.unlink()
        os.mkfifo(file)
        clear_caches()
        with refused(path, "a folder, a pipe or a device"):
            plan()
        file.unlink()
        with file.open("wb") as f:
            f.truncate(10**10)  # a hole: takes no room
        clear_caches()
        with refused(path, "10000000000 bytes, expected at most"):
            plan()
        file.unlink()
        home.write(path, before)
    assert plan().tasks


def test_a_bad_card_is_refused_when_the_data_are_accepted(home):
    change(home, "data/cpi_yy.yml", "unit:", 'unit: "a\\u202eb"  #')
    with refused("data/cpi_yy.yml", "U+202E"):
        assemble()


def test_a_text_with_marks_of_direction_is_named_with_its_line(tmp_path):
    (tmp_path / "a.md").write_text("one\ntwo \u2067three\n", encoding="utf-8")
    with refused("a.md, line 2", "U+2067"):
        read_text(tmp_path / "a.md")
