"""The work that dates need: compare them with the editions that are there. Loads nothing that executes a page."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kzreport.editions.damage import list_damage
from kzreport.editions.definition import Definition
from kzreport.editions.inputs import list_differences
from kzreport.editions.manifest import read_manifest
from kzreport.editions.plan import Plan, make_plans
from kzreport.editions.previous import edition_before, edition_record, fill_definition
from kzreport.editions.store import Store, list_editions, revision_number
from kzreport.errors import PageError, StaleEdition, explain


@dataclass(frozen=True)
class Need:
    """The work that one date needs.

    - ``name``: of the edition to make; empty if the present one is up to date or ``blocked``
    - ``reasons``: differences from the present edition, one line each
    - ``blocked``: the message that keeps it from being made; empty if nothing does
    """

    plan: Plan
    name: str
    reasons: tuple[str, ...]
    blocked: str = ""


def list_needs(
    definition: Definition, dates: Sequence[date], languages: Sequence[str], store: Store, *, revision: bool
) -> Iterator[Need]:
    """Compare each date with the editions of a store, oldest first; nothing is run."""
    root = store.root
    present: dict[str, list[Path]] = {}
    for folder in list_editions(root):  # in the order of their revisions
        if folder.parent.name == definition.name:
            present.setdefault(folder.name[:10], []).append(folder)
    earlier = edition_before(root, definition.name, dates[0]) if dates else None

    def prepared(as_of: date) -> Definition:  # the edition before is there, or will be once its turn has come
        return fill_definition(definition, as_of, present.get(as_of.isoformat(), []), earlier, revision=revision)

    for plan in make_plans(definition, dates, languages, prepared):
        folders = present.get(plan.as_of.isoformat(), [])
        name = blocked = ""
        try:
            name = next_name(plan, folders, store, revision=revision)
        except (StaleEdition, PageError) as e:
            blocked = str(e)
        reasons = ["not made yet"] if not folders else []
        if folders and (name or blocked):
            with contextlib.suppress(PageError):
                reasons = list_differences(read_manifest(folders[-1])["inputs"], plan.inputs.flat)
        earlier = edition_record(plan)
        if not name:
            with contextlib.suppress(PageError):
                earlier = read_manifest(folders[-1])
        yield Need(plan, name, tuple(reasons), blocked)


def grouped_messages(blocked: Sequence[Need]) -> list[str]:
    """Return the messages of blocked editions, one for all that have the same reasons."""
    alike: dict[tuple[str, ...], list[Need]] = {}
    for need in blocked:
        alike.setdefault(need.reasons or (need.blocked,), []).append(need)
    messages = []
    for reasons, needs in alike.items():
        if len(needs) == 1:
            messages.append(needs[0].blocked)
            continue
        listed = "\n  ".join(reasons)
        messages.append(
            f"{len(needs)} editions, from {needs[0].plan.label} to {needs[-1].plan.label}, exist and were made from "
            f"other inputs; use --revision to make new ones beside them. What changed:\n  {listed}"
        )
    return messages


def next_name(plan: Plan, present: Sequence[Path], store: Store, *, revision: bool) -> str:
    """Return the name of the edition to make; empty if the latest of ``present`` has the same inputs.

    ``present`` are the editions of the plan's date in the store, first to last revision.
    Raises :class:`StaleEdition` and :class:`PageError` as :func:`make_edition` does.
    """
    if not present:
        above = store.root / plan.definition.name
        if (above.exists() or above.is_symlink()) and not above.is_dir():  # found now, not when all pages are made
            found = "a file, or a link that leads nowhere"
            raise StaleEdition(explain(f"editions, {above.name}", found, "a folder, or nothing", "remove it"))
        return plan.as_of.isoformat()
    last = present[-1]
    following = f"{plan.as_of}-r{revision_number(last) + 1}"
    different = list_differences(read_manifest(last)["inputs"], plan.inputs.flat)
    altered = list_damage(last, store)
    if different and not revision:
        listed = "\n  ".join(different)
        raise StaleEdition(
            f"edition {plan.definition.name}/{last.name} exists and was made from other inputs; use --revision to make "
            f"{following} beside it. What changed:\n  {listed}"
        )
    if altered and not revision:
        listed = "\n  ".join(altered)
        raise PageError(
            f"edition {plan.definition.name}/{last.name} was altered after it was made; remove it and run again, or "
            f"use --revision to make {following} beside it. What was altered:\n  {listed}"
        )
    return following if different or altered else ""
