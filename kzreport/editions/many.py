"""Many editions at once: one queue of pages, oldest edition first, each edition whole or absent.

An edition is put together, by one rename, as soon as its last page is made; what is up to date by its inputs is not
touched. An executed page is kept under ``.work/pages/`` by the digest of its own inputs until no edition holds it: one
that another definition, a revision or an interrupted run has made is rendered again and not computed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from kzreport.editions.definition import Definition
from kzreport.editions.log import Journal
from kzreport.editions.make import Job, Pool, finish_edition, keep_failed, make_page, next_name
from kzreport.editions.plan import Plan, edition_before, make_plans, prepared_definition, recorded_inputs
from kzreport.editions.store import (
    Locked,
    Store,
    edition_lock,
    input_differences,
    list_editions,
    read_manifest,
    write_index,
)
from kzreport.errors import KzreportError, PageError, StaleEdition
from kzreport.execution import execute as runner
from kzreport.execution.execute import Progress, Task, TimeUp
from kzreport.files import sync_folder, write_atomic
from kzreport.render import html

# --- pages, executed once ----------------------------------------------------------------------------------------


def page_key(p: Plan, task: Task) -> str:
    """The digest of what an executed page depends on: its notebook, words, parameters, the data, the code."""
    named = {str(n).partition(" ")[0] for few in task.values.values() if isinstance(few, list) for n in few}
    own = {f"notebooks/{n}.{kind}" for n in {task.page, *named} for kind in ("ipynb", "yml")}
    general = ("data/", "params/languages/", "params/methods", "kzreport/", "package ")
    inputs = {k: v for k, v in p.inputs.items() if k in own or k in ("python", "system") or k.startswith(general)}
    return hashlib.sha256(json.dumps([task.page, task.parameters, inputs], sort_keys=True).encode()).hexdigest()[:32]


class _Pages:
    """Executed pages by their keys, each under its key and the mark of its bytes."""

    def __init__(self, shelf: Store) -> None:
        self.shelf, self.folder = shelf, shelf.root / ".work" / "pages"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.known = {path.name.partition("-")[0]: path for path in self.folder.glob("*-*.ipynb")}

    def find(self, key: str) -> Path | None:
        """Where the page is, if it was executed before."""
        if path := self.known.get(key):
            with contextlib.suppress(OSError):  # gone meanwhile: it is computed again
                self.shelf.fetch(path)
        return path

    def keep(self, key: str, written: Path) -> None:
        """Keep the page that was written into an edition: one file with two names, or a copy."""
        data = written.read_bytes()
        path = self.folder / f"{key}-{_mark(data)}.ipynb"
        path.unlink(missing_ok=True)
        try:
            os.link(written, path)
        except OSError:
            write_atomic(path, data)
        self.shelf.put(path)
        self.known[key] = path

    def prune(self) -> None:
        """Forget the pages that no edition holds any more."""
        for path in self.folder.iterdir():
            if not self.shelf.holds(path):
                path.unlink(missing_ok=True)


def _read(path: Path) -> NotebookNode | None:
    """The executed page, if it is there and still what was written."""
    with contextlib.suppress(OSError):
        data = path.read_bytes()
        if path.stem.endswith(_mark(data)):
            nb: NotebookNode = nbformat.v4.reads(data.decode())
            return nb
    return None


def _mark(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


@dataclass(frozen=True)
class _Made:
    """What a worker says of a page: small, whatever the page."""

    reason: str = ""
    failed: str = field(default="", repr=False)
    headline: str = ""
    seconds: float = 0.0
    tries: int = 1
    kept: bool = False


def _make(job: Job, progress: Progress) -> _Made:
    done = _read(job.done) if job.done else None
    result = make_page(job.plan, job.folder, job.task, progress, done)
    if result.notebook is None:
        return _Made(result.reason, result.failed, seconds=result.seconds, tries=result.tries)
    headline = html.headline(result.notebook)
    return _Made(headline=headline, seconds=result.seconds, tries=result.tries, kept=done is not None)


# --- editions ----------------------------------------------------------------------------------------------------


@dataclass
class _Edition:
    """An edition being made: its plan, its place, what its pages said, and the lock on it."""

    plan: Plan
    name: str
    shelf: Store
    lock: contextlib.ExitStack = field(repr=False)
    said: dict[str, str] = field(default_factory=dict)
    failed: list[runner.Result] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.shelf.root / ".work" / f"{self.plan.definition.name}-{self.name}"

    def finish(self) -> None:
        """Front page, manifest, rename."""
        finish_edition(self.plan, self.folder, self.name, self.said)
        final = self.shelf.root / self.plan.definition.name / self.name
        final.parent.mkdir(exist_ok=True)
        self.folder.rename(final)
        sync_folder(final.parent)
        self.shelf.put(final)
        self.close()

    def close(self) -> None:
        """Remove what is half made, and let go."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.close()


