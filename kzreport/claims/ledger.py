"""Claims: figures that somebody printed, with what each is held against. Read and checked, not judged.

One CSV a document in ``data/claims/`` and ``documents.yml`` beside them; a new document is a CSV and an entry there.
What belongs here: the nouns, and the interval that a claim's words give it. What does not: the language of the column
``test`` (:mod:`kzreport.claims.tests`), the verdict (:mod:`kzreport.claims.verdicts`),
its words (:mod:`kzreport.claims.sentences`).
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from kzreport.claims.tests import ID, Term, Trial, parse_tests
from kzreport.errors import DataError, explain
from kzreport.files import cached_by_stamp, project_root, read_text, read_yaml, sha256_hex, shown_path
from kzreport.model import Interval, Period
from kzreport.project import project
from kzreport.series.table import csv_rows
from kzreport.units import UNITS

THEMES = (
    *("inflation", "fdi", "transit", "trade", "reexport", "aid"),
    *("military", "demography", "language", "oil", "other"),
)
KINDS = ("basis", "unit", "scope", "reporter", "definition")  # what it is that differs where two bases do
_CORRECTED = ("period", "basis", "value", "step", "unit", "test")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)


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


def columns() -> tuple[str, ...]:
    """Return the columns of a file of claims: one for the sentence, one for the evidence in each language."""
    languages = project().languages
    return (
        *("id", "line", "theme", "page", "value", "step", "qualifier", "low", "high", "unit", "period", "basis"),
        *("test", "substantive", "as_corrected", *(f"evidence_{k}" for k in languages), "evidence_url", *languages),
    )


@dataclass(frozen=True)
class Document:
    """Who printed the claims, and since when they exist."""

    id: str
    title: Mapping[str, str]
    author: Mapping[str, str]
    date: date
    url: str = ""
    note: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Claim:
    """A figure somebody printed. ``tests`` are groups of alternatives; ``corrected`` is the claim with evidence."""

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
    tests: tuple[tuple[Trial, ...], ...]
    substantive: bool
    text: Mapping[str, str]
    evidence: Mapping[str, str] | None = None
    evidence_url: str = ""
    corrected: Claim | None = None

    @property
    def interval(self) -> Interval | None:
        """What the printed figure and its words allow, None where they give no bound.

        exact, rounded, inferred: half a unit of the last digit either side; about: five per cent either side; nearly:
        above nine tenths of it, itself at most; more than: above it; at least, at most, less than: as they say.
        """
        if self.qualifier in (Qualifier.RANGE, Qualifier.IMPRECISE) or self.value is None:
            if self.low is None and self.high is None:
                return None
            low = -math.inf if self.low is None else self.low
            return Interval(low, math.inf if self.high is None else self.high)
        x, half = self.value, self.step / 2
        above, below = math.nextafter(x, math.inf), math.nextafter(x, -math.inf)
        return {
            Qualifier.ABOUT: lambda: Interval(x - 0.05 * abs(x), x + 0.05 * abs(x)),
            Qualifier.NEARLY: lambda: Interval(math.nextafter(0.9 * x, math.inf), x),
            Qualifier.MORE_THAN: lambda: Interval(above, math.inf),
            Qualifier.AT_LEAST: lambda: Interval(x, math.inf),
            Qualifier.AT_MOST: lambda: Interval(-math.inf, x),
            Qualifier.LESS_THAN: lambda: Interval(-math.inf, below),
        }.get(self.qualifier, lambda: Interval(x - half, x + half))()


def _folder() -> Path:
    return project_root() / "data" / "claims"


def _both(raw: object, where: str) -> Mapping[str, str]:
    if (
        not isinstance(raw, dict)
        or set(raw) - {"kind"} != set(project().languages)
        or not all(map(str.strip, raw.values()))
    ):
        raise DataError(explain(where, repr(raw)[:80], f"words in {', '.join(project().languages)}"))
    return {k: str(raw[k]).strip() for k in project().languages}


def _document(key: str, raw: object, where: str) -> Document:
    if not isinstance(raw, dict) or {"title", "author", "date"} - set(raw) or set(raw) - {*Document.__annotations__}:
        raise DataError(explain(where, repr(raw)[:80], "title, author, date and perhaps url, note"))
    try:
        day = date.fromisoformat(raw["date"])
    except (TypeError, ValueError):
        raise DataError(explain(f"{where}.date", repr(raw["date"]), "a date such as 2026-01-21")) from None
    url = raw.get("url", "")
    if url and not url.startswith("https://"):
        raise DataError(explain(f"{where}.url", repr(url), "an address that starts with https://"))
    title, author = _both(raw["title"], f"{where}.title"), _both(raw["author"], f"{where}.author")
    return Document(key, title, author, day, url, _both(raw["note"], f"{where}.note") if "note" in raw else None)


@cached_by_stamp()
def _about(path: Path) -> tuple[Mapping[str, Document], Mapping[str, Mapping[str, str]]]:
    raw, where = read_yaml(path), shown_path(path)
    if not isinstance(raw, dict) or set(raw) != {"documents", "bases"}:
        found = sorted(raw) if isinstance(raw, dict) else repr(raw)
        raise DataError(explain(where, found, "the keys documents and bases"))
    documents = {k: _document(k, v, f"{where}, documents.{k}") for k, v in raw["documents"].items()}
    bases = {}
    for slug, entry in raw["bases"].items():
        at = f"{where}, bases.{slug}"
        words, kind = _both(entry, at), entry.get("kind", "basis")
        if kind not in KINDS:
            raise DataError(explain(f"{at}.kind", repr(kind), f"one of {', '.join(KINDS)}"))
        bases[slug] = {**words, "kind": kind}
    return documents, bases


def _read_about() -> tuple[Mapping[str, Document], Mapping[str, Mapping[str, str]]]:
    return _about(_folder() / "documents.yml")


def documents() -> Mapping[str, Document]:
    """The documents by id. Raises :class:`DataError` naming file and key."""
    return _read_about()[0]


def bases() -> Mapping[str, Mapping[str, str]]:
    """Slug of a basis -> its name in each language, and the ``kind`` of difference that another basis makes."""
    return _read_about()[1]


def _claim(cells: Mapping[str, str], document: Document, where: str, *, corrected: bool = False) -> Claim:
    def bad(column: str, expected: str, todo: str = "") -> DataError:
        return DataError(explain(f"{where}, column '{column}'", repr(cells[column])[:80], expected, todo))

    def number(column: str) -> float | None:
        if cells[column] and not _NUMBER.fullmatch(cells[column]):
            raise bad(column, "a number such as -12.5 or nothing")
        return float(cells[column]) if cells[column] else None

    for column in columns():
        if cells[column] != cells[column].strip() or not cells[column].isprintable():
            raise bad(column, "printable text without spaces around it")
    for column, choices in (("theme", THEMES), ("qualifier", tuple(Qualifier)), ("substantive", ("yes", "no"))):
        if cells[column] not in choices:
            raise bad(column, f"one of {', '.join(choices)}")
    if not ID.fullmatch(cells["id"]) or not cells["id"].startswith(f"{document.id}-L{int(cells['line']):03}-"):
        raise bad("id", f"{document.id}-L{cells['line']}- and a number")
    if cells["unit"] not in (*UNITS, "date"):
        raise bad("unit", f"date or one of {', '.join(UNITS)}")
    if cells["basis"] and cells["basis"] not in bases():
        raise bad("basis", f"one of {', '.join(bases())} (data/claims/documents.yml)")
    try:
        period = Period.parse(cells["period"]) if cells["period"] else None
    except DataError:
        raise bad("period", "2026, 2026-Q1, 2026-08, 2026-08-31, 2026-01/2026-08 or nothing") from None
    value, step, low, high = (number(c) for c in ("value", "step", "low", "high"))
    qualifier = Qualifier(cells["qualifier"])
    if cells["unit"] == "date":
        if value is not None or period is None:
            raise bad("value", "nothing, and a period: the date that is claimed")
    elif value is None and low is None and high is None:
        raise bad("value", "a number, or one in low or high")
    if value is not None and (step is None or step <= 0):
        raise bad("step", "the unit of the last printed digit, above 0")
    if value is not None and value < 0 and qualifier not in ("exact", "rounded", "about", "planned", "inferred"):
        raise bad("qualifier", "exact, rounded or about for a value below 0")
    if low is not None and high is not None and low > high:
        raise bad("low", "at most 'high'")
    if "undefined" in cells["test"] and not cells["basis"]:
        raise bad("basis", "the basis that leaves undefined what is meant")
    evidence = {k: cells[f"evidence_{k}"] for k in project().languages}
    if not all(evidence.values()) and (cells["as_corrected"] or any(evidence.values())):
        raise bad("as_corrected", " and ".join(f"evidence_{k}" for k in evidence))
    if cells["evidence_url"] and not cells["evidence_url"].startswith("https://"):
        raise bad("evidence_url", "an address that starts with https://")
    second = None
    if cells["as_corrected"] and not corrected:
        pairs = [p.partition("=") for p in cells["as_corrected"].split(" | ")]
        if wrong := [k for k, _, _ in pairs if k not in _CORRECTED]:
            raise bad("as_corrected", f"key=value | key=value, keys among {', '.join(_CORRECTED)}", f"not {wrong[0]!r}")
        changed = {**cells, "as_corrected": "", **{k: v for k, _, v in pairs}}
        second = _claim(changed, document, f"{where}, as corrected", corrected=True)
    return Claim(
        id=cells["id"],
        document=document,
        line=int(cells["line"]),
        theme=cells["theme"],
        page=cells["page"],
        value=value,
        step=step or 1.0,
        qualifier=qualifier,
        low=low,
        high=high,
        unit=cells["unit"],
        period=period,
        basis=cells["basis"],
        tests=parse_tests(cells["test"], f"{where}, column 'test'"),
        substantive=cells["substantive"] == "yes",
        text={k: cells[k] for k in project().languages},
        evidence=evidence if all(evidence.values()) else None,
        evidence_url=cells["evidence_url"],
        corrected=second,
    )


@cached_by_stamp()
def _claims(folder: Path, *files: Path) -> Mapping[str, Claim]:
    found: dict[str, Claim] = {}
    for document in documents().values():
        path = folder / f"{document.id}.csv"
        for line, row in csv_rows(columns(), read_text(path), shown_path(path)):
            at = f"{shown_path(path)}, line {line}"
            claim = _claim(dict(zip(columns(), row, strict=True)), document, at)
            if claim.id in found:
                raise DataError(explain(f"{at}, column 'id'", f"'{claim.id}' again", "each id once"))
            found[claim.id] = claim
    for claim in found.values():
        for term in _terms(claim):
            if term.claim and term.claim != "self" and term.claim not in found:
                raise DataError(explain(f"claim {claim.id}, test", f"no claim '{term.claim}'", "the id of a claim"))
    return found


def _terms(claim: Claim) -> Iterator[Term]:
    for one in (claim, claim.corrected):
        if one:
            yield from (t for group in one.tests for test in group for o in test.operands for t in o)


def claims() -> Mapping[str, Claim]:
    """All claims by id, in the order of the documents and their lines as filed; read again after an edit.

    Raises :class:`DataError` naming file, line and column.
    """
    folder = _folder()
    if not folder.is_dir():
        return {}
    return _claims(folder, *sorted(folder.iterdir()), folder.parent / "datapackage.json")


def known(
    as_of: date, *, pages: Collection[str] = (), themes: Collection[str] = (), documents: Collection[str] = ()
) -> tuple[Claim, ...]:
    """The claims printed by a date, of the given pages, themes and documents (all of them where none is given)."""
    return tuple(
        c
        for c in claims().values()
        if c.document.date <= as_of
        and (not pages or c.page in pages)
        and (not themes or c.theme in themes)
        and (not documents or c.document.id in documents)
    )


def fingerprints(as_of: date) -> dict[str, str]:
    """File name -> sha256 of what a page can know of the claims on a date: those of documents printed by then."""
    if not _folder().is_dir():
        return {}
    known = [d for d in documents().values() if d.date <= as_of]
    about = repr([known, sorted(bases().items())])
    files = {f"{d.id}.csv": _folder() / f"{d.id}.csv" for d in known}
    found = {name: _digest(path) for name, path in files.items()}
    return {"documents.yml": hashlib.sha256(about.encode()).hexdigest(), **found}


@cached_by_stamp()
def _digest(path: Path) -> str:
    return sha256_hex(read_text(path).encode())
