"""kzreport beside what a user would pick instead, in one run. ``make bench`` (ARGS="--quick" for a first look)

Prints a Markdown table: the same real pages through kzreport (two workers, one), the commands papermill and jupyter
nbconvert, the loops of papermill, nbclient and ploomber-engine, and the floor: the pages' code executed in one
interpreter that has run it before, and the rendering, divided by the cores. Medians over the repetitions; wall-clock.
Nothing here is a test: a busy machine is slow, and the load is printed beside the figures.
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
import shutil
import statistics
import subprocess
import sys
import tempfile
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
from kzreport.editions.store import MANIFEST, Store
from kzreport.files import file_digest
from kzreport.pages.notebooks import read_notebook
from kzreport.project import notebook_path

HOME = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
TODAY = date(2026, 9, 30)
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
        start = time.monotonic()
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


def nothing_to_do(name: str, root: Path, made: Path, count: int, repetitions: int) -> float:
    """Seconds to find that nothing is to do. The editions have their own manifests, and the files of one real one."""
    from kzreport.editions import needs

    first, last = months(count)
    definition = load_definition(name)
    dates = check_months(first, last, TODAY)
    for need in needs.list_needs(definition, dates, definition.languages, Store(root), revision=False):
        folder = root / name / need.name
        written = {}
        for path in made.rglob("*"):
            if path.is_file() and path.name != MANIFEST and path.parent != made:
                target = folder / path.relative_to(made)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(path, target)
                written[path.relative_to(made).as_posix()] = file_digest(path)
        finish_edition(need.plan, folder, need.name, {t.name: "" for t in need.plan.tasks}, written)
    taken = [Backfill(name, root, first, last, 1).seconds for _ in range(repetitions + 1)]
    return statistics.median(taken[1:])


# --- the others --------------------------------------------------------------------------------------------------


def commands(pages: Sequence[Page], folder: Path) -> Iterator[tuple[float, float]]:
    """What a user would write: a command that executes and one that renders."""
    for number, page in enumerate(pages):
        given, made = folder / f"{number}.json", folder / f"{number}.ipynb"
        given.write_text(json.dumps(page["parameters"]))
        source = HOME / "notebooks" / f"{page['name']}.ipynb"
        start = time.perf_counter()
        run = ["papermill", str(source), str(made), "-f", str(given), "--no-progress-bar"]
        for command in (run, ["jupyter", "nbconvert", "--to", "html", str(made)]):
            subprocess.run(command, env=ENV, cwd=folder, check=True, capture_output=True)
            if command is run:
                executed = time.perf_counter()
        yield time.perf_counter() - start, executed - start


def looped(execute: Callable[[Path, Path, Mapping[str, Any]], None]) -> Callable[..., Iterator[tuple[float, float]]]:
    """Pages one after the other in one process, each rendered by nbconvert's API."""

    def loop(pages: Sequence[Page], folder: Path) -> Iterator[tuple[float, float]]:
        import nbformat
        from nbconvert import HTMLExporter

        exporter = HTMLExporter()
        os.chdir(folder)
        for number, page in enumerate([pages[0], *pages]):  # the first is not counted
            made = folder / f"{number}.ipynb"
            start = time.perf_counter()
            execute(HOME / "notebooks" / f"{page['name']}.ipynb", made, page["parameters"])
            executed = time.perf_counter()
            text, _ = exporter.from_notebook_node(nbformat.read(made, as_version=4))
            made.with_suffix(".html").write_text(text, encoding="utf-8")
            if number:
                yield time.perf_counter() - start, executed - start

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
    about = {"titles": {p["name"]: p["name"] for p in pages}, "report": "x", "date": "x", "fingerprint": "x"}

    def one(page: Page) -> tuple[float, float]:
        nb, names = read_notebook(notebook_path(page["name"])), dict[str, Any]()
        done = nbformat.v4.reads(Path(page["made"]).read_text(encoding="utf-8"))
        start = time.perf_counter()
        for cell in nb.cells:
            if cell.cell_type == "code":
                exec(cell.source, names)
                if "parameters" in cell.metadata.get("tags", []):
                    names |= page["parameters"]
        executed = time.perf_counter()
        language = page["parameters"]["lang"]
        html.page(done, name=page["name"], language=language, languages=("fr", "en"), **about)  # type: ignore[arg-type]
        return time.perf_counter() - start, executed - start

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
    "ploomber": ("ploomber-engine, all in one process + nbconvert's API", looped(ploomber_loop), "ploomber_engine"),
    "floor": ("the floor on one core", floor, "kzreport"),
    "ready": ("", ready, "kzreport"),
}


