"""Errors of the system are sentences wherever a user can see them: where, what was found and expected, what to do."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest

from kzreport import errors
from kzreport.commands.cli import parser
from kzreport.commands.session import run_command
from kzreport.errors import message_of, system_cause, system_message, without_numbers
from kzreport.files import naming, write_durably

ENGINE = Path(errors.__file__).parent
NAMED = ("ENOSPC", "EACCES", "EROFS", "ENOENT", "EMFILE", "EIO", "ENOTEMPTY", "ENAMETOOLONG", "EAGAIN", "ENOMEM")


@pytest.mark.parametrize("name", NAMED)
def test_an_error_of_the_system_is_a_sentence(name):
    number = getattr(errno, name)
    said = system_message(OSError(number, os.strerror(number), "/srv/reports/index.html"))
    assert re.fullmatch(r"reports/index\.html: found [^;]+, expected [^;]+; .+\.", said)
    assert os.strerror(number) not in said and "Errno" not in said


def test_one_that_is_not_in_the_table_is_told_in_the_words_of_the_system():
    assert system_message(OSError(errno.EDOM, "Numerical argument out of domain")) == (
        "the system: found numerical argument out of domain, expected the system to do it."
    )
    assert system_cause(OSError()) == "OSError"


def test_a_file_that_the_system_does_not_name_is_named(tmp_path):
    with pytest.raises(OSError) as found, naming(tmp_path / "x.csv"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert found.value.filename == str(tmp_path / "x.csv")
    if Path("/dev/full").exists():
        with pytest.raises(OSError) as found:
            write_durably(Path("/dev/full"), "x")
        assert message_of(found.value).startswith("dev/full: found no space left on the disk")


def test_a_text_of_others_keeps_no_number():
    assert without_numbers("ConnectError: [Errno 111] Connection refused") == (
        "ConnectError: no server that answers there"
    )
    assert without_numbers("[Errno -2] Name or service not known") == "name or service not known"


def test_no_other_module_prints_the_words_of_the_system():
    """A new place that does is one more text that says neither where nor what to do."""
    own = {"errors.py", "files.py"}
    found = [
        f"{path.relative_to(ENGINE)}: {line.strip()}"
        for path in ENGINE.rglob("*.py")
        if path.name not in own
        for line in path.read_text(encoding="utf-8").splitlines()
        if "strerror" in line
    ]
    assert not found


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_a_command_tells_it_so(monkeypatch, caplog, number, handlers):
    def full(*_):
        raise OSError(number, os.strerror(number), "/x/reports/index.html")

    monkeypatch.setattr("kzreport.commands.listing.run", full)
    assert run_command(parser().parse_args(["list"])) == 1
    assert "reports/index.html: found " in caplog.text and os.strerror(number) not in caplog.text
