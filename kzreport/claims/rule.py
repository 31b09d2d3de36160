"""The rule from readings to a verdict.

- A reading agrees with a claim (reproduced, consistent) or contradicts it (inconsistent). Weak sources are shown and
  decide nothing.
- One primary source, or two independent reports, carry a verdict. One report alone makes "one source" where it
  agrees, and "doubtful" where it contradicts.
- One contrary reading counts as much as four. If some agree and some contradict, the claim is doubtful.
- Adding a contrary reading never makes a verdict milder.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kzreport.claims.amounts import Grade
from kzreport.claims.outcomes import Reason
from kzreport.claims.verdict import Verdict

Decision = tuple[Verdict, Reason | None]  # no reason: that of the figures themselves


class Bearing(NamedTuple):
    """The bearing of one reading on a claim: its verdict, its source and the weight of that source."""

    verdict: Verdict
    grade: Grade = Grade.PRIMARY
    source: str = ""


def carries(bearings: Sequence[Bearing]) -> bool:
    """True for one primary source, or two independent reports.

    >>> one = Bearing(Verdict.CONSISTENT, Grade.REPORTED, "an agency")
    >>> carries([one]), carries([one, one._replace(source="a newspaper")])
    (False, True)
    """
    if any(b.grade is Grade.PRIMARY for b in bearings):
        return True
    return len({b.source for b in bearings if b.grade is Grade.REPORTED}) > 1


def of_readings(bearings: Sequence[Bearing]) -> Decision:
    """Return the verdict on a claim from readings of one figure.

    >>> against = Bearing(Verdict.INCONSISTENT)
    >>> of_readings([against]) == of_readings([against] * 4)
    True
    """
    heard = [b for b in bearings if b.grade is not Grade.WEAK]
    agreeing = [b for b in heard if b.verdict.supports]
    contrary = [b for b in heard if not b.verdict.supports]
    if agreeing and contrary:
        return Verdict.DOUBTFUL, Reason.DISPUTED
    if contrary:
        return (Verdict.INCONSISTENT, None) if carries(contrary) else (Verdict.DOUBTFUL, Reason.ONE_AGAINST)
    if agreeing:
        best = min((b.verdict for b in agreeing), key=lambda v: v.severity)
        return (best, None) if carries(agreeing) else (Verdict.ONE_SOURCE, Reason.ONE_REPORT)
    return Verdict.UNVERIFIABLE, Reason.WEAK if bearings else Reason.NO_FIGURE


def of_alternatives(found: Sequence[Decision]) -> tuple[int, Decision]:
    """Combine alternative tests of a claim without a stated basis; return also the number of the deciding one.

    The best that fits; else one on which sources disagree; else the worst of those that contradict it. Where a figure
    that the claim may mean is not known, the others contradict nothing.

    >>> unknown = (Verdict.UNVERIFIABLE, Reason.NO_FIGURE)
    >>> of_alternatives([(Verdict.INCONSISTENT, None), unknown])[1][0].value
    'not_comparable'
    """

    def order(n: int) -> tuple[int, int]:
        verdict, reason = found[n]
        if verdict.supports:
            return 0, verdict.severity
        if reason is Reason.DISPUTED:
            return 1, 0
        return (2, -verdict.severity) if verdict.decided else (3, verdict is Verdict.UNVERIFIABLE)

    n = min(range(len(found)), key=order)
    verdict, reason = found[n]
    against = verdict.decided and not verdict.supports and reason is not Reason.DISPUTED
    if against and not all(v.decided for v, _ in found):
        return n, (Verdict.NOT_COMPARABLE, Reason.PART)
    return n, found[n]


def of_tests(found: Sequence[Decision]) -> tuple[int, Decision]:
    """Combine several tests of a claim; return also the number of the deciding one.

    The claim is doubtful if one agrees and another contradicts. Otherwise the verdict is the best of those that agree,
    or the worst of those that contradict.
    """
    agreeing = [n for n, (v, r) in enumerate(found) if v.supports or r is Reason.DISPUTED]
    contrary = [n for n, (v, r) in enumerate(found) if v.decided and not v.supports and r is not Reason.DISPUTED]
    if agreeing and contrary:
        return contrary[0], (Verdict.DOUBTFUL, Reason.DISPUTED)
    if contrary:
        n = max(contrary, key=lambda n: found[n][0].severity)
    elif agreeing:
        n = max(agreeing, key=lambda n: (found[n][1] is Reason.DISPUTED, -found[n][0].severity))
    else:
        n = min(range(len(found)), key=lambda n: found[n][0] is Verdict.UNVERIFIABLE)
    return n, found[n]


def of_both(within: Verdict, published: Verdict) -> bool:
    """True if the verdict from the document's own figures leads, not the one from published figures.

    The harder one if either contradicts; else that from published figures, if they say anything.

    >>> of_both(Verdict.REPRODUCED, Verdict.INCONSISTENT), of_both(Verdict.REPRODUCED, Verdict.UNVERIFIABLE)
    (False, True)
    """
    if max(within.severity, published.severity) >= Verdict.DOUBTFUL.severity:
        return within.severity > published.severity
    if within.decided or published.decided:
        return not published.decided
    return within is Verdict.NOT_COMPARABLE and published is Verdict.UNVERIFIABLE
