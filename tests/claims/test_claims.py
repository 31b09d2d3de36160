"""Claims: what a row may say, the interval of its words, its verdict; every verdict that the fact-check must find."""

from __future__ import annotations

import csv
import io
import math
import re
import shutil
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzreport.claims.amounts import Grade, printed_interval
from kzreport.claims.assessment import assess_claims, verdicts_as_of
from kzreport.claims.claim import Claim, Document, Qualifier
from kzreport.claims.columns import table_cells
from kzreport.claims.documents import Kind, register
from kzreport.claims.ledger import all_claims, claims_fingerprints, known_claims
from kzreport.claims.outcomes import Reason
from kzreport.claims.rows import claim_columns
from kzreport.claims.sentences import claim_figure, claim_sentence, one_line, sentence_faults
from kzreport.claims.spans import compare_dates
from kzreport.claims.tests import parse_tests
from kzreport.claims.verbs import VERBS
from kzreport.claims.verdict import Verdict
from kzreport.commands import checks as check
from kzreport.editions.definition import load_definition
from kzreport.errors import DataError, ParameterError
from kzreport.language.vocabulary import Vocabulary
from kzreport.language.wordfiles import labels
from kzreport.language.words import Words
from kzreport.model import Interval, Period, Series
from kzreport.project.settings import project
from kzreport.series.groups import all_groups
from kzreport.series.known import load_series
from kzreport.units import UNITS
from kzreport.views import claims as view

TODAY = date(2026, 9, 30)
BOTH = {"fr": "Le chiffre est de {claim}.", "en": "The figure is {claim}."}
PAPER = Document("T1", BOTH, BOTH, date(2020, 1, 1), claims=1)


def claim(value=None, step=1.0, qualifier="exact", unit="percent", period="2022", test="", **rest) -> Claim:
    fields = {"low": None, "high": None, "basis": "", "substantive": True, "text": BOTH} | rest
    when = Period.parse(period) if period else None
    return Claim("T1-L001-1", PAPER, 1, "trade", "", value, step, Qualifier(qualifier), unit=unit, period=when,
                 tests=parse_tests(test), **fields)  # fmt: skip


def judge(one: Claim, load=None, as_of=TODAY):
    return assess_claims([one], as_of, load)[0]


@cache
def assessed(as_of: date = TODAY):
    return {j.claim.id: j for j in assess_claims(known_claims(as_of), as_of)}


def shifted(name: str, by: float):
    """The catalogue as it would be if every figure of one series were higher by so much."""

    def load(wanted: str, **dims: str) -> Series:
        found = load_series(wanted, TODAY, **dims)
        if wanted != name:
            return found
        return replace(found, observations=tuple(replace(o, value=(o.value or 0) + by) for o in found))

    return load


# --- intervals ---------------------------------------------------------------------------------------------------

NUMBERS = st.floats(0.5, 1e7).map(lambda x: round(x, 1))


@given(NUMBERS, st.sampled_from([0.1, 1.0, 1000.0]))
def test_the_words_of_a_figure_make_its_interval(x, step):
    def of(q: str) -> Interval:
        found = claim(x, step, q).interval
        assert found is not None
        return found

    for q in ("exact", "rounded", "inferred", "planned"):
        assert of(q) == Interval(x - step / 2, x + step / 2)
    assert of("about") == Interval(x - 0.05 * x, x + 0.05 * x)
    assert of("nearly").low > 0.9 * x and of("nearly").high == x
    assert of("more_than").low > x and of("more_than").high == math.inf
    assert of("less_than").high < x and of("less_than").low == -math.inf
    assert of("at_least").low == x and of("at_most").high == x
    assert of("nearly").overlaps(Interval(x, x)) and not of("more_than").overlaps(Interval(x, x))
    assert not of("less_than").overlaps(of("at_least")) and not of("more_than").overlaps(of("at_most"))


@given(st.floats(-1e6, -1).map(round))
def test_about_widens_a_fall_on_both_sides(x):
    found = claim(float(x), 1, "about").interval
    assert found is not None
    assert found.low <= x <= found.high
    assert math.isclose(found.high - found.low, 0.1 * abs(x))


def test_a_range_has_its_own_bounds():
    assert claim(low=3000.0, high=4000.0, qualifier="range").interval == Interval(3000, 4000)
    assert claim(low=2000.0, qualifier="imprecise").interval == Interval(2000, math.inf)


@given(st.floats(-1e8, 1e8, allow_nan=False))
def test_printed_digits_leave_room_around_the_figure(x):
    room = printed_interval(x)
    assert room.low <= x <= room.high


