"""``kzreport site``: copy the editions for publishing."""

from __future__ import annotations

import argparse
from pathlib import Path

from kzreport.commands.session import open_store, show
from kzreport.editions.log import RunLog
from kzreport.editions.site import publish_site


def run(args: argparse.Namespace) -> int:
    """Write the copy into a folder, in place of the one before."""
    target = Path(args.folder).absolute()
    count = publish_site(open_store(args), target, args.base_url or "", RunLog())
    show(f"published {count} edition{'s' if count != 1 else ''}; open {Path(args.folder)}/index.html")
    return 0
