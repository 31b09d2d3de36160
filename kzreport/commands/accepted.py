"""Files of ``data/`` as they were when they were last accepted, found by their digests in ``datapackage.json``.

Git has them if the project lies in a repository. Otherwise a copy is kept in ``data/.accepted/`` whenever data are
accepted. The bytes that are returned always have the accepted digest.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kzreport.errors import DataError
from kzreport.files import project_root, read_json, sealed, sha256_hex, write_durably
from kzreport.project.repository import ask_git, tracks

_COPIES = ".accepted"
_PACKAGE = "datapackage.json"
_COMMITS = 20  # that changed the file: more are not asked


def accepted_file(name: str, digest: str) -> bytes | None:
    """Return the bytes of a file of ``data/`` that have a SHA-256; ``None`` if they are nowhere at hand."""
    folder = project_root() / "data"
    for path in (folder / name, folder / _COPIES / name):
        if path.is_file() and sha256_hex(content := path.read_bytes()) == digest:
            return content
    for commit in ask_git(folder, "log", f"-{_COMMITS}", "--format=%H", "--", name).decode().split():
        if sha256_hex(content := ask_git(folder, "show", f"{commit}:./{name}")) == digest:
            return content
    return None


@dataclass(frozen=True)
class Accepted:
    """The data package as it was accepted.

    - ``digests``: path of a file in ``data/`` -> its SHA-256
    - ``entries``: name of a table -> its entry; ``lists``: path of a list of claims or facts -> what is stated of it
    - ``package``: its own bytes
    """

    digests: Mapping[str, str]
    entries: Mapping[str, Mapping[str, Any]]
    lists: Mapping[str, Mapping[str, Any]]
    package: bytes


def accepted_state() -> Accepted | None:
    """Return what was accepted last; ``None`` if there is no data package to be found.

    One that was broken, as by a merge, or is gone, is looked for in the commits and among the copies.
    """
    folder = project_root() / "data"
    if found := _read_state(folder / _PACKAGE):
        return found
    for commit in ask_git(folder, "log", f"-{_COMMITS}", "--format=%H", "--", _PACKAGE).decode().split():
        text = ask_git(folder, "show", f"{commit}:./{_PACKAGE}")
        with contextlib.suppress(ValueError, RecursionError):
            if found := _state_of(json.loads(text), text):
                return found
    return _read_state(folder / _COPIES / _PACKAGE)


def _read_state(path: Path) -> Accepted | None:
    """Return the state that a file describes; ``None`` if it cannot be read, or was written by somebody else."""
    with contextlib.suppress(DataError, OSError):
        return _state_of(read_json(path), path.read_bytes())
    return None


def _state_of(raw: Any, text: bytes) -> Accepted | None:
    """Return the state that a data package describes; ``None`` if it was not written by us as it stands."""
    try:
        if raw != sealed(raw):
            return None
        entries = {entry["name"]: entry for entry in raw["resources"]}
        stated = {f"{name}.csv": e["hash"] for name, e in entries.items()}
        stated |= {path: e["hash"] for path, e in raw["lists"].items()}
        digests = {name: str(digest).removeprefix("sha256:") for name, digest in stated.items()}
        return Accepted(digests | dict(raw["made_from"]), entries, raw["lists"], text)
    except (LookupError, TypeError, AttributeError, ValueError):
        return None


def keep_accepted() -> None:
    """Keep a copy of the files that the data package names, unless a repository has them."""
    folder, state = project_root() / "data", accepted_state()
    if not state or _is_tracked(folder):
        return
    package = (folder / _PACKAGE).read_bytes()
    for name, digest in {**state.digests, _PACKAGE: sha256_hex(package)}.items():
        copy = folder / _COPIES / name
        if not copy.is_file() or sha256_hex(copy.read_bytes()) != digest:
            write_durably(copy, (folder / name).read_bytes())


def _is_tracked(folder: Path) -> bool:
    """Report whether a repository has the data: one around the project that does not know it is no help."""
    try:
        return tracks(folder, _PACKAGE)
    except (OSError, subprocess.TimeoutExpired):
        return False
