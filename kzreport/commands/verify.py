"""``kzreport verify``: rebuild an edition and compare it byte by byte."""

from __future__ import annotations

import argparse
import sys

from kzreport.commands.session import open_store, page_pool, show
from kzreport.console.streams import is_terminal
from kzreport.editions.log import RunLog
from kzreport.editions.make import recorded_state, verify_edition
from kzreport.editions.manifest import read_manifest
from kzreport.editions.store import find_edition


def run(args: argparse.Namespace) -> int:
    """Rebuild one edition in a temporary place."""
    store = open_store(args)
    folder = find_edition(store.root, args.edition)
    store.fetch(folder)
    bars = is_terminal(sys.stderr) and args.log == "plain"
    count = verify_edition(folder, store, jobs=args.jobs, log=RunLog(), bars=bars, pool=page_pool(args))
    state = recorded_state(read_manifest(folder))
    show(f"{folder.parent.name}/{folder.name}: {count} files rebuilt, byte for byte the same")
    if not (state.commit and state.clean):
        show(f"the commit it was made from: {state.text}")
    return 0
