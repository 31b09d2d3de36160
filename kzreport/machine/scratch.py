"""Private folders for a run's temporary files; the next run removes the folders of a killed run.

Each folder has a lock. Its owner holds it, and the workers that the owner forks inherit it: the system drops the lock
when the last of them has ended. Only a folder of our own user whose lock is free is removed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from kzreport.errors import InputError
from kzreport.machine.locks import take_lock

_PREFIX, _LOCK = "kz-", "owner.lock"


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Make a folder of mode 0700 with its lock in it, and remove it at the end; sweep before."""
    sweep()
    own = Path(tempfile.mkdtemp(prefix=_PREFIX))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, own, ignore_errors=True)
        fresh = own / f"{_LOCK}.new"  # it gets its name when it is held: a sweep never finds it free
        if _taken(stack.enter_context(fresh.open("w"))):
            fresh.rename(own / _LOCK)
        stack.callback(_empty, own)
        yield own


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
            if entry.name.startswith(_PREFIX) and entry.is_dir(follow_symlinks=False):
                with contextlib.suppress(OSError):  # another user's, one without a lock
                    _remove(entry)


def _remove(entry: os.DirEntry[str]) -> None:
    """Remove a folder of ours whose lock is free."""
    if entry.stat(follow_symlinks=False).st_uid == os.getuid():
        with (Path(entry.path) / _LOCK).open() as handle:
            if _taken(handle):
                _empty(Path(entry.path))
                shutil.rmtree(entry.path, ignore_errors=True)


def _taken(handle: IO[str]) -> bool:
    """Take a lock, if it is free and there are locks; report whether it was taken.

    Without them the folders of killed runs stay until the system clears its temporary files.
    """
    with contextlib.suppress(InputError):
        return os.name == "posix" and take_lock(handle.fileno(), _LOCK)
    return False


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
