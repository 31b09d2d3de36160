"""The nouns of the package: Period, Observation, Series, Reading, Interval, Panel, and the status of a ratio.

Frozen dataclasses that check their own consistency and do no more. Files are read in :mod:`kzreport.series`, words
come from :mod:`kzreport.language`, pictures from :mod:`kzreport.charts`, formulas from :mod:`kzreport.indicators`.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache, total_ordering
from typing import TYPE_CHECKING, TypedDict, Unpack, cast

from kzreport.console.shown import Shown, series_frame
from kzreport.errors import BasisError, DataError, explain, one_of
from kzreport.units import UNITS

if TYPE_CHECKING:
    import pandas as pd

_PERIOD = re.compile(r"(?a)(?P<y>\d{4})(?:-Q(?P<q>[1-4])|-(?P<m>\d\d)(?:-(?P<d>\d\d)|/(?P<y2>\d{4})-(?P<m2>\d\d))?)?")
_FORMS = "2026, 2026-Q1, 2026-08, 2026-08-31 or 2026-01/2026-08"


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


@total_ordering
@dataclass(frozen=True)
class Period:
    """A reference period: a day, month, quarter, year, or a span of months (a part-year).

    Built with :meth:`parse`; ordered by its last day, its first, its frequency. ``frequency`` is ``D``, ``M``, ``Q``,
    ``A`` or ``S`` (span of months).

    >>> Period.parse("2026-08").shift(-12)
    Period('2025-08')
    >>> Period.parse("2023-01/2023-07").months
    7
    """

    start: date
    end: date
    frequency: str

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2026``, ``2026-Q1``, ``2026-08``, ``2026-08-31`` or ``2026-01/2026-08``.

        Raises :class:`DataError` for anything else, an impossible date included.
        """
        return _parsed(text)

    def __str__(self) -> str:
        s = self.start
        return {
            "A": f"{s.year}",
            "Q": f"{s.year}-Q{(s.month + 2) // 3}",
            "M": f"{s.year}-{s.month:02}",
            "D": s.isoformat(),
            "S": f"{s.year}-{s.month:02}/{self.end.year}-{self.end.month:02}",
        }[self.frequency]

    def __repr__(self) -> str:
        return f"Period('{self}')"

    def __lt__(self, other: Period) -> bool:
        if not isinstance(other, Period):
            return NotImplemented
        return (self.end, self.start, self.frequency) < (other.end, other.start, other.frequency)

    @property
    def year(self) -> int:
        """The calendar year of the last day."""
        return self.end.year

    @property
    def months(self) -> int:
        """Number of calendar months covered (a day counts as part of one)."""
        return 12 * (self.end.year - self.start.year) + self.end.month - self.start.month + 1

    @property
    def is_part_year(self) -> bool:
        """True for a span that does not cover whole calendar years."""
        return self.frequency == "S" and not (self.start.month == 1 and self.end.month == 12)

    def shift(self, steps: int) -> Period:
        """The period ``steps`` of its own frequency later (earlier if negative).

        A span moves by years, so that Jan-Jul stays Jan-Jul.

        >>> Period.parse("2026-Q1").shift(-1), Period.parse("2023-01/2023-07").shift(-1)
        (Period('2025-Q4'), Period('2022-01/2022-07'))
        """
        if self.frequency == "D":
            day = self.start + timedelta(days=steps)
            return Period(day, day, "D")
        step = {"M": 1, "Q": 3, "A": 12, "S": 12}[self.frequency]
        index = 12 * self.start.year + self.start.month - 1 + steps * step
        start = date(index // 12, index % 12 + 1, 1)
        last = index + self.months - 1
        return Period(start, _month_end(last // 12, last % 12 + 1), self.frequency)

    def in_year(self, year: int) -> Period:
        """The same day, months or quarter, with its last day in another year (29 February becomes the 28th).

        >>> Period.parse("2023-01/2023-07").in_year(2019), Period.parse("2024-02-29").in_year(2023)
        (Period('2019-01/2019-07'), Period('2023-02-28'))
        """
        if self.frequency == "D":
            day = date(year, self.start.month, min(self.start.day, _month_end(year, self.start.month).day))
            return Period(day, day, "D")
        return self.shift((year - self.year) * {"M": 12, "Q": 4, "A": 1, "S": 1}[self.frequency])

    def year_before(self) -> Period:
        """The same period one year earlier.

        >>> Period.parse("2024-02").year_before()
        Period('2023-02')
        """
        return self.in_year(self.year - 1)

    def until(self, last: Period) -> Iterator[Period]:
        """This period and the following ones of its frequency, ``last`` included."""
        p = self
        while p <= last:
            yield p
            p = p.shift(1)


@lru_cache(maxsize=16384)  # tables name the same periods again and again
def _parsed(text: str) -> Period:
    m = _PERIOD.fullmatch(text)
    try:
        if not m or not 1900 <= (y := int(m["y"])) <= int(m["y2"] or 2100) <= 2100:
            raise ValueError
        if m["q"]:
            last = 3 * int(m["q"])
            return Period(date(y, last - 2, 1), _month_end(y, last), "Q")
        if not m["m"]:
            return Period(date(y, 1, 1), date(y, 12, 31), "A")
        first = date(y, int(m["m"]), int(m["d"] or 1))
        if m["d"] or not m["y2"]:
            return Period(first, first if m["d"] else _month_end(y, first.month), "D" if m["d"] else "M")
        if (int(m["y2"]), int(m["m2"])) < (y, first.month):
            raise ValueError
        return Period(first, _month_end(int(m["y2"]), int(m["m2"])), "S")
    except ValueError:
        raise DataError(explain("period", repr(text), _FORMS)) from None


class Status(StrEnum):
    """The state of a value. Only ``OK`` prints as a number; the others print as "n.s." with their reason."""

    OK = "ok"
    ZERO_BASE = "zero_base"
    NEGATIVE_BASE = "negative_base"
    SIGN_CHANGE = "sign_change"
    PARTIAL_PERIOD = "partial_period"
    MISSING_INPUT = "missing_input"
    NOT_COMPARABLE = "not_comparable"
    UNIT_MISMATCH = "unit_mismatch"

    @classmethod
    def _missing_(cls, value: object) -> None:
        raise ValueError(explain("status", repr(value), one_of(cls, value)))


@dataclass(frozen=True)
class Interval:
    """A closed interval ``[low, high]``.

    >>> Interval(1.64, 2.0).overlaps(Interval(1.9, 3.0))
    True
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(explain("interval", f"[{self.low}, {self.high}]", "low <= high"))

    def overlaps(self, other: Interval) -> bool:
        """True if the two intervals share a point."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True)
class Observation:
    """One figure of a publisher: ``value`` of ``period``, published on ``published``.

    ``value`` is ``None`` if the publisher withdrew it or did not give it. ``dims`` are the further columns of the
    table (country, publisher, scope ...).
    """

    period: Period
    value: float | None
    published: date
    dims: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, repr=False)
class Series(Shown):
    """A series as it was known on ``as_of``: one observation for each period (and set of dimensions), in order.

    ``basis`` is part of what a series is (end of period or average, gross or net ...): arithmetic on two series of
    different basis raises. Iterating gives the observations.
    """

    name: str
    title: Mapping[str, str]
    unit: str
    basis: str
    frequency: str
    publisher: str
    as_of: date
    observations: tuple[Observation, ...]

    def __iter__(self) -> Iterator[Observation]:
        return iter(self.observations)

    def __len__(self) -> int:
        return len(self.observations)

    def where(self, **dims: str) -> Series:
        """The observations whose dimensions have these values; possibly none."""
        kept = self.observations
        for name, value in dims.items():
            kept = tuple(o for o in kept if o.dims.get(name) == value)
        return replace(self, observations=kept)

    def split(self, dimension: str) -> dict[str, Series]:
        """A series for each value of a dimension, in the order of the values."""
        parts: dict[str, list[Observation]] = {}
        for o in self:
            if dimension in o.dims:
                parts.setdefault(o.dims[dimension], []).append(o)
        return {value: replace(self, observations=tuple(parts[value])) for value in sorted(parts)}

    def since(self, start: Period) -> Series:
        """The observations that end on or after the first day of ``start``."""
        return replace(self, observations=tuple(o for o in self if o.period.end >= start.start))

    @property
    def values(self) -> dict[Period, float]:
        """Period -> value, without missing values.

        Raises :class:`BasisError` if a period has several observations (choose with :meth:`where` first).
        """
        whole = {o.period: o.value for o in self}
        if len(whole) == len(self.observations) and None not in whole.values():
            return cast(dict[Period, float], whole)
        found: dict[Period, float] = {}
        for o in self:
            if o.period in found:
                todo = f"choose with where({', '.join(sorted(o.dims))}=...)"
                raise BasisError(explain(f"series {self.name}", f"several observations for {o.period}", "one", todo))
            if o.value is not None:
                found[o.period] = o.value
        return found

    @property
    def last(self) -> Period | None:
        """The latest period with a value, or ``None`` for an empty series."""
        return max((o.period for o in self if o.value is not None), default=None)

    def to_frame(self) -> pd.DataFrame:
        """The observations as a data frame to play with: ``value``, ``published``, ``status`` and the dimensions.

        Its index holds pandas' periods (text for spans of months); unit, basis, publisher and ``as_of`` are its
        ``attrs``.
        """
        return series_frame(self)


class Details(TypedDict, total=False):
    """Fields of a :class:`Reading` that have a default, its status aside."""

    basis: str
    item: str
    base: Period | None
    inputs: tuple[str, ...]
    estimated: bool
    interval: Interval | None
    digits: int | None


class Fields(Details, total=False):
    """All fields of a :class:`Reading`: the keywords of :meth:`Reading.of`."""

    name: str
    value: float | None
    unit: str
    period: Period
    status: Status


@dataclass(frozen=True, repr=False)
class Reading(Shown):
    """The value of an indicator in a period.

    - ``value``: a Python float; ``None`` exactly when ``status`` is not ``ok``.
    - ``item``: the component, country, publisher or estimator that this reading is about.
    - ``base``: the period it is compared with.
    - ``inputs``: the names of the series it was computed from.
    - ``estimated``: true if no publisher printed it (a bridged gap, a projection).
    - ``digits``: shown after the decimal mark if the publisher prints more than is usual for the unit (16.75 %).

    Raises :class:`ValueError` for an unknown unit or status, for a value without the status ``ok`` (and the reverse),
    and for a value that is not finite.

    >>> Reading("gap", 4.8, "points", Period.parse("2026-08")).direction
    'up'
    >>> Reading.missing("gap", "points", Period.parse("2026-08")).direction
    'missing_input'
    """

    name: str
    value: float | None
    unit: str
    period: Period
    status: Status = Status.OK
    basis: str = ""
    item: str = ""
    base: Period | None = None
    inputs: tuple[str, ...] = ()
    estimated: bool = False
    interval: Interval | None = None
    digits: int | None = None

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(explain(f"reading {self.name}, unit", repr(self.unit), one_of(UNITS, self.unit)))
        object.__setattr__(self, "status", Status(self.status))  # statuses are compared by identity
        if (self.value is None) == (self.status is Status.OK):
            found = f"value {self.value} with status {self.status}"
            raise ValueError(explain(f"reading {self.name}", found, "a value exactly when the status is ok"))
        if self.value is not None:
            value = float(self.value)  # numpy scalars print as np.float64(...)
            if not math.isfinite(value):
                raise ValueError(explain(f"reading {self.name}", str(value), "a finite number"))
            object.__setattr__(self, "value", value)

    @classmethod
    def missing(
        cls, name: str, unit: str, period: Period, status: Status = Status.MISSING_INPUT, **details: Unpack[Details]
    ) -> Reading:
        """A reading without a number, with the reason in ``status``."""
        return cls(name, None, unit, period, status, **details)

    @property
    def ok(self) -> bool:
        """True if there is a number."""
        return self.value is not None

    @property
    def decimals(self) -> int:
        """Digits shown after the decimal mark."""
        return UNITS[self.unit].decimals if self.digits is None else self.digits

    @property
    def direction(self) -> str:
        """``up``, ``down`` or ``flat`` at the precision shown, or the status if there is no number."""
        if self.value is None:
            return str(self.status)
        shown = round(self.value, self.decimals)
        return "up" if shown > 0 else "down" if shown < 0 else "flat"

    def of(self, **changes: Unpack[Fields]) -> Reading:
        """A copy with some fields replaced."""
        return Reading(**{**vars(self), **changes})  # replace() takes twice as long


# Readings by the name that a page's words use: the lines of a chart, the columns of a table.
Groups = Mapping[str, Sequence[Reading]]
# Readings by the marks of one sentence.
Sentence = Mapping[str, Reading | Sequence[Reading]]


@dataclass(frozen=True, repr=False)
class Panel(Shown):
    """One indicator on a page: its sentences by their keys, the groups of its chart, the rows of its table.

    ``beside``: further columns of the table, a reading, the key of a label or ``None`` for each row. ``finding``: the
    readings that say what the chart finds; empty if nothing is to be said.
    """

    sentences: Mapping[str, Sentence]
    groups: Groups
    rows: Sequence[Reading]
    beside: Mapping[str, Sequence[Reading | str | None]]
    finding: Sentence = field(default_factory=dict)
