"""Executed pages that are kept: a page that another edition has executed is rendered again, not computed again.

They stand under ``.work/pages/``, each named by the digest of its own inputs, until no edition holds them.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from kzreport.editions.plan import Plan, named_pages
from kzreport.editions.store import Store
from kzreport.errors import DataError, PageError
from kzreport.execution.task import Task
from kzreport.files import cached_by_stamp, project_root, read_bytes, read_text, write_atomic
from kzreport.pages.notebooks import load_notebook


def page_key(plan: Plan, task: Task) -> str:
    """Return the digest of everything that an executed page depends on.

    That is its own notebook, words and parameters (and those of the pages it speaks of), the views that these import,
    settings, the engine as a whole, and all data: a claim may rest on any series.
    """
    inputs, pages = plan.inputs, {task.page, *named_pages(task.values)}
    own = {page: [inputs.notebooks[page], inputs.words[page]] for page in sorted(pages)}
    views = views_imported(pages)
    used = {name: digest for name, digest in inputs.views.items() if views is None or name in views}
    shared = [sorted(known.items()) for known in (inputs.data, used, inputs.settings)]
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

        On a full disk it is not kept, and the next run computes it again if it must.
        """
        with contextlib.suppress(OSError):
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
        """Remove the pages that no edition holds any more; they are no loss, nor is it if they cannot be removed."""
        with contextlib.suppress(OSError):
            for path in self.folder.iterdir():
                if not self.store.holds(path):
                    path.unlink(missing_ok=True)


def views_imported(pages: Iterable[str]) -> set[str] | None:
    """Return the modules of views that pages use: of their own names, and all that these and notebooks import.

    ``None`` if that cannot be known: a module computes the names of its imports, or is not valid Python.
    """
    found, waiting = set[str](), set(pages)
    try:
        for page in pages:
            waiting |= _imports("\n".join(c.source for c in load_notebook(page).cells if c.cell_type == "code"))
        while waiting:
            name = waiting.pop()
            path = project_root() / "notebooks" / "views" / f"{name}.py"
            if name not in found and path.is_file():
                found.add(name)
                waiting |= _module_imports(path)
    except (SyntaxError, ValueError, DataError):
        return None
    return found


@cached_by_stamp()
def _module_imports(path: Path) -> frozenset[str]:
    return _imports(read_text(path, by_cell=True))


def _imports(source: str) -> frozenset[str]:
    """Return the modules of ``kzreport.views`` that Python code imports. Raises :class:`ValueError` if unclear."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        names = [a.name for a in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        match node:
            case ast.ImportFrom(module="kzreport.views"):
                found += names
            case ast.ImportFrom(module="kzreport") if {"views", "*"} & set(names):
                raise ValueError("all views at once")
            case ast.ImportFrom(level=level) if level:
                raise ValueError("a relative import")
            case ast.ImportFrom(module=str(module)):
                names = [module]
            case ast.Name(id="importlib" | "__import__" | "exec" | "eval"):
                raise ValueError("an import by a computed name")
        found += [n.split(".")[2] for n in names if n.startswith("kzreport.views.")]
        if "importlib" in names or "kzreport.views" in names or "*" in found:
            raise ValueError("an import by a computed name")
    return frozenset(found)


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
