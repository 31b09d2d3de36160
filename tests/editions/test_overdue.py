"""A run says that its data are old; settings of runs; what would be made; runs that meet."""

from __future__ import annotations

import json
import threading
from datetime import date

import pytest
from run_fixtures import SHOWS, write_definition, write_page

from kzreport.commands.cli import main
from kzreport.editions.definition import load_definition
from kzreport.editions.inputs import setting_digests
from kzreport.editions.overdue import list_overdue
from kzreport.editions.settings import run_settings
from kzreport.editions.store import edition_lock
from kzreport.errors import InputError
from kzreport.files import clear_caches
from kzreport.series.releases import missed_releases

LATE = "2027-06-30"  # after the last figures of the project


@pytest.fixture
def late(home, monkeypatch, handlers, tmp_path):
    """A definition that reads what the page on inflation reads, on a day when some of it is overdue."""
    write_definition(home.root, "trial", ["inflation"])
    clear_caches()
    return tmp_path / "out"


def test_the_longest_overdue_comes_first(late):
    found = list_overdue(load_definition("trial"), date.fromisoformat(LATE))
    assert [o.days for o in found] == sorted((o.days for o in found), reverse=True)
    one = next(o for o in found if o.series == "cpi_yy")
    missed = missed_releases("cpi_yy", LATE)
    assert (one.period, one.day, one.missing) == (str(missed[0].period), missed[0].day.isoformat(), len(missed))
    assert one.days == (date.fromisoformat(LATE) - missed[0].day).days > 150 and one.estimated
    assert list_overdue(load_definition("trial"), date(2026, 9, 30)) == []


def test_old_data_are_told_in_every_place_and_fail_on_demand(forked_cli, project_copy, tmp_path):
    """One real page: the closing line, the summary, ``run.json``, the log, the exit code; also with nothing to do."""
    out = tmp_path / "out"
    write_definition(project_copy, "trial", ["fdi"])
    run = ("run", "trial", "--as-of", "2026-11-25", "--output", str(out))
    cli = forked_cli
    ended = cli(*run, "--fail-if-overdue", "30", "--log", "json", "--notify", "-")
    assert ended.code == 4, ended
    told = json.loads(ended.out[ended.out.index("{") :].splitlines()[0])
    late = told["overdue"]
    assert told["exit_code"] == 4 and told["made"] == ["2026-11-25"] and late and late[0]["days"] > 30
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["overdue"] == late
    assert f"{len(late)} series overdue" in ended.out and late[0]["series"] in ended.out
    log = [json.loads(x) for x in ended.err.splitlines()]
    assert next(x["overdue"] for x in log if x["event"] == "overdue") == late
    assert next(x["text"] for x in log if x["event"] == "error").startswith("--fail-if-overdue: found overdue by more")
    again = cli(*run, "--quiet", "--fail-if-overdue", "30")
    days = late[0]["days"]
    assert (again.code, again.out) == (4, f"trial: nothing to do; {len(late)} series overdue, up to {days} days\n")
    assert cli(*run, "--quiet", "--fail-if-overdue", str(days)).code == 0  # more than DAYS, not DAYS
    assert cli(*run, "--quiet").code == 0  # nobody asked


# --- settings ----------------------------------------------------------------------------------------------------


@pytest.fixture
def settings(home):
    """Write settings of runs into the project."""

    def write(text: str) -> None:
        path = home.root / "params" / "project.yml"
        kept = path.read_text(encoding="utf-8").partition("\nrun:")[0]
        home.write("params/project.yml", f"{kept}\nrun:\n{text}")

    return write


