"""Growth: two readings compared, in percent, points, times, percent a year, logarithms or shares.

In scope: comparisons of a reading with another, true of any series. Out of scope: parts of a change
(:mod:`~kzreport.indicators.decomposition`), sums and means (:mod:`~kzreport.indicators.aggregates`), index numbers
(:mod:`~kzreport.indicators.indices`), a country, a publisher.

Comparisons take ``(new, old)`` and return one reading: a number, or the reason why it is missing
(:class:`~kzreport.model.Status`). :func:`~kzreport.indicators.readings.at` takes such a reading out of a series.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from kzreport.errors import BasisError, ParameterError, explain
from kzreport.indicators import readings
from kzreport.indicators.readings import Levels, first_status, merge, valued
from kzreport.model import Interval, Reading, Status
from kzreport.units import UNITS, is_rate

_YEAR = {"M": 12, "Q": 4, "A": 1, "S": 1}


def growth(new: Reading, old: Reading, *, name: str = "growth") -> Reading:
    """Return growth in percent: ``100 (new - old) / old``; negative is a fall.

    With the range if an input has an interval. Status instead of a number: ``zero_base``, ``negative_base``,
    ``sign_change`` (never divided by an absolute value), ``partial_period`` (Jan-Aug against a year),
    ``not_comparable`` (Jan-Aug against Feb-Sep), and the statuses of the inputs. Raises :class:`BasisError` for a rate
    (see :func:`difference`) and for mixed units, bases or frequencies.

    >>> x = readings.series_from({"2024": 276.859, "2023": 3591.25, "2025": -861.126}, "musd")
    >>> round(growth(readings.at(x, "2024"), readings.at(x, "2023")).value, 3)
    -92.291
    >>> growth(readings.at(x, "2025"), readings.at(x, "2024")).status.value
    'sign_change'
    """
    return _compare(name, "percent", new, old, lambda n, o: 100 * ((n - o) / o))


def difference(new: Reading, old: Reading, *, name: str = "difference") -> Reading:
    """Return the change ``new - old``: points for rates, ``musd_change`` for million dollars, else the unit itself.

    Status: ``partial_period``, ``not_comparable`` for periods of other length or months, and the statuses of the
    inputs. Raises :class:`BasisError` for mixed units, bases or frequencies.

    >>> x = readings.series_from({"2023-03": 118.1, "2023-02": 121.3}, "index_py100")
    >>> r = difference(readings.at(x, "2023-03"), readings.at(x, "2023-02"))
    >>> round(r.value, 9), r.unit
    (-3.2, 'points')
    """
    readings.check_same(new, old)
    status, value, interval = _comparable(new, old), None, None
    if status is Status.OK:
        value = valued(new) - valued(old)
        value = round(value, 9) if is_rate(new.unit) else value
        if new.interval or old.interval:
            interval = Interval(_ends(new).low - _ends(old).high, _ends(new).high - _ends(old).low)
    unit = UNITS[new.unit].of_difference
    return merge(name, value, unit, new, old, status=status, base=old.period, interval=interval)


def difference_shown(new: Reading, old: Reading) -> Reading:
    """Return the difference of two readings as they are shown: 0.04 of a point is none if both print alike.

    Status and errors as of :func:`difference`.

    >>> x = readings.series_from({"2023-03": 118.14, "2023-02": 118.1}, "index_py100")
    >>> difference_shown(readings.at(x, "2023-03"), readings.at(x, "2023-02")).value
    0.0
    """
    shown = (r.of(value=None if r.value is None else round(r.value, r.decimals)) for r in (new, old))
    return difference(*shown)


def symmetric_growth(new: Reading, old: Reading) -> Reading:
    """Return mid-point growth in percent: ``200 (new - old) / (|new| + |old|)``.

    Within +-200, and exactly +-200 at a change of sign. A flag beside a growth without number, not a measure.
    ``zero_base`` if both are zero. Raises as :func:`growth`.

    >>> x = readings.series_from({"2025": -861.126, "2024": 276.859}, "musd")
    >>> symmetric_growth(readings.at(x, "2025"), readings.at(x, "2024")).value
    -200.0
    """
    readings.check_same(new, old)
    if is_rate(new.unit):
        raise BasisError(explain(f"symmetric growth of {new.name}", f"unit {new.unit}", "a level"))
    status, value = _comparable(new, old), None
    if status is Status.OK:
        larger = max(abs(valued(new)), abs(valued(old)))
        if larger == 0:
            status = Status.ZERO_BASE
        else:  # divided by the larger first: neither sum nor product can leave the range of floats
            n, o = valued(new) / larger, valued(old) / larger
            value = max(-200.0, min(200.0, 200 * (n - o) / (abs(n) + abs(o))))
    return merge("symmetric_growth", value, "percent", new, old, status=status, base=old.period)


def multiple(new: Reading, old: Reading) -> Reading:
    """Return the multiple ``new / old``. Status and errors as :func:`growth`.

    >>> x = readings.series_from({"2023": 4_165_000, "2021": 444_000}, "tonne")
    >>> round(multiple(readings.at(x, "2023"), readings.at(x, "2021")).value, 6)
    9.380631
    """
    return _compare("multiple", "multiple", new, old, lambda n, o: n / o)


def percent_from_multiple(multiple: float) -> float:
    """Growth in percent of "multiplied by": ``100 (multiple - 1)``: times 9.4 is +840 %, not +940 %.

    >>> percent_from_multiple(9.4)
    840.0
    """
    return round(100 * (multiple - 1), 9)


def multiple_from_percent(percent: float) -> float:
    """The multiple of a growth in percent: ``1 + percent / 100``.

    >>> multiple_from_percent(840)
    9.4
    """
    return 1 + percent / 100


def cagr(new: Reading, old: Reading, years: float | None = None) -> Reading:
    """Compound annual growth in percent a year: ``100 ((new / old)^(1/years) - 1)``.

    ``years`` are the *elapsed* years (2021 to 2023 is two), read off the two periods unless given. Status and
    errors as :func:`growth`; raises :class:`ParameterError` for less than one year (a part of a year is not
    annualised).

    >>> x = readings.series_from({"2023": 4_165_000, "2021": 444_000}, "tonne")
    >>> round(cagr(readings.at(x, "2023"), readings.at(x, "2021")).value, 4)
    206.2782
    """
    apart = 12 * (new.period.end.year - old.period.end.year) + new.period.end.month - old.period.end.month
    n = apart / 12 if years is None else years
    if not 1 <= n < math.inf:
        raise ParameterError(
            explain("cagr, years", f"{n:g} from {old.period} to {new.period}", "one or more elapsed years")
        )
    return _compare("cagr", "percent_per_year", new, old, lambda a, b: 100 * ((a / b) ** (1 / n) - 1))


def log_growth(new: Reading, old: Reading) -> Reading:
    """Return the log growth ``ln(new / old)``, which adds over stages. ``not_comparable`` for a fall to zero.

    Other statuses and errors as :func:`growth`.

    >>> x = readings.series_from({"2023": 4_165_000, "2021": 444_000}, "tonne")
    >>> round(log_growth(readings.at(x, "2023"), readings.at(x, "2021")).value, 6)
    2.238647
    """
    return _compare("log_growth", "log", new, old, lambda n, o: math.log(n) - math.log(o), positive=True)


def share(part: Reading, whole: Reading, *, unit: str = "percent", name: str = "share") -> Reading:
    """Return a share in percent: ``100 part / whole`` of two readings of one unit.

    Bases may differ: put them into ``name``. The part may be negative (a net flow in GDP). ``zero_base`` /
    ``negative_base`` for the whole, and the statuses of the inputs. Raises :class:`BasisError` for different units and
    for a part that lies outside the whole's period.

    >>> x = readings.series_from({"2025": -861.126}, "musd")
    >>> y = readings.series_from({"2025": 306_626.0}, "musd")
    >>> round(share(readings.at(x, "2025"), readings.at(y, "2025"), unit="percent_of_gdp").value, 2)
    -0.28
    """
    if part.unit != whole.unit or part.period.start < whole.period.start or part.period.end > whole.period.end:
        raise readings.mixed(part, whole)
    status, value = first_status(part, whole), None
    if status is Status.OK:
        status = readings.base_status(valued(whole))
        value = 100 * (valued(part) / valued(whole)) if status is Status.OK else None
    return merge(name, value, unit, part, whole, status=status)


def growth_path(data: Levels, lag: int | None = None) -> tuple[Reading, ...]:
    """Return the growth of every period that has a base ``lag`` steps before (a year by default).

    A gap gives a reading with status. Raises as :func:`growth`, :class:`ParameterError` for a negative lag.

    >>> [round(r.value, 1) for r in growth_path(readings.series_from({"2021": 10, "2022": 15, "2023": 12}, "tonne"))]
    [50.0, -20.0]
    """
    table = readings.without_gaps(data)
    first = next(iter(table), None)
    if first is None:
        return ()
    step = lag or _YEAR[first.frequency]
    if step < 0:
        raise ParameterError(explain("growth_path, lag", step, "1 or more"))
    found = list(table.values())
    return tuple(growth(new, old) for new, old in zip(found[step:], found, strict=False))


def _compare(
    name: str,
    unit: str,
    new: Reading,
    old: Reading,
    formula: Callable[[float, float], float],
    positive: bool = False,
) -> Reading:
    """Apply ``formula(new, old)``, rising in new and falling in old, to values and intervals.

    A status replaces nonsense.
    """
    readings.check_same(new, old)
    if is_rate(new.unit):
        raise BasisError(
            explain(
                f"{name} of {new.name}",
                f"unit {new.unit}",
                "a level",
                "the change of a rate is difference(), in points",
            )
        )
    status, value, interval = _comparable(new, old), None, None
    if status is Status.OK:
        status = readings.quotient_status(valued(new), valued(old))
        if status is Status.OK and positive and new.value == 0:
            status = Status.NOT_COMPARABLE
        if status is Status.OK:
            value, interval = formula(valued(new), valued(old)), _range(new, old, formula)
    return merge(name, value, unit, new, old, status=status, base=old.period, interval=interval)


def _comparable(new: Reading, old: Reading) -> Status:
    """Both have a number, and a part-year is compared with the same months only."""
    a, b = new.period, old.period
    if new.ok and old.ok and a.months != b.months:
        return Status.PARTIAL_PERIOD
    if new.ok and old.ok and "S" in (a.frequency, b.frequency) and a.start.month != b.start.month:
        return Status.NOT_COMPARABLE
    return first_status(new, old)


def _ends(r: Reading) -> Interval:
    return r.interval or Interval(valued(r), valued(r))


def _range(new: Reading, old: Reading, formula: Callable[[float, float], float]) -> Interval | None:
    n, o = _ends(new), _ends(old)
    if (new.interval is None and old.interval is None) or n.low <= 0 or o.low <= 0:
        return None
    low, high = formula(n.low, o.high), formula(n.high, o.low)
    return Interval(min(low, high), max(low, high))
