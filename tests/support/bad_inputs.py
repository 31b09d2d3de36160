"""A seeded generator of bad inputs, by class: what a hand, an editor, a download or a shell gets wrong.

What belongs here: the classes of files. What does not: arguments and surroundings (``bad_words.py``), running them
(``test_bad_inputs.py``). Each case is bad beyond doubt: a reader that takes it takes something that means nothing.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from kzreport.series.resource import seal_package

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


def trees(
    kind: str, path: str, raw: bytes, words: tuple[str, ...], rng: random.Random, count: int, typed: str
) -> Iterator[Case]:
    """Yield so many wrong values at random places of a YAML file. ``typed``: keys whose text is not free."""
    tree, known = load(raw), frozenset(typed.split())
    places = list(nodes(tree))
    for _ in range(count):
        at, value = rng.choice(places)
        what, wrong = rng.choice(sorted(wrong_values(at, value, known).items()))
        shown = ".".join(map(str, at))
        stem = path.rpartition("/")[2].partition(".")[0]
        yield Case(kind, f"{path}, {shown}: {what}", {path: dump(put(tree, at, wrong))}, words, (stem,))


# --- tables ------------------------------------------------------------------------------------------------------

_CELLS = {  # wrong in every column that is not free text
    "value": ("1,5", "1e5", "§", "NaN", "inf", "0x10", "1_000", " 1", "--1", "१२", "1e400", "9" * 400),
    "period": ("2026-13", "2026/01", "26-01", "§", "2026-02-30", "2026-Q5", "20260101", "+2026", ""),
    "published": ("2026-02-30", "20260101", "01/02/2026", "§", "2026-W01", "9999-99-99", "2026-1-1", ""),
}


def csv_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def restated(home: Path, name: str, content: bytes) -> dict[str, bytes | str | None]:
    """The table and a description with its digest: the content itself is what is met."""
    package = json.loads((home / "data/datapackage.json").read_text(encoding="utf-8"))
    entry = next(r for r in package["resources"] if r["name"] == name)
    entry |= {"hash": "sha256:" + sha256(content).hexdigest(), "bytes": len(content)}
    text = json.dumps(seal_package(package), ensure_ascii=False, indent=2) + "\n"
    return {f"data/{name}.csv": content, "data/datapackage.json": text.encode()}


def data_tables(home: Path, rng: random.Random) -> Iterator[Case]:
    names = sorted(p.stem for p in (home / "data").glob("*.csv"))
    for name in rng.sample(names, 3):
        yield from whole_file("data CSV", f"data/{name}.csv", (home / f"data/{name}.csv").read_bytes(), RUN, rng)
    for _ in range(220):
        name = rng.choice(names)
        rows = list(csv.reader(io.StringIO((home / f"data/{name}.csv").read_text(encoding="utf-8"))))
        line = rng.randrange(1, len(rows))
        how = rng.choice(
            ["cell", "cell", "cell", "hidden", "short", "long", "twice", "blank", "head", "quote", "order"]
        )
        where: tuple[str, ...] = (f"{name}.csv", f"line {line + 1}")
        wrong = [list(r) for r in rows]
        if how == "cell":
            column = rng.choice(sorted(_CELLS))
            text = rng.choice(_CELLS[column])
            wrong[line][rows[0].index(column)] = text
            how, where = f"{column} {text[:12]!r}", (*where, column)
        elif how == "hidden":
            number = rng.randrange(len(rows[0]))
            wrong[line][number] += rng.choice(HIDDEN)
        elif how == "short":
            wrong[line] = wrong[line][:-1]
        elif how == "long":
            wrong[line] = [*wrong[line], "x"]
        elif how == "twice":
            wrong.insert(line, list(rows[line]))
            where = where[:1]
        elif how == "blank":
            wrong.insert(line, [])
        elif how == "head":
            wrong[0][rng.randrange(len(rows[0]))] = rng.choice(["", "Value", "x", "period "])
            where = where[:1]
        content = csv_bytes(wrong)
        if how == "quote":
            content = content.replace(b"\n", b'\n"', line + 1) + b"x"
            where = where[:1]
        elif how == "order":
            content = content.replace(b"\n", b"\r", 3)
            where = where[:1]
        yield Case("data CSV", f"{name}, line {line + 1}: {how}", restated(home, name, content), RUN, where)


def _claims(home: Path, rng: random.Random) -> Iterator[Case]:
    columns = {
        "line": ("§", "-1", "1.5", ""),
        "theme": ("§", "", "Inflation"),
        "value": ("abc", "1,5", "1e9", "NaN"),
        "step": ("0", "-1", "3", "abc"),
        "qualifier": ("§", "", "Exact"),
        "low": ("x", "1,5"),
        "high": ("x", "nan"),
        "unit": ("§", "", "furlong"),
        "period": ("2026-13", "x", "2026/01"),
        "basis": ("§",),
        "test": ("zz", "value", "value fact nobody", "compare", "value nope where a=b"),
        "substantive": ("maybe", "1"),
        "evidence_url": ("http://x", "ftp://x", "javascript:1", "x"),
        "id": ("", "a b", "../x"),
        "text.fr": ("{", "{claim:zz}", "", "a\u202eb"),
        "text.en": ("}", "{nope}", "", "a\u0007b"),
    }
    for path in ("data/claims/S4.csv", "data/claims/S1.csv"):
        yield from whole_file("claims", path, (home / path).read_bytes(), RUN, rng)
    for _ in range(125):
        path = f"data/claims/{rng.choice(['S0', 'S1', 'S2', 'S3', 'S4', 'S4'])}.csv"
        rows = list(csv.reader(io.StringIO((home / path).read_text(encoding="utf-8"))))
        line = rng.randrange(1, len(rows))
        where: tuple[str, ...] = (path.rpartition("/")[2], f"line {line + 1}")
        how = rng.choice(["cell"] * 8 + ["short", "long", "twice", "cut", "head"])
        if how == "cell":
            column = rng.choice(sorted(columns))
            if column == "text.en" and not rows[line][rows[0].index("text.en")]:
                column = "theme"
            text = rng.choice(columns[column])
            if text == rows[line][rows[0].index(column)]:
                text = "§"
            rows[line][rows[0].index(column)] = text
            how = f"{column} {text!r}"
        elif how == "short":
            rows[line].pop()
        elif how == "long":
            rows[line].append("x")
        elif how == "twice":
            rows.insert(line, list(rows[line]))
            where = where[:1]
        elif how == "cut":
            rows, where = rows[:line], (path.rpartition("/")[2][:2],)
        else:
            rows[0][rng.randrange(len(rows[0]))] = "zz"
            where = where[:1]
        yield Case("claims", f"{path}, line {line + 1}: {how}", {path: csv_bytes(rows)}, RUN, where)


def _facts(home: Path, rng: random.Random) -> Iterator[Case]:
    columns = {
        "id": ("", "a b", "É"),
        "period": ("2026-13", "x"),
        "value": ("abc", "1,5", "NaN"),
        "low": ("x",),
        "unit": ("§", "", "furlong"),
        "qualifier": ("§", ""),
        "url": ("http://x", "x"),
        "grade": ("§", ""),
        "published": ("20260101", "2026-02-30", "", "x"),
        "dated": ("§", ""),
        "document": ("S99",),
    }
    path = "data/facts/facts.csv"
    raw = (home / path).read_bytes()
    yield from whole_file("facts", path, raw, RUN, rng)
    for _ in range(47):
        rows = list(csv.reader(io.StringIO(raw.decode())))
        line = rng.randrange(1, len(rows))
        how = rng.choice(["cell"] * 8 + ["short", "long", "twice"])
        if how == "cell":
            column = rng.choice(sorted(columns))
            text = rng.choice(columns[column])
            rows[line][rows[0].index(column)] = text
            how = f"{column} {text!r}"
        elif how == "short":
            rows[line].pop()
        elif how == "long":
            rows[line].append("x")
        else:
            rows.insert(line, list(rows[line]))
        yield Case("facts", f"line {line + 1}: {how}", {path: csv_bytes(rows)}, RUN, ("facts.csv", "line "))
    about = "data/facts/facts.yml"
    yield from trees("facts", about, (home / about).read_bytes(), RUN, rng, 25, "unit")


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


def _named(kind: str, path: str, words: tuple[str, ...], count: int, typed: str) -> Maker:
    def make(home: Path, rng: random.Random) -> Iterator[Case]:
        raw = (home / path).read_bytes()
        yield from whole_file(kind, path, raw, words, rng)
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
        for wrong in ("{", "a {b", "{x:zzz}", "{x y}", "{zz.year:in}", "{0}"):
            at = rng.choice(texts)
            yield Case(
                "words",
                f"{path}, {'.'.join(map(str, at))}: {wrong}",
                {path: dump(put(tree, at, wrong))},
                ALL,
                (f"{page}.yml",),
            )
    yield from whole_file("words", "notebooks/inflation.yml", (home / "notebooks/inflation.yml").read_bytes(), ALL, rng)


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


def _notebooks(home: Path, rng: random.Random) -> Iterator[Case]:
    for page in ("inflation", "fdi"):
        path = f"notebooks/{page}.ipynb"
        raw = (home / path).read_bytes()
        nb = json.loads(raw)
        yield from whole_file("notebooks", path, raw, ALL, rng)
        number = next(i for i, c in enumerate(nb["cells"]) if "parameters" in c["metadata"].get("tags", []))
        source = "".join(nb["cells"][number]["source"])
        other = next(i for i, c in enumerate(nb["cells"]) if c["cell_type"] == "code" and i > number)
        for at in [
            a for a, _ in nodes(nb) if len(a) <= 3 and a[-1] not in ("tags", "id", "execution_count", "outputs")
        ]:
            if at[0] == "metadata" and at[1:2] != ("kernelspec",):
                continue
            if rng.random() < 0.25 and at[-1] not in ("display_name", "language", "nbformat_minor", "metadata"):
                yield Case("notebooks", f"{page}, {at}: 7", {path: json.dumps(put(nb, at, 7)).encode()}, ALL, (page,))
        lines = {
            "no date": source.replace("as_of: Date", "as_off: Date"),
            "no language": source.replace("lang: Language", "l: Language"),
            "a call": source + "\nx: Count = len('a')",
            "an import": source + "\nimport os",
            "magic": source + "\n%time",
            "shell": source + "\n!ls",
            "no type": source + "\nx = 1",
            "an unknown type": source + "\nx: Zz = 1",
            "a value of another type": source + "\nx: Count = 'a'",
            "a secret": source + "\napi_key: Country = 'KAZ'",
            "torn": source + "\nx: Count = (",
            "twice": source + "\n" + source,
            "a keyword": source + "\nclass: Count = 1",
            "nothing": "",
            "bidi": source + "  # \u202e",
            "a form": source + "\nx: Count = f'{1}'",
            "a nest": source + "\nx: Count = " + "(" * 300 + "1" + ")" * 300,
        }
        for what, text in lines.items():
            wrong = put(nb, ("cells", number, "source"), text)
            yield Case("notebooks", f"{page}, parameters: {what}", {path: json.dumps(wrong).encode()}, ALL, (page,))
        for what, text in {
            "torn": "page.say(",
            "a value again": 'as_of = "2020-01-01"',
            "for": "for lang in 'ab': pass",
            "walrus": "(as_of := 1)",
            "import as": "import os as lang",
            "magic": "%%bash\nls",
        }.items():
            wrong = put(nb, ("cells", other, "source"), text)
            yield Case("notebooks", f"{page}, cell: {what}", {path: json.dumps(wrong).encode()}, ALL, (page,))
        tags = ("cells", other, "metadata")
        yield Case(
            "notebooks",
            f"{page}: two parameter cells",
            {path: json.dumps(put(nb, tags, {"tags": ["parameters"]})).encode()},
            ALL,
            (page,),
        )


MAKERS: tuple[Maker, ...] = (
    data_tables,
    _package,
    _cards,
    _named("issues", "data/issues.yml", RUN, 80, "series kind since until periods excuses"),
    _named(
        "relations",
        "data/relations.yml",
        RUN,
        70,
        "kind total parts by tolerance weights series of to factor value yearly minus percent",
    ),
    _named("documents", "data/claims/documents.yml", RUN, 80, "date claims url kind mean_of end_of sum_of"),
    _named("groups", "data/groups.yml", RUN, 40, "since before until"),
    _named("labels", "data/labels.yml", RUN, 40, ""),
    _named("publishers", "data/publishers.yml", ("accept", "--data", "--yes"), 50, "kind lag_days from until"),
    _named("columns", "data/columns.yml", ("accept", "--data", "--yes"), 30, ""),
    _claims,
    _facts,
    _params,
    _notes,
    _words,
    _notebooks,
)
