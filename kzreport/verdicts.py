"""Verdicts on claims, computed from the series as known on a date. No sentence here: :mod:`kzreport.wording`.

Each test of a claim gives a verdict and a reason of its own; all are kept. A group of alternatives (the document does
not state a basis) counts with its best; where none fits and several bases were tried, the claim is not comparable. The
claim's verdict is that of the last group that is conclusive, so what decides is written last in its row. A plan is no
outcome, whatever became of it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import partial

from kzreport import catalogue, claims
from kzreport.claims import Claim, Operand, Qualifier, Term, Test
from kzreport.indicators import aggregates, readings
from kzreport.indicators.country_groups import GROUPS
from kzreport.model import Interval, Observation, Period, Reading, Series

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
_REPRODUCIBLE = (Qualifier.EXACT, Qualifier.ROUNDED, Qualifier.INFERRED, Qualifier.ABOUT)
_COUNTS = {"count", "person", "piece", "wagon"}  # numbers of things, whatever the things are called
_PART_MARGIN = 0.25  # part-years: a quarter either side of the usual share


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


@dataclass(frozen=True)
class Tested:
    """One test and its outcome. ``left`` is what the claim comes to where a test derives something from it."""

    test: Test
    verdict: Verdict
    reason: Reason
    held: Amount | None = None
    left: Amount | None = None


@dataclass(frozen=True)
class Judgement:
    """A claim with its verdict; ``basis`` is the one it was found to fit; ``corrected`` its twin with evidence."""

    claim: Claim
    verdict: Verdict
    reason: Reason
    basis: str = ""
    tested: tuple[Tested, ...] = ()
    decisive: Tested | None = None
    corrected: Judgement | None = None


class _Stop(Exception):
    """No comparison is possible: which verdict that is, and why."""

    def __init__(self, verdict: Verdict, reason: Reason, held: Amount | None = None) -> None:
        super().__init__(reason)
        self.verdict, self.reason, self.held = verdict, reason, held


def printed(value: float) -> Interval:
    """The interval that the printed digits of a published figure leave: half a unit of the last one.

    Zeros that end a whole number count as rounding, but never so that less than two digits are left.

    >>> printed(28_000), printed(10.38), printed(20_000)
    (Interval(low=27500.0, high=28500.0), Interval(low=10.375, high=10.385), Interval(low=19500.0, high=20500.0))
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


