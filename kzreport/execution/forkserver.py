"""The process that warm kernels are forked from: it imports, uses once, then forks on request and reaps.

It has one thread, no kernel and no page in it. Threads of libraries would not survive the fork, and code that waits for
one would wait forever. A request is a datagram of JSON (``argv``, ``cwd``, ``env``) with three file descriptors: the
lifeline (see :mod:`kzreport.execution.warm`), standard output and standard error.

``python -m kzreport.execution.forkserver``, started in ``/``: standard input is the socket of the requests. With the
argument ``adopting`` it ends, with each kernel, all that the kernel started, also in sessions of their own; without, it
leaves those alone, as an ordinary kernel does.
"""

from __future__ import annotations

import builtins
import contextlib
import decimal
import gc
import importlib
import json
import os
import pkgutil
import selectors
import signal
import socket
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from kzreport.errors import system_cause
from kzreport.execution import family

LARGEST = 1 << 18  # bytes of a request
_TEMPORARY = ("TMPDIR", "TEMP", "TMP")  # variables that tempfile reads


# --- warming up ------------------------------------------------------------------------------------------------


# Imports of a kernel of ipykernel when it starts and runs its first cell.
_KERNEL = (
    "encodings.idna",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "ipykernel_launcher",
    "kzreport.execution.drained",
    "mimetypes",
    "pdb",
    "psutil",
    "sqlite3",
    "tornado.locks",
    "tornado.platform.asyncio",
    "tornado.queues",
)


def warm_up() -> None:
    """Import what pages and their kernels import, and use once what is slow the first time."""
    with _as_in_a_kernel():
        _warm_up()
    decimal.setcontext(decimal.DefaultContext.copy())  # the flags that reading figures has set


@contextlib.contextmanager
def _as_in_a_kernel() -> Iterator[None]:
    """Let libraries find what they look at when they are imported: pandas asks for the shell and its encoding."""
    builtins.get_ipython = lambda: SimpleNamespace(kernel=None)  # type: ignore[attr-defined]
    before = sys.stdout.encoding
    sys.stdout.reconfigure(encoding="UTF-8")  # type: ignore[union-attr]  # as ipykernel spells it
    try:
        yield
    finally:
        sys.stdout.reconfigure(encoding=before)  # type: ignore[union-attr]
        del builtins.get_ipython  # type: ignore[attr-defined]


def _warm_up() -> None:
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")  # as ipykernel does, but earlier
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # a debugger loaded early would warn of frozen modules
    for name in _KERNEL:
        with contextlib.suppress(ImportError):  # another version of ipykernel: its kernels import it themselves
            importlib.import_module(name)
    del os.environ["PYDEVD_DISABLE_FILE_VALIDATION"]
    import kzreport.pages.page
    from kzreport.errors import KzreportError

    with contextlib.suppress(KzreportError):  # no project: the page that needs one reports it
        import kzreport.indicators
        import kzreport.views

        for package in (kzreport.indicators, kzreport.views):
            for module in pkgutil.iter_modules(package.__path__):
                with contextlib.suppress(Exception):  # a view with a fault: the page that imports it reports it
                    importlib.import_module(f"{package.__name__}.{module.name}")
    with warnings.catch_warnings():  # a kernel has to give its warnings itself
        warnings.simplefilter("ignore")
        with contextlib.suppress(KzreportError):  # a file with a fault: the page that reads it reports it
            _read_project()
        with contextlib.suppress(KzreportError):  # a language without words: the page in it reports it
            _draw()


def _read_project() -> None:
    """Read the project's data and words: they stay cached in the kernels."""
    from kzreport.claims.ledger import all_claims
    from kzreport.language.wordfiles import page_words
    from kzreport.pages.values import page_values
    from kzreport.pages.views import series_read
    from kzreport.project.settings import page_names
    from kzreport.series.issues import known_issues
    from kzreport.series.known import load_series
    from kzreport.series.resource import resources

    for name in resources():
        load_series(name, "2000-01-01")
    known_issues("2000-01-01")
    all_claims()
    with _without_addresses():
        import nbformat.validator  # noqa: F401
    for page in page_names():
        page_words(page)
        series_read({page: page_values(page, {}, page)})  # for pages that list other pages


