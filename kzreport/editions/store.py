"""The store of editions: a folder, its editions by name, and locks."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import IO

from kzreport.errors import Locked, ParameterError, explain, one_of, system_cause
from kzreport.files import project_root, sweep_halves, sync_folder
from kzreport.machine.locks import drop_lock, take_lock

MANIFEST = "manifest.json"
_INPUTS = ("data", "notebooks", "params")
EDITION_NAME = re.compile(r"\d{4}-\d{2}-\d{2}(-r[1-9]\d{0,3})?", re.ASCII)


class Store:
    """A folder of editions. :mod:`kzreport.editions.remote` has one whose folder mirrors an address.

    ``paranoid``: read every byte of an edition that is compared, even if a record says that it is unchanged.
    """

    def __init__(self, root: Path, *, paranoid: bool = False) -> None:
        self.root, self.paranoid = root, paranoid

    def put(self, path: Path) -> None:
        """Publish an edition, or file, of the folder. In a folder nothing is to be done."""

    def drop(self, folder: Path, aside: Path) -> None:
        """Take an edition from readers in one step; what is to be deleted of it is then at ``aside``."""
        folder.rename(aside)
        sync_folder(folder.parent)

    def fetch(self, path: Path) -> None:
        """Get the content of an edition, or file, into the folder. In a folder nothing is to be done."""

    def holds(self, page: Path) -> bool:
        """Return whether an edition holds this kept page: one file with two names."""
        return page.stat().st_nlink > 1

    def is_blank(self, about: os.stat_result) -> bool:
        """Return whether a file stands for one that was not fetched. In a folder none does."""
        return False

    def shown(self, path: Path) -> str:
        """Return what a user would open."""
        return shown_place(path)


def shown_place(path: Path) -> str:
    """Return a path as a user would type it; a full one if the working directory was removed."""
    try:
        here = Path.cwd()
    except OSError:
        return str(path)
    return str(path) if here == Path(here.anchor) else os.path.relpath(path)


def output_root(chosen: str | None = None, *, make: bool = True) -> Path:
    """Return the folder of all editions: ``reports/`` unless chosen otherwise; made and tried if ``make``.

    In a folder that its group can write, what is made from now on can be written by the group too: several users may
    share it. Raises :class:`ParameterError` if it cannot be a folder that we may write in, or holds something else.
    """
    root = Path(chosen).absolute() if chosen else project_root() / "reports"
    if make:
        try:
            _refuse_foreign(root)
            if not root.is_dir():
                root.mkdir(parents=True, exist_ok=True)
                sync_folder(root.parent)
            for folder in (root, root / ".work" / "whole", root / ".work" / "pages"):
                sweep_halves(folder)
            with tempfile.TemporaryFile(dir=root):
                pass
            if root.stat().st_mode & stat.S_IWGRP:
                os.umask(os.umask(0o077) & ~0o070)
        except (OSError, ValueError) as e:  # a NUL in its name is no error of the system
            found = f"{root.name}: {system_cause(e) if isinstance(e, OSError) else e}"
            raise ParameterError(explain("--output", found, "a folder that can be written")) from None
    return root


def _refuse_foreign(root: Path) -> None:
    """Raise :class:`ParameterError` for a folder whose files are not ours to replace."""
    home = os.path.realpath(project_root())
    below = Path(os.path.relpath(os.path.realpath(root), home)).parts[:1]
    found = ""
    if not below:
        found = "the folder of the project itself"
    elif below[0] in _INPUTS:
        found = f"a folder in {below[0]}/, from which editions are made"
    elif root == Path(root.anchor):
        found = "the root of the file system"
    elif ".git" in root.parts:
        found = "a folder of git"
    elif taken := [name for name in ("index.html", "run.json") if (root / name).is_dir()]:
        found = f"{root.name}, with a folder {taken[0]}"
    elif (root / "index.html").is_file() and not (root / ".work").exists() and not list_editions(root):
        found = f"{root.name}, with an index.html that is not of editions"
    if found:
        raise ParameterError(explain("--output", found, "a folder of its own, such as reports/"))


def _open_lock(root: Path, name: str) -> IO[str]:
    """Open the file of a lock without following a link, which may lead to a file of somebody."""
    folder = root / ".work"
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise ParameterError(explain(f"{root.name}/.work", "a link, or a file", "a folder", "remove it"))
    try:
        folder.mkdir(exist_ok=True)
    except OSError as e:
        raise ParameterError(explain(f"{root.name}/.work", system_cause(e), "a folder that can be written")) from None
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    where = f"{root.name}/.work/{name}.lock"
    try:
        handle = os.open(folder / f"{name}.lock", flags, 0o666)
        if stat.S_ISREG(os.fstat(handle).st_mode):
            return os.fdopen(handle, "r+")
        os.close(handle)
        raise ParameterError(explain(where, "a pipe or a device", "a file", "remove it"))
    except OSError as e:
        todo = "remove it; where several users write, make the folder writable for their group: chmod -R g+rwX"
        raise ParameterError(explain(where, system_cause(e), "a file that this user can write", todo)) from None


@contextlib.contextmanager
def edition_lock(root: Path, name: str, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock of an edition; the system drops it if the process dies. ``wait``: seconds to wait for it.

    Raises :class:`Locked` if another run holds it, :class:`InputError` on a file system without locks.
    """
    with _open_lock(root, name) as handle:
        if not take_lock(handle.fileno(), f"{root.name}/.work", wait=wait):
            todo = "wait until it has ended"
            raise Locked(explain(f"edition {name}", "another run that makes it", "to be alone", todo))
        try:
            yield
        finally:
            drop_lock(handle.fileno())  # workers have the handle too: they hold the lock if we are killed


def list_editions(root: Path) -> list[Path]:
    """List all edition folders, by definition, date and number of revision; folders with other names are ignored."""
    found = [
        m.parent
        for m in root.glob(f"[!.]*/[!.]*/{MANIFEST}")
        if EDITION_NAME.fullmatch(m.parent.name) and not m.parent.is_symlink()
    ]
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
    name = name.rstrip("/")  # a shell completes the name of a folder with one
    present = {f"{p.parent.name}/{p.name}": p for p in list_editions(root)}
    hits = [p for key, p in present.items() if name in (key, p.name)]
    if len(hits) > 1:
        named = one_of(f"{p.parent.name}/{p.name}" for p in hits)
        raise ParameterError(explain("edition", f"{len(hits)} reports with an edition '{name}'", named))
    if not hits:
        elsewhere = [key for key in present if key.endswith(f"/{name.rpartition('/')[2]}")]
        choices = one_of(present, [*elsewhere, name][0]) if present else "an edition, of which there is none yet"
        raise ParameterError(explain("edition", repr(name), choices))
    return hits[0]
