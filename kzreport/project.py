"""The project: its folder, its pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kzreport.errors import ParameterError, explain
from kzreport.files import project_root

if TYPE_CHECKING:
    pass
from kzreport.errors import short_repr


def notebook_path(page: str) -> Path:
    """The notebook of a page. Raises :class:`ParameterError` with the pages there are."""
    if page not in page_names():
        raise ParameterError(explain("page", short_repr(page), f"one of {', '.join(page_names())}"))
    return project_root() / "notebooks" / f"{page}.ipynb"


def page_names() -> tuple[str, ...]:
    """Names of the pages in ``notebooks/``, sorted."""
    return tuple(sorted(p.stem for p in (project_root() / "notebooks").glob("*.ipynb")))
