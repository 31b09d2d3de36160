"""The one table of guards: the name of each, whether it is an error or a warning, and its rule in one line.

What belongs here: the list, for messages, documents and tests. What does not: the checks themselves
(:mod:`kzreport.guards.state`, :mod:`kzreport.guards.change`).

An ``error`` refuses: nothing is written, no kernel starts (exit code 2), unless an issue of ``data/issues.yml`` names
the guard under ``excuses`` and gives the reason. A ``question`` lets a person pass with ``--yes``; a ``warning`` is
said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "question", "warning"]


@dataclass(frozen=True)
class Guard:
    """A guard: its name, how severe its findings are, what it looks at, and its rule in a line.

    ``looks_at``: ``table`` (one table, while it is read: :func:`kzreport.series.table.parse_rows`), ``state`` (all
    figures of a date), ``change`` (one table before and after) or ``card`` (the card of a table before and after).
    """

    name: str
    severity: Severity
    looks_at: Literal["table", "state", "change", "card"]
    about: str


GUARDS: Mapping[str, Guard] = {
    guard.name: guard
    for guard in (
        Guard("range", "error", "table", "a value lies in the range of its card"),
        Guard("gap", "error", "table", "no period is missing from a continuous series"),
        Guard("order", "error", "table", "rows are sorted, each once, and not published before their period"),
        Guard("unit", "error", "state", "unit, basis and range of a card fit together, and the figures fit the unit"),
        Guard("chain", "error", "state", "twelve monthly changes make the 12-month change"),
        Guard("between", "error", "state", "a total lies between the lowest and the highest of its parts"),
        Guard("weighted", "error", "state", "a total is the mean of its parts by their weights"),
        Guard("sum", "error", "state", "parts add up to their total"),
        Guard("within", "error", "state", "some of the parts add up to no more than the total"),
        Guard("ratio", "error", "state", "one figure is the quotient of two others"),
        Guard("turnover", "error", "state", "exports and imports add up to turnover"),
        Guard("revision", "error", "state", "a printed revision is the change between the two vintages"),
        Guard("bounds", "error", "state", "a lower bound is not above the upper one"),
        Guard("same", "error", "state", "two publishers of one quantity agree"),
        Guard("twin", "error", "state", "no table repeats the figures of another"),
        Guard("spike", "error", "state", "no figure stands far apart from the one before and the one after"),
        Guard("repeat", "error", "state", "no figure of five digits or more is that of the period before"),
        Guard("step", "warning", "state", "the newest figure is no further from the one before than is usual"),
        Guard("after_today", "warning", "state", "no figure is published after today: it is left out until then"),
        Guard("first_contact", "error", "change", "a provider's first reply repeats the figures that are held"),
        Guard("redefinition", "error", "change", "code, label, unit and base of a series are those of last time"),
        Guard("switch", "error", "change", "a series that comes from another place repeats all figures that are held"),
        Guard("mass_revision", "error", "change", "of the figures older than two years at most a fifth change at once"),
        Guard(
            "unit_jump", "error", "change", "figures keep their magnitude: their median ratio to the old ones is near 1"
        ),
        Guard("completeness", "error", "change", "a reply holds at least four fifths of what is held"),
        Guard("unfinished", "error", "change", "no figure of a period that is not over"),
        Guard("future", "error", "change", "no figure is published after today"),
        Guard("insertion", "error", "change", "no row is put before one that is already known"),
        Guard("removal", "question", "change", "no published figure is removed"),
        Guard("alteration", "question", "change", "no published row is altered: a revision is a new row"),
        Guard("meaning", "question", "card", "a card says of published figures what it said when it was accepted"),
        Guard("withdrawal", "question", "change", "no figure is withdrawn"),
        Guard("outlier", "question", "change", "a new or revised figure is no further from its neighbours than usual"),
    )
}
