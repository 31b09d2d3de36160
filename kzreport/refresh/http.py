"""Requests over the network, bounded in size and time: the only module that touches it.

Certificates are always verified, against those that the system trusts. A redirect to another host is refused: it would
be another publisher. Keys go from the environment into the request and nowhere else.
"""

from __future__ import annotations

import contextlib
import logging
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
import stamina
import stamina.instrumentation
import truststore

from kzreport.errors import ProviderDown, explain, without_numbers
from kzreport.refresh.provider import Request
from kzreport.refresh.transport import Answer, Kept, check_address, check_reply, host_of, key_of

_T = TypeVar("_T")
_TRIES = 3
_TOTAL = 1800.0  # seconds that all requests of a refresh may take together
_MOST_TOGETHER = 500_000_000  # bytes that all replies may have together
_REDIRECTS = 3
_QUIET = httpx.Timeout(20.0, connect=10.0)  # seconds without a byte; without a connection
_AGENT = "kzreport (statistical report; a few requests a day)"

for _name in ("httpx", "httpcore"):  # at INFO they would write addresses, and so keys, into a log
    logging.getLogger(_name).setLevel(logging.WARNING)
stamina.instrumentation.set_on_retry_hooks([])


class _OutOfTime(ProviderDown):
    """No whole reply from a host when the time for it was over."""

    def __init__(self, host: str) -> None:
        super().__init__(
            explain(host, "no whole reply when the time for it was over", "a reply in time", "try again later")
        )


