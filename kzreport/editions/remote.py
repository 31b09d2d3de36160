"""Editions at an address (``s3://bucket/reports``, ``file:///srv/reports`` ...): a shelf whose folder mirrors it.

The mirror, a temporary folder, has the names of all that is at the address, and of the manifests the content too, so
that everything that reads or makes editions works on it unchanged; other contents are fetched when asked for. A store
of objects cannot rename a folder, so an edition is there when its manifest is: it comes last, in one step. Files
without a manifest are no edition; they are swept by the next run that makes it.

One run at a time writes to an address. Each announces itself by an object under ``.work/runs/`` and *then* looks for
others, so of two that begin at once at least one sees the other; it needs a store that lists what was just written, as
S3, Google's, Azure's and a disk do. Who runs renews its object; one that is silent for ``SILENCE`` was killed. Before
a manifest is written a run looks whether it was taken for dead: what this leaves open is a run that was, and wakes up
between that look and the write.

Sends files and reads them; knows nothing of pages.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from kzreport.editions.log import Journal
from kzreport.editions.store import MANIFEST, Locked, Store, list_editions, read_manifest
from kzreport.errors import KzreportError, PageError, ParameterError, explain

BEAT = 5.0  # seconds between two signs of life
SILENCE = 30.0  # seconds without one: that run was killed
_RUNS = ".work/runs/"
_PAGES = ".work/pages/"
_OWN = (_PAGES, "failed/")  # what a run may change and remove, beside editions and the files at the top


@contextlib.contextmanager
def opened(address: str, report: Journal, *, write: bool) -> Iterator[Store]:
    """The shelf at an address, alone there if ``write``; the index, run.json and what failed are sent at the end.

    Raises :class:`ParameterError` if it cannot be reached, :class:`Locked` if another run writes there.
    """
    fs, path = _connect(address)
    with tempfile.TemporaryDirectory(prefix="kz-mirror-") as name, contextlib.ExitStack() as stack:
        shelf = Mirror(fs, path, _shown(address), Path(name))
        try:
            if write:
                stack.enter_context(shelf.alone(report))
            shelf.pull()
        except KzreportError:
            raise
        except Exception as e:  # every store has errors of its own
            todo = "a place that can be reached" + (" and written" if write else "")
            raise ParameterError(explain("--output", f"{_shown(address)}: {type(e).__name__}: {e}", todo)) from None
        try:
            yield shelf
        finally:
            if write:
                shelf.push()


def _shown(address: str) -> str:
    """The address without a password."""
    return re.sub(r"(?<=//)[^/@]*@", "", address).rstrip("/")


def _connect(address: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs

        fs, path = url_to_fs(address, use_listings_cache=False)
    except (ImportError, ValueError) as e:
        found = f"{_shown(address)}: {e}"
        todo = "pip install 'kzreport[remote]' for S3; other stores need the package that fsspec names"
        raise ParameterError(explain("--output", found, "a folder, or an address that fsspec knows", todo)) from None
    if hasattr(fs, "auto_mkdir"):
        fs.auto_mkdir = True  # a disk has folders, which must be made
    return fs, path.rstrip("/")


class Mirror(Store):
    """A folder that mirrors an address: names and manifests; the content of other files is empty until fetched."""

    def __init__(self, fs: Any, path: str, address: str, root: Path) -> None:
        super().__init__(root)
        self.fs, self.path, self.address = fs, path, address
        self.names: set[str] = set()  # of all that is there
        self._mine = f"{_RUNS}{secrets.token_hex(8)}"
        self._buried: set[str] = set()  # runs that were silent
        self._held: set[str] | None = None
        self._fetched: list[str] = []

    def _at(self, name: str) -> str:
        return f"{self.path}/{name}"

    def _listed(self, under: str = "") -> set[str]:
        """Names below the address; those that no file of ours can have are left alone."""
        try:
            found = self.fs.find(self._at(under).rstrip("/"))
        except FileNotFoundError:
            return set()
        names = {str(f)[len(self.path) :].lstrip("/") for f in found}
        return {n for n in names if not any(p in ("", ".", "..") or "\\" in p or "\0" in p for p in n.split("/"))}

    def pull(self) -> None:
        """Mirror what is there."""
        self.names = self._listed()
        manifests = {n for n in self.names if re.fullmatch(rf"[^./][^/]*/[^./][^/]*/{re.escape(MANIFEST)}", n)}
        whole = {n.rpartition("/")[0] for n in manifests}
        for name in self.names:
            top = "/".join(name.split("/")[:2])
            if top in whole or name.startswith(_OWN):
                _blank(self.root / name)
        contents = self.fs.cat([self._at(n) for n in manifests]) if manifests else {}
        for path, data in contents.items():
            (self.root / str(path)[len(self.path) :].lstrip("/")).write_bytes(data)

    def fetch(self, path: Path) -> None:
        """Have the content of this edition, or file, in the mirror. Raises :class:`OSError` if it is gone."""
        name = path.relative_to(self.root).as_posix()
        wanted = sorted(n for n in self.names if n == name or n.startswith(f"{name}/"))
        wanted = [n for n in wanted if (self.root / n).exists() and not (self.root / n).stat().st_size]
        if wanted and path.is_dir():
            self._forget()  # one edition at a time: the disk of this machine may be small
            self._fetched = wanted
        if wanted:
            with self._told(name):
                self.fs.get([self._at(n) for n in wanted], [str(self.root / n) for n in wanted])

    def _forget(self) -> None:
        for name in self._fetched:
            _blank(self.root / name)

    def put(self, path: Path) -> None:
        """Send a file, or an edition: its manifest last, and in one step. It is there whole, or not at all."""
        name = path.relative_to(self.root).as_posix()
        if not path.is_dir():
            with self._told(name):
                self._send([name])
            self.names.add(name)
            _blank(path)
            return
        files = sorted(f"{name}/{f.relative_to(path).as_posix()}" for f in path.rglob("*") if f.is_file())
        manifest = f"{name}/{MANIFEST}"
        files.remove(manifest)
        try:
            with self._told(name):
                there = {n for n in self.names if n.startswith(f"{name}/")}  # torn: it has no manifest
                self._remove(there - set(files))
                self._send(files)
                self._still_alone()
                self._replace(manifest)
        except BaseException:
            shutil.rmtree(path)  # the mirror has what is there
            with contextlib.suppress(Exception):
                if manifest not in (torn := self._listed(name)):
                    self._remove(torn)
            raise
        self.names |= {*files, manifest}
        for file in files:
            _blank(self.root / file)

    def holds(self, page: Path) -> bool:
        """Whether an edition has this page, by the digests in the manifests."""
        if self._held is None:
            self._held = set()
            for folder in list_editions(self.root):
                with contextlib.suppress(PageError):  # told elsewhere
                    files = read_manifest(folder)["files"]
                    self._held |= {digest[:32] for name, digest in files.items() if name.endswith(".ipynb")}
        return page.stem.partition("-")[2] in self._held

    def shown(self, path: Path) -> str:
        """What a user would open."""
        return f"{self.address}/{path.relative_to(self.root).as_posix()}"

    def push(self) -> None:
        """Send the files at the top and what failed; remove what is no longer in the mirror."""
        loose = [f for f in self.root.iterdir() if f.is_file()]
        loose += [f for f in (self.root / "failed").rglob("*") if f.is_file() and f.stat().st_size]
        gone = {n for n in self.names if n.startswith(_OWN) and not (self.root / n).exists()}
        with self._told("its index"):
            self._remove(gone)
            for file in loose:
                self._replace(file.relative_to(self.root).as_posix())

    def _replace(self, name: str) -> None:
        """Send a file in one step, also where writing is not one."""
        aside = f".work/{PurePosixPath(self._mine).name}"
        self.fs.put_file(str(self.root / name), self._at(aside))
        self.fs.mv(self._at(aside), self._at(name))

    def _send(self, names: Sequence[str]) -> None:
        if names:
            self.fs.put([str(self.root / n) for n in names], [self._at(n) for n in names])

    def _remove(self, names: set[str]) -> None:
        if names:
            self.fs.rm([self._at(n) for n in sorted(names)])

    @contextlib.contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Errors of any store as ours."""
        try:
            yield
        except (KzreportError, OSError):
            raise
        except Exception as e:
            raise PageError(f"{self.address}, {what}: {type(e).__name__}: {e}") from e

    # --- alone --------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def alone(self, report: Journal) -> Iterator[None]:
        """Be the only run that writes here. Raises :class:`Locked` if another gives signs of life."""
        ended = threading.Event()

        def live() -> None:
            count = 0
            while not ended.wait(BEAT):
                count += 1
                with contextlib.suppress(Exception):  # the next beat may get through; others wait for several
                    if self.fs.exists(self._at(self._mine)):  # else we were taken for dead
                        self._beat(count)

        self._beat(0)
        thread = threading.Thread(target=live, daemon=True)
        thread.start()
        try:
            self._bury(report)
            yield
        finally:
            ended.set()
            thread.join()
            with contextlib.suppress(Exception):
                self.fs.rm([self._at(self._mine)])

    def _beat(self, count: int) -> None:
        self.fs.pipe_file(self._at(self._mine), f"{socket.gethostname()}, process {os.getpid()}, {count}".encode())

    def _others(self) -> dict[str, bytes]:
        others = [self._at(n) for n in self._listed(_RUNS) - {self._mine}]
        return dict(self.fs.cat(others, on_error="omit")) if others else {}

    def _bury(self, report: Journal) -> None:
        """Wait until every other run was silent for so long that it is dead."""
        first = self._others()
        if not first:
            return
        who = ", ".join(sorted(said.decode(errors="replace").rpartition(",")[0] for said in first.values()))
        report(f"{self.address}: waiting {SILENCE:.0f} s for a sign of life of {who}")
        end = time.monotonic() + SILENCE
        while time.monotonic() < end:
            time.sleep(BEAT / 5)
            now = self._others()
            if any(first.get(run) != said for run, said in now.items()):
                raise Locked(
                    explain(self.address, f"another run that writes there ({who})", "to be alone", "wait for its end")
                )
            if not now:
                return
        with contextlib.suppress(FileNotFoundError):
            self.fs.rm(list(first))
        self._buried = set(first)
        self._still_alone()

    def _still_alone(self) -> None:
        """Raise :class:`Locked` if another run took us for dead, or one that we did is not."""
        if not self.fs.exists(self._at(self._mine)) or any(map(self.fs.exists, self._buried)):
            raise Locked(explain(self.address, "another run that writes there", "to be alone", "run again"))


def _blank(path: Path) -> None:
    """An empty file, older than any manifest: it was not altered since. The same file elsewhere keeps its content."""
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (0, 0))
