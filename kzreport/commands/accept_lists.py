"""Changes of the lists of claims and facts since they were accepted, row by row, by the id in the first column."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from kzreport.commands.accepted import Accepted, accepted_file
from kzreport.commands.session import show
from kzreport.files import file_digest
from kzreport.guards.finding import Finding
from kzreport.series.assemble import lists_of

_MOST = 8  # rows of a kind that are listed


def look_at_lists(before: Accepted, data: Path) -> Iterator[Finding]:
    """Print the changes of each list in a folder of data; yield the rows that were altered or removed.

    A list that is described in words (YAML) is only named: reading it finds its errors.
    """
    for path in sorted(before.lists.keys() | lists_of(data).keys()):
        now = data / path
        if path in before.lists and now.is_file() and file_digest(now) == before.digests[path]:
            continue
        name = path.removesuffix(".csv")
        if not now.is_file():
            show(f"{path}: is gone")
            yield Finding("removal", name, "", "no such list", "every list that was accepted")
        elif path not in before.lists:
            show(f"{path}: a new list")
        elif not path.endswith(".csv"):
            show(f"{path}: another text")
        elif (held := accepted_file(path, before.digests[path])) is None:
            yield Finding("alteration", name, "", "another text, and the accepted one is not at hand", "its rows")
        else:
            yield from _rows(name, held.decode(), now.read_text(encoding="utf-8"))


def _rows(name: str, old: str, new: str) -> Iterator[Finding]:
    """Print the rows of a list that differ; yield a question about altered or removed rows."""
    then, now = ({row[0]: row for row in csv.reader(text.splitlines()[1:]) if row} for text in (old, new))
    for guard, verb, ids in (
        ("", "added", [i for i in now if i not in then]),
        ("alteration", "altered", [i for i in then if i in now and now[i] != then[i]]),
        ("removal", "removed", [i for i in then if i not in now]),
    ):
        if ids:
            more = f" and {len(ids) - _MOST} more" if len(ids) > _MOST else ""
            told = f"{len(ids)} {verb}: {', '.join(ids[:_MOST])}{more}"
            show(f"{name}: {told}")
            if guard:
                yield Finding(guard, name, "", told, "rows as they were accepted")
