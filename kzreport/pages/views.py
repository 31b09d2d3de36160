"""Views on a page: find them, load what they declare, call them once.

A view is a function of ``kzreport.views`` with :func:`kzreport.declare.reads`.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from kzreport import views
from kzreport.declare import (
    AS_OF,
    COUNTRY_GROUPS,
    HOME,
    Claims,
    Cut,
    Given,
    Several,
    Source,
    Suspects,
    View,
    declaration_of,
)
from kzreport.errors import NotebookError, PageError, UnknownName, did_you_mean, explain
from kzreport.files import cached_by_stamp, project_root
from kzreport.model import Series
from kzreport.pages.notebooks import load_notebook, place_in_notebook
from kzreport.project.code import project_code
from kzreport.project.settings import notebook_path, project
from kzreport.series.groups import groups_for
from kzreport.series.issues import suspect_periods
from kzreport.series.resource import resources
from kzreport.views import guessing, unknown_module


class Supply(Protocol):
    """The page that views are called for: it has a date, and loads."""

    as_of: date

    def load(self, name: str, **dims: str) -> Series:
        """Return a series as known on the page's date."""

    def vintages(self, name: str, **dims: str) -> tuple[Series, ...]:
        """Return the series at each of its vintages."""

    def judged(self, **chosen: Sequence[str]) -> Series:
        """Return the claims judged, as a series of ones."""


def _given(dims: Mapping[str, str | Given]) -> dict[str, str]:
    """Return the dimensions of a cut, those of the home country filled in."""
    return {k: project().home if isinstance(v, Given) else v for k, v in dims.items()}


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
                guess = "" if lacking else did_you_mean(declared.options, found)
                known = ", ".join(declared.options) or "no option"
                raise PageError(explain(f"view {view_name(view)}, options", found, f"{known}{guess}"))
            own = {o: options[o] for o in declared.own if o in options}
            read = self._read.setdefault(view, {})
            inputs = {name: self._input(source, options, read) for name, source in declared.sources.items()}
            self._results[key] = view(**inputs, **own)
        return self._results[key]

    def _input(self, source: Source, options: Mapping[str, Any], read: dict[str, None]) -> Any:
        match source:
            case Given():
                return {
                    AS_OF: self._supply.as_of,
                    COUNTRY_GROUPS: groups_for(self._supply.as_of),
                    HOME: project().home,
                }[source]
            case Cut(name, dims, vintages):
                read[name] = None
                return (self._supply.vintages if vintages else self._supply.load)(name, **_given(dims))
            case Several(names, by):
                found = names(options[by])
                read.update(dict.fromkeys(found))
                return {name: self._supply.load(name) for name in found}
            case Claims(chosen):
                return self._supply.judged(**{k: options[o] for k, o in chosen.items()})
            case Suspects(name, dims):
                return suspect_periods(name, self._supply.as_of, **_given(dims))
        return self.call(source, {k: v for k, v in options.items() if k in declaration_of(source).options})

    def resolve(self, given: Any, options: Mapping[str, Any]) -> Any:
        """Return the result of a view, called with the options that it takes; readings as they are.

        Raises :class:`PageError` for options beside readings.
        """
        if callable(given):
            own = declaration_of(given).options
            return self.call(given, {o: v for o, v in options.items() if o in own})
        if options:
            raise PageError(explain("options beside readings", ", ".join(options), "a view that takes them"))
        return given

    def order(self) -> tuple[str, ...]:
        """Return the series that were read, in the order of their views: see :func:`in_order`."""
        return tuple(dict.fromkeys(name for view in in_order(self._read) for name in self._read[view]))


def in_order(views: Iterable[View]) -> list[View]:
    """Sort views in the order of their calls, the views of one module in the order of definition."""
    called = list(views)
    modules: dict[str, list[View]] = {}
    for view in called:
        modules.setdefault(view.__module__, []).append(view)
    defined = {m: iter(sorted(few, key=lambda v: v.__code__.co_firstlineno)) for m, few in modules.items()}
    return [next(defined[view.__module__]) for view in called]


