"""The macro page: exchange rates, reserves, oil and unemployment, each with its own latest period."""

from __future__ import annotations

from kzreport.declare import reads
from kzreport.indicators import aggregates, growth, readings, real_exchange
from kzreport.model import Groups, Period, Reading, Series

MONTHS = 12  # of imports in a year
MAX_LAG = 6  # months by which imports may end before reserves


def _path(series: Series, name: str) -> Groups:
    return {name: tuple(readings.readings(series).values())}


def _changes(series: Series, name: str) -> dict[str, Reading]:
    """Return the latest reading as ``name`` and its ``_change`` on a year before: percent for levels, points for rates.

    ``missing_input`` before the series begins.
    """
    last = series.last
    if last is None:
        p = Period.parse(str(series.as_of.year - 1))
        none = Reading.missing(name, series.unit, p, inputs=(series.name,))
        return {name: none, f"{name}_change": none.of(unit="percent")}
    now, before = readings.at(series, last), readings.at(series, last.year_before())
    compare = growth.difference if series.unit == "percent" else growth.growth
    return {name: now, f"{name}_change": compare(now, before)}


def _rate(series: Series, name: str) -> dict[str, Reading]:
    """Return the same with the reading of a year ``_before``."""
    found = _changes(series, name)
    now = found[name]
    before = readings.at(series, now.period.year_before()) if now.ok else now
    own = real_exchange.appreciation(now, before) if now.ok and before.ok else now.of(value=None, status=before.status)
    own = own if own.ok else Reading.missing("appreciation", "percent", now.period, inputs=(series.name,))
    return {**found, f"{name}_before": before, f"tenge_to_{name}": own}


@reads("usd_rate")
def headline(usd_rate: Series) -> dict[str, Reading]:
    """Tenge for a ``dollar`` in the latest month, and a year ``_before``; the ``_change`` of the dollar, percent.

    ``tenge_to_dollar``: the tenge's own change, percent (up: it gained value).
    """
    return _rate(usd_rate, "dollar")


@reads("usd_rate")
def dollar_path(usd_rate: Series) -> Groups:
    """Return tenge for a dollar in every month.

    >>> dollar_path(readings.series_from({"2026-08": 540.5}, "kzt"))["dollar"][0].value
    540.5
    """
    return _path(usd_rate, "dollar")


@reads("rub_rate")
def rouble(rub_rate: Series) -> dict[str, Reading]:
    """Return the same of the rouble."""
    return {
        k: r.of(digits=2) if r.unit == "kzt" else r
        for k, r in _rate(rub_rate, "rouble").items()
        if k != "rouble_change"
    }


@reads("rub_rate")
def rouble_path(rub_rate: Series) -> Groups:
    """Return tenge for a rouble in every month."""
    return {"rouble": tuple(r.of(digits=2) for r in readings.readings(rub_rate).values())}


@reads("reserves")
def reserves(reserves: Series) -> dict[str, Reading]:
    """Gross international reserves at the latest month end, million dollars, and the change on a year before.

    ``below_peak``: the change since the highest month end known (``base``), percent; ``lost``: the same in dollars;
    both missing in the first year of the series.
    """
    found = _changes(reserves, "reserves")
    now = found["reserves"]
    if len(reserves.values) <= 12:
        none = Reading.missing("since_peak", "percent", now.period, inputs=(reserves.name,))
        return {**found, "below_peak": none, "lost": none.of(unit="musd_change"), "first": none}
    top = aggregates.peak(reserves)
    first = readings.at(reserves, min(reserves.values))
    return {
        **found,
        "below_peak": aggregates.since_peak(reserves),
        "lost": growth.difference(now, top),
        "first": first,
    }


@reads("reserves", imports="imports_monthly")
def cover(reserves: Series, imports: Series) -> dict[str, Reading]:
    """The months of goods ``imports`` (the mean of the latest twelve months) that the latest ``reserves`` would pay."""
    now = _changes(reserves, "reserves")["reserves"]
    sums = [r for r in aggregates.rolling_sum(imports, MONTHS) if r.ok] if len(imports) else []
    if not now.ok or not sums or sums[-1].period.shift(MAX_LAG) < now.period:
        return {"cover": Reading.missing("cover", "months", now.period, inputs=(reserves.name, imports.name))}
    year = sums[-1]
    months = MONTHS * readings.valued(now) / readings.valued(year)
    inputs = (reserves.name, imports.name)
    return {"cover": Reading("cover", months, "months", now.period, base=year.period, inputs=inputs, digits=1)}


@reads("reserves")
def reserves_path(reserves: Series) -> Groups | None:
    """Return gross reserves at every month end, million dollars; None if none is held."""
    return _path(reserves, "reserves") if reserves.last else None


@reads("oil_price")
def oil(oil_price: Series) -> dict[str, Reading]:
    """The Brent price of the latest month, dollars a barrel, and the change on a year before."""
    return _changes(oil_price, "oil")


@reads("oil_price")
def oil_path(oil_price: Series) -> Groups:
    """Return the Brent price of every month, dollars a barrel."""
    return _path(oil_price, "oil")


@reads("unemployment")
def unemployment(unemployment: Series) -> dict[str, Reading]:
    """The unemployment rate of the latest quarter, percent, and the change on a year before, points."""
    return _changes(unemployment, "unemployment")


@reads("unemployment")
def unemployment_path(unemployment: Series) -> Groups:
    """Return the unemployment rate of every quarter, percent."""
    return _path(unemployment, "unemployment")


@reads("usd_rate", "rub_rate", "oil_price", "reserves")
def table(usd_rate: Series, rub_rate: Series, oil_price: Series, reserves: Series) -> Groups:
    """The monthly series side by side."""
    return {
        **_path(usd_rate, "dollar"),
        "rouble": tuple(r.of(digits=2) for r in readings.readings(rub_rate).values()),
        **_path(oil_price, "oil"),
        **_path(reserves, "reserves"),
    }
