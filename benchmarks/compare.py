"""kzreport beside what a user would pick instead, in one run. ``make bench`` (ARGS="--quick": minutes, one page)

Prints a Markdown table: the same real pages, with the same pictures in SVG, through kzreport, the commands papermill
and jupyter nbconvert, the loops of papermill, nbclient, jupyter-cache and ploomber-engine, and the floor: the pages'
code executed in one interpreter that has run it before, and the rendering. Seconds are of processors, of a process and
all that it started: on a shared machine those of the clock say more of the neighbours. Of the loops and the floor the
imports and the first page are not counted; of kzreport everything is, and beside it what each further page costs: a
run of all editions less a run of one. Medians of the repetitions, and their spread. A ratio for two workers divides by
two cores. Nothing here is a test.

``--write`` puts the table into docs/explanation/speed.md. What does not fit into ``--minutes`` is left out by name.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import importlib.util
import json
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

sys.modules.setdefault("rfc3987_syntax", None)  # see kzreport/cli.py

from kzreport.editions.dates import check_months
from kzreport.editions.definition import load_definition
from kzreport.editions.make import finish_edition
from kzreport.editions.manifest import read_manifest
from kzreport.editions.store import Store, list_editions
from kzreport.files import file_digest
from kzreport.machine import scratch
from kzreport.pages.notebooks import read_notebook
from kzreport.project.settings import notebook_path

HOME = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
TODAY = date(2026, 9, 30)
DOCS = HOME / "docs" / "explanation" / "speed.md"
MARKS = ("<!-- measured by make bench -->", "<!-- end of what was measured -->")
ENV = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {
    "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
    "PLOOMBER_STATS_ENABLED": "false",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}

Page = dict[str, Any]  # name, parameters, and the executed notebook where there is one


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def stolen() -> tuple[float, float]:
    """Ticks of the processors that other virtual machines took, and all ticks, since the system began."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        ticks = [float(t) for t in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
        return ticks[7], sum(ticks[:8])
    return 0.0, 0.0


