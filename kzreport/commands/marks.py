"""Marks of sentences, and of analysts' notes, against the readings that views return.

Every variant counts, not only the one that is said today: a run of a later month would end at a mark that names no
reading. So each page is rehearsed on the date of its reference edition, and on earlier ones where a view had no subject
then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from kzreport.commands.rehearsal import Rehearsed, rehearse
from kzreport.days import read_day
from kzreport.declare import View
from kzreport.editions.definition import load_definition
from kzreport.editions.reference import reference_task
from kzreport.errors import KzreportError, explain, one_of
from kzreport.files import project_root, shown_path
from kzreport.language.lint import branches, leaves
from kzreport.language.sentences import MARK, Said
from kzreport.language.words import Words
from kzreport.model import Groups, Panel
from kzreport.pages.figures import EVERY, check_options
from kzreport.pages.notes import read_note
from kzreport.pages.views import renew_views, split_options
from kzreport.project.settings import project

_TABLES = ("headline", "old_headline", "say", "findings", "charts", "tables")
_YEARS_BEFORE = (0, 1, 3, 8)  # dates of rehearsals: until every sentence has met its readings

Met = dict[tuple[str, ...], dict[str, None]]  # path in the words of a page -> names of the readings that filled it


class _Listening(Words):
    """Words that keep which readings each sentence was given, and fill none."""

    def __init__(self, language: str, page: str, day: date, met: Met) -> None:
        super().__init__(language, page, day)
        self.met = met

    def text(self, *keys: str, **readings: Said) -> str:
        """Keep the names of the readings."""
        self.meet(keys, readings)
        return ""

    def fill(self, text: str, where: str, readings: Mapping[str, Said]) -> str:
        """Keep the names of the readings of a title."""
        self.meet(tuple(where.split(".")), readings)
        return ""

    def meet(self, path: Sequence[str], readings: Mapping[str, Any]) -> None:
        """Keep the names of readings of a sentence."""
        self.met.setdefault(tuple(path), {}).update(dict.fromkeys(readings))


class _Listener(Rehearsed):
    """A page that learns which readings each of its sentences and titles is given."""

    words: _Listening

    def __init__(self, name: str, **about: Any) -> None:
        super().__init__(name, **about)
        self.met: Met = {}
        self.words = _Listening(self.words.language, name, self.as_of, self.met)

    def say(self, key: str | Sequence[str], view: View | None = None, **options: Any) -> None:
        """Learn the readings of a sentence, also of one in a section without a subject."""
        readings = self.read(view, **options) if view else options
        for each in [key] if isinstance(key, str) else key:
            if readings is not None:
                self.words.meet(("say", str(each)), readings)

    def headline(self, view: View, **options: Any) -> None:
        """Learn the readings of the headline."""
        for path in (("headline",), ("old_headline",)):
            self.words.meet(path, self.read(view, **options))

    def chart(self, key: str, kind: str, groups: View | Groups, **options: Any) -> None:
        """Learn the groups that a title may name."""
        beside = [options[name] for name in ("steps", "points", "line") if name in options]
        wanted, own = split_options([groups, options.get("finding"), options.get("mark"), *beside], options)
        check_options(key, kind, {name: given for name, given in own.items() if name != "finding"})
        found = self.views.resolve(groups, wanted)
        if (finding := options.get("finding")) and (
            readings := self.views.resolve(finding, wanted if callable(finding) else {})
        ):
            self.words.meet(("findings", key), readings)
        for groups_named in () if found is None else (found, *(self.views.resolve(o, wanted) or {} for o in beside)):
            self.words.meet(("charts", key), groups_named)

    def panels(self, panels: View | Mapping[str, Panel], kind: str, **options: Any) -> None:
        """Learn the readings of the sentences of each panel, and what the titles may name."""
        wanted, own = split_options([panels], options)
        check_options(EVERY, kind, own)
        for name, panel in self.views.resolve(panels, wanted).items():
            for key, readings in panel.sentences.items():
                self.words.meet(("say", key), readings)
            self.words.meet(("charts", name), panel.groups)
            for each in (name, EVERY) if panel.finding else ():
                self.words.meet(("findings", each), panel.finding)
            about: Mapping[str, Any] = next(iter(panel.sentences.values()), {})
            self.words.meet(("tables", EVERY, "title"), {**about, "subject": None})

    def _nothing(self, *given: Any, **options: Any) -> None:
        """Learn nothing: what is shown has no sentence of the page's own."""

    title = headlines = note = key_figures = claims = caveats = method = sources = calendar = changes = _nothing

    def background(self, **among: Sequence[str]) -> None:
        """Learn nothing."""


