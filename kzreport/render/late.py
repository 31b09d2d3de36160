"""Figures of an edition that are late: those that should have been published by its date and are not held."""

from __future__ import annotations

from kzreport.language.words import Words
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
