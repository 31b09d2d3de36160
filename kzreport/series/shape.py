"""The shape of ``data/datapackage.json``: the models that check it when it is read, whatever program wrote it.

What belongs here: kinds, lengths and bounds of what the package holds. What does not: what the values mean
(:mod:`kzreport.series.resource`).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from kzreport.days import read_day
from kzreport.errors import DataError, explain, short_repr
from kzreport.model import Period
from kzreport.project.strict import matching, plain_reason


def _is_day(text: str) -> str:
    _ = read_day(text) < date.max
    return text


def _is_period(text: str) -> str:
    try:
        Period.parse(text)
    except DataError as e:
        raise ValueError(str(e)) from None
    return text


Text = Annotated[str, Field(max_length=5_000)]
Day = Annotated[str, AfterValidator(_is_day)]
FileName = Annotated[str, matching("[A-Za-z0-9][A-Za-z0-9_.-]*", "letters, digits, '_', '-' and '.'")]  # in data/
Finite = Annotated[float, Field(allow_inf_nan=False)]
Texts = dict[str, Text]


class _Shape(BaseModel):
    """A map with keys that others may have added: they are left alone."""

    model_config = ConfigDict(strict=True, frozen=True)


class _Constraints(_Shape):
    enum: list[str] | None = None


class _Column(_Shape):
    name: str
    constraints: _Constraints | None = None


class _Schema(_Shape):
    fields: list[_Column]


class _Publication(_Shape):
    kind: Literal["recorded", "estimated", "mixed"]
    lag_days: Annotated[int, Field(ge=0, le=3_660)] | None = None
    start: Literal["start", "end"] | None = Field(default=None, alias="from")


class _Source(_Shape):
    title: Text
    path: Text | None = None
    since: Day | None = None
    grade: Literal["primary", "reported", "weak"] | None = None


class _Entry(_Shape):
    """An entry of ``resources``."""

    name: FileName
    path: FileName
    digest: Annotated[str, matching("sha256:[0-9a-f]{64}", "sha256: and 64 hexadecimal digits")] = Field(alias="hash")
    table: _Schema = Field(alias="schema")
    titles: Texts
    unit: Text
    basis: Text
    frequency: Literal["D", "M", "Q", "A", "S", "mixed"]
    continuous: bool
    some_dated: bool = False
    dimensions: list[str]
    publisher: Texts | None = None
    licence: Texts
    accessed_via: Texts
    publication: _Publication
    range: Annotated[list[Finite], Field(min_length=2, max_length=2)]
    known_gaps: list[Annotated[str, AfterValidator(_is_period)]] = []
    caveats: list[Texts]
    sources: list[_Source] = []
    vintages: list[Day] = []
    state: Day | None = None
    basis_by: dict[str, dict[str, str]] = {}
    decimals: Annotated[int, Field(ge=0, le=12)] | None = None
    publisher_before: list[Texts] = []


class _Heading(_Shape):
    """Keys that the resources share."""

    publishers: dict[str, Texts]
    publishers_before: dict[str, list[Texts]] = {}
    scopes: dict[str, Texts] = {}


_ENTRY, _HEADING = TypeAdapter(_Entry), TypeAdapter(_Heading)


def check_entry(entry: Any, where: str) -> None:
    """Raise :class:`DataError` that names the key if an entry of ``resources`` has another shape."""
    _check(_ENTRY, entry, where)


def check_heading(package: Any, where: str) -> None:
    """Raise :class:`DataError` that names the key if what the resources share has another shape."""
    _check(_HEADING, package, where)


def _check(model: TypeAdapter[Any], found: Any, where: str) -> None:
    try:
        model.validate_python(found)
    except ValidationError as e:
        first = e.errors()[0]
        key = ".".join(str(part) for part in first["loc"])[:120]
        said = plain_reason(first["msg"])[:300]
        todo = "run 'kzreport accept --data', which makes the file from the cards"
        raise DataError(explain(f"{where}, key '{key}'", short_repr(first["input"]), said, todo)) from None
