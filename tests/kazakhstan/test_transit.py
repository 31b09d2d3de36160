"""The transit page: growth within the figures of one publisher, containers not joined over years nobody gives."""

from dataclasses import replace
from datetime import date

import pytest

from kzreport.indicators import transit
from kzreport.indicators.readings import joined, series_from
from kzreport.model import Period, Status
from kzreport.series.known import load_series
from kzreport.views import transit as view

AS_OF = "2026-11-25"
P = Period.parse


def test_growth_is_that_of_one_publisher():
    """The ministry gives 4.48 and 4.12 million tonnes on one page; the midpoint of 2024 is another figure."""
    found = view.headline(load_series("transit", AS_OF), load_series("transit_growth", AS_OF))
    assert (found["volume"].item, found["before"].value) == ("ministry_transport_kaz", 4_480_000)
    assert found["volume_change"].value == pytest.approx(-8.04, abs=0.005)


def test_growth_of_2023_is_one_that_a_source_has():
    found = view.headline(*(load_series(name, "2024-06-30") for name in ("transit", "transit_growth")))
    assert found["volume"].item == "titr" and found["like"].ok
    assert found["volume_change"].value == pytest.approx(86.7, abs=0.05)


def test_the_multiple_of_the_document_stands_beside_that_of_one_publisher():
    found = view.document(load_series("transit", AS_OF))
    assert found["published_old"].item == found["published_new"].item == "titr"
    assert found["published_multiple"].value == pytest.approx(4.78, abs=0.005)


def test_no_change_is_computed_where_nobody_gives_both():
    volumes = joined(
        series_from({"2024": 4_000_000}, "tonne", scope="all", kind="outcome", publisher="a"),
        series_from({"2025": 5_000_000}, "tonne", scope="all", kind="outcome", publisher="b"),
    )
    assert transit.like_with_like(volumes, "all", P("2025"), P("2024")) is None
    rates = load_series("transit_growth", "2016-06-30")  # none was announced by then
    found = view.headline(replace(volumes, as_of=date(2026, 11, 25)), rates)
    assert found["volume"].ok and not found["like"].ok and not found["volume_change"].ok


def test_pages_without_a_source_are_not_one_publisher():
    volumes = series_from({"2024": 4.0, "2025": 5.0}, "tonne", scope="all", kind="outcome", publisher="press")
    assert transit.like_with_like(volumes, "all", P("2025"), P("2024"), unnamed=view.UNNAMED) is None


def test_containers_are_not_joined_over_a_hole():
    boxes = load_series("transit_containers", AS_OF)
    found = view.container_growth(boxes)
    assert "multiple" not in found and found["growth"].status is Status.MISSING_INPUT
    assert (found["part"].value, found["part"].period) == (50_500, P("2024-01/2024-11"))
    assert 50_500 in {r.value for r in view.container_table(boxes)}


def test_a_rate_that_was_announced_is_not_computed_from_itself():
    found = view.part_year(load_series("transit", AS_OF), load_series("transit_growth", AS_OF))
    assert found["before"].estimated and found["announced"].value == 63


def test_announced_rates_have_the_decimals_they_were_announced_with():
    found = view.implied(load_series("transit", AS_OF), load_series("transit_growth", AS_OF))
    assert found["low_growth"].digits == found["high_growth"].digits == 0


@pytest.mark.parametrize("day", ["2022-12-31", "2024-06-30", AS_OF])
def test_parts_of_a_year_are_compared_within_one_publisher(day):
    """The operator gave January to July 2022, the government January to July 2023: their ratio is no growth."""
    groups = view.part_years(load_series("transit", day), load_series("transit_growth", day))
    assert groups and all(before.item == now.item for before, now in groups.values())
    assert "2023-01/2023-07" not in groups


def test_containers_are_told_with_who_gives_them():
    """The latest year names its publisher where one alone gives it, in both languages, in sentence and title."""
    found = view.container_growth(load_series("transit_containers", AS_OF))
    assert found["named"].ok and found["named"].item == "ministry_transport_kaz"
    several = view.container_growth(load_series("transit_containers", date(2024, 12, 31)))
    assert several["last"].period == P("2022") and not several["named"].ok
