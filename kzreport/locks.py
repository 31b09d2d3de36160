"""Locks on files and folders: the system drops one when its process ends, however it ends."""

from __future__ import annotations

import errno

from kzreport.errors import InputError, explain

_NONE = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL, errno.EBADF)  # EBADF: NFS, for what is read only


def take_lock(handle: int, where: str, *, patient: bool = False) -> bool:
    """Take the lock of an open file or folder; report whether it was free. ``patient`` waits until it is.

    On Windows, which has no such locks, all are free: a final rename still lets only one writer win.
    Raises :class:`InputError` naming ``where`` on a file system without locks.
    """
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if patient else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError as e:
        if e.errno not in _NONE:
            raise
        todo = "choose a folder on another file system, or mount this one with locks"
        raise InputError(
            explain(where, f"a file system without locks ({e.strerror})", "one with flock", todo)
        ) from None
    return True


def drop_lock(handle: int) -> None:
    """Drop a lock now, also for the workers that hold its file: they keep it open."""
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(handle, fcntl.LOCK_UN)
