"""A notebook that is no page is refused by file and cell, before anything runs (row B5)."""

import json

import pytest

from kzreport.commands import cli
from kzreport.errors import NotebookError
from kzreport.pages.notebooks import declared_parameters, read_notebook
from kzreport.project.settings import page_names

PAGE = "fdi"
WHERE = f"notebooks/{PAGE}.ipynb"


def tagged(nb: dict) -> int:
    return next(i for i, c in enumerate(nb["cells"]) if "parameters" in c["metadata"].get("tags", []))


def code(source: str, **metadata) -> dict:
    return {
        "cell_type": "code",
        "id": "new",
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def lines(nb: dict, *added: str) -> None:
    cell = nb["cells"][tagged(nb)]
    cell["source"] = "".join(cell["source"]) + "\n" + "\n".join(added)


def edit(change):
    """A fault: a change of the notebook's JSON."""

    def made(nb: dict) -> str:
        change(nb)
        return json.dumps(nb)

    return made


def tags(*names: str):
    return edit(lambda nb: nb["cells"][tagged(nb)]["metadata"].update(tags=list(names)))


def later(source: str):
    return edit(lambda nb: nb["cells"].append(code(source)))


def parameter(line: str):
    return edit(lambda nb: lines(nb, line))


def no_source(nb: dict) -> None:
    for cell in nb["cells"]:
        cell["source"] = []


def as_markdown(nb: dict) -> None:
    cell = nb["cells"][tagged(nb)]
    for key in ("outputs", "execution_count"):
        del cell[key]
    cell["cell_type"] = "markdown"


def version_3(nb: dict) -> str:
    cells = [
        {"cell_type": "code", "input": c["source"], "language": "python", "metadata": c["metadata"], "outputs": []}
        for c in nb["cells"]
        if c["cell_type"] == "code"
    ]
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]})


