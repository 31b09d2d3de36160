"""Readers of replies: JSON, CSV, HTML and workbooks, strict; and what every provider does with the rows it read.

A reply is data, never code or markup: what has another form is refused with the words that it begins with.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache, wraps
from html.parser import HTMLParser
from typing import Any

from babel import Locale

from kzreport.errors import DataError, explain, short_repr
from kzreport.model import Period
from kzreport.refresh.provider import Reply, Request, Row

_Read = Callable[[bytes, Mapping[str, Any]], Reply]
_NOTHING = {"", "x", "х", "-", "–", "—", "…", "...", "ND", "n/a", "NA"}  # a Latin x and a Cyrillic one
_UNPACKED = 1_500_000_000  # bytes of a workbook of 94 MB, unpacked, with room


def other_form(where: str, found: object, expected: str) -> DataError:
    """Return the error for a reply that has not the form expected."""
    todo = "look at the raw reply; nothing of it is used"
    return DataError(explain(where, (found if isinstance(found, str) else repr(found))[:300], expected, todo))


def of_one_form(where: str) -> Callable[[_Read], _Read]:
    """Decorate ``read`` of a provider: a field that is missing, or of another type, is another form of reply.

    Python's errors about it become a :class:`DataError` that names the provider.
    """

    def decorate(read: _Read) -> _Read:
        @wraps(read)
        def checked(raw: bytes, about: Mapping[str, Any]) -> Reply:
            try:
                return read(raw, about)
            except (KeyError, IndexError, TypeError, AttributeError, ValueError, ArithmeticError) as e:
                raise other_form(where, f"another form ({type(e).__name__}: {str(e)[:80]})", "the form known") from e

        return checked

    return decorate


def reply_text(raw: bytes, where: str, *, html: bool = False) -> str:
    """Return the text of a reply in UTF-8, with or without a byte order mark.

    Raises :class:`DataError` for nothing, other bytes, and for a page of HTML unless one is due.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise other_form(where, f"the byte 0x{raw[e.start]:02x} at {e.start}", "text in UTF-8") from None
    if not text.strip():
        raise other_form(where, "an empty reply", "figures")
    if "\0" in text:
        raise other_form(where, "a NUL byte", "text in UTF-8")
    if not html and text.lstrip()[:1] == "<":
        raise other_form(where, f"a page of HTML or XML: {short_repr(' '.join(text.split())[:200])}", "data")
    return text


def json_reply(raw: bytes, where: str) -> Any:
    """Return a reply in JSON; numbers keep their digits as :class:`~decimal.Decimal`.

    Raises :class:`DataError` for another form, a key twice, a number that is not finite.

    >>> json_reply(b'{"value": 8.790}', "bank")
    {'value': Decimal('8.790')}
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise other_form(where, f"a key twice among {short_repr([k for k, _ in pairs])}", "each key once")
        return dict(pairs)

    def finite(constant: str) -> Any:
        raise other_form(where, constant, "a finite number")

    try:
        text = reply_text(raw, where)
        return json.loads(text, object_pairs_hook=unique, parse_constant=finite, parse_float=Decimal)
    except json.JSONDecodeError as e:
        raise other_form(where, f"at character {e.pos}, {e.msg}", "whole JSON") from None
    except (RecursionError, ValueError, InvalidOperation):
        raise other_form(where, "lists nested too deeply, or a number of too many digits", "plain JSON") from None


def csv_reply(raw: bytes, where: str) -> list[list[str]]:
    """Return the rows of a reply in CSV, the last one whole.

    Raises :class:`DataError` for another form, and for rows of different lengths: columns shifted, or a reply cut off.
    """
    text = reply_text(raw, where)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error as e:
        raise other_form(where, str(e), "whole CSV") from None
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise other_form(f"{where}, row {number}", f"{len(row)} cells", f"{len(rows[0])}, as in the first row")
    if not text.endswith(("\n", "\r")):
        raise other_form(where, f"no end of line after {short_repr(rows[-1])}", "a whole last line")
    return rows


class _Page(HTMLParser):
    """Cells of the tables of a page, and its links with the text that follows each."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.links: list[list[str]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
        elif tag == "a":
            self.links.append([dict(attrs).get("href") or "", "", ""])
        if tag in ("html", "table", "tr", "td", "th", "a"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] = f"{self.rows[-1][-1]}{data}".strip()
        if self.links:
            self.links[-1][1 if "a" in self.open else 2] += f" {data.strip()}"