def measured(way: str, pages: Sequence[Page], repetitions: int, folder: Path) -> tuple[float, float] | None:
    """Median over the repetitions of the mean seconds a page: whole, and executing alone. None if not installed."""
    module = WAYS[way][2]
    if importlib.util.find_spec(module) is None:
        say(f"{way}: skipped, {module} is not installed (make bench installs it)")
        return None
    taken: list[tuple[float, float]] = []
    for number in range(repetitions):
        place = folder / f"{way}-{number}"
        place.mkdir()
        (place / "pages.json").write_text(json.dumps(list(pages)))
        command = [sys.executable, __file__, "--way", way, str(place)]
        done = subprocess.run(command, env=ENV, capture_output=True, text=True)
        if done.returncode:
            say(f"{way}: failed, left out\n{done.stderr[-2000:]}")
            return None
        each = json.loads(done.stdout.splitlines()[-1])
        taken.append((statistics.fmean(w for w, _ in each), statistics.fmean(e for _, e in each)))
        say(f"{way}: {taken[-1][0]:.3f} s a page")
    return statistics.median(t[0] for t in taken), statistics.median(t[1] for t in taken)


# --- the table ---------------------------------------------------------------------------------------------------


def main() -> None:
    """Measure, and print the table."""
    options = argparse.ArgumentParser(description="kzreport beside others; prints a Markdown table")
    options.add_argument("--definition", default="monthly", metavar="NAME", help="which pages (default: monthly)")
    options.add_argument("--editions", type=int, default=24, metavar="N", help="for kzreport (default: 24)")
    options.add_argument(
        "--growth", type=int, default=46, metavar="N", help="of the long run (default: 46: 1,012 pages)"
    )
    options.add_argument("--months", type=int, default=180, metavar="N", help="of nothing to do (default: 180)")
    options.add_argument("--repetitions", type=int, default=3, metavar="N", help="medians of so many (default: 3)")
    options.add_argument("--quick", action="store_true", help="2 editions, 1 repetition, 4 of growth, 12 months")
    options.add_argument("--way", nargs=2, help=argparse.SUPPRESS)
    a = options.parse_args()
    if a.way:
        place = Path(a.way[1])
        print("\n" + json.dumps(list(WAYS[a.way[0]][1](json.loads((place / "pages.json").read_text()), place))))
        return
    if a.quick:
        a.editions, a.growth, a.months, a.repetitions = 2, 4, 12, 1
    base = Path(tempfile.mkdtemp(prefix="kz-bench-", dir=HOME / "reports" if (HOME / "reports").is_dir() else HOME))
    try:
        print("\n".join(table(a, base)))
    finally:
        shutil.rmtree(base, ignore_errors=True)


