"""Parts of a year: the same months of other years, their share in a year, projections, undoing cumulated figures.

In scope: what Jan-Aug implies, and what it does not. Out of scope: whole years and rolling windows
(:mod:`~kzreport.indicators.aggregates`).
"""

from __future__ import annotations

import math
from datetime import date

from kzreport.errors import BasisError, ParameterError, explain
from kzreport.indicators import readings
from kzreport.indicators.aggregates import total
from kzreport.indicators.growth import growth, share
from kzreport.indicators.readings import Levels, first_status, merge, valued
from kzreport.model import Interval, Period, Reading, Status
from kzreport.units import is_rate


def same_part_year(data: Levels, part: Period) -> Reading:
    """Growth of a part of a year over the same months a year earlier, in percent; never over a whole year.

    The two parts are added up from the data where they were not published whole. Status and errors as
    :func:`growth` and :func:`total`.

    >>> x = readings.series_from({"2021-01/2021-07": 311_000, "2022-01/2022-07": 845_000}, "tonne")
    >>> round(same_part_year(x, Period.parse("2022-01/2022-07")).value, 1)
    171.7
    """
    return growth(total(data, part), total(data, part.year_before()))


def part_year_share(data: Levels, part: Period) -> Reading:
    """Return the share of a part in its own year, in percent: ``100 sum(part) / sum(year)``. ``base`` is the year.

    ``partial_period`` while the year is not complete. Raises :class:`ParameterError` if ``part`` is not part of a year.

    >>> x = readings.series_from({"2025-Q1": 1, "2025-Q2": 2, "2025-Q3": 3, "2025-Q4": 4}, "musd")
    >>> part_year_share(x, Period.parse("2025-01/2025-06")).value
    30.0
    """
    year = _year_of(part)
    return share(total(data, part), total(data, year), name="part_year_share").of(base=year)


def project_year(data: Levels, part: Period, *, method: str = "share", window: int = 3) -> Reading:
    """Project a year from its part: ``sum(part) / mean share of that part in the last window years``. Estimated.

    ``interval`` is the range over those years' shares; a plain 12/8 is not offered. Status of the part or of a year
    that is missing. Raises :class:`ParameterError` for another ``method``, a ``window`` under 1 or no part of a year.

    >>> last = {2023: 40, 2024: 50}
    >>> x = {f"{y}-Q{q}": v for y in last for q, v in enumerate((10, 20, 30, last[y]), 1)}
    >>> r = project_year(readings.series_from(x | {"2025-Q1": 11}, "musd"), Period.parse("2025-Q1"), window=2)
    >>> round(r.value, 1), round(r.interval.low, 1), round(r.interval.high, 1), r.estimated
    (115.2, 110.0, 121.0, True)
    """
    if method != "share" or window < 1:
        raise ParameterError(
            explain("project_year", f"method={method!r}, window={window}", "'share', window of 1 or more")
        )
    year = _year_of(part)
    known, past, p = total(data, part), [], part
    for _ in range(window):
        p = p.year_before()
        past.append(part_year_share(data, p))
    status = first_status(known, *past)
    shares = [r.value for r in past if r.value is not None]
    if status is Status.OK and min(shares) <= 0:
        status = Status.ZERO_BASE if min(shares) == 0 else Status.SIGN_CHANGE
    value, interval = None, None
    if status is Status.OK:
        value = 100 * valued(known) / (math.fsum(shares) / len(shares))
        ends = sorted((100 * valued(known) / min(shares), 100 * valued(known) / max(shares)))
        interval = Interval(*ends)
    return merge(
        "project_year",
        value,
        known.unit,
        known,
        *past,
        status=status,
        period=year,
        base=part,
        interval=interval,
        estimated=True,
    )


def decumulate(ytd: Levels, *, allow_negative: bool = False) -> tuple[Reading, ...]:
    """Flows of single months (quarters) from figures cumulated since January, by difference.

    If a cumulated figure is missing, the next increment covers a longer span, which is its period. A negative increment
    means that earlier months were revised inside the later figure: ``not_comparable``, unless ``allow_negative`` (net
    flows, which may be negative). Raises :class:`ParameterError` for a figure that does not begin in January,
    :class:`BasisError` for rates.

    >>> x = {"2025-01": 3, "2025-01/2025-02": 5, "2025-01/2025-03": 9, "2025-01/2025-06": 8}
    >>> [(str(r.period), r.value) for r in decumulate(readings.series_from(x, "musd"))]
    [('2025-01', 3.0), ('2025-02', 2.0), ('2025-03', 4.0), ('2025-Q2', None)]
    """
    found: list[Reading] = []
    before: Reading | None = None
    for p, r in readings.readings(ytd).items():
        if p.start.month != 1 or p.start.day != 1 or p.start.year != p.end.year or is_rate(r.unit):
            raise (BasisError if is_rate(r.unit) else ParameterError)(
                explain(f"decumulate {r.name}", f"{p}, {r.unit}", "a flow cumulated since January")
            )
        if not r.ok:
            continue
        if before is None or before.period.year != p.year:
            found.append(r.of(name="decumulated", period=_between(p.start, p.end)))
        else:
            month = before.period.end.month + 1
            value = (r.value or 0.0) - (before.value or 0.0)
            status = Status.NOT_COMPARABLE if value < 0 and not allow_negative else Status.OK
            span = _between(date(p.year, month, 1), p.end)
            found.append(merge("decumulated", value, r.unit, r, before, status=status, period=span))
        before = r
    return tuple(found)


def _year_of(part: Period) -> Period:
    if part.start.year != part.end.year or part.months >= 12:
        raise ParameterError(explain("part", part, "a part of one calendar year"))
    return Period.parse(str(part.end.year))


def _between(start: date, end: date) -> Period:
    months = 12 * (end.year - start.year) + end.month - start.month + 1
    if months == 1:
        return Period(start, end, "M")
    return Period(start, end, "Q" if months == 3 and start.month % 3 == 1 else "S")