# name: (the file from the sound notebook, where after the file's name: {p} is the parameters cell, {n} the last; words)
BAD = {
    "no tag": (tags(), ":", "no cell tagged 'parameters'"),
    "tag with a space": (tags("parameters "), ", cell {p}:", "the tag 'parameters '"),
    "tag in capitals": (tags("Parameters"), ", cell {p}:", "the tag 'Parameters'"),
    "tag in the singular": (tags("parameter"), ", cell {p}:", "the tag 'parameter'"),
    "another tag": (tags("settings"), ":", "no cell tagged"),
    "tag as text": (edit(lambda nb: nb["cells"][tagged(nb)]["metadata"].update(tags="parameters")), ", cell {p}:", ""),
    "two tags": (
        edit(lambda nb: nb["cells"].append(code("x: int = 5  # x", tags=["parameters"]))),
        ":",
        "cells {p}, {n} tagged 'parameters'",
    ),
    "a run's notebook put back": (
        edit(lambda nb: nb["cells"].insert(tagged(nb) + 1, code("lang = 'en'", tags=["injected-parameters"]))),
        ", cell {q}:",
        "the tag 'injected-parameters'",
    ),
    "Markdown tagged parameters": (edit(as_markdown), ", cell {p}:", "a markdown cell tagged"),
    "no code, only stored outputs": (edit(no_source), ", cell {p}:", "lang: Language and as_of: Date"),
    "parameter assigned later": (later("rows = 5"), ", cell {n}:", "another value for rows"),
    "parameter added to later": (later("rows += 5"), ", cell {n}:", "another value for rows"),
    "parameter annotated later": (later("rows: int = 5"), ", cell {n}:", "another value for rows"),
    "parameter unpacked later": (later("a, (rows, b) = 1, (2, 3)"), ", cell {n}:", "another value for rows"),
    "parameter in a loop": (later("for rows in []:\n    pass"), ", cell {n}:", "another value for rows"),
    "parameter by walrus": (later("print(rows := 5)"), ", cell {n}:", "another value for rows"),
    "parameter imported over": (later("import os as rows"), ", cell {n}:", "another value for rows"),
    "parameter imported by name": (later("from x import rows"), ", cell {n}:", "another value for rows"),
    "parameter as a function": (later("def rows():\n    pass"), ", cell {n}:", "another value for rows"),
    "parameter as a class": (later("class rows:\n    pass"), ", cell {n}:", "another value for rows"),
    "parameter as an error": (
        later("try:\n    pass\nexcept ValueError as rows:\n    pass"),
        ", cell {n}:",
        "another value for rows",
    ),
    "parameter by with": (later("with open('x') as rows:\n    pass"), ", cell {n}:", "another value for rows"),
    "parameter matched": (later("match 5:\n    case rows:\n        pass"), ", cell {n}:", "another value for rows"),
    "parameter deleted": (later("del rows"), ", cell {n}:", "another value for rows"),
    "syntax error in a cell": (later("page.say(\n  'x' 'y' z)"), ", cell {n}, line 2:", "plain Python"),
    "unclosed bracket": (later("page.say("), ", cell {n}, line 1:", "plain Python"),
    "magic": (later("%matplotlib inline"), ", cell {n}, line 1:", "plain Python"),
    "shell": (later("!rm -rf /tmp/x"), ", cell {n}, line 1:", "plain Python"),
    "NUL in a cell": (later("page.say('\0')"), ", cell {n}, line 1:", "a NUL byte"),
    "call in the parameters cell": (parameter("print(rows)"), ", cell {p}, line 7:", "print(rows)"),
    "import in the parameters cell": (parameter("import os"), ", cell {p}, line 7:", "import os"),
    "value computed": (parameter("last: int = rows + 1  # x"), ", cell {p}, line 7:", "a literal value"),
    "untyped": (parameter("last = 5  # x"), ", cell {p}, line 7:", "name: type = value"),
    "without comment": (parameter("last: int = 5"), ", cell {p}, line 7:", "no comment"),
    "unknown type": (parameter("last: Date | Path = '.'  # x"), ", cell {p}, line 7:", "the type Path"),
    "default of another type": (parameter("last: int = '5'  # x"), ", cell {p}, parameter 'last':", "'5'"),
    "default that is impossible": (
        parameter("day: Date = '2026-02-30'  # x"),
        ", cell {p}, parameter 'day':",
        "a date such as 2026-09-30, from 2000 to 2100",
    ),
    "no date": (
        edit(lambda nb: nb["cells"][tagged(nb)].update(source='lang: Language = "fr"  # x')),
        ", cell {p}:",
        "lang: Language and as_of: Date",
    ),
    "language of another type": (
        edit(
            lambda nb: nb["cells"][tagged(nb)].update(source='lang: str = "fr"  # x\nas_of: Date = "2026-09-30"  # y')
        ),
        ", cell {p}:",
        "found lang: str, as_of: Date",
    ),
    "no kernelspec": (edit(lambda nb: nb["metadata"].pop("kernelspec")), ", kernelspec:", "the kernel python3"),
    "kernel of R": (
        edit(lambda nb: nb["metadata"].update(kernelspec={"name": "ir", "display_name": "R"})),
        ", kernelspec:",
        "the kernel python3",
    ),
    "kernelspec as text": (edit(lambda nb: nb["metadata"].update(kernelspec="python3")), ":", "format 4"),
    "torn JSON": (lambda nb: json.dumps(nb, indent=1)[:500], ", line ", "a whole notebook"),
    "empty file": (lambda nb: "", ", line 1:", "a whole notebook"),
    "HTML page": (lambda nb: "<html></html>", ", line 1:", "a whole notebook"),
    "merge conflict": (lambda nb: "{\n<<<<<<< HEAD\n}", ", line 2:", "both sides of a merge"),
    "not UTF-8": (lambda nb: json.dumps(nb, ensure_ascii=False).encode("utf-16"), ", line 1:", "UTF-8"),
    "a list": (lambda nb: "[]", ":", "format 4"),
    "a number": (lambda nb: "5", ":", "format 4"),
    "null": (lambda nb: "null", ":", "format 4"),
    "an empty object": (lambda nb: "{}", ":", "format"),
    "nested a thousand times": (lambda nb: "[" * 100_000, ":", "format 4"),
    "nbformat 3": (version_3, ":", "notebook format 3"),
    "nbformat 5": (edit(lambda nb: nb.update(nbformat=5)), ":", "5"),
    "nbformat as text": (edit(lambda nb: nb.update(nbformat="4")), ":", "4"),
    "no cells": (edit(lambda nb: nb.pop("cells")), ":", "cells"),
    "cells as text": (edit(lambda nb: nb.update(cells="x")), ":", "format 4"),
    "no metadata": (edit(lambda nb: nb.pop("metadata")), ":", "metadata"),
    "cell of no type": (edit(lambda nb: nb["cells"][1].pop("cell_type")), ", cell 2:", "format 4"),
    "cell of unknown type": (edit(lambda nb: nb["cells"][1].update(cell_type="chart")), ", cell 2:", "chart"),
    "cell with a key too many": (edit(lambda nb: nb["cells"][1].update(colour="red")), ", cell 2:", "colour"),
    "source as number": (edit(lambda nb: nb["cells"][1].update(source=5)), ", cell 2:", "5"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_notebook(home, name):
    make, place, words = BAD[name]
    nb = home.notebook(PAGE)
    at = {"p": tagged(nb) + 1, "q": tagged(nb) + 2, "n": len(nb["cells"]) + 1}
    home.write(WHERE, make(nb))
    with pytest.raises(NotebookError) as caught:
        declared_parameters(PAGE)
    message = str(caught.value)
    assert message.startswith(WHERE + place.format(**at)), message
    assert words.format(**at) in message
    assert message.count("\n") == 0
    assert len(message) < 500
    assert caught.value.exit_code == 2


def test_the_sound_notebooks_are_read():
    for page in page_names():
        found = declared_parameters(page)
        assert [p.name for p in found[:2]] == ["lang", "as_of"]
        assert all(p.comment for p in found)


def test_a_missing_notebook(home):
    path = home.root / WHERE
    path.unlink()
    with pytest.raises(NotebookError, match=r"^notebooks/fdi\.ipynb: found no such file"):
        read_notebook(path)


@pytest.mark.parametrize("name", ["no tag", "torn JSON", "parameter assigned later", "syntax error in a cell"])
def test_command_line_returns_2_before_anything_is_made(home, handlers, tmp_path, capfd, name):
    home.write(WHERE, BAD[name][0](home.notebook(PAGE)))
    before = set(tmp_path.rglob("*"))
    assert cli.main(["run", "--as-of", "2026-09-30", "--output", str(tmp_path / "out")]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith(f"kzreport: {WHERE}")
    assert err.count("\n") == 1, "nbformat would log the same once more"
    assert set(tmp_path.rglob("*")) == before
