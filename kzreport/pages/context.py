"""The state of a page while its notebook runs: words, date, loaded series, results of views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from IPython.display import display

from kzreport.claims.assessment import assess_claims
from kzreport.claims.ledger import known_claims
from kzreport.claims.outcomes import Assessment
from kzreport.days import parse_day
from kzreport.declare import View
from kzreport.errors import ParameterError, explain, one_of, short_repr
from kzreport.language.words import Words
from kzreport.model import Observation, Period, Reading, Series
from kzreport.pages.outputs import Kind, Output
from kzreport.pages.values import open_in_notebook, values_of_pages
from kzreport.pages.views import Views
from kzreport.project.settings import project
from kzreport.series.known import load_series, load_vintages

Pages = Mapping[str, Mapping[str, Any]]  # page -> values of its parameters; its defaults for the others
WITHIN_SECTIONS = frozenset({Kind.SAY, Kind.CHART, Kind.TABLE, Kind.ABSENT})  # the others have headings of their own
ENDS_SECTION = frozenset({Kind.SECTION, Kind.CAVEATS, Kind.METHOD, Kind.SOURCES})
NO_PAGES: Pages = MappingProxyType({})
_ARGUMENTS = ("lang", "as_of", "years")


class PageContext:
    """The words, date and loaded series of one page in one language for one edition.

    ``as_of`` cuts every series that :meth:`load` gives; charts show ``years`` calendar years, the year of ``as_of``
    included. In a notebook, the values of its parameters cell are checked first. Raises the package's errors for an
    unknown page, language or date, and :class:`ParameterError` for a name that is none of these, and for a value that
    the command line would refuse.
    """

    if not TYPE_CHECKING:  # before Python looks at the arguments, and names this class

        def __new__(cls, *args: Any, **given: Any) -> Self:
            """Refuse a name that is no argument, and a page without language or date."""
            for name in given:
                if name not in ("name", *_ARGUMENTS):
                    raise ParameterError(explain("Page()", f"'{name}'", one_of(_ARGUMENTS, name)))
            for name in _ARGUMENTS[:2] if args or given else ():  # a copy is made without arguments
                if name not in given:
                    raise ParameterError(explain("Page()", f"no {name}", f"{name}={name}, the value of the parameter"))
            return super().__new__(cls)

    def __init__(self, name: str, *, lang: str, as_of: str, years: int | None = None) -> None:
        open_in_notebook(name)
        self.name = name
        self.as_of = parse_day(as_of)
        self.words = Words(lang, name, self.as_of)
        if years is not None and (not isinstance(years, int) or not 1 <= years <= 1000):
            raise ParameterError(explain("years", short_repr(years), "a number of calendar years, from 1 to 1000"))
        self.start = Period.parse(str(self.as_of.year - years + 1)) if years else None
        self.loaded: dict[str, Series] = {}
        self.views = Views(self)
        self.hushed = False  # true within a section that has no subject at the date
        self._waiting: tuple[Output, ...] = ()  # a heading under which nothing stands yet, and what is absent there
        self._drawn: dict[str, dict[str, dict[str, Any]]] = {}
        self._assessments: dict[str, tuple[Assessment, ...]] = {}
        self.touched: dict[str, list[tuple[date, date, str]]] = {}  # series -> times told, by which output
        self.shown: set[str] = set()  # names of the sentences, charts and tables that the page shows
        self.old_told: set[str] = set()  # series of which it was said under this heading that the figure is old

    def beside(self, name: str, lang: str) -> Self:
        """Return another page of the same edition, or this page in another language; views are computed once."""
        other = copy(self)
        other.name, other.words = name, Words(lang, name, self.as_of)
        return other

    def words_for(self, name: str) -> Words:
        """Return the words of another page in the language and of the edition of this one."""
        return Words(self.words.language, name, self.as_of)

    @property
    def home(self) -> str:
        """The code of the project's home country."""
        return project().home

    def read(self, view: View, **options: Any) -> Any:
        """Return the result of a view, computed once for the same options.

        Raises :class:`PageError` for an option that is missing or unknown, naming the options there are.
        """
        return self.views.call(view, options)

    def load(self, name: str, **dims: str) -> Series:
        """Return a series as known on the page's date; it joins the sources, and its known faults the caveats."""
        if name not in self.loaded:
            self.loaded[name] = load_series(name, self.as_of)
        return load_series(name, self.as_of, **dims)

    def vintages(self, name: str, **dims: str) -> tuple[Series, ...]:
        """Return the series at each of its vintages up to the page's date, oldest first."""
        self.load(name)
        return load_vintages(name, self.as_of, **dims)

    def assessments(self, **chosen: Sequence[str]) -> tuple[Assessment, ...]:
        """Return the verdicts on the chosen claims: see :func:`kzreport.claims.ledger.known_claims`."""
        key = repr(sorted(chosen.items()))
        if key not in self._assessments:
            self._assessments[key] = assess_claims(known_claims(self.as_of, **chosen), self.as_of, self.load)
        return self._assessments[key]

    def judged(self, **chosen: Sequence[str]) -> Series:
        """Return the chosen claims as a series of ones, dated by their documents.

        Their dimensions: ``theme``, ``document``, ``verdict`` (the one to lead with), and ``from``, which says where
        that comes from: ``within`` the document or ``published`` figures.
        """
        day = Period.parse(self.as_of.isoformat())

        def dims(j: Assessment) -> dict[str, str]:
            led = "within" if j.leads_within else "published"
            return {"theme": j.claim.theme, "document": j.claim.document.id, "verdict": str(j.verdict), "from": led}

        ones = tuple(Observation(day, 1.0, j.claim.document.date, dims(j)) for j in self.assessments(**chosen))
        title = {k: Words(k).ui("claims_table") for k in project().languages}
        return Series("claims", title, "count", "", "D", "", self.as_of, ones)

    def drawn(self, pages: Pages) -> dict[str, dict[str, Any]]:
        """Return the values of the pages that this page draws on, checked once: see :func:`page_values`."""
        key = repr(pages)
        if key not in self._drawn:
            self._drawn[key] = values_of_pages(pages, "parameter 'pages'")
        return self._drawn[key]

    def open_section(self, heading: str, name: str, *, hushed: bool = False) -> None:
        """Open a section, whose heading is displayed once something stands under it.

        ``hushed``: leave the heading out, and all that would stand under it.
        ``name``: the same in all languages; links to the section have it.
        """
        self.old_told, self.hushed = set(), hushed
        if not hushed:
            self.show(heading, Kind.SECTION, name)

    def emit(self, output: Output) -> None:
        """Display an output of the page, unless it stands in a section that is left out.

        A heading waits for the first output that tells something: that all is absent is no section.
        """
        self.hushed = self.hushed and output.kind in WITHIN_SECTIONS
        if self.hushed:
            return
        before = () if output.kind in ENDS_SECTION else self._waiting
        if (output.kind is Kind.SECTION and "\n" not in output.text) or (before and output.kind is Kind.ABSENT):
            self._waiting = (*before, output)
            return
        self._waiting = ()
        for each in (*before, output):
            self.display(each)
        self.shown |= {output.name} if output.kind in (Kind.CHART, Kind.TABLE) else set()

    def tell(self, readings: Iterable[Reading], name: str = "") -> None:
        """Note the series that an output of the page rests on, and from when to when: caveats are of these alone.

        ``name``: of the chart or table; a sentence has none.
        """
        found: dict[str, list[Period]] = {}
        for r in () if self.hushed else readings:
            for series in r.inputs:
                found.setdefault(series, []).extend(p for p in (r.period, r.base) if p)
        for series, periods in found.items():
            self.note_time(series, periods, name)

    def note_time(self, series: str, periods: Sequence[Period], name: str = "") -> None:
        """Note that an output, by name, tells of a series from the first of some periods to the last."""
        first, last = min(p.start for p in periods), max(p.end for p in periods)
        self.touched.setdefault(series, []).append((first, last, name))

    def display(self, output: Output) -> None:
        """Hand an output to the front end of the notebook."""
        display(output.data, raw=True, metadata=output.metadata)

    def show(self, text: str, kind: Kind, name: str = "", series: str = "", figures: str = "") -> None:
        """Display Markdown; ``name``: of the chart or table in whose place it stands; the others: see `Output`."""
        self.emit(Output(kind, text, markdown=text, name=name, series=series, figures=figures))