def split_options(given: Sequence[Any], options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split ``given`` options into those that the views declare, and the others."""
    names = {o for view in given if callable(view) for o in declaration_of(view).options}
    return {k: v for k, v in options.items() if k in names}, {k: v for k, v in options.items() if k not in names}


def view_name(view: View) -> str:
    """Return the name of a view as a notebook writes it: ``inflation.headline``."""
    return f"{view.__module__.rpartition('.')[2]}.{view.__name__}"


_seen: dict[str, tuple[Path, int]] = {}  # module of views -> its file, and when that was written


def renew_views() -> None:
    """Read the project's views again if one was changed since, or if the process has turned to another project.

    A notebook's names keep referring to the same modules, whose functions are then the new ones.
    """
    prefix, folder = "kzreport.views.", project_root() / "notebooks" / "views"
    loaded = {name: guessing(module) for name, module in sys.modules.items() if name.startswith(prefix)}
    now = {name: _stamp(folder / f"{name.removeprefix(prefix)}.py") for name in loaded}
    if all(_seen.get(n, now[n]) == now[n] and _file(m) == now[n][0] for n, m in loaded.items()):
        _seen.update(now)
        return
    importlib.invalidate_caches()
    try:
        for name in loaded:
            del sys.modules[name]
            _forget_bytecode(now[name][0])
        fresh = {name: _module(name.removeprefix(prefix)) for name in loaded if now[name][1]}
    except BaseException:
        sys.modules.update(loaded)
        raise
    for name, module in fresh.items():  # the module that a notebook holds stays the one that the next change reaches
        old = sys.modules[name] = loaded[name]
        vars(old).clear()
        vars(old).update(vars(module))
        setattr(views, name.removeprefix(prefix), old)
    _seen.update(now)


def _forget_bytecode(path: Path) -> None:
    """Remove what Python compiled of a file: it takes that for new if the file changed within a second, not in size."""
    with contextlib.suppress(OSError):
        Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)


def _module(name: str) -> ModuleType:
    """Import a module of views.

    Raises :class:`NotebookError` naming the line of a fault in it, :class:`UnknownName` without a file of it.
    """
    path = project_root() / "notebooks" / "views" / f"{name}.py"
    if not path.exists():
        raise unknown_module(name)
    with project_code(path):
        return guessing(importlib.import_module(f"kzreport.views.{name}"))


def _file(module: ModuleType) -> Path:
    return Path(module.__file__ or "").resolve()


def _stamp(path: Path) -> tuple[Path, int]:
    """Return a file and when it was written; 0 without a file."""
    return path.resolve(), path.stat().st_mtime_ns if path.exists() else 0


def headline_of(page: str) -> View:
    """Return the view of a page's headline: the function ``headline`` of the module that has the page's name.

    Raises :class:`PageError` if there is none.
    """
    try:
        view: View = _module(page).headline
    except UnknownName as e:
        raise PageError(explain(f"headline of '{page}'", str(e), f"a view 'headline' in views/{page}.py")) from None
    return view


def headline_options(page: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a page's parameters that are options of its headline."""
    return {o: values[o] for o in declaration_of(headline_of(page)).options if o in values}


def rule_of(page: str) -> Callable[..., None] | None:
    """Return the rule on the parameters of a page: the function ``rule`` of the page's module, or ``None``.

    A rule takes parameters of the page by name and raises :class:`ParameterError` if their values do not go together.
    """
    if importlib.util.find_spec(f"kzreport.views.{page}") is None:
        return None
    return getattr(_module(page), "rule", None)


@cached_by_stamp()
def _named(path: Path) -> tuple[tuple[str, str], ...]:
    """Return what a notebook imports from ``kzreport.views``, as (module, ""), and every NAME.ATTRIBUTE in it."""
    found = []
    for cell in load_notebook(path.stem).cells:
        for node in ast.walk(ast.parse(cell.source)) if cell.cell_type == "code" else ():
            if isinstance(node, ast.ImportFrom) and node.module == "kzreport.views":
                found += [(n.name, "") for n in node.names]
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found.append((node.value.id, node.attr))
    return tuple(dict.fromkeys(found))


def _names(page: str) -> tuple[tuple[str, str], ...]:
    return _named(notebook_path(page))


def views_of(page: str) -> tuple[View, ...]:
    """Return the views that the notebook of a page names, in order.

    Raises :class:`NotebookError` for a view that does not exist.
    """
    names = _names(page)
    modules = {}
    for name, view in names:
        try:
            if not view:
                modules[name] = _module(name)
            elif name in modules:
                getattr(modules[name], view)
        except UnknownName as e:
            raise NotebookError(f"{place_in_notebook(page, f'{name}.{view}' if view else name)}: {e}") from None
    return tuple(getattr(modules[name], view) for name, view in names if view and name in modules)


@cached_by_stamp()
def _subjects(path: Path) -> tuple[tuple[str, str, str], ...]:
    """Return each NAME.ATTRIBUTE of a notebook with the subject of the section in which it first stands."""
    found: dict[str, tuple[str, str, str]] = {}
    subject = ""
    for cell in load_notebook(path.stem).cells:
        for statement in ast.parse(cell.source).body if cell.cell_type == "code" else ():
            nodes = [n for n in ast.walk(statement) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)]
            names = [(n.value.id, n.attr) for n in nodes if isinstance(n.value, ast.Name)]
            if ("page", "section") in names:
                subject = next((".".join(n) for n in names if n[0] != "page"), "")
            for module, name in names:
                found.setdefault(f"{module}.{name}", (module, name, subject))
    return tuple(found.values())