@given(st.integers(10, 99), st.integers(0, 6))
def test_two_digits_always_count(two, zeros):
    x = two * 10.0**zeros
    room = printed_interval(x)
    assert room.high - room.low <= 10.0**zeros
    assert printed_interval(x / 1000 + 0.1234).high - printed_interval(x / 1000 + 0.1234).low < 1


# --- verdicts ----------------------------------------------------------------------------------------------------

ORDER = [Verdict.REPRODUCED, Verdict.CONSISTENT, Verdict.INCONSISTENT]


@given(st.floats(-3, 3).map(lambda x: round(x, 2)), st.sampled_from([q for q in Qualifier if q not in ("range",)]))
def test_the_intervals_decide(gap, qualifier):
    """Inconsistent exactly where claim and series have no value in common; touching roundings have none."""
    one = claim(20.3, 0.1, qualifier, test="value cpi_yy@2022-12", basis="")
    if qualifier in (Qualifier.IMPRECISE,):
        one = replace(one, value=None, low=20.0, high=None)
    found = judge(one, shifted("cpi_yy", gap))
    held = found.outcomes[0].compared_with
    assert held is not None
    if qualifier is Qualifier.PLANNED:
        assert (found.verdict, found.reason) == (Verdict.UNVERIFIABLE, Reason.PLAN)
        return
    apart = max(one.interval.low - held.interval.high, held.interval.low - one.interval.high)
    if abs(apart) > 1e-6:
        assert (found.verdict is Verdict.INCONSISTENT) is (apart > 0)
    assert math.isclose(held.values[0], 20.3 + gap, abs_tol=1e-9)


def test_a_verdict_turns_when_the_figure_moves_away():
    one = claim(20.3, 0.1, test="value cpi_yy@2022-12")
    found = [judge(one, shifted("cpi_yy", by)).verdict for by in (0, 0.04, 0.09, 0.2, 3)]
    assert found[0] is Verdict.REPRODUCED and found[-1] is Verdict.INCONSISTENT
    assert all(ORDER.index(a) <= ORDER.index(b) for a, b in pairwise(found))


def test_a_verdict_of_the_report_turns_with_the_data():
    """The share of the EU in trade is contradicted today, and reproduced if exports to it had been larger."""
    one = all_claims()["S4-L113-4"]
    assert judge(one).verdict is Verdict.INCONSISTENT
    share = next(t for g in one.tests for t in g if t.verb == "share")
    alone = replace(one, tests=((share,),))
    assert judge(alone, shifted("exports_by_partner", 3700 / 27)).verdict is Verdict.REPRODUCED


@pytest.mark.parametrize(
    ("test", "period", "basis", "expected"),
    [
        ("value cpi_yy@2022-12", "2022", "end_of_period", (Verdict.REPRODUCED, Reason.SERIES, "")),
        ("value cpi_yy@2022-12", "2022", "annual_average", (Verdict.NOT_COMPARABLE, Reason.BASIS, "")),
        ("value usd_rate@2022-12", "2022", "", (Verdict.NOT_COMPARABLE, Reason.UNIT, "")),
        ("value cpi_yy", "", "", (Verdict.NOT_COMPARABLE, Reason.PERIOD, "")),
        ("value cpi_yy", "2030-01", "", (Verdict.UNVERIFIABLE, Reason.NO_FIGURE, "")),
        ("", "2022", "", (Verdict.UNVERIFIABLE, Reason.NO_SERIES, "")),
        ("change sum fdi_net@2025", "", "", (Verdict.NOT_COMPARABLE, Reason.BASE, "")),
        (
            "value weo_inflation_average country=KAZ or value cpi_yy@2022-12", "2022", "",
            (Verdict.REPRODUCED, Reason.BASIS, "end_of_period"),
        ),
        ("value cpi_yy@2022-12; value cpi_yy@2021-12", "2022", "", (Verdict.DOUBTFUL, Reason.DISPUTED, "")),
        ("value cpi_yy@2021-12; value cpi_yy@2022-12", "2022", "", (Verdict.DOUBTFUL, Reason.DISPUTED, "")),
        ("value cpi_yy@2021-12; value cpi_yy@2020-12", "2022", "", (Verdict.INCONSISTENT, Reason.SERIES, "")),
        ("value cpi_yy@2022-12; value cpi_yy@2030-12", "2022", "", (Verdict.REPRODUCED, Reason.SERIES, "")),
        (
            "value weo_inflation_average country=KAZ or value cpi_yy@2021-12", "2022", "",
            (Verdict.INCONSISTENT, Reason.BASIS, ""),
        ),
        ("bound cpi_yy@2021-12", "2022", "", (Verdict.INCONSISTENT, Reason.PLAUSIBILITY, "")),
        ("unit_bound cpi_yy@2021-12", "2022", "", (Verdict.NOT_COMPARABLE, Reason.UNIT, "")),
        ("bound cpi_yy@2023-02", "2022", "", (Verdict.CONSISTENT, Reason.PLAUSIBILITY, "")),
        ("outcome cpi_yy@2022-12", "2022", "", (Verdict.UNVERIFIABLE, Reason.NO_SERIES, "")),
        ("multiple self, self", "2022", "", (Verdict.NOT_COMPARABLE, Reason.UNIT, "")),
    ],
)  # fmt: skip
def test_each_reason_has_its_case(test, period, basis, expected):
    found = judge(claim(20.3, 0.1, period=period, test=test, basis=basis))
    assert (found.verdict, found.reason, found.basis) == expected


