"""The background of the figures of a page: caveats, method, sources, calendar, changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from kzreport.charts.chart import rows as figure_rows
from kzreport.days import month_before, parse_day
from kzreport.language.sentences import escape
from kzreport.language.vocabulary import capital
from kzreport.model import Period
from kzreport.pages.context import PageContext, Pages
from kzreport.pages.outputs import Kind
from kzreport.pages.since import compare_dates
from kzreport.pages.since_text import changes_list, new_figures_table, revisions_table
from kzreport.pages.tables import period_cell, show_table
from kzreport.pages.views import claims_read, series_read
from kzreport.series.issues import Issue, known_issues, suspect_periods
from kzreport.series.known import latest_outcome
from kzreport.series.releases import Release, coming_releases, missed_releases
from kzreport.series.resource import describe_series


def caveats(page: PageContext, **among: Sequence[str]) -> None:
    """Show the known faults of the figures on this page: known by its date and active in its window.

    ``among``: column -> values; faults of other values of the column are left out (``country=["UZB"]``).
    """
    w = page.words
    known = known_issues(page.as_of, frozenset(page.touched), page.start)
    series_of: dict[tuple[str, str], list[str]] = {}  # (kind, text) of a fault -> its series
    shown_in: dict[tuple[str, str], list[str]] = {}  # the same -> the charts and tables that tell of its time
    for i in known:
        told = _outputs_on(page, i)
        if told and all(i.is_about(column, few) for column, few in among.items()):
            fault = w.issue_kind(i.kind), escape(i.text[w.language])
            series_of.setdefault(fault, []).append(i.series)
            shown_in.setdefault(fault, []).extend(f"#{name}" for name in told if name)

    def titles(names: Sequence[str]) -> str:
        return w.semicolon.join(dict.fromkeys(escape(describe_series(n).titles[w.language]) for n in names))

    plain = w.issue_kind("caveat")  # the list itself is one of cautions: only what is worse is called by its kind
    lines = [
        w.typography(f"- **{titles(names)}{'' if kind == plain else f' ({kind.lower()})'}.** {text}")
        for (kind, text), names in series_of.items()
    ]
    about = "\n".join(" ".join(dict.fromkeys([*names, *shown_in[fault]])) for fault, names in series_of.items())
    if lines:  # that none is known would be no caveat
        page.show("\n".join([f"## {w.ui('caveats')}", "", *lines]), Kind.CAVEATS, series=about)


def _outputs_on(page: PageContext, issue: Issue) -> list[str]:
    """Return the outputs of the page that tell of the time of a fault: names of charts and tables, else empty names."""
    return [
        name
        for first, last, name in page.touched[issue.series]
        if not issue.periods or any(p.start <= last and first <= p.end for p in issue.periods)
    ]


def method(page: PageContext) -> None:
    """Show the method of the figures, from ``method`` of the page's words.

    An entry with a day ``since`` is shown from that day on: before it, what it is about was not there. One with the
    names of sentences, charts or tables under ``of`` is shown if one of them is (``present_state``: if the line under
    the title names series of which only present-day values are held), one with a series under ``suspect``
    while a value of it is held suspect.
    """
    w = page.words
    shown = [
        e
        for e in w.entry("method")
        if ("since" not in e or parse_day(str(e["since"])) <= page.as_of)
        and ("of" not in e or page.shown.intersection(str(e["of"]).split()))
        and ("suspect" not in e or suspect_periods(str(e["suspect"]), page.as_of))
    ]
    lines = [f"- {w.typography(str(entry[w.language]).strip())}" for entry in shown]
    if lines:  # a page that shows no figure has no method: neither a heading nor the signs of tables
        page.show("\n".join([f"## {w.ui('method')}", "", *lines, "", w.typography(w.ui("rounding"))]), Kind.METHOD)


def sources(page: PageContext) -> None:
    """Show the series that the page loaded, grouped by publisher.

    - for each group: the publisher, the licence, the access, the kind of publication dates, shared caveats
    - for each series: its latest figure, its web pages, its own caveats
    """
    w = page.words
    groups: dict[tuple[str, ...], list[str]] = {}
    order = list(dict.fromkeys((*page.views.order(), *page.loaded)))
    for name in order:
        d = describe_series(name)
        publisher = w.publisher(name) or w.ui("several_publishers")
        terms = (d.licence[w.language], d.accessed_via[w.language].rstrip("."), d.publication["kind"])
        groups.setdefault((publisher, *terms), []).append(name)
    lines: list[str] = []
    for (publisher, licence, access, dates), names in groups.items():
        known = [n for n in names if latest_outcome(n, page.as_of)]  # the others have no figure by then
        caveats = {n: [escape(c) for c in describe_series(n).caveats_on(w.language, page.as_of)] for n in known}
        shared = [c for c in caveats[known[0]] if all(c in few for few in caveats.values())] if known[1:] else []
        cited = {n: cited_pages(page, n) for n in known}
        alike = len(set(cited.values())) == 1
        about = [f"- **{escape(publisher)}**", f"{w.ui('licence')}{w.colon}{escape(licence)}"]
        if known:
            about += [f"{w.ui('accessed')}{w.colon}{escape(access)}{cited[known[0]] if alike else ''}"]
            about += [w.ui(f"published_{dates}"), *(c.rstrip(".") for c in shared)]
        lines.append(f"{'. '.join(about)}.")
        for name in names:
            last = latest_outcome(name, page.as_of)
            latest = w.ui("nothing_known") if last is None else w.period(last)
            own = [f"{c.rstrip('.')}." for c in caveats.get(name, ()) if c not in shared]
            title = f"**{escape(describe_series(name).titles[w.language])}** (`{name}`)"
            figure = f"{w.ui('last_figure')}{w.colon}{latest}{'' if alike else cited.get(name, '')}."
            lines.append(" ".join([f"  - {title}. {figure}", *own]))
    if not order:  # by its date the page has read no series
        return
    page.show(
        "\n".join([f"## {w.ui('sources')}", "", *map(w.typography, lines)]), Kind.SOURCES, series="\n".join(order)
    )


def cited_pages(page: PageContext, name: str) -> str:
    """Return the web pages of a series that had appeared by the page's date, in brackets, with their links."""
    named = []
    for s in describe_series(name).sources:
        if s.get("since", "") <= page.as_of.isoformat():
            title, path = escape(page.words.dated(s["title"])), s.get("path", "")
            named.append(f"[{title}]({path})" if path.startswith("https://") else title)
    return f" ({page.words.semicolon.join(named)})" if named else ""


