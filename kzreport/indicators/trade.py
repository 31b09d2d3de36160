"""Trade: exports and imports of goods together, as shares, as parts of a growth, as printed in a text, in euros.

In scope: arithmetic on flows of goods with partners. Out of scope: their concentration
(:mod:`~kzreport.indicators.concentration`), the partner's report of the same flow (:mod:`~kzreport.indicators.mirror`),
expected levels (:mod:`~kzreport.indicators.reexports`).

A flow is ``exports``, ``imports`` or ``turnover`` (their sum), and its basis or its name identifies it (``exports``,
``exports_by_partner``): a share of exports is never taken of imports, a balance never the wrong way round. Values in
million dollars, exports FOB and imports CIF as the country reports them. Source: UN, International Merchandise Trade
Statistics: Concepts and Definitions 2010.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from kzreport.errors import BasisError, ParameterError, explain
from kzreport.indicators import aggregates, decomposition, growth, part_years, readings
from kzreport.indicators.readings import Levels, at, first_status, merge, valued
from kzreport.model import Interval, Period, Reading, Series, Status
from kzreport.units import is_rate

FLOWS = ("exports", "imports", "turnover")
_DIMS = ("partner", "country")


def flow_of(r: Reading) -> str:
    """Return the flow of a reading: ``exports``, ``imports`` or ``turnover``, from its basis, else its name.

    Raises :class:`BasisError` for a reading that names no flow, or a balance.

    >>> flow_of(at(readings.series_from({"2024": 5}, "musd", name="exports_by_partner"), "2024"))
    'exports'
    """
    for said in (r.basis, r.name):
        found = next((f for f in FLOWS if said == f or said.startswith(f + "_")), "")
        if found:
            return found
    raise BasisError(explain(f"{r.name} {r.period}", f"basis {r.basis!r}", f"a flow: {', '.join(FLOWS)}"))


def turnover(exports: Reading, imports: Reading) -> Reading:
    """``exports + imports``, in their unit; basis ``turnover``. Status of an input without a number.

    Raises :class:`BasisError` unless the first is exports and the second imports of one unit, period and
    partner.

    >>> x, m = (at(readings.series_from({"2024": v}, "musd", name=n), "2024")
    ...         for n, v in (("exports", 81_674.1), ("imports", 60_398.0)))
    >>> round(turnover(x, m).value, 1), turnover(x, m).basis
    (142072.1, 'turnover')
    """
    return _together("turnover", exports, imports, lambda x, m: x + m, lambda x, m: (x.low + m.low, x.high + m.high))


def balance(exports: Reading, imports: Reading) -> Reading:
    """Return ``exports - imports`` in their unit; negative is a deficit; basis ``balance``. Raises as :func:`turnover`.

    >>> x, m = (at(readings.series_from({"2024": v}, "musd", name=n), "2024")
    ...         for n, v in (("exports", 81_674.1), ("imports", 60_398.0)))
    >>> round(balance(x, m).value, 1)
    21276.1
    """
    return _together("balance", exports, imports, lambda x, m: x - m, lambda x, m: (x.low - m.high, x.high - m.low))


def coverage(exports: Reading, imports: Reading) -> Reading:
    """Return the part of imports that exports cover, in percent: ``100 exports / imports``.

    ``zero_base`` without imports. Raises as :func:`turnover`.

    >>> x, m = (at(readings.series_from({"2024": v}, "musd", name=n), "2024")
    ...         for n, v in (("exports", 81_674.1), ("imports", 60_398.0)))
    >>> round(coverage(x, m).value, 2)
    135.23
    """
    status = readings.base_status(imports.value or 0.0) if exports.ok and imports.ok else Status.OK

    def ends(x: Interval, m: Interval) -> tuple[float, float] | None:
        return (100 * x.low / m.high, 100 * x.high / m.low) if m.low > 0 and x.low >= 0 else None

    made = _together("coverage", exports, imports, lambda x, m: 100 * (x / m), ends, "percent", status)
    return made


def by_partner(flow: Series, period: Period) -> dict[str, Reading]:
    """Partner -> reading of ``period``, in alphabetical order; ``item`` is the partner.

    A partner that the series has in other periods only is ``missing_input``: nothing was published, which is
    not zero. Raises :class:`BasisError` for a series without the dimension ``partner`` (or ``country``).

    >>> a, b = (readings.series_from({y: 1}, "musd", name="exports", partner=p) for y, p in (("2023", "CHN"),
    ...         ("2024", "RUS")))
    >>> {k: r.status.value for k, r in by_partner(readings.joined(a, b), Period.parse("2024")).items()}
    {'CHN': 'missing_input', 'RUS': 'ok'}
    """
    column = next((c for c in _DIMS if any(c in o.dims for o in flow)), "")
    if not column and len(flow):
        raise BasisError(explain(f"series {flow.name}", "no column of partners", " or ".join(_DIMS)))
    return {n: at(one, period).of(item=n) for n, one in flow.split(column).items()}


def grouped(parts: Mapping[str, Reading], groups: Mapping[str, Sequence[str]]) -> dict[str, Reading]:
    """Partners with the members of each group replaced by their sum: the EU as one instead of 27.

    ``groups`` is a partition: name -> members. A group with a member absent or without a number is
    ``missing_input`` (a sum of some would pass for the sum of all). Groups come first. Raises
    :class:`ParameterError` for a member of two groups, an empty group or a group called as a partner that
    stays, :class:`BasisError` for mixed units, bases or periods.

    >>> x = {k: at(readings.series_from({"2024": v}, "musd", name="exports"), "2024")
    ...      for k, v in {"DEU": 3, "FRA": 2, "CHN": 9}.items()}
    >>> {k: r.value for k, r in grouped(x, {"EU": ("DEU", "FRA")}).items()}
    {'EU': 5.0, 'CHN': 9.0}
    """
    members = [m for g in groups.values() for m in g]
    stay = {k: r for k, r in parts.items() if k not in members}
    if len(set(members)) < len(members) or set(stay) & set(groups) or not all(groups.values()):
        raise ParameterError(explain("groups", dict(groups), "a partition: each partner in one group at most"))
    _alike(parts)
    found: dict[str, Reading] = {}
    for name, inside in groups.items():
        known = [parts[m] for m in inside if m in parts]
        model = known or list(parts.values())[:1]
        if not model:
            raise ParameterError(explain(f"group {name}", "no partners at all", "at least one"))
        status = first_status(*known) if len(known) == len(inside) else Status.MISSING_INPUT
        value = math.fsum(r.value or 0.0 for r in known)
        found[name] = merge(model[0].name, value, model[0].unit, *model, status=status, item=name)
    return found | stay


def shares(parts: Mapping[str, Reading], total: Reading, *, of: str) -> dict[str, Reading]:
    """Return shares of partners in exports, imports or turnover, in percent: ``100 part / total``.

    The name identifies the flow. Keys: the partners and ``rest`` (what the list leaves of 100: exactly the sum to 100;
    estimated, ``missing_input`` if a part is). Raises :class:`BasisError` unless all parts and the total are the flow
    ``of``, of one unit and period; :class:`ParameterError` for another ``of`` or a partner called ``rest``.

    >>> x = {k: at(readings.series_from({"2024": v}, "musd", name="exports"), "2024")
    ...      for k, v in {"CHN": 15, "RUS": 10, "all": 50}.items()}
    >>> found = shares({k: x[k] for k in ("CHN", "RUS")}, x["all"], of="exports")
    >>> {k: r.value for k, r in found.items()}, found["CHN"].name
    ({'CHN': 30.0, 'RUS': 20.0, 'rest': 50.0}, 'share_of_exports')
    """
    if of not in FLOWS or "rest" in parts:
        raise ParameterError(explain("shares", f"of={of!r}, {', '.join(parts)}", f"of={', '.join(FLOWS)}; no 'rest'"))
    for r in (total, *parts.values()):
        if flow_of(r) != of or (r.unit, r.period) != (total.unit, total.period):
            raise BasisError(explain(f"share of {of}", f"{r.name}, {r.unit}, {r.period}", f"{of}, {total.period}"))
    name = f"share_of_{of}"
    found = {k: growth.share(r, total, name=name).of(item=k) for k, r in parts.items()}
    status, left = first_status(total, *found.values()), None
    if status is Status.OK:
        status = readings.base_status(valued(total))
        left = 100 - math.fsum(valued(r) for r in found.values())
    rest = merge(name, left, "percent", total, *parts.values(), status=status, item="rest", estimated=True)
    return found | {"rest": rest}


def contributions(exports: Series, imports: Series, new: Period, old: Period) -> dict[str, Reading]:
    """Return contributions of partners and flows to growth of turnover, in points: ``100 (x - x_old) / turnover_old``.

    Keys: ``exports_CHN``, ``imports_CHN`` ... (``exports``, ``imports`` for series without partners), ``residual`` (0),
    ``total`` (percent, the growth of the turnover of those partners). Choose partners with ``where`` first. A partner
    that one side lacks is ``missing_input``. Status and errors as
    :func:`~kzreport.indicators.decomposition.contributions` and :func:`flow_of`.

    >>> x, m = (readings.series_from({"2021": a, "2023": b}, "musd", name=n) for n, a, b in
    ...         (("exports", 9_772.51, 14_666.2), ("imports", 8_228.46, 15_389.2)))
    >>> found = contributions(x, m, Period.parse("2023"), Period.parse("2021"))
    >>> {k: round(r.value, 2) for k, r in found.items()}
    {'exports': 27.19, 'imports': 39.78, 'residual': 0.0, 'total': 66.97}
    """

    def side_of(period: Period) -> dict[str, Reading]:
        side: dict[str, Reading] = {}
        for flow, series in (("exports", exports), ("imports", imports)):
            split = any(c in o.dims for o in series for c in _DIMS)
            parts = by_partner(series, period) if split else {"": at(series, period)}
            for partner, r in parts.items():
                if flow_of(r) != flow:
                    raise BasisError(explain(f"contributions, {flow}", f"{r.name}, {r.basis}", flow))
                side["_".join(filter(None, (flow, partner)))] = r.of(basis="turnover")
        return side

    return decomposition.contributions(side_of(new), side_of(old))


def with_rounding(printed: Reading, decimals: int) -> Reading:
    """A printed number as the interval that rounds to it: half a unit of its last digit either side.

    ``decimals`` counts in the reading's unit and may be negative: 21.7 billion is 21,700 million with -2.

    >>> with_rounding(at(readings.series_from({"2023": 21_700}, "musd"), "2023"), -2).interval
    Interval(low=21650.0, high=21750.0)
    """
    if printed.value is None:
        return printed
    half = 0.5 * 10.0**-decimals
    return printed.of(interval=Interval(printed.value - half, printed.value + half))


def implied_total(value: Reading, share: Reading) -> Reading:
    """Return the total implied by a printed value and its share: ``100 value / share``, in the unit of ``value``.

    Over the intervals of both (:func:`with_rounding`); estimated. ``zero_base`` / ``negative_base`` for a share whose
    interval is not above 0. Raises :class:`BasisError` for a value that is a rate, a share that is not in percent, or
    other periods.

    >>> v = with_rounding(at(readings.series_from({"2024": 45_000}, "musd"), "2024"), -3)
    >>> s = with_rounding(at(readings.series_from({"2024": 37}, "percent"), "2024"), 0)
    >>> r = implied_total(v, s)
    >>> round(r.value, 1), round(r.interval.low, 1), round(r.interval.high, 1)
    (121621.6, 118666.7, 124657.5)
    """
    if is_rate(value.unit) or share.unit != "percent" or share.period != value.period:
        raise readings.mixed(value, share)
    status, total, interval = first_status(value, share), None, None
    if status is Status.OK:
        v, s = ends(value), ends(share)
        status = readings.base_status(s.low)
        if status is Status.OK:
            total = 100 * valued(value) / valued(share)
            corners = [100 * a / b for a in (v.low, v.high) for b in (s.low, s.high)]
            interval = Interval(min(corners), max(corners)) if value.interval or share.interval else None
    made = merge("implied_total", total, value.unit, value, share, status=status, item="", interval=interval)
    return made.of(estimated=True)


def part_of(whole: Reading, share: Reading) -> Reading:
    """The part that a printed share makes of a whole, in its unit: ``whole share / 100``. Estimated.

    Only sound where the share is of the same thing: a share of tonnes is not a share of dollars, so the caller names
    its assumption. Status of an input without a number. Raises :class:`BasisError` for a whole that is a rate, a share
    that is not in percent, or other periods.

    >>> x, s = (at(readings.series_from({"2024": v}, u), "2024") for v, u in ((316.5, "musd"), (80, "percent")))
    >>> part_of(x, s).value
    253.2
    """
    if is_rate(whole.unit) or share.unit != "percent" or share.period != whole.period:
        raise readings.mixed(whole, share)
    status = first_status(whole, share)
    value = round(valued(whole) * valued(share) / 100, 9) if status is Status.OK else None
    return merge("part_of", value, whole.unit, whole, share, status=status, estimated=True)


def consistent(totals: Sequence[Reading]) -> Reading:
    """Intersect the intervals of several implied totals; the value is the midpoint of the intersection.

    Estimated; ``not_comparable`` if they have no point in common: not all of the printed pairs can be right. Raises
    :class:`BasisError` for other units, bases or periods, :class:`ParameterError` without a total.

    >>> x = readings.series_from({"2023": 101_800}, "musd")
    >>> a, b = (at(x, "2023").of(interval=Interval(*i)) for i in ((101_405, 102_353), (101_072, 102_156)))
    >>> consistent([a, b]).interval
    Interval(low=101405, high=102156)
    """
    if not totals:
        raise ParameterError(explain("consistent", "no totals", "at least one"))
    _alike({str(i): r for i, r in enumerate(totals)})
    first, status, value, interval = totals[0], first_status(*totals), None, None
    if status is Status.OK:
        low, high = max(ends(r).low for r in totals), min(ends(r).high for r in totals)
        if low > high:
            status = Status.NOT_COMPARABLE
        else:
            value, interval = low + (high - low) / 2, Interval(low, high)
    return merge("consistent", value, first.unit, *totals, status=status, interval=interval, estimated=True)


def year_to_date(monthly: Levels, last: Period | None = None) -> dict[str, Reading]:
    """January to ``last`` (the latest month unless given) against the same months only.

    Keys: ``total`` and ``before`` (the unit of the data), ``growth`` (percent), ``projection`` (the year that
    it announces, estimated, over the shares of the last three years; itself in December). A month that is
    missing makes ``partial_period``. Raises :class:`BasisError` unless the data are monthly flows.

    >>> x = {f"{y}-{m:02}": v for y, v in ((2024, 10), (2025, 11)) for m in range(1, 13)}
    >>> found = year_to_date(readings.series_from(x, "musd"), Period.parse("2025-08"))
    >>> found["total"].value, round(found["growth"].value, 9), str(found["growth"].period)
    (88.0, 10.0, '2025-01/2025-08')
    """
    readings.require(monthly, "musd", "tonne", "teu", "tkm", frequency="M")
    end = last or readings.latest(monthly)
    if end.frequency != "M":
        raise ParameterError(explain("year_to_date, last", end, "a month"))
    year = end.year
    span = {1: f"{year}-01", 12: f"{year}"}.get(end.end.month, f"{year}-01/{year}-{end.end.month:02}")
    part = Period.parse(span)
    total = aggregates.total(monthly, part).of(name="year_to_date")
    return {
        "total": total,
        "before": aggregates.total(monthly, part.year_before()).of(name="year_to_date"),
        "growth": part_years.same_part_year(monthly, part),
        "projection": part_years.project_year(monthly, part) if end.end.month < 12 else total,
    }


def provisional(monthly: Levels, months: int = 2) -> tuple[Period, ...]:
    """The latest months that a figure exists for, which the next release usually revises.

    >>> provisional(readings.series_from({"2026-04": 1, "2026-05": 2, "2026-06": 3}, "musd"))
    (Period('2026-05'), Period('2026-06'))
    """
    known = [p for p, r in readings.readings(monthly).items() if r.ok]
    return tuple(known[-months:]) if months > 0 else ()


def convert(flow: Reading, rate: Reading, units: tuple[str, str]) -> Reading:
    """A flow in another currency, at the average rate of its own period.

    ``units``: the rate multiplies a flow in the first unit into the second, and divides a flow in the second. It
    stays in ``inputs``. A rate of several months is :func:`~kzreport.indicators.aggregates.mean`, so a missing month
    makes ``partial_period``. A share needs no conversion: both sides in one currency, or it is refused.
    Raises :class:`BasisError` for a flow in neither unit or a rate of another period. Source: BPM6, 3.104
    (flows at the rate of the transaction, else the period average; stocks at the end of period).

    >>> x = at(readings.series_from({"2024": 142_072}, "musd"), "2024")
    >>> rate = at(readings.series_from({"2023": 0.9246}, "ratio", name="rate"), "2023")
    >>> convert(x, rate, ("musd", "meur"))
    Traceback (most recent call last):
    kzreport.errors.BasisError: convert x: found musd of 2024 with rate of 2023, expected ...
    """
    if flow.unit not in units or rate.period != flow.period:
        raise BasisError(
            explain(
                f"convert {flow.name}",
                f"{flow.unit} of {flow.period} with {rate.name} of {rate.period}",
                f"a flow in {' or '.join(units)}, and the rate of the same period",
                "take the mean of the rate over the period of the flow",
            )
        )
    multiplies = flow.unit == units[0]
    status, value, interval = first_status(flow, rate), None, None
    if status is Status.OK:
        status = readings.base_status(valued(rate))
    if status is Status.OK:
        by = valued(rate) if multiplies else 1 / valued(rate)
        value = valued(flow) * by
        interval = Interval(flow.interval.low * by, flow.interval.high * by) if flow.interval else None
    return merge(flow.name, value, units[multiplies], flow, rate, status=status, interval=interval)


def ends(r: Reading) -> Interval:
    """The interval of a reading that has a number: its own, or the number alone.

    >>> ends(at(readings.series_from({"2024": 5}, "musd"), "2024"))
    Interval(low=5.0, high=5.0)
    """
    return r.interval or Interval(valued(r), valued(r))


def _alike(parts: Mapping[str, Reading]) -> None:
    for r in parts.values():
        first = next(iter(parts.values()))
        if (r.unit, r.basis, r.period) != (first.unit, first.basis, first.period):
            raise readings.mixed(r, first)


def _together(
    name: str,
    x: Reading,
    m: Reading,
    formula: Callable[[float, float], float],
    over: Callable[[Interval, Interval], tuple[float, float] | None],
    unit: str = "",
    status: Status = Status.OK,
) -> Reading:
    """Exports with imports: one unit, one period, one partner, in this order."""
    if (flow_of(x), flow_of(m)) != ("exports", "imports"):
        raise BasisError(explain(name, f"{flow_of(x)} with {flow_of(m)}", "exports, then imports"))
    if (x.unit, x.period, x.item) != (m.unit, m.period, m.item) or is_rate(x.unit):
        raise readings.mixed(x, m)
    status, value, interval = first_status(x, m) if status is Status.OK else status, None, None
    if status is Status.OK:
        value = formula(valued(x), valued(m))
        found = over(ends(x), ends(m)) if x.interval or m.interval else None
        interval = Interval(*found) if found else None
    return merge(name, value, unit or x.unit, x, m, status=status, basis=name, interval=interval)