def test_arithmetic_of_operands_follows_the_intervals():
    """Worked by hand: 14 666.1583 + 15 389.2313 = 30 055.4 M USD; its ratio to itself is 1."""
    both = "exports_by_partner partner=CHN + imports_by_partner partner=CHN"
    found = judge(claim(30_000.0, 1000, unit="musd", period="2023", test=f"value {both}"))
    assert found.verdict is Verdict.REPRODUCED
    assert found.outcomes[0].compared_with.basis == "turnover"
    assert math.isclose(found.outcomes[0].compared_with.values[0], 30_055.389612, abs_tol=1e-5)
    one = judge(claim(1.0, 1, unit="multiple", period="2023", test=f"multiple {both}, {both}"))
    assert one.outcomes[0].compared_with.values == (1.0,)
    none = judge(claim(0.0, 1, unit="musd", period="2023", test=f"value {both} - {both.replace('+', '-')}"))
    assert none.outcomes[0].compared_with.interval.overlaps(Interval(0, 0))


def test_the_union_is_its_members_added_up():
    def held_of(partner):
        test = f"value exports_by_partner partner={partner}"
        return judge(claim(1.0, 1, unit="musd", period="2024", test=test)).outcomes[0].compared_with

    union, members = held_of("EU27"), [held_of(m) for m in all_groups()["EU27"].members(TODAY)]
    assert len(members) == 27
    assert math.isclose(union.values[0], math.fsum(m.values[0] for m in members))
    assert math.isclose(union.interval.low, math.fsum(m.interval.low for m in members))
    assert math.isclose(union.interval.high, math.fsum(m.interval.high for m in members))
    assert union.interval.high - union.interval.low > members[0].interval.high - members[0].interval.low


def test_dollars_meet_euros_at_the_mean_rate_of_the_period():
    found = judge(claim(45_000.0, 1000, unit="meur", period="2024", test="value sum exports_monthly"))
    rates = [o.value for o in load_series("eur_per_usd", TODAY) if o.period.year == 2024]
    total = sum(o.value for o in load_series("exports_monthly", TODAY) if o.period.year == 2024)
    assert math.isclose(found.outcomes[0].compared_with.values[0], total * sum(rates) / 12)
    assert "eur_per_usd" in found.outcomes[0].compared_with.inputs


def test_a_rank_counts_those_above_and_leaves_room_for_the_unknown():
    exports = {o.dims["partner"]: o.value for o in load_series("exports_by_partner", TODAY)
               if str(o.period) == "2023"}  # fmt: skip
    order = sorted(exports, key=exports.get, reverse=True)
    for place, partner in enumerate(order[:12], 1):
        found = judge(
            claim(float(place), 1, unit="rank", period="2023", test=f"rank exports_by_partner partner={partner}")
        )
        assert found.verdict is Verdict.REPRODUCED, partner
    turnover = "rank exports_by_partner partner=FRA + imports_by_partner partner=FRA"
    held = judge(claim(1.0, 1, unit="rank", period="2022", test=turnover)).outcomes[0].compared_with
    assert held.interval.low <= held.interval.high


@pytest.mark.parametrize(
    ("claimed", "event", "expected"),
    [
        ("2015", "2015-12-21", Verdict.REPRODUCED),
        ("2015-12-21", "2015-12-21", Verdict.REPRODUCED),
        ("2015-12-21", "2015-12", Verdict.CONSISTENT),
        ("1994-01/2011-12", "2002", Verdict.REPRODUCED),
        ("2018-Q1", "2015-12-21", Verdict.INCONSISTENT),
    ],
)
def test_dates_agree_as_far_as_they_say(claimed, event, expected):
    assert compare_dates(Period.parse(claimed), Period.parse(event)) is expected


# --- every verdict that the fact-check must find --------------------------------------------------------------------

