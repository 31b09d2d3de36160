"""Several files are replaced together: a kill at any moment leaves all or none of them."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kzreport.errors import DataError, Locked
from kzreport.series import transaction
from kzreport.series.transaction import finish_pending, sole_writer

NAMES = [f"t{i}.csv" for i in range(6)] + ["raw/x/y.gz"]


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def state(n: int) -> dict[str, bytes]:
    return {name: f"{n} {name}\n".encode() * 500 for name in NAMES}


def replace_files(folder: Path, files: dict[str, bytes]) -> None:
    with sole_writer(folder) as writer:
        writer.replace(files)


def test_all_files_are_replaced_and_nothing_is_left(tmp_path):
    (tmp_path / "other").write_bytes(b"1")
    replace_files(tmp_path, state(1))
    replace_files(tmp_path, state(2))
    assert tree(tmp_path) == {"other": b"1", **state(2)}
    assert not (tmp_path / ".staged").exists()
    replace_files(tmp_path, {})
    assert not (tmp_path / ".staged").exists()


@pytest.mark.parametrize("path", ["../x", "/x", "", ".staged/0", "a/../../x"])
def test_a_path_that_leaves_the_folder_is_refused(tmp_path, path):
    with pytest.raises(DataError, match="a path inside"):
        replace_files(tmp_path, {"good": b"1", path: b"2"})
    assert tree(tmp_path) == {}
    assert not (tmp_path / ".staged").exists()


class Stop(BaseException):
    """A kill, at the operation of the file system that it counts."""


@pytest.mark.parametrize("at", range(60))
def test_an_end_at_any_operation_leaves_old_or_new(tmp_path, monkeypatch, at):
    replace_files(tmp_path, state(1))
    counter = [at]

    def counted(function):
        def call(*args, **kwargs):
            if counter[0] == 0:
                raise Stop
            counter[0] -= 1
            return function(*args, **kwargs)

        return call

    with monkeypatch.context() as m:
        for name in ("write_durably", "write_atomic", "sync_folder"):
            m.setattr(transaction, name, counted(getattr(transaction, name)))
        for name in ("replace", "unlink", "mkdir"):
            m.setattr(Path, name, counted(getattr(Path, name)))
        m.setattr(transaction.shutil, "rmtree", counted(transaction.shutil.rmtree))
        try:
            replace_files(tmp_path, state(2))
            ended = False
        except Stop:
            ended = True
    assert ended or at > 15
    finish_pending(tmp_path)
    assert tree(tmp_path) in (state(1), state(2))
    if not ended:
        assert tree(tmp_path) == state(2)


def test_a_decided_change_whose_file_is_lost_is_an_error(tmp_path):
    stage = tmp_path / ".staged"
    stage.mkdir()
    for digest, words in (("00", "a damaged list"), ("0" * 64, "pending change")):
        (stage / "COMMIT").write_text(json.dumps({"x.csv": digest}))
        with pytest.raises(DataError, match=words):
            finish_pending(tmp_path)


def test_only_one_writes(tmp_path):
    with sole_writer(tmp_path), pytest.raises(Locked, match="another run") as caught:
        replace_files(tmp_path, {"x": b"1"})
    assert caught.value.exit_code == 75
    replace_files(tmp_path, {"x": b"1"})


def test_a_reader_does_not_wait_for_a_writer_that_has_not_decided(tmp_path):
    (tmp_path / ".staged").mkdir()
    with sole_writer(tmp_path):
        (tmp_path / ".staged").mkdir(exist_ok=True)
        (tmp_path / ".staged" / "0").write_bytes(b"1")
        finish_pending(tmp_path)
        assert (tmp_path / ".staged" / "0").exists()
    finish_pending(tmp_path)
    assert not (tmp_path / ".staged").exists()


LOOP = """
import sys
from pathlib import Path
from kzreport.series.transaction import sole_writer
folder, names = Path(sys.argv[1]), sys.argv[2:]
print("ready", flush=True)
n = 1
while True:
    n = 3 - n
    with sole_writer(folder) as writer:
        writer.replace({name: f"{n} {name}\\n".encode() * 500 for name in names})
"""


@pytest.mark.parametrize("times", [10, pytest.param(200, marks=[pytest.mark.faults, pytest.mark.slow])])
def test_kills_at_random_moments_leave_old_or_new(tmp_path, times):
    dice = random.Random(1)
    replace_files(tmp_path, state(1))
    for _ in range(times):
        with subprocess.Popen(
            [sys.executable, "-c", LOOP, str(tmp_path), *NAMES], stdout=subprocess.PIPE, text=True
        ) as run:
            assert run.stdout and run.stdout.readline() == "ready\n"
            time.sleep(dice.uniform(0, 0.05))
            os.kill(run.pid, signal.SIGKILL)
        finish_pending(tmp_path)
        assert tree(tmp_path) in (state(1), state(2))