def subjects_of(page: str) -> dict[View, View]:
    """Return the views of a page that stand under a heading with a subject: view -> the view that is the subject."""
    views = {view_name(view): view for view in views_of(page)}
    named = {f"{module}.{name}": subject for module, name, subject in _subjects(notebook_path(page))}
    return {v: views[named[n]] for n, v in views.items() if named.get(n) in views}


def all_views_of(page: str) -> list[View]:
    """Return the views that the notebook of a page names and those that these read, in the order of sources."""
    return _with_inner(views_of(page))


def _with_inner(views: Iterable[View]) -> list[View]:
    def inner(view: View) -> Iterator[View]:
        yield view
        for source in declaration_of(view).sources.values():
            if not isinstance(source, Given | Cut | Several | Claims | Suspects):
                yield from inner(source)

    return in_order(dict.fromkeys(v for view in views for v in inner(view)))


def series_read(pages: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the series that the views of pages read, given the values of their parameters, in the order of sources.

    Claims may rest on any series: where a view reads them, all others follow the series that are named.
    """
    sources = _sources(pages)
    found = [name for source, values in sources for name in _series_of(source, values)]
    judged = any(isinstance(source, Claims) for source, _ in sources)
    return tuple(dict.fromkeys([*found, *(resources() if judged else ())]))


def series_of(views: Iterable[View], values: Mapping[str, Any], *, chosen: bool = True) -> tuple[str, ...]:
    """Return the series that views and those inside them read, given the values of a page's parameters.

    ``chosen``: with those that an option chooses.
    """
    found = [s for view in _with_inner(views) for s in declaration_of(view).sources.values()]
    kept = [s for s in found if chosen or not isinstance(s, Several)]
    return tuple(dict.fromkeys(name for source in kept for name in _series_of(source, values)))


def claims_read(pages: Mapping[str, Mapping[str, Any]]) -> dict[str, Sequence[str]]:
    """Return the choice of the claims that pages show, as :func:`kzreport.claims.ledger.known_claims` takes it.

    It is the choice of the view that reads claims, or else the claims on the subjects of pages that list theirs; may be
    empty.
    """
    for source, values in _sources(pages):
        if isinstance(source, Claims):
            return {key: values[option] for key, option in source.chosen.items()}
    listing = [page for page in pages if ("page", "claims") in _names(page)]
    return {"pages": listing} if listing else {}


def _sources(pages: Mapping[str, Mapping[str, Any]]) -> list[tuple[Source, Mapping[str, Any]]]:
    """Return every source of the views of pages, with the values of the page's parameters."""
    views = [(view, values) for page, values in pages.items() for view in all_views_of(page)]
    return [(source, values) for view, values in views for source in declaration_of(view).sources.values()]


def _series_of(source: Source, values: Mapping[str, Any]) -> Sequence[str]:
    match source:
        case Cut(name):
            return (name,)
        case Several(names, by):
            return names(values[by])
    return ()