FOUND = {
    # A. arithmetic inside the documents
    "S4-L137-3": ("doubtful", "one_against"),  # exact within the document, contradicted by one report
    "S4-L113-4": ("inconsistent", "series"),
    "S4-L113-3": ("reproduced", "series"),
    "S3-L005-4": ("not_comparable", "unit"),
    "S4-L212-8": ("reproduced", "within"),
    "S4-L212-11": ("reproduced", "within"),
    "S4-L212-14": ("reproduced", "within"),
    "S4-L212-17": ("reproduced", "within"),
    "S4-L212-20": ("reproduced", "within"),
    "S4-L212-25": ("consistent", "within"),
    "S4-L220-1": ("consistent", "series"),
    "S4-L220-2": ("reproduced", "series"),
    "S0-L003-2": ("reproduced", "series"),
    # B1. levels of the footnote: the unit
    **{f"S4-L212-{n}": ("not_comparable", "unit") for n in (6, 7, 9, 10, 12, 13, 15, 16, 18, 19, 21, 22, 23, 24)},
    # B2. the date of the article on Afghanistan
    "S3-L003-1": ("inconsistent", "series"),
    "S3-L005-1": ("doubtful", "plausibility"),  # no figure of the same months is held
    "S3-L005-2": ("doubtful", "plausibility"),
    # B3. levels of the corridor
    "S4-L137-1": ("doubtful", "one_against"),
    "S4-L137-2": ("inconsistent", "series"),
    # B5. inflation on two bases
    "S4-L053-2": ("reproduced", "basis"),
    "S4-L053-3": ("reproduced", "series"),
    "S4-L053-4": ("reproduced", "basis"),
    # B6, B7. Russian investment; a fall without measure
    "S4-L220-3": ("inconsistent", "series"),
    "S4-L055-1": ("not_comparable", "part"),  # the gross inflows of the year before are not held
    # B8. dates
    "S4-L119-1": ("inconsistent", "series"),
    "S4-L113-2": ("reproduced", "series"),
    "S2-L011-1": ("inconsistent", "series"),
    "S4-L202-1": ("inconsistent", "series"),
    # B9. definitions: a neighbour of another notion makes no claim incomparable
    "S4-L013-1": ("unverifiable", "no_series"),
    "S4-L081-3": ("reproduced", "series"),
    "S4-L091-1": ("not_comparable", "definition"),  # who understands a language need not master it
    "S4-L091-2": ("not_comparable", "definition"),
    "S4-L029-1": ("consistent", "basis"),  # if exports are meant
    # B11. a plan
    "S0-L004-1": ("unverifiable", "plan"),
    "S2-L003-4": ("one_source", "one_report"),
    "S4-L186-2": ("one_source", "one_report"),
    # verdicts of an economist
    "S2-L011-2": ("inconsistent", "series"),
    "S4-L113-6": ("consistent", "series"),
    "S4-L212-1": ("not_comparable", "definition"),
    "S4-L212-2": ("inconsistent", "within"),
    "S0-L008-2": ("one_source", "one_report"),
    "S3-L005-3": ("reproduced", "within"),
    "S4-L137-4": ("reproduced", "within"),
    "S4-L027-4": ("consistent", "within"),  # from some day of January to some day of June
    "S4-L164-3": ("consistent", "plausibility"),
    # facts
    "S2-L009-1": ("reproduced", "series"),
    "S2-L005-4": ("inconsistent", "series"),
    "S4-L127-2": ("doubtful", "disputed"),
    "S4-L081-1": ("inconsistent", "series"),
    "S4-L160-1": ("inconsistent", "series"),
    "S4-L162-1": ("one_source", "one_report"),
    "S4-L162-2": ("inconsistent", "series"),
    "S4-L154-1": ("reproduced", "basis"),
    # trade
    "S4-L113-5": ("reproduced", "series"),
    "S4-L135-2": ("reproduced", "series"),
    "S4-L135-3": ("reproduced", "series"),
    "S4-L135-4": ("reproduced", "series"),
}
CORRECTED = {
    "S4-L053-4": ("inconsistent", "series"),  # like for like, on the basis of the figure beside it
    "S3-L003-1": ("reproduced", "series"),
    "S3-L005-1": ("consistent", "plausibility"),
    "S3-L005-2": ("consistent", "plausibility"),
    "S4-L119-1": ("reproduced", "series"),
    "S2-L011-1": ("reproduced", "series"),
    "S4-L202-1": ("reproduced", "series"),
    "S4-L137-2": ("inconsistent", "series"),  # a plan for that year is no outcome of it
}


def test_every_document_has_as_many_claims_as_it_says():
    """Also one that is added later; those that were read are counted in ``tests/kazakhstan``."""
    found = [c.document.id for c in all_claims().values()]
    assert {d: found.count(d) for d in register().documents} == {d: a.claims for d, a in register().documents.items()}


