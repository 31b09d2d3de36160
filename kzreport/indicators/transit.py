"""Transit: volumes by publisher, growth between years and part-years, and the base that a printed growth implies.

In scope: arithmetic on volumes that publishers print, often for different scopes and part-years. Out of scope: reading
a table, words, pictures; comparisons that hold for any series are in :mod:`kzreport.indicators.growth`.

All readings are kept: a year has one for each publisher, and a range where they disagree. Basis: the series' and the
scope (``cargo_carried_all``), so that the whole corridor is never compared with its rail part, nor tonnes with
containers (TEU): that raises :class:`~kzreport.errors.BasisError`.
"""

from __future__ import annotations

from collections.abc import Collection

from kzreport.errors import BasisError, DataError, ParameterError, explain
from kzreport.indicators import growth, readings
from kzreport.indicators.readings import first_status, merge, valued
from kzreport.model import Interval, Period, Reading, Series, Status
from kzreport.units import UNITS, is_rate, last_digit

_SCOPES = ("scope", "flow")


def _chosen(published: Series, scope: str, kind: str) -> tuple[Series, str]:
    """The observations of one scope and kind, and the basis that they have."""
    column = next((c for c in _SCOPES if any(c in o.dims for o in published)), "")
    basis = "_".join(filter(None, (published.basis, scope)))
    if not len(published):
        return published, basis
    if column:
        known = sorted({o.dims[column] for o in published if column in o.dims})
        if scope not in known:
            raise BasisError(
                explain(
                    f"series {published.name}, {column}",
                    repr(scope),
                    f"one of {', '.join(known)}",
                    "volumes of different scopes are different series",
                )
            )
        published = published.where(**{column: scope})
    elif scope:
        raise BasisError(explain(f"series {published.name}", f"scope {scope!r}", "no scope: the table has none"))
    if any("kind" in o.dims for o in published):
        published = published.where(kind=kind)
    return published, basis


def growth_borne(now: Reading, before: Reading) -> Reading:
    """Return the growth between two volumes, percent, with no decimal where the rounding of the volumes bears none.

    A volume is rounded to its last digit that is not a zero: 2.8 after 1.5 million tonnes is 87% more, not 86.7.

    >>> volumes = readings.series_from({"2021": 586_000, "2022": 1_500_000, "2023": 2_800_000}, "tonne")
    >>> r = list(readings.readings(volumes).values())
    >>> growth_borne(r[2], r[1]).digits, growth_borne(r[0].of(period=r[1].period, value=612_345.0), r[0]).digits
    (0, None)
    """
    change = growth.growth(now, before)
    if change.value is None:
        return change
    share = sum(last_digit(r.value) / 2 / abs(r.value) for r in (now, before) if r.value)
    return change.of(digits=0) if share * abs(100 + change.value) >= 0.5 else change


def by_publisher(
    published: Series, scope: str = "", *, kind: str = "outcome", period: Period | None = None
) -> tuple[Reading, ...]:
    """Return each publisher's figures of the full years, or of ``period`` (also a part-year).

    ``item`` is the publisher. A publisher that printed two values has two readings. ``kind``: ``outcome``, ``plan`` or
    ``document`` where the table has that column; ``scope``: a value of its column ``scope`` (or ``flow``), empty for a
    table without. In order of period, publisher, value. Raises :class:`BasisError` for an unknown scope, or none where
    the table has several.

    >>> x = readings.series_from({"2022": 1_500_000, "2023": 2_800_000}, "tonne", scope="all", publisher="titr")
    >>> [(str(r.period), r.value, r.item) for r in by_publisher(x, "all")]
    [('2022', 1500000.0, 'titr'), ('2023', 2800000.0, 'titr')]
    """
    chosen, basis = _chosen(published, scope, kind)
    found = [
        Reading(
            published.name,
            o.value,
            published.unit,
            o.period,
            basis=basis,
            item=o.dims.get("publisher", ""),
            inputs=(published.name,),
            digits=0 if UNITS[published.unit].rate and float(o.value).is_integer() else None,  # as published
        )
        for o in chosen
        if o.value is not None and (o.period.frequency == "A" if period is None else o.period == period)
    ]
    return tuple(sorted(found, key=lambda r: (r.period, r.item, valued(r))))


