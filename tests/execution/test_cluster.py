"""Pages on the workers of a Dask cluster: the same bytes, whatever dies."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from run_fixtures import SHOWS, Cli, tree, write_page

pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")


@pytest.fixture
def cli(forked_cli):
    return forked_cli


@pytest.fixture
def trial(three_months):
    return three_months


def children(pid: int) -> set[int]:
    """All processes that a process started, and those that they did."""
    found = {int(c) for task in Path(f"/proc/{pid}/task").glob("*/children") for c in task.read_text().split()}
    return found.union(*map(children, found)) if found else found


class Cluster:
    """A scheduler and workers, each with one thread in a process of its own, which a nanny starts again if it dies."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder, self.home, self.running = folder, home, []
        said = folder / "scheduler.json"
        self.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(said))
        end = time.monotonic() + 60
        while not said.exists() or not said.read_text().strip().endswith("}"):
            assert time.monotonic() < end
            time.sleep(0.1)
        self.tcp = json.loads(said.read_text())["address"]

    @property
    def address(self) -> str:
        return self.tcp.replace("tcp://", "dask://")

    def start(self, *words: str) -> subprocess.Popen:
        log = (self.folder / f"{len(self.running)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *words, "--no-dashboard"],
            env=os.environ | {"KZREPORT_HOME": str(self.home)},
            cwd=self.folder,
            stdout=log,
            stderr=log,
        )
        log.close()
        self.running.append(process)
        return process

    def worker(self, *words: str) -> subprocess.Popen:
        return self.start("worker", self.tcp, "--nthreads", "1", "--local-directory", str(self.folder), *words)

    def pages(self) -> set[int]:
        """The page processes on the workers."""
        found = set()
        for pid in set().union(*(children(p.pid) for p in self.running)):
            with contextlib.suppress(OSError):
                if b"execution.cluster_worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.add(pid)
        return found

    def end(self) -> None:
        below = set().union(*(children(p.pid) for p in self.running))
        for process in reversed(self.running):
            process.terminate()
        for process in reversed(self.running):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()
        for pid in below:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def cluster(tmp_path, project_copy):
    (tmp_path / "cluster").mkdir()
    found = Cluster(tmp_path / "cluster", project_copy)
    yield found
    found.end()


@pytest.mark.slow
def test_a_cluster_makes_the_same_bytes_and_keeps_nothing(cli, project_copy, trial, cluster, tmp_path):
    cluster.worker("--no-nanny")
    out = tmp_path / "out"
    ended = cli(*trial, "--output", str(out), "--executor", cluster.address)
    assert (ended.code, ended.out.splitlines()[0]) == (0, "3 of 3 editions made"), ended.err
    assert not cluster.pages()
    whole = tree(out)
    ended = cli("verify", "2024-02-29", "--output", str(out))  # rebuilt in processes here
    assert ended.code == 0, ended.err
    assert cli(*trial, "--output", str(out), "--executor", cluster.address).out.startswith("nothing to do")

    # a worker whose home differs refuses, and says in what
    elsewhere = shutil.copytree(project_copy, tmp_path / "elsewhere")
    write_page(elsewhere, "good", "pass", SHOWS)
    (project_copy / "params" / "second.yml").write_text((project_copy / "params" / "trial.yml").read_text())
    shutil.copy(project_copy / "params" / "second.yml", elsewhere / "params")
    words = ("run", "second", "--as-of", "2024-03-31", "--output", str(out), "--executor", cluster.address)
    ended = Cli(elsewhere)(*words)
    assert ended.code == 1 and not (out / "second").exists()
    assert "found other inputs, expected the packages, code and KZREPORT_HOME of the machine that asks" in ended.err
    assert "notebooks/good.ipynb: changed" in ended.err
    assert {k: v for k, v in tree(out).items() if k.startswith("trial/")} == {
        k: v for k, v in whole.items() if k.startswith("trial/")
    }


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_nothing(cli, project_copy, trial, cluster, tmp_path):
    """Two workers, one of them killed once the first edition stands: it is started again, its pages are made again."""
    workers = [cluster.worker(), cluster.worker()]
    out = tmp_path / "out"
    words = list(trial)
    words[words.index("2024-01")] = "2023-07"
    run = cli.start(*words, "--output", str(out), "--executor", cluster.address)
    end = time.monotonic() + 240
    while not list((out / "trial").glob("*")):
        assert time.monotonic() < end and run.poll() is None
        time.sleep(0.05)
    for pid in children(workers[0].pid):
        if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
            break
    else:
        pytest.fail("no worker was killed")
    said, err = run.communicate(timeout=300)
    assert run.returncode == 0 and said.startswith("9 of 9 editions made"), err
    assert cli(*words, "--output", str(tmp_path / "golden")).code == 0
    assert tree(out) == tree(tmp_path / "golden")
    assert not cluster.pages()


@pytest.mark.slow
def test_an_interrupted_run_leaves_nothing_on_the_workers(cli, project_copy, trial, cluster, tmp_path):
    write_page(project_copy, "other", "import time; time.sleep(600)", SHOWS)
    cluster.worker()
    run = cli.start(*trial, "--output", str(tmp_path / "out"), "--executor", cluster.address)
    end = time.monotonic() + 120
    while not cluster.pages():
        assert time.monotonic() < end and run.poll() is None
        time.sleep(0.1)
    run.send_signal(signal.SIGTERM)
    _, err = run.communicate(timeout=30)
    assert run.returncode == 143 and "nothing half-made was left behind" in err
    assert not cluster.pages() and not (tmp_path / "out" / "trial").exists()


@pytest.mark.slow
def test_no_scheduler_is_said_before_anything_is_run(cli, trial, tmp_path):
    ended = cli(*trial, "--output", str(tmp_path / "out"), "--executor", "dask://127.0.0.1:9")
    assert ended.code == 2 and "--executor: found no scheduler at 127.0.0.1:9" in ended.err
    assert cli(*trial, "--executor", "127.0.0.1:8786").code == 2
