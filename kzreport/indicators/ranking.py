"""Ranks: where a reading stands among others of the same period, and between which two the others lie.

In scope: an order of readings that differ only by what they are about (countries, components). Out of scope: a choice
of countries or years, which is a view's.

Two readings are equal where they print alike: a difference that no reader sees decides no rank.
"""

from __future__ import annotations

from collections.abc import Sequence

from kzreport.indicators import readings
from kzreport.indicators.readings import merge
from kzreport.model import Reading, Status


def shown(r: Reading) -> float:
    """The number of a reading at the precision it prints with.

    >>> from kzreport.model import Period
    >>> shown(Reading("growth", 6.4999, "percent", Period.parse("2025")))
    6.5
    """
    return round(readings.valued(r), r.decimals)


def rank(own: Reading, others: Sequence[Reading]) -> Reading:
    """The rank of ``own`` from the highest down, 1 for the highest; readings that print alike share the better rank.

    Others without a number are left out. Status: taken from ``own``; ``not_comparable`` where no other has a number.
    Raises :class:`BasisError` for another unit, basis or period.

    >>> from kzreport.model import Period
    >>> a, b, c = (Reading("growth", v, "percent", Period.parse("2025"), item=i) for i, v in zip("abc", (1, 3, 3)))
    >>> [rank(r, [o for o in (a, b, c) if o is not r]).value for r in (a, b, c)]
    [3.0, 1.0, 1.0]
    """
    known = _known(own, others)
    status = own.status if not own.ok else Status.OK if known else Status.NOT_COMPARABLE
    value = 1 + sum(shown(r) > shown(own) for r in known) if status is Status.OK else None
    return merge("rank", value, "rank", own, *known, status=status)


def compared(own: Reading, others: Sequence[Reading]) -> Reading:
    """Return the number of readings that are ranked: those with a value, ``own`` included.

    >>> from kzreport.model import Period
    >>> compared(Reading("growth", 1, "percent", Period.parse("2025")), []).value
    1.0
    """
    known = _known(own, others)
    return merge("compared", len(known) + own.ok, "country", own, *known)


def tied(own: Reading, others: Sequence[Reading]) -> tuple[Reading, ...]:
    """The others that print as ``own`` does.

    >>> from kzreport.model import Period
    >>> tied(Reading("growth", 1, "percent", Period.parse("2025")), [])
    ()
    """
    return tuple(r for r in _known(own, others) if own.ok and shown(r) == shown(own))


def ends(found: Sequence[Reading]) -> tuple[tuple[Reading, ...], tuple[Reading, ...]]:
    """The lowest and the highest readings, each with those that print alike. Raises :class:`ValueError` for none.

    >>> from kzreport.model import Period
    >>> low, high = ends([Reading("growth", v, "percent", Period.parse("2025"), item=i) for i, v in zip("ab", (1, 3))])
    >>> low[0].item, high[0].item
    ('a', 'b')
    """
    known = [r for r in found if r.ok]
    low, high = min(map(shown, known)), max(map(shown, known))
    return tuple(r for r in known if shown(r) == low), tuple(r for r in known if shown(r) == high)


def _known(own: Reading, others: Sequence[Reading]) -> list[Reading]:
    for r in others:
        if (r.unit, r.basis, r.period) != (own.unit, own.basis, own.period):
            raise readings.mixed(r, own)
    return [r for r in others if r.ok]
