"""Redaction: secrets are kept out of everything that is printed, logged or written; addresses are shortened.

An address is shown as scheme, host and path: its user, password, query and fragment may be secrets. What an option or
the environment gave is remembered too (:func:`keep_secret`), since a library repeats parts of it in its own words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, quote_plus, unquote, unquote_plus

_HIDDEN = "..."
# A scheme has two letters at least: C:/ is a disk. Path objects leave one slash of two.
_SCHEME = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]+::)*[A-Za-z][A-Za-z0-9+.-]+:/+")
_ADDRESS = re.compile(r"(?P<scheme>\b[A-Za-z][A-Za-z0-9+.-]+:/{1,3})(?P<rest>[^\s\"'<>]*)")
_USER = re.compile(r"[^\s/:@\"']+:[^\s@\"']+@")  # user:password@ without a scheme before it
_PAIR = re.compile(r"[?&;#]([^=&;#\s]+)=([^&;#\s]+)")
_NAMES = re.compile(r"(?i)(^|_)(KEY|APIKEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|SAS)(_|$)")
_PLAIN = re.compile(r"[0-9.,:-]{1,10}|true|false|none|null", re.IGNORECASE)  # a date, a number: no secret
_GIVEN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/{1,3}(\S*)|(\S+:\S+@\S*)")
_LONGEST = 5_000  # characters of a line, or of a word that may be an address
_SHORTEST = 4  # characters of a secret that is hidden wherever it stands

_secrets: set[str] = set()


def shown_address(address: str) -> str:
    """Return an address without user, password, query, fragment, and without a slash at its end.

    >>> shown_address("https://user:pass/word@host/reports/?sig=abc#x")
    'https://host/reports'
    >>> shown_address("s3://bucket/reports")
    's3://bucket/reports'
    """
    found = _SCHEME.match(address.strip())
    scheme, rest = (found[0], address.strip()[found.end() :]) if found else ("", address.strip())
    return (scheme + re.split(r"[?#]", rest.rpartition("@")[2], maxsplit=1)[0]).rstrip("/")


def redact(text: str) -> str:
    """Return a text with every address in it as :func:`shown_address` shows it, and without remembered secrets.

    >>> redact("no answer: url='https://u:p@host/a?key=1', tried twice")
    "no answer: url='https://host/a', tried twice"
    """

    return "\n".join(_redact_line(line) for line in hide_secrets(text).split("\n"))


def _redact_line(line: str) -> str:
    """Shorten the addresses of a line; a very long line is cut: a search in it takes too long."""

    def short(found: re.Match[str]) -> str:
        rest = found["rest"]
        tail = rest[len(rest.rstrip(".,;:)]}")) :]  # of the sentence
        kept = rest[: len(rest) - len(tail)]
        shown = shown_address(found["scheme"] + kept)
        return shown + ("/" if kept.endswith("/") and not shown.endswith("/") else "") + tail

    if len(line) > _LONGEST:
        line = line[:_LONGEST] + _HIDDEN
    return _USER.sub(f"{_HIDDEN}@", _ADDRESS.sub(short, line))


def hide_secrets(text: str) -> str:
    """Return a text without remembered secrets; addresses of others, such as sources, stay whole."""
    for secret in sorted(_secrets, key=len, reverse=True):
        if secret in text:
            text = text.replace(secret, _HIDDEN)
    return text


def keep_secret(*values: str, shortest: int = _SHORTEST) -> None:
    """Remember secrets of at least ``shortest`` characters, as they are and as an address would write them."""
    for value in values:
        forms = {value, quote(value), quote(value, safe=""), quote_plus(value), unquote(value), unquote_plus(value)}
        _secrets.update(form for form in forms if len(form) >= shortest and not _PLAIN.fullmatch(form))


def keep_secrets_of(option: str) -> None:
    """Remember the secret parts of an address, or of the addresses in a command."""
    for found in (f for w in option.split() if len(w) <= _LONGEST for f in _GIVEN.finditer(w)):
        rest = found[1] if found[1] is not None else found[2]
        before, at, after = rest.rpartition("@")
        if at:
            user, _, password = before.partition(":")
            keep_secret(before + at, password)
            if password:
                keep_secret(f"{user}:")
            else:
                keep_secret(user)
        marks = re.search(r"[?#].*", after, re.DOTALL)
        if marks:
            keep_secret(marks[0][1:])
            for name, value in _PAIR.findall(marks[0]):
                keep_secret(f"{name}={value}", value)


def keep_secrets_of_environment(environment: Mapping[str, str]) -> None:
    """Remember the values of variables whose names say that they are secret, and those that are addresses."""
    for name, value in environment.items():
        if _NAMES.search(name):
            keep_secret(value.strip(), shortest=6)  # a variable may hold a word of ours
        elif name.startswith(("KZREPORT_", "DASK_")) or name.lower().endswith("_proxy"):
            keep_secrets_of(value)


def forget_secrets() -> None:
    """Forget what was remembered: the next command has other options."""
    _secrets.clear()
