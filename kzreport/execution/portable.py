"""The contract of an item that another machine can work on. It imports nothing, as what a Dask worker starts with."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, Self


class Portable(Protocol):
    """An item that another machine can work on. It can be pickled."""

    @property
    def folder(self) -> Path:
        """The folder into which the work writes its files."""

    @property
    def done(self) -> Path | None:
        """A file that the work reads, if any."""

    @property
    def fingerprint(self) -> str:
        """Digest of the inputs: items with the same one have the same inputs."""

    def at(self, folder: Path, done: Path | None) -> Self:
        """Return the same item with other places."""

    def changed_inputs(self) -> list[str]:
        """Return a line for each input that is not the same on the machine where this is called."""
