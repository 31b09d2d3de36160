"""How soon a kernel is ready. ``python benchmarks/kernels.py [REPETITIONS]``

The least seconds of the clock: a waiting time has no processor time that would say how long it is, and on a shared
machine the least is nearest to what a free one takes. Where the time of a page goes says ``profile_page.py``.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable

sys.modules.setdefault("rfc3987_syntax", None)  # see kzreport/commands/cli.py

from kzreport.execution.kernel import Kernel

REPETITIONS = int(sys.argv[1]) if len(sys.argv) > 1 else 7


def least(action: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """Seconds of an action, the first not counted."""
    taken = []
    for _ in range(REPETITIONS + 1):
        before()
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return min(taken[1:])


def ready(ahead: float, *, use_warm: bool = True) -> float:
    """Seconds until a kernel answers, if it was started so many seconds ahead."""
    from jupyter_core.utils import run_sync

    kept: list[Kernel] = []

    def start() -> None:
        kept.append(Kernel(use_warm=use_warm))
        if ahead:
            kept[-1].start()
            time.sleep(ahead)

    def answer() -> None:
        if not ahead:
            kept[-1].start()
        with contextlib.chdir(kept[-1].folder):  # as papermill does: the sockets' names are relative
            run_sync(kept[-1].connect)().stop_channels()

    found = least(answer, start)
    for kernel in kept:
        kernel.close()
    return found


def main() -> None:
    """Print how soon each kind of kernel is ready."""
    for name, seconds in (
        ("warm", ready(0)),
        ("warm, started while another page runs", ready(1)),
        ("ordinary, with nothing imported", ready(0, use_warm=False)),
    ):
        print(f"{1000 * seconds:6.0f} ms  {name}")


if __name__ == "__main__":
    main()
