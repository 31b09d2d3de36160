"""Files of words: their paths, their readers, and the column of a language.

- ``kzreport/language/furniture.yml``: what all pages of all projects share, in the languages of the engine
- ``params/languages/XX.yml``: the same in a language that the engine lacks, and its grammar
- ``data/labels.yml``: names of the project's components, groups and themes, and articles of countries
- ``params/methods.yml``: changes of method of the project's reports
- ``notebooks/PAGE.yml``: the words of a page
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from kzreport.errors import DataError, WordsError, explain, one_of, short_repr
from kzreport.files import cached_by_stamp, project_root, shown_path
from kzreport.language.locale import Locale
from kzreport.project.settings import project
from kzreport.project.units import own_unit_words
from kzreport.yamlfile import read_yaml

SOURCE = "en"  # the language of the engine that others are translated from
UNTRANSLATED = "untranslated: "  # begins a text that was copied from the source language
LABEL_TABLES = ("labels", "articles", "themes", "earlier", "terms")
_HERE = Path(__file__).parent
FURNITURE = _HERE / "furniture.yml"


@lru_cache(maxsize=1)
def built_in_languages() -> tuple[str, ...]:
    """Return the languages that the engine has words for."""
    return tuple(sorted(p.stem for p in (_HERE / "grammar").glob("*.yml")))


def check_language(language: str) -> str:
    """Return a language of the project. Raises :class:`WordsError` with the choices."""
    if language not in project().languages:
        raise WordsError(explain("language", short_repr(language), one_of(project().languages, language)))
    return language


def terminal_language() -> str:
    """Return the language of the project in which a terminal is addressed: English if the project has it."""
    return SOURCE if SOURCE in project().languages else project().languages[0]


def language_path(language: str) -> Path:
    """Return the project's file of a language that the engine lacks."""
    return project_root() / "params" / "languages" / f"{language}.yml"


def methods_path() -> Path:
    """Return the project's file of changes of method."""
    return project_root() / "params" / "methods.yml"


def labels_path() -> Path:
    """Return the project's file of labels."""
    return project_root() / "data" / "labels.yml"


def read_words(path: Path, todo: str = "") -> Mapping[str, Any]:
    """Read a file of words, marks included. Raises :class:`WordsError` if it is missing or has no keys."""
    if not path.exists():
        raise WordsError(explain(shown_path(path), "no file", "a file of words", todo))
    try:
        raw = read_yaml(path)
    except DataError as e:
        raise WordsError(str(e)) from None
    if not isinstance(raw, dict):
        raise WordsError(explain(shown_path(path), short_repr(raw), "keys with words"))
    return raw


def without_marks(node: Any) -> Any:
    """Return words without the prefix that marks them as untranslated.

    >>> without_marks({"a": "untranslated: x", "b": ["y"]})
    {'a': 'x', 'b': ['y']}
    """
    if isinstance(node, dict):
        return {k: without_marks(v) for k, v in node.items()}
    if isinstance(node, list):
        return [without_marks(v) for v in node]
    return node.removeprefix(UNTRANSLATED) if isinstance(node, str) else node


@cached_by_stamp()
def _read(path: Path, todo: str = "") -> Mapping[str, Any]:
    words: Mapping[str, Any] = without_marks(read_words(path, todo))
    return words


def page_words(page: str) -> Mapping[str, Any]:
    """Return the words of a page, in all languages. Raises :class:`WordsError` if they cannot be read."""
    return _read(project_root() / "notebooks" / f"{page}.yml", "see 'kzreport new'")


def methods() -> Mapping[str, Mapping[str, str]]:
    """Return the changes of method of the project, oldest first: id -> language -> sentence; none without a file.

    Raises :class:`WordsError` for an invalid id.
    """
    path = methods_path()
    found = _read(path) if path.exists() else {}
    if odd := [name for name in found if not re.fullmatch("[a-z0-9][a-z0-9-]*", name)]:
        raise WordsError(explain("params/methods.yml", f"the id {short_repr(odd[0])}", "letters a-z, digits and -"))
    return found


def labels() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """Return the project's names: ``labels``, ``articles`` and ``themes``, each slug -> language -> name.

    ``terms``: slug -> language -> "TERM: MEANING".
    ``earlier``: slug -> last day -> language -> the name until then. Raises :class:`WordsError` for another table.
    """
    return _labels(labels_path())


@cached_by_stamp(4)
def _labels(path: Path) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    found = _read(path) if path.exists() else {}
    if unknown := sorted(set(found) - set(LABEL_TABLES)):
        raise WordsError(explain("data/labels.yml", ", ".join(unknown), f"tables among {', '.join(LABEL_TABLES)}"))
    return {table: found.get(table) or {} for table in LABEL_TABLES}


def source_leaves(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Path and texts of every entry of the furniture: a map that has the source language among its keys."""
    if not isinstance(node, Mapping) or SOURCE in node:
        yield path, node
    else:
        for key, below in node.items():
            yield from source_leaves(below, (*path, key))


def _column(node: Any, language: str) -> Any:
    if isinstance(node, Mapping) and SOURCE not in node:
        return {key: _column(below, language) for key, below in node.items()}
    return node[language]


@cached_by_stamp()
def _built_in(path: Path, language: str) -> Mapping[str, Any]:
    column: Mapping[str, Any] = _column(read_words(path), language)
    return column


def language_file(language: str) -> Mapping[str, Any]:
    """Return ``grammar`` and ``words`` of a language that the engine lacks, from the project's file.

    Raises :class:`WordsError` if there is no file, or if it has other keys.
    """
    path = language_path(language)
    found = _read(path, f"run 'kzreport languages --copy {language}'")
    for key, below in found.items():
        if key not in ("grammar", "words") or not isinstance(below, dict):
            raise WordsError(explain(shown_path(path), key, "the maps 'grammar' and 'words'"))
    return found


def furniture(language: str) -> Mapping[str, Any]:
    """Return the words that all pages share, in one language. Raises :class:`WordsError` if they are missing."""
    words: Mapping[str, Any]
    if language in built_in_languages():
        words = _built_in(FURNITURE, language)
    else:
        words = language_file(language).get("words", {})
    own = own_unit_words(language) if language in project().languages else {}
    return {**words, "units": {**words.get("units", {}), **own}} if own else words


def locale(language: str) -> Locale:
    """Return the conventions of a language of the engine or the project. Raises :class:`WordsError`."""
    path = _HERE / "grammar" / f"{language}.yml"
    if language not in built_in_languages():
        path = language_path(language)
    return _locale(path, language)


@cached_by_stamp()
def _locale(path: Path, language: str) -> Locale:
    if language in built_in_languages():
        return Locale.from_grammar(language, read_words(path), path.name)
    return Locale.from_grammar(language, language_file(language).get("grammar", {}), f"{shown_path(path)}, grammar")
