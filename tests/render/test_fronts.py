"""Cover, catalogue, search page and archive: true figures, small files, hostile text as text."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import time
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import PurePosixPath

import pytest
from hostile import EVIL, hostile_edition

from kzreport.language.locale import alphabetical
from kzreport.language.words import Words
from kzreport.pages.notebooks import read_notebook
from kzreport.pages.outputs import page_outputs
from kzreport.project.settings import notebook_path, page_names
from kzreport.render.archive_page import archive_page, redirect
from kzreport.render.cards import make_cards
from kzreport.render.catalogue import catalogue
from kzreport.render.content import Edition, PageContent
from kzreport.render.cover import Download, cover, entry
from kzreport.render.figures import FigureReader
from kzreport.render.plot import plot
from kzreport.render.published import About, Later, as_made, as_published, feed, report_data, site_data, site_map
from kzreport.render.references import read_references
from kzreport.render.search import search_page
from kzreport.render.social import social_picture
from kzreport.render.sparkline import sparkline
from kzreport.series.assemble import assemble
from kzreport.series.known import load_series
from kzreport.series.resource import resources
from kzreport.series.table import check_table

PAGES = ("summary", "inflation", "fdi")


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside.append(tag)

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"style", "script"} & set(self.inside):
            self.text.append(data)

    @property
    def said(self) -> str:
        return " ".join(" ".join(self.text).split())


@pytest.fixture(scope="module")
def edition() -> Edition:
    """The reference edition in French, from the stored outputs of three pages."""
    pages = [PageContent(p, p.title(), tuple(page_outputs(read_notebook(notebook_path(p))))) for p in PAGES]
    return Edition(
        "monthly",
        "2026-09-30-r2",
        date(2026, 9, 30),
        {"fr": "Note"},
        {"fr": "Édition du 30 septembre 2026"},
        {"fr": ""},
        {"fr": pages},
        ("cpi_yy", "fdi_net", "wdi_fdi", "weo_growth", "reserves"),
        "0" * 16,
        date(2026, 8, 31),
    )


@pytest.fixture(scope="module")
def files(edition) -> dict[str, str]:
    return dict(catalogue(edition))


# --- cover


def test_cards_are_the_key_figures_with_their_changes(edition):
    inflation = make_cards(edition, "fr")[0]
    assert inflation.value.replace("\u00a0", " ") == "9,8 %" and inflation.period.replace("\u00a0", " ") == "août 2026"
    assert inflation.page == "inflation" and inflation.line.startswith("<svg")
    had = load_series("cpi_yy", "2026-08-31")
    before = f"{had.values[had.last] - 100:.1f}".replace(".", ",")
    said = inflation.since.replace("\u00a0", " ")
    assert said == f"Paru depuis l’édition du 31 août 2026, qui donnait {before} % (juillet 2026)"
    assert "−0,4" in inflation.change and "juillet 2026" in inflation.change.replace("\u00a0", " ")
    fdi = make_cards(edition, "fr")[1]
    assert fdi.since.replace("\u00a0", " ") == "Aucun nouveau chiffre depuis l’édition du 31 août 2026"
    assert not any(card.since for card in make_cards(replace(edition, previous=None), "fr"))


def test_the_cover_says_what_a_reader_asks_first(edition):
    text = cover(edition, "fr", make_cards(edition, "fr"), [Download("xlsx", "fr/note.xlsx", 64_200)])
    found = Tags(text)
    said = found.said.replace("\u00a0", " ")
    assert len(text.encode()) < 100_000
    for expected in (
        "9,8 %",
        "Bureau national de la statistique",
        "Chiffres en retard à cette date",
        "Prochaines publications",
        "2 octobre 2026",  # the release of the consumer prices of September
        "attendues d’ici au 14 novembre 2026",  # the list ended there without a word
        "édition du 30 septembre 2026, révision 2",
        "classeur (XLSX) (64 ko)",
        "Ce qui a changé",
    ):
        assert expected in said, expected
    hrefs = [a["href"] for t, a in found.tags if t == "a"]
    assert {"inflation.html", "note.xlsx", "search.html", "series/index.html"} <= set(hrefs)
    assert all(f'href="{page}.html"' in text for page in PAGES)
    assert not re.search(r"\b20(?:2[789]|3\d)\b", re.sub(r"<svg.*?</svg>", "", text)), "a later year"
    points = text.split('<ul class="points">')[1].split("</ul>")[0]
    assert "inflation.html" in points and "summary.html" not in points, "a page without a headline has no empty row"
    assert text.count(edition.pages["fr"][0].title + "</a>") == 1


def test_the_cover_numbers_the_sources_of_cards_and_headlines(edition):
    """A publisher's name on a card led nowhere; each number now leads to the source it has on the page it is of."""
    text = cover(edition, "fr", make_cards(edition, "fr"), [])
    cards, points = text.split('<ul class="points">')
    parts = [*cards.split('<article class="card">')[1:], *points.split("</ul>")[0].split("<li>")[1:]]
    cited = [re.findall(r'href="(\w+)\.html#source-(\d+)"', part) for part in parts]
    assert len(parts) > 4 and all(cited)
    pages = {page.name: read_references(page.outputs).series for page in edition.pages["fr"]}
    assert all(1 <= int(n) <= len(pages[page]) for few in cited for page, n in few)
    inflation = next(few for part, few in zip(parts, cited, strict=True) if "9,8" in part)
    assert {pages[page][int(n) - 1] for page, n in inflation} == {"cpi_yy"}


