"""A process that has imported kzreport, and forks a run of the command line for each request: hundreds of runs for the
price of a few. What is forked is :func:`kzreport.commands.cli.main` in a session of its own, as a shell would start it.

A request is a line of JSON on standard input: ``folder`` (where ``out``, ``err``, ``pid`` and ``code`` are written),
``words``, ``env``, ``cwd``, ``before`` (code to run in the new process first: a fault to plant), ``shared`` (false:
the run starts a forkserver of its own; true: its kernels come from that of this process, which is warm).
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import tempfile
import time
from datetime import date
from importlib import import_module
from pathlib import Path

from ground import wait_for_no_disk

from kzreport.commands import cli
from kzreport.editions.definition import load_definition
from kzreport.editions.plan import make_plan
from kzreport.execution.kernel import kernel_environment
from kzreport.execution.warm import FORKSERVERS, Forkserver
from kzreport.guards.state import demand_sound

LOADED = (  # what a run loads when its turn comes
    "nbclient",
    "papermill.execute",
    *(f"kzreport.commands.{name}" for name in ("backfill", "diff", "listing", "remembered", "run", "verify")),
    *(f"kzreport.editions.{name}" for name in ("answers", "batch", "ended", "notify")),
)


def prime(definition: str, as_of: str, *others: str) -> None:
    """Read what every run reads: it is kept by file and time, as in a run that makes many editions.

    ``others``: projects that have this definition, too.
    """
    for module in LOADED:
        import_module(module)
    here, day = os.environ["KZREPORT_HOME"], date.fromisoformat(as_of)
    for home in (*others, here):
        os.environ["KZREPORT_HOME"] = home
        make_plan(load_definition(definition), day, ["en"])
        demand_sound([day])


def one(asked: dict[str, object], server: Forkserver) -> int | None:
    """In the middle process: fork the run and write how it ended. In the run: its exit code."""
    folder = Path(str(asked["folder"]))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid:
        _write(folder / "pid", pid)
        _write(folder / "code", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        os._exit(0)
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests may run under nohup
    os.chdir(str(asked["cwd"]))
    for number, name, how in ((0, os.devnull, os.O_RDONLY), (1, "out", os.O_WRONLY), (2, "err", os.O_WRONLY)):
        handle = os.open(folder / name, how | os.O_CREAT)
        os.dup2(handle, number)
        os.close(handle)
    os.environ.update(asked["env"])  # type: ignore[call-overload]
    time.tzset()
    tempfile.tempdir = None
    if asked["shared"]:
        FORKSERVERS.use(server)
    exec(str(asked["before"]), {"__name__": "before"})
    return cli.main(asked["words"])  # type: ignore[arg-type]


def _write(path: Path, number: int) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(str(number), encoding="ascii")
    fresh.rename(path)


def main() -> int:
    """Serve until standard input is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    wait_for_no_disk()
    prime(*sys.argv[1:])
    server = Forkserver.start(kernel_environment(), "/")
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    for line in sys.stdin:
        if os.fork() == 0:
            return one(json.loads(line), server) or 0
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
