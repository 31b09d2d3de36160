"""The terms that a page uses and the project explains: a link at the first use of each, and the way back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup, escape

from kzreport.language.vocabulary import capital
from kzreport.language.wordfiles import labels
from kzreport.language.words import Words

_PIECES = re.compile(r"(<[^<>]*>)")
_CLOSED = ("a", "code", "h1", "h2", "h3")  # no link goes into one of these


@dataclass(frozen=True)
class Term:
    """A term in one language, and its meaning."""

    slug: str
    name: str
    meaning: str


class TermLinks:
    """Links the first use of each term in the texts of a page, in the order in which they are given to it.

    The terms are ``terms`` of ``data/labels.yml``: what stands before the colon, found in the plural too. Of two that
    begin at the same place the longer one is found. ``used``: the terms met so far.
    """

    def __init__(self, words: Words) -> None:
        self.used: list[Term] = []
        self._terms: dict[str, Term] = {}
        patterns = []
        for slug, texts in labels()["terms"].items():
            name, _, meaning = str(texts[words.language]).partition(":")
            self._terms[slug] = Term(slug, words.typography(name.strip()), words.typography(capital(meaning.strip())))
            forms = r"s?[\s\u00a0]+".join(re.escape(str(escape(part))) for part in name.split())
            patterns.append((len(name), f"(?P<{slug}>{forms}s?)"))
        longest_first = "|".join(pattern for _, pattern in sorted(patterns, reverse=True))
        self._pattern = re.compile(rf"(?<![\w-])(?:{longest_first or '(?!)'})(?![\w-])", re.IGNORECASE)

    def link(self, text: Markup) -> Markup:
        """Return HTML with a link to its meaning at each term that no text before had."""
        pieces = _PIECES.split(text)
        closed = 0
        for number, piece in enumerate(pieces):
            if number % 2:
                if piece.strip("</>").split()[0] in _CLOSED:
                    closed += -1 if piece.startswith("</") else 1
            elif not closed:
                pieces[number] = self._pattern.sub(self._linked, piece)
        return Markup("".join(pieces))

    def _linked(self, found: re.Match[str]) -> str:
        slug = str(found.lastgroup)
        term = self._terms[slug]
        if term in self.used:
            return found[0]
        self.used.append(term)
        return f'<a class="term" id="used-{slug}" href="#term-{slug}" title="{escape(term.meaning)}">{found[0]}</a>'
