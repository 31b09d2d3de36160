"""A workbook being written: sheets with one table each, its title in the first cell, text that stays text.

The layout follows the rules of the UK Government Analysis Function for spreadsheets: no merged cell, no blank row
above a table, a heading for each column, nothing said by colour alone, numbers as numbers.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

_LONGEST = 32_767  # characters in a cell
_NAME = 31  # characters in the name of a sheet
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
INK, ACCENT, MUTED, LINE = "#1a1a1a", "#00507d", "#595959", "#bfbfbf"
_LINE_HEIGHT, _TALLEST, _TITLE = 14.5, 409.0, 24.0  # points: of a line, the most that a row may have, a title's
_A4, _A3 = 9, 8  # as spreadsheets number sizes of paper
_NARROW_LETTERS, _BROAD_LETTERS = frozenset(" ijltfr.,:;'’!|()[]/-"), frozenset("mw%–—…&@")
_NARROW, _BROAD, _ROOM = 0.55, 1.35, 1.04  # of the width of a digit
_BELOW = {"bottom": 1, "bottom_color": LINE}
_WRAPPED = {"text_wrap": True}


@dataclass(frozen=True)
class Number:
    """A number in a cell and the decimals that it is shown with."""

    value: float
    decimals: int


@dataclass(frozen=True)
class Link:
    """Text in a cell that leads to a sheet of the workbook."""

    text: str
    sheet: str


Value = str | Number | Link | date | None


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, its width in characters, and if long text goes on below."""

    head: str
    width: float
    wrap: bool = False


