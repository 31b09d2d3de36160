"""Setting a document in print: data and a template of the package -> a PDF.

The template (``templates/*.typ``) reads its data as JSON; nothing is ever put into its markup, so a ``#``, ``@`` or
``$`` of a publisher stays text. The file follows PDF/A-2a and PDF/UA-1: the program that sets it refuses a picture
without a description, a skipped level of headings, a letter without a glyph.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kzreport.errors import PageError, explain

if TYPE_CHECKING:
    import typst

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_FALLBACKS = ("DejaVuSans.ttf", "DejaVuSerif.ttf")  # what they lack is not set
_UNKNOWN = "\ufffd"
_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@dataclass(frozen=True)
class Made:
    """A PDF that was set, and the number of its pages."""

    data: bytes
    pages: int


def set_pdf(template: str, data: Mapping[str, Any], day: date) -> Made:
    """Return a PDF, the same for the same data; ``day``: of the edition, for the file's dates.

    Raises :class:`PageError` for what cannot be set, with the words of the typesetter.
    """
    import typst

    try:
        compiler = typst.Compiler(
            _TEMPLATES / template,
            root=_TEMPLATES,
            font_paths=_fonts(),
            sys_inputs={"data": json.dumps(_settable(data), ensure_ascii=False, sort_keys=True)},
        )
        made, warnings = compiler.compile_with_warnings(
            format="pdf",
            pdf_standards=["a-2a", "ua-1"],
            timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
        )
        pages = json.loads(compiler.query("<pages>", field="value", one=True))
    except typst.TypstError as e:
        said = " ".join([e.message, *e.hints])
        raise PageError(explain(f"{template}, the PDF", said, "a document that can be set")) from None
    if warnings:
        raise PageError(explain(f"{template}, the PDF", warnings[0].message, "a document set without a warning"))
    assert isinstance(made, bytes)
    return Made(made, pages)


def _font_folder() -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Return the fonts that ship with matplotlib, and the typesetter's; no font of the machine is used."""
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[_font_folder()])


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(code for name in _FALLBACKS for code in FT2Font(str(_font_folder() / name)).get_charmap())


def _settable(value: Any) -> Any:
    """Return data whose every letter has a glyph: one without would stop the document.

    Controls are dropped, and marks that turn the direction of the text after them: print shows what was typed.
    """
    if isinstance(value, str):
        return "".join(map(_letter, value))
    if isinstance(value, Mapping):
        return {key: _settable(v) for key, v in value.items()}
    return [_settable(v) for v in value] if isinstance(value, list | tuple) else value


@lru_cache(maxsize=4096)
def _letter(letter: str) -> str:
    """Return a letter that can be set.

    >>> [_letter(c) for c in ("é", "\\x07", "\\u200f", "\\U0001f600", "中")]
    ['é', '', '\\u200f', '😀', '\\ufffd']
    """
    kind = unicodedata.category(letter)
    if letter in _TURNS:
        return ""
    if kind == "Cf" or letter == "\n" or ord(letter) in _glyphs():
        return letter
    return "" if kind == "Cc" else _UNKNOWN
