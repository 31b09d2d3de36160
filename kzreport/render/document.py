"""An edition as a Word file (DOCX): cover, contents, its pages, and once at the end the sources and their terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kzreport.charts.picture import bare_picture, png_picture
from kzreport.language.words import Words
from kzreport.pages.outputs import Kind, Output
from kzreport.render.aligned import decimal_mark
from kzreport.render.brief import told_replaced
from kzreport.render.claims_print import Entry, paper_ledger
from kzreport.render.content import Edition, PageContent
from kzreport.render.late import present_values
from kzreport.render.ledger import Listed, listed_claims
from kzreport.render.repeated import NOTES, is_prose, notes_once, told_elsewhere, without_last
from kzreport.render.sources import SeriesSource, edition_sources, grouped
from kzreport.render.text import Cell as TextCell
from kzreport.render.text import Grid, Paragraph, Run, read_markdown, read_table
from kzreport.render.wordml import WordFile

_BULLETS = ("List Bullet", "List Bullet 2")
_BACKGROUND = (*NOTES, Kind.SOURCES)  # under every page: their headings are in no contents
_STYLES = {Kind.HEADLINE: "Quote", Kind.TITLE: "Measure"}  # of paragraphs
_PIXELS = 1300  # of the width of a picture
_CONTENTS = 3  # columns of the contents, which end on the cover: in two they went over by a line
_SHORT = 12  # claims: a list that is read in one column
_LOCALES = {"en": "en-GB", "fr": "fr-FR"}  # others have the code of their language alone


def make(edition: Edition, language: str) -> bytes:
    """Return the Word file of an edition in one language."""
    return _Document(edition, language).data()


class _Document:
    """The Word file of an edition."""

    def __init__(self, edition: Edition, language: str) -> None:
        self.edition, self.language = edition, language
        self.words = Words(language, day=edition.as_of)
        title, line = edition.report[language], edition.lines[language]
        self.file = WordFile(title, line, _LOCALES.get(language, language), edition.as_of)
        self.pages = edition.pages[language]
        self.notes, self.elsewhere = notes_once(self.pages, self.words), told_elsewhere(self.pages)
        self.places = {page.name: self.file.mark() for page in self.pages}
        self.figures = self.tables = 0

    def say(self, key: str) -> str:
        """Return words on handed-on files, with the typography of the language."""
        return self.words.typography(self.words.word("handed", key))

    def data(self) -> bytes:
        """Write every part and return the file."""
        title = self.edition.report[self.language]
        self.file.running(f"{title} – {self.words.ui('edition_of')} {self.words.day(self.edition.as_of)}")
        sources = self.file.mark()
        marks = {page.name: self._headings(page) for page in self.pages}
        self._cover(title)
        entries: list[tuple[int, str, str]] = []
        for page in self.pages:
            entries.append((1, page.title, self.places[page.name]))
            entries += [(2, text, mark) for text, mark in marks[page.name]]
        entries.append((1, self.say("sources_of"), sources))
        self.file.paragraph([Run(self.words.ui("contents"))], "Contents")
        self.file.columns(_CONTENTS)
        self.file.contents(entries)
        self.file.columns(1, new_page=True)
        for page in self.pages:
            self._page(page, [mark for _, mark in marks[page.name]])
        self.file.paragraph([Run(self.say("sources_of"))], "Heading 1", mark=sources)
        self.file.columns(2)
        self._sources(edition_sources(self.edition, self.language))
        return self.file.data()

    def _cover(self, title: str) -> None:
        self.file.paragraph([Run(title)], "Title")
        self.file.paragraph([Run(self.edition.lines[self.language])], "Subtitle")
        notice = self.edition.notices[self.language]
        for p in told_replaced(self.edition, self.language, self.words):
            self.file.paragraph(p.runs, _BULLETS[0] if p.depth else "Normal")
        later = present_values(self.edition, self.words)
        for text in filter(None, (later, notice, self.words.ui("made_with"), self.say("frozen"), self.say("reuse"))):
            self.file.paragraph([Run(text)])
        self.file.paragraph([Run(f"{self.words.ui('fingerprint')}{self.words.colon}{self.edition.fingerprint}")])

    def _headings(self, page: PageContent) -> list[tuple[str, str]]:
        """Return the headings of the second level of a page, each with a place of its own."""
        shown = [p for o in page.outputs if o.kind not in _BACKGROUND for p in _paragraphs(o) if p.level == 2]
        return [(p.text, self.file.mark()) for p in shown]

    def _page(self, page: PageContent, marks: Sequence[str]) -> None:
        left = iter(marks)
        self.file.paragraph([Run(page.title)], "Heading 1", mark=self.places[page.name])
        for output in page.outputs:
            match output.kind:
                case Kind.CHART:
                    self._chart(output)
                case Kind.TABLE:
                    self._table(page, output)
                case Kind.CAVEATS | Kind.METHOD | Kind.SOURCES:
                    continue  # below, and once at the end
                case _:
                    for p in _paragraphs(output):
                        listed = p.level == 2 and output.kind not in _BACKGROUND
                        self._paragraph(output.kind, p, next(left, "") if listed else "")

        self.file.columns(2)
        for p in self.notes[page.name]:
            self._note(p)
        self.file.columns(1)

    def _chart(self, output: Output) -> None:
        """Write a chart: its caption, what is measured, the picture, its source; all on one page."""
        self.figures += 1
        self.file.caption(self.say("figure"), self.figures, output.heading)
        self.file.paragraph([Run(output.measure)], "Measure")
        self.file.picture(png_picture(bare_picture(output.svg), _PIXELS), output.alt)
        self.file.paragraph([Run(output.source)], "Source")

    def _table(self, page: PageContent, output: Output) -> None:
        """Write a table; one of prose as a list in two columns, without the last column if another page has it."""
        self.tables += 1
        other = self.elsewhere.get((page.name, output.name), "")
        if claims := listed_claims(output):
            self._claims(output.title, claims, other)
            return
        grid = read_table(output.html)
        last, grid = grid.head[-1], without_last(grid) if other else grid
        self.file.caption(self.say("table"), self.tables, output.title)
        if is_prose(grid):
            self.file.columns(2)
            self._entries(grid)
            self.file.columns(1)
        else:
            self.file.table(grid, decimal_mark(self.words))
        if other:
            title = next(p.title for p in self.pages if p.name == other)
            said = self.words.typography(self.words.ui("in_full").format(column=last))
            self.file.paragraph([Run(f"{said} "), Run(title, page=self.places[other])], "Source")

    def _claims(self, title: str, claims: Sequence[Listed], other: str) -> None:
        """Write the claims of a page; in a line each where the page ``other`` has them in full."""
        ledger = paper_ledger(claims, self.words, short=bool(other))
        self.file.caption(self.say("table"), self.tables, title)
        if not other:
            rows = [[TextCell([[Run(text)]], head=not n) for n, text in enumerate(row)] for row in ledger.rows]
            self.file.table(Grid(title, list(ledger.head), set(), rows), decimal_mark(self.words))
            self.file.paragraph([Run(self.words.typography(self.words.ui("claims_rest")))], "Source")
        self.file.columns(1 if other and len(claims) <= _SHORT else 2)
        for group in (*ledger.full, *ledger.others):
            self.file.paragraph([Run(f"{group.name} ({group.count})")], "Heading 3")
            for entry in group.entries:
                self._entry(entry)
        self.file.columns(1)
        if other:
            title = next(p.title for p in self.pages if p.name == other)
            said = self.words.typography(self.words.ui("claims_in_full"))
            self.file.paragraph([Run(f"{said} "), Run(title, page=self.places[other])], "Source")

    def _entry(self, entry: Entry) -> None:
        place = Run(" –\u00a0" + entry.place.replace(" ", "\u00a0"))
        if not entry.parts:
            self.file.paragraph([Run(entry.stated), place], "Note")
            return
        self.file.paragraph([Run(entry.stated, strong=True), place], "Entry")
        for name, lines in entry.parts:
            label = Run(f"{name}{self.words.colon}", emphasis=True)
            self.file.paragraph([label, *(map(self._placed, lines[0]) if len(lines) == 1 else ())], "Note")
            for line in lines if len(lines) > 1 else ():
                self.file.paragraph(list(map(self._placed, line)), "Note Bullet")

    def _entries(self, grid: Grid) -> None:
        for row in grid.rows:
            for line in row[0].lines:
                self.file.paragraph([replace(self._placed(run), strong=True) for run in line], "Entry")
            for name, cell in zip(grid.head[1:], row[1:], strict=True):
                if cell.text != "–":
                    label = Run(f"{name}{self.words.colon}", emphasis=True)
                    self.file.paragraph([label, *map(self._placed, cell.lines[0])], "Note")
                    for line in cell.lines[1:]:
                        self.file.paragraph(list(map(self._placed, line)), "Note Bullet")

    def _note(self, paragraph: Paragraph) -> None:
        runs = [self._placed(run) for run in paragraph.runs]
        self.file.paragraph(runs, "Heading 3" if paragraph.level else "Note Bullet" if paragraph.depth else "Note")

    def _paragraph(self, kind: Kind, paragraph: Paragraph, mark: str) -> None:
        if paragraph.level == 1:
            return  # the title of the page stands already
        runs = [self._placed(run) for run in paragraph.runs]
        if paragraph.level:
            self.file.paragraph(runs, f"Heading {paragraph.level}", mark=mark)
        elif paragraph.depth:
            self.file.paragraph(runs, _BULLETS[min(paragraph.depth, len(_BULLETS)) - 1])
        else:
            self.file.paragraph(runs, _STYLES.get(kind, "Normal"))

    def _placed(self, run: Run) -> Run:
        """Return a run that links to the place of a page instead of to its name."""
        return replace(run, page=self.places.get(run.page, "")) if run.page else run

    def _sources(self, sources: Sequence[SeriesSource]) -> None:
        """Write the sources, one heading a publisher; what all its series share is said once."""
        for publisher, groups in grouped(sources).items():
            self.file.paragraph([Run(publisher)], "Heading 2")
            for shared, own in groups.items():
                if shared:  # of series without a figure nothing is said
                    self.file.paragraph([Run(f"{self.words.ui('licence')}{self.words.colon}{shared}")], "Note")
                for source in own:
                    self.file.paragraph(list(self._source(source)), "Note Bullet")

    def _source(self, s: SeriesSource) -> Sequence[Run]:
        colon = self.words.colon
        runs = [Run(s.title, strong=True), Run(f" ({s.name}). {self.words.ui('last_figure')}{colon}{s.last}. ")]
        runs += [Run(" ".join(f"{text.rstrip('.')}." for text in s.caveats) + " ")] if s.caveats else []
        for number, (title, path) in enumerate(s.pages):
            runs += [Run(self.words.semicolon if number else ""), Run(title, href=path)]
        return runs


def _paragraphs(output: Output) -> list[Paragraph]:
    return read_markdown(output.markdown) if output.kind not in (Kind.CHART, Kind.TABLE) else []
