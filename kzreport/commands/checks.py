"""The faults of a project: in its data, report definitions, words and notebooks."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from functools import partial

from nbformat import NotebookNode

from kzreport.claims.assessment import verdicts_as_of
from kzreport.claims.frequencies import frequency_faults
from kzreport.claims.sentences import sentence_faults
from kzreport.commands.marks import mark_faults, note_faults
from kzreport.commands.proposed import proposed_project
from kzreport.editions.definition import definition_names, load_definition
from kzreport.editions.names import name_faults
from kzreport.editions.reference import reference_path, stored_language
from kzreport.errors import KzreportError, explain
from kzreport.files import holds_text, project_root, shown_path
from kzreport.guards.finding import errors_of
from kzreport.guards.state import check_state
from kzreport.language.lint import page_faults, shared_faults
from kzreport.language.words import Words
from kzreport.pages.notebooks import declared_parameters, is_scratch, load_notebook, read_notebook
from kzreport.pages.outputs import page_texts
from kzreport.project.settings import notebook_path, page_names, project
from kzreport.refresh.mapping import demand_mappings
from kzreport.series.assemble import check_package, package_text
from kzreport.series.issues import known_issues
from kzreport.series.resource import describe_series, resources
from kzreport.series.strays import undeclared_tables
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
MOST_LINES = 36  # of code in a notebook, without its parameters cell
_KEYED = {"section": "sections", "say": "say", "chart": "charts", "table": "tables", "listing": "tables"}
# How many outputs each call shows at most: a sentence, chart or section without a subject at a date shows nothing.
_KINDS = (*_KEYED, "title", "headline", "headlines", "key_figures", "caveats", "method", "sources")
SHOWING = {
    **dict.fromkeys(_KINDS, 1),
    "claims": 2,  # at most: a heading and a table, nothing where no document claims anything
    "background": 3,  # caveats, method, sources
    "panels": 1,  # at least: as many as a parameter says
    "calendar": 1,  # at least: what is overdue and what is coming
    "changes": 1,  # at least: as many tables as there is to say
    "note": 0,  # at least: nothing where the analyst wrote nothing
}
_SEVERAL = {"panels", "calendar", "changes", "note"}


def notebook_faults(page: str) -> Iterator[str]:
    """List the faults of a notebook as a page: computing in it, digits, missing outputs, missing words."""
    path = notebook_path(page)
    where = shown_path(path)
    declared_parameters(page)
    nb = read_notebook(path)
    book = Words(stored_language(page), page)
    code, stored = 0, any(c.get("outputs") for c in nb.cells if not is_scratch(c))
    drawn: set[str] = set()
    if not stored and not _is_new(page):
        yield explain(where, "no stored outputs", "what the page shows", f"run 'kzreport accept {page}'")
    for number, cell in enumerate(nb.cells, 1):
        at = f"{where}, cell {number}"
        tags = cell.metadata.get("tags", [])
        if is_scratch(cell):
            continue
        if cell.cell_type == "markdown":
            if not {*project().languages, "note"} & set(tags):
                expected = f"{', '.join(project().languages)} (its language in the report) or note (not printed)"
                yield explain(at, "a Markdown cell without a tag", expected)
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
                    "put the computing into a view, or tag the cell 'scratch' to play in it: no report has it then",
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
            name, keys = _of_page(call), _keys(call)
            for key in keys if name in _KEYED else ():
                if not book.has(_KEYED[name], key):
                    yield explain(
                        f"{at}, line {call.lineno}",
                        f"no words for {name}({key!r})",
                        f"{_KEYED[name]}.{key} in notebooks/{page}.yml",
                    )
            if name in ("chart", "table", "listing"):
                if drawn & set(keys):
                    found = f"{name}({keys[0]!r}) again"
                    yield explain(f"{at}, line {call.lineno}", found, "a name for each chart and table")
                drawn |= set(keys)
        shown = sum(SHOWING.get(_of_page(call), 0) * (len(_keys(call)) or 1) for call in calls)
        several = any(_of_page(call) in _SEVERAL for call in calls)
        least = 0 if any(_of_page(call) == "calendar" for call in calls) else 1  # of series without days none is due
        if stored and shown and not (len(cell.outputs) >= least and (several or len(cell.outputs) <= shown)):
            expected = f"from one to {shown}{' or more' if several else ''}"
            todo = f"run 'kzreport accept {page}'; if the cell has nothing to show then, leave it or the page out"
            yield explain(at, f"{len(cell.outputs)} stored outputs", expected, todo)
    if code > MOST_LINES:
        yield explain(where, f"{code} lines of code", f"at most {MOST_LINES}", "make it two pages")
    yield from _reference_faults(page, load_notebook(page))


def _of_page(call: ast.Call) -> str:
    """Return the name of the method in a call ``page.name(...)``; empty for another call."""
    f = call.func
    return f.attr if isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name) and f.value.id == "page" else ""


def _keys(call: ast.Call) -> list[str]:
    """Return the words that a call names first: a text, or a list of texts."""
    first = call.args[0] if call.args else None
    nodes = first.elts if isinstance(first, ast.List) else [first]
    return [str(n.value) for n in nodes if isinstance(n, ast.Constant)]


def _reference_faults(page: str, nb: NotebookNode) -> Iterator[str]:
    """List the mismatches between the outputs that a notebook stores and ``notebooks/reference/``."""
    for language in project().languages if not _is_new(page) else ():
        path = reference_path(page, language)
        if not path.exists():
            yield explain(shown_path(path), "no file", "what the page says", f"run 'kzreport accept {page}'")
        elif (
            language == stored_language(page)
            and any(c.get("outputs") for c in nb.cells)
            and not holds_text(path, page_texts(nb))
        ):
            yield explain(
                f"notebooks/{page}.ipynb",
                "stored outputs that say something else",
                shown_path(path),
                f"run 'kzreport accept {page}'",
            )


def _is_new(page: str) -> bool:
    """True for a page whose reference was never kept: nothing is stored of it in any language."""
    nb = load_notebook(page)
    known = any(reference_path(page, language).exists() for language in project().languages)
    return not known and not any(c.get("outputs") for c in nb.cells if not is_scratch(c))


def new_pages() -> list[str]:
    """List what is to be done about pages whose reference was never kept: a line for all of them, or none.

    Raises :class:`NotebookError` for a notebook that cannot be read.
    """
    found = [page for page in page_names() if _is_new(page)]
    todo = "'kzreport accept' keeps what they say, and a later change of it shows"
    return [f"no reference of {', '.join(found)} yet: {todo}"] if found else []


def list_faults() -> list[str]:
    """List the faults of data, definitions, words and notebooks, one message each.

    Data that were changed since they were accepted are a fault; all else is looked at as if they were accepted.
    """
    changed: list[str] = []
    with _noted(changed):
        check_package()
    if changed:
        # a card or table that is gone, or cannot be described, is told below with a fault of its own
        with suppress(KzreportError), proposed_project({"datapackage.json": _described()}):
            return [*changed, *_faults()]
    return list(dict.fromkeys([*changed, *_faults()]))


def _described() -> bytes:
    """Return the data package as it would be accepted. Raises :class:`DataError` if a table of it is gone or broken."""
    resources()
    return package_text(project_root() / "data").encode()


def _faults() -> list[str]:
    found: list[str] = []
    tables: Iterable[str] = ()
    with _noted(found):
        found += shared_faults()
    with _noted(found):
        found += name_faults()
    with _noted(found):
        tables = resources()
    readers: list[Callable[[], object]] = [lambda: known_issues("2100-01-01")]
    readers += [partial(_check_table, name) for name in tables]
    readers += [partial(load_definition, name) for name in definition_names()]
    readers += [partial(verdicts_as_of, date(2100, 1, 1)), partial(demand_mappings, tables, date.today())]
    for read in readers:
        with _noted(found):
            read()
    with _noted(found):
        found += [f.message for f in errors_of(check_state(date.max))]
    for of_claims in (sentence_faults, frequency_faults):
        with _noted(found):
            found += of_claims()
    with _noted(found):
        found += undeclared_tables(project_root() / "data")
    for page in page_names():
        for listing in (page_faults, notebook_faults, mark_faults):
            try:
                found += listing(page)
            except KzreportError as e:
                found.append(str(e))
    with _noted(found):
        found += note_faults()
    return list(dict.fromkeys(found))  # a broken notebook is found by each definition that names it


@contextmanager
def _noted(found: list[str]) -> Iterator[None]:
    """Add to ``found`` why something cannot be read, and go on: what comes after may have faults of its own."""
    try:
        yield
    except KzreportError as e:
        found.append(str(e))


def _check_table(name: str) -> None:
    check_table(describe_series(name))
