"""The generator of bad inputs: rows of tables, of claims and of facts."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from bad_inputs import HIDDEN, RUN, Case, Maker, trees, whole_file

from kzreport.files import sealed

Columns = Mapping[str, Sequence[str]]
Files = Mapping[str, bytes | str | None]
_HOWS = ("cell",) * 8 + ("hidden", "short", "long", "twice", "blank", "head", "quote", "order")


def csv_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def restated(home: Path, name: str, content: bytes) -> Files:
    """The table and a description with its digest: the content itself is what is met."""
    package = json.loads((home / "data/datapackage.json").read_text(encoding="utf-8"))
    entry = next(r for r in package["resources"] if r["name"] == name)
    entry |= {"hash": "sha256:" + sha256(content).hexdigest(), "bytes": len(content)}
    text = json.dumps(sealed(package), ensure_ascii=False, indent=2) + "\n"
    return {f"data/{name}.csv": content, "data/datapackage.json": text.encode()}


def wrong_row(
    kind: str,
    path: Path,
    columns: Columns,
    rng: random.Random,
    files: Callable[[bytes], Files],
    more: Sequence[str] = (),
) -> Case:
    """Return a file with one fault at a random line. ``columns``: column -> texts that are wrong in it in each row."""
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    line = rng.randrange(1, len(rows))
    how = rng.choice((*_HOWS, *more))
    at, file = f"line {line + 1}", (path.name,)
    where: tuple[str, ...] = (*file, at)
    said = how
    if how == "cell":
        column = rng.choice(sorted(columns))
        number = rows[0].index(column)
        text = rng.choice([t for t in columns[column] if t != rows[line][number]])
        rows[line][number] = text
        said = f"{column} {text[:12]!r}"
    elif how == "hidden":
        rows[line][rng.randrange(len(rows[0]))] += rng.choice(HIDDEN)
    elif how == "short":
        rows[line].pop()
    elif how == "long":
        rows[line].append("x")
    elif how == "twice":
        rows.insert(line, list(rows[line]))
        where = file
    elif how == "blank":
        rows.insert(line, [])
    elif how == "head":
        number = rng.randrange(len(rows[0]))
        rows[0][number] = rng.choice(["", rows[0][number].upper(), "zz", f"{rows[0][number]} "])
        where = file
    elif how == "cut":
        rows, where = rows[:line], (path.stem,)
    content = csv_bytes(rows)
    if how == "quote":
        content, where = content.replace(b"\n", b'\n"', line + 1) + b"x", file
    elif how == "order":
        content, where = content.replace(b"\n", b"\r", 3), file
    return Case(kind, f"{path.name}, {at}: {said}", files(content), RUN, where)


def _tables(home: Path, rng: random.Random) -> Iterator[Case]:
    columns = {
        "value": ("1,5", "1e5", "§", "NaN", "inf", "0x10", "1_000", " 1", "--1", "१२", "1e400", "9" * 400),
        "period": ("2026-13", "2026/01", "26-01", "§", "2026-02-30", "2026-Q5", "20260101", "+2026", ""),
        "published": ("2026-02-30", "20260101", "01/02/2026", "§", "2026-W01", "9999-99-99", "2026-1-1", ""),
    }
    names = sorted(p.stem for p in (home / "data").glob("*.csv"))
    for name in rng.sample(names, 3):
        yield from whole_file("data CSV", f"data/{name}.csv", (home / f"data/{name}.csv").read_bytes(), RUN, rng)
    for _ in range(220):
        name = rng.choice(names)
        yield wrong_row("data CSV", home / f"data/{name}.csv", columns, rng, lambda c, n=name: restated(home, n, c))


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
        "text.en": ("}", "{nope}", "a\u0007b"),
    }
    for name in ("S4", "S1"):
        path = f"data/claims/{name}.csv"
        yield from whole_file("claims", path, (home / path).read_bytes(), RUN, rng)
    for _ in range(140):
        path = f"data/claims/{rng.choice(['S0', 'S1', 'S2', 'S3', 'S4', 'S4'])}.csv"
        yield wrong_row("claims", home / path, columns, rng, lambda c, p=path: {p: c}, ("cut",))


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
    yield from whole_file("facts", path, (home / path).read_bytes(), RUN, rng)
    for _ in range(60):
        yield wrong_row("facts", home / path, columns, rng, lambda c: {path: c})
    about = "data/facts/facts.yml"
    yield from trees("facts", about, (home / about).read_bytes(), RUN, rng, 25, "unit")


MAKERS: dict[str, Maker] = {"tables": _tables, "claims": _claims, "facts": _facts}
