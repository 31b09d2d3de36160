"""The worker's side of the worker protocol: items come through a pipe, progress and results go back.

The parent sends ``(item, another_follows)``. The worker answers ``((done, total), None)`` for progress, then
``(None, result)``. The end of the pipe, SIGTERM, SIGHUP or the parent's death end the worker with its kernels.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from kzreport.console.faults import fault_line, keep_traceback
from kzreport.errors import message_of
from kzreport.execution import family
from kzreport.execution.kernel import KernelPool
from kzreport.execution.task import Lost, PageLimits, Progress
from kzreport.execution.warm import FORKSERVERS, Forkserver


@dataclass(frozen=True)
class Worker:
    """The means of a worker, which the work gets with each item: kernels, and a callback for progress."""

    kernels: KernelPool
    progress: Progress | None = None


def worker_kernels(server: Forkserver | None, limits: PageLimits) -> KernelPool:
    """Return the pool of a worker: kernels of this forkserver, or ordinary ones."""
    if server is not None:
        FORKSERVERS.use(server)
    return KernelPool(use_warm=server is not None, limits=limits)


def serve(pipe: Connection, work: Callable[[Any, Worker], Any], kernels: KernelPool, folder: str) -> None:
    """Work on the items that come through a pipe until it ends, then kill the kernels.

    ``folder`` is for temporary files. This process is the worker's: signal handlers and :mod:`tempfile` are set.
    """

    adopting = family.adopt()

    def end_strays(keep: Collection[int | None]) -> None:
        while adopting and (strays := family.end_strays([p for p in (*keep, FORKSERVERS.process) if p is not None])):
            for pid in strays:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)

    def end(*_: object) -> None:
        kernels.kill()
        end_strays([])
        os._exit(143)

    def end_with_parent() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            wait([parent.sentinel])
            end()

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends Ctrl-C to all; the parent then ends its workers
    threading.Thread(target=end_with_parent, daemon=True).start()
    # Threads of libraries: their page fails with its own reason.
    threading.excepthook = lambda a: logging.getLogger("kzreport").debug("a thread: %r", a.exc_value)
    sys.unraisablehook = lambda a: logging.getLogger("kzreport").debug("unraisable: %r", a.exc_value)
    tempfile.tempdir = folder
    worker = Worker(kernels, lambda done, total: pipe.send(((done, total), None)))
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            item, kernels.another_follows = pipe.recv()
            try:
                found = work(item, worker)
            except Exception as e:  # a fault of ours costs its own item; its traceback goes into a file
                if isinstance(e, OSError):  # a full disk, too many open files: no fault of ours
                    found = Lost(message_of(e))
                else:
                    kept = keep_traceback(e, "in a worker", scratch=str(Path(folder).parent))
                    found = Lost(fault_line(e, str(kept or "")))
            end_strays([kernels.spare_process])  # what an ordinary kernel left in sessions of their own
            pipe.send((None, found))
    kernels.kill()
    end_strays([])
