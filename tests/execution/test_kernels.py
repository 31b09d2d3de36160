"""Warm kernels: what an ordinary kernel does, only sooner; and nothing is left, whoever dies."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from kernel_client import SPECS, Kernel
from nbclient import NotebookClient

import kzreport
from kzreport.editions.reference import reference_task
from kzreport.execution import warm
from kzreport.execution.execute import execute_page
from kzreport.execution.kernel import KernelPool
from kzreport.execution.processes import in_processes
from kzreport.execution.worker import Worker

pytestmark = pytest.mark.skipif(bool(warm.unavailable()), reason="no warm kernels on this system")


@pytest.fixture
def kernel():
    with contextlib.ExitStack() as stack:

        def start(**env: str) -> Kernel:
            one = Kernel(env=os.environ | env)
            stack.callback(one.close)
            return one

        yield start


def gone(*pids: int) -> bool:
    """Whether these processes have ended within five seconds."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        left = [p for p in pids if Path(f"/proc/{p}/stat").exists() and not _zombie(p)]
        if not left:
            return True
        time.sleep(0.02)
    return False


def _zombie(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True


def test_two_kernels_share_a_forkserver_and_nothing_else(kernel):
    one, two = kernel(), kernel()
    assert isinstance(one.process, warm.ForkedKernel)
    assert one.run("import os; print(os.getppid())") == two.run("import os; print(os.getppid())")
    one.run("import kzreport.charts.chart as c; c.WIDTH = 1; left = 1; os.environ['LEFT'] = 'x'; os.chdir('/')")
    assert two.run("print('left' in globals(), os.environ.get('LEFT'), os.getcwd())") == f"False None {Path.cwd()}\n"
    assert two.run("import kzreport.charts.chart as c; print(c.WIDTH == 1)") == "False\n"
    draws = "import random, uuid, numpy as np; print(random.random(), np.random.random(), uuid.uuid4())"
    assert not set(one.run(draws).split()) & set(two.run(draws).split())


def test_it_looks_like_an_ordinary_kernel(kernel):
    warm = kernel(KZREPORT_TRIED="1", TZ="Asia/Almaty")
    ordinary = KernelManager()
    ordinary.start_kernel(env=os.environ | {"KZREPORT_TRIED": "1", "TZ": "Asia/Almaty"})
    client = ordinary.client()
    client.start_channels()
    client.wait_for_ready(60)
    try:
        for code in (
            "import sys; print(sys.argv[0], sys.path, __name__, sys.modules['__main__'].__dict__ is globals())",
            "import os; print(sorted(os.environ), os.getpgid(0) == os.getsid(0) == os.getpid())",
            "import time, tempfile as t; print(time.tzname, t.gettempdir(), os.environ['KZREPORT_TRIED'])",
            "import signal; print([signal.getsignal(s) for s in (2, 15, 1, 17)], os.umask(0o22))",
            "import warnings; print(len(warnings.filters) > 0); print(sys.stdin.closed, os.read(0, 1))",
            "import matplotlib as mpl; print(mpl.get_backend())",
            "import multiprocessing as m; p = m.get_context('spawn').Process(target=print); p.start(); p.join()",
            "print(p.exitcode)",
            "print(get_ipython().history_manager.hist_file, get_ipython().execution_count)",
            "1 / 0",
        ):
            said = []
            client.execute_interactive(code, timeout=60, output_hook=lambda m: said.append(m["content"]))  # noqa: B023
            assert warm.run(code) == "".join(m.get("text", m.get("ename", "")) for m in said)
    finally:
        client.stop_channels()
        ordinary.shutdown_kernel(now=True)


TRIED = """
import os, pathlib, sys
from kernel_client import Kernel

own, where = pathlib.Path(os.environ["TMPDIR"]), "import tempfile as t; print(t.gettempdir())"
one, other = Kernel(), Kernel(env=os.environ | {"TMPDIR": str(own.parent)})
written = own.stat().st_mtime_ns
assert one.run(where) == f"{own}\\n"
assert own.stat().st_mtime_ns == written
assert other.run(where) == f"{own.parent}\\n"
for kernel in (one, other):
    kernel.close()
"""


def test_a_kernel_writes_nothing_to_find_the_folder_of_temporary_files(tmp_path):
    """A kernel that is killed while it tries the folder out would leave its file there: the forkserver has tried it."""
    (tmp_path / "own").mkdir()
    env = os.environ | {"TMPDIR": str(tmp_path / "own"), "PYTHONPATH": str(Path(__file__).parents[1] / "support")}
    done = subprocess.run([sys.executable, "-c", TRIED], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_page_has_the_same_bytes():
    task = reference_task("reexports", "fr")
    forked = execute_page(task)
    with KernelPool(use_warm=False) as kernels:
        ordinary = execute_page(task, Worker(kernels))
    assert forked.notebook is not None, forked.reason
    assert nbformat.writes(forked.notebook) == nbformat.writes(ordinary.notebook)


@pytest.mark.slow
def test_nothing_is_left_to_import(kernel):
    """Else the list in kzreport/execution/forkserver.py is behind a new version: kernels start late."""
    one = kernel()
    inside = set(json.loads(one.run("import sys, json; print(json.dumps(sorted(sys.modules)))")))
    code = (
        "import json, sys; from kzreport.execution.forkserver import warm_up; warm_up(); "
        "print(json.dumps([*sys.modules]))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120).stdout
    late = (
        inside - set(json.loads(said.splitlines()[-1])) - {"faulthandler", "__mp_main__", "runpy"}
    )  # runpy: by -m, at the start
    assert not late


def test_interrupt_restart_and_shutdown(kernel):
    one = kernel()
    code = "import time; print('in the cell', flush=True); time.sleep(600)"
    asked = one.client.execute(code, stop_on_error=False)  # else what is asked right after an error is dropped
    while "text" not in one.client.get_iopub_msg(timeout=20)["content"]:  # before it runs no kernel can be interrupted
        pass
    one.manager.interrupt_kernel()
    reply = one.client.get_shell_msg(timeout=20)
    assert (reply["parent_header"]["msg_id"], reply["content"]["ename"]) == (asked, "KeyboardInterrupt")
    first = one.process.pid
    one.run("import subprocess; x = subprocess.Popen(['sleep', '600'])")
    child = int(one.run("print(x.pid)"))
    one.manager.restart_kernel()
    one.client.wait_for_ready(60)
    assert one.process.pid != first and gone(first, child)
    assert one.run("print('x' in globals())") == "False\n"
    last = one.process.pid
    one.client.shutdown(restart=False)
    assert one.process.wait(10) == 0
    assert not one.manager.is_alive() and gone(last)


FORKS = """
import concurrent.futures, multiprocessing, os, signal, sys
from pathlib import Path
import nbformat
from nbclient import NotebookClient

def parent(n):
    cell = nbformat.v4.new_code_cell("import os; print(os.getppid(), os.getpid())")
    client = NotebookClient(nbformat.v4.new_notebook(cells=[cell]), kernel_name="kzreport")
    client.execute()
    return cell.outputs[0].text.split()[0]

if __name__ == "__main__":
    first = parent(0)
    assert "kzreport.execution.forkserver" in Path(f"/proc/{first}/cmdline").read_text()
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        print(set(pool.map(parent, range(6))) == {first})
    from jupyter_client.manager import KernelManager
    manager = KernelManager(kernel_name="kzreport")
    manager.start_kernel()
    kernel = manager.provisioner.process.pid
    if not (child := os.fork()):  # it lives on, and holds copies of all that was open
        signal.pause()
    print(kernel, child, flush=True)
    os.kill(os.getpid(), 9)
"""


@pytest.mark.slow
def test_a_client_that_was_used_and_forks_neither_hangs_nor_keeps_kernels(tmp_path):
    (tmp_path / "forks.py").write_text(FORKS, encoding="utf-8")
    env = os.environ | {"JUPYTER_PATH": str(SPECS)}
    with (tmp_path / "said").open("w+") as said:
        process = subprocess.Popen([sys.executable, tmp_path / "forks.py"], stdout=said, env=env)
        assert process.wait(150) == -9
        said.seek(0)
        shared, *pids = said.read().split()
    kernel, child = map(int, pids)
    try:
        assert shared == "True" and gone(kernel)
    finally:
        os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize(
    ("code", "expected"),
    [("import os; os._exit(7)", 7), ("import os; os.kill(os.getpid(), 9)", -9), ("import os; os.abort()", -6)],
)
def test_how_a_kernel_ended_is_known(kernel, code, expected):
    one = kernel()
    one.client.execute(code)
    assert one.process.wait(10) == expected
    assert not one.manager.is_alive()


def test_a_kernel_outlives_its_forkserver_and_not_its_client(kernel):
    one = kernel()
    server = int(one.run("import os; print(os.getppid())"))
    os.kill(server, signal.SIGKILL)
    assert gone(server)
    assert one.run("print(6 * 7)") == "42\n" and one.manager.is_alive()
    two = kernel()
    assert int(two.run("import os; print(os.getppid())")) not in (server, os.getpid())
    child = int(one.run("import subprocess; x = subprocess.Popen(['sleep', '600']); print(x.pid)"))
    pid = one.process.pid
    one.process.abandon()
    assert gone(pid, child)


CLIENT = """
import os, sys, time
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from kzreport.execution import warm
warm.register()
km = KernelManager(kernel_name="kzreport", kernel_spec_manager=KernelSpecManager(kernel_dirs=[sys.argv[1]]))
km.start_kernel()
kc = km.client(); kc.start_channels(); kc.wait_for_ready(60)
print(km.provisioner.pid, flush=True)
say = lambda m: print(m["content"].get("text", ""), end="", flush=True)
code = "import os, subprocess; x = subprocess.Popen(['sleep', '600']); print(os.getppid(), x.pid)"
kc.execute_interactive(code, output_hook=say)
kc.execute(sys.argv[2])
time.sleep(600)
"""
BUSY = "import re; re.match('(a+)+$', 'a' * 60 + 'b')"  # does not let go of Python's lock for years


DEAF = "import signal, time; signal.signal(2, signal.SIG_IGN); time.sleep(600)"


# Busy, and its forkserver killed before its client: nobody is left to end it, as with an ordinary kernel.
DEATHS = [
    pytest.param("pass", False, marks=pytest.mark.slow),
    ("pass", True),
    (DEAF, False),
    pytest.param(DEAF, True, marks=pytest.mark.slow),
    (BUSY, False),
]


@pytest.mark.slow
@pytest.mark.parametrize(("code", "server_first"), DEATHS)
def test_a_killed_client_leaves_nothing(code, server_first):
    words = [sys.executable, "-c", CLIENT, str(SPECS / "kernels"), code]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as client:
        kernel = int(client.stdout.readline())
        server, child = map(int, client.stdout.readline().split())
        time.sleep(0.5)
        if server_first:
            os.kill(server, signal.SIGKILL)
        client.kill()
        assert gone(client.pid, kernel, server, child)


@pytest.mark.slow  # the keys are tried below
def test_another_environment_has_another_forkserver():
    servers = warm.Forkservers()

    def parent(**env: str) -> str:
        kernel = servers.fork(["--version"], cwd="/", env=os.environ | env, out=2, err=2)
        found = Path(f"/proc/{kernel.pid}/stat").read_text().rpartition(")")[2].split()[1]
        kernel.wait()
        return found

    try:
        first = parent()
        assert parent(ANY="1") == first
        assert parent(PYTHONHASHSEED="7") != first
    finally:
        servers.stop()


KEYS = """
import os, sys
from pathlib import Path
from kzreport.execution.warm import key_of
project, package = map(Path, sys.argv[1:])
env = dict(os.environ)
first = key_of(env, "/")
assert key_of(env | {"ANY": "1"}, "/") == first
for name in ("PYTHONHASHSEED", "PYTHONPATH", "MPLCONFIGDIR", "KZREPORT_HOME"):
    assert key_of(env | {name: "/other"}, "/") != first, name
for path in (package / "language" / "furniture.yml", package / "files.py", project / "notebooks" / "views" / "x.py"):
    path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    first, before = key_of(env, "/"), first
    assert first != before, path
(project / "notebooks" / "views" / "y.py").touch()
assert key_of(env, "/") != first
del env["KZREPORT_HOME"]
assert key_of(env, str(project)) == key_of(env, str(project / "notebooks")) != key_of(env, "/")
"""


def test_edited_code_or_another_project_needs_another_forkserver(tmp_path):
    """In a copy of the package, and in a project with views of its own."""
    package, project = tmp_path / "code" / "kzreport", tmp_path / "project"
    shutil.copytree(Path(kzreport.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    (project / "notebooks" / "views").mkdir(parents=True)
    (project / "notebooks" / "views" / "x.py").write_text("", encoding="utf-8")
    (project / "params").mkdir()
    (project / "params" / "project.yml").touch()
    env = os.environ | {"PYTHONPATH": str(package.parent), "KZREPORT_HOME": str(project)}
    words = [sys.executable, "-c", KEYS, str(project), str(package)]
    done = subprocess.run(words, capture_output=True, text=True, env=env, cwd=tmp_path, timeout=120)
    assert done.returncode == 0, done.stderr


def test_a_forkserver_with_threads_is_not_forked(kernel, tmp_path, caplog):
    """A library that starts a thread when Python starts: ordinary kernels, and the reason once."""
    (tmp_path / "usercustomize.py").write_text("", encoding="utf-8")
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, threading, time\n"
        "if 'kzreport.execution.forkserver' in ' '.join(sys.orig_argv):\n"
        "    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n",
        encoding="utf-8",
    )
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    with caplog.at_level(logging.WARNING, "kzreport"):
        for _ in range(2):
            one = kernel(PYTHONPATH=path)
            assert isinstance(one.process, subprocess.Popen) and one.run("print(1)") == "1\n"
    said = [r.getMessage() for r in caplog.records if r.name == "kzreport"]
    assert len(said) == 1 and "found 2 threads in the forkserver, expected one" in said[0]


def test_where_there_is_no_fork_an_ordinary_kernel_starts(kernel, monkeypatch, caplog):
    monkeypatch.setattr(warm, "unavailable", lambda: "found darwin, expected Linux with fork and /proc")
    for _ in range(2):
        assert isinstance(kernel().process, subprocess.Popen)
    assert sum("found darwin" in r.getMessage() for r in caplog.records) == 1


COMMANDS = {
    "nbval": ["pytest", "--nbval", "--nbval-kernel-name", "kzreport", "-p", "no:cacheprovider", "one.ipynb"],
    "papermill": ["papermill", "one.ipynb", "two.ipynb", "-k", "kzreport", "--no-progress-bar"],
}


@pytest.mark.slow  # nbval uses it in tests/kazakhstan/test_pages.py, too
@pytest.mark.parametrize("name", COMMANDS)
def test_others_use_it_by_name(name, tmp_path):
    shown = "import os\nprint('kzreport.execution.forkserver' in open(f'/proc/{os.getppid()}/cmdline').read())"
    nb = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "kzreport", "display_name": "x"}})
    output = nbformat.v4.new_output("stream", name="stdout", text="True\n")
    nb.cells = [nbformat.v4.new_code_cell(shown, outputs=[output], execution_count=1)]
    nbformat.write(nb, tmp_path / "one.ipynb")
    words = [sys.executable, "-m", *COMMANDS[name]]
    env = os.environ | {"JUPYTER_PATH": str(SPECS)}
    done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    if name == "papermill":  # nbval compares by itself; a folder may be relative to that of who asks
        near = {"metadata": {"path": os.path.relpath(tmp_path)}}
        NotebookClient(nb, kernel_name="kzreport", resources=near).execute()
        assert nbformat.read(tmp_path / "two.ipynb", 4).cells[0].outputs[0].text == "True\n"


@pytest.mark.slow
def test_workers_of_a_process_with_threads_share_its_forkserver_too():
    """They are started anew and not forked; the right to ask is handed over."""
    ending = threading.Event()
    thread = threading.Thread(target=ending.wait)
    thread.start()
    try:
        tasks = [reference_task("summary", language) for language in ("fr", "en")]
        found = dict(in_processes(_parent_of_kernel, tasks, 2))
    finally:
        ending.set()
        thread.join()
    assert len(set(found.values())) == 1, found


def _parent_of_kernel(task, worker):
    """The command of the process that a page's kernel comes from."""
    page = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "x"}})
    page.cells = [nbformat.v4.new_code_cell("import os; raise ValueError(os.getppid())")]
    result = execute_page(task, worker, source=page, inject=False)
    return result.reason.partition(": ")[2]
