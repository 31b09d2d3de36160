"""Components of consumer prices: their published figures and their weights.

In scope: taking a table by component apart, and the weights of a year. Out of scope:
calculations with them (:mod:`~kzreport.indicators.price_contributions`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from kzreport.errors import BasisError, DataError, explain
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


def weights_of(weights: Series, components: Sequence[str], year: int) -> dict[str, float]:
    """Return the weights of a year as fractions; empty if one is missing.

    Raises :class:`DataError` if they do not add up to 100 +- 0.5.

    >>> food = readings.series_from({"2025": 100}, "percent", component="food")
    >>> weights_of(food, ["food"], 2025), weights_of(food, ["food"], 2026)
    ({'food': 1.0}, {})
    """
    readings.require(weights, "percent")
    table, p = by_component(weights), Period.parse(str(year))
    found = {c: table[c][p] for c in components if p in table.get(c, {})}
    if len(found) < len(components):
        return {}
    if abs(math.fsum(found.values()) - 100) > 0.5:
        raise DataError(explain(f"weights {year} of {', '.join(found)}", f"a sum of {sum(found.values()):g}", "100"))
    return {c: v / math.fsum(found.values()) for c, v in found.items()}