def background(page: PageContext, **among: Sequence[str]) -> None:
    """Show caveats (``among`` as in :func:`caveats`), method and sources: the end of every page."""
    caveats(page, **among)
    method(page)
    sources(page)


def calendar(page: PageContext, pages: Pages, days: int) -> None:
    """Show the releases of the series that the pages read: overdue ones, and those due in the next ``days``.

    Every missed period is named; the coming ones stand by the day on which they should be published. A day that is
    over, while the days of grace of the series still run, is called so.
    """
    w = page.words
    ahead = page.as_of + timedelta(days=days)
    late: list[tuple[date, str, Sequence[Release]]] = []
    coming: list[tuple[date, str, Sequence[Release]]] = []
    for name in series_read(page.drawn(pages)):
        if missed := missed_releases(name, page.as_of):
            late.append((missed[0].day, name, missed))
        coming += [(r.day, name, (r,)) for r in coming_releases(name, page.as_of, ahead)]
    if late:
        head = [w.ui(k) for k in ("overdue_since", "series_name", "missing", "source")]
        _releases(page, "overdue", head, late)
    if coming:
        head = [w.ui(k) for k in ("expected", "series_name", "period", "source")]
        _releases(page, "calendar", head, coming)
    else:
        none = w.ui("no_release").format(date=w.day(ahead))
        page.show(f"*{w.typography(none)}*", Kind.ABSENT, "calendar")


def _releases(
    page: PageContext, key: str, head: Sequence[str], found: Sequence[tuple[date, str, Sequence[Release]]]
) -> None:
    """Show releases, one row a series, sorted by the day of its first."""
    w = page.words
    rows: list[tuple[str, ...]] = []
    figures: list[tuple[str, ...]] = []
    for day, name, releases in sorted(found, key=lambda f: f[:2]):
        d = describe_series(name)
        several = len(releases) > 1
        periods = w.missing([r.period for r in releases]) if several else period_cell(page, releases[0].period)
        publisher = w.publisher(name) or w.ui("several_publishers")
        due = key == "calendar" and day < page.as_of
        since = capital(w.period(Period.parse(day.isoformat()), "since"))
        when = w.ui("due_since").format(since=since) if due else w.day(day)
        rows.append(tuple(map(w.typography, (when, d.titles[w.language], periods, publisher))))
        for r in releases:
            figures.append((name, r.day.isoformat(), str(r.period), "", "", key, "", name, d.basis))
    show_table(page, key, head, rows, figures, texts=(1, 2, 3))


def changes(
    page: PageContext, previous: str | None, pages: Pages, methods: Sequence[str], settings: Sequence[str]
) -> None:
    """Show the changes since the previous edition: a list, the new figures, the revisions.

    ``methods`` (ids) and ``settings`` (text) are what the manifests of the two editions differ in.
    """
    w = page.words
    then = parse_day(previous) if previous else month_before(page.as_of)
    drawn = page.drawn(pages)
    series, shown = series_read(drawn), claims_read(drawn) or None
    found = compare_dates(
        then, page.as_of, series, shown, methods=methods, settings=settings, manifests=previous is not None
    )
    intro = w.ui("since_edition" if previous else "first_edition").format(date=w.day(found.then))
    page.show(f"{intro}{w.colon.rstrip()}\n\n{changes_list(found, w)}", Kind.CHANGES)
    if found.new_figures:
        head, *rows = new_figures_table(found, w)
        show_table(
            page, "fresh", head, rows, figure_rows({f.series: f.readings for f in found.new_figures}), texts=(2,)
        )
    if found.revisions:
        head, *rows = revisions_table(found, w)
        figures = figure_rows({"then": [r.then for r in found.revisions], "now": [r.now for r in found.revisions]})
        show_table(page, "revised", head, rows, figures, texts=(1,))
