"""One page through papermill, in a process of its own kernel: plan -> execute -> collect.

papermill's notebook is never believed on its own word: every code cell must have run, its parameters cell must equal
what was validated, and only the outputs that :mod:`kzreport.page` makes may be there. Kernels talk over IPC in a
private folder, with no startup files of the user's.
"""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from kzreport import params
from kzreport.catalogue import home
from kzreport.errors import KzreportError, PageError, explain

CELL_TIMEOUT = 120  # seconds; a page computes for well under one
_BUNDLES = ({"text/markdown", "text/plain"}, {"text/html", "text/plain"}, {"image/png", "text/plain"})


@dataclass(frozen=True)
class Task:
    """One page in one language for one date, with all its validated parameters."""

    page: str
    language: str
    as_of: str
    values: Mapping[str, Any]

    @property
    def name(self) -> str:
        """How messages call it: ``fr/inflation``."""
        return f"{self.language}/{self.page}"

    @property
    def parameters(self) -> dict[str, Any]:
        """Exactly what papermill is given."""
        return {"lang": self.language, "as_of": self.as_of, **self.values}


@dataclass(frozen=True)
class Result:
    """An executed page, cleaned; or the reason why there is none and where its notebook is kept."""

    task: Task
    notebook: NotebookNode | None
    reason: str = ""
    failed: str = field(default="", repr=False)  # the notebook as far as it came, as text


@contextlib.contextmanager
def _private() -> Iterator[tuple[Path, Path]]:
    """A 0700 folder for kernels (sockets, startup files) and an empty working directory; gone afterwards."""
    root = Path(tempfile.mkdtemp(prefix="kz-"))
    work = root / "work"
    work.mkdir()
    settings = {"JUPYTER_RUNTIME_DIR": str(root), "IPYTHONDIR": str(root / "ipython"), "KZREPORT_HOME": str(home())}
    before = {k: os.environ.get(k) for k in settings}
    os.environ.update(settings)
    try:
        yield root, work
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
        shutil.rmtree(root, ignore_errors=True)


def _config() -> Any:
    from traitlets.config import Config

    # Over TCP one start in a hundred hung (a stolen port) and any local process could read the report's output.
    transport = "ipc" if sys.platform != "win32" else "tcp"
    return Config({"KernelManager": {"transport": transport}})


def execute(
    task: Task, *, progress: dict[str, Any] | bool = False, source: NotebookNode | None = None, inject: bool = True
) -> Result:
    """Run one page. Never raises for what the page does: the reason is in the result.

    ``source``: run this notebook instead of the page's own (tests plant faults with it). ``inject=False`` runs it with
    the defaults of its parameters cell, as nbval does.
    """
    import logging

    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    logging.getLogger("papermill").setLevel(logging.ERROR)
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    nb = source if source is not None else params.read_notebook(params.notebook_path(task.page))
    with _private() as (root, work):
        out = root / "out.ipynb"
        reason = ""
        try:
            done = papermill.execute_notebook(
                nb,
                str(out),
                parameters=task.parameters if inject else None,
                cwd=str(work),
                progress_bar=progress,
                execution_timeout=CELL_TIMEOUT,
                start_timeout=60,
                kernel_name="python3",
                config=_config(),
            )
            return Result(task, collect(done, task, inject=inject))
        except PapermillExecutionError as e:
            reason = f"{_cell_name(out)}: {e.ename}: {e.evalue}"
        except DeadKernelError:
            reason = f"{_cell_name(out)}: the kernel died"
        except CellTimeoutError:
            reason = f"{_cell_name(out)}: still running after {CELL_TIMEOUT} s"
        except KzreportError as e:
            reason = str(e)
        except Exception as e:  # a kernel that did not start, a full disk: the run goes on and names the page
            reason = f"{type(e).__name__}: {e}"
        return Result(task, None, f"{task.name}: {reason}", out.read_text(encoding="utf-8") if out.exists() else "")


def _cell_name(path: Path) -> str:
    """The cell that was running when it ended: papermill marks later ones ``completed`` too, but they never started."""
    try:
        cells = nbformat.read(path, as_version=4).cells
    except Exception:  # the file is papermill's, written in place: it may be torn
        return "unknown cell"
    started = [
        i
        for i, c in enumerate(cells, 1)
        if c.cell_type == "code" and (c.metadata.get("papermill") or {}).get("start_time")
    ]
    number = started[-1] if started else 0
    first = cells[number - 1].source.strip().splitlines()[:1] if number else []
    return f"cell {number} ({first[0][:60]})" if first else f"cell {number}"


def collect(nb: NotebookNode, task: Task, *, inject: bool = True) -> NotebookNode:
    """The executed notebook without what changes from run to run, or :class:`PageError` for what may not be published."""
    where = f"notebooks/{task.page}.ipynb"
    written = [c for c in nb.cells if "injected-parameters" in c.metadata.get("tags", [])]
    if inject and (len(written) != 1 or not params.injected_equal(written[0].source, task.parameters)):
        raise PageError(explain(where, "parameters that are not those validated", repr(task.parameters)))
    for number, cell in enumerate(nb.cells, 1):
        at = f"{where}, cell {number}"
        tags = [
            t for t in cell.metadata.get("tags", []) if t in ("parameters", "injected-parameters", "fr", "en", "note")
        ]
        cell.metadata = NotebookNode({"tags": tags} if tags else {})
        cell.id = f"cell-{number}"
        if cell.cell_type != "code":
            continue
        if cell.source.strip() and cell.execution_count is None:
            raise PageError(
                explain(at, "a cell that was not run", "every cell run to its end", "did a cell call exit()?")
            )
        for output in cell.outputs:
            if output.output_type == "stream":
                raise PageError(
                    explain(at, f"{output.name}: {output.text.strip()[:200]!r}", "no printed text and no warning")
                )
            if output.output_type != "display_data" or set(output.data) not in _BUNDLES:
                kind = ", ".join(output.get("data", {})) or output.output_type
                raise PageError(explain(at, f"an output of {kind}", "what page.say, .chart or .table show"))
    nb.metadata = NotebookNode({"kernelspec": nb.metadata.kernelspec, "language_info": {"name": "python"}})
    return nb


def texts(nb: NotebookNode) -> str:
    """Everything a page says, as text: sentences, tables, descriptions and the figures of its charts."""
    said = [o.data["text/plain"] for c in nb.cells if c.cell_type == "code" for o in c.outputs]
    return "\n\n".join(text.strip() for text in said) + "\n"


@dataclass(frozen=True)
class Artefact:
    """A chart or table of a page: its name and title, its figures as CSV, and for a chart its picture."""

    kind: str
    name: str
    csv: str
    png: bytes = b""


def artefacts(nb: NotebookNode) -> list[Artefact]:
    """The charts and tables of an executed page, in order."""
    found = []
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            about = output.metadata.get("kzreport", {})
            if "csv" in about:
                png = base64.b64decode(output.data["image/png"]) if "image/png" in output.data else b""
                found.append(Artefact(about["kind"], about["name"], about["csv"], png))
    return found
