"""The toolkit of every indicator: take readings out of a series, check them against each other, make new ones.

In scope: the needs of all subjects before and after a formula: a series typed by hand, the reading of a period, the
refusal to mix units, bases and frequencies, the statuses, and the flags that travel. Out of scope: a formula that
changes a number.

A function over many periods takes :data:`Levels`: a :class:`~kzreport.model.Series` with one observation a period, or
readings in any order. A reading made from an estimated reading is estimated; a reading made from a missing one is
missing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Unpack

from kzreport.errors import BasisError, DataError, ParameterError, explain
from kzreport.model import Details, Interval, Observation, Period, Reading, Series, Status

Levels = Series | Sequence[Reading]

_ITEMS = ("component", "country", "partner", "publisher")


def series_from(
    values: Mapping[str, float | None], unit: str, *, name: str = "x", basis: str = "", **dims: str
) -> Series:
    """Make a series by hand, for doctests, tests and trials; real series come from ``kzreport.series``.

    ``values`` maps period -> value; each is published on the last day of its period. Raises :class:`DataError` for a
    text that is no period.

    >>> series_from({"2025": 112.3, "2024": 108.6}, "index_py100").last
    Period('2025')
    """
    rows = sorted((Period.parse(p), v) for p, v in values.items())
    found = tuple(Observation(p, v, p.end, dims) for p, v in rows)
    kinds = {p.frequency for p, _ in rows}
    frequency = kinds.pop() if len(kinds) == 1 else "mixed"
    return Series(name, {}, unit, basis, frequency, "", date.max, found)


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
    items = [_reading(data, o) for o in _observations(data).values()] if isinstance(data, Series) else list(data)
    found: dict[Period, Reading] = {}
    for r in sorted(items, key=lambda r: (r.period.end, r.period.start)):
        if r.period in found:
            raise BasisError(explain(f"readings of {r.name}", f"{r.period} twice", "one reading a period"))
        if (r.unit, r.basis) != (items[0].unit, items[0].basis):
            raise mixed(r, items[0])
        found[r.period] = r
    return found


def _observations(series: Series) -> dict[Period, Observation]:
    found = {o.period: o for o in series}
    if len(found) < len(series):
        series.values  # noqa: B018 - raises and names the period
    return found


def _reading(series: Series, o: Observation) -> Reading:
    item = next((o.dims[k] for k in _ITEMS if k in o.dims), "")
    status = Status.MISSING_INPUT if o.value is None else Status.OK
    return Reading(series.name, o.value, series.unit, o.period, status, series.basis, item, inputs=(series.name,))


def without_gaps(data: Levels) -> dict[Period, Reading]:
    """Return :func:`readings` of every period from the first to the last, ``missing_input`` for a gap.

    >>> [(str(p), r.value) for p, r in without_gaps(series_from({"2022": 1, "2024": 2}, "tonne")).items()]
    [('2022', 1.0), ('2023', None), ('2024', 2.0)]
    """
    table = readings(data)
    if not table:
        return {}
    return {p: table[p] if p in table else at(data, p) for p in min(table).until(max(table))}


def at(data: Levels, period: Period | str) -> Reading:
    """Return the reading of one period, ``missing_input`` if the series has no value for it.

    Raises :class:`DataError` if ``data`` is empty (then not even the unit is known), :class:`BasisError` as
    :func:`readings` does.

    >>> at(series_from({"2024": 5}, "tonne"), "2024").value
    5.0
    >>> at(series_from({"2024": 5}, "tonne"), "2023").status.value
    'missing_input'
    """
    wanted = Period.parse(period) if isinstance(period, str) else period
    if isinstance(data, Series):
        o = _observations(data).get(wanted)
        if o is not None:
            return _reading(data, o)
        return Reading.missing(data.name, data.unit, wanted, basis=data.basis, inputs=(data.name,))
    found = readings(data)
    if wanted in found:
        return found[wanted]
    first = next(iter(found.values()), None)
    if first is None:
        raise DataError(explain(f"reading of {wanted}", "no readings at all", "at least one"))
    return first.of(value=None, status=Status.MISSING_INPUT, period=wanted, interval=None, base=None, estimated=False)


def latest(data: Levels) -> Period:
    """The latest period with a number.

    Of a series of which nothing was published by the date it was loaded for, the period of that date: its reading is
    ``missing_input``. Raises :class:`DataError` for readings without a number, and for a series of no frequency.

    >>> latest(series_from({"2024": 5, "2025": None}, "tonne"))
    Period('2024')
    """
    if isinstance(data, Series):
        if not data.observations and data.frequency in ("A", "Q", "M"):
            d = data.as_of
            forms = {"A": f"{d:%Y}", "Q": f"{d:%Y}-Q{(d.month + 2) // 3}", "M": f"{d:%Y-%m}"}
            return Period.parse(forms[data.frequency])
        name, known = data.name, [p for p, o in _observations(data).items() if o.value is not None]
    else:
        name, known = "readings", [p for p, r in readings(data).items() if r.ok]
    last = max(known, key=lambda p: (p.end, p.start), default=None)
    if last is None:
        raise DataError(explain(name, "no value", "at least one", "choose a later as_of date"))
    return last


def require(data: Levels, *units: str, frequency: str | None = None) -> None:
    """Restrict a function to these units (and this frequency).

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


