"""Shapes of what a run hands to programs: ``run.json`` beside the editions, and the summary that is sent."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict  # pydantic accepts typing.TypedDict from Python 3.12 on only

from kzreport.editions.correction import Correction
from kzreport.pages.shapes import ChangesData


@with_config(ConfigDict(extra="forbid"))
class PageEnd(TypedDict):
    """The end of one page in a run."""

    edition: Annotated[str, Field(description="such as 2026-09-30")]
    page: Annotated[str, Field(description="such as fr/inflation")]
    status: Literal["made", "kept", "failed", "not made"]
    seconds: float
    tries: Annotated[int, Field(description="2 if the first kernel did not start")]
    reason: Annotated[str, Field(description="of a failure; else empty")]


@with_config(ConfigDict(extra="forbid"))
class OverdueData(TypedDict):
    """A series whose next figure should have come."""

    series: str
    period: Annotated[str, Field(description="the first that is missing")]
    day: Annotated[str, Field(description="when its figure was due")]
    days: Annotated[int, Field(description="since then")]
    missing: Annotated[int, Field(description="number of figures that are overdue")]
    estimated: Annotated[bool, Field(description="the day follows from the usual lag")]


@with_config(ConfigDict(extra="forbid"))
class RunData(TypedDict):
    """``run.json``: the last run that ran any page."""

    definition: str
    made: Annotated[int, Field(description="number of editions made")]
    editions: list[str]
    refreshed: NotRequired[Annotated[dict[str, str], Field(description="series -> what became of it")]]
    fault: NotRequired[Annotated[str, Field(description="what was said of a fault of kzreport itself")]]
    overdue: Annotated[list[OverdueData], Field(description="the longest first")]
    retried: Annotated[int, Field(description="pages whose first kernel did not start")]
    pages: list[PageEnd]


@with_config(ConfigDict(extra="forbid"))
class FailedEdition(TypedDict):
    """An edition that was not made."""

    edition: str
    reasons: list[str]


@with_config(ConfigDict(extra="forbid"))
class HeadlineData(TypedDict):
    """The headline of a page, as Markdown."""

    page: str
    title: str
    text: str


@with_config(ConfigDict(extra="forbid"))
class NewestEdition(TypedDict):
    """The newest of the editions made."""

    edition: str
    path: Annotated[str, Field(description="relative to the folder of the editions")]
    headlines: Annotated[dict[str, list[HeadlineData]], Field(description="language -> headlines")]
    changes: Annotated[ChangesData | None, Field(description="since the edition of the date before")]
    corrects: Annotated[Correction | None, Field(description="what a revision differs in from the one it replaces")]


@with_config(ConfigDict(extra="forbid"))
class Summary(TypedDict):
    """The summary of a run, as ``--notify`` sends it."""

    definition: str
    exit_code: int
    made: list[str]
    failed: list[FailedEdition]
    errors: Annotated[list[str], Field(description="what was said; there may be more than pages that failed")]
    retried: int
    overdue: Annotated[list[OverdueData], Field(description="the longest first")]
    refreshed: NotRequired[Annotated[dict[str, str], Field(description="series -> what became of it")]]
    newest: NewestEdition | None
    run: Annotated[str | None, Field(description="the file with the end of each page")]
