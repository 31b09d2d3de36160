"""Recordings of replies: ``--record DIR`` makes one where there is internet; ``--replay DIR`` answers from it.

A recording is a folder with ``recording.json`` (the day, and for each request its address without keys and what was
said of the reply) and the replies, each under its digest.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from kzreport.days import read_day
from kzreport.errors import ParameterError, ProviderDown, explain
from kzreport.files import read_json, write_atomic
from kzreport.refresh.provider import Request
from kzreport.refresh.transport import Answer, Kept, Transport, address_of, check_reply, host_of

_LIST = "recording.json"
_HEADERS = ("media", "etag", "modified")


class Recorder:
    """A transport that keeps what another one gets.

    Parameters
    ----------
    inner
        The transport that is asked.
    folder
        New or empty.
    today
        The day, which a replay takes for today.
    """

    def __init__(self, inner: Transport, folder: Path, today: date) -> None:
        if folder.exists() and any(folder.iterdir()):
            raise ParameterError(explain("--record", f"files in {folder.name}/", "a new or an empty folder"))
        folder.mkdir(parents=True, exist_ok=True)
        self._inner, self._folder, self._today = inner, folder, today
        self._replies: dict[str, dict[str, Any]] = {}

    def fetch(self, request: Request, kept: Kept | None = None) -> Answer:
        """Return the whole reply, and keep it; a failure is kept too. Raises as the other transport."""
        about: dict[str, Any] = {}
        try:
            answer = self._inner.fetch(request)
            name = f"{answer.digest}.raw"
            write_atomic(self._folder / name, answer.content)
            about = {"at": answer.at.isoformat(), "file": name, "status": answer.status}
            about |= {k: v for k in _HEADERS if (v := getattr(answer, k))}
            return answer
        except ProviderDown as e:
            about = {"down": str(e)}
            raise
        finally:
            if about:
                self._replies[address_of(request)] = about
                text = json.dumps({"day": self._today.isoformat(), "replies": self._replies}, indent=1)
                write_atomic(self._folder / _LIST, text + "\n")


class Replay:
    """A transport that answers from a recording. ``day``: the day of the recording."""

    def __init__(self, folder: Path) -> None:
        if not (folder / _LIST).is_file():
            raise ParameterError(explain("--replay", f"no {_LIST} in {folder.name}/", "a folder made by --record"))
        raw = read_json(folder / _LIST)
        try:
            self.day = read_day(raw["day"])
            self._replies: dict[str, dict[str, Any]] = dict(raw["replies"])
        except (KeyError, TypeError, ValueError):
            raise ParameterError(explain(f"{folder.name}/{_LIST}", "another form", "a recording")) from None
        self._folder = folder

    def fetch(self, request: Request, kept: Kept | None = None) -> Answer:
        """Return the recorded reply. Raises :class:`ProviderDown` without a reply, or if a failure was recorded."""
        about = self._replies.get(address_of(request))
        if about is None:
            found = f"no reply to {address_of(request)}"
            raise ProviderDown(explain(host_of(request), found, f"one in {self._folder.name}/"))
        if "down" in about:
            raise ProviderDown(str(about["down"]))
        path = self._folder / Path(str(about["file"])).name
        content = path.read_bytes()
        if len(content) > request.most:
            raise ProviderDown(explain(host_of(request), f"{len(content)} bytes", f"at most {request.most}"))
        answer = Answer(content, datetime.fromisoformat(about["at"]), int(about.get("status", 200)))
        media, etag, modified = (str(about.get(k, "")) for k in _HEADERS)
        answer = replace(answer, media=media, etag=etag, modified=modified)
        check_reply(request, answer.media, content)
        return answer
