"""Undeclared files in ``data/``: a table without a card changes no page, so the missing card would go unnoticed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kzreport.errors import explain
from kzreport.files import project_root, shown_path
from kzreport.machine.strays import is_stray, right_name

SHARED_FILES = ("package.yml", "publishers.yml", "columns.yml")  # that cards refer to
OTHER_FILES = (
    "issues.yml",
    "labels.yml",
    "groups.yml",
    "relations.yml",
    "releases.yml",
    "units.yml",
)  # of other readers
_PACKAGE = "datapackage.json"
_FOLDERS = ("claims", "facts", "providers", "raw")  # their readers look after them
_FACTS = ("facts.csv", "facts.yml")


def undeclared_tables(folder: Path) -> list[str]:
    """Return what is wrong with tables without a card, cards without a table and misnamed files; one message each."""
    tables, cards = ({p.stem: p for p in sorted(folder.glob(f"[!.]*.{kind}"))} for kind in ("csv", "yml"))
    found = list(misnamed_files(folder))
    for name, path in tables.items():
        if name not in cards:
            todo = f"write it: 'kzreport new PAGE --series {shown_path(path)}' does"
            found.append(_left(path) or explain(shown_path(path), f"no card {name}.yml", "a table and its card", todo))
    for name, path in cards.items():
        if name not in tables and path.name not in (*SHARED_FILES, *OTHER_FILES):
            found.append(_left(path) or explain(shown_path(path), f"no table {name}.csv", "a card and its table"))
    return found


def misnamed_files(*folders: Path) -> Iterator[str]:
    """Yield a message for each file that would be read under another name: nobody would miss an optional one."""
    for path in sorted(path for folder in folders for path in folder.glob("[!.]*")):
        if (right := right_name(path.name)) and not is_stray(path.name):
            todo = "rename it, or move it out of the folder"
            yield explain(shown_path(path), "an ending that is not read", right, todo)


def _left(path: Path) -> str:
    """Return the message on a copy that another program made; empty for another file."""
    if not is_stray(path.name):
        return ""
    todo = "compare it with the file of which it is a copy, then remove it"
    return explain(shown_path(path), "a file that another program left", "tables and their cards", todo)


def unread_files() -> list[str]:
    """Return the files in ``data/`` and ``data/facts/`` that are no part of the data; one message each."""
    folder = project_root() / "data"
    known = {_PACKAGE, *_FOLDERS}
    top = [p for p in folder.iterdir() if p.name not in known and p.suffix not in (".csv", ".yml")]
    facts = [p for p in (folder / "facts").glob("*") if p.name not in _FACTS]
    todo = "add its figures with 'kzreport add --from FILE', or move it out of data/"
    return [
        explain(shown_path(p), "a file that kzreport does not read", "tables with their cards", todo)
        for p in sorted([*top, *facts])
        if not p.name.startswith((".", "__")) and not is_stray(p.name) and not right_name(p.name)
    ]
