"""``kzreport new PAGE``: the three files of a page that works at once, to be changed into what it should say.

What a new page is made of stands here as text; nothing is computed and nothing is overwritten.
"""

from __future__ import annotations

import json
import keyword
import re
from pathlib import Path

from kzreport import views
from kzreport.errors import ParameterError, explain
from kzreport.files import project_root, shown_path

_NAME = re.compile(r"[a-z][a-z_]{1,29}", re.ASCII)
_TAKEN = {"as_of", "lang", "page", "prices", "readings", "years"}  # what the notebook itself calls things

_VIEW = '''"""The NAME page: what its notebook shows.

It starts with the published inflation rate. Arithmetic goes to kzreport/indicators/, words beside the notebook.
"""

from __future__ import annotations

from kzreport.indicators import growth, indices
from kzreport.indicators.readings import at, latest
from kzreport.model import Reading, Series


def headline(cpi_yy: Series) -> dict[str, Reading]:
    """The latest figure, ``rate`` (percent), and its change from the month before, ``rate_change`` (points)."""
    known = indices.rates(cpi_yy)
    now = at(known, latest(known))
    return {"rate": now, "rate_change": growth.difference(now, at(known, now.period.shift(-1)))}


def path(cpi_yy: Series) -> dict[str, tuple[Reading, ...]]:
    """The figure in every month, percent."""
    return {"rate": indices.rates(cpi_yy)}
'''

_WORDS = """\
# Words of the NAME page. French and English on adjacent lines; {reading} marks are filled by the notebook.
title:
  fr: TITLE
  en: TITLE

headline:
  indicator: NAME.headline
  series: [cpi_yy]
  by: rate_change
  ok:
    fr: "L’inflation sur douze mois est de {rate} {rate.period:in}, soit {rate_change:signed} sur un mois."
    en: "Inflation over twelve months was {rate} {rate.period:in}, {rate_change:signed} in a month."
  other:
    fr: "L’inflation sur douze mois est de {rate} {rate.period:in} ; le mois précédent manque."
    en: "Inflation over twelve months was {rate} {rate.period:in}; the month before is missing."

key_figures:
  rate:
    fr: Inflation, glissement sur douze mois
    en: Inflation, twelve-month rate

sections: {}

say: {}

labels:
  rate: {fr: "Inflation", en: "Inflation"}

charts:
  path:
    fr: "Prix à la consommation : variation sur douze mois"
    en: "Consumer prices: change over twelve months"

tables: {}

method:
  - fr: "Le taux publié rapporte les prix d’un mois à ceux du même mois de l’année précédente."
    en: "The published rate compares the prices of a month with those of the same month a year before."
"""

_CELLS = (
    (
        "note",
        "**TITLE.** The words are in `NAME.yml` beside this notebook, the readings in `kzreport/views/NAME.py`. "
        "Change a parameter or a word and run all cells; `kzreport accept NAME` keeps the result.",
    ),
    ("", "from kzreport import Count, Date, Language, Page\nfrom kzreport.views import NAME"),
    (
        "parameters",
        'lang: Language = "fr"  # language of the page, fr or en\n'
        'as_of: Date = "2026-09-30"  # date of the edition: nothing published later is used\n'
        "years: Count = 8  # calendar years shown in charts, the current one included",
    ),
    ("", 'page = Page("NAME", lang=lang, as_of=as_of, years=years)\nprices = page.load("cpi_yy")'),
    ("", 'page.title()\nreadings = page.headline()\npage.chart("path", "lines", NAME.path(prices))'),
    ("", "page.caveats()\npage.method()\npage.sources()"),
)


def _notebook(name: str, title: str) -> str:
    cells: list[dict[str, object]] = []
    for number, (tag, source) in enumerate(_CELLS, 1):
        text = source.replace("NAME", name).replace("TITLE", title)
        cell: dict[str, object] = {
            "cell_type": "markdown" if tag == "note" else "code",
            "id": f"cell-{number}",
            "metadata": {"tags": [tag]} if tag else {},
            "source": text.splitlines(keepends=True),
        }
        cells.append(cell if tag == "note" else cell | {"execution_count": None, "outputs": []})
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    whole = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def create(name: str) -> list[str]:
    """Write a new page: notebook, words and view; their paths, relative to the home folder.

    Raises :class:`ParameterError` for a name that cannot be one, or if any of the three files is there already;
    nothing was written then.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or name in _TAKEN:
        raise ParameterError(
            explain("page", repr(name[:40]), "2 to 30 of a-z and _, no word of Python or of the notebook")
        )
    title = name.replace("_", " ").capitalize()
    notebooks = project_root() / "notebooks"
    view = Path(views.__file__).parent / f"{name}.py"  # where `from kzreport.views import` finds it
    files = {
        notebooks / f"{name}.ipynb": _notebook(name, title),
        notebooks / f"{name}.yml": _WORDS.replace("NAME", name).replace("TITLE", title),
        view: _VIEW.replace("NAME", name),
    }
    for path in files:
        if path.exists():
            raise ParameterError(explain("page", f"{shown_path(path)}, which exists", "a new name"))
    for path, text in files.items():
        with path.open("x", encoding="utf-8", newline="\n") as f:
            f.write(text)
    return [shown_path(path) for path in files]
