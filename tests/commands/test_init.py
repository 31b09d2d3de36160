"""``kzreport init`` and ``kzreport new``: what they make is sound, what cannot be is refused and leaves nothing."""

from __future__ import annotations

import ast
import runpy
from datetime import date

import pytest

from kzreport.commands.checks import list_faults
from kzreport.commands.cli import main, parser
from kzreport.commands.proposed import told_by
from kzreport.editions.definition import load_definition
from kzreport.files import clear_caches
from kzreport.language.lint import page_faults
from kzreport.language.words import Words
from kzreport.model import Observation, Period, Series
from kzreport.project.settings import page_names, project
from kzreport.series.known import load_series
from kzreport.yamlfile import read_yaml


@pytest.mark.parametrize("languages", ["en", "fr", "fr,en", "en,de", "ro"])
def test_a_new_project_is_sound(project_of, languages):
    project_of("--lang", languages, "--name", "Ruritania", "--home", "RTA")
    assert project().languages == tuple(languages.split(","))
    assert (project().home, set(project().name.values())) == ("RTA", {"Ruritania"})
    assert Words(languages[:2]).label("RTA") == "Ruritania"  # Babel knows no such country
    assert list_faults() == []
    assert load_definition(project().default).pages == ("summary", "visitors", "claims")
    assert load_series("visitors", "2026-09-30").last is not None


def test_what_is_to_be_done_about_new_pages_is_no_fault(project_of, capsys):
    folder = project_of("--lang", "en")
    assert main(["check"]) == 0
    told = capsys.readouterr()
    assert "sound" in told.out and "warning: no reference of claims, summary, visitors yet: " in told.err
    (folder / "notebooks" / "reference").mkdir()
    (folder / "notebooks" / "reference" / "visitors.en.txt").write_text("kept once", encoding="utf-8")
    assert main(["check"]) == 2  # its outputs were lost
    told = capsys.readouterr()
    assert "visitors.ipynb: found no stored outputs" in told.err and "no reference of claims, summary yet" in told.err


def test_all_that_names_what_was_removed_is_told_at_once(project_of, capsys):
    """The examples of a new project are to be cleared away, with their claims."""
    folder = project_of("--lang", "en")
    gone = [*folder.glob("data/visitors.*"), *folder.glob("notebooks/visitors.*"), *folder.glob("notebooks/claims.*")]
    for path in [*gone, folder / "notebooks/views/visitors.py", *(folder / "data" / "claims").iterdir()]:
        path.unlink()
    (folder / "data" / "claims").rmdir()
    clear_caches()
    assert main(["check"]) == 2
    told = capsys.readouterr()
    assert "data/visitors.yml: found no file" in told.err and "remove what names it" in told.err
    assert "params/monthly.yml, key 'pages.1': found 'visitors'" in told.err
    assert "summary.ipynb" in told.err and told.out.endswith(" faults\n")
    report, summary = folder / "params" / "monthly.yml", folder / "notebooks" / "summary.ipynb"
    report.write_text("title: {en: Note}\npages: [summary]\nlanguages: [en]\n", encoding="utf-8")
    empty = summary.read_text(encoding="utf-8").replace('{\\"visitors\\": {}}', "{}")
    summary.write_text(empty, encoding="utf-8")
    clear_caches()
    assert main(["accept", "--data"]) == 2
    assert "data/claims/documents.yml (guard 'removal')" in capsys.readouterr().err  # and not documents.yml.csv
    assert main(["accept", "--data", "--yes"]) == 0
    clear_caches()
    capsys.readouterr()
    assert main(["check"]) == 0, capsys.readouterr().err


