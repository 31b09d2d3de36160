"""The words that all pages share, in one language: the base of numbers, dates and sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from kzreport.errors import WordsError, explain
from kzreport.files import shown_path
from kzreport.language.locale import NBSP
from kzreport.language.wordfiles import (
    FURNITURE,
    built_in_languages,
    check_language,
    furniture,
    language_path,
    locale,
)
from kzreport.model import Status


def capital(text: str) -> str:
    """Return a text that begins with a capital letter.

    >>> capital("à la hausse")
    'À la hausse'
    """
    return text[:1].upper() + text[1:]


class Vocabulary:
    """The shared words of one language of the project, by table and key. Raises :class:`WordsError` for another.

    ``day``: of the edition that they are for, if they are for one.

    >>> Vocabulary("fr").ui("edition_of"), Vocabulary("fr").word("verdicts", "consistent")
    ('Édition du', 'Compatible')
    """

    def __init__(self, language: str, day: date | None = None) -> None:
        self.language = check_language(language)
        self.day_of_edition = day
        self.locale = locale(language)
        self._furniture = furniture(language)

    def words_of(self, *keys: str) -> Any:
        """Return the text (or its forms) under a path of keys. Raises :class:`WordsError` if it is missing."""
        node: Any = self._furniture
        for key in keys:
            if not isinstance(node, Mapping) or key not in node:
                path = FURNITURE if self.language in built_in_languages() else language_path(self.language)
                at = "kzreport/language/furniture.yml" if path is FURNITURE else shown_path(path)
                raise WordsError(explain(at, f"no '{'.'.join(keys)}' in {self.language}", "the words of this key"))
            node = node[key]
        return node

    def word(self, table: str, key: str) -> str:
        """Return a word of a table, with the spaces of the language. Raises :class:`WordsError` if it is missing."""
        return self.typography(str(self.words_of(table, key)))

    def has_word(self, table: str, key: str) -> bool:
        """True if a table has a word under this key."""
        return key in self.words_of(table)

    def forms(self, *keys: str) -> Mapping[str, str]:
        """Return plural category -> pattern, ``other`` alone if one serves all; the space after "#" does not break."""
        found = self.words_of(*keys)
        several = {"other": found} if isinstance(found, str) else found
        return {k: v.replace("# ", "#" + NBSP) for k, v in several.items()}

    def ui(self, key: str) -> str:
        """Return a word of the report's own furniture ("Sources", "Code" ...)."""
        return self.word("ui", key)

    def issue_kind(self, kind: str) -> str:
        """Return the name of a kind of fault of a source."""
        return self.word("issue_kinds", kind)

    def status(self, status: Status) -> str:
        """Return the reason why there is no number."""
        return self.word("statuses", str(status))

    def typography(self, text: str) -> str:
        """Put the spaces and apostrophes of the language into a text."""
        return self.locale.typography(text)

    def elided(self, text: str) -> str:
        """Elide words before a vowel in a text put together of parts, where the language does.

        >>> Vocabulary("fr").elided("un recul de environ 3 %")
        'un recul d’environ 3 %'
        """
        return self.locale.elided(text)

    def own_name(self, language: str) -> str:
        """Return the name that another language has in itself: ``Français``.

        >>> Vocabulary("fr").own_name("en")
        'English'
        """
        cldr = locale(language).cldr
        return capital(cldr.languages.get(language, language))

    @property
    def colon(self) -> str:
        """A colon with the spaces of the language."""
        return self.ui("colon")

    @property
    def semicolon(self) -> str:
        """A semicolon with the spaces of the language."""
        return self.ui("semicolon")
