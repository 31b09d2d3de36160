"""What a notebook may call: load, say, chart, table, caveats, method, sources.

A notebook calls and does not compute. Everything here displays Markdown, an HTML table without ids, or a PNG with a
description, and puts what it shows as text beside it (``text/plain``): that is what nbval and reviewers compare.
The structured part (name, description, rows) travels in the output's metadata under ``kzreport``.
"""

from __future__ import annotations

import csv
import html
import importlib
import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from IPython.display import display

from kzreport.charts import chart as charts
from kzreport.charts.kinds import plot_kind
from kzreport.claims import ledger as claims
from kzreport.claims import sentences as wording
from kzreport.claims import verdicts
from kzreport.errors import PageError, WordsError, explain
from kzreport.language.locale import NBSP
from kzreport.language.sentences import Said, escape
from kzreport.language.words import Words
from kzreport.model import Observation, Period, Reading, Series
from kzreport.pages import notes
from kzreport.pages import since as compared
from kzreport.pages.entries import chosen_claims, read_entry, series_read
from kzreport.project import notebook_path, project
from kzreport.series.issues import known_issues
from kzreport.series.known import load_series, load_vintages, next_release
from kzreport.series.resource import describe_series, names_of, resources

Readings = Mapping[str, Sequence[Reading]]
# An indicator's sentences (key -> readings), the lines of its chart, the rows of its table and what stands beside them.
Panel = tuple[Mapping[str, Mapping[str, Said]], Readings, Sequence[Reading], Mapping[str, Sequence[Reading | None]]]


