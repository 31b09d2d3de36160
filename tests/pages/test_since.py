"""What changed between two dates: nothing is lost or told twice, and what does not show is not told."""

import json
import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kzreport.claims.verdict import Verdict
from kzreport.commands.cli import main
from kzreport.editions.definition import load_definition
from kzreport.editions.previous import fill_definition
from kzreport.errors import ParameterError
from kzreport.files import project_root
from kzreport.language.wordfiles import methods
from kzreport.language.words import Words
from kzreport.model import Observation, Period
from kzreport.pages.since import compare_dates, differs, figure, is_redefined
from kzreport.pages.since_text import changes_lines, changes_list, new_figures_table
from kzreport.series.issues import Issue
from kzreport.series.known import load_series
from kzreport.series.releases import coming_releases, missed_releases
from kzreport.series.resource import describe_series, resources

SOME = ("cpi_yy", "wdi_inflation", "fdi_net", "transit", "base_rate")
DAYS = st.dates(date(2016, 1, 1), date(2026, 9, 30))


def told(c, name):
    """The keys of a series that are new."""
    return {(r.item, r.period) for f in c.new_figures if f.series == name for r in f.readings}


def revised(c):
    """The revisions by the key of their figure."""
    return {(r.now.item, r.now.period): r for r in c.revisions}


def known(name, day):
    d = describe_series(name)
    return {(" ".join(o.dims[k] for k in d.dimensions), o.period) for o in load_series(name, day)}


@settings(max_examples=25)
@given(DAYS, DAYS, st.sampled_from(SOME))
def test_what_is_new_is_what_was_not_known(a, b, name):
    then, now = min(a, b), max(a, b) + timedelta(days=1)
    assert told(compare_dates(then, now, [name]), name) == known(name, now) - known(name, then)


@settings(max_examples=10)
@given(st.lists(DAYS, min_size=3, max_size=3, unique=True), st.sampled_from(SOME))
def test_two_steps_tell_what_one_step_tells(days, name):
    a, b, c = sorted(days)
    one, first, second = (compare_dates(x, y, [name]) for x, y in ((a, c), (a, b), (b, c)))
    assert told(one, name) == (told(first, name) | told(second, name)) & known(name, c)
    changed, early, late = revised(one), revised(first), revised(second)
    assert changed.keys() <= early.keys() | late.keys()  # nothing that neither step tells
    for key, both in changed.items():
        assert (both.then, both.now) == (early.get(key, both).then, late.get(key, both).now)
    for key in (early.keys() | late.keys()) - changed.keys():  # new meanwhile, again what it was, or redefined
        back = key in early and key in late and not differs(early[key].then, late[key].now)
        assert back or key in told(first, name) or any(i.kind == "break" for i in one.new_issues)


def test_a_revision_is_told_with_both_values():
    c = compare_dates(date(2025, 12, 31), date(2026, 9, 30), ["wdi_inflation"])
    kazakh = {str(r.now.period): (r.then.value, r.now.value) for r in c.revisions if r.now.item == "KAZ"}
    assert {k: (round(a, 3), round(b, 3)) for k, (a, b) in kazakh.items()} == {
        "2023": (14.725, 14.528),
        "2024": (8.839, 8.691),
    }


def test_nothing_changed():
    c = compare_dates(date(2026, 9, 10), date(2026, 9, 11), ["cpi_yy", "fdi_net"], {"pages": ["fdi"]})
    assert not any((c.new_figures, c.revisions, c.new_issues, c.mended_issues, c.verdicts, c.new_claims))
    for language, none in (("fr", "aucun."), ("en", "none.")):
        assert none in changes_list(c, Words(language))


@pytest.mark.parametrize("days", [0, -31])
def test_the_order_of_the_dates(days):
    with pytest.raises(ParameterError, match="expected a date before 2026-09-30"):
        compare_dates(date(2026, 9, 30) - timedelta(days=days), date(2026, 9, 30), ["cpi_yy"])


