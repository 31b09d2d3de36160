"""Amounts: figures with the interval that rounding and differing publishers leave, and arithmetic between them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from kzreport.model import Interval, Period, Reading


@dataclass(frozen=True)
class Amount:
    """The result of an operand: each published figure, and the interval around them.

    ``inputs`` are the names of series; ``items`` what the figures are about (partner, country, measure).

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
        return replace(
            self,
            values=tuple(v * factor for v in self.values),
            interval=Interval(self.interval.low * factor, self.interval.high * factor),
            unit=unit,
            inputs=(*self.inputs, series),
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


def combine(function: Callable[[float, float], float], a: Amount, b: Amount, unit: str) -> Amount:
    """Return two amounts put through a function that is monotonic in both; period and basis are those of ``a``."""
    corners = [function(x, y) for x in (a.interval.low, a.interval.high) for y in (b.interval.low, b.interval.high)]
    corners = [v for v in corners if not math.isnan(v)]
    return replace(
        a,
        values=tuple(dict.fromkeys(itertools.starmap(function, itertools.product(a.values, b.values)))),
        interval=Interval(min(corners), max(corners)),
        unit=unit,
        inputs=tuple(dict.fromkeys(a.inputs + b.inputs)),
        items=tuple(dict.fromkeys(a.items + b.items)),
        publishers=tuple(dict.fromkeys(a.publishers + b.publishers)),
    )


def percent_of(a: float, b: float) -> float:
    """Return ``a`` in per cent of ``b``."""
    return 100 * a / b


def growth_percent(new: float, old: float) -> float:
    """Return the growth from ``old`` to ``new`` in per cent."""
    return 100 * (new / old - 1)


def part_of(a: float, percent: float) -> float:
    """Return a percentage of ``a``."""
    return a * percent / 100
