"""Bad inputs of every class against the real command line: named and refused with 2, no kernel, nothing changed.

A case runs in a process of its own, stopped where the first page would be given to a worker: being stopped there is to
be accepted. ``make faults`` tries some two thousand, ``make test`` a few of each class.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from pathlib import Path

import bad_code
import bad_inputs
import bad_rows
import pytest
from bad_inputs import Case
from bad_rows import csv_bytes
from bad_words import command_lines, edited_manifests, edited_runs, surroundings
from planted import KINDS, mutations

from kzreport.series.resource import describe_series

pytestmark = [pytest.mark.slow, pytest.mark.faults]  # runs of the command line, seconds each

ACCEPTED = 97
STUB = f"""
import os, sys
from kzreport.execution import processes
def stop(*given, **named):
    sys.stdout.flush(); sys.stderr.flush(); os._exit({ACCEPTED})
processes.in_processes = stop
for name in [n for n in sys.modules if n.startswith("kzreport.views.")]:  # the launcher has imported them
    del sys.modules[name]
"""
_MAKING = ("run", "backfill", "list", "verify", "diff")
_MESSAGE = re.compile(r"^kzreport(?: [a-z]+)?: ", re.MULTILINE)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


class Trial:
    """The home of the launcher, and what became of each case."""

    def __init__(self, launcher, out: Path) -> None:
        self.launcher, self.home, self.out = launcher, launcher.home, out
        self._whole = {name: (Path(name).read_bytes(), when) for name, _, when in self._state()}
        self.tried: Counter[str] = Counter()
        self.wrong: list[tuple[str, str, str]] = []  # class, how, case

    def __call__(self, case: Case) -> None:
        self.tried[case.kind] += 1
        base = self.out if case.kind in ("manifests", "run.json") else self.home
        kept = {path: self._plant(base / path, content) for path, content in case.files.items()}
        before = self._state()
        words = [*case.words]
        if words[0] in _MAKING and not any(w.startswith("--output") for w in words):
            words += ["--output", str(self.out)]
        home = Path(case.env.get("KZREPORT_HOME", self.home))
        run = self.launcher.start(*words, before=STUB, home=home, cwd=self.home)
        try:
            code = run.wait(60)
            said = run.out + run.err
        except (AssertionError, UnicodeDecodeError) as e:
            run.kill()
            code, said = -1, f"hangs, or prints no UTF-8: {type(e).__name__}"
        after = self._state()
        left = sorted(p.name for p in run.scratch.iterdir()) if code not in (-1, ACCEPTED) else []
        if how := self._wrong(case, code, said, changed=before != after) or (left and f"left {left[0]}"):
            last = " | ".join(said.strip().splitlines()[-2:])
            self.wrong.append((case.kind, how, f"{case.what}\n      {last[:400]}"))
        for path, old in kept.items():
            self._restore(base / path, old)
        if before != after:  # what was wrongly made must not be met by the next case
            for name in {n for n, *_ in after} | set(self._whole):
                self._restore(Path(name), self._whole.get(name))
        shutil.rmtree(run.folder, ignore_errors=True)

    def _wrong(self, case: Case, code: int, said: str, *, changed: bool) -> str:
        if "Traceback" in said or code == 70:
            return "traceback"
        if code == -1:
            return "hang"
        if code == ACCEPTED != case.codes[0]:
            return "accepted"
        if code not in case.codes:
            return "accepted" if code == 0 else f"exit code {code}"
        if case.secret and case.secret in said:
            return "secret"
        if _CONTROL.search(said):
            return "control character"
        if len(said) > 8000:
            return "long"
        if changed:
            return "changed the home"
        if code == 2 and len(_MESSAGE.findall(said)) > 1:
            return "several messages"
        if missing := [name for name in case.names if name not in said]:
            return f"does not name {missing[0]}"
        return ""

    def _state(self) -> list[tuple[str, int, int]]:
        found = []
        for folder in ("data", "notebooks", "params"):
            for top, _, files in os.walk(self.home / folder):
                if not top.endswith("__pycache__"):
                    about = [(f"{top}/{name}", os.lstat(f"{top}/{name}")) for name in files]
                    found += [(name, s.st_size, s.st_mtime_ns) for name, s in about]
        return sorted(found)

    @staticmethod
    def _plant(path: Path, content: bytes | str | None) -> tuple[bytes, int] | None:
        old = (path.read_bytes(), path.stat().st_mtime_ns) if path.exists() else None
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        if content == "fifo":
            os.mkfifo(path)
        elif content == "folder":
            path.mkdir()
        elif content == "zero":
            path.symlink_to("/dev/zero")
        elif content == "large":
            with path.open("wb") as f:
                f.truncate(21_000_000)
        elif isinstance(content, bytes):
            path.write_bytes(content)
        return old

    @staticmethod
    def _restore(path: Path, old: tuple[bytes, int] | None) -> None:
        if path.is_dir():
            path.rmdir()
        path.unlink(missing_ok=True)
        if old:
            path.write_bytes(old[0])
            os.utime(path, ns=(old[1], old[1]))  # what the launcher has read of it still holds

    def report(self) -> str:
        lines = []
        for kind, n in self.tried.items():
            hows = Counter(how for k, how, _ in self.wrong if k == kind)
            rest = ", ".join(f"{m} {how}" for how, m in hows.most_common())
            lines.append(f"{kind}: {n} tried, {n - sum(hows.values())} passed{'; ' + rest if rest else ''}")
        return "\n".join(lines)


@pytest.fixture
def trial(launcher, tmp_path):
    shutil.rmtree(launcher.home / "params" / "notes", ignore_errors=True)
    yield Trial(launcher, tmp_path / "out")
    shutil.rmtree(launcher.home / "params" / "notes", ignore_errors=True)


FULL = bool(os.environ.get("KZREPORT_FAULTS"))
SEED = int(os.environ.get("KZREPORT_SEED", "1"))


MAKERS = (
    bad_rows.MAKERS | bad_inputs.MAKERS | bad_code.MAKERS | {"command line": command_lines, "environment": surroundings}
)


@pytest.mark.parametrize("kind", MAKERS)
def test_bad_inputs_are_refused(trial, dice, often, row, kind):
    cases = list(MAKERS[kind](trial.home, dice))
    for case in cases if often(1, 0) else dice.sample(cases, 2):
        trial(case)
    _conclude(trial, row, "K1", "bad inputs")


def test_edited_records_of_editions_stop_nobody(trial, dice, often, row):
    made = trial.launcher("run", "trial", "--as-of", "2024-03-31", "--output", str(trial.out), "-j", "2")
    assert made.wait() == 0, made.err
    manifest = trial.out / "trial" / "2024-03-31" / "manifest.json"
    cases = [*edited_manifests(manifest.read_bytes(), "trial/2024-03-31", dice), *edited_runs(dice)]
    for case in cases if often(1, 0) else dice.sample(cases, 12):
        path = {"manifest": manifest.relative_to(trial.out).as_posix()}
        trial(Case(**{**vars(case), "files": {path.get(k, k): v for k, v in case.files.items()}}))
    _conclude(trial, row, "K2", "edited manifests, logs and indexes")


@pytest.mark.parametrize("kind", KINDS if FULL else ["of any kind"])  # a test a kind: two processes share them
def test_wrong_figures_are_refused_or_asked_about(trial, launcher, often, row, kind):
    """The command line takes no wrong table without a word: what is altered, removed or unusual wants ``--yes``."""
    assert launcher("accept", "--data", "--yes", home=trial.home).wait() == 0  # now it keeps what was accepted
    trial = Trial(launcher, trial.out)
    for own, name, rows in mutations(SEED, often(504, 6)):
        if FULL and own != kind:
            continue
        d = describe_series(name)
        lines = [",".join(d.columns)]
        for o in rows:
            cells = {**o.dims, "period": o.period, "value": "" if o.value is None else f"{o.value:.12g}"}
            cells["published"] = o.published
            lines.append(csv_bytes([[str(cells.get(c, "")) for c in d.columns]]).decode().strip())
        content = ("\n".join(lines) + "\n").encode()
        trial(Case(own, f"{name}: {own}", {f"data/{d.path}": content}, ("accept", "--data"), (name,)))
    _conclude(trial, row, "K3", "mutations of data, accept --data")


def _conclude(trial: Trial, row, name: str, what: str) -> None:
    report = trial.report()
    print(report)
    for line in report.splitlines():
        row(name, f"{what}, {line.partition(':')[0]}", line.partition(": ")[2])
    assert not trial.wrong, report + "\n" + "\n".join(f"{k} | {how} | {c}" for k, how, c in trial.wrong[:40])
