"""A revision beside the edition that it replaces: inputs, headlines, figures and verdicts that differ.

Two editions of one date cannot be compared by what was known on their dates, since the date is the same. So their pages
are compared, as they were made. The text of the front page about it is recorded in the manifest, from which it can be
written again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from pydantic import BaseModel, ConfigDict, ValidationError

from kzreport.days import parse_day
from kzreport.editions.inputs import list_differences
from kzreport.editions.manifest import read_manifest
from kzreport.editions.plan import Plan
from kzreport.errors import PageError, explain
from kzreport.pages.outputs import page_artefacts, page_headline
from kzreport.render.figures import csv_rows, has_figures


class FigureKey(NamedTuple):
    """A figure, whatever charts and tables show it.

    ``group``: of the chart or table; named only where figures that are alike in all else differ between groups.
    """

    series: str
    basis: str
    item: str
    period: str
    unit: str
    group: str = ""

    @property
    def label(self) -> str:
        """The figure in one line: series, what it is of, period.

        >>> FigureKey("cpi_yy", "yy", "", "2026-09", "percent").label
        'cpi_yy 2026-09 (yy)'
        """
        basis = f"({self.basis})" if self.basis else ""
        return " ".join(filter(None, [self.series, self.group, self.item, self.period, basis]))


Values = Mapping[str, frozenset[str]]  # group of a chart or table -> the values printed there


@dataclass(frozen=True)
class PageFacts:
    """The headline of a page in each language, the values printed of each figure, the verdict on each claim."""

    headlines: Mapping[str, str]
    figures: Mapping[FigureKey, Values]
    verdicts: Mapping[str, str]


class Turned(BaseModel):
    """Something that was ``then``, and is ``now``, something else."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    then: str
    now: str


class PageCorrection(BaseModel):
    """The differences of a page.

    - ``headlines``: language -> headline then and now, where they differ
    - ``changed``, ``new``, ``gone``: numbers of figures
    - ``verdicts``: number of claims whose verdict is another
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    headlines: dict[str, Turned] = {}
    changed: int = 0
    new: int = 0
    gone: int = 0
    verdicts: int = 0

    @property
    def differs(self) -> bool:
        """True if a reader sees a difference."""
        return bool(self.headlines or self.changed or self.new or self.gone or self.verdicts)


class Correction(BaseModel):
    """The differences of an edition from the one that it replaces.

    - ``edition``: name of the one replaced
    - ``inputs``: what differs in what they were made from, a line each
    - ``pages``: the pages of both that differ
    - ``unread``: pages that only one of them has, or that cannot be read there
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    edition: str
    inputs: list[str] = []
    pages: dict[str, PageCorrection] = {}
    unread: list[str] = []

    def total(self, what: str) -> int:
        """Return the number of figures ``changed``, ``new`` or ``gone``, or of ``verdicts`` turned, on all pages."""
        return sum(getattr(page, what) for page in self.pages.values())


def read_correction(manifest: Mapping[str, Any]) -> Correction | None:
    """Return what a manifest says of the edition replaced; ``None`` if it replaces none. Raises :class:`PageError`."""
    found = manifest["edition"].get("corrects")
    if found is None:
        return None
    try:
        return Correction.model_validate(found)
    except ValidationError as e:
        key = ".".join(str(part) for part in e.errors()[0]["loc"])
        raise PageError(explain("manifest.json, corrects", key, "what was written there")) from None


def read_page(folder: Path, page: str, languages: list[str]) -> PageFacts:
    """Return what is compared of a page. Raises :class:`OSError` and :class:`ValueError` for one that is not whole."""
    headlines: dict[str, str] = {}
    figures: dict[FigureKey, dict[str, frozenset[str]]] = {}
    verdicts: dict[str, str] = {}
    for number, language in enumerate(languages):
        path = folder / language / f"{page}.ipynb"
        nb = nbformat.v4.reads(path.read_text(encoding="utf-8"))
        headlines[language] = page_headline(nb)
        for output in page_artefacts(nb) if not number else []:  # figures are the same in each language
            head, *rows = csv_rows(output) or [[]]
            if has_figures([head]):
                numbers = (row for row in rows if row[3])  # what was not available is no figure
                for group, item, period, value, unit, _, _, series, basis in numbers:
                    places = figures.setdefault(FigureKey(series, basis, item, period, unit), {})
                    places[group] = places.get(group, frozenset()) | {value}
            elif "id" in head and "verdict" in head:
                verdicts |= {row[head.index("id")]: row[head.index("verdict")] for row in rows}
    return PageFacts(headlines, figures, verdicts)


def compare_plan(plan: Plan, before: Path | None, now: Path) -> Correction | None:
    """Compare the pages in the folder ``now``, made by a plan, with the edition ``before``, which they replace.

    Return ``None`` if they replace none. A page that cannot be read there is named; the new edition is made anyway.
    Raises :class:`PageError` if that edition has no readable manifest.
    """
    if before is None:
        return None
    about = {"pages": list(plan.definition.pages), "languages": list(plan.languages)}
    return _compare(before, now, about, plan.inputs.flat)


