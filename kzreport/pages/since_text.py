"""The changes between two dates in words: a list, tables, lines for a terminal, plain data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import cast

from kzreport.claims.claim import Claim
from kzreport.claims.sentences import claim_locator, claim_sentence
from kzreport.language.sentences import escape
from kzreport.language.wordfiles import methods
from kzreport.language.words import Words
from kzreport.model import Reading
from kzreport.pages.shapes import ChangesData, FigureData, IssueData, MethodData
from kzreport.pages.since import Changes, Revision, VerdictChange
from kzreport.series.issues import Issue
from kzreport.series.resource import describe_series

MOST = 5  # revisions of one series that a page names; the others stand in the table's data


def changes_title(changes: Changes, w: Words) -> str:
    """Return a heading with the two dates."""
    return w.ui("compare").format(then=w.day(changes.then), now=w.day(changes.now))


def changes_list(changes: Changes, w: Words) -> str:
    """Return the changes as a Markdown list."""
    lines = []
    for heading, answer, parts in _points(changes, w):
        lines.append(f"- **{heading}**{w.colon if answer else w.colon.rstrip()}{answer}".rstrip())
        lines += [f"  - {p}" for p in parts]
    return w.typography("\n".join(lines))


def _points(changes: Changes, w: Words) -> Iterator[tuple[str, str, list[str]]]:
    """Yield a heading, a short answer and its details for each kind of change."""
    figures, series = sum(len(f.readings) for f in changes.new_figures), len(changes.new_figures)
    counted = f"{w.count(figures, 'new_figures', 'words')} {w.count(series, 'in_series', 'feminine')}"
    yield w.ui("new_figures"), counted if figures else w.ui("none_new"), []
    revised = len(changes.revisions)
    yield w.ui("revisions"), w.count(revised, "revised", "words") if revised else w.ui("none_revised"), []
    if changes.new_claims:
        yield w.ui("new_claims"), str(len(changes.new_claims)), _document_lines(changes.new_claims, w)
    if changes.judged:
        turned = [_verdict_line(v, w) for v in changes.verdicts]
        turned += _document_lines([v.claim for v in changes.verdicts], w)
        yield w.ui("verdicts"), "" if turned else w.ui("none_turned"), turned
    for heading, issues in (("new_issues", changes.new_issues), ("mended_issues", changes.mended_issues)):
        if issues:
            yield w.ui(heading), "", _issue_lines(issues, w, ended=heading == "mended_issues")
    if not changes.manifests:
        yield w.ui("methods"), w.ui("no_manifests"), []
        return
    listed = [w.typography(escape(methods()[m][w.language])) for m in changes.methods]
    yield w.ui("methods"), "" if listed else w.ui("none_methods"), listed
    settings = [escape(s) for s in changes.settings]
    yield w.ui("parameters"), "" if settings else w.ui("none_parameters"), settings


def _issue_lines(issues: Sequence[Issue], w: Words, *, ended: bool) -> list[str]:
    """Return a line for each fault; ``ended``: the sentence on its end, for what was true is no longer so."""
    titles: dict[str, dict[str, None]] = {}  # two series may share one issue
    for issue in issues:
        title = escape(describe_series(issue.series).titles[w.language])
        text = issue.ended if ended else issue.text
        titles.setdefault(escape(text[w.language]), {})[title] = None
    return [w.typography(f"{w.semicolon.join(few)}. {text}") for text, few in titles.items()]


def _verdict_line(change: VerdictChange, w: Words) -> str:
    then, now = (w.label(str(v)) for v in (change.then, change.now))
    sentence = escape(claim_sentence(w, change.claim))
    return w.typography(f"{claim_locator(w, change.claim)}{w.colon}{sentence} {then} → {now}.")


def _document_lines(claims: Sequence[Claim], w: Words) -> list[str]:
    """Return a line for each document of some claims: the reader of a cover has no other list of them."""
    documents = {claim.document.id: claim.document for claim in claims}
    found = []
    for d in documents.values():
        about = f"{escape(d.title[w.language])} ({escape(d.author[w.language])}, {w.day(d.date)})"
        found.append(w.typography(f"{w.ui('document')} {d.id}{w.colon}{about}."))
    return found


def _value(reading: Reading, w: Words) -> str:
    """Return a figure of a table; an index whose base is the year or the month before, as a change."""
    if reading.unit in ("index_py100", "index_pp100") and reading.value is not None:
        return w.typography(w.reading(reading.of(value=reading.value - 100, unit="percent"), "signed"))
    return w.typography(w.reading(reading))


def then_and_now(revision: Revision, w: Words) -> tuple[str, str]:
    """Return the values of a revision, then and now; with more digits where a sentence's would make them alike."""
    then, now = _value(revision.then, w), _value(revision.now, w)
    if then != now:
        return then, now
    return w.typography(w.reading(revision.then, "full")), w.typography(w.reading(revision.now, "full"))


