"""Every page at any date: it says what was known then, and nothing later; missing series are said, not failed on.

The notebooks' own cells are executed here, in this process, with only the display captured: what a kernel would run.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from measured import faults

from kzreport.charts.describe import HEADER
from kzreport.claims.ledger import known_claims
from kzreport.model import Period
from kzreport.pages.context import WITHIN_SECTIONS
from kzreport.pages.notebooks import read_notebook
from kzreport.pages.outputs import Kind, Output
from kzreport.pages.page import Page
from kzreport.project.settings import notebook_path, page_names, project

# In the quick run one date, after the last figure. In the whole one also: before any WDI vintage, the decree on the
# statistical office, around the peak, the edition that is accepted, and the others that were read whole.
DATES = ["2026-11-26"]
READ = ["2015-01-31", "2020-02-29", "2023-03-31", "2026-09-30"]
READ += ["2016-06-30", "2018-09-30", "2022-12-31", "2024-03-31", "2024-06-30"]
MONTH_ENDS = [f"{y}-{m:02}-28" for y in range(2011, 2027) for m in range(1, 13) if (y, m) <= (2026, 11)]
ENDS = (Kind.CAVEATS, Kind.METHOD, Kind.SOURCES)
PLACES = [(page, language) for page in page_names() for language in project().languages]


def _run(page, language, as_of):
    """Run a page's cells with these parameters."""
    names: dict[str, object] = {}
    for cell in read_notebook(notebook_path(page)).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, f"{page}.ipynb", "exec"), names)
            if "parameters" in cell.metadata.get("tags", []):
                names |= {"lang": language, "as_of": as_of}
                if "previous" in names:  # after the edition of the month before
                    before = date.fromisoformat(as_of).replace(day=1) - timedelta(days=1)
                    names |= {"previous": before.isoformat()}
                if page == "summary":  # of the whole note
                    names |= {"pages": {p: {} for p in page_names() if p != page}}


def _figures(output):
    """Return the CSV of readings that an output carries; nothing for the table of claims."""
    return output.csv if output.csv.startswith(",".join(HEADER)) else ""


def _stated(as_of):
    """Years that a document known by then speaks of, or that a plan it is held against covers: these may lie ahead."""
    known = known_claims(date.fromisoformat(as_of))
    terms = [t for c in known for g in c.tests for test in g for o in test.operands for t in o]
    periods = [x.period for x in (*known, *terms) if x.period]
    return {year for p in periods for year in (p.start.year, p.year)}


def _projected(shown, known):
    """Years of the figures shown that their series had published by then as projections: these may lie years ahead."""
    rows = [r for o in shown for r in csv.DictReader(io.StringIO(_figures(o))) if r["value"]]
    periods = {(name, Period.parse(r["period"])) for r in rows for name in r["series"].split()}
    return {p.year for name, p in periods if p in known.projections.get(name, ())}


def _bare_headings(shown):
    """Return the headings under which nothing stands, or only words that a chart or table is absent."""
    closed = [*shown, Output(Kind.SOURCES, "")]
    heads = [n for n, o in enumerate(closed) if o.kind not in WITHIN_SECTIONS]
    return [
        closed[n].text
        for n, after in pairwise(heads)
        if closed[n].kind is Kind.SECTION and "\n" not in closed[n].text  # the heading of claims brings its own text
        if {o.kind for o in closed[n + 1 : after]} <= {Kind.ABSENT} and closed[after].kind in (Kind.SECTION, *ENDS)
    ]


def _check(shown, page, known, faulty):
    """``known``: on the page's date. ``faulty``: what is wrong with the page's text, its figures left out."""
    as_of = known.as_of
    text = "\n".join(o.text.replace(o.csv, "") if o.csv else o.text for o in shown)
    assert len(shown) >= 3, "title, headline, sources"
    assert not _bare_headings(shown), "give the section its subject"
    assert not faulty(text)
    ahead = page in ("inflation", "summary")  # the mechanical path, the calendar of releases
    allowed = date.fromisoformat(as_of).year + ahead
    # "2025-2026" in a document's number, or a year on its own.
    later = {int(y) for y in re.findall(r"(?<![\d,.\-/])(20\d\d)(?![\d,.])", text) if int(y) > allowed}
    later -= _stated(as_of) | _projected(shown, known) | known.running()
    assert not later, f"{page} as of {as_of} speaks of {sorted(later)}"
    assert [fault for output in shown for fault in known.faults(_figures(output))] == []


