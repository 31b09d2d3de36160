"""Charts of a page."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kzreport.charts.chart import draw
from kzreport.charts.describe import HEADER
from kzreport.charts.kinds import plot_kind
from kzreport.declare import View
from kzreport.errors import PageError, did_you_mean, explain
from kzreport.language.sentences import Said, choose_variant
from kzreport.language.words import Words
from kzreport.model import Groups, Period, Reading
from kzreport.pages.context import PageContext
from kzreport.pages.freshness import overdue_note
from kzreport.pages.outputs import Kind, Output
from kzreport.pages.rows import as_csv
from kzreport.pages.views import split_options
from kzreport.series.releases import known_until
from kzreport.series.resource import names_of, resources

EVERY = "latest"  # the words of a finding and of a table that the panels of a page share


def windowed(page: PageContext, groups: Groups | None) -> dict[str, list[Reading]]:
    """Return the readings of each group that end in the page's window."""
    start = page.start.start if page.start else date.min
    return {n: [r for r in g if r.period.end >= start] for n, g in (groups or {}).items()}


def source_line(page: PageContext, groups: Groups, absent: Sequence[str], items: bool) -> str:
    """Return the line under a chart: publishers, until when, groups without figures, and which figures are overdue.

    ``items``: the chart names the items of its readings, not its groups alone.
    """
    w = page.words
    used = dict.fromkeys(name for g in groups.values() for r in g for name in r.inputs)
    publishers: dict[str, str] = {}  # without what is said of one in brackets -> with the most that is said of it
    drawn = set(groups) | {part for g in groups.values() for r in g if items for part in r.item.split("|")}
    several = w.ui("named_publishers" if drawn & set(names_of("publishers")) else "listed_publishers")
    for name in used:
        held = name in resources()  # else it counts what the table on the page names
        publisher = w.publisher(name) or several if held else w.ui("claims_source")
        bare = publisher.partition(" (")[0]
        publishers[bare] = max(publishers.get(bare, ""), publisher, key=len)
    said = [f"{w.ui('source')}{w.colon}{w.semicolon.join(publishers.values())}"]
    if until := known_until(used.keys() & resources().keys(), page.as_of):
        said[0] += f"{w.semicolon}{w.ui('data_until').format(until=w.day(until))}"
    if absent:
        said.append(f"{w.ui('no_figures_for')}{w.colon}{', '.join(map(w.label, absent))}")
    note = overdue_note(page, [r for g in groups.values() for r in g])
    return w.typography(f"{'. '.join(said)}. {note}".strip())


def title_of(w: Words, key: str, groups: Groups) -> str:
    """Return the title of a chart from ``charts`` of a page's words; its variants are ``by`` a group that is drawn.

    Raises :class:`WordsError` for a group that is not there.
    """
    nothing = Reading.missing(key, "count", Period.parse("1900"))
    drawn = {name: next((r for r in g if r.ok), nothing) for name, g in groups.items()}
    texts = choose_variant(w.entry("charts", key), f"charts.{key}", drawn)
    return w.fill(str(texts[w.language]).strip(), f"charts.{key}", groups)


def check_options(key: str, kind: str, options: Mapping[str, Any]) -> None:
    """Raise :class:`PageError` for an option that a kind of chart does not have, naming those it has."""
    known = [*list(inspect.signature(plot_kind(kind).draw).parameters)[2:], "scaled"]
    if unknown := [o for o in options if o not in known]:
        found = ", ".join(unknown)
        expected = f"options of its views, or {', '.join(known)}{did_you_mean(known, unknown[0])}"
        raise PageError(explain(f"chart '{key}', options", found, expected))


def finding_of(page: PageContext, key: str, readings: Mapping[str, Said] | None) -> str:
    """Return the finding of a chart from the page's words: its own entry in ``findings``, else ``latest``.

    Empty without words. An old figure is told with its period, lest it pass for news: a finding without is a fault.
    """
    w = page.words
    name = next((n for n in (key, EVERY) if w.has("findings", n)), "")
    return w.text("findings", name, **readings) if readings and name else ""


def chart(
    page: PageContext,
    key: str,
    kind: str,
    groups: View | Groups,
    *,
    finding: View | Mapping[str, Said] | None = None,
    **options: Any,
) -> None:
    """Show a chart of the given kind, its title from ``charts`` of the page's words, which may name its groups.

    If no figure is held, a sentence is shown instead of the chart. Nothing is shown if the view returns ``None``: it
    has no subject then.

    Parameters
    ----------
    key
        The chart in the page's words: its title, or variants of it by the groups that are drawn.
    kind
        A key of :data:`~kzreport.charts.kinds.KINDS`.
    groups
        A view or groups of readings, limited to the page's window; a grid of vintages is shown whole.
    finding
        A view, or readings by name, that fill the words under ``findings``: the sentence above the chart.
    options
        - ``steps``, ``points``, ``line``: views or groups of readings, limited as ``groups``
        - ``mark``: a reading, or a view that returns one
        - options of the views and of the kind of chart
    """
    w = page.words
    added = [name for name in ("steps", "points", "line") if name in options]
    mark = options.get("mark")
    wanted, options = split_options([groups, finding, mark, *(options[name] for name in added)], options)
    check_options(key, kind, options)
    found: Groups | None = page.views.resolve(groups, wanted)
    if found is None:
        return
    if callable(mark):
        options["mark"] = page.views.resolve(mark, wanted)
    extra: dict[str, Sequence[Reading]] = {}
    for name in added:
        options[name] = windowed(page, page.views.resolve(options[name], wanted))
        extra |= options[name]
    window = {k: list(g) for k, g in found.items()} if plot_kind(kind).grid else windowed(page, found)
    shown = {n: g for n, g in window.items() if any(r.ok for r in g)}
    title = title_of(w, key, {**found, **extra})
    if not shown:
        page.show(f"*{title} — {w.typography(w.ui('no_chart'))}*", Kind.ABSENT, key)
        return
    page.tell((r for g in (*shown.values(), *extra.values()) for r in g), key)
    source = source_line(page, {**shown, **extra}, [n for n in window if n not in shown], plot_kind(kind).names)
    found_here = finding_of(page, key, page.views.resolve(finding, wanted if callable(finding) else {}))
    drawn = draw(kind, shown, w, title=title, finding=found_here, source=source, extra=extra, **options)
    figures = as_csv([HEADER, *drawn.rows])
    page.emit(
        Output(
            Kind.CHART,
            "\n\n".join([drawn.description, drawn.measure, source, figures]),
            svg=drawn.svg,
            name=key,
            title=title,
            finding=found_here,
            measure=drawn.measure,
            source=source,
            alt=drawn.description,
            csv=figures,
        )
    )