def new_figures_table(changes: Changes, w: Words) -> list[list[str]]:
    """Return the new figures, a row for each series, its latest value if one figure stands for it; the head first."""
    table = [[w.ui(k) for k in ("series_name", "figures_count", "period", "latest_value")]]
    for found in changes.new_figures:
        last = found.readings[-1]
        alone = len({r.item for r in found.readings if r.period == last.period}) == 1 and not last.item
        first, until = w.period(found.readings[0].period), w.period(last.period)
        dash = "–" if first.isdigit() and until.isdigit() else " – "
        span = first if first == until else f"{first}{dash}{until}"
        title = w.typography(describe_series(found.series).titles[w.language])
        table.append([title, w.number(len(found.readings), 0), span, _value(last, w) if alone else "–"])
    return table


def revisions_table(changes: Changes, w: Words) -> list[list[str]]:
    """Return the largest revisions of each series, then and now; the head first."""
    table = [[w.ui(k) for k in ("series_name", "period", "then", "now")]]
    largest = largest_revisions(changes)
    for revision in largest:
        when = w.typography(w.period(revision.now.period))
        name = w.typography(figure_name(revision.now, w))
        table.append([name, when, *then_and_now(revision, w)])
    if rest := len(changes.revisions) - len(largest):
        table.append([w.count(rest, "others"), "", "", ""])
    return table


def figure_name(reading: Reading, w: Words) -> str:
    """Return the name of a figure: its series, and the country, partner or publisher it is about."""
    title = describe_series(reading.name).titles[w.language]
    about = ", ".join(w.label(part) for part in reading.item.split())
    return f"{title} ({about})" if about else title


def largest_revisions(changes: Changes) -> list[Revision]:
    """Return the :data:`MOST` largest revisions of each series, in order of time."""
    found: list[Revision] = []
    for name in dict.fromkeys(r.series for r in changes.revisions):
        own = [r for r in changes.revisions if r.series == name]
        own.sort(key=lambda r: -abs((r.now.value or 0.0) - (r.then.value or 0.0)))
        found += sorted(own[:MOST], key=lambda r: (r.now.item, r.now.period))
    return found


def changes_lines(changes: Changes, w: Words) -> Iterator[str]:
    """Yield the changes as lines for a terminal: the list, then the tables."""
    yield from (changes_title(changes, w), "")
    yield from re.sub(r"\*\*|\\(?=\W)", "", changes_list(changes, w)).splitlines()
    for table in (new_figures_table(changes, w), revisions_table(changes, w)):
        if len(table) > 1:
            widths = [max(map(len, column)) for column in zip(*table, strict=True)]
            yield ""
            yield from ("  ".join(x.ljust(n) for x, n in zip(row, widths, strict=True)).rstrip() for row in table)


def changes_data(changes: Changes) -> ChangesData:
    """Return the changes as plain data."""

    def plain(r: Reading) -> FigureData:
        return {"period": str(r.period), "item": r.item, "value": r.value, "unit": r.unit}

    def listed(issues: Sequence[Issue], *, ended: bool = False) -> list[IssueData]:
        return [
            cast(IssueData, {"id": i.id, "series": i.series, "kind": i.kind, **(i.ended if ended else i.text)})
            for i in issues
        ]

    return {
        "before": changes.then.isoformat(),
        "now": changes.now.isoformat(),
        "new": [{"series": f.series, "figures": [plain(r) for r in f.readings]} for f in changes.new_figures],
        "revised": [{"series": r.series, "then": plain(r.then), "now": plain(r.now)} for r in changes.revisions],
        "verdicts": [{"claim": v.claim.id, "then": str(v.then), "now": str(v.now)} for v in changes.verdicts],
        "claims": [claim.id for claim in changes.new_claims],
        "issues": listed(changes.new_issues),
        "mended": listed(changes.mended_issues, ended=True),
        "methods": [cast(MethodData, {"id": m, **methods()[m]}) for m in changes.methods],
        "parameters": list(changes.settings),
    }
