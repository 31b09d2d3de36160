"""Units that the project declares beside those of the engine, with their words: ``data/units.yml``.

::

    eur_kg:
      decimals: 2
      name: {en: euros a kilo}
      sentence: {en: {one: "# euro a kilo", other: "# euros a kilo"}}

What belongs here: that file. What does not: the meaning of a unit for arithmetic (:mod:`kzreport.units`). Importing
this module makes its units known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from kzreport.errors import DataError, explain, short_repr
from kzreport.files import cached_by_stamp, project_root, shown_path
from kzreport.project.settings import LocalText, project
from kzreport.project.strict import StrictModel, YesOrNo, strict_model
from kzreport.units import PLURALS, UNITS, Unit
from kzreport.yamlfile import read_yaml

_FILE = "units.yml"


def _digits(text: Any) -> int:
    if text not in ("0", "1", "2", "3", "4"):
        raise ValueError("a number of digits from 0 to 4")
    return int(text)


def _sentence(forms: Any) -> Any:
    """Return language -> text, or language -> plural form -> text, each with the sign for the number."""
    languages = project().languages
    if not isinstance(forms, dict) or set(forms) != set(languages):
        raise ValueError(f"words in {', '.join(languages)}")
    for found in forms.values():
        texts = found if isinstance(found, dict) else {"other": found}
        if "other" not in texts or set(texts) - set(PLURALS):
            raise ValueError(f"a text, or forms among {', '.join(PLURALS)} with other")
        if not all(isinstance(text, str) and text.count("#") == 1 for text in texts.values()):
            raise ValueError("texts with one #, which stands for the number")
        if not all(text.isprintable() and not re.search(r"[{}\d]", text) for text in texts.values()):
            raise ValueError("one line of words beside the #, without braces and digits")
    return forms


class _OwnUnit(StrictModel):
    """A unit: its digits after the decimal mark, its name on axes, its sentence; ``rate``: its change is in points."""

    decimals: Annotated[int, BeforeValidator(_digits)]
    name: LocalText
    sentence: Annotated[dict[str, Any], BeforeValidator(_sentence)]
    rate: YesOrNo = False
    difference: str = Field(default="")


def own_units() -> Mapping[str, Unit]:
    """Return the units of the project by name; none without the file.

    Raises :class:`DataError` naming the unit and the key, and for a name that a unit of the engine has.
    """
    return _units(own_units_path(project_root()))


def own_unit_words(language: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the name and the sentence of each unit of the project in one of its languages."""
    return _words(own_units_path(project_root()), language)


@lru_cache(maxsize=8)  # a page asks some thousand times
def own_units_path(root: Path) -> Path:
    """Return the file that declares the units of a project; it need not exist."""
    return root / "data" / _FILE


@cached_by_stamp(4)
def _units(path: Path) -> Mapping[str, Unit]:
    return {k: Unit(k, u.decimals, u.rate, _difference(u)) for k, u in _read(path).items()}


@cached_by_stamp(8)
def _words(path: Path, language: str) -> Mapping[str, Mapping[str, Any]]:
    return {k: {"name": u.name[language], "sentence": u.sentence[language]} for k, u in _read(path).items()}


def _difference(unit: _OwnUnit) -> str:
    return unit.difference or ("points" if unit.rate else "")


@cached_by_stamp(4)
def _read(path: Path) -> Mapping[str, _OwnUnit]:
    if not path.exists():
        return {}
    raw, where = read_yaml(path), shown_path(path)
    if not isinstance(raw, dict):
        raise DataError(explain(where, short_repr(raw), "a map from a unit to what it is"))
    found: dict[str, _OwnUnit] = {}
    for name, about in raw.items():
        if not isinstance(name, str) or not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name) or name in UNITS.built_in:
            raise DataError(explain(where, f"the unit {short_repr(name)}", "a new name of letters, digits and _"))
        found[name] = strict_model(_OwnUnit, about, f"{where}, {name}")
    for name, one in found.items():
        if one.difference and one.difference not in (*UNITS.built_in, *found):
            raise DataError(explain(f"{where}, {name}, difference", repr(one.difference), "a unit"))
    return found


UNITS.of_project = own_units
