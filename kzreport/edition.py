"""The edition folder: whole or absent, a manifest of what went in, the same bytes from the same inputs.

``reports/DEFINITION/DATE[-rN]/`` is built beside its place and renamed when its manifest, written last, is on disk.
An edition is never overwritten: the same inputs make nothing, other inputs stop with the list of what changed unless a
revision is asked for.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol, TypeVar

import nbformat
from nbformat import NotebookNode

from kzreport import catalogue, claims, notes, params, runner, scratch, words
from kzreport import changes as compared
from kzreport.errors import KzreportError, PageError, ParameterError, StaleEdition, WordsError, explain
from kzreport.journal import Journal
from kzreport.params import Definition
from kzreport.render import html
from kzreport.runner import Lost, Moved, Progress, Result, Task
from kzreport.words import LANGUAGES, Words

MANIFEST = "manifest.json"
# What the bytes of an edition depend on beyond this repository. Others (jupyterlab, tests) leave no trace in it.
_PACKAGES = (
    "babel",
    "ipykernel",
    "jinja2",
    "markdown-it-py",
    "matplotlib",
    "nbclient",
    "nbformat",
    "nh3",
    "numpy",
    "pandas",
    "papermill",
    "pillow",
    "pydantic",
    "pygments",
    "pyyaml",
    "seaborn",
)

Report = Journal
R = TypeVar("R")


class Locked(KzreportError):
    """Another run is making the same edition."""

    exit_code = 75


class PagesFailed(KzreportError):
    """Pages that could not be made; no edition was written."""


@dataclass(frozen=True)
class Plan:
    """What an edition is made of, known before anything runs."""

    definition: Definition
    as_of: date
    languages: tuple[str, ...]
    inputs: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        """One digest over all inputs, printed in the foot of each page."""
        return hashlib.sha256(json.dumps(dict(self.inputs), sort_keys=True).encode()).hexdigest()[:16]

    @property
    def tasks(self) -> list[Task]:
        """Every page in every language."""
        return [
            Task(p, k, self.as_of.isoformat(), self.definition.values[p])
            for k in self.languages
            for p in self.definition.pages
        ]


@dataclass(frozen=True)
class Job:
    """One page of one edition, for a worker: where its files go, and where it stands if it was executed before."""

    plan: Plan
    task: Task
    folder: Path
    done: Path | None = None


class Pool(Protocol):
    """Whoever does jobs, several at a time: :func:`runner.in_processes`, or :func:`kzreport.cluster.pool`."""

    def __call__(
        self, work: Callable[[Job, Progress], R], items: Iterable[Job], jobs: int, moved: Moved | None = None
    ) -> Generator[tuple[int, R | Lost], None, None]:
        """The number of each job, as it ends, and its result, or why there is none."""


class Shelf:
    """Where editions stand: a folder. :mod:`kzreport.remote` has one whose folder mirrors an address."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, path: Path) -> None:
        """Have this edition, or file, where readers look for it: it is there."""

    def fetch(self, path: Path) -> None:
        """Have the content of this edition, or file, in the folder: it is there."""

    def holds(self, page: Path) -> bool:
        """Whether an edition holds this kept page: one file with two names."""
        return page.stat().st_nlink > 1

    def shown(self, path: Path) -> str:
        """What a user would open."""
        return os.path.relpath(path)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _file_digest(path: Path) -> str:
    """Of a file; it is read again when it was changed."""
    about = path.stat()
    return _file_digest_at(path, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=512)
def _file_digest_at(path: Path, changed: int, size: int) -> str:
    return _digest(path.read_bytes())


def _notebook_digest(page: str) -> str:
    """Of what a notebook does, not of the outputs it stores."""
    cells = [(c.cell_type, c.source, sorted(c.metadata.get("tags", []))) for c in params.notebook(page).cells]
    return _digest(json.dumps(cells, ensure_ascii=False).encode())


def prepare(definition: Definition, root: Path, as_of: date, *, revision: bool) -> Definition:
    """The definition for one date, with what only the editions that are there know: see :func:`prepared`."""
    present = revisions(root, definition.name, as_of)
    return prepared(definition, as_of, present, before(root, definition.name, as_of), revision=revision)