def _merged(f: Callable[[float, float], float], a: Amount, b: Amount, unit: str) -> Amount:
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
class _Judge:
    """Everything a test may look at: the series as known, the claims printed by the date."""

    load: Load
    printed: Mapping[str, Claim]

    # --- operands ------------------------------------------------------------------------------------------------

    def amount(self, operand: Operand, claim: Claim) -> Amount:
        total: Amount | None = None
        bases = set()
        for term in operand:
            one = self._claimed(term, claim) if term.claim else self._series(term, claim)
            bases.add(one.basis)
            if total is None:
                total = one
            elif term.sign == "/":
                _above_zero(total, one)
                total = _merged(_ratio, total, one, "ratio")
            elif term.sign == "*":
                total = _merged(_part if one.unit == "percent" else _times, total, one, total.unit)
            elif one.unit != total.unit:
                raise _Stop(Verdict.NOT_COMPARABLE, Reason.UNIT)
            else:
                total = _merged(_add if term.sign == "+" else _subtract, total, one, total.unit)
        assert total is not None
        basis = "turnover" if bases == {"exports", "imports"} else bases.pop() if len(bases) == 1 else ""
        return replace(total, basis=basis)

    def _claimed(self, term: Term, claim: Claim) -> Amount:
        other = claim if term.claim == "self" else self.printed.get(term.claim)
        if other is None or other.interval is None:
            raise _Stop(Verdict.UNVERIFIABLE, Reason.NO_FIGURE)
        i = other.interval
        ends = [x for x in (i.low, i.high) if math.isfinite(x)]
        value = other.value if other.value is not None else sum(ends) / len(ends)
        period = other.period or claim.period or Period.parse(claim.document.date.isoformat())
        return Amount((value,), i, other.unit, period, other.basis)

    def _series(self, term: Term, claim: Claim) -> Amount:
        period = term.period or claim.period
        if period is None:
            raise _Stop(Verdict.NOT_COMPARABLE, Reason.PERIOD)
        d = catalogue.describe(term.series)
        dims = dict(term.dims)
        members = GROUPS.get(dims.get("partner", ""), ())
        if members:
            group = dims.pop("partner")
            table = self.load(term.series, **dims)
            parts = [self._at(table.where(partner=m), term.over, period) for m in members]
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
        items += [v for k, v in term.dims if k not in ("kind", *claims.FREE) and v not in items]
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
                raise _Stop(Verdict.UNVERIFIABLE, Reason.NO_FIGURE)
            rooms = [printed(v) for v in numbers]
            n = len(numbers) if over == "mean" else 1
            interval = Interval(math.fsum(r.low for r in rooms) / n, math.fsum(r.high for r in rooms) / n)
            return (math.fsum(numbers) / n,), interval, inside
        found = [o for o in series if o.period == period and o.value is not None]
        if not found:
            raise _Stop(Verdict.UNVERIFIABLE, Reason.NO_FIGURE)
        values = tuple(dict.fromkeys(o.value for o in found if o.value is not None))
        rooms = [printed(v) for v in values]
        return values, Interval(min(r.low for r in rooms), max(r.high for r in rooms)), found

    def _in_unit(self, found: Amount, unit: str) -> Amount:
        """Dollars as euros or the other way round, at the mean rate of the period; another unit is another thing."""
        if found.unit == unit or {found.unit, unit} <= _COUNTS:
            return replace(found, unit=unit)
        if {found.unit, unit} != {"musd", "meur"}:
            raise _Stop(Verdict.NOT_COMPARABLE, Reason.UNIT, found)
        rate = aggregates.mean(self.load("eur_per_usd"), found.period)
        if rate.value is None:
            raise _Stop(Verdict.UNVERIFIABLE, Reason.NO_FIGURE, found)
        by = rate.value if unit == "meur" else 1 / rate.value
        return replace(
            found,
            values=tuple(v * by for v in found.values),
            interval=Interval(found.interval.low * by, found.interval.high * by),
            unit=unit,
            inputs=(*found.inputs, "eur_per_usd"),
        )

    # --- tests ---------------------------------------------------------------------------------------------------

    def tested(self, test: Test, claim: Claim) -> Tested:
        try:
            found: Tested = getattr(self, f"_{test.verb}")(test, claim)
        except _Stop as stop:
            found = Tested(test, stop.verdict, stop.reason, stop.held)
        if test.within and found.reason is Reason.SERIES:
            found = replace(found, reason=Reason.WITHIN)
        return found

    def _compared(self, test: Test, claim: Claim, found: Amount) -> Tested:
        if claim.interval is None:
            raise _Stop(Verdict.UNVERIFIABLE, Reason.NO_FIGURE, found)
        found = self._in_unit(found, claim.unit)
        if claim.basis and found.basis and claim.basis != found.basis:
            return Tested(test, Verdict.NOT_COMPARABLE, _kind(claim.basis), found)
        if (
            claim.value is not None
            and claim.qualifier in _REPRODUCIBLE
            and any(abs(v - claim.value) <= claim.step / 2 * (1 + 1e-9) for v in found.values)
        ):
            return Tested(test, Verdict.REPRODUCED, Reason.SERIES, found)
        meets = claim.interval.overlaps(found.interval)
        return Tested(test, Verdict.CONSISTENT if meets else Verdict.INCONSISTENT, Reason.SERIES, found)

    def _value(self, test: Test, claim: Claim) -> Tested:
        return self._compared(test, claim, self.amount(test.operands[0], claim))

    def _change(self, test: Test, claim: Claim) -> Tested:
        new = self.amount(test.operands[0], claim)
        if len(test.operands) > 1:
            old = self.amount(test.operands[1], claim)
        else:
            before = tuple(replace(t, period=new.period.year_before()) for t in test.operands[0])
            old = self.amount(before, claim)
        _above_zero(new, old)
        return self._compared(test, claim, _merged(lambda a, b: 100 * (a / b - 1), new, old, "percent"))

    def _multiple(self, test: Test, claim: Claim) -> Tested:
        new, old = (self.amount(o, claim) for o in test.operands)
        _above_zero(new, old)
        return self._compared(test, claim, _merged(_ratio, new, old, "multiple"))

    def _share(self, test: Test, claim: Claim) -> Tested:
        part, whole = (self.amount(o, claim) for o in test.operands)
        whole = self._in_unit(whole, part.unit)
        _above_zero(part, whole)
        return self._compared(test, claim, _merged(lambda a, b: 100 * a / b, part, whole, "percent"))

    def _rank(self, test: Test, claim: Claim) -> Tested:
        operand = test.operands[0]
        own = self.amount(operand, claim)
        column, item = next((k, v) for k, v in operand[0].dims if k in ("partner", "country"))
        others = {
            o.dims[column]
            for t in operand
            for o in self.load(t.series, **{k: v for k, v in t.dims if k != column})
            if o.period == own.period and o.value is not None
        } - {item, *GROUPS.get(item, ())}
        above, unknown = 0, 0
        for other in others:
            terms = tuple(
                replace(t, dims=tuple((k, other if k == column else v) for k, v in t.dims), period=own.period)
                for t in operand
            )
            try:
                above += max(self.amount(terms, claim).values) > max(own.values)
            except _Stop:
                unknown += 1
        rank = float(above + 1)
        interval = Interval(rank, rank + unknown)
        found = replace(own, values=tuple({rank, rank + unknown}), interval=interval, unit="rank")
        return self._compared(test, claim, found)

    def _implied(self, test: Test, claim: Claim) -> Tested:
        value, share, total = (self.amount(o, claim) for o in test.operands)
        if share.unit != "percent":
            raise _Stop(Verdict.NOT_COMPARABLE, Reason.UNIT)
        _above_zero(value, share)
        implied = _merged(lambda a, b: 100 * a / b, value, share, value.unit)
        total = self._in_unit(total, implied.unit)
        meets = implied.interval.overlaps(total.interval)
        verdict = Verdict.CONSISTENT if meets else Verdict.INCONSISTENT
        return Tested(test, verdict, Reason.SERIES, total, implied)

    def _per(self, test: Test, claim: Claim) -> Tested:
        value, by, usual = (self.amount(o, claim) for o in test.operands)
        _above_zero(value, by)
        ratio = _merged(_ratio, value, by, usual.unit)
        return self._plausible(test, ratio, usual)

    @staticmethod
    def _plausible(test: Test, left: Amount, usual: Amount) -> Tested:
        meets = left.interval.overlaps(usual.interval)
        return Tested(test, Verdict.CONSISTENT if meets else Verdict.INCONSISTENT, Reason.PLAUSIBILITY, usual, left)

    def _exceeds(self, test: Test, claim: Claim) -> tuple[bool, Amount]:
        most = self._in_unit(self.amount(test.operands[0], claim), claim.unit)
        return claim.interval is not None and claim.interval.low > most.interval.high, most

    def _bound(self, test: Test, claim: Claim) -> Tested:
        over, most = self._exceeds(test, claim)
        return Tested(test, Verdict.INCONSISTENT if over else Verdict.CONSISTENT, Reason.PLAUSIBILITY, most)

    def _unit_bound(self, test: Test, claim: Claim) -> Tested:
        over, most = self._exceeds(test, claim)
        if over:
            return Tested(test, Verdict.NOT_COMPARABLE, Reason.UNIT, most)
        return Tested(test, Verdict.CONSISTENT, Reason.PLAUSIBILITY, most)

    def _unit_as(self, test: Test, claim: Claim) -> Tested:
        """The unit of a claim falls with that of another in the same list; by itself it proves nothing."""
        other = self.printed.get(test.operands[0][0].claim)
        if other:
            bounds = [t for g in other.tests for t in g if t.verb == "unit_bound"]
            for found in (self.tested(b, other) for b in bounds):
                if found.reason is Reason.UNIT:
                    return Tested(test, found.verdict, found.reason, found.held)
        return Tested(test, Verdict.UNVERIFIABLE, Reason.NO_FIGURE)

    def _part(self, test: Test, claim: Claim) -> Tested:
        """A part of a year as a share of the year, against the same months of a monthly series in the years known."""
        part = claim.period
        if part is None or not part.is_part_year or part.start.year != part.end.year:
            raise _Stop(Verdict.NOT_COMPARABLE, Reason.PERIOD)
        year = Period.parse(str(part.year))
        whole = self.amount(tuple(replace(t, period=year) for t in test.operands[0]), claim)
        mine = self.amount((Term("+", claim="self"),), claim)
        _above_zero(mine, whole)
        usual = []
        months = {t.series for t in test.operands[1]}
        for y in sorted({o.period.year for name in months for o in self.load(name)}):
            spans = (part.shift(y - part.year), Period.parse(str(y)))
            try:
                some, every = (
                    self.amount(tuple(replace(t, over="sum", period=p) for t in test.operands[1]), claim) for p in spans
                )
            except _Stop:
                continue
            usual.append(100 * some.values[0] / every.values[0])
        if not usual:
            raise _Stop(Verdict.UNVERIFIABLE, Reason.NO_FIGURE)
        low, high = min(usual) * (1 - _PART_MARGIN), max(usual) * (1 + _PART_MARGIN)
        band = replace(whole, values=(low, high), interval=Interval(low, high), unit="percent")
        share = _merged(lambda a, b: 100 * a / b, mine, whole, "percent")
        return self._plausible(test, share, replace(band, inputs=(*whole.inputs, *sorted(months))))

    def _date(self, test: Test, claim: Claim) -> Tested:
        term = test.operands[0][0]
        rows = [o for o in self.load(term.series, **dict(term.dims)) if o.value is not None]
        if not rows or claim.period is None:
            raise _Stop(Verdict.UNVERIFIABLE, Reason.NO_FIGURE)
        event = min((o.period for o in rows), key=lambda p: p.start)
        last = max(o.period.end for o in rows)
        if last > event.end:
            event = Period(event.start, last, "S")
        publishers = tuple(dict.fromkeys(o.dims["publisher"] for o in rows if "publisher" in o.dims))
        items = tuple(v for k, v in term.dims if k not in claims.FREE)
        found = Amount((1,), Interval(1, 1), "count", event, "", (term.series,), items, publishers)
        return Tested(test, _dates(claim.period, event), Reason.SERIES, found)

    def _same(self, test: Test, claim: Claim) -> Tested:
        """Two figures that look alike: of one basis, or of two; and the same where everything else agrees."""
        other = self.printed.get(test.operands[0][0].claim)
        if other is None:
            raise _Stop(Verdict.UNVERIFIABLE, Reason.NO_FIGURE)
        mine, theirs = self.fits(claim), self.fits(other)
        held = None if other.interval is None else self._claimed(Term("+", claim=other.id), claim)
        if mine and theirs and not set(mine) & set(theirs):
            stated = claim.basis and other.basis
            return Tested(test, Verdict.NOT_COMPARABLE, _kind(claim.basis) if stated else Reason.BASIS, held)
        if claim.unit == other.unit == "date" and claim.period and other.period:
            return Tested(test, _dates(claim.period, other.period), Reason.WITHIN)
        if held is None or claim.unit != other.unit or claim.period != other.period:
            raise _Stop(Verdict.UNVERIFIABLE, Reason.NO_FIGURE, held)
        return self._compared(test, claim, held)

    def _outcome(self, test: Test, claim: Claim) -> Tested:
        return Tested(test, Verdict.UNVERIFIABLE, Reason.PLAN, self.amount(test.operands[0], claim))

    @staticmethod
    def _undefined(test: Test, claim: Claim) -> Tested:
        """The document's own words leave open what is meant: nothing could be held against it."""
        return Tested(test, Verdict.NOT_COMPARABLE, _kind(claim.basis))

    # --- a claim -------------------------------------------------------------------------------------------------

    def fits(self, claim: Claim) -> tuple[str, ...]:
        """The basis that a claim states, or those it was found to fit."""
        if claim.basis:
            return (claim.basis,)
        every = [self.tested(t, claim) for g in claim.tests for t in g if t.verb != "same"]
        return tuple(dict.fromkeys(t.held.basis for t in every if t.verdict in FOR_IT and t.held and t.held.basis))

    def group(self, claim: Claim, found: list[Tested]) -> tuple[Verdict, Reason, Tested]:
        """The verdict of a group of alternatives: the best that fits, else what stands against it."""
        for verdict in FOR_IT:
            fit = next((t for t in found if t.verdict is verdict), None)
            if fit:
                by_basis = len(found) > 1 and not claim.basis and fit.held is not None and fit.held.basis
                return verdict, Reason.BASIS if by_basis else fit.reason, fit
        against = [t for t in found if t.verdict is Verdict.INCONSISTENT]
        if not claim.basis and len({(t.held.basis, t.held.period) for t in against if t.held}) > 1:
            return Verdict.NOT_COMPARABLE, Reason.BASIS, against[0]
        first = next(iter(against), None) or min(found, key=lambda t: t.verdict is Verdict.UNVERIFIABLE)
        return first.verdict, first.reason, first

    def judge(self, claim: Claim) -> Judgement:
        found = [[self.tested(t, claim) for t in group] for group in claim.tests]
        every = tuple(t for group in found for t in group)
        twin = self.judge(claim.corrected) if claim.corrected else None
        groups = [self.group(claim, g) for g in found]
        decided = [g for g in groups if g[0] is not Verdict.UNVERIFIABLE] or groups
        nothing = Reason.NO_SERIES if claim.substantive else Reason.ASIDE
        verdict, reason, by = decided[-1] if decided else (Verdict.UNVERIFIABLE, nothing, None)
        if claim.qualifier is Qualifier.PLANNED:
            verdict, reason = Verdict.UNVERIFIABLE, Reason.PLAN
        basis = by.held.basis if by and by.held and reason is Reason.BASIS and verdict in FOR_IT else ""
        return Judgement(claim, verdict, reason, basis, every, by, twin)


