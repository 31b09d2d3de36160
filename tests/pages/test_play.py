"""An analyst at play in a notebook: errors in two lines, values that show themselves, frames, scratch cells."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from kzreport.charts.colours import PALETTE
from kzreport.charts.style import settings, use_house_style
from kzreport.commands.checks import notebook_faults
from kzreport.errors import NotebookError, one_of
from kzreport.files import clear_caches
from kzreport.model import Observation, Panel, Period, Reading, Series
from kzreport.pages.notebooks import declared_parameters, load_notebook
from kzreport.pages.page import Page
from kzreport.project.settings import page_names
from kzreport.series.known import load_series

DAY = Period.parse("2026-09-30").start


@pytest.fixture
def shell(monkeypatch):
    """A shell as in a notebook's kernel; gives the lines that it shows of an error."""
    one = InteractiveShell()
    monkeypatch.setattr("kzreport.pages.values.get_ipython", lambda: one)
    shown = []
    monkeypatch.setattr(one, "_showtraceback", lambda kind, value, lines: shown.append(lines))

    def run(*cells):
        shown.clear()
        for cell in cells:
            one.run_cell(cell)
        return shown

    one.user_module.__name__ = "__main__"
    return run


BEGIN = (
    "from kzreport import Count, Date, Language, Page",
    'lang: Language = "fr"\nas_of: Date = "2026-09-30"\nyears: Count = 4',
)
PAGE = "page = Page({!r}, lang=lang, as_of=as_of, years=years)"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ('as_of = "30/09/2026"', "parameter 'as_of': found '30/09/2026', expected Date (a date such as"),
        ('as_of = "2026-02-30"', "from 2000 to 2100) (did you mean 2026-02-28?); "),
        ('years = "8"', "parameter 'years': found '8', expected Count"),
        ('lang = "de"', "parameter 'lang': found 'de', expected Language (one of fr, en"),
    ],
)
def test_a_wrong_parameter_is_two_lines(shell, typed, words):
    page = page_names()[0]
    (lines,) = shell(*BEGIN, typed, f"import math\n{PAGE.format(page)}")
    assert lines[0] == f"line 2 of the cell: {PAGE.format(page)}"
    assert len(lines) == 2 and lines[1].startswith(f"ParameterError: notebooks/{page}.ipynb") and words in lines[1]


def test_a_misspelt_name_is_two_lines_and_a_guess(shell):
    page = page_names()[0]
    (lines,) = shell(*BEGIN, PAGE.format(page), 'page.section("no_such")')
    assert len(lines) == 2 and lines[0] == 'line 1 of the cell: page.section("no_such")'
    assert lines[1].startswith("WordsError: notebooks/")
    (lines,) = shell(f"Page({page_names()[0][:-1] + 'x'!r}, lang='fr', as_of='2026-09-30')")
    assert f"(did you mean {page_names()[0]}?)" in lines[1]


def test_a_wrong_keyword_is_two_lines_and_a_guess(shell):
    (lines,) = shell(
        "from kzreport import Page", f"Page({page_names()[0]!r}, lang='fr', asof='2026-09-30', as_of='2026-09-30')"
    )
    assert lines[1:] == [
        "ParameterError: Page(): found 'asof', expected one of lang, as_of, years (did you mean as_of?)."
    ]


@pytest.mark.parametrize(
    ("cell", "error", "found"),
    [
        ("page.titel()", "UnknownAttribute", "page: found no method 'titel', expected one of title, section, say,"),
        (
            "page.headline(inflation.headlin)",
            "UnknownAttribute",
            "views of inflation: found no 'headlin', expected one",
        ),
        ("from kzreport.views import inflaton", "UnknownName", "kzreport.views: found no 'inflaton', expected one of "),
        ("Page('inflation', lang=lang, asof=as_of)", "ParameterError", "Page(): found 'asof', expected one of lang, "),
        ("Page('inflation', lang=lang)", "ParameterError", "Page(): found no as_of, expected as_of=as_of, the value"),
    ],
)
def test_a_misspelt_name_in_a_cell_is_two_lines_and_a_guess(shell, cell, error, found):
    """The class behind a page, and the folder of the engine, are no business of an analyst."""
    meant = {"titel": "title", "headlin": "headline", "inflaton": "inflation", "asof": "as_of"}
    (lines,) = shell(*BEGIN, "from kzreport.views import inflation", PAGE.format("inflation"), cell)
    assert lines[0] == f"line 1 of the cell: {cell}" and len(lines) == 2
    assert lines[1].startswith(f"{error}: {found}")
    guess = [right for wrong, right in meant.items() if f"'{wrong}'" in lines[1]]
    assert lines[1].endswith(f"(did you mean {guess[0]}?)." if guess else "the value of the parameter.")


def test_a_page_may_be_asked_what_it_has():
    page = Page("inflation", lang="en", as_of="2026-09-30")
    assert not hasattr(page, "titel") and not hasattr(page, "_repr_html_") and hasattr(page, "title")
    assert page.beside("inflation", "fr").words.language == "fr"


