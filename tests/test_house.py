"""Imports only go down, the lower floors stay pure, and ``kzreport --help`` loads nothing heavy."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import kzreport

PACKAGE = Path(kzreport.__file__).parent

# From the ground up. Rooms of one floor do not know each other; inside a package imports go down as well.
FLOORS = (
    ("errors",),
    ("console", "machine"),
    ("days", "declare", "files", "units"),
    ("model", "yamlfile"),
    ("project",),
    ("indicators",),
    ("series",),
    ("language",),
    ("guards",),
    ("refresh",),
    ("charts", "claims"),
    ("views",),
    ("pages",),
    ("execution", "render"),
    ("editions",),
    ("commands",),
)
HEIGHT = {name: height for height, floor in enumerate(FLOORS) for name in floor}

# What arithmetic needs of the standard library.
PURE = {
    "__future__",
    "bisect",
    "collections",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "itertools",
    "math",
    "operator",
    "statistics",
    "typing",
}


# What arithmetic may take from the package.
BELOW_ARITHMETIC = ("claims.verdict", "declare", "errors", "indicators", "model", "units")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything a module imports, also inside functions; literal import_module too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, a.name) for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield node.lineno, "relative"
            else:
                yield from ((node.lineno, f"{node.module}.{a.name}") for a in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module") and node.args:
            name = node.args[0]
            if isinstance(name, ast.JoinedStr) and isinstance(name.values[0], ast.Constant):
                name = name.values[0]  # f"kzreport.views.{module}"
            if isinstance(name, ast.Constant):
                yield node.lineno, str(name.value).rstrip(".")


def modules(package: Path) -> Iterator[tuple[Path, str, str]]:
    """Path, how a message shows it, and the floor's name."""
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        if parts != ("__init__",) and parts[0] != "starter":  # what init copies belongs to projects
            yield path, path.relative_to(package.parent).as_posix(), parts[0]


def upward(package: Path) -> list[str]:
    """Every import that does not go down."""
    found = []
    for path, shown, own in modules(package):
        if own not in HEIGHT:
            found.append(f"{shown}: on no floor; give '{own}' its place in FLOORS")
            continue
        for line, name in imports(path):
            head, _, rest = name.partition(".")
            target = rest.partition(".")[0]
            if name == "relative":
                found.append(f"{shown}, line {line}: a relative import; write it out")
            elif head == "kzreport" and target != own and HEIGHT.get(target, 99) >= HEIGHT[own]:
                found.append(f"{shown}, line {line}: {own} imports {name}, which is not below it")
    return found


def impure(root: Path) -> list[str]:
    """Files, languages, pictures and libraries in ``indicators`` and in the views of the project."""
    found = []
    pure = [(path, shown) for path, shown, own in modules(root / "kzreport") if own in ("indicators", "units")]
    pure += [(path, path.relative_to(root).as_posix()) for path in sorted((root / "notebooks" / "views").glob("*.py"))]
    for path, shown in pure:
        for line, name in imports(path):
            head, _, rest = name.partition(".")
            below = head == "kzreport" and f"{rest}.".startswith(tuple(f"{n}." for n in BELOW_ARITHMETIC))
            if not below and head not in PURE:
                found.append(f"{shown}, line {line}: imports {name}")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name) and node.id in ("open", "print", "input", "exec", "eval", "__import__"):
                found.append(f"{shown}, line {node.lineno}: uses {node.id}")
    return found


def test_imports_go_down():
    assert upward(PACKAGE) == []


def test_arithmetic_is_pure():
    assert impure(PACKAGE.parent) == []


def first_sentence(name: str) -> str:
    """Return how the docstring of a package or module begins."""
    folder = PACKAGE / name
    path = folder / "__init__.py" if folder.is_dir() else PACKAGE / f"{name}.py"
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split())


def test_the_map_is_that_of_the_floors():
    """``kzreport/__init__.py`` lists every package with its job, from the top."""
    listed = [f"- ``{name}``: {first_sentence(name)}" for floor in reversed(FLOORS) for name in floor]
    stated = re.findall(r"^- .*(?:\n  .*)*", kzreport.__doc__ or "", re.MULTILINE)
    assert [" ".join(entry.split()) for entry in stated] == listed


