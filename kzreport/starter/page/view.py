"""The page starter_page: what its notebook shows.

Formulas are in ``kzreport.indicators``; words stand beside the notebook.
"""

from __future__ import annotations

from kzreport.declare import reads
from kzreport.indicators.growth import difference
from kzreport.indicators.readings import at, readings
from kzreport.model import Groups, Period, Reading, Series


@reads("starter_series")
def headline(starter_series: Series) -> dict[str, Reading]:
    """Return the ``latest`` figure and ``latest_change`` from the period before; missing if nothing was published."""
    period = starter_series.last or Period.parse(f"{starter_series.as_of:%Y-%m}")
    latest = at(starter_series, period)
    return {"latest": latest, "latest_change": difference(latest, at(starter_series, period.shift(-1)))}


@reads("starter_series")
def path(starter_series: Series) -> Groups:
    """Return the ``figures`` of all periods."""
    return {"figures": tuple(readings(starter_series).values())}
