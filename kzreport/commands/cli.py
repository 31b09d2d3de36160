"""The command line: its commands and options.

Exit codes: see :data:`EXIT_CODES`, which ``--help`` prints.

A command is a module of this package with a function ``run``. It is imported when it is chosen, so that ``--help``
starts at once.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Sequence
from typing import Any, NoReturn

from kzreport.redaction import forget_secrets, keep_secrets_of, keep_secrets_of_environment, redact
from kzreport.streams import close_output, lost_output, put, repair_streams

_BEGUN = time.monotonic()  # of the whole run

# nbformat loads jsonschema, which would build a grammar of web addresses: two seconds in every process, for nothing.
# At the top, since a worker process imports the module that was run before anything else.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

EXIT_CODES = {
    "0": "done, or nothing to do",
    "1": "failed: a page, an edition, or the time was over",
    "2": "bad input or usage, or data that were refused",
    "3": "a provider of figures was down; what is held was used",
    "4": "a figure is overdue (only where a command was asked to say so)",
    "70": "a fault of kzreport itself",
    "75": "another run holds the lock",
    "128 + n": "ended by signal n: 129, 130, 143 after SIGHUP, Ctrl-C, SIGTERM",
}

# Group -> command -> its module and its one line of help; in the order of --help.
COMMANDS = {
    "make": {
        "run": ("run", "make an edition"),
        "backfill": ("backfill", "make the editions of many months, those that are missing"),
    },
    "look": {
        "list": ("listing", "list the editions"),
        "diff": (
            "diff",
            "what changed between two dates: figures, revisions, verdicts, caveats, method, parameters",
        ),
        "verify": ("verify", "rebuild an edition and compare it byte by byte"),
        "calendar": ("calendar", "what is overdue and what is coming, also for a calendar (ICS) or a scheduler (JSON)"),
        "revisions": ("revisions", "how much the vintages of a series revised each other"),
    },
    "figures": {
        "refresh": ("refresh", "fetch new and revised figures from their providers, or say what would change"),
        "add": ("add", "add figures by hand, checked, and show the difference that they make"),
    },
    "content": {
        "new": ("new", "make notebook, words and view of a new page"),
        "check": ("check", "check data, definitions, words and notebooks"),
        "accept": ("accept", "re-execute reference outputs after a deliberate change"),
        "languages": ("languages", "list the languages of the project, and the words that one lacks"),
    },
    "project": {
        "init": ("init", "make a small project that works at once"),
    },
}


class _Parser(argparse.ArgumentParser):
    """A parser whose messages repeat no secret of what was given."""

    def error(self, message: str) -> NoReturn:
        super().error(redact(message))

    def print_help(self, file: Any = None) -> None:
        """Print the help; that it cannot be written is a failure, of which argparse would say nothing."""
        put(self.format_help().rstrip("\n"))


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; ``args.module`` is the module of the chosen one."""
    width = max(len(name) for commands in COMMANDS.values() for name in commands)
    listed = [
        "\n".join([f"{group}:", *(f"  {name.ljust(width)}  {text}" for name, (_, text) in commands.items())])
        for group, commands in COMMANDS.items()
    ]
    top = _Parser(
        prog="kzreport",
        usage="kzreport COMMAND [OPTION ...]",
        description="Dated reports in several languages from published figures, by notebooks.",
        epilog="\n\n".join([*listed, "'kzreport COMMAND --help' lists the options of a command.", _exit_codes()]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    choices = top.add_subparsers(
        dest="command", required=True, metavar="COMMAND", help=argparse.SUPPRESS, prog="kzreport"
    )
    for commands in COMMANDS.values():
        for name, (module, text) in commands.items():
            command = choices.add_parser(name, description=f"{text[0].upper()}{text[1:]}.")
            command.set_defaults(module=module)
            _OPTIONS[name](command)
    return top


def _exit_codes() -> str:
    return "\n".join(["exit codes:", *(f"  {code.ljust(8)}{text}" for code, text in EXIT_CODES.items())])


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    repair_streams()
    forget_secrets()
    keep_secrets_of_environment(os.environ)
    for word in sys.argv[1:] if argv is None else argv:
        keep_secrets_of(word)
    try:
        args = parser().parse_args(argv)
    except SystemExit as e:  # --help, or a wrong option
        close_output()
        if not e.code and lost_output():
            return 1
        raise
    args.begun = _BEGUN
    from kzreport.commands.session import run_command

    return run_command(args)


# --- options -----------------------------------------------------------------------------------------------------


def _output(command: argparse.ArgumentParser) -> None:
    text = "folder of the editions (default: reports/), or s3://... and the like"
    command.add_argument("--output", type=_place, metavar="DIR", help=text)


def _jobs(command: argparse.ArgumentParser) -> None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    text = "pages at a time (default: one for each core)"
    command.add_argument("-j", "--jobs", type=_count, default=cores, metavar="N", help=text)


def _limits(command: argparse.ArgumentParser) -> None:
    for name, text in (
        ("--page-timeout", "a page may take once its kernel answers (default: 900)"),
        ("--timeout", "the whole run may take; what is whole by then stays (default: no limit)"),
    ):
        command.add_argument(name, type=_seconds, metavar="SECONDS", help=text)
    text = "memory that a page's kernel may use, as 2G or 500M; on Linux (default: no limit)"
    command.add_argument("--memory", type=_bytes, metavar="SIZE", help=text)
    text = "lines on standard error (default: plain)"
    command.add_argument("--log", choices=["plain", "json"], default="plain", help=text)


def _definition(command: argparse.ArgumentParser) -> None:
    text = "report definition in params/ (default: that of params/project.yml)"
    command.add_argument("definition", nargs="?", help=text)


def _language(command: argparse.ArgumentParser, text: str, **how: object) -> None:
    command.add_argument("--lang", metavar="CODE", help=text, **how)  # type: ignore[arg-type]


def _making(command: argparse.ArgumentParser, *formats: str) -> None:
    """Options of the commands that make editions; ``formats``: the names of the one that chooses formats."""
    _definition(command)
    text = "a language of the project; may be repeated (default: those of the definition)"
    _language(command, text, action="append", default=[])
    command.add_argument(
        "-p",
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a page's parameter, as name=value or page.name=value",
    )
    text = "formats to make beside the pages, such as xlsx,docx (default: those of the definition)"
    command.add_argument(*formats, dest="formats", type=_names, default=(), metavar="NAME,...", help=text)
    text = "make a revision if an edition from other inputs exists"
    command.add_argument("--revision", action="store_true", help=text)
    text = "read every byte of the editions that are there, whatever was remembered of them"
    command.add_argument("--paranoid", action="store_true", help=text)
    command.add_argument("--quiet", action="store_true", help="errors only, and one line of summary")
    command.add_argument(
        "--notify",
        action="append",
        default=[],
        metavar="TARGET",
        help="send the summary, as JSON, to a command, an http(s) address, or - (standard output); may be repeated",
    )
    command.add_argument(
        "--executor",
        type=_executor,
        metavar="dask://HOST:PORT",
        help="the scheduler of a Dask cluster that executes the pages (default: processes of this machine)",
    )
    _limits(command)
    _output(command)
    _jobs(command)


def _run(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--as-of", type=_given, metavar="DATE", help="use only what was published by DATE (default: today)"
    )
    _refreshing(command)
    _making(command, "--to", "--formats")


def _backfill(command: argparse.ArgumentParser) -> None:
    command.add_argument("--from", dest="first", metavar="MONTH", required=True, help="first month, as 2011-01")
    command.add_argument("--to", dest="last", metavar="MONTH", required=True, help="last month, included")
    command.add_argument("--keep-going", action="store_true", help="go on with other editions when a page fails")
    command.add_argument("--explain", action="store_true", help="list what is missing or stale, and why; make nothing")
    _refreshing(command)
    _making(command, "--formats")  # --to is its last month


def _refreshing(command: argparse.ArgumentParser) -> None:
    text = "fetch new figures first; if a provider is down, say so on the pages and end with 3"
    command.add_argument("--refresh", action="store_true", help=text)
    _replay(command)


def _replay(command: argparse.ArgumentParser) -> None:
    text = "take the replies, and the day, from a recording instead of the network"
    command.add_argument("--replay", type=_place, metavar="DIR", help=text)


def _refresh(command: argparse.ArgumentParser) -> None:
    command.add_argument("series", nargs="*", help="names of tables in data/ (default: all that can be fetched)")
    for name, kind, metavar, text in (
        ("--provider", _given, "NAME,...", "only the series of these providers"),
        ("--since", _given, "YEAR", "leave the figures of earlier years alone"),
        ("--json", _place, "FILE", "write what became of each series to FILE, or - for standard output"),
        ("--record", _place, "DIR", "keep the replies in a new folder, for --replay"),
    ):
        command.add_argument(name, type=kind, metavar=metavar, help=text)
    _replay(command)
    for name, text in (
        ("--dry-run", "write nothing; say what would change, on the pages too"),
        ("--diff", "show the rows that are added, as a diff"),
        ("--keep-going", "write the sound series where a reply was refused (default: write nothing then)"),
        ("--probe", "ask for each series once, unconfirmed ones too, and say what came; write nothing"),
        ("--backfill", "read older states: this changes what past dates knew"),
    ):
        command.add_argument(name, action="store_true", help=text)
    text = "take a change of a series that guards refuse, for a reason that is kept; may be repeated"
    command.add_argument("--accept-redefinition", action="append", default=[], metavar="SERIES=REASON", help=text)
    command.add_argument("--log", choices=["plain", "json"], default="plain", help="lines on standard error")


def _diff(command: argparse.ArgumentParser) -> None:
    command.add_argument("then", metavar="DATE", help="the earlier date, such as that of an edition")
    command.add_argument("now", metavar="DATE", help="the later date")
    _definition(command)
    text = "form of the answer (default: text)"
    command.add_argument("--format", choices=["text", "json", "html"], default="text", help=text)
    _language(command, "a language of the project (default: en, else its first)")
    _output(command)


def _verify(command: argparse.ArgumentParser) -> None:
    command.add_argument("edition", help="2026-09-30, 2026-09-30-r2 or monthly/2026-09-30")
    _limits(command)
    _output(command)
    _jobs(command)


def _revisions(command: argparse.ArgumentParser) -> None:
    command.add_argument("series", help="name of a table in data/")
    command.add_argument("dimension", nargs="*", metavar="DIM=VALUE", help="choose by dimension, as country=XYZ")
    command.add_argument("--as-of", type=_given, metavar="DATE", help="vintages up to DATE (default: today)")
    command.add_argument("--json", action="store_true", help="as JSON, with all digits")


def _accept(command: argparse.ArgumentParser) -> None:
    command.add_argument("page", nargs="*", help="pages (default: all)")
    text = "write data/datapackage.json anew from changed tables and cards"
    command.add_argument("--data", action="store_true", help=text)
    text = "with --data: figures that were altered, removed or are unusual are meant"
    command.add_argument("--yes", action="store_true", help=text)
    _jobs(command)


def _new(command: argparse.ArgumentParser) -> None:
    command.add_argument("page", help="name of the page: letters a-z and _")
    command.add_argument("--series", metavar="NAME", help="series that it shows (default: the first of the project)")


def _add(command: argparse.ArgumentParser) -> None:
    command.add_argument("series", nargs="?", default="", help="name of a table in data/")
    text = "as 2026-10 109.1, and the other columns as NAME=VALUE (without: CSV on standard input)"
    command.add_argument("figure", nargs="*", metavar="PERIOD VALUE", help=text)
    command.add_argument("--published", default="", metavar="DAY", help="the day of publication, such as 2026-11-02")
    text = "a CSV as a spreadsheet saves it: period, value, published; a column 'series' for several tables"
    command.add_argument("--from", dest="source", type=_place, metavar="FILE", help=text)
    command.add_argument("--dry-run", action="store_true", help="show the difference; write nothing")
    command.add_argument("--yes", action="store_true", help="a figure that is revised or unusual is meant")


def _calendar(command: argparse.ArgumentParser) -> None:
    command.add_argument("series", nargs="*", help="names of tables in data/ (default: all)")
    command.add_argument("--as-of", type=_given, metavar="DATE", help="as known on DATE (default: today)")
    text = "days ahead (default: 92)"
    command.add_argument("--days", type=_days, default=92, metavar="N", help=text)
    command.add_argument(
        "--ics", type=_place, metavar="FILE", help="write events for a calendar program; - is standard output"
    )
    command.add_argument(
        "--json", type=_place, metavar="FILE", help="write the list for a scheduler; - is standard output"
    )


def _languages(command: argparse.ArgumentParser) -> None:
    command.add_argument("--missing", metavar="CODE", default="", help="list the untranslated words of a language")
    command.add_argument("--copy", metavar="CODE", default="", help="copy the English words that a language lacks")


def _init(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", type=_place, help="folder of the project, new or empty")
    _language(command, "languages, as en,es (default: en)", default="en")
    command.add_argument("--name", help="name of what the reports are about (default: the folder's)")
    command.add_argument("--home", metavar="XYZ", help="code of the country that the reports are about")


_OPTIONS = {
    "run": _run,
    "backfill": _backfill,
    "refresh": _refresh,
    "list": _output,
    "diff": _diff,
    "verify": _verify,
    "calendar": _calendar,
    "revisions": _revisions,
    "add": _add,
    "new": _new,
    "check": lambda command: None,
    "accept": _accept,
    "languages": _languages,
    "init": _init,
}


def _given(text: str) -> str:
    """Return a text that says something: an empty one is a variable that a script did not set."""
    if not text.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError(f"{text[:40]!r}: expected a value (is a variable of the script empty?)")
    return text


def _place(text: str) -> str:
    """Return a path or an address; ``~`` at its start is the home of a user also where the shell has left it."""
    place = os.path.expanduser(_given(text))  # noqa: PTH111  # an address is no path
    if place.startswith("~"):
        raise argparse.ArgumentTypeError(f"{text[:40]!r}: expected the name of a user after '~', or ./~NAME")
    return place


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a number from 1 to 256")
    return int(text)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a number from 1 to 1000")
    return int(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]+)?", text) or not float(text):
        raise argparse.ArgumentTypeError(f"{text!r}: expected seconds, such as 90")
    return float(text)


def _bytes(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,5}[MG]", text) or sys.platform != "linux":
        expected = "such as 500M or 2G" if sys.platform == "linux" else "none on this system, only on Linux"
        raise argparse.ArgumentTypeError(f"{text!r}: expected a size, {expected}")
    return int(text[:-1]) * {"M": 10**6, "G": 10**9}[text[-1]]


def _executor(text: str) -> str:
    if not re.fullmatch(r"dask://[^\s/@?#]+:[0-9]{1,5}", text):
        raise argparse.ArgumentTypeError(f"{text!r}: expected dask://HOST:PORT, such as dask://localhost:8786")
    return text.removeprefix("dask://")


if __name__ == "__main__":
    sys.exit(main())
