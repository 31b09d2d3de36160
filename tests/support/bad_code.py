"""The generator of bad inputs: notebooks, and Python of the project."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

from bad_inputs import ALL, RUN, Case, Maker, nodes, put, whole_file


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


_IMPORTED = {  # what fails when a view is imported, and can never be meant
    "torn": "def (",
    "an indent": "  x = 1",
    "an open bracket": "x = (",
    "an unknown name": "x = zz_nope",
    "a missing module": "import zz_nope",
    "a missing name": "from kzreport.model import ZzNope",
    "a missing view": "from kzreport.views import zz_nope",
    "division": "x = 1 / 0",
    "its own error": "class Zz(Exception): pass\nraise Zz('§')",
    "an end": "raise SystemExit(0)",
    "sys.exit": "import sys; sys.exit(3)",
    "exit()": "exit()",
    "a key": "x = {}['zz']",
    "an assertion": "assert 1 == 2, 'zz'",
    "deep": "def zz(): zz()\nzz()",
    "unicode": "'\\udcff'.encode()",
    "an escape in its words": "raise ValueError('a\\x1b[31mb\\u202ec')",
    "a secret's look": "open('/nope/zz')",
    "a wrong declaration": "@reads('cpi_yy')\ndef zz(other): return {}",
    "a declaration of a number": "@reads(7)\ndef zz(x): return {}",
    "deeply nested": "x = " + "(" * 300 + "1" + ")" * 300,
    "a tab": "if 1:\n\tx = 1\n        y = 2",
}


def _views(home: Path, rng: random.Random) -> Iterator[Case]:
    """Yield faults of views. An unused function may read anything; the page's own may not."""
    for name in ("inflation", "policy", "partners", "fdi"):
        path = f"notebooks/views/{name}.py"
        raw = (home / path).read_bytes()
        words = RUN if name in ("inflation", "policy") else ALL
        yield from whole_file("views", path, raw, words, rng)
        for what, text in _IMPORTED.items():
            yield Case("views", f"{name}: {what}", {path: raw + f"\n\n{text}\n".encode()}, words, (f"{name}.py",))
        lines = raw.decode().splitlines(keepends=True)
        for line in rng.sample([i for i, text in enumerate(lines) if text.startswith("@reads(")], 3):
            wrong = [*lines[:line], lines[line].replace("@reads(", "@reads(zz_nope, ", 1), *lines[line + 1 :]]
            content = "".join(wrong).encode()
            yield Case("views", f"{name}, line {line + 1}: an unknown source", {path: content}, words, (f"{name}.py",))
    text = (home / "notebooks/views/inflation.py").read_text(encoding="utf-8")
    for old, new in (("def headline(", "def head_line("), ("def path(", "def paths(")):
        wrong = text.replace(old, new).encode()
        yield Case("views", f"{old}: renamed", {"notebooks/views/inflation.py": wrong}, RUN, ("inflation",))


MAKERS: dict[str, Maker] = {"notebooks": _notebooks, "views": _views}
