"""The views of the project: ``from kzreport.views import inflation`` finds ``notebooks/views/inflation.py``."""

import importlib
import sys
from collections.abc import Iterator
from inspect import isfunction
from types import ModuleType
from typing import Never

from kzreport.errors import UnknownAttribute, UnknownName, explain, one_of
from kzreport.files import project_root


class _Folder:
    """The folder of views, looked up at each import: a process may turn to another project."""

    def __iter__(self) -> Iterator[str]:
        yield str(project_root() / "notebooks" / "views")


__path__ = _Folder()  # type: ignore[assignment]  # any iterable will do


def __getattr__(name: str) -> ModuleType:
    """Import a module of views at its first use.

    Raises :class:`UnknownName` for an import of a module that does not exist, of which Python would show the folder of
    the engine; and :class:`UnknownAttribute` to whoever else asks, such as ``hasattr``.
    """
    if name.startswith("_"):
        raise AttributeError(name)
    if not (project_root() / "notebooks" / "views" / f"{name}.py").is_file():
        error = unknown_module(name)
        raise error if sys._getframe(1).f_code.co_name == "_handle_fromlist" else UnknownAttribute(str(error))
    return guessing(importlib.import_module(f"{__name__}.{name}"))


def unknown_module(name: str) -> UnknownName:
    """Return the error of a module of views that does not exist."""
    known = sorted(p.stem for p in (project_root() / "notebooks" / "views").glob("[!_]*.py"))
    return UnknownName(explain("kzreport.views", f"no '{name}'", one_of(known, name)))


def guessing(module: ModuleType) -> ModuleType:
    """Make a module of views guess at the view that was meant by a name that it lacks, and return it."""
    name = module.__name__.rpartition(".")[2]

    def refuse(view: str) -> Never:
        if view.startswith("_"):
            raise AttributeError(view)
        own = [k for k, v in vars(module).items() if isfunction(v) and v.__module__ == module.__name__ and k[0] != "_"]
        raise UnknownAttribute(explain(f"views of {name}", f"no '{view}'", one_of(own, view)))

    vars(module)["__getattr__"] = refuse
    return module
