"""The macro page: exchange rates, reserves, oil and unemployment, each with its own latest period."""

from __future__ import annotations

from kzreport.indicators import growth, readings
from kzreport.model import Period, Reading, Series

Groups = dict[str, tuple[Reading, ...]]


def path(series: Series, name: str) -> Groups:
    """Every reading of a series, as a group called ``name``."""
    return {name: tuple(readings.readings(series).values())}


def _changes(series: Series, name: str) -> dict[str, Reading]:
    """The latest reading as ``name``, its change on a year before (``_change``), and that of ``_before``.

    Percent for levels, points for rates; ``missing_input`` before the series begins.
    """
    last = series.last
    if last is None:
        p = Period.parse(str(series.as_of.year - 1))
        none = Reading.missing(name, series.unit, p, inputs=(series.name,))
        return {name: none, f"{name}_change": none.of(unit="percent"), f"{name}_before": none}
    now, before = readings.at(series, last), readings.at(series, last.year_before())
    compare = growth.difference if series.unit == "percent" else growth.growth
    return {name: now, f"{name}_change": compare(now, before), f"{name}_before": before}


def headline(usd_rate: Series) -> dict[str, Reading]:
    """Tenge for a dollar in the latest month, and the change on a year before, percent (up: the tenge lost value)."""
    return _changes(usd_rate, "dollar")


def rouble(rub_rate: Series) -> dict[str, Reading]:
    """Tenge for a rouble in the latest month, and the change on a year before, percent."""
    return {k: r.of(digits=2) if r.unit == "kzt" else r for k, r in _changes(rub_rate, "rouble").items()}


def reserves(gross: Series) -> dict[str, Reading]:
    """Gross international reserves at the latest month end, million dollars, and the change on a year before."""
    return _changes(gross, "reserves")


def oil(price: Series) -> dict[str, Reading]:
    """The Brent price of the latest month, dollars a barrel, and the change on a year before."""
    return _changes(price, "oil")


def unemployment(rate: Series) -> dict[str, Reading]:
    """The unemployment rate of the latest quarter, percent, and the change on a year before, points."""
    return _changes(rate, "unemployment")


def table(usd_rate: Series, rub_rate: Series, price: Series, gross: Series) -> Groups:
    """The monthly series side by side."""
    return {**path(usd_rate, "dollar"), **path(rub_rate, "rouble"), **path(price, "oil"), **path(gross, "reserves")}
