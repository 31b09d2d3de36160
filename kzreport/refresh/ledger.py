"""The ledger of requests, and the raw replies: ``data/raw/fetches.jsonl`` and ``data/raw/PROVIDER/``.

A line for each request: time, address without keys, status, digest of the reply, outcome. A reply is kept by its
content if it led to anything; a large one by its digest alone.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from kzreport.console.redaction import redact
from kzreport.errors import DataError, explain, short_repr
from kzreport.files import read_text, sha256_hex, shown_path
from kzreport.refresh.provider import Request
from kzreport.refresh.transport import Answer, Kept, address_of

_LEDGER = "raw/fetches.jsonl"
_SMALL = 1_000_000  # bytes of a packed reply that is kept
_LARGE = 500_000_000  # bytes of a reply as it came
_NOTHING_NEW = "nothing new"

_Header = Annotated[str, Field(max_length=300, pattern=r"^[\x20-\x7e]*$")]


class _Line(BaseModel):
    """The part of a line that is read again: a request, whose reply may be kept, or a decision of a person."""

    model_config = ConfigDict(strict=True, frozen=True)
    address: Annotated[str, Field(max_length=10_000)] = ""
    raw: Annotated[str, Field(pattern=r"^(raw/[a-z0-9_]+/[0-9a-f]{2}/[0-9a-f]{64}\.gz)?$")] = ""
    sha256: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""
    etag: _Header = ""
    modified: _Header = ""


class Ledger:
    """The record of earlier requests, and of those that this refresh adds.

    Parameters
    ----------
    data
        The folder ``data/`` of the project.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        path = data / _LEDGER
        self._before = read_text(path, 500_000_000) if path.exists() else ""
        self._last: dict[str, _Line] = {}
        for number, line in enumerate(self._before.splitlines(), 1):
            try:
                about = _Line.model_validate_json(line)
            except (ValueError, RecursionError):
                found = short_repr(redact(line))
                todo = "restore the file from version control"
                raise DataError(explain(f"{shown_path(path)}, line {number}", found, "a request", todo)) from None
            if about.raw:
                self._last[about.address] = about
        self._lines: list[str] = []
        self._raw: dict[str, bytes] = {}

    def kept(self, request: Request) -> tuple[Kept, bytes] | None:
        """Return the headers that ask for a newer reply, and the reply that is kept; ``None`` without a reply."""
        about = self._last.get(address_of(request))
        if not about or not (about.etag or about.modified):
            return None
        try:
            with gzip.open(self._data / about.raw) as f:
                content = f.read(_LARGE + 1)
        except (OSError, EOFError, zlib.error):  # it is gone, or damaged: the whole reply is asked for
            return None
        if len(content) > _LARGE or sha256_hex(content) != about.sha256:
            return None
        return Kept(about.etag, about.modified), content

    def add(
        self, provider: str, series: Iterable[str], request: Request, answer: Answer | None, outcome: str, why: str = ""
    ) -> None:
        """Record a request and its result: an outcome such as ``new figures``, and the reason of a failure."""
        line: dict[str, Any] = {"address": address_of(request), "provider": provider, "series": sorted(series)}
        if answer:
            line = {"at": answer.at.isoformat().replace("+00:00", "Z"), **line, "status": answer.status}
            line |= {k: v for k in ("media", "etag", "modified") if (v := getattr(answer, k))}
            line |= {"bytes": len(answer.content), "sha256": answer.digest, "tries": answer.tries}
            line["seconds"] = answer.seconds
            if outcome != _NOTHING_NEW and (name := self._keep(provider, answer)):
                line["raw"] = name
        line |= {"outcome": outcome} | ({"why": why} if why else {})
        self._lines.append(json.dumps(line, ensure_ascii=False))

    def note(self, event: str, series: str, words: str, day: date) -> None:
        """Record a person's decision on a series: ``accepted`` a change, with the reason, or made a ``backfill``."""
        line = {"at": day.isoformat(), "event": event, "series": series, "why": words}
        self._lines.append(json.dumps(line, ensure_ascii=False))

    def _keep(self, provider: str, answer: Answer) -> str:
        """Keep a small reply; return its path below ``data/``. The same content gives the same file."""
        packed = gzip.compress(answer.content, mtime=0)
        if len(packed) > _SMALL:
            return ""
        name = f"raw/{provider}/{answer.digest[:2]}/{answer.digest}.gz"
        if not (self._data / name).exists():
            self._raw[name] = packed
        return name

    def files(self) -> dict[str, bytes]:
        """Return the files that this refresh adds or changes: path below ``data/`` -> content."""
        if not self._lines:
            return {}
        return {**self._raw, _LEDGER: (self._before + "".join(f"{line}\n" for line in self._lines)).encode()}
