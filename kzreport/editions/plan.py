"""The inputs of an edition, read and checked before anything runs."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

from kzreport.claims import ledger as claims
from kzreport.editions.definition import Definition
from kzreport.editions.store import input_differences, list_editions, read_manifest, revisions_of
from kzreport.errors import PageError, ParameterError, WordsError, explain
from kzreport.execution.execute import Task
from kzreport.files import file_digest, project_root, sha256_hex
from kzreport.language.lint import language_faults, page_faults
from kzreport.language.wordfiles import labels_path, language_path, methods, methods_path
from kzreport.pages import notes
from kzreport.pages import since as compared
from kzreport.pages.entries import series_read
from kzreport.pages.notebooks import declared_parameters, load_notebook
from kzreport.pages.parameters import FILLED, validate_parameters
from kzreport.project import page_names
from kzreport.series.issues import known_issues
from kzreport.series.known import data_fingerprints

# What the bytes of an edition depend on beyond this repository. Others (jupyterlab, tests) leave no trace in it.
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
class Plan:
    """What an edition is made of, known before anything runs."""

    definition: Definition
    as_of: date
    languages: tuple[str, ...]
    inputs: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        """One digest over all inputs, printed in the foot of each page."""
        return hashlib.sha256(json.dumps(dict(self.inputs), sort_keys=True).encode()).hexdigest()[:16]

    @property
    def tasks(self) -> list[Task]:
        """Every page in every language."""
        return [
            Task(p, k, self.as_of.isoformat(), self.definition.values[p])
            for k in self.languages
            for p in self.definition.pages
        ]


def _notebook_digest(page: str) -> str:
    """Of what a notebook does, not of the outputs it stores."""
    cells = [(c.cell_type, c.source, sorted(c.metadata.get("tags", []))) for c in load_notebook(page).cells]
    return sha256_hex(json.dumps(cells, ensure_ascii=False).encode())


def prepare_definition(definition: Definition, root: Path, as_of: date, *, revision: bool) -> Definition:
    """The definition for one date, with what only the editions that are there know: see :func:`prepared`."""
    present = revisions_of(root, definition.name, as_of)
    return prepared_definition(
        definition, as_of, present, edition_before(root, definition.name, as_of), revision=revision
    )


def prepared_definition(
    definition: Definition, as_of: date, present: Sequence[Path], earlier: Mapping[str, Any] | None, *, revision: bool
) -> Definition:
    """The definition with the edition before (its manifest is ``earlier``), what was changed since, the analyst's note.

    An edition that exists keeps the one it was compared with, whatever was made in between since. Raises
    :class:`ParameterError` for a note with a part for a page that the report has not, or that cannot be read.
    """
    open_ = [page for page, own in definition.values.items() if "previous" in own and own["previous"] is None]
    known: Mapping[str, Mapping[str, Any]] = {}
    if open_ and present and not revision:
        known = read_manifest(present[-1])["parameters"]
    elif open_ and earlier:
        new = [m for m in methods() if m not in earlier.get("methods", [])]
        since = {"previous": earlier["edition"]["as_of"], "methods": new}
        known = dict.fromkeys(open_, since | {"settings": _settings(earlier["parameters"], definition.values)})
    filled = {
        page: {k: v for k, v in known.get(page, {}).items() if k in FILLED and k in definition.values[page]}
        for page in open_
    }
    name = f"{definition.name}/{as_of}"
    if notes.path(name).exists():
        for page in sorted({page or definition.pages[0] for page, _ in notes.read(name)}):
            if "note" not in definition.values.get(page, {}):
                able = ", ".join(p for p, own in definition.values.items() if "note" in own) or "none"
                raise ParameterError(explain(f"params/notes/{name}.md", f"a part for '{page}'", f"one of {able}"))
            filled.setdefault(page, {})["note"] = name
    return replace(
        definition, values={page: {**own, **filled.get(page, {})} for page, own in definition.values.items()}
    )


def edition_before(root: Path, name: str, as_of: date) -> Mapping[str, Any] | None:
    """The manifest of the latest edition of an earlier date that can be read: the index names those that cannot."""
    for folder in reversed(
        [f for f in list_editions(root) if f.parent.name == name and f.name[:10] < as_of.isoformat()]
    ):
        with contextlib.suppress(PageError):
            return read_manifest(folder)
    return None


def recorded_inputs(p: Plan) -> dict[str, Any]:
    """What the manifest of an edition made from this plan tells the next one."""
    return {
        "edition": {"definition": p.definition.name, "as_of": p.as_of.isoformat()},
        "methods": list(methods()),
        "parameters": {page: dict(values) for page, values in p.definition.values.items()},
    }


def changes_between(root: Path, definition: Definition, then: date, now: date) -> compared.Changes:
    """What changed between two dates for a definition: by the data, and by the manifests where both editions are there.

    Raises :class:`ParameterError` unless ``then`` is earlier.
    """
    there = [revisions_of(root, definition.name, day) for day in (then, now)]
    methods: list[str] = []
    settings: list[str] = []
    if all(there):
        old, new = (read_manifest(folders[-1]) for folders in there)
        methods = [m for m in new.get("methods", []) if m not in old.get("methods", [])]
        settings = _settings(old["parameters"], new["parameters"])
    series, chosen = series_read({page: definition.values[page] for page in definition.pages})
    return compared.between(then, now, series, chosen, methods=methods, settings=settings, manifests=all(there))


def _settings(before: Mapping[str, Any], now: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Parameters that pages of both editions have and that differ, as text."""
    return [
        f"{page}.{key}: {before[page][key]} → {value}"[:200]
        for page, own in now.items()
        for key, value in own.items()
        if key in before.get(page, {}) and key not in FILLED and key != "pages" and before[page][key] != value
    ]


