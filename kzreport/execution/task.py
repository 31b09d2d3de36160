"""A page to execute, the result of executing it, and the time that it may take."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kzreport.errors import KzreportError, explain

if TYPE_CHECKING:
    from nbformat import NotebookNode  # a run that has nothing to do reads deadlines here, and loads no Jupyter

CELL_TIMEOUT = 120  # seconds; a page computes for well under one
START_TIMEOUT = 60  # seconds until a kernel answers
PAGE_TIMEOUT = 900  # seconds for a whole page once its kernel answers: every run ends

CELL_OUTPUT = 20_000_000  # bytes that a cell may show or print; a page's charts and tables have some hundred thousand
PAGE_OUTPUT = 50_000_000  # bytes of all cells of a page

Progress = Callable[[int, int], None]  # cells done, cells in all


@dataclass(frozen=True)
class Task:
    """One page in one language for one date, with all its validated parameters.

    >>> Task("inflation", "fr", "2024-03-31", {"years": 12}).name
    'fr/inflation'
    """

    page: str
    language: str
    as_of: str
    values: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name of the task in messages: ``fr/inflation``."""
        return f"{self.language}/{self.page}"

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameters for papermill, always in the same order."""
        return {"lang": self.language, "as_of": self.as_of, **dict(sorted(self.values.items()))}


@dataclass(frozen=True)
class Result:
    """An executed page, or the reason why it failed.

    - ``notebook``: the executed page as :func:`kzreport.execution.collect.collect` returns it; None if the page failed
    - ``reason``: one line on the failure; empty if the page was made
    - ``failed``: the notebook of a failed page, as far as it came, as text
    - ``tries``: 2 if the first kernel did not start
    - ``seconds``: time that the page took, its files included
    - ``files``: file of the edition -> SHA-256 of the bytes that were written
    """

    task: Task
    notebook: NotebookNode | None
    reason: str = ""
    failed: str = field(default="", repr=False)
    tries: int = 1
    seconds: float = 0.0
    files: Mapping[str, str] = field(default_factory=dict, repr=False)


class TimeUp(KzreportError):
    """The time for the whole run is over. Whole editions stay; the same command continues from there."""


@dataclass(frozen=True)
class PageLimits:
    """Limits of a page: ``seconds`` once its kernel answers, and bytes of ``memory``; None sets no limit."""

    seconds: float = PAGE_TIMEOUT
    memory: int | None = None


@dataclass(frozen=True)
class Deadlines:
    """Seconds for a page once its kernel answers (``page``) and for the whole run (``run``), which began at ``begun``.

    ``begun`` is a value of :func:`time.monotonic`; ``run=None`` sets no limit. ``memory``: bytes for a page's kernel.
    """

    page: float = PAGE_TIMEOUT
    run: float | None = None
    begun: float = field(default_factory=time.monotonic)
    memory: int | None = None

    @property
    def limits(self) -> PageLimits:
        """Limits of each page."""
        return PageLimits(self.page, self.memory)

    @property
    def left(self) -> float:
        """Seconds until the run has to end."""
        return float("inf") if self.run is None else self.begun + self.run - time.monotonic()

    def require_time(self) -> None:
        """Raise :class:`TimeUp` if the run has no time left."""
        if self.left <= 0:
            found = f"a run that was not finished after {self.run:g} s"
            raise TimeUp(explain("--timeout", found, "an end by then", "what is whole stays; run it again to go on"))


class Lost(str):
    """The reason why an item has no result: its process died or took too long, after ``seconds`` of work."""

    seconds: float = 0.0
