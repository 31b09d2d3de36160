"""``kzreport prune``: remove old editions."""

from __future__ import annotations

import argparse
import contextlib

from kzreport.commands.session import open_store, show, warn
from kzreport.editions.definition import definition_names
from kzreport.editions.index import write_index
from kzreport.editions.log import RunLog
from kzreport.editions.prune import list_old, not_ours, remove_edition, remove_left
from kzreport.editions.store import edition_lock, list_editions
from kzreport.errors import Locked, ParameterError, explain, short_repr


def run(args: argparse.Namespace) -> int:
    """Remove the editions of all dates but those to keep, of one definition or of all, and list them.

    Raises :class:`ParameterError` for an unknown definition.
    """
    args.reporter = argparse.Namespace(log=RunLog())
    store = open_store(args, write=not args.dry_run)
    present = list_editions(store.root)
    names = sorted({folder.parent.name for folder in present})
    if args.definition and args.definition not in {*names, *definition_names()}:
        choices = f"one of {', '.join(names) or 'those that have editions, of which there is none yet'}"
        raise ParameterError(explain("report definition", short_repr(args.definition), choices))
    gone = kept = locked = 0
    if not args.dry_run:
        remove_left(store)
    for name in [args.definition] if args.definition else names:
        own = [folder for folder in present if folder.parent.name == name]
        old = list_old(own, keep=args.keep, yearly=args.keep_yearly)
        kept += len(own) - len(old)
        for folder in old:
            label = f"{name}/{folder.name}"
            if other := not_ours(folder):
                warn(f"{label}: {other}; kept")
                kept += 1
                continue
            with contextlib.ExitStack() as stack:
                if not args.dry_run:
                    try:
                        stack.enter_context(edition_lock(store.root, f"{name}-{folder.name[:10]}"))
                    except Locked:
                        warn(f"{label}: another run makes an edition of this date; kept")
                        kept, locked = kept + 1, locked + 1
                        continue
                    remove_edition(store, folder)
            show(f"{label}: {'would be removed' if args.dry_run else 'removed'}")
            gone += 1
    if gone and not args.dry_run:
        write_index(store.root, args.reporter.log)
    show(f"{gone} edition{'s' * (gone != 1)} {'would be removed' if args.dry_run else 'removed'}, {kept} kept")
    return Locked.exit_code if locked else 0
