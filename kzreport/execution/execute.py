"""Pages through papermill, each in a kernel of its own, several at a time in processes.

papermill's notebook is never believed on its own word: every code cell must have run, its parameters cell must equal
what was validated, and only the outputs that :mod:`kzreport.pages.page` makes may be there. Kernels talk over IPC in a
private folder, with no startup file, locale, zone or matplotlib settings of the user's.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import importlib.util
import itertools
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from queue import Empty
from typing import Any, TypeVar

import nbformat
from nbformat import NotebookNode

from kzreport.errors import KzreportError, PageError, explain
from kzreport.execution import scratch
from kzreport.execution import warm as kernels
from kzreport.files import project_root
from kzreport.pages.notebooks import load_notebook
from kzreport.pages.outputs import page_artefacts, read_output
from kzreport.pages.parameters import injected_equal
from kzreport.project import project

CELL_TIMEOUT = 120  # seconds; a page computes for well under one
START_TIMEOUT = 60  # for a kernel to answer
PAGE_TIMEOUT = 900  # seconds for a whole page once its kernel answers: every run ends
_GRACE = 2  # seconds that a worker has beyond, to say which cell was running; and to end when it is told to
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
    """An executed page, cleaned; or the reason why there is none and where its notebook is kept.

    ``tries`` is 2 where the first kernel did not start.
    """

    task: Task
    notebook: NotebookNode | None
    reason: str = ""
    failed: str = field(default="", repr=False)  # the notebook as far as it came, as text
    tries: int = 1
    seconds: float = 0.0  # that the page took, its files included


class TimeUp(KzreportError):
    """The time for the whole run is over. What is whole stays; the same command goes on from there."""


@dataclass(frozen=True)
class Limits:
    """How many seconds a page may take once its kernel answers, and the whole run, which has begun."""

    page: float = PAGE_TIMEOUT
    run: float | None = None
    begun: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Seconds that the run still has."""
        return float("inf") if self.run is None else self.begun + self.run - time.monotonic()

    def check(self) -> None:
        """Raise :class:`TimeUp` if the run has no time left."""
        if self.left <= 0:
            found = f"a run that was not finished after {self.run:g} s"
            raise TimeUp(explain("--timeout", found, "an end by then", "what is whole stays; run it again to go on"))


class Lost(str):
    """Why a page has no result: its process died or took too long. ``seconds``: how long it was at work."""

    seconds: float = 0.0


# --- the kernel --------------------------------------------------------------------------------------------------


def _environment(root: Path | None = None) -> dict[str, str]:
    """What a kernel inherits: nothing by which one user's page could differ from another's."""
    # under pytest's variable ipykernel would let what is written below Python pass unseen
    dropped = {"PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONINSPECT", "MPLBACKEND", "LANG", "LANGUAGE"}
    dropped |= {"PYTEST_CURRENT_TEST"}
    env = {k: v for k, v in os.environ.items() if k not in dropped and not k.startswith("LC_")}
    found = importlib.util.find_spec("matplotlib")
    own = Path(found.origin or "").parent / "mpl-data" / "matplotlibrc" if found else Path()
    if root is not None:
        env["IPYTHONDIR"] = str(root / "ipython")
    return env | {
        **kernels.ONE_THREAD,  # the cores are shared by pages
        "KZREPORT_HOME": str(project_root()),
        "LC_ALL": "C",
        "MATPLOTLIBRC": str(own),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "TZ": "UTC",
    }


