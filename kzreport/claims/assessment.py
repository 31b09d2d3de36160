"""Verdicts on claims, from series and facts as known on a date. No sentence here: :mod:`kzreport.claims.sentences`.

- Every test of a claim has an outcome, and all outcomes are kept.
- A claim has two verdicts: from figures of its own document, and from published figures.
- From readings to a verdict leads one rule: :mod:`kzreport.claims.rule`.
- A plan is judged as it was announced; its outcome is shown separately.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import partial

from kzreport.claims import rule
from kzreport.claims.claim import Claim, Qualifier
from kzreport.claims.documents import register
from kzreport.claims.evidence import Evidence, Load
from kzreport.claims.facts import known_facts
from kzreport.claims.handed import handed_over, pack, unpack
from kzreport.claims.ledger import known_claims
from kzreport.claims.outcomes import Assessment, Judgement, Reason, TestOutcome
from kzreport.claims.verbs import run_test
from kzreport.claims.verdict import Verdict
from kzreport.model import Series
from kzreport.project.settings import project
from kzreport.series.groups import all_groups
from kzreport.series.known import load_series


def assess_claims(chosen: Iterable[Claim], as_of: date, load: Load | None = None) -> tuple[Assessment, ...]:
    """Return the assessment of each claim as of a date; ``load`` gives the series (a page hands in its own).

    What a run has judged for all pages of an edition (:mod:`kzreport.claims.handed`) is not judged again.
    """
    load = load or partial(_load_known, as_of)
    evidence, handed = _evidence(as_of, load), handed_over(as_of)

    def one(claim: Claim) -> Assessment:
        known = unpack(handed[claim.id], claim, load) if claim.id in handed else None
        return known or assess(evidence, claim)

    return tuple(map(one, chosen))


def judge_ahead(chosen: Iterable[Claim], as_of: date) -> dict[str, bytes]:
    """Return claims judged as of a date, to be handed over: see :mod:`kzreport.claims.handed`."""
    read: dict[str, None] = {}

    def load(name: str, **dims: str) -> Series:
        read[name] = None
        return _load_known(as_of, name, **dims)

    evidence, found = _evidence(as_of, load), {}
    for claim in chosen:
        read.clear()
        assessment = assess(evidence, claim)
        found[claim.id] = pack(assessment, list(read))
    return found


def _evidence(as_of: date, load: Load) -> Evidence:
    printed = {c.id: c for c in known_claims(as_of)}
    return Evidence(load, printed, register(), all_groups(), project().conversions, known_facts(as_of))


def verdicts_as_of(day: date, **chosen: Collection[str]) -> dict[str, tuple[Verdict, Reason]]:
    """Return claim id -> verdict and reason, for the claims that :func:`~kzreport.claims.ledger.known_claims` gives."""
    return {a.claim.id: (a.verdict, a.reason) for a in assess_claims(known_claims(day, **chosen), day)}


def assess(evidence: Evidence, claim: Claim) -> Assessment:
    """Run the tests of a claim and decide."""
    groups = [[run_test(evidence, test, claim) for test in group] for group in claim.tests]
    corrected = assess(evidence, claim.corrected) if claim.corrected else None
    within, published = (
        judge(claim, [group for group in groups if all(o.test.within for o in group) is inside])
        for inside in (True, False)
    )
    outcomes = tuple(outcome for group in groups for outcome in group)
    leads_within = rule.of_both(within.verdict, published.verdict)
    return Assessment(claim, within, published, outcomes, corrected, leads_within)


def judge(claim: Claim, groups: Sequence[Sequence[TestOutcome]]) -> Judgement:
    """Combine groups of alternative tests into one outcome; the outcome of a plan does not count."""
    told = [[o for o in group if o.test.verb != "outcome"] for group in groups]
    decided = [_of_group(claim, group) for group in told if group]
    if not decided:
        planned = Reason.PLAN if claim.qualifier is Qualifier.PLANNED else Reason.NO_SERIES
        return Judgement(Verdict.UNVERIFIABLE, planned if claim.substantive else Reason.ASIDE)
    number, (verdict, reason) = rule.of_tests([(j.verdict, j.reason) for j in decided])
    found = decided[number]
    if verdict is found.verdict and reason in (None, found.reason):
        return found
    return Judgement(verdict, reason or found.reason, found.decisive)


def _of_group(claim: Claim, outcomes: Sequence[TestOutcome]) -> Judgement:
    """Return the outcome of a group of alternatives, tried one by one because the document does not state its basis."""
    number, (verdict, reason) = rule.of_alternatives([(o.verdict, o.reason) for o in outcomes])
    found, against = outcomes[number], [o for o in outcomes if o.verdict is Verdict.INCONSISTENT]
    stated = claim.basis and not any(o.test.verb == "undefined" for o in outcomes)
    if stated or len(outcomes) == 1 or verdict is not found.verdict:
        return Judgement(verdict, reason or found.reason, found)
    if found.verdict.supports and found.verdict is not Verdict.ONE_SOURCE:
        basis = basis_of(found)
        return Judgement(found.verdict, Reason.BASIS if basis else found.reason, found, basis)
    if found.verdict is Verdict.INCONSISTENT and len(against) > 1:
        return Judgement(found.verdict, Reason.BASIS, found)
    return Judgement(found.verdict, found.reason, found)


def basis_of(outcome: TestOutcome) -> str:
    """Return the basis of the figure that a claim was compared with; for facts, their measure."""
    if outcome.compared_with and outcome.compared_with.basis in register().bases:
        return outcome.compared_with.basis
    return next((term.fact for term in outcome.test.terms if term.fact), "")


def _load_known(as_of: date, name: str, **dims: str) -> Series:
    return load_series(name, as_of, **dims)
