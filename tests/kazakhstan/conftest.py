"""The pages of the reference edition, executed once for the session (for all workers of pytest-xdist)."""

from __future__ import annotations

import fcntl
import os

import nbformat
import pytest

from kzreport.editions.reference import execute_reference
from kzreport.errors import PageError
from kzreport.project.settings import page_names, project


@pytest.fixture(scope="session")
def executed(tmp_path_factory):
    """(page, language) -> the notebook as it comes out now."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "shared-pages"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            try:
                found = execute_reference(page_names(), jobs=2)
            except PageError as e:
                (folder / "reason").write_text(str(e), encoding="utf-8")
                found = {}
            for (page, language), nb in found.items():
                nbformat.write(nb, folder / f"{page}.{language}.ipynb")
            (folder / "done").touch()
    if (folder / "reason").exists():
        pytest.fail((folder / "reason").read_text(encoding="utf-8"))
    return {
        (p, k): nbformat.read(folder / f"{p}.{k}.ipynb", as_version=4)
        for p in page_names()
        for k in project().languages
    }
