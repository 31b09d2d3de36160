"""The page on forecasts: its figures from the tables themselves, and what it says at past dates."""

import csv
import re
from collections import defaultdict
from datetime import date

import pytest

from kzreport.files import project_root
from kzreport.indicators import forecasts as indicators
from kzreport.language.words import Words
from kzreport.series.known import load_series, load_vintages
from kzreport.series.resource import describe_series
from kzreport.views import fdi, forecasts, inflation

NOW = "2026-11-25"
DATES = ("2016-06-30", "2019-05-21", "2020-02-29", "2022-12-31", "2024-06-30", "2026-09-30", NOW)
PEERS = ["UZB", "KGZ", "TJK", "AZE", "ARM", "GEO", "MNG", "RUS", "BLR", "TUR", "CHN"]
SIDES = {"fr": {"up": "trop haut", "down": "trop bas"}, "en": {"up": "too high", "down": "too low"}}
ASK = {"country": "KAZ", "horizon": "autumn_1"}


def states(as_of: str, *names: str):
    return {n: load_vintages(forecasts.MEASURES[n], as_of) for n in names or forecasts.MEASURES}


def rows(name: str):
    with (project_root() / "data" / f"{name}.csv").open(encoding="utf-8") as f:
        return list(csv.DictReader(f))


def by_hand(name: str, country: str) -> list[tuple[int, float, float]]:
    """Return year, forecast of the autumn before, outcome: read off the rows of the table, without the engine."""
    history = defaultdict(list)
    for r in rows(name):
        if r["country"] == country:
            history[int(r["period"])].append((r["published"], r["value"], r["kind"]))
    found = []
    for year, steps in sorted(history.items()):
        said = [s for s in steps if s[0] < f"{year}-01-01"]
        autumn = any(v.year == year - 1 and v.month > 6 for v in describe_series(name).vintages)
        if said and autumn and said[-1][2] == "projection" and steps[-1][2] == "actual" and said[-1][1]:
            found.append((year, float(said[-1][1]), float(steps[-1][1])))
    return found


@pytest.mark.parametrize(
    ("measure", "error", "bias"),
    [
        ("average", 3.08, -2.95),
        ("end", 4.31, -4.31),
        ("growth", 2.24, 1.35),
        ("account", 4.02, 1.16),
        ("balance", 2.66, 1.70),
        ("debt", 2.68, -0.45),
    ],
)
def test_errors_a_year_ahead_are_those_of_the_tables(measure, error, bias):
    found = by_hand(forecasts.MEASURES[measure], "KAZ")
    missed = [said - came for _, said, came in found]
    panel = forecasts.panels(**states(NOW), as_of=date.fromisoformat(NOW), **ASK)[measure]
    said = panel.sentences["error"]
    assert said["count"].value == len(missed)
    assert said["error"].value == pytest.approx(sum(map(abs, missed)) / len(missed)) == pytest.approx(error, abs=0.01)
    assert said["bias"].value == pytest.approx(sum(missed) / len(missed)) == pytest.approx(bias, abs=0.01)


def test_inflation_of_2022_as_successive_editions_saw_it():
    """From 4.2 % in 2019 to 15.0 %: what the source of the editions says of them."""
    known = {s.as_of.isoformat(): s for s in load_vintages("weo_inflation_average", NOW, country="KAZ")}
    path = {d: round(s.values[p], 1) for d, s in known.items() for p in s.values if p.year == 2022}
    assert (path["2019-10-16"], path["2022-04-20"], path["2022-10-12"], path["2025-10-16"]) == (4.5, 8.5, 14.0, 15.0)
    assert "2020-04-15" not in path, "the shortened edition gave two years"


def test_the_edition_of_one_country_is_no_edition_of_the_others():
    panel = forecasts.panels(**states(NOW), as_of=date.fromisoformat(NOW), country="UZB", horizon="autumn_1")
    assert list(panel["average"].groups)[-1] == "2025-10-16"
    own = forecasts.panels(**states(NOW), as_of=date.fromisoformat(NOW), **ASK)["average"]
    assert own.groups["actual"][-1].period.year == 2024, "an outcome of the edition that is held for one country"
    assert "expected_then" in own.sentences, "a forecast that old is not told as news"


