"""An edition as a workbook (XLSX): cover, contents, notes, headlines, charts, figures by page, claims, sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kzreport.days import parse_day
from kzreport.errors import DataError
from kzreport.language.words import Words
from kzreport.model import Period
from kzreport.pages.outputs import Kind, Output
from kzreport.project.settings import project
from kzreport.render.book import Book, Column, Link, Number, Value, lines_of
from kzreport.render.content import Edition, PageContent
from kzreport.render.figures import Figure, FigureReader, line_decimals
from kzreport.render.judged import UNPRINTED, judged_claims, judged_documents
from kzreport.render.late import present_values
from kzreport.render.sources import edition_sources
from kzreport.render.text import plain, read_markdown
from kzreport.render.workbook_charts import add_charts
from kzreport.render.workbook_series import Drawn, main_series
from kzreport.units import UNITS

_HEAD = 4  # row of the headings of a table: title, two lines and a link above it
_A4_COLUMNS = 6  # at most, of a table that is printed on A4
_PRINTED = 60  # rows of a sheet of figures that are printed: two pages
_FIGURE_COLUMNS = ("source_table", "line", "item", "period", "value", "unit", "status")  # seen without scrolling
_SOURCE_COLUMNS = ("publisher", "published", "basis", "series", "starts")
_UNPRINTED = 3  # columns of figures at the end, which paper has no use for


def make(edition: Edition, language: str) -> bytes:
    """Return the workbook of an edition in one language."""
    return _Workbook(edition, language).data()


class _Workbook:
    """The workbook of an edition; its sheets in the order of its contents."""

    def __init__(self, edition: Edition, language: str) -> None:
        self.edition, self.language = edition, language
        self.words = Words(language, day=edition.as_of)
        self.title = edition.report[language]
        self.book = Book(self.title, edition.lines[language], edition.as_of)
        self.foot = f"{self.title} – {self.words.ui('edition_of')} {self.words.day(edition.as_of)}"
        self.units: dict[str, str] = {}
        self.readers: dict[str, FigureReader] = {}
        self.back = Link("", "")  # to the contents
        self.contents: list[tuple[str, str]] = []  # name of a sheet, what it holds

    def say(self, key: str, **marks: str) -> str:
        """Return words on handed-on files, with the typography of the language."""
        return self.words.typography(self.words.word("handed", key).format(**marks))

    def data(self) -> bytes:
        """Write every sheet and return the file."""
        names = [self._name(self.say(key)) for key in ("cover", "content", "notes", "headlines", "charts")]
        self.back = Link(self.words.ui("contents"), names[1])
        k, as_of = self.language, self.edition.as_of
        pages = self.edition.pages[k]
        said = {p.name: Words(k, p.name, as_of) for p in pages}
        others = tuple(said.values())  # a page may show figures that another one names
        self.readers = {p.name: FigureReader(said[p.name], as_of, others) for p in pages}
        figures = {page.name: self._figures(page) for page in pages}
        sheets = {p.name: self._name(f"{n} {p.title}") for n, p in enumerate(pages, 1) if figures[p.name]}
        drawn = [d for p in pages if (d := self._main(p, figures[p.name], sheets.get(p.name, "")))]
        claims = judged_claims(pages, self.language, self.edition.as_of)
        last = [self._name(self.say("claims")) if claims[1] else "", self._name(self.words.ui("sources"))]
        self.contents = [
            (names[2], self.say("notes")),
            (names[3], self.say("headlines")),
            *([(names[4], self.say("charts"))] if drawn else []),
            *((sheets[p.name], self.say("figures_of", title=p.title)) for p in pages if p.name in sheets),
            *([(last[0], self.say("claims_of"))] if last[0] else []),
            (last[1], self.say("sources_of")),
        ]
        self._cover(names[0])
        self._contents(names[1])
        self._notes(names[2])
        self._headlines(names[3], sheets)
        if drawn:
            sheet = self.book.sheet(names[4], [self.say("charts"), "", self.back], self.foot)
            heads = ("line", "last_period", "value", "unit", "name_day", "name_height")
            add_charts(self.book, sheet, drawn, self.say("charts_only"), [self._column_head(key) for key in heads])
        for page in pages:
            if page.name in sheets:
                self._figure_sheet(page, sheets[page.name], figures[page.name])
        if last[0]:
            self._table(last[0], self.say("claims_of"), "claims", *claims, unprinted=UNPRINTED)
        self._sources(last[1])
        return self.book.data()

    def _name(self, wanted: str) -> str:
        return self.book.sheet_name(wanted)

    def _table(
        self,
        name: str,
        title: str,
        key: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Value]],
        most: int | None = None,
        unprinted: int = 0,
    ) -> None:
        """Write a sheet with one table; of a long or wide table the first rows and columns are printed: it says so."""
        about = [self.say("one_table"), self.say("see_notes")]
        if most is not None and len(rows) > most:
            numbers = {"rows": self.words.number(most, 0), "all": self.words.number(len(rows), 0)}
            about.append(self.say("printed", **numbers))
        if unprinted:
            names = ", ".join(column.head for column in columns[-unprinted:])
            about.append(self.say("unprinted", columns=names))
        wide = len(columns) > _A4_COLUMNS
        lines: list[str | Link] = [title, self.edition.lines[self.language], " ".join(about), self.back]
        sheet = self.book.sheet(name, lines, self.foot, wide=wide)
        self.book.table(sheet, _HEAD, key, columns, rows, most, len(columns) - unprinted)

    def _cover(self, name: str) -> None:
        edition, k = self.edition, self.language
        lines = [self.title, edition.lines[k], present_values(edition, self.words), edition.notices[k]]
        lines += [self.words.ui("made_with"), self.say("frozen"), self.say("see_notes"), self.say("reuse")]
        lines += [f"{self.words.ui('fingerprint')}{self.words.colon}{edition.fingerprint}"]
        sheet = self.book.sheet(name, lines[:1], self.foot)
        sheet.set_column(0, 0, 100)
        sheet.set_row(0, 30)
        for row, line in enumerate(filter(None, lines[1:]), 1):
            self.book.write(sheet, row, 0, line, text_wrap=True)
            sheet.set_row(row, 20 * lines_of(line, 100))
        links = [self.back, *(Link(about, name) for name, about in (self.contents[0], self.contents[-1]))]
        for below, link in enumerate(links, row + 1):
            self.book.write(sheet, below, 0, link)

    def _contents(self, name: str) -> None:
        columns = [Column(self.say("sheet"), 36), Column(self.say("content"), 80)]
        rows = [(Link(sheet, sheet), about) for sheet, about in self.contents]
        sheet = self.book.sheet(name, [self.words.ui("contents"), self.edition.lines[self.language]], self.foot)
        self.book.table(sheet, 2, "contents", columns, rows)

    def _notes(self, name: str) -> None:
        """Write what the columns mean, then the caveats and the method of each page."""
        columns = [Column(self.say("about"), 34, wrap=True), Column(self.say("note"), 24, wrap=True)]
        columns.append(Column(self.say("content"), 110, wrap=True))
        rows: list[Sequence[Value]] = []
        for key in self.words.words_of("columns"):
            head = self._column_head(key)
            rows.append((self.say("columns"), head, self.words.typography(self.words.word("columns", key))))
        documents = judged_documents(self.edition.pages[self.language], self.words)
        rows += [(self.say("claims"), code, text) for code, text in documents]
        said: dict[tuple[str, str], list[str]] = {}  # what several pages say is written once
        for page in self.edition.pages[self.language]:
            for note in _notes_of(page):
                said.setdefault(note, []).append(page.title)
        rows += [(self.words.semicolon.join(dict.fromkeys(pages)), *note) for note, pages in said.items()]
        self._table(name, self.say("notes"), "notes", columns, rows)

    def _headlines(self, name: str, sheets: dict[str, str]) -> None:
        columns = [Column(self.words.ui("page"), 34, wrap=True), Column(self.say("headline"), 110, wrap=True)]
        rows: list[Sequence[Value]] = []
        for page in self.edition.pages[self.language]:
            link: Value = Link(page.title, sheets[page.name]) if page.name in sheets else page.title
            rows += [(link, _text(o)) for o in page.outputs if o.kind is Kind.HEADLINE]
        self._table(name, self.say("headlines"), "headlines", columns, rows)

    def _figures(self, page: PageContent) -> list[tuple[Output, list[Figure]]]:
        """Return the charts and tables of a page that have a figure with a number, and their figures."""
        found = [(o, self.readers[page.name].read(o)) for o in page.outputs if o.csv]
        return [(o, few) for o, few in found if any(f.value is not None for f in few)]

    def _main(self, page: PageContent, figures: Sequence[tuple[Output, list[Figure]]], sheet: str) -> Drawn | None:
        columns = self._column("starts"), self._column("value")
        return main_series(figures, sheet, _HEAD + 1, *columns, self.readers[page.name], project().home)

    def _column(self, key: str) -> int:
        return (*_FIGURE_COLUMNS, *_SOURCE_COLUMNS).index(key)

    def _column_head(self, key: str) -> str:
        return self.words.ui(key) if key in ("period", "value") else self.say(key)

    def _figure_sheet(self, page: PageContent, name: str, figures: Sequence[tuple[Output, list[Figure]]]) -> None:
        reader = self.readers[page.name]
        rows = [
            (output.title, *self._figure(f, decimals, reader))
            for output, few in figures
            for f, decimals in zip(few, line_decimals(few), strict=True)
        ]
        keys = (*_FIGURE_COLUMNS, *_SOURCE_COLUMNS)
        widths = dict(zip(keys, (56, 30, 28, 18, 14, 20, 17, 46, 14, 22, 24, 14), strict=True))
        fitted = [_fit(widths[key], [row[n] for row in rows]) for n, key in enumerate(keys)]
        wrapped = ("source_table", "line", "item", "unit", "status", "publisher", "basis", "series")
        columns = [Column(self._column_head(key), w, key in wrapped) for key, w in zip(keys, fitted, strict=True)]
        title = self.say("figures_of", title=page.title)
        self._table(name, title, f"figures_{page.name}", columns, rows, _PRINTED, _UNPRINTED)

    def _figure(self, f: Figure, decimals: int, reader: FigureReader) -> Iterator[Value]:
        words = self.words
        yield reader.label(f.group)
        yield "" if f.item == f.group else reader.label(f.item)
        yield f.period
        yield Number(f.value, decimals) if f.value is not None else None
        yield self._unit(f.unit)
        yield words.ui("estimated") if f.estimated and f.value is not None else _status(f.status, words)
        yield f.publisher
        yield parse_day(f.published) if f.published else None
        yield f.basis
        yield ", ".join(f.series)
        yield _start(f.period)

    def _unit(self, unit: str) -> str:
        if unit not in self.units:
            self.units[unit] = self.words.unit(unit) if unit in UNITS else unit
        return self.units[unit]

    def _sources(self, name: str) -> None:
        w = self.words
        columns = [
            *(Column(self.say("code"), 23, wrap=True), Column(w.ui("series_name"), 28, wrap=True)),
            *(Column(self.say("publisher"), 22, wrap=True), Column(self.say("unit"), 15, wrap=True)),
            *(Column(self.say("basis"), 19, wrap=True), Column(self.say("frequency"), 14, wrap=True)),
            *(Column(w.ui("last_figure"), 15, wrap=True), Column(self.say("terms"), 20, wrap=True)),
            *(Column(w.ui("accessed"), 22, wrap=True), Column(self.say("days"), 20, wrap=True)),
            *(Column(w.ui("caveats"), 43, wrap=True), Column(self.say("links"), 58, wrap=True)),
        ]
        rows = []
        for s in edition_sources(self.edition, self.language):
            links = "\n".join(f"{title}{w.colon}{path}" if path else title for title, path in s.pages)
            often = w.word("frequencies", s.frequency)
            about = (s.name, s.title, s.publisher, s.unit, s.basis, often, s.last, s.terms, s.access, s.days)
            rows.append((*about, "\n".join(s.caveats), links))
        self._table(name, self.say("sources_of"), "sources", columns, rows, unprinted=1)


def _status(status: str, words: Words) -> str:
    return (
        words.word("statuses", status) if words.has_word("statuses", status) else words.word("handed", "without_value")
    )


def _start(period: str) -> Value:
    try:
        return Period.parse(period).start
    except DataError:
        return None


def _fit(most: float, values: Sequence[Value]) -> float:
    """Return the width of a column in characters: the length of its longest text, within bounds."""
    longest = max((len(v) for v in values if isinstance(v, str)), default=0)
    return min(most, max(longest + 2, 12))


def _text(output: Output) -> str:
    return "\n".join(p.text for p in read_markdown(output.markdown))


def _notes_of(page: PageContent) -> Iterator[tuple[str, str]]:
    for output in page.outputs:
        if output.kind in (Kind.CAVEATS, Kind.METHOD):
            heading = ""
            for p in read_markdown(output.markdown):
                if p.level:
                    heading = plain(p.runs)
                else:
                    yield heading, p.text
