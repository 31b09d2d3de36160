"""JSON shapes of the changes between two dates, as ``kzreport diff --format json`` prints them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict  # pydantic accepts typing.TypedDict from Python 3.12 on only

Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


@with_config(ConfigDict(extra="forbid"))
class FigureData(TypedDict):
    """A figure: its period, the country, partner or part that it is about, its value and unit."""

    period: str
    item: str
    value: float | None
    unit: str


@with_config(ConfigDict(extra="forbid"))
class NewFigures(TypedDict):
    """The figures of one series that the later date has and the earlier one had not."""

    series: str
    figures: list[FigureData]


@with_config(ConfigDict(extra="forbid"))
class RevisedFigure(TypedDict):
    """A figure that the publisher replaced: as it was known then, and as it is known now."""

    series: str
    then: FigureData
    now: FigureData


@with_config(ConfigDict(extra="forbid"))
class TurnedVerdict(TypedDict):
    """A claim whose verdict is another one now."""

    claim: str
    then: str
    now: str


@with_config(ConfigDict(extra="allow"))
class IssueData(TypedDict):
    """A caveat of a series; its sentence stands under the code of each language, such as ``en``."""

    id: str
    series: str
    kind: Literal["error", "break", "inconsistent", "preliminary", "suspect", "caveat", "checked"]


@with_config(ConfigDict(extra="allow"))
class MethodData(TypedDict):
    """A change of method; its sentence stands under the code of each language, such as ``en``."""

    id: str


@with_config(ConfigDict(extra="forbid"))
class ChangesData(TypedDict):
    """The changes between two dates."""

    before: Day
    now: Day
    new: list[NewFigures]
    revised: list[RevisedFigure]
    verdicts: list[TurnedVerdict]
    claims: Annotated[list[str], Field(description="claims of documents that appeared in between")]
    issues: Annotated[list[IssueData], Field(description="caveats that became known")]
    mended: Annotated[list[IssueData], Field(description="caveats that ended")]
    methods: list[MethodData]
    parameters: Annotated[list[str], Field(description="settings that differ between the two editions, in words")]
