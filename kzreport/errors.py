"""The package's errors, and the rule their messages follow.

Every message says, in this order: where (file, line, column or key), what was found, what was expected, and what
to do. Nothing here prints or exits; :mod:`kzreport.commands.cli` turns these errors into exit codes.
"""

from __future__ import annotations

import contextlib
import difflib
import linecache
import re
import reprlib
from collections.abc import Iterable, Iterator
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
    """A notebook has not the shape that a page needs."""


class BasisError(KzreportError):
    """Two figures of different unit, basis or frequency were put together."""


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
    """Put the four parts of a message in their order; what a terminal would obey, or not show, is written as escapes.

    >>> explain("data/x.csv, line 3, column 'value'", "'1,5'", "a number such as 1.5", "use a decimal point")
    "data/x.csv, line 3, column 'value': found '1,5', expected a number such as 1.5; use a decimal point."
    """
    text = f"{where}: found {found}, expected {expected}"
    return without_hidden(f"{text}; {todo}." if todo else f"{text}.")


def own_lines(trace: TracebackType | None) -> Iterator[str]:
    """Yield the lines of an analyst that led to an error: that of the notebook's cell, and those of views."""
    for frame, number in walk_tb(trace):
        module = frame.f_globals.get("__name__", "")
        line = linecache.getline(frame.f_code.co_filename, number).strip()
        if module == "__main__" and line:
            yield f"line {number} of the cell: {line}"
        elif module.startswith("kzreport.views."):
            yield f"line {number} of notebooks/views/{module.rpartition('.')[2]}.py: {line}"


_MOST = 24  # choices that a message lists whole


def one_of(choices: Iterable[object], found: object = "") -> str:
    """Return the choices as a message lists them: a long list is cut, and what ``found`` comes near to is named.

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


def did_you_mean(choices: Iterable[str], found: object) -> str:
    """Return the choice that ``found`` comes near to, as a question in brackets; empty if there is none.

    >>> did_you_mean(["titles", "unit"], "title")
    ' (did you mean titles?)'
    """
    folded = {name.casefold(): name for name in reversed(list(choices))}
    near = difflib.get_close_matches(str(found)[:60].casefold(), folded, 1, 0.7) if found else ()
    return f" (did you mean {folded[near[0]]}?)" if near else ""


def without_hidden(text: str) -> str:
    """Return a text whose hidden characters are written as escapes.

    >>> without_hidden("a\\u202eb")
    'a\\\\u202eb'
    """
    return HIDDEN.sub(lambda m: m[0].encode("unicode_escape").decode(), text)


def short_repr(value: object) -> str:
    """A value as messages show it: what was given may be a megabyte, or nested a thousand times."""
    brief = reprlib.Repr()
    brief.maxstring = brief.maxother = brief.maxlong = 60
    try:
        return brief.repr(value)
    except (ValueError, RecursionError):  # an integer of 5,000 digits has no text
        return f"a value of type {type(value).__name__}"
