"""The data as they stand: sound by two readers, consistent with themselves, with their description and with its law."""

import csv
import json
import re
from collections import defaultdict
from datetime import date, timedelta
from hashlib import sha256

import pytest

from kzreport.files import project_root
from kzreport.model import Period
from kzreport.series.assemble import check_package
from kzreport.series.issues import known_issues
from kzreport.series.known import load_series
from kzreport.series.resource import describe_series, names_of, resources
from kzreport.series.table import check_table
from kzreport.yamlfile import read_yaml

DATA = project_root() / "data"
RAW = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
TABLES = [r["name"] for r in RAW["resources"]]
AS_OF = "2026-12-31"
PERIODS = {
    "A": r"^[0-9]{4}$",
    "Q": r"^[0-9]{4}-Q[1-4]$",
    "M": r"^[0-9]{4}-(0[1-9]|1[0-2])$",
    "D": r"^[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]$",
}
EXAMPLES = {"A": "2026", "Q": "2026-Q1", "M": "2026-08", "D": "2026-09-07", "S": "2026-01/2026-08"}


def rows(name: str):
    return check_table(describe_series(name))


def test_frictionless_finds_the_package_valid():
    from frictionless import Package

    report = Package(str(DATA / "datapackage.json")).validate()
    assert report.valid, report.flatten(["path", "rowNumber", "fieldName", "message"])
    assert len(report.tasks) == len(TABLES)


def test_frictionless_would_find_a_fault(home):
    from frictionless import Package

    home.only("cpi_yy")
    path = home.data / "cpi_yy.csv"
    text = path.read_text(encoding="utf-8")
    home.put("cpi_yy", text.replace("2011-01,", "2011-13,", 1).encode())
    assert not Package(str(home.data / "datapackage.json")).validate().valid


def test_every_file_is_described_and_every_description_has_its_file():
    assert sorted(p.name for p in DATA.glob("*.csv")) == sorted(r["path"] for r in RAW["resources"])
    cards = {f"{name}.yml" for name in TABLES}
    others = {"groups.yml", "issues.yml", "labels.yml", "relations.yml", "units.yml"}
    assert cards | set(RAW["made_from"]) == {p.name for p in DATA.glob("*.yml")} - others
    others = sorted(p.name for p in DATA.iterdir() if p.suffix not in (".csv", ".yml"))
    assert others == ["claims", "datapackage.json", "facts", "providers"]


def test_the_package_is_what_the_cards_say():
    check_package()
    assert sorted(TABLES) == TABLES


@pytest.mark.parametrize("entry", RAW["resources"], ids=TABLES)
def test_description_agrees_with_itself_and_with_the_file(entry):
    """Both readers get the same limits: frictionless from the schema, kzreport from the keys of its own."""
    content = (DATA / entry["path"]).read_bytes()
    d = describe_series(entry["name"])
    fields = {f["name"]: f for f in entry["schema"]["fields"]}
    assert entry["hash"] == "sha256:" + sha256(content).hexdigest()
    assert entry["bytes"] == len(content)
    assert entry["path"] == f"{entry['name']}.csv"
    assert entry["title"] == entry["titles"]["en"]
    limits = fields["value"]["constraints"]
    assert [limits["minimum"], limits["maximum"]] == entry["range"]
    assert set(entry["schema"]["primaryKey"]) == {"period", "published", *d.dimensions}
    pattern = fields["period"]["constraints"]["pattern"]
    if d.frequency == "mixed":
        assert all(re.search(pattern, EXAMPLES[k]) for k in {o.period.frequency for o in rows(d.name)})
    else:
        assert pattern == PERIODS[d.frequency]
    assert all("\n" not in c and c == c.strip() for caveat in d.caveats for c in caveat.values())
    # what became known after the first figure has a day from which it holds
    published = min(row["published"] for row in csv.DictReader(content.decode().splitlines()))
    for caveat in d.caveats:
        years = {year for c in (caveat["fr"], caveat["en"]) for year in re.findall(r"\b20\d\d\b", c)}
        assert [year for year in years if year > caveat.get("since", published)[:4]] == []


