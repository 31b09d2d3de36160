"""The package's errors, and the rule their messages follow.

Every message says, in this order: where (file, line, column or key), what was found, what was expected, and what
to do. Nothing here prints or exits; :mod:`kzreport.commands.cli` turns these errors into exit codes.
"""

from __future__ import annotations

import re
import reprlib

# Control characters but tab and line ends, marks of direction, separators of lines, lone surrogates, a byte order mark.
HIDDEN = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff\\ufeff]"
)


class KzreportError(Exception):
    """Base of all errors raised on purpose. ``exit_code`` is what the command line returns for it."""

    exit_code = 1


class InputError(KzreportError):
    """Something the user gave is wrong (data, parameter, definition, words, notebook): nothing was run."""

    exit_code = 2


class DataError(InputError):
    """A table or its descriptor in ``data/`` is broken, or a series was asked for that does not exist."""


class ParameterError(InputError):
    """A parameter or a report definition has an unknown name, a wrong type or an impossible value."""


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


def explain(where: str, found: object, expected: str, todo: str = "") -> str:
    """Put the four parts of a message in their order; what a terminal would obey, or not show, is written as escapes.

    >>> explain("data/x.csv, line 3, column 'value'", "'1,5'", "a number such as 1.5", "use a decimal point")
    "data/x.csv, line 3, column 'value': found '1,5', expected a number such as 1.5; use a decimal point."
    """
    text = f"{where}: found {found}, expected {expected}"
    return without_hidden(f"{text}; {todo}." if todo else f"{text}.")


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
