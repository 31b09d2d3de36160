"""The alternative text of a chart: one sentence with its title, its groups and their figures."""

from __future__ import annotations

from collections.abc import Sequence

from kzreport.indicators.readings import valued
from kzreport.language.words import Words
from kzreport.model import Groups, Period, Reading

# ``series``: the names of the series a figure was computed from, a space between them.
HEADER = ("group", "item", "period", "value", "unit", "status", "estimated", "series", "basis")


def describe(title: str, groups: Groups, words: Words) -> str:
    """Return the title, then each group from its first to its last value, with its extremes.

    Figures of several items that form no path (of one period, or not in the order of time) are all listed, by item.
    """
    parts = [f"{words.label(name)}{words.colon}{_extent(readings, words)}" for name, readings in groups.items()]
    return f"{title} – {words.semicolon.join(parts)}."


def _extent(readings: Sequence[Reading], words: Words) -> str:
    shown = [r for r in readings if r.ok]

    def dated(r: Reading) -> str:
        return f"{words.reading(r)} ({words.period(r.period)})"

    periods = [r.period for r in shown]
    if len({r.item for r in shown} - {""}) > 1 and all(r.item for r in shown):
        if len(set(periods)) == 1:
            return ", ".join(f"{words.label(r.item)} {words.reading(r)}" for r in shown)
        if periods != sorted(set(periods)):
            return ", ".join(f"{words.label(r.item)} {dated(r)}" for r in shown)
    if len(shown) <= 3:
        return ", ".join(map(dated, shown)) or words.ui("nothing_known")
    low, high = min(shown, key=valued), max(shown, key=valued)
    text = words.ui("from_to").format(first=dated(shown[0]), last=dated(shown[-1]))
    if {low.value, high.value} <= {shown[0].value, shown[-1].value}:
        return text
    return f"{text}, {words.ui('minimum')} {dated(low)}, {words.ui('maximum')} {dated(high)}"


def describe_grid(title: str, groups: Groups, words: Words) -> str:
    """Return the title, then for each period its first value and each later change, with the vintage."""
    values: dict[Period, list[tuple[str, str]]] = {}
    for vintage, readings in groups.items():
        for r in readings:
            known = values.setdefault(r.period, [])
            if r.ok and (not known or known[-1][1] != words.reading(r, "full")):
                known.append((vintage, words.reading(r, "full")))
    parts = [
        f"{words.period(p)}{words.colon}" + ", ".join(f"{text} ({words.label(vintage)})" for vintage, text in known)
        for p, known in sorted(values.items())
    ]
    return f"{title} – {words.semicolon.join(parts)}."
