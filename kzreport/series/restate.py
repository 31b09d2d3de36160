"""Write the digests of changed tables into ``data/datapackage.json``."""

from __future__ import annotations

import json

from kzreport.files import project_root, read_json, write_atomic
from kzreport.series.resource import resources
from kzreport.series.table import parse_table


def restate() -> list[str]:
    """Write the hash and size of every table into ``data/datapackage.json``; the names of those that changed.

    Raises :class:`DataError`, and writes nothing, if a table has any other fault.
    """
    path = project_root() / "data" / "datapackage.json"
    raw = read_json(path) if resources() else {}
    changed = []
    for d, entry in zip(resources().values(), raw["resources"], strict=True):
        table = path.parent / d.path
        now = {"hash": parse_table(d, table)[1], "bytes": table.stat().st_size}
        if any(entry.get(k) != v for k, v in now.items()):
            entry.update(now)
            changed.append(d.name)
    if changed:
        write_atomic(path, json.dumps(raw, ensure_ascii=False, indent=2) + "\n")
    return changed
