"""The inputs of an edition, each with its digest: what decides the bytes of its pages.

What belongs here: reading and digesting inputs, comparing two lists of them. What does not: checking them
(:mod:`kzreport.editions.plan`).
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import metadata
from pathlib import Path

from kzreport.editions.manifest import inputs_fingerprint
from kzreport.files import file_digest, project_root, sha256_hex
from kzreport.language.wordfiles import labels_path, language_path, methods_path
from kzreport.pages.notebooks import load_notebook
from kzreport.project.settings import project
from kzreport.render.formats import format_packages
from kzreport.yamlfile import read_yaml

_ENGINE = Path(__file__).resolve().parent.parent
_CODE = (".py", ".yml", ".html", ".css", ".js", ".typ")

# Packages that the bytes of an edition depend on. Others (jupyterlab, tests) leave no trace in it.
_PACKAGES = (
    "babel",
    "ipykernel",
    "jinja2",
    "markdown-it-py",
    "matplotlib",
    "nbclient",
    "nbformat",
    "nh3",
    "numpy",
    "pandas",
    "papermill",
    "pillow",
    "pydantic",
    "pygments",
    "pyyaml",
    "seaborn",
)


@dataclass(frozen=True)
class Engine:
    """The engine that makes an edition.

    - ``version``: of the installed package
    - ``code``: one digest over all its files, so that a change in a checkout counts without a new version
    - ``python``, ``system``: the pixels of a chart may differ by them
    - ``packages``: name -> version
    """

    version: str
    code: str
    python: str
    system: str
    packages: Mapping[str, str]


@dataclass(frozen=True)
class Inputs:
    """Everything that the bytes of an edition depend on; values are digests unless stated otherwise.

    - ``data``: name of a table, ``issues.yml`` or ``claims/...`` -> what was known of it on the edition's date
    - ``notebooks``, ``words``: page -> its cells, its words; the pages of the edition and those that they speak of
    - ``views``: module of the project's views -> its text
    - ``settings``: path of a file that all pages share -> its text
    - ``parameters``: page -> its values as JSON
    - ``notes``: name of an analyst's note -> its text
    - ``not_refreshed``: see :class:`~kzreport.editions.definition.Definition`; empty as a rule
    - ``report``: title, pages and languages as JSON
    - ``formats``: name -> the packages that its bytes depend on beside those of the engine, with their versions
    """

    data: Mapping[str, str]
    notebooks: Mapping[str, str]
    words: Mapping[str, str]
    views: Mapping[str, str]
    settings: Mapping[str, str]
    parameters: Mapping[str, str]
    notes: Mapping[str, str]
    report: str
    formats: Mapping[str, str]
    engine: Engine
    not_refreshed: str = ""

    @cached_property
    def flat(self) -> Mapping[str, str]:
        """One map, as the manifest has it and as lists of differences name it."""
        return {
            **{f"data/{name}": digest for name, digest in self.data.items()},
            **{f"notebooks/{page}.ipynb": digest for page, digest in self.notebooks.items()},
            **{f"notebooks/{page}.yml": digest for page, digest in self.words.items()},
            **{f"notebooks/views/{name}.py": digest for name, digest in self.views.items()},
            **self.settings,
            **{f"parameters of {page}": values for page, values in self.parameters.items()},
            **{f"params/notes/{name}.md": digest for name, digest in self.notes.items()},
            "report": self.report,
            **{f"format {name}": packages for name, packages in self.formats.items()},
            **({"not refreshed": self.not_refreshed} if self.not_refreshed else {}),
            "engine": self.engine.version,
            "engine code": self.engine.code,
            "python": self.engine.python,
            "system": self.engine.system,
            **{f"package {name}": version for name, version in self.engine.packages.items()},
        }

    @property
    def fingerprint(self) -> str:
        """One digest over all inputs, printed in the foot of each page."""
        return inputs_fingerprint(self.flat)


def engine_version() -> str:
    """Return the version of the installed engine."""
    return metadata.version("kzreport")


def installed_engine() -> Engine:
    """Return the engine that runs now; its files are read again when they were changed."""
    files = sorted(p for p in _ENGINE.rglob("*") if p.suffix in _CODE)
    listed = "\n".join(f"{p.relative_to(_ENGINE).as_posix()} {file_digest(p)}" for p in files)
    return Engine(
        version=engine_version(),
        code=sha256_hex(listed.encode()),
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        packages=_versions(),
    )


@lru_cache(maxsize=1)  # this process has loaded these, whatever is installed meanwhile
def _versions() -> dict[str, str]:
    return {name: metadata.version(name) for name in _PACKAGES}


def format_inputs(names: Sequence[str]) -> dict[str, str]:
    """Return the packages of each format, with their versions."""
    return {n: ", ".join(f"{p} {metadata.version(p)}" for p in format_packages(n)) for n in names}


def view_digests() -> dict[str, str]:
    """Return the digest of each module of the project's views; a copy such as ``x (1).py`` can be no module."""
    files = sorted((project_root() / "notebooks" / "views").glob("[!.]*.py"))
    return {p.stem: file_digest(p) for p in files if p.stem.isidentifier()}


def setting_digests() -> dict[str, str]:
    """Return the digest of each file of settings and words that all pages of the project share, by its path."""
    root = project_root()
    own = root / "params" / "project.yml"
    kept = {key: value for key, value in read_yaml(own).items() if key != "run"}  # of runs, not of pages
    files = [root / "data" / "groups.yml", root / "data" / "units.yml", methods_path(), labels_path()]
    files += [language_path(language) for language in project().languages]
    digests = {p.relative_to(root).as_posix(): file_digest(p) for p in files if p.is_file()}
    return {own.relative_to(root).as_posix(): sha256_hex(json.dumps(kept).encode())} | digests


def notebook_digests(pages: Sequence[str]) -> dict[str, str]:
    """Return the digest of what each page's notebook does; the outputs that it stores do not count."""

    def digest(page: str) -> str:
        cells = [(c.cell_type, c.source, sorted(c.metadata.get("tags", []))) for c in load_notebook(page).cells]
        return sha256_hex(json.dumps(cells, ensure_ascii=False).encode())

    return {page: digest(page) for page in pages}


def word_digests(pages: Sequence[str]) -> dict[str, str]:
    """Return the digest of the words of each page."""
    return {page: file_digest(project_root() / "notebooks" / f"{page}.yml") for page in pages}


def list_differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """List the entries that are new, gone or changed, one line each; of short values both are shown.

    >>> list_differences({"python": "3.11.9", "a": "1"}, {"python": "3.12.1", "b": "2"})
    ['a: gone', 'b: new', 'python: 3.11.9 -> 3.12.1']
    """
    lines = []
    for key in sorted(set(before) | set(now)):
        if key not in before:
            lines.append(f"{key}: new")
        elif key not in now:
            lines.append(f"{key}: gone")
        elif before[key] != now[key]:
            short = len(before[key]) < 60 and len(now[key]) < 60
            lines.append(f"{key}: {before[key]} -> {now[key]}" if short else f"{key}: changed")
    return lines
