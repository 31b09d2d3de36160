"""The store of editions: a folder with their manifests and locks; damage to what is in it."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from kzreport.errors import Locked, PageError, ParameterError, explain
from kzreport.files import cached_by_stamp, project_root, sha256_hex

MANIFEST = "manifest.json"


class Store:
    """A folder of editions. :mod:`kzreport.editions.remote` has one whose folder mirrors an address."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, path: Path) -> None:
        """Publish an edition, or file, of the folder. In a folder nothing is to be done."""

    def fetch(self, path: Path) -> None:
        """Get the content of an edition, or file, into the folder. In a folder nothing is to be done."""

    def holds(self, page: Path) -> bool:
        """Return whether an edition holds this kept page: one file with two names."""
        return page.stat().st_nlink > 1

    def shown(self, path: Path) -> str:
        """Return what a user would open."""
        return os.path.relpath(path)


def output_root(chosen: str | None = None, *, make: bool = True) -> Path:
    """Return the folder of all editions: ``reports/`` unless chosen otherwise; made and tried if ``make``.

    Raises :class:`ParameterError` if it cannot be a folder that we may write in.
    """
    root = Path(chosen).absolute() if chosen else project_root() / "reports"
    if make:
        try:
            root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=root):
                pass
        except OSError as e:
            raise ParameterError(
                explain("--output", f"{root.name}: {e.strerror}", "a folder that can be written")
            ) from None
    return root


@contextlib.contextmanager
def edition_lock(root: Path, name: str, *, patient: bool = False) -> Iterator[None]:
    """Hold the lock of an edition; the system drops it if the process dies. ``patient`` waits for it.

    Raises :class:`Locked` if another run holds it.
    """
    folder = root / ".work"
    folder.mkdir(exist_ok=True)
    with (folder / f"{name}.lock").open("w") as handle:
        try:
            import fcntl
        except ImportError:  # Windows: the final rename still lets only one run win
            yield
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if patient else fcntl.LOCK_NB))
        except BlockingIOError:
            raise Locked(
                explain(f"edition {name}", "another run that makes it", "to be alone", "wait until it has ended")
            ) from None
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)  # workers have the handle too: they hold the lock if we are killed


def read_manifest(folder: Path) -> Mapping[str, Any]:
    """Return the manifest of an edition. Raises :class:`PageError` if it is missing or torn."""
    try:
        return _manifest(folder / MANIFEST)
    except (OSError, ValueError) as e:
        where = f"edition {folder.parent.name}/{folder.name}"
        why = e.strerror if isinstance(e, OSError) else e
        raise PageError(
            explain(where, f"no whole {MANIFEST} ({why})", "one", "remove the folder and run again")
        ) from None


@cached_by_stamp(512)
def _manifest(path: Path) -> Mapping[str, Any]:
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict) or not {"edition", "inputs", "files", "parameters", "git"} <= set(found):
        raise ValueError("keys are missing")
    return found


def list_editions(root: Path) -> list[Path]:
    """List all edition folders, by definition, date and number of revision."""
    found = [m.parent for m in root.glob(f"[!.]*/[!.]*/{MANIFEST}")]
    return sorted(found, key=lambda f: (f.parent.name, f.name[:10], revision_number(f)))


def list_revisions(root: Path, definition: str, as_of: date) -> list[Path]:
    """List the editions of one date, first to last revision."""
    return [f for f in list_editions(root) if f.parent.name == definition and f.name[:10] == as_of.isoformat()]


def revision_number(folder: Path) -> int:
    """Return the number of a revision.

    >>> revision_number(Path("2026-09-30")), revision_number(Path("2026-09-30-r2"))
    (1, 2)
    """
    number = folder.name[12:]
    return int(number) if number.isascii() and number.isdigit() else 1


def find_edition(root: Path, name: str) -> Path:
    """Return an edition by ``DATE[-rN]`` or ``DEFINITION/DATE[-rN]``.

    Raises :class:`ParameterError` with the choices if no edition, or more than one, has that name.
    """
    present = {f"{p.parent.name}/{p.name}": p for p in list_editions(root)}
    hits = [p for key, p in present.items() if name in (key, p.name)]
    if len(hits) != 1:
        choices = f"one of {', '.join(present)}" if present else "an edition, of which there is none yet"
        raise ParameterError(explain("edition", repr(name), choices))
    return hits[0]


def list_damage(folder: Path, *, quick: bool = False) -> list[str]:
    """List the files of an edition that are missing, added or altered since its manifest was written.

    ``quick``: a file that is older than the manifest, which was written last, is not read.
    Raises :class:`PageError` if the manifest cannot be read.
    """
    files = read_manifest(folder)["files"]
    written = (folder / MANIFEST).stat().st_mtime_ns if quick else 0
    present = dict(_files(str(folder)))
    del present[MANIFEST]
    lines = [f"{f}: missing" for f in sorted(set(files) - set(present))]
    lines += [f"{f}: not in the manifest" for f in sorted(set(present) - set(files))]
    return lines + [
        f"{f}: altered"
        for f in sorted(set(present) & set(files))
        if present[f] > written and sha256_hex((folder / f).read_bytes()) != files[f]
    ]


def _files(folder: str, above: str = "") -> Iterator[tuple[str, int]]:
    """Every file below a folder: its name from there, its time of writing. Makes no path for each: this is fast."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, f"{above}{entry.name}/")
            elif entry.is_file():
                yield f"{above}{entry.name}", entry.stat().st_mtime_ns
