"""The workbook as an analyst opens it: native charts, columns in sight, print; read back from its XML."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from itertools import pairwise

import openpyxl
import pytest

from kzreport.charts.describe import HEADER
from kzreport.language.words import Words
from kzreport.pages.outputs import Kind, Output
from kzreport.pages.rows import as_csv
from kzreport.project.settings import project
from kzreport.render import workbook
from kzreport.render.content import Edition, PageContent

OTHERS = ("UZB", "KGZ", "TJK", "TKM", "AZE", "MNG", "RUS")
YEARS = range(2012, 2026)
WORDS = ("neighbours", "inflation", "partners", "fdi")  # the pages whose words name the lines
MADE_OF = 8.15  # pixels of a digit in the letters of the workbook, on the screen
SCREEN = 1366  # pixels of a common laptop


def years(name: str, level: float) -> list[tuple[str, ...]]:
    return [(name, name, str(y), f"{level + (y - 2012) / 10:.1f}", "percent", "ok", "", "cpi_yy", "b") for y in YEARS]


def chart(rows: list[tuple[str, ...]], title: str = "Growth", measure: str = "") -> Output:
    finding = f"{title} rose" if measure else ""
    csv = as_csv([HEADER, *rows])
    alt = "A line for each of these groups, from the first to the last period."
    return Output(
        Kind.CHART, "x", svg="<svg/>", name="c", title=title, finding=finding, measure=measure, alt=alt, csv=csv
    )


def edition(*charts: Output) -> Edition:
    title = Output(Kind.TITLE, "t", markdown="# t")
    pages = [PageContent(name, f"Page {n}", [title, c]) for n, (name, c) in enumerate(zip(WORDS, charts, strict=False))]
    return Edition(
        definition="trial",
        name="2026-11-26",
        as_of=date(2026, 11, 26),
        report={"en": "Report"},
        lines={"en": "Edition"},
        notices={"en": ""},
        pages={"en": pages},
        series=("cpi_yy",),
        fingerprint="0" * 16,
    )


def countries() -> Output:
    rows = years(project().home, 5.0)
    for n, name in enumerate(OTHERS):
        rows += years(name, 5.0 + n / 50)  # their ends are nearer than the letters of their names are high
    return chart(rows, measure="Growth (%, 2012 – 2025)")


def target() -> Output:
    periods = [f"{y}-{m:02}" for y in (2019, 2020, 2021) for m in range(1, 13)]
    rows = [("rate", "", p, "9.8", "percent", "ok", "", "cpi_yy", "b") for p in periods]
    rows += [("target", "", str(y), "5", "percent", "ok", "", "cpi_yy", "t") for y in (2019, 2020, 2021)]
    return chart(rows, "Target")


def amounts() -> Output:
    rows = [("exports", "", str(y), str(1000 * (y - 2000)), "musd", "ok", "", "cpi_yy", "b") for y in YEARS]
    return chart(rows, "Amounts")


def text_like_a_formula() -> Output:
    return chart([*years("=1+1", 4.0), *years("-1+1", 2.0)], "=2+2")


def forecasts(*days: str) -> Output:
    rows = years("actual", 5.0)
    for day in days:
        first, level = int(day[:4]), 2.0 + int(day[3]) / 10
        rows += [(day, day, str(first + n), str(level + n), "percent", "ok", "", "cpi_yy", "b") for n in range(4)]
    return chart(rows, "Forecasts")


def readings() -> Output:
    """Several publishers of one figure, some with two for one year: no line joins them."""
    found = {"titr": (2021, 2022, 2023), "ktz": (2023, 2023, 2024), "press": (2023, 2024, 2025)}
    rows = [
        (name, name, str(year), str(100 * (year - 2020) + n), "tonne", "ok", "", "transit", "b")
        for name, few in found.items()
        for n, year in enumerate(few)
    ]
    return chart(rows, "Readings")


@pytest.fixture(scope="module")
def made() -> bytes:
    return workbook.make(edition(countries(), target(), amounts(), text_like_a_formula()), "en")


@pytest.fixture(scope="module")
def book(made: bytes):
    return openpyxl.load_workbook(io.BytesIO(made))


def drawn(made: bytes, number: int) -> list[str]:
    """Return the XML of the series of a chart."""
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        return re.findall(r"<c:ser>.*?</c:ser>", archive.read(f"xl/charts/chart{number}.xml").decode())


def axes(made: bytes, number: int) -> tuple[str, str]:
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        return tuple(re.findall(r"<c:valAx>.*?</c:valAx>", archive.read(f"xl/charts/chart{number}.xml").decode()))


def beside(book, row: int) -> list[dict[str, object]]:
    """Return the last figures beside the chart whose heads are in a row."""
    sheet = book["Charts"]
    heads = [c.value for c in sheet[row][1:7]]
    found = []
    while sheet.cell(row + 1 + len(found), 2).value:
        found.append(dict(zip(heads, [c.value for c in sheet[row + 1 + len(found)][1:7]], strict=True)))
    return found


def test_the_country_of_the_report_stands_out_among_thin_grey_lines(made):
    lines = [s for s in drawn(made, 1) if "<a:ln w=" in s]
    styles = [re.search(r'<a:ln w="(\d+)".*?srgbClr val="(\w+)"', s).groups() for s in lines]
    assert len(lines) == 1 + len(OTHERS)
    assert styles[-1] == ("38100", "0072B2")  # drawn last, over the others
    assert set(styles[:-1]) == {("12700", "8C8C8C")}


def test_names_stand_at_the_ends_of_lines_and_apart(made, book):
    w = Words("en", WORDS[0])
    [names] = [beside(book, 8)]
    assert {n["Line or column"] for n in names} == {w.label(c) for c in (project().home, *OTHERS)}
    heights = [n["Name: height"] for n in names]
    ends = sorted((n["Value"] for n in names), reverse=True)
    assert [n["Value"] for n in names] == ends and ends[0] - ends[-1] < 0.2
    apart = [above - below for above, below in pairwise(heights)]
    low, high = (float(re.search(rf'<c:{e} val="([\d.-]+)"', axes(made, 1)[1])[1]) for e in ("min", "max"))
    assert min(apart) * 0.87 * 420 / (high - low) > 13  # pixels: the height of ten-point letters
    assert low <= heights[-1] < heights[0] <= high
    labels = [re.search(r"<a:t>(.*?)</a:t>", s)[1] for s in drawn(made, 1) if "<c:dLbls>" in s]
    assert set(labels) == {f"{n['Line or column']} {n['Value']:.1f}" for n in names}
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert "<c:legend>" not in archive.read("xl/charts/chart1.xml").decode()


def test_a_target_is_a_step_of_each_year_and_its_first_year_is_on_the_chart(made):
    [target] = [s for s in drawn(made, 2) if "<c:errBars>" in s]
    assert '<c:errDir val="x"/>' in target and '<c:errBarType val="plus"/>' in target
    assert '<c:val val="366"/>' in target and '<c:symbol val="none"/>' in target
    first = (date(2019, 1, 1) - date(1899, 12, 30)).days
    assert f'<c:min val="{first}"/>' in axes(made, 2)[0]


def test_an_axis_is_in_the_unit_of_the_page_and_begins_at_zero(made, book):
    up = axes(made, 3)[1]
    assert "billion US dollars" in up and 'formatCode="#,##0,"' in up and '<c:min val="0.0"/>' in up
    assert "<a:t>Exports 25.0</a:t>" in "".join(drawn(made, 3))
    above = replace(amounts(), measure=f"Amounts ({Words('en').ui('axis_above_zero')})")
    data = workbook.make(edition(above), "en")
    assert float(re.search(r'<c:min val="([\d.]+)"', axes(data, 1)[1])[1]) > 0


def test_names_that_look_like_a_formula_stay_text(made):
    series = "".join(drawn(made, 4))
    assert "<a:t> =1+1 5.3</a:t>" in series and "<a:t>-1+1 3.3</a:t>" in series
    assert all("!" in f for f in re.findall(r"<c:f>(.*?)</c:f>", series))


def test_of_many_forecasts_the_outcome_and_the_newest_stand_out_and_points_have_marks():
    data = workbook.make(edition(forecasts("2022-04-20", "2023-04-12", "2024-04-17", "2025-04-23"), readings()), "en")
    styles = [m.groups() for x in drawn(data, 1) if (m := re.search(r'<a:ln w="(\d+)".*?srgbClr val="(\w+)"', x))]
    assert styles == [("12700", "8C8C8C")] * 3 + [("28575", "B5420A"), ("38100", "0072B2")]
    labels = [re.search(r"<a:t>(.*?)</a:t>", x)[1] for x in drawn(data, 1) if "<c:dLbls>" in x]
    assert labels == ["23\xa0April 2025 5.5", "actual 6.3 (2025)"]
    marks = [re.search(r'<c:symbol val="(\w+)"', x)[1] for x in drawn(data, 2)]
    assert sorted(marks) == ["circle", "square", "triangle"]
    assert not any("<c:dLbls>" in x or "<a:ln w=" in x.split("<c:marker>")[0] for x in drawn(data, 2))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert "<c:legend>" in archive.read("xl/charts/chart2.xml").decode()
    beside_it = beside(openpyxl.load_workbook(io.BytesIO(data)), 8 + 26)
    assert [n["Value"] for n in beside_it] == [502, 402, 302], "the last of each, the highest first"


def test_of_very_many_forecasts_the_newest_are_drawn_and_their_figures_stay_beside_the_chart():
    days = [f"{year}-{month}-15" for year in range(2010, 2026) for month in ("04", "10")]
    data = workbook.make(edition(forecasts(*days), countries()), "en")
    lines = [x for x in drawn(data, 1) if "<c:dLbls>" not in x]
    assert len(lines) == 20
    rows = beside(openpyxl.load_workbook(io.BytesIO(data)), 8)
    assert len(rows) == 20 and "15\xa0October 2025" in {r["Line or column"] for r in rows}


def test_charts_print_two_a_page_with_title_measure_and_link(book, made):
    sheet = book["Charts"]
    assert sheet.page_setup.orientation == "portrait" and sheet.page_setup.scale == 76
    assert [b.id for b in sheet.row_breaks.brk] == [56] and sheet.print_area.startswith("'Charts'!$A$1:$A$")
    assert [sheet.cell(r, 1).value for r in (5, 6)] == ["Growth rose", "Growth (%, 2012 – 2025)"]
    assert sheet["A7"].hyperlink.location == "'1 Page 0'!A1"


def test_values_are_in_sight_apart_from_their_unit_and_marked_alike(book):
    sheet = book["1 Page 0"]
    heads = [c.value for c in sheet[5]]
    value = heads.index("Value")
    widths = [sheet.column_dimensions[c.column_letter].width for c in sheet[5][: value + 2]]
    assert sum(widths) * MADE_OF < SCREEN and heads[value + 1] == "Unit"
    unit, head = sheet.cell(6, value + 2), sheet.cell(5, value + 1)
    assert (unit.alignment.horizontal, unit.alignment.indent) == ("left", 1)
    assert (head.alignment.horizontal, head.alignment.indent) == ("right", 2)  # the button of the filter is there
    assert {sheet.cell(r, value + 1).number_format for r in range(6, 20)} == {"#,##0.0"}


def test_each_sheet_leads_back_to_the_contents_and_says_how_often_a_series_appears(book):
    for sheet in book.worksheets[2:]:
        link = sheet["A3" if sheet.title == "Charts" else "A4"]
        assert link.value == "Contents" and link.hyperlink.location == "'Content'!A1", sheet.title
    assert [c.hyperlink.location for c in book["Cover"]["A"] if c.hyperlink] == [
        "'Content'!A1",
        "'Notes'!A1",
        "'Sources'!A1",
    ]
    sources = [c.value for c in book["Sources"][6]]
    assert "monthly" in sources and "M" not in sources


def test_the_same_edition_is_the_same_bytes(made):
    assert workbook.make(edition(countries(), target(), amounts(), text_like_a_formula()), "en") == made
