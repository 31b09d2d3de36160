"""A copy of the project that a session of tests keeps: put right before each test, not made again for each.

What is cached of its files, in this process or in one that runs are forked from, holds for as long as they are alike.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from launcher import ROOT

FOLDERS = ("data", "notebooks", "params")
_last = 0


def make_home(folder: Path) -> Path:
    """A copy of what an edition is made from, without the code."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "*.tmp"))
    return folder


def touch(path: Path) -> None:
    """Give a file that was written a time of its own: two edits may come faster than a clock ticks."""
    global _last
    _last = max(time.time_ns(), _last + 1_000_000)
    os.utime(path, ns=(_last, _last))


def wait_for_no_disk() -> None:
    """Let ``os.fsync`` return at once: no test cuts the power. Programs that tests start in a Python of their own wait.

    A handle that is not open is an error as before.
    """

    def fsync(handle: int) -> None:
        os.fstat(handle)

    os.fsync = fsync


class Ground:
    """The copy. ``put_right`` makes of it what it was at first, times of files included."""

    def __init__(self, folder: Path) -> None:
        self.folder = make_home(folder)
        self._files, self._folders = self._found()

    def _found(self) -> tuple[dict[Path, tuple[int, ...]], dict[Path, tuple[int, int]]]:
        """Each file (a link is one) and its state, which no edit leaves as it is; each folder, its mode and time."""
        files, folders = {}, {}

        def enter(folder: Path) -> None:
            about = folder.stat()
            folders[folder] = about.st_mode, about.st_mtime_ns
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        enter(Path(entry.path))
                    else:
                        s = entry.stat(follow_symlinks=False)
                        files[Path(entry.path)] = s.st_mode, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns

        enter(self.folder)
        return files, folders

    def put_right(self) -> Path:
        """Remove what was added, copy again what was altered or removed; return the folder."""
        for folder, (mode, _) in self._folders.items():  # those above come first
            if folder.is_symlink() or folder.is_file():
                folder.unlink()
            folder.mkdir(exist_ok=True)
            folder.chmod(mode)
        files, folders = self._found()
        for folder in folders.keys() - self._folders.keys():
            shutil.rmtree(folder, ignore_errors=True)
        altered = [path for path in files.keys() | self._files.keys() if files.get(path) != self._files.get(path)]
        for path in altered:
            path.unlink(missing_ok=True)
            if path in self._files:
                shutil.copy2(ROOT / path.relative_to(self.folder), path)
        for folder, (_, when) in self._folders.items():
            os.utime(folder, ns=(when, when))
        if altered:
            now, _ = self._found()
            assert now.keys() == self._files.keys(), "what a test left cannot be removed"
            self._files = now
        return self.folder
