"""Runs that nobody watches: every one ends in time, and tells whoever asked what became of it."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import sys
import threading
import time
from datetime import date
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from run_fixtures import Cli, write_definition, write_page

from kzreport.editions import notify
from kzreport.editions.dates import check_months
from kzreport.editions.definition import load_definition
from kzreport.editions.log import RunLog
from kzreport.editions.many import make_editions
from kzreport.editions.store import Store, output_root
from kzreport.execution.processes import in_processes
from kzreport.execution.task import Deadlines

MONTHS = ("--from", "2024-01", "--to", "2024-03")


@pytest.fixture
def cli(forked_cli):
    return forked_cli


HANGS = {  # what a cell does that does not end -> what is said of it
    "sleeps": "import time; time.sleep(600)",
    "deaf": "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(600)",
    "native": "import collections, itertools; collections.deque(itertools.repeat(0), maxlen=0)",
    "asks": "input('?')",
}


EDITION = Path()


def processes(mark: str) -> list[int]:
    """Processes whose environment holds the mark."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if mark.encode() in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
    return found


def run_json(out: Path) -> dict:
    return json.loads((out / "run.json").read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_pages_that_hang_are_ended_and_named_and_the_others_are_made(project_copy, tmp_path):
    """One edition hangs in each of four ways, on as many pages; the two others are made."""
    for name, code in HANGS.items():
        write_page(project_copy, name, f"if as_of == '2024-02-29':\n    {code}")
    write_page(project_copy, "child", "import subprocess\nif as_of == '2024-02-29': subprocess.run(['sleep', '600'])")
    write_definition(project_copy, "trial", [*HANGS, "child"])
    out, scratch, limit = tmp_path / "out", tmp_path / "scratch", 8
    scratch.mkdir()
    words = ("backfill", "trial", *MONTHS, "--output", str(out), "-j", "5", "--keep-going")
    ended = Cli(project_copy)(*words, "--page-timeout", str(limit), TMPDIR=str(scratch), KZ_TEST_MARK=str(tmp_path))
    assert (ended.code, ended.out) == (1, "2 of 3 editions made\n"), ended.err
    assert sorted(p.name for p in (out / "trial").glob("20*")) == ["2024-01-31", "2024-03-31"]
    pages = {p["page"]: p for p in run_json(out)["pages"] if p["edition"] == "2024-02-29"}
    assert {p["status"] for p in pages.values()} == {"failed"} and len(pages) == 5
    for name, p in pages.items():
        if name == "en/asks":
            assert "StdinNotImplementedError" in p["reason"]
            continue
        assert p["reason"].startswith(f"{name}: cell ") and p["reason"] in ended.err, p
        assert p["reason"].endswith(f": still running when the page's {limit} s were over"), p
        assert limit - 1 <= p["seconds"] <= limit + 5
        kept = out / "failed" / "trial-2024-02-29" / f"{name.replace('/', '-')}.ipynb"
        assert "Not a report" in kept.read_text(encoding="utf-8")
    assert not processes(str(tmp_path)) and not list(scratch.iterdir())


def _stuck(item, worker):
    """A worker that is stuck itself, deaf to being ended."""
    import signal

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    worker.progress(0, 1)
    while item == "stuck":
        time.sleep(1)
    return item


@pytest.mark.slow
def test_a_worker_that_is_stuck_is_killed():
    """Outside the kernel nothing can name a cell; the deadline holds all the same."""
    found = dict(in_processes(_stuck, ["good", "stuck", "good"], 2, deadlines=Deadlines(page=1)))
    assert found == {0: "good", 1: "not finished after 1 s", 2: "good"}
    assert 1 <= found[1].seconds <= 1 + 5


class UntilMade(Deadlines):
    """The time of a run, over once an edition is there: no clock, whatever else the machine does."""

    @property
    def left(self) -> float:
        return 0.0 if EDITION.exists() else 600.0


@pytest.mark.slow
def test_a_batch_whose_time_is_over_keeps_what_is_whole(cli, project_copy, tmp_path, monkeypatch):
    global EDITION
    out, go = tmp_path / "out", tmp_path / "go"
    EDITION = out / "trial" / "2024-01-31"
    write_page(
        project_copy,
        "good",
        f"import os, time\nif as_of == '2024-02-29' and not os.path.exists({str(go)!r}): time.sleep(600)",
    )
    write_definition(project_copy, "trial", ["good"])
    monkeypatch.setenv("KZREPORT_HOME", str(project_copy))
    dates = check_months("2024-01", "2024-03", date(2026, 1, 1))
    log = RunLog()
    wrong = make_editions(
        load_definition("trial", []),
        dates,
        ["en"],
        Store(output_root(str(out))),
        jobs=1,
        log=log,
        pool=partial(in_processes, deadlines=UntilMade(run=7)),
    )
    assert (len(log.made), wrong) == (
        1,
        [
            "--timeout: found a run that was not finished after 7 s, expected an end by then; "
            "what is whole stays; run it again to go on."
        ],
    )
    assert [p.name for p in (out / "trial").glob("20*")] == ["2024-01-31"]
    assert not [p for p in (out / ".work").iterdir() if p.is_dir() and p.name not in ("pages", "whole", "ended")]
    go.touch()
    ended = cli("backfill", "trial", *MONTHS, "--output", str(out), "-j", "1")
    assert ended.out.startswith("2 of 3 editions made\n"), ended.err


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    "command",
    [("run", "trial", "--as-of", "2024-02-29"), pytest.param(("backfill", "trial", *MONTHS), marks=pytest.mark.slow)],
)
def test_a_run_whose_time_is_over_leaves_nothing(command, project_copy, tmp_path):
    out = tmp_path / "out"
    write_page(project_copy, "bad", "import time; time.sleep(600)")
    write_definition(project_copy, "trial", ["bad"])
    ended = Cli(project_copy)(*command, "--output", str(out), "-j", "1", "--timeout", "3", KZ_TEST_MARK=str(tmp_path))
    assert ended.code == 1 and "kzreport: --timeout: found a run that was not finished after 3 s" in ended.err
    assert not (out / "trial").exists() and not processes(str(tmp_path))


