"""Figures of an edition that are late: not held though they should be, or held in a later state than of its date."""

from __future__ import annotations

from kzreport.language.vocabulary import capital
from kzreport.language.words import Words
from kzreport.pages.freshness import later_state
from kzreport.render.content import Edition
from kzreport.series.releases import missed_releases
from kzreport.series.resource import describe_series


def late_figures(edition: Edition, w: Words) -> list[str]:
    """Return a line for each series with late figures, the longest overdue first."""
    found = [
        (missed[0].day, name, missed) for name in edition.series if (missed := missed_releases(name, edition.as_of))
    ]
    lines = []
    for day, name, missed in sorted(found, key=lambda f: f[:2]):
        title = describe_series(name).titles[w.language]
        periods = w.missing([release.period for release in missed])
        lines.append(w.typography(w.ui("late_line").format(series=title, periods=periods, day=w.day(day))))
    return lines


def present_values(edition: Edition, w: Words) -> str:
    """Return the sentence on the series of which an edition has present-day values only; empty if it has none."""
    said = later_state(edition.series, edition.as_of, w)
    return w.typography(f"{capital(said)}.") if said else ""
