"""``kzreport accept``: take today's outputs, or the data as they are, for the reference."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date

from kzreport.commands.accept_data import accept_data
from kzreport.commands.session import show
from kzreport.editions.reference import accept_pages
from kzreport.errors import short_repr
from kzreport.files import shown_path
from kzreport.pages.notebooks import declared_parameters, defaults_in
from kzreport.project.repository import ask_git
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
    for page in args.page or page_names():
        for line in new_defaults(page):
            show(line)
    show("next: read 'git diff', then 'kzreport run'" if paths else "nothing changed")
    return 0


def new_defaults(page: str) -> Iterator[str]:
    """Yield the defaults of a page that differ from those in the last commit: what was tried in its cell stays there.

    The date and the language are left out, since every run gives its own.
    """
    path = notebook_path(page)
    before = defaults_in(ask_git(path.parent, "show", f"HEAD:./{path.name}"))
    for p in declared_parameters(page):
        if p.name in before and p.name not in ("as_of", "lang") and before[p.name] != p.default:
            was, now = short_repr(before[p.name]), short_repr(p.default)
            yield f"{page}, {p.name}: {now} from now on, {was} in the last commit; every edition uses it"