@pytest.mark.parametrize("option", ["--timeout", "--page-timeout"])
@pytest.mark.parametrize("text", ["0", "0.0", "-1", "1e9", "nan", "inf", "", "2m", "٣"])
def test_seconds_that_cannot_be(option, text, capsys):
    from kzreport.commands.cli import parser

    with pytest.raises(SystemExit) as ended:
        parser().parse_args(["run", f"{option}={text}"])
    assert ended.value.code == 2 and f"{text!r}: expected seconds, such as 90" in capsys.readouterr().err


# --- what is told ------------------------------------------------------------------------------------------------


@pytest.fixture
def spoken(cli, project_copy, tmp_path):
    """A page with a headline, a page that fails in February; and the words of a batch of three months."""
    data = "{'text/markdown': f'**Said of {as_of}.**', 'text/plain': f'**Said of {as_of}.**'}"
    show = f"display({data}, raw=True, metadata={{'kzreport': {{'kind': 'headline'}}}})"
    write_page(project_copy, "good", f"from IPython.display import display\n{show}")
    write_page(project_copy, "other", "if as_of == '2024-02-29': raise ValueError('a\\x1b[31m\\nb')")
    write_definition(project_copy, "trial", ["good", "other"], "fr, en")
    return ("backfill", "trial", *MONTHS, "--output", str(tmp_path / "out"), "-j", "2", "--keep-going")


class Server:
    """A real one: what was posted to it, and what it answers."""

    def __init__(self, status: int, where: str, wait: float) -> None:
        self.seen: list[tuple[str, str | None, bytes]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers["Content-Length"])
                server.seen.append((self.path, self.headers["Content-Type"], self.rfile.read(length)))
                self.send_response_only(status)
                for _ in range(int(wait * 10)):  # one byte at a time: no single read takes long
                    self.wfile.write(b"x")
                    time.sleep(0.1)
                if where:
                    self.send_header("Location", where)
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.http.server_port}"


@pytest.fixture
def server():
    """Starts servers, and ends them."""
    with contextlib.ExitStack() as stack:

        def start(status: int = 200, where: str = "", wait: float = 0.0) -> Server:
            one = Server(status, where, wait)
            stack.callback(one.http.server_close)
            stack.callback(one.http.shutdown)
            return one

        yield start


