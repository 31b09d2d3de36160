"""Figures added by hand: one line, a spreadsheet, a pipe; what they turn, what is asked, what is refused."""

import io
import sys
from datetime import date

import pytest

from kzreport.commands.add import add_figures
from kzreport.commands.cli import main, parser
from kzreport.commands.proposed import compare_proposed, proposed_project
from kzreport.commands.rows_given import csv_given
from kzreport.errors import DataError, Locked, ParameterError
from kzreport.files import project_root
from kzreport.series.known import data_fingerprint, load_series
from kzreport.series.transaction import sole_writer

TODAY = date(2026, 11, 26)


@pytest.fixture(autouse=True)
def one_page(home):
    """The report that is compared has one page."""
    settings = (home.root / "params" / "project.yml").read_text()
    assert "default: monthly" in settings
    home.write("params/project.yml", settings.replace("default: monthly", "default: inflation-brief"))


def add(*words: str) -> int:
    return add_figures(parser().parse_args(["add", *words]), TODAY)


def test_a_month_is_added_in_one_line(home, capsys):
    before = {day: data_fingerprint("cpi_yy", day) for day in ("2026-09-30", "2026-10-31")}
    assert add("cpi_yy", "2026-10", "109.1", "--published", "2026-11-02") == 0
    said = capsys.readouterr().out
    assert "headline, Inflation:" in said and "before: Inflation over twelve months fell to 9.3%" in said
    assert "after:  Inflation over twelve months fell to 9.1% in October 2026" in said
    assert (home.data / "cpi_yy.csv").read_text().endswith("2026-09,109.3,2026-10-08\n2026-10,109.1,2026-11-02\n")
    assert load_series("cpi_yy", TODAY).values[load_series("cpi_yy", TODAY).last] == 109.1
    assert {day: data_fingerprint("cpi_yy", day) for day in before} == before  # old editions stay up to date


def test_the_same_again_adds_nothing(home, capsys):
    text = (home.data / "cpi_yy.csv").read_bytes()
    assert add("cpi_yy", "2026-09", "109.3", "--published", "2026-11-20") == 0
    assert "is held, published 2026-10-08" in capsys.readouterr().out
    assert (home.data / "cpi_yy.csv").read_bytes() == text


def test_a_dry_run_writes_nothing(home):
    before = {p.name: p.read_bytes() for p in home.data.iterdir() if p.is_file()}
    assert add("cpi_yy", "2026-10", "109.1", "--published", "2026-11-02", "--dry-run") == 0
    assert {p.name: p.read_bytes() for p in home.data.iterdir() if p.is_file()} == before


@pytest.mark.slow
def test_a_real_release_day_is_recorded_on_a_table_without_the_column(home):
    before = data_fingerprint("cpi_yy", "2026-09-30")
    assert add("cpi_yy", "2026-10", "109.1", "--published", "2026-11-05") == 0
    lines = (home.data / "cpi_yy.csv").read_text().splitlines()
    assert lines[0] == "period,value,published,dated" and lines[-1] == "2026-10,109.1,2026-11-05,recorded"
    assert lines[1].endswith(",") and data_fingerprint("cpi_yy", "2026-09-30") == before


@pytest.mark.slow
def test_a_revision_is_a_row_and_is_asked_about(home, capsys):
    text = (home.data / "cpi_yy.csv").read_bytes()
    assert add("cpi_yy", "2026-09", "109.4", "--published", "2026-11-05") == 2
    assert "109.4 in place of 109.3" in capsys.readouterr().err
    assert (home.data / "cpi_yy.csv").read_bytes() == text
    assert add("cpi_yy", "2026-09", "109.4", "--published", "2026-11-05", "--yes") == 0
    assert load_series("cpi_yy", "2026-11-04").values != load_series("cpi_yy", TODAY).values


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["cpi_yy", "2026-10", "9.1", "--published", "2026-11-02"], "9.1% is 109.1"),
        (["cpi_yy", "2026-10", "109.1"], "add --published"),
        (["cpi_yy", "2026-10", "109.1", "--published", "2026-12-02"], "guard 'future'"),
        (["cpi_yy", "2026-10", "109.1", "--published", "2026-10-20"], "guard 'unfinished'"),
        (["cpi_yy", "2026-10", "109.1 %", "--published", "2026-11-02"], "thousands marks and units"),
        (["cpi_yy", "2026-12", "109.1", "--published", "2027-01-02"], "no row for 2026-10|guard 'future'"),
        (["cpi_yy", "2026-Q3", "109.1", "--published", "2026-11-02"], "a period of frequency M"),
        (["cpi_yyy", "2026-10", "109.1", "--published", "2026-11-02"], "no series 'cpi_yyy'"),
        (["cpi_components_yy", "2026-10", "109.1", "--published", "2026-11-02"], "add component="),
        (["cpi_components_yy", "2026-10", "109.1", "component=fod", "--published", "2026-11-02"], "one of food"),
        (["cpi_yy", "2026-10", "109.1", "component=food", "--published", "2026-11-02"], "columns among no other"),
        (["cpi_yy", "2026-08", "108.9", "--published", "2026-11-02", "--yes"], "guard 'chain'"),
        (["cpi_yy", "2026-09", "109.4", "--published", "2026-10-05", "--yes"], "guard 'insertion'"),
    ],
)
def test_what_is_refused_is_named_and_nothing_is_written(home, words, message):
    text = (home.data / "cpi_yy.csv").read_bytes()
    with pytest.raises((DataError, ParameterError), match=message):
        add(*words)
    assert (home.data / "cpi_yy.csv").read_bytes() == text


