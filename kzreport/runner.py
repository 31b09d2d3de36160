"""Pages through papermill, each in a kernel of its own, several at a time in processes.

papermill's notebook is never believed on its own word: every code cell must have run, its parameters cell must equal
what was validated, and only the outputs that :mod:`kzreport.page` makes may be there. Kernels talk over IPC in a
private folder, with no startup file, locale, zone or matplotlib settings of the user's.
"""

from __future__ import annotations

import base64
import contextlib
import copy
import importlib.util
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TypeVar

import nbformat
from nbformat import NotebookNode

from kzreport import params
from kzreport.catalogue import home
from kzreport.errors import PageError, explain

CELL_TIMEOUT = 120  # seconds; a page computes for well under one
PAGE_TIMEOUT = 900  # seconds for a whole page, its kernel's start included: every run ends
_BUNDLES = ({"text/markdown", "text/plain"}, {"text/html", "text/plain"}, {"image/png", "text/plain"})
_INJECTED = "injected-parameters"

Progress = Callable[[int, int], None]  # cells done, cells in all


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
        """Exactly what papermill is given, in an order that does not depend on who read it from where."""
        return {"lang": self.language, "as_of": self.as_of, **dict(sorted(self.values.items()))}


@dataclass(frozen=True)
class Result:
    """An executed page, cleaned; or the reason why there is none and where its notebook is kept."""

    task: Task
    notebook: NotebookNode | None
    reason: str = ""
    failed: str = field(default="", repr=False)  # the notebook as far as it came, as text


# --- the kernel --------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _private() -> Iterator[Path]:
    """A 0700 folder for a kernel's sockets, log and empty working directory; gone afterwards."""
    root = Path(tempfile.mkdtemp(prefix="kz-"))
    (root / "work").mkdir()
    try:
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _environment(root: Path) -> dict[str, str]:
    """What a kernel inherits: nothing by which one user's page could differ from another's."""
    # under pytest's variable ipykernel would let what is written below Python pass unseen
    dropped = {"PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONINSPECT", "MPLBACKEND", "LANG", "LANGUAGE"}
    dropped |= {"PYTEST_CURRENT_TEST"}
    env = {k: v for k, v in os.environ.items() if k not in dropped and not k.startswith("LC_")}
    found = importlib.util.find_spec("matplotlib")
    own = Path(found.origin or "").parent / "mpl-data" / "matplotlibrc" if found else Path()
    return env | {
        "IPYTHONDIR": str(root / "ipython"),
        "KZREPORT_HOME": str(home()),
        "LC_ALL": "C",
        "MATPLOTLIBRC": str(own),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "TZ": "UTC",
    }


_kernel: Any = None  # the kernel manager at work in this process, for _abandon


def _abandon() -> None:
    """Kill this process's kernel, with all that it started. Safe in a signal handler."""
    process = getattr(getattr(_kernel, "provisioner", None), "process", None)
    if process is None or process.poll() is not None:
        return
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)  # jupyter_client starts a kernel as leader of its own group
        else:
            process.kill()


def _no_exit(cell: NotebookNode, cell_index: int, execute_reply: Mapping[str, Any]) -> None:
    """Refuse a cell that called exit(): the kernel asks us to end, and would go on with the next cell."""
    if any(p.get("source") == "ask_exit" for p in execute_reply["content"].get("payload", ())):
        raise PageError("the cell called exit(), expected every cell run to its end")


def _engine(root: Path, timeout: float, ran: list[Any], progress: Progress | None) -> type:
    """A papermill engine whose kernel is this Python's, in ``root``; ``ran`` gets papermill's record of the run."""
    from ipykernel.kernelspec import get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import NBClientEngine
    from traitlets.config import Config

    class Here(KernelSpecManager):  # type: ignore[misc, unused-ignore]
        """This interpreter, whatever kernel called python3 a user has installed."""

        def get_kernel_spec(self, kernel_name: str) -> Any:
            return KernelSpec(**get_kernel_dict())

    class Client(PapermillNotebookClient):  # type: ignore[misc]
        def execute_cell(self, cell: Any, index: int, *rest: Any, **named: Any) -> Any:
            if progress:
                progress(index, len(self.nb.cells))
            return super().execute_cell(cell, index, *rest, **named)

    class Engine(NBClientEngine):  # type: ignore[misc]
        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **ignored: Any) -> None:
            global _kernel
            ran.append(nb_man)
            # Over TCP one start in a hundred hung (a stolen port) and any local process could read the report's output.
            # A socket's name is relative to the working directory: a long TMPDIR would pass the 104 bytes of a socket.
            kind = "tcp" if sys.platform == "win32" else "ipc"
            own = {"transport": kind, "connection_file": str(root / "kernel.json")}
            if kind == "ipc":
                own["ip"] = "kernel"
            client = Client(
                nb_man,
                timeout=timeout,
                startup_timeout=60,
                kernel_name=kernel_name,
                shutdown_kernel="immediate",
                on_cell_executed=_no_exit,
                config=Config({"KernelManager": own}),
            )
            client.create_kernel_manager()
            client.km.kernel_spec_manager = Here()
            _kernel = client.km
            try:
                with (root / "kernel.log").open("wb") as log:
                    client.execute(stdout=log, stderr=log, env=_environment(root))
            finally:
                _abandon()
                _kernel = None

    return Engine


