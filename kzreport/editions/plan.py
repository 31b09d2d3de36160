"""The plan of an edition: all its inputs, read and checked before anything runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

from kzreport.claims.ledger import all_claims, claims_fingerprints
from kzreport.editions.definition import Definition
from kzreport.editions.inputs import (
    Engine,
    Inputs,
    format_inputs,
    installed_engine,
    list_differences,
    notebook_digests,
    setting_digests,
    view_digests,
    word_digests,
)
from kzreport.editions.names import demand_names
from kzreport.errors import WordsError
from kzreport.execution.task import Task
from kzreport.files import sha256_hex
from kzreport.language.lint import page_faults, shared_faults
from kzreport.pages.notes import note_path
from kzreport.project.settings import page_names
from kzreport.render.formats import demand_formats
from kzreport.series.groups import groups_for
from kzreport.series.issues import known_issues
from kzreport.series.known import data_fingerprints
from kzreport.series.release_days import known_release_days


@dataclass(frozen=True)
class Plan:
    """An edition to be made: its definition, date, languages and inputs."""

    definition: Definition
    as_of: date
    languages: tuple[str, ...]
    inputs: Inputs

    @property
    def label(self) -> str:
        """Its name in messages: ``monthly/2026-09-30``."""
        return f"{self.definition.name}/{self.as_of}"

    @property
    def tasks(self) -> list[Task]:
        """Every page in every language."""
        return [
            Task(page, language, self.as_of.isoformat(), self.definition.values[page])
            for language in self.languages
            for page in self.definition.pages
        ]


@dataclass(frozen=True)
class _Lasting:
    """The inputs that are the same on every date."""

    notebooks: Mapping[str, str]
    words: Mapping[str, str]
    views: Mapping[str, str]
    settings: Mapping[str, str]
    report: str
    formats: Mapping[str, str]
    engine: Engine


def named_pages(values: Mapping[str, Any]) -> set[str]:
    """Return the pages that a page speaks of, named by its parameters, as a summary does."""
    lists = [entries for entries in values.values() if isinstance(entries, list | dict)]
    return {str(entry) for entries in lists for entry in entries} & set(page_names())


def make_plan(definition: Definition, as_of: date, languages: Sequence[str]) -> Plan:
    """Read and check every input of one edition: data as known on its date, notebooks, words, code, parameters.

    Raises the input errors of the package; nothing was run then.
    """
    return next(make_plans(definition, [as_of], languages))


def make_plans(
    definition: Definition,
    dates: Sequence[date],
    languages: Sequence[str],
    prepared: Callable[[date], Definition] | None = None,
    *,
    check: bool = True,
) -> Iterator[Plan]:
    """Plan an edition for each date; inputs that do not depend on the date are read once.

    ``prepared`` returns the definition for a date if it differs between dates. It is called when the turn of that
    date has come. Without ``check`` words, notes and names are read and not judged. Raises as :func:`make_plan`.
    """
    if dates and check:
        _check_lasting(definition, dates[0])
    lasting = _read_lasting(definition, languages) if dates else None
    for as_of, tables in zip(dates, data_fingerprints(dates), strict=True):
        assert lasting
        own = prepared(as_of) if prepared else definition
        named = sorted({values["note"] for values in own.values.values() if values.get("note")})
        for name in named if check else ():
            _check_note(name, own, as_of, languages)
        issues = "\n".join(repr(i) for i in known_issues(as_of))
        documents = {f"claims/{name}": digest for name, digest in claims_fingerprints(as_of).items()}
        days = known_release_days(as_of)
        announced = {"releases.yml": sha256_hex(days.encode())} if days else {}
        inputs = Inputs(
            data={**tables, "issues.yml": sha256_hex(issues.encode()), **announced, **documents},
            parameters={page: json.dumps(values) for page, values in own.values.items()},
            notes={name: sha256_hex(note_path(name).read_bytes()) for name in named},
            not_refreshed=own.not_refreshed,
            **vars(lasting),
        )
        yield Plan(own, as_of, tuple(languages), inputs)


def changed_inputs(plan: Plan) -> list[str]:
    """List the inputs that are not now, or not here, what they were when the plan was made; one line each."""
    # what has been judged and is the same needs no judgement
    now = next(make_plans(plan.definition, [plan.as_of], plan.languages, check=False))
    return list_differences(plan.inputs.flat, now.inputs.flat)


def _check_note(name: str, definition: Definition, as_of: date, languages: Sequence[str]) -> None:
    """Fill the marks of a note, so that a fault in it is raised before a kernel starts."""
    from kzreport.pages.page import Page  # loads matplotlib

    pages = [page for page, values in definition.values.items() if values.get("note") == name]
    first = Page(pages[0], lang=languages[0], as_of=as_of.isoformat())
    for page, language in product(pages, languages):
        first.beside(page, language).note_text(name, definition.values[page].get("pages", {}))


def _all_pages(definition: Definition) -> list[str]:
    """Return the pages of an edition and those that they speak of."""
    return sorted({*definition.pages}.union(*map(named_pages, definition.values.values())))


def _check_lasting(definition: Definition, as_of: date) -> None:
    """Judge the inputs that are the same on every date; raises as :func:`make_plan`."""
    demand_names()
    for faults in (*map(page_faults, _all_pages(definition)), shared_faults()):
        if faults:
            raise WordsError("\n".join(faults))
    demand_formats(definition.formats)
    all_claims()  # what the pages read of them, a kernel would read first
    groups_for(as_of)


def _read_lasting(definition: Definition, languages: Sequence[str]) -> _Lasting:
    pages = _all_pages(definition)
    title = sorted(definition.title.items())
    return _Lasting(
        notebooks=notebook_digests(pages),
        words=word_digests(pages),
        views=view_digests(),
        settings=setting_digests(),
        report=json.dumps([title, definition.pages, list(languages)], ensure_ascii=False),
        formats=format_inputs(definition.formats),
        engine=installed_engine(),
    )
