"""nbval, which runs these notebooks, leaves out the cells that no run of a report has."""

from __future__ import annotations

from typing import Any

from kzreport.pages.notebooks import is_scratch


def pytest_collection_modifyitems(config: Any, items: list[Any]) -> None:
    """Leave out cells that are tagged ``scratch``."""
    scratch = [item for item in items if hasattr(item, "cell") and is_scratch(item.cell)]
    if scratch:
        config.hook.pytest_deselected(items=scratch)
        items[:] = [item for item in items if item not in scratch]