def spent() -> float:
    """Processor seconds of this process and of its children that have ended."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# --- kzreport ----------------------------------------------------------------------------------------------------


class Memory:
    """What a process and all below it hold: MB of RSS (shared memory once for each) and of PSS (shared, once)."""

    def __init__(self, pid: int) -> None:
        self.pid, self.seen, self.ended = pid, list[tuple[float, float, float]](), threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self) -> None:
        while not self.ended.wait(4.0):  # looking takes time itself
            self.seen.append((time.monotonic(), *self._now()))

    def _now(self) -> tuple[float, float]:
        parents, total = {}, [0.0, 0.0]
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError, IndexError):
                parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        tree = {self.pid}
        while more := {p for p, above in parents.items() if above in tree} - tree:
            tree |= more
        for pid in tree:
            with contextlib.suppress(OSError):
                text = Path(f"/proc/{pid}/smaps_rollup").read_text()
                for i, name in enumerate(("Rss", "Pss")):
                    found = re.search(rf"^{name}:\s+(\d+)", text, re.M)
                    total[i] += int(found[1]) / 1024 if found else 0.0
        return total[0], total[1]

    def stop(self) -> None:
        self.ended.set()
        self.thread.join()


class Backfill:
    """One run of ``kzreport backfill`` into a new folder: its seconds, when each edition was there, its memory."""

    def __init__(self, definition: str, root: Path, first: str, last: str, jobs: int) -> None:
        command = [BIN / "kzreport", "backfill", definition, "--from", first, "--to", last, "-j", str(jobs)]
        command += ["--formats", "html"]  # the others make no workbook and no PDF
        start, before = time.monotonic(), spent()
        process = subprocess.Popen(
            [*map(str, command), "--output", str(root)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=ENV,
        )
        memory, self.done, told = Memory(process.pid), list[float](), list[str]()
        assert process.stderr
        for line in process.stderr:
            told.append(line)
            if re.search(r"\(\d+ of \d+\)", line):
                self.done.append(time.monotonic() - start)
        code = process.wait()
        self.seconds = time.monotonic() - start
        memory.stop()
        self.spent = spent() - before  # the watching of the memory is a thread of ours, some milliseconds
        self.memory = [(at - start, rss, pss) for at, rss, pss in memory.seen]
        if code:
            raise SystemExit(f"kzreport ended with {code}:\n{''.join(told[-10:])}")

    def held(self, after: float, seconds: float) -> float:
        """Median PSS in so many seconds after a moment; of one sample if there is only one."""
        near = [pss for at, _, pss in self.memory if after <= at <= after + seconds] or [self.memory[-1][2]]
        return statistics.median(near)


def months(count: int, last: str = "2026-08") -> tuple[str, str]:
    """First and last of so many months."""
    year, month = map(int, last.split("-"))
    number = year * 12 + month - count
    return f"{number // 12}-{number % 12 + 1:02}", last


def pages_of(made: Path, names: Sequence[str], languages: Sequence[str]) -> list[Page]:
    """Pages of editions that were made, with the parameters they were made with."""
    found = []
    for name in names:
        manifest = read_manifest(made / name)
        for language in languages:
            for page in manifest["edition"]["pages"]:
                values = {"lang": language, "as_of": manifest["edition"]["as_of"], **manifest["parameters"][page]}
                notebook = made / name / language / f"{page}.ipynb"
                found.append({"name": page, "parameters": values, "made": str(notebook)})
    return found


_FURNITURE = ("index.html", "search.html", "series")  # of a language of an edition: made when its pages are there


def nothing_to_do(name: str, root: Path, made: Path, count: int, repetitions: int) -> float:
    """Processor seconds to find that nothing is to do: editions with their own manifests, and the files of one."""
    from kzreport.editions import needs

    first, last = months(count)
    definition = load_definition(name, formats=("html",))
    dates = check_months(first, last, TODAY)
    for need in needs.list_needs(definition, dates, definition.languages, Store(root), revision=False):
        folder = root / name / need.name
        written = {}
        for path in made.rglob("*"):
            place = path.relative_to(made)
            if path.is_file() and place.parts[0] in definition.languages and place.parts[1] not in _FURNITURE:
                target = folder / place
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(path, target)
                written[place.as_posix()] = file_digest(path)
        finish_edition(need.plan, folder, need.name, written, lambda _: None)
    time.sleep(3)  # as after a night: what was written a moment ago is read again
    taken = [Backfill(name, root, first, last, 1).spent for _ in range(repetitions + 1)]
    return statistics.median(taken[1:])


# --- the others --------------------------------------------------------------------------------------------------


def commands(pages: Sequence[Page], folder: Path) -> Iterator[tuple[float, float]]:
    """What a user would write: a command that executes and one that renders."""
    for number, page in enumerate(pages):
        given, made = folder / f"{number}.json", folder / f"{number}.ipynb"
        given.write_text(json.dumps(page["parameters"]))
        source = HOME / "notebooks" / f"{page['name']}.ipynb"
        start = spent()
        run = ["papermill", str(source), str(made), "-f", str(given), "--no-progress-bar"]
        for command in (run, ["jupyter", "nbconvert", "--to", "html", str(made)]):
            subprocess.run(command, env=ENV, cwd=folder, check=True, capture_output=True)
            if command is run:
                executed = spent()
        yield spent() - start, executed - start


def looped(execute: Callable[[Path, Path, Mapping[str, Any]], None]) -> Callable[..., Iterator[tuple[float, float]]]:
    """Pages one after the other in one process, each rendered by nbconvert's API."""

    def loop(pages: Sequence[Page], folder: Path) -> Iterator[tuple[float, float]]:
        import nbformat
        from nbconvert import HTMLExporter

        exporter = HTMLExporter()
        os.chdir(folder)
        for number, page in enumerate([pages[0], *pages]):  # the first is not counted
            made = folder / f"{number}.ipynb"
            start = spent()
            execute(HOME / "notebooks" / f"{page['name']}.ipynb", made, page["parameters"])
            executed = spent()
            text, _ = exporter.from_notebook_node(nbformat.read(made, as_version=4))
            made.with_suffix(".html").write_text(text, encoding="utf-8")
            if number:
                yield spent() - start, executed - start

    return loop


def papermill_loop(source: Path, made: Path, values: Mapping[str, Any]) -> None:
    import papermill

    papermill.execute_notebook(source, made, parameters=dict(values), progress_bar=False, kernel_name="python3")


