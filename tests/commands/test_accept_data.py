"""What changed since the data were accepted, as a reader would say it; what is asked, what is refused."""

from datetime import date

import pytest

from kzreport.commands.accept_data import accept_data
from kzreport.commands.accepted import keep_accepted
from kzreport.errors import DataError
from kzreport.files import clear_caches
from kzreport.series.known import load_series

TODAY = date(2026, 11, 26)


@pytest.fixture
def accepted(home):
    """A home outside of git, whose data were accepted; the report that is compared has one page."""
    settings = (home.root / "params" / "project.yml").read_text()
    assert "default: monthly" in settings
    home.write("params/project.yml", settings.replace("default: monthly", "default: inflation-brief"))
    keep_accepted()
    assert (home.data / ".accepted" / "cpi_yy.csv").is_file()
    return home


def edit(home, table: str, old: str, new: str) -> None:
    text = (home.data / f"{table}.csv").read_text()
    assert old in text
    home.write(f"data/{table}.csv", text.replace(old, new))


def accept(yes: bool = False) -> int:
    clear_caches()
    code = accept_data(TODAY, yes=yes)
    clear_caches()
    return code


def test_added_rows_are_told_and_accepted(accepted, capsys):
    edit(accepted, "cpi_yy", "2026-09,109.3,2026-10-08\n", "2026-09,109.3,2026-10-08\n2026-10,109.1,2026-11-02\n")
    assert accept() == 0
    said = capsys.readouterr().out
    assert "cpi_yy: 1 added\n  2026-10: 109.1, published 2026-11-02\n" in said
    assert "headline, Inflation:" in said and "9.1% in October 2026" in said
    assert str(load_series("cpi_yy", TODAY).last) == "2026-10"
    assert accept() == 0 and "the data are as described" in capsys.readouterr().out


def test_an_altered_figure_wants_yes(accepted, capsys):
    package = (accepted.data / "datapackage.json").read_bytes()
    edit(accepted, "oil_price", "2011-02,103.72,", "2011-02,103.82,")
    assert accept() == 2
    told = capsys.readouterr()
    assert "oil_price: 1 altered" in told.out and "103.82 in place of 103.72, both published" in told.err
    assert (accepted.data / "datapackage.json").read_bytes() == package
    assert accept(yes=True) == 0 and accept() == 0


def test_a_lost_row_wants_yes_and_is_counted(accepted, capsys):
    edit(accepted, "cpi_yy", "2026-09,109.3,2026-10-08\n", "")
    assert accept() == 2
    assert "cpi_yy: 1 removed" in capsys.readouterr().out


def test_a_figure_that_contradicts_others_is_refused_also_with_yes(accepted):
    edit(accepted, "cpi_yy", "2026-08,109.8,", "2026-08,108.9,")
    with pytest.raises(DataError, match=r"guard '(chain|weighted)'"):
        accept(yes=True)


def test_a_table_cut_short_is_refused(accepted):
    text = (accepted.data / "reserves.csv").read_text().splitlines(keepends=True)
    accepted.write("data/reserves.csv", "".join(text[:40]))
    assert accept() == 2


def test_what_cannot_be_compared_is_asked_about(home, capsys):
    """A home of which no copy was kept, outside of git."""
    edit(home, "oil_price", "2011-02,103.72,", "2011-02,103.82,")
    assert accept() == 2
    assert "neither in git nor kept" in capsys.readouterr().err
    assert accept(yes=True) == 0
