"""The rule from readings to a verdict, the facts that judge, and the faults of extraction that are refused."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzreport.claims import rule
from kzreport.claims.amounts import Grade
from kzreport.claims.assessment import assess, assess_claims, verdicts_as_of
from kzreport.claims.claim import Document, Qualifier
from kzreport.claims.columns import fact_figure, fact_line, table_cells
from kzreport.claims.distance import distance, nearest_distance
from kzreport.claims.documents import register
from kzreport.claims.evidence import Evidence
from kzreport.claims.facts import all_facts, fact_columns, facts_fingerprints, known_facts
from kzreport.claims.ledger import all_claims, claims_fingerprints, known_claims
from kzreport.claims.outcomes import Reason
from kzreport.claims.rows import claim_columns
from kzreport.claims.sentences import claim_sentence, sentence_faults
from kzreport.claims.tests import parse_tests
from kzreport.claims.verdict import Verdict
from kzreport.errors import DataError
from kzreport.language.words import Words
from kzreport.model import Period
from kzreport.project.settings import project
from kzreport.series.groups import all_groups
from kzreport.series.known import load_series

NOW = date(2026, 11, 25)
GOOD, FITS, BAD = Verdict.REPRODUCED, Verdict.CONSISTENT, Verdict.INCONSISTENT
BEARINGS = st.builds(
    rule.Bearing, st.sampled_from([GOOD, FITS, BAD]), st.sampled_from(list(Grade)), st.sampled_from("abcd")
)
CONTRARY = st.builds(rule.Bearing, st.just(BAD), st.sampled_from(list(Grade)), st.sampled_from("abcde"))
READINGS = st.lists(BEARINGS, max_size=6)


# --- the rule ----------------------------------------------------------------------------------------------------


@given(READINGS, CONTRARY)
def test_a_contrary_reading_never_makes_a_verdict_milder(readings, contrary):
    before, after = rule.of_readings(readings)[0], rule.of_readings([*readings, contrary])[0]
    assert after.severity >= before.severity


@given(st.lists(READINGS, min_size=1, max_size=4), st.integers(0, 3), CONTRARY)
def test_nor_does_it_among_alternatives_or_tests(groups, place, contrary):
    place %= len(groups)
    more = [[*g, contrary] if n == place else g for n, g in enumerate(groups)]
    then, now = ([rule.of_readings(g) for g in every] for every in (groups, more))
    alternatives = [rule.of_alternatives(found)[1][0].severity for found in (then, now)]
    assert alternatives[1] >= alternatives[0]
    together = [rule.of_tests(found)[1][0].severity for found in (then, now)]
    assert together[1] >= together[0]


@given(READINGS, READINGS, CONTRARY)
def test_nor_in_the_verdict_to_lead_with(within, published, contrary):
    def leading(own, out):
        a, b = rule.of_readings(own)[0], rule.of_readings(out)[0]
        return (a if rule.of_both(a, b) else b).severity

    assert leading(within, [*published, contrary]) >= leading(within, published)


@given(st.integers(1, 6))
def test_one_contrary_figure_counts_as_four(n):
    assert rule.of_readings([rule.Bearing(BAD)] * n) == (BAD, None)


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ([(GOOD, "primary", "a")], (GOOD, None)),
        ([(GOOD, "reported", "a")], (Verdict.ONE_SOURCE, Reason.ONE_REPORT)),
        ([(GOOD, "reported", "a"), (GOOD, "reported", "a")], (Verdict.ONE_SOURCE, Reason.ONE_REPORT)),
        ([(GOOD, "reported", "a"), (FITS, "reported", "b")], (GOOD, None)),
        ([(BAD, "reported", "a")], (Verdict.DOUBTFUL, Reason.ONE_AGAINST)),
        ([(BAD, "reported", "a"), (BAD, "reported", "b")], (BAD, None)),
        ([(BAD, "reported", "a"), (GOOD, "primary", "b")], (Verdict.DOUBTFUL, Reason.DISPUTED)),
        ([(BAD, "weak", "a"), (GOOD, "weak", "b")], (Verdict.UNVERIFIABLE, Reason.WEAK)),
        ([(BAD, "weak", "a"), (GOOD, "primary", "b")], (GOOD, None)),
        ([], (Verdict.UNVERIFIABLE, Reason.NO_FIGURE)),
    ],
)
def test_the_weight_of_sources(readings, expected):
    assert rule.of_readings([rule.Bearing(v, Grade(g), s) for v, g, s in readings]) == expected


# --- facts -------------------------------------------------------------------------------------------------------


def evidence(as_of=NOW, facts=None):
    printed = {c.id: c for c in known_claims(as_of)}
    held = known_facts(as_of) if facts is None else facts
    return Evidence(lambda n, **d: load_series(n, as_of, **d), printed, register(), all_groups(), {}, held)


def test_a_fact_judges_from_its_day():
    one, fact = all_claims()["S4-L127-1"], all_facts().facts["nato_1992"]
    assert assess(evidence(), one).verdict is GOOD
    early = date.fromordinal(fact.published.toordinal() - 1)
    assert assess(evidence(facts=known_facts(early)), one).verdict is Verdict.UNVERIFIABLE
    for day in (date(2019, 1, 1), date(2022, 12, 31), NOW):
        assert all(f.published <= day for f in known_facts(day))


def test_a_fact_that_quotes_the_document_never_judges_it():
    one = all_claims()["S4-L127-1"]
    quoting = tuple(replace(f, document="S4") for f in known_facts(NOW))
    assert assess(evidence(facts=quoting), one).verdict is Verdict.UNVERIFIABLE
    other = tuple(replace(f, document="S2") for f in known_facts(NOW))
    assert assess(evidence(facts=other), one).verdict is GOOD


def test_of_one_publisher_the_last_figure_stands():
    """225, then 230, then 238 dead, of one office: readings of another body would stand beside them."""
    one = all_claims()["S4-L162-1"]
    seen = [assess(evidence(facts=known_facts(day)), one).verdict for day in (date(2022, 2, 1), date(2022, 4, 1), NOW)]
    assert seen == [Verdict.DOUBTFUL, Verdict.DOUBTFUL, Verdict.ONE_SOURCE]
    held = assess(evidence(), one).outcomes[0].compared_with
    assert held is not None and held.values == (238.0,)


def test_an_announcement_judges_a_plan_and_a_plan_alone():
    plan, done = all_claims()["S2-L003-4"], all_claims()["S2-L005-3"]
    assert assess(evidence(), plan).published.verdict is Verdict.ONE_SOURCE
    assert assess(evidence(), replace(plan, qualifier=Qualifier.EXACT)).verdict is Verdict.UNVERIFIABLE
    promised = replace(done, tests=parse_tests("value fact flour_announced_kgz"))
    assert (assess(evidence(), promised).verdict, assess(evidence(), promised).reason) == (
        Verdict.UNVERIFIABLE, Reason.PLAN,
    )  # fmt: skip


def test_the_outcome_of_a_plan_is_told_apart():
    found = assess(evidence(), all_claims()["S0-L004-1"])
    assert found.verdict is Verdict.UNVERIFIABLE
    told = "".join(table_cells(Words("fr"), found)[2])
    assert "97" in told and "réalisé" in told.lower()


def test_every_fact_can_be_read_in_both_languages():
    for f in all_facts().facts.values():
        for language in project().languages:
            w = Words(language)
            text = fact_line(w, f).removesuffix(f.url)
            assert f.url.startswith("https://") and w.word("grades", str(f.grade)) in text
            assert not re.search(r"[{}#]|\bNone\b|\binf\b|\(\)|  ", text), text
            if f.unit != "date":
                assert fact_figure(w, f)
                assert f"{fact_figure(w, f)}, " not in text, "a number and a day run into one: 1, 12 June"


def test_undated_pages_are_marked():
    marked = [f for f in all_facts().facts.values() if f.dated == "seen"]
    assert marked and all("sans date" in fact_line(Words("fr"), f) for f in marked)


def test_many_claims_that_nothing_judged_are_judged_now():
    """Of 119 claims that no series judged, at least 70 have a verdict, from facts and the arithmetic of their dates."""
    found = assess_claims(known_claims(NOW), NOW)
    rest = [a for a in found if not a.verdict.decided]
    assert len([a for a in rest if a.verdict is Verdict.UNVERIFIABLE]) <= 119 - 70
    for a in rest:
        if a.verdict is Verdict.UNVERIFIABLE and a.claim.substantive:
            assert a.claim.needs and all(a.claim.needs.values()), a.claim.id


def test_facts_of_the_future_leave_an_edition_alone():
    early, late = facts_fingerprints(date(2022, 1, 1)), facts_fingerprints(NOW)
    assert early != late and claims_fingerprints(NOW)["facts.csv"] == late["facts.csv"]
    assert facts_fingerprints(date(1980, 1, 1)) == {}


FACT = "nato_pfp_1995"


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("measure", "guess", "data/facts/facts.yml"),
        ("publisher", "guess", "data/facts/facts.yml"),
        ("grade", "hearsay", "primary, reported, weak"),
        ("dated", "never", "recorded, estimated, seen"),
        ("published", "2022", "a date such as"),
        ("published", "1990-01-01", "a day not before the period"),
        ("url", "http://nato.example", "https://"),
        ("url", "", "the address of the page"),
        ("value", "3", "nothing, and a period"),
        ("unit", "furlong", "date or one of"),
        ("document", "S9", "S0, S1, S2, S3, S4"),
        ("note.fr", "Une note.", "words in every language"),
        ("period", "once", "2026-08-01/2026-08-31"),
        ("id", "Nato", "small letters"),
    ],
)
def test_a_fact_that_is_wrong_is_named(home, column, value, words):
    path = home.root / "data" / "facts" / "facts.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    next(r for r in rows if r["id"] == FACT)[column] = value
    out = io.StringIO()
    w = csv.DictWriter(out, fact_columns(), lineterminator="\n")
    w.writeheader()
    w.writerows(rows)
    home.write("data/facts/facts.csv", out.getvalue())
    with pytest.raises(DataError) as error:
        all_facts()
    assert words in str(error.value) and "data/facts/facts.csv, line" in str(error.value)


def test_a_test_names_a_measure_that_there_is():
    with pytest.raises(DataError, match="no measure 'guess'"):
        parse_tests("value fact guess")
    with pytest.raises(DataError, match="'fact' and a measure"):
        parse_tests("span cpi_yy")


# --- faults of extraction ----------------------------------------------------------------------------------------


def put(home, name, **cells):
    document = name[:2]
    path = home.root / "data" / "claims" / f"{document}.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    next(r for r in rows if r["id"] == name).update(cells)
    out = io.StringIO()
    w = csv.DictWriter(out, claim_columns(), lineterminator="\n")
    w.writeheader()
    w.writerows(rows)
    home.write(f"data/claims/{document}.csv", out.getvalue())


@pytest.mark.parametrize(
    ("name", "cells", "words"),
    [
        ("S4-L053-1", {"value": "", "step": "", "high": "50"}, "it is no upper bound"),
        ("S4-L027-2", {"low": "", "high": "2000"}, "what it at least means in 'low'"),
        ("S4-L160-1", {"low": ""}, "both ends of a range"),
        ("S4-L093-1", {"value": "66.7"}, "a step that the digits of 66.7 have"),
        ("S4-L093-1", {"step": "5"}, "a power of ten"),
        ("S4-L069-1", {"needs.fr": "", "needs.en": ""}, "what it would take in needs.fr and needs.en"),
    ],
)
def test_a_bound_or_a_digit_on_the_wrong_side_is_refused(home, name, cells, words):
    put(home, name, **cells)
    with pytest.raises(DataError, match=re.escape(words)):
        all_claims()


def test_check_refuses_a_sentence_without_its_period(home):
    put(home, "S4-L113-3", **{"text.fr": "Les échanges s’élèvent à {claim}."})
    assert any("S4-L113-3" in f and "no period" in f for f in sentence_faults())


@pytest.mark.parametrize(
    ("name", "fr", "en"),
    [
        ("S4-L053-1", "plus de 50 %", "more than 50%"),
        ("S4-L027-2", "au moins 2 000", "at least 2,000"),
        ("S4-L027-3", "au moins 2 tonnes", "at least 2 tonnes"),
        ("S4-L093-1", "deux tiers", "two thirds"),
        ("S4-L067-1", "2024", "2024"),
        ("S4-L113-6", "2024", "2024"),
        ("S4-L212-3", "2023", "2023"),
        ("S2-L009-6", "cessez-le-feu", "ceasefire"),
        ("S2-L003-6", "blouses", "gowns"),
        ("S3-L006-1", "pourraient", "could"),
        ("S0-L005-1", "23 avril", "23 April"),
        ("S4-L212-15", "lave-linge", "washing machines"),
    ],
)
def test_claims_say_what_their_documents_say(name, fr, en):
    for language, words in (("fr", fr), ("en", en)):
        said = re.sub("[\u00a0\u202f]", " ", claim_sentence(Words(language), all_claims()[name]))
        assert words in said, said


@pytest.mark.parametrize(
    ("name", "language", "word"),
    [
        ("S2-L005-4", "fr", "interruption"),
        ("S4-L212-1", "fr", "particulières"),
        ("S4-L212-2", "en", "passenger"),
        ("S4-L202-1", "fr", "lancé"),
        ("S0-L001-1", "fr", "parti"),
        ("S4-L005-3", "fr", "dirigé"),
    ],
)
def test_words_of_ours_are_gone(name, language, word):
    assert word not in claim_sentence(Words(language), all_claims()[name])


def test_nothing_is_said_to_be_printed():
    for c in all_claims().values():
        for text in (*c.text.values(), *(c.evidence or {}).values(), *(c.needs or {}).values()):
            assert not re.search(r"imprim|printed", text), c.id


# --- distances ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [
        ("S4-L119-1", -1, "years"),
        ("S4-L202-1", 9, "months"),
        ("S4-L081-1", 6, "count"),
        ("S4-L160-1", 500, "count"),
        ("S2-L011-2", -3, "rank"),
    ],
)
def test_a_contradiction_says_by_how_much(name, value, unit):
    found = assess(evidence(), all_claims()[name])
    gap = next(d for o in found.outcomes if (d := distance(found.claim, o)))
    assert (round(gap.value), gap.unit) == (value, unit)


def test_what_agrees_has_no_distance():
    found = assess(evidence(), all_claims()["S4-L220-2"])
    assert distance(found.claim, found.outcomes[0]) is None


# --- the page ----------------------------------------------------------------------------------------------------


def test_an_exact_figure_within_the_document_is_not_found_in_published_figures():
    """Six multiples agree with the document alone; one of them is contradicted by what is published."""
    found = {a.claim.id: a for a in assess_claims(known_claims(NOW), NOW)}
    for n in (8, 11, 14, 17, 20):
        a = found[f"S4-L212-{n}"]
        assert (a.within.verdict, a.published.verdict) == (GOOD, Verdict.UNVERIFIABLE) and a.leads_within
    corridor = found["S4-L137-3"]
    assert (corridor.within.verdict, corridor.verdict) == (GOOD, Verdict.DOUBTFUL)


def test_a_verdict_names_the_rows_that_judged_it():
    for a in assess_claims(known_claims(NOW), NOW):
        for o in a.outcomes:
            found = o.compared_with
            if found is None or o.test.within or o.test.verb == "unit_as":
                continue
            assert found.rows, (a.claim.id, o.test)
            assert all(r.url for r in found.rows if r.fact)


def test_a_part_of_what_a_claim_speaks_of_judges_it_neither_way():
    """A rank among partners is of exports and imports: on the day when exports alone were known, nothing was known."""
    days = (date(2022, 12, 31), NOW)
    assert [verdicts_as_of(d)["S2-L011-2"][0] for d in days] == [Verdict.NOT_COMPARABLE, BAD]


def test_figures_of_another_period_reproduce_nothing():
    one = all_claims()["S4-L113-6"]
    assert assess(evidence(), one).verdict is FITS
    assert assess(evidence(), replace(one, period=Period.parse("2022"))).verdict is GOOD


def test_a_made_up_document_is_judged_alike():
    paper = Document("T1", {"fr": "a", "en": "a"}, {"fr": "a", "en": "a"}, date(2020, 1, 1), claims=1)
    one = replace(all_claims()["S4-L127-1"], document=paper)
    assert assess(evidence(), one).verdict is GOOD


def test_the_distance_of_two_multiples_is_no_bare_number():
    """ "4 less" says of what only where the unit is told: 4 where the document's own figures make 8."""
    found = assess(evidence(), all_claims()["S4-L212-2"])
    cells = {k: str(table_cells(Words(k), found)) for k in ("fr", "en")}
    assert "soit un multiple inférieur de 4" in cells["fr"] and "a multiple lower by 4" in cells["en"]
    assert not re.search(r"soit \d+ de moins", cells["fr"])


