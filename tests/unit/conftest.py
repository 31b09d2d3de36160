"""A home of its own for a test: real data, notebooks and definitions, copied, to be broken at will."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import settings

from kzreport.claims import ledger as claims
from kzreport.files import project_root
from kzreport.pages.notebooks import _parameters
from kzreport.series.issues import _issues
from kzreport.series.known import _known
from kzreport.series.resource import _package
from kzreport.series.table import read_table

# The same examples on every machine; HYPOTHESIS_PROFILE=explore looks for new ones.
settings.register_profile("ci", derandomize=True, deadline=None, database=None, print_blob=True)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

CACHES = (
    *(_package, read_table, _known, _issues),
    *(claims._about, claims._claims, _parameters),
)


def forget() -> None:
    """Files change faster here than the clock that caches tell changes by."""
    for cache in CACHES:
        cache.cache_clear()


class Home:
    """A copy of ``data/``, ``notebooks/`` and ``params/``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = root / "data"
        self.package = json.loads((self.data / "datapackage.json").read_text(encoding="utf-8"))

    def put(self, table: str, content: bytes, *, restated: bool = True) -> None:
        """Replace a table; restated: the description has its hash, so that another fault is what is met."""
        (self.data / f"{table}.csv").write_bytes(content)
        if restated:
            self.entry(table)["hash"] = "sha256:" + sha256(content).hexdigest()
            self.describe()
        forget()

    def only(self, *tables: str) -> None:
        """Drop the other tables from the description."""
        self.package["resources"] = [r for r in self.package["resources"] if r["name"] in tables]
        self.describe()

    def entry(self, table: str) -> dict:
        return next(r for r in self.package["resources"] if r["name"] == table)

    def describe(self) -> None:
        """Write the description as it stands in ``package``."""
        text = json.dumps(self.package, ensure_ascii=False)
        (self.data / "datapackage.json").write_text(text, encoding="utf-8")
        forget()

    def write(self, path: str, content: str | bytes) -> None:
        """Write any file of the home."""
        raw = content.encode() if isinstance(content, str) else content
        (self.root / path).write_bytes(raw)
        forget()

    def notebook(self, page: str) -> dict:
        return json.loads((self.root / "notebooks" / f"{page}.ipynb").read_text(encoding="utf-8"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    root = tmp_path / "home"
    for name in ("data", "notebooks", "params"):
        shutil.copytree(project_root() / name, root / name)
    monkeypatch.setenv("KZREPORT_HOME", str(root))
    forget()
    yield Home(root)
    forget()


@pytest.fixture
def handlers() -> Iterator[None]:
    """For a test that calls the command line in this process: its signal handlers go when it ends."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
