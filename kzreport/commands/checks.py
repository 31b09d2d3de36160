"""``kzreport check`` and ``kzreport accept``: are data, words and notebooks sound, and what do the pages say today?

The reference edition is each notebook with the defaults of its parameters cell. Its French outputs are stored in the
notebook (nbval compares them), and everything it says in both languages stands as text in ``notebooks/reference/``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from kzreport.claims import sentences as wording
from kzreport.claims import verdicts
from kzreport.editions.definition import definition_names, load_definition
from kzreport.errors import KzreportError, PageError, explain
from kzreport.execution import execute as runner
from kzreport.execution.execute import Progress, Result, Task
from kzreport.files import project_root, shown_path, write_atomic
from kzreport.language.lint import page_faults, shared_faults
from kzreport.language.words import Words
from kzreport.pages.notebooks import declared_parameters, read_notebook
from kzreport.pages.outputs import page_texts
from kzreport.project import notebook_path, page_names, project
from kzreport.series.issues import known_issues
from kzreport.series.resource import describe_series, resources
from kzreport.series.table import check_table

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
# How many outputs each call shows.
_KINDS = (*_KEYED, "title", "headline", "headlines", "key_figures", "calendar", "caveats", "method", "sources")
_SHOWING = {
    **dict.fromkeys(_KINDS, 1),
    "claims": 2,  # a heading and a table
    "panels": 1,  # at least: as many as a parameter says
    "changes": 1,  # at least: as many tables as there is to say
    "note": 0,  # at least: nothing where the analyst wrote nothing
}
_SEVERAL = {"panels", "changes", "note"}


def notebook_faults(page: str) -> Iterator[str]:
    """What keeps a notebook from being a page: computing in it, digits, outputs missing, words that are not there."""
    path = notebook_path(page)
    where = shown_path(path)
    declared_parameters(page)
    nb = read_notebook(path)
    book = Words(project().languages[0], page)
    code, stored = 0, any(c.get("outputs") for c in nb.cells)
    drawn: set[object] = set()
    if not stored:
        yield explain(where, "no stored outputs", "what the page shows", f"run 'kzreport accept {page}'")
    for number, cell in enumerate(nb.cells, 1):
        at = f"{where}, cell {number}"
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            if not {*project().languages, "note"} & set(tags):
                yield explain(
                    at,
                    "a Markdown cell without a tag",
                    f"{', '.join(project().languages)} (its language in the report) or note (not printed)",
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
            if isinstance(node, ast.ImportFrom) and node.module not in ("kzreport", "kzreport.views"):
                yield explain(
                    f"{at}, line {node.lineno}", f"import from {node.module}", "from kzreport or kzreport.views"
                )
            if isinstance(node, ast.Constant) and (
                not isinstance(node.value, str | bool | None) or any(c.isdigit() for c in repr(node.value))
            ):
                yield explain(f"{at}, line {node.lineno}", f"the digit in {node.value!r}", "a parameter or a reading")
        calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and _of_page(n)]
        for call in calls:
            name = _of_page(call)
            key = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
            if name in _KEYED and not book.has(_KEYED[name], str(key)):
                yield explain(
                    f"{at}, line {call.lineno}",
                    f"no words for {name}({key!r})",
                    f"{_KEYED[name]}.{key!s} in notebooks/{page}.yml",
                )
            if name in ("chart", "table", "listing") and key in drawn:
                yield explain(f"{at}, line {call.lineno}", f"{name}({key!r}) again", "a name for each chart and table")
            drawn |= {key} if name in ("chart", "table", "listing") else set()
        shown = sum(_SHOWING.get(_of_page(call), 0) for call in calls)
        several = any(_of_page(call) in _SEVERAL for call in calls)
        if stored and (len(cell.outputs) < shown if several else len(cell.outputs) != shown):
            yield explain(at, f"{len(cell.outputs)} stored outputs", f"{shown}", f"run 'kzreport accept {page}'")
    if code > 60:
        yield explain(where, f"{code} lines of code", "at most 60", "move computing into kzreport/indicators/")
    yield from _reference_faults(page, nb)


def _of_page(call: ast.Call) -> str:
    """The name of the method that a call ``page.name(...)`` calls; empty for another call."""
    f = call.func
    return f.attr if isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name) and f.value.id == "page" else ""


def _reference_faults(page: str, nb: NotebookNode) -> Iterator[str]:
    """Where what a notebook stores is not what stands in ``notebooks/reference/``."""
    for language in project().languages:
        path = reference_path(page, language)
        if not path.exists():
            yield explain(shown_path(path), "no file", "what the page says", f"run 'kzreport accept {page}'")
        elif (
            language == stored_language(page)
            and any(c.get("outputs") for c in nb.cells)
            and path.read_text(encoding="utf-8") != page_texts(nb)
        ):
            yield explain(
                f"notebooks/{page}.ipynb",
                "stored outputs that say something else",
                shown_path(path),
                f"run 'kzreport accept {page}'",
            )


def faults() -> list[str]:
    """Everything wrong with data, definitions, words and notebooks, one message each; empty if all is sound."""
    found = shared_faults()
    looks: list[Callable[[], object]] = [lambda: known_issues("2100-01-01")]
    looks += [partial(_check_table, name) for name in resources()]
    looks += [partial(load_definition, name) for name in definition_names()]
    looks.append(partial(verdicts.as_of, date(2100, 1, 1)))
    for look in looks:
        try:
            look()
        except KzreportError as e:
            found.append(str(e))
    try:
        found += wording.faults()
    except KzreportError as e:
        found.append(str(e))
    for page in page_names():
        for listing in (page_faults, notebook_faults):
            try:
                found += listing(page)
            except KzreportError as e:
                found.append(str(e))
    return list(dict.fromkeys(found))  # a broken notebook is found by each definition that names it


def _check_table(name: str) -> None:
    check_table(describe_series(name))


# --- the reference edition ---------------------------------------------------------------------------------------


def reference_path(page: str, language: str) -> Path:
    """Where the text of a page of the reference edition is kept."""
    return project_root() / "notebooks" / "reference" / f"{page}.{language}.txt"


def stored_language(page: str) -> str:
    """Return the language of the outputs that a notebook stores: the default of its parameter ``lang``."""
    return next(str(p.default) for p in declared_parameters(page) if p.name == "lang")


def task(page: str, language: str) -> Task:
    """A page of the reference edition: the defaults of its parameters cell."""
    values = {p.name: p.default for p in declared_parameters(page)}
    as_of = str(values.pop("as_of"))
    values.pop("lang")
    return Task(page, language, as_of, values)


def _executed(one: Task, progress: Progress) -> Result:
    return runner.execute(one, progress=progress)


def reference(pages: Sequence[str], jobs: int) -> dict[tuple[str, str], NotebookNode]:
    """Execute pages of the reference edition now, in every language; (page, language) -> notebook.

    Raises :class:`PageError` naming each page that failed, and why.
    """
    work = [task(page, language) for page in pages for language in project().languages]
    done: dict[tuple[str, str], NotebookNode] = {}
    reasons = []
    for number, found in runner.in_processes(_executed, work, jobs):
        one = work[number]
        if isinstance(found, str):
            reasons.append(f"{one.name}: {found}")
        elif found.notebook is None:
            reasons.append(found.reason)
        else:
            done[one.page, one.language] = found.notebook
    if reasons:
        raise PageError("pages failed:\n  " + "\n  ".join(sorted(reasons)))
    return done


def accept(pages: Sequence[str], jobs: int) -> list[Path]:
    """Re-execute pages and write their reference outputs; the files that changed.

    Every page is executed before the first file is written, so a page that fails changes nothing.
    """
    changed = []
    for (page, language), nb in sorted(reference(pages, jobs).items()):
        changed += _replace(reference_path(page, language), page_texts(nb))
        if language == stored_language(page):
            path = notebook_path(page)
            stored = read_notebook(path)
            fresh = [c for c in nb.cells if "injected-parameters" not in c.metadata.get("tags", [])]
            counted = 0
            for number, (cell, new) in enumerate(zip(stored.cells, fresh, strict=True), 1):
                cell.id = f"cell-{number}"
                if cell.cell_type == "code":
                    counted += bool(cell.source.strip())
                    cell.outputs, cell.execution_count = new.outputs, counted if cell.source.strip() else None
            stored.metadata = nb.metadata
            stored.nbformat, stored.nbformat_minor = 4, 5  # cells have ids from 4.5 on
            changed += _replace(path, nbformat.writes(stored) + "\n")
    return changed


def _replace(path: Path, text: str) -> list[Path]:
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, text)
    return [path]
