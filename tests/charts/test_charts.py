"""Charts: what is drawn is what is said and what is kept as text; the house style holds."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font

from kzreport.charts.bars import stacked
from kzreport.charts.canvas import Canvas, spread
from kzreport.charts.chart import POINTS, WIDTH, draw, rows
from kzreport.charts.colours import ACCENT
from kzreport.charts.describe import HEADER
from kzreport.charts.grids import heat
from kzreport.charts.kinds import KINDS, plot_kind
from kzreport.charts.lines import runs
from kzreport.charts.markers import pairs
from kzreport.charts.picture import check_picture
from kzreport.charts.style import settings as style
from kzreport.errors import PageError
from kzreport.language.words import Words
from kzreport.model import Period, Reading, Status

FR, EN = Words("fr"), Words("en")


def months(values, unit="percent", start="2024-01", **rest):
    p = Period.parse(start)
    return tuple(
        Reading("x", v, unit, p.shift(k), **rest) if v is not None else Reading.missing("x", unit, p.shift(k), **rest)
        for k, v in enumerate(values)
    )


def years(values, unit="musd", **rest):
    return tuple(Reading("x", float(v), unit, Period.parse(str(y)), **rest) for y, v in values.items())


GROUPS = {
    "multiples": {"KAZ": months([1, 2, 4, 3]), "RUS": months([2, 2, -1, 0])},
    "lines": {"KAZ": months([1, 2, None, 4, 3]), "RUS": months([2, 2, 2, -1, 0])},
    "editions": {
        "total": years({2020: 6.8, 2021: 8.0, 2022: 15.0}, "percent"),
        "2020-10-14": years({2020: 6.8, 2021: 6.2, 2022: 5.0}, "percent"),
        "2021-10-13": years({2021: 7.5, 2022: 6.5, 2023: 5.0}, "percent"),
        "2022-10-12": years({2021: 8.0, 2022: 14.0, 2023: 11.3}, "percent"),
    },
    "bars": {"KAZ": months([100, -200, 300], "musd", "2024-01")},
    "stacked": {
        "food": months([1.0, 2.0], "points"),
        "services": months([-0.5, 1], "points"),
        "total": months([0.5, 3], "points"),
    },
    "dots": {"titr": years({2021: 586_000, 2022: 1.5e6}, "tonne"), "ktz": years({2021: 6e5}, "tonne")},
    "slopes": {"KAZ": years({2022: 31.0, 2025: 33.5}, "percent"), "RUS": years({2022: 31.1, 2025: 20}, "percent")},
    "pairs": {"2022-01/2022-07": years({2021: 3e5, 2022: 8e5}, "tonne")},
    "heat": {
        "2025-01-01": years({2022: 8.8, 2023: 5.0}, "percent"),
        "2025-06-01": years({2022: 8.6, 2023: 5.04, 2024: 3.0}, "percent"),
    },
    "ranks": {"food": years({2021: 4e5}, "tonne", item="titr"), "services": years({2021: 3e5}, "tonne", item="ktz")},
}


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("words", [FR, EN], ids=["fr", "en"])
def test_every_kind_is_drawn_and_described(kind, words):
    drawn = draw(kind, GROUPS[kind], words, title="T", source="S")
    assert check_picture(drawn.svg, kind)
    _, _, width, height = map(float, ET.fromstring(drawn.svg).attrib["viewBox"].split())
    assert width == pytest.approx(WIDTH * POINTS) and height > 75
    assert len(drawn.rows) == sum(len(g) for g in GROUPS[kind].values())
    for name in GROUPS[kind]:
        assert words.label(name) in drawn.description
    assert drawn.description.startswith("T – ") and "{" not in drawn.description


def test_the_same_readings_give_the_same_bytes_and_others_do_not():
    one = draw("lines", GROUPS["lines"], FR, title="T", source="S")
    again = draw("lines", GROUPS["lines"], FR, title="T", source="S")
    moved = {**GROUPS["lines"], "KAZ": months([1, 2, None, 4, 3.1])}
    other = draw("lines", moved, FR, title="T", source="S")
    assert one == again
    assert one.rows != other.rows and one.svg != other.svg


def test_a_gap_breaks_a_line():
    whole, broken = months([1, 2, 3, 4]), months([1, 2, None, 4])
    skipped = (*months([1, 2]), *months([4], start="2024-04"))
    assert [len(r) for r in runs(whole)] == [4]
    assert [len(r) for r in runs(broken)] == [2, 1]
    assert [len(r) for r in runs(skipped)] == [2, 1]


def test_stacked_bars_and_line_meet():
    parts = {"food": months([1.0, 2.0], "points"), "residual": months([0.2, -0.1], "points")}
    total = months([1.2, 1.9], "points")
    ax = Figure().add_subplot()
    stacked(Canvas(ax, EN, "points"), {**parts, "total": total})
    tops = {}
    for bar in ax.patches:
        tops[round(bar.get_x(), 6)] = tops.get(round(bar.get_x(), 6), 0) + bar.get_height()
    assert sorted(tops.values()) == pytest.approx(sorted(r.value for r in total))


def test_two_units_never_share_an_axis():
    with pytest.raises(PageError, match="one unit on one axis"):
        draw("lines", {"KAZ": months([1, 2]), "RUS": months([1, 2], "points")}, FR, title="T", source="S")


@pytest.mark.parametrize("groups", [{}, {"KAZ": ()}, {"KAZ": months([None])}])
def test_nothing_to_draw_is_an_error(groups):
    with pytest.raises(PageError, match="no value"):
        draw("lines", groups, FR, title="T", source="S")


def test_unknown_kind_names_the_choices():
    with pytest.raises(PageError, match=r"one of lines, .*bars, .*heat"):
        draw("pie", GROUPS["lines"], FR, title="T", source="S")
    with pytest.raises(PageError, match="chart: found 'pie'"):
        plot_kind("pie")


def test_editions_are_told_by_the_outcome_the_latest_and_how_far_back_they_go():
    said = draw("editions", GROUPS["editions"], EN, title="T", source="S").description.replace("\u00a0", " ")
    assert "Earlier editions from 14 October 2020 to 13 October 2021; those of 2020, 2021 are drawn." in said
    assert "12 October 2022" in said and "14.0%" in said
    few = {k: v for k, v in GROUPS["editions"].items() if k in ("total", "2020-10-14", "2022-10-12")}
    said = draw("editions", few, FR, title="T", source="S").description
    assert "antérieures" not in said and "14\u00a0octobre 2020" in said, "one earlier edition is told in full"


def test_every_kind_is_tested():
    assert GROUPS.keys() == KINDS.keys()


def test_labels_and_axis_share_their_scale():
    figure = Figure()
    canvas = Canvas.fit(figure.add_subplot(), FR, "musd", 17_000)
    assert canvas.unit == "billion_usd"
    assert canvas.value(Reading("x", 3069.96, "musd", Period.parse("2026"))) == "3,1"
    assert Canvas.fit(figure.add_subplot(), FR, "percent", 17_000).unit == "percent"


def test_an_axis_of_things_that_are_counted_has_whole_numbers():
    for unit, whole in (("count", True), ("percent", False)):
        axes = Figure().add_subplot()
        axes.set_xlim(0, 1.2)
        Canvas(axes, EN, unit).number_axis("x")
        assert all(float(t).is_integer() for t in axes.get_xticks()) is whole


def test_status_stays_in_the_rows():
    gone = Reading.missing("x", "percent", Period.parse("2025"), Status.SIGN_CHANGE)
    assert rows({"KAZ": [gone]}) == (("KAZ", "", "2025", "", "percent", "sign_change", "", "", ""),)


def test_rows_name_their_series_and_basis():
    share = years({2025: 12.5}, "percent", basis="exports", inputs=("exports", "gdp"), estimated=True)
    row = ("KAZ", "", "2025", "12.5", "percent", "ok", "yes", "exports gdp", "exports")
    assert rows({"KAZ": share}) == (row,)
    assert len(row) == len(HEADER)


@settings(max_examples=50)
@given(st.lists(st.floats(0, 10), min_size=1, max_size=8), st.floats(0.1, 1.0))
def test_labels_are_apart_and_in_order(wanted, gap):
    placed = spread(wanted, gap, -20, 30)
    ordered = [p for _, p in sorted(zip(wanted, placed, strict=True))]
    assert all(b - a >= gap - 1e-6 for a, b in pairwise(ordered)) or len(set(wanted)) < len(wanted)
    ranked = sorted(placed)
    assert all(b - a >= gap - 1e-6 for a, b in pairwise(ranked))


def test_an_unscaled_chart_keeps_the_smallest_figures():
    """5,403 tonnes beside 3.4: in thousands the second would be nought."""
    masses = {"shipped": [Reading("x", v, "tonne", Period.parse("2025"), item=k, digits=1) for k, v in
                          (("AFG", 5403.0), ("KGZ", 3.4))]}  # fmt: skip
    drawn = [draw("ranks", masses, EN, title="T", source="S", scaled=s) for s in (True, False)]
    assert drawn[0].svg != drawn[1].svg and drawn[0].rows == drawn[1].rows
    canvas = Canvas(Figure().add_subplot(), EN, "tonne")
    assert canvas.value(masses["shipped"][1]) == "3.4"


def test_a_grid_tints_only_what_moved_and_says_it_in_figures():
    ax = Figure().add_subplot()
    heat(Canvas(ax, EN, "percent"), GROUPS["heat"])
    cells = {(round(cell.get_x()), round(cell.get_y())): cell.get_facecolor() for cell in ax.patches}
    assert {place: colour[3] for place, colour in cells.items()} == {
        (0, 0): 0.0,
        (0, 1): 0.0,
        (1, 0): pytest.approx(0.5),
        (1, 1): 0.0,
        (1, 2): 0.0,
    }  # column of the vintage, row of the year: 2022 alone moved, 2023 by less than is shown
    assert cells[1, 0][:3] == to_rgb(ACCENT)  # down
    texts = [t.get_text() for t in ax.texts]
    assert "8.6\u00a0\u00a0(\u22120.2)" in texts and "5.0" in texts
    described = draw("heat", GROUPS["heat"], EN, title="T", source="S").description.replace("\u00a0", " ")
    assert "2022: 8.8% (1 January 2025), 8.6% (1 June 2025); 2023: 5.0% (1 January 2025);" in described


@given(st.floats(0.06, 5))
@settings(max_examples=20)
def test_the_scale_of_a_grid_is_symmetric(move):
    """The same revision up and down is tinted alike, in the two colours."""
    ax = Figure().add_subplot()
    grid = {"2025-01-01": years({2022: 10, 2023: 10}, "percent"),
            "2025-06-01": years({2022: 10 + move, 2023: 10 - move}, "percent")}  # fmt: skip
    heat(Canvas(ax, EN, "percent"), grid)
    up, down = (cell.get_facecolor() for cell in ax.patches[2:])
    assert up[3] == pytest.approx(down[3]) and up[:3] != down[:3]


def test_two_reporters_are_told_apart_in_words():
    ax = Figure().add_subplot()
    canvas = Canvas(ax, EN, "musd")
    pairs(canvas, {"2022": years({2022: 3}) + years({2023: 4})}, ends=("CHN", "KAZ"))
    assert list(canvas.keys) == ["○ China", "● Kazakhstan"]


def test_the_font_of_charts_has_the_signs_of_both_languages():
    font = get_font(findfont(style()["font.family"]))
    assert not {c for c in "ᵉʳ°×−–’«»“”‘\u00a0\u202f" if ord(c) not in font.get_charmap()}
