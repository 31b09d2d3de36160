"""Commands that make editions, asked again: the remembered answer "nothing to do", before anything else is loaded."""

from __future__ import annotations

import argparse
from datetime import date

from kzreport.editions.answers import Answer
from kzreport.editions.store import Store, edition_lock, output_root

_ASKED = ("lang", "parameter", "formats", "revision", "first", "last")  # arguments on which the answer depends


def answer_of(args: argparse.Namespace, definition: str) -> Answer | None:
    """Return the answer to a command that makes editions; ``None`` where it depends on more than files.

    That is an address in place of a folder, figures that are fetched first, and a list of what is to be made.
    """
    address = args.output and "://" in args.output
    if args.module not in ("run", "backfill") or address or args.refresh or getattr(args, "explain", False):
        return None
    day = (args.as_of or date.today().isoformat()) if args.module == "run" else ""
    asked = {name: getattr(args, name, None) for name in _ASKED} | {"command": args.module, "day": day}
    return Answer(Store(output_root(args.output), paranoid=args.paranoid), definition, asked)


def still_holds(answer: Answer, args: argparse.Namespace, definition: str) -> bool:
    """Report whether "nothing to do" is remembered and still holds.

    Raises :class:`Locked` if another run is making what was asked for.
    """
    if not answer.holds():
        return False
    lock = f"{definition}-{answer.told['day']}" if args.module == "run" else f"backfill-{definition}"
    with edition_lock(answer.store.root, lock):
        return True
