"""How soon a kernel is ready, and where the time of a page goes. ``python benchmarks/kernels.py [REPETITIONS]``

Medians of wall-clock seconds, on whatever machine this is; say how busy it was beside the figures.
The floor: the same cells in one interpreter that has run them before, and the rendering.
"""

from __future__ import annotations

import contextlib
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date

sys.modules.setdefault("rfc3987_syntax", None)  # see kzreport/commands/cli.py

from kzreport.editions.reference import reference_task
from kzreport.execution import forkserver
from kzreport.execution.execute import execute_page
from kzreport.execution.kernel import Kernel
from kzreport.execution.task import Result
from kzreport.pages.context import PageContext
from kzreport.pages.notebooks import read_notebook
from kzreport.project import notebook_path, page_names
from kzreport.render import html

REPETITIONS = int(sys.argv[1]) if len(sys.argv) > 1 else 7


def median(action: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """Seconds of an action, the first not counted."""
    taken = []
    for _ in range(REPETITIONS + 1):
        before()
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:])


def ready(ahead: float, *, use_warm: bool = True) -> float:
    """Seconds until a kernel answers, if it was started so many seconds ahead."""
    from jupyter_core.utils import run_sync

    kept: list[Kernel] = []

    def start() -> None:
        kept.append(Kernel(use_warm=use_warm))
        if ahead:
            kept[-1].start()
            time.sleep(ahead)

    def answer() -> None:
        if not ahead:
            kept[-1].start()
        with contextlib.chdir(kept[-1].folder):  # as papermill does: the sockets' names are relative
            run_sync(kept[-1].connect)().stop_channels()

    found = median(answer, start)
    for kernel in kept:
        kernel.close()
    return found


def cells(page: str) -> None:
    """What the floor runs."""
    names: dict[str, object] = {}
    for cell in read_notebook(notebook_path(page)).cells:
        if cell.cell_type == "code":
            exec(cell.source, names)


def rendered(page: str, result: Result) -> str:
    assert result.notebook is not None, result.reason
    about = {
        "name": page,
        "language": "fr",
        "titles": {page: page},
        "report": "x",
        "as_of": date(2026, 9, 30),
        "fingerprint": "x",
    }
    return html.page(result.notebook, languages=("fr", "en"), **about)  # type: ignore[arg-type]


def main() -> None:
    """Print two tables."""
    print(f"ready: warm          {ready(0):.3f} s")
    print(f"ready: warm, ahead   {ready(1):.3f} s")
    print(f"ready: ordinary      {ready(0, use_warm=False):.3f} s  (nothing imported)")
    forkserver.warm_up()
    PageContext.display = lambda *_: None  # type: ignore[method-assign, assignment]
    print(f"\n{'':12} {'page':>8} {'render':>8} {'cells':>8} {'floor':>8} {'ratio':>6}")
    every = [0.0, 0.0]
    for page in page_names():
        task = reference_task(page, "fr")
        result = execute_page(task)
        whole, render = median(lambda: execute_page(task)), median(lambda: rendered(page, result))  # noqa: B023
        alone = median(lambda: cells(page))  # noqa: B023
        own, floor = whole + render, alone + render
        every = [every[0] + own, every[1] + floor]
        print(f"{page:12} {own:8.3f} {render:8.3f} {alone:8.3f} {floor:8.3f} {own / floor:6.2f}", flush=True)
    print(f"{'all':12} {every[0]:8.3f} {'':8} {'':8} {every[1]:8.3f} {every[0] / every[1]:6.2f}")


if __name__ == "__main__":
    main()