def nbclient_loop(source: Path, made: Path, values: Mapping[str, Any]) -> None:
    import nbformat
    from nbclient import NotebookClient
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    nb = parameterize_notebook(load_notebook_node(str(source)), dict(values))
    NotebookClient(nb, kernel_name="python3").execute()
    nbformat.write(nb, made)


def cache_loop(source: Path, made: Path, values: Mapping[str, Any]) -> None:
    import nbformat
    from jupyter_cache import get_cache
    from jupyter_cache.executors import load_executor
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    nb = parameterize_notebook(load_notebook_node(str(source)), dict(values))
    nb.cells.append(nbformat.v4.new_code_cell(f"# {made.stem}"))  # else the page that is not counted would serve
    nbformat.write(nb, made)
    cache = get_cache(made.parent / "cache")
    cache.add_nb_to_project(str(made))
    done = load_executor("local-serial", cache).run_and_cache(timeout=120)
    if not done.all() or done.excepted or done.errored:
        raise SystemExit(f"jupyter-cache executed nothing: {done}")
    _, executed = cache.merge_match_into_notebook(nbformat.read(made, as_version=4))
    nbformat.write(executed, made)


def ploomber_loop(source: Path, made: Path, values: Mapping[str, Any]) -> None:
    from IPython.display import display
    from ploomber_engine import execute_notebook

    from kzreport.pages.context import PageContext
    from kzreport.pages.outputs import Output

    def encoded(_: PageContext, output: Output) -> None:  # it writes bytes as they are, which is no notebook
        text = {k: base64.b64encode(v).decode() if isinstance(v, bytes) else v for k, v in output.data.items()}
        display(text, raw=True, metadata=output.metadata)

    PageContext.display = encoded  # type: ignore[method-assign]
    execute_notebook(source, made, parameters=dict(values), log_output=False, progress_bar=False, verbose=False)


def floor(pages: Sequence[Page], folder: Path) -> Iterator[tuple[float, float]]:
    """The cells of each page in this interpreter, which has run them before, and the rendering that kzreport does."""
    import nbformat

    from kzreport.execution import forkserver
    from kzreport.pages.context import PageContext
    from kzreport.render import html

    forkserver.warm_up()
    PageContext.display = lambda *_: None  # type: ignore[method-assign, assignment]
    about = {
        "titles": {p["name"]: p["name"] for p in pages},
        "report": "x",
        "as_of": date(2026, 9, 30),
        "fingerprint": "x",
    }

    def one(page: Page) -> tuple[float, float]:
        nb, names = read_notebook(notebook_path(page["name"])), dict[str, Any]()
        done = nbformat.v4.reads(Path(page["made"]).read_text(encoding="utf-8"))
        start = spent()
        for cell in nb.cells:
            if cell.cell_type == "code":
                exec(cell.source, names)
                if "parameters" in cell.metadata.get("tags", []):
                    names |= page["parameters"]
        executed = spent()
        language = page["parameters"]["lang"]
        html.page(done, name=page["name"], language=language, languages=("fr", "en"), **about)  # type: ignore[arg-type]
        return spent() - start, executed - start

    seen: set[str] = set()
    for page in pages:
        if page["name"] not in seen:
            one(page)
            seen.add(page["name"])
    yield from map(one, pages)


def ready(pages: Sequence[Page], folder: Path) -> Iterator[tuple[float, float]]:
    """Seconds until a warm kernel answers: asked for now, and started while another page ran."""
    sys.argv = [sys.argv[0], "9"]
    import kernels

    yield kernels.ready(0), kernels.ready(1)


WAYS: Mapping[str, tuple[str, Callable[..., Iterator[tuple[float, float]]], str]] = {
    "commands": ("`papermill` + `jupyter nbconvert`, a command each a page", commands, "nbconvert"),
    "papermill": ("papermill's API in a loop + nbconvert's API", looped(papermill_loop), "nbconvert"),
    "nbclient": ("nbclient in a loop + nbconvert's API", looped(nbclient_loop), "nbconvert"),
    "cache": ("jupyter-cache in a loop + nbconvert's API", looped(cache_loop), "jupyter_cache"),
    "ploomber": ("ploomber-engine, all in one process + nbconvert's API", looped(ploomber_loop), "ploomber_engine"),
    "floor": ("the floor on one core", floor, "kzreport"),
    "ready": ("", ready, "kzreport"),
}


