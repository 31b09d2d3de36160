""" "Nothing to do" is remembered while nothing that it was found from has changed, and not a moment longer."""

from __future__ import annotations

import os
import shutil
import time

import pytest
from run_fixtures import Cli, write_definition, write_page

from kzreport.editions import answers
from kzreport.editions.answers import Answer
from kzreport.editions.damage import record_edition
from kzreport.editions.seen import edition_record_path, read_edition_record, signature, walk, write_record
from kzreport.editions.store import Store

ASKED = {"command": "backfill", "last": "2024-03"}
EDITION = "small/2024-03-31"


def after_a_night(root):
    """Make the records of a store much newer than all that they are about."""
    late = time.time() + 60
    for record in (root / ".work" / "whole").glob("*.json"):
        os.utime(record, (late, late))


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A project, and a store with an edition whose files were read; "nothing to do" is remembered."""
    home, folder = tmp_path / "home", tmp_path / "out" / EDITION
    for name, text in {"params/project.yml": "x: 1", "data/a.csv": "1", "notebooks/views/v.py": "x = 1"}.items():
        path = home / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("KZREPORT_HOME", str(home))
    (folder / "en").mkdir(parents=True)
    for name in ("manifest.json", "en/page.html"):
        (folder / name).write_text("2024", encoding="utf-8")
    record_edition(folder)
    path = edition_record_path(folder)
    digest, _ = read_edition_record(path)
    write_record(path, {"manifest": digest, "files": {name: signature(about) for name, about in walk(folder)}})
    first = Answer(Store(tmp_path / "out"), "small", ASKED)
    assert not first.holds()
    first.keep(lines=["nothing"])
    after_a_night(tmp_path / "out")
    return tmp_path


def again(place, *, paranoid=False, **asked):
    return Answer(Store(place / "out", paranoid=paranoid), "small", ASKED | asked)


def test_the_answer_holds_and_nothing_is_read(place, monkeypatch):
    answer = again(place)
    monkeypatch.setattr(answers, "sha256_hex", lambda data: pytest.fail("a file was read again"))
    assert answer.holds() and answer.told == {"lines": ["nothing"]}


def altered(path):
    """Alter a file and give it back its size and its time of writing."""
    about = path.stat()
    path.write_text(path.read_text(encoding="utf-8").replace("2", "3").replace("1", "4"), encoding="utf-8")
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


CHANGES = {
    "a table altered with its old time": lambda place: altered(place / "home/data/a.csv"),
    "a view altered with its old time": lambda place: altered(place / "home/notebooks/views/v.py"),
    "a page altered with its old time": lambda place: altered(place / "out" / EDITION / "en/page.html"),
    "a manifest altered with its old time": lambda place: altered(place / "out" / EDITION / "manifest.json"),
    "a new table": lambda place: (place / "home/data/b.csv").write_text("1"),
    "a note": lambda place: (place / "home/params/note.md").write_text("1"),
    "a table gone": lambda place: (place / "home/data/a.csv").unlink(),
    "a page gone": lambda place: (place / "out" / EDITION / "en/page.html").unlink(),
    "a foreign page": lambda place: (place / "out" / EDITION / "evil.html").write_text("x"),
    "an edition gone": lambda place: shutil.rmtree(place / "out" / EDITION),
    "another edition": lambda place: shutil.copytree(place / "out" / EDITION, place / "out/small/2024-04-30"),
    "its record gone": lambda place: edition_record_path(place / "out" / EDITION).unlink(),
    "a torn record": lambda place: (place / "out/.work/whole/answers.json").write_text('{"files": {'),
    "an edited answer": lambda place: edit(place / "out/.work/whole/answers.json", '["nothing"]', '"all is well"'),
    "a record of another shape": lambda place: (place / "out/.work/whole/answers.json").write_text(
        '{"files": {"a": [1]}, "answers": []}'
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_ends_the_answer(place, change):
    CHANGES[change](place)
    assert not again(place).holds()


def test_a_file_written_anew_with_the_same_content_changes_nothing(place):
    table = place / "home/data/a.csv"
    table.unlink()
    table.write_text("1", encoding="utf-8")
    assert again(place).holds()


def test_other_questions_and_copies_are_answered_by_reading(place, tmp_path):
    assert not again(place, last="2024-04").holds()
    assert not again(place, paranoid=True).holds()
    shutil.copytree(place / "out", place / "copied")
    after_a_night(place / "copied")
    assert not Answer(Store(place / "copied"), "small", ASKED).holds()  # other inodes: every page is to be read


def test_what_changes_while_it_is_looked_for_is_not_remembered(place):
    answer = again(place, last="2024-05")
    assert not answer.holds()
    altered(place / "home/data/a.csv")
    answer.keep(lines=["wrong"])
    assert not again(place, last="2024-05").holds()


@pytest.mark.slow
def test_asked_again_nothing_that_executes_is_loaded(project_copy, forked_cli, tmp_path):
    write_page(project_copy, "first", "pass")
    write_definition(project_copy, "trial", ["first"])
    cli, asked = forked_cli, ("run", "trial", "--as-of", "2024-03-31", "--output", str(tmp_path / "out"))
    assert cli(*asked, "-j", "1").code == 0
    read = cli(*asked)
    after_a_night(tmp_path / "out")
    loaded = Cli(project_copy)(*asked, PYTHONPROFILEIMPORTTIME="1")
    assert read.code == loaded.code == 0 and loaded.out == read.out and "nothing to do" in read.out
    modules = {line.rpartition("|")[2].strip() for line in loaded.err.splitlines()}
    assert "kzreport.editions.answers" in modules
    assert not modules & {"pandas", "numpy", "nbformat", "papermill", "jinja2", "matplotlib"}
    label = project_copy / "notebooks" / "first.yml"
    label.write_text(label.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert "notebooks/first.yml: changed" in cli(*asked).err


@pytest.mark.parametrize("what", ["pipe", "device", "large"])
def test_what_is_no_file_is_not_read(place, what, monkeypatch):
    """A pipe would be waited for without end, a device read until memory ends; who reads the table names it."""
    path = place / "home" / "data" / "a.csv"
    path.unlink()
    if what == "pipe":
        os.mkfifo(path)
    elif what == "device":
        path.symlink_to("/dev/zero")
    else:
        path.write_bytes(b"123")
        monkeypatch.setattr(answers, "_LARGEST", 2)
    assert not again(place).holds()
