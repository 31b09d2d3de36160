"""A seeded generator of bad inputs, by class: what a hand, an editor, a download or a shell gets wrong.

What belongs here: what the classes share, JSON, YAML and notes. What does not: rows of tables (``bad_rows.py``),
notebooks and views (``bad_code.py``), arguments and surroundings (``bad_words.py``), running them
(``test_bad_inputs.py``). Each case is bad beyond doubt: a reader that takes it takes something that means nothing.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

RUN = ("run", "inflation-brief", "--as-of", "2026-09-30", "-j", "1")
ALL = ("run", "monthly", "--as-of", "2026-09-30", "-j", "1")
HIDDEN = ("\u0007", "\u001b[31m", "\u202e", "\u2066", "\u200f", "\u0085")


@dataclass(frozen=True)
class Case:
    """An input.

    - ``files``: path below the home -> its bytes; ``None``: removed; ``fifo``, ``folder``, ``zero``, ``large``: made so
    - ``names``: texts of which each must stand in the answer: the file, and the line, key or option
    - ``codes``: exit codes that are right
    """

    kind: str
    what: str
    files: Mapping[str, bytes | str | None]
    words: tuple[str, ...]
    names: tuple[str, ...]
    codes: tuple[int, ...] = (2,)
    env: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""


Maker = Callable[[Path, random.Random], Iterator[Case]]


# --- any file ----------------------------------------------------------------------------------------------------


def whole_file(kind: str, path: str, raw: bytes, words: tuple[str, ...], rng: random.Random) -> Iterator[Case]:
    """Yield faults that any file may have."""
    text = raw.decode()
    middle = len(raw) // 2
    faults: dict[str, bytes | str | None] = {
        "no file": None,
        "a pipe": "fifo",
        "a folder": "folder",
        "a link to /dev/zero": "zero",
        "empty": b"",
        "a byte order mark": b"\xef\xbb\xbf" + raw,
        "UTF-16": text.encode("utf-16"),
        "a byte of Latin-1": raw[:middle] + b"\xe9\xff" + raw[middle:],
        "a NUL byte": raw[:middle] + b"\0" + raw[middle:],
        "a control character": raw[:middle] + b"\x1b[2J" + raw[middle:],
        "noise": rng.randbytes(3000),
        "a page of HTML": b"<!DOCTYPE html><html><body>404 Not Found</body></html>\n",
        "21 MB": "large",
        "both sides of a merge": b"<<<<<<< HEAD\n" + raw + b"=======\n" + raw + b">>>>>>> theirs\n",
        "a pointer of Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
    }
    for what, content in faults.items():
        yield Case(kind, f"{path}: {what}", {path: content}, words, (path.rpartition("/")[2].partition(".")[0],))


# --- YAML --------------------------------------------------------------------------------------------------------


def load(raw: bytes) -> Any:
    return yaml.load(raw, yaml.CBaseLoader)


def dump(tree: Any) -> bytes:
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False, width=10_000).encode()


def nodes(tree: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield the path and value of each node below the root."""
    for key, below in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield (*at, key), below
        yield from nodes(below, (*at, key))


def put(tree: Any, at: Sequence[Any], value: Any) -> Any:
    """Return a copy of a tree with another value at a path; ``...`` removes it."""
    found = copy.deepcopy(tree)
    node = found
    for key in at[:-1]:
        node = node[key]
    if value is ...:
        del node[at[-1]]
    else:
        node[at[-1]] = value
    return found


def wrong_values(at: tuple[Any, ...], value: Any, typed: frozenset[str]) -> dict[str, Any]:
    """What stands for a value and can never be meant."""
    if isinstance(value, dict):
        found: dict[str, Any] = {
            "text for a map": "x",
            "a list for a map": ["x"],
            "an unknown key": value | {"zz q": "x"},
        }
        if set(value) & {"fr", "en"} and len(set(value) & {"fr", "en"}) == 2:
            found |= {"a language dropped": {k: v for k, v in value.items() if k != "fr"}}
            found |= {"a third language": value | {"de": "x"}}
        return found
    if isinstance(value, list):
        return {"a map for a list": {"x": "y"}, "a map in a list": [*value, {"x": {"y": "z"}}]}
    found = {"a list for text": ["x", "y"], "a map for text": {"x": {"y": "z"}}}
    found |= {f"U+{ord(h[0]):04X}": f"a{h}b" for h in HIDDEN}
    if at[-1] in typed or (isinstance(at[-1], int) and at[-2] in typed):
        found |= {"another word": "§ zz", "a path": "../../etc/passwd", "a number far off": "1e309", "a tag": "!!x"}
    return found


# What a provider prints and how its rows are called: any word may be meant.
_FREE = {
    ("fetch", "unit"),
    *(("fetch", "select", key) for key in ("where", "rows", "also")),
    ("fetch", "request", "terms"),
}