def as_text(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text as CSV with LF line ends."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    """The rows of readings as CSV, header first."""
    return as_text([charts.HEADER, *rows])


def _escaped(table: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[escape_html(cell) for cell in row] for row in table]


class Page:
    """One page in one language for one edition.

    ``as_of`` cuts every series that :meth:`load` gives; charts show ``years`` calendar years, that of ``as_of``
    included. Raises the package's errors for an unknown page, language or date.
    """

    def __init__(self, name: str, *, lang: str, as_of: str, years: int | None = None) -> None:
        self.name = name
        self.words = Words(lang, name)
        self.as_of = date.fromisoformat(as_of)
        self.start = Period.parse(str(self.as_of.year - years + 1)) if years else None
        self._loaded: dict[str, Series] = {}
        self._judged: dict[str, tuple[verdicts.Judgement, ...]] = {}
        self._chosen: dict[str, Sequence[str]] = {}  # which claims: of all documents, themes and pages unless chosen

    # --- data ----------------------------------------------------------------------------------------------------

    def load(self, name: str, **dims: str) -> Series:
        """A series as known on the page's date; it will be named under sources and its known faults under caveats."""
        if name not in self._loaded:
            self._loaded[name] = load_series(name, self.as_of)
        return load_series(name, self.as_of, **dims)

    def load_all(self, names: Sequence[str]) -> dict[str, Series]:
        """Several series, by name."""
        return {name: self.load(name) for name in names}

    def vintages(self, name: str, **dims: str) -> tuple[Series, ...]:
        """The series at each of its vintages up to the page's date, oldest first."""
        self.load(name)
        return load_vintages(name, self.as_of, **dims)

    def _named(self, page: str, words: Words, given: Mapping[str, Any]) -> Mapping[str, Said]:
        """The readings of a page's headline: its words name the indicator, the series, and in ``options`` those of
        the page's parameters that the indicator wants (``given``).
        """
        source, names = words.entry("headline", "indicator"), words.entry("headline", "series")
        module, _, function = str(source).partition(".")
        try:
            found: Callable[..., Mapping[str, Said]] = getattr(
                importlib.import_module(f"kzreport.views.{module}"), function
            )
        except (ImportError, AttributeError):
            raise WordsError(explain(f"notebooks/{page}.yml, headline.indicator", source, "module.function")) from None
        series = []
        for entry in names:
            name, *dims = str(entry).split()
            if name == "claims":  # the page about claims has chosen; another page reads what that one would choose
                series.append(self._ones(**(self._chosen if page == self.name else chosen_claims(given))))
                continue
            series.append(self.load(name, **dict(d.split("=", 1) for d in dims)))
        options = words.entry("headline", "options") if words.has("headline", "options") else ()
        if lacking := [o for o in options if o not in given]:
            raise WordsError(
                explain(f"notebooks/{page}.yml, headline.options", ", ".join(lacking), f"one of {', '.join(given)}")
            )
        return found(*series, **{o: given[o] for o in options})

    # --- words ---------------------------------------------------------------------------------------------------

    def _show(self, text: str, **metadata: Any) -> None:
        display(
            {"text/markdown": text, "text/plain": text}, raw=True, metadata={"kzreport": metadata} if metadata else {}
        )

    def title(self) -> None:
        """The page's title and the date up to which everything is known."""
        w = self.words
        self._show(f"# {w.entry('title')[w.language]}\n\n*{w.ui('as_of')} {w.day(self.as_of)}*", kind="title")

    def headline(self, **options: Any) -> Mapping[str, Said]:
        """Say the page's headline; its readings, for what follows.

        ``options``: the values of the parameters that ``headline.options`` of the page's words names, so that the
        summary, which reads them there, says the same. Raises :class:`PageError` for others, or fewer.
        """
        wanted = self.words.entry("headline", "options") if self.words.has("headline", "options") else []
        if set(wanted) != set(options):
            where = f"headline of '{self.name}'"
            raise PageError(explain(where, ", ".join(options) or "no option", ", ".join(wanted) or "none"))
        readings = self._named(self.name, self.words, options)
        self._show(f"**{self.words.text('headline', **readings)}**", kind="headline")
        return readings

    def noted(self, name: str, pages: Sequence[str] = ()) -> str:
        """What the analyst wrote for this page in ``params/notes/NAME.md``, its readings filled in; empty without one.

        ``pages`` are entries with the values of the pages that the note may name; others have their own defaults.
        Raises :class:`ParameterError` naming what is wrong with the note, and the readings there are.
        """
        w = self.words
        given = dict(map(read_entry, pages))

        def readings(page: str) -> dict[str, Reading]:
            notebook_path(page)
            said = self._named(page, Words(w.language, page), given.get(page) or read_entry(page)[1])
            return {k: r if isinstance(r, Reading) else r[0] for k, r in said.items() if r}

        text = notes.part(name, self.name, w.language) if name else ""
        return notes.fill(text, f"params/notes/{name}.md", w.language, readings)

    def note(self, name: str, pages: Sequence[str] = ()) -> None:
        """Show what :meth:`noted` gives; nothing where there is no note for this page."""
        if text := self.noted(name, pages):
            self._show(f"**{self.words.ui('analyst')}**\n\n{text}", kind="note")

    def headlines(self, pages: Sequence[str]) -> None:
        """The headline of each of the given pages, computed and worded as on the page itself, with a link to it.

        An entry may carry values of the page's parameters: see :func:`kzreport.pages.entries.read_entry`.
        """
        points = []
        for page, values in map(read_entry, pages):
            words = Words(self.words.language, page)
            sentence = words.text("headline", **self._named(page, words, values))
            title = words.entry("title")[words.language]
            points.append(f"- **[{title}]({page}.ipynb)**{words.colon}{sentence}")
        self._show("\n".join(points), kind="headlines")

    def key_figures(self, pages: Sequence[str]) -> None:
        """A table of the readings that each page's words list under ``headline.key``, and their bases."""
        w = self.words
        table = [[escape_html(w.ui(k)) for k in ("indicator", "period", "value", "change", "base")]]
        rows: list[tuple[str, ...]] = []
        for page, values in map(read_entry, pages):
            words = Words(w.language, page)
            readings = {k: r for k, r in self._named(page, words, values).items() if isinstance(r, Reading)}
            for key, entry in words.entry("key_figures").items():
                value, change = readings[key], readings.get(f"{key}_change")
                name = str(entry[w.language])
                said = words.reading(value), words.reading(change, "signed") if change else "–"
                base = self._when(change.base) if change and change.base else "–"
                cells = (name, self._when(value.period), *map(w.typography, said), base)
                table.append([escape_html(c) for c in cells])
                rows += charts.rows({name: [r for r in (value, change) if r]})
        self._table("key_figures", table, rows, texts=(1, 4))

    def section(self, key: str) -> None:
        """A heading, from ``sections`` of the page's words."""
        w = self.words
        self._show(f"## {w.typography(w.entry('sections', key)[w.language])}", kind="section")

    def say(self, key: str, **readings: Said) -> None:
        """A sentence, from ``say`` of the page's words, filled with readings."""
        self._show(self.words.text("say", key, **readings), kind="say")

    # --- charts and tables ---------------------------------------------------------------------------------------

    def _window(self, groups: Readings | None) -> dict[str, list[Reading]]:
        start = self.start.start if self.start else date.min
        return {n: [r for r in g if r.period.end >= start] for n, g in (groups or {}).items()}

    def _source(self, groups: Readings, absent: Sequence[str], items: bool) -> str:
        """Who published what a chart shows, the date it stands for, and which groups had nothing to show.

        ``items``: the chart names what its readings are about, not its groups alone.
        """
        w = self.words
        used = dict.fromkeys(name for g in groups.values() for r in g for name in r.inputs)
        publishers: dict[str, None] = {}
        drawn = set(groups) | {part for g in groups.values() for r in g if items for part in r.item.split("|")}
        several = w.ui("named_publishers" if drawn & set(names_of("publishers")) else "listed_publishers")
        for name in used:
            if name == "claims":
                publishers[w.ui("claims_source")] = None
                continue
            d = describe_series(name)
            publishers[d.publisher[w.language] if d.publisher else several] = None
        names = w.semicolon.join(publishers)
        lacking = f" {w.ui('no_figures_for')}{w.colon}{', '.join(map(w.label, absent))}." if absent else ""
        return w.typography(f"{w.ui('source')}{w.colon}{names}. {w.ui('as_of')} {w.day(self.as_of)}.{lacking}")

    def chart(self, key: str, kind: str, groups: Readings, **options: Any) -> None:
        """A chart of the given kind, its title from ``charts`` of the page's words.

        Options that are groups of readings (``steps``, ``points``, ``line``) are cut to the window like the groups; a
        grid of vintages is shown whole.
        Where nothing was published yet, a sentence says so instead.
        """
        w = self.words
        extra: dict[str, Sequence[Reading]] = {}
        for name in ("steps", "points", "line"):
            if name in options:
                options[name] = self._window(options[name])
                extra |= options[name]
        window = {k: list(g) for k, g in groups.items()} if plot_kind(kind).grid else self._window(groups)
        shown = {n: g for n, g in window.items() if any(r.ok for r in g)}
        title = w.typography(str(w.entry("charts", key)[w.language]).strip())
        if not shown:
            self._show(f"*{title} — {w.typography(w.ui('no_chart'))}*", kind="absent", name=key)
            return
        drawn = charts.draw(
            kind,
            shown,
            w,
            title=title,
            source=self._source({**shown, **extra}, [n for n in window if n not in shown], plot_kind(kind).names),
            extra=extra,
            **options,
        )
        text = as_csv(drawn.rows)
        display(
            {"image/png": drawn.png, "text/plain": f"{drawn.description}\n\n{text}"},
            raw=True,
            metadata={
                "kzreport": {"kind": "chart", "name": key, "title": title, "alt": drawn.description, "csv": text}
            },
        )

    def table(
        self, key: str, groups: Readings, *, last: int | None = None, by: str = "period", latest_first: bool = False
    ) -> None:
        """A table with a column for each group, its unit in the head, and a row for each period (latest first).

        ``by="item"``: a row for each item (partner, component ...) instead, in the order given, or
        ``latest_first`` where items are of different periods.
        """
        w = self.words
        items = by == "item"
        every = [r for g in groups.values() for r in g]
        if items:
            if latest_first:
                every.sort(key=lambda r: (r.period.end, r.item), reverse=True)
            keys: list[Any] = list(dict.fromkeys(r.item for r in every))[:last]
            names = {k: w.label(k) for k in keys}
        else:
            keys = sorted({r.period for r in every}, reverse=True)[:last]
            names = {k: self._when(k) for k in keys}
        if not keys:
            self._show(f"*{w.typography(w.ui('no_table'))}*", kind="absent", name=key)
            return
        head = [escape_html(str(w.entry("tables", key, "item")[w.language]) if items else w.ui("period"))]
        for name, column in groups.items():
            units = {r.unit for r in column}
            unit = f" ({w.unit(units.pop())})" if len(units) == 1 and units != {"count"} else ""
            head.append(f"{escape_html(w.label(name))}{escape_html(unit)}")
        cells = {n: {(r.item if items else r.period): r for r in g} for n, g in groups.items()}
        body = [[escape_html(names[k]), *(self._cell(cells[n].get(k)) for n in groups)] for k in keys]
        rows = charts.rows({n: [cells[n][k] for k in keys if k in cells[n]] for n in groups})
        self._table(key, [head, *body], rows)

    def panels(self, panels: Mapping[str, Panel], kind: str, **options: Any) -> None:
        """For each indicator a heading (its label), a paragraph, a chart of the given kind and a listing.

        How many there are is the choice of a parameter: what a notebook cannot say, which has no loop. The sentences
        come from ``say``, the titles from ``charts`` and ``tables.latest`` of the page's words.
        """
        w = self.words
        for name, (said, groups, rows, beside) in panels.items():
            self._show(f"## {w.typography(w.label(name))}", kind="section")
            self._show(" ".join(w.text("say", key, **readings) for key, readings in said.items()), kind="say")
            if groups:
                self.chart(name, kind, groups, **options)
                self.listing("latest", rows, beside=beside, name=f"{name}_latest")

    def listing(
        self,
        key: str,
        readings: Sequence[Reading],
        *,
        base: bool = False,
        beside: Mapping[str, Sequence[Reading | None]] | None = None,
        name: str = "",
    ) -> None:
        """A table with a row for each reading: period, what it is about, value (and what it is compared with).

        ``beside``: further columns, a reading or nothing for each row. ``name`` where the words serve several tables.
        """
        w = self.words
        if not readings:
            self._show(f"*{w.typography(w.ui('no_table'))}*", kind="absent", name=key)
            return
        head = [w.ui("period"), w.entry("tables", key, "item")[w.language], w.ui("value")]
        more = beside or {}
        head += [w.ui("base")] * base + [w.label(column) for column in more]
        table = [[escape_html(str(h)) for h in head]]
        for number, r in enumerate(readings):
            label = w.label(r.item or r.name)
            value = w.typography(w.range(r) if r.interval else w.reading(r))
            value += f" ({w.ui('estimated')})" if r.estimated and r.ok and not r.interval else ""
            cells = [self._when(r.period), label, value, *([self._when(r.base) if r.base else "–"] if base else [])]
            cells += [w.typography(w.reading(b)) if (b := few[number]) else "–" for few in more.values()]
            table.append([escape_html(c) for c in cells])
        rows = charts.rows({"readings": readings, **{n: [b for b in few if b] for n, few in more.items()}})
        self._table(key, table, rows, heads=2, name=name)

    def _when(self, p: Period) -> str:
        """A period in a cell: a month is not parted from its year."""
        said = self.words.period(p)
        return said.replace(" ", NBSP) if p.frequency == "M" else said

    def _cell(self, r: Reading | None) -> str:
        """A number without its unit, the range where publishers differ, "–" where the row has nothing to say."""
        if r is None:
            return "–"
        w = self.words
        if r.value is None:
            return escape_html(w.reading(r))
        if r.interval and (w.number(r.interval.low, r.decimals) != w.number(r.interval.high, r.decimals)):
            return f"{w.number(r.interval.low, r.decimals)} – {w.number(r.interval.high, r.decimals)}"
        return w.number(r.value, r.decimals) + ("*" if r.estimated else "")

    def _table(
        self,
        key: str,
        cells: list[list[str]],
        rows: Sequence[tuple[str, ...]],
        heads: int = 1,
        name: str = "",
        texts: Sequence[int] = (),
    ) -> None:
        """Show a table; the first ``heads`` cells of a row say what the row is about, columns ``texts`` hold words."""
        w = self.words
        caption = escape_html(w.typography(str(w.entry("tables", key, "title")[w.language]).strip()))
        mark = [' data-text="yes"' if column in texts else "" for column in range(len(cells[0]))]
        head = "".join(f'<th scope="col"{m}>{c}</th>' for c, m in zip(cells[0], mark, strict=True))
        body = ""
        for row in cells[1:]:
            about = "".join(f'<th scope="row">{c}</th>' for c in row[:heads])
            rest = "".join(f"<td{m}>{c}</td>" for c, m in zip(row[heads:], mark[heads:], strict=True))
            body += f"<tr>{about}{rest}</tr>"
        markup = f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        plain = "\n".join(" | ".join(html.unescape(c) for c in row) for row in cells)
        self._display_table(name or key, markup, html.unescape(caption), [plain], as_csv(rows))

    @staticmethod
    def _display_table(key: str, markup: str, title: str, plain: Sequence[str], text: str) -> None:
        display(
            {"text/html": markup, "text/plain": "\n\n".join([title, "\n".join(plain), text])},
            raw=True,
            metadata={"kzreport": {"kind": "table", "name": key, "title": title, "csv": text}},
        )

    # --- claims --------------------------------------------------------------------------------------------------

    def judged(self, **chosen: Sequence[str]) -> Series:
        """The claims printed by the page's date as a series of ones: with ``theme``, ``verdict`` and ``document``.

        ``themes``, ``pages`` and ``documents`` choose among them (an empty list: all), here and in :meth:`claims`.
        """
        self._chosen = chosen
        return self._ones(**chosen)

    def _ones(self, **chosen: Sequence[str]) -> Series:
        day = Period.parse(self.as_of.isoformat())
        ones = tuple(
            Observation(day, 1.0, j.claim.document.date, {"theme": j.claim.theme, "verdict": str(j.verdict)})
            for j in self._judgements(**chosen)
        )
        title = {k: Words(k).ui("claims_table") for k in project().languages}
        return Series("claims", title, "count", "", "D", "", self.as_of, ones)

    def _judgements(self, **chosen: Sequence[str]) -> tuple[verdicts.Judgement, ...]:
        key = repr(sorted(chosen.items()))
        if key not in self._judged:
            self._judged[key] = verdicts.judge_all(claims.known(self.as_of, **chosen), self.as_of, self.load)
        return self._judged[key]

    def claims(self) -> None:
        """What the documents studied claim on the page's subject, each with its verdict: a heading, then the table.

        On a page that chose claims with :meth:`judged`, those. The series they are held against join the sources.
        """
        w = self.words
        found = self._judgements(**(self._chosen or {"pages": [self.name]}))
        documents = dict.fromkeys(j.claim.document.id for j in found)
        named = [f"- {wording.document(w, claims.documents()[d])}" for d in documents]
        about = [w.typography(w.ui("claims_note")), "", *named] if found else []
        self._show("\n".join([f"## {w.ui('claims')}", "", *about]).rstrip(), kind="section")
        if not found:
            self._show(f"*{w.typography(w.ui('no_claims'))}*", kind="absent", name="claims")
            return
        head = [w.ui(k) for k in ("where", "claim", "held_against", "verdict")]
        columns = "".join(f'<th scope="col">{escape_html(c)}</th>' for c in head)
        body, plain = "", [" | ".join(head)]
        rows = [("id", "document", "line", "theme", "verdict", "reason", "corrected_verdict", "corrected_reason")]
        for j in found:
            cells = wording.cells(w, j)
            c = j.claim
            marked = {"document": c.document.id, "theme": w.label(c.theme), "verdict": w.label(str(j.verdict))}
            marks = "".join(f' data-{k}="{html.escape(v)}"' for k, v in marked.items())
            body += f'<tr{marks}><th scope="row">{escape_html(cells[0])}</th>'
            html_cells = [in_lines(x) for x in cells[1:]]
            html_cells[-1] = html_cells[-1].replace(marked["verdict"], f"<strong>{marked['verdict']}</strong>", 1)
            body += f"{''.join(f'<td>{x}</td>' for x in html_cells)}</tr>"
            plain.append(" | ".join(x.replace("\n", " / ") for x in cells))
            twin = (str(j.corrected.verdict), str(j.corrected.reason)) if j.corrected else ("", "")
            rows.append((c.id, c.document.id, str(c.line), c.theme, str(j.verdict), str(j.reason), *twin))
        caption = w.typography(w.ui("claims_table"))
        markup = f"<caption>{escape_html(caption)}</caption><thead><tr>{columns}</tr></thead><tbody>{body}</tbody>"
        self._display_table("claims", f'<table data-claims="claims">{markup}</table>', caption, plain, as_text(rows))

    # --- this edition among others ------------------------------------------------------------------------------

    def changes(
        self, previous: str | None, pages: Sequence[str], methods: Sequence[str], settings: Sequence[str]
    ) -> None:
        """What changed since the previous edition: a list, the new figures, the revisions.

        ``methods`` (ids) and ``settings`` (text) are what the manifests of the two editions differ in.
        """
        w = self.words
        if previous is None:
            self._show(w.typography(w.ui("first_edition")), kind="changes")
            return
        given = dict(map(read_entry, pages))
        series, shown = series_read(given)
        found = compared.between(
            date.fromisoformat(previous), self.as_of, series, shown, methods=methods, settings=settings
        )
        since = w.ui("since_edition").format(date=w.day(found.before))
        self._show(f"{since}{w.colon.rstrip()}\n\n{compared.listed(found, w)}", kind="changes")
        if found.fresh:
            rows = charts.rows({f.series: f.readings for f in found.fresh})
            self._table("fresh", _escaped(compared.fresh_table(found, w)), rows, texts=(2,))
        if found.revised:
            rows = charts.rows({"then": [r.then for r in found.revised], "now": [r.now for r in found.revised]})
            self._table("revised", _escaped(compared.revised_table(found, w)), rows, texts=(1,))

    def calendar(self, pages: Sequence[str], days: int) -> None:
        """The next figure of each series that the pages read, by the day it should be published, ``days`` ahead."""
        w = self.words
        names, ahead = series_read(dict(map(read_entry, pages)))[0], self.as_of + timedelta(days=days)
        due: list[tuple[date, str, Period]] = []
        for name in resources():
            following = next_release(name, self.as_of) if names is None or name in names else None
            if following and following[1] <= ahead:
                due.append((following[1], name, following[0]))
        if not due:
            none = w.ui("no_release").format(date=w.day(ahead))
            self._show(f"*{w.typography(none)}*", kind="absent", name="calendar")
            return
        table = [[escape_html(w.ui(k)) for k in ("expected", "series_name", "period", "source")]]
        rows: list[tuple[str, ...]] = []
        for day, name, period in sorted(due):
            d = describe_series(name)
            late = day <= self.as_of
            said = w.ui("overdue").format(date=w.day(day)) if late else w.day(day)
            publisher = d.publisher[w.language] if d.publisher else w.ui("several_publishers")
            cells = (said, d.titles[w.language], self._when(period), publisher)
            table.append([escape_html(w.typography(c)) for c in cells])
            status = "overdue" if late else "expected"
            rows.append((name, day.isoformat(), str(period), "", "", status, "", name, d.basis))
        self._table("calendar", table, rows, texts=(1, 2, 3))

    # --- what stands behind the figures --------------------------------------------------------------------------

    def caveats(self, **among: Sequence[str]) -> None:
        """Known faults of the series this page loaded, known by its date and active in its window.

        ``among``: those only that are about one of these values of a column (``country=["UZB"]``), or about all.
        """
        w = self.words
        known = known_issues(self.as_of, frozenset(self._loaded), self.start)
        told: dict[tuple[str, str], list[str]] = {}  # what is wrong -> the series: several may share a fault
        for i in known:
            if all(i.where.get(column, few[0]) in few for column, few in among.items()):
                title = escape(describe_series(i.series).titles[w.language])
                told.setdefault((w.issue_kind(i.kind), escape(i.text[w.language])), []).append(title)
        lines = [
            w.typography(f"- **{kind}** ({w.semicolon.join(dict.fromkeys(titles))}){w.colon}{text}")
            for (kind, text), titles in told.items()
        ]
        self._show(
            "\n".join([f"## {w.ui('caveats')}", "", *(lines or [w.typography(w.ui("no_caveat"))])]), kind="caveats"
        )

    def method(self) -> None:
        """How the figures of the page are computed, from ``method`` of its words."""
        w = self.words
        lines = [f"- {w.typography(str(entry[w.language]).strip())}" for entry in w.entry("method")]
        self._show("\n".join([f"## {w.ui('method')}", "", *lines, "", w.typography(w.ui("rounding"))]), kind="method")

    def sources(self) -> None:
        """Every series the page loaded, under who published it: licence, access, how its publication dates are known,
        then each series with its latest figure, its own pages and what is to be known of it.
        """
        w = self.words
        groups: dict[tuple[str, ...], list[str]] = {}
        for name in self._loaded:
            d = describe_series(name)
            publisher = d.publisher[w.language] if d.publisher else w.ui("several_publishers")
            terms = (d.licence[w.language], d.accessed_via[w.language].rstrip("."), d.publication["kind"])
            groups.setdefault((publisher, *terms), []).append(name)
        lines: list[str] = []
        for (publisher, licence, access, dates), names in groups.items():
            known = [n for n in names if self._loaded[n].last is not None]  # of the others there is nothing to tell
            caveats = {n: [escape(c) for c in describe_series(n).caveats[w.language]] for n in known}
            shared = [c for c in caveats[known[0]] if all(c in few for few in caveats.values())] if known[1:] else []
            cited = {n: self._cited(n) for n in known}
            alike = len(set(cited.values())) == 1
            told = [f"- **{escape(publisher)}**", f"{w.ui('licence')}{w.colon}{escape(licence)}"]
            if known:
                told += [f"{w.ui('accessed')}{w.colon}{escape(access)}{cited[known[0]] if alike else ''}"]
                told += [w.ui(f"published_{dates}"), *(c.rstrip(".") for c in shared)]
            lines.append(f"{'. '.join(told)}.")
            for name in names:
                last = self._loaded[name].last
                latest = w.ui("nothing_known") if last is None else w.period(last)
                own = [f"{c.rstrip('.')}." for c in caveats.get(name, ()) if c not in shared]
                title = f"**{escape(describe_series(name).titles[w.language])}** (`{name}`)"
                figure = f"{w.ui('last_figure')}{w.colon}{latest}{'' if alike else cited.get(name, '')}."
                lines.append(" ".join([f"  - {title}. {figure}", *own]))
        self._show("\n".join([f"## {w.ui('sources')}", "", *map(w.typography, lines)]), kind="sources")

    def _cited(self, name: str) -> str:
        """The pages of a series that had appeared by the page's date, in brackets, linked where they can be."""
        named = []
        for s in describe_series(name).sources:
            if s.get("since", "") <= self.as_of.isoformat():
                title, path = escape(s["title"]), s.get("path", "")
                named.append(f"[{title}]({path})" if path.startswith("https://") else title)
        return f" ({', '.join(named)})" if named else ""


def escape_html(text: str) -> str:
    """Text from data as HTML text."""
    return html.escape(text, quote=False)


def in_lines(text: str) -> str:
    """Text as HTML: its lines as a list where there are several, an address as a link named after its site."""
    site = r'<a href="\g<0>">\1</a>'
    lines = [re.sub(r"https://([\w.-]+)[\w./%?=&;#~+,-]*", site, escape_html(line)) for line in text.split("\n")]
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>" if len(lines) > 1 else lines[0]
