"""A table of where the processor time of a page goes. ``python benchmarks/profile_page.py [DEFINITION]``

Makes editions by ``kzreport backfill`` with one worker and samples every process each 2 ms of processor time
(``benchmarks/sampler``). Seconds are of processors, never of the clock: a busy machine changes them little. The total
is what the system counted for the command and all that it started; the samples say how it is shared out.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "sampler"))

from sitecustomize import ROLES, STAGES


def children_seconds() -> float:
    """Return the processor seconds of all processes that were started from here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def profile(arguments: list[str]) -> tuple[float, Counter[tuple[int, int]]]:
    """Return the processor seconds of a run of kzreport, and how many samples each role and stage has."""
    base = Path(tempfile.mkdtemp(prefix="kz-profile-"))
    samples = base / "samples"
    env = os.environ | {"KZREPORT_SAMPLES": str(samples), "PYTHONPATH": str(HERE / "sampler")}
    try:
        before = children_seconds()
        command = [str(Path(sys.executable).parent / "kzreport"), *arguments, "--output", str(base / "made")]
        done = subprocess.run(command, env=env, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"kzreport ended with {done.returncode}:\n{done.stderr[-2000:]}")
        data = samples.read_bytes()
        return children_seconds() - before, Counter(zip(data[::2], data[1::2], strict=True))
    finally:
        shutil.rmtree(base, ignore_errors=True)


def main() -> None:
    """Profile, and print a Markdown table."""
    options = argparse.ArgumentParser(description="where the processor time of a page goes; prints a Markdown table")
    options.add_argument("definition", nargs="?", default="inflation-brief")
    options.add_argument("--from", dest="first", default="2026-01", metavar="MONTH")
    options.add_argument("--to", dest="last", default="2026-08", metavar="MONTH")
    options.add_argument("--pages", type=int, default=16, help="pages of all these editions (default: 16)")
    a = options.parse_args()
    seconds, found = profile(["backfill", a.definition, "--from", a.first, "--to", a.last, "-j", "1"])
    each = seconds / max(1, found.total()) / a.pages * 1000
    print(f"{a.definition}, {a.first} to {a.last}: {seconds:.2f} s of processors, {seconds / a.pages:.3f} s a page\n")
    print(f"| ms a page | {' | '.join(ROLES)} | all |\n|---|{'---|' * (len(ROLES) + 1)}")
    rows = sorted(range(len(STAGES)), key=lambda s: -sum(found[r, s] for r in range(len(ROLES))))
    for stage in rows:
        cells = [found[role, stage] * each for role in range(len(ROLES))]
        if sum(cells) >= 0.5:
            print(f"| {STAGES[stage]} | {' | '.join(f'{c:.0f}' if c else '' for c in cells)} | {sum(cells):.0f} |")
    cells = [sum(n for (r, _), n in found.items() if r == role) * each for role in range(len(ROLES))]
    print(f"| **all** | {' | '.join(f'{c:.0f}' for c in cells)} | {sum(cells):.0f} |")


if __name__ == "__main__":
    main()
