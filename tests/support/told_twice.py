"""Sentences of a page that repeat another one, and ranges over countries that leave out who stands at an end."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from kzreport.pages.outputs import Kind, Output

# A range over the countries compared, its two figures, and what follows each: "in Mongolia", "(Russia)".
_ENDS = {
    "fr": r"(?:pays comparés|taux|(?<!leurs )chiffres|comparés \([^)]*\))[^.;]*?\b(?:vont |va )?de "
    r"([+−]?\d[\d\u202f,]*)([^.;]*?) à ([+−]?\d[\d\u202f,]*)((?:[^.;]|\.(?=\d))*)",
    "en": r"(?i:countries compared|rates|(?<!their )figures|compared \([^)]*\))[^.;]*?\b(?:ran(?:ged)? |run |it )?from "
    r"([+−]?\$?\d[\d,]*(?:\.\d+)?)([^;]*?) to ([+−]?\$?\d[\d,]*(?:\.\d+)?)((?:[^.;]|\.(?=\d))*)",
}
_NAMED = {"fr": r"\([A-ZÀ-Ý]|\b(?:en|au|aux|à|dans l[ea]s?) ?[A-ZÀ-Ýl]", "en": r"\([A-Z]|\bin (?:the )?[A-Z]"}


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, without marks."""
    plain = re.sub(r"\]\([^)]*\)|[*\[\]]", "", text)
    return [s.strip() for s in re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-Ý«“(])|\n+", plain) if s.strip()]


def repeated(shown: Sequence[Output], prose: Collection[Kind]) -> Iterator[str]:
    """Yield what a page states a second time in the same words, in a sentence or over a chart.

    Only what has a figure: to say of two series that nothing later, or nothing of a year, is held of them is no
    repetition.
    """
    said: set[str] = set()
    for o in shown:
        for each in [*(sentences(o.text) if o.kind in prose else ()), *([o.finding] if o.finding else ())]:
            plain = re.sub(r"\W+", " ", each).strip().lower()
            if plain in said:
                yield f"told twice: {each!r}"
            if re.search(r"\d", plain) and not re.match(r"aucun chiffre de|no figure for", plain):
                said.add(plain)


def unnamed_ends(sentence: str, language: str) -> Iterator[str]:
    """Yield a range over the countries compared of which an end is not named.

    >>> list(unnamed_ends("Among the countries compared it ranged from −0.4% to 2.5% of GDP.", "en"))
    ['−0.4 to 2.5']
    >>> list(unnamed_ends("Rates ran from 1.0% in Russia to 11.1% in Kyrgyzstan.", "en"))
    []
    """
    for m in re.finditer(_ENDS[language], sentence):
        if not all(re.search(_NAMED[language], after) for after in (m[2], m[4])):
            yield f"{m[1]} to {m[3]}"