def test_of_what_is_counted_there_are_fewer():
    """It said "3,300 less" of the wounded and "114 million less" of inhabitants."""
    for claim in ("S4-L162-2", "S2-L003-3"):
        cells = str(table_cells(Words("en"), assess(evidence(), all_claims()[claim])))
        assert " fewer" in cells and not re.search(r"[\d.]+( million)? less", cells)
    tonnes = str(table_cells(Words("en"), assess(evidence(), all_claims()["S4-L137-1"])))
    assert "142,000\xa0tonnes less" in w_plain(tonnes) or "142,000 tonnes less" in tonnes


def test_the_distance_is_that_of_the_nearest_contrary_figure_of_all_tests():
    """More than 50 billion of Russian investment: 25 more than what was declared, not 45 more than a stock of 2021."""
    a = assess(evidence(), all_claims()["S4-L220-3"])
    gap = nearest_distance(a.claim, a.outcomes)
    assert (gap.value, gap.at_least, gap.several) == (25_000, True, True)
    cells = {k: str(table_cells(Words(k), a)) for k in ("fr", "en")}
    assert "au moins 25\xa0milliards de dollars de plus que le chiffre le plus proche" in w_plain(cells["fr"])
    assert "45" not in cells["fr"].partition("Contredite")[2][:120]


