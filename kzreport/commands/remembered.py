"""Commands that make editions, asked again: the remembered answer "nothing to do", before anything else is loaded."""

from __future__ import annotations

import argparse
from datetime import date

from kzreport.editions.answers import Answer
from kzreport.editions.store import Store, edition_lock, output_root

# Arguments on which the answer does not depend: how many work, where to tell it, what the session has put there.
_BESIDE = {"jobs", "quiet", "notify", "log", "page_timeout", "timeout", "memory", "executor", "begun"}
_BESIDE |= {"reporter", "stack", "answer", "paranoid", "output", "origins"}


def answer_of(args: argparse.Namespace, definition: str) -> Answer | None:
    """Return the answer to a command that makes editions; ``None`` where it depends on more than files and the day.

    Such options are: an address in place of a folder, figures that are fetched first, a list of what is to be made, and
    a run that waits, reports every step, logs for machines or has a special exit code for an overdue figure.
    """
    special = [getattr(args, name, None) for name in ("refresh", "explain", "wait", "verbose", "fail_if_overdue")]
    elsewhere = "://" in (args.output or "") or args.log == "json"
    if args.module not in ("run", "backfill") or elsewhere or any(own not in (None, False) for own in special):
        return None
    asked = {name: value for name, value in vars(args).items() if name not in _BESIDE}
    asked["day"] = date.today().isoformat()
    root = output_root(args.output, make=False)  # a run that is refused leaves nothing
    return Answer(Store(root, paranoid=args.paranoid), definition, asked)


def say_again(args: argparse.Namespace) -> bool:
    """Say that there is nothing to do if that is remembered and still holds; report whether it does.

    ``args.answer`` is from now on where the command may keep this answer. Raises :class:`Locked` if another run is
    making what was asked for.
    """
    reporter = args.reporter
    definition = reporter.log.definition
    answer = args.answer = answer_of(args, definition)
    if not answer or not answer.holds():
        return False
    lock = f"{definition}-{answer.told['day']}" if args.module == "run" else f"backfill-{definition}"
    with edition_lock(answer.store.root, lock):
        pass
    if args.quiet or args.notify:
        from kzreport.editions.definition import load_definition

        reporter.definition = load_definition(definition, args.parameter, args.formats)
    reporter.store, reporter.log.overdue = answer.store, answer.told["overdue"]
    for line in answer.told["lines"]:
        reporter.show(line)
    reporter.open = answer.store.shown(answer.store.root / answer.told["open"])
    return True
