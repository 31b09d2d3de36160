"""Typed parameters, read from a notebook's own parameters cell, and report definitions, read from ``params/``.

papermill guesses types from text and only warns of unknown names, so neither is left to it: the annotations of the
parameters cell are the schema, pydantic checks every value before a kernel starts, and papermill is handed plain
strings, integers, floats, booleans and lists.

Text (from a definition or the command line) becomes a value by the type that the cell declares, never by its looks.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import nbformat
from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from kzreport.catalogue import home, read_text, read_yaml, shown
from kzreport.errors import DataError, NotebookError, ParameterError, explain

LANGUAGES = ("fr", "en")


def _date(text: str) -> str:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
        raise ValueError("expected a date such as 2026-09-30")
    if not 2000 <= date.fromisoformat(text).year <= 2100:
        raise ValueError("expected a date from 2000 to 2100")
    return text


def _month(text: str) -> str:
    if not re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", text, re.ASCII):
        raise ValueError("expected a month such as 2019-01")
    return text


def _plain(text: str) -> str:
    if len(text) > 200 or not text.isprintable():
        raise ValueError("expected at most 200 printable characters")
    return text


Language = Literal["fr", "en"]
Date = Annotated[str, AfterValidator(_date)]
Month = Annotated[str, AfterValidator(_month)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Text = Annotated[str, AfterValidator(_plain)]

_TYPES: Mapping[str, Any] = {
    "str": Text,
    "int": int,
    "float": Annotated[float, Field(allow_inf_nan=False)],
    "bool": bool,
    "Language": Language,
    "Date": Date,
    "Month": Month,
    "Country": Country,
}


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell: name, type, default and the comment that explains it."""

    name: str
    type: Any
    annotation: str
    default: Any
    comment: str


def _annotation(node: ast.expr, where: str) -> Any:
    if isinstance(node, ast.Name) and node.id in _TYPES:
        return _TYPES[node.id]
    if isinstance(node, ast.Constant) and node.value is None:
        return None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return Union[_annotation(node.left, where), _annotation(node.right, where)]  # noqa: UP007 - built at run time
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        if node.value.id == "list":
            return Annotated[list[_annotation(node.slice, where)], Field(max_length=100)]  # type: ignore[misc]
        if node.value.id == "Literal":
            return Literal.__getitem__(ast.literal_eval(node.slice))
    raise NotebookError(
        explain(where, f"the type {ast.unparse(node)}", f"{', '.join(_TYPES)}, list[...], Literal[...] or ... | None")
    )


def read_cell(source: str, where: str) -> tuple[Parameter, ...]:
    """The parameters that a cell declares, each as ``name: type = literal  # comment``.

    Raises :class:`NotebookError` naming the line that is something else.
    """
    try:
        body = ast.parse(source).body
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (SyntaxError, tokenize.TokenError) as e:
        raise NotebookError(explain(where, str(e), "Python assignments")) from None
    comments = {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT}
    found: list[Parameter] = []
    for node in body:
        at = f"{where}, line {node.lineno}"
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name) or node.value is None:
            raise NotebookError(explain(at, ast.unparse(node)[:60], "name: type = value  # comment"))
        if not re.fullmatch(r"[a-z][a-z0-9_]*", node.target.id) or node.target.id in {p.name for p in found}:
            raise NotebookError(explain(at, f"the name {node.target.id}", "a new name of a-z, 0-9 and _"))
        try:
            default = ast.literal_eval(node.value)
        except ValueError:
            raise NotebookError(explain(at, ast.unparse(node.value)[:60], "a literal value")) from None
        comment = comments.get(node.end_lineno or node.lineno, "")
        if not comment:
            raise NotebookError(explain(at, "no comment", "a comment that says what the parameter is"))
        found.append(
            Parameter(node.target.id, _annotation(node.annotation, at), ast.unparse(node.annotation), default, comment)
        )
    return tuple(found)


def notebook_path(page: str) -> Path:
    """The notebook of a page. Raises :class:`ParameterError` with the pages there are."""
    if page not in pages():
        raise ParameterError(explain("page", repr(page), f"one of {', '.join(pages())}"))
    return home() / "notebooks" / f"{page}.ipynb"


def pages() -> tuple[str, ...]:
    """Names of the pages in ``notebooks/``, sorted."""
    return tuple(sorted(p.stem for p in (home() / "notebooks").glob("*.ipynb")))


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """A valid notebook of format 4. Raises :class:`NotebookError` (torn JSON, other format, invalid)."""
    where = shown(path)
    try:
        nb = nbformat.reads(read_text(path), as_version=nbformat.NO_CONVERT)
        if nb.get("nbformat") != 4:
            raise NotebookError(
                explain(where, f"notebook format {nb.get('nbformat')}", "4", "open and save it in JupyterLab")
            )
        nbformat.validate(nb)
    except DataError as e:
        raise NotebookError(str(e)) from None
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, AttributeError, KeyError, ValueError) as e:
        raise NotebookError(explain(where, str(e).splitlines()[0][:120], "a whole notebook of format 4")) from None
    return nb


