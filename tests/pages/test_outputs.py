"""A page's outputs are read back as they were shown, and nothing else is read."""

import csv
import io
from html import escape

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzreport.errors import PageError
from kzreport.pages.outputs import Kind, Output, page_artefacts, page_headline, page_texts, read_output
from kzreport.pages.rows import Cell, Row, Table
from kzreport.render.markup import clean

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


def stored(output: Output):
    """Return an output as a notebook stores it."""
    return nbformat.v4.new_output("display_data", data=output.data, metadata=output.metadata)


def notebook(*outputs: Output):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[*map(stored, outputs)])])


def say(text: str, kind: Kind = Kind.SAY) -> Output:
    return Output(kind, text, markdown=text)


BOX = 'viewBox="0 0 9 9" data-plot="0 1 9 8"'
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" {BOX}><text x="1" y="1" style="fill:#1a1a1a">{{}}</text></svg>'
CHART = Output(
    Kind.CHART,
    "A chart.",
    svg=SVG.format("x"),
    name="path",
    title="Path",
    measure="%",
    source="Source: S",
    alt="It rises.",
    csv="a,b\n1,2\n",
)


@given(st.sampled_from(Kind), TEXT, TEXT, TEXT, TEXT, TEXT, TEXT)
def test_what_is_shown_is_read_back(kind, text, name, title, alt, rows, written):
    named = {"name": name, "title": title, "csv": rows}
    given = {
        Kind.CHART: {
            "svg": SVG.format(escape(written)),
            "name": name,
            "title": title,
            "measure": rows,
            "source": alt,
            "alt": alt,
            "csv": rows,
        },
        Kind.TABLE: {"html": text, **named},
        Kind.ABSENT: {"markdown": text, "name": name},
        Kind.SECTION: {"markdown": text, "name": name},
        Kind.CAVEATS: {"markdown": text, "series": rows},
        Kind.SOURCES: {"markdown": text, "series": rows},
    }.get(kind, {"markdown": text})
    output = Output(kind, text, **given)
    assert read_output(stored(output), "x") == output


def test_a_page_is_read_in_order():
    nb = notebook(say("**Prices rose.**", Kind.HEADLINE), CHART, say("They rose."))
    assert page_texts(nb) == "**Prices rose.**\n\nA chart.\n\nThey rose.\n"
    assert page_artefacts(nb) == [CHART]


def test_the_headline_of_a_page_is_its_own():
    own, collected = say("**Prices rose.**", Kind.HEADLINE), say("- **Prices**: rose.", Kind.HEADLINES)
    assert page_headline(notebook(say("x"), own)) == "Prices rose."
    assert page_headline(notebook(collected)) == page_headline(notebook(say("x"))) == ""


def edited(**changes):
    raw = stored(CHART)
    raw["metadata"]["kzreport"] |= changes
    return raw


def drawn(svg: str):
    return stored(CHART) | {"data": {"image/svg+xml": svg, "text/plain": "x"}}


STRAYS = {
    "no metadata": (stored(say("x")) | {"metadata": {}}, "an output of text/markdown"),
    "other metadata": (stored(say("x")) | {"metadata": {"kzreport": {"kind": "say"}, "other": {}}}, "an output of say"),
    "another kind": (edited(kind="film"), "an output of film"),
    "an unknown field": (
        edited(colour="red"),
        "found kind, name, title, measure, source, alt, csv, colour",
    ),
    "a number": (edited(name=1), "expected text under kind, name, title, measure, source, alt, csv"),
    "another form": (
        stored(CHART) | {"data": {"text/html": "x", "text/plain": "x"}},
        "image/svg+xml and text/plain for a",
    ),
    "one form more": (stored(CHART) | {"data": {**stored(CHART)["data"], "text/html": ""}}, "for a chart"),
    "a torn picture": (drawn("<svg><g>"), "found no SVG"),
    "a picture without a box": (drawn('<svg xmlns="http://www.w3.org/2000/svg"/>'), "as page.chart draws it"),
    "a picture that runs": (drawn(SVG.replace("<text", "<script/><text")), "found <script>"),
    "a picture that listens": (drawn(SVG.replace("<text", '<text onclick="x()"')), "onclick"),
    "a picture that loads": (drawn(SVG.replace("<text", '<image href="https://a.example/"/><text')), "found <image>"),
    "a picture that links": (drawn(SVG.replace("<text", '<a href="javascript:x()"/><text')), "found <a>"),
    "a style that loads": (drawn(SVG.replace("fill:#1a1a1a", "fill:url(https://a.example)")), "style="),
    "a style sheet": (drawn(SVG.replace("<text", "<style>@import 'x'</style><text")), "found <style>"),
    "HTML within": (drawn(SVG.replace("<text", "<foreignObject/><text")), "found <foreignObject>"),
    "entities": (drawn(f'<!DOCTYPE x [<!ENTITY a "b">]>{SVG}'), "found a declaration"),
    "a value": (nbformat.v4.new_output("execute_result", data={"text/plain": "2"}), "an output of text/plain"),
    "a stream": (nbformat.v4.new_output("stream", text="x"), "an output of stream"),
}


@pytest.mark.parametrize("name", STRAYS)
def test_other_outputs_are_refused(name):
    raw, words = STRAYS[name]
    with pytest.raises(PageError) as caught:
        read_output(raw, "x")
    assert str(caught.value).startswith("x")
    assert words in str(caught.value)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=4), TEXT)
def test_a_table_has_three_forms_of_the_same_rows(rows, title):
    figures = [("group", "value"), *rows]
    output = Table("x", title, ["a", "b"], [Row.of(*row) for row in rows], figures).output()
    assert list(csv.reader(io.StringIO(output.csv, newline=""))) == [list(row) for row in figures]
    assert output.html.count("<tr") == len(rows) + 1
    assert output.text.startswith(f"{title}\n\na | b")
    assert output.text.endswith(output.csv)


def test_words_stand_to_the_left_in_notebooks():
    """JupyterLab sets all cells to the right; pages have a style sheet, and nothing of this."""
    rows = [Row.of("2026-08", "up", "9.8")]
    shown = Table("x", "X", ["Month", "Way", "Rate"], rows, [], texts=(1,)).output().html
    assert shown.count("text-align:left") == 4 and "<td>9.8</td>" in shown
    assert "style" not in clean(shown) and "class" not in clean(shown)


def test_dollars_are_no_mathematics_in_notebooks():
    said = Output(Kind.SAY, "From $2 to $3.", markdown="From $2 to $3.")
    raw = stored(said)
    assert "$" not in raw["data"]["text/markdown"] and read_output(raw, "cell 1") == said


def test_text_in_a_table_stays_text():
    cells = [Cell("<b> & &amp;"), Cell(" – <i>", strong="5 < 6")]
    output = Table("x", "A & B", ["<c>", "d"], [Row(cells)], []).output()
    assert str(clean(output.html)) == (
        '<table><caption>A &amp; B</caption><thead><tr><th scope="col">&lt;c&gt;</th><th scope="col">d</th>'
        '</tr></thead><tbody><tr><th scope="row">&lt;b&gt; &amp; &amp;amp;</th>'
        "<td><strong>5 &lt; 6</strong> – &lt;i&gt;</td></tr></tbody></table>"
    )
    assert output.text == "A & B\n\n<c> | d\n<b> & &amp; | 5 < 6 – <i>\n\n"
