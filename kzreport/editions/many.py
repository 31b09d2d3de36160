"""Many editions at once: make what is missing or stale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from kzreport.editions.definition import Definition
from kzreport.editions.index import write_index
from kzreport.editions.log import RunLog
from kzreport.editions.needs import grouped_messages, list_needs
from kzreport.editions.store import Store, edition_lock
from kzreport.guards.state import demand_sound

if TYPE_CHECKING:
    from kzreport.editions.job import Pool


def make_editions(
    definition: Definition,
    dates: Sequence[date],
    languages: Sequence[str],
    store: Store,
    *,
    jobs: int,
    log: RunLog,
    pool: Pool,
    revision: bool = False,
    keep_going: bool = False,
    bars: bool = False,
    wait: float = 0.0,
) -> list[str]:
    """Make every edition that is not up to date; ``log.made`` names them, ``log.locked`` those that others make.

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
    pool
        executes the pages
    revision
        make a revision of an edition that was made from other inputs
    keep_going
        go on with other editions if a page fails or an edition is blocked
    bars
        show a progress bar
    wait
        seconds to wait for another batch of the definition, and for each edition

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
    with edition_lock(store.root, f"backfill-{definition.name}", wait=wait):
        needs = list(list_needs(definition, dates, languages, store, revision=revision))
        wrong = grouped_messages([need for need in needs if need.blocked])
        if wrong and not keep_going:
            return wrong
        todo = [(need.plan, need.name) for need in needs if need.name]
        if not todo:
            write_index(store.root, log)  # a run may have been killed when it had made the last edition
            return wrong
        from kzreport.editions.batch import Batch  # loads Jupyter, of which "nothing to do" has no need

        for warning in demand_sound(plan.as_of for plan, _ in todo):
            log.line(f"warning: {warning.message}")
        batch = Batch(store, todo, jobs=jobs, log=log, keep_going=keep_going, bars=bars, pool=pool, wait=wait)
        try:
            batch.run()
        finally:
            log.write(store.root)
            write_index(store.root, log)
        return wrong + batch.wrong