@pytest.mark.parametrize("name", TABLES)
def test_table_loads(name):
    series = load_series(name, AS_OF)
    assert len(series) > 0
    assert series.last is not None


@pytest.mark.parametrize("name", TABLES)
def test_slugs_have_names(name):
    d = describe_series(name)
    for kind, key in (("publishers", "publisher"), ("scopes", "scope")):
        for slug in d.enums.get(key, ()):
            assert set(names_of(kind)[slug]) == {"fr", "en"}, slug
    assert d.publisher is not None or "publisher" in d.dimensions


@pytest.mark.parametrize(("kind", "key"), [("publishers", "publisher"), ("scopes", "scope")])
def test_names_are_used(kind, key):
    used = {slug for name in TABLES for slug in describe_series(name).enums.get(key, ())}
    used |= {str(read_yaml(DATA / f"{name}.yml").get(key, "")) for name in TABLES} - {""}
    assert set(names_of(kind)) == used


def test_what_cards_share_is_used():
    """Every licence, way of access, publication rule and column is one of some card."""
    cards = [read_yaml(DATA / f"{name}.yml") for name in TABLES]
    shared = read_yaml(DATA / "publishers.yml")
    for kind, key in (("licences", "licence"), ("access", "access"), ("publication", "publication")):
        assert set(shared[kind]) == {card[key] for card in cards}, kind
    columns = {column: about for card in cards for column, about in card.get("columns", {}).items()}
    assert set(read_yaml(DATA / "columns.yml")["columns"]) <= set(columns)


@pytest.mark.parametrize("name", TABLES)
def test_publication_follows_the_declared_lag(name):
    """No estimated date precedes what the description says: it would show a figure before it was there."""
    d = describe_series(name)
    rule = d.publication
    assert rule["kind"] in ("recorded", "estimated", "mixed")
    assert rule["kind"] != "mixed" or "dated" in d.columns
    for o in rows(name):
        dated = o.dims.get("dated") or rule["kind"]
        if dated == "estimated" and "lag_days" in rule:
            origin = o.period.start if rule["from"] == "start" else o.period.end
            due = origin + timedelta(days=rule["lag_days"])
            assert o.published >= due or "plan" in o.dims.values()
            if rule["kind"] == "estimated" and o.published < date(2026, 9, 1):
                assert o.published == due, "no day was recorded before the second collection"
        elif (
            dated == "estimated" and name == "inflation_target"
        ):  # no release: a target holds from the year's first day
            assert o.published == o.period.start
        elif dated == "estimated":
            assert o.published in d.vintages
        assert date(2000, 1, 1) <= o.published <= date(2026, 12, 31)


@pytest.mark.parametrize("name", TABLES)
def test_vintages_are_those_of_the_rows(name):
    d = describe_series(name)
    if d.vintages:
        assert {o.published for o in rows(name)} <= set(d.vintages)
        assert list(d.vintages) == sorted(set(d.vintages))


def test_a_vintage_adds_revisions_only():
    """A row repeated in a later vintage would make a revision of what was not revised."""
    for name in (n for n in TABLES if describe_series(n).vintages):
        before: dict[tuple[object, ...], tuple[float | None, str]] = {}
        for o in rows(name):
            key = (*(o.dims[k] for k in describe_series(name).dimensions), o.period)
            stated = o.value, o.dims.get("kind", "")
            assert before.get(key, "absent") != stated, (name, *key)
            before[key] = stated


# --- what the figures must satisfy -------------------------------------------------------------------------------


