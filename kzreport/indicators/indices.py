"""Index numbers: rates from published indices, levels relative to a base, rebasing, splicing.

In scope: arithmetic on index numbers of any subject. Out of scope: the chain of consumer prices
(:mod:`~kzreport.indicators.inflation`).
"""

from __future__ import annotations

from kzreport.errors import BasisError, explain
from kzreport.indicators import readings
from kzreport.indicators.aggregates import mean
from kzreport.indicators.readings import Levels, at, first_status, merge, valued
from kzreport.model import Period, Reading, Status
from kzreport.units import is_rate


def rate_from_index(value: float) -> float:
    """Return percent from "previous period = 100": ``value - 100`` at 9 decimals, free of binary noise.

    >>> rate_from_index(103.7), 103.7 - 100
    (3.7, 3.700000000000003)
    """
    return round(value - 100, 9)


def rates(data: Levels) -> tuple[Reading, ...]:
    """Return published indices (``index_py100``, ``index_pp100``) as rates in percent; percent stays as it is.

    ``base`` is the period that the publisher compares with. Basis: ``yy_month``, ``yy_quarter``, ``yy_year`` or ``mm``,
    ``qq``; the series' own for a series in percent. Raises :class:`BasisError` for any other unit.

    >>> r, = rates(readings.series_from({"2026-08": 109.8}, "index_py100"))
    >>> r.value, r.unit, r.basis, r.base
    (9.8, 'percent', 'yy_month', Period('2025-08'))
    """
    readings.require(data, "index_py100", "index_pp100", "percent")
    return tuple(_rate(r) for r in readings.readings(data).values())


def _rate(r: Reading) -> Reading:
    if r.unit == "percent":
        return r
    p, yearly = r.period, r.unit == "index_py100"
    bases = {"M": "yy_month", "Q": "yy_quarter"} if yearly else {"M": "mm", "Q": "qq"}
    basis = bases.get(p.frequency, "yy_year" if yearly else "pp")
    value = None if r.value is None else rate_from_index(r.value)
    return r.of(value=value, unit="percent", basis=basis, base=p.year_before() if yearly else p.shift(-1))


def rate_at(data: Levels, period: Period) -> Reading:
    """Return the rate of one period, as :func:`rates` does, without computing the others.

    Raises as :func:`rates`, and as :func:`~kzreport.indicators.readings.at`.

    >>> x = readings.series_from({"2026-07": 110.2, "2026-08": 109.8}, "index_py100")
    >>> rate_at(x, Period.parse("2026-08")).value
    9.8
    """
    readings.require(data, "index_py100", "index_pp100", "percent")
    r = at(data, period)
    return _rate(r) if r.ok else at(rates(data) or (r.of(unit="percent"),), period)


def index_level(data: Levels, base: Period, value: float = 100.0) -> tuple[Reading, ...]:
    """Levels relative to ``base`` = 100: ``value * x / x_base``, unit ``index``, basis ``"<base>=100"``.

    ``base`` may be longer than the periods of the data (the mean of a year). Without a positive base every reading has
    its status. Raises :class:`BasisError` for rates.

    >>> x = readings.series_from({"2021": 444_000, "2023": 4_165_000}, "tonne")
    >>> [round(r.value, 1) for r in index_level(x, Period.parse("2021"))]
    [100.0, 938.1]
    """
    b = mean(data, base)
    if is_rate(b.unit):
        raise BasisError(explain(f"index of {b.name}", f"unit {b.unit}", "a level", "chain the rates first"))
    found = []
    for r in readings.readings(data).values():
        status = first_status(r, b)
        status = readings.base_status(valued(b)) if status is Status.OK else status
        v = value * valued(r) / valued(b) if status is Status.OK else None
        found.append(merge("index_level", v, "index", r, b, status=status, basis=f"{base}={value:g}", base=base))
    return tuple(found)


def rebase(data: Levels, base: Period) -> tuple[Reading, ...]:
    """Move an index to another base period; every growth rate stays the same.

    Raises :class:`BasisError` for other units.

    >>> x = index_level(readings.series_from({"2021": 1, "2022": 2, "2023": 4}, "tonne"), Period.parse("2021"))
    >>> [r.value for r in rebase(x, Period.parse("2022"))]
    [50.0, 100.0, 200.0]
    """
    readings.require(data, "index")
    return index_level(data, base)


def splice(old: Levels, new: Levels, overlap: Period) -> tuple[Reading, ...]:
    """One series from two: ``old`` before the overlap, ``k * new`` from it on, ``k = old(o) / new(o)``.

    ``overlap`` is a month (or quarter), or a year, whose means are linked: the two differ. Growth within each part is
    unchanged, only the level of ``new`` moves. Unit and basis come from ``old``. Raises :class:`BasisError` for mixed
    units or rates; readings from the overlap on carry its status if it is not in both series. Source: IMF CPI Manual
    (2020), ch. 9.

    >>> a = readings.series_from({"2020": 100, "2021": 110}, "index", basis="2020=100")
    >>> b = readings.series_from({"2021": 100, "2022": 120}, "index", basis="2021=100")
    >>> [r.value for r in splice(a, b, Period.parse("2021"))]
    [100.0, 110.0, 132.0]
    """
    o, n = mean(old, overlap), mean(new, overlap)
    if o.unit != n.unit or is_rate(o.unit):
        raise readings.mixed(n, o)
    link = first_status(o, n)
    link = readings.quotient_status(valued(o), valued(n)) if link is Status.OK else link
    found = [r for p, r in readings.readings(old).items() if p.end < overlap.start]
    for p, r in readings.readings(new).items():
        if p.start < overlap.start:
            continue
        status = link if link is not Status.OK else r.status
        v = valued(r) * valued(o) / valued(n) if status is Status.OK else None
        found.append(merge(o.name, v, o.unit, r, o, status=status, basis=o.basis))
    return tuple(found)
