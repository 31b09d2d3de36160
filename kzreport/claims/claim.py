"""Nouns of the fact-check: a document, a claim that it prints, and the tests of a claim.

What belongs here: what the rows of ``data/claims/`` mean, and the interval that a claim's words give it. What does not:
files (:mod:`kzreport.claims.documents`, :mod:`kzreport.claims.ledger`), the language of the column ``test``
(:mod:`kzreport.claims.tests`), verdicts (:mod:`kzreport.claims.assessment`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kzreport.model import Interval, Period

DOCUMENT_ID = re.compile(r"[A-Za-z][A-Za-z0-9]*", re.ASCII)
MARK = re.compile(r"\{claim(?:\.(period))?(?::([a-z]+))?\}")  # in the sentence of a claim: its period, or its figure
FORMS = ("", "bare", "abs", "words", "feminine")  # of a figure in such a sentence


class Qualifier(StrEnum):
    """The words that stand before a printed figure, or what is known of it."""

    EXACT = "exact"
    ROUNDED = "rounded"
    ABOUT = "about"
    MORE_THAN = "more_than"
    AT_LEAST = "at_least"
    NEARLY = "nearly"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"
    RANGE = "range"
    PLANNED = "planned"
    IMPRECISE = "imprecise"
    INFERRED = "inferred"


def figure_interval(qualifier: Qualifier, value: float, step: float) -> Interval:
    """Return the values that a printed figure and its qualifier allow; ``step`` is the unit of its last digit.

    - exact, rounded, inferred, planned: half a step on either side
    - about: five per cent on either side
    - nearly: above nine tenths of the figure, at most the figure
    - more than, at least, at most, less than: the bound that the words state

    >>> figure_interval(Qualifier.EXACT, 20.5, 1.0), figure_interval(Qualifier.AT_LEAST, 3.0, 1.0)
    (Interval(low=20.0, high=21.0), Interval(low=3.0, high=inf))
    """
    match qualifier:
        case Qualifier.ABOUT:
            return Interval(value - 0.05 * abs(value), value + 0.05 * abs(value))
        case Qualifier.NEARLY:
            return Interval(math.nextafter(0.9 * value, math.inf), value)
        case Qualifier.MORE_THAN:
            return Interval(math.nextafter(value, math.inf), math.inf)
        case Qualifier.AT_LEAST:
            return Interval(value, math.inf)
        case Qualifier.AT_MOST:
            return Interval(-math.inf, value)
        case Qualifier.LESS_THAN:
            return Interval(-math.inf, math.nextafter(value, -math.inf))
    return Interval(value - step / 2, value + step / 2)


@dataclass(frozen=True)
class Document:
    """A document that prints claims. They exist from its ``date`` on; ``claims`` is how many there are."""

    id: str
    title: Mapping[str, str]
    author: Mapping[str, str]
    date: date
    claims: int
    url: str = ""
    note: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Term:
    """One claim or one series inside an operand.

    - ``sign``: ``+``, ``-``, ``*`` or ``/``, what is done with it
    - ``claim``: the id of a claim, or ``self``; empty for a series
    - ``fact``: the measure of facts; empty for a series
    - ``over``: ``sum`` or ``mean`` of the months of the period; empty for the figure of the period
    - ``dims``: the chosen values of the dimensions of the series
    - ``period``: the period of the figure; the claim's own if ``None``
    """

    sign: str
    claim: str = ""
    series: str = ""
    fact: str = ""
    over: str = ""
    dims: tuple[tuple[str, str], ...] = ()
    period: Period | None = None


Operand = tuple[Term, ...]


@dataclass(frozen=True)
class ClaimTest:
    """One way to compare a claim with other figures: a verb and its operands."""

    verb: str
    operands: tuple[Operand, ...]

    @property
    def terms(self) -> Iterator[Term]:
        """The terms of all operands."""
        return (term for operand in self.operands for term in operand)

    @property
    def within(self) -> bool:
        """True if the test uses figures of the document alone; ``unit_as`` rests on another claim's series."""
        return self.verb not in ("undefined", "unit_as") and all(term.claim for term in self.terms)


@dataclass(frozen=True)
class Claim:
    """A printed figure with its place in a document.

    - ``step``: the unit of the last printed digit
    - ``low``, ``high``: the bounds that a range or an imprecise statement gives
    - ``tests``: groups of alternatives
    - ``text``, ``evidence``: words in each language; ``needs``: the series or fact that judging it would take
    - ``corrected``: the same claim with the correction that its evidence supports
    """

    id: str
    document: Document
    line: int
    theme: str
    page: str
    value: float | None
    step: float
    qualifier: Qualifier
    low: float | None
    high: float | None
    unit: str
    period: Period | None
    basis: str
    tests: tuple[tuple[ClaimTest, ...], ...]
    substantive: bool
    text: Mapping[str, str]
    evidence: Mapping[str, str] | None = None
    evidence_url: str = ""
    needs: Mapping[str, str] | None = None
    corrected: Claim | None = None

    @property
    def interval(self) -> Interval | None:
        """The values that the claim allows, see :func:`figure_interval`; ``None`` if it states no bound."""
        if self.qualifier not in (Qualifier.RANGE, Qualifier.IMPRECISE) and self.value is not None:
            return figure_interval(self.qualifier, self.value, self.step)
        if self.low is None and self.high is None:
            return None
        return Interval(-math.inf if self.low is None else self.low, math.inf if self.high is None else self.high)
