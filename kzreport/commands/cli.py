"""The command line. Parses, calls, prints.

Exit codes: 0 done or nothing to do, 1 failed or out of time, 2 bad input, 75 locked; 129, 130, 143 after SIGHUP,
Ctrl-C, SIGTERM.

Imports nothing heavy before a command is chosen, so that ``--help`` is quick.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import os
import re
import signal
import sys
import time
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from kzreport.errors import KzreportError

if TYPE_CHECKING:
    from kzreport.editions.definition import Definition
    from kzreport.editions.make import Pool
    from kzreport.editions.store import Store

_BEGUN = time.monotonic()  # of the whole run

# nbformat loads jsonschema, which would build a grammar of web addresses: two seconds in every process, for nothing.
# At the top, since a worker process imports the module that was run before anything else.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def _say(text: str) -> None:
    print(text, flush=True)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _shelf(a: argparse.Namespace, *, write: bool = False) -> Store:
    """Where editions stand: a folder, or an address, of which there is a mirror until the command has ended."""
    from kzreport.editions.store import (
        Store,
        output_root,
    )

    if a.output and "://" in a.output:
        from kzreport.editions import log as journal
        from kzreport.editions import remote

        opened = remote.opened(a.output, a.told.journal if write else journal.Journal(), write=write)
        shelf: Store = a.stack.enter_context(opened)
        return shelf
    return Store(output_root(a.output, make=write))


def _pool(a: argparse.Namespace) -> Pool:
    """Who executes pages: processes of this machine, or a cluster's."""
    from kzreport.execution import execute as runner

    limits = runner.Limits(a.page_timeout or runner.PAGE_TIMEOUT, a.timeout, _BEGUN)
    if getattr(a, "executor", ""):
        from kzreport.editions import cluster

        return cluster.pool(a.executor, limits)
    return functools.partial(runner.in_processes, limits=limits)


class _Told:
    """Whom a run tells what: lines while it goes, the summary when it has ended."""

    def __init__(self, a: argparse.Namespace) -> None:
        from kzreport.editions.log import Journal

        self.journal = Journal(a.definition)
        self.quiet = a.quiet
        self.targets: list[str] = []  # of the summary, checked
        self.bars = sys.stderr.isatty() and not a.quiet and a.log == "plain"
        self.ask = True  # whether there is something to tell when it has ended
        self.wrong: list[str] = []
        self.definition: Definition | None = None
        self.shelf: Store | None = None
        self.open = ""

    def say(self, text: str) -> None:
        """To standard output, where one summary line is not all that is wanted."""
        if not self.quiet:
            _say(text)

    def error(self, text: str) -> None:
        """What went wrong, at once and in the summary."""
        from kzreport.editions import log as journal

        self.wrong.append(text)
        journal.error(text)

    def ended(self, code: int) -> None:
        """The summary, to whoever asked for it."""
        spoken = not code and bool(self.journal.made)  # whether what changed is told a person
        if not self.ask or not (self.quiet or self.targets or spoken):
            return
        from kzreport.editions import log as journal
        from kzreport.editions import notify as summary

        told = summary.summary(self.journal, self.shelf, self.definition, code, self.wrong)
        if self.quiet:
            _say(summary.line(told))
        elif spoken and (since := summary.changed(told)):
            _say(since)
        for target in self.targets:
            try:
                summary.notify(target, told)
            except KzreportError as e:
                journal.error(f"{e} The editions are as they are.")


def _jobs() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(a: argparse.Namespace) -> int:
    """Make an edition."""
    from kzreport.editions.dates import check_date, check_language
    from kzreport.editions.definition import load_definition
    from kzreport.editions.make import make_edition
    from kzreport.editions.plan import make_plan, prepare_definition
    from kzreport.editions.store import (
        revisions_of,
    )

    today = date.today()  # the one clock: everything below is told the date
    as_of = check_date(a.as_of, today) if a.as_of else today
    a.told.definition = definition = load_definition(a.definition, a.parameter)
    languages = tuple(dict.fromkeys(check_language(code) for code in a.lang)) or definition.languages
    pool, shelf = _pool(a), _shelf(a, write=True)
    a.told.shelf = shelf
    definition = prepare_definition(definition, shelf.root, as_of, revision=a.revision)
    p = make_plan(definition, as_of, languages)
    made = make_edition(p, shelf, revision=a.revision, jobs=a.jobs, report=a.told.journal, bars=a.told.bars, pool=pool)
    where = made or revisions_of(shelf.root, definition.name, as_of)[-1]
    a.told.say(
        f"made {definition.name}/{where.name}"
        if made
        else f"nothing to do: {definition.name}/{where.name} has the same inputs"
    )
    a.told.open = shelf.shown(where / "index.html")
    return 0


