"""Components of consumer prices: their published figures and their weights.

In scope: taking a table by component apart, and the weights of a year, or their substitute. Out of scope:
calculations with them (:mod:`~kzreport.indicators.price_contributions`, :mod:`~kzreport.indicators.core_inflation`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from kzreport.errors import BasisError, DataError, ParameterError, explain
from kzreport.indicators import readings
from kzreport.model import Observation, Period, Series


def by_component(series: Series) -> dict[str, dict[Period, float]]:
    """Return component -> period -> value. Raises :class:`BasisError` for a series without the dimension ``component``.

    >>> by_component(readings.series_from({"2026-08": 110.1}, "index_py100", component="food"))
    {'food': {Period('2026-08'): 110.1}}
    """
    found: dict[str, list[Observation]] = {}
    for o in series:
        name = o.dims.get("component")
        if name is None:
            raise BasisError(explain(f"series {series.name}", "no dimension 'component'", "a series by component"))
        found.setdefault(name, []).append(o)
    return {name: replace(series, observations=tuple(rows)).values for name, rows in found.items()}


def weights_of(weights: Series, components: Sequence[str], year: int, missing: str) -> tuple[dict[str, float], bool]:
    """Return the weights of a year as fractions, and whether they are another year's; empty without weights.

    ``missing``: for a year that lacks the weight of a component, ``refuse``, or take the weights of the
    ``previous_year`` or the ``nearest_year``. Raises :class:`DataError` if they do not add up to 100 +- 0.5,
    :class:`ParameterError` for another ``missing``.

    >>> food = readings.series_from({"2025": 100}, "percent", component="food")
    >>> weights_of(food, ["food"], 2026, "previous_year")
    ({'food': 1.0}, True)
    """
    readings.require(weights, "percent")
    if missing not in ("refuse", "previous_year", "nearest_year"):
        raise ParameterError(explain("missing_weights", repr(missing), "'refuse', 'previous_year' or 'nearest_year'"))
    table = by_component(weights)
    years = {p.year for values in table.values() for p in values}
    whole = [y for y in sorted(years) if all(Period.parse(str(y)) in table.get(c, {}) for c in components)]
    choice = year if year in whole else None
    if choice is None and missing == "previous_year":
        choice = year - 1 if year - 1 in whole else None
    elif choice is None and missing == "nearest_year" and whole:
        choice = min(whole, key=lambda y: (abs(y - year), y))
    if choice is None:
        return {}, False
    found = {c: table[c][Period.parse(str(choice))] for c in components}
    if abs(math.fsum(found.values()) - 100) > 0.5:
        raise DataError(explain(f"weights {choice} of {', '.join(found)}", f"a sum of {sum(found.values()):g}", "100"))
    return {c: v / math.fsum(found.values()) for c, v in found.items()}, choice != year
