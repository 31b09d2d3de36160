"""The changes between two dates: new figures, revisions, verdicts, known faults of sources, method and parameters.

Data are compared as known on the two dates, so the answer is the same whenever it is asked. The manifests of two
editions say in which methods and parameters they differ: :mod:`kzreport.editions.previous` hands these in. The words
stand in :mod:`kzreport.pages.since_text`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kzreport.claims.assessment import verdicts_as_of
from kzreport.claims.claim import Claim
from kzreport.claims.ledger import all_claims
from kzreport.claims.verdict import Verdict
from kzreport.errors import ParameterError, explain
from kzreport.indicators.forecasts import outcomes
from kzreport.language.numbers import rounded
from kzreport.model import Observation, Period, Reading, Series, Status
from kzreport.series.issues import Issue, known_issues
from kzreport.series.known import load_series
from kzreport.series.resource import describe_series

Key = tuple[tuple[str, ...], Period]  # the values of a series' dimensions, and the period


@dataclass(frozen=True)
class NewFigures:
    """The figures of one series that were not known before, oldest period first."""

    series: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class Revision:
    """A figure of one series that a reader now sees with other digits, and the day on which these were published."""

    series: str
    then: Reading
    now: Reading
    published: date


@dataclass(frozen=True)
class VerdictChange:
    """A claim whose verdict is now another."""

    claim: Claim
    then: Verdict
    now: Verdict


@dataclass(frozen=True)
class Changes:
    """The changes from one date to a later one.

    - ``then``, ``now``: the two dates
    - ``new_figures``, ``revisions``: by series, in their order
    - ``new_issues``, ``mended_issues``: faults of sources that became known, or were mended
    - ``verdicts``: claims whose verdict changed
    - ``new_claims``: claims of documents that were not known before
    - ``judged``: there are claims to judge
    - ``methods``, ``settings``: changes of method (ids) and of parameters (text)
    - ``manifests``: the manifests of both dates could be compared
    """

    then: date
    now: date
    new_figures: tuple[NewFigures, ...]
    revisions: tuple[Revision, ...]
    new_issues: tuple[Issue, ...]
    mended_issues: tuple[Issue, ...]
    verdicts: tuple[VerdictChange, ...] = ()
    new_claims: tuple[Claim, ...] = ()
    judged: bool = False
    methods: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    manifests: bool = True


def known_figures(series: Series, dimensions: Sequence[str]) -> dict[Key, Observation]:
    """Return the observations of a series by their dimensions and periods; a projection is no figure that came out."""
    return {(tuple(o.dims[k] for k in dimensions), o.period): o for o in outcomes(series)}


def figure(series: Series, key: Key, observation: Observation) -> Reading:
    """Return an observation as a reading, with the digits that the card of its series asks for."""
    status = Status.MISSING_INPUT if observation.value is None else Status.OK
    return Reading(
        series.name,
        observation.value,
        series.unit,
        observation.period,
        status,
        series.basis,
        " ".join(key[0]),
        inputs=(series.name,),
        digits=describe_series(series.name).decimals,
    )


def differs(then: Reading, now: Reading) -> bool:
    """True if a reader sees the difference: in a digit that is printed, or a number in place of a missing one."""
    if then.value is None or now.value is None:
        return then.value is not now.value
    return rounded(then.value, then.decimals) != rounded(now.value, now.decimals)


def is_redefined(breaks: Collection[Issue], observation: Observation) -> bool:
    """True if one of the breaks is about the figure: it measures something else now, which is not a revision."""
    period = observation.period
    return any(
        all(observation.dims.get(k) in few for k, few in issue.where.items())
        and (not issue.periods or any(p.start <= period.end and period.start <= p.end for p in issue.periods))
        for issue in breaks
    )


def compare_dates(
    then: date,
    now: date,
    series: Sequence[str],
    chosen: Mapping[str, Collection[str]] | None = None,
    *,
    methods: Sequence[str] = (),
    settings: Sequence[str] = (),
    manifests: bool = True,
) -> Changes:
    """Return what became known after ``then`` and by ``now``.

    A revision is another value of the same series, dimensions and period that differs in a digit shown, unless a break
    of the series became known in between.

    Parameters
    ----------
    series
        names of the series, in the order of the answer
    chosen
        the choice of claims, as :func:`kzreport.claims.ledger.known_claims` takes it; no claims if ``None``
    methods, settings, manifests
        see :class:`Changes`

    Raises
    ------
    ParameterError
        unless ``then`` is earlier than ``now``
    DataError
        for broken data

    >>> found = compare_dates(date(2026, 8, 31), date(2026, 9, 30), ["cpi_yy"])
    >>> [(f.series, [str(r.period) for r in f.readings]) for f in found.new_figures], found.revisions
    ([('cpi_yy', ['2026-08'])], ())
    """
    if then >= now:
        raise ParameterError(explain("previous edition", then, f"a date before {now}"))
    before, after = known_issues(then), known_issues(now)
    known, current = {i.id for i in before}, {i.id for i in after}
    mine = [i for i in after if i.series in series]
    new_figures: list[NewFigures] = []
    revisions: list[Revision] = []
    for name in series:
        breaks = [i for i in mine if i.series == name and i.kind == "break" and i.since > then]
        found, revised = _compare_series(load_series(name, then), load_series(name, now), breaks)
        revisions += revised
        if found:
            new_figures.append(NewFigures(name, tuple(sorted(found, key=lambda r: r.period))))
    claims = all_claims()
    old, new = ({} if chosen is None else verdicts_as_of(day, **chosen) for day in (then, now))
    return Changes(
        then,
        now,
        tuple(new_figures),
        tuple(revisions),
        tuple(i for i in mine if i.id not in known),
        tuple(i for i in before if i.id not in current and i.series in series),
        tuple(VerdictChange(claims[k], old[k][0], v) for k, (v, _) in new.items() if k in old and old[k][0] != v),
        tuple(claims[k] for k in new if k not in old),
        bool(new),
        tuple(methods),
        tuple(settings),
        manifests,
    )


def _compare_series(old: Series, new: Series, breaks: Collection[Issue]) -> tuple[list[Reading], list[Revision]]:
    """Return the new figures of one series, and its revisions."""
    dimensions = describe_series(new.name).dimensions
    earlier = known_figures(old, dimensions)
    found: list[Reading] = []
    revised: list[Revision] = []
    for key, observation in known_figures(new, dimensions).items():
        if key in earlier and earlier[key].value == observation.value:
            continue
        reading = figure(new, key, observation)
        if key not in earlier:
            found.append(reading)
        elif differs(was := figure(new, key, earlier[key]), reading) and not is_redefined(breaks, observation):
            revised.append(Revision(new.name, was, reading, observation.published))
    return found, revised
