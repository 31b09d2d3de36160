"""Words: everything that a page writes in one language, from its own words and those that all pages share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kzreport.errors import WordsError, explain
from kzreport.language.sentences import Said, Sentences, choose_variant
from kzreport.language.wordfiles import page_words


class Words(Sentences):
    """The words of a page (or, without one, those that all pages share) in one language of the project.

    Raises :class:`WordsError` for another language, and for a page without words.

    >>> Words("fr").label("AFG|2025-04")
    'Afghanistan, avril 2025'
    """

    def __init__(self, language: str, page: str | None = None) -> None:
        super().__init__(language)
        self.name = page
        self._page: Mapping[str, Any] = page_words(page) if page else {}
        self.page_labels = self._page.get("labels", {})
        if page:
            self._where = f"notebooks/{page}.yml"

    def entry(self, *keys: str) -> Any:
        """Return the words of the page under a path of keys, in all languages.

        Raises :class:`WordsError` with the choices.
        """
        node: Any = self._page
        for depth, key in enumerate(keys):
            if not isinstance(node, Mapping) or key not in node:
                choices = ", ".join(map(str, node)) if isinstance(node, Mapping) else "no keys"
                raise WordsError(
                    explain(f"{self._where}, {'.'.join(keys[:depth]) or 'top'}", f"no '{key}'", f"one of {choices}")
                )
            node = node[key]
        return node

    def has(self, *keys: str) -> bool:
        """True if the page's words have something under this path."""
        node: Any = self._page
        for key in keys:
            if not isinstance(node, Mapping) or key not in node:
                return False
            node = node[key]
        return True

    def text(self, *keys: str, **readings: Said) -> str:
        """Write the sentence under a path of keys, its variant chosen, its marks filled.

        Raises :class:`WordsError` for a path, variant, language or reading that is not there.
        """
        where = f"{self._where}, {'.'.join(keys)}"
        texts = choose_variant(self.entry(*keys), where, readings)
        if self.language not in texts:
            raise WordsError(explain(where, f"nothing in {self.language}", "every language of the project"))
        return self.fill(texts[self.language], where, readings)
