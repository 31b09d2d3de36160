"""Files of a project: where they are, strict readers, and atomic writes."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from yaml.composer import Composer

from kzreport.errors import DataError, explain

_MAX_BYTES = 20_000_000
_MAX_YAML = 1_000_000
_HERE = Path(__file__).resolve().parent.parent


def project_root() -> Path:
    """The folder of ``data/``, ``notebooks/`` and ``params/``."""
    chosen = os.environ.get("KZREPORT_HOME")
    if not chosen:
        return _HERE
    return _resolved(chosen) if chosen.startswith("/") else Path(chosen).resolve()


@lru_cache(maxsize=8)  # a page asks some thousand times
def _resolved(chosen: str) -> Path:
    return Path(chosen).resolve()


def shown_path(path: Path) -> str:
    """A path as messages print it: relative to :func:`home` where it lies below."""
    return path.relative_to(project_root()).as_posix() if path.is_relative_to(project_root()) else path.name


def read_text(path: Path, most: int = _MAX_BYTES) -> str:
    """The text of a UTF-8 file of at most ``most`` bytes.

    Raises :class:`DataError` with file and line for other encodings, a byte order mark, NUL bytes, a missing file.
    """
    try:
        raw = path.read_bytes()
    except OSError as e:
        raise DataError(explain(shown_path(path), e.strerror or "no file", "a readable file")) from None
    if len(raw) > most:
        raise DataError(explain(shown_path(path), f"{len(raw)} bytes", f"at most {most}"))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as e:
        line = raw.count(b"\n", 0, e.start) + 1
        raise DataError(
            explain(f"{shown_path(path)}, line {line}", f"the byte 0x{raw[e.start]:02x}", "UTF-8 text", "save as UTF-8")
        ) from None
    for mark, name in (("\ufeff", "a byte order mark"), ("\0", "a NUL byte")):
        if mark in text:
            line = text.count("\n", 0, text.index(mark)) + 1
            raise DataError(explain(f"{shown_path(path)}, line {line}", name, "plain UTF-8 text"))
    return text


if TYPE_CHECKING or not yaml.__with_libyaml__:
    _Loader = yaml.BaseLoader
else:

    class _Loader(Composer, yaml.CBaseLoader):
        """The same with the characters read by libyaml: a sixth of the time."""

        def __init__(self, text: str) -> None:
            yaml.CBaseLoader.__init__(self, text)
            Composer.__init__(self)


class _StrictLoader(_Loader):
    """YAML in which every scalar is text: ``NO``, ``0101`` and ``12:30`` stay what was typed."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key that is not text", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"key {key.value!r} twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # not in the stubs
        problem = "an alias (*)" if isinstance(event, yaml.AliasEvent) else ""
        if tag := getattr(event, "tag", None):
            problem = f"the tag {tag}"
        if problem:
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        return super().compose_node(parent, index)


@lru_cache(maxsize=64)
def _yaml(path: Path, stamp: tuple[int, int]) -> Any:
    return yaml.load(read_text(path, _MAX_YAML), _StrictLoader)


def read_yaml(path: Path) -> Any:
    """A YAML file whose scalars are all text. Refuses repeated keys, aliases, tags and more than 1 MB.

    Raises :class:`DataError` naming file and line.
    """
    try:
        return _yaml(path, file_stamp(path))
    except yaml.MarkedYAMLError as e:
        line = e.problem_mark.line + 1 if e.problem_mark else 1
        found = (e.problem or "bad YAML").removeprefix("found ")
        raise DataError(explain(f"{shown_path(path)}, line {line}", found, "plain YAML")) from None
    except RecursionError:
        raise DataError(explain(shown_path(path), "lists or maps nested too deeply", "plain YAML")) from None
    except yaml.YAMLError as e:
        raise DataError(explain(shown_path(path), str(e).splitlines()[0], "plain YAML")) from None


def file_stamp(path: Path) -> tuple[int, int]:
    """Changes when a file does: what is read once in a process is read again after an edit."""
    try:
        stat = path.stat()
    except OSError:
        return (0, 0)  # reading it will say why
    return (stat.st_mtime_ns, stat.st_size)


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of some bytes as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def file_digest(path: Path) -> str:
    """Of a file; it is read again when it was changed."""
    about = path.stat()
    return _file_digest_at(path, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=512)
def _file_digest_at(path: Path, changed: int, size: int) -> str:
    return sha256_hex(path.read_bytes())


def write_durably(path: Path, data: bytes | str) -> None:
    """Have a file on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as f:
        f.write(data.encode() if isinstance(data, str) else data)
        f.flush()
        os.fsync(f.fileno())


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
