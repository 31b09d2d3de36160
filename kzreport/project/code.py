"""Python files of the project, its views and providers: errors in them are reported with file and line."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from traceback import walk_tb

from kzreport.errors import KzreportError, NotebookError, explain
from kzreport.files import cached_by_stamp, project_root, read_text, shown_path

_SIGNALS = 128  # exit codes above it are those of a run that was ended from outside


@contextlib.contextmanager
def project_code(path: Path) -> Iterator[None]:
    """Run what is in a file of the project, or imported by it.

    Raises :class:`NotebookError` naming file and line for whatever it raises, :class:`DataError` for a file that is no
    plain text, and :class:`ModuleNotFoundError` if the file itself does not exist.
    """
    if path.exists():
        _require_text(path)
    try:
        yield
    except (Exception, SystemExit) as e:
        if isinstance(e, SystemExit) and isinstance(e.code, int) and e.code > _SIGNALS:
            raise
        if isinstance(e, ModuleNotFoundError) and not path.exists():
            raise
        where = _line(e, path)
        if isinstance(e, KzreportError):
            raise NotebookError(f"{where}: {e}") from None
        said = e.msg if isinstance(e, SyntaxError) else " ".join(str(e).split())[:200]
        found = f"{type(e).__name__}: {said}" if said else type(e).__name__
        raise NotebookError(explain(where, found, "Python that runs when it is imported")) from None


@cached_by_stamp()
def _require_text(path: Path) -> None:
    read_text(path)


def _line(error: BaseException, path: Path) -> str:
    """Return the last line of a project's file that led to an error, and its file."""
    root = project_root()
    places = [(Path(frame.f_code.co_filename), n) for frame, n in walk_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        places.append((Path(error.filename), error.lineno or 0))
    own = [(file, n) for file, n in places if file.is_relative_to(root)]
    file, number = own[-1] if own else (path, 0)
    return f"{shown_path(file)}, line {number}" if number else shown_path(path)
