"""Put new files in the place of those of a published folder: no link that a reader comes to leads nowhere."""

from __future__ import annotations

import filecmp
from contextlib import suppress
from pathlib import Path


def replace_files(fresh: Path, target: Path, keep: str) -> None:
    """Make ``target`` hold the files of ``fresh``, which are moved out of it; both on one file system.

    The order keeps every link whole, whenever this is interrupted: files that were not there; then pages that may lead
    to them; what stands at the top, as the archive, last of each; then the files that nothing leads to any more go.
    Each file is replaced in one step, and one that is the same stays untouched, with its time.

    ``keep``: the name of a file or folder at the top of ``target`` that is not part of it.
    """
    files = [path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file()]
    places = {path: target / path for path in files}
    for path in sorted(files, key=lambda p: (places[p].exists(), len(p.parts) == 1, p)):
        place = places[path]
        if place.is_file() and filecmp.cmp(fresh / path, place, shallow=False):
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        (fresh / path).replace(place)
    wanted = set(places.values())
    for old in sorted(target.rglob("*"), reverse=True):  # the files of a folder before the folder
        if old.relative_to(target).parts[0] == keep or old in wanted:
            continue
        if not old.is_dir() or old.is_symlink():
            old.unlink()
        else:
            with suppress(OSError):  # it still holds files of the copy
                old.rmdir()
