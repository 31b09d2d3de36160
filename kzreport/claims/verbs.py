"""The verbs of the column ``test``: how each one compares a claim with other figures.

One table, :data:`VERBS`, lists them. A new verb is a function and a line there, a line in ``compared_with`` of
``kzreport/language/furniture.yml`` and a row in docs/reference/claims.md.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal, NamedTuple

from kzreport.claims import rule
from kzreport.claims.amounts import Amount, Point, combine, growth_percent, percent_of, tells
from kzreport.claims.claim import Claim, ClaimTest, Qualifier, Term
from kzreport.claims.evidence import Evidence, require_base
from kzreport.claims.outcomes import NotComparable, Reason, TestOutcome, no_figure
from kzreport.claims.spans import compare_dates, compare_spans
from kzreport.claims.verdict import Verdict
from kzreport.model import Interval, Period

_PLACES = ("partner", "country")  # dimensions over which a rank is taken
_REPRODUCIBLE = (Qualifier.EXACT, Qualifier.ROUNDED, Qualifier.INFERRED, Qualifier.ABOUT, Qualifier.PLANNED)
_PART_MARGIN = 0.25  # part-years: a quarter on either side of the usual share
_ROUNDED = (Qualifier.EXACT, Qualifier.ROUNDED, Qualifier.INFERRED, Qualifier.PLANNED)
_WHOLE = 100.0  # per cent
_SELF = (Term("+", claim="self"),)
_DAYS_OF_A_MONTH = 365.25 / 12


class Verb(NamedTuple):
    """A verb: its number of operands, its function, and the kind of term it accepts (empty: any).

    ``any_period``: it chooses the periods of its operands itself, so that their frequency may be another.
    """

    fewest: int
    most: int
    run: Callable[[Evidence, ClaimTest, Claim], TestOutcome]
    takes: Literal["claim", "fact", ""] = ""
    any_period: bool = False


def run_test(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    """Return the outcome of one test of a claim. A test that finds nothing to compare has an outcome too."""
    try:
        outcome = VERBS[test.verb].run(evidence, test, claim)
    except NotComparable as e:
        outcome = TestOutcome(test, e.verdict, e.reason, e.compared_with)
    if test.within and outcome.reason is Reason.SERIES:
        return replace(outcome, reason=Reason.WITHIN)
    return outcome


def fitting_bases(evidence: Evidence, claim: Claim) -> tuple[str, ...]:
    """Return the basis that a claim states, or else those that its figure fits."""
    if claim.basis:
        return (claim.basis,)
    outcomes = [run_test(evidence, t, claim) for group in claim.tests for t in group if t.verb != "same"]
    found = [o.compared_with.basis for o in outcomes if o.verdict.supports and o.compared_with]
    return tuple(dict.fromkeys(filter(None, found)))


def _meeting(meets: bool) -> Verdict:
    return Verdict.CONSISTENT if meets else Verdict.INCONSISTENT


def _difference_of(evidence: Evidence, claim: Claim) -> Reason:
    return Reason(evidence.register.bases[claim.basis].kind)


def _compare(evidence: Evidence, test: ClaimTest, claim: Claim, found: Amount) -> TestOutcome:
    if claim.interval is None:
        raise no_figure(found)
    found = evidence.in_unit(found, claim.unit)
    if claim.basis and found.basis and claim.basis != found.basis:
        return TestOutcome(test, Verdict.NOT_COMPARABLE, _difference_of(evidence, claim), found)
    heard = [(_verdict(claim, p), p) for p in found.readings if _speaks(claim, p)]
    bearings = [rule.Bearing(v, p.grade, p.source) for v, p in heard if _tells(claim, v, p)]
    if heard and not bearings:
        return TestOutcome(test, Verdict.UNVERIFIABLE, Reason.BOUND, found)
    outcome = _decided(test, claim, found, bearings)
    if outcome.verdict is Verdict.REPRODUCED and not _of_its_period(claim, found):
        return replace(outcome, verdict=Verdict.CONSISTENT)
    return outcome


def _speaks(claim: Claim, point: Point) -> bool:
    """True if a reading may judge the claim: what was announced judges an announcement, and nothing else does."""
    return point.planned is (claim.qualifier is Qualifier.PLANNED)


def _tells(claim: Claim, verdict: Verdict, point: Point) -> bool:
    """True if a reading is informative: a mere bound that contradicts nothing may not be."""
    return not verdict.supports or (claim.interval is not None and tells(point.interval, claim.interval))


def _verdict(claim: Claim, point: Point) -> Verdict:
    """Return the verdict of one reading."""
    if claim.value is not None and claim.qualifier in _REPRODUCIBLE:
        half = claim.step / 2 * (1 + 1e-9)
        if any(abs(v - claim.value) <= half for v in point.values):
            return Verdict.REPRODUCED
    return _meeting(claim.interval is not None and _overlap(claim, claim.interval, point))


def _overlap(claim: Claim, stated: Interval, point: Point) -> bool:
    """True if claim and reading have values in common; two roundings that only touch do not (19 and 18 differ)."""
    rounded = claim.qualifier in _ROUNDED and point.values and point.interval.low < point.interval.high
    room = 1e-9 * max(1.0, abs(stated.low)) if rounded else 0.0
    if rounded:
        return stated.low + room < point.interval.high and point.interval.low + room < stated.high
    return stated.overlaps(point.interval)


def _of_its_period(claim: Claim, found: Amount) -> bool:
    """True unless the figure is of another period than the claim's: it then agrees at best, and reproduces nothing."""
    a, b = claim.period, found.period
    return a is None or (a.start <= b.end and b.start <= a.end)


