"""Mirror figures: one flow as the exporter and as the importer report it; values for a quantity.

In scope: two reporters of one flow, and whether a value and a quantity can both be right. Out of scope: flows of one
reporter (:mod:`~kzreport.indicators.trade`).

Imports are counted CIF, by origin; exports FOB, by last known destination; goods in transit by neither. So a gap is
normal, and its *change* is what asks for an explanation; it names none. Source: UN, International Merchandise Trade
Statistics 2010, chapter IX; WITS, "Imports, exports and mirror data".
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from kzreport.errors import BasisError, ParameterError, explain
from kzreport.indicators import growth, readings
from kzreport.indicators.readings import first_status, merge, valued
from kzreport.indicators.trade import ends
from kzreport.model import Interval, Reading, Status
from kzreport.units import is_rate

CIF = Interval(1.05, 1.20)  # what freight and insurance add to the value at the border of the exporter


def mirror(exports: Reading, imports: Reading, *, cif: Interval = CIF) -> dict[str, Reading]:
    """Compare what A reports as exports to B with what B reports as imports from A.

    Keys: ``ratio`` (multiple, ``M / X``; expected inside ``cif``), ``gap`` (``X - M`` as printed, may be negative),
    ``gap_fob`` (``X - M / cif``: an interval, its midpoint as value, estimated), ``relative`` (percent, ``100 (M - X) /
    ((M + X) / 2)``, within +-200). For two sides of a turnover the band does not apply: only one of the two flows is
    CIF. ``zero_base``, ``negative_base``, ``sign_change`` as :func:`~kzreport.indicators.growth.multiple`. Raises
    :class:`BasisError` for other units or periods or a rate, :class:`ParameterError` for a band that does not begin
    above 0. The bases of two reporters differ: the result has none.

    >>> x, m = (readings.at(readings.series_from({"2023": v}, "musd"), "2023") for v in (24_300, 32_700))
    >>> found = mirror(x, m)
    >>> round(found["ratio"].value, 3), found["gap"].value, round(found["relative"].value, 1)
    (1.346, -8400.0, 29.5)
    """
    if (exports.unit, exports.period) != (imports.unit, imports.period) or is_rate(exports.unit):
        raise readings.mixed(exports, imports)
    if not cif.low > 0:
        raise ParameterError(explain("mirror, cif", f"[{cif.low:g}, {cif.high:g}]", "a band above 0"))
    x, m = exports.of(basis="", item=""), imports.of(basis="", item="")
    relative = growth.symmetric_growth(m, x).of(name="mirror", item="relative", base=None)
    status, gap, fob = first_status(x, m), None, None
    if status is Status.OK:
        a, b = ends(x), ends(m)
        corners = [side / by for side in (b.low, b.high) for by in (cif.low, cif.high)]
        gap = valued(x) - valued(m)
        fob = Interval(a.low - max(corners), a.high - min(corners))
    middle = fob.low + (fob.high - fob.low) / 2 if fob else None
    between = Interval(a.low - b.high, a.high - b.low) if fob and (x.interval or m.interval) else None
    return {
        "ratio": growth.multiple(m, x).of(name="mirror", item="ratio", base=None),
        "gap": merge("mirror", gap, x.unit, x, m, status=status, item="gap", interval=between),
        "gap_fob": merge("mirror", middle, x.unit, x, m, status=status, item="gap_fob", interval=fob, estimated=True),
        "relative": relative,
    }


def change_of_gap(new: Mapping[str, Reading], old: Mapping[str, Reading], *, adjoining: bool = False) -> Reading:
    """Return the change of the gap between two periods: ``gap - gap_old`` of :func:`mirror`.

    Positive if more left A than arrived in B by then. ``partial_period``, ``not_comparable`` as
    :func:`~kzreport.indicators.growth.difference`; ``adjoining`` spans of one length, before and after an event, need
    not begin in the same month. Raises :class:`BasisError` for other units.

    >>> def both(year, x, m):
    ...     return mirror(*(readings.at(readings.series_from({year: v}, "musd"), year) for v in (x, m)))
    >>> change_of_gap(both("2022", 84, 11), both("2021", 28, 9)).value
    54.0
    """
    a, b = new["gap"], old["gap"]
    beside = b.of(period=a.period) if adjoining and a.period.months == b.period.months else b
    return growth.difference(a, beside, name="change_of_gap").of(item="", base=b.period)


def inside(r: Reading, band: Interval = CIF) -> bool | None:
    """Return whether a number lies in a band (a mirror ratio in the CIF band).

    None without a number, or if its interval lies partly inside.

    >>> x, m = (readings.at(readings.series_from({"2023": v}, "musd"), "2023") for v in (100, 134.6))
    >>> inside(mirror(x, m)["ratio"])
    False
    """
    if not r.ok:
        return None
    span = ends(r)
    if band.low <= span.low and span.high <= band.high:
        return True
    return None if span.overlaps(band) else False


def unit_value(value: Reading, quantity: float, of: str) -> Reading:
    """Return dollars for one piece (tonne, car): ``1e6 value / quantity`` of a value in million dollars.

    Unit ``usd``, basis ``usd_per_`` and ``of``. ``zero_base``, ``negative_base`` for the quantity. Raises
    :class:`BasisError` for another unit of the value, :class:`ParameterError` for a quantity that is not finite.

    >>> r = unit_value(readings.at(readings.series_from({"2023": 835.3}, "musd"), "2023"), 61_400, "car")
    >>> round(r.value, 2), r.basis
    (13604.23, 'usd_per_car')
    """
    if value.unit != "musd":
        raise BasisError(explain(f"unit value of {value.name}", f"unit {value.unit}", "musd"))
    if not math.isfinite(quantity):
        raise ParameterError(explain("unit_value, quantity", quantity, "a finite number"))
    status, number, interval = first_status(value), None, None
    if status is Status.OK:
        status = readings.base_status(quantity)
    if status is Status.OK:
        number = 1e6 * (valued(value) / quantity)
        span = value.interval
        interval = Interval(1e6 * (span.low / quantity), 1e6 * (span.high / quantity)) if span else None
    basis = f"usd_per_{of}"
    return merge("unit_value", number, "usd", value, status=status, basis=basis, interval=interval)


def as_thousand_dollars(level: Reading) -> Reading:
    """A printed count read as thousand dollars instead: ``level / 1000`` million dollars; a hypothesis, so estimated.

    Basis: the level's, followed by ``_as_thousand_usd``. Raises :class:`BasisError` unless the level is a ``count``.

    >>> r = as_thousand_dollars(readings.at(readings.series_from({"2023": 835_300}, "count"), "2023"))
    >>> r.value, r.unit, r.estimated
    (835.3, 'musd', True)
    """
    if level.unit != "count":
        raise BasisError(explain(f"{level.name} as thousand dollars", f"unit {level.unit}", "count"))
    value = None if level.value is None else level.value / 1000
    basis = f"{level.basis}_as_thousand_usd".lstrip("_")
    return merge("as_thousand_dollars", value, "musd", level, status=level.status, basis=basis, estimated=True)


def part_of(whole: Reading, share: Reading) -> Reading:
    """A part from its printed share: ``whole share / 100``; the unit of the whole, estimated, for shares are rounded.

    Raises :class:`BasisError` for a share that is not in percent or of another period.

    >>> fleet, trucks = readings.series_from({"2023-05-01": 4_730_700}, "count"), {"2023-05-01": 10.3}
    >>> share = readings.at(readings.series_from(trucks, "percent"), "2023-05-01")
    >>> round(part_of(readings.at(fleet, "2023-05-01"), share).value)
    487262
    """
    if share.unit != "percent" or share.period != whole.period or is_rate(whole.unit):
        raise readings.mixed(whole, share)
    status = first_status(whole, share)
    value = valued(whole) * valued(share) / 100 if status is Status.OK else None
    return merge("part_of", value, whole.unit, whole, share, status=status, item=share.item, estimated=True)


def times(part: Reading, whole: Reading) -> Reading:
    """Return the multiple of a count over its possible container: ``part / whole`` (cars imported, cars cleared).

    Above 1 the two cannot both be right, or do not count the same thing. The whole may be a stock on a day of the
    part's period (a fleet). As a multiple; the bases may differ, the result has none. Statuses as
    :func:`~kzreport.indicators.growth.multiple`. Raises :class:`BasisError` for other units or a part outside the
    period of the whole.

    >>> a, b = (readings.at(readings.series_from({"2023": v}, "ratio"), "2023") for v in (835_300, 149_000))
    >>> round(times(a, b).value, 3)
    5.606
    """
    if whole.period.start >= part.period.start and whole.period.end <= part.period.end:
        whole = whole.of(period=part.period)  # a stock on a day of the flow's year
    made = growth.share(part, whole, name="times")
    if not made.ok:
        return made.of(unit="multiple", basis="", item="")
    return made.of(value=valued(made) / 100, unit="multiple", basis="", item="")
