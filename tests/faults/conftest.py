"""Faults: many runs of cheap pages, cheaply; ``make faults`` runs them all, ``make test`` a few of each."""

from __future__ import annotations

import json
import os
import random
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from launcher import Launcher, torn, tree

FULL = bool(os.environ.get("KZREPORT_FAULTS"))
SEED = int(os.environ.get("KZREPORT_SEED", "1"))


@pytest.fixture
def row(record_property):
    """State what was survived: row of the fault table, what and how often, what came of it."""

    def state(name: str, what: str, result: str) -> None:
        record_property("fault", f"| {name} | {what} | {result} |")

    return state


@pytest.fixture
def often():
    """How often: the first number in `make faults`, the second in `make test`."""
    return lambda full, short: full if FULL else short


@pytest.fixture
def dice(request):
    """The same throws for the same seed and test."""
    return random.Random(f"{SEED} {request.node.name}")


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
