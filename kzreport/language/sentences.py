"""Sentences: the marks that name readings, and the variants among which a reading chooses.

A sentence names readings: ``{headline}``, ``{headline:signed}``, ``{count:words}``, ``{headline.period:in}``,
``{gap.base:of}``, ``{part.item}``, ``{part.item:in}``. Several readings may share a name: all their items are listed,
the first gives value and period. A sentence with variants names in ``by`` the reading that chooses: its direction
(``up``, ``down``, ``flat``, or ``ok`` for all three), otherwise its status, otherwise ``other``; a variant may again
have variants.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kzreport.errors import WordsError, explain
from kzreport.language.names import Names
from kzreport.language.numbers import Numbers
from kzreport.language.vocabulary import capital
from kzreport.model import Reading, Status

Said = Reading | Sequence[Reading]  # what a mark of a sentence names
MARK = re.compile(r"\{([a-z][a-z0-9_]*)(?:\.(period|base|item|low|high|year))?(?::([a-z]+))?\}")
DIRECTIONS = ("up", "down", "flat")
SELECTORS = frozenset({*DIRECTIONS, "ok", "other", *map(str, Status)})


def escape(text: str) -> str:
    """Make text from data safe inside Markdown: no markup, no line break, no HTML.

    >>> escape("A*b* <i>")
    'A\\\\*b\\\\* &lt;i&gt;'
    """
    flat = " ".join(text.split())
    marked = re.sub(r"([\\`*_{}\[\]()#+!|~])", r"\\\1", flat)
    return marked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def choose_variant(node: Mapping[str, Any], where: str, readings: Mapping[str, Said]) -> Mapping[str, Any]:
    """Return the texts (language -> text) that the readings choose among the variants of a sentence.

    Raises :class:`WordsError` if the reading that chooses is not there, or has no variant.
    """
    while "by" in node:
        chooser = node["by"]
        if chooser not in readings:
            raise WordsError(explain(f"{where}, by", repr(chooser), f"one of {', '.join(readings)}"))
        r = readings[chooser]
        if not isinstance(r, Reading):
            raise WordsError(explain(f"{where}, by", f"several readings as '{chooser}'", "one reading"))
        wanted = (r.direction, "ok", "other") if r.ok else (r.direction, "other")
        variant = next((v for v in wanted if v in node), None)
        if variant is None:
            raise WordsError(explain(where, f"no variant for {r.direction}", f"{' or '.join(wanted)}"))
        node = node[variant]
    return node


class Sentences(Numbers, Names):
    """Sentences of a language, their marks filled."""

    def fill(self, text: str, where: str, readings: Mapping[str, Said]) -> str:
        """Write a sentence: every mark replaced, typography and first letter made right.

        Raises :class:`WordsError` for a mark that is not understood, and as :meth:`marks`.
        """
        filled = self.marks(text, where, readings)
        if "{" in filled or "}" in filled:
            raise WordsError(explain(where, repr(filled), "marks such as {name}, {name:signed}, {name.period:in}"))
        return capital(self.unit_once(self.typography(filled)))

    def marks(self, text: str, where: str, readings: Mapping[str, Said]) -> str:
        """Replace every mark of a text by the words of its reading.

        Raises :class:`WordsError` for a reading that is not there, or lacks what the mark asks of it.
        """

        def one(m: re.Match[str]) -> str:
            name, attribute, spec = m[1], m[2], m[3] or ""
            if name not in readings:
                raise WordsError(explain(f"{where}, {m[0]}", f"no reading '{name}'", f"one of {', '.join(readings)}"))
            said = readings[name]
            several = [said] if isinstance(said, Reading) else said
            if not several:
                raise WordsError(explain(f"{where}, {m[0]}", f"nothing in '{name}'", "a reading or more"))
            return self._items(several, spec) if attribute == "item" else self._mark(m, several[0], f"{where}, {m[0]}")

        return MARK.sub(one, text.strip())

    def _mark(self, m: re.Match[str], r: Reading, where: str) -> str:
        name, attribute, spec = m[1], m[2], m[3] or ""
        if attribute is None:
            return self.reading(r, spec)
        if attribute in ("low", "high"):
            if r.interval is None:
                raise WordsError(explain(where, f"no interval in '{name}'", "a reading with an interval"))
            return self.reading(r.of(value=getattr(r.interval, attribute)), spec)
        p = r.base if attribute == "base" else r.period
        if p is None:
            raise WordsError(explain(where, f"no base period in '{name}'", "a reading that has one"))
        return str(p.year) if attribute == "year" else self.period(p, spec)

    def _items(self, readings: Sequence[Reading], case: str) -> str:
        """The items of readings, each once: ``au Kazakhstan, en Mongolie et en Chine``."""
        items = dict.fromkeys(r.item for r in readings)
        return self.locale.listed([escape(self.place(i, case) if case else self.label(i)) for i in items])
