"""The state of a page while its notebook runs: words, date, loaded series; and what displays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from IPython.display import display

from kzreport.claims.verdicts import Judgement
from kzreport.language.words import Words
from kzreport.model import Period, Reading, Series
from kzreport.pages.outputs import Kind, Output
from kzreport.series.known import load_series, load_vintages

Readings = Mapping[str, Sequence[Reading]]


class PageContext:
    """The words, date and loaded series of one page in one language for one edition.

    ``as_of`` cuts every series that :meth:`load` gives; charts show ``years`` calendar years, the year of ``as_of``
    included. Raises the package's errors for an unknown page, language or date.
    """

    def __init__(self, name: str, *, lang: str, as_of: str, years: int | None = None) -> None:
        self.name = name
        self.words = Words(lang, name)
        self.as_of = date.fromisoformat(as_of)
        self.start = Period.parse(str(self.as_of.year - years + 1)) if years else None
        self.loaded: dict[str, Series] = {}
        self.judged_claims: dict[str, tuple[Judgement, ...]] = {}
        # themes, pages and documents of the claims to show; empty: all of them
        self.chosen_claims: dict[str, Sequence[str]] = {}

    def load(self, name: str, **dims: str) -> Series:
        """A series as known on the page's date; it will be named under sources and its known faults under caveats."""
        if name not in self.loaded:
            self.loaded[name] = load_series(name, self.as_of)
        return load_series(name, self.as_of, **dims)

    def load_all(self, names: Sequence[str]) -> dict[str, Series]:
        """Several series, by name."""
        return {name: self.load(name) for name in names}

    def vintages(self, name: str, **dims: str) -> tuple[Series, ...]:
        """The series at each of its vintages up to the page's date, oldest first."""
        self.load(name)
        return load_vintages(name, self.as_of, **dims)

    def display(self, output: Output) -> None:
        """Display an output of the page."""
        display(output.data, raw=True, metadata=output.metadata)

    def show(self, text: str, kind: Kind, name: str = "") -> None:
        """Display Markdown; ``name``: of the chart or table in whose place it stands."""
        self.display(Output(kind, text, markdown=text, name=name))
