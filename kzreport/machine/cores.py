"""Cores that this process may use: those that it may run on, or fewer by the quota of a container or a service."""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterator
from pathlib import Path


def usable_cores(groups: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> int:
    """Return the number of cores that this process may use, at least one.

    A quota of processor time counts as so many cores, rounded up: more processes would wait for each other.

    Parameters
    ----------
    groups
        Folder of Linux's control groups, of either version.
    own
        File that names the groups of this process.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([cores, *(math.ceil(quota) for quota in _quotas(groups, own))]))


def _quotas(groups: Path, own: Path) -> Iterator[float]:
    """Yield the quotas, in cores, of the groups of this process and of all groups above them."""
    with contextlib.suppress(OSError, ValueError):
        for line in own.read_text(encoding="utf-8").splitlines():
            _, controllers, group = line.split(":", 2)
            if not controllers or "cpu" in controllers.split(","):
                top = groups / controllers
                for folder in (top / group.lstrip("/"), *(top / group.lstrip("/")).parents):
                    yield from _quota(folder)
                    if folder == top:
                        break


def _quota(folder: Path) -> Iterator[float]:
    """Yield the quota of one group, if it has one: in one file since version 2, in two before."""
    for files in (("cpu.max",), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
        with contextlib.suppress(OSError, ValueError):  # no such file; "max" is no number: no quota
            time, period = " ".join((folder / name).read_text(encoding="utf-8") for name in files).split()
            if int(time) > 0:
                yield int(time) / int(period)
