"""Print: the PDF of an edition and its brief. Files are checked by `page-validation` and `pdfua`, and read by poppler
where it is installed."""

from __future__ import annotations

import dataclasses
import io
import re
import shutil
import subprocess
import unicodedata
from datetime import date

import nbformat
import page as page_validation
import pdfua
import pikepdf
import pytest
from hostile import TEXTS, UNSETTABLE, WORD, hostile_edition

from kzreport.errors import PageError
from kzreport.language.words import Words
from kzreport.pages.outputs import Kind, Output, page_outputs
from kzreport.pages.rows import Cell, Row, Table
from kzreport.render import brief_html, brief_pdf, pdf
from kzreport.render.brief import MOST, make_brief
from kzreport.render.content import PageContent
from kzreport.render.printed import column_widths, noted_parts, printed_table, printed_text
from kzreport.render.repeated import notes_once, told_elsewhere, without_last
from kzreport.render.setting import set_pdf
from kzreport.render.text import plain, read_markdown, read_table
from kzreport.render.wordml import WordFile

MAKERS = {"pdf": pdf.make, "brief": brief_pdf.make}
LANGUAGES = ("fr", "en")
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")


@pytest.fixture(scope="module")
def edition():
    return hostile_edition()


@pytest.fixture(scope="module")
def files(edition):
    """(format, language) -> bytes; the brief has no room for the word without an end."""
    short = hostile_edition(" ".join([*TEXTS, UNSETTABLE]))
    made = {("pdf", k): pdf.make(edition, k) for k in LANGUAGES}
    return made | {("brief", k): brief_pdf.make(short, k) for k in LANGUAGES}


@pytest.fixture(scope="module")
def calm():
    """The same edition in words that a page can have; the brief has room for five headlines."""
    return hostile_edition("Prices rose #by 5% @home.")


@pytest.fixture(scope="module")
def calm_files(calm):
    return {k: pdf.make(calm, k) for k in LANGUAGES}


def faults(data: bytes) -> list[str]:
    """What the validators find, of PDF/A-2a and PDF/UA-1.

    `page-validation` takes a last byte of data that is CR or LF for the end of a line, and then calls a right length
    wrong: of that rule alone, our own count decides.
    """
    found = []
    for profile in ("2a", "ua1"):
        report = page_validation.validate_pdf_bytes(data, profile=profile)
        kept = [f for f in report.failures if f.rule_id != "PDFA2A-STREAM-LENGTH-001" or not lengths_hold(data)]
        found += [f"{profile}: {f.message}" for f in kept]
        assert report.is_compliant or report.failures
    return found


def lengths_hold(data: bytes) -> bool:
    """True if every stream is as long as it says: the end of a line and `endstream` follow."""
    starts = list(re.finditer(rb"/Length (\d+)[^>]*(?:>(?!>)[^>]*)*>>\s*stream\r?\n", data))
    ends = [start.end() + int(start[1]) for start in starts]
    counted = len(re.findall(rb"\nendstream", data)) == len(starts)
    return counted and all(re.match(rb"\r?\nendstream", data[end : end + 12]) for end in ends)


def fold(text: str) -> str:
    """A text without what setting it may change: spaces, hyphens at line ends, marks without a glyph, ligatures."""
    kept = unicodedata.normalize("NFKC", text)
    return "".join(c for c in kept if not (c.isspace() or unicodedata.category(c) in ("Cf", "Cc") or c in "-‐�"))


def text_of(data: bytes) -> str:
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=data, capture_output=True, check=True)
    return done.stdout.decode()


def structure(data: bytes) -> list[tuple[str, str]]:
    """The tags of a PDF with their alternative texts, in order."""
    found = []

    def walk(node):
        if isinstance(node, pikepdf.Array):
            for kid in node:
                walk(kid)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                found.append((str(node.S), str(node.get("/Alt", ""))))
            walk(node.get("/K", pikepdf.Array()))

    with pikepdf.open(io.BytesIO(data)) as opened:
        walk(opened.Root.StructTreeRoot)
    return found


