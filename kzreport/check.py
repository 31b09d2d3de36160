"""``kzreport check`` and ``kzreport accept``: are data, words and notebooks sound, and what do the pages say today?

The reference edition is each notebook with the defaults of its parameters cell. Its French outputs are stored in the
notebook (nbval compares them), and everything it says in both languages stands as text in ``tests/reference/``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from kzreport import catalogue, params, runner, words
from kzreport.errors import KzreportError, PageError, explain
from kzreport.runner import Task

_FORBIDDEN = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.For,
    ast.While,
    ast.If,
    ast.IfExp,
    ast.Try,
    ast.With,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
    ast.GeneratorExp,
    ast.Import,
    ast.BinOp,
    ast.Compare,
)
_KEYED = {"section": "sections", "say": "say", "chart": "charts", "table": "tables", "listing": "tables"}


def notebook_faults(page: str) -> Iterator[str]:
    """What keeps a notebook from being a page: computing in it, digits, outputs missing, words that are not there."""
    path = params.notebook_path(page)
    where = catalogue.shown(path)
    params.parameters(page)
    nb = params.read_notebook(path)
    book = words.Words("fr", page)
    code = 0
    for number, cell in enumerate(nb.cells, 1):
        at = f"{where}, cell {number}"
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            if not {"fr", "en", "note"} & set(tags):
                yield explain(
                    at, "a Markdown cell without a tag", "fr, en (its language in the report) or note (not printed)"
                )
            continue
        if cell.cell_type != "code" or "parameters" in tags:
            continue
        code += len([line for line in cell.source.splitlines() if line.strip()])
        tree = ast.parse(cell.source)
        if cell.source.rstrip().endswith(";"):
            yield explain(at, "a ';' at its end", "none", "nbval cannot read such a cell")
        for node in ast.walk(tree):
            if isinstance(node, _FORBIDDEN):
                yield explain(
                    f"{at}, line {node.lineno}",
                    type(node).__name__,
                    "calls only",
                    "put the computing into kzreport/indicators/",
                )
            if isinstance(node, ast.ImportFrom) and node.module != "kzreport":
                yield explain(f"{at}, line {node.lineno}", f"import from {node.module}", "from kzreport import ...")
            if isinstance(node, ast.Constant) and (
                not isinstance(node.value, str | bool | None) or any(c.isdigit() for c in str(node.value or ""))
            ):
                yield explain(f"{at}, line {node.lineno}", f"the digit in {node.value!r}", "a parameter or a reading")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _KEYED:
                key = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
                if not book.has(_KEYED[node.func.attr], str(key)):
                    yield explain(
                        f"{at}, line {node.lineno}",
                        f"no words for {node.func.attr}({key!r})",
                        f"{_KEYED[node.func.attr]}.{key} in notebooks/{page}.yml",
                    )
        if (
            "page." in cell.source
            and not cell.outputs
            and "page.load" not in cell.source
            and "page.vintages" not in cell.source
        ):
            yield explain(at, "no stored output", "what the cell shows", "run 'kzreport accept'")
    if code > 60:
        yield explain(where, f"{code} lines of code", "at most 60", "move computing into kzreport/indicators/")


def faults() -> list[str]:
    """Everything wrong with data, definitions, words and notebooks, one message each; empty if all is sound."""
    found = words.check_common()
    for name in catalogue.package():
        found += _caught(lambda n=name: [catalogue.check(catalogue.describe(n))][:0])  # type: ignore[misc]
    found += _caught(lambda: list(catalogue.issues("2100-01-01"))[:0])
    for name in params.definitions():
        found += _caught(lambda n=name: [params.definition(n)][:0])  # type: ignore[misc]
    for page in params.pages():
        found += _caught(lambda p=page: words.check(p))  # type: ignore[misc]
        found += _caught(lambda p=page: list(notebook_faults(p)))  # type: ignore[misc]
    return found


def _caught(look: object) -> list[str]:
    try:
        return list(look())  # type: ignore[operator]
    except KzreportError as e:
        return [str(e)]


# --- the reference edition ---------------------------------------------------------------------------------------


def reference_path(page: str, language: str) -> Path:
    """Where the text of a page of the reference edition is kept."""
    return catalogue.home() / "tests" / "reference" / f"{page}.{language}.txt"


def _default_task(page: str, language: str) -> Task:
    values = {p.name: p.default for p in params.parameters(page)}
    as_of = str(values.pop("as_of"))
    values.pop("lang")
    return Task(page, language, as_of, values)


def reference(page: str, language: str) -> NotebookNode:
    """Execute a page of the reference edition now. Raises :class:`PageError` with the reason if it fails."""
    result = runner.execute(_default_task(page, language))
    if result.notebook is None:
        raise PageError(result.reason)
    return result.notebook


def _said(job: tuple[str, str]) -> tuple[NotebookNode, str]:
    nb = reference(*job)
    return nb, runner.texts(nb)


def accept(pages: list[str], jobs: int) -> list[Path]:
    """Re-execute pages and write their reference outputs; the files that changed.

    Every page is executed before the first file is written, so a page that fails changes nothing.
    """
    work = [(page, language) for page in pages for language in params.LANGUAGES]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        done = dict(zip(work, pool.map(_said, work), strict=True))
    changed = []
    for (page, language), (nb, text) in done.items():
        changed += _replace(reference_path(page, language), text)
        if language == "fr":
            path = params.notebook_path(page)
            stored = params.read_notebook(path)
            fresh = [c for c in nb.cells if "injected-parameters" not in c.metadata.get("tags", [])]
            for number, (cell, new) in enumerate(zip(stored.cells, fresh, strict=True), 1):
                cell.id = f"cell-{number}"
                if cell.cell_type == "code":
                    cell.outputs, cell.execution_count = new.outputs, number
            stored.metadata = nb.metadata
            changed += _replace(path, nbformat.writes(stored) + "\n")
    return changed


def _replace(path: Path, text: str) -> list[Path]:
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    temporary.replace(path)
    return [path]
