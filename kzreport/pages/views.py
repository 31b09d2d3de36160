"""Views on a page: find them, load what they declare, call them once.

A view is a function of ``kzreport.views`` with :func:`kzreport.declare.reads`.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from kzreport.declare import AS_OF, COUNTRY_GROUPS, HOME, Claims, Cut, Given, Several, Source, View, declaration_of
from kzreport.errors import PageError, explain
from kzreport.model import Series
from kzreport.pages.notebooks import load_notebook
from kzreport.project import project
from kzreport.series.groups import all_groups


class Supply(Protocol):
    """The page that views are called for: it has a date, and loads."""

    as_of: date

    def load(self, name: str, **dims: str) -> Series:
        """Return a series as known on the page's date."""

    def vintages(self, name: str, **dims: str) -> tuple[Series, ...]:
        """Return the series at each of its vintages."""

    def judged(self, **chosen: Sequence[str]) -> Series:
        """Return the claims judged, as a series of ones."""


class Views:
    """The results of the views that a page called: each is computed once for the same options."""

    def __init__(self, supply: Supply) -> None:
        self._supply = supply
        self._results: dict[tuple[View, str], Any] = {}
        self._read: dict[View, dict[str, None]] = {}  # the series that each view read

    def call(self, view: View, options: Mapping[str, Any]) -> Any:
        """Load the inputs that a view declares and return its result.

        Raises :class:`PageError` for an option that is missing or unknown, naming the options there are.
        """
        declared = declaration_of(view)
        key = view, repr(sorted(options.items()))
        if key not in self._results:
            lacking = [o for o, needed in declared.options.items() if needed and o not in options]
            if lacking or not options.keys() <= declared.options.keys():
                found = f"no {', '.join(lacking)}" if lacking else ", ".join(options.keys() - declared.options.keys())
                where = f"view {view.__module__.rpartition('.')[2]}.{view.__name__}, options"
                raise PageError(explain(where, found, ", ".join(declared.options) or "no option"))
            own = {o: options[o] for o in declared.own if o in options}
            read = self._read.setdefault(view, {})
            inputs = {name: self._input(source, options, read) for name, source in declared.sources.items()}
            self._results[key] = view(**inputs, **own)
        return self._results[key]

    def _input(self, source: Source, options: Mapping[str, Any], read: dict[str, None]) -> Any:
        match source:
            case Given():
                return {AS_OF: self._supply.as_of, COUNTRY_GROUPS: all_groups(), HOME: project().home}[source]
            case Cut(name, dims, vintages):
                read[name] = None
                given = {k: project().home if isinstance(v, Given) else v for k, v in dims.items()}
                return (self._supply.vintages if vintages else self._supply.load)(name, **given)
            case Several(names, by):
                found = names(options[by])
                read.update(dict.fromkeys(found))
                return {name: self._supply.load(name) for name in found}
            case Claims(chosen):
                return self._supply.judged(**{k: options[o] for k, o in chosen.items()})
        return self.call(source, {k: v for k, v in options.items() if k in declaration_of(source).options})

    def order(self) -> tuple[str, ...]:
        """Return the series that were read, in the order of their views.

        Views come as the page called them, those of one module in the order in which the module defines them.
        """
        lines: dict[str, list[tuple[int, View]]] = {}
        for view in self._read:
            lines.setdefault(view.__module__, []).append((view.__code__.co_firstlineno, view))
        defined = {module: iter(sorted(few, key=lambda pair: pair[0])) for module, few in lines.items()}
        views = [next(defined[view.__module__])[1] for view in self._read]
        return tuple(dict.fromkeys(name for view in views for name in self._read[view]))


def headline_of(page: str) -> View:
    """Return the view of a page's headline: the function ``headline`` of the module that has the page's name.

    Raises :class:`PageError` if there is none.
    """
    try:
        view: View = importlib.import_module(f"kzreport.views.{page}").headline
    except (ModuleNotFoundError, AttributeError) as e:
        raise PageError(explain(f"headline of '{page}'", str(e), f"a view 'headline' in views/{page}.py")) from None
    return view


def headline_options(page: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of a page's parameter values that are options of its headline."""
    return {o: values[o] for o in declaration_of(headline_of(page)).options if o in values}


def views_of(page: str) -> tuple[View, ...]:
    """Return the views that the notebook of a page names, in order."""
    found: dict[View, None] = {}
    modules: dict[str, Any] = {}
    for cell in load_notebook(page).cells:
        nodes = ast.walk(ast.parse(cell.source)) if cell.cell_type == "code" else ()
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.module == "kzreport.views":
                modules |= {n.name: importlib.import_module(f"kzreport.views.{n.name}") for n in node.names}
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
                found[getattr(modules[node.value.id], node.attr)] = None
    return tuple(found)


def series_of(page: str, values: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the series that the views of a page read, given its parameter values.

    ``None`` if one of them reads the claims judged: then it may be any series. Raises as
    :func:`kzreport.pages.notebooks.read_notebook`.
    """
    found: set[str] = set()
    sources = [s for view in views_of(page) for s in declaration_of(view).sources.values()]
    for source in sources:
        match source:
            case Claims():
                return None
            case Cut(name):
                found.add(name)
            case Several(names, by):
                found.update(names(values[by]))
            case Given():
                pass
            case view:
                sources.extend(declaration_of(view).sources.values())
    return frozenset(found)