def by_year(published: Series, scope: str = "", *, kind: str = "outcome") -> tuple[Reading, ...]:
    """One reading for each full year: the midpoint of what was printed and the interval of disagreement.

    ``estimated`` where publishers differ; ``item`` the publisher where only one prints the year. Raises as
    :func:`by_publisher`.

    >>> a, b = (readings.series_from({"2023": v}, "tonne", scope="all", publisher=p)
    ...         for p, v in (("titr", 2_800_000), ("press", 2_700_000)))
    >>> r, = by_year(readings.joined(a, b), "all")
    >>> r.value, r.interval
    (2750000.0, Interval(low=2700000.0, high=2800000.0))
    """
    found: dict[Period, list[Reading]] = {}
    for r in by_publisher(published, scope, kind=kind):
        found.setdefault(r.period, []).append(r)
    return tuple(readings.range_of(found[p]) for p in sorted(found))


def in_period(published: Series, scope: str, period: Period, *, kind: str = "outcome") -> Reading:
    """Return the figure of one period, also a part-year: midpoint and interval as in :func:`by_year`.

    ``missing_input`` if nobody printed it. Raises as :func:`by_publisher`.

    >>> x = readings.series_from({"2022-01/2022-07": 845_000}, "tonne", scope="all", publisher="ktz_express")
    >>> in_period(x, "all", Period.parse("2022-01/2022-07")).value
    845000.0
    """
    found = by_publisher(published, scope, kind=kind, period=period)
    if found:
        return readings.range_of(found)
    _, basis = _chosen(published, scope, kind)
    return Reading.missing(published.name, published.unit, period, basis=basis, inputs=(published.name,))


def growth_between(published: Series, scope: str, new: Period, old: Period) -> Reading:
    """Growth of the midpoints in percent, with the interval that the publishers leave.

    The interval goes from the lowest new over the highest old value to the reverse. ``partial_period`` for a
    part-year against a year; other statuses as ``growth``. Raises as :func:`by_publisher`.

    >>> x = readings.series_from({"2022": 1_500_000, "2023": 2_800_000}, "tonne", scope="all", publisher="titr")
    >>> round(growth_between(x, "all", Period.parse("2023"), Period.parse("2022")).value, 1)
    86.7
    """
    return growth.growth(in_period(published, scope, new), in_period(published, scope, old))


def like_with_like(
    published: Series, scope: str, new: Period, old: Period, *, unnamed: Collection[str] = ()
) -> tuple[Reading, Reading] | None:
    """Two periods as one publisher gives them: on one page if any has both, else on pages of its own.

    Of several the one that spoke last, of its own figures the latest. ``item`` is the publisher; ``unnamed`` holds
    those that stand for no one body. None if nobody gives both: then only midpoints can be compared. Raises as
    :func:`by_publisher`.

    >>> a, b, c = (readings.series_from({p: v}, "tonne", scope="all", publisher=w)
    ...            for p, v, w in (("2024", 4_480_000, "ministry"), ("2024", 4_500_000, "press"),
    ...                            ("2025", 4_120_000, "ministry")))
    >>> [r.value for r in like_with_like(readings.joined(a, b, c), "all", Period.parse("2025"), Period.parse("2024"))]
    [4120000.0, 4480000.0]
    """
    chosen, basis = _chosen(published, scope, "outcome")
    known = [o for o in chosen if o.value is not None and o.dims.get("publisher", "") not in unnamed]
    pairs = [
        (a, b)
        for a in known
        for b in known
        if (a.period, b.period) == (new, old) and a.dims.get("publisher") == b.dims.get("publisher")
    ]
    if not pairs:
        return None
    best = max(pairs, key=lambda p: (p[0].dims.get("via") == p[1].dims.get("via"), p[0].published, p[1].published))
    now, before = (
        Reading(published.name, o.value, published.unit, o.period, basis=basis, item=o.dims.get("publisher", ""),
                inputs=(published.name,))
        for o in best
    )  # fmt: skip
    return now, before


