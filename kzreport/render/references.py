"""The numbers that a page gives its figures, sources and notes, and which of them go together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kzreport.pages.outputs import Kind, Output
from kzreport.render.figures import csv_rows, has_figures

_SERIES = 7  # the column of the CSV of readings


@dataclass(frozen=True)
class Figure:
    """A chart or table of a page.

    - ``number``: its number among all of its kind
    - ``sources``, ``notes``: the numbers of those that it rests on
    """

    output: Output
    number: int
    sources: Sequence[int]
    notes: Sequence[int]

    @property
    def is_chart(self) -> bool:
        """True for a chart, false for a table."""
        return self.output.kind is Kind.CHART


@dataclass(frozen=True)
class References:
    """The numbered parts of a page: its figures, the names of the series that are its sources, in order."""

    figures: Sequence[Figure]
    series: Sequence[str]

    def of(self, output: Output) -> Figure:
        """Return the figure that an output is."""
        return next(figure for figure in self.figures if figure.output is output)

    def sources_of(self, names: str) -> list[int]:
        """Return the numbers of the sources that are among series, which are named with spaces between them."""
        wanted = set(names.split())
        return [number for number, name in enumerate(self.series, 1) if name in wanted]

    def rows_of(self, output: Output) -> dict[str, Sequence[int]]:
        """Return the sources of each group of figures of a table; nothing if all rest on the same."""
        rows = csv_rows(output)
        names: dict[str, set[str]] = {}
        for row in rows[1:] if has_figures(rows) else ():
            names.setdefault(row[0], set()).update(row[_SERIES].split())
        if len({frozenset(few) for few in names.values()}) < 2:
            return {}
        return {group: self.sources_of(" ".join(few)) for group, few in names.items()}

    def citing(self, number: int, *, notes: bool = False) -> list[Figure]:
        """Return the figures that rest on a source, or that a note is about."""
        return [f for f in self.figures if number in (f.notes if notes else f.sources)]


def read_references(outputs: Sequence[Output]) -> References:
    """Number the figures, sources and notes of a page in the order in which it shows them."""
    lists = {o.kind: o.series.splitlines() for o in outputs if o.kind in (Kind.SOURCES, Kind.CAVEATS)}
    series = lists.get(Kind.SOURCES, [])
    notes = [set(line.split()) for line in lists.get(Kind.CAVEATS, [])]
    counts = {Kind.CHART: 0, Kind.TABLE: 0}
    figures = []
    for output in outputs:
        if output.kind in counts:
            counts[output.kind] += 1
            read = _series_of(output)
            sources = [number for number, name in enumerate(series, 1) if name in read]
            about = [number for number, told in enumerate(notes, 1) if f"#{output.name}" in told and told & read]
            figures.append(Figure(output, counts[output.kind], sources, about))
    return References(figures, series)


def _series_of(output: Output) -> set[str]:
    rows = csv_rows(output)
    return {name for row in rows[1:] for name in row[_SERIES].split()} if has_figures(rows) else set()
