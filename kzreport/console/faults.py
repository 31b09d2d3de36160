"""Faults of kzreport itself: one line for the user, and the traceback in a file for the developer."""

from __future__ import annotations

import contextlib
import os
import platform
import tempfile
import traceback
from importlib import metadata
from pathlib import Path

from kzreport.console.redaction import redact

FAULT = 70  # exit code, as EX_SOFTWARE of sysexits.h
LOG = "fault.log"
_MARK = "a fault of kzreport itself"


def keep_traceback(error: BaseException, during: str, root: Path | None = None, scratch: str = "") -> Path | None:
    """Keep a traceback, without secrets; return its file, ``None`` if none can be written.

    Parameters
    ----------
    error
        The fault.
    during
        The work that it ended, for the first line.
    root
        Folder of editions in which ``fault.log`` is written, if it can be.
    scratch
        Folder for the file otherwise; default: the temporary folder.
    """
    about = f"kzreport {metadata.version('kzreport')}, Python {platform.python_version()}, {platform.system()}"
    trace = "".join(traceback.format_exception(error, limit=-60))
    data = redact(f"{about}, {during}\n{trace}").encode("utf-8", "backslashreplace")
    if root is not None:
        with contextlib.suppress(OSError):
            fresh = root / f".{LOG}.{os.getpid()}.tmp"
            fresh.write_bytes(data)
            return fresh.replace(root / LOG)
    with contextlib.suppress(OSError):
        handle, name = tempfile.mkstemp(prefix="kzreport-fault-", suffix=".log", dir=scratch or None)
        with os.fdopen(handle, "wb") as f:
            f.write(data)
        return Path(name)
    return None


def fault_line(error: BaseException, kept: str) -> str:
    """Return the line that reports a fault; ``kept`` names the file with its traceback, if any.

    >>> fault_line(KeyError("x"), "")
    "a fault of kzreport itself, not of what it was given (KeyError: 'x'); its traceback could not be kept"
    """
    said = " ".join(str(error).split())[:200]
    what = f"{type(error).__name__}: {said}" if said else type(error).__name__
    where = f"its traceback is in {kept}, please report it" if kept else "its traceback could not be kept"
    return f"{_MARK}, not of what it was given ({what}); {where}"


def is_fault(text: str) -> bool:
    """Report whether a message describes a fault; workers send such messages for their pages."""
    return _MARK in text
