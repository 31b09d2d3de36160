"""Many editions at once: list what is missing or stale, and make it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kzreport.editions.batch import Batch
from kzreport.editions.definition import Definition
from kzreport.editions.index import write_index
from kzreport.editions.inputs import list_differences
from kzreport.editions.job import Pool
from kzreport.editions.log import RunLog
from kzreport.editions.make import next_name
from kzreport.editions.plan import Plan, make_plans
from kzreport.editions.previous import edition_before, edition_record, fill_definition
from kzreport.editions.store import Store, edition_lock, list_editions, read_manifest
from kzreport.errors import PageError, StaleEdition
from kzreport.execution.processes import in_processes
from kzreport.guards.state import demand_sound


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
    definition: Definition, dates: Sequence[date], languages: Sequence[str], root: Path, *, revision: bool
) -> Iterator[Need]:
    """Compare each date with the editions in ``root``, oldest first; nothing is run."""
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
            name = next_name(plan, folders, revision=revision, quick=True)
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


def make_editions(
    definition: Definition,
    dates: Sequence[date],
    languages: Sequence[str],
    store: Store,
    *,
    jobs: int,
    log: RunLog,
    revision: bool = False,
    keep_going: bool = False,
    bars: bool = False,
    pool: Pool = in_processes,
) -> list[str]:
    """Make every edition that is not up to date; ``log.made`` names them.

    Parameters
    ----------
    definition, dates, languages
        the editions
    store
        where they are put
    jobs
        number of pages at a time
    log
        log of the run
    revision
        make a revision of an edition that was made from other inputs
    keep_going
        go on with other editions if a page fails or an edition is blocked
    bars
        show a progress bar
    pool
        executes the pages

    Returns
    -------
    Messages of what went wrong, empty if nothing did.

    Raises
    ------
    InputError
        and its subclasses, before anything is run
    Locked
        if another batch of the definition is at work
    """
    with edition_lock(store.root, f"backfill-{definition.name}"):
        needs = list(list_needs(definition, dates, languages, store.root, revision=revision))
        wrong = grouped_messages([need for need in needs if need.blocked])
        if wrong and not keep_going:
            return wrong
        todo = [(need.plan, need.name) for need in needs if need.name]
        if not todo:
            write_index(store.root, log)  # a run may have been killed when it had made the last edition
            return wrong
        for warning in demand_sound(plan.as_of for plan, _ in todo):
            log.line(f"warning: {warning.message}")
        batch = Batch(store, todo, jobs=jobs, log=log, keep_going=keep_going, bars=bars, pool=pool)
        try:
            batch.run()
        finally:
            log.write(store.root)
            write_index(store.root, log)
        return wrong + batch.wrong
