"""Pages that fail, runs that are ended, editions that are there already: what is left, and what is said."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from run_fixtures import Cli, make_home, write_definition, write_page

from kzreport.editions.store import list_editions
from kzreport.errors import NotebookError
from kzreport.execution import warm
from kzreport.execution.execute import execute_page
from kzreport.execution.task import Task
from kzreport.pages.notebooks import declared_parameters

FAILURES = {  # what the last cell does -> what the reason says
    "raises": ("'5 apples'.missing", r"cell 3 ('5 apples'.missing): AttributeError: 'str' object has no attribute"),
    "kills its kernel": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "the kernel died"),
    "leaves": ("import os; os._exit(0)", "the kernel died"),
    "exits": ("exit()", "cell 3 (exit()): the cell called exit()"),
    "exits with 0": ("import sys; sys.exit(0)", "cell 3: found SystemExit: 0"),
    "exits with 3": ("raise SystemExit(3)", "cell 3 (raise SystemExit(3)): SystemExit: 3"),
    "hangs": ("import time; time.sleep(600)", "cell 3 (import time; time.sleep(600)): still running after 4 s"),
    "asks": ("input('?')", "StdinNotImplementedError"),
    "prints": ("print('hello')", "cell 3: found stdout: 'hello', expected no printed text"),
    "warns": ("import warnings; warnings.warn('careful')", "cell 3: found stderr: "),
    "writes below Python": ("import os; os.system('echo below >&2') and None;", "found stderr: 'below'"),
    "shows a value": ("1 + 1", "cell 3: found an output of text/plain"),
    "runs a script": (
        "from IPython.display import display, Javascript; display(Javascript('x'))",
        "application/javascript, expected what page",
    ),
    "parameter again": ("as_of: str = '2020-01-01'", "another value for as_of"),
}


@pytest.fixture
def cli(forked_cli):
    return forked_cli


@pytest.fixture(scope="module")
def project_of_failures(tmp_path_factory):
    """One copy for all kinds: another project would need another forkserver."""
    return make_home(tmp_path_factory.mktemp("failures") / "home")


@pytest.mark.parametrize("kind", FAILURES)
def test_a_page_that_fails_says_where_and_why(kind, project_of_failures, monkeypatch):
    """In the process of the test, so that many kinds take little time; the command line is tried below."""
    monkeypatch.setenv("KZREPORT_HOME", str(project_of_failures))
    code, expected = FAILURES[kind]
    write_page(project_of_failures, "bad", code, "pass")
    if kind == "parameter again":
        with pytest.raises(NotebookError, match=expected):
            declared_parameters("bad")
        return
    result = execute_page(Task("bad", "en", "2024-03-31", {}), timeout=4)
    assert result.notebook is None
    assert result.reason.startswith(("en/bad: cell ", "en/bad: notebooks/bad.ipynb, cell ")), result.reason
    assert expected in result.reason
    kept = json.loads(result.failed)
    assert "Not a report" in "".join(kept["cells"][0]["source"]) and code.split(";")[0] in result.failed
    assert "completed" not in result.failed  # papermill's word for cells that never ran
    assert not _kernels_of(os.getpid())


@pytest.mark.skipif(sys.platform != "linux", reason="gives threads a processor and a priority")
def test_no_text_written_below_python_is_lost_on_a_busy_machine(project_of_failures, monkeypatch):
    """A thread of ipykernel reads it beside the cell; on a processor that is never free it read it after the reply."""
    monkeypatch.setenv("KZREPORT_HOME", str(project_of_failures))
    busy = max(os.sched_getaffinity(0))
    starve = f"tid = sys.stderr.watch_fd_thread.native_id; os.sched_setaffinity(tid, {{{busy}}}); "
    starve = f"import os, sys; {starve}os.sched_setscheduler(tid, os.SCHED_IDLE, os.sched_param(0))"
    writes = [f"os.system('echo below {i} >&2');" for i in range(8)]
    write_page(project_of_failures, "busy", starve, *writes)
    loop = [sys.executable, "-c", f"import os; os.sched_setaffinity(0, {{{busy}}})\nwhile True: pass"]
    loops = [subprocess.Popen(loop) for _ in range(2)]
    try:
        result = execute_page(Task("busy", "en", "2024-03-31", {}), timeout=60)
    finally:
        for process in loops:
            process.kill()
            process.wait()
    assert result.failed, result
    cells = [c for c in json.loads(result.failed)["cells"] if "os.system" in "".join(c["source"])]
    assert ["".join("".join(o["text"]) for o in c["outputs"]) for c in cells] == [f"below {i}\n" for i in range(8)]


def _parents() -> dict[int, tuple[int, str]]:
    """Process -> its parent and command line."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
                if stat[0] != "Z":
                    found[int(entry.name)] = (int(stat[1]), (entry / "cmdline").read_text().replace("\0", " "))
    return found


