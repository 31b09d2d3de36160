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
import reprlib
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, cast, get_args, get_origin
from urllib.parse import quote, unquote

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model

from kzreport.catalogue import home, package, read_text, read_yaml, shown
from kzreport.claims import THEMES, documents
from kzreport.errors import DataError, NotebookError, ParameterError, explain
from kzreport.views import neighbours

if TYPE_CHECKING:
    from nbformat import NotebookNode

_SECRET = re.compile(r"passw|secret|token|credential|api_?key", re.IGNORECASE)


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


def _number(value: object) -> object:
    if type(value) not in (int, float):  # pydantic would also take a Decimal, and keep a numpy scalar
        raise ValueError("expected a number such as 0.5")
    return value


def _country(text: str) -> str:
    known = sorted({code for d in package().values() for code in d.enums.get("country", ())})
    if text not in known:
        raise ValueError(f"expected one of {', '.join(known)}")
    return text


def _theme(text: str) -> str:
    if text not in THEMES:
        raise ValueError(f"expected one of {', '.join(THEMES)}")
    return text


def _document(text: str) -> str:
    if text not in documents():
        raise ValueError(f"expected one of {', '.join(documents())}")
    return text


def _page(text: str) -> str:
    if text not in pages():
        raise ValueError(f"expected one of {', '.join(pages())}")
    return text


def _entry(text: str) -> str:
    _page(text.partition(" ")[0])
    return text


def _indicator(text: str) -> str:
    if text not in neighbours.INDICATORS:
        raise ValueError(f"expected one of {', '.join(neighbours.INDICATORS)}")
    return text


# What an edition knows and a notebook cannot: the edition before it, what was changed since, its analyst's note.
# The defaults in a notebook's own cell are the reference edition's.
FILLED: Mapping[str, Any] = {"previous": None, "methods": [], "settings": [], "note": ""}

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")
Date = Annotated[str, AfterValidator(_date)]
Month = Annotated[str, AfterValidator(_month)]
Country = Annotated[str, AfterValidator(_country)]
PageName = Annotated[str, AfterValidator(_page)]
PageEntry = Annotated[str, AfterValidator(_entry)]  # a page and, perhaps, values of its parameters: read_entry
Indicator = Annotated[str, AfterValidator(_indicator)]
Theme = Annotated[str, AfterValidator(_theme)]
DocumentName = Annotated[str, AfterValidator(_document)]
Count = Annotated[int, Field(ge=1, le=1000)]
Text = Annotated[str, AfterValidator(_plain)]

_TYPES: Mapping[str, Any] = {
    "str": Text,
    "int": Annotated[int, Field(ge=-(2**53), le=2**53)],  # what JSON keeps
    "float": Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)],
    "bool": bool,
    "Language": Language,
    "Date": Date,
    "Month": Month,
    "Country": Country,
    "PageName": PageName,
    "PageEntry": PageEntry,
    "Indicator": Indicator,
    "Theme": Theme,
    "DocumentName": DocumentName,
    "Count": Count,
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
            choices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            if all(isinstance(c, ast.Constant) and isinstance(c.value, str | int) for c in choices):
                return Literal.__getitem__(tuple(c.value for c in choices if isinstance(c, ast.Constant)))
    raise NotebookError(
        explain(where, f"the type {ast.unparse(node)}", f"{', '.join(_TYPES)}, list[...], Literal[...] or ... | None")
    )