@pytest.mark.parametrize(("series", "there"), [(("fdi_net", "cpi_yy"), True), (("cpi_yy",), False)])
def test_the_cover_says_of_which_series_present_values_are_held(edition, series, there):
    old = replace(edition, as_of=date(2022, 12, 31), series=series, previous=None)
    said = Tags(cover(old, "fr", [], [])).said
    assert ("Valeurs actuelles, et non celles de l’époque, pour" in said) is there
    assert ("Investissement direct étranger net, passifs." in said) is there


def test_every_card_names_its_publisher_once_and_its_basis_unless_its_title_does(edition):
    cards = make_cards(edition, "fr")
    assert "Ministère des transports du Kazakhstan" in [card.publisher for card in cards]
    assert [card.title for card in cards if not card.publisher] == []
    assert not any(card.basis and card.basis.lower() in card.title.lower() for card in cards)


# --- catalogue


def test_the_catalogue_holds_what_was_known(files, edition):
    for name in edition.series:
        rows = list(csv.DictReader(io.StringIO(files[f"series/{name}.csv"])))
        known = [o for o in check_table(edition_series(name)) if o.published <= edition.as_of]
        assert len(rows) == len(known) and all(row["published"] <= "2026-09-30" for row in rows)
        assert sorted(row["value"] for row in rows) == sorted("" if o.value is None else repr(o.value) for o in known)
        assert all(row["series"] == name and row["unit"] and row["publisher"] for row in rows)
    page = Tags(files["fr/series/cpi_yy.html"]).said.replace("\u00a0", " ")
    assert "août 2026 9,8 2 septembre 2026" in page and "septembre 2026 9,3" not in page
    assert "Inflation" in page[page.index("Pages qui l’emploient") :]


def edition_series(name):
    from kzreport.series.resource import describe_series

    return describe_series(name)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_code_of_a_table_stands_for_a_name_in_the_catalogue(language):
    day = date(2026, 11, 26)
    reader = FigureReader(Words(language, day=day), day, [Words(language, page, day) for page in page_names()])
    told = {(c, o.dims[c]) for d in resources().values() for o in check_table(d) for c in d.dimensions}
    named = {code for column, code in told if column != "via" and code}
    assert len(named) > 100
    coded = {code for code in named if re.fullmatch("[a-z]+(_[a-z]+)+", code)}
    assert sorted(code for code in coded if reader.label(code) == code) == []


def test_revisions_are_shown_and_projections_are_none(files):
    page = Tags(files["fr/series/wdi_fdi.html"]).said.replace("\u00a0", " ")
    assert "Kazakhstan, 2024 1 979 2 093 1ᵉʳ juillet 2026" in page.replace("\u202f", " "), "one unit in a column"
    recent = page[page.index("Révisions") :]
    assert recent.index("millions de dollars") < recent.index("Valeur précédente")
    tables = re.findall(r"<tbody.*?</tbody>", files["fr/series/weo_growth.html"], re.DOTALL)
    assert len(tables) == 2 and not re.search(r"\b20(?:2[6-9]|3\d)\b", "".join(tables)), "a projection"
    assert ",projection," in files["series/weo_growth.csv"]


