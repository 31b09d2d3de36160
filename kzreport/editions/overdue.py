"""Overdue figures of a report: the series whose next figure should have been published by a date and is not held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from kzreport.editions.definition import Definition
from kzreport.pages.views import series_read
from kzreport.series.releases import missed_releases


@dataclass(frozen=True)
class Overdue:
    """A series with an overdue figure.

    - ``period``, ``day``: the first period that is missing, and the day on which its figure was due
    - ``days``: since then
    - ``missing``: number of figures that are overdue
    - ``estimated``: the day follows from the usual lag; its publisher has not announced it
    """

    series: str
    period: str
    day: str
    days: int
    missing: int
    estimated: bool


def list_overdue(definition: Definition, as_of: date) -> list[Overdue]:
    """Return the series of a report that are overdue on a date, the longest overdue first.

    Days of grace: see :func:`~kzreport.series.releases.missed_releases`.
    """
    found = []
    for name in series_read({page: definition.values[page] for page in definition.pages}):
        if missed := missed_releases(name, as_of):
            first = missed[0]
            days = (as_of - first.day).days
            found.append(Overdue(name, str(first.period), first.day.isoformat(), days, len(missed), not first.stated))
    return sorted(found, key=lambda o: (-o.days, o.series))


def overdue_data(found: Sequence[Overdue]) -> list[dict[str, Any]]:
    """Return overdue series as plain data."""
    return [asdict(o) for o in found]


def overdue_line(found: Sequence[Overdue]) -> str:
    """Return overdue series in one line; empty without any.

    >>> overdue_line([Overdue("cpi_yy", "2026-09", "2026-10-02", 54, 2, True)])
    '1 series overdue: cpi_yy (2026-09 was due on 2026-10-02, 54 days ago)'
    """
    if not found:
        return ""
    longest = found[0]
    days = f"{longest.days} day{'' if longest.days == 1 else 's'} ago"
    first = f"{longest.series} ({longest.period} was due on {longest.day}, {days})"
    return f"{len(found)} series overdue{': ' if len(found) == 1 else ', the longest: '}{first}"
