"""``kzreport revisions``: the figures of a record, what is refused, and the grid of vintages."""

import json
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzreport.commands import cli
from kzreport.errors import DataError, ParameterError
from kzreport.indicators import revisions
from kzreport.indicators.readings import series_from
from kzreport.series.known import load_series, load_vintages
from kzreport.series.resource import describe_series
from kzreport.series.revisions import parse_dimensions, record_lines, revision_record

DAY = date(2026, 9, 30)
VALUE = st.floats(-1000, 1000)
TABLES = st.lists(st.lists(VALUE | st.none(), min_size=4, max_size=4), min_size=2, max_size=4)


def known(tables, unit="percent"):
    """One series at several dates, a list of values (None: not given) for each."""
    rows = [{str(2020 + i): v for i, v in enumerate(row) if v is not None} for row in tables]
    made = [replace(series_from(row, unit), frequency="A") for row in rows]
    return [replace(s, as_of=date(2025, k, 1)) for k, s in enumerate(made, 1)]


# ---- arithmetic


@given(st.lists(st.tuples(VALUE, VALUE), min_size=1, max_size=8))
def test_means_are_in_order(pairs):
    """No mean exceeds the root of the mean square, which the largest bounds."""
    a, b = known([[x for x, _ in pairs], [y for _, y in pairs]], "musd")
    found = {k: r.value for k, r in revisions.revision_statistics(a, b).items()}
    assert abs(found["mean"]) <= found["mean_absolute"] + 1e-9 <= found["rms"] + 2e-9 <= abs(found["largest"]) + 3e-9
    swapped = {k: r.value for k, r in revisions.revision_statistics(b, a).items()}
    assert swapped["mean"] == pytest.approx(-found["mean"]) and swapped["rms"] == pytest.approx(found["rms"])


@given(st.lists(st.tuples(VALUE, VALUE), min_size=1, max_size=8))
def test_sign_changes_are_a_share_that_does_not_depend_on_the_order(pairs):
    a, b = known([[x for x, _ in pairs], [y for _, y in pairs]], "musd")
    r = revisions.sign_changes(a, b)
    assert (
        r.value
        == revisions.sign_changes(b, a).value
        == 100 * sum(min(x, y) < 0 < max(x, y) for x, y in pairs) / len(pairs)
    )


def test_statistics_need_a_revision_and_a_common_period():
    with pytest.raises(DataError, match="at least one"):
        revisions.statistics([])
    with pytest.raises(DataError, match="no common period"):
        revisions.sign_changes(*known([[1, None, None, None], [None, 1, None, None]]))


def test_printed_revisions_of_exports():
    """The figures of the public log: which months move, their mean and mean absolute value."""
    rows = load_series("exports_revisions", DAY)
    (step,) = revision_record("exports_revisions", DAY, {})["steps"]
    assert step["n"] == 6 and step["shown"] == 3 and step["largest_period"] == "2026-04"
    assert step["mean"] == pytest.approx(1.0842, abs=5e-4) and step["mean_absolute"] == pytest.approx(step["mean"])
    assert (step["lowest"], step["highest"]) == (min(rows.values.values()), max(rows.values.values()))
    assert step["range"] == pytest.approx(step["highest"] - step["lowest"])


# ---- the grid


@given(TABLES)
def test_a_grid_shows_what_moved_and_nothing_else(tables):
    series = known(tables)
    found = revisions.triangle(series, least=2)
    said = {(p, day): r.value for day, rows in found.items() for r in rows for p in [r.period]}
    for (p, day), value in said.items():
        source = next(s for s in series if s.as_of.isoformat() == day)
        assert source.values[p] == value
    shown = {p for p, _ in said}
    for p in {p for s in series for p in s.values} if found else ():
        path = [s.values for s in series if s.as_of.isoformat() in found]
        moved = any(p in a and p in b and revisions.shows(a[p], b[p], 1) for a, b in pairwise(path))
        assert moved == (p in shown)


def test_three_vintages_are_needed_and_noise_is_no_revision():
    assert revisions.triangle(known([[1, 2, 3, 4], [2, 2, 3, 4]])) == {}
    assert revisions.triangle(known([[1, 2, 3, 4], [1 + 1e-9, 2, 3, 4], [1, 2.04, 3, 4]])) == {}
    assert revisions.triangle(()) == {} and not revisions.summary(())["count"].ok
    assert not revisions.summary(known([[1, 2, 3, 4], [2, 2, 3, 4]]))["mean_absolute"].ok


def test_a_rescale_is_no_revision_and_begins_the_grid_anew():
    thousand = [[100.0, 200.0, 300.0, 400.0], [0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.3, 0.9], [0.1, 0.7, 0.3, 0.9]]
    series = known(thousand, "tonne")
    assert revisions.steps(series)[0].lookalike.kind == "rescaled_1000"
    found = revisions.triangle(known([[100, 200, 300, 400], [0.1, 0.2, 0.3, 0.4], [0.1, 1.2, 0.3, 0.4],
                                      [0.1, 1.2, 2.3, 0.4]], "index"))  # fmt: skip
    assert "2025-01-01" not in found and "2025-02-01" in found


