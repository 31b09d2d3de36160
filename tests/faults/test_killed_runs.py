"""Runs that are killed, ended and doubled at any moment: what is there is whole, and the rest is made.

`make faults` does it as often as the fault table says (KZREPORT_SEED chooses other moments), `make test` a few times.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import statistics
import subprocess
import time

import pytest
from run_fixtures import write_definition

pytestmark = pytest.mark.faults


@pytest.mark.slow
@pytest.mark.parametrize("alone", [False, True], ids=["group", "parent"])
def test_a_batch_killed_at_any_moment(alone, launcher, batch, dice, often, row):
    kills = often(60, 2) if alone else often(200, 4)
    hit = 0
    while hit < kills:
        run = launcher.start(*batch.words)
        assert run.pid
        time.sleep(dice.uniform(0, batch.seconds / 4))
        hit += run.kill(group=not alone)
        run.wait()
        assert not batch.torn(), f"kill {hit}"
        if alone and hit % 5 == 0:
            assert not launcher.quiet(20)
        if hit % 20 == 0 or batch.there() == batch.editions or hit == kills:
            assert not launcher.quiet(20)
            batch.resume(launcher)
            batch.clear()
    what = "the parent alone" if alone else "the whole group"
    row(
        "A2" if alone else "A1",
        f"SIGKILL of {what} at {kills} random moments of a batch of {2 * batch.editions} pages",
        "0 torn, resumed, byte-identical",
    )


def test_commands_with_real_pages_killed(launcher, cli, dice, often, row, tmp_path):
    """From their first import on, nothing shared; pages of ours, charts and all. `make faults` only."""
    kills = often(20, 0)
    if not kills:
        pytest.skip("part of `make faults`")
    write_definition(cli.home, "real", ["fdi", "transit"])
    words = ("backfill", "real", "--from", "2024-01", "--to", "2024-02", "-j", "2", "--output")
    began = time.monotonic()
    ended = cli(*words, str(tmp_path / "calm"))
    seconds = time.monotonic() - began
    assert ended.code == 0, ended.err
    whole, out = launcher.tree(tmp_path / "calm"), tmp_path / "out"
    hit = 0
    while hit < kills:
        run = cli.start(*words, str(out))
        try:
            run.communicate(timeout=dice.uniform(0, seconds))
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.communicate()
            hit += 1
        assert not launcher.torn(out, whole)
        if out.exists() and launcher.tree(out) == whole:
            shutil.rmtree(out)
    ended = cli(*words, str(out))
    assert ended.code == 0 and launcher.tree(out) == whole, ended.err
    row("A1", f"SIGKILL of the command at {kills} random moments, real pages", "0 torn, resumed, byte-identical")


# Where a run may be killed: what it calls, on what, and whether before or after that. Each process counts its own.
POINTS = {
    "a page is opened": ("pathlib.Path.open", "/en/good.html", "before"),
    "a page is written": ("os.fsync", "/en/good.html", "before"),
    "a page is on disk": ("os.fsync", "/en/good.html", "after"),
    "a page's notebook is on disk": ("os.fsync", "/en/good.ipynb", "after"),
    "a page is to be kept": ("os.link", ".ipynb", "before"),
    "a page is kept": ("os.link", ".ipynb", "after"),
    "the front page is on disk": ("os.fsync", "/index.html", "after"),
    "the manifest is opened": ("pathlib.Path.open", "/manifest.json", "before"),
    "the manifest is written": ("os.fsync", "/manifest.json", "before"),
    "the manifest is on disk": ("os.fsync", "/manifest.json", "after"),
    "the edition is on disk": ("pathlib.Path.rename", "-DAY", "before"),
    "the edition has its name": ("pathlib.Path.rename", "-DAY", "after"),
    "its name is on disk": ("os.fsync", "/trial", "after"),
    "what is half made is removed": ("shutil.rmtree", "-DAY", "before"),
    "the record is written": ("pathlib.Path.replace", "/.run.json.[0-9]+.tmp", "before"),
    "the record has its name": ("pathlib.Path.replace", "/.run.json.[0-9]+.tmp", "after"),
    "the list of editions is on disk": ("pathlib.Path.replace", "/.index.html.[0-9]+.tmp", "before"),
    "the list of editions has its name": ("pathlib.Path.replace", "/.index.html.[0-9]+.tmp", "after"),
}
CRASH = """
import os, pathlib, re, shutil, signal
holder, _, name = {what!r}.rpartition('.')
where = {{'os': os, 'shutil': shutil, 'pathlib.Path': pathlib.Path}}[holder]
real, count, wanted = getattr(where, name), 0, re.compile({path!r}.replace('-DAY', r'-[0-9-]{{10}}') + '$')
def call(first, *rest, **named):
    global count
    path = os.readlink(f'/proc/self/fd/{{first}}') if name == 'fsync' else str(first)
    hit = wanted.search(path) and (name != 'open' or 'w' in named.get('mode', (*rest, 'r')[0]))
    count += bool(hit)
    if hit and count == {number} and {when!r} == 'before': os.killpg(0, signal.SIGKILL)
    result = real(first, *rest, **named)
    if hit and count == {number}: os.killpg(0, signal.SIGKILL)
    return result
