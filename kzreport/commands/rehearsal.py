"""Pages rehearsed: the calls of their notebooks, made in this process, without a kernel and without drawing.

What belongs here: running a notebook's cells with another kind of page. What does not: what is learnt from it
(:mod:`kzreport.commands.proposed`, :mod:`kzreport.commands.marks`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from traceback import extract_tb
from typing import Any, TypeVar

from kzreport.declare import View
from kzreport.errors import KzreportError, NotebookError, explain, names_file
from kzreport.files import project_root, shown_path
from kzreport.model import Groups
from kzreport.pages.notebooks import code_places, load_notebook
from kzreport.pages.outputs import Output
from kzreport.pages.page import Page
from kzreport.pages.values import page_values
from kzreport.pages.views import renew_views


class Rehearsed(Page):
    """A page that shows and draws nothing."""

    def display(self, output: Output) -> None:
        """Show nothing."""

    def chart(self, key: str, kind: str, groups: View | Groups, **options: Any) -> None:  # seconds of drawing
        """Draw nothing."""


Kind = TypeVar("Kind", bound=Page)


def rehearse(
    kind: type[Kind],
    name: str,
    values: Mapping[str, Any],
    language: str,
    day: date,
    begin: Callable[[int], None] = lambda number: None,
) -> list[Kind]:
    """Run the calls of a notebook on a date with pages of this kind; return those pages, usually one.

    ``begin`` is called with the index of each cell before it is run. Raises the errors of its views and words.
    """
    renew_views()
    given = page_values(name, values, f"page '{name}'") | {"lang": language, "as_of": day.isoformat()}
    pages: list[Kind] = []

    def page(*args: Any, **about: Any) -> Kind:
        pages.append(kind(*args, **about))
        return pages[-1]

    scope: dict[str, Any] = {**given, "Page": page}  # the parameters cell is not run, and no other cell needs its types
    for number, (cell, place) in enumerate(zip(load_notebook(name).cells, code_places(name), strict=True)):
        begin(number)
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
            tree = ast.parse(cell.source)
            tree.body = [n for n in tree.body if not (isinstance(n, ast.ImportFrom) and n.module == "kzreport")]
            with _placed(place, kind):
                exec(compile(tree, place, "exec"), scope)
    return pages


@contextmanager
def _placed(cell: str, kind: type) -> Iterator[None]:
    """Name the line of an error: in the view that raised it, else in the cell.

    ``kind``: the class that Python names before a method; in a notebook the method is one of ``page``.

    Raises the package's errors as they are if they name a file, and :class:`NotebookError` for any other error.
    """
    try:
        yield
    except Exception as e:
        lines = [(f.filename, f.lineno) for f in extract_tb(e.__traceback__)]
        views = [(shown_path(Path(f)), n) for f, n in lines if Path(f).is_relative_to(project_root() / "notebooks")]
        own = views or [(f, n) for f, n in lines if f == cell]
        if isinstance(e, SyntaxError) and e.filename == cell:  # found when the cell is compiled, not in a line that ran
            own = [(cell, e.lineno)]
        where = f"{own[-1][0]}, line {own[-1][1]}" if own else cell
        if not isinstance(e, KzreportError):
            ours = "|".join(c.__name__ for c in kind.__mro__)
            said = re.sub(rf"\b({ours})\.(?=\w+\(\))", "page.", e.msg if isinstance(e, SyntaxError) else str(e))
            raise NotebookError(explain(where, f"{type(e).__name__}: {said}", "a page that can be made")) from None
        if names_file(str(e)):
            raise
        raise type(e)(f"{where}: {e}") from None