@pytest.mark.slow
def test_a_batch_tells_whoever_asked(cli, project_copy, spoken, server, tmp_path):
    """A command, an address and standard output get the same; a target that fails is named and changes nothing."""
    out, taken = tmp_path / "out", tmp_path / "taken.json"
    good, bad = server(204), server(500)
    python = shlex.quote(sys.executable)
    copy = f"import sys, pathlib; pathlib.Path({str(taken)!r}).write_bytes(sys.stdin.buffer.read())"
    targets = [f"{python} -c {shlex.quote(copy)}", f"{python} -c 'print(\"no room left\"); raise SystemExit(3)'", "-"]
    targets += [f"{good.address}/hook?key=hidden", f"{bad.address}/hook?key=hidden"]
    ended = cli(*spoken, "--quiet", *(w for t in targets for w in ("--notify", t)))
    assert ended.code == 1
    line, told = ended.out.splitlines()
    assert line == (
        "trial: made 2024-01-31, 2024-03-31; failed 2024-02-29; "
        "since 2024-01-31: 0 new figures, 0 revised, 0 verdicts turned, 0 new caveats"
    )
    assert json.loads(told) == json.loads(taken.read_text(encoding="utf-8")) == json.loads(good.seen[0][2])
    assert good.seen[0][:2] == ("/hook?key=hidden", "application/json") and len(good.seen) == len(bad.seen) == 1
    lines = ended.err.splitlines()
    assert [x for x in lines if "--notify" in x] == [
        f"kzreport: --notify: found {sys.executable} ended with 3 (no room left), expected the command to take the "
        "summary. The editions are as they are.",
        "kzreport: --notify: found status 500 from 127.0.0.1, expected 2xx, the summary taken. "
        "The editions are as they are.",
    ]
    assert "hidden" not in ended.err and all(x.startswith(("kzreport: ", "    kept: ")) for x in lines), lines

    told = json.loads(told)
    newest = told.pop("newest")
    reasons = [f"{k}/other: cell 3 (if as_of == '2024-02-29': raise ValueError('a\\x1b[31m\\nb')" for k in ("en", "fr")]
    failed = told.pop("failed")
    assert [f["edition"] for f in failed] == ["2024-02-29"]
    for found, wanted in zip(sorted(failed[0]["reasons"]), reasons, strict=True):
        assert found.startswith(wanted[:60])
    assert len(told.pop("errors")) == 2
    made = ["2024-01-31", "2024-03-31"]
    wanted = {"definition": "trial", "exit_code": 1, "made": made, "retried": 0, "run": "run.json", "overdue": []}
    assert told == wanted and (out / told["run"]).exists()
    assert (newest["edition"], newest["path"]) == ("2024-03-31", "trial/2024-03-31")
    assert newest["headlines"] == {
        k: [{"page": "good", "title": "Page good", "text": "Said of 2024-03-31."}] for k in ("fr", "en")
    }
    diff = cli("diff", "2024-01-31", "2024-03-31", "trial", "--output", str(out), "--format", "json")
    assert newest["changes"] == json.loads(diff.out)

    # with nothing to do it is told, too; not where another run is at work, and the exit code says so
    page_ = project_copy / "notebooks" / "other.ipynb"
    page_.write_text(page_.read_text(encoding="utf-8").replace("2024-02-29", "never"), encoding="utf-8")
    ended = cli(*spoken[:2], "--from", "2024-03", "--to", "2024-03", "--output", str(tmp_path / "new"), "--quiet")
    assert (ended.code, ended.out, ended.err) == (0, "trial: made 2024-03-31\n", "")
    ended = cli(*spoken[:2], "--from", "2024-03", "--to", "2024-03", "--output", str(tmp_path / "new"), "--quiet")
    assert (ended.code, ended.out, ended.err) == (0, "trial: nothing to do\n", "")


