"""Declarations of views: the inputs that a view reads, attached to it by :func:`reads`.

Views import this module, so it stays pure. :mod:`kzreport.pages.views` loads what is declared and calls the view.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ParamSpec, TypeVar

from kzreport.errors import PageError, explain

P = ParamSpec("P")
R = TypeVar("R")
View = Callable[..., Any]


class Given(Enum):
    """Inputs that the project or the page has: home country, date of the edition, country groups."""

    HOME = "home"
    AS_OF = "as_of"
    COUNTRY_GROUPS = "country_groups"


HOME, AS_OF, COUNTRY_GROUPS = Given


@dataclass(frozen=True)
class Cut:
    """A series, cut to these values of its dimensions; with ``vintages``, at each of its vintages, oldest first."""

    name: str
    dims: Mapping[str, str | Given]
    vintages: bool = False


@dataclass(frozen=True)
class Several:
    """The series, by name, that ``names`` gives for the value of the option ``by``."""

    names: Callable[[Any], Sequence[str]]
    by: str


@dataclass(frozen=True)
class Claims:
    """The claims judged, as a series of ones; ``chosen``: what chooses among them -> the option that says it."""

    chosen: Mapping[str, str]


@dataclass(frozen=True)
class Suspects:
    """The periods of a series whose value an issue of the kind ``suspect`` doubts on the date of the edition.

    ``dims``: as in :class:`Cut`: doubts about other rows are left out.
    """

    name: str
    dims: Mapping[str, str | Given]


Source = Given | Cut | Several | Claims | Suspects | View


@dataclass(frozen=True)
class Declaration:
    """The inputs of a view.

    - ``sources``: parameter -> the source that it is bound to
    - ``own``: the other parameters: options that the view itself takes
    - ``options``: every option, also of the views that it reads -> true if it must be given
    """

    sources: Mapping[str, Source]
    own: tuple[str, ...]
    options: Mapping[str, bool]


def cut(name: str, **dims: str | Given) -> Cut:
    """Declare a series cut by dimensions: ``exports=cut("exports_by_partner", partner="AFG")``."""
    return Cut(name, dims)


def vintages(name: str, **dims: str | Given) -> Cut:
    """Declare a series at each of its vintages: ``states=vintages("wdi_fdi", country=HOME)``."""
    return Cut(name, dims, vintages=True)


def several(names: Callable[[Any], Sequence[str]], by: str) -> Several:
    """Declare a mapping of series that an option chooses: ``series=several(tables, by="indicators")``."""
    return Several(names, by)


def claims(**chosen: str) -> Claims:
    """Declare the claims judged: ``judged=claims(themes="themes")`` if the option ``themes`` chooses their themes."""
    return Claims(chosen)


def suspects(name: str, **dims: str | Given) -> Suspects:
    """Declare the periods of a series whose value is suspect by the date: ``suspect=suspects("exports_monthly")``."""
    return Suspects(name, dims)


def reads(*names: str, **sources: str | Source) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare the inputs of a view: series by the names of its parameters, and sources for other parameters.

    A source is the name of a series, another view (its result is handed in), ``HOME``, ``AS_OF``, ``COUNTRY_GROUPS``,
    or made by :func:`cut`, :func:`vintages`, :func:`several`, :func:`claims` or :func:`suspects`. The view itself stays
    as it was: called by hand, it takes series. Raises :class:`PageError` for a source without a parameter.

    >>> @reads("cpi_yy")
    ... def path(cpi_yy, months, last=None): ...
    >>> declaration_of(path).options
    {'months': True, 'last': False}
    """
    wanted: dict[str, Source] = {n: Cut(n, {}) for n in names}
    wanted |= {k: Cut(s, {}) if isinstance(s, str) else s for k, s in sources.items()}

    def attach(view: Callable[P, R]) -> Callable[P, R]:
        known = inspect.signature(view).parameters
        if unknown := [n for n in wanted if n not in known]:
            where = f"view {view.__module__}.{view.__name__}, @reads"
            raise PageError(explain(where, ", ".join(unknown), f"parameters of it: {', '.join(known)}"))
        options = {n: p.default is p.empty for n, p in known.items() if n not in wanted}
        own = tuple(options)
        for source in wanted.values():
            if isinstance(source, Several):
                options.setdefault(source.by, True)
            elif isinstance(source, Claims):
                options |= dict.fromkeys(source.chosen.values(), True)
            elif not isinstance(source, Given | Cut | Suspects):
                options |= {n: needed or options.get(n, False) for n, needed in declaration_of(source).options.items()}
        view.__reads__ = Declaration(wanted, own, options)  # type: ignore[attr-defined]
        return view

    return attach


def declaration_of(view: View) -> Declaration:
    """Return the declaration of a view. Raises :class:`PageError` for a function without :func:`reads`."""
    found = getattr(view, "__reads__", None)
    if not isinstance(found, Declaration):
        name = getattr(view, "__name__", repr(view)[:60])
        raise PageError(explain("view", f"{name} without @reads", "a function that declares what it reads"))
    return found
