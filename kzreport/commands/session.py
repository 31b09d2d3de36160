"""One run of a command: its signals, errors and exit code; the store, the workers and the reporting it may ask for."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzreport.commands.arguments import demand_effect, demand_places
from kzreport.commands.settings import PROJECT, apply_settings, setting_lines
from kzreport.console.faults import FAULT, fault_line, is_fault, keep_traceback
from kzreport.console.redaction import hide_secrets, redact
from kzreport.console.streams import READABLE, close_output, is_terminal, lost_output, put, put_error
from kzreport.editions.log import OVERDUE, RunLog, log_error, start_logging
from kzreport.errors import ArgumentError, KzreportError, Locked, ParameterError, explain, message_of, of_arguments
from kzreport.files import project_root
from kzreport.machine import scratch

if TYPE_CHECKING:
    from kzreport.editions.definition import Definition
    from kzreport.editions.job import Pool
    from kzreport.editions.needs import Need
    from kzreport.editions.overdue import Overdue
    from kzreport.editions.store import Store

_ENDINGS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGINT") if hasattr(signal, name)]
_SOUND = (0, 3, OVERDUE)  # exit codes of runs whose editions are made


def run_command(args: argparse.Namespace) -> int:
    """Run the chosen command; return the exit code. Every error is one line of the log, a fault of ours too."""
    for number in _ENDINGS:
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, _end)  # as an exception, so that processes are ended and half an edition removed
    start_logging(
        getattr(args, "log", "plain"), quiet=getattr(args, "quiet", False), verbose=getattr(args, "verbose", False)
    )
    catch_stray_errors()
    reporter = None
    try:
        code = 0
        try:
            if hasattr(args, "notify"):
                reporter = args.reporter = Reporter(args)
            with contextlib.ExitStack() as args.stack:
                code = _run(args, reporter)
        except (KzreportError, OSError) as e:  # the index could not be sent
            code = _failed(e, reporter)
        except Exception as e:
            code = _fault(e, args, reporter)
        if reporter:
            reporter.deliver(code)
    except (KeyboardInterrupt, SystemExit) as e:
        log_error("interrupted; nothing half-made was left behind")
        code = e.code if isinstance(e, SystemExit) and isinstance(e.code, int) else 130
        if reporter:
            reporter.record(code, args)
    except Exception as e:  # in the summary itself
        code = _fault(e, args, None)
    close_output()
    if lost := lost_output():
        log_error(explain("standard output", lost, "a place that takes what is written"))
        code = code or (0 if reporter else 1)  # an edition is made, whether or not somebody reads the output
    return code


def _run(args: argparse.Namespace, reporter: Reporter | None) -> int:
    """Run the command with its store open, until its summary is made."""
    try:
        if reporter:
            with of_arguments():  # first of all: a summary that was asked for is always sent
                reporter.check_targets(args.notify)
        demand_effect(args)
        demand_places(args)
        args.stack.enter_context(scratch.settings())
        if args.command != "init":
            args.stack.enter_context(one_project(project_root()))
            apply_settings(args)
        if reporter:
            of_project = args.origins.get("notify") == PROJECT
            reporter.check_targets(args.notify, f"{PROJECT}, run, notify" if of_project else "--notify")
            reporter.log.definition = definition_name(args)
        if reporter and importlib.import_module("kzreport.commands.remembered").say_again(args):
            code = 0
        else:
            code = int(importlib.import_module(f"kzreport.commands.{args.module}").run(args))
    except (KzreportError, OSError) as e:
        code = _failed(e, reporter)
    except Exception as e:
        code = _fault(e, args, reporter)
    if reporter:
        if code == 1 and any(is_fault(page["reason"]) for page in reporter.log.pages):
            code = FAULT
        reporter.summarise(code)
        reporter.record(code, args)
    return code


def _failed(error: KzreportError | OSError, reporter: Reporter | None) -> int:
    """Log an error of the user's or of the system; return its exit code."""
    text = message_of(error)
    if reporter:
        reporter.open = ""  # what is there now is not what was asked for
        reporter.refused = isinstance(error, ArgumentError)
    (reporter.error if reporter else log_error)(text)
    return error.exit_code if isinstance(error, KzreportError) else 1