def _page(raw: bytes, where: str) -> _Page:
    page = _Page()
    page.feed(reply_text(raw, where, html=True))
    page.close()
    if page.open:
        raise other_form(where, f"no end of <{page.open[0]}>", "a whole page")
    return page


def html_rows(raw: bytes, where: str) -> list[list[str]]:
    """Return the rows of the tables of a page, as texts. Raises :class:`DataError` for a page cut off, or no row."""
    if not (rows := [row for row in _page(raw, where).rows if row]):
        raise other_form(where, "a page without a table", "rows of a table")
    return rows


def html_links(raw: bytes, where: str) -> list[tuple[str, str, str]]:
    """Return the links of a page: address, text, and the text between it and the next link.

    Raises :class:`DataError` for a page cut off, or without a link.
    """
    if not (links := _page(raw, where).links):
        raise other_form(where, "a page without a link", "a list of publications")
    return [(href, " ".join(text.split()), " ".join(after.split())) for href, text, after in links]


def sheets(raw: bytes, where: str) -> Iterator[tuple[str, Iterator[tuple[Any, ...]]]]:
    """Yield the title and the rows of each sheet of a workbook, read as they are asked for.

    Raises :class:`DataError` for a file of another kind, one that unpacks to too much, or XML with a DTD.
    """
    import openpyxl  # an extra, which only this reader needs

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            if (size := sum(part.file_size for part in packed.infolist())) > _UNPACKED:
                raise other_form(where, f"{size} bytes when unpacked", f"at most {_UNPACKED}")
            for part in packed.infolist():
                if b"<!DOCTYPE" in packed.open(part).read(2000):
                    raise other_form(f"{where}, {part.filename}", "a DTD", "plain XML")
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as e:
        found = f"{short_repr(raw[:40])} ({type(e).__name__})" if raw else "an empty reply"
        raise other_form(where, found, "a workbook (.xlsx)") from None
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # a wrong size in the file hides rows
            yield sheet.title, sheet.iter_rows(values_only=True)
    finally:
        book.close()


def cell_texts(cells: Sequence[Any]) -> list[str]:
    """Return the cells of a row of a workbook as texts in small letters, with single spaces."""
    return [" ".join(str("" if cell is None else cell).split()).lower() for cell in cells]


@lru_cache
def months_in(language: str) -> Mapping[str, int]:
    """Return the names of the months in a language, in small letters, and their numbers.

    >>> months_in("ru")["август"]
    8
    """
    names = Locale(language).months["stand-alone"]["wide"]
    return {name.lower(): number for number, name in names.items()}


def all_of(records: Any, total: Any, where: str) -> list[Any]:
    """Return the records of a reply that states how many there are. Raises :class:`DataError` for fewer or more."""
    found = list(records or [])
    if len(found) != int(total):
        raise other_form(where, f"{len(found)} records of {total}", "all of them")
    return found


def figure(value: Any, where: str, *, comma: bool = False) -> Decimal | None:
    """Return a number with the digits it is given in, or nothing where the provider says so (x, -, ND).

    ``comma``: decimals may stand after a comma. Raises :class:`DataError` for any other text.

    >>> figure("1 234,50", "table", comma=True), figure("ND", "table")
    (Decimal('1234.50'), None)
    """
    if value is None:
        return None
    text = re.sub(r"[\s\u00a0\u202f]", "", repr(value) if isinstance(value, float) else str(value)).replace("−", "-")
    if text in _NOTHING:
        return None
    plain = text.replace(",", ".") if comma else text
    if isinstance(value, bool) or not re.fullmatch(r"[+-]?\d{1,20}(\.\d{1,30})?([eE][+-]?\d{1,2})?", plain, re.ASCII):
        raise other_form(where, short_repr(value), "a number")
    return Decimal(plain)


def in_our_unit(value: Decimal | None, about: Mapping[str, Any]) -> Decimal | None:
    """Return a provider's number in the unit of our table: ``scale``, ``inverse``, and the digits of ``select``.

    Raises :class:`DataError` for a rate of zero that is to be inverted.

    >>> in_our_unit(Decimal("188690000"), {"scale": "0.000001", "select": {"significant": "10"}})
    Decimal('188.69')
    >>> in_our_unit(Decimal("1.1681"), {"select": {"inverse": "yes", "decimals": "4"}})
    Decimal('0.8561')
    """
    if value is None:
        return None
    select = about.get("select") or {}
    if select.get("inverse") == "yes":
        if not value:
            raise other_form(str(about.get("series", "rate")), "0", "a rate above zero")
        value = 1 / value
    value *= Decimal(str(about.get("scale", "1")))
    if "significant" in select and value:
        value = round(value, int(select["significant"]) - 1 - value.adjusted())
    if "decimals" in select:
        value = round(value, int(select["decimals"]))
    if str(about.get("scale", "1")) != "1" or "decimals" in select or "significant" in select:
        value = Decimal(format(value.normalize(), "f"))  # no zeros that nobody gave
    return value


