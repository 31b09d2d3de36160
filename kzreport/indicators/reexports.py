"""Flows against what was to be expected of them: four estimators, their range, and their placebo.

In scope: the level that earlier years would have led one to expect, and what a flow was above it. Out of scope: why. An
excess is not evasion of anything: prices, exchange rates, domestic demand, a new recording of old trade and genuine
sales are in it, and goods in transit are not.

The four estimators disagree, at times in sign: they are published as a range, never as one number, beside what the same
estimators find in years without any event (:func:`placebo`). Yearly flows; the base years come before the year that is
judged. Source: ordinary least squares on the base years; placebo in time as in Abadie, Diamond and Hainmueller,
American Journal of Political Science 59 (2015).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from kzreport.errors import BasisError, ParameterError, explain, one_of
from kzreport.indicators import growth, readings
from kzreport.indicators.readings import Levels, at, first_status, merge, valued
from kzreport.model import Interval, Period, Reading, Status
from kzreport.units import is_rate

ESTIMATORS = ("base_year", "mean", "linear", "log_linear")
LEAST_TRIALS = 3  # placebo years: with fewer nothing is said to be usual or not
_LEAST = 3  # base years: a line through two points fits always


def expected(data: Levels, year: int, base: tuple[int, int], estimator: str) -> Reading:
    """The level to be expected of ``year`` from the base years, in the unit of the data; estimated.

    ``base`` are the first and the last base year. ``base_year``: the level of the last one; ``mean``: their
    mean; ``linear``: ``a + b year`` by least squares; ``log_linear``: ``exp(a + b year)``, least squares on
    logarithms. ``item``: the estimator; ``base``: the span of the base years used. ``missing_input`` with a
    base year missing that the estimator uses; ``zero_base``, ``negative_base`` for a logarithm of such a
    level (and ``zero_base`` where the trend leaves the range of floats). Raises :class:`ParameterError` for
    another estimator, fewer than three base years, or a year that does not follow them;
    :class:`BasisError` unless the data are yearly flows.

    >>> x = readings.series_from({"2019": 10, "2020": 20, "2021": 40}, "musd")
    >>> [round(expected(x, 2022, (2019, 2021), how).value, 1) for how in ESTIMATORS]
    [40.0, 23.3, 53.3, 80.0]
    """
    first, last = base
    if estimator not in ESTIMATORS:
        raise ParameterError(explain("expected, estimator", repr(estimator), one_of(ESTIMATORS, estimator)))
    if last - first + 1 < _LEAST or year <= last:
        raise ParameterError(
            explain("expected", f"base {first}-{last} for {year}", f"{_LEAST} base years or more, all before {year}")
        )
    years = [last] if estimator == "base_year" else list(range(first, last + 1))
    used = [at(data, Period.parse(str(y))) for y in years]
    if (
        is_rate(used[0].unit)
        or used[0].unit in {"index"}
        or (len(data) and {p.frequency for p in readings.readings(data)} != {"A"})
    ):
        raise BasisError(explain(f"expected {used[0].name}", f"{used[0].unit}, not one value a year", "yearly flows"))
    status, value = first_status(*used), None
    if status is Status.OK and estimator == "log_linear":
        status = readings.base_status(min(valued(r) for r in used))
    if status is Status.OK:
        value = _estimate(estimator, years, [valued(r) for r in used], year)
    span = Period(used[0].period.start, used[-1].period.end, "S") if len(used) > 1 else used[0].period
    return merge(
        "expected",
        value,
        used[0].unit,
        *used,
        status=status,
        period=Period.parse(str(year)),
        item=estimator,
        base=span,
        estimated=True,
    )


def excess(data: Levels, year: int, base: tuple[int, int]) -> dict[str, Reading]:
    """Return the excess of a flow over its expected level (negative: below it), by each of :data:`ESTIMATORS`.

    ``x - expected``: ``musd_change`` for million dollars, else the unit of the data; estimated. Keys and ``item``: the
    estimators; ``base``: the base years. An excess over what was expected may have any reason: it is not evasion.
    Status of ``expected`` or of the year itself; raises as :func:`expected`.

    >>> x = readings.series_from({"2019": 10, "2020": 20, "2021": 40, "2022": 60}, "musd")
    >>> {k: round(r.value, 1) for k, r in excess(x, 2022, (2019, 2021)).items()}
    {'base_year': 20.0, 'mean': 36.7, 'linear': 6.7, 'log_linear': -20.0}
    """
    now = at(data, Period.parse(str(year)))
    found: dict[str, Reading] = {}
    for how in ESTIMATORS:
        usual = expected(data, year, base, how)
        made = growth.difference(now, usual, name="excess")
        found[how] = made.of(item=how, base=usual.base, estimated=True)
    return found


def excess_range(data: Levels, year: int, base: tuple[int, int]) -> Reading:
    """From the lowest to the highest excess over the four estimators: the interval is the finding.

    ``value`` is its midpoint, which nobody estimated: estimated, not to be printed alone. The status of the
    first estimator without a number, so that a range is always over all four. Not a range of evasion, nor a
    confidence interval. Raises as :func:`expected`.

    >>> x = readings.series_from({"2019": 10, "2020": 20, "2021": 40, "2022": 60}, "musd")
    >>> r = excess_range(x, 2022, (2019, 2021))
    >>> round(r.interval.low, 1), round(r.interval.high, 1), same_sign(r)
    (-20.0, 36.7, False)
    """
    found = list(excess(data, year, base).values())
    return _over("excess_range", found, found[0].period, Period(_year(base[0]).start, _year(base[1]).end, "S"))


def same_sign(r: Reading) -> bool | None:
    """Return whether all estimators of a range agree on the sign: 0 lies outside the interval. None without a number.

    >>> x = readings.series_from({"2019": 10, "2020": 20, "2021": 40, "2022": 90}, "musd")
    >>> same_sign(excess_range(x, 2022, (2019, 2021)))
    True
    """
    return None if r.interval is None else r.interval.low > 0 or r.interval.high < 0


def placebo(
    data: Levels, before: int, *, horizon: int = 1, first: int | None = None, window: int | None = None
) -> tuple[dict[str, Reading], ...]:
    """:func:`excess` of years before the event, each treated as if it had happened then: what one sees without.

    For every year ``t < before``: base years up to ``t - horizon``, from the first year of the data (or
    ``first``), or ``window`` of them. ``horizon`` is the distance of the judged year from the last base year
    (2023 from a base to 2021: 2), since errors grow with it. In order of years; a year with fewer than three
    base years is left out, so the result may be empty. The years overlap: they are not independent draws.
    Raises :class:`ParameterError` for a horizon under 1 or a window under 3; else as :func:`expected`.

    >>> x = readings.series_from({str(y): 100 + 10 * i for i, y in enumerate(range(2015, 2023))}, "musd")
    >>> [(str(e["linear"].period), round(e["linear"].value, 6)) for e in placebo(x, 2022, window=5)]
    [('2020', 0.0), ('2021', 0.0)]
    """
    if horizon < 1 or (window is not None and window < _LEAST):
        raise ParameterError(explain("placebo", f"horizon {horizon}, window {window}", f"1 or more, {_LEAST} or more"))
    known = [p.year for p, r in readings.readings(data).items() if r.ok]
    start = min(known, default=before) if first is None else first
    found = []
    for year in range(start + (window or _LEAST) + horizon - 1, before):
        last = year - horizon
        found.append(excess(data, year, (start if window is None else last - window + 1, last)))
    return tuple(found)


def placebo_range(trials: Sequence[dict[str, Reading]]) -> Reading | None:
    """The spread over all estimators and years of :func:`placebo`: an excess inside it is nothing unusual.

    The period is the span of those years; trials without a number are left out. None where none is left: then it cannot
    be judged how unusual an excess is.

    >>> x = readings.series_from({str(y): v for y, v in zip(range(2015, 2020), (10, 12, 11, 14, 13))}, "musd")
    >>> r = placebo_range(placebo(x, 2020))
    >>> round(r.interval.low, 1), round(r.interval.high, 1), str(r.period)
    (-1.7, 3.0, '2018-01/2019-12')
    """
    found = [r for trial in trials for r in trial.values() if r.ok]
    if not found:
        return None
    first, last = found[0].period, found[-1].period
    return _over("placebo_range", found, first if first == last else Period(first.start, last.end, "S"), None)


def unusual(r: Reading, usual: Reading | None) -> bool | None:
    """Return whether a range lies wholly outside the spread of its placebo. None if one of them has no number.

    >>> x = readings.series_from({str(y): v for y, v in zip(range(2015, 2021), (10, 12, 11, 14, 13, 30))}, "musd")
    >>> unusual(excess_range(x, 2020, (2015, 2019)), placebo_range(placebo(x, 2020)))
    True
    """
    if r.interval is None or usual is None or usual.interval is None:
        return None
    return not r.interval.overlaps(usual.interval)


def judged(r: Reading, trials: Sequence[dict[str, Reading]]) -> bool | None:
    """Return :func:`unusual` against placebo years that are enough, None with fewer than :data:`LEAST_TRIALS`.

    >>> x = readings.series_from({str(y): v for y, v in zip(range(2015, 2021), (10, 12, 11, 14, 13, 30))}, "musd")
    >>> found = excess_range(x, 2020, (2015, 2019))
    >>> judged(found, placebo(x, 2020)), len(placebo(x, 2020))
    (None, 2)
    """
    known = [trial for trial in trials if any(e.ok for e in trial.values())]
    return unusual(r, placebo_range(known)) if len(known) >= LEAST_TRIALS else None


def _year(year: int) -> Period:
    return Period.parse(str(year))


def _over(name: str, found: Sequence[Reading], period: Period, base: Period | None) -> Reading:
    status, value, interval = first_status(*found), None, None
    if status is Status.OK:
        low, high = min(valued(r) for r in found), max(valued(r) for r in found)
        value, interval = low + (high - low) / 2, Interval(low, high)
    return merge(
        name,
        value,
        found[0].unit,
        *found,
        status=status,
        period=period,
        item="",
        base=base,
        interval=interval,
        estimated=True,
    )


def _estimate(estimator: str, years: Sequence[int], levels: Sequence[float], year: int) -> float:
    if estimator == "base_year":
        return levels[-1]
    if estimator == "mean":
        return math.fsum(levels) / len(levels)
    if estimator == "linear":
        return _line(years, levels, year)
    try:
        return math.exp(_line(years, [math.log(v) for v in levels], year))
    except OverflowError:
        return math.inf


def _line(x: Sequence[int], y: Sequence[float], at_x: int) -> float:
    """The least squares line through the points, at ``at_x``."""
    n = len(x)
    middle, level = math.fsum(x) / n, math.fsum(y) / n
    spread = math.fsum((a - middle) ** 2 for a in x)
    slope = math.fsum((a - middle) * (b - level) for a, b in zip(x, y, strict=True)) / spread
    return level + slope * (at_x - middle)
