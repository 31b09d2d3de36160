"""The arithmetic of relations between series that :mod:`kzreport.guards.relations` declares, for every period.

What belongs here: one function for each kind of relation, from figures to findings. What does not: reading tables.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, cast

from kzreport.guards import relations as r
from kzreport.guards.finding import Finding
from kzreport.model import Observation, Period

# The rows of a table that are known on a day (None: the day of the state), the latest vintage of each figure.
Known = Callable[[str, date | None], Sequence[Observation]]
Values = Mapping[tuple[str, Period], float]  # value of 'by' (empty without) and period -> figure

_NUDGE = 1e-9  # of floating point, so that a deviation of just the tolerance passes
_TODO = "compare the figures with their source; if they are true, excuse them in data/issues.yml with the reason"


def findings_of(relation: r.Relation, known: Known, vintages: Callable[[str], Sequence[date]]) -> Iterator[Finding]:
    """Yield what contradicts a relation, one finding for each figure; ``vintages`` are those known of a table."""
    check = _CHECKS[relation.guard]
    yield from check(relation, known, vintages)


def _values(known: Known, series: str, by: str = "", day: date | None = None) -> Values:
    return {(o.dims.get(by, ""), o.period): o.value for o in known(series, day) if o.value is not None}


def _figures(known: Known, f: r.Figures, by: str) -> dict[tuple[str, Period], float]:
    rows = [
        o
        for o in known(f.series, None)
        if o.value is not None
        and all(o.dims.get(k) == v for k, v in f.where.items())
        and not any(o.dims.get(k) in v for k, v in f.unless.items())
    ]
    if not f.yearly:
        return {(o.dims.get(by, ""), o.period): cast(float, o.value) - f.minus for o in rows}
    years: dict[tuple[str, Period], dict[Period, float]] = defaultdict(dict)
    for o in rows:
        years[o.dims.get(by, ""), Period.parse(str(o.period.year))][o.period] = cast(float, o.value)
    found = {}
    for key, parts in years.items():
        last = max(parts)
        whole = last.end == key[1].end and len(parts) == {"M": 12, "Q": 4}.get(last.frequency, 1)
        if f.yearly == "last" and last.end == key[1].end:
            found[key] = parts[last] - f.minus
        elif whole:
            total = sum(parts.values())
            found[key] = (total / len(parts) if f.yearly == "mean" else total) - f.minus
    return found


def _finding(
    guard: str, series: str, key: tuple[str, Period], by: str, found: str, expected: str, others: Sequence[str]
) -> Finding:
    dims = {by: key[0]} if by and key[0] else {}
    return Finding(guard, series, str(key[1]), found, expected, _TODO, dims, tuple(others))


def _chain(rel: r.Chain, known: Known, _: object) -> Iterator[Finding]:
    total, parts = _values(known, rel.total, rel.by), _values(known, rel.parts, rel.by)
    for key, value in total.items():
        months = [(key[0], key[1].shift(-i)) for i in range(12)]
        if all(m in parts for m in months):
            chained = 100 * math.prod(parts[m] / 100 for m in months)
            if abs(value - chained) > rel.tolerance + _NUDGE:
                found = f"{value:g}, where the twelve changes of {rel.parts} to it make {chained:.2f}"
                expected = f"at most {rel.tolerance:g} between them, found {abs(value - chained):.2f}"
                yield _finding("chain", rel.total, key, rel.by, found, expected, [rel.parts])


def _grouped(values: Values) -> dict[Period, dict[str, float]]:
    found: dict[Period, dict[str, float]] = defaultdict(dict)
    for (part, period), value in values.items():
        found[period][part] = value
    return found


def _between(rel: r.Between, known: Known, _: object) -> Iterator[Finding]:
    parts = _grouped(_values(known, rel.parts, rel.by))
    most = max(map(len, parts.values()), default=0)
    for (none, period), value in _values(known, rel.total).items():
        own = parts.get(period, {})
        if len(own) == most and most > 1:
            low, high = min(own.values()), max(own.values())
            if not low - rel.tolerance - _NUDGE <= value <= high + rel.tolerance + _NUDGE:
                found, expected = f"{value:g}", f"{low:g} to {high:g}, as its parts in {rel.parts}: {_listed(own)}"
                yield _finding("between", rel.total, (none, period), "", found, expected, [rel.parts])


def _weighted(rel: r.Weighted, known: Known, _: object) -> Iterator[Finding]:
    parts, weights = (_grouped(_values(known, name, rel.by)) for name in (rel.parts, rel.weights))
    for (none, period), value in _values(known, rel.total).items():
        own, by_part = parts.get(period, {}), weights.get(Period.parse(str(period.year)), {})
        if by_part and own.keys() == by_part.keys():
            mean = sum(by_part[k] * own[k] for k in own) / sum(by_part.values())
            if abs(value - mean) > rel.tolerance + _NUDGE:
                sums = " + ".join(f"{by_part[k]:g} × {own[k]:g}" for k in sorted(own))
                found = f"{value:g}, where ({sums}) / {sum(by_part.values()):g} = {mean:.2f}"
                expected = f"at most {rel.tolerance:g} between them, found {abs(value - mean):.2f}"
                others = [rel.parts, rel.weights]
                yield _finding("weighted", rel.total, (none, period), "", found, expected, others)


def _sum(rel: r.Sum, known: Known, _: object) -> Iterator[Finding]:
    parts = _grouped(_values(known, rel.parts, rel.by))
    most = max(map(len, parts.values()), default=0)
    for period, own in parts.items():
        if len(own) == most and abs(sum(own.values()) - rel.equals) > rel.tolerance + _NUDGE:
            found = f"{' + '.join(f'{v:g}' for v in own.values())} = {sum(own.values()):g}"
            yield _finding("sum", rel.parts, ("", period), "", found, f"{rel.equals:g} ± {rel.tolerance:g}", [])


def _within(rel: r.Within, known: Known, _: object) -> Iterator[Finding]:
    total = _figures(known, rel.total, "")
    for period, own in _grouped(_values(known, rel.parts, rel.by)).items():
        whole = total.get(("", period))
        if whole is not None and sum(own.values()) > whole * (1 + rel.tolerance / 100):
            found = f"{len(own)} parts that add up to {sum(own.values()):.6g}"
            expected = f"at most {whole:.6g}, the year in {rel.total.series}, and {rel.tolerance:g}%"
            yield _finding("within", rel.parts, ("", period), "", found, expected, [rel.total.series])


def _ratio(rel: r.Ratio, known: Known, vintages: Callable[[str], Sequence[date]]) -> Iterator[Finding]:
    names = (rel.value, rel.of, rel.to)
    days = [max(vintages(name), default=None) for name in names]
    dated = [d for d in days if d]
    if len(dated) < len(names):
        return
    value, of, to = (_values(known, name, rel.by, min(dated)) for name in names)
    for key, quotient in value.items():
        if key in of and to.get(key) and quotient and key[0] not in rel.but_not:
            computed = rel.factor * of[key] / to[key]
            if abs(computed / quotient - 1) * 100 > rel.tolerance:
                found = f"{quotient:.6g}, where {rel.of} {of[key]:.6g} / {rel.to} {to[key]:.6g} makes {computed:.6g}"
                expected = f"at most {rel.tolerance:g}% between them, found {abs(computed / quotient - 1) * 100:.2f}%"
                yield _finding("ratio", rel.value, key, rel.by, found, expected, names[1:])


def _same(rel: r.Same, known: Known, _: object) -> Iterator[Finding]:
    first, second = _figures(known, rel.first, rel.by), _figures(known, rel.second, rel.by)
    sign = "%" if rel.percent == "yes" else ""
    for key, a in first.items():
        b = second.get(key)
        if b is None or key[0] in rel.but_not or (sign and not b):
            continue
        gap = abs(a / b - 1) * 100 if sign else abs(a - b)
        if gap > rel.tolerance + _NUDGE:
            found = f"{a:.6g}, where {_described(rel.second)} gives {b:.6g}"
            expected = f"at most {rel.tolerance:g}{sign} between them, found {gap:.2f}{sign}"
            yield _finding("same", rel.first.series, key, rel.by, found, expected, [rel.second.series])


def _described(f: r.Figures) -> str:
    text = f"the {f.yearly} of the year in {f.series}" if f.yearly else f.series
    return f"{text} less {f.minus:g}" if f.minus else text


def _turnover(rel: r.Turnover, known: Known, _: object) -> Iterator[Finding]:
    groups: dict[tuple[Any, ...], dict[str, float]] = defaultdict(dict)
    for o in known(rel.series, None):
        if o.value is not None:
            groups[(o.period, *(o.dims[k] for k in rel.besides))][o.dims[rel.by]] = o.value
    for (period, *_rest), flows in groups.items():
        if {rel.total, *rel.parts} <= flows.keys():
            total = sum(flows[p] for p in rel.parts)
            if abs(flows[rel.total] / total - 1) * 100 > rel.tolerance:
                found = f"{rel.total} {flows[rel.total]:g}, where {' + '.join(f'{flows[p]:g}' for p in rel.parts)}"
                yield _finding("turnover", rel.series, ("", period), "", f"{found} = {total:g}", f"{total:g}", [])


def _revision(rel: r.Revision, known: Known, vintages: Callable[[str], Sequence[date]]) -> Iterator[Finding]:
    days = vintages(rel.of)
    now = {o.period: o for o in known(rel.of, None)}
    for (none, period), stated in _values(known, rel.series).items():
        row = now.get(period)
        before = [d for d in days if row and d < row.published]
        old = {o.period: o.value for o in known(rel.of, before[-1])}.get(period) if before else None
        if row and row.value and old:
            change = (row.value / old - 1) * 100
            if abs(change - stated) > rel.tolerance:
                found = f"{stated:g}%, where {rel.of} went from {old:.6g} to {row.value:.6g}: {change:.4f}%"
                expected = f"at most {rel.tolerance:g} points between them"
                yield _finding("revision", rel.series, (none, period), "", found, expected, [rel.of])


def _bounds(rel: r.Bounds, known: Known, _: object) -> Iterator[Finding]:
    for period, own in _grouped(_values(known, rel.series, rel.by)).items():
        if {rel.low, rel.high} <= own.keys() and own[rel.low] > own[rel.high] + rel.tolerance:
            found = f"{rel.low} {own[rel.low]:g} above {rel.high} {own[rel.high]:g}"
            yield _finding("bounds", rel.series, ("", period), "", found, "a lower bound that is not above", [])


def _listed(own: Mapping[str, float]) -> str:
    return ", ".join(f"{k} {v:g}" for k, v in own.items())


_CHECKS: Mapping[str, Callable[[Any, Known, Any], Iterator[Finding]]] = {
    "chain": _chain,
    "between": _between,
    "weighted": _weighted,
    "sum": _sum,
    "within": _within,
    "ratio": _ratio,
    "same": _same,
    "turnover": _turnover,
    "revision": _revision,
    "bounds": _bounds,
}
