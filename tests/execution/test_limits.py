"""What a page may take: outputs, memory, time; and what it started ends with it. Real kernels of both kinds."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from run_fixtures import write_definition, write_page

from kzreport.editions.reference import reference_task
from kzreport.execution import warm
from kzreport.execution.execute import execute_page
from kzreport.execution.kernel import KernelPool
from kzreport.execution.processes import in_processes
from kzreport.execution.task import Deadlines, PageLimits
from kzreport.execution.worker import Worker

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]


def _page(*cells: str):
    page = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "x"}})
    page.cells = [nbformat.v4.new_code_cell(c) for c in cells]
    return page


def _execute(*cells: str, timeout: float = 120, **limits):
    """The result of a page of these cells, and the seconds that it took."""
    begun = time.monotonic()
    with KernelPool(limits=PageLimits(**limits)) as kernels:
        task = reference_task("summary", "en")
        result = execute_page(task, Worker(kernels), source=_page(*cells), inject=False, timeout=timeout)
    return result, time.monotonic() - begun


OUTPUTS = {
    "prints for ever": 'while True: print("x" * 10000)',
    "prints once too much": 'print("x" * 200_000_000)',
    "shows for ever": "from IPython.display import display\nwhile True: display({'text/plain': 'x' * 10000}, raw=True)",
    "sends for ever": (
        "from comm import create_comm\nc = create_comm('x')\nwhile True: c.send({}, buffers=[b'x' * 1000000])"
    ),
    "clears what it printed": "from IPython.display import clear_output as c\nwhile True: print('x' * 10000); c()",
}


@pytest.mark.parametrize("kind", OUTPUTS)
def test_a_cell_that_shows_without_end_is_ended_and_named(kind):
    result, took = _execute("kept = 1", OUTPUTS[kind])
    assert result.notebook is None
    assert "cell 2 (" in result.reason and "more than 20 MB of outputs, expected less from a cell" in result.reason
    assert took < 90  # some 5 alone: this machine may be busy
    assert "kept = 1" in result.failed and len(result.failed) < 1_000_000


def test_many_cells_that_show_much_are_a_page_that_shows_too_much():
    result, _ = _execute(*['print("x" * 15_000_000)'] * 5)
    assert "cell 4 (" in result.reason and "more than 50 MB of outputs of the page" in result.reason


def test_a_hog_of_memory_is_ended_and_named():
    hog = "held = []\nwhile True: held.append(bytearray(b'x' * 10**7))"
    result, took = _execute("kept = 1", hog, memory=600_000_000)
    assert "cell 2 (held = [])" in result.reason and "expected up to 600 MB (--memory)" in result.reason, result.reason
    assert took < 90 and "kept = 1" in result.failed
    child = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {hog!r}])"
    result, _ = _execute(child, memory=600_000_000)
    assert "expected up to 600 MB (--memory)" in result.reason, result.reason


@pytest.mark.parametrize(
    ("seconds", "timeout", "said"), [(3, 120, "when the page's 3 s were over"), (900, 2, "after 2 s")]
)
def test_times_are_those_of_the_clock(seconds, timeout, said):
    result, _ = _execute("import time; time.sleep(600)", seconds=seconds, timeout=timeout)
    assert result.reason.endswith(f"still running {said}"), result.reason


ORPHANS = {  # a cell -> what it starts writes its number
    "a session of its own": "subprocess.Popen([*words], start_new_session=True)",
    "a daemon": (
        "import warnings\nwarnings.simplefilter('ignore')  # since 3.12 a fork beside threads warns\n"
        "if not os.fork():\n    os.setsid()\n    if os.fork(): os._exit(0)\n    for n in range(3, 200):\n"
        "        try: os.close(n)\n        except OSError: pass\n    os.execv(words[0], words)"
    ),
    "a daemon of a kernel that ends": (
        "subprocess.run(['setsid', '-f', *words]); time.sleep(1); os._exit(3)"  # -f: it forks before
    ),
}


@pytest.mark.parametrize("kind", ORPHANS)
@pytest.mark.parametrize(
    "use_warm",
    [pytest.param(True, marks=pytest.mark.skipif(bool(warm.unavailable()), reason="no warm kernels")), False],
)
def test_what_a_cell_started_ends_with_its_page(kind, use_warm, tmp_path, monkeypatch):
    if not use_warm:
        monkeypatch.setattr(warm, "unavailable", lambda: "an ordinary kernel is asked for")
    note = tmp_path / "pid"
    code = f"import os, time, pathlib; pathlib.Path({str(note)!r}).write_text(str(os.getpid())); time.sleep(600)"
    cell = f"import os, subprocess, sys, time\nwords = [sys.executable, '-c', {code!r}]\n{ORPHANS[kind]}\n"
    cell += f"while not os.path.exists({str(note)!r}): time.sleep(0.05)\ntime.sleep(0.2)"
    found = dict(in_processes(_run_cell, [cell, "x = 1"], 1, deadlines=Deadlines()))
    assert "kernel died" in found[0] if "ends" in kind else not found[0], found
    assert not found[1]
    pid, end = int(note.read_text()), time.monotonic() + 5
    while _runs(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _runs(pid)


def _run_cell(cell: str, worker) -> str:
    return execute_page(reference_task("summary", "en"), worker, source=_page(cell), inject=False).reason


def _runs(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("ulimit -n 64", "as many open files as a process may have"),
        ("ulimit -v 420000", "this process may have 430 MB of address space: see ulimit"),
    ],
)
def test_what_the_system_refuses_is_named(limit, said, cli, tmp_path):
    write_definition(cli.home, "small", ["inflation"])
    run = [sys.executable, "-m", "kzreport.commands.cli", "run", "small", "--as-of", "2024-03-31", "-j", "1"]
    words = ["sh", "-c", f'{limit}; exec "$@"', "sh", *run, "--output", str(tmp_path / "out")]
    done = subprocess.run(words, env=cli.environment(), capture_output=True, text=True, timeout=150)
    assert done.returncode == 1 and said in done.stderr and "see ulimit]" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


def test_a_reason_is_told_though_its_notebook_cannot_be_kept(forked_cli, tmp_path):
    """A file in the way, as a disk without space."""
    write_page(forked_cli.home, "bad", "1 / 0")
    write_definition(forked_cli.home, "trial", ["bad"])
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "failed").write_text("", encoding="utf-8")
    ended = forked_cli("run", "trial", "--as-of", "2024-03-31", "--output", str(tmp_path / "out"))
    assert ended.code == 1 and "cell 3 (1 / 0): ZeroDivisionError" in ended.err, ended.err
    assert "its notebook could not be kept: " in ended.err


def test_a_size_of_memory_is_checked(forked_cli):
    for text in ("0G", "2", "-1M", "1.5G", "2T"):
        ended = forked_cli("run", f"--memory={text}")
        assert ended.code == 2 and "expected a size, such as 500M or 2G" in ended.err, ended


def _own_number(item, worker):
    return os.getpid()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_worker_that_has_grown_beyond_the_limit_is_replaced():
    def workers(memory):
        return {number for _, number in in_processes(_own_number, range(3), 1, deadlines=Deadlines(memory=memory))}

    assert len(workers(1_000_000)) == 3 and len(workers(10**12)) == 1
