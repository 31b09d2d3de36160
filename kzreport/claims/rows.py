"""One row of a claims file, checked cell by cell and turned into a claim."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from kzreport.claims.claim import Claim, Document, Qualifier
from kzreport.claims.documents import Register
from kzreport.claims.tests import CLAIM_ID, parse_tests
from kzreport.errors import DataError, explain
from kzreport.model import Period
from kzreport.project import project
from kzreport.units import UNITS

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)
_CORRECTED = ("period", "basis", "value", "step", "unit", "test")  # columns that a correction may change
_SIGNED = (Qualifier.EXACT, Qualifier.ROUNDED, Qualifier.ABOUT, Qualifier.PLANNED, Qualifier.INFERRED)


def claim_columns() -> tuple[str, ...]:
    """Return the columns of a claims file: the evidence and the text have one for each language of the project.

    >>> claim_columns()[-2:]
    ('text.fr', 'text.en')
    """
    languages = project().languages
    return (
        *("id", "line", "theme", "page", "value", "step", "qualifier", "low", "high", "unit", "period", "basis"),
        *("test", "substantive", "as_corrected", *(f"evidence.{k}" for k in languages)),
        *("evidence_url", *(f"text.{k}" for k in languages)),
    )


@dataclass(frozen=True)
class Row:
    """The cells of a row by column, and the place that its errors name."""

    cells: Mapping[str, str]
    where: str

    def bad(self, column: str, expected: str, todo: str = "") -> DataError:
        """Return the error for a cell."""
        return DataError(explain(f"{self.where}, column '{column}'", repr(self.cells[column])[:80], expected, todo))

    def number(self, column: str) -> float | None:
        """Return the number of a cell, ``None`` if it is empty."""
        text = self.cells[column]
        if text and not _NUMBER.fullmatch(text):
            raise self.bad(column, "a number such as -12.5 or nothing")
        return float(text) if text else None

    def one_of(self, column: str, choices: Collection[str], *, empty: bool = False, listed_in: str = "") -> str:
        """Return the text of a cell that must be one of several, or with ``empty`` may be empty."""
        text = self.cells[column]
        if text not in choices and not (empty and not text):
            raise self.bad(column, f"one of {', '.join(choices)}{listed_in}")
        return text

    def local(self, column: str) -> Mapping[str, str]:
        """Return language -> text."""
        return {k: self.cells[f"{column}.{k}"] for k in project().languages}


def read_row(row: Row, document: Document, register: Register) -> Claim:
    """Return the claim that a row states. Raises :class:`DataError` naming file, line, column and the choices."""
    for column, text in row.cells.items():
        if text != text.strip() or not text.isprintable():
            raise row.bad(column, "printable text without spaces around it")
    claim = _claim(row, document, register)
    correction = row.cells["as_corrected"]
    if not correction:
        return claim
    pairs = [p.partition("=") for p in correction.split(" | ")]
    if wrong := [k for k, _, _ in pairs if k not in _CORRECTED]:
        expected = f"key=value | key=value, keys among {', '.join(_CORRECTED)}"
        raise row.bad("as_corrected", expected, f"not {wrong[0]!r}")
    cells = {**row.cells, "as_corrected": "", **{k: v for k, _, v in pairs}}
    corrected = _claim(Row(cells, f"{row.where}, as corrected"), document, register)
    return replace(claim, corrected=corrected)


def _claim(row: Row, document: Document, register: Register) -> Claim:
    cells = row.cells
    if not cells["line"].isdecimal():
        raise row.bad("line", "the number of a line")
    line = int(cells["line"])
    if not CLAIM_ID.fullmatch(cells["id"]) or not cells["id"].startswith(f"{document.id}-L{line:03}-"):
        raise row.bad("id", f"{document.id}-L{line:03}- and a number")
    theme = row.one_of("theme", register.themes)
    qualifier = Qualifier(row.one_of("qualifier", tuple(Qualifier)))
    basis = row.one_of("basis", register.bases, empty=True, listed_in=" (data/claims/documents.yml)")
    if "undefined" in cells["test"] and not basis:
        raise row.bad("basis", "the basis that leaves undefined what is meant")
    if cells["unit"] not in (*UNITS, "date"):
        raise row.bad("unit", f"date or one of {', '.join(UNITS)}")
    period = _period(row)
    value, step, low, high = _figure(row, qualifier, period)
    evidence = _evidence(row)
    return Claim(
        id=cells["id"],
        document=document,
        line=line,
        theme=theme,
        page=cells["page"],
        value=value,
        step=step,
        qualifier=qualifier,
        low=low,
        high=high,
        unit=cells["unit"],
        period=period,
        basis=basis,
        tests=parse_tests(cells["test"], f"{row.where}, column 'test'"),
        substantive=row.one_of("substantive", ("yes", "no")) == "yes",
        text=row.local("text"),
        evidence=evidence,
        evidence_url=cells["evidence_url"],
    )


def _period(row: Row) -> Period | None:
    try:
        return Period.parse(row.cells["period"]) if row.cells["period"] else None
    except DataError:
        raise row.bad("period", "2026, 2026-Q1, 2026-08, 2026-08-31, 2026-01/2026-08 or nothing") from None


def _figure(
    row: Row, qualifier: Qualifier, period: Period | None
) -> tuple[float | None, float, float | None, float | None]:
    """Return value, step, low and high, which have to go together."""
    value, step, low, high = (row.number(column) for column in ("value", "step", "low", "high"))
    if row.cells["unit"] == "date":
        if value is not None or period is None:
            raise row.bad("value", "nothing, and a period: the date that is claimed")
    elif value is None and low is None and high is None:
        raise row.bad("value", "a number, or one in low or high")
    if value is not None and (step is None or step <= 0):
        raise row.bad("step", "the unit of the last printed digit, above 0")
    if value is not None and value < 0 and qualifier not in _SIGNED:
        raise row.bad("qualifier", "exact, rounded or about for a value below 0")
    if low is not None and high is not None and low > high:
        raise row.bad("low", "at most 'high'")
    return value, step or 1.0, low, high


def _evidence(row: Row) -> Mapping[str, str] | None:
    evidence = row.local("evidence")
    given = any(evidence.values())
    if not all(evidence.values()) and (given or row.cells["as_corrected"]):
        raise row.bad("as_corrected", " and ".join(f"evidence.{k}" for k in evidence))
    if row.cells["evidence_url"] and not row.cells["evidence_url"].startswith("https://"):
        raise row.bad("evidence_url", "an address that starts with https://")
    return evidence if given else None
