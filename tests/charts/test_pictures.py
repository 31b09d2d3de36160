"""Pictures as SVG: whole by themselves; in a page without a second title, colours of their own, or an id twice."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from matplotlib.font_manager import FontProperties, findfont, get_font
from measured import corners, faults

from kzreport.charts.chart import draw
from kzreport.charts.colours import COLOURS, NAMES, variables
from kzreport.charts.fonts import FAMILY, text_width
from kzreport.charts.picture import bare_picture, check_picture, inline_picture, phone_picture, png_picture
from kzreport.language.words import Words
from kzreport.model import Period, Reading

EN = Words("en")
HOSTILE = """</text><script>alert(1)</script> & "quoted" 'too' ]]> \u202e"""


def path(*heights, **rest):
    first = Period.parse("2024-01")
    return tuple(Reading("x", float(v), "percent", first.shift(n), **rest) for n, v in enumerate(heights))


@pytest.fixture(scope="module")
def svg():
    return draw("lines", {"KAZ": path(1, 2, 3), "RUS": path(3, 2, 1)}, EN, title="A rise", source="Source: S").svg


def texts(svg: str) -> list[str]:
    return [e.text for e in ET.fromstring(svg).iter() if e.tag.endswith("}text")]


def test_a_picture_is_whole_and_its_inner_part_is_not_titled_twice(svg):
    assert {"A rise", "%, January 2024 – March 2024", "Source: S"} <= set(texts(svg))
    for made in (inline_picture(svg, "path"), bare_picture(svg)):
        assert set(texts(svg)) - set(texts(made)) == {"A rise", "%, January 2024 – March 2024", "Source: S"}
        assert "Kazakhstan" in texts(made), "text is text"
        whole, part = (list(map(float, re.search(r'viewBox="(.*?)"', s)[1].split())) for s in (svg, made))
        assert part[1] > whole[1] and part[1] + part[3] < whole[1] + whole[3], "no room is left for what is gone"


def test_a_picture_in_a_page_has_no_colour_of_its_own(svg):
    made = inline_picture(svg, "path")
    assert not re.search(r"#[0-9a-f]{6}", made), "a colour that would not change on dark paper"
    names = set(re.findall(r"var\(--c-([\w-]+)\)", made))
    assert names <= COLOURS.keys() and {"muted", "grid", "1"} <= names
    for dark in (False, True):
        assert all(f"--c-{name}:#" in variables(dark=dark) for name in names)
    assert len(NAMES) == len(COLOURS), "two roles of one colour on light paper could not be told apart"


def test_ids_are_of_the_figure(svg):
    one, other = (set(re.findall(r'id="(.*?)"', inline_picture(svg, name))) for name in ("first", "second"))
    assert one and not one & other
    root = ET.fromstring(inline_picture(svg, "first"))
    assert root.attrib["role"] == "img" and set(root.attrib["aria-labelledby"].split()) <= one
    assert not {"width", "height", "data-plot"} & set(root.attrib)


def test_a_column_of_a_picture_tells_its_period(svg):
    said = [e.text for e in ET.fromstring(svg).iter() if e.tag.endswith("}title")]
    assert "February 2024\nKazakhstan: 2.0%\nRussia: 2.0%" in [t.replace("\u00a0", " ") for t in said]


def in_ink(picture):
    return re.sub(r"var\(--c-([\w-]+)\)", lambda m: COLOURS[m[1]][0], picture)


def years(unit, first, *numbers):
    return [Reading("x", v, unit, Period.parse(str(first + n))) for n, v in enumerate(numbers)]


OVER_TIME = {
    "lines": ({"KAZ": years("percent", 2012, *range(10, 24)), "RUS": years("percent", 2014, 9, 12, 30, 14, 15)}, {}),
    "bars": ({"KAZ": years("percent", 2015, 3.5, -2, 14, 4, 5, 6, 7, 8)}, {}),
    "stacked": ({"KAZ": years("percent", 2012, *range(1, 9)), "RUS": years("percent", 2012, *range(8, 0, -1))}, {}),
    "dots": ({n: years("tonne", 2020, 5 + k, 6 + k, 2 + k) for k, n in enumerate(("titr", "ktz", "KAZ"))}, {}),
    "editions": ({"KAZ": years("percent", 2010, *range(10, 20))}
                 | {f"{y}-10-15": years("percent", y, 20, 9, 8, 2 * (y - 2012)) for y in range(2014, 2020, 2)}, {}),
}  # fmt: skip


@pytest.mark.parametrize("kind", OVER_TIME)
def test_a_plot_over_time_shows_all_its_years_on_a_phone(kind):
    """It showed the last three, and one publisher of five."""
    groups, options = OVER_TIME[kind]
    drawn = draw(kind, groups, EN, title="T", source="S", **options).svg
    made = in_ink(phone_picture(drawn, "x"))
    assert 'class="anew"' in made and faults(made) == []
    assert float(re.search(r'viewBox="(.*?)"', made)[1].split()[2]) < 300, "as wide as a phone"
    said, periods = texts(made), [r.period.year for g in groups.values() for r in g]
    assert str(max(periods)) in said and min(int(t) for t in said if re.fullmatch("20..", t)) <= min(periods) + 4
    words = {word for t in texts(inline_picture(drawn, "x")) for word in t.split() if not re.fullmatch(r"20\d\d", t)}
    assert words <= {word for t in said for word in t.split()}, "only years of the axis may go"
    marks = [sum(e.tag.endswith("circle") for e in ET.fromstring(svg).iter()) for svg in (drawn, made)]
    assert marks[0] == marks[1]


def test_a_page_says_the_same_lines_in_fewer_bytes():
    """The corners of each line are where they were, however they are written."""
    drawn = draw("multiples", {n: path(1, 2, 5 * k) for k, n in enumerate(("KAZ", "RUS", "UZB", "KGZ"))}, EN,
                 title="T", source="S", highlight="KAZ").svg  # fmt: skip
    page = inline_picture(drawn, "x")
    assert len(page) < 0.93 * len(bare_picture(drawn))

    def places(svg):
        root = ET.fromstring(svg)
        by_id = {f"#{e.get('id')}": e for e in root.iter()}
        for e in root.iter():
            moved, of = (e, by_id[e.attrib["href"]]) if "href" in e.attrib else (None, e)
            right, down = (float(moved.get(k)) for k in "xy") if moved is not None else (0.0, 0.0)
            for pen, (x, y) in corners(of.get("d", "")):
                yield pen, round(x + right, 1), round(y + down, 1)

    assert sorted(places(page)) == sorted(places(bare_picture(drawn)))


def test_nothing_is_read_aloud_twice():
    drawn = draw("lines", {"KAZ": path(1, 2, 3)}, EN, title="Measure", finding="It rises", source="S").svg
    root = ET.fromstring(inline_picture(drawn, "x"))
    said = {e.tag.rpartition("}")[2]: e.text for e in root if e.text}
    assert said["title"] == "It rises" and said["desc"].startswith("Measure")


def test_on_a_phone_the_axis_of_a_plot_over_time_stays_where_its_texts_would_touch():
    svg = draw("bars", {"KAZ": years("tonne", 2016, *[9876] * 9)}, EN, title="T", source="S",
               scaled=False).svg  # fmt: skip
    whole, axis = (ET.fromstring(made(svg, "path")) for made in (inline_picture, phone_picture))
    (label,) = (e.attrib["href"] for e in axis.iter() if e.tag.endswith("use"))
    (group,) = (e for e in whole.iter() if f"#{e.get('id')}" == label)
    assert {"0", "8,000"} <= {e.text for e in group.iter() if e.tag.endswith("text")}
    (_, top, wide, tall), (_, *place, height) = (e.attrib["viewBox"].split() for e in (whole, axis))
    assert (top, tall) == (place[0], height), "one lies on the other"
    assert f"width:{100 * float(place[1]) / float(wide):.2f}%" in axis.attrib["style"]


@pytest.mark.parametrize("words", [EN, Words("fr")], ids=["en", "fr"])
@pytest.mark.parametrize(("kind", "options"), [("ranks", {}), ("ranks", {"apart": "RUS"}), ("pairs", {})])
def test_rows_are_whole_on_a_phone(kind, options, words):
    heights = {"KAZ": (-30.0, 61.6), "french_senate": (0.02, 100.0), "RUS": (50.0, 52.25), "titr": (4.0, 3.0)}
    both = {k: [Reading("x", v, "percent", Period.parse("2024").shift(n), item=k, estimated=bool(n))
            for n, v in enumerate(pair)] for k, pair in heights.items()}  # fmt: skip
    stages = {"shipped": [g[0] for g in both.values()], "delivered": [g[1] for g in both.values()]}
    drawn = draw(kind, both if kind == "pairs" else stages, words, title="T", source="S", **options).svg
    made = re.sub(r"var\(--c-([\w-]+)\)", lambda m: COLOURS[m[1]][0], phone_picture(drawn, "path"))
    assert faults(made) == []
    assert float(re.search(r'viewBox="(.*?)"', made)[1].split()[2]) < 300, "as wide as a phone"
    assert {words.label(name) for name in both} <= set(texts(made))
    marks = [sum(e.tag.endswith("circle") for e in ET.fromstring(svg).iter()) for svg in (drawn, made)]
    assert marks[0] == marks[1] > 0


def test_of_a_grid_of_vintages_a_phone_shows_the_newest_beside_the_names_of_its_rows():
    grid = {"2025-01-01": path(1, 2), "2025-06-01": path(1, 3)}
    drawn = draw("heat", grid, EN, title="T", source="S").svg
    assert 'data-newest="right"' in inline_picture(drawn, "x"), "they were beyond the edge of the screen"
    names, keys = re.findall(r"<svg.*?</svg>", phone_picture(drawn, "x"))
    assert 'class="axis"' in names and 'href="#x-axis"' in names
    assert 'class="keys"' in keys and faults(in_ink(keys)) == []


def test_one_plot_alone_has_no_form_for_a_phone():
    assert phone_picture(draw("multiples", {"KAZ": path(1, 2)}, EN, title="T", source="S").svg, "x") == ""


def test_on_a_phone_every_publisher_is_named_beside_its_marker():
    groups = {n: [Reading("x", 5.0 + k, "tonne", Period.parse("2024"))] for k, n in
              enumerate(("titr", "ktz", "french_senate", "KAZ", "RUS", "UZB", "KGZ"))}  # fmt: skip
    drawn = draw("dots", groups, EN, title="T", source="S", apart="french_senate").svg
    (keys,) = re.findall(r"<svg[^>]*class=\"keys\".*?</svg>", phone_picture(drawn, "x"))
    said = " ".join(texts(keys))
    assert all(EN.label(name) in said for name in groups) and "◇" in said and faults(drawn) == []
    assert faults(re.sub(r"var\(--c-([\w-]+)\)", lambda m: COLOURS[m[1]][0], keys)) == []


def test_slopes_are_whole_on_a_phone_and_named_at_their_end():
    both = {n: path(*pair) for n, pair in (("KAZ", (31, 33.5)), ("RUS", (31.2, 20)), ("UZB", (20.1, 20.1)))}
    drawn = draw("slopes", both, EN, title="T", source="S").svg
    made = re.sub(r"var\\(--c-([\\w-]+)\\)", lambda m: COLOURS[m[1]][0], phone_picture(drawn, "path"))
    assert faults(drawn) == faults(made) == []
    assert {"31.0", "33.5 Kazakhstan", "20.0 Russia", "20.1 Uzbekistan"} <= {
        t.replace("\\u00a0", " ") for t in texts(made)
    }
    assert float(re.search(r'viewBox="(.*?)"', made)[1].split()[2]) < 300, "as wide as a phone"


def test_small_multiples_stand_two_abreast_on_a_phone_each_row_with_its_scale():
    countries = ("KAZ", "RUS", "UZB", "KGZ", "TJK", "AZE", "CHN")
    drawn = draw("multiples", {n: path(1, 2, k) for k, n in enumerate(countries)}, EN, title="T", source="S").svg
    uses = [e.attrib["href"] for e in ET.fromstring(phone_picture(drawn, "x")).iter() if e.tag.endswith("use")]
    ids = {e.get("id") for e in ET.fromstring(inline_picture(drawn, "x")).iter()}
    assert {href.removeprefix("#") for href in uses} <= ids
    assert [href for href in uses if "panel" in href] == [f"#x-panel{n}" for n in range(7)]
    assert uses.count("#x-scale") == 2, "the plots that stood third in their rows have no scale of their own"


def test_hostile_labels_stay_text():
    class Hostile(Words):
        def label(self, name):
            return HOSTILE

    drawn = draw("dots", {"KAZ": path(1, 2)}, Hostile("en"), title=HOSTILE, source=HOSTILE)
    assert check_picture(drawn.svg, "x") == drawn.svg
    made = inline_picture(drawn.svg, "path")
    assert "<script" not in made
    assert any("<script>alert(1)</script>" in (e.text or "") for e in ET.fromstring(made).iter())


@pytest.mark.parametrize("text", ["from $5 to $9", "$\\href{x}{y}$", "中国", "\uff1cscript\uff1e"])
def test_a_dollar_is_no_formula_and_another_script_no_failure(text):
    assert text in texts(draw("lines", {"KAZ": path(1, 2, 3)}, EN, title=text, source="S").svg)


def test_a_png_is_made_on_demand(svg):
    pytest.importorskip("resvg_py")
    one, again = png_picture(svg, 800), png_picture(svg, 800)
    assert one.startswith(b"\x89PNG") and one == again
    assert int.from_bytes(one[16:20]) == 800
    assert len(one) > 8000, "letters are drawn with the font that was measured"


def test_widths_of_texts_do_not_follow_what_was_drawn_before():
    """Matplotlib sets the size of the font that it shares with every text: ours is another one."""
    wide = text_width("A")
    get_font(findfont(FontProperties(family=FAMILY))).set_size(8.5, 300)
    assert text_width("Ǎ") == wide  # measured for the first time, as wide as the letter without its accent
