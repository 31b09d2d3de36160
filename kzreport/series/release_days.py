"""Release days that a publisher announced, from ``data/releases.yml``: series -> the days, each known since a day.

What belongs here: the form of that file. What does not: days that a card's rule estimates
(:mod:`kzreport.series.releases`). A project without the file has estimates alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from kzreport.errors import DataError, explain, one_of, short_repr
from kzreport.files import cached_by_stamp, project_root, shown_path
from kzreport.model import Period
from kzreport.project.strict import Day, PeriodText, StrictModel, strict_model
from kzreport.series.resource import describe_series, resources
from kzreport.yamlfile import read_yaml

_LATEST = 10  # years from the end of a period to its release


class ReleaseDay(StrictModel):
    """The day on which a publisher said that it would publish a period, and the day since which that is known."""

    period: PeriodText
    day: Day
    since: Day


def release_days(series: str, as_of: date) -> Mapping[Period, date]:
    """Return the announced days of a series that were known on a date, the latest announcement of each.

    Raises :class:`DataError` naming the entry and the key.
    """
    return {e.period: e.day for e in _all_days().get(series, ()) if e.since <= as_of}


def known_release_days(as_of: date) -> str:
    """Return every announced day that was known on a date, as text: an input of an edition. Empty if none was."""
    known = [(name, str(e.period), str(e.day)) for name, few in _all_days().items() for e in few if e.since <= as_of]
    return repr(known) if known else ""


def _all_days() -> Mapping[str, tuple[ReleaseDay, ...]]:
    path = project_root() / "data" / "releases.yml"
    return _read(path, path.with_name("datapackage.json")) if path.exists() else {}


@cached_by_stamp(4)
def _read(path: Path, package: Path) -> Mapping[str, tuple[ReleaseDay, ...]]:
    raw, where = read_yaml(path), shown_path(path)
    if not isinstance(raw, dict):
        raise DataError(explain(where, short_repr(raw), "a map from a series to its release days"))
    found = {}
    for name, entries in raw.items():
        if name not in resources():
            raise DataError(explain(where, f"the series {short_repr(name)}", one_of(resources(), name)))
        d, at = describe_series(name), f"{where}, {name}"
        if not isinstance(entries, list):
            raise DataError(explain(at, short_repr(entries), "a list of period, day and since"))
        days = [strict_model(ReleaseDay, e, f"{at}, entry {i}") for i, e in enumerate(entries, 1)]
        for e in days:
            if d.frequency not in ("mixed", e.period.frequency) or e.day < e.period.start:
                expected = f"a period of frequency {d.frequency}, and a day after it began"
                raise DataError(explain(at, f"{e.period}, {e.day}", expected))
            if e.since > e.day or e.day.year > e.period.end.year + _LATEST:
                told, expected = f"{e.day}, known since {e.since}", "a day after it was announced, within ten years"
                raise DataError(explain(f"{at}, {e.period}", told, expected))
        times = Counter((e.period, e.since) for e in days)
        for (period, since), n in times.items():
            if n > 1:
                raise DataError(explain(f"{at}, {period}", f"{n} days known since {since}", "one"))
        found[name] = tuple(sorted(days, key=lambda e: e.since))
    return found
