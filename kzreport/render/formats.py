"""The formats of an edition beside its pages: one table. A new format is one module and one entry here.

The contract. A format is a module of :mod:`kzreport.render` with a function

``make(edition: Edition, language: str) -> bytes``

that returns one file: the whole edition (:class:`~kzreport.render.content.Edition`) in one of its languages. The
edition writes it as ``LANGUAGE/DEFINITION-NAME-LANGUAGE`` and the ending of the format, after the pages and before the
front page, which links to it, and the manifest, which holds its digest. So ``make``

- reads the edition and the descriptions of its series, and no clock: the same edition gives the same bytes
- hands text over as text: what a publisher, a parameter or an analyst typed is never a formula, markup or code
- says the sources of its figures and their terms of use: the file is handed on alone
- raises an error of the package for what it cannot make; no edition is written then

The pages themselves, ``html``, are always made. This module loads no format: see :func:`load_format`.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kzreport.errors import ParameterError, explain, one_of, short_repr

if TYPE_CHECKING:
    from kzreport.render.content import Edition

PAGES = "html"  # the pages: no entry of the table, since no edition is without them


@dataclass(frozen=True)
class Format:
    """A format.

    - ``module``: of :mod:`kzreport.render` that makes it
    - ``ending``: the end of its file's name; the start names the definition, the edition and the language
    - ``packages``: distributions that its bytes depend on, beside those that pages depend on: inputs of the edition
    - ``needs``: the module that these bring; without it the format cannot be made
    - ``extra``: the optional dependency of kzreport that brings it; empty if every installation has it
    - ``default``: made unless a definition or an option chooses others
    """

    module: str
    ending: str
    packages: tuple[str, ...] = ()
    needs: str = ""
    extra: str = ""
    default: bool = False


FORMATS: Mapping[str, Format] = {
    "pdf": Format("pdf", ".pdf", ("typst",), "typst", "pdf", default=True),
    "brief": Format("brief_pdf", "-brief.pdf", ("typst",), "typst", "pdf"),
    "brief-html": Format("brief_html", "-brief.html"),
    "xlsx": Format("workbook", ".xlsx", ("xlsxwriter",), "xlsxwriter", default=True),
    "csv": Format("tables_zip", "-csv.zip"),
    "docx": Format("document", ".docx", ("python-docx", "lxml"), "docx", "docx"),
}
DEFAULT = (PAGES, *(name for name, f in FORMATS.items() if f.default))


def check_formats(names: Sequence[str], where: str) -> tuple[str, ...]:
    """Return the formats of an edition in the order of the table, the pages first.

    Raises :class:`ParameterError` naming ``where`` for an unknown name.

    >>> check_formats(["xlsx", "csv"], "--to")
    ('html', 'xlsx', 'csv')
    """
    choices = (PAGES, *FORMATS)
    for name in names:
        if name not in choices:
            raise ParameterError(explain(where, short_repr(name), one_of(choices, name)))
    return tuple(name for name in choices if name in names or name == PAGES)


def demand_formats(names: Sequence[str]) -> None:
    """Raise :class:`ParameterError` for a format whose package is not installed, saying what brings it."""
    for name in names:
        needed = FORMATS[name].needs if name in FORMATS else ""
        if needed and importlib.util.find_spec(needed) is None:
            extra = f"[{FORMATS[name].extra}]" if FORMATS[name].extra else ""
            todo = f"python -m pip install 'kzreport{extra}', or choose other formats (--to {DEFAULT[0]})"
            raise ParameterError(explain(f"format '{name}'", f"no package '{needed}'", "it installed", todo))


def format_packages(name: str) -> tuple[str, ...]:
    """Return the distributions that a format depends on; none for the pages."""
    return FORMATS[name].packages if name in FORMATS else ()


def file_name(edition: Edition, name: str, language: str) -> str:
    """Return the path of a format's file in its edition: ``fr/monthly-2026-09-30-fr.xlsx``."""
    return f"{language}/{edition.definition}-{edition.name}-{language}{FORMATS[name].ending}"


def load_format(name: str) -> Callable[[Edition, str], bytes]:
    """Return the function that makes a format."""
    make: Callable[[Edition, str], bytes] = importlib.import_module(f"kzreport.render.{FORMATS[name].module}").make
    return make
