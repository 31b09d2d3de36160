"""Arguments that cannot hold beside the others, or where the command was started: refused before anything is read."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from kzreport.errors import ArgumentError, ParameterError, explain

# command -> (argument, the one without which it has no effect)
_NEEDS = {
    "run": [("--replay", "--refresh")],
    "backfill": [("--replay", "--refresh")],
    "accept": [("--yes", "--data")],
}
# command -> (argument, one beside which it has no effect)
_AGAINST = {
    "accept": [("page", "--data")],
    "refresh": [("--json", "--probe"), ("--diff", "--probe"), ("--backfill", "--probe"), ("--since", "--probe")],
}

_PLACES = {"--output": "output", "--from": "source", "folder": "folder"}  # option -> argument that names a file
_PLACES |= {f"--{name}": name for name in ("ics", "json", "record", "replay")}


def demand_effect(args: argparse.Namespace) -> None:
    """Raise :class:`ArgumentError` for an argument that would have no effect beside the others, or without one."""
    for name, needed in _NEEDS.get(args.command, ()):
        if _given(args, name) and not _given(args, needed):
            raise ArgumentError(explain(name, f"no {needed}", f"{needed} too", f"without it {name} has no effect"))
    for name, other in _AGAINST.get(args.command, ()):
        if _given(args, name) and _given(args, other):
            raise ArgumentError(explain(name, f"{other} too", "one of them", f"beside {other} it has no effect"))
    if args.command == "new" and not (args.series or "").endswith(".csv"):
        for name in ("--title", "--publisher", "--unit", "--lag", "--source"):
            if _given(args, name):
                found = f"no new series: --series {args.series}" if args.series else "no --series"
                raise ArgumentError(explain(name, found, "--series FILE.csv, a new series that it describes"))
    if args.command == "calendar" and args.ics and args.ics == args.json:
        raise ArgumentError(explain("--ics, --json", "one place for both", "a place for each"))


def demand_places(args: argparse.Namespace) -> None:
    """Refuse files named relative to a working directory that was removed; else go on in the root directory.

    Raises :class:`ParameterError`.
    """
    try:
        Path.cwd()
    except OSError:
        given = {"KZREPORT_HOME": os.environ.get("KZREPORT_HOME"), **{k: vars(args).get(v) for k, v in _PLACES.items()}}
        for name, value in given.items():
            if isinstance(value, str) and value and value != "-" and "://" not in value and value[0] not in "/~":
                found = "a place relative to the working directory, which was removed"
                raise ParameterError(explain(name, found, "a full path", "or go to a folder that exists")) from None
        os.chdir("/")  # libraries ask where they are


def _given(args: argparse.Namespace, name: str) -> bool:
    return bool(getattr(args, name.removeprefix("--")))
