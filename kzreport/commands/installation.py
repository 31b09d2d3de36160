"""The installation that runs: what is missing in it, and what is older than the project's lock."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from kzreport.errors import explain
from kzreport.files import project_root, read_text

_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)[^;]*(?P<marker>;.*)?")
_LOCKED = re.compile(r"^(?P<name>[a-z0-9._-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)
_KERNEL = "share/jupyter/kernels/kzreport"
_MOST = 3  # packages that are named


def installation_warnings() -> Iterator[str]:
    """Yield what is missing or stale in the installation, one line each."""
    missing = [name for name in _required() if _version(name) is None]
    if missing:
        todo = f"python -m pip install {' '.join(missing)}"
        yield explain("installation", f"no {', '.join(missing)}", "every package that kzreport needs", todo)
    lock = project_root() / "requirements.lock"
    if lock.is_file() and (stale := _stale(lock)):
        more = f" and {len(stale) - _MOST} more" if len(stale) > _MOST else ""
        todo = "install them again: touch requirements.lock; make report"
        yield explain("installation", f"{', '.join(stale[:_MOST])}{more}", "the versions of requirements.lock", todo)
    if not (Path(sys.prefix) / _KERNEL / "kernel.json").is_file():
        todo = "install kzreport again: its wheel brings it"
        yield explain("installation", "no kernel 'kzreport' for JupyterLab", "the warm kernel", todo)


def _required() -> Iterator[str]:
    for text in metadata.requires("kzreport") or ():
        m = _REQUIREMENT.match(text)
        if m and "extra ==" not in (m["marker"] or ""):
            yield m["name"]


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _stale(lock: Path) -> list[str]:
    """Return what is installed in another version than the lock has, as ``pandas 3.0.1 (3.1.0)``."""
    locked: dict[str, set[str]] = {}
    for m in _LOCKED.finditer(read_text(lock)):
        locked.setdefault(m["name"], set()).add(m["version"])  # a package may have one version for each Python
    found = {name: _version(name) for name in locked}
    return [f"{k} {v} ({', '.join(sorted(locked[k]))})" for k, v in found.items() if v and v not in locked[k]]