setattr(where, name, call)
"""


@pytest.mark.slow
def test_a_batch_killed_at_each_named_point(launcher, small, dice, often, row):
    points = [(*p, n) for p in POINTS.values() for n in (1, 3)]
    if not often(1, 0):
        points = dice.sample(points, 2)
    for what, path, when, number in points:
        number = 1 if what == "pathlib.Path.replace" else number  # once a run
        small.clear()
        one_worker = [*small.words[:-1], "1"]  # so that it does reach the third
        run = launcher(*one_worker, before=CRASH.format(what=what, path=path, when=when, number=number))
        assert run.wait() == -signal.SIGKILL, f"{what} {path} {when} {number} was not reached: {run.err}"
        assert not small.torn() and not launcher.quiet(20)
        small.resume(launcher)
    row(
        "A3",
        f"SIGKILL at {len(POINTS)} named points, the first and the third time ({len(points)} kills)",
        "0 torn, resumed, byte-identical",
    )


@pytest.mark.parametrize("name", ["SIGTERM", *(pytest.param(n, marks=pytest.mark.slow) for n in ("SIGINT", "SIGHUP"))])
def test_a_batch_ended_at_any_moment(name, launcher, small, dice, often, row):
    number = getattr(signal, name)
    took: list[float] = []
    commands = often(5, 0)
    while len(took) < often(20, 1):
        run = launcher.start(*small.words, shared=len(took) >= commands)
        assert run.pid
        time.sleep(dice.uniform(0, small.seconds / 2))
        began = time.monotonic()
        if run.kill(number, group=name == "SIGINT"):  # as a terminal does
            code = run.wait(30)
            took.append(time.monotonic() - began)
            if code in (-number, 0):  # before the command line had begun, or after it had ended
                took.pop()
            else:
                assert code == 128 + number, run.err
                assert run.err.endswith("kzreport: interrupted; nothing half-made was left behind\n"), run.err
        else:
            assert run.wait() == 0
        assert not launcher.quiet(5)
        assert not list(run.scratch.iterdir()) and not small.torn()
        work = small.out / ".work"
        left = (
            {p.relative_to(work).as_posix() for p in work.rglob("*") if "pages" not in p.parts}
            if work.exists()
            else set()
        )
        assert all(n.endswith(".lock") or n.partition("/")[0] in ("ended", "whole") for n in left), left  # records
        if small.there() == small.editions:
            small.clear()
    small.resume(launcher)
    row(
        "A4",
        f"{name} at {len(took)} random moments, {commands} of them with a forkserver of its own",
        f"exit {128 + number} after {statistics.median(took):.1f} s (longest {max(took):.1f} s), 0 processes and "
        "0 files left, resumed, byte-identical",
    )
    assert statistics.median(took) < 2


@pytest.mark.slow
def test_two_runs_of_one_batch(launcher, small, dice, often, row):
    pairs, lost = often(20, 2), 0
    for _ in range(pairs):
        small.clear()
        small.out.mkdir()
        runs = [launcher.start(*small.words)]
        time.sleep(dice.uniform(0, 0.2))
        runs.append(launcher.start(*small.words))
        codes = sorted(run.wait() for run in runs)
        assert codes in ([0, 75], [0, 0]), [run.err for run in runs]  # the second may come when the first has ended
        lost += codes == [0, 75]
        assert not small.torn()
        small.resume(launcher)
    assert lost
    row("C1", f"{pairs} pairs of runs of one batch", f"{lost} times one left with 75, no two wrote, byte-identical")


def test_many_kernels_start_at_once(launcher, tmp_path, often, row):
    many, rounds = often(20, 4), often(5, 1)
    for n in range(rounds):
        out = tmp_path / f"out{n}"
        words = ("backfill", "trial", "--from", "2023-01", "--to", "2023-10" if many == 20 else "2023-02")
        run = launcher(*words, "--output", str(out), "-j", str(many))
        assert run.wait() == 0, run.err
        pages = pages_of(out)
        assert len(pages) == many and {p["tries"] for p in pages} == {1}, pages
    row("C2", f"{rounds} times {many} kernels started at once", f"{rounds * many} started at the first try, 0 hung")


def pages_of(out):
    return json.loads((out / "run.json").read_text(encoding="utf-8"))["pages"]
