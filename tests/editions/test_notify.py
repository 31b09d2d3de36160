"""The summary of a run, its targets, and the lines of its log."""

from __future__ import annotations

import json
import logging

import pytest

from kzreport.commands.cli import main
from kzreport.editions import notify
from kzreport.editions.log import RunLog, log_error, start_logging
from kzreport.errors import ParameterError


@pytest.fixture
def log():
    """The package's logger, as it was."""
    one = logging.getLogger("kzreport")
    before = list(one.handlers), one.level
    one.propagate = False  # pytest would record half a character, which no worker of xdist can send
    yield one
    one.handlers[:], one.level = before
    one.propagate = True


@pytest.mark.parametrize(
    "target", ["no-such-command x", "'open", "", "http://", "https:/x/y", "http://h:99999/", "http://h/ x", "file:///x"]
)
def test_a_target_that_cannot_be_is_refused_before_anything_runs(target, tmp_path, capsys, handlers, log):
    out = tmp_path / "out"
    assert main(["run", "--output", str(out), f"--notify={target}"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("kzreport: --notify: found ") and not out.exists()
    assert "expected an http or https address, a command that is there, or -" in said.err


def test_a_wrong_address_is_not_repeated():
    with pytest.raises(ParameterError) as error:
        notify.check_target("http://hidden:99999/key")
    assert "hidden" not in str(error.value)


@pytest.mark.parametrize("target", ["-", "cat", "cat -n 'a b'", "http://127.0.0.1:9/x", "HTTPS://example.org/a?b=c"])
def test_targets_that_can_be(target):
    assert notify.check_target(target) == target


@pytest.mark.parametrize(
    ("made", "failed", "errors", "expected"),
    [
        (0, 0, 0, "x: nothing to do"),
        (1, 0, 0, "x: made 2024-01"),
        (3, 0, 0, "x: made 2024-01, 2024-02, 2024-03"),
        (4, 0, 0, "x: made 4 editions"),
        (0, 0, 1, "x: failed"),
        (1, 0, 1, "x: made 2024-01; failed"),
        (0, 2, 2, "x: failed 2024-01, 2024-02"),
        (1, 4, 4, "x: made 2024-01; 4 editions failed"),
    ],
)
def test_one_line(made, failed, errors, expected):
    run = RunLog("x")
    for n in range(made):
        run.edition(f"2024-0{n + 1}", "made")
    for n in range(failed):
        run.page(f"2024-0{n + 1}", "en/a", "failed", reason="why")
    summary = notify.run_summary(run, None, None, 1 if errors else 0, ["wrong"] * errors)
    assert notify.summary_line(summary) == expected
    assert summary["failed"] == [{"edition": f"2024-0{n + 1}", "reasons": ["why"]} for n in range(failed)]


def test_kernels_that_had_to_be_started_twice_are_counted(tmp_path):
    (tmp_path / ".work").mkdir()
    run = RunLog("x")
    for tries in (1, 2, 2):
        run.page("2024-01-31", "en/a", "made", tries=tries)
    run.edition("2024-01-31", "made")
    run.write(tmp_path)
    assert json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["retried"] == 2
    summary = notify.run_summary(run, None, None, 0)
    assert summary["retried"] == 2 and notify.summary_line(summary) == "x: made 2024-01-31; 2 kernels started twice"


def test_a_log_that_cannot_be_written_is_an_error_line(tmp_path, capsys, log):
    start_logging()
    RunLog("x").write(tmp_path / "gone")
    assert capsys.readouterr().err == (
        "kzreport: gone/run.json: found no such file or folder, expected it to be there; make it, or look whether "
        "something removed it.\n"
    )


HOSTILE = "a\x1b[31mred\x00\x07\r\tb\u2028c\x85d\ud800é"


def test_plain_lines_hold_no_control_character(capsys, log):
    start_logging()
    RunLog().line(HOSTILE)
    assert capsys.readouterr().err == "a\\x1b[31mred\\x00\\x07\\r\\tb\\u2028c\\x85d\\ud800é\n"


def test_json_lines_say_the_same(capsys, log):
    start_logging("json")
    run = RunLog("x")
    run.line(HOSTILE, event="note")
    run.page("2024-01-31", "en/a", "failed", seconds=1.5, reason=HOSTILE + "\nmore", shown=False)
    log_error("wrong")
    first, second, third = map(json.loads, capsys.readouterr().err.splitlines())
    assert (first["level"], first["event"], first["text"]) == ("info", "note", HOSTILE)
    assert second.pop("time") and second == {
        **{"level": "warning", "event": "page", "edition": "2024-01-31", "page": "en/a", "status": "failed"},
        **{"seconds": 1.5, "tries": 1, "reason": HOSTILE + "\nmore", "text": "en/a: FAILED"},
    }
    assert (third["level"], third["event"], third["text"]) == ("error", "error", "wrong")


@pytest.mark.parametrize("form", ["plain", "json"])
def test_quiet_is_errors_only(form, capsys, log):
    start_logging(form, quiet=True)
    run = RunLog("x")
    run.line("a line")
    run.page("2024-01-31", "en/a", "failed")
    run.edition("2024-01-31", "failed")
    assert capsys.readouterr().err == ""
    log_error("wrong")
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_words_of_a_command_are_shown(capsys, log, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    start_logging()
    with pytest.raises(notify.NotificationError) as error:
        notify.send("sh -c 'echo one; echo disk is full >&2; exit 3'", {"definition": "x"})
    assert "found sh ended with 3 (one disk is full), expected" in str(error.value)
    with pytest.raises(notify.NotificationError, match=r"'>' needs a shell: sh -c '...'"):
        notify.send("cat no-such-file > file", {"definition": "x"})
    notify.send("sh -c 'echo sent to 3 people'", {"definition": "x"})
    assert capsys.readouterr().err == "sh says: sent to 3 people\n"
    notify.send("tee kept.json", {"definition": "x", "made": ["2026-09-30"]})
    assert (tmp_path / "kept.json").exists() and capsys.readouterr().err == ""  # its input is no message
    notify.send("sh -c 'sleep 600 & echo done'", {"definition": "x"})  # what it leaves behind holds nobody up
