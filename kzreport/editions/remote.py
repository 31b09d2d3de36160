"""Editions at an address (``s3://bucket/reports``, ``file:///srv/reports`` ...): a store whose folder mirrors it.

The mirror is a temporary folder. It has the names of all files at the address, and the content of the manifests, so
that everything that reads or makes editions works on it unchanged. Other contents are fetched on request.

An object store cannot rename a folder, so an edition exists when its manifest does: the manifest is sent last, in one
step. Files without a manifest are no edition; the next run that makes the edition removes them.

One run at a time writes to an address. It holds a lease, an object under ``.work/runs/`` that it renews:

- A run writes its lease and *then* looks for others, so of two that begin at once at least one sees the other. This
  needs a store that lists what was just written, as S3, Google's, Azure's and a disk do.
- A run that has not renewed its lease for ``SILENCE`` is assumed dead, and its lease is removed.
- Before a manifest is written a run checks that it still has its lease. One gap remains: a run that was assumed dead
  and wakes up between that check and the write.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import secrets
import shutil
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from kzreport.console.redaction import redact, shown_address
from kzreport.editions.latest import LATEST
from kzreport.editions.log import RunLog
from kzreport.editions.manifest import read_manifest
from kzreport.editions.store import MANIFEST, Store, list_editions
from kzreport.errors import KzreportError, Locked, PageError, ParameterError, explain, short_repr, system_cause
from kzreport.machine import scratch

BEAT = 5.0  # seconds between two renewals of a lease
SILENCE = 30.0  # seconds without a renewal: the run is assumed dead
_RUNS = ".work/runs/"
_PAGES = ".work/pages/"
_ASIDE = re.compile(r"\.work/[0-9a-f]{16}")  # a file on its way to its name
_OWN = (
    _PAGES,
    ".work/ended/",
    "failed/",
)  # a run may change and remove these, beside editions and the files at the top


@contextlib.contextmanager
def open_store(address: str, log: RunLog, *, write: bool, wait: float = 0.0) -> Iterator[Store]:
    """Open the store at an address; ``write``: hold its lease, and send index, log and failed pages at the end.

    Raises :class:`ParameterError` if it cannot be reached, :class:`Locked` if another run writes there and does not end
    within ``wait`` seconds.
    """
    fs, path = _connect(address)
    with scratch.folder() as own, contextlib.ExitStack() as stack:
        (own / "mirror").mkdir()
        store = Mirror(fs, path, shown_address(address), own / "mirror")
        store.private = _is_private(address)
        try:
            if write:
                stack.enter_context(store.lease(log, wait))
            store.pull()
        except KzreportError:
            raise
        except Exception as e:  # every store has errors of its own
            said = _said(e, private=_is_private(address))
            todo = "a place that can be reached" + (" and written" if write else "")
            raise ParameterError(explain("--output", f"{shown_address(address)}: {said}", todo)) from None
        try:
            yield store
        finally:
            if write:
                store.push()


def _said(error: Exception, *, private: bool) -> str:
    """Return an error of a library in one line; its kind alone if the address is ``private``.

    A library quotes parts of an address that it has misread: no search for secrets finds half a password.
    """
    kind = type(error).__name__
    return kind if private else redact(" ".join(f"{kind}: {error}".split()))[:300]


def _is_private(address: str) -> bool:
    """Report whether an address has parts that are not shown."""
    return shown_address(address) != address.strip().rstrip("/")


def _connect(address: str) -> tuple[Any, str]:
    scheme, _, rest = address.partition("://")
    if not re.fullmatch("[a-z][a-z0-9+.-]*", scheme) or not rest.strip("/"):
        expected = "SCHEME://PLACE, such as s3://bucket/reports"
        raise ParameterError(explain("--output", short_repr(shown_address(address)), expected))
    try:
        from fsspec.core import url_to_fs

        fs, path = url_to_fs(address, use_listings_cache=False)
    except Exception as e:  # every store has errors of its own; an address has a hundred ways of being none
        found = f"{shown_address(address)}: {_said(e, private=_is_private(address))}"
        todo = "pip install 'kzreport[remote]' for S3; other stores need the package that fsspec names"
        raise ParameterError(explain("--output", found, "a folder, or an address that fsspec knows", todo)) from None
    if hasattr(fs, "auto_mkdir"):
        fs.auto_mkdir = True  # a disk has folders, which must be made
    return fs, path.rstrip("/")


class Mirror(Store):
    """A folder that mirrors an address: names and manifests; other files are empty until fetched."""

    def __init__(self, fs: Any, path: str, address: str, root: Path) -> None:
        super().__init__(root)
        self.fs, self.path, self.address, self.private = fs, path, address, False
        self.names: set[str] = set()  # of all files at the address
        self._own_lease = f"{_RUNS}{secrets.token_hex(8)}"
        self._expired: set[str] = set()  # leases of runs that were assumed dead
        self._in_editions: set[str] | None = None  # digests of notebooks
        self._fetched: list[str] = []

    def _at(self, name: str) -> str:
        return f"{self.path}/{name}"

    def _pattern(self, name: str) -> str:
        """Return the pattern that only this file fits: what takes lists takes patterns."""
        return re.sub(r"[*?[]", r"[\g<0>]", self._at(name))

    def _unlink(self, paths: Sequence[str]) -> None:
        """Remove files at once, or one by one where their names are patterns to the store."""
        if any(re.search(r"[*?[]", path) for path in paths):
            for path in paths:
                self.fs.rm_file(path)
        else:
            self.fs.rm(list(paths))

    def _listed(self, under: str = "") -> set[str]:
        """Return the names below the address; names that no file of ours can have are left out."""
        try:
            found = self.fs.find(self._at(under).rstrip("/"))
        except FileNotFoundError:
            return set()
        names = {str(f)[len(self.path) :].lstrip("/") for f in found}
        return {n for n in names if not any(p in ("", ".", "..") or "\\" in p or "\0" in p for p in n.split("/"))}

    def pull(self) -> None:
        """Mirror the address."""
        self.names = self._listed()
        manifests = {n for n in self.names if re.fullmatch(rf"[^./][^/]*/[^./][^/]*/{re.escape(MANIFEST)}", n)}
        whole = {n.rpartition("/")[0] for n in manifests}
        for name in self.names:
            top = "/".join(name.split("/")[:2])
            if top in whole or name.startswith(_OWN):
                _blank(self.root / name)
        contents = self.fs.cat([self._pattern(n) for n in manifests]) if manifests else {}
        for path, data in contents.items():
            (self.root / str(path)[len(self.path) :].lstrip("/")).write_bytes(data)

    def fetch(self, path: Path) -> None:
        """Fetch the content of an edition, or file, into the mirror. Raises :class:`OSError` if it is gone."""
        name = path.relative_to(self.root).as_posix()
        wanted = sorted(n for n in self.names if n == name or n.startswith(f"{name}/"))
        wanted = [n for n in wanted if (self.root / n).exists() and not (self.root / n).stat().st_size]
        if wanted and path.is_dir():
            self._drop_fetched()  # one edition at a time: the disk of this machine may be small
            self._fetched = wanted
        if wanted:
            with self._wrap_errors(name):
                self.fs.get([self._at(n) for n in wanted], [str(self.root / n) for n in wanted])

    def _drop_fetched(self) -> None:
        for name in self._fetched:
            _blank(self.root / name)

    def put(self, path: Path) -> None:
        """Send a file, or an edition, its manifest last and in one step: it is there whole, or not at all."""
        name = path.relative_to(self.root).as_posix()
        if not path.is_dir():
            with self._wrap_errors(name):
                self._send([name])
            self.names.add(name)
            _blank(path)
            return
        files = sorted(f"{name}/{f.relative_to(path).as_posix()}" for f in path.rglob("*") if f.is_file())
        manifest = f"{name}/{MANIFEST}"
        files.remove(manifest)
        try:
            with self._wrap_errors(name):
                torn = {n for n in self.names if n.startswith(f"{name}/")}  # of a killed run
                self._remove(torn - set(files))
                self._send(files)
                self._check_lease()
                self._replace(manifest)
        except BaseException:
            shutil.rmtree(path)  # the mirror has what is at the address
            with contextlib.suppress(Exception):
                if manifest not in (left := self._listed(name)):
                    self._remove(left)
            raise
        self.names |= {*files, manifest}
        for file in files:
            _blank(self.root / file)

    def drop(self, folder: Path, aside: Path) -> None:
        """Take an edition from readers: first its manifest, without which it no longer counts, then its other files."""
        name = folder.relative_to(self.root).as_posix()
        manifest = f"{name}/{MANIFEST}"
        own = {n for n in self.names if n.startswith(f"{name}/")}
        with self._wrap_errors(name):
            self._check_lease()
            self._remove({manifest})
            super().drop(folder, aside)
            self._remove(own - {manifest})
            if hasattr(self.fs, "auto_mkdir"):
                self.fs.rm(self._at(name), recursive=True)  # a disk has folders, now empty
        self.names -= own
        self._fetched = [n for n in self._fetched if n not in own]
        self._in_editions = None

    def holds(self, page: Path) -> bool:
        """Return whether an edition has this page, by the digests in the manifests."""
        if self._in_editions is None:
            self._in_editions = set()
            for folder in list_editions(self.root):
                with contextlib.suppress(PageError):  # the index reports it
                    files = read_manifest(folder)["files"]
                    self._in_editions |= {digest[:32] for name, digest in files.items() if name.endswith(".ipynb")}
        return page.stem.partition("-")[2] in self._in_editions

    def is_blank(self, about: os.stat_result) -> bool:
        """Return whether a file was not fetched: see :func:`_blank`."""
        return not about.st_size and not about.st_mtime_ns

    def shown(self, path: Path) -> str:
        """Return what a user would open."""
        return f"{self.address}/{path.relative_to(self.root).as_posix()}"

    def push(self) -> None:
        """Send the files at the top, what leads to the newest editions and the failed pages; remove what is gone."""
        loose = [f for f in self.root.iterdir() if f.is_file()]
        loose += [f for f in self.root.glob(f"[!.]*/{LATEST}/**/*") if f.is_file() and f.stat().st_size]
        loose += [f for f in (self.root / "failed").rglob("*") if f.is_file() and f.stat().st_size]
        gone = {n for n in self.names if n.startswith(_OWN) and not (self.root / n).exists()}
        gone |= {n for n in self.names if _ASIDE.fullmatch(n)}  # of runs that were killed: we are alone
        with self._wrap_errors("its index"):
            self._remove(gone)
            for file in loose:
                self._replace(file.relative_to(self.root).as_posix())

    def _replace(self, name: str) -> None:
        """Send a file in one step, even to a store that shows files while they are written."""
        aside = f".work/{PurePosixPath(self._own_lease).name}"
        self.fs.put_file(str(self.root / name), self._at(aside))
        self.fs.mv(self._at(aside), self._at(name))

    def _send(self, names: Sequence[str]) -> None:
        if names:
            self.fs.put([str(self.root / n) for n in names], [self._at(n) for n in names])

    def _remove(self, names: set[str]) -> None:
        if names:
            self._unlink([self._at(n) for n in sorted(names)])

    @contextlib.contextmanager
    def _wrap_errors(self, what: str) -> Iterator[None]:
        """Raise the errors of any object store as :class:`PageError`."""
        try:
            yield
        except KzreportError:
            raise
        except OSError as e:
            if not self.private:
                raise
            raise PageError(f"{self.address}, {what}: {system_cause(e)}") from None
        except Exception as e:
            raise PageError(f"{self.address}, {what}: {_said(e, private=self.private)}") from e

    # --- lease --------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def lease(self, log: RunLog, wait: float = 0.0) -> Iterator[None]:
        """Hold the lease to write here. Raises :class:`Locked` if another run renews its own for ``wait`` seconds more.

        Who waits holds no lease: of several, each tries again after a time of its own, until it is alone.
        """
        end = time.monotonic() + wait
        while True:
            with self._renewed_lease():
                try:
                    self._expire_others(log)
                except Locked:
                    if time.monotonic() >= end:
                        raise
                else:
                    yield
                    return
            time.sleep(min(BEAT * random.uniform(0.5, 2), max(end - time.monotonic(), 0)))

    @contextlib.contextmanager
    def _renewed_lease(self) -> Iterator[None]:
        """Write our lease, renew it until the end, and remove it."""
        ended = threading.Event()

        def renew() -> None:
            count = 0
            while not ended.wait(BEAT):
                count += 1
                with contextlib.suppress(Exception):  # the next beat may get through; others wait for several
                    if self.fs.exists(self._at(self._own_lease)):  # else we were assumed dead
                        self._write_lease(count)

        self._expired = set()
        self._write_lease(0)
        thread = threading.Thread(target=renew, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            with contextlib.suppress(Exception):
                self._unlink([self._at(self._own_lease)])

    def _write_lease(self, count: int) -> None:
        self.fs.pipe_file(self._at(self._own_lease), f"{socket.gethostname()}, process {os.getpid()}, {count}".encode())

    def _others(self) -> dict[str, bytes]:
        others = [self._pattern(n) for n in self._listed(_RUNS) - {self._own_lease}]
        return dict(self.fs.cat(others, on_error="omit")) if others else {}

    def _expire_others(self, log: RunLog) -> None:
        """Wait until every other lease has expired.

        Raises :class:`Locked` if one of them is renewed meanwhile.
        """
        first = self._others()
        if not first:
            return
        who = ", ".join(sorted({_holder(text) for text in first.values()}))[:200]
        log.line(f"{self.address}: waiting {SILENCE:.0f} s for a sign of life of {who}")
        end = time.monotonic() + SILENCE
        while time.monotonic() < end:
            time.sleep(BEAT / 5)
            now = self._others()
            if any(first.get(lease) != text for lease, text in now.items()):
                raise Locked(
                    explain(self.address, f"another run that writes there ({who})", "to be alone", "wait for its end")
                )
            if not now:
                return
        with contextlib.suppress(FileNotFoundError):
            self._unlink(list(first))
        self._expired = set(first)
        self._check_lease()

    def _check_lease(self) -> None:
        """Raise :class:`Locked` if another run assumed us dead, or a run that we assumed dead is alive."""
        if not self.fs.exists(self._at(self._own_lease)) or any(map(self.fs.exists, self._expired)):
            raise Locked(explain(self.address, "another run that writes there", "to be alone", "run again"))


def _holder(lease: bytes) -> str:
    """Return who holds a lease, as it says; it may be of another program, and of any size.

    >>> _holder(b"host, process 12, 3"), _holder(b"\\x00<html>")
    ('host, process 12', 'an unknown program')
    """
    found = re.fullmatch(r"([\w.-]{1,100}, process \d{1,10}), \d{1,9}", lease[:200].decode(errors="replace"))
    return found[1] if found else "an unknown program"


def _blank(path: Path) -> None:
    """Make an empty file of the oldest time: it stands for one not fetched. A hard link to it keeps its content."""
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (0, 0))
