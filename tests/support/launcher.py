"""Runs of the command line that are forked from one process which has imported it: see ``launch_server.py``."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

ROOT = Path(__file__).resolve().parents[2]
AS_OF = "2024-03-31"


_UNSEEN = re.compile(r"run\.json|\..+\.\d+\.tmp")


def tree(folder: Path) -> dict[str, str]:
    """Every file of the editions and its digest; not what a killed write left, which a later run sweeps."""
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and ".work" not in p.relative_to(folder).parts and not _UNSEEN.fullmatch(p.name)
    }


def torn(out: Path, golden: dict[str, str]) -> list[str]:
    """What stands at a final name and is not, to the byte, what an undisturbed run puts there."""
    found = tree(out) if out.exists() else {}
    if "index.html" in found:  # it lists the editions that were there: any number
        text = (out / "index.html").read_text(encoding="utf-8")
        if not text.rstrip().endswith("</html>"):
            return ["index.html"]
        del found["index.html"]
    for name in [n for n in found if n.split("/")[1:2] == ["latest"]]:  # it leads to the newest that was there
        if not (out / name).read_text(encoding="utf-8").rstrip().endswith("</html>"):
            return [name]
        del found[name]
    found = {name: digest for name, digest in found.items() if not name.startswith("failed/")}
    wrong = [name for name, digest in found.items() if golden.get(name) != digest]
    for folder in out.glob("[!.]*/[!.]*/"):  # an edition, also one of which nothing else is there
        name = folder.relative_to(out).as_posix()
        if "failed" not in name and folder.name != "latest":
            wrong += [n for n in golden if n.startswith(f"{name}/") and n not in found]
    if (out / "run.json").exists():
        json.loads((out / "run.json").read_text(encoding="utf-8"))
    return wrong


class Run:
    """One run of the command line that the launcher forked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scratch = folder / "tmp"

    def _number(self, name: str, seconds: float) -> int:
        end = time.monotonic() + seconds
        path = self.folder / name
        while not path.exists():
            assert time.monotonic() < end, f"no {name} after {seconds} s: {self.err}"
            time.sleep(0.005)
        return int(path.read_text())

    @property
    def pid(self) -> int:
        return self._number("pid", 60)

    @property
    def ended(self) -> bool:
        return (self.folder / "code").exists()

    def wait(self, seconds: float = 300) -> int:
        """Its exit code."""
        return self._number("code", seconds)

    @property
    def out(self) -> str:
        return (self.folder / "out").read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        path = self.folder / "err"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def kill(self, number: int = signal.SIGKILL, *, group: bool = True) -> bool:
        """Whether it was still there to be signalled."""
        pid = self.pid
        if self.ended:
            return False
        try:
            (os.killpg if group else os.kill)(pid, number)
        except ProcessLookupError:
            return False
        return True


class Launcher:
    """The process of ``launch_server.py``. Every process that comes of it has MARK in its environment."""

    MARK: ClassVar[str] = f"KZREPORT_FAULT_TEST={os.getpid()}"

    def __init__(self, home: Path, folder: Path, read: Sequence[Path] = ()) -> None:
        self.home, self.folder, self.count = home, folder, 0
        name, _, value = self.MARK.partition("=")
        self.env = os.environ | {"KZREPORT_HOME": str(home), "PYTHONPATH": str(ROOT), name: value}
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("launch_server.py")), "trial", AS_OF, *map(str, read)],
            env=self.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout.readline() == "ready\n"

    def start(
        self,
        *words: str,
        before: str = "",
        shared: bool = True,
        home: Path | None = None,
        cwd: Path | None = None,
        scratch: Path | None = None,
        **env: str,
    ) -> Run:
        self.count += 1
        run = Run(self.folder / f"run-{self.count}")
        run.scratch = scratch or run.scratch
        run.scratch.mkdir(parents=True)
        run.folder.mkdir(exist_ok=True)
        home = home or self.home
        asked = {
            "folder": str(run.folder),
            "words": words,
            "env": {"KZREPORT_HOME": str(home), "TMPDIR": str(run.scratch)} | env,
            "cwd": str(cwd or home),
            "before": before,
            "shared": shared,
        }
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return run

    def __call__(self, *words: str, **how) -> Run:
        run = self.start(*words, **how)
        run.wait()
        return run

    def left(self) -> list[int]:
        """Processes of its runs that are alive: the launcher itself and its forkserver are not counted."""
        ours = {self.process.pid}
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) not in ours:
                try:
                    stat = (entry / "stat").read_text().rpartition(")")[2].split()
                    marked = self.MARK.encode() in (entry / "environ").read_bytes().split(b"\0")
                except OSError:
                    continue
                if marked and stat[0] != "Z":
                    found.append((int(entry.name), int(stat[1])))
        return [pid for pid, parent in found if parent not in ours]

    def quiet(self, seconds: float = 5) -> list[int]:
        """Those left when nothing has been left to end, or after so long."""
        end = time.monotonic() + seconds
        while (left := self.left()) and time.monotonic() < end:
            time.sleep(0.05)
        return left

    tree, torn = staticmethod(tree), staticmethod(torn)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()
