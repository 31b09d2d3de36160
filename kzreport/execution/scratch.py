"""Private folders for a run's temporary files; the next run removes those of a killed run.

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
from kzreport.locks import take_lock

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
        yield own


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
                shutil.rmtree(entry.path, ignore_errors=True)


def _taken(handle: IO[str]) -> bool:
    """Take a lock, if it is free and there are locks; report whether it was taken.

    Without them the folders of killed runs stay until the system clears its temporary files.
    """
    with contextlib.suppress(InputError):
        return os.name == "posix" and take_lock(handle.fileno(), _LOCK)
    return False
