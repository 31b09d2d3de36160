"""Guards on one state of the figures: all tables of the project, as known on a day.

What belongs here: collecting what the guards see, and the guards that need no declaration: unit, twin, spike, step,
figures of tomorrow. What does not: relations between series (:mod:`kzreport.guards.identities`), a change of one table
(:mod:`kzreport.guards.change`).

It takes some tenths of a second, once for each state of ``data/`` and each day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

from kzreport.errors import DataError
from kzreport.files import cached_by_stamp, project_root
from kzreport.guards.excuses import not_excused
from kzreport.guards.finding import Finding, errors_of, warnings_of
from kzreport.guards.identities import findings_of
from kzreport.guards.relations import all_relations
from kzreport.guards.usual import STEP, spikes, step_size
from kzreport.model import Observation, Period
from kzreport.series.known import known_rows
from kzreport.series.resource import Resource, resources
from kzreport.series.table import check_table

_ALIKE = 8  # figures that two tables share, of the same periods, before they can be twins
_LONG = 5  # digits of a figure that is seldom twice
_SHARED = 0.9  # of the periods that both have
_WIDE = 200  # times the largest figure: a range that checks nothing (the widest in use is 40 times)

Rows = Mapping[str, Sequence[Observation]]


def check_state(today: date, as_of: date | None = None, changed: Rows | None = None) -> list[Finding]:
    """Return what the guards see in the figures known on a day, without what an issue excuses.

    Parameters
    ----------
    today
        Figures published later are reported.
    as_of
        Figures published later are left out; ``today`` if none is given.
    changed
        Name of a table -> all its rows, every vintage, in place of those that are held: a proposal.

    Returns
    -------
    list of Finding
        One for each relation that is broken, naming the first period and how many there are.

    Raises
    ------
    DataError
        For a table, an issue or a relation that cannot be read.
    """
    if changed:
        return _check(today, as_of or today, changed)
    data = project_root() / "data"
    return list(_held(data / "datapackage.json", data / "relations.yml", data / "issues.yml", today, as_of or today))


def demand_sound(dates: Iterable[date]) -> list[Finding]:
    """Return the warnings about the figures that are held, once those known on some dates were found without an error.

    A step that was unusual on a past date is not reported: later figures have confirmed it, or it is a spike now.
    Raises :class:`DataError` with every error among the findings: no page is made of such figures.
    """
    wrong = {f.message: None for as_of in dates for f in errors_of(check_state(date.max, as_of))}
    if wrong:
        raise DataError("\n".join(wrong))
    return warnings_of(check_state(date.max))


@cached_by_stamp(256)
def _held(package: Path, relations: Path, issues: Path, today: date, as_of: date) -> tuple[Finding, ...]:
    return tuple(_check(today, as_of, {}))


class _State:
    """The tables on a day, cut once."""

    def __init__(self, as_of: date, changed: Rows) -> None:
        self.as_of, self.changed = as_of, changed
        self.cut: dict[tuple[str, date], Sequence[Observation]] = {}

    def rows(self, name: str) -> Sequence[Observation]:
        """Return all rows of a table, every vintage."""
        return self.changed[name] if name in self.changed else check_table(resources()[name])

    def known(self, name: str, day: date | None = None) -> Sequence[Observation]:
        """Return the latest vintage of each figure of a table on a day."""
        key = (name, min(day or self.as_of, self.as_of))
        if key not in self.cut:
            self.cut[key] = self._cut(resources()[name], key[1])
        return self.cut[key]

    def _cut(self, d: Resource, day: date) -> Sequence[Observation]:
        if d.name not in self.changed:
            return known_rows(d, day)
        found = {(*[o.dims[k] for k in d.dimensions], o.period): o for o in self.rows(d.name) if o.published <= day}
        return tuple(found.values())

    def vintages(self, name: str) -> Sequence[date]:
        """Return the days, up to the day of the state, on which figures of a table were published."""
        return sorted({o.published for o in self.rows(name) if o.published <= self.as_of})


def _check(today: date, as_of: date, changed: Rows) -> list[Finding]:
    state = _State(as_of, changed)
    found: list[Finding] = list(_units())
    for relation in all_relations():
        found += _told_once(not_excused(findings_of(relation, state.known, state.vintages)))
    alone: list[Finding] = []
    slices = {name: _slices(d, state.known(name)) for name, d in resources().items()}
    for name, d in resources().items():
        alone += _future(d, state.rows(name), today)
        if d.frequency in ("M", "Q", "A"):
            alone += _shape(d, slices[name])
    return found + not_excused([*alone, *_twins(slices)])


def _told_once(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the first finding of each series and dimension, saying how many periods there are."""
    groups: dict[tuple[str, tuple[str, ...]], list[Finding]] = defaultdict(list)
    for f in findings:
        groups[f.series, tuple(f.dims.values())].append(f)
    for first, *rest in groups.values():
        more = f" (and {len(rest)} more, up to {rest[-1].period})" if rest else ""
        yield Finding(
            first.guard, first.series, first.period, first.found + more, first.expected, first.todo, first.dims,
            first.others,
        )  # fmt: skip


def _slices(d: Resource, rows: Sequence[Observation]) -> dict[tuple[str, ...], dict[Period, float]]:
    """Return the figures of a table by the values of its dimensions; projections are no figures."""
    found: dict[tuple[str, ...], dict[Period, float]] = defaultdict(dict)
    for o in rows:
        if o.value is not None and o.dims.get("kind") != "projection":
            found[tuple(o.dims[k] for k in d.dimensions)][o.period] = o.value
    return found


