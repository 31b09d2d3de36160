"""Private folders for what a run needs while it lasts; what a killed run left goes with the next one.

Each folder has a lock that its owner holds and that the workers it forks inherit: the system drops it when the last of
them has ended, whoever ended them. Only a folder of our own user whose lock nobody holds is removed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_PREFIX, _LOCK = "kz-", "owner.lock"


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder that nobody else can read, with its lock in it, removed at the end; those of killed runs go first."""
    sweep()
    own = Path(tempfile.mkdtemp(prefix=_PREFIX))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, own, ignore_errors=True)
        fresh = own / f"{_LOCK}.new"  # it gets its name when it is held: nobody finds it free in between
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
    """Remove a folder of ours whose lock nobody holds."""
    if entry.stat(follow_symlinks=False).st_uid == os.getuid():
        with (Path(entry.path) / _LOCK).open() as handle:
            if _taken(handle):
                shutil.rmtree(entry.path, ignore_errors=True)


def _taken(handle: IO[str]) -> bool:
    """Take a lock, if nobody holds it and this system has such locks."""
    try:
        import fcntl
    except ImportError:  # Windows: what a killed run left stays until the system clears its temporary files
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
