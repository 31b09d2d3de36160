"""Dated reports in several languages from published, cited, versioned figures: the engine.

A notebook imports :class:`Page` and the types of its parameters cell from here. The packages, from the top; imports
only go down, inside a package too:

- ``commands``: The command line: one module a command, and what they share.
- ``editions``: Editions: definition, inputs, plan; the store; making one edition or many; log and notification.
- ``execution``: Running a page: kernels, papermill, worker processes here and elsewhere.
- ``render``: Executed pages -> files for readers. Renderers read only the typed outputs of
  :mod:`kzreport.pages.outputs`.
- ``pages``: Pages: the methods that a notebook calls, and the outputs that renderers read.
- ``views``: The views of the project: ``from kzreport.views import inflation`` finds
  ``notebooks/views/inflation.py``.
- ``charts``: Figures: the kinds of plot, how they are drawn, and the text that describes them.
- ``claims``: Claims of documents, what they are compared with, and their verdicts.
- ``refresh``: Fetching: new figures and revisions from providers, added to tables as vintages; nothing known before
  changes.
- ``guards``: Guards: checks that a state of the figures, or a change of it, is plausible.
- ``language``: Numbers, dates, units and sentences in each language.
- ``series``: Series of publishers: the only reader of ``data/``.
- ``indicators``: Pure arithmetic, one file a subject. Series in, Readings out: no file, no language, no picture, no
  clock.
- ``project``: The project that the engine works on: its settings and pages, strict readers of its YAML, its units, its
  commit.
- ``model``: The nouns of the package: Period, Observation, Series, Reading, Interval, Panel, and the status of a
  ratio.
- ``yamlfile``: YAML files of a project: one reader, which takes scalars as text and refuses repeated keys, aliases and
  tags.
- ``days``: ISO dates: reading them, and messages on dates that cannot be read.
- ``declare``: Declarations of views: the inputs that a view reads, attached to it by :func:`reads`.
- ``files``: Files of a project: where they are, strict readers, one cache, atomic writes.
- ``units``: Units of measurement: one table of their properties for arithmetic, sentences, charts and checks.
- ``console``: Output for a terminal, a log or a notebook's cell: streams, secrets kept out, faults, small tables.
- ``machine``: The machine below: locks that the system drops, private folders for temporary files, cores.
- ``errors``: The package's errors, and the rule their messages follow.

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
