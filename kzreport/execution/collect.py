"""The executed notebook as an edition keeps it: checked, and without anything that changes from run to run."""

from __future__ import annotations

from nbformat import NotebookNode

from kzreport.errors import PageError, explain
from kzreport.execution.failures import INJECTED, cell_number
from kzreport.execution.task import Task
from kzreport.pages.outputs import page_artefacts, read_output
from kzreport.pages.parameters import injected_equal
from kzreport.project.settings import project

_LANGUAGE = {"name": "python", "file_extension": ".py"}  # nbconvert calls a script .txt without it
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def collect(nb: NotebookNode, task: Task, *, inject: bool = True) -> NotebookNode:
    """Check an executed notebook and remove ids, times and counters; the notebook is changed in place.

    papermill's own word is not enough: it writes ``completed`` for cells that never ran.

    Raises
    ------
    PageError
        naming the cell, for

        - injected parameters that are not the validated ones (unless ``inject`` is false),
        - a cell that was not run,
        - an output other than those of :mod:`kzreport.pages.page`: printed text, a warning, a value,
        - two charts or tables with one name.
    """
    where = f"notebooks/{task.page}.ipynb"
    injected = [c for c in nb.cells if INJECTED in c.metadata.get("tags", [])]
    if inject and (len(injected) != 1 or not injected_equal(injected[0].source, task.parameters)):
        raise PageError(explain(where, "parameters that are not those validated", repr(task.parameters)))
    kept = {"parameters", INJECTED, "note", *project().languages}
    numbers = [cell_number(nb.cells, i) for i in range(len(nb.cells))]
    for index, cell in enumerate(nb.cells):
        tags = [t for t in cell.metadata.get("tags", []) if t in kept]
        cell.metadata = NotebookNode({"tags": tags} if tags else {})
        cell.id = f"cell-{index + 1}"
        if cell.cell_type == "code":
            _check_cell(cell, f"{where}, cell {numbers[index]}")
    names = [a.name for a in page_artefacts(nb)]
    if again := sorted({n for n in names if names.count(n) > 1}):  # their files would overwrite each other
        raise PageError(explain(where, f"two charts or tables called {', '.join(again)}", "a name for each"))
    kernel = NotebookNode(_KERNEL)  # whichever the analyst saved it with
    nb.metadata = NotebookNode({"kernelspec": kernel, "language_info": NotebookNode(_LANGUAGE)})
    return nb


def _check_cell(cell: NotebookNode, at: str) -> None:
    """Raise :class:`PageError` for a cell that was not run or has an output that a report may not carry."""
    if cell.source.strip() and cell.execution_count is None:
        raise PageError(explain(at, "a cell that was not run", "every cell run to its end", "did a cell call exit()?"))
    for output in cell.outputs:
        if output.output_type == "stream":
            found = f"{output.name}: {output.text.strip()[:200]!r}"
            raise PageError(explain(at, found, "no printed text and no warning"))
        if output.output_type == "error":
            raise PageError(explain(at, f"{output.ename}: {output.evalue}", "what page.say, .chart or .table show"))
        read_output(output, at)