def test_a_log_of_json_has_one_object_a_line(cli, spoken, tmp_path):
    ended = cli(*spoken, "--log", "json")
    assert ended.code == 1 and "\x1b" not in ended.err
    lines = [json.loads(x) for x in ended.err.splitlines()]
    assert {x["event"] for x in lines} == {"page", "edition", "error"} and all(x["time"] for x in lines)
    pages = [x for x in lines if x["event"] == "page"]
    known = {(p["edition"], p["page"]): p for p in run_json(tmp_path / "out")["pages"]}
    assert len(pages) == len(known) == 12
    for x in pages:
        one = known[x["edition"], x["page"]]
        assert {k: x[k] for k in one} == one and one["tries"] == 1 and one["seconds"] > 0
        assert (x["level"], bool(x["reason"])) == (("warning", True) if x["status"] == "failed" else ("info", False))
    assert [(x["edition"], x["status"]) for x in lines if x["event"] == "edition"] == [
        ("2024-01-31", "made"),
        ("2024-02-29", "failed"),
        ("2024-03-31", "made"),
    ]
    assert [x["level"] for x in lines if x["event"] == "error"] == ["error", "error"]


@pytest.mark.slow
def test_a_kernel_that_does_not_start_is_started_again_and_counted(project_copy, tmp_path):
    """Every template dies, and the first ordinary kernel: what Python runs when it starts sees to that."""
    first = tmp_path / "first"
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(
        f"import os, sys\nif 'kzreport.execution.forkserver' in sys.orig_argv: os._exit(1)\n"
        f"if 'ipykernel_launcher' in sys.orig_argv and not os.path.exists({str(first)!r}):\n"
        f"    open({str(first)!r}, 'w').close()\n    os._exit(1)\n",
        encoding="utf-8",
    )
    write_page(project_copy, "good", "pass")
    write_definition(project_copy, "trial", ["good"])
    path = os.pathsep.join(filter(None, [str(tmp_path / "site"), os.environ.get("PYTHONPATH")]))
    words = ("run", "trial", "--as-of", "2024-03-31", "--output", str(tmp_path / "out"), "-j", "1", "--quiet")
    ended = Cli(project_copy)(*words, PYTHONPATH=path)
    assert first.exists()
    assert (ended.code, ended.out, ended.err) == (0, "trial: made 2024-03-31; 1 kernel started twice\n", "")
    run = run_json(tmp_path / "out")
    assert run["retried"] == 1 and [p["tries"] for p in run["pages"]] == [2]


def test_one_edition_has_its_log_too(cli, project_copy, tmp_path):
    out = tmp_path / "out"
    write_page(project_copy, "good", "pass")
    write_page(project_copy, "bad", "1 / 0")
    write_definition(project_copy, "trial", ["good", "bad"])
    run = ("run", "trial", "--as-of", "2024-03-31", "--output", str(out), "-j", "2")
    ended = cli(*run, "--quiet")
    assert (ended.code, ended.out) == (1, "trial: failed 2024-03-31\n") and ended.err.startswith("kzreport: no edition")
    run_ = run_json(out)
    assert {k: v for k, v in run_.items() if k != "pages"} == {
        **{"definition": "trial", "made": 0},
        **{"editions": [], "retried": 0, "overdue": []},
    }
    assert {(p["edition"], p["page"], p["status"]) for p in run_["pages"]} == {
        ("2024-03-31", "en/good", "made"),
        ("2024-03-31", "en/bad", "failed"),
    }
    write_page(project_copy, "bad", "pass")
    ended = cli(*run, "--log", "json", "--quiet")
    assert (ended.code, ended.out, ended.err) == (0, "trial: made 2024-03-31\n", "")
    assert run_json(out)["editions"] == ["2024-03-31"]
    assert not list((out / "trial").rglob("run.json")) and not list((out / ".work").glob("run.json*"))
    written = (out / "run.json").read_bytes()
    ended = cli(*run)
    assert ended.code == 0 and ended.out.startswith("nothing to do: ") and (out / "run.json").read_bytes() == written


@pytest.mark.parametrize(
    ("status", "where", "wait", "expected"),
    [
        (302, "http://127.0.0.2:9/", 0, "status 302, a redirect from 127.0.0.1"),
        (307, "/there", 0, "status 307, a redirect from 127.0.0.1"),
        (404, "", 0, "status 404 from 127.0.0.1"),
        (200, "", 60, "no answer after 1 s from 127.0.0.1"),
    ],
)
def test_an_address_that_does_not_take_it(status, where, wait, expected, server, monkeypatch):
    monkeypatch.setattr(notify, "SECONDS", 1)
    one = server(status, where, wait)
    with pytest.raises(notify.NotificationError) as error:
        notify.send(f"{one.address}/secret", {"definition": "trial"})
    assert str(error.value) == f"--notify: found {expected}, expected 2xx, the summary taken."
    assert len(one.seen) == 1  # not asked again, nor anybody else


