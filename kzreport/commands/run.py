"""``kzreport run``: make an edition."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date

from kzreport.commands.session import open_store, page_pool, recorded_day, refresh_before, show_needs
from kzreport.commands.settings import setting_lines
from kzreport.editions.dates import check_date, check_languages
from kzreport.editions.definition import load_definition
from kzreport.editions.make import make_edition
from kzreport.editions.manifest import read_manifest
from kzreport.editions.needs import list_needs
from kzreport.editions.overdue import list_overdue, overdue_line
from kzreport.editions.plan import make_plan
from kzreport.editions.previous import prepare_definition
from kzreport.editions.store import list_revisions


def run(args: argparse.Namespace) -> int:
    """Make one edition, or nothing if there is one with the same inputs; with ``--explain`` say which."""
    reporter = args.reporter
    today = recorded_day(args) or date.today()  # the one clock: everything below gets the date
    as_of = check_date(args.as_of, today) if args.as_of else today
    reporter.definition = definition = load_definition(reporter.log.definition, args.parameter, args.formats)
    languages = check_languages(args.lang) or definition.languages
    if args.explain:
        store = open_store(args)
        late = list_overdue(definition, as_of)
        show_needs(args, list_needs(definition, [as_of], languages, store, revision=args.revision), late)
        return 0
    code = refresh_before(args, reporter) if args.refresh else 0
    definition = replace(definition, not_refreshed=reporter.not_refreshed)
    pool, store = page_pool(args), open_store(args, write=True)
    reporter.store = store
    definition = prepare_definition(definition, store.root, as_of, revision=args.revision)
    plan = make_plan(definition, as_of, languages)
    reporter.overdue(late := list_overdue(definition, as_of))
    for line in setting_lines(args):
        reporter.log.detail(line)
    reporter.log.detail(
        f"{plan.label}: to execute or take again: {len(plan.tasks)}; fingerprint {plan.inputs.fingerprint}"
    )
    made = make_edition(
        plan,
        store,
        revision=args.revision,
        jobs=args.jobs,
        log=reporter.log,
        bars=reporter.bars,
        pool=pool,
        wait=args.wait or 0.0,
    )
    folder = made or list_revisions(store.root, definition.name, as_of)[-1]
    name = f"{definition.name}/{folder.name}"
    lines = [f"made {name}" if made else f"nothing to do: {name} has the same inputs"]
    if until := read_manifest(folder)["edition"].get("data_until"):
        lines.append(_newest(until, as_of))
    if late:
        lines.append(overdue_line(late))
    for line in lines:
        reporter.show(line)
    if args.answer and not made:
        args.answer.keep(lines=lines, open=f"{name}/index.html", day=str(as_of), overdue=reporter.log.overdue)
    reporter.open = store.shown(folder / "index.html")
    return int(reporter.exit_code(code, args.fail_if_overdue))


def _newest(until: str, as_of: date) -> str:
    """Return the age of the newest figure of an edition, in a line.

    >>> _newest("2026-09-29", date(2026, 9, 30))
    'its newest figure was published on 2026-09-29, 1 day before its date'
    >>> _newest("2026-09-30", date(2026, 9, 30))
    'its newest figure was published on 2026-09-30, its own date'
    """
    age = (as_of - date.fromisoformat(until)).days
    before = f"{age} day{'s' * (age != 1)} before its date" if age else "its own date"
    return f"its newest figure was published on {until}, {before}"