def _compare(before: Path, now: Path, about: Mapping[str, Any], inputs: Mapping[str, str]) -> Correction:
    manifest = read_manifest(before)
    earlier = manifest["edition"]
    languages = [k for k in about["languages"] if k in earlier["languages"]]
    found: dict[str, PageCorrection] = {}
    unread = [page for page in earlier["pages"] if page not in about["pages"]]
    for page in about["pages"]:
        pair = _pair(before, now, page, languages) if page in earlier["pages"] and languages else None
        if pair is None:
            unread.append(page)
        elif (differences := _page_correction(*pair)).differs:
            found[page] = differences
    different = list_differences(manifest["inputs"], inputs)
    return Correction(edition=before.name, inputs=different, pages=found, unread=unread)


def _pair(before: Path, now: Path, page: str, languages: list[str]) -> tuple[PageFacts, PageFacts] | None:
    with contextlib.suppress(OSError, ValueError, KeyError, PageError):
        return read_page(before, page, languages), read_page(now, page, languages)
    return None


def _page_correction(then: PageFacts, now: PageFacts) -> PageCorrection:
    turned = {k: Turned(then=then.headlines[k], now=text) for k, text in now.headlines.items()}
    figures = list(_figures(then, now))
    return PageCorrection(
        headlines={k: turn for k, turn in turned.items() if turn.then != turn.now},
        changed=sum(bool(before and after) for _, before, after in figures),
        new=sum(not before for _, before, _ in figures),
        gone=sum(not after for _, _, after in figures),
        verdicts=sum(then.verdicts[k] != v for k, v in now.verdicts.items() if k in then.verdicts),
    )


Turn = tuple[str, str, str]


@dataclass(frozen=True)
class Comparison:
    """Two revisions of one date in detail: beside the correction each figure and verdict that differs, by page."""

    now: str
    correction: Correction
    figures: Mapping[str, Sequence[tuple[FigureKey, Sequence[str], Sequence[str]]]]
    verdicts: Mapping[str, Sequence[Turn]]

    @property
    def as_of(self) -> date:
        """The date of both."""
        return parse_day(self.now[:10], "edition")

    def data(self) -> dict[str, Any]:
        """Return the comparison as plain data."""
        return {"edition": self.now} | {
            "corrects": self.correction.model_dump(),
            "figures": [
                {"page": page, **key._asdict(), "then": " and ".join(then), "now": " and ".join(now)}
                for page, few in self.figures.items()
                for key, then, now in few
            ],
            "verdicts": [
                {"page": page, "claim": claim, "then": then, "now": now}
                for page, few in self.verdicts.items()
                for claim, then, now in few
            ],
        }


def compare_revisions(before: Path, now: Path) -> Comparison:
    """Compare two editions of one date. Raises :class:`PageError` for one without a manifest that can be read."""
    manifest = read_manifest(now)
    correction = _compare(before, now, manifest["edition"], manifest["inputs"])
    figures: dict[str, list[tuple[FigureKey, Sequence[str], Sequence[str]]]] = {}
    verdicts: dict[str, list[Turn]] = {}
    for page in correction.pages:
        pair = _pair(before, now, page, manifest["edition"]["languages"][:1])
        for then, current in [pair] if pair else []:
            figures[page] = list(_figures(then, current))
            known = then.verdicts
            verdicts[page] = [(k, known[k], v) for k, v in current.verdicts.items() if k in known and known[k] != v]
    return Comparison(now.name, correction, figures, verdicts)


def _figures(then: PageFacts, now: PageFacts) -> Iterator[tuple[FigureKey, Sequence[str], Sequence[str]]]:
    """Yield each figure that differs, with the values printed then and now; none where it was not shown.

    Those of one series come first: what was published, then what was calculated from several.
    """
    for key in sorted(then.figures.keys() | now.figures.keys(), key=lambda k: (len(k.series.split()), k)):
        before, after = (facts.figures.get(key, {}) for facts in (then, now))
        for group in _groups(before, after):
            shown = [_values(side, group) for side in (before, after)]
            if shown[0] != shown[1]:
                yield key._replace(group=group), shown[0], shown[1]


def _values(printed: Values, group: str) -> list[str]:
    """Return the values printed in a group, in order; with no group, those of all groups."""
    values = printed.get(group, frozenset()) if group else frozenset[str]().union(*printed.values())
    return sorted(values, key=float)


def _groups(*sides: Values) -> list[str]:
    """Return the groups to compare one by one: one empty name where all groups of each side print the same."""
    if all(len(frozenset().union(*side.values())) <= 1 for side in sides):
        return [""]
    return sorted({group for side in sides for group in side})
