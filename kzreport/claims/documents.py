"""Documents that print claims, themes of claims and bases of figures, read from ``data/claims/documents.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from kzreport.claims.claim import DOCUMENT_ID, Document
from kzreport.errors import DataError, explain, one_of
from kzreport.files import cached_by_stamp, project_root, shown_path
from kzreport.project.settings import LocalText
from kzreport.project.strict import Address, Day, StrictModel, strict_model
from kzreport.yamlfile import read_yaml

Kind = Literal["basis", "unit", "scope", "reporter", "definition"]  # what differs where two bases do


@dataclass(frozen=True)
class Basis:
    """A basis on which figures stand.

    - ``kind``: what differs where another basis is used
    - ``mean_of``: a mean of figures on that basis stands on this one
    - ``end_of``: if the last month of a year on that basis stands for the year, its basis is this one
    - ``sum_of``: a sum of figures on those bases stands on this one
    """

    name: Mapping[str, str]
    kind: Kind = "basis"
    mean_of: str = ""
    end_of: str = ""
    sum_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Register:
    """All that the file holds, each part in its order there."""

    documents: Mapping[str, Document]
    themes: tuple[str, ...]
    bases: Mapping[str, Basis]

    def basis_by_rule(self, rule: Literal["mean_of", "end_of"], basis: str) -> str:
        """Return the basis that a rule makes of another one; the other one itself if no rule applies.

        >>> average = {"average": Basis({}, mean_of="rate")}
        >>> Register({}, (), average).basis_by_rule("mean_of", "rate")
        'average'
        """
        return next((slug for slug, b in self.bases.items() if basis and getattr(b, rule) == basis), basis)

    def basis_of_sum(self, bases: set[str]) -> str:
        """Return the basis of a sum of figures on these bases; empty if they do not belong together."""
        if len(bases) == 1:
            return next(iter(bases))
        return next((slug for slug, b in self.bases.items() if bases and bases == set(b.sum_of)), "")

    def plain_from_titles(self, basis: str) -> bool:
        """True for a sum and its parts: the titles of the series state them."""
        return any(b.sum_of and basis in (slug, *b.sum_of) for slug, b in self.bases.items())


def _count(text: object) -> object:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdecimal() else text


def _document_id(text: str) -> str:
    if not DOCUMENT_ID.fullmatch(text):
        raise ValueError("an id of letters and digits: it names the file of its claims")
    return text


_DocumentId = Annotated[str, AfterValidator(_document_id)]


class _DocumentEntry(StrictModel):
    title: LocalText
    author: LocalText
    date: Day
    claims: Annotated[int, BeforeValidator(_count)]
    url: Address = ""
    note: LocalText | None = None


class _BasisEntry(StrictModel):
    name: LocalText
    kind: Kind = "basis"
    mean_of: str = ""
    end_of: str = ""
    sum_of: list[str] = Field(default_factory=list)


class _File(StrictModel):
    themes: list[str]
    documents: dict[_DocumentId, _DocumentEntry]
    bases: dict[str, _BasisEntry]


def claims_folder() -> Path:
    """Return the folder of claims; it is missing in a project without claims."""
    return project_root() / "data" / "claims"


def register() -> Register:
    """Return documents, themes and bases, read once for each state of their file; all empty without claims.

    Raises :class:`DataError` naming the file, the key and the choices.
    """
    if not claims_folder().is_dir():
        return Register({}, (), {})
    return _read_register(claims_folder() / "documents.yml")


@cached_by_stamp(4)
def _read_register(path: Path) -> Register:
    where = shown_path(path)
    raw = strict_model(_File, read_yaml(path), where)
    documents = {id_: Document(id_, **dict(entry)) for id_, entry in raw.documents.items()}
    bases = {slug: Basis(**{**dict(entry), "sum_of": tuple(entry.sum_of)}) for slug, entry in raw.bases.items()}
    rules = [f.name for f in fields(Basis) if f.name.endswith("_of")]
    made: set[tuple[str, object]] = set()
    for slug, basis in bases.items():
        for rule in rules:
            of = getattr(basis, rule)
            at = f"{where}, bases.{slug}.{rule}"
            if unknown := [b for b in ((of,) if isinstance(of, str) else of) if b and b not in bases]:
                raise DataError(explain(at, repr(unknown[0]), one_of(bases, unknown[0])))
            if of and (rule, of) in made:
                raise DataError(explain(at, f"{of} again", "one basis for each rule"))
            made.add((rule, of))
    return Register(documents, tuple(raw.themes), bases)
