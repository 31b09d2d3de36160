"""Worked figures from published tables: what the package computes from ``data/`` must be these.

``oracles.json`` holds id, what, value, tolerance. A value is written rounded, so the tolerance is one to ten
units of its last decimal (0.0001 for 10.2971); 1e-9 where it is published or written with all its digits.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kzreport.catalogue import load
from kzreport.indicators import (
    base_effects,
    breaks,
    core_inflation,
    fdi,
    growth,
    indices,
    inflation,
    price_contributions,
    targeting,
    transit,
)
from kzreport.indicators.readings import at, series_from
from kzreport.model import Period, Reading, Series

AS_OF = "2026-09-30"
ORACLES = {o["id"]: o for o in json.loads((Path(__file__).parent / "oracles.json").read_text(encoding="utf-8"))}
P = Period.parse


def values(found: Any) -> list[float | None]:
    return [r.value for r in found]


def average(year: str) -> float | None:
    return inflation.annual_average(inflation.chain(load("cpi_mm", AS_OF), P("2018-12")), P(year)).value


def december(year: str) -> float | None:
    return inflation.end_of_period(load("cpi_yy", AS_OF), P(year)).value


def chained(month: str) -> float | None:
    return inflation.chained_yy(inflation.chain(load("cpi_mm", AS_OF), P("2018-12")), P(month)).value


def contributions(month: str, tail: Callable[[float, Reading, Reading], list[float | None]]) -> list[float | None]:
    """Components, their sum, and what ``tail`` makes of the sum, the residual and the published rate."""
    tables = [load(n, AS_OF) for n in ("cpi_components_yy", "cpi_components_mm", "cpi_weights", "cpi_yy")]
    found = price_contributions.contributions(*tables, P(month))
    parts = [found[k].value or 0.0 for k in ("food", "nonfood", "services")]
    return [*parts, sum(parts), *tail(sum(parts), found["residual"], found["total"])]


def base_effect(month: str, *keys: str) -> list[float | None]:
    found = base_effects.base_effect(load("cpi_yy", AS_OF), load("cpi_mm", AS_OF), P(month))
    return [found[k].value for k in keys]


def deviation(month: str) -> list[float | None]:
    found = targeting.target_deviation(load("cpi_yy", AS_OF), load("inflation_target", AS_OF), P(month))
    return [found[k].value for k in ("rate", "from_midpoint", "from_band")]


def regimes(factor: float) -> list[list[Any]]:
    mm = load("cpi_mm", AS_OF)
    found = breaks.breaks(mm, P("2019-01"), factor=factor)
    return [[f"{r.period.start:%Y-%m}" for r in found[1:]], values(found)]


def net(first: int, last: int) -> list[Reading]:
    return [r for r in fdi.annual_series(load("fdi_net", AS_OF)) if first <= r.period.year <= last]


def gross() -> float | None:
    said = load("fdi_readings", AS_OF, measure="gross", partner="WLD", publisher="mfa_kaz")
    return growth.growth(at(said, "2022"), at(said, "2021")).value


def document(key: str) -> float | None:
    return transit.document_growth(load("transit", AS_OF), "all", P("2023"), P("2021"))[key].value


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
    r = inflation.peak(load("cpi_yy", AS_OF), since=P("2019-01"))
    return [str(r.period), r.value]


COMPUTED: dict[str, Callable[[], Any]] = {
    "INF-AVG-2020": lambda: average("2020"),
    "INF-AVG-2022": lambda: average("2022"),
    **{f"INF-EOP-{y}": lambda y=y: december(y) for y in ("2022", "2023", "2024", "2025")},  # type: ignore[misc]
    **{f"INF-EOP-CHAINED-{y}": lambda y=y: chained(f"{y}-12") for y in ("2022", "2023", "2025")},  # type: ignore[misc]
    "INF-MM-INDEX": nbk_index,
    "INF-ANN-2022-03": lambda: inflation.annualised(load("cpi_mm", AS_OF), P("2022-03")).value,
    "INF-ANN-2026-08": lambda: inflation.annualised(load("cpi_mm", AS_OF), P("2026-08")).value,
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
    x = [r.value or 0.0 for r in indices.rates(load("cpi_mm", AS_OF).since(P("2019-01")))]
    assert breaks.noise_variance(x) == pytest.approx(0.043962, abs=5e-7)
