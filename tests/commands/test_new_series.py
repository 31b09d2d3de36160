"""``kzreport new PAGE --series FILE.csv``: a spreadsheet becomes a table, a card and a page; units of one's own."""

from __future__ import annotations

from datetime import date

import pytest

from kzreport.commands.checks import list_faults
from kzreport.commands.cli import main
from kzreport.commands.proposed import told_by
from kzreport.editions.definition import load_definition
from kzreport.errors import DataError
from kzreport.files import clear_caches
from kzreport.project.units import own_units
from kzreport.series.known import load_series
from kzreport.series.resource import describe_series
from kzreport.units import UNITS

SHEET = "\ufeffperiod;value\r\n2026-01;201,5\r\n2026-02;205\r\n2026-03;199,25\r\n2026-05;210\r\n"
SAID = ("--title", "en=Price of wheat", "--title", "fr=Prix du blé", "--publisher", "Grain union", "--lag", "10")


def state(folder):
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts}


@pytest.fixture
def sheet(project_of, tmp_path):
    """A project in two languages, and a file beside it, as a spreadsheet saves it."""
    folder, file = project_of("--lang", "en,fr"), tmp_path / "wheat.csv"
    file.write_text(SHEET, encoding="utf-8", newline="")
    return folder, file


def test_one_command_makes_all(sheet, capsys):
    _, file = sheet
    named = ("--publisher", "fr=Union céréalière")
    assert main(["new", "wheat", "--series", str(file), "--unit", "usd_tonne", *SAID, *named]) == 0
    clear_caches()
    d = describe_series("wheat")
    assert (d.unit, d.frequency, d.continuous, dict(d.publisher)) == (
        "usd_tonne",
        "M",
        False,
        {"en": "Grain union", "fr": "Union céréalière"},
    )
    assert d.publication == {"kind": "estimated", "lag_days": 10, "from": "end"} and not d.sources
    found = load_series("wheat", "2026-04-09")
    assert [(str(o.period), o.value) for o in found] == [("2026-01", 201.5), ("2026-02", 205.0)]  # March: the 10th
    assert load_definition("monthly").pages[-1] == "wheat"
    assert list_faults() == []
    ((_, said),) = told_by("wheat", {}, "fr", date(2026, 4, 30))
    assert said.startswith("Prix du blé\xa0: 199\xa0dollars la tonne en mars 2026, −6\xa0dollars")
    out = capsys.readouterr().out
    assert "made data/wheat.yml" in out and "changed params/monthly.yml" in out and "kzreport watch wheat" in out


def test_a_file_with_days_needs_no_lag_and_may_lie_in_data(sheet, capsys):
    folder, _ = sheet
    (folder / "data" / "rye.csv").write_text("published,period,value\n02.04.2026,2026-Q1,3\n", encoding="utf-8")
    assert main(["new", "rye", "--series", "data/rye.csv", *SAID[:6], "--unit", "percent"]) == 2  # not from here
    assert main(["new", "rye", "--series", str(folder / "data" / "rye.csv"), *SAID[:6], "--unit", "percent"]) == 0
    assert (folder / "data" / "rye.csv").read_text(encoding="utf-8") == "period,value,published\n2026-Q1,3,2026-04-02\n"
    clear_caches()
    assert describe_series("rye").publication == {"kind": "recorded"}


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        (SHEET, SAID, "--series: found no --unit, expected these options"),
        (SHEET, ("--unit", "percnt", *SAID), "found 'percnt', expected one of percent"),
        (SHEET, ("--unit", "percent", *SAID[:6]), "found no --lag"),
        (SHEET, ("--unit", "percent", *SAID[:7], "soon"), "--lag: found 'soon', expected a number of days"),
        (SHEET.replace("205", "205 $"), ("--unit", "percent", *SAID), "wheat.csv, cell B3 (value): found '205 $'"),
        (SHEET.replace("2026-02", "févr-26"), ("--unit", "percent", *SAID), "cell A3 (period): found 'févr-26'"),
        (SHEET.replace("2026-02", "2026"), ("--unit", "percent", *SAID), "periods of frequency A, M"),
        (SHEET.replace("2026-02", "2026-01"), ("--unit", "percent", *SAID), "data/wheat.csv, line 3"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_left(sheet, capsys, text, options, words):
    folder, file = sheet
    file.write_text(text, encoding="utf-8", newline="")
    before = state(folder)
    assert main(["new", "wheat", "--series", str(file), *options]) == 2
    assert words in capsys.readouterr().err
    assert state(folder) == before


OWN = """eur_kg:
  decimals: 2
  name: {en: euros a kilo, fr: euros le kilo}
  sentence:
    en: "€# a kilo"
    fr: {one: "# euro le kilo", other: "# euros le kilo"}
"""


def test_a_unit_of_the_project_is_said_in_its_words(sheet):
    folder, file = sheet
    (folder / "data" / "units.yml").write_text(OWN, encoding="utf-8")
    file.write_text("period,value\n2026-01,1.2\n2026-02,1.25\n", encoding="utf-8")
    assert main(["new", "wheat", "--series", str(file), "--unit", "eur_kg", *SAID]) == 0
    clear_caches()
    assert "eur_kg" in UNITS and UNITS["eur_kg"].decimals == 2
    told = [told_by("wheat", {}, language, date(2026, 3, 31))[0][1] for language in ("en", "fr")]
    assert told[0] == "Price of wheat: €1.25\xa0a kilo in February 2026, +€0.05\xa0a kilo from the period before."
    assert "1,25\xa0euro le kilo en février 2026" in told[1]
    assert list_faults() == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("decimals: 2", "decimals: two", "data/units.yml, eur_kg, decimals: found 'two', expected a number of digits"),
        ("eur_kg", "percent", "the unit 'percent'"),
        ("€# a kilo", "€ a kilo", "texts with one #"),
        (", fr: euros le kilo", "", "expected words in en, fr"),
        ("  name:", "  nom:", "the key 'nom'"),
    ],
)
def test_a_broken_unit_is_named(sheet, old, new, words):
    folder, _ = sheet
    (folder / "data" / "units.yml").write_text(OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        own_units()
    assert words in str(caught.value)
