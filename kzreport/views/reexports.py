"""The re-exports page: trade with Russia, China and Turkey against what was to be expected, always as a range."""

from __future__ import annotations

from kzreport.indicators import readings, reexports
from kzreport.model import Period, Reading, Series, Status

Groups = dict[str, tuple[Reading, ...]]

BASE = (2017, 2021)  # the years from which the level to be expected is drawn
EVENT = 2022


def _yearly(flow: Series, partner: str) -> Series:
    return flow.where(partner=partner)


def _judged(flow: Series, partner: str) -> list[int]:
    """The years after the base that have a figure, where the base is whole."""
    known = {p.year for p in _yearly(flow, partner).values}
    whole = all(y in known for y in range(BASE[0], BASE[1] + 1))
    return sorted(y for y in known if y >= EVENT) if whole else []


def _none(flow: Series, unit: str) -> Reading:
    return Reading.missing("excess_range", unit, Period.parse(str(flow.as_of.year - 1)), inputs=(flow.name,))


def _of(flow: Series, partner: str) -> dict[str, Reading]:
    years = _judged(flow, partner)
    if not years:
        none = _none(flow, "musd_change")
        level = none.of(unit="musd")
        return {"range": none, "level": level, "low": none, "high": none, "usual": none}
    data, year = _yearly(flow, partner), years[-1]
    found = reexports.excess_range(data, year, BASE)
    usual = reexports.placebo_range(reexports.placebo(data, EVENT, horizon=year - BASE[1]))
    made = {
        "range": found,
        "level": readings.at(data, str(year)),
        "low": found.of(value=found.interval.low if found.interval else None, interval=None),
        "high": found.of(value=found.interval.high if found.interval else None, interval=None),
    }
    return {**made, "usual": usual or found.of(value=None, interval=None, status=Status.MISSING_INPUT)}


def headline(exports_by_partner: Series) -> dict[str, Reading]:
    """Exports to Russia in the latest year against their expected level: ``range`` (its interval is the finding),
    ``low``, ``high`` and the ``level`` itself; million dollars.
    """
    return _of(exports_by_partner, "RUS")


def against(flow: Series, partner: str) -> dict[str, Reading]:
    """The same for any flow and partner, with the ``usual`` spread of the same estimators before the event."""
    return _of(flow, partner)


def sign(found: dict[str, Reading]) -> dict[str, Reading]:
    """Whether the estimators agree: ``agree`` is up or down where all do, flat where the sign depends on the method."""
    r = found["range"]
    same = reexports.same_sign(r)
    if same is None:
        return {**found, "agree": r}
    return {**found, "agree": r.of(value=(r.value or 0.0) if same else 0.0, interval=None)}


def unusual(found: dict[str, Reading]) -> dict[str, Reading]:
    """Whether the range lies outside the spread of its placebo: ``outside`` is 1 (up) where it does, else 0 (flat)."""
    r, usual = found["range"], found["usual"]
    outside = reexports.unusual(r, usual if usual.ok else None)
    if outside is None:
        return {**found, "outside": r.of(value=None, interval=None, status=Status.MISSING_INPUT, unit="ratio")}
    return {**found, "outside": r.of(value=float(outside), unit="ratio", interval=None, digits=0)}


def estimates(flow: Series, partner: str) -> Groups:
    """The excess of each year after the base by each of the four estimators, million dollars."""
    found: dict[str, list[Reading]] = {name: [] for name in reexports.ESTIMATORS}
    for year in _judged(flow, partner):
        for name, r in reexports.excess(_yearly(flow, partner), year, BASE).items():
            found[name].append(r)
    return {k: tuple(v) for k, v in found.items()}


def levels(exports: Series, imports: Series) -> Groups:
    """The flows that are judged, in every year, million dollars."""
    chosen = {"exports_RUS": (exports, "RUS"), "imports_CHN": (imports, "CHN"), "imports_TUR": (imports, "TUR")}
    return {k: tuple(readings.readings(_yearly(*v)).values()) for k, v in chosen.items()}


def table(exports: Series, imports: Series) -> tuple[Reading, ...]:
    """The range of every judged year and flow, latest first; its interval is what the table shows."""
    rows = []
    for item, flow, partner in (
        ("exports_RUS", exports, "RUS"),
        ("imports_CHN", imports, "CHN"),
        ("imports_TUR", imports, "TUR"),
    ):
        for year in reversed(_judged(flow, partner)):
            rows.append(reexports.excess_range(_yearly(flow, partner), year, BASE).of(item=item))
    return tuple(rows)
