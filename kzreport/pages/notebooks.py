"""Read the notebook of a page and its parameters cell."""

from __future__ import annotations

import ast
import copy
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, cast

from kzreport.errors import DataError, NotebookError, ParameterError, explain, short_repr
from kzreport.files import cached_by_stamp, read_text, shown_path

if TYPE_CHECKING:
    from nbformat import NotebookNode
from kzreport.pages.parameters import Parameter, parse_code, read_cell, validate_parameters
from kzreport.project.settings import notebook_path

KERNELS = ("python3", "kzreport")  # the default one, and the same warm: a notebook may be saved with either
SCRATCH = "scratch"
_SECRET = re.compile(r"passw|secret|token|credential|api_?key", re.IGNORECASE)


def read_notebook(path: Path) -> NotebookNode:
    """Return a valid notebook of format 4. Raises :class:`NotebookError` (torn JSON, other format, invalid)."""
    import nbformat  # here, because a page imports this module for its types and nbformat takes two seconds to load
    from nbformat.validator import iter_validate

    where = shown_path(path)
    try:
        nb = nbformat.reader.reads(read_text(path))  # nbformat.reads() would also log what is wrong
        if nb.get("nbformat") == 4:
            fault = next(iter_validate(nb), None)
    except DataError as e:
        raise NotebookError(str(e)) from None
    except nbformat.reader.NotJSONError as e:
        line = getattr(e.__cause__, "lineno", 1)
        raise NotebookError(explain(f"{where}, line {line}", str(e.__cause__), "a whole notebook")) from None
    except (nbformat.ValidationError, AttributeError, KeyError, TypeError, ValueError, RecursionError) as e:
        raise NotebookError(explain(where, str(e).splitlines()[0][:120], "a notebook of format 4")) from None
    if nb.get("nbformat") != 4:
        todo = "open and save it in JupyterLab"
        raise NotebookError(explain(where, f"notebook format {nb.get('nbformat')}", "4", todo))
    if fault is not None:
        keys = list(fault.absolute_path)
        at = f"{where}, cell {keys[1] + 1}" if keys[:1] == ["cells"] and len(keys) > 1 else where
        raise NotebookError(explain(at, fault.message.splitlines()[0][:120], "a notebook of format 4"))
    return cast("NotebookNode", nb)


def is_scratch(cell: NotebookNode) -> bool:
    """True for a scratch cell, which runs, reference outputs and checks leave out."""
    return SCRATCH in cell.metadata.get("tags", [])


def load_notebook(page: str) -> NotebookNode:
    """Return the notebook of a page without scratch cells, read once for each state of its file: do not change it."""
    return _notebook(notebook_path(page))


@cached_by_stamp()
def _notebook(path: Path) -> NotebookNode:
    nb = copy.copy(_read(path))
    nb.cells = [c for c in nb.cells if not is_scratch(c)]
    return nb


def code_places(page: str) -> list[str]:
    """Return the place of each cell of :func:`load_notebook`, as messages name it: scratch cells are counted too."""
    cells = enumerate(_read(notebook_path(page)).cells, 1)
    return [f"notebooks/{page}.ipynb, cell {number}" for number, cell in cells if not is_scratch(cell)]


def place_in_notebook(page: str, text: str) -> str:
    """Return the cell and the line of a notebook's code in which a text stands first; the notebook if in none."""
    word = re.compile(rf"\b{re.escape(text)}\b")
    for place, cell in zip(code_places(page), load_notebook(page).cells, strict=True):
        for number, line in enumerate(cell.source.splitlines() if cell.cell_type == "code" else (), 1):
            if word.search(line):
                return f"{place}, line {number}"
    return f"notebooks/{page}.ipynb"


_read = cached_by_stamp()(read_notebook)  # its parameters are read, and its cells


def declared_parameters(page: str) -> tuple[Parameter, ...]:
    """Return the parameters of a page, in the order of its cell.

    Raises :class:`NotebookError` unless exactly one code cell is tagged ``parameters`` and nothing later in the
    notebook assigns one of them again (it would win over what papermill injects).
    """
    return _parameters(notebook_path(page))


