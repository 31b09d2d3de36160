"""Runs that nobody watches: every one ends in time, and tells whoever asked what became of it."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from kzreport import backfill, edition, params, runner

MONTHS = ("--from", "2024-01", "--to", "2024-03")
HANGS = {  # what a cell does that does not end -> what is said of it
    "sleeps": "import time; time.sleep(600)",
    "deaf": "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(600)",
    "native": "import collections, itertools; collections.deque(itertools.repeat(0), maxlen=0)",
    "asks": "input('?')",
}


EDITION = Path()


def processes(mark: str) -> list[int]:
    """Processes whose environment holds the mark."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if mark.encode() in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
    return found


def run_json(out: Path) -> dict:
    return json.loads((out / "run.json").read_text(encoding="utf-8"))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_pages_that_hang_are_ended_and_named_and_the_others_are_made(cli, home, page, definition, tmp_path):
    """One edition hangs in each of four ways, on as many pages; the two others are made."""
    for name, code in HANGS.items():
        page(home, name, f"if as_of == '2024-02-29':\n    {code}")
    page(home, "child", "import subprocess\nif as_of == '2024-02-29': subprocess.run(['sleep', '600'])")
    definition(home, "trial", [*HANGS, "child"])
    out, scratch, limit = tmp_path / "out", tmp_path / "scratch", 6
    scratch.mkdir()
    words = ("backfill", "trial", *MONTHS, "--output", str(out), "-j", "4", "--keep-going")
    ended = cli(*words, "--page-timeout", str(limit), TMPDIR=str(scratch), KZ_TEST_MARK=str(tmp_path))
    assert (ended.code, ended.out) == (1, "2 of 3 editions made\n"), ended.err
    assert sorted(p.name for p in (out / "trial").iterdir()) == ["2024-01-31", "2024-03-31"]
    pages = {p["page"]: p for p in run_json(out)["pages"] if p["edition"] == "2024-02-29"}
    assert {p["status"] for p in pages.values()} == {"failed"} and len(pages) == 5
    for name, p in pages.items():
        if name == "en/asks":
            assert "StdinNotImplementedError" in p["reason"]
            continue
        assert p["reason"].startswith(f"{name}: cell ") and p["reason"] in ended.err, p
        assert p["reason"].endswith(f": still running when the page's {limit} s were over"), p
        assert limit - 1 <= p["seconds"] <= limit + 5
        kept = out / "failed" / "trial-2024-02-29" / f"{name.replace('/', '-')}.ipynb"
        assert "Not a report" in kept.read_text(encoding="utf-8")
    assert not processes(str(tmp_path)) and not list(scratch.iterdir())


def _stuck(item, progress):
    """A worker that is stuck itself, deaf to being ended."""
    import signal

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    progress(0, 1)
    while item == "stuck":
        time.sleep(1)
    return item


def test_a_worker_that_is_stuck_is_killed():
    """Outside the kernel nothing can name a cell; the deadline holds all the same."""
    found = dict(runner.in_processes(_stuck, ["good", "stuck", "good"], 2, limits=runner.Limits(page=1)))
    assert found == {0: "good", 1: "not finished after 1 s", 2: "good"}
    assert 1 <= found[1].seconds <= 1 + 5


class UntilMade(runner.Limits):
    """The time of a run, over once an edition is there: no clock, whatever else the machine does."""

    @property
    def left(self) -> float:
        return 0.0 if EDITION.exists() else 600.0


def test_a_batch_whose_time_is_over_keeps_what_is_whole(cli, home, page, definition, tmp_path, monkeypatch):
    global EDITION
    out, go = tmp_path / "out", tmp_path / "go"
    EDITION = out / "trial" / "2024-01-31"
    page(
        home, "good", f"import os, time\nif as_of == '2024-02-29' and not os.path.exists({str(go)!r}): time.sleep(600)"
    )
    definition(home, "trial", ["good"])
    monkeypatch.setenv("KZREPORT_HOME", str(home))
    dates = params.check_months("2024-01", "2024-03", date(2026, 1, 1))
    made, wrong = backfill.run(
        params.definition("trial", []),
        dates,
        ["en"],
        edition.output_root(str(out)),
        jobs=1,
        report=print,
        pool=partial(runner.in_processes, limits=UntilMade(run=7)),
    )
    assert (made, wrong) == (
        1,
        [
            "--timeout: found a run that was not finished after 7 s, expected an end by then; "
            "what is whole stays; run it again to go on."
        ],
    )
    assert [p.name for p in (out / "trial").iterdir()] == ["2024-01-31"]
    assert not [p for p in (out / ".work").iterdir() if p.is_dir() and p.name != "pages"]
    go.touch()
    ended = cli("backfill", "trial", *MONTHS, "--output", str(out), "-j", "1")
    assert ended.out.startswith("2 of 3 editions made\n"), ended.err


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("command", [("run", "trial", "--as-of", "2024-02-29"), ("backfill", "trial", *MONTHS)])
def test_a_run_whose_time_is_over_leaves_nothing(command, cli, home, page, definition, tmp_path):
    out = tmp_path / "out"
    page(home, "bad", "import time; time.sleep(600)")
    definition(home, "trial", ["bad"])
    ended = cli(*command, "--output", str(out), "-j", "1", "--timeout", "3", KZ_TEST_MARK=str(tmp_path))
    assert ended.code == 1 and "kzreport: --timeout: found a run that was not finished after 3 s" in ended.err
    assert not (out / "trial").exists() and not processes(str(tmp_path))


@pytest.mark.parametrize("option", ["--timeout", "--page-timeout"])
@pytest.mark.parametrize("text", ["0", "0.0", "-1", "1e9", "nan", "inf", "", "2m", "٣"])
def test_seconds_that_cannot_be(option, text, capsys):
    from kzreport.cli import parser

    with pytest.raises(SystemExit) as ended:
        parser().parse_args(["run", f"{option}={text}"])
    assert ended.value.code == 2 and f"{text!r}: expected seconds, such as 90" in capsys.readouterr().err
