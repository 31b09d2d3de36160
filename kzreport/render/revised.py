"""Revisions of the sources of a page since the edition before: old value, new value and day, for its list of sources.

A sentence names its series, not which of their figures it states: its number leads to the source, which says what was
revised. A mark at the sentence itself would stand at figures that were not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from kzreport.language.words import Words
from kzreport.pages.since import Revision, compare_dates
from kzreport.pages.since_text import largest_revisions, then_and_now


def source_revisions(names: Sequence[str], then: date, now: date, words: Words) -> Mapping[str, str]:
    """Return series -> its largest revisions from a day to a later one, in one sentence; only series with some."""
    found = compare_dates(then, now, names)
    largest, said = largest_revisions(found), {}
    for name in names:
        shown = [_told(r, words) for r in largest if r.series == name]
        if shown:
            rest = sum(r.series == name for r in found.revisions) - len(shown)
            shown += [words.count(rest, "others_revised")] if rest else []
            start = words.ui("revised_since").format(day=words.day(then))
            said[name] = words.typography(f"{start}{words.colon}{words.semicolon.join(shown)}.")
    return said


def _told(revision: Revision, words: Words) -> str:
    about = ", ".join(words.label(part) for part in revision.now.item.split())
    when = ", ".join(filter(None, (about, words.period(revision.now.period))))
    before, after = then_and_now(revision, words)
    return f"{when}{words.colon}{before} →\u00a0{after} ({words.day(revision.published)})"