def test_the_grid_of_average_inflation():
    """Kazakhstan: 2024 went from 4.9 to 8.8, then 8.7 %, and what the page says counts the same periods."""
    series = load_vintages("wdi_inflation", DAY, country="KAZ")
    found = revisions.triangle(series)
    assert list(found) == [d.isoformat() for d in describe_series("wdi_inflation").vintages]
    path = [r.value for rows in found.values() for r in rows if str(r.period) == "2024"]
    assert [round(v, 1) for v in path] == [4.9, 8.8, 8.7, 8.7]
    assert revisions.summary(series)["count"].value == len({r.period for rows in found.values() for r in rows})


# ---- the command


def test_the_record_is_the_difference_of_vintages(capsys, handlers):
    assert cli.main(["revisions", "wdi_inflation", "country=KAZ", "--as-of", "2026-09-30", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    vintages = [d.isoformat() for d in describe_series("wdi_inflation").vintages]
    assert [s["from"] for s in found["steps"]] == [*vintages[:-1], "first"]
    old, new = (load_series("wdi_inflation", d, country="KAZ").values for d in ("2025-12-17", "2026-05-01"))
    moved = [new[p] - old[p] for p in old]
    step = next(s for s in found["steps"] if s["from"] == "2025-12-17")
    assert step["n"] == len(moved) == 20 and step["shown"] == 2
    assert step["mean"] == pytest.approx(sum(moved) / 20)
    assert step["mean_absolute"] == pytest.approx(sum(map(abs, moved)) / 20)
    assert step["rmsr"] == pytest.approx((sum(v * v for v in moved) / 20) ** 0.5)
    assert step["largest"] == pytest.approx(min(moved)) and step["largest_period"] == "2023"
    assert step["sign_changes_percent"] == 0 and step["not_revisions"] is None


def test_the_table_says_the_same_as_the_json(capsys, handlers):
    assert cli.main(["revisions", "wdi_fdi", "country=KAZ", "--as-of", "2026-09-30"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "wdi_fdi country=KAZ, musd, as known on 2026-09-30"
    steps = revision_record("wdi_fdi", DAY, {"country": "KAZ"})["steps"]
    for line, step in zip(lines[2:], steps, strict=False):
        assert line.split()[:6] == [step["from"], step["to"], str(step["n"]), str(step["shown"]),
                                    f"{step['mean']:.2f}", f"{step['mean_absolute']:.2f}"]  # fmt: skip
    assert any("2016" in line for line in lines[6:])


def test_one_vintage_known_is_no_error(capsys, handlers):
    assert cli.main(["revisions", "wdi_fdi", "country=KAZ", "--as-of", "2019-01-01"]) == 0
    assert "vintages known: 1, needed: 2" in capsys.readouterr().out


def test_false_revisions_are_named_without_statistics():
    step = {"from": "a", "to": "b", "n": 3, "shown": None, "not_revisions": "quarter_mean", "largest_period": None}
    numbers = ("mean", "mean_absolute", "rmsr", "lowest", "highest", "range", "sign_changes_percent", "largest")
    found = {"series": "x", "dimensions": {}, "unit": "percent", "decimals": 1, "as_of": "2026-09-30", "vintages": []}
    lines = record_lines({**found, "steps": [step | dict.fromkeys(numbers)]})
    assert lines[-1] == "a to b: not revisions, the old values are explained by quarter_mean"
    assert lines[2].split()[3:] == ["-"] * 8


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["cpi_yy"],
            "of which one state is kept, expected one of exports_revisions, wdi_deflator, wdi_fdi, wdi_gdp, wdi_growth",
        ),
        (["fdi_net"], "of which one state is kept"),
        (["wdi_fdi"], "several figures for a period, expected a choice: country=AFG|"),
        (["wdi_fdi", "KAZ"], "expected dimension=value"),
        (["wdi_fdi", "country=KAZ", "country=UZB"], "each dimension once"),
        (["wdi_fdi", "country=XXX"], "expected one of AFG"),
        (["wdi_fdi", "partner=KAZ"], "dimension 'partner'"),
        (["nothing"], "no series 'nothing'"),
        (["wdi_fdi", "country=KAZ", "--as-of", "2026-02-30"], "a date such as"),
    ],
)
def test_what_is_refused(arguments, words, capsys, handlers):
    assert cli.main(["revisions", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_dimensions_are_text_of_one_form():
    for bad in (["=KAZ"], ["country="], ["country"]):
        with pytest.raises(ParameterError):
            parse_dimensions(bad)
