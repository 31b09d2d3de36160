"""``kzreport calendar``: list the releases that are overdue and those that are coming."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from kzreport.commands.session import show
from kzreport.console.streams import IN_JSON, READABLE
from kzreport.editions.dates import check_date
from kzreport.errors import ParameterError, explain, system_cause
from kzreport.files import write_atomic
from kzreport.language.wordfiles import terminal_language
from kzreport.language.words import Words
from kzreport.series.releases import Release, coming_releases, missed_releases
from kzreport.series.resource import describe_series, resources

_WIDTH = 75  # octets of a line, as RFC 5545 asks


@dataclass(frozen=True)
class Entry:
    """A release in the calendar: of which series, and whether it should have come already."""

    series: str
    release: Release
    overdue: bool

    @property
    def known(self) -> str:
        """Origin of a release day: announced or estimated."""
        return "announced" if self.release.stated else "estimated"


def run(args: argparse.Namespace) -> int:
    """Print the calendar, or write it as ICS or JSON."""
    today = date.today()  # the one clock
    as_of = check_date(args.as_of, today) if args.as_of else today
    names = [describe_series(name).name for name in args.series] or list(resources())
    entries = list_entries(names, as_of, as_of + timedelta(days=args.days))
    if args.ics:
        _write(args.ics, calendar_ics(entries, as_of), "--ics")
    if args.json:
        _write(args.json, calendar_json(entries, as_of), "--json")
    if not (args.ics or args.json):
        for line in calendar_lines(entries, as_of):
            show(line)
    return 0


def _write(target: str, text: str, option: str) -> None:
    if target == "-":
        show(text.removesuffix("\n"), IN_JSON if option == "--json" else READABLE)
        return
    path = Path(target)
    try:
        write_atomic(path, text)
    except OSError as e:
        raise ParameterError(explain(option, f"{path.name}: {system_cause(e)}", "a file that can be written")) from None
    show(f"wrote {path.name}")


def list_entries(names: Sequence[str], as_of: date, until: date) -> list[Entry]:
    """Return the releases of some series that are overdue on a date, and those coming until another, by their days.

    >>> [str(e.release.period) for e in list_entries(["cpi_yy"], date(2026, 9, 30), date(2026, 11, 30))]
    ['2026-09', '2026-10']
    """
    found = [Entry(name, r, True) for name in names for r in missed_releases(name, as_of)]
    found += [Entry(name, r, False) for name in names for r in coming_releases(name, as_of, until)]
    return sorted(found, key=lambda e: (e.release.day, e.series, e.release.period))


def calendar_lines(entries: Sequence[Entry], as_of: date) -> Iterator[str]:
    """Yield the calendar as lines for a terminal; a day that is over is not called coming."""
    width = max((len(e.series) for e in entries), default=0)
    parts = {
        "overdue": [e for e in entries if e.overdue],
        "due, within the days of grace": [e for e in entries if not e.overdue and e.release.day < as_of],
        "coming": [e for e in entries if not e.overdue and e.release.day >= as_of],
    }
    for heading, own in parts.items():
        if not own and heading.startswith("due"):
            continue
        yield f"{heading}: {'nothing' if not own else ''}".rstrip()
        for e in own:
            period = str(e.release.period).ljust(7)
            yield f"  {e.release.day}  {e.known:9}  {e.series.ljust(width)}  {period}  {_title(e)}".rstrip()


def calendar_json(entries: Sequence[Entry], as_of: date) -> str:
    """Return the calendar as JSON: ``as_of``, and ``overdue`` and ``coming``, oldest first."""

    def plain(e: Entry) -> dict[str, object]:
        about = {"series": e.series, "period": str(e.release.period), "day": e.release.day.isoformat()}
        return about | {"estimated": not e.release.stated, "title": _title(e)}

    parts = {
        "overdue": [plain(e) for e in entries if e.overdue],
        "coming": [plain(e) for e in entries if not e.overdue],
    }
    return json.dumps({"as_of": as_of.isoformat()} | parts, ensure_ascii=False, indent=1) + "\n"


def calendar_ics(entries: Sequence[Entry], as_of: date) -> str:
    """Return the calendar as RFC 5545 has it: one event of a day each; the same text for the same releases."""
    w = Words(terminal_language())
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//kzreport//calendar//EN", "CALSCALE:GREGORIAN"]
    for e in entries:
        day, period = e.release.day, e.release.period
        late = " (overdue)" if e.overdue else ""
        lines += [
            "BEGIN:VEVENT",
            f"UID:{e.series}-{str(period).replace('/', '-')}@kzreport",
            f"DTSTAMP:{as_of:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(f'{_title(e)}: {w.period(period)}{late}')}",
            f"DESCRIPTION:{_escaped(f'{e.series} {period}. The day is {e.known}.')}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def _title(e: Entry) -> str:
    return describe_series(e.series).titles[terminal_language()]


def _escaped(text: str) -> str:
    for mark in "\\;,":
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Yield a line in parts of at most 75 octets, each after the first begins with a space; no character is cut."""
    part = ""
    for character in line:
        if len((part + character).encode()) > _WIDTH:
            yield part
            part = " "
        part += character
    yield part
