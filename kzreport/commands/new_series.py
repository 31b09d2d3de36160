"""A new series from a CSV: its table, its card, and the names that the card refers to.

What belongs here: what ``kzreport new PAGE --series FILE.csv`` writes into ``data/``. What does not: the page that
shows the series (:mod:`kzreport.commands.new`).
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import yaml

from kzreport.commands.rows_given import csv_cells, day_of, digits_of, given_bytes
from kzreport.commands.starter import STARTER, copied_file
from kzreport.errors import DataError, ParameterError, explain, one_of, short_repr
from kzreport.files import project_root, read_text
from kzreport.model import Period
from kzreport.project.settings import project
from kzreport.series.cards import read_shared
from kzreport.units import UNITS

_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}", re.ASCII)
_LAG = re.compile(r"[0-9]{1,3}", re.ASCII)


@dataclass(frozen=True)
class Given:
    """The answers of a person about a series; an empty text where nothing was said.

    - ``titles``: language -> title
    - ``publisher``: a key of ``data/publishers.yml``, or language -> the name of another body; under an empty language
      one that is for all
    - ``lag``: days from the end of a period to its publication; needed where the file has no column ``published``
    - ``source``: the address of the page that the figures are from
    """

    titles: Mapping[str, str]
    unit: str = ""
    publisher: Mapping[str, str] = field(default_factory=dict)
    lag: str = ""
    source: str = ""


@dataclass(frozen=True)
class NewSeries:
    """A series that is about to be made: its name, its titles, and the files of ``data/`` as they will be."""

    name: str
    titles: Mapping[str, str]
    files: Mapping[Path, str]


def new_series(file: Path, given: Given) -> NewSeries:
    """Make a series from a CSV and its description; ask on a terminal for missing answers.

    Raises
    ------
    DataError
        For a cell of the file that cannot be read.
    ParameterError
        For a name that is taken or cannot be, for a detail that is missing, and for an unknown unit.
    """
    folder, name = project_root() / "data", file.stem
    if not _NAME.fullmatch(name):
        raise ParameterError(explain("--series", short_repr(file.name), "a file named in 2 to 40 of a-z, 0-9 and _"))
    if (folder / f"{name}.yml").exists() or ((folder / f"{name}.csv").exists() and not _same(file, folder)):
        raise ParameterError(explain("--series", f"data/{name}, which exists", "a new name, or --series NAME alone"))
    rows = _rows(given_bytes(file, "--series"), file.name)
    given = _complete(given, dated=all(day for _, _, day in rows))
    return NewSeries(name, given.titles, _files(folder, name, rows, given))


def _same(file: Path, folder: Path) -> bool:
    return file.resolve().parent == folder.resolve()


Row = tuple[Period, str, date | None]


def _rows(raw: bytes, where: str) -> list[Row]:
    """Return period, digits and day of each row, in order; periods of one frequency, each once a day."""
    found: list[Row] = []
    for cells, at in csv_cells(raw, where, ("period", "value")):
        if more := [k for k, v in cells.items() if v and k not in ("period", "value", "published")]:
            todo = "write the card of a table with dimensions by hand: see another one in data/"
            raise DataError(explain(at(more[0]), f"the column '{more[0]}'", "period, value, published", todo))
        try:
            period = Period.parse(cells["period"])
        except DataError as e:
            raise DataError(f"{at('period')}: {str(e).removeprefix('period: ')}") from None
        digits, day = digits_of(cells["value"]), day_of(cells.get("published", ""))
        if digits is None:
            raise DataError(explain(at("value"), short_repr(cells["value"]), "a number such as -12.5 or -12,5"))
        if day is None and cells.get("published"):
            raise DataError(explain(at("published"), short_repr(cells["published"]), "a day such as 2026-11-02"))
        found.append((period, digits, day))
    kinds = {period.frequency for period, _, _ in found}
    if len(kinds) != 1 or "S" in kinds:
        shown = ", ".join(sorted(kinds)) or "no rows"
        raise DataError(explain(where, f"periods of frequency {shown}", "days, months, quarters or years, one of them"))
    return sorted(found, key=lambda row: (row[0], row[2] or date.min))


def _complete(given: Given, *, dated: bool) -> Given:
    """Ask at the terminal for missing answers. Raises :class:`ParameterError` if any is still missing."""
    titles = {k: given.titles.get(k) or given.titles.get("") or "" for k in project().languages}
    lacking = [f"--title {k}=..." for k, title in titles.items() if not title]
    lacking += [f"--{k}" for k in ("unit", "publisher") if not getattr(given, k)]
    lacking += ["--lag"] if not given.lag and not dated else []
    lag, unit, bodies = given.lag, given.unit, given.publisher
    if lacking and not sys.stdin.isatty():
        todo = "such as --title 'Price of wheat' --unit usd_tonne --publisher 'Grain union' --lag 10"
        expected = "these options (on a terminal they are asked for)"
        raise ParameterError(explain("--series", f"no {', '.join(lacking)}", expected, todo))
    if lacking:
        titles = {k: title or _ask(f"Title in {k}") for k, title in titles.items()}
        unit = unit or _ask(f"Unit ({', '.join(UNITS)})")
        bodies = bodies or {"": _ask("Publisher, its name or its key in data/publishers.yml")}
        lag = lag if lag or dated else _ask("Days from the end of a period to its publication")
    if unit not in UNITS:
        todo = "a unit of your own is declared in data/units.yml"
        raise ParameterError(explain("--unit", short_repr(unit), one_of(UNITS, unit), todo))
    if not dated and not _LAG.fullmatch(lag):
        raise ParameterError(explain("--lag", short_repr(lag), "a number of days, such as 10"))
    publisher = {k: bodies.get(k) or bodies.get("") or next(iter(bodies.values())) for k in project().languages}
    said = (*titles.values(), *publisher.values())
    if unfit := [text for text in said if not text.strip() or not text.isprintable()]:
        raise ParameterError(explain("--title, --publisher", short_repr(unfit[0]), "one line of text"))
    return Given(titles, unit, publisher, "" if dated else lag, given.source)


def _ask(question: str) -> str:
    try:
        return input(f"{question}: ").strip()
    except EOFError:
        return ""


def _files(folder: Path, name: str, rows: Sequence[Row], given: Given) -> dict[Path, str]:
    """Return the table, the card, and the names with those that were not there yet."""
    shared, languages = read_shared(folder, project().languages), project().languages
    names = read_text(folder / "publishers.yml")
    terms = yaml.safe_load(copied_file(STARTER / "series" / "terms.yml", {}, languages))
    publisher = _key_of(given.publisher, shared.publishers)
    for section, key, texts, known in (
        ("publishers", publisher, given.publisher, shared.publishers),
        ("licences", "terms_not_seen", terms["licence"], shared.licences),
        ("access", "file_of_the_project", terms["access"], shared.access),
    ):
        if key not in known:
            about = [f"{k}: {json.dumps(t, ensure_ascii=False)}" for k, t in texts.items()]
            names = _with_entry(names, section, key, about)
    rule = f"{int(given.lag)}_days_after_end" if given.lag else "recorded"
    if rule not in shared.publication:
        kind = f"{{kind: estimated, lag_days: {int(given.lag)}, from: end}}" if given.lag else "{kind: recorded}"
        names = _with_entry(names, "publication", rule, kind)
    lag = timedelta(days=int(given.lag or 0))
    lines = [f"{period},{digits},{day or period.end + lag}" for period, digits, day in rows]
    low, high = _range([float(digits) for _, digits, _ in rows if digits])
    periods = list(dict.fromkeys(period for period, _, _ in rows))
    whole = all(b == a.shift(1) for a, b in pairwise(periods))
    title = {k: json.dumps(t, ensure_ascii=False) for k, t in given.titles.items()}
    card = [
        f"# The card of {name}.csv: what its figures are, who publishes them, and how they were read.",
        "titles:",
        *(f"  {k}: {t}" for k, t in title.items()),
        f"unit: {given.unit}",
        "basis: as_published",
        f"frequency: {periods[0].frequency}",
        f"publisher: {publisher}",
        "licence: terms_not_seen",
        "access: file_of_the_project",
        f"publication: {rule}",
        f"range: [{low:.12g}, {high:.12g}]  # the lowest and the highest plausible value",
        f"continuous: {'yes' if whole else 'no'}",
    ]
    if given.source:
        body = json.dumps(given.publisher[languages[0]], ensure_ascii=False)
        card += ["sources:", f"  - title: {body}", f"    path: {given.source}"]
    return {
        folder / f"{name}.csv": "\n".join(["period,value,published", *lines]) + "\n",
        folder / f"{name}.yml": "\n".join(card) + "\n",
        folder / "publishers.yml": names,
    }


def _key_of(body: Mapping[str, str], known: Mapping[str, Mapping[str, str]]) -> str:
    """Return the key of a body: as given, looked up by name, or made from its (English) name."""
    given = set(body.values())
    same = next((k for k, names in known.items() if given & {k, *names.values()}), "")
    name = body.get("en") or next(iter(body.values()))
    made = re.sub(r"[^a-z0-9]+", "_", name.lower().encode("ascii", "ignore").decode()).strip("_")
    return same or made or "publisher"


def _with_entry(text: str, section: str, key: str, about: str | Sequence[str]) -> str:
    """Return a file of names with an entry at the end of a section; its comments stay."""
    lines = text.splitlines()
    starts = [n for n, line in enumerate(lines) if re.match(rf"{section}:\s*(#.*|\{{\s*\}})?$", line)]
    if not starts:
        raise DataError(explain("data/publishers.yml", f"no section '{section}'", "one on lines of its own"))
    lines[starts[0]] = f"{section}:"
    end = next((n for n in range(starts[0] + 1, len(lines)) if re.match(r"[^\s#]", lines[n])), len(lines))
    while not lines[end - 1].strip() or lines[end - 1].startswith("#"):
        end -= 1
    entry = [f"  {key}: {about}"] if isinstance(about, str) else [f"  {key}:", *(f"    {line}" for line in about)]
    return "\n".join([*lines[:end], *entry, *lines[end:]]) + "\n"


def _range(values: Sequence[float]) -> tuple[float, float]:
    """Return limits of the plausible: as far again as the figures go, never below 0 where none is.

    >>> _range([180.0, 260.5])
    (0.0, 400.0)
    """
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = max(high - low, abs(high) / 2, 1.0)
    step = 10.0 ** math.floor(math.log10(room))
    bottom, top = math.floor((low - 2 * room) / step) * step, math.ceil((high + room) / step) * step
    return (0.0 if low >= 0 else bottom), top
