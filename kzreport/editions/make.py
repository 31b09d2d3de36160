"""Make or verify one edition."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol, TypeVar

import nbformat
from nbformat import NotebookNode

from kzreport.editions.bars import Bars
from kzreport.editions.definition import Definition
from kzreport.editions.log import Journal
from kzreport.editions.plan import Plan, inputs_changed_since, make_plan, recorded_inputs
from kzreport.editions.store import (
    MANIFEST,
    Store,
    damage_of,
    edition_lock,
    input_differences,
    read_manifest,
    revision_number,
    revisions_of,
    write_index,
)
from kzreport.errors import KzreportError, PageError, StaleEdition, explain
from kzreport.execution import execute as runner
from kzreport.execution import scratch
from kzreport.execution.execute import Lost, Moved, Progress, Result, Task
from kzreport.files import project_root, sha256_hex, sync_folder, write_durably
from kzreport.language.words import Words
from kzreport.pages.outputs import page_artefacts, page_headline
from kzreport.render import html

R = TypeVar("R")


class PagesFailed(KzreportError):
    """Pages that could not be made; no edition was written."""


@dataclass(frozen=True)
class Job:
    """One page of one edition, for a worker: where its files go, and where it stands if it was executed before."""

    plan: Plan
    task: Task
    folder: Path
    done: Path | None = None


class Pool(Protocol):
    """Whoever does jobs, several at a time: :func:`runner.in_processes`, or :func:`kzreport.editions.cluster.pool`."""

    def __call__(
        self, work: Callable[[Job, Progress], R], items: Iterable[Job], jobs: int, moved: Moved | None = None
    ) -> Generator[tuple[int, R | Lost], None, None]:
        """The number of each job, as it ends, and its result, or why there is none."""


def _git() -> dict[str, Any] | None:
    def ask(*words: str) -> str:
        return subprocess.run(
            ["git", "-C", str(project_root()), *words], capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        return {"commit": ask("rev-parse", "HEAD"), "clean": not ask("status", "--porcelain", "--untracked-files=no")}
    except (OSError, subprocess.CalledProcessError):
        return None  # not a git checkout: the inputs' digests say what was used


def _titles(p: Plan, language: str) -> dict[str, str]:
    return {page: str(Words(language, page).entry("title")[language]) for page in p.definition.pages}


def make_page(p: Plan, folder: Path, task: Task, progress: Progress, done: NotebookNode | None = None) -> Result:
    """Execute and render one page into the edition being built; ``done``: it was executed before.

    Runs in a worker process.
    """
    begun = time.monotonic()
    result = _make_page(p, folder, task, progress, done)
    return replace(result, seconds=round(time.monotonic() - begun, 3))


def _make_page(p: Plan, folder: Path, task: Task, progress: Progress, done: NotebookNode | None) -> Result:
    result = Result(task, done) if done is not None else runner.execute(task, progress=progress)
    nb = result.notebook
    if nb is None:
        return result
    try:
        w = Words(task.language)
        text = html.page(
            nb,
            name=task.page,
            language=task.language,
            titles=_titles(p, task.language),
            report=p.definition.title[task.language],
            date=w.day(p.as_of),
            languages=p.languages,
            fingerprint=p.fingerprint,
        )
        base = folder / task.language
        write_durably(base / f"{task.page}.html", text)
        write_durably(base / f"{task.page}.ipynb", nbformat.writes(nb) + "\n")
        for a in page_artefacts(nb):
            write_durably(base / "figures" / f"{task.page}-{a.name}.csv", a.csv)
            if a.png:
                write_durably(base / "figures" / f"{task.page}-{a.name}.png", a.png)
    except Exception as e:  # a full disk, a figure that cannot be rendered: named like any other failure
        reason = f"{task.name}, rendering: {type(e).__name__}: {e}"
        return replace(result, notebook=None, reason=reason, failed=nbformat.writes(nb))
    return result


def _make_job(job: Job, progress: Progress) -> Result:
    return make_page(job.plan, job.folder, job.task, progress)


def _execute(p: Plan, folder: Path, name: str, jobs: int, report: Journal, bars: bool, pool: Pool) -> list[Result]:
    """All pages of the plan, ``jobs`` at a time; the journal has each, also those that an early end leaves out."""
    tasks = p.tasks
    results: dict[int, Result] = {}
    with Bars([t.name for t in tasks], shown=bars) as lines, contextlib.ExitStack() as stack:

        @stack.callback
        def left() -> None:
            for task in (t for number, t in enumerate(tasks) if number not in results):
                report.page(name, task.name, "not made", shown=False)

        for number, found in pool(_make_job, [Job(p, t, folder) for t in tasks], jobs, lines.moved):
            task = tasks[number]
            if isinstance(found, str):
                seconds = found.seconds if isinstance(found, Lost) else 0.0
                found = Result(task, None, f"{task.name}: {found}", seconds=seconds)
            results[number] = found
            status = "made" if found.notebook is not None else "failed"
            shown = not lines.ended(number, status)
            report.page(
                name, task.name, status, seconds=found.seconds, tries=found.tries, reason=found.reason, shown=shown
            )
    return [results[number] for number in range(len(tasks))]


def build_edition(
    p: Plan,
    folder: Path,
    name: str,
    *,
    jobs: int,
    report: Journal,
    bars: bool = False,
    pool: Pool = runner.in_processes,
) -> list[Result]:
    """Make every file of an edition in ``folder``, the manifest last; the pages that failed, and then no manifest.

    Raises :class:`StaleEdition` if an input was changed meanwhile: the manifest would tell of another edition.
    """
    results = _execute(p, folder, name, jobs, report, bars, pool)
    if failed := [r for r in results if r.notebook is None]:
        return failed
    finish_edition(p, folder, name, {r.task.name: page_headline(r.notebook) for r in results if r.notebook})
    return []


def finish_edition(p: Plan, folder: Path, name: str, said: Mapping[str, str]) -> None:
    """Write the front page and, last, the manifest of an edition whose pages are made and said these headlines.

    Raises :class:`StaleEdition` if an input was changed meanwhile: the manifest would tell of another edition.
    """
    if moved := inputs_changed_since(p):
        raise StaleEdition("inputs changed while pages were made; run again. What changed:\n  " + "\n  ".join(moved))
    headlines = {k: {page: said[f"{k}/{page}"] for page in p.definition.pages} for k in p.languages}
    front = html.edition(
        report={k: p.definition.title[k] for k in p.languages},
        date=name,
        dates={k: Words(k).day(p.as_of) for k in p.languages},
        titles={k: _titles(p, k) for k in p.languages},
        headlines=headlines,
        fingerprint=p.fingerprint,
    )
    write_durably(folder / "index.html", front)
    files = {
        f.relative_to(folder).as_posix(): sha256_hex(f.read_bytes()) for f in sorted(folder.rglob("*")) if f.is_file()
    }
    manifest = recorded_inputs(p)
    manifest["edition"] |= {
        "name": name,
        "title": dict(p.definition.title),
        "languages": list(p.languages),
        "pages": list(p.definition.pages),
    }
    manifest |= {
        "fingerprint": p.fingerprint,
        "inputs": dict(p.inputs),
        "git": _git(),
        "files": files,
    }
    write_durably(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    for sub in [*folder.rglob("*"), folder]:
        if sub.is_dir():
            sync_folder(sub)


def keep_failed(root: Path, p: Plan, failed: Sequence[Result]) -> list[str]:
    """Put the notebooks of failed pages aside, in place of those of the run before; a line for each."""
    aside = root / "failed" / f"{p.definition.name}-{p.as_of}"
    shutil.rmtree(aside, ignore_errors=True)
    with contextlib.suppress(OSError):
        aside.parent.rmdir()
    lines = []
    for r in failed:
        path = aside / f"{r.task.language}-{r.task.page}.ipynb"
        if r.failed:
            write_durably(path, r.failed)
        lines.append(r.reason + (f"\n    kept: {os.path.relpath(path)}" if r.failed else ""))
    return lines


def make_edition(
    p: Plan,
    shelf: Store,
    *,
    revision: bool,
    jobs: int,
    report: Journal,
    bars: bool = False,
    pool: Pool = runner.in_processes,
) -> Path | None:
    """Make the edition, or nothing if one with the same inputs is there (then ``None``).

    Raises :class:`StaleEdition` if there is one from other inputs and no revision was asked for, :class:`PageError` if
    it was altered since, :class:`PagesFailed` if a page failed (no edition then), :class:`TimeUp` if the time for the
    run is over, :class:`Locked` if another run is making it.
    """
    d, day, root = p.definition, p.as_of.isoformat(), shelf.root
    with edition_lock(root, f"{d.name}-{day}"):
        present = revisions_of(root, d.name, p.as_of)
        if present:
            shelf.fetch(present[-1])
        name = next_name(p, present, revision)
        final = root / d.name / name if name else None
        if final:
            _make(p, shelf, final, jobs=jobs, report=report, bars=bars, pool=pool)
    write_index(root, report)
    return final


def next_name(p: Plan, present: Sequence[Path], revision: bool, *, quick: bool = False) -> str:
    """The name of the edition to make; empty if the latest of the date's present ones has the same inputs.

    Raises :class:`StaleEdition` or :class:`PageError` as :func:`run` does. ``quick``: see :func:`damage`.
    """
    d, day = p.definition, p.as_of.isoformat()
    if not present:
        return day
    last = present[-1]
    following = f"{day}-r{revision_number(last) + 1}"
    different = input_differences(read_manifest(last)["inputs"], p.inputs)
    altered = damage_of(last, quick=quick)
    if different and not revision:
        listed = "\n  ".join(different)
        raise StaleEdition(
            f"edition {d.name}/{last.name} exists and was made from other inputs; use --revision to make {following} "
            f"beside it. What changed:\n  {listed}"
        )
    if altered and not revision:
        listed = "\n  ".join(altered)
        raise PageError(
            f"edition {d.name}/{last.name} was altered after it was made; remove it and run again, or use --revision "
            f"to make {following} beside it. What was altered:\n  {listed}"
        )
    return following if different or altered else ""


def _make(p: Plan, shelf: Store, final: Path, *, jobs: int, report: Journal, bars: bool, pool: Pool) -> None:
    """Build beside the final place, then rename."""
    root = shelf.root
    if final.exists():
        raise StaleEdition(
            explain(f"edition {final.parent.name}/{final.name}", "a folder without a manifest", "nothing", "remove it")
        )
    work = root / ".work" / f"{final.parent.name}-{final.name}"
    shutil.rmtree(work, ignore_errors=True)  # left by a run that was killed; the lock says nobody is in it
    work.mkdir(parents=True)
    try:
        built = build_edition(p, work, final.name, jobs=jobs, report=report, bars=bars, pool=pool)
        failed = keep_failed(root, p, built)
        if failed:
            report.edition(final.name, "failed", shown=False)
            raise PagesFailed("no edition was made:\n  " + "\n  ".join(failed))
        final.parent.mkdir(exist_ok=True)
        work.rename(final)
        sync_folder(final.parent)
        shelf.put(final)
        report.edition(final.name, "made", shown=False)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        report.write(root)


def verify_edition(
    folder: Path, *, jobs: int, report: Journal, bars: bool = False, pool: Pool = runner.in_processes
) -> int:
    """Rebuild an edition in a temporary place and compare every byte; the number of files compared.

    The manifest's note of the git commit is the one thing not compared. Raises :class:`StaleEdition` if the inputs
    changed since, :class:`PageError` naming the files that differ, :class:`TimeUp` if the time for the run is over.
    """
    altered = damage_of(folder)
    if altered:
        raise PageError(f"edition {folder.name} was altered after it was made:\n  " + "\n  ".join(altered))
    manifest = read_manifest(folder)
    e = manifest["edition"]
    d = Definition(e["definition"], e["title"], tuple(e["pages"]), tuple(e["languages"]), manifest["parameters"])
    p = make_plan(d, date.fromisoformat(e["as_of"]), e["languages"])
    different = input_differences(manifest["inputs"], p.inputs)
    if different:
        raise StaleEdition(
            f"edition {folder.name} was made from other inputs and cannot be rebuilt from these; check out its commit "
            f"({(manifest['git'] or {}).get('commit', 'not recorded')}). What changed:\n  " + "\n  ".join(different)
        )
    with scratch.folder() as own:
        again = own / "edition"
        failed = build_edition(p, again, e["name"], jobs=jobs, report=report, bars=bars, pool=pool)
        if failed:
            raise PagesFailed("the edition could not be rebuilt:\n  " + "\n  ".join(r.reason for r in failed))
        now = read_manifest(again)
        lines = input_differences(manifest["files"], now["files"])
        if lines or {**manifest, "git": None} != {**now, "git": None}:
            raise PageError(f"edition {folder.name} differs when rebuilt:\n  " + "\n  ".join(lines or [MANIFEST]))
        return len(now["files"])
