"""The state of a page while its notebook runs: words, date, loaded series; and what displays."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from IPython.display import display

from kzreport.charts import chart as charts
from kzreport.claims.outcomes import Assessment
from kzreport.language.words import Words
from kzreport.model import Period, Reading, Series
from kzreport.series.known import load_series, load_vintages

Readings = Mapping[str, Sequence[Reading]]


def as_text(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text as CSV with LF line ends."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    """The rows of readings as CSV, header first."""
    return as_text([charts.HEADER, *rows])


def escape_html(text: str) -> str:
    """Text from data as HTML text."""
    return html.escape(text, quote=False)


def escaped(table: Sequence[Sequence[str]]) -> list[list[str]]:
    """Cells of text as HTML text."""
    return [[escape_html(cell) for cell in row] for row in table]


def in_lines(text: str) -> str:
    """Text as HTML: its lines as a list where there are several, an address as a link named after its site."""
    site = r'<a href="\g<0>">\1</a>'
    lines = [re.sub(r"https://([\w.-]+)[\w./%?=&;#~+,-]*", site, escape_html(line)) for line in text.split("\n")]
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>" if len(lines) > 1 else lines[0]


def publish(data: Mapping[str, Any], **about: Any) -> None:
    """Display one output of a page, described to renderers by the metadata ``about``."""
    display(data, raw=True, metadata={"kzreport": about})


def display_table(key: str, markup: str, title: str, plain: Sequence[str], text: str) -> None:
    """Display a table: its HTML, and title, rows and CSV as text."""
    publish(
        {"text/html": markup, "text/plain": "\n\n".join([title, "\n".join(plain), text])},
        kind="table",
        name=key,
        title=title,
        csv=text,
    )


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
        self.judged_claims: dict[str, tuple[Assessment, ...]] = {}
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

    def show(self, text: str, **metadata: Any) -> None:
        """Display Markdown; ``metadata`` describes it to renderers."""
        publish({"text/markdown": text, "text/plain": text}, **metadata)