def _decided(test: ClaimTest, claim: Claim, found: Amount, bearings: Sequence[rule.Bearing]) -> TestOutcome:
    """Return the outcome that the rule makes of readings; without any, they only announce a plan."""
    if not bearings:
        return TestOutcome(test, Verdict.UNVERIFIABLE, Reason.PLAN, found)
    verdict, reason = rule.of_readings(bearings)
    usual = Reason.ANNOUNCED if claim.qualifier is Qualifier.PLANNED else Reason.SERIES
    return TestOutcome(test, verdict, reason or usual, found)


def _value(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    return _compare(evidence, test, claim, evidence.amount(test.operands[0], claim))


def _change(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    new = evidence.amount(test.operands[0], claim)
    year_before = tuple(replace(t, period=new.period.year_before()) for t in test.operands[0])
    old = evidence.amount(test.operands[1] if len(test.operands) > 1 else year_before, claim)
    require_base(new, old)
    return _compare(evidence, test, claim, combine(growth_percent, new, old, "percent"))


def _multiple(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    new, old = (evidence.amount(o, claim) for o in test.operands)
    require_base(new, old)
    return _compare(evidence, test, claim, combine(operator.truediv, new, old, "multiple"))


def _share(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    part, whole = (evidence.amount(o, claim) for o in test.operands)
    whole = evidence.in_unit(whole, part.unit)
    require_base(part, whole)
    return _compare(evidence, test, claim, combine(percent_of, part, whole, "percent"))


def _rank(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    """Count the places above; those whose figure is missing widen the interval."""
    operand = test.operands[0]
    own = evidence.amount(operand, claim)
    column, item = next((k, v) for k, v in operand[0].dims if k in _PLACES)
    group = evidence.groups.get(item)
    others = {
        o.dims[column]
        for t in operand
        for o in evidence.load(t.series, **{k: v for k, v in t.dims if k != column})
        if o.period == own.period and o.value is not None
    } - {item, *(group.members(own.period.end) if group else ())}
    above, unknown = 0, 0
    for other in others:
        terms = tuple(
            replace(t, dims=tuple((k, other if k == column else v) for k, v in t.dims), period=own.period)
            for t in operand
        )
        try:
            above += max(evidence.amount(terms, claim).values) > max(own.values)
        except NotComparable:
            unknown += 1
    return _compare(evidence, test, claim, own.counted(above + 1.0, above + 1.0 + unknown, "rank"))


def _implied(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    value, share, total = (evidence.amount(o, claim) for o in test.operands)
    if share.unit != "percent":
        raise NotComparable(Verdict.NOT_COMPARABLE, Reason.UNIT)
    require_base(value, share)
    implied = combine(percent_of, value, share, value.unit)
    total = evidence.in_unit(total, implied.unit)
    return TestOutcome(test, _meeting(implied.interval.overlaps(total.interval)), Reason.SERIES, total, implied)


def _plausible(test: ClaimTest, derived: Amount, usual: Amount) -> TestOutcome:
    """Compare with what is usual: no figure of the same thing, so that it makes doubt and no contradiction."""
    meets = derived.interval.overlaps(usual.interval)
    return TestOutcome(test, Verdict.CONSISTENT if meets else Verdict.DOUBTFUL, Reason.PLAUSIBILITY, usual, derived)


def _per(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    value, by, usual = (evidence.amount(o, claim) for o in test.operands)
    require_base(value, by)
    return _plausible(test, combine(operator.truediv, value, by, usual.unit), usual)


def _exceeds(evidence: Evidence, test: ClaimTest, claim: Claim) -> tuple[bool, Amount]:
    most = evidence.in_unit(evidence.amount(test.operands[0], claim), claim.unit)
    return claim.interval is not None and claim.interval.low > most.interval.high, most


def _bound(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    exceeds, most = _exceeds(evidence, test, claim)
    return TestOutcome(test, _meeting(not exceeds), Reason.PLAUSIBILITY, most)


def _unit_bound(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    exceeds, most = _exceeds(evidence, test, claim)
    if exceeds:
        return TestOutcome(test, Verdict.NOT_COMPARABLE, Reason.UNIT, most)
    return TestOutcome(test, Verdict.CONSISTENT, Reason.PLAUSIBILITY, most)


def _unit_as(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    """Doubt the unit of a claim because another claim of the list has the same; by itself the test proves nothing."""
    other = evidence.printed.get(test.operands[0][0].claim)
    bounds = [t for group in other.tests for t in group if t.verb == "unit_bound"] if other else []
    for found in (run_test(evidence, bound, other) for bound in bounds if other):
        if found.reason is Reason.UNIT:
            return replace(found, test=test, derived=None)
    return TestOutcome(test, Verdict.UNVERIFIABLE, Reason.NO_FIGURE)


def _part(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    """Compare the claim's share of its year with the share of the same months in the years of monthly series."""
    part = claim.period
    if part is None or not part.is_part_year or part.start.year != part.end.year:
        raise NotComparable(Verdict.NOT_COMPARABLE, Reason.PERIOD)
    annual, monthly = test.operands
    whole = evidence.amount(tuple(replace(t, period=Period.parse(str(part.year))) for t in annual), claim)
    own = evidence.amount(_SELF, claim)
    require_base(own, whole)
    names = dict.fromkeys(t.series for t in monthly)  # in order: the sources of the page follow it
    usual = []
    for year in sorted({o.period.year for name in names for o in evidence.load(name)}):
        spans = (part.shift(year - part.year), Period.parse(str(year)))
        try:
            some, every = (
                evidence.amount(tuple(replace(t, over="sum", period=span) for t in monthly), claim) for span in spans
            )
        except NotComparable:
            continue
        usual.append(percent_of(some.values[0], every.values[0]))
    if not usual:
        raise no_figure()
    low, high = min(usual) * (1 - _PART_MARGIN), max(usual) * (1 + _PART_MARGIN)
    inputs = (*whole.inputs, *sorted(names))
    band = replace(whole.counted(low, high, "percent"), values=(low, high), inputs=inputs)
    return _plausible(test, combine(percent_of, own, whole, "percent"), band)


def _date(
    evidence: Evidence, test: ClaimTest, claim: Claim, compare: Callable[[Period, Period], Verdict] = compare_dates
) -> TestOutcome:
    """Compare the claimed date with the date of each fact: one reading a source."""
    facts = evidence.heard(test.operands[0][0], claim)
    if not facts or claim.period is None:
        raise no_figure()
    found = evidence.of_facts(test.operands[0][0], claim)
    nearest = min(facts, key=lambda f: abs((f.period.start - claim.period.start).days) if claim.period else 0)
    found = replace(found, period=nearest.period, unit="count")
    verdicts = [(compare(claim.period, f.period), f.point) for f in facts if _speaks(claim, f.point)]
    if verdicts and not any(v.decided for v, _ in verdicts):
        raise no_figure(found)
    return _decided(test, claim, found, [rule.Bearing(v, p.grade, p.source) for v, p in verdicts if v.decided])


def _same(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    """Compare two figures that look alike: if their bases differ, that is a remark; else the figures."""
    other = evidence.printed.get(test.operands[0][0].claim)
    if other is None:
        raise no_figure()
    own_bases, other_bases = fitting_bases(evidence, claim), fitting_bases(evidence, other)
    found = None if other.interval is None else evidence.of_claim(test.operands[0][0], claim)
    if own_bases and other_bases and not set(own_bases) & set(other_bases):
        return TestOutcome(test, Verdict.UNVERIFIABLE, Reason.BASES_DIFFER, found)  # a remark, no verdict
    if claim.unit == other.unit == "date" and claim.period and other.period:
        return TestOutcome(test, compare_dates(claim.period, other.period), Reason.WITHIN)
    if found is None or claim.unit != other.unit or claim.period != other.period:
        raise no_figure(found)
    return _compare(evidence, test, claim, found)


def _apart(claimed: Period, event: Period) -> Verdict:
    """Contradict a claimed period with an event that may not lie inside it; an event elsewhere says nothing."""
    inside = claimed.start <= event.start and event.end <= claimed.end
    return Verdict.INCONSISTENT if inside else Verdict.UNVERIFIABLE


def _covers(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    """Compare a number of months or years with those that the claim's own period covers."""
    if claim.period is None:
        raise no_figure()
    months = claim.period.months
    length = months / 12 if claim.unit == "years" else float(months)
    return _compare(evidence, test, claim, Amount((length,), Interval(length, length), claim.unit, claim.period))


def _elapsed(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    """Compare a number of months or years with those between the periods of two other claims.

    Two days of which the month alone is known lie up to a month nearer or farther than their months do.
    """
    periods = [c.period for o in test.operands if (c := evidence.printed.get(o[0].claim)) and c.period]
    if len(periods) < len(test.operands):
        raise no_figure()
    first, last = periods
    years = last.start.year - first.start.year
    gap = float(years if claim.unit == "years" else 12 * years + last.start.month - first.start.month)
    room = Interval(gap, gap)
    if claim.unit == "months":
        nearest, farthest = (last.start - first.end).days, (last.end - first.start).days
        room = Interval(nearest / _DAYS_OF_A_MONTH, farthest / _DAYS_OF_A_MONTH)
    return _compare(evidence, test, claim, Amount((gap,), room, claim.unit, last))


def _parts(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    """Add up parts of one whole, in per cent: they may not exceed it."""
    parts = [evidence.amount(o, claim) for o in test.operands]
    total = parts[0]
    for part in parts[1:]:
        total = combine(operator.add, total, part, "percent")
    return TestOutcome(test, _meeting(total.interval.low <= _WHOLE), Reason.PLAUSIBILITY, total)


def _majority(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    """Compare a number of rounds with a share of the vote: one round if it exceeds half, more if it does not."""
    share = evidence.amount(test.operands[0], claim)
    once = share.interval.low > _WHOLE / 2
    agrees = claim.value is not None and (claim.value == 1) is once
    return TestOutcome(test, _meeting(agrees), Reason.PLAUSIBILITY, share)


def _outcome(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    return TestOutcome(test, Verdict.UNVERIFIABLE, Reason.PLAN, evidence.amount(test.operands[0], claim))


def _beside(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    """Show a related figure that neither supports nor contradicts the claim."""
    found = evidence.amount(test.operands[0], claim)
    return TestOutcome(test, Verdict.NOT_COMPARABLE, _difference_of(evidence, claim), found)


def _undefined(evidence: Evidence, test: ClaimTest, claim: Claim) -> TestOutcome:
    return TestOutcome(test, Verdict.NOT_COMPARABLE, _difference_of(evidence, claim))


VERBS: Mapping[str, Verb] = {
    "value": Verb(1, 1, _value),
    "change": Verb(1, 2, _change),
    "multiple": Verb(2, 2, _multiple),
    "share": Verb(2, 2, _share),
    "rank": Verb(1, 1, _rank),
    "implied": Verb(3, 3, _implied),
    "per": Verb(3, 3, _per),
    "bound": Verb(1, 1, _bound),
    "unit_bound": Verb(1, 1, _unit_bound),
    "unit_as": Verb(1, 1, _unit_as, takes="claim"),
    "part": Verb(2, 2, _part, any_period=True),
    "date": Verb(1, 1, _date, takes="fact"),
    "span": Verb(1, 1, partial(_date, compare=compare_spans), takes="fact"),
    "same": Verb(1, 1, _same, takes="claim"),
    "outside": Verb(1, 1, partial(_date, compare=_apart), takes="fact"),
    "covers": Verb(0, 0, _covers),
    "elapsed": Verb(2, 2, _elapsed, takes="claim"),
    "parts": Verb(2, 5, _parts),
    "majority": Verb(1, 1, _majority, takes="claim"),
    "outcome": Verb(1, 1, _outcome),
    "beside": Verb(1, 1, _beside),
    "undefined": Verb(0, 0, _undefined),
}
