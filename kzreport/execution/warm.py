"""Warm kernels: each forked from a process in which everything that a page imports is imported and was used once.

A *template* is a process with one thread, no kernel and no page in it. A client asks it for a kernel by a datagram that
carries one end of a pair of sockets, the *leash*, whose other end stays with the client: on it the client learns of the
kernel's process and exit code, and when the client closes it, or dies, the kernel and all that it started are killed.
The kernel holds the leash too, so it outlives its template, and dies with its client even then.

The seam is that of jupyter_client: :class:`WarmProvisioner` is registered as ``kzreport-warm``, and serves papermill,
nbclient, nbval and JupyterLab. Without ``fork`` and ``/proc``, or if anything goes wrong, the ordinary provisioner
starts the ordinary kernel, and the reason is said once.
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
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

NAME = "kzreport-warm"  # of the provisioner, as kernel specifications call it
START_TIMEOUT = 60.0  # seconds for a template to warm up and fork
# A thread of a numeric library would not survive the fork, and whoever waits for it would wait for ever.
ONE_THREAD = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "VECLIB", "BLIS", "NUMEXPR", "ARROW")
}
# Read by Python or a library when it starts: another value needs another template. The rest is set after the fork.
_AT_START = re.compile(r"(PYTHON|LC_|LD_|MPL|MATPLOTLIB|XDG_).*|LANG|LANGUAGE|HOME|PATH|VIRTUAL_ENV")
# Nothing in the working directory is imported in place of a library.
_RUN = "import sys; sys.path[:] = [p for p in sys.path if p]; from kzreport.execution.forkserver import main; main()"


class KernelFault(RuntimeError):
    """No warm kernel; the message says why."""


def unavailable() -> str:
    """Why this system has no warm kernels; empty if it has."""
    if sys.platform != "linux":
        return f"found {sys.platform}, expected Linux with fork and /proc"
    return "" if hasattr(os, "fork") else "this Python cannot fork"


# --- the client's side -------------------------------------------------------------------------------------------


class Forked:
    """A forked kernel, with what :class:`subprocess.Popen` offers to a provisioner."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, leash: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._leash = leash

    def poll(self) -> int | None:
        """The exit code, negative for a signal, or ``None`` while the kernel runs."""
        return self._look(0.0)

    def _look(self, seconds: float | None) -> int | None:
        if self.returncode is None:
            try:
                self._leash.settimeout(seconds)
                said = self._leash.recv(64)
            except (BlockingIOError, TimeoutError):
                return None
            except OSError:
                said = b""
            # Nothing said, and nobody holds the other end: template and kernel are both gone.
            self.returncode = int(said) if said else -signal.SIGKILL
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and let go of the kernel: what it started and left behind is killed."""
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("kernel", timeout or 0.0)
        self._leash.close()
        return code

    def send_signal(self, number: int) -> None:
        """Signal the kernel alone. Its number cannot be another's: the template keeps it until the leash is closed."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class Template:
    """The asking end of a template process. ``process`` is None in a worker to which it was lent."""

    def __init__(self, key: object, control: socket.socket, process: subprocess.Popen[bytes] | None = None) -> None:
        self.key = key
        self.control = control
        self._process = process

    @classmethod
    def start(cls, env: Mapping[str, str]) -> Template:
        """A template whose kernels may have this environment. The first kernel waits until it is warm."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-c", _RUN, "ipykernel_launcher"]
        with theirs:
            process = subprocess.Popen(
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env={k: v for k, v in env.items() if k != "PYTEST_CURRENT_TEST"} | ONE_THREAD,
                start_new_session=True,  # Ctrl-C in a terminal is for who asked, not for the template
            )
        return cls(_key(env), ours, process)

    def fork(self, argv: Sequence[str], *, cwd: str, env: Mapping[str, str], out: int, err: int) -> Forked:
        """A kernel started with these arguments. Raises :class:`KernelFault` if there is none."""
        request = json.dumps({"argv": list(argv), "cwd": cwd, "env": dict(env)}).encode()
        leash, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                socket.send_fds(self.control, [request], [theirs.fileno(), out, err])
            leash.settimeout(START_TIMEOUT)
            reply = leash.recv(4096)
        except OSError as e:
            leash.close()
            raise KernelFault(f"the template process: {e}") from None
        if not reply.isdigit():
            leash.close()
            raise KernelFault(reply.decode() or "the template process ended")
        return Forked(int(reply), leash)

    def retire(self) -> None:
        """Fork no more; the process ends when nobody asks it any more and its kernels have ended."""
        self.control.close()
        if self._process is not None:
            threading.Thread(target=self._process.wait, daemon=True).start()  # no zombie

    def end(self) -> None:
        """Retire and wait: to be called when its clients are gone, and with them their kernels."""
        self.control.close()
        if self._process is not None:
            try:
                self._process.wait(1)
            except subprocess.TimeoutExpired:  # still warming up: nobody waits for that
                self._process.kill()
                self._process.wait()

    def __getstate__(self) -> dict[str, object]:
        """What goes to a worker: the right to ask, and nothing to compare or to wait for."""
        return {"key": None, "control": self.control, "_process": None}


def _key(env: Mapping[str, str]) -> object:
    """Two environments with the same key, at times of the same key, can use one template."""
    return {k: v for k, v in env.items() if _AT_START.fullmatch(k)}, _stamp()


def _stamp() -> tuple[object, ...]:
    """Changes when our code, what is installed or the interpreter changes."""
    code = Path(__file__).parent.parent
    files = [p for p in code.rglob("*") if p.suffix in (".py", ".yml")]
    places = [Path(p) for p in sys.path if p.endswith("-packages")]  # installing changes the folder's time

    def seen(path: Path) -> tuple[str, int, int]:
        with contextlib.suppress(OSError):  # an editor's file, gone since it was listed
            stat = path.stat()
            return (str(path), stat.st_mtime_ns, stat.st_size)
        return (str(path), 0, 0)

    return tuple(seen(p) for p in sorted([*files, *filter(Path.is_dir, places), Path(sys.executable)]))


def _at_exit() -> None:
    if _template is not None:
        _template.end()


atexit.register(_at_exit)
_template: Template | None = None
_lock = threading.Lock()
_failed: dict[str, str] = {}  # which templates did not start, and why
_told: set[str] = set()


def borrow(template: Template) -> None:
    """Take kernels from another process's template, until it dies."""
    global _template
    _template = Template(None, template.control)