def test_a_new_list_of_claims_turns_nothing_and_is_no_fault_of_the_old_state(project_of, capsys):
    folder = project_of("--lang", "en")
    assert main(["accept", "--data"]) == 0
    claims = folder / "data" / "claims"
    about = (claims / "documents.yml").read_text(encoding="utf-8")
    again = about.replace("  D1:\n", "  D2:\n").partition("documents:\n")[2].partition("bases:")[0]
    (claims / "documents.yml").write_text(about.replace("bases:", f"{again}bases:"), encoding="utf-8")
    rows = (claims / "D1.csv").read_text(encoding="utf-8")
    (claims / "D2.csv").write_text(rows.replace("D1-L", "D2-L"), encoding="utf-8")
    clear_caches()
    capsys.readouterr()
    assert main(["accept", "--data"]) == 0
    told = capsys.readouterr().out
    assert "claims/D2.csv: a new list" in told and "no headline, verdict or sentence turns" in told


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        ("lab", "options", []),
        ("lab --allow-root --port 8899", "options", ["--allow-root", "--port", "8899"]),
        ("lab -- --allow-root", "options", ["--allow-root"]),
        ("run --lang fr,en", "lang", ["fr", "en"]),
        ("backfill --from 2026-07 --to 2026-08 --lang fr --lang en", "lang", ["fr", "en"]),
    ],
)
def test_what_one_would_type_is_read(words, name, value):
    assert getattr(parser().parse_args(words.split()), name) == value


def test_a_project_in_a_project_is_told(project_of, capsys, tmp_path):
    folder = project_of("--lang", "en")
    assert main(["init", str(folder / "deep" / "inner"), "--lang", "en"]) == 0
    told = capsys.readouterr()
    assert "made " in told.out and "it lies inside the project mine: there, a command means that one" in told.err
    assert main(["init", str(tmp_path / "beside"), "--lang", "en"]) == 0
    assert capsys.readouterr().err == ""


def test_the_country_names_the_project_in_each_language(project_of):
    project_of("--lang", "en,fr,mn", "--home", "DEU")
    assert project().name == {"en": "Germany", "fr": "Allemagne", "mn": "Герман"}
    assert load_definition(project().default).title["fr"] == "Note mensuelle : Allemagne"


@pytest.mark.parametrize(
    ("verdicts", "english", "french"),
    [
        ({}, "By that date none", "À cette date, aucun"),
        (
            {"reproduced": 1},
            "One claim in figures is examined; one is found in published figures.",
            "Une affirmation chiffrée est examinée ; on en retrouve une dans les chiffres publiés.",
        ),
        (
            {"reproduced": 2, "inconsistent": 1},
            "Three claims in figures are examined; two are found in published figures; published figures or their own",
            "Trois affirmations chiffrées sont examinées ; on en retrouve deux dans les chiffres publiés ; les chiffres"
            " publiés ou leur propre document en contredisent une.",
        ),
    ],
)
def test_the_headline_of_claims_is_right_in_every_number(project_of, verdicts, english, french):
    folder = project_of("--lang", "en,fr")
    headline = runpy.run_path(str(folder / "notebooks" / "views" / "claims.py"))["headline"]
    day = Period.parse("2026-09-30")
    dims = [{"verdict": v, "from": "published", "theme": "tourism"} for v, n in verdicts.items() for _ in range(n)]
    told = tuple(Observation(day, 1, day.end, dims=d) for d in dims)
    readings = headline(Series("claims", {}, "count", "", "D", "", day.end, told))
    for language, said in (("en", english), ("fr", french)):
        text = Words(language, "claims").text("headline", **readings)
        assert text.replace("\u202f", " ").startswith(said)