def mixed(a: Reading, b: Reading) -> BasisError:
    """The error to raise where two readings must not meet: it names both.

    >>> x, y = series_from({"2024": 5}, "tonne"), series_from({"2024": 5}, "teu")
    >>> raise mixed(at(x, "2024"), at(y, "2024"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    kzreport.errors.BasisError: x with x: found (tonne, 2024) with (teu, 2024), expected the same unit, ...
    """

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
    """Raise :class:`BasisError` unless unit, basis and frequency agree (a span of months passes with any frequency).

    >>> x, y = series_from({"2024": 5}, "tonne"), series_from({"2023": 5}, "teu")
    >>> check_same(at(x, "2024"), at(y, "2023"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    kzreport.errors.BasisError: x with x: found (tonne, 2024) with (teu, 2023), expected the same unit, ...
    """
    kinds = {new.period.frequency, old.period.frequency}
    if new.unit != old.unit or new.basis != old.basis or (len(kinds) > 1 and "S" not in kinds):
        raise mixed(new, old)


def valued(r: Reading) -> float:
    """Return the number of a reading known to have one. Raises :class:`ValueError` otherwise (a fault of the caller).

    >>> valued(at(series_from({"2024": 5}, "tonne"), "2024"))
    5.0
    """
    if r.value is None:
        raise ValueError(explain(f"reading {r.name}, {r.period}", f"status {r.status}", "a number"))
    return r.value


def quotient_status(new: float, old: float) -> Status:
    """Return the status of ``new / old``: ``zero_base``, ``sign_change``, ``negative_base`` or ok.

    >>> quotient_status(-861.1, 276.9).value
    'sign_change'
    """
    if old == 0:
        return Status.ZERO_BASE
    if new < 0 < old or old < 0 < new:
        return Status.SIGN_CHANGE
    return Status.NEGATIVE_BASE if old < 0 else Status.OK


def base_status(base: float) -> Status:
    """Return the status of a part of ``base``: ``zero_base``, ``negative_base`` or ok.

    >>> base_status(-861.1).value
    'negative_base'
    """
    return Status.ZERO_BASE if base == 0 else Status.NEGATIVE_BASE if base < 0 else Status.OK


def first_status(*inputs: Reading) -> Status:
    """The status of the first input that is not ok, else ok.

    >>> first_status().value
    'ok'
    """
    return next((r.status for r in inputs if not r.ok), Status.OK)


def merge(
    name: str,
    value: float | None,
    unit: str,
    *parts: Reading,
    status: Status = Status.OK,
    period: Period | None = None,
    **details: Unpack[Details],
) -> Reading:
    """A reading made from others: period, basis and item of the first, inputs and the flag ``estimated`` of all.

    A number that is not finite (a base of almost nothing) becomes ``zero_base``. ``details`` replace the fields.

    >>> x = series_from({"2024": 5}, "tonne")
    >>> merge("half", 2.5, "tonne", at(x, "2024")).inputs
    ('x',)
    """
    if status is Status.OK and (value is None or not math.isfinite(value)):
        status = Status.ZERO_BASE
    if status is not Status.OK:
        details["interval"] = None
    first = parts[0]
    fields: Details = {
        "basis": first.basis,
        "item": first.item,
        "inputs": tuple(dict.fromkeys(n for r in parts for n in r.inputs)),
        "estimated": any(r.estimated for r in parts),
    }
    fields.update(details)
    number = value if status is Status.OK else None
    return Reading(name, number, unit, period or first.period, status, **fields)


def reading_from(
    series: Series,
    name: str,
    basis: str,
    period: Period,
    value: float | None,
    *,
    unit: str = "percent",
    base: Period | None = None,
    estimated: bool = False,
) -> Reading:
    """A reading computed from the numbers of one series; ``missing_input`` for None.

    >>> reading_from(series_from({"2024": 5}, "tonne"), "share", "", Period.parse("2024"), None).status.value
    'missing_input'
    """
    status = Status.OK if value is not None else Status.MISSING_INPUT
    inputs = (series.name,)
    return Reading(name, value, unit, period, status, basis, base=base, inputs=inputs, estimated=estimated)


def range_of(published: Sequence[Reading]) -> Reading:
    """Merge several publishers' readings of one period: their midpoint, with the interval from lowest to highest.

    Readings without a number are left out. ``estimated`` where they differ (nobody printed the midpoint); item: the
    publisher if there is one. Raises :class:`BasisError` for mixed units, bases or periods, :class:`DataError` for
    none.

    >>> x = [at(series_from({"2023": v}, "tonne"), "2023") for v in (2_800_000, 2_760_000)]
    >>> range_of(x).value, range_of(x).interval
    (2780000.0, Interval(low=2760000.0, high=2800000.0))
    """
    if not published:
        raise DataError(explain("range_of", "no readings", "at least one"))
    first = published[0]
    for r in published:
        if (r.unit, r.basis, r.period) != (first.unit, first.basis, first.period):
            raise mixed(r, first)
    values = [r.value for r in published if r.value is not None]
    items = {r.item for r in published if r.ok}
    item = items.pop() if len(items) == 1 else ""
    if not values:
        return merge(first.name, None, first.unit, *published, status=first.status, item=item)
    low, high = min(values), max(values)
    made = merge(first.name, low + (high - low) / 2, first.unit, *published, item=item, interval=Interval(low, high))
    return made.of(estimated=made.estimated or low != high)
