"""Files that were read before: a file whose signature is unchanged is not read again.

A signature is what git's index holds of a file: size, times of writing and change in nanoseconds, inode. A file that
was altered with its old time of writing has another time of change, which cannot be set; a copied file has another
inode. What was changed shortly before its signature was recorded may change again unseen, and is read again.

It imports nothing that executes or draws: to find that nothing is to do takes a tenth of a second.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kzreport.errors import DataError
from kzreport.files import read_bytes, write_atomic
from kzreport.machine.strays import is_stray

Signature = list[int]

_NEW = 2_000_000_000  # nanoseconds
_MOST = 50_000_000  # bytes of a record


def signature(about: os.stat_result) -> Signature:
    """Return the size of a file, its times of writing and change in nanoseconds, and its inode."""
    return [about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino]


def is_settled(found: Signature, recorded: int) -> bool:
    """Report whether a file was last changed well before a time in nanoseconds at which its signature was recorded.

    >>> is_settled([1, 10, 10, 7], 3_000_000_000), is_settled([1, 10, 2_999_999_999, 7], 3_000_000_000)
    (True, False)
    """
    return max(found[1:3]) < recorded - _NEW


def walk(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Yield every file and link below a folder with its state. Makes no path for each: this is fast."""
    waiting = [(str(folder), "")]
    while waiting:
        path, above = waiting.pop()
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, f"{above}{entry.name}/"))
                else:
                    yield f"{above}{entry.name}", entry.stat(follow_symlinks=False)


def record_folder(root: Path) -> Path:
    """Return the folder of the records about the editions of a store, outside of all of them."""
    return root / ".work" / "whole"


def read_record(path: Path) -> tuple[Mapping[str, Any], int]:
    """Return a record and the time in nanoseconds at which it was written; an empty one if none can be read.

    The content is not checked: whoever compares it with what is there takes a wrong one for a difference.
    """
    with contextlib.suppress(OSError, DataError, ValueError, RecursionError):
        found = json.loads(read_bytes(path, _MOST))
        if isinstance(found, dict):
            return found, path.stat().st_mtime_ns
    return {}, 0


def write_record(path: Path, content: Mapping[str, Any]) -> None:
    """Write a record; a folder that cannot be written has none, and everything is read each time."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, json.dumps(content, separators=(",", ":")))


# --- editions ----------------------------------------------------------------------------------------------------


def edition_record_path(folder: Path) -> Path:
    """Return the file of the record of an edition."""
    return record_folder(folder.parent.parent) / f"{folder.parent.name}-{folder.name}.json"


def read_edition_record(path: Path) -> tuple[str, Mapping[str, Signature]]:
    """Return the digest of the manifest and the signatures that can be relied on; nothing if there is no record."""
    found, recorded = read_record(path)
    digest, files = found.get("manifest"), found.get("files")
    if not isinstance(digest, str) or not re.fullmatch("[0-9a-f]{64}", digest) or not isinstance(files, dict):
        return "", {}
    return digest, {name: own for name, own in files.items() if is_signature(own) and is_settled(own, recorded)}


def is_as_recorded(folder: Path, digest: str) -> bool:
    """Report whether each file of an edition, its manifest of this digest among them, is as its record has it.

    Nothing is read: an edition without a record, or with one that does not hold, is not known to be whole.
    """
    written_as, seen = read_edition_record(edition_record_path(folder))
    present = {name: signature(about) for name, about in walk(folder) if name in seen or not is_stray(name)}
    return written_as == digest and present == seen


def is_signature(found: object) -> bool:
    """Report whether something read from a record has the shape of a signature."""
    return isinstance(found, list) and len(found) == 4 and all(type(number) is int for number in found)