class _Again(ProviderDown):
    """A failure that may pass. ``wait``: seconds that the provider asked for."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class HttpTransport:
    """The network, for the time of one refresh.

    Parameters
    ----------
    deadline
        Seconds that one request may take, its three tries and the waiting between them included.
    say
        Takes a line about a try that failed.
    """

    def __init__(
        self,
        deadline: float = 90.0,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._deadline = deadline
        self._end = time.monotonic() + _TOTAL
        self._left = _MOST_TOGETHER
        self._say = say
        self._trust = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._failures: dict[str, int] = {}

    def fetch(self, request: Request, kept: Kept | None = None) -> Answer:
        """Return the reply to a request. Raises :class:`ProviderDown` with the reason.

        A host that was down twice in this refresh is not asked again.
        """
        check_address(request.url)
        host, began = host_of(request), time.monotonic()
        if self._failures.get(host, 0) >= 2:
            raise ProviderDown(explain(host, "no answer twice in this refresh", "a provider that is up"))
        end = min(began + self._deadline, self._end)
        key, tries, before = key_of(request), 0, ""

        def again(error: Exception) -> bool | float:
            if not isinstance(error, _Again) or tries >= _TRIES:
                return False
            left = end - time.monotonic()
            if error.wait is not None and error.wait >= left:
                return False
            if left < 1:
                return False
            nonlocal before
            before = str(error)
            self._say(f"{error} Trying again.")
            return True if error.wait is None else error.wait

        try:
            for attempt in stamina.retry_context(
                on=again, attempts=_TRIES, timeout=None, wait_initial=0.5, wait_max=8.0, wait_jitter=1.0
            ):
                with attempt:
                    tries += 1
                    answer = _within(end, host, lambda: self._once(request, key, kept, end))
        except ProviderDown as e:
            self._failures[host] = self._failures.get(host, 0) + isinstance(e, _Again)
            # That a second try took too long says less than what was wrong with the first.
            raise ProviderDown(before if before and isinstance(e, _OutOfTime) else str(e)) from None
        self._left -= len(answer.content)
        if answer.unchanged and not (kept and (kept.etag or kept.modified)):
            raise ProviderDown(explain(host, "status 304, no change, where nothing was kept", "200 and the data"))
        if not answer.unchanged:
            check_reply(request, answer.media, answer.content)
        return Answer(**{**vars(answer), "tries": tries, "seconds": round(time.monotonic() - began, 1)})

    def _once(self, request: Request, key: str, kept: Kept | None, end: float) -> Answer:
        """Send a request once and follow its redirects; no message holds an address with a key."""
        host = host_of(request)
        headers = {"User-Agent": _AGENT, "Accept-Encoding": "gzip", **request.headers}
        if kept and kept.etag:
            headers["If-None-Match"] = kept.etag
        if kept and kept.modified:
            headers["If-Modified-Since"] = kept.modified
        params = {**request.params, **({request.key[1]: key} if request.key else {})}
        url = httpx.URL(request.url).copy_merge_params(params) if params else httpx.URL(request.url)
        with httpx.Client(verify=self._trust, timeout=_QUIET, follow_redirects=False) as client:
            for _ in range(_REDIRECTS + 1):
                try:
                    method = "GET" if request.body is None else "POST"
                    with client.stream(method, url, headers=headers, data=request.body) as reply:
                        if not reply.has_redirect_location:
                            return self._read(request, reply, end)
                        url = _followed(url, reply.headers["location"], host)
                except httpx.HTTPError as e:
                    found = _reason(e, key)
                    error = ProviderDown if "certificate" in found.lower() else _Again
                    raise error(explain(host, found, "a reply")) from None
        raise ProviderDown(explain(host, f"more than {_REDIRECTS} redirects", "a reply"))

    def _read(self, request: Request, reply: httpx.Response, end: float) -> Answer:
        """Return a reply whose status is fine, within the bounds of size and time."""
        host, now = host_of(request), datetime.now(UTC).replace(microsecond=0)
        headers = {k: reply.headers.get(k, "") for k in ("content-type", "etag", "last-modified")}
        about = {
            "status": reply.status_code,
            "media": headers["content-type"].partition(";")[0].strip(),
            "etag": headers["etag"][:200],
            "modified": headers["last-modified"][:60],
        }
        if reply.status_code == 304:
            return Answer(b"", now, **about, unchanged=True)
        if reply.status_code == 429 or reply.status_code >= 500:
            wait = _retry_after(reply.headers, now)
            asked = f", and the wish to wait {wait:.0f} s" if wait is not None else ""
            raise _Again(explain(host, f"status {reply.status_code}{asked}", "a reply"), wait)
        if reply.status_code != 200:
            raise ProviderDown(explain(host, f"status {reply.status_code}", "200 and the data"))
        most = min(request.most, self._left)
        content = bytearray()
        for part in reply.iter_bytes(65536):
            content += part
            if len(content) > most:
                raise ProviderDown(explain(host, f"a reply of more than {most} bytes", "a smaller one"))
            if time.monotonic() > end:
                raise _OutOfTime(host)
        return Answer(bytes(content), now, **about)


def _followed(url: httpx.URL, location: str, host: str) -> httpx.URL:
    """Return where a redirect leads: the same host, not less encrypted. The key in the address is not sent on."""
    target = url.join(location)
    same = target.host == url.host and (target.scheme == url.scheme or target.scheme == "https")
    if not same or target.userinfo:
        found = f"a redirect to {target.scheme}://{target.host}"
        todo = "if the provider has moved, change the address in its module"
        raise ProviderDown(explain(host, found, "a reply of the same host", todo))
    return target


def _retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that a provider asks to wait, from a number or a date."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 8:
        return float(text)
    with contextlib.suppress(TypeError, ValueError):
        return max((parsedate_to_datetime(text) - now) / timedelta(seconds=1), 0.0)
    return None


def _reason(error: Exception, key: str) -> str:
    """Return what happened, without the key that an address may have had."""
    kinds = {
        "ConnectTimeout": "no connection within 10 s",
        "ReadTimeout": "no byte for 20 s",
        "RemoteProtocolError": "a reply that was cut or is no HTTP",
        "DecodingError": "a reply whose compression is broken",
    }
    text = without_numbers(str(error).replace(key, "...") if key else str(error))
    kind = kinds.get(type(error).__name__, "")
    return " ".join(f"{kind} ({text[:200]})".split()) if kind and text else kind or text[:200] or type(error).__name__


def _within(end: float, host: str, work: Callable[[], _T]) -> _T:
    """Return what ``work`` does, if it is done in time: else it is left behind in its thread.

    A name server that does not answer, or a header of one byte a second, is under no timeout of the client.
    """
    results: list[_T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as e:  # reported to the caller
            errors.append(e)

    thread = threading.Thread(target=run, daemon=True, name=f"fetch {host}")
    thread.start()
    thread.join(max(end - time.monotonic(), 0.01))
    if errors:
        raise errors[0]
    if not results:
        raise _OutOfTime(host)
    return results[0]
