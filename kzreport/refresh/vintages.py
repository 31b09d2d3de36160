"""Rows that a reply adds to a table: figures not known before, each with the day on which it became known.

Append only: a row is added where the value differs at the digits that the provider prints, and nothing that is known of
an earlier day changes. Only a backfill puts rows before others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from kzreport.errors import DataError, explain
from kzreport.model import Period
from kzreport.refresh.provider import Row
from kzreport.series.append import TableRow
from kzreport.series.resource import Resource

_LONG = 10  # significant digits: a number of so many has not lost zeros at its end

Key = tuple[tuple[str, ...], Period]


@dataclass(frozen=True)
class Change:
    """A figure that is new (``old`` is nothing) or was revised: ``old`` and ``new`` as printed."""

    period: Period
    dims: Mapping[str, str]
    old: str | None
    new: str
    published: date
    dated: str


@dataclass(frozen=True)
class Merged:
    """The rows that a reply adds.

    - ``rows``: to add, in no order
    - ``changes``: the same for people
    - ``late``: figures that differ, of a day before one that is known: for a backfill, or wrong
    - ``waiting``: figures that were seen today with another value already: they are added tomorrow
    - ``withdrawn``: figures held that the provider gives no longer
    """

    rows: tuple[TableRow, ...] = ()
    changes: tuple[Change, ...] = ()
    late: tuple[TableRow, ...] = ()
    waiting: tuple[TableRow, ...] = ()
    withdrawn: tuple[TableRow, ...] = ()


@dataclass(frozen=True)
class Days:
    """The day of a figure, and how it is known.

    - ``today``: of the fetch
    - ``file``: the day that the server gives the file, if that is to be used
    """

    today: date
    file: date | None = None

    def of(self, row: Row, period: Period) -> tuple[date, str]:
        """Return the day on which a figure became known, and how that is known: ``recorded`` or ``observed``.

        It is the day that the reply states; or else the day of its file, if that lies after the period and not after
        today; or else today. It is never an estimate. Raises :class:`DataError` for a stated day after today.
        """
        if row.published is not None:
            if row.published > self.today:
                found = f"a figure published {row.published}"
                raise DataError(explain(f"period {row.period}", found, f"a day up to {self.today}, today"))
            return row.published, "recorded"
        if self.file and period.end < self.file <= self.today:
            return self.file, "observed"
        return self.today, "observed"


def table_rows(d: Resource, rows: Iterable[Row], days: Days) -> list[TableRow]:
    """Return the rows of a reply in the form of the table, each with its day.

    Raises :class:`DataError` for an invalid period, and as :meth:`Days.of`.
    """
    found = []
    for row in rows:
        period = Period.parse(row.period)
        published, dated = days.of(row, period)
        own = "dated" in d.columns and not d.some_dated
        cell = dated if own or dated != d.publication["kind"] else ""
        digits = "" if row.value is None else format(row.value, "f")
        found.append(TableRow(period, digits, published, dict(row.dims), cell))
    return found


def merge(d: Resource, held: Sequence[TableRow], fetched: Sequence[TableRow], *, today: date, backfill: bool) -> Merged:
    """Return what fetched figures add to those that are held.

    Parameters
    ----------
    d
        The description of the table.
    held
        All its rows.
    fetched
        Rows of a reply, see :func:`table_rows`.
    today
        The day of the fetch.
    backfill
        Rows may be put before rows that are known.

    Raises
    ------
    DataError
        For two values of one figure on one day.
    """
    exponent = _finest(fetched)
    known: dict[Key, list[TableRow]] = {}
    for row in held:
        known.setdefault(_key(d, row), []).append(row)
    out = _Lists()
    for row in sorted(fetched, key=lambda r: r.published):
        timeline = known.setdefault(_key(d, row), [])
        timeline.sort(key=lambda r: r.published)
        before = [r for r in timeline if r.published <= row.published] if backfill else timeline
        last = before[-1] if before else None
        if last is None and not row.value:
            continue
        if last is not None and _equal(last.value, row.value, exponent):
            continue
        if last is not None and not row.value:
            out.withdrawn.append(row)
        elif last is not None and last.published == row.published:
            if row in fetched and last in fetched:
                raise DataError(explain(_label(d, row), f"{last.value} and {row.value} of one day", "one value"))
            (out.waiting if row.published == today else out.late).append(row)
        elif last is not None and last.published > row.published:
            out.late.append(row)
        else:
            timeline.append(row)
            out.rows.append(row)
            old = last.value if last else None
            out.changes.append(Change(row.period, row.dims, old, row.value, row.published, row.dated))
    return Merged(*(tuple(rows) for rows in vars(out).values()))


@dataclass
class _Lists:
    rows: list[TableRow] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    late: list[TableRow] = field(default_factory=list)
    waiting: list[TableRow] = field(default_factory=list)
    withdrawn: list[TableRow] = field(default_factory=list)


def _key(d: Resource, row: TableRow) -> Key:
    try:
        return row.key(d), row.period
    except KeyError as e:
        raise DataError(explain(f"a figure of {d.name}, {row.period}", f"no {e}", ", ".join(d.dimensions))) from None


def _label(d: Resource, row: TableRow) -> str:
    return " ".join([d.name, str(row.period), *row.key(d)])


def _finest(rows: Iterable[TableRow]) -> int:
    """Return the exponent of the last digit that a provider prints: the finest of a reply.

    A number in JSON has lost the zeros at its end; ``109`` beside ``109.8`` is 109.0.
    """
    return min((_exponent(Decimal(row.value)) for row in rows if row.value), default=0)


def _exponent(value: Decimal) -> int:
    return int(value.as_tuple().exponent)


def _equal(held: str, fetched: str, exponent: int) -> bool:
    """True if two figures are one at the digits that the provider prints."""
    if not held or not fetched:
        return held == fetched
    old, new = Decimal(held), Decimal(fetched)
    own = _exponent(new) if len(new.as_tuple().digits) >= _LONG else exponent
    return abs(new - old) <= Decimal(5).scaleb(own - 1)
