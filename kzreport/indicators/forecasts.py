"""Forecasts of successive editions against what came: errors by horizon, a naive rival, revisions of first figures.

What belongs here: the editions of one annual series of one country (:func:`editions`), oldest first, the observations
with a dimension ``kind``: ``actual``, ``estimate`` (of a year already over) or ``projection``. What does not: fetching
them (``kzreport.series.known.load_vintages``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from kzreport.indicators import growth
from kzreport.indicators.readings import valued
from kzreport.model import Observation, Period, Reading, Series, Status

LEAST = 3  # errors at a horizon; fewer are shown and not judged
ACTUAL, ESTIMATE, PROJECTION = "actual", "estimate", "projection"


class Error(NamedTuple):
    """A forecast that can be judged: its horizon (see :func:`horizon`), what was said, what came, their difference.

    ``naive`` is the difference for the rival who repeats the last actual figure of the same edition.
    """

    horizon: str
    forecast: Reading
    actual: Reading
    error: Reading
    naive: Reading


def outcomes(series: Series) -> Series:
    """Return a series without projections: actual figures, and estimates of years already over.

    >>> from kzreport.indicators.readings import series_from
    >>> both = tuple(Observation(Period.parse(p), 1.0, date(2025, 4, 23), {"kind": k})
    ...              for p, k in (("2023", "actual"), ("2025", "projection")))
    >>> [str(o.period) for o in outcomes(replace(series_from({}, "percent"), observations=both))]
    ['2023']
    """
    return replace(series, observations=tuple(o for o in series if o.dims.get("kind") != PROJECTION))


def estimated(series: Series) -> frozenset[Period]:
    """Return the periods, already over, of which a series still gives an estimate.

    >>> from kzreport.indicators.readings import series_from
    >>> both = tuple(Observation(Period.parse(p), 1.0, date(2025, 4, 23), {"kind": k})
    ...              for p, k in (("2023", "actual"), ("2024", "estimate"), ("2025", "projection")))
    >>> [str(p) for p in estimated(replace(series_from({}, "percent"), observations=both))]
    ['2024']
    """
    return frozenset(o.period for o in series if o.dims.get("kind") == ESTIMATE)


def editions(states: Iterable[Series], country: str) -> tuple[Series, ...]:
    """Return the states of all countries that are editions of one of them, cut to it.

    An edition is a day on which something of the country was published, or a day on which most countries had something:
    the country's figures are then as before. A day with figures of only a few other countries is no edition.
    """
    return editions_of(states, [country])[country]


def editions_of(states: Iterable[Series], countries: Iterable[str]) -> dict[str, tuple[Series, ...]]:
    """Return the editions of each of some countries: see :func:`editions`."""
    every = [(s, s.split("country")) for s in states]
    present = {country for _, parts in every for country in parts}
    gave = [{o.dims["country"] for o in s if o.published == s.as_of} for s, _ in every]

    def of(country: str) -> Iterator[Series]:
        for (_, parts), given in zip(every, gave, strict=True):
            if country in parts and (country in given or 2 * len(given) > len(present)):
                yield parts[country]

    return {country: tuple(of(country)) for country in countries}


def horizon(edition: date, target: Period) -> str:
    """Return the season of an edition, and how many years before the year of the target it appeared.

    >>> horizon(date(2022, 10, 12), Period.parse("2023")), horizon(date(2023, 4, 12), Period.parse("2023"))
    ('autumn_1', 'spring_0')
    """
    return f"{'spring' if edition.month <= 6 else 'autumn'}_{target.year - edition.year}"


def _distance(name: str) -> tuple[int, bool]:
    """Return the order of a horizon: the nearest first."""
    season, _, years = name.partition("_")
    return int(years), season == "spring"


def _of_kind(series: Series, kind: str) -> dict[Period, Observation]:
    return {o.period: o for o in series if o.dims.get("kind") == kind and o.value is not None}


def _reading(series: Series, o: Observation, name: str) -> Reading:
    return Reading(name, o.value, series.unit, o.period, basis=series.basis, inputs=(series.name,))


def errors(known: Sequence[Series], at: str = "") -> tuple[Error, ...]:
    """Return an error for each projection of a year that the last of the editions calls actual, oldest edition first.

    The error is forecast less outcome, in points for a rate: above zero the forecast was too high. Empty for fewer
    than two editions. ``at``: of this horizon alone (see :func:`horizon`); empty for all.
    """
    last = _of_kind(known[-1], ACTUAL) if known else {}
    found = []
    for s in known[:-1]:
        before = _of_kind(s, ACTUAL)
        naive = before[max(before)] if before else None
        for p, o in sorted(_of_kind(s, PROJECTION).items()):
            if p in last and at in ("", horizon(s.as_of, p)):
                came = _reading(known[-1], last[p], "actual")
                said = _reading(s, o, "forecast").of(item=s.as_of.isoformat())
                rival = said.of(value=naive.value) if naive else said.of(value=None, status=Status.MISSING_INPUT)
                missed, by_rival = (growth.difference(r, came).of(name="error", base=p) for r in (said, rival))
                found.append(Error(horizon(s.as_of, p), said, came, missed, by_rival))
    return tuple(found)


def by_horizon(found: Sequence[Error]) -> dict[str, dict[str, Reading]]:
    """Return for each horizon, the nearest first, what its errors are like: see :func:`summary`."""
    names = sorted({e.horizon for e in found}, key=_distance)
    return {name: summary([e for e in found if e.horizon == name]) for name in names}


def summary(found: Sequence[Error]) -> dict[str, Reading]:
    """Return what some errors (at least one) are like, in the unit of the errors.

    - ``count``; ``bias``: their mean; ``one_sided``: the same, missing unless all are of one sign; ``lean``: the same,
      zero if it is under half of ``mean_absolute``, when errors of both signs all but cancel out
    - ``mean_absolute``; ``naive``: mean absolute error of the rival
    - ``gain``: ``naive`` less ``mean_absolute``; above zero the forecasts were better
    - ``ratio`` of ``mean_absolute`` to ``naive``; a rival who made no error gives a ratio of ``zero_base``

    ``period`` is the span of the years forecast, ``item`` the horizon. Fewer than :data:`LEAST` errors are
    ``missing_input`` but for the count. Sizes of errors in points are ``points_size``: they show no sign.
    """
    targets = sorted(e.actual.period for e in found)
    span = Period(targets[0].start, targets[-1].end, "S") if targets[0] != targets[-1] else targets[0]
    first = found[0].error.of(period=span, item=found[0].horizon, base=None)
    missing = first.of(value=None, status=Status.MISSING_INPUT)
    size = "points_size" if first.unit == "points" else first.unit

    def mean(name: str, values: Sequence[Reading], absolute: bool) -> Reading:
        known = [abs(valued(r)) if absolute else valued(r) for r in values if r.ok]
        enough = len(known) >= LEAST and len(known) == len(values)
        unit = size if absolute else first.unit
        none = missing.of(name=name, unit=unit)
        return none.of(value=math.fsum(known) / len(known), status=Status.OK) if enough else none

    made = {
        "count": first.of(name="count", value=float(len(found)), unit="count", status=Status.OK),
        "bias": mean("bias", [e.error for e in found], False),
        "mean_absolute": mean("mean_absolute", [e.error for e in found], True),
        "naive": mean("naive", [e.naive for e in found], True),
    }
    signs = {math.copysign(1, valued(e.error)) for e in found if e.error.value}
    made["one_sided"] = (made["bias"] if len(signs) == 1 else missing).of(name="one_sided")
    own, rival = made["mean_absolute"], made["naive"]
    made["lean"] = made["bias"].of(name="lean")
    if own.ok and abs(valued(made["bias"])) < valued(own) / 2:
        made["lean"] = made["lean"].of(value=0.0)
    made["gain"] = missing.of(name="gain")
    made["ratio"] = missing.of(name="ratio", unit="ratio")
    if own.ok and rival.ok:
        made["gain"] = first.of(name="gain", value=valued(rival) - valued(own))
        some = valued(rival) > 0
        ratio = valued(own) / valued(rival) if some else None
        made["ratio"] = made["ratio"].of(value=ratio, status=Status.OK if some else Status.ZERO_BASE)
    return made


def largest(found: Sequence[Error]) -> Error:
    """Return the error (of at least one) that lies furthest from zero; of equal ones the first."""
    return max(found, key=lambda e: abs(valued(e.error)))


def first_revisions(known: Sequence[Series]) -> tuple[Reading, ...]:
    """Return for each year the latest actual figure less the first one, in the unit of a difference.

    Only years whose first actual figure is among the editions: the oldest one does not call them actual yet. A year
    that no later edition could revise is left out.
    """
    if len(known) < 2:
        return ()
    first: dict[Period, tuple[int, Observation]] = {}
    for number, s in enumerate(known):
        for p, o in _of_kind(s, ACTUAL).items():
            first.setdefault(p, (number, o))
    last, found = _of_kind(known[-1], ACTUAL), []
    for p, (number, o) in sorted(first.items()):
        if 0 < number < len(known) - 1 and p in last:
            now, then = (_reading(known[-1], x, "revision") for x in (last[p], o))
            found.append(growth.difference(now, then).of(name="revision", base=None))
    return tuple(found)


def paths(known: Sequence[Series]) -> dict[str, tuple[Reading, ...]]:
    """Return what came, as ``actual``, then what each edition expected, under its day: from its last actual figure on.

    An edition without a projection is left out.
    """
    if not known:
        return {}
    came = sorted(_of_kind(known[-1], ACTUAL).items())
    found = {"actual": tuple(_reading(known[-1], o, "actual") for _, o in came)}
    for s in known:
        if _of_kind(s, PROJECTION):
            before = _of_kind(s, ACTUAL)
            start = max(before) if before else min(o.period for o in s)
            line = [o for o in s if o.period >= start and o.value is not None]
            day = s.as_of.isoformat()
            found[day] = tuple(_reading(s, o, "forecast").of(item=day) for o in sorted(line, key=lambda o: o.period))
    return found
