"""``kzreport new``: make notebook, words and view of a new page."""

from __future__ import annotations

import argparse
import ast
import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from kzreport.commands.accepted import keep_accepted
from kzreport.commands.new_series import Given, new_series
from kzreport.commands.session import show
from kzreport.commands.starter import STARTER, page_files, write_new
from kzreport.editions.definition import load_definition
from kzreport.errors import ParameterError, explain, short_repr
from kzreport.files import project_root, read_text, shown_path, write_durably
from kzreport.pages.notebooks import read_notebook
from kzreport.project.settings import project
from kzreport.series.assemble import assemble
from kzreport.series.resource import Resource, describe_series, resources

_NAME = re.compile(r"[a-z][a-z_]{1,29}", re.ASCII)
_DEVICES = ("aux", "con", "nul", "prn")  # no names of files on Windows, where somebody may check the project out


def run(args: argparse.Namespace) -> int:
    """Write the files of a page that shows one series, of a new series too, and a line in the report definition.

    Nothing is overwritten; what was written is taken back if the data are refused. Raises :class:`ParameterError`,
    and :class:`DataError` for a table that cannot be read.
    """
    check_page_name(args.page)
    root = project_root()
    made = new_series(Path(args.series), _given(args)) if _is_file(args.series) else None
    named = made or _series(args.series)
    files = page_files(root, args.page, named.name, named.titles, project().languages)
    definition = root / "params" / f"{project().default}.yml"
    listed = with_page(read_text(definition), args.page)
    changed = {**(made.files if made else {}), **({definition: listed} if listed else {})}
    before = {path: path.read_bytes() if path.exists() else None for path in (*files, *changed)}
    try:
        write_new(files)
        for path, text in changed.items():
            write_durably(path, text)
        if made:
            assemble()
            keep_accepted()
        load_definition(project().default)
    except BaseException:
        _take_back(before)
        raise
    for path in before:
        show(f"{'made' if before[path] is None else 'changed'} {shown_path(path)}")
    if not listed:
        show(f"add '{args.page}' to 'pages' in {shown_path(definition)}")
    show(f"next: its words are in notebooks/{args.page}.yml, its readings in notebooks/views/{args.page}.py")
    show(f"  kzreport watch {args.page}    see it change while you write")
    show(f"  kzreport accept {args.page}   keep what it says as its reference")
    show("  kzreport run")
    return 0


def _is_file(series: str | None) -> bool:
    """Report whether a file was given, and not the name of a series. Raises :class:`ParameterError` for a workbook."""
    if series is not None and series.lower().endswith((".xls", ".xlsx", ".ods", ".numbers")):
        raise ParameterError(explain("--series", short_repr(series), "a CSV", "save the sheet as CSV first"))
    return series is not None and series.endswith(".csv")


def _given(args: argparse.Namespace) -> Given:
    return Given(_by_language(args.title), args.unit, _by_language(args.publisher), args.lag, args.source)


def _by_language(texts: Sequence[str]) -> dict[str, str]:
    """Return language -> text of texts such as ``fr=...``; under an empty language one that is for all."""
    found = {}
    for text in texts:
        language, sign, own = text.partition("=")
        known = sign and language in project().languages
        found[language if known else ""] = own if known else text
    return found


def _take_back(before: Mapping[Path, bytes | None]) -> None:
    for path, content in before.items():
        if content is None:
            path.unlink(missing_ok=True)
        elif path.read_bytes() != content:
            write_durably(path, content)


def with_page(definition: str, page: str) -> str:
    """Return the text of a report definition with one more page at the end of its list; empty if it has another form.

    >>> with_page("pages: [summary, fdi]  # all\\n", "wheat")
    'pages: [summary, fdi, wheat]  # all\\n'
    >>> with_page("pages:\\n  - summary\\nlanguages: [en]\\n", "wheat")
    'pages:\\n  - summary\\n  - wheat\\nlanguages: [en]\\n'
    """
    if flow := re.search(r"^pages: *\[[^\]#]*", definition, re.MULTILINE):
        end = len(flow[0].rstrip().rstrip(",")) + flow.start()
        return f"{definition[:end]}, {page}{definition[flow.end() :]}"
    if block := re.search(r"^pages: *\n(?P<line>(?P<indent> *)- .*\n)+", definition, re.MULTILINE):
        return f"{definition[: block.end()]}{block['indent']}- {page}\n{definition[block.end() :]}"
    return ""


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
