"""The archive, which lists all editions, and ``latest/`` beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kzreport.editions.latest import write_latest
from kzreport.editions.log import RunLog
from kzreport.editions.manifest import read_manifest
from kzreport.editions.store import edition_lock, list_editions
from kzreport.errors import PageError
from kzreport.files import holds_text, write_atomic
from kzreport.project.settings import project
from kzreport.render.archive_page import archive_page


def write_index(root: Path, log: RunLog) -> None:
    """Replace ``index.html`` in one step, then what changed in ``latest/``.

    An edition that cannot be read is logged and left out.
    """
    with edition_lock(root, "index", wait=math.inf):
        found = listed_editions(root, log)
        text = archive_page([record for _, record in found])
        path = root / "index.html"
        if not holds_text(path, text):
            write_atomic(path, text)
        write_latest(root, found)


def listed_editions(root: Path, log: RunLog) -> list[tuple[Path, Mapping[str, Any]]]:
    """Return folder and record of each edition that the project can list, by definition, oldest first."""
    found: list[tuple[Path, Mapping[str, Any]]] = []
    for folder in list_editions(root):
        try:
            about = read_manifest(folder)["edition"]
        except PageError as e:
            log.line(str(e))
            continue
        languages = [k for k in about["languages"] if k in project().languages]
        if not languages:  # the project has given up the languages of this edition
            log.line(f"{folder.parent.name}/{folder.name}: in no language of this project; not in the index")
            continue
        path = f"{folder.parent.name}/{folder.name}"
        found.append((folder, {**about, "path": path, "languages": languages}))
    return found
