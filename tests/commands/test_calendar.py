"""The calendar: estimated and announced days; ICS as RFC 5545 has it, the same bytes; JSON for a scheduler."""

import json
from datetime import date

import pytest

from kzreport.commands.calendar import calendar_ics, calendar_json, calendar_lines, list_entries
from kzreport.commands.cli import main
from kzreport.editions.definition import load_definition
from kzreport.editions.plan import make_plan
from kzreport.errors import DataError
from kzreport.series.releases import missed_releases

AS_OF, UNTIL = date(2026, 9, 30), date(2026, 11, 30)
STATED = "cpi_yy:\n  - {period: 2026-10, day: 2026-11-05, since: 2026-09-20}\n"
DECISION = "base_rate:\n  - {period: 2026-10-09, day: 2026-10-09, since: 2026-01-15}\n"


def days(*names: str, as_of: date = AS_OF) -> list[tuple[str, str, bool]]:
    found = list_entries(names, as_of, UNTIL)
    return [(str(e.release.period), e.release.day.isoformat(), e.release.stated) for e in found]


def test_days_are_estimated_where_nobody_announced_them(home):
    assert days("cpi_yy") == [("2026-09", "2026-10-02", False), ("2026-10", "2026-11-02", False)]
    assert days("base_rate") == []


def test_announced_days_come_first_once_they_are_known(home):
    home.write("data/releases.yml", STATED + DECISION)
    assert days("cpi_yy") == [("2026-09", "2026-10-02", False), ("2026-10", "2026-11-05", True)]
    assert days("base_rate") == [("2026-10-09", "2026-10-09", True)]
    assert days("cpi_yy", as_of=date(2026, 9, 19))[-1] == ("2026-10", "2026-11-02", False)


def test_an_announced_day_has_no_days_of_grace(home):
    home.write("data/releases.yml", "cpi_yy:\n  - {period: 2026-10, day: 2026-11-02, since: 2026-09-20}\n")
    assert [str(r.period) for r in missed_releases("cpi_yy", "2026-11-03")] == ["2026-10"]
    home.write("data/releases.yml", STATED)
    assert missed_releases("cpi_yy", "2026-11-05") == ()


def test_an_edition_has_only_the_announcements_of_its_date(home):
    definition = load_definition("inflation-brief")

    def inputs(day: date) -> dict:
        return dict(make_plan(definition, day, ["en"]).inputs.flat)

    before = inputs(date(2026, 8, 31))
    home.write("data/releases.yml", STATED)
    assert inputs(date(2026, 8, 31)) == before  # old editions stay up to date
    assert "data/releases.yml" in inputs(AS_OF)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cpi_yyy:\n  - {period: 2026-10, day: 2026-11-05, since: 2026-09-20}\n", "found the series 'cpi_yyy'"),
        ("cpi_yy:\n  - {period: 2026-Q3, day: 2026-11-05, since: 2026-09-20}\n", "a period of frequency M"),
        ("cpi_yy:\n  - {period: 2026-10, day: soon, since: 2026-09-20}\n", "a date such as"),
        ("cpi_yy: 2026-11-05\n", "a list"),
        ("- cpi_yy\n", "a map"),
    ],
)
def test_announcements_are_strict(home, text, message):
    home.write("data/releases.yml", text)
    with pytest.raises(DataError, match=message):
        days("cpi_yy")


def test_ics_is_what_the_standard_asks():
    names = ["cpi_yy", "cpi_components_yy", "expectations", "wdi_gdp"]
    text = calendar_ics(list_entries(names, date(2026, 11, 26), date(2027, 1, 31)), date(2026, 11, 26))
    assert text == calendar_ics(list_entries(names, date(2026, 11, 26), date(2027, 1, 31)), date(2026, 11, 26))
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:") and text.endswith("END:VCALENDAR\r\n")
    lines = text.split("\r\n")[:-1]
    assert "\n" not in "".join(lines) and all(len(line.encode()) <= 75 for line in lines)
    unfolded = text.replace("\r\n ", "").split("\r\n")
    assert unfolded.count("BEGIN:VEVENT") == unfolded.count("END:VEVENT") > 5
    assert "SUMMARY:Consumer prices\\, 12-month change: October 2026 (overdue)" in unfolded
    uids = [line for line in unfolded if line.startswith("UID:")]
    assert len(set(uids)) == len(uids) and all(
        sum(line.startswith(f"{key}") for line in unfolded) == len(uids) for key in ("DTSTAMP:", "DTSTART;", "DTEND;")
    )


def test_a_long_title_is_folded_between_characters(home):
    long = "Prix à la consommation " + "é" * 90
    home.package["resources"] = [
        r | ({"titles": {k: long for k in r["titles"]}} if r["name"] == "cpi_yy" else {})
        for r in home.package["resources"]
    ]
    home.describe()
    text = calendar_ics(list_entries(["cpi_yy"], AS_OF, UNTIL), AS_OF)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert long in text.replace("\r\n ", "")


def test_json_says_what_is_overdue_and_what_is_coming():
    found = json.loads(
        calendar_json(list_entries(["cpi_yy"], date(2026, 11, 26), date(2026, 12, 31)), date(2026, 11, 26))
    )
    assert found["as_of"] == "2026-11-26"
    assert [e["period"] for e in found["overdue"]] == ["2026-10"]
    assert found["coming"] == [
        {
            "series": "cpi_yy",
            "period": "2026-11",
            "day": "2026-12-02",
            "estimated": True,
            "title": "Consumer prices, 12-month change",
        }
    ]


def test_lines_for_a_terminal():
    lines = list(calendar_lines(list_entries(["cpi_yy"], AS_OF, UNTIL), AS_OF))
    assert lines[:2] == ["overdue: nothing", "coming:"]
    assert lines[2] == "  2026-10-02  estimated  cpi_yy  2026-09  Consumer prices, 12-month change"


def test_a_day_that_is_over_is_not_called_coming():
    """The flows of the second quarter were due on 28 September; their days of grace still run on the 30th."""
    as_of = date(2026, 9, 30)
    lines = list(calendar_lines(list_entries(["fdi_net"], as_of, date(2026, 12, 31)), as_of))
    heads = [n for n, line in enumerate(lines) if not line.startswith(" ")]
    assert [lines[n] for n in heads] == ["overdue: nothing", "due, within the days of grace:", "coming:"]
    assert "2026-09-28" in lines[heads[1] + 1] and "2026-12-29" in lines[heads[2] + 1]


def test_the_command_writes_both_files(home, tmp_path, capsys, handlers):
    ics, listed = tmp_path / "releases.ics", tmp_path / "releases.json"
    assert main(["calendar", "cpi_yy", "--as-of", "2026-09-30", "--ics", str(ics), "--json", str(listed)]) == 0
    assert b"\r\nBEGIN:VEVENT\r\n" in ics.read_bytes() and json.loads(listed.read_text())["coming"]
    assert main(["calendar", "--as-of", "2026-09-30", "--ics", str(tmp_path / "none" / "x.ics")]) == 2
    assert "--ics: found x.ics" in capsys.readouterr().err
