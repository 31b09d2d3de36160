"""The answer "nothing to do", remembered for as long as nothing has changed that it was found from.

It is found by reading everything: data, notebooks, words, settings, code, every file of every edition. Beside the
editions a record then has the signature and digest of each of these files (see :mod:`kzreport.editions.seen`). When the
same is asked again, files are read only where a signature does not hold; if all digests are the old ones, so is the
answer. In doubt everything is read, as without a record.
"""

from __future__ import annotations

import json
import os
import platform
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kzreport.editions.seen import (
    is_as_recorded,
    is_settled,
    is_signature,
    read_record,
    record_folder,
    signature,
    walk,
    write_record,
)
from kzreport.editions.store import MANIFEST, Store, list_editions
from kzreport.errors import DataError
from kzreport.files import project_root, read_bytes, sealed, sha256_hex

_ENGINE = Path(__file__).resolve().parent.parent
_MADE = {"__pycache__", ".ipynb_checkpoints"}  # folders of files that are made from others
_INDEX = "index.html"
_MOST = 32  # answers of one record
_LARGEST = 100_000_000  # bytes of a file

Files = dict[str, list[Any]]  # place -> signature and digest


class Answer:
    """The answer to one question: a command with its options, put to a store.

    - ``store``: where it was put
    - ``told``: what the command kept with its answer; set by :meth:`holds`
    """

    def __init__(self, store: Store, definition: str, question: Mapping[str, Any]) -> None:
        asked = [question, definition, str(project_root()), sys.version, platform.machine(), _installed()]
        self.told: Mapping[str, Any] = {}
        self.store, self._definition = store, definition
        self._question = sha256_hex(json.dumps(asked, sort_keys=True, default=str).encode())
        self._path = record_folder(store.root) / "answers.json"
        self._files: Files | None = None
        self._asked = 0

    def holds(self) -> bool:
        """Report whether a remembered answer exists and still holds."""
        self._asked = time.time_ns()
        known, answers, recorded = self._remembered()
        try:
            self._files = self._signed({} if self.store.paranoid else known, recorded)
        except (OSError, DataError):  # no file but a pipe or a folder, one that is gone since it was listed, a huge one
            return False
        told = answers.get(self._question)
        if self.store.paranoid or not isinstance(told, dict) or _digests(self._files) != _digests(known):
            return False
        own = [f for f in list_editions(self.store.root) if f.parent.name == self._definition]
        if not all(is_as_recorded(f, self._files[_place(f)][4]) for f in own):
            return False
        if self._files != known or not all(is_settled(f[:4], recorded) for f in known.values()):
            write_record(self._path, sealed({"files": self._files, "answers": answers}))
        self.told = told
        return True

    def keep(self, **told: Any) -> None:
        """Remember "nothing to do", just found by reading everything, unless a file was changed meanwhile."""
        if self._files is None or type(self.store) is not Store:  # the mirror of an address is new each time
            return
        try:
            now = self._signed(self._files, self._asked)
        except (OSError, DataError):
            return
        if {**now, _INDEX: None} != {**self._files, _INDEX: None}:
            return
        known, answers, _ = self._remembered()
        answers = answers if _digests(now) == _digests(known) else {}
        others = [(question, own) for question, own in answers.items() if question != self._question]
        answers = dict([*others[1 - _MOST :], (self._question, told)])
        write_record(self._path, sealed({"files": now, "answers": answers}))

    def _remembered(self) -> tuple[Files, Mapping[str, Any], int]:
        """Return the files and the answers of the record, and when it was written."""
        found, recorded = read_record(self._path)
        files, answers = found.get("files"), found.get("answers")
        if not isinstance(files, dict) or not isinstance(answers, dict) or found != sealed(found):  # edited
            return {}, {}, 0
        return {name: own for name, own in files.items() if _is_entry(own)}, answers, recorded

    def _signed(self, known: Files, recorded: int) -> Files:
        """Return the files that count, each read unless its known signature holds.

        Raises :class:`OSError`, and :class:`DataError` for what is no regular file of bounded size.
        """
        found: Files = {}
        for place, path, about in _places(self.store.root):
            own, before = signature(about), known.get(place)
            if before and before[:4] == own and is_settled(own, recorded):
                found[place] = before
            else:
                found[place] = [*own, sha256_hex(read_bytes(Path(path), _LARGEST))]
        return found


def _places(root: Path) -> Iterator[tuple[str, str, os.stat_result]]:
    """Yield the files of project and engine, the manifests of all editions and their list: name, path, state."""
    project = project_root()
    for top in (project / "data", project / "notebooks", project / "params", _ENGINE):
        for name, about in walk(top) if top.is_dir() else ():
            if _MADE.isdisjoint(name.split("/")):
                path = f"{top}/{name}"
                yield path, path, Path(path).stat() if stat.S_ISLNK(about.st_mode) else about
    for folder in list_editions(root):
        yield _place(folder), str(folder / MANIFEST), (folder / MANIFEST).stat()
    if (root / _INDEX).exists():
        yield _INDEX, str(root / _INDEX), (root / _INDEX).stat()


def _place(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


def _is_entry(found: object) -> bool:
    return isinstance(found, list) and len(found) == 5 and is_signature(found[:4]) and isinstance(found[4], str)


def _digests(files: Files) -> dict[str, str]:
    return {place: own[4] for place, own in files.items()}


def _installed() -> list[str]:
    """Return what is installed beside us, as the names of its descriptions, which have versions."""
    places = [Path(p) for p in sys.path if p.endswith("-packages")]
    return sorted(p.name for place in places if place.is_dir() for p in place.iterdir() if p.suffix == ".dist-info")
