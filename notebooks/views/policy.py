"""The inflation page: what households expect, the policy rate in force, and the same in real terms."""

from __future__ import annotations

from datetime import date

from kzreport.declare import AS_OF, reads
from kzreport.indicators import inflation, policy_rate, readings
from kzreport.indicators.growth import difference
from kzreport.indicators.indices import rates
from kzreport.model import Groups, Period, Reading, Series

YEAR = 366  # days after which a single decision says nothing of the rate in force


@reads("cpi_yy", expected="expectations")
def expectations(cpi_yy: Series, expected: Series) -> dict[str, Reading]:
    """Return the rate that households expect, its change, and its ``gap`` to the published rate of the same month."""
    table = readings.readings(rates(expected))
    if not table:
        p = inflation.headline(cpi_yy).period
        none = Reading.missing("expected", "percent", p)
        return {"expected": none, "expected_change": none.of(unit="points"), "gap": none.of(unit="points")}
    now = table[max(table)].of(name="expected")
    known = readings.readings(rates(cpi_yy))
    same = known.get(now.period, Reading.missing("rate", "percent", now.period))
    before = table.get(now.period.shift(-1), Reading.missing("expected", "percent", now.period.shift(-1)))
    gap = Reading.missing("gap", "points", now.period)
    if now.value is not None and same.value is not None:
        gap = Reading("gap", round(now.value - same.value, 9), "points", now.period, inputs=(*now.inputs, *same.inputs))
    return {"expected": now, "expected_change": difference(now, before.of(basis=now.basis, unit=now.unit)), "gap": gap}


@reads("cpi_yy", "base_rate", expected="expectations")
def money(cpi_yy: Series, expected: Series, base_rate: Series) -> Groups | None:
    """Monthly paths of inflation, expectations, the policy rate in force and the same less past inflation, percent.

    None if neither a survey nor a decision is held: inflation alone has a chart of its own.
    """
    last = cpi_yy.last
    in_force: tuple[Reading, ...] = ()
    real: tuple[Reading, ...] = ()
    if base_rate.last and last:
        first = Period.parse(f"{min(base_rate.values).start:%Y-%m}")
        end = max(last, Period.parse(f"{base_rate.last.start:%Y-%m}"))
        in_force = tuple(r for p in first.until(end) if (r := policy_rate.rate_in_force(base_rate, p)).ok)
        real = tuple(policy_rate.real_policy_rate(base_rate, cpi_yy, p) for p in first.until(last))
    if not expected.last and not in_force:
        return None
    return {"rate": rates(cpi_yy), "expected": rates(expected), "base_rate": in_force, "ex_post": real}


@reads("base_rate_scattered")
def decisions(base_rate_scattered: Series) -> Groups:
    """Single decisions on the policy rate before the complete list begins, percent."""
    return {"base_rate_points": tuple(r.of(digits=2) for r in rates(base_rate_scattered))}


@reads("base_rate", "base_rate_scattered", as_of=AS_OF)
def in_force(base_rate: Series, base_rate_scattered: Series, as_of: date) -> dict[str, Reading]:
    """The ``policy`` rate in force on the day of the edition, percent; ``base``: the day since which it is.

    ``since``: the same, missing if the table begins with this rate; ``late``: days beyond the usual time between two
    decisions, so that a later one is probably not held; ``single``: the latest of the single decisions held of before
    the complete list, missing if it is older than a year.
    """
    day = Period.parse(as_of.isoformat())
    points = [r for r in rates(base_rate_scattered) if r.ok and (as_of - r.period.end).days < YEAR]
    single = points[-1].of(digits=2) if points else Reading.missing("single", "percent", day)
    if not base_rate.last:
        none = Reading.missing("policy", "percent", day)
        return {"policy": none, "since": none, "late": none.of(unit="count"), "single": single}
    now = policy_rate.in_force_since(base_rate, day)
    since = now if now.base else Reading.missing("since", "percent", day)
    return {"policy": now, "since": since, "late": policy_rate.days_overdue(base_rate, day), "single": single}


@reads("base_rate", "cpi_yy", expected="expectations")
def real(base_rate: Series, cpi_yy: Series, expected: Series) -> dict[str, Reading]:
    """The rate in force at the end of the latest month of prices (``then``), less the inflation of its twelve months.

    - ``real`` in percent; ``simple``: the difference in points
    - ``ahead``: the rate at the end of the month of the latest survey (``survey``), less what the survey expects
    """
    p = inflation.headline(cpi_yy).period
    ahead = survey = Reading.missing("ahead", "percent", p)
    if expected.last:
        ahead = policy_rate.real_policy_rate_ahead(base_rate, expected)
        survey = policy_rate.rate_in_force(base_rate, ahead.period)
    return {
        "then": policy_rate.rate_in_force(base_rate, p),
        "real": policy_rate.real_policy_rate(base_rate, cpi_yy, p),
        "simple": policy_rate.real_policy_rate(base_rate, cpi_yy, p, method="simple"),
        "survey": survey,
        "ahead": ahead,
    }
