"""The files of an edition that are handed on: its formats, made from its pages when these are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import nbformat

from kzreport.days import parse_day
from kzreport.editions.correction import Correction
from kzreport.editions.correction_text import before_lines, replaced_line
from kzreport.editions.definition import Definition
from kzreport.editions.job import page_titles, stale_notice
from kzreport.editions.plan import Plan
from kzreport.files import sha256_hex, write_durably
from kzreport.language.words import Words
from kzreport.pages.outputs import page_outputs
from kzreport.pages.views import series_read
from kzreport.render import html
from kzreport.render.content import Edition, PageContent
from kzreport.render.formats import PAGES, file_name, load_format


@dataclass(frozen=True)
class HandedOn:
    """A file of an edition in one format and language: its ``path`` in the edition, ``size`` in bytes, digest."""

    format: str
    language: str
    path: str
    size: int
    digest: str


def edition_content(
    plan: Plan, folder: Path, name: str, until: date | None, corrects: Correction | None = None
) -> Edition:
    """Return an edition as its formats see it, read from the pages in its folder.

    Raises :class:`~kzreport.errors.PageError` for an output that no page shows.
    """
    definition = plan.definition

    def content(language: str, page: str, title: str) -> PageContent:
        text = (folder / language / f"{page}.ipynb").read_text(encoding="utf-8")
        return PageContent(page, title, tuple(page_outputs(nbformat.v4.reads(text))))

    return Edition(
        definition=definition.name,
        name=name,
        as_of=plan.as_of,
        report={k: definition.title[k] for k in plan.languages},
        lines={k: Words(k).edition(plan.as_of, until) for k in plan.languages},
        notices={k: stale_notice(plan, k) for k in plan.languages},
        pages={k: [content(k, page, title) for page, title in page_titles(plan, k).items()] for k in plan.languages},
        series=series_read({page: definition.values[page] for page in definition.pages}),
        fingerprint=plan.inputs.fingerprint,
        previous=_previous(definition),
        replaced={k: replaced_line(corrects, Words(k)) for k in plan.languages} if corrects else {},
        before={k: before_lines(corrects, k) for k in plan.languages} if corrects else {},
    )


def complete_pages(plan: Plan, folder: Path, files: Sequence[HandedOn], written: Mapping[str, str]) -> dict[str, str]:
    """Write into each page the files in which its edition is handed on; return the digests of the pages by file.

    A page that is not what was ``written`` stays as it is: the edition is refused for it.
    """
    made = dict[str, str]()
    for language in plan.languages:
        words = Words(language)
        handed = [(f.format, Path(f.path).name, f.size) for f in files if f.language == language]
        for page in plan.definition.pages:
            path = f"{language}/{page}.html"
            data = (folder / path).read_bytes()
            if sha256_hex(data) == written[path]:
                whole = html.with_downloads(data.decode(), handed, words)
                made[path] = write_durably(folder / path, whole)
    return made


def _previous(definition: Definition) -> date | None:
    """Return the date of the edition before, as given to the pages that list what changed."""
    given = (definition.values[page].get("previous") for page in definition.pages)
    return next((parse_day(day) for day in given if day), None)


def write_formats(edition: Edition, formats: Sequence[str], folder: Path) -> list[HandedOn]:
    """Make the formats of an edition whose pages are written; return the files, by format and language."""
    found = []
    for each in (f for f in formats if f != PAGES):
        make = load_format(each)
        for language in edition.languages:
            data, path = make(edition, language), file_name(edition, each, language)
            found.append(HandedOn(each, language, path, len(data), write_durably(folder / path, data)))
    return found
