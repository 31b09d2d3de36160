"""``kzreport new``: make notebook, words and view of a new page."""

from __future__ import annotations

import argparse

from kzreport.commands import scaffold
from kzreport.commands.session import show


def run(args: argparse.Namespace) -> int:
    """Copy the files of a page that works at once."""
    for path in scaffold.create(args.page):
        show(f"made {path}")
    show(f"edit them, add '{args.page}' to params/monthly.yml, then run: kzreport accept {args.page}")
    return 0
