"""What changed between two dates: figures, revisions, source issues; and, told by editions, method and parameters.

Data are compared as known on the two dates, so the answer is the same whenever it is asked. Which methods and
parameters an edition was made with stands in its manifest: :mod:`kzreport.editions.make` hands the difference in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kzreport.claims.claim import Claim
from kzreport.claims.ledger import all_claims
from kzreport.claims.sentences import claim_locator, claim_sentence
from kzreport.claims.verdicts import verdicts_as_of
from kzreport.errors import ParameterError, explain
from kzreport.language.numbers import rounded
from kzreport.language.sentences import escape
from kzreport.language.wordfiles import methods
from kzreport.language.words import Words
from kzreport.model import Observation, Period, Reading, Series, Status, Verdict
from kzreport.series.issues import Issue, known_issues
from kzreport.series.known import load_series
from kzreport.series.resource import describe_series

MOST = 5  # revisions of one series that a page names; the rest stands in the table's data


@dataclass(frozen=True)
class Fresh:
    """The figures of one series that were not known before, oldest period first."""

    series: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class Revised:
    """What one series now says otherwise of one period, so that it shows."""

    series: str
    then: Reading
    now: Reading


@dataclass(frozen=True)
class Turned:
    """A claim on which the published figures now say something else."""

    claim: Claim
    then: Verdict
    now: Verdict


@dataclass(frozen=True)
class Changes:
    """Everything that differs between what was known on ``before`` and on ``now``."""

    before: date
    now: date
    fresh: tuple[Fresh, ...]
    revised: tuple[Revised, ...]
    issues: tuple[Issue, ...]
    mended: tuple[Issue, ...]
    turned: tuple[Turned, ...] = ()
    claims: tuple[Claim, ...] = ()  # of documents that were not known before
    judged: bool = False  # whether there are claims to judge
    methods: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    manifests: bool = True  # whether both editions are there, to tell method and parameters


_Key = tuple[tuple[str, ...], Period]


def _known(series: Series, dimensions: Sequence[str]) -> dict[_Key, Observation]:
    return {(tuple(o.dims[k] for k in dimensions), o.period): o for o in series}


def _reading(series: Series, key: _Key, o: Observation) -> Reading:
    status = Status.MISSING_INPUT if o.value is None else Status.OK
    digits = 2 if series.basis == "decision" else None  # rates are set in quarters of a point
    r = Reading(series.name, o.value, series.unit, o.period, status, series.basis, " ".join(key[0]))
    return r.of(inputs=(series.name,), digits=digits)


def _shows(then: Reading, now: Reading) -> bool:
    """Whether a reader would see the difference: a float's last bits, or a digit that is not printed, are none."""
    if then.value is None or now.value is None:
        return then.value is not now.value
    return rounded(then.value, then.decimals) != rounded(now.value, now.decimals)


def _redefined(breaks: Collection[Issue], o: Observation) -> bool:
    """A break told since says that the figure measures something else: not a revision of it."""
    return any(
        all(o.dims.get(k) == v for k, v in i.where.items())
        and (not i.periods or any(p.start <= o.period.end and o.period.start <= p.end for p in i.periods))
        for i in breaks
    )


