"""Pages rehearsed: the calls of their notebooks, made in this process, without a kernel and without drawing.

What belongs here: running a notebook's cells with another kind of page. What does not: what is learnt from it
(:mod:`kzreport.commands.proposed`, :mod:`kzreport.commands.marks`).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from kzreport.pages.notebooks import load_notebook
from kzreport.pages.outputs import Output
from kzreport.pages.page import Page
from kzreport.pages.values import page_values
from kzreport.pages.views import renew_views


class Rehearsed(Page):
    """A page that shows and draws nothing."""

    def display(self, output: Output) -> None:
        """Show nothing."""

    def chart(self, *given: Any, **options: Any) -> None:  # seconds of drawing
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
    """Return the pages of a kind that the calls of a notebook made on a date, as a rule one.

    ``begin`` is called with the index of each cell before it is run. Raises the errors of its views and words.
    """
    renew_views()
    given = page_values(name, values, f"page '{name}'") | {"lang": language, "as_of": day.isoformat()}
    pages: list[Kind] = []

    def page(*args: Any, **about: Any) -> Kind:
        pages.append(kind(*args, **about))
        return pages[-1]

    scope: dict[str, Any] = {**given, "Page": page}  # the parameters cell is not run, and no other cell needs its types
    for number, cell in enumerate(load_notebook(name).cells):
        begin(number)
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
            tree = ast.parse(cell.source)
            tree.body = [n for n in tree.body if not (isinstance(n, ast.ImportFrom) and n.module == "kzreport")]
            exec(compile(tree, f"notebooks/{name}.ipynb", "exec"), scope)
    return pages