def backfill(a: argparse.Namespace) -> int:
    """Make the editions of many months."""
    from kzreport.editions import many
    from kzreport.editions.dates import check_language, check_months
    from kzreport.editions.definition import load_definition

    dates = check_months(a.first, a.last, date.today())
    a.told.definition = definition = load_definition(a.definition, a.parameter)
    languages = tuple(dict.fromkeys(check_language(code) for code in a.lang)) or definition.languages
    pool, shelf = _pool(a), _shelf(a, write=not a.explain)
    a.told.shelf = shelf
    if a.explain:
        a.told.ask = False
        for state in many.look(definition, dates, languages, shelf.root, a.revision):
            what = f"to make as {state.name}" if state.name else "stale" if state.blocked else "up to date"
            _say("\n  ".join([f"{definition.name}/{state.plan.as_of}: {what}", *state.why]))
        return 0
    made, wrong = many.run(
        definition,
        dates,
        languages,
        shelf,
        jobs=a.jobs,
        report=a.told.journal,
        revision=a.revision,
        keep_going=a.keep_going,
        bars=a.told.bars,
        pool=pool,
    )
    for line in wrong:
        a.told.error(line)
    a.told.say(
        f"{made} of {len(dates)} editions made" if made or wrong else f"nothing to do: {len(dates)} editions are there"
    )
    a.told.open = "" if wrong else shelf.shown(shelf.root / "index.html")
    return 1 if wrong else 0


def diff(a: argparse.Namespace) -> int:
    """Say what changed between two dates."""
    import json

    from kzreport.editions.dates import check_date, check_language
    from kzreport.editions.definition import load_definition
    from kzreport.editions.plan import changes_between
    from kzreport.language.wordfiles import terminal_language
    from kzreport.language.words import Words
    from kzreport.pages import since as changes

    today = date.today()
    then, now = (check_date(text, today) for text in (a.then, a.now))
    definition = load_definition(a.definition)
    w = Words(check_language(a.lang) if a.lang else terminal_language())
    found = changes_between(_shelf(a).root, definition, then, now)
    if a.format == "json":
        _say(json.dumps(changes.as_json(found), ensure_ascii=False, indent=1))
    elif a.format == "html":
        from kzreport.render import html

        _say(html.changes(found, definition.title[w.language], w.language))
    else:
        _say("\n".join(changes.lines(found, w)))
    return 0


def list_(a: argparse.Namespace) -> int:
    """List the editions."""
    from kzreport.editions.store import damage_of, list_editions, read_manifest

    shelf = _shelf(a)
    found = list_editions(shelf.root)
    damaged = False
    for folder in found:
        name = f"{folder.parent.name}/{folder.name}"
        try:
            m = read_manifest(folder)["edition"]
            shelf.fetch(folder)
            faults = damage_of(folder)
        except KzreportError as e:
            faults = [str(e)]
        else:
            state = "damaged" if faults else "whole"
            _say(f"{name}  {','.join(m['languages'])}  {', '.join(m['pages'])}  {state}")
        for fault in faults:
            _tell(f"{name}: {fault}")
        damaged |= bool(faults)
    if not found:
        _say("no edition yet: 'kzreport run' makes one")
    return 1 if damaged else 0


def verify(a: argparse.Namespace) -> int:
    """Rebuild and compare an edition."""
    from kzreport.editions.log import Journal
    from kzreport.editions.make import verify_edition
    from kzreport.editions.store import (
        find_edition,
    )

    shelf = _shelf(a)
    folder = find_edition(shelf.root, a.edition)
    shelf.fetch(folder)
    bars = sys.stderr.isatty() and a.log == "plain"
    count = verify_edition(folder, jobs=a.jobs, report=Journal(), bars=bars, pool=_pool(a))
    _say(f"{folder.parent.name}/{folder.name}: {count} files rebuilt, byte for byte the same")
    return 0


