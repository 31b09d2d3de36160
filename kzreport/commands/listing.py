"""``kzreport list``: list the editions."""

from __future__ import annotations

import argparse

from kzreport.commands.session import open_store, show, warn
from kzreport.editions.damage import list_damage, list_strays
from kzreport.editions.manifest import read_manifest
from kzreport.editions.store import list_editions
from kzreport.errors import KzreportError

_MOST = 20  # strays that are named


def run(args: argparse.Namespace) -> int:
    """Print each edition with its languages, pages and state."""
    store = open_store(args)
    editions = list_editions(store.root)
    damaged = False
    for folder in editions:
        name = f"{folder.parent.name}/{folder.name}"
        try:
            about = read_manifest(folder)["edition"]
            store.fetch(folder)
            faults = list_damage(folder, store)
        except KzreportError as e:
            warn(str(e))
            damaged = True
            continue
        state = "damaged" if faults else "whole"
        show(f"{name}  {','.join(about['languages'])}  {', '.join(about['pages'])}  {state}")
        for fault in faults:
            warn(f"{name}: {fault}")
        damaged |= bool(faults)
    strays = list_strays(store.root)
    for stray in strays[:_MOST]:
        warn(f"{stray}: left by another program; it is not counted")
    if len(strays) > _MOST:
        warn(f"and {len(strays) - _MOST} more files of other programs")
    if not editions:
        show("no edition yet: 'kzreport run' makes one")
    return 1 if damaged else 0
