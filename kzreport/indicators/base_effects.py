"""Base effects on a twelve-month rate: the month added, the month dropped, and their effect in the months ahead.

In scope: the arithmetic of a rate over twelve months when one month is added. Out of scope: a forecast; paths follow a
stated pace.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from kzreport.errors import ParameterError, explain
from kzreport.indicators import growth, readings
from kzreport.indicators.inflation import compound, headline, monthly, monthly_index, months_after
from kzreport.indicators.readings import first_status, merge, valued
from kzreport.model import Period, Reading, Series, Status


def base_effect(yy: Series, mm: Series, period: Period | None = None) -> dict[str, Reading]:
    """Split the change of the twelve-month rate in a month: the month added and the month of a year before dropped.

    Keys, with ``s = 100 + p_{t-1}``: ``base`` ``s (100 / m_{t-12} - 1)``, what the rate would do if prices stood still;
    ``new`` ``s (m_t - 100) / m_{t-12}``, the rest; ``total`` their sum, the exact change ``s (m_t / m_{t-12} - 1)``;
    beside them ``published_change`` of the published rate, ``new_month`` and ``dropped_month`` (m/m, percent),
    ``simple`` ``m_t - m_{t-12}`` and ``log`` ``100 ln(m_t / m_{t-12})``. In points unless noted. Raises as
    :func:`headline`.

    >>> y = readings.series_from({"2023-02": 121.3, "2023-03": 118.1}, "index_py100")
    >>> m = readings.series_from({"2022-03": 103.7, "2023-03": 100.9}, "index_pp100")
    >>> effect = base_effect(y, m)
    >>> {k: round(effect[k].value, 3) for k in ("new", "base", "total")}
    {'new': 1.053, 'base': -4.328, 'total': -3.275}
    """
    p = period or readings.latest(yy)
    now, before = headline(yy, p), headline(yy, p.shift(-1))
    new, dropped = monthly(mm, p), monthly(mm, p.shift(-12))
    status = first_status(before, new, dropped)
    values: dict[str, float | None] = dict.fromkeys(("new", "base", "total", "simple", "log"))
    if status is Status.OK:
        s, m, d = 100 + valued(before), 100 + valued(new), 100 + valued(dropped)
        values = {
            "new": s * (m - 100) / d,
            "base": s * (100 / d - 1),
            "total": s * (m / d - 1),
            "simple": round(m - d, 9),
            "log": 100 * math.log(m / d),
        }
    made = {
        k: merge(
            "base_effect",
            v,
            "points",
            new,
            before,
            dropped,
            status=status,
            basis="yy_month",
            item=k,
            base=p.shift(-1),
        )
        for k, v in values.items()
    }
    change = growth.difference(now, before, name="base_effect").of(item="published_change")
    months = {
        "new_month": new.of(name="base_effect", item="new_month"),
        "dropped_month": dropped.of(name="base_effect", item="dropped_month"),
    }
    return made | {"published_change": change} | months


def base_effects_ahead(yy: Series, mm: Series, months: int = 12) -> tuple[Reading, ...]:
    """Return the base effect of each coming month, in points: the month that drops out when the new one is published.

    ``(100 + p) (100 / m_{t-12} - 1)``: the change of the rate if prices stood still that month, with ``p`` the latest
    published rate, so estimated; ``base`` is the month that falls out. Positive: last year's prices fell. Basis
    ``base_effect_at_current_rate``. More than twelve months ahead is ``missing_input``. Raises as :func:`headline`.

    >>> y = readings.series_from({"2026-08": 110}, "index_py100")
    >>> m = readings.series_from({"2025-09": 101.0, "2025-10": 99.0}, "index_pp100")
    >>> [(str(r.period), round(r.value, 9)) for r in base_effects_ahead(y, m, 2)]
    [('2026-09', -1.089108911), ('2026-10', 1.111111111)]
    """
    now, table = headline(yy), monthly_index(mm)
    found = []
    for p in now.period.shift(1).until(now.period.shift(months)) if months else ():
        dropped = table.get(p.year_before())
        value = None if dropped is None else (100 + valued(now)) * (100 / dropped - 1)
        found.append(
            readings.reading_from(
                mm,
                "base_effect_ahead",
                "base_effect_at_current_rate",
                p,
                value,
                unit="points",
                base=p.year_before(),
                estimated=True,
            )
        )
    return tuple(r.of(inputs=(mm.name, yy.name)) for r in found)


def months_overdue(yy: Series, day: Period) -> Reading:
    """The months that are over on a day and have no rate yet, a number of months; ``period``: the first of them.

    Zero while the first unknown month still runs, its last day included. Raises as :func:`headline`.

    >>> y = readings.series_from({"2026-08": 110}, "index_py100")
    >>> r = months_overdue(y, Period.parse("2026-11-25"))
    >>> r.value, r.period
    (2.0, Period('2026-09'))
    """
    first = headline(yy).period.shift(1)
    now = Period.parse(f"{day.end:%Y-%m}")
    over = [p for p in first.until(now) if p.end < day.end] if first <= now else []
    return Reading("months_overdue", float(len(over)), "months", first, inputs=(yy.name,))


def path_ahead(
    yy: Series,
    mm: Series,
    months: int = 12,
    *,
    pace: str = "same_month_mean",
    target: float | None = None,
    years: int = 3,
) -> tuple[Reading, ...]:
    """Return the mechanical path of the twelve-month rate, percent, estimated.

    It is ``(100 + p_{t-1}) m_t / m_{t-12} - 100``. Not a forecast: the path under a stated monthly pace ``m_t``.
    The twelve known m/m that drop out, each rounded, are scaled alike to make the latest rate together: after a year
    of a pace the path is that pace, no rounding on top of it.
    ``pace``: ``zero`` (prices stand still), ``target`` (``target`` percent a year, the same each month),
    ``same_month_mean`` (geometric mean of that calendar month's m/m over the last ``years`` known years). Basis
    ``path_<pace>``. ``missing_input`` from the first month that lacks an m/m. Raises :class:`ParameterError` for
    another pace, ``target`` not given, or ``years`` under 1.

    >>> y = readings.series_from({"2026-08": 110}, "index_py100")
    >>> m = readings.series_from({"2025-09": 101.0, "2025-10": 100.0}, "index_pp100")
    >>> [round(r.value, 2) for r in path_ahead(y, m, 2, pace="zero")]
    [8.91, 8.91]
    """
    if pace not in ("zero", "target", "same_month_mean") or (pace == "target" and target is None) or years < 1:
        raise ParameterError(
            explain(
                "path_ahead",
                f"pace={pace!r}, target={target}, years={years}",
                "'zero', 'same_month_mean' over 1 year or more, or 'target' with target=",
            )
        )
    now, table = headline(yy), dict(monthly_index(mm))
    known, rate, scaled = dict(table), now.value, _scaled(table, now)
    found = []
    for p in now.period.shift(1).until(now.period.shift(months)) if months else ():
        m: float | None = 100.0
        if pace == "target":
            m = 100 * (1 + (target or 0.0) / 100) ** (1 / 12)
        elif pace == "same_month_mean":
            past = [v for q, v in sorted(known.items()) if q.start.month == p.start.month and q < p][-years:]
            m = math.exp(math.fsum(math.log(v) for v in past) / len(past)) if past else None
        dropped = scaled.get(p.year_before(), table.get(p.year_before()))
        rate = (100 + rate) * m / dropped - 100 if rate is not None and m and dropped else None
        if m is not None:
            table[p] = m
        found.append(
            readings.reading_from(mm, "path_ahead", f"path_{pace}", p, rate, base=p.year_before(), estimated=True)
        )
    return tuple(r.of(inputs=(mm.name, yy.name)) for r in found)


def _scaled(table: Mapping[Period, float], now: Reading) -> dict[Period, float]:
    """Return the m/m of the twelve months of a rate, scaled alike to make it; empty if one is not known."""
    year = months_after(now.period.shift(-12), now.period)
    whole = compound(table, year)
    if whole is None:
        return {}
    factor = ((1 + valued(now) / 100) / whole) ** (1 / 12)
    return {p: table[p] * factor for p in year}
