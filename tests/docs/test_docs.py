"""What the documentation says is run: every command, every block of code, every name that a table lists."""

from __future__ import annotations

import contextlib
import csv
import doctest
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import check_links
import generate
import jsonschema
import pytest
import yaml
from doc_blocks import LANGUAGES, Block, blocks_of, walk_of

from kzreport.commands.cli import parser
from kzreport.files import project_root
from kzreport.pages.page import Page

ROOT = project_root()
DOCS = ROOT / "docs"
PAGES = sorted(p for p in DOCS.rglob("*.md") if not {"_build", "generated"} & set(p.relative_to(DOCS).parts))
PAGES += [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
BIN = Path(sys.executable).parent


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def where(path: Path, block: Block) -> str:
    return f"{name(path)}, line {block.line}"


def walking(*, slow: bool) -> list[object]:
    marks = [pytest.mark.slow] if slow else []
    return [pytest.param(p, id=name(p), marks=marks) for p in PAGES if walk_of(p)[0] and walk_of(p)[1] is slow]


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_block_is_of_a_known_language_and_run_or_says_why_not(path):
    for block in blocks_of(path):
        assert block.language in LANGUAGES, where(path, block)
        if block.language == "console" and block.runs:
            assert walk_of(path)[0], f"{where(path, block)}: say where its commands are run (% walk: ...)"
        if block.language == "yaml":
            yaml.safe_load(block.text)
        if block.caption.endswith(".csv"):
            rows = list(csv.reader(io.StringIO(block.text)))
            assert len({len(row) for row in rows}) == 1, f"{where(path, block)}: rows of different length"
        if block.language == "python":
            compile("" if ">>>" in block.text else block.text, where(path, block), "exec")


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_command_is_one_of_kzreport_or_make(path):
    """Those that are not run here, too: their options exist."""
    targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for block in (b for b in blocks_of(path) if b.language == "console"):
        for command, _ in block.steps:
            for part in re.split(r" (?:&&|\|) |; ", re.sub(r"> *\S+", "", command.replace("\\\n", " "))):
                words = shlex.split(part, comments=True)
                while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                    del words[0]
                if words[:1] == ["make"]:
                    assert next(w for w in words[1:] if "=" not in w) in targets, f"{where(path, block)}: {part}"
                elif words and words[0].rpartition("/")[2] == "kzreport":
                    said = io.StringIO()
                    try:
                        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
                            parser().parse_args(words[1:])
                    except SystemExit as e:
                        assert not e.code, f"{where(path, block)}: {part}\n{said.getvalue()}"


def test_every_command_is_told_on_a_page_that_a_person_wrote():
    """Not in the generated list of options alone."""
    text = "\n".join(p.read_text(encoding="utf-8") for p in PAGES)
    assert [c for c in generate.subparsers() if not re.search(rf"kzreport {c}\b", text)] == []


def test_a_cell_that_a_page_tells_is_one_that_check_lets_pass():
    """A method that there is, and no digit; also in the middle of a sentence."""
    found = []
    for path in PAGES:
        for call, method in re.findall(r"(\bpage\.([a-z_]+)\([^`\n]*)", path.read_text(encoding="utf-8")):
            if not callable(getattr(Page, method, None)) or re.search(r"\d", call):
                found.append(f"{name(path)}: {call}")
    assert found == []


def test_every_recipe_is_told():
    text = "".join((DOCS / "how-to" / name).read_text(encoding="utf-8") for name in ("schedule.md", "publish.md"))
    recipes = ["Containerfile", *(p.name for p in (ROOT / "examples").iterdir())]
    assert [name for name in recipes if f"`{name}`" not in text] == []


@pytest.mark.parametrize("path", [p for p in PAGES if any(b.language == "python" for b in blocks_of(p))], ids=name)
def test_python_of_a_page_runs(path, monkeypatch):
    """Sessions (>>>) as doctests, other blocks as they stand, in one namespace a page; files (captions) are not."""
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS, verbose=False)
    for block in blocks_of(path):
        if block.language != "python" or block.caption or not block.runs:
            continue
        if ">>>" in block.text:
            test = doctest.DocTestParser().get_doctest(block.text, names, where(path, block), str(path), block.line)
            said = io.StringIO()
            runner.run(test, out=said.write, clear_globs=False)
            names = test.globs
            assert not said.getvalue(), said.getvalue()
        else:
            exec(compile(block.text, where(path, block), "exec"), names)


