"""Revisions since the edition before, where they occur: at sentences that state a revised figure, and at sources.

A sentence says which figures it states (:class:`~kzreport.pages.outputs.Output`). One that a series holds twice for the
period, as for two countries, is not marked: the list of sources tells its revision.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from markupsafe import Markup

from kzreport.language.words import Words
from kzreport.pages.since import Changes, Revision, compare_dates, known_figures
from kzreport.pages.since_text import largest_revisions, then_and_now
from kzreport.render.blocks import Block
from kzreport.series.known import load_series
from kzreport.series.resource import describe_series
from kzreport.units import as_change


def revisions(names: Sequence[str], then: date, now: date) -> Changes | None:
    """Return the changes of some series from a day to a later one; ``None`` if it is not later."""
    return compare_dates(then, now, names) if then < now else None


def source_revisions(names: Sequence[str], found: Changes | None, words: Words) -> Mapping[str, str]:
    """Return series -> its largest revisions in one sentence; only series with some."""
    largest, said = largest_revisions(found) if found else [], {}
    for name in names:
        shown = [_told(r, words) for r in largest if r.series == name]
        if found and shown:
            rest = sum(r.series == name for r in found.revisions) - len(shown)
            shown += [words.count(rest, "others_revised")] if rest else []
            said[name] = _sentence(found.then, shown, words)
    return said


def with_revisions(blocks: Iterable[Block], found: Changes | None, words: Words) -> Iterator[Block]:
    """Yield the blocks of a page; below a headline or sentence, what was revised of the figures that it states."""
    for block in blocks:
        figures = block.output.figures.splitlines() if found and block.output else ()
        told = [_told(r, words) for r in found.revisions if _stated(r, figures, found)] if found and figures else ()
        if found and told:
            below = Markup('<p class="revised">{}</p>').format(_sentence(found.then, told, words))
            yield replace(block, html=block.html + below)
        else:
            yield block


def _stated(revision: Revision, figures: Iterable[str], found: Changes) -> bool:
    """True if one of the figures is the revised one, and no other of its series and period has its value."""
    name, r = revision.series, revision.now
    values = [float(v) for series, period, v in map(str.split, figures) if (series, period) == (name, str(r.period))]
    if r.value is None:
        return False
    value, _ = as_change(r.value, r.unit)  # as pages state it
    if not any(math.isclose(v, value, abs_tol=1e-9) for v in values):
        return False
    held = known_figures(load_series(name, found.now), describe_series(name).dimensions)
    return sum(o.value == r.value for (_, period), o in held.items() if period == r.period) == 1


def _sentence(then: date, told: Sequence[str], words: Words) -> str:
    start = words.ui("revised_since").format(day=words.day(then))
    return words.typography(f"{start}{words.colon}{words.semicolon.join(told)}.")


def _told(revision: Revision, words: Words) -> str:
    about = ", ".join(words.label(part) for part in revision.now.item.split())
    when = ", ".join(filter(None, (about, words.period(revision.now.period))))
    before, after = then_and_now(revision, words)
    return f"{when}{words.colon}{before} →\u00a0{after} ({words.day(revision.published)})"
