"""The claims of the five documents, read again one by one: what each is held against, and what is said of it."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from kzreport.claims.assessment import assess_claims
from kzreport.claims.facts import all_facts
from kzreport.claims.ledger import all_claims, known_claims
from kzreport.claims.verdict import Verdict
from kzreport.files import project_root
from kzreport.project.settings import project

DAYS = (date(2022, 12, 31), date(2026, 11, 26))


@pytest.fixture(scope="module")
def judged():
    return {day: {a.claim.id: a for a in assess_claims(known_claims(day), day)} for day in DAYS}


def rows_of(assessment):
    return {r.table for o in assessment.outcomes if o.compared_with for r in o.compared_with.rows}


ANOTHER_THING = {
    "S4-L053-1": "national_currencies_share",  # roubles and tenge together
    "S4-L139-2": "sanctioned_kbr",  # companies that the report does not name
    "S4-L091-1": "understand_kazakh",  # to understand is not to master
    "S4-L091-2": "understand_russian",
    "S3-L004-1": "agrifood_goal_afg",  # food and farm trade alone
}


@pytest.mark.parametrize("claim", ANOTHER_THING)
def test_what_is_wider_or_narrower_is_shown_and_does_not_judge(judged, claim):
    found, facts = judged[DAYS[1]][claim], all_facts().facts
    assert found.published.verdict is Verdict.NOT_COMPARABLE
    measures = {facts[r].measure for r in rows_of(found) if r in facts}
    assert ANOTHER_THING[claim] in measures and found.claim.needs


def test_a_rank_among_partners_is_of_exports_and_imports(judged):
    assert [judged[day]["S2-L011-2"].verdict for day in DAYS] == [Verdict.NOT_COMPARABLE, Verdict.INCONSISTENT]


CONTRADICTED = (
    *("S2-L003-3", "S2-L005-4", "S2-L011-1", "S2-L011-2", "S3-L003-1", "S4-L081-1", "S4-L113-4", "S4-L119-1"),
    *("S4-L137-2", "S4-L160-1", "S4-L162-2", "S4-L202-1", "S4-L212-2", "S4-L220-3"),
)


def test_the_contradicted_are_those_that_were_checked_by_hand(judged):
    assert {k for k, a in judged[DAYS[1]].items() if a.contradicted} == set(CONTRADICTED)


def test_the_council_for_gaza_is_not_the_second_phase(judged):
    assert rows_of(judged[DAYS[1]]["S4-L158-1"]) == {"gaza_board_a_news"}


def test_words_about_time_are_what_the_dates_give():
    """Twelve days from the promise of the flour to the first that arrived; the evidence said ten."""
    facts = all_facts().facts
    days = facts["flour_arrived"].period.start - facts["flour_announced_mina"].period.start
    assert days == timedelta(days=12)
    said = all_claims()["S2-L005-3"].evidence
    assert said["fr"].startswith("Douze jours") and said["en"].startswith("Twelve days")


def test_aid_to_ukraine_of_march_2022_is_recorded():
    held = [f for f in all_facts().facts.values() if f.measure == "aid_to_ukraine"]
    assert {f.value for f in held if f.period.start.month == 3} == {28.2, 17.5}
    assert all(f.url.startswith("https://") for f in held)


def test_every_claim_without_a_verdict_says_what_it_would_take(judged):
    for a in judged[DAYS[1]].values():
        if a.verdict is Verdict.UNVERIFIABLE:
            assert a.claim.needs and set(a.claim.needs) == set(project().languages), a.claim.id


def test_a_figure_of_a_year_is_revised_for_it_not_in_it():
    text = re.sub(r"\s", " ", (project_root() / "data" / "issues.yml").read_text(encoding="utf-8"))
    assert not re.search(r"révisé[^.]{0,60} à [\d,]+ % en \d{4}", text)