def _kernels_of(pid: int) -> list[int]:
    """Its kernels: ordinary ones are its children, warm ones its forkserver's."""
    seen = _parents()
    servers = [
        p for p, (parent, command) in seen.items() if parent == pid and "kzreport.execution.forkserver" in command
    ]
    return [
        p
        for p, (parent, command) in seen.items()
        if "ipykernel" in command and p not in servers and parent in (pid, *servers)
    ]


def test_an_edition_with_a_failing_page_is_not_made(cli, project_copy, tmp_path):
    write_page(project_copy, "good", "pass")
    write_page(project_copy, "bad", "seen = lang", "if lang == 'en': 1 / 0")
    write_page(
        project_copy, "killer", "import os, signal", "os.kill(int(os.environ['JPY_PARENT_PID']), signal.SIGKILL)"
    )
    write_definition(project_copy, "trial", ["good", "bad", "killer"], "fr, en")
    out = tmp_path / "out"
    ended = cli("run", "trial", "--as-of", "2024-03-31", "--output", str(out), "-j", "2")
    assert ended.code == 1 and ended.out == ""
    lines = ended.err.splitlines()
    assert sorted(lines[:6]) == [
        "en/bad: FAILED",
        "en/good: made",
        "en/killer: FAILED",
        "fr/bad: made",
        "fr/good: made",
        "fr/killer: FAILED",
    ]
    assert lines[6:] == [
        "kzreport: no edition was made:",
        "  fr/killer: its process died (exit code -9); was there enough memory?",
        "  en/bad: cell 4 (if lang == 'en': 1 / 0): ZeroDivisionError: division by zero",
        f"    kept: {os.path.relpath(out, project_copy)}/failed/trial-2024-03-31/en-bad.ipynb",
        "  en/killer: its process died (exit code -9); was there enough memory?",
    ]
    left = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    kept = {name for name in left if name.startswith(".work/pages/")}  # the pages that need not be executed again
    assert len(kept) == 3 and left - kept == {
        ".work/ended/trial.json",
        ".work/trial-2024-03-31.lock",
        "run.json",
        "failed/trial-2024-03-31/en-bad.ipynb",
    }
    assert "ZeroDivisionError" in (out / "failed/trial-2024-03-31/en-bad.ipynb").read_text(encoding="utf-8")

    write_page(project_copy, "bad", "pass")
    write_page(project_copy, "killer", "pass")
    ended = cli("run", "trial", "--as-of", "2024-03-31", "--output", str(out), "-j", "2")
    assert ended.code == 0, ended.err
    assert not (out / "failed").exists()


@pytest.mark.slow
@pytest.mark.skipif(bool(warm.unavailable()), reason="no warm kernels on this system")
def test_a_page_that_kills_the_forkserver_costs_nobody(project_copy, tmp_path):
    """Not even itself: the worker holds its kernel; later pages have another forkserver. In a command of its own."""
    kill = (
        "import os, signal, time\nfrom pathlib import Path\nparent = os.getppid()\n"
        "if 'kzreport.execution.forkserver' in Path(f'/proc/{parent}/cmdline').read_text():\n"
        "    os.kill(parent, signal.SIGKILL)\n"
        "time.sleep(1)"
    )
    write_page(project_copy, "first", "import time; time.sleep(1)")
    write_page(project_copy, "killer", kill)
    write_page(project_copy, "last", "pass")
    write_definition(project_copy, "trial", ["first", "killer", "last"], "fr, en")
    ended = Cli(project_copy)("run", "trial", "--as-of", "2024-03-31", "--output", str(tmp_path / "out"), "-j", "2")
    assert ended.code == 0, ended.err
    assert sorted(ended.err.splitlines()) == [
        f"{k}/{p}: made" for k in ("en", "fr") for p in ("first", "killer", "last")
    ]