@dataclass(frozen=True)
class State:
    """What there is to do for one date: the name to make, or nothing; and why."""

    plan: Plan
    name: str
    why: tuple[str, ...]
    blocked: str = ""


def look(
    definition: Definition, dates: Sequence[date], languages: Sequence[str], root: Path, revision: bool
) -> Iterator[State]:
    """What is up to date, what is missing, what was made from other inputs; nothing is run."""
    present: dict[str, list[Path]] = {}
    for folder in list_editions(root):  # in the order of their revisions
        if folder.parent.name == definition.name:
            present.setdefault(folder.name[:10], []).append(folder)
    earlier = edition_before(root, definition.name, dates[0]) if dates else None

    def prepared(as_of: date) -> Definition:  # the one before is there, or will be once its turn has come
        there = present.get(as_of.isoformat(), [])
        return prepared_definition(definition, as_of, there, earlier, revision=revision)

    for p in make_plans(definition, dates, languages, prepared):
        there = present.get(p.as_of.isoformat(), [])
        name = blocked = ""
        try:
            name = next_name(p, there, revision, quick=True)
        except (StaleEdition, PageError) as e:
            blocked = str(e)
        why = ["not made yet"] if not there else []
        if there and (name or blocked):
            with contextlib.suppress(PageError):
                why = input_differences(read_manifest(there[-1])["inputs"], p.inputs)
        earlier = recorded_inputs(p)
        if not name:
            with contextlib.suppress(PageError):
                earlier = read_manifest(there[-1])
        yield State(p, name, tuple(why), blocked)


def _told(blocked: Sequence[State]) -> list[str]:
    """What keeps editions from being made, once for all to which the same has happened."""
    alike: dict[tuple[str, ...], list[State]] = {}
    for state in blocked:
        alike.setdefault(state.why or (state.blocked,), []).append(state)
    told = []
    for why, states in alike.items():
        if len(states) == 1:
            told.append(states[0].blocked)
            continue
        first, last = (f"{s.plan.definition.name}/{s.plan.as_of}" for s in (states[0], states[-1]))
        listed = "\n  ".join(why)
        told.append(
            f"{len(states)} editions, from {first} to {last}, exist and were made from other inputs; use --revision to "
            f"make new ones beside them. What changed:\n  {listed}"
        )
    return told


def run(
    definition: Definition,
    dates: Sequence[date],
    languages: Sequence[str],
    shelf: Store,
    *,
    jobs: int,
    report: Journal,
    revision: bool = False,
    keep_going: bool = False,
    bars: bool = False,
    pool: Pool = runner.in_processes,
) -> tuple[int, list[str]]:
    """Make every edition that is not up to date; how many were made, and what went wrong.

    Raises the input errors of the package before anything is run, :class:`Locked` if another batch of the definition
    is at work.
    """
    root = shelf.root
    with edition_lock(root, f"backfill-{definition.name}"):
        todo, blocked = [], []
        for state in look(definition, dates, languages, root, revision):
            if state.blocked:
                blocked.append(state)
            elif state.name:
                todo.append(state)
        wrong = _told(blocked)
        if wrong and not keep_going:
            return 0, wrong
        made = 0
        if todo:
            batch = _Batch(definition, shelf, todo, jobs, report, keep_going, bars, pool)
            try:
                batch.run()
            finally:
                made = len(report.made)
                wrong += batch.wrong
                report.write(root)
                write_index(root, report)
        else:
            write_index(root, report)  # a run may have been killed when it had made the last edition
        return made, wrong


