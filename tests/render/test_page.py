"""What a page makes of its outputs beside showing them: tables of figures, numbers, groups, terms, downloads."""

from __future__ import annotations

import re
from datetime import date

import pytest
from markupsafe import Markup

from kzreport.charts.describe import HEADER
from kzreport.errors import DataError
from kzreport.files import clear_caches
from kzreport.language.words import Words
from kzreport.pages.notebooks import load_notebook
from kzreport.pages.outputs import Kind, Output
from kzreport.pages.rows import as_csv
from kzreport.pages.since import Changes, Revision, figure, known_figures
from kzreport.project.settings import page_names, project
from kzreport.render.behind import MOST, figure_table
from kzreport.render.blocks import Block
from kzreport.render.citing import with_sources
from kzreport.render.figures import FigureReader
from kzreport.render.html import page, page_groups
from kzreport.render.markup import markdown
from kzreport.render.references import read_references
from kzreport.render.revised import revisions, source_revisions, with_revisions
from kzreport.render.terms import TermLinks
from kzreport.series.known import load_series
from kzreport.series.resource import describe_series

DAY = date(2026, 9, 30)


def chart(*rows: tuple[str, ...], kind: Kind = Kind.CHART, name: str = "x") -> Output:
    """Return a chart of rows (group, item, period, value, unit), perhaps with status, estimated, series and basis."""
    filled = [(*row, *("ok", "", "cpi_yy", "")[len(row) - 5 :]) for row in rows]
    return Output(kind, "x", name=name, title="X", csv=as_csv([HEADER, *filled]))


def behind(*rows: tuple[str, ...], language: str = "en", page: str = "inflation"):
    return figure_table(chart(*rows), FigureReader(Words(language, page, DAY), DAY))


def test_groups_stand_side_by_side_the_latest_period_first():
    table = behind(
        ("rate", "", "2026-07", "10.2", "percent"),
        ("rate", "", "2026-08", "9.8", "percent"),
        ("policy", "", "2026-08", "16.75", "percent", "ok", "", "base_rate"),
        page="inflation",
    )
    assert table.head[:2] == ["Period", "Inflation"] and len(table.head) == 3
    assert table.rows == [["August 2026", "9.8", "16.75"], ["July 2026", "10.2", "–"]]
    assert (table.unit, table.heads, table.count) == ("%", 1, 2)


def test_columns_of_one_unit_have_one_number_of_decimals():
    """One said 8.68 beside 8.7: the outcome beside the forecast of the same year. A card may ask for more."""
    rows = [("rate", "", f"2026-0{n}", value, "percent") for n, value in enumerate(("3.5", "3.4", "3.45"), 1)]
    rows += [("core", "", f"2026-0{n}", value, "percent") for n, value in enumerate(("3", "3.123456", "3.1"), 1)]
    assert [row[1:] for row in behind(*rows).rows] == [["3.5", "3.1"], ["3.4", "3.1"], ["3.5", "3.0"]]
    rouble = [
        ("rouble", "", f"2026-0{n}", value, "kzt", "ok", "", "rub_rate") for n, value in ((1, "5.1"), (2, "5.06"))
    ]
    assert [row[1] for row in behind(*rouble, page="macro").rows] == ["5.06", "5.10"]


def test_a_large_figure_has_no_decimals():
    rows = [("needed", "ktz", "2021", "298487.395", "tonne"), ("needed", "gov_kaz", "2021", "294223.4", "tonne")]
    assert [row[-1] for row in behind(*rows, page="transit").rows] == ["298,487", "294,223"]


def test_small_and_large_tonnages_keep_their_digits():
    rows = [("delivered", "AFG", "2025-04", "3.396", "tonne"), ("delivered", "AFG", "2023-04", "5403", "tonne")]
    rows += [("delivered", "AFG", "2022", "2476.124", "tonne")]  # a sum, 2,476 in the sentence above it
    assert [row[1] for row in behind(*rows, page="aid").rows] == ["3.396", "5,403", "2,476"]


