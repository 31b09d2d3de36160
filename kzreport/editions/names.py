"""Names that have to be right before a kernel: those in ``params/project.yml`` exist, and files have one that is read.

What belongs here: that they exist. What does not: the form of a file (:mod:`kzreport.project.settings`).
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata

from kzreport.errors import DataError, WordsError, explain, one_of
from kzreport.files import project_root, shown_path
from kzreport.language.wordfiles import labels
from kzreport.language.words import Words
from kzreport.project.settings import page_names, project
from kzreport.series.resource import resources
from kzreport.series.strays import misnamed_files
from kzreport.units import UNITS

_FOLDERS = ("data", "data/claims", "data/facts", "notebooks", "notebooks/views", "params", "params/languages")


def demand_names() -> None:
    """Raise :class:`DataError` for the first name in the project's settings that nothing has, or of an unread file."""
    for fault in name_faults():
        raise DataError(fault)


def name_faults() -> Iterator[str]:
    """Yield a message for each name in the project's settings that nothing has, and for each file that is misnamed."""
    yield from misnamed_files(*(project_root() / folder for folder in _FOLDERS))
    p, where = project(), shown_path(project_root() / "params" / "project.yml")
    own = metadata.version("kzreport")
    if _numbers(p.engine) > _numbers(own)[: p.engine.count(".") + 1]:
        yield explain(f"{where}, key 'engine'", p.engine, f"{own} or older", "install a newer kzreport")
    labels()  # a fault of its own is told as such, not as a missing name
    for key, label in [*[("home", p.home)] * bool(p.home), *(("groups", label) for label in p.groups)]:
        try:
            for language in p.languages:
                Words(language).label(label)
        except WordsError:
            yield explain(f"{where}, key '{key}'", repr(label), "what has a name in data/labels.yml")
    for label, pages in p.groups.items():
        for page in pages:
            if page not in page_names():
                yield explain(f"{where}, groups.{label}", repr(page), f"a page: {one_of(page_names(), page)}")
    for units, series in p.conversions.items():
        at = f"{where}, conversions, {' to '.join(units)}"
        for unit in units:
            if unit not in UNITS:
                yield explain(at, repr(unit), f"a unit: {one_of(UNITS, unit)}")
        if series not in resources():
            yield explain(at, repr(series), f"a series: {one_of(resources(), series)}")


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version; letters of one that is not released do not count."""
    return tuple(int("".join(filter(str.isdigit, part)) or 0) for part in version.split("."))