@pytest.mark.parametrize(("name", "expected"), FOUND.items())
def test_the_fact_check_finds(name, expected):
    found = assessed()[name]
    assert (str(found.verdict), str(found.reason)) == expected


@pytest.mark.parametrize(("name", "expected"), CORRECTED.items())
def test_as_corrected_with_evidence(name, expected):
    found = assessed()[name]
    assert found.claim.evidence
    assert (str(found.corrected.verdict), str(found.corrected.reason)) == expected


def outcomes_of(name: str, verb: str):
    return [t for t in assessed()[name].outcomes if t.test.verb == verb]


def test_figures_behind_the_verdicts():
    """What the fact-check worked out by hand, within the digits it gives."""
    multiple = next(t for t in outcomes_of("S4-L137-3", "multiple") if t.test.within).compared_with
    assert round(multiple.values[0], 4) == 9.3806
    assert (round(multiple.interval.low, 3), round(multiple.interval.high, 3)) == (9.369, 9.392)
    implied = outcomes_of("S4-L113-4", "implied")[0]
    assert round(implied.derived.values[0] / 1000, 1) == 121.6
    ends = (implied.derived.interval.low, implied.derived.interval.high)
    assert [round(x / 1000, 1) for x in ends] == [118.7, 124.7]
    (part,) = outcomes_of("S3-L005-1", "part")
    assert round(part.derived.values[0], 1) == 33.5
    corrected = assessed()["S3-L005-1"].corrected.outcomes[0]
    assert round(corrected.derived.values[0], 1) == 60.7
    assert round(outcomes_of("S4-L212-11", "multiple")[0].compared_with.interval.low, 2) == 9.80
    changes = [t.compared_with.values[0] for t in outcomes_of("S4-L055-1", "change") if t.compared_with]
    # the fall of 38.9% from 2022 is not among them: its two figures are those of two publishers
    assert [round(x, 1) for x in changes] == [-45.1, -92.3]
    values = outcomes_of("S4-L053-4", "value")
    assert {t.compared_with.basis for t in values if t.verdict.supports} == {"annual_average"}
    assert outcomes_of("S4-L053-4", "same")[0].reason is Reason.BASES_DIFFER  # 20.3 is December, 11 an average
    assert [t.verdict for t in outcomes_of("S4-L212-13", "unit_bound")] == [Verdict.NOT_COMPARABLE]
    assert outcomes_of("S0-L004-1", "outcome")[0].compared_with.values == (3.396,)
    (wagon,) = outcomes_of("S0-L003-2", "per")
    assert (round(wagon.derived.values[0], 1), round(wagon.compared_with.values[0], 1)) == (61.1, 61.6)


def test_a_claim_exists_from_its_documents_date():
    for document in register().documents.values():
        day = document.date
        before = {c.document.id for c in known_claims(date.fromordinal(day.toordinal() - 1))}
        assert document.id not in before
        assert document.id in {c.document.id for c in known_claims(day)}
    assert known_claims(date(2015, 1, 31)) == ()


@pytest.mark.parametrize("year", range(2021, 2027))
def test_nothing_later_judges(year):
    """A claim is held against what was published by the day; every claim gets a verdict on any day."""
    day = date(year, 6, 30)
    found = verdicts_as_of(day)
    assert set(found) == {c.id for c in known_claims(day)}
    loaded = {}

    def load(name, **dims):
        series = loaded[name] = load_series(name, day, **dims)
        return series

    assess_claims(known_claims(day), day, load)
    assert all(o.published <= day for s in loaded.values() for o in s)


def test_filters_choose():
    every = known_claims(TODAY)
    assert known_claims(TODAY, pages=[], themes=[], documents=[]) == every
    for theme in register().themes:
        assert {c.theme for c in known_claims(TODAY, themes=[theme])} <= {theme}
    parts = [known_claims(TODAY, documents=[d]) for d in register().documents]
    assert sum(map(len, parts)) == len(every)


# --- words -------------------------------------------------------------------------------------------------------


def test_the_sentences_are_sound():
    assert sentence_faults() == []


@pytest.mark.parametrize("language", project().languages)
@pytest.mark.parametrize("day", [date(2021, 6, 1), date(2024, 12, 31), date(2025, 6, 30), TODAY])
def test_everything_said_of_a_claim_is_whole(language, day):
    w = Words(language)
    for j in assessed(day).values():
        stated, within, published, evidence = table_cells(w, j)
        for text in (stated, "".join(within), "".join(published), evidence, one_line(w, j)):
            assert text
            text = re.sub(r" ?https://\S+", "", text)
            assert not re.search(
                r"[{}#]|\bNone\b|\bnan\b|\binf\b|%\s*%|\(\)|  |\bde (environ|au |août|octobre)", text
            ), text
            assert not re.search(r"\s[,.]|, ,|–\s*–", text), text
        if language == "fr":
            assert "'" not in claim_sentence(w, j.claim)


