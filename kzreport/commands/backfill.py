"""``kzreport backfill``: make the editions of many months, those that are missing."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date

from kzreport.commands.session import open_store, page_pool, refresh_before, show_needs
from kzreport.editions.dates import check_languages, check_months
from kzreport.editions.definition import load_definition
from kzreport.editions.many import make_editions
from kzreport.editions.needs import list_needs
from kzreport.editions.overdue import list_overdue, overdue_line
from kzreport.errors import Locked


def run(args: argparse.Namespace) -> int:
    """Make what is missing, or with ``--explain`` list it."""
    reporter = args.reporter
    dates = check_months(args.first, args.last, date.today())
    reporter.definition = definition = load_definition(reporter.log.definition, args.parameter, args.formats)
    languages = check_languages(args.lang) or definition.languages
    code = refresh_before(args, reporter) if args.refresh and not args.explain else 0
    definition = replace(definition, not_refreshed=reporter.not_refreshed)
    pool, store = page_pool(args), open_store(args, write=not args.explain)
    late = list_overdue(definition, dates[-1])
    if args.explain:
        show_needs(args, list_needs(definition, dates, languages, store, revision=args.revision), late)
        return 0
    reporter.store = store
    reporter.overdue(late)
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
        wait=args.wait or 0.0,
    )
    for message in [*wrong, *reporter.log.locked]:
        reporter.error(message)
    made = len(reporter.log.made)
    nothing = f"nothing to do: {f'{len(dates)} editions are' if len(dates) > 1 else 'the edition is'} there"
    lines = [f"{made} of {len(dates)} editions made" if made or wrong or reporter.log.locked else nothing]
    if late:
        lines.append(f"on {dates[-1]}: {overdue_line(late)}")
    for line in lines:
        reporter.show(line)
    if wrong:
        return 1
    if reporter.log.locked:
        return Locked.exit_code
    reporter.open = store.shown(store.root / "index.html")
    if args.answer and not made:
        args.answer.keep(lines=lines, open="index.html", overdue=reporter.log.overdue)
    return int(reporter.exit_code(code, args.fail_if_overdue))