def check(a: argparse.Namespace) -> int:
    """Check data, definitions, words and notebooks."""
    from kzreport.commands import checks, languages

    found = checks.faults()
    for fault in found:
        _tell(fault)
    for warning in languages.warnings():
        _tell(f"warning: {warning}")
    _say(f"{len(found)} faults" if found else "data, definitions, words and notebooks are sound")
    return 2 if found else 0


def list_languages(a: argparse.Namespace) -> int:
    """List the languages of the project, or the words that a language lacks."""
    from kzreport.commands import languages

    return languages.run(_say, a.missing, a.copy)


def accept(a: argparse.Namespace) -> int:
    """Take today's outputs, or the data as they are, for the reference."""
    from kzreport.commands import checks
    from kzreport.files import shown_path
    from kzreport.project import notebook_path, page_names
    from kzreport.series.restate import restate

    if a.data:
        changed = restate()
        _say(f"restated in data/datapackage.json: {', '.join(changed)}" if changed else "the data are as described")
        return 0
    for page in a.page:
        notebook_path(page)
    paths = checks.accept(a.page or list(page_names()), a.jobs)
    for path in paths:
        _say(f"changed: {shown_path(path)}")
    _say("read 'git diff' before you commit" if paths else "nothing changed")
    return 0


def new(a: argparse.Namespace) -> int:
    """Make the notebook and words of a new page."""
    from kzreport.commands import scaffold

    for path in scaffold.create(a.page):
        _say(f"made {path}")
    _say(f"edit them, add '{a.page}' to params/monthly.yml, then run: kzreport accept {a.page}")
    return 0


def revisions(a: argparse.Namespace) -> int:
    """Say how much the vintages of a series revised each other."""
    import json

    from kzreport.editions.dates import check_date
    from kzreport.series import revisions as revision_record

    today = date.today()
    as_of = check_date(a.as_of, today) if a.as_of else today
    found = revision_record.record(a.series, as_of, revision_record.dimensions(a.dimension))
    _say(json.dumps(found, indent=2) if a.json else "\n".join(revision_record.lines(found)))
    return 0


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(
        prog="kzreport", description="Dated reports on Kazakhstan, in French and English, from published figures."
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, action: object, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(action=action)
        return command

    def place(command: argparse.ArgumentParser) -> None:
        command.add_argument(
            "--output", metavar="DIR", help="folder of the editions (default: reports/), or s3://... and the like"
        )

    def common(command: argparse.ArgumentParser, output: bool = True) -> None:
        if output:
            place(command)
        command.add_argument(
            "-j",
            "--jobs",
            type=_count,
            default=_jobs(),
            metavar="N",
            help="pages at a time (default: one for each core)",
        )

    def limited(command: argparse.ArgumentParser) -> None:
        for name, what in (
            ("--page-timeout", "a page may take once its kernel answers (default: 900)"),
            ("--timeout", "the whole run may take; what is whole by then stays (default: no limit)"),
        ):
            command.add_argument(name, type=_seconds, metavar="SECONDS", help=what)
        command.add_argument(
            "--log", choices=["plain", "json"], default="plain", help="lines on standard error (default: plain)"
        )

    def what(command: argparse.ArgumentParser) -> None:
        command.add_argument(
            "definition", nargs="?", default="monthly", help="report definition in params/ (default: monthly)"
        )
        command.add_argument(
            "--lang",
            action="append",
            default=[],
            metavar="CODE",
            help="fr or en; may be repeated (default: those of the definition)",
        )
        command.add_argument(
            "-p",
            "--parameter",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="a page's parameter, as name=value or page.name=value",
        )
        command.add_argument(
            "--revision", action="store_true", help="make a revision if an edition from other inputs exists"
        )
        command.add_argument("--quiet", action="store_true", help="errors only, and one line of summary")
        command.add_argument(
            "--notify",
            action="append",
            default=[],
            metavar="TARGET",
            help="give the summary, as JSON, to a command, an http(s) address, or - (standard output); may be repeated",
        )
        command.set_defaults(tells=True)
        command.add_argument(
            "--executor",
            type=_executor,
            metavar="dask://HOST:PORT",
            help="the scheduler of a Dask cluster that executes the pages (default: processes of this machine)",
        )
        limited(command)
        common(command)

    c = add("run", run, "make an edition")
    c.add_argument("--as-of", metavar="DATE", help="use only what was published by DATE (default: today)")
    what(c)
    c = add("backfill", backfill, "make the editions of many months, those that are missing")
    c.add_argument("--from", dest="first", metavar="MONTH", required=True, help="first month, as 2011-01")
    c.add_argument("--to", dest="last", metavar="MONTH", required=True, help="last month, included")
    c.add_argument("--keep-going", action="store_true", help="go on with other editions when a page fails")
    c.add_argument("--explain", action="store_true", help="say what is missing or stale, and why; make nothing")
    what(c)
    common_list = add("list", list_, "list the editions")
    place(common_list)
    c = add("diff", diff, "what changed between two dates: figures, revisions, verdicts, caveats, method, parameters")
    c.add_argument("then", metavar="DATE", help="the earlier date, such as that of an edition")
    c.add_argument("now", metavar="DATE", help="the later date")
    c.add_argument("definition", nargs="?", default="monthly", help="report definition in params/ (default: monthly)")
    c.add_argument("--format", choices=["text", "json", "html"], default="text", help="what to print (default: text)")
    c.add_argument("--lang", metavar="CODE", default="", help="a language of the project (default: en, if it has it)")
    place(c)
    c = add("verify", verify, "rebuild an edition and compare it byte by byte")
    c.add_argument("edition", help="2026-09-30, 2026-09-30-r2 or monthly/2026-09-30")
    limited(c)
    common(c)
    add("check", check, "check data, definitions, words and notebooks")
    c = add("accept", accept, "re-execute reference outputs after a deliberate change")
    c.add_argument("page", nargs="*", help="pages (default: all)")
    c.add_argument("--data", action="store_true", help="restate the hashes of changed tables in data/datapackage.json")
    common(c, output=False)
    c = add("revisions", revisions, "how much the vintages of a series revised each other")
    c.add_argument("series", help="name in data/datapackage.json, such as wdi_inflation")
    c.add_argument("dimension", nargs="*", metavar="DIM=VALUE", help="choose by dimension, such as country=KAZ")
    c.add_argument("--as-of", metavar="DATE", help="vintages up to DATE (default: today)")
    c.add_argument("--json", action="store_true", help="as JSON, with all digits")
    c = add("languages", list_languages, "list the languages of the project, and the words that one lacks")
    c.add_argument("--missing", metavar="CODE", default="", help="list the untranslated words of a language")
    c.add_argument("--copy", metavar="CODE", default="", help="copy the English words that a language lacks")
    c = add("new", new, "make the notebook and words of a new page")
    c.add_argument("page", help="name of the page: letters a-z and _")
    return top


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a number from 1 to 256")
    return int(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]+)?", text) or not float(text):
        raise argparse.ArgumentTypeError(f"{text!r}: expected seconds, such as 90")
    return float(text)


