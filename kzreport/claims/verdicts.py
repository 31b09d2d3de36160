"""Verdicts on claims, from series as known on a date. No sentence here: :mod:`kzreport.claims.sentences`.

- Every test of a claim has an outcome, and all outcomes are kept.
- A group of alternatives (the document does not state a basis) counts with its best outcome. If none fits and several
  bases were tried, the claim is not comparable.
- The verdict on the claim is that of the last group that is conclusive: what decides is written last in its row.
- A plan is not an outcome, even if the plan was kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import partial

from kzreport.claims.claim import Claim, Qualifier
from kzreport.claims.documents import register
from kzreport.claims.evidence import Evidence, Load
from kzreport.claims.ledger import known_claims
from kzreport.claims.outcomes import Assessment, Reason, TestOutcome
from kzreport.claims.verbs import run_test
from kzreport.model import Series, Verdict
from kzreport.project import project
from kzreport.series.groups import all_groups
from kzreport.series.known import load_series


def assess_claims(chosen: Iterable[Claim], as_of: date, load: Load | None = None) -> tuple[Assessment, ...]:
    """Return the assessment of each claim as of a date; ``load`` gives the series (a page hands in its own)."""
    printed = {c.id: c for c in known_claims(as_of)}
    load = load or partial(_load_known, as_of)
    evidence = Evidence(load, printed, register(), all_groups(), project().conversions)
    return tuple(assess(evidence, claim) for claim in chosen)


def verdicts_as_of(day: date, **chosen: Collection[str]) -> dict[str, tuple[Verdict, Reason]]:
    """Return claim id -> verdict and reason, for the claims that :func:`~kzreport.claims.ledger.known_claims` gives."""
    return {a.claim.id: (a.verdict, a.reason) for a in assess_claims(known_claims(day, **chosen), day)}


def assess(evidence: Evidence, claim: Claim) -> Assessment:
    """Run the tests of a claim and decide. A claim without tests is unverifiable."""
    groups = [[run_test(evidence, test, claim) for test in group] for group in claim.tests]
    corrected = assess(evidence, claim.corrected) if claim.corrected else None
    decided = [decide_group(claim, outcomes) for outcomes in groups]
    conclusive = [d for d in decided if d[0] is not Verdict.UNVERIFIABLE] or decided
    nothing = Reason.NO_SERIES if claim.substantive else Reason.ASIDE
    verdict, reason, decisive = conclusive[-1] if conclusive else (Verdict.UNVERIFIABLE, nothing, None)
    if claim.qualifier is Qualifier.PLANNED:
        verdict, reason = Verdict.UNVERIFIABLE, Reason.PLAN
    fits = reason is Reason.BASIS and verdict.supports and decisive and decisive.compared_with
    basis = fits.basis if fits else ""
    outcomes = tuple(outcome for group in groups for outcome in group)
    return Assessment(claim, verdict, reason, basis, outcomes, decisive, corrected)


def decide_group(claim: Claim, outcomes: Sequence[TestOutcome]) -> tuple[Verdict, Reason, TestOutcome]:
    """Return verdict, reason and decisive outcome of a group of alternatives: the best that fits, else the first that
    contradicts the claim.
    """
    for verdict in (v for v in Verdict if v.supports):
        fit = next((o for o in outcomes if o.verdict is verdict), None)
        if fit:
            by_basis = len(outcomes) > 1 and not claim.basis and fit.compared_with and fit.compared_with.basis
            return verdict, Reason.BASIS if by_basis else fit.reason, fit
    against = [o for o in outcomes if o.verdict is Verdict.INCONSISTENT]
    tried = {(o.compared_with.basis, o.compared_with.period) for o in against if o.compared_with}
    if not claim.basis and len(tried) > 1:
        return Verdict.NOT_COMPARABLE, Reason.BASIS, against[0]
    first = next(iter(against), None) or min(outcomes, key=lambda o: o.verdict is Verdict.UNVERIFIABLE)
    return first.verdict, first.reason, first


def _load_known(as_of: date, name: str, **dims: str) -> Series:
    return load_series(name, as_of, **dims)
