"""``kzreport diff``: list what changed between two dates."""

from __future__ import annotations

import argparse
import json
from datetime import date

from kzreport.commands.session import definition_name, open_store, show
from kzreport.editions.dates import check_date, check_language
from kzreport.editions.definition import load_definition
from kzreport.editions.previous import changes_between
from kzreport.language.wordfiles import terminal_language
from kzreport.language.words import Words
from kzreport.pages.since_text import changes_data, changes_lines
from kzreport.render import html
from kzreport.streams import IN_HTML, IN_JSON


def run(args: argparse.Namespace) -> int:
    """Print the changes as text, JSON or HTML."""
    today = date.today()
    then, now = (check_date(text, today) for text in (args.then, args.now))
    definition = load_definition(definition_name(args))
    w = Words(check_language(args.lang) if args.lang else terminal_language())
    found = changes_between(open_store(args).root, definition, then, now)
    if args.format == "json":
        show(json.dumps(changes_data(found), ensure_ascii=False, indent=1), IN_JSON)
    elif args.format == "html":
        show(html.changes(found, definition.title[w.language], w.language), IN_HTML)
    else:
        show("\n".join(changes_lines(found, w)))
    return 0
