"""Temporary files of a session of tests: a folder of its own, in which no run of kzreport may leave anything."""

from __future__ import annotations

import os
import tempfile

import pytest

OURS = ("kz-*", "kzreport-*", ".kz*")


@pytest.fixture(scope="session", autouse=True)
def temporary_folder(tmp_path_factory):
    """Send what tests and their processes leave to a folder that pytest removes; what is ours there is a fault."""
    folder = tmp_path_factory.getbasetemp() / "t"
    folder.mkdir()
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"], tempfile.tempdir = str(folder), None
    yield folder
    os.environ.pop("TMPDIR")
    if before is not None:
        os.environ["TMPDIR"] = before
    tempfile.tempdir = None
    left = [f"{path.name}: {_first(path)}" for pattern in OURS for path in folder.glob(pattern)]
    assert not left, "left in the temporary folder:\n" + "\n".join(left)


def _first(path):
    """What is in it: the end of a log, the names in a folder."""
    if path.is_dir():
        return ", ".join(sorted(p.name for p in path.iterdir())[:5])
    return path.read_text(encoding="utf-8", errors="replace")[-300:]
