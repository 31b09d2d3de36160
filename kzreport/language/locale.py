"""Locale: numbers, dates, plurals and country names of a language from Babel, and the grammar that Babel lacks.

A grammar is a YAML file: ``kzreport/language/grammar/fr.yml``, or ``grammar`` in ``params/languages/XX.yml`` of the
project. Its keys, all optional: ``locale`` (of CLDR, if it is not the language), ``first_day`` of a month,
``typography`` and ``elision`` (pairs of pattern and replacement), ``numerals`` (from zero upwards, as far as a
sentence counts in letters), ``feminine`` (masculine word -> feminine). A language without a grammar works as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import babel
from babel.core import get_global
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal

from kzreport.errors import WordsError, explain, short_repr
from kzreport.units import PLURALS

NBSP, APOSTROPHE = "\u00a0", "\u2019"
Rules = tuple[tuple[re.Pattern[str], str], ...]
_KEYS = ("locale", "first_day", "typography", "elision", "numerals", "feminine")


def _applied(rules: Rules, text: str) -> str:
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text


def alphabetical(text: str) -> tuple[str, str]:
    """Return the key that sorts a text as a dictionary does: accents and capitals count only between equal words.

    >>> sorted(["Zinc", "Échanges", "eau", "Eau"], key=alphabetical)
    ['Eau', 'eau', 'Échanges', 'Zinc']
    """
    letters = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "".join(letters).casefold(), text


@dataclass(frozen=True)
class Locale:
    """The conventions of one language.

    >>> Locale.from_grammar("de", {}, "here").day(date(2026, 9, 1))
    '1.\xa0September 2026'
    """

    language: str
    cldr: babel.Locale
    first_day: str = "1"
    typography_rules: Rules = ()
    elision_rules: Rules = ()
    numerals: tuple[str, ...] = ()
    feminine: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_grammar(cls, language: str, grammar: Mapping[str, Any], where: str) -> Locale:
        """Build the locale of a language. Raises :class:`WordsError` naming the key of ``where`` that is wrong."""
        if unknown := sorted(set(grammar) - set(_KEYS)):
            raise WordsError(explain(where, ", ".join(unknown), f"keys among {', '.join(_KEYS)}"))
        code = str(grammar.get("locale", language))
        try:
            cldr = babel.Locale.parse(code, sep="-")
        except (babel.UnknownLocaleError, ValueError):
            raise WordsError(explain(f"{where}, locale", short_repr(code), "a locale of CLDR such as fr")) from None
        rules = [_rules(grammar.get(key, []), f"{where}, {key}") for key in ("typography", "elision")]
        numerals, feminine = grammar.get("numerals", []), grammar.get("feminine", {})
        if not isinstance(numerals, list) or not all(isinstance(word, str) for word in numerals):
            raise WordsError(explain(f"{where}, numerals", short_repr(numerals), "a list of words, from zero upwards"))
        if not isinstance(feminine, Mapping) or not all(isinstance(word, str) for word in feminine.values()):
            raise WordsError(explain(f"{where}, feminine", short_repr(feminine), "masculine word: feminine word"))
        typography, elision = rules
        first = str(grammar.get("first_day", "1"))
        return cls(language, cldr, first, typography, elision, tuple(numerals), feminine)

    def number(self, value: Decimal, digits: int) -> str:
        """Write a number that is not negative with this many digits after the decimal mark."""
        return _decimal(value, digits, self.cldr)

    def spelt(self, number: int, *, feminine: bool = False) -> str:
        """Return a number of things in letters, or nothing where the language prints it in digits.

        >>> italian = Locale.from_grammar("it", {"numerals": ["zero", "un"], "feminine": {"un": "una"}}, "here")
        >>> italian.spelt(1), italian.spelt(1, feminine=True), italian.spelt(2)
        ('un', 'una', '')
        """
        word = self.numerals[number] if 0 <= number < len(self.numerals) else ""
        return self.agreed(word) if feminine else word

    def agreed(self, word: str) -> str:
        """Return the feminine of a numeral, which may be the same."""
        return self.feminine.get(word, word)

    def plural(self, value: Decimal) -> str:
        """Return the plural category of CLDR (``one``, ``few``, ``other`` ...) of a number as it is displayed."""
        return str(self.cldr.plural_form(abs(value)))

    @property
    def plurals(self) -> tuple[str, ...]:
        """Return the plural categories of the language in the order of CLDR; ``other`` is the last of them."""
        return tuple(k for k in PLURALS if k == "other" or k in self.cldr.plural_form.tags)

    def ordinal(self, rank: int) -> str:
        """Return the category of CLDR of an ordinal number: in English ``two`` for 2nd and 22nd."""
        return str(self.cldr.ordinal_form(rank))

    def day(self, d: date) -> str:
        """Write a date in full; a no-break space follows the number of the day."""
        text = format_date(d, "long", locale=self.cldr)
        if d.day == 1:
            text = re.sub(r"^1\b", self.first_day, text)
        return re.sub(r"^(\d{1,2}\w{0,2}\.?) ", rf"\1{NBSP}", text)

    def month(self, d: date) -> str:
        """Return the name of a month."""
        return format_date(d, "LLLL", locale=self.cldr)

    def month_and_year(self, d: date, *, short: bool = False) -> str:
        """Write a month with its year: ``August 2026``, ``Aug 2026``."""
        return format_skeleton("yMMM" if short else "yMMMM", d, locale=self.cldr)

    def listed(self, items: Sequence[str]) -> str:
        """Join items: ``a, b and c``."""
        return format_list(items, locale=self.cldr)

    def country(self, code: str) -> str | None:
        """Return the name of a country by its code of three letters, or nothing for another code.

        >>> Locale.from_grammar("es", {}, "here").country("DEU")
        'Alemania'
        """
        found = _two_letters().get(code)
        return self.cldr.territories.get(found) if found else None

    def typography(self, text: str) -> str:
        """Put the spaces and apostrophes of the language into a text."""
        return _applied(self.typography_rules, text.replace("'", APOSTROPHE))

    def elided(self, text: str) -> str:
        """Elide words before a vowel, where the language does: ``de août`` becomes ``d’août``."""
        return _applied(self.elision_rules, text)


@lru_cache(maxsize=8192)  # a page writes the same few figures again and again
def _decimal(value: Decimal, digits: int, cldr: babel.Locale) -> str:
    grouped = cldr.decimal_formats[None].pattern.partition(".")[0]
    return str(format_decimal(value, format=f"{grouped}.{'0' * digits}" if digits else grouped, locale=cldr))


@lru_cache(maxsize=1)
def _two_letters() -> Mapping[str, str]:
    """Code of a country in three letters -> in two, which is what Babel names."""
    return {k: v[0] for k, v in get_global("territory_aliases").items() if re.fullmatch("[A-Z]{3}", k) and len(v) == 1}


def is_country(code: str) -> bool:
    """True for the code of a country in three letters.

    >>> is_country("KAZ"), is_country("EMU")
    (True, False)
    """
    return code in _two_letters()


def _rules(raw: Any, where: str) -> Rules:
    try:
        return tuple((re.compile(pattern), replacement) for pattern, replacement in raw)
    except (re.error, TypeError, ValueError):
        raise WordsError(explain(where, short_repr(raw), "pairs of a regular expression and its replacement")) from None
