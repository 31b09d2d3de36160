"""Nothing is left behind: by killed runs, also to an address, without a home, where the temporary folder is emptied."""

from __future__ import annotations

import os
import signal
import time

import pytest
from run_fixtures import SHOWS, write_definition, write_page

from kzreport import files
from kzreport.editions.log import RunLog
from kzreport.editions.store import output_root
from kzreport.files import sweep_halves, write_atomic
from kzreport.machine import scratch
from kzreport.series.transaction import sole_writer

EMPTY = (
    "import os, shutil\nfor n in os.listdir(os.environ['TMPDIR']): shutil.rmtree(os.path.join(os.environ['TMPDIR'], n))"
)


@pytest.fixture
def held(launcher):
    """A definition whose page waits, in the launcher's project."""
    write_page(launcher.home, "waits", "import time; time.sleep(60)", SHOWS)
    write_definition(launcher.home, "waiting", ["waits"])
    return ("run", "waiting", "--as-of", "2024-03-31", "--lang", "en")


@pytest.mark.parametrize("kind", ["folder", "address"])
def test_a_killed_runs_folders_go_with_the_next(launcher, held, tmp_path, kind):
    out = str(tmp_path / "out") if kind == "folder" else f"file://{tmp_path}/out"
    first = launcher.start(*held, "--output", out)
    end = time.monotonic() + 60
    while len(list(first.scratch.glob("kz-*/kz-*/kernel.json"))) < 1 and time.monotonic() < end:
        time.sleep(0.02)
    first.kill(signal.SIGKILL)
    first.wait()
    assert list(first.scratch.iterdir()) and not launcher.quiet(10)
    if kind == "address":  # a lease of a dead run is waited for 30 s: its time is not what is tried here
        for lease in (tmp_path / "out" / ".work" / "runs").iterdir():
            lease.unlink()
        (tmp_path / "out" / ".work" / ("0" * 16)).write_text("half a file")
    words = ("run", "trial", "--as-of", "2024-03-31", "--lang", "en", "--output", out)
    after = launcher(*words, TMPDIR=str(first.scratch))
    assert after.wait() == 0, after.err
    assert not list(first.scratch.iterdir())
    assert not (tmp_path / "out" / ".work" / ("0" * 16)).exists()


@pytest.mark.parametrize("output", ["folder", "address"])
def test_a_temporary_folder_that_is_emptied(launcher, tmp_path, output):
    write_page(launcher.home, "empties", EMPTY, SHOWS)
    write_definition(launcher.home, "emptying", ["empties"])
    out = str(tmp_path / "out") if output == "folder" else f"file://{tmp_path}/out"
    run = launcher("run", "emptying", "--as-of", "2024-03-31", "--lang", "en", "--output", out)
    code = run.wait()
    made = (tmp_path / "out" / "emptying" / "2024-03-31" / "manifest.json").exists()
    assert made == (code == 0) and code in (0, 1), run.err
    assert "Traceback" not in run.err and not list(run.scratch.iterdir()) and not launcher.quiet(5)


@pytest.mark.parametrize("home", ["/dev/null", *(pytest.param(h, marks=pytest.mark.slow) for h in ("/proc/none", ""))])
def test_without_a_home(launcher, tmp_path, home):
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "MPLCONFIGDIR"):
        assert name not in launcher.env, "set here: nothing would be tried"
    out = tmp_path / "out"
    run = launcher(
        *("run", "trial", "--as-of", "2024-03-31", "--lang", "en", "--output", str(out)), shared=False, HOME=home
    )
    assert run.wait() == 0 and "atplotlib" not in run.err, run.err
    assert not list(run.scratch.iterdir())


def test_settings_of_a_user_who_can_write_them_are_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "MPLCONFIGDIR"):
        monkeypatch.delenv(name, raising=False)
    with scratch.settings():
        assert "MPLCONFIGDIR" not in os.environ
    monkeypatch.setenv("HOME", "/dev/null")
    with scratch.settings():
        own = os.environ["MPLCONFIGDIR"]
        assert os.access(own, os.W_OK)
    assert "MPLCONFIGDIR" not in os.environ and not os.path.exists(own)  # noqa: PTH110


def test_halves_of_killed_writers_are_swept(tmp_path):
    old, own, young = (tmp_path / f".x.json.{pid}.tmp" for pid in (4_000_001, os.getpid(), 4_000_002))
    other = tmp_path / ".notes.tmp"
    for path in (old, own, young, other):
        path.write_text("half")
        os.utime(path, (time.time() - 120,) * 2)
    os.utime(young)
    sweep_halves(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([own, young, other])
    os.utime(young, (1, 1))
    output_root(str(tmp_path))
    assert not young.exists()


@pytest.fixture
def synced(monkeypatch):
    """Paths that were synced, in order."""
    found: list[str] = []
    real = os.fsync

    def note(handle):
        found.append(os.readlink(f"/proc/self/fd/{handle}"))  # noqa: PTH115
        real(handle)

    monkeypatch.setattr(files.os, "fsync", note)
    return found


def test_names_are_on_the_disk_after_a_rename(synced, tmp_path):
    root = output_root(str(tmp_path / "out"))
    assert synced == [str(tmp_path)]  # the folder of the editions is new
    write_atomic(root / "index.html", "x")
    assert synced[-1] == str(root)
    RunLog("x").write(root)
    assert synced[-1] == str(root) and ".run.json" in synced[-2]
    (data := tmp_path / "data").mkdir()
    synced.clear()
    with sole_writer(data) as writer:
        writer.replace({"a.csv": b"1", "claims/S9.csv": b"2"})
    assert {str(data), str(data / "claims")} <= set(synced) and synced[-1] == str(data)
