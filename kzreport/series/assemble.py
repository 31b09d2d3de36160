"""Generate ``data/datapackage.json`` from the cards, and find whether it is still what they say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kzreport.errors import DataError, explain
from kzreport.files import (
    file_digest,
    holds_text,
    link_or_copy,
    project_root,
    read_json,
    read_text,
    sealed,
    shown_path,
    write_atomic,
    write_durably,
)
from kzreport.project.settings import project
from kzreport.series.cards import read_card, read_map, read_shared
from kzreport.series.resource import resource_of
from kzreport.series.strays import OTHER_FILES, SHARED_FILES, undeclared_tables
from kzreport.series.table import parse_table

_HEADING = ("name", "title", "description", "version", "licenses")
LISTS = ("claims", "facts")  # folders of what judges documents: accepted as tables are, read by kzreport.claims


def package_text(folder: Path) -> str:
    """Return the text of the data package that the cards and tables of a folder describe, each table checked.

    Raises :class:`DataError` for any fault of a card or a table.
    """
    fresh = _assembled(folder)
    for entry in fresh["resources"]:
        parse_table(resource_of(entry, folder, project().languages, f"data/{entry['name']}.yml"))
    return _text(fresh)


def assemble() -> list[str]:
    """Write the data package; return the series, shared files and lists that are not what it said before.

    Raises :class:`DataError`, and writes nothing, if a card or a table has any fault.
    """
    folder = project_root() / "data"
    fresh, path = _assembled(folder), folder / "datapackage.json"
    for entry in fresh["resources"]:
        parse_table(resource_of(entry, folder, project().languages, f"data/{entry['name']}.yml"))
    changed = _changes(path, fresh)
    if changed:
        write_atomic(path, _text(fresh))
    return changed


def check_package() -> None:
    """Compare the data package with the cards and tables. Raises :class:`DataError` with what was changed since."""
    folder = project_root() / "data"
    path = folder / "datapackage.json"
    if changed := _changes(path, _assembled(folder)):
        todo = "if the change is meant, run 'kzreport accept --data'"
        found = f"another state of {', '.join(changed)}"
        raise DataError(explain(shown_path(path), found, "what cards and tables say", todo))


def copy_data(source: Path, target: Path, changed: Mapping[str, bytes | None]) -> None:
    """Make a folder of data with links to the files of another one, but for those that are changed.

    ``changed``: path in the folder -> content; ``None`` for a file that is left out. What lies deeper than claims and
    facts, as raw replies, is read by no page: it is left out, too.
    """
    read = [path for path in source.glob("[!.]*") if path.name not in LISTS]
    read += [path for name in LISTS for path in (source / name).glob("[!.]*")]
    target.mkdir()
    for path in read:
        name = path.relative_to(source)
        if str(name) not in changed:
            (target / name).parent.mkdir(exist_ok=True)
            link_or_copy(path.resolve(), target / name)
    for path_name, content in changed.items():
        if content is not None and ("/" not in path_name or path_name.startswith(LISTS)):
            write_durably(target / path_name, content)


def _text(package: Mapping[str, Any]) -> str:
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def _assembled(folder: Path) -> dict[str, Any]:
    """Return the data package that cards and tables describe today; the tables are not read but for their digests."""
    tables = sorted(folder.glob("[!.]*.csv"))
    if undeclared := undeclared_tables(folder):
        raise DataError(undeclared[0])
    heading = read_map(folder / "package.yml", ("name", "title"), _HEADING)
    shared = read_shared(folder, project().languages)
    entries = []
    for table in tables:
        entry = read_card(table.with_suffix(".yml"), shared)
        _add_dated(entry, table)
        size = {"bytes": table.stat().st_size, "hash": f"sha256:{file_digest(table)}"}
        entries.append(entry | size)
    files = [folder / name for name in SHARED_FILES if (folder / name).exists()]
    files += [table.with_suffix(".yml") for table in tables]
    return sealed(
        {
            **heading,
            "publishers": shared.publishers,
            "publishers_before": shared.earlier,
            "scopes": shared.scopes,
            "made_from": {file.name: file_digest(file) for file in files},
            "beside": [name for name in OTHER_FILES if (folder / name).exists()],
            "lists": lists_of(folder),
            "resources": entries,
        }
    )


def lists_of(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the files of claims and facts: path -> ``hash``, and of a table ``rows``, its header not counted."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(path for name in LISTS for path in (folder / name).glob("[!.]*.*")):
        found[f"{path.parent.name}/{path.name}"] = {"hash": f"sha256:{file_digest(path)}"}
        if path.suffix == ".csv":
            found[f"{path.parent.name}/{path.name}"]["rows"] = read_text(path, by_cell=True).count("\n") - 1
    return found


def _add_dated(entry: dict[str, Any], table: Path) -> None:
    """Describe the column ``dated`` of a table whose card does not name it: an empty cell is as the rule says."""
    fields = entry["schema"]["fields"]
    with table.open(encoding="utf-8", errors="replace") as lines:
        header = lines.readline().rstrip("\n").split(",")
    if header == [*(f["name"] for f in fields), "dated"]:
        about = "Whether the day of publication was stated, or is that on which the figure was first seen"
        rules = {"required": False, "enum": ["recorded", "observed"]}
        fields.append({"name": "dated", "type": "string", "description": about, "constraints": rules})
        entry["some_dated"] = True


def _changes(path: Path, fresh: Mapping[str, Any]) -> list[str]:
    """Return the names of the parts that differ from the package on disk; the package itself if only its form does."""

    def parts(package: Any) -> dict[str, Any]:
        made_from = package["made_from"]
        by_name = {entry["name"]: (entry, made_from[f"{entry['name']}.yml"]) for entry in package["resources"]}
        lists: dict[str, Any] = package["lists"]
        return by_name | {name: made_from.get(name) for name in SHARED_FILES} | lists

    try:
        before = parts(read_json(path))
    except (DataError, KeyError, TypeError, AttributeError):  # not there, or broken: it is made anew
        return [path.name]
    now = parts(fresh)
    changed = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
    return changed or ([] if holds_text(path, _text(fresh)) else [path.name])
