"""Each guard on a state sees a planted error, and none alarms on the figures that are held."""

import subprocess
import sys
import time
from dataclasses import replace
from datetime import date

import pytest

from kzreport.commands.checks import list_faults
from kzreport.errors import DataError
from kzreport.files import project_root
from kzreport.guards.relations import KINDS, all_relations
from kzreport.guards.state import check_state, demand_sound
from kzreport.guards.table import GUARDS
from kzreport.model import Observation
from kzreport.series.resource import describe_series
from kzreport.series.table import check_table

NOW = date(2026, 11, 26)
PAST = [
    date(2026, 9, 30),
    date(2025, 6, 30),
    date(2024, 6, 30),
    date(2022, 12, 31),
    date(2019, 6, 30),
    date(2016, 6, 30),
]


def rows(name: str) -> tuple[Observation, ...]:
    return check_table(describe_series(name))


def planted(name: str, period: str, change, **dims: str) -> list[Observation]:
    """The rows of a table in which the latest figure of a period is another one."""
    found = [
        i for i, o in enumerate(rows(name)) if str(o.period) == period and all(o.dims[k] == v for k, v in dims.items())
    ]
    changed = list(rows(name))
    changed[found[-1]] = replace(changed[found[-1]], value=change(changed[found[-1]].value))
    return changed


def guards_of(changed: dict, as_of: date = NOW) -> set[str]:
    return {f.guard for f in check_state(NOW, as_of, changed)}


@pytest.mark.parametrize("as_of", [NOW, *PAST], ids=str)
def test_nothing_held_alarms(as_of):
    assert [f.message for f in check_state(NOW, as_of)] == []


def test_no_month_end_since_2012_is_refused():
    months = [
        date(year, month, 28) for year in range(2012, 2027) for month in (3, 6, 9, 12) if (year, month) < (2026, 12)
    ]
    assert demand_sound(months) == []


PLANTED = {
    "chain": ("cpi_yy", "2026-08", lambda v: 108.9, {}),
    "between": ("cpi_yy", "2018-05", lambda v: v + 3, {}),
    "weighted": ("cpi_components_mm", "2024-05", lambda v: v + 1, {"component": "food"}),
    "sum": ("cpi_weights", "2024", lambda v: v + 1, {"component": "food"}),
    "within": ("exports_by_partner", "2024", lambda v: v * 1.3, {"partner": "CHN"}),
    "ratio": ("wdi_gdp_capita", "2015", lambda v: v * 1.01, {"country": "UZB"}),
    "same": ("wdi_inflation", "2019", lambda v: v + 2, {"country": "GEO"}),
    "turnover": ("reexport_readings", "2023", lambda v: v + 1000, {"flow": "exports", "partner": "KAZ"}),
    "revision": ("exports_revisions", "2026-04", lambda v: v + 1, {}),
    "bounds": ("inflation_target", "2019", lambda v: 9, {"bound": "low"}),
    "spike": ("oil_price", "2016-06", lambda v: 10 * v, {}),
    "repeat": ("usd_rate", "2019-06", lambda v: 380.013913, {}),
    "step": ("reserves", "2026-09", lambda v: 2 * v, {}),
}


OTHERS = {"twin", "unit", "after_today"}  # a test each


@pytest.mark.parametrize("guard", PLANTED)
def test_a_planted_error_is_seen(guard):
    name, period, change, dims = PLANTED[guard]
    if guard == "step":
        period = str(max(o.period for o in rows(name)))
    assert guard in guards_of({name: planted(name, period, change, **dims)})


def test_a_copied_table_is_seen():
    """One component in the place of another, and a whole table in the place of another of its unit."""
    food = [o for o in rows("cpi_components_yy") if o.dims["component"] == "food"]
    others = [o for o in rows("cpi_components_yy") if o.dims["component"] != "nonfood"]
    copied = [*others, *(replace(o, dims={"component": "nonfood"}) for o in food)]
    assert "twin" in guards_of({"cpi_components_yy": copied})
    assert "twin" in guards_of({"core_yy": rows("cpi_yy")[-45:]})
    assert {"chain", "between"} <= guards_of({"cpi_yy": [replace(o) for o in rows("cpi_mm")]})


def test_exchanged_components_are_seen():
    other = {"food": "services", "services": "food", "nonfood": "nonfood"}
    exchanged = [replace(o, dims={"component": other[o.dims["component"]]}) for o in rows("cpi_components_yy")]
    assert {"chain", "weighted"} & guards_of({"cpi_components_yy": exchanged})