# ---------------------------------------------------------------------------------------------------- standards


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MAKERS)
def test_a_file_conforms_and_names_its_language_and_title(files, edition, tmp_path, name, language):
    data = files[name, language]
    assert faults(data) == []
    path = tmp_path / "x.pdf"
    path.write_bytes(data)
    assert [f.message for f in pdfua.validate(str(path)).findings] == []
    opened = pikepdf.open(path)
    assert str(opened.Root.Lang) == language
    assert opened.Root.ViewerPreferences.DisplayDocTitle
    with opened.open_metadata() as about:
        assert about["pdfaid:part"] == "2" and about["pdfaid:conformance"] == "A" and about["pdfuaid:part"] == "1"
    assert "/OutputIntents" in opened.Root
    fonts = [o for o in opened.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"]
    assert fonts and all("/FontFile2" in f or "/FontFile3" in f for f in fonts), "a font is not embedded"


def test_the_validators_see_what_is_wrong(files):
    """The check above can fail: a file without its language or a description does not pass."""
    for spoil in ("lang", "alt"):
        opened = pikepdf.open(io.BytesIO(files["brief", "en"]))
        if spoil == "lang":
            del opened.Root.Lang
        else:
            figures = [o for o in opened.objects if isinstance(o, pikepdf.Dictionary) and o.get("/S") == "/Figure"]
            for figure in figures:
                del figure["/Alt"]
        out = io.BytesIO()
        opened.save(out)
        assert faults(out.getvalue()), spoil


def test_tables_have_heads_pictures_descriptions_and_chapters_bookmarks(calm_files, calm):
    tags = structure(calm_files["en"])
    kinds = [kind for kind, _ in tags]
    tables = [o for p in calm.pages["en"] for o in p.outputs if o.kind is Kind.TABLE]
    assert kinds.count("/Table") == len(tables) and kinds.count("/THead") == len(tables)
    assert kinds.count("/TH") >= sum(len(read_table(o.html).head) for o in tables)
    alts = [alt for kind, alt in tags if kind == "/Figure"]
    assert alts and all(alts)
    opened = pikepdf.open(io.BytesIO(calm_files["en"]))
    with opened.open_outline() as outline:
        titles = [item.title for item in outline.root]
    assert len(titles) >= len(calm.pages["en"]) + 1  # each page, and the sources


@pytest.mark.parametrize("name", [*MAKERS, "html"])
def test_the_same_edition_gives_the_same_bytes(calm, name):
    make = MAKERS.get(name, brief_html.make)
    assert make(calm, "fr") == make(calm, "fr")


# ------------------------------------------------------------------------------------------------------ content


@needs_poppler
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MAKERS)
def test_hostile_text_is_text(files, name, language):
    said = fold(text_of(files[name, language]))
    for text in TEXTS if name == "brief" else (*TEXTS, WORD):
        assert said.count(fold(text)) >= 4, text  # in titles, sentences, cells, captions
    assert "bell" in said and "\x07" not in said and "中" not in said


@needs_poppler
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_has_every_text_of_the_edition(calm, calm_files, language):
    """Nothing is lost on the way: headlines, sentences, cells, charts' titles and sources, terms of use."""
    said = fold(text_of(calm_files[language]))
    for shown in calm.pages[language]:
        for output in shown.outputs:
            if output.kind is Kind.TABLE:
                table = printed_table(read_table(output.html), ".")
                cells = [*table["head"], *(plain_data(line) for row in table["rows"] for cell in row for line in cell)]
                texts = [table["title"], *cells]
            elif output.kind is Kind.CHART:
                texts = [output.title, output.measure, output.source]
            elif output.kind is Kind.SOURCES:
                texts = []
            else:
                texts = [plain(p.runs) for p in read_markdown(output.markdown)]
            for text in texts:
                assert fold(text) in said, (output.kind, text)
    w = Words(language)
    assert fold(w.ui("annex")) in said and said.count(fold(w.ui("licence"))) >= 2
    for name in calm.series:
        assert fold(name) in said


