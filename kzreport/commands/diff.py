"""``kzreport diff``: list what changed between two dates, or between two revisions of one date."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from kzreport.commands.session import definition_name, open_store, show
from kzreport.console.streams import IN_HTML, IN_JSON
from kzreport.days import parse_day
from kzreport.editions.correction import Comparison, compare_revisions
from kzreport.editions.correction_text import comparison_page
from kzreport.editions.dates import check_language
from kzreport.editions.definition import load_definition
from kzreport.editions.previous import changes_between
from kzreport.editions.store import EDITION_NAME, Store, find_edition, list_editions
from kzreport.errors import ParameterError, explain, short_repr
from kzreport.language.wordfiles import terminal_language
from kzreport.language.words import Words
from kzreport.pages.since_text import changes_data, changes_lines
from kzreport.render import html


def run(args: argparse.Namespace) -> int:
    """Print the changes as text, JSON or HTML. Raises :class:`ParameterError` for dates or a format that do not fit."""
    if args.definition and EDITION_NAME.fullmatch(args.definition) and not EDITION_NAME.fullmatch(args.then):
        args.definition, args.then, args.now = args.then, args.now, args.definition  # first, as other commands have it
    names = (args.then, args.now)
    language = check_language(args.lang) if args.lang else terminal_language()
    store, definition = open_store(args), load_definition(definition_name(args))
    if any(EDITION_NAME.fullmatch(name) and len(name) > 10 for name in names):
        if not args.definition:
            args.definition = _only_report(store, names)
        folders = [_revision(store, definition_name(args), name) for name in names]
        if args.then[:10] != args.now[:10] or args.then == args.now:
            raise ParameterError(explain("diff", " and ".join(names), "two dates, or two revisions of one date"))
        found, definition = compare_revisions(*folders), load_definition(folders[0].parent.name)
        if args.format == "json":
            show(json.dumps(found.data(), ensure_ascii=False, indent=1), IN_JSON)
        elif args.format == "html":
            show(comparison_page(found, definition.title[language], language), IN_HTML)
        else:
            show("\n".join(_lines(found, language)))
        return 0
    then, now = (_day(text) for text in names)
    w = Words(language)
    changes = changes_between(store.root, definition, then, now)
    if args.format == "json":
        show(json.dumps(changes_data(changes), ensure_ascii=False, indent=1), IN_JSON)
    elif args.format == "html":
        show(html.changes(changes, definition.title[w.language], w.language), IN_HTML)
    else:
        show("\n".join(changes_lines(changes, w)))
    return 0


def _day(text: str) -> date:
    day = parse_day(text, "DATE")
    if day > date.today():
        raise ParameterError(explain("DATE", text, f"a date up to today ({date.today()})"))
    return day


def _only_report(store: Store, names: Sequence[str]) -> str:
    """Return the only report that has editions of all names; empty if none or several have."""
    has: dict[str, set[str]] = {}
    for folder in list_editions(store.root):
        has.setdefault(folder.parent.name, set()).add(folder.name)
    found = [report for report, editions in has.items() if editions.issuperset(names)]
    return found[0] if len(found) == 1 else ""


def _revision(store: Store, definition: str, name: str) -> Path:
    if not EDITION_NAME.fullmatch(name):
        raise ParameterError(explain("DATE", short_repr(name), "a date, or a revision such as 2026-09-30-r2"))
    return find_edition(store.root, f"{definition}/{name}")


def _short(values: Sequence[str]) -> str:
    """Format values for a terminal with at most seven digits; a dash for a missing one."""
    return " and ".join(f"{float(value):.7g}" for value in values) or "–"


def _lines(found: Comparison, language: str) -> Iterator[str]:
    """Yield a comparison as lines for a terminal."""
    about = found.correction
    yield f"{found.now}, compared with {about.edition}"
    yield f"inputs: {'the same' if not about.inputs else ''}".rstrip()
    yield from (f"  {line}" for line in about.inputs)
    yield f"headlines: {'the same' if not any(p.headlines for p in about.pages.values()) else ''}".rstrip()
    for page, own in about.pages.items():
        shown = own.headlines.get(language) or next(iter(own.headlines.values()), None)
        if shown:
            yield from (
                f"  {page}: {shown.then}".replace("**", ""),
                f"  {' ' * len(page)}→ {shown.now}".replace("**", ""),
            )
    numbers = ", ".join(f"{about.total(what)} {what}" for what in ("changed", "new", "gone"))
    yield f"figures: {numbers}"
    for page, figures in found.figures.items():
        yield from (f"  {page}: {key.label} {_short(then)} → {_short(now)} {key.unit}" for key, then, now in figures)
    yield f"verdicts: {about.total('verdicts')} changed"
    for page, verdicts in found.verdicts.items():
        yield from (f"  {page}: {claim} {then} → {now}" for claim, then, now in verdicts)
    if about.unread:
        yield f"not compared: {', '.join(about.unread)}"