def prepared(
    definition: Definition, as_of: date, present: Sequence[Path], earlier: Mapping[str, Any] | None, *, revision: bool
) -> Definition:
    """The definition with the edition before (its manifest is ``earlier``), what was changed since, the analyst's note.

    An edition that exists keeps the one it was compared with, whatever was made in between since. Raises
    :class:`ParameterError` for a note with a part for a page that the report has not, or that cannot be read.
    """
    open_ = [page for page, own in definition.values.items() if "previous" in own and own["previous"] is None]
    known: Mapping[str, Mapping[str, Any]] = {}
    if open_ and present and not revision:
        known = read_manifest(present[-1])["parameters"]
    elif open_ and earlier:
        methods = [m for m in words.methods() if m not in earlier.get("methods", [])]
        since = {"previous": earlier["edition"]["as_of"], "methods": methods}
        known = dict.fromkeys(open_, since | {"settings": _settings(earlier["parameters"], definition.values)})
    filled = {
        page: {k: v for k, v in known.get(page, {}).items() if k in params.FILLED and k in definition.values[page]}
        for page in open_
    }
    name = f"{definition.name}/{as_of}"
    if notes.path(name).exists():
        for page in sorted({page or definition.pages[0] for page, _ in notes.read(name)}):
            if "note" not in definition.values.get(page, {}):
                able = ", ".join(p for p, own in definition.values.items() if "note" in own) or "none"
                raise ParameterError(explain(f"params/notes/{name}.md", f"a part for '{page}'", f"one of {able}"))
            filled.setdefault(page, {})["note"] = name
    return replace(
        definition, values={page: {**own, **filled.get(page, {})} for page, own in definition.values.items()}
    )


def before(root: Path, name: str, as_of: date) -> Mapping[str, Any] | None:
    """The manifest of the latest edition of an earlier date that can be read: the index names those that cannot."""
    for folder in reversed([f for f in editions(root) if f.parent.name == name and f.name[:10] < as_of.isoformat()]):
        with contextlib.suppress(PageError):
            return read_manifest(folder)
    return None


def recorded(p: Plan) -> dict[str, Any]:
    """What the manifest of an edition made from this plan tells the next one."""
    return {
        "edition": {"definition": p.definition.name, "as_of": p.as_of.isoformat()},
        "methods": list(words.methods()),
        "parameters": {page: dict(values) for page, values in p.definition.values.items()},
    }


def between(root: Path, definition: Definition, then: date, now: date) -> compared.Changes:
    """What changed between two dates for a definition: by the data, and by the manifests where both editions are there.

    Raises :class:`ParameterError` unless ``then`` is earlier.
    """
    there = [revisions(root, definition.name, day) for day in (then, now)]
    methods: list[str] = []
    settings: list[str] = []
    if all(there):
        old, new = (read_manifest(folders[-1]) for folders in there)
        methods = [m for m in new.get("methods", []) if m not in old.get("methods", [])]
        settings = _settings(old["parameters"], new["parameters"])
    series, chosen = params.reads({page: definition.values[page] for page in definition.pages})
    return compared.between(then, now, series, chosen, methods=methods, settings=settings, manifests=all(there))