def test_settings_of_runs_stand_below_the_command_line(home, settings, capsys, handlers):
    before = setting_digests()
    write_page(home.root, "good", "pass")
    (home.root / "params" / "trial.yml").write_text(
        "title: {fr: Essai, en: Trial}\npages: [good]\nlanguages: [en]\n", encoding="utf-8"
    )
    settings(
        "  output: made\n  jobs: 3\n  page_timeout: 90\n  notify: ['-', 'https://example.org/hook?key=hidden']\n"
        "  formats: [csv]\n  fail_if_overdue: 14\n"
    )
    assert setting_digests() == before  # no edition is stale for it
    assert run_settings().output == str(home.root / "made") and run_settings().timeout is None
    assert main(["run", "trial", "--as-of", "2024-03-31", "--explain", "-j", "2"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "trial/2024-03-31: to make as 2024-03-31",
        "  not made yet",
        "1 page in en; formats: html, csv",
        f"output: {home.root / 'made'} (params/project.yml)",
        "jobs: 2 (command line)",
        "page-timeout: 90.0 (params/project.yml)",
        "timeout: not set (default)",
        "wait: not set (default)",
        "memory: not set (default)",
        "notify: -, https://example.org/hook (params/project.yml)",
        "fail-if-overdue: 14 (params/project.yml)",
        "commit: not recorded (no repository)",
    ]
    assert not (home.root / "made").exists() and said.err == ""
    write_definition(home.root, "trial", ["good"], formats="html")  # which says its formats itself
    clear_caches()
    assert load_definition("trial").formats == ("html",)
    assert load_definition("trial", formats=["xlsx"]).formats == ("html", "xlsx")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  jobs: 0\n", "run, jobs: found '0', expected a number from 1 to 256"),
        ("  jobs: [1]\n", "run, jobs: found ['1'], expected one value"),
        ("  timeout: 2m\n", "run, timeout: found '2m', expected seconds, such as 90"),
        ("  memory: lots\n", "run, memory: found 'lots', expected a size, such as 500M or 2G"),
        ("  job: 1\n", "run: found the key 'job', expected keys among output, jobs, "),
        ("  formats: [docs]\n", "run.formats: found 'docs', expected one of html, "),
        ("  fail_if_overdue: soon\n", "run, fail_if_overdue: found 'soon', expected a number from 1 to 1000"),
    ],
)
def test_wrong_settings_are_named(settings, text, expected):
    settings(text)
    with pytest.raises(InputError) as error:
        run_settings()
    assert f"params/project.yml, {expected}" in str(error.value)


def test_a_dry_run_says_why_and_makes_nothing(forked_cli, project_copy, tmp_path):
    out = tmp_path / "out"
    write_page(project_copy, "good", "pass")
    write_definition(project_copy, "trial", ["good"])
    run = ("run", "trial", "--as-of", "2024-03-31", "--output", str(out))
    assert forked_cli(*run, "--verbose").code == 0
    files = sorted(out.rglob("*"))
    assert forked_cli(*run, "--dry-run").out.startswith("trial/2024-03-31: up to date\n")
    write_page(project_copy, "good", "x = 1")
    ended = forked_cli(*run, "--dry-run")
    assert ended.out.startswith("trial/2024-03-31: stale\n  notebooks/good.ipynb: changed\n") and ended.code == 0
    ended = forked_cli(*run, "--dry-run", "--revision")
    assert ended.out.startswith("trial/2024-03-31: to make as 2024-03-31-r2\n  notebooks/good.ipynb: changed\n")
    assert sorted(out.rglob("*")) == files

    verbose = forked_cli(*run, "--revision", "--verbose").err.splitlines()
    assert any(x.endswith(" s)") and " en/good: made (" in x for x in verbose), verbose
    assert any(x.endswith("jobs: 2 (default)") or "(default)" in x for x in verbose)


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0 and capsys.readouterr().out.startswith("kzreport 0.")


# --- runs that meet ----------------------------------------------------------------------------------------------


def test_an_edition_that_another_makes_is_no_failure(forked_cli, project_copy, tmp_path):
    """The rest of a batch is made; it ends with 75, unless something failed."""
    out = tmp_path / "out"
    write_page(project_copy, "good", SHOWS)
    write_definition(project_copy, "trial", ["good"])
    words = ("backfill", "trial", "--from", "2024-01", "--to", "2024-02", "--output", str(out), "--quiet")
    (out / ".work").mkdir(parents=True)
    with edition_lock(out, "trial-2024-01-31"):
        ended = forked_cli(*words)
    assert (ended.code, ended.out.partition(";")[0]) == (75, "trial: made 2024-02-29"), ended
    assert "another run is at work" in ended.out and "failed" not in ended.out + ended.err
    assert sorted(p.name for p in (out / "trial").iterdir()) == ["2024-02-29", "latest"]

    lock = edition_lock(out, "trial-2024-01-31")
    lock.__enter__()
    timer = threading.Timer(2, lambda: lock.__exit__(None, None, None))
    timer.start()
    ended = forked_cli("run", "trial", "--as-of", "2024-01-31", "--output", str(out), "--wait", "60", "--quiet")
    timer.join()
    assert (ended.code, ended.out) == (0, "trial: made 2024-01-31\n"), ended
