"""Pages that lead through an edition: covers, search, catalogue; and the record that the archive shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kzreport.editions.handed import HandedOn
from kzreport.files import write_durably
from kzreport.render.cards import Card, headline_texts, make_cards
from kzreport.render.catalogue import catalogue
from kzreport.render.content import Edition
from kzreport.render.cover import Download, cover, entry
from kzreport.render.search import search_page
from kzreport.render.text import read_markdown

_TOLD = 3  # figures that the archive follows


@dataclass(frozen=True)
class Fronts:
    """The files that lead through an edition, path -> digest, and what its manifest keeps for the archive."""

    files: Mapping[str, str]
    record: Mapping[str, Any]


def write_fronts(edition: Edition, formats: Sequence[HandedOn], folder: Path) -> Fronts:
    """Write the covers, search pages and catalogue of an edition."""
    texts = {"index.html": entry(edition)}
    cards = {language: make_cards(edition, language) for language in edition.languages}
    for language in edition.languages:
        downloads = [Download(f.format, f.path, f.size) for f in formats if f.language == language]
        texts[f"{language}/index.html"] = cover(edition, language, cards[language], downloads)
        texts[f"{language}/search.html"] = search_page(edition, language)
    texts |= dict(catalogue(edition))
    files = {name: write_durably(folder / name, text) for name, text in texts.items()}
    return Fronts(files, _record(edition, cards))


def _record(edition: Edition, cards: Mapping[str, Sequence[Card]]) -> dict[str, Any]:
    """Return the first headline of each language, and the first key figures as they are, for any language."""
    headlines = {}
    for language in edition.languages:
        if said := next(iter(headline_texts(edition, language).values()), ""):
            headlines[language] = read_markdown(said)[0].text
    figures = [
        {
            "title": {language: cards[language][n].title for language in edition.languages},
            **{k: getattr(card.reading, k) for k in ("value", "unit", "basis", "item", "digits")},
            "period": str(card.reading.period),
            "series": list(card.reading.inputs),
        }
        for n, card in enumerate(cards[edition.languages[0]][:_TOLD])
    ]
    return {"headlines": headlines, "figures": figures}
