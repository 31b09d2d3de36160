"""A proposed state of the data against the current one: findings of the guards, changed sentences of pages.

What belongs here: a copy of the project with other files of ``data/``, and the comparison of both as a reader would
see them. What does not: which files are proposed (``add``, ``refresh``, ``accept``), writing them.
"""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kzreport.claims.assessment import verdicts_as_of
from kzreport.claims.ledger import all_claims
from kzreport.claims.sentences import claim_locator
from kzreport.commands.rehearsal import Rehearsed, rehearse
from kzreport.commands.session import one_project
from kzreport.editions.definition import load_definition
from kzreport.errors import KzreportError
from kzreport.files import link_or_copy, project_root
from kzreport.guards.finding import Finding
from kzreport.guards.state import check_state
from kzreport.language.wordfiles import terminal_language
from kzreport.language.words import Words
from kzreport.machine import scratch
from kzreport.pages.outputs import Kind, Output
from kzreport.pages.views import claims_read, series_read
from kzreport.project.settings import project
from kzreport.series.assemble import copy_data
from kzreport.series.resource import resources

_MOST = 6  # turns of a kind that are listed
_ALIKE = 0.5  # of 1: a text below is another one, not the same with other words
_TOLD = (Kind.HEADLINE, Kind.SAY)


@dataclass(frozen=True)
class Turn:
    """Something that a reader sees with other words: a headline, a sentence, the verdict on a claim.

    ``where``: the title of its page, or the place of its claim; ``before`` or ``after`` is empty if it is not said.
    """

    where: str
    before: str
    after: str


@dataclass(frozen=True)
class Proposal:
    """Changes that a proposed state of the data would make.

    - ``findings``: of the guards, but for those of the state that is held
    - ``headlines``, ``sentences``, ``verdicts``: what would turn, in the order of the report
    - ``unknown``: the reason why it is not known what would turn
    """

    findings: tuple[Finding, ...]
    headlines: tuple[Turn, ...]
    sentences: tuple[Turn, ...]
    verdicts: tuple[Turn, ...]
    unknown: str = ""

    def lines(self) -> Iterator[str]:
        """Yield the turns as lines for a terminal."""
        for kind, turns in (("headline", self.headlines), ("verdict", self.verdicts), ("sentence", self.sentences)):
            for turn in turns[:_MOST]:
                yield f"{kind}, {turn.where}:"
                yield f"  before: {turn.before or '(not said)'}"
                yield f"  after:  {turn.after or '(not said)'}"
            if len(turns) > _MOST:
                more = len(turns) - _MOST
                yield f"and {more} more {kind}{'s' if more > 1 else ''}"
        if self.unknown:
            yield f"what turns is not known: the pages of today cannot read the data as they were ({self.unknown})"
        elif not (self.headlines or self.verdicts or self.sentences):
            yield "no headline, verdict or sentence turns"

    def as_json(self) -> dict[str, Any]:
        """Return the proposal for a file or a summary."""
        turned = {k: [vars(t) for t in getattr(self, k)] for k in ("headlines", "sentences", "verdicts")}
        return {"findings": [f.as_json() for f in self.findings], **turned}


@contextlib.contextmanager
def proposed_project(files: Mapping[str, bytes | None]) -> Iterator[Path]:
    """Work on a temporary copy of the project, made of links, with these files of ``data/`` replaced.

    ``files``: name -> content; ``None`` for a file that is not there.
    """
    root = project_root()
    with scratch.folder() as folder:
        home = folder / "project"
        home.mkdir()
        for name in ("notebooks", "params"):
            link_or_copy(root / name, home / name)
        copy_data(root / "data", home / "data", files)
        with one_project(home):
            yield home


def compare_proposed(
    files: Mapping[str, bytes], today: date, held: Mapping[str, bytes | None] | None = None
) -> Proposal:
    """Return the sentences and verdicts that would change if these files of ``data/`` were as proposed.

    Parameters
    ----------
    files
        Name of a file in ``data/`` -> its bytes; ``datapackage.json`` among them.
    today
        The date of the pages that are compared.
    held
        Files of ``data/`` as they were, if those of the project are the proposed ones already; ``None`` for one that
        was not there.

    Raises
    ------
    KzreportError
        If the proposed state, or the one that is held, cannot be read.
    """
    changed = {Path(name).stem for name in files}
    before, known, unknown = _Told({}, {}), set[str](), ""
    try:
        with proposed_project(held) if held else contextlib.nullcontext():
            known = {f.message for f in check_state(today)}
            before = _state(changed, today)
    except KzreportError as e:
        if not held:
            raise
        unknown = str(e)  # the pages of today may want a table that was not there then
    with proposed_project(files):
        findings = tuple(f for f in check_state(today) if f.message not in known)
        after, claims = _state(changed, today), all_claims()
        w = Words(terminal_language())
    verdicts = [
        Turn(claim_locator(w, claims[k]), w.label(old), w.label(after.verdicts[k]))
        for k, old in before.verdicts.items()
        if k in after.verdicts and after.verdicts[k] != old
    ]
    headlines, sentences = (
        [t for page, told in before.pages.items() for t in _turns(page, told, after.pages.get(page, ()), kind)]
        for kind in _TOLD
    )
    return Proposal(findings, tuple(headlines), tuple(sentences), tuple(verdicts), unknown)


@dataclass(frozen=True)
class _Told:
    """Texts of the pages on a date: title of a page -> its headline and sentences; claim -> verdict."""

    pages: Mapping[str, Sequence[tuple[Kind, str]]]
    verdicts: Mapping[str, str]


def _state(changed: Iterable[str], today: date) -> _Told:
    """Return the texts of the default definition's pages that read a changed table."""
    definition, language, pages = load_definition(project().default), terminal_language(), {}
    for name in definition.pages:
        values = definition.values[name]
        series = set(series_read({name: values}))
        # a page that draws the others together, or judges claims, says what they say
        of_all = series >= resources().keys() and ("pages" in values or claims_read({name: values}))
        if series & set(changed) and not of_all:
            pages[str(Words(language, name).entry("title")[language])] = told_by(name, values, language, today)
    return _Told(pages, {k: str(v) for k, (v, _) in verdicts_as_of(today).items()})


def _turns(
    page: str, before: Sequence[tuple[Kind, str]], after: Sequence[tuple[Kind, str]], kind: Kind
) -> Iterator[Turn]:
    """Yield the texts of a kind that are not the same, those gone beside the text most like them."""
    old, new = ([text for k, text in told if k is kind] for told in (before, after))
    gone, come = ([t for t in these if t not in those] for these, those in ((old, new), (new, old)))
    for before_text in gone:
        alike = next(iter(difflib.get_close_matches(before_text, come, 1, _ALIKE)), "")
        if alike:
            come.remove(alike)
        yield Turn(page, before_text, alike)
    yield from (Turn(page, "", text) for text in come)


class _Reader(Rehearsed):
    """A page that keeps its headline and sentences."""

    told: list[tuple[Kind, str]]

    def __init__(self, name: str, **about: Any) -> None:
        super().__init__(name, **about)
        self.told = []

    def display(self, output: Output) -> None:
        """Keep a headline or a sentence."""
        if output.kind in _TOLD:
            self.told.append((output.kind, output.text.replace("**", "")))


def told_by(name: str, values: Mapping[str, Any], language: str, day: date) -> list[tuple[Kind, str]]:
    """Return the headline and the sentences of a page on a date, by the calls of its notebook, without a kernel."""
    return [said for page in rehearse(_Reader, name, values, language, day) for said in page.told]