def trees(
    kind: str, path: str, raw: bytes, words: tuple[str, ...], rng: random.Random, count: int, typed: str
) -> Iterator[Case]:
    """Yield so many wrong values at random places of a YAML file. ``typed``: keys whose text is not free."""
    tree, known = load(raw), frozenset(typed.split())
    places = [(at, value) for at, value in nodes(tree) if at not in _FREE]
    for _ in range(count):
        at, value = rng.choice(places)
        what, wrong = rng.choice(sorted(wrong_values(at, value, known).items()))
        shown = ".".join(map(str, at))
        stem = path.rpartition("/")[2].partition(".")[0]
        yield Case(kind, f"{path}, {shown}: {what}", {path: dump(put(tree, at, wrong))}, words, (stem,))


# --- descriptions ------------------------------------------------------------------------------------------------


def _package(home: Path, rng: random.Random) -> Iterator[Case]:
    path = "data/datapackage.json"
    raw = (home / path).read_bytes()
    yield from whole_file("datapackage.json", path, raw, RUN, rng)
    tree = json.loads(raw)
    places = list(nodes(tree))
    wrongs = ("x", 1e300, -1, True, None, [], {}, [1], {"x": 1}, "a\u001b[31mb", "a\u202eb", "../../etc/passwd")
    for _ in range(120):
        at, value = rng.choice(places)
        wrong = rng.choice([w for w in wrongs if w != value])
        text = json.dumps(put(tree, at, wrong), ensure_ascii=False, indent=2)
        what = f"{'.'.join(map(str, at))}: {wrong!r}"
        yield Case("datapackage.json", what, {path: text.encode()}, RUN, ("datapackage.json",))
    for what, text in {
        "a key twice": raw.decode().replace('"name":', '"name": "x", "name":', 1),
        "an unknown key": raw.decode().replace('"unit":', '"unti": "x", "unit":', 1),
        "NaN": raw.decode().replace('"version": "1"', '"version": NaN', 1),
        "deep": "[" * 100_000,
        "cut": raw.decode()[: rng.randrange(len(raw) - 9000)],
    }.items():
        yield Case("datapackage.json", what, {path: text.encode()}, RUN, ("datapackage.json",))


def _cards(home: Path, rng: random.Random) -> Iterator[Case]:
    names = sorted(p.stem for p in (home / "data").glob("*.csv"))
    typed = "unit frequency licence access publication publisher range continuous state decimals vintages path since"
    accept = ("accept", "--data", "--yes")
    for name in names:
        path = f"data/{name}.yml"
        raw = (home / path).read_bytes()
        yield from trees("cards", path, raw, accept, rng, 3, typed)
        tree = load(raw)
        key = rng.choice(["titles", "unit", "basis", "frequency", "licence", "access", "publication", "range"])
        yield Case("cards", f"{path}: no {key}", {path: dump(put(tree, (key,), ...))}, accept, (f"{name}.yml", key))
    yield from whole_file("cards", "data/cpi_yy.yml", (home / "data/cpi_yy.yml").read_bytes(), accept, rng)


# --- what stands beside the tables, and the project's own files ---------------------------------------------------


def named_file(
    kind: str, path: str, words: tuple[str, ...], count: int, typed: str, *, optional: bool = False
) -> Maker:
    """Return the maker of faults of one YAML file; a project may do without it if it is ``optional``."""

    def make(home: Path, rng: random.Random) -> Iterator[Case]:
        raw = (home / path).read_bytes()
        for case in whole_file(kind, path, raw, words, rng):
            if not (optional and case.what.endswith(": no file")):
                yield case
        yield from trees(kind, path, raw, words, rng, count, typed)

    return make


def _params(home: Path, rng: random.Random) -> Iterator[Case]:
    for name, count in (("inflation-brief", 25), ("monthly", 15), ("senate", 15), ("project", 25), ("methods", 15)):
        path = f"params/{name}.yml"
        words = RUN if name in ("project", "methods") else ("run", name, *RUN[2:])
        raw = (home / path).read_bytes()
        typed = "pages languages home default engine inflation conversions years country partner"
        yield from trees("params", path, raw, words, rng, count, typed)
        if name != "monthly":
            for case in whole_file("params", path, raw, words, rng):
                if not (name == "methods" and "no file" in case.what):  # a project without changes of method
                    yield case


def _words(home: Path, rng: random.Random) -> Iterator[Case]:
    pages = sorted(p.stem for p in (home / "notebooks").glob("*.yml") if p.stem not in ("good", "other"))
    for page in pages:
        path = f"notebooks/{page}.yml"
        tree = load((home / path).read_bytes())
        yield from trees("words", path, (home / path).read_bytes(), ALL, rng, 9, "")
        texts = [
            at for at, v in nodes(tree) if isinstance(v, str) and at[-1] in ("fr", "en") and at[0] not in ("title",)
        ]
        for wrong in ("{", "a {b", "{x:zzz}", "{x y}", "{zz.year:in}", "{0}") if texts else ():
            at = rng.choice(texts)
            yield Case(
                "words",
                f"{path}, {'.'.join(map(str, at))}: {wrong}",
                {path: dump(put(tree, at, wrong))},
                ALL,
                (f"{page}.yml",),
            )
    yield from whole_file("words", "notebooks/inflation.yml", (home / "notebooks/inflation.yml").read_bytes(), ALL, rng)


