"""``kzreport check``: check data, definitions, words and notebooks."""

from __future__ import annotations

import argparse
from datetime import date

from kzreport.commands.checks import list_faults
from kzreport.commands.languages import list_warnings
from kzreport.commands.session import show, warn
from kzreport.errors import KzreportError
from kzreport.guards.finding import warnings_of
from kzreport.guards.state import check_state
from kzreport.series.strays import unread_files


def run(args: argparse.Namespace) -> int:
    """Print every fault; nothing is run."""
    faults = list_faults()
    for fault in faults:
        warn(fault)
    try:
        unusual = [f.message for f in warnings_of(check_state(date.today()))]
    except KzreportError:  # among the faults already
        unusual = []
    for warning in [*list_warnings(), *unread_files(), *unusual]:
        warn(f"warning: {warning}")
    show(f"{len(faults)} faults" if faults else "data, definitions, words and notebooks are sound")
    return 2 if faults else 0