def _units() -> Iterator[Finding]:
    """Yield the cards whose unit, range and basis contradict each other or the figures."""
    of_basis: dict[str, Resource] = {}
    for d in resources().values():
        index = d.unit.startswith("index_")
        if index and not d.low < 100 < d.high:
            yield Finding("unit", d.name, "", f"{d.unit} from {d.low:g} to {d.high:g}", "a range around 100")
        if d.unit in ("percent", "points", "percent_of_gdp") and d.low > 50:
            found = f"{d.unit} from {d.low:g} to {d.high:g}"
            yield Finding("unit", d.name, "", found, "a rate, or 'index_...' as unit", f"look at {d.card}")
        other = of_basis.setdefault(d.basis, d)
        if index != other.unit.startswith("index_"):
            found = f"{d.unit} with the basis {d.basis}, which is {other.unit} in {other.card}"
            yield Finding("unit", d.name, "", found, "one unit for one basis", f"look at {d.card}", {}, (other.name,))


def _shape(d: Resource, slices: Mapping[tuple[str, ...], Mapping[Period, float]]) -> Iterator[Finding]:
    """Yield the figures that stand apart from both neighbours, and the newest one if its step is not usual."""
    largest = max((abs(v) for values in slices.values() for v in values.values()), default=0.0)
    if (
        largest
        and max(abs(d.low), abs(d.high)) > _WIDE * largest
        and len(slices) * 12 <= sum(map(len, slices.values()))
    ):
        found = f"a range from {d.low:g} to {d.high:g} for figures up to {largest:g}"
        yield Finding("unit", d.name, "", found, "a range that a wrong figure can leave", f"look at {d.card}")
    for key, values in slices.items():
        dims = dict(zip(d.dimensions, key, strict=True))
        for period, size in spikes(d.unit, values).items():
            beside = " and ".join(f"{values[p]:g} in {p}" for p in _beside(values, period))
            found, expected = f"{values[period]:g} beside {beside}: {size:.0f} times the usual step", "at most 10 times"
            yield Finding("spike", d.name, str(period), found, expected, "compare it with its source", dims)
        for before, period in _repeats(values):
            found = f"{values[period]:.10g}, to the last digit the figure of {before}"
            yield Finding("repeat", d.name, str(period), found, "a figure of its own", "was a row copied?", dims)
        last = max(values, default=None)
        step = step_size(d.unit, values, last) if last else None
        if last and step and step[0] > STEP:
            found = f"{values[last]:g} after {values[step[1]]:g} in {step[1]}: {step[0]:.0f} times the usual step"
            yield Finding("step", d.name, str(last), found, f"at most {STEP:g} times", "", dims)


def _repeats(values: Mapping[Period, float]) -> list[tuple[Period, Period]]:
    """Return the pairs of neighbouring periods with one figure, in a series that has next to none.

    Two figures of five digits agree by chance once in some thousand; a series of few digits does so as a rule.
    """
    periods = sorted(values)
    same = [(a, b) for a, b in pairwise(periods) if values[a] == values[b] and values[a]]
    rare = len(same) <= max(1, len(periods) // 60)
    return [pair for pair in same if _digits(values[pair[0]]) >= _LONG] if rare else []


def _digits(value: float) -> int:
    """Return how many digits a figure has, but for zeros at its ends: 109.8 has four, 3800000 two."""
    return len(f"{abs(value):.12g}".replace(".", "").strip("0"))


def _beside(values: Mapping[Period, float], period: Period) -> list[Period]:
    periods = sorted(values)
    at = periods.index(period)
    return [periods[at - 1], periods[at + 1]]


def _future(d: Resource, rows: Sequence[Observation], today: date) -> Iterator[Finding]:
    for o in rows:
        if o.published > today:
            dims = {k: o.dims[k] for k in d.dimensions}
            found = f"published {o.published}"
            yield Finding("after_today", d.name, str(o.period), found, f"a day up to {today}, today", "", dims)


def _twins(slices: Mapping[str, Mapping[tuple[str, ...], Mapping[Period, float]]]) -> Iterator[Finding]:
    """Yield the parts of tables that repeat another's figures for the same periods."""
    seen: dict[tuple[Period, float], list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    shared: dict[tuple[tuple[str, tuple[str, ...]], tuple[str, tuple[str, ...]]], int] = defaultdict(int)
    for name, parts in slices.items():
        for key, values in parts.items():
            if len(values) < _ALIKE or len(set(values.values())) * 2 < len(values):
                continue  # a run of equal figures, such as targets, repeats itself
            for item in values.items():
                for other in seen[item]:
                    shared[other, (name, key)] += 1
                seen[item].append((name, key))
    for (first, second), count in shared.items():
        if count >= _ALIKE:
            both = slices[first[0]][first[1]].keys() & slices[second[0]][second[1]].keys()
            if count >= _SHARED * len(both):
                dims = dict(zip(resources()[second[0]].dimensions, second[1], strict=True))
                found = f"{count} figures equal to those of {' '.join([first[0], *first[1]])}"
                todo = "one of them was copied over the other"
                yield Finding("twin", second[0], "", found, "figures of its own", todo, dims, (first[0],))
