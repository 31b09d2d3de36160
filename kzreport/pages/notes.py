"""The analyst's note on one edition: ``params/notes/DEFINITION/DATE.md``, Markdown with a part for each language.

A part begins with a line ``# fr`` or ``# en``, for the first page of the report, or ``# fr inflation`` for the page of
that name. ``{inflation.rate}`` is a reading of that page's headline, ``{inflation.headline}`` the first of them. The
marks of words may follow: ``{inflation.headline.value}``, ``{transit.volume.period:in}``, ``{fdi.net:signed}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from kzreport.errors import DataError, ParameterError, WordsError, explain, one_of, short_repr
from kzreport.files import project_root, read_text, shown_path
from kzreport.language.sentences import ATTRIBUTES, MARK
from kzreport.language.words import Words
from kzreport.model import Reading
from kzreport.project.settings import page_names, project

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*/[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_HEAD = re.compile(r"#(?!#) *(?P<language>\S*)(?: +(?P<page>\S+))? *")
_MARK = re.compile(r"\{(?P<page>[a-z][a-z0-9_]*)\.(?P<name>[a-z][a-z0-9_]*)(?:\.value)?(?P<rest>[.:][a-z.:]*)?\}")
_MOST = 100_000  # bytes

Parts = Mapping[tuple[str, str], str]  # (page, language) -> Markdown; page "": the first page of the report


def note_path(name: str) -> Path:
    """Return the file of the note ``DEFINITION/DATE``. Raises :class:`ParameterError` for another form of name."""
    if not _NAME.fullmatch(name):
        raise ParameterError(explain("note", repr(name[:60]), "a report definition and a date: monthly/2026-09-30"))
    return project_root() / "params" / "notes" / f"{name}.md"


def read_note(name: str) -> Parts:
    """Return the parts of a note. Raises :class:`ParameterError` naming a faulty line or a missing part."""
    file = note_path(name)
    try:
        text = read_text(file, _MOST)
    except DataError as e:
        raise ParameterError(str(e)) from None
    languages = project().languages
    heads = ", ".join(f"'# {k}'" for k in languages)
    parts: dict[tuple[str, str], list[str]] = {}
    lines: list[str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        at = f"{shown_path(file)}, line {number}"
        if head := _HEAD.fullmatch(line):
            key = (head["page"] or "", head["language"])
            if key[1] not in languages or key in parts:
                found = f"{line!r} again" if key in parts else repr(line[:60])
                raise ParameterError(explain(at, found, f"each part once: {heads}, '# {languages[0]} PAGE' ..."))
            if key[0] and key[0] not in page_names():
                raise ParameterError(explain(f"{at}, page", short_repr(key[0]), one_of(page_names(), key[0])))
            lines = parts[key] = []
        elif lines is not None:
            lines.append(line)
        elif line.strip():
            raise ParameterError(explain(at, repr(line[:60]), f"a line {heads.replace(', ', ' or ')} before any text"))
    for page in {page for page, _ in parts}:
        for language in languages:
            if not "".join(parts.get((page, language), [])).strip():
                part = f"# {language} {page}".rstrip()
                raise ParameterError(
                    explain(shown_path(file), f"nothing under '{part}'", f"the same parts in {', '.join(languages)}")
                )
    if not parts:
        raise ParameterError(explain(shown_path(file), "an empty note", f"parts that begin with {heads}"))
    return {key: "\n".join(found).strip() for key, found in parts.items()}


def note_part(name: str, page: str, language: str) -> str:
    """Return the part of a note for a page: its own, else the general one. Raises as :func:`read_note`."""
    parts = read_note(name)
    return parts.get((page, language)) or parts.get(("", language), "")


def fill_note(text: str, where: str, language: str, readings: Callable[[str], Mapping[str, Reading]]) -> str:
    """Replace the marks of a note; ``readings`` gives the readings of a page's headline by name.

    Raises :class:`ParameterError` for a page or reading that does not exist or has no value, and for a mark that words
    do not know, with the choices.
    """

    def one(m: re.Match[str]) -> str:
        page, name, rest = m["page"], m["name"], m["rest"] or ""
        try:
            known = readings(page)
        except ParameterError as e:
            raise ParameterError(f"{where}, {m[0]}, {e}") from None
        known = {"headline": next(iter(known.values())), **known}
        reading = known.get(name)
        if reading is None or not reading.ok:
            found = f"no reading '{name}'" if reading is None else f"'{name}' has no value ({reading.status})"
            choices = one_of([f"{page}.{n}" for n, r in known.items() if r.ok], f"{page}.{name}")
            raise ParameterError(explain(f"{where}, {m[0]}", found, choices))
        if not MARK.fullmatch(f"{{{name}{rest}}}"):
            attribute = rest.strip(".").partition(":")[0]
            raise ParameterError(explain(f"{where}, {m[0]}", f"'{attribute}'", one_of(ATTRIBUTES, attribute)))
        try:
            return Words(language, page).marks(f"{{reading{rest}}}", f"{where}, {m[0]}", {"reading": reading})
        except WordsError as e:
            raise ParameterError(f"{where}, {m[0]}: {e}") from None

    filled = _MARK.sub(one, text)
    if mark := re.search(r"\{[^{}\n]*\}?|\}", filled):
        raise ParameterError(explain(where, mark[0], "marks such as {inflation.headline.value}"))
    return Words(language).typography(filled)