@pytest.mark.parametrize(("total", "parts"), [("cpi_yy", "cpi_components_yy"), ("cpi_mm", "cpi_components_mm")])
def test_headline_lies_between_its_components(total, parts):
    by = defaultdict(list)
    for o in load_series(parts, AS_OF):
        by[o.period].append(o.value)
    found = 0
    for o in load_series(total, AS_OF):
        if len(by[o.period]) == 3:
            assert min(by[o.period]) <= o.value <= max(by[o.period]), o
            found += 1
    assert found > 50


def test_weights_sum_to_100():
    by = defaultdict(list)
    for o in load_series("cpi_weights", AS_OF):
        by[o.period].append(o.value)
    assert by
    for period, values in by.items():
        assert len(values) == 3, period
        assert sum(values) == pytest.approx(100, abs=0.051), period  # printed with one decimal


def test_twelve_monthly_changes_chain_to_the_annual_one():
    """Each index is printed with one decimal: twelve of them stray by 12 x 0.05 points, times some 1.1."""
    monthly = load_series("cpi_mm", AS_OF).values
    annual = load_series("cpi_yy", AS_OF).values
    found = 0
    for month, printed in annual.items():
        chain = 1.0
        months = [month.shift(-k) for k in range(12)]
        if all(m in monthly for m in months):
            for m in months:
                chain *= monthly[m] / 100
            assert 100 * chain == pytest.approx(printed, abs=0.75), month
            found += 1
    assert found > 150


def test_net_fdi_quarters_sum_to_the_years_of_the_central_bank():
    """Calendar years from quarters re-dated from the day after them; read as printed, 2021 would be 4,631."""
    quarters = load_series("fdi_net", AS_OF).values
    sums = defaultdict(list)
    for q, v in quarters.items():
        sums[q.year].append(v)
    assert {y: len(v) for y, v in sums.items() if y < 2026} == dict.fromkeys(range(2005, 2026), 4)
    years = {y: sum(v) for y, v in sums.items()}
    assert years[2021] == pytest.approx(3353, abs=1)
    assert years[2022] == pytest.approx(6542, abs=1)


def test_target_bands_have_both_ends_in_order():
    by = defaultdict(dict)
    for o in load_series("inflation_target", AS_OF):
        by[o.period][o.dims["bound"]] = o.value
    assert all(b["low"] <= b["high"] for b in by.values())
    assert Period.parse("2023") not in by


def test_decisions_are_published_on_their_day():
    for name in ("base_rate", "base_rate_scattered"):
        assert all(o.published == o.period.start for o in rows(name))
        assert all((4 * o.value) % 1 == 0 for o in rows(name)), "the bank moves in quarters of a point"


def test_peers_are_whole_in_the_latest_vintage():
    for name in (
        "wdi_fdi",
        "wdi_gdp",
        "wdi_growth",
        "wdi_gdp_capita",
        "wdi_trade",
        "wdi_population",
        "wdi_unemployment",
    ):
        for country in ("ARM", "BLR", "KAZ", "CHN", "KGZ", "MNG", "RUS", "TJK", "UZB"):
            periods = [o.period for o in load_series(name, AS_OF, country=country)]
            assert periods == list(periods[0].until(periods[-1])), (name, country)
            assert Period.parse("2024") in periods


def test_the_documents_own_figures_are_marked():
    found = {str(o.period): o.value for o in load_series("transit", AS_OF, kind="document")}
    assert found == {"2021": 444_000, "2023": 4_165_000}


def by_year(name: str) -> dict[int, float]:
    """Sums of the years of which all twelve months are there."""
    sums = defaultdict(list)
    for o in load_series(name, AS_OF):
        sums[o.period.year].append(o.value)
    return {y: sum(v) for y, v in sums.items() if len(v) == 12}