def execute(
    task: Task,
    *,
    progress: Progress | None = None,
    source: NotebookNode | None = None,
    inject: bool = True,
    timeout: float = CELL_TIMEOUT,
) -> Result:
    """Run one page. Never raises for what the page does: the reason is in the result.

    ``source``: run this notebook instead of the page's own (tests plant faults with it). ``inject=False`` runs it with
    the defaults of its parameters cell, as nbval does. ``timeout``: seconds for each cell.
    """
    import logging

    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError

    for name in ("papermill", "traitlets"):  # what they would say is in the result
        logging.getLogger(name).setLevel(logging.CRITICAL)
    nb = source if source is not None else params.read_notebook(params.notebook_path(task.page))
    ran: list[Any] = []
    with _private() as root:
        papermill_engines.register("kzreport", _engine(root, timeout, ran, progress))
        try:
            done = papermill.execute_notebook(
                nb,
                None,
                parameters=task.parameters if inject else None,
                engine_name="kzreport",
                cwd=str(root / "work"),
                progress_bar=False,
                kernel_name="python3",
            )
            try:
                return Result(task, collect(copy.deepcopy(done), task, inject=inject))
            except PageError as e:
                reason = str(e)
        except PapermillExecutionError as e:
            reason = f"{_last_cell(ran)}: {e.ename}: {_short(e.evalue)}"
        except DeadKernelError:
            reason = f"{_last_cell(ran)}: the kernel died{_log(root)}"
        except CellTimeoutError:
            reason = f"{_last_cell(ran)}: still running after {timeout:g} s"
        except PageError as e:
            reason = f"{_last_cell(ran)}: {e}"
        except Exception as e:  # a kernel that did not start, a full disk: the run goes on and names the page
            reason = f"{type(e).__name__}: {_short(str(e))}{_log(root)}"
        return Result(task, None, f"{task.name}: {reason}", _kept(ran, f"{task.name}: {reason}"))


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 500 else f"{flat[:500]} …"


