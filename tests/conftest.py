"""What a proof-reader looks for, shared by the tests of words and of pages."""

from __future__ import annotations

import re

import pytest

_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_VOWEL = r"(?=[aeiouéèêâîôAEIOUÉÈÊÂÎÔ])"
_VERB = r"(?!\w+(?:er|ir|re)\b)"  # "de les additionner" is right, "de les pays" is not
_BOTH = {
    "a mark not filled": r"[{}]|\bNone\b|\b[Nn]a[Nn]\b|\binf\b|\(\s*\)",
    "a unit twice": r"%\s*%|\bpoints? points?\b",
    "a word twice": r"\b([a-zà-ÿ]{2,}) \1\b",
    "spaces": r"[^\s|] {2,}\S| [,.](?:\s|$)|\( | \)",
    "a straight apostrophe": r"\w'\w",
}
_RULES = {
    "fr": {
        "no elision": rf"\b(?:[Dd]e|[Ll][ea]|[Qq]ue|[NnSs]e|[JjLl]usque) (?!onz|oui\b|ou\b|un\b){_VOWEL}",
        "no contraction": rf"\b(?:de|à) les? {_VERB}",
        "an article before a vowel": r"\b(?:au|du) (?=[AEIOUÉÎ][a-zéî])",
        "a first of the month without er": rf"(?<![\d,.])1[ \u00a0](?:{_MONTHS})",
        "a month with a capital": rf"[a-zé] (?:{'|'.join(m.capitalize() for m in _MONTHS.split('|'))})\b",
        "no no-break space": r"[^\s\u00a0\u202f][;!?]|[^\u00a0\s]:(?=\s)| [:;!?»%]|\d(?: |\u202f)?%"
        r"|«(?!\u00a0)|[^\u00a0]»",
        "a plural of less than two": r"(?<![\d,.\u202f])[01](?:,\d+)?\u00a0(?:points|millions|milliards|tonnes|dollars"
        r"|tenges|euros|wagons|personnes)\b"
        r"|(?<![\d,.\u202f])1[ \u00a0](?:années|marchandises|chiffres|séries|lignes)\b",
        "a singular of two or more": r"(?<![\d,.\u202f])(?:[2-9]|\d{2,})(?:,\d+)?\u00a0(?:point|million|milliard|tonne"
        r"|dollar|chiffre|série|année|marchandise)\b",
    },
    "en": {
        "a before a vowel": r"(?<![/’'])\b[Aa] (?!one\b|once\b|un|us|eu)(?=[aeiou])",
        "an before a consonant": r"\b[Aa]n (?!h)(?=[bcdfghjklmnpqrtvwyz])",
        "a space too many": r" [:;!?%]",
        "a plural of one": r"(?<![\d,.])1[ \u00a0](?:years|months|goods|figures|countries|tonnes)\b",
        "a singular of several": r"(?<![\d,.])(?:[2-9]|(?!20\d\d)\d{2,})[ \u00a0](?:year|month|figure|country|tonne)\b",
    },
}


def _misprints(text: str, language: str) -> list[str]:
    """What is wrong with the text of a page in a language: the rule, and where."""
    plain = re.sub(r"https?://[^\s)]+|`[^`]*`", "X", re.sub(r"\\(?=\W)|\*+", "", text))
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", plain)
    return [
        f"{name}: {plain[max(0, m.start() - 40) : m.end() + 30]!r}"
        for name, rule in {**_BOTH, **_RULES[language]}.items()
        for m in re.finditer(rule, plain)
    ]


@pytest.fixture(scope="session")
def misprints():
    """(text, language) -> what is wrong with it."""
    return _misprints