class _Kernel:
    """A kernel of this Python and its 0700 folder: sockets, log, an empty working directory."""

    def __init__(self) -> None:
        from ipykernel.kernelspec import get_kernel_dict
        from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
        from jupyter_client.manager import AsyncKernelManager
        from traitlets.config import Config

        kernels.register()
        spec = get_kernel_dict()
        if _warm:
            spec["metadata"]["kernel_provisioner"] = {"provisioner_name": kernels.NAME}

        class Here(KernelSpecManager):  # type: ignore[misc, unused-ignore]
            """This interpreter, whatever kernel called python3 a user has installed."""

            def get_kernel_spec(self, kernel_name: str) -> Any:
                return KernelSpec(**spec)

        self.ready = False
        self.until = 0.0  # when its page's time is over
        self.root = Path(tempfile.mkdtemp(prefix="kz-"))
        # Over TCP one start in a hundred hung (a stolen port) and any local process could read the report's output.
        # A socket's name is relative to the working directory: a long TMPDIR would pass the 104 bytes of a socket.
        kind = "tcp" if sys.platform == "win32" else "ipc"
        own: dict[str, object] = {"transport": kind, "connection_file": str(self.root / "kernel.json")}
        if kind == "ipc":
            own |= {"ip": "kernel"} | {f"{name}_port": n for n, name in enumerate(_CHANNELS, 1)}
        self.manager = AsyncKernelManager(kernel_name="python3", config=Config({"KernelManager": own}))
        self.manager.kernel_spec_manager = Here()

    def start(self) -> None:
        """Start its process; :meth:`connect` waits until it answers."""
        from jupyter_core.utils import run_sync

        (self.root / "work").mkdir(exist_ok=True)
        with (self.root / "kernel.log").open("wb") as log:
            run_sync(self.manager.start_kernel)(
                stdout=log,
                stderr=log,
                cwd=str(self.root / "work"),
                env=_environment(self.root),
                extra_arguments=["--HistoryManager.hist_file=:memory:"],
            )

    async def connect(self) -> Any:
        """A client of the kernel, when it answers. Raises :class:`RuntimeError` if it does not."""
        end = time.monotonic() + START_TIMEOUT
        sockets = [self.root / "work" / f"kernel-{n}" for n in range(1, len(_CHANNELS) + 1)]
        while self.manager.transport == "ipc" and not all(s.exists() for s in sockets):
            await self._alive(end)
            await asyncio.sleep(0.005)  # connecting too early would cost the 100 ms until it is tried again
        client = self.manager.client()
        client.start_channels()
        while True:
            asked = client.kernel_info()
            with contextlib.suppress(Empty):
                while (await client.shell_channel.get_msg(timeout=1))["parent_header"].get("msg_id") != asked:
                    pass
                while True:  # until it is idle again: what follows on this channel is of the first cell
                    said = await client.iopub_channel.get_msg(timeout=0.2)
                    if (said["parent_header"].get("msg_id"), said["content"].get("execution_state")) == (asked, "idle"):
                        return client
            await self._alive(end)

    async def _alive(self, end: float) -> None:
        if not await self.manager.is_alive():
            raise RuntimeError("Kernel died before replying to kernel_info")
        if time.monotonic() > end:
            raise RuntimeError(f"Kernel didn't respond in {START_TIMEOUT} seconds")

    def kill(self) -> None:
        """Kill it with all that it started. Safe in a signal handler."""
        process = getattr(self.manager.provisioner, "process", None)
        if process is None or process.poll() is not None:
            return
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)  # a kernel is leader of its own group
            else:
                process.kill()

    def close(self) -> None:
        """Kill it, and remove its folder."""
        process = getattr(self.manager.provisioner, "process", None)
        self.kill()
        if process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):  # the system cannot end it: nor can we
                process.wait(10)
        with contextlib.suppress(OSError):
            self.manager.context.destroy(linger=0)
        shutil.rmtree(self.root, ignore_errors=True)


_CHANNELS = ("shell", "iopub", "stdin", "hb", "control")
_warm = not kernels.unavailable()
_ahead = False  # whether another page will follow in this process
_page_timeout: float = PAGE_TIMEOUT  # for a page in this process
_kernel: _Kernel | None = None  # at work in this process
_spare: _Kernel | None = None  # for the next page


