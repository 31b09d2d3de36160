"""Strict models for the YAML files of a project: unknown keys are refused, errors name the key and the choices.

What belongs here: the base model, the types that several files share, and the message of an error. What does not:
reading a file (:mod:`kzreport.files`), the models themselves (beside what they describe).
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from kzreport.days import read_day
from kzreport.errors import DataError, did_you_mean, explain, short_repr
from kzreport.model import Period


class StrictModel(BaseModel):
    """A map with known keys only; its values are not converted from other types.

    ``private``: the keys whose values may hold a secret; a message does not repeat them.
    """

    private: ClassVar[tuple[str, ...]] = ()
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, raw: Any) -> Any:
        known = ", ".join(cls.model_fields)
        if not isinstance(raw, dict):
            raise ValueError(f"a map with keys among {known}")
        if unknown := [k for k in raw if k not in cls.model_fields]:
            near = did_you_mean(cls.model_fields, unknown[0])
            about = {"found": f"the key {short_repr(unknown[0])}", "expected": f"keys among {known}{near}"}
            raise PydanticCustomError("key", "{expected}", about)
        return raw


def matching(pattern: str, expected: str) -> AfterValidator:
    """Return a validator for text that matches a pattern as a whole; ``expected`` describes such text."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(expected)
        return text

    return AfterValidator(check)


def _day(text: Any) -> date:
    try:
        return read_day(text if isinstance(text, str) else "")
    except ValueError:
        raise ValueError("a date such as 2026-01-21") from None


def _period(text: Any) -> Period:
    try:
        return Period.parse(text if isinstance(text, str) else "")
    except DataError:
        raise ValueError("a period such as 2026-08") from None


def _yes_or_no(text: Any) -> bool:
    if text not in ("yes", "no"):
        raise ValueError("yes or no")
    return bool(text == "yes")


def _line(text: str) -> str:
    if not text.strip():
        raise ValueError("text")
    return text.strip()


def _address(text: str) -> str:
    if not re.fullmatch(r"https://[^/@\s]+(/\S*)?", text) or not text.isprintable():
        raise ValueError("an address that starts with https://, without spaces, user and password")
    return text


NOT_REPEATED = "something else, not repeated since it may hold a secret"
Day = Annotated[date, BeforeValidator(_day)]
PeriodText = Annotated[Period, PlainValidator(_period)]
YesOrNo = Annotated[bool, BeforeValidator(_yes_or_no)]
Line = Annotated[str, AfterValidator(_line)]
Address = Annotated[str, AfterValidator(_address)]
Model = TypeVar("Model", bound=StrictModel)


_PLAIN = {
    "a valid list": "a list",
    "a valid integer": "a whole number",
    "a valid string": "text",
    "a valid dictionary": "names with values (name: value)",
    "a valid boolean": "true or false",
}


def plain_reason(message: str) -> str:
    """Return what a message of pydantic says was expected, as a reader says it.

    >>> plain_reason("Input should be a valid integer"), plain_reason("Value error, expected a month such as 2019-01")
    ('a whole number', 'a month such as 2019-01')
    >>> plain_reason("Input should be a valid dictionary or instance of Report")
    'names with values (name: value)'
    """
    reason = message.removeprefix("Value error, ").removeprefix("Input should be ").removeprefix("expected ")
    reason = reason.partition(" or instance of ")[0]
    name, comma, rest = reason.partition(", ")
    return f"{_PLAIN.get(name, name)}{comma}{rest}"


def strict_model(model: type[Model], raw: object, where: str) -> Model:
    """Return ``raw``, as YAML gives it, as a model.

    Raises :class:`DataError` naming ``where``, the key, what was found, and what was expected.

    >>> class Group(StrictModel):
    ...     members: list[str]
    >>> strict_model(Group, {"members": ["KGZ"]}, "groups.yml").members
    ['KGZ']
    >>> strict_model(Group, {"member": []}, "groups.yml")
    Traceback (most recent call last):
    kzreport.errors.DataError: groups.yml: found the key 'member', expected keys among members (did you mean members?).
    """
    try:
        return model.model_validate(raw)
    except ValidationError as e:
        first = e.errors()[0]
        context = first.get("ctx", {})
        found = "nothing" if first["type"] == "missing" else context.get("found") or short_repr(first["input"])
        if first["loc"][:1] and first["loc"][0] in model.private:
            found = NOT_REPEATED
        key = ".".join(str(part) for part in first["loc"])
        expected = "this key" if first["type"] == "missing" else plain_reason(first["msg"])
        raise DataError(explain(f"{where}, {key}" if key else where, found, expected)) from None