def _log(root: Path) -> str:
    """The end of what the kernel's process itself wrote."""
    with contextlib.suppress(OSError):
        lines = (root / "kernel.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return f" ({_short(' '.join(lines[-3:]))})" if lines else ""
    return ""


def _number(cells: Sequence[NotebookNode], index: int) -> int:
    """The number of a cell in the notebook as its author sees it: the injected one does not count."""
    return index + 1 - sum(_INJECTED in c.metadata.get("tags", []) for c in cells[: index + 1])


def _cells(nb: NotebookNode) -> list[NotebookNode]:
    """The cells of a notebook that papermill ran, without those in which it tells of an error."""
    return [c for c in nb.cells if "papermill-error-cell-tag" not in c.metadata.get("tags", [])]


def _last_cell(ran: list[Any]) -> str:
    """The cell that ran when it ended: papermill marks later ones ``completed`` too, but they never started."""
    cells = _cells(ran[0].nb) if ran else []
    started = [
        i
        for i, c in enumerate(cells)
        if c.cell_type == "code" and (c.metadata.get("papermill") or {}).get("start_time")
    ]
    if not started:
        return "before its first cell"
    first = cells[started[-1]].source.strip().splitlines()[:1]
    return f"cell {_number(cells, started[-1])}" + (f" ({first[0][:60]})" if first else "")


def _kept(ran: list[Any], reason: str) -> str:
    """The notebook of a failed page as text, saying so at its top; papermill would say that all cells completed."""
    if not ran:
        return ""
    nb = copy.deepcopy(ran[0].nb)
    nb.cells = _cells(nb)
    nb.metadata.pop("papermill", None)
    for cell in nb.cells:
        cell.metadata.pop("papermill", None)
    nb.cells.insert(
        0, nbformat.v4.new_markdown_cell(f"**Not a report: the page failed.**\n\n    {reason}", id="failed")
    )
    return str(nbformat.writes(nb)) + "\n"


def collect(nb: NotebookNode, task: Task, *, inject: bool = True) -> NotebookNode:
    """The executed notebook without what changes from run to run; :class:`PageError` for what may not be published."""
    where = f"notebooks/{task.page}.ipynb"
    written = [c for c in nb.cells if _INJECTED in c.metadata.get("tags", [])]
    if inject and (len(written) != 1 or not params.injected_equal(written[0].source, task.parameters)):
        raise PageError(explain(where, "parameters that are not those validated", repr(task.parameters)))
    numbers = [_number(nb.cells, i) for i in range(len(nb.cells))]
    for index, cell in enumerate(nb.cells):
        at = f"{where}, cell {numbers[index]}"
        tags = [t for t in cell.metadata.get("tags", []) if t in ("parameters", _INJECTED, "fr", "en", "note")]
        cell.metadata = NotebookNode({"tags": tags} if tags else {})
        cell.id = f"cell-{index + 1}"
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
                kind = f"an output of {', '.join(output.get('data', {})) or output.output_type}"
                if output.output_type == "error":
                    kind = f"{output.ename}: {output.evalue}"
                raise PageError(explain(at, kind, "what page.say, .chart or .table show"))
    named = [a.name for a in artefacts(nb)]
    if again := sorted({n for n in named if named.count(n) > 1}):  # their files would overwrite each other
        raise PageError(explain(where, f"two charts or tables called {', '.join(again)}", "a name for each"))
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


# --- processes ---------------------------------------------------------------------------------------------------

T = TypeVar("T")
R = TypeVar("R")
Moved = Callable[[int, int, int], None]  # number of the item, cells done, cells in all


def _serve(pipe: Connection, work: Callable[[Any, Progress], Any], scratch: str) -> None:
    """Do the items that come through the pipe, in a process that ends with its parent and takes its kernel along."""

    def end(*_: object) -> None:
        _abandon()
        os._exit(143)

    def orphaned() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            wait([parent.sentinel])
            end()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends Ctrl-C to all; the parent then ends us
    threading.Thread(target=orphaned, daemon=True).start()
    tempfile.tempdir = scratch
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            item = pipe.recv()
            pipe.send((None, work(item, lambda done, total: pipe.send(((done, total), None)))))


class _Worker:
    def __init__(self, work: Callable[[Any, Progress], Any], scratch: str) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, work, scratch), daemon=True)
        self.process.start()
        theirs.close()
        self.item = -1
        self.since = 0.0

    def give(self, number: int, item: object) -> None:
        self.item, self.since = number, time.monotonic()
        with contextlib.suppress(BrokenPipeError):  # it died already: the next look at its pipe says so
            self.pipe.send(item)


def in_processes(
    work: Callable[[T, Progress], R], items: Sequence[T], jobs: int, moved: Moved | None = None
) -> Iterator[tuple[int, R | str]]:
    """Do ``work`` on every item, ``jobs`` at a time; the number of the item and the result, or why its process died.

    A process that is killed, or that takes longer than ``PAGE_TIMEOUT``, costs its own item and no other. When the
    caller stops, with or without an exception, every process and kernel is ended and their files are removed.
    """
    waiting = list(enumerate(items))[::-1]
    workers: list[_Worker] = []
    scratch = tempfile.mkdtemp(prefix="kz-")
    try:
        while waiting or workers:
            while waiting and len(workers) < jobs:
                workers.append(_Worker(work, scratch))
                workers[-1].give(*waiting.pop())
            ready = wait([w.pipe for w in workers], timeout=1.0)
            for w in list(workers):
                failed = ""
                if w.pipe in ready:
                    try:
                        step, result = w.pipe.recv()
                    except (EOFError, OSError):
                        w.process.join(5)
                        failed = f"its process died (exit code {w.process.exitcode}); was there enough memory?"
                    else:
                        if step is not None:
                            if moved:
                                moved(w.item, *step)
                            continue
                        yield w.item, result
                        if waiting:
                            w.give(*waiting.pop())
                        else:
                            workers.remove(w)
                            _end([w])
                elif time.monotonic() - w.since > PAGE_TIMEOUT:
                    failed = f"not finished after {PAGE_TIMEOUT} s"
                if failed:
                    workers.remove(w)
                    _end([w])
                    yield w.item, failed
    finally:
        _end(workers)
        shutil.rmtree(scratch, ignore_errors=True)


def _end(workers: Sequence[_Worker]) -> None:
    for w in workers:
        w.process.terminate()
    for w in workers:
        w.process.join(5)
        if w.process.is_alive():
            w.process.kill()
            w.process.join()
        w.pipe.close()
