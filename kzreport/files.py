"""Files of a project: where they are, strict readers, one cache, atomic writes.

Everything that is read once and again after an edit is cached by :func:`cached_by_stamp`; everything that replaces a
file goes through :func:`write_atomic`.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from kzreport.errors import HIDDEN, DataError, ParameterError, explain, name_hidden, short_repr, system_cause

_MAX_BYTES = 20_000_000
_NEVER = re.compile("[\\x00\\ufeff]")
_CHECKOUT = Path(__file__).resolve().parent.parent
_OF_GIT = {  # mark at the start of a line, which readers would take for content -> found, expected, what to do
    "<<<<<<< ": ("both sides of a merge", "one", "choose between <<<<<<< and >>>>>>>, and remove the marks"),
    "version https://git-lfs.": ("a pointer of Git LFS", "the file that it stands for", "get it: git lfs pull"),
}
_HALF = re.compile(r"\..+\.(\d{1,10})\.tmp")
_P = ParamSpec("_P")
_R = TypeVar("_R")


# --- the project's folder ----------------------------------------------------------------------------------------


def project_root() -> Path:
    """Return the folder of ``data/``, ``notebooks/`` and ``params/``: the project.

    It is, in this order:

    - what ``KZREPORT_HOME`` names,
    - the working directory, or the nearest folder above it, with a ``params/project.yml``,
    - the checkout that holds this engine, if it has a ``params/project.yml``: plain papermill works from anywhere.

    Raises :class:`ParameterError` that names all three ways.
    """
    chosen = os.environ.get("KZREPORT_HOME", "")
    if chosen[:1] == "/":
        return find_project(chosen, "")
    try:
        return find_project(chosen, os.getcwd())  # noqa: PTH109  # a page asks some thousand times
    except FileNotFoundError:  # the working directory was removed
        if chosen:
            raise
        return find_project(chosen, "/")


@lru_cache(maxsize=16)
def find_project(chosen: str, cwd: str) -> Path:
    """Return the project for a value of ``KZREPORT_HOME`` and a working directory; raises as :func:`project_root`."""
    if chosen:
        home = os.path.join(cwd, os.path.expanduser(chosen))  # noqa: PTH111, PTH118  # no error for what is no path
        if not any(os.path.isdir(f"{home}/{folder}") for folder in ("params", "data", "notebooks")):  # noqa: PTH112
            raise ParameterError(explain("KZREPORT_HOME", short_repr(chosen), "the folder of a project"))
        return Path(home).resolve()
    here = Path(cwd).resolve()
    for folder in (here, *here.parents, _CHECKOUT):
        if (folder / "params" / "project.yml").is_file():
            return folder
    todo = "go to the folder of one, set KZREPORT_HOME to it, or make one: kzreport init NAME"
    raise ParameterError(explain("project", f"no params/project.yml in {here} or above", "a project", todo))


def shown_path(path: Path) -> str:
    """Return a path as messages print it: relative to :func:`project_root`; the bare name outside of it."""
    return path.relative_to(project_root()).as_posix() if path.is_relative_to(project_root()) else path.name


# --- one cache ---------------------------------------------------------------------------------------------------

_clear: list[Callable[[], None]] = []


def cached_by_stamp(most: int = 256) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Cache a function by its arguments and by the state of every file among them.

    Each call costs one ``stat`` for each positional argument that is a :class:`~pathlib.Path`: the function runs again
    after the file was changed. Arguments must be hashable; results are shared, so not to be changed. An exception is
    not cached.

    Parameters
    ----------
    most
        Results that are kept; the one used longest ago goes first.

    >>> lines = cached_by_stamp()(lambda path: path.read_text().splitlines())
    >>> lines(Path(__file__)) is lines(Path(__file__))
    True
    """

    def decorate(function: Callable[_P, _R]) -> Callable[_P, _R]:
        @lru_cache(maxsize=most)
        def cached(stamps: tuple[tuple[int, int], ...], *args: Any, **kwargs: Any) -> _R:
            return function(*args, **kwargs)

        find: Callable[..., _R] = cached

        @wraps(function)
        def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            return find(tuple([_stamp(a) for a in args if isinstance(a, Path)]), *args, **kwargs)

        _clear.append(cached.cache_clear)
        return call

    return decorate


def clear_caches() -> None:
    """Empty every cache of :func:`cached_by_stamp`, and the project's root.

    For tests, which change files faster than a clock ticks.
    """
    find_project.cache_clear()
    for clear in _clear:
        clear()


def _stamp(path: Path) -> tuple[int, int]:
    """Return a pair that changes when a file does."""
    try:
        about = os.stat(path)  # noqa: PTH116  # a page asks some thousand times
    except OSError:
        return (0, 0)  # reading it will say why
    return (about.st_mtime_ns, about.st_size)


# --- strict readers ----------------------------------------------------------------------------------------------