def changes(new: Reading, old: Reading) -> dict[str, Reading]:
    """Express one growth in every way. Keys ``multiple``, ``percent``, ``cagr`` (percent per year), ``log``, ``index``.

    ``index`` is ``100 new / old``, basis ``"<old>=100"``. Each with its range where an input has one. Status as
    ``growth``. Raises :class:`BasisError` for mixed units or scopes, :class:`ParameterError` for less than a year.

    >>> x = readings.series_from({"2021": 444_000, "2023": 4_165_000}, "tonne")
    >>> {k: round(r.value, 2) for k, r in changes(readings.at(x, "2023"), readings.at(x, "2021")).items()}
    {'multiple': 9.38, 'percent': 838.06, 'cagr': 206.28, 'log': 2.24, 'index': 938.06}
    """
    m = growth.multiple(new, old)
    wide = Interval(100 * m.interval.low, 100 * m.interval.high) if m.interval else None
    level = merge(
        "index_level",
        100 * valued(m) if m.ok else None,
        "index",
        m,
        status=m.status,
        base=old.period,
        basis=f"{old.period}=100",
        interval=wide,
    )
    return {
        "multiple": m,
        "percent": growth.growth(new, old),
        "cagr": growth.cagr(new, old),
        "log": growth.log_growth(new, old),
        "index": level,
    }


def document_growth(published: Series, scope: str, new: Period, old: Period) -> dict[str, Reading]:
    """:func:`changes` between two years in the figures that a document prints (``kind="document"``).

    Kept apart from outcomes: the document's own figures, whether or not a publisher of volumes has them.
    Raises as :func:`changes` and :func:`by_publisher`.

    >>> x = readings.series_from({"2021": 444_000, "2023": 4_165_000}, "tonne", scope="all", kind="document",
    ...                        publisher="french_senate")
    >>> round(document_growth(x, "all", Period.parse("2023"), Period.parse("2021"))["multiple"].value, 1)
    9.4
    """
    return changes(*(in_period(published, scope, p, kind="document") for p in (new, old)))


def implied_base(value: Reading, percent: Reading | float) -> Reading:
    """The volume a year earlier that a printed growth implies: ``value / (1 + percent / 100)``. Estimated.

    ``percent`` is a reading in percent or a number. With the range if ``value`` has one; ``zero_base`` for a
    growth of -100 or less. Raises :class:`BasisError` for a growth that is not in percent or of another
    period, and for a value that is itself a rate.

    >>> x = readings.series_from({"2023": 2_700_000}, "tonne")
    >>> round(implied_base(readings.at(x, "2023"), 65).value), implied_base(readings.at(x, "2023"), 65).period
    (1636364, Period('2022'))
    """
    if isinstance(percent, Reading):
        if percent.unit != "percent" or percent.period != value.period:
            raise BasisError(
                explain(
                    f"implied base of {value.name} {value.period}",
                    f"{percent.unit}, {percent.period}",
                    f"a growth in percent, {value.period}",
                )
            )
        inputs, rate = [value, percent], percent.value
    else:
        inputs, rate = [value], float(percent)
    return _divided("implied_base", inputs, None if rate is None else 1 + rate / 100, value.period.year_before())


def _divided(name: str, inputs: list[Reading], by: float | None, period: Period) -> Reading:
    value = inputs[0]
    if is_rate(value.unit):
        raise BasisError(explain(f"{name} of {value.name}", f"unit {value.unit}", "a volume"))
    status, base, interval = first_status(*inputs), None, None
    if status is Status.OK and (by is None or by <= 0):
        status = Status.ZERO_BASE
    if status is Status.OK and by:
        base = valued(value) / by
        if value.interval:
            interval = Interval(value.interval.low / by, value.interval.high / by)
    return merge(
        name,
        base,
        value.unit,
        *inputs,
        status=status,
        period=period,
        base=value.period,
        interval=interval,
        estimated=True,
    )


