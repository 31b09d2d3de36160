"""A table as rows of cells, and its three forms made from them: HTML, plain text, CSV."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from kzreport.pages.outputs import Kind, Output

# What JupyterLab needs: it sets all cells to the right, and reads what stands between two $ as mathematics. Rendering
# leaves these out (kzreport.render.markup): there the style sheet does it.
_LEFT, _NO_MATHEMATICS = ' style="text-align:left"', ' class="mathjax_ignore"'
_SITE = re.compile(r"https://([\w.-]+)[\w./%?=&;#~+,-]*")


def escape_html(text: str) -> str:
    """Return text as HTML text, which holds no markup."""
    return html.escape(text, quote=False)


@dataclass(frozen=True)
class Cell:
    """Text in a cell, its lines parted by line feeds; ``strong``: the words before it that are set in bold.

    >>> cell = Cell(" – two sources.\\nhttps://stat.gov.kz/en", strong="Confirmed")
    >>> cell.html
    '<ul><li><strong>Confirmed</strong> – two sources.</li><li><a href="https://stat.gov.kz/en">stat.gov.kz</a></li></ul>'
    >>> cell.plain
    'Confirmed – two sources. / https://stat.gov.kz/en'
    """

    text: str
    strong: str = ""

    @property
    def plain(self) -> str:
        """The cell on one line of text."""
        return f"{self.strong}{self.text}".replace("\n", " / ")

    @property
    def html(self) -> str:
        """The cell as HTML: several lines as a list, an address as a link that is named after its site."""
        lines = [_SITE.sub(r'<a href="\g<0>">\1</a>', escape_html(line)) for line in self.text.split("\n")]
        if self.strong:
            lines[0] = f"<strong>{escape_html(self.strong)}</strong>{lines[0]}"
        return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>" if len(lines) > 1 else lines[0]


@dataclass(frozen=True)
class Row:
    """Cells of a row."""

    cells: Sequence[Cell]

    @classmethod
    def of(cls, *texts: str) -> Row:
        """Return a row of plain texts."""
        return cls([Cell(text) for text in texts])


@dataclass(frozen=True)
class Table:
    """A table of a page.

    - ``head``: the names of its columns
    - ``figures``: its figures as rows of text for the CSV file, header first
    - ``row_heads``: number of cells at the start of a row that name the subject of the row
    - ``texts``: numbers of the columns that hold words
    """

    name: str
    title: str
    head: Sequence[str]
    rows: Sequence[Row]
    figures: Sequence[Sequence[str]]
    row_heads: int = 1
    texts: Collection[int] = ()

    def output(self) -> Output:
        """Return what a page shows of the table: its HTML, and title, rows and CSV as text."""
        figures = as_csv(self.figures)
        rows = [self.head, *([cell.plain for cell in row.cells] for row in self.rows)]
        text = "\n\n".join([self.title, "\n".join(map(" | ".join, rows)), figures])
        return Output(Kind.TABLE, text, html=self._html(), name=self.name, title=self.title, csv=figures)

    def _html(self) -> str:
        columns = [f' data-text="yes"{_LEFT}' if n in self.texts else "" for n in range(len(self.head))]
        columns = [c or _LEFT * (n < self.row_heads) for n, c in enumerate(columns)]
        head = "".join(
            f'<th scope="col"{column}>{escape_html(name)}</th>' for name, column in zip(self.head, columns, strict=True)
        )
        body = ""
        for row in self.rows:
            body += "<tr>"
            for number, (cell, column) in enumerate(zip(row.cells, columns, strict=True)):
                is_head = number < self.row_heads
                body += f'<th scope="row"{_LEFT}>{cell.html}</th>' if is_head else f"<td{column}>{cell.html}</td>"
            body += "</tr>"
        caption = f"<caption>{escape_html(self.title)}</caption>"
        return f"<table{_NO_MATHEMATICS}>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Return rows of text as CSV with LF line ends.

    >>> as_csv([("period", "value"), ("2026-08", "9.8")])
    'period,value\\n2026-08,9.8\\n'
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
