"""Entries of a list of pages, and the series that pages read."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin
from urllib.parse import quote, unquote

from kzreport.errors import ParameterError, explain, short_repr
from kzreport.files import cached_by_stamp, project_root, read_yaml
from kzreport.pages.notebooks import _notebook, declared_parameters
from kzreport.pages.parameters import Parameter, validate_parameters
from kzreport.project import notebook_path
from kzreport.views import neighbours


def read_entry(entry: str, where: str = "parameter 'pages'") -> tuple[str, dict[str, Any]]:
    """A page and the values of all its parameters, from ``PAGE name=value name=a+b``: the page's own defaults,
    replaced by those named (a list is joined by ``+``; ``%2B`` stands for the sign itself, ``%20`` for a space).

    Raises :class:`ParameterError` naming ``where``, the page, the parameter and the choices.
    """
    page, *pairs = entry.split(" ")
    known = declared_parameters(page)
    lists = {p.name for p in known if _is_list(p)}
    given: dict[str, Any] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or name in given or name in ("lang", "as_of"):
            names = ", ".join(p.name for p in known if p.name not in ("lang", "as_of"))
            at = f"{where}, entry {short_repr(entry)}"
            raise ParameterError(explain(at, short_repr(pair), f"NAME=VALUE, each NAME once, among {names}"))
        given[name] = [unquote(v) for v in value.split("+") if v] if name in lists else unquote(value)
    return page, validate_parameters(known, given, f"{where}, entry {short_repr(entry)}", text=True)


def _is_list(p: Parameter) -> bool:
    return get_origin(p.type) is Annotated and get_origin(get_args(p.type)[0]) is list


def written_entry(page: str, values: Mapping[str, Any]) -> str:
    """The entry of a page with those values that are not its defaults: what :func:`read_entry` reads back."""

    def text(value: Any) -> str:
        if isinstance(value, list):
            return "+".join(map(text, value))
        plain = {None: "null", True: "true", False: "false"}
        return quote(plain[value] if value is None or isinstance(value, bool) else str(value), safe="")

    changed = [p.name for p in declared_parameters(page) if p.name in values and values[p.name] != p.default]
    return " ".join([page, *(f"{name}={text(values[name])}" for name in changed)])


def series_of(page: str, values: Mapping[str, Any]) -> frozenset[str] | None:
    """The series that a page with these values reads: what its cells load by name and what its headline rests on.

    ``None`` where a name is not written out (then it may be any series). Raises as :func:`parameters`.
    """
    found: set[str] = set()
    for name, call in _calls(page):
        if name in ("load", "vintages"):
            first = call.args[0] if call.args else None
            if not isinstance(first, ast.Constant):
                return None
            found.add(str(first.value))
        elif name == "load_all":
            found.update(neighbours.tables(values["indicators"]))
    headline = read_yaml(project_root() / "notebooks" / f"{page}.yml").get("headline", {})
    return frozenset(found | {str(entry).split()[0] for entry in headline.get("series", [])})


def series_read(pages: Mapping[str, Mapping[str, Any]]) -> tuple[frozenset[str] | None, dict[str, list[str]] | None]:
    """The series that pages with these values read (``None``: any), and which claims they show (``None``: none).

    The series that a claim is held against are not counted, but on the page that is about claims.
    """
    if "claims" in pages:  # on all claims, or on those that its values choose
        return None, chosen_claims(pages["claims"])
    each = [series_of(page, values) for page, values in pages.items()]
    series = None if None in each else frozenset().union(*(found for found in each if found))
    judging = [page for page in pages if any(name == "claims" for name, _ in _calls(page))]
    return series, {"pages": judging} if judging else None


def chosen_claims(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Which claims the page about claims shows with these values, as :func:`kzreport.claims.ledger.known` takes it."""
    return {"themes": values["themes"], "pages": values["of_pages"], "documents": values["documents"]}


def _calls(page: str) -> tuple[tuple[str, ast.Call], ...]:
    """The methods that a page's notebook calls."""
    declared_parameters(page)  # it is a notebook, and Python
    return _calls_of(notebook_path(page))


@cached_by_stamp()
def _calls_of(path: Path) -> tuple[tuple[str, ast.Call], ...]:
    trees = [ast.parse(cell.source) for cell in _notebook(path).cells if cell.cell_type == "code"]
    calls = [n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Call)]
    return tuple((n.func.attr, n) for n in calls if isinstance(n.func, ast.Attribute))
