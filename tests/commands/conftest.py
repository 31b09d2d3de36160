"""A project of ``kzreport init`` for tests of commands."""

from __future__ import annotations

import pytest


@pytest.fixture
def project_of(tmp_path, monkeypatch, handlers, capsys, initial):
    """Makes a project with these options, and works in it."""
    monkeypatch.delenv("KZREPORT_HOME", raising=False)

    def make(*options: str):
        folder = tmp_path / "mine"
        initial(folder, *options)
        monkeypatch.setenv("KZREPORT_HOME", str(folder))
        capsys.readouterr()
        return folder

    return make
