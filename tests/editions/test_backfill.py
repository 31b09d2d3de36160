"""Many editions at once: what is there is left alone, what fails or is killed costs nothing else."""

from __future__ import annotations

import hashlib
import json
import signal
import time
from pathlib import Path

import pytest
from run_fixtures import SHOWS, write_definition, write_page

from kzreport.editions.dates import check_months
from kzreport.errors import ParameterError

MONTHS = ("--from", "2024-01", "--to", "2024-03")


@pytest.fixture
def cli(forked_cli):
    return forked_cli


@pytest.fixture
def trial(cli, project_copy, tmp_path):
    """Two cheap pages for three months, and the command that makes them."""
    write_page(project_copy, "good", SHOWS)
    write_page(project_copy, "other", "pass", SHOWS)
    write_definition(project_copy, "trial", ["good", "other"])
    return ("backfill", "trial", *MONTHS, "--output", str(tmp_path / "out"), "-j", "2")


def tree(folder: Path) -> dict[str, str]:
    """Every file of the editions and its digest."""
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and ".work" not in p.parts and p.name != "run.json"
    }


@pytest.mark.slow
def test_what_is_missing_is_made_and_what_is_there_is_left_alone(cli, project_copy, trial, tmp_path):
    out = tmp_path / "out"
    explained = cli(*trial, "--explain")
    assert explained.out.splitlines()[:2] == ["trial/2024-01-31: to make as 2024-01-31", "  not made yet"]
    assert not (out / "trial").exists()
    first = cli(*trial)
    assert (first.code, first.out.splitlines()[0]) == (0, "3 of 3 editions made"), first.err
    assert sorted(line.partition(" (")[0] for line in first.err.splitlines()) == [
        f"trial/{day}: made" for day in ("2024-01-31", "2024-02-29", "2024-03-31")
    ]
    made = tree(out)
    assert cli(*trial).out.startswith("nothing to do: 3 editions are there\n") and tree(out) == made
    for day in ("2024-01-31", "2024-02-29", "2024-03-31"):
        assert cli("verify", day, "--output", str(out)).code == 0  # the same as made one at a time

    # a figure published in March makes no edition before it stale
    path = project_copy / "data" / "cpi_yy.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    known = [r for r in rows[1:] if "2024-03-01" <= r.split(",")[2] <= "2024-03-31"]
    assert known
    value = known[-1].split(",")[1]  # a tenth more: what lies further from the groups is refused
    rows[rows.index(known[-1])] = known[-1].replace(value, f"{float(value) + 0.1:.1f}", 1)
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert cli("accept", "--data", "--yes").code == 0
    explained = cli(*trial, "--explain").out
    assert explained.startswith(
        "trial/2024-01-31: up to date\ntrial/2024-02-29: up to date\n"
        "trial/2024-03-31: stale\n  data/cpi_yy: changed\n2 pages in en"
    )
    ended = cli(*trial)
    assert ended.code == 1 and "use --revision to make 2024-03-31-r2" in ended.err and tree(out) == made
    ended = cli(*trial, "--revision")
    assert ended.code == 0 and ended.err.startswith("trial/2024-03-31-r2: made"), ended.err

    # what keeps all editions from being made is said once
    write_page(project_copy, "other", "pass  # otherwise", SHOWS)
    ended = cli(*trial)
    assert ended.code == 1 and "3 editions, from trial/2024-01-31 to trial/2024-03-31, exist" in ended.err
    assert ended.err.count("notebooks/other.ipynb: changed") == 1


@pytest.mark.slow
def test_a_page_that_definitions_share_is_computed_once(cli, project_copy, trial, tmp_path):
    out = tmp_path / "out"
    assert cli(*trial).code == 0
    write_definition(project_copy, "second", ["good"])
    words = [w.replace("trial", "second") if w == "trial" else w for w in trial]
    assert cli(*words).code == 0
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert [p["status"] for p in run["pages"]] == ["kept"] * 3 and run["definition"] == "second"
    kept = tree(out / "second")
    words[words.index(str(out))] = str(tmp_path / "alone")
    assert cli(*words).code == 0
    assert tree(tmp_path / "alone" / "second") == kept


def test_a_page_that_fails_costs_its_edition(cli, project_copy, trial, tmp_path):
    out = tmp_path / "out"
    write_page(project_copy, "other", "if as_of == '2024-02-29': 1 / 0", SHOWS)
    ended = cli(*trial, "--keep-going")
    assert (ended.code, ended.out) == (1, "2 of 3 editions made\n")
    assert "trial/2024-02-29: FAILED" in ended.err and "kzreport: 2024-02-29: en/other: cell 3" in ended.err
    assert sorted(p.name for p in (out / "trial").glob("20*")) == ["2024-01-31", "2024-03-31"]
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    failed = [p for p in run["pages"] if p["status"] == "failed"]
    assert [(p["edition"], p["page"]) for p in failed] == [("2024-02-29", "en/other")]
    assert "ZeroDivisionError" in failed[0]["reason"]
    ended = cli(*trial)
    assert ended.code == 1 and ended.out == "0 of 3 editions made\n"
    assert (out / "failed" / "trial-2024-02-29" / "en-other.ipynb").exists()


@pytest.mark.parametrize("name", ["SIGTERM", pytest.param("SIGINT", marks=pytest.mark.slow)])
def test_an_ended_batch_leaves_what_is_whole(name, cli, project_copy, trial, tmp_path):
    out = tmp_path / "out"
    write_page(project_copy, "other", "import time; time.sleep(600 if as_of == '2024-02-29' else 0)", SHOWS)
    process = cli.start(*trial)
    end = time.monotonic() + 60
    while not (out / "trial" / "2024-01-31").exists():
        assert time.monotonic() < end and process.poll() is None
        time.sleep(0.05)
    other = cli(*trial)
    assert other.code == 75 and "another run that makes it" in other.err
    process.send_signal(getattr(signal, name))
    _, err = process.communicate(timeout=15)
    assert process.returncode == {"SIGTERM": 143, "SIGINT": 130}[name]
    assert err.endswith("kzreport: interrupted; nothing half-made was left behind\n")
    assert not [p for p in (out / ".work").iterdir() if p.is_dir() and p.name not in ("pages", "whole", "ended")]
    assert cli("list", "--output", str(out)).out.splitlines()[0].endswith("whole")


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2024-13", "2024-12", "--from: found '2024-13'"),
        ("2024-1", "2024-12", "--from: found '2024-1'"),
        ("2024-03", "2024-02", "expected a month up to 2024-02"),
        ("2024-03", "2024-04", "expected a month that has ended by today (2024-04-29)"),
        ("٢٠٢٤-01", "2024-04", "expected a month such as"),
    ],
)
def test_months_that_cannot_be(first, last, expected):
    from datetime import date

    with pytest.raises(ParameterError, match="expected") as error:
        check_months(first, last, date(2024, 4, 29))
    assert expected in str(error.value)