def test_an_error_of_python_stays_one(shell):
    (lines,) = shell("1 / 0")
    assert "ZeroDivisionError" in "".join(lines) and len(lines) > 1


def test_choices_are_cut_and_the_nearest_is_named():
    names = [f"series_{n:02}" for n in range(60)]
    assert one_of(names, "series_7").count(",") == 11 and "and 48 more" in one_of(names, "serie_59")
    assert one_of(names, "serie_59").endswith("(did you mean series_59?)")
    assert "did you mean" not in one_of(["fr", "en"], "kk")


def test_a_series_is_a_frame():
    found = load_series("cpi_yy", "2026-09-30")
    frame = found.to_frame()
    assert isinstance(frame.index, pd.PeriodIndex) and frame.index.name == "period" and len(frame) == len(found)
    assert list(frame.columns) == ["value", "published", "status"]
    assert frame["value"].dtype == float and frame["published"].dtype.kind == "M"
    assert frame.loc["2026-08", "value"] == found.values[Period.parse("2026-08")]
    assert frame.attrs["unit"] == found.unit and frame.attrs["as_of"] == "2026-09-30"
    assert list(load_series("wdi_gdp", "2026-09-30").to_frame().columns)[3:] == ["country"]
    mixed = load_series("fdi_readings", "2026-09-30").to_frame()
    assert not isinstance(mixed.index, pd.PeriodIndex) and "2022-01/2022-06" in mixed.index


def test_values_show_themselves():
    rows = tuple(Observation(Period.parse(str(y)), 1.5 * y, DAY, {"country": "XXA"}) for y in range(1990, 2025))
    series = Series("gdp", {"en": "Output"}, "musd", "current", "A", "Bureau", DAY, rows)
    text = repr(series)
    head = "musd · current · Bureau · as known on 2026-09-30 · 35 observations"
    assert text.splitlines()[:2] == ["gdp: Output", head]
    assert "… 25 more" in text and len(text.splitlines()) == 14
    shown = series._repr_html_().replace(' style="text-align:left"', "")
    assert "<div><strong>gdp: Output</strong>" in shown and "<td>XXA</td>" in shown
    reading = Reading("rate", 9.8, "percent", Period.parse("2026-08"), base=Period.parse("2025-08"), inputs=("cpi",))
    assert repr(reading) == "rate(value 9.8 percent, period 2026-08, compared with 2025-08, from cpi)"
    missing = Reading.missing("rate", "percent", Period.parse("2026-09"))
    assert "none (missing_input)" in repr(missing) and "<table>" in reading._repr_html_()
    panel = Panel({"first": {"rate": reading}}, {"figures": [reading]}, [missing], {})
    assert [line.split()[0] for line in repr(panel).splitlines()[2:]] == ["sentence", "chart,", "table"]


def test_plain_plots_have_the_house_style():
    import matplotlib as mpl

    with mpl.rc_context():
        use_house_style()
        assert [mpl.colors.to_hex(c) for c in mpl.rcParams["axes.prop_cycle"].by_key()["color"]] == list(PALETTE)
        assert mpl.rcParams["font.family"] == [settings()["font.family"]] and not mpl.rcParams["axes.spines.top"]


def cell(source, *tags):
    return {
        "cell_type": "code",
        "id": f"c{abs(hash(source)) % 10**8}",
        "metadata": {"tags": list(tags)},
        "source": source,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "played"}],
        "execution_count": 9,
    }


def test_a_scratch_cell_is_no_part_of_a_page(home):
    page = "fdi"
    path = home.root / "notebooks" / f"{page}.ipynb"
    before = [c.source for c in load_notebook(page).cells]
    nb = json.loads(path.read_text(encoding="utf-8"))
    played = "import pandas\nlang = 'x'\nfor n in range(9):\n    print(n)\n!ls"
    path.write_text(json.dumps({**nb, "cells": [cell(played, "scratch"), *nb["cells"]]}), encoding="utf-8")
    clear_caches()
    assert [c.source for c in load_notebook(page).cells] == before
    assert declared_parameters(page) and list(notebook_faults(page)) == []
    path.write_text(json.dumps({**nb, "cells": [*nb["cells"], cell("lang = 'x'")]}), encoding="utf-8")
    clear_caches()
    with pytest.raises(NotebookError, match="another value for lang"):
        declared_parameters(page)


def test_a_notebook_may_be_saved_with_the_warm_kernel(home):
    nb = home.notebook("fdi")
    warm = {"name": "kzreport", "display_name": "Python 3 (kzreport, warm)", "language": "python"}
    home.write("notebooks/fdi.ipynb", json.dumps({**nb, "metadata": {**nb["metadata"], "kernelspec": warm}}))
    assert declared_parameters("fdi") and list(notebook_faults("fdi")) == []
