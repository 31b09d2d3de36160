"""Guards on a change of one table: what was held before, and what is to be held after.

:func:`check_change` is one function for three callers, which differ in what ``new`` is:

- ``refresh``: ``new`` are the rows that a provider's reply states, :class:`~kzreport.model.Observation` each, with the
  day on which it became known; ``about`` says more of the reply;
- ``add``: ``new`` are the rows to append;
- ``accept --data``: ``new`` is the whole table as it now stands, with ``about=About(table=True)``.

What belongs here: rules that need the two sides. What does not: rules on one state of the figures
(:mod:`kzreport.guards.state`), which are asked for as well before anything is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from kzreport.guards.excuses import not_excused
from kzreport.guards.finding import Finding
from kzreport.guards.usual import is_outlier
from kzreport.model import Observation, Period
from kzreport.series.resource import Resource

# The figure of a period and of the values of its dimensions.
Key = tuple[Period, tuple[str, ...]]

_AHEAD = ("plan", "estimate", "projection")  # kinds of figure that may be stated before their period is over
_FIRST_PERIODS = 24  # compared at a first contact, or all if fewer are held
_FIRST_EQUAL = Decimal("0.95")  # of these are equal: one in twenty may have been revised since
_OLD_YEARS = 2  # a figure older than that is seldom revised
_MASS = Decimal("0.2")  # of the old figures at once are a new base or another series, no revision
_JUMP = (Decimal("0.2"), Decimal(5))  # of the median ratio: below 10, the smallest slip of a decimal point
_COMPLETE = Decimal("0.8")  # of the figures held: a download that was cut, or one page of several


@dataclass(frozen=True)
class About:
    """The circumstances of a change.

    - ``first``: the first reply of a provider for this series
    - ``fingerprint``: the fingerprints of last time and of this time; empty the first time
    - ``revises_history``: the provider is known to revise all years at once (World Bank, IMF): no mass revision
    - ``whole``: the reply should hold all that is held: no ``--since``
    - ``table``: ``new`` is the whole table, so that rows may have been altered or removed
    - ``backfill``: rows may be put before rows that are known
    """

    first: bool = False
    fingerprint: tuple[str, str] | None = None
    revises_history: bool = False
    whole: bool = False
    table: bool = False
    backfill: bool = False


def check_change(
    d: Resource, old: Sequence[Observation], new: Sequence[Observation], today: date, about: About = About()
) -> list[Finding]:
    """Return what the guards see in a change of a table, without what an issue excuses.

    Parameters
    ----------
    d
        The description of the table.
    old
        All rows that are held, every vintage, in the order of the file.
    new
        See the module: rows of a reply, rows to append, or the whole table.
    today
        The day of the change.
    about
        Its circumstances.

    Returns
    -------
    list of Finding
        In the order of the rows; empty for a change that needs no look.
    """
    found: list[Finding] = []
    if about.fingerprint and about.fingerprint[0] and about.fingerprint[0] != about.fingerprint[1]:
        todo = "if the provider only renamed it, accept it with --accept-redefinition SERIES=REASON"
        found.append(Finding("redefinition", d.name, "", repr(about.fingerprint[1]), repr(about.fingerprint[0]), todo))
    before, after = latest(d, old), latest(d, new)
    if found:
        found += _switched(d, before, after)
    added = _added(d, old, new)
    found += _future(d, added, today)
    found += _unfinished(d, added, today)
    if about.table:
        found += _altered(d, old, new)
    elif not about.backfill:
        found += _inserted(d, old, added)
    if about.first:
        found += _first_contact(d, before, after)
    else:
        if about.whole or about.table:
            found += _incomplete(d, before, after)
        if not about.revises_history:
            found += _mass_revision(d, before, after, today)
    found += _unit_jump(d, before, after)
    found += _withdrawn(d, before, after)
    found += _outliers(d, before, after)
    return not_excused(found)


def latest(d: Resource, rows: Sequence[Observation]) -> dict[Key, Observation]:
    """Return the figure of each period and dimensions that was published last, in the order of the rows."""
    found: dict[Key, Observation] = {}
    for o in rows:
        key = key_of(d, o)
        if key not in found or found[key].published <= o.published:
            found[key] = o
    return found


def key_of(d: Resource, o: Observation) -> Key:
    """Return the period and the dimensions of a row."""
    return o.period, tuple(o.dims.get(k, "") for k in d.dimensions)


def equal(a: float | None, b: float | None) -> bool:
    """True if two figures are one at the digits that are given of the coarser one.

    >>> equal(109.83, 109.8), equal(109.86, 109.8), equal(30996.649283570427, 30996.6)
    (True, False, True)
    """
    if a is None or b is None:
        return a is b
    x, y = _decimal(a), _decimal(b)
    coarse = max(int(x.as_tuple().exponent), int(y.as_tuple().exponent))
    return abs(x - y) <= Decimal(5).scaleb(coarse - 1)


def _decimal(value: float) -> Decimal:
    """Return a figure with the digits that were written; ``240.0`` becomes ``240``."""
    found = Decimal(repr(value))
    return found.quantize(Decimal(1)) if found == found.to_integral_value() and "E" not in repr(value) else found


def _finding(d: Resource, guard: str, key: Key, found: str, expected: str, todo: str = "") -> Finding:
    dims = {k: v for k, v in zip(d.dimensions, key[1], strict=True) if v}
    return Finding(guard, d.name, str(key[0]), found, expected, todo, dims)


def _identity(d: Resource, o: Observation) -> tuple[object, ...]:
    return (*key_of(d, o), o.published)


def _added(d: Resource, old: Sequence[Observation], new: Sequence[Observation]) -> list[Observation]:
    """Return the rows of ``new`` that are not held, or say something else than the figure that is held."""
    before, known = latest(d, old), {_identity(d, o): o for o in old}
    found = []
    for o in new:
        held = known.get(_identity(d, o)) or before.get(key_of(d, o))
        if held is None or not equal(held.value, o.value):
            found.append(o)
    return found


def _future(d: Resource, added: Sequence[Observation], today: date) -> Iterator[Finding]:
    for o in added:
        if o.published > today:
            yield _finding(d, "future", key_of(d, o), f"published {o.published}", f"a day up to {today}, today")


def _unfinished(d: Resource, added: Sequence[Observation], today: date) -> Iterator[Finding]:
    for o in added:
        ahead = o.dims.get("kind") in _AHEAD or d.publication.get("from") == "start" or "kind" in d.columns
        if o.value is not None and o.period.end > max(o.published, o.period.start) and not ahead:
            yield _finding(
                d,
                "unfinished",
                key_of(d, o),
                f"{_shown(o.value)} for a period that ends on {o.period.end}, published {o.published}",
                "a figure of a period that is over",
                "a figure of a part of it is another series",
            )


def _altered(d: Resource, old: Sequence[Observation], new: Sequence[Observation]) -> Iterator[Finding]:
    """Yield the rows of a table that were removed, or say something else under the same day."""
    now = {_identity(d, o): o for o in new}
    for o in old:
        row = now.get(_identity(d, o))
        if row is None:
            found = f"no row published {o.published}, which said {_shown(o.value)}"
            yield _finding(d, "removal", key_of(d, o), found, "every row that was published", "put it back")
        elif row.value != o.value:
            yield _finding(
                d,
                "alteration",
                key_of(d, o),
                f"{replaced(row.value, o.value)}, both published {o.published}",
                "the row as it was accepted",
                "if it was revised, add a row with the day of the revision",
            )


def _inserted(d: Resource, old: Sequence[Observation], added: Sequence[Observation]) -> Iterator[Finding]:
    newest = {key: o.published for key, o in latest(d, old).items()}
    for o in added:
        key = key_of(d, o)
        if key in newest and o.published <= newest[key]:
            found = f"a row published {o.published}, where one of {newest[key]} is known"
            todo = "'kzreport refresh --backfill' reads an older state, which changes what past dates knew"
            yield _finding(d, "insertion", key, found, "a later day", todo)


def _first_contact(
    d: Resource, before: Mapping[Key, Observation], after: Mapping[Key, Observation]
) -> Iterator[Finding]:
    both = [key for key in before if key in after]
    needed = min(_FIRST_PERIODS, len(before))
    others = [key for key in both if not equal(before[key].value, after[key].value)]
    if len(both) < needed or len(both) - len(others) < _FIRST_EQUAL * len(both):
        listed = _listed(before, after, others)
        found = f"{len(both)} figures that are held too, {len(both) - len(others)} of them equal"
        expected = f"at least {needed} held figures, 95% of them equal"
        todo = "look whether 'request' and 'select' of its card choose this series"
        yield Finding("first_contact", d.name, "", found + (f" ({listed})" if listed else ""), expected, todo)


def _switched(d: Resource, before: Mapping[Key, Observation], after: Mapping[Key, Observation]) -> Iterator[Finding]:
    """Yield the differences between the figures held and those of a new source: a switch must not look like news."""
    both = [key for key in before if key in after]
    others = [key for key in both if not equal(before[key].value, after[key].value)]
    if others:
        found = (
            f"{len(others)} of {len(both)} figures that are held are others there ({_listed(before, after, others)})"
        )
        yield Finding("switch", d.name, "", found, "the same figures from both", "compare what the two places publish")


def _listed(before: Mapping[Key, Observation], after: Mapping[Key, Observation], keys: Sequence[Key]) -> str:
    """Name the first few figures that differ, with both values."""
    return "; ".join(
        f"{' '.join([str(key[0]), *key[1]])}: {_shown(after[key].value)}, held {_shown(before[key].value)}"
        for key in keys[:6]
    )


def _incomplete(d: Resource, before: Mapping[Key, Observation], after: Mapping[Key, Observation]) -> Iterator[Finding]:
    held = sum(o.value is not None for o in before.values())
    now = sum(o.value is not None for o in after.values())
    if now < _COMPLETE * held:
        found = f"{now} figures where {held} are held"
        yield Finding(
            "completeness", d.name, "", found, f"at least 80% of them, {int(_COMPLETE * held)}", "fetch again"
        )


def _mass_revision(
    d: Resource, before: Mapping[Key, Observation], after: Mapping[Key, Observation], today: date
) -> Iterator[Finding]:
    limit = today.replace(year=today.year - _OLD_YEARS, day=min(today.day, 28))
    aged = [key for key in before if key in after and key[0].end < limit and before[key].value is not None]
    moved = [key for key in aged if not equal(before[key].value, after[key].value)]
    if len(moved) > max(_MASS * len(aged), Decimal(1)):
        first = moved[0]
        found = (
            f"{len(moved)} of {len(aged)} figures older than two years changed, such as "
            f"{' '.join([str(first[0]), *first[1]])}: {_shown(before[first].value)} to {_shown(after[first].value)}"
        )
        todo = "look for a new base, unit or definition"
        yield Finding("mass_revision", d.name, "", found, "at most one in five", todo)


def _unit_jump(d: Resource, before: Mapping[Key, Observation], after: Mapping[Key, Observation]) -> Iterator[Finding]:
    ratios = []
    for key in before.keys() & after.keys():
        a, b = before[key].value, after[key].value
        if a and b and a * b > 0:
            ratios.append(_decimal(b) / _decimal(a))
    if len(ratios) < 3:  # of one or two, an outlier
        return
    middle = Decimal(median(ratios))
    if not _JUMP[0] <= middle <= _JUMP[1]:
        powers = {10: "ten", 100: "a hundred", 1000: "a thousand", 10**6: "a million"}
        size = max(middle, 1 / middle)
        near = next((word for power, word in powers.items() if abs(size / power - 1) < Decimal("0.1")), "")
        found = f"figures {middle:.4g} times those held (median of {len(ratios)})"
        found += f": {'' if middle > 1 else 'one part in '}{near}{' times' if middle > 1 else ''}" if near else ""
        yield Finding("unit_jump", d.name, "", found, "a ratio from 0.2 to 5", "look at 'unit' and 'scale' of its card")


def _withdrawn(d: Resource, before: Mapping[Key, Observation], after: Mapping[Key, Observation]) -> Iterator[Finding]:
    for key, o in after.items():
        if o.value is None and key in before and before[key].value is not None:
            yield _finding(d, "withdrawal", key, f"no value, held {_shown(before[key].value)}", "a value")


def _outliers(d: Resource, before: Mapping[Key, Observation], after: Mapping[Key, Observation]) -> Iterator[Finding]:
    """Yield the new and revised figures that stand further from their neighbours than is usual in their series."""
    merged = {**before, **after}
    groups: dict[tuple[str, ...], dict[Period, float]] = {}
    for (period, dims), o in merged.items():
        if o.value is not None:
            groups.setdefault(dims, {})[period] = o.value
    for key, o in after.items():
        if o.value is None or (key in before and equal(before[key].value, o.value)):
            continue
        if words := is_outlier(d.unit, groups[key[1]], key[0]):
            yield _finding(d, "outlier", key, *words, "compare it with its source")


def replaced(new: float | None, old: float | None) -> str:
    """Say that a value stands in place of another, with the digits in which they differ.

    >>> replaced(9.5, 9.8), replaced(9807.37, 9807.3700000002), replaced(None, 2.0)
    ('9.5 in place of 9.8', '9807.37 in place of 9807.3700000002', 'nothing in place of 2')
    """
    shown = ["nothing" if x is None else f"{x:.10g}" if abs(x) < 1e10 else f"{x:.0f}" for x in (new, old)]
    if shown[0] == shown[1]:
        shown = [repr(new), repr(old)]
    return " in place of ".join(shown)


def _shown(value: float | None) -> str:
    return "nothing" if value is None else f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"
