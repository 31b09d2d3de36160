"""Reasons of verdicts, and what carries both: the outcome of a test, the assessment of a claim."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kzreport.claims.amounts import Amount
from kzreport.claims.claim import Claim, ClaimTest
from kzreport.claims.verdict import Verdict


class Reason(StrEnum):
    """The reason of a verdict: the figures that were used, or what prevents a comparison."""

    WITHIN = "within"  # figures of the document itself
    SERIES = "series"
    BASIS = "basis"  # the claim fits one of several bases; or none, or another than the one stated
    PLAUSIBILITY = "plausibility"  # a bound only
    UNIT = "unit"
    PERIOD = "period"
    SCOPE = "scope"
    REPORTER = "reporter"
    DEFINITION = "definition"
    BASE = "base"  # a ratio to a base that is not above zero
    PART = "part"  # some of the figures that it may mean are known and contradict it, others are not known
    NO_SERIES = "no_series"
    ASIDE = "aside"  # a date, a designation, a circumstance that no series describes
    NO_FIGURE = "no_figure"
    PLAN = "plan"
    ANNOUNCED = "announced"  # a plan, held against what was announced
    DISPUTED = "disputed"  # some readings agree, some contradict
    ONE_REPORT = "one_report"  # one report alone agrees
    ONE_AGAINST = "one_against"  # one report alone contradicts
    WEAK = "weak"  # weak sources only
    BOUND = "bound"  # the sources state a bound that tells nothing of the figure
    BASES_DIFFER = "bases_differ"  # two figures of the document stand on different bases: a remark


class NotComparable(Exception):
    """A test found nothing to compare: carries the verdict that follows, its reason, and a figure if there is one."""

    def __init__(self, verdict: Verdict, reason: Reason, compared_with: Amount | None = None) -> None:
        super().__init__(reason)
        self.verdict, self.reason, self.compared_with = verdict, reason, compared_with


def no_figure(found: Amount | None = None) -> NotComparable:
    """Return the error for a figure that a test needs and that does not exist."""
    return NotComparable(Verdict.UNVERIFIABLE, Reason.NO_FIGURE, found)


@dataclass(frozen=True)
class TestOutcome:
    """The outcome of one test. ``derived`` follows from the claim: the total that a share implies."""

    __test__ = False  # not a class of tests, for pytest

    test: ClaimTest
    verdict: Verdict
    reason: Reason
    compared_with: Amount | None = None
    derived: Amount | None = None


@dataclass(frozen=True)
class Judgement:
    """A verdict, its reason, and the outcome that it follows.

    ``basis``: the basis that the claim was found to fit; empty if that did not decide.
    """

    verdict: Verdict
    reason: Reason
    decisive: TestOutcome | None = None
    basis: str = ""


@dataclass(frozen=True)
class Assessment:
    """A claim with its two verdicts.

    - ``within``: from figures of the document itself; ``published``: from series and facts
    - ``outcomes``: of all tests, in their order
    - ``corrected``: the assessment of the corrected claim
    - ``leads_within``: the verdict to lead with is the one from the document itself
    """

    claim: Claim
    within: Judgement
    published: Judgement
    outcomes: tuple[TestOutcome, ...] = ()
    corrected: Assessment | None = None
    leads_within: bool = False

    @property
    def leading(self) -> Judgement:
        """The judgement to lead with."""
        return self.within if self.leads_within else self.published

    @property
    def verdict(self) -> Verdict:
        """The verdict to lead with."""
        return self.leading.verdict

    @property
    def reason(self) -> Reason:
        """The reason of the verdict to lead with."""
        return self.leading.reason

    @property
    def basis(self) -> str:
        """The basis that the claim was found to fit."""
        return self.leading.basis

    @property
    def contradicted(self) -> bool:
        """True if either verdict contradicts the claim."""
        return Verdict.INCONSISTENT in (self.within.verdict, self.published.verdict)