def _executor(text: str) -> str:
    if not re.fullmatch(r"dask://[^\s/]+:[0-9]{1,5}", text):
        raise argparse.ArgumentTypeError(f"{text!r}: expected dask://HOST:PORT, such as dask://localhost:8786")
    return text.removeprefix("dask://")


_ENDINGS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGINT") if hasattr(signal, name)]


def _ended(number: int, frame: object) -> None:
    for other in _ENDINGS:  # a second one must not interrupt the clean-up, which is short
        signal.signal(other, signal.SIG_IGN)
    raise SystemExit(128 + number)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    a = parser().parse_args(argv)
    for number in _ENDINGS:
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, _ended)  # as an exception, so that processes are ended and half an edition removed
    from kzreport.editions import log as journal

    journal.start(getattr(a, "log", "plain"), quiet=getattr(a, "quiet", False))
    told = a.told = _Told(a) if hasattr(a, "tells") else None
    error = told.error if told else journal.error
    try:
        with contextlib.ExitStack() as a.stack:
            try:
                if told and a.notify:
                    from kzreport.editions import notify as summary

                    told.targets = [summary.check_target(target) for target in a.notify]
                code = int(a.action(a))
            except KzreportError as e:
                error(str(e))
                code = e.exit_code
            except OSError as e:
                error(str(e))
                code = 1
            if told:
                told.ended(code)
                if told.open:
                    told.say(f"open {told.open}")
        return code
    except (KzreportError, OSError) as e:  # nobody reads what it says any more, or the index could not be sent
        journal.error(str(e))
        return 1
    except (KeyboardInterrupt, SystemExit) as e:
        journal.error("interrupted; nothing half-made was left behind")
        return int(e.code or 0) if isinstance(e, SystemExit) else 130


if __name__ == "__main__":
    sys.exit(main())