@contextlib.contextmanager
def _without_addresses() -> Iterator[None]:
    """Keep jsonschema from building its grammar of web addresses, which takes seconds and is not used."""
    name = "rfc3987_syntax"
    absent = name not in sys.modules
    sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    try:
        yield
    finally:
        if absent:
            del sys.modules[name]


def _draw() -> None:
    """Draw a chart in each language: fonts, glyphs and locales are looked up once."""
    from kzreport.charts import chart
    from kzreport.language.words import Words
    from kzreport.model import Period, Reading
    from kzreport.project.settings import project

    readings = [Reading("x", 1.0 + i, "percent", Period.parse(f"20{i + 10}-0{i}")) for i in range(1, 10)]
    for language in project().languages:
        w = Words(language)
        text = w.typography(f"{w.ui('source')}{w.colon}{w.period(readings[0].period, 'in')}")
        chart.draw("lines", {"2020": readings}, w, title=text, source=text)


# --- requests ----------------------------------------------------------------------------------------------------


@dataclass
class _Request:
    argv: list[str]
    cwd: str
    env: dict[str, str]
    lifeline: socket.socket = field(repr=False)
    out: int
    err: int


class _Server:
    """Fork and reap. A kernel has to close everything that :meth:`leave` closes."""

    def __init__(self, control: socket.socket, *, adopting: bool) -> None:
        self.control = control
        self.adopting = adopting and family.adopt()
        self.awake, self.wake = socket.socketpair()
        self.wake.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler, so that the wakeup is written
        signal.set_wakeup_fd(self.wake.fileno(), warn_on_full_buffer=False)
        self.looking = selectors.DefaultSelector()
        self.looking.register(control, selectors.EVENT_READ)
        self.looking.register(self.awake, selectors.EVENT_READ)
        self.has_clients = True  # a client may still ask for a kernel
        self.kernels: dict[int, socket.socket] = {}  # process number -> lifeline, while its client holds the other end
        self.ended: set[int] = set()  # of these, zombies: the system does not give their numbers to others
        self.killed: set[int] = set()  # their lifeline is closed; not yet reaped

    def serve(self) -> _Request | None:
        """Serve until no client and no kernel is left, then return None. In a forked kernel, return its request."""
        while self.has_clients or self.kernels or self.killed:
            for key, _ in self.looking.select():
                if key.fileobj is self.control:
                    if request := self._accept():
                        return request
                elif key.fileobj is self.awake:
                    self.awake.recv(4096)
                    self._reap()
                else:
                    self._expire(key.data)
        return None

    def _accept(self) -> _Request | None:
        data, fds, _, _ = socket.recv_fds(self.control, LARGEST, 3, socket.MSG_CMSG_CLOEXEC)
        if not data:
            self.looking.unregister(self.control)
            self.control.close()
            self.has_clients = False
            return None
        lifeline = socket.socket(fileno=fds[0])
        try:
            threads = len(list(Path("/proc/self/task").iterdir()))
            if threads != 1:
                raise OSError(f"found {threads} threads in the forkserver, expected one")
            pid = os.fork()
        except OSError as e:
            with contextlib.suppress(OSError):
                lifeline.send(system_cause(e).encode())
            lifeline.close()
        else:
            if pid == 0:
                self.leave()
                return _Request(**json.loads(data), lifeline=lifeline, out=fds[1], err=fds[2])
            self.kernels[pid] = lifeline
            self.looking.register(lifeline, selectors.EVENT_READ, pid)
            with contextlib.suppress(OSError):  # the client is gone: the end of its lifeline comes next
                lifeline.send(str(pid).encode())
        os.close(fds[1])
        os.close(fds[2])
        return None

    def leave(self) -> None:
        """Close in a kernel what belongs to the server: an open copy would hide the end of the other side."""
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if self.adopting:  # its orphans stay its own: those that come to the server are of ended kernels
            family.adopt()
        self.looking.close()
        for s in (self.control, self.awake, self.wake, *self.kernels.values()):
            s.close()

    def _reap(self) -> None:
        for pid, lifeline in self.kernels.items():
            if pid not in self.ended and (how := os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)):
                self.ended.add(pid)
                code = how.si_status if how.si_code == os.CLD_EXITED else -how.si_status
                with contextlib.suppress(OSError):
                    lifeline.send(str(code).encode())
        if self.adopting:
            self.killed.update(family.end_strays(self.kernels.keys() | self.killed))
        self.killed -= {pid for pid in self.killed if os.waitpid(pid, os.WNOHANG)[0]}

    def _expire(self, pid: int) -> None:
        """Kill a kernel and its group: the client has closed the lifeline."""
        lifeline = self.kernels.pop(pid)
        self.looking.unregister(lifeline)
        lifeline.close()
        self.ended.discard(pid)
        for kill in (os.killpg, os.kill):  # it may not have its group yet
            with contextlib.suppress(ProcessLookupError):
                kill(pid, signal.SIGKILL)
        self.killed.add(pid)
        self._reap()


