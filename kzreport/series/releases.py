"""Releases of a series: its latest figure, overdue releases, coming releases.

What belongs here: days of publication that follow from a card's rule. What does not: cutting a table at a day
(:mod:`kzreport.series.known`), the words (:mod:`kzreport.pages.freshness`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

from kzreport.days import parse_day
from kzreport.model import Period
from kzreport.series.known import load_series
from kzreport.series.release_days import release_days
from kzreport.series.resource import Resource, describe_series


@dataclass(frozen=True)
class Release:
    """A figure that is not held: its period, and the day of its publication.

    ``stated``: the publisher announced the day; the rule of its series estimates it otherwise.
    """

    period: Period
    day: date
    stated: bool = False


def _grace(d: Resource) -> timedelta:
    """Return the days for which a release is not called overdue: its day is an estimate."""
    return timedelta(days=max(5, int(d.publication["lag_days"]) // 6))


def _following(name: str, as_of: date) -> Iterator[Release]:
    """Yield the releases after the last figure known on a date, without end; none for a table without a lag."""
    d, last, stated = describe_series(name), load_series(name, as_of).last, release_days(name, as_of)
    lag = d.publication.get("lag_days")
    while last is not None and lag is not None and d.frequency not in ("S", "mixed"):
        last = last.shift(1)
        start = last.start if d.publication.get("from") == "start" else last.end
        yield Release(last, stated.get(last, start + timedelta(days=int(lag))), last in stated)


def missed_releases(name: str, as_of: date | str) -> tuple[Release, ...]:
    """Return every release that should have come by ``as_of`` and is not held, oldest first.

    A few days of grace are given where the day is estimated: five, or a sixth of a long lag; one where it is stated.
    Raises as :func:`load_series`.

    >>> [str(r.period) for r in missed_releases("exports_monthly", "2019-12-31")]
    []
    """
    day = parse_day(as_of)
    d = describe_series(name)
    return tuple(takewhile(lambda r: r.day + (timedelta(1) if r.stated else _grace(d)) <= day, _following(name, day)))


def coming_releases(name: str, as_of: date | str, until: date) -> tuple[Release, ...]:
    """Return the releases that are due after ``as_of`` and by ``until``, and late ones in their days of grace.

    Oldest first. Raises as :func:`load_series`.

    >>> [(str(r.period), r.day.isoformat()) for r in coming_releases("cpi_yy", "2026-09-30", date(2026, 11, 30))]
    [('2026-09', '2026-10-02'), ('2026-10', '2026-11-02')]
    """
    day = parse_day(as_of)
    if "lag_days" not in describe_series(name).publication:  # events such as decisions: those that are announced
        announced = sorted(release_days(name, day).items(), key=lambda item: item[1])
        return tuple(Release(period, on, True) for period, on in announced if day < on <= until)
    late = len(missed_releases(name, day))
    return tuple(takewhile(lambda r: r.day <= until, _following(name, day)))[late:]


def known_until(names: Iterable[str], as_of: date | str) -> date | None:
    """Return the newest day on or before ``as_of`` on which one of these series was published; ``None`` if none was.

    Raises :class:`DataError` for an unknown series.

    >>> known_until(["cpi_yy", "base_rate"], "2026-08-31")
    datetime.date(2026, 8, 2)
    """
    day = parse_day(as_of)
    return max((o.published for name in names for o in load_series(name, day)), default=None)
