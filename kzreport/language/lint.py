"""Faults in files of words: missing languages, differing marks, typed digits, variants without ``other``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from kzreport.errors import DataError, WordsError, explain, one_of, short_repr
from kzreport.files import shown_path
from kzreport.language.names import CASES
from kzreport.language.numbers import SPECS
from kzreport.language.sentences import DIRECTIONS, MARK, NOTHING, SELECTORS
from kzreport.language.wordfiles import (
    FURNITURE,
    SOURCE,
    built_in_languages,
    check_language,
    furniture,
    labels,
    language_path,
    locale,
    methods,
    page_words,
    read_words,
    source_leaves,
)
from kzreport.project.settings import LocalText, in_every_language, project
from kzreport.project.strict import StrictModel, strict_model

_NAMES = frozenset({"by"})  # keys of names, not of words
DATED, SINCE = "method", "since"  # a sentence of the method may have the day from which it is shown,
OF = "of"  # the names of the sentences, charts and tables with which alone it is,
PRESENT_STATE = "present_state"  # among these names: the line under the title that names series of present-day values
SUSPECT = "suspect"  # and a series: it is shown while a value of that is held suspect
_NUMBERED = ("ordinals", "units")  # tables whose words may have digits: the base of an index is no figure
_COUNTS = ("words", "feminine")  # forms of numbers of things, which are of the edition
_FORMATTED = ("quarter", "quarter_short", "periods", "years", "ui")  # tables whose marks the engine fills by name


def _sentence(node: Any) -> Any:
    """Return words in every language, or variants of them as deep as they go."""
    if not isinstance(node, dict):
        raise ValueError(f"words in {', '.join(project().languages)}, or variants")
    if "by" not in node:
        return in_every_language(node)
    for name, below in node.items():
        if name == "by" and not isinstance(below, str):
            raise ValueError("the name of a reading in 'by'")
        if name != "by" and below != NOTHING:
            _sentence(below)
    return node


_Sentence = Annotated[Any, AfterValidator(_sentence)]


class PageWords(StrictModel):
    """The tables of a page's words."""

    title: LocalText
    method: list[dict[str, str]]  # its languages are found before
    headline: _Sentence = None
    old_headline: _Sentence = None
    say: dict[str, _Sentence] = Field(default_factory=dict)
    sections: dict[str, LocalText] = Field(default_factory=dict)
    charts: dict[str, _Sentence] = Field(default_factory=dict)
    findings: dict[str, _Sentence] = Field(default_factory=dict)
    tables: dict[str, dict[Literal["title", "item", "value", "starred"], LocalText]] = Field(default_factory=dict)
    key_figures: dict[str, LocalText] = Field(default_factory=dict)
    labels: dict[str, LocalText] = Field(default_factory=dict)


