"""Copies of the files in ``kzreport/starter/``, made by ``kzreport init`` and ``kzreport new``.

The files are those of a project in English and French whose names begin with ``starter_``. A copy has other names and
other languages; a language that a file lacks gets its English text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from yaml.emitter import Emitter
from yaml.representer import SafeRepresenter
from yaml.resolver import BaseResolver
from yaml.serializer import Serializer

from kzreport.errors import ParameterError, explain
from kzreport.files import read_text, shown_path, sync_folder, write_durably
from kzreport.language.wordfiles import UNTRANSLATED
from kzreport.yamlfile import read_yaml

STARTER = Path(__file__).resolve().parent.parent / "starter"
_LANGUAGES = ("fr", "en")  # of its files

# starter_... -> the name that replaces it; a map by language if it differs between languages
Names = Mapping[str, str | Mapping[str, str]]


class _Plain(Emitter, Serializer, SafeRepresenter, BaseResolver):
    """YAML for our reader, which takes every scalar as text: numbers and dates stand without quotes."""

    def __init__(self, stream: Any, default_style: Any, default_flow_style: Any, sort_keys: bool, **how: Any) -> None:
        layout = {k: how[k] for k in ("canonical", "indent", "width", "allow_unicode", "line_break")}
        Emitter.__init__(self, stream, **layout)
        marks = {k: how[k] for k in ("encoding", "explicit_start", "explicit_end", "version", "tags")}
        Serializer.__init__(self, **marks)
        SafeRepresenter.__init__(self, default_style, default_flow_style, sort_keys)
        BaseResolver.__init__(self)


def copied_file(path: Path, names: Names, languages: Sequence[str], *, mark: bool = False) -> str:
    """Return the text of a starter file with other names and languages.

    ``mark``: English texts that stand for others are marked as untranslated, as pages' words are.
    """
    if path.suffix == ".yml":
        head = "".join(line for line in read_text(path).splitlines(keepends=True) if line.startswith("#"))
        body = _translated(read_yaml(path), names, languages, mark)
        plain = yaml.dump(body, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=10_000)
        return _named(head, names, languages[0]) + plain
    if path.suffix == ".csv":
        return _translated_table(read_text(path), names, languages)
    return _named(read_text(path), names, languages[0])


def write_new(files: Mapping[Path, str]) -> None:
    """Write files that must not exist. Raises :class:`ParameterError` if one does; nothing was written then."""
    for path in files:
        if path.exists():
            raise ParameterError(explain("page", f"{shown_path(path)}, which exists", "a new name"))
    for path, text in files.items():
        write_durably(path, text)
    for folder in sorted({folder for path in files for folder in (path.parent, path.parent.parent)}):
        sync_folder(folder)


def page_files(
    root: Path, page: str, series: str, titles: Mapping[str, str], languages: Sequence[str]
) -> dict[Path, str]:
    """Return the files of a new page, path -> text: notebook, words and view.

    ``titles``: the titles of the page and its chart, by language.
    """
    names: Names = {
        "starter_page": page,
        "starter_series": series,
        "starter_title": titles,
        "starter_language": languages[0],
    }
    folder = root / "notebooks"
    return {
        folder / f"{page}.ipynb": copied_file(STARTER / "page" / "page.ipynb", names, languages),
        folder / f"{page}.yml": copied_file(STARTER / "page" / "words.yml", names, languages, mark=True),
        folder / "views" / f"{page}.py": copied_file(STARTER / "page" / "view.py", names, languages),
    }


def _named(text: str, names: Names, language: str) -> str:
    for token, name in names.items():
        text = text.replace(token, name if isinstance(name, str) else name[language])
    return text


def _translated(node: Any, names: Names, languages: Sequence[str], mark: bool) -> Any:
    if node == list(_LANGUAGES):
        return list(languages)
    if isinstance(node, list):
        return [_translated(one, names, languages, mark) for one in node]
    if not isinstance(node, dict):
        return _named(node, names, languages[0])
    if set(node) == set(_LANGUAGES):
        return {k: _text(node, names, k, mark) for k in languages}
    return {_named(k, names, languages[0]): _translated(v, names, languages, mark) for k, v in node.items()}


def _text(texts: Mapping[str, str], names: Names, language: str, mark: bool) -> str:
    """Return a text in a language: its own, the same name in all languages, or the English text."""
    waits = mark and language not in texts and len(set(texts.values())) > 1
    text = _named(texts.get(language, texts["en"]), names, language)
    return f"{UNTRANSLATED}{text}" if waits else text


def _translated_table(text: str, names: Names, languages: Sequence[str]) -> str:
    """Return a table with a column such as ``text.en`` for each of the languages."""
    out = io.StringIO()
    rows = csv.DictReader(io.StringIO(text))
    known = {f".{k}" for k in _LANGUAGES}
    columns: list[str] = []
    for column in rows.fieldnames or ():
        stem, dot, language = column.rpartition(".")
        if f"{dot}{language}" not in known:
            columns.append(column)
        elif language == "en":
            columns += [f"{stem}.{k}" for k in languages]
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        cells = {c: row[c] if c in row else row[f"{c.rpartition('.')[0]}.en"] for c in columns}
        writer.writerow({c: _named(cell, names, languages[0]) for c, cell in cells.items()})
    return out.getvalue()
