"""Work on the workers of a Dask cluster: the items that processes do here, on many machines.

An item goes out with what it needs of our disk and comes back as its files. A worker writes nothing that stays, so an
item that Dask does twice, as it does when a worker dies, costs time and no more; only the client puts editions together
and commits them. A worker has the same packages, code and project (``KZREPORT_HOME``): it compares every input with
its own, and refuses the item if one differs.

On a worker pages run in a process of ours (:mod:`kzreport.execution.cluster_worker`), which starts with the first page
of a batch and ends with the batch: threads of one process share a working directory, and Dask's processes may have no
children of :mod:`multiprocessing`. A worker imports this module; it would be deaf while it imported more.
"""

from __future__ import annotations

import contextlib
import logging
import pickle
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from multiprocessing.connection import Pipe
from typing import TYPE_CHECKING, Any, TypeVar

from kzreport.errors import KzreportError, PageError, ParameterError, explain, system_cause
from kzreport.execution import cluster_worker
from kzreport.execution.portable import Portable
from kzreport.machine import scratch

if TYPE_CHECKING:
    from kzreport.execution.processes import Moved
    from kzreport.execution.task import Deadlines, Lost
    from kzreport.execution.worker import Worker

STARTS = 150.0  # seconds that a page may take beyond its own: the starts of its process and kernel
NO_WORKER = 60.0  # seconds that a cluster may be without any worker
IDLE = 120.0  # seconds without an item after which a page process ends


P = TypeVar("P", bound=Portable)
R = TypeVar("R")


class ClusterLost(KzreportError):
    """The scheduler or all workers are gone. Whole editions stay; the same command continues from there."""


# --- the client --------------------------------------------------------------------------------------------------


def on_cluster(
    work: Callable[[P, Worker], R],
    items: Iterable[P],
    jobs: int = 0,
    moved: Moved | None = None,
    *,
    address: str,
    deadlines: Deadlines,
) -> Generator[tuple[int, R | Lost], None, None]:
    """Do ``work`` on every item as :func:`kzreport.execution.processes.in_processes` does, on a cluster.

    ``address`` is ``HOST:PORT`` of its scheduler. As many items run as the workers have threads: ``jobs`` and ``moved``
    are not used.

    Raises
    ------
    ParameterError
        if ``distributed`` is not installed, or no scheduler answers.
    ClusterLost
        if the scheduler is gone, or there is no worker for ``NO_WORKER`` seconds.
    TimeUp
        when the time of the run is over.
    """
    try:
        import distributed  # noqa: F401
    except ImportError:
        todo = "pip install 'kzreport[cluster]', here and on the workers"
        raise ParameterError(explain("--executor", "no package distributed", "it", todo)) from None
    return _on_cluster(work, items, address, deadlines)


