"""A finding: what a guard saw, with the arithmetic, what it expected and what to do.

A guard returns findings and raises nothing; its caller decides:

- :func:`errors_of` are those that refuse: before a kernel, before a row is written (exit code 2);
- :func:`questions_of` are those that ``--yes`` accepts;
- the others are said.

Every finding has its severity from :data:`kzreport.guards.table.GUARDS`. Findings that an issue of
``data/issues.yml`` excuses are left out by :func:`kzreport.guards.state.check_state` and
:func:`kzreport.guards.change.check_change`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kzreport.errors import explain
from kzreport.guards.table import GUARDS, Severity


@dataclass(frozen=True)
class Finding:
    """One thing that a guard saw.

    - ``guard``: its name in :data:`~kzreport.guards.table.GUARDS`
    - ``series``, ``period``, ``dims``: the figure it is about; ``period`` is empty if it is about the whole table
    - ``found``: what was found, with the arithmetic
    - ``expected``, ``todo``: as in every message of the package
    - ``others``: further series that may be the one that is wrong

    >>> print(Finding("sum", "weights", "2026", "40 + 30 + 20 = 90", "100").message)
    data/weights.csv, 2026 (guard 'sum'): found 40 + 30 + 20 = 90, expected 100.
    """

    guard: str
    series: str
    period: str
    found: str
    expected: str
    todo: str = ""
    dims: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """``error``, ``question`` or ``warning``."""
        return GUARDS[self.guard].severity

    @property
    def where(self) -> str:
        """The table, or the list in words, and the figure, as messages name them."""
        at = " ".join([self.period, *self.dims.values()]).strip()
        file = self.series if self.series.endswith((".yml", ".json")) else f"{self.series}.csv"
        return f"data/{file}{', ' if at else ''}{at} (guard '{self.guard}')"

    @property
    def message(self) -> str:
        """The finding as one line: where, what was found, what was expected, what to do."""
        return explain(self.where, self.found, self.expected, self.todo)

    def as_json(self) -> dict[str, object]:
        """The finding for a file or a summary."""
        return {
            "guard": self.guard,
            "severity": self.severity,
            "series": self.series,
            "period": self.period,
            "dims": dict(self.dims),
            "message": self.message,
        }


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that refuse."""
    return [f for f in findings if f.severity == "error"]


def questions_of(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that a person may accept with ``--yes``."""
    return [f for f in findings if f.severity == "question"]


def warnings_of(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that are only said."""
    return [f for f in findings if f.severity == "warning"]
