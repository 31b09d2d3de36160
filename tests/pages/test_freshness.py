"""A page says until when its figures go, which are overdue, and nothing of what it has no figure for."""

from __future__ import annotations

from datetime import date

import pytest

from kzreport.indicators.news import is_old
from kzreport.language.lint import word_faults
from kzreport.language.sentences import Sentences, choose_variant
from kzreport.model import Period, Reading
from kzreport.pages.context import PageContext
from kzreport.pages.outputs import Kind
from kzreport.pages.page import Page
from kzreport.series.releases import coming_releases, known_until, missed_releases
from kzreport.series.resource import publisher_on

GONE = Reading.missing("rate", "percent", Period.parse("2026"))
RATE = Reading("rate", 2.0, "percent", Period.parse("2016"))


def test_every_missed_release_is_named_and_the_coming_ones_follow():
    missed = [r.period for r in missed_releases("fdi_net", "2027-12-31")]
    assert len(missed) > 1 and missed == sorted(missed)
    coming = coming_releases("fdi_net", "2027-12-31", date(2028, 3, 31))
    assert [r.period for r in coming][:1] == [missed[-1].shift(1)]
    assert missed_releases("cpi_yy", "2026-09-30") == ()


def test_a_day_that_is_over_is_due_and_not_coming(shown):
    """On 30 September the release of 28 September is in its days of grace: neither overdue nor coming."""
    page = Page("summary", lang="en", as_of="2026-09-30")
    page.calendar({"fdi": {}}, 62)
    rows = [line.split(" | ") for line in shown[-1].text.splitlines() if "2026" in line and " | " in line]
    assert [r[0] for r in rows][:1] == ["Since 28\u00a0September 2026; still within a few days of grace"]
    assert not [o for o in shown if o.name == "overdue"]


def test_a_key_figure_that_is_not_held_or_too_old_to_be_news_has_no_row(shown):
    Page("summary", lang="en", as_of="2016-06-30").key_figures({"neighbours": {}, "inflation": {}})
    Page("summary", lang="en", as_of="2024-06-30").key_figures({"neighbours": {}})
    (only,) = (o.text.replace(o.csv, "") for o in shown)
    assert "Inflation" in only and "GDP" not in only and "n/a" not in only


def test_the_newest_day_is_one_of_the_series_on_or_before_the_date():
    assert known_until(["cpi_yy"], "2026-08-31") == date(2026, 8, 2)
    assert known_until(["cpi_yy"], "2000-01-31") is None


@pytest.mark.parametrize(
    ("day", "name"), [("2011-02-28", "Agency"), ("2020-02-29", "Committee"), ("2026-09-30", "Bur")]
)
def test_a_body_bears_the_name_it_had(day, name):
    assert publisher_on("bns", "en", date.fromisoformat(day)).startswith(name)


def test_a_sentence_without_its_figure_is_not_said():
    words = Sentences("en")
    assert words.fill("prices rose by {rate}.", "here", {"rate": GONE}) == ""
    assert words.fill("prices rose[, after {rate}].", "here", {"rate": GONE}) == "Prices rose."


def test_an_old_figure_is_not_told_as_news():
    node = {"by": "rate", "ok": {"en": "x"}, "stale": "nothing", "other": {"en": "y"}}
    assert choose_variant(node, "here", {"rate": RATE}, date(2020, 2, 29)) == {}
    assert choose_variant(node, "here", {"rate": RATE}, date(2018, 2, 28)) == {"en": "x"}
    assert is_old(Period.parse("2019-01"), date(2020, 2, 29)) and not is_old(Period.parse("2019-06"), date(2020, 2, 29))


def test_brackets_pair_and_nothing_is_a_variant():
    assert word_faults({"say": {"a": {"by": "x", "ok": {"en": "x"}, "other": "nothing"}}}, "here", ["en"]) == []
    assert "brackets" in word_faults({"say": {"a": {"en": "x [y"}}}, "here", ["en"])[0]


def test_a_section_without_a_subject_is_left_out_whole(shown):
    page = PageContext("summary", lang="en", as_of="2026-09-30")
    page.open_section("## A", "a", hushed=True)
    page.show("said", Kind.SAY)
    page.show("absent", Kind.ABSENT)
    page.show("sources", Kind.SOURCES)
    page.open_section("## B", "b", hushed=True)
    page.show("said", Kind.SAY)
    page.open_section("## C", "c")
    page.show("said of C", Kind.SAY)
    assert [o.text for o in shown] == ["sources", "## C", "said of C"]
