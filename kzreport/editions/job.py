"""One page of an edition as a job for a worker: executed, rendered, written."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Protocol, TypeVar

import nbformat
from nbformat import NotebookNode

from kzreport.editions.kept import read_kept
from kzreport.editions.plan import Plan, changed_inputs
from kzreport.errors import KzreportError, message_of
from kzreport.execution.execute import execute_page
from kzreport.execution.processes import Moved
from kzreport.execution.task import Lost, Result, Task
from kzreport.execution.worker import Worker
from kzreport.files import write_durably
from kzreport.language.words import Words
from kzreport.render import html
from kzreport.render.downloads import figure_files
from kzreport.series.releases import known_until
from kzreport.series.resource import describe_series

R = TypeVar("R")


@dataclass(frozen=True)
class Job:
    """One page of one edition.

    - ``folder``: of the edition that is being built
    - ``done``: the file of an earlier execution
    - ``verdicts``: the file of what was judged for its edition, on this machine
    """

    plan: Plan
    task: Task
    folder: Path
    done: Path | None = None
    verdicts: Path | None = None

    @property
    def fingerprint(self) -> str:
        """The digest of the inputs of its plan."""
        return self.plan.inputs.fingerprint

    def at(self, folder: Path, done: Path | None) -> Job:
        """Return the same job with other places, on another machine."""
        return replace(self, folder=folder, done=done, verdicts=None)

    def changed_inputs(self) -> list[str]:
        """List the inputs that differ on the machine where this is called, one line each."""
        return changed_inputs(self.plan)


class Pool(Protocol):
    """A function that does jobs, several at a time, in processes of this machine or on a cluster."""

    def __call__(
        self, work: Callable[[Job, Worker], R], items: Iterable[Job], jobs: int, moved: Moved | None = None
    ) -> Generator[tuple[int, R | Lost], None, None]:
        """Yield the number of each job, as it ends, and its result or the reason why it failed."""


def page_titles(plan: Plan, language: str) -> dict[str, str]:
    """Return the title of each page of an edition."""
    return {page: str(Words(language, page).entry("title")[language]) for page in plan.definition.pages}


def stale_notice(plan: Plan, language: str) -> str:
    """Return the sentence that says since when figures could not be fetched; empty for an edition without that."""
    if not plan.definition.not_refreshed:
        return ""
    about = json.loads(plan.definition.not_refreshed)
    series = about["series"]
    bodies = dict.fromkeys(
        d.published_by(language, plan.as_of) or d.titles[language] for d in map(describe_series, series)
    )
    day, until = date.fromisoformat(about["day"]), known_until(series, plan.as_of)
    return Words(language).not_refreshed(day, list(bodies), until)


def previous_edition(plan: Plan) -> str:
    """Return the name of the edition that this one is compared with; empty without one."""
    return next((str(own["previous"]) for own in plan.definition.values.values() if own.get("previous")), "")


@dataclass(frozen=True)
class PageMade:
    """The result of a page as a worker returns it: small for every page.

    - ``reason``, ``failed``, ``tries``, ``seconds``, ``files``: as of :class:`~kzreport.execution.task.Result`
    - ``kept``: it had been executed before
    """

    reason: str = ""
    failed: str = field(default="", repr=False)
    seconds: float = 0.0
    tries: int = 1
    kept: bool = False
    files: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def status(self) -> str:
        """Its end in the log of the run."""
        return "failed" if self.reason else "kept" if self.kept else "made"


def make_page(job: Job, worker: Worker) -> PageMade:
    """Execute and render one page into the edition being built, in a worker; from its kept execution if there is one.

    Raises nothing for a page that fails: the result has the reason.
    """
    begun = time.monotonic()
    done = read_kept(job.done) if job.done else None
    result = Result(job.task, done) if done is not None else execute_page(job.task, worker, verdicts=job.verdicts)
    if result.notebook is not None:
        result = _rendered(job.plan, job.folder, result, result.notebook)
    seconds = round(time.monotonic() - begun, 3)
    return PageMade(result.reason, result.failed, seconds, result.tries, done is not None, result.files)


def page_made(found: PageMade | Lost, task: Task) -> PageMade:
    """Return the result of a page that its worker returned, or lost."""
    return PageMade(f"{task.name}: {found}", seconds=found.seconds) if isinstance(found, Lost) else found


def _rendered(plan: Plan, folder: Path, result: Result, nb: NotebookNode) -> Result:
    task = result.task
    try:
        files = figure_files(nb, Words(task.language, task.page, plan.as_of), plan.as_of)
        text = html.page(
            nb,
            name=task.page,
            language=task.language,
            titles=page_titles(plan, task.language),
            report=plan.definition.title[task.language],
            as_of=plan.as_of,
            languages=plan.languages,
            fingerprint=plan.inputs.fingerprint,
            notice=stale_notice(plan, task.language),
            previous=previous_edition(plan),
            sizes={name: len(data) for name, data in files.items()},
        )
        files |= {f"{task.page}.html": text.encode(), f"{task.page}.ipynb": f"{nbformat.writes(nb)}\n".encode()}
        written = {
            f"{task.language}/{name}": write_durably(folder / task.language / name, data)
            for name, data in files.items()
        }
    except Exception as e:  # a full disk, a figure that cannot be rendered: named like any other failure
        told = message_of(e) if isinstance(e, KzreportError | OSError) else f"{type(e).__name__}: {e}"
        reason = f"{task.name}, rendering: {told}"
        return replace(result, notebook=None, reason=reason, failed=nbformat.writes(nb))
    return replace(result, files=written)
