"""One row of a claims file, checked cell by cell and turned into a claim."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from kzreport.claims.cells import Row, check_figure, check_step
from kzreport.claims.claim import FORMS, MARK, Claim, ClaimTest, Document, Qualifier
from kzreport.claims.documents import Register
from kzreport.claims.tests import CLAIM_ID, parse_tests
from kzreport.errors import one_of
from kzreport.language.words import Words
from kzreport.model import Period
from kzreport.project.settings import project
from kzreport.units import UNITS

_CORRECTED = ("period", "basis", "value", "step", "unit", "test")  # columns that a correction may change


def claim_columns() -> tuple[str, ...]:
    """Return the columns of a claims file: the evidence and the text have one for each language of the project.

    >>> claim_columns()[-2:]
    ('text.fr', 'text.en')
    """
    languages = project().languages
    return (
        *("id", "line", "theme", "page", "value", "step", "qualifier", "low", "high", "unit", "period", "basis"),
        *("test", "substantive", "as_corrected", *(f"evidence.{k}" for k in languages)),
        *("evidence_url", *(f"needs.{k}" for k in languages), *(f"text.{k}" for k in languages)),
    )


def read_row(row: Row, document: Document, register: Register) -> Claim:
    """Return the claim that a row states. Raises :class:`DataError` naming file, line, column and the choices."""
    row.check_text()
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
    if re.search(r"\b(undefined|beside)\b", cells["test"]) and not basis:
        raise row.bad("basis", "the basis that says what is meant, or that this is left undefined")
    if cells["unit"] not in (*UNITS, "date"):
        raise row.bad("unit", f"date or {one_of(UNITS, row.cells['unit'])}")
    period = row.period("period")
    value, step, low, high = _figure(row, qualifier, period)
    for language in project().languages:
        _check_marks(row, language, period)
    evidence, tests = _evidence(row), parse_tests(cells["test"], f"{row.where}, column 'test'")
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
        tests=tests,
        substantive=row.one_of("substantive", ("yes", "no")) == "yes",
        text=row.local("text"),
        evidence=evidence,
        evidence_url=row.address("evidence_url"),
        needs=_needs(row, tests),
    )


def _check_marks(row: Row, language: str, period: Period | None) -> None:
    """Raise :class:`DataError` for an empty sentence, and for a mark that cannot be filled."""
    column = f"text.{language}"
    sentence = row.cells[column]
    if not sentence or re.search("[{}]", MARK.sub("", sentence)):
        raise row.bad(column, "a sentence, with marks such as {claim}, {claim:bare}, {claim.period:in}")
    for mark, of_period, form in ((m[0], m[1], m[2] or "") for m in MARK.finditer(sentence)):
        if of_period and period is None:
            raise row.bad(column, "a sentence without a period, as the claim states none", f"not {mark}")
        if not of_period and row.cells["unit"] == "date":
            raise row.bad(column, "{claim.period:in}, as a date has no figure", f"not {mark}")
        forms = ("short", *Words(language).words_of("periods", period.frequency)) if of_period and period else FORMS[1:]
        if form and form not in forms:
            start = f"claim{'.period' * bool(of_period)}"
            listed = ", ".join(f"{{{start}:{each}}}" for each in forms)
            raise row.bad(column, f"{{{start}}} or {listed}", f"not {mark}")


def _figure(
    row: Row, qualifier: Qualifier, period: Period | None
) -> tuple[float | None, float, float | None, float | None]:
    """Return value, step, low and high, which have to go together."""
    value, step, low, high = (row.number(column) for column in ("value", "step", "low", "high"))
    check_figure(row, qualifier, period, value, low, high)
    if value is None and step is not None:
        raise row.bad("step", "nothing, as there is no value")
    return value, 1.0 if value is None else check_step(row, value, step), low, high


def _evidence(row: Row) -> Mapping[str, str] | None:
    evidence = row.in_every_language("evidence")
    if evidence is None and row.cells["as_corrected"]:
        raise row.bad("as_corrected", " and ".join(f"evidence.{k}" for k in row.local("evidence")))
    return evidence


def _needs(row: Row, tests: tuple[tuple[ClaimTest, ...], ...]) -> Mapping[str, str] | None:
    """Return what it would take to judge a claim; a claim that no test judges says it."""
    needs = row.in_every_language("needs")
    judged = any(t.verb not in ("outcome", "same", "beside") for group in tests for t in group)
    if needs is None and not judged and row.cells["substantive"] == "yes":
        columns = " and ".join(f"needs.{k}" for k in row.local("needs"))
        raise row.bad("test", f"a test that judges it, or what it would take in {columns}")
    return needs
