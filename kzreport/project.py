"""The project that the engine works on: its settings from ``params/project.yml``, its pages.

What belongs here: facts about the project that every package may need. What does not: where its folder is
(:mod:`kzreport.files`), what a notebook says (:mod:`kzreport.pages`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kzreport.errors import DataError, ParameterError, explain, short_repr
from kzreport.files import cached_by_stamp, project_root, read_yaml, shown_path

_KEYS = ("name", "languages", "home", "default", "conversions", "engine")


@dataclass(frozen=True)
class Project:
    """Settings of a project.

    - ``name``: language -> name of the project
    - ``languages``: codes such as ``fr``, in the order in which they are offered
    - ``home``: code of the country that the reports are about, such as ``KAZ``; empty if there is none
    - ``default``: the report definition that is made when none is named
    - ``conversions``: (unit, unit) -> name of the series that converts the first into the second
    - ``engine``: the version of the engine that the project was made for
    """

    name: Mapping[str, str]
    languages: tuple[str, ...]
    home: str
    default: str
    conversions: Mapping[tuple[str, str], str]
    engine: str


def project() -> Project:
    """Return the settings of the project, read once for each state of their file.

    Raises :class:`DataError` naming the key that is wrong.

    >>> project().home
    'KAZ'
    """
    return _project(project_root() / "params" / "project.yml")


@cached_by_stamp()
def _project(path: Path) -> Project:
    raw, where = read_yaml(path), shown_path(path)
    if not isinstance(raw, dict) or set(raw) - set(_KEYS):
        found = ", ".join(sorted(set(raw) - set(_KEYS))) if isinstance(raw, dict) else short_repr(raw)
        raise DataError(explain(where, found, f"a map with keys among {', '.join(_KEYS)}"))

    def need(key: str, kind: type, example: str) -> Any:
        if not isinstance(raw.get(key), kind) or not raw[key]:
            raise DataError(explain(f"{where}, key '{key}'", short_repr(raw.get(key)), example))
        return raw[key]

    languages = tuple(need("languages", list, "a list of languages such as [fr, en]"))
    if len(set(languages)) != len(languages) or not all(re.fullmatch(r"[a-z]{2,3}", str(k)) for k in languages):
        raise DataError(explain(f"{where}, key 'languages'", short_repr(languages), "codes such as fr, each once"))
    name = need("name", dict, "a map from each language to a name")
    if set(name) != set(languages):
        raise DataError(explain(f"{where}, key 'name'", ", ".join(name), f"a name in {', '.join(languages)}"))
    conversions: dict[tuple[str, str], str] = {}
    for pair, series in (raw.get("conversions") or {}).items():
        first, sign, second = str(pair).partition(" to ")
        if not sign:
            raise DataError(explain(f"{where}, key 'conversions'", short_repr(pair), "UNIT to UNIT: series"))
        conversions[first, second] = series
    home, engine = raw.get("home") or "", need("engine", str, "a version such as 0.1")
    return Project(name, languages, home, need("default", str, "a report definition"), conversions, engine)


def notebook_path(page: str) -> Path:
    """Return the notebook of a page. Raises :class:`ParameterError` with the pages of the project."""
    if page not in page_names():
        raise ParameterError(explain("page", short_repr(page), f"one of {', '.join(page_names())}"))
    return project_root() / "notebooks" / f"{page}.ipynb"


def page_names() -> tuple[str, ...]:
    """Return the names of the pages in ``notebooks/``, sorted."""
    return tuple(sorted(p.stem for p in (project_root() / "notebooks").glob("*.ipynb")))