@pytest.mark.parametrize(
    "table", ["verdicts", "verdicts_within", "grades", "reasons", "compared_with", "themes", "qualifiers"]
)
def test_every_verdict_reason_and_test_has_words(table):
    keys = {
        "verdicts": set(Verdict),
        "verdicts_within": set(Verdict),
        "grades": set(Grade),
        "themes": set(register().themes),
        "compared_with": set(VERBS) - {"undefined"},
        "reasons": (set(Reason) - {"basis"}) | {"basis_fits", "basis_none", "basis_stated"}
        | {"implausible"} | {f"{k}_stated" for k in get_args(Kind) if k != "basis"},
        "qualifiers": {"about", "more_than", "at_least", "nearly", "at_most", "less_than"},
    }[table]  # fmt: skip
    assert set(labels()[table] if table == "themes" else Vocabulary("en").words_of(table)) == {str(k) for k in keys}


@pytest.mark.parametrize(
    ("one", "fr", "en"),
    [
        (claim(50_000.0, 1000, "more_than", "musd"), "plus de 50 milliards de dollars", "more than $50 billion"),
        (claim(1_300_000.0, 100_000, "rounded", "count"), "1,3 million", "1.3 million"),
        (claim(9.4, 0.1, "rounded", "multiple"), "9,4", "9.4"),
        (claim(30.0, 1, "rounded", "multiple"), "30", "30"),
        (claim(-28.0, 1, "about"), "environ −28 %", "about −28%"),
        (claim(2.0, 1, unit="rank"), "2ᵉ", "2nd"),
        (claim(None, 1, "range", "count", low=3000.0, high=4000.0), "de 3 000 à 4 000", "3,000 to 4,000"),
        (claim(3.5, 0.1, "planned", "tonne"), "3,5 tonnes", "3.5 tonnes"),
    ],
)
def test_a_figure_reads_as_printed(one, fr, en):
    for language, text in (("fr", fr), ("en", en)):
        said = re.sub("[\u00a0\u202f]", " ", claim_figure(Words(language), one))
        assert said == text
    assert claim_figure(Words("fr"), replace(one, value=-1.0), "bare") if one.value is not None else True


# --- the file ----------------------------------------------------------------------------------------------------


def rows(home, document="S4"):
    text = (home.root / "data" / "claims" / f"{document}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def put(home, content, document="S4"):
    out = io.StringIO()
    w = csv.DictWriter(out, claim_columns(), lineterminator="\n")
    w.writeheader()
    w.writerows(content)
    home.write(f"data/claims/{document}.csv", out.getvalue())


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("id", "S4-L9-1", "column 'id'"),
        ("text.fr", "Un chiffre. ", "printable text without spaces"),
        ("text.fr", "Un chiffre de {nope}.", "marks such as {claim}"),
        ("text.fr", "", "a sentence"),
        ("text.en", "A figure of {claim}}.", "marks such as {claim}"),
        ("text.en", "A figure of {claim:zz}.", "{claim} or {claim:bare}, {claim:abs}"),
        ("text.en", "{claim} {claim.period:on}.", "{claim.period} or {claim.period:short}, {claim.period:in}"),
        ("theme", "sport", "one of inflation, fdi"),
        ("qualifier", "roughly", "one of exact, rounded"),
        ("value", "20,3", "a number such as -12.5"),
        ("value", "", "a number, or one in low or high"),
        ("step", "0", "the unit of the last printed digit"),
        ("unit", "furlong", "date or one of"),
        ("unit", "date", "nothing, and a period"),
        ("period", "Dec 2022", "2026-Q1"),
        ("basis", "guess", "data/claims/documents.yml"),
        ("substantive", "maybe", "yes, no"),
        ("low", "9", "at most 'high'"),
        ("step", "0.2", "a power of ten"),
        ("step", "1", "a step that the digits"),
        ("needs.fr", "Une série.", "words in every language"),
        ("as_corrected", "period=2021", "evidence.fr and evidence.en"),
        ("evidence_url", "http://x.example", "https://"),
        ("test", "guess cpi_yy", "one of value, change"),
        ("test", "value", "'value' with 0 operands"),
        ("test", "value cpi_xx", "no series 'cpi_xx'"),
        ("test", "value cpi_yy@then", "2026-Q1"),
        ("test", "value exports_by_partner", "nothing chosen of partner"),
        ("test", "value exports_by_partner partner=XXX", "partner=XXX"),
        ("test", "value exports_by_partner partner", "series dim=value"),
        ("test", "value cpi_yy colour=red", "colour=red"),
        ("test", "same cpi_yy", "the id of a claim"),
        ("test", "unit_as S9-L001-1", "no claim 'S9-L001-1'"),
        ("test", "date S4-L053-2", "and a measure"),
        ("test", "undefined", "left undefined"),
    ],
)
def test_a_row_that_is_wrong_is_named(home, column, value, words):
    content = rows(home)
    number = next(i for i, r in enumerate(content) if r["id"] == "S4-L053-2")
    content[number][column] = value
    content[number]["high"] = "1" if column == "low" else content[number]["high"]
    put(home, content)
    with pytest.raises(DataError) as error:
        all_claims()
    message = str(error.value)
    assert words in message
    assert f"data/claims/S4.csv, line {number + 2}" in message or "claim S4-L053-2" in message


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"period": "", "unit": "count"}, "text.fr", "a sentence without a period, as the claim states none"),
        ({"text.en": "It was {claim} {claim.period:in}."}, "text.en", "as a date has no figure; not {claim}"),
        ({"step": "1"}, "step", "nothing, as there is no value"),
    ],
)
def test_cells_of_a_claim_that_do_not_go_together(cells, column, words, home):
    content = rows(home)
    first = next(r for r in content if r["unit"] == "date" and r["period"])
    first |= cells if "unit" not in cells else {**cells, "value": "3", "step": "1", "test": "value aid_wagons"}
    put(home, content)
    with pytest.raises(DataError, match=f"column '{column}'.*{re.escape(words)}"):
        all_claims()


