"""Readers of options' values, shared by the command line and the settings of runs.

Each takes text and returns the value. For text of another form it raises :class:`argparse.ArgumentTypeError` that says
what was expected.
"""

from __future__ import annotations

import argparse
import os
import re
import sys


def given(text: str) -> str:
    """Return a text that is not empty: an empty one is a variable that a script did not set."""
    if not text.strip():
        raise argparse.ArgumentTypeError(f"{text[:40]!r}: expected a value (is a variable of the script empty?)")
    if not text.isprintable():
        expected = "expected plain characters (has the script line ends of Windows, or a copied hard space?)"
        raise argparse.ArgumentTypeError(f"{text[:40]!r}: {expected}")
    return text


# Start of a path that would make a folder of a strange name -> what was meant.
_NO_PATHS = {
    r"~": "the name of a user after '~', or ./~NAME",
    r"\$\{?[A-Za-z_]|%[A-Za-z_]+%": "what the variable holds, not its name; for a folder of that name ./NAME",
    r"[A-Za-z][A-Za-z0-9+.-]+:/(?!/)": "two slashes, as in s3://bucket; for a folder of that name ./NAME",
    r"[A-Za-z]:[\\/]": "a path of this system, not of Windows; for a folder of that name ./NAME",
}


def place(text: str) -> str:
    """Return a path or an address; ``~`` at its start is the home of a user also where the shell has left it."""
    found = os.path.expanduser(given(text))  # noqa: PTH111  # an address is no path
    for start, expected in _NO_PATHS.items():
        if re.match(start, found) and not (os.name == "nt" and "Windows" in expected):
            raise argparse.ArgumentTypeError(f"{text[:40]!r}: expected {expected}")
    return found


def folder(text: str) -> str:
    """Return the place of a folder: as :func:`place`, but no ``-``, which stands for standard output elsewhere."""
    if text.strip() == "-":
        raise argparse.ArgumentTypeError(f"{text!r}: expected a folder or an address")
    return place(text)


def codes(text: str) -> list[str]:
    """Return a list of codes, such as of languages.

    >>> codes("fr,en")
    ['fr', 'en']
    """
    return [code.strip() for code in given(text).split(",")]


def count(text: str) -> int:
    """Return a number from 1 to 256."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a number from 1 to 256")
    return int(text)


def base_url(text: str) -> str:
    """Return the address of a site, without a slash at its end."""
    if not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+(/[\w.~%/-]*)?", text, re.ASCII):
        raise argparse.ArgumentTypeError("expected an address such as https://example.org/reports")
    return text.rstrip("/")


def names(text: str) -> tuple[str, ...]:
    """Return names that commas separate."""
    return tuple(name.strip() for name in text.split(","))


def days(text: str) -> int:
    """Return a number of days from 1 to 1000."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a number from 1 to 1000")
    return int(text)


def port(text: str) -> int:
    """Return the number of a port."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a number from 1 to 65535")
    return int(text)


def seconds(text: str) -> float:
    """Return a number of seconds above 0."""
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]+)?", text) or not float(text):
        raise argparse.ArgumentTypeError(f"{text!r}: expected seconds, such as 90")
    return float(text)


def size(text: str) -> int:
    """Return a size in bytes, from text such as 2G."""
    if not re.fullmatch(r"[1-9][0-9]{0,5}[MG]", text) or sys.platform != "linux":
        expected = "such as 500M or 2G" if sys.platform == "linux" else "none on this system, only on Linux"
        raise argparse.ArgumentTypeError(f"{text!r}: expected a size, {expected}")
    return int(text[:-1]) * {"M": 10**6, "G": 10**9}[text[-1]]


def executor(text: str) -> str:
    """Return host and port of the scheduler of a Dask cluster."""
    if not re.fullmatch(r"dask://[^\s/@?#]+:[0-9]{1,5}", text):
        raise argparse.ArgumentTypeError(f"{text!r}: expected dask://HOST:PORT, such as dask://localhost:8786")
    return text.removeprefix("dask://")
