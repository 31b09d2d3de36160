"""Workbook, zip and Word file: read back by other programs, with every figure, the same bytes, and text as text."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import docx
import frictionless
import nbformat
import openpyxl
import pikepdf
import pytest
import yaml
from docx.oxml.ns import qn
from measured import contrast
from run_fixtures import AS_OF, write_definition

from kzreport.charts.chart import draw
from kzreport.charts.describe import HEADER
from kzreport.claims.verdict import Verdict
from kzreport.days import parse_day
from kzreport.errors import ParameterError
from kzreport.files import clear_caches, project_root
from kzreport.language.words import Words
from kzreport.model import Period, Reading
from kzreport.pages.outputs import Kind, Output, page_outputs
from kzreport.pages.page import Page
from kzreport.pages.rows import Cell, Row, Table, as_csv
from kzreport.render import formats
from kzreport.render.content import Edition, PageContent
from kzreport.render.downloads import download, inert
from kzreport.render.figures import FigureReader
from kzreport.render.sources import edition_sources
from kzreport.render.text import read_table
from kzreport.series.resource import describe_series

LANGUAGES, FILES = ("fr", "en"), (".xlsx", "-csv.zip", ".docx")
HOSTILE = (
    "=1+1",
    "+1+1",
    "-1+cmd|'/C calc'!A0",
    "@SUM(A1:A9)",
    "\t=1+1",
    "<script>alert(1)</script>",
    "a \"quoted\" & <b>bold</b> 'text'",
    "\u202eright to left\u202c \u2067\u05d0\u05d1\u2069",
    "https://example.org/?a=1&b=2",
    "w" * 3000,
    "# heading $x$ @label \\ *star* _under_",
    "{'a': 1} {{ 7*7 }}",
    "bell \x07 and null \x00",
)


def handed(made, language: str, ending: str) -> Path:
    return made.folder / language / f"small-{AS_OF}-{language}{ending}"


def outputs(made, language: str) -> list[tuple[str, Output]]:
    found = []
    for page in ("inflation", "fdi"):
        text = (made.folder / language / f"{page}.ipynb").read_text(encoding="utf-8")
        found += [(page, o) for o in page_outputs(nbformat.v4.reads(text))]
    return found


def sheet_rows(sheet, head: int = 5) -> list[dict[str, object]]:
    rows = list(sheet.iter_rows(min_row=head, values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


# --- a real edition


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_is_in_the_workbook(made, language):
    book = openpyxl.load_workbook(handed(made, language, ".xlsx"))
    w = Words(language)
    held = []
    for sheet in book.worksheets:
        head = [c.value for c in sheet[5]] if sheet.max_row >= 5 else []
        if w.word("handed", "source_table") in head:
            for row in sheet_rows(sheet):
                series = row[w.word("handed", "series")] or ""
                held.append((row[w.word("handed", "source_table")], row[w.ui("period")], row[w.ui("value")], series))
    wanted = []
    for _, output in outputs(made, language):
        rows = list(csv.DictReader(io.StringIO(output.csv))) if output.csv else []
        if rows and tuple(rows[0]) == HEADER and any(r["value"] for r in rows):
            for r in rows:
                value = float(r["value"]) if r["value"] else None
                wanted.append((output.title, r["period"], value, ", ".join(r["series"].split())))
    assert len(wanted) > 250
    assert held == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_follows_the_rules(made, language):
    """A title in A1, one table a sheet with unlike heads, nothing merged or hidden, numbers as numbers."""
    book, w = openpyxl.load_workbook(handed(made, language, ".xlsx")), Words(language)
    names = book.sheetnames
    assert names[:4] == [w.word("handed", k) for k in ("cover", "content", "notes", "headlines")]
    assert names[-1] == w.ui("sources") and book.active.title == names[0]
    for sheet in book.worksheets:
        assert sheet["A1"].value and sheet.sheet_state == "visible" and not sheet.merged_cells.ranges, sheet.title
        assert len(sheet.title) <= 31
        tables = list(sheet.tables.values())
        assert len(tables) == (0 if sheet.title in (names[0], w.word("handed", "charts")) else 1), sheet.title
        for table in tables:
            assert sheet.freeze_panes and sheet.print_title_rows
            heads = [c.name for c in table.tableColumns]
            assert len({h.casefold() for h in heads}) == len(heads)
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate)
    linked = [c.hyperlink.location for c in book[names[1]]["A"] if c.hyperlink]
    assert [re.fullmatch(r"'(.*)'!A1", link)[1].replace("''", "'") for link in linked] == names[2:]
    charts = book[w.word("handed", "charts")]._charts
    assert charts
    with zipfile.ZipFile(handed(made, language, ".xlsx")) as archive:
        drawing = archive.read("xl/drawings/drawing1.xml").decode()
    assert len(re.findall(r'descr="[^"]{60,}"', drawing)) == len(charts)


def test_the_workbook_names_publisher_and_day(made):
    """The day is that of the table, read without the package."""
    sheet = openpyxl.load_workbook(handed(made, "en", ".xlsx"))["1 Inflation"]
    published: dict[str, str] = {}
    with (project_root() / "data" / "cpi_yy.csv").open(encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f):
            if row["published"] <= AS_OF:
                published[row["period"]] = max(published.get(row["period"], ""), row["published"])
    rows = [r for r in sheet_rows(sheet) if r["Line or column"] == "Inflation" and r["Basis"] == "yy_month"]
    assert len(rows) > 60
    for r in rows:
        assert "Statistics" in r["Publisher"] and r["Unit"] == "%" and r["Basis"] == "yy_month"
        assert r["Published"].date() == parse_day(published[r["Period"]])


@pytest.mark.parametrize("language", LANGUAGES)
def test_claims_and_their_verdicts_are_in_the_workbook(language, shown):
    """Each claim of two pages that list some of the same, once, with the verdicts that the pages show."""
    for page in ("fdi", "inflation"):
        Page(page, lang=language, as_of="2026-09-30").claims(pages=["fdi", page])
    tables = [o for o in shown if o.kind is Kind.TABLE]
    pages = [PageContent(name, name, [o]) for name, o in zip(("fdi", "inflation"), tables, strict=True)]
    edition = replace(hostile_edition(), report={language: "r"}, lines={language: "l"}, notices={language: ""})
    edition = replace(edition, pages={language: pages}, as_of=date(2026, 9, 30))
    w = Words(language)
    book = openpyxl.load_workbook(io.BytesIO(formats.load_format("xlsx")(edition, language)))
    rows = sheet_rows(book[w.word("handed", "claims")])
    wanted = {}
    for output in tables:
        for about, row in zip(csv.DictReader(io.StringIO(output.csv)), read_table(output.html).rows, strict=True):
            wanted[about["id"]] = (about["document"], row[0].text, row[1].text, row[2].text, row[3].text)
    assert len(wanted) >= 8 and sorted(r[w.word("handed", "code")] for r in rows) == sorted(wanted)
    for r in rows:
        document, claim, within, published, evidence = wanted[r[w.word("handed", "code")]]
        assert (r[w.ui("document")], r[w.ui("claim")]) == (document, claim)
        verdicts = {w.word("verdicts_within", v) for v in Verdict}
        assert within.startswith(r[w.ui("within_document")]) or r[w.ui("within_document")] in verdicts, r
        assert within.endswith(r[w.word("handed", "within_reason")] or ""), r
        assert published.startswith(r[w.ui("against_published")]), r
        assert (r[w.ui("evidence")] or "") == evidence
    notes = {
        r[w.word("handed", "note")]: r[w.word("handed", "content")] for r in sheet_rows(book[w.word("handed", "notes")])
    }
    entries = yaml.safe_load((project_root() / "data" / "claims" / "documents.yml").read_text(encoding="utf-8"))[
        "documents"
    ]
    for code in {document for document, *_ in wanted.values()}:
        assert w.typography(entries[code]["title"][language]) in notes[code], code


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_zip_is_a_sound_data_package(made, language, tmp_path):
    with zipfile.ZipFile(handed(made, language, "-csv.zip")) as archive:
        archive.extractall(tmp_path)
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    [folder] = tmp_path.iterdir()
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "message"])[:5]
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert len(package["resources"]) == sum(bool(o.csv) for _, o in outputs(made, language))
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    w = Words(language)
    for source in ("cpi_yy", w.ui("licence"), "https://stat.gov.kz"):
        assert source in readme
    for path in folder.rglob("*.csv"):  # the same as beside the pages
        assert path.read_bytes() == (made.folder / language / "figures" / path.name).read_bytes()
    rows = list(csv.DictReader(io.StringIO((folder / "data" / "inflation-yoy.csv").read_text(encoding="utf-8"))))
    assert all(r["publisher"] and r["series"] and r["unit"] and r["basis"] for r in rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_file_has_structure(made, language):
    document = docx.Document(str(handed(made, language, ".docx")))
    w, shown = Words(language), outputs(made, language)
    heads = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    titles = [Words(language, page).entry("title")[language] for page in ("inflation", "fdi")]
    assert heads == [*titles, w.typography(w.word("handed", "sources_of"))]
    captions = [p.text for p in document.paragraphs if p.style.name == "Caption"]
    for _, output in shown:
        if output.kind in (Kind.CHART, Kind.TABLE):
            assert any(c.endswith(f" – {output.heading}") for c in captions), output.title
    described = [p.get("descr") for p in document.element.body.iter() if p.tag.endswith("}docPr")]
    assert described == [o.alt for _, o in shown if o.kind is Kind.CHART]
    tables = [o for _, o in shown if o.kind is Kind.TABLE]
    assert len(document.tables) == len(tables)
    for table, output in zip(document.tables, tables, strict=True):
        assert table._tbl.tr_lst[0].trPr.xpath("w:tblHeader"), output.title
        assert len(table._tbl.tr_lst) == output.html.count("<tr")
    places = set(document.element.xpath("//w:bookmarkStart/@w:name"))
    links = document.element.xpath("//w:hyperlink/@w:anchor")
    assert len(links) > 10 and set(links) <= places
    assert document.core_properties.language == {"fr": "fr-FR", "en": "en-GB"}[language]
    text = "\n".join(p.text for p in document.paragraphs)
    for _, output in shown:
        if output.kind is Kind.SAY:
            assert re.sub(r"[*_\\`]", "", output.markdown)[:40] in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_file_is_in_the_house_style(made, language):
    """Its contents stood under a heading of the third level, before the first heading of the first."""
    document = docx.Document(str(handed(made, language, ".docx")))
    levels = [int(p.style.name.split()[1]) for p in document.paragraphs if p.style.name.startswith("Heading ")]
    assert levels[0] == 1 and set(levels) == {1, 2, 3}
    assert all(after <= before + 1 for before, after in pairwise(levels)), "a level is skipped"
    cells = [p for t in document.tables for row in t.rows for cell in row.cells for p in cell.paragraphs]
    used = {p.style.name: p.style for p in (*document.paragraphs, *cells)}
    assert len(used) > 12
    for name, style in used.items():
        fonts = style.element.rPr.rFonts
        assert {fonts.get(qn(f"w:{kind}")) for kind in ("ascii", "hAnsi", "cs", "eastAsia")} == {"Arial"}, name
        assert not [key for key in fonts.attrib if key.endswith("Theme")], "the theme's font would win"
        assert style.font.size.pt >= 7.5 and contrast(f"#{style.font.color.rgb}".lower(), "#ffffff") > 4.5, name
    assert not {r.font.name for p in (*document.paragraphs, *cells) for r in p.runs} - {None}, "a font beside the style"
    assert {lang.split("-")[0] for lang in document.styles.element.xpath("//w:lang/@w:val")} == {language}
    numbers: dict[str, list[int]] = {}
    for p in document.paragraphs:
        if p.style.name == "Caption":
            (code,), shown = p._p.xpath(".//w:instrText"), "".join(p._p.xpath(".//w:t/text()"))
            numbers.setdefault(code.text.split()[1], []).append(int(re.search(r"\d+", shown)[0]))
    assert len(numbers) == 2 and all(n == list(range(1, len(n) + 1)) for n in numbers.values())


def test_the_covers_link_to_every_file(made):
    listed = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    for language in LANGUAGES:
        front = (made.folder / language / "index.html").read_text(encoding="utf-8")
        for ending in FILES:
            name = f"small-{AS_OF}-{language}{ending}"
            assert f'href="{name}"' in front and f"{language}/{name}" in listed["files"]
    assert listed["edition"]["formats"] == ["html", "pdf", "brief", "xlsx", "csv", "docx"]
    assert {"format xlsx", "format csv", "format docx", "format html"} <= set(listed["inputs"])


def text_of(data: bytes, name: str) -> str:
    """The text of a file of a format, read by another program than ours."""
    if name == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(data))
        return "\n".join(str(c.value) for s in book.worksheets for row in s.iter_rows() for c in row if c.value)
    if name == "docx":
        return "\n".join(p.text for p in docx.Document(io.BytesIO(data)).paragraphs)
    if name == "csv":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "\n".join(archive.read(n).decode() for n in archive.namelist() if n.endswith("README.txt"))
    if name == "brief-html":
        return html.unescape(re.sub("<[^>]+>", "", data.decode()))
    if not shutil.which("pdftotext"):
        pytest.skip("poppler is not installed")
    return subprocess.run(["pdftotext", "-raw", "-", "-"], input=data, capture_output=True, check=True).stdout.decode()


def bare(text: str) -> str:
    """A text without its spaces and hyphens, of which setting adds some at the ends of lines."""
    return re.sub(r"[-\u2010\xad\s]", "", text)


@pytest.mark.parametrize("name", ["brief", "brief-html"])
def test_a_brief_says_which_values_are_of_the_present(name):
    edition = replace(hostile_edition(), series=("cpi_yy", "fdi_net"))
    title = describe_series("fdi_net").titles["en"]
    for day, said in (("2016-06-30", True), ("2026-12-31", False)):
        dated = replace(edition, as_of=date.fromisoformat(day))
        text = bare(text_of(formats.load_format(name)(dated, "en"), name))
        assert (bare(f"Present-day values, not those of the time, for: {title}") in text) == said


@pytest.mark.parametrize("name", formats.FORMATS)
def test_every_file_carries_its_sources_and_their_terms(name):
    series = ("cpi_yy", "wdi_growth", "oil_price")
    plain = Output(Kind.HEADLINE, "Prices rose.", markdown="Prices rose.")
    title = Output(Kind.TITLE, "Prices", markdown="# Prices")
    edition = replace(
        hostile_edition(), pages={"en": [PageContent("inflation", "Prices", [title, plain])]}, series=series
    )
    said = bare(text_of(formats.load_format(name)(edition, "en"), name))
    sources = edition_sources(edition, "en")
    assert len({s.terms for s in sources}) == 3
    for source in sources:
        for text in (source.publisher, source.terms):
            assert bare(text) in said, text


@pytest.mark.slow
@pytest.mark.parametrize(("ending", "most"), [(".xlsx", 30), (".docx", 22)])
def test_libreoffice_opens_and_prints_on_few_pages(made, ending, most, tmp_path):
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice is not installed")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    words = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    done = subprocess.run([*words, str(handed(made, "fr", ending))], capture_output=True, text=True, timeout=300)
    [found] = tmp_path.glob("*.pdf")
    assert done.returncode == 0 and found.stat().st_size > 50_000
    assert 5 < len(pikepdf.open(found).pages) <= most


def test_of_a_long_sheet_the_first_rows_are_printed_and_it_is_said(made):
    book = openpyxl.load_workbook(handed(made, "en", ".xlsx"))
    cut = [s for s in book.worksheets if "In print" in str(s["A3"].value)]
    assert cut
    for sheet in cut:
        assert sheet.print_area.endswith("$65") and "In print: the first 60 of its" in sheet["A3"].value
        assert f"{sheet.max_row - 5:,} rows" in sheet["A3"].value
    whole = [s for s in book.worksheets[2:] if s not in cut and s.print_area]
    assert all(s.print_area.endswith(f"${s.max_row}") for s in whole if s.title != "Charts")


POINTS = {"8": 11.69, "9": 8.27}  # inches of the height of paper, A3 and A4; landscape is 1.414 times as wide
LEAST = 8.0  # points of letters on paper
DIGIT = 6.11  # points of a digit of the workbook


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_of_a_sheet_are_eight_points_high_in_print(made, language):
    """Columns that paper has no use for are left out, and the sheet names them."""
    book = openpyxl.load_workbook(handed(made, language, ".xlsx"))
    charts = Words(language).word("handed", "charts")
    for sheet in (s for s in book.worksheets if s.title != charts):
        last = (
            openpyxl.utils.cell.range_boundaries(sheet.print_area.rpartition("!")[2])[2] if sheet.print_area else None
        )
        columns = range(1, (last or sheet.max_column) + 1)
        widths = [sheet.column_dimensions[openpyxl.utils.get_column_letter(n)].width for n in columns]
        room = (POINTS[str(sheet.page_setup.paperSize)] * 1.414 - 1.0) * 72
        assert 11 * min(1.0, room / (sum(widths) * DIGIT)) >= LEAST, sheet.title
        left_out = [sheet.cell(5, n).value for n in range(columns[-1] + 1, sheet.max_column + 1)]
        assert all(name in sheet["A3"].value for name in left_out), sheet.title


# --- text that would like to be something else


def picture() -> str:
    """A real chart whose title and labels are hostile."""
    past = [Reading("rate", 5.0 + n, "percent", Period.parse(str(2014 + n)), inputs=("cpi_yy",)) for n in range(9)]
    return draw("lines", {"inflation": past}, Words("en"), title=HOSTILE[5], source=HOSTILE[1]).svg


def hostile_edition() -> Edition:
    figures = [HEADER, *((t, t, "2024-01", "9.8", "percent", "ok", "", "cpi_yy", t) for t in HOSTILE)]
    rows = [Row([Cell(t), Cell(f" {t}", strong=t)]) for t in HOSTILE]
    table = Table("t", HOSTILE[0], [HOSTILE[0], HOSTILE[1]], rows, figures).output()  # read as a list: a row is long
    few = [row for row in rows if len(row.cells[0].text) < 100]
    short = Table("s", HOSTILE[0], [HOSTILE[0], HOSTILE[1]], few, [("a", "b")]).output()
    chart = Output(Kind.CHART, "x", svg=picture(), name="c", title=HOSTILE[5], alt=HOSTILE[6], csv=as_csv(figures))
    title = Output(Kind.TITLE, HOSTILE[0], markdown=HOSTILE[0])  # every page has one
    said = [title, *(Output(kind, t, markdown=t) for t in HOSTILE for kind in (Kind.SAY, Kind.HEADLINE, Kind.CAVEATS))]
    pages = [PageContent("inflation", text, [*said, short, table, chart]) for text in HOSTILE[:2]]
    pages = [PageContent("inflation", HOSTILE[0], pages[0].outputs)]
    return Edition(
        definition="trial",
        name="2024-03-31",
        as_of=date(2024, 3, 31),
        report={"en": HOSTILE[5]},
        lines={"en": HOSTILE[0]},
        notices={"en": HOSTILE[7]},
        pages={"en": pages},
        series=("cpi_yy",),
        fingerprint="0" * 16,
    )


def cut(text: str) -> str:
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)


def test_hostile_text_is_text_in_the_workbook():
    data = formats.load_format("xlsx")(hostile_edition(), "en")
    book = openpyxl.load_workbook(io.BytesIO(data))
    seen = set()
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" and not (cell.hyperlink and cell.hyperlink.target), cell.value
                seen.add(cell.value)
    for text in HOSTILE[:-1]:
        assert text in seen, text
    numbers = [c for s in book.worksheets for row in s.iter_rows() for c in row if c.value == 9.8]
    assert len(numbers) == 2 * len(HOSTILE) and all(c.data_type == "n" for c in numbers)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not any("externalLink" in name or "vba" in name for name in archive.namelist())
        assert not any(b"<f>" in archive.read(n) for n in archive.namelist() if n.startswith("xl/worksheets/sheet"))


def test_hostile_text_is_text_in_the_word_file():
    document = docx.Document(io.BytesIO(formats.load_format("docx")(hostile_edition(), "en")))
    [table] = document.tables
    cells = [c.text for row in table.rows for c in row.cells]
    entries = [p.text for p in document.paragraphs if p.style.name == "Entry"]
    assert len(entries) == len(HOSTILE)
    entries += [p.text for p in document.paragraphs if p.style.name.startswith("Note")]
    assert len(table.rows) == len(HOSTILE)  # its head, and all rows but one
    for text in HOSTILE:
        assert any(cut(text).strip() in told for told in entries), text
        assert len(text) > 100 or any(cut(text).strip() in cell for cell in cells), text
    assert not document.element.xpath("//w:instrText[contains(., 'DDE')]")
    assert all(r.target_ref.startswith("https://") for r in document.part.rels.values() if r.is_external)


def test_no_cell_of_a_download_is_a_formula():
    page = hostile_edition().pages["en"][0]
    reader = FigureReader(Words("en", "inflation"), date(2024, 3, 31))
    for output in page.outputs[-2:]:
        rows = list(csv.reader(io.StringIO(download(output, reader))))
        for row in rows:
            for cell in row:
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")) or re.fullmatch(r"-?[\d.]+", cell), cell
        assert {row[3] for row in rows[1:]} == {"9.8"} and rows[0][-2:] == ["publisher", "published"]
    assert (inert("-0.5"), inert("1e-05"), inert("-1e+10"), inert("+3")) == ("-0.5", "1e-05", "-1e+10", "+3")
    assert (inert("-"), inert("--1"), inert("-1-1"), inert("−1")) == ("'-", "'--1", "'-1-1", "−1")


@pytest.mark.parametrize("name", formats.FORMATS)
def test_the_same_bytes_twice(name):
    make = formats.load_format(name)
    first = make(hostile_edition(), "en")
    clear_caches()
    assert make(hostile_edition(), "en") == first


# --- who published, and when


def figure(row: str, day: str = "2026-09-30", page: str = "transit"):
    return FigureReader(Words("en", page), parse_day(day)).figure(row.split(","))


def test_of_several_publishers_the_one_named_is_meant():
    """The day of one body is not that of another which gave a figure of the same year later."""
    titr = figure("titr,titr,2021,586000,tonne,ok,,transit,cargo_carried_all")
    nobody = figure("printed_old,,2021,444000,tonne,ok,,transit,cargo_carried_all")
    assert "TITR" in titr.publisher and nobody.publisher == Words("en").ui("several_publishers")
    with (project_root() / "data" / "transit.csv").open(encoding="utf-8", newline="") as f:
        others = [r for r in csv.DictReader(f) if r["period"] == "2021"]
    rows = [r for r in others if r["publisher"] == "titr"]
    assert titr.published == max(r["published"] for r in rows)
    assert titr.published < max(r["published"] for r in others)
    assert nobody.published == ""


def test_a_vintage_has_the_day_of_its_state_and_an_earlier_value_none():
    old = figure("2018-08-01,2018-08-01,2014,7224.6,musd,ok,,wdi_fdi,net_inflows_wdi", page="fdi")
    new = figure("KAZ,KAZ,2014,7224.6,musd,ok,,wdi_fdi,net_inflows_wdi", page="fdi")
    assert old.published <= "2018-08-01" < new.published
    assert figure("then,,2026-06,6.1,musd,ok,,exports_monthly,fob", page="partners").published == ""
    assert figure("rate,,2026-06,,percent,missing_input,,cpi_yy,yy_month", page="inflation").published == ""


# --- choosing


def test_formats_are_chosen_by_name():
    assert formats.check_formats(["docx", "xlsx"], "--to") == ("html", "xlsx", "docx")
    assert set(formats.DEFAULT) >= {"html", "xlsx"}
    with pytest.raises(ParameterError, match=r"--to: found 'doc', expected one of html, "):
        formats.check_formats(["doc"], "--to")


def test_a_missing_package_is_said_before_anything_runs(monkeypatch):
    monkeypatch.setattr(formats.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ParameterError, match=r"format 'docx'.*kzreport\[docx\]"):
        formats.demand_formats(("html", "docx"))
    formats.demand_formats(("html",))


def test_definition_and_option_choose(home):
    from kzreport.editions.definition import load_definition

    write_definition(home.root, "note", ["inflation"], formats="csv")
    clear_caches()
    assert load_definition("note").formats == ("html", "csv")
    assert load_definition("note", [], ["docx"]).formats == ("html", "docx")
    assert load_definition("monthly").formats == formats.DEFAULT
    home.write("params/note.yml", (home.root / "params" / "note.yml").read_text().replace("csv", "ods"))
    with pytest.raises(ParameterError, match=r"params/note.yml, key 'formats': found 'ods'"):
        load_definition("note")


def test_a_key_figure_and_its_change_have_names_of_their_own(shown):
    """Both may be in one unit: -672 and -1,446 million dollars under one name were two values of one figure."""
    Page("summary", lang="en", as_of="2026-09-30").key_figures({"fdi": {}, "inflation": {}})
    rows = list(csv.DictReader(io.StringIO(shown[-1].csv)))
    assert len(rows) >= 4 and len({(r["group"], r["period"]) for r in rows}) == len(rows)
    assert sum(r["group"].endswith(" – change") for r in rows) >= 2
