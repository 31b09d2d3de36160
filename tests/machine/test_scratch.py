"""Private folders: the owner's alone, gone with it, and swept by the next where it was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pytest

from kzreport.machine import scratch

HOLD = """
import os, sys, time
from kzreport.machine import scratch
with scratch.folder() as own:
    (own / "half").write_text("x")
    if sys.argv[1] == "forked" and os.fork():
        os._exit(0)
    print(own, flush=True)
    time.sleep(600)
"""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no locks of this kind")


@pytest.fixture
def holder(tmp_path, monkeypatch):
    """Somebody else with a folder, and the process that holds its lock."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    found = []

    def start(how: str = "alone"):
        command = [sys.executable, "-c", HOLD, how]
        env = os.environ | {"TMPDIR": str(tmp_path)}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env, start_new_session=True)
        found.append(process)
        return process, tmp_path / process.stdout.readline().strip()

    yield start
    for process in found:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def test_a_folder_goes_with_its_owner(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with scratch.folder() as own:
        assert own.parent == tmp_path and own.stat().st_mode & 0o777 == 0o700
        with scratch.folder() as other:  # the second sweeps, and leaves the first alone
            assert own.exists() and other != own
    assert not list(tmp_path.iterdir())


def test_the_lock_goes_last(tmp_path, monkeypatch):
    """Who is killed while the folder is removed leaves one that a sweep finds."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    gone, real = [], os.unlink
    with scratch.folder() as own:
        (own / "data").mkdir()
        for n in range(20):
            (own / f"{n}").touch()
            (own / "data" / f"{n}").touch()
        monkeypatch.setattr(os, "unlink", lambda path, **at: (gone.append(str(path)), real(path, **at)))
    assert len(gone) == 41 and gone[-1] == "owner.lock" and not own.exists()


def test_a_killed_owners_folder_is_swept_and_a_living_ones_is_not(holder, tmp_path):
    (tmp_path / "kz-without-a-lock").mkdir()
    (tmp_path / "kz-elsewhere").symlink_to("/")
    living, kept = holder()
    killed, left = holder()
    scratch.sweep()
    assert kept.exists() and left.exists()
    killed.kill()
    killed.wait()
    scratch.sweep()
    assert kept.exists() and not left.exists() and living.poll() is None
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["kz-elsewhere", kept.name, "kz-without-a-lock"])


@pytest.mark.parametrize("left", [(), ("owner.lock.new",), ("owner.lock",)])
def test_what_a_run_left_that_was_killed_at_its_first_or_last_step_is_swept(left, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "kz-abcd_123").mkdir()
    for name in left:
        (tmp_path / "kz-abcd_123" / name).touch()
    with scratch.folder() as own:
        assert [p.name for p in tmp_path.iterdir()] == [own.name]


@pytest.mark.parametrize(
    "moment", ["before its lock is made", "before its lock is held", "before its lock has its name"]
)
def test_a_sweep_while_a_folder_is_made_costs_another_try(moment, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    real, swept = scratch._taken, []
    real_mkdtemp = tempfile.mkdtemp

    def once(now: str, *work) -> None:
        if now == moment and not swept:
            swept.append(1)
            for step in work or (scratch.sweep,):
                step()

    def made(**options) -> str:
        found = real_mkdtemp(**options)
        once("before its lock is made")
        return found

    def taken(handle):
        if not swept:
            once("before its lock is held")
            found = real(handle)
            once("before its lock has its name", lambda: shutil.rmtree(tmp_path), tmp_path.mkdir)
            return found
        return real(handle)

    monkeypatch.setattr(tempfile, "mkdtemp", made)
    monkeypatch.setattr(scratch, "_taken", taken)
    with scratch.folder() as own:
        assert swept and list(tmp_path.iterdir()) == [own] and (own / "owner.lock").exists()


ENDED = """
import os, shutil, signal, sys, tempfile
from kzreport.machine import scratch

def end(number, frame):
    raise SystemExit(128 + number)

def then(real):
    def made(*args, **options):
        found = real(*args, **options)
        os.kill(os.getpid(), signal.SIGHUP)  # in the middle of what is not to be left half-done
        return found
    return made

signal.signal(signal.SIGHUP, end)
moments = {"tried": (tempfile._os, "open"), "made": (tempfile, "mkdtemp"), "emptied": (scratch, "_empty")}
module, name = moments[sys.argv[1]]
setattr(module, name, then(getattr(module, name)))
with scratch.folder() as own:
    print("in it", flush=True)
"""


@pytest.mark.parametrize(("moment", "entered"), [("tried", ""), ("made", ""), ("emptied", "in it\n")])
def test_a_signal_while_a_folder_is_made_or_removed_leaves_nothing(moment, entered, tmp_path):
    env = os.environ | {"TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", ENDED, moment], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (129, entered), done.stderr
    assert not list(tmp_path.iterdir())


def test_workers_that_outlive_their_parent_keep_it(holder):
    parent, own = holder("forked")
    parent.wait()
    scratch.sweep()
    assert own.exists()
    os.killpg(parent.pid, signal.SIGKILL)
    end = time.monotonic() + 10
    while own.exists() and time.monotonic() < end:
        scratch.sweep()
    assert not own.exists()