def test_a_bar_named_by_its_period_has_no_column_of_its_own():
    """The share of flour had a column for each year, each with one figure."""
    rows = [("flour_share", period, period, value, "percent") for period, value in (("2021", "60.8"), ("2022", "64.5"))]
    table = behind(*rows, page="afghanistan")
    assert table.head == ["Period", "Share of Afghanistan"] and table.rows == [["2022", "64.5"], ["2021", "60.8"]]


def test_figures_that_no_grid_holds_have_a_row_each():
    table = behind(
        ("shipped", "AFG|2023-10", "2023-10-16", "1659", "tonne"),
        ("delivered", "AFG|2023-10", "2023-11", "1662", "tonne"),
        ("delivered", "KGZ|2021-05", "2021-05-18", "4500", "tonne"),
        ("delivered", "AFG|2021-10", "2021-10", "4000", "tonne"),
        language="fr",
        page="aid",
    )
    assert table.heads == 3 and table.head[-1] == "Valeur"
    assert table.rows[0] == ["Livré", "Afghanistan, octobre 2023", "novembre 2023", "1\u202f662"]


def test_units_that_differ_stand_with_each_value():
    table = behind(
        ("rate", "", "2026-08", "9.8", "percent"),
        ("gap", "", "2026-08", "-1.5", "points"),
        ("rate", "", "2026-07", "9.7", "percent"),
        ("gap", "", "2026-07", "-1", "points"),
    )
    assert table.unit == "" and table.rows[0][1:] == ["9.8%", "−1.5\u00a0percentage points"]


def test_estimates_and_missing_figures_are_marked():
    table = behind(
        ("rate", "", "2026-08", "9.8", "percent", "ok", "yes", "cpi_yy", ""),
        ("rate", "", "2026-07", "", "percent", "missing_input", "", "cpi_yy", ""),
        ("rate", "", "2026-06", "", "percent", "negative_base", "", "cpi_yy", ""),
    )
    assert [row[1] for row in table.rows] == ["9.8*", "n/a", "n.s."]


def test_a_long_table_is_cut_and_says_so():
    months = [
        ("rate", "", f"{year}-{month:02}", "1", "percent") for year in (2023, 2024, 2025) for month in range(1, 13)
    ]
    table = behind(*months)
    assert len(table.rows) == MOST and table.count == len(months)
    assert table.rows[0][0] == "December 2025"


def test_a_list_of_texts_has_no_figures():
    words = Words("en", "inflation", DAY)
    assert figure_table(Output(Kind.CHART, "x", csv="a,b\n1,2\n"), FigureReader(words, DAY)) is None


def test_a_code_is_named_as_the_picture_names_it():
    """``expected`` is a word of the engine's own too, at the head of another table."""
    reader = FigureReader(Words("fr", "inflation", DAY), DAY)
    assert reader.label("expected") == Words("fr", "inflation", DAY).label("expected") == "Anticipations des ménages"
    assert reader.label("then") == Words("fr").ui("then")


def test_figures_sources_and_notes_are_numbered():
    row = ("rate", "", "2026-08", "9.8", "percent", "ok", "")
    first = chart((*row, "cpi_yy inflation_target", ""), name="a")
    listing = chart((*row, "cpi_mm", ""), kind=Kind.TABLE, name="b")
    second = chart((*row, "cpi_mm", ""), name="c")
    notes = Output(Kind.CAVEATS, "n", series="inflation_target #a\ncpi_mm cpi_yy #a #b")  # "c" is of another time
    sources = Output(Kind.SOURCES, "s", series="cpi_mm\ncpi_yy\ninflation_target")
    found = read_references([first, listing, second, notes, sources])
    assert [(f.output.name, f.number) for f in found.figures] == [("a", 1), ("b", 1), ("c", 2)]
    assert [list(f.sources) for f in found.figures] == [[2, 3], [1], [1]]
    assert [list(f.notes) for f in found.figures] == [[1, 2], [2], []]
    assert [f.output.name for f in found.citing(1)] == ["b", "c"]
    assert [f.output.name for f in found.citing(1, notes=True)] == ["a"]


