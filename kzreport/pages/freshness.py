"""Freshness of the figures of a page: their latest period, and releases that should have followed.

What belongs here: choosing the series, deciding whether a figure is overdue. What does not: the days of releases
(:mod:`kzreport.series.releases`), the wording (:meth:`kzreport.language.dates.Dates.held`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from kzreport.declare import View, declaration_of
from kzreport.indicators.news import is_old
from kzreport.language.sentences import Said
from kzreport.language.words import Words
from kzreport.model import Panel, Period, Reading, Series
from kzreport.pages.context import NO_PAGES, PageContext, Pages
from kzreport.pages.values import page_values
from kzreport.pages.views import claims_read, series_of, series_read, subjects_of, views_of
from kzreport.series.known import load_series, present_state
from kzreport.series.releases import known_until, missed_releases
from kzreport.series.resource import describe_series, resources

_WHO = frozenset({"publisher", "reporter", "via"})  # columns that say who gives a figure, not what it is of
State = tuple[Period, tuple[Period, ...]]  # the last period held of a series, and those missed since


def page_series(page: PageContext, pages: Pages = NO_PAGES, values: Mapping[str, Any] | None = None) -> list[str]:
    """Return the series that a page speaks of, those behind the claims that it judges among them.

    A series that is read only by views without a figure at the date is left out, and one of several that an option
    chooses if no figure rests on it: nothing that the page shows is of it.

    ``pages``: the pages that it draws on, if it speaks for others; ``values``: of its own parameters, where they are
    not the defaults.
    """
    if pages:
        return list(series_read(page.drawn(pages)))
    own = page_values(page.name, values or {}, f"page '{page.name}'")
    if shown := claims_read({page.name: own}):
        page.assessments(**shown)
    judged = list(page.loaded)
    subjects = subjects_of(page.name)
    views = [v for v in views_of(page.name) if _speaks(page, subjects.get(v, v), own) and _speaks(page, v, own)]
    found, behind = series_of(views, own), set(series_of(views, own, chosen=False))
    if behind < set(found):
        answers = [(v, _answer(page, v, own)) for v in views]
        behind.update(n for v, a in answers for n in (series_of([v], own) if a is None else _behind(a)))
    return list(dict.fromkeys((*(n for n in found if n in behind), *judged)))


def _speaks(page: PageContext, view: View, values: Mapping[str, Any]) -> bool:
    """True if a view has a figure at the date; true also of one whose options only the notebook knows."""
    options = declaration_of(view).options
    if any(needed and name not in values for name, needed in options.items()):
        return True
    return has_figures(_answer(page, view, values))


def _answer(page: PageContext, view: View, values: Mapping[str, Any]) -> Any:
    """Return what a view answers to the values of a page's parameters; nothing if only the notebook knows an option."""
    options = declaration_of(view).options
    if any(needed and name not in values for name, needed in options.items()):
        return None
    return page.read(view, **{name: values[name] for name in options if name in values})


def has_figures(found: Any) -> bool:
    """True if the answer of a view holds a reading that has a figure."""
    return any(r.ok for r in _readings(found))


def _behind(found: Any) -> set[str]:
    """Return the series on which the figures of the answer of a view rest."""
    return {name for r in _readings(found) if r.ok for name in r.inputs}


def _readings(found: Any) -> Iterator[Reading]:
    """Every reading in the answer of a view."""
    if isinstance(found, Reading):
        yield found
    elif isinstance(found, Panel):
        yield from _readings([*found.sentences.values(), found.groups, found.rows])
    elif not isinstance(found, str):
        for each in found.values() if isinstance(found, Mapping) else found or ():
            yield from _readings(each)


def overdue(page: PageContext, readings: Iterable[Reading]) -> dict[State, list[str]]:
    """Return the states of the series of which these readings are the latest and releases were missed.

    This is the one function that decides: a figure of which the successor is not overdue, or is held, has no state.
    """
    found: dict[State, list[str]] = {}
    ends: dict[str, set[Any]] = {}
    for r in readings:
        for name in r.inputs if r.ok and not r.estimated else ():
            ends.setdefault(name, set()).add(r.period.end)
    for name in sorted(ends.keys() & resources().keys()):
        last = load_series(name, page.as_of).last
        missed = tuple(r.period for r in missed_releases(name, page.as_of))
        if last and missed and last.end in ends[name]:
            found.setdefault((last, missed), []).append(name)
    return found


