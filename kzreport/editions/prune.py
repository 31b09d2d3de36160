"""Removal of old editions: which are old, and how one goes.

An edition goes in one step, as it came: a folder by a rename into ``.work/``, at an address with its manifest. What is
then deleted is no edition any more, and what a killed run left of it is deleted by the next.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from kzreport.editions.damage import forget_edition
from kzreport.editions.manifest import read_manifest
from kzreport.editions.seen import edition_record_path
from kzreport.editions.store import Store
from kzreport.errors import PageError

_GONE = "gone-"


def list_old(editions: Sequence[Path], *, keep: int, yearly: bool) -> list[Path]:
    """Return the editions of one definition that are not to be kept, oldest first.

    Kept are the newest ``keep`` dates, at least one, with all their revisions; ``yearly``: the last date of each year
    too.

    >>> own = [Path(f"monthly/{day}") for day in ("2024-11-30", "2024-12-31", "2025-01-31", "2025-01-31-r2")]
    >>> [folder.name for folder in list_old(own, keep=1, yearly=False)]
    ['2024-11-30', '2024-12-31']
    >>> [folder.name for folder in list_old(own, keep=1, yearly=True)]
    ['2024-11-30']
    """
    dates = sorted({folder.name[:10] for folder in editions})
    kept = set(dates[-max(keep, 1) :])
    if yearly:
        kept |= set({day[:4]: day for day in dates}.values())  # the last of a year wins
    return [folder for folder in editions if folder.name[:10] not in kept]


def not_ours(folder: Path) -> str:
    """Return why a folder is not known to be an edition; empty for one.

    A folder of another program may have a date for its name and a ``manifest.json``. An edition whose manifest is torn
    is known by the record of its making.
    """
    try:
        read_manifest(folder)
    except PageError as e:
        return "" if edition_record_path(folder).is_file() else str(e).partition("; ")[0]
    return ""


def remove_edition(store: Store, folder: Path) -> None:
    """Remove an edition, its record, and the executed pages that were kept for it alone.

    Raises :class:`OSError`, and :class:`PageError` for a store that does not let it go; then the edition is whole, or
    no edition any more.
    """
    notebooks: set[str] = set()
    with contextlib.suppress(PageError):  # a torn manifest: the next whole backfill removes its pages
        files = read_manifest(folder)["files"]
        notebooks = {digest[:32] for name, digest in files.items() if name.endswith(".ipynb")}
    aside = store.root / ".work" / f"{_GONE}{folder.parent.name}-{folder.name}"
    shutil.rmtree(aside, ignore_errors=True)
    store.drop(folder, aside)
    shutil.rmtree(aside, ignore_errors=True)
    forget_edition(folder)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()  # of a definition without editions
    for page in (store.root / ".work" / "pages").glob("*-*.ipynb"):
        if page.stem.partition("-")[2] in notebooks and not store.holds(page):
            page.unlink(missing_ok=True)


def remove_left(store: Store) -> None:
    """Remove what a killed run left of editions that were going."""
    for folder in (store.root / ".work").glob(f"{_GONE}*"):
        shutil.rmtree(folder, ignore_errors=True)
