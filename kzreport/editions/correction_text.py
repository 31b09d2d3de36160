"""Words for what a revision replaced: on the front page, in the summary of a run, and as a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kzreport.editions.correction import Comparison, Correction, FigureKey, PageCorrection
from kzreport.editions.store import revision_number
from kzreport.errors import DataError
from kzreport.language.words import Words
from kzreport.model import Period
from kzreport.render import html
from kzreport.render.figures import FigureReader, shown_decimals
from kzreport.series.resource import describe_series, resources
from kzreport.units import UNITS

# What the inputs of an edition are to a reader: how their names begin, and the word of it; the rest is the program.
_KINDS = {
    "data/": "data",
    "notebooks/": "pages",
    "params/": "settings",
    "parameters of ": "settings",
    "report": "settings",
    "format ": "settings",
    "not refreshed": "data",
}
_MOST = 4  # series that a reader is named


def replaced_line(found: Correction, w: Words) -> str:
    """Return the sentence that says which edition was replaced, and what differs in what it was made from."""
    kinds: dict[str, list[str]] = {}
    for line in found.inputs:
        name = line.partition(": ")[0]
        kind = next((k for start, k in _KINDS.items() if name.startswith(start)), "program")
        table = name.removeprefix("data/")
        kinds.setdefault(kind, []).extend([describe_series(table).titles[w.language]] if table in resources() else [])
    named = []
    for kind, titles in kinds.items():
        word = w.word("input_kinds", kind)
        named.append(f"{word} ({', '.join(titles)})" if 0 < len(titles) <= _MOST else word)
    number = revision_number(Path(found.edition))
    text = w.ui("replaces").format(now=number + 1, before=number)
    why = w.ui("replaces_why").format(what=w.semicolon.join(named)) if named else w.ui("replaces_altered")
    same = "" if found.pages or found.unread else f" {w.ui('replaces_same')}"
    return w.typography(f"{text}{why}{same}")


def page_line(found: PageCorrection, w: Words) -> str:
    """Return the numbers of differences of a page in one line; empty if its headline alone differs."""
    parts = [(key, getattr(found, key)) for key in ("changed", "new", "gone", "verdicts")]
    listed = [f"{w.word('differences', key)}{w.colon}{w.number(number, 0)}" for key, number in parts if number]
    return w.typography(f"{w.semicolon.join(listed)}.") if listed else ""


def before_lines(found: Correction | None, language: str) -> dict[str, list[str]]:
    """Return what a front page says of each page that differs: its headline as it was, as Markdown, and the numbers."""
    w, lines = Words(language), dict[str, list[str]]()
    for page, own in found.pages.items() if found else []:
        was = own.headlines.get(language)
        head = [f"{w.ui('before')}{w.colon}{was.then}"] if was and was.then else []
        lines[page] = [*head, *filter(None, [page_line(own, w)])]
    return lines


def correction_line(found: Correction) -> str:
    """Return the differences in one line, for the summary of a run.

    >>> from kzreport.editions.correction import Turned
    >>> page = PageCorrection(changed=3, new=11, headlines={"en": Turned(then="9.8%", now="9.1%")})
    >>> correction_line(Correction(edition="2026-11-25", pages={"inflation": page}))
    'replaces 2026-11-25: 1 headline, 3 figures changed, 11 new, 0 gone, 0 verdicts turned'
    """
    headlines = sum(bool(page.headlines) for page in found.pages.values())
    return (
        f"replaces {found.edition}: {headlines} headline{'s' * (headlines != 1)}, "
        f"{found.total('changed')} figure{'s' * (found.total('changed') != 1)} changed, "
        f"{found.total('new')} new, {found.total('gone')} gone, "
        f"{found.total('verdicts')} verdict{'s' * (found.total('verdicts') != 1)} turned"
    )


def comparison_page(found: Comparison, report: str, language: str) -> str:
    """Return two revisions of one date as an HTML page: what was replaced, headlines, each figure and verdict.

    ``report``: the title of the report.
    """
    w = Words(language)
    words = {page: Words(language, page) for page in found.correction.pages}
    titles = {page: str(own.entry("title")[language]) for page, own in words.items()}
    before = before_lines(found.correction, language)
    listed = [replaced_line(found.correction, w), ""]
    for page, own in found.correction.pages.items():
        now = own.headlines.get(language)
        listed += [f"- **{titles[page]}**", *(f"  - {line}" for line in [*([now.now] if now else []), *before[page]])]
    then_now = [w.ui("then"), w.ui("now")]
    figures = [[w.ui("page"), *(w.word("handed", k) for k in ("series", "line", "item")), w.ui("period"), *then_now]]
    for page, few in found.figures.items():
        reader = FigureReader(words[page], found.as_of)
        for key, *sides in few:
            figures.append([titles[page], *_named(key, reader), *(_shown(values, key, w) for values in sides)])
    verdicts = [[w.ui("page"), w.ui("claim"), *then_now]]
    for page, turned in found.verdicts.items():
        verdicts += [
            [titles[page], claim, *(w.word("verdicts", v) for v in (then, now))] for claim, then, now in turned
        ]
    tables = [(w.word("differences", "changed"), figures), (w.ui("verdicts"), verdicts)]
    return html.comparison(f"{w.ui('edition')} {found.now}", report, "\n".join(listed), tables, language)


def _named(key: FigureKey, reader: FigureReader) -> list[str]:
    """Return series, group, item and period of a figure in words."""
    held = [describe_series(name).titles[reader.words.language] for name in key.series.split() if name in resources()]
    try:
        when = reader.words.period(Period.parse(key.period))
    except DataError:
        when = key.period
    return [reader.words.semicolon.join(held) or key.series, reader.label(key.group), reader.label(key.item), when]


def _shown(values: Sequence[str], key: FigureKey, w: Words) -> str:
    """Return the values printed of a figure in words; a dash where it was not printed."""
    known = key.unit in UNITS
    texts = (
        [w.quantity(v, key.unit, digits=shown_decimals(v, key.unit)) for v in map(float, values)] if known else values
    )
    return w.semicolon.join(texts) or "–"
