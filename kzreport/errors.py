"""The package's errors, and the rule their messages follow.

Every message says, in this order: where (file, line, column or key), what was found, what was expected, and what
to do. Nothing here prints or exits; :mod:`kzreport.commands.cli` turns these errors into exit codes.
"""

from __future__ import annotations

import contextlib
import difflib
import errno
import linecache
import re
import reprlib
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from traceback import walk_tb
from types import TracebackType

# Control characters but tab and line ends, marks of direction, separators of lines, lone surrogates, a byte order mark.
HIDDEN = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff\\ufeff]"
)


class KzreportError(Exception):
    """Base of all errors raised on purpose. ``exit_code`` is what the command line returns for it."""

    exit_code = 1

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows of it in place of a traceback: the analyst's own lines, and the message."""
        return [*own_lines(self.__traceback__), f"{type(self).__name__}: {self}"]


class InputError(KzreportError):
    """Something the user gave is wrong (data, parameter, definition, words, notebook): nothing was run."""

    exit_code = 2


class DataError(InputError):
    """A table or its descriptor in ``data/`` is broken, or a series was asked for that does not exist."""


class ParameterError(InputError):
    """A parameter or a report definition has an unknown name, a wrong type or an impossible value."""


class ArgumentError(ParameterError):
    """An argument of the command line is wrong: the command is refused, and is no run of a report."""


class WordsError(InputError):
    """The words of a page lack a language, a variant or a placeholder."""


class NotebookError(InputError):
    """A notebook does not have the shape of a page."""


class BasisError(KzreportError):
    """Two figures of different unit, basis or frequency were put together."""


class UnknownName(NotebookError):
    """A cell names a module of views that does not exist."""


class UnknownAttribute(UnknownName, AttributeError):
    """A cell names a method of a page, or a view, that does not exist."""


class PageError(KzreportError):
    """A page could not be made: a cell raised, a kernel died, an output is not one that a report may carry."""


class StaleEdition(KzreportError):
    """An edition exists already and was made from other inputs."""


class ProviderDown(KzreportError):
    """A provider of figures could not be reached, or gave something else than the data that were asked for."""

    exit_code = 3


class Locked(KzreportError):
    """Another run writes in the same place."""

    exit_code = 75


@contextlib.contextmanager
def of_arguments() -> Iterator[None]:
    """Raise a :class:`ParameterError` as an :class:`ArgumentError`: what is checked here stood on the command line."""
    try:
        yield
    except ParameterError as e:
        raise ArgumentError(str(e)) from None


def explain(where: str, found: object, expected: str, todo: str = "") -> str:
    """Put the four parts of a message in their order; control and hidden characters are written as escapes.

    >>> explain("data/x.csv, line 3, column 'value'", "'1,5'", "a number such as 1.5", "use a decimal point")
    "data/x.csv, line 3, column 'value': found '1,5', expected a number such as 1.5; use a decimal point."
    """
    text = f"{where}: found {found}, expected {expected}"
    return without_hidden(f"{text}; {todo}." if todo else f"{text}.")


def names_file(message: str) -> bool:
    """True for a message that begins with a file of the project.

    >>> names_file("notebooks/x.ipynb: found no file"), names_file("chart: found 'line'")
    (True, False)
    """
    return message.startswith(("data/", "notebooks/", "params/"))


