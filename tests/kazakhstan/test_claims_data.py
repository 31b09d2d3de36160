"""The claims as they stand in ``data/claims/``: whole, in both languages, corrected only where that mends something."""

import re
from collections import Counter
from datetime import date

import pytest

from kzreport.claims.assessment import assess_claims
from kzreport.claims.documents import register
from kzreport.claims.facts import all_facts
from kzreport.claims.ledger import all_claims, known_claims
from kzreport.claims.sentences import claim_sentence
from kzreport.claims.verdict import Verdict
from kzreport.files import project_root
from kzreport.language.words import Words
from kzreport.project.settings import project

AS_OF = date(2026, 9, 30)
WORDS = {k: Words(k) for k in project().languages}
CLAIMS = all_claims()
ASSESSED = {j.claim.id: j for j in assess_claims(known_claims(AS_OF), AS_OF)}


def test_every_printed_figure_of_the_five_documents_has_its_row():
    found, read = Counter(c.document.id for c in CLAIMS.values()), {"S0": 9, "S1": 3, "S2": 25, "S3": 7, "S4": 132}
    assert {document: found[document] for document in read} == read


def test_rows_follow_the_lines_of_their_document():
    for document in register().documents:
        places = [(c.line, int(c.id.rsplit("-", 1)[1])) for c in CLAIMS.values() if c.document.id == document]
        assert places == sorted(places)


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=lambda c: c.id)
def test_words_are_those_of_their_language(claim):
    said = {k: [claim_sentence(w, claim)] for k, w in WORDS.items()}
    for language, text in (claim.evidence or {}).items():
        said[language].append(WORDS[language].typography(text))
    assert said["fr"] != said["en"]
    for text in said["fr"] + said["en"]:
        assert text.endswith(".") and text[0] == text[0].upper()
        assert not re.search(r"'|\"|  |\.\.", text)
    for text in said["fr"]:
        assert not re.search("[“”]", text)
        assert not re.search(r"\b(de|du|le|que|jusque) [aeéèêiou]", text), "an elision, or au, aux"
        assert not re.search(r"[^\u00a0\u202f][;:!?»]|«[^\u00a0]", text), "a space that does not break"
    for text in said["en"]:
        assert not re.search("[«»âçéèêëîïôùû]| [;:!?]", text)


def test_a_correction_mends_what_it_corrects():
    corrected = [j for j in ASSESSED.values() if j.corrected]
    assert len(corrected) == 8
    for j in corrected:
        found = (j.verdict, j.corrected.verdict)
        if j.claim.id == "S4-L053-4":  # right as an average, wrong as the December rate that it is set beside
            assert found == (Verdict.REPRODUCED, Verdict.INCONSISTENT)
        elif j.claim.id == "S4-L137-2":  # nearer to the outcome of the year after, yet not equal to it
            assert found == (Verdict.INCONSISTENT, Verdict.INCONSISTENT)
        else:
            assert found[0].severity >= Verdict.DOUBTFUL.severity and found[1].supports, j.claim.id
        assert j.claim.evidence


def test_what_is_held_against_a_claim_is_not_the_claim_itself():
    """No claim is confirmed by a row that repeats its document."""
    for j in ASSESSED.values():
        for t in j.outcomes:
            found = set(t.compared_with.publishers) if t.compared_with else set()
            assert not found & {"source_document"}, j.claim.id
            assert "french_senate" not in found or t.test.verb == "date", j.claim.id


def test_pages_named_are_pages():
    pages = {p.stem for p in (project_root() / "notebooks").glob("*.ipynb")}
    asked = {c.page for c in CLAIMS.values()} - {""}
    assert {"inflation", "fdi", "transit", "partners", "reexports"} <= asked
    assert asked <= pages | {"afghanistan", "aid"}


def test_substantive_or_not():
    """Dates of articles, designations and restated spans are kept, and marked."""
    aside = {c.id for c in CLAIMS.values() if not c.substantive}
    assert aside == {"S3-L005-3", "S4-L137-4", "S4-L158-2", "S4-L160-3", "S4-L174-1", "S4-L214-1"}


def test_documents_exist_from_their_day():
    days = {d.id: d.date for d in register().documents.values()}
    for day in days.values():
        expected = {k for k, v in days.items() if v <= day}
        assert {c.document.id for c in known_claims(day)} == expected
    assert not known_claims(date(2020, 12, 31))


def test_the_basis_that_a_figure_fits_has_a_name():
    fitted = {j.claim.id: j.basis for j in ASSESSED.values() if j.basis}
    assert {fitted["S4-L053-2"], fitted["S4-L053-4"]} == {"end_of_period", "annual_average"}
    assert set(fitted.values()) <= set(register().bases) | set(all_facts().measures)
    assert {c.basis for c in CLAIMS.values()} - {""} <= set(register().bases)