def amount(value: Any, where: str, about: Mapping[str, Any], *, comma: bool = False) -> Decimal | None:
    """Return a :func:`figure` :func:`in_our_unit`."""
    return in_our_unit(figure(value, where, comma=comma), about)


def day_in(text: Any, where: str) -> date:
    """Return the first day named in a text, as 2026-08-14 (with or without an hour) or 14.08.2026.

    Raises :class:`DataError` if there is none.
    """
    found = re.search(
        r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)|(?P<d2>\d\d)\.(?P<m2>\d\d)\.(?P<y2>\d{4})", str(text), re.A
    )
    try:
        if found:
            y, m, d = (int(found[k] or found[f"{k}2"]) for k in "ymd")
            return date(y, m, d)
    except ValueError:
        pass
    raise other_form(where, short_repr(text), "a day such as 2026-08-14 or 14.08.2026")


def period_of(day: date, frequency: str, shift: int = 0) -> str:
    """Return the period of a day, a number of periods later (earlier if negative). ``frequency``: D, M, Q or A.

    >>> period_of(date(2026, 4, 1), "Q", -1)
    '2026-Q1'
    """
    quarter = f"{day.year}-Q{(day.month + 2) // 3}"
    text = {"D": day.isoformat(), "M": f"{day:%Y-%m}", "Q": quarter, "A": str(day.year)}[frequency]
    return str(Period.parse(text).shift(shift))


def month_end(month: str) -> date:
    """Return the last day of a month such as 202604: what bears the month was known by then."""
    return Period.parse(f"{month[:4]}-{month[4:]}").end


def monthly_means(days: Mapping[date, Decimal]) -> tuple[dict[str, Decimal], list[str]]:
    """Return the mean of each month's weekdays, and which days were left out, and why.

    A rate further than 8% from both neighbours, while they agree within 2%, belongs to another day: some providers
    answer for a holiday with their latest rate.
    """
    order = [day for day in sorted(days) if day.weekday() < 5]
    months: dict[str, list[Decimal]] = {}
    left_out = []
    for number, day in enumerate(order):
        rate, near = (
            days[day],
            [days[d] for d in (*order[max(number - 1, 0) : number], *order[number + 1 : number + 2])],
        )
        agree = len(near) == 2 and abs(near[0] / near[1] - 1) < Decimal("0.02")
        if agree and min(abs(rate / other - 1) for other in near) > Decimal("0.08"):
            left_out.append(f"{day}: {rate} left out; {near[0]} the day before and {near[1]} the day after")
        else:
            months.setdefault(f"{day:%Y-%m}", []).append(rate)
    return {month: sum(rates, Decimal()) / len(rates) for month, rates in months.items()}, left_out


def fingerprint(*parts: Any) -> str:
    """Return what a series is by the words of its provider: code, label, unit and base, in one line."""
    return " | ".join(" ".join(str(part).split()) for part in parts if part not in (None, ""))


def reply_of(
    where: str,
    about: Mapping[str, Any],
    rows: Sequence[Row],
    marks: Sequence[Any],
    more: Sequence[Request] = (),
    notes: Sequence[str] = (),
) -> Reply:
    """Return a reply: each row once, none before ``since`` nor after ``until``.

    ``marks`` are the parts of the :func:`fingerprint`. Raises :class:`DataError` for a reply without a figure, and for
    two values of one period.
    """
    since, until = str(about.get("request", {}).get("since", "")), str(about.get("until", "9999"))
    seen: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        key = (row.period, row.published, *sorted((k, v) for k, v in row.dims.items() if k != "kind"))
        if seen.setdefault(key, row).value != row.value:
            found = f"{seen[key].value} and {row.value}"
            raise other_form(f"{where}, {row.period} {' '.join(row.dims.values())}".rstrip(), found, "one value")
    kept = tuple(row for row in seen.values() if since <= row.period <= until)
    if not more and all(row.value is None for row in kept):
        raise other_form(where, "no figure", f"figures of {about.get('series', 'a series')}")
    return Reply(kept, fingerprint(*marks), tuple(more), tuple(notes))
