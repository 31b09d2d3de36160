"""What stands over a chart is a figure that the chart draws."""

from __future__ import annotations

import pytest

from kzreport.charts.describe import HEADER
from kzreport.pages.page import Page


def drawn(output) -> list[dict[str, str]]:
    """Return the rows that a chart draws, by their header."""
    rows = [line.split(",") for line in output.csv.splitlines()]
    return [dict(zip(rows[0], row, strict=False)) for row in rows[1:] if rows[0] == list(HEADER)]


@pytest.mark.parametrize("as_of", ["2024-06-30", "2026-09-30"])
def test_the_finding_on_coverage_is_the_last_point_and_the_one_a_year_before(shown, as_of):
    from kzreport.views import partners

    page = Page("partners", lang="en", as_of=as_of)

    page.chart("coverage", "lines", partners.coverage, finding=partners.covered)
    found, rows = page.read(partners.covered), drawn(shown[-1])
    if found is None:
        assert shown[-1].finding == ""
        return
    by = {r["period"]: float(r["value"]) for r in rows}
    assert by[max(by)] == pytest.approx(found["now"].value) and f"{found['now'].value:.1f}%" in shown[-1].finding
    assert by[str(found["now"].period.shift(-12))] == pytest.approx(found["before"].value)
    assert ("up from" in shown[-1].finding) is (found["change"].value > 0)


def test_the_finding_on_the_path_ahead_is_where_its_lines_end(shown):
    from kzreport.views import inflation

    page = Page("inflation", lang="en", as_of="2026-09-30")

    page.chart("ahead", "lines", inflation.ahead, finding=inflation.ends_ahead)
    ends = {r["group"]: float(r["value"]) for r in drawn(shown[-1])}
    for group in ("pace_same_month_mean", "pace_target"):
        assert f"{ends[group]:.1f}%" in shown[-1].finding.replace("\u00a0", " ")
