"""Revisions: the values of a period in successive releases, and changes that only look like revisions.

In scope: two vintages of one series. Out of scope: fetching them (``kzreport.series.known.load_vintages``).

A revision counts only where series, unit, frequency, reference period and definition are the same. Source:
OECD/Eurostat, guidelines on revisions policy and analysis.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from kzreport.errors import BasisError, DataError, ParameterError, explain
from kzreport.indicators import growth, readings
from kzreport.indicators.readings import Levels, at, valued
from kzreport.model import Interval, Observation, Period, Reading, Series, Status
from kzreport.units import UNITS, is_rate


class Lookalike(NamedTuple):
    """An explanation of old values other than "an earlier release"; ``distance`` is the largest gap left."""

    kind: str
    distance: float
    compared: int


def revisions(vintages: Sequence[Series], period: Period) -> tuple[Reading, ...]:
    """Return the value of one period in each vintage, oldest first; ``item`` is the date of the vintage.

    ``vintages`` are one series at several ``as_of`` dates (``catalogue.vintages``). A vintage without the period is
    ``missing_input``. Raises :class:`BasisError` if name, unit, basis or frequency differ: such a change is no
    revision.

    >>> from dataclasses import replace; from datetime import date
    >>> a, b = (replace(readings.series_from({"2024": v}, "musd"), as_of=date(*d))
    ...         for v, d in ((1979.4, (2025, 12, 17)), (2093.2, (2026, 7, 1))))
    >>> [(r.item, r.value) for r in revisions([b, a], Period.parse("2024"))]
    [('2025-12-17', 1979.4), ('2026-07-01', 2093.2)]
    """
    _same_series(vintages)
    ordered = sorted(vintages, key=lambda s: s.as_of)
    return tuple(at(s, period).of(name="vintage", item=s.as_of.isoformat()) for s in ordered)


def _same_series(vintages: Sequence[Series]) -> None:
    kinds = {(s.name, s.unit, s.basis, s.frequency) for s in vintages}
    if len(kinds) > 1:
        raise BasisError(
            explain(
                "revisions",
                " and ".join(", ".join(k) for k in sorted(kinds)),
                "one series at several dates",
                "a change of definition, unit or frequency is no revision",
            )
        )


def revision_statistics(first: Series, last: Series, *, relative: bool = False) -> dict[str, Reading]:
    """Measure how much a vintage changed an earlier one over their common periods: :func:`statistics` of the changes.

    A revision is ``last - first`` (points, ``musd_change``), or with ``relative`` ``100 (last - first) / first`` in
    percent. Raises as :func:`revisions`, :class:`DataError` without a common period.

    >>> a = readings.series_from({"2023": 100, "2024": 200}, "musd")
    >>> b = readings.series_from({"2023": 101, "2024": 197}, "musd")
    >>> {k: round(r.value, 3) for k, r in revision_statistics(a, b).items()}
    {'mean': -1.0, 'mean_absolute': 2.0, 'rms': 2.236, 'largest': -3.0, 'range': 4.0, 'count': 2.0}
    """
    common, found = _found(first, last, relative)
    made = statistics([r.of(period=p, name=first.name, basis=first.basis) for p, r in zip(common, found, strict=True)])
    return {k: r.of(inputs=(first.name,)) for k, r in made.items()}


def _found(first: Series, last: Series, relative: bool) -> tuple[list[Period], list[Reading]]:
    """The periods that both vintages have, and the revision of each."""
    _same_series([first, last])
    old, new = readings.readings(first), readings.readings(last)
    common = [p for p in old if p in new and old[p].ok and new[p].ok]
    if not common:
        raise DataError(explain(f"revisions of {first.name}", "no common period", "at least one"))
    how = growth.growth if relative else growth.difference
    return common, [how(new[p], old[p]) for p in common]


def statistics(found: Sequence[Reading]) -> dict[str, Reading]:
    """Summarise revisions: one reading a period, as printed or as :func:`revision_statistics` makes them.

    Keys: ``mean``, ``mean_absolute``, ``rms`` (root of the mean square), ``largest`` (furthest from zero, its period in
    ``base``), ``range`` (its ends as interval), ``count`` (of revisions that show at the unit's decimals). ``period``
    is the span of the periods. A revision without a number is left out; none left is ``missing_input``. Raises
    :class:`DataError` without a revision. Source: OECD/Eurostat guidelines on revisions analysis.

    >>> x = readings.readings(readings.series_from({"2026-04": 4.0, "2026-05": -3.0}, "percent"))
    >>> {k: round(r.value, 3) for k, r in statistics(list(x.values())).items()}
    {'mean': 0.5, 'mean_absolute': 3.5, 'rms': 3.536, 'largest': 4.0, 'range': 7.0, 'count': 2.0}
    """
    if not found:
        raise DataError(explain("revisions", "none", "at least one"))
    first, unit = found[0], found[0].unit
    last = found[-1].period
    span = Period(first.period.start, last.end, "S") if len(found) > 1 else last
    basis, inputs = first.basis, first.inputs
    known = [r for r in found if r.ok]
    if not known:
        keys = ("mean", "mean_absolute", "rms", "largest", "range", "count")
        return {k: Reading.missing("revision", unit, span, basis=basis, item=k, inputs=inputs) for k in keys}
    values = [valued(r) for r in known]
    largest = max(known, key=lambda r: abs(valued(r)))
    n = len(values)
    numbers: dict[str, tuple[float, str]] = {
        "mean": (math.fsum(values) / n, unit),
        "mean_absolute": (math.fsum(map(abs, values)) / n, unit),
        "rms": (math.hypot(*values) / math.sqrt(n), unit),
        "largest": (valued(largest), unit),
        "range": (max(values) - min(values), unit),
        "count": (float(sum(round(v, UNITS[unit].decimals) != 0 for v in values)), "count"),
    }
    made = {k: Reading("revision", v, u, span, basis=basis, item=k, inputs=inputs) for k, (v, u) in numbers.items()}
    ends = Interval(min(values), max(values))
    return made | {"largest": made["largest"].of(base=largest.period), "range": made["range"].of(interval=ends)}


def sign_changes(first: Series, last: Series) -> Reading:
    """Return how often a later vintage changes the sign of a period, in percent of the common periods.

    Zero has no sign. ``base`` is the span of those periods. Raises as :func:`revision_statistics`, and
    :class:`DataError` without a common period.

    >>> a = readings.series_from({"2022": 1, "2023": -1, "2024": 0, "2025": 3}, "musd")
    >>> b = readings.series_from({"2022": -1, "2023": -2, "2024": 5, "2025": 3}, "musd")
    >>> sign_changes(a, b).value
    25.0
    """
    _same_series([first, last])
    old, new = readings.readings(first), readings.readings(last)
    pairs = [(r.value, new[p].value) for p, r in old.items() if p in new]
    both = [(a, b) for a, b in pairs if a is not None and b is not None]
    if not both:
        raise DataError(explain(f"revisions of {first.name}", "no common period", "at least one"))
    changed = sum(min(a, b) < 0 < max(a, b) for a, b in both)
    span = Period(min(old).start, max(old).end, "S")
    return Reading("sign_changes", 100 * changed / len(both), "percent", span, basis=first.basis, inputs=(first.name,))


def summary(vintages: Sequence[Series]) -> dict[str, Reading]:
    """Compare the first figure of each period with the last.

    ``count`` of the revisions that show, their ``mean_absolute``, ``lowest`` and ``highest``, the ``largest`` (its
    period in ``base``), ``usual`` (the mean absolute one without the largest), and how many periods are ``compared``.
    ``missing_input`` for fewer than three vintages. Raises as :func:`revisions`.

    >>> summary([])["count"].status.value
    'missing_input'
    """
    found = steps(vintages)
    if len(found) < 2 or found[-1].first != "first" or found[-1].lookalike:
        year = vintages[-1].as_of.year if vintages else 2000
        none = Reading.missing("revision", "points", Period.parse(str(year)))
        counts = none.of(unit="count")
        points = ("mean_absolute", "usual", "lowest", "highest", "largest")
        return {**dict.fromkeys(points, none), "count": counts, "compared": counts}
    made, span = found[-1].statistics, found[-1].statistics["range"].interval
    ends = {"lowest": span.low if span else None, "highest": span.high if span else None}
    size, largest, compared = made["mean_absolute"], made["largest"], found[-1].compared
    rest = compared * valued(size) - abs(valued(largest))
    return {
        "mean_absolute": size,
        "usual": size.of(value=rest / (compared - 1)) if compared > 1 else size,
        "largest": largest,
        **{k: made["range"].of(value=v, interval=None, status=Status.OK) for k, v in ends.items()},
        "count": made["count"],
        "compared": made["count"].of(value=float(compared)),
    }


def triangle(vintages: Sequence[Series], least: int = 3) -> dict[str, tuple[Reading, ...]]:
    """Return date of a vintage -> its values of the periods that a later vintage changed, to be laid side by side.

    Only periods with a revision that shows at the unit's decimals (the rest is noise of floats), and only vintages that
    revise each other: the table begins anew at a change that :func:`false_revision` explains. Empty for fewer than
    ``least`` vintages, or nothing revised. Raises as :func:`revisions`.

    >>> from dataclasses import replace; from datetime import date
    >>> known = [replace(readings.series_from({"2023": a, "2024": b}, "percent"), as_of=date(2025, m, 1))
    ...          for m, a, b in ((1, 14.72, 8.8), (2, 14.53, 8.8), (3, 14.53, 8.801))]
    >>> {k: [(str(r.period), r.value) for r in rows] for k, rows in triangle(known).items()}
    {'2025-01-01': [('2023', 14.72)], '2025-02-01': [('2023', 14.53)], '2025-03-01': [('2023', 14.53)]}
    """
    _same_series(vintages)
    kept: list[Series] = []
    for s in sorted((v for v in vintages if v.values), key=lambda s: s.as_of):
        if kept and false_revision(kept[-1], s) is not None:
            kept = []
        kept.append(s)
    if len(kept) < least:
        return {}
    digits = UNITS[kept[0].unit].decimals
    moved: set[Period] = set()
    for old, new in pairwise(kept):
        was = old.values
        moved |= {p for p, v in new.values.items() if p in was and shows(was[p], v, digits)}
    revised = sorted(moved)
    if not revised:
        return {}
    tables = {s.as_of.isoformat(): readings.readings(s) for s in kept}
    return {day: tuple(t[p].of(item=day) for p in revised if p in t) for day, t in tables.items()}


def shows(old: float, new: float, digits: int) -> bool:
    """Return whether a revision shows: the printed value changes, and the change itself does not print as zero.

    >>> shows(14.72, 14.53, 1), shows(10.77, 10.84, 1), shows(8.251, 8.249, 1)
    (True, False, False)
    """
    return round(new, digits) != round(old, digits) and round(new - old, digits) != 0


class Step(NamedTuple):
    """The step from one vintage to another: its statistics, or the lookalike that explains all of it better."""

    first: str
    last: str
    compared: int
    statistics: dict[str, Reading]
    lookalike: Lookalike | None


def steps(vintages: Sequence[Series]) -> tuple[Step, ...]:
    """Compare each vintage with its predecessor, then (of three or more) the first figure of each period with the last.

    Keys of the statistics: as :func:`revision_statistics` (``count``: of revisions that :func:`shows`), and
    ``sign_changes``. Vintages without a common period are left out. Raises as :func:`revisions`.

    >>> a = readings.series_from({"2023": 100, "2024": 200}, "musd")
    >>> b = readings.series_from({"2023": 101, "2024": 197}, "musd")
    >>> [(s.compared, s.statistics["range"].value, s.statistics["sign_changes"].value) for s in steps([a, b])]
    [(2, 4.0, 0.0)]
    """
    _same_series(vintages)
    known = sorted((s for s in vintages if s.values), key=lambda s: s.as_of)
    pairs = [(a, b, a.as_of.isoformat()) for a, b in pairwise(known)]
    if len(known) > 2:
        first: dict[Period, Observation] = {}
        for s in known[:-1]:
            for o in s:
                if o.value is not None:
                    first.setdefault(o.period, o)
        pairs.append((replace(known[0], observations=tuple(first.values())), known[-1], "first"))
    found = []
    for old, new, name in pairs:
        common = sum(p in new.values for p in old.values)
        if common:
            made = revision_statistics(old, new) | {"sign_changes": sign_changes(old, new)}
            digits, was, now = UNITS[old.unit].decimals, old.values, new.values
            shown = sum(p in now and shows(v, now[p], digits) for p, v in was.items())
            made["count"] = made["count"].of(value=float(shown))
            last = "last" if name == "first" else new.as_of.isoformat()
            found.append(Step(name, last, common, made, false_revision(old, new)))
    return tuple(found)


def false_revision(old: Levels, new: Levels, *, tolerance: float | None = None) -> Lookalike | None:
    """Find a better explanation of all old values than "an earlier release": then none of them is a revision.

    ``old`` are the values before, ``new`` the series now, of finer or equal frequency (an old quarter is set beside its
    last month). Kinds, tried in this order: ``rescaled_1000`` (new is a thousand times the old, or a thousandth),
    ``quarter_mean`` and ``quarter_sum`` (of the three months that end there), ``cumulated`` (since January). A kind is
    returned if it meets every old value within ``tolerance`` (points for rates, by default 0.1; else a share of the new
    value, by default 0.005) and the plain comparison does not; three values are needed, one for a rescale. None if
    nothing explains them, or nothing changed. Raises :class:`BasisError` for two different units,
    :class:`ParameterError` for a tolerance below 0.

    >>> now = readings.series_from({f"2023-{m:02}": v for m, v in enumerate((10, 9, 8, 7, 6, 5, 4, 3, 2), 1)},
    ...                            "percent")
    >>> before = readings.series_from({"2023-03": 9, "2023-06": 6, "2023-09": 3}, "percent")
    >>> false_revision(before, now)
    Lookalike(kind='quarter_mean', distance=0.0, compared=3)
    """
    was, now = readings.readings(old), readings.readings(new)
    if not was or not now:
        return None
    unit = next(iter(now.values())).unit
    if next(iter(was.values())).unit != unit:
        raise readings.mixed(next(iter(was.values())), next(iter(now.values())))
    rate = is_rate(unit)
    most = tolerance if tolerance is not None else 0.1 if rate else 0.005
    if not most >= 0:
        raise ParameterError(explain("false_revision, tolerance", tolerance, "0 or more"))
    months = {(p.end.year, p.end.month): r.value for p, r in now.items() if p.months == 1}
    beside = {(p.end.year, p.end.month): r.value for p, r in now.items()}

    def window(year: int, month: int, length: int) -> list[float] | None:
        found = [months.get((year, month - i)) for i in range(length)] if month >= length else [None]
        known = [v for v in found if v is not None]
        return known if len(known) == length else None

    def over(length: int | None, formula: Callable[[list[float]], float]) -> Callable[[int, int], float | None]:
        def explained(year: int, month: int) -> float | None:
            found = window(year, month, length or month)
            return formula(found) if found else None

        return explained

    def scaled(by: float) -> Callable[[int, int], float | None]:
        def explained(year: int, month: int) -> float | None:
            value = beside.get((year, month))
            return None if value is None else value * by

        return explained

    known = [(p.end.year, p.end.month, r.value) for p, r in was.items() if r.value is not None]
    known = [k for k in known if beside.get(k[:2]) is not None]
    plain = _distance(known, scaled(1), rate)
    if plain is None or plain <= most:
        return None
    kinds: list[tuple[str, int, Callable[[int, int], float | None]]] = [
        ("quarter_mean", 3, over(3, lambda v: math.fsum(v) / 3)),
    ]
    if not rate:
        rescaled = [("rescaled_1000", 1, scaled(by)) for by in (0.001, 1000.0)]
        sums = [("quarter_sum", 3, over(3, math.fsum)), ("cumulated", 3, over(None, math.fsum))]
        kinds = rescaled + kinds + sums
    for kind, least, explained in kinds:
        distance = _distance(known, explained, rate)
        if distance is not None and distance <= most and len(known) >= least:
            return Lookalike(kind, distance, len(known))
    return None


def _distance(
    known: Sequence[tuple[int, int, float]], explained: Callable[[int, int], float | None], rate: bool
) -> float | None:
    """Return the largest distance of old values from their explanation: points, or a share.

    None if one has no explanation.
    """
    worst = 0.0
    for year, month, value in known:
        other = explained(year, month)
        if other is None:
            return None
        gap = abs(value - other)
        worst = max(worst, gap if rate or gap == 0 else gap / abs(other) if other else math.inf)
    return worst