def _tree(source: str, where: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as e:
        raise NotebookError(explain(f"{where}, line {e.lineno or 1}", e.msg, "plain Python")) from None
    except (ValueError, RecursionError, MemoryError) as e:  # a NUL byte, brackets in brackets
        raise NotebookError(explain(where, str(e) or "code nested too deeply", "plain Python")) from None


def read_cell(source: str, where: str) -> tuple[Parameter, ...]:
    """The parameters that a cell declares, each as ``name: type = literal  # comment``.

    Raises :class:`NotebookError` naming the line that is something else.
    """
    body = _tree(source, where).body
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
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
        except (ValueError, TypeError, RecursionError, MemoryError):
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
        raise ParameterError(explain("page", _short(page), f"one of {', '.join(pages())}"))
    return home() / "notebooks" / f"{page}.ipynb"


def pages() -> tuple[str, ...]:
    """Names of the pages in ``notebooks/``, sorted."""
    return tuple(sorted(p.stem for p in (home() / "notebooks").glob("*.ipynb")))


def read_notebook(path: Path) -> NotebookNode:
    """A valid notebook of format 4. Raises :class:`NotebookError` (torn JSON, other format, invalid)."""
    import nbformat  # here, because a page imports this module for its types and nbformat takes two seconds to load
    from nbformat.validator import iter_validate

    where = shown(path)
    try:
        nb = nbformat.reader.reads(read_text(path))  # nbformat.reads() would also log what is wrong
        if nb.get("nbformat") == 4:
            fault = next(iter_validate(nb), None)
    except DataError as e:
        raise NotebookError(str(e)) from None
    except nbformat.reader.NotJSONError as e:
        line = getattr(e.__cause__, "lineno", 1)
        raise NotebookError(explain(f"{where}, line {line}", str(e.__cause__), "a whole notebook")) from None
    except (nbformat.ValidationError, AttributeError, KeyError, TypeError, ValueError, RecursionError) as e:
        raise NotebookError(explain(where, str(e).splitlines()[0][:120], "a notebook of format 4")) from None
    if nb.get("nbformat") != 4:
        todo = "open and save it in JupyterLab"
        raise NotebookError(explain(where, f"notebook format {nb.get('nbformat')}", "4", todo))
    if fault is not None:
        keys = list(fault.absolute_path)
        at = f"{where}, cell {keys[1] + 1}" if keys[:1] == ["cells"] and len(keys) > 1 else where
        raise NotebookError(explain(at, fault.message.splitlines()[0][:120], "a notebook of format 4"))
    return cast("NotebookNode", nb)


def notebook(page: str) -> NotebookNode:
    """The notebook of a page, read once for each state of its file: shared, so not to be changed."""
    path = notebook_path(page)
    stat = path.stat()
    return _notebook(path, (stat.st_mtime_ns, stat.st_size))


@lru_cache(maxsize=64)
def _notebook(path: Path, stamp: tuple[int, int]) -> NotebookNode:
    return read_notebook(path)


def parameters(page: str) -> tuple[Parameter, ...]:
    """The parameters of a page, in the order of its cell.

    Raises :class:`NotebookError` unless exactly one code cell is tagged ``parameters`` and nothing later in the
    notebook assigns one of them again (it would win over what papermill injects).
    """
    path = notebook_path(page)
    stat = path.stat()
    return _parameters(path, (stat.st_mtime_ns, stat.st_size))


def _bound(tree: ast.Module) -> set[str]:
    """Every name that code gives a value to or deletes, by whatever statement."""
    found: set[str] = set()
    for n in ast.walk(tree):
        if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load):
            found.add(n.id)
        elif isinstance(n, ast.alias):
            found.add((n.asname or n.name).partition(".")[0])
        elif isinstance(name := getattr(n, "name", None), str):  # def, class, except ... as, case ... as
            found.add(name)
    return found


def _tagged(nb: NotebookNode, where: str) -> int:
    """The number of the one cell that is tagged ``parameters``."""
    tags = [(i, str(t)) for i, c in enumerate(nb.cells, 1) for t in c.metadata.get("tags", [])]
    for i, tag in tags:
        if tag == "injected-parameters":
            todo = "delete the cell: it is what an earlier run wrote"
            raise NotebookError(explain(f"{where}, cell {i}", f"the tag {tag!r}", "a notebook that was not run", todo))
        if tag != "parameters" and tag.strip().lower() in ("parameters", "parameter", "params"):
            raise NotebookError(explain(f"{where}, cell {i}", f"the tag {tag!r}", "'parameters'"))
    numbers = [i for i, tag in tags if tag == "parameters"]
    if len(numbers) != 1:
        found = f"cells {', '.join(map(str, numbers))}" if numbers else "no cell"
        todo = "tag the cell in JupyterLab's property inspector"
        raise NotebookError(explain(where, f"{found} tagged 'parameters'", "exactly one", todo))
    at = f"{where}, cell {numbers[0]}"
    if (kind := nb.cells[numbers[0] - 1].cell_type) != "code":
        raise NotebookError(explain(at, f"a {kind} cell tagged 'parameters'", "a code cell"))
    return numbers[0]