def _abandon() -> None:
    """Kill this process's kernels, with all that they started. Safe in a signal handler."""
    for kernel in (_kernel, _spare):
        if kernel is not None:
            kernel.kill()


def _prepare() -> None:
    """Start the kernel of the next page while this one runs."""
    global _spare
    try:
        _spare = _Kernel()
        _spare.start()
    except Exception:  # the next page will try itself, and say why it cannot
        if _spare is not None:
            _spare.close()
        _spare = None


def _no_exit(cell: NotebookNode, cell_index: int, execute_reply: Mapping[str, Any]) -> None:
    """Refuse a cell that called exit(): the kernel asks us to end, and would go on with the next cell."""
    if any(p.get("source") == "ask_exit" for p in execute_reply["content"].get("payload", ())):
        raise PageError("the cell called exit(), expected every cell run to its end")


def _engine(kernel: _Kernel, timeout: float, ran: list[Any], progress: Progress | None) -> type:
    """A papermill engine that uses this kernel; ``ran`` gets papermill's record of the run."""
    from jupyter_core.utils import run_sync
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import NBClientEngine

    class Client(PapermillNotebookClient):  # type: ignore[misc]
        def start_new_kernel_client(self, **ignored: Any) -> Any:
            self.kc = run_sync(kernel.connect)()
            self.kc.allow_stdin = False
            kernel.ready, kernel.until = True, time.monotonic() + _page_timeout
            if _ahead:
                _prepare()
            return self.kc

        def execute_cell(self, cell: Any, index: int, *rest: Any, **named: Any) -> Any:
            if progress:
                progress(index, len(self.nb.cells))
            return super().execute_cell(cell, index, *rest, **named)

    class Engine(NBClientEngine):  # type: ignore[misc]
        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **ignored: Any) -> None:
            ran.append(nb_man)
            client = Client(nb_man, km=kernel.manager, on_cell_executed=_no_exit)
            # not nought, which would be no limit
            client.timeout_func = lambda cell: max(0.01, min(timeout, kernel.until - time.monotonic()))
            try:
                client.execute()
            finally:
                if client.kc is not None:
                    client.kc.stop_channels()

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

    for name in ("papermill", "traitlets"):  # what they would say is in the result
        logging.getLogger(name).setLevel(logging.CRITICAL)
    nb = source if source is not None else load_notebook(task.page)
    result, started = _execute(task, nb, progress, inject, timeout)
    if started:
        return result
    return replace(_execute(task, nb, progress, inject, timeout)[0], tries=2)  # a passing lack of memory, of processes


def _execute(
    task: Task, nb: NotebookNode, progress: Progress | None, inject: bool, timeout: float
) -> tuple[Result, bool]:
    """Run one page in one kernel; the result, and whether the kernel did start."""
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.engines import papermill_engines
    from papermill.exceptions import PapermillExecutionError

    global _kernel, _spare
    ran: list[Any] = []
    _kernel, _spare = _spare, None
    try:
        if _kernel is None:
            _kernel = _Kernel()
            _kernel.start()
        kernel = _kernel
        papermill_engines.register("kzreport", _engine(kernel, timeout, ran, progress))
        done = papermill.execute_notebook(
            _bare(nb),
            None,
            parameters=task.parameters if inject else None,
            engine_name="kzreport",
            cwd=str(kernel.root / "work"),
            progress_bar=False,
            kernel_name="python3",
        )
        try:
            return Result(task, collect(copy.deepcopy(done), task, inject=inject)), True
        except PageError as e:
            reason = str(e)
    except PapermillExecutionError as e:
        reason = f"{_cell(_cells(ran[0].nb), e.cell_index)}: {e.ename}: {_short(e.evalue)}"
    except DeadKernelError:
        reason = f"{_last_cell(ran)}: the kernel died{_log(_kernel)}"
    except CellTimeoutError:
        late = time.monotonic() > kernel.until - 0.1
        limit = f"when the page's {_page_timeout:g} s were over" if late else f"after {timeout:g} s"
        reason = f"{_last_cell(ran)}: still running {limit}"
    except PageError as e:
        reason = f"{_last_cell(ran)}: {e}"
    except Exception as e:  # a kernel that did not start, a full disk: the run goes on and names the page
        reason = f"{type(e).__name__}: {_short(str(e))}{_log(_kernel)}"
    finally:
        started = _kernel is not None and _kernel.ready
        if _kernel is not None:
            _kernel.close()
        _kernel = None
    return Result(task, None, f"{task.name}: {reason}", _kept(ran, f"{task.name}: {reason}")), started