def _fault(error: Exception, args: argparse.Namespace, reporter: Reporter | None) -> int:
    """Log a fault of ours in one line, keep its traceback in a file, and write ``run.json``; return 70."""
    store = reporter.store or _folder(args) if reporter else None
    root = store.root if store and store.root.is_dir() else None
    path = keep_traceback(error, f"command {args.command}", root)
    shown = store.shown(path) if store and path and path.parent == root else str(path or "")
    (reporter.error if reporter else log_error)(text := fault_line(error, shown))
    if reporter:
        reporter.open = ""
    if reporter and root:
        reporter.log.fault = redact(text)
        reporter.log.write(root)
    return FAULT


def _folder(args: argparse.Namespace, *, make: bool = True) -> Store | None:
    """Return the store that a command was about to open, if it is a folder."""
    from kzreport.editions.store import Store, output_root

    if "://" not in (args.output or ""):
        with contextlib.suppress(Exception):  # a fault brought us here: report that one
            return Store(output_root(args.output, make=make))
    return None


def catch_stray_errors() -> None:
    """Log errors that no code can catch too: those in threads, and those at the end of objects."""

    def tell(error: BaseException | None) -> None:
        if error is not None and not isinstance(error, SystemExit | KeyboardInterrupt):
            log_error(fault_line(error, str(keep_traceback(error, "in the background") or "")))

    def unraisable(about: Any) -> None:
        # A pipe that closed while a process ends; with -W error, a file or process that a forked copy lets go.
        if not isinstance(about.exc_value, OSError | Warning):
            tell(about.exc_value)

    sys.unraisablehook = unraisable
    threading.excepthook = lambda about: tell(about.exc_value)
    sys.excepthook = lambda kind, error, trace: tell(error)


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


def show(text: str, how: str = READABLE) -> None:
    """Print to standard output, without secrets; ``how``: see :func:`kzreport.console.streams.put`."""
    put(hide_secrets(text), how=how)


def warn(text: str) -> None:
    """Print to standard error, without secrets."""
    put_error(redact(text))


class Reporter:
    """The reporting of a command that makes editions: lines while it runs, the summary when it has ended.

    - ``log``: of the run
    - ``bars``: show progress bars
    - ``silent``: there is nothing to report when it has ended, and nothing to record
    - ``refused``: the command line was: that is told, and is no run to record
    - ``not_refreshed``: record of a refresh that failed, for the pages: see
      :class:`~kzreport.editions.definition.Definition`
    - ``open``: the page that a reader may open first
    """

    def __init__(self, args: argparse.Namespace) -> None:
        self.log = RunLog(args.definition or "")
        self.quiet = args.quiet
        self.bars = is_terminal(sys.stderr) and args.log == "plain" and not (args.quiet or args.verbose)
        self.silent, self.refused = args.explain, False
        self.targets: list[str] = []
        self.errors: list[str] = []
        self.definition: Definition | None = None
        self.store: Store | None = None
        self.open = ""
        self.not_refreshed = ""
        self._summary: dict[str, Any] | None = None

    def check_targets(self, targets: list[str], where: str = "--notify") -> None:
        """Take the targets of the summary. Raises :class:`ParameterError` that names ``where`` they were given."""
        if targets:
            from kzreport.editions.notify import check_target

            self.targets = [check_target(target, where) for target in targets]

    def show(self, text: str) -> None:
        """Print to standard output, unless one line of summary is all that is wanted."""
        if not self.quiet:
            show(text)

    def error(self, text: str) -> None:
        """Log an error, at once and in the summary."""
        self.errors.append(redact(text))
        log_error(text)

    def overdue(self, found: Sequence[Overdue]) -> None:
        """Take the overdue figures of the report: for the log, the summary, ``run.json`` and the closing lines."""
        from kzreport.editions.overdue import overdue_data, overdue_line

        self.log.overdue = overdue_data(found)
        if line := overdue_line(found):
            self.log.line(line, shown=False, event="overdue", overdue=self.log.overdue)

    def exit_code(self, code: int, limit: int | None) -> int:
        """Return the exit code of a run: 4 in place of 0 where figures are overdue by more than ``limit`` days."""
        late = [o for o in self.log.overdue if limit is not None and o["days"] > limit]
        if late:
            listed = ", ".join(f"{o['series']} {o['period']} ({o['days']} days)" for o in late)
            self.error(explain("--fail-if-overdue", f"overdue by more than {limit} days: {listed}", "newer figures"))
        return code or (OVERDUE if late else 0)

    def record(self, code: int, args: argparse.Namespace) -> None:
        """Record the end of the run, unless it was none, or another was at work: then the record is that one's."""
        from kzreport.editions.ended import record_end

        if self.silent or self.refused or code == Locked.exit_code:
            return
        if (store := self.store) is None:  # it ended before its definition was read, which may not exist
            from kzreport.editions.definition import definition_names

            with contextlib.suppress(ParameterError):  # without a project, which was said, there is no place for it
                store = _folder(args, make=False) if self.log.definition in definition_names() else None
        if store is not None and store.root.is_dir():
            record_end(store, self.log, code, self.errors)

    def summarise(self, code: int) -> None:
        """Make the summary, while the store is open."""
        with_changes = code in _SOUND and bool(self.log.made)
        if not self.silent and (self.quiet or self.targets or with_changes):
            from kzreport.editions import notify

            self._summary = notify.run_summary(self.log, self.store, self.definition, code, self.errors)

    def deliver(self, code: int) -> None:
        """Deliver the summary, when all is written: what went wrong until now is in it."""
        if self._summary is None and (self.quiet or self.targets) and not self.silent:
            self.store = None  # it could not be closed
            self.summarise(code)
        if summary := self._summary:
            from kzreport.editions import notify

            summary |= {"exit_code": code, "errors": list(self.errors)}
            if self.quiet:
                show(notify.summary_line(summary))
            elif code in _SOUND and (line := notify.changes_line(summary)):
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
    from kzreport.project.settings import project

    return args.definition or project().default


