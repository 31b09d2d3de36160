"""Many editions: what "nothing to do" and memory become. ``python benchmarks/scale.py [--countries 2] [--pages 48]``

A country is a folder of editions of its own, as 50 projects would have it. Its months are recorded as made with the
files of one real edition, and ``kzreport backfill`` then finds that nothing is to do: in processor seconds, for a
quarter of the months and for all. Memory is that of a backfill of real pages with two workers. From both the command
prints what 50 countries of 200 months come to. Nothing here is a test.
"""

from __future__ import annotations

import argparse
import statistics
import sys

sys.modules.setdefault("rfc3987_syntax", None)  # see kzreport/commands/cli.py

from compare import Backfill, months, nothing_to_do, say

from kzreport.editions.definition import load_definition
from kzreport.editions.store import list_editions
from kzreport.machine import scratch

NAME = "inflation-brief"
COUNTRIES, MONTHS, PAGES = 50, 200, 5000  # of the question


def main() -> None:
    """Measure a part, and print it with what the whole would be."""
    options = argparse.ArgumentParser(description="nothing to do and memory for many editions; prints Markdown")
    options.add_argument("--countries", type=int, default=2, help=f"of {COUNTRIES}, measured (default: 2)")
    options.add_argument("--months", type=int, default=MONTHS, help=f"of each (default: {MONTHS})")
    options.add_argument("--pages", type=int, default=48, help=f"real pages, of {PAGES}, for memory (default: 48)")
    a = options.parse_args()
    definition = load_definition(NAME)
    each = len(definition.pages) * len(definition.languages)
    with scratch.folder() as base:
        run = Backfill(NAME, base / "made", *months(max(4, a.pages // each)), 2)
        say(f"{a.pages} pages made")
        made = max(list_editions(base / "made"))
        sizes = (a.months // 4, a.months)
        quiet: dict[int, list[float]] = {size: [] for size in sizes}
        for country in range(a.countries):
            for size in sizes:
                quiet[size].append(nothing_to_do(NAME, base / f"{country}-{size}", made, size, 1))
                say(f"country {country + 1}, {size} editions: {quiet[size][-1]:.2f} s for nothing to do")
        files = sum(p.is_file() for p in made.rglob("*"))
    few, all_ = (statistics.median(quiet[size]) for size in sizes)
    edition = (all_ - few) / (sizes[1] - sizes[0])
    start = all_ - edition * sizes[1]
    print("| nothing to do, processor seconds | editions | seconds |\n|---|---|---|")
    for size, seconds in zip(sizes, (few, all_), strict=True):
        print(f"| measured, median of {a.countries} countries, {files} files an edition | {size} | {seconds:.2f} |")
    whole = COUNTRIES * (start + MONTHS * edition)
    print(
        f"| arithmetic: {COUNTRIES} × ({start:.2f} + {MONTHS} × {edition:.5f}) | {COUNTRIES * MONTHS:,} | {whole:.0f} |"
    )
    print(
        "\n| MB of memory that two workers and the command hold, shared memory once | after so many pages |\n|---|---|"
    )
    marks = [run.done[round(part * (len(run.done) - 1))] for part in (0.25, 0.5, 1.0)]
    held = [run.held(at - 8, 12) for at in marks]
    for part, mb in zip((0.25, 0.5, 1.0), held, strict=True):
        print(f"| {mb:.0f} | {round(part * len(run.done)) * each} |")
    growth = (held[2] - held[0]) / (0.75 * len(run.done) * each)
    print(f"| arithmetic: {held[2]:.0f} + {growth:.2f} MB a page: {held[2] + growth * PAGES:.0f} | {PAGES:,} |")


if __name__ == "__main__":
    main()
