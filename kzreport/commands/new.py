"""``kzreport new``: make notebook, words and view of a new page."""

from __future__ import annotations

import argparse
import ast
import keyword
import re
from collections.abc import Iterator

from kzreport.commands.session import show
from kzreport.commands.starter import STARTER, page_files, write_new
from kzreport.errors import ParameterError, explain, short_repr
from kzreport.files import project_root, shown_path
from kzreport.pages.notebooks import read_notebook
from kzreport.project import project
from kzreport.series.resource import Resource, describe_series, resources

_NAME = re.compile(r"[a-z][a-z_]{1,29}", re.ASCII)
_DEVICES = ("aux", "con", "nul", "prn")  # no names of files on Windows, where somebody may check the project out


def run(args: argparse.Namespace) -> int:
    """Copy the files of a page that shows one series; nothing is overwritten."""
    check_page_name(args.page)
    series = _series(args.series)
    files = page_files(project_root(), args.page, series.name, series.titles, project().languages)
    write_new(files)
    for path in files:
        show(f"made {shown_path(path)}")
    definition = f"params/{project().default}.yml"
    show(f"edit them, add '{args.page}' to {definition}, then run: kzreport accept {args.page}")
    return 0


def check_page_name(name: str) -> None:
    """Raise :class:`ParameterError` for a name that a page cannot have."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or name in {*_DEVICES, *_variables()}:
        expected = "2 to 30 of a-z and _, no word of Python or of the notebook, no device"
        raise ParameterError(explain("page", short_repr(name), expected))


def _variables() -> Iterator[str]:
    """The names that the notebook of a new page gives to its own things."""
    for cell in read_notebook(STARTER / "page" / "page.ipynb").cells:
        if cell.cell_type == "code":
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    yield node.id


def _series(name: str | None) -> Resource:
    """Return a series that a chart can show as it is; the first of the project unless named."""
    if name is None:
        found = next((r for r in resources().values() if _fits(r)), None)
        if found is None:
            todo = "add one to data/"
            raise ParameterError(explain("--series", "no series without dimensions", "one to begin with", todo))
        return found
    series = describe_series(name)
    if not _fits(series):
        todo = "begin with another one and change the view"
        raise ParameterError(
            explain("--series", f"{name}, which a view has to cut", "a series without dimensions", todo)
        )
    return series


def _fits(series: Resource) -> bool:
    return series.name.isidentifier() and not series.dimensions and series.frequency in ("D", "M", "Q", "A")
