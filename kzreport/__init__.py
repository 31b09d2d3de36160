"""kzreport: dated, bilingual reports on Kazakhstan from published, cited, versioned figures.

What a notebook imports: :class:`Page` and the types of its parameters cell (and a view). The floors, from the top;
imports only go down:

    cli -> check, scaffold -> edition -> render, runner -> page -> charts -> plots, wording -> params, words -> views
        -> verdicts -> evidence -> claims -> claim_tests -> indicators -> catalogue -> model -> errors

Names are loaded on first use, so that ``kzreport --help`` starts without pandas.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kzreport.pages.page import Page
    from kzreport.pages.parameters import (
        Count,
        Country,
        Date,
        DocumentName,
        Language,
        Month,
        PageName,
        Theme,
        Values,
        Year,
    )

__all__ = [
    "Count",
    "Country",
    "Date",
    "DocumentName",
    "Language",
    "Month",
    "Page",
    "PageName",
    "Theme",
    "Values",
    "Year",
]

_HOMES = {name: "kzreport.pages.parameters" for name in __all__} | {"Page": "kzreport.pages.page"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'kzreport' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
