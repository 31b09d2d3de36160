"""What a claim is held against: operands of its tests turned into amounts, from series as known on a date.

What belongs here: figures of a series or of another claim, their intervals, arithmetic between them, and the verdict
that none of this was possible. What does not: the comparison itself (:mod:`kzreport.claims.verdicts`).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from kzreport.claims.ledger import Claim
from kzreport.claims.tests import FREE, Operand, Term
from kzreport.indicators import aggregates, readings
from kzreport.indicators.country_groups import GROUPS
from kzreport.model import Interval, Observation, Period, Reading, Series
from kzreport.series.resource import Resource, describe_series

Load = Callable[..., Series]


class Verdict(StrEnum):
    """What can be said of a claim."""

    REPRODUCED = "reproduced"  # equal at the precision printed
    CONSISTENT = "consistent"  # the intervals meet
    INCONSISTENT = "inconsistent"  # they do not
    NOT_COMPARABLE = "not_comparable"
    UNVERIFIABLE = "unverifiable"


class Reason(StrEnum):
    """Why: what it was held against, or what stands in the way."""

    WITHIN = "within"  # against the document's own figures
    SERIES = "series"
    BASIS = "basis"  # it fits one of several bases; or none, or another than the one stated
    PLAUSIBILITY = "plausibility"  # against a bound only
    UNIT = "unit"
    PERIOD = "period"
    SCOPE = "scope"
    REPORTER = "reporter"
    DEFINITION = "definition"
    BASE = "base"  # a ratio to a base that is not above zero
    NO_SERIES = "no_series"
    ASIDE = "aside"  # a date, a designation, a circumstance that no series describes
    NO_FIGURE = "no_figure"
    PLAN = "plan"


FOR_IT = (Verdict.REPRODUCED, Verdict.CONSISTENT)
_COUNTS = {"count", "person", "piece", "wagon"}  # numbers of things, whatever the things are called


@dataclass(frozen=True)
class Amount:
    """What an operand comes to: each figure published, and the interval that rounding and publishers leave."""

    values: tuple[float, ...]
    interval: Interval
    unit: str
    period: Period
    basis: str = ""
    inputs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()

    def reading(self, name: str = "held") -> Reading:
        """As a reading: the middle, with the interval where publishers differ."""
        low, high = min(self.values), max(self.values)
        interval = Interval(low, high) if low < high else None
        middle = low + (high - low) / 2
        return Reading(name, middle, self.unit, self.period, basis=self.basis, inputs=self.inputs, interval=interval)


class Stop(Exception):
    """No comparison is possible: which verdict that is, and why."""

    def __init__(self, verdict: Verdict, reason: Reason, held: Amount | None = None) -> None:
        super().__init__(reason)
        self.verdict, self.reason, self.held = verdict, reason, held


def printed(value: float) -> Interval:
    """The interval that the printed digits of a published figure leave: half a unit of the last one.

    Zeros that end a whole number count as rounding, but never so that less than two digits are left.

    >>> printed(28_000), printed(10.5), printed(20_000)
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