def test_a_column_that_came_with_a_later_row_changes_no_older_day(files, edition, home):
    """As ``kzreport add`` brings ``dated`` into a table with the first figure whose day is known."""
    table = home.root / "data" / "fdi_net.csv"
    head, *rows = table.read_text(encoding="utf-8").splitlines()
    assert head == "period,value,published"
    later = f"{rows[-1].split(',')[0]},1.5,2026-11-25,recorded"
    table.write_text("\n".join([f"{head},dated", *(f"{row}," for row in rows), later, ""]), encoding="utf-8")
    assemble()
    assert "1.5,2026-11-25" in dict(catalogue(replace(edition, as_of=date(2026, 11, 25))))["series/fdi_net.csv"]
    assert dict(catalogue(edition))["series/fdi_net.csv"] == files["series/fdi_net.csv"]


def test_the_catalogue_lists_every_series_from_a_to_z(files, edition):
    found = files["fr/series/index.html"].partition('class="az"')[2].partition("</details>")[0]
    titles = [html.unescape(t) for t in re.findall(r'<a href="[a-z0-9_]+\.html">([^<]+)</a>', found)]
    assert len(titles) == len(edition.series) and titles == sorted(titles, key=alphabetical)
    accented = [t for t in titles if t[0] in "ÀÉÊ"]
    assert not accented or titles[-1] not in accented  # a plain sort puts É after Z
    letters = re.findall(r"<dt>(.)</dt>", found)
    assert letters == sorted(set(letters)) and {alphabetical(t)[0][0].upper() for t in titles} == set(letters)


def test_every_link_of_the_catalogue_leads_somewhere(files, edition):
    known = {*files, "fr/index.html", "fr/search.html", "manifest.json", *(f"fr/{p}.html" for p in PAGES)}
    anchors = {f"{p.name}.html#{o.name}" for p in edition.pages["fr"] for o in p.outputs if o.name}
    for name, text in files.items():
        for href in (a["href"] or "" for t, a in Tags(text).tags if t == "a"):
            if href.startswith(("https://", "#")) or "../index.html#" in href:
                continue
            place = PurePosixPath(name).parent
            path, _, anchor = href.partition("#")
            for part in path.split("/"):
                place = place.parent if part == ".." else place / part
            assert place.as_posix() in known, (name, href)
            assert not anchor or f"{place.name}#{anchor}" in anchors, href


def test_a_gap_parts_the_line():
    from kzreport.language.words import Words
    from kzreport.model import Period, Reading

    history = [Reading("x", 1.0, "percent", Period.parse(str(y))) for y in (2011, 2012, 2015, 2016)]
    assert plot(history, Words("fr")).count("<polyline") == sparkline(history).count("<polyline") == 2
    assert sparkline(history, joined=True).count("<polyline") == 1, "from edition to edition"


def test_decisions_are_points_and_no_line():
    """The card of scattered decisions says that no line joins them; the catalogue drew one."""
    from kzreport.language.words import Words
    from kzreport.model import Period, Reading

    for count in (5, 40):
        days = [f"{2020 + n // 8}-{1 + n % 8:02}-11" for n in range(count)]
        history = [Reading("rate", 9.0 + n, "percent", Period.parse(day)) for n, day in enumerate(days)]
        for drawn in (plot(history, Words("fr")), sparkline(history)):
            assert "<polyline" not in drawn and drawn.count("<circle") >= count


def test_no_line_in_the_catalogue_joins_scattered_points(edition):
    made = dict(catalogue(replace(edition, series=[*edition.series, "base_rate_scattered"])))
    page = made["fr/series/base_rate_scattered.html"]
    assert "ne pas les relier" in page and "<polyline" not in page and page.count("<circle") > 5


# --- search


def test_the_index_of_the_search_page_is_data(edition):
    text = search_page(edition, "fr")
    found = json.loads(re.search(r'id="pieces">(.*?)</script>', text, re.DOTALL)[1])
    assert len(text.encode()) < 300_000
    assert all(len(piece) == 4 for piece in found)
    hrefs = {piece[0] for piece in found}
    assert "series/cpi_yy.html" in hrefs and "inflation.html#yoy" in hrefs
    assert any("Kazakhstan" in piece[3] for piece in found)


# --- archive


def record(day: str, value: float, **more: object) -> dict[str, object]:
    figure = {
        "title": {"fr": "Inflation", "en": "Inflation"},
        "value": value,
        "unit": "percent",
        "basis": "yy_month",
        "item": "",
        "digits": None,
        "period": day[:7],
        "series": ["cpi_yy"],
    }
    return {
        "definition": "monthly",
        "name": day,
        "as_of": day,
        "title": {"fr": "Note", "en": "Note"},
        "languages": ["fr", "en"],
        "pages": ["inflation"],
        "data_until": day,
        "path": f"monthly/{day}",
        "headlines": {"fr": f"L’inflation est de {value} %. " * 3, "en": f"Inflation is {value}%. " * 3},
        "figures": [figure],
        **more,
    }