def parameters(page: str) -> tuple[Parameter, ...]:
    """The parameters of a page, in the order of its cell.

    Raises :class:`NotebookError` unless exactly one code cell is tagged ``parameters`` and nothing later in the
    notebook assigns one of them again (it would win over what papermill injects).
    """
    path = notebook_path(page)
    stat = path.stat()
    return _parameters(path, (stat.st_mtime_ns, stat.st_size))


@lru_cache(maxsize=64)
def _parameters(path: Path, stamp: tuple[int, int]) -> tuple[Parameter, ...]:
    where, nb = shown(path), read_notebook(path)
    if (nb.metadata.get("kernelspec") or {}).get("name") != "python3":
        raise NotebookError(explain(f"{where}, kernelspec", nb.metadata.get("kernelspec"), "the kernel python3"))
    tags = [(i, t) for i, c in enumerate(nb.cells, 1) for t in c.metadata.get("tags", [])]
    for i, tag in tags:
        if tag != "parameters" and tag.strip().lower() == "parameters":
            raise NotebookError(explain(f"{where}, cell {i}", f"the tag {tag!r}", "'parameters'"))
    tagged = [i for i, tag in tags if tag == "parameters"]
    if len(tagged) != 1:
        raise NotebookError(
            explain(
                where,
                f"{len(tagged)} cells tagged 'parameters' (cells {tagged})"
                if tagged
                else "no cell tagged 'parameters'",
                "exactly one",
                "tag the cell in JupyterLab's property inspector",
            )
        )
    cell = nb.cells[tagged[0] - 1]
    at = f"{where}, cell {tagged[0]}"
    if cell.cell_type != "code":
        raise NotebookError(explain(at, f"a {cell.cell_type} cell tagged 'parameters'", "a code cell"))
    found = read_cell(cell.source, at)
    declared = {p.name for p in found}
    for i, other in enumerate(nb.cells, 1):
        if other.cell_type != "code" or i == tagged[0]:
            continue
        try:
            tree = ast.parse(other.source)
        except SyntaxError as e:
            raise NotebookError(explain(f"{where}, cell {i}, line {e.lineno}", e.msg, "plain Python")) from None
        again = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)} & declared
        if again:
            raise NotebookError(
                explain(f"{where}, cell {i}", f"{', '.join(sorted(again))} assigned again", "no second value")
            )
    if missing := {"lang", "as_of"} - declared:
        raise NotebookError(explain(at, f"no {', '.join(sorted(missing))}", "lang: Language and as_of: Date"))
    validate(found, {}, at)
    return found