@pytest.mark.parametrize("as_of", DATES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_the_page_says_at_any_date(as_of, language):
    """Every sentence can be said, and nothing is judged before three years came."""
    w, day = Words(language, "forecasts"), date.fromisoformat(as_of)
    known = states(as_of)
    headline = forecasts.headline(known["average"], known["growth"], day, **ASK)
    said = w.text("headline", **headline)
    assert ("3,1" in said or "3.1" in said) == (as_of == NOW or as_of == "2026-09-30")
    panels = forecasts.panels(**known, as_of=day, **ASK)
    assert bool(panels) == (as_of >= "2019-05-21")
    for panel in panels.values():
        text = " ".join(w.text("say", key, **readings) for key, readings in panel.sentences.items())
        assert "n. d." not in text and "n/a" not in text and "{" not in text
        told = {k: w.text("say", k, **r) for k, r in panel.sentences.items()}
        what = w.label(panel.finding["what"].item)
        assert all(what in sentence for sentence in told.values() if sentence), "of which forecast is a sentence?"
        over = w.text("findings", "latest", **panel.finding)
        assert not over or what in over
        if panel.finding["lean"].direction in ("up", "down"):  # too high or too low: in every sentence on the error
            side = SIDES[language][panel.finding["lean"].direction]
            assert side in told["error"] and side in over
        elif panel.finding["lean"].ok:  # errors of both signs that all but cancel out
            assert not any(side in text for text in (told["error"], over) for side in SIDES[language].values())
        if "largest" in panel.sentences:
            missed = panel.sentences["largest"]
            side = SIDES[language]["up" if missed["forecast"].value > missed["actual"].value else "down"]
            assert side in told["largest"]
        assert all(r.ok for r in panel.rows), "a horizon with fewer than three errors has no row"
        assert ("naive" in panel.sentences) == (as_of >= "2024")
        assert all(r.period.year <= day.year + 5 for g in panel.groups.values() for r in g)
    table = forecasts.revisions(**known, as_of=day, country="KAZ")
    assert "n. d." not in w.text("say", "revised", **forecasts.revised(table, day))
    place = forecasts.place(known["average"], day, peers=PEERS, **ASK)
    placed = w.text("say", "place", **place)
    assert "n. d." not in placed
    if as_of == NOW:  # an error that prints as another's shares its place
        assert {"fr": ", à égalité avec la Russie.", "en": ", level with Russia."}[language] in placed
    if as_of == "2024-06-30":  # no error prints as this one: it was said to be level with itself
        assert placed and not re.search("égalité|level", placed)


def test_neighbours_are_compared_over_the_same_years():
    shown = {k: forecasts.neighbours(**states(NOW), peers=PEERS, shown=k, **ASK) for k in ("mean_absolute", "bias")}
    for measure, found in shown["mean_absolute"].items():
        assert len({r.period for r in found}) == 1, measure
        for r, bias in zip(found, shown["bias"][measure], strict=True):
            missed = [s - c for y, s, c in by_hand(forecasts.MEASURES[measure], r.item) if y <= found[0].period.year]
            assert r.value == pytest.approx(sum(map(abs, missed)) / len(missed)), (measure, r.item)
            assert bias.value == pytest.approx(sum(missed) / len(missed)), (measure, r.item)
    assert "TJK" not in {r.item for r in shown["mean_absolute"]["average"]}, "one of the five years is no outcome there"
    assert "MNG" not in {r.item for r in shown["mean_absolute"]["debt"]}


def test_no_forecast_serves_as_a_figure_of_the_imf_elsewhere():
    """On the pages on prices and investment an edition gives outcomes and estimates of years already over."""
    for as_of in ("2020-02-29", "2022-12-31", "2024-06-30", "2026-09-30"):
        prices = [load_series(n, as_of) for n in ("cpi_yy", "cpi_mm")]
        names = ("weo_inflation_average", "wdi_inflation", "wdi_deflator")
        imf, wdi, product = (load_series(n, as_of, country="KAZ") for n in names)
        table = inflation.averages(*prices, imf, wdi, product)["average_imf"]
        kinds = {o.period: o.dims["kind"] for o in imf}
        assert {kinds[r.period] for r in table if r.ok} <= {"actual", "estimate"}
        assert any(r.ok for r in table)
        shares = fdi.table(*(load_series(n, as_of) for n in ("fdi_net",)), load_series("weo_gdp", as_of, country="KAZ"),
                           load_series("fdi_readings", as_of))["share"]  # fmt: skip
        gdp = {o.period: o.dims["kind"] for o in load_series("weo_gdp", as_of, country="KAZ")}
        assert {gdp[r.period] for r in shares if r.ok} <= {"actual", "estimate"}


@pytest.mark.parametrize("name", [*forecasts.MEASURES.values(), "weo_gdp"])
def test_a_projection_is_of_a_year_that_was_not_over(name):
    for r in rows(name):
        over = f"{r['period']}-12-31" < r["published"]
        assert r["kind"] != "projection" or not over, r
        assert r["kind"] != "estimate" or over, r
        assert r["value"] or r["kind"] in ("projection", "actual"), r
    assert len((project_root() / "data" / f"{name}.csv").read_bytes()) < 600_000


@pytest.mark.parametrize("as_of", ["2022-12-31", "2024-06-30", NOW])
def test_errors_of_one_sign_are_said_to_be_so(as_of):
    """ "Rather too low, by 4.3 points on average", where the mean absolute error is 4.3 too: always too low."""
    for name, known in states(as_of).items():
        found = known_errors(known)
        if len(found) >= 3:
            made = indicators.summary(found)
            values = [e.error.value for e in found if e.error.value]
            alike = all(v > 0 for v in values) or all(v < 0 for v in values)
            assert made["one_sided"].ok is alike, name
            assert not alike or abs(made["bias"].value) == pytest.approx(made["mean_absolute"].value)
            assert (made["bias"].unit, made["mean_absolute"].unit) == ("points", "points_size")
            assert made["lean"].value == (made["bias"].value if leans(made) else 0)


def leans(made):
    return abs(made["bias"].value) >= made["mean_absolute"].value / 2


def test_errors_that_all_but_cancel_out_lean_to_neither_side():
    """ "Rather too low, by 0.4 points on average", of a current account that was 4.9 too high and 4.5 too low."""
    made = indicators.summary(known_errors(states("2024-06-30", "account")["account"]))
    assert made["mean_absolute"].value == pytest.approx(3.6, abs=0.05)
    assert made["bias"].value == pytest.approx(-0.4, abs=0.05) and made["lean"].value == 0


def known_errors(known):
    return [e for e in indicators.errors(indicators.editions(known, "KAZ")) if e.horizon == ASK["horizon"]]
