"""The re-exports page: trade with Russia, China and Turkey against what was to be expected, always as a range."""

from __future__ import annotations

from collections.abc import Sequence

from kzreport.declare import reads
from kzreport.indicators import growth, readings, reexports
from kzreport.model import Groups, Panel, Period, Reading, Series, Status

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


def _verdict(data: Series, year: int, base: Sequence[int], event: int) -> dict[str, Reading]:
    """Return the range of a year, its placebo ``usual`` with the number of ``trials``, and ``outside``."""
    found = reexports.excess_range(data, year, (base[0], base[1]))
    trials = reexports.placebo(data, event, horizon=year - base[1])
    usual, outside = reexports.placebo_range(trials), reexports.judged(found, trials)
    bare = found.of(interval=None, estimated=False, digits=0)
    missing = bare.of(value=None, status=Status.MISSING_INPUT)
    return {
        "range": found,
        "usual": usual or missing,
        "trials": bare.of(value=float(len(trials)), unit="count", status=Status.OK),
        "outside": missing.of(unit="ratio") if outside is None else bare.of(value=float(outside), unit="ratio"),
    }


def against(flow: Series, partner: str, base: Sequence[int], event: int) -> dict[str, Reading]:
    """Compare a flow of the latest year with its expected level, million dollars.

    - ``range``: its interval is the finding, with the ends ``low`` and ``high``; ``agree``: their common sign, or zero
    - ``level``: the flow itself, in the latest year even if no year is judged, with its ``level_change``, percent
    - ``waited``: the event, if its year has begun by the date of the series and no year since is held; zero until that
      year is over
    - ``usual``: the spread of the same estimators before the event, over so many ``trials``; ``outside``: one if the
      range lies outside it, zero if not, missing with too few trials
    - ``judged``: the range of the latest year that has trials enough, with ``judged_usual``, ``judged_trials`` and
      ``judged_outside``; ``event``: one, in the year of the event; ``flow``: the same, its item names the flow

    ``base``: first and last year of the expected level.
    """
    years, data = _judged(flow, partner, base, event), _yearly(flow, partner)
    happened = Reading("event", 1.0, "count", Period.parse(str(event)))
    latest_year = Period.parse(str(years[-1])) if years else data.last or _none(flow, "musd").period
    level = readings.at(data, latest_year)
    change = growth.growth(level, readings.at(data, latest_year.year_before()))
    waited = happened.of(value=float(data.as_of.year > event))
    if data.as_of.year < event or level.period.year >= event:
        waited = waited.of(value=None, status=Status.MISSING_INPUT)
    flowing = happened.of(name="flow", item=f"flow_{partner}")
    known = {"level": level, "level_change": change, "event": happened, "flow": flowing, "waited": waited}
    if not years:
        none = _none(flow, "musd_change")
        names = ("range", "low", "high", "usual", "trials", "outside", "agree", "judged", "judged_usual")
        missing = dict.fromkeys((*names, "judged_trials", "judged_outside"), none)
        return {**missing, **known}
    verdicts = [_verdict(data, y, base, event) for y in years]
    latest, enough = verdicts[-1], [v for v in verdicts if v["outside"].ok]
    last = enough[-1] if enough else {k: r.of(value=None, interval=None, status=Status.MISSING_INPUT)
                                      for k, r in latest.items()}  # fmt: skip
    found, same = latest["range"], reexports.same_sign(latest["range"])
    return {
        **latest,
        **known,
        "low": found.of(value=found.interval.low if found.interval else None, interval=None),
        "high": found.of(value=found.interval.high if found.interval else None, interval=None),
        "agree": found if same is None else found.of(value=(found.value or 0.0) if same else 0.0, interval=None),
        "judged": last["range"],
        **{f"judged_{k}": last[k] for k in ("usual", "trials", "outside")},
    }


@reads("exports_by_partner")
def headline(exports_by_partner: Series, base: Sequence[int], event: int) -> dict[str, Reading]:
    """Compare exports to Russia with their expected level: see :func:`against`."""
    return against(exports_by_partner, "RUS", base, event)


@reads("imports_by_partner")
def china(imports_by_partner: Series, base: Sequence[int], event: int) -> dict[str, Reading]:
    """Compare imports from China with their expected level: see :func:`against`."""
    found = against(imports_by_partner, "CHN", base, event)
    return {k: r for k, r in found.items() if k not in ("level_change", "waited")}


@reads("imports_by_partner")
def turkey(imports_by_partner: Series, base: Sequence[int], event: int) -> dict[str, Reading]:
    """Imports from Turkey: their ``level``, the excess from ``low`` to ``high``, and whether estimators ``agree``."""
    found = against(imports_by_partner, "TUR", base, event)
    return {k: found[k] for k in ("agree", "high", "level", "low")}


@reads("exports_by_partner")
def since_event(exports_by_partner: Series, event: int) -> dict[str, Reading]:
    """One in the year of the ``event``, missing while that year has not begun on the date of the series."""
    r = Reading("event", 1.0, "count", Period.parse(str(event)))
    begun = exports_by_partner.as_of.year >= event
    return {"event": r if begun else r.of(value=None, status=Status.MISSING_INPUT)}


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
def table(exports: Series, imports: Series, base: Sequence[int], event: int) -> Panel:
    """Return the range of every judged flow and year, latest first, beside its placebo and what follows from both.

    Columns: the ``placebo`` range, its number of ``trials``, the ``outcome``: outside, inside, or too few trials.
    """
    rows: list[Reading] = []
    beside: dict[str, list[Reading | str | None]] = {"placebo": [], "trials": [], "outcome": []}
    for item, (flow, partner) in _flows(exports, imports).items():
        for year in reversed(_judged(flow, partner, base, event)):
            found = _verdict(_yearly(flow, partner), year, base, event)
            rows.append(found["range"].of(item=item))
            beside["placebo"].append(found["usual"] if found["usual"].ok else None)
            beside["trials"].append(found["trials"])
            beside["outcome"].append({"up": "outside", "flat": "inside"}.get(found["outside"].direction, "too_few"))
    return Panel({}, {}, rows, beside)
