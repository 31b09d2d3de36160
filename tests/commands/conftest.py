"""A project of ``kzreport init`` for tests of commands."""

from __future__ import annotations

import pytest

from kzreport.commands.cli import main
from kzreport.files import clear_caches


@pytest.fixture
def project_of(tmp_path, monkeypatch, handlers, capsys):
    """Makes a project with these options, and works in it."""
    monkeypatch.delenv("KZREPORT_HOME", raising=False)

    def make(*options: str):
        folder = tmp_path / "mine"
        assert main(["init", str(folder), *options]) == 0, capsys.readouterr().err
        monkeypatch.setenv("KZREPORT_HOME", str(folder))
        clear_caches()
        capsys.readouterr()
        return folder

    yield make
    clear_caches()
