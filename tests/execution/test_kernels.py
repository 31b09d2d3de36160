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
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

import kzreport
from kzreport.editions.reference import reference_task
from kzreport.execution import execute as runner
from kzreport.execution import warm as kernels
from kzreport.files import project_root

pytestmark = pytest.mark.skipif(bool(kernels.unavailable()), reason="no warm kernels on this system")

SPECS = Path(kzreport.__file__).parent / "prefix" / "share" / "jupyter"


class Kernel:
    """The kernel that ``kernel.json`` describes, and one client."""

    def __init__(self, **env: str) -> None:
        kernels.register()
        specs = KernelSpecManager(kernel_dirs=[str(SPECS / "kernels")])
        self.manager = KernelManager(kernel_name="kzreport", kernel_spec_manager=specs)
        self.manager.start_kernel(env=os.environ | env)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(60)

    @property
    def process(self):
        return self.manager.provisioner.process

    def run(self, code: str) -> str:
        """What a cell prints, or the name of its error."""
        said = []
        self.client.execute_interactive(code, timeout=60, output_hook=lambda m: said.append(m["content"]))
        return "".join(m.get("text", m.get("ename", "")) for m in said)

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel():
    with contextlib.ExitStack() as stack:

        def start(**env: str) -> Kernel:
            one = Kernel(**env)
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


def test_two_kernels_share_a_template_and_nothing_else(kernel):
    one, two = kernel(), kernel()
    assert isinstance(one.process, kernels.Forked)
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


def test_a_page_has_the_same_bytes(monkeypatch):
    task = reference_task("reexports", "fr")
    warm = runner.execute(task)
    monkeypatch.setattr(runner, "_warm", False)
    ordinary = runner.execute(task)
    assert warm.notebook is not None, warm.reason
    assert nbformat.writes(warm.notebook) == nbformat.writes(ordinary.notebook)