def plain(line: str) -> str:
    return " ".join(line.split())  # no-break spaces are spaces here


@pytest.fixture(scope="session")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("accepted")
    subprocess.run([BIN / "kzreport", "init", "moldova", "--home", "MDA"], cwd=folder, check=True, capture_output=True)
    subprocess.run([BIN / "kzreport", "accept"], cwd=folder / "moldova", check=True, capture_output=True)
    return folder / "moldova"


def walk(path: Path, folder: Path, request: pytest.FixtureRequest) -> None:
    """Run the commands of a page, in order, and write the files that it shows; compare what is printed."""
    start, at = walk_of(path)[0], folder
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "100", "NO_COLOR": "1"}
    environment.pop("KZREPORT_HOME", None)
    if start.startswith("init"):
        words = shlex.split(start)[1:]
        subprocess.run([BIN / "kzreport", "init", "project", *words], cwd=folder, check=True, capture_output=True)
        at = folder / "project"
    elif start == "accepted":
        at = shutil.copytree(request.getfixturevalue("accepted"), folder / "project")
    for block in blocks_of(path):
        if block.caption and block.runs:
            file, _, how = block.caption.partition(" ")
            (at / file).parent.mkdir(parents=True, exist_ok=True)
            with (at / file).open("a" if how == "(add)" else "w", encoding="utf-8", newline="\n") as f:
                f.write(block.text)
        if block.language != "console" or not block.runs:
            continue
        for number, (command, expected) in enumerate(block.steps, 1):
            cwd = folder / ".cwd"
            done = subprocess.run(
                ["bash", "-c", f"{command}\ncode=$?; pwd > {shlex.quote(str(cwd))}; exit $code"],
                cwd=at, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300,
            )  # fmt: skip
            at = Path(cwd.read_text(encoding="utf-8").strip())
            shown = f"{where(path, block)}: $ {command}\n{done.stdout}"
            wanted = block.exit_code if number == len(block.steps) else 0
            assert done.returncode == wanted, f"ended with {done.returncode}, expected {wanted}\n{shown}"
            rest = [plain(line) for line in done.stdout.splitlines()]
            for line in expected:
                pattern = re.escape(plain(line)).replace(r"\.\.\.", ".*")
                found = next((n for n, one in enumerate(rest) if re.fullmatch(pattern, one)), None)
                assert found is not None, f"not printed, or not in that order: {line}\n{shown}"
                del rest[: found + 1]
    for schema, pattern in (
        ("run", "run.json"), ("manifest", "manifest.json"), ("summary", "summary.json"), ("diff", "diff.json"),
    ):  # fmt: skip
        for file in folder.rglob(pattern):
            jsonschema.validate(json.loads(file.read_text(encoding="utf-8")), generate.schemas()[schema])


@pytest.mark.parametrize("path", walking(slow=False))
def test_a_quick_walk_does_what_the_page_says(path, tmp_path, request):
    walk(path, tmp_path, request)


@pytest.mark.parametrize("path", walking(slow=True))
def test_a_walk_does_what_the_page_says(path, tmp_path, request):
    walk(path, tmp_path, request)


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_its_links_lead_somewhere(tmp_path):
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "-q", "-d", tmp_path / "trees"]
    done = subprocess.run([*command, DOCS, tmp_path / "html"], cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list(check_links.dead_links(tmp_path / "html")) == []
    assert (tmp_path / "html" / "manifest.schema.json").is_file()
    assert 'lang="fr"' in (tmp_path / "html" / "fr" / "premiers-pas.html").read_text(encoding="utf-8")
