"""Verdicts on claims, and their severity."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """The verdict on a claim; pages list verdicts in this order."""

    REPRODUCED = "reproduced"  # equal at the precision printed
    CONSISTENT = "consistent"  # the intervals meet
    ONE_SOURCE = "one_source"  # they meet, but one report alone says so
    DOUBTFUL = "doubtful"  # sources disagree, one report alone contradicts, or the order of magnitude is implausible
    INCONSISTENT = "inconsistent"  # the intervals do not meet
    NOT_COMPARABLE = "not_comparable"
    UNVERIFIABLE = "unverifiable"

    @property
    def supports(self) -> bool:
        """True if the figures agree with the claim."""
        return self in (Verdict.REPRODUCED, Verdict.CONSISTENT, Verdict.ONE_SOURCE)

    @property
    def decided(self) -> bool:
        """True if figures speak for or against the claim."""
        return self not in (Verdict.NOT_COMPARABLE, Verdict.UNVERIFIABLE)

    @property
    def severity(self) -> int:
        """Return the severity of the verdict: 0 for reproduced, 5 for inconsistent.

        >>> Verdict.ONE_SOURCE.severity < Verdict.UNVERIFIABLE.severity < Verdict.DOUBTFUL.severity
        True
        """
        return _SEVERITY[self]


_SEVERITY = {
    Verdict.REPRODUCED: 0,
    Verdict.CONSISTENT: 1,
    Verdict.ONE_SOURCE: 2,
    Verdict.NOT_COMPARABLE: 3,
    Verdict.UNVERIFIABLE: 3,
    Verdict.DOUBTFUL: 4,
    Verdict.INCONSISTENT: 5,
}