def test_targets_that_do_not_answer(server, monkeypatch, tmp_path):
    monkeypatch.setattr(notify, "SECONDS", 1)
    one = server()
    one.http.shutdown()
    one.http.server_close()
    with pytest.raises(notify.NotificationError, match="no server that answers there"):
        notify.send(one.address, {})
    with pytest.raises(notify.NotificationError, match="sleep still at work after 1 s"):
        notify.send("sleep 60", {})
    with pytest.raises(notify.NotificationError, match="no such file or folder"):
        notify.send(str(tmp_path / "gone"), {})


# --- exit codes --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_exit_codes(cli, project_copy, tmp_path):
    """One of each for every command that makes or reads editions; the other tests of this folder try more."""
    out = tmp_path / "out"
    place = ("--output", str(out))
    write_page(project_copy, "good", "pass")
    write_definition(project_copy, "trial", ["good"])
    march = ("run", "trial", "--as-of", "2024-03-31", *place)
    months = ("backfill", "trial", *MONTHS, *place)
    for words, code in {
        ("list", *place): 0,
        ("verify", "2024-03-31", *place): 2,
        ("diff", "2024-03-31", "2024-02-29", "trial", *place): 2,
        ("diff", "2024-02-30", "2024-03-31", "trial", *place): 2,
        (*march, "--notify", "no-such-command"): 2,
        (*months, "--timeout", "0"): 2,
        ("backfill", "trial", "--from", "2024-03", "--to", "2024-01", *place): 2,
        ("backfill", "no-such", *MONTHS, *place): 2,
        ("backfill", "trial", *MONTHS, "--output", "/dev/null/x"): 2,
        ("no-such-command",): 2,
    }.items():
        ended = cli(*words)
        assert ended.code == code, (words, ended)
        assert "Traceback" not in ended.err
    assert not (out / "trial").exists()
    assert cli(*march).code == 0 and cli(*march).code == 0
    for words, code in {
        months: 0,
        ("verify", "2024-03-31", *place): 0,
        ("diff", "2024-02-29", "2024-03-31", "trial", *place): 0,
        (*march, "-p", "good.x=1"): 2,
    }.items():
        assert cli(*words).code == code, words
    write_page(project_copy, "good", "1 / 0")
    for words in (march, months, ("verify", "2024-03-31", *place)):
        assert cli(*words).code == 1, words
    assert cli(*months, "--revision").code == 1

    import fcntl

    for name, words in (("trial-2024-03-31", (*march, "--revision")), ("backfill-trial", months)):
        with (out / ".work" / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            ended = cli(*words, "--quiet")
        assert (ended.code, ended.out) == (
            75,
            "trial: another run is at work\n",
        ) and "another run that makes it" in ended.err


@pytest.mark.parametrize("name", ["SIGTERM", pytest.param("SIGINT", marks=pytest.mark.slow)])
def test_an_ended_verify_leaves_nothing(name, cli, project_copy, tmp_path):
    out, scratch, stop = tmp_path / "out", tmp_path / "scratch", tmp_path / "stop"
    scratch.mkdir()
    write_page(project_copy, "good", f"import os, time\nif os.path.exists({str(stop)!r}): time.sleep(600)")
    write_definition(project_copy, "trial", ["good"])
    assert cli("run", "trial", "--as-of", "2024-03-31", "--output", str(out)).code == 0
    stop.touch()
    process = cli.start("verify", "2024-03-31", "--output", str(out), TMPDIR=str(scratch), KZ_TEST_MARK=str(tmp_path))
    while not list(scratch.glob("kz-*/owner.lock")):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(getattr(signal, name))
    _, err = process.communicate(timeout=15)
    assert process.returncode == {"SIGTERM": 143, "SIGINT": 130}[name]
    assert err == "kzreport: interrupted; nothing half-made was left behind\n"
    assert not list(scratch.iterdir()) and not processes(str(tmp_path))
