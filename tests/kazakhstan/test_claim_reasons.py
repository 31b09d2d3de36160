"""Why a verdict is not the one that a reader of the same evidence proposed: the reason of each, and that it holds.

A proposal weighed evidence by hand. The rule (``kzreport.claims.rule``) asks more: one source that is the body itself,
or two independent reports.
"""

import re

import pytest

from kzreport.claims.facts import all_facts
from kzreport.pages.page import Page

TODAY = "2026-11-26"
ONE_REPORT = (
    *("S0-L004-2", "S0-L007-1", "S2-L003-4", "S2-L003-5", "S2-L003-6", "S2-L003-7", "S4-L005-4", "S4-L027-7"),
    *("S4-L047-1", "S4-L083-2", "S4-L121-2", "S4-L135-1", "S4-L220-4"),
)
REASONS = {
    **dict.fromkeys(ONE_REPORT, ("one_source", "one report alone supports it: no verdict rests on that")),
    "S2-L005-3": ("unverifiable", "a first consignment of 4,500 t tells nothing of 10,000 t: the rest was not seen"),
    "S2-L009-5": ("reproduced", "called unverifiable for want of evidence; two reports are held since"),
    "S2-L009-9": ("reproduced", "called unverifiable for want of evidence; two reports of the talks are held since"),
    "S3-L006-1": ("reproduced", "called unverifiable; two reports of the goal, as announced, are held since"),
    "S4-L053-1": ("not_comparable", "the figures add roubles and tenge, or are of the whole union: another scope"),
    "S2-L009-7": ("reproduced", "of its two texts the dated one, the health declaration, is held; the page says so"),
    "S3-L005-3": ("reproduced", "its own dates settle it: January to August are eight months"),
    "S4-L027-1": ("reproduced", "a day within the months stated is what the claim says, not near it"),
    "S4-L027-4": ("consistent", "its own dates settle it: from January to June there are four to six months"),
    "S4-L113-6": ("consistent", "both counts are of 2022 and the claim is of 2024: another period agrees at best"),
    "S4-L127-3": ("unverifiable", "the action plan of 2006 is another thing, so it is not held against the claim"),
    "S4-L137-4": ("reproduced", "its own dates settle it: 2021 to 2023 are two years"),
    "S4-L127-2": ("doubtful", "NATO prints 1995; a report of 1994 has the whole region but Tajikistan sign that year"),
    "S4-L139-1": ("not_comparable", "reports of a rise of all trade tell nothing of dual-use goods: another scope"),
    "S4-L139-2": ("not_comparable", "four companies are listed, but only one of those that the report names: scope"),
    "S4-L149-1": (
        "reproduced",
        "called unverifiable for want of evidence; two reports of it are held since",
    ),
    "S4-L154-2": ("reproduced", "called unverifiable for want of evidence; two reports of the treaty are held since"),
    "S4-L158-1": ("doubtful", "the second phase is not the council: one report dates that a day later"),
    "S4-L158-2": ("one_source", "called unverifiable for want of evidence; one report of the phase is held since"),
    "S4-L162-3": ("doubtful", "the count of the first week agrees, the final one, by one report, does not"),
    "S4-L160-2": ("doubtful", "“mostly” exceeds “nearly half”, but one report alone says it: that makes doubt only"),
    "S4-L190-1": (
        "reproduced",
        "called unverifiable for want of evidence; two sources of 2010 are held since",
    ),
    "S4-L212-2": ("inconsistent", "its own figures settle it: the list in the same note makes the factor eight"),
    "S4-L212-5": (
        "unverifiable",
        "plastics and rubber are another thing, so nothing is held against the claim",
    ),
}


@pytest.fixture(scope="module")
def judged():
    return {j.claim.id: j for j in Page("claims", lang="en", as_of=TODAY).assessments()}


@pytest.mark.parametrize("claim", REASONS)
def test_a_verdict_that_differs_from_the_proposal_has_its_reason(judged, claim):
    verdict, why = REASONS[claim]
    j = judged[claim]
    assert str(j.verdict) == verdict, why
    sources = {r.via or r.publisher for o in j.outcomes if o.compared_with for r in o.compared_with.rows if r.fact}
    if claim in ONE_REPORT:
        assert str(j.reason) == "one_report"
    if "its own" in why:
        assert j.leads_within
    if "held since" in why:
        assert sources, why
    if "another thing" in why:
        assert not sources and j.claim.needs, why


# Outlets that are neither a named agency or newspaper nor the body itself.
OBSCURE = ("OGN", "StampNews", "Euro News Portugal", "The Michigan Post", "Indo New York", "SouthFront", "Dentons")
OBSCURE += ("Indian Society for Legal Research", "Wikipedia", "Grok-pedia", "France Médias", "news-pravda.com")
REGISTERS = ("", "Adilet")  # nobody passed it on, or the state's own register of laws did


def test_a_fact_has_the_grade_of_its_source():
    for f in all_facts().facts.values():
        assert f.via not in OBSCURE or f.grade == "weak", f.id
        assert f.grade != "primary" or f.via in REGISTERS, f"{f.id}: read at {f.via}, not at the body itself"
        aggregator = re.search(r"global-regulation|pubaffairs", f.url)
        assert not aggregator or f.grade != "primary", f.id
