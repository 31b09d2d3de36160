"""The page that lists all editions."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

from kzreport.editions.log import RunLog
from kzreport.editions.manifest import read_manifest
from kzreport.editions.store import edition_lock, list_editions
from kzreport.errors import PageError
from kzreport.files import write_atomic
from kzreport.language.words import Words
from kzreport.project import project
from kzreport.render import html


def write_index(root: Path, log: RunLog) -> None:
    """Replace ``index.html`` in one step; an edition that cannot be read is logged and left out."""
    with edition_lock(root, "index", wait=math.inf):
        entries, words = [], {k: Words(k) for k in project().languages}
        for folder in reversed(list_editions(root)):
            try:
                about = read_manifest(folder)["edition"]
            except PageError as e:
                log.line(str(e))
                continue
            languages = [k for k in about["languages"] if k in words]
            if not languages:  # the project has given up the languages of this edition
                log.line(f"{folder.parent.name}/{folder.name}: in no language of this project; not in the index")
                continue
            as_of, known = date.fromisoformat(about["as_of"]), about.get("data_until")
            until = date.fromisoformat(known) if known else None
            own = {
                "path": f"{folder.parent.name}/{folder.name}",
                "first": about["pages"][0],
                "languages": languages,
                "lines": {k: words[k].edition(as_of, until) for k in languages},
            }
            entries.append(about | own)
        text = html.index(entries)
        path = root / "index.html"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_atomic(path, text)