def _corners(f: Callable[[float, float], float], a: Interval, b: Interval) -> Interval:
    found = [f(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    found = [v for v in found if not math.isnan(v)]
    return Interval(min(found), max(found))


def merged(f: Callable[[float, float], float], a: Amount, b: Amount, unit: str) -> Amount:
    """Two amounts put through a function that is monotonous in both."""
    values = tuple(dict.fromkeys(itertools.starmap(f, itertools.product(a.values, b.values))))
    return replace(
        a,
        values=values,
        interval=_corners(f, a.interval, b.interval),
        unit=unit,
        inputs=tuple(dict.fromkeys(a.inputs + b.inputs)),
        items=tuple(dict.fromkeys(a.items + b.items)),
        publishers=tuple(dict.fromkeys(a.publishers + b.publishers)),
    )


@dataclass(frozen=True)
class Evidence:
    """Where amounts come from: the series as known, the claims printed by the date."""

    load: Load
    printed: Mapping[str, Claim]

    def amount(self, operand: Operand, claim: Claim) -> Amount:
        """What an operand comes to, from left to right. Raises :class:`Stop` where it comes to nothing."""
        total: Amount | None = None
        bases = set()
        for term in operand:
            one = self.claimed(term, claim) if term.claim else self._series(term, claim)
            bases.add(one.basis)
            if total is None:
                total = one
            elif term.sign == "/":
                above_zero(total, one)
                total = merged(ratio, total, one, "ratio")
            elif term.sign == "*":
                total = merged(_part if one.unit == "percent" else _times, total, one, total.unit)
            elif one.unit != total.unit:
                raise Stop(Verdict.NOT_COMPARABLE, Reason.UNIT)
            else:
                total = merged(_add if term.sign == "+" else _subtract, total, one, total.unit)
        assert total is not None
        basis = "turnover" if bases == {"exports", "imports"} else bases.pop() if len(bases) == 1 else ""
        return replace(total, basis=basis)

    def claimed(self, term: Term, claim: Claim) -> Amount:
        """The figure of a claim with the interval of its words."""
        other = claim if term.claim == "self" else self.printed.get(term.claim)
        if other is None or other.interval is None:
            raise Stop(Verdict.UNVERIFIABLE, Reason.NO_FIGURE)
        i = other.interval
        ends = [x for x in (i.low, i.high) if math.isfinite(x)]
        value = other.value if other.value is not None else sum(ends) / len(ends)
        period = other.period or claim.period or Period.parse(claim.document.date.isoformat())
        return Amount((value,), i, other.unit, period, other.basis)

    def _series(self, term: Term, claim: Claim) -> Amount:
        period = term.period or claim.period
        if period is None:
            raise Stop(Verdict.NOT_COMPARABLE, Reason.PERIOD)
        d = describe_series(term.series)
        dims = dict(term.dims)
        members = GROUPS.get(dims.get("partner", ""), ())
        if members:
            group = dims.pop("partner")
            table = self.load(term.series, **dims)
            by, none = table.split("partner"), replace(table, observations=())
            parts = [self._at(by.get(m, none), term.over, period) for m in members]
        else:
            parts = [self._at(self.load(term.series, **dims), term.over, period)]
        values, interval, found = parts[0]
        for more, room, seen in parts[1:]:
            values = tuple(dict.fromkeys(a + b for a, b in itertools.product(values, more)))
            interval, found = Interval(interval.low + room.low, interval.high + room.high), [*found, *seen]
        unit = d.unit
        if unit in ("index_py100", "index_pp100"):
            values, unit = tuple(v - 100 for v in values), "percent"
            interval = Interval(interval.low - 100, interval.high - 100)
        items = [group] if members else []
        items += [v for k, v in term.dims if k not in ("kind", *FREE) and v not in items]
        publishers = tuple(dict.fromkeys(o.dims["publisher"] for o in found if "publisher" in o.dims))
        basis = _basis(d, term, period, claim)
        return Amount(values, interval, unit, period, basis, (d.name,), tuple(items), publishers)

    @staticmethod
    def _at(series: Series, over: str, period: Period) -> tuple[tuple[float, ...], Interval, list[Observation]]:
        """Figures of one period, or the sum or mean of what it is made of."""
        if over:
            inside = [o for o in series if period.start <= o.period.start and o.period.end <= period.end]
            whole = sum(o.period.months for o in inside if o.value is not None) == period.months
            numbers = [o.value for o in inside if o.value is not None]
            if not whole or len({o.period for o in inside}) != len(inside):
                raise Stop(Verdict.UNVERIFIABLE, Reason.NO_FIGURE)
            rooms = [printed(v) for v in numbers]
            n = len(numbers) if over == "mean" else 1
            interval = Interval(math.fsum(r.low for r in rooms) / n, math.fsum(r.high for r in rooms) / n)
            return (math.fsum(numbers) / n,), interval, inside
        found = [o for o in series if o.period == period and o.value is not None]
        if not found:
            raise Stop(Verdict.UNVERIFIABLE, Reason.NO_FIGURE)
        values = tuple(dict.fromkeys(o.value for o in found if o.value is not None))
        rooms = [printed(v) for v in values]
        return values, Interval(min(r.low for r in rooms), max(r.high for r in rooms)), found

    def in_unit(self, found: Amount, unit: str) -> Amount:
        """Dollars as euros or the other way round, at the mean rate of the period; another unit is another thing."""
        if found.unit == unit or {found.unit, unit} <= _COUNTS:
            return replace(found, unit=unit)
        if {found.unit, unit} != {"musd", "meur"}:
            raise Stop(Verdict.NOT_COMPARABLE, Reason.UNIT, found)
        rate = aggregates.mean(self.load("eur_per_usd"), found.period)
        if rate.value is None:
            raise Stop(Verdict.UNVERIFIABLE, Reason.NO_FIGURE, found)
        by = rate.value if unit == "meur" else 1 / rate.value
        return replace(
            found,
            values=tuple(v * by for v in found.values),
            interval=Interval(found.interval.low * by, found.interval.high * by),
            unit=unit,
            inputs=(*found.inputs, "eur_per_usd"),
        )


def _add(a: float, b: float) -> float:
    return a + b


def _subtract(a: float, b: float) -> float:
    return a - b


def _times(a: float, b: float) -> float:
    return a * b


def ratio(a: float, b: float) -> float:
    """``a / b``; whether that says anything is :func:`above_zero`."""
    return a / b


def _part(a: float, percent: float) -> float:
    return a * percent / 100


def _basis(d: Resource, term: Term, period: Period, claim: Claim) -> str:
    """The basis of what a term takes: that of the series, of a value of it, of the mean or the end of its year."""
    chosen = dict(term.dims)
    basis = next((v[chosen[k]] for k, v in d.basis_by.items() if chosen.get(k) in v), d.basis)
    if basis == "yy_month" and term.over == "mean":
        return "annual_average"
    ends = period.frequency == "M" and period.start.month == 12
    if basis == "yy_month" and ends and claim.period in (None, Period.parse(str(period.year))):
        return "end_of_period"
    return basis


def above_zero(new: Amount, old: Amount) -> None:
    """A ratio to a base at or below zero says nothing, nor does one across zero."""
    pairs = itertools.product(new.values, old.values)
    if old.interval.low <= 0 or any(readings.quotient_status(a, b) != "ok" for a, b in pairs):
        raise Stop(Verdict.NOT_COMPARABLE, Reason.BASE, new)
