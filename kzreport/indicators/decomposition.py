"""Decomposition: what components, or stages, give to the growth of their sum.

In scope: contributions of flows and stocks that add up to a total, and stages that follow each other. Out of scope:
contributions of prices, which need weights (:mod:`~kzreport.indicators.price_contributions`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from kzreport.errors import ParameterError, explain
from kzreport.indicators import readings
from kzreport.indicators.growth import growth, log_growth
from kzreport.indicators.readings import first_status, merge, valued
from kzreport.model import Reading, Status


def log_stages(stages: Sequence[Reading]) -> tuple[Reading, ...]:
    """Log growth from each reading to the next; the sum is the log growth from the first to the last.

    Shape: n readings in, n - 1 out. Status and errors as :func:`log_growth`.

    >>> x = readings.readings(readings.series_from({"2021": 1, "2022": 2, "2023": 8}, "tonne"))
    >>> [round(r.value, 4) for r in log_stages(list(x.values()))]
    [0.6931, 1.3863]
    """
    return tuple(log_growth(b, a) for a, b in pairwise(stages))


def contributions(
    new: Mapping[str, Reading],
    old: Mapping[str, Reading],
    total_new: Reading | None = None,
    total_old: Reading | None = None,
) -> dict[str, Reading]:
    """Contributions of components to the growth of their sum, in points: ``100 (x_i - x_i,old) / X_old``.

    ``X`` is the sum of the components unless the published totals are given; then ``residual`` is what the
    components leave of the growth of the total (exactly 0 otherwise). Keys: the components, ``residual``,
    ``total`` (percent). A component absent on one side is ``missing_input``, and so are residual and, without
    given totals, total. Raises :class:`ParameterError` for components called ``total`` or ``residual``,
    :class:`BasisError` as :func:`growth`.

    >>> flows = {"exports": (6, 9), "imports": (4, 5)}
    >>> x, y = ({k: readings.at(readings.series_from({p: v[i]}, "musd"), p) for k, v in flows.items()}
    ...         for i, p in enumerate(("2021", "2023")))
    >>> {k: r.value for k, r in contributions(y, x).items()}
    {'exports': 30.0, 'imports': 10.0, 'residual': 0.0, 'total': 40.0}
    """
    keys = _parts(new, old)
    whole_new, whole_old = total_new or _sum(new, keys), total_old or _sum(old, keys)
    whole = growth(whole_new, whole_old, name="contribution").of(item="total")
    found: dict[str, Reading] = {}
    for k in keys:
        sides = [side[k] for side in (new, old) if k in side]
        status = first_status(*sides, whole) if len(sides) == 2 else Status.MISSING_INPUT
        value = 100 * (valued(new[k]) - valued(old[k])) / valued(whole_old) if status is Status.OK else None
        found[k] = merge(
            "contribution",
            value,
            "points",
            *sides,
            status=status,
            item=k,
            period=whole_new.period,
            base=whole_old.period,
        )
    return found | _close("contribution", found, whole, exact=total_new is None and total_old is None)


def log_contributions(new: Mapping[str, Reading], old: Mapping[str, Reading]) -> dict[str, Reading]:
    """Return exact contributions to the log growth of a sum (LMDI): ``L(x, x_old) / L(X, X_old) * ln(x / x_old)``.

    ``L(a, b) = (a - b) / ln(a / b)`` is the logarithmic mean, so a component counts ``(x_i - x_i,old) / L(X, X_old)``,
    zero components included. Unit ``log``. Keys: the components, ``residual`` (0), ``total``. Status and errors as
    :func:`contributions` and :func:`log_growth`. Source: Ang, Energy Policy 33 (2005), LMDI-I.

    >>> flows = {"a": (1, 3), "b": (1, 1)}
    >>> x, y = ({k: readings.at(readings.series_from({p: v[i]}, "musd"), p) for k, v in flows.items()}
    ...         for i, p in enumerate(("2021", "2023")))
    >>> {k: round(r.value, 4) for k, r in log_contributions(y, x).items()}
    {'a': 0.6931, 'b': 0.0, 'residual': 0.0, 'total': 0.6931}
    """
    keys = _parts(new, old)
    x1, x0 = _sum(new, keys), _sum(old, keys)
    whole = log_growth(x1, x0).of(name="log_contribution")
    found: dict[str, Reading] = {}
    for k in keys:
        sides = [side[k] for side in (new, old) if k in side]
        status, value = first_status(*sides, whole) if len(sides) == 2 else Status.MISSING_INPUT, None
        if status is Status.OK:
            spread = (valued(x1) - valued(x0)) / valued(whole) if valued(whole) else valued(x0)
            value = (valued(new[k]) - valued(old[k])) / spread
        found[k] = merge(
            "log_contribution", value, "log", *sides, status=status, item=k, period=x1.period, base=x0.period
        )
    return found | _close("log_contribution", found, whole, exact=True)


def _parts(new: Mapping[str, Reading], old: Mapping[str, Reading]) -> list[str]:
    keys = list(dict.fromkeys([*new, *old]))
    if not new or not old or {"total", "residual"} & set(keys):
        raise ParameterError(explain("components", keys, "one or more on each side, none called 'total' or 'residual'"))
    for side in (new, old):
        first = next(iter(side.values()))
        for r in side.values():
            readings.check_same(r, next(iter(new.values())))
            if r.period != first.period:
                raise readings.mixed(r, first)
    return keys


def _sum(side: Mapping[str, Reading], keys: Sequence[str]) -> Reading:
    parts = list(side.values())
    status = first_status(*parts) if len(parts) == len(keys) else Status.MISSING_INPUT
    value = math.fsum(r.value or 0.0 for r in parts)
    return merge("total", value, parts[0].unit, *parts, status=status, item="total")


def _close(name: str, parts: Mapping[str, Reading], whole: Reading, exact: bool) -> dict[str, Reading]:
    """Return the last two lines of a table of contributions: the residual and the whole."""
    status = first_status(*parts.values(), whole)
    left = None
    if status is Status.OK:
        left = 0.0 if exact else valued(whole) - math.fsum(valued(r) for r in parts.values())
    unit = next(iter(parts.values())).unit
    return {
        "residual": merge(name, left, unit, whole, status=status, item="residual", base=whole.base),
        "total": whole,
    }