def open_store(args: argparse.Namespace, *, write: bool = False) -> Store:
    """Return the store of editions: a folder, or the mirror of an address, which is kept until the command has ended.

    Raises :class:`ParameterError` for an address at which nothing lasts.
    """
    from kzreport.editions.store import Store, output_root

    if args.output and "://" in args.output:
        from kzreport.editions import remote

        if args.output.startswith("memory:"):
            todo = "a place that is still there when the run has ended, such as s3://bucket/reports"
            raise ParameterError(explain("--output", "an address in the memory of this process", todo))
        log, wait = args.reporter.log if write else RunLog(), getattr(args, "wait", None) or 0.0
        store: Store = args.stack.enter_context(remote.open_store(args.output, log, write=write, wait=wait))
        return store
    return Store(output_root(args.output, make=write), paranoid=getattr(args, "paranoid", True))


def show_needs(args: argparse.Namespace, needs: Iterable[Need], late: Sequence[Overdue]) -> None:
    """Print what a run would make and why, its settings, and the figures that are overdue. Nothing is executed."""
    from kzreport.editions.overdue import overdue_line

    for need in needs:
        plan = need.plan
        state = f"to make as {need.name}" if need.name else "stale" if need.blocked else "up to date"
        show("\n  ".join([f"{plan.label}: {state}", *(need.reasons or [need.blocked] * bool(need.blocked))]))
    pages, languages = len(plan.definition.pages), ", ".join(plan.languages)
    show(f"{pages} page{'s' * (pages > 1)} in {languages}; formats: {', '.join(plan.definition.formats)}")
    for line in [*setting_lines(args), *filter(None, [overdue_line(late)])]:
        show(line)
    if args.refresh:
        show("--refresh: no figure was fetched; 'kzreport refresh --dry-run' says which would be")


def page_pool(args: argparse.Namespace) -> Pool:
    """Return what executes pages: processes of this machine, or a cluster. Loaded when the first page is to be made."""
    from kzreport.execution.task import Deadlines

    deadlines = Deadlines(args.page_timeout, args.timeout, args.begun, args.memory)
    address = getattr(args, "executor", None)

    def pool(work: Any, items: Any, jobs: int, moved: Any = None) -> Any:
        if address:
            from kzreport.execution.cluster import on_cluster

            return on_cluster(work, items, jobs, moved, address=address, deadlines=deadlines)
        from kzreport.execution.processes import in_processes

        return in_processes(work, items, jobs, moved, deadlines)

    return pool
