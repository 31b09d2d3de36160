"""A page costs little more than its own cells: processor time against the floor in the same run, never a clock.

The floor runs the same cells and the same rendering in an interpreter that has run them before. The margin is wide: the
test is for a mistake that doubles the cost, such as a cache that is too small or a library loaded for each page.
"""

from __future__ import annotations

import os
import sys
import time
import warnings
from datetime import date
from pathlib import Path

import pytest

from kzreport.editions.reference import reference_task
from kzreport.execution import forkserver
from kzreport.execution.execute import execute_page
from kzreport.execution.kernel import KernelPool
from kzreport.execution.worker import Worker
from kzreport.pages.context import PageContext
from kzreport.pages.notebooks import read_notebook
from kzreport.project.settings import notebook_path
from kzreport.render import html

PAGE = "transit"
PAGES = 2
MARGIN = 2.5  # usually 1.3 to 1.5


class Counted(KernelPool):
    """A pool that counts the processor seconds of its kernels."""

    spent = 0.0

    def release(self) -> None:
        if self.current is not None and self.current.ready:
            fields = Path(f"/proc/{self.current.manager.provisioner.pid}/stat").read_text("latin-1").rpartition(")")[2]
            user, system = fields.split()[11:13]
            self.spent += (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
        super().release()


def rendered(nb):
    about = {
        "name": PAGE,
        "language": "fr",
        "titles": {PAGE: "x"},
        "report": "x",
        "as_of": date(2026, 9, 30),
        "fingerprint": "x",
    }
    return html.page(nb, languages=("fr", "en"), **about)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_page_costs_little_more_than_its_cells(monkeypatch):
    task = reference_task(PAGE, "fr")
    with Counted() as kernels:
        worker = Worker(kernels)
        done = execute_page(task, worker)
        assert done.notebook is not None, done.reason
        rendered(done.notebook)
        kernels.spent, begun = 0.0, time.process_time()
        for _ in range(PAGES):
            rendered(execute_page(task, worker).notebook)
        own = kernels.spent + time.process_time() - begun

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        forkserver.warm_up()
    monkeypatch.setattr(PageContext, "display", lambda *_: None)
    cells = [compile(c.source, PAGE, "exec") for c in read_notebook(notebook_path(PAGE)).cells if c.cell_type == "code"]
    begun = 0.0
    for number in range(PAGES + 1):
        names = {}
        if number == 1:
            begun = time.process_time()
        for cell in cells:
            exec(cell, names)
        rendered(done.notebook)
    floor = time.process_time() - begun
    assert own < MARGIN * floor, f"{own / PAGES:.2f} s of processors a page, the floor {floor / PAGES:.2f} s"
