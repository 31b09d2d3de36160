"""Aid in kind and in money: loads, what arrived of what was announced, what it comes to for each person.

In scope: arithmetic on shipments. Out of scope: trade (:mod:`~kzreport.indicators.trade`).

The stage of a figure (``announced``, ``shipped``, ``delivered``, ``paid``) is its basis, its ``item`` the shipment: one
shipment may stand at every stage, so a sum over stages would count it two or three times and is refused. Masses in
tonnes, money in million dollars. Source: OECD, Converged Statistical Reporting Directives (commitments and
disbursements are two series); OCHA FTS (pledges, commitments, paid contributions).
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from kzreport.errors import BasisError, DataError, explain, one_of
from kzreport.indicators import readings
from kzreport.indicators.readings import first_status, merge, valued
from kzreport.model import Interval, Reading, Status

STAGES = ("announced", "shipped", "delivered", "paid")  # in the order in which they come
_GRAMS = 1e6  # in a tonne


def load(mass: Reading, wagons: Reading) -> Reading:
    """Tonnes a wagon of one shipment at one stage: ``mass / wagons``.

    ``zero_base`` without a wagon, else the status of an input. Raises :class:`BasisError` for other units, two
    shipments or two stages.

    >>> m = readings.at(readings.series_from({"2025-04": 2200}, "tonne", basis="delivered"), "2025-04")
    >>> w = readings.at(readings.series_from({"2025-04": 36}, "wagon", basis="delivered"), "2025-04")
    >>> round(load(m, w).value, 1)
    61.1
    """
    if (mass.unit, wagons.unit) != ("tonne", "wagon") or (mass.item, mass.basis) != (wagons.item, wagons.basis):
        raise readings.mixed(mass, wagons)
    status, value = first_status(mass, wagons), None
    if status is Status.OK:
        status = readings.base_status(valued(wagons))
        value = valued(mass) / valued(wagons) if status is Status.OK else None
    return merge("load", value, "tonne_wagon", mass, wagons, status=status)


def unusual(loads: Sequence[Reading], factor: float = 2.0) -> tuple[Reading, ...]:
    """The loads that lie outside the median of the *others* divided or multiplied by ``factor``: to be checked.

    A flag, not a correction; a load that is itself a minimum (estimated) is neither judged nor used. Empty with fewer
    than two others: they do not show which of them is wrong.

    >>> x = [readings.at(readings.series_from({"2025": v}, "tonne_wagon"), "2025") for v in (61.1, 61.6, 10.5)]
    >>> [r.value for r in unusual(x)]
    [10.5]
    """
    readings.require(loads, "tonne_wagon")
    known = [r for r in loads if r.ok and not r.estimated]
    found = []
    for r in known:
        others = [valued(x) for x in known if x is not r]
        if len(others) < 2:
            continue
        usual = statistics.median(others)
        if not usual / factor <= valued(r) <= usual * factor:
            found.append(r)
    return tuple(found)


def against_announced(later: Reading, earlier: Reading) -> Reading:
    """Compare two stages of one shipment, in percent: arrivals with the announcement, or with the departures.

    ``100 (later - earlier) / earlier``: -2.97 is a shortfall of 2.97 %. The two stages stay two figures: they are
    compared and never added. ``zero_base``, else the status of an input; ``base`` is the earlier period. Raises
    :class:`BasisError` for two shipments, two units, or stages in the wrong order.

    >>> a, d = (readings.at(readings.series_from({"2025-04": v}, "tonne", basis=b), "2025-04")
    ...         for v, b in ((3.5, "announced"), (3.396, "delivered")))
    >>> round(against_announced(d, a).value, 2)
    -2.97
    """
    if (later.unit, later.item) != (earlier.unit, earlier.item) or _order(later) <= _order(earlier):
        raise readings.mixed(later, earlier)
    status, value = first_status(later, earlier), None
    if status is Status.OK:
        status = readings.quotient_status(valued(later), valued(earlier))
        value = 100 * ((valued(later) - valued(earlier)) / valued(earlier)) if status is Status.OK else None
    basis = f"{later.basis}_against_{earlier.basis}"
    return merge("against", value, "percent", later, earlier, status=status, base=earlier.period, basis=basis)


def stage_total(parts: Sequence[Reading]) -> Reading:
    """The sum of different shipments (or parts of one) at one stage, in their unit.

    Raises :class:`BasisError` for two stages or units, or for a shipment that comes twice (a second publisher
    of the same shipment is not a second shipment), :class:`DataError` for none. Status of a part without a
    number: the sum of the others would pass for the sum of all.

    >>> a, d = (readings.at(readings.series_from({"2025-04": v}, "tonne", basis=b), "2025-04")
    ...         for v, b in ((3.5, "announced"), (3.396, "delivered")))
    >>> stage_total([a, d])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    kzreport.errors.BasisError: stage_total: found announced, delivered, expected shipments at one stage ...
    """
    if not parts:
        raise DataError(explain("stage_total", "no shipment", "at least one"))
    stages = sorted({r.basis for r in parts}, key=lambda b: STAGES.index(b) if b in STAGES else -1)
    if len(stages) > 1:
        todo = "a shipment may stand at each of them: choose one"
        raise BasisError(explain("stage_total", ", ".join(stages), "shipments at one stage", todo))
    _order(parts[0])
    items = [r.item for r in parts]
    if len({r.unit for r in parts}) > 1 or len(set(items)) < len(items):
        twice = next((i for i in items if items.count(i) > 1), "two units")
        raise BasisError(explain("stage_total", twice, "each shipment once, in one unit"))
    status = first_status(*parts)
    value = math.fsum(valued(r) for r in parts) if status is Status.OK else None
    return merge("stage_total", value, parts[0].unit, *parts, status=status, item="")


def per_person(mass: Reading, people: Reading, *, at_least: bool = False) -> Reading:
    """Grams for each person in need: ``1,000,000 mass / people``. Estimated; ``base`` is the day of the count.

    ``at_least``: the count is printed "more than", so the result is the upper end of an interval from zero.
    ``zero_base`` without people, else the status of an input. Raises :class:`BasisError` for other units.

    >>> m = readings.at(readings.series_from({"2025-04": 2200}, "tonne", basis="delivered"), "2025-04")
    >>> n = readings.at(readings.series_from({"2025": 23_000_000}, "person"), "2025")
    >>> round(per_person(m, n).value)
    96
    """
    if (mass.unit, people.unit) != ("tonne", "person"):
        raise readings.mixed(mass, people)
    status, value = first_status(mass, people), None
    if status is Status.OK:
        status = readings.base_status(valued(people))
        value = _GRAMS * valued(mass) / valued(people) if status is Status.OK else None
    interval = Interval(0.0, value) if at_least and value is not None and value >= 0 else None
    return merge(
        "per_person", value, "gram", mass, people, status=status, base=people.period, interval=interval, estimated=True
    )


def value_per_tonne(value: Reading, mass: Reading) -> Reading:
    """Dollars a tonne: ``1,000,000 value / mass`` of one period: a plausibility check, not a price. Estimated.

    ``zero_base``, else the status of an input; ``partial_period`` where the two cover other months. Raises
    :class:`BasisError` for other units.

    >>> v = readings.at(readings.series_from({"2023-01/2023-06": 343}, "musd"), "2023-01/2023-06")
    >>> m = readings.at(readings.series_from({"2023-01/2023-06": 1_146_000}, "tonne"), "2023-01/2023-06")
    >>> round(value_per_tonne(v, m).value)
    299
    """
    if (value.unit, mass.unit) != ("musd", "tonne"):
        raise readings.mixed(value, mass)
    status, found = first_status(value, mass), None
    if status is Status.OK and value.period != mass.period:
        status = Status.PARTIAL_PERIOD
    if status is Status.OK:
        status = readings.base_status(valued(mass))
        found = 1e6 * valued(value) / valued(mass) if status is Status.OK else None
    return merge("value_per_tonne", found, "usd_tonne", value, mass, status=status, estimated=True)


def _order(r: Reading) -> int:
    if r.basis not in STAGES:
        raise BasisError(explain(f"{r.name} {r.period}", f"stage {r.basis!r}", one_of(STAGES, r.basis)))
    return STAGES.index(r.basis)