def test_an_archive_of_many_editions_is_small_quick_and_newest_first():
    many = [record(f"{2011 + n // 12}-{n % 12 + 1:02}-28", 5 + n % 7) for n in range(180)]
    archive_page(many[:1])
    begun = time.process_time()
    text = archive_page(many)
    assert time.process_time() - begun < 1.0
    assert len(text.encode()) < 200_000
    hrefs = [a["href"] for t, a in Tags(text).tags if t == "a" and (a["href"] or "").endswith("fr/index.html")]
    assert len(hrefs) == 180 and hrefs == sorted(hrefs, reverse=True)
    assert "<h3>2011</h3>" in text
    assert "D’édition en édition, du 28 janvier 2011 au 28 décembre 2025" in text.replace("\u00a0", " ")
    assert text == archive_page(many)


def test_an_edition_made_before_and_figures_that_cannot_be_read_are_listed_still():
    old = {k: v for k, v in record("2024-01-31", 5).items() if k not in ("headlines", "figures")}
    odd = record("2024-02-29", 5)
    odd["figures"][0]["unit"] = "of a later engine"
    text = archive_page([old, odd])
    assert 'href="monthly/2024-01-31/index.html"' in text and 'href="monthly/2024-02-29/fr/index.html"' in text


# --- hostile text


def harmless(text: str, *, scripts: int = 0) -> Tags:
    found = Tags(re.sub(r"<!-- /?published -->", "", text))
    names = [tag for tag, _ in found.tags]
    assert names.count("script") == scripts and "<!--" not in re.sub(r"<!-- /?published -->", "", text)
    assert not {"iframe", "object", "embed", "base", "img", "tag", "b"} & set(names)
    for tag, attributes in found.tags:
        assert not [a for a in attributes if a.startswith("on") or a in ("src", "srcdoc")], (tag, attributes)
        assert ":" not in (attributes.get("href") or "").removeprefix("https:"), attributes
    return found


def test_hostile_text_is_text_on_every_page():
    evil = hostile_edition()
    cards = make_cards(evil, "en")
    assert cards, "a card is among what is tried"
    said = harmless(cover(evil, "en", cards, [Download("xlsx", "en/a.xlsx", 1)])).said
    assert "<script>alert(1)</script>" in said and "abc\u202edef\u200fghi" in said
    harmless(entry(evil))
    harmless(search_page(evil, "en"), scripts=2)
    for name, text in catalogue(evil):
        if name.endswith(".html"):
            harmless(text)
    listed = record("2024-01-31", 5.0, title={"fr": EVIL, "en": EVIL}, headlines={"fr": EVIL, "en": EVIL})
    harmless(archive_page([listed]))
    harmless(redirect("../2024-01-31/en/a.html", EVIL, "en"))


def test_hostile_text_is_text_in_what_is_published():
    listed = record("2024-01-31", 5.0, title={"fr": EVIL, "en": EVIL}, headlines={"fr": EVIL, "en": EVIL})
    base = "https://example.org/x"
    page = "<!DOCTYPE html>\n<html lang=en><head><title>&lt;b&gt;</title></head>\n<body>\n</body></html>"
    data = report_data(listed, f"{base}/a.html", "en", [])
    about = About(f"{base}/a.html", "en", EVIL, {"fr": f"{base}/b.html"}, f"{base}/feed-en.xml", data=data)
    text = as_published(page, [Later(EVIL, "../a.html", "en")], about)
    harmless(text, scripts=1)
    assert as_made(text) == page
    assert json.loads(re.search(r'ld\+json">(.*?)</script>', text, re.DOTALL)[1])["name"] == EVIL
    import xml.etree.ElementTree as ET

    root = ET.fromstring(feed([listed], base, "en"))
    assert "<script>alert(1)</script>" in root.find("{*}entry/{*}title").text
    ET.fromstring(site_map([("a.html", "2024-01-31")], base))
    assert json.loads(site_data([listed], {"monthly/2024-01-31": {}}, base))["editions"][0]["title"]["en"] == EVIL
    picture = social_picture(listed, "en")
    assert picture == social_picture(listed, "en") and picture.startswith(b"\x89PNG")
