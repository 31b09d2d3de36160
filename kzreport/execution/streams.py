"""The standard streams of a warm kernel."""

from __future__ import annotations

from ipykernel.iostream import OutStream


class Stream(OutStream):  # type: ignore[misc, unused-ignore]
    """A stream whose :meth:`flush` costs nothing while nothing was written.

    Each output of a cell, and each cell, flushes both streams first, for their order. ipykernel asks its other thread
    and waits for the answer, a third of a millisecond each time; a page shows some forty outputs and prints nothing.
    """

    def flush(self) -> None:
        """Send what was written; what the other thread is sending already goes before all that comes next."""
        if self.echo is not None or getattr(self, "_buffers", True) or getattr(self, "_flush_pending", True):
            super().flush()  # type: ignore[no-untyped-call, unused-ignore]
