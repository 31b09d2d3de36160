"""``kzreport check``: check data, definitions, words and notebooks."""

from __future__ import annotations

import argparse
from contextlib import nullcontext, suppress
from datetime import date

from kzreport.commands.checks import list_faults, new_pages
from kzreport.commands.installation import installation_warnings
from kzreport.commands.languages import list_warnings
from kzreport.commands.session import show, warn
from kzreport.errors import KzreportError
from kzreport.guards.finding import warnings_of
from kzreport.guards.state import check_state
from kzreport.series.strays import unread_files


def run(args: argparse.Namespace) -> int:
    """Print every fault, and what is worth knowing; no kernel starts, nothing is written."""
    faults = list_faults()
    for fault in faults:
        warn(fault)
    for listing in (list_warnings, unread_files, _unusual, new_pages, installation_warnings):
        with suppress(KzreportError) if faults else nullcontext():  # what cannot be read is among the faults already
            for warning in listing():
                warn(f"warning: {warning}")
    plural = "s" * (len(faults) > 1)
    show(f"{len(faults)} fault{plural}" if faults else "data, definitions, words and notebooks are sound")
    return 2 if faults else 0


def _unusual() -> list[str]:
    return [f.message for f in warnings_of(check_state(date.today()))]
