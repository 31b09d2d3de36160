"""What changed since the data were accepted, as a reader would say it; what is asked, what is refused."""

import errno
import os
from datetime import date

import pytest
from ground import touch

from kzreport.claims.ledger import all_claims
from kzreport.commands.accept_data import accept_data
from kzreport.commands.accepted import keep_accepted
from kzreport.commands.proposed import proposed_project
from kzreport.errors import DataError
from kzreport.series.known import load_series
from kzreport.series.resource import describe_series

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


def write(path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    touch(path)


def accept(yes: bool = False) -> int:
    return accept_data(TODAY, yes=yes)


@pytest.mark.slow
def test_added_rows_are_told_and_accepted(accepted, capsys):
    edit(accepted, "cpi_yy", "2026-09,109.3,2026-10-08\n", "2026-09,109.3,2026-10-08\n2026-10,109.1,2026-11-02\n")
    assert accept() == 0
    said = capsys.readouterr().out
    assert "cpi_yy: 1 added\n  2026-10: 109.1, published 2026-11-02\n" in said
    assert "headline, Inflation:" in said and "9.1% in October 2026" in said
    assert str(load_series("cpi_yy", TODAY).last) == "2026-10"
    assert accept() == 0 and "the data are as described" in capsys.readouterr().out


def test_a_proposal_needs_no_symbolic_links(home, monkeypatch):
    """Temporary folders may be on a file system without them."""

    def refuse(*given, **named):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr("os.symlink", refuse)
    proposed = (home.data / "cpi_yy.csv").read_bytes() + b"\n"
    with proposed_project({"cpi_yy.csv": proposed}) as root:
        assert (root / "data/cpi_yy.csv").read_bytes() == proposed
        for name in ("data/cpi_mm.csv", "data/claims/S4.csv", "notebooks/views/inflation.py", "params/project.yml"):
            assert (root / name).read_bytes() == (home.root / name).read_bytes()
            assert not (root / name).is_symlink()


def test_an_altered_figure_wants_yes(accepted, capsys):
    package = (accepted.data / "datapackage.json").read_bytes()
    edit(accepted, "oil_price", "2011-02,103.72,", "2011-02,103.82,")
    assert accept() == 2
    told = capsys.readouterr()
    assert "oil_price: 1 altered" in told.out and "103.82 in place of 103.72, both published" in told.err
    assert (accepted.data / "datapackage.json").read_bytes() == package
    assert accept(yes=True) == 0 and accept() == 0


def test_a_card_and_its_rows_may_change_together(project_of, capsys):
    """Guards ask for known faults, whose list is read with the cards: those of today, which nobody accepted yet."""
    data = project_of("--lang", "en") / "data"
    known = "- {id: one, series: visitors, kind: caveat, since: '2026-01-01', en: Counted at the border.}\n"
    write((data / "issues.yml"), known)
    assert accept() == 0
    card, table = data / "visitors.yml", data / "visitors.csv"
    write(card, card.read_text(encoding="utf-8").replace("Visitors", "Guests"))
    write(table, table.read_text(encoding="utf-8") + "2026-09,61000,2026-10-15\n")
    assert accept() == 2 and "visitors.yml: titles: “Guests” in place of “Visitors" in capsys.readouterr().out
    assert accept(yes=True) == 0 and "visitors: 1 added\n  2026-09: 61000, published" in capsys.readouterr().out
    assert (
        describe_series("visitors").titles["en"] == "Guests" and str(load_series("visitors", TODAY).last) == "2026-09"
    )


CARDS = {  # an edit of a card -> what is told of it, exit code without --yes
    "unit: count=>unit: percent": ("visitors.yml: unit: percent in place of count", 2),
    "basis: month=>basis: mm": ("visitors.yml: basis: mm in place of month", 2),
    "en: Visitors=>en: Guests": ("visitors.yml: titles: “Guests” in place of “Visitors”", 2),
    "continuous: yes=>continuous: no": ("visitors.yml: continuous: no in place of yes", 2),
    "- 1000000=>- 9000000": ("visitors.yml: range: [0, 9000000] in place of [0, 1000000]", 2),
    "- 1000000=>- 900000": ("visitors.yml: range: [0, 900000] in place of [0, 1000000]", 0),
    "caveats:\n- en: 'Example figures: replace visitors.csv and its card.'\n=>": (
        "visitors.yml: caveats: 0 in place of 1",
        2,
    ),
    "replace visitors.csv=>change visitors.csv": (
        "visitors.yml: caveats: with “Example figures: change visitors.csv and its card.”",
        0,
    ),
}


def test_what_a_card_says_of_published_figures_is_told_and_asked(project_of, capsys):
    data = project_of("--lang", "en") / "data"
    card, package = data / "visitors.yml", data / "datapackage.json"
    text, accepted_text = card.read_text(encoding="utf-8"), package.read_text(encoding="utf-8")
    for edit_, (told, code) in CARDS.items():
        before, after = edit_.split("=>")
        assert before in text
        write(card, text.replace(before, after))
        assert accept() == code, edit_
        said = capsys.readouterr()
        assert told in said.out and (code == 0 or "data/visitors.yml (guard 'meaning')" in said.err), edit_
        write(package, accepted_text)


BROKEN = {
    "conflict": lambda text: text.replace('"name"', '<<<<<<< HEAD\n"name"', 1),
    "edited": lambda text: text.replace("visitors", "guests", 1),
    "gone": None,
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_package_is_no_reason_to_compare_nothing(how, project_of, capsys):
    """As after a merge: what was accepted is found in its copy, and an altered figure is asked about."""
    data = project_of("--lang", "en") / "data"
    assert accept() == 0
    table, package = data / "visitors.csv", data / "datapackage.json"
    figure = table.read_text(encoding="utf-8").splitlines()[5]
    period, value, published = figure.split(",")
    edited = table.read_text(encoding="utf-8").replace(figure, f"{period},{int(value) + 1},{published}")
    write(table, edited)
    if BROKEN[how]:
        write(package, BROKEN[how](package.read_text(encoding="utf-8")))
    else:
        package.unlink()
    assert accept() == 2
    said = capsys.readouterr()
    assert f"{period}: {int(value) + 1} in place of {value}" in said.out and "guard 'alteration'" in said.err
    for copy in (data / ".accepted").glob("datapackage.json"):
        copy.unlink()
    assert accept() == (2 if BROKEN[how] else 0)  # without any package it is a new project


def test_of_many_altered_figures_the_first_are_listed(project_of, capsys):
    """A file that another program rounded, or moved by a row, alters hundreds: the last line must stay in sight."""
    data = project_of("--lang", "en") / "data"
    assert accept() == 0
    table = data / "visitors.csv"
    head, *rows = table.read_text(encoding="utf-8").splitlines()
    cells = [row.split(",") for row in rows]
    write(table, "\n".join([head, *(f"{p},{int(v) + 1},{day}" for p, v, day in cells)]) + "\n")
    capsys.readouterr()
    assert accept() == 2
    said = capsys.readouterr().err.splitlines()
    assert sum("guard 'alteration'): found" in line for line in said) == 5
    assert f"and {len(rows) - 5} more of visitors (guard 'alteration')" in "\n".join(said)
    assert said[-1].endswith("to look at; --yes if they are meant")


def test_an_error_of_a_guard_is_asked_about_too(project_of, capsys):
    """It was printed as an error, and the data were accepted."""
    data = project_of("--lang", "en") / "data"
    table = data / "visitors.csv"
    write(table, table.read_text(encoding="utf-8") + "2026-09,61000,2027-10-15\n")
    assert accept() == 2 and "guard 'future'" in capsys.readouterr().err
    assert accept(yes=True) == 0 and "accepted: data/visitors.csv, 2026-09 (guard 'future')" in capsys.readouterr().err


@pytest.mark.slow
def test_a_lost_row_wants_yes_and_is_counted(accepted, capsys):
    edit(accepted, "cpi_yy", "2026-09,109.3,2026-10-08\n", "")
    assert accept() == 2
    assert "cpi_yy: 1 removed" in capsys.readouterr().out


@pytest.mark.slow
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


def without(home, path: str, start: str) -> None:
    """Remove the row of a list that starts so."""
    lines = (home.root / path).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(start)]
    assert len(kept) == len(lines) - 1
    home.write(path, "".join(kept), restated=False)


def test_a_claim_that_is_gone_is_asked_about(accepted, capsys):
    """Also if the number of claims that documents.yml states was corrected with it: no figure disappears in silence."""
    without(accepted, "data/claims/S0.csv", "S0-L008-2,")
    about = (accepted.root / "data/claims/documents.yml").read_text(encoding="utf-8")
    assert "claims: 9\n" in about
    accepted.write("data/claims/documents.yml", about.replace("claims: 9\n", "claims: 8\n"), restated=False)
    with pytest.raises(DataError, match=r"data/claims/S0\.csv: found a change that was not accepted, .* of 9 rows"):
        all_claims()
    assert accept() == 2
    assert "claims/S0: 1 removed: S0-L008-2" in capsys.readouterr().out
    assert accept(yes=True) == 0 and len(all_claims()) == 175


@pytest.mark.slow
def test_an_altered_fact_is_asked_about(accepted, capsys):
    path = "data/facts/facts.csv"
    text = (accepted.root / path).read_text(encoding="utf-8")
    accepted.write(path, text.replace("2020-09-15,recorded,reported", "2020-09-15,recorded,weak", 1), restated=False)
    with pytest.raises(DataError, match=r"data/facts/facts\.csv: found a change that was not accepted"):
        all_claims()
    assert accept() == 2
    assert "facts/facts: 1 altered: abraham_guardian" in capsys.readouterr().out
