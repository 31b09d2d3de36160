"""Pages on the workers of a Dask cluster: the jobs that processes do here, on many machines.

A job goes out with its plan and comes back as the files of its page. A worker writes nothing that stays, so a job that
Dask does twice, as it does when a worker dies, costs time and no more; editions are put together and committed by who
asked, alone. A worker has the same packages, code and home (``KZREPORT_HOME``): it compares every input of the plan
with its own, and refuses the page if one differs.

On a worker pages run in a process of ours, started with the first page of a batch and ended with the batch: threads of
one process share a working directory, and Dask's processes may have no children of :mod:`multiprocessing`.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import replace
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kzreport.errors import KzreportError, PageError, ParameterError, explain

if TYPE_CHECKING:  # a worker, which imports this module, would be deaf while it imported the rest
    from kzreport.editions.job import Job, Pool
    from kzreport.editions.plan import Plan
    from kzreport.execution.execute import Limits, Lost, Moved, Progress

R = TypeVar("R")
STARTS = 150.0  # seconds that a page may take beyond its own: the starts of its process and kernel
NO_WORKER = 60.0  # seconds that a cluster may be without any
IDLE = 120.0  # seconds after which a page process is ended of whose batch nothing was heard


class ClusterLost(KzreportError):
    """The scheduler or all workers are gone. What is whole stays; the same command goes on from there."""


# --- who asks ----------------------------------------------------------------------------------------------------


def pool(address: str, limits: Limits) -> Pool:
    """Does jobs on the cluster whose scheduler is at ``HOST:PORT``, as :func:`runner.in_processes` does them here.

    Raises :class:`ParameterError` if ``distributed`` is not installed, and once it is used if no scheduler answers,
    :class:`ClusterLost` if it is gone, or without a worker for ``NO_WORKER`` seconds, :class:`runner.TimeUp` when the
    time of the run is over.
    """
    try:
        import distributed  # noqa: F401
    except ImportError:
        todo = "pip install 'kzreport[cluster]', here and on the workers"
        raise ParameterError(explain("--executor", "no package distributed", "it", todo)) from None

    def on_cluster(
        work: Callable[[Job, Progress], R], items: Iterable[Job], jobs: int, moved: Moved | None = None
    ) -> Generator[tuple[int, R | Lost], None, None]:
        return _on_cluster(address, limits, work, items)

    return on_cluster


def _on_cluster(
    address: str, limits: Limits, work: Callable[[Job, Progress], R], items: Iterable[Job]
) -> Generator[tuple[int, R | Lost], None, None]:
    from distributed import Client

    for name in [n for n in logging.root.manager.loggerDict if n.partition(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what it would say, tracebacks and all, we say in a line
    try:
        client = Client(f"tcp://{address}", timeout="10s", set_as_default=False)
    except OSError as e:
        todo = "start one with 'dask scheduler'"
        raise ParameterError(explain("--executor", f"no scheduler at {address} ({e})", "one", todo)) from None

    def threads() -> int:
        with contextlib.suppress(Exception):  # the scheduler does not answer: it may again, or its jobs are cancelled
            return sum(client.nthreads().values())
        return 0

    batch = secrets.token_hex(8)
    executor = client.get_executor(pure=False)  # pure would take two equal calls for one
    running: dict[Future[bytes], tuple[int, Job]] = {}
    coming = enumerate(items)
    following = next(coming, None)
    worker_seen = page_seen = time.monotonic()
    try:
        while following or running:
            ready = threads()
            while following and len(running) < 2 * ready:  # one for each thread, and one to follow
                number, job = following
                following = next(coming, None)
                task = executor.submit(_do, batch, _packed(work, job), following is not None, limits.page)
                running[task] = (number, job)
            done = wait(running, timeout=max(0.0, min(1.0, limits.left)), return_when=FIRST_COMPLETED).done
            limits.check()
            for future in done:
                number, job = running.pop(future)
                yield number, _unpacked(future, job, address)
            now = time.monotonic()
            worker_seen = now if ready or done else worker_seen
            page_seen = now if done else page_seen
            if now - worker_seen > NO_WORKER:
                raise _lost(address, "no worker")
            if now - page_seen > 2 * (limits.page + STARTS):  # one that runs, and one that follows
                raise _lost(address, "no page that ends")
            if not running and following:
                time.sleep(0.5)
    finally:
        executor.shutdown(wait=False)
        with contextlib.suppress(Exception):
            client.run(_end, batch)
        with contextlib.suppress(Exception):
            client.close()


def _lost(address: str, found: str) -> ClusterLost:
    todo = "what is whole stays; run it again to go on"
    return ClusterLost(explain(f"cluster at {address}", found, "a scheduler and workers", todo))


def _packed(work: Callable[[Job, Progress], Any], job: Job) -> bytes:
    """A job with what it needs of our disk. Read by the page process alone: a worker may have loaded other code."""
    done = None
    if job.done:
        with contextlib.suppress(OSError):
            done = (job.done.name, job.done.read_bytes())
    return pickle.dumps((work, job, done))


def _unpacked(future: Future[bytes], job: Job, address: str) -> Any:
    """The result of a job, with its files where they belong; or why there is none."""
    from kzreport.execution.execute import Lost
    from kzreport.files import write_durably

    try:
        found, files = pickle.loads(future.result())
        for name, data in files.items():
            write_durably(job.folder / name, data)
    except CancelledError:
        raise _lost(address, "a scheduler that is gone") from None
    except Exception as e:  # the worker died several times, no kzreport on it, our disk is full: the page is named
        return Lost(f"{type(e).__name__}: {e}")
    return Lost(found) if isinstance(found, str) else found


# --- on a worker -------------------------------------------------------------------------------------------------


class _Pages:
    """A process that makes pages, and the end of its pipe. It ends, with its kernel, when its standard input does."""

    def __init__(self, batch: str, seconds: float) -> None:
        self.batch, self.busy, self.seconds = batch, True, seconds
        self.scratch = tempfile.mkdtemp(prefix="kz-")
        self.idle = threading.Timer(IDLE, self.end)
        self.pipe, theirs = Pipe()
        # nothing in the working directory is imported in place of a library; the command line has a first line of use
        run = (
            "import sys; sys.path[:] = [p for p in sys.path if p]; from kzreport.commands import cli; "
            "from kzreport.editions import cluster; cluster.serve()"
        )
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-c", run, str(theirs.fileno()), self.scratch, str(seconds)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.PIPE,
            )

    def ask(self, parcel: bytes, more: bool) -> bytes:
        """What it says of a job. Raises :class:`PageError` if it died or took too long."""
        end = time.monotonic() + self.seconds + STARTS
        try:
            self.pipe.send((parcel, more))
            while self.pipe.poll(max(0.0, end - time.monotonic())):
                step, said = self.pipe.recv()
                if step is None:
                    return bytes(said)
        except (EOFError, OSError):
            self.process.wait()
            raise PageError(
                f"its process died (exit code {self.process.returncode}); was there enough memory?"
            ) from None
        raise PageError(f"not finished after {self.seconds:g} s")

    def end(self) -> None:
        """End it, with its kernel."""
        with _lock:
            if self in _present:
                _present.remove(self)
        self.idle.cancel()
        with contextlib.suppress(OSError):
            assert self.process.stdin
            self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)


_lock = threading.Lock()
_present: list[_Pages] = []


def _do(batch: str, parcel: bytes, more: bool, seconds: float) -> bytes:
    """A job, in a thread of a worker; ``more``: others will follow it; ``seconds``: for its page."""
    with _lock:
        pages = next((p for p in _present if p.batch == batch and not p.busy), None)
        if pages is None:
            pages = _Pages(batch, seconds)
            _present.append(pages)
        pages.busy = True
        pages.idle.cancel()
    try:
        said = pages.ask(parcel, more)
    except PageError as e:
        pages.end()
        return pickle.dumps((f"{e} ({socket.gethostname()})", {}))
    with _lock:
        pages.busy = False
        pages.idle = threading.Timer(IDLE, pages.end)
        pages.idle.daemon = True
        pages.idle.start()
    return said


def _end(batch: str) -> None:
    """End the page processes of a batch."""
    for pages in [p for p in _present if p.batch == batch]:
        pages.end()


# --- in a page process -------------------------------------------------------------------------------------------


def serve() -> None:
    """Do the jobs that come through a pipe, until standard input ends."""
    from kzreport.execution import execute as runner
    from kzreport.execution import warm as kernels

    number, scratch, seconds = sys.argv[1:]

    def orphaned() -> None:
        while os.read(0, 4096):
            pass
        runner._abandon()
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(143)

    threading.Thread(target=orphaned, daemon=True).start()
    template = None if kernels.unavailable() else kernels.Template.start(runner._environment())
    runner._serve(Connection(int(number)), _work, scratch, template, float(seconds))


_checked: dict[str, list[str]] = {}  # plans by their fingerprints, and what differs here


def _work(parcel: bytes, progress: Progress) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        folder, found = Path(name) / "edition", None
        try:
            work, job, done = pickle.loads(parcel)
            _check(job.plan)
            if done:
                (Path(name) / done[0]).write_bytes(done[1])
            found = work(replace(job, folder=folder, done=Path(name) / done[0] if done else None), progress)
        except Exception as e:  # what a worker lacks, a full disk
            found = f"on {socket.gethostname()}: {e if isinstance(e, KzreportError) else f'{type(e).__name__}: {e}'}"
        files = {f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()}
        return pickle.dumps((found, files))


def _check(p: Plan) -> None:
    """Raise :class:`PageError` if the inputs here are not those of the plan."""
    from kzreport.editions.plan import changed_inputs

    if p.inputs.fingerprint not in _checked:
        _checked[p.inputs.fingerprint] = changed_inputs(p)
    if different := _checked[p.inputs.fingerprint]:
        expected = "the packages, code and KZREPORT_HOME of the machine that asks"
        raise PageError(explain("this worker", "other inputs", expected, "update it") + "\n  " + "\n  ".join(different))
