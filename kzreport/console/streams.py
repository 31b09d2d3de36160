"""Standard streams that may be closed, full, cut or of another encoding: what is written to them never ends the work.

:func:`repair_streams` is called once, at the start of the command line. :func:`put` is the one way to standard output;
:func:`put_error` the one to standard error.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import json
import os
import sys
from typing import Any, TextIO

from kzreport.errors import system_cause

_PLAIN = {"\u202f": " ", "\u00a0": " ", "\u2019": "'", "\u2018": "'", "\u2212": "-", "\u2013": "-", "\u2014": "-"}
_PLAIN |= {"\u00ab": '"', "\u00bb": '"', "\u201c": '"', "\u201d": '"', "\u2026": "..."}
READABLE, IN_JSON, IN_HTML = "kzreport-readable", "kzreport-json", "xmlcharrefreplace"

_lost: list[str] = []  # why standard output could not be written; empty text: its reader has gone


def _readable(error: UnicodeError) -> tuple[str, int]:
    """Write a character that an encoding lacks: typography as in ASCII, others as escapes."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(c) or c.encode("ascii", "backslashreplace").decode() for c in text), error.end


def _in_json(error: UnicodeError) -> tuple[str, int]:
    """Write a character that an encoding lacks as JSON does: the text stays valid and the same."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error(READABLE, _readable)
codecs.register_error(IN_JSON, _in_json)


def repair_streams() -> None:
    """Give every standard stream a file: a closed one is replaced by the null device.

    Otherwise the next file that is opened, such as a table, would become standard error.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            _to_null(number)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            number = ("stdin", "stdout", "stderr").index(name)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", errors="replace", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):  # a test has put another one in its place
            stream.reconfigure(errors=READABLE)  # type: ignore[union-attr]
    _lost.clear()


def put(text: str, *, end: str = "\n", how: str = READABLE) -> bool:
    """Write to standard output; return False if it cannot be written, of which :func:`lost_output` knows the reason.

    ``how``: ``READABLE``, ``IN_JSON`` or ``IN_HTML``, what becomes of characters that its encoding lacks.
    """
    if _lost:
        return False
    try:
        sys.stdout.write(_encodable(text, sys.stdout, how) + end)
        sys.stdout.flush()
    except (OSError, ValueError) as e:
        _lost.append(_why(e))
        _drop(sys.stdout, 1)
        return False
    return True


def _why(error: OSError | ValueError) -> str:
    """Return why a stream cannot be written; empty if it was closed."""
    if isinstance(error, ValueError) or error.errno in (errno.EPIPE, errno.EBADF):
        return ""
    return system_cause(error)


def put_error(text: str) -> None:
    """Write a line to standard error; do nothing if that is impossible."""
    try:
        sys.stderr.write(_encodable(text, sys.stderr, READABLE) + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        _drop(sys.stderr, 2)


def lost_output() -> str:
    """Return why standard output could not be written; empty if it was, or if its reader had seen enough."""
    return _lost[0] if _lost else ""


def close_output() -> None:
    """Write what is left in the streams, so that the interpreter cannot fail at it when it ends."""
    for stream, number in ((sys.stdout, 1), (sys.stderr, 2)):
        try:
            stream.flush()
        except (OSError, ValueError) as e:
            if number == 1 and not _lost:
                _lost.append(_why(e))
            _drop(stream, number)


def is_terminal(stream: Any) -> bool:
    """Report whether a stream is a terminal; false for a closed stream."""
    try:
        return bool(stream.isatty())
    except (AttributeError, OSError, ValueError):
        return False


def _encodable(text: str, stream: TextIO, how: str) -> str:
    """Return a text that the encoding of a stream has characters for."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, how).decode(encoding)


def _drop(stream: TextIO, number: int) -> None:
    """Let a stream lead nowhere: what is left in its buffer would fail again when the interpreter ends."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        if stream.fileno() == number:
            _to_null(number)
            stream.flush()


def _to_null(number: int) -> None:
    handle = os.open(os.devnull, os.O_RDWR)
    if handle != number:
        os.dup2(handle, number)
        os.close(handle)
    os.set_inheritable(number, True)
