"""A scheduled report whose provider is down is made from what is held, and says so everywhere."""

from __future__ import annotations

import json

import pytest
from run_fixtures import SHOWS, write_definition, write_page

TITLE = SHOWS.replace("'say'", "'title'")


@pytest.fixture
def nobody_answers(tmp_path):
    """A recording without a reply: every provider is down."""
    folder = tmp_path / "recording"
    folder.mkdir()
    (folder / "recording.json").write_text('{"day": "2026-11-25", "replies": {}}')
    return folder


def test_a_provider_that_is_down_is_told_on_the_pages(forked_cli, project_copy, tmp_path, nobody_answers):
    cli, out = forked_cli, tmp_path / "out"
    write_page(project_copy, "good", TITLE)
    write_definition(project_copy, "trial", ["good"], "fr, en")
    run = ("run", "trial", "--as-of", "2026-11-25", "--output", str(out))
    tables = {p.name: p.read_bytes() for p in (project_copy / "data").glob("*.csv")}
    ended = cli(*run, "--refresh", "--replay", str(nobody_answers), "--notify", "-")
    assert ended.code == 3, ended
    assert "was not refreshed, its provider is down" in ended.err
    folder = out / "trial" / "2026-11-25"
    told = {
        "fr": "Mise à jour impossible le 25 novembre 2026 (Banque mondiale",
        "en": "No update was possible on 25 November 2026 (World Bank",
    }
    for language, words in told.items():
        for path in (folder / language / "good.html", folder / language / "index.html", folder / "index.html"):
            text = path.read_text(encoding="utf-8").replace("\u00a0", " ")
            assert words in text
            assert ("chiffres détenus au" if language == "fr" else "figures held as of") in text
            assert text.count(words) == 1
    refreshed = json.loads((out / "run.json").read_text(encoding="utf-8"))["refreshed"]
    assert refreshed["wdi_gdp"] == "down"
    summary = json.loads(next(line for line in ended.out.splitlines() if line.startswith("{")))
    assert (summary["exit_code"], summary["refreshed"]["wdi_gdp"]) == (3, "down")
    assert {p.name: p.read_bytes() for p in (project_copy / "data").glob("*.csv")} == tables
    assert cli("verify", "2026-11-25", "--output", str(out)).code == 0
    again = cli(*run)
    assert (again.code, again.out.startswith("nothing to do")) == (0, True)


def test_an_edition_without_a_refresh_says_nothing_of_one(forked_cli, project_copy, tmp_path):
    out = tmp_path / "out"
    write_page(project_copy, "good", TITLE)
    write_definition(project_copy, "trial", ["good"])
    assert forked_cli("run", "trial", "--as-of", "2026-11-25", "--output", str(out)).code == 0
    page = out / "trial" / "2026-11-25" / "en" / "good.html"
    assert "No update was possible" not in page.read_text(encoding="utf-8")
    manifest = json.loads((out / "trial" / "2026-11-25" / "manifest.json").read_text(encoding="utf-8"))
    assert "not refreshed" not in manifest["inputs"]
