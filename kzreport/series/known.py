"""Series as known on a date, their vintages and their fingerprints.

What belongs here: cutting a table at a day. What does not: reading it (:mod:`kzreport.series.table`).
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from kzreport.days import parse_day
from kzreport.errors import DataError, explain, one_of
from kzreport.files import cached_by_stamp
from kzreport.indicators.forecasts import outcomes
from kzreport.model import Observation, Period, Series
from kzreport.series.resource import Resource, describe_series, resources
from kzreport.series.table import check_table


@cached_by_stamp()
def _vintages(d: Resource, path: Path) -> tuple[tuple[Observation, ...], ...]:
    """Return the rows of a table by figure, in file order; the vintages of a figure by their day of publication."""
    found: dict[tuple[object, ...], list[Observation]] = {}
    for o in check_table(d):
        found.setdefault((*(o.dims[k] for k in d.dimensions), o.period), []).append(o)
    return tuple(map(tuple, found.values()))


def known_rows(d: Resource, day: date) -> tuple[Observation, ...]:
    """Return the latest vintage of each figure of a table on a day, in file order. A cut parses nothing again."""
    found = []
    for rows in _vintages(d, d.file):
        if rows[0].published <= day:
            found.append(rows[0] if len(rows) == 1 else next(o for o in reversed(rows) if o.published <= day))
    return tuple(found)


@cached_by_stamp(512)
def _known(d: Resource, path: Path, day: date, dims: tuple[tuple[str, str], ...] = ()) -> Series:
    if dims:
        return _known(d, path, day).where(**dict(dims))
    publisher = next(iter(d.publisher.values())) if d.publisher else ""
    return Series(d.name, d.titles, d.unit, d.basis, d.frequency, publisher, day, known_rows(d, day))


def load_series(name: str, as_of: date | str, **dims: str) -> Series:
    """Return a series as it was known on a date: nothing published later, the latest value of each period.

    Cheap to repeat: the file is read and cut once.

    Parameters
    ----------
    name
        A table in ``data/``.
    as_of
        The day, or its ISO form.
    dims
        Values of its columns, such as ``country="KAZ"``.

    Returns
    -------
    Series
        In the unit of the table; empty if nothing was published by then.

    Raises
    ------
    DataError
        For an unknown series or dimension and for any fault in its table.
    ParameterError
        For an impossible date.

    >>> load_series("cpi_yy", as_of="2026-09-30").last
    Period('2026-08')
    """
    d = describe_series(name)
    day = parse_day(as_of)
    for key, value in dims.items():
        if key not in d.columns[3:]:
            raise DataError(explain(f"series {name}", f"dimension '{key}'", one_of(d.columns[3:], key)))
        if key in d.enums and value not in d.enums[key]:
            raise DataError(explain(f"series {name}, {key}", repr(value), one_of(d.enums[key], value)))
    return _known(d, d.file, day, tuple(sorted(dims.items())))


def load_vintages(name: str, as_of: date | str, **dims: str) -> tuple[Series, ...]:
    """Return the series at each of its declared vintages up to ``as_of``, oldest first. Raises as :func:`load_series`.

    >>> [s.as_of.isoformat() for s in load_vintages("wdi_fdi", "2026-05-31", country="KAZ")]
    ['2018-08-01', '2025-12-17', '2026-05-01']
    """
    day = parse_day(as_of)
    return tuple(load_series(name, v, **dims) for v in describe_series(name).vintages if v <= day)


def latest_outcome(name: str, as_of: date | str) -> Period | None:
    """Return the latest period of which a figure came out by a date: no projection, and no plan beside outcomes.

    >>> str(latest_outcome("transit", "2022-12-31"))  # the plan for the whole year is no figure of it
    '2022-01/2022-09'
    """
    series, kinds = outcomes(load_series(name, as_of)), describe_series(name).enums.get("kind", ())
    if set(kinds) <= {"plan"}:  # a series of plans alone
        return series.last
    return replace(series, observations=tuple(o for o in series if o.dims.get("kind") != "plan")).last


def present_state(names: Iterable[str], as_of: date | str) -> tuple[str, ...]:
    """Return the series, among these, whose figures of a date equal those of a later state.

    Their cards say ``state``: past periods are held in one state of that day, under the days of their first releases,
    so what was known before may have been revised since. A series of which nothing was known yet is left out. Raises
    :class:`DataError` for an unknown series.

    >>> present_state(["fdi_net", "cpi_yy"], "2016-06-30"), present_state(["fdi_net"], "2026-12-31")
    (('fdi_net',), ())
    """
    day = parse_day(as_of)
    later = [name for name in dict.fromkeys(names) if (state := describe_series(name).state) and day < state]
    return tuple(name for name in later if load_series(name, day).observations)


@cached_by_stamp()
def _digests(d: Resource, path: Path) -> tuple[list[date], list[str]]:
    """Return the days on which something was published, and for each the digest of everything known then."""
    digest, days, digests = hashlib.sha256(), [date.min], [""]
    for o in sorted(check_table(d), key=lambda o: o.published):
        if o.published != days[-1]:
            days.append(o.published)
            digests.append("")
        digest.update(f"{o.period},{o.value!r},{o.published},{','.join(o.dims.values())}\n".encode())
        digests[-1] = digest.hexdigest()
    return days, digests


@lru_cache(maxsize=4096)
def _stated(d: Resource, vintages: int, sources: tuple[int, ...]) -> str:
    """Return everything that a page can show of a description of which these vintages and sources are known."""
    return replace(d, vintages=d.vintages[:vintages], sources=tuple(d.sources[i] for i in sources)).stated


def data_fingerprints(dates: Iterable[date | str]) -> Iterator[dict[str, str]]:
    """Yield for each date: table -> SHA-256 of everything a page can know then, description and published rows.

    A row, vintage or source added later changes no fingerprint. The tables are read once. Raises :class:`DataError`.
    """
    tables = [(d, *_digests(d, d.file)) for d in resources().values()]
    for as_of in dates:
        day, found = parse_day(as_of), {}
        for d, days, digests in tables:
            sources = tuple(i for i, s in enumerate(d.sources) if s.get("since", "") <= day.isoformat())
            stated = _stated(d, sum(v <= day for v in d.vintages), sources)
            found[d.name] = hashlib.sha256(f"{stated}\n{digests[bisect_right(days, day) - 1]}".encode()).hexdigest()
        yield found


def data_fingerprint(name: str, as_of: date | str) -> str:
    """Return the fingerprint of one table: see :func:`data_fingerprints`. Raises :class:`DataError`."""
    return next(data_fingerprints([as_of]))[describe_series(name).name]
