"""One reader of files, one cache, one atomic write."""

from pathlib import Path

import pytest

from kzreport import files
from kzreport.errors import DataError, ParameterError
from kzreport.files import cached_by_stamp, clear_caches, file_digest, project_root, read_json, read_text, write_atomic

CHECKOUT = Path(files.__file__).parent.parent


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """An empty working directory, and nothing chosen."""
    clear_caches()
    monkeypatch.delenv("KZREPORT_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    clear_caches()


def make_project(folder):
    (folder / "params").mkdir(parents=True)
    (folder / "params" / "project.yml").touch()
    (folder / "notebooks" / "views").mkdir(parents=True)
    return folder


def test_the_project_is_what_is_chosen_then_what_is_above_then_the_checkout(nowhere, monkeypatch):
    assert project_root() == CHECKOUT
    one, two = make_project(nowhere / "one"), make_project(nowhere / "two")
    monkeypatch.chdir(one / "notebooks" / "views")
    assert project_root() == one
    for chosen in (str(two), "../../../two"):
        monkeypatch.setenv("KZREPORT_HOME", chosen)
        assert project_root() == two


def test_an_installed_engine_takes_no_folder_of_packages_for_a_project(nowhere, monkeypatch):
    """The three ways are named. Nothing above the temporary folder is a project."""
    monkeypatch.setattr(files, "_CHECKOUT", nowhere / "site-packages")
    with pytest.raises(ParameterError) as raised:
        project_root()
    for way in ("set KZREPORT_HOME", "go to the folder", "kzreport init NAME", "params/project.yml"):
        assert way in str(raised.value)


def test_a_working_directory_that_is_gone_is_no_obstacle(nowhere, monkeypatch):
    gone = nowhere / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert project_root() == CHECKOUT


def test_a_result_stands_until_its_file_changes(tmp_path):
    calls = []

    @cached_by_stamp(2)
    def size(path, factor=1):
        calls.append(path.name)
        return factor * path.stat().st_size

    first = tmp_path / "first"
    first.write_text("one")
    assert [size(first), size(first), size(first, factor=2)] == [3, 3, 6]
    assert len(calls) == 2
    first.write_text("three")
    assert size(first) == 5
    clear_caches()
    assert size(first) == 5
    assert len(calls) == 4
    for name in "ab":  # two results are kept
        (tmp_path / name).write_text(name)
        size(tmp_path / name)
    size(first)
    assert len(calls) == 7


def test_an_error_is_not_kept(tmp_path):
    path = tmp_path / "late"
    with pytest.raises(DataError, match="late: found no such file or folder, expected a readable file"):
        file_digest(path)
    path.write_text("")
    assert file_digest(path)[:8] == "e3b0c442"


@pytest.mark.parametrize("data", ["é\n", b"\x00\xff"])
def test_a_file_is_replaced_in_one_step(tmp_path, data):
    path = tmp_path / "file"
    path.write_text("before")
    write_atomic(path, data)
    assert path.read_bytes() == (data.encode() if isinstance(data, str) else data)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_write_that_fails_leaves_the_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text("before")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kzreport.files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(path, "after")
    assert path.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("by_cell", [False, True])
@pytest.mark.parametrize(
    ("mark", "todo"),
    [
        ("<<<<<<< HEAD", "x.md, line 2: found both sides of a merge, expected one; choose between"),
        ("version https://git-lfs.github.com/spec/v1", "line 2: found a pointer of Git LFS, .*; get it: git lfs pull"),
    ],
)
def test_marks_of_git_are_no_content(tmp_path, mark, todo, by_cell):
    """A note with both sides of a merge would be printed."""
    path = tmp_path / "x.md"
    path.write_text(f"above\n{mark}\nbelow\n")
    with pytest.raises(DataError, match=todo):
        read_text(path, by_cell=by_cell)
    path.write_text(f"of {mark} in a sentence\n")
    assert mark in read_text(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "found key 'c' twice"),
        ('{"a": NaN}', "found NaN"),
        ('{"a":\n 1', "line 2"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_json_is_read_strictly(tmp_path, text, words):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(DataError, match=words) as raised:
        read_json(path)
    assert str(raised.value).startswith("x.json")
