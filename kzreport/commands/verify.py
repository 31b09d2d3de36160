"""``kzreport verify``: rebuild an edition and compare it byte by byte."""

from __future__ import annotations

import argparse
import sys

from kzreport.commands.session import open_store, page_pool, show
from kzreport.editions.log import RunLog
from kzreport.editions.make import verify_edition
from kzreport.editions.store import find_edition


def run(args: argparse.Namespace) -> int:
    """Rebuild one edition in a temporary place."""
    store = open_store(args)
    folder = find_edition(store.root, args.edition)
    store.fetch(folder)
    bars = sys.stderr.isatty() and args.log == "plain"
    count = verify_edition(folder, store, jobs=args.jobs, log=RunLog(), bars=bars, pool=page_pool(args))
    show(f"{folder.parent.name}/{folder.name}: {count} files rebuilt, byte for byte the same")
    return 0
