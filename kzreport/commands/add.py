"""``kzreport add``: add figures by hand, checked as a refresh checks them."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from kzreport.commands.accepted import keep_accepted
from kzreport.commands.proposed import compare_proposed
from kzreport.commands.rows_given import csv_given, given_bytes, given_row
from kzreport.commands.session import show, warn
from kzreport.errors import DataError, ParameterError, explain
from kzreport.files import project_root
from kzreport.guards.change import check_change
from kzreport.guards.finding import Finding, errors_of, questions_of
from kzreport.model import Observation
from kzreport.series.append import TableRow, held_rows, restated_package, with_rows
from kzreport.series.resource import Resource, describe_series
from kzreport.series.revisions import parse_dimensions
from kzreport.series.table import check_table
from kzreport.series.transaction import sole_writer

_MOST = 5  # findings of a guard in a table that are listed


def run(args: argparse.Namespace) -> int:
    """Add figures, as known today."""
    return add_figures(args, date.today())  # the one clock


def add_figures(args: argparse.Namespace, today: date) -> int:
    """Show the difference that figures make; write them unless they are refused, or a question is open.

    Returns the exit code: 0 written, or nothing to write; 2 a question is open. Raises :class:`DataError` for figures
    that cannot be read or that a guard refuses, :class:`Locked` while another process writes.
    """
    with sole_writer(project_root() / "data") as writer:
        rows: dict[str, list[TableRow]] = {}
        for series, row in _given(args):
            rows.setdefault(series, []).append(row)
        fresh = {name: own for name, few in rows.items() if (own := _fresh(describe_series(name), few))}
        if not fresh:
            show("nothing to add")
            return 0
        texts = {f"{name}.csv": with_rows(describe_series(name), own) for name, own in fresh.items()}
        files = texts | {"datapackage.json": restated_package(texts)}
        findings = [f for name, own in fresh.items() for f in _look_at(describe_series(name), own, today)]
        refuse(findings)
        proposal = compare_proposed(files, today)
        for line in proposal.lines():
            show(line)
        refuse(proposal.findings)
        if not may_pass([*findings, *proposal.findings], yes=args.yes or args.dry_run):
            return 2
        count = sum(map(len, fresh.values()))
        if args.dry_run:
            show(f"{count} to add to {', '.join(fresh)}; nothing was written")
            return 0
        writer.replace(files)
        keep_accepted()
        show(f"added to {', '.join(f'data/{name}.csv' for name in fresh)}: {count}")
        show("next: kzreport run, with --revision if the edition of today exists")
    return 0


def refuse(findings: Iterable[Finding]) -> None:
    """Raise :class:`DataError` with the errors among findings, if there are any."""
    if wrong := errors_of(findings):
        raise DataError("\n".join(f.message for f in wrong))


def may_pass(findings: list[Finding], *, yes: bool) -> bool:
    """Print the findings; false if one is open. An error that a caller does not refuse is a question, too.

    Of a guard that asks about many figures of a table the first are listed: a column moved by one row alters them all.
    """
    asked = questions_of(findings) + errors_of(findings)
    told: Counter[tuple[str, str]] = Counter()
    for f in findings:
        told[f.series, f.guard] += 1
        if told[f.series, f.guard] <= _MOST:
            warn(f"{f.severity if f.severity == 'warning' else 'accepted' if yes else 'question'}: {f.message}")
    for (series, guard), count in told.items():
        if count > _MOST:
            warn(f"and {count - _MOST} more of {series} (guard '{guard}')")
    if asked:
        if not yes:
            warn(f"nothing was written: {len(asked)} to look at; --yes if they are meant")
        return yes
    return True


def _given(args: argparse.Namespace) -> Iterator[tuple[str, TableRow]]:
    """Yield the rows of the command line, of a file, or of standard input."""
    if args.figure:
        if not args.series or len(args.figure) < 2 or args.source:
            raise ParameterError(explain("add", " ".join(args.figure), "SERIES PERIOD VALUE, or --from FILE"))
        period, value, *chosen = args.figure
        dims = parse_dimensions(chosen)
        yield args.series, given_row(args.series, period, value, args.published, dims, lambda c: f"add, {c}")
    else:
        source = args.source or "-"
        name = "standard input" if source == "-" else Path(source).name
        yield from csv_given(given_bytes(source, "--from"), name, args.series, args.published)


def _fresh(d: Resource, rows: list[TableRow]) -> list[TableRow]:
    """Return the rows that differ from what is held; print what each changes."""
    held: dict[tuple[object, ...], TableRow] = {(r.period, *r.key(d)): r for r in held_rows(d)}
    found = []
    for row in rows:
        name = " ".join([d.name, str(row.period), *row.key(d)])
        old = held.get((row.period, *row.key(d)))
        if old and _number(old) == _number(row):
            show(f"{name}: {row.value or 'nothing'} is held, published {old.published}")
            continue
        told = f"published {row.published}" if not old else f"{old.value or 'nothing'} before ({old.published})"
        show(f"{name}: {row.value or 'nothing'}, {told}")
        found.append(row)
    return found


def _number(row: TableRow) -> Decimal | None:
    return Decimal(row.value) if row.value else None


def _look_at(d: Resource, rows: list[TableRow], today: date) -> Iterator[Finding]:
    """Yield what the guards see in rows to add; a figure that is revised by hand is asked about."""
    old = check_table(d)
    held: Mapping[tuple[object, ...], Observation] = {
        (o.period, *(o.dims[k] for k in d.dimensions)): o for o in old if o.value is not None
    }
    for row in rows:
        before = held.get((row.period, *row.key(d)))
        if before and row.value:
            dims = dict(zip(d.dimensions, row.key(d), strict=True))
            found = f"{row.value} in place of {before.value:g}, published {before.published}"
            yield Finding("alteration", d.name, str(row.period), found, "a period without a figure", "", dims)
    yield from check_change(d, old, [_observed(row) for row in rows], today)


def _observed(row: TableRow) -> Observation:
    dims = dict(row.dims) | ({"dated": row.dated} if row.dated else {})
    return Observation(row.period, float(row.value) if row.value else None, row.published, dims)
