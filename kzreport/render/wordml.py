"""A Word file being written: the parts that python-docx has no method for, and text that is never markup."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm, Pt, RGBColor

from kzreport.render.aligned import column_ends
from kzreport.render.archive import restamp
from kzreport.render.printed import column_widths
from kzreport.render.text import Grid, Run, with_signs

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # no XML file can hold them
_FONT, INK, ACCENT, MUTED, LINE = "Arial", "1A1A1A", "00507D", "595959", "BFBFBF"
_TINT = "EEF3F6"
_BAR = f'<w:pBdr {{}}><w:left w:val="single" w:sz="24" w:space="6" w:color="{ACCENT}"/></w:pBdr>'
_WIDTH = 17.4  # centimetres between the margins
_PICTURE = 15.6  # centimetres
_DIGIT, _MARKS = 0.556, {".": 0.278, ",": 0.278, "\u00a0": 0.278, "*": 0.389, "%": 0.889}  # widths, of the height
_LINE = 118  # characters that fit on a line of a table
_GUTTER = 400  # twentieths of a point between two columns of text
# Style -> size in points, colour, bold, space before and after in points.
_STYLES = {
    "Normal": (10, INK, False, 0, 5),
    "Title": (26, ACCENT, True, 24, 6),
    "Subtitle": (12, MUTED, False, 0, 12),
    "Heading 1": (18, ACCENT, True, 24, 6),
    "Heading 2": (12.5, ACCENT, True, 11, 4),
    "Heading 3": (10, INK, True, 8, 3),
    "Caption": (9, INK, True, 7, 2),
    "List Bullet": (10, INK, False, 0, 2),
    "List Bullet 2": (10, INK, False, 0, 2),
    "Quote": (11, INK, True, 2, 6),
}
# The same of styles that a new file has not, and the style that each begins from.
_OWN_STYLES = {
    "Table Text": (8, INK, False, 0, 0, "Normal"),
    "Measure": (8.5, MUTED, False, 0, 2, "Normal"),
    "Source": (7.5, MUTED, False, 0, 7, "Normal"),
    "Note": (8.5, INK, False, 0, 2, "Normal"),
    "Note Bullet": (8.5, INK, False, 0, 2, "List Bullet"),
    "Entry": (8.5, INK, False, 4, 1, "Normal"),
    "Contents": (10, INK, True, 8, 3, "Normal"),  # no heading: the first of those is a page's
    "TOC 1": (9, INK, True, 3, 0, "Normal"),
    "TOC 2": (8, INK, False, 0, 0, "Normal"),
}
_WITH_NEXT = ("Caption", "Measure", "Entry", "Contents", "TOC 1")
_FEW, _ENDS = 18, 3  # rows of a table that is not parted; rows at the ends of a longer one that stay together


class WordFile:
    """A Word file in the house style.

    ``locale``: language and country, as ``fr-FR``; ``made``: the day that its properties state as the day of its
    making.
    """

    def __init__(self, title: str, subject: str, locale: str, made: date) -> None:
        self.document: Any = docx.Document()
        about, day = self.document.core_properties, datetime(made.year, made.month, made.day)
        about.title, about.subject, about.author, about.language = _legal(title), _legal(subject), "kzreport", locale
        about.created = about.modified = day
        about.last_modified_by, about.comments, about.revision = "kzreport", "", 1
        self._marks = self._pictures = 0
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(1.8)
        section.top_margin, section.bottom_margin = Cm(2), Cm(1.7)
        self._style(locale)

    def _style(self, locale: str) -> None:
        styles = self.document.styles
        for name, (size, colour, bold, before, after, base) in _all_styles().items():
            style = styles[name] if name in _STYLES else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = styles[base] if base else style.base_style
            style.font.name, style.font.size, style.font.bold = _FONT, Pt(size), bold
            style.font.italic, style.font.color.rgb = False, RGBColor.from_string(colour)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # else the theme's font wins
                fonts.attrib.pop(f"{{{fonts.nsmap['w']}}}{kind}", None)
            for kind in ("eastAsia", "cs"):
                fonts.set(f"{{{fonts.nsmap['w']}}}{kind}", _FONT)
            spacing = style.paragraph_format
            spacing.space_before, spacing.space_after = Pt(before), Pt(after)
            for border in style.element.pPr.findall(f"{{{fonts.nsmap['w']}}}pBdr") if name == "Title" else ():
                style.element.pPr.remove(border)
        styles["TOC 2"].paragraph_format.left_indent = Cm(0.6)
        layout = styles["Quote"].element.get_or_add_pPr()
        for box in (_element(_BAR), _element(f'<w:shd {{}} w:val="clear" w:fill="{_TINT}"/>')):
            layout.insert_element_before(box, "w:tabs", "w:spacing", "w:ind", "w:jc")
        for name in _WITH_NEXT:
            styles[name].paragraph_format.keep_with_next = True
        default = styles.element.find(f".//{{{styles.element.nsmap['w']}}}rPrDefault")
        for lang in default.iter(f"{{{styles.element.nsmap['w']}}}lang"):
            lang.set(f"{{{styles.element.nsmap['w']}}}val", locale)

    def running(self, head: str) -> None:
        """Write the head of every page but the cover, and the number of the page at its foot."""
        section = self.document.sections[0]
        section.different_first_page_header_footer = True
        for part, text in ((section.header, head), (section.footer, "")):
            paragraph = part.paragraphs[0]
            paragraph.style = self.document.styles["Table Text"]
            paragraph._p.append(parse_xml(_run(Run(text))) if text else _field("PAGE", "1"))

    def mark(self) -> str:
        """Return a name for a place in the file that nothing has yet."""
        self._marks += 1
        return f"_Toc{self._marks:08d}"

    def columns(self, number: int, *, new_page: bool = False) -> None:
        """Set what follows in a number of columns, here or on a new page."""
        section = self.document.add_section(WD_SECTION.NEW_PAGE if new_page else WD_SECTION.CONTINUOUS)
        section.different_first_page_header_footer = False
        [columns] = section._sectPr.xpath("./w:cols")
        columns.set(f"{{{columns.nsmap['w']}}}num", str(number))
        columns.set(f"{{{columns.nsmap['w']}}}space", str(_GUTTER))

    def paragraph(self, runs: Sequence[Run], style: str = "Normal", *, mark: str = "", before: Any = None) -> Any:
        """Add a paragraph; ``mark``: the name of a place that links lead to; ``before``: a field at its beginning."""
        paragraph = self.document.add_paragraph(style=style)
        if mark:
            number = mark[4:].lstrip("0") or "0"
            paragraph._p.append(_element(f'<w:bookmarkStart {{}} w:id="{number}" w:name="{mark}"/>'))
        for element in before or ():
            paragraph._p.append(element)
        for run in runs:
            paragraph._p.append(parse_xml(self.run(run)))
        if mark:
            paragraph._p.append(_element(f'<w:bookmarkEnd {{}} w:id="{number}"/>'))
        return paragraph

    def run(self, run: Run) -> str:
        """Return a run as XML, in a link if it is one; ``page`` is then the name of a place in the file."""
        if run.href:
            number = self.document.part.relate_to(run.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            return f'<w:hyperlink {nsdecls("w", "r")} r:id="{number}">{_run(run, linked=True)}</w:hyperlink>'
        if run.page:
            return f'<w:hyperlink {nsdecls("w")} w:anchor="{run.page}">{_run(run, linked=True)}</w:hyperlink>'
        return _run(run)

    def caption(self, kind: str, number: int, text: str) -> None:
        """Add the caption of a figure or table, its number a field that Word can count again."""
        label = [parse_xml(_run(Run(f"{kind}\u00a0"))), *_fields(f"SEQ {kind.replace(' ', '_')}", str(number))]
        self.paragraph([Run(f" – {text}")], "Caption", before=label)

    def picture(self, png: bytes, alt: str) -> None:
        """Add a picture with its description; what follows stands on the same page."""
        paragraph = self.document.add_paragraph(style="Measure")
        shape = paragraph.add_run().add_picture(io.BytesIO(png), width=Cm(_PICTURE))
        self._pictures += 1
        about = shape._inline.docPr
        about.set("id", str(self._pictures))
        about.set("name", f"{self._pictures}")
        about.set("descr", _legal(alt))

    def table(self, grid: Grid, mark: str) -> None:
        """Add a table: its heads in a row that is repeated on each page, its rows whole on a page where they fit.

        ``mark``: of decimals, at which the numbers of a column align.
        """
        left = _left(grid)
        ends = column_ends(grid, [n in left for n in range(len(grid.head))], mark)
        longest = [max(map(_ems, filter(None, column)), default=0.0) for column in ends]
        widths = _widths(grid, longest)
        columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        small = len(grid.head) > 5
        head = "".join(
            self._cell([[Run(text, strong=True)]], width, number in left, small, edge=True)
            for number, (text, width) in enumerate(zip(grid.head, widths, strict=True))
        )
        rows = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>"]
        for place, row in enumerate(grid.rows, 1):
            whole = "<w:trPr><w:cantSplit/></w:trPr>" if sum(len(c.text) for c in row) < 1500 else ""
            cells = "".join(
                self._cell(
                    *(cell.lines, width, n in left or cell.head, small),
                    tied=_tied(place, len(grid.rows)),
                    room=0.0 if (end := ends[n][place - 1]) is None else longest[n] - _ems(end),
                )
                for n, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            rows.append(f"<w:tr>{whole}{cells}</w:tr>")
        edges = f'<w:insideH w:val="single" w:sz="4" w:color="{LINE}"/>'
        bottom = f'<w:bottom w:val="single" w:sz="4" w:color="{LINE}"/>'
        margins = '<w:tblCellMar><w:left w:w="90" w:type="dxa"/><w:right w:w="90" w:type="dxa"/></w:tblCellMar>'
        title = f"<w:tblCaption w:val={quoteattr(_legal(grid.caption))}/>"
        about = (
            f'<w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{bottom}{edges}</w:tblBorders>'
            f'<w:tblLayout w:type="fixed"/>{margins}<w:tblLook w:firstRow="1" w:firstColumn="1" w:lastRow="0"'
            f' w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>{title}</w:tblPr>'
        )
        markup = f"<w:tbl {nsdecls('w', 'r')}>{about}<w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
        self.document.element.body.insert(len(self.document.element.body) - 1, parse_xml(markup))
        self.paragraph([], "Table Text")

    def _cell(
        self,
        lines: Sequence[Sequence[Run]],
        width: int,
        left: bool,
        small: bool,
        *,
        edge: bool = False,
        tied: bool = True,
        room: float = 0.0,
    ) -> str:
        """Return a cell; ``room``: after a number, in heights of its letters, so that decimal marks align."""
        side = "left" if left else "right"
        size = 7.5 if small else 8.0
        next_ = "<w:keepNext/>" if tied else ""
        after = f'<w:ind w:right="{round(room * size * 20)}"/>' if room else ""
        texts = "".join(
            f'<w:p><w:pPr><w:pStyle w:val="TableText"/>{next_}{after}<w:jc w:val="{side}"/></w:pPr>'
            f"{''.join(self._sized(run, size) for run in line)}</w:p>"
            for line in lines
        )
        under = f'<w:tcBorders><w:bottom w:val="single" w:sz="8" w:color="{INK}"/></w:tcBorders>' if edge else ""
        where = '<w:vAlign w:val="bottom"/>' if edge else ""
        return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{under}{where}</w:tcPr>{texts}</w:tc>'

    def _sized(self, run: Run, size: float) -> str:
        markup = self.run(run)
        return markup if size == 8.0 else markup.replace("<w:rPr>", f'<w:rPr><w:sz w:val="{int(size * 2)}"/>', 1)

    def contents(self, entries: Sequence[tuple[int, str, str]]) -> None:
        """Add the contents: level, text and place of each entry, which leads there.

        No number of a page is written, which would be a guess, nor a field, which Word leaves empty until it is told to
        fill it in: the contents are whole as they are.
        """
        for level, text, mark in entries:
            paragraph = self.paragraph([], f"TOC {level}")
            paragraph._p.append(parse_xml(self.run(Run(text, page=mark)).replace('<w:u w:val="single"/>', "")))

    def data(self) -> bytes:
        """Return the bytes of the file, the same for the same contents."""
        buffer = io.BytesIO()
        self.document.save(buffer)
        return restamp(buffer.getvalue())


def _all_styles() -> Mapping[str, tuple[float, str, bool, float, float, str]]:
    return {name: (*about, "") for name, about in _STYLES.items()} | _OWN_STYLES


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", text)


def _element(markup: str) -> Any:
    return parse_xml(markup.format(nsdecls("w")))


def _run(run: Run, *, linked: bool = False) -> str:
    style = ("<w:b/>" if run.strong else "") + ("<w:i/>" if run.emphasis else "")
    style += f'<w:color w:val="{ACCENT}"/><w:u w:val="single"/>' if linked else ""
    text = escape(with_signs(_legal(run.text)))
    return f'<w:r {nsdecls("w")}><w:rPr>{style}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def _fields(code: str, shown: str) -> list[Any]:
    """Return the runs of a field: its begin, code, separator, what it shows, its end."""
    parts = (
        '<w:fldChar w:fldCharType="begin"/>',
        f'<w:instrText xml:space="preserve"> {escape(code)} </w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>',
        f"<w:t>{escape(shown)}</w:t>",
        '<w:fldChar w:fldCharType="end"/>',
    )
    return [parse_xml(f"<w:r {nsdecls('w')}>{part}</w:r>") for part in parts]


def _field(code: str, shown: str) -> Any:
    """Return a field as one element."""
    return parse_xml(
        f'<w:fldSimple {nsdecls("w")} w:instr="{code}"><w:r><w:t>{escape(shown)}</w:t></w:r></w:fldSimple>'
    )


def _tied(place: int, rows: int) -> bool:
    """Return True for a row that stays on the page of the next: in a short table, and at the ends of a long one.

    >>> [_tied(place, 40) for place in (1, 20, 38, 40)], _tied(5, 9)
    ([True, False, True, False], True)
    """
    return place < rows and (rows <= _FEW or place < _ENDS or place > rows - _ENDS)


def _left(grid: Grid) -> set[int]:
    """Return the columns that are set at the left: those that hold words or name rows, and all of a table of prose."""
    heads = {n for row in grid.rows for n, cell in enumerate(row) if cell.head}
    prose = any(len(cell.lines) > 1 for row in grid.rows for cell in row)
    return set(range(len(grid.head))) if prose else heads | grid.texts


def _ems(text: str) -> float:
    """Return the length of the end of a number in heights of the letters of the house style.

    >>> _ems(".728") == 3 * _DIGIT + _MARKS["."]
    True
    """
    return sum(_MARKS.get(c, _DIGIT) for c in text)


def _widths(grid: Grid, ends: Sequence[float]) -> list[int]:
    """Return the widths of columns, in twentieths of a point, by the text in them and the room after numbers."""
    rows = [[c.text + "0" * math.ceil(e / _DIGIT) for c, e in zip(row, ends, strict=True)] for row in grid.rows]
    shares = column_widths([grid.head, *rows], _LINE)
    return [int(Cm(_WIDTH).twips * share / sum(shares)) for share in shares]
