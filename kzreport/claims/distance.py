"""Distance between a claim and a published figure, in the claim's unit; for dates, in days, months or years.

What belongs here: the difference as a number. What does not: its words (:mod:`kzreport.claims.columns`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kzreport.claims.amounts import nearest
from kzreport.claims.claim import Claim, Qualifier
from kzreport.claims.outcomes import TestOutcome
from kzreport.claims.verdict import Verdict
from kzreport.model import Period
from kzreport.units import UNITS

_NUMBERS = ("value", "change", "multiple", "share", "rank", "same", "elapsed", "covers")
_OPEN = (Qualifier.MORE_THAN, Qualifier.AT_LEAST, Qualifier.LESS_THAN, Qualifier.AT_MOST)
_FEW_DAYS = 60


@dataclass(frozen=True)
class Distance:
    """The claim less what it was compared with: above 0 if the claim says more, or a later date.

    - ``unit``: the unit of a difference in the claim's unit; ``days``, ``months`` or ``years`` between dates
    - ``at_least``: the claim states a bound
    - ``several``: there are several readings, of which this is the nearest
    - ``dated``: it lies between two dates
    - ``step``: the last digit worth showing; ``unsigned``: more and less would not be understood (ranks, falls)
    """

    value: float
    unit: str
    at_least: bool = False
    several: bool = False
    step: float = 1.0
    unsigned: bool = False
    dated: bool = False


def distance(claim: Claim, outcome: TestOutcome) -> Distance | None:
    """Return how far the claim is from what one test compared it with; ``None`` if it agrees or has no measure."""
    found = outcome.compared_with
    if found is None or outcome.verdict not in (Verdict.INCONSISTENT, Verdict.DOUBTFUL):
        return None
    if outcome.test.verb == "date":
        return None if claim.period is None else between_dates(claim.period, found.period)
    if outcome.test.verb not in _NUMBERS or claim.interval is None or found.unit != claim.unit:
        return None
    stated = claim.interval
    values = [v for v in found.values if math.isfinite(v)]
    target = claim.value
    if target is None:  # a range: its nearer end
        ends = [x for x in (stated.low, stated.high) if math.isfinite(x)]
        target = min(ends, key=lambda x: min(abs(x - v) for v in values))
    gap = target - nearest(target, values)
    several = len(set(values)) > 1
    if not gap:
        return None
    step = claim.step if abs(gap) >= claim.step else claim.step / 10
    unsigned = claim.unit == "rank" or target < 0
    return Distance(gap, UNITS[claim.unit].of_difference, claim.qualifier in _OPEN, several, step, unsigned)


def nearest_distance(claim: Claim, outcomes: Sequence[TestOutcome]) -> Distance | None:
    """Return the least of the distances of tests that contradict a claim, in the unit of the first; ``None`` of none.

    A claim lies "at least 25 more" from the figure next to it, whichever of several contrary tests found that figure.
    """
    found = [d for o in outcomes if (d := distance(claim, o))]
    if not found:
        return None
    alike = [d for d in found if (d.unit, d.dated) == (found[0].unit, found[0].dated)]
    least = min(alike, key=lambda d: abs(d.value))
    return replace(least, several=least.several or len({d.value for d in alike}) > 1)


def between_dates(claimed: Period, event: Period) -> Distance | None:
    """Return how much later the claimed date is than the event; ``None`` if they meet.

    >>> found = between_dates(Period.parse("1994"), Period.parse("1995"))
    >>> found.value, found.unit
    (-1, 'years')
    >>> between_dates(Period.parse("2022-09"), Period.parse("2021-12-01")).value
    9
    """
    if claimed.start <= event.end and event.start <= claimed.end:
        return None
    days = (claimed.start - event.start).days
    if claimed.frequency == event.frequency == "D" and abs(days) < _FEW_DAYS:
        return Distance(days, "days", dated=True)
    months = 12 * (claimed.start.year - event.start.year) + claimed.start.month - event.start.month
    if claimed.frequency == "A" or months % 12 == 0:
        return Distance(claimed.start.year - event.start.year, "years", dated=True)
    return Distance(months, "months", dated=True)


def fulfilled(claim: Claim, outcome: TestOutcome) -> float | None:
    """Return the outcome of a plan in per cent of it; ``None`` without an outcome in its unit."""
    found = outcome.compared_with
    if outcome.test.verb != "outcome" or found is None or found.unit != claim.unit or not claim.value:
        return None
    return 100 * found.values[0] / claim.value
