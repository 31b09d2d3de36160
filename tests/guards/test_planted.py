"""The rate of planted errors that are caught, by kind: the floors are what was measured, less what chance moves."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date

import pytest
from planted import KINDS, mutations

from kzreport.guards.change import About, check_change
from kzreport.guards.state import check_state
from kzreport.series.resource import describe_series
from kzreport.series.table import check_table

NOW = date(2026, 11, 26)


def refused(name: str, rows) -> str:
    """How a wrong table is met: ``refused``, asked about as ``unusual``, or ``asked`` only since it was altered."""
    d = describe_series(name)
    if any(o.value is not None and not d.low <= o.value <= d.high for o in rows):
        return "refused"
    if any(f.severity == "error" for f in check_state(NOW, NOW, {name: rows})):
        return "refused"
    found = check_change(d, list(check_table(d)), rows, NOW, About(table=True))
    if any(f.severity == "error" for f in found):
        return "refused"
    return "unusual" if {f.guard for f in found} - {"alteration"} else "asked" if found else ""


def measured(seed: int, count: int) -> tuple[Counter, Counter]:
    tried, met = Counter(), Counter()
    for kind, name, rows in mutations(seed, count):
        tried[kind] += 1
        met[kind, refused(name, rows)] += 1
    return tried, met


def report(tried: Counter, met: Counter) -> str:
    lines = [
        f"{kind}: {n} tried, {met[kind, 'refused']} refused, {met[kind, 'unusual']} unusual"
        for kind, n in tried.items()
    ]
    return "\n".join(lines)


def test_no_planted_error_passes_without_a_word():
    """An altered table is always asked about, since a revision is a new row; the state alone refuses the worst."""
    tried, met = measured(1, 27)
    assert sum(met[kind, ""] for kind in KINDS) == 0, report(tried, met)
    assert met["× 1000", "refused"] == tried["× 1000"]


@pytest.mark.slow
@pytest.mark.faults
def test_the_rate_of_planted_errors(record_property):
    count = int(os.environ.get("KZREPORT_MUTATIONS", "540"))
    tried, met = measured(int(os.environ.get("KZREPORT_SEED", "1")), count)
    print(report(tried, met))
    for line in report(tried, met).splitlines():  # rows of the table that `make faults` prints
        record_property("fault", f"| K4 | planted error, {line.replace(': ', ' | ', 1)} |")
    assert sum(met[kind, ""] for kind in KINDS) == 0
    floors = {"two digits swapped": 0.25, "two periods exchanged": 0.1, "value of the row before": 0.35}  # the lowest
    for kind, n in tried.items():
        assert met[kind, "refused"] >= floors.get(kind, 0.45) * n, report(tried, met)
