"""Work in processes of this machine: several items at a time, each process with a kernel of its own."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Generic, TypeVar

from kzreport.execution import family, warm
from kzreport.execution.kernel import kernel_environment
from kzreport.execution.task import START_TIMEOUT, Deadlines, Lost, PageLimits
from kzreport.execution.warm import FORKSERVERS, Forkserver
from kzreport.execution.worker import Worker, serve, worker_kernels
from kzreport.machine import scratch

_GRACE = 2  # seconds beyond a deadline: to name the cell that was running, and to end after SIGTERM

T = TypeVar("T")
R = TypeVar("R")
Moved = Callable[[int, int, int], None]  # number of the item, cells done, cells in all


def in_processes(
    work: Callable[[T, Worker], R],
    items: Iterable[T],
    jobs: int,
    moved: Moved | None = None,
    deadlines: Deadlines | None = None,
) -> Generator[tuple[int, R | Lost], None, None]:
    """Do ``work`` on every item, ``jobs`` at a time; yield the number of each item, from 0, and its result.

    - Items are taken from their iterator shortly before they begin.
    - A process that holds more than ``deadlines.memory`` after an item is replaced.
    - A process that is killed, or takes longer than a page may, costs its own item alone: its result is a
      :class:`Lost` with the reason.
    - When the caller stops, also by an exception, every process and kernel is ended and its files are removed.

    Parameters
    ----------
    work
        A function that a process can import. It gets the item and the :class:`Worker`.
    moved
        Called when a cell of an item begins.
    deadlines
        Default: the usual time for a page, no limit for the run.

    Raises
    ------
    TimeUp
        when the time of the run is over.
    """
    deadlines = deadlines or Deadlines()
    queue = _Queue(items)
    workers: list[_Process] = []
    with contextlib.ExitStack() as stack:
        folder = str(stack.enter_context(scratch.folder()))
        server = stack.enter_context(_forkserver()) if queue else None
        stack.callback(_end, workers)
        while queue or workers:
            while queue and len(workers) < jobs:
                workers.append(_Process(work, folder, server, deadlines))
                workers[-1].give(*queue.take())
            soon = min(1.0, deadlines.left, *(w.left for w in workers))
            ready = wait([w.pipe for w in workers], timeout=max(0.0, soon))
            deadlines.require_time()
            for worker in list(workers):
                for result in worker.results(worker.pipe in ready, moved):
                    lost = isinstance(result, Lost)
                    if lost:
                        _end([worker])
                    yield worker.item, result
                    if queue and not lost and not worker.is_large:
                        worker.give(*queue.take())
                    else:
                        workers.remove(worker)
                        _end([worker])


class _Queue(Generic[T]):
    """Items by their numbers. At most one is taken from the iterator ahead, to know whether another follows."""

    def __init__(self, items: Iterable[T]) -> None:
        self._coming = enumerate(items)
        self._ahead: deque[tuple[int, T]] = deque()

    def __bool__(self) -> bool:
        self._ahead.extend(itertools.islice(self._coming, 1 - len(self._ahead)))
        return bool(self._ahead)

    def take(self) -> tuple[int, T, bool]:
        """Return an item with its number, and whether another follows."""
        number, item = self._ahead.popleft()
        return number, item, bool(self)


@contextlib.contextmanager
def _forkserver() -> Iterator[Forkserver | None]:
    """Start a forkserver for the workers, or pass on the one that this process was lent; None for ordinary kernels."""
    if reason := warm.unavailable():
        FORKSERVERS.warn_once(reason)
        yield None
    elif lent := FORKSERVERS.lent:
        yield lent
    else:
        server = Forkserver.start(kernel_environment(), "/", adopting=True)
        try:
            yield server
        finally:
            server.stop()


class _Process:
    """The parent's side of a worker."""

    def __init__(
        self, work: Callable[[Any, Worker], Any], folder: str, server: Forkserver | None, deadlines: Deadlines
    ) -> None:
        context: Any = multiprocessing.get_context("fork" if _has_one_thread() else "spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_run, args=(theirs, work, folder, server, deadlines.limits), daemon=True)
        self.process.start()
        theirs.close()
        self.deadlines = deadlines
        self.item = -1
        self._since = 0.0
        self._begun = False  # the first cell of the page has

    def give(self, number: int, item: object, another_follows: bool) -> None:
        """Send an item."""
        self.item, self._since, self._begun = number, time.monotonic(), False
        with contextlib.suppress(BrokenPipeError):  # it has died: reading its pipe shows that next
            self.pipe.send((item, another_follows))

    @property
    def left(self) -> float:
        """Seconds until the process is ended, if it does not end the page itself."""
        start = 0 if self._begun else 2 * START_TIMEOUT
        return self._since + start + self.deadlines.page + _GRACE - time.monotonic()

    @property
    def is_large(self) -> bool:
        """The process itself holds more than a kernel may: another takes its place, and memory stays flat."""
        limit = self.deadlines.memory
        return limit is not None and family.held(self.process.pid) > limit

    def results(self, ready: bool, moved: Moved | None) -> Iterator[Any]:
        """Yield the result of the item, or :class:`Lost`, if there is one now. ``ready``: the pipe can be read."""
        if ready:
            try:
                step, result = self.pipe.recv()
            except (EOFError, OSError):
                self.process.join(5)
                yield self._lost(f"its process died (exit code {self.process.exitcode}); was there enough memory?")
            else:
                if step is None:
                    yield result
                    return
                if not self._begun:  # the page's time begins with its first cell
                    self._since, self._begun = time.monotonic(), True
                if moved:
                    moved(self.item, *step)
        elif self.left <= 0:
            yield self._lost(f"not finished after {self.deadlines.page:g} s")

    def _lost(self, reason: str) -> Lost:
        lost = Lost(reason)
        lost.seconds = round(time.monotonic() - self._since, 3)
        return lost


def _run(
    pipe: Connection, work: Callable[[Any, Worker], Any], folder: str, server: Forkserver | None, limits: PageLimits
) -> None:
    serve(pipe, work, worker_kernels(server, limits), folder)


def _has_one_thread() -> bool:
    """Report whether this process may be forked: a worker then has at once all that is imported, and our locks."""
    tasks = Path("/proc/self/task")
    if sys.platform != "linux" or not tasks.is_dir():
        return False
    import nbclient  # noqa: F401
    import papermill.execute  # noqa: F401

    return len(list(tasks.iterdir())) == 1


def _end(workers: Sequence[_Process]) -> None:
    for w in workers:
        w.process.terminate()
    for w in workers:
        w.process.join(_GRACE)
        if w.process.is_alive():
            w.process.kill()
            w.process.join()
        w.pipe.close()
