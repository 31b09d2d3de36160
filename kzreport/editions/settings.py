"""Settings of runs: the key ``run:`` of ``params/project.yml``.

No edition depends on them but on ``formats``, which its manifest lists: they count as no input. An option of the
command line stands above its setting, and the ``formats`` of a definition above those of the project.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from kzreport.editions import given
from kzreport.files import project_root, shown_path
from kzreport.project.settings import project
from kzreport.project.strict import StrictModel, strict_model
from kzreport.render.formats import check_formats


def _as(read: Callable[[str], Any]) -> BeforeValidator:
    """Read a setting as the option of its name is read, with the same bounds."""

    def checked(text: Any) -> Any:
        if not isinstance(text, str):
            raise ValueError("one value")
        try:
            return read(text)
        except argparse.ArgumentTypeError as e:
            raise ValueError(str(e).partition(": expected ")[2]) from None

    return BeforeValidator(checked)


class RunSettings(StrictModel):
    """The settings, each under the name of its option; ``None`` and an empty list: not set.

    - ``output``: folder or address of the editions; a folder is relative to the project
    - ``page_timeout``, ``timeout``, ``wait``: seconds
    - ``memory``: bytes that the kernel of a page may use
    - ``notify``: targets of the summary
    - ``fail_if_overdue``, ``max_age``: days
    """

    private = ("output", "notify")

    output: Annotated[str, _as(given.folder)] | None = None
    jobs: Annotated[int, _as(given.count)] | None = None
    page_timeout: Annotated[float, _as(given.seconds)] | None = None
    timeout: Annotated[float, _as(given.seconds)] | None = None
    wait: Annotated[float, _as(given.seconds)] | None = None
    memory: Annotated[int, _as(given.size)] | None = None
    notify: list[str] = Field(default=[])
    formats: list[str] = Field(default=[])
    fail_if_overdue: Annotated[int, _as(given.days)] | None = None
    max_age: Annotated[int, _as(given.days)] | None = None


def run_settings() -> RunSettings:
    """Return the settings of runs of the project. Raises :class:`DataError` naming the key that is wrong."""
    where = f"{shown_path(project_root() / 'params' / 'project.yml')}, run"
    found = strict_model(RunSettings, project().run, where)
    if found.formats:
        check_formats(found.formats, f"{where}.formats")
    if found.output and "://" not in found.output:
        return found.model_copy(update={"output": str(project_root() / found.output)})
    return found
