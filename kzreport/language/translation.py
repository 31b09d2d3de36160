"""Untranslated words: marked copies of the English ones in the project's file of a language.

A copied text begins with ``untranslated: ``; pages show it without that mark. The translator replaces mark and text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from kzreport.errors import WordsError, explain, short_repr
from kzreport.files import project_root, shown_path, write_durably
from kzreport.language.lint import leaves, texts_of
from kzreport.language.locale import Locale
from kzreport.language.wordfiles import (
    FURNITURE,
    SOURCE,
    UNTRANSLATED,
    built_in_languages,
    labels_path,
    language_path,
    methods_path,
    read_words,
    source_leaves,
)
from kzreport.project.settings import page_names, project

_HEAD = """\
# The words that all pages share, in {name}. Replace each text that begins with "untranslated: ", mark included; "#"
# stands for a number or a name, marks in braces stay. A text may have forms by the plural categories of CLDR, such as
# {{one: ..., other: ...}}. A map 'grammar' beside 'words' may have rules of typography and elision.
"""


def copy_untranslated(language: str) -> Path:
    """Write the English words that a language lacks into the project's file of it, marked; return the file.

    Words that are there stay; words that the engine has no longer are left out. Raises :class:`WordsError` for a
    language that the engine has words for, or that Babel does not know.

    Parameters
    ----------
    language
        Code of the language, such as ``de``. It need not be one of the project's yet.
    """
    if language in built_in_languages():
        raise WordsError(explain("language", short_repr(language), "a language that the engine has no words for"))
    path = language_path(language)
    known = dict(read_words(path)) if path.exists() else {}
    name = Locale.from_grammar(language, known.get("grammar", {}), shown_path(path)).cldr.english_name
    known["words"] = _merged(read_words(FURNITURE), known.get("words", {}))
    body = yaml.safe_dump(known, allow_unicode=True, sort_keys=False, width=10_000)
    write_durably(path, _HEAD.format(name=name) + body)
    return path


def _merged(node: Any, known: Any) -> Any:
    """The words of a language in the shape of the engine's: those that are known, else a marked copy."""
    if isinstance(node, Mapping) and SOURCE not in node:
        return {k: _merged(v, known.get(k) if isinstance(known, Mapping) else None) for k, v in node.items()}
    return _marked(node[SOURCE]) if known is None else known


def _marked(text: Any) -> Any:
    return UNTRANSLATED + text if isinstance(text, str) else {k: _marked(v) for k, v in text.items()}


def untranslated(language: str) -> list[str]:
    """List the words that a language lacks or has only as marked copies: file, key, and the text to translate.

    The words that pages share come first, then the project's labels and methods, then the pages. The language need
    not be one of the project's yet. Raises :class:`WordsError` for files that cannot be read.
    """
    found = [] if language in built_in_languages() else list(_shared(language))
    paths = [p for p in (labels_path(), methods_path()) if p.exists()]
    paths += [project_root() / "notebooks" / f"{page}.yml" for page in page_names()]
    for path in paths:
        for keys, leaf in leaves(read_words(path), [*project().languages, language]):
            if isinstance(leaf, Mapping) and _waits(leaf.get(language)):
                source = leaf.get(SOURCE) or next(iter(leaf.values()))
                found.append(_line(path, keys, source))
    return found


def _shared(language: str) -> Iterator[str]:
    path = language_path(language)
    own = read_words(path).get("words", {}) if path.exists() else {}
    for keys, leaf in source_leaves(read_words(FURNITURE)):
        node: Any = own
        for key in keys:
            node = node.get(key) if isinstance(node, Mapping) else None
        if _waits(node):
            yield _line(path, ("words", *keys), leaf[SOURCE])


def _waits(texts: Any) -> bool:
    return texts is None or any(t.startswith(UNTRANSLATED) for t in texts_of(texts))


def _line(path: Path, keys: tuple[str, ...], source: Any) -> str:
    return f"{shown_path(path)}, {'.'.join(keys)}: {' | '.join(dict.fromkeys(texts_of(source)))}"