def read_text(path: Path, most: int = _MAX_BYTES, *, by_cell: bool = False) -> str:
    """Return the text of a regular UTF-8 file of at most ``most`` bytes.

    Raises :class:`DataError` with file and line for other encodings, a byte order mark, a missing file, and characters
    that a reader does not see: control characters, and those that turn the direction of writing.
    With ``by_cell`` the caller names their column.
    """
    raw = read_bytes(path, most)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as e:
        line = raw.count(b"\n", 0, e.start) + 1
        raise DataError(
            explain(f"{shown_path(path)}, line {line}", f"the byte 0x{raw[e.start]:02x}", "UTF-8 text", "save as UTF-8")
        ) from None
    if hidden := (_NEVER if by_cell else HIDDEN).search(text):
        line = text.count("\n", 0, hidden.start()) + 1
        raise DataError(explain(f"{shown_path(path)}, line {line}", name_hidden(hidden[0]), "plain UTF-8 text"))
    for mark, told in _OF_GIT.items():
        if mark in text and (at := f"\n{text}".find(f"\n{mark}")) >= 0:
            raise DataError(explain(f"{shown_path(path)}, line {text.count(chr(10), 0, at) + 1}", *told))
    return text


def read_bytes(path: Path, most: int = _MAX_BYTES) -> bytes:
    """Return the bytes of a regular file of at most ``most`` of them; its kind and size are seen before it is read.

    Raises :class:`DataError` for a missing file, a pipe or a device, and for a larger file.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise DataError(explain(shown_path(path), "a folder, a pipe or a device", "a regular file"))
        if about.st_size > most:
            raise DataError(explain(shown_path(path), f"{about.st_size} bytes", f"at most {most}"))
        return path.read_bytes()
    except OSError as e:
        raise DataError(explain(shown_path(path), system_cause(e), "a readable file")) from None


def holds_text(path: Path, text: str) -> bool:
    """Report whether a file exists, is readable and has exactly this text."""
    try:
        return read_bytes(path) == text.encode()
    except DataError:
        return False


def read_json(path: Path) -> Any:
    """Return a JSON file. Refuse repeated keys and numbers that are not finite.

    Raises :class:`DataError` naming file and line.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise DataError(explain(shown_path(path), f"key {twice!r} twice", "each key once"))
        return found

    def finite(constant: str) -> float:
        raise DataError(explain(shown_path(path), constant, "a finite number"))

    try:
        return json.loads(read_text(path), object_pairs_hook=unique, parse_constant=finite)
    except json.JSONDecodeError as e:
        raise DataError(explain(f"{shown_path(path)}, line {e.lineno}", e.msg, "JSON")) from None
    except RecursionError:
        raise DataError(explain(shown_path(path), "lists or objects nested too deeply", "plain JSON")) from None


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of some bytes as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


@cached_by_stamp(512)
def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits. Raises :class:`DataError` as :func:`read_bytes`."""
    return sha256_hex(read_bytes(path))


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Add the digest of its own content to a generated description, so that an edit by hand shows.

    >>> sealed({"name": "x", "digest": "of before"}) == sealed({"name": "x"})
    True
    """
    rest = {key: value for key, value in content.items() if key != "digest"}
    return {**rest, "digest": sha256_hex(json.dumps(rest, sort_keys=True).encode())}


# --- writing -----------------------------------------------------------------------------------------------------


def write_durably(path: Path, data: bytes | str) -> str:
    """Write a file, its folders too, and wait until its content is on the disk; return the digest of its bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return _write(path, data)


def write_atomic(path: Path, data: bytes | str) -> None:
    """Write or replace a file in one step: a reader never finds half of it.

    Raises :class:`OSError`, also if there is no such folder; the file is then as it was, and nothing is left beside it.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with naming(path):
        try:
            _write(fresh, data)
            fresh.replace(path)
            sync_folder(path.parent)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise


def sweep_halves(folder: Path) -> None:
    """Remove temporary files of a killed :func:`write_atomic`: older than a minute, of no process on this machine.

    A folder may be shared with another machine, whose processes we do not see.
    """
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if (found := _HALF.fullmatch(entry.name)) and entry.is_file(follow_symlinks=False):
                old = time.time() - entry.stat(follow_symlinks=False).st_mtime > 60
                if old and not Path(f"/proc/{found[1]}").exists():
                    Path(entry.path).unlink(missing_ok=True)


def _write(path: Path, data: bytes | str) -> str:
    raw = data.encode() if isinstance(data, str) else data
    with naming(path), path.open("wb") as f:
        f.write(raw)
        f.flush()
        _sync(f.fileno())
    return sha256_hex(raw)


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """Name the file in an error of the system, which for a full disk names none, else perhaps a temporary one."""
    try:
        yield
    except OSError as e:
        half = isinstance(e.filename, str) and Path(e.filename).name.startswith(f".{path.name}.")
        if e.errno is None or not (e.filename is None or half):
            raise
        raise OSError(e.errno, e.strerror, str(path)) from None


def link_or_copy(source: Path, target: Path) -> None:
    """Make a symbolic link to a file or folder, or a copy of it on a file system without such links."""
    try:
        target.symlink_to(source)
    except OSError as e:
        if e.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL):
            raise
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copyfile(source, target)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            _sync(handle)
        finally:
            os.close(handle)


def _sync(handle: int) -> None:
    """Wait until the file is on the disk, if the file system supports it: some network disks do not."""
    try:
        os.fsync(handle)
    except OSError as e:
        if e.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF):
            raise
