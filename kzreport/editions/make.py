"""Make or verify one edition."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from kzreport.editions.bars import PageBars
from kzreport.editions.correction import Correction, compare_plan, read_correction
from kzreport.editions.damage import compare_written, list_damage, record_edition
from kzreport.editions.definition import Definition
from kzreport.editions.fronts import write_fronts
from kzreport.editions.handed import complete_pages, edition_content, write_formats
from kzreport.editions.index import write_index
from kzreport.editions.inputs import engine_version, list_differences
from kzreport.editions.job import Job, PageMade, Pool, make_page, page_made
from kzreport.editions.kept import KeptPages, page_key
from kzreport.editions.log import RunLog
from kzreport.editions.manifest import read_manifest
from kzreport.editions.needs import next_name
from kzreport.editions.plan import Plan, changed_inputs, make_plan
from kzreport.editions.previous import edition_record
from kzreport.editions.store import (
    MANIFEST,
    Store,
    edition_lock,
    list_revisions,
    shown_place,
)
from kzreport.editions.verdicts import Verdicts
from kzreport.errors import KzreportError, PageError, StaleEdition, explain, system_cause
from kzreport.execution.processes import in_processes
from kzreport.execution.task import Result
from kzreport.files import project_root, sealed, sync_folder, write_atomic, write_durably
from kzreport.guards.state import demand_sound
from kzreport.machine import scratch
from kzreport.pages.values import page_values
from kzreport.pages.views import series_read
from kzreport.project.repository import State, repository_state
from kzreport.render.formats import PAGES
from kzreport.series.releases import known_until


class PagesFailed(KzreportError):
    """Pages that could not be made; no edition was written."""


# --- make --------------------------------------------------------------------------------------------------------


def make_edition(
    plan: Plan,
    store: Store,
    *,
    revision: bool,
    jobs: int,
    log: RunLog,
    bars: bool = False,
    pool: Pool = in_processes,
    wait: float = 0.0,
) -> Path | None:
    """Make the edition of a plan, unless one with the same inputs is there; ``wait`` seconds for another run of it.

    Returns
    -------
    The folder of the edition; ``None`` if nothing was to be made.

    Raises
    ------
    DataError
        if a guard refuses the figures of its date
    StaleEdition
        if there is one from other inputs and no ``revision`` was asked for
    PageError
        if the one that is there was altered since it was made
    PagesFailed
        if a page failed; no edition was made
    TimeUp
        if the time for the run is over
    Locked
        if another run is making it
    """
    definition, root = plan.definition, store.root
    with edition_lock(root, f"{definition.name}-{plan.as_of}", wait=wait):
        present = list_revisions(root, definition.name, plan.as_of)
        if present:
            store.fetch(present[-1])
        name = next_name(plan, present, store, revision=revision)
        final = root / definition.name / name if name else None
        if final:
            for warning in demand_sound([plan.as_of]):
                log.line(f"warning: {warning.message}")
            before = present[-1] if present else None
            _make(plan, store, final, before, jobs=jobs, log=log, bars=bars, pool=pool)
    write_index(root, log)
    return final


def work_folder(store: Store, plan: Plan, name: str) -> Path:
    """Return the folder in which an edition is built before it is renamed."""
    return store.root / ".work" / f"{plan.definition.name}-{name}"


def publish_edition(store: Store, folder: Path, final: Path) -> None:
    """Rename a whole edition to its place and put it into the store."""
    final.parent.mkdir(exist_ok=True)
    folder.rename(final)
    sync_folder(final.parent)
    sync_folder(store.root)  # the first edition of a definition makes its folder
    record_edition(final)
    store.put(final)


def _make(
    plan: Plan, store: Store, final: Path, before: Path | None, *, jobs: int, log: RunLog, bars: bool, pool: Pool
) -> None:
    if final.exists():
        where = f"edition {final.parent.name}/{final.name}"
        raise StaleEdition(explain(where, "a folder without a manifest", "nothing", "remove it"))
    folder = work_folder(store, plan, final.name)
    shutil.rmtree(folder, ignore_errors=True)  # left by a run that was killed; the lock says that nobody is in it
    folder.mkdir(parents=True)
    try:
        kept, compare = KeptPages(store), partial(compare_plan, plan, before)
        failed = build_edition(plan, folder, final.name, compare, jobs=jobs, log=log, bars=bars, pool=pool, kept=kept)
        if lines := keep_failed(store.root, plan, failed):
            log.edition(final.name, "failed", shown=False)
            raise PagesFailed("no edition was made:\n  " + "\n  ".join(lines))
        publish_edition(store, folder, final)
        kept.prune()
        log.edition(final.name, "made", shown=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        log.write(store.root)


def build_edition(
    plan: Plan,
    folder: Path,
    name: str,
    compare: Callable[[Path], Correction | None],
    *,
    jobs: int,
    log: RunLog,
    bars: bool = False,
    pool: Pool = in_processes,
    kept: KeptPages | None = None,
) -> list[Result]:
    """Make every file of an edition in ``folder``, the manifest last; return the pages that failed.

    If a page failed, no manifest is written. Raises as :func:`finish_edition`.

    Parameters
    ----------
    plan, folder, name
        The plan of the edition, the folder that its files are written in, and the name that it will have.
    compare
        Takes the folder with the pages; returns their differences from the replaced edition, ``None`` without one.
    jobs
        Pages that are made at a time.
    bars
        Show progress bars.
    pool
        The workers that execute pages.
    kept
        Executed pages of other editions, which are not executed again.
    """
    results = _make_pages(plan, folder, name, jobs, log, bars, pool, kept)
    if failed := [Result(t, None, r.reason, r.failed) for t, r in zip(plan.tasks, results, strict=True) if r.reason]:
        return failed
    written = {k: v for r in results for k, v in r.files.items()}
    finish_edition(plan, folder, name, written, compare)
    return []


def _make_pages(
    plan: Plan, folder: Path, name: str, jobs: int, log: RunLog, bars: bool, pool: Pool, kept: KeptPages | None
) -> list[PageMade]:
    """Make all pages, ``jobs`` at a time. Each is logged, also those that an early end leaves out."""
    tasks = plan.tasks
    keys = [page_key(plan, task) for task in tasks] if kept else []
    done = [kept.find(key) for key in keys] if kept else [None] * len(tasks)
    results: dict[int, PageMade] = {}
    with PageBars([t.name for t in tasks], shown=bars) as lines, contextlib.ExitStack() as stack:
        judged = Verdicts(stack.enter_context(scratch.folder())).file_of(plan) if None in done else None
        items = [Job(plan, t, folder, found, judged) for t, found in zip(tasks, done, strict=True)]

        @stack.callback
        def log_left() -> None:
            for task in (t for number, t in enumerate(tasks) if number not in results):
                log.page(name, task.name, "not made", shown=False)

        for number, found in pool(make_page, items, jobs, lines.moved):
            task = tasks[number]
            made = results[number] = page_made(found, task)
            if kept and made.status == "made":
                kept.keep(keys[number], folder / task.language / f"{task.page}.ipynb")
            shown = not lines.ended(number, made.status)
            log.page(
                name, task.name, made.status, seconds=made.seconds, tries=made.tries, reason=made.reason, shown=shown
            )
    return [results[number] for number in range(len(tasks))]


def _refuse_altered(plan: Plan, folder: Path, name: str, files: Mapping[str, str]) -> None:
    """Raise :class:`PageError` if an edition that is being made is not what was written: path -> digest."""
    if wrong := compare_written(folder, files):
        raise PageError(
            f"edition {plan.definition.name}/{name} is not what was written while it was made; nothing was kept, "
            "run again. What was found:\n  " + "\n  ".join(wrong)
        )


def finish_edition(
    plan: Plan, folder: Path, name: str, written: Mapping[str, str], compare: Callable[[Path], Correction | None]
) -> None:
    """Write the formats, covers, catalogue, search and, last, the manifest of an edition whose pages are made.

    ``written`` are the digests of the bytes that its pages were written with, by file; ``compare``: see
    :func:`build_edition`.

    Raises
    ------
    StaleEdition
        if an input was changed while pages were made: the manifest would describe another edition
    PageError
        if a file of the edition was lost, altered or added by something else while it was made
    """
    if changed := changed_inputs(plan):
        listed = "\n  ".join(changed)
        raise StaleEdition(f"inputs changed while pages were made; run again. What changed:\n  {listed}")
    definition = plan.definition
    _refuse_altered(plan, folder, name, written)  # before its pages are read again
    corrects = compare(folder)
    series = series_read({page: definition.values[page] for page in definition.pages})
    until = known_until(series, plan.as_of)
    edition = edition_content(plan, folder, name, until, corrects)
    formats = write_formats(edition, definition.formats, folder)
    written = {**written, **complete_pages(plan, folder, formats, written)}
    fronts = write_fronts(edition, formats, folder)
    files = dict(sorted({**written, **{f.path: f.digest for f in formats}, **fronts.files}.items()))
    _refuse_altered(plan, folder, name, files)
    manifest = edition_record(plan)
    manifest["edition"] |= {
        "name": name,
        "title": dict(definition.title),
        "languages": list(plan.languages),
        "pages": list(definition.pages),
        "data_until": until.isoformat() if until else None,
        "formats": list(definition.formats),
        **({"corrects": corrects.model_dump()} if corrects else {}),
        **fronts.record,
    }
    manifest |= {
        "fingerprint": plan.inputs.fingerprint,
        "inputs": dict(sorted(plan.inputs.flat.items())),
        "git": _git(),
        "files": files,
    }
    write_durably(folder / MANIFEST, json.dumps(sealed(manifest), ensure_ascii=False, indent=1) + "\n")
    for sub in [*folder.rglob("*"), folder]:
        if sub.is_dir():
            sync_folder(sub)


def keep_failed(root: Path, plan: Plan, failed: Sequence[Result]) -> list[str]:
    """Keep the notebooks of failed pages, and remove those of the run before; return a line for each."""
    aside = root / "failed" / f"{plan.definition.name}-{plan.as_of}"
    shutil.rmtree(aside, ignore_errors=True)
    with contextlib.suppress(OSError):
        aside.parent.rmdir()
    lines = []
    for result in failed:
        path = aside / f"{result.task.language}-{result.task.page}.ipynb"
        kept = ""
        if result.failed:
            try:
                aside.mkdir(parents=True, exist_ok=True)
                write_atomic(path, result.failed)
                kept = f"\n    kept: {shown_place(path)}"
            except OSError as e:  # a full disk is often why the page failed: its reason is what matters
                kept = f"\n    its notebook could not be kept: {system_cause(e)}"
                with contextlib.suppress(OSError):
                    aside.rmdir()
                    aside.parent.rmdir()
        lines.append(result.reason + kept)
    return lines


def _git() -> dict[str, Any]:
    """Return the record of the project's commit; without one, the inputs' digests say what was used."""
    state = repository_state(project_root())
    return {"commit": state.commit, "clean": state.clean} if state.commit else {"commit": None, "why": state.why}


# --- verify ------------------------------------------------------------------------------------------------------


def verify_edition(
    folder: Path, store: Store, *, jobs: int, log: RunLog, bars: bool = False, pool: Pool = in_processes
) -> int:
    """Rebuild an edition in a temporary place and compare every byte; return the number of files compared.

    Not compared are the manifest's record of the git commit, and so its own digest.

    Raises
    ------
    StaleEdition
        if it was made by another version of the engine or from other inputs
    PageError
        naming the files that were altered or differ when rebuilt
    PagesFailed
        if a page could not be rebuilt
    TimeUp
        if the time for the run is over
    """
    altered = list_damage(folder, store)
    if altered:
        raise PageError(f"edition {folder.name} was altered after it was made:\n  " + "\n  ".join(altered))
    manifest = read_manifest(folder)
    _check_engine(folder, manifest)
    about = manifest["edition"]
    given = manifest["parameters"]
    values = {page: page_values(page, given[page], f"{folder.name}, parameters of '{page}'") for page in about["pages"]}
    definition = Definition(
        about["definition"],
        about["title"],
        tuple(about["pages"]),
        tuple(about["languages"]),
        values,
        manifest["inputs"].get("not refreshed", ""),
        tuple(about.get("formats", (PAGES,))),
    )
    plan = make_plan(definition, date.fromisoformat(about["as_of"]), about["languages"])
    different = list_differences(manifest["inputs"], plan.inputs.flat)
    if different:
        raise StaleEdition(
            f"edition {folder.name} was made from other inputs and cannot be rebuilt from these; "
            f"{recorded_state(manifest).way_back}. What changed:\n  " + "\n  ".join(different)
        )
    with scratch.folder() as own:
        again = own / folder.parent.name / about["name"]
        recorded = read_correction(manifest)
        failed = build_edition(plan, again, about["name"], lambda _: recorded, jobs=jobs, log=log, bars=bars, pool=pool)
        if failed:
            raise PagesFailed("the edition could not be rebuilt:\n  " + "\n  ".join(r.reason for r in failed))
        rebuilt = read_manifest(again)
        lines = list_differences(manifest["files"], rebuilt["files"])
        left_out = {"git": None, "digest": None}  # of a manifest, not of what it describes
        if lines or {**manifest, **left_out} != {**rebuilt, **left_out}:
            raise PageError(f"edition {folder.name} differs when rebuilt:\n  " + "\n  ".join(lines or [MANIFEST]))
        return len(rebuilt["files"])


def _check_engine(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Raise :class:`StaleEdition` if an edition was made by another version of the engine."""
    made_by = manifest["inputs"].get("engine", "")
    if made_by != engine_version():
        found = f"an edition made by another engine version ({made_by or 'not recorded'})"
        todo = f"install that version, or {recorded_state(manifest).way_back}"
        raise StaleEdition(explain(f"edition {folder.name}", found, f"kzreport {engine_version()}", todo))


def recorded_state(manifest: Mapping[str, Any]) -> State:
    """Return the state of the repository that an edition was made from, as its manifest has it."""
    about = manifest["git"] or {}
    return State(about.get("commit") or "", about.get("clean") is True, about.get("why") or "")
