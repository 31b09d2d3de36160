"""Every figure that was published by a day, read from the tables without the code that cuts them."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from functools import cache, lru_cache
from operator import itemgetter

import pytest

from kzreport.files import project_root
from kzreport.model import Period
from kzreport.series.resource import Resource, resources


class Known:
    """Every figure published by a day, read from the tables without the code that cuts them."""

    def __init__(self, as_of: str) -> None:
        self.as_of = as_of
        self.described = resources()
        self.projections: dict[str, set[Period]] = {}  # series -> periods of which a projection was published by then
        self.figures = {name: self._read(d) for name, d in self.described.items()}
        # pages show the same few periods in many tables
        self._values = cache(self._find_values)
        self._held = cache(self._find_held)
        self._reached = cache(self._find_reached)

    def projected(self, row: dict[str, str]) -> bool:
        """True if a projection of the row's period was published by the day in one of its series."""
        return any(Period.parse(row["period"]) in self.projections.get(name, ()) for name in row["series"].split())

    def running(self) -> set[int]:
        """Return the years that end a span under way on the day and published by then: a programme of several years."""
        day = date.fromisoformat(self.as_of)
        spans = {period for published in self.figures.values() for period in published}
        return {p.end.year for p in spans if p.start <= day < p.end}

    def _read(self, d: Resource) -> dict[Period, dict[tuple[str, ...], dict[str, str]]]:
        """Period -> dimensions -> day of publication -> value; the last one is in force."""
        found: dict[Period, dict[tuple[str, ...], dict[str, str]]] = {}
        with (project_root() / "data" / d.path).open(encoding="utf-8", newline="") as file:
            for row in sorted(csv.DictReader(file), key=itemgetter("published")):
                if row["published"] <= self.as_of:
                    key = tuple(row[k] for k in d.dimensions)
                    if row.get("kind") == "projection" and row["value"]:
                        self.projections.setdefault(d.name, set()).add(Period.parse(row["period"]))
                    own = Period.parse(row["period"])
                    year = Period.parse(row["need_year"]) if row.get("need_year") else own
                    if year != own:  # a need is that of its year, which an estimate published before names ahead
                        self.projections.setdefault(d.name, set()).add(year)
                    for period in {own, year}:
                        found.setdefault(period, {}).setdefault(key, {})[row["published"]] = row["value"]
        return found

    def _find_values(self, name: str, period: Period, day: str) -> dict[tuple[str, ...], float]:
        """Dimensions -> the figure in force on a day."""
        latest = {
            key: next((v for d, v in reversed(dated.items()) if d <= day), "")
            for key, dated in self.figures[name].get(period, {}).items()
        }
        return {key: float(v) for key, v in latest.items() if v}

    def _find_held(self, name: str) -> list[Period]:
        """The periods of which a series has a figure that is in force on the day."""
        return [p for p in self.figures[name] if self._values(name, p, self.as_of)]

    def _find_reached(self, name: str, period: Period) -> str:
        """How the figures of a series reach a period: ``exact``, ``summed`` from its parts, ``held``, or not at all."""
        periods = self._held(name)
        if period in periods:
            return "exact"
        if any(p.end == period.end and p.start >= period.start for p in periods):
            return "summed"
        d = self.described[name]
        decided = (d.frequency == "D" or d.basis == "target") and period.frequency != "D"  # in force until the next
        held = any(
            (p.start <= period.start and p.end >= period.end)  # the weights of the year, for a month
            or (decided and p.start <= period.end)
            or (d.frequency == "mixed" and p.start >= period.start and p.end <= period.end)  # deliveries of a year
            for p in periods
        )
        return "held" if held else ""

    def _stands(self, row: dict[str, str], name: str, period: Period) -> bool:
        """Whether a figure of one series, in its unit and on its basis, is a published one, or the sum of its parts."""
        days = {row["group"] if re.fullmatch(r"\d{4}-\d\d-\d\d", row["group"]) else self.as_of}  # a vintage, or now
        if row["group"] == "then":  # a table of revisions: any earlier state
            days = {day for dated in self.figures[name].get(period, {}).values() for day in dated}
        known = [self._values(name, period, day) for day in days]
        if any(f"{v:.10g}" == row["value"] for values in known for v in values.values()):
            return True
        parts = [p for p in self.figures[name] if p != period and p.start >= period.start and p.end <= period.end]
        sums: dict[tuple[str, ...], float] = {}
        for p in parts:
            for key, value in self._values(name, p, self.as_of).items():
                sums[key] = sums.get(key, 0.0) + value
        return any(f"{v:.10g}" == row["value"] for v in sums.values())

    def faults(self, table: str) -> list[str]:
        """Rows of a figure's CSV that were not known on the day, by the series and basis that they name."""
        rows = csv.DictReader(io.StringIO(table))
        return [f"{fault}: {','.join(row.values())}" for row in rows if row["value"] and (fault := self.fault(row))]

    def published(self, row: dict[str, str]) -> bool:
        """Whether a row has the unit and basis of the one series it names: its figure is a published one."""
        d, period = self.described.get(row["series"]), Period.parse(row["period"])
        if d is None or row["estimated"] or (row["unit"], row["basis"]) != (d.unit, d.basis):
            return False
        items = {"", *(part for key in self.figures[d.name].get(period, {}) for part in key)}  # not a group's sum
        return row["item"] in items and self._reached(d.name, period) != "held"

    def fault(self, row: dict[str, str]) -> str:
        """Why a figure is not one that its own series had published by the day, or nothing."""
        period, names = Period.parse(row["period"]), row["series"].split()
        if names == ["claims"]:
            return "" if row["period"] == self.as_of else "claims are counted on the day"
        if not names or not self.described.keys() >= set(names):
            return "names no series"
        if row["estimated"]:
            empty = [n for n in names if not self.figures[n]]
            return f"estimated from {', '.join(empty)}, not published yet" if empty else ""
        if row["group"] < self.as_of and len(names) == 1:  # of an earlier edition, which a later one may have withdrawn
            then = self._values(names[0], period, row["group"]) if row["group"][:2] == "20" else {}
            if float(row["value"]) in then.values():
                return ""
        how = {name: self._reached(name, period) for name in names}
        if not all(how.values()) or (len(how) > 1 and not {"exact", "summed"} & set(how.values())):
            return f"not known then: {', '.join(n for n in how if how[n] in ('', 'held'))}"
        return "another value was known then" if self.published(row) and not self._stands(row, *names, period) else ""


@pytest.fixture(scope="session")
def known():
    """A day -> what was known on it."""
    return lru_cache(maxsize=4)(Known)
