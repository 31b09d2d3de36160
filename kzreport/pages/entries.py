"""Entries of a list of pages: a page, and perhaps values of its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, get_args, get_origin
from urllib.parse import quote, unquote

from kzreport.errors import ParameterError, explain, short_repr
from kzreport.pages.notebooks import declared_parameters
from kzreport.pages.parameters import Parameter, validate_parameters


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
