"""The reference edition: each notebook with the defaults of its parameters cell.

Its outputs in the notebook's own language are stored in the notebook (nbval compares them), and the text of its pages
in every language stands in ``notebooks/reference/``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from kzreport.errors import PageError
from kzreport.execution.execute import execute_page
from kzreport.execution.processes import in_processes
from kzreport.execution.task import Task
from kzreport.files import holds_text, project_root, write_atomic
from kzreport.pages.notebooks import declared_parameters, is_scratch, read_notebook
from kzreport.pages.outputs import page_texts
from kzreport.project.settings import notebook_path, project


def reference_path(page: str, language: str) -> Path:
    """Return the file with the text of a page of the reference edition."""
    return project_root() / "notebooks" / "reference" / f"{page}.{language}.txt"


def stored_language(page: str) -> str:
    """Return the language of the outputs that a notebook stores: the default of its parameter ``lang``."""
    return str(next(p.default for p in declared_parameters(page) if p.name == "lang"))


def reference_task(page: str, language: str) -> Task:
    """Return the task that makes a page of the reference edition."""
    values = {p.name: p.default for p in declared_parameters(page)}
    as_of = str(values.pop("as_of"))
    values.pop("lang")
    return Task(page, language, as_of, values)


def execute_reference(pages: Sequence[str], jobs: int) -> dict[tuple[str, str], NotebookNode]:
    """Execute pages of the reference edition in every language; return (page, language) -> notebook.

    Raises :class:`PageError` with the reason of each page that failed.
    """
    tasks = [reference_task(page, language) for page in pages for language in project().languages]
    done: dict[tuple[str, str], NotebookNode] = {}
    reasons = []
    for number, found in in_processes(execute_page, tasks, jobs):
        task = tasks[number]
        if isinstance(found, str):
            reasons.append(f"{task.name}: {found}")
        elif found.notebook is None:
            reasons.append(found.reason)
        else:
            done[task.page, task.language] = found.notebook
    if reasons:
        raise PageError("pages failed:\n  " + "\n  ".join(sorted(reasons)))
    return done


def accept_pages(pages: Sequence[str], jobs: int) -> list[Path]:
    """Re-execute pages and write their reference outputs; return the files that changed.

    Every page is executed before the first file is written, so a page that fails changes nothing.
    """
    changed = []
    for (page, language), nb in sorted(execute_reference(pages, jobs).items()):
        changed += _replace(reference_path(page, language), page_texts(nb))
        if language == stored_language(page):
            changed += _store_outputs(notebook_path(page), nb)
    return changed


def _store_outputs(path: Path, executed: NotebookNode) -> list[Path]:
    stored = read_notebook(path)
    fresh = [c for c in executed.cells if "injected-parameters" not in c.metadata.get("tags", [])]
    counted = 0
    for number, cell in enumerate(stored.cells, 1):
        cell.id = f"cell-{number}"
    for cell, new in zip([c for c in stored.cells if not is_scratch(c)], fresh, strict=True):
        if cell.cell_type == "code":
            counted += bool(cell.source.strip())
            cell.outputs, cell.execution_count = new.outputs, counted if cell.source.strip() else None
    stored.metadata = executed.metadata
    stored.nbformat, stored.nbformat_minor = 4, 5  # cells have ids from 4.5 on
    return _replace(path, nbformat.writes(stored) + "\n")


def _replace(path: Path, text: str) -> list[Path]:
    if holds_text(path, text):
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, text)
    return [path]
