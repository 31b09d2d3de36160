"""One run of a command: its signals, errors and exit code; the store, the workers and the reporting it may ask for."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzreport.editions.log import RunLog, log_error, start_logging
from kzreport.errors import KzreportError
from kzreport.files import project_root

if TYPE_CHECKING:
    from kzreport.editions.definition import Definition
    from kzreport.editions.job import Pool
    from kzreport.editions.store import Store

_ENDINGS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGINT") if hasattr(signal, name)]


def run_command(args: argparse.Namespace) -> int:
    """Run the chosen command; return the exit code. Errors of the package are logged, others shown."""
    for number in _ENDINGS:
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, _end)  # as an exception, so that processes are ended and half an edition removed
    start_logging(getattr(args, "log", "plain"), quiet=getattr(args, "quiet", False))
    try:
        with contextlib.ExitStack() as args.stack:
            return _run(args)
    except (KzreportError, OSError) as e:  # nobody reads the output any more, or the index could not be sent
        log_error(str(e))
        return 1
    except (KeyboardInterrupt, SystemExit) as e:
        log_error("interrupted; nothing half-made was left behind")
        return int(e.code or 0) if isinstance(e, SystemExit) else 130
    except Exception:  # no error of the package: the trace is what a report of it needs
        traceback.print_exc()
        log_error("a fault of kzreport itself; please report it with the lines above")
        return 70


def _run(args: argparse.Namespace) -> int:
    reporter = None
    try:
        if hasattr(args, "notify"):
            reporter = args.reporter = Reporter(args)
            reporter.check_targets(args.notify)
        if args.command != "init":
            args.stack.enter_context(one_project(project_root()))
        code = int(importlib.import_module(f"kzreport.commands.{args.module}").run(args))
    except (KzreportError, OSError) as e:
        (reporter.error if reporter else log_error)(str(e))
        code = e.exit_code if isinstance(e, KzreportError) else 1
    if reporter:
        reporter.finish(code)
    return code


@contextlib.contextmanager
def one_project(root: Path) -> Iterator[None]:
    """Keep to one project, also where workers and kernels change the working directory."""
    before = os.environ.get("KZREPORT_HOME")
    os.environ["KZREPORT_HOME"] = str(root)
    try:
        yield
    finally:
        if before is None:
            del os.environ["KZREPORT_HOME"]
        else:
            os.environ["KZREPORT_HOME"] = before


def _end(number: int, frame: object) -> None:
    for other in _ENDINGS:  # a second one must not interrupt the clean-up, which is short
        signal.signal(other, signal.SIG_IGN)
    raise SystemExit(128 + number)


# --- output ------------------------------------------------------------------------------------------------------


def show(text: str) -> None:
    """Print to standard output."""
    print(text, flush=True)


def warn(text: str) -> None:
    """Print to standard error."""
    print(text, file=sys.stderr, flush=True)


class Reporter:
    """The reporting of a command that makes editions: lines while it runs, the summary when it has ended.

    - ``log``: of the run
    - ``bars``: show progress bars
    - ``silent``: there is nothing to report when it has ended
    - ``not_refreshed``: record of a refresh that failed, for the pages: see
      :class:`~kzreport.editions.definition.Definition`
    - ``open``: the page that a reader may open first
    """

    def __init__(self, args: argparse.Namespace) -> None:
        self.log = RunLog(definition_name(args))
        self.quiet = args.quiet
        self.bars = sys.stderr.isatty() and not args.quiet and args.log == "plain"
        self.silent = False
        self.targets: list[str] = []
        self.errors: list[str] = []
        self.definition: Definition | None = None
        self.store: Store | None = None
        self.open = ""
        self.not_refreshed = ""

    def check_targets(self, targets: list[str]) -> None:
        """Take the targets of the summary. Raises :class:`ParameterError`."""
        if targets:
            from kzreport.editions.notify import check_target

            self.targets = [check_target(target) for target in targets]

    def show(self, text: str) -> None:
        """Print to standard output, unless one line of summary is all that is wanted."""
        if not self.quiet:
            show(text)

    def error(self, text: str) -> None:
        """Log an error, at once and in the summary."""
        self.errors.append(text)
        log_error(text)

    def finish(self, code: int) -> None:
        """Deliver the summary."""
        with_changes = code in (0, 3) and bool(self.log.made)
        if not self.silent and (self.quiet or self.targets or with_changes):
            from kzreport.editions import notify

            summary = notify.run_summary(self.log, self.store, self.definition, code, self.errors)
            if self.quiet:
                show(notify.summary_line(summary))
            elif with_changes and (line := notify.changes_line(summary)):
                show(line)
            for target in self.targets:
                try:
                    notify.send(target, summary)
                except KzreportError as e:
                    log_error(f"{e} The editions are as they are.")
        if self.open:
            self.show(f"open {self.open}")


def recorded_day(args: argparse.Namespace) -> date | None:
    """Return the day of the recording that a run is replayed from, which is its today; nothing for another run.

    Raises :class:`ParameterError` for a folder that is no recording.
    """
    if not (args.refresh and args.replay):
        return None
    from kzreport.refresh.replay import Replay

    return Replay(Path(args.replay)).day


def refresh_before(args: argparse.Namespace, reporter: Reporter) -> int:
    """Fetch figures before editions are made; return 0, 2 if a reply was refused or 3 if a provider was down.

    Each is said at once, on the pages, in the summary and in ``run.json``; the editions are made from what is held.
    """
    from kzreport.commands.refreshing import exit_code, refresh_first

    found, reporter.not_refreshed = refresh_first(args, date.today())
    for o in found.with_state("refused", "down"):
        state = "its provider is down" if o.state == "down" else "a reply was refused"
        reporter.error(f"{o.series} ({o.provider}) was not refreshed, {state}: {' '.join(o.said)}")
    new = found.with_state("new")
    reporter.log.refreshed = {o.series: o.state for o in found.outcomes}
    reporter.show(f"refreshed: {sum(len(o.changes) for o in new)} new or revised figures in {len(new)} series")
    return exit_code(found.outcomes)


# --- arguments ---------------------------------------------------------------------------------------------------


def definition_name(args: argparse.Namespace) -> str:
    """Return the report definition that was asked for, or the default one of the project."""
    from kzreport.project import project

    return args.definition or project().default


def open_store(args: argparse.Namespace, *, write: bool = False) -> Store:
    """Return the store of editions: a folder, or until the command has ended the mirror of an address."""
    from kzreport.editions.store import Store, output_root

    if args.output and "://" in args.output:
        from kzreport.editions import remote

        log = args.reporter.log if write else RunLog()
        store: Store = args.stack.enter_context(remote.open_store(args.output, log, write=write))
        return store
    return Store(output_root(args.output, make=write))


def page_pool(args: argparse.Namespace) -> Pool:
    """Return what executes pages: processes of this machine, or a cluster. Loaded when the first page is to be made."""
    from kzreport.execution.task import PAGE_TIMEOUT, Deadlines

    deadlines = Deadlines(args.page_timeout or PAGE_TIMEOUT, args.timeout, args.begun)
    address = getattr(args, "executor", None)

    def pool(work: Any, items: Any, jobs: int, moved: Any = None) -> Any:
        if address:
            from kzreport.execution.cluster import on_cluster

            return on_cluster(work, items, jobs, moved, address=address, deadlines=deadlines)
        from kzreport.execution.processes import in_processes

        return in_processes(work, items, jobs, moved, deadlines)

    return pool
