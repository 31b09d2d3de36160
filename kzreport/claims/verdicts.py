"""Verdicts on claims, computed from the series as known on a date. No sentence here: :mod:`kzreport.claims.sentences`.

Each test of a claim gives a verdict and a reason of its own; all are kept. A group of alternatives (the document does
not state a basis) counts with its best; where none fits and several bases were tried, the claim is not comparable. The
claim's verdict is that of the last group that is conclusive, so what decides is written last in its row. A plan is no
outcome, whatever became of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from kzreport.claims import ledger as claims
from kzreport.claims.evidence import FOR_IT, Amount, Evidence, Load, Reason, Stop, Verdict, above_zero, merged, ratio
from kzreport.claims.ledger import Claim, Qualifier
from kzreport.claims.tests import FREE, Term, Trial
from kzreport.indicators.country_groups import GROUPS
from kzreport.model import Interval, Period, Series
from kzreport.series.known import load_series

_REPRODUCIBLE = (Qualifier.EXACT, Qualifier.ROUNDED, Qualifier.INFERRED, Qualifier.ABOUT)
_PART_MARGIN = 0.25  # part-years: a quarter either side of the usual share


@dataclass(frozen=True)
class Tried:
    """One test and its outcome. ``left`` is what the claim comes to where a test derives something from it."""

    test: Trial
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
    tested: tuple[Tried, ...] = ()
    decisive: Tried | None = None
    corrected: Judgement | None = None


@dataclass(frozen=True)
class _Judge(Evidence):
    """Runs the tests that a claim's row names: a method for each verb."""

    def tested(self, test: Trial, claim: Claim) -> Tried:
        try:
            found: Tried = getattr(self, f"_{test.verb}")(test, claim)
        except Stop as stop:
            found = Tried(test, stop.verdict, stop.reason, stop.held)
        if test.within and found.reason is Reason.SERIES:
            found = replace(found, reason=Reason.WITHIN)
        return found

    def _compared(self, test: Trial, claim: Claim, found: Amount) -> Tried:
        if claim.interval is None:
            raise Stop(Verdict.UNVERIFIABLE, Reason.NO_FIGURE, found)
        found = self.in_unit(found, claim.unit)
        if claim.basis and found.basis and claim.basis != found.basis:
            return Tried(test, Verdict.NOT_COMPARABLE, _kind(claim.basis), found)
        if (
            claim.value is not None
            and claim.qualifier in _REPRODUCIBLE
            and any(abs(v - claim.value) <= claim.step / 2 * (1 + 1e-9) for v in found.values)
        ):
            return Tried(test, Verdict.REPRODUCED, Reason.SERIES, found)
        meets = claim.interval.overlaps(found.interval)
        return Tried(test, Verdict.CONSISTENT if meets else Verdict.INCONSISTENT, Reason.SERIES, found)

    def _value(self, test: Trial, claim: Claim) -> Tried:
        return self._compared(test, claim, self.amount(test.operands[0], claim))

    def _change(self, test: Trial, claim: Claim) -> Tried:
        new = self.amount(test.operands[0], claim)
        if len(test.operands) > 1:
            old = self.amount(test.operands[1], claim)
        else:
            before = tuple(replace(t, period=new.period.year_before()) for t in test.operands[0])
            old = self.amount(before, claim)
        above_zero(new, old)
        return self._compared(test, claim, merged(lambda a, b: 100 * (a / b - 1), new, old, "percent"))

    def _multiple(self, test: Trial, claim: Claim) -> Tried:
        new, old = (self.amount(o, claim) for o in test.operands)
        above_zero(new, old)
        return self._compared(test, claim, merged(ratio, new, old, "multiple"))

    def _share(self, test: Trial, claim: Claim) -> Tried:
        part, whole = (self.amount(o, claim) for o in test.operands)
        whole = self.in_unit(whole, part.unit)
        above_zero(part, whole)
        return self._compared(test, claim, merged(lambda a, b: 100 * a / b, part, whole, "percent"))

    def _rank(self, test: Trial, claim: Claim) -> Tried:
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
            except Stop:
                unknown += 1
        rank = float(above + 1)
        interval = Interval(rank, rank + unknown)
        found = replace(own, values=tuple({rank, rank + unknown}), interval=interval, unit="rank")
        return self._compared(test, claim, found)

    def _implied(self, test: Trial, claim: Claim) -> Tried:
        value, share, total = (self.amount(o, claim) for o in test.operands)
        if share.unit != "percent":
            raise Stop(Verdict.NOT_COMPARABLE, Reason.UNIT)
        above_zero(value, share)
        implied = merged(lambda a, b: 100 * a / b, value, share, value.unit)
        total = self.in_unit(total, implied.unit)
        meets = implied.interval.overlaps(total.interval)
        verdict = Verdict.CONSISTENT if meets else Verdict.INCONSISTENT
        return Tried(test, verdict, Reason.SERIES, total, implied)

    def _per(self, test: Trial, claim: Claim) -> Tried:
        value, by, usual = (self.amount(o, claim) for o in test.operands)
        above_zero(value, by)
        return self._plausible(test, merged(ratio, value, by, usual.unit), usual)

    @staticmethod
    def _plausible(test: Trial, left: Amount, usual: Amount) -> Tried:
        meets = left.interval.overlaps(usual.interval)
        return Tried(test, Verdict.CONSISTENT if meets else Verdict.INCONSISTENT, Reason.PLAUSIBILITY, usual, left)

    def _exceeds(self, test: Trial, claim: Claim) -> tuple[bool, Amount]:
        most = self.in_unit(self.amount(test.operands[0], claim), claim.unit)
        return claim.interval is not None and claim.interval.low > most.interval.high, most

    def _bound(self, test: Trial, claim: Claim) -> Tried:
        over, most = self._exceeds(test, claim)
        return Tried(test, Verdict.INCONSISTENT if over else Verdict.CONSISTENT, Reason.PLAUSIBILITY, most)

    def _unit_bound(self, test: Trial, claim: Claim) -> Tried:
        over, most = self._exceeds(test, claim)
        if over:
            return Tried(test, Verdict.NOT_COMPARABLE, Reason.UNIT, most)
        return Tried(test, Verdict.CONSISTENT, Reason.PLAUSIBILITY, most)

    def _unit_as(self, test: Trial, claim: Claim) -> Tried:
        """The unit of a claim falls with that of another in the same list; by itself it proves nothing."""
        other = self.printed.get(test.operands[0][0].claim)
        if other:
            bounds = [t for g in other.tests for t in g if t.verb == "unit_bound"]
            for found in (self.tested(b, other) for b in bounds):
                if found.reason is Reason.UNIT:
                    return Tried(test, found.verdict, found.reason, found.held)
        return Tried(test, Verdict.UNVERIFIABLE, Reason.NO_FIGURE)

    def _part(self, test: Trial, claim: Claim) -> Tried:
        """A part of a year as a share of the year, against the same months of a monthly series in the years known."""
        part = claim.period
        if part is None or not part.is_part_year or part.start.year != part.end.year:
            raise Stop(Verdict.NOT_COMPARABLE, Reason.PERIOD)
        year = Period.parse(str(part.year))
        whole = self.amount(tuple(replace(t, period=year) for t in test.operands[0]), claim)
        mine = self.amount((Term("+", claim="self"),), claim)
        above_zero(mine, whole)
        usual = []
        months = dict.fromkeys(t.series for t in test.operands[1])  # in order: the sources of the page follow it
        for y in sorted({o.period.year for name in months for o in self.load(name)}):
            spans = (part.shift(y - part.year), Period.parse(str(y)))
            try:
                some, every = (
                    self.amount(tuple(replace(t, over="sum", period=p) for t in test.operands[1]), claim) for p in spans
                )
            except Stop:
                continue
            usual.append(100 * some.values[0] / every.values[0])
        if not usual:
            raise Stop(Verdict.UNVERIFIABLE, Reason.NO_FIGURE)
        low, high = min(usual) * (1 - _PART_MARGIN), max(usual) * (1 + _PART_MARGIN)
        band = replace(whole, values=(low, high), interval=Interval(low, high), unit="percent")
        share = merged(lambda a, b: 100 * a / b, mine, whole, "percent")
        return self._plausible(test, share, replace(band, inputs=(*whole.inputs, *sorted(months))))

    def _date(self, test: Trial, claim: Claim) -> Tried:
        term = test.operands[0][0]
        rows = [o for o in self.load(term.series, **dict(term.dims)) if o.value is not None]
        if not rows or claim.period is None:
            raise Stop(Verdict.UNVERIFIABLE, Reason.NO_FIGURE)
        event = min((o.period for o in rows), key=lambda p: p.start)
        last = max(o.period.end for o in rows)
        if last > event.end:
            event = Period(event.start, last, "S")
        publishers = tuple(dict.fromkeys(o.dims["publisher"] for o in rows if "publisher" in o.dims))
        items = tuple(v for k, v in term.dims if k not in FREE)
        found = Amount((1,), Interval(1, 1), "count", event, "", (term.series,), items, publishers)
        return Tried(test, _dates(claim.period, event), Reason.SERIES, found)

    def _same(self, test: Trial, claim: Claim) -> Tried:
        """Two figures that look alike: of one basis, or of two; and the same where everything else agrees."""
        other = self.printed.get(test.operands[0][0].claim)
        if other is None:
            raise Stop(Verdict.UNVERIFIABLE, Reason.NO_FIGURE)
        mine, theirs = self.fits(claim), self.fits(other)
        held = None if other.interval is None else self.claimed(Term("+", claim=other.id), claim)
        if mine and theirs and not set(mine) & set(theirs):
            stated = claim.basis and other.basis
            return Tried(test, Verdict.NOT_COMPARABLE, _kind(claim.basis) if stated else Reason.BASIS, held)
        if claim.unit == other.unit == "date" and claim.period and other.period:
            return Tried(test, _dates(claim.period, other.period), Reason.WITHIN)
        if held is None or claim.unit != other.unit or claim.period != other.period:
            raise Stop(Verdict.UNVERIFIABLE, Reason.NO_FIGURE, held)
        return self._compared(test, claim, held)

    def _outcome(self, test: Trial, claim: Claim) -> Tried:
        return Tried(test, Verdict.UNVERIFIABLE, Reason.PLAN, self.amount(test.operands[0], claim))

    @staticmethod
    def _undefined(test: Trial, claim: Claim) -> Tried:
        """The document's own words leave open what is meant: nothing could be held against it."""
        return Tried(test, Verdict.NOT_COMPARABLE, _kind(claim.basis))

    # --- a claim -------------------------------------------------------------------------------------------------

    def fits(self, claim: Claim) -> tuple[str, ...]:
        """The basis that a claim states, or those it was found to fit."""
        if claim.basis:
            return (claim.basis,)
        every = [self.tested(t, claim) for g in claim.tests for t in g if t.verb != "same"]
        return tuple(dict.fromkeys(t.held.basis for t in every if t.verdict in FOR_IT and t.held and t.held.basis))

    def group(self, claim: Claim, found: list[Tried]) -> tuple[Verdict, Reason, Tried]:
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


def _kind(basis: str) -> Reason:
    return Reason(claims.bases()[basis]["kind"])


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
    return load_series(name, as_of, **dims)


def as_of(day: date, **chosen: Collection[str]) -> dict[str, tuple[Verdict, Reason]]:
    """Claim id -> verdict and reason as of a date, of the claims printed by then, chosen as by :func:`claims.known`."""
    found = judge_all(claims.known(day, **chosen), day)
    return {j.claim.id: (j.verdict, j.reason) for j in found}
