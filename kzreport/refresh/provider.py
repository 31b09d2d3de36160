"""The contract of a provider: the requests that it needs, and how it reads a reply.

A provider is a module with two pure functions, ``requests`` and ``read``: it sees neither the network, nor a clock,
nor a file. It is ``data/providers/NAME.py`` of the project, or :mod:`kzreport.refresh.providers`.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Protocol, cast

from kzreport.errors import DataError, explain
from kzreport.files import project_root
from kzreport.project.code import project_code


@dataclass(frozen=True)
class Request:
    """A request to a provider.

    - ``url``, ``params``, ``headers``, ``body``: as sent; with a ``body`` (a form) the request is a POST
    - ``expects``: the media type of the reply: another one is a failure, not data
    - ``most``: bytes of the reply at most
    - ``key``: name of the environment variable that holds a key, and the parameter that carries it
    - ``known``: what the reply does not repeat, such as the group asked for or the day in a listing; ``read`` finds it
      in ``about``
    """

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] | None = None
    expects: Literal["json", "csv", "html", "xml", "xlsx"] = "json"
    most: int = 20_000_000
    key: tuple[str, str] | None = None
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A figure as a provider gives it.

    - ``period``: in the form of our tables, such as ``2026-08``
    - ``value``: the provider's digits, after the scale of the mapping; ``None`` where it states that it has no value
    - ``dims``: the further columns of our table
    - ``published``: the day that the reply states, if it does
    """

    period: str
    value: Decimal | None
    dims: Mapping[str, str] = field(default_factory=dict)
    published: date | None = None


@dataclass(frozen=True)
class Reply:
    """The rows of a reply, and the fingerprint of the series that they describe.

    - ``fingerprint``: the code, label, unit and base that the reply names; empty for one that only leads to others
    - ``more``: further requests: the next page, the vintages of an archive, the workbook behind a listing
    - ``notes``: what was left out, and why
    """

    rows: tuple[Row, ...]
    fingerprint: str
    more: tuple[Request, ...] = ()
    notes: tuple[str, ...] = ()


class Provider(Protocol):
    """A module that knows a provider's addresses and forms.

    ``about`` is one series' ``fetch:`` from its card, with ``series`` (its name) added, ``backfill`` where older
    vintages are wanted, and for ``read`` what the request knew. A module that says ``REVISES_HISTORY = True`` is of a
    provider that revises all years at once: many changes of old figures are then no reason to refuse a reply.
    """

    def requests(self, about: Mapping[str, Any], today: date) -> Sequence[Request]:
        """Return the requests whose replies hold a series up to a day. Raises :class:`DataError` for a bad mapping."""
        ...

    def read(self, raw: bytes, about: Mapping[str, Any]) -> Reply:
        """Return what a reply holds of a series. Raises :class:`DataError` for another form of reply."""
        ...


def find_provider(name: str) -> Provider:
    """Return a provider by its name: the project's own before the engine's.

    Raises :class:`DataError` for a name that is no module of either, and :class:`NotebookError` for a fault in the
    project's own.
    """
    own = project_root() / "data" / "providers" / f"{name}.py"
    if re.fullmatch("[a-z][a-z0-9_]{0,40}", name):
        if own.is_file():
            spec = importlib.util.spec_from_file_location(f"kzreport_provider_{name}", own)
            if spec and spec.loader:
                module = importlib.util.module_from_spec(spec)
                with project_code(own):
                    spec.loader.exec_module(module)
                return cast(Provider, module)
        if importlib.util.find_spec(f"kzreport.refresh.providers.{name}"):
            return cast(Provider, importlib.import_module(f"kzreport.refresh.providers.{name}"))
    expected = f"a module data/providers/{name}.py, or a provider of the engine"
    raise DataError(explain("provider", repr(name), expected))
