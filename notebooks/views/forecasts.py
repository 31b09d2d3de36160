"""The page on forecasts: what the IMF expected in each edition against what came, at home and elsewhere.

An error is the forecast less the outcome, in points: above zero the forecast was too high. ``horizon`` names when a
forecast was made, as ``autumn_1``: in the autumn of the year before the one it is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from kzreport.declare import AS_OF, reads, vintages
from kzreport.indicators import forecasts, ranking, readings
from kzreport.indicators import revisions as changes
from kzreport.indicators.growth import difference_shown
from kzreport.model import Groups, Observation, Panel, Period, Reading, Sentence, Series, Status

MEASURES: Mapping[str, str] = {
    "average": "weo_inflation_average",
    "end": "weo_inflation_end",
    "growth": "weo_growth",
    "account": "weo_current_account",
    "balance": "weo_balance",
    "debt": "weo_debt",
}
STATES = {name: vintages(table) for name, table in MEASURES.items()}
States = Sequence[Series]
SPACING = 210  # days; a later edition should have come by then


def _by_measure(*states: States) -> dict[str, States]:
    return dict(zip(MEASURES, states, strict=True))


def _none(as_of: date, horizon: str, status: Status = Status.MISSING_INPUT) -> dict[str, Reading]:
    """Return the summary of no error: ``missing_input`` without an edition, ``not_comparable`` if there are some."""
    nothing = Reading.missing("error", "points", Period.parse(str(as_of.year)), status, item=horizon)
    names = ("bias", "lean", "one_sided", "mean_absolute", "naive", "gain")
    return {name: nothing.of(name=name) for name in names} | {
        "count": nothing.of(unit="count"),
        "ratio": nothing.of(unit="ratio"),
    }


def _summary(known: States, horizon: str, as_of: date) -> dict[str, Reading]:
    """Return what the errors at a horizon are like; too few of them are not comparable."""
    found = forecasts.errors(known, horizon)
    if not known:
        return _none(as_of, horizon)
    if len(found) < forecasts.LEAST:
        return _none(as_of, horizon, Status.NOT_COMPARABLE)
    return forecasts.summary(found)


def _expected(known: States, as_of: date) -> dict[str, Reading] | None:
    """Return the day of the latest edition with projections, and two of them, for a sentence.

    They are of the first years not over on the day of the edition of the report: of a year that is over there is an
    outcome, or will soon be. ``step``: by how much they differ as shown.
    """
    for s in reversed(known):
        ahead = sorted((o for o in s if o.dims["kind"] == forecasts.PROJECTION and o.value is not None), key=_when)
        if len(ahead) > 1:
            open_years = [o for o in ahead if o.period.end >= as_of]
            told = open_years if len(open_years) > 1 else ahead
            day = Reading("edition", len(ahead), "count", Period.parse(s.as_of.isoformat()), inputs=(s.name,))
            first, second = (readings.at(s, o.period) for o in told[:2])
            step = difference_shown(second, first).of(name="step")
            return {"edition": day, "now": first, "next": second, "step": step}
    return None


def _when(o: Observation) -> Period:
    return o.period


def _sentences(
    known: States, horizon: str, as_of: date, told: set[Period], judged: dict[str, Reading]
) -> dict[str, Sentence]:
    """Return the sentences on a measure, whose name is the item of ``what`` among what is ``judged`` of it.

    ``told``: the editions that were said to be the latest held, before this measure.
    """
    what, said = judged["what"], dict[str, Sentence]()
    if expected := _expected(known, as_of):
        day = expected["edition"].period
        new = "expected_then" if (as_of - day.start).days > SPACING else "expected"
        said["expected_too" if day in told else new] = {"what": what, **expected}
        told.add(day)
    said["error"] = judged
    if judged["gain"].ok:
        said["naive"] = judged
        worst = forecasts.largest(forecasts.errors(known, horizon))
        said["largest"] = {"what": what, "forecast": worst.forecast, "actual": worst.actual, "missed": worst.error}
    return said


@reads(**STATES, as_of=AS_OF)
def panels(
    average: States,
    end: States,
    growth: States,
    account: States,
    balance: States,
    debt: States,
    as_of: date,
    country: str,
    horizon: str,
) -> dict[str, Panel]:
    """Return a panel for each measure of which an edition is known: sentences, paths of all editions, errors."""
    found = {}
    told: set[Period] = set()
    for name, every in _by_measure(average, end, growth, account, balance, debt).items():
        known = forecasts.editions(every, country)
        lines = forecasts.paths(known)
        if not lines:
            continue
        rows = forecasts.by_horizon(forecasts.errors(known))
        judged = [r for r in rows.values() if r["mean_absolute"].ok]
        beside = {k: tuple(r[k] for r in judged) for k in ("count", "bias", "naive")}
        kept = tuple(r["mean_absolute"] for r in judged)
        own = _summary(known, horizon, as_of)
        own |= {"error": own["mean_absolute"], "what": own["count"].of(name="what", item=f"of_{name}")}
        found[name] = Panel(_sentences(known, horizon, as_of, told, own), lines, kept, beside, own)
    return found


@reads(average=STATES["average"], growth=STATES["growth"], as_of=AS_OF)
def headline(average: States, growth: States, as_of: date, country: str, horizon: str) -> dict[str, Reading]:
    """Return how far forecasts of average inflation at a horizon were from what came, and those of growth, points.

    ``error`` and ``growth_error`` are mean absolute errors, ``bias`` the mean error of inflation (``one_sided``: the
    same if all errors are of one sign; ``lean``: zero where it is small beside the error), ``count`` the years judged,
    ``subject`` names the country. ``edition``, ``now`` and ``next`` are of the latest edition held of inflation: its
    day and its forecasts of two years not yet over, ``step`` their difference as shown.
    """
    prices, product = (_summary(forecasts.editions(states, country), horizon, as_of) for states in (average, growth))
    subject = prices["count"].of(name="subject", item=country)
    absent = Reading.missing("forecast", "percent", Period.parse(str(as_of.year)))
    nothing = dict.fromkeys(("edition", "now", "next", "step"), absent)
    return {
        **(_expected(forecasts.editions(average, country), as_of) or nothing),
        "error": prices["mean_absolute"],
        "bias": prices["bias"],
        "lean": prices["lean"],
        "one_sided": prices["one_sided"],
        "count": prices["count"],
        "subject": subject,
        "growth_error": product["mean_absolute"],
    }


@reads(**STATES, as_of=AS_OF)
def revisions(
    average: States,
    end: States,
    growth: States,
    account: States,
    balance: States,
    debt: States,
    as_of: date,
    country: str,
) -> Groups:
    """Return how the first figure that an edition calls actual was revised since, points: a row for each measure."""
    columns: dict[str, list[Reading]] = {"years": [], "mean": [], "mean_absolute": [], "largest": []}
    for name, every in _by_measure(average, end, growth, account, balance, debt).items():
        found = forecasts.first_revisions(forecasts.editions(every, country))
        if len(found) < forecasts.LEAST:
            continue
        made = changes.statistics(found)
        columns["years"].append(made["count"].of(value=float(len(found)), item=name))
        for key in ("mean", "mean_absolute", "largest"):
            unit = "points_size" if key == "mean_absolute" else made[key].unit  # a size shows no sign
            columns[key].append(made[key].of(item=name, digits=2, unit=unit))
    return {k: tuple(rows) for k, rows in columns.items()} if columns["mean"] else {}


@reads(table=revisions, as_of=AS_OF)
def revised(table: Groups, as_of: date) -> dict[str, Reading]:
    """Return the usual revision of a first figure, mean absolute: ``account``, ``balance``, ``debt`` and ``prices``.

    The last is the largest of inflation (average, end of year) and growth, missing if one of them is. ``whole``: the
    same, missing too if another measure is.
    """
    nothing = Reading.missing("revision", "points_size", Period.parse(str(as_of.year)))
    known = {r.item: r for r in table.get("mean_absolute", ())}
    found = {name: known.get(name, nothing).of(digits=2) for name in MEASURES}
    own = [found[name] for name in ("average", "end", "growth")]
    prices = max(own, key=readings.valued) if all(r.ok for r in own) else nothing
    whole = prices if len(known) == len(MEASURES) else nothing
    return {**{k: found[k] for k in ("account", "balance", "debt")}, "prices": prices, "whole": whole}


def _compared(states: States, countries: Sequence[str], horizon: str) -> dict[str, dict[str, Reading]]:
    """Return the summary of each country over the years of the first one; who lacks one of them is left out."""
    known = forecasts.editions_of(states, countries)
    found = {c: forecasts.errors(known[c], horizon) for c in countries}
    years = {e.actual.period for e in found[countries[0]]}
    if len(years) < forecasts.LEAST:
        return {}
    same = {c: [e for e in rows if e.actual.period in years] for c, rows in found.items()}
    kept = {c: rows for c, rows in same.items() if len(rows) == len(years)}
    return {c: {k: r.of(item=c) for k, r in forecasts.summary(rows).items()} for c, rows in kept.items()}


@reads(**STATES)
def neighbours(
    average: States,
    end: States,
    growth: States,
    account: States,
    balance: States,
    debt: States,
    country: str,
    peers: Sequence[str],
    horizon: str,
    shown: str,
) -> Groups:
    """Return one figure of the errors at a horizon (``mean_absolute``, ``bias`` or ``ratio``) by country and measure.

    Each measure is compared over the years of the country; a peer that lacks one of them is left out.
    """
    found = {}
    for name, every in _by_measure(average, end, growth, account, balance, debt).items():
        rows = _compared(every, (country, *peers), horizon)
        if rows:
            found[name] = tuple(r[shown] for r in rows.values())
    return found


@reads(average=STATES["average"], as_of=AS_OF)
def place(
    average: States, as_of: date, country: str, peers: Sequence[str], horizon: str
) -> dict[str, Reading | tuple[Reading, ...]]:
    """Return the place of the country among its peers by the mean absolute error of average inflation.

    ``tied``: the peers whose error prints alike, which share that place.
    """
    rows = _compared(average, (country, *peers), horizon)
    if country not in rows:
        none = _none(as_of, horizon)["mean_absolute"].of(item=country)
        return dict.fromkeys(("horizon", "own", "rank", "tied", "compared", "low", "high"), none)
    own, *others = (r["mean_absolute"] for r in (rows[country], *(rows[c] for c in rows if c != country)))
    rank = ranking.rank(own, others)
    low, high = ranking.ends((own, *others)) if rank.ok else (own, own)
    made = own.of(name="horizon", item=horizon)
    compared = ranking.compared(own, others)
    tied = ranking.tied(own, others)
    return {"horizon": made, "own": own, "rank": rank, "tied": tied, "compared": compared, "low": low, "high": high}
