"""Write the digests of changed tables into ``data/datapackage.json``."""

from __future__ import annotations

import json

from kzreport.files import project_root, read_text
from kzreport.series.resource import _package, resources
from kzreport.series.table import parse_table


def restate() -> list[str]:
    """Write the hash and size of every table into ``data/datapackage.json``; the names of those that changed.

    Raises :class:`DataError`, and writes nothing, if a table has any other fault.
    """
    path = project_root() / "data" / "datapackage.json"
    raw = json.loads(read_text(path)) if resources() else {}
    changed = []
    for d, entry in zip(resources().values(), raw["resources"], strict=True):
        table = path.parent / d.path
        now = {"hash": parse_table(d, table)[1], "bytes": table.stat().st_size}
        if any(entry.get(k) != v for k, v in now.items()):
            entry.update(now)
            changed.append(d.name)
    if changed:
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(raw, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
        temporary.replace(path)
        _package.cache_clear()
    return changed
