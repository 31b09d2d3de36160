"""Change: growth, multiples, shares, contributions, indices, part-years. Every other subject compares through
here.

What belongs here: arithmetic that is true of any series. What does not: a country, a price index, a
publisher, a file, a word, a clock. The subjects beside this file say which basis a figure has; this file
refuses to mix them.

Comparisons take two :class:`~kzreport.model.Reading`, always ``(new, old)``, and return one: a number, or the
reason why there is none (:class:`~kzreport.model.Status`). :func:`at` takes such a reading out of a series.
Functions over many periods take :data:`Levels`: a :class:`~kzreport.model.Series` with one observation a
period, or readings in any order. Flags travel: what is made from an estimated reading is estimated, what is
made from a missing one is missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from kzreport.errors import BasisError, DataError, ParameterError, explain
from kzreport.model import Interval, Observation, Period, Reading, Series, Status

Levels = Series | Sequence[Reading]

# Units of rates: their change is a difference in points, never a growth in percent.
RATES = frozenset({"percent", "points", "percent_of_gdp", "percent_per_year", "index_py100", "index_pp100", "log"})
_DIFFERENCE = dict.fromkeys(RATES - {"log"}, "points") | {"musd": "musd_change"}
_YEAR = {"M": 12, "Q": 4, "A": 1, "S": 1}
_ITEMS = ("component", "country", "partner", "publisher")


# ---- series and readings


def series_from(
    values: Mapping[str, float | None], unit: str, *, name: str = "x", basis: str = "", **dims: str
) -> Series:
    """A series typed by hand, for doctests, tests and trying things; real ones come from
    ``kzreport.catalogue``.

    ``values`` maps period -> value; each is published on the last day of its period. Raises
    :class:`DataError` for a text that is no period.

    >>> series_from({"2025": 112.3, "2024": 108.6}, "index_py100").last
    Period('2025')
    """
    rows = sorted((Period.parse(p), v) for p, v in values.items())
    found = tuple(Observation(p, v, p.end, dims) for p, v in rows)
    kinds = {p.frequency for p, _ in rows}
    frequency = kinds.pop() if len(kinds) == 1 else "mixed"
    return Series(name, {"en": name, "fr": name}, unit, basis, frequency, "", date.max, found)


def joined(*parts: Series) -> Series:
    """One series from parts that differ in their dimensions or periods, as :func:`series_from` makes them.

    Raises :class:`BasisError` if units or bases differ, :class:`ParameterError` without a part.

    >>> low, high = (series_from({"2022": v}, "percent", bound=b) for b, v in (("low", 4), ("high", 6)))
    >>> len(joined(low, high))
    2
    """
    if not parts:
        raise ParameterError(explain("joined", "no series", "at least one"))
    for s in parts:
        if (s.unit, s.basis) != (parts[0].unit, parts[0].basis):
            raise BasisError(explain(f"joined {s.name}", f"{s.unit}, {s.basis}", "the same unit and basis"))
    frequency = parts[0].frequency if len({s.frequency for s in parts}) == 1 else "mixed"
    return replace(parts[0], frequency=frequency, observations=tuple(o for s in parts for o in s))


def readings(data: Levels) -> dict[Period, Reading]:
    """Period -> reading, in order of time; a withdrawn value is a reading with the status ``missing_input``.

    Raises :class:`BasisError` if a period comes twice (choose with ``where`` first), or units or bases
    differ.

    >>> [str(p) for p in readings(series_from({"2024": 2, "2023": None}, "tonne"))]
    ['2023', '2024']
    """
    if isinstance(data, Series):
        data.values  # noqa: B018 - raises for a period with several observations
        items = [_reading(data, o) for o in data]
    else:
        items = list(data)
    found: dict[Period, Reading] = {}
    for r in sorted(items, key=lambda r: r.period):
        if r.period in found:
            raise BasisError(explain(f"readings of {r.name}", f"{r.period} twice", "one reading a period"))
        if (r.unit, r.basis) != (items[0].unit, items[0].basis):
            raise _mixed(r, items[0])
        found[r.period] = r
    return found


def _reading(series: Series, o: Observation) -> Reading:
    item = next((o.dims[k] for k in _ITEMS if k in o.dims), "")
    status = Status.MISSING_INPUT if o.value is None else Status.OK
    return Reading(series.name, o.value, series.unit, o.period, status, series.basis, item, inputs=(series.name,))


def at(data: Levels, period: Period | str) -> Reading:
    """The reading of one period, ``missing_input`` if there is none.

    Raises :class:`DataError` if ``data`` is empty (then not even the unit is known), :class:`BasisError` as
    :func:`readings` does.

    >>> at(series_from({"2024": 5}, "tonne"), "2024").value
    5.0
    >>> at(series_from({"2024": 5}, "tonne"), "2023").status.value
    'missing_input'
    """
    wanted = Period.parse(period) if isinstance(period, str) else period
    found = readings(data)
    if wanted in found:
        return found[wanted]
    if isinstance(data, Series):
        return Reading.missing(data.name, data.unit, wanted, basis=data.basis, inputs=(data.name,))
    first = next(iter(found.values()), None)
    if first is None:
        raise DataError(explain(f"reading of {wanted}", "no readings at all", "at least one"))
    return first.of(value=None, status=Status.MISSING_INPUT, period=wanted, interval=None, base=None, estimated=False)


def latest(data: Levels) -> Period:
    """The latest period with a number.

    Raises :class:`DataError` if there is none: nothing of the series was published by the date it was loaded
    for.

    >>> latest(series_from({"2024": 5, "2025": None}, "tonne"))
    Period('2024')
    """
    last = max((p for p, r in readings(data).items() if r.ok), default=None)
    if last is None:
        name = data.name if isinstance(data, Series) else "readings"
        raise DataError(explain(name, "no value", "at least one", "choose a later as_of date"))
    return last


def require(data: Levels, *units: str, frequency: str | None = None) -> None:
    """Say that a function works on these units (and this frequency) only.

    Raises :class:`BasisError` otherwise. An empty sequence of readings passes.

    >>> require(series_from({"2024": 5}, "tonne"), "percent")
    Traceback (most recent call last):
    kzreport.errors.BasisError: x: found unit tonne, expected percent.
    """
    if isinstance(data, Series):
        name, unit, kinds = data.name, data.unit, {data.frequency}
    else:
        name = data[0].name if data else ""
        unit, kinds = (data[0].unit if data else units[0]), {r.period.frequency for r in data}
    if unit not in units:
        raise BasisError(explain(name, f"unit {unit}", " or ".join(units)))
    if frequency is not None and kinds - {frequency}:
        raise BasisError(explain(name, f"frequency {', '.join(sorted(kinds))}", frequency))


def rate_from_index(value: float) -> float:
    """Percent from "previous period = 100", free of the noise of binary fractions: ``value - 100``, 9
    decimals.

    >>> rate_from_index(103.7), 103.7 - 100
    (3.7, 3.700000000000003)
    """
    return round(value - 100, 9)


def rates(data: Levels) -> tuple[Reading, ...]:
    """Published indices (``index_py100``, ``index_pp100``) as rates in percent; a series in percent stays as
    it is.

    ``base`` is the period that the publisher compares with. Basis: ``yy_month``, ``yy_quarter``, ``yy_year``
    or ``mm``, ``qq``; that of the series for a series in percent. Raises :class:`BasisError` for any other
    unit.

    >>> r, = rates(series_from({"2026-08": 109.8}, "index_py100"))
    >>> r.value, r.unit, r.basis, r.base
    (9.8, 'percent', 'yy_month', Period('2025-08'))
    """
    require(data, "index_py100", "index_pp100", "percent")
    found = []
    for p, r in readings(data).items():
        if r.unit != "percent":
            yearly = r.unit == "index_py100"
            step = {"M": "yy_month", "Q": "yy_quarter"}.get(p.frequency, "yy_year")
            basis = step if yearly else {"M": "mm", "Q": "qq"}.get(p.frequency, "pp")
            value = None if r.value is None else rate_from_index(r.value)
            r = r.of(value=value, unit="percent", basis=basis, base=p.year_before() if yearly else p.shift(-1))
        found.append(r)
    return tuple(found)


# ---- comparing two readings


def _mixed(a: Reading, b: Reading) -> BasisError:
    def side(r: Reading) -> str:
        return f"{r.unit}{', ' + r.basis if r.basis else ''}, {r.period}"

    return BasisError(
        explain(
            f"{a.name} with {b.name}",
            f"({side(a)}) with ({side(b)})",
            "the same unit, basis and frequency",
            "choose the two readings from one series, or convert one of them first",
        )
    )


def check_same(new: Reading, old: Reading) -> None:
    """Raise :class:`BasisError` unless unit, basis and frequency agree (a span of months passes with any
    frequency).

    >>> x, y = series_from({"2024": 5}, "tonne"), series_from({"2023": 5}, "teu")
    >>> check_same(at(x, "2024"), at(y, "2023"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    kzreport.errors.BasisError: x with x: found (tonne, 2024) with (teu, 2023), expected the same unit, ...
    """
    kinds = {new.period.frequency, old.period.frequency}
    if new.unit != old.unit or new.basis != old.basis or (len(kinds) > 1 and "S" not in kinds):
        raise _mixed(new, old)


def _comparable(new: Reading, old: Reading) -> Status:
    """Both have a number, and a part-year is compared with the same months only."""
    a, b = new.period, old.period
    if new.ok and old.ok and a.months != b.months:
        return Status.PARTIAL_PERIOD
    if new.ok and old.ok and "S" in (a.frequency, b.frequency) and a.start.month != b.start.month:
        return Status.NOT_COMPARABLE
    return first_status(new, old)


def valued(r: Reading) -> float:
    """The number of a reading that is known to have one. Raises :class:`ValueError` otherwise (a fault of the
    caller).

    >>> valued(at(series_from({"2024": 5}, "tonne"), "2024"))
    5.0
    """
    if r.value is None:
        raise ValueError(explain(f"reading {r.name}, {r.period}", f"status {r.status}", "a number"))
    return r.value


def quotient_status(new: float, old: float) -> Status:
    """What can be said of ``new / old``: ``zero_base``, ``sign_change``, ``negative_base`` or ok.

    >>> quotient_status(-861.1, 276.9).value
    'sign_change'
    """
    if old == 0:
        return Status.ZERO_BASE
    if new < 0 < old or old < 0 < new:
        return Status.SIGN_CHANGE
    return Status.NEGATIVE_BASE if old < 0 else Status.OK


def first_status(*inputs: Reading) -> Status:
    """The status of the first input that is not ok, else ok.

    >>> first_status().value
    'ok'
    """
    return next((r.status for r in inputs if not r.ok), Status.OK)


def merge(
    name: str, value: float | None, unit: str, *inputs: Reading, status: Status = Status.OK, **rest: object
) -> Reading:
    """A reading made from others: period, basis and item of the first, inputs and the flag ``estimated`` of
    all.

    A number that is not finite (a base of almost nothing) becomes ``zero_base``.

    >>> x = series_from({"2024": 5}, "tonne")
    >>> merge("half", 2.5, "tonne", at(x, "2024")).inputs
    ('x',)
    """
    if status is Status.OK and (value is None or not math.isfinite(value)):
        status = Status.ZERO_BASE
    if status is not Status.OK:
        rest["interval"] = None
    first = inputs[0]
    names = tuple(dict.fromkeys(n for r in inputs for n in r.inputs))
    fields = {
        "basis": first.basis,
        "item": first.item,
        "inputs": names,
        "estimated": any(r.estimated for r in inputs),
    }
    period = rest.pop("period", first.period)
    assert isinstance(period, Period)
    return Reading(name, value if status is Status.OK else None, unit, period, status, **(fields | rest))  # type: ignore[arg-type]


def _compare(
    name: str,
    unit: str,
    new: Reading,
    old: Reading,
    formula: Callable[[float, float], float],
    positive: bool = False,
) -> Reading:
    """``formula(new, old)``, rising in new and falling in old, over their intervals too; statuses instead of
    nonsense."""
    check_same(new, old)
    if new.unit in RATES:
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
        status = quotient_status(valued(new), valued(old))
        if status is Status.OK and positive and new.value == 0:
            status = Status.NOT_COMPARABLE
        if status is Status.OK:
            value, interval = formula(valued(new), valued(old)), _range(new, old, formula)
    return merge(name, value, unit, new, old, status=status, base=old.period, interval=interval)


def _ends(r: Reading) -> Interval:
    return r.interval or Interval(valued(r), valued(r))


def _range(new: Reading, old: Reading, formula: Callable[[float, float], float]) -> Interval | None:
    n, o = _ends(new), _ends(old)
    if (new.interval is None and old.interval is None) or n.low <= 0 or o.low <= 0:
        return None
    low, high = formula(n.low, o.high), formula(n.high, o.low)
    return Interval(min(low, high), max(low, high))


def growth(new: Reading, old: Reading, *, name: str = "growth") -> Reading:
    """Growth in percent: ``100 (new - old) / old``; negative is a fall. With the range if an input has an
    interval.

    Status instead of a number: ``zero_base``, ``negative_base``, ``sign_change`` (never divided by an
    absolute value), ``partial_period`` (Jan-Aug against a year), ``not_comparable`` (Jan-Aug against
    Feb-Sep), and those of the inputs. Raises :class:`BasisError` for a rate (see :func:`difference`) and for
    mixed units, bases or frequencies.

    >>> x = series_from({"2024": 276.859, "2023": 3591.25, "2025": -861.126}, "musd")
    >>> round(growth(at(x, "2024"), at(x, "2023")).value, 3)
    -92.291
    >>> growth(at(x, "2025"), at(x, "2024")).status.value
    'sign_change'
    """
    return _compare(name, "percent", new, old, lambda n, o: 100 * ((n - o) / o))


def difference(new: Reading, old: Reading, *, name: str = "difference") -> Reading:
    """Absolute change ``new - old``: points for rates, ``musd_change`` for million dollars, else the unit
    itself.

    Status: ``partial_period``, ``not_comparable`` for periods of other length or months, and those of the
    inputs. Raises :class:`BasisError` for mixed units, bases or frequencies.

    >>> x = series_from({"2023-03": 118.1, "2023-02": 121.3}, "index_py100")
    >>> r = difference(at(x, "2023-03"), at(x, "2023-02"))
    >>> round(r.value, 9), r.unit
    (-3.2, 'points')
    """
    check_same(new, old)
    status, value, interval = _comparable(new, old), None, None
    if status is Status.OK:
        value = valued(new) - valued(old)
        value = round(value, 9) if new.unit in RATES else value
        if new.interval or old.interval:
            interval = Interval(_ends(new).low - _ends(old).high, _ends(new).high - _ends(old).low)
    unit = _DIFFERENCE.get(new.unit, new.unit)
    return merge(name, value, unit, new, old, status=status, base=old.period, interval=interval)


def symmetric_growth(new: Reading, old: Reading) -> Reading:
    """Mid-point growth in percent: ``200 (new - old) / (|new| + |old|)``, within +-200, exactly +-200 at a
    change of sign.

    A flag beside a growth without number, not a measure. ``zero_base`` if both are zero. Raises as
    :func:`growth`.

    >>> x = series_from({"2025": -861.126, "2024": 276.859}, "musd")
    >>> symmetric_growth(at(x, "2025"), at(x, "2024")).value
    -200.0
    """
    check_same(new, old)
    if new.unit in RATES:
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
    """How many times: ``new / old``. Status and errors as :func:`growth`.

    >>> x = series_from({"2023": 4_165_000, "2021": 444_000}, "tonne")
    >>> round(multiple(at(x, "2023"), at(x, "2021")).value, 6)
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
    errors as :func:`growth`; :class:`ParameterError` for less than one year (a part of a year is not
    annualised).

    >>> x = series_from({"2023": 4_165_000, "2021": 444_000}, "tonne")
    >>> round(cagr(at(x, "2023"), at(x, "2021")).value, 4)
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
    """Natural logarithm of the ratio, ``ln(new / old)``: adds over stages. ``not_comparable`` for a fall to
    zero.

    Other statuses and errors as :func:`growth`.

    >>> x = series_from({"2023": 4_165_000, "2021": 444_000}, "tonne")
    >>> round(log_growth(at(x, "2023"), at(x, "2021")).value, 6)
    2.238647
    """
    return _compare("log_growth", "log", new, old, lambda n, o: math.log(n) - math.log(o), positive=True)


def log_stages(stages: Sequence[Reading]) -> tuple[Reading, ...]:
    """Log growth from each reading to the next; the sum is the log growth from the first to the last.

    Shape: n readings in, n - 1 out. Status and errors as :func:`log_growth`.

    >>> x = readings(series_from({"2021": 1, "2022": 2, "2023": 8}, "tonne"))
    >>> [round(r.value, 4) for r in log_stages(list(x.values()))]
    [0.6931, 1.3863]
    """
    return tuple(log_growth(b, a) for a, b in pairwise(stages))


# ---- shares and contributions


def _base_status(base: float) -> Status:
    return Status.ZERO_BASE if base == 0 else Status.NEGATIVE_BASE if base < 0 else Status.OK


def share(part: Reading, whole: Reading, *, unit: str = "percent", name: str = "share") -> Reading:
    """Share in percent: ``100 part / whole`` of two readings of one unit, whatever their bases (say them in
    ``name``).

    The part may be negative (a net flow in GDP). ``zero_base`` / ``negative_base`` for the whole, and the
    statuses of the inputs. Raises :class:`BasisError` for different units and for a part that lies outside
    the whole's period.

    >>> x = series_from({"2025": -861.126}, "musd")
    >>> y = series_from({"2025": 306_626.0}, "musd")
    >>> round(share(at(x, "2025"), at(y, "2025"), unit="percent_of_gdp").value, 2)
    -0.28
    """
    if part.unit != whole.unit or part.period.start < whole.period.start or part.period.end > whole.period.end:
        raise _mixed(part, whole)
    status, value = first_status(part, whole), None
    if status is Status.OK:
        status = _base_status(valued(whole))
        value = 100 * (valued(part) / valued(whole)) if status is Status.OK else None
    return merge(name, value, unit, part, whole, status=status)


def _parts(new: Mapping[str, Reading], old: Mapping[str, Reading]) -> list[str]:
    keys = list(dict.fromkeys([*new, *old]))
    if not new or not old or {"total", "residual"} & set(keys):
        raise ParameterError(explain("components", keys, "one or more on each side, none called 'total' or 'residual'"))
    for side in (new, old):
        first = next(iter(side.values()))
        for r in side.values():
            check_same(r, next(iter(new.values())))
            if r.period != first.period:
                raise _mixed(r, first)
    return keys


def contributions(
    new: Mapping[str, Reading],
    old: Mapping[str, Reading],
    total_new: Reading | None = None,
    total_old: Reading | None = None,
) -> dict[str, Reading]:
    """Contributions of components to the growth of their sum, in points: ``100 (x_i - x_i,old) / X_old``.

    ``X`` is the sum of the components unless the published totals are given; then ``residual`` is what the
    components leave of the growth of the total (exactly 0 otherwise). Keys: the components, ``residual``,
    ``total`` (percent). A component absent on one side is ``missing_input``, and so are residual and, without
    given totals, total. Raises :class:`ParameterError` for components called ``total`` or ``residual``,
    :class:`BasisError` as :func:`growth`.

    >>> flows = {"exports": (6, 9), "imports": (4, 5)}
    >>> x, y = ({k: at(series_from({p: v[i]}, "musd"), p) for k, v in flows.items()}
    ...         for i, p in enumerate(("2021", "2023")))
    >>> {k: r.value for k, r in contributions(y, x).items()}
    {'exports': 30.0, 'imports': 10.0, 'residual': 0.0, 'total': 40.0}
    """
    keys = _parts(new, old)
    whole_new, whole_old = total_new or _sum(new, keys), total_old or _sum(old, keys)
    whole = growth(whole_new, whole_old, name="contribution").of(item="total")
    found: dict[str, Reading] = {}
    for k in keys:
        sides = [side[k] for side in (new, old) if k in side]
        status = first_status(*sides, whole) if len(sides) == 2 else Status.MISSING_INPUT
        value = 100 * (valued(new[k]) - valued(old[k])) / valued(whole_old) if status is Status.OK else None
        found[k] = merge(
            "contribution",
            value,
            "points",
            *sides,
            status=status,
            item=k,
            period=whole_new.period,
            base=whole_old.period,
        )
    return found | _close("contribution", found, whole, exact=total_new is None and total_old is None)


def _sum(side: Mapping[str, Reading], keys: Sequence[str]) -> Reading:
    parts = list(side.values())
    status = first_status(*parts) if len(parts) == len(keys) else Status.MISSING_INPUT
    value = math.fsum(r.value or 0.0 for r in parts)
    return merge("total", value, parts[0].unit, *parts, status=status, item="total")


def _close(name: str, parts: Mapping[str, Reading], whole: Reading, exact: bool) -> dict[str, Reading]:
    """The two last lines of a table of contributions: what is left, and the whole."""
    status = first_status(*parts.values(), whole)
    left = None
    if status is Status.OK:
        left = 0.0 if exact else valued(whole) - math.fsum(valued(r) for r in parts.values())
    unit = next(iter(parts.values())).unit
    return {
        "residual": merge(name, left, unit, whole, status=status, item="residual", base=whole.base),
        "total": whole,
    }


def log_contributions(new: Mapping[str, Reading], old: Mapping[str, Reading]) -> dict[str, Reading]:
    """Exact contributions to the log growth of a sum (LMDI): ``L(x_i, x_i,old) / L(X, X_old) * ln(x_i /
    x_i,old)``.

    ``L(a, b) = (a - b) / ln(a / b)`` is the logarithmic mean, so a component counts ``(x_i - x_i,old) / L(X,
    X_old)``, zero components included. Unit ``log``. Keys: the components, ``residual`` (0), ``total``.
    Status and errors as :func:`contributions` and :func:`log_growth`. Source: Ang, Energy Policy 33 (2005),
    LMDI-I.

    >>> x, y = ({k: at(series_from({p: v[i]}, "musd"), p) for k, v in {"a": (1, 3), "b": (1, 1)}.items()}
    ...         for i, p in enumerate(("2021", "2023")))
    >>> {k: round(r.value, 4) for k, r in log_contributions(y, x).items()}
    {'a': 0.6931, 'b': 0.0, 'residual': 0.0, 'total': 0.6931}
    """
    keys = _parts(new, old)
    x1, x0 = _sum(new, keys), _sum(old, keys)
    whole = log_growth(x1, x0).of(name="log_contribution")
    found: dict[str, Reading] = {}
    for k in keys:
        sides = [side[k] for side in (new, old) if k in side]
        status, value = first_status(*sides, whole) if len(sides) == 2 else Status.MISSING_INPUT, None
        if status is Status.OK:
            spread = (valued(x1) - valued(x0)) / valued(whole) if valued(whole) else valued(x0)
            value = (valued(new[k]) - valued(old[k])) / spread
        found[k] = merge(
            "log_contribution", value, "log", *sides, status=status, item=k, period=x1.period, base=x0.period
        )
    return found | _close("log_contribution", found, whole, exact=True)


# ---- levels over time


def growth_path(data: Levels, lag: int | None = None) -> tuple[Reading, ...]:
    """Growth of every period over the one ``lag`` steps before (a year unless given), from the first that has
    a base.

    A gap gives a reading with status. Raises as :func:`growth`.

    >>> [round(r.value, 1) for r in growth_path(series_from({"2021": 10, "2022": 15, "2023": 12}, "tonne"))]
    [50.0, -20.0]
    """
    table = readings(data)
    if not table:
        return ()
    first, last = min(table), max(table)
    step = lag or _YEAR[first.frequency]
    return tuple(growth(_get(data, table, p), _get(data, table, p.shift(-step))) for p in first.shift(step).until(last))


def _get(data: Levels, table: Mapping[Period, Reading], period: Period) -> Reading:
    return table[period] if period in table else at(data, period)


def _inside(data: Levels, span: Period) -> tuple[list[Reading], Status]:
    """The readings that make up ``span``, and whether they cover it."""
    table = readings(data)
    if span in table:
        return [table[span]], table[span].status
    for kind in ("M", "Q", "A"):
        parts = [r for p, r in table.items() if p.frequency == kind and p.start >= span.start and p.end <= span.end]
        if parts:
            known = sum(r.period.months for r in parts if r.ok)
            return parts, Status.OK if known == span.months else Status.PARTIAL_PERIOD
    return [at(data, span)], Status.MISSING_INPUT


def _over(name: str, data: Levels, span: Period, average: bool) -> Reading:
    parts, status = _inside(data, span)
    value = math.fsum(r.value or 0.0 for r in parts) / (len(parts) if average else 1)
    interval = parts[0].interval if len(parts) == 1 else None
    made = merge(parts[0].name, value, parts[0].unit, *parts, status=status, period=span, base=None, interval=interval)
    return made.of(name=name or made.name)


def total(data: Levels, span: Period) -> Reading:
    """The sum of a flow over ``span`` (a year of months or quarters, Jan-Aug of months); itself where it was
    published.

    Status ``partial_period`` if a part of the span is missing, ``missing_input`` if all is. Raises
    :class:`BasisError` for rates, indices and multiples.

    >>> x = series_from({"2025-Q1": 1, "2025-Q2": 2, "2025-Q3": 3, "2025-Q4": 4, "2026-Q1": 5}, "musd")
    >>> total(x, Period.parse("2025")).value, total(x, Period.parse("2026")).status.value
    (10.0, 'partial_period')
    """
    parts, _ = _inside(data, span)
    if parts[0].unit in RATES | {"index", "multiple", "ratio"}:
        raise BasisError(explain(f"total of {parts[0].name}", f"unit {parts[0].unit}", "a flow", "use mean()"))
    return _over("", data, span, average=False)


def mean(data: Levels, span: Period) -> Reading:
    """The arithmetic mean over the periods inside ``span``; statuses as :func:`total`.

    >>> mean(series_from({"2025-Q1": 1, "2025-Q2": 4}, "index"), Period.parse("2025-01/2025-06")).value
    2.5
    """
    return _over("", data, span, average=True)


def index_level(data: Levels, base: Period, value: float = 100.0) -> tuple[Reading, ...]:
    """Levels relative to ``base`` = 100: ``value * x / x_base``, unit ``index``, basis ``"<base>=100"``.

    ``base`` may be a longer period than those of the data (the mean of a year). Without a positive base every
    reading has its status. Raises :class:`BasisError` for rates.

    >>> x = series_from({"2021": 444_000, "2023": 4_165_000}, "tonne")
    >>> [round(r.value, 1) for r in index_level(x, Period.parse("2021"))]
    [100.0, 938.1]
    """
    b = mean(data, base)
    if b.unit in RATES:
        raise BasisError(explain(f"index of {b.name}", f"unit {b.unit}", "a level", "chain the rates first"))
    found = []
    for r in readings(data).values():
        status = first_status(r, b)
        status = _base_status(valued(b)) if status is Status.OK else status
        v = value * valued(r) / valued(b) if status is Status.OK else None
        found.append(merge("index_level", v, "index", r, b, status=status, basis=f"{base}={value:g}", base=base))
    return tuple(found)


def rebase(data: Levels, base: Period) -> tuple[Reading, ...]:
    """An index on another base period; every growth rate stays what it was. Raises :class:`BasisError` for
    other units.

    >>> x = index_level(series_from({"2021": 1, "2022": 2, "2023": 4}, "tonne"), Period.parse("2021"))
    >>> [r.value for r in rebase(x, Period.parse("2022"))]
    [50.0, 100.0, 200.0]
    """
    require(data, "index")
    return index_level(data, base)


def splice(old: Levels, new: Levels, overlap: Period) -> tuple[Reading, ...]:
    """One series from two: ``old`` before the overlap, ``k * new`` from it on, ``k = old(o) / new(o)``.

    ``overlap`` is a month (or quarter), or a year, whose means are linked: the two differ. Growth within each
    part is unchanged, only the level of ``new`` moves. Unit and basis are those of ``old``. Raises
    :class:`BasisError` for mixed units or rates; readings from the overlap on carry its status if it is not
    in both series. Source: IMF CPI Manual (2020), ch. 9.

    >>> a = series_from({"2020": 100, "2021": 110}, "index", basis="2020=100")
    >>> b = series_from({"2021": 100, "2022": 120}, "index", basis="2021=100")
    >>> [r.value for r in splice(a, b, Period.parse("2021"))]
    [100.0, 110.0, 132.0]
    """
    o, n = mean(old, overlap), mean(new, overlap)
    if o.unit != n.unit or o.unit in RATES:
        raise _mixed(n, o)
    link = first_status(o, n)
    link = quotient_status(valued(o), valued(n)) if link is Status.OK else link
    found = [r for p, r in readings(old).items() if p.end < overlap.start]
    for p, r in readings(new).items():
        if p.start < overlap.start:
            continue
        status = link if link is not Status.OK else r.status
        v = valued(r) * valued(o) / valued(n) if status is Status.OK else None
        found.append(merge(o.name, v, o.unit, r, o, status=status, basis=o.basis))
    return tuple(found)


def range_of(published: Sequence[Reading]) -> Reading:
    """What several publishers say of one period: the midpoint, with the interval from the lowest to the
    highest.

    Readings without a number are left out. ``estimated`` where they differ (nobody printed the midpoint);
    item: the publisher if there is one. Raises :class:`BasisError` for mixed units, bases or periods,
    :class:`DataError` for none.

    >>> x = [at(series_from({"2023": v}, "tonne"), "2023") for v in (2_800_000, 2_760_000)]
    >>> range_of(x).value, range_of(x).interval
    (2780000.0, Interval(low=2760000.0, high=2800000.0))
    """
    if not published:
        raise DataError(explain("range_of", "no readings", "at least one"))
    first = published[0]
    for r in published:
        if (r.unit, r.basis, r.period) != (first.unit, first.basis, first.period):
            raise _mixed(r, first)
    values = [r.value for r in published if r.value is not None]
    items = {r.item for r in published if r.ok}
    item = items.pop() if len(items) == 1 else ""
    if not values:
        return merge(first.name, None, first.unit, *published, status=first.status, item=item)
    low, high = min(values), max(values)
    made = merge(first.name, low + (high - low) / 2, first.unit, *published, item=item, interval=Interval(low, high))
    return made.of(estimated=made.estimated or low != high)


# ---- part-years


def same_part_year(data: Levels, part: Period) -> Reading:
    """Growth of a part of a year over the same months a year earlier, in percent; never over a whole year.

    The two parts are added up from the data where they were not published whole. Status and errors as
    :func:`growth` and :func:`total`.

    >>> x = series_from({"2021-01/2021-07": 311_000, "2022-01/2022-07": 845_000}, "tonne")
    >>> round(same_part_year(x, Period.parse("2022-01/2022-07")).value, 1)
    171.7
    """
    return growth(total(data, part), total(data, part.year_before()))


def _year_of(part: Period) -> Period:
    if part.start.year != part.end.year or part.months >= 12:
        raise ParameterError(explain("part", part, "a part of one calendar year"))
    return Period.parse(str(part.end.year))


def part_year_share(data: Levels, part: Period) -> Reading:
    """What a part made of its own year, in percent: ``100 sum(part) / sum(year)``. ``base`` is the year.

    ``partial_period`` while the year is not complete. Raises :class:`ParameterError` if ``part`` is not part
    of a year.

    >>> x = series_from({"2025-Q1": 1, "2025-Q2": 2, "2025-Q3": 3, "2025-Q4": 4}, "musd")
    >>> part_year_share(x, Period.parse("2025-01/2025-06")).value
    30.0
    """
    year = _year_of(part)
    return share(total(data, part), total(data, year), name="part_year_share").of(base=year)


def project_year(data: Levels, part: Period, *, method: str = "share", window: int = 3) -> Reading:
    """The year that a part announces: ``sum(part) / mean share of the same part in the last window years``.
    Estimated.

    ``interval`` is the range over those years' shares; a plain 12/8 is not offered. Status of the part or of
    a year that is missing. Raises :class:`ParameterError` for another ``method``, a ``window`` under 1 or no
    part of a year.

    >>> last = {2023: 40, 2024: 50}
    >>> x = {f"{y}-Q{q}": v for y in last for q, v in enumerate((10, 20, 30, last[y]), 1)}
    >>> r = project_year(series_from(x | {"2025-Q1": 11}, "musd"), Period.parse("2025-Q1"), window=2)
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


def _between(start: date, end: date) -> Period:
    months = 12 * (end.year - start.year) + end.month - start.month + 1
    if months == 1:
        return Period(start, end, "M")
    return Period(start, end, "Q" if months == 3 and start.month % 3 == 1 else "S")


def decumulate(ytd: Levels, *, allow_negative: bool = False) -> tuple[Reading, ...]:
    """Flows of single months (quarters) from figures cumulated since January, by difference.

    Where a cumulated figure is missing the next increment covers a longer span and its period says so. A
    negative increment means that earlier months were revised inside the later figure: ``not_comparable``,
    unless ``allow_negative`` (net flows, which may be negative). Raises :class:`ParameterError` for a figure
    that does not begin in January, :class:`BasisError` for rates.

    >>> x = {"2025-01": 3, "2025-01/2025-02": 5, "2025-01/2025-03": 9, "2025-01/2025-06": 8}
    >>> [(str(r.period), r.value) for r in decumulate(series_from(x, "musd"))]
    [('2025-01', 3.0), ('2025-02', 2.0), ('2025-03', 4.0), ('2025-Q2', None)]
    """
    found: list[Reading] = []
    before: Reading | None = None
    for p, r in readings(ytd).items():
        if p.start.month != 1 or p.start.day != 1 or p.start.year != p.end.year or r.unit in RATES:
            raise (BasisError if r.unit in RATES else ParameterError)(
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


# ---- peaks, windows, real terms


def peak(data: Levels) -> Reading:
    """The highest reading, the first of equals. Raises :class:`DataError` if there is no number.

    >>> peak(series_from({"2022": 28, "2023": 17, "2024": 28}, "musd")).period
    Period('2022')
    """
    latest(data)
    return max(
        (r for r in readings(data).values() if r.ok),
        key=lambda r: (r.value or 0.0, -r.period.end.toordinal()),
    )


def since_peak(data: Levels, period: Period | None = None) -> Reading:
    """Change from the highest reading up to ``period`` (the latest unless given): percent, or points for
    rates.

    ``base`` is the period of the peak. Status and errors as :func:`growth` and :func:`peak`.

    >>> round(since_peak(series_from({"2022": 28.0, "2024": 17.1}, "musd")).value, 1)
    -38.9
    """
    now = at(data, period or latest(data))
    top = peak([r for p, r in readings(data).items() if p <= now.period])
    return (difference if now.unit in RATES else growth)(now, top, name="since_peak")


def rolling_sum(data: Levels, window: int = 4) -> tuple[Reading, ...]:
    """Sum of each period and the ``window - 1`` before it; the period is the last one of the window.

    Basis: that of the data and ``_rolling_<window>``. ``partial_period`` for a window with a gap. Raises
    :class:`BasisError` for rates, :class:`ParameterError` for a window under 1.

    >>> [r.value for r in rolling_sum(series_from({f"2025-Q{q}": q for q in (1, 2, 3, 4)}, "musd"), 3)]
    [6.0, 9.0]
    """
    if window < 1:
        raise ParameterError(explain("rolling_sum, window", window, "1 or more"))
    table = readings(data)
    found: list[Reading] = []
    for p in min(table).shift(window - 1).until(max(table)) if table else ():
        parts = [_get(data, table, p.shift(-k)) for k in range(window)]
        if parts[0].unit in RATES:
            raise BasisError(explain(f"rolling sum of {parts[0].name}", f"unit {parts[0].unit}", "a flow"))
        status = Status.OK if all(r.ok for r in parts) else Status.PARTIAL_PERIOD
        basis = f"{parts[0].basis}_rolling_{window}".lstrip("_")
        value = math.fsum(r.value or 0.0 for r in parts)
        found.append(merge("rolling_sum", value, parts[0].unit, *parts, status=status, basis=basis, period=p))
    return tuple(found)


def real_value(nominal: Reading, deflator: Reading) -> Reading:
    """A value in the prices of the deflator's base: ``100 nominal / deflator``, the unit of the nominal
    value.

    The deflator is an ``index`` of the same period; which one is right depends on the value (consumer prices
    for incomes, export prices for exports). Basis: that of the nominal value and ``_real``. Raises
    :class:`BasisError` for another unit or period.

    >>> x, prices = series_from({"2025": 240}, "musd"), series_from({"2025": 120}, "index")
    >>> real_value(at(x, "2025"), at(prices, "2025")).value
    200.0
    """
    if deflator.unit != "index" or nominal.unit in RATES or nominal.period != deflator.period:
        raise _mixed(nominal, deflator)
    status = first_status(nominal, deflator)
    status = _base_status(valued(deflator)) if status is Status.OK else status
    value = 100 * valued(nominal) / valued(deflator) if status is Status.OK else None
    basis = f"{nominal.basis}_real".lstrip("_")
    return merge("real_value", value, nominal.unit, nominal, deflator, status=status, basis=basis)


def real_rate(nominal: Reading, inflation: Reading, *, method: str = "exact") -> Reading:
    """A real interest rate. ``simple``: ``i - p`` in points; ``exact`` (Fisher): ``100 ((1+i) / (1+p) - 1)``
    in percent.

    Both inputs in percent, of one period. Basis ``real_simple`` or ``real_exact``. Raises :class:`BasisError`
    for another unit or period, :class:`ParameterError` for another method.

    >>> i = at(series_from({"2022-12": 16.75}, "percent"), "2022-12")
    >>> p = at(series_from({"2022-12": 20.3}, "percent"), "2022-12")
    >>> round(real_rate(i, p, method="simple").value, 2), round(real_rate(i, p).value, 2)
    (-3.55, -2.95)
    """
    if method not in ("simple", "exact"):
        raise ParameterError(explain("real_rate, method", repr(method), "'simple' or 'exact'"))
    if (nominal.unit, inflation.unit) != ("percent", "percent") or nominal.period != inflation.period:
        raise _mixed(nominal, inflation)
    status, value = first_status(nominal, inflation), None
    if status is Status.OK:
        i, p = valued(nominal), valued(inflation)
        if method == "exact" and p <= -100:
            status = Status.ZERO_BASE
        else:
            value = round(i - p, 9) if method == "simple" else 100 * ((100 + i) / (100 + p) - 1)
    unit = "points" if method == "simple" else "percent"
    return merge("real_rate", value, unit, nominal, inflation, status=status, basis=f"real_{method}", base=None)