def test_nothing_is_left_to_import(kernel):
    """Else the list in kzreport/execution/forkserver.py is behind a new version: kernels start late."""
    one = kernel()
    inside = set(json.loads(one.run("import sys, json; print(json.dumps(sorted(sys.modules)))")))
    code = (
        "import json, sys; from kzreport.execution import forkserver as f; f.warm(); print(json.dumps([*sys.modules]))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120).stdout
    late = inside - set(json.loads(said.splitlines()[-1])) - {"faulthandler", "__mp_main__"}
    assert not late


def test_interrupt_restart_and_shutdown(kernel):
    one = kernel()
    asked = one.client.execute("import time; time.sleep(600)")
    while one.client.get_iopub_msg(timeout=10)["content"].get("code") is None:
        pass
    one.manager.interrupt_kernel()
    reply = one.client.get_shell_msg(timeout=10)
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


@pytest.mark.parametrize(
    ("code", "expected"),
    [("import os; os._exit(7)", 7), ("import os; os.kill(os.getpid(), 9)", -9), ("import os; os.abort()", -6)],
)
def test_how_a_kernel_ended_is_known(kernel, code, expected):
    one = kernel()
    one.client.execute(code)
    assert one.process.wait(10) == expected
    assert not one.manager.is_alive()


def test_a_kernel_outlives_its_template_and_not_its_client(kernel):
    one = kernel()
    template = int(one.run("import os; print(os.getppid())"))
    os.kill(template, signal.SIGKILL)
    assert gone(template)
    assert one.run("print(6 * 7)") == "42\n" and one.manager.is_alive()
    two = kernel()
    assert int(two.run("import os; print(os.getppid())")) not in (template, os.getpid())
    child = int(one.run("import subprocess; x = subprocess.Popen(['sleep', '600']); print(x.pid)"))
    pid = one.process.pid
    one.process._leash.close()
    assert gone(pid, child)


CLIENT = """
import os, sys, time
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from kzreport.execution import warm as kernels
kernels.register()
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


# Busy, and its template killed before its client: nobody is left to end it, as with an ordinary kernel.
DEATHS = [("pass", False), ("pass", True), (DEAF, False), (DEAF, True), (BUSY, False)]


@pytest.mark.parametrize(("code", "template_first"), DEATHS)
def test_a_killed_client_leaves_nothing(code, template_first):
    words = [sys.executable, "-c", CLIENT, str(SPECS / "kernels"), code]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as client:
        kernel = int(client.stdout.readline())
        template, child = map(int, client.stdout.readline().split())
        time.sleep(0.5)
        if template_first:
            os.kill(template, signal.SIGKILL)
        client.kill()
        assert gone(client.pid, kernel, template, child)


def test_another_code_or_environment_has_another_template(tmp_path):
    """In a copy of the package, whose file is then touched."""
    package = tmp_path / "code" / "kzreport"
    shutil.copytree(Path(kzreport.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom kzreport.execution import warm as kernels\n"
        "def parent(**env):\n"
        "    k = kernels.fork(['--version'], cwd='/', env=os.environ | env, out=2, err=2)\n"
        "    stat = Path(f'/proc/{k.pid}/stat').read_text().rpartition(')')[2].split()\n"
        "    k.wait(); return stat[1]\n"
        "seen = [parent(), parent(), parent(ANY='1')]\n"
        f"Path({str(package / 'language' / 'furniture.yml')!r}).touch()\n"
        "seen += [parent(), parent(PYTHONHASHSEED='7')]\n"
        "print(*seen)"
    )
    env = os.environ | {
        "PYTHONPATH": str(tmp_path / "code"),
        "KZREPORT_HOME": str(project_root()),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=env, cwd=tmp_path, timeout=120
    )
    assert done.returncode == 0, done.stderr
    a, b, c, d, e = done.stdout.split()
    assert a == b == c and len({a, d, e}) == 3


def test_a_template_with_threads_is_not_forked(kernel, tmp_path, caplog):
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
    assert len(said) == 1 and "found 2 threads in the template process, expected one" in said[0]


def test_where_there_is_no_fork_an_ordinary_kernel_starts(kernel, monkeypatch, caplog):
    monkeypatch.setattr(kernels, "unavailable", lambda: "found darwin, expected Linux with fork and /proc")
    for _ in range(2):
        assert isinstance(kernel().process, subprocess.Popen)
    assert sum("found darwin" in r.getMessage() for r in caplog.records) == 1


def test_nbval_and_papermill_use_it_by_name(tmp_path):
    shown = "import os\nprint('kzreport.execution.forkserver' in open(f'/proc/{os.getppid()}/cmdline').read())"
    nb = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "kzreport", "display_name": "x"}})
    output = nbformat.v4.new_output("stream", name="stdout", text="True\n")
    nb.cells = [nbformat.v4.new_code_cell(shown, outputs=[output], execution_count=1)]
    path = tmp_path / "one.ipynb"
    nbformat.write(nb, path)
    env = os.environ | {"JUPYTER_PATH": str(SPECS)}
    for words in (
        ["pytest", "--nbval", "--nbval-kernel-name", "kzreport", "-p", "no:cacheprovider", "one.ipynb"],
        ["papermill", "one.ipynb", "two.ipynb", "-k", "kzreport", "--no-progress-bar"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *words], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert nbformat.read(tmp_path / "two.ipynb", 4).cells[0].outputs[0].text == "True\n"


def test_workers_of_a_process_with_threads_share_its_template_too():
    """They are started anew and not forked; the right to ask is handed over."""
    ending = threading.Event()
    thread = threading.Thread(target=ending.wait)
    thread.start()
    try:
        tasks = [reference_task("summary", language) for language in ("fr", "en")]
        found = dict(runner.in_processes(_parent_of_kernel, tasks, 2))
    finally:
        ending.set()
        thread.join()
    assert len(set(found.values())) == 1, found


def _parent_of_kernel(task, progress):
    """The command of the process that a page's kernel comes from."""
    page = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "x"}})
    page.cells = [nbformat.v4.new_code_cell("import os; raise ValueError(os.getppid())")]
    result = runner.execute(task, source=page, inject=False, progress=progress)
    return result.reason.partition(": ")[2]