@lru_cache(maxsize=64)
def _parameters(path: Path, stamp: tuple[int, int]) -> tuple[Parameter, ...]:
    where, nb = shown(path), _notebook(path, stamp)
    if (nb.metadata.get("kernelspec") or {}).get("name") != "python3":
        raise NotebookError(explain(f"{where}, kernelspec", nb.metadata.get("kernelspec"), "the kernel python3"))
    number = _tagged(nb, where)
    at = f"{where}, cell {number}"
    found = read_cell(nb.cells[number - 1].source, at)
    declared = {p.name: p.annotation for p in found}
    for name in filter(_SECRET.search, declared):
        todo = "a report tells its parameters; read a secret from the environment"
        raise NotebookError(explain(at, f"a parameter called {name}", "nothing that is to be kept secret", todo))
    for i, other in enumerate(nb.cells, 1):
        if other.cell_type == "code" and i != number:
            again = _bound(_tree(other.source, f"{where}, cell {i}")) & set(declared)
            if again:
                names = ", ".join(sorted(again))
                raise NotebookError(explain(f"{where}, cell {i}", f"another value for {names}", "no second value"))
    if declared.get("lang") != "Language" or declared.get("as_of") != "Date":
        listed = ", ".join(f"{k}: {v}" for k, v in declared.items())
        raise NotebookError(explain(at, listed or "no parameters", "lang: Language and as_of: Date among them"))
    try:
        validate(found, {}, at)
    except ParameterError as e:
        raise NotebookError(str(e)) from None
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


def _short(value: object) -> str:
    """A value as messages show it: what was given may be a megabyte, or nested a thousand times."""
    brief = reprlib.Repr()
    brief.maxstring = brief.maxother = brief.maxlong = 60
    try:
        return brief.repr(value)
    except (ValueError, RecursionError):  # an integer of 5,000 digits has no text
        return f"a value of type {type(value).__name__}"


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
                explain(f"{where}, parameter {_short(name)}", "an unknown name", f"one of {', '.join(by_name)}")
            )
    values = {p.name: p.default for p in declared}
    values |= {k: _from_text(by_name[k].type, v) if text else v for k, v in given.items()}
    try:
        found: dict[str, Any] = _model(tuple(declared))(**values).model_dump()
        if {"country", "peers"} <= set(found):
            neighbours.check(found["country"], found["peers"], f"{where}, parameter 'peers'")
        if "indicators" in found:
            neighbours.distinct(found["indicators"], f"{where}, parameter 'indicators'")
        return found
    except ValidationError as e:
        first = e.errors()[0]
        name = str(first["loc"][0])
        p = by_name[name]
        expected = f"{p.annotation} ({first['msg'].removeprefix('Value error, ')})"
        raise ParameterError(
            explain(f"{where}, parameter '{name}'", _short(first["input"]), expected, p.comment)
        ) from None


_models: dict[tuple[tuple[str, str], ...], Any] = {}


def _model(declared: tuple[Parameter, ...]) -> Any:
    """The pydantic model of a parameters cell; the text of an annotation says its type."""
    key = tuple((p.name, p.annotation) for p in declared)
    if key not in _models:
        fields: dict[str, Any] = {p.name: (p.type, ...) for p in declared}
        _models[key] = create_model("Parameters", __config__=ConfigDict(extra="forbid", strict=True), **fields)
    return _models[key]


def read_entry(entry: str, where: str = "parameter 'pages'") -> tuple[str, dict[str, Any]]:
    """A page and the values of all its parameters, from ``PAGE name=value name=a+b``: the page's own defaults,
    replaced by those named (a list is joined by ``+``; ``%2B`` stands for the sign itself, ``%20`` for a space).

    Raises :class:`ParameterError` naming ``where``, the page, the parameter and the choices.
    """
    page, *pairs = entry.split(" ")
    known = parameters(page)
    lists = {p.name for p in known if _is_list(p)}
    given: dict[str, Any] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or name in given or name in ("lang", "as_of"):
            names = ", ".join(p.name for p in known if p.name not in ("lang", "as_of"))
            at = f"{where}, entry {_short(entry)}"
            raise ParameterError(explain(at, _short(pair), f"NAME=VALUE, each NAME once, among {names}"))
        given[name] = [unquote(v) for v in value.split("+") if v] if name in lists else unquote(value)
    return page, validate(known, given, f"{where}, entry {_short(entry)}", text=True)


def _is_list(p: Parameter) -> bool:
    return get_origin(p.type) is Annotated and get_origin(get_args(p.type)[0]) is list


