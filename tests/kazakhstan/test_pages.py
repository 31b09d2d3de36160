"""Pages say what was accepted, their words and shape are sound, and a change in what they show is noticed."""

from __future__ import annotations

import difflib
import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest

import kzreport
from kzreport.charts.describe import HEADER
from kzreport.commands import checks as check
from kzreport.editions.reference import reference_path, reference_task
from kzreport.execution.execute import execute_page
from kzreport.files import project_root
from kzreport.language.lint import page_faults
from kzreport.language.wordfiles import page_words
from kzreport.pages.notebooks import read_notebook
from kzreport.pages.outputs import Kind, page_artefacts, page_outputs, page_texts
from kzreport.pages.page import Page
from kzreport.project.settings import notebook_path, page_names, project

ALL = [(p, k) for p in page_names() for k in project().languages]


def test_kzreport_check_is_clean():
    assert check.list_faults() == []


# Tables that a method of the page shows under a name of its own.
OWN = {
    "key_figures": ["key_figures"],
    "fresh": ["changes"],
    "revised": ["changes"],
    "calendar": ["calendar"],
    "overdue": ["calendar"],
}


@pytest.mark.parametrize("name", page_names())
def test_the_words_of_a_page_are_sound_and_all_used(name):
    assert page_faults(name) == []
    source = "\n".join(c.source for c in read_notebook(notebook_path(name)).cells if c.cell_type == "code")
    shown = {"say": ("say",), "charts": ("chart",), "tables": ("table", "listing"), "sections": ("section",)}
    if "page.panels(" in source:  # these say, chart and list what a view names: see its own tests
        shown = {"sections": ("section",)}
    for group, methods in shown.items():
        for key in page_words(name).get(group, {}):
            called = [rf'page\.{m}\(\s*(\[[^]]*)?"{key}"' for m in methods]  # alone, or in a list of keys
            called += [rf"page\.{m}\(" for m in OWN.get(key, ())]
            assert any(re.search(c, source) for c in called), f"notebooks/{name}.yml, {group}.{key}: not used"


def test_what_check_knows_of_pages_is_what_pages_have():
    """A new method of Page that shows something must be counted by check."""
    methods = {name for name, value in vars(Page).items() if inspect.isfunction(value)}
    assert methods - {"note_text", "__getattr__"} == set(check.SHOWING)


@pytest.mark.parametrize(("name", "language"), ALL)
def test_a_page_says_what_was_accepted(name, language, executed):
    path = reference_path(name, language)
    if not path.exists():
        pytest.fail(f"{path.name}: found no file, expected what the page says; run 'kzreport accept {name}'")
    now, before = page_texts(executed[name, language]), path.read_text(encoding="utf-8")
    if now != before:
        lines = list(difflib.unified_diff(before.splitlines(), now.splitlines(), "accepted", "now", lineterm="", n=0))
        pytest.fail(f"{name}, {language}: run 'kzreport accept {name}' if this is meant\n" + "\n".join(lines[:40]))


@pytest.mark.parametrize(("name", "language"), ALL)
def test_a_page_is_whole(name, language, executed):
    """Every chart has its picture, description and figures; numbers stand in the marks of the language."""
    found = page_artefacts(executed[name, language])
    assert len({a.name for a in found}) == len(found)
    for a in found:
        header = "id,document,line,theme,verdict," if a.name == "claims" else ",".join(HEADER) + "\n"
        assert a.csv.startswith(header) and a.csv.count("\n") > 1, a.name
        assert a.kind is not Kind.CHART or (a.svg.startswith("<svg") and a.source and a.measure), a.name
    prose = (Kind.SAY, Kind.HEADLINE, Kind.HEADLINES)
    said = [o.markdown for o in page_outputs(executed[name, language]) if o.kind in prose]
    assert said and all(s.strip() for s in said)
    for sentence in said:
        assert not re.search(r"[{}]|\b(None|nan)\b|np\.float|  ", sentence), sentence


# --- planted regressions -----------------------------------------------------------------------------------------

_SPOIL = """from dataclasses import replace
def spoil(g):
    return {k: [replace(r, value=r.value + 7) if r.ok else r for r in rs] for k, rs in g.items()}
"""
SPECS = Path(kzreport.__file__).parent / "prefix" / "share" / "jupyter"
# What stands in the notebook -> what is planted there; None is done to the file.
PLANTED = {
    "nothing": ("", ""),
    "chart value": ("fdi.quarterly", "spoil(page.read(fdi.quarterly))"),
    "table value": ("fdi.table", "spoil(page.read(fdi.table))"),
    "lost chart": ('page.chart("quarterly"', '(lambda *a, **k: None)("quarterly"'),
    "new warning": ("page.title()", "import warnings; warnings.warn('new'); page.title()"),
    "stripped outputs": None,
    "wrong year": ('as_of: Date = "2026-09-30"', 'as_of: Date = "2025-09-30"'),
    "killed kernel": ("page.title()", "import os; os.kill(os.getpid(), 9); page.title()"),
    "hung kernel": ("page.title()", "import time; time.sleep(600); page.title()"),
}
# nbval waits for a dead or hung kernel as long as it may wait for any cell: those two are left to our own run.
WITH_NBVAL = [kind for kind in PLANTED if kind not in ("killed kernel", "hung kernel")]
CAUGHT_BY_NBVAL = {*WITH_NBVAL} - {"nothing"}
CAUGHT_BY_US = {*PLANTED} - {"nothing"}


