"""Several files of ``data/`` replaced together: a reader, even after a kill, finds all of them or none.

The new files are staged in ``data/.staged/``; the file ``COMMIT`` there, written last and in one step, decides. With
it, the next reader or writer finishes the change; without it, the change never happened.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from kzreport.errors import DataError, Locked, explain
from kzreport.files import read_json, sha256_hex, shown_path, sweep_halves, sync_folder, write_atomic, write_durably
from kzreport.machine.locks import take_lock

_STAGE = ".staged"
_COMMIT = "COMMIT"


class Writer:
    """The right to replace files of a folder: see :func:`sole_writer`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def replace(self, files: Mapping[str, bytes]) -> None:
        """Replace or make all of these files, or none: path below the folder -> content.

        Raises :class:`DataError` for a path that leaves the folder, :class:`OSError` if there is no room; the files
        are then as they were.
        """
        stage = self.folder / _STAGE
        about = {}
        try:
            for number, (path, content) in enumerate(files.items()):
                if not _is_inside(path):
                    raise DataError(explain("a file to write", repr(path), f"a path inside {self.folder.name}/"))
                write_durably(stage / str(number), content)
                about[path] = sha256_hex(content)
            if not about:
                return
            sync_folder(stage)
            write_atomic(stage / _COMMIT, json.dumps(about, ensure_ascii=False))
            sync_folder(stage)
        finally:
            _roll_forward(self.folder)  # or back, if it was not committed


@contextlib.contextmanager
def sole_writer(folder: Path) -> Iterator[Writer]:
    """Hold the sole right to write in a folder; what a killed writer left there is finished or removed first.

    The system gives the right back when the process ends, however it ends. Raises :class:`Locked` if another process
    has it.
    """
    with _locked(folder, patient=False):
        _roll_forward(folder)
        sweep_halves(folder)
        yield Writer(folder)


def finish_pending(folder: Path) -> None:
    """Finish the change of files that a killed writer had decided on, and remove one that it had not.

    For every reader: one ``stat`` where nothing is pending. A writer at work is waited for if it has decided.
    Raises :class:`DataError` if a file that was decided on is nowhere.
    """
    if not os.path.exists(f"{folder}/{_STAGE}"):  # noqa: PTH110  # a page asks some thousand times
        return
    stage = folder / _STAGE
    decided = (stage / _COMMIT).exists()
    try:
        with _locked(folder, patient=decided):
            _roll_forward(folder)
    except Locked:  # a writer at work, that has not decided yet: what stands is whole
        return


@contextlib.contextmanager
def _locked(folder: Path, *, patient: bool) -> Iterator[None]:
    """Hold the lock of a folder: on the folder itself, so that no file is left. ``patient`` waits for it."""
    if os.name != "posix":  # Windows opens no folder: COMMIT still makes a change whole
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        if not take_lock(handle, f"{folder.name}/", wait=math.inf if patient else 0.0):
            todo = "wait until it has ended"
            raise Locked(explain(f"{folder.name}/", "another run that writes there", "to be alone", todo))
        yield
    finally:
        os.close(handle)


def _roll_forward(folder: Path) -> None:
    """Rename what was staged and decided on to its place, and remove the stage; to be called with the lock held."""
    stage = folder / _STAGE
    commit = stage / _COMMIT
    if commit.exists():
        about = _decided(commit)
        touched = set()
        for number, (path, digest) in enumerate(about.items()):
            staged, target = stage / str(number), folder / path
            if staged.exists():
                touched |= _make_folders(target.parent, folder)
                staged.replace(target)
                touched.add(target.parent)
            elif not target.is_file() or sha256_hex(target.read_bytes()) != digest:
                todo = f"restore the folder from version control, and remove {_STAGE}/"
                raise DataError(explain(shown_path(target), "other content", "that of the pending change", todo))
        for changed in sorted(touched):
            sync_folder(changed)
        commit.unlink()
    if stage.exists():
        shutil.rmtree(stage)
        sync_folder(folder)


def _decided(commit: Path) -> dict[str, str]:
    """Return what a writer decided on: path -> digest. Raises :class:`DataError` for anything else."""
    about = read_json(commit)
    if not isinstance(about, dict) or not all(map(_is_decision, about.items())):
        todo = f"restore the folder from version control, and remove {_STAGE}/"
        raise DataError(explain(shown_path(commit), "a damaged list", "files with their digests", todo))
    return about


def _is_decision(pair: tuple[str, object]) -> bool:
    path, digest = pair
    return _is_inside(path) and isinstance(digest, str) and re.fullmatch("[0-9a-f]{64}", digest) is not None


def _is_inside(path: str) -> bool:
    """Report whether a path stays in the folder, and is not of the stage."""
    parts = Path(path).parts
    return bool(parts) and not Path(path).is_absolute() and ".." not in parts and parts[0] != _STAGE


def _make_folders(folder: Path, root: Path) -> set[Path]:
    """Make a folder and those above it; return the folders that have a new name in them."""
    if folder.exists() or folder == root:
        return set()
    above = _make_folders(folder.parent, root)
    folder.mkdir()
    return {*above, folder.parent}
