"""A made-up project of cheap pages, and the watch on a run of it: what each kind of process spends and holds.

A cheap page has a title, a headline of one series and its sources, and no chart: nearly all that it costs is the
engine's. The series is the made-up one of ``kzreport init``.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

COMMAND = str(Path(sys.executable).parent / "kzreport")
TICKS = os.sysconf("SC_CLK_TCK")
KINDS = ("command", "worker", "template", "kernels")


def make_project(folder: Path, pages: int) -> None:
    """Make a project with two reports: ``wide`` of so many cheap pages, ``one`` of one."""
    subprocess.run([COMMAND, "init", str(folder), "--lang", "en"], check=True, capture_output=True)
    notebooks, params = folder / "notebooks", folder / "params"
    names = [f"p{n:02}" for n in range(pages)]
    notebook = (notebooks / "visitors.ipynb").read_text(encoding="utf-8")
    notebook, cut = re.subn(r',\n\s*"page\.chart\([^\n]*', "", notebook)
    words = (notebooks / "visitors.yml").read_text(encoding="utf-8")
    words = re.sub(r"^(labels|charts):\n(?:[ -].*\n)+", "", words, flags=re.M)
    if not cut:
        raise SystemExit("the page of 'kzreport init' has no chart to leave out: make_project in benchmarks/cheap.py")
    for name in names:
        (notebooks / f"{name}.ipynb").write_text(re.sub(r"\bvisitors\b", name, notebook), encoding="utf-8")
        shutil.copy(notebooks / "views" / "visitors.py", notebooks / "views" / f"{name}.py")
        (notebooks / f"{name}.yml").write_text(words, encoding="utf-8")
    for report, chosen in (("wide", names), ("one", names[:1])):
        listed = f"pages: [{', '.join(chosen)}]\nlanguages: [en]\nformats: [html]\n"
        (params / f"{report}.yml").write_text(f"title: {{en: Trial}}\n{listed}", encoding="utf-8")


def processes() -> dict[int, tuple[int, float]]:
    """Return each process of this system with its parent and the processor seconds that it has spent itself."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            rest = path.read_text("latin-1").rpartition(")")[2].split()
            found[int(path.parent.name)] = int(rest[1]), (int(rest[11]) + int(rest[12])) / TICKS
    return found


def held(pid: int) -> float:
    """Return the MB that a process holds, its share of shared memory included."""
    with contextlib.suppress(OSError):
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text("latin-1"), re.M)
        return int(found[1]) / 1024 if found else 0.0
    return 0.0


class Watched:
    """One run of ``kzreport backfill``: its seconds, and what its processes spend and hold, looked at as it runs.

    - ``seconds``, ``spent``: by the clock, and of processors
    - ``memory``: for each look the pages made so far, and MB by the kind of process; of workers the largest
    - ``workers``: the process numbers of all workers there were
    - ``own``: processor seconds of the command and of workers themselves, at the last look
    """

    def __init__(self, home: Path, output: Path, words: Sequence[str], pages_each: int) -> None:
        self.memory = list[tuple[int, dict[str, float]]]()
        self.workers, self.own = set[int](), defaultdict[str, float](float)
        self._largest = dict[int, float]()
        start, before = time.monotonic(), _children_spent()
        process = subprocess.Popen(
            [COMMAND, "backfill", *words, "--output", str(output)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"KZREPORT_HOME": str(home)},
        )
        self.done, ended, told = 0, threading.Event(), list[str]()
        watch = threading.Thread(target=self._watch, args=(process.pid, ended), daemon=True)
        watch.start()
        assert process.stderr
        for line in process.stderr:
            told.append(line)
            self.done += pages_each * bool(re.search(r"\(\d+ of \d+\)", line))
        code = process.wait()
        self.seconds, self.spent = time.monotonic() - start, _children_spent() - before
        ended.set()
        watch.join()
        if code:
            raise SystemExit(f"kzreport ended with {code}:\n{''.join(told[-10:])}")

    def _watch(self, command: int, ended: threading.Event) -> None:
        while not ended.wait(3.0):
            found = processes()
            mb, spent = dict.fromkeys(KINDS, 0.0), dict.fromkeys(KINDS, 0.0)
            below = {p for p, (parent, _) in found.items() if parent == command}
            template = {p for p in below if _is_template(p)}
            for pid, (parent, seconds) in found.items():
                if pid == command or pid in below or parent in template:
                    kind = (
                        "command"
                        if pid == command
                        else "template"
                        if pid in template
                        else "kernels"
                        if parent in template
                        else "worker"
                    )
                    mb[kind] = max(mb[kind], held(pid)) if kind == "worker" else mb[kind] + held(pid)
                    if kind == "worker":
                        self.workers.add(pid)
                        self._largest[pid] = seconds
                    elif kind == "command":
                        spent[kind] = seconds
            if spent["command"]:
                self.own["command"] = spent["command"]
                self.own["worker"] = sum(self._largest.values())
                if self.done // 250 > (self.memory[-1][0] // 250 if self.memory else 0):
                    told = ", ".join(f"{kind} {mb[kind]:.0f} MB" for kind in KINDS)
                    print(
                        f"{self.done} pages: {told}; {spent['command']:.1f} s the command", file=sys.stderr, flush=True
                    )
                self.memory.append((self.done, mb))

    def at(self, pages: int) -> dict[str, float]:
        """Return the medians of what was held about when so many pages were made, by the kind of process."""
        near = sorted(self.memory, key=lambda look: abs(look[0] - pages))[:5]
        return {kind: sorted(mb[kind] for _, mb in near)[len(near) // 2] for kind in KINDS}

    def peak(self, kind: str) -> float:
        """Return the most MB that processes of a kind were seen to hold."""
        return max(mb[kind] for _, mb in self.memory)


def _is_template(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return b"kzreport.execution.forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def _children_spent() -> float:
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Relay:
    """A relay in front of a TCP address that counts the bytes that go through it, in both directions together."""

    def __init__(self, host: str, port: int) -> None:
        self.behind, self.bytes, self._lock = (host, port), 0, threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            near, _ = self._listening.accept()
            far = socket.create_connection(self.behind)
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(1 << 16):
                with self._lock:
                    self.bytes += len(data)
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
