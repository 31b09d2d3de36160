"""Relations between series that must hold, from ``data/relations.yml``, each kind a strict model.

What belongs here: the form of the file. What does not: the arithmetic (:mod:`kzreport.guards.identities`).

A tolerance is in the unit of the total or of the first figure, or in per cent where its comment says so; its
arithmetic stands in the file. A project without the file has no relations.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from kzreport.errors import DataError, explain, one_of, short_repr
from kzreport.files import cached_by_stamp, project_root, shown_path
from kzreport.project.strict import StrictModel, strict_model
from kzreport.series.resource import resources
from kzreport.yamlfile import read_yaml


def _number(text: Any) -> float:
    if not isinstance(text, str) or not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text, re.ASCII):
        raise ValueError("a number such as 0.05")
    return float(text)


def _series(text: Any) -> str:
    if not isinstance(text, str) or text not in resources():
        raise ValueError("a table of data/")
    return text


Number = Annotated[float, BeforeValidator(_number)]
SeriesName = Annotated[str, BeforeValidator(_series)]


class Figures(StrictModel):
    """Figures of one series, one for each period and value of ``by``.

    - ``where``, ``unless``: keep the rows with these cells; leave out those with any of these
    - ``yearly``: one figure for each year all of whose periods are there
    - ``minus``: taken off each figure, as 100 makes a rate of an index
    """

    series: SeriesName
    where: dict[str, str] = Field(default_factory=dict)
    unless: dict[str, list[str]] = Field(default_factory=dict)
    yearly: Literal["", "mean", "sum", "last"] = ""
    minus: Number = 0.0


class Relation(StrictModel):
    """A relation: ``guard``: the guard that reports it; ``tolerance``: the largest deviation due to rounding."""

    guard: ClassVar[str]
    tolerance: Number

    def codes(self) -> Sequence[str]:
        """Return what the relation names of the column ``by``: it would never hold, nor fail, for another word."""
        return ()


class Chain(Relation):
    """Twelve changes of ``parts`` on the month before, multiplied, are the 12-month change of ``total``."""

    guard = "chain"
    total: SeriesName
    parts: SeriesName
    by: str = ""


class Between(Relation):
    """``total`` lies between the lowest and the highest of ``parts``, one for each value of ``by``."""

    guard = "between"
    total: SeriesName
    parts: SeriesName
    by: str


class Weighted(Relation):
    """``total`` is the mean of ``parts``, weighted by ``weights`` of the year."""

    guard = "weighted"
    total: SeriesName
    parts: SeriesName
    weights: SeriesName
    by: str


class Sum(Relation):
    """``parts`` of a period add up to a number."""

    guard = "sum"
    parts: SeriesName
    by: str
    equals: Number


class Within(Relation):
    """``parts`` of a year add up to no more than the year of ``total``; tolerance in per cent of it."""

    guard = "within"
    total: Figures
    parts: SeriesName
    by: str


class Ratio(Relation):
    """``value`` is ``factor`` times ``of`` divided by ``to``, in vintages of one day; tolerance in per cent."""

    guard = "ratio"
    value: SeriesName
    of: SeriesName
    to: SeriesName
    by: str
    factor: Number
    but_not: list[str] = Field(default_factory=list)

    def codes(self) -> Sequence[str]:
        """Return the values that are left out."""
        return self.but_not


class Same(Relation):
    """``first`` and ``second`` measure one thing; ``percent``: the tolerance is in per cent of the second."""

    guard = "same"
    first: Figures
    second: Figures
    by: str = ""
    percent: Literal["yes", "no"] = "no"
    but_not: list[str] = Field(default_factory=list)

    def codes(self) -> Sequence[str]:
        """Return the values that are left out."""
        return self.but_not


class Turnover(Relation):
    """In rows that differ in ``by`` alone, ``parts`` add up to ``total``; tolerance in per cent."""

    guard = "turnover"
    series: SeriesName
    by: str
    total: str
    parts: list[str]
    besides: list[str]  # the other columns that must be the same

    def codes(self) -> Sequence[str]:
        """Return the total and its parts."""
        return [self.total, *self.parts]


class Revision(Relation):
    """``series`` is the change, in per cent, between the last two vintages of ``of``."""

    guard = "revision"
    series: SeriesName
    of: SeriesName


class Bounds(Relation):
    """``low`` of a period is not above ``high``, two values of the column ``by``."""

    guard = "bounds"
    series: SeriesName
    by: str
    low: str
    high: str

    def codes(self) -> Sequence[str]:
        """Return both bounds."""
        return [self.low, self.high]


KINDS: dict[str, type[Relation]] = {
    model.guard: model for model in (Chain, Between, Weighted, Sum, Within, Ratio, Same, Turnover, Revision, Bounds)
}


def all_relations() -> tuple[Relation, ...]:
    """Return the relations of the project, read once for each state of their file.

    Raises :class:`DataError` naming the entry and the key.
    """
    path = project_root() / "data" / "relations.yml"
    return _read(path, path.with_name("datapackage.json")) if path.exists() else ()


@cached_by_stamp()
def _read(path: Path, package: Path) -> tuple[Relation, ...]:
    raw, where = read_yaml(path), shown_path(path)
    if not isinstance(raw, list):
        raise DataError(explain(where, short_repr(raw), "a list of relations"))
    found = []
    for number, entry in enumerate(raw, 1):
        at = f"{where}, entry {number}"
        kind = entry.get("kind") if isinstance(entry, dict) else None
        if not isinstance(kind, str) or kind not in KINDS:
            raise DataError(explain(f"{at}, key 'kind'", short_repr(kind), one_of(KINDS, kind)))
        relation = strict_model(KINDS[kind], {k: v for k, v in entry.items() if k != "kind"}, f"{at} ({kind})")
        _check_columns(relation, at)
        found.append(relation)
    return tuple(found)


def _check_columns(relation: Relation, at: str) -> None:
    """Raise :class:`DataError` if a column that a relation names is in none of its tables."""
    values = list(vars(relation).values())
    tables = [v.series for v in values if isinstance(v, Figures)]
    tables += [v for k, v in vars(relation).items() if isinstance(v, str) and k not in ("by", "percent", "low", "high")]
    known = {c for name in tables if name in resources() for c in resources()[name].columns}
    asked = [getattr(relation, "by", ""), *getattr(relation, "besides", [])]
    asked += [c for v in values if isinstance(v, Figures) for c in (*v.where, *v.unless)]
    for column in asked:
        if column and column not in known:
            raise DataError(explain(at, f"the column '{column}'", one_of(sorted(known), column)))
    by = getattr(relation, "by", "")
    choices = next((resources()[name].enums.get(by, ()) for name in tables if name in resources()), ())
    if choices and (unknown := [code for code in relation.codes() if code not in choices]):
        raise DataError(explain(at, f"{by}: {short_repr(unknown[0])}", one_of(choices, unknown[0])))
    for figures in (v for v in values if isinstance(v, Figures)):
        enums = resources()[figures.series].enums
        for column, cells in [*((c, [v]) for c, v in figures.where.items()), *figures.unless.items()]:
            if unknown := [cell for cell in cells if cell not in enums.get(column, (cell,))]:
                raise DataError(explain(at, f"{column}: {short_repr(unknown[0])}", one_of(enums[column], unknown[0])))
