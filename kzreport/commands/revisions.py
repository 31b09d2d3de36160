"""``kzreport revisions``: show how much the vintages of a series revised each other."""

from __future__ import annotations

import argparse
import json
from datetime import date

from kzreport.commands.session import show
from kzreport.editions.dates import check_date
from kzreport.series.revisions import parse_dimensions, record_lines, revision_record


def run(args: argparse.Namespace) -> int:
    """Print the record of revisions as text or JSON."""
    today = date.today()
    as_of = check_date(args.as_of, today) if args.as_of else today
    found = revision_record(args.series, as_of, parse_dimensions(args.dimension))
    show(json.dumps(found, indent=2) if args.json else "\n".join(record_lines(found)))
    return 0
