"""Names in a language: components, countries, publishers, scopes; a country with its article and preposition."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kzreport.errors import DataError, WordsError, explain
from kzreport.language.dates import Dates
from kzreport.language.locale import is_country
from kzreport.language.vocabulary import capital
from kzreport.language.wordfiles import labels
from kzreport.model import Period
from kzreport.series.resource import describe_series, names_of, publisher_on

CASES = ("the", "in", "of")


def is_label(item: str) -> bool:
    """True for a country, and for what the project's labels name."""
    return item in labels()["labels"] or is_country(item)


class Names(Dates):
    """The names of a language; ``page_labels`` of a page take precedence."""

    page_labels: Mapping[str, Mapping[str, str]] = {}
    _where = "data/labels.yml"  # the file in which a name is missed

    def label(self, item: str) -> str:
        """Return the name of a component, country, publisher or scope; a date or a period is its own name.

        An item of several parts (``AFG|2025-04|flour``) is the names of its parts, in that order.
        Raises :class:`WordsError` if it has no name in this language: there is no fallback.
        """
        if "|" in item:
            return capital(", ".join(self.label(part) for part in item.split("|")))
        name = self._name_of(item)
        if name is not None:
            return self.typography(name)
        try:
            return self.period(Period.parse(item))
        except DataError:
            expected = f"a name in {self.language}"
            raise WordsError(explain(f"{self._where}, labels", f"no '{item}'", expected)) from None

    def _name_of(self, item: str) -> str | None:
        own, day = labels(), self.day_of_edition
        for until, names in own["earlier"].get(item, {}).items():
            if day and day.isoformat() <= until:
                return str(names[self.language])
        for table in (self.page_labels, own["labels"]):
            if item in table:
                return str(table[item][self.language])
        if self.has_word("verdicts", item):
            return self.word("verdicts", item)
        if item in names_of("publishers") and item not in own["themes"]:
            return publisher_on(item, self.language, self.day_of_edition)
        for table in (own["themes"], names_of("scopes")):
            if item in table:
                return str(table[item][self.language])
        return self.locale.country(item)

    def publisher(self, name: str) -> str | None:
        """Return the publisher of a series as it was called on the edition's date; ``None`` if it has several."""
        return describe_series(name).published_by(self.language, self.day_of_edition)

    def publishers(self, series: Sequence[str]) -> str:
        """Name the publishers of some series in a sentence: each once, without an abbreviation in brackets."""
        names = dict.fromkeys(re.sub(r" \([^()]*\)$", "", n) for s in series if (n := self.publisher(s)))
        return self.locale.listed(list(names))

    def place(self, item: str, case: str) -> str:
        """Write a country with its article: ``the``, ``in`` or ``of`` it.

        >>> [Names("fr").place(c, case) for c, case in (("KAZ", "in"), ("UZB", "of"), ("MNG", "in"), ("USA", "in"))]
        ['au Kazakhstan', 'de l’Ouzbékistan', 'en Mongolie', 'aux États-Unis']

        Raises :class:`WordsError` for what has no article in ``data/labels.yml``, and for another case.
        """
        if case not in CASES:
            raise WordsError(explain(f"{item}, case", repr(case), "the, in or of"))
        articles = labels()["articles"]
        if item not in articles:
            expected = f"its article in {self.language}, such as 'the #'"
            raise WordsError(explain("data/labels.yml, articles", f"no '{item}'", expected))
        pattern, name = str(articles[item][self.language]), self.label(item)
        the = pattern.replace("#", name)
        if case == "the":
            return the
        words = self.words_of("places", case)
        if isinstance(words, str):
            return words.replace("#", the)
        article = pattern.removesuffix("#").strip()
        return self.elided(str(words.get(article, words["other"])).replace("#", name))