def _written(page: str, values: Mapping[str, Any]) -> str:
    """The entry of a page with those values that are not its defaults: what :func:`read_entry` reads back."""

    def text(value: Any) -> str:
        if isinstance(value, list):
            return "+".join(map(text, value))
        plain = {None: "null", True: "true", False: "false"}
        return quote(plain[value] if value is None or isinstance(value, bool) else str(value), safe="")

    changed = [p.name for p in parameters(page) if p.name in values and values[p.name] != p.default]
    return " ".join([page, *(f"{name}={text(values[name])}" for name in changed)])


def series_of(page: str, values: Mapping[str, Any]) -> frozenset[str] | None:
    """The series that a page with these values reads: what its cells load by name and what its headline rests on.

    ``None`` where a name is not written out (then it may be any series). Raises as :func:`parameters`.
    """
    found: set[str] = set()
    for name, call in _calls(page):
        if name in ("load", "vintages"):
            first = call.args[0] if call.args else None
            if not isinstance(first, ast.Constant):
                return None
            found.add(str(first.value))
        elif name == "load_all":
            found.update(neighbours.tables(values["indicators"]))
    headline = read_yaml(home() / "notebooks" / f"{page}.yml").get("headline", {})
    return frozenset(found | {str(entry).split()[0] for entry in headline.get("series", [])})


def reads(pages: Mapping[str, Mapping[str, Any]]) -> tuple[frozenset[str] | None, dict[str, list[str]] | None]:
    """The series that pages with these values read (``None``: any), and which claims they show (``None``: none).

    The series that a claim is held against are not counted, but on the page that is about claims.
    """
    if "claims" in pages:  # on all claims, or on those that its values choose
        return None, chosen_claims(pages["claims"])
    each = [series_of(page, values) for page, values in pages.items()]
    series = None if None in each else frozenset().union(*(found for found in each if found))
    judging = [page for page in pages if any(name == "claims" for name, _ in _calls(page))]
    return series, {"pages": judging} if judging else None


def chosen_claims(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Which claims the page about claims shows with these values, as :func:`kzreport.claims.known` takes it."""
    return {"themes": values["themes"], "pages": values["of_pages"], "documents": values["documents"]}


def _calls(page: str) -> tuple[tuple[str, ast.Call], ...]:
    """The methods that a page's notebook calls."""
    parameters(page)  # it is a notebook, and Python
    path = notebook_path(page)
    stat = path.stat()
    return _calls_of(path, (stat.st_mtime_ns, stat.st_size))


@lru_cache(maxsize=64)
def _calls_of(path: Path, stamp: tuple[int, int]) -> tuple[tuple[str, ast.Call], ...]:
    trees = [ast.parse(cell.source) for cell in _notebook(path, stamp).cells if cell.cell_type == "code"]
    calls = [n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Call)]
    return tuple((n.func.attr, n) for n in calls if isinstance(n.func, ast.Attribute))


def injected_equal(source: str, values: Mapping[str, Any]) -> bool:
    """True if a cell that papermill wrote assigns exactly ``values``, as literals of the same types."""
    try:
        body = ast.parse(source).body
        found = {
            node.targets[0].id: ast.literal_eval(node.value)
            for node in body
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
        }
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
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


class _File(BaseModel):
    """What a definition file may say; every scalar in it is text."""

    model_config = ConfigDict(extra="forbid")

    title: dict[Language, Text]
    pages: list[PageName] = Field(min_length=1)
    languages: list[Language] = Field(min_length=1)
    parameters: dict[str, dict[str, Any]] = {}


def _read_definition(path: Path) -> _File:
    where = shown(path)
    try:
        raw = _File.model_validate(read_yaml(path))
    except DataError as e:
        raise ParameterError(str(e)) from None
    except ValidationError as e:
        first = e.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ").removeprefix("expected ")
        raise ParameterError(explain(f"{where}, key '{key}'", _short(first["input"]), reason)) from None
    for name, listed in (("pages", raw.pages), ("languages", raw.languages)):
        if len(set(listed)) != len(listed):
            raise ParameterError(explain(f"{where}, key '{name}'", ", ".join(listed), "each of them once"))
    if set(raw.title) != set(LANGUAGES):
        raise ParameterError(explain(f"{where}, key 'title'", ", ".join(raw.title) or "nothing", "fr and en"))
    for page in raw.parameters:
        if page not in raw.pages:
            at = f"{where}, key 'parameters'"
            raise ParameterError(explain(at, repr(page), f"one of its pages: {', '.join(raw.pages)}"))
    return raw