# Name of an error of the system -> what was found, what was expected, what to do. A system lacks some of the names.
_OF_SYSTEM = {
    "EACCES": ("no right to use it", "a place that this user may use", "change its owner or mode, or choose another"),
    "EPERM": ("no right to change it", "a place that this user may use", "change its owner or mode, or choose another"),
    "EROFS": ("a file system that is read only", "one that can be written", "choose another place"),
    "ENOSPC": ("no space left on the disk", "room to write", "make room there, or choose a place on another disk"),
    "EDQUOT": ("the user's quota of the disk used up", "room to write", "remove files, or ask for a larger quota"),
    "EFBIG": ("a file as large as this process may write", "room for the rest", "raise the limit: ulimit -f unlimited"),
    "ENOENT": ("no such file or folder", "it to be there", "make it, or look whether something removed it"),
    "ENOTDIR": ("a file where a folder is needed", "a folder", "remove the file, or choose another place"),
    "EISDIR": ("a folder", "a file", "remove the folder, or choose another name"),
    "EEXIST": ("something of that name already", "nothing there", "remove it, or choose another name"),
    "ENOTEMPTY": ("a folder that something else has filled", "an empty one", "look what writes there, and try again"),
    "ENAMETOOLONG": ("a name too long for the system", "at most 255 bytes", "choose a shorter one"),
    "ELOOP": ("links that lead in a circle", "a file or folder", "remove the links"),
    "EXDEV": ("two file systems", "places on one", "choose both on one disk"),
    "EBUSY": ("something else that uses it", "it to be free", "end what uses it, and try again"),
    "ETXTBSY": ("something else that uses it", "it to be free", "end what uses it, and try again"),
    "EMFILE": ("as many open files as a process may have", "a few more", "raise the limit: ulimit -n 1024"),
    "ENFILE": ("as many open files as the system may have", "a few more", "end other programs, and try again"),
    "EAGAIN": ("no process or memory free", "some for the work", "try again later, or with fewer jobs (-j 1)"),
    "ENOMEM": ("no memory left", "some for the work", "end other programs, or use fewer jobs (-j 1)"),
    "EIO": ("an error of the disk or its connection", "a disk that works", "see the system's log, and check the disk"),
    "ESTALE": ("a network disk that was taken away", "the disk", "mount it again, and try again"),
    "ENODEV": ("a device that is gone", "the device", "connect it, and try again"),
    "ENXIO": ("a device that is gone", "the device", "connect it, and try again"),
    "EINVAL": ("what the system refuses to do there", "an ordinary file or folder", "choose another place"),
    "ENOTSUP": ("what the file system cannot do", "an ordinary disk", "choose another place"),
    "EPIPE": ("a reader that has gone", "one that reads to the end", ""),
    "EADDRINUSE": ("a port that another program uses", "a free one", "choose another port"),
    "ECONNREFUSED": ("no server that answers there", "one", "look whether it runs, and whether the address is right"),
    "ECONNRESET": ("a connection that the other side cut", "an answer", "try again later"),
    "ETIMEDOUT": ("no answer in time", "one", "look whether the network works, and try again"),
    "EHOSTUNREACH": ("no way to that host", "one", "look whether the network works, and try again"),
    "ENETUNREACH": ("no network that leads there", "one", "look whether the network works, and try again"),
}
_BY_NUMBER = {number: told for name, told in _OF_SYSTEM.items() if (number := getattr(errno, name, None))}
_ERRNO = re.compile(r"\[Errno (-?\d+)\] ([^:'\"\n]*)")


def system_cause(error: OSError) -> str:
    """Return what the system found, for a message that has its own place and advice.

    >>> system_cause(OSError(errno.ENOSPC, "No space left on device"))
    'no space left on the disk'
    >>> system_cause(OSError("cannot be done"))
    'cannot be done'
    """
    if told := _BY_NUMBER.get(error.errno or 0):
        return told[0]
    text = error.strerror or " ".join(str(error).split())[:200] or type(error).__name__
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def system_message(error: OSError, where: str = "") -> str:
    """Return the message on an error of the system. ``where``: for one that names no file.

    A file is named with its folder: a full path says who works where, and messages are sent and kept.

    >>> system_message(OSError(errno.EROFS, "Read-only file system", "/home/ann/reports/index.html"))
    'reports/index.html: found a file system that is read only, expected one that can be written; choose another place.'
    """
    named = error.filename2 or error.filename
    place = named.decode(errors="replace") if isinstance(named, bytes) else named
    if isinstance(place, str | PurePath) and str(place):
        where = "/".join(PurePath(place).parts[-2:]).removeprefix("//") or where
    _, expected, todo = _BY_NUMBER.get(error.errno or 0, ("", "the system to do it", ""))
    return explain(where or "the system", system_cause(error), expected, todo)


