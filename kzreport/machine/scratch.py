"""Private folders for a run's temporary files; the next run removes the folders of a killed run.

Each folder has a lock. Its owner holds it, and the workers that the owner forks inherit it: the system drops the lock
when the last of them has ended. Only a folder of our own user whose lock is free is removed.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from kzreport.errors import InputError
from kzreport.machine.locks import take_lock

_PREFIX, _LOCK = "kz-", "owner.lock"
_FRESH = f"{_LOCK}.new"  # the name of a lock that is not held yet
_OURS = re.compile(rf"{_PREFIX}[a-z0-9_]{{8}}")


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Make a folder of mode 0700 with its lock in it, and remove it at the end; sweep before.

    Signals that end a run wait while it is made and while it is removed.
    """
    with contextlib.ExitStack() as stack:
        before = _hold()
        stack.callback(_let, before)
        sweep()
        while (made := _made()) is None:
            pass
        own, handle = made
        stack.callback(shutil.rmtree, own, ignore_errors=True)
        stack.enter_context(handle)
        stack.callback(_empty, own)
        stack.callback(_hold)
        _let(before)
        yield own


def _hold() -> set[int] | None:
    """Let signals that end a run wait; return those that waited before, ``None`` where there is no such waiting."""
    if os.name != "posix":
        return None
    return set(signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)))


def _let(before: set[int] | None) -> None:
    if before is not None and os.name == "posix":
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _made() -> tuple[Path, IO[str]] | None:
    """Make a folder and its open lock; ``None`` if a sweep of another run took it for one that a killed run left."""
    own = Path(tempfile.mkdtemp(prefix=_PREFIX))
    with contextlib.suppress(FileNotFoundError), contextlib.ExitStack() as stack:
        handle = stack.enter_context((own / _FRESH).open("w"))
        taken = _taken(handle)
        if taken:
            (own / _FRESH).rename(own / _LOCK)
        if taken is not False:
            stack.pop_all()
            return own, handle
    return None


def _empty(own: Path) -> None:
    """Remove everything, the lock last: if killed meanwhile, the folder is still found by the next sweep."""
    with contextlib.suppress(OSError):  # it was emptied by somebody else
        for path in own.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != _LOCK:
                path.unlink()


def sweep() -> None:
    """Remove the folders of runs that were killed."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if _OURS.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                with contextlib.suppress(OSError):  # another user's, one of another program
                    _remove(entry)


def _remove(entry: os.DirEntry[str]) -> None:
    """Remove a folder of ours whose lock is free; one without a lock only if it is empty: :func:`_made` makes another.

    Runs that were killed while they made or removed their folder leave such ones.
    """
    own = Path(entry.path)
    if entry.stat(follow_symlinks=False).st_uid == os.getuid():
        for name in (_LOCK, _FRESH):
            with contextlib.suppress(FileNotFoundError), (own / name).open() as handle:
                if _taken(handle):
                    _empty(own)
                    shutil.rmtree(own, ignore_errors=True)
                return
        own.rmdir()


def _taken(handle: IO[str]) -> bool | None:
    """Take a lock, if it is free; report whether it was taken, ``None`` where there are no locks.

    Without them the folders of killed runs stay until the system clears its temporary files.
    """
    with contextlib.suppress(InputError):
        if os.name == "posix":
            return take_lock(handle.fileno(), _LOCK)
    return None


@contextlib.contextmanager
def settings() -> Iterator[None]:
    """Give matplotlib a private folder where the user's settings cannot be written: else it warns, and leaves one."""
    if can_keep_settings():
        yield
        return
    before = os.environ.get("MPLCONFIGDIR")
    with folder() as own:
        os.environ["MPLCONFIGDIR"] = str(own)
        try:
            yield
        finally:
            del os.environ["MPLCONFIGDIR"]
            if before is not None:
                os.environ["MPLCONFIGDIR"] = before


def can_keep_settings() -> bool:
    """Report whether matplotlib can write among the user's settings."""
    if chosen := os.environ.get("MPLCONFIGDIR"):
        return _can_write(Path(chosen))
    try:
        home = Path.home()
    except RuntimeError:  # a user without a home
        return False
    places = ("XDG_CONFIG_HOME", ".config"), ("XDG_CACHE_HOME", ".cache")
    return all(_can_write(Path(os.environ.get(name) or home / usual) / "matplotlib") for name, usual in places)


def _can_write(place: Path) -> bool:
    """Report whether a folder can be written, or made: by trying, as rights are not reliable everywhere."""
    try:
        if place.is_dir():
            return os.access(place, os.W_OK | os.X_OK)
        there = next(p for p in place.parents if p.exists())
        with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=there):
            return True
    except (OSError, StopIteration):
        return False
