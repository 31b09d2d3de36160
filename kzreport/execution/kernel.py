"""Kernels of one process: their sockets, their private folders, and the pool that starts one ahead.

Over TCP one start in a hundred hung (a stolen port), and any local process could read a page's output. So kernels talk
over IPC in a folder of mode 0700, without the user's startup files, locale, time zone or matplotlib settings.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from queue import Empty
from types import TracebackType
from typing import Any

from kzreport.claims import handed
from kzreport.execution import family, warm
from kzreport.execution.task import START_TIMEOUT, PageLimits
from kzreport.files import project_root

_CHANNELS = ("shell", "iopub", "stdin", "hb", "control")
_ARGUMENTS = ["--HistoryManager.hist_file=:memory:"]
if sys.platform != "win32":  # there ipykernel does not read what is written below Python
    _ARGUMENTS.append("--IPKernelApp.outstream_class=kzreport.execution.drained.DrainedStream")
# Under PYTEST_CURRENT_TEST ipykernel would let text written below Python pass unseen.
_DROPPED = {
    *("PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONINSPECT", "PYTEST_CURRENT_TEST"),
    *("PYTHONVERBOSE", "PYTHONPROFILEIMPORTTIME", "PYTHONMALLOCSTATS"),  # they write to standard error
    *("MPLBACKEND", "LANG", "LANGUAGE"),
}


def kernel_environment(folder: Path | None = None) -> dict[str, str]:
    """Return the environment of a kernel: this process's, without variables that could change the bytes of a page.

    ``folder``: private folder for IPython's own files.
    """
    env = {k: v for k, v in os.environ.items() if k not in _DROPPED and not k.startswith("LC_")}
    found = importlib.util.find_spec("matplotlib")
    settings = Path(found.origin or "").parent / "mpl-data" / "matplotlibrc" if found else Path()
    if folder is not None:
        env |= {"IPYTHONDIR": str(folder / "ipython"), handed.VARIABLE: str(folder / "verdicts")}
    return env | {
        **warm.ONE_THREAD,  # the cores are shared by pages
        "KZREPORT_HOME": str(project_root()),
        "LC_ALL": "C",
        "MATPLOTLIBRC": str(settings),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "TZ": "UTC",
    }


class Kernel:
    """A kernel of this Python in a 0700 folder (``root``) with its sockets, its log and an empty working directory."""

    def __init__(self, *, use_warm: bool) -> None:
        from ipykernel.kernelspec import get_kernel_dict
        from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
        from jupyter_client.manager import AsyncKernelManager
        from traitlets.config import Config

        warm.register()
        spec = get_kernel_dict()
        if use_warm:
            spec["metadata"]["kernel_provisioner"] = {"provisioner_name": warm.NAME}

        class ThisPython(KernelSpecManager):  # type: ignore[misc, unused-ignore]
            """This interpreter, even if the user has installed another kernel called python3."""

            def get_kernel_spec(self, kernel_name: str) -> Any:
                return KernelSpec(**spec)

        self.ready = False  # it has answered once
        self.root = Path(tempfile.mkdtemp(prefix="kz-k-"))
        # A socket's name is relative to the working directory: a long TMPDIR would pass the 104 bytes of a socket.
        kind = "tcp" if sys.platform == "win32" else "ipc"
        own: dict[str, object] = {"transport": kind, "connection_file": str(self.root / "kernel.json")}
        if kind == "ipc":
            own |= {"ip": "kernel"} | {f"{name}_port": n for n, name in enumerate(_CHANNELS, 1)}
        self.manager = AsyncKernelManager(kernel_name="python3", config=Config({"KernelManager": own}))
        self.manager.kernel_spec_manager = ThisPython()

    @property
    def folder(self) -> Path:
        """Working directory of the kernel."""
        return self.root / "work"

    def hand_over(self, verdicts: Path) -> None:
        """Give a page, before its first cell, the verdicts that were judged for all pages of its edition."""
        with contextlib.suppress(OSError):  # it judges by itself
            shutil.copyfile(verdicts, self.root / "verdicts")

    def start(self) -> None:
        """Start the process; :meth:`connect` waits until it answers."""
        from jupyter_core.utils import run_sync

        self.folder.mkdir(exist_ok=True)
        with (self.root / "kernel.log").open("wb") as log:
            run_sync(self.manager.start_kernel)(
                stdout=log,
                stderr=log,
                cwd=str(self.folder),
                env=kernel_environment(self.root),
                extra_arguments=[*_ARGUMENTS],
            )

    async def connect(self) -> Any:
        """Wait for the kernel and return a client of it. Raises :class:`RuntimeError` if it does not answer."""
        end = time.monotonic() + START_TIMEOUT
        sockets = [self.folder / f"kernel-{n}" for n in range(1, len(_CHANNELS) + 1)]
        while self.manager.transport == "ipc" and not all(s.exists() for s in sockets):
            await self._require_alive(end)
            await asyncio.sleep(0.005)  # zmq tries again only 100 ms after a connection that came too early
        client = self.manager.client()
        client.start_channels()
        while True:
            asked = client.kernel_info()
            with contextlib.suppress(Empty):
                while (await client.shell_channel.get_msg(timeout=1))["parent_header"].get("msg_id") != asked:
                    pass
                while True:  # until it is idle again: later messages on this channel belong to the first cell
                    got = await client.iopub_channel.get_msg(timeout=0.2)
                    if (got["parent_header"].get("msg_id"), got["content"].get("execution_state")) == (asked, "idle"):
                        self.ready = True
                        return client
            await self._require_alive(end)

    async def _require_alive(self, end: float) -> None:
        if not await self.manager.is_alive():
            raise RuntimeError("Kernel died before replying to kernel_info")
        if time.monotonic() > end:
            raise RuntimeError(f"Kernel didn't respond in {START_TIMEOUT} seconds")

    @property
    def ending(self) -> str:
        """The end of the process, in parentheses; empty while it runs."""
        process = getattr(self.manager.provisioner, "process", None)
        code = process.poll() if process is not None else None
        if code is None:
            return ""
        with contextlib.suppress(ValueError):
            return f" ({signal.Signals(-code).name})" if code < 0 else f" (exit code {code})"
        return f" (signal {-code})"

    @property
    def memory(self) -> int:
        """Bytes that the kernel and its child processes hold; 0 if the system does not say."""
        process = getattr(self.manager.provisioner, "process", None)
        return family.memory(process.pid) if process is not None else 0

    def log_lines(self) -> list[str]:
        """Lines that the kernel's process itself wrote."""
        with contextlib.suppress(OSError):
            return (self.root / "kernel.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return []

    def kill(self) -> None:
        """Kill the kernel and all processes that it started. Safe in a signal handler."""
        process = getattr(self.manager.provisioner, "process", None)
        if process is None or process.poll() is not None:
            return
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)  # a kernel is leader of its own group
            else:
                process.kill()

    def close(self) -> None:
        """Kill the kernel and remove its folder."""
        process = getattr(self.manager.provisioner, "process", None)
        self.kill()
        if process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):  # the system itself cannot end it
                process.wait(10)
        with contextlib.suppress(OSError):
            self.manager.context.destroy(linger=0)
        shutil.rmtree(self.root, ignore_errors=True)