def leaves(node: Any, languages: Sequence[str], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Path and content of everything that should be a map from language to text."""
    if isinstance(node, Mapping) and set(node) & set(languages):
        yield path, {k: v for k, v in node.items() if k not in (SINCE, OF, SUSPECT) or path[:1] != (DATED,)}
    elif isinstance(node, Mapping):
        for key, below in node.items():
            yield from leaves(below, languages, (*path, key))
    elif isinstance(node, list):
        for number, below in enumerate(node, 1):
            yield from leaves(below, languages, (*path, str(number)))
    elif not {*path[-2:]} & _NAMES and not (node == NOTHING and path[-1:] and path[-1] in SELECTORS):
        yield path, node


def branches(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Path and content of every map."""
    if isinstance(node, Mapping):
        yield path, node
        for key, below in node.items():
            yield from branches(below, (*path, str(key)))
    elif isinstance(node, list):
        for number, below in enumerate(node, 1):
            yield from branches(below, (*path, str(number)))


def texts_of(leaf: Any) -> list[str]:
    """Return a text, or all forms of it. Raises :class:`TypeError` for a list."""
    if isinstance(leaf, Mapping):
        return [t for below in leaf.values() for t in texts_of(below)]
    if isinstance(leaf, str):
        return [leaf]
    raise TypeError(f"{type(leaf).__name__} is no text")


def word_faults(words: Mapping[str, Any], where: str, languages: Sequence[str] = ()) -> list[str]:
    """List the faults of a file of words; ``languages`` default to the project's."""
    wanted = tuple(languages) or project().languages
    found: list[str] = []
    for path, leaf in leaves(words, wanted):
        at = f"{where}, {'.'.join(path)}"
        if not isinstance(leaf, Mapping) or set(leaf) != set(wanted):
            shown = ", ".join(sorted(leaf)) if isinstance(leaf, Mapping) else short_repr(leaf)
            found.append(explain(at, shown, f"each of {', '.join(wanted)}"))
            continue
        try:
            texts = {k: texts_of(v) for k, v in leaf.items()}
        except TypeError:
            found.append(explain(at, short_repr(leaf), "text in each language"))
            continue
        found += _leaf_faults(texts, at, path[0] if path else "")
    for path, node in branches(words):
        if path[:1] == (DATED,) and SINCE in node and not _is_day(node[SINCE]):
            found.append(explain(f"{where}, {'.'.join(path)}, {SINCE}", short_repr(node[SINCE]), "a day, 2026-01-21"))
        if path[:1] == (DATED,) and (strange := [n for n in str(node.get(OF, "")).split() if n not in _shown(words)]):
            found.append(explain(f"{where}, {'.'.join(path)}, {OF}", strange[0], one_of(_shown(words), strange[0])))
        if "by" in node:
            found += _variant_faults(set(node) - _NAMES, f"{where}, {'.'.join(path)}")
    return found


def _shown(words: Mapping[str, Any]) -> list[str]:
    """Return the names of a page's possible outputs: sentences, charts, tables, and the line on present-day values."""
    return [PRESENT_STATE] + [name for table in ("say", "charts", "tables") for name in words.get(table) or {}]


def _is_day(text: Any) -> bool:
    try:
        date.fromisoformat(str(text))
    except ValueError:
        return False
    return True


def _leaf_faults(texts: Mapping[str, Sequence[str]], at: str, table: str) -> Iterator[str]:
    marks = {k: {(m[1], m[2] or "") for t in several for m in MARK.finditer(t)} for k, several in texts.items()}
    every = {mark for own in marks.values() for mark in own}
    if different := {mark for mark in every if not all(mark in own for own in marks.values())}:
        shown = ", ".join(sorted(f"{name}.{attribute}".rstrip(".") for name, attribute in different))
        yield explain(at, f"{shown} not in every language", "the same readings in each")
    for language, several in texts.items():
        for text in several:
            yield from _text_faults(text, f"{at}.{language}", table)


def _text_faults(text: str, at: str, table: str) -> Iterator[str]:
    shown, rest = repr(text.strip()[:50]), MARK.sub(lambda m: m[4] or "", text)
    if not text.strip():
        yield explain(at, "nothing", "words")
    if re.search(r"(?<![A-Za-z0-9])\d", rest) and table not in _NUMBERED:
        yield explain(at, f"a digit typed by hand in {shown}", "a reading or a word")
    if not re.fullmatch(r"[^\[\]]*(\[[^\[\]]*\][^\[\]]*)*", text, re.DOTALL):
        yield explain(at, f"brackets that do not pair in {shown}", "[a part that may be left out]")
    if table not in _FORMATTED:
        if re.search(r"[{}]", rest):
            yield explain(at, f"a mark not understood in {shown}", "{name.field:spec}")
        for m in MARK.finditer(text):
            known = specs_of(m[2])
            if (m[3] or "") not in known:
                yield explain(f"{at}, {m[0]}", repr(m[3]), f"one of {', '.join(filter(None, known)) or 'no form'}")
            if m[4] and (m[2] or m[4].count("|") < 2):
                yield explain(f"{at}, {m[0]}", repr(m[4]), "a number's name and its forms of a word: {count|is|are}")


def specs_of(attribute: str | None) -> tuple[str, ...]:
    """Return the forms that a mark with this attribute can ask for: ``{x:signed}``, ``{x.period:in}``.

    >>> specs_of("item"), specs_of("year")
    (('', 'the', 'in', 'of'), ('',))
    """
    if attribute in (None, "low", "high"):
        return SPECS
    if attribute in ("period", "base"):
        cases = furniture(project().languages[0])["periods"].values()
        return tuple(dict.fromkeys(["", "short", *(case for known in cases for case in known)]))
    return ("", *CASES) if attribute == "item" else ("",)


def _variant_faults(variants: set[str], at: str) -> Iterator[str]:
    if unknown := variants - SELECTORS:
        yield explain(at, ", ".join(sorted(unknown)), f"variants among {', '.join(sorted(SELECTORS))}")
    if "other" not in variants or not ({"ok"} <= variants or set(DIRECTIONS) <= variants):
        yield explain(at, ", ".join(sorted(variants)), f"other, and ok or all of {', '.join(DIRECTIONS)}")


def page_faults(page: str) -> list[str]:
    """List the faults of a page's words, every variant of its sentences among them.

    Raises :class:`WordsError` if they cannot be read.
    """
    words, where = page_words(page), f"notebooks/{page}.yml"
    if found := word_faults(words, where):
        return found
    try:
        strict_model(PageWords, words, where)
    except DataError as e:
        return [str(e)]
    return list(_finding_faults(words, where))


def _finding_faults(words: Mapping[str, Any], where: str) -> Iterator[str]:
    """Yield the findings of charts that do not exist, that tell no period, end as a sentence or begin with a figure."""
    for path, leaf in leaves(words.get("findings", {}), project().languages):
        at = f"{where}, findings.{'.'.join(path)}"
        if path[0] not in words.get("charts", {}) and path[0] not in words.get("tables", {}):  # panels share words
            yield explain(at, f"no chart '{path[0]}'", f"one of {', '.join(words.get('charts', {}))}")
        for text in texts_of(leaf):
            if text.rstrip().endswith("."):
                yield explain(at, "a full stop at its end", "none: it is a title")
            marks = [m for m in MARK.finditer(text) if not m[4]]
            figures = [m for m in marks if m[2] is None and m[3] not in _COUNTS]
            if figures and not {m[2] for m in marks} & {"period", "base", "year"}:
                yield explain(at, "no period", "{name.period}: of an old figure it says that it is no news")
            if re.match(r"\{\w+(:\w+)?\}", text):
                yield explain(at, "a figure at its start", "first what the figure is of")


def shared_faults() -> list[str]:
    """List the faults of the words that pages share: of the engine, and of the project."""
    found = word_faults(read_words(FURNITURE), "kzreport/language/furniture.yml", built_in_languages())
    for read, where in ((labels, "data/labels.yml"), (methods, "params/methods.yml")):
        try:
            found += word_faults(read(), where)
            found += _forms(read(), where)
        except WordsError as e:
            found.append(str(e))
    for language in project().languages:
        try:
            found += language_faults(language)
        except WordsError as e:
            found.append(str(e))
    return found


def _forms(words: Mapping[str, Any], where: str) -> Iterator[str]:
    """Yield the names and sentences that are not one text in each language: forms by number are of the engine's."""
    for path, leaf in leaves(words, project().languages):
        if isinstance(leaf, Mapping) and not all(isinstance(text, str) for text in leaf.values()):
            yield explain(f"{where}, {'.'.join(path)}", short_repr(leaf), "one text in each language")


def language_faults(language: str) -> list[str]:
    """List the faults of the project's words in a language: keys and marks must equal those of the engine's words.

    Nothing is listed for a language of the engine. Raises :class:`WordsError` if the words cannot be read.
    """
    if language in built_in_languages():
        return []
    where, own = shown_path(language_path(check_language(language))), furniture(language)
    locale(language)
    found = []
    for path, leaf in source_leaves(read_words(FURNITURE)):
        node: Any = own
        for key in path:
            node = node.get(key) if isinstance(node, Mapping) else None
        at = f"{where}, words.{'.'.join(path)}"
        if node is None or (isinstance(node, Mapping) and isinstance(leaf[SOURCE], str) and "other" not in node):
            todo = f"run 'kzreport languages --copy {language}'"
            found.append(explain(at, "nothing", f"words for {short_repr(leaf[SOURCE])}", todo))
        else:
            found += _leaf_faults({SOURCE: texts_of(leaf[SOURCE]), language: texts_of(node)}, at, path[0])
    return found
