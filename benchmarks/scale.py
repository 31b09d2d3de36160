"""Many editions: throughput, load and memory of cheap pages, and what "nothing to do" becomes.

``python benchmarks/scale.py [--pages 5000] [--each 25] [--cluster 200]``; half an hour of one core. Cheap pages
(``benchmarks/cheap.py``) leave the engine's own cost: kernels, messages, rendering, files, records. Two runs:

1. embedded: ``--pages`` of them in one batch of this machine's processes, ``--each`` an edition, one worker;
2. a Dask cluster of four workers with one thread each: ``--cluster`` editions of one page. The client speaks to the
   scheduler through a relay that counts bytes.

It then measures "nothing to do" and prints what 10,000 editions, 50 countries of 200 months, come to. Seconds are of
processors unless they are called the clock's. Nothing here is a test.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

sys.modules.setdefault("rfc3987_syntax", None)  # see kzreport/commands/cli.py

from cheap import TICKS, Relay, Watched, make_project
from compare import ENV, months, nothing_to_do, say

from kzreport.editions.store import list_editions
from kzreport.machine import scratch

COUNTRIES, MONTHS = 50, 200  # of the question
WORKERS = 4


def main() -> None:
    """Measure, and print Markdown."""
    options = argparse.ArgumentParser(description="throughput, load and memory for many editions; prints Markdown")
    options.add_argument("--pages", type=int, default=5000, help="cheap pages in one batch (default: 5000)")
    options.add_argument("--each", type=int, default=25, help="pages of an edition of that batch (default: 25)")
    options.add_argument("--cluster", type=int, default=200, help="editions of one page on Dask (default: 200; 0: no)")
    options.add_argument("--quiet", type=int, default=MONTHS, help="editions of nothing to do (default: 200)")
    a = options.parse_args()
    with scratch.folder() as base:
        home = base / "home"
        make_project(home, a.each)
        os.environ["KZREPORT_HOME"] = ENV["KZREPORT_HOME"] = str(home)  # for what is asked of the engine here
        embedded(home, base, a.pages, a.each)
        if a.cluster:
            cluster(home, base, a.cluster)
        quiet(base, a.quiet)


def embedded(home: Path, base: Path, pages: int, each: int) -> None:
    """Make one batch; print what a page costs and what is held."""
    first, last = months(pages // each)
    span = ("--from", first, "--to", last, "-j", "1")
    run = Watched(home, base / "wide", ["wide", *span], each)
    say(f"embedded: {run.done} pages in {run.seconds:.0f} s by the clock, {run.spent:.0f} s of processors")
    print(f"**Embedded**, one worker, {run.done} pages in {run.done // each} editions of {each}:\n")
    print("| | a page |\n|---|---|")
    print(f"| processor seconds, all processes | {run.spent / run.done:.3f} |")
    print(f"| of these the command: plans, editions, records | {run.own['command'] / run.done:.4f} |")
    print(f"| of these the worker itself: messages, rendering, files | {run.own['worker'] / run.done:.4f} |")
    print(f"| seconds by the clock | {run.seconds / run.done:.3f} |")
    print("\n| MB held after pages | command | worker | template | kernels |\n|---|---|---|---|---|")
    for part in (0.02, 0.2, 0.5, 1.0):
        mb = run.at(round(part * run.done))
        print(f"| {round(part * run.done)} | {' | '.join(f'{mb[k]:.0f}' for k in mb)} |")
    peaks = " | ".join(f"{run.peak(k):.0f}" for k in ("command", "worker", "template", "kernels"))
    print(f"| the most that was seen | {peaks} |\n", flush=True)


def cluster(home: Path, base: Path, editions: int) -> None:
    """Make editions of one page on a scheduler and four workers; print the load of each and the bytes moved."""
    env = os.environ | {"KZREPORT_HOME": str(home)}
    about = base / "scheduler.json"

    def dask(*words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *words, "--no-dashboard"],
            env=env,
            cwd=base,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    started = [dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(about))]
    try:
        while not about.exists() or not about.read_text().strip().endswith("}"):
            time.sleep(0.1)
        address = json.loads(about.read_text())["address"]
        own = ("worker", address, "--nthreads", "1", "--no-nanny", "--local-directory", str(base))
        started += [dask(*own) for _ in range(WORKERS)]
        host, _, port = address.removeprefix("tcp://").partition(":")
        relay = Relay(host, int(port))
        first, last = months(editions)
        words = ["one", "--from", first, "--to", last, "--executor", f"dask://{relay.address}"]
        before = [spent(p.pid) for p in started]
        run = Watched(home, base / "cluster", words, 1)
        load = [spent(p.pid) - b for p, b in zip(started, before, strict=True)]
        say(f"cluster: {run.done} pages in {run.seconds:.0f} s by the clock")
        print(f"**Dask**, a scheduler and {WORKERS} workers on this machine, {run.done} editions of one page:\n")
        print("| | a page |\n|---|---|")
        print(f"| processor seconds of the scheduler | {load[0] / run.done:.4f} |")
        print(f"| of the client: plans, editions, records, files | {run.spent / run.done:.4f} |")
        print(f"| of Dask's workers, beside the pages' processes | {sum(load[1:]) / run.done:.4f} |")
        print(f"| bytes between client and scheduler, both ways | {relay.bytes / run.done:,.0f} |")
        print(f"| seconds by the clock | {run.seconds / run.done:.3f} |\n")
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait()


def spent(pid: int) -> float:
    """Return the processor seconds that a process has spent itself."""
    rest = Path(f"/proc/{pid}/stat").read_text("latin-1").rpartition(")")[2].split()
    return (int(rest[11]) + int(rest[12])) / TICKS


def quiet(base: Path, editions: int) -> None:
    """Measure nothing to do for a quarter of some editions and for all; print it with that of 10,000."""
    made = max(list_editions(base / "wide"))
    files = sum(p.is_file() for p in made.rglob("*"))
    sizes = (editions // 4, editions)
    few, whole = (nothing_to_do("wide", base / f"quiet-{n}", made, n, 1) for n in sizes)
    edition = (whole - few) / (sizes[1] - sizes[0])
    start = whole - edition * sizes[1]
    print(f"**Nothing to do**, {files} files an edition:\n\n| editions | processor seconds |\n|---|---|")
    print(f"| {sizes[0]} | {few:.2f} |\n| {sizes[1]} | {whole:.2f} |")
    total = COUNTRIES * (start + MONTHS * edition)
    print(f"| {COUNTRIES * MONTHS:,}, by {COUNTRIES} × ({start:.2f} + {MONTHS} × {edition:.5f}) | {total:.0f} |")


if __name__ == "__main__":
    main()
