"""The key ``fetch`` of a series' card: the provider of its figures and the request for them.

What belongs here: reading the key, and the edits of a card that a refresh makes. What does not: the requests
(:mod:`kzreport.refresh.providers`, or the project's own).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, Field

from kzreport.errors import DataError, explain
from kzreport.files import project_root, read_text, shown_path
from kzreport.project.strict import StrictModel, YesOrNo, strict_model
from kzreport.refresh.provider import find_provider
from kzreport.series.resource import resources
from kzreport.yamlfile import read_yaml


def _scale(text: str) -> str:
    try:
        if Decimal(text) > 0:
            return text
    except InvalidOperation:
        pass
    raise ValueError("a number above zero, such as 0.001")


Asked = dict[str, str | list[str] | dict[str, str]]


class Fetch(StrictModel):
    """The way to a series' figures.

    - ``provider``: a module of ``data/providers/`` or :mod:`kzreport.refresh.providers`
    - ``request``, ``select``: maps that the provider understands; a value is a text, or a list or map of texts
    - ``unit``: the label that the provider prints
    - ``scale``: what the provider's numbers are multiplied by, as text
    - ``published``: how the day of a new figure is known: ``stated`` by the reply, of the ``file`` (the day that its
      server gives), or that on which it was ``fetched``
    - ``confirmed``: a live reply was seen with these identifiers; what is not is fetched by ``--probe`` alone
    - ``fingerprint``: of what the provider says the figures are, at the first accepted contact
    """

    provider: Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,40}$")]
    request: Asked = Field(default_factory=dict)
    select: Asked = Field(default_factory=dict)
    unit: str = ""
    scale: Annotated[str, AfterValidator(_scale)] = "1"
    published: Literal["stated", "file", "fetched"] = "fetched"
    confirmed: YesOrNo = False
    fingerprint: str = ""

    def about(self, series: str) -> dict[str, Any]:
        """Return what a provider receives for a series: this map, and the name of the series."""
        return self.model_dump() | {"series": series}


def mapped_series() -> Mapping[str, Fetch]:
    """Return the series whose figures can be fetched, in the order of their names.

    Raises :class:`DataError` naming the card and the key.
    """
    return read_mappings(resources())


def read_mappings(series: Iterable[str]) -> Mapping[str, Fetch]:
    """Return the series, among these, whose cards say how to fetch them; the cards need not have been accepted.

    Raises as :func:`mapped_series`.
    """
    found = {}
    for name in sorted(series):
        path = _card(name)
        raw = read_yaml(path)
        if isinstance(raw, dict) and "fetch" in raw:
            found[name] = strict_model(Fetch, raw["fetch"], f"{shown_path(path)}, fetch")
    return found


def demand_mappings(series: Iterable[str], today: date) -> None:
    """Let each provider check the requests of the cards; nothing is sent.

    A card that is not ``confirmed`` may leave a value empty, which is to be completed. Raises as
    :func:`mapped_series`, and :class:`DataError` for an unknown provider, and for a key that a provider does not know.
    """
    for name, fetch in read_mappings(series).items():
        about = fetch.about(name)
        if not fetch.confirmed:
            about["request"] = {key: value or "to be completed" for key, value in fetch.request.items()}
        find_provider(fetch.provider).requests(about, today)


def _card(series: str) -> Path:
    return project_root() / "data" / f"{series}.yml"


def card_text(series: str) -> str:
    """Return the text of a series' card."""
    return read_text(_card(series))


def with_fetch(text: str, **values: str) -> str:
    """Return the text of a card with other values of keys of its ``fetch``; the rest stays as typed.

    Raises :class:`DataError` if the key ``fetch`` does not stand in the card as a block of lines.

    >>> with_fetch("unit: percent\\nfetch:\\n  provider: x\\nrange: [0, 1]\\n", fingerprint="a: b")
    'unit: percent\\nfetch:\\n  provider: x\\n  fingerprint: "a: b"\\nrange: [0, 1]\\n'
    """
    block = re.search(r"^fetch:[^\S\n]*\n((?:[^\S\n]+\S.*\n|[^\S\n]*\n)*[^\S\n]+\S.*\n)", text, re.MULTILINE)
    if not block:
        raise DataError(explain("a card, key 'fetch'", "another notation", "a block of lines 'key: value' under it"))
    lines = block[1].splitlines(keepends=True)
    indent = re.match(r"\s+", lines[0])
    space = indent[0] if indent else "  "
    for key, value in values.items():
        line = f"{space}{key}: {_quoted(value)}\n"
        at = next((i for i, old in enumerate(lines) if old.startswith(f"{space}{key}:")), None)
        if at is None:
            lines.append(line)
        else:
            lines[at] = line
    fresh = text[: block.start(1)] + "".join(lines) + text[block.end(1) :]
    _check_edit(text, fresh, "fetch", {**_fetch(text), **values})
    return fresh


def _fetch(text: str) -> dict[str, Any]:
    fetch = yaml.load(text, yaml.BaseLoader)["fetch"]
    return dict(fetch) if isinstance(fetch, dict) else {}


def _quoted(value: str) -> str:
    plain = re.fullmatch("[A-Za-z0-9][A-Za-z0-9_.-]*", value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return value if plain else f'"{escaped}"'


def with_vintage(text: str, day: date) -> str:
    """Return the text of a card with one more day among its ``vintages``; unchanged without that key, or with that day.

    Raises :class:`DataError` for a list in another form than ``[2016-03-04, ...]``.

    >>> with_vintage("vintages: [2016-03-04]\\n", date(2018, 8, 1))
    'vintages: [2016-03-04, 2018-08-01]\\n'
    """
    before = yaml.load(text, yaml.BaseLoader).get("vintages")
    if not before or day.isoformat() in before:
        return text
    days = sorted({*before, day.isoformat()})
    one = f"[{', '.join(days)}]"
    if len(one) > 108:
        rows = [", ".join(days[i : i + 8]) for i in range(0, len(days), 8)]
        one = "\n  [\n    " + ",\n    ".join(rows) + ",\n  ]"
    else:
        one = " " + one
    fresh = re.sub(r"^vintages:\s*\[[^]]*\]", lambda _: "vintages:" + one, text, count=1, flags=re.MULTILINE)
    _check_edit(text, fresh, "vintages", days)
    return fresh


def _check_edit(before: str, after: str, key: str, expected: object) -> None:
    """Refuse an edit of a card that changed anything else than one key."""
    old, new = (yaml.load(text, yaml.BaseLoader) for text in (before, after))
    if new != {**old, key: expected}:
        todo = "edit the card by hand"
        raise DataError(explain(f"a card, key '{key}'", "a form that is not known", "one that can be edited", todo))