def measured(way: str, pages: Sequence[Page], repetitions: int, folder: Path, end: float) -> list[tuple[float, float]]:
    """For each repetition the mean seconds a page: whole, and executing alone; none if it cannot be, or not in time.

    ``end``: by :func:`time.monotonic`; a repetition that is not over by then is left out.
    """
    module = WAYS[way][2]
    if importlib.util.find_spec(module) is None:
        say(f"{way}: skipped, {module} is not installed (make bench installs it)")
        return []
    taken: list[tuple[float, float]] = []
    for number in range(repetitions):
        place = folder / f"{way}-{number}"
        place.mkdir()
        (place / "pages.json").write_text(json.dumps(list(pages)))
        command = [sys.executable, __file__, "--way", way, str(place)]
        try:
            left = max(1.0, end - time.monotonic())
            done = subprocess.run(command, env=ENV, capture_output=True, text=True, timeout=left)
        except subprocess.TimeoutExpired:
            say(f"{way}: not over when the time was, {number} of {repetitions} repetitions are counted (--minutes)")
            return taken
        if done.returncode:
            say(f"{way}: failed, left out\n{done.stderr[-2000:]}")
            return []
        each = json.loads(done.stdout.splitlines()[-1])
        taken.append((statistics.fmean(w for w, _ in each), statistics.fmean(e for _, e in each)))
        say(f"{way}: {taken[-1][0]:.3f} s a page")
    return taken


# --- the table ---------------------------------------------------------------------------------------------------


def main() -> None:
    """Measure, and print the table."""
    options = argparse.ArgumentParser(description="kzreport beside others; prints a Markdown table")
    options.add_argument("--definition", default="monthly", metavar="NAME", help="which pages (default: monthly)")
    options.add_argument("--editions", type=int, default=6, metavar="N", help="for kzreport (default: 6)")
    options.add_argument("--months", type=int, default=180, metavar="N", help="of nothing to do (default: 180)")
    options.add_argument("--repetitions", type=int, default=3, metavar="N", help="medians of so many (default: 3)")
    options.add_argument("--minutes", type=float, default=75, help="begin nothing after so long (default: 75)")
    options.add_argument(
        "--quick", action="store_true", help="one page, 6 editions, 1 repetition, 24 months, 5 minutes"
    )
    options.add_argument("--write", action="store_true", help="put the table into docs/explanation/speed.md")
    options.add_argument("--way", nargs=2, help=argparse.SUPPRESS)
    a = options.parse_args()
    if a.way:
        place = Path(a.way[1])
        print("\n" + json.dumps(list(WAYS[a.way[0]][1](json.loads((place / "pages.json").read_text()), place))))
        return
    if a.quick:
        a.definition, a.editions, a.repetitions, a.months = "inflation-brief", 6, 1, 24
        a.minutes = min(a.minutes, 5.0)
    with scratch.folder() as base:
        lines = table(a, base)
    print("\n".join(lines))
    if a.write:
        head, _, rest = DOCS.read_text(encoding="utf-8").partition(MARKS[0])
        tail = rest.partition(MARKS[1])[2]
        DOCS.write_text("\n".join([head + MARKS[0], *lines, "", MARKS[1]]) + tail, encoding="utf-8")


