"""The edition folder: whole or absent, a manifest of what went in, the same bytes from the same inputs.

``reports/DEFINITION/DATE[-rN]/`` is built beside its place and renamed when its manifest, written last, is on disk.
An edition is never overwritten: the same inputs make nothing, other inputs stop with the list of what changed unless a
revision is asked for.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import nbformat

from kzreport import catalogue, params, runner
from kzreport.errors import KzreportError, PageError, ParameterError, StaleEdition, explain
from kzreport.params import Definition
from kzreport.render import html
from kzreport.runner import Result, Task
from kzreport.words import Words

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

Report = Callable[[str], None]


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


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _notebook_digest(page: str) -> str:
    """Of what a notebook does, not of the outputs it stores."""
    nb = params.read_notebook(params.notebook_path(page))
    cells = [(c.cell_type, c.source, sorted(c.metadata.get("tags", []))) for c in nb.cells]
    return _digest(json.dumps(cells, ensure_ascii=False).encode())


def plan(definition: Definition, as_of: date, languages: Sequence[str]) -> Plan:
    """Read and check every input: data as known on ``as_of``, notebooks, words, code, versions, parameters.

    Raises the input errors of the package; nothing was run then.
    """
    for language in languages:
        for page in definition.pages:
            values = {"lang": language, "as_of": as_of.isoformat(), **definition.values[page]}
            params.validate(params.parameters(page), values, f"notebooks/{page}.ipynb")
    home = catalogue.home()
    inputs = {f"data/{name}": catalogue.fingerprint(name, as_of) for name in catalogue.package()}
    known = [repr(i) for i in catalogue.issues(as_of)]
    inputs["data/issues.yml"] = _digest("\n".join(known).encode())
    for page in definition.pages:
        inputs[f"notebooks/{page}.ipynb"] = _notebook_digest(page)
        inputs[f"notebooks/{page}.yml"] = _digest((home / "notebooks" / f"{page}.yml").read_bytes())
        inputs[f"parameters of {page}"] = json.dumps(definition.values[page], sort_keys=True)
    inputs["report"] = json.dumps([definition.title, definition.pages, list(languages)], ensure_ascii=False)
    code = Path(__file__).parent
    for path in sorted(p for p in code.rglob("*") if p.suffix in (".py", ".yml", ".html", ".css")):
        inputs[f"kzreport/{path.relative_to(code).as_posix()}"] = _digest(path.read_bytes())
    inputs["python"] = platform.python_version()
    for name in _PACKAGES:
        inputs[f"package {name}"] = metadata.version(name)
    return Plan(definition, as_of, tuple(languages), inputs)


def output_root(chosen: str | None = None) -> Path:
    """The folder of all editions: ``reports/`` unless chosen otherwise.

    Raises :class:`ParameterError` if it cannot be a folder that we may write in.
    """
    root = Path(chosen).absolute() if chosen else catalogue.home() / "reports"
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
def _lock(root: Path, name: str) -> Iterator[None]:
    """Held while an edition is made; the system drops it if we die."""
    folder = root / ".locks"
    folder.mkdir(exist_ok=True)
    with (folder / name).open("w") as handle:
        try:
            import fcntl
        except ImportError:  # Windows: the final rename still lets only one run win
            yield
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Locked(
                explain(f"edition {name}", "another run that makes it", "to be alone", "wait until it has ended")
            ) from None
        yield


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an edition. Raises :class:`PageError` if it is not there or not whole."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return dict(found) if isinstance(found, dict) else {}
    except (OSError, ValueError) as e:
        raise PageError(
            explain(f"edition {folder.name}", f"no whole manifest ({e})", MANIFEST, "remove the folder")
        ) from None


def editions(root: Path) -> list[Path]:
    """All edition folders, by definition and name."""
    return sorted(m.parent for m in root.glob(f"[!.]*/[!.]*/{MANIFEST}"))


def revisions(root: Path, definition: str, as_of: date) -> list[Path]:
    """The editions of one date, first to last revision."""
    found = [p for p in editions(root) if p.parent.name == definition and p.name[:10] == as_of.isoformat()]
    return sorted(found, key=lambda p: int(p.name[12:] or 1))


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


def _write(path: Path, data: bytes | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as f:
        f.write(data.encode() if isinstance(data, str) else data)
        f.flush()
        os.fsync(f.fileno())


def _titles(p: Plan, language: str) -> dict[str, str]:
    return {page: str(Words(language, page).entry("title")[language]) for page in p.definition.pages}


def _make_page(task: Task, p: Plan, folder: Path, progress: dict[str, Any] | bool) -> Result:
    """Execute and render one page into the edition being built. Runs in a worker process."""
    result = runner.execute(task, progress=progress)
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
        _write(base / f"{task.page}.html", text)
        _write(base / f"{task.page}.ipynb", nbformat.writes(nb) + "\n")
        for a in runner.artefacts(nb):
            _write(base / "figures" / f"{task.page}-{a.name}.csv", a.csv)
            if a.png:
                _write(base / "figures" / f"{task.page}-{a.name}.png", a.png)
    except Exception as e:  # a full disk, a figure that cannot be rendered: named like any other failure
        return Result(task, None, f"{task.name}: {type(e).__name__}: {e}", nbformat.writes(nb))
    return result


def _execute(p: Plan, folder: Path, jobs: int, report: Report, bars: bool) -> dict[Task, Result]:
    """All pages of the plan, ``jobs`` at a time, each in a fresh process."""
    results: dict[Task, Result] = {}
    tasks = p.tasks
    with ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=get_context("spawn")) as pool:
        waiting = {}
        for number, task in enumerate(tasks):
            progress = {"desc": f"{task.name:<14}", "position": number, "leave": True, "ncols": 80} if bars else False
            waiting[pool.submit(_make_page, task, p, folder, progress)] = task
        try:
            for future in as_completed(waiting):
                result = future.result()
                results[waiting[future]] = result
                if not bars or result.notebook is None:
                    report(f"{result.task.name}: made" if result.notebook is not None else f"failed: {result.reason}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return {t: results[t] for t in tasks}


def build(p: Plan, folder: Path, name: str, *, jobs: int, report: Report, bars: bool = False) -> dict[Task, Result]:
    """Make every file of an edition in ``folder``, the manifest last. Pages that failed are in the results; then no manifest."""
    results = _execute(p, folder, jobs, report, bars)
    if any(r.notebook is None for r in results.values()):
        return results
    headlines = {
        k: {t.page: html.headline(r.notebook) for t, r in results.items() if t.language == k and r.notebook}
        for k in p.languages
    }
    front = html.edition(
        report={k: p.definition.title[k] for k in p.languages},
        date=name,
        dates={k: Words(k).day(p.as_of) for k in p.languages},
        titles={k: _titles(p, k) for k in p.languages},
        headlines=headlines,
        fingerprint=p.fingerprint,
    )
    _write(folder / "index.html", front)
    files = {
        f.relative_to(folder).as_posix(): _digest(f.read_bytes()) for f in sorted(folder.rglob("*")) if f.is_file()
    }
    manifest = {
        "edition": {
            "definition": p.definition.name,
            "as_of": p.as_of.isoformat(),
            "name": name,
            "title": dict(p.definition.title),
            "languages": list(p.languages),
            "pages": list(p.definition.pages),
        },
        "fingerprint": p.fingerprint,
        "parameters": {page: dict(values) for page, values in p.definition.values.items()},
        "inputs": dict(p.inputs),
        "git": _git(),
        "files": files,
    }
    _write(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    for sub in [*folder.rglob("*"), folder]:
        if sub.is_dir():
            _sync(sub)
    return results


def _sync(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _keep_failed(root: Path, p: Plan, results: Mapping[Task, Result]) -> list[str]:
    """Put the notebooks of failed pages aside; a line for each."""
    aside = root / "failed" / f"{p.definition.name}-{p.as_of}"
    if aside.exists():
        shutil.rmtree(aside)
    lines = []
    for task, r in results.items():
        if r.notebook is None:
            path = aside / f"{task.language}-{task.page}.ipynb"
            if r.failed:
                _write(path, r.failed)
            kept = f" (kept: {root.name}/{path.relative_to(root).as_posix()})" if r.failed else ""
            lines.append(f"{r.reason}{kept}")
    return lines


def run(p: Plan, root: Path, *, revision: bool, jobs: int, report: Report, bars: bool = False) -> Path | None:
    """Make the edition, or nothing if one with the same inputs is there (then ``None``).

    Raises :class:`StaleEdition` if there is one from other inputs and no revision was asked for, :class:`PagesFailed`
    if a page failed (no edition then), :class:`Locked` if another run is making it.
    """
    d, day = p.definition, p.as_of.isoformat()
    with _lock(root, f"{d.name}-{day}"):
        present = revisions(root, d.name, p.as_of)
        name = day
        if present:
            before = read_manifest(present[-1])["inputs"]
            different = changes(before, p.inputs)
            if not different:
                return None
            if not revision:
                listed = "\n  ".join(different)
                raise StaleEdition(
                    f"edition {d.name}/{present[-1].name} exists and was made from other inputs; use --revision to make "
                    f"{day}-r{len(present) + 1} beside it. What changed:\n  {listed}"
                )
            name = f"{day}-r{len(present) + 1}"
        final = root / d.name / name
        if final.exists():
            raise StaleEdition(
                explain(f"edition {d.name}/{name}", "a folder without a manifest", "nothing", "remove it")
            )
        work = root / ".work" / f"{d.name}-{name}"
        shutil.rmtree(work, ignore_errors=True)  # left by a run that was killed; the lock says nobody is in it
        work.mkdir(parents=True)
        try:
            results = build(p, work, name, jobs=jobs, report=report, bars=bars)
            failed = _keep_failed(root, p, results)
            if failed:
                raise PagesFailed("no edition was made:\n  " + "\n  ".join(failed))
            final.parent.mkdir(exist_ok=True)
            work.rename(final)
            _sync(final.parent)
        finally:
            shutil.rmtree(work, ignore_errors=True)
            with contextlib.suppress(OSError):
                work.parent.rmdir()
    write_index(root)
    return final


def write_index(root: Path) -> None:
    """The page over all editions, replaced in one step."""
    entries = []
    for folder in reversed(editions(root)):
        e = read_manifest(folder)["edition"]
        as_of = date.fromisoformat(e["as_of"])
        entries.append(
            e
            | {
                "path": f"{folder.parent.name}/{folder.name}",
                "first": e["pages"][0],
                "dates": {k: Words(k).day(as_of) for k in e["languages"]},
            }
        )
    handle, name = tempfile.mkstemp(dir=root, suffix=".tmp")
    os.close(handle)
    Path(name).chmod(0o644)
    _write(Path(name), html.index(entries))
    Path(name).replace(root / "index.html")


def find(root: Path, name: str) -> Path:
    """An edition by ``DATE[-rN]`` or ``DEFINITION/DATE[-rN]``. Raises :class:`ParameterError` with the choices."""
    present = {f"{p.parent.name}/{p.name}": p for p in editions(root)}
    hits = [p for key, p in present.items() if name in (key, p.name)]
    if len(hits) != 1:
        raise ParameterError(
            explain("edition", repr(name), f"one of {', '.join(present) or 'none: no edition was made yet'}")
        )
    return hits[0]


def damage(folder: Path) -> list[str]:
    """Files of an edition that are not what its manifest says, one line each."""
    files = read_manifest(folder)["files"]
    present = {f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()} - {MANIFEST}
    lines = [f"{f}: missing" for f in sorted(set(files) - present)] + [
        f"{f}: not in the manifest" for f in sorted(present - set(files))
    ]
    return lines + [
        f"{f}: altered" for f in sorted(present & set(files)) if _digest((folder / f).read_bytes()) != files[f]
    ]


def verify(folder: Path, *, jobs: int, report: Report) -> int:
    """Rebuild an edition in a temporary place and compare every byte; the number of files compared.

    The manifest's note of the git commit is the one thing not compared. Raises :class:`StaleEdition` if the inputs
    changed since, :class:`PageError` naming the files that differ.
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
    with tempfile.TemporaryDirectory(prefix="kz-verify-") as name:
        again = Path(name)
        failed = [r.reason for r in build(p, again, e["name"], jobs=jobs, report=report).values() if r.notebook is None]
        if failed:
            raise PagesFailed("the edition could not be rebuilt:\n  " + "\n  ".join(failed))
        now = read_manifest(again)
        lines = changes(manifest["files"], now["files"])
        if lines or {**manifest, "git": None} != {**now, "git": None}:
            raise PageError(f"edition {folder.name} differs when rebuilt:\n  " + "\n  ".join(lines or [MANIFEST]))
        return len(now["files"])