def overdue_note(page: PageContext, readings: Iterable[Reading], words: Words | None = None) -> str:
    """Say of which series among those behind readings a release was missed; empty if of none.

    A series is named if the readings rest on several that do not go equally far.
    """
    w = words or page.words
    kept = [r for r in readings if r.ok]
    states = overdue(page, kept)
    names = {n for r in kept for n in r.inputs} & resources().keys()
    alone = len(states) == 1 and len(names) == len(next(iter(states.values())))
    said = []
    for (last, missed), series in states.items():
        titles = w.semicolon.join(dict.fromkeys(describe_series(n).titles[w.language] for n in series))
        said.append(f"{w.held(last, missed, '' if alone else titles)}.")
    return " ".join(said)


def holds_recent(page: PageContext, other: str, values: Mapping[str, Any]) -> bool:
    """True if a series that another page reads has a figure, at the date of this one, that is not too old to be news.

    A part of a year, a month and a year each have the age that :func:`kzreport.indicators.news.is_old` allows them.
    """
    series = (load_series(name, page.as_of) for name in series_of(views_of(other), values))
    return any(o.value is not None and not is_old(o.period, page.as_of) for s in series for o in s)


def key_readings(words: Words, readings: Mapping[str, Said]) -> list[Reading]:
    """Return the readings of a headline that its page calls key figures, or the first of them."""
    single = {k: r for k, r in readings.items() if isinstance(r, Reading)}
    keys = list(words.entry("key_figures")) if words.has("key_figures") else list(single)[:1]
    return [single[k] for k in keys if k in single]


def tells_old(page: PageContext, key: str, readings: Mapping[str, Said]) -> bool:
    """True if a sentence states the latest figure held, which is too old to be news; of a series once a section."""
    told = page.words.told("say", key, **readings)
    newest = max(told, key=lambda r: r.period.end, default=None)
    if newest is None or not is_old(newest.period, page.as_of) or not is_latest(page, newest):
        return False
    first = page.old_told.isdisjoint(newest.inputs)
    page.old_told.update(newest.inputs)
    return first


def is_latest(page: PageContext, r: Reading) -> bool:
    """True if no later figure on a reading's subject is held, from any publisher."""
    for name in r.inputs if r.inputs and set(r.inputs) <= resources().keys() else ():
        series = load_series(name, page.as_of)
        subject = about(r, series)
        own = [o.period.end for o in series if o.value is not None and not subject.isdisjoint(o.dims.values())]
        ends = own or [o.period.end for o in series if o.value is not None]
        if ends and max(ends) == r.period.end:
            return True
    return False


def about(r: Reading, series: Series) -> set[str]:
    """Return the values of a series' columns that say what a reading is of; empty if nothing does.

    That is its item, or, where the item only says who gives the figure, the part of the whole in its basis
    (``cargo_carried_all``): another body may have given a later figure of the same thing.
    """
    sources = {o.dims[k] for o in series for k in _WHO & o.dims.keys()}
    if r.item and r.item not in sources:
        return {r.item}
    parts = {v for o in series for k, v in o.dims.items() if k not in _WHO}
    return {v for v in parts if v and r.item and f"_{r.basis}".endswith(f"_{v}")}


def period_and_state(page: PageContext, r: Reading) -> str:
    """Write the period of a reading for a cell, with what should have followed it."""
    states = overdue(page, [r])
    if r.ok and is_old(r.period, page.as_of):
        return page.words.typography(page.words.ui("old_cell").format(last=page.words.period(r.period)))
    if not states:
        return page.words.period(r.period)
    last, missed = next(iter(states))
    return page.words.held(r.period if r.period.end == last.end else last, missed, cell=True)


def edition_line(page: PageContext, names: Sequence[str]) -> str:
    """Write the date of the edition, until when the figures of these series go, and which are held in a later state."""
    w = page.words
    if not names and not series_of(views_of(page.name), {}):  # a page of claims, by whose date no document had appeared
        return w.typography(f"{w.ui('edition_of')} {w.day(page.as_of)}")
    line = w.edition(page.as_of, known_until(names, page.as_of))
    later = later_state(names, page.as_of, w)
    return f"{line}{w.semicolon}{later}" if later else line


def later_state(names: Sequence[str], as_of: date, words: Words) -> str:
    """Name the series that are held in a later state than the date's; empty if all are as of the date."""
    titles = dict.fromkeys(describe_series(n).titles[words.language] for n in present_state(names, as_of))
    return words.typography(words.ui("present_state").format(series=words.semicolon.join(titles))) if titles else ""
