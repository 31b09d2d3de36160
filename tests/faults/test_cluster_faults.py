"""A cluster whose workers, scheduler or client die, or are slow: each page once, whole, the same bytes."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from run_fixtures import SHOWS, write_definition, write_page

from kzreport.commands import cli as command

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="no distributed installed"),
    pytest.mark.skipif(not os.environ.get("KZREPORT_FAULTS"), reason="part of `make faults`"),
    pytest.mark.skipif("executor" not in command.parser().parse_args(["run"]), reason="no --executor yet"),
]


class Cluster:
    """A scheduler and workers on this machine, each a process in a session of its own."""

    def __init__(self, home, folder) -> None:
        self.folder, self.file = folder, folder / "scheduler.json"
        folder.mkdir()
        self.env = os.environ | {"KZREPORT_HOME": str(home)}
        self.scheduler = self._start("scheduler", "--port", "0", "--no-dashboard")
        end = time.monotonic() + 120
        while not self.file.exists() or not self.file.stat().st_size:  # it is made first and written then
            assert self.scheduler.poll() is None and time.monotonic() < end
            time.sleep(0.1)
        address = json.loads(self.file.read_text(encoding="utf-8"))["address"]
        self.executor = ("--executor", address.replace("tcp://", "dask://"))
        self.workers = [self.worker(), self.worker()]

    def _start(self, kind: str, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--scheduler-file", str(self.file), *words]
        with (self.folder / f"{kind}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                env=self.env,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def worker(self) -> subprocess.Popen[bytes]:
        return self._start(
            "worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder)
        )

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(launcher, tmp_path):
    one = Cluster(launcher.home, tmp_path / "cluster")
    yield one
    one.close()


def test_workers_that_are_killed(cluster, launcher, calm, small, dice, row):
    """Each is replaced; twenty reports, three times."""
    words, golden, seconds = calm(10)
    killed = 0
    for _ in range(3):
        small.clear()
        run = launcher.start(*words, "--output", str(small.out), *cluster.executor)
        for _ in range(4):
            time.sleep(dice.uniform(0.5, 1 + seconds / 3))
            if not run.ended:
                victim = cluster.workers.pop(dice.randrange(2))
                victim.kill()
                victim.wait()
                killed += 1
                cluster.workers.append(cluster.worker())
        assert run.wait() == 0, run.err
        assert launcher.tree(small.out) == golden
    assert killed >= 3
    row("F1", f"{killed} workers of a cluster killed over 3 batches of 20 pages", "each page once, byte-identical")


def test_what_else_a_cluster_does(cluster, launcher, calm, small, row, tmp_path):
    words, golden, _ = calm(10)
    here = ["--output", str(small.out), *cluster.executor]

    # a page that kills what runs it
    kill = "import os, signal\nif as_of == '2023-02-28': os.kill(int(os.environ['JPY_PARENT_PID']), signal.SIGKILL)"
    write_page(launcher.home, "poison", kill, SHOWS)
    write_definition(launcher.home, "poisoned", ["good", "poison"])
    poisoned = ("backfill", "poisoned", *words[2:], "--keep-going", "--output", str(tmp_path / "poisoned"))
    run = launcher(*poisoned, *cluster.executor)
    assert run.wait() == 1 and run.out.startswith("9 of 10 editions made"), run.err
    assert "2023-02-28: en/poison: " in run.err and all(w.poll() is None for w in cluster.workers)

    # a worker that is stopped for ten seconds
    run = launcher.start(*words, *here)
    time.sleep(2)
    os.killpg(cluster.workers[0].pid, signal.SIGSTOP)
    time.sleep(10)
    os.killpg(cluster.workers[0].pid, signal.SIGCONT)
    assert run.wait() == 0 and launcher.tree(small.out) == golden, run.err

    # the client is killed, and asks again
    small.clear()
    run = launcher.start(*words, *here)
    time.sleep(4)
    assert run.kill() and run.wait() == -signal.SIGKILL and not launcher.torn(small.out, golden)
    run = launcher(*words, *here)
    assert run.wait() == 0 and launcher.tree(small.out) == golden, run.err

    # the scheduler is killed; the same command without the cluster goes on
    small.clear()
    run = launcher.start(*words, *here)
    time.sleep(4)
    cluster.scheduler.kill()
    assert run.wait(180) == 1 and "Traceback" not in run.err and not launcher.torn(small.out, golden), run.err
    run = launcher(*words, "--output", str(small.out))
    assert run.wait() == 0 and launcher.tree(small.out) == golden, run.err
    row(
        "F2",
        "a page that kills its process, a worker stopped for 10 s, the client killed, the scheduler killed",
        "the page fails alone, the batch ends or is resumed, byte-identical",
    )
