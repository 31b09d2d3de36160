"""The process on a cluster's worker in which pages run: ``python -P -m kzreport.execution.cluster_worker``.

Arguments: the file descriptor of its pipe, a folder for temporary files, the seconds and the
bytes of memory for a page (0: any). It serves the worker
protocol (:mod:`kzreport.execution.worker`) until the pipe or its standard input ends.
"""

from __future__ import annotations

import os
import pickle
import shutil
import socket
import sys
import tempfile
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzreport.errors import KzreportError, PageError, explain
from kzreport.machine.scratch import can_keep_settings

if TYPE_CHECKING:  # a worker starts with little
    from kzreport.execution.portable import Portable
    from kzreport.execution.worker import Worker


class _Parcels:
    """Items as they come from another machine; the inputs of each fingerprint are compared once."""

    def __init__(self) -> None:
        self._changed: dict[str, list[str]] = {}  # fingerprint of the inputs -> lines on those that differ here

    def work(self, parcel: bytes, worker: Worker) -> bytes:
        """Do the work in a parcel; return the result or the reason of its failure, with all files, pickled."""
        with tempfile.TemporaryDirectory() as name:
            folder, found = Path(name) / "edition", None
            try:
                work, item, done = pickle.loads(parcel)
                self._require_inputs(item)
                if done:
                    (Path(name) / done[0]).write_bytes(done[1])
                found = work(item.at(folder, Path(name) / done[0] if done else None), worker)
            except Exception as e:  # something that this machine lacks, a full disk
                reason: Any = e if isinstance(e, KzreportError) else f"{type(e).__name__}: {e}"
                found = f"on {socket.gethostname()}: {reason}"
            files = {f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()}
            return pickle.dumps((found, files))

    def _require_inputs(self, item: Portable) -> None:
        """Raise :class:`PageError` if inputs of the item are other ones on this machine."""
        if item.fingerprint not in self._changed:
            self._changed[item.fingerprint] = item.changed_inputs()
        if changed := self._changed[item.fingerprint]:
            expected = "the packages, code and KZREPORT_HOME of the machine that asks"
            message = explain("this worker", "other inputs", expected, "update it")
            raise PageError(message + "\n  " + "\n  ".join(changed))


def main() -> None:
    """Serve until the pipe or standard input ends."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # see kzreport.commands.cli
    from kzreport.execution.kernel import kernel_environment
    from kzreport.execution.task import PageLimits
    from kzreport.execution.warm import Forkserver, unavailable
    from kzreport.execution.worker import serve, worker_kernels

    number, scratch, seconds, memory = sys.argv[1:]
    if not can_keep_settings():
        os.environ["MPLCONFIGDIR"] = scratch
    server = None if unavailable() else Forkserver.start(kernel_environment(), "/", adopting=True)
    kernels = worker_kernels(server, PageLimits(float(seconds), int(memory) or None))

    def end_with_input() -> None:
        while os.read(0, 4096):
            pass
        kernels.kill()
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(143)

    threading.Thread(target=end_with_input, daemon=True).start()
    serve(Connection(int(number)), _Parcels().work, kernels, scratch)


if __name__ == "__main__":
    main()
