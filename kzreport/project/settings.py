"""The project that the engine works on: its settings from ``params/project.yml``, its pages.

What belongs here: facts about the project that every package may need. What does not: where its folder is
(:mod:`kzreport.files`), what a notebook says (:mod:`kzreport.pages`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator

from kzreport.errors import DataError, ParameterError, explain, one_of, short_repr
from kzreport.files import cached_by_stamp, project_root, shown_path
from kzreport.project.strict import Line, StrictModel, matching, strict_model
from kzreport.yamlfile import read_yaml


def _languages(codes: Any) -> tuple[str, ...]:
    texts = isinstance(codes, list) and all(isinstance(k, str) and re.fullmatch("[a-z]{2,3}", k) for k in codes)
    if not texts or not codes or len(set(codes)) < len(codes):
        raise ValueError("a list of languages such as [fr, en], each once")
    return tuple(codes)


def _conversions(given: Any) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for pair, series in given.items() if isinstance(given, dict) else [("", None)] * bool(given):
        first, sign, second = pair.partition(" to ")
        if not sign or not isinstance(series, str) or not re.fullmatch("[A-Za-z0-9_]+", series):
            raise ValueError("UNIT to UNIT: series")
        found[first, second] = series
    return found


def _each_once(groups: dict[str, list[str]]) -> dict[str, list[str]]:
    pages = [page for few in groups.values() for page in few]
    if len(set(pages)) < len(pages):
        raise ValueError("a map from labels to lists of pages, each page once")
    return groups


_MAYBE = BeforeValidator(lambda given: given or {})  # a key with nothing after it


class Project(StrictModel):
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

    languages: Annotated[tuple[str, ...], BeforeValidator(_languages)]
    name: dict[str, Line]
    home: Annotated[str, matching("([A-Z]{3})?", "a code of three capital letters, or nothing")] = ""
    default: Annotated[str, matching("[a-z0-9][a-z0-9_-]{0,59}", "the name of a report definition")]
    conversions: Annotated[dict[tuple[str, str], str], PlainValidator(_conversions)] = Field(default_factory=dict)
    engine: Annotated[str, matching(r"[0-9]+(\.[0-9]+){1,2}", "a version such as 0.1")]
    run: Annotated[Any, _MAYBE] = Field(default_factory=dict)
    groups: Annotated[dict[str, list[str]], _MAYBE, AfterValidator(_each_once)] = Field(default_factory=dict)


def project() -> Project:
    """Return the settings of the project, read once for each state of their file.

    Raises :class:`DataError` naming the key that is wrong.

    >>> project().home
    'KAZ'
    """
    return _project(project_root() / "params" / "project.yml")


@cached_by_stamp()
def _project(path: Path) -> Project:
    found, where = strict_model(Project, read_yaml(path), shown_path(path)), shown_path(path)
    if set(found.name) != set(found.languages):
        raise DataError(explain(f"{where}, name", ", ".join(found.name), f"a name in {', '.join(found.languages)}"))
    return found


def in_every_language(words: dict[str, Any]) -> dict[str, str]:
    """Return language -> words. Raises :class:`ValueError` unless each language of the project has text."""
    languages = project().languages
    if set(words) != set(languages) or not all(isinstance(w, str) and w.strip() for w in words.values()):
        raise ValueError(f"words in {', '.join(languages)}")
    return {k: words[k].strip() for k in languages}


LocalText = Annotated[dict[str, str], AfterValidator(in_every_language)]  # language -> words


def notebook_path(page: str) -> Path:
    """Return the notebook of a page. Raises :class:`ParameterError` with the pages of the project."""
    if page not in page_names():
        raise ParameterError(explain("page", short_repr(page), one_of(page_names(), page)))
    return project_root() / "notebooks" / f"{page}.ipynb"


def page_names() -> tuple[str, ...]:
    """Return the names of the pages in ``notebooks/``, sorted."""
    return tuple(sorted(p.stem for p in (project_root() / "notebooks").glob("[!.]*.ipynb")))