def _try_temporary() -> None:
    """Try once where temporary files go: each kernel would write a file for it, which stays if it is killed just then.

    Where only the working directory is left, each kernel tries for itself: its own is another.
    """
    with contextlib.suppress(FileNotFoundError):
        if Path(tempfile.gettempdir()) == Path.cwd():
            tempfile.tempdir = None


def _become(request: _Request, imported: dict[str, str], *, adopting: bool) -> None:
    """Give a forked process the state of a started one: files, folder, environment, time zone, random numbers."""
    before = dict(os.environ)
    nothing, ours = os.pipe()  # as jupyter_client does: its end is closed at once
    os.close(ours)
    for number, handle in enumerate((nothing, request.out, request.err)):
        os.dup2(handle, number)
        os.close(handle)
    os.chdir(request.cwd)
    os.environ.clear()
    os.environ.update(imported | request.env)
    time.tzset()
    if any(os.environ.get(name) != before.get(name) for name in _TEMPORARY):
        tempfile.tempdir = None
    np: Any = sys.modules.get("numpy")
    if np is not None:
        np.random.seed()  # the standard library's generator seeds itself anew after a fork
    threading.Thread(target=_watch, args=(request.lifeline, adopting), name="lifeline", daemon=True).start()


def _watch(lifeline: socket.socket, adopting: bool) -> None:
    """End with the client, even if the forkserver has ended before."""
    with contextlib.suppress(OSError):
        while lifeline.recv(64):
            pass
    for pid in family.below(os.getpid()) if adopting else ():
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Run the forkserver, and in each forked process its kernel."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.path.remove(str(Path.cwd()))  # added by -m
    control = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    before = dict(os.environ)
    gc.disable()  # nothing of what is imported and read is garbage
    warm_up()
    _try_temporary()
    imported = {k: v for k, v in os.environ.items() if before.get(k) != v}  # set by libraries at their import
    gc.enable()
    gc.collect()
    gc.freeze()  # a collection in a kernel would touch, and so copy, every page of memory
    server = _Server(control, adopting="adopting" in sys.argv)
    request = server.serve()
    if request is None:
        os._exit(0)
    _become(request, imported, adopting=server.adopting)
    import ipykernel_launcher
    from ipykernel.kernelapp import IPKernelApp

    sys.argv = [str(Path(ipykernel_launcher.__file__ or "")), *request.argv]
    sys.orig_argv[1:] = ["-m", "ipykernel_launcher", *request.argv]
    # 1: no polling for the parent's end, which the lifeline notices
    app: Any = IPKernelApp.instance(parent_handle=1)
    app.initialize(request.argv)
    np: Any = sys.modules.get("numpy")
    if np is not None:  # a shell has a printer for its floats if it is imported before the shell
        app.shell.display_formatter.formatters["text/plain"].type_printers.pop(np.float64, None)
    app.start()


if __name__ == "__main__":
    main()
