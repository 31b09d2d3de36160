"""kzreport: dated, bilingual reports on Kazakhstan from published, cited, versioned figures.

What a notebook imports: :class:`Page` and the types of its parameters cell. The floors, from the top; imports only go
down:

    cli -> runner, render, check -> edition -> page -> words, charts, params -> indicators -> catalogue -> model -> errors

Names are loaded on first use, so that ``kzreport --help`` starts without pandas.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kzreport.indicators import fdi, growth, inflation, transit
    from kzreport.page import Page
    from kzreport.params import Country, Date, Language, Month

__all__ = ["Country", "Date", "Language", "Month", "Page", "fdi", "growth", "inflation", "transit"]

_HOMES = {"Page": "kzreport.page"} | dict.fromkeys(("Country", "Date", "Language", "Month"), "kzreport.params")


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    if name in __all__:
        return importlib.import_module(f"kzreport.indicators.{name}")
    raise AttributeError(f"module 'kzreport' has no attribute {name!r}")
