"""Aid: worked figures of real shipments, stages that are never added up, flags, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzreport.errors import BasisError, DataError
from kzreport.indicators import aid
from kzreport.indicators.readings import at, series_from
from kzreport.model import Interval, Reading, Status
from kzreport.series.known import load_series
from kzreport.views import aid as view

AS_OF = "2026-09-30"
AMOUNT = st.floats(0.001, 1e6)


def shipment(value: float | None, stage: str = "delivered", unit: str = "tonne", item: str = "AFG|2025-04") -> Reading:
    return at(series_from({"2025-04": value}, unit, name="x", basis=stage), "2025-04").of(item=item)


def series(*names: str):
    return [load_series(n, AS_OF) for n in names]


# --- AID-WAGON: real shipments, from the data ----------------------------------------------------------------------


def test_tonnes_a_wagon_of_known_shipments():
    found = {r.item: r for r in view.loads(*series("aid_tonnes", "aid_wagons"))}
    assert found["AFG|2025-04"].value == pytest.approx(61.1, abs=0.05)
    assert found["AFG|2023-10"].value == pytest.approx(61.6, abs=0.05)
    assert found["AFG|2025-09"].value == pytest.approx(10.5, abs=0.05)
    assert found["AFG|2020-06"].estimated, "only flour and pasta are given in tonnes"
    assert found["AFG|2022-08"].status is Status.MISSING_INPUT, "nine wagons of unknown mass"


def test_the_odd_load_is_flagged_and_no_other():
    groups = view.load_groups(*series("aid_tonnes", "aid_wagons"))
    assert [r.item for r in groups["to_check"]] == ["AFG|2025-09"]
    assert {r.item for r in groups["plausible"]} == {"AFG|2025-04", "AFG|2023-10"}


def test_what_arrived_of_what_was_announced():
    """The flour for Kyrgyzstan arrived as "at least": a first batch is not held against the whole."""
    found = view.compared(load_series("aid_tonnes", AS_OF), "announced", "delivered")
    assert not found["against"].ok


def test_what_arrived_of_what_left_is_from_officials_first():
    found = view.compared(load_series("aid_tonnes", AS_OF), "shipped", "delivered")
    assert (found["before"].value, found["after"].value) == (1659, 1662)


def test_grams_for_each_person_in_need():
    found = view.need(*series("aid_tonnes", "people_in_need"), "AFG")
    assert found["people"].value == 22_900_000, "the count of the UN, not of a document"
    assert found["mass"].value == pytest.approx(2476.124) and not found["more_than"].ok
    assert found["grams"].value == pytest.approx(108.1, abs=0.05)
    then = view.need(*(load_series(n, "2024-06-30") for n in ("aid_tonnes", "people_in_need")), "AFG")
    assert then["before"].value == 24_000_000 and str(then["people"].period) == "2022"
    assert then["grams"].interval == Interval(0.0, then["grams"].value), "more than 24 million: at most so much"


def test_recipients_never_exceed_the_total():
    found = view.money(load_series("aid_money", AS_OF))
    assert (found["total"].value, found["first"].item) == (7.5, "TJK")
    assert found["rest"].value == pytest.approx(7.5 - 4.3 - 1.7 - 1.3)
    assert found["rest"].value >= 0


# --- stages --------------------------------------------------------------------------------------------------------


@given(st.sampled_from(aid.STAGES), st.sampled_from(aid.STAGES), AMOUNT, AMOUNT)
def test_a_sum_over_stages_is_always_refused(a, b, x, y):
    parts = [shipment(x, a, item="AFG|1"), shipment(y, b, item="AFG|2")]
    if a == b:
        assert aid.stage_total(parts).value == pytest.approx(x + y)
        assert aid.stage_total(parts).basis == a
    else:
        with pytest.raises(BasisError, match="shipments at one stage"):
            aid.stage_total(parts)


def test_the_same_shipment_from_two_publishers_is_one():
    with pytest.raises(BasisError, match="each shipment once"):
        aid.stage_total([shipment(1659), shipment(1662)])


def test_a_total_with_a_part_missing_is_no_total():
    r = aid.stage_total([shipment(5, item="a"), shipment(None, item="b")])
    assert r.status is Status.MISSING_INPUT
    with pytest.raises(DataError, match="at least one"):
        aid.stage_total([])
    with pytest.raises(BasisError, match="stage 'planned'"):
        aid.stage_total([shipment(5, "planned")])


@given(st.permutations(range(4)), st.lists(AMOUNT, min_size=4, max_size=4))
def test_order_does_not_matter_to_a_total(order, amounts):
    parts = [shipment(v, item=f"s{i}") for i, v in enumerate(amounts)]
    assert aid.stage_total([parts[i] for i in order]).value == aid.stage_total(parts).value


def test_no_view_adds_up_stages():
    """Every total that a page can show equals a sum over deliveries of the data, whatever else is in the table."""
    tonnes = load_series("aid_tonnes", AS_OF)
    for r in view.by_year(tonnes, "AFG")["delivered"]:
        assert r.basis == "delivered"
        if r.item.endswith("at_least"):
            continue
        expected = sum(
            o.value for o in tonnes.where(recipient="AFG", stage="delivered") if o.period.year == r.period.year
        )
        assert r.value == pytest.approx(expected)


@given(AMOUNT, AMOUNT)
def test_stages_are_compared_in_their_order_only(x, y):
    early, late = shipment(x, "announced"), shipment(y, "delivered")
    assert aid.against_announced(late, early).value == pytest.approx(100 * (y / x - 1), rel=1e-6, abs=1e-6)
    for wrong in ((early, late), (late, late), (late, early.of(item="KGZ|2024")), (late, early.of(unit="musd"))):
        with pytest.raises(BasisError):
            aid.against_announced(*wrong)


def test_nothing_announced_has_no_shortfall():
    assert aid.against_announced(shipment(3.4), shipment(0, "announced")).status is Status.ZERO_BASE
    assert aid.against_announced(shipment(3.4), shipment(None, "announced")).status is Status.MISSING_INPUT


# --- loads ---------------------------------------------------------------------------------------------------------


@given(AMOUNT, st.integers(1, 500))
def test_load_times_wagons_is_the_mass(mass, wagons):
    r = aid.load(shipment(mass), shipment(wagons, unit="wagon"))
    assert r.unit == "tonne_wagon"
    assert r.value * wagons == pytest.approx(mass)


def test_load_needs_one_shipment_at_one_stage():
    assert aid.load(shipment(5), shipment(0, unit="wagon")).status is Status.ZERO_BASE
    for wagons in (shipment(5, "shipped", "wagon"), shipment(5, unit="wagon", item="KGZ|2024"), shipment(5)):
        with pytest.raises(BasisError):
            aid.load(shipment(5), wagons)


@given(st.lists(st.floats(40, 79), min_size=3, max_size=8), st.floats(0.01, 15))
def test_one_light_wagon_among_full_ones_is_found(full, light):
    loads = [shipment(v, unit="tonne_wagon", item=f"s{i}") for i, v in enumerate([*full, light])]
    assert [r.item for r in aid.unusual(loads)] == [loads[-1].item]


@given(st.lists(st.floats(45, 80), min_size=0, max_size=8))
def test_alike_loads_are_left_alone(loads):
    assert aid.unusual([shipment(v, unit="tonne_wagon", item=f"s{i}") for i, v in enumerate(loads)]) == ()


def test_two_loads_cannot_tell_which_is_wrong():
    assert aid.unusual([shipment(61, unit="tonne_wagon"), shipment(10, unit="tonne_wagon", item="b")]) == ()


# --- per person, per tonne -----------------------------------------------------------------------------------------


@given(AMOUNT, st.integers(1000, 100_000_000))
def test_grams_add_up_to_the_mass(mass, people):
    r = aid.per_person(shipment(mass), shipment(people, unit="person"))
    assert r.value * people == pytest.approx(mass * 1e6)
    assert r.estimated and r.interval is None


def test_per_person_and_per_tonne_refuse_other_units():
    with pytest.raises(BasisError):
        aid.per_person(shipment(5), shipment(5, unit="wagon"))
    with pytest.raises(BasisError):
        aid.value_per_tonne(shipment(5), shipment(5))
    assert aid.per_person(shipment(5), shipment(0, unit="person")).status is Status.ZERO_BASE
    value = shipment(343, unit="musd")
    assert aid.value_per_tonne(value, shipment(1)).value == pytest.approx(343e6)
    assert aid.value_per_tonne(value, shipment(0)).status is Status.ZERO_BASE
    other = at(series_from({"2025": 1.0}, "tonne"), "2025")
    assert aid.value_per_tonne(value, other).status is Status.PARTIAL_PERIOD


# --- as known on a date --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "last"),
    [("2015-01-31", None), ("2022-03-31", 1.5), ("2023-05-31", 5403), ("2025-05-31", 2200), ("2026-09-30", 272.728)],
)
def test_the_latest_delivery_known_on_a_day(as_of, last):
    held = [load_series(name, as_of) for name in ("aid_tonnes", "aid_wagons")]
    assert view.headline(*held)["mass"].value == last


def test_a_delivery_is_not_known_before_its_text():
    """The medicines of April 2025 were announced that month; that they arrived was published in September."""
    before = view.compared(load_series("aid_tonnes", "2025-05-31"), "announced", "delivered")
    assert before["against"].status is Status.MISSING_INPUT