def cycles(package: Path) -> list[str]:
    """Every circle of imports among the modules of one package."""
    below: dict[str, set[str]] = {}
    for path, _, _ in modules(package):
        own = ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__")
        names = {name for _, name in imports(path)}
        below[own] = {n for name in names for n in (name, name.rpartition(".")[0])} - {own}
    found: list[str] = []

    def walk(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            found.append(" -> ".join([*above[above.index(name) :], name]))
            return
        for other in sorted(below[name] & set(below)):
            if other.split(".")[1] == name.split(".")[1] and name not in done:
                walk(other, (*above, name))
        done.add(name)

    done: set[str] = set()
    for name in below:
        walk(name, ())
    return found


def test_no_circle_inside_a_package():
    assert cycles(PACKAGE) == []


def test_a_circle_is_named(tmp_path):
    folder = tmp_path / "kzreport" / "x"
    folder.mkdir(parents=True)
    (folder / "a.py").write_text("from kzreport.x.b import f\n")
    (folder / "b.py").write_text("def g():\n    from kzreport.x import a\n")
    assert cycles(tmp_path / "kzreport") == ["kzreport.x.a -> kzreport.x.b -> kzreport.x.a"]


def test_no_module_and_no_class_is_too_long():
    """A file has one job: at most 400 lines, a class at most 250; the views of the project too."""
    found = []
    for path in [*PACKAGE.rglob("*.py"), *(PACKAGE.parent / "notebooks" / "views").glob("*.py")]:
        text = path.read_text(encoding="utf-8")
        if len(text.splitlines()) > 400:
            found.append(f"{path.name}: {len(text.splitlines())} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef) and (node.end_lineno or 0) - node.lineno >= 250:
                found.append(f"{path.name}, class {node.name}: too long")
    assert found == []


def test_every_floor_stands():
    assert {own for _, _, own in modules(PACKAGE)} == set(HEIGHT)


@pytest.mark.parametrize(
    ("module", "source", "words"),
    [
        ("model.py", "from kzreport.series import load\n", "kzreport/model.py, line 1: model imports"),
        ("indicators/x.py", "def f():\n    from kzreport import language\n", "kzreport/indicators/x.py, line 2"),
        ("language/x.py", "import kzreport.pages.parameters\n", "kzreport/language/x.py, line 1"),
        ("charts/x.py", "from kzreport import Page\n", "kzreport/charts/x.py, line 1"),
        (
            "pages/x.py",
            'import importlib\nimportlib.import_module("kzreport.editions.make")\n',
            "kzreport/pages/x.py, line 2",
        ),
        ("indicators/x.py", "from ..series import known\n", "a relative import"),
        ("helpers.py", "", "on no floor"),
    ],
)
def test_an_import_that_goes_up_is_named(tmp_path, module, source, words):
    path = tmp_path / "kzreport" / module
    path.parent.mkdir(parents=True)
    path.write_text(source)
    found = upward(tmp_path / "kzreport")
    assert len(found) == 1
    assert words in found[0]


@pytest.mark.parametrize(
    "source",
    [
        "import pandas as pd\n",
        "from pathlib import Path\n",
        "import babel\n",
        "f = open\n",
        "from kzreport import series\n",
        "from kzreport.views import inflation\n",
    ],
)
@pytest.mark.parametrize("folder", ["kzreport/indicators", "notebooks/views"])
def test_impure_arithmetic_is_named(tmp_path, folder, source):
    path = tmp_path / folder / "x.py"
    path.parent.mkdir(parents=True)
    path.write_text(source)
    assert [f.partition(":")[0] for f in impure(tmp_path)] == [f"{folder}/x.py, line 1"]


HEAVY = {
    "pandas",
    "numpy",
    "papermill",
    "matplotlib",
    "seaborn",
    "nbformat",
    "nbclient",
    "babel",
    "pydantic",
    "IPython",
}


def loaded(code: str) -> set[str]:
    """Names of the modules that a fresh Python has after running some code."""
    code = f"{code}\nimport sys, json\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_help_starts_light():
    found = loaded("from kzreport.commands.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass")
    assert "kzreport.commands.cli" in found
    assert not found & HEAVY
    assert not {m for m in found if m.startswith("kzreport.")} - {
        "kzreport.commands",
        "kzreport.commands.cli",
        "kzreport.commands.options",
        "kzreport.console",
        "kzreport.editions",
        "kzreport.editions.given",
        "kzreport.errors",
        "kzreport.console.redaction",
        "kzreport.console.streams",
    }


def test_arithmetic_needs_no_library():
    names = sorted(p.stem for p in (PACKAGE / "indicators").glob("*.py") if p.stem != "__init__")
    found = loaded("\n".join(f"import kzreport.indicators.{n}" for n in names))
    assert f"kzreport.indicators.{names[0]}" in found
    assert not found & HEAVY
    assert "kzreport.series" not in found
