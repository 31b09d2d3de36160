"""A batch: one queue of pages for many editions, oldest edition first, each edition whole or absent.

An edition is put together, by one rename, as soon as its last page is made. Pages executed before are rendered again
and not computed again: see :mod:`kzreport.editions.kept`.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from kzreport.editions.bars import BatchBar
from kzreport.editions.correction import compare_plan
from kzreport.editions.job import Job, PageMade, Pool, make_page, page_made
from kzreport.editions.kept import KeptPages, page_key
from kzreport.editions.log import RunLog
from kzreport.editions.make import finish_edition, keep_failed, publish_edition, work_folder
from kzreport.editions.plan import Plan
from kzreport.editions.store import Store, edition_lock, list_revisions
from kzreport.editions.verdicts import Verdicts
from kzreport.errors import KzreportError, Locked, message_of
from kzreport.execution.task import Result, Task, TimeUp
from kzreport.machine import scratch


@dataclass
class OpenEdition:
    """An edition being made: its plan and place, its lock, the pages made so far and their files."""

    plan: Plan
    name: str
    store: Store
    lock: contextlib.ExitStack = field(repr=False)
    done: set[str] = field(default_factory=set)
    written: dict[str, str] = field(default_factory=dict)
    failed: list[Result] = field(default_factory=list)

    @property
    def before(self) -> Path | None:
        """The edition that it replaces."""
        present = list_revisions(self.store.root, self.plan.definition.name, self.plan.as_of)
        if present:
            self.store.fetch(present[-1])
        return present[-1] if present else None

    @property
    def folder(self) -> Path:
        """The folder in which it is made."""
        return work_folder(self.store, self.plan, self.name)

    def finish(self) -> None:
        """Write covers and manifest, rename, close. Raises as :func:`finish_edition`, and :class:`OSError`."""
        compare = partial(compare_plan, self.plan, self.before)
        finish_edition(self.plan, self.folder, self.name, self.written, compare)
        publish_edition(self.store, self.folder, self.store.root / self.plan.definition.name / self.name)
        self.close()

    def close(self) -> None:
        """Remove what is half made, and unlock."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.close()


class Batch:
    """The queue of pages. ``wrong`` lists what went wrong."""

    def __init__(
        self,
        store: Store,
        todo: Sequence[tuple[Plan, str]],
        *,
        jobs: int,
        log: RunLog,
        keep_going: bool,
        bars: bool,
        pool: Pool,
        wait: float = 0.0,
    ) -> None:
        self.wait = wait
        self.store, self.todo, self.jobs = store, todo, jobs
        self.log, self.keep_going, self.pool = log, keep_going, pool
        self.kept = KeptPages(store)
        self.open: dict[str, OpenEdition] = {}
        self.sent: dict[int, tuple[OpenEdition, Task, str]] = {}
        self.wrong: list[str] = []
        self.pages_left = sum(len(plan.tasks) for plan, _ in todo)
        self.bar = BatchBar(len(todo), self.pages_left, log, shown=bars)

    def run(self) -> None:
        """Make everything. Ends early with the first page that fails, unless asked to keep going."""
        with contextlib.ExitStack() as stack:
            stack.callback(self._close)
            stack.callback(self._prune)
            stack.enter_context(contextlib.closing(self.bar))
            self.verdicts = Verdicts(stack.enter_context(scratch.folder()))
            results = stack.enter_context(contextlib.closing(self.pool(make_page, self._jobs(), self.jobs)))
            try:
                for number, found in results:
                    edition, task, key = self.sent.pop(number)
                    made = page_made(found, task)
                    if made.status == "made":
                        self.kept.keep(key, edition.folder / task.language / f"{task.page}.ipynb")
                    self._page_ended(edition, task, made)
                    if self.wrong and not self.keep_going:
                        return
            except TimeUp as e:
                self.wrong.append(str(e))

    def _jobs(self) -> Iterator[Job]:
        number = 0
        for plan, name in self.todo:
            lock = contextlib.ExitStack()
            try:
                lock.enter_context(
                    edition_lock(self.store.root, f"{plan.definition.name}-{plan.as_of}", wait=self.wait)
                )
            except Locked as e:
                self.log.locked.append(str(e))
                continue
            edition = OpenEdition(plan, name, self.store, lock)
            self.open[name] = edition
            # left by a run that was killed; the lock says that nobody is in it
            shutil.rmtree(edition.folder, ignore_errors=True)
            edition.folder.mkdir(parents=True)
            for task in plan.tasks:
                key = page_key(plan, task)
                self.sent[number] = (edition, task, key)
                number += 1
                done = self.kept.find(key)
                yield Job(plan, task, edition.folder, done, None if done else self.verdicts.file_of(plan))

    def _prune(self) -> None:
        """Remove the kept pages that no edition holds, unless the next run may want them."""
        if not self.pages_left and not self.wrong:
            self.kept.prune()

    def _close(self) -> None:
        for edition, task, _ in self.sent.values():
            self.log.page(edition.name, task.name, "not made", shown=False)
        for edition in self.open.values():
            edition.close()

    def _page_ended(self, edition: OpenEdition, task: Task, made: PageMade) -> None:
        self.log.page(
            edition.name,
            task.name,
            made.status,
            seconds=made.seconds,
            tries=made.tries,
            reason=made.reason,
            shown=False,
        )
        self.pages_left -= 1
        self.bar.page_ended()
        if made.reason:
            edition.failed.append(Result(task, None, made.reason, made.failed))
        edition.done.add(task.name)
        edition.written |= made.files
        stop = edition.failed and not self.keep_going
        if len(edition.done) < len(edition.plan.tasks) and not stop:
            return
        self._edition_ended(edition)
        del self.open[edition.name]  # only now: an edition that is interrupted in its last steps has to be removed

    def _edition_ended(self, edition: OpenEdition) -> None:
        """Finish an edition whose pages have all ended, or drop one with a failed page."""
        if edition.failed:
            kept = keep_failed(self.store.root, edition.plan, edition.failed)
            self._edition_failed(edition, kept)
            return
        try:
            edition.finish()
        except (KzreportError, OSError) as e:
            self._edition_failed(edition, [message_of(e)])
        else:
            keep_failed(self.store.root, edition.plan, [])  # removes what an earlier run put there
            self.bar.edition_ended(edition.name, "made")

    def _edition_failed(self, edition: OpenEdition, messages: Sequence[str]) -> None:
        self.wrong += [f"{edition.name}: {message}" for message in messages]
        self.bar.edition_ended(edition.name, "failed")
        edition.close()
