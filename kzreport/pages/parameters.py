"""Parameters of a page: their types, the reader of a parameters cell, the check of values.

What belongs here: one cell and its values. What does not: the notebook around the cell
(:mod:`kzreport.pages.notebooks`), rules of one page (:mod:`kzreport.pages.values`).
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError, create_model

from kzreport.claims.documents import register
from kzreport.days import expected_day, parse_day
from kzreport.errors import HIDDEN, NotebookError, ParameterError, explain, name_hidden, one_of, short_repr
from kzreport.project.settings import page_names, project
from kzreport.project.strict import plain_reason
from kzreport.series.resource import resources


def _day(text: str) -> str:
    try:
        parse_day(text)
    except ParameterError:
        raise ValueError(f"expected {expected_day(text)}") from None
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


def _choice(choices: Callable[[], Collection[str]]) -> AfterValidator:
    """Return a validator for text that must be one of the choices, which may differ between projects."""

    def check(text: str) -> str:
        if text not in (known := choices()):
            raise ValueError(f"expected {one_of(known, text)}")
        return text

    return AfterValidator(check)


def _countries() -> list[str]:
    return sorted({code for d in resources().values() for code in d.enums.get("country", ())})


NOWHERE: Mapping[str, str] = MappingProxyType({})

# Parameters that an edition fills in: the edition before it, the changes since, its analyst's note. The defaults in a
# notebook's own cell are the reference edition's.
FILLED: Mapping[str, Any] = {"previous": None, "methods": [], "settings": [], "note": ""}

Language = Annotated[str, _choice(lambda: project().languages)]
Date = Annotated[str, AfterValidator(_day)]
Month = Annotated[str, AfterValidator(_month)]
Country = Annotated[str, _choice(_countries)]
PageName = Annotated[str, _choice(page_names)]
Theme = Annotated[str, _choice(lambda: register().themes)]
DocumentName = Annotated[str, _choice(lambda: register().documents)]
Count = Annotated[int, Field(ge=1, le=1000)]
Year = Annotated[int, Field(ge=1900, le=2100)]
Text = Annotated[str, AfterValidator(_plain)]
Values = dict[str, JsonValue]  # values of the parameters of a page, by name
DRAWN = "dict[PageName, Values]"  # the type of the pages that a page draws on

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
    "Theme": Theme,
    "DocumentName": DocumentName,
    "Count": Count,
    "Year": Year,
    DRAWN: Annotated[dict[PageName, Values], Field(max_length=100)],
}


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell: name, type, default and the comment that explains it."""

    name: str
    type: Any
    annotation: str
    default: Any
    comment: str

    @property
    def draws_on_pages(self) -> bool:
        """True for the pages that a page draws on, with the values of their parameters."""
        return self.annotation == DRAWN


def _annotation(node: ast.expr, where: str) -> Any:
    if (name := ast.unparse(node)) in _TYPES:
        return _TYPES[name]
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
    expected = f"{', '.join(_TYPES)}, list[...], Literal[...] or ... | None"
    raise NotebookError(explain(where, f"the type {name}", expected))


def parse_code(source: str, where: str) -> ast.Module:
    """Parse the code of a cell. Raises :class:`NotebookError` naming ``where`` and the line."""
    if hidden := HIDDEN.search(source):
        line = source.count("\n", 0, hidden.start()) + 1
        raise NotebookError(explain(f"{where}, line {line}", name_hidden(hidden[0]), "code as it is read", "delete it"))
    try:
        return ast.parse(source)
    except SyntaxError as e:
        raise NotebookError(explain(f"{where}, line {e.lineno or 1}", e.msg, "plain Python")) from None
    except (ValueError, RecursionError, MemoryError) as e:  # a NUL byte, brackets in brackets
        raise NotebookError(explain(where, str(e) or "code nested too deeply", "plain Python")) from None


def read_cell(source: str, where: str) -> tuple[Parameter, ...]:
    """Return the parameters that a cell declares, each as ``name: type = literal  # comment``.

    Raises :class:`NotebookError` naming a line of another form.
    """
    body = parse_code(source, where).body
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
            raise NotebookError(explain(at, "no comment", "a comment that explains the parameter"))
        found.append(
            Parameter(node.target.id, _annotation(node.annotation, at), ast.unparse(node.annotation), default, comment)
        )
    return tuple(found)


def _from_text(kind: Any, text: Any) -> Any:
    """Return text as a value of the declared type; text that does not fit stays text, and pydantic refuses it."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) is list:
        parts = text.split(",") if isinstance(text, str) else text
        inner = get_args(kind)[0]
        return [_from_text(inner, p) for p in parts] if isinstance(parts, list) else text
    if get_origin(kind) is dict and get_args(kind)[1] == Values:  # names alone: each with the values it has anyway
        names = text.split(",") if isinstance(text, str) else text
        return {name: {} for name in names} if isinstance(names, list) else text
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


def validate_parameters(
    declared: Sequence[Parameter],
    given: Mapping[str, Any],
    where: str,
    *,
    places: Mapping[str, str] = NOWHERE,
    text: bool = False,
) -> dict[str, Any]:
    """Return the values of all declared parameters: their defaults, replaced by ``given``.

    Parameters
    ----------
    declared
        The parameters of a page.
    given
        Values by name of the parameter.
    where
        The place of the values, for messages.
    places
        Parameter -> the place of its value, if that is not ``where``.
    text
        The given values are text, to be read by the declared types.

    Raises
    ------
    ParameterError
        Naming place, parameter and choices.
    """
    by_name = {p.name: p for p in declared}
    for name in given:
        if name not in by_name:
            at = f"{places.get(name, where)}, parameter {short_repr(name)}"
            raise ParameterError(explain(at, "an unknown name", one_of(by_name, name)))
    values = {p.name: p.default for p in declared}
    values |= {k: _from_text(by_name[k].type, v) if text else v for k, v in given.items()}
    try:
        found: dict[str, Any] = _model(tuple(declared))(**values).model_dump()
        return found
    except ValidationError as e:
        first = e.errors()[0]
        name = str(first["loc"][0])
        p = by_name[name]
        at = f"{places.get(name, where)}, parameter '{name}'"
        reason, begins, guess = plain_reason(first["msg"]).partition(" (did you mean")
        expected = f"{p.annotation} ({reason}){begins}{guess}"
        raise ParameterError(explain(at, short_repr(first["input"]), expected, p.comment)) from None


_models: dict[tuple[tuple[str, str], ...], Any] = {}


def _model(declared: tuple[Parameter, ...]) -> Any:
    """Return the pydantic model of a parameters cell, made once for the same names and annotations."""
    key = tuple((p.name, p.annotation) for p in declared)
    if key not in _models:
        fields: dict[str, Any] = {p.name: (p.type, ...) for p in declared}
        _models[key] = create_model("Parameters", __config__=ConfigDict(extra="forbid", strict=True), **fields)
    return _models[key]


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