class _Mark(NamedTuple):
    """A mark of a sentence, or its ``by``: where it stands, the languages that have it, the reading that it names."""

    where: str
    name: str
    languages: tuple[str, ...] = ()


def mark_faults(page: str) -> list[str]:
    """List the marks, in every variant and language of a page's sentences, that name no reading of their view.

    Raises the errors of the page's notebook and views.
    """
    task = reference_task(page, project().languages[0])
    words, met, day = Words(task.language, page), Met(), date.fromisoformat(task.as_of)
    wanted = dict(_wanted(words))
    for years in _YEARS_BEFORE:
        then = day.replace(year=day.year - years, day=min(day.day, 28))
        for listener in rehearse(_Listener, page, task.values, task.language, then if years else day):
            for path, names in listener.met.items():
                met.setdefault(path, {}).update(names)
        if all(path in met and all(m.name in met[path] for m in marks) for path, marks in wanted.items()):
            return []
    return [  # a sentence that no view was met for is not said
        _unknown(page, mark, met[path])
        for path, marks in wanted.items()
        for mark in marks
        if path in met and mark.name not in met[path]
    ]


def _unknown(page: str, mark: _Mark, known: Mapping[str, None]) -> str:
    said = f" in {' and '.join(mark.languages)}" if mark.languages else ""
    where = f"notebooks/{page}.yml, {mark.where}{said}"
    return explain(where, f"no reading '{mark.name}'", one_of(known, mark.name))


def _wanted(words: Words) -> Iterator[tuple[tuple[str, ...], list[_Mark]]]:
    """Yield the path of each sentence and title, and its marks."""
    for table in _TABLES:
        node = words.entry(table) if words.has(table) else {}
        tops: dict[tuple[str, ...], Any]
        if table in ("headline", "old_headline"):
            tops = {(table,): node}
        elif table == "tables":
            tops = {(table, key, "title"): below["title"] for key, below in node.items() if "title" in below}
        else:
            tops = {(table, key): below for key, below in node.items()}
        for path, below in tops.items():
            yield path, [*_marks(path, below), *_choosers(path, below)]


def _marks(path: Sequence[str], node: Any) -> Iterator[_Mark]:
    for inner, leaf in leaves(node, project().languages):
        found: dict[tuple[str, str], list[str]] = {}
        for language, text in leaf.items() if isinstance(leaf, Mapping) else ():
            for m in MARK.finditer(text) if isinstance(text, str) else ():
                found.setdefault((m[0], m[1]), []).append(language)
        for (shown, name), languages in found.items():
            yield _Mark(f"{'.'.join((*path, *inner))}, {shown}", name, tuple(dict.fromkeys(languages)))


def _choosers(path: Sequence[str], node: Any) -> Iterator[_Mark]:
    for inner, below in branches(node):
        if "by" in below:
            yield _Mark(f"{'.'.join((*path, *inner))}, by", str(below["by"]))


def note_faults() -> list[str]:
    """List the faults of the analysts' notes: of their parts, and of marks that cannot be filled on their date."""
    renew_views()
    found = []
    for file in sorted((project_root() / "params" / "notes").glob("[!.]*/[!.]*.md")):
        name = f"{file.parent.name}/{file.stem}"
        try:
            definition, day = load_definition(file.parent.name), read_day(file.stem)
            for page in {page or definition.pages[0]: None for page, _ in read_note(name)}:
                for language in project().languages:
                    on = day.isoformat()
                    Rehearsed(page, lang=language, as_of=on).note_text(name, definition.values)
        except (KzreportError, ValueError) as e:
            found.append(str(e) if isinstance(e, KzreportError) else explain(shown_path(file), e, "DATE.md"))
    return list(dict.fromkeys(found))
