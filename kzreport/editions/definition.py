"""Report definitions, read from ``params/*.yml``."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kzreport.editions.settings import run_settings
from kzreport.errors import DataError, ParameterError, explain, of_arguments, one_of, short_repr
from kzreport.files import project_root, shown_path
from kzreport.pages.notebooks import declared_parameters
from kzreport.pages.parameters import FILLED, Language, PageName, Parameter, Text
from kzreport.pages.values import changed_values, page_values
from kzreport.project.settings import project
from kzreport.project.strict import plain_reason
from kzreport.render.content import FRONTS
from kzreport.render.formats import DEFAULT, check_formats
from kzreport.series.strays import misnamed_files
from kzreport.yamlfile import read_yaml

# The name of a file that becomes a folder, everywhere: also on Windows, in an address, beside our own folders.
_NAME = re.compile(r"(?!(?:con|prn|aux|nul|com\d|lpt\d|failed|latest)$)[a-z0-9][a-z0-9_-]{0,59}", re.ASCII)


@dataclass(frozen=True)
class Definition:
    """A report definition: its pages, their languages, the values of their parameters.

    ``formats``: see :mod:`kzreport.render.formats`.
    ``not_refreshed``: where figures were to be fetched first and a provider was down, JSON with the ``day`` and the
    ``series`` that stayed as they were held.
    """

    name: str
    title: Mapping[str, str]
    pages: tuple[str, ...]
    languages: tuple[str, ...]
    values: Mapping[str, Mapping[str, Any]]
    not_refreshed: str = ""
    formats: tuple[str, ...] = DEFAULT


def definition_names() -> tuple[str, ...]:
    """Return the names of the definitions in ``params/``, sorted."""
    others = ("project", "methods")  # of the project, not of a report
    return tuple(sorted(p.stem for p in (project_root() / "params").glob("[!.]*.yml") if p.stem not in others))


class DefinitionFile(BaseModel):
    """The keys of a definition file; every scalar in it is text."""

    model_config = ConfigDict(extra="forbid")

    title: dict[str, Text]
    pages: list[PageName] = Field(min_length=1)
    languages: list[Language] = Field(min_length=1)
    parameters: dict[str, dict[str, Any]] = {}
    formats: list[str] | None = None


def _read_definition(path: Path) -> DefinitionFile:
    where = shown_path(path)
    try:
        raw = DefinitionFile.model_validate(read_yaml(path))
    except DataError as e:
        raise ParameterError(str(e)) from None
    except ValidationError as e:
        first = e.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        reason = plain_reason(first["msg"])
        at = f"{where}, key '{key}'" if key else where
        raise ParameterError(explain(at, short_repr(first["input"]), reason)) from None
    for page in raw.pages:
        if page in FRONTS:
            expected = f"none of {', '.join(FRONTS)}, which every edition has"
            raise ParameterError(explain(f"{where}, pages", repr(page), expected, "rename the page"))
    for name, listed in (("pages", raw.pages), ("languages", raw.languages), ("formats", raw.formats or [])):
        if len(set(listed)) != len(listed):
            raise ParameterError(explain(f"{where}, key '{name}'", ", ".join(listed), "each of them once"))
    languages = project().languages
    if set(raw.title) != set(languages):
        found = ", ".join(raw.title) or "nothing"
        raise ParameterError(explain(f"{where}, key 'title'", found, f"a title in {', '.join(languages)}"))
    for page in raw.parameters:
        if page not in raw.pages:
            at = f"{where}, key 'parameters'"
            raise ParameterError(explain(at, repr(page), f"one of its pages: {', '.join(raw.pages)}"))
    return raw


def _overridden(overrides: Iterable[str], declared: Mapping[str, Sequence[Parameter]]) -> dict[str, dict[str, str]]:
    """Page -> name -> text, from ``name=value`` (every page that has it) or ``page.name=value``; the latter wins."""
    open_ = {page: [p.name for p in ps if p.name not in ("lang", "as_of")] for page, ps in declared.items()}
    given: dict[str, dict[str, str]] = {page: {} for page in declared}
    stated: dict[str, str] = {}
    for override in overrides:
        key, sign, value = override.partition("=")
        page, dot, name = key.rpartition(".")
        targets = [p for p, names in open_.items() if name in names and (p == page or not dot)]
        if not sign or not targets:
            choices = one_of(sorted(f"{p}.{n}" for p, names in open_.items() for n in names if n not in FILLED), key)
            todo = "the language and the date are --lang and --as-of" if name in ("lang", "as_of") else ""
            raise ParameterError(explain("-p", short_repr(override), f"NAME=VALUE with NAME {choices}", todo))
        if (before := stated.setdefault(key, value)) != value:
            todo = f"'{key}={before}' was given too; keep one of them"
            raise ParameterError(explain("-p", short_repr(override), f"one value for '{key}'", todo))
        for target in targets:
            given[target][name] = value
    return given


def load_definition(name: str, overrides: Iterable[str] = (), formats: Sequence[str] = ()) -> Definition:
    """Read and check ``params/NAME.yml``; ``overrides`` are ``name=value`` or ``page.name=value``.

    ``formats``: those to make in place of the definition's, or of those that the settings of runs name.

    - A page with a parameter of type ``dict[PageName, Values]``, such as a summary, draws on the definition's other
      pages unless the file or an override names others: each with the values it has in the definition, those of them
      that are not its defaults.
    - Parameters that an edition fills in (:data:`FILLED`) are empty unless the file or an override gives them.

    Raises :class:`ParameterError` naming file, key and choices, of its kind :class:`ArgumentError` for an override or a
    format that was given, :class:`NotebookError` for a file that is not a page.
    """
    if name not in definition_names():
        for fault in misnamed_files(project_root() / "params"):
            raise ParameterError(fault)
        raise ParameterError(explain("report definition", short_repr(name), one_of(definition_names(), name)))
    path = project_root() / "params" / f"{name}.yml"
    if not _NAME.fullmatch(name):
        expected = "up to 60 of a-z, 0-9, - and _, and no name of a device or of a folder of ours"
        raise ParameterError(explain(shown_path(path), "that name", expected, "rename it; if it is a copy, remove it"))
    raw = _read_definition(path)
    declared = {page: declared_parameters(page) for page in raw.pages}
    with of_arguments():
        over = _overridden(overrides, declared)
    values: dict[str, dict[str, Any]] = {}
    drawing = {page: p.name for page, known in declared.items() for p in known if p.draws_on_pages}
    for page in sorted(declared, key=drawing.__contains__):  # those that draw on others come last
        at = f"{shown_path(path)}, parameters of '{page}'"
        given: dict[str, Any] = {p.name: FILLED[p.name] for p in declared[page] if p.name in FILLED}
        if name_of_map := drawing.get(page):
            given[name_of_map] = [p for p in raw.pages if p != page]
        stated = raw.parameters.get(page, {})
        if over[page]:  # a value of the file is checked although another wins, and is none of the command line
            page_values(page, given | stated, at, text=True)
        given |= {**stated, **over[page]}
        typed = dict.fromkeys(over[page], f"-p, page '{page}'")
        with of_arguments() if typed else contextlib.nullcontext():
            values[page] = page_values(page, given, at, places=typed, text=True)
        if name_of_map:
            for other, own in values[page][name_of_map].items():
                known_values = changed_values(other, values.get(other, {}))
                if own:
                    place = f"{at}, parameter '{name_of_map}', page '{other}'"
                    known_values = changed_values(other, page_values(other, known_values | own, place, text=True))
                values[page][name_of_map][other] = known_values
    title = {k: raw.title[k] for k in project().languages}
    with of_arguments():
        chosen = check_formats(formats, "--formats")
    if not formats:
        known = raw.formats if raw.formats is not None else run_settings().formats or DEFAULT
        chosen = check_formats(known, f"{shown_path(path)}, key 'formats'")
    return Definition(name, title, tuple(raw.pages), tuple(raw.languages), values, formats=chosen)
