"""The small language of the column ``test``: what a claim is held against, read and checked.

A test is ``verb operand, operand``; an operand is claims and series joined by `` + ``, `` - ``, `` * `` or `` / ``.
Groups of tests are separated by ``;``, alternatives of a group by `` or ``. CONTRIBUTING.md lists the verbs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kzreport.errors import DataError, explain
from kzreport.model import Period
from kzreport.series.resource import describe_series

# Verb -> fewest and most operands.
VERBS: Mapping[str, tuple[int, int]] = {
    "value": (1, 1),
    "change": (1, 2),
    "multiple": (2, 2),
    "share": (2, 2),
    "rank": (1, 1),
    "implied": (3, 3),
    "per": (3, 3),
    "bound": (1, 1),
    "unit_bound": (1, 1),
    "unit_as": (1, 1),
    "part": (2, 2),
    "date": (1, 1),
    "same": (1, 1),
    "outcome": (1, 1),
    "undefined": (0, 0),
}
FREE = frozenset({"publisher", "via", "dated"})  # dimensions over which a range is taken where they are not chosen
ID = re.compile(r"[A-Za-z][A-Za-z0-9]*-L\d+-\d+", re.ASCII)  # of a claim: document, line, number


@dataclass(frozen=True)
class Term:
    """One claim or one series inside an operand, and what is done with it: ``+``, ``-``, ``*`` or ``/``."""

    sign: str
    claim: str = ""
    series: str = ""
    over: str = ""  # "sum" or "mean" of the months of the period
    dims: tuple[tuple[str, str], ...] = ()
    period: Period | None = None


Operand = tuple[Term, ...]


@dataclass(frozen=True)
class Trial:
    """One way to hold a claim against something."""

    verb: str
    operands: tuple[Operand, ...]

    @property
    def within(self) -> bool:
        """True if only the document's own figures are used."""
        return all(t.claim for o in self.operands for t in o)


def _term(text: str, sign: str, where: str) -> Term:
    words = text.split()
    if len(words) == 1 and (words[0] == "self" or ID.fullmatch(words[0])):
        return Term(sign, claim=words[0])
    over = words.pop(0) if words and words[0] in ("sum", "mean") else ""
    if not words:
        raise DataError(explain(where, repr(text), "a claim id, self, or a series"))
    words[-1], _, period = words[-1].partition("@")
    try:
        series, *pairs = words
        chosen = dict(p.split("=", 1) for p in pairs)
        d = describe_series(series)
        when = Period.parse(period) if period else None
    except ValueError:
        raise DataError(explain(where, repr(text), "series dim=value dim=value@period")) from None
    except DataError as e:
        raise DataError(f"{where}: {e}") from None
    for key, value in chosen.items():
        known = d.enums.get(key, (value,)) if key in d.columns[3:] else ()
        if value not in known and (key, value) != ("partner", "EU27"):
            choices = ", ".join(known or d.columns[3:]) or "no dimension"
            raise DataError(explain(f"{where}, {series}", f"{key}={value}", f"one of {choices}"))
    if left := [k for k in d.dimensions if k not in chosen and k not in FREE]:
        raise DataError(explain(f"{where}, {series}", f"nothing chosen of {', '.join(left)}", f"{left[0]}=..."))
    return Term(sign, "", series, over, tuple(sorted(chosen.items())), when)


def _operand(text: str, where: str) -> Operand:
    parts = re.split(r"\s([+*/-])\s", f" + {text.strip()}")
    return tuple(_term(t, s, where) for s, t in zip(parts[1::2], parts[2::2], strict=True))


def _test(text: str, where: str) -> Trial:
    verb, _, rest = text.strip().partition(" ")
    if verb not in VERBS:
        raise DataError(explain(where, repr(verb), f"one of {', '.join(VERBS)}"))
    operands = tuple(_operand(o, where) for o in rest.split(",")) if rest.strip() else ()
    fewest, most = VERBS[verb]
    if not fewest <= len(operands) <= most:
        expected = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        raise DataError(explain(where, f"'{verb}' with {len(operands)} operands", f"{expected}, separated by commas"))
    if verb in ("same", "unit_as") and not (len(operands[0]) == 1 and operands[0][0].claim):
        raise DataError(explain(where, text.strip(), f"'{verb}' and the id of a claim"))
    if verb == "date" and not (len(operands[0]) == 1 and operands[0][0].series):
        raise DataError(explain(where, text.strip(), "'date' and one series of events"))
    return Trial(verb, operands)


def parse_tests(text: str, where: str = "test") -> tuple[tuple[Trial, ...], ...]:
    """The groups of tests that a cell names. Raises :class:`DataError` with the choices.

    >>> [[t.verb for t in group] for group in parse_tests("same A-L1-1; value cpi_yy@2022-12 or value mean cpi_yy")]
    [['same'], ['value', 'value']]
    """
    if not text:
        return ()
    return tuple(tuple(_test(t, where) for t in re.split(r"\sor\s", group)) for group in text.split(";"))
