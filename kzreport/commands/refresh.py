"""``kzreport refresh``: fetch new and revised figures, or say what would change."""

from __future__ import annotations

import argparse
import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from kzreport.commands.proposed import compare_proposed
from kzreport.commands.refreshing import exit_code, refresh, transport_of, wanted_series
from kzreport.commands.session import show
from kzreport.console.streams import IN_JSON
from kzreport.errors import ParameterError, explain
from kzreport.files import project_root, read_text, write_atomic
from kzreport.refresh.mapping import Fetch, mapped_series
from kzreport.refresh.refresh import Outcome, Proposal, Wishes, probe, propose
from kzreport.refresh.transport import Transport
from kzreport.refresh.vintages import Change
from kzreport.series.resource import describe_series, resources
from kzreport.series.table import check_table

_MOST = 12  # changes of a series that are shown
_STATES = {
    "refused": "Refused: nothing of it was written",
    "down": "Provider down: the figures stay as they are held",
    "no key": "Left out: their provider wants a key",
    "unconfirmed": "Left out: never seen in a live reply",
}


def run(args: argparse.Namespace) -> int:
    """Fetch, compare, guard and write; report new, revised and refused figures, and those to add by hand."""
    today = date.today()  # the one clock: everything below gets the date
    wanted = wanted_series(args.series, args.provider)
    transport, today = transport_of(args, today)
    if args.probe:
        return _probe(wanted, transport, today)
    wishes = _wishes(args, wanted)
    if args.dry_run:
        found = propose(wanted, today, transport, wishes, keep_going=args.keep_going)
    else:
        before = {name: _text(name) for name in found_tables(wanted)} if args.diff else {}
        found = refresh(wanted, transport, today, wishes, keep_going=args.keep_going)
    turns = compare_proposed(found.files, today) if args.dry_run and found.files else None
    by_hand = [] if args.series or args.provider else list(_by_hand(today))
    if args.json:
        about = _as_json(found, by_hand, written=not args.dry_run) | ({"turns": turns.as_json()} if turns else {})
        text = json.dumps(about, ensure_ascii=False, indent=1)
        if args.json == "-":
            show(text, IN_JSON)
        else:
            write_atomic(Path(args.json), text + "\n")
    if args.json != "-":
        show("\n".join(_lines(found, by_hand, dry=args.dry_run)))
        if turns:
            show("\n".join(["\nWhat would turn", *(f"  {line}" for line in turns.lines())]))
        if args.diff:
            before = before if not args.dry_run else {name: _text(name) for name in found_tables(wanted)}
            show("\n".join(_diff(found, before)) or "no row is added")
    return exit_code(found.outcomes)


def found_tables(wanted: Mapping[str, Fetch]) -> list[str]:
    """Return the files of the tables of some series."""
    return [describe_series(name).path for name in wanted]


def _text(name: str) -> str:
    return read_text(project_root() / "data" / name)


def _wishes(args: argparse.Namespace, wanted: Mapping[str, Fetch]) -> Wishes:
    accepted = {}
    for text in args.accept_redefinition:
        name, _, reason = text.partition("=")
        if name not in wanted or not reason.strip():
            expected = "SERIES=REASON, the series among those that are refreshed"
            raise ParameterError(explain("--accept-redefinition", repr(text), expected))
        accepted[name] = reason.strip()
    since = args.since
    if since is not None and not (since.isascii() and since.isdigit() and 1900 <= int(since) <= 2100):
        raise ParameterError(explain("--since", repr(since), "a year, such as 2024"))
    return Wishes(int(since) if since else None, args.backfill, accepted)


def _probe(wanted: Mapping[str, Fetch], transport: Transport, today: date) -> int:
    codes = {"seen": 0, "down": 3, "refused": 2}
    worst = 0
    for name, state, words in probe(wanted, today, transport):
        fetch = wanted[name]
        mark = "" if fetch.confirmed else "unconfirmed, "
        show(f"{name} ({fetch.provider}): {mark}{state}\n  {words}")
        worst = max(worst, codes[state], key=lambda code: (code == 2, code))
    return worst


# --- words -------------------------------------------------------------------------------------------------------


