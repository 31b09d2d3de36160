"""No module needs a POSIX-only part of Python when it is imported: Windows can read, check and run ordinary kernels."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

import kzreport
from kzreport.machine import locks

# Of the standard library, what only POSIX has; and what of ``os`` and ``signal`` Windows lacks.
MODULES = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "posix", "syslog", "crypt", "readline")
OS = ("fork", "forkpty", "register_at_fork", "getuid", "geteuid", "getgid", "getpgid", "killpg", "setsid", "setpgid")
OS += ("sched_getaffinity", "O_NOFOLLOW", "O_CLOEXEC", "O_DIRECTORY", "WNOHANG", "wait4", "mkfifo", "chown", "nice")
SIGNALS = (
    "SIGKILL",
    "SIGHUP",
    "SIGCHLD",
    "SIGALRM",
    "SIGUSR1",
    "SIGUSR2",
    "SIGPIPE",
    "SIGQUIT",
    "SIGSTOP",
    "pthread_sigmask",
)

# Libraries are imported first, as they are here: those that run on Windows have their own ways there.
CODE = f"""
import importlib, multiprocessing, os, pkgutil, signal, socket, subprocess, sys
import distributed, fsspec, ipykernel.kernelapp, jupyter_client, matplotlib.pyplot, nbclient, pandas, papermill, seaborn
import docx, httpx, openpyxl, stamina, truststore, typst, xlsxwriter, babel, pydantic, nh3, resvg_py
for name in {MODULES}: sys.modules[name] = None
for name in {OS}: vars(os).pop(name, None)
for name in {SIGNALS}: vars(signal).pop(name, None)
import kzreport
tried = []
for found in pkgutil.walk_packages(kzreport.__path__, "kzreport."):
    if not found.name.startswith(("kzreport.starter", "kzreport.views.")):
        importlib.import_module(found.name)
        tried.append(found.name)
from kzreport.execution import warm
assert warm.unavailable(), "there is no fork: kernels are ordinary ones"
from kzreport.commands.cli import main
if sys.argv[1:]: assert main(sys.argv[1:]) in (0, 1)
print(len(tried))
"""


@pytest.mark.parametrize(
    "command", [(), pytest.param(("check",), marks=pytest.mark.slow), pytest.param(("list",), marks=pytest.mark.slow)]
)
def test_every_module_is_imported_without_posix(command):
    home = {"KZREPORT_HOME": str(Path(kzreport.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CODE, *command],
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | home,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    files = [p for p in Path(kzreport.__file__).parent.rglob("*.py") if "starter" not in p.parts]
    assert int(done.stdout.splitlines()[-1]) > 0.9 * len(files)


def test_locks_where_there_are_none_let_everybody_pass(monkeypatch, tmp_path):
    for name in ("fcntl", "msvcrt"):
        monkeypatch.setitem(sys.modules, name, None)
    with (tmp_path / "lock").open("w") as one:
        assert locks.take_lock(one.fileno(), "lock") and locks.take_lock(one.fileno(), "lock")
        locks.drop_lock(one.fileno())


def _held(path: Path, stand_in: bool) -> bool:
    """Whether another process finds the lock held."""
    if stand_in and "msvcrt" not in sys.modules:
        sys.modules.update(msvcrt=byte_locks(), fcntl=None)
    with path.open("r+") as handle:
        return not locks.take_lock(handle.fileno(), "lock")


def byte_locks() -> types.ModuleType:
    """``msvcrt.locking`` as its documentation has it, by the byte locks of this system: it was not tried on Windows."""
    import fcntl

    module = types.ModuleType("msvcrt")
    module.LK_NBLCK, module.LK_UNLCK = 2, 0

    def locking(handle: int, mode: int, count: int) -> None:
        how = fcntl.LOCK_EX | fcntl.LOCK_NB if mode == module.LK_NBLCK else fcntl.LOCK_UN
        try:
            fcntl.lockf(handle, how, count, os.lseek(handle, 0, os.SEEK_CUR))
        except BlockingIOError:
            raise PermissionError(13, "Permission denied") from None

    module.locking = locking
    return module


@pytest.mark.skipif(os.name != "posix", reason="has the locks of POSIX")
@pytest.mark.parametrize("stand_in", [False, True], ids=["flock", "byte locks"])
def test_a_lock_is_held_against_other_processes(stand_in, monkeypatch, tmp_path):
    path = tmp_path / "lock"
    path.touch()
    if stand_in:
        module = byte_locks()
        monkeypatch.setitem(sys.modules, "fcntl", None)
        monkeypatch.setitem(sys.modules, "msvcrt", module)
    with multiprocessing.get_context("spawn").Pool(1) as pool, path.open("r+") as own:
        assert not pool.apply(_held, (path, stand_in))
        assert locks.take_lock(own.fileno(), "lock")
        assert pool.apply(_held, (path, stand_in))
        locks.drop_lock(own.fileno())
        assert not pool.apply(_held, (path, stand_in))
