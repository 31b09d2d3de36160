"""Arguments that would have no effect are refused: whoever typed them expects one."""

from __future__ import annotations

import argparse

import pytest

from kzreport.commands.cli import main
from kzreport.editions import given

REFUSED = {
    "accept --data cpi_yy": "page: found --data too, expected one of them; beside --data it has no effect",
    "accept inflation --yes": "--yes: found no --data, expected --data too",
    "run --replay x": "--replay: found no --refresh, expected --refresh too",
    "backfill --from 2026-01 --to 2026-02 --replay x": "--replay: found no --refresh",
    "refresh --probe --json x": "--json: found --probe too",
    "new zz --series cpi_yy --unit percent": "--unit: found no new series: --series cpi_yy, expected --series FILE.csv",
    "new zz --title X": "--title: found no --series",
    "calendar --ics - --json -": "--ics, --json: found one place for both",
}


def test_verdicts_of_tomorrow_are_none(capsys, handlers):
    assert main(["claims", "--as-of", "2099-01-01"]) == 2
    assert "--as-of: found 2099-01-01, expected a date up to today" in capsys.readouterr().err


@pytest.mark.parametrize("typed", REFUSED)
def test_an_argument_without_effect(typed, tmp_path, monkeypatch, capsys, handlers):
    """Nothing is read for it: no project is needed."""
    monkeypatch.setenv("KZREPORT_HOME", str(tmp_path / "nothing"))
    assert main(typed.split()) == 2
    assert REFUSED[typed] in capsys.readouterr().err


STRANGE = {
    "$REPORTS/x": "what the variable holds",
    "${REPORTS}": "what the variable holds",
    "%USERPROFILE%/x": "what the variable holds",
    "s3:/bucket/reports": "two slashes",
    "C:\\reports": "not of Windows",
    "~nobody-of-this-name/x": "the name of a user",
    "-": "a folder or an address",
}


@pytest.mark.parametrize("text", STRANGE)
def test_a_place_that_would_be_a_folder_of_a_strange_name(text):
    """As a scheduler hands on what no shell has read: it made a folder of that name in the working directory."""
    with pytest.raises(argparse.ArgumentTypeError, match=STRANGE[text]):
        given.folder(text)


@pytest.mark.parametrize("text", ["./$REPORTS", "reports", "s3://bucket/x", "simplecache::s3://b/x", "a%b%c", "/a$b"])
def test_other_places_stay_as_they_are(text):
    assert given.folder(text) == text