class KernelPool:
    """Kernels of one process: the current page's, and a spare one that starts while a page runs.

    A context manager: kernels that are left are closed at the end.

    Parameters
    ----------
    use_warm
        Fork kernels from a forkserver; default: if this system can.
    limits
        What a page may take.
    """

    def __init__(self, *, use_warm: bool | None = None, limits: PageLimits | None = None) -> None:
        self.use_warm = not warm.unavailable() if use_warm is None else use_warm
        self.limits = limits or PageLimits()
        self.another_follows = False  # another page will follow in this process
        self.current: Kernel | None = None
        self._spare: Kernel | None = None

    def __enter__(self) -> KernelPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
        self.current, self._spare = self._spare, None
        self.release()

    @property
    def spare_process(self) -> int | None:
        """Number of the spare kernel's process."""
        process = self._spare and getattr(self._spare.manager.provisioner, "process", None)
        return process.pid if process else None

    def take(self) -> Kernel:
        """Make the spare kernel, or a new one, the current kernel; it is started but perhaps not ready."""
        self.current, self._spare = self._spare, None
        if self.current is None:
            self.current = Kernel(use_warm=self.use_warm)
            self.current.start()
        return self.current

    def release(self) -> None:
        """Close the current kernel."""
        if self.current is not None:
            self.current.close()
        self.current = None

    def prepare_next(self) -> None:
        """Start the kernel of the next page, if one will follow."""
        if not self.another_follows:
            return
        try:
            self._spare = Kernel(use_warm=self.use_warm)
            self._spare.start()
        except Exception:  # the next page tries again, and reports the reason
            if self._spare is not None:
                self._spare.close()
            self._spare = None

    def kill(self) -> None:
        """Kill all kernels with all processes that they started. Safe in a signal handler."""
        for kernel in (self.current, self._spare):
            if kernel is not None:
                kernel.kill()