@pytest.mark.slow
def test_other_inputs_stop_and_a_revision_stands_beside(cli, project_copy, tmp_path):
    write_page(project_copy, "good", "pass")
    write_definition(project_copy, "trial", ["good"])
    out = tmp_path / "out"
    run = ("run", "trial", "--as-of", "2024-03-31", "--output", str(out))
    assert cli(*run).code == 0
    first = (out / "trial/2024-03-31/manifest.json").read_bytes()

    write_page(project_copy, "good", "x = lang", parameters="\nrows: int = 12  # rows")
    ended = cli(*run, "-p", "rows=13")
    assert ended.code == 1 and ended.out == ""
    assert "use --revision to make 2024-03-31-r2" in ended.err
    assert ended.err.splitlines()[1:] == [
        "  notebooks/good.ipynb: changed",
        '  parameters of good: {} -> {"rows": 13}',
    ]
    ended = cli(*run, "-p", "rows=13", "--revision")
    assert ended.code == 0 and ended.out.startswith("made trial/2024-03-31-r2\n"), ended.err
    assert (out / "trial/2024-03-31/manifest.json").read_bytes() == first
    assert cli(*run, "-p", "rows=13", "--revision").out.startswith("nothing to do: trial/2024-03-31-r2 ")
    listed = cli("list", "--output", str(out))
    assert listed.out.splitlines() == [
        "trial/2024-03-31  en  good  whole",
        "trial/2024-03-31-r2  en  good  whole",
    ]
    index = (out / "index.html").read_text(encoding="utf-8")
    assert index.index("trial/2024-03-31-r2/") < index.index("trial/2024-03-31/")

    ended = cli("verify", "2024-03-31", "--output", str(out))
    assert ended.code == 1 and "notebooks/good.ipynb: changed" in ended.err
    ended = cli("verify", "2024-04-01", "--output", str(out))
    assert ended.code == 2 and "one of trial/2024-03-31, trial/2024-03-31-r2" in ended.err

    # an edition that somebody altered is neither taken for made nor replaced
    (out / "trial/2024-03-31-r2/en/good.html").write_text("x", encoding="utf-8")
    for command in ((*run, "-p", "rows=13"), ("verify", "2024-03-31-r2", "--output", str(out))):
        ended = cli(*command)
        assert ended.code == 1 and "altered after it was made" in ended.err and "en/good.html: altered" in ended.err
    listed = cli("list", "--output", str(out))
    assert listed.code == 1 and "r2  en  good  damaged" in listed.out and "en/good.html: altered" in listed.err
    (out / "trial/2024-03-31/manifest.json").write_text("{", encoding="utf-8")
    listed = cli("list", "--output", str(out))
    assert listed.code == 1 and "no whole manifest.json" in listed.err and "Traceback" not in listed.err


def test_an_input_changed_meanwhile_is_noticed(cli, project_copy, tmp_path):
    words = project_copy / "notebooks" / "good.yml"
    write_page(
        project_copy,
        "good",
        f"from pathlib import Path; p = Path({str(words)!r}); x = p.write_text(p.read_text() + '# later')",
    )
    write_definition(project_copy, "trial", ["good"])
    ended = cli("run", "trial", "--as-of", "2024-03-31", "--output", str(tmp_path / "out"))
    assert ended.code == 1 and ended.err.endswith("What changed:\n  notebooks/good.yml: changed\n"), ended.err
    assert not list((tmp_path / "out").rglob("*.html"))


SIGNALS = {"SIGTERM": 143, "SIGINT": 130, "SIGHUP": 129, "SIGKILL": -9}


