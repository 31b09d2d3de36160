"""Charts do not mislead: no line flattened or tangled, no bar missing unsaid, no label apart from what it names."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from matplotlib.figure import Figure
from measured import contrast, faults

from kzreport.charts.bars import bars
from kzreport.charts.canvas import Canvas
from kzreport.charts.chart import draw
from kzreport.charts.colours import ACCENT, COLOURS, INK, MUTED, NAMES, PALETTE, VINTAGES
from kzreport.charts.grids import heat
from kzreport.charts.lines import is_estimate, lines, runs
from kzreport.charts.markers import ranks
from kzreport.charts.multiples import flattening, multiples
from kzreport.charts.picture import phone_picture
from kzreport.charts.style import DASHES
from kzreport.language.words import Words
from kzreport.model import Period, Reading

EN, FR = Words("en"), Words("fr")


def years(first, *heights, unit="percent", **rest):
    start = Period.parse(str(first))
    return tuple(Reading("x", float(v), unit, start.shift(n), **rest) for n, v in enumerate(heights) if v is not None)


def canvas(words=EN, unit="percent"):
    return Canvas(Figure(figsize=(7.6, 4)).add_subplot(), words, unit)


def in_ink(picture):
    return re.sub(r"var\(--c-([\w-]+)\)", lambda m: COLOURS[m[1]][0], picture)


def said(plot: Canvas) -> list[str]:
    return [t.get_text().replace("\u00a0", " ") for ax in plot.ax.figure.axes for t in ax.texts]


COUNTRIES = {"KAZ": years(2020, 2, 3, 4), "RUS": years(2020, 3, 3, 2), "UZB": years(2020, 5, 6, 7),
             "KGZ": years(2020, 3, 4), "MNG": years(2020, 90, -40, 60)}  # fmt: skip


def test_countries_stand_side_by_side_on_one_scale():
    plot = canvas()
    multiples(plot, COUNTRIES, highlight="KAZ")
    drawn = {n: ax for n, ax in zip(COUNTRIES, plot.ax.figure.axes[1:], strict=True)}
    common = {drawn[n].get_ylim() for n in COUNTRIES if n != "MNG"}
    assert len(common) == 1 and next(iter(common))[0] == 0.0, "one scale, from zero"
    assert drawn["MNG"].get_ylim() not in common and said(plot).count("own scale") == 1
    assert "Kyrgyzstan 4.0 (2021)" in said(plot), "a line that stops early says when"
    assert {len([x for x in drawn[n].lines if len(x.get_xdata()) == 3]) for n in ("RUS", "UZB")} == {2}, "and KAZ"


@pytest.mark.parametrize("count", [1, 2, 7, 9])
@pytest.mark.parametrize("heights", [(3.0,), (1.0, 2.0, 3.0)])
def test_small_multiples_of_any_number_are_whole(count, heights):
    names = ["KAZ", "RUS", "UZB", "KGZ", "MNG", "TJK", "TKM", "AZE", "CHN"][:count]
    groups = {n: years(2020, *(h + k for h in heights)) for k, n in enumerate(names)}
    svg = draw("multiples", groups, FR, title="T", source="S", highlight="KAZ").svg
    assert faults(svg) == []
    assert ("Kazakhstan, aussi dans les autres cadres" in svg) is (count > 1)


MONTHS = [5.0 + n % 7 for n in range(90)]


def months(first, *heights):
    start = Period.parse(first)
    return tuple(Reading("x", float(v), "percent", start.shift(n)) for n, v in enumerate(heights))


def test_long_series_stand_two_abreast_with_what_is_scattered_in_one_of_them():
    """Five of them on one plot were a tangle."""
    groups = {"KAZ": months("2019-01", *MONTHS), "RUS": months("2019-01", *MONTHS[3:]), "food": months("2024-10", 9, 8),
              "KGZ": months("2024-10", 7, 8)}  # fmt: skip
    points = {"food_medicines": (*months("2020-03", 12), *months("2022-02", 10))}
    plot = canvas()
    multiples(plot, groups, highlight="KAZ", points=points)
    plots = plot.ax.figure.axes[1:]
    assert len({round(ax.get_position().x0, 3) for ax in plots}) == 2
    assert [sum(len(c.get_offsets()) for c in ax.collections) for ax in plots] == [0, 0, 2, 0]
    assert [t.get_text() for t in plots[0].get_xticklabels()] == ["2020", "2022", "2024", "2026"]
    drawn = draw("multiples", groups, FR, title="T", source="S", highlight="KAZ", points=points,
                 extra=points)  # fmt: skip
    anew = ET.fromstring(in_ink(phone_picture(drawn.svg, "x")))
    assert faults(drawn.svg) == [] and len({e.get("x") for e in anew if "panel" in e.get("href", "")}) == 2
    assert f"○ {FR.label('food_medicines')}" in {e.text for e in anew.iter()}


def test_points_without_their_plot_stand_beside_what_all_are_compared_with():
    plot = canvas()
    multiples(plot, {"KAZ": months("2019-01", *MONTHS), "RUS": months("2019-01", *MONTHS)}, highlight="KAZ",
              points={"food_medicines": months("2020-03", 12)})  # fmt: skip
    assert [sum(len(c.get_offsets()) for c in ax.collections) for ax in plot.ax.figure.axes[1:]] == [1, 0]


@pytest.mark.parametrize("least", [-3.5, 0.0, 0.02])
def test_a_marker_keeps_clear_of_the_name_of_its_row(least):
    groups = {"food": years(2020, 34.1, item="KAZ"), "services": years(2020, least, item="ministry_transport_kaz")}
    assert faults(draw("ranks", groups, EN, title="T", source="S").svg) == []
    pairs = {"ministry_transport_kaz": years(2020, 10 * least, 5), "KAZ": years(2020, 3, 4)}
    assert faults(draw("pairs", pairs, EN, title="T", source="S").svg) == []


def test_keys_stand_clear_of_the_labels_of_the_axis():
    """The highest label reaches over the plot, under the first key."""
    groups = {"titr": years(2022, 4.8, 9.1, 9, 12.7), "ktz": years(2022, 2, 5, 3.5, 5.6)}
    assert faults(draw("dots", groups, FR, title="T", source="S").svg) == []


def test_revisions_up_and_down_are_told_apart_without_colour():
    plot = canvas()
    heat(plot, {"2025-01-01": years(2020, 1, 2), "2025-06-01": years(2020, 3, 1)})
    assert {key[0] for key in plot.keys} >= {"+", "−"}
    assert {"3.0\n(+2.0)", "1.0\n(−1.0)"} <= {t.replace("  ", "\n") for t in said(plot)}


def test_only_what_flattens_all_others_has_a_scale_of_its_own():
    kept = {n: list(g) for n, g in COUNTRIES.items()}
    assert flattening(kept, "KAZ") == ("MNG",)
    assert flattening(kept, "MNG") == (), "what is shown beside all others never"
    assert flattening({n: g for n, g in kept.items() if n != "MNG"}, "KAZ") == ()


def test_a_year_without_a_bar_is_nought_or_unknown_and_says_which():
    plot = canvas(FR, "musd")
    bars(plot, {"food": years(2020, 5, 0, None, 3, unit="musd")})
    marks = {round(t.xy[0]): t.get_text() for t in plot.ax.texts if hasattr(t, "xy") and t.xy[1] == 0}
    assert marks == {2021: "0", 2022: "×"} and list(plot.keys) == ["× aucun chiffre détenu"]
    whole = canvas(FR, "musd")
    bars(whole, {"food": years(2020, 5, 2, 3, unit="musd")})
    assert not whole.keys


def test_an_estimated_bar_is_hatched_and_the_key_says_so():
    plot = canvas(unit="musd")
    bars(plot, {"food": (*years(2020, 5, 4, unit="musd"), *years(2022, 3, unit="musd", estimated=True))})
    assert [bool(bar.get_hatch()) for bar in plot.ax.patches] == [False, False, True]
    assert list(plot.keys) == ["▨ estimate"]


def test_a_line_is_dotted_where_it_leads_to_an_estimate():
    path = (*years(2020, 1, 2, 3), *years(2023, 4, 5, estimated=True))
    assert [(len(run), is_estimate(run)) for run in runs(path)] == [(3, False), (3, True)]


def test_a_target_is_labelled_in_each_of_its_parts():
    plot = canvas()
    steps = {"low": years(2020, 4, 4, None, 5, 5, 5), "high": years(2020, 6, 6, None, 5, 5, 5)}
    lines(plot, {"KAZ": years(2020, 5, 6, 7, 8, 9, 9)}, steps=steps)
    assert [t for t in said(plot) if t.startswith("target")] == ["target: 4.0 to 6.0%", "target: 5.0%"]


def test_stages_of_one_shipment_share_their_row():
    plot = canvas(unit="tonne")
    groups = {"delivered": [Reading("x", v, "tonne", Period.parse("2023-10"), item=k, digits=d)
                            for k, v, d in (("AFG", 1662.0, 0), ("KGZ", 3.4, 2), ("RUS", 1.5, 1))],
              "shipped": [Reading("x", 1659.0, "tonne", Period.parse("2023-10"), item="AFG", digits=0)]}  # fmt: skip
    ranks(plot, groups)
    rows = [t.get_text() for t in plot.ax.get_yticklabels()]
    assert rows == ["Russia", "Kyrgyzstan", "Afghanistan"], "no label twice"
    assert {"● 1,662    □ 1,659", "3.4", "1.5"} <= set(said(plot)), "3.4 beside 1.5, not 3.40"


def test_a_figure_below_zero_is_not_struck_through():
    plot = canvas()
    ranks(plot, {"food": years(2020, -3.5, item="KAZ"), "services": years(2020, 9.2, item="RUS")})
    (label,) = [t for t in plot.ax.texts if t.get_text().startswith("−")]
    assert label.xy[0] >= 0.0


@pytest.mark.parametrize(("heights", "above"), [((4.4, 5.1, 4.6), True), ((0.5, 5.1), False), ((-1, 5), False)])
def test_an_axis_that_does_not_begin_at_zero_says_so(heights, above):
    drawn = draw("lines", {"KAZ": years(2020, *heights)}, EN, title="T", source="S")
    assert ("the axis does not begin at zero" in drawn.measure) is above


def test_a_line_that_stops_early_is_named_in_the_column_with_its_day():
    plot = canvas()
    lines(plot, {"KAZ": years(2015, *range(1, 11)), "RUS": years(2015, 4, 5, 6)})
    (early,) = [t for t in plot.ax.texts if t.get_text().startswith("Russia")]
    assert early.get_text() == "Russia\n6.0 (2017)" and early.get_position()[0] > plot.ax.get_xlim()[1]


@pytest.mark.parametrize("size", [(1, 2, 3), (1, 1.01, 1.02), (5, 5, 5)])
@pytest.mark.parametrize("words", [EN, FR], ids=["en", "fr"])
def test_labels_of_lines_that_end_together_do_not_touch(size, words):
    groups = {n: years(2015, 1, 2, v) for n, v in zip(("KAZ", "RUS", "UZB"), size, strict=True)}
    assert faults(draw("lines", groups, words, title="T", source="S").svg) == []


def test_a_peak_at_the_end_does_not_meet_the_label_of_its_line():
    path = years(2015, 1, 2, 3, 4, 9, 8.5)
    drawn = draw("lines", {"KAZ": path}, EN, title="T", source="S", mark=path[4])
    assert faults(drawn.svg) == []


def test_a_few_editions_are_drawn_and_each_is_named_where_no_line_is():
    days = {f"{y}-{m:02}-15": years(y, 6, 5 + y % 3, 4, 4, 4) for y in range(2015, 2026) for m in (4, 10)}
    drawn = draw("editions", {"KAZ": years(2010, *range(16)), **days}, EN, title="T", source="S")
    assert faults(drawn.svg) == []
    assert len([c for c in VINTAGES if c in drawn.svg]) == 4 and "(4 of 22)" in drawn.svg.replace("\u00a0", " ")
    assert len(drawn.rows) == 16 + 22 * 5, "all are in the figures"


def test_slopes_name_both_ends_and_no_label_lies_on_another():
    groups = {n: years(2020, 2 + k / 9, 3 - k / 9) for k, n in enumerate(("KAZ", "RUS", "UZB", "KGZ", "TJK"))}
    for words in (EN, FR):
        assert faults(draw("slopes", groups, words, title="T", source="S").svg) == []
    alone = draw("slopes", {"KAZ": years(2020, 2, 3), "RUS": years(2021, 2)}, EN, title="T", source="S").svg
    assert faults(alone) == [] and "2.0 Russia" in alone


# --- colours -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("colour", sorted({INK, MUTED, ACCENT, *PALETTE}))
def test_letters_and_lines_have_contrast_on_both_papers(colour, dark):
    assert contrast(COLOURS[NAMES[colour]][dark], COLOURS["paper"][dark]) >= 4.5


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_fills_and_greys_can_be_seen_on_both_papers(dark):
    shown = [COLOURS[n][dark] for n in ("grey", "stem", "ink-50", "1-85", "2-85", "3", "4-85", "5-85", "6-85")]
    assert min(contrast(c, COLOURS["paper"][dark]) for c in shown) >= 3.0


def test_lines_of_one_chart_differ_without_colour():
    assert all(a != b for a, b in combinations(DASHES, 2)) and len(DASHES) >= len(PALETTE)
