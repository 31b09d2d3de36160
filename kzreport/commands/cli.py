"""The command line: its commands and options.

Exit codes: see :data:`EXIT_CODES`, which ``--help`` prints.

A command is a module of this package with a function ``run``. It is imported when it is chosen, so that ``--help``
starts at once.
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import sys
import time
from collections.abc import Sequence
from importlib import metadata
from typing import Any, NoReturn

from kzreport.commands.options import OPTIONS
from kzreport.console.redaction import forget_secrets, keep_secrets_of, keep_secrets_of_environment, redact
from kzreport.console.streams import close_output, lost_output, put, repair_streams
from kzreport.errors import did_you_mean

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
        "status": ("status", "is all well: newest editions, their age, overdue figures, last runs; ends with 0 or 1"),
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
        "lab": ("lab", "open the project in JupyterLab"),
        "watch": ("watch", "show a page in the browser, made again whenever its words, views or cells are saved"),
        "new": ("new", "make notebook, words and view of a new page"),
        "claims": ("claims", "the verdicts on the claims of a document, and the figures that judged them"),
        "check": ("check", "check data, definitions, words and notebooks"),
        "accept": ("accept", "re-execute reference outputs after a deliberate change"),
        "languages": ("languages", "list the languages of the project, and the words that one lacks"),
    },
    "project": {
        "init": ("init", "make a small project that works at once"),
        "prune": ("prune", "remove old editions"),
        "site": ("site", "copy the editions for publishing, with links to later ones; with an address also a feed"),
    },
}


class _Parser(argparse.ArgumentParser):
    """A parser whose messages do not repeat secrets."""

    def error(self, message: str) -> NoReturn:
        """End with 2 and the message; where to read more comes after it, not a screen of usage before it."""
        chosen = re.search("invalid choice: '(.*?)' ", message)
        guess = did_you_mean([name for commands in COMMANDS.values() for name in commands], chosen[1]) if chosen else ""
        self.exit(2, f"{self.prog}: {redact(message)}{guess}\n'{self.prog} --help' explains what it takes\n")

    def print_help(self, file: Any = None) -> None:
        """Print the help; unlike argparse, fail if it cannot be written."""
        put(self.format_help().rstrip("\n"))


class _CommandParser(_Parser):
    """A parser of one command. It refuses unknown arguments itself, so that its own usage is shown."""

    passes_on = False  # what is given, but for a call for help, goes to another program

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        if self.passes_on and args and args[0] not in ("-h", "--help", "--"):
            args = ["--", *args]
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            # a word after an unknown option may be its value: later versions of Python take it as a positional argument
            unknown = [word for word in unknown if word.startswith("-")] or unknown
            guess = did_you_mean(re.findall(r"--[a-z-]+", self.format_help()), unknown[0])
            self.error(f"unrecognized arguments: {' '.join(unknown)}{guess}")
        return found, unknown


class _Version(argparse.Action):
    """Print the version; it is looked up when it is asked for."""

    def __call__(self, *_: Any) -> NoReturn:
        put(f"kzreport {metadata.version('kzreport')}")
        raise SystemExit(0)


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; ``args.module`` is the module of the chosen one."""
    width = max(len(name) for commands in COMMANDS.values() for name in commands)
    listed = [
        "\n".join([f"{group}:", *(f"  {name.ljust(width)}  {text}" for name, (_, text) in commands.items())])
        for group, commands in COMMANDS.items()
    ]
    more = "'kzreport COMMAND --help' lists the options of a command, 'kzreport --version' says which one it is."
    top = _Parser(
        prog="kzreport",
        usage="kzreport COMMAND [OPTION ...]",
        description="Dated reports in several languages from published figures, by notebooks.",
        epilog="\n\n".join([*listed, more, _exit_codes()]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    choices = top.add_subparsers(
        dest="command",
        required=True,
        metavar="COMMAND",
        help=argparse.SUPPRESS,
        prog="kzreport",
        parser_class=_CommandParser,
    )
    top.add_argument("--version", action=_Version, nargs=0, help=argparse.SUPPRESS)
    for commands in COMMANDS.values():
        for name, (module, text) in commands.items():
            command = choices.add_parser(name, description=f"{text[0].upper()}{text[1:]}.")
            command.set_defaults(module=module)
            command.passes_on = name == "lab"
            OPTIONS[name](command)
    return top


def _exit_codes() -> str:
    return "\n".join(["exit codes:", *(f"  {code.ljust(8)}{text}" for code, text in EXIT_CODES.items())])


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    if argv is None:  # a process of our own: tables and pages are many small objects, and next to none is garbage
        gc.set_threshold(50_000)
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


if __name__ == "__main__":
    sys.exit(main())
