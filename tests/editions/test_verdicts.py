"""Verdicts judged once for an edition: the same as a page's own, and those that its kernels use."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from run_fixtures import CHEAP, write_definition, write_page

from kzreport.claims import handed
from kzreport.claims.assessment import assess_claims
from kzreport.claims.ledger import known_claims
from kzreport.claims.verdict import Verdict
from kzreport.editions.definition import load_definition
from kzreport.editions.plan import make_plan
from kzreport.editions.verdicts import Verdicts
from kzreport.pages.values import page_values
from kzreport.series.known import load_series

DAY = date(2026, 9, 30)
CHOSEN = known_claims(DAY)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """What the command hands to the pages of an edition."""
    definition = replace(
        load_definition("inflation-brief"), pages=("claims",), values={"claims": page_values("claims", {}, "claims")}
    )
    path = Verdicts(tmp_path_factory.mktemp("handed")).file_of(make_plan(definition, DAY, definition.languages))
    assert path is not None
    return path


def judged(claims=CHOSEN):
    """Assess as a page does: the verdicts, and the series in the order in which they joined its sources."""
    read: dict[str, None] = {}

    def load(name, **dims):
        read[name] = None
        return load_series(name, DAY, **dims)

    return assess_claims(claims, DAY, load), list(read)


def test_verdicts_handed_over_are_those_that_a_page_finds_itself(file, monkeypatch):
    alone = judged()
    assert len(alone[0]) > 10 and len(alone[1]) > 3
    monkeypatch.setenv(handed.VARIABLE, str(file))
    assert handed.handed_over(DAY).keys() == {c.id for c in CHOSEN}
    assert judged() == alone


def test_a_verdict_handed_over_is_not_judged_again_unless_its_claim_is_another(tmp_path, monkeypatch):
    (one, *_), series = judged()
    other = replace(one, published=replace(one.published, verdict=Verdict.ONE_SOURCE))
    assert other != one
    path = tmp_path / "verdicts"
    handed.write_handed(path, {DAY: {one.claim.id: handed.pack(other, series)}})
    monkeypatch.setenv(handed.VARIABLE, str(path))
    assert judged(CHOSEN[:1])[0] == (other,)
    changed = replace(CHOSEN[0], line=CHOSEN[0].line + 1)
    assert judged([changed])[0] == (replace(one, claim=changed),)


def test_a_file_that_cannot_be_read_leaves_the_page_to_judge(tmp_path, monkeypatch):
    alone = judged()
    path = tmp_path / "verdicts"
    path.write_bytes(b"\x80\x05 cut")
    monkeypatch.setenv(handed.VARIABLE, str(path))
    assert judged() == alone


@pytest.mark.slow
def test_kernels_of_an_edition_are_handed_what_the_command_judged(project_copy, forked_cli):
    shows = (
        "from IPython.display import display\nfrom datetime import date\n"
        "from kzreport.claims.handed import handed_over\nsaid = ' '.join(sorted(handed_over(date(2026, 9, 30))))\n"
        "None and page.claims()\n"
        "display({'text/markdown': said, 'text/plain': said}, raw=True, metadata={'kzreport': {'kind': 'say'}})"
    )
    write_page(project_copy, "fdi", CHEAP[0], shows)
    write_definition(project_copy, "trial", ["fdi"])
    assert forked_cli("run", "trial", "--as-of", str(DAY)).code == 0
    notebook = json.loads((project_copy / "reports" / "trial" / str(DAY) / "en" / "fdi.ipynb").read_text())
    (said,) = ["".join(o["data"]["text/markdown"]) for c in notebook["cells"] for o in c.get("outputs", [])]
    assert said.split() == sorted(c.id for c in known_claims(DAY, pages=["fdi"])) != []
