"""The wall between engine and project: an installed wheel, no checkout, a project about an invented country.

Nothing of Kazakhstan may appear in what it makes, and nothing may be written into the installed package.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest
from texts import texts_of

ROOT = Path(__file__).resolve().parents[1]
# names, codes, currency, cities, sources and neighbours of the first project
FOREIGN = re.compile(
    r"kazakh|\bKAZ\b|tenge|\bKZT\b|astana|almaty|\bbns\b|stat\.gov|novastan|afghan|uzbek|eurasian|\bsenate\b|\bsénat\b",
    re.IGNORECASE,
)
EXPORTS = (
    "period,value,published\n"
    "2024-Q4,410.2,2025-02-10\n2025-Q1,395.7,2025-05-12\n2025-Q2,420.1,2025-08-11\n"
    "2025-Q3,433.9,2025-11-10\n2025-Q4,451.0,2026-02-09\n2026-Q1,440.6,2026-05-11\n"
)
CARD = """\
titles: {en: Exports of goods, es: Exportaciones de bienes}
unit: musd
basis: fob
frequency: Q
publisher: tourist_board
licence: free
access: typed
publication: recorded
range: [0, 10000]
continuous: yes
"""
DEFINITION = """\
title: {en: Ruritania this quarter, es: Ruritania este trimestre}
pages: [summary, visitors, exports, claims]
languages: [en, es]
"""


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel, and the folder in which a user works."""

    python: Path
    folder: Path

    def package(self) -> dict[str, str]:
        """Digests of the files of the installed package."""
        where = self.run("-c", "import kzreport; print(kzreport.__path__[0])", cwd=self.folder).stdout.strip()
        assert ROOT not in Path(where).parents
        files = [p for p in Path(where).rglob("*") if p.is_file() and p.suffix != ".pyc"]
        return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}

    def run(self, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        env = {k: v for k, v in os.environ.items() if k not in ("KZREPORT_HOME", "PYTHONPATH")}
        done = subprocess.run(
            [str(self.python), *words], cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8", timeout=300
        )
        assert done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"
        return done

    def kzreport(self, *words: str, cwd: Path | None = None) -> str:
        return self.run("-m", "kzreport.commands.cli", *words, cwd=cwd or self.folder / "ruritania").stdout


def pip(*words: str) -> None:
    done = subprocess.run([sys.executable, "-m", "pip", *words], capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr


def install(tmp_path: Path, *, bare: bool) -> Installed:
    """The wheel in an environment that has the dependencies of this one; ``bare``: that gets them from the lock."""
    pip("wheel", "-qq", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(tmp_path / "wheel"), str(ROOT))
    (wheel,) = (tmp_path / "wheel").iterdir()
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    install = ("--python", str(python), "install", "-qq", "--no-deps")
    if bare:
        pip(*install, "--require-hashes", "-r", str(ROOT / "requirements.lock"))
    else:  # a path in a .pth file: the .pth files in that folder, this checkout's among them, are not read
        here = sysconfig.get_path("purelib")
        (site,) = (tmp_path / "env").glob("lib/python*/site-packages")
        (site / "dependencies.pth").write_text(f"{here}\n", encoding="utf-8")
    pip(*install, "--no-index", str(wheel))
    (tmp_path / "work").mkdir()
    return Installed(python, tmp_path / "work")


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def write_project(installed: Installed) -> Path:
    """A project in English and Spanish, with a series, a page, a claim and a definition of its own."""
    names = ("--lang", "en,es", "--name", "Ruritania", "--home", "RTA")
    said = installed.kzreport("init", "ruritania", *names, cwd=installed.folder)
    assert "\nnext: cd ruritania\n  kzreport run " in said and "kzreport languages --missing es" in said
    project = installed.folder / "ruritania"
    (project / "data" / "exports.csv").write_text(EXPORTS, encoding="utf-8")
    (project / "data" / "exports.yml").write_text(CARD, encoding="utf-8")
    installed.kzreport("accept", "--data", "--yes")
    made = installed.kzreport("new", "exports", "--series", "exports").splitlines()
    assert made[:3] == [f"made notebooks/{name}" for name in ("exports.ipynb", "exports.yml", "views/exports.py")]
    words = project / "notebooks" / "exports.yml"
    rest = ": {latest} {latest.period:in}, {latest_change:signed} "
    english = f"untranslated: Exportaciones de bienes{rest}from the period before."
    replace(words, english, f"Exportaciones{rest}frente al período anterior.")
    claims = project / "data" / "claims"
    replace(claims / "documents.yml", "claims: 1", "claims: 2")
    with (claims / "documents.yml").open("a", encoding="utf-8") as f:
        f.write("  fob:\n    name: {en: value at the border, es: valor en la frontera}\n")
    with (claims / "D1.csv").open("a", encoding="utf-8") as f:
        f.write(
            "D1-L002-1,2,tourism,exports,430,10,about,,,musd,2025-Q3,fob,value exports,yes,,,,,,,"
            "Exports were {claim} {claim.period:in}.,Las exportaciones fueron de {claim} {claim.period:in}.\n"
        )
    assert "claims/D1: 1 added: D1-L002-1" in installed.kzreport("accept", "--data")
    (project / "params" / "quarterly.yml").write_text(DEFINITION, encoding="utf-8")
    return project


def foreign(folder: Path) -> list[str]:
    """Where something of the first project stands in text that was made.

    Not looked at: copies of the engine's words, whose units are those that any project may use.
    """
    found = []
    for path, text in texts_of(folder):
        if "/languages/" not in str(path):
            found += [
                f"{path}: {m[0]}" for m in FOREIGN.finditer(re.sub(r"[A-Za-z0-9+/=\\\n]{300,}", "", text))
            ]  # fonts
    return found


def check_wall(installed: Installed) -> None:
    before = installed.package()
    project = write_project(installed)
    as_of = ("quarterly", "--as-of", "2026-06-30")
    assert installed.kzreport("run", *as_of).startswith("made quarterly/2026-06-30\n")
    edition = project / "reports" / "quarterly" / "2026-06-30"
    spanish = (edition / "es" / "exports.html").read_text(encoding="utf-8")
    assert "frente al período anterior" in spanish and "441" in spanish
    assert "untranslated" not in spanish
    manifest = json.loads((edition / "manifest.json").read_text(encoding="utf-8"))
    assert {"data/visitors", "data/exports", "notebooks/views/exports.py", "params/languages/es.yml"} <= set(
        manifest["inputs"]
    )
    verdicts = (edition / "en" / "claims.html").read_text(encoding="utf-8")
    assert "Exports were" in verdicts
    assert "byte for byte the same" in installed.kzreport("verify", "2026-06-30")
    said = installed.kzreport("backfill", "--from", "2026-05", "--to", "2026-06")
    assert said.startswith("2 of 2 editions made\n")
    assert sorted(p.name for p in (project / "reports" / "monthly").iterdir()) == [
        "2026-05-31",
        "2026-06-30",
        "latest",
    ]
    assert foreign(project) == []
    assert installed.package() == before
    assert [p.name for p in installed.folder.iterdir()] == ["ruritania"]


def test_a_project_about_an_invented_country(tmp_path):
    check_wall(install(tmp_path, bare=False))


@pytest.mark.slow
def test_the_same_in_an_environment_that_was_empty(tmp_path):
    installed = install(tmp_path, bare=True)
    check_wall(installed)
    installed.kzreport("accept")
    assert "are sound" in installed.kzreport("check")
