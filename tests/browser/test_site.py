"""Cover, search, catalogue, archive and ``latest/`` as a reader uses them, from a folder."""

from __future__ import annotations

import shutil

import pytest
from audit import listening
from run_fixtures import AS_OF

from kzreport.editions.index import write_index
from kzreport.editions.log import RunLog


@pytest.fixture(scope="module")
def root(made, tmp_path_factory):
    root = tmp_path_factory.mktemp("reports")
    shutil.copytree(made.folder, root / "small" / AS_OF)
    write_index(root, RunLog())
    return root


@pytest.fixture
def quiet(page):
    """A page that fails the test where the console says anything."""
    with listening(page) as said:
        yield page
    assert not said


FRONTS = ("index.html", "search.html", "series/index.html", "series/cpi_yy.html", "series/wdi_fdi.html")


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("name", FRONTS)
def test_a_front_fits_and_is_one_document(quiet, root, name, width):
    quiet.set_viewport_size({"width": width, "height": 900})
    for language in ("fr", "en"):
        quiet.goto((root / "small" / AS_OF / language / name).as_uri())
        assert quiet.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it scrolls sideways"
        assert quiet.locator("h1").count() == 1 and quiet.get_attribute("html", "lang") == language
        other = {"fr": "en", "en": "fr"}[language]
        quiet.locator(f"a[hreflang={other}]").first.click()
        assert quiet.url.endswith(f"/{other}/{name}")


def test_a_table_stacked_on_a_phone_is_read_as_a_table(quiet, root):
    """Its rows stand one under the other; a screen reader still hears rows, their names and cells."""
    quiet.set_viewport_size({"width": 360, "height": 900})
    quiet.goto((root / "small" / AS_OF / "en" / "series" / "index.html").as_uri())
    table = quiet.locator("table.stack").first
    assert table.evaluate("e => getComputedStyle(e.querySelector('td')).display") == "block"
    read = table.aria_snapshot()
    assert all(f"- {role}" in read for role in ("table", "row ", "columnheader", "rowheader", "cell"))


def test_search_finds_all_words_without_accents(quiet, root):
    quiet.goto((root / "small" / AS_OF / "fr" / "search.html").as_uri())
    quiet.fill("input[type=search]", "INFLATION moyenne annee")
    first = quiet.locator(".found a").first
    found = quiet.locator(".found li").all_inner_texts()
    assert found and "résultats" in quiet.inner_text(".find output")
    quiet.fill("input[type=search]", "inflation zzzzz")
    assert quiet.locator(".found li").count() == 0 and "Aucun résultat" in quiet.inner_text(".find output")
    quiet.fill("input[type=search]", "glissement annuel prix")
    first.click()
    assert f"/{AS_OF}/fr/" in quiet.url and quiet.locator("h1").count() == 1


def test_search_says_so_without_script(page_without_script, root):
    tab = page_without_script
    tab.goto((root / "small" / AS_OF / "en" / "search.html").as_uri())
    assert "needs JavaScript" in tab.inner_text("main") and not tab.locator("form").is_visible()
    tab.locator("main a").first.click()
    assert tab.url.endswith("/en/index.html")


def test_the_archive_shows_one_language_and_leads_to_its_cover(quiet, root):
    quiet.goto((root / "index.html").as_uri())
    assert quiet.locator("#fr").is_visible() and not quiet.locator("#en").is_visible()
    quiet.click("nav a[hreflang=en]")
    assert quiet.locator("#en").is_visible() and not quiet.locator("#fr").is_visible()
    quiet.locator("#en .years a").first.click()
    assert quiet.url.endswith(f"small/{AS_OF}/en/index.html")
    quiet.locator("a[href*='index.html#en']").first.click()
    assert quiet.locator("#en").is_visible() and not quiet.locator("#fr").is_visible()


def test_latest_leads_on_at_once(quiet, root):
    quiet.goto((root / "small" / "latest" / "en" / "inflation.html").as_uri())
    quiet.wait_for_url(f"**/{AS_OF}/en/inflation.html")
    assert quiet.locator("h1").is_visible()


def test_a_headline_leads_to_its_source_and_a_search_page_to_all_pages(quiet, root):
    quiet.goto((root / "small" / AS_OF / "fr" / "inflation.html").as_uri())
    quiet.locator(".headline .refs a").first.click()
    assert quiet.url.endswith("#source-1") and "cpi_yy" in quiet.inner_text("#source-1")
    quiet.goto((root / "small" / AS_OF / "fr" / "search.html").as_uri())
    pages = quiet.locator("nav.all")
    assert pages.get_by_text("Inflation").is_visible()
    quiet.fill("input[type=search]", "glissement annuel prix")
    assert not pages.is_visible()


def test_figures_behind_charts_and_code_are_not_printed(quiet, root):
    quiet.goto((root / "small" / AS_OF / "en" / "inflation.html").as_uri())
    quiet.emulate_media(media="print")
    assert quiet.locator("figure.chart svg").first.is_visible() and quiet.locator(".sources li").first.is_visible()
    assert not quiet.locator(".behind:visible, .script:visible, .menu:visible").count()
