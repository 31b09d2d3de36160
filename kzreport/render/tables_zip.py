"""An edition as a zip of CSV files with their data package (Frictionless) and a README."""

from __future__ import annotations

import hashlib
import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kzreport.language.words import Words
from kzreport.pages.outputs import Output
from kzreport.render.archive import zip_bytes
from kzreport.render.content import Edition, PageContent
from kzreport.render.downloads import COLUMNS, download
from kzreport.render.figures import FigureReader, csv_rows, has_figures
from kzreport.render.sources import SeriesSource, edition_sources

_WIDTH = 100  # characters of a line of the README
_TYPES = {"value": "number", "published": "date"}  # of the columns of figures that are no text


def make(edition: Edition, language: str) -> bytes:
    """Return the figures of an edition as a zip archive in one language."""
    folder = f"{edition.definition}-{edition.name}-{language}"
    words = Words(language, day=edition.as_of)
    sources = edition_sources(edition, language)
    tables = {
        f"data/{page.name}-{output.name}.csv": (page, output, download(output, reader).encode())
        for page in edition.pages[language]
        for reader in [FigureReader(Words(language, page.name, edition.as_of), edition.as_of)]
        for output in page.outputs
        if output.csv
    }
    package = _package(edition, language, words, sources, tables)
    files = {
        "README.txt": _readme(edition, language, words, sources, tables).encode(),
        "datapackage.json": (json.dumps(package, ensure_ascii=False, indent=1) + "\n").encode(),
        **{path: data for path, (_, _, data) in tables.items()},
    }
    return zip_bytes({f"{folder}/{path}": data for path, data in files.items()})


Tables = Mapping[str, tuple[PageContent, Output, bytes]]  # path -> page, chart or table, CSV


def _said(words: Words, key: str) -> str:
    return words.typography(words.word("handed", key))


def _package(
    edition: Edition, language: str, words: Words, sources: Sequence[SeriesSource], tables: Tables
) -> dict[str, Any]:
    day = edition.as_of.isoformat()
    return {
        "profile": "data-package",
        "name": f"{edition.definition}-{edition.name}-{language}",
        "title": edition.report[language],
        "description": f"{edition.lines[language]}. {_said(words, 'reuse')}",
        "created": f"{day}T00:00:00Z",
        "version": edition.name,
        "sources": [
            {"title": f"{s.publisher}{words.colon}{s.title}", **({"path": path} if (path := _address(s)) else {})}
            for s in sources
        ],
        "resources": [_resource(path, *about, words) for path, about in tables.items()],
    }


def _address(source: SeriesSource) -> str:
    return next((path for _, path in source.pages if path), "")


def _resource(path: str, page: PageContent, output: Output, data: bytes, words: Words) -> dict[str, Any]:
    rows = csv_rows(output)
    fields = [_field(name, words) for name in COLUMNS]
    if not has_figures(rows):
        fields = [{"name": name, "type": "integer" if name == "line" else "string"} for name in rows[0]]
    return {
        "profile": "tabular-data-resource",
        "name": path.removeprefix("data/").removesuffix(".csv").replace("_", "-").lower(),
        "path": path,
        "title": f"{page.title} – {output.title}",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "schema": {"fields": fields, "missingValues": [""]},
    }


def _field(name: str, words: Words) -> dict[str, str]:
    key = {"group": "line"}.get(name, name)
    about = words.word("columns", key) if words.has_word("columns", key) else ""
    return {
        "name": name,
        "type": _TYPES.get(name, "string"),
        **({"description": words.typography(about)} if about else {}),
    }


def _readme(edition: Edition, language: str, words: Words, sources: Sequence[SeriesSource], tables: Tables) -> str:
    def wrapped(text: str, indent: str = "") -> str:
        whole = textwrap.TextWrapper(_WIDTH, indent, indent, break_long_words=False, break_on_hyphens=False)
        return whole.fill(text)

    def parts() -> Iterator[str]:
        title = edition.report[language]
        yield f"{title}\n{'=' * len(title)}"
        yield "\n".join(filter(None, (edition.lines[language], edition.notices[language])))
        for text in (words.ui("made_with"), _said(words, "frozen"), _said(words, "inert"), _said(words, "reuse")):
            yield wrapped(text)
        yield _heading(words.ui("contents"))
        yield "\n".join(f"{path}\n    {page.title} – {o.title}" for path, (page, o, _) in tables.items())
        yield _heading(_said(words, "columns"))
        for name in COLUMNS:
            if about := _field(name, words).get("description", ""):
                yield f"{name}\n{wrapped(about, '    ')}"
        yield _heading(_said(words, "sources_of"))
        for s in sources:
            named = [f"{title}{words.colon}{path}" if path else title for title, path in s.pages]
            lines = [
                f"{s.publisher}{words.colon}{s.title}",
                *([f"{words.ui('licence')}{words.colon}{s.terms}"] if s.terms else []),
                *([f"{words.ui('accessed')}{words.colon}{s.access}"] if s.access else []),
                f"{f'{s.days}. ' if s.days else ''}{words.ui('last_figure')}{words.colon}{s.last}",
                *(s.caveats),
                *named,
            ]
            yield "\n".join([s.name, *(wrapped(line, "    ") for line in lines)])

    return "\n\n".join(parts()) + "\n"


def _heading(text: str) -> str:
    return f"\n{text}\n{'-' * len(text)}"
