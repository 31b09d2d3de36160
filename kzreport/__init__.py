"""kzreport: dated, bilingual reports on Kazakhstan from published, cited, versioned figures.

What a notebook imports: :class:`Page` and the types of its parameters cell (and a view). The floors, from the top;
imports only go down:

    cli -> check, edition -> runner, render -> page, params -> charts, words -> views -> indicators -> catalogue
        -> model -> errors

Names are loaded on first use, so that ``kzreport --help`` starts without pandas.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kzreport.page import Page
    from kzreport.params import Country, Date, Language, Month

__all__ = ["Country", "Date", "Language", "Month", "Page"]

_HOMES = {"Page": "kzreport.page"} | dict.fromkeys(("Country", "Date", "Language", "Month"), "kzreport.params")


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'kzreport' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
