"""Old editions go, whole, and nothing else does; ``status`` tells a monitor how it stands."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from run_fixtures import ForkedCli, make_home, write_definition, write_page

from kzreport.commands.cli import main
from kzreport.editions.prune import list_old
from kzreport.editions.store import edition_lock
from kzreport.files import clear_caches

MONTHS = ["2023-11-30", "2023-12-31", "2024-01-31", "2024-02-29"]


@pytest.fixture(scope="module")
def grown(launcher, tmp_path_factory):
    """A project with a cheap definition, and its four editions."""
    folder = tmp_path_factory.mktemp("grown")
    home = make_home(folder / "home")
    write_page(home, "good", "pass", parameters="\nrows: int = 12  # rows")
    write_definition(home, "trial", ["good"])
    words = ("backfill", "trial", "--from", "2023-11", "--to", "2024-02", "--output", str(folder / "out"), "--quiet")
    ended = ForkedCli(home, launcher)(*words)
    assert ended.code == 0, ended.err
    return home, folder / "out"


@pytest.fixture
def tree(grown, tmp_path, monkeypatch, handlers):
    """A copy of the editions, in the project that this process works on."""
    home, out = grown
    monkeypatch.setenv("KZREPORT_HOME", str(home))
    clear_caches()
    yield shutil.copytree(out, tmp_path / "out")
    clear_caches()


def names(out: Path) -> list[str]:
    return sorted(p.name for p in (out / "trial").iterdir() if p.name != "latest")


def test_a_torn_manifest_blocks_its_own_date_alone(tree, capsys):
    """The whole backfill ended with it, also one that was to keep going."""
    shutil.rmtree(tree / "trial" / MONTHS[0])
    (tree / "trial" / MONTHS[1] / "manifest.json").write_text("{")
    words = ("backfill", "trial", "--from", "2023-11", "--to", "2024-02", "--keep-going", "--explain")
    assert main([*words, "--output", str(tree)]) == 0
    said = capsys.readouterr().out.splitlines()
    states = [line for line in said if line.startswith("trial/")]
    made, torn, *others = MONTHS
    assert states == [
        f"trial/{made}: to make as {made}",
        f"trial/{torn}: stale",
        *(f"trial/{m}: up to date" for m in others),
    ]
    assert any(line.startswith(f"  edition trial/{torn}: found no whole manifest.json") for line in said)


def test_folders_of_other_programs_stay(tree, capsys):
    """A backup may have a date for its name and a manifest; an edition with a torn one is known by its record."""
    backup = tree / "backups" / "2020-01-31"
    backup.mkdir(parents=True)
    (backup / "manifest.json").write_text('{"files": 3}')
    (backup.with_name("2021-01-31")).mkdir()
    (backup.with_name("2021-01-31") / "manifest.json").write_text('{"files": 3}')
    (tree / "trial" / MONTHS[0] / "manifest.json").write_text("{")
    assert main(["prune", "--keep", "1", "--output", str(tree)]) == 0
    said = capsys.readouterr()
    assert (backup / "manifest.json").is_file() and names(tree) == MONTHS[-1:]
    assert "backups/2020-01-31: edition backups/2020-01-31: found no whole manifest.json" in said.err


def test_old_editions_go_and_the_index_is_rewritten(tree, capsys):
    place = ("--output", str(tree))
    assert main(["prune", "--keep", "1", "--keep-yearly", "--dry-run", *place]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "trial/2023-11-30: would be removed",
        "trial/2024-01-31: would be removed",
        "2 editions would be removed, 2 kept",
    ]
    assert names(tree) == MONTHS
    left = tree / ".work" / "gone-trial-2020-01-31"  # of a run that was killed
    left.mkdir()
    records = tree / ".work" / "whole"
    assert (records / "trial-2023-11-30.json").exists()
    assert main(["prune", "trial", "--keep", "1", "--keep-yearly", *place]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 editions removed, 2 kept"
    assert names(tree) == ["2023-12-31", "2024-02-29"] and not left.exists()
    assert not (records / "trial-2023-11-30.json").exists()
    index = (tree / "index.html").read_text(encoding="utf-8")
    assert "2023-11-30" not in index and "2023-12-31" in index
    assert main(["list", *place]) == 0  # what is left is whole
    assert main(["prune", "--keep", "1", *place]) == 0 and names(tree) == ["2024-02-29"]
    assert main(["prune", "--keep", "1", *place]) == 0 and names(tree) == ["2024-02-29"]  # never the newest
    assert len(list((tree / ".work" / "pages").iterdir())) == 1  # those of the editions that went are gone too
    for words in (["prune", "--keep", "0"], ["prune"]):
        with pytest.raises(SystemExit):
            main([*words, *place])
    capsys.readouterr()
    assert main(["prune", "nothing", "--keep", "1", *place]) == 2
    assert "report definition: found 'nothing', expected one of trial" in capsys.readouterr().err


def test_an_edition_that_is_being_made_stays(tree, capsys):
    with edition_lock(tree, "trial-2023-12-31"):
        assert main(["prune", "--keep", "1", "--output", str(tree)]) == 75
    assert names(tree) == ["2023-12-31", "2024-02-29"]
    assert "trial/2023-12-31: another run makes an edition of this date; kept" in capsys.readouterr().err


def test_an_edition_goes_in_one_step(tree, monkeypatch, capsys):
    """Killed while it deletes, ``prune`` leaves no half of an edition, and the next one goes on."""

    def killed(path, *_, **__):
        if Path(path).exists() and "gone-" in str(path):
            raise KeyboardInterrupt
        return True

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", killed)
        assert main(["prune", "--keep", "3", "--output", str(tree)]) == 130
    assert names(tree) == MONTHS[1:] and (tree / ".work" / "gone-trial-2023-11-30").exists()
    assert main(["prune", "--keep", "3", "--output", str(tree)]) == 0
    assert not (tree / ".work" / "gone-trial-2023-11-30").exists()


def test_revisions_stay_with_their_date():
    own = [Path(f"x/{n}") for n in ("2024-01-31", "2024-01-31-r2", "2024-02-29", "2024-02-29-r2", "2024-02-29-r3")]
    assert [p.name for p in list_old(own, keep=1, yearly=False)] == ["2024-01-31", "2024-01-31-r2"]
    assert list_old(own, keep=24, yearly=False) == [] == list_old([], keep=1, yearly=True)


def test_prune_works_at_an_address(tree, capsys):
    address = f"file://{tree}"
    assert main(["prune", "--keep", "2", "--output", address]) == 0
    assert names(tree) == MONTHS[2:]
    assert "2023-11-30" not in (tree / "index.html").read_text(encoding="utf-8")
    assert main(["list", "--output", address]) == 0


# --- status ------------------------------------------------------------------------------------------------------


def test_status_is_for_a_monitor(tree, capsys):
    place = ("--output", str(tree))
    old = (date.today() - date(2024, 2, 29)).days
    assert main(["status", "--max-age", str(min(old, 1000)), "--json", *place]) == (0 if old <= 1000 else 1)
    told = json.loads(capsys.readouterr().out)
    one = told["definitions"][0]
    assert (one["definition"], one["edition"], one["age_days"], one["overdue"]) == ("trial", "2024-02-29", old, [])
    assert one["last_run"]["exit_code"] == 0 and one["last_run"]["made"] == MONTHS
    assert one["healthy"] is told["healthy"] is (old <= 1000)
    assert main(["status", *place]) == 1  # an edition of years ago is not well
    said = capsys.readouterr().out
    assert said.startswith("trial: not healthy\n") and f"! its newest edition is {old} days old, more than 40" in said

    (tree / "trial" / "2024-02-29" / "en" / "good.html").write_text("altered", encoding="utf-8")
    assert main(["status", "trial", "--max-age", "1000", *place]) == 1
    assert "! trial/2024-02-29: en/good.html: altered" in capsys.readouterr().out
    assert main(["status", "monthly", *place]) == 1
    assert "! it has no edition" in capsys.readouterr().out
    assert main(["status", "nothing", *place]) == 2
    assert main(["status", "--output", str(tree / "none")]) == 1
    assert "no edition yet" in capsys.readouterr().out


def test_status_knows_how_the_last_run_ended(tree, grown, capsys):
    """One that was refused before any page too; one that met another is no run."""
    home = grown[0]
    (home / "notebooks" / "good.yml").write_text("title: {fr: Page}\nmethod: []\n", encoding="utf-8")
    clear_caches()
    today = date.today() - timedelta(1)
    run = ["run", "trial", "--as-of", today.isoformat(), "--output", str(tree)]
    assert main(run) == 2
    capsys.readouterr()
    main(["status", "--json", "--output", str(tree)])
    told = json.loads(capsys.readouterr().out)["definitions"][0]
    assert told["last_run"]["exit_code"] == 2 and told["last_run"]["made"] == []
    assert any(r.startswith("its last run ended with 2: notebooks/good.yml") for r in told["reasons"])
    write_page(home, "good", "pass")
    clear_caches()
    with edition_lock(tree, f"trial-{today}"):
        assert main([*run, "--quiet"]) == 75
    said = capsys.readouterr()
    assert said.out == "trial: another run is at work\n" and "failed" not in said.err
    main(["status", "--json", "--output", str(tree)])
    assert json.loads(capsys.readouterr().out)["definitions"][0]["last_run"]["exit_code"] == 2


@pytest.mark.parametrize(
    "words",
    [
        ("backfill", "trial", "--from", "2026-05", "--to", "2026-02"),
        ("run", "trial", "--as-of", "30/09/2026"),
        ("run", "trial", "--lang", "xx"),
        ("run", "trial", "--to", "odt"),
        ("run", "trial", "-p", "nothing=1"),
        ("run", "trial", "-p", "good.text=two\nlines"),
        ("run", "trial", "--notify", "ftp://example.org"),
    ],
)
def test_a_command_that_was_refused_for_its_words_is_no_run(tree, capsys, words):
    """Whoever mistyped by hand has not broken the report that cron makes."""
    assert main([*words, "--output", str(tree)]) == 2
    main(["status", "--json", "--output", str(tree)])
    (one,) = json.loads(capsys.readouterr().out)["definitions"]
    assert one["last_run"]["exit_code"] == 0 and not any("last run" in r for r in one["reasons"])