@pytest.mark.parametrize("flow", ["exports", "imports"])
def test_partners_stay_below_total_trade(flow):
    """The list of partners is partial: their sum comes near the total and never reaches it."""
    totals, parts = by_year(f"{flow}_monthly"), defaultdict(dict)
    for o in load_series(f"{flow}_by_partner", AS_OF):
        parts[o.period.year][o.dims["partner"]] = o.value
    assert set(totals) == set(range(2015, 2026))
    for year, total in totals.items():
        assert sum(parts[year].values()) < total, year
    for year in (2024, 2025):  # no partner is missing
        assert len(parts[year]) == 63
        assert sum(parts[year].values()) > 0.97 * totals[year]


def test_trade_of_known_years():
    for flow, sums in (("exports", (45.96, 36.74, 48.50, 61.11)), ("imports", (30.57, 25.38, 29.60, 33.66))):
        found = by_year(f"{flow}_monthly")
        assert [found[y] / 1000 for y in range(2015, 2019)] == pytest.approx(sums, abs=0.005)
    assert by_year("exports_monthly")[2024] == pytest.approx(81674.1, abs=0.05)
    assert by_year("imports_monthly")[2024] == pytest.approx(60398.0, abs=0.05)
    for partner, turnover in (("CHN", 30055.4), ("AFG", 636.51)):
        both = [
            o.value
            for f in ("exports", "imports")
            for o in load_series(f"{f}_by_partner", AS_OF, partner=partner)
            if str(o.period) == "2023"
        ]
        assert len(both) == 2
        assert sum(both) == pytest.approx(turnover, abs=0.05)


@pytest.mark.parametrize(
    ("flow", "partner"), [(f, p) for f in ("exports", "imports") for p in ("AFG", "CHN", "RUS", "TUR")]
)
def test_main_partners_have_every_year(flow, partner):
    found = load_series(f"{flow}_by_partner", AS_OF, partner=partner)
    assert [o.period.year for o in found] == list(range(2015, 2026))
    assert all((o.dims["publisher"] == "wits") == (o.period.year < 2020) for o in found)


def test_missing_partner_years_are_said():
    """Each year in which a partner of 2024 has no row is a period of an issue of that table."""
    for name in ("exports_by_partner", "imports_by_partner"):
        parts, said = defaultdict(set), {p.year for i in known_issues(AS_OF, frozenset({name})) for p in i.periods}
        for o in load_series(name, AS_OF):
            parts[o.period.year].add(o.dims["partner"])
        short = {y for y in parts if y >= 2020 and parts[2024] - parts[y]}
        assert short
        assert short <= said, name


def test_first_values_of_trade_stay_and_revisions_come_on_their_day():
    """The levels before and after give the printed revisions of exports."""
    before, after = load_series("exports_monthly", "2026-09-15"), load_series("exports_monthly", "2026-09-16")
    assert before.last == Period.parse("2026-06")
    assert after.values[Period.parse("2026-07")] == 10169.91274
    for o in load_series("exports_revisions", AS_OF):
        percent = 100 * (after.values[o.period] / before.values[o.period] - 1)
        assert percent == pytest.approx(o.value, abs=6e-5), o
    assert load_series("imports_monthly", "2026-09-14").last == Period.parse("2026-06")
    assert load_series("imports_monthly", "2026-09-15").values[Period.parse("2026-06")] == 5449.23416


def test_a_suspicion_ends_on_the_day_the_next_month_came():
    def told(day: str) -> set[str]:
        return {i.id for i in known_issues(day, frozenset({"exports_monthly", "cpi_components_yy", "reserves"}))}

    assert {"exports-2026-06", "exports-last-months", "cpi-components-2026-09"} & told("2026-09-16") == set()
    assert {"exports-2026-06", "exports-last-months"} <= told("2026-09-15")
    assert "exports-last-months-2026-07" in told("2026-09-16")
    assert "cpi-components-2026-09" in told("2026-10-07") - told("2026-10-08")
    assert "reserves-2026-06" in told("2026-10-09") - told("2026-10-10")


