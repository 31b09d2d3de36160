"""Views on a page: find them, load what they declare, call them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from kzreport.declare import AS_OF, Claims, Cut, Given, Several, View, declaration_of
from kzreport.model import Series
from kzreport.project import project


class Supply(Protocol):
    """The page that a view is called for."""

    as_of: date

    def load(self, name: str, **dims: str) -> Series:
        """Return a series as known on the page's date."""

    def vintages(self, name: str, **dims: str) -> tuple[Series, ...]:
        """Return the series at each of its vintages."""

    def judged(self, **chosen: Sequence[str]) -> Series:
        """Return the claims judged as a series of ones."""


class Views:
    """Results of the views of one page: each view is computed once for the same options."""

    def __init__(self, supply: Supply) -> None:
        self.supply = supply
        self.called: dict[View, None] = {}
        self.results: dict[tuple[View, str], Any] = {}

    def call(self, view: View, options: Mapping[str, Any]) -> Any:
        """Load the series that a view declares and return its result.

        Raises :class:`PageError` for an option that is missing or unknown, naming those there are.
        """
        declared = declaration_of(view)
        check_options(view, options)
        key = view, repr(sorted(options.items()))
        if key not in self.results:
            self.called[view] = None
            inputs = {name: self._input(source, options) for name, source in declared.sources.items()}
            own = view.__code__.co_varnames[: view.__code__.co_argcount + view.__code__.co_kwonlyargcount]
            self.results[key] = view(**inputs, **{k: v for k, v in options.items() if k in own})
        return self.results[key]

    def _input(self, source: Any, options: Mapping[str, Any]) -> Any:
        if isinstance(source, Given):
            return self.supply.as_of if source is AS_OF else project().home
        if isinstance(source, Cut):
            dims = {k: str(self._input(v, {})) if isinstance(v, Given) else v for k, v in source.dims.items()}
            return (self.supply.vintages if source.vintages else self.supply.load)(source.name, **dims)
        if isinstance(source, Several):
            return {name: self.supply.load(name) for name in source.names(options[source.by])}
        if isinstance(source, Claims):
            return self.supply.judged(**{k: options[o] for k, o in source.chosen.items()})
        return self.call(source, {k: v for k, v in options.items() if k in declaration_of(source).options})
