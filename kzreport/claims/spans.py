"""Verdicts on claimed dates and spans, from the calendar alone."""

from __future__ import annotations

from kzreport.claims.verdict import Verdict
from kzreport.model import Period


def compare_dates(claimed: Period, event: Period) -> Verdict:
    """Return the verdict on a claimed period in which an event took place.

    >>> compare_dates(Period.parse("2015"), Period.parse("2015-12-21")).value
    'reproduced'
    >>> compare_dates(Period.parse("2018-Q1"), Period.parse("2015-12-21")).value
    'inconsistent'
    """
    if claimed.start <= event.start and event.end <= claimed.end:
        return Verdict.REPRODUCED
    meets = claimed.start <= event.end and event.start <= claimed.end
    return Verdict.CONSISTENT if meets else Verdict.INCONSISTENT


def compare_spans(claimed: Period, span: Period) -> Verdict:
    """Return the verdict on a claimed span: both its ends have to be right, by the year if it covers whole years.

    >>> compare_spans(Period.parse("2011-01/2013-12"), Period.parse("2011-03/2013-10")).value
    'reproduced'
    >>> compare_spans(Period.parse("1994-01/2011-12"), Period.parse("1994-10/2007-01")).value
    'inconsistent'
    """
    years = (claimed.start.day, claimed.start.month, claimed.end.month) == (1, 1, 12)
    ends = zip((claimed.start, claimed.end), (span.start, span.end), strict=True)
    same = all(a.year == b.year and (years or a.month == b.month) for a, b in ends)
    return Verdict.REPRODUCED if same else Verdict.INCONSISTENT
