"""The last net: a fault of kzreport itself is one line for the user, and its traceback a file for whoever mends it."""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import sys
import tempfile
import threading
import traceback
from importlib import metadata
from pathlib import Path
from typing import Any

from kzreport.editions.log import log_error
from kzreport.errors import ParameterError, explain
from kzreport.files import write_atomic
from kzreport.redaction import redact

FAULT = 70  # exit code, as EX_SOFTWARE of sysexits.h
LOG = "fault.log"
_PLACES = ("output", "source", "ics", "json", "record", "replay", "folder")  # arguments that name files


def keep_traceback(error: BaseException, root: Path | None, command: str) -> Path | None:
    """Keep a traceback in ``fault.log`` among the editions, else in the temporary folder; return the file.

    ``None`` if neither can be written. Nothing secret is kept.
    """
    about = f"kzreport {metadata.version('kzreport')}, Python {platform.python_version()}, {platform.system()}"
    trace = "".join(traceback.format_exception(error, limit=-60))
    data = redact(f"{about}, command {command}\n{trace}").encode("utf-8", "backslashreplace")
    if root is not None:
        with contextlib.suppress(OSError):
            write_atomic(root / LOG, data)
            return root / LOG
    with contextlib.suppress(OSError):
        handle, name = tempfile.mkstemp(prefix="kzreport-fault-", suffix=".log")
        with os.fdopen(handle, "wb") as f:
            f.write(data)
        return Path(name)
    return None


def fault_line(error: BaseException, kept: str) -> str:
    """Return the one line on a fault of ours."""
    said = " ".join(str(error).split())[:200]
    what = f"{type(error).__name__}: {said}" if said else type(error).__name__
    where = f"its traceback is in {kept}" if kept else "its traceback could not be written anywhere"
    return f"a fault of kzreport itself, not of what it was given ({what}); {where}; please report it"


def catch_stray_errors() -> None:
    """Let errors that nobody can catch, in threads and at the end of objects, be lines of the log too."""

    def tell(error: BaseException | None) -> None:
        if error is not None and not isinstance(error, SystemExit | KeyboardInterrupt):
            log_error(fault_line(error, str(keep_traceback(error, None, "in the background") or "")))

    def unraisable(about: Any) -> None:
        if not isinstance(about.exc_value, OSError):  # a pipe that closed while a process ends
            tell(about.exc_value)

    sys.unraisablehook = unraisable
    threading.excepthook = lambda about: tell(about.exc_value)
    sys.excepthook = lambda kind, error, trace: tell(error)


def require_places(args: argparse.Namespace) -> None:
    """Refuse files named relative to a working directory that was removed; else go on in the root directory.

    Raises :class:`ParameterError`.
    """
    try:
        Path.cwd()
    except OSError:
        found = "a place relative to the working directory, which was removed"
        names = {"KZREPORT_HOME": os.environ.get("KZREPORT_HOME")}
        names |= {"--from" if k == "source" else k if k == "folder" else f"--{k}": vars(args).get(k) for k in _PLACES}
        for name, value in names.items():
            if isinstance(value, str) and value and value != "-" and "://" not in value and value[0] not in "/~":
                raise ParameterError(explain(name, found, "a full path", "go to a folder that exists")) from None
        os.chdir("/")  # libraries ask where they are
