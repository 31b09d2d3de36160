"""Statistics of the vintages of one series, for ``kzreport revisions``: how much they revised each other.

What belongs here: choosing the series, its statistics as plain values and as lines of text. What does not: the
formulas (:mod:`kzreport.indicators.revisions`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kzreport.errors import ParameterError, explain, one_of
from kzreport.indicators import readings, revisions
from kzreport.model import Reading, Series
from kzreport.series.known import load_series, load_vintages
from kzreport.series.resource import describe_series, resources
from kzreport.units import UNITS

_COLUMNS = ("from", "to", "n", "shown", "mean", "mean abs", "RMSR", "lowest", "highest", "range", "sign changes")


def parse_dimensions(chosen: Sequence[str]) -> dict[str, str]:
    """Return ``country=KAZ`` as a map. Raises :class:`ParameterError` for text of another form, or a name twice.

    >>> parse_dimensions(["country=KAZ"])
    {'country': 'KAZ'}
    """
    found: dict[str, str] = {}
    for text in chosen:
        name, sign, value = text.partition("=")
        if not (name and sign and value) or name in found:
            raise ParameterError(explain("revisions", repr(text[:40]), "dimension=value, each dimension once"))
        found[name] = value
    return found


def revision_record(name: str, as_of: date, dims: Mapping[str, str]) -> dict[str, Any]:
    """Return the statistics of a series, as JSON holds them.

    Parameters
    ----------
    name
        A series of which several vintages are kept, or that holds printed revisions.
    as_of
        Vintages published later are left out.
    dims
        Values of its dimensions; one figure a period must be left.

    Returns
    -------
    dict
        ``steps`` is empty if fewer than two vintages were known. A step from ``first`` to ``last`` compares the first
        figure of each period with the latest, in the unit of the series. If something explains a step better than
        revisions (another unit, a mean of quarters), ``not_revisions`` names it and there are no statistics.

    Raises
    ------
    ParameterError
        With the choices, for a series of which one state is kept, or several figures a period.
    DataError
        For an unknown series or dimension.
    """
    d = describe_series(name)
    printed = d.basis == "revision"
    if len(d.vintages) < 2 and not printed:
        kept = resources().items()
        others = [n for n, other in kept if len(other.vintages) > 1 or other.basis == "revision"]
        raise ParameterError(explain("revisions", f"{name}, of which one state is kept", one_of(others, name)))
    known = (load_series(name, as_of, **dims),) if printed else load_vintages(name, as_of, **dims)
    _single(known, dims)
    steps: list[dict[str, Any]] = []
    if printed and known[0].values:
        rows = list(readings.readings(known[0]).values())
        steps = [_step("before", "after", len(rows), revisions.statistics(rows))]
    elif not printed:
        steps = [
            _step(s.first, s.last, s.compared, {} if s.lookalike else s.statistics)
            | {"not_revisions": s.lookalike.kind if s.lookalike else None}
            for s in revisions.steps(known)
        ]
    return {
        "series": name,
        "dimensions": dict(dims),
        "as_of": as_of.isoformat(),
        "unit": d.unit,
        "decimals": UNITS[d.unit].decimals,
        "vintages": [] if printed else [s.as_of.isoformat() for s in known],
        "steps": steps,
    }


def _single(known: Sequence[Series], dims: Mapping[str, str]) -> None:
    """Raise :class:`ParameterError` with the choices if a period has several figures."""
    for s in known:
        if len({o.period for o in s}) < len(s):
            found = {k: sorted({o.dims.get(k, "") for o in s}) for k in s.observations[0].dims if k not in dims}
            open_ = "; ".join(f"{k}={'|'.join(v)}" for k, v in found.items() if len(v) > 1)
            raise ParameterError(
                explain(f"revisions of {s.name}", "several figures for a period", f"a choice: {open_}")
            )


def _step(first: str, last: str, n: int, found: Mapping[str, Reading]) -> dict[str, Any]:
    def number(key: str) -> float | None:
        return found[key].value if key in found else None

    span = found["range"].interval if "range" in found else None
    largest = found["largest"].base if "largest" in found else None
    return {
        "from": first,
        "to": last,
        "n": n,
        "shown": None if number("count") is None else int(number("count") or 0),
        "mean": number("mean"),
        "mean_absolute": number("mean_absolute"),
        "rmsr": number("rms"),
        "lowest": span.low if span else None,
        "highest": span.high if span else None,
        "range": number("range"),
        "sign_changes_percent": number("sign_changes"),
        "largest": number("largest"),
        "largest_period": str(largest) if largest else None,
    }


def record_lines(found: Mapping[str, Any]) -> list[str]:
    """Return a record as the lines of a table: two more digits than pages show, ``-`` for a missing number."""
    chosen = "".join(f" {k}={v}" for k, v in found["dimensions"].items())
    head = f"{found['series']}{chosen}, {found['unit']}, as known on {found['as_of']}"
    if not found["steps"]:
        return [head, f"no revision to measure; vintages known: {len(found['vintages'])}, needed: 2"]
    digits = found["decimals"] + 2

    def number(value: float | None, places: int = digits) -> str:
        return "-" if value is None else f"{value + 0.0:.{places}f}"

    rows = [list(_COLUMNS)]
    for s in found["steps"]:
        statistics = [number(s[k]) for k in ("mean", "mean_absolute", "rmsr", "lowest", "highest", "range")]
        signs = "-" if s["sign_changes_percent"] is None else f"{s['sign_changes_percent']:.0f}%"
        shown = "-" if s["shown"] is None else str(s["shown"])
        rows.append([s["from"], s["to"], str(s["n"]), shown, *statistics, signs])
    widths = [max(len(row[i]) for row in rows) for i in range(len(_COLUMNS))]
    table = [
        "  ".join(c.ljust(w) if i < 2 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]
    notes = [
        f"{s['from']} to {s['to']}: not revisions, the old values are explained by {s['not_revisions']}"
        for s in found["steps"]
        if s.get("not_revisions")
    ]
    largest = [
        f"{s['from']} to {s['to']}: the largest is {number(s['largest'])}, of {s['largest_period']}"
        for s in found["steps"]
        if s["largest_period"] and s["shown"]
    ]
    return [head, *table, *largest, *notes]