def table(a: argparse.Namespace, base: Path) -> list[str]:
    """The lines of the report."""
    before, n, (taken_before, all_before) = load(), cores(), stolen()
    definition = load_definition(a.definition)
    own: dict[int, float] = {}
    each = len(definition.pages) * len(definition.languages)
    long = Backfill(a.definition, base / "long", *months(a.growth), 2)
    say(f"{a.growth} editions: {long.seconds:.0f} s")
    made = base / "long" / a.definition
    names = sorted(p.name for p in made.iterdir())[-a.editions :]
    middle, few_editions = len(names) // 2, max(2, a.editions // 4)
    for jobs, count, last in ((2, a.editions, names[-1]), (1, few_editions, names[middle + few_editions // 2 - 1])):
        taken: list[float] = []
        if jobs == 2 and a.growth >= count:  # the last editions of the long run are the same ones
            before_them = long.done[-1 - count] if a.growth > count else 0.0
            taken.append((long.done[-1] - before_them) / (each * count))
        for number in range(a.repetitions - len(taken)):
            new = base / f"made-{jobs}-{number}"
            seconds = Backfill(a.definition, new, *months(count, last[:7]), jobs).seconds
            taken.append(seconds / (each * count))
            say(f"kzreport, {jobs} workers: {taken[-1]:.3f} s a page")
            shutil.rmtree(new)
        own[jobs] = statistics.median(taken)
    few = pages_of(made, [names[middle]], ["fr"])
    some = sorted({names[len(names) * sixth // 6] for sixth in (1, 3, 5)})  # as old on average as all of them
    many = pages_of(made, some, definition.languages)
    others = {
        way: measured(way, many if way == "floor" else few, a.repetitions, base) for way in WAYS if way != "ready"
    }
    kernel = measured("ready", [], 1, base)
    quiet = nothing_to_do(a.definition, base / "quiet", made / names[-1], a.months, a.repetitions)
    say(f"nothing to do: {quiet:.2f} s")
    shutil.rmtree(base / "quiet")

    taken_after, all_after = stolen()
    share = 100 * (taken_after - taken_before) / (all_after - all_before or 1.0)
    lowest = others["floor"][0] / 2 if others["floor"] else 0.0
    lines = [
        "",
        f"{a.editions} editions in two languages ({a.editions * each} pages) for kzreport, two workers "
        f"(for one, {few_editions} from their middle); {len(few)} of these pages (every page of one edition, in "
        f"French) for the others, one after the other; {len(many)} for the floor. "
        f"Medians of {a.repetitions}. Machine: {n} cores ({platform.machine()}), Python {platform.python_version()}; "
        f"load {before} before the run, {load()} at its end; {share:.0f} % of its time was taken by other machines.",
        "",
        "| | seconds a page | pages a minute | kzreport is faster: two workers | one worker |",
        "|---|---|---|---|---|",
    ]

    def row(name: str, seconds: float) -> str:
        ratios = " | ".join(f"{seconds / own[jobs]:.1f} ×" for jobs in (2, 1))
        return f"| {name} | {seconds:.2f} | {60 / seconds:.0f} | {ratios} |"

    lines += [row("**kzreport, two workers**", own[2]), row("**kzreport, one worker**", own[1])]
    for way, found in others.items():
        if found and way != "floor":
            lines.append(row(f"{WAYS[way][0]} (without rendering {found[1]:.2f} s)", found[0]))
    if lowest:
        lines.append(row("the floor: warm cells and rendering, divided by two cores", lowest))
    peak = max((rss, pss) for _, rss, pss in long.memory)
    marks = [i for i in (1, 5, 10, 23, a.growth) if i <= len(long.done)]
    growth = ", ".join(f"{i * each} pages {long.done[i - 1]:.0f} s" for i in marks)
    early, late = long.held(long.done[min(4, len(long.done) - 1)], 20), long.held(long.done[-1] - 20, 20)

    def ratio(over: float | None, under: float | None, digits: int = 1) -> str:
        return f"{over / under:.{digits}f} ×" if over and under else "not measured"

    def of(way: str, which: int = 0) -> float | None:
        found = others[way]
        return found[which] if found else None

    ahead = f"{ratio(of('ploomber'), own[2])}; of it without its rendering: {ratio(of('ploomber', 1), own[2])}"
    kept = (
        f"{early:.0f} MB, {late:.0f} MB (shared memory counted once; peak {peak[1]:.0f} MB, or {peak[0]:.0f} MB of RSS)"
    )
    soon = f"{1000 * kernel[0]:.0f} ms; started ahead {1000 * kernel[1]:.0f} ms" if kernel else "not measured"
    targets = [
        ("faster than the two commands, two workers", "30 ×", ratio(of("commands"), own[2])),
        ("faster than the two commands, one worker", "12 ×", ratio(of("commands"), own[1])),
        ("faster than ploomber-engine, two workers", "1 ×", ahead),
        ("time over the floor", "1.5 ×", ratio(own[2], lowest, 2)),
        ("two workers against one", "1.8 ×", ratio(own[1], own[2], 2)),
        (f"nothing to do over {a.months} editions", "2 s", f"{quiet:.2f} s"),
        ("until a warm kernel is ready", "150 ms", soon),
        (f"memory after {5 * each} and after {a.growth * each} pages", "flat", kept),
        ("time as pages grow", "linear", growth),
    ]
    lines += ["", "| | target | measured |", "|---|---|---|"]
    lines += [f"| {' | '.join(row_)} |" for row_ in targets]
    return lines


if __name__ == "__main__":
    main()