def w_plain(text: str) -> str:
    return text.replace("\\xa0", "\xa0")


def test_no_contrary_distance_is_above_the_least():
    for a in assess_claims(known_claims(NOW), NOW):
        found = [d for o in a.outcomes if (d := distance(a.claim, o)) and not d.dated]
        least = nearest_distance(a.claim, a.outcomes)
        if found and least and least.unit == found[0].unit:
            assert abs(least.value) <= min(abs(d.value) for d in found if d.unit == least.unit), a.claim.id


def test_no_figure_behind_a_verdict_joins_two_publishers():
    """A change, a multiple or a share within the figures of one publisher; else its claim says so."""
    for a in assess_claims(known_claims(NOW), NOW):
        for o in a.outcomes:
            found = o.compared_with
            if o.test.verb in ("change", "multiple") and found is not None:
                assert len(found.publishers) < 2, (a.claim.id, found.publishers)


def test_a_cell_does_not_repeat_the_head_of_its_column():
    for language, repeated in (("fr", "d’après les chiffres"), ("en", "from published figures")):
        w = Words(language)
        for a in assess_claims(known_claims(NOW), NOW):
            _, within, published, _ = table_cells(w, a)
            assert repeated not in "".join((*within, *published)), a.claim.id


def test_a_number_of_materials_of_another_year_does_not_contradict_for_certain():
    """18 counted in 2024, 19 in a report of 2026: the count may have changed."""
    assert assess(evidence(), all_claims()["S4-L206-1"]).verdict is Verdict.DOUBTFUL


def test_evidence_says_nothing_twice():
    w = Words("fr")
    for a in assess_claims(known_claims(NOW), NOW):
        for line in table_cells(w, a)[3].split("\n"):
            parts = [p for p in line.partition(" – ")[2].partition(" (")[0].split(", ") if p]
            assert len(parts) == len(set(parts)), line