def between(
    before: date,
    now: date,
    series: Sequence[str],
    chosen: Mapping[str, Collection[str]] | None = None,
    *,
    methods: Sequence[str] = (),
    settings: Sequence[str] = (),
    manifests: bool = True,
) -> Changes:
    """What became known after ``before`` and by ``now``: of the given series, in their order, and of the claims
    chosen as by :func:`kzreport.claims.ledger.known_claims` (none if ``None``).

    A revision is another value of the same series, dimensions and period that differs at the digits shown; where a
    break of the series was told in between, the figure was redefined and counts as none. Raises
    :class:`ParameterError` unless ``before`` is earlier than ``now``, :class:`DataError` for broken data.

    >>> c = between(date(2026, 8, 31), date(2026, 9, 30), ["cpi_yy"])
    >>> [(f.series, [str(r.period) for r in f.readings]) for f in c.fresh], c.revised
    ([('cpi_yy', ['2026-08'])], ())
    """
    if before >= now:
        raise ParameterError(explain("previous edition", before, f"a date before {now}"))
    known = {i.id for i in known_issues(before)}
    current = known_issues(now)
    mine = [i for i in current if i.series in series]
    fresh: list[Fresh] = []
    revised: list[Revised] = []
    for name in series:
        dimensions = describe_series(name).dimensions
        new = load_series(name, now)
        old = _known(load_series(name, before), dimensions)
        breaks = [i for i in mine if i.series == name and i.kind == "break" and i.since > before]
        found = []
        for key, o in _known(new, dimensions).items():
            if key in old and old[key].value == o.value:
                continue
            reading = _reading(new, key, o)
            if key not in old:
                found.append(reading)
            elif _shows(was := _reading(new, key, old[key]), reading) and not _redefined(breaks, o):
                revised.append(Revised(name, was, reading))
        if found:
            fresh.append(Fresh(name, tuple(sorted(found, key=lambda r: r.period))))
    every = all_claims()
    gone = known - {i.id for i in current}
    then, today = ({} if chosen is None else verdicts_as_of(day, **chosen) for day in (before, now))
    return Changes(
        before,
        now,
        tuple(fresh),
        tuple(revised),
        tuple(i for i in mine if i.id not in known),
        tuple(i for i in known_issues(before) if i.id in gone and i.series in series),
        tuple(Turned(every[k], then[k][0], v) for k, (v, _) in today.items() if k in then and then[k][0] != v),
        tuple(every[k] for k in today if k not in then),
        bool(today),
        tuple(methods),
        tuple(settings),
        manifests,
    )


# --- in words ----------------------------------------------------------------------------------------------------


def _texts(w: Words, issues: Sequence[Issue]) -> list[str]:
    told: dict[str, list[str]] = {}  # two series may share one
    for i in issues:
        told.setdefault(escape(i.text[w.language]), []).append(escape(describe_series(i.series).titles[w.language]))
    return [w.typography(f"{w.semicolon.join(dict.fromkeys(t))}{w.colon}{text}") for text, t in told.items()]


def _figure(r: Reading, w: Words) -> str:
    """A figure of a table; an index whose base is the year or the month before, as the change that it is."""
    if r.unit in ("index_py100", "index_pp100") and r.value is not None:
        return w.typography(w.reading(r.of(value=r.value - 100, unit="percent"), "signed"))
    return w.typography(w.reading(r))


def _verdict(t: Turned, w: Words) -> str:
    then, now = (w.label(str(v)) for v in (t.then, t.now))
    return w.typography(f"{claim_locator(w, t.claim)}{w.colon}{escape(claim_sentence(w, t.claim))} {then} → {now}.")


def points(c: Changes, w: Words) -> Iterator[tuple[str, str, list[str]]]:
    """Heading, a short answer, and what it consists of, for each kind of change."""
    new, series = sum(len(f.readings) for f in c.fresh), len(c.fresh)
    counted = f"{w.count(new, 'new_figures')} {w.count(series, 'in_series')}"
    yield w.ui("new_figures"), counted if new else w.ui("none_new"), []
    yield w.ui("revisions"), w.count(len(c.revised), "revised") if c.revised else w.ui("none_revised"), []
    if c.claims:
        documents = dict.fromkeys(k.document.id for k in c.claims)
        yield w.ui("new_claims"), f"{len(c.claims)} ({', '.join(documents)})", []
    if c.judged:
        yield w.ui("verdicts"), "" if c.turned else w.ui("none_turned"), [_verdict(t, w) for t in c.turned]
    for heading, issues in (("new_issues", c.issues), ("mended_issues", c.mended)):
        if issues:
            yield w.ui(heading), "", _texts(w, issues)
    if not c.manifests:
        yield w.ui("methods"), w.ui("no_manifests"), []
        return
    listed = [w.typography(escape(methods()[m][w.language])) for m in c.methods]
    yield w.ui("methods"), "" if listed else w.ui("none_methods"), listed
    yield w.ui("parameters"), "" if c.settings else w.ui("none_parameters"), [escape(s) for s in c.settings]


