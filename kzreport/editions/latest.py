"""``latest/``: in the folder of each definition, pages that redirect to its newest edition.

A finished edition is never rewritten, so its pages cannot link to a later one: they link here. Each file is replaced
in one step; before and after it leads to an edition that is whole. A page that the newest edition has not leads to its
cover, so a link of an older edition is never broken.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from kzreport.files import holds_text, write_atomic
from kzreport.render.archive_page import redirect

LATEST = "latest"
_MARK = b'<meta http-equiv="refresh" content="0; url=../'  # of a page that leads elsewhere, near its start
_HEAD = 2000  # bytes


def write_latest(root: Path, editions: Sequence[tuple[Path, Mapping[str, Any]]]) -> None:
    """Bring ``latest/`` of each definition up to date; ``editions``: folder and record, oldest first.

    Only a file that changes is written, and only pages of ours are replaced or removed: a folder of that name may be
    another program's. Raises :class:`OSError`.
    """
    of_definition: dict[str, list[tuple[Path, Mapping[str, Any]]]] = {}
    for folder, about in editions:
        of_definition.setdefault(folder.parent.name, []).append((folder, about))
    for name, few in of_definition.items():
        own = root / name / LATEST
        if own.is_symlink() or own.is_file():  # of another program: it is listed as a stray
            continue
        wanted = latest_files(few)
        for path, text in wanted.items():
            file = own / path
            if not holds_text(file, text) and (_leads_elsewhere(file) or not file.exists()):
                file.parent.mkdir(parents=True, exist_ok=True)
                write_atomic(file, text)
        _remove(own, wanted)
    for folder in root.glob(f"[!.]*/{LATEST}"):
        if folder.parent.name not in of_definition and not folder.is_symlink():
            _remove(folder, ())


def _remove(folder: Path, wanted: Collection[str]) -> None:
    """Remove the pages of ours that are not wanted, and the folders that are empty then."""
    for file in [*folder.rglob("*.html")]:
        if file.relative_to(folder).as_posix() not in wanted and _leads_elsewhere(file):
            file.unlink()
    for below in [*sorted((p for p in folder.rglob("*") if p.is_dir()), reverse=True), folder]:
        with contextlib.suppress(OSError):  # it is not empty
            below.rmdir()


def _leads_elsewhere(file: Path) -> bool:
    """Report whether a file is a page of ours that leads to an edition, or stands empty for one at an address."""
    if file.is_symlink() or not file.is_file():
        return False
    with file.open("rb") as f:
        return not (start := f.read(_HEAD)) or _MARK in start


def latest_files(editions: Sequence[tuple[Path, Mapping[str, Any]]]) -> dict[str, str]:
    """Return path -> text of the files of one definition's ``latest/``; ``editions``: oldest first, at least one."""
    folder, newest = editions[-1]
    present = _addresses(newest)
    known = dict.fromkeys(path for _, about in editions for path in _addresses(about))
    texts = {}
    for path in known:
        language = PurePosixPath(path).parts[0] if "/" in path else ""
        cover = f"{language}/index.html" if f"{language}/index.html" in present else "index.html"
        target = path if path in present else cover
        up = "../" * (path.count("/") + 1)
        spoken = language if language in newest["title"] else newest["languages"][0]
        texts[path] = redirect(f"{up}{folder.name}/{target}", newest["title"][spoken], spoken)
    return texts


def _addresses(about: Mapping[str, Any]) -> list[str]:
    """Return the paths of the pages of an edition for which there is a page in ``latest/``."""
    own = [*about["pages"], *(("index", "search") if "headlines" in about else ())]
    return ["index.html", *(f"{language}/{page}.html" for language in about["languages"] for page in own)]
