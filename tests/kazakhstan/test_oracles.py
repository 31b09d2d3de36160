"""Worked figures from published tables: what the package computes from ``data/`` must be these.

``oracles.json`` holds id, what, value, tolerance. A value is written rounded, so the tolerance is one to ten
units of its last decimal (0.0001 for 10.2971); 1e-9 where it is published or written with all its digits.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kzreport.indicators import (
    base_effects,
    breaks,
    core_inflation,
    fdi,
    growth,
    indices,
    inflation,
    mirror,
    price_contributions,
    reexports,
    revisions,
    targeting,
    trade,
    transit,
)
from kzreport.indicators.aggregates import total
from kzreport.indicators.readings import at, series_from
from kzreport.model import Period, Reading, Series
from kzreport.series.known import load_series

AS_OF = "2026-09-30"
ORACLES = {o["id"]: o for o in json.loads((Path(__file__).parent / "oracles.json").read_text(encoding="utf-8"))}
P = Period.parse


def values(found: Any) -> list[float | None]:
    return [r.value for r in found]


def average(year: str) -> float | None:
    return inflation.annual_average(inflation.chain(load_series("cpi_mm", AS_OF), P("2018-12")), P(year)).value


def december(year: str) -> float | None:
    return inflation.end_of_period(load_series("cpi_yy", AS_OF), P(year)).value


def chained(month: str) -> float | None:
    return inflation.chained_yy(inflation.chain(load_series("cpi_mm", AS_OF), P("2018-12")), P(month)).value


def contributions(month: str, tail: Callable[[float, Reading, Reading], list[float | None]]) -> list[float | None]:
    """Components, their sum, and what ``tail`` makes of the sum, the residual and the published rate."""
    tables = [load_series(n, AS_OF) for n in ("cpi_components_yy", "cpi_components_mm", "cpi_weights", "cpi_yy")]
    found = price_contributions.contributions(*tables, P(month))
    parts = [found[k].value or 0.0 for k in ("food", "nonfood", "services")]
    return [*parts, sum(parts), *tail(sum(parts), found["residual"], found["total"])]


def base_effect(month: str, *keys: str) -> list[float | None]:
    found = base_effects.base_effect(load_series("cpi_yy", AS_OF), load_series("cpi_mm", AS_OF), P(month))
    return [found[k].value for k in keys]


def deviation(month: str) -> list[float | None]:
    found = targeting.target_deviation(load_series("cpi_yy", AS_OF), load_series("inflation_target", AS_OF), P(month))
    return [found[k].value for k in ("rate", "from_midpoint", "from_band")]


def regimes(factor: float) -> list[list[Any]]:
    mm = load_series("cpi_mm", AS_OF)
    found = breaks.breaks(mm, P("2019-01"), factor=factor)
    return [[f"{r.period.start:%Y-%m}" for r in found[1:]], values(found)]


def net(first: int, last: int) -> list[Reading]:
    return [r for r in fdi.annual_series(load_series("fdi_net", AS_OF)) if first <= r.period.year <= last]


def gross() -> float | None:
    said = load_series("fdi_readings", AS_OF, measure="gross", partner="WLD", publisher="mfa_kaz")
    return growth.growth(at(said, "2022"), at(said, "2021")).value


def document(key: str) -> float | None:
    return transit.document_growth(load_series("transit", AS_OF), "all", P("2023"), P("2021"))[key].value


def implied() -> list[float | None]:
    def base(volume: float, percent: float) -> float:
        return (transit.implied_base(at(series_from({"2023": volume}, "tonne"), "2023"), percent).value or 0) / 1e6

    return [base(2_700_000, 65), base(2_700_000, 86), base(2_800_000, 100)]


def trimmed() -> list[float]:
    changes, weights = [-1, 0.4, 0.8, 1.2, 2, 9], [0.25, 0.25, 0.20, 0.15, 0.10, 0.05]
    return [
        core_inflation.weighted_mean(changes, weights),
        core_inflation.trimmed_mean(changes, weights, 8, 8),
        core_inflation.trimmed_mean(changes, weights, 24, 31),
        core_inflation.weighted_median(changes, weights),
    ]


def nbk_index() -> float | None:
    index: Series = series_from({"2022-02": 269.08, "2022-03": 272.31}, "index")
    return growth.growth(at(index, "2022-03"), at(index, "2022-02")).value


def peak() -> list[Any]:
    r = inflation.peak(load_series("cpi_yy", AS_OF), since=P("2019-01"))
    return [str(r.period), r.value]


def traded(year: str, partner: str = "") -> tuple[Reading, Reading]:
    """Exports and imports of a year: the sum of the months, or those with a partner."""
    if partner:
        x, m = (load_series(f"{f}_by_partner", AS_OF, partner=partner) for f in ("exports", "imports"))
    else:
        x, m = (load_series(f"{f}_monthly", AS_OF) for f in ("exports", "imports"))
    return total(x, P(year)), total(m, P(year))


def totals(year: str) -> list[float | None]:
    x, m = traded(year)
    return [x.value, m.value, trade.turnover(x, m).value, trade.balance(x, m).value, trade.coverage(x, m).value]


def partner_share(partner: str) -> list[float | None]:
    x, m = traded("2023", partner)
    turned, whole = trade.turnover(x, m), trade.turnover(*traded("2023"))
    share = trade.shares({partner: turned}, whole, of="turnover")[partner]
    return [turned.value, share.value, trade.balance(x, m).value, trade.coverage(x, m).value]


def typed(value: float, unit: str = "musd", name: str = "exports", period: str = "2023") -> Reading:
    return at(series_from({period: value}, unit, name=name), period)


def afghanistan() -> list[float | None]:
    """January to August: turnover 330.7, exports 316.5."""
    x, turned = typed(316.5), typed(330.7, name="turnover")
    m = x.of(name="imports", value=growth.difference(turned, x).value)
    share = trade.shares({"exports": trade.turnover(x, m).of(value=x.value)}, turned, of="turnover")
    return [m.value, share["exports"].value, trade.coverage(x, m).value]


def pair(value: float, decimals: int, percent: float, places: int) -> Reading:
    printed = trade.with_rounding(typed(value, name="turnover"), decimals)
    return trade.implied_total(printed, trade.with_rounding(typed(percent, "percent"), places))


def ends(r: Reading) -> list[float]:
    assert r.interval
    return [r.interval.low, r.interval.high]


def union() -> list[float | None]:
    """45 bn EUR as 37 % (the amounts are in billion, whatever the currency), and as a share of 142.072 bn USD."""
    r = pair(45, 0, 37, 0)
    dollars = growth.share(typed(45 * 1.0824), typed(142.072))
    return [r.value, *ends(r), dollars.value]


def pairs() -> list[list[float]]:
    found = [pair(21.7, 1, 21.3, 1), pair(18.9, 1, 18.6, 1)]
    return [ends(r) for r in (*found, trade.consistent(found))]


def ghosts() -> list[float | None]:
    """Reported by Lithuania, reported by Kazakhstan, before and after."""
    old, new = (
        mirror.mirror(typed(x, period=y), typed(m, period=y)) for y, x, m in (("2021", 28, 9), ("2022", 84, 11))
    )
    return [old["gap"].value, new["gap"].value, mirror.change_of_gap(new, old).value]


def excess(flow: str, partner: str, year: int) -> list[float | None]:
    """Base years 2017 to 2021: also those of REX-CHN, whose text does not name them (no others give its figures)."""
    data = load_series(f"{flow}_by_partner", AS_OF, partner=partner)
    return values(reexports.excess(data, year, (2017, 2021)).values())


def units() -> list[float | None]:
    cars = mirror.unit_value(typed(835.3), 61_400, "car")
    ratios = (mirror.times(typed(a, "ratio"), typed(b, "ratio")) for a, b in ((835_300, 149_000), (1.3e6, 487_262)))
    return [cars.value, *values(ratios)]


def revised_exports() -> list[Any]:
    """The levels before and after the second collection; the printed revisions are held beside them."""
    old, new = (load_series("exports_monthly", d).since(P("2026-01")) for d in ("2026-09-15", "2026-09-16"))
    assert revisions.false_revision(old, new) is None
    found = revisions.revision_statistics(old, new, relative=True)
    each = [growth.growth(at(new, p), at(old, p)).value for p in old.values]
    return [each, found["mean"].value, found["mean_absolute"].value]


def false_core() -> list[float | None]:
    """The old values are means of quarters rounded to a tenth, but for one (three could be it: all give the same)."""
    core, months = load_series("core_yy", AS_OF), [f"{y}-{m:02}" for y in range(2023, 2027) for m in (3, 6, 9, 12)][:13]
    before = {m: round(sum(at(core, P(m).shift(-i)).value or 0 for i in range(3)) / 3, 1) for m in months}
    before["2023-03"] -= 0.1
    old = series_from(before, core.unit, name=core.name, basis=core.basis)
    new = series_from({m: at(core, m).value for m in months}, core.unit, name=core.name, basis=core.basis)
    looks = revisions.false_revision(old, core)
    assert looks is not None and looks.kind == "quarter_mean"
    month = max(abs((at(new, m).value or 0) - (at(core, m).value or 0)) for m in months)
    found = revisions.revision_statistics(old, new)
    return [looks.distance, month, found["mean"].value, found["mean_absolute"].value]


COMPUTED: dict[str, Callable[[], Any]] = {
    "INF-AVG-2020": lambda: average("2020"),
    "INF-AVG-2022": lambda: average("2022"),
    **{f"INF-EOP-{y}": lambda y=y: december(y) for y in ("2022", "2023", "2024", "2025")},  # type: ignore[misc]
    **{f"INF-EOP-CHAINED-{y}": lambda y=y: chained(f"{y}-12") for y in ("2022", "2023", "2025")},  # type: ignore[misc]
    "INF-MM-INDEX": nbk_index,
    "INF-ANN-2022-03": lambda: inflation.annualised(load_series("cpi_mm", AS_OF), P("2022-03")).value,
    "INF-ANN-2026-08": lambda: inflation.annualised(load_series("cpi_mm", AS_OF), P("2026-08")).value,
    "INF-CONTRIB-2022": lambda: contributions("2022-12", lambda s, residual, t: [residual.value]),
    "INF-CONTRIB-2024": lambda: contributions("2024-12", lambda s, residual, t: [residual.value]),
    "INF-RIBE-2023-08": lambda: contributions("2023-08", lambda s, r, total: [total.value]),
    "INF-RIBE-2025-09": lambda: contributions("2025-09", lambda s, r, total: [total.value]),
    **{
        f"INF-BASE-{m}": lambda m=m: base_effect(  # type: ignore[misc]
            m, "published_change", "new_month", "dropped_month", "simple", "log"
        )
        for m in ("2023-03", "2022-03")
    },
    "INF-BASEX": lambda: [base_effect(m, "total")[0] for m in ("2023-03", "2022-03", "2025-10")],
    "INF-TARGET-2022": lambda: deviation("2022-12"),
    "INF-TARGET-2025": lambda: deviation("2025-12"),
    "INF-PEAK": peak,
    "INF-BREAK": lambda: regimes(4),
    "FDI-NET": lambda: values(net(2021, 2025)),
    "FDI-YOY": lambda: [fdi.change(net(2021, 2025), P(str(y)))["percent"].value for y in range(2022, 2026)],
    "FDI-DIFF": lambda: [fdi.change(net(2021, 2025), P(str(y)))["absolute"].value for y in range(2023, 2026)],
    "FDI-GROSS": gross,
    "TRN-MULT": lambda: document("multiple"),
    "TRN-CAGR": lambda: document("cagr"),
    "TRN-PCT": lambda: document("percent"),
    "TRN-LOG": lambda: document("log"),
    "TRN-INDEX": lambda: document("index"),
    "TRN-IMPLIED-BASE": implied,
    "TRIM": trimmed,
    "TRD-TOTAL-2024": lambda: totals("2024"),
    "TRD-SHARE-2023-CHN": lambda: partner_share("CHN"),
    "TRD-SHARE-2023-AFG": lambda: partner_share("AFG"),
    "TRD-AFG-8M": afghanistan,
    "TRD-EU-IMPLIED": union,
    "TRD-SHARE-CONSIST": pairs,
    "TRD-GHOST": ghosts,
    "REX-RUS": lambda: [excess("exports", "RUS", y) for y in range(2022, 2026)],
    "REX-CHN": lambda: excess("imports", "CHN", 2023)[2:],
    "REXP-UNIT": units,
    "REV-EXP": revised_exports,
    "REV-FALSE-CORE": false_core,
}


def agrees(found: Any, expected: Any, tolerance: float) -> bool:
    if isinstance(expected, list):
        return len(found) == len(expected) and all(
            agrees(f, e, tolerance) for f, e in zip(found, expected, strict=True)
        )
    if expected is None or isinstance(expected, str):
        return bool(found == expected)
    return found is not None and abs(found - expected) <= tolerance


@pytest.mark.parametrize("name", ORACLES)
def test_oracle(name: str) -> None:
    oracle = ORACLES[name]
    found = COMPUTED[name]()
    assert agrees(found, oracle["value"], oracle["tol"]), f"{oracle['what']}: {found}, expected {oracle['value']}"


@pytest.mark.parametrize("factor", [3, 5, 6])
def test_breaks_are_the_same_for_every_penalty_named_by_the_oracle(factor: float) -> None:
    assert agrees(regimes(factor), ORACLES["INF-BREAK"]["value"], ORACLES["INF-BREAK"]["tol"])


def test_noise_variance_is_the_one_named_by_the_oracle() -> None:
    x = [r.value or 0.0 for r in indices.rates(load_series("cpi_mm", AS_OF).since(P("2019-01")))]
    assert breaks.noise_variance(x) == pytest.approx(0.043962, abs=5e-7)
