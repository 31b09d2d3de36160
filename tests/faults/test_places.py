"""Any place: names of folders, file systems that lack something, folders that several users share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from launcher import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.faults]  # runs of the command line, seconds each

NAMES = (
    "two words",
    "été à l’Élysée",
    "C# [kz] (1)",
    'it\'s "quoted"',
    "🙂 données",
    "Қазақстан есебі",
    "报告",
    "تقرير",
    "100%{x}",
    "$HOME;&|<>",
    "x" * 200,
    "é" * 120,
    "-j",
    "--output=x",
    "a\\b",
    "~",
    "*?",
    "trailing.",
    " lead",
    "e\u0301",
)
RUN = ("run", "trial", "--as-of", "2024-03-31", "-j", "1")
NO_LINKS = """
import errno, os
def link(*given, **named):
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))
os.link = link
"""
NO_SYNC = """
import errno, os, stat
real = os.fsync
def fsync(handle):
    if {every} or stat.S_ISDIR(os.fstat(handle).st_mode):
        raise OSError(errno.{errno}, os.strerror(errno.{errno}))
    real(handle)
os.fsync = fsync
"""
NO_LOCKS = """
import errno, fcntl, os
def flock(*given):
    raise OSError(errno.{errno}, os.strerror(errno.{errno}))
fcntl.flock = flock
"""


NO_SYMLINKS = NO_LINKS.replace("link", "symlink")
NO_RENAME = """
import errno, os
real = os.rename
def rename(source, target, **named):
    if str(target).endswith("trial/2024-03-31"):
        raise OSError(errno.{errno}, os.strerror(errno.{errno}), str(source))
    real(source, target, **named)
