"""``kzreport check``: check data, definitions, words and notebooks."""

from __future__ import annotations

import argparse

from kzreport.commands.checks import list_faults
from kzreport.commands.languages import list_warnings
from kzreport.commands.session import show, warn


def run(args: argparse.Namespace) -> int:
    """Print every fault; nothing is run."""
    faults = list_faults()
    for fault in faults:
        warn(fault)
    for warning in list_warnings():
        warn(f"warning: {warning}")
    show(f"{len(faults)} faults" if faults else "data, definitions, words and notebooks are sound")
    return 2 if faults else 0
