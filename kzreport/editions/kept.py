"""Executed pages that are kept: a page that another edition has executed is rendered again, not computed again.

They stand under ``.work/pages/``, each named by the digest of its own inputs, until no edition holds them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from kzreport.editions.plan import Plan, named_pages
from kzreport.editions.store import Store
from kzreport.errors import DataError, PageError
from kzreport.execution.task import Task
from kzreport.files import read_bytes, write_atomic


def page_key(plan: Plan, task: Task) -> str:
    """Return the digest of everything that an executed page depends on.

    That is its own notebook, words and parameters (and those of the pages it speaks of), all data, views, settings,
    and the engine.
    """
    inputs, pages = plan.inputs, {task.page, *named_pages(task.values)}
    own = {page: [inputs.notebooks[page], inputs.words[page]] for page in sorted(pages)}
    shared = [sorted(known.items()) for known in (inputs.data, inputs.views, inputs.settings)]
    notes = {name: inputs.notes[name] for name in [task.values.get("note")] if name}
    whole = [task.page, task.parameters, own, shared, asdict(inputs.engine), notes]  # the order of pages counts
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()[:32]


class KeptPages:
    """The kept pages of a store, each under its key and the digest of its bytes."""

    def __init__(self, store: Store) -> None:
        self.store, self.folder = store, store.root / ".work" / "pages"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.known = {path.name.partition("-")[0]: path for path in self.folder.glob("*-*.ipynb")}

    def find(self, key: str) -> Path | None:
        """Return the file of a page that was executed before."""
        if path := self.known.get(key):
            with contextlib.suppress(OSError, PageError):  # gone meanwhile: it is computed again
                self.store.fetch(path)
        return path

    def keep(self, key: str, written: Path) -> None:
        """Keep a page that was written into an edition: one file with two names, or a copy.

        Raises :class:`OSError` if neither can be made.
        """
        data = written.read_bytes()
        path = self.folder / f"{key}-{_digest(data)}.ipynb"
        path.unlink(missing_ok=True)
        try:
            os.link(written, path)
        except OSError:
            write_atomic(path, data)
        self.store.put(path)
        self.known[key] = path

    def prune(self) -> None:
        """Remove the pages that no edition holds any more."""
        for path in self.folder.iterdir():
            if not self.store.holds(path):
                path.unlink(missing_ok=True)


def read_kept(path: Path) -> NotebookNode | None:
    """Return a kept page; ``None`` if it is gone, is not what was written, or is no notebook."""
    try:
        data = read_bytes(path)
        if not path.stem.endswith(_digest(data)):
            return None
        raw = json.loads(data)
        if not isinstance(raw, dict) or raw.get("nbformat") != 4:
            return None
        nbformat.validate(raw, version=4)
        nb: NotebookNode = nbformat.v4.reads(data.decode())  # which joins the lines of sources and outputs again
        return nb
    except (OSError, DataError, ValueError, RecursionError, nbformat.ValidationError):
        return None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]
