"""Faults: many runs of cheap pages, cheaply; ``make faults`` runs them all, ``make test`` a few of each."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
from run_fixtures import AS_OF, ROOT, SHOWS, make_home, write_definition, write_page

FULL = bool(os.environ.get("KZREPORT_FAULTS"))
SEED = int(os.environ.get("KZREPORT_SEED", "1"))
ROWS = pytest.StashKey[list[str]]()


def pytest_terminal_summary(terminalreporter):
    passed = terminalreporter.getreports("passed")
    rows = [v for r in passed for k, v in r.user_properties if k == "fault"]
    hostile = [r for r in passed if r.when == "call" and "test_hostile.py" in r.nodeid]
    if hostile:
        rows.append(
            f"B6  hostile text in {len(hostile)} places: nothing runs, loads or leads away; one line in messages"
        )
    if rows and FULL:
        terminalreporter.section(f"faults survived, seed {SEED}")
        for row in sorted(rows):
            terminalreporter.write_line(row)


@pytest.fixture
def row(record_property):
    """State what was survived: row of the fault table, what and how often, what came of it."""

    def state(name: str, what: str, result: str) -> None:
        record_property("fault", f"{name:3} {what}, seed {SEED}: {result}")

    return state


@pytest.fixture
def often():
    """How often: the first number in `make faults`, the second in `make test`."""
    return lambda full, short: full if FULL else short


@pytest.fixture
def dice(request):
    """The same throws for the same seed and test."""
    return random.Random(f"{SEED} {request.node.name}")


def tree(folder: Path) -> dict[str, str]:
    """Every file of the editions and its digest."""
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and ".work" not in p.relative_to(folder).parts and p.name != "run.json"
    }


def torn(out: Path, golden: dict[str, str]) -> list[str]:
    """What stands at a final name and is not, to the byte, what an undisturbed run puts there."""
    found = tree(out) if out.exists() else {}
    if "index.html" in found:  # it lists the editions that were there: any number
        text = (out / "index.html").read_text(encoding="utf-8")
        if not text.rstrip().endswith("</html>"):
            return ["index.html"]
        del found["index.html"]
    found = {name: digest for name, digest in found.items() if not name.startswith("failed/")}
    wrong = [name for name, digest in found.items() if golden.get(name) != digest]
    for folder in out.glob("[!.]*/[!.]*/"):  # an edition, also one of which nothing else is there
        name = folder.relative_to(out).as_posix()
        wrong += [n for n in golden if n.startswith(f"{name}/") and n not in found] if "failed" not in name else []
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
    """See ``launch.py``. Every process that comes of it has MARK in its environment."""

    MARK: ClassVar[str] = f"KZREPORT_FAULT_TEST={os.getpid()}"

    def __init__(self, home: Path, folder: Path) -> None:
        self.home, self.folder, self.count = home, folder, 0
        name, _, value = self.MARK.partition("=")
        env = os.environ | {"KZREPORT_HOME": str(home), "PYTHONPATH": str(ROOT), name: value}
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("launch.py")), "trial", AS_OF],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout.readline() == "ready\n"

    def start(
        self,
        *words: str,
        before: str = "",
        template: bool = True,
        home: Path | None = None,
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
            "cwd": str(home),
            "before": before,
            "template": template,
        }
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return run

    def __call__(self, *words: str, **how) -> Run:
        run = self.start(*words, **how)
        run.wait()
        return run

    def left(self) -> list[int]:
        """Processes of its runs that are alive: those of the launcher itself, and its template, are not counted."""
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


@pytest.fixture(scope="session")
def launcher(tmp_path_factory):
    """One home with a cheap definition, read once."""
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    folder = tmp_path_factory.mktemp("faults")
    home = make_home(folder / "home")
    write_page(home, "good", SHOWS)
    write_page(home, "other", "import subprocess; left = subprocess.Popen(['sleep', '777'])", SHOWS)
    write_definition(home, "trial", ["good", "other"])
    one = Launcher(home, folder)
    yield one
    assert not one.quiet(), "processes are left"
    one.close()


@dataclass
class Batch:
    """A backfill of cheap pages, what an undisturbed one makes, and how long that took."""

    words: tuple[str, ...]
    out: Path
    golden: dict[str, str]
    seconds: float

    @property
    def editions(self) -> int:
        return sum(name.endswith("manifest.json") for name in self.golden)

    def torn(self) -> list[str]:
        return torn(self.out, self.golden)

    def tree(self) -> dict[str, str]:
        return tree(self.out)

    def there(self) -> int:
        return len(list(self.out.glob("trial/*/manifest.json")))

    def resume(self, launcher: Launcher, **how) -> None:
        """The same command once more: what is missing is made, nothing else, and the bytes are those of a calm run."""
        there = self.there()
        run = launcher(*self.words, **how)
        assert run.wait() == 0, run.err
        if there < self.editions:
            assert json.loads((self.out / "run.json").read_text(encoding="utf-8"))["made"] == self.editions - there
        assert tree(self.out) == self.golden

    def clear(self) -> None:
        shutil.rmtree(self.out, ignore_errors=True)


@pytest.fixture(scope="session")
def calm(launcher, tmp_path_factory):
    """What an undisturbed batch of so many months of 2023 and 2024 makes, and how long that took; made once."""
    known = {}

    def make(months: int) -> tuple[tuple[str, ...], dict[str, str], float]:
        if months not in known:
            words = (
                "backfill",
                "trial",
                "--from",
                "2023-01",
                "--to",
                f"{2023 + months // 13}-{(months - 1) % 12 + 1:02}",
            )
            out = tmp_path_factory.mktemp("calm") / "out"
            began = time.monotonic()
            run = launcher(*words, "--output", str(out), "-j", "2")
            assert run.wait() == 0, run.err
            known[months] = words, tree(out), time.monotonic() - began
        return known[months]

    return make


@pytest.fixture
def batch(calm, tmp_path):
    """A batch of 48 pages in `make faults`, of eight in `make test`."""
    words, golden, seconds = calm(24 if FULL else 4)
    out = tmp_path / "out"
    return Batch((*words, "--output", str(out), "-j", "2"), out, golden, seconds)


@pytest.fixture
def small(calm, tmp_path):
    """A batch of eight pages."""
    words, golden, seconds = calm(4)
    out = tmp_path / "out"
    return Batch((*words, "--output", str(out), "-j", "2"), out, golden, seconds)
