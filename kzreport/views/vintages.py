"""What later vintages of a series changed: the readings of a sentence, and the grid of a heat map. For any page."""

from __future__ import annotations

from collections.abc import Sequence

from kzreport.indicators import revisions
from kzreport.model import Groups, Period, Reading, Series, Status


def grid(known: Sequence[Series]) -> Groups:
    """Date of a vintage -> what it said of the periods that were revised; empty for fewer than three vintages."""
    return revisions.triangle(known) if known else {}


def summary(known: Sequence[Series]) -> dict[str, Reading]:
    """From the first figure of each period to the last: ``count`` of revisions that show, ``mean_absolute``,
    the ``lowest`` and ``highest``, and how many periods are ``compared``. No number for fewer than three vintages.
    """
    found = revisions.steps(known) if known else ()
    if len(found) < 2 or found[-1].first != "first" or found[-1].lookalike:
        year = known[-1].as_of.year if known else 2000
        none = Reading.missing("revision", "points", Period.parse(str(year)))
        counts = none.of(unit="count")
        names = ("mean_absolute", "lowest", "highest")
        return {**dict.fromkeys(names, none), "count": counts, "compared": counts}
    made, span = found[-1].statistics, found[-1].statistics["range"].interval
    ends = {"lowest": span.low if span else None, "highest": span.high if span else None}
    return {
        "mean_absolute": made["mean_absolute"],
        **{k: made["range"].of(value=v, interval=None, status=Status.OK) for k, v in ends.items()},
        "count": made["count"],
        "compared": made["count"].of(value=float(found[-1].compared)),
    }
