"""Operands of tests turned into amounts, from series and facts as known on a date and from other claims.

What belongs here: figures of a series, a fact or a claim, and arithmetic between them. What does not: the comparison
with the claim (:mod:`kzreport.claims.verbs`).
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from kzreport.claims.amounts import Amount, Grade, Held, Point, combine, hull, joined, part_of, printed_interval
from kzreport.claims.claim import Claim, Operand, Term
from kzreport.claims.documents import Register
from kzreport.claims.facts import Fact
from kzreport.claims.outcomes import NotComparable, Reason, no_figure
from kzreport.claims.verdict import Verdict
from kzreport.indicators import aggregates, readings
from kzreport.indicators.country_groups import CountryGroups
from kzreport.model import Interval, Observation, Period, Series
from kzreport.series.resource import Resource, describe_series

Load = Callable[..., Series]
FREE_DIMENSIONS = frozenset({"publisher", "via", "dated"})  # a range is taken over them unless one is chosen
_COUNTS = {"count", "person", "inhabitant", "piece", "wagon"}  # numbers of things, whatever they are called


@dataclass(frozen=True)
class Figure:
    """A figure of one series: its readings one by one, and the observations they come from."""

    points: tuple[Point, ...]
    observations: tuple[Observation, ...]

    def plus(self, other: Figure) -> Figure:
        """Return the sum of two figures."""
        points = (
            joined(
                (p, q),
                tuple(itertools.starmap(operator.add, itertools.product(p.values, q.values))),
                Interval(p.interval.low + q.interval.low, p.interval.high + q.interval.high),
            )
            for p, q in itertools.product(self.points, other.points)
        )
        return Figure(tuple(dict.fromkeys(points)), self.observations + other.observations)


def figure_of(about: Resource, series: Series, over: str, period: Period) -> Figure:
    """Return the figure of a period, or with ``over`` the ``sum`` or ``mean`` of the months it is made of.

    Raises :class:`NotComparable` if a figure is missing, or if a month has several.
    """
    if not over:
        found = tuple(o for o in series if o.period == period and o.value is not None)
        points = dict.fromkeys(_point(about, o) for o in found)
        if not points:
            raise no_figure()
        return Figure(tuple(points), found)
    inside = tuple(o for o in series if period.start <= o.period.start and o.period.end <= period.end)
    numbers = [o.value for o in inside if o.value is not None]
    whole = sum(o.period.months for o in inside if o.value is not None) == period.months
    if not whole or len({o.period for o in inside}) != len(inside):
        raise no_figure()
    every = [_point(about, o) for o in inside if o.value is not None]
    n = len(numbers) if over == "mean" else 1
    interval = Interval(math.fsum(p.interval.low for p in every) / n, math.fsum(p.interval.high for p in every) / n)
    return Figure((joined(every, (math.fsum(numbers) / n,), interval),), inside)


def _point(about: Resource, o: Observation) -> Point:
    """Return an observation as a reading, with the weight of the page that it was read from."""
    via, value = o.dims.get("via", ""), o.value or 0.0
    usual = Grade.REPORTED if via else Grade.PRIMARY
    grade = next((s.get("grade", "") for s in about.sources if s["title"] == via), "") or usual
    outlet = via.partition(",")[0]  # two pages of one newspaper are one source
    return Point((value,), printed_interval(value), Grade(grade), outlet, o.dims.get("kind") == "plan")


@dataclass(frozen=True)
class Evidence:
    """All that claims are compared with on a date.

    - ``load``: gives a series as known on the date
    - ``printed``: the claims printed by the date, by id
    - ``register``: the bases and their rules
    - ``groups``: groups of countries by name
    - ``conversions``: (unit, unit) -> name of the series that multiplies the first
    - ``facts``: the facts known on the date
    """

    load: Load
    printed: Mapping[str, Claim]
    register: Register
    groups: CountryGroups
    conversions: Mapping[tuple[str, str], str]
    facts: tuple[Fact, ...] = ()

    def amount(self, operand: Operand, claim: Claim) -> Amount:
        """Return the result of an operand, worked out from left to right.

        Raises :class:`NotComparable` if a figure is missing or units do not go together.
        """
        terms = [self._of_term(t, claim) for t in operand]
        total = terms[0]
        for term, one in zip(operand[1:], terms[1:], strict=True):
            if term.sign == "/":
                require_base(total, one)
                total = combine(operator.truediv, total, one, "ratio")
            elif term.sign == "*":
                total = combine(part_of if one.unit == "percent" else operator.mul, total, one, total.unit)
            elif one.unit != total.unit:
                raise NotComparable(Verdict.NOT_COMPARABLE, Reason.UNIT)
            else:
                total = combine(operator.add if term.sign == "+" else operator.sub, total, one, total.unit)
        return replace(total, basis=self.register.basis_of_sum({one.basis for one in terms}))

    def _of_term(self, term: Term, claim: Claim) -> Amount:
        if term.claim:
            return self.of_claim(term, claim)
        return self.of_facts(term, claim) if term.fact else self._of_series(term, claim)

    def heard(self, term: Term, claim: Claim) -> tuple[Fact, ...]:
        """Return the facts that a term names, for its period or else the claim's, except from the claim's own document.

        Of the readings that one publisher gave of one period, those published last stand.
        """
        period, chosen = term.period or claim.period, dict(term.dims)
        found = [
            f
            for f in self.facts
            if f.measure == term.fact
            and f.document != claim.document.id
            and f.subject == chosen.get("subject", f.subject)
            and (claim.unit == "date" or period is None or _meet(period, f.period))
        ]
        return tuple(f for f in found if not any(_supersedes(g, f) for g in found))

    def of_facts(self, term: Term, claim: Claim) -> Amount:
        """Return the figure that facts give: each reading with the weight of its source.

        Raises :class:`NotComparable` without a fact.
        """
        found = self.heard(term, claim)
        if not found:
            raise no_figure()
        interval = hull(f.interval for f in found)
        values = dict.fromkeys(v for f in found for v in (f.value, f.low, f.high) if v is not None) or {1.0: None}
        return Amount(
            tuple(values),
            interval,
            found[0].unit,
            found[0].period if len({f.period for f in found}) == 1 else term.period or claim.period or found[-1].period,
            publishers=tuple(dict.fromkeys(f.publisher for f in found if f.publisher)),
            points=tuple(f.point for f in found),
            rows=tuple(f.held for f in found),
        )

    def of_claim(self, term: Term, claim: Claim) -> Amount:
        """Return the figure of the claim that a term names, with the interval of its words.

        Raises :class:`NotComparable` if that claim has no figure.
        """
        other = claim if term.claim == "self" else self.printed.get(term.claim)
        if other is None or other.interval is None:
            raise no_figure()
        interval = other.interval
        ends = [x for x in (interval.low, interval.high) if math.isfinite(x)]
        value = other.value if other.value is not None else sum(ends) / len(ends)
        period = other.period or claim.period or Period.parse(claim.document.date.isoformat())
        return Amount((value,), interval, other.unit, period, other.basis)

    def _of_series(self, term: Term, claim: Claim) -> Amount:
        period = term.period or claim.period
        if period is None:
            raise NotComparable(Verdict.NOT_COMPARABLE, Reason.PERIOD)
        about = describe_series(term.series)
        chosen = dict(term.dims)
        summed = next((k for k, v in term.dims if is_group(about, k, v, self.groups)), None)
        if summed:
            members = self.groups[chosen.pop(summed)].members(period.end)
            table = self.load(term.series, **chosen)
            by, empty = table.split(summed), replace(table, observations=())
            figures = [figure_of(about, by.get(m, empty), term.over, period) for m in members]
        else:
            figures = [figure_of(about, self.load(term.series, **chosen), term.over, period)]
        figure = figures[0]
        for other in figures[1:]:
            figure = figure.plus(other)
        points, unit = figure.points, about.unit
        if unit in ("index_py100", "index_pp100"):
            points, unit = tuple(_less_100(p) for p in points), "percent"
        values = tuple(dict.fromkeys(v for p in points for v in p.values))
        named = sorted(term.dims, key=lambda pair: pair[0] != summed)  # the group first
        items = tuple(dict.fromkeys(v for k, v in named if k == summed or k not in ("kind", *FREE_DIMENSIONS)))
        publishers = dict.fromkeys(o.dims["publisher"] for o in figure.observations if "publisher" in o.dims)
        return Amount(
            values,
            hull(p.interval for p in points),
            unit,
            period,
            self._basis(about, term, period, claim),
            (about.name,),
            items,
            tuple(publishers),
            points,
            tuple(_row(about, o) for o in figure.observations),
        )

    def _basis(self, about: Resource, term: Term, period: Period, claim: Claim) -> str:
        """Return the basis of the series or of the value chosen in it, or what a rule makes of that basis."""
        chosen = dict(term.dims)
        basis = next((v[chosen[k]] for k, v in about.basis_by.items() if chosen.get(k) in v), about.basis)
        if term.over == "mean":
            return self.register.basis_by_rule("mean_of", basis)
        last_month = period.frequency == "M" and period.start.month == 12
        if last_month and claim.period in (None, Period.parse(str(period.year))):
            return self.register.basis_by_rule("end_of", basis)
        return basis

    def in_unit(self, found: Amount, unit: str) -> Amount:
        """Return an amount in another unit, at the mean rate of its period if the project has a conversion.

        Raises :class:`NotComparable` for a unit of another thing, or a missing rate.
        """
        if found.unit == unit or {found.unit, unit} <= _COUNTS:
            return replace(found, unit=unit)
        there, back = self.conversions.get((found.unit, unit)), self.conversions.get((unit, found.unit))
        series = there or back
        if series is None:
            raise NotComparable(Verdict.NOT_COMPARABLE, Reason.UNIT, found)
        rate = aggregates.mean(self.load(series), found.period)
        if rate.value is None:
            raise no_figure(found)
        return found.scaled(rate.value if there else 1 / rate.value, unit, series)


def _supersedes(g: Fact, f: Fact) -> bool:
    """True if a publisher later gave another figure of the same thing; a weak source corrects no other."""
    mine, other = ((x.publisher or x.via, x.subject, x.period, x.qualifier) for x in (f, g))
    return mine == other and g.grade is not Grade.WEAK and g.published > f.published and g.value != f.value


def _meet(a: Period, b: Period) -> bool:
    return a.start <= b.end and b.start <= a.end


def _less_100(p: Point) -> Point:
    interval = Interval(p.interval.low - 100, p.interval.high - 100)
    return replace(p, values=tuple(v - 100 for v in p.values), interval=interval)


def _row(about: Resource, o: Observation) -> Held:
    """Return an observation as a row behind a verdict, with the address of the page it was read from."""
    via = o.dims.get("via", "")
    pages = {s["title"]: s.get("path", "") for s in about.sources}
    url = pages.get(via, "") or (next(iter(pages.values()), "") if not via else "")
    chosen = " ".join(v for k, v in o.dims.items() if k not in ("publisher", "via", "dated"))
    return Held(about.name, chosen, o.period, o.value, o.dims.get("publisher", ""), via, url)


def is_group(about: Resource, dimension: str, value: str, groups: CountryGroups) -> bool:
    """True if a value of a dimension is a group whose members are added up, not a value of the table itself."""
    return value in groups and dimension in about.enums and value not in about.enums[dimension]


def require_base(new: Amount, old: Amount) -> None:
    """Raise :class:`NotComparable` for a ratio to a base at or below zero, or across zero."""
    pairs = itertools.product(new.values, old.values)
    if old.interval.low <= 0 or any(readings.quotient_status(a, b) != "ok" for a, b in pairs):
        raise NotComparable(Verdict.NOT_COMPARABLE, Reason.BASE, new)
