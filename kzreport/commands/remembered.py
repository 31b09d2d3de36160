"""Commands that make editions, asked again: the remembered answer "nothing to do", before anything else is loaded."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING

from kzreport.editions.answers import Answer
from kzreport.editions.store import Store, edition_lock, output_root

if TYPE_CHECKING:
    from kzreport.commands.session import Reporter

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


def say_again(answer: Answer, args: argparse.Namespace, reporter: Reporter) -> bool:
    """Say that there is nothing to do if that is remembered and still holds; report whether it does.

    Raises :class:`Locked` if another run is making what was asked for.
    """
    if not answer.holds():
        return False
    store, definition = answer.store, reporter.log.definition
    lock = f"{definition}-{answer.told['day']}" if args.module == "run" else f"backfill-{definition}"
    with edition_lock(store.root, lock):
        pass
    if args.quiet or args.notify:
        from kzreport.editions.definition import load_definition

        reporter.definition = load_definition(definition, args.parameter, args.formats)
    reporter.store = store
    for line in answer.told["lines"]:
        reporter.show(line)
    reporter.open = store.shown(store.root / answer.told["open"])
    return True
