"""``kzreport backfill``: make the editions of many months, those that are missing."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date

from kzreport.commands.session import open_store, page_pool, refresh_before, show
from kzreport.editions.dates import check_languages, check_months
from kzreport.editions.definition import load_definition
from kzreport.editions.many import make_editions
from kzreport.editions.needs import list_needs


def run(args: argparse.Namespace) -> int:
    """Make what is missing, or with ``--explain`` list it."""
    reporter = args.reporter
    dates = check_months(args.first, args.last, date.today())
    reporter.definition = definition = load_definition(reporter.log.definition, args.parameter, args.formats)
    languages = check_languages(args.lang) or definition.languages
    code = refresh_before(args, reporter) if args.refresh and not args.explain else 0
    definition = replace(definition, not_refreshed=reporter.not_refreshed)
    pool, store = page_pool(args), open_store(args, write=not args.explain)
    reporter.store = store
    if args.explain:
        reporter.silent = True
        for need in list_needs(definition, dates, languages, store, revision=args.revision):
            state = f"to make as {need.name}" if need.name else "stale" if need.blocked else "up to date"
            show("\n  ".join([f"{need.plan.label}: {state}", *need.reasons]))
        return 0
    wrong = make_editions(
        definition,
        dates,
        languages,
        store,
        jobs=args.jobs,
        log=reporter.log,
        revision=args.revision,
        keep_going=args.keep_going,
        bars=reporter.bars,
        pool=pool,
    )
    for message in wrong:
        reporter.error(message)
    made = len(reporter.log.made)
    nothing = f"nothing to do: {len(dates)} editions are there"
    reporter.show(f"{made} of {len(dates)} editions made" if made or wrong else nothing)
    reporter.open = "" if wrong else store.shown(store.root / "index.html")
    if args.answer and not (made or wrong):
        args.answer.keep(lines=[nothing], open="index.html")
    return 1 if wrong else code