def table(a: argparse.Namespace, base: Path) -> list[str]:
    """The lines of the report."""
    before, (taken_before, all_before), end = load(), stolen(), time.monotonic() + 60 * a.minutes
    definition = load_definition(a.definition)
    pages = a.editions * len(definition.pages) * len(definition.languages)
    own: dict[int, list[float]] = {1: [], 2: []}
    further: list[float] = []
    clock: dict[int, list[float]] = {1: [], 2: []}
    peak, held = 0.0, [0.0, 0.0]
    for number in range(a.repetitions):
        for jobs in own:  # in pairs: a neighbour that begins or ends disturbs both
            run = Backfill(a.definition, base / f"made-{jobs}-{number}", *months(a.editions), jobs)
            own[jobs].append(run.spent / pages)
            clock[jobs].append(run.seconds / pages)
            say(f"kzreport, {jobs} workers: {own[jobs][-1]:.3f} s a page, {clock[jobs][-1]:.3f} s by the clock")
            if jobs == 1:  # what is done once for a run is in both
                first = Backfill(a.definition, base / f"first-{number}", *months(1), 1).spent
                further.append((run.spent - first) / (pages - pages // a.editions))
            if jobs == 2:
                peak = max(peak, *(pss for _, _, pss in run.memory))
                held = [run.held(run.done[0], 20), run.held(run.done[-1] - 20, 20)]
    made = base / "made-1-0" / a.definition
    names = sorted(folder.name for folder in list_editions(made.parent))  # not latest/
    few = pages_of(made, names[-1:] if len(definition.pages) > 3 else names[-2:], ["fr"])
    first = ("floor", "commands", "ploomber")  # what the targets are about, should the time not do for all
    found = {
        way: measured(way, few, a.repetitions, base, end) for way in dict.fromkeys((*first, *WAYS)) if way != "ready"
    }
    others = {way: found[way] for way in WAYS if way in found}
    kernel = measured("ready", [], 1, base, end)
    quiet = nothing_to_do(a.definition, base / "quiet", made / names[-1], a.months, a.repetitions)
    taken_after, all_after = stolen()
    share = 100 * (taken_after - taken_before) / (all_after - all_before or 1.0)

    def middle(taken: Sequence[float]) -> float:
        return statistics.median(taken)

    def spread(taken: Sequence[float]) -> str:
        return f"{min(taken):.2f} to {max(taken):.2f}"

    one, more = middle(own[1]), middle(further)
    lines = [
        "",
        f"{pages} pages of '{a.definition}' for kzreport; {len(few)} of them, one after the other, for the others. "
        f"Processor seconds, medians of {a.repetitions}. {cores()} cores ({platform.machine()}), Python "
        f"{platform.python_version()}; load {before} before, {load()} after; {share:.0f} % of the time of this machine "
        "went to others.",
        "",
        "| | processor seconds a page | least to most | kzreport, one worker, is faster | two workers |",
        "|---|---|---|---|---|",
        f"| **kzreport, one worker** | {one:.2f} | {spread(own[1])} | | |",
        f"| of these each further page, without what is done once a run | {more:.2f} | {spread(further)} | | |",
        f"| **kzreport, two workers** | {middle(own[2]):.2f} | {spread(own[2])} | | |",
    ]
    for way, found in others.items():
        if found:
            whole = [w for w, _ in found]
            alone = f" (executing alone {middle([e for _, e in found]):.2f})"
            ratios = f"{middle(whole) / one:.1f} × | {2 * middle(whole) / middle(own[2]):.1f} ×"
            lines.append(f"| {WAYS[way][0]}{alone} | {middle(whole):.2f} | {spread(whole)} | {ratios} |")

    def ratio(way: str, under: float, factor: float = 1.0) -> str:
        if not others[way]:
            return "not measured"
        found, then = (factor * middle([w for w, _ in others[way]]) / x for x in (under, more))
        return f"{found:.1f} ×; each further page {then:.1f} ×"

    over = "not measured"
    if others["floor"]:
        least = middle([w for w, _ in others["floor"]])
        over = f"{one / least:.2f} ×; each further page {more / least:.2f} ×"
    soon = f"{1000 * kernel[0][0]:.0f} ms; started ahead {1000 * kernel[0][1]:.0f} ms" if kernel else "not measured"
    gain = f"{2 * one / middle(own[2]):.2f} × ({middle(clock[1]) / middle(clock[2]):.2f} × by the clock)"
    lines += ["", "| | target | measured |", "|---|---|---|"]
    lines += [
        f"| {' | '.join(row)} |"
        for row in (
            ("faster than the two commands, two workers", "30 ×", ratio("commands", middle(own[2]), 2.0)),
            ("faster than the two commands, one worker", "15 ×", ratio("commands", one)),
            ("faster than ploomber-engine with rendering, two workers", "2 ×", ratio("ploomber", middle(own[2]), 2.0)),
            ("time over the floor", "1.3 ×", over),
            ("two workers against one, on free cores", "1.85 ×", gain),
            (f"nothing to do over {a.months} editions", "1 s", f"{quiet:.2f} s"),
            ("until a warm kernel is ready, by the clock", "80 ms", soon),
            ("memory of two workers: after an edition, at the end, peak", "flat",
             f"{held[0]:.0f}, {held[1]:.0f}, {peak:.0f} MB"),
        )
    ]  # fmt: skip
    return lines


if __name__ == "__main__":
    main()
