"""Editions at an address: those of a folder, whole or absent, one writer at a time."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from run_fixtures import tree

from kzreport.editions import remote
from kzreport.editions.log import RunLog
from kzreport.editions.store import MANIFEST, Locked, Store
from kzreport.errors import ParameterError

fsspec = pytest.importorskip("fsspec", reason="the extra 'remote' is not installed")


@pytest.fixture
def cli(forked_cli):
    return forked_cli


@pytest.fixture
def trial(three_months):
    return three_months


@pytest.mark.slow
def test_editions_at_an_address_are_those_of_a_folder(cli, project_copy, trial, tmp_path):
    there = tmp_path / "there"
    address = f"file://{there}"
    ended = cli(*trial, "--output", address)
    assert ended.code == 0 and ended.out.splitlines()[-1] == f"open {address}/index.html", ended.err
    assert "the summary lacks" not in ended.err  # the headlines of what was sent away are fetched for the summary
    assert not list((there / ".work" / "runs").iterdir())
    assert cli(*trial, "--output", str(tmp_path / "here")).code == 0
    assert tree(there) == tree(tmp_path / "here")
    assert cli(*trial, "--output", address).out.startswith("nothing to do")
    # a page that was executed is kept there too: it is rendered again, not computed again
    shutil.rmtree(there / "trial" / "2024-02-29")
    again = cli(*trial, "--output", address)
    assert again.code == 0 and again.out.startswith("1 of 3"), again.err
    assert [p["status"] for p in json.loads((there / "run.json").read_text())["pages"]] == ["kept", "kept"]
    assert tree(there) == tree(tmp_path / "here")
    (there / "trial" / "2024-01-31" / "index.html").write_text("altered")
    ended = cli("list", "--output", address)
    assert ended.code == 1 and ended.err == "trial/2024-01-31: index.html: altered\n"


@pytest.fixture
def memory():
    """A store of objects in memory; sends are counted, and end at the one that is asked for."""
    fs = fsspec.filesystem("memory")
    fs.store.clear()
    yield fs
    fs.store.clear()


def an_edition(root: Path, text: str) -> Path:
    folder = root / "trial" / "2024-01-31"
    (folder / "en").mkdir(parents=True)
    for name in ("index.html", "en/a.html", "en/b.html"):
        (folder / name).write_text(text + name)
    digests = {n: hashlib.sha256((text + n).encode()).hexdigest() for n in ("index.html", "en/a.html", "en/b.html")}
    about = {"edition": {}, "inputs": {}, "parameters": {}, "git": None, "files": digests}
    (folder / MANIFEST).write_text(json.dumps(about))
    return folder


@contextlib.contextmanager
def opened(write: bool = True, wait: float = 0.0):
    with remote.open_store("memory://reports", RunLog(), write=write, wait=wait) as shelf:
        assert isinstance(shelf, Store)
        yield shelf


@pytest.mark.parametrize("at", range(1, 6))
def test_a_torn_edition_is_none_and_is_swept(memory, monkeypatch, at):
    """Killed at its n-th write: what stands has a manifest and is whole, or is no edition."""

    class Killed(BaseException):
        pass

    count = 0
    write = type(memory).put_file

    def put_file(self, source, target, **more):
        nonlocal count
        count += 1
        if count >= at:
            raise Killed
        return write(self, source, target, **more)

    monkeypatch.setattr(type(memory), "put_file", put_file)
    monkeypatch.setattr(remote.Mirror, "_remove", lambda *_: None)  # as if it could not even clean up
    with contextlib.suppress(Killed), opened() as shelf:
        an_edition(shelf.root, "first ")
        shelf.put(shelf.root / "trial" / "2024-01-31")
    monkeypatch.undo()
    stands = [n for n in memory.store if n.startswith("/reports/trial/")]
    assert len(stands) == (min(at - 1, 3) if at < 5 else 4)
    if at < 5:
        memory.pipe_file("/reports/trial/2024-01-31/en/gone.html", b"of a torn one")
    with opened() as shelf:
        assert (shelf.root / "trial").exists() == (at == 5)
        if at < 5:
            an_edition(shelf.root, "second ")
            shelf.put(shelf.root / "trial" / "2024-01-31")
    files = json.loads(memory.cat(f"/reports/trial/2024-01-31/{MANIFEST}"))["files"]
    stands = {n.removeprefix("/reports/trial/2024-01-31/"): v for n, v in memory.store.items() if "/trial/" in n}
    assert set(stands) == {*files, MANIFEST}
    assert {n: hashlib.sha256(stands[n].getvalue()).hexdigest() for n in files} == files


def test_one_run_at_a_time_writes_to_an_address(memory, monkeypatch):
    monkeypatch.setattr(remote, "BEAT", 0.05)
    monkeypatch.setattr(remote, "SILENCE", 0.6)
    with opened():
        with pytest.raises(Locked, match="another run that writes there"), opened():
            pytest.fail("two at once")
        with opened(write=False):
            pass  # readers never wait
    assert not [n for n in memory.store if "/runs/" in n]
    # of many that begin at once no two are in at the same time
    inside, most = 0, 0

    def run() -> None:
        nonlocal inside, most
        with contextlib.suppress(Locked), opened():
            inside += 1
            most = max(most, inside)
            time.sleep(0.2)
            inside -= 1

    threads = [threading.Thread(target=run) for _ in range(5)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert most <= 1
    # one that was killed gives no sign of life: the next waits, and goes on
    memory.pipe_file("/reports/.work/runs/dead", b"elsewhere, process 1, 7")
    begun = time.monotonic()
    with opened():
        assert time.monotonic() - begun >= 0.6
        assert not memory.exists("/reports/.work/runs/dead")


def test_a_run_waits_for_the_end_of_another(memory, monkeypatch):
    monkeypatch.setattr(remote, "BEAT", 0.05)
    monkeypatch.setattr(remote, "SILENCE", 0.6)
    order = []

    def run(wait: float, stay: float) -> None:
        with opened(wait=wait):
            order.append("in")
            time.sleep(stay)
            order.append("out")

    first = threading.Thread(target=run, args=(0.0, 1.0))
    first.start()
    while not order and first.is_alive():
        time.sleep(0.01)
    with pytest.raises(Locked):
        run(0.2, 0.0)
    others = [threading.Thread(target=run, args=(60.0, 0.05)) for _ in range(3)]
    for thread in others:
        thread.start()
    for thread in (first, *others):
        thread.join()
    assert order == ["in", "out"] * 4
    assert not [n for n in memory.store if "/runs/" in n]


def test_a_run_taken_for_dead_writes_no_manifest(memory):
    with opened() as shelf:
        memory.rm([n for n in memory.store if "/runs/" in n])
        with pytest.raises(Locked):
            shelf.put(an_edition(shelf.root, "late "))
    assert not [n for n in memory.store if n.endswith(MANIFEST)]


def test_names_that_are_none_of_ours_stay_outside(memory, tmp_path):
    for name in ("/reports/failed/../../../up.ipynb", "/reports/failed/a\\b.ipynb", "/reports/failed/fine.ipynb"):
        memory.store[name] = memory.store.get(name) or type(memory.open("/x", "wb"))(memory, name, b"x")
    with opened(write=False) as shelf:
        assert [p.name for p in shelf.root.rglob("*") if p.is_file()] == ["fine.ipynb"]


@pytest.mark.parametrize(
    ("address", "said"),
    [("nothing://x/y", "Protocol not known"), ("file:///proc/none/reports", "a place that can be reached and written")],
)
def test_an_address_that_cannot_be(address, said):
    with pytest.raises(ParameterError, match=said), remote.open_store(address, RunLog(), write=True):
        pass


def test_a_password_in_an_address_is_not_shown():
    with pytest.raises(ParameterError) as error, remote.open_store("no://me:secret@host/x", RunLog(), write=False):
        pass
    assert "secret" not in str(error.value) and re.search(r"no://host/x", str(error.value))


def test_a_folder_needs_no_fsspec():
    code = "import sys; sys.modules.update(fsspec=None, distributed=None); from kzreport.commands.cli import main; "
    ended = subprocess.run([sys.executable, "-c", f"{code}sys.exit(main(['list']))"], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    code += "sys.exit(main(['list', '--output', 's3://a/b']))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 2 and "kzreport[remote]" in ended.stderr
