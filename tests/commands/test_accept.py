"""What ``kzreport accept`` tells of a page beside what changed in it."""

import subprocess

import pytest

from kzreport.commands.accept import new_defaults
from kzreport.files import clear_caches


def git(folder, *words: str) -> None:
    own = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *own, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def committed(project_of):
    folder = project_of("--lang", "en")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "begin")
    return folder


def test_a_value_that_was_tried_in_the_parameters_cell_is_told(committed):
    assert list(new_defaults("visitors")) == []
    path = committed / "notebooks" / "visitors.ipynb"
    text = path.read_text(encoding="utf-8")
    assert "years: Count = 4 " in text and "2026-09-30" in text
    tried = text.replace("years: Count = 4 ", "years: Count = 2 ").replace("2026-09-30", "2025-09-30")
    path.write_text(tried, encoding="utf-8")
    clear_caches()
    (line,) = new_defaults("visitors")  # each run sets its own date
    assert line == "visitors, years: 2 from now on, 4 in the last commit; every edition uses it"


def test_without_a_commit_nothing_is_told(project_of):
    project_of("--lang", "en")
    assert list(new_defaults("visitors")) == []
