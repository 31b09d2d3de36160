"""The process that warm kernels are forked from: it imports, uses once, then forks on request and reaps.

It has one thread, no kernel and no page in it: libraries' threads would not survive the fork, and whoever waits for
them would wait for ever. A request is a datagram of JSON (``argv``, ``cwd``, ``env``) with three handles: the leash
(see :mod:`kzreport.execution.warm`), standard output and standard error.
"""

from __future__ import annotations

import contextlib
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
from typing import Any

LARGEST = 1 << 18  # bytes of a request


# --- what is warm ------------------------------------------------------------------------------------------------


# What a kernel of ipykernel imports when it starts and runs its first cell.
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
    "mimetypes",
    "pdb",
    "psutil",
    "sqlite3",
    "tornado.locks",
    "tornado.platform.asyncio",
    "tornado.queues",
)


def warm() -> None:
    """Import what pages and their kernels import, and use once what is slow the first time."""
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")  # as ipykernel does, but earlier
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # a debugger loaded early would warn of frozen modules
    for name in _KERNEL:
        with contextlib.suppress(ImportError):  # another version of ipykernel: its kernels import it themselves
            importlib.import_module(name)
    del os.environ["PYDEVD_DISABLE_FILE_VALIDATION"]
    import kzreport.indicators
    import kzreport.pages.page
    import kzreport.views
    from kzreport.claims.ledger import all_claims
    from kzreport.errors import KzreportError
    from kzreport.language.wordfiles import page_words
    from kzreport.pages.entries import read_entry
    from kzreport.pages.views import series_read
    from kzreport.project import page_names
    from kzreport.series.issues import known_issues
    from kzreport.series.resource import describe_series, resources
    from kzreport.series.table import check_table

    for package in (kzreport.indicators, kzreport.views):
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    with warnings.catch_warnings():  # what is warned of here has to be warned of again in a kernel
        warnings.simplefilter("ignore")
        with contextlib.suppress(KzreportError):  # files that are broken: the page that reads them will say so
            for name in resources():
                check_table(describe_series(name))
            known_issues("2000-01-01")
            all_claims()
            with _without_addresses():
                import nbformat.validator  # noqa: F401
            for page in page_names():
                page_words(page)
                series_read({page: read_entry(page)[1]})  # for the pages that tell of others
        _draw()


@contextlib.contextmanager
def _without_addresses() -> Iterator[None]:
    """See :mod:`kzreport.commands.cli`: jsonschema does not build its grammar of web addresses."""
    name = "rfc3987_syntax"
    absent = name not in sys.modules
    sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    try:
        yield
    finally:
        if absent:
            del sys.modules[name]


def _draw() -> None:
    """A chart in each language: fonts, glyphs and locales are looked up once."""
    from kzreport.charts import chart as charts
    from kzreport.language.words import Words
    from kzreport.model import Period, Reading
    from kzreport.project import project

    readings = [Reading("x", 1.0 + i, "percent", Period.parse(f"20{i + 10}-0{i}")) for i in range(1, 10)]
    for language in project().languages:
        w = Words(language)
        text = w.typography(f"{w.ui('source')}{w.colon}{w.period(readings[0].period, 'in')}")
        charts.draw("lines", {"2020": readings}, w, title=text, source=text)


# --- requests ----------------------------------------------------------------------------------------------------


@dataclass
class _Request:
    argv: list[str]
    cwd: str
    env: dict[str, str]
    leash: socket.socket = field(repr=False)
    out: int
    err: int


