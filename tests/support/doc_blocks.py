"""The blocks of code of a page of the documentation, and what the page says of running them.

Marks stand in a comment on the line before a block, ``% …`` in MyST or ``<!-- … -->`` on GitHub:

- ``not run: REASON``: it needs the internet, root, another machine; its commands are only parsed
- ``exit N``: the last command of the block ends with that code

and, once on a page, ``% walk: WHERE``: where its commands are run (``empty``; ``init OPTIONS``: a new
project; ``accepted``: the same, with stored outputs), with ``, slow`` after it if that takes long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"(?P<ticks>`{3,})(?P<kind>[\w-]*|\{[\w-]+\}) *(?P<rest>.*)")
MARK = re.compile(r"(?:%|<!--) *(?P<text>.*?) *(?:-->)?")
LANGUAGES = ("console", "python", "yaml", "text", "json", "markdown", "dockerfile", "ini", "nginx", "")


@dataclass(frozen=True)
class Block:
    """A block of code: its language, its lines, the file that it is (its caption), its mark, its line on the page."""

    language: str
    text: str
    caption: str
    mark: str
    line: int

    @property
    def runs(self) -> bool:
        return not self.mark.startswith("not run: ")

    @property
    def exit_code(self) -> int:
        return int(self.mark.removeprefix("exit ")) if self.mark.startswith("exit ") else 0

    @property
    def steps(self) -> list[tuple[str, list[str]]]:
        """The commands of a console block, each with the lines that it prints."""
        found: list[tuple[str, list[str]]] = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif found and found[-1][0].endswith("\\") and not found[-1][1]:
                found[-1] = (f"{found[-1][0]}\n{line}", [])
            elif line.strip():
                found[-1][1].append(line)
        return found


def blocks_of(path: Path) -> list[Block]:
    """Return the blocks of code of a page, in order."""
    found: list[Block] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    at, before = 0, ""
    while at < len(lines):
        opened = FENCE.fullmatch(lines[at].strip())
        if not opened:
            before = lines[at] if lines[at].strip() else before
            at += 1
            continue
        code, language = not opened["kind"].startswith("{"), opened["kind"]
        if opened["kind"] == "{code-block}":
            code, language = True, opened["rest"]
        first, options, body = at + 1, {}, []
        at += 1
        while not lines[at].strip().startswith(opened["ticks"]):
            if not body and (option := re.fullmatch(r":([a-z-]+): *(.*)", lines[at])):
                options[option[1]] = option[2]
            elif body or lines[at].strip():
                body.append(lines[at])
            at += 1
        at += 1
        mark = MARK.fullmatch(before.strip())
        text = "\n".join(body) + "\n"
        if code:  # else a directive of Sphinx
            found.append(Block(language, text, options.get("caption", ""), mark["text"] if mark else "", first))
        before = ""
    return found


def walk_of(path: Path) -> tuple[str, bool]:
    """Return where the commands of a page are run, and whether that is slow."""
    said = re.search(r"^% walk: (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    where, _, slow = said[1].partition(", ") if said else ("", "", "")
    return where, slow == "slow"