def implied_bases(
    published: Series, printed_growth: Series, scope: str, year: Period, *, unnamed: Collection[str] = ()
) -> tuple[Reading, ...]:
    """The base that each printed growth of ``year`` implies; ``item`` is the publisher of the growth.

    Taken with the volume that the same publisher printed (a range if it printed several), else with the range
    of all; so does the growth of one of ``unnamed``, who stand for no one body. Publishers who agree on the outcome
    and not on the base show here. Raises as :func:`by_publisher`.

    >>> x = readings.series_from({"2023": 2_800_000}, "tonne", scope="all", publisher="titr")
    >>> g = readings.series_from({"2023": 86}, "percent", scope="all", publisher="titr")
    >>> [round(r.value) for r in implied_bases(x, g, "all", Period.parse("2023"))]
    [1505376]
    """
    volumes = by_publisher(published, scope, period=year)
    found = []
    for g in by_publisher(printed_growth, scope, period=year):
        own = [v for v in volumes if v.item == g.item and g.item not in unnamed] or list(volumes)
        volume = readings.range_of(own) if own else in_period(published, scope, year)
        found.append(implied_base(volume, g).of(item=g.item))
    return tuple(found)


def basis_needed(published: Series, scope: str, new: Period, old: Period, multiple: float) -> tuple[Reading, ...]:
    """Return the volumes of ``old`` that would make "multiplied by ..." true: each printed ``new`` over ``multiple``.

    ``item`` is the publisher of the outcome. To be set beside what was printed of ``old``. Empty if nobody printed
    ``new``. Raises :class:`ParameterError` for a multiple that is not positive; else as :func:`by_publisher`.

    >>> x = readings.series_from({"2023": 2_820_000}, "tonne", scope="all", publisher="titr")
    >>> [round(r.value) for r in basis_needed(x, "all", Period.parse("2023"), Period.parse("2021"), 9.4)]
    [300000]
    """
    if not multiple > 0:
        raise ParameterError(explain("basis_needed, multiple", f"{multiple:g}", "a positive number"))
    return tuple(_divided("basis_needed", [r], multiple, old) for r in by_publisher(published, scope, period=new))


def implied_base_from_multiple(value: Reading, multiple: float, base: Period) -> Reading:
    """The volume of ``base`` implied by one volume and a printed multiple: ``value / multiple``. Estimated.

    ``zero_base`` for a multiple of zero or less. Raises :class:`BasisError` if ``value`` is a rate.

    >>> x = readings.series_from({"2022": 1_500_000}, "tonne")
    >>> implied_base_from_multiple(readings.at(x, "2022"), 2.5, Period.parse("2021")).value
    600000.0
    """
    return _divided("implied_base", [value], multiple, base)


def same_months(published: Series, scope: str, part: Period) -> tuple[Reading, ...]:
    """Return growth over the same months a year earlier, in percent, for each publisher of both.

    ``item`` is the publisher. A publisher with two values for a part has an interval. Growth across publishers:
    :func:`growth_between`. Raises as :func:`by_publisher`; :class:`DataError` for a part that nobody printed.

    >>> x = readings.series_from({"2021-01/2021-07": 311_000, "2022-01/2022-07": 845_000}, "tonne", scope="all",
    ...                        publisher="ktz_express")
    >>> [round(r.value, 1) for r in same_months(x, "all", Period.parse("2022-01/2022-07"))]
    [171.7]
    """
    new = by_publisher(published, scope, period=part)
    old = by_publisher(published, scope, period=part.year_before())
    if not new:
        raise DataError(explain(f"{published.name}, {scope}", f"nothing of {part}", "a period that somebody printed"))
    found = []
    for name in dict.fromkeys(r.item for r in new):
        a, b = ([r for r in side if r.item == name] for side in (new, old))
        if b:
            found.append(growth.growth(readings.range_of(a), readings.range_of(b), name="same_months").of(item=name))
    return tuple(found)