def make_plan(definition: Definition, as_of: date, languages: Sequence[str]) -> Plan:
    """Read and check every input: data as known on ``as_of``, notebooks, words, code, versions, parameters.

    Raises the input errors of the package; nothing was run then.
    """
    return next(make_plans(definition, [as_of], languages))


def make_plans(
    definition: Definition,
    dates: Sequence[date],
    languages: Sequence[str],
    prepared: Callable[[date], Definition] | None = None,
) -> Iterator[Plan]:
    """The plan of each date; what does not depend on the date is read once.

    ``prepared`` gives the definition of a date where it is not the same on all; it is asked when its turn comes.
    """
    lasting = _lasting(definition, dates[0], languages) if dates else {}
    for as_of, known_then in zip(dates, data_fingerprints(dates), strict=True):
        inputs = {f"data/{name}": digest for name, digest in known_then.items()}
        known = [repr(i) for i in known_issues(as_of)]
        inputs["data/issues.yml"] = sha256_hex("\n".join(known).encode())
        for name, digest in claims.fingerprints(as_of).items():
            inputs[f"data/claims/{name}"] = digest
        own = prepared(as_of) if prepared else definition
        for page, values in own.values.items():
            inputs[f"parameters of {page}"] = json.dumps(values, sort_keys=True)
        for name in sorted({values["note"] for values in own.values.values() if values.get("note")}):
            inputs[f"params/notes/{name}.md"] = sha256_hex(notes.path(name).read_bytes())
            _read_note(name, own, as_of, languages)
        yield Plan(own, as_of, tuple(languages), lasting | inputs)


def _read_note(name: str, definition: Definition, as_of: date, languages: Sequence[str]) -> None:
    """Raise what is wrong with a note before a kernel starts: every figure that it names is read."""
    page_class = importlib.import_module("kzreport.pages.page").Page
    for language in languages:
        for page, values in definition.values.items():
            if values.get("note") == name:
                page_class(page, lang=language, as_of=as_of.isoformat()).noted(name, values.get("pages", ()))


def inputs_changed_since(p: Plan) -> list[str]:
    """Inputs that are not now, or not here, what they were when the plan was made; one line each."""
    return input_differences(p.inputs, make_plan(p.definition, p.as_of, p.languages).inputs)


def _lasting(definition: Definition, as_of: date, languages: Sequence[str]) -> dict[str, str]:
    """The inputs that are the same on every date, checked."""
    for page in definition.pages:
        if faults := page_faults(page):
            raise WordsError("\n".join(faults))
    for language in languages:
        if faults := language_faults(language):
            raise WordsError("\n".join(faults))
        for page in definition.pages:
            values = {"lang": language, "as_of": as_of.isoformat(), **definition.values[page]}
            validate_parameters(declared_parameters(page), values, f"notebooks/{page}.ipynb")
    home = project_root()
    inputs: dict[str, str] = {}
    # a page may speak of others (the summary does), named by its parameters
    lists = [few for v in definition.values.values() for few in v.values() if isinstance(few, list)]
    named = {str(entry).partition(" ")[0] for few in lists for entry in few}
    for page in sorted({*definition.pages, *named} & set(page_names())):
        inputs[f"notebooks/{page}.ipynb"] = _notebook_digest(page)  # the defaults of its parameters
        inputs[f"notebooks/{page}.yml"] = file_digest(home / "notebooks" / f"{page}.yml")
    shared = [labels_path(), methods_path(), *(language_path(k) for k in languages)]
    inputs |= {path.relative_to(home).as_posix(): file_digest(path) for path in shared if path.exists()}
    title = sorted(definition.title.items())
    inputs["report"] = json.dumps([title, definition.pages, list(languages)], ensure_ascii=False)
    code = Path(__file__).parent.parent
    for path in sorted(p for p in code.rglob("*") if p.suffix in (".py", ".yml", ".html", ".css", ".js")):
        inputs[f"kzreport/{path.relative_to(code).as_posix()}"] = file_digest(path)
    inputs["python"] = platform.python_version()
    inputs["system"] = f"{platform.system()} {platform.machine()}"  # pixels of a chart may differ by it
    for name in _PACKAGES:
        inputs[f"package {name}"] = metadata.version(name)
    return inputs
