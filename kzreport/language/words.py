"""Words: everything that a page writes in one language, from its own words and those that all pages share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kzreport.errors import WordsError, explain, one_of
from kzreport.language.numbers import adds_up_in_print
from kzreport.language.sentences import ATTRIBUTES, MARK, Said, Sentences, choose_variant, several
from kzreport.language.wordfiles import page_words
from kzreport.model import Reading


class Words(Sentences):
    """The words of a page (or, without one, those that all pages share) in one language of the project.

    ``day``: of the edition; bodies bear the name of that day. Raises :class:`WordsError` for another language, and for
    a page without words.

    >>> Words("fr").label("AFG|2025-04")
    'Afghanistan, avril 2025'
    """

    def __init__(self, language: str, page: str | None = None, day: date | None = None) -> None:
        super().__init__(language, day)
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
                choices = one_of(node, key) if isinstance(node, Mapping) else "one of no keys"
                raise WordsError(explain(f"{self._where}, {'.'.join(keys[:depth]) or 'top'}", f"no '{key}'", choices))
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
        """Write the sentence under a path of keys, its variant chosen, its marks filled; empty for nothing to say.

        Raises :class:`WordsError` for a path, variant, language or reading that is not there.
        """
        where = f"{self._where}, {'.'.join(keys)}"
        texts = choose_variant(self.entry(*keys), where, readings, self.day_of_edition)
        if not texts:
            return ""
        if self.language not in texts:
            raise WordsError(explain(where, f"nothing in {self.language}", "every language of the project"))
        return self.fill(texts[self.language], where, readings)

    def has_figures(self, *keys: str, **readings: Said) -> bool:
        """True if a sentence says something, and names a reading that has a number. Raises as :meth:`text`."""
        return bool(self.named(*keys, **readings))

    def told(self, *keys: str, **readings: Said) -> list[Reading]:
        """Return the readings whose period and number a sentence states. Raises as :meth:`text`."""
        return self._marked(keys, readings, ("period", "year"))

    def named(self, *keys: str, **readings: Said) -> list[Reading]:
        """Return the readings with a number that a sentence names, in its order. Raises as :meth:`text`."""
        return self._marked(keys, readings, (None, *ATTRIBUTES))

    def stated(self, *keys: str, **readings: Said) -> list[Reading]:
        """Return the readings whose number a sentence states, in its order. Raises as :meth:`text`."""
        return self._marked(keys, readings, (None,))

    def rounding_shows(self, *keys: str, **readings: Said) -> bool:
        """True if a sentence prints two numbers whose sum or difference it prints with another last digit.

        Raises as :meth:`text`.
        """
        plain = [m for m in self._marks(keys, readings) if not m[2] and m[3] in (None, "signed", "abs")]
        return not adds_up_in_print(list(dict.fromkeys(r for m in plain for r in several(readings.get(m[1], ())))))

    def _marked(
        self, keys: Sequence[str], readings: Mapping[str, Said], attributes: Sequence[str | None]
    ) -> list[Reading]:
        marks = [m for m in self._marks(keys, readings) if m[2] in attributes]
        return [r for m in marks for r in several(readings.get(m[1], ())) if r.ok]

    def _marks(self, keys: Sequence[str], readings: Mapping[str, Said]) -> list[re.Match[str]]:
        texts = choose_variant(self.entry(*keys), self._where, readings, self.day_of_edition)
        return list(MARK.finditer(self.without_absent(texts.get(self.language, ""), readings)))