def _planted(kind: str):
    """The first cells of a real page and the one with its table, with what they store, and one fault in them."""
    nb = read_notebook(notebook_path("fdi"))
    wanted = ("from kzreport", "lang: Language", "page = Page", 'page.table("years"')
    nb.cells = [c for c in nb.cells if c.cell_type == "code" and any(w in c.source for w in wanted)]
    assert len(nb.cells) == 4
    planted = 0
    for cell in nb.cells:
        if PLANTED[kind] is None:
            cell.outputs, planted = [], 1
        elif PLANTED[kind][0] and PLANTED[kind][0] in cell.source:
            cell.source, planted = cell.source.replace(*PLANTED[kind]), planted + 1
            cell.source = _SPOIL + cell.source if "spoil" in cell.source else cell.source
    assert planted == (kind != "nothing")
    return nb


def _ours(kind: str, home: Path) -> str:
    """What kzreport itself says of a planted fault: its check of the file, its run, its comparison of texts."""
    nb = _planted(kind)
    if kind == "stripped outputs":
        nbformat.write(nb, home / "notebooks" / "fdi.ipynb")
        return "\n".join(check.notebook_faults("fdi"))
    stored = page_texts(_planted("nothing"))
    timeout = 5 if kind == "hung kernel" else 20
    # the fault of a wrong year is in the defaults, which count where nothing is injected
    result = execute_page(reference_task("fdi", "fr"), source=nb, inject=kind != "wrong year", timeout=timeout)
    if result.notebook is None:
        return result.reason
    now = page_texts(result.notebook)
    return "" if now == stored else "\n".join(difflib.ndiff(stored.splitlines(), now.splitlines()))


def verdicts(tmp_path_factory):
    """Kind -> what nbval says and what we say, empty where nothing is found."""
    folder, home = tmp_path_factory.mktemp("nbval"), tmp_path_factory.mktemp("home")
    for kind in WITH_NBVAL:
        nbformat.write(_planted(kind), folder / f"{kind.replace(' ', '_')}.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-cell-timeout", "60", "-p", "no:cacheprovider"]
    command += ["--nbval-kernel-name", "kzreport"]  # warm kernels
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    with (folder / "said.txt").open("w") as said:
        nbval = subprocess.Popen(
            [*command, "--junitxml", "found.xml", "."],
            cwd=folder,
            env=environment | {"KZREPORT_HOME": str(project_root()), "JUPYTER_PATH": str(SPECS)},
            stdout=said,
            stderr=said,
        )
        ours = {}
        with pytest.MonkeyPatch.context() as patch:
            for name in ("data", "notebooks", "params"):
                shutil.copytree(project_root() / name, home / name)
            for kind in PLANTED:
                if kind != "stripped outputs":
                    ours[kind] = _ours(kind, home)
            patch.setenv("KZREPORT_HOME", str(home))
            ours["stripped outputs"] = _ours("stripped outputs", home)
        nbval.wait(300)
    failed = dict.fromkeys(WITH_NBVAL, "")
    cases = list(ElementTree.parse(folder / "found.xml").iter("testcase"))
    assert len(cases) == 4 * len(WITH_NBVAL), (folder / "said.txt").read_text()
    for case in cases:
        kind = case.attrib["classname"].removesuffix(".ipynb").rpartition("/")[2].replace("_", " ")
        failed[kind] += "".join(f.attrib["message"] for f in case.iter("failure"))
    return failed, ours


SAID = {
    "nothing": r"^$",
    "chart value": r"(?m)^\+ .*musd,ok",
    "table value": r"(?m)^\+ .*,ok",
    "lost chart": r"(?m)^- .*musd,ok",
    "new warning": r"found stderr: .*UserWarning: new",
    "stripped outputs": r"no stored outputs",
    "wrong year": r"(?m)^\+ .*30\s+septembre 2025",
    "killed kernel": r"the kernel died",
    "hung kernel": r"still running after 5 s",
}


def test_every_planted_regression_is_caught(tmp_path_factory):
    """In one test: the sixteen kernels behind it are started once, whatever number of workers pytest has."""
    nbval, ours = verdicts(tmp_path_factory)
    assert {kind for kind, said in nbval.items() if said} == CAUGHT_BY_NBVAL
    assert {kind for kind, said in ours.items() if said} == CAUGHT_BY_US
    assert len(CAUGHT_BY_NBVAL | CAUGHT_BY_US) == 8
    for kind, expected in SAID.items():
        assert re.search(expected, ours[kind]), f"{kind}: {ours[kind][:2000]}"
