"""Description of failures: the cell in which a page failed, its reason on one line, its notebook as evidence."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import nbformat
from nbformat import NotebookNode

from kzreport.errors import without_numbers

LONGEST = 20_000  # characters that a kept notebook has of one text that a cell printed or showed
FIRST = 30  # outputs that it has of one cell
FEW_FILES = 256  # open files; a kernel and its client take some eighty
INJECTED = "injected-parameters"  # papermill's tag of the cell that it adds


def one_line(text: str) -> str:
    r"""Return a text on one line, at most 500 characters, without what a terminal would obey and numbers of errors.

    >>> one_line("a\n  b")
    'a b'
    """
    flat = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(without_numbers(text).split()))
    return flat if len(flat) <= 500 else f"{flat[:500]} …"


def log_tail(lines: Sequence[str]) -> str:
    """Return the last three lines of a kernel's log in parentheses; empty if there are no lines."""
    return f" ({one_line(' '.join(lines[-3:]))})" if lines else ""


def system_limits() -> str:
    """Return the limits that this process was given, if they are low enough to make pages fail; else nothing."""
    try:
        import resource
    except ImportError:  # Windows
        return ""
    space, files = resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    found = [f"{space / 1e6:,.0f} MB of address space"] * (0 < space < 8e9)
    found += [f"{files} open files"] * (0 < files < FEW_FILES)
    return f" [this process may have {' and '.join(found)}: see ulimit]" if found else ""


def cell_number(cells: Sequence[NotebookNode], index: int) -> int:
    """Return the number of a cell in its author's notebook: from 1, without the injected cell."""
    return index + 1 - sum(INJECTED in c.metadata.get("tags", []) for c in cells[: index + 1])


def cell_label(cells: Sequence[NotebookNode], index: int) -> str:
    """Return a cell's number and the start of its first line: ``cell 4 (x = 1)``."""
    first = cells[index].source.strip().splitlines()[:1]
    return f"cell {cell_number(cells, index)}" + (f" ({one_line(first[0][:60])})" if first else "")


def executed_cells(nb: NotebookNode) -> list[NotebookNode]:
    """Return the cells that papermill ran, without the cells that it adds to show an error."""
    return [c for c in nb.cells if "papermill-error-cell-tag" not in c.metadata.get("tags", [])]


def last_started_cell(nb: NotebookNode | None) -> str:
    """Return the label of the last cell that started; papermill marks later cells as ``completed``, too."""
    cells = executed_cells(nb) if nb is not None else []
    started = [
        i
        for i, c in enumerate(cells)
        if c.cell_type == "code" and (c.metadata.get("papermill") or {}).get("start_time")
    ]
    return cell_label(cells, started[-1]) if started else "before its first cell"


def failed_notebook(nb: NotebookNode, reason: str) -> str:
    """Return the text of a failed page's notebook with the reason at its top, without papermill's wrong states."""
    nb = copy.copy(nb)
    nb.metadata = copy.deepcopy(nb.metadata)
    nb.cells = [_without_long_texts(c) for c in executed_cells(nb)]
    nb.metadata.pop("papermill", None)
    for cell in nb.cells:
        cell.metadata.pop("papermill", None)
    warning = f"**Not a report: the page failed.**\n\n    {reason}"
    nb.cells.insert(0, nbformat.v4.new_markdown_cell(warning, id="failed"))
    return str(nbformat.writes(nb)) + "\n"


def _without_long_texts(cell: NotebookNode) -> NotebookNode:
    """Copy a cell with its first outputs, and of each text the start: what is kept of a failed page is to be read."""
    copied = copy.copy(cell)
    copied.metadata = copy.deepcopy(cell.metadata)
    if cell.cell_type == "code":
        copied.outputs = [_cut(output) for output in cell.outputs[:FIRST]]
        if (left := len(cell.outputs) - FIRST) > 0:
            text = f"… {left} more outputs\n"
            copied.outputs.append(nbformat.v4.new_output("stream", name="stderr", text=text))
    return copied


def _cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{value[:LONGEST]}\n… {len(value) - LONGEST} more characters\n"
    if isinstance(value, dict):
        return nbformat.from_dict({k: _cut(v) for k, v in value.items()})
    return [_cut(v) for v in value] if isinstance(value, list) else value