def listed(c: Changes, w: Words) -> str:
    """The changes as a Markdown list."""
    lines = []
    for heading, answer, parts in points(c, w):
        lines.append(f"- **{heading}**{w.colon.rstrip() if parts else w.colon}{answer}".rstrip())
        lines += [f"  - {p}" for p in parts]
    return w.typography("\n".join(lines))


def fresh_table(c: Changes, w: Words) -> list[list[str]]:
    """The new figures, a row for each series; its latest value where one figure speaks for it. The head comes first."""
    table = [[w.ui(k) for k in ("series_name", "figures_count", "period", "latest_value")]]
    for f in c.fresh:
        last = f.readings[-1]
        alone = len({r.item for r in f.readings if r.period == last.period}) == 1 and not last.item
        first, until = w.period(f.readings[0].period, "short"), w.period(last.period, "short")
        dash = "–" if first.isdigit() and until.isdigit() else " – "
        span = first if first == until else f"{first}{dash}{until}"
        title = w.typography(describe_series(f.series).titles[w.language])
        table.append([title, w.number(len(f.readings), 0), span, _figure(last, w) if alone else "–"])
    return table


def revised_table(c: Changes, w: Words) -> list[list[str]]:
    """The revisions that :func:`chosen` names, then and now. The head comes first."""
    table = [[w.ui(k) for k in ("series_name", "period", "then", "now")]]
    largest = chosen(c)
    for r in largest:
        when = w.typography(w.period(r.now.period))
        table.append([w.typography(named(r.now, w)), when, _figure(r.then, w), _figure(r.now, w)])
    if rest := len(c.revised) - len(largest):
        table.append([w.count(rest, "others"), "", "", ""])
    return table


def title(c: Changes, w: Words) -> str:
    """The two dates in a heading."""
    return w.ui("compare").format(then=w.day(c.before), now=w.day(c.now))


def lines(c: Changes, w: Words) -> Iterator[str]:
    """The changes as lines for a terminal: the list, then the tables."""
    yield from (title(c, w), "")
    yield from re.sub(r"\*\*|\\(?=\W)", "", listed(c, w)).splitlines()
    for table in (fresh_table(c, w), revised_table(c, w)):
        if len(table) > 1:
            widths = [max(map(len, column)) for column in zip(*table, strict=True)]
            yield ""
            yield from ("  ".join(x.ljust(n) for x, n in zip(row, widths, strict=True)).rstrip() for row in table)


def named(reading: Reading, w: Words) -> str:
    """The name of a figure: its series, and the country, partner or publisher it is about."""
    title = describe_series(reading.name).titles[w.language]
    about = ", ".join(w.label(part) for part in reading.item.split())
    return f"{title} ({about})" if about else title


def chosen(c: Changes) -> list[Revised]:
    """The revisions that a page names: of each series the largest ones, in order of time."""
    found: list[Revised] = []
    for name in dict.fromkeys(r.series for r in c.revised):
        own = [r for r in c.revised if r.series == name]
        own.sort(key=lambda r: -abs((r.now.value or 0.0) - (r.then.value or 0.0)))
        found += sorted(own[:MOST], key=lambda r: (r.now.item, r.now.period))
    return found


def as_json(c: Changes) -> dict[str, Any]:
    """The changes as plain data."""

    def plain(r: Reading) -> dict[str, Any]:
        return {"period": str(r.period), "item": r.item, "value": r.value, "unit": r.unit}

    def told(issues: Sequence[Issue]) -> list[dict[str, Any]]:
        return [{"id": i.id, "series": i.series, "kind": i.kind, **i.text} for i in issues]

    return {
        "before": c.before.isoformat(),
        "now": c.now.isoformat(),
        "new": [{"series": f.series, "figures": [plain(r) for r in f.readings]} for f in c.fresh],
        "revised": [{"series": r.series, "then": plain(r.then), "now": plain(r.now)} for r in c.revised],
        "verdicts": [{"claim": t.claim.id, "then": str(t.then), "now": str(t.now)} for t in c.turned],
        "claims": [k.id for k in c.claims],
        "issues": told(c.issues),
        "mended": told(c.mended),
        "methods": [{"id": m, **methods()[m]} for m in c.methods],
        "parameters": list(c.settings),
    }
