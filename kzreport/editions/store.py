"""The folder of editions: manifests, locks, damage, the index."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from kzreport.editions.log import Journal
from kzreport.errors import KzreportError, PageError, ParameterError, explain
from kzreport.files import cached_by_stamp, project_root, sha256_hex, write_atomic
from kzreport.language.words import Words
from kzreport.project import project
from kzreport.render import html

MANIFEST = "manifest.json"


class Locked(KzreportError):
    """Another run is making the same edition."""

    exit_code = 75


class Store:
    """Where editions stand: a folder. :mod:`kzreport.editions.remote` has one whose folder mirrors an address."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, path: Path) -> None:
        """Have this edition, or file, where readers look for it: it is there."""

    def fetch(self, path: Path) -> None:
        """Have the content of this edition, or file, in the folder: it is there."""

    def holds(self, page: Path) -> bool:
        """Whether an edition holds this kept page: one file with two names."""
        return page.stat().st_nlink > 1

    def shown(self, path: Path) -> str:
        """What a user would open."""
        return os.path.relpath(path)


def output_root(chosen: str | None = None, *, make: bool = True) -> Path:
    """The folder of all editions: ``reports/`` unless chosen otherwise; made and tried if ``make``.

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
    """Held while an edition is made; the system drops it if we die. ``patient`` waits for it."""
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
    """The manifest of an edition. Raises :class:`PageError` if it is not there or not whole."""
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
    """All edition folders, by definition and name."""
    found = [m.parent for m in root.glob(f"[!.]*/[!.]*/{MANIFEST}")]
    return sorted(found, key=lambda f: (f.parent.name, f.name[:10], revision_number(f)))


def revisions_of(root: Path, definition: str, as_of: date) -> list[Path]:
    """The editions of one date, first to last revision."""
    found = [p for p in list_editions(root) if p.parent.name == definition and p.name[:10] == as_of.isoformat()]
    return sorted(found, key=revision_number)


def revision_number(folder: Path) -> int:
    """Return the number of a revision folder: 1 for ``2026-09-30``, 2 for ``2026-09-30-r2``."""
    number = folder.name[12:]
    return int(number) if number.isascii() and number.isdigit() else 1


def input_differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Inputs that differ, one line each."""
    lines = []
    for key in sorted(set(before) | set(now)):
        if key not in before:
            lines.append(f"{key}: new")
        elif key not in now:
            lines.append(f"{key}: gone")
        elif before[key] != now[key]:
            short = len(before[key]) < 60 and len(now[key]) < 60
            lines.append(f"{key}: {before[key]} -> {now[key]}" if short else f"{key}: changed")
    return lines


def write_index(root: Path, report: Journal) -> None:
    """The page over all editions, replaced in one step; an edition that cannot be read is told and left out."""
    with edition_lock(root, "index", patient=True):
        entries, spoken = [], {k: Words(k) for k in project().languages}
        for folder in reversed(list_editions(root)):
            try:
                e = read_manifest(folder)["edition"]
            except PageError as error:
                report(str(error))
                continue
            as_of = date.fromisoformat(e["as_of"])
            entries.append(
                e
                | {
                    "path": f"{folder.parent.name}/{folder.name}",
                    "first": e["pages"][0],
                    "dates": {k: spoken[k].day(as_of) for k in e["languages"]},
                }
            )
        text = html.index(entries)
        path = root / "index.html"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_atomic(path, text)


def find_edition(root: Path, name: str) -> Path:
    """An edition by ``DATE[-rN]`` or ``DEFINITION/DATE[-rN]``. Raises :class:`ParameterError` with the choices."""
    present = {f"{p.parent.name}/{p.name}": p for p in list_editions(root)}
    hits = [p for key, p in present.items() if name in (key, p.name)]
    if len(hits) != 1:
        raise ParameterError(
            explain("edition", repr(name), f"one of {', '.join(present) or 'none: no edition was made yet'}")
        )
    return hits[0]


def damage_of(folder: Path, *, quick: bool = False) -> list[str]:
    """Files of an edition that are not what its manifest says, one line each.

    ``quick``: a file that is older than the manifest, which was written last, is not read.
    """
    files = read_manifest(folder)["files"]
    written = (folder / MANIFEST).stat().st_mtime_ns if quick else 0
    present = dict(_files(str(folder)))
    del present[MANIFEST]
    lines = [f"{f}: missing" for f in sorted(set(files) - set(present))] + [
        f"{f}: not in the manifest" for f in sorted(set(present) - set(files))
    ]
    return lines + [
        f"{f}: altered"
        for f in sorted(set(present) & set(files))
        if present[f] > written and sha256_hex((folder / f).read_bytes()) != files[f]
    ]


def _files(folder: str, above: str = "") -> Iterator[tuple[str, int]]:
    """Every file below a folder, by its name from there, and when it was written; without a path for each."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, f"{above}{entry.name}/")
            elif entry.is_file():
                yield f"{above}{entry.name}", entry.stat().st_mtime_ns
