"""One reader of files, one cache, one atomic write."""

import pytest

from kzreport.errors import DataError
from kzreport.files import cached_by_stamp, clear_caches, file_digest, read_json, write_atomic


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
    with pytest.raises(FileNotFoundError):
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