def test_a_claim_comes_once(home):
    content = rows(home)
    put(home, [*content, content[0]])
    with pytest.raises(DataError, match="again"):
        all_claims()


def test_a_new_document_is_a_file_and_an_entry(home):
    """No code: a figure that cpi_yy reproduces, and one that it contradicts."""
    about = (home.root / "data" / "claims" / "documents.yml").read_text(encoding="utf-8")
    entry = "  T9:\n    title: {fr: a, en: b}\n    author: {fr: c, en: d}\n    date: 2024-02-01\n    claims: 2\n"
    home.write("data/claims/documents.yml", about.replace("documents:\n", f"documents:\n{entry}", 1))
    blank = dict.fromkeys(claim_columns(), "")
    one = blank | {
        "id": "T9-L001-1", "line": "1", "theme": "inflation", "page": "inflation", "value": "20.3", "step": "0.1",
        "qualifier": "exact", "unit": "percent", "period": "2022-12", "test": "value cpi_yy", "substantive": "yes",
        "text.fr": "Le taux est de {claim} {claim.period:in}.", "text.en": "The rate is {claim} {claim.period:in}.",
    }  # fmt: skip
    put(home, [one, one | {"id": "T9-L002-1", "line": "2", "value": "18.3"}], "T9")
    found = verdicts_as_of(date(2024, 2, 1), pages=["inflation"])
    assert found == {
        "T9-L001-1": (Verdict.REPRODUCED, Reason.SERIES),
        "T9-L002-1": (Verdict.INCONSISTENT, Reason.SERIES),
    }
    assert not [f for f in sentence_faults() if "T9" in f]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("themes: [", "topics: [", ["the key 'topics'", "keys among themes, documents, bases"]),
        ('date: "2025-04-17"', 'date: "17/04/2025"', ["documents.S0.date", "a date such as"]),
        ('author: {fr: "Novastan", en: "Novastan"}', 'author: {fr: "Novastan"}', ["documents.S0.author", "fr, en"]),
        ("url: https://", "url: http://", ["documents.S4.url", "https://"]),
        ("    claims: 9\n", "", ["documents.S0.claims", "found nothing"]),
        ("    claims: 9\n", "    claims: nine\n", ["documents.S0.claims", "'nine'", "a whole number"]),
        ("    claims: 9\n", "    claims: 9\n    source: x\n", ["documents.S0", "the key 'source'"]),
        ("kind: scope}", "kind: place}", ["all_trade.kind", "'place'", "'scope'"]),
        ("mean_of: yy_month", "mean_of: yy_week", ["annual_average.mean_of", "'yy_week'", "yy_month"]),
        ("sum_of: [exports, imports]", "mean_of: yy_month", ["turnover.mean_of", "again"]),
    ],
)
def test_an_entry_that_is_wrong_is_named(home, old, new, words):
    about = (home.root / "data" / "claims" / "documents.yml").read_text(encoding="utf-8")
    assert old in about
    home.write("data/claims/documents.yml", about.replace(old, new, 1))
    with pytest.raises(DataError) as error:
        register()
    assert all(w in str(error.value) for w in ["data/claims/documents.yml", *words])


