"""Processes below a process: adopted when their parents end, found, and measured. Linux alone has what this needs."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Collection
from pathlib import Path

_SET_CHILD_SUBREAPER = 36  # of <linux/prctl.h>


def adopt() -> bool:
    """Make this process the parent of all below it whose parents end, as process 1 is; report if the system can.

    Without it, what a cell starts in a session of its own outlives its kernel. The setting is not inherited.
    """
    if sys.platform != "linux":
        return False
    with contextlib.suppress(OSError, AttributeError):
        return bool(ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
    return False


def own_children() -> list[int]:
    """Return the children of this process; those that have ended are among them until they are waited for."""
    found: list[int] = []
    try:
        for task in Path("/proc/self/task").iterdir():
            found += map(int, (task / "children").read_text("latin-1").split())
    except OSError:  # a system without this list
        return children().get(os.getpid(), [])
    return found


def children() -> dict[int, list[int]]:
    """Return each process of this system with its children, as far as ``/proc`` shows them."""
    found: dict[int, list[int]] = {}
    with contextlib.suppress(OSError), os.scandir("/proc") as entries:
        for entry in entries:
            if entry.name.isdigit():
                with contextlib.suppress(OSError, ValueError):
                    _, parent = Path(entry.path, "stat").read_text("latin-1").rpartition(")")[2].split()[:2]
                    found.setdefault(int(parent), []).append(int(entry.name))
    return found


def below(pid: int) -> list[int]:
    """Return all processes below a process, without itself."""
    family, found = children(), [pid]
    for parent in found:
        found += [p for p in family.get(parent, ()) if p not in found]
    return found[1:]


def end_strays(keep: Collection[int]) -> list[int]:
    """Kill the children of this process that are not to be kept; return them, still to be waited for.

    Their own children become ours: call it until it returns none.
    """
    strays = [p for p in own_children() if p not in keep]
    for pid in strays:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    return strays


def memory(pid: int) -> int:
    """Return the bytes that a process and all below it hold; pages that several processes share count once in all."""
    return sum(map(held, (pid, *below(pid))))


def held(pid: int) -> int:
    """Return the bytes that one process holds, its share of shared memory included; 0 if the system does not say."""
    with contextlib.suppress(OSError):  # it has ended, or is another user's
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("latin-1").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