@needs_poppler
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_of_an_edition_has_every_headline(made, language):
    """A real edition: every headline and every title of a chart or table; conforming."""
    path = made.folder / language / f"small-{made.folder.name}-{language}.pdf"
    said = fold(text_of(path.read_bytes()))
    for notebook in (made.folder / language).glob("*.ipynb"):
        shown = list(page_outputs(nbformat.read(notebook, 4)))
        headlines = [p.text for o in shown if o.kind is Kind.HEADLINE for p in read_markdown(o.markdown)]
        assert headlines
        for text in (*headlines, *(o.title for o in shown if o.title)):
            assert fold(text) in said, text
    assert faults(path.read_bytes()) == []


def plain_data(line) -> str:
    return "".join(run["text"] for run in line)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_brief_is_one_page_with_its_sources(calm, language):
    data = brief_pdf.make(calm, language)
    assert len(pikepdf.open(io.BytesIO(data)).pages) == 1
    if shutil.which("pdftotext"):
        said, w = fold(text_of(data)), Words(language)
        brief = make_brief(calm, language)
        for point in brief.points:
            assert fold(point.title) in said and fold(point.text.text) in said
        for publishers, terms in brief.terms:
            assert fold(publishers) in said and fold(terms) in said
        left = [fold(w.count(60 - n, "left_out")) for n in (40, 24, 16, 12, 8, 6, 4, 2)]
        assert any(text in said for text in left), "sixty changes do not fit; the page says how many it leaves out"


def test_a_brief_that_cannot_be_one_page_is_refused():
    evil = hostile_edition("A headline that does not end. " * 200)
    with pytest.raises(PageError, match="one page"):
        brief_pdf.make(evil, "en")


def test_the_brief_leads_with_pages_that_have_a_history(calm):
    brief = make_brief(calm, "en")
    assert 0 < len(brief.points) <= MOST
    first = brief.points[0]
    assert first.figure and first.figure.value == "16%" and first.figure.years == (2014, 2025)
    assert "<polyline" in first.line and "2014" in first.alt and "2025" in first.alt
    short = dataclasses.replace(calm, pages={"en": [_short(p) for p in calm.pages["en"]]})
    assert [p.figure for p in make_brief(short, "en").points] == [None, None]  # too few figures for a line


def _short(shown):
    outputs = [o for o in shown.outputs if o.kind is not Kind.CHART]
    return dataclasses.replace(shown, outputs=outputs)


def test_in_the_brief_in_html_a_sign_stays_with_its_currency():
    text = brief_html.make(hostile_edition("It came to \u2212$672 million."), "en").decode()
    assert "\u2212\u2060$672" in text and "\u2212$" not in text


def test_the_brief_in_html_holds_no_markup_of_others(edition):
    text = brief_html.make(edition, "en").decode()
    assert "<script" not in text and "&lt;script&gt;" in text
    assert "http-equiv" in text and not re.search(r"(src|href)=\"(?!https://)", text)


# ------------------------------------------------------------------------------------------------------- pieces


def test_a_column_has_room_for_its_longest_word():
    rows = [["Period", "Value"], ["September 2026", "9.8"], ["a" * 12, "–"]]
    widths = column_widths(rows)
    assert widths[0] / sum(widths) > 0.5
    wide = column_widths([["k", "text"], ["k", "word " * 100]])
    assert wide[1] > 5 * wide[0]


def test_no_level_of_headings_is_skipped():
    found = printed_text("# a\n\n### b\n\n# c\n\n### d")
    assert [d["level"] for d in found] == [1, 2, 1, 2]


def test_what_cannot_be_set_is_an_error_that_says_so(edition):
    with pytest.raises(PageError, match=r"brief\.typ, the PDF: found .*, expected"):
        set_pdf("brief.typ", {}, edition.as_of)


def prose(*claims: str, last: str = "evidence " * 40) -> str:
    rows = [Row([Cell(text), Cell("–"), Cell(" – so it is.", strong="Right"), Cell(last)]) for text in claims]
    return Table("claims", "Claims", ["Claim", "Within", "Against", "Evidence"], rows, []).output().html


