"""Standard streams of a page's kernel that miss nothing: a cell has ended only when all that was written is read.

Text that subprocesses and C code write to descriptors 1 and 2 is read by a thread of ipykernel, beside the cell. Before
the reply to a cell, ipykernel flushes what that thread has read so far: on a busy machine the last text came after the
reply, belonged to no cell, and a page that had printed passed.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import select
import struct
import sys
import threading
from typing import Any

from ipykernel.iostream import OutStream

with contextlib.suppress(ImportError):  # Windows has neither, and ipykernel watches no descriptor there
    import fcntl
    import termios

_CHUNK = 4096  # bytes read at once


_OutStream: Any = OutStream  # without complete types


class DrainedStream(_OutStream):  # type: ignore[misc]
    """A standard stream whose flush first reads what waits at its file descriptor."""

    def __init__(self, *given: Any, **named: Any) -> None:
        self._reading = threading.RLock()  # held from a read to the write of what was read
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        super().__init__(*given, **named)

    def flush(self) -> None:
        """Send what was written to the stream and, below it, to its file descriptor."""
        if self._should_watch and self._is_master_process():  # a forked child would wait for a lock of its parent's
            self._drain()
        # ipykernel asks its other thread and waits, a third of a millisecond for each output of a cell: only if needed.
        # What that thread is sending already goes before all that comes next.
        if self.echo is not None or getattr(self, "_buffers", True) or getattr(self, "_flush_pending", True):
            super().flush()

    def _drain(self) -> None:
        """Read what waits now; a process that goes on writing is not waited for."""
        with self._reading:
            left = struct.unpack("i", fcntl.ioctl(self._fid, termios.FIONREAD, b"\0" * 4))[0]
            while left > 0 and (read := os.read(self._fid, min(left, _CHUNK))):
                left -= len(read)
                self.write(self._decoder.decode(read))
                os.write(self._original_stdstream_copy, read)

    def _watch_pipe_fd(self) -> None:
        """Read in a thread what is written between two flushes, as ipykernel does."""
        waiting = select.poll()
        waiting.register(self._fid, select.POLLIN)
        try:
            while self._should_watch and all(event & select.POLLIN for _, event in waiting.poll()):
                if self._should_watch:  # else the NUL byte by which closing the stream wakes this thread
                    self._drain()
        except Exception:
            self._exc = sys.exc_info()  # shown when the stream is closed
