"""Damage to editions: files missing, added or altered since they were written; and what other programs left there.

An edition is what was written, or it is not there. Each file of a finished edition is read once; a record outside of
the edition then says by its signature that it is the same file still: see :mod:`kzreport.editions.seen`.
"""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Mapping
from pathlib import Path

from kzreport.editions.latest import LATEST
from kzreport.editions.manifest import manifest_digest, read_manifest
from kzreport.editions.seen import edition_record_path, read_edition_record, signature, walk, write_record
from kzreport.editions.store import EDITION_NAME, MANIFEST, Store, list_editions
from kzreport.files import sha256_hex
from kzreport.machine.strays import is_stray


def list_damage(folder: Path, store: Store) -> list[str]:
    """List what is wrong with an edition: files missing, added or altered, links, another manifest than was written.

    A file whose record still holds is not read, unless the store is to be read whole. Files that other programs left
    are no damage: see :func:`list_strays`. Raises :class:`PageError` if the manifest cannot be read.
    """
    files = read_manifest(folder)["files"]
    path = edition_record_path(folder)
    written_as, seen = read_edition_record(path)
    present = {name: about for name, about in walk(folder) if name in files or not is_stray(name)}
    digest = manifest_digest(folder)
    held = {MANIFEST: signature(present.pop(MANIFEST))} if MANIFEST in present else {}
    lines = [f"{MANIFEST}: altered"] if written_as not in ("", digest) else []
    lines += [f"{name}: missing" for name in sorted(set(files) - set(present))]
    lines += [f"{name}: not in the manifest" for name in sorted(set(present) - set(files))]
    for name in sorted(set(present) & set(files)):
        about = present[name]
        if not stat.S_ISREG(about.st_mode):
            lines.append(f"{name}: not a regular file")
        elif not store.is_blank(about):
            held[name] = signature(about)
            known = seen.get(name) == held[name] and not store.paranoid
            if not known and sha256_hex((folder / name).read_bytes()) != files[name]:
                lines.append(f"{name}: altered")
    if not lines and held != seen:
        write_record(path, {"manifest": digest, "files": held})
    return lines


def record_edition(folder: Path) -> None:
    """Record an edition that was just put in its place. Its files are read at the next look."""
    with contextlib.suppress(OSError):
        write_record(edition_record_path(folder), {"manifest": manifest_digest(folder), "files": {}})


def forget_edition(folder: Path) -> None:
    """Remove the record of an edition that is gone."""
    edition_record_path(folder).unlink(missing_ok=True)


def list_strays(root: Path) -> list[str]:
    """List files of other programs in and beside the editions: they stop no run.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as own:
    ...     (Path(own) / "monthly" / "2024-01-31 (copy)").mkdir(parents=True)
    ...     list_strays(Path(own))
    ['monthly/2024-01-31 (copy)']
    """
    found = [
        f"{beside.parent.name}/{beside.name}"
        for beside in sorted(root.glob("[!.]*/*"))
        if beside.parent.name != "failed" and not beside.parent.is_symlink() and not _is_ours(beside)
    ]
    for own in sorted(root.glob(f"[!.]*/{LATEST}")):
        if own.is_dir() and not own.is_symlink():
            named = f"{own.parent.name}/{LATEST}"
            found += [f"{named}/{name}" for name in sorted(n for n, _ in walk(own) if not n.endswith(".html"))]
    for folder in list_editions(root):
        with contextlib.suppress(OSError):
            strays = [name for name, _ in walk(folder) if is_stray(name)]
            found += [f"{folder.parent.name}/{folder.name}/{name}" for name in sorted(strays)]
    return found


def compare_written(folder: Path, written: Mapping[str, str]) -> list[str]:
    """List the files of an edition being made that are not what was written, by the digests of its writers."""
    present = dict(walk(folder))
    lines = [f"{name}: lost" for name in sorted(set(written) - set(present))]
    lines += [f"{name}: not written by this run" for name in sorted(set(present) - set(written))]
    for name in sorted(set(present) & set(written)):
        if not stat.S_ISREG(present[name].st_mode):
            lines.append(f"{name}: not a regular file")
        elif sha256_hex((folder / name).read_bytes()) != written[name]:
            lines.append(f"{name}: altered")
    return lines


def _is_ours(folder: Path) -> bool:
    if folder.name == LATEST:
        return folder.is_dir() and not folder.is_symlink()
    return EDITION_NAME.fullmatch(folder.name) is not None and folder.is_dir() and not folder.is_symlink()
