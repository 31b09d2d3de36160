"""Sampling of where the processors' time goes, in every Python process that has this folder on its path.

Each 2 ms of processor time of a process add two bytes to the file that ``KZREPORT_SAMPLES`` names: the process's role
and the stage of its innermost known frame. Kernels are killed, so nothing waits for the end of a process. See
``benchmarks/profile_page.py``.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
from types import FrameType

ROLES = ("command", "forkserver", "worker", "kernel")
# Part of a file's path, part of a function's name -> stage; of a frame the first line that fits, of a stack the
# innermost frame that has one. Where two libraries share a stage the caller decides: see _BELOW.
_RULES = (
    ("<frozen importlib", "", "imports"),
    ("forkserver.py", "_become", "fork"),
    ("forkserver.py", "warm_up", "warming up"),
    ("forkserver.py", "_", "warming up"),
    ("kernelapp.py", "initialize", "IPython's start"),
    ("kernelapp.py", "start", "messages"),
    ("backend_svg.py", "", "encoding"),
    ("backend_agg.py", "", "encoding"),
    ("/PIL/", "", "encoding"),
    ("base64.py", "", "encoding"),
    ("/matplotlib/", "", "drawing"),
    ("/seaborn/", "", "drawing"),
    ("kzreport/charts/", "", "drawing"),
    ("kzreport/series/", "", "reading data"),
    ("kzreport/guards/", "", "guards"),
    ("kzreport/claims/", "", "claims"),
    ("kzreport/indicators/", "", "views"),
    ("notebooks/views/", "", "views"),
    ("kzreport/language/", "", "words"),
    ("kzreport/files.py", "write", "writing"),
    ("kzreport/files.py", "sync", "writing"),
    ("kzreport/files.py", "digest", "hashing"),
    ("kzreport/files.py", "sha256", "hashing"),
    ("kzreport/files.py", "yaml", "settings"),
    ("kzreport/render/html.py", "", "rendering"),
    ("kzreport/render/blocks.py", "", "rendering"),
    ("kzreport/render/downloads.py", "", "rendering"),
    ("kzreport/render/", "", "formats"),
    ("kzreport/editions/kept.py", "", "hashing"),
    ("kzreport/editions/damage.py", "", "hashing"),
    ("kzreport/editions/", "write", "writing"),
    ("kzreport/editions/", "", "planning"),
    ("kzreport/execution/collect.py", "", "collecting"),
    ("kzreport/execution/kernel.py", "start", "asking for a kernel"),
    ("kzreport/execution/kernel.py", "__init__", "asking for a kernel"),
    ("kzreport/execution/kernel.py", "close", "ending a kernel"),
    ("kzreport/execution/kernel.py", "connect", "messages"),
    ("kzreport/pages/", "", "words"),
    ("/IPython/", "", "running cells"),
    ("/nbformat/", "", "notebook checks"),
    ("/papermill/", "", "messages"),
    ("/nbclient/", "", "messages"),
    ("/jupyter_client/", "", "messages"),
    ("/ipykernel/", "", "messages"),
    ("/zmq/", "", "messages"),
    ("/tornado/", "", "messages"),
    ("/asyncio/", "", "messages"),
    ("kzreport/execution/", "", "messages"),
)
STAGES = (*dict.fromkeys(stage for _, _, stage in _RULES), "other")
_NAMES = dict[object, int | None]()


def _stage(frame: FrameType | None) -> int:
    while frame is not None:
        code = frame.f_code
        if code not in _NAMES:
            fits = (s for file, name, s in _RULES if file in code.co_filename and name in code.co_name)
            stage = next(fits, None)
            _NAMES[code] = None if stage is None else STAGES.index(stage)
        if (found := _NAMES[code]) is not None:
            return found
        frame = frame.f_back
    return len(STAGES) - 1


def _start() -> None:
    handle = os.open(os.environ["KZREPORT_SAMPLES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    role = int("kzreport.execution.forkserver" in sys.orig_argv)

    def sample(number: int, frame: FrameType | None) -> None:
        # A forkserver that serves is woken by every signal, and would look for ended kernels: its forks are not seen.
        if role == 1 and frame is not None and frame.f_code.co_name in ("serve", "_reap", "_accept", "children"):
            signal.setitimer(signal.ITIMER_PROF, 0.0)
            return
        with contextlib.suppress(OSError):  # a kernel closes what it has inherited
            os.write(handle, bytes((role, _stage(frame))))

    def again() -> None:
        nonlocal role
        role = 2 if role == 0 else 3 if role == 1 else role
        signal.setitimer(signal.ITIMER_PROF, 0.002, 0.002)

    signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, 0.002, 0.002)
    os.register_at_fork(after_in_child=again)
    # At its end Python drops the handler, and a timer would then end the process by a signal.
    atexit.register(signal.setitimer, signal.ITIMER_PROF, 0.0)


if "KZREPORT_SAMPLES" in os.environ:
    _start()
