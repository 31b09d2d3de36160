"""Amounts: figures with the interval that rounding and differing publishers leave, and arithmetic between them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kzreport.model import Interval, Period, Reading

_NEAR_A_BOUND = 0.1  # a tenth, as "nearly" allows


class Grade(StrEnum):
    """The weight of a source: the body itself, a named agency or newspaper that quotes it, or neither."""

    PRIMARY = "primary"
    REPORTED = "reported"
    WEAK = "weak"


@dataclass(frozen=True)
class Held:
    """A row behind a figure: its table and filters, or the id of a fact; ``via`` names the body that quoted it."""

    table: str
    about: str
    period: Period
    value: float | None
    publisher: str
    via: str = ""
    url: str = ""
    fact: bool = False

    @property
    def stated(self) -> str:
        """The row as one line of a CSV cell.

        >>> Held("cpi_yy", "", Period.parse("2022-12"), 120.3, "bns").stated
        'cpi_yy 2022-12=120.3 bns'
        """
        value = "" if self.value is None else f"={self.value:.12g}"
        return " ".join(filter(None, [self.table, self.about, f"{self.period}{value}", self.publisher]))


@dataclass(frozen=True)
class Point:
    """One reading of a figure: what one source says.

    - ``values``: the figures it gives exactly; none where it gives a bound or a range
    - ``grade``, ``source``: the weight of the source, and who it is: two readings of one source count once
    - ``planned``: it is an announcement, not an outcome
    """

    values: tuple[float, ...]
    interval: Interval
    grade: Grade = Grade.PRIMARY
    source: str = ""
    planned: bool = False


@dataclass(frozen=True)
class Amount:
    """The result of an operand: each published figure, and the interval around them.

    ``inputs`` are the names of series; ``items`` what the figures are about (partner, country, measure); ``points``
    the readings one by one (none: the figures are one reading); ``rows`` what they were read from.

    >>> year = Period.parse("2024")
    >>> part = Amount((50.0,), Interval(49.5, 50.5), "musd", year)
    >>> whole = Amount((200.0,), Interval(200, 200), "musd", year)
    >>> share = combine(percent_of, part, whole, "percent")
    >>> share.values, share.interval
    ((25.0,), Interval(low=24.75, high=25.25))
    """

    values: tuple[float, ...]
    interval: Interval
    unit: str
    period: Period
    basis: str = ""
    inputs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()
    rows: tuple[Held, ...] = ()

    @property
    def readings(self) -> tuple[Point, ...]:
        """The figures of the sources, one by one."""
        return self.points or (Point(self.values, self.interval),)

    def counted(self, low: float, high: float, unit: str) -> Amount:
        """Return what was counted with the figures, from ``low`` to ``high``, with the weight of the least of them."""
        least = max(self.readings, key=lambda p: list(Grade).index(p.grade))
        values, interval = tuple({low, high}), Interval(low, high)
        point = replace(least, values=values, interval=interval)
        return replace(self, values=values, interval=interval, unit=unit, points=(point,))

    def reading(self) -> Reading:
        """Return the middle as a reading, with the interval if publishers differ."""
        low, high = min(self.values), max(self.values)
        found = Reading("amount", low + (high - low) / 2, self.unit, self.period, basis=self.basis, inputs=self.inputs)
        return replace(found, interval=Interval(low, high)) if low < high else found

    def scaled(self, factor: float, unit: str, series: str) -> Amount:
        """Return the amount times a positive factor that comes from a series.

        >>> Amount((2.0,), Interval(1, 3), "musd", Period.parse("2024")).scaled(0.5, "meur", "rate").interval
        Interval(low=0.5, high=1.5)
        """

        def times(i: Interval) -> Interval:
            return Interval(i.low * factor, i.high * factor)

        points = (
            replace(p, values=tuple(v * factor for v in p.values), interval=times(p.interval)) for p in self.points
        )
        return replace(
            self,
            values=tuple(v * factor for v in self.values),
            interval=times(self.interval),
            unit=unit,
            inputs=(*self.inputs, series),
            points=tuple(points),
        )


def printed_interval(value: float) -> Interval:
    """Return the interval that the printed digits of a published figure leave: half a unit of the last one.

    Zeros that end a whole number count as rounding, but at least two digits are left.

    >>> printed_interval(28_000), printed_interval(10.5), printed_interval(20_000)
    (Interval(low=27500.0, high=28500.0), Interval(low=10.45, high=10.55), Interval(low=19500.0, high=20500.0))
    """
    text = repr(abs(float(value)))
    if "e" in text:
        return Interval(value, value)
    whole, _, decimals = text.partition(".")
    if decimals != "0":
        half = 0.5 * 10.0 ** -len(decimals)
    else:
        zeros = min(len(whole) - len(whole.rstrip("0")), max(len(whole) - 2, 0))
        half = 0.5 * 10.0**zeros
    return Interval(value - half, value + half)


def hull(intervals: Iterable[Interval]) -> Interval:
    """Return the interval from the lowest to the highest end of several."""
    every = list(intervals)
    return Interval(min(i.low for i in every), max(i.high for i in every))


def through(function: Callable[[float, float], float], a: Interval, b: Interval) -> Interval:
    """Apply a function that is monotonic in both arguments to two intervals."""
    corners = [function(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    whole = [v for v in corners if not math.isnan(v)]
    return Interval(min(whole), max(whole))


def combine(function: Callable[[float, float], float], a: Amount, b: Amount, unit: str) -> Amount:
    """Apply a function that is monotonic in both arguments to two amounts; period and basis come from ``a``."""
    points = tuple(
        joined(
            (p, q),
            tuple(itertools.starmap(function, itertools.product(p.values, q.values))),
            through(function, p.interval, q.interval),
        )
        for p, q in itertools.product(a.readings, b.readings)
    )
    return replace(
        a,
        values=_once(itertools.starmap(function, itertools.product(a.values, b.values))),
        interval=through(function, a.interval, b.interval),
        unit=unit,
        inputs=tuple(dict.fromkeys(a.inputs + b.inputs)),
        items=tuple(dict.fromkeys(a.items + b.items)),
        publishers=tuple(dict.fromkeys(a.publishers + b.publishers)),
        points=tuple(dict.fromkeys(points)) if a.points or b.points else (),
        rows=tuple(dict.fromkeys(a.rows + b.rows)),
    )


def joined(points: Sequence[Point], values: tuple[float, ...], interval: Interval) -> Point:
    """Merge readings into one: the lowest weight among them, and all their sources."""
    return Point(
        values,
        interval,
        max((p.grade for p in points), key=list(Grade).index),
        " + ".join(dict.fromkeys(filter(None, (p.source for p in points)))),
        any(p.planned for p in points),
    )


def tells(bound: Interval, stated: Interval) -> bool:
    """True if a reading that does not contradict a stated figure is informative about it.

    A reading that is open at one end ("at least 4,500") tells of a figure that follows from it, or that lies within a
    tenth of its bound; of 10,000 it tells nothing.

    >>> at_least = Interval(4_500, math.inf)
    >>> tells(at_least, Interval(4_600, 4_800)), tells(at_least, Interval(9_500, 10_500))
    (True, False)
    >>> tells(at_least, Interval(4_000, math.inf))
    True
    """
    if math.isfinite(bound.low) and math.isfinite(bound.high):
        return True
    if stated.low <= bound.low and bound.high <= stated.high:
        return True
    if math.isfinite(bound.low):
        return stated.low <= bound.low + abs(bound.low) * _NEAR_A_BOUND
    return stated.high >= bound.high - abs(bound.high) * _NEAR_A_BOUND


def _once(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(dict.fromkeys(values))


def percent_of(a: float, b: float) -> float:
    """Return ``a`` in per cent of ``b``."""
    return 100 * a / b


def growth_percent(new: float, old: float) -> float:
    """Return the growth from ``old`` to ``new`` in per cent."""
    return 100 * (new / old - 1)


def part_of(a: float, percent: float) -> float:
    """Return a percentage of ``a``."""
    return a * percent / 100


def nearest(target: float, values: Sequence[float]) -> float:
    """Return the value nearest to a target.

    >>> nearest(5, (1, 4, 9))
    4
    """
    return min(values, key=lambda v: abs(v - target))