def _add(a: float, b: float) -> float:
    return a + b


def _subtract(a: float, b: float) -> float:
    return a - b


def _times(a: float, b: float) -> float:
    return a * b


def _ratio(a: float, b: float) -> float:
    return a / b


def _part(a: float, percent: float) -> float:
    return a * percent / 100


def _kind(basis: str) -> Reason:
    return Reason(claims.bases()[basis]["kind"])


def _basis(d: catalogue.Descriptor, term: Term, period: Period, claim: Claim) -> str:
    """The basis of what a term takes: that of the series, of a value of it, of the mean or the end of its year."""
    chosen = dict(term.dims)
    basis = next((v[chosen[k]] for k, v in d.basis_by.items() if chosen.get(k) in v), d.basis)
    if basis == "yy_month" and term.over == "mean":
        return "annual_average"
    ends = period.frequency == "M" and period.start.month == 12
    if basis == "yy_month" and ends and claim.period in (None, Period.parse(str(period.year))):
        return "end_of_period"
    return basis


def _above_zero(new: Amount, old: Amount) -> None:
    """A ratio to a base at or below zero says nothing, nor does one across zero."""
    pairs = itertools.product(new.values, old.values)
    if old.interval.low <= 0 or any(readings.quotient_status(a, b) != "ok" for a, b in pairs):
        raise _Stop(Verdict.NOT_COMPARABLE, Reason.BASE, new)


def _dates(claimed: Period, event: Period) -> Verdict:
    if claimed.start <= event.start and event.end <= claimed.end:
        return Verdict.REPRODUCED
    meets = claimed.start <= event.end and event.start <= claimed.end
    return Verdict.CONSISTENT if meets else Verdict.INCONSISTENT


def judge_all(chosen: Iterable[Claim], as_of: date, load: Load | None = None) -> tuple[Judgement, ...]:
    """The verdict on each claim as of a date; ``load`` gives the series (a page hands in its own, to name them)."""
    court = _Judge(load or partial(_known, as_of), {c.id: c for c in claims.known(as_of)})
    return tuple(court.judge(c) for c in chosen)


def _known(as_of: date, name: str, **dims: str) -> Series:
    return catalogue.load(name, as_of, **dims)


def as_of(day: date, pages: Collection[str] = ()) -> dict[str, tuple[Verdict, Reason]]:
    """Claim id -> verdict and reason as of a date, of all claims printed by then (or those of some pages)."""
    found = judge_all(claims.known(day, pages=pages), day)
    return {j.claim.id: (j.verdict, j.reason) for j in found}
