"""The claims of a page for formats that are read on paper: what matters in full, the others in a line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kzreport.language.words import Words
from kzreport.render.ledger import Listed, by_verdict, count_table, group_name, told, turn
from kzreport.render.text import Run


@dataclass(frozen=True)
class Entry:
    """A claim on paper: its sentence and place, and in full the parts below it: a name, and lines of runs."""

    stated: str
    place: str
    parts: Sequence[tuple[str, Sequence[Sequence[Run]]]] = ()


@dataclass(frozen=True)
class Group:
    """The claims of a verdict: its name, their number, and those that a list of them has."""

    name: str
    count: int
    entries: Sequence[Entry]


@dataclass(frozen=True)
class PaperLedger:
    """The claims of a page on paper.

    - ``head``, ``rows``: counts by verdict and document
    - ``full``: what is contradicted, doubtful or has turned, with its evidence
    - ``others``: the other claims, in a line each
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    full: Sequence[Group]
    others: Sequence[Group]


def paper_ledger(claims: Sequence[Listed], w: Words, *, short: bool) -> PaperLedger:
    """Return the claims of a page for paper; ``short``: another page has them in full."""
    documents, counts = count_table(claims)
    groups = [(group_name(verdict, w), few) for verdict, few in by_verdict(claims)]
    head = [w.ui("verdict"), *(documents if len(documents) > 1 else ()), w.ui("total")]
    numbers = [(group_name(verdict, w), own[-(len(head) - 1) :]) for verdict, own in counts]
    return PaperLedger(
        head=head,
        rows=[[name, *(w.number(n, 0) if n else "–" for n in own)] for name, own in numbers],
        full=[] if short else list(_groups(groups, w, in_full=True)),
        others=[Group(name, len(few), [Entry(c.stated, c.place) for c in few]) for name, few in groups]
        if short
        else list(_groups(groups, w, in_full=False)),
    )


def _groups(groups: Sequence[tuple[str, Sequence[Listed]]], w: Words, *, in_full: bool) -> Iterator[Group]:
    for name, few in groups:
        chosen = [claim for claim in few if claim.in_full is in_full]
        if chosen:
            entries = [Entry(c.stated, c.place, list(_parts(c, w)) if in_full else ()) for c in chosen]
            yield Group(name, len(chosen), entries)


def _parts(claim: Listed, w: Words) -> Iterator[tuple[str, Sequence[Sequence[Run]]]]:
    if turned := turn(claim, w):
        yield w.ui("turned_now"), [[Run(turned)]]
    for key, cell in (
        ("within_document", claim.within),
        ("against_published", claim.published),
        ("evidence", claim.evidence),
    ):
        if told(cell):
            yield w.ui(key), cell.lines
