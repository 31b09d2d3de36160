"""Each guard on a change sees a planted one; a true release, a revision and the same reply again alarm none."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kzreport.guards.change import About, check_change, equal
from kzreport.guards.table import GUARDS
from kzreport.model import Observation, Period
from kzreport.series.resource import describe_series
from kzreport.series.table import check_table

NOW = date(2026, 11, 26)
NOTHING = About()


def held(name: str) -> list[Observation]:
    return list(check_table(describe_series(name)))


def guards_of(name: str, new, about: About = NOTHING) -> list[str]:
    d = describe_series(name)
    return [f.guard for f in check_change(d, held(name), new, NOW, about)]


def cpi(period: str, value: float | None, published: str = "2026-11-02") -> Observation:
    return Observation(Period.parse(period), value, date.fromisoformat(published))


def test_a_release_and_a_revision_pass():
    assert guards_of("cpi_yy", [cpi("2026-10", 109.1)]) == []
    assert guards_of("cpi_yy", [cpi("2026-09", 109.4)]) == []


@pytest.mark.parametrize("name", ["cpi_yy", "exports_by_partner", "wdi_gdp", "weo_growth", "base_rate", "fdi_net"])
def test_the_same_reply_again_passes(name):
    """All that is held, as a provider repeats it today: nothing is new."""
    again = [replace(o, published=NOW) for o in {(o.period, *o.dims.values()): o for o in held(name)}.values()]
    assert guards_of(name, again, About(whole=True)) == []
    assert guards_of(name, held(name), About(table=True)) == []


CASES = {
    "redefinition": lambda: ("cpi_yy", [], About(fingerprint=("index 703076 %", "index 703076 kg"))),
    "switch": lambda: (
        "cpi_yy",
        [*held("cpi_yy")[:-1], cpi("2026-09", 109.4)],
        About(fingerprint=("file index", "taldau 703076")),
    ),
    "future": lambda: ("cpi_yy", [cpi("2026-10", 109.1, "2026-12-02")], About()),
    "unfinished": lambda: ("cpi_yy", [cpi("2026-11", 109.1, "2026-11-20")], About()),
    "insertion": lambda: ("cpi_yy", [cpi("2026-09", 109.4, "2026-09-30")], About()),
    "withdrawal": lambda: ("cpi_yy", [cpi("2026-09", None)], About()),
    "outlier": lambda: ("cpi_yy", [cpi("2026-10", 130.5)], About()),
    "removal": lambda: ("cpi_yy", held("cpi_yy")[:-1], About(table=True)),
    "alteration": lambda: (
        "cpi_yy",
        [*held("cpi_yy")[:-1], replace(held("cpi_yy")[-1], value=109.2)],
        About(table=True),
    ),
    "completeness": lambda: ("cpi_yy", seen("cpi_yy")[:50], About(whole=True)),
    "mass_revision": lambda: ("reserves", seen("reserves", lambda v: 1.02 * v), About()),
    "unit_jump": lambda: ("reserves", seen("reserves", lambda v: v / 1000), About(revises_history=True)),
    "first_contact": lambda: ("fdi_net", shifted("fdi_net"), About(first=True)),
}


def seen(name: str, change=lambda v: v) -> list[Observation]:
    return [replace(o, value=change(o.value), published=NOW) for o in held(name) if o.value is not None]


def shifted(name: str) -> list[Observation]:
    """The figures of the quarter before: dates read as they stand."""
    return [replace(o, period=o.period.shift(1), published=NOW) for o in held(name)[:-1]]


@pytest.mark.parametrize("guard", CASES)
def test_a_planted_change_is_seen(guard):
    name, new, about = CASES[guard]()
    assert guard in guards_of(name, new, about)


def test_every_guard_on_a_change_has_a_case():
    assert {g.name for g in GUARDS.values() if g.looks_at == "change"} == set(CASES)


def test_a_thousandfold_is_named():
    d = describe_series("reserves")
    new = seen("reserves", lambda v: v / 1000)
    found = check_change(d, held("reserves"), new, NOW, About(revises_history=True))
    message = next(f.message for f in found if f.guard == "unit_jump")
    assert "one part in a thousand" in message and "'unit' and 'scale'" in message


def test_world_bank_and_imf_may_revise_all_years():
    new = seen("wdi_gdp_capita", lambda v: 1.02 * v)
    assert "mass_revision" in guards_of("wdi_gdp_capita", new)
    assert guards_of("wdi_gdp_capita", new, About(revises_history=True, whole=True)) == []


def test_a_first_contact_that_agrees_passes():
    assert guards_of("reserves", seen("reserves", lambda v: round(v, 1)), About(first=True)) == []


def test_a_backfill_may_put_rows_before():
    assert guards_of("cpi_yy", [cpi("2026-09", 109.4, "2026-10-01")], About(backfill=True)) == []


def test_a_decision_may_be_published_on_its_day():
    day = Period.parse("2026-11-20")
    assert guards_of("base_rate", [Observation(day, 18.0, day.start)]) == []
    assert guards_of("cpi_yy", [cpi("2026-10", 109.1, str(NOW - timedelta(days=1)))]) == []


def test_figures_are_equal_at_the_coarser_precision():
    assert equal(None, None) and not equal(None, 1.0)
    assert equal(30996.649283570427, 30996.65) and not equal(109.8, 109.9)