@pytest.mark.parametrize(
    ("then", "now", "shows"), [(5.04, 4.96, False), (5.04, 5.06, True), (None, 5.0, True), (None, None, False)]
)
def test_only_what_a_reader_sees_is_a_revision(then, now, shows):
    series = load_series("wdi_inflation", "2026-09-30", country="KAZ")
    key = (("KAZ",), Period.parse("2024"))
    old, new = (figure(series, key, Observation(key[1], v, date(2026, 7, 1), {"country": "KAZ"})) for v in (then, now))
    assert differs(old, new) is shows


def test_a_break_is_no_revision():
    told_since = Issue("x", "population", {"country": "KAZ"}, (Period.parse("2022"),), "break", date(2022, 12, 31), {})
    inside, outside = (
        Observation(Period.parse(p), 1.0, date(2023, 1, 1), {"country": "KAZ"}) for p in ("2022-01-01", "2021-01-01")
    )
    assert is_redefined([told_since], inside)
    assert not is_redefined([told_since], outside)
    assert not is_redefined([told_since], Observation(inside.period, 1.0, date(2023, 1, 1), {"country": "RUS"}))


def test_verdicts_turn_with_the_data():
    c = compare_dates(date(2025, 12, 31), date(2026, 9, 30), (), {"documents": ["S2"]})
    (turned,) = c.verdicts
    assert (turned.claim.id, turned.then, turned.now) == ("S2-L003-3", Verdict.UNVERIFIABLE, Verdict.INCONSISTENT)
    assert "Unverifiable → Contradicted" in changes_list(c, Words("en"))
    assert "S2: Mediation, aid and the partnership with the European Union (" in changes_list(c, Words("en"))


def test_a_new_document_is_told():
    c = compare_dates(date(2025, 12, 31), date(2026, 9, 30), (), {})
    assert {k.document.id for k in c.new_claims} == {"S4"}
    said = changes_list(c, Words("fr")).replace("\u00a0", " ")
    assert f"**Affirmations nouvelles** : {len(c.new_claims)}\n  - Document S4 : Rapport sur le Kazakhstan" in said


def test_a_decision_keeps_its_quarter_point():
    c = compare_dates(date(2026, 8, 31), date(2026, 9, 30), ["base_rate"])
    assert [Words("fr").reading(f.readings[-1]) for f in c.new_figures] == ["16,25\u00a0%"]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("year", range(2015, 2027))
def test_said_in_words_at_any_time(language, year):
    c = compare_dates(
        date(year - 1, 9, 30),
        date(year, 9, 30),
        list(resources()),
        {},
        methods=list(methods()),
        settings=["fdi.years: 8 → 9"],
    )
    text = "\n".join(changes_lines(c, Words(language)))
    assert not re.search(r"[{}]|\bNone\b|\bnan\b|\b[dD]e [aeiouyé]|\ble 1 |%\s?%|\bde le\b|\bà le\b", text), text


# --- the calendar ----------------------------------------------------------------------------------------------------


def following(name, day):
    """Period and day of each figure that is not held, over the two years after a day."""
    later = coming_releases(name, day, day + timedelta(730))
    return [(str(r.period), r.day) for r in (*missed_releases(name, day), *later)]


def test_the_next_figure_of_a_series():
    assert following("cpi_yy", date(2026, 9, 30))[0] == ("2026-09", date(2026, 10, 2))
    assert following("fdi_net", date(2026, 9, 30))[0] == ("2026-Q2", date(2026, 9, 28))
    assert following("cpi_yy", date(2000, 1, 31)) == []  # nothing was known
    assert missed_releases("base_rate", date(2026, 9, 30)) == ()  # decided, no lag


@settings(max_examples=20)
@given(DAYS, st.sampled_from(sorted(resources())))
def test_the_next_figure_was_not_known(day, name):
    found = following(name, day)
    assert not {period for period, _ in found} & {str(o.period) for o in load_series(name, day)}
    assert all(due >= Period.parse(period).start for period, due in found)