def test_what_a_longer_table_tells_is_told_once_and_the_page_is_named():
    part = Output(Kind.TABLE, "t", html=prose("one"), name="claims", title="Claims")
    whole = dataclasses.replace(part, html=prose("one", "two"))
    other = dataclasses.replace(part, html=prose("one", last="other " * 60))
    pages = [PageContent("fdi", "A", [part]), PageContent("claims", "B", [whole]), PageContent("aid", "C", [other])]
    assert told_elsewhere(pages) == {("fdi", "claims"): "claims"}
    grid = without_last(read_table(part.html))
    assert grid.head == ["Claim", "Within", "Against"] and [c.text for c in grid.rows[0]][2] == "Right – so it is."


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_caveat_is_told_once_and_later_pages_name_the_first(language):
    w = Words(language)
    caveats = [Output(Kind.CAVEATS, "c", markdown=f"## C\n\n- shared\n- of {n}") for n in (1, 2)]
    method = Output(Kind.METHOD, "m", markdown="## M\n\n- shared")
    notes = notes_once([PageContent("fdi", "First", [caveats[0]]), PageContent("aid", "Next", [caveats[1], method])], w)
    assert [p.text for p in notes["fdi"]] == ["C", "shared", "of 1"]
    first, own, named, *rest = notes["aid"]
    assert (first.text, own.text, [p.text for p in rest]) == ("C", "of 2", ["M", "shared"])  # a method is not dropped
    assert named.text.startswith(w.typography(w.ui("told_before"))) and [r.page for r in named.runs if r.page] == [
        "fdi"
    ]


def test_a_narrow_table_is_set_in_two_halves_and_a_wide_one_smaller():
    rows = [Row.of("2025", "Kyrgyzstan", "11.1%") for _ in range(8)]
    narrow = printed_table(read_table(Table("t", "T", ["Period", "Country", "Value"], rows, []).output().html), ".")
    assert narrow["folded"] and narrow["whole"] and narrow["size"] == 8.0
    wide = printed_table(read_table(Table("t", "T", ["a", "b"], [Row.of("x " * 40, "y " * 36)], []).output().html), ".")
    assert not wide["folded"] and 7.0 <= wide["size"] < 8.0


def letters(data: bytes, font: str = "") -> set[float]:
    """The sizes in points of the letters of a PDF, rounded down, in fonts whose name holds ``font``."""
    command = ["pdftohtml", "-xml", "-stdout", "-i", "-zoom", "1", "-", "-"]
    said = subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()
    used = set(re.findall(r'<text [^>]*font="(\d+)"', said))
    fonts = re.findall(r'<fontspec id="(\d+)" size="([\d.]+)" family="([^"]+)"', said)
    return {float(size) for number, size, family in fonts if font in family and number in used}


@needs_poppler
@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_of_charts_and_codes_are_seven_points_high(calm_files, language):
    sizes = letters(calm_files[language], "DejaVuSans")
    assert sizes and min(sizes) >= 7


@needs_poppler
def test_short_contents_stand_on_the_cover(calm, calm_files):
    pages = text_of(calm_files["en"]).split("\f")
    first = calm.pages["en"][0].title
    assert fold("Contents") in fold(pages[0])
    assert fold(first) in fold(pages[1]) and fold("Contents") not in fold(pages[1])


@needs_poppler
def test_a_brief_with_room_is_set_larger(calm):
    bare = dataclasses.replace(calm, series=(), pages={"en": calm.pages["en"][:1]})
    full, roomy = (sorted(letters(brief_pdf.make(edition, "en"))) for edition in (calm, bare))
    assert full[-1] == roomy[-1], "the title stays"
    assert full[-2] < roomy[-2], "values and headings"


def test_a_single_note_stands_in_the_first_column_and_parts_stand_by_heading():
    parts = noted_parts(printed_text("# Caveats\n\n- one\n\n# Method\n\n- " + "a " * 300 + "\n- " + "b " * 300))
    caveats, method = parts
    assert [len(column) for column in caveats["columns"]] == [1, 0]
    assert all(column for column in method["columns"]) and not method["long"]


def test_a_column_of_a_table_set_smaller_has_more_room():
    """At seven points a line has more letters: a name that fits is not broken."""
    name = "Bureau of National Statistics of Kazakhstan (BNS)"
    rows = [Row.of("2 December 2026", "Consumer prices by main group, monthly change", "November 2026", name)]
    table = printed_table(
        read_table(Table("t", "T", ["Expected", "Series", "Missing", "Source"], rows, []).output().html), "."
    )
    room = table["widths"][-1] / sum(table["widths"]) * 130 * 8.0 / table["size"]
    assert table["size"] < 8 and room >= len(name)


