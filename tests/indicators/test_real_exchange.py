"""The real exchange rate: worked figures, an independent reckoning, what is refused, and laws."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzreport.errors import BasisError, ParameterError
from kzreport.indicators import real_exchange
from kzreport.indicators.readings import at, series_from
from kzreport.model import Period, Status
from kzreport.series.known import load_series
from kzreport.views import real_tenge

P = Period.parse
BASE = P("2015")
POSITIVE = st.floats(0.01, 1000)
PATHS = st.lists(st.tuples(POSITIVE, POSITIVE, POSITIVE), min_size=2, max_size=6)
LOADED = ("usd_rate", "rub_rate", "eur_per_usd", "cny_per_usd", "cpi_yy", "cpi_mm", "wdi_inflation")
TRADE = ("exports_by_partner", "imports_by_partner", "exports_monthly", "imports_monthly")


def yearly(values, unit):
    return series_from({str(2015 + i): v for i, v in enumerate(values)}, unit)


def index(values):
    units = ("kzt", "index", "index")
    return list(real_exchange.bilateral(*(yearly(v, u) for v, u in zip(values, units, strict=True)), BASE))


def known(as_of):
    indices = real_tenge.bilateral(*(load_series(n, as_of) for n in LOADED), BASE.year)
    return indices, real_tenge.weights(*(load_series(n, as_of) for n in TRADE))


# ---- one partner


@given(PATHS, POSITIVE)
def test_only_ratios_count(path, factor):
    """Prices in another base, or the rate for a hundred units, change nothing."""
    e, p, q = zip(*path, strict=True)
    plain = index((e, p, q))
    for changed in (([v * factor for v in e], p, q), (e, [v * factor for v in p], q)):
        assert [r.value for r in index(changed)] == pytest.approx([r.value for r in plain])
    assert plain[0].value == pytest.approx(100)


@given(PATHS)
def test_seen_from_the_partner_the_index_is_the_inverse(path):
    e, p, q = zip(*path, strict=True)
    there, back = index((e, p, q)), index(([1 / v for v in e], q, p))
    assert [a.value * b.value for a, b in zip(there, back, strict=True)] == pytest.approx([1e4] * len(path))


@given(st.floats(0.5, 3), st.floats(0.5, 3))
def test_prices_that_follow_the_rate_leave_the_real_rate_alone(rise, abroad):
    """Purchasing power parity: home prices times the rate times prices abroad."""
    r = index(([200, 200 * rise], [100, 100 * rise * abroad], [100, 100 * abroad]))[-1]
    assert r.value == pytest.approx(100)


def test_a_depreciation_without_inflation_is_a_real_one():
    assert index(([200, 250], [100, 100], [100, 100]))[-1].value == pytest.approx(80)


def test_what_is_missing_is_said():
    rows = index(([200, None, 250], [100, 110, 120], [100, 102, 104]))
    assert [r.status for r in rows] == [Status.OK, Status.MISSING_INPUT, Status.OK]
    assert index(([0, 250], [100, 110], [100, 102]))[-1].status is Status.ZERO_BASE
    assert index(([200, 0], [100, 110], [100, 102]))[-1].status is Status.ZERO_BASE
    assert index(([200, 220], [None, 110], [100, 102]))[-1].status is Status.MISSING_INPUT
    assert index(([], [], [])) == []
    with pytest.raises(BasisError):
        real_exchange.bilateral(yearly([1, 2], "kzt"), yearly([1, 2], "percent"), yearly([1, 2], "index"), BASE)


def test_a_cross_rate_needs_both_months_and_a_ratio():
    kzt = series_from({"2025-01": 500, "2025-02": 510, "2025-03": 520}, "kzt")
    eur = series_from({"2025-01": 0.96, "2025-02": 0.0}, "ratio")
    found = real_exchange.cross_rate(kzt, eur)
    assert [(str(r.period), r.status.value) for r in found] == [("2025-01", "ok"), ("2025-02", "zero_base")]
    assert found[0].value == pytest.approx(520.8333333)
    with pytest.raises(BasisError):
        real_exchange.cross_rate(kzt, kzt)


def test_a_price_level_stops_at_a_gap_and_needs_yearly_rates():
    found = real_exchange.price_level(series_from({"2016": 10, "2018": 5}, "percent"), BASE)
    assert [r.value for r in found] == pytest.approx([100, 110, None, None], nan_ok=True)
    with pytest.raises(BasisError):
        real_exchange.price_level(series_from({"2016-01": 10}, "percent"), BASE)
    with pytest.raises(BasisError):
        real_exchange.price_level(series_from({"2016": 110}, "index_py100"), BASE)


# ---- several partners


@given(st.lists(st.tuples(POSITIVE, POSITIVE), min_size=1, max_size=5), POSITIVE)
def test_the_mean_lies_between_and_does_not_depend_on_the_scale_of_weights(pairs, factor):
    rows = {str(i): [at(yearly([v], "index"), "2015")] for i, (v, _) in enumerate(pairs)}
    weights = {str(i): w for i, (_, w) in enumerate(pairs)}
    (r,) = real_exchange.effective(rows, weights)
    (again,) = real_exchange.effective(rows, {k: w * factor for k, w in weights.items()})
    values = [v for v, _ in pairs]
    assert min(values) * (1 - 1e-9) <= r.value <= max(values) * (1 + 1e-9)
    assert again.value == pytest.approx(r.value)


@given(st.lists(POSITIVE, min_size=2, max_size=4))
def test_geometric_so_that_the_base_year_does_not_matter(values):
    """The change between two years is the same whichever is 100: an arithmetic mean would not have it."""
    weights = {str(i): 1.0 + i for i in range(len(values))}
    old = {k: [at(yearly([100.0], "index"), "2015")] for k in weights}
    new = {k: [at(yearly([v], "index"), "2015")] for k, v in zip(weights, values, strict=True)}
    back = {k: [at(yearly([1e4 / v], "index"), "2015")] for k, v in zip(weights, values, strict=True)}
    one, there, again = (real_exchange.effective(x, weights)[0].value for x in (old, new, back))
    assert there / one == pytest.approx(one / again)


def test_nobody_leaves_the_mean_unsaid():
    a, b = list(yearly_readings([100, 120])), list(yearly_readings([100]))
    found = real_exchange.effective({"a": a, "b": b}, {"a": 1, "b": 1})
    assert [r.status for r in found] == [Status.OK, Status.MISSING_INPUT]
    for weights in ({"a": 1}, {"a": 1, "b": 0}, {"a": 1, "b": math.inf}):
        with pytest.raises(ParameterError):
            real_exchange.effective({"a": a, "b": b}, weights)
    with pytest.raises(ParameterError):
        real_exchange.effective({}, {})
    with pytest.raises(BasisError):
        real_exchange.effective({"a": a, "b": [r.of(basis="2016=100") for r in b]}, {"a": 1, "b": 1})


def yearly_readings(values):
    s = yearly(values, "index")
    return (at(s, o.period) for o in s)


# ---- the tenge


def test_the_tenge_against_the_rouble_reckoned_apart():
    """From the tables alone: mean rate of 2025 over that of 2015, and the prices of both countries."""
    rub = load_series("rub_rate", "2026-09-30").values
    rate = {y: sum(v for p, v in rub.items() if p.year == y) / 12 for y in (2015, 2025)}
    level, levels = 100.0, {}
    for p, m in load_series("cpi_mm", "2026-09-30").values.items():
        level *= m / 100
        levels.setdefault(p.year, []).append(level)
    home = sum(levels[2025]) / sum(levels[2015])
    russia = load_series("wdi_inflation", "2026-09-30", country="RUS").values
    abroad = math.prod(1 + russia[P(str(y))] / 100 for y in range(2016, 2026))
    indices, _ = known("2026-09-30")
    assert at(list(indices["RUS"]), "2025").value == pytest.approx(100 * home / (rate[2025] / rate[2015] * abroad))
    assert at(list(indices["RUS"]), "2015").value == pytest.approx(100)


def test_weights_are_of_whole_partners_and_a_partner_without_prices_is_left_out():
    indices, weighed = known("2026-09-30")
    found = real_tenge.latest(indices, weighed, BASE.year)
    assert str(found["effective"].period) == "2025" and str(found["dollar"].period) == "2024"
    assert not indices["USA"][-1].ok  # no American prices for 2025 in that vintage
    parts = {k: r.value for k, r in weighed["share"].items()}
    assert set(parts) == {"RUS", "EMU", "CHN", "USA"} and sum(parts.values()) < 100
    assert found["share"].value == pytest.approx(sum(v for k, v in parts.items() if k != "USA"))
    expected = math.exp(
        sum(parts[k] * math.log(at(list(indices[k]), "2025").value) for k in ("RUS", "EMU", "CHN"))
        / found["share"].value
    )
    assert found["effective"].value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("as_of", "year", "partners"),
    [("2015-01-31", None, set()), ("2017-12-31", None, set()), ("2024-03-31", "2016", {"RUS", "CHN"}),
     ("2026-05-31", "2024", {"RUS", "CHN"}), ("2026-11-22", "2025", {"RUS", "EMU", "CHN"})],
)  # fmt: skip
def test_what_was_known_then(as_of, year, partners):
    indices, weighed = known(as_of)
    found = real_tenge.latest(indices, weighed, BASE.year)
    assert (str(found["change"].period) if found["change"].ok else None) == year
    basket = real_tenge.counted(indices, weighed, BASE.year)
    assert set(basket) == partners
    assert all(r.period.year <= int(as_of[:4]) for rows in indices.values() for r in rows)