@pytest.mark.parametrize("as_of", [*DATES, *(pytest.param(d, marks=pytest.mark.slow) for d in READ)])
@pytest.mark.parametrize(("page", "language"), PLACES)
def test_a_page_of_a_day(page, language, as_of, shown, known, misprints, untruths):
    _run(page, language, as_of)
    assert untruths(shown, language, as_of) == []
    _check(shown, page, known(as_of), lambda text: misprints(text, language))
    pictures = {o.name: faults(o.svg) for o in shown if o.svg}
    assert {name: found for name, found in pictures.items() if found} == {}, "texts that overlap or are cut"


@pytest.mark.slow
@pytest.mark.parametrize("as_of", MONTH_ENDS)
def test_a_page_of_every_month(as_of, shown, known, misprints, untruths):
    for page, language in PLACES:
        shown.clear()
        _run(page, language, as_of)
        assert untruths(shown, language, as_of) == []
        _check(shown, page, known(as_of), lambda text, k=language: misprints(text, k))


def test_no_row_was_published_later(shown, known):
    """Each figure on 31 March 2024 is one that its own series had published by then, on the basis that it names."""
    day, earlier = "2024-03-31", "2023-03-31"
    for page in page_names():
        _run(page, "en", day)
    tables = "".join(map(_figures, shown)).replace(",".join(HEADER) + "\n", "")
    rows = [r for r in csv.DictReader(io.StringIO(tables), HEADER) if r["value"]]
    assert [fault for r in rows if (fault := known(day).fault(r))] == []
    # The same test finds what it is for: figures of a later day, other values, other series, no series.
    # (A projection of a later period may have been published by then.)
    later = [r for r in rows if not r["estimated"] and str(Period.parse(r["period"]).end) > earlier]
    later = [r for r in later if not known(earlier).projected(r)]
    assert len(later) > 600 and all(known(earlier).fault(r) for r in later)
    published = [r for r in rows if known(day).published(r)]
    assert len(published) > 1000
    assert all(known(day).fault(r | {"value": f"{1.01 * float(r['value']) + 1e-6:.10g}"}) for r in published)
    assert all(known(day).fault(r | {"series": "base_rate"}) for r in rows)  # first known in October 2024
    assert all(known(day).fault(r | {"series": ""}) for r in rows)


@pytest.mark.parametrize(
    ("page", "absent", "there"),
    [
        ("reexports", "Biélorussie|Maroc, Algérie", "Turquie est absente"),  # partners whose flows it does not follow
        ("afghanistan", "Tadjikistan", "octobre 2023"),  # aid to others
        ("fdi", "brut ou net|entre pays", "Part du PIB"),  # a measure, a comparison that it does not show
        ("neighbours", "revenu national", "Montants rapportés au PIB"),
    ],
)
def test_caveats_and_methods_are_of_what_a_page_shows(page, absent, there, shown):
    _run(page, "fr", "2024-06-30")
    notes = "\n".join(o.text for o in shown if o.kind in (Kind.CAVEATS, Kind.METHOD))
    assert not re.search(absent, notes) and there in notes


def test_a_summary_counts_the_claims_that_were_chosen(shown):
    """The headline of the page about claims, in a dossier's summary, is that of the page with the dossier's values."""
    day = date(2026, 9, 30)
    page = Page("summary", lang="en", as_of=day.isoformat())
    page.headlines({"claims": {"documents": ["S4"]}})
    page.headlines({"claims": {}})
    chosen, every = (re.findall(r"Of (\d+) claims", o.text)[0] for o in shown)
    assert (int(chosen), int(every)) == (len(known_claims(day, documents=["S4"])), len(known_claims(day)))
    assert int(chosen) < int(every)
