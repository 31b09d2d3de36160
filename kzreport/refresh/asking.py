"""The maps of a card's ``fetch`` as their provider reads them: which keys there may be, and what their values are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kzreport.errors import DataError, explain, one_of, short_repr
from kzreport.series.resource import resources

_KEY = re.compile(r"([a-z_]+)(\[\]|\{\}|\*|)(\??)")
_KINDS: dict[str, tuple[Any, str]] = {
    "": (str, "a text"),
    "[]": (list, "a list of texts"),
    "{}": (dict, "a map of texts"),
    "*": ((str, list, dict), "a text, or a list or map of texts"),
}
_FORMS = {  # of the keys that mean the same for every provider; the last three are read by reading.in_our_unit
    "since": (
        re.compile(r"\d{4}(-Q[1-4]|-(0[1-9]|1[0-2])(-\d\d)?)?", re.ASCII),
        "a start such as 2011, 2011-01 or 2011-Q1",
    ),
    "significant": (re.compile("[0-9]{1,2}"), "a number of digits"),
    "decimals": (re.compile("[0-9]{1,2}"), "a number of digits"),
    "inverse": (re.compile("yes|no"), "yes or no"),
}


def asked(about: Mapping[str, Any], request: str, select: str = "") -> Mapping[str, Any]:
    """Check the maps ``request`` and ``select`` of a card, and return the former.

    ``request``, ``select``: names of their keys, with spaces between. A value is a text; for ``name[]`` a list of
    texts, for ``name{}`` a map, for ``name*`` any of these. A key ``name?`` may be absent. Every ``select`` may have
    ``significant``, ``decimals`` and ``inverse``.

    Raises :class:`DataError` for a key that is missing, empty or unknown, for a value of another kind, and for a column
    or a cell that the series' table cannot have.

    >>> asked({"series": "rate", "request": {"code": "KZT", "since": "2011"}}, "code since form?")["code"]
    'KZT'
    """
    _check(about, "select", f"{select} significant? decimals? inverse?")
    told = _check(about, "request", request)
    _check_cells(about)
    return told


def _check_cells(about: Mapping[str, Any]) -> None:
    """Check what the maps name of the series' table: each is a column, or one of the choices of a column.

    For every provider ``countries`` are cells of ``country``; ``rows`` or ``terms``, by their keys, cells of the column
    ``by``; ``also`` columns with their cells. A table that is not in the data package yet is not checked.
    """
    series = resources().get(str(about.get("series")))
    if series is None:
        return
    where = f"data/{series.name}.yml, fetch"
    for column, codes in _cells({**(about.get("select") or {}), **(about.get("request") or {})}):
        if column not in series.columns:
            raise DataError(explain(where, f"the column '{column}'", one_of(series.columns, column)))
        known = series.enums.get(column)
        if known and (unknown := [code for code in codes if code not in known]):
            raise DataError(explain(where, f"{column}: {short_repr(unknown[0])}", one_of(known, unknown[0])))


def _cells(told: Mapping[str, Any]) -> Iterator[tuple[str, Iterable[str]]]:
    if "countries" in told:
        yield "country", told["countries"]
    if "by" in told:
        yield told["by"], next((told[key] for key in ("rows", "terms") if isinstance(told.get(key), dict)), ())
    for column, cell in told.get("also", {}).items():
        yield column, [cell]


def _check(about: Mapping[str, Any], part: str, names: str) -> Mapping[str, Any]:
    where = f"data/{about.get('series', 'a series')}.yml, fetch.{part}"
    told: Mapping[str, Any] = about.get(part) or {}
    keys = {m[1]: m for m in _KEY.finditer(names)}
    needed = [name for name, m in keys.items() if not m[3]]
    if missing := [name for name in needed if told.get(name) in (None, "", [])]:
        raise DataError(explain(where, f"no '{missing[0]}'", f"the keys {', '.join(needed)}"))
    for key, value in told.items():
        if key not in keys:
            raise DataError(explain(where, f"the key '{key}'", one_of(keys, key)))
        kind, expected = _KINDS[keys[key][2]]
        form, of_form = _FORMS.get(key, (None, ""))
        if not isinstance(value, kind):
            raise DataError(explain(where, f"{key}: {short_repr(value)}", expected))
        if form and not form.fullmatch(value):
            raise DataError(explain(where, f"{key}: {short_repr(value)}", of_form))
    return told