def test_every_page_stands_in_one_group_or_before_them():
    titles = dict.fromkeys(page_names(), "T")
    groups = page_groups(titles, Words("en"))
    assert sorted(page for _, pages in groups for page in pages) == sorted(titles)
    assert groups[0] == ("", ["summary"]) and len(groups) == 1 + len(project().groups)
    assert page_groups({"fdi": "T", "inflation": "T"}, Words("en")) == [("", ["inflation", "fdi"])]


@pytest.mark.parametrize(
    "groups",
    ["groups: [fdi]", "groups: {economy: fdi}", "groups: {economy: [fdi], trade: [fdi]}", "groups: {economy: [[fdi]]}"],
)
def test_groups_that_are_none_are_refused(home, groups):
    settings = (home.root / "params" / "project.yml").read_text(encoding="utf-8")
    before, _, after = settings.partition("groups:")
    home.write("params/project.yml", f"{before}{groups}\nconversions:{after.partition('conversions:')[2]}")
    clear_caches()
    with pytest.raises(DataError, match=r"project\.yml, groups"):
        project()


def test_a_term_is_explained_at_its_first_use_only():
    links = TermLinks(Words("fr"))
    once = links.link(Markup("<p>Les effets de base, l’effet de base ; <a href='x'>glissement annuel</a>.</p>"))
    assert once.count('class="term"') == 1
    assert '<a class="term" id="used-base_effect" href="#term-base_effect" title="Ce qui' in once, "told in place"
    assert "effets de base</a>, l’effet de base" in once
    again = links.link(Markup("<p>Effet de base, glissement\u00a0annuel</p>"))
    link = '<a class="term" id="used-year_on_year" href="#term-year_on_year" title="'
    assert again.startswith(f"<p>Effet de base, {link}") and again.endswith('">glissement\u00a0annuel</a></p>')
    assert [term.slug for term in links.used] == ["base_effect", "year_on_year"]
    assert links.used[0].name == "Effet de base" and links.used[0].meaning.startswith("Ce qui")


SOURCES = Output(Kind.SOURCES, "s", markdown="## Sources", series="cpi_yy\nusd_rate\nwdi_fdi\noil_price")


def cited(*outputs, language="en"):
    shown = [Block("text", markdown(o.markdown) if o.markdown else Markup(o.html), output=o) for o in outputs]
    found = with_sources(shown, read_references([*outputs, SOURCES]), Words(language))
    return [re.sub(r"<[^>]+>", "", str(block.html)).replace("\n", "") for block in found]


def test_a_sentence_bears_the_numbers_of_its_sources_where_they_are_not_those_of_the_one_before():
    told = (("a.", "cpi_yy"), ("b.", "cpi_yy"), ("c.", "oil_price cpi_yy usd_rate wdi_fdi"))
    say = [Output(Kind.SAY, t, markdown=t, series=s) for t, s in told]
    assert cited(*say) == ["a. Source [1]", "b.", "c. Sources [1–4]"]
    headline = Output(Kind.HEADLINE, "h", markdown="**h.**", series="wdi_fdi unheard_of")
    assert cited(headline, say[0]) == ["h. Source [3]", "a. Source [1]"]
    assert cited(Output(Kind.SAY, "x", markdown="x.")) == ["x."]


def test_each_point_of_a_summary_and_each_key_figure_bear_theirs():
    points = "- One. [→ A](a.ipynb)\n- Two <b>. [→ B](b.ipynb)\n- None."
    listed = Output(Kind.HEADLINES, "", markdown=points, series="cpi_yy\noil_price usd_rate\n")
    assert cited(listed) == ["One. Source [1] →\xa0ATwo &lt;b&gt;. Sources [2, 4] →\xa0BNone."]
    rows = "".join(f"{t},,2026-08,1,percent,ok,,{s},yy_month\n" for t, s in (("A & B", "cpi_yy"), ("C", "wdi_fdi")))
    heads = '<tr><th scope="row">A &amp; B</th><td>1</td></tr><tr><th scope="row">C</th><td>2</td></tr>'
    table = Output(Kind.TABLE, "t", html=heads, name="key", csv=f"{','.join(HEADER)}\n{rows}")
    assert cited(table) == ["A &amp; B Source [1]1C Source [3]2"]