def _from_text(kind: Any, text: Any) -> Any:
    """Turn text into the declared type; what does not fit stays text, for pydantic to refuse."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) is list:
        parts = text.split(",") if isinstance(text, str) else text
        inner = get_args(kind)[0]
        return [_from_text(inner, p) for p in parts] if isinstance(parts, list) else text
    if not isinstance(text, str):
        return text
    if get_origin(kind) is Union or type(None) in get_args(kind):
        if text in ("null", "~", "") and type(None) in get_args(kind):
            return None
        return next((v for k in get_args(kind) if k is not type(None) and (v := _from_text(k, text)) is not text), text)
    if get_origin(kind) is Literal:
        return next((v for v in get_args(kind) if str(v) == text), text)
    if kind is bool:
        return {"true": True, "false": False}.get(text, text)
    if kind is int and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", text, re.ASCII):
        return int(text)
    if kind is float and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]+)?", text, re.ASCII):
        return float(text)
    return text


def validate(
    declared: Sequence[Parameter], given: Mapping[str, Any], where: str, *, text: bool = False
) -> dict[str, Any]:
    """All parameters of a page: its defaults, replaced by ``given`` after checking names, types and values.

    ``text=True`` says that ``given`` holds text to be read by the declared types. Raises :class:`ParameterError`
    naming the key, what was found, what was expected and the choices.
    """
    by_name = {p.name: p for p in declared}
    for name in given:
        if name not in by_name:
            raise ParameterError(
                explain(f"{where}, parameter {str(name)[:60]!r}", "an unknown name", f"one of {', '.join(by_name)}")
            )
    values = {p.name: p.default for p in declared}
    values |= {k: _from_text(by_name[k].type, v) if text else v for k, v in given.items()}
    fields: dict[str, Any] = {p.name: (p.type, ...) for p in declared}
    model = create_model("Parameters", __config__=ConfigDict(extra="forbid", strict=True), **fields)
    try:
        return model(**values).model_dump()
    except ValidationError as e:
        first = e.errors()[0]
        name = str(first["loc"][0])
        found = repr(first["input"])
        p = by_name[name]
        reason = first["msg"].removeprefix("Value error, ")
        raise ParameterError(
            explain(
                f"{where}, parameter '{name}'",
                found[:60] + ("…" if len(found) > 60 else ""),
                f"{p.annotation} ({reason})",
                p.comment,
            )
        ) from None


def injected_equal(source: str, values: Mapping[str, Any]) -> bool:
    """True if a cell that papermill wrote assigns exactly ``values``, as literals of the same types."""
    try:
        body = ast.parse(source).body
        found = {
            node.targets[0].id: ast.literal_eval(node.value)
            for node in body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
    except (SyntaxError, ValueError):
        return False
    return len(body) == len(found) and repr(sorted(found.items())) == repr(sorted(values.items()))


@dataclass(frozen=True)
class Definition:
    """A report definition: which pages, in which languages, with which parameter values."""

    name: str
    title: Mapping[str, str]
    pages: tuple[str, ...]
    languages: tuple[str, ...]
    values: Mapping[str, Mapping[str, Any]]


def definitions() -> tuple[str, ...]:
    """Names of the definitions in ``params/``, sorted."""
    return tuple(sorted(p.stem for p in (home() / "params").glob("*.yml")))


_Names = Annotated[list[str], Field(min_length=1)]
_DEFINITION = TypeAdapter(
    create_model(
        "Definition",
        __config__=ConfigDict(extra="forbid"),
        title=(dict[Language, str], ...),
        pages=(_Names, ...),
        languages=(Annotated[list[Language], Field(min_length=1)], ...),
        parameters=(dict[str, dict[str, Any]], {}),
    )
)


def definition(name: str, overrides: Iterable[str] = ()) -> Definition:
    """Read and check ``params/NAME.yml``; ``overrides`` are ``name=value`` or ``page.name=value``.

    Raises :class:`ParameterError` naming file, key and choices.
    """
    if name not in definitions():
        raise ParameterError(explain("report definition", repr(name), f"one of {', '.join(definitions())}"))
    path = home() / "params" / f"{name}.yml"
    where = shown(path)
    try:
        raw = _DEFINITION.validate_python(read_yaml(path))
    except DataError as e:
        raise ParameterError(str(e)) from None
    except ValidationError as e:
        first = e.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ParameterError(explain(f"{where}, key '{key}'", repr(first["input"])[:60], first["msg"])) from None
    listed: list[str] = raw.pages  # type: ignore[attr-defined]
    for page in listed:
        if page not in pages():
            raise ParameterError(explain(f"{where}, key 'pages'", repr(page), f"one of {', '.join(pages())}"))
    if len(set(listed)) != len(listed):
        raise ParameterError(explain(f"{where}, key 'pages'", "a page named twice", "each page once"))
    if set(raw.title) != set(LANGUAGES):  # type: ignore[attr-defined]
        raise ParameterError(explain(f"{where}, key 'title'", sorted(raw.title), "fr and en"))  # type: ignore[attr-defined]
    given: dict[str, dict[str, Any]] = {p: {} for p in listed}
    for page, values in raw.parameters.items():  # type: ignore[attr-defined]
        if page not in given:
            raise ParameterError(
                explain(f"{where}, key 'parameters'", repr(page), f"one of its pages: {', '.join(listed)}")
            )
        given[page] |= values
    for override in overrides:
        key, sign, value = override.partition("=")
        page, dot, parameter = key.rpartition(".")
        targets = [page] if dot else [p for p in listed if any(d.name == parameter for d in parameters(p))]
        if not sign or not targets or not set(targets) <= set(listed):
            choices = sorted(
                {f"{p}.{d.name}" for p in listed for d in parameters(p)}
                - {f"{p}.{n}" for p in listed for n in ("lang", "as_of")}
            )
            raise ParameterError(
                explain("-p", repr(override[:60]), f"NAME=VALUE with NAME one of {', '.join(choices)}")
            )
        for target in targets:
            given[target][parameter] = value
    checked = {}
    for page in listed:
        for fixed in ("lang", "as_of"):
            if fixed in given[page]:
                raise ParameterError(
                    explain(f"{where}, {page}", f"a value for '{fixed}'", "none", "use --lang or --as-of")
                )
        declared = parameters(page)
        at = f"{where}, parameters of '{page}'"
        whole = validate(declared, given[page], at, text=True)
        checked[page] = {k: v for k, v in whole.items() if k not in ("lang", "as_of")}
    return Definition(name, dict(raw.title), tuple(listed), tuple(raw.languages), checked)  # type: ignore[attr-defined]


def check_language(code: str) -> str:
    """Return the language or raise :class:`ParameterError` with the choices."""
    if code not in LANGUAGES:
        raise ParameterError(explain("--lang", repr(code), f"one of {', '.join(LANGUAGES)}"))
    return code


def check_date(text: str, today: date) -> date:
    """The date of an edition: possible, and not after ``today``. Raises :class:`ParameterError`."""
    try:
        day = date.fromisoformat(_date(text))
    except ValueError:
        raise ParameterError(explain("--as-of", repr(text[:40]), "a date such as 2026-09-30")) from None
    if day > today:
        raise ParameterError(
            explain("--as-of", text, f"a date up to today ({today})", "an edition says what is known, not what will be")
        )
    return day