@needs_poppler
def test_words_are_divided_as_their_language_divides_them(calm):
    """In French a word is parted between its syllables, in English "development" would be parted elsewhere."""
    said = Output(Kind.SAY, "s", markdown="développement " * 90)
    title = Output(Kind.TITLE, "t", markdown="# t")
    edition = dataclasses.replace(calm, pages={"fr": [PageContent("fdi", "Page", [title, said])]})
    ends = re.findall(r"(\w+)[-\u2010\xad]$", text_of(pdf.make(edition, "fr")), re.MULTILINE)
    starts = {end for end in ends if "développement".startswith(end)}
    assert starts and starts <= {"dé", "déve", "dévelop", "développe"}, starts


SHIPMENTS = ("272.728", "2,200", "3.4*", "–", "12")


def shipped() -> Output:
    rows = [Row.of(f"Shipment {n}", text) for n, text in enumerate(SHIPMENTS)]
    return Table("t", "Shipments", ["Shipment", "Mass (tonnes)"], rows, []).output()


@needs_poppler
def test_numbers_of_a_column_align_at_the_decimal_mark(calm):
    """The units of all numbers end at the same place, of a dash and a number with an asterisk too."""
    title = Output(Kind.TITLE, "t", markdown="# t")
    edition = dataclasses.replace(calm, pages={"en": [PageContent("aid", "Aid", [title, shipped()])]})
    layout = ["pdftotext", "-bbox", "-", "-"]
    said = subprocess.run(layout, input=pdf.make(edition, "en"), capture_output=True, check=True).stdout.decode()
    words = re.findall(r'xMin="([\d.]+)".*?xMax="([\d.]+)".*?>(.*?)<', said)
    ends = {text: float(right) for _, right, text in words}
    widths = {text: float(right) - float(left) for left, right, text in words}
    digit = widths["12"] / 2
    mark = widths["2,200"] - 4 * digit
    units = {text: ends[text] for text in ("2,200", "12")}
    units["272.728"] = ends["272.728"] - mark - 3 * digit
    units["3.4*"] = ends["3.4*"] - (widths["3.4*"] - digit)
    assert max(units.values()) - min(units.values()) < 0.3, units
    assert ends["272.728"] - ends["12"] > 3 * digit


def test_a_dash_stands_below_the_units_in_a_word_file():
    file = WordFile("t", "s", "en-GB", date(2026, 9, 30))
    file.table(read_table(shipped().html), ".")
    rows = file.document.element.xpath("//w:tr")[1:]
    indents = [int(row.xpath("(.//w:ind/@w:right)[last()]")[0]) if row.xpath(".//w:ind") else 0 for row in rows]
    assert indents[0] == 0 and indents[1] == indents[3] == indents[4] > indents[2] > 0
    plain = Table("t", "T", ["a", "b"], [Row.of("x", "9.8%"), Row.of("y", "4 tonnes")], []).output()
    file.table(read_table(plain.html), ".")
    assert len(file.document.element.xpath("//w:ind[@w:right]")) == 4, "units differ: nothing to align"


DAYS = ("2016-06-30", "2020-02-29", "2022-12-31", "2024-06-30", "2026-09-30", "2026-11-26")
ALL_PAGES = 68  # of the monthly edition with every page: about sixty, and a few for a month of many revisions


@pytest.mark.slow
@pytest.mark.parametrize("day", DAYS)
def test_the_monthly_edition_fits_its_pages(cli, day, tmp_path):
    """Every page of the project: a brief of one page, a document that is not padded, in both languages."""
    end = cli("run", "monthly", "--as-of", day, "--to", "pdf,brief", "--output", str(tmp_path), "-j", "2")
    assert end.code == 0, end.err
    for language in LANGUAGES:
        start = tmp_path / "monthly" / day / language / f"monthly-{day}-{language}"
        assert len(pikepdf.open(f"{start}-brief.pdf").pages) == 1
        pages = pikepdf.open(f"{start}.pdf").pages
        assert 10 < len(pages) <= ALL_PAGES
