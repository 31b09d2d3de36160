"""The record of the last run of each definition, under ``.work/ended/``: the source of ``kzreport status``.

``run.json`` is the log of the last run that made pages, of any definition. This record is written by every run, also by
one that had nothing to do or failed at once; not by one that met another at work, whose record is to come.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from kzreport.editions.log import RunLog
from kzreport.editions.store import Store
from kzreport.errors import DataError, KzreportError
from kzreport.files import read_bytes, write_atomic

FOLDER = ".work/ended"


class Ended(BaseModel):
    """The end of a run: when (UTC), its exit code, the editions that it made, its first errors."""

    model_config = ConfigDict(frozen=True)

    ended: Annotated[str, Field(max_length=40)]
    exit_code: Annotated[int, Field(ge=0, le=255)]
    made: list[str] = []
    errors: list[str] = []


def record_end(store: Store, log: RunLog, code: int, errors: list[str]) -> None:
    """Write the record of a run. If that fails the run ends as it would have.

    A first run that was refused for its input leaves nothing, so no folder is made for a record.
    """
    if not (store.root / ".work").is_dir():
        return
    path = store.root / FOLDER / f"{log.definition}.json"
    about = Ended(
        ended=datetime.now(UTC).isoformat(timespec="seconds"),
        exit_code=code,
        made=sorted(log.made),
        errors=[error[:500] for error in errors[:3]],
    )
    with contextlib.suppress(OSError, KzreportError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, about.model_dump_json(indent=1) + "\n")
        store.put(path)


def read_end(store: Store, definition: str) -> Ended | None:
    """Return the record of the last run of a definition; ``None`` without a readable record."""
    path = store.root / FOLDER / f"{definition}.json"
    try:
        store.fetch(path)
        return Ended.model_validate_json(read_bytes(path))
    except (OSError, DataError, ValueError):
        return None
