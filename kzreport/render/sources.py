"""The sources of an edition: what each series is, who publishes it and on which terms, as known on a date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kzreport.language.words import Words
from kzreport.render.content import Edition
from kzreport.series.known import latest_outcome
from kzreport.series.resource import describe_series


@dataclass(frozen=True)
class SeriesSource:
    """A series as an edition cites it; every text in one language.

    - ``name``, ``basis``, ``frequency``: codes, as the tables of figures have them
    - ``unit``: its name
    - ``publisher``: as it was called on the date of the edition
    - ``terms``: of use; ``access``: the way on which the figures came here; ``days``: how its days of publication are
      known
    - ``last``: the latest period with a figure, or a statement that no figure is held
    - ``caveats``: sentences that hold on the date of the edition
    - ``pages``: title and address (perhaps empty) of each source used by the date of the edition

    Of a series without a figure nothing else is said: ``terms``, ``access``, ``days``, ``caveats`` and ``pages`` are
    empty.
    """

    name: str
    title: str
    publisher: str
    unit: str
    basis: str
    frequency: str
    terms: str
    access: str
    days: str
    last: str
    caveats: Sequence[str]
    pages: Sequence[tuple[str, str]]


def edition_sources(edition: Edition, language: str) -> list[SeriesSource]:
    """Return the sources of an edition in the order in which its pages read them."""
    words = Words(language, day=edition.as_of)
    return [series_source(name, edition.as_of, words) for name in edition.series]


def grouped(sources: Sequence[SeriesSource]) -> Mapping[str, Mapping[str, Sequence[SeriesSource]]]:
    """Return publisher -> what is said of several of its series at once (terms of use, access, days) -> these."""
    found: dict[str, dict[str, list[SeriesSource]]] = {}
    for s in sources:
        shared = " ".join(f"{text.rstrip('.')}." for text in (s.terms, s.access, s.days) if text)
        found.setdefault(s.publisher, {}).setdefault(shared, []).append(s)
    return found


def series_source(name: str, as_of: date, words: Words) -> SeriesSource:
    """Return what is known of a series on a day, in the language of ``words``."""
    d, language = describe_series(name), words.language
    last = latest_outcome(name, as_of)
    used = [s for s in d.sources if s.get("since", "") <= as_of.isoformat()]
    typed = words.typography
    return SeriesSource(
        name=name,
        title=typed(d.titles[language]),
        publisher=typed(words.publisher(name) or words.ui("several_publishers")),
        unit=words.unit(d.unit),
        basis=d.basis,
        frequency=d.frequency,
        terms=typed(d.licence[language]) if last else "",
        access=typed(d.accessed_via[language]) if last else "",
        days=words.ui(f"published_{d.publication['kind']}") if last else "",
        last=typed(words.period(last)) if last else words.ui("nothing_known"),
        caveats=[typed(c) for c in d.caveats_on(language, as_of)] if last else (),
        pages=[(typed(words.dated(s["title"])), _address(s.get("path", ""))) for s in used] if last else [],
    )


def _address(path: str) -> str:
    return path if path.startswith("https://") else ""
