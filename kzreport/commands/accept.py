"""``kzreport accept``: take today's outputs, or the data as they are, for the reference."""

from __future__ import annotations

import argparse
from datetime import date

from kzreport.commands.accept_data import accept_data
from kzreport.commands.session import show
from kzreport.editions.reference import accept_pages
from kzreport.files import shown_path
from kzreport.project.settings import notebook_path, page_names


def run(args: argparse.Namespace) -> int:
    """Rewrite the reference outputs of pages, or the digests of tables."""
    if args.data:
        return accept_data(date.today(), yes=args.yes)
    for page in args.page:
        notebook_path(page)
    paths = accept_pages(args.page or page_names(), args.jobs)
    for path in paths:
        show(f"changed: {shown_path(path)}")
    show("next: read 'git diff', then 'kzreport run'" if paths else "nothing changed")
    return 0