def _bare(nb: NotebookNode) -> NotebookNode:
    """A copy without the stored outputs, which papermill would write, read and check before it drops them."""
    cells = [{**c, "outputs": [], "execution_count": None} if c.cell_type == "code" else c for c in nb.cells]
    copied: NotebookNode = nbformat.from_dict({**nb, "cells": copy.deepcopy(cells)})
    return copied


def _short(text: str) -> str:
    """On one line, and with nothing that a terminal would obey."""
    flat = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text.split()))
    return flat if len(flat) <= 500 else f"{flat[:500]} …"


def _log(kernel: _Kernel | None) -> str:
    """The end of what the kernel's process itself wrote."""
    with contextlib.suppress(OSError):
        if kernel is not None:
            lines = (kernel.root / "kernel.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
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
    return _cell(cells, started[-1])


def _cell(cells: Sequence[NotebookNode], index: int) -> str:
    """A cell's number and how it begins."""
    first = cells[index].source.strip().splitlines()[:1]
    return f"cell {_number(cells, index)}" + (f" ({_short(first[0][:60])})" if first else "")


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
    if inject and (len(written) != 1 or not injected_equal(written[0].source, task.parameters)):
        raise PageError(explain(where, "parameters that are not those validated", repr(task.parameters)))
    numbers = [_number(nb.cells, i) for i in range(len(nb.cells))]
    kept = ("parameters", _INJECTED, "note")
    for index, cell in enumerate(nb.cells):
        at = f"{where}, cell {numbers[index]}"
        tags = [t for t in cell.metadata.get("tags", []) if t in (*kept, *project().languages)]
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
            if output.output_type == "error":
                raise PageError(explain(at, f"{output.ename}: {output.evalue}", "what page.say, .chart or .table show"))
            read_output(output, at)
    named = [a.name for a in page_artefacts(nb)]
    if again := sorted({n for n in named if named.count(n) > 1}):  # their files would overwrite each other
        raise PageError(explain(where, f"two charts or tables called {', '.join(again)}", "a name for each"))
    nb.metadata = NotebookNode({"kernelspec": nb.metadata.kernelspec, "language_info": {"name": "python"}})
    return nb


# --- processes ---------------------------------------------------------------------------------------------------

T = TypeVar("T")
R = TypeVar("R")
Moved = Callable[[int, int, int], None]  # number of the item, cells done, cells in all


def _serve(
    pipe: Connection,
    work: Callable[[Any, Progress], Any],
    folder: str,
    template: kernels.Template | None,
    page_timeout: float,
) -> None:
    """Do the items that come through the pipe, in a process that ends with its parent and takes its kernel along."""
    global _ahead, _warm, _page_timeout

    def end(*_: object) -> None:
        _abandon()
        os._exit(143)

    def orphaned() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            wait([parent.sentinel])
            end()

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends Ctrl-C to all; the parent then ends us
    threading.Thread(target=orphaned, daemon=True).start()
    tempfile.tempdir = folder
    _page_timeout = page_timeout
    _warm = template is not None
    if template is not None:
        kernels.borrow(template)
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            item, _ahead = pipe.recv()
            pipe.send((None, work(item, lambda done, total: pipe.send(((done, total), None)))))
    _abandon()


def _one_thread() -> bool:
    """Whether this process may be forked: a worker then has at once what we have imported, our locks included."""
    tasks = Path("/proc/self/task")
    if sys.platform != "linux" or not tasks.is_dir():
        return False
    import nbclient  # noqa: F401
    import papermill.execute  # noqa: F401

    return len(list(tasks.iterdir())) == 1


class _Worker:
    def __init__(
        self, work: Callable[[Any, Progress], Any], folder: str, template: kernels.Template | None, limits: Limits
    ) -> None:
        context: Any = multiprocessing.get_context("fork" if _one_thread() else "spawn")
        self.pipe, theirs = context.Pipe()
        given = (theirs, work, folder, template, limits.page)
        self.process = context.Process(target=_serve, args=given, daemon=True)
        self.process.start()
        theirs.close()
        self.item = -1
        self.since = 0.0
        self.begun = False  # whether the first cell of the page has
        self.limits = limits

    def give(self, number: int, item: object, more: bool) -> None:
        self.item, self.since, self.begun = number, time.monotonic(), False
        with contextlib.suppress(BrokenPipeError):  # it died already: the next look at its pipe says so
            self.pipe.send((item, more))

    @property
    def left(self) -> float:
        """Seconds until it is ended, if it does not end the page itself."""
        start = 0 if self.begun else 2 * START_TIMEOUT
        return self.since + start + self.limits.page + _GRACE - time.monotonic()

    def moved(self) -> None:
        """A cell of the page begins; the page's time, with the first."""
        if not self.begun:
            self.since, self.begun = time.monotonic(), True


def in_processes(
    work: Callable[[T, Progress], R],
    items: Iterable[T],
    jobs: int,
    moved: Moved | None = None,
    limits: Limits | None = None,
) -> Generator[tuple[int, R | Lost], None, None]:
    """Do ``work`` on every item, ``jobs`` at a time; the number of the item and the result, or why its process died.

    Items are taken from an iterator not long before they are begun. A process that is killed, or that takes longer than
    a page may, costs its own item and no other. When the caller stops, with or without an exception, every process and
    kernel is ended and their files are removed. Raises :class:`TimeUp` when the time of the whole run is over.
    """
    limits = limits or Limits()
    coming = enumerate(items)
    waiting: deque[tuple[int, T]] = deque()  # one more than is begun: whether another follows is told with each

    def look() -> bool:
        waiting.extend(itertools.islice(coming, 1 - len(waiting)))
        return bool(waiting)

    def give(worker: _Worker) -> None:
        number, item = waiting.popleft()
        worker.give(number, item, look())

    workers: list[_Worker] = []
    template = None
    stack = contextlib.ExitStack()
    own = str(stack.enter_context(scratch.folder()))
    try:
        if reason := kernels.unavailable():
            kernels.tell(reason)
        if _warm and look():
            template = kernels.Template.start(_environment())
        while look() or workers:
            while look() and len(workers) < jobs:
                workers.append(_Worker(work, own, template, limits))
                give(workers[-1])
            soon = min(1.0, limits.left, *(w.left for w in workers))
            ready = wait([w.pipe for w in workers], timeout=max(0.0, soon))
            limits.check()
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
                            w.moved()
                            if moved:
                                moved(w.item, *step)
                            continue
                        yield w.item, result
                        if look():
                            give(w)
                        else:
                            workers.remove(w)
                            _end([w])
                elif w.left <= 0:
                    failed = f"not finished after {limits.page:g} s"
                if failed:
                    workers.remove(w)
                    _end([w])
                    lost = Lost(failed)
                    lost.seconds = round(time.monotonic() - w.since, 3)
                    yield w.item, lost
    finally:
        _end(workers)
        if template is not None:
            template.end()
        stack.close()


def _end(workers: Sequence[_Worker]) -> None:
    for w in workers:
        w.process.terminate()
    for w in workers:
        w.process.join(_GRACE)
        if w.process.is_alive():
            w.process.kill()
            w.process.join()
        w.pipe.close()