# --- editions --------------------------------------------------------------------------------------------------------


def manifest(day, **more):
    return {"edition": {"as_of": day}, "methods": list(methods()), "parameters": {}} | more


def test_an_edition_knows_the_one_before():
    d = load_definition("monthly", ["inflation.years=9"])
    old = manifest("2026-08-31", methods=[], parameters={"inflation": dict(d.values["inflation"], years=8)})
    own = fill_definition(d, date(2026, 9, 30), [], old, revision=False).values["summary"]
    assert (own["previous"], own["methods"]) == ("2026-08-31", list(methods()))
    assert own["settings"] == ["inflation.years: 8 → 9"]


def test_the_first_edition_has_none_before():
    d = load_definition("monthly")
    own = fill_definition(d, date(2026, 9, 30), [], None, revision=False).values["summary"]
    assert (own["previous"], own["methods"], own["settings"], own["note"]) == (None, [], [], "")


def test_method_changes_stand_in_the_changelog():
    text = (project_root() / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text.count("- **Method**") == len(methods())


# --- the command -----------------------------------------------------------------------------------------------------


def test_diff_as_json(capsys, tmp_path):
    assert main(["diff", "2026-08-31", "2026-09-30", "--format", "json", "--output", str(tmp_path)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["before"] == "2026-08-31"
    new = {s["series"]: s["figures"] for s in found["new"]}
    assert [(f["period"], f["value"]) for f in new["cpi_yy"]] == [("2026-08", 109.8)]


def test_diff_as_html(capsys, tmp_path):
    asked = ["2025-12-31", "2026-09-30", "inflation-brief", "--format", "html", "--lang", "fr"]
    assert main(["diff", *asked, "--output", str(tmp_path)]) == 0
    out = capsys.readouterr().out.replace("\u00a0", " ")
    assert "<h1>Ce qui a changé du 31 décembre 2025 au 30 septembre 2026</h1>" in out
    assert "<caption>Chiffres révisés" in out
    assert "<script" not in out
    assert "Corridor central" not in out  # not a page of this report


def test_diff_of_a_report_on_another_country(capsys, tmp_path):
    assert main(["diff", "2025-12-31", "2026-09-30", "uzbekistan", "--output", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "Uzbekistan" in out
    assert "Consumer prices" not in out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["2026-09-30", "2026-08-31"], "expected a date before 2026-08-31"),
        (["2026-13-01", "2026-08-31"], "2026-13-01"),
        (["2026-08-31", "2026-09-30", "weekly"], "weekly"),
        (["2026-08-31", "2026-09-30", "--lang", "de"], "expected one of fr, en"),
    ],
)
def test_diff_refuses(capsys, arguments, text):
    assert main(["diff", *arguments]) == 2
    assert text in capsys.readouterr().err


def test_two_numbers_of_one_sentence_are_set_alike():
    """ "19 chiffres dans quinze séries" mixes figures and letters."""
    series = ["cpi_yy", "cpi_mm", "cpi_components_yy", "cpi_components_mm", "usd_rate", "rub_rate"]
    few, many = (compare_dates(date(2024, 5, 31), date(2024, 6, 30), names) for names in (series[:1], series))
    year = compare_dates(date(2023, 6, 30), date(2024, 6, 30), series)
    said = [changes_list(c, Words("fr")).splitlines()[0] for c in (few, many, year)]
    assert "un chiffre dans une série" in said[0] and "dix chiffres dans six séries" in said[1]
    assert re.search(r"\d+\W+chiffres dans 6\W+séries", said[2])


def test_the_table_of_new_figures_is_set_like_the_rest():
    found = compare_dates(date(2025, 12, 31), date(2026, 1, 31), ["import_levels"])
    row = new_figures_table(found, Words("fr"))[1]
    assert row[0].endswith("en «\u00a0unités\u00a0»") and row[2] == "2021–2023"