class Book:
    """A workbook. ``made``: the day that its properties state as the day of its making."""

    def __init__(self, title: str, subject: str, made: date) -> None:
        self._buffer = io.BytesIO()
        text = {"font_name": "Arial", "font_size": 11, "valign": "top"}
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.workbook = xlsxwriter.Workbook(self._buffer, {**options, "default_format_properties": text})
        day = datetime(made.year, made.month, made.day)
        self.workbook.set_properties({"title": title, "subject": subject, "author": "kzreport", "created": day})
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self._names: set[str] = set()

    def format(self, **properties: object) -> Format:
        """Return a format of cells, the same object for the same properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": "Arial", "font_size": 11, "font_color": INK, "valign": "top"}
            self._formats[key] = self.workbook.add_format({**base, **properties})
        return self._formats[key]

    def sheet_name(self, wanted: str) -> str:
        """Return a name that no sheet has, as near to the wanted one as a workbook allows; it is taken then."""
        name = _shorten(_FORBIDDEN.sub(" ", wanted).strip("' ")) or "1"
        number = 1
        while name.casefold() in self._names:
            number += 1
            name = f"{name[: _NAME - 4]} ({number})"
        self._names.add(name.casefold())
        return name

    def sheet(self, name: str, lines: Sequence[str | Link], foot: str, *, wide: bool = False) -> Worksheet:
        """Add a sheet: its title and the lines below it in the first column, ready to print in landscape.

        ``name``: from :meth:`sheet_name`; ``foot``: at the foot of each printed page; ``wide``: for a table of many
        columns, which A4 would make too small to read.
        """
        sheet = self.workbook.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(_A3 if wide else _A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer(f"&L{foot.replace('&', '&&')}&R&P / &N")
        sheet.set_row(0, _TITLE)
        for row, line in enumerate(lines):
            style = {"bold": True, "font_size": 15, "font_color": ACCENT} if row == 0 else {"font_color": MUTED}
            self.write(sheet, row, 0, line, **({} if isinstance(line, Link) else style))
        return sheet

    def write(self, sheet: Worksheet, row: int, column: int, value: Value, **style: object) -> None:
        """Write one cell; text is never a formula or a link, and is cut at the longest that a cell holds."""
        match value:
            case None | "":
                sheet.write_blank(row, column, None, self.format(**style))
            case Number(number, decimals):
                shown = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
                sheet.write_number(row, column, number, self.format(num_format=shown, **style))
            case date():
                moment = datetime(value.year, value.month, value.day)
                style = {"num_format": "yyyy-mm-dd", "align": "left", **style}
                sheet.write_datetime(row, column, moment, self.format(**style))
            case Link(text, target):
                style = {"font_color": ACCENT, "underline": 1, **style}
                where = target.replace("'", "''")
                sheet.write_url(row, column, f"internal:'{where}'!A1", self.format(**style), _cut(text))
            case str():
                sheet.write_string(row, column, _cut(value), self.format(**style))

    def table(
        self,
        sheet: Worksheet,
        row: int,
        name: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Value]],
        printed: int | None = None,
        across: int | None = None,
    ) -> None:
        """Write the one table of a sheet from a row on: headings that stay in sight and are printed on each page.

        ``name``: of the table in the workbook, letters, digits and ``_``; ``printed``, ``across``: rows and columns
        that are printed, all if there is no such number.
        """
        last = row + max(len(rows), 1)
        heads = [{"header": head} for head in _unlike([c.head for c in columns])]
        numeric = {n for n in range(len(columns)) if any(isinstance(few[n], Number) for few in rows)}
        apart = {"align": "left", "indent": 1}  # else text meets that of the column before it, most of all a number
        sheet.add_table(row, 0, last, len(columns) - 1, {"name": name, "style": None, "columns": heads})
        for number, column in enumerate(columns):
            sheet.set_column(number, number, column.width)
            style = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 2, "bottom_color": INK}
            # the button of the filter covers the right end of a heading
            place = {"align": "right", "indent": 2} if number in numeric else apart if number else {"align": "left"}
            self.write(sheet, row, number, heads[number]["header"], **style, **place)
        for below, few in enumerate(rows, row + 1):
            for number, (column, value) in enumerate(zip(columns, few, strict=True)):
                place = apart if number and not isinstance(value, Number) else {}
                self.write(sheet, below, number, value, **_BELOW, **place, **(_WRAPPED if column.wrap else {}))
            # a spreadsheet fits rows to their text when it is asked to: not all ask when they open a file
            lines = (lines_of(_shown(v), c.width - 1.5) for c, v in zip(columns, few, strict=True) if c.wrap)
            sheet.set_row(below, min(_TALLEST, _LINE_HEIGHT * max(lines, default=1) + 3))
        sheet.freeze_panes(row + 1, 0)
        sheet.repeat_rows(row)
        if printed is not None or across is not None:
            below = last if printed is None else min(last, row + printed)
            sheet.print_area(0, 0, below, (across or len(columns)) - 1)

    def data(self) -> bytes:
        """Close the workbook and return its bytes."""
        self.workbook.worksheets()[0].activate()
        self.workbook.close()
        return self._buffer.getvalue()


@lru_cache(maxsize=4096)
def lines_of(text: str, width: float) -> int:
    """Return about how many lines a text takes in a column of a width in characters, broken between words.

    >>> lines_of("one two three", 20), lines_of("one two three", 8), lines_of("one\\ntwo", 8)
    (1, 2, 2)
    >>> lines_of("1" * 25, 10), lines_of("", 10)
    (3, 1)
    """
    return sum(_lines(line.split(" "), width) for line in text.split("\n"))


def _lines(words: Sequence[str], width: float) -> int:
    lines, used = 1, 0.0
    for word in words:
        long = _measure(word)
        if used and used + _NARROW + long > width:
            lines, used = lines + 1, 0.0
        used += long + (_NARROW if used else 0.0)
        further = max(0, math.ceil(used / width) - 1)  # of a word that no line holds
        lines, used = lines + further, used - further * width
    return lines


def _measure(text: str) -> float:
    """Return the length of a text in digits, in the letters of the workbook and with a little room."""
    return _ROOM * sum(
        _NARROW if c in _NARROW_LETTERS else _BROAD if c in _BROAD_LETTERS or c.isupper() else 1.0 for c in text
    )


def _shown(value: Value) -> str:
    return value.text if isinstance(value, Link) else value if isinstance(value, str) else ""


def _shorten(name: str) -> str:
    """Cut a name for a sheet behind a word, and not behind a short one.

    >>> _shorten("9 Change, réserves, pétrole et emploi")
    '9 Change, réserves, pétrole'
    """
    if len(name) <= _NAME:
        return name
    words = name[: _NAME + 1].split(" ")[:-1]
    while len(words) > 2 and len(words[-1]) <= 3:
        words.pop()
    return " ".join(words).rstrip(" ',;:") if len(words) > 1 else name[:_NAME].rstrip("' ")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _unlike(heads: Sequence[str]) -> list[str]:
    """Return headings of which none is empty and no two are alike, as a table needs.

    >>> _unlike(["Value", "", "value"])
    ['Value', '2', 'value (3)']
    """
    found: list[str] = []
    for number, head in enumerate(heads, 1):
        seen = {f.casefold() for f in found}
        found.append(head if head and head.casefold() not in seen else f"{head} ({number})" if head else str(number))
    return found