def defaults_in(content: bytes) -> dict[str, object]:
    """Return the defaults of the parameters cell in the bytes of a notebook; none if it cannot be read."""
    try:
        cells = json.loads(content)["cells"]
        sources = [c["source"] for c in cells if "parameters" in c["metadata"].get("tags", [])]
        return {p.name: p.default for source in sources for p in read_cell("".join(source), "")}
    except (ValueError, LookupError, TypeError, AttributeError, NotebookError):
        return {}


def _bound(tree: ast.Module) -> set[str]:
    """Return the names that code binds or deletes, by any statement."""
    found: set[str] = set()
    for n in ast.walk(tree):
        if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load):
            found.add(n.id)
        elif isinstance(n, ast.alias):
            found.add((n.asname or n.name).partition(".")[0])
        elif isinstance(name := getattr(n, "name", None), str):  # def, class, except ... as, case ... as
            found.add(name)
    return found


def _tagged(nb: NotebookNode, where: str) -> int:
    """Return the number of the cell that is tagged ``parameters``."""
    tags = [(i, str(t)) for i, c in enumerate(nb.cells, 1) for t in c.metadata.get("tags", [])]
    for i, tag in tags:
        if tag == "injected-parameters":
            todo = "delete the cell: it is what an earlier run wrote"
            raise NotebookError(explain(f"{where}, cell {i}", f"the tag {tag!r}", "a notebook that was not run", todo))
        if tag != "parameters" and tag.strip().lower() in ("parameters", "parameter", "params"):
            raise NotebookError(explain(f"{where}, cell {i}", f"the tag {tag!r}", "'parameters'"))
    numbers = [i for i, tag in tags if tag == "parameters"]
    if len(numbers) != 1:
        found = f"cells {', '.join(map(str, numbers))}" if numbers else "no cell"
        todo = "tag the cell in JupyterLab's property inspector"
        raise NotebookError(explain(where, f"{found} tagged 'parameters'", "exactly one", todo))
    at = f"{where}, cell {numbers[0]}"
    if (kind := nb.cells[numbers[0] - 1].cell_type) != "code":
        raise NotebookError(explain(at, f"a {kind} cell tagged 'parameters'", "a code cell"))
    return numbers[0]


@cached_by_stamp()
def _parameters(path: Path) -> tuple[Parameter, ...]:
    where, nb = shown_path(path), _read(path)
    if (kernel := (nb.metadata.get("kernelspec") or {}).get("name")) not in KERNELS:
        found = short_repr(kernel) if kernel else nb.metadata.get("kernelspec")
        todo = "choose it in JupyterLab and save the notebook"
        raise NotebookError(explain(f"{where}, kernelspec", found, f"the kernel {' or '.join(KERNELS)}", todo))
    number = _tagged(nb, where)
    at = f"{where}, cell {number}"
    found = read_cell(nb.cells[number - 1].source, at)
    declared = {p.name: p.annotation for p in found}
    for name in filter(_SECRET.search, declared):
        todo = "a report prints its parameters; read a secret from the environment"
        raise NotebookError(explain(at, f"a parameter called {name}", "nothing that is to be kept secret", todo))
    for i, other in enumerate(nb.cells, 1):
        if other.cell_type == "code" and i != number and not is_scratch(other):
            again = _bound(parse_code(other.source, f"{where}, cell {i}")) & set(declared)
            if again:
                names = ", ".join(sorted(again))
                raise NotebookError(explain(f"{where}, cell {i}", f"another value for {names}", "no second value"))
    if declared.get("lang") != "Language" or declared.get("as_of") != "Date":
        listed = ", ".join(f"{k}: {v}" for k, v in declared.items())
        raise NotebookError(explain(at, listed or "no parameters", "lang: Language and as_of: Date among them"))
    try:
        validate_parameters(found, {}, at)
    except ParameterError as e:
        raise NotebookError(str(e)) from None
    return found