def fork(argv: Sequence[str], *, cwd: str, env: Mapping[str, str], out: int, err: int) -> Forked:
    """A kernel from this process's template, which is started if there is none, or none that fits.

    Raises :class:`KernelFault`.
    """
    global _template
    if reason := unavailable():
        raise KernelFault(reason)
    with _lock:
        if _template is not None and _template.key is not None and _template.key != _key(env):
            _template.retire()
            _template = None
        if _template is not None:
            with contextlib.suppress(KernelFault):  # it was killed, or had not enough memory: once more from a new one
                return _template.fork(argv, cwd=cwd, env=env, out=out, err=err)
            _template.retire()
            _template = None
        if (key := repr(_key(env))) in _failed:
            raise KernelFault(_failed[key])
        started = Template.start(env)
        try:
            forked = started.fork(argv, cwd=cwd, env=env, out=out, err=err)
        except KernelFault as e:
            started.retire()
            _failed[key] = str(e)
            raise
        _template = started
        return forked


def register() -> None:
    """Make the provisioner known also where the package was installed before it had one."""
    from importlib.metadata import EntryPoint

    from jupyter_client.provisioning.factory import KernelProvisionerFactory as Factory

    Factory.provisioners.setdefault(NAME, EntryPoint(NAME, f"{__name__}:WarmProvisioner", Factory.GROUP_NAME))


def tell(reason: str) -> None:
    """Say once that kernels are ordinary ones, and why."""
    if reason not in _told:
        _told.add(reason)
        logging.getLogger("kzreport").warning("kzreport: an ordinary kernel instead of a warm one: %s", reason)


class WarmProvisioner(LocalProvisioner):  # type: ignore[misc, unused-ignore]
    """Kernels forked from a template; the ordinary ones where that cannot be."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Fork a kernel, or start the ordinary one and say why, once."""
        try:
            forked = await asyncio.to_thread(self._fork, cmd, **kwargs)  # the first waits until the template is warm
        except KernelFault as e:
            tell(str(e))
            return await super().launch_kernel(cmd, **kwargs)
        self.process = cast(Any, forked)
        self.pid = self.pgid = forked.pid  # it leads a group of its own
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info

    def _fork(self, cmd: list[str], **kwargs: Any) -> Forked:
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
            return fork(cmd[3:], cwd=str(kwargs.get("cwd") or Path.cwd()), env=env, out=out, err=err)
        finally:
            os.close(null)