def _overridden(overrides: Iterable[str], declared: Mapping[str, Sequence[Parameter]]) -> dict[str, dict[str, str]]:
    """Page -> name -> text, from ``name=value`` (every page that has it) or ``page.name=value``."""
    open_ = {page: [p.name for p in ps if p.name not in ("lang", "as_of")] for page, ps in declared.items()}
    given: dict[str, dict[str, str]] = {page: {} for page in declared}
    for override in overrides:
        key, sign, value = override.partition("=")
        page, dot, name = key.rpartition(".")
        targets = [p for p, names in open_.items() if name in names and (p == page or not dot)]
        if not sign or not targets:
            choices = ", ".join(sorted(f"{p}.{n}" for p, names in open_.items() for n in names if n not in FILLED))
            todo = "the language and the date are --lang and --as-of" if name in ("lang", "as_of") else ""
            raise ParameterError(explain("-p", _short(override), f"NAME=VALUE with NAME one of {choices}", todo))
        for target in targets:
            given[target][name] = value
    return given


def definition(name: str, overrides: Iterable[str] = ()) -> Definition:
    """Read and check ``params/NAME.yml``; ``overrides`` are ``name=value`` or ``page.name=value``.

    A page with a parameter ``pages`` (the summary) draws on the definition's other pages, with the values they have
    there, unless told otherwise. Parameters that an edition fills in (:data:`FILLED`) are empty here unless told
    otherwise.
    Raises :class:`ParameterError` naming file, key and choices, :class:`NotebookError` for a page that is none.
    """
    if name not in definitions():
        raise ParameterError(explain("report definition", _short(name), f"one of {', '.join(definitions())}"))
    path = home() / "params" / f"{name}.yml"
    raw = _read_definition(path)
    declared = {page: parameters(page) for page in raw.pages}
    over = _overridden(overrides, declared)
    values: dict[str, dict[str, Any]] = {}
    drawing = [page for page, known in declared.items() if any(p.name == "pages" for p in known)]
    for page in sorted(declared, key=drawing.count):  # those that draw on others come last
        known, at = declared[page], f"{shown(path)}, parameters of '{page}'"
        given = raw.parameters.get(page, {})
        names = {p.name for p in known}
        given = {k: v for k, v in FILLED.items() if k in names} | given
        if page in drawing:
            given = {"pages": [_written(p, values.get(p, {})) for p in raw.pages if p != page]} | given
        for fixed in {"lang", "as_of"} & set(given):
            raise ParameterError(explain(at, f"a value for '{fixed}'", "none", "use --lang or --as-of"))
        validate(known, given, at, text=True)
        whole = validate(known, given | over[page], f"-p, page '{page}'", text=True)
        for entry in whole["pages"] if page in drawing else ():
            read_entry(entry, f"{at}, parameter 'pages'")
        values[page] = {k: v for k, v in whole.items() if k not in ("lang", "as_of")}
    return Definition(name, {k: raw.title[k] for k in LANGUAGES}, tuple(raw.pages), tuple(raw.languages), values)


def check_language(code: str) -> str:
    """Return the language or raise :class:`ParameterError` with the choices."""
    if code not in LANGUAGES:
        raise ParameterError(explain("--lang", _short(code), f"one of {', '.join(LANGUAGES)}"))
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


def check_months(first: str, last: str, today: date) -> list[date]:
    """The last days of the months from ``first`` to ``last``, both included. Raises :class:`ParameterError`.

    >>> [str(d) for d in check_months("2023-12", "2024-02", date(2024, 3, 1))]
    ['2023-12-31', '2024-01-31', '2024-02-29']
    """
    for option, text in (("--from", first), ("--to", last)):
        if not re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", text):
            raise ParameterError(explain(option, repr(text[:40]), "a month such as 2026-09"))
    if first > last:
        raise ParameterError(explain("--from", first, f"a month up to {last}"))
    found, year, month = [], int(first[:4]), int(first[5:])
    while f"{year}-{month:02}" <= last:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        found.append(date(year, month, 1) - timedelta(days=1))
    if found[-1] > today:
        todo = "an edition says what is known, not what will be"
        raise ParameterError(explain("--to", last, f"a month that has ended by today ({today})", todo))
    return found