def message_of(error: Exception) -> str:
    """Return the message of an error on purpose, or of one of the system."""
    return system_message(error) if isinstance(error, OSError) else str(error)


def without_numbers(text: str) -> str:
    """Return a text of others in which errors of the system are words.

    >>> without_numbers("OSError: [Errno 28] No space left on device: 'x.csv'")
    "OSError: no space left on the disk: 'x.csv'"
    """
    return _ERRNO.sub(lambda m: system_cause(OSError(int(m[1]), m[2])), text)


def own_lines(trace: TracebackType | None) -> Iterator[str]:
    """Yield the analyst's lines that led to an error: the line of the notebook's cell, and lines of views."""
    for frame, number in walk_tb(trace):
        module = frame.f_globals.get("__name__", "")
        line = linecache.getline(frame.f_code.co_filename, number).strip()
        if module == "__main__" and line:
            yield f"line {number} of the cell: {line}"
        elif module.startswith("kzreport.views."):
            yield f"line {number} of notebooks/views/{module.rpartition('.')[2]}.py: {line}"


_MOST = 24  # choices that a message lists whole


def one_of(choices: Iterable[object], found: object = "") -> str:
    """Return the choices as a message lists them: a long list is cut, and the choice nearest to ``found`` is suggested.

    >>> one_of(["core_yy", "cpi_yy"], "core_y")
    'one of core_yy, cpi_yy (did you mean core_yy?)'
    >>> one_of(range(100))
    'one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 88 more'
    >>> one_of([])
    'one of none'
    """
    known = list(map(str, choices))
    shown = known if len(known) <= _MOST else known[: _MOST // 2]
    more = f" and {len(known) - len(shown)} more" if len(known) > len(shown) else ""
    return f"one of {', '.join(shown) or 'none'}{more}{did_you_mean(known, found)}"


_BEGUN = 4  # letters of a name that was not typed to its end


def did_you_mean(choices: Iterable[str], found: object) -> str:
    """Return the choice most like ``found``, as a question in brackets; empty if no choice is like it.

    >>> did_you_mean(["titles", "unit"], "title")
    ' (did you mean titles?)'
    >>> did_you_mean(["usd", "usd_tonne"], "usd_t")
    ' (did you mean usd_tonne?)'
    """
    folded = {name.casefold(): name for name in reversed(list(choices))}
    typed = str(found)[:60].casefold()
    begun = sorted((name for name in folded if len(typed) >= _BEGUN and name.startswith(typed)), key=len)
    near = [*begun, *difflib.get_close_matches(typed, folded, 1, 0.65)] if found else ()
    return f" (did you mean {folded[near[0]]}?)" if near else ""


def name_hidden(character: str) -> str:
    """Return the name of a hidden character.

    >>> name_hidden("\\u202e")
    'the invisible character U+202E'
    """
    known = {"\ufeff": "a byte order mark", "\0": "a NUL byte"}
    return known.get(character, f"the invisible character U+{ord(character):04X}")


def without_hidden(text: str) -> str:
    """Return a text whose hidden characters are written as escapes.

    >>> without_hidden("a\\u202eb")
    'a\\\\u202eb'
    """
    return HIDDEN.sub(lambda m: m[0].encode("unicode_escape").decode(), text)


def short_repr(value: object) -> str:
    """Return a value as messages show it: what was given may be a megabyte, or nested a thousand times.

    >>> short_repr("x" * 99), short_repr(None)
    ("'xxxxxxxxxxxxxxxxxxxxxxxxxxx...xxxxxxxxxxxxxxxxxxxxxxxxxxxx'", 'nothing')
    """
    if value is None:  # an empty file, a key without a value
        return "nothing"
    brief = reprlib.Repr()
    brief.maxstring = brief.maxother = brief.maxlong = 60
    try:
        return brief.repr(value)
    except (ValueError, RecursionError):  # an integer of 5,000 digits has no text
        return f"a value of type {type(value).__name__}"
