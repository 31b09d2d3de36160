"""The re-exports page: trade with Russia, China and Turkey against what was to be expected, always as a range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kzreport.declare import reads
from kzreport.indicators import readings, reexports
from kzreport.model import Groups, Period, Reading, Series, Status

BY_PARTNER = {"exports": "exports_by_partner", "imports": "imports_by_partner"}


def _yearly(flow: Series, partner: str) -> Series:
    return flow.where(partner=partner)


def _judged(flow: Series, partner: str, base: Sequence[int], event: int) -> list[int]:
    """Return the years from the event on that have a figure, if the base has one for each of its years."""
    known = {p.year for p in _yearly(flow, partner).values}
    whole = all(y in known for y in range(base[0], base[1] + 1))
    return sorted(y for y in known if y >= event) if whole else []


def _none(flow: Series, unit: str) -> Reading:
    return Reading.missing("excess_range", unit, Period.parse(str(flow.as_of.year - 1)), inputs=(flow.name,))


def against(flow: Series, partner: str, base: Sequence[int], event: int) -> dict[str, Reading]:
    """Compare a flow of the latest year with its expected level, million dollars.

    ``range``: its interval is the finding, with the ends ``low`` and ``high``; ``level``: the flow itself; ``usual``:
    the spread of the same estimators before the event. ``base``: first and last year of the expected level.
    """
    years = _judged(flow, partner, base, event)
    if not years:
        none = _none(flow, "musd_change")
        level = none.of(unit="musd")
        return {"range": none, "level": level, "low": none, "high": none, "usual": none}
    data, year, span = _yearly(flow, partner), years[-1], (base[0], base[1])
    found = reexports.excess_range(data, year, span)
    usual = reexports.placebo_range(reexports.placebo(data, event, horizon=year - base[1]))
    made = {
        "range": found,
        "level": readings.at(data, str(year)),
        "low": found.of(value=found.interval.low if found.interval else None, interval=None),
        "high": found.of(value=found.interval.high if found.interval else None, interval=None),
    }
    return {**made, "usual": usual or found.of(value=None, interval=None, status=Status.MISSING_INPUT)}


@reads("exports_by_partner")
def headline(exports_by_partner: Series, base: Sequence[int], event: int) -> dict[str, Reading]:
    """Compare exports to Russia with their expected level: see :func:`against`."""
    return against(exports_by_partner, "RUS", base, event)


@reads("imports_by_partner")
def china(imports_by_partner: Series, base: Sequence[int], event: int) -> dict[str, Reading]:
    """Compare imports from China with their expected level: see :func:`against`."""
    return against(imports_by_partner, "CHN", base, event)


@reads("imports_by_partner")
def turkey(imports_by_partner: Series, base: Sequence[int], event: int) -> dict[str, Reading]:
    """Compare imports from Turkey with their expected level: see :func:`against`."""
    found = against(imports_by_partner, "TUR", base, event)
    return {k: r for k, r in found.items() if k != "usual"}


@reads(found=headline)
def sign(found: Mapping[str, Reading]) -> dict[str, Reading]:
    """Return ``agree``: up or down if all estimators agree on exports to Russia, flat if they disagree on the sign.

    >>> from kzreport.model import Interval
    >>> r = Reading("excess", 2.0, "musd_change", Period.parse("2025"), interval=Interval(-1.0, 5.0))
    >>> sign({"range": r})["agree"].direction
    'flat'
    """
    r = found["range"]
    same = reexports.same_sign(r)
    if same is None:
        return {"agree": r}
    return {"agree": r.of(value=(r.value or 0.0) if same else 0.0, interval=None)}


@reads(found=headline)
def unusual(found: Mapping[str, Reading]) -> dict[str, Reading]:
    """Return ``outside``: 1 (up) if the range of exports to Russia lies outside its ``usual`` spread, else 0 (flat)."""
    r, usual = found["range"], found["usual"]
    outside = reexports.unusual(r, usual if usual.ok else None)
    if outside is None:
        return {"outside": r.of(value=None, interval=None, status=Status.MISSING_INPUT, unit="ratio")}
    return {"outside": r.of(value=float(outside), unit="ratio", interval=None, digits=0)}


@reads(found=china)
def china_sign(found: Mapping[str, Reading]) -> dict[str, Reading]:
    """Return the same as :func:`sign` for imports from China."""
    return sign(found)


@reads(found=china)
def china_unusual(found: Mapping[str, Reading]) -> dict[str, Reading]:
    """Return the same as :func:`unusual` for imports from China."""
    return unusual(found)


def estimates(flow: Series, partner: str, base: Sequence[int], event: int) -> Groups:
    """Return the excess of each year from the event on, by each of the four estimators, million dollars."""
    found: dict[str, list[Reading]] = {name: [] for name in reexports.ESTIMATORS}
    for year in _judged(flow, partner, base, event):
        for name, r in reexports.excess(_yearly(flow, partner), year, (base[0], base[1])).items():
            found[name].append(r)
    return found


@reads("exports_by_partner")
def russia_estimates(exports_by_partner: Series, base: Sequence[int], event: int) -> Groups:
    """Return :func:`estimates` of exports to Russia."""
    return estimates(exports_by_partner, "RUS", base, event)


@reads("imports_by_partner")
def china_estimates(imports_by_partner: Series, base: Sequence[int], event: int) -> Groups:
    """Return :func:`estimates` of imports from China."""
    return estimates(imports_by_partner, "CHN", base, event)


def _flows(exports: Series, imports: Series) -> dict[str, tuple[Series, str]]:
    return {"exports_RUS": (exports, "RUS"), "imports_CHN": (imports, "CHN"), "imports_TUR": (imports, "TUR")}


@reads(**BY_PARTNER)
def levels(exports: Series, imports: Series) -> Groups:
    """Return the flows that are judged, in every year, million dollars."""
    return {k: tuple(readings.readings(_yearly(*v)).values()) for k, v in _flows(exports, imports).items()}


@reads(**BY_PARTNER)
def table(exports: Series, imports: Series, base: Sequence[int], event: int) -> tuple[Reading, ...]:
    """Return the range of every judged flow and year, latest first; the table shows its interval."""
    return tuple(
        reexports.excess_range(_yearly(flow, partner), year, (base[0], base[1])).of(item=item)
        for item, (flow, partner) in _flows(exports, imports).items()
        for year in reversed(_judged(flow, partner, base, event))
    )
