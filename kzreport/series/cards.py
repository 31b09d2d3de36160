"""Cards: ``data/cpi_yy.yml`` describes ``data/cpi_yy.csv``; what several cards need stands in files that they share.

What belongs here: from the text of a card to an entry of the data package, every key checked. What does not: tables
and digests (:mod:`kzreport.series.assemble`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kzreport.console.redaction import redact
from kzreport.days import parse_day
from kzreport.errors import DataError, ParameterError, did_you_mean, explain, one_of, short_repr
from kzreport.files import shown_path
from kzreport.model import Period
from kzreport.yamlfile import read_yaml

REQUIRED = ("titles", "unit", "basis", "frequency", "licence", "access", "publication", "range", "continuous")
OPTIONAL = (
    "publisher",
    "dimensions",
    "columns",
    "known_gaps",
    "vintages",
    "state",
    "basis_by",
    "decimals",
    "caveats",
    "sources",
    "fetch",  # of kzreport.refresh.mapping alone: how figures are fetched is not what they are
)
GRADES = ("primary", "reported", "weak")  # of a source: the body itself, who names it, neither
_NAMES = ("publishers", "licences", "access")
_MONTH = "[0-9]{4}-(0[1-9]|1[0-2])"
_PATTERNS = {
    "A": "[0-9]{4}",
    "Q": "[0-9]{4}-Q[1-4]",
    "M": _MONTH,
    "D": f"{_MONTH}-[0-3][0-9]",
    "S": f"{_MONTH}/{_MONTH}",
}


def read_map(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Any]:
    """Return a YAML file that is a map. Raises :class:`DataError` for a key missing, unknown or repeated."""
    return _map(read_yaml(path), shown_path(path), required, optional)


def _map(value: Any, where: str, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Any]:
    """Return a map with these keys and no other."""
    if not isinstance(value, dict):
        raise DataError(explain(where, short_repr(value), f"a map with the keys {', '.join(required)}"))
    if unknown := [key for key in value if key not in (*required, *optional)]:
        known = (*required, *optional)
        near = did_you_mean(known, unknown[0])
        raise DataError(explain(where, f"the key '{unknown[0]}'", f"keys among {', '.join(known)}{near}"))
    for key in required:
        if key not in value:
            raise DataError(explain(f"{where}, key '{key}'", "nothing", "a value"))
    return value


def _open_map(value: Any, where: str) -> dict[str, Any]:
    """Return a map whose keys are free."""
    if not isinstance(value, dict):
        raise DataError(explain(where, short_repr(value), "a map"))
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise DataError(explain(where, short_repr(value), "a list"))
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value or value != value.strip() or "\n" in value:
        raise DataError(explain(where, short_repr(value), "one line of text"))
    return value


def _texts(value: Any, where: str) -> list[str]:
    """Return a list of different texts."""
    found = [_text(one, where) for one in _list(value, where)]
    if not found or len(set(found)) < len(found):
        raise DataError(explain(where, short_repr(found), "at least one text, each once"))
    return found


def _number(value: Any, where: str) -> int | float:
    if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value, re.ASCII):
        raise DataError(explain(where, short_repr(value), "a number such as -12.5"))
    return float(value) if "." in value else int(value)


def _one_of(value: Any, choices: Mapping[str, Any] | Sequence[str], where: str) -> Any:
    """Return a choice, or what a map has for it."""
    if not isinstance(value, str) or value not in choices:
        raise DataError(explain(where, short_repr(value), one_of(choices, value)))
    return choices[value] if isinstance(choices, Mapping) else value


def _parsed(parse: Callable[[str], object], value: Any, where: str) -> str:
    """Return a day or a period as it stands, if it is one."""
    try:
        parse(_text(value, where))
    except (DataError, ParameterError) as e:
        raise DataError(explain(where, short_repr(value), str(e).rpartition("expected ")[2].rstrip("."))) from None
    return str(value)


def _by_language(value: Any, languages: Sequence[str], where: str) -> dict[str, str]:
    return {k: _text(_map(value, where, languages)[k], f"{where}, key '{k}'") for k in languages}


@dataclass(frozen=True)
class Shared:
    """Texts and rules that cards refer to by key, from ``publishers.yml`` and ``columns.yml``.

    - ``languages``: of the project; every text has them
    - ``publishers``, ``licences``, ``access``, ``scopes``: key -> language -> text
    - ``earlier``: publisher -> the names that it had before, oldest first, each ``until`` a day
    - ``publication``: key -> rule
    - ``columns``: name -> ``about`` and perhaps ``choices``
    """

    languages: tuple[str, ...]
    publishers: Mapping[str, Mapping[str, str]]
    earlier: Mapping[str, Sequence[Mapping[str, str]]]
    licences: Mapping[str, Mapping[str, str]]
    access: Mapping[str, Mapping[str, str]]
    publication: Mapping[str, Mapping[str, Any]]
    columns: Mapping[str, Mapping[str, Any]]
    scopes: Mapping[str, Mapping[str, str]]


def read_shared(folder: Path, languages: tuple[str, ...]) -> Shared:
    """Return what the cards of a folder share. ``columns.yml`` may be absent.

    Raises :class:`DataError` naming file and key.
    """

    def texts(value: Any, where: str) -> dict[str, dict[str, str]]:
        return {k: _by_language(v, languages, f"{where}.{k}") for k, v in _open_map(value, where).items()}

    path = folder / "publishers.yml"
    where, raw = shown_path(path), read_map(path, (*_NAMES, "publication"))
    earlier, publishers = {}, dict(_open_map(raw["publishers"], f"{where}, publishers"))
    for key, about in publishers.items():
        if isinstance(about, dict) and "names" in about:
            earlier[key] = _earlier(about["names"], languages, f"{where}, publishers.{key}.names")
            publishers[key] = {k: v for k, v in about.items() if k != "names"}  # what was read is shared: it stays
    raw = raw | {"publishers": publishers}
    names = {kind: texts(raw[kind], f"{where}, {kind}") for kind in _NAMES}
    rules = {
        key: _rule(rule, f"{where}, publication.{key}")
        for key, rule in _open_map(raw["publication"], f"{where}, publication").items()
    }
    path = folder / "columns.yml"
    where, raw = shown_path(path), read_map(path, (), ("columns", "scopes")) if path.exists() else {}
    columns = {
        name: _column(name, about, {}, f"{where}, columns.{name}")
        for name, about in _open_map(raw.get("columns", {}), f"{where}, columns").items()
    }
    scopes = texts(raw.get("scopes", {}), f"{where}, scopes")
    return Shared(languages=languages, earlier=earlier, **names, publication=rules, columns=columns, scopes=scopes)


def _earlier(value: Any, languages: tuple[str, ...], where: str) -> list[dict[str, str]]:
    """Return the names that a body had before, each with the last day on which it had it, oldest first."""
    found = []
    for one in _list(value, where):
        name = _map(one, where, ("until", *languages))
        until = _parsed(parse_day, name["until"], f"{where}, key 'until'")
        found.append({"until": until, **_by_language({k: name[k] for k in languages}, languages, where)})
    if [n["until"] for n in found] != sorted({n["until"] for n in found}):
        raise DataError(explain(where, ", ".join(n["until"] for n in found), "days in order, each once"))
    return found


def _rule(value: Any, where: str) -> dict[str, Any]:
    """Return the rule by which the day of publication is known."""
    rule = _map(value, where, ("kind",), ("lag_days", "from"))
    if ("lag_days" in rule) != ("from" in rule):
        raise DataError(explain(where, ", ".join(rule), "lag_days and from, or neither"))
    _one_of(rule["kind"], ("recorded", "estimated", "mixed"), f"{where}, key 'kind'")
    if "from" not in rule:
        return dict(rule)
    lag = _number(rule["lag_days"], f"{where}, key 'lag_days'")
    if not isinstance(lag, int) or lag < 0:
        raise DataError(explain(f"{where}, key 'lag_days'", lag, "a number of days"))
    start = _one_of(rule["from"], ("start", "end"), f"{where}, key 'from'")
    return {"kind": rule["kind"], "lag_days": lag, "from": start}


def _column(name: str, value: Any, shared: Mapping[str, Mapping[str, Any]], where: str) -> dict[str, Any]:
    """Return ``about`` and perhaps ``choices`` of a column: its own, or those that cards share."""
    if isinstance(value, dict):
        own = _map(value, where, ("about",), ("choices",))
        about = {"about": _text(own["about"], f"{where}, key 'about'")}
        return about | ({"choices": _texts(own["choices"], f"{where}, key 'choices'")} if "choices" in own else {})
    if name not in shared:
        raise DataError(explain(where, short_repr(value), "a map with 'about', or a column of data/columns.yml"))
    return dict(shared[name]) if value == "" else {"about": shared[name]["about"], "choices": _texts(value, where)}


def read_card(path: Path, shared: Shared) -> dict[str, Any]:
    """Return the entry of a table in the data package, from its card; without digest and size of the table.

    Raises :class:`DataError` naming the card, the key, what was found and the choices.
    """
    where, card = shown_path(path), read_map(path, REQUIRED, OPTIONAL)

    def at(key: str) -> str:
        return f"{where}, key '{key}'"

    def texts(key: str) -> list[str]:
        return _texts(card[key], at(key)) if key in card else []

    columns = {
        name: _column(name, about, shared.columns, f"{where}, columns.{name}")
        for name, about in _open_map(card.get("columns", {}), at("columns")).items()
    }
    dimensions = [_one_of(name, tuple(columns), at("dimensions")) for name in texts("dimensions")]
    limits = [_number(n, at("range")) for n in _list(card["range"], at("range"))]
    if len(limits) != 2 or limits[0] >= limits[1]:
        raise DataError(explain(at("range"), limits, "the lowest and the highest plausible value"))
    caveats = [_caveat(c, shared.languages, at("caveats")) for c in _list(card.get("caveats", []), at("caveats"))]
    titles = _by_language(card["titles"], shared.languages, at("titles"))
    frequency = _one_of(card["frequency"], (*_PATTERNS, "mixed"), at("frequency"))
    rule = _one_of(card["publication"], shared.publication, at("publication"))
    optional = () if rule["kind"] == "mixed" else ("dated",)  # an empty cell: as the rule says
    entry = {
        "name": path.stem,
        "path": f"{path.stem}.csv",
        "type": "table",
        "title": titles.get("en") or titles[shared.languages[0]],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": _fields(frequency, limits, columns, optional),
            "missingValues": [""],
            "primaryKey": ["period", *dimensions, "published"],
        },
        "titles": titles,
        "unit": _text(card["unit"], at("unit")),
        "basis": _text(card["basis"], at("basis")),
        "frequency": frequency,
        "dimensions": dimensions,
        "publisher": _one_of(card["publisher"], shared.publishers, at("publisher")) if "publisher" in card else None,
        "licence": _one_of(card["licence"], shared.licences, at("licence")),
        "accessed_via": _one_of(card["access"], shared.access, at("access")),
        "publication": rule,
        "range": limits,
        "continuous": _one_of(card["continuous"], {"yes": True, "no": False}, at("continuous")),
        "known_gaps": [_parsed(Period.parse, p, at("known_gaps")) for p in texts("known_gaps")],
        "caveats": caveats,
        "sources": [_source(s, at("sources")) for s in _list(card.get("sources", []), at("sources"))],
    }
    if entry["publisher"] is None and "publisher" not in columns:
        raise DataError(explain(at("publisher"), "nothing", "a publisher, or a column 'publisher'"))
    if "vintages" in card:
        entry["vintages"] = [_parsed(parse_day, v, at("vintages")) for v in texts("vintages")]
    if card.get("publisher") in shared.earlier:
        entry["publisher_before"] = shared.earlier[card["publisher"]]
    if "state" in card:
        entry["state"] = _parsed(parse_day, card["state"], at("state"))
    if "decimals" in card:
        entry["decimals"] = _number(card["decimals"], at("decimals"))
    if "basis_by" in card:
        entry["basis_by"] = _bases(card["basis_by"], columns, at("basis_by"))
    return entry


def _caveat(value: Any, languages: Sequence[str], where: str) -> dict[str, str]:
    """Return a caveat, perhaps with the days on which it began and ceased to hold."""
    caveat = {k: _text(v, where) for k, v in _map(value, where, languages, ("since", "until")).items()}
    days = [_parsed(parse_day, caveat[key], f"{where}, key '{key}'") for key in ("since", "until") if key in caveat]
    if days != sorted(set(days)):
        raise DataError(explain(f"{where}, key 'until'", days[1], f"a day after {days[0]}, since when it holds"))
    return caveat


def _source(value: Any, where: str) -> dict[str, str]:
    """Return a page or document in which figures were read."""
    source = {k: _text(v, where) for k, v in _map(value, where, ("title",), ("path", "since", "grade")).items()}
    if "grade" in source:
        _one_of(source["grade"], GRADES, where)
    if "since" in source:
        _parsed(parse_day, source["since"], where)
    if not re.fullmatch(r"https?://[^/@\s]+(/\S*)?", path := source.get("path", "https://x")):
        expected = "an address that starts with https://, without spaces, user and password"
        raise DataError(explain(where, redact(short_repr(path)), expected))
    return source


def _bases(value: Any, columns: Mapping[str, Mapping[str, Any]], where: str) -> dict[str, dict[str, str]]:
    """Return column -> value -> basis, for every value of each column."""
    for column, by_value in _open_map(value, where).items():
        choices = _one_of(column, columns, where).get("choices", ())
        _map(by_value, f"{where}, {column}", choices)
    return {c: {v: _text(b, where) for v, b in by_value.items()} for c, by_value in value.items()}


def _fields(
    frequency: str, limits: Sequence[float], columns: Mapping[str, Mapping[str, Any]], optional: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the fields of a Frictionless table schema; cells of ``optional`` columns may be empty."""
    mixed = "|".join(_PATTERNS[k] for k in "AQMDS")
    pattern = f"({mixed})" if frequency == "mixed" else _PATTERNS[frequency]
    return [
        {
            "name": "period",
            "type": "string",
            "description": "Reference period: 2026, 2026-Q1, 2026-08, 2026-09-07 or 2026-01/2026-08",
            "constraints": {"required": True, "pattern": f"^{pattern}$"},
        },
        {
            "name": "value",
            "type": "number",
            "description": "As printed by the publisher; empty if withdrawn or not given",
            "constraints": {"minimum": limits[0], "maximum": limits[1]},
        },
        {
            "name": "published",
            "type": "date",
            "format": "%Y-%m-%d",
            "description": "Day on which the value became public",
            "constraints": {"required": True},
        },
        *(
            {
                "name": name,
                "type": "string",
                "description": column["about"],
                "constraints": {"required": name not in optional}
                | ({"enum": column["choices"]} if "choices" in column else {}),
            }
            for name, column in columns.items()
        ),
    ]
