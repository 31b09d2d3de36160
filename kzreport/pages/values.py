"""The values of a page's parameters, checked: its defaults, and values that a definition or another page gives."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from IPython import get_ipython

from kzreport.errors import ParameterError, explain
from kzreport.pages.notebooks import declared_parameters
from kzreport.pages.parameters import NOWHERE, validate_parameters
from kzreport.pages.views import renew_views, rule_of

_OF_EDITION = ("lang", "as_of")  # parameters whose values an edition has, not a page


def page_values(
    page: str, given: Mapping[str, Any], where: str, *, places: Mapping[str, str] = NOWHERE, text: bool = False
) -> dict[str, Any]:
    """Return the values of a page's parameters, but language and date: its defaults, replaced by ``given``.

    Parameters
    ----------
    page
        name of the page
    given
        parameter -> value
    where, places
        the place that a message names; parameter -> the place of its value, if another
    text
        values are text, to be read by the declared types

    Raises
    ------
    ParameterError
        naming ``where`` and the parameter, for an unknown name, a value of another type, a broken rule of the page
    """
    declared = declared_parameters(page)
    for name in _OF_EDITION:
        if name in given:
            raise ParameterError(explain(where, f"a value for '{name}'", "none", "use --lang or --as-of"))
    values = validate_parameters(declared, given, where, places=places, text=text)
    if rule := rule_of(page):
        ruled = inspect.signature(rule).parameters
        try:
            rule(**{name: values[name] for name in ruled})
        except ParameterError as e:
            place = next((places[name] for name in ruled if name in places), where)
            raise ParameterError(f"{place}, {e}") from None
    return {name: value for name, value in values.items() if name not in _OF_EDITION}


def open_in_notebook(page: str) -> None:
    """Begin a page that cells of a notebook make: views that were changed are read again, values are checked.

    The values of the parameters cell are checked like values of a command line; outside a notebook nothing is done.
    Raises :class:`ParameterError` naming the parameter.
    """
    shell = get_ipython()
    if shell:
        renew_views()
    typed = shell.user_ns if shell else {}
    declared = [p for p in declared_parameters(page) if p.name in typed.get("__annotations__", ())] if typed else []
    if not declared:
        return
    where = f"notebooks/{page}.ipynb"
    values = validate_parameters(declared, {p.name: typed[p.name] for p in declared if p.name in typed}, where)
    page_values(page, {name: value for name, value in values.items() if name not in _OF_EDITION}, where)


def changed_values(page: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a page that differ from its defaults."""
    return {
        p.name: values[p.name] for p in declared_parameters(page) if p.name in values and values[p.name] != p.default
    }


def values_of_pages(pages: Mapping[str, Mapping[str, Any]], where: str) -> dict[str, dict[str, Any]]:
    """Return the values of each page that another page draws on. Raises as :func:`page_values`."""
    return {page: page_values(page, given, f"{where}, page '{page}'") for page, given in pages.items()}
