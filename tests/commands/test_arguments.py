"""Arguments that would have no effect are refused: whoever typed them expects one."""

from __future__ import annotations

import pytest

from kzreport.commands.cli import main

REFUSED = {
    "accept --data cpi_yy": "page: found --data too, expected one of them; beside --data it has no effect",
    "accept inflation --yes": "--yes: found no --data, expected --data too",
    "run --replay x": "--replay: found no --refresh, expected --refresh too",
    "backfill --from 2026-01 --to 2026-02 --replay x": "--replay: found no --refresh",
    "refresh --probe --json x": "--json: found --probe too",
    "calendar --ics - --json -": "--ics, --json: found one place for both",
}


@pytest.mark.parametrize("typed", REFUSED)
def test_an_argument_without_effect(typed, tmp_path, monkeypatch, capsys, handlers):
    """Nothing is read for it: no project is needed."""
    monkeypatch.setenv("KZREPORT_HOME", str(tmp_path / "nothing"))
    assert main(typed.split()) == 2
    assert REFUSED[typed] in capsys.readouterr().err
