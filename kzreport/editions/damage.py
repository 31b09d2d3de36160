"""Damage to editions: files missing, added or altered since they were written; and what other programs left there.

An edition is what was written, or it is not there. Each file of a finished edition is read once; a record outside of
the edition then says by size, times and inode that it is the same file still, as git's index does. A file whose record
does not hold is read again, so one that was altered with its old time is found: its time of change cannot be set.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass

from kzreport.editions.manifest import EDITION_NAME, MANIFEST, manifest_digest, read_manifest
from kzreport.editions.store import Store, list_editions
from kzreport.errors import DataError
from kzreport.files import read_bytes, sha256_hex, write_atomic

# Names that other programs leave in folders: file managers, editors, JupyterLab, synchronisers.
_STRAY = re.compile(
    r"\.DS_Store|Thumbs\.db|desktop\.ini|\._.*|.*~|\.~lock\..*#|#.*#|\..*\.sw[a-p]|\.ipynb_checkpoints|__MACOSX|\.directory"
    r"|\.sync.*|\.stfolder|.*\.(bak|orig|tmp|part|crdownload)|.* \(\d+\)(\.\w+)?|.* ?[-(] ?(copy|copie|Copy|Copie)\b.*"
    r"|(Copy of|Copie de) .*|.*conflicted copy.*"
)
_NEW = 2_000_000_000  # nanoseconds: a file changed so shortly before its record was made may change again unseen


@dataclass(frozen=True, config=ConfigDict(strict=True))
class _Record:
    """The digest of an edition's manifest, and of each file that was read: size, times of writing and change, inode."""

    manifest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    files: Mapping[str, Annotated[list[int], Field(min_length=4, max_length=4)]]


_RECORD: TypeAdapter[_Record] = TypeAdapter(_Record)


def list_damage(folder: Path, store: Store) -> list[str]:
    """List what is wrong with an edition: files missing, added or altered, links, another manifest than was written.

    A file whose record still holds is not read. Files that other programs left are no damage: see :func:`list_strays`.
    Raises :class:`PageError` if the manifest cannot be read.
    """
    files = read_manifest(folder)["files"]
    path = _record_path(folder)
    record = _read_record(path)
    present = {name: about for name, about in _walk(folder) if name in files or not _is_stray(name)}
    digest = manifest_digest(folder)
    present.pop(MANIFEST, None)
    lines = [f"{MANIFEST}: altered"] if record and record.manifest != digest else []
    lines += [f"{name}: missing" for name in sorted(set(files) - set(present))]
    lines += [f"{name}: not in the manifest" for name in sorted(set(present) - set(files))]
    seen = record.files if record else {}
    held: dict[str, list[int]] = {}
    for name in sorted(set(present) & set(files)):
        about = present[name]
        if not stat.S_ISREG(about.st_mode):
            lines.append(f"{name}: not a regular file")
        elif not store.is_blank(about):
            held[name] = _signature(about)
            if seen.get(name) != held[name] and sha256_hex((folder / name).read_bytes()) != files[name]:
                lines.append(f"{name}: altered")
    if not lines and held != seen:
        _write_record(path, digest, held)
    return lines


def record_edition(folder: Path) -> None:
    """Record an edition that was just put in its place. Its files are read at the next look."""
    with contextlib.suppress(OSError):
        _write_record(_record_path(folder), manifest_digest(folder), {})


def forget_edition(folder: Path) -> None:
    """Remove the record of an edition that is gone."""
    _record_path(folder).unlink(missing_ok=True)


def list_strays(root: Path) -> list[str]:
    """List what other programs left in and beside the editions: it stops nobody.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as own:
    ...     (Path(own) / "monthly" / "2024-01-31 (copy)").mkdir(parents=True)
    ...     list_strays(Path(own))
    ['monthly/2024-01-31 (copy)']
    """
    found = [
        f"{beside.parent.name}/{beside.name}"
        for beside in sorted(root.glob("[!.]*/*"))
        if beside.parent.name != "failed" and not beside.parent.is_symlink() and not _is_edition(beside)
    ]
    for folder in list_editions(root):
        with contextlib.suppress(OSError):
            strays = [name for name, _ in _walk(folder) if _is_stray(name)]
            found += [f"{folder.parent.name}/{folder.name}/{name}" for name in sorted(strays)]
    return found


def compare_written(folder: Path, written: Mapping[str, str]) -> list[str]:
    """List the files of an edition being made that are not what was written, by the digests of its writers."""
    present = dict(_walk(folder))
    lines = [f"{name}: lost" for name in sorted(set(written) - set(present))]
    lines += [f"{name}: not written by this run" for name in sorted(set(present) - set(written))]
    for name in sorted(set(present) & set(written)):
        if not stat.S_ISREG(present[name].st_mode):
            lines.append(f"{name}: not a regular file")
        elif sha256_hex((folder / name).read_bytes()) != written[name]:
            lines.append(f"{name}: altered")
    return lines


def _is_edition(folder: Path) -> bool:
    return EDITION_NAME.fullmatch(folder.name) is not None and folder.is_dir() and not folder.is_symlink()


def _is_stray(name: str) -> bool:
    return any(_STRAY.fullmatch(part) for part in name.split("/"))


def _walk(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
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


def _signature(about: os.stat_result) -> list[int]:
    return [about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino]


def _record_path(folder: Path) -> Path:
    return folder.parent.parent / ".work" / "whole" / f"{folder.parent.name}-{folder.name}.json"


def _read_record(path: Path) -> _Record | None:
    """Return a record; ``None`` if there is none that can be read: then everything is read."""
    try:
        found = _RECORD.validate_json(read_bytes(path))
        newest = path.stat().st_mtime_ns - _NEW
    except (OSError, DataError, ValueError):
        return None
    files = {name: own for name, own in found.files.items() if own[1] < newest and own[2] < newest}
    return _Record(found.manifest, files)


def _write_record(path: Path, digest: str, files: Mapping[str, list[int]]) -> None:
    """Write a record; a folder that cannot be written has none, and everything is read each time."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, json.dumps({"manifest": digest, "files": files}))
