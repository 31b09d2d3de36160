"""Warm kernels: forked from a process in which everything that a page imports is imported and was used once.

That process is a *forkserver* (:mod:`kzreport.execution.forkserver`): one thread, no kernel and no page in it. A client
asks it for a kernel by a datagram that carries one end of a pair of sockets, the *lifeline*; the client keeps the other
end. On the lifeline the client learns the kernel's process number and exit code. When the client closes it, or dies,
the kernel is killed with all processes that it started. The kernel holds the lifeline, too, so it outlives its
forkserver, and even then dies with its client.

:class:`WarmProvisioner` is an extension of jupyter_client by the name ``kzreport-warm``; papermill, nbclient, nbval and
JupyterLab can use it. Without ``fork`` and ``/proc``, or if anything goes wrong, the ordinary provisioner starts an
ordinary kernel, and the reason is logged once.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from kzreport.errors import ParameterError, system_cause
from kzreport.execution import forkserver
from kzreport.files import find_project

NAME = "kzreport-warm"  # of the provisioner, in kernel specifications
START_TIMEOUT = 60.0  # seconds for a forkserver to warm up and fork
# A thread of a numeric library would not survive the fork; a kernel that needs it would wait forever.
ONE_THREAD = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "VECLIB", "BLIS", "NUMEXPR", "ARROW")
}
# Variables that Python or a library reads at its start; all others are set after the fork.
_AT_START = re.compile(r"(PYTHON|LC_|LD_|MPL|MATPLOTLIB|XDG_).*|LANG|LANGUAGE|HOME|PATH|VIRTUAL_ENV")


class KernelFault(RuntimeError):
    """There is no warm kernel; the message has the reason."""


def unavailable() -> str:
    """Return the reason why this system has no warm kernels; empty if it has them."""
    if sys.platform != "linux":
        return f"found {sys.platform}, expected Linux with fork and /proc"
    return "" if hasattr(os, "fork") else "this Python cannot fork"


_KERNELS: weakref.WeakSet[ForkedKernel] = weakref.WeakSet()  # of this process


class ForkedKernel:
    """A forked kernel with the methods of :class:`subprocess.Popen` that a provisioner needs."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, lifeline: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._lifeline = lifeline
        _KERNELS.add(self)

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal; None while the kernel runs."""
        return self._receive(0.0)

    def _receive(self, seconds: float | None) -> int | None:
        if self.returncode is None:
            try:
                self._lifeline.settimeout(seconds)
                code = self._lifeline.recv(64)
            except (BlockingIOError, TimeoutError):
                return None
            except OSError:
                code = b""
            # No code, and the other end is closed: forkserver and kernel are both gone.
            self.returncode = int(code) if code else -signal.SIGKILL
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end, then close the lifeline: processes that the kernel left behind are killed.

        Raises :class:`subprocess.TimeoutExpired` if the kernel still runs after ``timeout`` seconds.
        """
        code = self._receive(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("kernel", timeout or 0.0)
        self.abandon()
        return code

    def abandon(self) -> None:
        """Close the lifeline, as the death of this process would: the kernel and what it started are killed."""
        with contextlib.suppress(OSError):  # closing alone would not do beside a process that was forked meanwhile
            self._lifeline.shutdown(socket.SHUT_RDWR)
        self.disown()

    def disown(self) -> None:
        """Let go of a kernel that belongs to the process from which this one was forked."""
        self._lifeline.close()

    def send_signal(self, number: int) -> None:
        """Signal the kernel alone. The forkserver keeps its process number in use until the lifeline is closed."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)


class Forkserver:
    """A client's end of a forkserver.

    - ``key``: changes when another forkserver is needed (see :func:`key_of`); None if it fits every request
    - ``control``: the socket on which kernels are asked for
    - ``process``: None in a process that did not start it
    """

    def __init__(self, key: object, control: socket.socket, process: subprocess.Popen[bytes] | None = None) -> None:
        self.key = key
        self.control = control
        self.process = process

    @classmethod
    def start(cls, env: Mapping[str, str], cwd: str, *, adopting: bool = False) -> Forkserver:
        """Start a forkserver for kernels like one of this environment and folder; the first waits until it is warm.

        ``adopting``: with a kernel also end what it started in sessions of their own, which an ordinary one leaves.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", forkserver.__name__, "ipykernel_launcher", *["adopting"] * adopting]
        with theirs:
            process = subprocess.Popen(
                command,
                cwd="/",  # nothing in ours is imported in place of a library; -P would change sys.path in kernels
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env={k: v for k, v in env.items() if k != "PYTEST_CURRENT_TEST"} | ONE_THREAD | _project(env, cwd),
                start_new_session=True,  # Ctrl-C in a terminal is for the client, not for the forkserver
            )
        return cls(key_of(env, cwd), ours, process)

    def fork(self, argv: Sequence[str], *, cwd: str, env: Mapping[str, str], out: int, err: int) -> ForkedKernel:
        """Fork a kernel with these arguments; ``out`` and ``err`` are file descriptors. Raises :class:`KernelFault`."""
        request = json.dumps({"argv": list(argv), "cwd": cwd, "env": dict(env)}).encode()
        lifeline, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                socket.send_fds(self.control, [request], [theirs.fileno(), out, err])
            lifeline.settimeout(START_TIMEOUT)
            reply = lifeline.recv(4096)
        except OSError as e:
            lifeline.close()
            raise KernelFault(f"the forkserver: {system_cause(e)}") from None
        if not reply.isdigit():
            lifeline.close()
            raise KernelFault(reply.decode() or "the forkserver ended")
        return ForkedKernel(int(reply), lifeline)

    def shared(self) -> Forkserver:
        """Return a client for another process of this user: it asks for kernels, and neither compares nor waits."""
        return Forkserver(None, self.control)

    def retire(self) -> None:
        """Ask for no more kernels; the process ends when no client is left and its kernels have ended."""
        self.control.close()
        if self.process is not None:
            threading.Thread(target=self.process.wait, daemon=True).start()  # no zombie

    def stop(self) -> None:
        """Retire and wait. Call it when all other clients are gone, and with them their kernels."""
        self.control.close()
        if self.process is not None:
            try:
                self.process.wait(1)
            except subprocess.TimeoutExpired:  # it is still warming up, and no one will use it
                self.process.kill()
                self.process.wait()

    def __getstate__(self) -> dict[str, object]:
        """Pickle it for a worker as :meth:`shared`."""
        return {"key": None, "control": self.control, "process": None}


def key_of(env: Mapping[str, str], cwd: str) -> object:
    """Return the key of a kernel with this environment and folder: kernels of one key can share a forkserver.

    The key changes for another project, when a view of the project or a file of the engine is edited, when a package is
    installed, for another interpreter, and for other variables that are read when a process starts.
    """
    project = _project(env, cwd)
    engine = Path(__file__).parent.parent
    files = [p for p in engine.rglob("*") if p.suffix in (".py", ".yml")]
    files += [p for folder in project.values() for p in Path(folder, "notebooks", "views").rglob("*.py")]
    places = [Path(p) for p in sys.path if p.endswith("-packages")]  # installing changes the folder's time
    stamps = tuple(_stamp(p) for p in sorted([*files, *filter(Path.is_dir, places), Path(sys.executable)]))
    return {k: v for k, v in env.items() if _AT_START.fullmatch(k)}, project, stamps


def _project(env: Mapping[str, str], cwd: str) -> dict[str, str]:
    """Return the variable that names the project of a kernel; nothing for a kernel outside of all projects."""
    try:
        return {"KZREPORT_HOME": str(find_project(env.get("KZREPORT_HOME", ""), cwd))}
    except ParameterError:  # the notebook that needs a project reports it
        return {}


def _stamp(path: Path) -> tuple[str, int, int]:
    with contextlib.suppress(OSError):  # an editor's file, gone since it was listed
        stat = path.stat()
        return (str(path), stat.st_mtime_ns, stat.st_size)
    return (str(path), 0, 0)


class Forkservers:
    """The forkserver of this process, started at the first kernel and replaced when it does not fit any more."""

    def __init__(self) -> None:
        self._current: Forkserver | None = None
        self._lock = threading.Lock()
        self._failed: dict[str, str] = {}  # key of a forkserver that did not start -> the reason
        self._warned: set[str] = set()

    def use(self, server: Forkserver) -> None:
        """Take kernels from another process's forkserver, until it dies."""
        self._current = server.shared()

    @property
    def process(self) -> int | None:
        """Number of the process that was started here, if any."""
        return self._current.process.pid if self._current is not None and self._current.process else None

    @property
    def lent(self) -> Forkserver | None:
        """The forkserver of another process, if one is used."""
        return self._current if self._current is not None and self._current.key is None else None

    def fork(self, argv: Sequence[str], *, cwd: str, env: Mapping[str, str], out: int, err: int) -> ForkedKernel:
        """Fork a kernel as :meth:`Forkserver.fork`; start a forkserver if no running one fits.

        Raises :class:`KernelFault`.
        """
        if reason := unavailable():
            raise KernelFault(reason)
        with self._lock:
            key = key_of(env, cwd)
            if self._current is not None:
                fits = self._current.key in (None, key)
                with contextlib.suppress(KernelFault):  # killed, or short of memory: once more from a new one
                    if fits:
                        return self._current.fork(argv, cwd=cwd, env=env, out=out, err=err)
                self._current.retire()
                self._current = None
            if repr(key) in self._failed:
                raise KernelFault(self._failed[repr(key)])
            started = Forkserver.start(env, cwd)
            try:
                forked = started.fork(argv, cwd=cwd, env=env, out=out, err=err)
            except KernelFault as e:
                started.retire()
                self._failed[repr(key)] = str(e)
                raise
            self._current = started
            return forked

    def warn_once(self, reason: str) -> None:
        """Log once that kernels are ordinary ones, and why."""
        if reason not in self._warned:
            self._warned.add(reason)
            logging.getLogger("kzreport").warning("kzreport: an ordinary kernel instead of a warm one: %s", reason)

    def stop(self) -> None:
        """Stop the forkserver of this process."""
        if self._current is not None:
            self._current.stop()

    def after_fork(self) -> None:
        """Adapt to a process that was just forked: no thread holds the lock, and the forkserver is its parent's."""
        self._lock = threading.Lock()
        if self._current is not None and self._current.process is not None:
            self._current.process.returncode = 0  # its parent waits for it: letting it go here is no neglect
            self._current.process = None


# jupyter_client makes a provisioner for each kernel: what they share has to be of the process.
FORKSERVERS = Forkservers()
atexit.register(FORKSERVERS.stop)


def _after_fork() -> None:
    """Leave the parent's kernels to the parent: an open copy of a lifeline would keep them alive after its death."""
    FORKSERVERS.after_fork()
    for kernel in list(_KERNELS):
        kernel.disown()
    _KERNELS.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def register() -> None:
    """Make the provisioner known in an environment where the package was installed before it had one."""
    from importlib.metadata import EntryPoint

    from jupyter_client.provisioning.factory import KernelProvisionerFactory as Factory

    Factory.provisioners.setdefault(NAME, EntryPoint(NAME, f"{__name__}:WarmProvisioner", Factory.GROUP_NAME))


class WarmProvisioner(LocalProvisioner):  # type: ignore[misc, unused-ignore]
    """Kernels forked from a forkserver; ordinary kernels if that is not possible."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork a kernel, or start an ordinary one and log the reason once."""
        try:
            # The first waits until the forkserver is warm. The loop's own threads would not do: a process forked from a
            # client inherits the loop with threads that it does not have, and would wait for them forever.
            thread = ThreadPoolExecutor(1)
            try:
                forked = await asyncio.wrap_future(thread.submit(self._fork, cmd, **kwargs))
            finally:
                thread.shutdown(wait=False)
        except KernelFault as e:
            FORKSERVERS.warn_once(str(e))
            return await super().launch_kernel(cmd, **kwargs)
        self.process = cast(Any, forked)
        self.pid = self.pgid = forked.pid  # it leads a group of its own
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info

    def _fork(self, cmd: list[str], **kwargs: Any) -> ForkedKernel:
        if cmd[:3] != [sys.executable, "-m", "ipykernel_launcher"]:
            raise KernelFault(f"found the command {' '.join(cmd)}, expected this Python with -m ipykernel_launcher")
        env = dict(kwargs.get("env") or os.environ) | {"JPY_PARENT_PID": str(os.getpid())}
        null = os.open(os.devnull, os.O_WRONLY)

        def handle(given: Any, own: int) -> int:
            if given == subprocess.PIPE:
                raise KernelFault("found a pipe asked for, expected files for what the kernel writes")
            with contextlib.suppress(OSError):  # this process may have closed its own
                if given is None:
                    os.fstat(own)
                    return own
            return null if given in (None, subprocess.DEVNULL) else given if isinstance(given, int) else given.fileno()

        try:
            out = handle(kwargs.get("stdout"), 1)
            err = out if kwargs.get("stderr") == subprocess.STDOUT else handle(kwargs.get("stderr"), 2)
            place = Path(kwargs.get("cwd") or Path.cwd()).absolute()  # the forkserver's own is another
            return FORKSERVERS.fork(cmd[3:], cwd=str(place), env=env, out=out, err=err)
        finally:
            os.close(null)
