"""Recordings of replies: ``--record DIR`` makes one where there is internet; ``--replay DIR`` answers from it.

A recording is a folder with ``recording.json`` (the day, and for each request its address without keys and what was
said of the reply) and the replies, each under its digest.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from kzreport.errors import DataError, ParameterError, ProviderDown, explain, system_cause
from kzreport.files import read_bytes, read_json, sha256_hex, write_atomic
from kzreport.project.strict import Day, StrictModel, strict_model
from kzreport.refresh.provider import Request
from kzreport.refresh.transport import Answer, Kept, Transport, address_of, check_reply, host_of

_LIST = "recording.json"
_HEADERS = ("media", "etag", "modified")


class _Reply(StrictModel):
    """The record of a request: its reply, or the reason why there was none."""

    at: datetime = Field(default=datetime.min, strict=False)
    file: Annotated[str, Field(pattern=r"^([0-9a-f]{64}\.raw)?$")] = ""
    status: int = 200
    media: str = ""
    etag: str = ""
    modified: str = ""
    down: str = ""


class _Recording(StrictModel):
    """The list of a recording."""

    day: Day
    replies: dict[str, _Reply]


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
        try:
            folder.mkdir(parents=True, exist_ok=True)
            found = f"files in {folder.name}/" if any(folder.iterdir()) else ""
        except (OSError, ValueError) as e:  # a NUL in its name is no error of the system
            found = f"{folder.name}: {system_cause(e) if isinstance(e, OSError) else e}"
        if found:
            raise ParameterError(explain("--record", found, "a new or an empty folder"))
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
        about = strict_model(_Recording, read_json(folder / _LIST), f"{folder.name}/{_LIST}")
        self.day, self._replies, self._folder = about.day, about.replies, folder
        if empty := [address for address, reply in self._replies.items() if not (reply.down or reply.file)]:
            where = f"{folder.name}/{_LIST}, {empty[0][:80]}"
            todo = "record it again"
            raise DataError(explain(where, "neither 'file' nor 'down'", "a reply, or why it failed", todo))

    def fetch(self, request: Request, kept: Kept | None = None) -> Answer:
        """Return the recorded reply. Raises :class:`ProviderDown` without a reply, or if a failure was recorded."""
        about = self._replies.get(address_of(request))
        if about is None:
            found = f"no reply to {address_of(request)}"
            raise ProviderDown(explain(host_of(request), found, f"one in {self._folder.name}/"))
        if about.down:
            raise ProviderDown(about.down)
        content = read_bytes(self._folder / about.file, request.most)
        if about.file != f"{sha256_hex(content)}.raw":
            where, todo = f"{self._folder.name}/{about.file}", "record it again"
            raise DataError(explain(where, "other bytes than were recorded", "the reply as it came", todo))
        said = {name: getattr(about, name) for name in _HEADERS}
        answer = Answer(content, about.at, about.status, **said)
        check_reply(request, answer.media, content)
        return answer
