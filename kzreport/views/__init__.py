"""The views of the project: ``from kzreport.views import inflation`` finds ``notebooks/views/inflation.py``."""

from collections.abc import Iterator

from kzreport.files import project_root


class _Folder:
    """The folder of views, looked up at each import: a process may turn to another project."""

    def __iter__(self) -> Iterator[str]:
        yield str(project_root() / "notebooks" / "views")


__path__ = _Folder()  # type: ignore[assignment]  # any iterable will do
