"""What a claim is held against: the weight of each row, bounds, another thing, parts that are missing, dates."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzreport.claims import rule
from kzreport.claims.amounts import Grade, tells
from kzreport.claims.assessment import assess, assess_claims
from kzreport.claims.claim import Document, Qualifier
from kzreport.claims.distance import fulfilled
from kzreport.claims.documents import register
from kzreport.claims.evidence import Evidence
from kzreport.claims.facts import Fact, known_facts
from kzreport.claims.ledger import all_claims, known_claims
from kzreport.claims.outcomes import Reason
from kzreport.claims.tests import parse_tests
from kzreport.claims.verdict import Verdict
from kzreport.errors import DataError
from kzreport.model import Interval, Period
from kzreport.series.groups import all_groups
from kzreport.series.known import load_series
from kzreport.series.resource import describe_series, resources

NOW = date(2026, 11, 26)
PAPER = Document("T1", {"fr": "a", "en": "a"}, {"fr": "a", "en": "a"}, date(2020, 1, 1), claims=1)


def evidence(facts=None, as_of=NOW):
    printed = {c.id: c for c in known_claims(as_of)}
    held = known_facts(as_of) if facts is None else facts
    return Evidence(lambda n, **d: load_series(n, as_of, **d), printed, register(), all_groups(), {}, held)


def judged(test, value, qualifier="exact", unit="tonne", period="2021", basis="", facts=None, step=1.0):
    like = all_claims()["S2-L005-3"]
    when = Period.parse(period) if period else None
    tests = parse_tests(test)
    one = replace(like, document=PAPER, value=value, step=step, qualifier=Qualifier(qualifier), unit=unit, period=when,
                  basis=basis, tests=tests, needs=None)  # fmt: skip
    return assess(evidence(facts), one)


def fact(value, qualifier="exact", via="Paper", grade=Grade.REPORTED, measure="flour_delivered_kgz") -> Fact:
    like = next(f for f in known_facts(NOW) if f.measure == "flour_delivered_kgz")
    return replace(like, id=f"x_{via}".lower(), measure=measure, value=value, qualifier=Qualifier(qualifier), via=via,
                   publisher="", grade=grade, period=Period.parse("2021"))  # fmt: skip


# --- the weight of a row of a series ------------------------------------------------------------------------------


def test_one_newspaper_in_a_series_is_one_report():
    """The tonnage of 2021 stands in a table of readings: one newspaper names it."""
    found = judged("value transit scope=all kind=outcome", 586_000.0)
    assert (found.verdict, found.reason) == (Verdict.ONE_SOURCE, Reason.ONE_REPORT)
    against = judged("value transit scope=all kind=outcome", 444_000.0)
    assert (against.verdict, against.reason) == (Verdict.DOUBTFUL, Reason.ONE_AGAINST)


def test_several_newspapers_or_the_body_itself_carry_a_verdict():
    several = judged("value transit scope=all kind=outcome@2023", 4_165_000.0, step=1000.0, period="2023")
    assert several.verdict is Verdict.INCONSISTENT
    body = judged("value population country=KAZ measure=residents@2022-01-01", 19_503_159.0, unit="count", period="")
    assert body.verdict is Verdict.REPRODUCED


def test_two_pages_of_one_newspaper_are_one_source():
    found = judged("value russian_investment measure=statement@2024-11", 50_000.0, "more_than", "musd", "")
    pages = {p.source for o in found.outcomes if o.compared_with for p in o.compared_with.readings}
    assert pages == {"Trend"} and found.verdict is Verdict.DOUBTFUL


def test_a_ratio_has_the_weight_of_its_weaker_part():
    series = "transit scope=all kind=outcome publisher=titr"
    test = f"multiple {series}@2023, {series}@2021"
    found = judged(test, 9.4, unit="multiple", period="2023", step=0.1)
    (reading,) = found.outcomes[0].compared_with.readings
    assert reading.grade is Grade.REPORTED and found.verdict is Verdict.DOUBTFUL


def test_every_grade_of_a_source_is_known_and_every_table_of_pages_has_one():
    for about in resources().values():
        titles = {s["title"] for s in about.sources}
        graded = {s["title"]: s["grade"] for s in about.sources if "grade" in s}
        assert set(graded.values()) <= set(map(str, Grade)), about.name
        assert set(graded) <= titles
    own = {s["title"] for s in describe_series("transit").sources if s.get("grade") == "primary"}
    assert own == {"middlecorridor.com"}


# --- bounds -------------------------------------------------------------------------------------------------------


@given(st.floats(1, 1e6), st.floats(0.01, 100))
def test_a_bound_tells_of_what_is_near_it(bound, times):
    stated = Interval(bound * times * 0.99, bound * times * 1.01)
    near = stated.low <= bound * 1.1
    assert tells(Interval(bound, math.inf), stated) is near
    assert tells(Interval(bound, 2 * bound), stated)


def test_at_least_4500_tells_nothing_of_10000():
    found = judged("value fact flour_delivered_kgz", 10_000.0, facts=(fact(4500.0, "at_least"),))
    assert (found.verdict, found.reason) == (Verdict.UNVERIFIABLE, Reason.BOUND)
    near = judged("value fact flour_delivered_kgz", 4_600.0, facts=(fact(4500.0, "at_least"),))
    assert near.verdict is Verdict.ONE_SOURCE
    beyond = judged("value fact flour_delivered_kgz", 3_000.0, facts=(fact(4500.0, "at_least"),))
    assert beyond.verdict is Verdict.DOUBTFUL
    entailed = judged("value fact flour_delivered_kgz", 2_000.0, "at_least", facts=(fact(4500.0, "at_least"),))
    assert entailed.verdict is Verdict.ONE_SOURCE


# --- another thing ------------------------------------------------------------------------------------------------


def test_another_thing_is_shown_and_judges_nothing():
    found = judged("beside fact flour_delivered_kgz", 9.0, basis="companies_named", facts=(fact(1.0, "exact"),))
    assert (found.verdict, found.reason) == (Verdict.NOT_COMPARABLE, Reason.SCOPE)
    assert found.outcomes[0].compared_with.rows
    together = judged(
        "beside fact flour_delivered_kgz; value fact flour_delivered_kgz", 1.0, basis="companies_named",
        facts=(fact(1.0), fact(1.0, via="Other")),
    )  # fmt: skip
    assert together.verdict is Verdict.REPRODUCED


def test_another_thing_names_what_is_meant(home):
    text = (home.root / "data/claims/S4.csv").read_text(encoding="utf-8")
    home.write("data/claims/S4.csv", text.replace(",settled_in_roubles,beside", ",,beside"))
    with pytest.raises(DataError, match="the basis that says what is meant"):
        all_claims()


# --- parts --------------------------------------------------------------------------------------------------------


def test_an_alternative_that_is_not_known_leaves_the_others_without_force():
    known, unknown = (Verdict.INCONSISTENT, None), (Verdict.UNVERIFIABLE, Reason.NO_FIGURE)
    assert rule.of_alternatives([known, known])[1] == known
    assert rule.of_alternatives([known, unknown])[1] == (Verdict.NOT_COMPARABLE, Reason.PART)
    agrees = (Verdict.CONSISTENT, None)
    assert rule.of_alternatives([unknown, agrees, known])[1] == agrees


# --- dates --------------------------------------------------------------------------------------------------------


def test_months_between_two_months_lie_within_a_month():
    """From some day of January to some day of June there are four to six months."""
    one = all_claims()["S4-L027-4"]
    verdicts = [assess(evidence(), replace(one, value=float(n))).within.verdict for n in (3, 4, 5, 6, 7)]
    bad, fits, good = Verdict.INCONSISTENT, Verdict.CONSISTENT, Verdict.REPRODUCED
    assert verdicts == [bad, fits, good, fits, bad]


def test_what_is_usual_makes_doubt_and_no_contradiction():
    found = {a.claim.id: a for a in assess_claims(known_claims(NOW), NOW)}
    for a in found.values():
        for o in a.outcomes:
            if o.test.verb in ("part", "per"):
                assert o.verdict is not Verdict.INCONSISTENT, a.claim.id
    assert found["S3-L005-1"].reason is Reason.PLAUSIBILITY


def test_no_contradiction_is_of_another_period():
    """A claim that states its period is contradicted by a figure of that period, or a day in it, alone."""
    for a in assess_claims(known_claims(NOW), NOW):
        for o in a.outcomes:
            found, period = o.compared_with, a.claim.period
            if o.verdict is Verdict.INCONSISTENT and found and period and a.claim.unit != "date":
                assert period.start <= found.period.end and found.period.start <= period.end, a.claim.id


def test_a_plan_that_was_carried_out_says_by_how_much():
    a = assess(evidence(), all_claims()["S0-L004-1"])
    assert round(next(x for o in a.outcomes if (x := fulfilled(a.claim, o)))) == 97