def test_a_figure_of_tomorrow_is_told():
    last = rows("cpi_yy")[-1]
    late = [*rows("cpi_yy")[:-1], replace(last, published=date(2062, 10, 8))]
    assert [(f.severity, f.period) for f in check_state(NOW, NOW, {"cpi_yy": late}) if f.guard == "after_today"] == [
        ("warning", str(last.period))
    ]


def test_a_unit_that_contradicts_the_table_is_seen(home):
    home.entry("cpi_yy")["unit"] = "percent"
    home.describe()
    assert [(f.guard, f.series) for f in check_state(NOW) if f.guard == "unit"][:1] == [("unit", "cpi_yy")]
    home.entry("cpi_yy").update(unit="index_py100", range=[-1e9, 1e9])
    home.describe()
    assert "unit" in {f.guard for f in check_state(NOW)}


def test_a_finding_shows_its_arithmetic_and_what_to_do():
    found = check_state(NOW, NOW, {"cpi_yy": planted("cpi_yy", "2026-08", lambda v: 108.9)})
    message = next(f.message for f in found if f.guard == "chain")
    assert message == (
        "data/cpi_yy.csv, 2026-08 (guard 'chain'): found 108.9, where the twelve changes of cpi_mm to it make 109.92, "
        "expected at most 0.45 between them, found 1.02; compare the figures with their source; if they are true, "
        "excuse them in data/issues.yml with the reason."
    )


def test_an_issue_excuses_with_its_reason_and_a_wrong_name_is_refused(home):
    home.write("data/cpi_yy.csv", (home.data / "cpi_yy.csv").read_bytes().replace(b"2026-08,109.8", b"2026-08,108.9"))
    home.put("cpi_yy", (home.data / "cpi_yy.csv").read_bytes())
    assert {f.guard for f in check_state(NOW)} == {"chain", "weighted"}
    with pytest.raises(DataError, match="guard 'chain'"):
        demand_sound([NOW])
    assert any("guard 'chain'" in fault for fault in list_faults())
    issues = (home.data / "issues.yml").read_text(encoding="utf-8")
    excuse = '\n- id: odd\n  series: cpi_yy\n  periods: ["2026-08"]\n  kind: checked\n  excuses: [{}]\n'
    excuse += '  since: "2026-09-02"\n  fr: "Lu deux fois."\n  en: "Read twice."\n'
    home.write("data/issues.yml", issues + excuse.format("chain, weighted"))
    assert check_state(NOW) == []
    home.write("data/issues.yml", issues + excuse.format("chian"))
    with pytest.raises(DataError, match=r"issues\.yml, odd, key 'excuses': found chian"):
        check_state(NOW)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("kind: cahin", "kind"),
        ("kind: chain\n  total: cpi_yyy\n  parts: cpi_mm\n  tolerance: 1", "a table of data/"),
        ("kind: chain\n  total: cpi_yy\n  parts: cpi_mm\n  tolerance: much", "a number"),
        ("kind: chain\n  total: cpi_yy\n  part: cpi_mm\n  tolerance: 1", "the key 'part'"),
        ("kind: sum\n  parts: cpi_weights\n  by: group\n  equals: 100\n  tolerance: 1", "the column 'group'"),
        (
            "kind: turnover\n  series: reexport_readings\n  by: flow\n  total: turnover\n  parts: [exports, import]\n"
            "  besides: [goods]\n  tolerance: 1",
            "flow: 'import', expected one of exports, imports, turnover",
        ),
        (
            "kind: bounds\n  series: inflation_target\n  by: bound\n  low: least\n  high: upper\n  tolerance: 0",
            "'least', expected one of",
        ),
        (
            "kind: same\n  first: {series: wdi_growth}\n  second: {series: wdi_growth}\n  by: country\n"
            "  but_not: [XX]\n  tolerance: 0",
            "country: 'XX'",
        ),
    ],
)
def test_relations_are_strict(home, entry, words):
    home.write("data/relations.yml", f"- {entry}\n")
    with pytest.raises(DataError, match=words):
        all_relations()


def test_every_kind_of_relation_is_in_use_and_in_the_table():
    assert {r.guard for r in all_relations()} == KINDS.keys()
    assert KINDS.keys() < GUARDS.keys()
    assert {g.name for g in GUARDS.values() if g.looks_at == "state"} == {
        *KINDS,
        *PLANTED,
        "twin",
        "unit",
        "after_today",
    }


def test_guards_are_quick_and_need_no_pandas():
    """Beside reading the tables, which every run does: 0.2 s where it was measured; more on a busy machine."""
    check_state(NOW)
    begun = time.perf_counter()
    check_state(NOW, date(2026, 11, 1))
    assert time.perf_counter() - begun < 2
    code = "import sys, kzreport.guards.state, kzreport.guards.change; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=project_root(), check=True)
    assert done.stdout.strip() == "False"
