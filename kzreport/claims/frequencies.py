"""Claims whose period is of another frequency than the series that they are held against, found before any run.

Such a test finds no figure on any day, and the page would say that none was published.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from kzreport.claims.claim import Claim, Term
from kzreport.claims.ledger import all_claims
from kzreport.claims.verbs import VERBS
from kzreport.errors import explain
from kzreport.model import Period
from kzreport.series.resource import describe_series
from kzreport.units import UNITS

_NAMES = {"A": "yearly", "Q": "quarterly", "M": "monthly", "D": "daily", "S": "over a span of months"}


def frequency_faults(documents: Collection[str] = ()) -> Iterator[str]:
    """List the operands whose frequency differs from their period's, each with the text to write instead.

    ``documents``: those whose claims are looked at; empty for all.
    """
    for claim in all_claims().values():
        if not documents or claim.document.id in documents:
            yield from mismatches_of(claim)
            if claim.corrected:
                yield from mismatches_of(claim.corrected)


def mismatches_of(claim: Claim) -> Iterator[str]:
    """List the operands of one claim whose frequency differs from their period's."""
    where = f"data/claims/{claim.document.id}.csv, {claim.id}, column 'test'"
    for test in (test for group in claim.tests for test in group if not VERBS[test.verb].any_period):
        yield from filter(None, (_fault(term, claim, where) for term in test.terms))


def _fault(term: Term, claim: Claim, where: str) -> str:
    """Return the message on one operand; empty for a sound one."""
    period = term.period or claim.period
    if not term.series or period is None or claim.unit == "date":
        return ""
    about = describe_series(term.series)
    if about.frequency == period.frequency or about.frequency == "mixed":
        return ""
    operand = " ".join([term.series, *(f"{k}={v}" for k, v in term.dims)])
    parts = _parts(period, about.frequency)
    if term.over and parts:
        return ""
    found = f"{operand}, which is {_NAMES[about.frequency]}, for {period}"
    if parts:
        over = ["mean"] if UNITS[about.unit].rate else ["mean", "sum"]
        todo = f"write {', '.join(f'{o} {operand}' for o in over)} or {operand}@{parts[-1]}"
    else:
        todo = f"name the period of the figure that is meant, as {operand}@{_around(period, about.frequency)}"
    return explain(where, found, "a series of the claim's frequency, or what is made of its figures", todo)


def _parts(period: Period, frequency: str) -> list[Period]:
    """Return the first and the last period of a frequency within a longer period; none if it is not longer."""
    months = {"D": 0, "M": 1, "Q": 3, "A": 12}.get(frequency, 12)
    if period.frequency == "D" or months >= period.months:
        return []
    return [_around(Period(day, day, "D"), frequency) for day in (period.start, period.end)]


def _around(period: Period, frequency: str) -> Period:
    """Return the period of a frequency in which another one ends."""
    day = period.end
    text = {"A": f"{day.year}", "Q": f"{day.year}-Q{(day.month + 2) // 3}", "M": f"{day:%Y-%m}"}
    return Period.parse(text.get(frequency, day.isoformat()))