def _started(cli, out: Path, scratch: Path):
    """Start a run whose page sleeps; return its words, its process, and the pids of all below it."""
    marker = scratch.parent / "marker"
    marker.unlink(missing_ok=True)
    write_page(
        cli.home,
        "slow",
        "import json, os, subprocess, time\nfrom pathlib import Path",
        f"child = subprocess.Popen(['sleep', '600'])\n"
        f"pids = [int(os.environ['JPY_PARENT_PID']), os.getppid(), os.getpid(), child.pid]\n"
        f"Path({str(marker)!r}).write_text(json.dumps(pids))\ntime.sleep(600)",
    )
    write_definition(cli.home, "trial", ["slow"])
    run = ("run", "trial", "--as-of", "2024-03-31", "--output", str(out))
    process = cli.start(*run, TMPDIR=str(scratch))
    end = time.monotonic() + 60
    while not (marker.exists() and marker.read_text().endswith("]")):
        assert process.poll() is None and time.monotonic() < end, process.communicate()
        time.sleep(0.05)
    return run, process, json.loads(marker.read_text())


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] * (n in ("SIGHUP", "SIGINT"))) for n in SIGNALS]
)
def test_a_run_that_is_ended_leaves_nothing(name, cli, project_copy, tmp_path):
    out, scratch = tmp_path / "out", tmp_path / "scratch"
    scratch.mkdir()
    run, process, pids = _started(cli, out, scratch)
    try:
        if name == "SIGTERM":  # another run of the same edition, meanwhile
            other = cli(*run)
            assert other.code == 75 and "another run that makes it" in other.err
            assert cli("list", "--output", str(out)).out == "no edition yet: 'kzreport run' makes one\n"
        number = getattr(signal, name)
        if name == "SIGINT":
            os.killpg(process.pid, number)  # as a terminal does
        else:
            process.send_signal(number)
        _, err = process.communicate(timeout=15)
    finally:
        process.kill()
    assert process.returncode == SIGNALS[name]
    assert err == ("" if name == "SIGKILL" else "kzreport: interrupted; nothing half-made was left behind\n")
    end = time.monotonic() + 5
    while set(pids) & set(_parents()) and time.monotonic() < end:
        time.sleep(0.05)
    assert not set(pids) & set(_parents())
    files = {p.relative_to(out).as_posix() for p in out.rglob("*")}
    assert not [f for f in files if "manifest" in f or f.endswith(".html")]
    if name != "SIGKILL":
        kept = {".work/ended", ".work/ended/trial.json", ".work/pages"}  # how it ended, and pages that were whole
        assert files - kept == {".work", ".work/trial-2024-03-31.lock", "run.json"}
        assert not list(scratch.iterdir())
    else:  # what a killed run left is in nobody's way
        write_page(project_copy, "slow", "pass")
        again = cli(*run)
        assert again.code == 0, again.err
        kept = {p.name for p in (out / ".work").iterdir() if p.suffix != ".lock"}
        assert kept <= {"whole", "ended", "pages"}


@pytest.mark.slow
def test_wrong_input_is_refused_before_a_kernel_starts(cli, project_copy, tmp_path):
    """One of each kind through the command line; the units try the others."""
    out = str(tmp_path / "out")
    for words, expected in {
        ("run", "weekly"): "'weekly', expected one of",
        ("run", "--as-of", "2024-02-30"): "--as-of: found '2024-02-30', expected a date",
        ("run", "--as-of", "2099-01-01"): "expected a date up to today",
        ("run", "--lang", "kk"): "--lang: found 'kk', expected one of fr, en",
        ("run", "-p", "rowz=1"): "found 'rowz=1', expected NAME=VALUE with NAME one of",
        ("run", "-p", "inflation.rows=1_0"): "'rows': found '1_0', expected ",
        ("run", "-p", "x=1;import os;y=2"): "expected NAME=VALUE with NAME one of",
        ("verify", "2024-03-31"): "expected an edition, of which there is none yet",
        ("new", "../x"): "found '../x', expected 2 to 30 of a-z and _",
        ("new", "inflation"): "notebooks/inflation.ipynb, which exists",
    }.items():
        ended = cli(*words, *(("--output", out) if words[0] in ("run", "verify") else ()))
        assert (ended.code, ended.out) == (2, ""), (words, ended)
        assert expected in ended.err and len(ended.err.splitlines()) == 1, (words, ended.err)
    yml = project_copy / "notebooks" / "fdi.yml"
    yml.write_text(yml.read_text(encoding="utf-8").replace("  en: ", "  de: ", 1), encoding="utf-8")
    csv = project_copy / "data" / "cpi_yy.csv"
    ended = cli("run", "--as-of", "2024-03-31", "--output", out)
    assert ended.code == 2 and "notebooks/fdi.yml, title" in ended.err
    csv.write_text(csv.read_text(encoding="utf-8")[:-9], encoding="utf-8")
    ended = cli("run", "--as-of", "2024-03-31", "--output", out)
    assert ended.code == 2
    ended = cli("check")
    assert ended.code == 2 and "data/cpi_yy.csv, line " in ended.err and "notebooks/fdi.yml, title" in ended.err
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    ended = cli("list", "--output", str(blocked / "x"))
    assert ended.code == 0
    ended = cli("run", "--output", str(blocked / "x"))
    assert ended.code == 2


def test_revisions_are_in_the_order_of_their_numbers(tmp_path):
    for name in ("2024-03-31", "2024-03-31-r10", "2024-03-31-r2", "2024-02-29"):
        (tmp_path / "monthly" / name).mkdir(parents=True)
        (tmp_path / "monthly" / name / "manifest.json").write_text("{}", encoding="utf-8")
    assert [f.name for f in list_editions(tmp_path)] == [
        "2024-02-29",
        "2024-03-31",
        "2024-03-31-r2",
        "2024-03-31-r10",
    ]
