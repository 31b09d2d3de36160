"""An edition as its formats see it: the outputs of its pages, in every language, and what is said of the whole.

A format reads this and nothing of how pages are executed, stored or laid out in folders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kzreport.pages.outputs import Output

FRONTS = ("index", "search", "series")  # in the folder of a language, beside its pages: no page has such a name


@dataclass(frozen=True)
class PageContent:
    """A page in one language.

    - ``name``, ``title``: ``inflation``, "Inflation and monetary policy"
    - ``outputs``: what it shows, in order
    """

    name: str
    title: str
    outputs: Sequence[Output]


@dataclass(frozen=True)
class Edition:
    """One edition.

    - ``definition``, ``name``: ``monthly``, ``2026-09-30`` or ``2026-09-30-r2``
    - ``as_of``: its date, the one clock of a format
    - ``report``: language -> title of the report, for all its languages in order
    - ``lines``: language -> the date of the edition, and until when its figures go
    - ``notices``: language -> that figures could not be fetched, or nothing
    - ``pages``: language -> its pages in order
    - ``series``: the names of the series that its pages read, in the order of sources
    - ``fingerprint``: the digest of its inputs
    - ``previous``: the date of the edition that it is compared with, if its pages know one
    - ``replaced``: language -> the sentence on the edition that it replaces; nothing if it replaces none
    - ``before``: language -> page -> Markdown lines on what stood in that edition
    """

    definition: str
    name: str
    as_of: date
    report: Mapping[str, str]
    lines: Mapping[str, str]
    notices: Mapping[str, str]
    pages: Mapping[str, Sequence[PageContent]]
    series: Sequence[str]
    fingerprint: str
    previous: date | None = None
    replaced: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes of its languages."""
        return tuple(self.report)