def _lines(found: Proposal, by_hand: Sequence[Mapping[str, Any]], *, dry: bool) -> Iterator[str]:
    new = found.with_state("new")
    fresh = sum(c.old is None for o in new for c in o.changes)
    revised = sum(c.old is not None for o in new for c in o.changes)
    would = bool(new) and (dry or not found.files)
    verb = "would come " if would else ""
    number = f"{fresh} new and {revised} revised figures"
    yield f"{found.day}: {number} {verb}in {len(new)} of {len(found.outcomes)} series"
    for title, old in (("New", False), ("Revised", True)):
        if any((c.old is not None) is old for o in new for c in o.changes):
            yield f"\n{title}"
            for o in new:
                yield from _changes(o, [c for c in o.changes if (c.old is not None) is old])
    for state, words in _STATES.items():
        if some := [o for o in found.outcomes if o.state == state]:
            yield f"\n{words}"
            for o in some:
                yield f"  {o.series} ({o.provider}){_held(o.series)}"
                yield from (f"    {line}" for line in o.said)
    told = [o for o in found.outcomes if o.state in ("new", "unchanged") and o.said]
    if told:
        yield "\nTo know"
        yield from (f"  {o.series}: {line}" for o in told for line in o.said)
    if by_hand:
        yield f"\nBy hand only ({len(by_hand)})"
        for one in by_hand:
            where = f"; see {one['where']}" if one["where"] else ""
            yield f"  {one['series']}: the newest figure, {one['newest']}, is known since {one['age_days']} days{where}"
    if not dry and found.files:
        yield "\nwritten; read 'git diff data/' and commit"
    if any(o.state == "new" and o.rows for o in new) and dry:
        yield "\nnothing was written (--dry-run)"


def _held(name: str) -> str:
    rows = check_table(describe_series(name))
    newest = max(rows, key=lambda o: (o.period, o.published))
    return f": held until {newest.period}, published {max(o.published for o in rows)}"


def _changes(o: Outcome, changes: Sequence[Change]) -> Iterator[str]:
    if not changes:
        return
    d = describe_series(o.series)
    yield f"  {o.series} ({d.titles.get('en') or next(iter(d.titles.values()))})"
    ordered = sorted(changes, key=lambda c: (c.period, tuple(c.dims.values())), reverse=True)
    for c in ordered[:_MOST]:
        label = " ".join([str(c.period), *(c.dims[k] for k in d.dimensions)])
        day = f"published {c.published}" if c.dated in ("", "recorded") else f"first seen {c.published}"
        yield f"    {label}: {c.new or 'withdrawn'}{_step(c)}, {day}"
    if len(ordered) > _MOST:
        yield f"    and {len(ordered) - _MOST} more (--json has all)"


def _step(c: Change) -> str:
    """Return the earlier value of a figure and the size of its revision."""
    if not c.old or not c.new:
        return f", was {c.old}" if c.old else ""
    step = Decimal(c.new) - Decimal(c.old)
    return f", was {c.old} ({step:+f})"


def _by_hand(today: date) -> Iterator[dict[str, Any]]:
    mapped = mapped_series()
    for name, d in resources().items():
        if name not in mapped:
            rows = check_table(d)
            newest = max(o.published for o in rows)
            where = next((s["path"] for s in d.sources if "path" in s), "")
            yield {
                "series": name,
                "newest": str(max(o.period for o in rows)),
                "age_days": (today - newest).days,
                "where": where,
            }


def _diff(found: Proposal, before: Mapping[str, str]) -> Iterator[str]:
    for name, content in found.files.items():
        if name in before:
            old, new = before[name].splitlines(), content.decode().splitlines()
            yield from difflib.unified_diff(old, new, f"a/data/{name}", f"b/data/{name}", lineterm="", n=1)


def _as_json(found: Proposal, by_hand: Sequence[Mapping[str, Any]], *, written: bool) -> dict[str, Any]:
    return {
        "day": found.day.isoformat(),
        "exit_code": exit_code(found.outcomes),
        "written": sorted(found.files) if written else [],
        "series": [
            {
                "series": o.series,
                "provider": o.provider,
                "state": o.state,
                "said": o.said,
                "changes": [
                    {
                        "period": str(c.period),
                        "dims": dict(c.dims),
                        "old": c.old,
                        "new": c.new,
                        "published": c.published.isoformat(),
                        "dated": c.dated or "recorded",
                    }
                    for c in o.changes
                ],
            }
            for o in found.outcomes
        ],
        "by_hand": list(by_hand),
    }
