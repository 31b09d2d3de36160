"""A published folder while its files are replaced: killed at any file, its archive leads to whole pages."""

from __future__ import annotations

import posixpath
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kzreport.editions.replacement import replace_files

ARCHIVE = '<a href="old/a.html"></a><a href="new/a.html"></a>'
BEFORE = {"index.html": '<a href="old/a.html"></a><a href="gone/a.html"></a>', "feed.xml": "<feed/>", "mark": ""} | {
    "old/a.html": '<a href="../latest/a.html"></a>',
    "latest/a.html": '<a href="../gone/a.html"></a>',
    "gone/a.html": '<a href="b.csv"></a>',
    "gone/b.csv": "1",
}
AFTER = {"index.html": ARCHIVE, "mark": ""} | {
    "old/a.html": '<a href="../latest/a.html"></a><a href="../new/a.html"></a>',
    "latest/a.html": '<a href="../new/a.html"></a>',
    "new/a.html": '<a href="b/c.csv"></a><a href="../index.html"></a>',
    "new/b/c.csv": "2",
}
STEPS = 6 + 4  # files written, files removed
# The child kills itself at a step: no handler runs, as when the machine takes it away.
CHILD = """
import os, signal, sys
from pathlib import Path
from kzreport.editions.replacement import replace_files
left = int(sys.argv[1])
def counted(step):
    def one(*args):
        global left
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return step(*args)
    return one
Path.replace, Path.unlink = counted(Path.replace), counted(Path.unlink)
replace_files(Path("site/.new"), Path("site"), ".new")
"""


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def held(folder: Path) -> dict[str, str]:
    paths = [p for p in folder.rglob("*") if p.is_file() and ".new" not in p.parts]
    return {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in paths}


def broken(folder: Path) -> list[tuple[str, str]]:
    """Return the links that lead nowhere on the pages that a reader can come to from the archive."""
    files, seen, ahead, wrong = held(folder), set(), ["index.html"], []
    while ahead:
        name = ahead.pop()
        seen.add(name)
        for href in re.findall('href="(.*?)"', files[name]):
            there = posixpath.normpath(posixpath.join(posixpath.dirname(name), href))
            if there not in files:
                wrong.append((name, href))
            elif there not in seen:
                ahead.append(there)
    return wrong


@pytest.mark.parametrize("step", range(0, STEPS, 2))
def test_a_kill_leaves_no_link_that_leads_nowhere_and_the_next_call_ends_it(step, tmp_path):
    site = tmp_path / "site"
    write(site, BEFORE)
    write(site / ".new", AFTER)
    killed = subprocess.run([sys.executable, "-c", CHILD, str(step)], cwd=tmp_path, check=False)
    assert killed.returncode in (-signal.SIGKILL, 0)
    assert broken(site) == [] and held(site) not in ({}, BEFORE if step else {})
    write(site / ".new", AFTER)
    replace_files(site / ".new", site, ".new")
    assert held(site) == AFTER and not (site / "gone").exists()


def test_what_is_the_same_is_not_touched(tmp_path):
    write(tmp_path, AFTER)
    times = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()}
    write(tmp_path / ".new", {**AFTER, "index.html": "other"})
    replace_files(tmp_path / ".new", tmp_path, ".new")
    changed = {p.name for p, t in times.items() if p.stat().st_mtime_ns != t}
    assert changed == {"index.html"} and held(tmp_path)["index.html"] == "other"
