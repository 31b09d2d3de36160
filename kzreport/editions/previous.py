"""The edition before: what the next one is compared with, and what changed between two dates."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from kzreport.editions.definition import Definition
from kzreport.editions.manifest import read_manifest
from kzreport.editions.plan import Plan
from kzreport.editions.store import list_editions, list_revisions
from kzreport.errors import PageError, ParameterError, explain
from kzreport.language.wordfiles import methods
from kzreport.pages.notes import note_path, read_note
from kzreport.pages.parameters import FILLED
from kzreport.pages.since import Changes, compare_dates
from kzreport.pages.views import claims_read, series_read


def edition_record(plan: Plan) -> dict[str, Any]:
    """Return the part of a manifest that the next edition is compared with."""
    return {
        "edition": {"definition": plan.definition.name, "as_of": plan.as_of.isoformat()},
        "methods": list(methods()),
        "parameters": {page: dict(values) for page, values in plan.definition.values.items()},
    }


def edition_before(root: Path, name: str, as_of: date) -> Mapping[str, Any] | None:
    """Return the manifest of the latest readable edition of an earlier date; ``None`` if there is no such edition."""
    for folder in reversed(list_editions(root)):
        if folder.parent.name == name and folder.name[:10] < as_of.isoformat():
            with contextlib.suppress(PageError):  # the index reports it
                return read_manifest(folder)
    return None


def prepare_definition(definition: Definition, root: Path, as_of: date, *, revision: bool) -> Definition:
    """Return the definition for one date, completed from the editions in ``root``: see :func:`fill_definition`."""
    present = list_revisions(root, definition.name, as_of)
    return fill_definition(definition, as_of, present, edition_before(root, definition.name, as_of), revision=revision)


def fill_definition(
    definition: Definition, as_of: date, present: Sequence[Path], earlier: Mapping[str, Any] | None, *, revision: bool
) -> Definition:
    """Complete a definition with what only other editions and the analyst know.

    - the date of the edition before (``earlier`` is its manifest), and what changed in method and parameters since
    - the analyst's note for this date, if there is one

    An edition that exists (the last of ``present``) keeps the one it was compared with, whatever was made since.
    Raises :class:`ParameterError` for a note with a part for a page that the report has not, or an unreadable note.
    """
    open_pages = [page for page, own in definition.values.items() if "previous" in own and own["previous"] is None]
    known: Mapping[str, Mapping[str, Any]] = {}
    made: Mapping[str, Any] | None = None
    if present and not revision:
        with contextlib.suppress(PageError):  # a torn manifest blocks its own date alone: see needs
            made = read_manifest(present[-1])
    if made and open_pages:
        known = made["parameters"]
    elif open_pages and earlier:
        new = [m for m in methods() if m not in earlier.get("methods", [])]
        since = {"previous": earlier["edition"]["as_of"], "methods": new}
        settings = _changed_settings(earlier["parameters"], definition.values)
        known = dict.fromkeys(open_pages, since | {"settings": settings})
    if made:  # it says what was true when it was made
        definition = replace(definition, not_refreshed=made["inputs"].get("not refreshed", ""))
    filled = {
        page: {k: v for k, v in known.get(page, {}).items() if k in FILLED and k in definition.values[page]}
        for page in open_pages
    }
    name = f"{definition.name}/{as_of}"
    if note_path(name).exists():
        for page in sorted({page or definition.pages[0] for page, _ in read_note(name)}):
            if "note" not in definition.values.get(page, {}):
                able = ", ".join(p for p, own in definition.values.items() if "note" in own) or "none"
                raise ParameterError(explain(f"params/notes/{name}.md", f"a part for '{page}'", f"one of {able}"))
            filled.setdefault(page, {})["note"] = name
    return replace(
        definition, values={page: {**own, **filled.get(page, {})} for page, own in definition.values.items()}
    )


def changes_between(root: Path, definition: Definition, then: date, now: date) -> Changes:
    """Return what changed between two dates: in the data, and in the manifests if both editions are in ``root``.

    Raises :class:`ParameterError` unless ``then`` is earlier.
    """
    folders = [list_revisions(root, definition.name, day) for day in (then, now)]
    new_methods: list[str] = []
    settings: list[str] = []
    if all(folders):
        old, new = (read_manifest(revisions[-1]) for revisions in folders)
        new_methods = [m for m in new.get("methods", []) if m not in old.get("methods", [])]
        settings = _changed_settings(old["parameters"], new["parameters"])
    values = {page: definition.values[page] for page in definition.pages}
    series, chosen = series_read(values), claims_read(values) or None
    return compare_dates(then, now, series, chosen, methods=new_methods, settings=settings, manifests=all(folders))


def _changed_settings(before: Mapping[str, Any], now: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """List as text the parameters that pages of both editions have and that differ.

    A map holds values of other pages, which are listed there.
    """
    return [
        f"{page}.{key}: {before[page][key]} → {value}"[:200]
        for page, own in now.items()
        for key, value in own.items()
        if key in before.get(page, {})
        and key not in FILLED
        and not isinstance(value, dict)
        and before[page][key] != value
    ]