def _settings(before: Mapping[str, Any], now: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Parameters that pages of both editions have and that differ, as text."""
    return [
        f"{page}.{key}: {before[page][key]} → {value}"[:200]
        for page, own in now.items()
        for key, value in own.items()
        if key in before.get(page, {}) and key not in params.FILLED and key != "pages" and before[page][key] != value
    ]


def plan(definition: Definition, as_of: date, languages: Sequence[str]) -> Plan:
    """Read and check every input: data as known on ``as_of``, notebooks, words, code, versions, parameters.

    Raises the input errors of the package; nothing was run then.
    """
    return next(plans(definition, [as_of], languages))


def plans(
    definition: Definition,
    dates: Sequence[date],
    languages: Sequence[str],
    prepared: Callable[[date], Definition] | None = None,
) -> Iterator[Plan]:
    """The plan of each date; what does not depend on the date is read once.

    ``prepared`` gives the definition of a date where it is not the same on all; it is asked when its turn comes.
    """
    lasting = _lasting(definition, dates[0], languages) if dates else {}
    for as_of, known_then in zip(dates, catalogue.fingerprints(dates), strict=True):
        inputs = {f"data/{name}": digest for name, digest in known_then.items()}
        known = [repr(i) for i in catalogue.issues(as_of)]
        inputs["data/issues.yml"] = _digest("\n".join(known).encode())
        for name, digest in claims.fingerprints(as_of).items():
            inputs[f"data/claims/{name}"] = digest
        own = prepared(as_of) if prepared else definition
        for page, values in own.values.items():
            inputs[f"parameters of {page}"] = json.dumps(values, sort_keys=True)
        for name in sorted({values["note"] for values in own.values.values() if values.get("note")}):
            inputs[f"params/notes/{name}.md"] = _digest(notes.path(name).read_bytes())
            _read_note(name, own, as_of, languages)
        yield Plan(own, as_of, tuple(languages), lasting | inputs)


def _read_note(name: str, definition: Definition, as_of: date, languages: Sequence[str]) -> None:
    """Raise what is wrong with a note before a kernel starts: every figure that it names is read."""
    page_class = importlib.import_module("kzreport.page").Page
    for language in languages:
        for page, values in definition.values.items():
            if values.get("note") == name:
                page_class(page, lang=language, as_of=as_of.isoformat()).noted(name, values.get("pages", ()))


def differences(p: Plan) -> list[str]:
    """Inputs that are not now, or not here, what they were when the plan was made; one line each."""
    return changes(p.inputs, plan(p.definition, p.as_of, p.languages).inputs)


def _lasting(definition: Definition, as_of: date, languages: Sequence[str]) -> dict[str, str]:
    """The inputs that are the same on every date, checked."""
    for page in definition.pages:
        if faults := words.check(page):
            raise WordsError("\n".join(faults))
    for language in languages:
        for page in definition.pages:
            values = {"lang": language, "as_of": as_of.isoformat(), **definition.values[page]}
            params.validate(params.parameters(page), values, f"notebooks/{page}.ipynb")
    home = catalogue.home()
    inputs: dict[str, str] = {}
    # a page may speak of others (the summary does), named by its parameters
    lists = [few for v in definition.values.values() for few in v.values() if isinstance(few, list)]
    named = {str(entry).partition(" ")[0] for few in lists for entry in few}
    for page in sorted({*definition.pages, *named} & set(params.pages())):
        inputs[f"notebooks/{page}.ipynb"] = _notebook_digest(page)  # the defaults of its parameters
        inputs[f"notebooks/{page}.yml"] = _file_digest(home / "notebooks" / f"{page}.yml")
    title = sorted(definition.title.items())
    inputs["report"] = json.dumps([title, definition.pages, list(languages)], ensure_ascii=False)
    code = Path(__file__).parent
    for path in sorted(p for p in code.rglob("*") if p.suffix in (".py", ".yml", ".html", ".css", ".js")):
        inputs[f"kzreport/{path.relative_to(code).as_posix()}"] = _file_digest(path)
    inputs["python"] = platform.python_version()
    inputs["system"] = f"{platform.system()} {platform.machine()}"  # pixels of a chart may differ by it
    for name in _PACKAGES:
        inputs[f"package {name}"] = metadata.version(name)
    return inputs


def output_root(chosen: str | None = None, *, make: bool = True) -> Path:
    """The folder of all editions: ``reports/`` unless chosen otherwise; made and tried if ``make``.

    Raises :class:`ParameterError` if it cannot be a folder that we may write in.
    """
    root = Path(chosen).absolute() if chosen else catalogue.home() / "reports"
    if make:
        try:
            root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=root):
                pass
        except OSError as e:
            raise ParameterError(
                explain("--output", f"{root.name}: {e.strerror}", "a folder that can be written")
            ) from None
    return root


@contextlib.contextmanager
def lock(root: Path, name: str, *, patient: bool = False) -> Iterator[None]:
    """Held while an edition is made; the system drops it if we die. ``patient`` waits for it."""
    folder = root / ".work"
    folder.mkdir(exist_ok=True)
    with (folder / f"{name}.lock").open("w") as handle:
        try:
            import fcntl
        except ImportError:  # Windows: the final rename still lets only one run win
            yield
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if patient else fcntl.LOCK_NB))
        except BlockingIOError:
            raise Locked(
                explain(f"edition {name}", "another run that makes it", "to be alone", "wait until it has ended")
            ) from None
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)  # workers have the handle too: they hold the lock if we are killed


def read_manifest(folder: Path) -> Mapping[str, Any]:
    """The manifest of an edition. Raises :class:`PageError` if it is not there or not whole."""
    path = folder / MANIFEST
    try:
        about = path.stat()
        return _manifest(path, about.st_mtime_ns, about.st_size)
    except (OSError, ValueError) as e:
        where = f"edition {folder.parent.name}/{folder.name}"
        why = e.strerror if isinstance(e, OSError) else e
        raise PageError(
            explain(where, f"no whole {MANIFEST} ({why})", "one", "remove the folder and run again")
        ) from None


@lru_cache(maxsize=512)
def _manifest(path: Path, changed: int, size: int) -> Mapping[str, Any]:
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict) or not {"edition", "inputs", "files", "parameters", "git"} <= set(found):
        raise ValueError("keys are missing")
    return found


def editions(root: Path) -> list[Path]:
    """All edition folders, by definition and name."""
    found = [m.parent for m in root.glob(f"[!.]*/[!.]*/{MANIFEST}")]
    return sorted(found, key=lambda f: (f.parent.name, f.name[:10], _revision(f)))


def revisions(root: Path, definition: str, as_of: date) -> list[Path]:
    """The editions of one date, first to last revision."""
    found = [p for p in editions(root) if p.parent.name == definition and p.name[:10] == as_of.isoformat()]
    return sorted(found, key=_revision)


def _revision(folder: Path) -> int:
    number = folder.name[12:]
    return int(number) if number.isascii() and number.isdigit() else 1


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Inputs that differ, one line each."""
    lines = []
    for key in sorted(set(before) | set(now)):
        if key not in before:
            lines.append(f"{key}: new")
        elif key not in now:
            lines.append(f"{key}: gone")
        elif before[key] != now[key]:
            short = len(before[key]) < 60 and len(now[key]) < 60
            lines.append(f"{key}: {before[key]} -> {now[key]}" if short else f"{key}: changed")
    return lines


def _git() -> dict[str, Any] | None:
    def ask(*words: str) -> str:
        return subprocess.run(
            ["git", "-C", str(catalogue.home()), *words], capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        return {"commit": ask("rev-parse", "HEAD"), "clean": not ask("status", "--porcelain", "--untracked-files=no")}
    except (OSError, subprocess.CalledProcessError):
        return None  # not a git checkout: the inputs' digests say what was used


def write(path: Path, data: bytes | str) -> None:
    """Have a file on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as f:
        f.write(data.encode() if isinstance(data, str) else data)
        f.flush()
        os.fsync(f.fileno())


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
        write(base / f"{task.page}.html", text)
        write(base / f"{task.page}.ipynb", nbformat.writes(nb) + "\n")
        for a in runner.artefacts(nb):
            write(base / "figures" / f"{task.page}-{a.name}.csv", a.csv)
            if a.png:
                write(base / "figures" / f"{task.page}-{a.name}.png", a.png)
    except Exception as e:  # a full disk, a figure that cannot be rendered: named like any other failure
        reason = f"{task.name}, rendering: {type(e).__name__}: {e}"
        return replace(result, notebook=None, reason=reason, failed=nbformat.writes(nb))
    return result


def _make_job(job: Job, progress: Progress) -> Result:
    return make_page(job.plan, job.folder, job.task, progress)


def _execute(p: Plan, folder: Path, name: str, jobs: int, report: Report, bars: bool, pool: Pool) -> list[Result]:
    """All pages of the plan, ``jobs`` at a time; the journal has each, also those that an early end leaves out."""
    tasks = p.tasks
    results: dict[int, Result] = {}
    with _Bars([t.name for t in tasks], shown=bars) as lines, contextlib.ExitStack() as stack:

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


class _Bars:
    """A progress bar for each page on a terminal."""

    def __init__(self, names: Sequence[str], *, shown: bool) -> None:
        self.bars = {}
        if shown:
            from tqdm import tqdm  # type: ignore[import-untyped]

            tqdm.monitor_interval = 0  # no thread: workers are forked
            width = max(map(len, names))
            form = "{desc} {bar:30} {n_fmt}/{total_fmt} {elapsed}{postfix}"
            self.bars = {
                n: tqdm(desc=name.ljust(width), position=n, bar_format=form, total=1, dynamic_ncols=True)
                for n, name in enumerate(names)
            }

    def __enter__(self) -> _Bars:
        return self

    def __exit__(self, *_: object) -> None:
        for bar in self.bars.values():
            bar.close()

    def moved(self, number: int, done: int, total: int) -> None:
        """So many cells of a page are done."""
        if bar := self.bars.get(number):
            if bar.total != total:
                bar.reset(total)  # the clock of a page starts with its first cell
            bar.n = done
            bar.refresh()

    def ended(self, number: int, how: str) -> bool:
        """A page is made, or has failed; whether a bar says so."""
        if bar := self.bars.get(number):
            bar.n = bar.total if how == "made" else bar.n
            bar.set_postfix_str(how)
        return bool(bar)


def build(
    p: Plan,
    folder: Path,
    name: str,
    *,
    jobs: int,
    report: Report,
    bars: bool = False,
    pool: Pool = runner.in_processes,
) -> list[Result]:
    """Make every file of an edition in ``folder``, the manifest last; the pages that failed, and then no manifest.

    Raises :class:`StaleEdition` if an input was changed meanwhile: the manifest would tell of another edition.
    """
    results = _execute(p, folder, name, jobs, report, bars, pool)
    if failed := [r for r in results if r.notebook is None]:
        return failed
    finish(p, folder, name, {r.task.name: html.headline(r.notebook) for r in results if r.notebook})
    return []


def finish(p: Plan, folder: Path, name: str, said: Mapping[str, str]) -> None:
    """Write the front page and, last, the manifest of an edition whose pages are made and said these headlines.

    Raises :class:`StaleEdition` if an input was changed meanwhile: the manifest would tell of another edition.
    """
    if moved := differences(p):
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
    write(folder / "index.html", front)
    files = {
        f.relative_to(folder).as_posix(): _digest(f.read_bytes()) for f in sorted(folder.rglob("*")) if f.is_file()
    }
    manifest = recorded(p)
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
    write(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    for sub in [*folder.rglob("*"), folder]:
        if sub.is_dir():
            sync(sub)


def sync(folder: Path) -> None:
    """Have the names in a folder on disk."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


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
            write(path, r.failed)
        lines.append(r.reason + (f"\n    kept: {os.path.relpath(path)}" if r.failed else ""))
    return lines


def run(
    p: Plan,
    shelf: Shelf,
    *,
    revision: bool,
    jobs: int,
    report: Report,
    bars: bool = False,
    pool: Pool = runner.in_processes,
) -> Path | None:
    """Make the edition, or nothing if one with the same inputs is there (then ``None``).

    Raises :class:`StaleEdition` if there is one from other inputs and no revision was asked for, :class:`PageError` if
    it was altered since, :class:`PagesFailed` if a page failed (no edition then), :class:`TimeUp` if the time for the
    run is over, :class:`Locked` if another run is making it.
    """
    d, day, root = p.definition, p.as_of.isoformat(), shelf.root
    with lock(root, f"{d.name}-{day}"):
        present = revisions(root, d.name, p.as_of)
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
    following = f"{day}-r{_revision(last) + 1}"
    different = changes(read_manifest(last)["inputs"], p.inputs)
    altered = damage(last, quick=quick)
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


def _make(p: Plan, shelf: Shelf, final: Path, *, jobs: int, report: Report, bars: bool, pool: Pool) -> None:
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
        built = build(p, work, final.name, jobs=jobs, report=report, bars=bars, pool=pool)
        failed = keep_failed(root, p, built)
        if failed:
            report.edition(final.name, "failed", shown=False)
            raise PagesFailed("no edition was made:\n  " + "\n  ".join(failed))
        final.parent.mkdir(exist_ok=True)
        work.rename(final)
        sync(final.parent)
        shelf.put(final)
        report.edition(final.name, "made", shown=False)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        report.write(root)


def write_index(root: Path, report: Report) -> None:
    """The page over all editions, replaced in one step; an edition that cannot be read is told and left out."""
    with lock(root, "index", patient=True):
        entries, spoken = [], {k: Words(k) for k in LANGUAGES}
        for folder in reversed(editions(root)):
            try:
                e = read_manifest(folder)["edition"]
            except PageError as error:
                report(str(error))
                continue
            as_of = date.fromisoformat(e["as_of"])
            entries.append(
                e
                | {
                    "path": f"{folder.parent.name}/{folder.name}",
                    "first": e["pages"][0],
                    "dates": {k: spoken[k].day(as_of) for k in e["languages"]},
                }
            )
        text = html.index(entries)
        path = root / "index.html"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            fresh = root / ".work" / "index.html"
            write(fresh, text)
            fresh.replace(path)


def find(root: Path, name: str) -> Path:
    """An edition by ``DATE[-rN]`` or ``DEFINITION/DATE[-rN]``. Raises :class:`ParameterError` with the choices."""
    present = {f"{p.parent.name}/{p.name}": p for p in editions(root)}
    hits = [p for key, p in present.items() if name in (key, p.name)]
    if len(hits) != 1:
        raise ParameterError(
            explain("edition", repr(name), f"one of {', '.join(present) or 'none: no edition was made yet'}")
        )
    return hits[0]


def damage(folder: Path, *, quick: bool = False) -> list[str]:
    """Files of an edition that are not what its manifest says, one line each.

    ``quick``: a file that is older than the manifest, which was written last, is not read.
    """
    files = read_manifest(folder)["files"]
    written = (folder / MANIFEST).stat().st_mtime_ns if quick else 0
    present = dict(_files(str(folder)))
    del present[MANIFEST]
    lines = [f"{f}: missing" for f in sorted(set(files) - set(present))] + [
        f"{f}: not in the manifest" for f in sorted(set(present) - set(files))
    ]
    return lines + [
        f"{f}: altered"
        for f in sorted(set(present) & set(files))
        if present[f] > written and _digest((folder / f).read_bytes()) != files[f]
    ]


def _files(folder: str, above: str = "") -> Iterator[tuple[str, int]]:
    """Every file below a folder, by its name from there, and when it was written; without a path for each."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, f"{above}{entry.name}/")
            elif entry.is_file():
                yield f"{above}{entry.name}", entry.stat().st_mtime_ns


def verify(folder: Path, *, jobs: int, report: Report, bars: bool = False, pool: Pool = runner.in_processes) -> int:
    """Rebuild an edition in a temporary place and compare every byte; the number of files compared.

    The manifest's note of the git commit is the one thing not compared. Raises :class:`StaleEdition` if the inputs
    changed since, :class:`PageError` naming the files that differ, :class:`TimeUp` if the time for the run is over.
    """
    altered = damage(folder)
    if altered:
        raise PageError(f"edition {folder.name} was altered after it was made:\n  " + "\n  ".join(altered))
    manifest = read_manifest(folder)
    e = manifest["edition"]
    d = Definition(e["definition"], e["title"], tuple(e["pages"]), tuple(e["languages"]), manifest["parameters"])
    p = plan(d, date.fromisoformat(e["as_of"]), e["languages"])
    different = changes(manifest["inputs"], p.inputs)
    if different:
        raise StaleEdition(
            f"edition {folder.name} was made from other inputs and cannot be rebuilt from these; check out its commit "
            f"({(manifest['git'] or {}).get('commit', 'not recorded')}). What changed:\n  " + "\n  ".join(different)
        )
    with scratch.folder() as own:
        again = own / "edition"
        failed = build(p, again, e["name"], jobs=jobs, report=report, bars=bars, pool=pool)
        if failed:
            raise PagesFailed("the edition could not be rebuilt:\n  " + "\n  ".join(r.reason for r in failed))
        now = read_manifest(again)
        lines = changes(manifest["files"], now["files"])
        if lines or {**manifest, "git": None} != {**now, "git": None}:
            raise PageError(f"edition {folder.name} differs when rebuilt:\n  " + "\n  ".join(lines or [MANIFEST]))
        return len(now["files"])
