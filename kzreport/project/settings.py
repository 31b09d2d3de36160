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

from kzreport.errors import DataError, ParameterError, explain, one_of, short_repr
from kzreport.files import cached_by_stamp, project_root, read_yaml, shown_path

_KEYS = ("name", "languages", "home", "default", "conversions", "engine", "run", "groups")


@dataclass(frozen=True)
class Project:
    """Settings of a project.

    - ``name``: language -> name of the project
    - ``languages``: codes such as ``fr``, in the order in which they are offered
    - ``home``: code of the country that the reports are about, such as ``KAZ``; may be empty
    - ``default``: the report definition that is made when none is named
    - ``conversions``: (unit, unit) -> name of the series that converts the first into the second
    - ``engine``: the version of the engine that the project was made for
    - ``run``: settings of runs, as :mod:`kzreport.editions.settings` reads them
    - ``groups``: label -> the pages that a reader finds under it, in order; perhaps none
    """

    name: Mapping[str, str]
    languages: tuple[str, ...]
    home: str
    default: str
    conversions: Mapping[tuple[str, str], str]
    engine: str
    run: Mapping[str, Any]
    groups: Mapping[str, tuple[str, ...]]


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
    codes = {k for k in languages if isinstance(k, str) and re.fullmatch("[a-z]{2,3}", k)}
    if len(codes) != len(languages):
        raise DataError(explain(f"{where}, key 'languages'", short_repr(languages), "codes such as fr, each once"))
    name = need("name", dict, "a map from each language to a name")
    if set(name) != set(languages):
        raise DataError(explain(f"{where}, key 'name'", ", ".join(name), f"a name in {', '.join(languages)}"))
    if unnamed := [k for k in languages if not isinstance(name[k], str) or not name[k].strip()]:
        raise DataError(explain(f"{where}, key 'name'", short_repr(name[unnamed[0]]), f"a name in {unnamed[0]}"))
    pairs = raw.get("conversions") or {}
    conversions: dict[tuple[str, str], str] = {}
    for pair, series in pairs.items() if isinstance(pairs, dict) else [(pairs, None)]:
        first, sign, second = str(pair).partition(" to ")
        if not sign or not isinstance(series, str) or not re.fullmatch("[A-Za-z0-9_]+", series):
            found = short_repr({pair: series} if isinstance(pairs, dict) else pairs)
            raise DataError(explain(f"{where}, key 'conversions'", found, "UNIT to UNIT: series"))
        conversions[first, second] = series
    home, engine = raw.get("home") or "", need("engine", str, "a version such as 0.1")
    if not isinstance(home, str) or (home and not re.fullmatch("[A-Z]{3}", home)):
        raise DataError(
            explain(f"{where}, key 'home'", short_repr(home), "a code of three capital letters, or nothing")
        )
    if not re.fullmatch(r"[0-9]+(\.[0-9]+){1,2}", engine):
        raise DataError(explain(f"{where}, key 'engine'", short_repr(engine), "a version such as 0.1"))
    default, run = need("default", str, "a report definition"), raw.get("run") or {}
    if not re.fullmatch("[a-z0-9][a-z0-9_-]{0,59}", default):
        raise DataError(explain(f"{where}, key 'default'", short_repr(default), "the name of a report definition"))
    return Project(name, languages, home, default, conversions, engine, run, _groups(raw.get("groups") or {}, where))


def _groups(raw: Any, where: str) -> dict[str, tuple[str, ...]]:
    """Return the groups of pages; each page stands in one group."""
    listed = raw.values() if isinstance(raw, dict) else [None]
    pages = [page for few in listed for page in (few if isinstance(few, list) else [None])]
    named = isinstance(raw, dict) and all(isinstance(label, str) for label in raw)
    if not named or not all(isinstance(page, str) for page in pages) or len(set(pages)) != len(pages):
        expected = "a map from labels to lists of pages, each page once"
        raise DataError(explain(f"{where}, key 'groups'", short_repr(raw), expected))
    return {label: tuple(few) for label, few in raw.items()}


def notebook_path(page: str) -> Path:
    """Return the notebook of a page. Raises :class:`ParameterError` with the pages of the project."""
    if page not in page_names():
        raise ParameterError(explain("page", short_repr(page), one_of(page_names(), page)))
    return project_root() / "notebooks" / f"{page}.ipynb"


def page_names() -> tuple[str, ...]:
    """Return the names of the pages in ``notebooks/``, sorted."""
    return tuple(sorted(p.stem for p in (project_root() / "notebooks").glob("[!.]*.ipynb")))