def test_nothing_of_the_starter_is_left(project_of):
    folder = project_of("--lang", "en,de")
    for path in (p for p in folder.rglob("*") if p.is_file()):
        assert "starter_" not in path.read_text(encoding="utf-8"), path
    for path in folder.rglob("*.py"):
        ast.parse(path.read_text(encoding="utf-8"))
    words = read_yaml(folder / "notebooks" / "claims.yml")
    assert words["title"] == {"en": "Fact-check", "de": "untranslated: Fact-check"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--lang", "en,en"], "--lang: found 'en,en'"),
        (["--lang", "EN"], "--lang: found 'EN'"),
        (["--lang", "qqq"], "--lang, locale: found 'qqq'"),
        (["--lang", ""], "--lang: found ''"),
        (["--home", "kaz"], "--home: found 'kaz'"),
        (["--home", "RTA"], "--home: found 'RTA', expected a country"),
        (["--name", "a\nb"], "--name: found 'a\\nb'"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, handlers, capsys, options, words):
    assert main(["init", str(tmp_path / "mine"), *options]) == 2
    assert f"kzreport: {words}" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path, handlers, capsys):
    (tmp_path / "file").touch()
    assert main(["init", str(tmp_path)]) == 2
    assert "which is not empty" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_new_page_is_written_into_the_project(project_of, capsys):
    folder = project_of("--lang", "fr,en")
    assert main(["new", "arrivals"]) == 0
    made = ("notebooks/arrivals.ipynb", "notebooks/arrivals.yml", "notebooks/views/arrivals.py")
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("made notebooks")] == [
        f"made {name}" for name in made
    ]
    clear_caches()
    assert "arrivals" in page_names() and page_faults("arrivals") == []
    titles = read_yaml(folder / "notebooks" / "arrivals.yml")["title"]
    assert titles == {"fr": "Visiteurs", "en": "Visitors"}  # of its series
    before = {path: path.stat() for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert main(["new", "arrivals"]) == 2 and "which exists" in capsys.readouterr().err
    assert all(path.stat() == about for path, about in before.items()), "nothing is touched"


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_project_that_is_none_is_told_once(handlers, monkeypatch, tmp_path, capsys, command):
    for home in (tmp_path / "none", tmp_path):
        monkeypatch.setenv("KZREPORT_HOME", str(home))
        assert main([command]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and "KZREPORT_HOME: found " in said and "expected the folder of a project" in said


@pytest.mark.parametrize("name", ["", "x", "Prices", "a-b", "../up", "page", "as_of", "note", "class", "x" * 31])
def test_a_page_name_that_cannot_be(home, handlers, capsys, name):
    assert main(["new", name]) == 2
    assert "kzreport: page: found " in capsys.readouterr().err


def test_a_page_may_be_called_prices(home, handlers):
    assert main(["new", "prices", "--series", "cpi_yy"]) == 0
    assert (home.root / "notebooks" / "views" / "prices.py").exists()


@pytest.mark.parametrize(
    ("series", "words"), [("no_such", "no series 'no_such'"), ("wdi_fdi", "a series without dimensions")]
)
def test_a_series_that_a_new_page_cannot_show(home, handlers, capsys, series, words):
    assert main(["new", "prices", "--series", series]) == 2
    assert words in capsys.readouterr().err


def test_issues_and_documents_may_be_absent(project_of, capsys):
    folder = project_of("--lang", "de")
    (folder / "data" / "issues.yml").unlink()
    for path in (folder / "data" / "claims").iterdir():
        path.unlink()
    (folder / "data" / "claims").rmdir()
    assert main(["accept", "--data", "--yes"]) == 0, capsys.readouterr().err
    clear_caches()
    assert list_faults() == []
    assert all(told_by(page, {}, "de", date(2026, 9, 30)) for page in ("visitors", "claims"))


def test_a_fault_in_a_view_is_found_at_its_line(project_of):
    view = project_of("--lang", "en") / "notebooks" / "views" / "visitors.py"
    lines = view.read_text(encoding="utf-8").splitlines(keepends=True)
    number = next(n for n, line in enumerate(lines) if "latest = at(" in line)
    lines[number] = lines[number].replace("at(", "att(")
    view.write_text("".join(lines), encoding="utf-8")
    faults = list_faults()
    where = f"notebooks/views/visitors.py, line {number + 1}: found NameError"
    assert any(fault.startswith(where) for fault in faults), faults


def test_check_counts_its_faults_whatever_cannot_be_read(project_of, capsys):
    words = project_of("--lang", "en,de") / "notebooks" / "visitors.yml"
    words.write_text("title:\n  en: Visitors: so many\n", encoding="utf-8")
    assert main(["check"]) == 2
    told = capsys.readouterr()
    assert told.out.endswith("fault\n") or told.out.endswith("faults\n")
    assert "between quotes" in told.err and "kzreport: " not in told.err