_RELEASES = """cpi_yy:
  - period: 2026-10
    day: 2026-11-03
    since: 2026-01-15
"""


def _units(home: Path, rng: random.Random) -> Iterator[Case]:
    path = "data/units.yml"
    yield from named_file("units", path, RUN, 40, "decimals one other")(home, rng)
    for text in ("zz: x", "zz: {}", "percent: {decimals: 1}", "'': {}", "a b: {}", "[x]", "7", "&a [*a]"):
        raw = (home / path).read_bytes() + f"{text}\n".encode()
        yield Case("units", text, {path: raw}, RUN, ("units.yml",))


def _release_days(home: Path, rng: random.Random) -> Iterator[Case]:
    """Yield faults of a file that a project may have: release days that a publisher announced."""
    path = "data/releases.yml"
    for case in whole_file("release days", path, _RELEASES.encode(), RUN, rng):
        if not case.what.endswith((": no file", ": empty")):
            yield case
    yield from trees("release days", path, _RELEASES.encode(), RUN, rng, 30, "period day since")
    for text in ("nope: []", "cpi_yy: x", "cpi_yy: [x]", "[x]", "7", "cpi_yy: [{period: 2026-10}]"):
        yield Case("release days", text, {path: text.encode()}, RUN, ("releases.yml",))


def _notes(home: Path, rng: random.Random) -> Iterator[Case]:
    path = "params/notes/inflation-brief/2026-09-30.md"
    words = (*RUN, "-p", "note=inflation-brief/2026-09-30")
    good = "# fr\nLes prix montent de {inflation.headline.value}.\n# en\nPrices rose by {inflation.headline.value}.\n"
    yield from whole_file("notes", path, good.encode(), words, rng)
    marks = (
        "{",
        "}",
        "{}",
        "{x}",
        "{inflation}",
        "{inflation.zz}",
        "{zz.headline}",
        "{inflation.headline:zz}",
        "{{a}}",
        "{inflation.headline.zz}",
        "{inflation.headline.value:in:in}",
        "{inflation..x}",
        "{Inflation.headline}",
        "a\u202eb",
        "a\u0007b",
        "a\u001b[31mb",
        "a\u2066b",
    )
    for mark in marks:
        for language in ("fr", "en"):
            text = good.replace(f"# {language}\n", f"# {language}\nAlso {mark} here.\n")
            yield Case("notes", f"{language}: {mark!r}", {path: text.encode()}, words, ("2026-09-30.md",))
    for what, text in {
        "one language": "# fr\nRien.\n",
        "an unknown language": good + "# de\nNichts.\n",
        "a part twice": good + good,
        "an unknown page": good + "# fr zz\na\n# en zz\nb\n",
        "text before": "Hello.\n" + good,
        "nothing under": "# fr\n# en\n",
        "no part": "Hello.\n",
        "a page in one language": good + "# fr inflation\na\n",
        "large": good + "x" * 200_000,
    }.items():
        yield Case("notes", what, {path: text.encode()}, words, ("2026-09-30.md",))
    for name in (
        "nope/2026-09-30",
        "../x/2026-09-30",
        "inflation-brief/2026-13-45",
        "/etc/passwd",
        "x",
        "a/b/c",
        "a\u202e/2026-09-30",
    ):
        yield Case("notes", f"named {name!r}", {}, (*RUN, "-p", f"note={name}"), ("note",))


_DATA = ("accept", "--data", "--yes")
MAKERS: dict[str, Maker] = {
    "package": _package,
    "cards": _cards,
    "issues": named_file(
        "issues", "data/issues.yml", RUN, 80, "series kind since until periods excuses", optional=True
    ),
    "relations": named_file(
        "relations",
        "data/relations.yml",
        RUN,
        70,
        "kind total parts by tolerance weights series of to factor value yearly minus percent",
        optional=True,
    ),
    "documents": named_file(
        "documents", "data/claims/documents.yml", RUN, 80, "date claims url kind mean_of end_of sum_of"
    ),
    "groups": named_file("groups", "data/groups.yml", RUN, 40, "since before until"),
    "labels": named_file("labels", "data/labels.yml", RUN, 40, ""),
    "publishers": named_file("publishers", "data/publishers.yml", _DATA, 50, "kind lag_days from until"),
    "columns": named_file("columns", "data/columns.yml", _DATA, 30, ""),
    "units": _units,
    "release days": _release_days,
    "params": _params,
    "notes": _notes,
    "words": _words,
}
