"""JupyterLab in a browser: the walk of an analyst, and (slow) every notebook of the project with both kernels."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from kzreport.files import project_root
from kzreport.project.settings import page_names

COMMAND = str(Path(sys.executable).with_name("kzreport"))
_CURRENT = "window.jupyterapp.shell.currentWidget"
_CELL = f"{_CURRENT}.content.widgets.filter(c => c.model.type === 'code')"


@contextlib.contextmanager
def served(root: Path, place: Path) -> Iterator[str]:
    """The address of ``kzreport lab`` on a free port."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    env = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTEST"))}
    env |= {"KZREPORT_HOME": str(root), "PATH": "/usr/bin:/bin"}
    env |= {f"JUPYTER_{kind}_DIR": str(place / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    options = [
        f"--port={port}",
        "--no-browser",
        "--allow-root",
        "--IdentityProvider.token=",
        "--ServerApp.port_retries=0",
    ]
    command = [COMMAND, "lab", "--", *options, "--LabApp.expose_app_in_browser=True"]
    with (place / "lab.log").open("wb") as log:
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/api", timeout=1)
                break
            assert server.poll() is None, (place / "lab.log").read_text()
            time.sleep(0.1)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


class Lab:
    """A notebook that is open in JupyterLab."""

    def __init__(self, browser, address: str) -> None:
        self.address = address
        context = browser.new_context(viewport={"width": 1400, "height": 950}, locale="en-GB")
        local = lambda route: route.continue_() if route.request.url.startswith(address) else route.abort()  # noqa: E731
        context.route("**/*", local)
        self.page = context.new_page()
        self.page.set_default_timeout(60_000)

    def open(self, name: str) -> None:
        self.page.goto(f"{self.address}/lab/tree/notebooks/{name}.ipynb?reset")
        ready = f"window.jupyterapp && {_CURRENT}?.sessionContext?.isReady && {_CURRENT}.context.isReady"
        self.page.wait_for_function(f"() => {ready}")

    def use(self, kernel: str) -> None:
        """Choose a kernel."""
        self.page.evaluate(f"async () => {{ await {_CURRENT}.sessionContext.changeKernel({{name: '{kernel}'}}); }}")
        self.page.wait_for_function(f"() => {_CURRENT}.sessionContext.session?.kernel?.status === 'idle'")

    def run_all(self) -> list[list[dict]]:
        """Run all cells; return the outputs of each code cell."""
        with contextlib.suppress(Exception):  # a cell that raises is looked at in its output
            self.page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self.page.wait_for_function(f"() => {_CURRENT}.sessionContext.session.kernel.status === 'idle'")
        return json.loads(self.page.evaluate(f"JSON.stringify({_CELL}.map(c => c.model.outputs.toJSON()))"))

    def replace(self, old: str, new: str) -> None:
        """Replace text in the parameters cell."""
        change = f"""([old, fresh]) => {{ const m = {_CELL}.map(c => c.model.sharedModel);
            const cell = m.find(c => (c.getMetadata('tags') || []).includes('parameters'));
            if (!cell.getSource().includes(old)) throw new Error(cell.getSource());
            cell.setSource(cell.getSource().replace(old, fresh)); }}"""
        self.page.evaluate(change, [old, new])

    def add_cell(self, source: str, tag: str) -> None:
        cell = {"cell_type": "code", "source": source, "metadata": {"tags": [tag]}}
        self.page.evaluate(f"cell => {_CURRENT}.content.model.sharedModel.addCell(cell)", cell)

    def save(self) -> None:
        self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell").first.click()
        self.page.keyboard.press("Control+s")
        self.page.wait_for_function(f"() => !{_CURRENT}.context.model.dirty")

    def theme(self, name: str) -> None:
        self.page.evaluate(f"window.jupyterapp.commands.execute('apputils:change-theme', {{theme: '{name}'}})")
        self.page.wait_for_function(f"() => document.body.dataset.jpThemeName === '{name}'")


def text_of(outputs: list[list[dict]]) -> str:
    return "\n".join("".join(o.get("data", {}).get("text/plain", "")) for cell in outputs for o in cell)


def errors(outputs: list[list[dict]]) -> list[list[str]]:
    return [o["traceback"] for cell in outputs for o in cell if o["output_type"] == "error"]


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def kzreport(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "KZREPORT_HOME": str(root)}
    return subprocess.run([COMMAND, *words], env=env, capture_output=True, text=True, timeout=120)


def test_the_walk_of_an_analyst(browser, tmp_path):
    root = tmp_path / "mine"
    assert kzreport(tmp_path, "init", str(root), "--lang", "en,fr").returncode == 0
    with served(root, tmp_path) as address:
        lab = Lab(browser, address)
        lab.open("visitors")
        first = lab.run_all()
        assert not errors(first) and "Visitors: 86,700 in August 2026" in text_of(first)
        log = (tmp_path / "lab.log").read_text(encoding="utf-8")
        assert "kzreport accept" in log and "kzreport check" in log

        lab.page.locator(".jp-BreadCrumbs-home").click()
        for folder in ("data", "notebooks", "params"):
            lab.page.locator(f".jp-DirListing-itemText:has-text('{folder}')").first.wait_for()

        lab.replace('"en"', '"fr"')
        lab.replace("2026-09-30", "2025-09-30")
        lab.replace("years: Count = 4", "years: Count = 2")
        french = text_of(lab.run_all())
        assert "en août 2025" in french and "2024-01" in french and "2023-12" not in french

        lab.replace("2025-09-30", "30/09/2025")
        (wrong,) = errors(lab.run_all())
        assert len(wrong) == 2 and wrong[0].startswith("line 1 of the cell: page = Page(")
        assert "parameter 'as_of': found '30/09/2025', expected Date" in wrong[1]
        lab.replace("30/09/2025", "2026-09-30")
        lab.replace('"fr"', '"en"')

        change(root / "notebooks" / "visitors.yml", "from the period before.", "from a year before.")
        change(root / "notebooks" / "views" / "visitors.py", "period.shift(-1)", "period.shift(-12)")
        assert "86,700 in August 2026, +2,300 from a year before" in text_of(lab.run_all())

        lab.use("kzreport")  # the warm one
        lab.add_cell(
            "import seaborn as sns\nfrom kzreport.charts.style import use_house_style\nuse_house_style()\n"
            "frame = page.load('visitors').to_frame()\n"
            "sns.lineplot(frame['value'].to_timestamp())\n!kzreport claims D1",
            "scratch",
        )
        played = lab.run_all()
        assert not errors(played)
        said = "".join("".join(o.get("text", "")) for o in played[-1])
        assert "D1-L001-1" in said and any("image/png" in o.get("data", {}) for o in played[-1])
        lab.add_cell(
            "from IPython.display import Markdown, display\nfrom kzreport.pages.outputs import Kind, Output\n"
            "from kzreport.pages.rows import Row, Table\n"
            "page.emit(Output(Kind.SAY, 'x', markdown='From $2 to $3'))\n"
            "page.emit(Table('x', 'X', 'abc', [Row.of('a', 'from $2 to $3', '5')], [], texts=(1,)).output())\n"
            "display(Markdown('A formula: $x$'))\npage.load('visitors')",
            "scratch",
        )
        assert not errors(lab.run_all())
        lab.page.locator("mjx-container").first.wait_for()
        assert lab.page.locator("mjx-container").count() == 1  # dollars are no mathematics
        sides = "cells => cells.map(c => getComputedStyle(c).textAlign)"
        lines = lab.page.locator(".jp-RenderedHTML table").all()[-2:]
        shown = [line.locator("tbody tr:first-child > *").evaluate_all(sides) for line in lines]
        assert shown == [["left", "left", "right"], ["left", "right", "left"]]
        lab.theme("JupyterLab Dark")
        assert lab.page.locator(".jp-RenderedSVG img, .jp-RenderedSVG svg").first.bounding_box()["width"] > 400
        lab.save()

        saved = json.loads((root / "notebooks" / "visitors.ipynb").read_text(encoding="utf-8"))
        assert saved["metadata"]["kernelspec"]["name"] == "kzreport"
        assert "visitors.ipynb" not in kzreport(root, "check").stderr
        kept = kzreport(root, "accept", "visitors")
        assert kept.returncode == 0, kept.stderr
        accepted = json.loads((root / "notebooks" / "visitors.ipynb").read_text(encoding="utf-8"))
        assert accepted["metadata"]["kernelspec"]["name"] == "python3"
        assert accepted["cells"][-1]["metadata"]["tags"] == ["scratch"]
        assert "visitors" not in kzreport(root, "check").stderr
        one = "title: {en: One page, fr: Une page}\npages: [visitors]\nlanguages: [en]\n"
        (root / "params" / "one.yml").write_text(one, encoding="utf-8")
        done = kzreport(root, "run", "one", "--as-of", "2026-09-30")
        assert done.returncode == 0, done.stderr
        page = (root / "reports" / "one" / "2026-09-30" / "en" / "visitors.html").read_text(encoding="utf-8")
        assert "from a year before" in page and "seaborn" not in page


@pytest.mark.slow
def test_every_notebook_with_both_kernels(browser, tmp_path):
    root = tmp_path / "project"
    for name in ("data", "notebooks", "params"):
        shutil.copytree(project_root() / name, root / name)
    wrong = {}
    with served(root, tmp_path) as address:
        lab = Lab(browser, address)
        for page in page_names():
            lab.open(page)
            stored = json.loads((root / "notebooks" / f"{page}.ipynb").read_text(encoding="utf-8"))
            wanted = text_of([c["outputs"] for c in stored["cells"] if c["cell_type"] == "code"])
            for kernel in ("python3", "kzreport"):
                lab.use(kernel)
                shown = lab.run_all()
                differs = "another text than is stored" * (text_of(shown) != wanted)
                if fault := errors(shown) or differs:
                    wrong[page, kernel] = fault
            lab.replace('"fr"', '"en"')
            if fault := errors(lab.run_all()) or lab.page.locator("mjx-container").all_inner_texts():
                wrong[page, "en"] = fault
            lab.replace('"en"', '"fr"')
            lab.run_all()
            lab.save()
    assert not wrong  # after all pages, since one that waits to be accepted says nothing of the others
    assert kzreport(root, "check").returncode == 0
