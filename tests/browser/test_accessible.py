"""Covers, archive, catalogue, search, briefs and what is published: axe finds nothing, in both languages."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from audit import MODES, invalid, violations
from hostile import hostile_edition
from run_fixtures import AS_OF

from kzreport.editions.index import write_index
from kzreport.editions.log import RunLog
from kzreport.editions.site import publish_site
from kzreport.editions.store import Store
from kzreport.files import sealed
from kzreport.render import brief_html

LATER = "2024-04-30"


@pytest.fixture(scope="module")
def published(made, tmp_path_factory):
    """Two editions as they are published at an address: the older one has a banner. And a brief in each language."""
    root = tmp_path_factory.mktemp("editions")
    for day in (AS_OF, LATER):
        shutil.copytree(made.folder, root / "small" / day)
    manifest = root / "small" / LATER / "manifest.json"
    about = json.loads(manifest.read_text(encoding="utf-8"))
    about["edition"] |= {"name": LATER, "as_of": LATER}
    manifest.write_text(json.dumps(sealed(about)), encoding="utf-8")
    write_index(root, RunLog())
    copy = tmp_path_factory.mktemp("published") / "site"
    publish_site(Store(root), copy, "https://example.org/reports", RunLog())
    edition = hostile_edition("Prices rose by 5%.")
    for language in ("fr", "en"):
        (copy / f"{language}-brief.html").write_bytes(brief_html.make(edition, language))
    return copy


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("java"), reason="the Nu Html Checker needs Java")
def test_what_is_published_is_valid_html(published):
    found = invalid(sorted(published.rglob("*.html")))
    assert [line for line in found if not re.search("subgrid|vector-effect", line)] == []  # newer than the checker


SAMPLE = [  # one page of each kind, every language, scheme and width among them
    ("index.html#en", *MODES[0]),
    (f"small/{LATER}/en/index.html", *MODES[3]),
    (f"small/{AS_OF}/en/search.html", *MODES[2]),
    (f"small/{AS_OF}/fr/series/index.html", *MODES[1]),
    ("en-brief.html", *MODES[1]),
]


@pytest.mark.parametrize(("name", "scheme", "width"), SAMPLE)
def test_axe_finds_nothing_on_one_page_of_each_kind(page, published, name, scheme, width):
    page.goto(f"{published.as_uri()}/{name}")
    assert violations(page, scheme, width) == []


@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "width"), MODES)
def test_axe_finds_nothing_on_what_is_published(page, published, scheme, width):
    found, checked = {}, 0
    for path in sorted(published.rglob("*.html")):
        if "latest" in path.parts:  # leads on at once
            continue
        for part in ("#fr", "#en") if path.parent == published else ("",):
            page.goto(f"{path.as_uri()}{part}")
            if page.locator("input[type=search]").count():
                page.fill("input[type=search]", "inflation")
            checked += 1
            if wrong := violations(page, scheme, width):
                found[f"{path.relative_to(published)}{part}"] = wrong
    assert found == {} and checked > 40