def test_september_2026_is_known_from_its_day_and_fits_its_groups():
    """The weights of the groups on their rates give the headline; before its day only the groups were known."""
    month, weights = Period.parse("2026-09"), {"food": 41.1, "nonfood": 28.4, "services": 30.5}
    assert month not in load_series("cpi_yy", "2026-10-07").values
    parts = {o.dims["component"]: o.value for o in load_series("cpi_components_yy", AS_OF) if o.period == month}
    implied = sum(weights[k] * v for k, v in parts.items()) / 100
    assert load_series("cpi_yy", "2026-10-08").values[month] == pytest.approx(implied, abs=0.05)


def test_no_forecast_of_oil_is_held_as_an_outcome():
    assert load_series("oil_price", AS_OF).last == Period.parse("2026-09")
    assert load_series("oil_price", "2026-10-07").last == Period.parse("2026-08")


def test_what_was_seen_earlier_than_the_usual_lag_says_so():
    known = [o for o in rows("expectations") if o.dims["dated"]]
    assert [(str(o.period), o.published.isoformat(), o.dims["dated"]) for o in known] == [
        ("2026-08", "2026-09-15", "recorded")
    ]


def test_euro_rate_is_euros_for_a_dollar():
    """Dollars for a euro would lie above one in these years."""
    values = [v for p, v in load_series("eur_per_usd", AS_OF).values.items() if p.year == 2024]
    assert len(values) == 12
    assert 12 / sum(values) == pytest.approx(1.0824, abs=0.001)


def test_addresses_are_https_pages_of_publishers_and_no_registry():
    text = "".join(p.read_text(encoding="utf-8") for p in DATA.rglob("*.*") if p.suffix != ".pyc")
    assert not re.search(r"pypi|pythonhosted|conda|npmjs|jfrog|artifactory|nexus|localhost|127\.0\.0\.1", text, re.I)
    for d in resources().values():
        for source in d.sources:
            assert source["title"].strip()
            assert re.fullmatch(r"https?://[a-z0-9.-]+\.[a-z]{2,}(/[^\s()<>]*)?", source.get("path", "https://a.kz")), (
                source
            )


def test_nothing_secret_nor_private():
    text = "".join(p.read_text(encoding="utf-8") for p in DATA.rglob("*.*") if p.suffix != ".pyc")
    assert not re.search(r"/home/|/root/|/work/|/tmp/|C:\\|api[_-]?key|token=|password", text, re.I)


def test_free_text_starts_no_formula():
    for name in TABLES:
        d = describe_series(name)
        for o in rows(name):
            assert not [v for k, v in o.dims.items() if k not in d.enums and v[0] in "=+-@\t"], o


# --- known faults ------------------------------------------------------------------------------------------------


def test_issues_are_about_observations_that_exist():
    """An issue that matches nothing is a misprint, but for those that say that something is missing."""
    found = known_issues(AS_OF)
    assert len(found) > 20
    for i in found:
        hits = [
            o
            for o in rows(i.series)
            if all(o.dims.get(k) in few for k, few in i.where.items())
            and (not i.periods or any(p.start <= o.period.end and o.period.start <= p.end for p in i.periods))
        ]
        missing = re.search("missing|not found|not established", i.text["en"])
        assert hits or missing, i.id
        if hits:
            assert i.since >= min(o.published for o in hits), f"{i.id} was known before what it is about"


def test_issue_texts():
    for i in known_issues(AS_OF):
        assert re.fullmatch(r"[a-z0-9-]+", i.id)
        for text in i.text.values():
            assert text.endswith("."), i.id
            assert "  " not in text, i.id
            assert text.replace("\u00a0", "").replace("\u202f", "").isprintable(), i.id
        assert i.text["fr"] != i.text["en"]


def test_an_issue_becomes_known_on_its_day():
    i = known_issues(AS_OF)[0]
    assert i.id in {x.id for x in known_issues(i.since)}
    assert i.id not in {x.id for x in known_issues(i.since - timedelta(days=1))}
