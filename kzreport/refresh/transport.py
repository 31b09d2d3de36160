"""Replies of any transport, and the checks that tell a reply from an error page.

What belongs here: what the network (:mod:`kzreport.refresh.http`) and recordings (:mod:`kzreport.refresh.replay`) have
in common. What does not: the content of a reply, which its provider reads.
"""

from __future__ import annotations

import email.utils
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from kzreport.errors import DataError, ProviderDown, explain
from kzreport.files import sha256_hex
from kzreport.refresh.provider import Request

# Media types that providers are known to give each form; all but the first are general.
_MEDIA = {
    "json": ("json", "text/plain", "javascript"),
    "csv": ("csv", "text/plain", "octet-stream", "ms-excel"),
    "html": ("html",),
    "xml": ("xml", "rss", "atom", "text/plain"),
    "xlsx": ("spreadsheetml", "octet-stream", "ms-excel", "zip"),
}
_BEGINS: Mapping[str, tuple[bytes, ...]] = {
    "json": (b"{", b"["),
    "xlsx": (b"PK\x03\x04",),
    "html": (b"<",),
    "xml": (b"<",),
}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Answer:
    """A reply and what was said of it.

    - ``content``: its bytes, decompressed
    - ``at``: when it was whole, in UTC
    - ``media``, ``etag``, ``modified``: as its headers say; empty if they do not
    - ``tries``, ``seconds``: that it took
    - ``unchanged``: the provider said that what is kept is still its reply (``content`` is then empty)
    """

    content: bytes
    at: datetime
    status: int = 200
    media: str = ""
    etag: str = ""
    modified: str = ""
    tries: int = 1
    seconds: float = 0.0
    unchanged: bool = False

    @property
    def digest(self) -> str:
        """The SHA-256 of the content."""
        return sha256_hex(self.content)

    @property
    def file_day(self) -> date | None:
        """The day that the server gives the file, if it does."""
        try:
            return email.utils.parsedate_to_datetime(self.modified).astimezone(UTC).date()
        except (TypeError, ValueError, OverflowError):
            return None


@dataclass(frozen=True)
class Kept:
    """Marks of the last kept reply to the same request, to ask for a newer one only."""

    etag: str = ""
    modified: str = ""


class Transport(Protocol):
    """A way of getting the reply to a request."""

    def fetch(self, request: Request, kept: Kept | None = None) -> Answer:
        """Return the reply. Raises :class:`ProviderDown` with the reason."""
        ...


def address_of(request: Request) -> str:
    """Return method, address, parameters and form of a request as one line, without keys: what a ledger may hold.

    >>> address_of(Request("https://x.org/a?b=1", {"c": "2"}, key=("X_KEY", "api_key")))
    'GET https://x.org/a?b=1&c=2'
    """
    query = urlencode(sorted(request.params.items()))
    url = request.url + (("&" if "?" in request.url else "?") + query if query else "")
    form = "" if request.body is None else f" {urlencode(sorted(request.body.items()))}"
    return f"{'GET' if request.body is None else 'POST'} {url}{form}"


def check_address(url: str) -> None:
    """Refuse an address that is not encrypted, or has a user in it; this machine itself may be asked in the clear.

    Raises :class:`DataError`.
    """
    parts = urlsplit(url)
    plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not (parts.scheme == "https" or plain) or not parts.hostname or "@" in parts.netloc or not url.isprintable():
        raise DataError(explain("a request", repr(url[:120]), "an address that starts with https://"))


def key_of(request: Request, environment: Mapping[str, str] = os.environ) -> str:
    """Return the key that a request needs, from the environment; empty if it needs none.

    Raises :class:`ProviderDown` that names the variable which is not set.
    """
    if request.key is None:
        return ""
    found = environment.get(request.key[0], "").strip()
    if not found:
        raise NoKey(explain(request.key[0], "nothing", "the provider's key, in the environment"))
    return found


class NoKey(ProviderDown):
    """A provider gives figures only for a key, and none is set."""


def check_reply(request: Request, media: str, content: bytes) -> None:
    """Refuse a reply that is empty, of another type, or begins as another type does.

    Raises :class:`ProviderDown` with what came and how it begins.
    """
    head = content[:200].removeprefix(_MARK).lstrip()
    found = f"{media or 'no content type'}, {len(content)} bytes that begin {head[:40]!r}" if head else "no content"
    known = not media or any(part in media.lower() for part in _MEDIA[request.expects])
    if request.expects == "csv":
        begins = not head.startswith((b"<", b"{", b"[", b"PK\x03\x04"))
    else:
        begins = head.startswith(_BEGINS[request.expects])
    if not (head and known and begins):
        todo = "see whether the provider has moved it"
        raise ProviderDown(explain(host_of(request), found, f"{request.expects} data", todo))
    if request.expects == "xml":
        _refuse_definitions(request, content)


def _refuse_definitions(request: Request, content: bytes) -> None:
    """Refuse XML with a document type: its entities could grow without end, or name files."""
    text = content.decode("utf-8", "replace").upper()
    found = next((mark for mark in ("\ufffd", "<!DOCTYPE", "<!ENTITY") if mark in text), "")
    if found:
        found = "bytes that are no UTF-8" if found == "\ufffd" else found
        raise ProviderDown(explain(host_of(request), found, "XML in UTF-8 without a document type"))


def host_of(request: Request) -> str:
    """Return the host that a request goes to, as messages name it."""
    return urlsplit(request.url).hostname or "provider"
