"""Locks on files and folders: the system drops one when its process ends, however it ends.

POSIX has ``flock``, which a child's copy of the file keeps; Windows locks a byte of the file for the process that took
it. Neither module is there on both, so each is imported where it is used.
"""

from __future__ import annotations

import errno
import os
import time
from types import ModuleType

from kzreport.errors import InputError, explain, system_cause

_NONE = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL, errno.EBADF)  # EBADF: NFS, for what is read only
_BYTE = 1 << 30  # beyond what a lock's file holds: on Windows a locked byte cannot be read
_PAUSE = 0.1  # seconds between two tries


def take_lock(handle: int, where: str, *, wait: float = 0.0) -> bool:
    """Take the lock of an open file or folder; report whether it was free within ``wait`` seconds (``inf``: ever).

    Raises :class:`InputError` naming ``where`` on a file system without locks.
    """
    end = time.monotonic() + wait
    while True:
        try:
            _lock(handle)
            return True
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
        except OSError as e:
            if e.errno not in _NONE:
                raise
            todo = "choose a folder on another file system, or mount this one with locks"
            raise InputError(
                explain(where, f"a file system without locks ({system_cause(e)})", "one with flock", todo)
            ) from None
        time.sleep(min(_PAUSE, max(end - time.monotonic(), 0.0)))


def drop_lock(handle: int) -> None:
    """Drop a lock now, also for the workers that hold its file: they keep it open."""
    if fcntl := _posix():
        fcntl.flock(handle, fcntl.LOCK_UN)
    elif msvcrt := _windows():
        os.lseek(handle, _BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)


def _lock(handle: int) -> None:
    """Take a lock at once. Raises :class:`BlockingIOError` if it is held."""
    if fcntl := _posix():
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    elif msvcrt := _windows():
        os.lseek(handle, _BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError as e:
            raise BlockingIOError(*e.args) from None


def _posix() -> ModuleType | None:
    try:
        import fcntl
    except ImportError:
        return None
    return fcntl


def _windows() -> ModuleType | None:
    try:
        import msvcrt
    except ImportError:
        return None
    return msvcrt
