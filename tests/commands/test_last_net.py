"""The last net: a fault of ours is one line, its traceback a file, and the run still says how it ended."""

from __future__ import annotations

import json
import shlex
import sys

import pytest

from kzreport.commands.cli import parser
from kzreport.console.faults import keep_traceback

pytestmark = [pytest.mark.slow, pytest.mark.faults]  # runs of the command line, seconds each

RAISES = """
def broken(*a, **k):
    raise {error}
"""
HOLD = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_bytes(sys.stdin.buffer.read())"


@pytest.fixture
def trial(launcher, tmp_path):
    """Run the cheap definition with a fault planted; the run, its output and what was notified."""
    out, told = tmp_path / "out", tmp_path / "told.json"
    hook = shlex.join([sys.executable, "-c", HOLD, str(told)])

    def start(before: str, *words: str, output: str | None = None):
        output = output or str(out)
        run = launcher(*(words or ("run", "trial", "--as-of", "2024-03-31", "--lang", "en")), "--output", output,
                       "--notify", hook, before=before)  # fmt: skip
        return run, run.wait(), out, json.loads(told.read_text(encoding="utf-8")) if told.exists() else None

    return start


PLACES = {
    "reading the definition": "from kzreport.commands import run; run.load_definition = broken",
    "planning": "from kzreport.commands import run; run.make_plan = broken",
    "making": "from kzreport.editions import make; make.finish_edition = broken",
    "the index": "from kzreport.editions import make; make.write_index = broken",
    "opening the project": "from kzreport.commands import session; session.project_root = broken",
    "the name of the definition": "from kzreport.commands import session; session.definition_name = broken",
}
ERRORS = [
    'TypeError("x\\n\\x1b[31m" + "y" * 500)',
    'RuntimeError("GET https://u:S3CRET@h/x?k=S3CRET")',
    "RecursionError()",
]


@pytest.mark.parametrize("place", PLACES)
def test_a_fault_of_ours(trial, place):
    error = ERRORS[list(PLACES).index(place) % len(ERRORS)]
    run, code, out, told = trial(RAISES.format(error=error) + PLACES[place])
    lines = [line for line in run.err.splitlines() if line.startswith("kzreport: ")]
    assert code == 70 and len(lines) == 1 and "Traceback" not in run.out + run.err
    assert lines[0].startswith("kzreport: a fault of kzreport itself, not of what it was given (")
    assert len(lines[0]) < 500 and "S3CRET" not in run.out + run.err and "\x1b" not in run.err
    assert told["exit_code"] == 70 and "a fault of kzreport itself" in told["errors"][0]
    left = list(run.scratch.iterdir())
    if place == "opening the project":  # there is no output then
        assert [p.name[:15] for p in left] == ["kzreport-fault-"] or (out / "fault.log").exists()
        log = left[0] if left else out / "fault.log"
    else:
        assert not left, left
        log = out / "fault.log"
        about = json.loads((out / "run.json").read_text(encoding="utf-8"))
        assert "a fault of kzreport itself" in about["fault"] and "S3CRET" not in about["fault"]
    text = log.read_text(encoding="utf-8")
    assert "Traceback" in text and "broken" in text and "S3CRET" not in text


def test_a_fault_in_a_worker_costs_its_page_and_is_told_as_ours(trial):
    planted = RAISES.format(error='LookupError("odd")') + "from kzreport.editions import job; job.execute_page = broken"
    run, code, out, told = trial(planted)
    assert code == 70 and "Traceback" not in run.out + run.err, run.err
    assert told["exit_code"] == 70 and not list(out.glob("trial/*"))
    pages = json.loads((out / "run.json").read_text(encoding="utf-8"))["pages"]
    assert all("a fault of kzreport itself" in p["reason"] and "LookupError: odd" in p["reason"] for p in pages)
    kept = [p for p in run.scratch.iterdir() if p.name.startswith("kzreport-fault-")]
    assert kept and "broken" in kept[0].read_text(encoding="utf-8")


def test_a_fault_where_an_address_is_closed(trial, tmp_path):
    """The edition is made, but not all was sent: the notification says so too."""
    planted = (
        RAISES.format(error='KeyError("odd")') + "from kzreport.editions import remote; remote.Mirror.push = broken"
    )
    run, code, _, told = trial(planted, output=f"file://{tmp_path}/there")
    assert code == 70 and told["exit_code"] == 70 and "Traceback" not in run.err and "open " not in run.out
    assert "KeyError: 'odd'" in told["errors"][0]
    assert [p.name[:15] for p in run.scratch.iterdir()] == ["kzreport-fault-"]


@pytest.mark.parametrize("words", [("list",), ("diff", "2024-01-31", "2024-03-31"), ("verify", "2024-03-31")])
def test_other_commands(launcher, words, tmp_path):
    planted = RAISES.format(error="KeyError(7)") + "from kzreport.commands import listing, diff, verify\n"
    planted += "listing.open_store = diff.open_store = verify.open_store = broken"
    run = launcher(*words, "--output", str(tmp_path / "out"), before=planted)
    assert run.wait() == 70 and len(run.err.splitlines()) == 1 and "KeyError: 7" in run.err
    assert [p.name[:15] for p in run.scratch.iterdir()] == ["kzreport-fault-"] and not (tmp_path / "out").exists()


def test_errors_of_threads_are_lines_too(launcher):
    planted = RAISES.format(error='KeyError("odd")') + (
        "import threading\nfrom kzreport.commands import listing\nreal = listing.list_editions\n"
        "def both(root):\n"
        "    one = threading.Thread(target=broken); one.start(); one.join()\n    return real(root)\n"
        "listing.list_editions = both"
    )
    run = launcher("list", before=planted)
    assert run.wait() == 0 and "Traceback" not in run.err and run.err.count("a fault of kzreport itself") == 1


def test_libraries_print_nothing(launcher):
    planted = (
        "import logging\nfrom kzreport.commands import listing\nreal = listing.list_editions\n"
        "def both(root):\n"
        "    logging.getLogger('somelib').error('https://u:S3CRET@h', exc_info=ValueError('S3CRET'))\n"
        "    return real(root)\nlisting.list_editions = both"
    )
    run = launcher("list", before=planted)
    assert run.wait() == 0 and "S3CRET" not in run.err and "Traceback" not in run.err


def test_no_place_for_a_traceback(tmp_path):
    assert keep_traceback(ValueError("x"), "a test", tmp_path / "gone", scratch=str(tmp_path / "gone")) is None


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("verify 2024-03-31 monthly", "kzreport verify: unrecognized arguments: monthly\n'kzreport verify --help'"),
        ("run --asof 2024-03-31", "kzreport run: unrecognized arguments: --asof (did you mean --as-of?)\n"),
        ("run -j 0", "kzreport run: argument -j/--jobs: '0': expected a number from 1 to 256\n'kzreport run --help'"),
        ("rum", "(did you mean run?)\n'kzreport --help' explains what it takes\n"),
    ],
)
def test_what_no_command_takes_is_refused_in_two_lines(capsys, typed, told):
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(typed.split())
    said = capsys.readouterr().err
    assert ended.value.code == 2 and told in said and said.count("\n") == 2