def test_a_source_says_what_was_revised_since_the_edition_before():
    """Old value, new value, day; the page of fdi showed the new one alone, as if it had always been so."""
    about = dict(name="fdi", language="en", titles={"fdi": "FDI"}, report="Note", languages=["en"], fingerprint="0")
    text = page(load_notebook("fdi"), as_of=DAY, previous="2026-06-30", **about)
    (source,) = re.findall(r'<li id="source-\d+">.*?<code>wdi_fdi</code>(.*?)<span class="back">', text, re.DOTALL)
    said = Markup(source).striptags().replace("\xa0", " ")
    assert "Revised since the edition of 30 June 2026: " in said
    assert "Kazakhstan, 2024: $2.0 billion → $2.1 billion (1 July 2026)" in said
    assert "Revised since" not in page(load_notebook("fdi"), as_of=DAY, previous="2026-08-31", **about)
    names = ["cpi_yy", "wdi_growth"]
    found = source_revisions(names, revisions(names, date(2025, 11, 30), date(2025, 12, 31)), Words("fr"))
    assert set(found) == {"wdi_growth"}
    said = found["wdi_growth"].replace("\xa0", " ")
    assert re.search(r"Géorgie, 2013 : 3,4 % → 5,1 % \(17 décembre 2025\).* et \d+ autres\.$", said)


def test_a_sentence_that_states_a_revised_figure_says_so_below_it():
    about = dict(name="fdi", language="fr", titles={"fdi": "IDE"}, report="Note", languages=["fr"], fingerprint="0")
    text = page(load_notebook("fdi"), as_of=DAY, previous="2026-06-30", **about)
    plain = re.sub(r"[\xa0\u202f]", " ", Markup(text).unescape())
    (told,) = re.findall(
        r'Banque mondiale donne 2,1 milliards.{1,900}?</p>\s*<p class="revised">(.*?)</p>', plain, re.S
    )
    assert told.startswith(
        "Révisé depuis l’édition du 30 juin 2026 : Kazakhstan, 2024 : 2,0 milliards de dollars → 2,1 "
    )
    assert told.endswith("(1ᵉʳ juillet 2026).")
    assert 'class="revised"' not in page(load_notebook("fdi"), as_of=DAY, previous="2026-08-31", **about)


def test_a_revision_is_not_told_below_a_sentence_on_another_figure_of_its_period_and_value():
    """Two groups of prices rose by 0.7% in July 2026: a sentence that states 0.7 may mean either."""
    series = load_series("cpi_components_mm", DAY)
    held = known_figures(series, describe_series(series.name).dimensions)
    july = {o.value: figure(series, key, o) for key, o in held.items() if str(o.period) == "2026-07"}
    assert len(july) < sum(str(period) == "2026-07" for _, period in held), "two groups have one value"

    def marked(now):
        revised = Revision(series.name, now.of(value=now.value + 1), now, DAY)
        changes = Changes(date(2026, 7, 31), DAY, (), (revised,), (), ())
        said = Output(Kind.SAY, "x", markdown="x", figures=f"{series.name} 2026-07 {now.value - 100!r}")
        (block,) = with_revisions([Block("text", Markup("<p>x</p>"), output=said)], changes, Words("en"))
        return "revised" in block.html

    values = [o.value for (_, period), o in held.items() if str(period) == "2026-07"]
    assert {value: marked(reading) for value, reading in july.items()} == {v: values.count(v) == 1 for v in july}
    assert True in map(marked, july.values())
