"""What a chart finds stands over it, the neutral title below; in every form, and only while it is news."""

from __future__ import annotations

import json

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from kzreport.charts.chart import draw
from kzreport.language.lint import page_faults
from kzreport.language.words import Words
from kzreport.model import Period, Reading
from kzreport.pages.outputs import Kind, Output, page_outputs
from kzreport.pages.page import Page

EN = Words("en")
RATES = tuple(Reading("rate", v, "percent", Period.parse(f"2026-0{n}")) for n, v in ((6, 10.2), (7, 9.9), (8, 9.8)))


def found(change: float | None, period: str = "2026-08") -> dict[str, Reading]:
    p = Period.parse(period)
    rate = Reading("rate", 9.8, "percent", p)
    points = Reading("change", change, "points", p) if change is not None else Reading.missing("change", "points", p)
    return {"rate": rate, "rate_change": points, "from_target": Reading("target", 4.8, "points", p)}


def chart(shown: list[Output], finding: object, lang: str = "en") -> Output:
    groups = {"rate": RATES, "target_high": tuple(r.of(value=5.0) for r in RATES)}
    Page("inflation", lang=lang, as_of="2026-09-30").chart("yoy", "lines", groups, finding=finding)
    return shown[-1]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("change", "said"),
    [(0.1, "rose to"), (-0.1, "fell to"), (0.0, "was unchanged at"), (None, "was")],
)
def test_a_finding_says_the_direction_and_the_title_stands_below_it(shown, change, said):
    o = chart(shown, found(change))
    assert plain(o.heading) == f"Twelve-month inflation {said} 9.8% in August 2026, above the National Bank’s target"
    assert o.title.startswith("Consumer prices") and plain(o.measure).startswith(f"{plain(o.title)} (%, June 2026")
    assert o.alt.startswith(f"{o.finding}. {o.title} – ") and o.text.startswith(o.alt)
    assert f'<title id="title">{o.finding}</title>' in o.svg


def test_without_a_finding_the_title_stands_alone(shown):
    for nothing in (None, {}):
        o = chart(shown, nothing)
        assert (o.finding, o.heading) == ("", o.title) and o.measure.startswith("%, June 2026")
        assert "finding" not in o.metadata["kzreport"]


def test_a_finding_travels_with_the_output(shown):
    for o in (chart(shown, found(0.1)), chart(shown, None)):
        raw = new_output("display_data", data=o.data, metadata=json.loads(json.dumps(o.metadata)))
        (read,) = page_outputs(new_notebook(cells=[new_code_cell(outputs=[raw])]))
        assert read.kind is Kind.CHART and (read.finding, read.title) == (o.finding, o.title)


def test_a_long_finding_is_whole_on_the_picture():
    finding = "Inflation fell to 9.8% in August 2026, far above the target of the bank that is to hold it there, again"
    drawn = draw("lines", {"KAZ": RATES}, EN, title="T" * 30, finding=finding, source="S")
    top = float(drawn.svg.split('viewBox="')[1].split()[1])
    assert top >= 0 and drawn.measure.startswith("T" * 30 + " (")


def test_words_of_a_finding_belong_to_a_chart_and_end_as_a_title(home):
    path = home.root / "notebooks" / "aid.yml"
    words = path.read_text(encoding="utf-8")
    assert page_faults("aid") == []
    text = '{fr: "{mass} livrées.", en: "{mass} delivered."}'
    home.write("notebooks/aid.yml", words.replace("findings:\n", f"findings:\n  loud: {text}\n"))
    said = " ".join(page_faults("aid"))
    assert "no chart 'loud'" in said and "a full stop at its end" in said and "a figure at its start" in said
    assert "no period" in said