def test_an_outlier_is_asked_about(home, capsys):
    assert add("reserves", "2026-09", "150000", "--published", "2026-10-20") == 2
    assert "times the usual step" in capsys.readouterr().err


MONTH = (
    "\ufeffseries;period;value;published;component\r\n"
    "cpi_yy;2026-10;109,1;02.11.2026;\r\n"
    "cpi_components_yy;2026-10;108,6;02.11.2026;food\r\n"
    ";;;;\r\n"
    "cpi_components_yy;2026-10;110,9;02.11.2026;nonfood\r\n"
    "cpi_components_yy;2026-10;108,4;02.11.2026;services\r\n"
)
PLAIN = "series,period,value,published,component\ncpi_yy,2026-10,109.1,2026-11-02,\n"
FORMS = {
    "a spreadsheet's": MONTH.encode(),
    "UTF-16 with tabs": MONTH.replace("\ufeff", "").replace(";", "\t").encode("utf-16"),
    "plain": PLAIN.encode(),
    "quoted decimal commas": PLAIN.replace("109.1", '"109,1"').encode(),
    "old line ends": PLAIN.replace("\n", "\r").encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_spreadsheets_are_read(form):
    name, row = next(iter(csv_given(FORMS[form], "month.csv", "", "")))
    assert (name, str(row.period), row.value, row.published) == ("cpi_yy", "2026-10", "109.1", date(2026, 11, 2))


@pytest.mark.slow
def test_a_month_of_several_tables_comes_from_a_file_or_a_pipe(home, tmp_path, monkeypatch):
    file = tmp_path / "month.csv"
    file.write_bytes(MONTH.encode())
    assert add("--from", str(file)) == 0
    assert len(load_series("cpi_components_yy", TODAY, component="food")) == 190
    piped = b"period;value\n2026-10;100,6\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(piped)))
    assert add("cpi_mm", "--published", "2026-11-02") == 0
    assert str(load_series("cpi_mm", TODAY).last) == "2026-10"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"period;value\n2026-10;109,1\noct-26;109\n", r"month\.csv, cell A3 \(period\): found 'oct-26'.*as text"),
        (
            b"period;published;value\n2026-10;2/11/2026;109,1\n",
            r"cell B2 \(published\): found '2/11/2026'.*slashes",
        ),
        (b"period,value\n2026-10,109,1\n", "line 2: found 3 cells, expected 2.*semicolons"),
        (b'period,value\n2026-10,"1,234"\n', r"cell B2 \(value\): found '1,234', expected a number that reads one way"),
        (b"period,valeur\n2026-10,109.1\n", "no column 'value'"),
        (b"period,value,component\n2026-10,109.1,food\n", r"cell C2 \(component\)"),
        (b"", "no line"),
        (b"PK\x03\x04\x00\x00", "a workbook is saved as one first"),
        ("période;value\n".encode("latin-1"), "line 1: found the byte 0xe9"),
    ],
)
def test_errors_name_the_cell(content, message):
    with pytest.raises(DataError, match=message):
        list(csv_given(content, "month.csv", "cpi_yy", "2026-11-02"))


def test_a_second_writer_waits_his_turn(home):
    with sole_writer(home.data), pytest.raises(Locked):
        add("cpi_yy", "2026-10", "109.1", "--published", "2026-11-02")


def test_a_project_with_one_series_is_told_what_turns(project_of, capsys):
    """Its pages read all series that there are, and are no summaries for that."""
    project_of("--lang", "en")
    assert main(["add", "visitors", "2026-09", "64100", "--published", "2026-10-15", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert told.count("headline, ") == 1 and "headline, Visitors:\n  before: Visitors: 86,700 in August 2026" in told
    assert "\n  after:  Visitors: 64,100 in September 2026" in told and "no headline" not in told


def test_a_proposal_leaves_no_trace(home):
    own = project_root()
    with proposed_project({"cpi_yy.csv": b"x"}) as copy:
        assert project_root() == copy and (copy / "data" / "cpi_yy.csv").read_bytes() == b"x"
    assert project_root() == own and not copy.exists()
    package = (home.data / "datapackage.json").read_bytes()
    same = compare_proposed({"datapackage.json": package}, TODAY)
    assert not (same.findings or same.headlines or same.sentences or same.verdicts)
    assert list(same.lines()) == ["no headline, verdict or sentence turns"]