class _Server:
    """Forks and reaps. Everything that a kernel must not keep open is in :meth:`leave`."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.awake, self.wake = socket.socketpair()
        self.wake.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler, so that the wakeup is written
        signal.set_wakeup_fd(self.wake.fileno(), warn_on_full_buffer=False)
        self.looking = selectors.DefaultSelector()
        self.looking.register(control, selectors.EVENT_READ)
        self.looking.register(self.awake, selectors.EVENT_READ)
        self.asked = True  # somebody may still ask for a kernel
        self.kernels: dict[int, socket.socket] = {}  # those whose client holds the leash
        self.ended: set[int] = set()  # of these, kept as zombies so that their numbers are not given away
        self.killed: set[int] = set()  # no leash any more, not yet reaped

    def serve(self) -> _Request | None:
        """Serve until nobody can ask and no kernel is left. A request is returned in its kernel, None at the end."""
        while self.asked or self.kernels or self.killed:
            for key, _ in self.looking.select():
                if key.fileobj is self.control:
                    if request := self._ask():
                        return request
                elif key.fileobj is self.awake:
                    self.awake.recv(4096)
                    self._reap()
                else:
                    self._let_go(key.data)
        return None

    def _ask(self) -> _Request | None:
        data, fds, _, _ = socket.recv_fds(self.control, LARGEST, 3, socket.MSG_CMSG_CLOEXEC)
        if not data:
            self.looking.unregister(self.control)
            self.control.close()
            self.asked = False
            return None
        leash = socket.socket(fileno=fds[0])
        try:
            threads = len(list(Path("/proc/self/task").iterdir()))
            if threads != 1:
                raise OSError(f"found {threads} threads in the template process, expected one")
            pid = os.fork()
        except OSError as e:
            with contextlib.suppress(OSError):
                leash.send(str(e).encode())
            leash.close()
        else:
            if pid == 0:
                self.leave()
                return _Request(**json.loads(data), leash=leash, out=fds[1], err=fds[2])
            self.kernels[pid] = leash
            self.looking.register(leash, selectors.EVENT_READ, pid)
            with contextlib.suppress(OSError):  # the client is gone: its leash says so in a moment
                leash.send(str(pid).encode())
        os.close(fds[1])
        os.close(fds[2])
        return None

    def leave(self) -> None:
        """In a kernel: close what is the template's, so that an end of the others is seen."""
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.looking.close()
        for s in (self.control, self.awake, self.wake, *self.kernels.values()):
            s.close()

    def _reap(self) -> None:
        for pid, leash in self.kernels.items():
            if pid not in self.ended and (how := os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)):
                self.ended.add(pid)
                code = how.si_status if how.si_code == os.CLD_EXITED else -how.si_status
                with contextlib.suppress(OSError):
                    leash.send(str(code).encode())
        self.killed -= {pid for pid in self.killed if os.waitpid(pid, os.WNOHANG)[0]}

    def _let_go(self, pid: int) -> None:
        """The client let go of the leash: kill the kernel and all of its group."""
        leash = self.kernels.pop(pid)
        self.looking.unregister(leash)
        leash.close()
        self.ended.discard(pid)
        for kill in (os.killpg, os.kill):  # it may not have its group yet
            with contextlib.suppress(ProcessLookupError):
                kill(pid, signal.SIGKILL)
        self.killed.add(pid)
        self._reap()


def _become(request: _Request, imported: dict[str, str]) -> None:
    """Make of a forked process what a started one would be."""
    null = os.open(os.devnull, os.O_RDONLY)
    for number, handle in enumerate((null, request.out, request.err)):
        os.dup2(handle, number)
        os.close(handle)
    os.chdir(request.cwd)
    os.environ.clear()
    os.environ.update(imported | request.env)
    time.tzset()
    tempfile.tempdir = None
    np: Any = sys.modules.get("numpy")
    if np is not None:
        np.random.seed()  # the standard library's generator seeds itself anew after a fork
    threading.Thread(target=_watch, args=(request.leash,), name="leash", daemon=True).start()


def _watch(leash: socket.socket) -> None:
    """End with the client, also when the template is no more."""
    with contextlib.suppress(OSError):
        while leash.recv(64):
            pass
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """The process: standard input is the socket of the requests."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    before = dict(os.environ)
    warm()
    imported = {k: v for k, v in os.environ.items() if before.get(k) != v}  # what libraries set when they are imported
    gc.collect()
    gc.freeze()  # a collection in a kernel would touch, and so copy, every page of memory
    request = _Server(control).serve()
    if request is None:
        os._exit(0)
    _become(request, imported)
    import ipykernel_launcher
    from ipykernel.kernelapp import IPKernelApp

    sys.argv = [str(Path(ipykernel_launcher.__file__ or "")), *request.argv]
    # 1: no polling for the parent's end, of which the leash tells
    IPKernelApp.launch_instance(request.argv, parent_handle=1)
