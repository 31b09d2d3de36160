"""The cover of an edition in one language, and the small page that leads to it from the edition's folder."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup

from kzreport.language.words import Words
from kzreport.pages.outputs import Kind
from kzreport.project.settings import project
from kzreport.render.brief import cut, told_changes
from kzreport.render.cards import Card, headline_texts
from kzreport.render.citing import ended, source_links
from kzreport.render.content import Edition, PageContent
from kzreport.render.fill import fill
from kzreport.render.html import file_size
from kzreport.render.late import late_figures, present_values
from kzreport.render.markup import markdown
from kzreport.render.references import References, read_references
from kzreport.render.sources import edition_sources
from kzreport.render.text import Paragraph
from kzreport.series.releases import coming_releases, known_until
from kzreport.series.resource import describe_series

_AHEAD = timedelta(days=45)  # of the releases that a cover announces
_FEW = 4  # lines of a list that are shown at once
_NUMBER = re.compile(r"\D*\d[\d\s.,]*%?")  # with what stands before it, and a percent sign
_NAMED = 3  # series named of those that come out on one day


@dataclass(frozen=True)
class Download:
    """A file of an edition that is handed on: its format, its path in the edition, its size in bytes."""

    format: str
    path: str
    size: int


def cover(edition: Edition, language: str, cards: Sequence[Card], downloads: Sequence[Download]) -> str:
    """Return the cover of an edition in one of its languages: ``LANGUAGE/index.html``."""
    w = Words(language, day=edition.as_of)
    told = told_changes(edition.pages[language])
    changes, turned = _parted(told[1:], w.ui("verdicts"))
    headlines = headline_texts(edition, language)
    told_of = {*headlines, *edition.before.get(language, {})}
    late = late_figures(edition, w)
    coming = coming_lines(edition, w)
    references = {page.name: read_references(page.outputs) for page in edition.pages[language]}
    return fill(
        "edition.html",
        w=w,
        language=language,
        languages=edition.languages,
        project=project().name[language],
        report=edition.report[language],
        line=edition.lines[language],
        later=present_values(edition, w),
        notice=edition.notices[language],
        replaced=edition.replaced.get(language, ""),
        before={p: [markdown(t) for t in few] for p, few in edition.before.get(language, {}).items()},
        cards=[  # a line is numbers alone
            (card, *_parted_value(card.value), Markup(card.line), _cited(card, references, w)) for card in cards
        ],
        known=_known(edition, language, w),
        late=(late[:_FEW], late[_FEW:]),
        coming=(coming[:_FEW], coming[_FEW:]),
        ahead=w.day(edition.as_of + _AHEAD),
        cite=citation(edition, w),
        since=told[0].text if told else "",
        changes=changes,
        turned=turned,
        pages=[page for page in edition.pages[language] if page.name in told_of],
        unheaded=[page for page in edition.pages[language] if page.name not in told_of],
        headlines={
            page.name: ended(markdown(headlines[page.name]), _told_from(page, references[page.name], w))
            for page in edition.pages[language]
            if page.name in headlines
        },
        downloads=[
            (w.word("formats", d.format), d.path.removeprefix(f"{language}/"), file_size(d.size, w)) for d in downloads
        ],
        fingerprint=edition.fingerprint,
    )


def _told_from(page: PageContent, references: References, w: Words) -> Markup:
    """Return the numbers of the sources of a page's headline, as links to that page."""
    series = next(o.series for o in page.outputs if o.kind is Kind.HEADLINE)
    return source_links(references.sources_of(series), w, f"{page.name}.html")


def _cited(card: Card, references: Mapping[str, References], w: Words) -> Markup:
    """Return the numbers of the sources of a card, as links to its page, or else to the first that has them."""
    pages = dict.fromkeys(name for name in (card.page, *references) if name in references)
    found = ((name, references[name].sources_of(" ".join(card.reading.inputs))) for name in pages)
    name, numbers = next((f for f in found if f[1]), ("", []))
    return source_links(numbers, w, f"{name}.html")


def entry(edition: Edition) -> str:
    """Return the page of an edition's folder, in all its languages: it leads to the covers and to the pages."""
    return fill(
        "entry.html",
        words={k: Words(k, day=edition.as_of) for k in edition.languages},
        report=edition.report,
        name=edition.name,
        lines=edition.lines,
        notices=edition.notices,
        replaced=edition.replaced,
        pages=edition.pages,
        fingerprint=edition.fingerprint,
    )


def citation(edition: Edition, w: Words) -> str:
    """Write how an edition is cited: project, report, date, number of the revision, digest of its inputs."""
    revision = edition.name[len("2026-09-30-r") :]
    day = w.day(edition.as_of)
    dated = w.ui("cite_revision").format(day=day, number=revision) if revision else f"{w.ui('edition_of')} {day}"
    parts = (project().name[w.language], edition.report[w.language], dated[:1].lower() + dated[1:])
    return w.typography(f"{', '.join(parts)}, kzreport, {w.ui('fingerprint').lower()}{w.colon}{edition.fingerprint}")


def coming_lines(edition: Edition, w: Words) -> list[str]:
    """Return a line for each day on which figures should be published soon, the first first."""
    until = edition.as_of + _AHEAD
    days: dict[tuple[str, str], dict[str, None]] = {}
    found = [(r, name) for name in edition.series for r in coming_releases(name, edition.as_of, until)]
    for release, name in sorted(found, key=lambda f: (f[0].day, f[1])):
        if release.day > edition.as_of:
            key = (release.day.isoformat(), w.day(release.day))
            days.setdefault(key, {})[describe_series(name).titles[w.language]] = None
    return [
        w.typography(f"{day}{w.colon}{w.semicolon.join(cut(list(few), _NAMED, w))}") for (_, day), few in days.items()
    ]


def _known(edition: Edition, language: str, w: Words) -> list[tuple[str, str]]:
    """Return until when the figures of each publisher go, the latest first."""
    series: dict[str, list[str]] = {}
    for source in edition_sources(edition, language):
        series.setdefault(source.publisher, []).append(source.name)
    days = {publisher: known_until(names, edition.as_of) for publisher, names in series.items()}
    ordered = sorted((d, p) for p, d in days.items() if d)
    return [(publisher, w.day(day)) for day, publisher in reversed(ordered)]


def _parted_value(value: str) -> tuple[str, str]:
    """Return the number of a figure, with its currency or percent sign, and the words of its unit.

    >>> _parted_value("−$672 million"), _parted_value("9,3\u00a0%"), _parted_value("449,7 tenges")
    (('−$672', 'million'), ('9,3\xa0%', ''), ('449,7', 'tenges'))
    """
    found = _NUMBER.match(value)
    return (found[0].strip(), value[found.end() :].strip()) if found else (value, "")


def _parted(changes: Sequence[Paragraph], heading: str) -> tuple[list[Paragraph], list[Paragraph]]:
    """Part the verdicts that turned from the other changes."""
    others: list[Paragraph] = []
    turned: list[Paragraph] = []
    within = False
    for p in changes:
        if p.depth < 2:
            within = p.text.startswith(heading) and not p.text.removeprefix(heading).strip(" :\u00a0\u202f")
            if within:
                continue
        (turned if within else others).append(p)
    return others, turned
