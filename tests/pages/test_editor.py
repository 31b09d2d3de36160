"""What an editor found on whole pages: values that look alike, signs of sizes, parts that do not add up."""

import math
from datetime import date

import pytest

from kzreport.charts.describe import describe
from kzreport.language.words import Words
from kzreport.model import Period, Reading, Status
from kzreport.pages.context import PageContext
from kzreport.pages.since import compare_dates
from kzreport.pages.since_text import revisions_table
from kzreport.pages.tables import is_change, signed_columns
from kzreport.project.settings import project
from kzreport.views import aid, neighbours, partners


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_revision_shows_two_values(language):
    """A month of exports revised by 2 million dollars is not told as "$6.2 billion, then $6.2 billion"."""
    changes = compare_dates(date(2026, 8, 31), date(2026, 9, 30), ["exports_monthly", "imports_monthly"])
    rows = revisions_table(changes, Words(language))[1:]
    assert len(rows) == 8
    assert all(then != now for _, _, then, now in rows)


def test_one_publisher_twice_in_a_period_keeps_the_period():
    y = Period.parse("2023")
    group = [Reading("cargo", v, "tonne", y, item="press") for v in (2_700_000.0, 2_750_000.0)]
    assert describe("Cargo", {"press": group}, Words("en")).count("(2023)") == 2


def test_a_size_has_no_sign_and_a_mean_error_has_one():
    def of(name, *values, unit="points"):
        return [Reading(name, v, unit, Period.parse("2024")) for v in values]

    assert is_change(of("bias", 1.8, 1.0)) and is_change(of("mean", -0.2, -0.5))
    assert not is_change(of("mean_absolute", 1.8, 1.0, unit="points_size"))
    columns = {"mean": of("mean", 0.0, -0.6), "mean_absolute": of("mean_absolute", 0.1, 1.1, unit="points_size")}
    assert signed_columns(columns) == {"mean": True, "mean_absolute": False}


def _page(name, as_of):
    return PageContext(name, lang="en", as_of=as_of)


def test_the_money_of_a_year_adds_up():
    found = _page("aid", "2026-09-30").read(aid.money)
    parts = [found[k].value for k in ("first", "second", "third", "rest")]
    assert math.isclose(math.fsum(parts), found["total"].value, abs_tol=0.05)
    assert found["rest"].value == pytest.approx(0.2)  # what went to countries that are not named


@pytest.mark.parametrize(("as_of", "flows"), [("2016-06-30", []), ("2022-12-31", ["exports", "exports_union"])])
def test_no_single_index_where_a_fifth_of_the_partners_is_not_known(as_of, flows):
    found = _page("partners", as_of).read(partners.concentrations)
    assert [r.item for r in found["normalised"] if r.ok] == flows
    assert all(r.ok or r.status is Status.MISSING_INPUT for r in found["normalised"]), "the partners are not known"


def test_a_range_says_its_unit_once():
    page = _page("neighbours", "2026-09-30")
    options = {"country": project().home, "peers": ["UZB", "RUS"], "indicators": ["fdi"]}
    low = page.read(neighbours.panels, **options)["fdi"].sentences["spread"]["low"]
    assert {r.unit for r in low} == {"percent"}
