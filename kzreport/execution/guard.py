"""Limits on what a page may show and hold: the bytes of its outputs as they arrive, the memory of its kernel."""

from __future__ import annotations

import threading
from typing import Any

from kzreport.execution.kernel import Kernel
from kzreport.execution.task import CELL_OUTPUT, PAGE_OUTPUT

_EVERY = 0.2  # seconds between two looks at the memory; a cell can fill some hundred megabytes in that time


class Guard:
    """Guard of one page in one kernel.

    ``reason``: the limit that was passed, with the figures; empty while none was. ``memory``: bytes; None for any.
    """

    def __init__(self, kernel: Kernel, memory: int | None = None) -> None:
        self.reason = ""
        self._kernel = kernel
        self._cell = -1
        self._of_cell = self._of_page = 0
        self._over = threading.Event()
        if memory is not None:
            threading.Thread(target=self._watch, args=(memory,), name="memory", daemon=True).start()

    def admits(self, cell: int, content: Any) -> bool:
        """Count what a message brings; report whether the outputs of the cell and the page are within their limits."""
        if cell != self._cell:
            self._cell, self._of_cell = cell, 0
        size = _size(content)
        self._of_cell += size
        self._of_page += size
        if self._of_cell > CELL_OUTPUT:
            self.reason = self.reason or f"more than {CELL_OUTPUT // 10**6} MB of outputs, expected less from a cell"
        elif self._of_page > PAGE_OUTPUT:
            self.reason = self.reason or f"more than {PAGE_OUTPUT // 10**6} MB of outputs of the page, expected less"
        return not self.reason

    def stop(self) -> None:
        """Look at the memory no more."""
        self._over.set()

    def _watch(self, limit: int) -> None:
        """Kill the kernel when it holds more than the limit."""
        while not self._over.wait(_EVERY):
            found = self._kernel.memory
            if found > limit:
                self.reason = f"found {found / 10**6:,.0f} MB of memory in use, expected up to {limit / 10**6:,.0f} MB"
                self.reason += " (--memory)"
                self._kernel.kill()
                return


def _size(value: Any) -> int:
    """Return the characters of all texts in a message, and the bytes of what it carries beside."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, memoryview):
        return value.nbytes
    if isinstance(value, dict):
        return sum(len(k) + _size(v) for k, v in value.items())
    return sum(map(_size, value)) if isinstance(value, list) else 1
