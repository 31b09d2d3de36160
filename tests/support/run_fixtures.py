"""Shared by the tests that run the command line: a copy of the project, cheap pages, one real edition.

``tests/conftest.py`` loads this module as a plugin, so its fixtures are known in every folder. Under pytest-xdist each
worker has a session of its own: the edition is made once for all of them, under a lock.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from ground import Ground, make_home
from launcher import AS_OF, Launcher

MONTHS = ("--from", "2024-01", "--to", "2024-03")
SHOWS = (
    "from IPython.display import display; display({'text/markdown': as_of, 'text/plain': as_of}, raw=True, "
    "metadata={'kzreport': {'kind': 'say'}})"
)

# A page as cheap as a page can be: the types of its parameters cell are read, not run, and it imports nothing of ours.
CHEAP = (
    "from typing import Any as Date, Any as Language",
    'lang: Language = "fr"  # language\nas_of: Date = "2026-09-30"  # date',
)


def write_page(home: Path, name: str, *cells: str, parameters: str = "") -> None:
    """A page of these cells after the parameters, in the home."""
    sources = [CHEAP[0], CHEAP[1] + parameters, *cells]
    nb = {
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{i}",
                "metadata": {"tags": ["parameters"]} if i == 1 else {},
                "source": source,
                "execution_count": None,
                "outputs": [],
            }
            for i, source in enumerate(sources)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (home / "notebooks" / f"{name}.ipynb").write_text(json.dumps(nb), encoding="utf-8")
    (home / "notebooks" / f"{name}.yml").write_text(
        f"title: {{fr: Page {name}, en: Page {name}}}\nmethod: []\n", encoding="utf-8"
    )


def write_definition(home: Path, name: str, pages: list[str], languages: str = "en", formats: str = "html") -> None:
    listed = f"pages: [{', '.join(pages)}]\nlanguages: [{languages}]\nformats: [{formats}]\n"
    (home / "params" / f"{name}.yml").write_text(f"title: {{fr: Essai, en: Trial}}\n{listed}", encoding="utf-8")


def tree(folder: Path) -> dict[str, str]:
    """Every file that readers see, and its digest."""
    return {
        p.relative_to(folder).as_posix(): sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and ".work" not in p.parts and not p.name.startswith("run.")
    }


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


class Cli:
    """``kzreport`` in a process, on one home."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def environment(self, **env: str) -> dict[str, str]:
        return os.environ | {"KZREPORT_HOME": str(self.home)} | env

    def start(self, *words: str, cwd: Path | None = None, **env: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "kzreport.commands.cli", *words],
            cwd=cwd or self.home,
            env=self.environment(**env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
            # A shell that runs the tests in the background has signals ignored, and a child would inherit that.
            preexec_fn=lambda: [signal.signal(n, signal.SIG_DFL) for n in (signal.SIGINT, signal.SIGHUP)],
        )

    def __call__(self, *words: str, cwd: Path | None = None, **env: str) -> Ended:
        process = self.start(*words, cwd=cwd, **env)
        out, err = process.communicate(timeout=300)
        return Ended(process.returncode, out, err)


@pytest.fixture(scope="session")
def launcher(tmp_path_factory, ground):
    """Fork runs from one process, with a project that has a cheap definition ``trial``; one for each session.

    It has read that project and the one of ``project_copy``: a run reads again what a test altered.
    """
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    folder = tmp_path_factory.mktemp("faults")
    home = make_home(folder / "home")
    for one in (home, ground.put_right()):
        write_page(one, "good", SHOWS)
        write_page(one, "other", "import subprocess; left = subprocess.Popen(['sleep', '777'])", SHOWS)
        write_definition(one, "trial", ["good", "other"])
    one = Launcher(home, folder, read=[ground.folder])
    ground.put_right()
    yield one
    assert not one.quiet(), "processes are left"
    one.close()


@pytest.fixture(scope="session")
def ground(tmp_path_factory):
    """The copy behind ``project_copy``."""
    return Ground(tmp_path_factory.mktemp("ground") / "home")


@pytest.fixture
def project_copy(ground):
    """A copy of the project, to break: as it was at first when a test begins."""
    return ground.put_right()


@pytest.fixture
def three_months(project_copy):
    """Two cheap pages in a definition: the words of a backfill of three months."""
    write_page(project_copy, "good", SHOWS)
    write_page(project_copy, "other", "pass", SHOWS)
    write_definition(project_copy, "trial", ["good", "other"])
    return ("backfill", "trial", *MONTHS, "-j", "2")


@pytest.fixture
def cli(project_copy):
    return Cli(project_copy)


class ForkedCli(Cli):
    """``kzreport`` forked from the launcher, its kernels from the launcher's: a second instead of five.

    Not for ``--timeout``, which counts from the start of Python, nor for what Python reads when it starts.
    """

    def __init__(self, home: Path, launcher: Launcher) -> None:
        super().__init__(home)
        self.launcher = launcher

    def __call__(self, *words: str, cwd: Path | None = None, **env: str) -> Ended:
        changed = {k: v for k, v in self.environment(**env).items() if self.launcher.env.get(k) != v}
        run = self.launcher(*words, home=self.home, cwd=cwd, **changed)
        return Ended(run.wait(), run.out, run.err)


@pytest.fixture
def forked_cli(project_copy, launcher):
    return ForkedCli(project_copy, launcher)


@dataclass(frozen=True)
class Made:
    """One real edition: two pages in two languages, as the world was known in March 2024."""

    cli: Cli
    root: Path
    folder: Path
    said: Ended


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    base = tmp_path_factory.getbasetemp()
    shared = base.parent / "shared-edition" if os.environ.get("PYTEST_XDIST_WORKER") else base / "shared-edition"
    shared.mkdir(exist_ok=True)
    home, out, said = shared / "home", shared / "out", shared / "said.json"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            make_home(home)
            write_definition(home, "small", ["inflation", "fdi"], "fr, en", "pdf, brief, xlsx, csv, docx")
            end = Cli(home)("run", "small", "--as-of", AS_OF, "--output", str(out), "-j", "2")
            said.write_text(json.dumps([end.code, end.out, end.err]), encoding="utf-8")
    end = Ended(*json.loads(said.read_text(encoding="utf-8")))
    assert end.code == 0, end.err
    return Made(Cli(home), out, out / "small" / AS_OF, end)