def test_a_file_that_was_cut_is_refused(home):
    path = "data/claims/S4.csv"
    text = (home.root / path).read_text(encoding="utf-8")
    for cut in (text[:-1], text[: len(text) // 2], "".join(text.splitlines(keepends=True)[:-1]), ""):
        home.write(path, cut)
        with pytest.raises(DataError, match=path):
            all_claims()


def test_a_file_without_an_entry_is_named(home):
    home.write("data/claims/S9.csv", "")
    with pytest.raises(
        DataError, match=r"data/claims/S9\.csv: found a file that no document has, expected an entry of it in"
    ):
        all_claims()


def test_a_project_without_claims_has_none(home):
    shutil.rmtree(home.root / "data" / "claims")
    assert all_claims() == {} == claims_fingerprints(TODAY)
    assert known_claims(TODAY) == () == register().themes
    assert verdicts_as_of(TODAY) == {} and sentence_faults() == []


def test_a_project_with_one_language_has_one_column_of_text(home):
    project_file = (home.root / "params" / "project.yml").read_text(encoding="utf-8")
    home.write("params/project.yml", project_file.replace("[fr, en]", "[en]").replace("  fr: Kazakhstan\n", ""))
    content = [r for r in rows(home, "S1") if r["id"] == "S1-L004-1"]
    home.only()  # tables are described in both languages, and so is the unit of the project
    home.write("data/units.yml", 'kzt: {decimals: 1, name: {en: tenge}, sentence: {en: "# tenge"}}\n')
    for path in (home.root / "data" / "claims").glob("*.csv"):
        path.unlink()
    home.write(
        "data/claims/documents.yml",
        "themes: [other]\nbases: {}\ndocuments:\n"
        "  S1: {title: {en: A paper}, author: {en: A}, date: 2024-03-14, claims: 1}\n",
    )
    put(home, [{k: v for k, v in r.items() if not k.endswith(".fr")} for r in content], "S1")
    assert claim_columns()[-1] == "text.en" and "evidence.fr" not in claim_columns()
    assert list(all_claims()["S1-L004-1"].text) == ["en"]
    assert sentence_faults() == []


def test_check_finds_a_digit_and_a_mark_that_differ(home):
    content = rows(home)
    content[0]["text.fr"], content[0]["text.en"] = "Il y en a 12.", "There {claim.period:in}"
    put(home, content)
    found = "\n".join(sentence_faults())
    assert "a digit typed" in found and "the same figures in fr and en" in found
    assert any("data/claims/S4.csv" in f for f in check.list_faults())


def test_a_claim_of_the_future_does_not_change_what_went_in(home):
    day = date(2025, 1, 31)
    before = claims_fingerprints(day)
    put(home, rows(home)[:3])
    assert claims_fingerprints(day) == before
    assert claims_fingerprints(TODAY)["S4.csv"] != before.get("S4.csv")


# --- counts ------------------------------------------------------------------------------------------------------


def test_counts_add_up():
    from kzreport.pages.page import Page

    page = Page("claims", lang="en", as_of="2026-09-30")
    series = page.judged()
    head = view.headline(series)
    parts = ("inconsistent", "found", "agree", "one_source", "exact", "doubtful", "not_comparable", "unverifiable")
    known = len(known_claims(TODAY))
    assert head["known"].value == known == sum(head[p].value or 0 for p in parts)
    assert head["broken"].value <= head["inconsistent"].value
    themes = view.by_theme(series)
    assert sum(r.value for r in themes["total"]) == known
    for i, whole in enumerate(themes["total"]):
        assert sum(themes[v][i].value for v in view.VERDICTS) == whole.value
    only = page.judged(themes=["inflation"], pages=[], documents=[])
    assert len(only) == len(known_claims(TODAY, themes=["inflation"]))
    empty = view.headline(page.judged(documents=["S1"], themes=["oil"]))
    assert not empty["known"].ok and not empty["found"].ok, "no count is told of no claims"
    assert set(view.VERDICTS) == set(Verdict)


def test_units_of_claims_have_words():
    w = Words("en")
    for unit in UNITS:
        assert w.unit(unit)


@pytest.mark.parametrize(
    ("override", "words"),
    [("claims.themes=sport", "inflation, fdi"), ("claims.documents=S9", "S0, S1, S2, S3, S4"),
     ("claims.of_pages=weather", "one of ")],
)  # fmt: skip
def test_a_definition_chooses_among_what_there_is(override, words):
    with pytest.raises(ParameterError, match=words):
        load_definition("monthly", [override])


def test_the_definition_of_the_senates_report_is_about_it():
    values = load_definition("senate").values["claims"]
    assert values["documents"] == ["S4"] and values["themes"] == [] == values["of_pages"]
