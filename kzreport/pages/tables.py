"""Tables of a page: readings by period or item, listings, panels, key figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from kzreport.charts.chart import rows as figure_rows
from kzreport.charts.describe import HEADER
from kzreport.declare import View
from kzreport.indicators.news import is_old
from kzreport.language.locale import NBSP
from kzreport.language.sentences import Said
from kzreport.language.words import Words
from kzreport.model import Groups, Panel, Period, Reading, Status
from kzreport.pages.context import PageContext, Pages
from kzreport.pages.figures import EVERY, chart
from kzreport.pages.freshness import period_and_state
from kzreport.pages.outputs import Kind
from kzreport.pages.prose import figures_in, headline_readings, sentence, series_behind
from kzreport.pages.rows import Row, Table
from kzreport.pages.views import split_options
from kzreport.units import UNITS

NO_GROUPS: Groups = MappingProxyType({})


def show_table(
    page: PageContext,
    key: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    figures: Sequence[tuple[str, ...]],
    *,
    row_heads: int = 1,
    name: str = "",
    texts: Sequence[int] = (),
    about: Mapping[str, Said] = NO_GROUPS,
) -> None:
    """Show a table of texts, with its title from ``tables`` of the page's words.

    If a cell has an asterisk, the words ``starred`` of the table follow its title in brackets.

    Parameters
    ----------
    key
        The table in the page's words.
    head, rows, row_heads, texts
        As in :class:`kzreport.pages.rows.Table`.
    figures
        The readings behind the table, as rows of text.
    name
        The name of the table on the page; default: ``key``.
    about
        The readings that marks of the title name; of several the first, so that a title says its years.
    """
    w = page.words
    title = str(w.entry("tables", key, "title")[w.language]).strip()
    title = w.fill(title, f"tables.{key}.title", {n: g for n, g in about.items() if g})
    if w.has("tables", key, "starred") and any(text.endswith("*") for row in rows for text in row):
        title = f"{title} ({w.typography(str(w.entry('tables', key, 'starred')[w.language]).strip())})"
    cells = [Row.of(*row) for row in rows]
    page.emit(Table(name or key, title, head, cells, [HEADER, *figures], row_heads, texts).output())


def period_cell(page: PageContext, p: Period) -> str:
    """Return a period for a cell; a no-break space joins a month and its year."""
    said = page.words.period(p)
    return said.replace(" ", NBSP) if p.frequency == "M" else said


_NUMBERS_ALONE = ("index", "multiple", "ratio")  # units that are numbers without a unit


def column_head(w: Words, name: str, unit: str) -> str:
    """Return the head of a column: its name, and the unit in brackets unless the name says it.

    >>> column_head(Words("fr"), "Wagons", "wagon"), column_head(Words("en"), "Share of GDP", "percent_of_gdp")
    ('Wagons', 'Share of GDP (%)')
    """
    if unit == "count":
        return name
    said, shown = _stems(name), w.unit(unit)
    alike = [w.unit(u) for u in _NUMBERS_ALONE] if unit in _NUMBERS_ALONE else [shown]
    if any(stems and stems <= said for stems in map(_stems, alike)):
        return name if "%" not in shown else f"{name} (%)"
    return f"{name} ({shown})"


def _stems(text: str) -> set[str]:
    """The words of a text without the marks of the plural; words of two letters and signs do not count."""
    return {word.rstrip("sx") for word in re.findall(r"[^\W\d_]{3,}", text.casefold())}


def is_change(readings: Sequence[Reading]) -> bool:
    """True for a column of changes: each number then shows its sign, even where all go up.

    Changes are figures of a unit of changes, differences in points, and figures with a base of which some go up and
    some down.
    """
    known = [r for r in readings if r.ok]
    if known and all(_is_difference(r) for r in known):
        return True
    return _compared(known) and {"up", "down"} <= {r.direction for r in known}


def _is_difference(r: Reading) -> bool:
    return UNITS[r.unit].signed or r.unit == "points"


def _compared(known: Sequence[Reading]) -> bool:
    return all(_is_difference(r) or (r.base is not None and r.unit != "index") for r in known)


def signed_columns(columns: Groups) -> dict[str, bool]:
    """Return for each column of a table whether its numbers show their sign; columns of changes of one unit agree."""
    signed = {n: is_change(g) for n, g in columns.items()}
    units = {r.unit for n, g in columns.items() if signed[n] for r in g if r.ok}
    known = {n: [r for r in g if r.ok] for n, g in columns.items()}
    return {n: signed[n] or (bool(g) and {r.unit for r in g} <= units and _compared(g)) for n, g in known.items()}


def number_cell(page: PageContext, r: Reading | None, *, signed: bool = False) -> str:
    """Return a number without its unit, a range if publishers differ, or "–" for a row without a reading."""
    if r is None:
        return "–"
    w = page.words
    if r.value is None:
        return w.reading(r)
    if r.interval and (w.number(r.interval.low, r.decimals) != w.number(r.interval.high, r.decimals)):
        low, high = (w.number(x, r.decimals, signed=signed) for x in (r.interval.low, r.interval.high))
        return f"{low} – {high}"
    return w.number(r.value, r.decimals, signed=signed) + ("*" if r.estimated else "")


def table(
    page: PageContext,
    key: str,
    groups: View | Groups,
    *,
    last: int | None = None,
    by: str = "period",
    latest_first: bool = False,
    **options: Any,
) -> None:
    """Show a table with a column for each group, its unit in the head, and a row for each period (latest first).

    Parameters
    ----------
    key
        The table in the page's words.
    groups
        The readings by column, or a view of them. Nothing is shown if the view returns ``None``.
    last
        The most rows that are shown; default: all.
    by
        ``period``, or ``item`` for a row for each item (partner, component ...) in the order given.
    latest_first
        Sort items of different periods, the latest first.
    options
        Options of the view.
    """
    w = page.words
    columns: Groups | None = page.views.resolve(groups, options)
    if columns is None:
        return
    items = by == "item"
    every = [r for g in columns.values() for r in g]
    if items:
        if latest_first:
            every.sort(key=lambda r: (r.period.end, r.item), reverse=True)
        keys: list[Any] = list(dict.fromkeys(r.item for r in every))[:last]
        names = {k: w.label(k) for k in keys}
    else:
        keys = sorted({r.period for r in every}, reverse=True)[:last]
        names = {k: period_cell(page, k) for k in keys}
    columns = {
        n: g for n, g in columns.items() if says_something(r for r in g if (r.item if items else r.period) in keys)
    }
    if not keys or not columns:
        _absent(page, key)
        return
    head = [str(w.entry("tables", key, "item")[w.language]) if items else w.ui("period")]
    for name, column in columns.items():
        units = {r.unit for r in column}
        head.append(column_head(w, w.label(name), units.pop()) if len(units) == 1 else w.label(name))
    signed = signed_columns(columns)
    cells = {n: {(r.item if items else r.period): r for r in g} for n, g in columns.items()}
    body = [[names[k], *(number_cell(page, cells[n].get(k), signed=signed[n]) for n in columns)] for k in keys]
    kept = {n: [cells[n][k] for k in keys if k in cells[n]] for n in columns}
    page.tell((r for g in kept.values() for r in g), key)
    figures = figure_rows(kept)
    show_table(page, key, head, body, figures, about=columns)


def _absent(page: PageContext, key: str) -> None:
    """Show in place of a table that nothing is held, after its title unless that names readings."""
    w = page.words
    title = str(w.entry("tables", key, "title")[w.language]).strip()
    named = "" if "{" in title else f"{title} — "
    page.show(f"*{w.typography(named + w.ui('no_table'))}*", Kind.ABSENT, key)


def says_something(readings: Iterable[Reading]) -> bool:
    """True if one of these has a number, or a reason for having none; a column without is left out of its table."""
    return any(r.status is not Status.MISSING_INPUT for r in readings)


def beside_cell(page: PageContext, b: Reading | str | None, spec: str) -> str:
    """Return a cell beside a reading: another reading with its unit, a range, a label, or "–"."""
    w = page.words
    if isinstance(b, Reading):
        return w.typography(w.range(b) if b.interval else w.reading(b, spec))
    return w.label(b) if b else "–"


def listing(
    page: PageContext,
    key: str,
    readings: View | Panel | Sequence[Reading],
    *,
    name: str = "",
    about: Mapping[str, Said] = NO_GROUPS,
    **options: Any,
) -> None:
    """Show a table with a row for each reading: its period, its subject, its value.

    Parameters
    ----------
    key
        The table in the page's words.
    readings
        Readings, a panel (its rows, with the columns beside them), or a view of either.
    name
        The name of the table on the page; needed if the words of ``key`` serve several tables.
    about
        Readings that the title names.
    options
        Options of the view.
    """
    w = page.words
    found = page.views.resolve(readings, options)
    if found is None:
        return
    readings, more = (found.rows, found.beside) if isinstance(found, Panel) else (found, {})
    more = {column: few for column, few in more.items() if any(few)}  # a column of nothing says nothing
    if not readings:
        _absent(page, key)
        return
    head = [w.ui("period"), str(w.entry("tables", key, "item")[w.language])]
    head.append(str(w.entry("tables", key, "value")[w.language]) if w.has("tables", key, "value") else w.ui("value"))
    head += [w.label(column) for column in more]
    rows = []
    spec = "signed" if is_change(readings) else ""
    specs = {n: "signed" if is_change([b for b in few if isinstance(b, Reading)]) else "" for n, few in more.items()}
    for number, r in enumerate(readings):
        label = w.label(r.item or r.name)
        value = w.typography(w.range(r) if r.interval else w.reading(r, spec))
        value += f" ({w.ui('estimated')})" if r.estimated and r.ok and not r.interval else ""
        cells = [period_cell(page, r.period), label, value]
        cells += [beside_cell(page, few[number], specs[n]) for n, few in more.items()]
        rows.append(cells)
    kept = {"readings": readings, **{n: [b for b in few if isinstance(b, Reading)] for n, few in more.items()}}
    page.tell((r for g in kept.values() for r in g), name or key)
    figures = figure_rows(kept)
    show_table(page, key, head, rows, figures, row_heads=2, name=name, about=about)


def panels(page: PageContext, panels: View | Mapping[str, Panel], kind: str, **options: Any) -> None:
    """Show for each indicator a heading (its label), a paragraph, a chart of the given kind and a listing.

    A parameter chooses the indicators, and a notebook has no loop. The sentences come from ``say``, the titles from
    ``charts`` and ``tables.latest`` of the page's words; that of the table may name the indicator (``{subject.item}``)
    and the readings of its first sentence. ``findings.latest`` serves the indicators without a finding of their own.
    Options are those of the view, or of the kind of chart.
    """
    w = page.words
    wanted, options = split_options([panels], options)
    for name, panel in page.views.resolve(panels, wanted).items():
        page.open_section(f"## {w.typography(w.label(name))}", name)
        if said := [text for key, r in panel.sentences.items() if (text := sentence(page, key, r))]:
            named = [r for key, readings in panel.sentences.items() for r in w.named("say", key, **readings)]
            stated = [r for key, readings in panel.sentences.items() for r in w.stated("say", key, **readings)]
            page.show(" ".join(said), Kind.SAY, series=series_behind(named), figures=figures_in(stated))
        if panel.groups:
            chart(page, name, kind, panel.groups, finding=panel.finding, **options)
        if panel.rows:
            about = {**next(iter(panel.sentences.values()), {}), "subject": panel.rows[0].of(item=name)}
            listing(page, EVERY, panel, name=f"{name}_{EVERY}", about=about)
            page.shown.add(EVERY)  # its words serve the tables of all indicators


def key_figures(page: PageContext, pages: Pages) -> None:
    """Show a table of the readings that each page's words list under ``key_figures``, and their bases.

    A reading without a number, or too old to be news, has no row: the headlines say which page has no recent figure.
    """
    w = page.words
    rows: list[tuple[str, ...]] = []
    figures: list[tuple[str, ...]] = []
    for name, values in page.drawn(pages).items():
        words = page.words_for(name)
        readings = {k: r for k, r in headline_readings(page, name, values).items() if isinstance(r, Reading)}
        for key, entry in words.entry("key_figures").items():
            value, change = readings[key], readings.get(f"{key}_change")
            if not value.ok or is_old(value.period, page.as_of):
                continue
            title = str(entry[w.language])
            said = words.reading(value), words.reading(change, "signed") if change and change.ok else "–"
            base = period_cell(page, change.base) if change and change.ok and change.base else "–"
            rows.append((title, period_and_state(page, value), *map(w.typography, said), base))
            page.tell([value] + ([change] if change else []), "key_figures")
            figures += figure_rows({title: [value]})
            if change:  # by a name of its own: its unit may be that of the value
                figures += figure_rows({f"{title} – {w.ui('change').lower()}": [change]})
    if not rows:
        return
    head = [w.ui(k) for k in ("indicator", "period", "value", "change", "base")]
    show_table(page, "key_figures", head, rows, figures, texts=(1, 4))