os.rename = rename
"""


@pytest.fixture
def golden(launcher, tmp_path):
    run = launcher(*RUN, "--output", str(tmp_path / "plain"))
    assert run.wait() == 0, run.err
    return launcher.tree(tmp_path / "plain")


@pytest.mark.parametrize("name", NAMES)
def test_any_name(launcher, golden, tmp_path, often, row, name):
    if often(0, 1) and NAMES.index(name) not in (2, 4):
        pytest.skip("make faults tries them all")
    place = tmp_path / name
    (place / "user").mkdir(parents=True)
    home, scratch = place / "home", map("tmp {}".format, range(20))
    shutil.copytree(launcher.home, home)
    surrounded = {"home": home, "cwd": place, "HOME": str(place / "user")}
    for output in (str(place / "out"), "./out 2", f"file://{place}/remote"):
        for expected in ("made trial/2024-03-31", "nothing to do"):
            run = launcher(*RUN, f"--output={output}", scratch=place / next(scratch), **surrounded)
            assert run.wait() == 0 and expected in run.out, (output, run.err)
        listed = launcher("list", f"--output={output}", scratch=place / next(scratch), **surrounded)
        assert listed.wait() == 0 and "whole" in listed.out, (output, listed.err)
    assert launcher.tree(place / "out") == launcher.tree(place / "out 2") == launcher.tree(place / "remote") == golden
    assert not list(place.glob("tmp */*"))
    row("P7", f"project, output, TMPDIR and HOME below a folder {name[:20]!r}", "the same bytes, nothing left")


def test_a_tilde_that_the_shell_left(launcher, tmp_path):
    (tmp_path / "user").mkdir()
    run = launcher(*RUN, "--output=~/reports", cwd=tmp_path, HOME=str(tmp_path / "user"))
    assert run.wait() == 0, run.err
    assert (tmp_path / "user/reports/trial/2024-03-31/manifest.json").exists()
    assert not (tmp_path / "~").exists()


@pytest.mark.parametrize(
    ("lack", "before"),
    [
        ("hard links", NO_LINKS),
        ("symbolic links", NO_SYMLINKS),
        ("fsync of folders", NO_SYNC.format(every=False, errno="EINVAL")),
        ("fsync of anything", NO_SYNC.format(every=True, errno="ENOSYS")),
    ],
)
def test_a_file_system_that_lacks(launcher, golden, tmp_path, row, lack, before):
    out = tmp_path / "out"
    for expected in ("made trial/2024-03-31", "nothing to do"):
        run = launcher(*RUN, "--output", str(out), before=before)
        assert run.wait() == 0 and expected in run.out, run.err
    assert launcher.tree(out) == golden
    row("P7", f"a file system without {lack}", "the same bytes")


@pytest.mark.parametrize("errno", ["ENOLCK", "ENOTSUP", "ENOSYS"])
def test_a_file_system_without_locks(launcher, tmp_path, row, errno):
    run = launcher(*RUN, "--output", str(tmp_path / "out"), before=NO_LOCKS.format(errno=errno))
    assert run.wait() == 2
    assert run.err.count("\n") == 1 and "out/.work: found a file system without locks" in run.err
    assert "choose a folder on another file system" in run.err
    assert not list((tmp_path / "out").glob("trial/*"))
    row("P7", f"a file system without locks ({errno})", "2, one line that says what to do")


def test_a_disk_that_fails_is_not_taken_for_one_that_cannot_sync(launcher, tmp_path):
    run = launcher(*RUN, "--output", str(tmp_path / "out"), before=NO_SYNC.format(every=True, errno="EIO"))
    assert run.wait() == 2 and not list((tmp_path / "out").glob("trial/*"))  # found before a kernel is started
    assert "out: an error of the disk or its connection, expected a folder that can be written" in run.err


@pytest.mark.parametrize("errno", ["EROFS", "ESTALE", "EIO", "EDQUOT", "ENOSPC"])
def test_a_disk_that_fails_at_the_last_moment(launcher, golden, tmp_path, row, errno):
    """Become read-only, lost by the network, broken, or over its quota when the whole edition is to be renamed."""
    out = tmp_path / "out"
    run = launcher(*RUN, "--output", str(out), before=NO_RENAME.format(errno=errno))
    assert run.wait() == 1 and not list(out.glob("trial/*/*"))
    told = [line for line in run.err.splitlines() if line.startswith("kzreport: ")]
    assert len(told) == 1 and "Errno" not in run.err and "Traceback" not in run.err, run.err
    run = launcher(*RUN, "--output", str(out))
    assert run.wait() == 0, run.err
    assert launcher.tree(out) == golden
    row("P7", f"a disk that fails ({errno}) when the edition is renamed", "1, one line; then the same bytes")


_BECOMES = shutil.which("setpriv") and os.name == "posix" and os.geteuid() == 0
becomes_others = pytest.mark.skipif(not _BECOMES, reason="becomes other users: needs root, and setpriv of util-linux")


def run_as(user: int, home: Path, scratch: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as another user of the group 4000, who may read every file (an interpreter in /root)."""
    scratch.mkdir(exist_ok=True)
    os.chown(scratch, user, 4000)
    become = ["setpriv", f"--reuid={user}", "--regid=4000", "--clear-groups"]
    become += [f"--{kind}=-all,+dac_read_search" for kind in ("inh-caps", "ambient-caps", "bounding-set")]
    return subprocess.run(
        [*become, sys.executable, "-m", "kzreport.commands.cli", *words],
        env=os.environ
        | {"KZREPORT_HOME": str(home), "TMPDIR": str(scratch), "HOME": str(scratch), "PYTHONPATH": str(ROOT)},
        umask=0o022,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def open_folder(launcher):
    """A folder that every user can reach, with the launcher's home in it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copytree(launcher.home, folder / "home")
        for path in (folder / "home").rglob("*"):
            path.chmod(path.stat().st_mode | 0o055 if path.is_dir() else path.stat().st_mode | 0o044)
        (folder / "home").chmod(0o755)
        yield folder


@becomes_others
def test_two_users_share_an_output(open_folder, often, row):
    """Each makes editions, reads those of the other, and replaces the index that the other has written."""
    out = open_folder / "shared"
    out.mkdir()
    os.chown(out, 4001, 4000)
    out.chmod(0o2775)
    for user, day in ((4001, "2024-03-31"), (4002, "2024-03-31"), (4002, "2024-04-30"), (4001, "2024-05-31")):
        words = (*RUN[:2], "--as-of", day, "-j", "1", "--output", str(out))
        run = run_as(user, open_folder / "home", open_folder / f"tmp-{user}", *words)
        assert run.returncode == 0, run.stderr
    assert len(list(out.glob("trial/*/manifest.json"))) == 3
    assert {p.stat().st_uid for p in out.glob("trial/*")} == {4001, 4002}
    row("P7", "two users, one output that their group can write, umask 022", "each makes editions beside the other's")


@becomes_others
def test_a_folder_of_another_user(open_folder, row):
    for mode in (0o755, 0o555):
        out = open_folder / f"theirs-{mode:o}"
        out.mkdir(mode)
        run = run_as(4001, open_folder / "home", open_folder / "tmp", *RUN, "--output", str(out))
        assert run.returncode == 2
        assert run.stderr.count("\n") == 1 and f"--output: found {out.name}: no right to use it" in run.stderr
    row("P7", "an output of another user", "2, one line")