def _on_cluster(
    work: Callable[[P, Worker], R], items: Iterable[P], address: str, deadlines: Deadlines
) -> Generator[tuple[int, R | Lost], None, None]:
    from distributed import Client

    for name in [n for n in logging.root.manager.loggerDict if n.partition(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # its tracebacks: our message is one line
    try:
        client = Client(f"tcp://{address}", timeout="10s", set_as_default=False)
    except OSError as e:
        todo = "start one with 'dask scheduler'"
        raise ParameterError(
            explain("--executor", f"no scheduler at {address} ({system_cause(e)})", "one", todo)
        ) from None

    def threads() -> int:
        with contextlib.suppress(Exception):  # the scheduler does not answer: it may again, or its items are cancelled
            return sum(client.nthreads().values())
        return 0

    batch = secrets.token_hex(8)
    executor = client.get_executor(pure=False)  # pure would take two equal calls for one
    running: dict[Future[bytes], tuple[int, P]] = {}
    limits = deadlines.page, deadlines.memory or 0
    coming = enumerate(items)
    following = next(coming, None)
    worker_seen = page_seen = time.monotonic()
    try:
        while following or running:
            ready = threads()
            while following and len(running) < 2 * ready:  # one for each thread, and one to follow
                number, item = following
                following = next(coming, None)
                task = executor.submit(_work_on, batch, _packed(work, item), following is not None, *limits)
                running[task] = (number, item)
            done = wait(running, timeout=max(0.0, min(1.0, deadlines.left)), return_when=FIRST_COMPLETED).done
            deadlines.require_time()
            for future in done:
                number, item = running.pop(future)
                yield number, _unpacked(future, item, address)
            now = time.monotonic()
            worker_seen = now if ready or done else worker_seen
            page_seen = now if done else page_seen
            if now - worker_seen > NO_WORKER:
                raise _lost(address, "no worker")
            if now - page_seen > 2 * (deadlines.page + STARTS):  # one that runs, and one that follows
                raise _lost(address, "no page that ends")
            if not running and following:
                time.sleep(0.5)
    finally:
        executor.shutdown(wait=False)
        with contextlib.suppress(Exception):
            client.run(_end_batch, batch)
        with contextlib.suppress(Exception):
            client.close()


def _lost(address: str, found: str) -> ClusterLost:
    todo = "what is whole stays; run it again to go on"
    return ClusterLost(explain(f"cluster at {address}", found, "a scheduler and workers", todo))


def _packed(work: Callable[[P, Worker], Any], item: P) -> bytes:
    """Pickle an item with the file that it reads, for the page process alone: Dask's own may have loaded other code."""
    done = None
    if item.done:
        with contextlib.suppress(OSError):
            done = (item.done.name, item.done.read_bytes())
    return pickle.dumps((work, item, done))


def _unpacked(future: Future[bytes], item: Portable, address: str) -> Any:
    """Return the result of an item and write its files; or a :class:`Lost` with the reason."""
    from kzreport.execution.task import Lost
    from kzreport.files import write_durably

    try:
        found, files = pickle.loads(future.result())
        for name, data in files.items():
            write_durably(item.folder / name, data)
    except CancelledError:
        raise _lost(address, "a scheduler that is gone") from None
    except Exception as e:  # the worker died several times, no kzreport on it, our disk is full: the page is named
        return Lost(f"{type(e).__name__}: {e}")
    return Lost(found) if isinstance(found, str) else found


# --- a worker ----------------------------------------------------------------------------------------------------


class _PageProcess:
    """A process that makes pages, and our end of its pipe. It ends, with its kernel, when its standard input does."""

    def __init__(self, batch: str, seconds: float, memory: int) -> None:
        self.batch, self.busy, self.seconds = batch, True, seconds
        self.own = contextlib.ExitStack()
        self.scratch = str(self.own.enter_context(scratch.folder()))
        self.idle: threading.Timer | None = None
        self.pipe, theirs = Pipe()
        # -P: nothing in the working directory is imported in place of a library.
        command = [sys.executable, "-P", "-m", cluster_worker.__name__]
        with theirs:
            self.process = subprocess.Popen(
                [*command, str(theirs.fileno()), self.scratch, str(seconds), str(memory)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.PIPE,
            )

    def ask(self, parcel: bytes, more: bool) -> bytes:
        """Return the answer to a parcel. Raises :class:`PageError` if the process died or took too long."""
        end = time.monotonic() + self.seconds + STARTS
        try:
            self.pipe.send((parcel, more))
            while self.pipe.poll(max(0.0, end - time.monotonic())):
                step, answer = self.pipe.recv()
                if step is None:
                    return bytes(answer)
        except (EOFError, OSError):
            self.process.wait()
            raise PageError(
                f"its process died (exit code {self.process.returncode}); was there enough memory?"
            ) from None
        raise PageError(f"not finished after {self.seconds:g} s")

    def end(self) -> None:
        """End the process and its kernel, and remove its files."""
        if self.idle:
            self.idle.cancel()
        with contextlib.suppress(OSError):
            assert self.process.stdin
            self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.own.close()


class _PageProcesses:
    """The page processes of this worker, for its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._present: list[_PageProcess] = []

    def take(self, batch: str, seconds: float, memory: int) -> _PageProcess:
        """Return an idle process of the batch, or a new one."""
        with self._lock:
            process = next((p for p in self._present if p.batch == batch and not p.busy), None)
            if process is None:
                process = _PageProcess(batch, seconds, memory)
                self._present.append(process)
            process.busy = True
            if process.idle:
                process.idle.cancel()
        return process

    def give_back(self, process: _PageProcess) -> None:
        """Keep a process for the next item; it ends if none comes."""
        with self._lock:
            process.busy = False
            process.idle = threading.Timer(IDLE, self.end, [process])
            process.idle.daemon = True
            process.idle.start()

    def end(self, process: _PageProcess) -> None:
        """End one process."""
        with self._lock:
            if process in self._present:
                self._present.remove(process)
        process.end()

    def end_batch(self, batch: str) -> None:
        """End the processes of a batch."""
        for process in [p for p in self._present if p.batch == batch]:
            self.end(process)


_PROCESSES = _PageProcesses()  # Dask calls functions by their names: what they share has to be of the process


def _work_on(batch: str, parcel: bytes, more: bool, seconds: float, memory: int) -> bytes:
    """Work on an item in a thread of a worker. ``more``: others will follow; limits of its page (memory 0: any)."""
    process = _PROCESSES.take(batch, seconds, memory)
    try:
        answer = process.ask(parcel, more)
    except PageError as e:
        _PROCESSES.end(process)
        return pickle.dumps((f"{e} ({socket.gethostname()})", {}))
    _PROCESSES.give_back(process)
    return answer


def _end_batch(batch: str) -> None:
    _PROCESSES.end_batch(batch)
