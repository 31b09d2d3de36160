"""The small language of the column ``test``, read and checked.

A test is ``verb operand, operand``. An operand is claims, series and facts joined by `` + ``, `` - ``, `` * `` or
`` / ``.
Groups of tests are separated by ``;``, alternatives of a group by `` or ``. docs/reference/claims.md lists
the verbs.
"""

from __future__ import annotations

import re

from kzreport.claims.claim import DOCUMENT_ID, ClaimTest, Operand, Term
from kzreport.claims.evidence import FREE_DIMENSIONS, is_group
from kzreport.claims.facts import all_facts
from kzreport.claims.verbs import VERBS
from kzreport.errors import DataError, explain, one_of
from kzreport.model import Period
from kzreport.series.groups import all_groups
from kzreport.series.resource import Resource, describe_series

CLAIM_ID = re.compile(rf"{DOCUMENT_ID.pattern}-L\d+-\d+", re.ASCII)  # document, line, number


def parse_tests(text: str, where: str = "test") -> tuple[tuple[ClaimTest, ...], ...]:
    """Return the groups of alternative tests that a cell holds. Raises :class:`DataError` with the choices.

    >>> groups = parse_tests("same A-L1-1; value cpi_yy@2022-12 or value mean cpi_yy")
    >>> [[test.verb for test in group] for group in groups]
    [['same'], ['value', 'value']]
    >>> groups[1][0].operands[0][0].period, groups[1][1].operands[0][0].over
    (Period('2022-12'), 'mean')
    """
    if not text:
        return ()
    return tuple(tuple(_test(t, where) for t in re.split(r"\sor\s", group)) for group in text.split(";"))


def _test(text: str, where: str) -> ClaimTest:
    name, _, rest = text.strip().partition(" ")
    if name not in VERBS:
        raise DataError(explain(where, repr(name), one_of(VERBS, name)))
    verb = VERBS[name]
    operands = tuple(_operand(o, where) for o in rest.split(",")) if rest.strip() else ()
    if not verb.fewest <= len(operands) <= verb.most:
        expected = f"{verb.fewest}" if verb.fewest == verb.most else f"{verb.fewest} to {verb.most}"
        raise DataError(explain(where, f"'{name}' with {len(operands)} operands", f"{expected}, separated by commas"))
    if verb.takes and not all(len(o) == 1 and _is_a(o[0], verb.takes) for o in operands):
        expected = _TAKEN[verb.takes]
        raise DataError(explain(where, text.strip(), f"'{name}' and {expected}"))
    return ClaimTest(name, operands)


_TAKEN = {
    "claim": "the id of a claim",
    "fact": "'fact' and a measure",
}


def _is_a(term: Term, kind: str) -> bool:
    return bool(term.claim if kind == "claim" else term.fact)


def _operand(text: str, where: str) -> Operand:
    parts = re.split(r"\s([+*/-])\s", f" + {text.strip()}")
    return tuple(_term(t, s, where) for s, t in zip(parts[1::2], parts[2::2], strict=True))


def _term(text: str, sign: str, where: str) -> Term:
    words = text.split()
    if len(words) == 1 and (words[0] == "self" or CLAIM_ID.fullmatch(words[0])):
        return Term(sign, claim=words[0])
    if words and words[0] == "fact":
        return _fact_term(text, words[1:], sign, where)
    over = words.pop(0) if words and words[0] in ("sum", "mean") else ""
    if not words:
        raise DataError(explain(where, repr(text), "a claim id, self, or a series"))
    words[-1], _, period = words[-1].partition("@")
    try:
        series, *pairs = words
        chosen = dict(p.split("=", 1) for p in pairs)
        about = describe_series(series)
        when = Period.parse(period) if period else None
    except ValueError:
        raise DataError(explain(where, repr(text), "series dim=value dim=value@period")) from None
    except DataError as e:
        raise DataError(f"{where}: {e}") from None
    _check_dimensions(about, chosen, f"{where}, {series}")
    return Term(sign, series=series, over=over, dims=tuple(sorted(chosen.items())), period=when)


def _fact_term(text: str, words: list[str], sign: str, where: str) -> Term:
    """Return a term that names facts: ``fact measure subject=KAZ@2022``."""
    measures = all_facts().measures
    if words:
        words[-1], _, period = words[-1].partition("@")
        chosen = dict(p.partition("=")[::2] for p in words[1:])
        if words[0] not in measures:
            raise DataError(explain(where, f"no measure '{words[0]}'", "one of data/facts/facts.yml"))
        if not set(chosen) - {"subject"} and all(chosen.values()):
            when = Period.parse(period) if period else None
            return Term(sign, fact=words[0], dims=tuple(chosen.items()), period=when)
    raise DataError(explain(where, repr(text), "fact measure subject=KAZ@period"))


def _check_dimensions(about: Resource, chosen: dict[str, str], where: str) -> None:
    for key, value in chosen.items():
        known = about.enums.get(key, (value,)) if key in about.columns[3:] else ()
        if value not in known and not is_group(about, key, value, all_groups()):
            choices = one_of(known or about.columns[3:], value if known else key)
            todo = "a group of countries must stand in data/groups.yml" if known else ""
            raise DataError(explain(where, f"{key}={value}", choices, todo))
    if open_ := [k for k in about.dimensions if k not in chosen and k not in FREE_DIMENSIONS]:
        raise DataError(explain(where, f"nothing chosen of {', '.join(open_)}", f"{open_[0]}=..."))
