"""A refresh that is killed at any moment leaves the old tree or the new one, as the next reader finds it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from pathlib import Path

import pytest
from scene import accept, bank_project, digest, held, reply

from kzreport.commands.cli import main
from kzreport.files import clear_caches
from kzreport.machine import scratch
from kzreport.series.transaction import finish_pending


def child(arguments: list[str]) -> int:
    """Start a command in a process of its own."""
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        clear_caches()
        os._exit(main(arguments))
    return pid


def restore(data: Path, base: Path) -> None:
    shutil.rmtree(data)
    shutil.copytree(base, data)


@pytest.mark.parametrize("times", [10, pytest.param(200, marks=[pytest.mark.faults, pytest.mark.slow])])
def test_kills_leave_the_old_tree_or_the_new_one(tmp_path, monkeypatch, httpserver, times):
    root = bank_project(tmp_path / "project", httpserver.url_for("/core"))
    accept(root, monkeypatch)
    told = reply(held(root), ["2026-09", 110.6, "2026-11-03"], ["2026-10", 110.4, "2026-11-03"])
    httpserver.expect_request("/core").respond_with_data(told, content_type="application/json")
    recording = tmp_path / "recording"
    assert main(["refresh", "--dry-run", "core_yy", "--probe", "--record", str(recording)]) == 0
    data, base = root / "data", tmp_path / "base"
    shutil.copytree(data, base)
    command = ["refresh", "--replay", str(recording)]
    old, begun = digest(root), time.monotonic()
    assert os.waitstatus_to_exitcode(os.waitpid(child(command), 0)[1]) == 0
    lasts = time.monotonic() - begun
    new = digest(root)
    assert b"2026-10,110.4" in new["data/core_yy.csv"]
    assert set(new) - set(old) == {n for n in new if "/raw/" in n}
    dice, seen = random.Random(1), {"old": 0, "new": 0}
    for _ in range(times):
        restore(data, base)
        pid = child(command)
        time.sleep(dice.uniform(0, 1.1) * lasts)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        finish_pending(data)
        now = digest(root)
        assert now in (old, new)
        seen["new" if now == new else "old"] += 1
    assert sum(seen.values()) == times
    scratch.sweep()  # as the next command does: nothing of the last one is left
