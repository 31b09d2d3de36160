"""The manifest of an edition: its model, and the one reader that trusts no shape.

A manifest may be old, torn, edited by hand or of another program: what is not a manifest is named and left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from kzreport.editions.store import EDITION_NAME, MANIFEST
from kzreport.errors import PageError, explain, system_cause
from kzreport.files import cached_by_stamp, sealed, sha256_hex
from kzreport.project.strict import plain_reason
from kzreport.render.formats import PAGES

_MOST = 20_000_000  # bytes


def _day(text: str) -> str:
    date.fromisoformat(text)
    return text


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or {"..", "."} & set(name.split("/")) or "\\" in name or "\0" in name:
        raise ValueError("a name inside the edition")
    return name


Day = Annotated[str, AfterValidator(_day)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Key = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,80}$")]


class _Open(BaseModel):
    """A map whose further keys are left alone: an edition of a later engine is still listed."""

    model_config = ConfigDict(strict=True, frozen=True)


class _Figure(_Open):
    title: Annotated[dict[Key, str], Field(description="language -> its name")]
    value: Annotated[float, Field(allow_inf_nan=False)]
    unit: str
    basis: str
    item: Annotated[str, Field(description="the country, component or group that it is about; may be empty")]
    digits: Annotated[int, Field(ge=0, le=12, description="after the decimal mark; null: those of the unit")] | None
    period: str
    series: Annotated[list[str], Field(description="the series that it comes from")]


class _Edition(_Open):
    definition: Key
    name: Annotated[str, Field(pattern=EDITION_NAME.pattern, description="such as 2026-09-30 or 2026-09-30-r2")]
    as_of: Annotated[Day, Field(description="only what was published by this day was used")]
    title: Annotated[dict[Key, str], Field(description="language -> title")]
    languages: Annotated[list[Key], Field(min_length=1)]
    pages: Annotated[list[Key], Field(min_length=1)]
    data_until: Annotated[Day | None, Field(description="the day on which its newest figure was published")] = None
    formats: list[Key] = [PAGES]
    corrects: Annotated[
        dict[str, Any] | None,
        Field(description="of a revision: how it differs from the one replaced, as in the summary"),
    ] = None
    headlines: Annotated[dict[Key, str], Field(description="language -> the first headline")] = {}
    figures: Annotated[list[_Figure], Field(max_length=20, description="key figures that the archive follows")] = []


class _Git(_Open):
    commit: Annotated[str, Field(pattern="^[0-9a-f]{4,64}$")] | None
    clean: Annotated[bool | None, Field(description="no file differed from the commit")] = None
    why: Annotated[str, Field(max_length=200, description="the reason if there is no commit")] | None = None


class Manifest(_Open):
    """``manifest.json`` of an edition: its inputs and its files, each with its SHA-256."""

    edition: _Edition
    parameters: Annotated[dict[str, dict[str, Any]], Field(description="page -> parameter -> value")]
    methods: Annotated[list[str], Field(description="changes of method in force")] = []
    fingerprint: Annotated[str, Field(description="one digest over all inputs, in the foot of each page")]
    inputs: Annotated[dict[str, str], Field(description="input -> its digest or version")]
    git: Annotated[_Git | None, Field(description="the commit of the project")]
    files: Annotated[dict[Annotated[str, AfterValidator(_inside)], Digest], Field(description="file -> SHA-256")]
    digest: Annotated[Digest | None, Field(description="of all the rest; earlier engines wrote none")] = None


def read_manifest(folder: Path) -> Mapping[str, Any]:
    """Return the manifest of an edition. Raises :class:`PageError` if it is missing, torn or of another shape."""
    try:
        return _manifest(folder / MANIFEST)
    except (OSError, ValueError, RecursionError) as e:
        where = f"edition {folder.parent.name}/{folder.name}"
        why = system_cause(e) if isinstance(e, OSError) else "nested too deeply" if isinstance(e, RecursionError) else e
        raise PageError(
            explain(where, f"no whole {MANIFEST} ({why})", "one", "remove the folder and run again")
        ) from None


@cached_by_stamp(512)
def _manifest(path: Path) -> Mapping[str, Any]:
    """Return a manifest. Raises :class:`ValueError` that says what is wrong in it."""
    if path.is_symlink() or not path.is_file():
        raise ValueError("not a regular file")
    if (size := path.stat().st_size) > _MOST:
        raise ValueError(f"{size} bytes")
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"a {type(found).__name__}, not an object")
    try:
        Manifest.model_validate(found)
    except ValidationError as e:
        first = e.errors()[0]
        key = ".".join(str(part) for part in first["loc"])[:120]
        raise ValueError(f"{key}: expected {plain_reason(first['msg'])}") from None
    _agree(path, found)
    return found


def _agree(path: Path, found: Mapping[str, Any]) -> None:
    """Raise :class:`ValueError` for parts of a manifest that contradict each other: it was edited."""
    about = found["edition"]
    if missing := [page for page in about["pages"] if page not in found["parameters"]]:
        raise ValueError(f"parameters: nothing of the page '{missing[0]}'")
    if unnamed := [code for code in about["languages"] if code not in about["title"]]:
        raise ValueError(f"edition.title: nothing in the language '{unnamed[0]}'")
    if found["fingerprint"] != inputs_fingerprint(found["inputs"]):
        raise ValueError("fingerprint: another one than that of the inputs")
    if about["name"] != path.parent.name:
        raise ValueError(f"edition.name: {about['name']} in the folder {path.parent.name}")
    if about["name"][:10] != about["as_of"]:
        raise ValueError(f"edition: as_of {about['as_of']} under the name {about['name']}")
    for code in about["languages"]:
        for page in about["pages"]:
            if f"{code}/{page}.html" not in found["files"]:
                raise ValueError(f"files: nothing of the page {code}/{page}")
    if found.get("digest") and found != sealed(found):
        raise ValueError("digest: another one than that of its content, which was edited")


def inputs_fingerprint(inputs: Mapping[str, str]) -> str:
    """Return one digest over all inputs of an edition, printed in the foot of each page."""
    return sha256_hex(json.dumps(dict(inputs), sort_keys=True).encode())[:16]


def manifest_digest(folder: Path) -> str:
    """Return the SHA-256 of the bytes of a manifest. Raises :class:`OSError`."""
    return sha256_hex((folder / MANIFEST).read_bytes())
