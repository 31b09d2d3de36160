"""The state of the project's git repository, or the reason why it is not known."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from kzreport.machine.strays import is_stray

_MARK = "params/project.yml"  # a folder whose repository tracks it is a project of that repository
_INPUTS = ("data", "notebooks", "params")
_SECONDS = 30
# Errors of git in its own words -> ours; no path of this machine is among them.
_WHY = {
    "dubious ownership": "git refuses a repository of another owner",
    "not a git repository": "no repository",
    "must be run in a work tree": "a repository without a work tree",
}


@dataclass(frozen=True)
class State:
    """The state of a project's repository.

    - ``commit``: that is checked out; empty if it could not be read
    - ``clean``: the files of the project are those of the commit, and no input is missing from it; files whose changes
      git was told not to look for, and inputs that it was told to ignore, are not known to be so
    - ``why``: why there is no commit
    """

    commit: str = ""
    clean: bool = False
    why: str = ""

    @property
    def text(self) -> str:
        """The state in words.

        >>> State("1a2b3c4", clean=False).text, State(why="no repository").text
        ('1a2b3c4, and changes that were not committed', 'not recorded (no repository)')
        """
        if not self.commit:
            return f"not recorded ({self.why})" if self.why else "not recorded"
        return self.commit if self.clean else f"{self.commit}, and changes that were not committed"

    @property
    def way_back(self) -> str:
        """The way to the files as they were.

        >>> State("1a2b3c4", clean=True).way_back, State(why="no repository").way_back
        ('check out its commit (1a2b3c4)', 'put its files back as they were: no commit is recorded (no repository)')
        """
        if self.commit:
            return f"check out its commit ({self.text})"
        return f"put its files back as they were: no commit is {self.text.removeprefix('not ')}"


def repository_state(root: Path) -> State:
    """Return the state of the repository that tracks the project in ``root``; never of another one around it."""
    try:
        if why := _ask(root, "rev-parse", "--is-inside-work-tree")[1]:
            return State(why=why)
        if not tracks(root, _MARK):
            return State(why="the project is not part of the repository around it")
        commit, why = _ask(root, "rev-parse", "--verify", "HEAD")
        if why:
            return State(why="a repository without a commit")
        altered, why = _ask(root, "status", "--porcelain", "--untracked-files=no", "--", ".")
        marked, why_marked = _ask(root, "ls-files", "-v", "--", ".")
        others, why_others = _ask(root, "ls-files", "--others", "--", *_INPUTS)
        unseen = [line for line in marked.splitlines() if not line.startswith("H ")]
        added = [name for name in others.splitlines() if _may_be_read(name)]
        unknown = why or why_marked or why_others
        return State(commit.strip(), clean=not (altered or unseen or added or unknown))
    except FileNotFoundError:
        return State(why="git is not installed")
    except (OSError, subprocess.TimeoutExpired):
        return State(why="git did not answer")


def _may_be_read(name: str) -> bool:
    """Report whether a file among the inputs may be one, also if git was told to ignore it."""
    return not is_stray(name) and not any(part.startswith((".", "__")) for part in name.split("/"))


def tracks(root: Path, name: str) -> bool:
    """Report whether the repository around ``root`` tracks a file in it. Raises :class:`OSError` without git."""
    return not _ask(root, "ls-files", "--error-unmatch", "--", name)[1]


def ask_git(folder: Path, *words: str) -> bytes:
    """Return what git answers, in bytes; nothing if there is no git, no repository or no answer."""
    try:
        done = _run(folder, words)
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return done.stdout if not done.returncode else b""


def _ask(folder: Path, *words: str) -> tuple[str, str]:
    """Return what git answers, and in our words why it does not."""
    done = _run(folder, words)
    if not done.returncode:
        text = done.stdout.decode("utf-8", "replace")
        bare = words[-1] == "--is-inside-work-tree" and text.strip() != "true"
        return text, "a repository without a work tree" if bare else ""
    said = done.stderr.decode("utf-8", "replace")
    return "", next((ours for theirs, ours in _WHY.items() if theirs in said), "git failed")


def _run(folder: Path, words: tuple[str, ...]) -> subprocess.CompletedProcess[bytes]:
    """Run git on a folder alone: not on a repository that variables name, as in a hook, and without its programs."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    env |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    env |= {k: v for k, v in os.environ.items() if k.startswith("GIT_CONFIG") or k == "GIT_CEILING_DIRECTORIES"}
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-C", str(folder), *words]
    return subprocess.run(
        command, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=_SECONDS
    )