class _Batch:
    """The queue at work: pages go out in the order of the editions, an edition is finished with its last page."""

    def __init__(
        self,
        definition: Definition,
        shelf: Store,
        todo: Sequence[State],
        jobs: int,
        report: Journal,
        keep: bool,
        bars: bool,
        pool: Pool,
    ) -> None:
        self.definition, self.shelf, self.root, self.todo, self.jobs = definition, shelf, shelf.root, todo, jobs
        self.report, self.keep_going, self.pool = report, keep, pool
        self.store = _Pages(shelf)
        self.open: dict[str, _Edition] = {}
        self.sent: dict[int, tuple[_Edition, Task, str]] = {}
        self.wrong: list[str] = []
        self.pages = 0
        self.lines = _Lines(len(todo), sum(len(s.plan.tasks) for s in todo), report, shown=bars)

    def _jobs(self) -> Iterator[Job]:
        number = 0
        for state in self.todo:
            lock = contextlib.ExitStack()
            try:
                lock.enter_context(edition_lock(self.root, f"{self.definition.name}-{state.plan.as_of}"))
            except Locked as e:
                self.wrong.append(str(e))
                continue
            one = _Edition(state.plan, state.name, self.shelf, lock)
            self.open[state.name] = one
            shutil.rmtree(
                one.folder, ignore_errors=True
            )  # left by a run that was killed; the lock says nobody is in it
            one.folder.mkdir(parents=True)
            for task in state.plan.tasks:
                key = page_key(state.plan, task)
                self.sent[number] = (one, task, key)
                number += 1
                yield Job(state.plan, task, one.folder, self.store.find(key))

    def run(self) -> None:
        """Everything. Ends early with the first page that fails, unless asked to keep going."""
        with contextlib.ExitStack() as stack:
            stack.callback(self._close)
            stack.callback(self._prune)
            stack.enter_context(contextlib.closing(self.lines))
            pages = stack.enter_context(contextlib.closing(self.pool(_make, self._jobs(), self.jobs)))
            try:
                for number, found in pages:
                    one, task, key = self.sent.pop(number)
                    if isinstance(found, runner.Lost):
                        found = _Made(f"{task.name}: {found}", seconds=found.seconds)
                    elif not found.reason and not found.kept:
                        with contextlib.suppress(OSError):  # a full disk: the next run computes it again if it must
                            self.store.keep(key, one.folder / task.language / f"{task.page}.ipynb")
                    self._page(one, task, found)
                    if self.wrong and not self.keep_going:
                        return
            except TimeUp as e:
                self.wrong.append(str(e))

    def _prune(self) -> None:
        """Forget the pages that no edition holds any more, unless a next run may want them."""
        if self.pages == sum(len(s.plan.tasks) for s in self.todo) and not self.wrong:
            self.store.prune()

    def _close(self) -> None:
        for one, task, _ in self.sent.values():
            self.report.page(one.name, task.name, "not made", shown=False)
        for one in self.open.values():
            one.close()

    def _page(self, one: _Edition, task: Task, made: _Made) -> None:
        status = "failed" if made.reason else "kept" if made.kept else "made"
        self.report.page(
            one.name, task.name, status, seconds=made.seconds, tries=made.tries, reason=made.reason, shown=False
        )
        self.pages += 1
        self.lines.page()
        if made.reason:
            one.failed.append(runner.Result(task, None, made.reason, made.failed))
        one.said[task.name] = made.headline
        stop = one.failed and not self.keep_going
        if len(one.said) < len(one.plan.tasks) and not stop:
            return
        self._ended(one)
        del self.open[one.name]  # only now: an edition that is interrupted in its last steps has to be removed

    def _ended(self, one: _Edition) -> None:
        """Every page has ended, or one has failed and nobody waits for the others."""
        if one.failed:
            self.wrong += [f"{one.name}: {line}" for line in keep_failed(self.root, one.plan, one.failed)]
            self.lines.edition(one.name, "failed")
            one.close()
            return
        try:
            one.finish()
        except (KzreportError, OSError) as e:
            self.wrong.append(f"{one.name}: {e}")
            self.lines.edition(one.name, "failed")
            one.close()
        else:
            keep_failed(self.root, one.plan, [])  # what an earlier run put there
            self.lines.edition(one.name, "made")


class _Lines:
    """One progress bar on a terminal, elsewhere a line for each edition."""

    def __init__(self, editions: int, pages: int, report: Journal, *, shown: bool) -> None:
        self.editions, self.done, self.report, self.bar = editions, 0, report, None
        if shown:
            from tqdm import tqdm  # type: ignore[import-untyped]

            tqdm.monitor_interval = 0  # no thread: workers are forked
            form = "{desc} {bar:30} {n_fmt}/{total_fmt} pages, {remaining} left"
            self.bar = tqdm(total=pages, desc=f"0/{editions} editions", bar_format=form, dynamic_ncols=True)

    def page(self) -> None:
        """A page has ended."""
        if self.bar is not None:
            self.bar.update()

    def edition(self, name: str, status: str) -> None:
        """An edition has ended."""
        self.done += 1
        if self.bar is not None:
            self.bar.set_description(f"{self.done}/{self.editions} editions")
        self.report.edition(name, status, f" ({self.done} of {self.editions})", shown=self.bar is None)

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self.bar is not None:
            self.bar.close()
