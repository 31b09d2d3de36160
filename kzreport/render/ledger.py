"""The claims that a page lists, read from its table and the CSV behind it, and grouped by verdict.

What belongs here: what every format needs to lay claims out. What does not: how a format sets them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kzreport.claims.verdict import Verdict
from kzreport.language.locale import NBSP
from kzreport.language.words import Words
from kzreport.pages.outputs import Output
from kzreport.render.figures import csv_rows
from kzreport.render.text import Cell, Run, plain, read_table

_KEY = "corrected_verdict"  # a column that only the CSV of claims has
ORDER = sorted(reversed(Verdict), key=lambda v: -v.severity)  # of groups: what is hard on a claim first
_ALARMING = (Verdict.INCONSISTENT, Verdict.DOUBTFUL)


@dataclass(frozen=True)
class Listed:
    """A claim as a page lists it.

    - ``about``: its row in the CSV of the page, column -> text
    - ``stated``: the sentence; ``place``: where it stands, as "S4, line 53"
    - ``within``, ``published``: the cells of its two verdicts; ``evidence``: that of the evidence
    """

    about: Mapping[str, str]
    stated: str
    place: str
    within: Cell
    published: Cell
    evidence: Cell

    @property
    def id(self) -> str:
        """The code of the claim."""
        return self.about["id"]

    @property
    def anchor(self) -> str:
        """The end of the address of a link to the claim: the same in all languages and editions."""
        return f"claim-{self.id}"

    @property
    def verdict(self) -> Verdict:
        """The verdict that leads."""
        return Verdict(self.about["verdict"])

    @property
    def before(self) -> Verdict | None:
        """The verdict in the edition before, if it was another one."""
        found = self.about.get("before")
        return Verdict(found) if found else None

    @property
    def in_full(self) -> bool:
        """True for a claim that every reader is told in full: contradicted, doubtful or turned."""
        return self.verdict in _ALARMING or self.before is not None

    @property
    def reason(self) -> str:
        """The reason of the verdict that leads, without the word of the verdict: "From published figures."."""
        published = self.about["published"] == self.about["verdict"]
        text = after_verdict(self.published if published else self.within)
        return text[:1].upper() + text[1:]


def after_verdict(cell: Cell) -> str:
    """Return what the first line of a cell says after the word of the verdict."""
    return plain([run for run in cell.lines[0] if not run.strong]).strip().removeprefix("–").strip()


def listed_claims(output: Output) -> list[Listed]:
    """Return the claims that a table of a page lists, in its order; none for a table of something else."""
    head, *rows = csv_rows(output) or [[]]
    if _KEY not in head:
        return []
    found = []
    for row, cells in zip(rows, read_table(output.html).rows, strict=True):
        stated, within, published, evidence = cells
        text, _, place = stated.text.rpartition(" (")
        found.append(
            Listed(dict(zip(head, row, strict=True)), text, place.removesuffix(")"), within, published, evidence)
        )
    return found


def by_verdict(claims: Sequence[Listed]) -> list[tuple[Verdict, list[Listed]]]:
    """Return the verdicts that occur, the hardest first, each with its claims by document and line."""
    read = sorted(claims, key=lambda c: (c.about["document"], int(c.about["line"])))
    groups = [(verdict, [c for c in read if c.verdict is verdict]) for verdict in ORDER]
    return [(verdict, few) for verdict, few in groups if few]


def group_name(verdict: Verdict, w: Words) -> str:
    """Return the name of the claims of a verdict.

    >>> group_name(Verdict.INCONSISTENT, Words("fr")), group_name(Verdict.REPRODUCED, Words("en"))
    ('Contredites', 'Reproduced')
    """
    return w.word("verdict_groups", str(verdict))


def count_table(claims: Sequence[Listed]) -> tuple[list[str], list[tuple[Verdict, list[int]]]]:
    """Return the documents of claims, and for each verdict its number of claims in each document, and in all."""
    documents = list(dict.fromkeys(sorted(c.about["document"] for c in claims)))
    counted = []
    for verdict, few in by_verdict(claims):
        own = [sum(c.about["document"] == d for c in few) for d in documents]
        counted.append((verdict, [*own, len(few)]))
    return documents, counted


def told(cell: Cell) -> bool:
    """True for a cell that says something."""
    return cell.text not in ("", "–")


def turn(claim: Listed, w: Words) -> str:
    """Return the verdict before and now: ``unverifiable → contradicted``; empty if it did not turn."""
    if claim.before is None:
        return ""
    then, now = (w.word("verdicts", str(v)).lower() for v in (claim.before, claim.verdict))
    return f"{then} →{NBSP}{now}"


def strong(runs: Sequence[Run]) -> str:
    """Return the word of the verdict in a line, which is set in bold."""
    return plain([run for run in runs if run.strong])
