"""A seeded generator of wrong figures: the slips of a hand, a reader or a download, one in a table at a time."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

from kzreport.model import Observation
from kzreport.series.resource import Resource, resources
from kzreport.series.table import check_table

Rows = list[Observation]


def latest(d: Resource, rows: Rows) -> list[int]:
    """The rows whose figure is the one in force: an older vintage is on no page of today."""
    last = {(o.period, *[o.dims[k] for k in d.dimensions]): i for i, o in enumerate(rows)}
    return [i for i in last.values() if rows[i].value]


def _one(change: Callable[[random.Random, float], float]) -> Callable[[random.Random, Resource, Rows], Rows]:
    def mutate(rng: random.Random, d: Resource, rows: Rows) -> Rows:
        i = rng.choice(latest(d, rows))
        return [*rows[:i], replace(rows[i], value=change(rng, rows[i].value or 0.0)), *rows[i + 1 :]]

    return mutate


def _swapped_digits(rng: random.Random, value: float) -> float:
    text = f"{value:.10g}"
    places = [i for i in range(len(text) - 1) if (text[i] + text[i + 1]).isdigit() and text[i] != text[i + 1]]
    if not places:
        return value
    i = rng.choice(places[:3])
    return float(text[:i] + text[i + 1] + text[i] + text[i + 2 :])


def _swapped_periods(rng: random.Random, d: Resource, rows: Rows) -> Rows:
    kept = latest(d, rows)
    pairs = [(a, b) for a, b in pairwise(kept) if rows[a].dims == rows[b].dims]
    a, b = rng.choice(pairs)
    found = list(rows)
    found[a], found[b] = replace(rows[a], value=rows[b].value), replace(rows[b], value=rows[a].value)
    return found


def _copied_row(rng: random.Random, d: Resource, rows: Rows) -> Rows:
    kept = latest(d, rows)
    pairs = [(a, b) for a, b in pairwise(kept) if rows[a].dims == rows[b].dims]
    a, b = rng.choice(pairs)
    return [*rows[:b], replace(rows[b], value=rows[a].value), *rows[b + 1 :]]


def _shifted_column(rng: random.Random, d: Resource, rows: Rows) -> Rows:
    """The last year and a half of a series moved by one period."""
    kept = latest(d, rows)
    end = rng.randrange(18, len(kept) + 1)
    part = [i for i in kept[max(end - 18, 0) : end] if rows[i].dims == rows[kept[end - 1]].dims]
    found = list(rows)
    for a, b in pairwise(part):
        found[b] = replace(rows[b], value=rows[a].value)
    return found


def _wrong_table(rng: random.Random, d: Resource, rows: Rows) -> Rows:
    """The figures of another series or of another of its own parts, in place of the table's."""
    others = [
        o for o in resources().values() if o.frequency == d.frequency and o.unit == d.unit and o.name != d.name
    ] or [d]
    source = check_table(rng.choice(others))
    kept = latest(d, rows)
    chosen = rows[rng.choice(kept)].dims
    values = {o.period: o.value for o in source if o.value and o.dims != chosen}
    return [replace(o, value=values[o.period]) if o.dims == chosen and o.period in values else o for o in rows]


KINDS: dict[str, Callable[[random.Random, Resource, Rows], Rows]] = {
    "two digits swapped": _one(_swapped_digits),
    "× 10": _one(lambda rng, v: v * 10),
    "÷ 10": _one(lambda rng, v: v / 10),
    "× 1000": _one(lambda rng, v: v * 1000),
    "sign turned": _one(lambda rng, v: -v),
    "two periods exchanged": _swapped_periods,
    "value of the row before": _copied_row,
    "column moved by one": _shifted_column,
    "wrong table": _wrong_table,
}


def mutations(seed: int, count: int) -> Iterator[tuple[str, str, Rows]]:
    """Yield a kind, a table and its wrong rows; each kind as often, tables of at least 30 figures at random."""
    rng = random.Random(seed)
    tables = [d for d in resources().values() if d.frequency in "MQA" and len(check_table(d)) >= 30]
    made = 0
    while made < count:
        kind = list(KINDS)[made % len(KINDS)]
        d = rng.choice(tables)
        rows = list(check_table(d))
        wrong = KINDS[kind](rng, d, rows)
        if wrong != rows:
            made += 1
            yield kind, d.name, wrong
